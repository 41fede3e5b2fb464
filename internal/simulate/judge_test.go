package simulate

import (
	"math"
	"testing"

	"ieum"
)

// TestEmployersFindGoodEnoughWhomTheTruthSays draws the employers' judgement
// anew: over all applications, and over those of each sex and age, it comes out
// as often as the chances add up to; with discrimination, and without.
func TestEmployersFindGoodEnoughWhomTheTruthSays(t *testing.T) {
	for _, d := range []float64{0, 1} {
		h := usual(t)
		if d == 0 {
			h = happen(t, func(p *Params) { p.Discrimination = 0 })
		}
		type sum struct{ n, good, chance, variance, penalty float64 }
		sums := map[string]*sum{}
		person, vacancy := map[int64]int{}, map[int64]int{}
		for id := range h.m.people {
			person[h.m.seekerRow(id)] = id
		}
		for id := range h.run.posts {
			vacancy[int64(h.run.posts[id].row)] = id
		}
		var p Person
		for _, a := range h.applications {
			id, v := person[a.Seeker], vacancy[a.Posting]
			own := newRNG(h.m.p.Seed, ofDecision, uint64(v)<<32|uint64(id))
			good := 0.0
			if own.float() > 1-float64(a.Chance) {
				good = 1
			}
			h.m.person(id, &p)
			names := []string{"all", sexWord(p.woman), "young"}
			if years(ieum.Day(a.Day)-p.born) > 50 {
				names[2] = "past 50"
			}
			for _, name := range names {
				if sums[name] == nil {
					sums[name] = &sum{}
				}
				s, c := sums[name], float64(a.Chance)
				s.n, s.good, s.chance, s.variance, s.penalty = s.n+1, s.good+good, s.chance+c, s.variance+c*(1-c), s.penalty+float64(a.Penalty)
			}
		}
		for name, s := range sums {
			if math.Abs(s.good-s.chance) > 4*math.Sqrt(s.variance) {
				t.Errorf("discrimination %g, %s: %.0f of %.0f are good enough, the chances add up to %.1f", d, name, s.good, s.n, s.chance)
			}
			if (s.penalty == 0) != (d == 0) {
				t.Errorf("discrimination %g, %s: penalties add up to %g", d, name, s.penalty)
			}
			t.Logf("discrimination %g, %s: mean penalty %.3f of %.0f", d, name, s.penalty/s.n, s.n)
		}
	}
}

// TestWhatConfoundsIsInTheLogOrNot: those who take courses are abler; who knows
// aptitude and motivation as measured knows all that makes them so.
func TestWhatConfoundsIsInTheLogOrNot(t *testing.T) {
	h := usual(t)
	person := map[int64]int{}
	for id := range h.m.people {
		person[h.m.seekerRow(id)] = id
	}
	var ability [2]float64
	var n [2]float64
	var rest, squares, covariance, variance, mean float64
	for _, e := range h.effects {
		mean += float64(e.Propensity) / float64(len(h.effects))
	}
	for _, e := range h.effects {
		_, a, d := h.m.latent(person[e.Seeker])
		aptitude, _ := h.m.measured(person[e.Seeker], a, d)
		k := 0
		if e.Taken {
			k = 1
		}
		ability[k] += a
		n[k]++
		rest = a - aptitude*math.Sqrt(0.8) // of ability, what the measurement does not tell
		p := float64(e.Propensity) - mean
		squares, covariance, variance = squares+rest*rest, covariance+rest*p, variance+p*p
	}
	if gap := ability[1]/n[1] - ability[0]/n[0]; gap < 0.2 {
		t.Errorf("those who take courses are abler by %.2f only", gap)
	}
	if c := covariance / math.Sqrt(squares*variance); math.Abs(c) > 0.08 {
		t.Errorf("what the measurement does not tell of ability correlates with taking courses: %.3f", c)
	}
	for _, confounding := range []string{observed, partly} {
		s := &scribe{m: market(t, func(p *Params) { p.Confounding = confounding })}
		var row LogRow
		s.row(&event{kind: registered, seeker: 5}, &row)
		if (row.Aptitude != nil) != (confounding == observed) || (row.Motivation != nil) != (confounding == observed) || row.Age == nil {
			t.Errorf("%s: %+v", confounding, row)
		}
	}
}

func TestEffectsAreZeroWhereTheyAreZero(t *testing.T) {
	h := usual(t)
	zero, taken, expected := 0, 0, 0.0
	var variance float64
	for _, e := range h.effects {
		if e.Tau == 0 {
			zero++
			if e.ChanceWith != e.ChanceWithout || e.Delta != 0 || math.Abs(float64(e.PayWith-e.PayWithout)) > 1 {
				t.Fatalf("no effect, but %+v", e)
			}
		} else if e.ChanceWith <= e.ChanceWithout {
			t.Fatalf("an effect that does nothing: %+v", e)
		}
		if e.Taken {
			taken++
		}
		p := float64(e.Propensity)
		expected += p
		variance += p * (1 - p)
	}
	if d := math.Abs(float64(taken) - expected); d > 4*math.Sqrt(variance) {
		t.Errorf("%d took up what they were counselled to, the propensities add up to %.0f", taken, expected)
	}
	if share := float64(zero) / float64(len(h.effects)); share < 0.2 || share > 0.5 {
		t.Errorf("%.2f of decisions have no effect, want about a third", share)
	}
	cells, none := 0, 0
	for _, t := range h.m.effects {
		for _, row := range t {
			for _, e := range row {
				cells++
				if e == (effect{}) {
					none++
				}
			}
		}
	}
	within(t, "cells without effect", none, cells, zeroShare)
	t.Logf("%d decisions, %d taken", len(h.effects), taken)
}
