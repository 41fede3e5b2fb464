package terms

import (
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"path/filepath"
	"slices"
	"sort"

	"ieum/internal/snapshot"
)

// An Index is an open index. It may be read from many goroutines.
type Index struct {
	header
	table  *snapshot.Mapping
	folded []byte
	lists  []byte
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
	errs = append(errs, snapshot.Unmap(x.folded), snapshot.Unmap(x.lists))
	x.table, x.folded, x.lists = nil, nil, nil
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
	}
	return nil
}

// Rows returns the number of rows indexed.
func (x *Index) Rows() int { return len(x.Start) - 1 }

// Folded returns the folded text of a row, title, company and body each ending
// in a newline. It must not outlive the index.
func (x *Index) Folded(row int) []byte { return x.folded[x.Start[row]:x.Start[row+1]] }

// Fields returns the folded title, company and body of a row. They must not
// outlive the index.
func (x *Index) Fields(row int) (title, company, body []byte) { return fields(x.Folded(row)) }

// find returns the position of a key.
func (x *Index) find(k Key) (int, bool) {
	i := sort.Search(len(x.Key), func(i int) bool { return x.Key[i] >= uint64(k) })
	return i, i < len(x.Key) && x.Key[i] == uint64(k)
}

// Count returns the number of rows that hold a term.
func (x *Index) Count(k Key) int {
	if i, ok := x.find(k); ok {
		return int(x.N[i])
	}
	return 0
}

// List returns the postings of a term; empty when no row holds it.
func (x *Index) List(k Key) *List {
	if i, ok := x.find(k); ok {
		return x.list(i)
	}
	return &List{}
}

func (x *Index) list(i int) *List {
	from, to := x.SkipFrom[i], x.SkipFrom[i+1]
	return &List{
		data: x.lists[x.At[i]:x.At[i+1]], left: x.N[i], total: x.N[i],
		skipRow: x.SkipRow[from:to], skipAt: x.SkipAt[from:to],
	}
}

// Starting calls f for every key of two letters whose first is r, and for r
// standing alone, in order.
func (x *Index) Starting(r rune, f func(Key)) {
	i, _ := x.find(Pair(r, 0))
	for ; i < len(x.Key) && Key(x.Key[i]) < Pair(r+1, 0); i++ {
		f(Key(x.Key[i]))
	}
}

// Latin calls f for every key of a Latin word, in order.
func (x *Index) Latin(f func(Key)) {
	for _, k := range x.Key {
		if Key(k) >= notLatin {
			return
		}
		f(Key(k))
	}
}

// IDF returns how telling it is that a row holds a term n rows hold: the
// logarithm of the share, never below zero (Robertson and Spärck Jones with
// half a row added, as in BM25).
func IDF(n, rows int) float64 {
	return math.Log(1 + (float64(rows-n)+0.5)/(float64(n)+0.5))
}
