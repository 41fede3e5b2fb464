package seal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

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

// A meddler is a master key in whose use something else happens, once.
type meddler struct {
	Master
	meanwhile func()
}

func (m *meddler) Unwrap(wrapped []byte) ([]byte, error) {
	if do := m.meanwhile; do != nil {
		m.meanwhile = nil
		do()
	}
	return m.Master.Unwrap(wrapped)
}

// Whoever was reading the store while somebody was erased does not go on with
// what they read.
func TestErasedWhileItIsRead(t *testing.T) {
	dir := t.TempDir()
	other := open(t, dir)
	m := &meddler{Master: NewMaster(dir + "/master.key")}
	k, err := Open(dir, m)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Erase("p1"); err != nil {
		t.Fatal(err)
	}
	m.meanwhile = func() {
		if err := other.Erase("p2"); err != nil {
			t.Error(err)
		}
	}
	k.seal(t, "p3", "takes up that p1 was erased")
	if _, ok := leaf(k.held.nodes, pathOf("p2")); ok || m.meanwhile != nil {
		t.Error("the key of somebody who was erased is held")
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

// Many seal, open, blind, erase and rotate at once, in two processes' worth of
// stores; everybody who was not erased opens all the while.
func TestAtOnce(t *testing.T) {
	dir := t.TempDir()
	k, other := open(t, dir), open(t, dir)
	sealed := k.seal(t, "p0", "stays")
	var all, writers sync.WaitGroup
	stop := make(chan struct{})
	for _, k := range []*Keys{k, other} {
		for w := range 2 {
			writers.Go(func() {
				for n := range 10 {
					id := fmt.Sprint("p", w, ".", n, k == other)
					if err := errors.Join(k.Erase(id), k.Rotate(time.Unix(1, 0))); err != nil {
						t.Error(err)
					}
					if _, err := k.Seal(id, place, nil); !errors.Is(err, ieum.ErrErased) {
						t.Errorf("%s was erased, and sealing gives %v", id, err)
					}
				}
			})
			all.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					if b, err := k.Open("p0", place, sealed); err != nil || string(b) != "stays" {
						t.Errorf("opens as %q, %v", b, err)
						return
					}
					k.Blind("a", "b")
					k.Erased()
				}
			})
		}
	}
	writers.Wait()
	close(stop)
	all.Wait()
	if n := len(open(t, dir).Erased()); n != 40 {
		t.Errorf("%d are erased, want 40", n)
	}
}

// After the master key was rotated what was sealed opens, here and elsewhere,
// and a copy of the store as it was opens with no key that is left.
func TestRotate(t *testing.T) {
	dir := t.TempDir()
	k, other := open(t, dir), open(t, dir)
	sealed := k.seal(t, "p1", "a")
	store, err := os.ReadFile(k.Path())
	master, err2 := os.ReadFile(dir + "/master.key")
	if err := errors.Join(err, err2, k.Rotate(time.Unix(1700000000, 0))); err != nil {
		t.Fatal(err)
	}
	for _, k := range []*Keys{k, other, open(t, dir)} {
		if b, err := k.Open("p1", place, sealed); err != nil || string(b) != "a" {
			t.Errorf("opens as %q, %v", b, err)
		}
		if k.Rotated().Unix() != 1700000000 {
			t.Errorf("was rotated at %v", k.Rotated())
		}
	}
	if now, _ := os.ReadFile(dir + "/master.key"); bytes.Equal(now, master) {
		t.Error("the master key is the old one")
	}
	if err := os.WriteFile(k.Path(), store, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Open(dir, NewMaster(dir+"/master.key"))
	refused(t, err, ieum.ErrDenied, "is not the one of the key store")
}

func BenchmarkSealOpen(b *testing.B) {
	k := open(b, b.TempDir())
	plain := make([]byte, 2048)
	b.SetBytes(2048)
	for b.Loop() {
		sealed, err := k.Seal("p1", place, plain)
		if err == nil {
			_, err = k.Open("p1", place, sealed)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCipher is the floor of BenchmarkSealOpen: the cipher alone.
func BenchmarkCipher(b *testing.B) {
	key, plain := make([]byte, keyBytes), make([]byte, 2048)
	b.SetBytes(2048)
	for b.Loop() {
		if _, err := decrypt(key, encrypt(key, plain, nil), nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkErase erases one more person of a store from which 10,000 were.
func BenchmarkErase(b *testing.B) {
	k := open(b, b.TempDir())
	if err := k.Erase(ids("gone", 10_000)...); err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		n++
		if err := k.Erase(fmt.Sprint("p", n)); err != nil {
			b.Fatal(err)
		}
	}
	info, err := os.Stat(k.Path())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/float64(10_000+n), "bytes/erased")
}
