package simulate

import (
	"math"
	"testing"
)

// rises fails unless f grows from each of the arguments to the next.
func rises(t *testing.T, what string, f func(float64) float64, at ...float64) {
	t.Helper()
	for i := 1; i < len(at); i++ {
		if a, b := f(at[i-1]), f(at[i]); !(b > a) {
			t.Errorf("%s: %.4f at %g, %.4f at %g; want it to grow", what, a, at[i-1], b, at[i])
		}
	}
}

func TestWishesAreMonotone(t *testing.T) {
	rises(t, "utility of pay", func(x float64) float64 { return view{pay: x}.utility() }, -0.4, 0, 0.2, 0.4)
	rises(t, "utility of nearness", func(x float64) float64 { return view{distance: int(3 - x)}.utility() }, 0, 1, 2, 3)
	rises(t, "utility of the occupation", func(x float64) float64 { return view{order: int(mostWishes - x)}.utility() }, 0, 1, 2, 3)
	if !(view{unlike: true}.utility() < view{}.utility() && view{shifts: true}.utility() < view{}.utility()) {
		t.Error("another employment or shifts are no worse than what was wished")
	}
	rises(t, "opening a line", opened, -2, 0, 2)
	rises(t, "applying by wish", func(u float64) float64 { return applies(u, 0) }, -2, 0, 2)
	rises(t, "applying by chance", func(p float64) float64 { return applies(0, p) }, -2, 0, 2)
	rises(t, "accepting by utility", func(u float64) float64 { return accepts(u, 4) }, -2, 0, 2)
	rises(t, "accepting by weeks", func(w float64) float64 { return accepts(0, int(w)) }, 0, 10, 40)
	for i := 1; i < slateSize; i++ {
		if examined[i] >= examined[i-1] {
			t.Errorf("place %d is looked at more often than the one above", i+1)
		}
	}
}

func TestEmployersAreMonotone(t *testing.T) {
	base := candidacy{fit: 0.5, years: 3, least: 3}
	with := func(f func(*candidacy, float64)) func(float64) float64 {
		return func(x float64) float64 {
			c := base
			f(&c, x)
			return c.logit()
		}
	}
	rises(t, "fit", with(func(c *candidacy, x float64) { c.fit = x }), 0, 0.3, 0.7, 1)
	rises(t, "ability", with(func(c *candidacy, x float64) { c.ability = x }), -2, 0, 2)
	rises(t, "years", with(func(c *candidacy, x float64) { c.years = x }), 0, 1, 2, 3, 5, 7)
	rises(t, "schooling", with(func(c *candidacy, x float64) { c.schooling = int(x) }), -2, -1, 0, 1, 2)
	rises(t, "nearness of the last job", with(func(c *candidacy, x float64) { c.near = int(3 - x) }), 0, 1, 2, 3)
	rises(t, "licence", with(func(c *candidacy, x float64) { c.licence = int(x) }), -1, 0, 1)
	rises(t, "scarcity", with(func(c *candidacy, x float64) { c.scarcity = x }), -1, 0, 1)
	rises(t, "ease", with(func(c *candidacy, x float64) { c.picky = -x }), -1, 0, 1)
	rises(t, "effects", with(func(c *candidacy, x float64) { c.effect = x }), 0, 0.5, 1)
	beginner := base
	beginner.onlyNew, beginner.least = true, 0
	if old, young := beginner, beginner; true {
		old.years, young.years = 6, 0
		if old.logit() >= young.logit() {
			t.Error("where beginners are sought, six years do not hurt")
		}
	}
}

func TestPenaltiesOfGroupsAndProxies(t *testing.T) {
	none := standing{women: 0.5, age: 30}
	if p := none.penalty(); p != 0 {
		t.Errorf("somebody of no group has a penalty of %g", p)
	}
	for what, s := range map[string]standing{
		"sex": {woman: true, women: 0.3, age: 30}, "age": {women: 0.5, age: 58}, "origin": {women: 0.5, age: 30, origin: foreignBorn},
		"from the North": {women: 0.5, age: 30, origin: northKorean}, "region": {women: 0.5, age: 30, outside: true},
		"gap": {women: 0.5, age: 30, gap: 2}, "no service": {women: 0.5, age: 30, unserved: true}, "a man among women": {women: 0.9, age: 30},
	} {
		if s.penalty() >= 0 {
			t.Errorf("%s: no penalty", what)
		}
	}
}

func TestSlatesHaveThePropensitiesTheyState(t *testing.T) {
	weights := []float64{5, 1, 0.5, 3, 2, 0.2, 1, 1, 4, 2}
	const n = 100_000
	r := newRNG(3, ofWeek, 1)
	var top [10]int
	var chosen [slateSize]int
	var propensity [slateSize]float64
	var total float64
	for _, w := range weights {
		total += w
	}
	inverse := 0.0
	for range n {
		w := append([]float64(nil), weights...)
		k := slate(&r, w, &chosen, &propensity)
		if k != slateSize {
			t.Fatalf("a slate of %d", k)
		}
		left := total
		seen := map[int]bool{}
		for i, at := range chosen {
			if seen[at] {
				t.Fatalf("place %d comes twice", at)
			}
			seen[at] = true
			if want := weights[at] / left; math.Abs(propensity[i]-want) > 1e-9 {
				t.Fatalf("draw %d: propensity %g, want %g", i, propensity[i], want)
			}
			left -= weights[at]
		}
		top[chosen[0]]++
		inverse += 1 / propensity[0]
	}
	for i, c := range top {
		within(t, "first place", c, n, weights[i]/total)
	}
	if got := inverse / n; math.Abs(got-10) > 0.3 { // Σ p · 1/p over ten things
		t.Errorf("inverse propensities of the first draw average %.2f, want the 10 things there are", got)
	}
	short := []float64{1, 2}
	if k := slate(&r, short, &chosen, &propensity); k != 2 || math.Abs(propensity[1]-1) > 1e-9 {
		t.Errorf("of two things %d are drawn, the last with propensity %g", k, propensity[1])
	}
}

func TestHazardsFollowTheirCauses(t *testing.T) {
	if a, b := lossHazard(42, 0, losses(0)), lossHazard(42, 0, losses(recessionFrom)); math.Abs(b/a-moreLosses) > 1e-9 {
		t.Errorf("in the recession jobs end %.2f times as often, want %g", b/a, moreLosses)
	}
	rises(t, "losses of the young", func(x float64) float64 { return lossHazard(60-x, 0, 1) }, 0, 20, 40)
	rises(t, "losses where pay is low", func(x float64) float64 { return lossHazard(42, -x, 1) }, -1, 0, 1)
	if elsewhereHazard(0, recessionFrom) >= elsewhereHazard(0, 0) {
		t.Error("in the recession people find as much elsewhere as before")
	}
	if got := elsewhereHazard(0, 0) + gaveUpHazard; math.Abs(got-1/patience) > 1e-9 {
		t.Errorf("the hazards of leaving add up to %g, want one in %g weeks", got, patience)
	}
}

func TestEffectsMovePayAsStated(t *testing.T) {
	with, without := hiredPay(3e7, 0.3, 0.5, 0.08, 0.2), hiredPay(3e7, 0.3, 0.5, 0, 0.2)
	if got := math.Log(with / without); math.Abs(got-0.08) > 1e-9 {
		t.Errorf("an effect of 0.08 moves log pay by %g", got)
	}
	rises(t, "pay of the able", func(x float64) float64 { return hiredPay(3e7, 0.3, x, 0, 0) }, -1, 0, 1)
}
