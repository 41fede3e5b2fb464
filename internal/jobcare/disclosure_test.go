package jobcare

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"ieum"
	"ieum/internal/jobcare/cellkey"
	"ieum/internal/snapshot"
)

// No number of people from one to four is ever published, and nobody looks like few.
func TestNoNumberFromOneToFourIsPublished(t *testing.T) {
	for n := range 40 {
		a := market(t, repeat(5, func(int) posting { return press() }), repeat(n, func(i int) resume { return seeker(uint32(i)) }))
		m, err := a.Market(Query{Occupation: "8211"})
		if err != nil {
			t.Fatal(err)
		}
		for name, f := range map[string]Figure{"seekers": m.Seekers, "people": m.People} {
			if f.Suppressed != (f.N == 0) || f.Known() && f.Int() < 5 {
				t.Errorf("of %d %s shows %+v", n, name, f)
			}
		}
		if m.Seekers.Suppressed && (m.Tightness.Known() || m.Bases[onSeekers].Rows != 0) || n < 30 && m.Wished.Median.Known() || m.Wished.Stated.Known() && m.Seekers.N < 30 {
			t.Errorf("of %d seekers: tightness %+v, wished %+v, basis %d", n, m.Tightness, m.Wished, m.Bases[onSeekers].Rows)
		}
	}
}

// A slice is limited by three things at most, and one that is limited by three tells
// people apart by nothing else.
func TestThreeLimitsAreTheMost(t *testing.T) {
	a := market(t, nil, repeat(200, func(i int) resume { r := seeker(uint32(i)); r.certs = []uint16{1}; return r }))
	parts := func(q Query) (n int) {
		q.Occupation = "8211"
		m, err := a.Market(q)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range m.Regions {
			if p.Seekers.Known() {
				n++
			}
		}
		for _, p := range append(m.ByCareer, m.ByEducation...) {
			if p.Wished.Median.Known() {
				n++
			}
		}
		return n + len(slices.Concat(m.Held, m.Majors, m.Ages, m.Sexes, m.Careers, m.Schooling))
	}
	if two := parts(Query{Region: "11", Age: "50-59"}); two < 10 {
		t.Errorf("limited by two things, people are told apart by %d", two)
	}
	if three := parts(Query{Region: "11", Age: "50-59", Career: "10+"}); three != 0 {
		t.Errorf("limited by three things, people are told apart by %d more", three)
	}
	_, err := a.Market(Query{Occupation: "8211", Region: "11", Age: "50-59", Career: "10+", Industry: "C"})
	var refused *ieum.Error
	if !errors.As(err, &refused) || !errors.Is(err, ieum.ErrInvalid) || refused.Field != "/industry" {
		t.Errorf("four limits: %v", err)
	}
}

// Who is alone in something is not found by setting the whole beside those who are not, nor
// by what changed since the day before: the same people have other numbers where they are
// counted as something else, and all numbers are others once anybody came or went.
func TestNobodyIsFoundByWhatStaysTheSame(t *testing.T) {
	draw := rand.New(rand.NewPCG(5, 6))
	draws := func(n int) (people []resume) {
		for i := range n {
			r := seeker(uint32(i))
			r.key, r.born, r.region, r.months = uint16(draw.Uint32()), uint16(1960+10*draw.IntN(5)), uint16(1+2*draw.IntN(2)), uint16(draw.IntN(200))
			people = append(people, r)
		}
		return people
	}
	shown := func(people []resume, q Query) map[string]int {
		q.Occupation = "8211"
		m, err := market(t, nil, people).Market(q)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]int{"seekers": m.Seekers.N, "people": m.People.N}
		for _, x := range slices.Concat(m.Ages, m.Careers) {
			out[x.Code] = x.Share.N
		}
		for _, p := range m.Regions {
			if p.Seekers.Known() {
				out["region "+p.Code] = p.Seekers.N
			}
		}
		return out
	}
	alike := func(a, b map[string]int) (same, all int) {
		for k, n := range a {
			if n > 0 && b[k] > 0 {
				if all++; n == b[k] {
					same++
				}
			}
		}
		return same, all
	}
	var part, day, told, erased [2]int
	for range 12 {
		people := draws(300)
		alone := slices.Clone(people)
		alone[0].months = 20 * 12 // the others are asked for by less
		for i := range alone[1:] {
			alone[1+i].months = 6
		}
		same, all := alike(shown(alone, Query{}), shown(alone, Query{Career: "0-1"}))
		part[0], part[1] = part[0]+same, part[1]+all
		same, all = alike(shown(people, Query{}), shown(people[1:], Query{}))
		day[0], day[1] = day[0]+same, day[1]+all
		otherwise := slices.Clone(people)
		otherwise[7].months += 240
		same, all = alike(shown(people, Query{}), shown(otherwise, Query{}))
		told[0], told[1] = told[0]+same, told[1]+all
		same, all = alike(shown(people, Query{}), shown(slices.Clone(people), Query{}))
		erased[0], erased[1] = erased[0]+same, erased[1]+all
	}
	for what, n := range map[string][2]int{"the whole beside all but one": part, "the day after one left": day, "the day after one is told otherwise of": told} {
		if n[0]*2 > n[1] { // by chance about one in nine
			t.Errorf("%s: %d of %d numbers are the same", what, n[0], n[1])
		}
	}
	if erased[0] != erased[1] {
		t.Errorf("asked again, %d of %d numbers are the same", erased[0], erased[1])
	}
}

