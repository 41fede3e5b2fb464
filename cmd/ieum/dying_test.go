package main

import (
	"context"
	crand "crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"ieum/internal/platform/durable"
)

// A fate is how a child that runs ieum ingest && ieum build ends. The zero
// fate lets it finish and print its calls.
type fate struct {
	Dir      string        // holds in, defs and data
	Ingest   []string      // what is delivered; the source killed from in, when it is not said
	Changes  bool          // ieum build --changes
	Command  []string      // in place of both: this, with the data folder Dir/data
	Erases   bool          // in place of all: a server of a demo, whose seeker erases themselves
	Database string        // PostgreSQL URL for it; "" = the file in Dir/data
	Stage    string        // where it is met
	Call     int           // at which call of the stage, from 0
	Wait     time.Duration // 0 = before the call; else so long after it, or when the next begins
	Full     bool          // the disk is full from the call on; else the child kills itself
}

// fateVariable is the variable that holds the fate of a child as JSON.
const fateVariable = "IEUM_TEST_FATE"

// killDay is the day on which children live: nothing may depend on the clock.
var killDay = time.Date(2026, 3, 5, 9, 0, 0, 0, time.UTC)

// meetFate is the child: both commands with all that the program wires, under a
// watch. It returns the exit status.
func meetFate(text string) int {
	w := &watch{calls: map[string]int{}}
	if err := json.Unmarshal([]byte(text), &w.fate); err != nil {
		panic(err)
	}
	if w.fate.Erases {
		return erases(w.fate)
	}
	crand.Reader = always{crand.Reader} // keys and names are those of every other child
	durable.Hook = w.call
	build, begins := []string{"build"}, "postings"
	if w.fate.Changes {
		build, begins = []string{"build", "--changes"}, "compare"
	}
	ingest := w.fate.Ingest
	if ingest == nil {
		ingest = []string{"killed", filepath.Join(w.fate.Dir, "in")}
	}
	type deed struct {
		begins string // the stage it begins with
		args   []string
	}
	deeds := []deed{{"prepare", append([]string{"ingest"}, ingest...)}, {begins, build}}
	if w.fate.Command != nil {
		deeds = []deed{{"command", w.fate.Command}}
	}
	for _, do := range deeds {
		w.enter(do.begins)
		e := &env{Config: Config{Data: filepath.Join(w.fate.Dir, "data"), Defs: filepath.Join(w.fate.Dir, "defs"), Database: w.fate.Database},
			stdin: strings.NewReader(""), stdout: io.Discard, stderr: terminal{w}, now: func() time.Time { return killDay }}
		if status := execute(context.Background(), e, do.args); status != 0 {
			return status
		}
	}
	w.call("end", "")
	if w.met {
		kill()
	}
	return 0
}

// always reads as one byte for ever, but for the ids and salts of jobs: each time
// one is begun it is told of.
type always struct{ told io.Reader }

func (a always) Read(b []byte) (int, error) {
	if len(b) == 16 {
		return a.told.Read(b)
	}
	for i := range b {
		b[i] = 7
	}
	return len(b), nil
}

// A terminal is the standard error of a child: a build says its stages there.
type terminal struct{ w *watch }

var progressLine = regexp.MustCompile(`^\r([a-z]+) +[0-9.]+ s$`)

func (t terminal) Write(b []byte) (int, error) {
	if m := progressLine.FindSubmatch(b); m != nil {
		t.w.enter(string(m[1]))
		t.w.call("begin", "")
		return len(b), nil
	}
	if b[0] == '\r' {
		return len(b), nil
	}
	return os.Stderr.Write(b)
}

// Stat says that it is a terminal.
func (terminal) Stat() (fs.FileInfo, error) { return os.Stat("/dev/null") }

// A watch counts the calls of each stage until the fate is met.
type watch struct {
	fate fate

	mu    sync.Mutex
	stage string
	calls map[string]int
	met   bool
}

// enter begins a stage.
func (w *watch) enter(stage string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stage = stage
}

// touched tells stages by the call and the path in the data folder.
var touched = []struct {
	call  *regexp.Regexp
	stage string
}{
	{regexp.MustCompile(`^\w+ (keys|lake/INSTALLATION)`), "prepare"},
	{regexp.MustCompile(`^write lake/tmp/spill`), "join"},
	{regexp.MustCompile(`^(create|write|sync) lake/tmp/[a-z]+\.parquet$`), "rows"},
	{regexp.MustCompile(`^(create|write|sync) lake/tmp/[a-z]+\.keys$`), "index"},
	{regexp.MustCompile(`^(create|write|sync) lake/tmp/quarantine`), "quarantine"},
	{regexp.MustCompile(`^remove lake/`), "tidy"},
	{regexp.MustCompile(`^(rename|sync) (lake/|quarantine)`), "place"},
	{regexp.MustCompile(`^\w+ snapshots/making-[0-9]+/jobcare`), "jobcare"},
	{regexp.MustCompile(`^\w+ snapshots/making-[0-9]+/match`), "match"},
}

// call is told of each call before it is made.
func (w *watch) call(op durable.Op, path string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.met {
		return w.then(op, path)
	}
	rel, _ := filepath.Rel(filepath.Join(w.fate.Dir, "data"), path)
	stage := w.stage
	for _, t := range touched {
		if t.call.MatchString(string(op) + " " + rel) {
			stage = t.stage
			break
		}
	}
	if w.fate.Stage == "" {
		fmt.Println(stage, op, time.Now().UnixNano())
	}
	n := w.calls[stage]
	w.calls[stage]++
	if stage != w.fate.Stage || n != w.fate.Call {
		return nil
	}
	w.met = true
	if w.fate.Wait == 0 {
		return w.then(op, path)
	}
	time.AfterFunc(w.fate.Wait, kill)
	return nil
}

// then is what becomes of a call once the fate is met.
func (w *watch) then(op durable.Op, path string) error {
	if !w.fate.Full {
		kill()
	}
	if op == durable.OpCreate || op == durable.OpWrite {
		return &fs.PathError{Op: string(op), Path: path, Err: unix.ENOSPC}
	}
	return nil
}

// kill ends this process as kill -9 does.
func kill() {
	syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}
