package match

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"math"

	"ieum"
	"ieum/internal/match/rank"
)

// A found is a posting with its place in the order asked for: greater keys
// first, then the public number.
type found struct {
	row    uint32
	score  float64
	k1, k2 float64
	id     uint64
}

func ahead(a, b found) bool {
	switch {
	case a.k1 != b.k1:
		return a.k1 > b.k1
	case a.k2 != b.k2:
		return a.k2 > b.k2
	}
	return a.id < b.id
}

// A cursor is the place after which a page begins.
type cursor struct {
	mode string
	last found
}

var modeLetters = map[string]byte{exactly: 'e', similarly: 's', anyWord: 'a'}

func (f found) cursor(mode string) string {
	b := []byte{modeLetters[mode]}
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(f.k1))
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(f.k2))
	b = binary.BigEndian.AppendUint64(b, f.id)
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseCursor(s string) (*cursor, error) {
	if s == "" {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err == nil && len(b) == 25 {
		for mode, letter := range modeLetters {
			if letter == b[0] {
				return &cursor{mode, found{k1: math.Float64frombits(binary.BigEndian.Uint64(b[1:])),
					k2: math.Float64frombits(binary.BigEndian.Uint64(b[9:])), id: binary.BigEndian.Uint64(b[17:])}}, nil
			}
		}
	}
	return nil, &ieum.Error{Kind: ieum.ErrInvalid, Key: "match.error.cursor", Field: "/cursor", Message: "this cursor is none that a page gave; start from the first page"}
}

// A collector counts what a search finds and keeps the page asked for.
type collector struct {
	x       *index
	v       *view
	f       *filter
	mode    string
	sort    string
	after   *cursor
	best    rank.Best[found]
	matched int // by the words, whatever the filters say
	total   int
	alone   [filters]int // postings that fail this filter alone
	counts  [filters][]int
}

func newCollector(x *index, v *view, f *filter, q Search, after *cursor) *collector {
	d := &x.s.Dict
	c := &collector{x: x, v: v, f: f, sort: q.Sort, after: after, best: rank.Best[found]{K: q.Limit + 1, Above: ahead}}
	for by, n := range [filters]int{len(d.Regions), len(d.Occupations), len(d.Employment), len(d.Education), len(careerBands), len(payBands)} {
		c.counts[by] = make([]int, n)
	}
	return c
}

// add counts a posting that answers the words. A value of a filter is counted
// among the postings that pass all other filters: as many as choosing it would
// add.
func (c *collector) add(row uint32, score float64) {
	if c.x.isShut(row) {
		return
	}
	c.matched++
	p := &c.v.posts[c.v.at(row)]
	values := [filters]int{int(p.region), int(p.occupation), int(p.employment), int(p.education), p.careerBand(), p.payBand()}
	failed, by := 0, 0
	for i, v := range values {
		if pass := c.f.pass[i]; pass != nil && !pass[v] {
			failed++
			by = i
		}
	}
	switch failed {
	case 0:
		for i, v := range values {
			c.counts[i][v]++
		}
		c.total++
		c.keep(row, p, score)
	case 1:
		c.counts[by][values[by]]++
		c.alone[by]++
	}
}

func (c *collector) keep(row uint32, p *posted, score float64) {
	f := found{row: row, score: score, k1: score, k2: float64(p.opened), id: p.id}
	switch c.sort {
	case "newest":
		f.k1 = f.k2
	case "pay":
		f.k1 = float64(max(p.payMin, p.payMax))
	case "deadline":
		f.k1 = -float64(cmp.Or(p.deadline, math.MaxInt32))
	}
	if c.after == nil || ahead(c.after.last, f) {
		c.best.Offer(f)
	}
}
