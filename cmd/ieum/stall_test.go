package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"ieum"
	"ieum/internal/catalogue"
	"ieum/internal/platform/db"
	"ieum/internal/platform/journal"
	"ieum/internal/snapshot"
)

// stall is a source that reads files of any format.
const stall = `
id: stall
version: 1
title: {ko: 가상 시장, en: Made-up market}
holder: {ko: 가상 기관, en: Made-up agency}
basis: {ko: 시험, en: A test}
cycle: daily
files:
  - match: "jobs*"
    kind: posting
    delivery: change
    key: [id]
    map: {title: title, region: place, body: body}
`

// jobs is a CSV file of postings with the keys from to below to.
func jobs(from, to int) string {
	var b strings.Builder
	b.WriteString("id,title,place,body\n")
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "%d,가상 용접원 %d호 모집,서울 강남구,철판을 자르고 붙이는 일을 %d조로 합니다\n", i, i, i%3)
	}
	return b.String()
}

// stocked is a folder with the definition (defs), a delivery (in) and a data
// folder that took it in and serves it (data), made once a test run.
var stocked = sync.OnceValues(func() (string, error) {
	root, err := os.MkdirTemp("", "ieum-stall-")
	if err != nil {
		return "", err
	}
	made = append(made, root)
	for name, text := range map[string]string{"defs/sources/stall.yaml": stall, "in/jobs.csv": jobs(0, 40), "in/jobs-next.csv": jobs(40, 60)} {
		path := filepath.Join(root, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			return "", err
		}
	}
	flags := []string{"--data", filepath.Join(root, "data"), "--defs", filepath.Join(root, "defs")}
	for _, args := range [][]string{{"ingest", "stall", filepath.Join(root, "in", "jobs.csv")}, {"build"}} {
		if status, _, said := invoke("", "", append(args, flags...)...); status != 0 {
			return "", errors.New(said)
		}
	}
	return root, nil
})

// A bench is a copy of stocked that a test may harm.
type bench struct {
	t        *testing.T
	root     string // of stocked
	data     string
	database string // PostgreSQL URL; "" = the file in data
}

func newBench(t *testing.T) *bench {
	t.Helper()
	root, err := stocked()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, root: root, data: filepath.Join(t.TempDir(), "data")}
	b.copyTo(b.data)
	return b
}

func (b *bench) copyTo(dir string) {
	b.t.Helper()
	copyFolder(b.t, dir, filepath.Join(b.root, "data"))
}

// copyFolder copies a folder with the permissions of its files.
func copyFolder(t *testing.T, to, from string) {
	t.Helper()
	if err := copyTree(to, from); err != nil {
		t.Fatal(err)
	}
}

func copyTree(to, from string) error {
	err := os.CopyFS(to, os.DirFS(from))
	if err == nil {
		err = filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			return os.Chmod(filepath.Join(to, strings.TrimPrefix(path, from)), info.Mode().Perm())
		})
	}
	return err
}

// in returns the path of a file delivered.
func (b *bench) in(name string) string { return filepath.Join(b.root, "in", name) }

// run runs a command line on the data folder. A command that should have
// failed at once but serves is stopped after a minute.
func (b *bench) run(args ...string) (status int, out, said string) {
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute)
	defer cancel()
	var stdout, stderr bytes.Buffer
	e := &env{Config: Config{Data: b.data, Database: b.database, Defs: filepath.Join(b.root, "defs"), Listen: "localhost:0"},
		stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, now: time.Now}
	status = execute(ctx, e, args)
	return status, stdout.String(), stderr.String()
}

// succeed runs a command line that must not fail.
func (b *bench) succeed(args ...string) (out string) {
	b.t.Helper()
	status, out, said := b.run(args...)
	if status != 0 {
		b.t.Fatalf("ieum %v: exit %d: %s", args, status, said)
	}
	return out
}