// Of somebody who was erased a report says nothing until the next snapshot: what changed
// within the hour would be theirs. An exact one leaves them out at once.
func TestAnErasureChangesNoFigureUntilTheNextSnapshot(t *testing.T) {
	data := t.TempDir()
	people := repeat(200, func(i int) resume { return seeker(uint32(i)) })
	publish(t, data, repeat(5, func(int) posting { return press() }), people, nil, nil)
	before, err := adviser(t, data).Market(Query{Occupation: "8211"})
	if err != nil {
		t.Fatal(err)
	}
	hidden, err := snapshot.ReadHidden(data)
	if err != nil {
		t.Fatal(err)
	}
	hidden.Rows[snapshot.Place{Delivery: 1, Row: 7}] = today
	if err := hidden.Write(data); err != nil {
		t.Fatal(err)
	}
	a := adviser(t, data)
	after, err := a.Market(Query{Occupation: "8211"})
	if err != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("an erasure changes what is published: %+v, %v", after.Seekers, err)
	}
	if m := exactly(t, a, Query{Occupation: "8211"}); m.Seekers.Int() != 199 {
		t.Errorf("who was erased is counted exactly: %d", m.Seekers.Int())
	}
}

// From where people's figures come is said alike of a slice with people and of one without.
func TestSourcesTellNobody(t *testing.T) {
	a := market(t, nil, repeat(40, func(i int) resume { return seeker(uint32(i)) }))
	for _, q := range []Query{{Occupation: "8211"}, {Occupation: "8211", Region: "26"}, {Occupation: "8221"}} {
		m, err := a.Market(q)
		if err != nil {
			t.Fatal(err)
		}
		for _, basis := range []string{onSeekers, onPeople, onPast} {
			if len(m.Bases[basis].Sources) != 1 {
				t.Errorf("%+v, %s: sources are %v", q, basis, m.Bases[basis].Sources)
			}
		}
	}
}

// Somebody who went to and fro between two occupations is one, however often.
func TestOneWhoMovedOftenIsOne(t *testing.T) {
	r := seeker(0)
	for range 30 {
		r.careers = append(r.careers, 1, 2)
	}
	m, err := market(t, nil, append(repeat(40, func(i int) resume { return seeker(uint32(1 + i)) }), r)[40:]).Market(Query{Occupation: "8211"})
	if err != nil || len(m.Came) > 0 || len(m.First) > 0 {
		t.Errorf("came from %+v, %+v first, %v", m.Came, m.First, err)
	}
}

// The dimensions of the attack, with as many values as there are: provinces, experience,
// schooling, age, sex, size of the employer, which is that of who applied or was hired.
var attacked = []int{17, 5, 6, 5, 2, 5}

// ofEmployer is the last of them: it limits nobody who seeks.
const ofEmployer = 1 << 5

// A stranger is somebody told about in a market that is attacked.
type stranger struct {
	at  [6]int8
	key uint16
}

// A bound is what an attacker knows of a number.
type bound struct{ low, high int }

// boundOf is what a published number says of the true one.
func boundOf(published int) bound {
	if published == 0 {
		return bound{0, cellkey.Most}
	}
	return bound{max(cellkey.Least, published-cellkey.Most), published + cellkey.Most}
}

func (b *bound) meet(low, high int) (changed bool) {
	changed = low > b.low || high < b.high
	b.low, b.high = max(b.low, low), min(b.high, high)
	return changed
}

// grids are all tables of at most three dimensions, each as the set of its dimensions.
func grids() (sets []uint8) {
	for set := range uint8(1 << len(attacked)) {
		n := 0
		for d := range attacked {
			n += int(set >> d & 1)
		}
		if n <= mostLimits {
			sets = append(sets, set)
		}
	}
	return sets
}

// place is where a stranger is in a table.
func place(set uint8, at [6]int8) (i int) {
	for d, n := range attacked {
		if set>>d&1 == 1 {
			i = i*n + int(at[d])
		}
	}
	return i
}

func size(set uint8) int {
	n := 1
	for d, k := range attacked {
		if set>>d&1 == 1 {
			n *= k
		}
	}
	return n
}

// tables counts strangers in all tables.
func tables(people []stranger) map[uint8][]cellkey.Cell {
	out := map[uint8][]cellkey.Cell{}
	for _, set := range grids() {
		out[set] = make([]cellkey.Cell, size(set))
		for _, p := range people {
			out[set][place(set, p.at)].Add(p.key)
		}
	}
	return out
}

