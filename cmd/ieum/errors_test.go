package main

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/table"
	"ieum/internal/snapshot"
)

// Every error is one sentence on stderr that says what to do, exit status 1 (2
// for a wrong command line), and nothing is lost: what was taken in is still
// there, and what was served still serves.

func TestErrorsOfDeliveries(t *testing.T) {
	t.Parallel()
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
		{"a file twice", "stall", folder(t, map[string]string{"jobs-1.csv": jobs(0, 9), "jobs-2.csv": jobs(9, 9), "jobs-3.csv": jobs(0, 9)}), "jobs-3.csv are the same file under two names, so nothing was taken; take one away, and see whether another is missing"},
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

// folder makes a folder of files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		writeFile(t, filepath.Join(dir, name), text)
	}
	return dir
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

// keepers and readers are the commands that need the data folder: its
// database and lake, or its snapshot.
var (
	keepers = [][]string{{"ingest", "stall", "IN"}, {"build"}, {"serve"}}
	readers = [][]string{{"report", "8221"}, {"serve"}, {"match", "--resume", "IN"}, {"diagnose", "IN"}}
)

func TestErrorsOfTheDataFolder(t *testing.T) {
	format := func(n int) string { return fmt.Sprintf(`"format": %d`, n) }
	now, newer, older := format(snapshot.Format), format(snapshot.Format+1), format(snapshot.Format-1)
	t.Parallel()
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
		{"a database of a newer version, in tables that the command has no use for", func(b *bench) {
			b.sql(`INSERT INTO migration (name, hash) VALUES ('door/schema/9999_later.sql', '')`)
		}, keepers,
			"ieum.db was made by a newer version of ieum; use that version or a later one",
			func(b *bench) { b.sql(`DELETE FROM migration WHERE name = 'door/schema/9999_later.sql'`) }},
		{"a database of a newer version, with tables that nothing here knows", func(b *bench) {
			b.sql(`INSERT INTO migration (name, hash) VALUES ('later/schema/0001_init.sql', '')`)
		}, keepers,
			"ieum.db was made by a newer version of ieum; use that version or a later one",
			func(b *bench) { b.sql(`DELETE FROM migration WHERE name = 'later/schema/0001_init.sql'`) }},
		{"a database in which a restore was cut off", func(b *bench) {
			b.sql(`INSERT INTO migration (name, hash) VALUES ('restoring', '')`)
		}, keepers,
			"was cut off; run ieum restore again",
			func(b *bench) { b.sql(`DELETE FROM migration WHERE name = 'restoring'`) }},
		{"a snapshot of a newer version", func(b *bench) { b.meta(now, newer) }, append([][]string{{"build"}}, readers...),
			"was made by a newer version of ieum; use that version or a later one", func(b *bench) { b.meta(newer, now) }},
		{"a snapshot of an older version", func(b *bench) { b.meta(now, older) }, readers,
			"was made by an older version of ieum; build it again with: ieum build", func(b *bench) { b.meta(older, now) }},
		{"a damaged database", func(b *bench) { b.overwrite("ieum.db") }, keepers, "ieum.db is damaged; put back a backup of it", nil},
		{"a damaged snapshot", func(b *bench) { b.overwrite("snapshots/*/postings.col") }, readers, "is damaged; build the snapshot again with: ieum build", nil},
		{"a snapshot that lacks a part", func(b *bench) { b.remove("snapshots/*/match") }, readers, "is damaged; build it again with: ieum build", nil},
		{"a lake that lacks rows", func(b *bench) { b.remove("lake/*/*/*.parquet") }, [][]string{{"build"}}, ".parquet is missing; put back this file from a backup", nil},
		{"a lake of which a byte changed", func(b *bench) { b.overwrite("lake/*/*/*.parquet") }, [][]string{{"build"}}, ".parquet is damaged (it is not what was written); put back this file from a backup", nil},
		{"a lake that lacks keys", func(b *bench) { b.remove("lake/*/*/*.keys") }, keepers[:2], ".keys is missing; put back this file from a backup", nil},
		{"damaged keys", func(b *bench) { b.overwrite("lake/*/*/*.keys") }, keepers[:2], ".keys is damaged (it is not what was written); put back this file from a backup", nil},
		{"a database that was lost", func(b *bench) { b.remove("ieum.db*") }, append([][]string{{"account", "list"}}, keepers...), "is missing; mend --data or IEUM_DATABASE, or put back a backup of it", nil},
		{"a folder that is a file", func(b *bench) { b.data = b.in("jobs.csv") }, keepers, "can be neither found nor made (not a directory); name another with --data DIR", nil},
		{"a folder that cannot be", func(b *bench) { b.data = "/proc/no/such" }, keepers[:1], "can be neither found nor made (no such file or directory); name another with --data DIR", nil},
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

// The table of docs/operating.md has sentences that the program says, word for
// word but for names and numbers.
func TestTroubleshootingHasOurSentences(t *testing.T) {
	page, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	err = filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if d != nil && d.IsDir() && (d.Name() == "data" || d.Name() == ".git") {
			return filepath.SkipDir // others may be writing there
		}
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

// A command that reads a snapshot writes nothing to a database that it would not open.
func TestNothingIsNotedInADatabaseOfANewerVersion(t *testing.T) {
	for _, name := range []string{"later/schema/0001_init.sql", "identity/schema/9999_later.sql", "restoring"} {
		b := newBench(t)
		b.sql(`INSERT INTO migration (name, hash) VALUES ('` + name + `', '')`)
		e := &env{Config: Config{Data: b.data}, now: time.Now, doing: recommendCommand}
		set, err := e.definitions()
		if err != nil {
			t.Fatal(err)
		}
		if err := e.noteSnapshot(t.Context(), set, snapshot.Meta{Resumes: 5, Hash: "00"}); !errors.Is(err, ieum.ErrConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
