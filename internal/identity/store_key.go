package identity

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"ieum"
	"ieum/internal/platform/journal"
)

const keyColumns = `k.number, k.title, k.organisation, k.role, k.owner, k.quota, k.since, k.until, k.proposer, k.confirmer, k.ended`

func readKey(scan func(...any) error) (k Key, err error) {
	var role, owner, proposer, confirmer string
	var since, until, ended int64
	err = scan(&k.Number, &k.Title, &k.Organisation, &role, &owner, &k.Quota, &since, &until, &proposer, &confirmer, &ended)
	k.Role, k.Owner, k.Proposer, k.Confirmer = ieum.RoleID(role), AccountID(owner), AccountID(proposer), AccountID(confirmer)
	k.Since, k.Until, k.Ended = moment(since), moment(until), ended != 0
	return k, err
}

func (s *store) addKey(ctx context.Context, k Key) (Key, error) {
	err := s.change(ctx, func(tx *sql.Tx) (event, error) {
		if err := exists(ctx, tx, k.Organisation, ""); err != nil {
			return event{}, err
		}
		err := tx.QueryRowContext(ctx, `
			INSERT INTO identity_key (title, organisation, role, owner, quota, since, until, proposer, confirmer, ended)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 0) RETURNING number`,
			k.Title, k.Organisation, string(k.Role), string(k.Owner), k.Quota, k.Since.Unix(), k.Until.Unix(), string(k.Proposer)).Scan(&k.Number)
		return about("identity.key_proposed", k.Owner, "key", strconv.FormatInt(k.Number, 10), "role", k.Role, "organisation", k.Organisation,
			"quota", k.Quota, "until", k.Until.Unix(), "by", k.Proposer), err
	})
	return k, err
}

// keysOf lists the keys of an owner, "" for all, that are not over, nor were proposed
// too long ago.
func (s *store) keysOf(ctx context.Context, owner AccountID, now time.Time) ([]Key, error) {
	return list(ctx, outside(s.db), readKey, `SELECT `+keyColumns+` FROM identity_key k WHERE (k.owner = ? OR ? = '') AND k.ended = 0 AND k.until > ? AND (k.confirmer <> '' OR k.since > ?) ORDER BY k.number DESC`,
		string(owner), string(owner), now.Unix(), now.Add(-proposalLasts).Unix())
}

// keyOf returns the key that a secret is of.
func (s *store) keyOf(ctx context.Context, hash []byte, now time.Time) (Key, error) {
	return first(ctx, outside(s.db), readKey, `SELECT `+keyColumns+` FROM identity_key_secret c JOIN identity_key k ON k.number = c.number WHERE c.hash = ? AND c.until > ?`, hash, now.Unix())
}

// changeKey sets a column of a key when fits finds nothing against it, given the grants
// of who proposed it.
func (s *store) changeKey(ctx context.Context, number int64, kind string, by AccountID, set string, value any, fits func(k Key, proposers []Grant) error) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		k, err := first(ctx, within(tx), readKey, `SELECT `+keyColumns+` FROM identity_key k WHERE k.number = ?`, number)
		if err != nil {
			return event{}, err
		}
		proposers, err := grantsOf(ctx, within(tx), k.Proposer)
		if err != nil {
			return event{}, err
		}
		if err := fits(k, proposers); err != nil {
			return event{}, err
		}
		res, err := tx.ExecContext(ctx, `UPDATE identity_key SET `+set+` WHERE number = ? AND confirmer = ? AND ended = 0`, value, number, string(k.Confirmer))
		return about(kind, k.Owner, "key", strconv.FormatInt(number, 10), "by", by), changed(res, err, ieum.ErrConflict)
	})
}

// endKeys ends the keys that were owned by a grant that ended, or by one lent from it:
// who is given the role anew starts without them.
func endKeys(ctx context.Context, tx *sql.Tx, grant int64, by AccountID, now time.Time) error {
	keys, err := list(ctx, within(tx), readKey, `SELECT `+keyColumns+` FROM identity_key k WHERE k.ended = 0 AND EXISTS
		(SELECT 1 FROM identity_grant g WHERE (g.number = ? OR g.lent = ?) AND g.account = k.owner AND g.role = k.role)`, grant, grant)
	if err != nil {
		return err
	}
	for _, k := range keys {
		own, err := grantsOf(ctx, within(tx), k.Owner)
		if err != nil {
			return err
		}
		if _, ok := k.by(own, now); ok {
			continue
		}
		if err := endKey(ctx, tx, k, by, now); err != nil {
			return err
		}
	}
	return nil
}

