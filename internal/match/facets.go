package match

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"ieum"
	"ieum/internal/snapshot"
)

// none is the value of a filter for postings that do not say.
const none = "unstated"

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

func (p *posted) careerBand() int {
	switch {
	case p.entry || p.least == 0:
		return 0
	case p.least == snapshot.Unset:
		return 5
	case p.least < 36:
		return 1
	case p.least < 60:
		return 2
	case p.least < 120:
		return 3
	}
	return 4
}

func (p *posted) payBand() int {
	pay := cmp.Or(p.payMin, p.payMax)
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
		if _, ok := x.set.Codes["keco2025"].Find(code); !ok && code != none {
			return nil, badCode("occupation", code)
		}
		pass := make([]bool, len(d.Occupations))
		for i, c := range d.Occupations {
			pass[i] = i == 0 && code == none || i > 0 && strings.HasPrefix(c, code)
		}
		f.let(byOccupation, pass)
	}
	values, chosen := x.flat(), q.chosen()
	for by := byEmployment; by < filters; by++ {
		for _, code := range chosen[by] {
			if err := x.choose(f, by, values[by], code); err != nil {
				return nil, err
			}
		}
	}
	return f, nil
}

// flat lists the values of the filters that have one level.
func (x *index) flat() [filters][]string {
	d := &x.s.Dict
	return [filters][]string{byEmployment: d.Employment, byEducation: d.Education, byCareer: careerBands, byPay: payBands}
}

// chosen lists the codes a search names for each filter.
func (q *Search) chosen() [filters][]string {
	return [filters][]string{q.Regions, q.Occupation, q.Employment, q.Education, q.Career, q.Pay}
}

// choose lets the postings with one value pass. A code of the filter's list
// that no posting bears lets none pass.
func (x *index) choose(f *filter, by int, values []string, code string) error {
	i := slices.Index(values, code)
	list := x.set.Codes[filterNames[by]] // bands have none
	if list != nil && code == none {
		i = 0
	}
	if i < 0 {
		if list == nil {
			return badCode(filterNames[by], code)
		}
		if _, ok := list.Find(code); !ok {
			return badCode(filterNames[by], code)
		}
	}
	pass := make([]bool, len(values))
	if i >= 0 {
		pass[i] = true
	}
	f.let(by, pass)
	return nil
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

// everything is the name under which relax says what no filter at all gives.
const everything = "all"

// relax says which filters, taken away alone, would give anything; when none
// would, what taking all away gives.
func (c *collector) relax() (out []Relax) {
	for by, n := range c.alone {
		if n > 0 {
			out = append(out, Relax{filterNames[by], n})
		}
	}
	slices.SortStableFunc(out, func(a, b Relax) int { return cmp.Compare(b.Total, a.Total) })
	if len(out) == 0 && c.matched > 0 {
		out = append(out, Relax{everything, c.matched})
	}
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
	Code     string     `json:"code"`           // "unstated": the posting does not say
	Name     *ieum.Text `json:"name,omitempty"` // of a code; bands have none
	Count    int        `json:"count"`
	Selected bool       `json:"selected,omitempty"`
	Level    int        `json:"level"` // 1, or 2 for a part of the value before it
}

// facets lists the values that any posting has, and those chosen.
func (c *collector) facets(q Search) []Facet {
	d := &c.x.s.Dict
	chosen := q.chosen()
	out := make([]Facet, filters)
	for by, name := range filterNames {
		out[by] = Facet{name, []Value{}}
	}
	out[byRegion].Values = c.nested("regions", d.Regions, c.counts[byRegion], c.regionPath, c.regionsChosen(q.Regions))
	out[byOccupation].Values = c.nested("keco2025", d.Occupations, c.counts[byOccupation], func(code string) []string {
		return []string{code[:1], code[:min(2, len(code))]}
	}, q.Occupation)
	for by, values := range c.x.flat() {
		for i, code := range values {
			v := Value{Code: cmp.Or(code, none), Count: c.counts[by][i], Level: 1}
			v.Selected = slices.Contains(chosen[by], v.Code)
			if (by == byEmployment || by == byEducation) && code != "" {
				name := c.x.set.Name(filterNames[by], code)
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
		name := c.x.set.Name(listID, code)
		if level == 2 && listID == "regions" {
			name = c.x.below(code)
		}
		out = append(out, Value{code, &name, n, slices.Contains(chosen, code), level})
	}
	for _, top := range slices.Sorted(maps.Keys(tops)) {
		add(top, tops[top], 1)
		if open[top] {
			for _, code := range slices.Sorted(maps.Keys(within[top])) {
				add(code, within[top][code], 2)
			}
		}
	}
	if missing > 0 || slices.Contains(chosen, none) {
		out = append(out, Value{none, nil, missing, slices.Contains(chosen, none), 1})
	}
	return out
}

// below names a region within its province: "수원시 장안구".
func (x *index) below(code string) ieum.Text {
	name := x.set.Name("regions", code)
	for _, above := range x.set.Codes["regions"].Ancestors(code) {
		if above != x.places.province(code) {
			n := x.set.Name("regions", above)
			name = ieum.Text{KO: n.KO + " " + name.KO, EN: name.In("en") + ", " + n.In("en")}
		}
	}
	return name
}
