package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
)

// A safe is a folder with the pairs of keys of two people, for backups.
type safe struct{ dir, public, secret, publicTwo, secretTwo string }

func newSafe(t *testing.T) safe {
	t.Helper()
	dir := t.TempDir()
	s := safe{dir, filepath.Join(dir, "public"), filepath.Join(dir, "secret"), filepath.Join(dir, "public-two"), filepath.Join(dir, "secret-two")}
	for public, secret := range map[string]string{s.public: s.secret, s.publicTwo: s.secretTwo} {
		pair, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, public, pair.Recipient().String()+"\n")
		writeFile(t, secret, pair.String()+"\n")
		if err := os.Chmod(secret, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (s safe) path(name string) string { return filepath.Join(s.dir, name) }

// backup backs a bench up.
func (s safe) backup(b *bench, name string) {
	b.t.Helper()
	b.succeed("backup", s.path(name), "--recipients", s.public, "--and", s.publicTwo)
}

// rows are all that the database holds.
func (b *bench) rows() string {
	b.t.Helper()
	where := b.data
	if b.database != "" {
		where = b.database
	}
	d, err := db.Open(b.t.Context(), where)
	if err != nil {
		b.t.Fatal(err)
	}
	defer d.Close()
	var out bytes.Buffer
	if err := d.Dump(b.t.Context(), &out); err != nil {
		b.t.Fatal(err)
	}
	return out.String()
}

// contents are the files of lake and quarantine with what they hold.
func (b *bench) contents() string {
	b.t.Helper()
	var out strings.Builder
	for _, part := range []string{"lake", "quarantine"} {
		err := filepath.WalkDir(filepath.Join(b.data, part), func(path string, d os.DirEntry, err error) error {
			if errors.Is(err, os.ErrNotExist) || err == nil && d.IsDir() {
				return nil
			}
			if err != nil {
				return err
			}
			text, err := os.ReadFile(path)
			out.WriteString(strings.TrimPrefix(path, b.data) + " " + string(text) + "\n")
			return err
		})
		if err != nil {
			b.t.Fatal(err)
		}
	}
	return out.String()
}

// What was backed up while the server answers comes back in a fresh folder and a
// fresh database of either sort: every file and every row, and the same version
// when it is built. Neither keys nor snapshots are in it.
func TestABackupComesBackWhole(t *testing.T) {
	t.Parallel()
	for _, way := range []struct {
		name     string
		from, to bool // PostgreSQL
	}{{"SQLite", false, false}, {"PostgreSQL", true, true}, {"SQLite to PostgreSQL", false, true}} {
		t.Run(way.name, func(t *testing.T) {
			b := newBench(t)
			if way.from {
				b.data, b.database = filepath.Join(t.TempDir(), "data"), dbtest.Postgres(t)
				b.succeed("ingest", "stall", b.in("jobs.csv"))
			}
			bad := filepath.Join(t.TempDir(), "jobs-bad.csv")
			writeFile(t, bad, jobs(40, 60)+"60,,,\n")
			b.succeed("ingest", "stall", bad)
			b.succeed("build")
			person := filepath.Join(b.data, "keys", "person.key")
			writeFile(t, person, "a secret of thirty-two bytes, so")
			if err := os.Chmod(person, 0o600); err != nil {
				t.Fatal(err)
			}
			s := b.start(b.data)
			stop := load(s, []*caller{{"GET", "/jobs", "", "</html>", nil}})
			at := newSafe(t)
			at.backup(b, "one")
			stop()
			s.stop()
			back := &bench{t: t, root: b.root, data: filepath.Join(t.TempDir(), "new", "data")}
			if way.to {
				back.database = dbtest.Postgres(t)
			}
			back.succeed("restore", at.path("one"), "--identity", at.secret, "--and", at.secretTwo)
			if back.contents() != b.contents() {
				t.Error("the files are not the same")
			}
			rows, was := back.rows(), b.rows()
			if sealed := strings.Index(was, `"journal_`); rows[:strings.Index(rows, `"journal_`)] != was[:sealed] {
				t.Errorf("the rows are\n%s, not\n%s", rows, was)
			}
			for _, absent := range []string{"keys", "snapshots", databaseEntry} {
				if _, err := os.Stat(filepath.Join(back.data, absent)); err == nil {
					t.Errorf("%s came back too", absent)
				}
			}
			back.fail(1, "people.keys is missing; put back", "build")
			copyFolder(t, filepath.Join(back.data, "keys"), filepath.Join(b.data, "keys"))
			back.succeed("fsck")
			back.succeed("build")
			if back.served() != b.served() {
				t.Errorf("the snapshot of what came back is %s, want %s", back.served(), b.served())
			}
			back.fail(1, "holds something already", "restore", at.path("one"), "--identity", at.secret, "--and", at.secretTwo)
		})
	}
}

// A backup is made for two people, and both of them together alone restore it.
func TestABackupForTwoPeople(t *testing.T) {
	b, at := newBench(t), newSafe(t)
	b.fail(2, "the keys of two people", "backup", at.path("both"), "--recipients", at.public)
	b.fail(2, "the keys of two people", "backup", at.path("both"), "--and", at.publicTwo)
	b.fail(1, "stands in both", "backup", at.path("both"), "--recipients", at.public, "--and", at.public)
	at.backup(b, "both")
	before := b.contents()
	b.data = filepath.Join(t.TempDir(), "data")
	for _, one := range [][]string{{"--identity", at.secret}, {"--and", at.secret}, {}} {
		b.fail(2, "the keys of two people", append([]string{"restore", at.path("both")}, one...)...)
	}
	stranger := newSafe(t)
	b.fail(1, "cannot be opened with these keys", "restore", at.path("both"), "--identity", stranger.secret, "--and", at.secretTwo)
	b.fail(1, "opens with the keys of both", "restore", at.path("both"), "--identity", at.secret, "--and", stranger.secretTwo)
	b.fail(1, "opens with the keys of both", "restore", at.path("both"), "--identity", at.secret, "--and", at.secret)
	b.succeed("restore", at.path("both"), "--identity", at.secretTwo, "--and", at.secret)
	if b.contents() != before {
		t.Error("the files are not the same")
	}
}

// A backup that was cut off or changed anywhere is refused with a sentence, and
// leaves nothing; so is one without its key, or that would cover something.
func TestBackupsThatAreRefused(t *testing.T) {
	b, at := newBench(t), newSafe(t)
	at.backup(b, "one")
	b.fail(1, "there is a file "+at.path("one")+" already", "backup", at.path("one"), "--recipients", at.public, "--and", at.publicTwo)
	b.fail(1, "there is no folder", "backup", at.path("none/one"), "--recipients", at.public, "--and", at.publicTwo)
	b.fail(1, "holds no public keys", "backup", at.path("two"), "--recipients", b.in("jobs.csv"), "--and", at.publicTwo)
	b.fail(2, "name --recipients FILE and --and FILE", "backup", at.path("two"))
	b.fail(1, "holds something already", "restore", at.path("one"), "--identity", at.secret, "--and", at.secretTwo)

	text, err := os.ReadFile(at.path("one"))
	if err != nil {
		t.Fatal(err)
	}
	to := &bench{t: t, root: b.root, data: filepath.Join(t.TempDir(), "new", "data")}
	to.fail(1, "there is no file", "restore", at.path("none"), "--identity", at.secret, "--and", at.secretTwo)
	to.fail(1, "may be read or changed by others", "restore", at.path("one"), "--identity", at.public, "--and", at.secretTwo)
	to.fail(1, "holds no secret key", "restore", at.path("one"), "--identity", closed(t, at.public), "--and", at.secretTwo)
	header := bytes.Index(text, []byte("\n---")) // before it stands whom the backup is for
	refused := func(wrong []byte, place int) {
		t.Helper()
		writeFile(t, at.path("wrong"), string(wrong))
		says := "take another copy of it"
		if place < header && len(wrong) == len(text) {
			says = "wrong" // the name of the file: which of the two cannot be told
		}
		to.fail(1, says, "restore", at.path("wrong"), "--identity", at.secret, "--and", at.secretTwo)
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(to.data), "*")); len(left) > 0 {
			t.Fatalf("there is %v", left)
		}
	}
	const places = 12
	for i := range places {
		place := len(text) * i / places
		refused(text[:place], place)
		harmed := bytes.Clone(text)
		harmed[place] ^= 1
		refused(harmed, place)
	}
	refused(text[:len(text)-1], len(text))
	refused(append(bytes.Clone(text), 0), len(text))
	to.succeed("restore", at.path("one"), "--identity", at.secret, "--and", at.secretTwo)
}

