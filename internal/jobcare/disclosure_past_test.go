package jobcare

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"

	"ieum/internal/jobcare/cellkey"
)

// A searcher is somebody told about in a market that is attacked, with what is recorded of
// their search. All employers they applied to are of one size, which tells the attacker more
// than if they were counted in several.
type searcher struct {
	stranger
	times  int // applications in the year; 0 = no candidate unless hired
	hired  bool
	pay    bool        // hired, with the pay agreed
	groups int         // bits
	course int         // counselled to a course: 0 no, 1 and not taken, 2 taken
	months uint64      // bits: looked for work at the end of the month
	places [1 << 6]int // in each table
}

// mostAttacked is up to how many applications are attacked one by one.
const mostAttacked = 5

// An attack is what is published of past searches of one occupation, as an attacker puts it
// together: numbers, and which of them are sums of others.
type attack struct {
	names []string                // of what is counted, "" where it is not published
	is    []func(s *searcher) int // -1, or the index within …
	sizes []int                   // … so many cells
	sums  []total
	seek  bool  // all of it is of people who seek
	at    []int // where the cells of each begin
	n     int
}

// A total is a number that is that of its parts.
type total struct {
	whole int
	parts []int
}

// add adds a table of cells, and returns its place.
func (a *attack) add(name string, size int, is func(s *searcher) int) int {
	a.names, a.is, a.sizes, a.at = append(a.names, name), append(a.is, is), append(a.sizes, size), append(a.at, a.n)
	a.n += size
	return len(a.at) - 1
}

// slices adds what people are counted as in every slice of at most so many limits, with the
// sums of margins, and returns the tables by their sets of dimensions.
func (a *attack) slices(name string, limits int, counts func(s *searcher) bool) map[uint8]int {
	of := map[uint8]int{}
	var sets []uint8
	for _, set := range grids() {
		if dims(set) > limits || a.seek && set&ofEmployer > 0 {
			continue
		}
		label := ""
		if name != "" {
			label = fmt.Sprint(name, "/", set, "/")
		}
		of[set] = a.add(label, size(set), func(s *searcher) int {
			if !counts(s) {
				return -1
			}
			return s.places[set]
		})
		sets = append(sets, set)
	}
	for _, l := range links() {
		if !slices.Contains(sets, l.fine) {
			continue
		}
		for c, parts := range l.parts {
			x := total{whole: a.at[of[l.coarse]] + c}
			for _, p := range parts {
				x.parts = append(x.parts, a.at[of[l.fine]]+p)
			}
			a.sums = append(a.sums, x)
		}
	}
	return of
}

// within says that who is counted as one thing is counted as another too; those who are not are
// a number of their own, which nobody publishes.
func (a *attack) within(one, other map[uint8]int, rest map[uint8]int) {
	for set, t := range one {
		for i := range size(set) {
			a.sums = append(a.sums, total{a.at[other[set]] + i, []int{a.at[t] + i, a.at[rest[set]] + i}})
		}
	}
}

func dims(set uint8) (n int) {
	for ; set > 0; set &= set - 1 {
		n++
	}
	return n
}

// families are the attacks, each on cells of its own.
func families() map[string]*attack {
	tried := func(s *searcher) bool { return s.times > 0 || s.hired }
	hires := &attack{}
	candidates := hires.slices("candidates", mostLimits, tried)
	hired := hires.slices("hired", mostLimits, func(s *searcher) bool { return s.hired })
	hires.within(hired, candidates, hires.slices("", mostLimits, func(s *searcher) bool { return tried(s) && !s.hired }))

	// Of applications only the sum of these numbers is published: the attacker has each.
	times := &attack{}
	before := times.slices("candidates", mostLimits-1, tried)
	for k := range mostAttacked {
		more := times.slices(fmt.Sprint("applied ", k+1), mostLimits-1, func(s *searcher) bool { return s.times > k })
		times.within(more, before, times.slices("", mostLimits-1, func(s *searcher) bool {
			return s.times == k && (k > 0 || s.hired)
		}))
		before = more
	}

	months := &attack{seek: true}
	for m := range courseMonths {
		months.slices(fmt.Sprint("looked ", m), courseLimits, func(s *searcher) bool { return s.months>>m&1 == 1 })
	}

	// Of groups, in several of which one may be, each is a limit.
	groups := &attack{seek: true}
	seekers := groups.slices("seekers", mostLimits-1, func(*searcher) bool { return true })
	for g := range 3 {
		in := func(s *searcher) bool { return s.groups>>g&1 == 1 }
		groups.within(groups.slices(fmt.Sprint("group ", g), mostLimits-1, in), seekers, groups.slices("", mostLimits-1, func(s *searcher) bool { return !in(s) }))
	}

	// Arms are those of the occupation's group, whatever the slice.
	arms := &attack{}
	all := func(s *searcher) int { return s.course - 1 }
	of := func(name string, is func(s *searcher) bool) int {
		return arms.add(name, 2, func(s *searcher) int {
			if !is(s) {
				return -1
			}
			return all(s)
		})
	}
	whole := of("counselled", func(*searcher) bool { return true })
	for _, x := range []struct {
		name string
		is   func(s *searcher) bool
	}{{"paid", func(s *searcher) bool { return s.pay }}, {"applied", func(s *searcher) bool { return s.times > 0 }}} {
		in, out := of(x.name, x.is), of("", func(s *searcher) bool { return !x.is(s) })
		for i := range 2 {
			arms.sums = append(arms.sums, total{arms.at[whole] + i, []int{arms.at[in] + i, arms.at[out] + i}})
		}
	}
	return map[string]*attack{"candidates and hired": hires, "times applied": times, "months": months, "groups": groups, "arms of effects": arms}
}

