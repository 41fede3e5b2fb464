package simulate

import (
	"math"
	"testing"

	"ieum"
)

func TestEmployersHaveTheirSizesAndHabits(t *testing.T) {
	m := market(t, func(p *Params) { p.Postings = 60_000 })
	r := newRNG(6, ofCompany, 1)
	var many [3]tally
	for range 40_000 {
		n := firmVacancies(&r)
		for i, k := range []float64{2, 8, 60} {
			many[i].add(n >= int(k), math.Pow(k, -1.3))
		}
		if n > 60 {
			t.Fatalf("a firm of %d vacancies", n)
		}
	}
	for i := range many {
		many[i].holds(t, "firms of so many vacancies")
	}
	var large, pays, paysLarge, tells, atOnce, late, picky, biased tally
	var f firm
	for id := range min(m.Firms(), 20_000) {
		m.firm(id, &f)
		b := f.behaviour
		large.add(f.employees >= 20, 1-Φ((math.Log(20)-2.3-0.5*math.Log(float64(f.vacancies)))/1.1))
		size := cut((math.Log(float64(f.employees))-3)/1.5, 1.5)
		pays.add(b.effect > 0.5, 1-Φ((0.5-0.6*size)/0.8))
		large := m.behaviour(id, 1000) // of size 1.5, where it is cut
		paysLarge.add(large.effect > 0.5, 1-Φ((0.5-0.6*1.5)/0.8))
		tells.add(b.reply < 0.4, 0.25*(1+math.Log(4))) // P(1.6 u u′ < 0.4)
		atOnce.add(b.delay == 1, 1-math.Exp(-1/1.2))
		late.add(b.delay == 6, math.Exp(-5/1.2))
		picky.add(b.picky > 0.4, 1-Φ(1))
		biased.add(b.bias > 1, math.Exp(-1))
		if math.Abs(b.effect) > 2 || b.delay < 1 || b.delay > 6 {
			t.Fatalf("firm %d: %+v", id, b)
		}
	}
	large.holds(t, "firms of 20 employees")
	pays.holds(t, "firms that pay more")
	paysLarge.holds(t, "large firms that pay more")
	tells.holds(t, "firms that tell few")
	atOnce.holds(t, "firms that decide within a week")
	late.holds(t, "firms that take six weeks")
	picky.holds(t, "picky firms")
	biased.holds(t, "firms of more than average bias")
}

func TestVacanciesEndAsTheDocumentSays(t *testing.T) {
	m := market(t, func(p *Params) { p.Postings = 40_000 })
	var v vacancy
	var f firm
	var deadline, elsewhere, stale, none, copied, anybody, beginners, first tally
	var waits [3]tally
	var lingers, lingering float64
	for id := range m.vacancies {
		m.vacancy(id, &v, &f)
		if !v.stale {
			deadline.add(v.deadline != 0, 0.78)
			if days := v.deadline - v.opened; v.deadline != 0 && (days < 7 || days > 60) {
				t.Fatalf("a deadline %d days later", days)
			}
		}
		elsewhere.add(v.filled-v.opened >= 60, math.Exp(-(60.0-7)/70))
		stale.add(v.stale, 0.04)
		none.add(v.bogus, 0.02)
		copied.add(v.copied, 0.03)
		anybody.add(v.least == 0 && !v.onlyNew, 0.50)
		beginners.add(v.onlyNew, 0.10)
		for i, d := range []float64{20, 50, 100} {
			if v.deadline == 0 && !v.stale && !v.bogus { // until it waits no more, or is filled
				waits[i].add(float64(v.shown-v.opened) >= d, math.Exp(-(d-14)/60)*math.Exp(-(d-7)/70))
			}
		}
		if v.stale {
			lingering++
			lingers += float64(v.shown - v.opened)
		}
		first.add(v.asks > 0 && v.asked[0].skill == m.occupations[v.occupation].skills[0].id, 1.1*0.80)
		if v.asks > 8 {
			t.Fatalf("%d competencies are asked for", v.asks)
		}
		if float64(v.payMax) > 1.2*float64(v.payMin)+1_300_000 {
			t.Fatalf("pay from %d to %d", v.payMin, v.payMax)
		}
	}
	first.holds(t, "vacancies that ask for what is most typical")
	for what, s := range map[string]*tally{"with a deadline": &deadline, "filled elsewhere after 60 days": &elsewhere, "stale": &stale, "false": &none, "copied": &copied,
		"that ask for no experience": &anybody, "for beginners": &beginners, "that wait 20 days": &waits[0], "that wait 50 days": &waits[1], "that wait 100 days": &waits[2]} {
		s.holds(t, "vacancies "+what)
	}
	// A deadline is 250 / 9 days later on average; whole days are half a day less.
	want := 0.78*250/9 + 0.22*(14+60-0.5) + 30 + 60 - 0.5
	if got := lingers / lingering; math.Abs(got-want) > 4*75/math.Sqrt(lingering) {
		t.Errorf("stale vacancies are shown for %.1f days, want %.1f", got, want)
	}
}

