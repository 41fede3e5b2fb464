package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ieum"
	"ieum/internal/jobcare"
	"ieum/internal/match"
	"ieum/internal/snapshot"
)

// A caller asks for one thing again and again and keeps what it got: the
// replies that differed from the one before, in order.
type caller struct {
	method, path, form string
	want               string // a piece of every reply
	got                []string
}

// callers ask for what people ask for most: a search, an occupation, a
// posting, a diagnosis, and the same as programs.
func callers(s *server) []*caller {
	s.t.Helper()
	var found struct {
		Items []struct{ ID, Occupation string }
	}
	if err := json.Unmarshal([]byte(s.get("/api/v1/postings?limit=1")), &found); err != nil || len(found.Items) == 0 {
		s.t.Fatalf("no postings: %v", err)
	}
	one := found.Items[0]
	return []*caller{
		{"GET", "/jobs?q=" + url.QueryEscape("모집"), "", "</html>", nil},
		{"GET", "/occupations/" + one.Occupation, "", "</html>", nil},
		{"GET", "/jobs/" + one.ID, "", "</html>", nil},
		{"POST", "/diagnosis", "work=" + url.QueryEscape("프레스 조작") + "&years=" + url.QueryEscape("25년"), "</html>", nil},
		{"GET", "/api/v1/postings?q=" + url.QueryEscape("용접"), "", `"items"`, nil},
		{"GET", "/api/v1/snapshot", "", `"version"`, nil},
	}
}

// load lets every caller ask until stop is called, which returns how many
// replies there were. A reply that is cut off, refused or wrong is an error.
func load(s *server, all []*caller) (stop func() int64) {
	var wg sync.WaitGroup
	var asked atomic.Int64
	ended := make(chan struct{})
	for _, c := range all {
		wg.Go(func() {
			for {
				select {
				case <-ended:
					return
				default:
				}
				if err := c.ask(s.base); err != nil {
					s.t.Error(err)
					return
				}
				asked.Add(1)
			}
		})
	}
	return func() int64 {
		close(ended)
		wg.Wait()
		return asked.Load()
	}
}

func (c *caller) ask(base string) error {
	r, err := http.NewRequest(c.method, base+c.path, strings.NewReader(c.form))
	if err != nil {
		return err
	}
	if c.form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("%s: dropped: %w", c.path, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("%s: cut off: %w", c.path, err)
	}
	text := string(b)
	if res.StatusCode != http.StatusOK || !strings.Contains(text, c.want) {
		return fmt.Errorf("%s: %d: %.300s", c.path, res.StatusCode, text)
	}
	if n := len(c.got); n == 0 || c.got[n-1] != text {
		c.got = append(c.got, text)
	}
	return nil
}

// stocking is a bench whose data folder is that of the demo, to which stalls
// are added.
func stocking(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	data, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	b.data = filepath.Join(t.TempDir(), "demo")
	copyFolder(t, b.data, data)
	return b
}

// deliver takes in so many more postings.
func (b *bench) deliver(from, to int) {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), "jobs.csv")
	writeFile(b.t, path, jobs(from, to))
	b.succeed("ingest", "stall", path)
}

// mapped counts the files of a folder that this process has mapped, by the
// folder's entries.
func mapped(t *testing.T, dir string) map[string]int {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Skip("no /proc/self/maps here: ", err)
	}
	out := map[string]int{}
	for line := range strings.Lines(string(maps)) {
		if _, rest, ok := strings.Cut(line, dir+"/"); ok {
			entry, _, _ := strings.Cut(rest, "/")
			out[entry]++
		}
	}
	return out
}

