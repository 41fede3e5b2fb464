package master

import (
	"cmp"
	"slices"
	"strings"
)

// A Service is one row that speaks of a public service: a policy, a benefit, a
// programme one may apply to. Whatever is not stated is zero.
type Service struct {
	Number string // that a public register has for it
	Title  string
	Office string // who runs it, in any form: "가상도 나나시 복지과"
	Region uint32 // region code as a number, 11 or 11680; 0 = unknown or the whole country
	From   int32  // ieum.Day: the first day to apply
	To     int32  // the last
	URL    string
	Text   string // what it is
}

// Services finds the rows that speak of one service. One number is one service,
// whatever else is written; without it the titles must be alike and what else
// is known must agree. Another year, another round and another district are
// another service. Pairs in apart (rows of in) are never put together. The same
// rows in any order give the same clusters.
func Services(in []Service, apart [][2]uint32) Result {
	m := newServices(in, apart)
	m.byNumber()
	var found []Merge
	for _, p := range m.candidates() {
		if v, ok := m.judge(p[0], p[1]); ok {
			found = append(found, v)
		}
	}
	strongestFirst(found)
	for _, f := range found {
		m.join(f, true)
	}
	return m.result()
}

// services are the rows in an order that depends on what they hold alone, so
// that nothing depends on the order in which they came.
type services struct {
	order  []uint32 // place → row of the input
	rows   []serviceForm
	known  []serviceKnown // of the cluster, by root
	forest *forest
	merges []Merge
}

// serviceKnown is what a cluster is known to be: any two of its rows agree on it.
type serviceKnown struct {
	numbers  []publicNumber // in order
	region   uint32         // the narrowest stated
	from, to int32          // days in all stated periods
	edition  edition
}

func newServices(in []Service, apart [][2]uint32) *services {
	forms := make([]serviceForm, len(in))
	parallel(len(in), 64, func(i int) { forms[i] = newServiceForm(&in[i]) })
	m := &services{order: make([]uint32, len(in))}
	for i := range m.order {
		m.order[i] = uint32(i)
	}
	slices.SortFunc(m.order, func(a, b uint32) int {
		x, y := &forms[a], &forms[b]
		return cmp.Or(strings.Compare(x.stem, y.stem), cmp.Compare(x.Region, y.Region), strings.Compare(x.Office, y.Office),
			strings.Compare(x.number, y.number), cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To), strings.Compare(x.Title, y.Title),
			strings.Compare(x.URL, y.URL), strings.Compare(x.Text, y.Text), cmp.Compare(a, b))
	})
	place := make([]uint32, len(in))
	for i, row := range m.order {
		place[row] = uint32(i)
		m.rows = append(m.rows, forms[row])
		f := &m.rows[i]
		k := serviceKnown{region: f.Region, from: f.From, to: f.To, edition: f.edition}
		if f.number != "" {
			k.numbers = []publicNumber{{register(f.number), f.number}}
		}
		m.known = append(m.known, k)
	}
	bound := make([][2]uint32, len(apart))
	for i, p := range apart {
		bound[i] = [2]uint32{place[p[0]], place[p[1]]}
	}
	m.forest = newForest(len(in), bound)
	return m
}

// mostNumbers is how many numbers one service may have. Registers enter a service
// anew a few times; a file that gives one title thousands of numbers must not take
// hours.
const mostNumbers = 100

// join merges the clusters of f. Where it is careful it does not when that
// would put together rows that cannot be one, by way of a third.
func (m *services) join(f Merge, careful bool) {
	a, b := m.forest.find(f.A), m.forest.find(f.B)
	x, y := &m.known[a], &m.known[b]
	if a == b || len(x.numbers)+len(y.numbers) > mostNumbers {
		return
	}
	if careful && (!x.fits(y) || f.Rule != ByTwice && otherNumbers(x.numbers, y.numbers)) {
		return
	}
	if m.forest.join(a, b) {
		m.known[min(a, b)] = x.with(y)
		m.merges = append(m.merges, f)
	}
}

// fits reports whether two clusters may be one service by place and time.
func (k *serviceKnown) fits(o *serviceKnown) bool {
	if p := near(k.region, o.region); p == beside || p == differs {
		return false
	}
	w := k.times(o)
	return !k.edition.apart(o.edition) && (w.from == 0 || w.to == 0 || w.from <= w.to) && w.edition.within(w.from, w.to)
}

