package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"ieum/internal/platform/dying"
)

// killEach is how often each stage is hit at least, killAll how many points
// there are at least.
const killEach, killAll = 5, 50

// stages are those of an ingest and of a build.
var stages = []string{
	"prepare", "join", "rows", "index", "quarantine", "place", "tidy",
	"compare", "postings", "companies", "merge", "resumes", "items", "write", "jobcare", "match", "verify",
}

// TestKilled kills ieum ingest && ieum build at points of every stage, drawn over
// the calls that change files and the times between them. The snapshot that
// was served still is, or the new one, whole; and the same commands then give,
// to the last byte, what one clean run gives.
func TestKilled(t *testing.T) {
	scenes := []*scene{newScene(t, "first", 0, false), newScene(t, "next", 2, false), newScene(t, "changes", 2, true)}
	var calls []call
	for _, s := range scenes {
		calls = append(calls, s.calls...)
	}
	rng := dying.Seeded(t)
	points := 0
	for _, stage := range stages {
		drawn := draw(rng, stage, calls, killEach)
		points += len(drawn)
		for i, p := range drawn {
			t.Run(fmt.Sprintf("%s/%d-%s-%s-%d-%v", stage, i, p.scene.name, p.op, p.n, p.wait), func(t *testing.T) {
				t.Parallel()
				p.kill(t)
			})
		}
		if len(drawn) < killEach {
			t.Errorf("%s is hit %d times, want %d at least", stage, len(drawn), killEach)
		}
	}
	if points < killAll {
		t.Errorf("%d kill points, want %d", points, killAll)
	}
}

// TestKilledAtSize kills a market of any size, and a day's changes of it, at five
// points: of its ingest, its build, and those of the changes. IEUM_TEST_MARKET names the market that ieum
// simulate wrote, IEUM_TEST_CHANGES its changes; bench/README.md has a run.
func TestKilledAtSize(t *testing.T) {
	market, changes := os.Getenv("IEUM_TEST_MARKET"), os.Getenv("IEUM_TEST_CHANGES")
	if market == "" || changes == "" {
		t.Skip("IEUM_TEST_MARKET and IEUM_TEST_CHANGES name no market")
	}
	first := &scene{name: "market", dir: t.TempDir(), ingest: []string{"simulated", market}}
	writeFile(t, filepath.Join(first.dir, "defs", "README"), "nothing but what is built in\n")
	day := &scene{name: "changes", dir: first.play(t), ingest: []string{"--change", "simulated", changes}, changes: true}
	day.play(t)
	rng := dying.Seeded(t)
	for _, of := range []struct {
		*scene
		stages []string
		points int
	}{
		{first, []string{"rows", "index", "place"}, 2}, // of an ingest, those that a market has
		{first, stages[slices.Index(stages, "postings"):], 1},
		{day, []string{"rows", "index", "place"}, 1},
		{day, []string{"compare", "merge", "verify"}, 1},
	} {
		for range of.points {
			points := draw(rng, of.stages[rng.IntN(len(of.stages))], of.calls, 1)
			if len(points) == 0 {
				t.Fatalf("%s has no calls of a stage of %v", of.name, of.stages)
			}
			p := points[rng.IntN(len(points))]
			t.Run(fmt.Sprintf("%s-%s-%s-%d-%v", of.name, p.stage, p.op, p.n, p.wait), p.kill)
		}
	}
}

// TestFullAtCalls fills the disk at calls of every stage that writes.
func TestFullAtCalls(t *testing.T) {
	next, changes := newScene(t, "next", 1, false), newScene(t, "changes", 1, true)
	var writes []call
	for _, c := range slices.Concat(next.calls, changes.calls) {
		if c.op == "create" || c.op == "write" {
			c.op = "write" // one sort
			writes = append(writes, c)
		}
	}
	rng := dying.Seeded(t)
	for _, stage := range stages {
		for _, p := range draw(rng, stage, writes, 1) {
			t.Run(fmt.Sprintf("%s-%s-%d", stage, p.op, p.n), func(t *testing.T) {
				t.Parallel()
				p.fill(t)
			})
		}
	}
}

