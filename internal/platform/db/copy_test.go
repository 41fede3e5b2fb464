package db_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
)

// migrateShop makes the tables of a newer program, which has one migration more.
func migrateShop(ctx context.Context, d *db.DB) error {
	return d.Migrate(ctx, "shop", schema(string(counters["schema/0001_x.sql"].Data), `ALTER TABLE shop_counter ADD COLUMN late INTEGER NOT NULL DEFAULT 7`))
}

// stock fills the counters with every sort of value.
func stock(t *testing.T, d *db.DB) *db.DB {
	t.Helper()
	ready(t, d)
	err := d.Tx(t.Context(), func(tx *sql.Tx) error {
		for _, row := range [][]any{
			{"물음표? '따옴표' \"</script>", int64(1)<<53 + 1, 0.1, []byte{0, 255}}, {"whole", -1, 3.0, []byte{}}, {"none", 0, nil, nil}, {"gone", 1, nil, nil},
		} {
			if _, err := tx.Exec(`INSERT INTO shop_counter (name, n, rate, raw) VALUES (?, ?, ?, ?)`, row...); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`DELETE FROM shop_counter WHERE name = 'gone'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func dumped(t *testing.T, d *db.DB) string {
	t.Helper()
	var out bytes.Buffer
	if err := d.Dump(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A copy of either database fills either, value by value and number by number,
// and what then migrates brings it up to date.
func TestACopyFillsEitherDatabase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, from *db.DB) {
		text := dumped(t, stock(t, from))
		dbtest.Each(t, func(t *testing.T, to *db.DB) {
			if err := to.Load(t.Context(), strings.NewReader(text), migrateShop); err != nil {
				t.Fatal(err)
			}
			if err := to.Load(t.Context(), strings.NewReader(text), migrateShop); err != nil {
				t.Errorf("the same once more: %v", err)
			}
			if err := to.OnlyOf(t.Context(), "shop"); err != nil {
				t.Errorf("what fills it may not migrate it: %v", err)
			}
			for _, want := range []int{1, 0} { // whoever else opens it finds that a restore goes on, until it is done
				var marks int
				if err := to.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM migration WHERE name = 'restoring'`).Scan(&marks); err != nil || marks != want {
					t.Errorf("there are %d marks of a restore, want %d; %v", marks, want, err)
				}
				if err := to.Loaded(t.Context(), to.Filling()); err != nil {
					t.Fatal(err)
				}
			}
			if again := dumped(t, to); again != text {
				t.Errorf("the copy of the copy is\n%s, not\n%s", again, text)
			}
			if err := migrateShop(t.Context(), to); err != nil {
				t.Fatal(err)
			}
			var id, late int64
			err := to.Tx(t.Context(), func(tx *sql.Tx) error {
				return tx.QueryRow(`INSERT INTO shop_counter (name, n) VALUES ('next', 1) RETURNING id, late`).Scan(&id, &late)
			})
			if err != nil || id != 5 || late != 7 {
				t.Errorf("the next row has the number %d, want 5 for 4 was given away; %d, %v", id, late, err)
			}
			err = to.Load(t.Context(), strings.NewReader(text), migrateShop)
			if !errors.Is(err, ieum.ErrConflict) || !strings.Contains(err.Error(), "holds something already") {
				t.Errorf("into a database that holds something else: %v", err)
			}
		})
	})
}

// What writes meanwhile does not show in a copy: it is of one moment.
func TestACopyIsOfOneMoment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		text := dumped(t, stock(t, d))
		wrote := false
		var out bytes.Buffer
		err := d.Dump(t.Context(), writerFunc(func(b []byte) (int, error) {
			if !wrote {
				wrote = true
				if err := d.Tx(t.Context(), func(tx *sql.Tx) error { return add(t.Context(), tx, "meanwhile", 1) }); err != nil {
					return 0, err
				}
			}
			return out.Write(b)
		}))
		if err != nil || !wrote {
			t.Fatal(err)
		}
		if out.String() != text {
			t.Errorf("the copy is\n%s, want\n%s", out.String(), text)
		}
	})
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// A copy that cannot be loaded leaves the tables empty, so that the next may be.
func TestACopyThatCannotBeLoaded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		text := dumped(t, stock(t, d))
		dbtest.Each(t, func(t *testing.T, to *db.DB) {
			older := func(ctx context.Context, d *db.DB) error { return nil }
			if err := to.Load(t.Context(), strings.NewReader(text), older); !errors.Is(err, ieum.ErrConflict) || !strings.Contains(err.Error(), "newer version") {
				t.Errorf("a copy from a newer version: %v", err)
			}
			for _, wrong := range []string{"", "{}", text[:len(text)/2], strings.Replace(text, `"shop_counter"`, `"migration"`, 1), strings.Replace(text, `"name"`, `"name; DROP"`, 1), strings.Replace(text, `{"f":`, `{"g":`, 1)} {
				if err := to.Load(t.Context(), strings.NewReader(wrong), migrateShop); err == nil {
					t.Errorf("this was loaded: %.200s", wrong)
				}
			}
			if err := to.Load(t.Context(), strings.NewReader(text), migrateShop); err != nil {
				t.Errorf("the whole one after these: %v", err)
			}
			if err := to.Loaded(t.Context(), to.Filling()); err != nil {
				t.Fatal(err)
			}
			if again := dumped(t, to); again != text {
				t.Errorf("the copy of the copy is\n%s, not\n%s", again, text)
			}
		})
	})
}

func FuzzLoad(f *testing.F) {
	f.Add("{\"migrations\":{\"shop/schema/0001_x.sql\":\"\"}}\n{\"table\":\"shop_counter\",\"columns\":[\"id\"],\"last\":0}\n[1]\n")
	f.Add("{\"migrations\":{}}\n[1]\n")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := db.Open(t.Context(), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if err := d.Load(t.Context(), strings.NewReader(text), migrateShop); err == nil && len(dumped(t, d)) == 0 {
			t.Error("loaded, but there is nothing")
		}
	})
}

// Of two restores into one database the later one has it: the first gives it to nobody, and
// once the first gave it away, the second fills nothing.
func TestTwoRestoresIntoOneDatabase(t *testing.T) {
	from := dbtest.Open(t, t.TempDir())
	if err := migrateShop(t.Context(), from); err != nil {
		t.Fatal(err)
	}
	var copied bytes.Buffer
	if err := from.Dump(t.Context(), &copied); err != nil {
		t.Fatal(err)
	}
	for _, given := range []bool{true, false} {
		url := dbtest.Postgres(t)
		var both [2]*db.DB
		for i := range both {
			d, err := db.Open(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			both[i] = d
		}
		first, second := both[0], both[1]
		if err := first.Load(t.Context(), bytes.NewReader(copied.Bytes()), migrateShop); err != nil {
			t.Fatal(err)
		}
		mark := first.Filling()
		err := second.Load(t.Context(), bytes.NewReader(copied.Bytes()), func(ctx context.Context, d *db.DB) error {
			if err := first.Loaded(ctx, mark); !errors.Is(err, ieum.ErrConflict) {
				t.Errorf("the first gives away what the second fills: %v", err)
			}
			if given { // as a restore by an older version does
				if err := first.Tx(ctx, func(tx *sql.Tx) error {
					_, err := tx.ExecContext(ctx, `DELETE FROM migration WHERE name = 'restoring'`)
					return err
				}); err != nil {
					t.Error(err)
				}
			}
			return migrateShop(ctx, d)
		})
		if given != errors.Is(err, ieum.ErrConflict) || !given && err != nil {
			t.Errorf("given away %v: the second says %v", given, err)
		}
	}
}