// internals are words of our own code and of the system's that tell an
// operator nothing.
var internals = regexp.MustCompile(`\b(catalogue|snapshot|db|table|journal|match|jobcare|web|open|mkdir|stat|read|write|listen|dial|lookup|durable|flock): |SQLITE|SQLSTATE|sql:|errno|panic|goroutine|\b0x|%!|<nil>`)

// fail runs a command line that must fail with one sentence.
func (b *bench) fail(status int, says string, args ...string) {
	b.t.Helper()
	got, out, said := b.run(args...)
	checkSentence(b.t, strings.Join(args, " "), got, out, said, status, says)
}

func checkSentence(t *testing.T, what string, got int, out, said string, status int, says string) {
	t.Helper()
	sentence, whole := strings.CutSuffix(strings.TrimPrefix(said, "ieum: "), "\n")
	switch {
	case got != status:
		t.Errorf("%s: exit %d, want %d: %s", what, got, status, said)
	case !strings.HasPrefix(said, "ieum: ") || !whole || strings.Contains(sentence, "\n") || sentence == "":
		t.Errorf("%s: not one sentence: %q", what, said)
	case internals.MatchString(sentence):
		t.Errorf("%s: %q shows %q", what, said, internals.FindString(sentence))
	case !strings.Contains(sentence, says):
		t.Errorf("%s: says %q, want %q", what, sentence, says)
	case out != "":
		t.Errorf("%s: prints %q", what, out)
	}
}

