// Package als learns from who applied for what: a vector for each person, posting and
// trait of either, such that the product of a person's and a posting's is near 1 where one
// applied, and near 0 elsewhere. Traits let it speak of who never applied, and of what
// nobody applied for yet.
//
// It factorises the log as implicit feedback (Hu, Koren, Volinsky 2008), with a penalty in
// proportion to how much is known of a row (Rendle, Krichene, Zhang, Koren 2022), the tables
// of traits with it (Singh, Gordon 2008), by alternating least squares, each of a few steps
// of conjugate gradients (Takács, Pilászy, Tikk 2011).
//
// Read als.go for what it is given and how it goes round, solve.go for one step.
package als

import (
	"context"
	"math"
	"math/rand/v2"
)

// A Log is who applied for what, and what is known of both. All are numbered from 0.
type Log struct {
	Applied  [][]uint32 // by person: postings, each once
	Postings int

	People Traits // of each person
	Offers Traits // of each posting
}

// Traits are what rows have, by number; each at most once in a row.
type Traits struct {
	Of [][]uint32 // by row; nil = nothing is known of any
	N  int        // different ones
}

// Options are how a model is fitted.
type Options struct {
	Dim     int     // numbers in a vector
	Rounds  int     // times that all vectors are fitted to the others
	Absent  float64 // weight of a pair that is not in the log, one that is being 1
	Penalty float64 // on the squares of a vector, for each unit of weight it is fitted to
	Trait   float64 // weight of a trait that one row has; of one that n have, by 1/√n
	Seed    uint64
}

// Usual are the options that were best on applications held out within the part of Scout's
// log that is not scored (docs/quality.md).
var Usual = Options{Dim: 128, Rounds: 8, Absent: .01, Penalty: .006, Trait: .5, Seed: 1}

// A Model is the vectors of people and postings, of Dim numbers each, in a row.
type Model struct {
	Dim              int
	People, Postings []float32
}

// Person is the vector of one person.
func (m *Model) Person(i int) []float32 { return m.People[i*m.Dim : (i+1)*m.Dim] }

// Posting is the vector of one posting.
func (m *Model) Posting(i int) []float32 { return m.Postings[i*m.Dim : (i+1)*m.Dim] }

// Dot is the product of two vectors of one length.
func Dot(a, b []float32) float32 {
	var s [4]float32
	b = b[:len(a)]
	for len(a) >= 4 {
		s[0] += a[0] * b[0]
		s[1] += a[1] * b[1]
		s[2] += a[2] * b[2]
		s[3] += a[3] * b[3]
		a, b = a[4:], b[4:]
	}
	for i, x := range a {
		s[0] += x * b[i]
	}
	return s[0] + s[1] + (s[2] + s[3])
}

// Fit learns from a log. What comes out is the same on any number of cores. Memory is
// 4×Dim bytes for each person, posting and trait, and twice the log.
func Fit(ctx context.Context, log Log, o Options) (*Model, error) {
	people, postings := len(log.Applied), log.Postings
	rnd := rand.New(rand.NewPCG(o.Seed, 1))
	random := func(n int) vectors {
		v := vectors{o.Dim, make([]float32, n*o.Dim)}
		scale := .1 / math.Sqrt(float64(o.Dim))
		for i := range v.of {
			v.of[i] = float32(rnd.NormFloat64() * scale)
		}
		return v
	}
	person, posting := random(people), random(postings)
	trait, offer := random(log.People.N), random(log.Offers.N)

	applied := link{to: log.Applied}
	applicants := applied.turned(postings)
	has := link{to: log.People.Of, weight: log.People.weights(o.Trait)}
	asks := link{to: log.Offers.Of, weight: log.Offers.weights(o.Trait)}
	having, asking := has.turned(log.People.N), asks.turned(log.Offers.N)

	s := solver{o: o}
	for range o.Rounds {
		s.fit(person, side{posting, applied}, side{trait, has})
		s.fit(trait, side{person, having})
		s.fit(offer, side{posting, asking})
		s.fit(posting, side{person, applicants}, side{offer, asks})
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	s.fit(person, side{posting, applied}, side{trait, has})
	return &Model{o.Dim, person.of, posting.of}, ctx.Err()
}

// weights are those of the traits: what many have tells little.
func (t *Traits) weights(one float64) []float32 {
	n := make([]int, t.N)
	for _, row := range t.Of {
		for _, id := range row {
			n[id]++
		}
	}
	w := make([]float32, t.N)
	for id, n := range n {
		w[id] = float32(one / math.Sqrt(float64(max(n, 1))))
	}
	return w
}
