package match

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"ieum"
	"ieum/internal/match/rank"
	"ieum/internal/snapshot"
)

// none is the value of a filter for postings that do not say.
const none = "none"

// The filters of a search, in the order they are shown.
const (
	byRegion = iota
	byOccupation
	byEmployment
	byEducation
	byCareer
	byPay
	filters
)

var filterNames = [filters]string{"region", "occupation", "employment", "education", "career", "pay"}

// careerBands are the bands of the least experience asked for: none, under
// three years, three to five, five to ten, ten and more, and not stated.
var careerBands = []string{"entry", "0-3", "3-5", "5-10", "10-", none}

// payBands are the bands of the least pay offered, in 10,000 won a year.
var payBands = []string{"0-2500", "2500-3000", "3000-4000", "4000-5000", "5000-7000", "7000-", none}

var payEdges = []uint32{25_000_000, 30_000_000, 40_000_000, 50_000_000, 70_000_000}

func (x *index) careerBand(row int) int {
	p := &x.s.Postings
	least := p.CareerMin[row]
	switch {
	case p.Flags[row]&snapshot.EntryOK != 0 || least == 0:
		return 0
	case least == snapshot.Unset:
		return 5
	case least < 36:
		return 1
	case least < 60:
		return 2
	case least < 120:
		return 3
	}
	return 4
}

func (x *index) payBand(row int) int {
	pay := cmp.Or(x.s.Postings.PayMin[row], x.s.Postings.PayMax[row])
	if pay == 0 {
		return len(payBands) - 1
	}
	i, found := slices.BinarySearch(payEdges, pay)
	if found {
		i++
	}
	return i
}

// A filter is a search's filters in the numbers of the snapshot: for each,
// which values pass; nil when all do.
type filter struct {
	pass [filters][]bool
}

// filter reads the filters of a search; an unknown code is refused.
func (x *index) filter(q Search) (*filter, error) {
	d, f := &x.s.Dict, &filter{}
	for _, code := range q.Regions {
		pass := make([]bool, len(d.Regions))
		if code == none {
			pass[0] = true
		} else if c, ok := x.places.current(code); ok {
			for i, r := range x.places.within(c) {
				pass[i] = r == inside
			}
		} else {
			return nil, badCode("region", code)
		}
		f.let(byRegion, pass)
	}
	for _, code := range q.Occupation {
		pass := make([]bool, len(d.Occupations))
		pass[0] = code == none
		l := x.set.Codes["keco2025"]
		if _, ok := l.Find(code); !ok && code != none {
			return nil, badCode("occupation", code)
		}
		for i, c := range d.Occupations {
			pass[i] = pass[i] || i > 0 && strings.HasPrefix(c, code)
		}
		f.let(byOccupation, pass)
	}
	for _, l := range []struct {
		by     int
		chosen []string
		values []string
	}{{byEmployment, q.Employment, d.Employment}, {byEducation, q.Education, d.Education}, {byCareer, q.Career, careerBands}, {byPay, q.Pay, payBands}} {
		for _, code := range l.chosen {
			i := slices.Index(l.values, code)
			if code == none && (l.by == byEmployment || l.by == byEducation) {
				i = 0
			}
			pass := make([]bool, len(l.values))
			if i >= 0 {
				pass[i] = true
			} else if list := x.set.Codes[filterNames[l.by]]; list == nil {
				return nil, badCode(filterNames[l.by], code)
			} else if _, ok := list.Find(code); !ok {
				return nil, badCode(filterNames[l.by], code)
			}
			f.let(l.by, pass)
		}
	}
	return f, nil
}

// let adds values that pass a filter.
func (f *filter) let(by int, pass []bool) {
	if f.pass[by] == nil {
		f.pass[by] = pass
		return
	}
	for i, ok := range pass {
		f.pass[by][i] = f.pass[by][i] || ok
	}
}

func badCode(field, code string) error {
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "match.error.code", Args: map[string]any{"name": field, "value": code}, Field: "/" + field,
		Message: field + " has no value " + code}
}

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

func newCollector(x *index, f *filter, q Search, after *cursor) *collector {
	d := &x.s.Dict
	c := &collector{x: x, f: f, sort: q.Sort, after: after, best: rank.Best[found]{K: q.Limit + 1, Above: ahead}}
	for by, n := range [filters]int{len(d.Regions), len(d.Occupations), len(d.Employment), len(d.Education), len(careerBands), len(payBands)} {
		c.counts[by] = make([]int, n)
	}
	return c
}

// add counts a posting that answers the words. A value of a filter is counted
// among the postings that pass all other filters: as many as choosing it would
// add.
func (c *collector) add(row uint32, score float64) {
	c.matched++
	p := &c.x.s.Postings
	values := [filters]int{int(p.Region[row]), int(p.Occupation[row]), int(p.Employment[row]), int(p.Education[row]), c.x.careerBand(int(row)), c.x.payBand(int(row))}
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
		c.keep(row, score)
	case 1:
		c.counts[by][values[by]]++
		c.alone[by]++
	}
}

