package encoder

import (
	"math"
	"math/rand/v2"
)

// A learner says which unit a title is, having seen titles with their units.
type learner struct {
	b      *benchmark
	x      *Index // of the units' names
	class  []*classifier
	coded  *Index    // titles that were seen,
	unit   []int32   // and their units
	often  []float32 // log of how many titles a unit has
	weight []float64 // of signs
}

// How titles that were seen vote: each with its likeness to this power. A unit
// without a vote has this share of them.
const (
	sharpness = 6
	noVote    = 3e-5
)

// newLearner learns from the titles in seen, whose units are known. The weights
// of its signs are fitted to a fifth of them, by a learner of the others.
func newLearner(b *benchmark, x *Index, seen []int, seed uint64) *learner {
	held, kept := seen[:len(seen)/5], seen[len(seen)/5:]
	var part, whole *learner
	share(2, func(i int) {
		if i == 0 {
			part = learn(b, x, kept, seed)
		} else {
			whole = learn(b, x, seen, seed)
		}
	})
	signs, right := make([][][]float32, len(held)), make([]int32, len(held))
	share(len(held), func(i int) {
		signs[i], right[i] = part.signs(b.queries[held[i]]), b.relevant[held[i]][0]
	})
	whole.weight = fit(signs, right)
	return whole
}

// learn returns a learner without weights of its signs.
func learn(b *benchmark, x *Index, seen []int, seed uint64) *learner {
	l := &learner{b: b, x: x, often: make([]float32, b.units)}
	e := x.encoder
	var f featurer
	var names, all []labelled
	for i, name := range b.corpus {
		names = append(names, labelled{e.rows(&f, name), b.unit[i], classNames})
	}
	var titles []string
	for _, q := range seen {
		u := b.relevant[q][0]
		titles, l.unit = append(titles, b.queries[q]), append(l.unit, u)
		all = append(all, labelled{e.rows(&f, b.queries[q]), u, 1})
		l.often[u]++
	}
	all = append(all, names...)
	for i := range classMembers {
		c := newClassifier(e.weights, names, l.often)
		c.learn(all, rand.New(rand.NewPCG(seed, 11+uint64(i))))
		l.class = append(l.class, c)
	}
	for u, n := range l.often {
		l.often[u] = logOf(n, 0.1)
	}
	l.coded = e.Index(titles)
	l.coded.weight = lettersUnknown
	return l
}

// rows returns the rows of a text's features.
func (w *weights) rows(f *featurer, s string) text {
	x := text(f.features(nil, s))
	for i, h := range x {
		x[i] = h >> (32 - w.bits)
	}
	return x
}

// signs are what speaks for each unit: what the classifiers say on average, the
// likest of the unit's names by the encoder and by letters, votes, and how often
// it is.
func (l *learner) signs(title string) [][]float32 {
	named, coded := l.x.score(title), l.coded.score(title)
	rows := l.x.encoder.rows(&featurer{}, title)
	said := make([]float32, l.b.units)
	for _, c := range l.class {
		for u, x := range c.logs(rows) {
			said[u] += x / classMembers
		}
	}
	return [][]float32{
		said, l.b.best(named.encoder), l.b.best(named.letters),
		l.votes(coded.fused), l.votes(coded.letters), l.often,
	}
}

// votes returns the log of the share of votes that each unit has.
func (l *learner) votes(like []float32) []float32 {
	sum := float32(1e-9)
	out := make([]float32, l.b.units)
	for i, s := range like {
		v := float32(math.Pow(float64(max(0, s)), sharpness))
		out[l.unit[i]] += v
		sum += v
	}
	for u, v := range out {
		out[u] = logOf(v/sum, noVote)
	}
	return out
}

// score returns the scores of units for a title.
func (l *learner) score(title string) []float32 {
	p := make([]float32, l.b.units)
	combine(p, l.signs(title), l.weight)
	return p
}
