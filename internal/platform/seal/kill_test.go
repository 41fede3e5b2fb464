package seal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/dying"
)

// kills is how often the writer is killed.
const kills = 100

// TestMain runs the tests, or a child of TestKilled.
func TestMain(m *testing.M) { dying.Main(m, erases) }

// erases is the child: it rotates and erases until it is killed, and says what it was told is done.
// It may die at each call that changes files.
func erases(f dying.Fate, step func()) {
	durable.Hook = func(durable.Op, string) error { step(); return nil }
	k, err := Open(f.Dir, NewMaster(f.Dir+"/master.key"))
	for n := 0; err == nil; n++ {
		if n%3 == 0 {
			err = k.Rotate(time.Unix(1, 0))
		}
		id := fmt.Sprintf("p%d.%d", os.Getpid(), n)
		if err == nil {
			err = k.Erase(id)
		}
		if err == nil {
			fmt.Fprintln(os.Stderr, id)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// A writer that is killed at any call that changes a file, or between two, and the
// one after it too, leave a store that opens whole: what they were told is erased is,
// nobody else is, and nothing is left of the files before.
func TestKilled(t *testing.T) {
	rng := dying.Seeded(t)
	dir := t.TempDir()
	stays := open(t, dir).seal(t, "p0", "stays")
	var gone []string
	told := 0
	for i := range kills {
		f := dying.Fate{Dir: dir, Call: rng.IntN(70)}
		if i%10 == 0 { // makes a store, and is often killed in that
			dir, gone, f.Call = t.TempDir(), nil, rng.IntN(25)
			f.Dir = dir
		}
		if rng.IntN(2) == 0 {
			f.Wait = 1 + time.Duration(rng.Int64N(int64(3*time.Millisecond)))
		}
		erased := append(die(t, f), die(t, dying.Fate{Dir: dir, Call: rng.IntN(25)})...)
		gone, told = append(gone, erased...), told+len(erased)
		k := open(t, dir)
		if i%10 == 0 {
			stays = k.seal(t, "p0", "stays")
		}
		if b, err := k.Open("p0", place, stays); err != nil || string(b) != "stays" {
			t.Errorf("who was not erased opens as %q, %v", b, err)
		}
		for _, id := range gone {
			if _, err := k.Seal(id, place, nil); !errors.Is(err, ieum.ErrErased) {
				t.Errorf("%s was erased, and sealing for it gives %v", id, err)
			}
		}
		if err := k.Rotate(time.Unix(2, 0)); err != nil {
			t.Error(err)
		}
		if left, _ := filepath.Glob(dir + "/*"); len(left) != 3 {
			t.Errorf("the folder holds %q", left)
		}
		if t.Failed() {
			t.Fatalf("kill %d, %+v", i, f)
		}
	}
	if told < kills {
		t.Errorf("the children erased %d in all; they are killed too soon to show anything", told)
	}
}

// die lets a child meet its fate and returns whom it erased.
func die(t *testing.T, f dying.Fate) (gone []string) {
	t.Helper()
	for line := range strings.Lines(string(dying.Die(t, f))) {
		if id, whole := strings.CutSuffix(line, "\n"); whole {
			gone = append(gone, id)
		}
	}
	return gone
}
