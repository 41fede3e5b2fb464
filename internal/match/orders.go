package match

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"ieum"
	"ieum/internal/match/offpolicy"
)

// An Order is what the pages that people were shown would have come to with the same postings
// in another order, estimated from how likely each posting was drawn for its place.
type Order struct {
	Name string `json:"name"` // one of orderings
	offpolicy.Value
	Truth     *float64 `json:"truth,omitempty"` // of a simulated market: what they would have come to
	Held      int      `json:"held"`            // how many intervals hold it …
	Intervals int      `json:"intervals"`       // … of how many, over all markets and estimators
}

// Supported says whether an order can be estimated: what it has at a place could have been
// shown there.
func (o Order) Supported() bool { return o.Support >= offpolicy.Supported }

// orderings are the orders that are looked at: by the score that is served, by the forecast
// of applying alone, the best paid and the newest first, and the served one turned round.
var orderings = []struct {
	name   string
	before func(a, b *onPage) int
}{
	{"served", func(a, b *onPage) int { return cmp.Compare(b.score, a.score) }},
	{"wish", func(a, b *onPage) int { return cmp.Compare(b.wish, a.wish) }},
	{"pay", func(a, b *onPage) int { return cmp.Compare(b.pay, a.pay) }},
	{"newest", func(a, b *onPage) int { return cmp.Compare(b.opened, a.opened) }},
	{"worst", func(a, b *onPage) int { return cmp.Compare(a.score, b.score) }},
}

// A page is what somebody was shown at once, by place.
type page struct {
	person   uint64 // row of the résumé, and the market above
	day      ieum.Day
	postings []onPage
	looked   []float64 // probability of being looked at, by place
	wants    []float64 // truth: probability of applying, having looked
}

// onPage is a posting on a page.
type onPage struct {
	propensity  float64 // of being drawn for its place, given those above
	score, wish float64
	pay         uint32
	opened      int32
	applied     bool
}

// show adds what was shown to the pages. Those of a page come by place; behind a gap nothing
// is known of how likely they were drawn.
func (a *Audit) show(x *index, l *lesson) {
	if l.place == 1 && l.propensity > 0 {
		a.pages = append(a.pages, page{person: uint64(l.resume), day: l.day, looked: x.model.Looked})
	}
	if len(a.pages) == 0 || l.propensity == 0 {
		return
	}
	p := &a.pages[len(a.pages)-1]
	if p.person != uint64(l.resume) || p.day != l.day || l.place != len(p.postings)+1 || l.place > min(len(p.looked), offpolicy.Most) {
		return
	}
	odds := x.model.Odds(&l.parts)
	_, wish := x.model.Chances(odds)
	c := &x.s.Postings
	p.postings = append(p.postings, onPage{
		propensity: l.propensity, score: x.model.Score(odds), wish: wish, applied: l.applied,
		pay: max(c.PayMin.At(int(l.posting)), c.PayMax.At(int(l.posting))), opened: c.Opened.At(int(l.posting)),
	})
}

// of puts a page into all orders.
func (p *page) of() offpolicy.Page {
	out := offpolicy.Page{Person: p.person}
	for i := range p.postings {
		earned := 0.0
		if p.postings[i].applied {
			earned = 1
		}
		out.Propensity, out.Earned = append(out.Propensity, p.postings[i].propensity), append(out.Earned, earned)
	}
	for _, o := range orderings {
		order := make([]int, len(p.postings))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(i, k int) int { return o.before(&p.postings[i], &p.postings[k]) })
		out.Orders = append(out.Orders, order)
	}
	out.Forecast = func(thing, place int) float64 { return p.looked[place] * p.postings[thing].wish }
	return out
}

// order evaluates the pages, and each market's against its truth.
func (a *Audit) order() {
	a.Orders = []Order{}
	pages := make([]offpolicy.Page, len(a.pages))
	for i := range a.pages {
		pages[i] = a.pages[i].of()
	}
	for o, v := range offpolicy.Evaluate(pages) {
		a.Orders = append(a.Orders, Order{Name: orderings[o].name, Value: v})
	}
	if a.worth == nil || len(pages) == 0 {
		return
	}
	for from := 0; from < len(pages); {
		to := from
		for to < len(pages) && pages[to].Person>>32 == pages[from].Person>>32 {
			to++
		}
		for o, v := range offpolicy.Evaluate(pages[from:to]) {
			truth, of := a.truth(pages[from:to], a.pages[from:to], o), &a.Orders[o]
			if of.Truth == nil {
				of.Truth = new(float64)
			}
			*of.Truth += truth * float64(to-from) / float64(len(pages))
			for _, e := range []offpolicy.Estimate{v.IPS, v.SNIPS, v.DR} {
				if of.Intervals++; e.Low <= truth && truth <= e.High {
					of.Held++
				}
			}
		}
		from = to
	}
}

// truth is what pages are worth in an order, a page.
func (a *Audit) truth(pages []offpolicy.Page, with []page, order int) (mean float64) {
	for i := range pages {
		var wants []float64
		for _, thing := range pages[i].Orders[order] {
			wants = append(wants, with[i].wants[thing])
		}
		mean += a.worth(wants) / float64(len(pages))
	}
	return mean
}

// A Wanted is how likely somebody applies for what they were shown at a place, having looked
// at it: known of simulated people.
type Wanted struct {
	Resume string // its key at the source
	Day    ieum.Day
	Place  int // from 1 on
	Wants  float64
}

// Truth holds what is estimated of other orders against what is known of a simulated market:
// what people want, and what a page of such wants comes to.
func (m *Matcher) Truth(ctx context.Context, lake Lake, a *Audit, all iter.Seq2[Wanted, error], worth func(wants []float64) float64) error {
	x, _, release, err := m.acquire()
	if err != nil {
		return err
	}
	defer release()
	var rows []uint32
	for i := range a.pages {
		rows = append(rows, uint32(a.pages[i].person))
	}
	slices.Sort(rows)
	rows = slices.Compact(rows)
	keys, err := x.keys(ctx, lake, rows)
	if err != nil {
		return err
	}
	people := map[string]uint64{}
	for i, row := range rows {
		people[string(keys.at(i))] = uint64(row)
	}
	type when struct {
		person uint64
		day    ieum.Day
	}
	pages := map[when]*page{}
	for i := range a.pages {
		p := &a.pages[i]
		p.wants = make([]float64, len(p.postings))
		pages[when{p.person, p.day}] = p
	}
	missing := 0
	for i := range a.pages {
		missing += len(a.pages[i].postings)
	}
	for w, err := range all {
		if err != nil {
			return err
		}
		person, known := people[w.Resume]
		if p := pages[when{person, w.Day}]; known && p != nil && w.Place <= len(p.wants) {
			p.wants[w.Place-1] = w.Wants
			missing--
		}
	}
	if missing != 0 {
		return ieum.Errorf(ieum.ErrInvalid, "of %d postings that were shown the truth does not say what people want", missing)
	}
	a.worth = worth
	a.judge()
	return nil
}
