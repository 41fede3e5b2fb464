package match

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"path/filepath"
	"slices"

	"ieum"
	"ieum/internal/match/alike"
	"ieum/internal/snapshot"
)

// A signTable is what is counted of a layer for signs: 36 bytes a posting whose text is long
// enough, and 20 a company. It is made with at most 48 bytes a posting in memory.
type signTable struct {
	Text    []uint64 // hashes of titles and texts, in order
	Posting []uint32 // row of the layer of each
	Near    []uint32 // keys under which texts meet that are much alike, in order
	NearOf  []uint32 // row of the layer of each
	Asked   []uint32 // by company of a base: applications to its postings that could have been answered in time
	Replied []uint32 // of those that were, whatever the answer
	Made    []uint32 // of those that are made up
	First   []int32  // day of the first of them
	Last    []int32
}

const signsFile = "signs.col"

// writeSigns counts what signs are made of, of the newest layer. The index's terms are open.
func (x *index) writeSigns(ctx context.Context, dir string) error {
	layers := x.s.Layers()
	top, under := layers[len(layers)-1], 0
	if len(layers) > 1 {
		under = layers[0].Postings.ID.Len()
	}
	t, n := signTable{}, top.Companies.Name.Len()
	err := errors.Join(t.addTexts(ctx, x, under, top.Postings.ID.Len()), t.addKeys(ctx, x, under, top.Postings.ID.Len()))
	if err != nil {
		return err
	}
	t.Asked, t.Replied, t.Made, t.First, t.Last = make([]uint32, n), make([]uint32, n), make([]uint32, n), make([]int32, n), make([]int32, n)
	if len(layers) == 1 {
		t.countReplies(top)
	}
	return snapshot.WriteTable(filepath.Join(dir, signsFile), &t)
}

// addTexts adds the hashes of n texts from a row on.
func (t *signTable) addTexts(ctx context.Context, x *index, under, n int) error {
	type text struct {
		hash uint64
		row  uint32
	}
	all := make([]text, 0, n)
	for row := range n {
		if row&0xFFFF == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if hash, ok := x.textHash(under + row); ok {
			all = append(all, text{hash, uint32(row)})
		}
	}
	slices.SortFunc(all, func(a, b text) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.row, b.row)) })
	t.Text, t.Posting = make([]uint64, len(all)), make([]uint32, len(all))
	for i, one := range all {
		t.Text[i], t.Posting[i] = one.hash, one.row
	}
	return nil
}

// addKeys adds the keys of n texts from a row on.
func (t *signTable) addKeys(ctx context.Context, x *index, under, n int) error {
	all := make([]uint64, 0, alike.Keys*n)
	var runs []uint64
	for row := range n {
		if row&0xFFFF == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		var keys [alike.Keys]uint32
		var ok bool
		if keys, runs, ok = x.textKeys(under+row, runs); ok {
			for _, key := range keys {
				all = append(all, uint64(key)<<32|uint64(row))
			}
		}
	}
	slices.Sort(all)
	t.Near, t.NearOf = make([]uint32, len(all)), make([]uint32, len(all))
	for i, one := range all {
		t.Near[i], t.NearOf[i] = uint32(one>>32), uint32(one)
	}
	return nil
}

// textHash is that of a posting's title and text, as folded; false for a short one.
func (x *index) textHash(row int) (uint64, bool) {
	title, _, body := x.terms.Fields(row)
	if len(body) < leastBody {
		return 0, false
	}
	h := fnv.New64a()
	h.Write(title)
	h.Write([]byte{'\n'})
	h.Write(body)
	return h.Sum64(), true
}

// textKeys are the keys of a posting's text, and its runs in place of those given.
func (x *index) textKeys(row int, runs []uint64) (keys [alike.Keys]uint32, _ []uint64, ok bool) {
	_, _, body := x.terms.Fields(row)
	if len(body) < leastBody {
		return keys, runs, false
	}
	runs = alike.Runs(runs[:0], body)
	keys, ok = alike.KeysOf(runs)
	return keys, runs, ok
}

// countReplies counts, by company, applications whose answer could have come in time, and
// those for which one did. A source that tells of no answer at all says nothing of who is
// not answered, and each is heard up to its own last day.
func (t *signTable) countReplies(s *snapshot.Snapshot) {
	e, n := &s.Events, s.Events.Resume.Len()
	last, answers := make([]int32, len(s.Dict.Sources)), make([]bool, len(s.Dict.Sources))
	for i := range n {
		from := s.Resumes.Source.At(int(e.Resume.At(i)))
		last[from] = max(last[from], e.Day.At(i))
		answers[from] = answers[from] || isAnswer(snapshot.Happening(e.What.At(i)))
	}
	made := madeUp(s)
	var open []waits
	for i := 0; i < n; {
		row := e.Resume.At(i)
		from := s.Resumes.Source.At(int(row))
		open = open[:0]
		for ; i < n && e.Resume.At(i) == row; i++ {
			posting, day, what := e.Posting.At(i), e.Day.At(i), snapshot.Happening(e.What.At(i))
			if posting == 0 || !answers[from] {
				continue
			}
			company := s.Postings.Company.At(int(posting - 1))
			switch {
			case what == snapshot.Applied && day+answersIn <= last[from]:
				open = append(open, waits{posting, day})
				t.ask(company, day, made[from])
			case isAnswer(what):
				if at := slices.IndexFunc(open, func(w waits) bool { return w.posting == posting }); at >= 0 {
					if day <= open[at].day+answersIn {
						t.Replied[company]++
					}
					open = slices.Delete(open, at, at+1)
				}
			}
		}
	}
}

