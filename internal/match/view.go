package match

import (
	"fmt"
	"math/bits"
	"slices"
	"sort"
	"sync"

	"ieum"
	"ieum/internal/match/terms"
	"ieum/internal/snapshot"
)

// A view is a set of postings to choose from, such as those open on a day, in
// the order of their rows: by occupation and region, and where the snapshot goes
// on from a base, those of the base first.
type view struct {
	day     ieum.Day // judged by for recency
	rows    []uint32
	posts   []posted // by position in the view
	regions []uint16 // of theirs: where many are passed over, nothing else is read
	codes   []uint16 // of their lists
	asks    [][]asked
	occ     []uint32 // see stretch
	layers  int
	has     []uint64 // a bit for each row
	before  []uint32 // rows of the view before each 64 of all
	skills  byCode   // competencies asked for
	certs   byCode   // certificates required or preferred
	hunts   sync.Pool
}

// A posted is what a person is judged by for a posting, unpacked.
type posted struct {
	id                                  uint64
	payMin, payMax                      uint32
	opened, deadline                    int32  // days; deadline 0 = until filled
	asks                                uint32 // what must be held, a position in view.asks; 0 is nothing
	from                                uint32 // where its lists begin in view.codes
	skills, required, preferred, majors uint16 // how long they are, one after another
	least, most                         uint16 // months of experience
	occupation, region                  uint16
	chance, education, employment       uint8
	entry, old                          bool
}

// lists returns its lists, which begin at from in codes.
func (p *posted) lists(codes []uint16) (skills, required, preferred, majors []uint16) {
	a := int(p.from) + int(p.skills)
	b := a + int(p.required)
	c := b + int(p.preferred)
	return codes[p.from:a], codes[a:b], codes[b:c], codes[c : c+int(p.majors)]
}

// unpack reads a posting and appends its lists to codes.
func (x *index) unpack(row int, day ieum.Day, codes []uint16) (posted, []uint16) {
	p := &x.s.Postings
	out := posted{
		id: p.ID.At(row), payMin: p.PayMin.At(row), payMax: p.PayMax.At(row), opened: p.Opened.At(row), deadline: p.Deadline.At(row), from: uint32(len(codes)),
		least: p.CareerMin.At(row), most: p.CareerMax.At(row), occupation: p.Occupation.At(row), region: p.Region.At(row),
		chance: p.Chance.At(row), education: p.Education.At(row), employment: p.Employment.At(row),
		entry: p.Flags.At(row)&snapshot.EntryOK != 0, old: x.old(row, day),
	}
	var buf [64]uint16
	for _, l := range []struct {
		of *snapshot.Lists[uint16]
		n  *uint16
	}{{&p.Skills, &out.skills}, {&p.Required, &out.required}, {&p.Preferred, &out.preferred}, {&p.Majors, &out.majors}} {
		list := l.of.At(row, buf[:])
		*l.n, codes = uint16(len(list)), append(codes, list...)
	}
	return out, codes
}

// stretch returns where the postings of an occupation in a layer of the snapshot begin
// and end in the view, in order of region.
func (v *view) stretch(layer, occupation int) (from, to int) {
	at := layer*v.occupations() + occupation
	return int(v.occ[at]), int(v.occ[at+1])
}

// occupationOf returns the occupation of a place in the view, and where its postings, of one
// layer, end.
func (v *view) occupationOf(at uint32) (o uint16, end uint32) {
	i := sort.Search(len(v.occ), func(i int) bool { return v.occ[i] > at })
	return uint16((i - 1) % v.occupations()), v.occ[i]
}

func (v *view) occupations() int { return (len(v.occ) - 1) / v.layers }

// openOn returns the view of the postings open on a day, those among them that were shut since
// (see shut.go).
func (x *index) openOn(day ieum.Day) *view {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.open == nil || x.open.day != day {
		x.open = x.view(day, func(row int) bool { return x.s.Postings.OpenWithin(row, day, day) })
	}
	return x.open
}

