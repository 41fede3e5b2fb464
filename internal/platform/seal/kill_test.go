package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/durable"
)

// kills is how often the writer is killed.
const kills = 100

// A fate is when a child that writes a store ends.
type fate struct {
	Dir  string
	Call int           // of those that change files, from 0
	Wait time.Duration // after it
}

// dying is the variable that holds the fate of a child as JSON, and killSeed the
// one that draws the fates of an earlier run again.
const dying, killSeed = "IEUM_TEST_FATE", "IEUM_TEST_SEED"

// TestMain runs the tests, or a child of TestKilled.
func TestMain(m *testing.M) {
	if text := os.Getenv(dying); text != "" {
		meetFate(text)
	}
	os.Exit(m.Run())
}

// meetFate is the child: it erases and rotates until it is killed, and says what
// it was told is done.
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
	k, err := Open(f.Dir, NewMaster(f.Dir+"/master.key"))
	for n := 0; err == nil; n++ {
		id := fmt.Sprintf("p%d.%d", os.Getpid(), n)
		if err = k.Erase(id); err == nil {
			fmt.Println(id)
		}
		if err == nil && n%3 == 2 {
			err = k.Rotate(time.Unix(1, 0))
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// A writer that is killed at any call that changes a file, or between two,
// leaves a store that opens whole: what it was told is erased is, nobody else
// is, and nothing is left of the files before.
func TestKilled(t *testing.T) {
	drawn := uint64(time.Now().UnixNano())
	if text := os.Getenv(killSeed); text != "" {
		var err error
		if drawn, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the same points again: %s=%d", killSeed, drawn)
		}
	})
	rng := rand.New(rand.NewPCG(drawn, 0))
	dir := t.TempDir()
	stays := open(t, dir).seal(t, "p0", "stays")
	var gone []string
	for i := range kills {
		f := fate{Dir: dir, Call: rng.IntN(60)}
		if i%10 == 0 { // makes a store, and is often killed in that
			dir, gone, f.Call = t.TempDir(), nil, rng.IntN(25)
			f.Dir = dir
		}
		if rng.IntN(2) == 0 {
			f.Wait = 1 + time.Duration(rng.Int64N(int64(3*time.Millisecond)))
		}
		gone = append(gone, die(t, f)...)
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
}

// die lets a child meet its fate and returns whom it erased.
func die(t *testing.T, f fate) (gone []string) {
	t.Helper()
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var out, said bytes.Buffer
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), dying+"="+string(text)), &out, &said
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGKILL {
		t.Fatalf("it was not killed, but ended with %v: %s", status, said.Bytes())
	}
	for line := range strings.Lines(out.String()) {
		if id, whole := strings.CutSuffix(line, "\n"); whole {
			gone = append(gone, id)
		}
	}
	return gone
}