// A point is where a child meets its fate.
type point struct {
	call
	wait time.Duration
}

// draw returns at least some points of a stage, at every sort of call there is.
// About half of them, and each at a call drawn before, are between that call
// and the next.
func draw(rng *rand.Rand, stage string, calls []call, least int) (points []point) {
	sorts := map[string][]call{}
	for _, c := range calls {
		if c.stage == stage {
			sorts[c.op] = append(sorts[c.op], c)
		}
	}
	if len(sorts) == 0 {
		return nil
	}
	ops := slices.Sorted(maps.Keys(sorts))
	used := map[call]bool{}
	for i := range max(least, len(ops)) {
		of := sorts[ops[i%len(ops)]]
		p := point{call: of[rng.IntN(len(of))]}
		if used[p.call] || rng.IntN(2) == 0 {
			p.wait = 1 + time.Duration(rng.Int64N(int64(p.gap)+1))
		}
		used[p.call] = true
		points = append(points, p)
	}
	return points
}

// kill kills a child at the point; a server runs on the same data while a new
// snapshot is verified and switched to.
func (p point) kill(t *testing.T) {
	dir := p.scene.copy(t)
	var s *served
	if p.stage == "verify" {
		if p.scene.old == "" { // a server would draw keys, and what is sealed be other bytes than the clean run's
			copyFolder(t, filepath.Join(dir, "data", "keys"), p.scene.keys)
		}
		s = serveIn(t, dir)
	}
	status, _, said := p.scene.start(t, dir, fate{Stage: p.stage, Call: p.n, Wait: p.wait})
	if !status.Signaled() || status.Signal() != syscall.SIGKILL {
		t.Fatalf("it was not killed, but ended with %v: %s", status, said)
	}
	if now := standing(t, dir); now != p.scene.old && now != p.scene.new {
		t.Fatalf("the current snapshot is %q, want %q or %q", now, p.scene.old, p.scene.new)
	}
	if s != nil && s.version() != p.scene.old && s.version() != p.scene.new {
		t.Errorf("%q is served, want %q or %q", s.version(), p.scene.old, p.scene.new)
	}
	p.scene.live(t, dir)
	if got := keptIn(t, dir); got != p.scene.want {
		t.Errorf("after the kill and a second run:\n%s\nwant\n%s", got, p.scene.want)
	}
	if s == nil {
		return
	}
	s.awaitVersion(p.scene.new)
	s.kill()
	if again := serveIn(t, dir).version(); again != p.scene.new {
		t.Errorf("a server started after one was killed serves %q, want %q", again, p.scene.new)
	}
}

// A served is ieum serve in a process of its own.
type served struct {
	*server
	kill func() // as kill -9 does
}

func serveIn(t *testing.T, dir string) *served {
	t.Helper()
	cmd := child("serve", "--data", filepath.Join(dir, "data"), "--defs", filepath.Join(dir, "defs"), "--listen", "127.0.0.1:0")
	said, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	kill := sync.OnceFunc(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	t.Cleanup(kill)
	s := &served{&server{t: t}, kill}
	s.await(said)
	return s
}

// fill lets the disk be full for a child from the point on.
func (p point) fill(t *testing.T) {
	dir := p.scene.copy(t)
	status, _, said := p.scene.start(t, dir, fate{Stage: p.stage, Call: p.n, Full: true})
	checkSentence(t, p.stage, status.ExitStatus(), "", said, 1, "is full; make room and give the same command again: nothing was changed")
	if now := standing(t, dir); now != p.scene.old {
		t.Errorf("the current snapshot is %q, want the old one, %q", now, p.scene.old)
	}
	p.scene.live(t, dir)
	if got := keptIn(t, dir); got != p.scene.want {
		t.Errorf("once there is room:\n%s\nwant\n%s", got, p.scene.want)
	}
}
