package identity

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"ieum"
)

const factorColumns = `number, account, kind, data, made, used, step, (SELECT COUNT(*) FROM identity_code c WHERE c.factor = number)`

func (s *store) readFactor(scan func(...any) error) (f Factor, err error) {
	var account, sealed string
	var made, used int64
	if err := scan(&f.Number, &account, &f.Kind, &sealed, &made, &used, &f.step, &f.Left); err != nil {
		return f, err
	}
	f.Made, f.Used = moment(made), moment(used)
	f.sealed = sealed
	f.data, err = s.open(AccountID(account), factorAt(AccountID(account), f.Kind), sealed)
	return f, err
}

func (s *store) factors(ctx context.Context, a AccountID) ([]Factor, error) {
	return s.factorsOf(ctx, outside(s.db), a)
}

func (s *store) factorsOf(ctx context.Context, q querier, a AccountID) ([]Factor, error) {
	return list(ctx, q, s.readFactor, `SELECT `+factorColumns+` FROM identity_factor WHERE account = ? ORDER BY number`, string(a))
}

// A setting is a factor to be added, with the codes of a printed list.
type setting struct {
	kind, data string
	step       int64
	codes      []string
	subject    string // of an agency: whom it knows the owner as
}

// addFactors adds factors; of all kinds but passkeys an account has one, and
// the new one takes its place.
func (s *store) addFactors(ctx context.Context, tx *sql.Tx, a AccountID, now time.Time, more []setting) error {
	for _, f := range more {
		if f.kind != passkey {
			if err := dropFactors(ctx, tx, a, `kind = ?`, f.kind); err != nil {
				return err
			}
		}
		sealed, err := s.seal(a, factorAt(a, f.kind), f.data)
		if err != nil {
			return err
		}
		var number int64
		err = tx.QueryRowContext(ctx, `INSERT INTO identity_factor (account, kind, data, made, used, step) VALUES (?, ?, ?, ?, 0, ?) RETURNING number`,
			string(a), f.kind, sealed, now.Unix(), f.step).Scan(&number)
		if err != nil {
			return err
		}
		if f.subject != "" {
			res, err := tx.ExecContext(ctx, `INSERT INTO identity_agency (blind, factor) VALUES (?, ?) ON CONFLICT DO NOTHING`, s.blindSubject(f.subject), number)
			if err := changed(res, err, errLinked()); err != nil {
				return err
			}
		}
		for _, code := range f.codes {
			if _, err := tx.ExecContext(ctx, `INSERT INTO identity_code (factor, hash) VALUES (?, ?)`, number, codeHash(a, code)); err != nil {
				return err
			}
		}
	}
	return nil
}

// dropFactors removes the factors of an account that a condition names.
func dropFactors(ctx context.Context, tx *sql.Tx, a AccountID, where string, args ...any) error {
	args = append([]any{string(a)}, args...)
	for _, table := range []string{"identity_code", "identity_agency"} {
		_, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE factor IN (SELECT number FROM identity_factor WHERE account = ? AND `+where+`)`, args...)
		if err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM identity_factor WHERE account = ? AND `+where, args...)
	return err
}

// linked returns the account that is linked to somebody an agency knows, and the
// number of that factor.
func (s *store) linked(ctx context.Context, subject string) (a AccountID, number int64, err error) {
	var account string
	err = s.db.QueryRowContext(ctx, `SELECT f.account, f.number FROM identity_agency g JOIN identity_factor f ON f.number = g.factor WHERE g.blind = ?`, s.blindSubject(subject)).Scan(&account, &number)
	if errors.Is(err, sql.ErrNoRows) {
		err = ieum.ErrNotFound
	}
	return AccountID(account), number, err
}

func kindsOf(list []setting) []string {
	kinds := make([]string, len(list))
	for i, f := range list {
		kinds[i] = f.kind
	}
	return kinds
}

// addTo adds factors to those an account has. Its other sessions end, and other browsers
// are not known any more: whoever had them may be why something was changed. The secret of an app is shown no longer, and
// who has the password of before guesses no more.
func (s *store) addTo(ctx context.Context, keep Session, now time.Time, more ...setting) error {
	a := keep.Account
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		if err := s.addFactors(ctx, tx, a, now, more); err != nil {
			return event{}, err
		}
		if err := endOthers(ctx, tx, keep, s.now()); err != nil {
			return event{}, err
		}
		kinds := kindsOf(more)
		if slices.Contains(kinds, app) {
			if err := s.dropSecret(ctx, tx, a, keep.ID); err != nil {
				return event{}, err
			}
		}
		if slices.Contains(kinds, password) {
			if err := forgetWrong(ctx, tx, a); err != nil {
				return event{}, err
			}
		}
		return about("identity.factor_added", a, "kinds", kinds), nil
	})
}

