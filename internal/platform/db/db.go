// Package db keeps the platform's live state: in one SQLite file by default,
// in PostgreSQL when a URL is given. Domains write one subset of SQL by hand
// for both, with ? for what is passed in.
//
// Read db.go for how it is opened and written to, group.go for how SQLite
// transactions share a commit, migrate.go for how tables come into being,
// postgres.go for what is rewritten for PostgreSQL, copy.go for copies of all it
// holds, and fault.go for what people read when it fails. dbtest runs a domain's store tests on both.
package db

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"ieum"
)

// readers is the number of connections that read at once.
const readers = 8

// DB is the platform's database. It is safe for use from several goroutines.
type DB struct {
	name    string  // for people: a file, or host and name without a password
	read    *sql.DB // SQLite: cannot write
	write   writer
	close   func() error
	ddl     func(string) string // turns the words of a schema file into the database's own
	lock    string              // statement that lets one program migrate at a time, or ""; PostgreSQL has one
	only    map[string]string   // migrations that are applied, by name; nil = all
	filling string              // mark of Load, until Loaded
	known   []string            // migrations that this program has
	left    atomic.Bool         // to a newer version, by Follow
}

// A writer runs a transaction. fn may run more than once.
type writer interface {
	tx(ctx context.Context, fn func(*sql.Tx) error) error
}

// Open opens the database in a data folder, which it makes if need be, or the
// one that a postgres:// URL names.
func Open(ctx context.Context, where string) (*DB, error) {
	if IsURL(where) {
		return openPostgres(ctx, where)
	}
	return openSQLite(ctx, where)
}

// IsURL reports whether where names a PostgreSQL rather than a folder.
func IsURL(where string) bool {
	return strings.HasPrefix(where, "postgres://") || strings.HasPrefix(where, "postgresql://")
}

func openSQLite(ctx context.Context, folder string) (*DB, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, ieum.Errorf(ieum.ErrInvalid, "the data folder %s can be neither found nor made (%v); name another with --data DIR", folder, errors.Unwrap(err))
	}
	path, err := filepath.Abs(filepath.Join(folder, "ieum.db"))
	if err != nil {
		return nil, err
	}
	// SQLite would make a file that everybody on the machine can read. Its log
	// takes over the mode of the file.
	if f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL, 0o600); err == nil {
		f.Close()
	}
	// Writers start as such (immediate): one that began as a reader could not
	// wait for another. FULL syncs at each commit.
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() +
		"?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(ON)"
	write, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite", dsn+"&_pragma=query_only(ON)")
	if err != nil {
		return nil, err
	}
	read.SetMaxOpenConns(readers)
	d := &DB{name: path, read: read, write: newGroups(write), ddl: func(s string) string { return s }}
	d.close = func() error {
		err := read.Close()
		if e := write.Close(); err == nil {
			err = e
		}
		return err
	}
	// The first to open makes the file, and only a writer can. SQLite waits for nobody
	// while it turns the log on, so of programs that start at once one is told that it is busy.
	if err := again(ctx, func() error { return write.PingContext(ctx) }); err != nil {
		d.close()
		return nil, d.fault(err)
	}
	return d, d.begin(ctx)
}

// begin makes the table of migrations.
func (d *DB) begin(ctx context.Context) error {
	err := d.Tx(ctx, func(tx *sql.Tx) error {
		if d.lock != "" {
			if _, err := tx.ExecContext(ctx, d.lock); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, hash TEXT NOT NULL)`)
		return err
	})
	if err != nil {
		d.close()
	}
	return err
}

// Close closes the database.
func (d *DB) Close() error { return d.close() }

// Name returns the database's name for people: a path, or a host and name.
func (d *DB) Name() string { return d.name }

// Tx runs fn in a transaction, durable when Tx returns nil and without a trace
// when it returns an error. Transactions see one another's effects as if run
// one after another. fn may run more than once, so it has no effect but
// through tx; it must not call Tx itself. A database that is busy is tried again for some
// seconds before the error says so.
func (d *DB) Tx(ctx context.Context, fn func(*sql.Tx) error) error {
	if d.left.Load() {
		return d.outgrown()
	}
	return d.fault(d.write.tx(ctx, fn))
}

// QueryContext reads rows outside of a transaction. It sees what was committed.
func (d *DB) QueryContext(ctx context.Context, query string, args ...any) (*Rows, error) {
	if d.left.Load() {
		return nil, d.outgrown()
	}
	rows, err := d.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, d.fault(err)
	}
	return &Rows{rows, d}, nil
}

// Rows are what QueryContext reads.
type Rows struct {
	*sql.Rows
	db *DB
}

// Err returns what ended the rows early.
func (r *Rows) Err() error { return r.db.fault(r.Rows.Err()) }

// QueryRowContext reads one row outside of a transaction.
func (d *DB) QueryRowContext(ctx context.Context, query string, args ...any) *Row {
	return &Row{d.read.QueryRowContext(ctx, query, args...), d}
}

// A Row is what QueryRowContext reads.
type Row struct {
	row *sql.Row
	db  *DB
}

// Scan copies the columns; sql.ErrNoRows when there is no row.
func (r *Row) Scan(to ...any) error {
	if r.db.left.Load() {
		r.row.Scan() // gives back the connection
		return r.db.outgrown()
	}
	return r.db.fault(r.row.Scan(to...))
}

// Check reads the whole database as far as it can check itself: SQLite's file
// page by page; PostgreSQL looks after its own.
func (d *DB) Check(ctx context.Context) error {
	if d.isPostgres() {
		return d.Ping(ctx)
	}
	var says string
	err := d.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&says)
	if err == nil && says != "ok" {
		err = d.unavailable("the database {db} is damaged; put back a backup of it")
	}
	return err
}

// Ping reports whether the database answers before ctx ends.
func (d *DB) Ping(ctx context.Context) error {
	var applied int
	err := d.QueryRowContext(ctx, `SELECT COUNT(*) FROM migration`).Scan(&applied)
	if errors.Is(err, context.DeadlineExceeded) {
		return d.unavailable("the database {db} does not answer in time; see whether it and the network to it are well")
	}
	return err
}
