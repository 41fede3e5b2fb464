package jobcare

import (
	"cmp"
	"math"
	"slices"

	"ieum"
)

// least is the number of people or postings below which a figure is withheld:
// fewer than five could be recognised, and say little of the rest.
const least = 5

// A Figure is one number and what it stands on. A withheld one has neither
// value nor n: {"value":null,"suppressed":true}.
type Figure struct {
	Value      *float64 `json:"value"`
	Suppressed bool     `json:"suppressed,omitempty"`
	N          int      `json:"n,omitempty"`     // people or postings counted
	Of         int      `json:"of,omitempty"`    // of how many, for a share or a mean
	Basis      string   `json:"basis,omitempty"` // which of Market.Bases it was counted on
}

// Known reports whether the figure has a value.
func (f Figure) Known() bool { return f.Value != nil }

// Int returns the value rounded, or 0.
func (f Figure) Int() int64 {
	if f.Value == nil {
		return 0
	}
	return int64(math.Round(*f.Value))
}

// Month returns a twelfth of a yearly amount, rounded to 10,000 won.
func (f Figure) Month() int64 { return int64(math.Round(f.Float()/12/10_000)) * 10_000 }

// Hundred returns a share or ratio as a whole number of a hundred, or 0.
func (f Figure) Hundred() int64 { return int64(math.Round(f.Float() * 100)) }

// Float returns the value, or 0.
func (f Figure) Float() float64 {
	if f.Value == nil {
		return 0
	}
	return *f.Value
}

// liftBase is how many rows must have something at all before it is said how
// much more often one occupation has it.
const liftBase = 30

var withheld = Figure{Suppressed: true}

// grain is what numbers of people are rounded to. A total and its parts that
// were exact would give a withheld part away by subtraction; rounded to five,
// every number from one to four stays possible. (Conventional rounding: Willenborg
// and de Waal, Elements of Statistical Disclosure Control, 2001, chapter 9.)
const grain = 5

// rounded is a number as it is shown: of people to the nearest five, of
// postings, which are public, as it is.
func rounded(n int, basis string) int {
	if basis != onSeekers && basis != onPeople {
		return n
	}
	return (n + grain/2) / grain * grain
}

// count is a number of people or postings.
func count(n int, basis string) Figure {
	if n > 0 && n < least {
		return withheld
	}
	n = rounded(n, basis)
	v := float64(n)
	return Figure{Value: &v, N: n, Basis: basis}
}

// openings is a number of places: no person can be recognised in it.
func openings(places, postings int) Figure {
	v := float64(places)
	return Figure{Value: &v, N: postings, Basis: onPostings}
}

// share is n of of, as a fraction.
func share(n, of int, basis string) Figure {
	if n < least || of < least {
		return withheld
	}
	n, of = rounded(n, basis), rounded(of, basis)
	v := float64(n) / float64(of)
	return Figure{Value: &v, N: n, Of: of, Basis: basis}
}

// ratio is openings per seeker.
func ratio(places, seekers int) Figure {
	if seekers < least {
		return withheld
	}
	seekers = rounded(seekers, onSeekers)
	v := math.Round(float64(places)/float64(seekers)*100) / 100
	return Figure{Value: &v, N: seekers, Basis: onSeekers}
}

// A Pay is a distribution of won a year, rounded to 100,000 won.
type Pay struct {
	P25    Figure `json:"p25"`
	Median Figure `json:"median"`
	P75    Figure `json:"p75"`
	// Stated is the share of rows that state pay at all.
	Stated Figure `json:"stated"`
}

// pays sorts values, won a year, and reads the quartiles off; of is how many
// rows could have stated pay.
func pays(values []uint32, of int, basis string) Pay {
	slices.Sort(values)
	return Pay{
		quantile(values, .25, basis), quantile(values, .5, basis), quantile(values, .75, basis),
		share(len(values), of, basis),
	}
}

// quantile is the inverse of the empirical distribution function (type 1 of
// Hyndman and Fan 1996), rounded to 100,000 won.
func quantile(sorted []uint32, q float64, basis string) Figure {
	n := len(sorted)
	if n < least {
		return withheld
	}
	i := max(0, int(math.Ceil(q*float64(n)))-1)
	v := math.Round(float64(sorted[i])/100_000) * 100_000
	return Figure{Value: &v, N: rounded(n, basis), Basis: basis}
}

// A Share is how often something occurs in an occupation, and how much more
// often than in all of them.
type Share struct {
	Code  string    `json:"code"`
	Name  ieum.Text `json:"name"`
	Share Figure    `json:"share"`
	Lift  *float64  `json:"lift"` // 1 = as often as everywhere; null when not known
}

// Times is the lift rounded to one decimal.
func (s Share) Times() float64 { return math.Round(*s.Lift*10) / 10 }

// most returns the k most frequent of counts, with their lift over all.
func most(counts []int, of int, all []uint32, allOf int, k int, basis string, name func(int) (string, ieum.Text)) []Share {
	var ids []int
	for id, n := range counts {
		if id > 0 && n >= least {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b int) int { return cmp.Or(counts[b]-counts[a], a-b) })
	out := []Share{}
	for _, id := range ids[:min(k, len(ids))] {
		code, text := name(id)
		s := Share{Code: code, Name: text, Share: share(counts[id], of, basis)}
		if id < len(all) && all[id] >= liftBase && allOf > 0 && of > 0 {
			l := math.Round(s.Share.Float()/(float64(all[id])/float64(allOf))*100) / 100
			s.Lift = &l
		}
		out = append(out, s)
	}
	return out
}

// hideSecond withholds one more people figure of a table whose total is known
// when exactly one is withheld, so that it cannot be found by subtraction: the
// smallest that is left.
func hideSecond(figures []*Figure) {
	hidden := 0
	var smallest *Figure
	for _, f := range figures {
		switch {
		case f.Suppressed:
			hidden++
		case f.Int() > 0 && (smallest == nil || f.Int() < smallest.Int()):
			smallest = f
		}
	}
	if hidden == 1 && smallest != nil {
		*smallest = withheld
	}
}
