// Package cellkey perturbs counts of people so that no published number, nor any set of
// them, tells whether one person is in it: the cell key method (Fraser and Wooton, A
// proposed method for confidentialising tabular output to protect against differencing,
// UNECE work session on statistical data confidentiality, 2005; Thompson, Broadfoot and
// Elazar, Methodology for the automatic confidentialisation of statistical outputs from
// remote servers, 2013). Each person has a secret record key, uniform over 16 bits. The keys
// of the people in a cell are summed, and the sum says by a public table what is added to
// their number; margins are perturbed on their own.
//
// Two things are ours. The sum is hashed with what the cell is a count of and with the
// secret of a release: else the same people would have the same number in two tables, by
// which one would know that they are the same, and a number that changed from one day to
// the next would tell of whom it is. And one to four people are always published as 0: a
// number that they could become would nearly always be theirs.
//
// The table is that of greatest entropy (Giessing and Tent, Concepts for generalising tools
// implementing the cell key method to the case of continuous variables, UNECE 2019) among
// those that add nothing on average to counts of Least and more, have the variance Variance,
// add or take at most Most, and never give a number from 1 to Least − 1.
package cellkey

import (
	"crypto/sha256"
	"math"
	"sync"
)

const (
	// Least is the least number that is published, of people.
	Least = 5
	// Most is the most that is added or taken.
	Most = 10
	// Variance is that of what is added, where the count does not force another.
	Variance = 6.0
)

// exact is the first count of which every deviation up to Most can be published.
const exact = Least + Most

// A Cell is some people that were counted. Its zero value is nobody.
type Cell struct {
	N   int    // how many; never published
	Key uint16 // the sum of their record keys
}

// Add counts a person.
func (c *Cell) Add(key uint16) { c.N++; c.Key += key }

// Join adds the people of another cell, who are others.
func (c *Cell) Join(o Cell) { c.N += o.N; c.Key += o.Key }

// A Release is the secret of what is published together.
type Release [32]byte

// Published returns the number that is published of a cell: 0, or at least Least. name says
// what is counted, so that the same cell is called the same whoever asks for it.
func (r *Release) Published(c Cell, name string) int {
	if c.N < Least {
		return 0
	}
	buf := make([]byte, 0, 128)
	buf = append(append(append(buf, r[:]...), byte(c.Key), byte(c.Key>>8)), name...)
	sum := sha256.Sum256(buf)
	key := uint32(sum[0]) | uint32(sum[1])<<8
	for _, s := range noise()[min(c.N, exact)] {
		if key < s.below {
			return c.N + s.add
		}
	}
	panic("cellkey: a row of the table does not end")
}

// A step is a deviation and the cell keys that give it: those below and not of a step before.
type step struct {
	below uint32
	add   int
}

// noise is the table: by count up to exact, which stands for all above.
var noise = sync.OnceValue(func() (t [exact + 1][]step) {
	for n := range t {
		adds, p := distribution(n)
		sum := 0.0
		for i, add := range adds {
			sum += p[i]
			t[n] = append(t[n], step{uint32(math.Round(sum * (1 << 16))), add})
		}
		t[n][len(adds)-1].below = 1 << 16
	}
	return t
})

// Noise returns the deviations that a count may have, and the probability of each; all
// counts from exact on have the same.
func Noise(n int) (adds []int, p []float64) {
	before := uint32(0)
	for _, s := range noise()[min(n, exact)] {
		adds, p = append(adds, s.add), append(p, float64(s.below-before)/(1<<16))
		before = s.below
	}
	return adds, p
}

// distribution is the one of greatest entropy over the deviations that a count may have,
// with mean 0 and a variance as near to Variance as may be.
func distribution(n int) (adds []int, p []float64) {
	if n < Least {
		return []int{-n}, []float64{1}
	}
	for add := -Most; add <= Most; add++ {
		if to := n + add; to == 0 || to >= Least {
			adds = append(adds, add)
		}
	}
	// p ∝ exp(a·add + b·add²); a makes the mean 0, b the variance.
	at := func(a, b float64) (p []float64, mean, variance float64) {
		sum, top := 0.0, math.Inf(-1)
		for _, add := range adds {
			x := float64(add)
			top = max(top, a*x+b*x*x)
		}
		for _, add := range adds {
			x := float64(add)
			p = append(p, math.Exp(a*x+b*x*x-top))
			sum += p[len(p)-1]
		}
		for i, add := range adds {
			p[i] /= sum
			mean += p[i] * float64(add)
			variance += p[i] * float64(add) * float64(add)
		}
		return p, mean, variance
	}
	centred := func(b float64) (p []float64, variance float64) {
		a := bisect(-200, 200, func(a float64) bool { _, mean, _ := at(a, b); return mean < 0 })
		p, _, variance = at(a, b)
		return p, variance
	}
	b := bisect(-20, 20, func(b float64) bool { _, v := centred(b); return v < Variance })
	p, _ = centred(b)
	return adds, p
}

// bisect returns where an argument stops being too small.
func bisect(low, high float64, small func(float64) bool) float64 {
	for range 100 {
		if mid := (low + high) / 2; small(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}