// times is what two clusters together know of their time.
func (k *serviceKnown) times(o *serviceKnown) serviceKnown {
	w := serviceKnown{from: max(k.from, o.from), to: k.to}
	if k.to == 0 || o.to != 0 && o.to < k.to {
		w.to = o.to
	}
	w.edition = edition{cmp.Or(k.edition.year, o.edition.year), cmp.Or(k.edition.round, o.edition.round)}
	return w
}

func (k *serviceKnown) with(o *serviceKnown) serviceKnown {
	w := k.times(o)
	w.region = max(k.region, o.region) // a district's code is the larger number
	w.numbers = slices.Concat(k.numbers, o.numbers)
	slices.SortFunc(w.numbers, publicNumber.compare)
	w.numbers = slices.Compact(w.numbers)
	return w
}

// A publicNumber is a number that a public register has for a service.
type publicNumber struct{ register, number string }

func (n publicNumber) compare(o publicNumber) int {
	return cmp.Or(strings.Compare(n.register, o.register), strings.Compare(n.number, o.number))
}

// otherNumbers reports whether one register has two numbers for the two: some
// that only x has, and some that only y has.
func otherNumbers(x, y []publicNumber) bool {
	for onlyX, onlyY := "", ""; len(x) > 0 || len(y) > 0; {
		switch {
		case len(y) == 0 || len(x) > 0 && x[0].compare(y[0]) < 0:
			onlyX, x = x[0].register, x[1:]
		case len(x) == 0 || x[0].compare(y[0]) > 0:
			onlyY, y = y[0].register, y[1:]
		default:
			x, y = x[1:], y[1:]
		}
		if onlyX != "" && onlyX == onlyY {
			return true
		}
	}
	return false
}

func (m *services) byNumber() {
	groups(len(m.rows), func(i uint32) string { return m.rows[i].number }, func(rows []uint32) {
		for _, r := range rows[1:] {
			f := Merge{A: rows[0], B: r, Rule: ByNumber, Score: 1}
			f.Agreed = m.compare(rows[0], r).agreed
			m.join(f, false)
		}
	})
}

// result puts the rows back in the order of the input.
func (m *services) result() Result {
	found := m.forest.result(nil)
	r := Result{Of: make([]uint32, len(m.rows)), Clusters: found.Clusters}
	for place, row := range m.order {
		r.Of[row] = found.Of[place]
	}
	number := make(map[uint32]uint32, r.Clusters)
	for i, c := range r.Of {
		if _, ok := number[c]; !ok {
			number[c] = uint32(len(number))
		}
		r.Of[i] = number[c]
	}
	for _, f := range m.merges {
		a, b := m.order[f.A], m.order[f.B]
		f.A, f.B = min(a, b), max(a, b)
		r.Merges = append(r.Merges, f)
	}
	return r
}

// serviceWindow is how many of the rows behind it in a block a row is compared
// with, so that a title that everybody has does not cost the square.
const serviceWindow = 16

// candidates returns the pairs worth comparing, each once, in order: rows with
// one title and place, of one office, with one text or page, or of which one
// has the number of the other in its address.
func (m *services) candidates() (pairs [][2]uint32) {
	for _, key := range []func(*serviceForm) string{
		func(f *serviceForm) string { return f.stem },
		func(f *serviceForm) string { return within(province(f.Region), f.stem) },
		func(f *serviceForm) string { return within(f.Region, f.stem) },
		func(f *serviceForm) string { return within(f.Region, f.Office) },
		func(f *serviceForm) string { return f.opening },
		func(f *serviceForm) string { return f.page },
	} {
		groups(len(m.rows), func(i uint32) string { return key(&m.rows[i]) }, func(rows []uint32) {
			for i := range rows {
				for _, b := range rows[i+1 : min(len(rows), i+1+serviceWindow)] {
					pairs = append(pairs, [2]uint32{rows[i], b})
				}
			}
		})
	}
	pairs = append(pairs, m.linked()...)
	slices.SortFunc(pairs, func(x, y [2]uint32) int { return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1])) })
	return slices.Compact(pairs)
}

// linked pairs each row with the first that has a number named in its address.
func (m *services) linked() (pairs [][2]uint32) {
	first := map[string]uint32{}
	for i := range uint32(len(m.rows)) {
		if n := m.rows[i].number; n != "" {
			if _, ok := first[n]; !ok {
				first[n] = i
			}
		}
	}
	for i := range uint32(len(m.rows)) {
		for _, n := range m.rows[i].links {
			if to, ok := first[n]; ok && to != i {
				pairs = append(pairs, [2]uint32{min(i, to), max(i, to)})
			}
		}
	}
	return pairs
}