// count counts people in all cells.
func (a *attack) count(people []searcher) []cellkey.Cell {
	cells := make([]cellkey.Cell, a.n)
	for i := range people {
		for t, is := range a.is {
			if at := is(&people[i]); at >= 0 {
				cells[a.at[t]+at].Add(people[i].key)
			}
		}
	}
	return cells
}

// run attacks two snapshots, and returns how many cells of one to four people there are and of
// how many the number is found.
func (a *attack) run(t *testing.T, before, after []cellkey.Cell, published func(c cellkey.Cell, snapshot int, name string) int, most int) (small, found int) {
	known := make([]bound, a.n)
	for table, name := range a.names {
		for i := range a.sizes[table] {
			at := a.at[table] + i
			known[at] = bound{0, 1 << 20}
			if name == "" {
				continue
			}
			change := after[at].N - before[at].N
			for snapshot, c := range []cellkey.Cell{before[at], after[at]} {
				b := bound{0, cellkey.Least - 1}
				if n := published(c, snapshot, name+strconv.Itoa(i)); n > 0 {
					b = bound{max(cellkey.Least, n-most), n + most}
				} else if most > 0 {
					b.high = cellkey.Most
				}
				known[at].meet(b.low-snapshot*change, b.high-snapshot*change)
			}
		}
	}
	a.tighten(known)
	for i, c := range before {
		if known[i].low > c.N || known[i].high < c.N {
			t.Fatalf("a cell of %d is held for %+v", c.N, known[i])
		}
		if c.N > 0 && c.N < cellkey.Least {
			small++
			if known[i].low == known[i].high {
				found++
			}
		}
	}
	return small, found
}

// tighten draws all conclusions from the sums until nothing new is learned.
func (a *attack) tighten(known []bound) {
	for changed, rounds := true, 0; changed && rounds < 60; rounds++ {
		changed = false
		for _, s := range a.sums {
			low, high := 0, 0
			for _, p := range s.parts {
				low, high = low+known[p].low, high+known[p].high
			}
			w := &known[s.whole]
			changed = w.meet(low, high) || changed
			for _, p := range s.parts {
				changed = known[p].meet(w.low-(high-known[p].high), w.high-(low-known[p].low)) || changed
			}
		}
	}
}

// searchers draws what is recorded of strangers.
func searchers(draw *rand.Rand, people []stranger) (out []searcher) {
	for _, p := range people {
		s := searcher{stranger: p}
		for s.times = min(1, draw.IntN(20)); s.times > 0 && s.times < 20 && draw.IntN(5) < 3; {
			s.times++
		}
		s.hired = draw.IntN(4) == 0
		s.pay = s.hired && draw.IntN(20) > 0
		s.course = 1 + draw.IntN(2)
		s.groups = draw.IntN(8) & draw.IntN(8)
		for at := draw.IntN(courseMonths); at < courseMonths; at += 2 + draw.IntN(20) {
			for range 1 + draw.IntN(6) {
				if at < courseMonths {
					s.months |= 1 << at
				}
				at++
			}
		}
		for _, set := range grids() {
			s.places[set] = place(set, s.at)
		}
		out = append(out, s)
	}
	return out
}

// An attacker who has the candidates and the hired of every slice, how many applied once, twice
// and so on, who looked for work at the end of each of 36 months, and the arms that effects are
// estimated from, and of whom a source says that they are of a group, in two successive snapshots, who knows by how many people each number
// changed between them and that the hired are candidates and so on, finds the number of no
// cell of one to four people. Where four and fewer are withheld and nothing is added, they do.
func TestDifferencingRecoversNobodyOfThePast(t *testing.T) {
	occupations := 200
	if testing.Short() {
		occupations = 10
	}
	var adding sync.Mutex
	small, found, control := map[string]int{}, map[string]int{}, map[string]int{}
	var group sync.WaitGroup
	free := make(chan bool, runtime.GOMAXPROCS(0))
	all := families()
	for o := range occupations {
		free <- true
		group.Go(func() {
			defer func() { <-free }()
			draw := rand.New(rand.NewPCG(36, uint64(o)))
			people := searchers(draw, strangers(draw, 20+draw.IntN(1500)))
			left := people[max(1, len(people)/50):]
			later := append(slices.Clone(left), searchers(draw, strangers(draw, max(1, len(people)/50)))...)
			releases := [2]cellkey.Release{{byte(o), 1}, {byte(o), 2}}
			for name, a := range all {
				before, after := a.count(people), a.count(later)
				n, k := a.run(t, before, after, func(c cellkey.Cell, snapshot int, name string) int { return releases[snapshot].Published(c, name) }, cellkey.Most)
				withheld := 0
				if o < 10 {
					_, withheld = a.run(t, before, after, func(c cellkey.Cell, _ int, _ string) int {
						if c.N < cellkey.Least {
							return 0
						}
						return c.N
					}, 0)
				}
				adding.Lock()
				small[name], found[name], control[name] = small[name]+n, found[name]+k, control[name]+withheld
				adding.Unlock()
			}
		})
	}
	group.Wait()
	for name := range all {
		t.Logf("%s: of %d cells of one to four people %d found; withheld alone, in 10 occupations: %d", name, small[name], found[name], control[name])
		if found[name] > 0 || control[name] == 0 || small[name] == 0 {
			t.Errorf("%s: %d of %d found, %d where nothing is added", name, found[name], small[name], control[name])
		}
	}
}
