package terms

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"ieum/internal/snapshot"
)

// An index may go on from another, its base: the rows of the base come first,
// some of them no longer hold, and its own rows follow. A list of the two reads
// the base's to its end and then the other. What no longer holds stays in the
// lists, for whoever reads them knows which rows count; in the counts it does
// not, so that a term is as telling as in one index of all that holds.

// goneCounts is the table of what is to be taken off the counts of a base.
type goneCounts struct {
	Rows []uint32 // one number: rows of the base that no longer hold
	Key  []uint64 // sorted
	N    []uint32 // of those rows, how many hold the key
}

type gone struct {
	goneCounts
	table *snapshot.Mapping
}

func (g *gone) count(k Key) int {
	if i, ok := slices.BinarySearch(g.Key, uint64(k)); ok {
		return int(g.N[i])
	}
	return 0
}

const goneFile = "gone.col"

// WriteGone writes into dir, the folder of an index that goes on from base, which
// rows of base no longer hold.
func WriteGone(dir string, base *Index, rows []int) error {
	v := newInverter()
	for i, row := range rows {
		Keys(base.Folded(row), func(k Key) {
			if s := v.state(k); s.n == 0 || s.row != uint32(i) {
				s.row = uint32(i)
				s.n++
			}
		})
	}
	slices.SortFunc(v.states, func(a, b state) int { return cmp.Compare(a.key, b.key) })
	t := goneCounts{Rows: []uint32{uint32(len(rows))}}
	for _, s := range v.states {
		t.Key, t.N = append(t.Key, uint64(s.key)), append(t.N, s.n)
	}
	return snapshot.WriteTable(filepath.Join(dir, goneFile), &t)
}

// OpenOn maps the index in dir, which holds rows rows and goes on from base, and
// returns the two as one. Closing it closes base, which is closed as well when
// there is an error.
func OpenOn(base *Index, dir string, rows int) (_ *Index, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, base.Close())
		}
	}()
	if base.over, err = Open(dir, rows); err != nil {
		return nil, err
	}
	g := &base.gone
	if g.table, err = snapshot.OpenTable(filepath.Join(dir, goneFile), &g.goneCounts); err != nil {
		return nil, err
	}
	if len(g.Rows) != 1 || int(g.Rows[0]) > base.own() || len(g.Key) != len(g.N) || !slices.IsSorted(g.Key) {
		return nil, fmt.Errorf("terms: %s in %s is of another index", goneFile, dir)
	}
	return base, nil
}
