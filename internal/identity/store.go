package identity

import (
	"context"
	"database/sql"
	"time"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/journal"
)

type store struct {
	db   *db.DB
	keys Sealer
	now  func() time.Time
}

// change runs f in a transaction and, when it succeeds, appends what happened, and
// the notice to whom it concerns. An entry of no kind is left out.
func (s *store) change(ctx context.Context, f func(*sql.Tx) (event, error)) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		e, err := f(tx)
		if err != nil || e.kind == "" {
			return err
		}
		if err := journal.Append(ctx, tx, e.kind, e.subject, e.data); err != nil {
			return err
		}
		if kind := noticeOf(e); kind != "" {
			role, _ := e.data["role"].(ieum.RoleID)
			return s.note(ctx, tx, AccountID(e.subject), kind, role)
		}
		return nil
	})
}

// tell appends an entry alone.
func (s *store) tell(ctx context.Context, e event) error {
	return s.change(ctx, func(*sql.Tx) (event, error) { return e, nil })
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

func (s *store) readAccount(scan func(...any) error) (a Account, err error) {
	var id string
	var demo, made int64
	var sealed string
	if err := scan(&id, &sealed, &demo, &made); err != nil {
		return a, err
	}
	a.ID, a.Demo, a.Made = AccountID(id), demo == 1, moment(made)
	a.Name, err = s.open(a.ID, nameAt(a.ID), sealed)
	return a, err
}

func (s *store) account(ctx context.Context, id AccountID) (Account, error) {
	return first(ctx, outside(s.db), s.readAccount, `SELECT `+accountColumns+` FROM identity_account WHERE id = ?`, string(id))
}

func (s *store) named(ctx context.Context, name string) (Account, error) {
	return first(ctx, outside(s.db), s.readAccount, `SELECT `+accountColumns+` FROM identity_account WHERE blind = ?`, s.blind(name))
}

// hasAccount says whether there are accounts that serve --demo made, or others.
func (s *store) hasAccount(ctx context.Context, demo bool) (bool, error) {
	var n int
	err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM identity_account WHERE (demo = 1) = ?`, demo).Scan(&n)
	return n > 0, err
}

// addAccount adds an account with its first link, and whom an agency knows its
// owner as.
func (s *store) addAccount(ctx context.Context, a Account, by AccountID, l Link, links []setting) error {
	demo := 0
	if a.Demo {
		demo = 1
	}
	name, err := s.seal(a.ID, nameAt(a.ID), a.Name)
	if err != nil {
		return err
	}
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		res, err := tx.ExecContext(ctx, `INSERT INTO identity_account (id, blind, name, demo, made) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			string(a.ID), s.blind(a.Name), name, demo, a.Made.Unix())
		if err := changed(res, err, errTaken("/name")); err != nil {
			return event{}, err
		}
		if err := s.addFactors(ctx, tx, a.ID, a.Made, links); err != nil {
			return event{}, err
		}
		return about("identity.account_made", a.ID, "by", by, "demo", a.Demo, "linked", len(links) > 0), insertLink(ctx, tx, l)
	})
}

// remove removes all that is kept about an account but its grants, what was lent
// from them, and its keys, which end; false when there is no such account.
func (s *store) remove(ctx context.Context, a AccountID, now time.Time) (was bool, err error) {
	err = s.change(ctx, func(tx *sql.Tx) (event, error) {
		res, err := tx.ExecContext(ctx, `DELETE FROM identity_account WHERE id = ?`, string(a))
		if err != nil {
			return event{}, err
		}
		n, err := res.RowsAffected()
		if was = n > 0; err != nil {
			return event{}, err
		}
		if err := dropFactors(ctx, tx, a, `1 = 1`); err != nil {
			return event{}, err
		}
		for _, table := range []string{"identity_session", "identity_link", "identity_challenge", "identity_device", "identity_proof", "identity_address", "identity_notice"} {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE account = ?`, string(a)); err != nil {
				return event{}, err
			}
		}
		if _, err := tx.ExecContext(ctx, `UPDATE identity_key SET ended = ? WHERE owner = ? AND ended = 0`, now.Unix(), string(a)); err != nil {
			return event{}, err
		}
		_, err = tx.ExecContext(ctx, `UPDATE identity_grant SET ended = ? WHERE (account = ? OR lent IN (SELECT number FROM identity_grant WHERE account = ?)) AND ended = 0`,
			now.Unix(), string(a), string(a))
		if err != nil {
			return event{}, err
		}
		own, err := grantsOf(ctx, within(tx), a)
		if err != nil {
			return event{}, err
		}
		for _, g := range own {
			if err := endKeys(ctx, tx, g.Number, a, now); err != nil {
				return event{}, err
			}
		}
		if !was {
			return event{}, nil
		}
		return about("identity.account_removed", a), nil
	})
	return was, err
}
