package identity

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"ieum"
	"ieum/internal/platform/db"
)

const sessionColumns = `hash, id, account, stage, device, made, seen, until, factors, tries, link, secret, shown`

func (s *store) readSession(scan func(...any) error) (n Session, err error) {
	var account, sealed string
	var made, seen, until int64
	if err := scan(&n.hash, &n.ID, &account, &n.Stage, &n.Device, &made, &seen, &until, &n.factors, &n.tries, &n.link, &sealed, &n.shown); err != nil {
		return n, err
	}
	n.Account, n.Made, n.Seen, n.Until = AccountID(account), moment(made), moment(seen), moment(until)
	n.secret, err = s.open(n.Account, secretAt(n.ID), sealed)
	return n, err
}

// insertSession adds a session. With a full one the wrong second factors before it are
// forgotten.
func (s *store) insertSession(ctx context.Context, tx *sql.Tx, n Session) error {
	if n.link == nil {
		n.link = []byte{}
	}
	secret, err := s.seal(n.Account, secretAt(n.ID), n.secret)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO identity_session (`+sessionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		n.hash, n.ID, string(n.Account), n.Stage, n.Device, n.Made.Unix(), n.Seen.Unix(), n.Until.Unix(), n.factors, n.tries, n.link, secret, n.shown)
	if err != nil || n.Stage != stageFull {
		return err
	}
	return forgetWrong(ctx, tx, n.Account)
}

// session returns a session that has not ended.
func (s *store) session(ctx context.Context, hash []byte, now time.Time) (Session, error) {
	return first(ctx, outside(s.db), s.readSession, `SELECT `+sessionColumns+` FROM identity_session WHERE hash = ? AND until > ? AND seen > ?`,
		hash, now.Unix(), now.Add(-idle).Unix())
}

func (s *store) sessions(ctx context.Context, a AccountID, now time.Time) ([]Session, error) {
	return list(ctx, outside(s.db), s.readSession, `SELECT `+sessionColumns+` FROM identity_session WHERE account = ? AND stage = 'full' AND until > ? AND seen > ? ORDER BY seen DESC`,
		string(a), now.Unix(), now.Add(-idle).Unix())
}

// A start is a session that begins.
type start struct {
	Session
	before  []byte // the session in whose place it begins; nil = none
	awaited bool   // that one showed the first factor, and must still be there
	shown   int64  // the factor that was shown, which must still be the account's; 0 = by that session, or a link
	known   []byte // by which the browser says that it was signed in with before
	fresh   []byte // by which it is known from now on, if that does not hold; nil = by nothing
}

// begin starts a session and forgets those that are over, with browsers. A full one ends the
// account's first link: whoever made it is not to set up a way in beside the owner's.
// Whatever was looked at before may have been taken away since, as by an owner who changes
// the password because somebody else has it: then it is ieum.ErrSignedOut, and nothing is
// kept. unseen is whether the browser is known by fresh now.
func (s *store) begin(ctx context.Context, n start, now time.Time, e event) (unseen bool, err error) {
	err = s.change(ctx, func(tx *sql.Tx) (event, error) {
		if n.awaited {
			res, err := tx.ExecContext(ctx, `DELETE FROM identity_session WHERE hash = ? AND account = ? AND stage = ? AND until > ?`, n.before, string(n.Account), stageFirst, now.Unix())
			if err := changed(res, err, ieum.ErrSignedOut); err != nil {
				return event{}, err
			}
		}
		if n.shown != 0 {
			res, err := tx.ExecContext(ctx, `UPDATE identity_factor SET step = step WHERE number = ? AND account = ?`, n.shown, string(n.Account))
			if err := changed(res, err, ieum.ErrSignedOut); err != nil {
				return event{}, err
			}
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM identity_session WHERE hash = ? OR until <= ? OR seen <= ?`, n.before, now.Unix(), now.Add(-idle).Unix())
		if err != nil {
			return event{}, err
		}
		if n.Stage == stageFull {
			_, err := tx.ExecContext(ctx, `UPDATE identity_link SET ended = ? WHERE account = ? AND purpose = ? AND ended = 0`, now.Unix(), string(n.Account), toEnrol)
			if err != nil {
				return event{}, err
			}
		}
		if n.fresh != nil {
			if unseen, err = keepDevice(ctx, tx, n, now); err != nil {
				return event{}, err
			}
			e.data["new"] = unseen
		}
		return e, s.insertSession(ctx, tx, n.Session)
	})
	return unseen, err
}