func (c *collector) keep(row uint32, score float64) {
	p := &c.x.s.Postings
	f := found{row: row, score: score, k1: score, k2: float64(p.Opened[row]), id: p.ID[row]}
	switch c.sort {
	case "newest":
		f.k1 = f.k2
	case "pay":
		f.k1 = float64(max(p.PayMin[row], p.PayMax[row]))
	case "deadline":
		f.k1 = -float64(cmp.Or(p.Deadline[row], math.MaxInt32))
	}
	if c.after == nil || ahead(c.after.last, f) {
		c.best.Offer(f)
	}
}

// relax says which filters, taken away alone, would give anything.
func (c *collector) relax() (out []Relax) {
	for by, n := range c.alone {
		if n > 0 {
			out = append(out, Relax{filterNames[by], n})
		}
	}
	slices.SortStableFunc(out, func(a, b Relax) int { return cmp.Compare(b.Total, a.Total) })
	return out
}

// A Facet is the values of one filter.
type Facet struct {
	Name   string  `json:"name"`
	Values []Value `json:"values"`
}

// Chosen says whether any value of the filter was chosen.
func (f Facet) Chosen() bool {
	return slices.ContainsFunc(f.Values, func(v Value) bool { return v.Selected })
}

// A Value is one value of a filter with the postings it would give.
type Value struct {
	Code     string     `json:"code"`           // "none": not stated
	Name     *ieum.Text `json:"name,omitempty"` // of a code; bands have none
	Count    int        `json:"count"`
	Selected bool       `json:"selected,omitempty"`
	Level    int        `json:"level"` // 1, or 2 for a part of the value before it
}

// facets lists the values that any posting has, and those chosen.
func (c *collector) facets(q Search) []Facet {
	d := &c.x.s.Dict
	chosen := [filters][]string{q.Regions, q.Occupation, q.Employment, q.Education, q.Career, q.Pay}
	out := make([]Facet, filters)
	for by, name := range filterNames {
		out[by] = Facet{name, []Value{}}
	}
	out[byRegion].Values = c.nested("regions", d.Regions, c.counts[byRegion], c.regionPath, c.regionsChosen(q.Regions))
	out[byOccupation].Values = c.nested("keco2025", d.Occupations, c.counts[byOccupation], func(code string) []string {
		return []string{code[:1], code[:min(2, len(code))]}
	}, q.Occupation)
	for by, values := range map[int][]string{byEmployment: d.Employment, byEducation: d.Education, byCareer: careerBands, byPay: payBands} {
		for i, code := range values {
			v := Value{Code: cmp.Or(code, none), Count: c.counts[by][i], Level: 1}
			v.Selected = slices.Contains(chosen[by], v.Code)
			if (by == byEmployment || by == byEducation) && code != "" {
				name := c.x.name(filterNames[by], code)
				v.Name = &name
			}
			if v.Count > 0 || v.Selected {
				out[by].Values = append(out[by].Values, v)
			}
		}
	}
	for _, by := range []int{byEmployment, byEducation} { // what is not stated stands last
		slices.SortStableFunc(out[by].Values, func(a, b Value) int { return cmp.Compare(last(a), last(b)) })
	}
	return out
}

func last(v Value) int {
	if v.Code == none {
		return 1
	}
	return 0
}

func (c *collector) regionPath(code string) []string {
	top := c.x.places.province(code)
	if top == code {
		return []string{code}
	}
	return []string{top, code}
}

func (c *collector) regionsChosen(regions []string) (codes []string) {
	for _, r := range regions {
		if code, ok := c.x.places.current(r); ok {
			r = code
		}
		codes = append(codes, r)
	}
	return codes
}

// nested lists the values of a filter on two levels: the top ones, and below
// each that was chosen, or holds one that was, those within it. A value's count
// holds those within.
func (c *collector) nested(listID string, codes []string, counts []int, path func(string) []string, chosen []string) []Value {
	tops, within := map[string]int{}, map[string]map[string]int{}
	missing := 0
	count := func(code string, n int) {
		if code == "" || code == none {
			missing += n
			return
		}
		p := path(code)
		tops[p[0]] += n
		if len(p) > 1 && p[1] != p[0] {
			if within[p[0]] == nil {
				within[p[0]] = map[string]int{}
			}
			within[p[0]][p[1]] += n
		}
	}
	for i, n := range counts {
		if n > 0 {
			count(codes[i], n)
		}
	}
	open := map[string]bool{}
	for _, code := range chosen {
		count(code, 0)
		if code != none {
			open[path(code)[0]] = true
		}
	}
	var out []Value
	add := func(code string, n, level int) {
		name := c.x.name(listID, code)
		out = append(out, Value{code, &name, n, slices.Contains(chosen, code), level})
	}
	for _, top := range sortedKeys(tops) {
		add(top, tops[top], 1)
		if open[top] {
			for _, code := range sortedKeys(within[top]) {
				add(code, within[top][code], 2)
			}
		}
	}
	if missing > 0 || slices.Contains(chosen, none) {
		out = append(out, Value{none, nil, missing, slices.Contains(chosen, none), 1})
	}
	return out
}

func sortedKeys(m map[string]int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
