package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ieum"
	"ieum/internal/door"
	"ieum/internal/identity"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/journal"
	"ieum/internal/platform/seal"
)

// writing lets things happen in a database, several at once, until stop is
// called, which returns what was acknowledged.
func writing(t *testing.T, d *db.DB, acknowledged *atomic.Int64) (stop func() map[string]bool) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	ctx, cancel := context.WithCancel(t.Context())
	told := map[string]bool{}
	for w := range 4 {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				subject := fmt.Sprintf("w%d-%d", w, i)
				err := d.Tx(context.WithoutCancel(ctx), func(tx *sql.Tx) error {
					return journal.Append(ctx, tx, "shop.sold", subject, map[string]int{"n": i})
				})
				if err != nil {
					if ctx.Err() == nil {
						t.Error(err)
					}
					return
				}
				mu.Lock()
				told[subject] = true
				mu.Unlock()
				acknowledged.Add(1)
				time.Sleep(time.Millisecond)
			}
		})
	}
	return func() map[string]bool {
		cancel()
		wg.Wait()
		return told
	}
}

// shareKeys moves the store of keys of people out of a data folder, to where more than
// one server reaches it.
func shareKeys(t *testing.T, data string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{seal.File, "master.key"} {
		if err := os.Rename(filepath.Join(data, "keys", name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// What one of two servers with one store of keys erases, the other, which had it open,
// opens from then on no more.
func TestTwoServersShareTheirKeys(t *testing.T) {
	t.Parallel()
	database, keys := dbtest.Postgres(t), t.TempDir()
	var both [2]*app
	one, two := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "two")
	for i, data := range []string{one, two} {
		if data == two {
			copyFolder(t, two, one)
		}
		a, err := newApp(t.Context(), &env{Config: Config{Data: data, Database: database, Keys: keys}, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now, cost: weak})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		both[i] = a
	}
	w := &walk{T: t, a: both[0]}
	token, _, err := both[0].registry.Add(t.Context(), nil, "made-up", identity.Grant{Role: "seeker"})
	w.must(err)
	_, p := w.enter(token, true)
	kept, err := both[0].door.Begin(t.Context(), asks(p))
	w.must(err)
	w.must(both[0].door.KeepContact(t.Context(), asks(p), kept.ID, door.Contact{Name: canaryWord}))
	got, err := both[1].door.Read(t.Context(), asks(p), kept.ID, "own", ieum.ContactRecord)
	if err != nil || got.Contact.Name != canaryWord {
		t.Fatalf("the other server reads %+v: %v", got, err)
	}
	sealed, err := both[1].store.keys.Seal(string(kept.ID), "place", []byte(canaryWord))
	w.must(err)
	w.must(both[0].door.Erase(t.Context(), asks(p)))
	if plain, err := both[1].store.keys.Open(string(kept.ID), "place", sealed); !errors.Is(err, ieum.ErrErased) {
		t.Errorf("the other server opens %q: %v", plain, err)
	}
	if _, err := both[1].door.Read(t.Context(), asks(p), kept.ID, "own", ieum.ContactRecord); err == nil {
		t.Error("the other server reads somebody who was erased")
	}
}

// Two servers run on one PostgreSQL, each in a data folder of its own, with one store
// of keys of people. The one that seals is killed under load: the other answers at once
// and goes on; what was acknowledged is in its ledger, once, and its ledger is
// the one that the first published. The first comes back as the standby.
func TestAStandbyTakesOver(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.data, b.database = filepath.Join(t.TempDir(), "one"), dbtest.Postgres(t)
	b.succeed("ingest", "stall", b.in("jobs.csv"))
	b.succeed("build")
	s := b.start(b.data)
	s.awaitSize(4)
	s.stop()
	keys := shareKeys(t, b.data)
	two := filepath.Join(t.TempDir(), "two")
	copyFolder(t, two, b.data)
	serve := func(data string) *served {
		return serveWith(t, []string{"IEUM_DATABASE=" + b.database, "IEUM_KEYS=" + keys}, "--data", data, "--defs", filepath.Join(b.root, "defs"), "--listen", "127.0.0.1:0")
	}
	active := serve(b.data)
	d := dbtest.Open(t, b.database)
	var acknowledged atomic.Int64
	stop := writing(t, d, &acknowledged)
	await(t, "it is under load", func() bool { return acknowledged.Load() > 300 })
	active.awaitSize(100) // so it is the one that seals
	standby := serve(two)
	checkpoint := filepath.Join(t.TempDir(), "checkpoint.txt")
	writeFile(t, checkpoint, active.get("/ledger/checkpoint"))
	active.kill()
	killed := acknowledged.Load()
	for _, path := range []string{"/", "/jobs", "/readyz", "/ledger"} {
		if status, text := standby.ask("GET", path, ""); status != http.StatusOK {
			t.Errorf("after the kill the standby says %d to %s: %s", status, path, text)
		}
	}
	await(t, "it goes on under load", func() bool { return acknowledged.Load() > killed+300 })
	told := stop()
	standby.awaitSize(int64(len(told)) + 4)

	ctx := t.Context()
	sound, err := journal.Verify(ctx, d)
	if err != nil || sound < int64(len(told)) {
		t.Fatalf("the journal has %d sound entries of %d: %v", sound, len(told), err)
	}
	entries, err := journal.After(ctx, d, 0, int(sound))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Kind == "shop.sold" && !told[e.Subject] {
			t.Errorf("%s is there twice, or was never acknowledged", e.Subject)
		}
		delete(told, e.Subject)
	}
	for subject := range told {
		t.Errorf("%s was acknowledged and is lost", subject)
	}
	newer := b.succeed("audit", "ledger", standby.base, "--checkpoint", checkpoint)
	writeFile(t, checkpoint, newer)
	back := serve(b.data)
	back.awaitSize(sound + 1)
	b.succeed("audit", "ledger", back.base, "--checkpoint", checkpoint)
}
