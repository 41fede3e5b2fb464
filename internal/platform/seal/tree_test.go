package seal

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// ids returns n ids.
func ids(prefix string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprint(prefix, i)
	}
	return list
}

// Whoever is erased, one by one or together, everybody else's keys stay as they
// were, and those of the erased cannot be derived from what is held.
func TestPuncture(t *testing.T) {
	whole := newContent()
	gone, stay := ids("gone", 300), ids("stay", 300)
	together, apart := whole.without(gone), whole
	for _, id := range gone {
		apart = apart.without([]string{id})
	}
	if !bytes.Equal(together.encode(), apart.encode()) {
		t.Error("erased one by one the store is another than erased together")
	}
	if together.without(gone[:7]) != together {
		t.Error("to erase again changes something")
	}
	for _, id := range stay {
		was, _ := leaf(whole.nodes, pathOf(id))
		if is, ok := leaf(together.nodes, pathOf(id)); !ok || is != was {
			t.Errorf("the key of %s is another, or gone", id)
		}
	}
	for _, id := range gone {
		if _, ok := leaf(together.nodes, pathOf(id)); ok {
			t.Errorf("the key of %s can be derived", id)
		}
	}
	for i := range together.nodes[1:] {
		if together.nodes[i].last() >= together.nodes[i+1].start {
			t.Fatal("two seeds are over the same leaves")
		}
	}
}

// The first and the last leaf can be erased, and neighbours.
func TestPunctureAtTheEdges(t *testing.T) {
	nodes := newContent().nodes
	paths := []uint64{0, 1, 1 << 63, ^uint64(0) - 1, ^uint64(0)}
	left := puncture(nodes, paths)
	for _, p := range paths {
		if _, ok := leaf(left, p); ok {
			t.Errorf("leaf %x is left", p)
		}
	}
	for _, p := range []uint64{2, 1<<63 - 1, 1<<63 + 1, ^uint64(0) - 2} {
		was, _ := leaf(nodes, p)
		if is, ok := leaf(left, p); !ok || is != was {
			t.Errorf("leaf %x is another, or gone", p)
		}
	}
}

// ancestors returns the seeds from the root to the leaf of an id.
func ancestors(root seed, id string) []seed {
	list := []seed{root}
	for d := range depth {
		list = append(list, child(&list[d], byte(pathOf(id)>>(depth-1-d)&1)))
	}
	return list
}

// After somebody is erased neither the store, opened with its master key, nor
// any file of the folder holds the key or a seed it could be derived from, and
// the file that held one before was overwritten before it went.
func TestNothingIsLeftOfTheKey(t *testing.T) {
	dir := t.TempDir()
	k := open(t, dir)
	seeds := ancestors(k.held.nodes[0].seed, "p1")
	if s, _ := leaf(k.held.nodes, pathOf("p1")); s != seeds[depth] {
		t.Fatal("the seeds looked for are not those of the key")
	}
	before, err := os.Open(k.Path()) // keeps the blocks of the old file in sight
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	if err := k.Erase("p1"); err != nil {
		t.Fatal(err)
	}
	old := make([]byte, 1000)
	n, _ := before.ReadAt(old, 0)
	if slices.ContainsFunc(old[:n], func(b byte) bool { return b != 0 }) || n == 0 {
		t.Error("the old file was not overwritten")
	}
	for _, c := range []*content{k.held, open(t, dir).held} {
		holdsNone(t, "the store", c.encode(), seeds)
		if len(c.nodes) != depth {
			t.Errorf("the store holds %d seeds, want %d", len(c.nodes), depth)
		}
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		holdsNone(t, path, b, seeds)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func holdsNone(t *testing.T, where string, b []byte, seeds []seed) {
	t.Helper()
	for d, s := range seeds {
		if bytes.Contains(b, s[:]) {
			t.Errorf("%s holds the seed at depth %d", where, d)
		}
	}
}

func BenchmarkDerive(b *testing.B) {
	for _, erased := range []int{0, 10_000} {
		b.Run(fmt.Sprint(erased, "erased"), func(b *testing.B) {
			c := newContent().without(ids("gone", erased))
			path := pathOf("p1")
			for b.Loop() {
				leaf(c.nodes, path)
			}
		})
	}
}
