package seal

import (
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ieum"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/durable"
)

// refused reports an error of another kind, or one that does not say what is at
// fault.
func refused(t *testing.T, err, kind error, says ...string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("gives %v, want one of the kind %v", err, kind)
		return
	}
	for _, s := range says {
		if !strings.Contains(err.Error(), s) {
			t.Errorf("gives %q, want %q in it", err, s)
		}
	}
}

// A store or master key that is damaged, missing, open to others or another's is
// refused with a sentence that names the file, and nothing is made in its place.
func TestFaultyFilesAreRefused(t *testing.T) {
	other := t.TempDir()
	open(t, other)
	for name, tt := range map[string]struct {
		harm func(dir string) error
		kind error
		says string
	}{
		"master missing": {func(dir string) error { return os.Remove(dir + "/master.key") }, ieum.ErrInvalid, "master.key is missing; put back"},
		"master open":    {func(dir string) error { return os.Chmod(dir+"/master.key", 0o640) }, ieum.ErrDenied, "chmod 600"},
		"master damaged": {func(dir string) error { return os.WriteFile(dir+"/master.key", []byte("x"), 0o600) }, ieum.ErrInvalid, "master.key is damaged"},
		"master wrong": {func(dir string) error {
			return os.WriteFile(dir+"/master.key", []byte(base64.StdEncoding.EncodeToString(make([]byte, 32))), 0o600)
		}, ieum.ErrDenied, "master.key is not the one of the key store"},
		"open to others": {func(dir string) error { return os.Chmod(dir+"/"+File, 0o666) }, ieum.ErrDenied, "chmod 600"},
		"store missing":  {func(dir string) error { return os.Remove(dir + "/" + File) }, ieum.ErrInvalid, File + " is missing; put back"},
		"store cut":      {func(dir string) error { return os.Truncate(dir+"/"+File, 100) }, ieum.ErrInvalid, File + " is damaged"},
		"store empty":    {func(dir string) error { return os.Truncate(dir+"/"+File, 0) }, ieum.ErrInvalid, File + " is damaged"},
		"store longer":   {func(dir string) error { return os.Truncate(dir+"/"+File, 1<<20) }, ieum.ErrInvalid, File + " is damaged"},
		"another's": {func(dir string) error {
			b, err := os.ReadFile(other + "/" + File)
			m, err2 := os.ReadFile(other + "/master.key")
			return errors.Join(err, err2, os.WriteFile(dir+"/"+File, b, 0o600), os.WriteFile(dir+"/master.key", m, 0o600))
		}, ieum.ErrConflict, File + " is not the one of the database"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, d := t.TempDir(), dbtest.Open(t, t.TempDir())
			k, err := OpenFor(t.Context(), d, dir, NewMaster(dir+"/master.key"))
			if err != nil {
				t.Fatal(err)
			}
			if err := tt.harm(dir); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				_, err = OpenFor(t.Context(), d, dir, NewMaster(dir+"/master.key"))
				refused(t, err, tt.kind, dir, tt.says)
			}
			if _, err := k.Seal("p1", place, nil); strings.HasPrefix(name, "store") && err == nil {
				t.Error("a server that has the store open goes on with what is not there")
			} else if e, ok := errors.AsType[*ieum.Error](err); ok && e.Key == "" {
				t.Errorf("people who ask for a page would be shown %v", err)
			}
		})
	}
}

// Every byte of the store counts.
func TestDamageIsSeen(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir).Erase("p1"); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(dir + "/" + File)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		whole[i] ^= 1
		if err := os.WriteFile(dir+"/"+File, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		whole[i] ^= 1
		_, err := Open(dir, NewMaster(dir+"/master.key"))
		refused(t, err, ieum.ErrInvalid, "is damaged")
	}
}

// Wherever the disk is full, a sentence says so, nobody is half erased, and the
// same goes through when there is room.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	k := open(t, dir)
	t.Cleanup(func() { durable.Hook = nil })
	failed := 0
	for at := 0; ; at++ {
		calls := 0
		durable.Hook = func(op durable.Op, path string) error {
			if calls++; calls > at && op != durable.OpRemove {
				return &fs.PathError{Op: string(op), Path: path, Err: unix.ENOSPC}
			}
			return nil
		}
		err := errors.Join(k.Erase("p1"), k.Rotate(time.Unix(1, 0)))
		durable.Hook = nil
		if err == nil {
			break
		}
		failed++
		refused(t, err, ieum.ErrUnavailable, "is full; make room")
		open(t, dir)
	}
	if failed < 10 {
		t.Errorf("only %d calls failed", failed)
	}
	if _, err := k.Seal("p1", place, nil); !errors.Is(err, ieum.ErrErased) {
		t.Errorf("then sealing gives %v", err)
	}
}

// A key management system is a program that wraps and unwraps.
func TestMasterKeyOfAProgram(t *testing.T) {
	if _, err := os.Stat("/usr/bin/openssl"); err != nil {
		t.Skip("no openssl here")
	}
	dir := t.TempDir()
	script := filepath.Join(dir, "kms client")
	program := func(text string) {
		t.Helper()
		if err := os.WriteFile(script, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	const kms = `case $1 in
wrap) exec openssl enc -aes-256-cbc -pbkdf2 -pass pass:secret ;;
unwrap) exec openssl enc -d -aes-256-cbc -pbkdf2 -pass pass:secret ;;
esac
`
	program(kms)
	k, err := Open(dir, NewMaster("exec:"+script))
	if err != nil {
		t.Fatal(err)
	}
	sealed := k.seal(t, "p1", "a")
	if err := errors.Join(k.Erase("p2"), k.Rotate(time.Unix(1, 0))); err != nil {
		t.Fatal(err)
	}
	if k, err = Open(dir, NewMaster("exec:"+script)); err != nil {
		t.Fatal(err)
	}
	if b, err := k.Open("p1", place, sealed); err != nil || string(b) != "a" {
		t.Errorf("opens as %q, %v", b, err)
	}
	if left, _ := filepath.Glob(dir + "/master.key*"); left != nil {
		t.Errorf("there is %q", left)
	}
	for text, says := range map[string]string{
		"echo no permission >&2; exit 3":               "exit status 3: no permission",
		"exit 0":                                       "with 0 bytes",
		"head -c 20000 /dev/zero":                      "with 20000 bytes",
		"head -c 32 /dev/zero":                         "is not the one of the key store",
		strings.ReplaceAll(kms, "secret", "different"): "refused to unwrap",
	} {
		program(text)
		_, err := Open(dir, NewMaster("exec:"+script))
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), script) {
			t.Errorf("%q gives %v, want %q", text, err, says)
		}
	}
	_, err = Open(dir, NewMaster("exec:"+dir+"/none"))
	refused(t, err, ieum.ErrDenied, "no such file")
}

// The parser takes any bytes, and what it takes it writes back.
func FuzzDecode(f *testing.F) {
	c := newContent()
	f.Add(c.encode())
	f.Add(c.without([]string{"p1", strings.Repeat("p", longest)}).encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := decode(b)
		if err == nil && string(c.encode()) != string(b) {
			t.Error("it is written back otherwise")
		}
	})
}

// The file's parser takes any bytes.
func FuzzUnwrap(f *testing.F) {
	dir := f.TempDir()
	k := open(f, dir)
	b, err := os.ReadFile(k.Path())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) { unwrap(k.master, b) })
}