// parts lists for each cell of a table its parts in the table with one dimension more.
func parts(coarse, fine uint8) [][]int {
	out := make([][]int, size(coarse))
	var at [6]int8
	for i := range size(fine) {
		rest := i
		for d := len(attacked) - 1; d >= 0; d-- {
			if fine>>d&1 == 1 {
				at[d] = int8(rest % attacked[d])
				rest /= attacked[d]
			}
		}
		c := place(coarse, at)
		out[c] = append(out[c], i)
	}
	return out
}

// tighten draws all conclusions from sums: what a table says of the parts of its cells and
// the parts of them, until nothing new is learned.
func tighten(known map[uint8][]bound, links []link) {
	for changed, rounds := true, 0; changed && rounds < 60; rounds++ {
		changed = false
		for _, l := range links {
			coarse, fine := known[l.coarse], known[l.fine]
			for c, parts := range l.parts {
				low, high := 0, 0
				for _, p := range parts {
					low, high = low+fine[p].low, high+fine[p].high
				}
				changed = coarse[c].meet(low, high) || changed
				for _, p := range parts {
					changed = fine[p].meet(coarse[c].low-(high-fine[p].high), coarse[c].high-(low-fine[p].low)) || changed
				}
			}
		}
	}
}

type link struct {
	coarse, fine uint8
	parts        [][]int
}

func links() (out []link) {
	for _, coarse := range grids() {
		for _, fine := range grids() {
			if fine != coarse && fine&coarse == coarse && one(fine&^coarse) {
				out = append(out, link{coarse, fine, parts(coarse, fine)})
			}
		}
	}
	return out
}

func one(set uint8) bool { return set&(set-1) == 0 }

// An attacker who has every table of at most three dimensions of an occupation, of two
// successive snapshots, who knows how a number may be perturbed, adds and subtracts
// margins to the end, and even knows of each cell by how many people it changed, finds
// the number of no cell of one to four people. Without perturbing, or with numbers that
// are rounded, they find many: the attack is one.
func TestDifferencingRecoversNoSmallCell(t *testing.T) {
	occupations := 200
	if testing.Short() {
		occupations = 10
	}
	all := links()
	recovered, small := map[string]int{}, 0
	draw := rand.New(rand.NewPCG(20, 26))
	for o := range occupations {
		people := strangers(draw, 20+draw.IntN(1500))
		later := nextDay(draw, people)
		before, after := tables(people), tables(later)
		releases := [2]cellkey.Release{{byte(o), 1}, {byte(o), 2}}
		for name, known := range map[string]func(c cellkey.Cell, release int, name string) bound{
			"perturbed": func(c cellkey.Cell, release int, name string) bound {
				return boundOf(releases[release].Published(c, name))
			},
			"rounded": func(c cellkey.Cell, _ int, _ string) bound { // to five, and one to four withheld
				switch n := (c.N + 2) / 5 * 5; {
				case c.N == 0:
					return bound{}
				case c.N < 5:
					return bound{1, 4}
				default:
					return bound{max(5, n-2), n + 2}
				}
			},
		} {
			if name != "perturbed" && o >= 10 {
				continue
			}
			of := map[uint8][]bound{}
			for set, cells := range before {
				of[set] = make([]bound, len(cells))
				for i, c := range cells {
					change := after[set][i].N - c.N
					name := fmt.Sprint(set, "/", i)
					of[set][i] = known(c, 0, name)
					now := known(after[set][i], 1, name)
					of[set][i].meet(now.low-change, now.high-change)
				}
			}
			tighten(of, all)
			for set, cells := range before {
				for i, c := range cells {
					b := of[set][i]
					if b.low > c.N || b.high < c.N {
						t.Fatalf("%s: a cell of %d is held for %+v", name, c.N, b)
					}
					if c.N > 0 && c.N < 5 {
						if name == "perturbed" {
							small++
						}
						if b.low == b.high {
							recovered[name]++
						}
					}
				}
			}
		}
	}
	t.Logf("of %d cells of one to four people in %d occupations: %d recovered; rounded, in 10 occupations: %d", small, occupations, recovered["perturbed"], recovered["rounded"])
	if recovered["perturbed"] > 0 || recovered["rounded"] == 0 {
		t.Errorf("recovered %v", recovered)
	}
}

// strangers draws people as uneven as those of an occupation.
func strangers(draw *rand.Rand, n int) (people []stranger) {
	for range n {
		var p stranger
		for d, k := range attacked {
			p.at[d] = int8(min(draw.IntN(k), draw.IntN(k)))
		}
		p.key = uint16(draw.Uint32())
		people = append(people, p)
	}
	return people
}

// nextDay is a day later: one in fifty left, and as many came.
func nextDay(draw *rand.Rand, people []stranger) []stranger {
	left := slices.Clone(people)
	for range max(1, len(people)/50) {
		i := draw.IntN(len(left))
		left[i] = left[len(left)-1]
		left = left[:len(left)-1]
	}
	return append(left, strangers(draw, max(1, len(people)/50))...)
}
