package encoder

import (
	"math"
	"math/rand/v2"
	"slices"
)

// How a classifier learns from titles that have labels. Chosen on titles of
// vacancies, within the half that was learned from; docs/quality.md.
const (
	classMembers = 2 // classifiers that differ by their chance numbers, averaged
	classPasses  = 4
	classRate    = 0.1  // of Adagrad at the start; it falls to 0
	classHidden  = 0.3  // share of a title's features that a step does not see
	classLength  = 8    // of a title's vector: how sure a step may be of the beginning
	classNames   = 0.5  // what a unit's own name counts beside a title's 1
	classLeast   = 1e-3 // gradients below it are not followed
)

// A labelled is a title or a name, as rows of features, and the unit it belongs to.
type labelled struct {
	rows   text
	unit   int32
	weight float32
}

// A classifier says how likely a title is each of some units. It begins as the
// encoder, with a unit where the names of it are, and moves both the rows of
// features and the units until titles come out as they were labelled (softmax
// over all units, log loss).
type classifier struct {
	dim   int
	table []float32 // rows × dim, as the encoder's
	out   []float32 // units × dim
	bias  []float32 // of units

	inSum, outSum, biasSum []float32 // Adagrad's sums of squares
	vec, back, p           []float32 // of a step
}

// newClassifier knows no label but how many titles each unit has.
func newClassifier(w *weights, names []labelled, count []float32) *classifier {
	units := len(count)
	c := &classifier{
		dim: w.dim, table: make([]float32, w.dim<<w.bits), out: make([]float32, units*w.dim), bias: make([]float32, units),
		inSum: make([]float32, len(w.scale)), outSum: make([]float32, units), biasSum: make([]float32, units),
		vec: make([]float32, w.dim), back: make([]float32, w.dim), p: make([]float32, units),
	}
	for r := range w.scale {
		w.addRow(c.table[r*w.dim:][:w.dim], r, 1)
	}
	of := make([]float32, units)
	for _, n := range names {
		of[n.unit]++
	}
	for _, n := range names {
		c.place(c.vec, n.rows)
		to := c.out[int(n.unit)*c.dim:][:c.dim]
		for k, x := range c.vec {
			to[k] += x / classLength / of[n.unit]
		}
	}
	for u, n := range count {
		c.bias[u] = logOf(n, 0.1)
	}
	return c
}

func logOf(x, least float32) float32 { return float32(math.Log(float64(x + least))) }

// place makes vec the vector of a text, classLength long, and returns how long
// it was.
func (c *classifier) place(vec []float32, rows text) float32 {
	clear(vec)
	for _, r := range rows {
		addTo(vec, c.table[int(r)*c.dim:][:c.dim])
	}
	l := float32(math.Sqrt(float64(dot(vec, vec)))) + 1e-6
	for k := range vec {
		vec[k] *= classLength / l
	}
	return l
}

// logits fills p with the log-odds of units for a vector, up to a constant.
func (c *classifier) logits(p, vec []float32) {
	for u := range p {
		p[u] = c.bias[u] + dot(vec, c.out[u*c.dim:][:c.dim])
	}
}

// logs returns the logarithm of how likely a text is each unit.
func (c *classifier) logs(rows text) []float32 {
	p, vec := make([]float32, len(c.bias)), make([]float32, c.dim)
	c.place(vec, rows)
	c.logits(p, vec)
	top := slices.Max(p)
	var sum float32
	for _, x := range p {
		sum += exp(x - top)
	}
	for u := range p {
		p[u] -= top + logOf(sum, 0)
	}
	return p
}

// learn goes over titles and names by stochastic gradient descent.
func (c *classifier) learn(all []labelled, rng *rand.Rand) {
	all = slices.Clone(all)
	var some text
	for n := range classPasses * len(all) {
		if n%len(all) == 0 {
			rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		}
		s := all[n%len(all)]
		some = some[:0]
		for _, r := range s.rows {
			if rng.Float32() >= classHidden {
				some = append(some, r)
			}
		}
		if len(some) > 0 {
			c.step(labelled{some, s.unit, s.weight}, classRate*(1-float32(n)/float32(classPasses*len(all))))
		}
	}
}

func (c *classifier) step(s labelled, rate float32) {
	length := c.place(c.vec, s.rows)
	c.logits(c.p, c.vec)
	softmax(c.p)
	c.p[s.unit]--
	clear(c.back)
	for u, g := range c.p {
		if max(g, -g) < classLeast {
			continue
		}
		g *= s.weight
		row := c.out[u*c.dim:][:c.dim]
		c.outSum[u] += g * g * classLength * classLength / float32(c.dim)
		c.biasSum[u] += g * g
		f := rate * g / (float32(math.Sqrt(float64(c.outSum[u]))) + 1e-3)
		for k, x := range row {
			c.back[k] += g * x
			row[k] -= f * c.vec[k]
		}
		c.bias[u] -= rate * g / (float32(math.Sqrt(float64(c.biasSum[u]))) + 0.1)
	}
	c.learnRows(s.rows, length, rate)
}

// learnRows takes the gradient by vec, back, through the division by the length
// to the rows.
func (c *classifier) learnRows(rows text, length, rate float32) {
	along := dot(c.back, c.vec) / (classLength * classLength)
	for k, x := range c.vec {
		c.back[k] = (c.back[k] - along*x) * classLength / length
	}
	square := dot(c.back, c.back) / float32(c.dim)
	for _, r := range rows {
		c.inSum[r] += square
		f := rate / (float32(math.Sqrt(float64(c.inSum[r]))) + 1e-9)
		for k, x := range c.back {
			c.table[int(r)*c.dim+k] -= f * x
		}
	}
}

// softmax turns logits into probabilities.
func softmax(p []float32) {
	top := slices.Max(p)
	var sum float32
	for i, x := range p {
		p[i] = exp(x - top)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
}
