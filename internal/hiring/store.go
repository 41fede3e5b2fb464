package hiring

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/journal"
)

//go:embed schema
var schema embed.FS

// a store keeps the tables of this domain.
type store struct{ db *db.DB }

// Migrate brings the tables up to date.
func Migrate(ctx context.Context, d *db.DB) error { return d.Migrate(ctx, "hiring", schema) }

const (
	columns = `id, organisation, state, words, revision, said, edition, shown, opened, closed, changed`
	byID    = `SELECT ` + columns + ` FROM hiring_posting WHERE id = ?`
)

// scan reads a posting from columns.
func scan(row interface{ Scan(...any) error }) (*Posting, error) {
	p, words, said := &Posting{}, "", ""
	var shown, changed int64
	err := row.Scan(&p.ID, &p.Organisation, &p.State, &words, &p.Revision, &said, &p.edition, &shown, &p.Opened, &p.Closed, &changed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNone()
	}
	if err == nil {
		err = json.Unmarshal([]byte(words), &p.Words)
	}
	if err == nil && said != "" {
		p.Said = &Words{}
		err = json.Unmarshal([]byte(said), p.Said)
	}
	p.Changed, p.Waits = time.Unix(changed, 0), int64(p.edition) > shown
	return p, err
}

func (s *store) one(ctx context.Context, id string) (*Posting, error) {
	return scan(s.db.QueryRowContext(ctx, byID, id))
}

// among is a condition that a column is one of some values, which are appended to args.
func among(column string, values []string, args []any) (string, []any) {
	for _, v := range values {
		args = append(args, v)
	}
	return column + ` IN (?` + strings.Repeat(`, ?`, len(values)-1) + `)`, args
}

// count counts the postings of organisations by state.
func (s *store) count(ctx context.Context, organisations []string) (map[string]int, error) {
	where, args := among("organisation", organisations, nil)
	rows, err := s.db.QueryContext(ctx, `SELECT state, COUNT(*) FROM hiring_posting WHERE `+where+` GROUP BY state`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	in := map[string]int{}
	for rows.Next() {
		var state string
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return nil, err
		}
		in[state] = n
	}
	return in, rows.Err()
}

// list returns postings of organisations in a state, "" = all but those thrown away.
func (s *store) list(ctx context.Context, organisations []string, state string, from, most int) ([]Posting, error) {
	where, args := among("organisation", organisations, nil)
	if state == "" {
		where += ` AND state <> ?`
		state = Dropped
	} else {
		where += ` AND state = ?`
	}
	return s.all(ctx, where+` ORDER BY changed DESC, id LIMIT ? OFFSET ?`, append(args, state, most, from)...)
}

// all returns the postings that a condition names.
func (s *store) all(ctx context.Context, where string, args ...any) (list []Posting, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+columns+` FROM hiring_posting WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		p, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, *p)
	}
	return list, rows.Err()
}

// begin keeps a first draft.
func (s *store) begin(ctx context.Context, p *Posting, now time.Time) error {
	words, err := json.Marshal(p.Words)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM hiring_posting WHERE organisation = ?`, p.Organisation).Scan(&n); err != nil {
			return err
		}
		if n >= mostPostings {
			e := fault("many", "organisation", "10,000 postings are kept for a firm")
			e.Args = map[string]any{"n": mostPostings}
			return e
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM hiring_posting WHERE organisation = ? AND state = ? AND changed < ?`, p.Organisation, Dropped, now.Add(-dropped).Unix()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO hiring_posting (id, organisation, state, words, revision, said, edition, delivered, shown, opened, closed, made, changed)
			VALUES (?, ?, ?, ?, ?, '', 0, 0, 0, 0, 0, ?, ?)`, p.ID, p.Organisation, p.State, string(words), p.Revision, now.Unix(), now.Unix())
		return err
	})
}

