package db

import (
	"bufio"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"ieum"
)

// A copy of the database is text, the same from SQLite and from PostgreSQL:
// JSON values, one a line. The first is a heading; each table is a title and
// then its rows, each an array. Numbers are integers, {"f": …} is a float and
// {"b": …} bytes in base64; so is {"s": …}, a text that is not UTF-8.

// A heading begins a copy.
type heading struct {
	Migrations map[string]string `json:"migrations"` // hash by name
}

// A title begins a table.
type title struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
	Last    int64    `json:"last"` // the greatest number given to a row by itself
}

// restoring is the migration that stands in a database while Load fills it, so
// that one that was killed is known.
const restoring = "restoring"

func (d *DB) isPostgres() bool { return d.lock != "" }

// Dump writes a copy of all tables of the platform's domains, as they are at
// one moment. Others go on reading and writing.
func (d *DB) Dump(ctx context.Context, w io.Writer) error {
	return d.fault(d.dump(ctx, w))
}

func (d *DB) dump(ctx context.Context, w io.Writer) error {
	c, err := d.read.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	begin := `BEGIN` // the first read holds SQLite's picture
	if d.isPostgres() {
		begin = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`
	}
	if _, err := c.ExecContext(ctx, begin); err != nil {
		return err
	}
	defer c.ExecContext(context.WithoutCancel(ctx), `ROLLBACK`)
	out := bufio.NewWriterSize(w, 1<<16)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	head, err := readHeading(ctx, c)
	if err != nil {
		return err
	}
	if err := lines.Encode(head); err != nil {
		return err
	}
	list, err := d.tables(ctx, c, head)
	if err != nil {
		return err
	}
	for _, name := range list {
		if err := d.dumpTable(ctx, c, name, lines); err != nil {
			return fmt.Errorf("db: copy %s: %w", name, err)
		}
	}
	return out.Flush()
}

// A reader is a connection or a transaction.
type reader interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func readHeading(ctx context.Context, c reader) (heading, error) {
	h := heading{map[string]string{}}
	rows, err := c.QueryContext(ctx, `SELECT name, hash FROM migration`)
	if err != nil {
		return h, err
	}
	defer rows.Close()
	for rows.Next() {
		var name, hash string
		if err := rows.Scan(&name, &hash); err != nil {
			return h, err
		}
		h.Migrations[name] = hash
	}
	return h, rows.Err()
}

// tables lists the tables of the domains that the heading knows, in order.
// What else a PostgreSQL holds is not ours.
func (d *DB) tables(ctx context.Context, c reader, h heading) (ours []string, err error) {
	query := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if d.isPostgres() {
		query = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`
	}
	all, err := names(ctx, c, query)
	for _, name := range all {
		if h.knows(name) {
			ours = append(ours, name)
		}
	}
	slices.Sort(ours)
	return ours, err
}

// knows says whether a table is, by its name, of a domain that the heading knows.
func (h heading) knows(table string) bool {
	for migration := range h.Migrations {
		if domain, _, _ := strings.Cut(migration, "/"); strings.HasPrefix(table, domain+"_") {
			return true
		}
	}
	return false
}

// names returns the only column of a query.
func names(ctx context.Context, c reader, query string, args ...any) (list []string, err error) {
	rows, err := c.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		list = append(list, name)
	}
	return list, rows.Err()
}