// closed is a copy of a file that only its owner may read.
func closed(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "closed")
	if err := os.WriteFile(to, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}

// A damaged lake is not backed up over what is kept of the whole one: the fault
// is said, and no file made.
func TestADamagedLakeIsNotBackedUp(t *testing.T) {
	b, at := newBench(t), newSafe(t)
	b.overwrite("lake/stall/posting/*.parquet")
	b.fail(1, "put back this file from a backup", "backup", at.path("one"), "--recipients", at.public, "--and", at.publicTwo)
	if left, _ := filepath.Glob(at.path("one*")); len(left) > 0 {
		t.Errorf("there is %v", left)
	}
}

// Killed at any call, a backup leaves no file and a restore no folder under the
// name that was given, and the same command then does all of it.
func TestKilledBackupsAndRestores(t *testing.T) {
	t.Parallel()
	b, at := newBench(t), newSafe(t)
	at.backup(b, "whole")
	for _, what := range []struct {
		name     string
		args     []string
		made     func(dir string) string // what the command makes
		database string                  // PostgreSQL URL
	}{
		{"backup", []string{"backup", at.path("one"), "--recipients", at.public, "--and", at.publicTwo}, func(string) string { return at.path("one") }, ""},
		{"restore", []string{"restore", at.path("whole"), "--identity", at.secret, "--and", at.secretTwo}, func(dir string) string { return filepath.Join(dir, "data") }, ""},
		{"restore into PostgreSQL", []string{"restore", at.path("whole"), "--identity", at.secret, "--and", at.secretTwo}, func(dir string) string { return filepath.Join(dir, "data") }, dbtest.Postgres(t)},
	} {
		t.Run(what.name, func(t *testing.T) {
			scene := t.TempDir()
			if err := os.MkdirAll(filepath.Join(scene, "defs"), 0o755); err != nil {
				t.Fatal(err)
			}
			copyFolder(t, filepath.Join(scene, "defs"), filepath.Join(b.root, "defs"))
			if what.name == "backup" {
				b.copyTo(filepath.Join(scene, "data"))
			}
			made, killed, ended := what.made(scene), 0, 0
			for n := 0; ; n++ {
				status := meet(t, fate{Dir: scene, Command: what.args, Database: what.database, Stage: "command", Call: n})
				if status == 0 {
					break
				}
				killed++
				if _, err := os.Stat(made); err != nil {
					continue
				}
				if _, err := os.Stat(filepath.Join(made, restoringMark)); err == nil {
					ended++ // the same command ends it
					continue
				}
				if !lastCall(b, what.name, scene, what.database, at) {
					t.Fatalf("killed at call %d it left %s", n, made)
				}
				break // all was in its place
			}
			if ended == 0 && what.name != "backup" {
				t.Error("it was never killed between the name of the folder and the end")
			}
			if killed < 5 {
				t.Errorf("killed %d times, want 5 at least", killed)
			}
			if !lastCall(b, what.name, scene, what.database, at) {
				t.Error("what was made in the end is not whole")
			}
			t.Logf("killed %d times", killed)
		})
	}
}

// lastCall says whether what was made is whole, with the keys of the bench.
func lastCall(from *bench, name, scene, database string, at safe) bool {
	from.t.Helper()
	b := &bench{t: from.t, root: scene, data: filepath.Join(scene, "data"), database: database}
	if name == "backup" {
		b.data = filepath.Join(from.t.TempDir(), "data")
		if status, _, _ := b.run("restore", at.path("one"), "--identity", at.secret, "--and", at.secretTwo); status != 0 {
			return false
		}
	}
	keys := filepath.Join(b.data, "keys")
	if err := os.RemoveAll(keys); err != nil {
		from.t.Fatal(err)
	}
	copyFolder(from.t, keys, filepath.Join(from.data, "keys"))
	status, _, _ := b.run("fsck")
	return status == 0
}

// meet lets a child meet its fate and returns its exit status, -1 when killed.
func meet(t *testing.T, f fate) int {
	t.Helper()
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fateVariable+"="+string(text))
	out, _ := cmd.CombinedOutput()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() > 0 {
		t.Fatalf("%v: %s", f, out)
	}
	return cmd.ProcessState.ExitCode()
}
