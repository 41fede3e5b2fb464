package esco

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A Report is what an evaluation found.
type Report struct {
	Labels int       `json:"labels"`
	Names  int       `json:"names"`
	Sets   []Figures `json:"sets"`

	HeldOut *Figures `json:"held_out,omitempty"` // of training: sentences fitted to, each scored by what others teach
}

// Figures say how good an extractor is on one set. RP@k is R-precision as the
// set's own scorer has it: of the k likeliest labels how many are right, over
// what is the most that can be, for sentences with at least one label.
type Figures struct {
	Set       string     `json:"set"`
	Fitted    bool       `json:"fitted"` // weights and calibration were fitted to it
	Sentences int        `json:"sentences"`
	Labelled  int        `json:"labelled"`
	RP5       float64    `json:"rp5"`
	RP5Range  [2]float64 `json:"rp5_range"` // 95 %, bootstrap over sentences
	RP10      float64    `json:"rp10"`
	RP10Range [2]float64 `json:"rp10_range"`
	ECE       float64    `json:"ece"` // of the ten likeliest labels of all sentences, 15 equal bins
	ECERange  [2]float64 `json:"ece_range"`
	Sure      int        `json:"sure"`       // labels given at even odds or better
	SureRight float64    `json:"sure_right"` // of them right
}

// Evaluate scores the built-in weights on the sets of a corpus.
func Evaluate(c *Corpus, stored []byte) (Report, error) {
	if stored == nil {
		stored = weightsJSON
	}
	w, err := decode(stored)
	if err != nil {
		return Report{}, err
	}
	c.x.weights = w
	return c.score(), nil
}

func (c *Corpus) score() Report {
	r := Report{Labels: len(c.x.labels), Names: len(c.x.index.names)}
	for i, sets := range [][]set{c.validation, c.test} {
		for _, s := range sets {
			r.Sets = append(r.Sets, c.x.try(s).figures(s, i == 0))
		}
	}
	return r
}

// A trial is what came out for one set.
type trial struct {
	rp5, rp10 []float64 // of sentences with labels
	evidence  [][evidences]float64
	p         []float64 // of candidates, shown of each sentence
	right     []bool
	bound     []int // of sentences, and one more: index into p
}

// try ranks all labels for each sentence of a set.
func (x *Extractor) try(s set) (t trial) {
	d := x.desks.Get().(*desk)
	defer x.desks.Put(d)
	for _, q := range s.sentences {
		d.rank(q.text, 0, len(q.text), shown)
		if len(q.gold) > 0 {
			t.rp5, t.rp10 = append(t.rp5, d.precision(q.gold, 5)), append(t.rp10, d.precision(q.gold, 10))
		}
		t.bound = append(t.bound, len(t.p))
		for i, c := range d.best {
			t.evidence = append(t.evidence, d.evidence(i))
			t.p, t.right = append(t.p, c.p), append(t.right, q.gold[c.label])
		}
	}
	t.bound = append(t.bound, len(t.p))
	return t
}

// add appends what came out for another set.
func (t *trial) add(o trial) {
	t.bound = t.bound[:max(0, len(t.bound)-1)] // where o begins
	for _, b := range o.bound {
		t.bound = append(t.bound, len(t.p)+b)
	}
	t.rp5, t.rp10 = append(t.rp5, o.rp5...), append(t.rp10, o.rp10...)
	t.p, t.right = append(t.p, o.p...), append(t.right, o.right...)
}

// precision is R-precision at k.
func (d *desk) precision(gold map[int32]bool, k int) float64 {
	hits := 0
	for _, c := range d.best[:min(k, len(d.best))] {
		if gold[c.label] {
			hits++
		}
	}
	return float64(hits) / float64(min(k, len(gold)))
}

func (t trial) figures(s set, fitted bool) Figures {
	f := Figures{Set: s.name, Fitted: fitted, Sentences: len(s.sentences), Labelled: len(t.rp5),
		RP5: average(t.rp5), RP10: average(t.rp10)}
	all := make([]int, len(s.sentences))
	for i := range all {
		all[i] = i
	}
	f.ECE = t.calibrationError(all)
	rng := rand.New(rand.NewPCG(1, 3))
	f.RP5Range = bootstrap(rng, len(t.rp5), func(of []int) float64 { return meanOf(t.rp5, of) })
	f.RP10Range = bootstrap(rng, len(t.rp10), func(of []int) float64 { return meanOf(t.rp10, of) })
	f.ECERange = bootstrap(rng, len(all), t.calibrationError)
	for i, p := range t.p {
		if p >= 0.5 {
			f.Sure++
			if t.right[i] {
				f.SureRight++
			}
		}
	}
	f.SureRight /= max(1, float64(f.Sure))
	return f
}

// calibrationError is the mean distance between what the candidates of some
// sentences claim and how often they are right, in 15 equal bins.
func (t trial) calibrationError(of []int) float64 {
	var claimed, right, n [15]float64
	var sum, all float64
	for _, s := range of {
		for i := t.bound[s]; i < t.bound[s+1]; i++ {
			b := min(len(n)-1, int(t.p[i]*float64(len(n))))
			n[b]++
			all++
			claimed[b] += t.p[i]
			if t.right[i] {
				right[b]++
			}
		}
	}
	for b := range n {
		sum += math.Abs(claimed[b] - right[b])
	}
	return sum / max(1, all)
}

func average(v []float64) float64 {
	var sum float64
	for _, x := range v {
		sum += x
	}
	return sum / max(1, float64(len(v)))
}

func meanOf(v []float64, of []int) float64 {
	var sum float64
	for _, i := range of {
		sum += v[i]
	}
	return sum / max(1, float64(len(of)))
}

// bootstrap returns the bounds that hold 95 of 100 of 1,000 samples.
func bootstrap(rng *rand.Rand, n int, figure func(of []int) float64) [2]float64 {
	var all []float64
	of := make([]int, n)
	for range 1000 {
		for i := range of {
			of[i] = rng.IntN(max(1, n))
		}
		all = append(all, figure(of))
	}
	slices.Sort(all)
	return [2]float64{all[25], all[974]}
}
