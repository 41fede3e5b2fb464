package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ieum"
	"ieum/defs"
	"ieum/internal/catalogue"
	"ieum/internal/platform/db"
	"ieum/internal/platform/journal"
	"ieum/internal/platform/table"
	"ieum/internal/snapshot"
)

// Every error is one sentence on stderr that says what to do, exit status 1 (2
// for a wrong command line), and nothing is lost: what was taken in is still
// there, and what was served still serves.

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
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(b.root, "data"))); err != nil {
		b.t.Fatal(err)
	}
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
var internals = regexp.MustCompile(`\b(catalogue|snapshot|db|table|journal|match|jobcare|web|open|mkdir|stat|read|write|listen|dial|lookup|durable|flock): |SQLITE|SQLSTATE|sql:|errno|panic|goroutine|0x|%!|<nil>`)

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

var builtIn = sync.OnceValues(func() (*defs.Set, error) { return defs.Load() })

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
	set, err := builtIn()
	if err != nil {
		b.t.Fatal(err)
	}
	err = journal.Migrate(ctx, d)
	var c *catalogue.Catalogue
	if err == nil {
		c, err = catalogue.New(ctx, d, set, b.data, time.Now, nil, nil)
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

func TestErrorsOfDeliveries(t *testing.T) {
	dir := t.TempDir()
	noise := make([]byte, 5000)
	rand.Read(noise)
	noise[0] = 0
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	text := func(name, text string) string { return write(name, []byte(text)) }
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	zipped := gzipped(t, []byte(jobs(0, 5000)))
	b := newBench(t)
	before := b.kept()
	for _, tt := range []struct{ name, source, path, says string }{
		{"a missing file", "stall", filepath.Join(dir, "jobs-none.csv"), "jobs-none.csv; check the name"},
		{"an empty folder", "stall", filepath.Join(dir, "folder"), "is one that source stall reads (jobs*)"},
		{"a file no pattern fits", "stall", text("other.csv", jobs(0, 2)), "source stall does not say how a file named other.csv is read (it reads jobs*)"},
		{"semicolons", "stall", text("jobs-semi.csv", "id;title;place;body\n1;용접원;;\n"), "jobs-semi.csv: the columns are separated by semicolons, not by commas; save it again with commas"},
		{"tabs", "stall", text("jobs-tab.csv", "id\ttitle\tplace\n1\t용접원\t\n"), "separated by tabs, not by commas; write format: tsv in the source file"},
		{"other columns", "stall", text("jobs-other.csv", "number,name\n1,용접원\n"), `there is no column "id"; the file has "number", "name"; mend its header, or the source file`},
		{"a truncated gzip", "stall", write("jobs-cut.csv.gz", zipped[:len(zipped)/2]), "jobs-cut.csv.gz is cut off before its end; fetch it again"},
		{"a gzip with a wrong byte", "stall", write("jobs-turned.csv.gz", turned(zipped)), "jobs-turned.csv.gz is damaged: its compressed content is broken; fetch it again"},
		{"no gzip", "stall", write("jobs-noise.csv.gz", noise), "jobs-noise.csv.gz is not compressed as its name says; rename it or fetch it again"},
		{"a Parquet of another shape", "stall", write("jobs-shape.parquet", parquet(t, "number", "title")), `there is no column "id"; the file has "number", "title"; mend its header, or the source file`},
		{"no Parquet", "stall", write("jobs-noise.parquet", noise), "jobs-noise.parquet: this is no Parquet file; say what it is with format: in the source file"},
		{"a truncated Parquet", "stall", write("jobs-cut.parquet", parquet(t, "id", "title")[:200]), "jobs-cut.parquet is cut off before its end; fetch it again"},
		{"no XLSX", "stall", write("jobs-noise.xlsx", noise), "jobs-noise.xlsx: this is no .xlsx file, or a damaged one; fetch it again"},
		{"no text", "stall", write("jobs-noise.csv", noise), "jobs-noise.csv is no text file; say what it is with format: in the source file"},
		{"broken JSON", "stall", text("jobs-cut.json", `[{"id":"1","title":"용접원"},{"id":`), "jobs-cut.json"},
		{"0 bytes of CSV", "stall", text("jobs-zero.csv", ""), "jobs-zero.csv is empty (0 bytes); fetch it again"},
		{"0 bytes of Parquet", "stall", text("jobs-zero.parquet", ""), "jobs-zero.parquet is empty (0 bytes); fetch it again"},
		{"0 bytes of gzip", "stall", text("jobs-zero.csv.gz", ""), "jobs-zero.csv.gz is empty (0 bytes); fetch it again"},
		{"nothing but a header", "stall", text("jobs-header.csv", "id,title,place,body\n"), "the delivery holds no rows, so it was not taken; check the files and deliver again"},
		{"mostly bad rows", "stall", text("jobs-bad.csv", "id,title,place,body\n100,,,\n101,,,\n102,용접원,,\n"), "2 of 3 rows of jobs* cannot be used (the limit is 50 %), so nothing was taken"},
		{"an unknown source", "stalls", b.in("jobs.csv"), `there is no source "stalls"; known are bokjiro, `},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.t = t
			b.fail(1, tt.says, "ingest", tt.source, tt.path)
		})
	}
	b.t = t
	b.unharmed(before)
}

