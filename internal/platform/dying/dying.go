// Package dying lets tests kill a program at a moment of their choice, as kill -9
// does: the test's own binary is started again as a child that lives until then.
package dying

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// variable holds the fate of a child as JSON.
const variable = "IEUM_TEST_FATE"

// A Fate is when a child ends.
type Fate struct {
	Dir  string        // it works in
	Call int           // of those that Step counts, from 0
	Wait time.Duration // after it
}

// Main runs the tests of a package, or the child when this process is one.
func Main(m *testing.M, child func(f Fate, step func())) {
	if text := os.Getenv(variable); text != "" {
		var f Fate
		if err := json.Unmarshal([]byte(text), &f); err != nil {
			panic(err)
		}
		child(f, f.step())
	}
	os.Exit(m.Run())
}

// step returns what a child calls at each moment it may die at.
func (f Fate) step() func() {
	calls := 0
	return func() {
		if calls++; calls != f.Call+1 {
			return
		}
		kill := func() { syscall.Kill(os.Getpid(), syscall.SIGKILL); select {} }
		if f.Wait == 0 {
			kill()
		}
		time.AfterFunc(f.Wait, kill)
	}
}

// Die lets a child meet its fate and returns what it said on its standard error.
func Die(t *testing.T, f Fate) []byte {
	t.Helper()
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), variable+"="+string(text)), &said
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGKILL {
		t.Fatalf("it was not killed, but ended with %v: %s", status, said.Bytes())
	}
	return said.Bytes()
}

// seedVariable makes the draws those of an earlier run.
const seedVariable = "IEUM_TEST_SEED"

// Seeded returns a source of draws, the seed of which a failure tells.
func Seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv(seedVariable); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("%s: %v", seedVariable, err)
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the same points again: %s=%d", seedVariable, seed)
		}
	})
	return rand.New(rand.NewPCG(seed, 0))
}
