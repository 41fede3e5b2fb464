package ledger

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/dying"
	"ieum/internal/platform/journal"
)

// kills is how often the writer is killed.
const kills = 100

// child writes, seals, appends and publishes until it is killed, and says what it
// published. It may die at each call that changes files.
func child(f dying.Fate, step func()) {
	durable.Hook = func(durable.Op, string) error { step(); return nil }
	testing.Main(nil, []testing.InternalTest{{Name: "child", F: func(t *testing.T) {
		d, err := db.Open(context.Background(), f.Dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := journal.Migrate(context.Background(), d); err != nil {
			t.Fatal(err)
		}
		b := &bench{t, d, f.Dir, &journal.Sealer{DB: d, Holder: "a", Now: clock}, nil}
		b.open()
		for n := 1; ; n = n*7%300 + 1 {
			b.happen(n)
			fmt.Fprintln(os.Stderr, base64.StdEncoding.EncodeToString(b.log().Signed))
		}
	}}}, nil, nil)
}

// A server that is killed at any call that changes a file, or between two,
// leaves a log that goes on: what it published holds, no entry of the journal
// is lost or there twice, and fsck finds nothing.
func TestKilled(t *testing.T) {
	rng := dying.Seeded(t)
	var dir string
	var published [][]byte
	for i := range kills {
		f := dying.Fate{Call: rng.IntN(150)}
		if i%10 == 0 { // begins a log, and is often killed in that
			dir, published = t.TempDir(), nil
			f.Call = rng.IntN(40)
		}
		if rng.IntN(2) == 0 {
			f.Wait = 1 + time.Duration(rng.Int64N(int64(4*time.Millisecond)))
		}
		f.Dir = dir
		published = append(published, die(t, f)...)
		survive(t, dir, published)
		if t.Failed() {
			t.Fatalf("kill %d, %+v", i, f)
		}
	}
}

// die lets a child meet its fate and returns what it published.
func die(t *testing.T, f dying.Fate) (published [][]byte) {
	t.Helper()
	for line := range bytes.Lines(dying.Die(t, f)) {
		if c, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(line))); err == nil && bytes.HasSuffix(line, []byte("\n")) {
			published = append(published, c)
		}
	}
	return published
}

// survive opens what a child left and holds it against what it published.
func survive(t *testing.T, dir string, published [][]byte) {
	t.Helper()
	d, err := db.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := journal.Migrate(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	b := &bench{t, d, dir, &journal.Sealer{DB: d, Holder: "a", Now: clock}, nil}
	b.open()
	defer b.close()
	b.happen(1)
	now := b.log()
	sound, err := journal.Verify(t.Context(), d)
	if err != nil || now.Tree.N != sound+1 {
		t.Errorf("the journal has %d entries and the log %d: %v", sound, now.Tree.N, err)
	}
	for _, signed := range published {
		if v, err := b.l.Compare(t.Context(), signed); err != nil || !v.Holds {
			t.Errorf("what was published does not hold: %v\n%s", err, signed)
		}
	}
	for n := int64(1); n < now.Tree.N; n += 1 + now.Tree.N/50 {
		e, err := b.l.engine.Entry(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		if o, err := b.l.Open(t.Context(), n); err != nil || !o.Opens(e) {
			t.Errorf("entry %d is not the journal's: %v", n, err)
		}
	}
	if err := b.fsck(); err != nil {
		t.Error(err)
	}
}

// Wherever the disk is full, a sentence says so, the log stands as it was, and
// goes on when there is room.
func TestFullDisk(t *testing.T) {
	b := newBench(t, dbtest.Open(t, t.TempDir()))
	b.open()
	b.happen(200)
	b.log()
	t.Cleanup(func() { durable.Hook = nil })
	failed := 0
	for at := 0; ; at++ {
		b.happen(100)
		before := b.l.engine.Next()
		calls := 0
		durable.Hook = func(op durable.Op, path string) error {
			if op != durable.OpCreate && op != durable.OpWrite {
				return nil
			}
			if calls++; calls > at {
				return &fs.PathError{Op: string(op), Path: path, Err: unix.ENOSPC}
			}
			return nil
		}
		err := b.l.Append(t.Context())
		durable.Hook = nil
		if err == nil {
			break
		}
		failed++
		refused(t, err, ieum.ErrUnavailable, "is full; make room")
		if b.l.engine.Next() != before {
			t.Errorf("after %d calls the log has %d entries, had %d", at, b.l.engine.Next(), before)
		}
		if at%2 == 0 {
			b.open() // by another process
		}
		b.log()
	}
	if failed < 6 {
		t.Errorf("only %d calls failed", failed)
	}
	if err := b.fsck(); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(b.data, "ledger", "*.new")); len(left) > 0 {
		t.Errorf("%s are left", left)
	}
}