func gzipped(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(text)
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// turned returns a copy with the bits of a byte in the middle turned round.
func turned(b []byte) []byte {
	b = bytes.Clone(b)
	for i := len(b) / 2; i < len(b)/2+64; i++ {
		b[i] ^= 0xff
	}
	return b
}

// parquet is a Parquet file of texts.
func parquet(t *testing.T, columns ...string) []byte {
	t.Helper()
	var fields []table.Field
	for _, c := range columns {
		fields = append(fields, table.Field{Name: c})
	}
	var out bytes.Buffer
	w, err := table.NewParquet(&out, fields...)
	if err != nil {
		t.Fatal(err)
	}
	batch := table.NewBatch(fields...)
	for i := range batch.Columns {
		batch.Columns[i].AddString("1")
	}
	batch.Rows = 1
	if err := errors.Join(w.Write(batch), w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// The table of docs/operating.md has sentences that the program says, word for
// word but for names and numbers.
func TestTroubleshootingHasOurSentences(t *testing.T) {
	page, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	err = filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		code.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, rows, _ := bytes.Cut(page, []byte("## When something goes wrong"))
	n := 0
	for line := range strings.Lines(string(rows)) {
		sentence, ok := strings.CutPrefix(line, "| `")
		if !ok {
			continue
		}
		n++
		sentence, _, _ = strings.Cut(sentence, "` |")
		sentence = strings.ReplaceAll(sentence, "FILE…", "FILE\x00")
		for piece := range strings.SplitSeq(sentence, "…") {
			piece = strings.TrimSpace(strings.ReplaceAll(piece, "\x00", "…"))
			if said := strings.ReplaceAll(code.String(), "%%", "%"); !strings.Contains(said, piece) {
				t.Errorf("%q is nowhere said: %q", sentence, piece)
			}
		}
	}
	if n < 50 {
		t.Errorf("the table has %d sentences", n)
	}
}

// keepers and readers are the commands that need the data folder: its
// database and lake, or its snapshot.
var (
	keepers = [][]string{{"ingest", "stall", "IN"}, {"build"}, {"serve"}}
	readers = [][]string{{"report", "8221"}, {"serve"}, {"match", "--resume", "IN"}, {"diagnose", "IN"}}
)

func TestErrorsOfTheDataFolder(t *testing.T) {
	for _, tt := range []struct {
		name     string
		harm     func(b *bench)
		commands [][]string
		says     string
		mend     func(b *bench) // after which nothing is lost; nil = nothing can be
	}{
		{"a database of a newer version", func(b *bench) {
			b.sql(`INSERT INTO migration (name, hash) VALUES ('catalogue/schema/9999_later.sql', '')`)
		}, keepers,
			"ieum.db was made by a newer version of ieum; use that version or a later one",
			func(b *bench) { b.sql(`DELETE FROM migration WHERE name = 'catalogue/schema/9999_later.sql'`) }},
		{"a snapshot of a newer version", func(b *bench) { b.meta(`"format": 1`, `"format": 2`) }, append([][]string{{"build"}}, readers...),
			"was made by a newer version of ieum; use that version or a later one", func(b *bench) { b.meta(`"format": 2`, `"format": 1`) }},
		{"a snapshot of an older version", func(b *bench) { b.meta(`"format": 1`, `"format": 0`) }, readers,
			"was made by an older version of ieum; build it again with: ieum build", func(b *bench) { b.meta(`"format": 0`, `"format": 1`) }},
		{"a damaged database", func(b *bench) { b.overwrite("ieum.db") }, keepers, "ieum.db is damaged; put back a backup of it", nil},
		{"a damaged snapshot", func(b *bench) { b.overwrite("snapshots/*/postings.col") }, readers, "is damaged; build the snapshot again with: ieum build", nil},
		{"a snapshot that lacks a part", func(b *bench) { b.remove("snapshots/*/match") }, readers, "is damaged; build it again with: ieum build", nil},
		{"a lake that lacks rows", func(b *bench) { b.remove("lake/*/*/*.parquet") }, [][]string{{"build"}}, "cannot be read; mend its permissions, or put back a backup of the data folder and its database", nil},
		{"a lake that lacks keys", func(b *bench) { b.remove("lake/*/*/*.keys") }, keepers[:2], "cannot be read; mend its permissions, or put back a backup of the data folder and its database", nil},
		{"a database that was lost", func(b *bench) { b.remove("ieum.db*") }, keepers, "are not of the same installation; mend --data or IEUM_DATABASE, or put back a backup of both", nil},
		{"a folder that is a file", func(b *bench) { b.data = b.in("jobs.csv") }, keepers, "can be neither found nor made (not a directory); name another with --data DIR", nil},
		{"a folder that cannot be", func(b *bench) { b.data = "/proc/no/such" }, keepers, "can be neither found nor made (no such file or directory); name another with --data DIR", nil},
		{"no data yet", func(b *bench) { b.data = b.t.TempDir() }, readers[:1], "there is no snapshot yet; bring data with: ieum ingest SOURCE FILE…, then: ieum build", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			before := b.kept()
			tt.harm(b)
			for _, args := range tt.commands {
				b.fail(1, tt.says, replaced(args, "IN", b.in("jobs-next.csv"))...)
			}
			if tt.mend != nil {
				tt.mend(b)
				b.unharmed(before)
			}
		})
	}
}

// What the sentence about a damaged snapshot asks for helps.
func TestADamagedSnapshotIsMendedByABuild(t *testing.T) {
	b := newBench(t)
	before := b.kept()
	b.overwrite("snapshots/*/postings.col")
	b.succeed("build")
	b.unharmed(before)
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

// A fault in the definitions stops every command before it touches anything,
// and is said with its file and line.
func TestErrorsOfDefinitions(t *testing.T) {
	b := newBench(t)
	before := b.kept()
	for _, tt := range []struct{ name, old, new, says string }{
		{"no YAML", "files:", "files: [", "stall.yaml:"},
		{"a wrong word", "cycle: daily", "cycle: sometimes", `stall.yaml:7: cycle is one of once, daily, weekly, monthly, yearly, not "sometimes"`},
		{"a name that is not the file's", "id: stall", "id: stalls", "stall.yaml:2:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			harmed := *b
			harmed.t, harmed.root = t, t.TempDir()
			writeFile(t, filepath.Join(harmed.root, "defs", "sources", "stall.yaml"), strings.Replace(stall, tt.old, tt.new, 1))
			for _, args := range append([][]string{{"report", "8221"}}, keepers...) {
				harmed.fail(1, tt.says, replaced(args, "IN", b.in("jobs-next.csv"))...)
			}
		})
	}
	forgotten := *b
	forgotten.root = t.TempDir()
	if err := os.Mkdir(filepath.Join(forgotten.root, "defs"), 0o700); err != nil {
		t.Fatal(err)
	}
	forgotten.fail(1, "there are rows of the source stall, which the definitions do not have; name the folder that declares it with --defs DIR or IEUM_DEFS", "build")
	b.fail(1, "--defs names a folder of definitions laid over the built-in ones", "build", "--defs", b.in("jobs.csv"))
	b.unharmed(before)
}

func TestErrorsOfTheDatabase(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	b := newBench(t)
	before := b.kept()
	for _, tt := range []struct{ name, url, says string }{
		{"a PostgreSQL that is not there", "postgres://somebody:secret@" + closed.Addr().String() + "/jobs", closed.Addr().String() + "/jobs cannot be reached; start it or mend the URL"},
		{"a socket that is not there", "postgres:///jobs?host=" + t.TempDir(), "/jobs cannot be reached; start it or mend the URL"},
		{"a broken URL", "postgres://[secret", "the PostgreSQL URL cannot be read; write it as postgres://user@host:5432/name"},
		{"another database", "mysql://secret@localhost/jobs", "IEUM_DATABASE is no PostgreSQL URL; write it as postgres://user@host:5432/name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			away := *b
			away.t, away.database = t, tt.url
			for _, args := range keepers {
				status, out, said := away.run(replaced(args, "IN", b.in("jobs-next.csv"))...)
				checkSentence(t, args[0], status, out, said, 1, tt.says)
				if strings.Contains(said, "secret") {
					t.Errorf("%q shows the password", said)
				}
			}
		})
	}
	b.unharmed(before)
}

func TestErrorsOfServing(t *testing.T) {
	b := newBench(t)
	taken, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	b.fail(1, "is in use by another program; choose another address with --listen localhost:8081", "serve", "--listen", taken.Addr().String())
	b.fail(1, "192.0.2.1:8080 is no address of this machine; give one such as --listen localhost:8080", "serve", "--listen", "192.0.2.1:8080")
	b.fail(2, `"8080" is no address to serve on; give a name and a port`, "serve", "--listen", "8080")
	b.fail(2, `"localhost:99999" is no address to serve on; give a name and a port`, "serve", "--listen", "localhost:99999")

	first := b.start(b.data)
	b.fail(1, "another ieum serve is running on this folder; stop it, or give this one another folder with --data DIR", "serve")
	if page := first.get("/jobs"); !strings.Contains(page, "가상 용접원") {
		t.Error("the first server stopped serving when a second one was started")
	}
	first.stop()
	second := b.start(b.data)
	second.get("/jobs")
	second.stop()
}

// Deliveries that come at once are taken in one after the other or refused,
// and those that were taken in are all there.
func TestTwoIngestsAtOnce(t *testing.T) {
	b := newBench(t)
	const several = 4
	var wg sync.WaitGroup
	taken := make([]bool, several)
	for i := range several {
		path := filepath.Join(t.TempDir(), "jobs.csv")
		writeFile(t, path, jobs(1000*(i+1), 1000*(i+1)+100))
		wg.Go(func() {
			for {
				status, out, said := b.run("ingest", "stall", path)
				if status == 0 {
					taken[i] = true
					return
				}
				checkSentence(t, "ingest", status, out, said, 1, "another ieum ingest or build is running on this folder; wait until it ends")
				if t.Failed() {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
	wg.Wait()
	b.succeed("build")
	dir, err := snapshot.Current(b.data)
	if err != nil {
		t.Fatal(err)
	}
	s, err := snapshot.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if rows := len(s.Members.ID); rows != 40+several*100 || !strings.Contains(b.kept(), "5 deliveries") {
		t.Errorf("%d rows are served, of %s; want %d", rows, b.kept(), 40+several*100)
	}
	unlock, err := lock(b.data, "build.lock", "taken")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	b.fail(1, "another ieum ingest or build is running on this folder; wait until it ends", "build")
}

// smallDisk mounts a disk of so many bytes in memory for the test.
func smallDisk(t *testing.T, bytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); err != nil {
		t.Skipf("a small disk cannot be mounted (%v): run as root to test a full one", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill leaves so many bytes of the disk free.
func fill(t *testing.T, dir string, free int64) (ballast string) {
	t.Helper()
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		t.Fatal(err)
	}
	ballast = filepath.Join(dir, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := unix.Fallocate(int(f.Fd()), 0, 0, int64(s.Bavail)*int64(s.Bsize)-free); err != nil {
		t.Fatal(err)
	}
	return ballast
}

// A disk that is full at any stage is said in one sentence, leaves all as it
// was, and once there is room the same command works.
func TestFullDisk(t *testing.T) {
	disk := smallDisk(t, 64<<20)
	path := filepath.Join(t.TempDir(), "jobs.csv")
	writeFile(t, path, jobs(1000, 4000))
	for _, args := range [][]string{{"ingest", "stall", path}, {"build"}} {
		b := newBench(t)
		b.data = filepath.Join(disk, args[0])
		b.copyTo(b.data)
		if args[0] == "build" {
			b.succeed("ingest", "stall", path)
		}
		before, failed := b.kept(), 0
		for _, free := range []int64{0, 8 << 10, 32 << 10, 64 << 10, 96 << 10, 128 << 10, 160 << 10, 192 << 10, 256 << 10, 384 << 10, 512 << 10, 768 << 10, 1 << 20} {
			ballast := fill(t, disk, free)
			status, out, said := b.run(args...)
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
			if status == 0 {
				break
			}
			failed++
			checkSentence(t, fmt.Sprintf("%s with %d KiB", args[0], free>>10), status, out, said, 1, "make room and")
			if now := b.kept(); now != before {
				t.Fatalf("%s with %d KiB: now there is %s, before there was %s", args[0], free>>10, now, before)
			}
		}
		if failed < 4 {
			t.Errorf("%s failed on %d full disks, want 4 at least", args[0], failed)
		}
		b.succeed(args...)
		if now := b.kept(); now == before {
			t.Errorf("%s changed nothing once there was room", args[0])
		}
	}
}

// A child is this program in a process of its own.
func child(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "IEUM_TEST_MAIN=1")
	return cmd
}

// A data folder or a file that this user may not read is said to be one.
func TestWhatMayNotBeRead(t *testing.T) {
	b := newBench(t)
	before := b.kept()
	cmd := func(args ...string) *exec.Cmd { return child(args...) }
	if os.Geteuid() == 0 { // root may read everything: be nobody
		bin := openTo(t, b)
		cmd = func(args ...string) *exec.Cmd {
			c := child(args...)
			c.Path, c.Dir = bin, "/"
			c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			return c
		}
	}
	flags := []string{"--data", b.data, "--defs", filepath.Join(b.root, "defs")}
	secret := filepath.Join(filepath.Dir(b.data), "jobs-secret.csv")
	writeFile(t, secret, jobs(0, 3))
	if err := os.Chmod(secret, 0); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		mode os.FileMode
		args []string
		says string
	}{
		{"ingest into a closed folder", 0, []string{"ingest", "stall", b.in("jobs.csv")}, "may not be read or written by this user; change its permissions, or name another folder with --data DIR"},
		{"build in a closed folder", 0, []string{"build"}, "may not be read or written by this user; change its permissions, or name another folder with --data DIR"},
		{"serve a closed folder", 0, []string{"serve", "--listen", "localhost:0"}, "may not be read or written by this user; change its permissions, or name another folder with --data DIR"},
		{"report on a closed folder", 0, []string{"report", "8221"}, "may not be read or written by this user; change its permissions, or name another folder with --data DIR"},
		{"ingest a closed file", 0o755, []string{"ingest", "stall", secret}, "jobs-secret.csv"},
		{"diagnose a closed file", 0o755, []string{"diagnose", secret}, "jobs-secret.csv cannot be read (permission denied)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := os.Chmod(b.data, tt.mode); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr bytes.Buffer
			c := cmd(append(tt.args, flags...)...)
			c.Stdout, c.Stderr = &stdout, &stderr
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			late := time.AfterFunc(time.Minute, func() { c.Process.Kill() })
			defer late.Stop()
			c.Wait()
			checkSentence(t, tt.name, c.ProcessState.ExitCode(), stdout.String(), stderr.String(), 1, tt.says)
		})
	}
	if err := os.Chmod(b.data, 0o700); err != nil {
		t.Fatal(err)
	}
	b.unharmed(before)
}

// openTo lets everybody come to what the bench uses, and returns a copy of
// this program that everybody may run.
func openTo(t *testing.T, b *bench) (bin string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "ieum-open-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	text, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	bin = filepath.Join(dir, "ieum")
	root, data := filepath.Join(dir, "stocked"), filepath.Join(dir, "data")
	err = errors.Join(os.Chmod(dir, 0o755), os.WriteFile(bin, text, 0o755), os.CopyFS(root, os.DirFS(b.root)), os.Chmod(root, 0o755))
	if err != nil {
		t.Fatal(err)
	}
	b.root, b.data = root, data
	b.copyTo(data)
	err = filepath.WalkDir(data, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, 65534, 65534)
	})
	if err != nil {
		t.Fatal(err)
	}
	return bin
}
