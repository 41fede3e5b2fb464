package identity

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db"
	"ieum/internal/platform/journal"
)

type store struct{ db *db.DB }

// change runs f in a transaction and, when it succeeds, appends what happened.
// An entry of no kind is left out.
func (s *store) change(ctx context.Context, f func(*sql.Tx) (event, error)) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		e, err := f(tx)
		if err != nil || e.kind == "" {
			return err
		}
		return journal.Append(ctx, tx, e.kind, e.subject, e.data)
	})
}

// An event is a journal entry to be; ids only.
type event struct {
	kind, subject string
	data          map[string]any
}

func about(kind string, account AccountID, pairs ...any) event {
	e := event{kind, string(account), map[string]any{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		e.data[pairs[i].(string)] = pairs[i+1]
	}
	return e
}

// moment reads a time as seconds since 1970; 0 is the zero time.
func moment(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

// changed fails with none when a statement found no row to change.
func changed(res sql.Result, err error, none error) error {
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return none
}

// rows are what a query reads.
type rows interface {
	Next() bool
	Scan(...any) error
	Err() error
	Close() error
}

// querier asks the database, outside of a transaction or within one.
type querier func(ctx context.Context, query string, args ...any) (rows, error)

func outside(d *db.DB) querier {
	return func(ctx context.Context, query string, args ...any) (rows, error) {
		return d.QueryContext(ctx, query, args...)
	}
}

func within(tx *sql.Tx) querier {
	return func(ctx context.Context, query string, args ...any) (rows, error) {
		return tx.QueryContext(ctx, query, args...)
	}
}

// list reads all rows of a query.
func list[T any](ctx context.Context, q querier, read func(func(...any) error) (T, error), query string, args ...any) (all []T, err error) {
	rows, err := q(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		one, err := read(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// first reads the first row of a query, or fails with ieum.ErrNotFound.
func first[T any](ctx context.Context, q querier, read func(func(...any) error) (T, error), query string, args ...any) (T, error) {
	all, err := list(ctx, q, read, query, args...)
	if err == nil && len(all) == 0 {
		err = ieum.ErrNotFound
	}
	if err != nil {
		var none T
		return none, err
	}
	return all[0], nil
}

const accountColumns = `id, name, demo, made`

func readAccount(scan func(...any) error) (a Account, err error) {
	var id string
	var demo, made int64
	err = scan(&id, &a.Name, &demo, &made)
	a.ID, a.Demo, a.Made = AccountID(id), demo == 1, moment(made)
	return a, err
}

func (s *store) accounts(ctx context.Context) ([]Account, error) {
	return list(ctx, outside(s.db), readAccount, `SELECT `+accountColumns+` FROM identity_account ORDER BY name`)
}

func (s *store) account(ctx context.Context, id AccountID) (Account, error) {
	return first(ctx, outside(s.db), readAccount, `SELECT `+accountColumns+` FROM identity_account WHERE id = ?`, string(id))
}

func (s *store) named(ctx context.Context, name string) (Account, error) {
	return first(ctx, outside(s.db), readAccount, `SELECT `+accountColumns+` FROM identity_account WHERE name = ?`, name)
}

// addAccount adds an account with its first link.
func (s *store) addAccount(ctx context.Context, a Account, by AccountID, l Link) error {
	demo := 0
	if a.Demo {
		demo = 1
	}
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		res, err := tx.ExecContext(ctx, `INSERT INTO identity_account (id, name, demo, made) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			string(a.ID), a.Name, demo, a.Made.Unix())
		if err := changed(res, err, errTaken("/name")); err != nil {
			return event{}, err
		}
		return about("identity.account_made", a.ID, "by", by, "demo", a.Demo), insertLink(ctx, tx, l)
	})
}

func insertLink(ctx context.Context, tx *sql.Tx, l Link) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO identity_link (hash, id, account, purpose, since, until, maker, ended) VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
		l.hash, l.ID, string(l.Account), l.Purpose, l.Since.Unix(), l.Until.Unix(), string(l.Maker))
	return err
}

const linkColumns = `hash, id, account, purpose, since, until, maker, ended`

func readLink(scan func(...any) error) (l Link, err error) {
	var account, maker string
	var since, until, ended int64
	err = scan(&l.hash, &l.ID, &account, &l.Purpose, &since, &until, &maker, &ended)
	l.Account, l.Maker, l.Since, l.Until, l.Ended = AccountID(account), AccountID(maker), moment(since), moment(until), ended != 0
	return l, err
}

func (s *store) link(ctx context.Context, hash []byte) (Link, error) {
	return first(ctx, outside(s.db), readLink, `SELECT `+linkColumns+` FROM identity_link WHERE hash = ?`, hash)
}

// links lists an account's links that were neither used nor cancelled and are
// not over.
func (s *store) links(ctx context.Context, a AccountID, now time.Time) ([]Link, error) {
	return list(ctx, outside(s.db), readLink, `SELECT `+linkColumns+` FROM identity_link WHERE account = ? AND ended = 0 AND until > ? ORDER BY since`, string(a), now.Unix())
}

// addLink adds a link in place of those of the same purpose.
func (s *store) addLink(ctx context.Context, l Link, now time.Time) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		_, err := tx.ExecContext(ctx, `UPDATE identity_link SET ended = ? WHERE account = ? AND purpose = ? AND ended = 0`, now.Unix(), string(l.Account), l.Purpose)
		if err != nil {
			return event{}, err
		}
		return about("identity.link_made", l.Account, "by", l.Maker, "purpose", l.Purpose, "link", l.ID), insertLink(ctx, tx, l)
	})
}

// cancelLink ends a link of an account that was not used.
func (s *store) cancelLink(ctx context.Context, a AccountID, id string, now time.Time) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		res, err := tx.ExecContext(ctx, `UPDATE identity_link SET ended = ? WHERE account = ? AND id = ? AND ended = 0`, now.Unix(), string(a), id)
		return about("identity.link_cancelled", a, "link", id), changed(res, err, ieum.ErrNotFound)
	})
}

const factorColumns = `number, kind, data, made, used, step, (SELECT COUNT(*) FROM identity_code c WHERE c.factor = number)`

func readFactor(scan func(...any) error) (f Factor, err error) {
	var made, used int64
	err = scan(&f.Number, &f.Kind, &f.data, &made, &used, &f.step, &f.Left)
	f.Made, f.Used = moment(made), moment(used)
	return f, err
}

func (s *store) factors(ctx context.Context, a AccountID) ([]Factor, error) {
	return factorsOf(ctx, outside(s.db), a)
}

func factorsOf(ctx context.Context, q querier, a AccountID) ([]Factor, error) {
	return list(ctx, q, readFactor, `SELECT `+factorColumns+` FROM identity_factor WHERE account = ? ORDER BY number`, string(a))
}

// A setting is a factor to be added, with the codes of a printed list.
type setting struct {
	kind, data string
	step       int64
	codes      []string
}

// addFactors adds factors; of all kinds but passkeys an account has one, and
// the new one takes its place.
func addFactors(ctx context.Context, tx *sql.Tx, a AccountID, now time.Time, more []setting) error {
	for _, f := range more {
		if f.kind != passkey {
			if err := dropFactors(ctx, tx, a, `kind = ?`, f.kind); err != nil {
				return err
			}
		}
		var number int64
		err := tx.QueryRowContext(ctx, `INSERT INTO identity_factor (account, kind, data, made, used, step) VALUES (?, ?, ?, ?, 0, ?) RETURNING number`,
			string(a), f.kind, f.data, now.Unix(), f.step).Scan(&number)
		if err != nil {
			return err
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
	_, err := tx.ExecContext(ctx, `DELETE FROM identity_code WHERE factor IN (SELECT number FROM identity_factor WHERE account = ? AND `+where+`)`, args...)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM identity_factor WHERE account = ? AND `+where, args...)
	return err
}

func kindsOf(list []setting) []string {
	kinds := make([]string, len(list))
	for i, f := range list {
		kinds[i] = f.kind
	}
	return kinds
}

// addTo adds factors to those an account has. Its other sessions end: whoever
// had them may be why something was changed.
func (s *store) addTo(ctx context.Context, a AccountID, now time.Time, keep string, more ...setting) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		if err := addFactors(ctx, tx, a, now, more); err != nil {
			return event{}, err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM identity_session WHERE account = ? AND id <> ?`, string(a), keep)
		return about("identity.factor_added", a, "kinds", kindsOf(more)), err
	})
}

// arrive sets up what somebody signs in with who came by a link, uses the link
// up and begins a session. A recovery leaves nothing of what was there before.
func (s *store) arrive(ctx context.Context, l Link, now time.Time, full Session, more ...setting) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		res, err := tx.ExecContext(ctx, `UPDATE identity_link SET ended = ? WHERE hash = ? AND ended = 0 AND since <= ? AND until > ?`, now.Unix(), l.hash, now.Unix(), now.Unix())
		if err := changed(res, err, errLink()); err != nil {
			return event{}, err
		}
		if l.Purpose == toRecover {
			if err := dropFactors(ctx, tx, l.Account, `1 = 1`); err != nil {
				return event{}, err
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM identity_device WHERE account = ?`, string(l.Account)); err != nil {
				return event{}, err
			}
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM identity_session WHERE account = ?`, string(l.Account)); err != nil {
			return event{}, err
		}
		if err := addFactors(ctx, tx, l.Account, now, more); err != nil {
			return event{}, err
		}
		return about("identity.link_used", l.Account, "purpose", l.Purpose, "link", l.ID, "kinds", kindsOf(more)), insertSession(ctx, tx, full)
	})
}

// removeFactor removes a factor, unless what is left would not let the person
// in.
func (s *store) removeFactor(ctx context.Context, a AccountID, number int64, two bool) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		have, err := factorsOf(ctx, within(tx), a)
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

// useCode takes a printed code, once: false when the list has no such code.
func (s *store) useCode(ctx context.Context, factor int64, hash []byte, now time.Time) (ok bool, err error) {
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `DELETE FROM identity_code WHERE factor = ? AND hash = ?`, factor, hash)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if ok = n == 1; !ok || err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE identity_factor SET used = ? WHERE number = ?`, now.Unix(), factor)
		return err
	})
	return ok, err
}

// useFactor notes that a factor was used, and what it is now.
func (s *store) useFactor(ctx context.Context, factor int64, data string, now time.Time) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE identity_factor SET data = ?, used = ? WHERE number = ?`, data, now.Unix(), factor)
		return err
	})
}

const sessionColumns = `hash, id, account, stage, device, made, seen, until, factors, tries, link, secret`

func readSession(scan func(...any) error) (s Session, err error) {
	var account string
	var made, seen, until int64
	err = scan(&s.hash, &s.ID, &account, &s.Stage, &s.Device, &made, &seen, &until, &s.factors, &s.tries, &s.link, &s.secret)
	s.Account, s.Made, s.Seen, s.Until = AccountID(account), moment(made), moment(seen), moment(until)
	return s, err
}

func insertSession(ctx context.Context, tx *sql.Tx, n Session) error {
	if n.link == nil {
		n.link = []byte{}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO identity_session (`+sessionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		n.hash, n.ID, string(n.Account), n.Stage, n.Device, n.Made.Unix(), n.Seen.Unix(), n.Until.Unix(), n.factors, n.tries, n.link, n.secret)
	return err
}

