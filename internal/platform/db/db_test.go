package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
)

func schema(files ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i, text := range files {
		m[fmt.Sprintf("schema/%04d_x.sql", i+1)] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

var counters = schema(`
	CREATE TABLE shop_counter (
		id   INTEGER PRIMARY KEY AUTOINCREMENT, -- an 'INTEGER'
		name TEXT NOT NULL UNIQUE,
		n    INTEGER NOT NULL,
		rate REAL,
		raw  BLOB
	);
	CREATE INDEX shop_counter_n ON shop_counter (n);`)

func ready(t *testing.T, d *db.DB) *db.DB {
	t.Helper()
	if err := d.Migrate(context.Background(), "shop", counters); err != nil {
		t.Fatal(err)
	}
	return d
}

func add(ctx context.Context, tx *sql.Tx, name string, n int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO shop_counter (name, n) VALUES (?, ?)`, name, n)
	return err
}

func sum(t *testing.T, d *db.DB) (rows, n int64) {
	t.Helper()
	err := d.QueryRowContext(context.Background(), `SELECT COUNT(*), COALESCE(SUM(n), 0) FROM shop_counter`).Scan(&rows, &n)
	if err != nil {
		t.Fatal(err)
	}
	return rows, n
}

func TestValuesComeBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ready(t, d)
		ctx := context.Background()
		var id int64
		err := d.Tx(ctx, func(tx *sql.Tx) error {
			return tx.QueryRowContext(ctx, `INSERT INTO shop_counter (name, n, rate, raw) VALUES (?, ?, ?, ?) RETURNING id`,
				"물음표? '따옴표'", int64(1)<<53+1, 0.1, []byte{0, 255}).Scan(&id)
		})
		if err != nil {
			t.Fatal(err)
		}
		var name string
		var n int64
		var rate float64
		var raw []byte
		err = d.QueryRowContext(ctx, `SELECT name, n, rate, raw FROM shop_counter WHERE id = ? AND name <> '?'`, id).Scan(&name, &n, &rate, &raw)
		if err != nil || name != "물음표? '따옴표'" || n != 1<<53+1 || rate != 0.1 || string(raw) != "\x00\xff" {
			t.Errorf("got %q, %d, %v, %x, %v", name, n, rate, raw, err)
		}
	})
}

func TestATransactionThatFailsLeavesNoTrace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ready(t, d)
		ctx := context.Background()
		boom := errors.New("boom")
		err := d.Tx(ctx, func(tx *sql.Tx) error {
			if err := add(ctx, tx, "a", 1); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Errorf("got %v", err)
		}
		func() {
			defer func() { recover() }()
			d.Tx(ctx, func(tx *sql.Tx) error {
				if err := add(ctx, tx, "b", 1); err != nil {
					t.Error(err)
				}
				panic("boom")
			})
		}()
		err = d.Tx(ctx, func(tx *sql.Tx) error {
			return errors.Join(add(ctx, tx, "c", 1), add(ctx, tx, "c", 1)) // UNIQUE
		})
		if err == nil {
			t.Error("the same name twice was taken")
		}
		if rows, _ := sum(t, d); rows != 0 {
			t.Errorf("%d rows", rows)
		}
		if err := d.Tx(ctx, func(tx *sql.Tx) error { return add(ctx, tx, "d", 1) }); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// TestManyWriters: transactions of many goroutines, of which some fail and some
// give up, neither lose nor double an effect.
func TestManyWriters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ready(t, d)
		ctx := context.Background()
		if err := d.Tx(ctx, func(tx *sql.Tx) error { return add(ctx, tx, "shared", 0) }); err != nil {
			t.Fatal(err)
		}
		const each, workers = 15, 8
		var done sync.WaitGroup
		for w := range workers {
			done.Go(func() {
				for i := range each {
					ctx, cancel := context.WithCancel(ctx)
					err := d.Tx(ctx, func(tx *sql.Tx) error {
						var n int64
						if err := tx.QueryRowContext(ctx, `SELECT n FROM shop_counter WHERE name = 'shared'`).Scan(&n); err != nil {
							return err
						}
						if _, err := tx.ExecContext(ctx, `UPDATE shop_counter SET n = ? WHERE name = 'shared'`, n+1); err != nil {
							return err
						}
						switch {
						case w == 0:
							return errors.New("not this time")
						case w == 1:
							cancel()
							return add(ctx, tx, "never", 0)
						}
						return add(ctx, tx, fmt.Sprintf("%d-%d", w, i), 0)
					})
					cancel()
					if (err == nil) != (w > 1) {
						t.Errorf("worker %d: %v", w, err)
					}
				}
			})
		}
		done.Wait()
		if rows, n := sum(t, d); rows != 1+each*(workers-2) || n != each*(workers-2) {
			t.Errorf("%d rows, count %d", rows, n)
		}
	})
}

func TestMigrateOnceAndInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		first := `CREATE TABLE shop_a (n INTEGER); INSERT INTO shop_a VALUES (1)`
		for _, files := range []fstest.MapFS{schema(first), schema(first), schema(first, `UPDATE shop_a SET n = n + 1`)} {
			if err := d.Migrate(ctx, "shop", files); err != nil {
				t.Fatal(err)
			}
		}
		var n int
		if err := d.QueryRowContext(ctx, `SELECT n FROM shop_a`).Scan(&n); err != nil || n != 2 {
			t.Errorf("n = %d, %v", n, err)
		}
	})
}

func TestMigrateAllOfAFileOrNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Migrate(ctx, "shop", schema(`CREATE TABLE shop_a (n INTEGER); INSERT INTO nowhere VALUES (1)`))
		if err == nil || !strings.Contains(err.Error(), "db: migrate shop/schema/0001_x.sql") {
			t.Errorf("got %v", err)
		}
		if err := d.Migrate(ctx, "shop", schema(`CREATE TABLE shop_a (n INTEGER)`)); err != nil {
			t.Errorf("after mending it: %v", err)
		}
	})
}

func TestADatabaseOfANewerVersionIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		one, two := `CREATE TABLE shop_a (n INTEGER)`, `CREATE TABLE shop_b (n INTEGER)`
		if err := d.Migrate(ctx, "shop", schema(one, two)); err != nil {
			t.Fatal(err)
		}
		err := d.Migrate(ctx, "shop", schema(one))
		if !errors.Is(err, ieum.ErrConflict) || !strings.Contains(err.Error(), "was made by a newer version of ieum; use that version or a later one") {
			t.Errorf("got %v", err)
		}
		if err := d.Migrate(ctx, "shopping", schema(`CREATE TABLE shopping_a (n INTEGER)`)); err != nil {
			t.Errorf("another domain: %v", err)
		}
		if err := d.Migrate(ctx, "shop", schema(one, two+" -- edited")); err == nil || !strings.Contains(err.Error(), "changed after it was applied") {
			t.Errorf("an edited file: %v", err)
		}
	})
}

// A server that runs on while a newer version makes tables neither reads nor writes them.
func TestADatabaseThatBecomesANewerVersionsIsLeft(t *testing.T) {
	test := func(t *testing.T, where string) {
		d, other := dbtest.Open(t, where), dbtest.Open(t, where)
		ctx, cancel := context.WithCancel(t.Context())
		if err := d.Migrate(ctx, "shop", schema(`CREATE TABLE shop_a (n INTEGER)`)); err != nil {
			t.Fatal(err)
		}
		said, done := make(chan error, 1), make(chan struct{})
		go func() { defer close(done); d.Follow(ctx, time.Millisecond, func(err error) { said <- err }) }()
		defer func() { cancel(); <-done }()
		insert := func(n int) error {
			return d.Tx(ctx, func(tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, `INSERT INTO shop_a VALUES (?)`, n)
				return err
			})
		}
		if err := insert(1); err != nil {
			t.Fatal(err)
		}
		if err := other.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO migration (name, hash) VALUES ('shop/schema/9999_new.sql', '')`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := <-said; !errors.Is(err, ieum.ErrUnavailable) || !strings.Contains(err.Error(), "taken over by a newer version") {
			t.Errorf("it says %v", err)
		}
		var n int
		_, err := d.QueryContext(ctx, `SELECT n FROM shop_a`)
		for what, err := range map[string]error{"a row": d.QueryRowContext(ctx, `SELECT n FROM shop_a`).Scan(&n), "rows": err, "a transaction": insert(2), "a ping": d.Ping(ctx)} {
			if !errors.Is(err, ieum.ErrUnavailable) || n != 0 {
				t.Errorf("%s: %v, %d", what, err, n)
			}
		}
		<-done // it does not come back by itself
		if err := other.QueryRowContext(ctx, `SELECT SUM(n) FROM shop_a`).Scan(&n); err != nil || n != 1 {
			t.Errorf("there are %d, %v", n, err)
		}
	}
	t.Run("sqlite", func(t *testing.T) { test(t, t.TempDir()) })
	t.Run("postgres", func(t *testing.T) { test(t, dbtest.Postgres(t)) })
}

// What no migration made and acts on our tables lets rows vanish; what others keep
// beside them is theirs.
func TestWhatOthersPutOnOurTablesIsRefused(t *testing.T) {
	ctx := context.Background()
	postgres := `CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; `
	theirs := map[string][2]string{ // of SQLite and of PostgreSQL
		"trigger z": {`CREATE TRIGGER z BEFORE INSERT ON shop_counter BEGIN SELECT RAISE(IGNORE); END`,
			postgres + `CREATE TRIGGER z BEFORE INSERT ON shop_counter FOR EACH ROW EXECUTE FUNCTION nothing()`},
		"trigger capitals":  {`CREATE TRIGGER capitals BEFORE INSERT ON SHOP_COUNTER BEGIN SELECT RAISE(IGNORE); END`, ""},
		"trigger quoted":    {`CREATE TRIGGER quoted BEFORE INSERT ON main."Shop_Counter" BEGIN SELECT RAISE(IGNORE); END`, ""},
		"trigger brackets":  {`CREATE TRIGGER brackets BEFORE INSERT ON [SHOP_counter] BEGIN SELECT RAISE(IGNORE); END`, ""},
		"view SHOP_COUNTER": {`ALTER TABLE shop_counter RENAME TO z; CREATE VIEW SHOP_COUNTER AS SELECT * FROM z`, ""},
		"view shop_counter": {`ALTER TABLE shop_counter RENAME TO z; CREATE VIEW shop_counter AS SELECT * FROM z`,
			`ALTER TABLE shop_counter RENAME TO z; CREATE VIEW shop_counter AS SELECT * FROM z`},
		"rule z":   {"", `CREATE RULE z AS ON INSERT TO shop_counter DO INSTEAD NOTHING`},
		"policy z": {"", `CREATE POLICY z ON shop_counter USING (false)`},
		"": {`CREATE TABLE other (n INTEGER); CREATE VIEW seen AS SELECT n FROM other; CREATE TRIGGER z AFTER INSERT ON other BEGIN DELETE FROM other; END`,
			postgres + `CREATE TABLE other (n INTEGER); CREATE VIEW seen AS SELECT n FROM other; CREATE TRIGGER z AFTER INSERT ON other FOR EACH ROW EXECUTE FUNCTION nothing()`},
	}
	for what, texts := range theirs {
		t.Run(what, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				text := texts[0]
				if strings.HasSuffix(t.Name(), "postgres") {
					text = texts[1]
				}
				ready(t, d)
				err := d.Tx(ctx, func(tx *sql.Tx) error {
					_, err := tx.ExecContext(ctx, text)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				err = d.Migrate(ctx, "shop", counters)
				if want := "has the " + what + " at shop_counter, which ieum did not make"; text == "" || what == "" {
					if err != nil {
						t.Error(err)
					}
				} else if !errors.Is(err, ieum.ErrConflict) || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %s", err, want)
				}
			})
		})
	}
}