// change does something to a posting; where it is public, that is an edition with an entry in
// the journal. Words that are other than before are a revision.
func (s *store) change(ctx context.Context, id string, by ieum.AccountID, now time.Time, do func(*Posting) (public string, err error)) (p *Posting, err error) {
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		if p, err = scan(tx.QueryRowContext(ctx, byID, id)); err != nil {
			return err
		}
		before, state, revision := p.Words, p.State, p.Revision
		public, err := do(p)
		if err != nil {
			return err
		}
		if p.Words == before && p.State == state && public == "" {
			return nil
		}
		if p.Words != before {
			p.Revision++
		}
		if public != "" {
			p.edition++
			p.Waits = true
			if err := s.publish(ctx, tx, p, public, by, now); err != nil {
				return err
			}
		}
		p.Changed = now
		return s.keep(ctx, tx, p, revision)
	})
	return p, err
}

// keep writes a posting over its revision of before; another that came between is ErrConflict.
func (s *store) keep(ctx context.Context, tx *sql.Tx, p *Posting, revision int) error {
	words, said, err := texts(p)
	if err != nil {
		return err
	}
	res, err := tx.ExecContext(ctx, `UPDATE hiring_posting SET state = ?, words = ?, revision = ?, said = ?, edition = ?, opened = ?, closed = ?, changed = ? WHERE id = ? AND revision = ?`,
		p.State, words, p.Revision, said, p.edition, int32(p.Opened), int32(p.Closed), p.Changed.Unix(), p.ID, revision)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, ieum.ErrConflict)
	}
	return nil
}

func texts(p *Posting) (words, said string, err error) {
	w, err := json.Marshal(p.Words)
	if err != nil || p.Said == nil {
		return string(w), "", err
	}
	t, err := json.Marshal(p.Said)
	return string(w), string(t), err
}

// publish writes down an edition and what happened.
func (s *store) publish(ctx context.Context, tx *sql.Tx, p *Posting, kind string, by ieum.AccountID, now time.Time) error {
	_, said, err := texts(p)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO hiring_edition (posting, edition, state, said, at) VALUES (?, ?, ?, ?, ?)`, p.ID, p.edition, p.State, said, now.Unix()); err != nil {
		return err
	}
	return journal.Append(ctx, tx, kind, p.ID, map[string]any{"by": by, "organisation": p.Organisation, "edition": p.edition})
}

// editions are those of a posting, newest first.
func (s *store) editions(ctx context.Context, id string) (list []Edition, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT edition, state, said, at FROM hiring_edition WHERE posting = ? ORDER BY edition DESC`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e Edition
		var said string
		var at int64
		if err := rows.Scan(&e.N, &e.State, &said, &at); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(said), &e.Words); err != nil {
			return nil, err
		}
		e.At = time.Unix(at, 0)
		list = append(list, e)
	}
	return list, rows.Err()
}

// closed lists what is closed since a moment, or is not closed yet in a snapshot.
func (s *store) closed(ctx context.Context, since time.Time) (ids []string, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id FROM hiring_posting WHERE state = 'closed' AND changed >= ? UNION SELECT id FROM hiring_posting WHERE edition > shown AND state = 'closed' ORDER BY id`, since.Unix())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// waiting are postings of which the lake does not have the last edition, those changed first
// first.
func (s *store) waiting(ctx context.Context, most int) ([]Posting, error) {
	return s.all(ctx, `edition > delivered ORDER BY changed, id LIMIT ?`, most)
}

// delivered says which editions the lake has.
func (s *store) delivered(ctx context.Context, list []Posting) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		for _, p := range list {
			if _, err := tx.ExecContext(ctx, `UPDATE hiring_posting SET delivered = ? WHERE id = ? AND delivered < ?`, p.edition, p.ID, p.edition); err != nil {
				return err
			}
		}
		return nil
	})
}

// reached returns what the lake has of each posting that no snapshot has yet.
func (s *store) reached(ctx context.Context) (at map[string]int, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, delivered FROM hiring_posting WHERE edition > shown AND delivered > shown`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	at = map[string]int{}
	for rows.Next() {
		var id string
		var n int
		if err := rows.Scan(&id, &n); err != nil {
			return nil, err
		}
		at[id] = n
	}
	return at, rows.Err()
}

// built says which editions a snapshot has.
func (s *store) built(ctx context.Context, at map[string]int) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		for id, n := range at {
			if _, err := tx.ExecContext(ctx, `UPDATE hiring_posting SET shown = ? WHERE id = ? AND shown < ?`, n, id, n); err != nil {
				return err
			}
		}
		return nil
	})
}
