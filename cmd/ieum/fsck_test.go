package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/journal"
)

// harm turns a bit in the middle of a file over.
func (b *bench) harm(pattern string) {
	b.t.Helper()
	path := b.files(pattern)[0]
	text, err := os.ReadFile(path)
	if err != nil || len(text) == 0 {
		b.t.Fatalf("%s: %d bytes, %v", path, len(text), err)
	}
	text[len(text)/2] ^= 1
	if err := os.WriteFile(path, text, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// newStored is a bench with a quarantine, a key and a sealed journal.
func newStored(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	bad := filepath.Join(t.TempDir(), "jobs-bad.csv")
	writeFile(t, bad, jobs(40, 60)+"60,,,\n")
	b.succeed("ingest", "stall", bad)
	writeFile(t, filepath.Join(b.data, "keys", "person.key"), strings.Repeat("k", 32))
	if err := os.Chmod(filepath.Join(b.data, "keys", "person.key"), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), b.data)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := (&journal.Sealer{DB: d, Holder: "test", Now: time.Now}).Seal(t.Context()); err != nil || n < 2 {
		t.Fatalf("%d entries were sealed: %v", n, err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return b
}

// Every kind of damage is found, said with what to do, and is exit status 1; what
// is whole has none.
func TestFsckFindsEachKindOfDamage(t *testing.T) {
	t.Parallel()
	whole := newStored(t)
	if out := whole.succeed("fsck"); !strings.Contains(out, "1 snapshots were read: 0 faults") {
		t.Fatalf("of what is whole it says %s", out)
	}
	for _, tt := range []struct {
		name, part, says string
		harm             func(b *bench)
	}{
		{"a segment", "lake", "is damaged (it is not what was written); put back this file from a backup", func(b *bench) { b.harm("lake/stall/posting/000001.parquet") }},
		{"the index of keys", "lake", "is damaged (it is not what was written); put back this file from a backup", func(b *bench) { b.harm("lake/stall/posting/*.keys") }},
		{"a segment that is missing", "lake", "is missing; put back this file from a backup", func(b *bench) { b.remove("lake/stall/posting/000002.parquet") }},
		{"a quarantine that is missing", "lake", "is missing; put back this file from a backup", func(b *bench) { b.remove("quarantine/*") }},
		{"a pipe in place of a segment", "lake", "is damaged (it is no file); put back this file from a backup", func(b *bench) {
			path := b.files("lake/stall/posting/000001.parquet")[0]
			b.remove("lake/stall/posting/000001.parquet")
			if err := unix.Mkfifo(path, 0o600); err != nil {
				b.t.Fatal(err)
			}
		}},
		{"the name of the lake", "lake", "INSTALLATION is missing; put back this file from a backup", func(b *bench) { b.remove("lake/INSTALLATION") }},
		{"a file of an unknown delivery", "lake", "check that --data and the database belong together", func(b *bench) {
			writeFile(b.t, filepath.Join(b.data, "lake/stall/posting/000009.parquet"), "x")
		}},
		{"the key of people", "lake", "is damaged; put back the copy that was kept of it", func(b *bench) { b.overwrite("keys/person.key") }},
		{"the key store", "keys", "people.keys is damaged; put back the copy that was kept of it", func(b *bench) { b.harm("keys/people.keys") }},
		{"the master key", "keys", "master.key is missing; put back the copy that was kept of it", func(b *bench) { b.remove("keys/master.key") }},
		{"the name of the installation", "database", "are not of the same installation", func(b *bench) { b.sql(`DELETE FROM catalogue_installation`) }},
		{"a trigger of somebody else's", "database", "has the trigger z at journal_new, which ieum did not make", func(b *bench) {
			b.sql(`CREATE TRIGGER z BEFORE INSERT ON journal_new WHEN NEW.kind = 'door.read' BEGIN SELECT RAISE(IGNORE); END`)
		}},
		{"a row of a delivery", "lake", "lacks rows of 1 deliveries; put back a backup", func(b *bench) { b.sql(`DELETE FROM catalogue_delivery WHERE number = 1`) }},
		{"the last delivery's row", "lake", "lacks rows of 1 deliveries; put back a backup", func(b *bench) { b.sql(`DELETE FROM catalogue_delivery WHERE number = 2`) }},
		{"a database of other bytes", "database", "is damaged; put back a backup of it", func(b *bench) { b.overwrite("ieum.db") }},
		{"a database that was lost", "database", "is missing; mend --data or IEUM_DATABASE, or put back a backup of it", func(b *bench) { b.remove("ieum.db*") }},
		{"an entry that was changed", "journal", "its entry 1 is not as it was sealed", func(b *bench) { b.sql(`UPDATE journal_entry SET subject = '7' WHERE seq = 1`) }},
		{"an entry that was taken out", "journal", "its entry 2 is missing", func(b *bench) { b.sql(`DELETE FROM journal_entry WHERE seq = 2`) }},
		{"a table of a snapshot", "snapshot", "is damaged; build it again with: ieum build", func(b *bench) { b.harm("snapshots/*/texts.col") }},
		{"the dictionary of a snapshot", "snapshot", "is damaged; build it again with: ieum build", func(b *bench) {
			path := b.files("snapshots/*/dict.json")[0]
			text, err := os.ReadFile(path)
			if err != nil {
				b.t.Fatal(err)
			}
			writeFile(b.t, path, string(bytes.Replace(text, []byte(`"stall"`), []byte(`"stale"`), 1)))
		}},
		{"a part of match", "snapshot", "is damaged; build it again with: ieum build", func(b *bench) { b.harm("snapshots/*/match/lists") }},
		{"counts of match", "snapshot", "is damaged; build it again with: ieum build", func(b *bench) { b.harm("snapshots/*/match/counts.col") }},
		{"a part of jobcare", "snapshot", "is damaged; build it again with: ieum build", func(b *bench) { b.harm("snapshots/*/jobcare/base.col") }},
		{"a snapshot that is gone", "snapshot", "is missing; build it again with: ieum build", func(b *bench) {
			writeFile(b.t, filepath.Join(b.data, "snapshots/CURRENT"), "0123456789abcdef\n")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := &bench{t: t, root: whole.root, data: filepath.Join(t.TempDir(), "data")}
			copyFolder(t, b.data, whole.data)
			tt.harm(b)
			status, out, said := b.run("fsck", "--json")
			var found Checked
			if err := json.Unmarshal([]byte(out), &found); err != nil {
				t.Fatal(err, out, said)
			}
			if status != 1 || len(found.Faults) == 0 {
				t.Fatalf("exit %d, %+v", status, found)
			}
			if f := found.Faults[0]; f.Part != tt.part || !strings.Contains(f.Says, tt.says) || internals.MatchString(f.Says) {
				t.Errorf("it says %+v, want %s of %s", f, tt.says, tt.part)
			}
		})
	}
}

// Rows about people are opened: where one does not open it is told with its file and
// row though file and database agree, and nothing of anybody is printed. Without the
// keys it is said that none was opened.
func TestFsckOpensRowsAboutPeople(t *testing.T) {
	b := &bench{t: t, root: t.TempDir(), data: filepath.Join(t.TempDir(), "data")}
	writeFile(t, filepath.Join(b.root, "defs", "sources", "killed.yaml"), killed)
	for n, wish := range []string{"배를 봅니다", "가상등대를 봅니다"} {
		in := filepath.Join(b.root, "in", fmt.Sprint(n))
		writeFile(t, filepath.Join(in, "people.csv"), "id,name,phone,place,wish\n가상열쇠7001,가상칠,010-7001-7001,제주 서귀포시,"+wish+"\nr2,가상이,010-7002-7002,서울 강남구,"+wish+"\n")
		writeFile(t, filepath.Join(in, "licence.csv"), "resume,licence\n가상열쇠7001,가상등대면허\n")
		b.succeed("ingest", "killed", in)
	}
	b.succeed("build")
	fsck := func(status int, rows int64, says string) {
		t.Helper()
		got, out, said := b.run("fsck", "--json")
		for _, word := range told7001 {
			if strings.Contains(out+said, word) {
				t.Errorf("it prints %s", word)
			}
		}
		var found Checked
		if err := json.Unmarshal([]byte(out), &found); err != nil {
			t.Fatal(err, out, said)
		}
		if got != status || found.Rows != rows || len(found.Faults) != status || status > 0 && !strings.Contains(found.Faults[0].Says, says) {
			t.Errorf("exit %d, %+v, want %d rows and %s", got, found, rows, says)
		}
	}
	fsck(0, 4, "")
	if out := b.succeed("fsck"); !strings.Contains(out, ", 4 rows about people, ") {
		t.Errorf("it says %s", out)
	}
	keys, aside := filepath.Join(b.data, "keys"), filepath.Join(t.TempDir(), "keys")
	for _, move := range [][2]string{{keys, aside}, {aside, keys}} {
		if err := os.Rename(move[0], move[1]); err != nil {
			t.Fatal(err)
		}
		if move[0] == keys {
			fsck(1, 0, "people.keys is missing; put back the copy that was kept of it: what is sealed cannot be read without it; rows about people were not opened, and compared with their checksums alone")
		}
	}
	text, err := os.ReadFile(b.files("lake/killed/resume/000002.parquet")[0])
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, b.files("lake/killed/resume/000001.parquet")[0], string(text))
	b.sql(`UPDATE catalogue_segment SET sha256 = (SELECT MAX(sha256) FROM catalogue_segment WHERE kind = 'resume' AND delivery = 2) WHERE kind = 'resume' AND delivery = 1`)
	fsck(1, 2, "lake/killed/resume/000001.parquet is damaged (row 1: it was changed, or sealed for another place or with another key store); put back this file from a backup")
}

// All faults are told at once, and a check works on PostgreSQL as on a file.
func TestFsckTellsAllFaults(t *testing.T) {
	b := newBench(t)
	b.data, b.database = filepath.Join(t.TempDir(), "data"), dbtest.Postgres(t)
	b.succeed("ingest", "stall", b.in("jobs.csv"))
	b.succeed("build")
	b.succeed("fsck")
	b.harm("lake/stall/posting/*.parquet")
	b.harm("lake/stall/posting/*.keys")
	b.harm("snapshots/*/texts.col")
	if status, out, _ := b.run("fsck"); status != 1 || !strings.Contains(out, ": 3 faults") || strings.Count(out, "\nlake: ")+strings.Count(out, "\nsnapshot: ") != 2 {
		t.Errorf("exit %d: %s", status, out)
	}
	unlock, err := lock(b.data, "build.lock", "taken")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	b.fail(1, "another ieum ingest or build is running", "fsck")
}
