package match

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"

	"ieum"
	"ieum/defs"
	"ieum/internal/match/terms"
	"ieum/internal/snapshot"
)

const partName = "match"

// Part derives from a snapshot what match needs: the text index, and how many
// postings ask for each competency. The lists by competency are made in memory
// over the postings that are open.
func Part(set *defs.Set) snapshot.Part {
	return snapshot.Part{
		Name:  partName,
		Build: build,
		Open: func(s *snapshot.Snapshot, dir string) (io.Closer, error) {
			return open(set, s, dir)
		},
	}
}

// counts is the table of what is counted once.
type counts struct {
	Skills []uint32 // postings that ask for each competency of the dictionary
}

func build(ctx context.Context, s *snapshot.Snapshot, dir string) error {
	p, names := &s.Postings, s.Companies.Name.Slice(0, s.Companies.Name.Len())
	err := terms.Build(ctx, dir, s.Meta.Postings, func(from, to int, f func(int, terms.Text) error) error {
		var failed error
		var whole []byte
		titles, kept := p.Title.Slice(from, to), p.Kept.Slice(from, to)
		s.Texts.Body.Range(from, to, func(row int, body []byte) bool {
			whole = append(append(whole[:0], body...), '\n')
			whole = append(whole, snapshot.KeptOf(kept.At(row-from), "region")...) // the address
			failed = f(row, terms.Text{Title: titles.Bytes(row - from), Company: names.Bytes(int(p.Company.At(row))), Body: whole})
			return failed == nil
		})
		return failed
	})
	if err != nil {
		return err
	}
	var buf [64]uint16
	c := counts{Skills: make([]uint32, len(s.Dict.Skills))}
	for row := range s.Meta.Postings {
		for _, id := range p.Skills.At(row, buf[:]) {
			c.Skills[id]++
		}
	}
	if err := snapshot.WriteTable(filepath.Join(dir, "counts.col"), &c); err != nil {
		return err
	}
	x, err := terms.Open(dir, s.Meta.Postings)
	if err != nil {
		return err
	}
	defer x.Close()
	return x.Verify()
}

// An index is all that match derives from one snapshot.
type index struct {
	s        *snapshot.Snapshot
	set      *defs.Set
	terms    *terms.Index
	idf      []float64   // of each competency
	places   *places     // how regions lie in one another
	laws     [][]licence // what the law requires, by occupation
	concepts map[string][]concept
	anyone   int // position of the level of education that asks for nothing; 0 when there is none

	mu   sync.Mutex
	open *view       // of the last day asked for
	near [][]float64 // see kinship
}

func open(set *defs.Set, s *snapshot.Snapshot, dir string) (*index, error) {
	if s.Postings.Title.Len() != s.Meta.Postings {
		return nil, fmt.Errorf("match: the snapshot has no titles")
	}
	var c counts
	table, err := snapshot.OpenTable(filepath.Join(dir, "counts.col"), &c)
	if err != nil {
		return nil, err
	}
	defer table.Close()
	if len(c.Skills) != len(s.Dict.Skills) {
		return nil, fmt.Errorf("match: the counts in %s are of another snapshot", dir)
	}
	x := &index{s: s, set: set, idf: make([]float64, len(c.Skills))}
	for id, n := range c.Skills {
		if id > 0 {
			x.idf[id] = terms.IDF(int(n), s.Meta.Postings)
		}
	}
	for i, code := range s.Dict.Education {
		if c, ok := set.Codes["education"].Find(code); ok && c.Rank == 0 {
			x.anyone = i
		}
	}
	x.places = newPlaces(set.Codes["regions"], s.Dict.Regions)
	x.laws = newLaws(set, &s.Dict)
	x.concepts = newConcepts(set, s)
	x.terms, err = terms.Open(dir, s.Meta.Postings)
	return x, err
}

// Close unmaps the index.
func (x *index) Close() error { return x.terms.Close() }

// A view is a set of postings to choose from, such as those open on a day, in
// the order of their rows.
type view struct {
	day     ieum.Day // judged by for recency
	rows    []uint32
	occ     []uint32 // positions of occupation c are occ[c] to occ[c+1]
	has     []uint64 // a bit for each row
	skillAt []uint32 // positions of competency c are skills[skillAt[c]:skillAt[c+1]]
	skills  []uint32
	hunts   sync.Pool
	needing sync.Once
	needs   []uint32 // see licensed
}

// openOn returns the view of the postings open on a day.
func (x *index) openOn(day ieum.Day) *view {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.open == nil || x.open.day != day {
		x.open = x.view(day, func(row int) bool { return x.isOpen(row, day) })
	}
	return x.open
}

// isOpen says whether one could apply to a posting on a day.
func (x *index) isOpen(row int, day ieum.Day) bool { return x.s.Postings.OpenWithin(row, day, day) }

// view gathers the postings that are in.
func (x *index) view(day ieum.Day, in func(row int) bool) *view {
	p := &x.s.Postings
	v := &view{day: day, occ: make([]uint32, len(x.s.Dict.Occupations)+1), has: make([]uint64, x.s.Meta.Postings/64+1), skillAt: make([]uint32, len(x.s.Dict.Skills)+1)}
	var buf [32]uint16
	for row := range x.s.Meta.Postings {
		if !in(row) {
			continue
		}
		v.rows = append(v.rows, uint32(row))
		v.has[row/64] |= 1 << (row % 64)
		v.occ[p.Occupation.At(row)+1]++
		for _, id := range p.Skills.At(row, buf[:]) {
			v.skillAt[id+1]++
		}
	}
	sum(v.occ)
	sum(v.skillAt)
	v.skills = make([]uint32, v.skillAt[len(v.skillAt)-1])
	next := slices.Clone(v.skillAt)
	for at, row := range v.rows {
		for _, id := range p.Skills.At(int(row), buf[:]) {
			v.skills[next[id]] = uint32(at)
			next[id]++
		}
	}
	return v
}

// sum turns counts, each one place on, into where they begin.
func sum(counts []uint32) {
	for i := 1; i < len(counts); i++ {
		counts[i] += counts[i-1]
	}
}

func (v *view) contains(row uint32) bool { return v.has[row/64]>>(row%64)&1 == 1 }
