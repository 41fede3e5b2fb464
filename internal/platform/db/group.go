package db

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// groupMost is the number of transactions that share a commit at most.
const groupMost = 128

// groups is the one writer of SQLite. Transactions that wait for each other
// share one commit, and so one sync of the disk: each runs in a savepoint of
// its own, in its caller's goroutine, one after the other; the last for whom
// nobody waits commits for all. If that fails, each is run again alone.
type groups struct {
	db      *sql.DB // one connection
	turn    sync.Mutex
	waiting atomic.Int64
	open    *group // guarded by turn
}

var errEnded = errors.New("db: a transaction was left by a panic")

type group struct {
	tx   *sql.Tx
	n    int
	done chan struct{}
	err  error // set before done is closed
}

func newGroups(db *sql.DB) *groups { return &groups{db: db} }

func (w *groups) tx(ctx context.Context, fn func(*sql.Tx) error) error {
	g, err := w.take(ctx, fn)
	if err != nil || g == nil {
		return err
	}
	<-g.done
	if g.err == nil {
		return nil
	}
	return again(ctx, func() error { return w.alone(ctx, fn) })
}

// take runs fn in the open group, and commits the group if nobody waits. A
// group is returned if its commit must still be waited for.
func (w *groups) take(ctx context.Context, fn func(*sql.Tx) error) (_ *group, err error) {
	w.waiting.Add(1)
	w.turn.Lock()
	defer w.turn.Unlock()
	w.waiting.Add(-1)
	// From here on this caller may be the one who has to commit for others,
	// so it leaves only through finish.
	if w.open == nil {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		err := again(ctx, func() (err error) {
			// The context must not end the others' transaction.
			tx, err := w.db.BeginTx(context.WithoutCancel(ctx), nil)
			w.open = &group{tx: tx, done: make(chan struct{})}
			return err
		})
		if err != nil {
			w.open = nil
			return nil, err
		}
	}
	g := w.open
	ran := false
	defer func() {
		if !ran { // fn panicked or ended its goroutine
			g.err = errEnded
			w.finish()
		}
	}()
	err = w.step(ctx, g, fn)
	ran = true
	g.n++
	if g.err != nil || w.waiting.Load() == 0 || g.n >= groupMost {
		w.finish()
	}
	return g, err
}

// step runs fn within a savepoint. If the savepoint cannot be undone, the
// group fails.
func (w *groups) step(ctx context.Context, g *group, fn func(*sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	all := context.WithoutCancel(ctx)
	if _, err := g.tx.ExecContext(all, `SAVEPOINT one`); err != nil {
		g.err = err
		return nil
	}
	if err := fn(g.tx); err != nil {
		if _, e := g.tx.ExecContext(all, `ROLLBACK TO one; RELEASE one`); e != nil {
			g.err = e
		}
		return err
	}
	if _, err := g.tx.ExecContext(all, `RELEASE one`); err != nil {
		g.err = err
	}
	return nil
}

// finish commits the open group, or undoes it if it failed.
func (w *groups) finish() {
	g := w.open
	w.open = nil
	if g.err != nil {
		g.tx.Rollback()
	} else {
		g.err = g.tx.Commit()
		if g.err != nil {
			g.tx.Rollback()
		}
	}
	close(g.done)
}

// alone runs fn in a transaction of its own.
func (w *groups) alone(ctx context.Context, fn func(*sql.Tx) error) error {
	w.waiting.Add(1)
	w.turn.Lock()
	defer w.turn.Unlock()
	w.waiting.Add(-1)
	if w.open != nil { // others that passed the turn on to this caller
		w.finish()
	}
	return single(ctx, w.db, nil, fn)
}

// single runs fn in one transaction.
func single(ctx context.Context, db *sql.DB, o *sql.TxOptions, fn func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// patience is how long a busy database is tried again.
const patience = 10 * time.Second

// again calls f until it does not fail for being busy, or patience ends.
func again(ctx context.Context, f func() error) error {
	end := time.Now().Add(patience)
	for wait := 2 * time.Millisecond; ; wait = min(2*wait, 500*time.Millisecond) {
		err := f()
		if !busy(err) || time.Now().After(end) {
			return err
		}
		t := time.NewTimer(wait/2 + rand.N(wait)) // not all at once again
		select {
		case <-ctx.Done():
			t.Stop()
			return err
		case <-t.C:
		}
	}
}