// session returns a session that has not ended.
func (s *store) session(ctx context.Context, hash []byte, now time.Time) (Session, error) {
	return first(ctx, outside(s.db), readSession, `SELECT `+sessionColumns+` FROM identity_session WHERE hash = ? AND until > ? AND seen > ?`,
		hash, now.Unix(), now.Add(-idle).Unix())
}

func (s *store) sessions(ctx context.Context, a AccountID, now time.Time) ([]Session, error) {
	return list(ctx, outside(s.db), readSession, `SELECT `+sessionColumns+` FROM identity_session WHERE account = ? AND stage = 'full' AND until > ? AND seen > ? ORDER BY seen DESC`,
		string(a), now.Unix(), now.Add(-idle).Unix())
}

// begin starts a session in place of another, "" for none, and forgets those
// that are over.
func (s *store) begin(ctx context.Context, n Session, before []byte, now time.Time, e event) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		_, err := tx.ExecContext(ctx, `DELETE FROM identity_session WHERE hash = ? OR until <= ? OR seen <= ?`, before, now.Unix(), now.Add(-idle).Unix())
		if err != nil {
			return event{}, err
		}
		return e, insertSession(ctx, tx, n)
	})
}

// touch notes that a session was used.
func (s *store) touch(ctx context.Context, hash []byte, now time.Time) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE identity_session SET seen = ? WHERE hash = ? AND seen < ?`, now.Unix(), hash, now.Unix())
		return err
	})
}

// try counts a wrong code; at the last one the session ends.
func (s *store) try(ctx context.Context, hash []byte, most int) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE identity_session SET tries = tries + 1 WHERE hash = ?`, hash)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM identity_session WHERE hash = ? AND tries >= ?`, hash, most)
		return err
	})
}

// setSecret keeps the secret of an app until its first code has been seen.
func (s *store) setSecret(ctx context.Context, hash []byte, secret string) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE identity_session SET secret = ? WHERE hash = ?`, secret, hash)
		return err
	})
}

