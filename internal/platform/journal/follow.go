package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ieum/internal/platform/db"
)

// A Follower is shown every sealed entry in order and keeps its place across
// restarts under its name. After a crash it is shown some entries again.
type Follower struct {
	Name   string
	Handle func(context.Context, Entry) error
}

// Drain brings f up to the last sealed entry. An entry whose handling fails
// stops it there; the next Drain begins with that entry.
func Drain(ctx context.Context, d *db.DB, f Follower) error {
	var at int64
	err := d.QueryRowContext(ctx, `SELECT seq FROM journal_place WHERE follower = ?`, f.Name).Scan(&at)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	for {
		entries, err := read(ctx, d, at, batch)
		if err != nil || len(entries) == 0 {
			return err
		}
		var failed error
		start := at
		for _, e := range entries {
			if failed = f.Handle(ctx, e); failed != nil {
				failed = fmt.Errorf("journal: %s at entry %d: %w", f.Name, e.Seq, failed)
				break
			}
			at = e.Seq
		}
		if at > start {
			if err := place(context.WithoutCancel(ctx), d, f.Name, at); err != nil {
				return errors.Join(failed, err)
			}
		}
		if failed != nil {
			return failed
		}
	}
}

// place remembers how far a follower has come; never back.
func place(ctx context.Context, d *db.DB, name string, seq int64) error {
	return d.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO journal_place (follower, seq) VALUES (?, ?)
			ON CONFLICT (follower) DO UPDATE SET seq = excluded.seq
			WHERE journal_place.seq < excluded.seq`, name, seq)
		return err
	})
}

// Follow drains the followers every so often until ctx ends. A failure is
// passed to report and tried again; it does not hold up the other followers.
func Follow(ctx context.Context, d *db.DB, every time.Duration, report func(error), followers ...Follower) {
	each(ctx, every, func() {
		for _, f := range followers {
			if err := Drain(ctx, d, f); err != nil && ctx.Err() == nil {
				report(err)
			}
		}
	})
}
