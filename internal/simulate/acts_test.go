package simulate

import (
	"math"
	"testing"
)

// What people and employers do in the weeks of a run, held against the
// equations that docs/simulation.md says they act by. Persons whom the run has
// brought nothing yet are as they were drawn, so that what they saw can be
// reckoned again.

// vacancyOfRow returns vacancies by the number in their original posting's key.
func (h *history) vacancyOfRow() map[int64]int {
	at := make(map[int64]int, len(h.run.posts))
	for id := range h.run.posts {
		at[int64(h.run.posts[id].row)] = id
	}
	return at
}

// personOfRow returns persons by the number in the key of their first résumé.
func (h *history) personOfRow() map[int64]int {
	at := make(map[int64]int, h.m.people)
	for id := range h.m.people {
		at[h.m.seekerRow(id)] = id
	}
	return at
}

// TestPeopleOpenAndApplyByTheirEquations goes through every page that people saw
// before the run had brought them anything.
func TestPeopleOpenAndApplyByTheirEquations(t *testing.T) {
	h := usual(t)
	type pair struct{ seeker, vacancy uint32 }
	events, changed := map[uint32][]event{}, map[uint32]int{} // day on which they were no more as drawn
	for _, e := range h.events {
		_, over := changed[e.seeker]
		switch e.kind {
		case impression, viewed, applied:
			if !over {
				events[e.seeker] = append(events[e.seeker], e)
			}
		case hired, completed, certified:
			if !over {
				changed[e.seeker] = 7*int(e.week) + 7*int(yes(e.kind == hired))
			}
		}
	}
	var opens, applies tally
	var p Person
	sent := map[pair]bool{}
	for seeker, list := range events {
		h.m.person(int(seeker), &p)
		written := 0
		for i, e := range list {
			post := &h.run.posts[e.vacancy-1]
			u := h.m.look(&p, post).utility()
			next := i+1 < len(list) && list[i+1].vacancy == e.vacancy
			switch e.kind {
			case impression:
				if e.position == 1 {
					written = 0
				}
				opens.add(next && list[i+1].kind == viewed, examined[e.position-1]*Λ(1+0.8*u))
			case viewed:
				if written == 3 || sent[pair{seeker, e.vacancy}] {
					if next && list[i+1].kind == applied {
						t.Fatalf("person %d applies a fourth time in a session, or again", seeker)
					}
					continue
				}
				ℓ, chance := h.m.candidacy(&p, post).logit(), 0.0
				const steps = 64
				for k := range steps { // over what they think of their chance
					z := math.Sqrt2 * math.Erfinv(2*(float64(k)+0.5)/steps-1)
					chance += Λ(0.5+u+0.5*cut(ℓ+0.7*z, 3)) / steps
				}
				applies.add(next && list[i+1].kind == applied, chance)
			case applied:
				written++
				sent[pair{seeker, e.vacancy}] = true
			}
		}
	}
	// What people think of their chance: of those who applied, each counted as
	// often as they stand for who read and did not.
	people, vacancies := h.personOfRow(), h.vacancyOfRow()
	var n, sum, squares, cases float64
	for _, a := range h.applications {
		id := people[a.Seeker]
		if day, over := changed[uint32(id)]; over && int(a.Day)-int(h.m.start()) >= day {
			continue
		}
		h.m.person(id, &p)
		q := float64(a.Applies)
		perceived := 2 * (math.Log(q/(1-q)) - 0.5 - float64(a.Utility))
		ℓ := h.m.candidacy(&p, &h.run.posts[vacancies[a.Posting]]).logit()
		if z := (perceived - ℓ) / 0.7; math.Abs(ℓ) < 1 { // where the cut at ±3 hides nothing
			n, sum, squares, cases = n+1/q, sum+z/q, squares+z*z/q, cases+1
		}
	}
	if mean, variance := sum/n, squares/n; math.Abs(mean) > 6/math.Sqrt(cases) || math.Abs(variance-1) > 8/math.Sqrt(cases) {
		t.Errorf("%.0f people mistake their chance by %.2f on average with variance %.2f, in units of 0.7; want 0 and 1", cases, mean, variance)
	}
	opens.holds(t, "lines opened")
	applies.holds(t, "postings read and applied to")
}

