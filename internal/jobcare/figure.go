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
	quantiles = 30            // values of which a quantile is one; of people as many beyond doubt
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

// Months returns a number of months as whole ones.
func (f Figure) Months() int { return int(f.Int()) }

// Tenths returns the value rounded to one decimal, or 0.
func (f Figure) Tenths() float64 { return math.Round(f.Float()*10) / 10 }

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

// A rule says how counts of people in a slice become figures: as they are published in a
// release, or, without one, exact, for staff on a basis and on record. Counts of postings,
// which anybody can count, are exact in both. docs/market.md has it whole.
type rule struct {
	release *cellkey.Release
	of      Query
}

// A part is a part of a slice: those of whom Field is Value, as Query names them; the slice
// itself when empty.
type part struct{ field, value string }

func (r rule) exact() bool { return r.release == nil }

// n is the number that is shown of a cell of what, and 0 for a withheld one.
func (r rule) n(c cellkey.Cell, what string, p part) int {
	switch {
	case r.exact():
		return c.N
	case c.N < least:
		return 0
	}
	of := r.of
	if what != whoTried && what != whoTimes && what != whoHired && what != whoAgreed && what != whoWaited {
		of = of.ofPeople() // the same people have one number
	}
	return r.release.Published(c, what+"|"+of.Occupation+"|"+of.name(p))
}

// people is a number of people. Nobody and fewer than five look alike.
func (r rule) people(c cellkey.Cell, what string, p part, basis string) Figure {
	n := r.n(c, what, p)
	if n == 0 && !r.exact() {
		return withheld
	}
	return known(float64(n), n, 0, basis)
}

// share is n of all of the people in it, both as they are shown.
func (r rule) share(n, all int, basis string) Figure {
	if n < least || all < shareBase {
		return withheld
	}
	return known(min(1, float64(n)/float64(all)), n, all, basis)
}

// ratio is openings per seeker, in hundredths.
func ratio(places, seekers int) Figure {
	if seekers < least {
		return withheld
	}
	return known(math.Round(float64(places)/float64(seekers)*100)/100, seekers, 0, onSeekers)
}

// pay is the distribution of what people wish, won a year; of all of those who could have
// said. That there is one tells nothing of how many there are but what is published.
func (r rule) pay(w wishes, p part, all int) Pay { return r.amounts(w, whoWish, p, all, onSeekers) }

// amounts is the same of what people are counted as who.
func (r rule) amounts(w wishes, who string, p part, all int, basis string) Pay {
	n, beyond := r.beyond(w.Cell, who, p)
	return distribution(w.spread, beyond, n, r.share(n, all, basis), basis)
}

// beyond is a number of people as it is shown, and how many there are beyond doubt.
func (r rule) beyond(c cellkey.Cell, who string, p part) (n, beyond int) {
	n = r.n(c, who, p)
	if r.exact() {
		return n, n
	}
	return n, n - cellkey.Most
}

// weeks is the distribution of the weeks that people looked who were hired.
func (r rule) weeks(w wishes) Weeks {
	n, beyond := r.beyond(w.Cell, whoWaited, part{})
	of := func(q float64) Figure {
		if beyond < quantiles || w.n < quantiles {
			return withheld
		}
		return known(float64(w.bin(q)), n, 0, onHired)
	}
	return Weeks{of(.25), of(.5), of(.75)}
}

// What people are counted as.
const (
	whoSeek = "seekers"
	whoAre  = "people"
	whoWish = "wish"
)

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
	return distribution(s, s.n, s.n, share(s.n, of, onPostings), onPostings)
}

// distribution reads the quantiles off; n is how many values there are said to be, at
// least as many as enough.
func distribution(s spread, enough, n int, stated Figure, basis string) Pay {
	of := func(q float64) Figure {
		if enough < quantiles {
			return withheld
		}
		return s.quantile(n, q, basis)
	}
	return Pay{of(.1), of(.25), of(.5), of(.75), of(.9), stated}
}

// quantile is the inverse of the empirical distribution function (type 1 of
// Hyndman and Fan 1996), rounded to 100,000 won.
func (s *spread) quantile(n int, q float64, basis string) Figure {
	if s.n < quantiles {
		return withheld
	}
	return known(float64(s.bin(q))*grain, n, 0, basis)
}

// bin is the one in which a quantile of values lies, of which there are some.
func (s *spread) bin(q float64) int {
	rank, below := max(1, int(math.Ceil(q*float64(s.n)))), 0
	for bin, k := range s.bins {
		if below += int(k); below >= rank {
			return bin
		}
	}
	return 0
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