func (d *DB) dumpTable(ctx context.Context, c reader, name string, lines *json.Encoder) error {
	last, err := d.lastNumber(ctx, c, name)
	if err != nil {
		return err
	}
	query := `SELECT name FROM pragma_table_info(?) ORDER BY cid`
	if d.isPostgres() {
		query = `SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ? ORDER BY ordinal_position`
	}
	columns, err := names(ctx, c, query, name)
	if err != nil {
		return err
	}
	if err := lines.Encode(title{name, columns, last}); err != nil {
		return err
	}
	list := strings.Join(columns, ", ")
	rows, err := c.QueryContext(ctx, `SELECT `+list+` FROM `+name+` ORDER BY `+list)
	if err != nil {
		return err
	}
	defer rows.Close()
	values, to := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		to[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return err
		}
		for i, v := range values {
			values[i] = written(v)
		}
		if err := lines.Encode(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// lastNumber returns the greatest number that a table gave to a row by itself.
func (d *DB) lastNumber(ctx context.Context, c reader, table string) (n int64, err error) {
	if d.isPostgres() {
		err = c.QueryRowContext(ctx, `
			SELECT COALESCE(MAX(pg_sequence_last_value(pg_get_serial_sequence(table_name, column_name)::regclass)), 0)
			FROM information_schema.columns
			WHERE table_schema = current_schema() AND table_name = ? AND is_identity = 'YES'`, table).Scan(&n)
		return n, err
	}
	var kept int
	err = c.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_master WHERE name = 'sqlite_sequence'`).Scan(&kept)
	if err != nil || kept == 0 {
		return 0, err
	}
	err = c.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = ?`, table).Scan(&n)
	return n, err
}

// written returns a value as it stands in a copy.
func written(v any) any {
	switch v := v.(type) {
	case float64:
		return map[string]json.Number{"f": json.Number(strconv.FormatFloat(v, 'g', -1, 64))}
	case []byte:
		return map[string]string{"b": base64.StdEncoding.EncodeToString(v)} // a driver may give no bytes as nil
	case string:
		if !utf8.ValidString(v) {
			return map[string]string{"s": base64.StdEncoding.EncodeToString([]byte(v))}
		}
	}
	return v
}

// read returns a value that stands in a copy.
func read(v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		return v.Int64()
	case map[string]any:
		if f, ok := v["f"].(json.Number); ok {
			return f.Float64()
		}
		for form, text := range v {
			text, ok := text.(string)
			b, err := base64.StdEncoding.DecodeString(text)
			switch {
			case !ok || err != nil:
			case form == "b":
				return b, nil
			case form == "s":
				return string(b), nil
			}
		}
		return nil, errNoCopy
	}
	return v, nil
}

var errNoCopy = errors.New("this is no copy of a database")

// Load fills an empty database with a copy, and leaves it so that nothing but what holds d
// takes it up until Loaded. migrate makes the tables, and here makes them as they were when
// the copy was made. A database that holds something is ieum.ErrConflict; so is a copy from
// a newer version. One that was killed is begun anew.
func (d *DB) Load(ctx context.Context, from io.ReadSeeker, migrate func(context.Context, *DB) error) error {
	var head heading
	if err := json.NewDecoder(from).Decode(&head); err != nil || head.Migrations == nil {
		return errNoCopy
	}
	begun, mark := false, rand.Text()
	err := d.Tx(ctx, func(tx *sql.Tx) error {
		before, err := readHeading(ctx, tx)
		if err != nil {
			return err
		}
		if _, begun = before.Migrations[restoring]; !begun && len(before.Migrations) > 0 {
			return ieum.Errorf(ieum.ErrConflict, "the database %s holds something already; name an empty one", d.name)
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO migration (name, hash) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET hash = excluded.hash`, restoring, mark)
		return err
	})
	if err != nil {
		return err
	}
	d.filling = mark
	then := &DB{name: d.name, read: d.read, write: d.write, close: d.close, ddl: d.ddl, lock: d.lock, only: head.Migrations, filling: mark}
	if err := migrate(ctx, then); err != nil {
		return err
	}
	return d.Tx(ctx, func(tx *sql.Tx) error {
		now, err := readHeading(ctx, tx)
		if err != nil {
			return err
		}
		if now.Migrations[restoring] != mark {
			return d.taken()
		}
		delete(now.Migrations, restoring)
		if begun && len(now.Migrations) > len(head.Migrations) {
			return ieum.Errorf(ieum.ErrConflict, "a restore into the database %s was cut off when it had brought its tables up to date; make the database anew, empty, and run ieum restore again", d.name)
		}
		if !maps.Equal(now.Migrations, head.Migrations) {
			return ieum.Errorf(ieum.ErrConflict, "the copy of the database was made by a newer version of ieum; use that version or a later one")
		}
		if _, err := from.Seek(0, io.SeekStart); err != nil {
			return err
		}
		return d.fill(ctx, tx, from)
	})
}

// Filling is the mark of what Load filled, by which Loaded knows it.
func (d *DB) Filling() string { return d.filling }

// Loaded gives a database that Load filled, and that nothing filled since, to whoever opens
// it. Once more it changes nothing.
func (d *DB) Loaded(ctx context.Context, mark string) error {
	d.filling = ""
	return d.Tx(ctx, func(tx *sql.Tx) error {
		now, err := readHeading(ctx, tx)
		if err != nil {
			return err
		}
		if of, ok := now.Migrations[restoring]; ok && of != mark {
			return d.taken()
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM migration WHERE name = ?`, restoring)
		return err
	})
}