// TestSessionsAreForOneWish gives somebody as many postings of each wish at
// home as are enough, and counts which of the wishes the page is for.
func TestSessionsAreForOneWish(t *testing.T) {
	m := market(t, nil)
	r := &Run{m: m, people: make([]seeker, m.people)}
	v := visitor{Run: r, desk: &desk{}}
	var wishes [3]tally
	var p Person
	seen, most := 0, 0
	for id := 0; seen < 40; id++ {
		if m.person(id, &p); p.wish.n < 3 {
			continue
		}
		seen++
		r.posts, r.openings = nil, nil
		var open []uint32
		for _, o := range p.wish.occupations {
			for range 60 {
				open = append(open, uint32(len(r.posts)))
				r.posts = append(r.posts, post{occupation: uint16(o), place: uint16(p.home), pay: 9000, shown: 100, required: -1, helps: -1, education: -1})
			}
		}
		r.openings = make([]opening, len(r.posts))
		r.index.fill(m, r.posts, open)
		for week := range 50 {
			*v.desk = desk{}
			own := newRNG(1, ofWeek, uint64(id)<<8|uint64(week))
			v.session(&own, uint32(id), 3, 0)
			page, sent := 0, 0
			of := int(r.posts[v.events[0].vacancy-1].occupation)
			for _, e := range v.events {
				page += int(yes(e.kind == impression))
				sent += int(yes(e.kind == applied))
				if int(r.posts[e.vacancy-1].occupation) != of {
					t.Fatal("a page shows postings of two wishes where there are enough of one")
				}
			}
			if page != 8 || v.n != 40 {
				t.Fatalf("a page of %d out of a pool of %d, want 8 of 40", page, v.n)
			}
			most = max(most, sent)
			for i, share := range []float64{0.6, 0.25, 0.15} {
				wishes[i].add(of == p.wish.occupations[i], share)
			}
		}
	}
	for i := range wishes {
		wishes[i].holds(t, "sessions for a wish")
	}
	if most != 3 {
		t.Errorf("somebody who sees well paid postings applies to %d of them, want 3 at most", most)
	}
}

// TestPagesAreWeighedByTheirEquations: what is shown has the weights (6), of the
// days since it opened, its pay, its worth to the person and its applications.
func TestPagesAreWeighedByTheirEquations(t *testing.T) {
	h := usual(t)
	v := visitor{Run: h.run, desk: &desk{}}
	noise := map[[2]int]float64{}
	var sum, squares float64
	for id := range 500 {
		p := v.load(uint32(id))
		v.n = 8
		for i := range v.n {
			v.pool[i] = uint32((id*8 + i) % len(h.run.posts))
		}
		day := windowDays + id%30
		v.weigh(p, search, day)
		for i, at := range v.pool[:v.n] {
			post := &h.run.posts[at]
			median := h.m.occupations[post.occupation].median
			same(t, "weight in a search", v.weights[i], math.Exp(-float64(day-int(post.opened))/20+cut(math.Log(float64(post.pay)*1e4/median), 1)))
		}
		for range 2 {
			v.weigh(p, recommender, day)
			for i, at := range v.pool[:v.n] {
				u := h.m.look(p, &h.run.posts[at]).utility()
				ε := (math.Log(v.weights[i]) - 0.7*cut(u, 3) - 0.5*math.Log(1+float64(h.run.openings[at].applied))) / 0.7
				if before, ok := noise[[2]int{id, int(at)}]; ok {
					same(t, "noise of a pair", ε, before)
					continue
				}
				noise[[2]int{id, int(at)}] = ε
				sum, squares = sum+ε, squares+ε*ε
			}
		}
	}
	n := float64(len(noise))
	if mean, variance := sum/n, squares/n; math.Abs(mean) > 4/math.Sqrt(n) || math.Abs(variance-1) > 6/math.Sqrt(n) {
		t.Errorf("the recommender's noise is %.3f on average with variance %.3f; want 0 and 1", mean, variance)
	}
}
