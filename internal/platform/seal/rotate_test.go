package seal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ieum/internal/platform/durable"
)

// failing does do while each step that fails says so fails.
func failing(fails func(op durable.Op, path string) bool, do func()) {
	durable.Hook = func(op durable.Op, path string) error {
		if fails(op, path) {
			return unix.ENOSPC
		}
		return nil
	}
	defer func() { durable.Hook = nil }()
	do()
}

// writesStore is the step that writes the store, before it takes the place of the one
// there is.
func writesStore(op durable.Op, path string) bool {
	return op == durable.OpWrite && strings.Contains(path, File+".aside")
}

// stays reports that somebody's data does not open any more.
func stays(t *testing.T, dir string, sealed []byte) {
	t.Helper()
	k, err := Open(dir, NewMaster(dir+"/master.key"))
	if err != nil {
		left, _ := filepath.Glob(dir + "/*")
		t.Fatalf("the store opens for nobody any more: %v; %q", err, left)
	}
	if b, err := k.Open("p1", place, sealed); err != nil || string(b) != "stays" {
		t.Errorf("what was sealed opens as %q, %v", b, err)
	}
}

// A renewal that is cut off as the new master key takes its place may be given again, and
// cut off again.
func TestRotateIsCutOffTwice(t *testing.T) {
	dir := t.TempDir()
	k := open(t, dir)
	sealed := k.seal(t, "p1", "stays")
	failing(func(op durable.Op, path string) bool {
		return op == durable.OpRename && strings.HasSuffix(path, "/master.key")
	}, func() {
		if err := k.Rotate(time.Unix(1, 0)); err == nil {
			t.Fatal("the first is not cut off")
		}
	})
	stays(t, dir, sealed)
	failing(writesStore, func() {
		if err := open(t, dir).Rotate(time.Unix(2, 0)); err == nil {
			t.Fatal("the second is not cut off")
		}
	})
	stays(t, dir, sealed)
}

// Two commands in a row that are cut off, the first before any of its steps, lose nobody's
// keys; the next renewal leaves nothing of them.
func TestTwoCommandsAreCutOff(t *testing.T) {
	for name, second := range map[string]func(*Keys) error{
		"rotate": func(k *Keys) error { return k.Rotate(time.Unix(2, 0)) },
		"erase":  func(k *Keys) error { return k.Erase("p2") },
	} {
		for one := range 20 {
			for two := 0; two < 20; two += 4 {
				dir := t.TempDir()
				k := open(t, dir)
				sealed := k.seal(t, "p1", "stays")
				for n, do := range []func(*Keys) error{func(k *Keys) error { return k.Rotate(time.Unix(1, 0)) }, second} {
					steps := 0
					failing(func(durable.Op, string) bool { steps++; return steps > []int{one, two}[n] }, func() {
						if k, err := Open(dir, NewMaster(dir+"/master.key")); err == nil {
							do(k)
						}
					})
				}
				stays(t, dir, sealed)
				if err := open(t, dir).Rotate(time.Unix(3, 0)); err != nil {
					t.Error(err)
				}
				if left, _ := filepath.Glob(dir + "/*"); len(left) != 3 {
					t.Errorf("the folder holds %q", left)
				}
				if t.Failed() {
					t.Fatalf("rotate was cut off before step %d, %s before step %d", one, name, two)
				}
			}
		}
	}
}

// A renewal that fails before the store is written is not done by a later change: copies
// of the master key go on being of use, and nothing is left of the new one.
func TestAFailedRotateIsNotDoneLater(t *testing.T) {
	for name, cutOff := range map[string]bool{"fails": false, "is killed": true} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			k, stop := open(t, dir), false
			before, err := os.ReadFile(dir + "/master.key")
			if err != nil {
				t.Fatal(err)
			}
			failing(func(op durable.Op, path string) bool {
				fails := stop || writesStore(op, path)
				stop = fails && cutOff
				return fails
			}, func() { err = k.Rotate(time.Unix(1, 0)) })
			refused(t, err, unix.ENOSPC)
			if _, err := os.Stat(dir + "/master.key.next"); errors.Is(err, os.ErrNotExist) == cutOff {
				t.Errorf("the new master key: %v", err)
			}
			if err := k.Erase("p9"); err != nil {
				t.Fatal(err)
			}
			after, err := os.ReadFile(dir + "/master.key")
			if err != nil || !bytes.Equal(before, after) || !k.Rotated().IsZero() {
				t.Errorf("an erasure changed the master key (%v), of which copies are kept; renewed says %v", err, k.Rotated())
			}
			if left, _ := filepath.Glob(dir + "/*"); len(left) != 3 {
				t.Errorf("the folder holds %q", left)
			}
		})
	}
}
