package identity

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"strings"
	"time"

	"ieum"
)

func addressAt(a AccountID, column string) string {
	return "identity_address/" + string(a) + "/" + column
}

func noticeAt(a AccountID) string { return "identity_notice/" + string(a) + "/address" }

// note adds a notice, within the transaction of what it tells of, and of a role
// when it tells of one. It goes to the
// address that the account has now, whatever comes after; without one it is a letter.
// One of a recovery goes also to the address before it, of which somebody in the account
// may have changed it lately.
func (s *store) note(ctx context.Context, tx *sql.Tx, a AccountID, kind string, role ieum.RoleID) error {
	to, _, err := s.addressIn(ctx, within(tx), a)
	if err != nil && !errors.Is(err, ieum.ErrNotFound) { // which it is while it is being erased
		return err
	}
	former := ""
	if strings.HasPrefix(kind, "recovery_") && err == nil {
		if former, err = s.formerIn(ctx, tx, a); err != nil {
			return err
		}
	}
	if former != "" && former != to {
		if err := s.noteTo(ctx, tx, a, kind, role, former); err != nil {
			return err
		}
	}
	return s.noteTo(ctx, tx, a, kind, role, to)
}

func (s *store) noteTo(ctx context.Context, tx *sql.Tx, a AccountID, kind string, role ieum.RoleID, to string) error {
	sealed, err := s.seal(a, noticeAt(a), to)
	if err != nil {
		return err
	}
	now := s.now().Unix()
	_, err = tx.ExecContext(ctx, `INSERT INTO identity_notice (account, kind, role, made, address, state, due, settled) VALUES (?, ?, ?, ?, ?, ?, ?, 0)`, string(a), kind, string(role), now, sealed, waits, now)
	return err
}

// noteWork adds a notice of somebody's search for work where there is an address for it, and
// no other of the kind waits.
func (s *store) noteWork(ctx context.Context, a AccountID, kind string) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		to, _, err := s.addressIn(ctx, within(tx), a)
		if errors.Is(err, ieum.ErrNotFound) || err == nil && to == "" {
			return nil
		}
		if err != nil {
			return err
		}
		var waiting int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM identity_notice WHERE account = ? AND kind = ? AND state = ?`, string(a), kind, waits).Scan(&waiting); err != nil || waiting > 0 {
			return err
		}
		return s.noteTo(ctx, tx, a, kind, "", to)
	})
}

// ofRecovery is 1 for a notice of a recovery, which is urgent, and 0 for others.
const ofRecovery = `CASE WHEN kind IN ('` + recoveryBegun + `', '` + recoveryEnded + `', '` + recoveryUsed + `', '` + recoveryAsked + `', '` + recoveryAgreed + `') THEN 1 ELSE 0 END`

const noticeColumns = `number, account, kind, role, made, address, state, settled`

func readNotice(scan func(...any) error) (n Notice, err error) {
	var account, role string
	var made, settled int64
	err = scan(&n.Number, &account, &n.Kind, &role, &made, &n.sealed, &n.State, &settled)
	n.Account, n.Role, n.Made, n.Settled = AccountID(account), ieum.RoleID(role), moment(made), moment(settled)
	return n, err
}

// whereTo returns the address that a notice goes to, "" for none.
func (s *store) whereTo(n Notice) (to string, err error) {
	to, err = s.open(n.Account, noticeAt(n.Account), n.sealed)
	if errors.Is(err, ieum.ErrNotFound) { // it is being erased
		return "", nil
	}
	return to, err
}

// takeNotice returns a notice that is due, which nobody else takes before until;
// ieum.ErrNotFound when there is none. Those of recoveries come before all others; then
// it is the turn of the account of which none was tried for longest, so that nobody
// waits behind the many of another; of one account the oldest is first.
func (s *store) takeNotice(ctx context.Context, now, until time.Time) (n Notice, err error) {
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		n, err = first(ctx, within(tx), readNotice, `
			UPDATE identity_notice SET due = ?, turn = (SELECT MAX(turn) + 1 FROM identity_notice) WHERE state = ? AND due <= ? AND number =
			(SELECT number FROM identity_notice AS n WHERE state = ? AND due <= ? ORDER BY `+ofRecovery+` DESC,
				(SELECT MAX(turn) FROM identity_notice AS tried WHERE tried.account = n.account), number LIMIT 1) RETURNING `+noticeColumns, until.Unix(), waits, now.Unix(), waits, now.Unix())
		return err
	})
	return n, err
}

// settleNotice says what became of a notice that waited.
func (s *store) settleNotice(ctx context.Context, number int64, state string, now time.Time) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE identity_notice SET state = ?, settled = ?, address = '' WHERE number = ? AND state = ?`, state, now.Unix(), number, waits)
		return err
	})
}

