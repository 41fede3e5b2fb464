package terms

import (
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"path/filepath"
	"slices"

	"ieum/internal/snapshot"
)

// An Index is an open index. It may be read from many goroutines.
type Index struct {
	header
	table  *snapshot.Mapping
	folded []byte
	lists  []byte

	over *Index // goes on where this one ends; nil for a whole index (see stack.go)
	gone gone   // rows of this one that no longer hold
}

// Open maps the index in dir, which must hold rows rows.
func Open(dir string, rows int) (_ *Index, err error) {
	x := &Index{}
	defer func() {
		if err != nil {
			x.Close()
		}
	}()
	if x.table, err = snapshot.OpenTable(filepath.Join(dir, "terms.col"), &x.header); err != nil {
		return nil, err
	}
	h := &x.header
	n := len(h.Key)
	switch {
	case len(h.Start) != rows+1:
		return nil, fmt.Errorf("terms: the index in %s is of %d rows, the snapshot has %d", dir, len(h.Start)-1, rows)
	case len(h.Sums) != 2, len(h.Lengths) != 2, len(h.N) != n, len(h.At) != n+1, len(h.SkipFrom) != n+1, len(h.SkipRow) != len(h.SkipAt),
		h.Start[rows] != h.Lengths[0], h.At[n] != h.Lengths[1], int(h.SkipFrom[n]) != len(h.SkipRow):
		return nil, fmt.Errorf("terms: the columns of the index in %s do not belong together", dir)
	}
	if x.folded, err = mapBlob(filepath.Join(dir, "folded"), h.Lengths[0]); err != nil {
		return nil, err
	}
	x.lists, err = mapBlob(filepath.Join(dir, "lists"), h.Lengths[1])
	return x, err
}

// Close unmaps the index.
func (x *Index) Close() error {
	var errs []error
	if x.table != nil {
		errs = append(errs, x.table.Close())
	}
	if x.gone.table != nil {
		errs = append(errs, x.gone.table.Close())
	}
	if x.over != nil {
		errs = append(errs, x.over.Close())
	}
	errs = append(errs, snapshot.Unmap(x.folded), snapshot.Unmap(x.lists))
	*x = Index{}
	return errors.Join(errs...)
}

// Verify reads the whole index and compares its checksums and orders.
func (x *Index) Verify() error {
	if err := x.table.Verify(); err != nil {
		return err
	}
	switch {
	case crc32.Checksum(x.folded, castagnoli) != x.Sums[0]:
		return errors.New("terms: the folded texts are damaged")
	case crc32.Checksum(x.lists, castagnoli) != x.Sums[1]:
		return errors.New("terms: the lists are damaged")
	case !slices.IsSorted(x.Start) || !slices.IsSorted(x.Key) || !slices.IsSorted(x.At) || !slices.IsSorted(x.SkipFrom):
		return errors.New("terms: a column of the index is out of order")
	case x.over != nil:
		return x.over.Verify()
	}
	return nil
}

// own is the number of rows without those of an index that goes on from it.
func (x *Index) own() int { return len(x.Start) - 1 }

// Rows returns the number of rows indexed that hold.
func (x *Index) Rows() int {
	if x.over == nil {
		return x.own()
	}
	return x.own() - int(x.gone.Rows[0]) + x.over.own()
}

// Folded returns the folded text of a row, title, company and body each ending
// in a newline. It must not outlive the index.
func (x *Index) Folded(row int) []byte {
	if n := x.own(); x.over != nil && row >= n {
		return x.over.Folded(row - n)
	}
	return x.folded[x.Start[row]:x.Start[row+1]]
}

// Fields returns the folded title, company and body of a row. They must not
// outlive the index.
func (x *Index) Fields(row int) (title, company, body []byte) { return fields(x.Folded(row)) }

// find returns the position of a key.
func (x *Index) find(k Key) (int, bool) { return slices.BinarySearch(x.Key, uint64(k)) }

// Count returns the number of rows that hold a term, and hold.
func (x *Index) Count(k Key) (n int) {
	if i, ok := x.find(k); ok {
		n = int(x.N[i])
	}
	if x.over != nil {
		n += x.over.Count(k) - x.gone.count(k)
	}
	return n
}

// List returns the postings of a term; empty when no row holds it. Rows that no
// longer hold are among them.
func (x *Index) List(k Key) *List {
	l := &List{}
	if i, ok := x.find(k); ok {
		l = x.list(i)
	}
	if x.over != nil {
		l.then = x.over.List(k)
		l.then.Row, l.then.from = uint32(x.own()), uint32(x.own())
		l.n += l.then.n - x.gone.count(k)
	}
	return l
}

func (x *Index) list(i int) *List {
	from, to := x.SkipFrom[i], x.SkipFrom[i+1]
	return &List{
		data: x.lists[x.At[i]:x.At[i+1]], left: x.N[i], total: x.N[i], n: int(x.N[i]),
		skipRow: x.SkipRow[from:to], skipAt: x.SkipAt[from:to],
	}
}

// Starting calls f for every key of two letters whose first is r, and for r
// standing alone, in order.
func (x *Index) Starting(r rune, f func(Key)) { x.walk(Pair(r, 0), Pair(r+1, 0), f) }

// Latin calls f for every key of a Latin word, in order.
func (x *Index) Latin(f func(Key)) { x.walk(0, notLatin, f) }

// walk calls f once for every key from least to below end, in order.
func (x *Index) walk(least, end Key, f func(Key)) {
	own, more := x.between(least, end), []uint64(nil)
	if x.over != nil {
		more = x.over.between(least, end)
	}
	for _, k := range own {
		for len(more) > 0 && more[0] < k {
			f(Key(more[0]))
			more = more[1:]
		}
		if len(more) > 0 && more[0] == k {
			more = more[1:]
		}
		f(Key(k))
	}
	for _, k := range more {
		f(Key(k))
	}
}

// between returns the keys from least to below end.
func (x *Index) between(least, end Key) []uint64 {
	from, _ := x.find(least)
	to, _ := x.find(end)
	return x.Key[from:to]
}

// IDF returns how telling it is that a row holds a term n rows hold: the
// logarithm of the share, never below zero (Robertson and Spärck Jones with
// half a row added, as in BM25).
func IDF(n, rows int) float64 {
	return math.Log(1 + (float64(rows-n)+0.5)/(float64(n)+0.5))
}
