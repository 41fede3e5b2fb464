package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ieum/internal/identity"
)

const hashedWord = "a password that one person has"

// withPassword makes an account that signs in with a password alone, whose hash
// costs a millisecond or two.
func withPassword(t *testing.T, data, name string) {
	t.Helper()
	e := &env{Config: Config{Data: data}, now: time.Now, cost: identity.Cost{Memory: 1 << 10, Time: 1, Threads: 1}}
	err := withRegistry(t.Context(), e, func(g *identity.Registry) error {
		token, _, err := g.Add(t.Context(), nil, name, identity.Grant{Role: "seeker"})
		if err != nil {
			return err
		}
		_, p, err := g.Arrive(t.Context(), token, "")
		if err != nil {
			return err
		}
		_, _, err = g.SetPassword(t.Context(), p, "", hashedWord, "", false)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// serveApart starts a server in a process of its own, with its process.
func serveApart(t *testing.T, data string) (s *server, process *os.Process) {
	t.Helper()
	cmd := child("serve", "--data", data, "--listen", "127.0.0.1:0")
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	started(t, cmd)
	s = &server{t: t}
	s.await(said)
	return s, cmd.Process
}

// hashing returns the processes that hash for a server; none of them is a zombie.
func hashing(t *testing.T, of int) (ids []int) {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		t.Skip("this system has no /proc")
	}
	for _, path := range stats {
		text, _ := os.ReadFile(path)
		f := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:])) // state, parent, …
		if len(f) > 1 && f[0] != "Z" && f[1] == strconv.Itoa(of) {
			id, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", id))
			if bytes.HasSuffix(line, []byte("\x00hash\x00")) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// alive says whether a process is there and no zombie.
func alive(id int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id))
	return err == nil && !strings.Contains(string(text[bytes.LastIndexByte(text, ')')+1:]), " Z ")
}

// tryAs returns the status that a sign-in from an address of its own gets.
func tryAs(t *testing.T, base, name, word string, n int) int {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/sign-in", strings.NewReader(url.Values{"name": {name}, "password": {word}}.Encode()))
	if err != nil {
		t.Error(err)
		return 0
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Forwarded-For", fmt.Sprintf("10.9.%d.%d", n/250, n%250))
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		t.Error(err)
		return 0
	}
	res.Body.Close()
	return res.StatusCode
}

// Whoever kills what hashes keeps nobody out: each sign-in under way gets its
// right answer, or is told to come back, and the next ones are as before.
func TestSigningInWhileHashingProcessesAreKilled(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	withPassword(t, data, "somebody")
	s, server := serveApart(t, data)
	defer server.Signal(syscall.SIGTERM)
	if n := len(hashing(t, server.Pid)); n != 1 {
		t.Fatalf("%d processes hash at the start", n)
	}
	over := make(chan struct{})
	killed := 0
	var killer, all sync.WaitGroup
	killer.Go(func() {
		for {
			select {
			case <-over:
				return
			case <-time.After(200 * time.Millisecond):
			}
			for _, id := range hashing(t, server.Pid) {
				if syscall.Kill(id, syscall.SIGKILL) == nil {
					killed++
				}
			}
		}
	})
	told := map[int]int{}
	var mu sync.Mutex
	for caller := range 3 {
		all.Go(func() {
			for n := range 60 {
				status := tryAs(t, s.base, "somebody", hashedWord, 60*caller+n)
				mu.Lock()
				told[status]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	close(over)
	killer.Wait()
	for status := range told {
		switch status {
		case http.StatusSeeOther, http.StatusServiceUnavailable, http.StatusTooManyRequests:
		default:
			t.Errorf("somebody with the right password is answered %d: %v", status, told)
		}
	}
	if killed == 0 || told[http.StatusSeeOther] == 0 {
		t.Errorf("%d processes were killed, and the answers are %v", killed, told)
	}
	if right, wrong := tryAs(t, s.base, "somebody", hashedWord, 1000), tryAs(t, s.base, "somebody", "another password", 1001); right != http.StatusSeeOther || wrong != http.StatusUnprocessableEntity {
		t.Errorf("afterwards the right password is answered %d and a wrong one %d", right, wrong)
	}
}

// However a server ends, what hashes for it ends as well.
func TestHashingProcessesEndWithTheServer(t *testing.T) {
	t.Parallel()
	for _, how := range []os.Signal{os.Interrupt, syscall.SIGTERM, os.Kill} {
		_, server := serveApart(t, t.TempDir())
		ids := hashing(t, server.Pid)
		if len(ids) == 0 {
			t.Fatal("nothing hashes")
		}
		for _, id := range ids {
			syscall.Kill(id, syscall.SIGTERM) // as systemd sends it to all; it waits for the server
		}
		if left := len(hashing(t, server.Pid)); left != len(ids) {
			t.Errorf("%d of %d processes are left after a SIGTERM of their own", left, len(ids))
		}
		server.Signal(how)
		for _, id := range ids {
			await(t, fmt.Sprintf("%v ends what hashes", how), func() bool { return !alive(id) })
		}
	}
}

// help lists what people may want to run.
func TestHelpLeavesOutWhatTheProgramRunsItself(t *testing.T) {
	status, out, _ := invoke(t.TempDir(), "", "help")
	if status != 0 || strings.Contains(out, "\n  hash") || !strings.Contains(out, "\n  serve") {
		t.Errorf("exit %d: %s", status, out)
	}
	status, _, said := invoke(t.TempDir(), "these are no tasks of a server", "hash")
	if status != 1 || !strings.HasPrefix(said, "ieum: ") {
		t.Errorf("by hand: exit %d: %s", status, said)
	}
}