// arrive sets up what somebody signs in with who came by a link, uses the link
// up and begins a session. A recovery leaves nothing of what was there before, also not
// where notices went, which is told first; a first link nothing that whoever made the
// account set, which is told too.
func (s *store) arrive(ctx context.Context, l Link, now time.Time, full Session, more ...setting) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		res, err := tx.ExecContext(ctx, `UPDATE identity_link SET ended = ?, used = ? WHERE hash = ? AND ended = 0 AND since <= ? AND until > ?`, now.Unix(), now.Unix(), l.hash, now.Unix(), now.Unix())
		if err := changed(res, err, errLink()); err != nil {
			return event{}, err
		}
		before := s.dropSet
		if l.Purpose == toRecover {
			before = s.beginAnew
		}
		if err := before(ctx, tx, l.Account); err != nil {
			return event{}, err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM identity_session WHERE account = ?`, string(l.Account)); err != nil {
			return event{}, err
		}
		if err := s.addFactors(ctx, tx, l.Account, now, more); err != nil {
			return event{}, err
		}
		return about("identity.link_used", l.Account, "purpose", l.Purpose, "link", l.ID, "kinds", kindsOf(more)), s.insertSession(ctx, tx, full)
	})
}

// dropSet removes what an account has before its owner set anything up, and tells them:
// who made the account said whom the agency knows them as, and may have named themselves.
func (s *store) dropSet(ctx context.Context, tx *sql.Tx, a AccountID) error {
	have, err := s.factorsOf(ctx, within(tx), a)
	if err != nil || len(have) == 0 {
		return err
	}
	if err := s.note(ctx, tx, a, agencyDropped, ""); err != nil {
		return err
	}
	return dropFactors(ctx, tx, a, `1 = 1`)
}

// beginAnew removes what an account was signed in to with, its first link, its browsers,
// the secrets of its keys, and where its notices went, once that was told. Roles and keys
// that were proposed from it end, as long as nobody confirmed them.
func (s *store) beginAnew(ctx context.Context, tx *sql.Tx, a AccountID) error {
	if err := s.note(ctx, tx, a, recoveryUsed, ""); err != nil {
		return err
	}
	if err := forgetAddress(ctx, tx, a); err != nil {
		return err
	}
	if err := dropFactors(ctx, tx, a, `1 = 1`); err != nil {
		return err
	}
	if err := forgetSecrets(ctx, tx, a); err != nil {
		return err
	}
	now := s.now()
	if _, err := tx.ExecContext(ctx, `UPDATE identity_link SET ended = ? WHERE account = ? AND purpose = ? AND ended = 0`, now.Unix(), string(a), toEnrol); err != nil {
		return err
	}
	if err := endProposals(ctx, tx, a, now, `proposer = ?`, string(a)); err != nil {
		return err
	}
	if err := endProposedKeys(ctx, tx, a, now); err != nil {
		return err
	}
	return forgetBrowsers(ctx, tx, Session{Account: a}, now)
}

// removeFactor removes a factor, unless what is left would not let the person
// in, and all sessions and known browsers but the one to keep.
func (s *store) removeFactor(ctx context.Context, keep Session, number int64, two bool) error {
	a := keep.Account
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		have, err := s.factorsOf(ctx, within(tx), a)
		if err != nil {
			return event{}, err
		}
		var left []Factor
		for _, f := range have {
			if f.Number != number {
				left = append(left, f)
			}
		}
		if len(left) == len(have) {
			return event{}, ieum.ErrNotFound
		}
		if !enough(left, two) {
			return event{}, &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.error.last_factor", Message: "without it nobody could sign in"}
		}
		if err := endOthers(ctx, tx, keep, s.now()); err != nil {
			return event{}, err
		}
		return about("identity.factor_removed", a, "factor", number), dropFactors(ctx, tx, a, `number = ?`, number)
	})
}

// useStep takes a code of an app, once: false when its step was taken.
func (s *store) useStep(ctx context.Context, factor, step int64, now time.Time) (ok bool, err error) {
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE identity_factor SET step = ?, used = ? WHERE number = ? AND step < ?`, step, now.Unix(), factor, step)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		ok = n == 1
		return err
	})
	return ok, err
}

// codesFew is how many printed codes are left when their owner is told to print anew.
const codesFew = 2

// useCode takes a printed code, once: false when the list has no such code. When few are
// left, and when none is, the owner is told.
func (s *store) useCode(ctx context.Context, a AccountID, factor int64, hash []byte, now time.Time) (ok bool, err error) {
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `DELETE FROM identity_code WHERE factor = ? AND hash = ?`, factor, hash)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if ok = n == 1; !ok || err != nil {
			return err
		}
		if _, err = tx.ExecContext(ctx, `UPDATE identity_factor SET used = ? WHERE number = ?`, now.Unix(), factor); err != nil {
			return err
		}
		var left int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM identity_code WHERE factor = ?`, factor).Scan(&left); err != nil {
			return err
		}
		switch left {
		case codesFew:
			return s.note(ctx, tx, a, fewCodes, "")
		case 0:
			return s.note(ctx, tx, a, noCodes, "")
		}
		return nil
	})
	return ok, err
}

// useFactor notes that a factor was used.
func (s *store) useFactor(ctx context.Context, factor int64, now time.Time) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE identity_factor SET used = ? WHERE number = ?`, now.Unix(), factor)
		return err
	})
}

// usePasskey notes that a passkey was used, and what it is now; errPasskey when it was used
// since it was read: two browsers that showed the same counter are not both let in.
func (s *store) usePasskey(ctx context.Context, a AccountID, f Factor, data string, now time.Time) error {
	sealed, err := s.seal(a, factorAt(a, passkey), data)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE identity_factor SET data = ?, used = ? WHERE number = ? AND data = ?`, sealed, now.Unix(), f.Number, f.sealed)
		return changed(res, err, errPasskey())
	})
}
