package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"ieum"
)

// Migrate applies, in name order, the files schema/*.sql of a domain that have
// not been applied yet, each in a transaction of its own. Files are only ever
// added: one that changed after it was applied is an error. A database that
// knows files this program lacks was used by a newer version and is refused
// with ieum.ErrConflict, as is one with a trigger, rule, policy or view of somebody
// else's on the platform's tables: it could let rows vanish.
//
// A file is written in SQLite's words (INTEGER, REAL, TEXT, BLOB, INTEGER
// PRIMARY KEY AUTOINCREMENT), which are turned into PostgreSQL's.
func (d *DB) Migrate(ctx context.Context, domain string, files fs.FS) error {
	names, err := fs.Glob(files, "schema/*.sql")
	if err != nil {
		return err
	}
	slices.Sort(names)
	if err := d.checkVersion(ctx, domain, names); err != nil {
		return err
	}
	if err := d.onlyOurs(ctx); err != nil {
		return err
	}
	for _, name := range names {
		d.known = append(d.known, domain+"/"+name)
		if _, wanted := d.only[domain+"/"+name]; d.only != nil && !wanted {
			continue
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if err := d.apply(ctx, domain+"/"+name, string(text)); err != nil {
			return fmt.Errorf("db: migrate %s/%s: %w", domain, name, err)
		}
	}
	return nil
}

// checkVersion refuses a database whose migrations this program does not know.
func (d *DB) checkVersion(ctx context.Context, domain string, names []string) error {
	rows, err := d.QueryContext(ctx, `SELECT name FROM migration WHERE name LIKE ? ORDER BY name`, domain+"/%")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		if !slices.Contains(names, strings.TrimPrefix(name, domain+"/")) {
			return errNewer(d.name)
		}
	}
	return rows.Err()
}

// OnlyOf refuses a database in which another domain than these made tables: a newer version,
// whose records of people this one would neither show nor erase; and one in which a restore
// was cut off.
func (d *DB) OnlyOf(ctx context.Context, domains ...string) error {
	rows, err := d.QueryContext(ctx, `SELECT name FROM migration ORDER BY name`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		domain, _, _ := strings.Cut(name, "/")
		switch {
		case slices.Contains(domains, domain), domain == restoring && d.filling != "":
		case domain == restoring:
			return ieum.Errorf(ieum.ErrConflict, "a restore into the database %s was cut off; run ieum restore again", d.name)
		default:
			return errNewer(d.name)
		}
	}
	return rows.Err()
}

func errNewer(name string) error {
	return ieum.Errorf(ieum.ErrConflict, "the database %s was made by a newer version of ieum; use that version or a later one", name)
}

// Follow looks every so often whether a newer version made tables in the database, or a
// restore fills it, until it is so or ctx ends. From then on nothing is read or written, and
// say is told: this version would neither show nor erase what the newer one keeps, and knows
// what was there before the restore. All domains were migrated before. What the database
// does not tell now it tells later.
func (d *DB) Follow(ctx context.Context, every time.Duration, say func(error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for !d.left.Load() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if newer, err := d.newer(ctx); err == nil && newer {
			d.left.Store(true)
			say(d.outgrown())
		}
	}
}

// newerWait is how long it is waited for an answer.
const newerWait = 10 * time.Second

// newer says whether the database has migrations that this program lacks.
func (d *DB) newer(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, newerWait)
	defer cancel()
	rows, err := d.read.QueryContext(ctx, `SELECT name FROM migration`)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return false, err
		}
		if !slices.Contains(d.known, name) {
			return true, nil
		}
	}
	return false, rows.Err()
}

func (d *DB) outgrown() error {
	return d.unavailable("the database {db} was taken over by a newer version of ieum, or a restore filled it: end this server; serve with that version or a later one, or once the restore is done")
}

// Begun says whether any domain ever made tables in the database. It makes none.
func (d *DB) Begun(ctx context.Context) (bool, error) {
	var n int
	err := d.QueryRowContext(ctx, `SELECT COUNT(*) FROM migration`).Scan(&n)
	return n > 0, err
}

// onlyOurs refuses a database in which something that no migration makes acts on what
// is written to the platform's tables, stands in their place, or hides them.
func (d *DB) onlyOurs(ctx context.Context) error {
	head, err := readHeading(ctx, d.read)
	if err != nil {
		return d.fault(err)
	}
	// A trigger is kept with its table as somebody wrote it, and JOURNAL_NEW is journal_new.
	query := `SELECT type || ' ' || name, lower(tbl_name) FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY 1`
	if d.isPostgres() {
		// Of all schemas in which a table of ours may be found by its name alone.
		query = `
			WITH ours AS (SELECT oid, relname, relkind FROM pg_class WHERE pg_table_is_visible(oid))
			SELECT 'trigger ' || tgname, relname FROM pg_trigger JOIN ours ON ours.oid = tgrelid WHERE NOT tgisinternal
			UNION ALL SELECT 'rule ' || rulename, relname FROM pg_rewrite JOIN ours ON ours.oid = ev_class WHERE rulename <> '_RETURN'
			UNION ALL SELECT 'policy ' || polname, relname FROM pg_policy JOIN ours ON ours.oid = polrelid
			UNION ALL SELECT 'view ' || relname, relname FROM ours WHERE relkind = 'v'
			UNION ALL SELECT 'second table ' || nspname || '.' || relname, relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
				WHERE relkind IN ('r', 'p', 'f', 'm') AND nspname = ANY (current_schemas(true)) AND NOT pg_table_is_visible(pg_class.oid)
			ORDER BY 1`
	}
	rows, err := d.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var what, table string
		if err := rows.Scan(&what, &table); err != nil {
			return err
		}
		if head.knows(table) {
			return ieum.Errorf(ieum.ErrConflict, "the database %s has the %s at %s, which ieum did not make: records may have vanished by it; find out who made it and when, drop it, and run ieum fsck", d.name, what, table)
		}
	}
	return rows.Err()
}

func (d *DB) apply(ctx context.Context, name, text string) error {
	sum := sha256.Sum256([]byte(text))
	hash := hex.EncodeToString(sum[:])
	return d.Tx(ctx, func(tx *sql.Tx) error {
		if d.lock != "" {
			if _, err := tx.ExecContext(ctx, d.lock); err != nil {
				return err
			}
		}
		res, err := tx.ExecContext(ctx, `INSERT INTO migration (name, hash) VALUES (?, ?) ON CONFLICT DO NOTHING`, name, hash)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil {
			return err
		} else if n == 1 {
			_, err = tx.ExecContext(ctx, d.ddl(text))
			return err
		}
		var before string
		if err := tx.QueryRowContext(ctx, `SELECT hash FROM migration WHERE name = ?`, name).Scan(&before); err != nil {
			return err
		}
		if before != hash {
			return fmt.Errorf("the file changed after it was applied; undo that and add a file instead")
		}
		return nil
	})
}
