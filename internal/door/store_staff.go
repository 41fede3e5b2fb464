package door

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"ieum"
)

// given is the condition of consents that may be relied on at a time, inForce that of mandates
// by which somebody acts. When one began does not matter: another server's clock may be ahead,
// and what holds there must not escape a stop here.
const (
	given   = `stopped = 0 AND until > ?`
	inForce = `confirmer <> '' AND ended = 0 AND until > ?`
)

// mandatesWaiting lists the mandates of some organisations that wait for a second
// person.
func mandatesWaiting(ctx context.Context, q querier, organisations []string, now time.Time) ([]Mandate, error) {
	args := []any{now.Unix(), now.Add(-longestWait).Unix()}
	for _, o := range organisations {
		args = append(args, o)
	}
	return mandates(ctx, q, `confirmer = '' AND ended = 0 AND until > ? AND since > ? AND organisation IN (?`+strings.Repeat(`, ?`, len(organisations)-1)+`)`, args...)
}

// actsFor returns for how many others somebody acts, or would once it is confirmed.
func (t tx) actsFor(holder ieum.AccountID, beside ieum.PersonID, now time.Time) (n int64, err error) {
	err = t.QueryRowContext(t.ctx, `SELECT COUNT(DISTINCT person) FROM door_mandate WHERE kind <> '`+ownAccount+`' AND holder = ? AND person <> ? AND ended = 0 AND until > ? AND (confirmer <> '' OR since > ?)`,
		holder, beside, now.Unix(), now.Add(-longestWait).Unix()).Scan(&n)
	return n, err
}

// confirmMandate lets a mandate that waits count from now on.
func (t tx) confirmMandate(mandate string, by ieum.AccountID, now time.Time) (int64, error) {
	return t.exec(`UPDATE door_mandate SET confirmer = ?, since = ? WHERE id = ? AND confirmer = '' AND ended = 0`, by, now.Unix(), mandate)
}

// givenSince returns how often somebody agreed to something since a time.
func (t tx) givenSince(id ieum.PersonID, since time.Time) (n int, err error) {
	err = t.QueryRowContext(t.ctx, `SELECT COUNT(*) FROM door_consent WHERE person = ? AND since > ?`, id, since.Unix()).Scan(&n)
	return n, err
}

// own makes a consent that was given in a person's name the person's own.
func (t tx) own(id ieum.PersonID, consent string) (int64, error) {
	return t.exec(`UPDATE door_consent SET mandate = '' WHERE id = ? AND person = ? AND mandate <> ''`, consent, id)
}

// client returns the number by which staff know a person; 0 = by none.
func (s *store) client(ctx context.Context, id ieum.PersonID) (n int64, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT COALESCE(MIN(number), 0) FROM door_case WHERE person = ?`, id).Scan(&n)
	return n, err
}

// clientOf returns whom staff know by a number; "" = nobody.
func (s *store) clientOf(ctx context.Context, client int64) (id ieum.PersonID, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT COALESCE(MIN(person), '') FROM door_case WHERE number = ? AND NOT EXISTS
		(SELECT 1 FROM door_case AS f WHERE f.person = door_case.person AND f.number < door_case.number)`, client).Scan(&id)
	return id, err
}

// setSeen says that a counsellor looked at a client for the first time.
func (s *store) setSeen(ctx context.Context, number int64, now time.Time) error {
	return s.in(ctx, func(t tx) error {
		_, err := t.exec(`UPDATE door_case SET seen = ? WHERE number = ? AND seen = 0`, now.Unix(), number)
		return err
	})
}

func (t tx) addWithdrawal(w Withdrawal) error {
	_, err := t.exec(`INSERT INTO door_withdrawal (id, person, taker, heard, organisation, paper, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		w.ID, w.Person, w.Taker, w.Heard, w.Organisation, w.Paper, w.At.Unix())
	return err
}

// withdrew notes by which withdrawal a consent or a mandate ended.
func (t tx) withdrew(id, withdrawal string) error {
	for _, query := range []string{`UPDATE door_consent SET withdrawal = ? WHERE id = ?`, `UPDATE door_mandate SET withdrawal = ? WHERE id = ?`} {
		if _, err := t.exec(query, withdrawal, id); err != nil {
			return err
		}
	}
	return nil
}

// withdrawals lists what desks took down, newest first.
func withdrawals(ctx context.Context, q querier, where string, args ...any) ([]Withdrawal, error) {
	return list(ctx, q, func(scan func(...any) error) (w Withdrawal, err error) {
		var at int64
		err = scan(&w.ID, &w.Person, &w.Taker, &w.Heard, &w.Organisation, &w.Paper, &at)
		w.At = moment(at)
		return w, err
	}, `SELECT id, person, taker, heard, organisation, paper, at FROM door_withdrawal WHERE `+where+` ORDER BY at DESC, id`, args...)
}

// twins lists those whom an organisation registered with a hash of name and birth date,
// in the order they came.
func twins(ctx context.Context, q querier, who, organisation string) ([]Person, error) {
	return list(ctx, q, func(scan func(...any) error) (Person, error) { return scanPerson(scanner(scan)) },
		`SELECT `+personColumns+` FROM door_person WHERE who = ? AND who <> '' AND organisation = ? AND erased = 0 ORDER BY made, id`, who, organisation)
}

// a scanner is a row by its method Scan.
type scanner func(...any) error

func (s scanner) Scan(to ...any) error { return s(to...) }

// setWho notes the hashes of name and birth date of who is registered: that by which desks
// are warned, and that with which proofs of identity are compared.
func (t tx) setWho(id ieum.PersonID, who, token string) error {
	_, err := t.exec(`UPDATE door_person SET who = ?, token = ? WHERE id = ?`, who, token, id)
	return err
}

// tokenOf returns the latter; "" = it is not known.
func (s *store) tokenOf(ctx context.Context, id ieum.PersonID) (token string, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT token FROM door_person WHERE id = ?`, id).Scan(&token)
	if errors.Is(err, sql.ErrNoRows) {
		err = errNobody()
	}
	return token, err
}
