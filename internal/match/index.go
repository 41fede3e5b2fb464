package match

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ieum/defs"
	"ieum/internal/match/terms"
	"ieum/internal/snapshot"
)

const partName = "match"

// Part derives from a snapshot what match needs: the text index, and how many
// postings ask for each competency. The lists by competency are made in memory
// over the postings that are open today, before anybody asks.
func Part(set *defs.Set, now func() time.Time) snapshot.Part {
	return snapshot.Part{
		Name:  partName,
		Build: func(ctx context.Context, s *snapshot.Snapshot, dir string) error { return build(ctx, set, s, dir) },
		Open: func(s *snapshot.Snapshot, dir string) (io.Closer, error) {
			x, err := open(set, s, dir)
			if err == nil {
				x.openOn(s.Today(now()))
			}
			return x, err
		},
	}
}

// counts is the table of what is counted once.
type counts struct {
	Skills []uint32 // postings that ask for each competency of the dictionary
}

// build indexes the rows of the snapshot, and of one that goes on from a base
// those that changed.
func build(ctx context.Context, set *defs.Set, s *snapshot.Snapshot, dir string) error {
	layers := s.Layers()
	top := layers[len(layers)-1]
	if err := buildTerms(ctx, top, dir); err != nil {
		return err
	}
	c := counts{Skills: make([]uint32, len(s.Dict.Skills))}
	if len(layers) > 1 {
		base, err := readCounts(layers[0], filepath.Join(layers[0].Dir, partName))
		if err != nil {
			return err
		}
		gone := goneRows(s)
		copy(c.Skills, base.Skills)
		c.add(&layers[0].Postings, slices.Values(gone), ^uint32(0))
		if err := writeGone(layers[0], dir, gone); err != nil {
			return err
		}
	}
	c.add(&top.Postings, rowsTo(top.Postings.ID.Len()), 1)
	if err := snapshot.WriteTable(filepath.Join(dir, "counts.col"), &c); err != nil {
		return err
	}
	if err := writeSeekers(ctx, top, dir); err != nil {
		return err
	}
	x, err := derived(set, s, dir)
	if err != nil {
		return err
	}
	defer x.Close()
	return errors.Join(x.terms.Verify(), x.writeSigns(ctx, dir), x.writeModel(ctx, dir))
}

func buildTerms(ctx context.Context, s *snapshot.Snapshot, dir string) error {
	p, names := &s.Postings, s.Companies.Name.Slice(0, s.Companies.Name.Len())
	return terms.Build(ctx, dir, p.ID.Len(), func(from, to int, f func(int, terms.Text) error) error {
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
}

// add adds by for each competency that the rows ask for.
func (c *counts) add(p *snapshot.Postings, rows iter.Seq[int], by uint32) {
	var buf [64]uint16
	for row := range rows {
		for _, id := range p.Skills.At(row, buf[:]) {
			c.Skills[id] += by
		}
	}
}

func rowsTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for row := 0; row < n && yield(row); row++ {
		}
	}
}

// readCounts returns the counts of a layer, which are in dir.
func readCounts(s *snapshot.Snapshot, dir string) (*counts, error) {
	var c counts
	path := filepath.Join(dir, "counts.col")
	table, err := snapshot.OpenTable(path, &c)
	if err != nil {
		return nil, err
	}
	defer table.Close()
	if len(c.Skills) != len(s.Dict.Skills) {
		return nil, fmt.Errorf("match: %s is of another snapshot", path)
	}
	return &counts{slices.Clone(c.Skills)}, nil
}

// goneRows lists the rows of the base that no longer hold.
func goneRows(s *snapshot.Snapshot) (rows []int) {
	for row := range s.Layers()[0].Postings.ID.Len() {
		if s.PostingGone(row) {
			rows = append(rows, row)
		}
	}
	return rows
}

