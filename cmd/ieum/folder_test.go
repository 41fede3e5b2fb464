package main

import (
	"path/filepath"
	"testing"

	"ieum/internal/platform/db/dbtest"
)

// A slip in --data is told, and makes nothing: an empty installation would be backed up,
// checked and restored as one that is well.
func TestAWrongFolderIsSaidToBeEmpty(t *testing.T) {
	t.Parallel()
	b, at := newBench(t), newSafe(t)
	for name, with := range map[string]struct {
		database string
		make     bool // the folder is there, with something of somebody else's
	}{"none": {}, "another": {make: true}, "none beside PostgreSQL": {database: dbtest.Postgres(t)}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			wrong := &bench{t: t, root: b.root, data: filepath.Join(dir, "typo"), database: with.database}
			if with.make {
				wrong.data = dir
			}
			writeFile(t, filepath.Join(dir, "letter.txt"), "somebody else's")
			const says = "there is nothing of Ieum in "
			for _, args := range [][]string{
				{"backup", at.path("t"), "--recipients", at.public, "--and", at.publicTwo}, {"fsck"}, {"build"}, {"build", "--changes"}, {"keys", "replay"},
				{"merges"}, {"merges", "--apart", "04c639562a89667f", "35c134394b3c5075", "--why", "c"}, {"account", "list"}, {"account", "find", "hong"}, {"account", "link", "hong"}, {"account", "recover", "hong"},
				{"forget", "simulated", "r1", "--as", "a", "--purpose", "labour-market", "--credential", secretFile(t)},
				{"witness", "x"},
			} {
				wrong.fail(1, says+wrong.data, args...)
			}
			if name == "none" {
				for _, args := range [][]string{{"report", "8211"}, {"recommend"}} {
					wrong.fail(1, says+wrong.data, args...)
				}
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
				t.Errorf("there is %v", left)
			}
		})
	}
	first := &bench{t: t, root: b.root, data: filepath.Join(t.TempDir(), "new", "data")}
	first.succeed("account", "add", "hong", "--role", "operator")
	first.succeed("account", "list")
}

func secretFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "credential")
	writeSecret(t, path, "x\n")
	return path
}
