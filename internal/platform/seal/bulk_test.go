package seal

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"testing"

	"ieum"
)

// bulk seals one value in bulk.
func (k *Keys) bulk(t testing.TB, id, place, plain string) []byte {
	t.Helper()
	var out []byte
	err := k.Bulk(func(b *Bulk) (err error) {
		out, err = b.Seal([]byte("before"), []byte(id), []byte(place), []byte(plain))
		return err
	})
	if err != nil || !bytes.HasPrefix(out, []byte("before")) {
		t.Fatalf("%q, %v", out, err)
	}
	return out[len("before"):]
}

// What is sealed in bulk opens one by one, and the other way round; numbers that are
// blinded are those of Blind.
func TestBulkIsTheSame(t *testing.T) {
	k := open(t, t.TempDir())
	if plain, err := k.Open("p1", place, k.bulk(t, "p1", place, "홍길동")); err != nil || string(plain) != "홍길동" {
		t.Errorf("opens as %q, %v", plain, err)
	}
	sealed := k.seal(t, "p1", "홍길동")
	err := k.Bulk(func(b *Bulk) error {
		for range 2 {
			if sum := b.Blind("a", []byte("b")); hex.EncodeToString(sum[:]) != k.Blind("a", "b") {
				t.Error("blinded in bulk it is another")
			}
		}
		plain, err := b.Open([]byte("x"), []byte("p1"), []byte(place), sealed)
		if string(plain) != "x홍길동" {
			t.Errorf("opens as %q", plain)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// The same sealed again is the same; any other value, person, place or store has
// another nonce, which is what HMAC-SHA-256 of key, place and value says.
func TestNoncesFollowFromWhatIsSealed(t *testing.T) {
	k := open(t, t.TempDir())
	nonces := map[string]string{}
	for _, of := range [][3]string{{"p1", "a", "x"}, {"p2", "a", "x"}, {"p1", "b", "x"}, {"p1", "a", "y"}, {"p1", "a", ""}, {"p1", "ax", ""}, {"p1a", "", "x"}} {
		sealed := k.bulk(t, of[0], of[1], of[2])
		if !bytes.Equal(sealed, k.bulk(t, of[0], of[1], of[2])) {
			t.Errorf("%q sealed twice differs", of)
		}
		nonce := string(sealed[1:13])
		if other := nonces[nonce]; other != "" {
			t.Errorf("%q has the nonce of %s", of, other)
		}
		nonces[nonce] = fmt.Sprint(of)
		key, err := k.key(of[0])
		if err != nil {
			t.Fatal(err)
		}
		where := append(binary.BigEndian.AppendUint32([]byte{format}, uint32(len(of[0]))), of[0]+of[1]...)
		mac := hmac.New(sha256.New, key)
		mac.Write(append(binary.BigEndian.AppendUint32([]byte("ieum/nonce/1"), uint32(len(where))), string(where)+of[2]...))
		if string(mac.Sum(nil)[:12]) != nonce {
			t.Errorf("%q has another nonce", of)
		}
	}
	if bytes.Equal(open(t, t.TempDir()).bulk(t, "p1", "a", "x"), k.bulk(t, "p1", "a", "x")) {
		t.Error("another store seals alike")
	}
}

// In bulk too, what was changed or moved does not open, and nothing of who was
// erased, also by another process, is sealed or opened from the next time on.
func TestBulkOfChangedAndErased(t *testing.T) {
	dir := t.TempDir()
	k, other := open(t, dir), open(t, dir)
	sealed := k.bulk(t, "p1", "a", "x")
	opens := func(id, place string, sealed []byte) error {
		return k.Bulk(func(b *Bulk) error {
			_, err := b.Open(nil, []byte(id), []byte(place), sealed)
			return err
		})
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		for what, err := range map[string]error{"changed": opens("p1", "a", changed), "cut": opens("p1", "a", sealed[:i])} {
			if err == nil || errors.Is(err, ieum.ErrErased) {
				t.Errorf("%s in byte %d it gives %v", what, i, err)
			}
		}
	}
	for _, to := range [][2]string{{"p2", "a"}, {"p1", "b"}} {
		if err := opens(to[0], to[1], sealed); err == nil || errors.Is(err, ieum.ErrErased) {
			t.Errorf("for %q it gives %v", to, err)
		}
	}
	if err := opens("p1", "a", sealed); err != nil {
		t.Error(err)
	}
	if err := other.Erase("p1"); err != nil {
		t.Fatal(err)
	}
	if err := opens("p1", "a", sealed); !errors.Is(err, ieum.ErrErased) {
		t.Errorf("erased it gives %v", err)
	}
	err := k.Bulk(func(b *Bulk) error {
		_, err := b.Seal(nil, []byte("p1"), []byte("a"), nil)
		return err
	})
	if !errors.Is(err, ieum.ErrErased) {
		t.Errorf("sealing for who is erased gives %v", err)
	}
}

// BenchmarkBulk seals and opens rows of 300 bytes of people who are all different.
func BenchmarkBulk(b *testing.B) {
	k := open(b, b.TempDir())
	plain, id := make([]byte, 300), make([]byte, 33)
	b.ReportAllocs()
	err := k.Bulk(func(bulk *Bulk) (err error) {
		var sealed, opened []byte
		for n := uint64(0); b.Loop() && err == nil; n++ {
			binary.BigEndian.PutUint64(id, n)
			if sealed, err = bulk.Seal(sealed[:0], id, plain[:20], plain); err == nil {
				opened, err = bulk.Open(opened[:0], id, plain[:20], sealed)
			}
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}
