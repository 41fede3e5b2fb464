package catalogue

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/dying"
	"ieum/internal/platform/seal"
)

// forgetKills is how often somebody who erases is killed, at each call in turn; they
// make about 20 until it is said.
const forgetKills = 30

// TestMain runs the tests, or a child of TestForgetKilled.
func TestMain(m *testing.M) { dying.Main(m, forgets) }

// forgets is the child: it erases a person, says so, and dies then at the latest. It
// may die at each call that changes files.
func forgets(f dying.Fate, step func()) {
	durable.Hook = func(durable.Op, string) error { step(); return nil }
	ctx := context.Background()
	keys, err := seal.Open(filepath.Join(f.Dir, "keys"), seal.NewMaster(filepath.Join(f.Dir, "keys", "master.key")))
	var set *defs.Set
	if err == nil {
		set, err = defs.Load()
	}
	var d *db.DB
	if err == nil {
		d, err = db.Open(ctx, f.Dir)
	}
	var c *Catalogue
	if err == nil {
		c, err = New(ctx, d, keys, set, f.Dir, time.Now, nil, nil)
	}
	if err == nil {
		err = c.Forget(ctx, "people", "r2", "aofficer")
	}
	fmt.Fprintln(os.Stderr, err)
	for range 1000 {
		step()
	}
	time.Sleep(time.Minute) // it dies after a wait
	os.Exit(1)
}

// Whoever erases somebody and is killed at any call that changes a file, or between
// two, has erased them or has not; what was said to be done is. Erased, nothing of
// them opens or is shown from the next build on; else all is there, and the same
// again erases them. Everybody else's rows open all the while.
func TestForgetKilled(t *testing.T) {
	first, _ := peopleOf(t)
	first.build(false)
	if err := first.store.db.Close(); err != nil {
		t.Fatal(err)
	}
	rng, erased, told := dying.Seeded(t), 0, 0
	for i := range forgetKills {
		f := dying.Fate{Dir: filepath.Join(t.TempDir(), "data"), Call: i} // from before the erasure to after it was said
		if err := os.CopyFS(f.Dir, os.DirFS(first.dir)); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"master.key", "person.key", "people.keys"} { // which a copy opens to others
			if err := os.Chmod(filepath.Join(f.Dir, "keys", key), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if i%2 == 1 {
			f.Wait = 1 + time.Duration(rng.Int64N(int64(3*time.Millisecond)))
		}
		said := string(dying.Die(t, f))
		if said != "" && said != "<nil>\n" {
			t.Fatalf("kill %d, %+v: %s", i, f, said)
		}
		b := reopened(t, f.Dir)
		is := slices.Contains(b.sealer.Erased(), string(RowPerson(b.sealer, "people", "resume", "r2")))
		if said != "" {
			told++
		}
		if said != "" && !is {
			t.Errorf("kill %d, %+v: it was said to be done, and is not", i, f)
		}
		want := []string{"r1", "r2", "r3"}
		if is {
			erased, want = erased+1, []string{"r1", "r3"}
		}
		if keys := shownKeys(t, b.Catalogue, b.build(i%2 == 0)); !slices.Equal(keys, want) {
			t.Errorf("kill %d, %+v: erased %v, and the next build shows %q", i, f, is, keys)
		}
		if _, err := b.Record(t.Context(), "people", "resume", "r2"); errors.Is(err, ieum.ErrNotFound) != is {
			t.Errorf("kill %d, %+v: erased %v, and the lineage is %v", i, f, is, err)
		}
		if err := b.Forget(t.Context(), "people", "r2", "aofficer"); errors.Is(err, ieum.ErrNotFound) != is {
			t.Errorf("kill %d, %+v: erased %v, and again gives %v", i, f, is, err)
		}
		if rows := b.rows("resume", ColumnKey); strings.Join(rows, " ") != "_key=r1 _key=r3" {
			t.Errorf("kill %d, %+v: rows are %q", i, f, rows)
		}
	}
	if erased == 0 || erased == forgetKills || told == 0 || told == forgetKills {
		t.Errorf("of %d kills %d were after the erasure, and %d after it was said to be done", forgetKills, erased, told)
	}
}

// reopened is a bench on a folder that is there.
func reopened(t *testing.T, dir string) *bench {
	t.Helper()
	keys, err := seal.Open(filepath.Join(dir, "keys"), seal.NewMaster(filepath.Join(dir, "keys", "master.key")))
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	b := &bench{t: t, dir: dir, day: time.Date(2026, 3, 2, 9, 0, 0, 0, ieum.Seoul), sealer: keys}
	b.open(d, loadDefs(t, twoShops()...))
	return b
}