// Tables of ours are found in any schema that PostgreSQL looks in, and so is what
// others put on them.
func TestWhatOthersPutOnOurTablesInAnotherSchemaIsRefused(t *testing.T) {
	ctx := context.Background()
	where, err := url.Parse(dbtest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	ours := where.Query().Get("search_path")
	theirs := ours + "_first"
	query := where.Query()
	query.Set("search_path", theirs+","+ours)
	where.RawQuery = query.Encode()
	d := dbtest.Open(t, where.String())
	ready(t, d)
	do := func(text string) {
		t.Helper()
		err := d.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { do(`DROP SCHEMA ` + theirs + ` CASCADE`) }) // before d is closed
	do(`CREATE SCHEMA ` + theirs)
	if err := d.Migrate(ctx, "shop", counters); err != nil {
		t.Fatal(err)
	}
	do(`CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`)
	for what, text := range map[string]string{
		"trigger z": `CREATE TRIGGER z BEFORE INSERT ON shop_counter FOR EACH ROW EXECUTE FUNCTION nothing()`,
		"rule z":    `CREATE RULE z AS ON INSERT TO shop_counter DO INSTEAD NOTHING`,
		"policy z":  `CREATE POLICY z ON shop_counter USING (false)`,
	} {
		do(text)
		if err := d.Migrate(ctx, "shop", counters); !errors.Is(err, ieum.ErrConflict) || !strings.Contains(err.Error(), "has the "+what+" at shop_counter") {
			t.Errorf("got %v, want %s", err, what)
		}
		do(`DROP ` + what + ` ON shop_counter`)
	}
	do(`CREATE TABLE ` + theirs + `.shop_counter (LIKE ` + ours + `.shop_counter INCLUDING ALL)`)
	if err := d.Migrate(ctx, "shop", counters); !errors.Is(err, ieum.ErrConflict) || !strings.Contains(err.Error(), "has the second table "+ours+".shop_counter at shop_counter") {
		t.Errorf("a table that hides ours: %v", err)
	}
}

func TestTwoProgramsMigrateAtOnce(t *testing.T) {
	for name, where := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return t.TempDir() },
		"postgres": func(t *testing.T) string { return dbtest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 { // what one of them is told while another makes the file is rare
				where := where(t)
				var done sync.WaitGroup
				for range 8 {
					done.Go(func() {
						d, err := db.Open(context.Background(), where)
						if err != nil {
							t.Error(err)
							return
						}
						defer d.Close()
						if err := d.Migrate(context.Background(), "shop", counters); err != nil {
							t.Error(err)
						}
					})
				}
				done.Wait()
			}
		})
	}
}

