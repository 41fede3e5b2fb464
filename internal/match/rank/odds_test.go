package rank

import (
	"math"
	"math/rand/v2"
	"testing"
)

// randomModel is one with weights from nothing to plenty.
func randomModel(rnd *rand.Rand) *Model {
	m := &Model{Answers: .1 + .9*rnd.Float64()}
	for _, w := range []*Weights{&m.Chance, &m.Wish} {
		w.Base = rnd.NormFloat64() * 4
		for i := range w.Of {
			w.Of[i] = max(0, rnd.NormFloat64()*.2)
		}
	}
	return m
}

func TestTheScoreIsChanceTimesWishAndItsPartsAddUp(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 4))
	for range 100_000 {
		m, f := randomModel(rnd), random(rnd)
		points := Score(&f)
		odds := m.Odds(&points)
		base, parts := m.Explain(&points)
		if want := math.Log(m.Answers*Probability(odds.Chance)) + math.Log(Probability(odds.Wish)); math.Abs(m.Score(odds)-want) > 1e-9 {
			t.Fatalf("the score is %v, the logarithms are %v", m.Score(odds), want)
		}
		if sum := base + parts.Sum(); math.Abs(sum-m.Score(odds)) > 1e-9 {
			t.Fatalf("the parts add up to %v, the score is %v", sum, m.Score(odds))
		}
		if none := m.Score(m.Base()); math.Abs(base-none) > 1e-9 {
			t.Fatalf("where nothing is known the score is %v, not %v", none, base)
		}
		for i, v := range parts {
			if v*points[i] < 0 {
				t.Fatalf("%s: %v points count %v", Part(i), points[i], v)
			}
		}
	}
}

// A part that is alone counts for all that the score rises by; where nothing moves, nothing.
func TestOfAPartAlone(t *testing.T) {
	m := &Model{Answers: .5}
	m.Chance.Base, m.Wish.Base = -2, -3
	m.Wish.Of[Region] = .3
	base, parts := m.Explain(&Parts{Region: 7, Pay: 6})
	if want := m.Score(Odds{-2, -3 + 2.1}) - m.Score(Odds{-2, -3}); math.Abs(parts[Region]-want) > 1e-12 || parts[Pay] != 0 || math.Abs(base-m.Score(Odds{-2, -3})) > 1e-12 {
		t.Errorf("the place counts %v, want %v; pay %v; base %v", parts[Region], want, parts[Pay], base)
	}
}

// cases draws cases of two numbers of which the log odds are 1 + 2a − .5b.
func cases(rnd *rand.Rand, n int, add func(share float64, x ...float64)) {
	for range n {
		a, b := rnd.NormFloat64(), rnd.NormFloat64()*3+1
		share := 0.0
		if rnd.Float64() < Probability(1+2*a-.5*b) {
			share = 1
		}
		add(share, a, b)
	}
}

func TestWeightsAreFound(t *testing.T) {
	free, rising := NewLogistic(2, false), NewLogistic(2, true)
	cases(rand.New(rand.NewPCG(5, 5)), 40_000, func(share float64, x ...float64) { free.Add(share, x...); rising.Add(share, x...) })
	base, of := free.Weights()
	if math.Abs(base-1) > .1 || math.Abs(of[0]-2) > .1 || math.Abs(of[1]+.5) > .05 {
		t.Errorf("the weights are %v and %v, want 1, 2 and -.5", base, of)
	}
	if _, of := rising.Weights(); of[1] != 0 || !(of[0] > .5) {
		t.Errorf("none may make it less probable, and the weights are %v", of)
	}
}

// What people were shown at a place they may not have looked at; what they would choose and
// how likely they look at each place are both found.
func TestLooksAndWishesAreToldApart(t *testing.T) {
	rnd := rand.New(rand.NewPCG(6, 6))
	looks := []float64{.8, .6, .3, .2}
	var all []Shown
	for range 60_000 {
		s := Shown{Place: 1 + rnd.IntN(4)}
		s.Parts[Pay], s.Parts[Region] = rnd.Float64()*6, 3.5*float64(rnd.IntN(3))
		opens := Probability(-.5 + .3*s.Parts[Pay] + .1*s.Parts[Region])
		if rnd.Float64() < looks[s.Place-1] && rnd.Float64() < opens {
			s.Viewed = true
			s.Chosen = rnd.Float64() < .4
		}
		all = append(all, s)
	}
	for range 60_000 { // nobody was shown these
		all = append(all, Shown{Parts: Parts{Pay: rnd.Float64() * 6, Field: -10}})
	}
	wish, looked := FitShown(all)
	forecast, chosen := 0.0, 0.0
	for _, s := range all {
		if s.Place > 0 {
			forecast += looked[s.Place-1] * Probability(wish.odds(&s.Parts))
		}
		if s.Chosen {
			chosen++
		}
	}
	if math.Abs(forecast/chosen-1) > 1e-6 {
		t.Errorf("of what was shown %v is forecast and %v was chosen", forecast, chosen)
	}
	for k, want := range looks {
		if math.Abs(looked[k]-want/looks[0]) > .05 {
			t.Errorf("place %d is looked at %.3f times as often as the first, want %.3f", k+1, looked[k], want/looks[0])
		}
	}
	parts := Parts{Pay: 3, Region: 3.5}
	if got, want := Probability(wish.odds(&parts)), .8*.4*Probability(-.5+.9+.35); math.Abs(got-want) > .025 {
		t.Errorf("at the first place %.3f choose it, want %.3f", got, want)
	}
}

// Of the good enough not all are answered, and it is found how many are.
func TestHowManyAreAnswered(t *testing.T) {
	rnd := rand.New(rand.NewPCG(8, 8))
	for _, share := range []float64{.5, 1} {
		var all []Parts
		var answered []bool
		for range 20_000 {
			p := Parts{Competencies: 26 * rnd.Float64()}
			all, answered = append(all, p), append(answered, rnd.Float64() < share*Probability(-3+.3*p[Competencies]))
		}
		chance, answers := FitChance(all, answered)
		if math.Abs(answers-share) > .051 || math.Abs(chance.Of[Competencies]-.3) > .04 {
			t.Errorf("%v are answered, found is %v, with the weights %v", share, answers, chance)
		}
	}
}

// Work of no field of somebody's counts against it, unless nothing is known of them.
func TestAnotherField(t *testing.T) {
	for _, tt := range []struct {
		near  float64
		known float64
		want  float64
	}{{0, 1, -10}, {0, 0, 0}, {.15, 1, -5}, {.3, 1, 0}, {1, 1, 0}, {0, .2, -2}, {.2, .2, 0}} {
		f := nothing
		f.Near, f.Known = tt.near, tt.known
		if got := Score(&f)[Field]; math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("nearness %v, known %v: %v points, want %v", tt.near, tt.known, got, tt.want)
		}
	}
}
