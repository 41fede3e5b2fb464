package match

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"ieum"
	"ieum/internal/match/offpolicy"
	"ieum/internal/match/rank"
)

var lookedAt = []float64{.8, .6, .4, .3}

// pages draws pages of four of seven postings by their age, to people who apply for what they
// look at and want, and says what a page of wants comes to.
func pages(rnd *rand.Rand, n int) (all []page, worth func([]float64) float64) {
	for i := range n {
		p := page{person: uint64(i / 2), day: ieum.Day(i), looked: lookedAt}
		weights := make([]float64, 7)
		for k := range weights {
			weights[k] = math.Exp(rnd.NormFloat64())
		}
		for place := range lookedAt {
			left := 0.0
			for _, w := range weights {
				left += w
			}
			k, x := 0, rnd.Float64()*left
			for x -= weights[0]; x >= 0 && k < len(weights)-1; x -= weights[k] {
				k++
			}
			wants := .6 * rnd.Float64()
			p.postings = append(p.postings, onPage{propensity: weights[k] / left, wish: wants, score: math.Log(wants) + rnd.NormFloat64()/2, pay: rnd.Uint32(), opened: rnd.Int32(),
				applied: rnd.Float64() < lookedAt[place]*wants})
			p.wants = append(p.wants, wants)
			weights[k] = 0
		}
		all = append(all, p)
	}
	return all, func(wants []float64) (sum float64) {
		for place, w := range wants {
			sum += lookedAt[place] * w
		}
		return sum
	}
}

// TestOrdersAreHeldAgainstTheTruth: of two markets each is held against its own truth, and a
// log that says it was drawn otherwise than it was does not pass.
func TestOrdersAreHeldAgainstTheTruth(t *testing.T) {
	audit := func(lie float64) *Audit {
		var both []*Audit
		for seed := range 2 {
			a := &Audit{Snapshots: []Judged{{}}}
			a.pages, a.worth = pages(rand.New(rand.NewPCG(uint64(seed), 4)), 4000)
			for i := range a.pages {
				for k := range a.pages[i].postings {
					o := &a.pages[i].postings[k]
					if o.propensity *= lie; lie != 1 && k%2 == 1 {
						o.propensity = min(1, o.propensity/lie/lie)
					}
				}
			}
			both = append(both, a)
		}
		return Pool(both)
	}
	a := audit(1)
	if len(a.Orders) != len(orderings) || a.HeldTruth() < 26 || a.Intervals() != 2*3*len(orderings) {
		t.Errorf("%d of %d intervals hold: %+v", a.HeldTruth(), a.Intervals(), a.Orders)
	}
	by := map[string]Order{}
	for _, o := range a.Orders {
		by[o.Name] = o
		if o.Pages != 8000 || o.People != 4000 || !o.Supported() || o.Truth == nil {
			t.Errorf("%+v", o)
		}
	}
	if *by["served"].Truth <= 1.1**by["worst"].Truth || by["served"].DR.Low <= by["worst"].DR.High || by["served"].Gain.Low <= 0 || *by["pay"].Truth >= *by["wish"].Truth {
		t.Errorf("the best first is worth %v, the worst first %v, by pay %v", *by["served"].Truth, *by["worst"].Truth, *by["pay"].Truth)
	}
	if lied := audit(.3); lied.HeldTruth() >= a.HeldTruth()-3 {
		t.Errorf("of a log that lies of propensities %d of %d hold", lied.HeldTruth(), lied.Intervals())
	}
}

// TestPagesEndAtAGap: what is behind something that is not known was not drawn as it seems.
func TestPagesEndAtAGap(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 5))
	set := definitions(t)
	m, live := market(t, set, randomPosts(rnd, 20), nil)
	x := indexOf(t, live)
	_ = m
	shown := func(resume uint32, day ieum.Day, place int, p float64) *lesson {
		return &lesson{resume: resume, posting: uint32(place), day: day, place: place, propensity: p, applied: place == 2, parts: rank.Parts{}}
	}
	a := &Audit{}
	for _, l := range []*lesson{
		shown(1, 1, 1, .5), shown(1, 1, 2, .5), shown(1, 1, 4, .5), // 3 is missing
		shown(1, 1, 1, .5), shown(1, 1, 2, .5), // another page of the day
		shown(1, 2, 2, .5),                    // without its beginning
		shown(2, 2, 1, 0), shown(2, 2, 2, .5), // not recorded how likely
		shown(3, 2, 1, .5),
	} {
		a.show(x, l)
	}
	var got []string
	for _, p := range a.pages {
		got = append(got, fmt.Sprint(p.person, p.day, len(p.postings)))
	}
	if want := []string{fmt.Sprint(1, ieum.Day(1), 2), fmt.Sprint(1, ieum.Day(1), 2), fmt.Sprint(3, ieum.Day(2), 1)}; !slices.Equal(got, want) {
		t.Errorf("pages are %q, want %q", got, want)
	}
	if !a.pages[0].postings[1].applied || a.pages[0].postings[0].applied {
		t.Errorf("%+v", a.pages[0])
	}
}

// TestALogWithoutChanceSaysNothingOfOtherOrders: where the same is always shown nothing is
// claimed, and a truth that lacks somebody is no truth.
func TestALogWithoutChanceSaysNothingOfOtherOrders(t *testing.T) {
	a := &Audit{}
	a.pages, _ = pages(rand.New(rand.NewPCG(2, 2)), 50)
	for i := range a.pages {
		for k := range a.pages[i].postings {
			a.pages[i].postings[k].propensity = 1
		}
	}
	if a.judge(); a.Orders[0].Supported() || a.Orders[0].Support >= offpolicy.Supported || a.Intervals() != 0 {
		t.Errorf("%+v", a.Orders[0])
	}
	rnd := rand.New(rand.NewPCG(3, 3))
	m, _ := market(t, definitions(t), randomPosts(rnd, 5), searchers(rnd, 3, randomPosts(rnd, 5)))
	none := iter.Seq2[Wanted, error](func(func(Wanted, error) bool) {})
	if err := m.Truth(t.Context(), lakeOf(t, m), &Audit{pages: []page{{person: 0, postings: make([]onPage, 2)}}}, none, nil); ieum.ErrInvalid != nil && err == nil {
		t.Error("a truth without anybody is taken for one")
	}
}
