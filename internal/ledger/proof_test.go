package ledger

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
)

// TestAProofHoldsByItself: a proof with its opening needs nobody else; with
// anything changed it does not hold.
func TestAProofHoldsByItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.open()
		b.happen(300)
		b.log()
		for _, seq := range []int64{1, 7, 256, 300} {
			p, err := b.l.Prove(t.Context(), seq)
			if err != nil {
				t.Fatal(err)
			}
			o, err := b.l.Open(t.Context(), seq)
			if err != nil {
				t.Fatal(err)
			}
			key := b.l.key
			if c, err := CheckProof(p.Text(), o, key); err != nil || c.Tree.N != p.Size {
				t.Fatalf("entry %d: %v", seq, err)
			}
			wrong := o
			wrong.Hash = bytes.Repeat([]byte{1}, 32)
			other, _ := b.l.Open(t.Context(), seq%300+1)
			text := string(p.Text())
			for what, err := range map[string]error{
				"another entry's opening": second(CheckProof(p.Text(), other, key)),
				"another hash":            second(CheckProof(p.Text(), wrong, key)),
				"another index":           second(CheckProof([]byte(strings.Replace(text, "index ", "index 1", 1)), o, key)),
				"another checkpoint":      second(CheckProof([]byte(strings.Replace(text, "\n301\n", "\n302\n", 1)), o, key)),
			} {
				if !errors.Is(err, ieum.ErrConflict) {
					t.Errorf("entry %d, %s: %v", seq, what, err)
				}
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

func FuzzParseProof(f *testing.F) {
	f.Add("c2sp.org/tlog-proof@v1\nindex 3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nx\n3\nAAAA\n")
	f.Add("c2sp.org/tlog-proof@v1\nextra AAAA\nindex 0\n\n")
	f.Add("c2sp.org/tlog-proof@v1\n\n")
	f.Fuzz(func(t *testing.T, s string) {
		if index, hashes, _, err := parseProof(s); err == nil && (index < 0 || len(hashes) > 63) {
			t.Errorf("%q is entry %d with %d hashes", s, index, len(hashes))
		}
	})
}
