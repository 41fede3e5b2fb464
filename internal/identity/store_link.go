package identity

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"ieum"
)

const linkColumns = `hash, id, account, purpose, since, until, maker, ended, two, confirmer, code`

func readLink(scan func(...any) error) (l Link, err error) {
	var account, maker, confirmer string
	var since, until, ended, two int64
	err = scan(&l.hash, &l.ID, &account, &l.Purpose, &since, &until, &maker, &ended, &two, &confirmer, &l.code)
	l.Account, l.Maker, l.Since, l.Until, l.Ended = AccountID(account), AccountID(maker), moment(since), moment(until), ended != 0
	l.Two, l.Confirmer = two == 1, AccountID(confirmer)
	return l, err
}

func insertLink(ctx context.Context, tx *sql.Tx, l Link) error {
	two := 0
	if l.Two {
		two = 1
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO identity_link (`+linkColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)`,
		l.hash, l.ID, string(l.Account), l.Purpose, l.Since.Unix(), l.Until.Unix(), string(l.Maker), two, string(l.Confirmer), []byte{})
	return err
}

func (s *store) link(ctx context.Context, hash []byte) (Link, error) {
	return first(ctx, outside(s.db), readLink, `SELECT `+linkColumns+` FROM identity_link WHERE hash = ?`, hash)
}

// links lists an account's links that were neither used nor cancelled and are
// not over.
func (s *store) links(ctx context.Context, a AccountID, now time.Time) ([]Link, error) {
	return linksOf(ctx, outside(s.db), a, now)
}

func linksOf(ctx context.Context, q querier, a AccountID, now time.Time) ([]Link, error) {
	return list(ctx, q, readLink, `SELECT `+linkColumns+` FROM identity_link WHERE account = ? AND ended = 0 AND until > ? ORDER BY since`, string(a), now.Unix())
}

// madeLink says whether somebody ever made a link to an account, or half of one.
func (s *store) madeLink(ctx context.Context, by, to AccountID) (is bool, err error) {
	var n int
	err = s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM identity_link WHERE account = ? AND (maker = ? OR confirmer = ?)`, string(to), string(by), string(by)).Scan(&n)
	return n > 0, err
}

// addLink adds a link in place of those of the same purpose; a first one unless its account
// is set up by then, for it would let whoever holds it begin anew there.
func (s *store) addLink(ctx context.Context, l Link, now time.Time) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		have, err := s.factorsOf(ctx, within(tx), l.Account)
		if err == nil && l.Purpose == toEnrol && len(have) > 0 {
			err = &ieum.Error{Kind: ieum.ErrConflict, Key: "identity.error.set_up", Message: "the account is set up; somebody who lost what they sign in with needs a recovery"}
		}
		if err != nil {
			return event{}, err
		}
		return replaceLink(ctx, tx, l, now)
	})
}

func replaceLink(ctx context.Context, tx *sql.Tx, l Link, now time.Time) (event, error) {
	_, err := tx.ExecContext(ctx, `UPDATE identity_link SET ended = ? WHERE account = ? AND purpose = ? AND ended = 0`, now.Unix(), string(l.Account), l.Purpose)
	if err != nil {
		return event{}, err
	}
	return about("identity.link_made", l.Account, "by", l.Maker, "purpose", l.Purpose, "link", l.ID, "two", l.Two, "waits", l.Waits()), insertLink(ctx, tx, l)
}

// recover adds a recovery, or confirms the one that waits for a second person when second
// says so, given that one (nil: none waits), the grants of the account and those of its
// maker. It returns the recovery as it is then. One that follows a cancelled one takes two,
// unless its maker is alone. Roles that wait for the account end, unless the console begins it.
func (s *store) recover(ctx context.Context, l Link, code []byte, now time.Time, alone bool, second func(waits *Link, own, makers []Grant) (bool, error)) (Link, error) {
	err := s.change(ctx, func(tx *sql.Tx) (event, error) {
		waits, makers, err := waiting(ctx, tx, l.Account, now)
		if err != nil {
			return event{}, err
		}
		own, err := grantsOf(ctx, within(tx), l.Account)
		if err != nil {
			return event{}, err
		}
		if yes, err := second(waits, own, makers); err != nil {
			return event{}, err
		} else if yes {
			waits.Confirmer, waits.Since, waits.Until, waits.code = l.Maker, l.Since, l.Until, code
			l = *waits
			return confirmLink(ctx, tx, l)
		}
		if l.Maker != Console {
			if err := endProposals(ctx, tx, l.Maker, now, `account = ?`, string(l.Account)); err != nil {
				return event{}, err
			}
		}
		var n int
		err = tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM identity_link WHERE account = ? AND purpose = ? AND cancelled > ?`, string(l.Account), toRecover, now.Add(-twoAfter).Unix()).Scan(&n)
		if err != nil {
			return event{}, err
		}
		if l.Two = n > 0; l.Two && alone {
			l.Confirmer = l.Maker
		}
		if l.Waits() {
			l.Since, l.Until = now, now.Add(proposalLasts)
		}
		return replaceLink(ctx, tx, l, now)
	})
	return l, err
}

