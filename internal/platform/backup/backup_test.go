package backup

import (
	"archive/tar"
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"ieum"
)

// newKeys are those of two people.
func newKeys(t *testing.T) Keys {
	t.Helper()
	return both(t, newKey(t), newKey(t))
}

func both(t *testing.T, one, two Keys) Keys {
	t.Helper()
	k, err := one.And(two)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newKey(t *testing.T) Keys {
	t.Helper()
	pair, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return Keys{[][]age.Recipient{{pair.Recipient()}}, []age.Identity{pair}}
}

// What was added comes back in order: files whole, a stream in pieces.
func TestWhatWasAddedComesBack(t *testing.T) {
	keys, path := newKeys(t), filepath.Join(t.TempDir(), "one")
	w, err := Create(path, keys)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("0123456789", Piece/4)
	if err := w.Add("a/b", 3, strings.NewReader("abc")); err != nil {
		t.Fatal(err)
	}
	s := w.Stream("s")
	if _, err := io.WriteString(s, long); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the backup shows before it is whole")
	}
	if err := errors.Join(s.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path, keys)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var names []string
	var stream strings.Builder
	for {
		name, content, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
		if strings.HasPrefix(name, "s/") {
			io.Copy(&stream, content)
		}
	}
	if got := strings.Join(names, " "); got != "a/b s/000001 s/000002 s/000003" || stream.String() != long {
		t.Errorf("%s, %d bytes of %d", got, stream.Len(), len(long))
	}
}

// A file that shrinks while it is added is an error, not a shorter file.
func TestAFileThatShrinksIsNotAdded(t *testing.T) {
	w, err := Create(filepath.Join(t.TempDir(), "one"), newKeys(t))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abandon()
	if err := w.Add("a", 3, strings.NewReader("ab")); err == nil {
		t.Error("a file of two bytes was added as one of three")
	}
}

