package door

import (
	"context"
	"strings"
	"time"

	"ieum"
)

// applicants lists who applied here, with whether they withdrew.
func applicants(ctx context.Context, q querier, where string, args ...any) ([]Applicant, error) {
	return list(ctx, q, func(scan func(...any) error) (a Applicant, err error) {
		var at, answered, until, stopped int64
		err = scan(&a.ID, &a.person, &a.item, &a.Organisation, &a.Posting, &a.Title, &at, &a.State, &answered, &until, &stopped)
		a.At, a.Answered, a.Until, a.Ended = moment(at), moment(answered), moment(until), stopped != 0
		return a, err
	}, `SELECT door_applicant.consent, door_applicant.person, item, door_applicant.organisation, posting, title, at, state, answered, until, stopped
		FROM door_applicant JOIN door_consent ON door_consent.id = door_applicant.consent WHERE `+where, args...)
}

// applicants lists who applied to organisations, at least one, newest first.
func (s *store) applicants(ctx context.Context, organisations []string, posting string, most int) ([]Applicant, error) {
	args := []any{posting, posting}
	for _, id := range organisations {
		args = append(args, id)
	}
	return applicants(ctx, s, `(? = '' OR posting = ?) AND door_applicant.organisation IN (?`+strings.Repeat(`, ?`, len(organisations)-1)+`) ORDER BY at DESC, door_applicant.consent LIMIT ?`, append(args, most)...)
}

func (t tx) addApplicant(a Applicant) error {
	_, err := t.exec(`INSERT INTO door_applicant (consent, person, item, organisation, posting, title, at, state, answered) VALUES (?, ?, ?, ?, ?, ?, ?, '', 0)`,
		a.ID, a.person, a.item, a.Organisation, a.Posting, a.Title, a.At.Unix())
	return err
}

func (t tx) answered(consent, state string, now time.Time) error {
	_, err := t.exec(`UPDATE door_applicant SET state = ?, answered = ? WHERE consent = ?`, state, now.Unix(), consent)
	return err
}

// one returns a sealed record whose reading is written down.
func (s *store) one(ctx context.Context, id ieum.PersonID, kind ieum.RecordKind, item string) (k kept, err error) {
	err = s.in(ctx, func(t tx) error {
		k, err = t.one(id, kind, item)
		return err
	})
	return k, err
}