// putOff lets a notice be tried again.
func (s *store) putOff(ctx context.Context, number int64, due time.Time) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE identity_notice SET due = ? WHERE number = ? AND state = ?`, due.Unix(), number, waits)
		return err
	})
}

// warnings returns what of addressChanged and restored was noted lately, before a session
// began in which that was not put away, and fewCodes as long as few are left.
func (s *store) warnings(ctx context.Context, in Session, now time.Time) ([]string, error) {
	return list(ctx, outside(s.db), func(scan func(...any) error) (kind string, err error) { return kind, scan(&kind) }, `
		SELECT kind FROM identity_notice WHERE account = ? AND (kind = ? AND made >= ? OR kind = ? AND made >= ?) AND made < ?
			AND NOT EXISTS (SELECT 1 FROM identity_session WHERE hash = ? AND told = 1)
		UNION SELECT ? FROM identity_factor f WHERE account = ? AND kind = ? AND (SELECT COUNT(*) FROM identity_code WHERE factor = f.number) <= ?
		ORDER BY 1`,
		string(in.Account), addressChanged, now.Add(-addressShows).Unix(), restored, now.Add(-restoredShows).Unix(), in.Made.Unix(), in.hash,
		fewCodes, string(in.Account), onPaper, codesFew)
}

// told keeps that in a session what can be put away was seen.
func (s *store) told(ctx context.Context, hash []byte) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE identity_session SET told = 1 WHERE hash = ?`, hash)
		return err
	})
}

// mostNotices is how many are listed.
const mostNotices = 20

// notices lists the newest of an account.
func (s *store) notices(ctx context.Context, a AccountID) ([]Notice, error) {
	return list(ctx, outside(s.db), readNotice, `SELECT `+noticeColumns+` FROM identity_notice WHERE account = ? AND kind NOT IN (?, ?) ORDER BY number DESC LIMIT ?`, string(a), newJobs, jobAnswered, mostNotices)
}

// address returns the address that was confirmed and the one that waits for its
// code; "" for none.
func (s *store) address(ctx context.Context, a AccountID) (address, pending string, err error) {
	return s.addressIn(ctx, outside(s.db), a)
}

func (s *store) addressIn(ctx context.Context, q querier, a AccountID) (address, pending string, err error) {
	row, err := first(ctx, q, func(scan func(...any) error) (row [2]string, err error) {
		return row, scan(&row[0], &row[1])
	}, `SELECT address, pending FROM identity_address WHERE account = ?`, string(a))
	if errors.Is(err, ieum.ErrNotFound) {
		return "", "", nil
	}
	if err == nil {
		address, err = s.open(a, addressAt(a, "address"), row[0])
	}
	if err == nil {
		pending, err = s.open(a, addressAt(a, "pending"), row[1])
	}
	return address, pending, err
}