// An archive of somebody with the key, but of something else, or with paths that
// lead out of the folder, is refused.
func TestABackupOfSomethingElseIsRefused(t *testing.T) {
	keys := newKeys(t)
	for _, tt := range []struct {
		name  string
		kind  error
		first string
		entry tar.Header
	}{
		{"something else", ieum.ErrInvalid, "README", tar.Header{}},
		{"a newer format", ieum.ErrConflict, "ieum-backup-2", tar.Header{}},
		{"a path above", ieum.ErrInvalid, format, tar.Header{Name: "lake/../../x", Typeflag: tar.TypeReg}},
		{"a path beside", ieum.ErrInvalid, format, tar.Header{Name: "lake/../x", Typeflag: tar.TypeReg}},
		{"a path from the root", ieum.ErrInvalid, format, tar.Header{Name: "/x", Typeflag: tar.TypeReg}},
		{"a link", ieum.ErrInvalid, format, tar.Header{Name: "lake/x", Typeflag: tar.TypeSymlink, Linkname: "/x"}},
	} {
		var sealed bytes.Buffer
		outer, err := age.Encrypt(&sealed, keys.to[0]...)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := age.Encrypt(outer, keys.to[1]...)
		if err != nil {
			t.Fatal(err)
		}
		w := tar.NewWriter(plain)
		err = w.WriteHeader(&tar.Header{Name: tt.first, Typeflag: tar.TypeReg})
		if tt.entry.Name != "" {
			err = errors.Join(err, w.WriteHeader(&tt.entry))
		}
		path := filepath.Join(t.TempDir(), "one")
		if err := errors.Join(err, w.Close(), plain.Close(), outer.Close(), os.WriteFile(path, sealed.Bytes(), 0o600)); err != nil {
			t.Fatal(err)
		}
		r, err := Open(path, keys)
		if err == nil {
			_, _, err = r.Next()
			r.Close()
		}
		if !errors.Is(err, tt.kind) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// What lies behind the end of the archive belongs to the backup: one that was cut
// off there is not the one that was written.
func TestABackupCutBehindItsFilesIsRefused(t *testing.T) {
	keys, path := newKeys(t), filepath.Join(t.TempDir(), "one")
	w, err := Create(path, keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.tar.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.plain.Write(make([]byte, 1<<19)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	read := func() error {
		r, err := Open(path, keys)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		_, _, err = r.Next()
		return err
	}
	if err := read(); !errors.Is(err, io.EOF) {
		t.Errorf("of the whole one: %v", err)
	}
	if err := os.Truncate(path, 1<<18); err != nil {
		t.Fatal(err)
	}
	if err := read(); !errors.Is(err, ieum.ErrInvalid) {
		t.Errorf("of the one cut off: %v", err)
	}
}

// A backup for two people opens with the keys of both, in either order, and with
// those of neither alone; one that was cut off inside is no backup.
func TestABackupForTwoPeople(t *testing.T) {
	one, two, path := newKey(t), newKey(t), filepath.Join(t.TempDir(), "one")
	w, err := Create(path, both(t, one, two))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Add("a", 3, strings.NewReader("abc")), w.Close()); err != nil {
		t.Fatal(err)
	}
	read := func(k Keys) error {
		r, err := Open(path, k)
		if err != nil {
			return err
		}
		defer r.Close()
		if name, _, err := r.Next(); err != nil || name != "a" {
			return errors.Join(err, errors.New(name))
		}
		_, _, err = r.Next()
		return err
	}
	for name, k := range map[string]Keys{"one": one, "two": two, "others": newKeys(t)} {
		if err := read(k); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("with the keys of %s: %v", name, err)
		}
	}
	for _, k := range []Keys{both(t, one, two), both(t, two, one)} {
		if err := read(k); !errors.Is(err, io.EOF) {
			t.Errorf("with the keys of both: %v", err)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, info.Size()-1); err != nil {
		t.Fatal(err)
	}
	if err := read(both(t, one, two)); !errors.Is(err, ieum.ErrInvalid) {
		t.Errorf("cut off: %v", err)
	}
}

// No backup is made for one person, nor for one twice; one that opens with a key
// alone, as they once were, is refused with what to do.
func TestABackupForOnePersonIsRefused(t *testing.T) {
	one, path := newKey(t), filepath.Join(t.TempDir(), "one")
	if _, err := Create(path, one); err == nil {
		t.Error("a backup is made for one person")
	}
	if _, err := one.And(one); !errors.Is(err, ieum.ErrInvalid) {
		t.Errorf("one person twice: %v", err)
	}
	f, err := CreateFile(path, one)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(f)
	if err := errors.Join(w.WriteHeader(&tar.Header{Name: format, Typeflag: tar.TypeReg}), w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, both(t, one, newKey(t))); !errors.Is(err, ieum.ErrDenied) || !strings.Contains(err.Error(), "opens with one key or") {
		t.Errorf("one of an older version: %v", err)
	}
}

// A key that stands in the files of both people would open for one of them: it is
// refused, also among keys that differ, and in either file.
func TestTwoPeopleHaveKeysOfTheirOwn(t *testing.T) {
	dir := t.TempDir()
	public := func(name string, keys ...Keys) Keys {
		t.Helper()
		var text strings.Builder
		for _, k := range keys {
			fmt.Fprintln(&text, k.to[0][0])
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		k, err := Recipients(path)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	a, b, c := newKey(t), newKey(t), newKey(t)
	one, all, others := public("one", a), public("all", b, a), public("others", b, c)
	for _, pair := range [][2]Keys{{one, one}, {one, all}, {all, one}, {all, others}} {
		if _, err := pair[0].And(pair[1]); !errors.Is(err, ieum.ErrInvalid) {
			t.Errorf("%v and %v: %v", pair[0].to, pair[1].to, err)
		}
	}
	if _, err := one.And(others); err != nil {
		t.Error(err)
	}
}

// A file of its own shows when it is whole, is its owner's alone, and opens for
// whoever has the key, with age's own reader.
func TestAFileOfItsOwn(t *testing.T) {
	pair, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "age1", "AGE-SECRET-KEY-1", pair.String()} {
		if _, err := Recipient(bad); !errors.Is(err, ieum.ErrInvalid) || bad != "" && strings.Contains(err.Error(), bad+" ") {
			t.Errorf("Recipient(%q): %v", bad, err)
		}
	}
	keys, err := Recipient(pair.Recipient().String())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "one")
	for _, keep := range []bool{false, true} {
		f, err := CreateFile(path, keys)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, "secret"); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); err == nil {
			t.Error("it shows before it is whole")
		}
		if !keep {
			if left, err := filepath.Glob(path + "*"); f.Abandon() != nil || err != nil || len(left) != 1 {
				t.Errorf("%q, %v", left, err)
			}
			continue
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if left, _ := filepath.Glob(path + "*"); len(left) != 1 {
		t.Errorf("there is %q", left)
	}
	if _, err := CreateFile(path, keys); !errors.Is(err, ieum.ErrConflict) {
		t.Errorf("over it: %v", err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := age.Decrypt(bytes.NewReader(b), pair)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if info, failed := os.Stat(path); err != nil || failed != nil || string(text) != "secret" || info.Mode().Perm() != 0o600 {
		t.Errorf("%q, %v, %v", text, err, info.Mode())
	}
}

// TestAFileBesideIsLeft: nobody's own file is removed or covered, and what a killed run
// left is.
func TestAFileBesideIsLeft(t *testing.T) {
	k, err := Recipient("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p")
	if err != nil {
		t.Fatal(err)
	}
	p := filepath.Join(t.TempDir(), "report")
	os.WriteFile(p+".new", []byte("a month of work"), 0o600)
	f, err := CreateFile(p, k)
	if err == nil {
		f.Abandon()
	}
	if _, err := os.Stat(p + ".new"); err != nil {
		t.Errorf("ieum export --out %s removed %s.new: %v", "report", "report", err)
	}
	left := p + "." + strings.ToLower(rand.Text()) + ".new"
	os.WriteFile(left, nil, 0o600)
	if f, err = CreateFile(p, k); err != nil {
		t.Fatal(err)
	}
	f.Abandon()
	if all, _ := filepath.Glob(p + "*"); len(all) != 1 || all[0] != p+".new" {
		t.Errorf("beside it are %q", all)
	}
	// what came there meanwhile is not covered
	p = filepath.Join(t.TempDir(), "race")
	if f, err = CreateFile(p, k); err != nil {
		t.Fatal(err)
	}
	os.WriteFile(p, []byte("came meanwhile"), 0o600)
	f.Write([]byte("x"))
	if err := f.Close(); err == nil {
		b, _ := os.ReadFile(p)
		if string(b) != "came meanwhile" {
			t.Error("a file that came meanwhile was covered")
		}
	}
}