// keepDevice notes with which browser an account was signed in to, unseen when it was not known,
// and drops those that nobody can come by any more: the cookie of a known one is over, as is
// that of each session which began before another was forgotten.
func keepDevice(ctx context.Context, tx *sql.Tx, n start, now time.Time) (unseen bool, err error) {
	_, err = tx.ExecContext(ctx, `DELETE FROM identity_device WHERE made BETWEEN ? AND ?`, -now.Add(-absolute-endedLasts).Unix(), now.Add(-knownLasts).Unix())
	if err != nil {
		return false, err
	}
	res, err := tx.ExecContext(ctx, `UPDATE identity_device SET made = ? WHERE hash = ? AND account = ? AND made > 0`, now.Unix(), n.known, string(n.Account))
	if err != nil {
		return false, err
	}
	if had, err := res.RowsAffected(); err != nil || had > 0 {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO identity_device (hash, account, made) VALUES (?, ?, ?)`, n.fresh, string(n.Account), now.Unix())
	return true, err
}

// still fails with ieum.ErrSignedOut once a session is over: a request of it may have come in
// before, and been under way for a minute.
func still(ctx context.Context, tx *sql.Tx, of Session) error {
	res, err := tx.ExecContext(ctx, `UPDATE identity_session SET seen = seen WHERE id = ? AND account = ?`, of.ID, string(of.Account))
	return changed(res, err, ieum.ErrSignedOut)
}

// touch notes that a session was used.
func (s *store) touch(ctx context.Context, hash []byte, now time.Time) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE identity_session SET seen = ? WHERE hash = ? AND seen < ?`, now.Unix(), hash, now.Unix())
		return err
	})
}

// try counts a code as a wrong one before it is looked at, so that as many at the same
// moment are no way past a ceiling, and returns how many that makes in a row over all
// sessions, and in a browser that was signed in with before; 0 in another. A right one
// begins a session, which sets both back. A session that is over or has had its tries is
// ieum.ErrSignedOut.
func (s *store) try(ctx context.Context, a AccountID, hash, browser []byte, most int) (wrong, here int, err error) {
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE identity_session SET tries = tries + 1 WHERE hash = ? AND tries < ?`, hash, most)
		if err := changed(res, err, ieum.ErrSignedOut); err != nil {
			return err
		}
		err = tx.QueryRowContext(ctx, `UPDATE identity_device SET wrong = wrong + 1 WHERE hash = ? AND account = ? AND made > 0 RETURNING wrong`, browser, string(a)).Scan(&here)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		return tx.QueryRowContext(ctx, `UPDATE identity_account SET wrong = wrong + 1 WHERE id = ? RETURNING wrong`, string(a)).Scan(&wrong)
	})
	return wrong, here, err
}

// missed says that a code that was tried is wrong: after the last one of a session that
// ends, and of many in a row over all sessions the owner of the account is told.
func (s *store) missed(ctx context.Context, a AccountID, hash []byte, most, wrong int) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		_, err := tx.ExecContext(ctx, `DELETE FROM identity_session WHERE hash = ? AND tries >= ?`, hash, most)
		if err != nil || wrong != wrongTold && wrong != wrongHeld {
			return event{}, err
		}
		return about("identity.codes_wrong", a, "wrong", wrong, "held", wrong == wrongHeld), nil
	})
}

func forgetWrong(ctx context.Context, tx *sql.Tx, a AccountID) error {
	_, err := tx.ExecContext(ctx, `UPDATE identity_account SET wrong = 0 WHERE id = ? AND wrong > 0`, string(a))
	if err == nil {
		_, err = tx.ExecContext(ctx, `UPDATE identity_device SET wrong = 0 WHERE account = ? AND wrong > 0`, string(a))
	}
	return err
}

// setSecret keeps the secret of an app until its first code has been seen.
func (s *store) setSecret(ctx context.Context, n Session, secret string) error {
	sealed, err := s.seal(n.Account, secretAt(n.ID), secret)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE identity_session SET secret = ? WHERE hash = ?`, sealed, n.hash)
		return err
	})
}

// dropSecret forgets the secret of an app that was set up.
func (s *store) dropSecret(ctx context.Context, tx *sql.Tx, a AccountID, id string) error {
	sealed, err := s.seal(a, secretAt(id), "")
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE identity_session SET secret = ? WHERE id = ?`, sealed, id)
	return err
}

// endSession ends one session of an account. Who ends another than their own lets no
// browser but theirs be known: whoever comes by it once more shows as new.
func (s *store) endSession(ctx context.Context, from Session, id string) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		res, err := tx.ExecContext(ctx, `DELETE FROM identity_session WHERE account = ? AND id = ?`, string(from.Account), id)
		if err := changed(res, err, ieum.ErrNotFound); err != nil {
			return event{}, err
		}
		if id != from.ID {
			if err := still(ctx, tx, from); err != nil {
				return event{}, err
			}
			err = forgetBrowsers(ctx, tx, from, s.now())
		}
		return about("identity.session_ended", from.Account, "session", id), err
	})
}

// endOthers ends the sessions of an account but one, which must not be over, and forgets
// other browsers.
func endOthers(ctx context.Context, tx *sql.Tx, keep Session, now time.Time) error {
	if err := still(ctx, tx, keep); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM identity_session WHERE account = ? AND id <> ?`, string(keep.Account), keep.ID); err != nil {
		return err
	}
	return forgetBrowsers(ctx, tx, keep, now)
}