// TestVacanciesPayByTheirEquation: what pay offered lacks of equation (3) with
// the employer's effect and two years more than asked for is luck.
func TestVacanciesPayByTheirEquation(t *testing.T) {
	m := market(t, func(p *Params) { p.Postings = 30_000 })
	var v vacancy
	var f firm
	var n, sum, squares, slope, size float64
	for id := range m.vacancies {
		m.vacancy(id, &v, &f)
		o := &m.occupations[v.occupation]
		if v.label != "" || v.basis != yearly || o.median < 1.5*leastPay {
			continue
		}
		level := v.education
		if level < 0 {
			level = highSchool
		}
		z := (math.Log(float64(v.payMin)) - math.Log(m.wage(o, float64(v.least)+2, level, v.place, 0, f.behaviour.effect, 0))) / o.spread
		n, sum, squares = n+1, sum+z, squares+z*z
		slope, size = slope+z*f.behaviour.effect, size+f.behaviour.effect*f.behaviour.effect
	}
	if n < 1000 {
		t.Fatalf("only %.0f vacancies", n)
	}
	mean := sum / n
	if spread := math.Sqrt(squares/n - mean*mean); math.Abs(mean) > 0.06 || math.Abs(spread-0.75*0.8) > 0.06 || math.Abs(slope/size) > 0.06 {
		t.Errorf("luck in pay is %.3f on average, spreads by %.3f, rises by %.3f with the employer's effect; want 0, 0.60, 0", mean, spread, slope/size)
	}
}

func TestCopiesAppearWhenTheDocumentSays(t *testing.T) {
	m := market(t, func(p *Params) { p.Postings = 10_000 })
	latest := map[string]ieum.Day{"original": 0, "duplicate": 3, "repost": 150}
	seen := map[string]ieum.Day{}
	eachPosting(m, func(c *clerk, r *PostingRow, k *PostingTruth) {
		later := ieum.Day(r.Opened) - c.vac.opened
		if most := latest[k.Version]; later < 0 || later > most || k.Version == "repost" && later < min(21, m.p.AsOf-c.vac.opened) {
			t.Fatalf("a %s opens %d days after the vacancy", k.Version, later)
		}
		seen[k.Version] = max(seen[k.Version], later)
	})
	for version, most := range latest {
		if seen[version] != most {
			t.Errorf("the latest %s opens after %d days, want %d", version, seen[version], most)
		}
	}
}

func TestEffectsAreDrawnFromTheirBounds(t *testing.T) {
	m, other := market(t, nil), market(t, func(p *Params) { p.Seed++ })
	var zero, strong, rise tally
	for kind := range m.effects {
		for field, row := range m.effects[kind] {
			for group, e := range row {
				if e != other.effects[kind][field][group] {
					t.Fatal("another seed has another table of effects")
				}
				if zero.add(e == effect{}, 1.0/3); e == (effect{}) {
					continue
				}
				scale := 1.0
				if m.fieldCodes[field][0] != byte('0'+group) {
					scale = 0.5
				}
				τ, δ := e.chance/scale, e.pay/scale
				if τ < 0.3 || τ > 1.2 || δ < 0.02 || δ > 0.10 {
					t.Fatalf("field %s, group %d: τ = %g, δ = %g", m.fieldCodes[field], group, e.chance, e.pay)
				}
				strong.add(τ > 0.75, 0.5)
				rise.add(δ > 0.06, 0.5)
			}
		}
	}
	zero.holds(t, "cells without effect")
	if share := zero.got / zero.n; math.Abs(share-1.0/3) > 0.03 {
		t.Errorf("%.3f of the cells are without effect, want a third", share)
	}
	strong.holds(t, "effects above the middle")
	rise.holds(t, "rises of pay above the middle")
}

func TestOfOneKindOnlyTheLastTreatmentCounts(t *testing.T) {
	m := market(t, nil)
	job := m.byCode["8212"]
	a, b := m.effectOf(training, m.byCode["1352"], job), m.effectOf(examination, job, job)
	p := Person{taken: []taken{{kind: training, leads: job}, {kind: examination, leads: job}, {kind: training, leads: m.byCode["1352"]}}}
	if got, want := m.effect(&p, job), (effect{a.chance + b.chance, a.pay + b.pay}); math.Abs(got.chance-want.chance)+math.Abs(got.pay-want.pay) > 1e-12 {
		t.Errorf("the effects add up to %+v, want %+v", got, want)
	}
}

func TestCoursesAreAsManyAndAsLongAsTheDocumentSays(t *testing.T) {
	for postings, want := range map[int]int{0: 0, 1: 40, 4000: 40, 30_000: 300, 5_800_000: 20_000} {
		if got := courseCount(postings); got != want {
			t.Errorf("%d postings have %d courses, want %d", postings, got, want)
		}
	}
	m := market(t, nil)
	shortest, longest := 100, 0
	var k course
	for id := range 2000 {
		m.course(id, &k)
		shortest, longest = min(shortest, k.weeks), max(longest, k.weeks)
	}
	if shortest != 2 || longest != 20 {
		t.Errorf("courses last %d to %d weeks, want 2 to 20", shortest, longest)
	}
}
