package catalogue

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ieum"
)

// A bit of the lake that turns over is seen before a row is read, and the file
// put back mends it; a file that is missing is said to be.
func TestBitRotIsSeen(t *testing.T) {
	b := newBench(t, shop)
	b.ingest("shop", b.file("jobs.csv", shopHeader, job("1", "용접원"), job("2", "사무원")))
	b.day = b.day.AddDate(0, 0, 1)
	more := b.file("jobs.csv", shopHeader, job("1", "용접원"), job("2", "사무원"), job("3", "조리원"))
	read := func() error {
		return b.Live(t.Context(), "posting", []string{"title"}, func(*Rows) error { return nil })
	}
	deliver := func() error {
		_, err := b.Ingest(t.Context(), "shop", []string{more}, Options{})
		return err
	}
	for _, c := range []struct {
		file string
		do   []func() error
	}{{"1.parquet", []func() error{read}}, {"1.keys", []func() error{read, deliver}}} {
		found, err := filepath.Glob(filepath.Join(b.dir, "lake", "shop", "posting", "*"+c.file))
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %v, %v", c.file, found, err)
		}
		path := found[0]
		was, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		says := func(what string) {
			t.Helper()
			for i, do := range c.do {
				err := do()
				if !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), path+" is "+what) || !strings.Contains(err.Error(), "put back this file from a backup") {
					t.Errorf("%s, %d: %v", c.file, i, err)
				}
			}
		}
		for bit := 0; bit < 8*len(was); bit += 1 + len(was)/3 {
			harmed := bytes.Clone(was)
			harmed[bit/8] ^= 1 << (bit % 8)
			if err := os.WriteFile(path, harmed, 0o600); err != nil {
				t.Fatal(err)
			}
			says("damaged")
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		says("missing")
		if err := os.WriteFile(path, was, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := read(); err != nil {
			t.Errorf("%s put back: %v", c.file, err)
		}
	}
	if err := deliver(); err != nil {
		t.Error(err)
	}
}

// The key of the hashes of people is for its owner alone: one that others may
// read is not used as if nothing were wrong.
func TestAKeyOfPeopleThatOthersMayReadIsRefused(t *testing.T) {
	dir := t.TempDir()
	key, err := personKey(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "keys", "person.key")
	for mode, want := range map[os.FileMode]string{0o600: "", 0o400: "", 0o640: "(mode 0640)", 0o604: "(mode 0604)", 0o620: "(mode 0620)"} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		again, err := personKey(dir, true)
		switch {
		case want == "" && (err != nil || !bytes.Equal(again, key)):
			t.Errorf("mode %o: %v", mode, err)
		case want != "" && (!errors.Is(err, ieum.ErrDenied) || !strings.Contains(err.Error(), want+"; close it with: chmod 600 "+path)):
			t.Errorf("mode %o: %v", mode, err)
		}
	}
}
