package jobcare

import (
	"cmp"
	"math"
	"slices"

	"ieum"
	"ieum/internal/jobcare/cellkey"
)

// How sure a figure must be to be shown. Of people no number from one to four is ever
// published; of postings, which are public, what fewer say is too little to go by.
const (
	least     = cellkey.Least // people or postings that have something
	shareBase = 30            // people of whom a share is taken: the noise is ± 2.4
	quantiles = 30            // values of which a quantile is one
	liftBase  = 30            // rows that must have something at all before it is said how much more often one occupation has it
)

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
func (f Figure) Int() int64 { return int64(math.Round(f.Float())) }

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

var withheld = Figure{Suppressed: true}

func known(v float64, n, of int, basis string) Figure {
	return Figure{Value: &v, N: n, Of: of, Basis: basis}
}

// A rule says how counts of people become figures: published for everybody, by cell
// keys; or exact, for staff on a basis and on record. Counts of postings, which anybody
// can count, are exact in both. docs/market.md has it whole.
type rule bool

const (
	published rule = false
	exact     rule = true
)

// n is the number that is shown of a cell, and 0 for a withheld one.
func (r rule) n(c cellkey.Cell) int {
	if r == exact {
		return c.N
	}
	return c.Published()
}

// people is a number of people. Nobody and fewer than five look alike.
func (r rule) people(c cellkey.Cell, basis string) Figure {
	n := r.n(c)
	if n == 0 && r != exact {
		return withheld
	}
	return known(float64(n), n, 0, basis)
}

// part is the share of people in of who are in c, both as they are shown.
func (r rule) part(c, of cellkey.Cell, basis string) Figure {
	n, all := r.n(c), r.n(of)
	if n < least || all < shareBase {
		return withheld
	}
	return known(min(1, float64(n)/float64(all)), n, all, basis)
}

// ratio is openings per seeker, in hundredths.
func (r rule) ratio(places int, seekers cellkey.Cell) Figure {
	n := r.n(seekers)
	if n < least {
		return withheld
	}
	return known(math.Round(float64(places)/float64(n)*100)/100, n, 0, onSeekers)
}

// pay is the distribution of what people wish, won a year; of are those who could have
// said.
func (r rule) pay(w wishes, of cellkey.Cell) Pay {
	return distribution(w.spread, r.n(w.Cell), r.part(w.Cell, of, onSeekers), onSeekers)
}

// places is a number of places in postings.
func places(n, postings int, basis string) Figure { return known(float64(n), postings, 0, basis) }

// share is n of of, of postings, as a fraction.
func share(n, of int, basis string) Figure {
	if n < least || of < least {
		return withheld
	}
	return known(float64(n)/float64(of), n, of, basis)
}

// A Pay is a distribution of won a year, rounded to 100,000 won.
type Pay struct {
	P10    Figure `json:"p10"`
	P25    Figure `json:"p25"`
	Median Figure `json:"median"`
	P75    Figure `json:"p75"`
	P90    Figure `json:"p90"`
	// Stated is the share of rows that state pay at all.
	Stated Figure `json:"stated"`
}

// offers is the distribution of what postings offer, won a year, of of postings.
func offers(s spread, of int) Pay {
	return distribution(s, s.n, share(s.n, of, onPostings), onPostings)
}

// distribution reads the quantiles off; n is how many values there are said to be.
func distribution(s spread, n int, stated Figure, basis string) Pay {
	of := func(q float64) Figure { return s.quantile(n, q, basis) }
	return Pay{of(.1), of(.25), of(.5), of(.75), of(.9), stated}
}

// quantile is the inverse of the empirical distribution function (type 1 of
// Hyndman and Fan 1996), rounded to 100,000 won.
func (s *spread) quantile(n int, q float64, basis string) Figure {
	if min(n, s.n) < quantiles {
		return withheld
	}
	rank, below := max(1, int(math.Ceil(q*float64(s.n)))), 0
	for bin, k := range s.bins {
		if below += int(k); below >= rank {
			return known(float64(bin)*grain, n, 0, basis)
		}
	}
	return withheld
}

// A Share is how often something occurs in an occupation, and how much more
// often than in all of them.
type Share struct {
	Code  string    `json:"code"`
	Name  ieum.Text `json:"name"`
	Share Figure    `json:"share"`
	Lift  *float64  `json:"lift"` // 1 = as often as everywhere; null when not known
	// Before is the share among the postings of the year before; withheld of people, whose
	// past is not kept.
	Before Figure `json:"before"`
}

// Times is the lift rounded to one decimal.
func (s Share) Times() float64 { return math.Round(*s.Lift*10) / 10 }

// Rise is by how many of a hundred the share rose within the year.
func (s Share) Rise() int64 { return s.Share.Hundred() - s.Before.Hundred() }

// lifted adds how much more often than of all: in all of allOf rows.
func (s Share) lifted(all uint32, allOf int) Share {
	if s.Share.Known() && all >= liftBase && allOf > 0 {
		l := math.Round(s.Share.Float()/(float64(all)/float64(allOf))*100) / 100
		s.Lift = &l
	}
	return s
}

// most returns the k codes with the highest numbers; number tells that of a code as it
// is shown.
func most(codes, k int, number func(int) int) []int {
	type counted struct{ id, n int }
	var all []counted
	for id := 1; id < codes; id++ {
		if n := number(id); n >= least {
			all = append(all, counted{id, n})
		}
	}
	slices.SortFunc(all, func(a, b counted) int { return cmp.Or(b.n-a.n, a.id-b.id) })
	var ids []int
	for _, c := range all[:min(k, len(all))] {
		ids = append(ids, c.id)
	}
	return ids
}