func (d *DB) taken() error {
	return ieum.Errorf(ieum.ErrConflict, "another ieum restore fills the database %s, or did; name an empty one", d.name)
}

// fill puts the rows of a copy in place of what the tables hold.
func (d *DB) fill(ctx context.Context, tx *sql.Tx, from io.Reader) error {
	lines := json.NewDecoder(bufio.NewReaderSize(from, 1<<16))
	lines.UseNumber()
	var head heading
	if err := lines.Decode(&head); err != nil {
		return errNoCopy
	}
	known, err := d.tables(ctx, tx, head)
	if err != nil {
		return err
	}
	var insert *sql.Stmt
	var at title
	for lines.More() {
		var line json.RawMessage
		if err := lines.Decode(&line); err != nil {
			return errNoCopy
		}
		if line[0] == '{' {
			if insert, at, err = d.open(ctx, tx, line, known); err != nil {
				return err
			}
			defer insert.Close()
			continue
		}
		if err := put(ctx, insert, line, len(at.Columns)); err != nil {
			return fmt.Errorf("db: restore %s: %w", at.Table, err)
		}
	}
	return nil
}

// open empties a table and returns what inserts a row.
func (d *DB) open(ctx context.Context, tx *sql.Tx, line []byte, known []string) (insert *sql.Stmt, t title, err error) {
	if err := json.Unmarshal(line, &t); err != nil || !slices.Contains(known, t.Table) {
		return nil, t, errNoCopy
	}
	for _, column := range t.Columns {
		if strings.ContainsFunc(column, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
			return nil, t, errNoCopy
		}
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM `+t.Table); err != nil {
		return nil, t, err
	}
	if err := d.setLastNumber(ctx, tx, t); err != nil {
		return nil, t, err
	}
	insert, err = tx.PrepareContext(ctx, `INSERT INTO `+t.Table+` (`+strings.Join(t.Columns, ", ")+`) VALUES (?`+strings.Repeat(`, ?`, len(t.Columns)-1)+`)`)
	return insert, t, err
}

func (d *DB) setLastNumber(ctx context.Context, tx *sql.Tx, t title) error {
	if t.Last == 0 {
		return nil
	}
	if d.isPostgres() {
		_, err := tx.ExecContext(ctx, `
			SELECT setval(pg_get_serial_sequence(table_name, column_name)::regclass, ?)
			FROM information_schema.columns
			WHERE table_schema = current_schema() AND table_name = ? AND is_identity = 'YES'`, t.Last, t.Table)
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM sqlite_sequence WHERE name = ?`, t.Table); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)`, t.Table, t.Last)
	return err
}

// put inserts a row.
func put(ctx context.Context, insert *sql.Stmt, line []byte, columns int) error {
	lines := json.NewDecoder(strings.NewReader(string(line)))
	lines.UseNumber()
	var values []any
	if err := lines.Decode(&values); err != nil || insert == nil || len(values) != columns {
		return errNoCopy
	}
	for i, v := range values {
		var err error
		if values[i], err = read(v); err != nil {
			return errNoCopy
		}
	}
	_, err := insert.ExecContext(ctx, values...)
	return err
}
