package seal

import (
	"bytes"
	"errors"
	"testing"

	"ieum"
)

// open opens the store of a folder with the master key beside it.
func open(t testing.TB, dir string) *Keys {
	t.Helper()
	k, err := Open(dir, NewMaster(dir+"/master.key"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

const place = "door_record/p1/resume"

// seal returns what is sealed for an id at place.
func (k *Keys) seal(t testing.TB, id, plain string) []byte {
	t.Helper()
	b, err := k.Seal(id, place, []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What is sealed opens where it was sealed, in this process and in another.
func TestOpensWhereItWasSealed(t *testing.T) {
	dir := t.TempDir()
	k := open(t, dir)
	sealed := k.seal(t, "p1", "홍길동")
	if bytes.Contains(sealed, []byte("홍길동")) || bytes.Equal(sealed, k.seal(t, "p1", "홍길동")) {
		t.Error("the text can be seen, or two seals are alike")
	}
	for _, k := range []*Keys{k, open(t, dir)} {
		if b, err := k.Open("p1", place, sealed); err != nil || string(b) != "홍길동" {
			t.Errorf("opens as %q, %v", b, err)
		}
		if k.Blind("a", "b") != open(t, dir).Blind("a", "b") || k.Blind("a", "b") == k.Blind("ab", "") {
			t.Error("a blinded value is another in another process, or the same at another place")
		}
	}
}

// A value moved to another place or person, or changed in any byte, does not
// open.
func TestMovedOrChanged(t *testing.T) {
	k := open(t, t.TempDir())
	sealed := k.seal(t, "p1", "홍길동")
	for _, to := range [][2]string{{"p2", place}, {"p1", "door_record/p1/note"}, {"p1d", "oor_record/p1/resume"}} {
		if _, err := k.Open(to[0], to[1], sealed); err == nil {
			t.Errorf("opens for %s at %s", to[0], to[1])
		}
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := k.Open("p1", place, changed); err == nil {
			t.Errorf("opens with byte %d changed", i)
		}
		if _, err := k.Open("p1", place, sealed[:i]); err == nil {
			t.Errorf("opens cut to %d bytes", i)
		}
	}
	if _, err := open(t, t.TempDir()).Open("p1", place, sealed); err == nil {
		t.Error("opens with another store")
	}
}

// Who was erased cannot be sealed for or opened, at once and in every process;
// all others can.
func TestErased(t *testing.T) {
	dir := t.TempDir()
	k, other := open(t, dir), open(t, dir)
	one, two := k.seal(t, "p1", "a"), k.seal(t, "p2", "b")
	for range 2 { // again is nothing new
		if err := k.Erase("p1", "a1"); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range []*Keys{other, k, open(t, dir)} {
		if _, err := k.Open("p1", place, one); !errors.Is(err, ieum.ErrErased) {
			t.Errorf("opening gives %v", err)
		}
		if _, err := k.Seal("p1", place, nil); !errors.Is(err, ieum.ErrErased) {
			t.Errorf("sealing gives %v", err)
		}
		if b, err := k.Open("p2", place, two); err != nil || string(b) != "b" {
			t.Errorf("another opens as %q, %v", b, err)
		}
		if ids := k.Erased(); len(ids) != 2 || ids[0] != "a1" || ids[1] != "p1" {
			t.Errorf("erased are %q", ids)
		}
	}
}
