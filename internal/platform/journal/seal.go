package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"ieum/internal/platform/db"
)

const (
	// batch is the number of entries handled at once.
	batch = 500
	// rowsAtOnce is how many rows one statement writes.
	rowsAtOnce = 100
	// lease is how long a sealer that stopped keeps others from taking over.
	lease = 15 * time.Second
)

// A Sealer numbers and links what was appended. Any number may run; the one
// that holds the lease works.
type Sealer struct {
	DB     *db.DB
	Holder string // a name that no other running sealer has
	Now    func() time.Time
}

// Seal numbers what is committed and returns how many entries that were. It
// does nothing while another sealer holds the lease.
func (s *Sealer) Seal(ctx context.Context) (sealed int, err error) {
	for {
		n := 0
		err := s.DB.Tx(ctx, func(tx *sql.Tx) (err error) {
			n, err = s.step(ctx, tx)
			return err
		})
		if err != nil {
			return sealed, fmt.Errorf("journal: seal: %w", err)
		}
		sealed += n
		if n < batch {
			return sealed, nil
		}
	}
}

// Leads says whether this sealer holds the lease, as of the last time it sealed: of several
// servers on one database the one that does is the one to do what one alone should.
func (s *Sealer) Leads(ctx context.Context) (bool, error) {
	var n int
	err := s.DB.QueryRowContext(ctx, `SELECT COUNT(*) FROM journal_sealer WHERE holder = ? AND until > ?`, s.Holder, s.Now().UnixMilli()).Scan(&n)
	return n > 0, err
}

// step seals one batch in tx. Taking the lease changes its row, so two sealers
// never work on the same entries.
func (s *Sealer) step(ctx context.Context, tx *sql.Tx) (int, error) {
	now := s.Now()
	res, err := tx.ExecContext(ctx, `
		UPDATE journal_sealer SET holder = ?, until = ?
		WHERE one = 1 AND (holder = ? OR until <= ?)`,
		s.Holder, now.Add(lease).UnixMilli(), s.Holder, now.UnixMilli())
	if err != nil {
		return 0, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return 0, err
	}
	var last Entry
	err = tx.QueryRowContext(ctx, `SELECT seq, hash FROM journal_entry ORDER BY seq DESC LIMIT 1`).Scan(&last.Seq, &last.Hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	ids, entries, err := unsealed(ctx, tx)
	if err != nil {
		return 0, err
	}
	for i := range entries {
		e := &entries[i]
		e.Seq, e.Sealed = last.Seq+1, now.Truncate(time.Second)
		e.Hash = e.hash(last.Hash)
		last = *e
	}
	for at := 0; at < len(entries); at += rowsAtOnce {
		to := min(at+rowsAtOnce, len(entries))
		if err := seal(ctx, tx, ids[at:to], entries[at:to]); err != nil {
			return 0, err
		}
	}
	return len(entries), nil
}

func unsealed(ctx context.Context, tx *sql.Tx) (ids []int64, entries []Entry, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, kind, subject, data FROM journal_new ORDER BY id LIMIT ?`, batch)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		var e Entry
		var data string
		if err := rows.Scan(&n, &e.Kind, &e.Subject, &data); err != nil {
			return nil, nil, err
		}
		e.Data = json.RawMessage(data)
		ids, entries = append(ids, n), append(entries, e)
	}
	return ids, entries, rows.Err()
}

// seal moves entries from what is new to what has a number.
func seal(ctx context.Context, tx *sql.Tx, ids []int64, entries []Entry) error {
	var rows, gone []any
	for i, e := range entries {
		rows = append(rows, e.Seq, e.Sealed.Unix(), e.Kind, e.Subject, string(e.Data), e.Hash)
		gone = append(gone, ids[i])
	}
	res, err := tx.ExecContext(ctx, `INSERT INTO journal_entry (seq, sealed, kind, subject, data, hash) VALUES (?, ?, ?, ?, ?, ?)`+
		strings.Repeat(`, (?, ?, ?, ?, ?, ?)`, len(entries)-1), rows...)
	if err := took(res, err, len(entries)); err != nil {
		return err
	}
	res, err = tx.ExecContext(ctx, `DELETE FROM journal_new WHERE id IN (?`+strings.Repeat(`, ?`, len(ids)-1)+`)`, gone...)
	return took(res, err, len(ids))
}

// Run seals every so often until ctx ends. A failure is passed to report and
// tried again. It writes to the database only when there is something to seal.
func (s *Sealer) Run(ctx context.Context, every time.Duration, report func(error)) {
	each(ctx, every, func() {
		err := s.waiting(ctx)
		if err == nil {
			_, err = s.Seal(ctx)
		}
		if err != nil && !errors.Is(err, sql.ErrNoRows) && ctx.Err() == nil {
			report(err)
		}
	})
}

// waiting returns sql.ErrNoRows when there is nothing to seal.
func (s *Sealer) waiting(ctx context.Context) error {
	var one int
	return s.DB.QueryRowContext(ctx, `SELECT 1 FROM journal_new LIMIT 1`).Scan(&one)
}

// each calls f at once and then every so often until ctx ends.
func each(ctx context.Context, every time.Duration, f func()) {
	t := time.NewTicker(every)
	defer t.Stop()
	for ctx.Err() == nil {
		f()
		select {
		case <-ctx.Done():
		case <-t.C:
		}
	}
}
