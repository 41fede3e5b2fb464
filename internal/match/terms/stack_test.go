package terms

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// stacked opens an index of the texts from cut on that goes on from one of those
// before, of which gone no longer hold.
func stacked(t *testing.T, texts []Text, cut, batch int, gone []int) *Index {
	t.Helper()
	dirs := [2]string{t.TempDir(), t.TempDir()}
	for i, layer := range [][]Text{texts[:cut], texts[cut:]} {
		if err := build(context.Background(), dirs[i], len(layer), batch, reader(layer)); err != nil {
			t.Fatal(err)
		}
	}
	base, err := Open(dirs[0], cut)
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteGone(dirs[1], base, gone); err != nil {
		t.Fatal(err)
	}
	x, err := OpenOn(base, dirs[1], len(texts)-cut)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

func keysFrom(walk func(func(Key))) (keys []Key) {
	walk(func(k Key) { keys = append(keys, k) })
	return keys
}

func TestAStackReadsAsOneIndexOfAllRows(t *testing.T) {
	for _, size := range []struct{ base, more int }{{0, 0}, {0, 5}, {5, 0}, {1, 1}, {40, 7}, {900, 300}, {3000, 1000}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			texts := append(corpus(size.base, 7), corpus(size.more, 8)...)
			if size.more > 1 { // words of the changes alone
				texts[size.base+1].Title = []byte("하파타 inter zebra 가")
			}
			x, want := stacked(t, texts, size.base, 256, nil), open(t, texts, 256)
			if x.Rows() != want.Rows() {
				t.Errorf("%d rows, want %d", x.Rows(), want.Rows())
			}
			for row := range texts {
				if string(x.Folded(row)) != string(want.Folded(row)) {
					t.Fatalf("row %d reads %q, want %q", row, x.Folded(row), want.Folded(row))
				}
			}
			if got, want := keysFrom(x.Latin), keysFrom(want.Latin); !slices.Equal(got, want) {
				t.Errorf("Latin words %v, want %v", got, want)
			}
			for _, r := range "가나라바하힣" {
				got, want := keysFrom(func(f func(Key)) { x.Starting(r, f) }), keysFrom(func(f func(Key)) { want.Starting(r, f) })
				if !slices.Equal(got, want) {
					t.Errorf("terms that start with %c: %v, want %v", r, got, want)
				}
			}
			rnd := rand.New(rand.NewPCG(1, 2))
			for _, k := range append(want.Key, uint64(Pair('없', '다'))) {
				sameList(t, rnd, x, want, Key(k))
			}
		})
	}
}

// sameList holds that a list of two indexes is the same by Next and by Seek.
func sameList(t *testing.T, rnd *rand.Rand, x, want *Index, k Key) {
	t.Helper()
	a, b := x.List(k), want.List(k)
	if a.Len() != b.Len() || x.Count(k) != want.Count(k) {
		t.Fatalf("%s stands in %d rows, want %d", k, a.Len(), b.Len())
	}
	for b.Next() != None {
		if a.Next() != b.Row || a.Class != b.Class {
			t.Fatalf("%s is next in row %d as %d, want %d as %d", k, a.Row, a.Class, b.Row, b.Class)
		}
	}
	if ended := a.Next(); ended != None || a.Next() != None {
		t.Fatalf("%s does not end", k)
	}
	for range 20 {
		a, b = x.List(k), want.List(k)
		for at := uint32(0); b.Row != None; at += uint32(rnd.IntN(1 + x.Rows()/3)) {
			if rnd.IntN(4) == 0 {
				b.Next()
				a.Next()
			}
			b.Seek(at)
			if a.Seek(at) != b.Row || b.Row != None && a.Class != b.Class {
				t.Fatalf("%s: Seek(%d) = %d, want %d", k, at, a.Row, b.Row)
			}
		}
	}
}

func TestAStackCountsWhatHolds(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 5))
	texts := corpus(1200, 9)
	var gone []int
	var holds []Text
	for row, text := range texts {
		if row < 1000 && rnd.IntN(3) == 0 {
			gone = append(gone, row)
		} else {
			holds = append(holds, text)
		}
	}
	x, want := stacked(t, texts, 1000, 256, gone), open(t, holds, 256)
	if x.Rows() != want.Rows() {
		t.Errorf("%d rows hold, want %d", x.Rows(), want.Rows())
	}
	for k := range lookup(texts) {
		if x.Count(k) != want.Count(k) || x.List(k).Len() != want.Count(k) {
			t.Errorf("%s is counted %d times, its list is %d long, want %d", k, x.Count(k), x.List(k).Len(), want.Count(k))
		}
	}
}

func TestChangesOfAnotherBaseAreRefused(t *testing.T) {
	dir, texts := t.TempDir(), corpus(30, 1)
	if err := Build(context.Background(), dir, 30, reader(texts)); err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(dir string, base *Index) error{
		"no rows that are gone": func(string, *Index) error { return nil },
		"more are gone than there are": func(dir string, base *Index) error {
			return WriteGone(dir, base, make([]int, 31))
		},
	} {
		over := t.TempDir()
		if err := Build(context.Background(), over, 30, reader(texts)); err != nil {
			t.Fatal(err)
		}
		base, err := Open(dir, 30)
		if err != nil {
			t.Fatal(err)
		}
		if err := write(over, base); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenOn(base, over, 30); err == nil {
			t.Errorf("%s: the index opens", name)
		}
	}
}