// endProposedKeys ends the keys that somebody proposed and nobody confirmed.
func endProposedKeys(ctx context.Context, tx *sql.Tx, by AccountID, now time.Time) error {
	keys, err := list(ctx, within(tx), readKey, `SELECT `+keyColumns+` FROM identity_key k WHERE k.proposer = ? AND k.confirmer = '' AND k.ended = 0`, string(by))
	if err != nil {
		return err
	}
	for _, k := range keys {
		if err := endKey(ctx, tx, k, by, now); err != nil {
			return err
		}
	}
	return nil
}

func endKey(ctx context.Context, tx *sql.Tx, k Key, by AccountID, now time.Time) error {
	if _, err := tx.ExecContext(ctx, `UPDATE identity_key SET ended = ? WHERE number = ?`, now.Unix(), k.Number); err != nil {
		return err
	}
	e := about("identity.key_ended", k.Owner, "key", strconv.FormatInt(k.Number, 10), "by", by)
	return journal.Append(ctx, tx, e.kind, e.subject, e.data)
}

// drawKey adds a secret to a key that counts; of those before the newest goes on
// for a while, the others end.
func (s *store) drawKey(ctx context.Context, number int64, owner AccountID, hash []byte, now time.Time) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		k, err := first(ctx, within(tx), readKey, `SELECT `+keyColumns+` FROM identity_key k WHERE k.number = ? AND k.owner = ?`, number, string(owner))
		if err != nil {
			return event{}, err
		}
		own, err := grantsOf(ctx, within(tx), owner)
		if err != nil {
			return event{}, err
		}
		if _, ok := k.by(own, now); !ok || !k.Holds(now) {
			return event{}, roleFault("key_waits", "", "the key does not count (yet)")
		}
		for _, one := range []struct {
			query string
			args  []any
		}{
			{`DELETE FROM identity_key_secret WHERE number = ? AND made < (SELECT MAX(made) FROM identity_key_secret WHERE number = ?)`, []any{number, number}},
			{`UPDATE identity_key_secret SET until = ? WHERE number = ? AND until > ?`, []any{now.Add(keyOverlap).Unix(), number, now.Add(keyOverlap).Unix()}},
			{`INSERT INTO identity_key_secret (hash, number, made, until) VALUES (?, ?, ?, ?)`, []any{hash, number, now.Unix(), k.Until.Unix()}},
		} {
			if _, err := tx.ExecContext(ctx, one.query, one.args...); err != nil {
				return event{}, err
			}
		}
		return about("identity.key_drawn", owner, "key", strconv.FormatInt(number, 10)), nil
	})
}

// forgetSecrets lets no secret of an account's keys count any more.
func forgetSecrets(ctx context.Context, tx *sql.Tx, owner AccountID) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM identity_key_secret WHERE number IN (SELECT number FROM identity_key WHERE owner = ?)`, string(owner))
	return err
}

// useKey counts a request of a day; false when the quota is used up.
func (s *store) useKey(ctx context.Context, k Key, day ieum.Day) (within bool, err error) {
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		var asked int
		err := tx.QueryRowContext(ctx, `
			INSERT INTO identity_key_use (number, day, asked, refused) VALUES (?, ?, 1, 0)
			ON CONFLICT (number, day) DO UPDATE SET
				asked = identity_key_use.asked + CASE WHEN identity_key_use.asked < ? THEN 1 ELSE 0 END,
				refused = identity_key_use.refused + CASE WHEN identity_key_use.asked < ? THEN 0 ELSE 1 END
			RETURNING refused`, k.Number, int64(day), k.Quota, k.Quota).Scan(&asked)
		within = asked == 0
		return err
	})
	return within, err
}

// uses lists how often a key was used after a day, newest first.
func (s *store) uses(ctx context.Context, number int64, after ieum.Day) ([]Use, error) {
	return list(ctx, outside(s.db), func(scan func(...any) error) (u Use, err error) {
		var day int64
		err = scan(&day, &u.Asked, &u.Refused)
		u.Day = ieum.Day(day)
		return u, err
	}, `SELECT day, asked, refused FROM identity_key_use WHERE number = ? AND day > ? ORDER BY day DESC`, number, int64(after))
}