// TestTwoProgramsOnOneFolder: serve and ingest share a database; each waits
// for the other, and one that holds it for too long is named as the reason.
func TestTwoProgramsOnOneFolder(t *testing.T) {
	dir := t.TempDir()
	a, b := ready(t, dbtest.Open(t, dir)), dbtest.Open(t, dir)
	ctx := context.Background()
	var done sync.WaitGroup
	for i, d := range []*db.DB{a, b} {
		done.Go(func() {
			for j := range 20 {
				if err := d.Tx(ctx, func(tx *sql.Tx) error { return add(ctx, tx, fmt.Sprint(i, "-", j), 1) }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done.Wait()
	if rows, _ := sum(t, a); rows != 40 {
		t.Errorf("%d rows", rows)
	}
	err := a.Tx(ctx, func(tx *sql.Tx) error {
		ctx, cancel := context.WithTimeout(ctx, 4*time.Second) // less than SQLite waits, enough to begin
		defer cancel()
		err := b.Tx(ctx, func(*sql.Tx) error { return nil })
		if !errors.Is(err, ieum.ErrUnavailable) || !strings.Contains(err.Error(), "was in use by another program for too long; try again") {
			t.Errorf("got %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// The folder may have been made by somebody else, open to all.
func TestNobodyElseReadsTheFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	ready(t, dbtest.Open(t, dir))
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 2 {
		t.Fatalf("%d files, %v; want the file and its log", len(files), err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
		}
	}
}

func TestReadingNeverWrites(t *testing.T) {
	d := ready(t, dbtest.Open(t, t.TempDir()))
	rows, err := d.QueryContext(context.Background(), `DELETE FROM shop_counter RETURNING n`)
	if err == nil {
		rows.Next()
		err = rows.Err()
		rows.Close()
	}
	if err == nil {
		t.Error("QueryContext deleted")
	}
}

func TestOneClearSentence(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := errors.Join(os.Mkdir(text, 0o700), os.WriteFile(filepath.Join(text, "ieum.db"), []byte(strings.Repeat("no database ", 100)), 0o600)); err != nil {
		t.Fatal(err)
	}
	blocked := filepath.Join(dir, "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ where, want string }{
		"damaged":     {text, "is damaged; put back a backup of it"},
		"no folder":   {blocked, "name another with --data DIR"},
		"bad URL":     {"postgres://u:secret@host:notaport/x", "the PostgreSQL URL cannot be read; write it as postgres://user@host:5432/name"},
		"unreachable": {"postgres://u:secret@127.0.0.1:1/x?connect_timeout=2", "the PostgreSQL at 127.0.0.1:1/x cannot be reached; start it or mend the URL"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := db.Open(ctx, tt.where)
			if err == nil {
				d.Close()
				t.Fatal("it opened")
			}
			var said *ieum.Error
			if !errors.As(err, &said) || !strings.HasSuffix(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("unknown database", func(t *testing.T) {
		where := strings.Replace(dbtest.Postgres(t), "/postgres?", "/nowhere?", 1)
		if _, err := db.Open(ctx, where); !errors.Is(err, ieum.ErrUnavailable) {
			t.Errorf("got %v", err)
		}
	})
}

func TestAFullDisk(t *testing.T) {
	d := ready(t, dbtest.Open(t, t.TempDir()))
	ctx := context.Background()
	fill := func(size int) error {
		return d.Tx(ctx, func(tx *sql.Tx) error {
			// What SQLite answers when write says that there is no space.
			if _, err := tx.ExecContext(ctx, `PRAGMA max_page_count = 20`); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO shop_counter (name, n, raw) VALUES (?, 1, ?)`, fmt.Sprint(size), make([]byte, size))
			return err
		})
	}
	if err := fill(10); err != nil {
		t.Fatal(err)
	}
	err := fill(1 << 20)
	if !errors.Is(err, ieum.ErrUnavailable) || !strings.HasSuffix(err.Error(), "ieum.db is full; make room and try again: nothing that was saved is lost") {
		t.Errorf("got %v", err)
	}
	if rows, _ := sum(t, d); rows != 1 {
		t.Errorf("%d rows", rows)
	}
	if err := fill(11); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// TestAFullDiskHitsOnlyWhoFillsIt: transactions that shared the failed commit
// are done again.
func TestWhoSharesAFailedCommitIsDoneAgain(t *testing.T) {
	d := dbtest.Open(t, t.TempDir())
	ctx := context.Background()
	err := d.Migrate(ctx, "shop", schema(`
		CREATE TABLE shop_a (id INTEGER PRIMARY KEY);
		CREATE TABLE shop_b (a INTEGER NOT NULL REFERENCES shop_a (id) DEFERRABLE INITIALLY DEFERRED)`))
	if err != nil {
		t.Fatal(err)
	}
	const workers = 40
	var done sync.WaitGroup
	for w := range workers {
		done.Go(func() {
			err := d.Tx(ctx, func(tx *sql.Tx) error {
				time.Sleep(time.Millisecond) // so that others queue behind
				if w%8 == 0 {                // noticed at the commit only
					_, err := tx.ExecContext(ctx, `INSERT INTO shop_b (a) VALUES (?)`, -1)
					return err
				}
				_, err := tx.ExecContext(ctx, `INSERT INTO shop_a (id) VALUES (?)`, w)
				return err
			})
			if (err == nil) != (w%8 != 0) {
				t.Errorf("worker %d: %v", w, err)
			}
		})
	}
	done.Wait()
	var a, b int
	if err := d.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM shop_a), (SELECT COUNT(*) FROM shop_b)`).Scan(&a, &b); err != nil || a != workers-workers/8 || b != 0 {
		t.Errorf("%d and %d rows, %v", a, b, err)
	}
}

// BenchmarkTx is the speed of small durable transactions from many goroutines.
func BenchmarkTx(b *testing.B) {
	d, err := db.Open(context.Background(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	ctx := context.Background()
	if err := d.Migrate(ctx, "shop", counters); err != nil {
		b.Fatal(err)
	}
	var mu sync.Mutex
	n := 0
	b.SetParallelism(64)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			mu.Lock()
			n++
			name := fmt.Sprint(n)
			mu.Unlock()
			if err := d.Tx(ctx, func(tx *sql.Tx) error { return add(ctx, tx, name, 1) }); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
}