// view gathers the postings that hold and are in.
func (x *index) view(day ieum.Day, in func(row int) bool) *view {
	layers, n := x.s.Layers(), x.s.Postings.ID.Len()
	v := &view{day: day, layers: len(layers), asks: [][]asked{nil}, occ: make([]uint32, len(layers)*len(x.s.Dict.Occupations)+1), has: make([]uint64, n/64+1)}
	base, together := layers[0].Postings.ID.Len(), map[string]uint32{"": 0}
	var list []asked
	var key []byte
	for row := range n {
		if x.s.PostingGone(row) || !in(row) {
			continue
		}
		v.rows = append(v.rows, uint32(row))
		v.has[row/64] |= 1 << (row % 64)
		var p posted
		p, v.codes = x.unpack(row, day, v.codes)
		list, key = x.asked(row, list[:0]), key[:0]
		for _, a := range list {
			key = fmt.Appendf(key, "%p %d %t ", a.law, a.id, a.sure)
		}
		known := false
		if p.asks, known = together[string(key)]; !known {
			p.asks = uint32(len(v.asks))
			together[string(key)] = p.asks
			v.asks = append(v.asks, slices.Clone(list))
		}
		v.posts, v.regions = append(v.posts, p), append(v.regions, p.region)
		at := int(p.occupation)
		if row >= base {
			at += len(x.s.Dict.Occupations)
		}
		v.occ[at+1]++
	}
	sum(v.occ)
	v.before = make([]uint32, len(v.has)+1)
	for i, word := range v.has {
		v.before[i+1] = v.before[i] + uint32(bits.OnesCount64(word))
	}
	v.skills = v.byCode(len(x.s.Dict.Skills), func(p *posted) []uint16 {
		skills, _, _, _ := p.lists(v.codes)
		return skills
	})
	v.certs = v.byCode(len(x.s.Dict.Certificates), func(p *posted) []uint16 {
		_, required, preferred, _ := p.lists(v.codes)
		return slices.Concat(required, preferred)
	})
	return v
}

// byCode is the postings of a view that bear each code of a list, as positions
// in the view; those of code c are at[from[c]:from[c+1]].
type byCode struct{ from, at []uint32 }

func (v *view) byCode(codes int, of func(*posted) []uint16) byCode {
	b := byCode{from: make([]uint32, codes+1)}
	for at := range v.posts {
		for _, id := range of(&v.posts[at]) {
			b.from[id+1]++
		}
	}
	sum(b.from)
	b.at = make([]uint32, b.from[codes])
	next := slices.Clone(b.from)
	for at := range v.posts {
		for _, id := range of(&v.posts[at]) {
			b.at[next[id]] = uint32(at)
			next[id]++
		}
	}
	return b
}

func (b *byCode) of(code uint16) []uint32 { return b.at[b.from[code]:b.from[code+1]] }

// sum turns counts, each one place on, into where they begin.
func sum(counts []uint32) {
	for i := 1; i < len(counts); i++ {
		counts[i] += counts[i-1]
	}
}

// next returns the first row of the view at or after row; terms.None when there is
// none.
func (v *view) next(row uint32) uint32 {
	i := int(row / 64)
	if i >= len(v.has) {
		return terms.None
	}
	left := v.has[i] >> (row % 64) << (row % 64)
	for left == 0 {
		if i++; i == len(v.has) {
			return terms.None
		}
		left = v.has[i]
	}
	return uint32(i*64 + bits.TrailingZeros64(left))
}

// at returns the place of a row that is in the view.
func (v *view) at(row uint32) int {
	return int(v.before[row/64]) + bits.OnesCount64(v.has[row/64]&(1<<(row%64)-1))
}

func (v *view) contains(row uint32) bool { return v.has[row/64]>>(row%64)&1 == 1 }