// A running server picks up what is built meanwhile: under constant load no
// request is dropped or answered wrongly, every caller sees each snapshot's
// answer at most once and none of an older one after that of a newer, and the
// old mappings are given back.
func TestServerMovesToANewSnapshot(t *testing.T) {
	t.Parallel()
	b := stocking(t)
	s := b.start(b.data)
	all := callers(s)
	versions := []string{s.version()}
	stop := load(s, all)
	for i := range 3 {
		b.deliver(100*i, 100*i+50)
		b.succeed("build")
		versions = append(versions, b.served())
		s.awaitVersion(versions[i+1])
	}
	asked := stop()
	for _, c := range all {
		if err := c.ask(s.base); err != nil {
			t.Error(err)
		}
		if len(c.got) > len(versions) {
			t.Errorf("%s: %d different answers in a row from %d snapshots", c.path, len(c.got), len(versions))
		}
		distinct := slices.Clone(c.got)
		slices.Sort(distinct)
		if len(slices.Compact(distinct)) != len(c.got) {
			t.Errorf("%s: an older answer came after a newer one", c.path)
		}
	}
	if last := all[len(all)-1]; len(last.got) != len(versions) {
		t.Errorf("%d snapshots were seen, want %d", len(last.got), len(versions))
	}
	if asked < 100 {
		t.Errorf("only %d requests", asked)
	}
	t.Logf("%d requests over %d snapshots", asked, len(versions))
	dir := filepath.Join(b.data, "snapshots")
	for range 3000 { // a request may still hold the old one for a moment
		if len(mapped(t, dir)) == 1 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if now := mapped(t, dir); len(now) != 1 || now[versions[3]] == 0 {
		t.Errorf("mapped are %v, want those of %s only", now, versions[3])
	}
	s.stop()
	if now := mapped(t, dir); len(now) != 0 {
		t.Errorf("after the server ended mapped are %v", now)
	}
}

// moving finds jobs after the server has moved to a new snapshot.
type moving struct {
	*match.Matcher
	move func()
}

func (m moving) Suggest(ctx context.Context, s *snapshot.Snapshot, p ieum.Profile, k int) (fit, short []ieum.Job, err error) {
	m.move()
	return m.Matcher.Suggest(ctx, s, p, k)
}

// A diagnosis is of one snapshot, also when the server moves to another half-way.
func TestADiagnosisIsOfOneSnapshot(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	m, err := openMarket(&env{Config: Config{Data: b.data}, now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	diagnose := func(move func()) string {
		t.Helper()
		adviser := jobcare.New(m.live, m.set, m.reader, moving{m.matcher, move}, time.Now)
		d, err := adviser.Diagnose(t.Context(), ieum.Resume{Careers: []ieum.Career{{Title: "용접원", Months: 60}}}, jobcare.Aim{})
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	before := diagnose(func() {})
	during := diagnose(func() {
		b.deliver(1000, 1500)
		b.succeed("build")
		if moved, err := m.live.Refresh(); err != nil || !moved {
			t.Fatalf("the market has not moved: %v", err)
		}
	})
	if during != before {
		t.Errorf("half-way through a move the diagnosis is\n%s\nbefore it was\n%s", during, before)
	}
	if after := diagnose(func() {}); after == before {
		t.Error("after the move the diagnosis is what it was")
	}
}

// A build that is stopped or killed at any moment changes nothing for who is
// served, and the next build gives what one that was left alone gives.
func TestInterruptedBuildsChangeNothing(t *testing.T) {
	t.Parallel()
	b := stocking(t)
	s := b.start(b.data)
	before := s.version()
	b.deliver(0, 500)
	want, took := b.left()
	all := callers(s)
	stop := load(s, all)
	halted := map[string]int{}
	for i := 0; i < 30 && (halted["stopped"] < 3 || halted["killed"] < 3); i++ {
		moment := time.Duration(rand.Float64() * 0.8 * float64(took))
		how := []string{"stopped", "killed"}[i%2]
		if b.halt(how, moment) {
			halted[how]++
		}
		now := b.served()
		if now != before && now != want {
			t.Fatalf("after a build that was %s at %s, %s is served", how, moment, now)
		}
		if now == want { // it had ended or nearly so, faster than the one that was measured: go on with other rows
			before = want
			b.deliver(1000*(i+1), 1000*(i+1)+500)
			want, took = b.left()
		}
	}
	stop()
	t.Logf("a build takes %s; %v", took, halted)
	if halted["stopped"] == 0 || halted["killed"] == 0 {
		t.Errorf("builds were halted %v times", halted)
	}
	b.succeed("build")
	if now := b.served(); now != want {
		t.Errorf("the next build gives %s, one that was left alone %s", now, want)
	}
	s.awaitVersion(want)
	left, err := filepath.Glob(filepath.Join(b.data, "snapshots", "making-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("halted builds left %v, %v", left, err)
	}
}

// left builds on a copy of the data folder and leaves it alone. It returns the
// version and how long it took.
func (b *bench) left() (version string, took time.Duration) {
	b.t.Helper()
	whole := &bench{t: b.t, root: b.root, data: filepath.Join(b.t.TempDir(), "whole")}
	// By another process: one that closes a file gives up its own locks on it, and
	// with them those of the database that it serves from.
	if out, err := exec.Command("cp", "-a", b.data, whole.data).CombinedOutput(); err != nil {
		b.t.Fatalf("%v: %s", err, out)
	}
	began := time.Now()
	if out, err := child("build", "--data", whole.data, "--defs", filepath.Join(b.root, "defs")).CombinedOutput(); err != nil {
		b.t.Fatalf("%v: %s", err, out)
	}
	took = time.Since(began)
	return whole.served(), took
}

// halt builds in a process of its own, which is stopped as by Ctrl-C or killed
// at a moment, and reports whether it was under way then.
func (b *bench) halt(how string, moment time.Duration) bool {
	b.t.Helper()
	var stderr bytes.Buffer
	cmd := child("build", "--data", b.data, "--defs", filepath.Join(b.root, "defs"))
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	time.Sleep(moment)
	signal := os.Signal(os.Interrupt)
	if how == "killed" {
		signal = os.Kill
	}
	cmd.Process.Signal(signal)
	cmd.Wait()
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	switch {
	case status.Exited() && status.ExitStatus() == 0:
		return false
	case how == "killed":
		return status.Signaled()
	case status.Signaled(): // so early that the program had not begun
		return false
	}
	if status.ExitStatus() != 1 || stderr.String() != "ieum: stopped; the same command can be run again\n" {
		b.t.Errorf("a build stopped after %s: exit %d: %s", moment, status.ExitStatus(), stderr.String())
	}
	return true
}

// Ctrl-C lets the requests under way finish, takes no new ones, and ends with
// exit status 0.
func TestCtrlCLetsRequestsFinish(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		b := newBench(t)
		cmd := child("serve", "--data", b.data, "--defs", filepath.Join(b.root, "defs"), "--listen", "127.0.0.1:0")
		said, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		late := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
		defer late.Stop()
		s := &server{t: t}
		s.await(said)
		address := strings.TrimPrefix(s.base, "http://")
		form := "work=" + url.QueryEscape("철판을 자르고 붙였습니다") + "&years=5"
		half := sendHalf(t, address, "/diagnosis", form)
		cmd.Process.Signal(signal)
		for range 3000 { // until it takes no new requests
			c, err := net.Dial("tcp", address)
			if err != nil {
				break
			}
			c.Close()
			time.Sleep(20 * time.Millisecond)
		}
		if _, err := net.Dial("tcp", address); err == nil {
			t.Errorf("%v: the server still takes connections", signal)
		}
		status, text := half()
		if status != http.StatusOK || !strings.Contains(text, "</html>") {
			t.Errorf("%v: the request under way got %d: %.200s", signal, status, text)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: the server ended with %v", signal, err)
		}
	}
}

// sendHalf sends a form but for its last byte, and waits until the server has
// begun to read it. The function it returns sends that byte and returns the reply.
func sendHalf(t *testing.T, address, path, form string) func() (status int, text string) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(2 * time.Minute))
	fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", path, len(form), form[:len(form)-1])
	replies := bufio.NewReader(c)
	if begun, err := http.ReadResponse(replies, nil); err != nil || begun.StatusCode != http.StatusContinue {
		t.Fatalf("the server does not begin to read: %v, %v", begun, err)
	}
	return func() (int, string) {
		if _, err := c.Write([]byte(form[len(form)-1:])); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(replies, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(b)
	}
}
