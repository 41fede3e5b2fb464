package seal

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"ieum"
)

// waits reports a store that goes on with a file that lacks an erasure: nothing opens,
// is sealed or erased with it.
func waits(t *testing.T, k *Keys, sealed []byte, says string) {
	t.Helper()
	_, sealing := k.Seal("p9", place, nil)
	_, opening := k.Open("p1", place, sealed)
	for what, err := range map[string]error{
		"it opens": opening, "it seals": sealing, "it seals many": k.Bulk(func(*Bulk) error { return nil }),
		"it erases": k.Erase("p8"), "it is renewed": k.Rotate(time.Unix(1, 0)), "it is well": k.Expect(nil),
	} {
		if e, ok := errors.AsType[*ieum.Error](err); !ok || e.Kind != ieum.ErrUnavailable || e.Key == "" || !strings.Contains(e.Message, says) {
			t.Errorf("%s: %v, want %q and a message for who asks for a page", what, err, says)
		}
	}
}

// goesOn reports a store that opens nothing, or somebody who was erased.
func goesOn(t *testing.T, k *Keys, sealed []byte) {
	t.Helper()
	if _, err := k.Seal("p9", place, nil); err != nil {
		t.Errorf("for others it does not go on: %v", err)
	}
	if b, err := k.Open("p1", place, sealed); !errors.Is(err, ieum.ErrErased) {
		t.Errorf("who was erased opens as %q, %v", b, err)
	}
}

// An older file, or another store's, that is put in the place of the one that was used is
// not taken up: nothing opens until the newest is back.
func TestAnOlderFileIsNotTakenUp(t *testing.T) {
	other := t.TempDir()
	open(t, other)
	for name, tt := range map[string]struct{ from, says string }{
		"older":     {"", "does not know of 1 erasures"},
		"another's": {other, "is another one than it was"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			k := open(t, dir)
			sealed := k.seal(t, "p1", "a")
			wrong := files(t, dir)
			if tt.from != "" {
				wrong = files(t, tt.from)
			}
			if err := open(t, dir).Erase("p1"); err != nil {
				t.Fatal(err)
			}
			goesOn(t, k, sealed)
			newest := files(t, dir)
			putBack(t, dir, wrong)
			waits(t, k, sealed, tt.says)
			if got := k.Erased(); len(got) != 1 {
				t.Errorf("it knows of %q, who were erased, no more", got)
			}
			if now := files(t, dir); string(now[0]) != string(wrong[0]) {
				t.Error("the file was written to")
			}
			putBack(t, dir, newest)
			goesOn(t, k, sealed)
		})
	}
}

// What a database says was erased is erased, or nothing opens: an erasure into a copy of
// the store is none.
func TestAnErasureElsewhereIsExpected(t *testing.T) {
	dir, copied := t.TempDir(), t.TempDir()
	k := open(t, dir)
	sealed := k.seal(t, "p1", "a")
	putBack(t, copied, files(t, dir))
	if err := open(t, copied).Erase("p1"); err != nil {
		t.Fatal(err)
	}
	if err := k.Expect([]string{"p1"}); err == nil {
		t.Error("nothing is missed")
	}
	waits(t, k, sealed, "does not know of 1 erasures")
	if err := open(t, dir).Erase("p2"); err != nil {
		t.Fatal(err)
	}
	waits(t, k, sealed, "does not know of 1 erasures")
	if err := open(t, dir).Erase("p1"); err != nil {
		t.Fatal(err)
	}
	goesOn(t, k, sealed)
	if err := k.Expect([]string{"p2", "p1"}); err != nil {
		t.Error(err)
	}
}

// An erasure that is said of what can be no id, which no store can make, holds up nothing;
// what can be one is any text of 1 to 255 bytes.
func TestAnErasureOfNobodyIsNotExpected(t *testing.T) {
	k := open(t, t.TempDir())
	sealed := k.seal(t, "p1", "a")
	for _, id := range []string{"", strings.Repeat("p", 256)} {
		if err := k.Erase(id); err == nil || IsID(id) {
			t.Errorf("an id of %d bytes is erased", len(id))
		}
		if err := k.Expect([]string{id}); err != nil {
			t.Errorf("an id of %d bytes: %v", len(id), err)
		}
	}
	if plain, err := k.Open("p1", place, sealed); err != nil || string(plain) != "a" {
		t.Errorf("opens as %q, %v", plain, err)
	}
	if k.Expect([]string{strings.Repeat("p", 255)}) == nil {
		t.Error("the longest id is not missed")
	}
}

// files returns store and master key of a folder.
func files(t *testing.T, dir string) (both [2][]byte) {
	t.Helper()
	for i, name := range []string{File, "master.key"} {
		b, err := os.ReadFile(dir + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		both[i] = b
	}
	return both
}

// putBack puts store and master key in a folder.
func putBack(t *testing.T, dir string, both [2][]byte) {
	t.Helper()
	for i, name := range []string{File, "master.key"} {
		if err := os.WriteFile(dir+"/aside", both[i], 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(dir+"/aside", dir+"/"+name); err != nil {
			t.Fatal(err)
		}
	}
}
