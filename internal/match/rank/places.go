package rank

import (
	"math"
	"slices"
)

// Shown is a posting that somebody was shown.
type Shown struct {
	Parts          Parts
	Place          int // on the page, from 1 on; 0 = not shown, and not chosen
	Viewed, Chosen bool
}

// rounds is how often probabilities of looking and weights are estimated in turn.
const rounds = 40

// FitShown learns what people choose that they look at, and with what probability they look
// at each place, by that of the first, which counts as 1: of what nobody opened it is not
// known whether it was looked at (expectation and maximisation, as in Wang, Golbandi,
// Bendersky, Metzler and Najork, Position Bias Estimation for Unbiased Learning to Rank,
// 2018). Looks are learned from what was opened.
func FitShown(all []Shown) (wish Weights, looked []float64) {
	last := 1
	for i := range all {
		last = max(last, all[i].Place)
	}
	looked = make([]float64, last)
	for k := range looked {
		looked[k] = 1 / float64(k+1) // to begin with
	}
	shown := slices.DeleteFunc(slices.Clone(all), func(s Shown) bool { return s.Place == 0 })
	fit(shown, looked, true, func(s *Shown) bool { return s.Viewed || s.Chosen })
	wish = fit(all, looked, false, func(s *Shown) bool { return s.Chosen })
	wish.level(all, looked)
	return wish, looked
}

// level moves the base so that of what was shown as much is forecast as was chosen, whatever
// was learned of what was not.
func (w *Weights) level(all []Shown, looked []float64) {
	for range 10 {
		chosen, forecast := 0.0, 0.0
		for i := range all {
			if s := &all[i]; s.Place > 0 {
				forecast += looked[s.Place-1] * Probability(w.odds(&s.Parts))
				if s.Chosen {
					chosen++
				}
			}
		}
		if chosen > 0 {
			w.Base += math.Log(chosen / forecast)
		}
	}
}

// fit estimates weights, and the probabilities of looking if they are to be moved.
func fit(all []Shown, looked []float64, move bool, is func(*Shown) bool) (w Weights) {
	l := NewLogistic(Count, true)
	for i := range all {
		share := 0.0
		if is(&all[i]) {
			share = 1
		}
		l.Add(share, all[i].Parts[:]...)
	}
	for range rounds {
		base, of := l.steps(2)
		last := w.Base
		w.Base = base
		copy(w.Of[:], of)
		saw, shown := make([]float64, len(looked)), make([]float64, len(looked))
		for i := range all {
			s := &all[i]
			if s.Place == 0 {
				continue
			}
			k := s.Place - 1
			shown[k]++
			if is(s) {
				saw[k]++
				continue
			}
			p := Probability(w.odds(&s.Parts))
			not := 1 - looked[k]*p
			l.share[i] = p * (1 - looked[k]) / not
			saw[k] += looked[k] * (1 - p) / not
		}
		for k := range looked {
			if move && shown[k] > 0 {
				looked[k] = saw[k] / shown[k]
			}
		}
		if first := looked[0]; move && first > 0 {
			for k := range looked {
				looked[k] = min(1, looked[k]/first)
			}
		}
		if math.Abs(w.Base-last) < 1e-7 {
			break
		}
	}
	return w
}

// enoughToTry is by how many cases it is found how many of the good enough are answered.
const enoughToTry = 20_000

// FitChance learns who of those who applied is answered as they hope, and how many of the good
// enough are answered at all: the share that makes what happened most likely, of the first of
// the cases.
func FitChance(all []Parts, answered []bool) (chance Weights, answers float64) {
	applied := make([]Shown, len(all))
	for i := range all {
		applied[i] = Shown{Parts: all[i], Place: 1, Chosen: answered[i]}
	}
	is := func(s *Shown) bool { return s.Chosen }
	some, best := applied[:min(len(applied), enoughToTry)], math.Inf(-1)
	for k := 20; k >= 5; k-- {
		share, likely := float64(k)/20, 0.0
		w := fit(some, []float64{share}, false, is)
		for i := range some {
			if p := share * Probability(w.odds(&some[i].Parts)); some[i].Chosen {
				likely += math.Log(p)
			} else {
				likely += math.Log1p(-p)
			}
		}
		if likely > best {
			best, answers = likely, share
		}
	}
	return fit(applied, []float64{answers}, false, is), answers
}