// forgetBrowsers lets no browser be known that an account was signed in to with, but that of a
// session. Whose a form is that waits there is still told: see lastIn.
func forgetBrowsers(ctx context.Context, tx *sql.Tx, keep Session, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE identity_device SET made = ? WHERE account = ? AND hash <> ? AND made > 0`, -now.Unix(), string(keep.Account), append([]byte{}, keep.browser...))
	return err
}

// keepChallenge keeps what a passkey was asked, and forgets what is over.
func (s *store) keepChallenge(ctx context.Context, id string, a AccountID, data string, now, until time.Time) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM identity_challenge WHERE until <= ?`, now.Unix()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO identity_challenge (id, account, data, until) VALUES (?, ?, ?, ?)`, id, string(a), data, until.Unix())
		return err
	})
}

// takeChallenge returns what a passkey was asked, once.
func (s *store) takeChallenge(ctx context.Context, id string, a AccountID, now time.Time) (data string, err error) {
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `DELETE FROM identity_challenge WHERE id = ? AND account = ? AND until > ? RETURNING data`, id, string(a), now.Unix()).Scan(&data)
		if errors.Is(err, sql.ErrNoRows) {
			return errPasskey()
		}
		return err
	})
	return data, err
}

// takeErrand returns who began a way to the agency, "" for nobody who was signed
// in, and where it was to lead, once.
func (s *store) takeErrand(ctx context.Context, id string, now time.Time) (a AccountID, next string, err error) {
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		var account string
		err := tx.QueryRowContext(ctx, `DELETE FROM identity_challenge WHERE id = ? AND until > ? RETURNING account, data`, id, now.Unix()).Scan(&account, &next)
		if errors.Is(err, sql.ErrNoRows) {
			return errAgency(errors.New("the answer came before, or too late"))
		}
		a = AccountID(account)
		return err
	})
	return a, next, err
}

// lastIn returns whose account was last signed in to with a browser; "" for none.
func (s *store) lastIn(ctx context.Context, hash []byte) (AccountID, error) {
	a, err := first(ctx, outside(s.db), func(scan func(...any) error) (a string, err error) { return a, scan(&a) }, `SELECT account FROM identity_device WHERE hash = ?`, hash)
	if errors.Is(err, ieum.ErrNotFound) {
		err = nil
	}
	return AccountID(a), err
}

// knows says whether an account was signed in to with a browser before, which was not
// forgotten since.
func (s *store) knows(ctx context.Context, hash []byte, a AccountID) (bool, error) {
	var n int
	err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM identity_device WHERE hash = ? AND account = ? AND made > 0`, hash, string(a)).Scan(&n)
	return n > 0, err
}

// knowsOf is knows for any account.
func (s *store) knowsOf(ctx context.Context, hash []byte) (bool, error) {
	var n int
	err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM identity_device WHERE hash = ? AND made > 0`, hash).Scan(&n)
	return n > 0, err
}

// Restored makes a database that a backup filled safe to sign in to: links that were used or
// cancelled since, sessions that ended and browsers that were forgotten would be back. So
// all of these end, but for the links of a demo. Passwords, keys and consents are those of
// the backup's day, which the owner of each account is told.
func Restored(ctx context.Context, d *db.DB, now time.Time) error {
	return d.Tx(ctx, func(tx *sql.Tx) error {
		for _, x := range []struct {
			text string
			args []any
		}{
			{`UPDATE identity_link SET ended = ? WHERE ended = 0 AND purpose <> ?`, []any{now.Unix(), toDemo}},
			{`DELETE FROM identity_session`, nil},
			{`DELETE FROM identity_challenge`, nil},
			{`DELETE FROM identity_device`, nil},
			{`INSERT INTO identity_notice (account, kind, role, made, address, state, due, settled) SELECT id, ?, '', ?, '', ?, ?, ? FROM identity_account WHERE demo = 0`,
				[]any{restored, now.Unix(), shown, now.Unix(), now.Unix()}},
		} {
			if _, err := tx.ExecContext(ctx, x.text, x.args...); err != nil {
				return err
			}
		}
		return nil
	})
}
