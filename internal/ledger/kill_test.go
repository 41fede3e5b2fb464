package ledger

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/journal"
)

// kills is how often the writer is killed.
const kills = 100

// A fate is when a child that writes a ledger ends.
type fate struct {
	Dir  string
	Call int           // of those that change files, from 0
	Wait time.Duration // after it
}

// dying is the variable that holds the fate of a child as JSON, and killSeed the
// one that draws the fates of an earlier run again.
const dying, killSeed = "IEUM_TEST_FATE", "IEUM_TEST_SEED"

// meetFate is the child: it writes, seals, appends and publishes until it is
// killed, and says what it published.
func meetFate(text string) {
	var f fate
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		panic(err)
	}
	calls := 0
	durable.Hook = func(durable.Op, string) error {
		if calls++; calls == f.Call+1 {
			kill := func() { syscall.Kill(os.Getpid(), syscall.SIGKILL); select {} }
			if f.Wait == 0 {
				kill()
			}
			time.AfterFunc(f.Wait, kill)
		}
		return nil
	}
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
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv(killSeed); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the same points again: %s=%d", killSeed, seed)
		}
	})
	rng := rand.New(rand.NewPCG(seed, 0))
	var dir string
	var published [][]byte
	for i := range kills {
		f := fate{Call: rng.IntN(150)}
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
func die(t *testing.T, f fate) (published [][]byte) {
	t.Helper()
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), dying+"="+string(text)), &said
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGKILL {
		t.Fatalf("it was not killed, but ended with %v: %s", status, said.Bytes())
	}
	for line := range bytes.Lines(said.Bytes()) {
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
