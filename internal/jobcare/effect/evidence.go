package effect

import (
	"cmp"
	"math"
	"slices"
)

// A Verdict is what may be said of an estimate.
type Verdict string

// Verdicts. All but Found are "not enough evidence", with why.
const (
	TooFew     Verdict = "few"        // people or outcomes: nothing is shown
	TooUnlike  Verdict = "unlike"     // hardly anybody comparable: nothing is shown
	Unclear    Verdict = "unclear"    // it may be nothing: the interval is shown
	Unmeasured Verdict = "unmeasured" // a known cause was not recorded: shown with how strong it would have to be, and not called an effect
	Found      Verdict = "found"
)

// The rule for too few and too unlike. An interval by the normal distribution takes so many
// people on either side, and of yes and no so many of the rarer in each arm (ten: Peduzzi and
// others, Journal of Clinical Epidemiology 49, 1996; five are enough for a difference of two
// shares: Cochran, Biometrics 10, 1954).
const (
	leastPeople   = 30
	leastMatching = 30.0
	leastOutcomes = 5
	mostLeftOut   = 0.1 // of the treated and compared
)

// evidence says whether a cell has enough for an interval; what its interval says is claim's.
func evidence(c *cell, e *Estimate, binary bool) Verdict {
	units := c.arms[0].units + c.arms[1].units
	switch {
	case e.Treated < leastPeople || e.Compared < leastPeople:
		return TooFew
	case binary && slices.ContainsFunc(c.arms[:], func(a arm) bool { return min(a.ones, a.units-a.ones) < leastOutcomes }):
		return TooFew
	case e.Matching < leastMatching || float64(c.leftOut) > mostLeftOut*float64(units+c.leftOut):
		return TooUnlike
	}
	return Unclear
}

// falseDiscovery is of all effects found together, the share expected to be none at most.
const falseDiscovery = 0.05

// claim decides which of the estimates that are shown together are found, so that many looks
// do not find what is not there (Benjamini and Hochberg, Journal of the Royal Statistical
// Society B 57, 1995); their intervals then leave 0 out. Of a table with something unmeasured
// none is.
func claim(tables []*Table, lists [][]Estimate) {
	var shown []*Estimate
	for i, list := range lists {
		for k := range list {
			if e := &list[k]; e.Shown() && tables[i].Unmeasured {
				e.Verdict = Unmeasured
			} else if e.Shown() {
				shown = append(shown, e)
			}
		}
	}
	slices.SortStableFunc(shown, func(a, b *Estimate) int { return cmp.Compare(a.P, b.P) })
	found := 0
	for i, e := range shown {
		if e.P <= falseDiscovery*float64(i+1)/float64(len(shown)) {
			found = i + 1
		}
	}
	for _, e := range shown[:found] {
		e.Verdict = Found
	}
}

// normal975 is the quantile of the standard normal distribution at 0.975.
const normal975 = 1.959963984540054

// quantile returns the quantile of Student's t at 0.975, and twoSided the chance of so large a
// value or larger, by the approximation of Wallace (Annals of Mathematical Statistics 30,
// 1959), of which the quantile is off by 0.3 % at five degrees of freedom and less beyond.
func quantile(free float64) float64 {
	z := normal975 * (8*free + 3) / (8*free + 1)
	return math.Sqrt(free * math.Expm1(z*z/free))
}

func twoSided(t, free float64) float64 {
	z := (8*free + 1) / (8*free + 3) * math.Sqrt(free*math.Log1p(t*t/free))
	return math.Erfc(z / math.Sqrt2)
}
