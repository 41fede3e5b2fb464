package door

import (
	"context"
	"slices"
	"strings"
	"time"

	"ieum"
	"ieum/defs"
)

// counsellors lists who has cases in an organisation that did not end.
func (s *store) counsellors(ctx context.Context, organisation string) ([]ieum.AccountID, error) {
	return list(ctx, s, func(scan func(...any) error) (a ieum.AccountID, err error) { return a, scan(&a) },
		`SELECT DISTINCT counsellor FROM door_case WHERE organisation = ? AND ended = 0`, organisation)
}

// unanswered lists the consents in force by which people with an account, other than the
// asker, ask an agency to be counselled: nobody there counsels them in a case that counts, and
// the last one was not closed that somebody opened on the consent. It lists those of a person,
// or for "" of all, the oldest first, and one more than are shown.
func unanswered(ctx context.Context, q querier, of agency, by ieum.AccountID, person ieum.PersonID, p *defs.Purpose, now time.Time) ([]Consent, error) {
	at := now.Unix()
	args := []any{of.id, p.ID, p.Version, at, by}
	where := `account = '' AND organisation = ? AND purpose = ? AND version = ? AND ` + given + `
		AND EXISTS (SELECT 1 FROM door_person AS p WHERE p.id = door_consent.person AND p.account <> ?)`
	if person != "" {
		where += ` AND person = ?`
		args = append(args, person)
	}
	where += ` AND NOT EXISTS (SELECT 1 FROM door_case AS k WHERE k.person = door_consent.person AND k.organisation = door_consent.organisation AND (
		(k.consent = door_consent.id AND k.ended > 0 OR k.consent = '' AND k.ended > door_consent.since)
			AND NOT EXISTS (SELECT 1 FROM door_case AS l WHERE l.person = k.person AND l.organisation = k.organisation AND l.consent IN ('', door_consent.id) AND l.number > k.number)
		OR k.ended = 0`
	if len(of.gone) > 0 {
		where += ` AND k.counsellor NOT IN (?` + strings.Repeat(`, ?`, len(of.gone)-1) + `)`
		for _, a := range of.gone {
			args = append(args, a)
		}
	}
	where += ` AND (k.basis = 'law' OR EXISTS (SELECT 1 FROM door_consent AS c WHERE c.id = k.consent AND c.version = ? AND c.stopped = 0 AND c.until > ?))))`
	args = append(args, p.Version, at, shownAsks+1)
	all, err := consents(ctx, q, `id IN (SELECT id FROM door_consent WHERE `+where+` ORDER BY since, id LIMIT ?)`, args...)
	slices.Reverse(all)
	return all, err
}

// renew lets what rests on a consent rest on the one that took its place.
func (t tx) renew(before, by string) error {
	_, err := t.exec(`UPDATE door_case SET consent = ? WHERE consent = ? AND ended = 0`, by, before)
	return err
}