// writeGone tells the index in dir which rows of its base no longer hold.
func writeGone(base *snapshot.Snapshot, dir string, gone []int) error {
	x, err := terms.Open(filepath.Join(base.Dir, partName), base.Postings.ID.Len())
	if err != nil {
		return err
	}
	defer x.Close()
	return terms.WriteGone(dir, x, gone)
}

// An index is all that match derives from one snapshot.
type index struct {
	s        *snapshot.Snapshot
	set      *defs.Set
	terms    *terms.Index
	seekers  *seekers
	signs    *signLayers             // nil while the part is made
	usuals   sync.Map                // customary by occupation
	counted  atomic.Pointer[SignsBy] // of the last day asked for
	shut     atomic.Pointer[shut]
	model    *Model
	idf      []float64   // of each competency
	postings []int       // that hold, of each occupation
	places   *places     // how regions lie in one another
	laws     [][]licence // what the law requires, by occupation
	concepts map[string][]concept
	stands   sync.Map // *stand by id of a declared item
	anyone   int      // position of the level of education that asks for nothing; 0 when there is none

	mu   sync.Mutex
	open *view       // of the last day asked for
	near [][]float64 // see kinship
}

func open(set *defs.Set, s *snapshot.Snapshot, dir string) (*index, error) {
	x, err := derived(set, s, dir)
	if err != nil {
		return nil, err
	}
	if x.model, err = openModel(dir); err != nil {
		return nil, errors.Join(err, x.Close())
	}
	if x.signs, err = openSigns(s, dir); err != nil {
		return nil, errors.Join(err, x.Close())
	}
	return x, nil
}

// derived is an index without what was learned.
func derived(set *defs.Set, s *snapshot.Snapshot, dir string) (*index, error) {
	if s.Postings.Title.Len() != s.Postings.ID.Len() {
		return nil, fmt.Errorf("match: the snapshot has no titles")
	}
	c, err := readCounts(s, dir)
	if err != nil {
		return nil, err
	}
	x := &index{s: s, set: set, idf: make([]float64, len(c.Skills)), postings: postingsBy(s)}
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
	if x.seekers, err = openSeekers(s, dir); err != nil {
		return nil, err
	}
	if x.terms, err = openTerms(s, dir); err != nil {
		return nil, errors.Join(err, x.seekers.Close())
	}
	return x, nil
}

// openTerms opens the text index in dir, and of a snapshot that goes on from a
// base the two as one.
func openTerms(s *snapshot.Snapshot, dir string) (*terms.Index, error) {
	layers := s.Layers()
	if len(layers) == 1 {
		return terms.Open(dir, s.Postings.ID.Len())
	}
	base, err := terms.Open(filepath.Join(layers[0].Dir, partName), layers[0].Postings.ID.Len())
	if err != nil {
		return nil, err
	}
	return terms.OpenOn(base, dir, layers[1].Postings.ID.Len())
}

// postingsBy counts the postings of each occupation that hold.
func postingsBy(s *snapshot.Snapshot) []int {
	n := make([]int, len(s.Dict.Occupations))
	for o := range n {
		for _, in := range s.PostingsOf(o) {
			n[o] += in.To - in.From
		}
	}
	if len(s.Layers()) > 1 {
		for _, row := range goneRows(s) {
			n[s.Postings.Occupation.At(row)]--
		}
	}
	return n
}

// Verify reads the files of the index and compares their checksums.
func (x *index) Verify() error {
	table, err := snapshot.OpenTable(filepath.Join(x.s.Dir, partName, "counts.col"), &counts{})
	if err != nil {
		return err
	}
	return errors.Join(table.Verify(), table.Close(), x.seekers.Verify(), x.signs.Verify(), x.terms.Verify())
}

// Close unmaps the index.
func (x *index) Close() error {
	err := errors.Join(x.seekers.Close(), x.terms.Close())
	if x.signs != nil {
		err = errors.Join(err, x.signs.Close())
	}
	return err
}