// kept is all that was taken in and is served: the hash of what the lake
// holds, the deliveries, the current snapshot, whose checksums it compares.
func (b *bench) kept() string {
	b.t.Helper()
	ctx, where := b.t.Context(), b.data
	if b.database != "" {
		where = b.database
	}
	d, err := db.Open(ctx, where)
	if err != nil {
		b.t.Fatal(err)
	}
	defer d.Close()
	set, err := loadDefinitions()
	if err != nil {
		b.t.Fatal(err)
	}
	err = journal.Migrate(ctx, d)
	var c *catalogue.Catalogue
	if err == nil {
		c, err = catalogue.New(ctx, d, nil, set, b.data, time.Now, nil, nil)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	hash, err := c.ContentHash(ctx)
	if err != nil {
		b.t.Fatal(err)
	}
	list, err := c.Deliveries(ctx, "", 0, 100)
	if err != nil {
		b.t.Fatal(err)
	}
	return fmt.Sprintf("lake %s, %d deliveries, snapshot %s", hash, len(list), b.served())
}

// served is the version of the current snapshot, "" when there is none.
func (b *bench) served() string {
	b.t.Helper()
	dir, err := snapshot.Current(b.data)
	if errors.Is(err, ieum.ErrUnavailable) {
		return ""
	}
	if err != nil {
		b.t.Fatal(err)
	}
	s, err := snapshot.OpenWith(dir)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := errors.Join(s.Verify(), s.Close()); err != nil {
		b.t.Fatal(err)
	}
	return s.Meta.Version
}

// unharmed holds that what was kept is, and that the next delivery is taken in
// and served.
func (b *bench) unharmed(before string) {
	b.t.Helper()
	if now := b.kept(); now != before {
		b.t.Fatalf("now there is %s, before there was %s", now, before)
	}
	if out := b.succeed("ingest", "stall", b.in("jobs-next.csv")); !strings.Contains(out, "kept                   20") {
		b.t.Errorf("the next delivery: %s", out)
	}
	b.succeed("build")
	s := b.served()
	if strings.HasSuffix(before, s) {
		b.t.Errorf("the next build serves what was served before, %s", s)
	}
}

func replaced(args []string, old, by string) (out []string) {
	for _, a := range args {
		if a == old {
			a = by
		}
		out = append(out, a)
	}
	return out
}

// sql changes the database behind the program's back.
func (b *bench) sql(text string) {
	b.t.Helper()
	d, err := db.Open(b.t.Context(), b.data)
	if err != nil {
		b.t.Fatal(err)
	}
	defer d.Close()
	err = d.Tx(b.t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(text)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// files are the files of the data folder that fit a pattern; there is one.
func (b *bench) files(pattern string) []string {
	b.t.Helper()
	list, err := filepath.Glob(filepath.Join(b.data, pattern))
	if err != nil || len(list) == 0 {
		b.t.Fatalf("no file %s: %v", pattern, err)
	}
	return list
}

// meta changes what the snapshot says of itself.
func (b *bench) meta(old, by string) {
	b.t.Helper()
	path := b.files("snapshots/*/meta.json")[0]
	text, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(text, []byte(old)) {
		b.t.Fatalf("%s does not hold %s: %v", path, old, err)
	}
	if err := os.WriteFile(path, bytes.Replace(text, []byte(old), []byte(by), 1), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) overwrite(pattern string) {
	b.t.Helper()
	for _, path := range b.files(pattern) {
		if err := os.WriteFile(path, bytes.Repeat([]byte("no such thing "), 700), 0o600); err != nil {
			b.t.Fatal(err)
		}
	}
}

func (b *bench) remove(pattern string) {
	b.t.Helper()
	for _, path := range b.files(pattern) {
		if err := os.RemoveAll(path); err != nil {
			b.t.Fatal(err)
		}
	}
}

// A child is this program in a process of its own.
func child(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "IEUM_TEST_MAIN=1")
	return cmd
}

// A server is ieum serve on a port of its own.
type server struct {
	t       *testing.T
	base    string // http://127.0.0.1:port
	stop    func() // as Ctrl-C does; returns when it has ended
	stopped chan int
}

// start runs ieum serve until the test ends or it is stopped.
func (b *bench) start(data string, flags ...string) *server {
	b.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	said, stderr := io.Pipe()
	e := &env{Config: Config{Data: data, Database: b.database, Defs: filepath.Join(b.root, "defs"), Listen: "127.0.0.1:0"},
		stdin: strings.NewReader(""), stdout: io.Discard, stderr: stderr, now: time.Now}
	s := &server{t: b.t, stopped: make(chan int, 1)}
	go func() {
		status := execute(ctx, e, append([]string{"serve"}, flags...))
		stderr.Close()
		s.stopped <- status
	}()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if status := <-s.stopped; status != 0 {
			b.t.Errorf("serve ended with exit %d", status)
		}
	})
	s.await(said)
	b.t.Cleanup(s.stop)
	return s
}

// await reads the address from what the server says.
func (s *server) await(said io.Reader) {
	s.t.Helper()
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), "Ieum serves on "); ok {
			s.base = address
			go io.Copy(io.Discard, said)
			return
		}
		s.t.Log(lines.Text())
	}
	s.t.Fatal("the server did not start")
}

// get returns a page, which there must be.
func (s *server) get(path string) string {
	s.t.Helper()
	status, text := s.ask("GET", path, "")
	if status != http.StatusOK {
		s.t.Fatalf("%s: %d: %s", path, status, text)
	}
	return text
}

// ask sends a request with a form, if there is one, and returns the reply.
func (s *server) ask(method, path, form string) (status int, text string) {
	s.t.Helper()
	r, err := http.NewRequest(method, s.base+path, strings.NewReader(form))
	if err != nil {
		s.t.Fatal(err)
	}
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// version is that of the snapshot in use, "" when there is none.
func (s *server) version() string {
	s.t.Helper()
	_, text := s.ask("GET", "/api/v1/snapshot", "")
	var m snapshot.Meta
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		s.t.Fatalf("%v: %s", err, text)
	}
	return m.Version
}

// awaitVersion waits until the server has moved to a snapshot.
func (s *server) awaitVersion(want string) {
	s.t.Helper()
	for range 2400 {
		if s.version() == want {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.t.Fatalf("the server still uses %s after 2 minutes, want %s", s.version(), want)
}