// setPending keeps an address until its code comes.
func (s *store) setPending(ctx context.Context, a AccountID, address string, code []byte, until time.Time) error {
	sealed, err := s.seal(a, addressAt(a, "pending"), address)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO identity_address (account, address, pending, code, tries, until) VALUES (?, '', ?, ?, 0, ?)
			ON CONFLICT (account) DO UPDATE SET pending = excluded.pending, code = excluded.code, tries = 0, until = excluded.until`, string(a), sealed, code, until.Unix())
		return err
	})
}

// confirmAddress lets the address that waits take the place of the one before, which
// is told: by letter, when there was none. False for a wrong code; the last wrong one
// forgets it.
func (s *store) confirmAddress(ctx context.Context, of Session, code []byte, now time.Time) (ok bool, err error) {
	a := of.Account
	err = s.change(ctx, func(tx *sql.Tx) (event, error) {
		ok = false
		if err := still(ctx, tx, of); err != nil {
			return event{}, err
		}
		var want []byte
		var tries int
		err := tx.QueryRowContext(ctx, `UPDATE identity_address SET tries = tries + 1 WHERE account = ? AND pending <> '' AND until > ? RETURNING code, tries`, string(a), now.Unix()).Scan(&want, &tries)
		if errors.Is(err, sql.ErrNoRows) {
			return event{}, nil
		}
		if err != nil || tries > mostTries {
			return event{}, err
		}
		if subtle.ConstantTimeCompare(want, code) != 1 {
			return event{}, nil
		}
		_, after, err := s.addressIn(ctx, within(tx), a)
		if err != nil {
			return event{}, err
		}
		if err := s.note(ctx, tx, a, addressChanged, ""); err != nil {
			return event{}, err
		}
		ok = true
		return about("identity.address_set", a), s.replaceAddress(ctx, tx, a, after)
	})
	return ok, err
}

// formerLasts is how long the address before a change is told of recoveries, too.
const formerLasts = 30 * 24 * time.Hour

// replaceAddress lets an address, "" for none, take the place of the one before. That is
// kept for formerLasts: of several changes in that time, the one before the first.
func (s *store) replaceAddress(ctx context.Context, tx *sql.Tx, a AccountID, after string) error {
	former, err := s.formerIn(ctx, tx, a)
	if err != nil {
		return err
	}
	if former == "" {
		before, _, err := s.addressIn(ctx, within(tx), a)
		if err != nil {
			return err
		}
		sealed, err := s.seal(a, addressAt(a, "former"), before)
		if err != nil {
			return err
		}
		if _, err = tx.ExecContext(ctx, `UPDATE identity_address SET former = ?, replaced = ? WHERE account = ?`, sealed, s.now().Unix(), string(a)); err != nil {
			return err
		}
	}
	sealed, err := s.seal(a, addressAt(a, "address"), after)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE identity_address SET address = ?, pending = '', code = ?, until = 0 WHERE account = ?`, sealed, []byte{}, string(a))
	return err
}

// formerIn returns the address that another took the place of within formerLasts, "" for
// none.
func (s *store) formerIn(ctx context.Context, tx *sql.Tx, a AccountID) (string, error) {
	var sealed string
	err := tx.QueryRowContext(ctx, `SELECT former FROM identity_address WHERE account = ? AND replaced > ?`, string(a), s.now().Add(-formerLasts).Unix()).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return s.open(a, addressAt(a, "former"), sealed)
}

// forgetFormer forgets the addresses that others took the place of longer ago.
func (s *store) forgetFormer(ctx context.Context) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE identity_address SET former = '', replaced = 0 WHERE replaced > 0 AND replaced <= ?`, s.now().Add(-formerLasts).Unix())
		return err
	})
}

// dropAddress removes an account's addresses; the confirmed one is told.
func (s *store) dropAddress(ctx context.Context, of Session, now time.Time) error {
	a := of.Account
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		if err := still(ctx, tx, of); err != nil {
			return event{}, err
		}
		before, _, err := s.addressIn(ctx, within(tx), a)
		if err != nil {
			return event{}, err
		}
		if before != "" {
			if err := s.note(ctx, tx, a, addressChanged, ""); err != nil {
				return event{}, err
			}
		}
		return about("identity.address_dropped", a), s.replaceAddress(ctx, tx, a, "")
	})
}

func forgetAddress(ctx context.Context, tx *sql.Tx, a AccountID) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM identity_address WHERE account = ?`, string(a))
	return err
}
