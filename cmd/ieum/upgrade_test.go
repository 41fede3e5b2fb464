package main

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ieum/internal/platform/db/dbtest"
)

// older lays out the data folder that an older version wrote.
func older(t *testing.T) (data string) {
	t.Helper()
	f, err := os.Open("testdata/older/data.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return filepath.Join(root, "data")
		}
		path := filepath.Join(root, filepath.FromSlash(h.Name))
		if h.Typeflag == tar.TypeDir {
			err = errors.Join(err, os.MkdirAll(path, 0o700))
		} else {
			text, readErr := io.ReadAll(r)
			err = errors.Join(err, readErr, os.WriteFile(path, text, h.FileInfo().Mode().Perm()))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// goesOn holds that what the older version kept is there, and that this one
// takes in, builds, serves and goes on with the ledger.
func (b *bench) goesOn(ledger string) {
	b.t.Helper()
	b.succeed("build")
	if found := b.succeed("account", "find", "oper"); !strings.HasPrefix(found, "oper") {
		b.t.Errorf("the operator is %q", found)
	}
	s := b.start(b.data)
	s.awaitSize(6)
	b.succeed("audit", "ledger", s.base, "--checkpoint", ledger)
	b.succeed("ingest", "stall", b.in("jobs-next.csv"))
	b.succeed("build")
	s.awaitVersion(b.served())
	s.awaitSize(8)
	b.succeed("audit", "ledger", s.base, "--checkpoint", ledger)
	if text := s.get("/api/v1/postings"); !strings.Contains(text, `"total":60`) {
		b.t.Errorf("of 40 postings and 20 more there are %.200s", text)
	}
	s.stop()
	if found := b.succeed("fsck"); !strings.Contains(found, "0 faults") {
		b.t.Error(found)
	}
}

// What an older version kept is brought up to date where it is, and goes on; so
// does the backup that was taken before, in either database, which is the way
// back: the version after it is refused by one before.
func TestAnUpgrade(t *testing.T) {
	root, err := stocked()
	if err != nil {
		t.Fatal(err)
	}
	kept := older(t)
	checkpoint := filepath.Join(kept, "ledger", "checkpoint")
	pass := filepath.Join(t.TempDir(), "pass")
	writeFile(t, pass, "a passphrase of an older day\n")
	if err := os.Chmod(pass, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("where it is", func(t *testing.T) {
		(&bench{t: t, root: root, data: older(t)}).goesOn(checkpoint)
	})
	for _, postgres := range []bool{false, true} {
		t.Run(map[bool]string{false: "restored", true: "restored into PostgreSQL"}[postgres], func(t *testing.T) {
			b := &bench{t: t, root: root, data: filepath.Join(t.TempDir(), "data")}
			if postgres {
				b.database = dbtest.Postgres(t)
			}
			b.succeed("restore", "testdata/older/backup.age", "--passphrase", pass)
			copyFolder(t, filepath.Join(b.data, "keys"), filepath.Join(kept, "keys"))
			b.goesOn(checkpoint)
		})
	}
}
