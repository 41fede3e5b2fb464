package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// startWitness runs ieum witness on a data folder for the ledger with a key, and
// returns the line that names it to the ledger.
func (b *bench) startWitness(data, key string) (line string, stop func()) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	said, stderr := io.Pipe()
	ended := make(chan int, 1)
	e := &env{Config: Config{Data: data}, stdin: strings.NewReader(""), stdout: io.Discard, stderr: stderr, now: time.Now}
	go func() {
		ended <- execute(ctx, e, []string{"witness", key, "--anew", "--listen", "127.0.0.1:0"})
		stderr.Close()
	}()
	stop = func() {
		cancel()
		if status := <-ended; status != 0 {
			b.t.Errorf("witness ended with exit %d", status)
		}
	}
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "witness NAME ") {
			go io.Copy(io.Discard, said)
			return strings.Replace(lines.Text(), "NAME", "far", 1), stop
		}
	}
	b.t.Fatal("the witness did not start")
	return "", nil
}

// awaitSize waits until so many entries are public.
func (s *server) awaitSize(want int64) {
	s.t.Helper()
	var now struct{ Size int64 }
	for range 600 {
		status, text := s.ask("GET", "/api/v1/ledger", "")
		if status == 200 && json.Unmarshal([]byte(text), &now) == nil && now.Size >= want {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.t.Fatalf("%d entries are public after 30 s, want %d", now.Size, want)
}

// A delivery gets into the ledger of a server, a witness elsewhere cosigns it,
// an auditor finds it sound, and finds out when all of it is put back to an
// older state.
func TestALedgerIsCosignedAndAudited(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.start(b.data)
	s.awaitSize(4) // its name, a delivery, a build, the signs found in it
	key := strings.TrimSpace(s.get("/ledger/key"))
	s.stop()

	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	line, stop := b.startWitness(elsewhere, key)
	defer stop()
	policy := filepath.Join(b.data, "witnesses")
	if err := os.WriteFile(policy, []byte(line+"\nquorum far\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(t.TempDir(), "data")
	copyFolder(t, old, b.data)
	b.succeed("ingest", "stall", b.in("jobs-next.csv"))
	s = b.start(b.data)
	s.awaitSize(5)
	kept := b.succeed("audit", "ledger", s.base, "--key", key, "--witnesses", policy)
	if !regexp.MustCompile(`(?s)^ieum/log/[0-9a-f]{16}\n5\n.*— ieum/log/.*— ieum/witness/`).MatchString(kept) {
		t.Errorf("the audit prints\n%s", kept)
	}
	checkpoint := filepath.Join(t.TempDir(), "checkpoint.txt")
	if err := os.WriteFile(checkpoint, []byte(kept), 0o600); err != nil {
		t.Fatal(err)
	}
	b.succeed("audit", "ledger", s.base, "--checkpoint", checkpoint)
	s.stop()

	// All of it is put back. The witness stops that from being published …
	s = b.start(old)
	if status, text := s.ask("GET", "/ledger/checkpoint", ""); status != 200 || strings.Contains(text, "\n5\n") {
		t.Errorf("what was put back serves %d %s", status, text)
	}
	// … and whoever kept a checkpoint sees it.
	b.fail(1, "is not sound: rollback: the ledger had 5 entries when the checkpoint was kept and has 4 now", "audit", "ledger", s.base, "--checkpoint", checkpoint)
}

func TestErrorsOfTheLedger(t *testing.T) {
	b := newBench(t)
	s := b.start(b.data)
	s.awaitSize(4)
	b.fail(1, "another ieum serve is running", "serve")
	b.fail(2, "give what to audit and where", "audit", s.base)
	b.fail(1, "there is no file", "audit", "ledger", s.base, "--checkpoint", "nowhere.txt")
	b.fail(1, "names no witness", "audit", "ledger", s.base, "--witnesses", "nowhere")
	b.fail(1, "is no key of a log", "audit", "ledger", s.base, "--key", "x")
	b.fail(1, "does not answer", "audit", "ledger", "http://127.0.0.1:1")
	b.fail(2, "name the verifier key", "witness")
	b.fail(1, "is no key of a log", "witness", "x", "--anew")
	s.stop()
	policy := filepath.Join(b.data, "witnesses")
	if err := os.WriteFile(policy, []byte("witness a b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.fail(1, "is no key of a witness", "serve")
	os.Remove(policy)
	if err := os.Remove(filepath.Join(b.data, "keys", "ledger.key")); err != nil {
		t.Fatal(err)
	}
	b.fail(1, "ledger.key is missing; put back the copy", "serve")
}