// waits is an application that was not answered yet.
type waits struct {
	posting uint32
	day     int32
}

func isAnswer(what snapshot.Happening) bool {
	return what == snapshot.Answered || what == snapshot.Rejected || what == snapshot.Offered || what == snapshot.Hired
}

// ask counts an application.
func (t *signTable) ask(company uint32, day int32, made bool) {
	if t.Asked[company] == 0 {
		t.First[company] = day
	}
	t.Asked[company]++
	if made {
		t.Made[company]++
	}
	t.First[company], t.Last[company] = min(t.First[company], day), max(t.Last[company], day)
}

// madeUp says of each source whether its rows are simulated.
func madeUp(s *snapshot.Snapshot) []bool {
	made := make([]bool, len(s.Dict.Sources))
	for i, id := range s.Dict.Sources {
		made[i] = slices.ContainsFunc(s.Meta.Sources, func(src snapshot.Source) bool { return src.ID == ieum.SourceID(id) && src.Simulated })
	}
	return made
}

// signLayers are the tables of all layers.
type signLayers struct {
	tables []signTable
	maps   []*snapshot.Mapping
	from   []int // first posting of each layer
}

func openSigns(s *snapshot.Snapshot, dir string) (*signLayers, error) {
	l, at := &signLayers{}, 0
	layers := s.Layers()
	for i, layer := range layers {
		path := filepath.Join(layer.Dir, partName, signsFile)
		if i == len(layers)-1 {
			path = filepath.Join(dir, signsFile)
		}
		var t signTable
		m, err := snapshot.OpenTable(path, &t)
		if err != nil {
			return nil, errors.Join(err, l.Close())
		}
		l.maps = append(l.maps, m)
		if n := layer.Companies.Name.Len(); len(t.Text) != len(t.Posting) || len(t.Near) != len(t.NearOf) || len(t.Asked) != n || len(t.Replied) != n || len(t.Made) != n || len(t.First) != n || len(t.Last) != n {
			return nil, errors.Join(fmt.Errorf("match: %s is of another snapshot", path), l.Close())
		}
		l.tables, l.from = append(l.tables, t), append(l.from, at)
		at += layer.Postings.ID.Len()
	}
	return l, nil
}

// Verify reads the tables and compares their checksums.
func (l *signLayers) Verify() (err error) {
	for _, m := range l.maps {
		err = errors.Join(err, m.Verify())
	}
	return err
}

// Close unmaps the tables.
func (l *signLayers) Close() (err error) {
	for _, m := range l.maps {
		err = errors.Join(err, m.Close())
	}
	return err
}

// mostSame is how many postings of one wording are looked at.
const mostSame = 1000

// sameText lists postings whose title and text are those of row, without it, and says
// whether there are more than are looked at.
func (x *index) sameText(row int) (rows []int, more bool) {
	hash, ok := x.textHash(row)
	if !ok {
		return nil, false
	}
	for i, t := range x.signs.tables {
		at, _ := slices.BinarySearch(t.Text, hash)
		for ; at < len(t.Text) && t.Text[at] == hash; at++ {
			other := x.signs.from[i] + int(t.Posting[at])
			if other == row || x.s.PostingGone(other) {
				continue
			}
			if len(rows) == mostSame {
				return rows, true
			}
			rows = append(rows, other)
		}
	}
	return rows, false
}

// mostNear is how many texts that share a key are held against one.
const mostNear = 32

// nearText lists postings of other employers, of each the first, whose text shares nearly
// all with that of row, though it is not the same.
func (x *index) nearText(row int, own int) (rows []int) {
	keys, runs, ok := x.textKeys(row, nil)
	if !ok {
		return nil
	}
	hash, _ := x.textHash(row)
	n, set := len(runs), alike.Set(runs)
	var others []uint64
	seen, employers, looked := map[int]bool{row: true}, map[int]bool{own: true, 0: true}, 0
	for other := range x.meets(keys) {
		employer := x.employerOf(other)
		if seen[other] || employers[employer] || x.s.PostingGone(other) {
			continue
		}
		seen[other] = true
		if same, _ := x.textHash(other); same == hash {
			continue
		}
		if looked++; looked > mostNear {
			return rows
		}
		_, _, body := x.terms.Fields(other)
		if others = alike.Runs(others[:0], body); min(n, len(others))*4 < max(n, len(others))*3 {
			continue // no need to sort what is so much longer or shorter
		}
		others = alike.Set(others)
		if alike.Share(set, others) >= muchAlike {
			employers[employer] = true
			rows = append(rows, other)
		}
	}
	return rows
}

// meets lists the postings that have one of the keys, some of them more than once.
func (x *index) meets(keys [alike.Keys]uint32) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for _, key := range keys {
			for i, t := range x.signs.tables {
				at, _ := slices.BinarySearch(t.Near, key)
				for stop := at + mostSame; at < min(stop, len(t.Near)) && t.Near[at] == key; at++ {
					if !yield(x.signs.from[i] + int(t.NearOf[at])) {
						return
					}
				}
			}
		}
	}
}

// employerOf is a number that all rows about a posting's employer have in common: their first
// row; 0 where it is not known.
func (x *index) employerOf(row int) int {
	c, from := int(x.s.Postings.Company.At(row)), 0
	for _, l := range x.s.Layers() {
		if c == from { // each layer has an unknown one of its own
			return 0
		}
		from += l.Companies.Key.Len()
	}
	if c < len(x.signs.tables[0].Asked) { // of the base; a key is not read where it need not be
		return c
	}
	return slices.Min(x.company(c))
}
