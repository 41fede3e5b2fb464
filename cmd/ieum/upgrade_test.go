package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"ieum/internal/platform/db/dbtest"
)

// older lays out the data folder that an older version wrote.
func older(t *testing.T) (data string) {
	t.Helper()
	return unpacked(t, "testdata/older/data.tar.gz")
}

// unpacked lays out a data folder from testdata.
func unpacked(t *testing.T, file string) (data string) {
	t.Helper()
	f, err := os.Open(file)
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
	s.awaitSize(7)
	b.succeed("audit", "ledger", s.base, "--checkpoint", ledger)
	b.succeed("ingest", "stall", b.in("jobs-next.csv"))
	b.succeed("build")
	s.awaitVersion(b.served())
	s.awaitSize(10)
	b.succeed("audit", "ledger", s.base, "--checkpoint", ledger)
	if text := s.get("/api/v1/postings"); !strings.Contains(text, `"total":60`) {
		b.t.Errorf("of 40 postings and 20 more there are %.200s", text)
	}
	s.stop()
	if found := b.succeed("fsck"); !strings.Contains(found, "0 faults") {
		b.t.Error(found)
	}
}

// forTwo makes of a backup that an older version wrote for one person one for two,
// as docs/operating.md has it: age -d FILE | age -R TWO | age -R ONE.
func (s safe) forTwo(t *testing.T, from, name string) {
	t.Helper()
	f, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	with, err := age.NewScryptIdentity("a passphrase of an older day")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := age.Decrypt(f, with)
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(s.path(name))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	layers := []io.WriteCloser{out}
	for _, public := range []string{s.public, s.publicTwo} {
		key, err := os.ReadFile(public)
		if err != nil {
			t.Fatal(err)
		}
		to, err := age.ParseRecipients(bytes.NewReader(key))
		if err != nil {
			t.Fatal(err)
		}
		w, err := age.Encrypt(layers[0], to...)
		if err != nil {
			t.Fatal(err)
		}
		layers = slices.Insert(layers, 0, io.WriteCloser(w))
	}
	if _, err := io.Copy(layers[0], plain); err != nil {
		t.Fatal(err)
	}
	for _, w := range layers[:2] {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// What an older version kept is brought up to date where it is, and goes on; so
// does the backup that was taken before, in either database, which is the way
// back: the version after it is refused by one before.
func TestAnUpgrade(t *testing.T) {
	t.Parallel()
	root, err := stocked()
	if err != nil {
		t.Fatal(err)
	}
	kept := older(t)
	checkpoint := filepath.Join(kept, "ledger", "checkpoint")
	at := newSafe(t)
	at.forTwo(t, "testdata/older/backup.age", "backup")
	t.Run("where it is", func(t *testing.T) {
		(&bench{t: t, root: root, data: older(t)}).goesOn(checkpoint)
	})
	for _, postgres := range []bool{false, true} {
		t.Run(map[bool]string{false: "restored", true: "restored into PostgreSQL"}[postgres], func(t *testing.T) {
			b := &bench{t: t, root: root, data: filepath.Join(t.TempDir(), "data")}
			if postgres {
				b.database = dbtest.Postgres(t)
			}
			b.fail(1, "two people make one of it that takes both", "restore", "testdata/older/backup.age", "--identity", at.secret, "--and", at.secretTwo)
			b.succeed("restore", at.path("backup"), "--identity", at.secret, "--and", at.secretTwo)
			copyFolder(t, filepath.Join(b.data, "keys"), filepath.Join(kept, "keys"))
			b.goesOn(checkpoint)
		})
	}
}
