package occupation

import (
	"math"
	"math/rand/v2"
	"sync"
)

// A member is one of the models whose weights are averaged: a linear model whose
// matrix is the product of two thin ones, so that n-grams which stand in the
// same occupations come to mean the same. Averaging members that differ by their
// random numbers alone takes out what is chance in each.
type member struct {
	in   []float32 // [feature][rank]
	out  []float32 // [unit][rank]
	bias []float32 // of units

	// Sums of squared gradients, which slow what has learned much (Adagrad).
	inSum, outSum, biasSum []float32
}

// learn trains the members, side by side. Each has random numbers of its own, so
// the result does not depend on how many run at a time.
func (t *trainer) learn(seed uint64) {
	t.members = make([]*member, members)
	var wait sync.WaitGroup
	for i := range t.members {
		wait.Go(func() {
			rng := rand.New(rand.NewPCG(seed, 100+uint64(i)))
			m := newMember(len(t.hashes), t.units, rng)
			m.train(t, rng)
			m.inSum, m.outSum, m.biasSum = nil, nil, nil
			t.members[i] = m
		})
	}
	wait.Wait()
}

func newMember(features, units int, rng *rand.Rand) *member {
	m := &member{
		in: make([]float32, features*rank), out: make([]float32, units*rank), bias: make([]float32, units),
		inSum: make([]float32, features), outSum: make([]float32, units), biasSum: make([]float32, units),
	}
	spread := 1 / math.Sqrt(rank)
	for i := range m.in {
		m.in[i] = float32(rng.NormFloat64() * 0.1 * spread)
	}
	for i := range m.out {
		m.out[i] = float32(rng.NormFloat64() * spread)
	}
	return m
}

// train goes over the samples by stochastic gradient descent on the log loss.
func (m *member) train(t *trainer, rng *rand.Rand) {
	p := make([]float32, t.units)
	active := make([]int, 0, t.units)
	var hidden, back [rank]float32
	var s sample
	for e := range epochs {
		t.descend(rng, rate*(1-float64(e)/epochs), rate*(1-float64(e+1)/epochs), func(whole *sample, rate float32) {
			s.some(whole, rng)
			m.hide(&s, hidden[:])
			m.logits(hidden[:], p)
			active = gradient(p, s.unit, active)
			m.learnOut(p, active, &hidden, &back, rate)
			m.learnIn(&s, &back, rate)
		})
	}
}

// hide sums the rows of a sample's features.
func (m *member) hide(s *sample, hidden []float32) {
	clear(hidden)
	h := (*[rank]float32)(hidden)
	for i, f := range s.feature {
		row, v := (*[rank]float32)(m.in[int(f)*rank:]), s.weight[i]
		for k := range row {
			h[k] += v * row[k]
		}
	}
}

func (m *member) logits(hidden, p []float32) {
	h := (*[rank]float32)(hidden)
	for u := range p {
		p[u] = m.bias[u] + dot((*[rank]float32)(m.out[u*rank:]), h)
	}
}

// dot has four sums, which a processor adds up side by side.
func dot(a, b *[rank]float32) float32 {
	var w, x, y, z float32
	for k := 0; k < rank; k += 4 {
		w += a[k] * b[k]
		x += a[k+1] * b[k+1]
		y += a[k+2] * b[k+2]
		z += a[k+3] * b[k+3]
	}
	return (w + x) + (y + z)
}

// learnOut moves the rows of the units that have a gradient, and sums what the
// gradient is for the hidden layer.
func (m *member) learnOut(p []float32, active []int, hidden, back *[rank]float32, rate float32) {
	clear(back[:])
	size := dot(hidden, hidden) / rank
	for _, u := range active {
		g := p[u]
		m.outSum[u] += g * g * size
		m.biasSum[u] += g * g
		step := rate * g / float32(math.Sqrt(float64(m.outSum[u])+1e-6))
		row := (*[rank]float32)(m.out[u*rank:])
		for k := range row {
			back[k] += g * row[k]
			row[k] -= step * hidden[k]
		}
		m.bias[u] -= 0.3 * rate * g / float32(math.Sqrt(float64(m.biasSum[u])+1e-2))
	}
}

// learnIn moves the rows of a sample's features.
func (m *member) learnIn(s *sample, back *[rank]float32, rate float32) {
	size := dot(back, back) / rank
	for i, f := range s.feature {
		v := s.weight[i]
		m.inSum[f] += v * v * size
		step := rate * v / float32(math.Sqrt(float64(m.inSum[f])+1e-8))
		row := (*[rank]float32)(m.in[int(f)*rank:])
		for k := range row {
			row[k] -= step * back[k]
		}
	}
}

// bias returns the average of the members' biases.
func (t *trainer) bias() []float32 {
	b := make([]float32, t.units)
	for _, m := range t.members {
		for u, v := range m.bias {
			b[u] += v / members
		}
	}
	return b
}