// endSession ends one session of an account.
func (s *store) endSession(ctx context.Context, a AccountID, id string) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		res, err := tx.ExecContext(ctx, `DELETE FROM identity_session WHERE account = ? AND id = ?`, string(a), id)
		return about("identity.session_ended", a, "session", id), changed(res, err, ieum.ErrNotFound)
	})
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

func (s *store) addDevice(ctx context.Context, hash []byte, a AccountID, now time.Time) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO identity_device (hash, account, made) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, hash, string(a), now.Unix())
		return err
	})
}

// knows says whether an account was signed in to with a browser before.
func (s *store) knows(ctx context.Context, hash []byte, a AccountID) (bool, error) {
	var n int
	err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM identity_device WHERE hash = ? AND account = ?`, hash, string(a)).Scan(&n)
	return n > 0, err
}

const grantColumns = `number, account, role, reach, organisation, site, since, until, proposer, confirmer, ended, lent`

func readGrant(scan func(...any) error) (g Grant, err error) {
	var account, role, reach, proposer, confirmer string
	var since, until, ended int64
	err = scan(&g.Number, &account, &role, &reach, &g.Organisation, &g.Site, &since, &until, &proposer, &confirmer, &ended, &g.Lent)
	g.Account, g.Role, g.Reach, g.Proposer, g.Confirmer = AccountID(account), ieum.RoleID(role), defs.Reach(reach), AccountID(proposer), AccountID(confirmer)
	g.Since, g.Until, g.Ended = moment(since), moment(until), ended != 0
	return g, err
}

// grants lists the grants of an account, "" for all accounts, newest first;
// what ended long ago is among them.
func (s *store) grants(ctx context.Context, a AccountID) ([]Grant, error) {
	return grantsOf(ctx, outside(s.db), a)
}

func grantsOf(ctx context.Context, q querier, a AccountID) ([]Grant, error) {
	return list(ctx, q, readGrant, `SELECT `+grantColumns+` FROM identity_grant WHERE account = ? OR ? = '' ORDER BY number DESC`, string(a), string(a))
}

// addGrant adds a grant when fits finds nothing against it, given all that
// there are, and numbers it.
func (s *store) addGrant(ctx context.Context, g Grant, now time.Time, fits func(all []Grant) (Grant, error)) (Grant, error) {
	err := s.change(ctx, func(tx *sql.Tx) (event, error) {
		all, err := grantsOf(ctx, within(tx), "")
		if err != nil {
			return event{}, err
		}
		if g.Organisation != "" {
			if err := exists(ctx, tx, g.Organisation, g.Site); err != nil {
				return event{}, err
			}
		}
		if g, err = fits(all); err != nil {
			return event{}, err
		}
		err = tx.QueryRowContext(ctx, `
			INSERT INTO identity_grant (account, role, reach, organisation, site, since, until, proposer, confirmer, ended, lent)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?) RETURNING number`,
			string(g.Account), string(g.Role), string(g.Reach), g.Organisation, g.Site, g.Since.Unix(), g.Until.Unix(), string(g.Proposer), string(g.Confirmer), g.Lent).Scan(&g.Number)
		return about("identity.role_proposed", g.Account, "grant", strconv.FormatInt(g.Number, 10), "role", g.Role, "reach", g.Reach,
			"organisation", g.Organisation, "site", g.Site, "until", g.Until.Unix(), "by", g.Proposer, "confirmed", g.Confirmer != "", "lent", g.Lent), err
	})
	return g, err
}

// exists fails unless there is the organisation, and the site when one is named.
func exists(ctx context.Context, tx *sql.Tx, organisation, site string) error {
	query, args := `SELECT COUNT(*) FROM identity_organisation WHERE id = ?`, []any{organisation}
	if site != "" {
		query, args = `SELECT COUNT(*) FROM identity_site WHERE organisation = ? AND id = ?`, []any{organisation, site}
	}
	var n int
	if err := tx.QueryRowContext(ctx, query, args...).Scan(&n); err != nil || n > 0 {
		return err
	}
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.error.no_place", Field: "/place", Message: "there is no such organisation or site"}
}

// confirm lets a proposed grant count, when fits finds nothing against it.
func (s *store) confirm(ctx context.Context, number int64, by AccountID, fits func(Grant) error) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		g, err := first(ctx, within(tx), readGrant, `SELECT `+grantColumns+` FROM identity_grant WHERE number = ?`, number)
		if err != nil {
			return event{}, err
		}
		if err := fits(g); err != nil {
			return event{}, err
		}
		res, err := tx.ExecContext(ctx, `UPDATE identity_grant SET confirmer = ? WHERE number = ? AND confirmer = '' AND ended = 0`, string(by), number)
		return about("identity.role_confirmed", g.Account, "grant", strconv.FormatInt(number, 10), "by", by), changed(res, err, ieum.ErrConflict)
	})
}

// end ends a grant, and what was delegated from it.
func (s *store) end(ctx context.Context, number int64, by AccountID, now time.Time, fits func(Grant) error) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		g, err := first(ctx, within(tx), readGrant, `SELECT `+grantColumns+` FROM identity_grant WHERE number = ?`, number)
		if err != nil {
			return event{}, err
		}
		if err := fits(g); err != nil {
			return event{}, err
		}
		_, err = tx.ExecContext(ctx, `UPDATE identity_grant SET ended = ? WHERE (number = ? OR lent = ?) AND ended = 0`, now.Unix(), number, number)
		return about("identity.role_ended", g.Account, "grant", strconv.FormatInt(number, 10), "by", by), err
	})
}

func (s *store) addOrganisation(ctx context.Context, o Organisation, by AccountID, now time.Time) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		res, err := tx.ExecContext(ctx, `INSERT INTO identity_organisation (id, name, kind, made) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, o.ID, o.Name, o.Kind, now.Unix())
		return event{"identity.organisation_made", o.ID, map[string]any{"kind": o.Kind, "by": by}}, changed(res, err, errTaken("/id"))
	})
}

func (s *store) addSite(ctx context.Context, organisation string, site Site, by AccountID, now time.Time) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		if err := exists(ctx, tx, organisation, ""); err != nil {
			return event{}, err
		}
		res, err := tx.ExecContext(ctx, `INSERT INTO identity_site (organisation, id, name, made) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, organisation, site.ID, site.Name, now.Unix())
		return event{"identity.site_made", organisation + "/" + site.ID, map[string]any{"by": by}}, changed(res, err, errTaken("/id"))
	})
}

func (s *store) organisations(ctx context.Context) ([]Organisation, error) {
	all, err := list(ctx, outside(s.db), func(scan func(...any) error) (o Organisation, err error) {
		err = scan(&o.ID, &o.Name, &o.Kind)
		return o, err
	}, `SELECT id, name, kind FROM identity_organisation ORDER BY id`)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Sites, err = list(ctx, outside(s.db), func(scan func(...any) error) (t Site, err error) {
			err = scan(&t.ID, &t.Name)
			return t, err
		}, `SELECT id, name FROM identity_site WHERE organisation = ? ORDER BY id`, all[i].ID)
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}