// notRecovered fails while a recovery of an account is under way in which the console has
// no part, and when the last that was used was such: whoever made it may have come in.
func notRecovered(ctx context.Context, tx *sql.Tx, a AccountID, now time.Time) error {
	const console = string(Console)
	var n int
	err := tx.QueryRowContext(ctx, `
		SELECT COUNT(*) FROM identity_link WHERE account = ? AND purpose = ? AND maker <> ? AND confirmer <> ? AND (ended = 0 AND until > ? OR used >
		(SELECT COALESCE(MAX(used), 0) FROM identity_link WHERE account = ? AND purpose = ? AND (maker = ? OR confirmer = ?)))`,
		string(a), toRecover, console, console, now.Unix(), string(a), toRecover, console, console).Scan(&n)
	if err == nil && n > 0 {
		err = roleFault("recovered", "/name", "staff recovers this account, or did: for a role that two people grant it is recovered on the service's machine first (ieum account recover NAME), or another is made")
	}
	return err
}

// waiting returns the recovery of an account that waits for a second person, nil for
// none, and the grants of its maker.
func waiting(ctx context.Context, tx *sql.Tx, a AccountID, now time.Time) (*Link, []Grant, error) {
	all, err := linksOf(ctx, within(tx), a, now)
	if err != nil {
		return nil, nil, err
	}
	for _, l := range all {
		if l.Waits() {
			makers, err := grantsOf(ctx, within(tx), l.Maker)
			return &l, makers, err
		}
	}
	return nil, nil, nil
}

func confirmLink(ctx context.Context, tx *sql.Tx, l Link) (event, error) {
	res, err := tx.ExecContext(ctx, `UPDATE identity_link SET confirmer = ?, since = ?, until = ?, code = ? WHERE hash = ? AND confirmer = '' AND ended = 0`,
		string(l.Confirmer), l.Since.Unix(), l.Until.Unix(), l.code, l.hash)
	return about("identity.link_confirmed", l.Account, "by", l.Confirmer, "link", l.ID), changed(res, err, ieum.ErrConflict)
}

// cancelLink ends a link of an account that was not used, for who is signed in to it.
func (s *store) cancelLink(ctx context.Context, a AccountID, id string, now time.Time) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		l, err := first(ctx, within(tx), readLink, `SELECT `+linkColumns+` FROM identity_link WHERE account = ? AND id = ? AND ended = 0`, string(a), id)
		if err == nil && l.Two {
			err = &ieum.Error{Kind: ieum.ErrDenied, Key: "identity.error.recovery_two", Message: "two members of staff make this recovery; staff stops it"}
		}
		if err != nil {
			return event{}, err
		}
		_, err = tx.ExecContext(ctx, `UPDATE identity_link SET ended = ?, cancelled = ? WHERE hash = ?`, now.Unix(), now.Unix(), l.hash)
		return about("identity.link_cancelled", a, "link", id), err
	})
}

// stopRecovery ends the recovery of an account, for somebody of staff.
func (s *store) stopRecovery(ctx context.Context, a, by AccountID, now time.Time) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		var id string
		err := tx.QueryRowContext(ctx, `UPDATE identity_link SET ended = ? WHERE account = ? AND purpose = ? AND ended = 0 AND until > ? RETURNING id`, now.Unix(), string(a), toRecover, now.Unix()).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			err = &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.error.no_recovery", Field: "/name", Message: "no recovery of this account is under way"}
		}
		return about("identity.link_cancelled", a, "link", id, "by", by), err
	})
}
