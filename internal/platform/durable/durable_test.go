package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"ieum"
)

// A new file covers nothing, and leaves what lies beside it, also when it fails.
func TestWriteNewCoversNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	kept := filepath.Join(path+".new", "thesis")
	if err := errors.Join(os.Mkdir(path+".new", 0o700), os.WriteFile(kept, []byte("own"), 0o600)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { Hook = nil })
	Hook = func(op Op, _ string) error {
		if op == OpSync {
			return unix.ENOSPC
		}
		return nil
	}
	if err := WriteNew(path, []byte("one")); !errors.Is(err, unix.ENOSPC) {
		t.Errorf("on a full disk: %v", err)
	}
	Hook = nil
	if err := WriteNew(path, []byte("one")); err != nil {
		t.Fatal(err)
	}
	if err := WriteNew(path, []byte("two")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second time: %v", err)
	}
	for file, want := range map[string]string{path: "one", kept: "own"} {
		if b, err := os.ReadFile(file); err != nil || string(b) != want {
			t.Errorf("%s holds %q, %v", file, b, err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("there are %v", left)
	}
}

func TestWriteFileReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	for _, text := range []string{"one", "two"} {
		if err := WriteFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != text {
			t.Errorf("holds %q, %v, want %q", b, err, text)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the file: %v", info.Mode())
	}
}

// Whichever step fails, the old content is there until the new one is.
func TestWriteFileAtomic(t *testing.T) {
	defer func() { Hook = nil }()
	broken := errors.New("broken")
	for at := 0; ; at++ {
		path := filepath.Join(t.TempDir(), "a")
		if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		n, renamed := 0, false
		Hook = func(op Op, _ string) error {
			if n++; n > at {
				return broken
			}
			renamed = renamed || op == OpRename
			return nil
		}
		err := WriteFile(path, []byte("new"))
		b, _ := os.ReadFile(path)
		if want := map[bool]string{false: "old", true: "new"}[renamed]; string(b) != want {
			t.Errorf("after %d steps the file holds %q, want %q", at, b, want)
		}
		if err == nil {
			if at < 5 {
				t.Errorf("only %d steps", at)
			}
			return
		}
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
	}
}

func TestFullDiskIsOneSentence(t *testing.T) {
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	_, err = (&File{f}).Write([]byte("x"))
	if !errors.Is(err, unix.ENOSPC) || !errors.Is(err, ieum.ErrUnavailable) || !strings.Contains(err.Error(), "make room") {
		t.Errorf("a full disk gives %v", err)
	}
}
