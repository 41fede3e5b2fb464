package occupation

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// How the model is trained. Chosen by cross-validation; docs/quality.md.
const (
	epochs     = 8         // over all samples, dense
	afterwards = 2         // more, over what pruning left
	rate       = 3.0       // of learning, falling to 0
	rarest     = 3         // texts an n-gram must stand in to be a feature; titles: 1
	kept       = 2_000_000 // entries left by pruning
	shown      = 0.5       // share of a long text's n-grams that a step of learning sees
	long       = 150       // n-grams; titles have fewer
	negligible = 1e-3      // gradients below it are not followed
)

// A sample is one text the model learns from: features and their weights.
type sample struct {
	feature []int32
	weight  []float32
	unit    int
}

// A trainer holds the model while it is dense.
type trainer struct {
	c       *Corpus
	units   int
	hashes  []uint32 // of features, rising
	index   map[uint32]int32
	idf     []float32
	unseen  [2]float32 // idf of an n-gram never seen in a title, in a text
	samples []sample
	w       []float32 // [feature][unit]
	bias    []float32

	joined []rune
	border []int32
	clean  cleaner
}

// train returns a model of the corpus, the same for the same corpus and seed.
func train(c *Corpus, seed uint64) *weights {
	t := &trainer{c: c, units: len(c.units), index: map[uint32]int32{}}
	t.choose()
	t.gather()
	t.w = make([]float32, len(t.hashes)*t.units)
	t.bias = make([]float32, t.units)
	rng := rand.New(rand.NewPCG(seed, 1))
	t.dense(rng)
	w := t.prune()
	t.w = nil
	t.sparse(w, rng)
	quantize(w)
	w.setDictionary(t.dictionary())
	w.index()
	return w
}

// titleWords returns the cleaned words of a title, in a slice of its own.
func (t *trainer) titleWords(title string) []rune {
	words, _ := t.clean.clean(title)
	return slices.Clone(words)
}

// choose picks the features and weighs them.
func (t *trainer) choose() {
	df := [2]map[uint32]int{{}, {}}
	docs := [2]int{}
	count := func(text []rune, family uint32) {
		which := 0
		if family == ofText {
			which = 1
		}
		docs[which]++
		all := grams(nil, text, family, &t.joined, &t.border)
		slices.Sort(all)
		for _, h := range slices.Compact(all) {
			df[which][h]++
		}
	}
	for _, j := range t.c.jobs {
		for _, title := range j.titles {
			count(t.titleWords(title), ofTitle)
		}
		count(fold(fold(nil, j.summary), j.duties), ofText)
	}
	for _, n := range t.c.names {
		count(t.titleWords(n.text), ofTitle)
	}
	for which, least := range [2]int{1, rarest} {
		for h, n := range df[which] {
			if n >= least && df[1-which][h] == 0 {
				t.hashes = append(t.hashes, h)
			}
		}
		t.unseen[which] = float32(math.Log(1 + float64(docs[which])))
	}
	slices.Sort(t.hashes)
	t.idf = make([]float32, len(t.hashes))
	for i, h := range t.hashes {
		t.index[h] = int32(i)
		which := 0
		if df[1][h] > 0 {
			which = 1
		}
		idf := math.Log(1 + float64(docs[which])/float64(df[which][h]))
		t.idf[i] = float32(math.Round(min(idf, 15)*16) / 16)
	}
}

// gather makes the samples: every title alone, every description alone, and
// titles with descriptions.
func (t *trainer) gather() {
	add := func(unit int, parts ...part) {
		s := sample{unit: unit}
		for _, p := range parts {
			t.vector(&s, p)
		}
		t.samples = append(t.samples, s)
	}
	titled := func(title string) []part {
		words := t.titleWords(title)
		return []part{{words, ofTitle, weightTitle}, {words, ofText, weightShared}}
	}
	described := func(text string) part { return part{fold(nil, text), ofText, weightDuties} }
	for _, j := range t.c.jobs {
		for _, title := range j.titles {
			add(j.unit, titled(title)...)
		}
		title, whole := titled(j.titles[0]), described(j.summary+" "+j.duties)
		add(j.unit, append(title, whole)...)
		add(j.unit, append(title, described(j.duties))...)
		add(j.unit, whole)
		add(j.unit, described(j.summary))
	}
	for _, n := range t.c.names {
		add(n.unit, titled(n.text)...)
	}
}

// A part is a text with the family and weight of its features.
type part struct {
	text   []rune
	family uint32
	weight float32
}

// vector adds the features of a part to a sample, as desk.add weighs them.
func (t *trainer) vector(s *sample, p part) {
	all := grams(nil, p.text, p.family, &t.joined, &t.border)
	slices.Sort(all)
	unseen := t.unseen[0]
	if p.family == ofText {
		unseen = t.unseen[1]
	}
	from := len(s.feature)
	var length float32
	for i := 0; i < len(all); {
		n := 1
		for i+n < len(all) && all[i+n] == all[i] {
			n++
		}
		if f, ok := t.index[all[i]]; ok {
			v := damp(uint16(min(n, math.MaxUint16))) * t.idf[f]
			s.feature, s.weight = append(s.feature, f), append(s.weight, v)
			length += v * v
		} else {
			length += strangers * float32(n) * unseen * unseen
		}
		i += n
	}
	for i := from; i < len(s.weight); i++ {
		s.weight[i] *= p.weight / float32(math.Sqrt(float64(length)))
	}
}

// descend goes over the samples once in random order, with the rate of learning
// falling from one bound to the other; step learns from one.
func (t *trainer) descend(rng *rand.Rand, from, to float64, step func(s *sample, rate float32)) {
	for i, j := range rng.Perm(len(t.samples)) {
		share := float64(i) / float64(len(t.samples))
		step(&t.samples[j], float32(from+(to-from)*share))
	}
}

// dense trains all weights by stochastic gradient descent on the log loss. A step
// sees a random part of a long text, so that no few n-grams decide alone (dropout).
func (t *trainer) dense(rng *rand.Rand) {
	p := make([]float32, t.units)
	active := make([]int, 0, t.units)
	var drawn sample
	for e := range epochs {
		t.descend(rng, rate*(1-float64(e)/epochs), rate*(1-float64(e+1)/epochs), func(whole *sample, rate float32) {
			s := drawn.some(whole, rng)
			copy(p, t.bias)
			for i, f := range s.feature {
				row, v := t.w[int(f)*t.units:][:len(p)], s.weight[i]
				for u, w := range row {
					p[u] += v * w
				}
			}
			active = gradient(p, s.unit, active)
			for i, f := range s.feature {
				row, v := t.w[int(f)*t.units:][:len(p)], rate*s.weight[i]
				for _, u := range active {
					row[u] -= v * p[u]
				}
			}
			t.learnBias(p, active, rate)
		})
	}
}

// some makes s a random part of a long sample, which weighs as much as all of it.
func (s *sample) some(whole *sample, rng *rand.Rand) *sample {
	if len(whole.feature) < long {
		return whole
	}
	s.feature, s.weight, s.unit = s.feature[:0], s.weight[:0], whole.unit
	for i, f := range whole.feature {
		if rng.Float64() < shown {
			s.feature, s.weight = append(s.feature, f), append(s.weight, whole.weight[i]/shown)
		}
	}
	return s
}

// gradient turns logits into the gradient of the log loss, and returns which
// units have one that matters.
func gradient(p []float32, unit int, active []int) []int {
	softmax(p, 1)
	p[unit]--
	active = active[:0]
	for u, g := range p {
		if g > negligible || g < -negligible {
			active = append(active, u)
		}
	}
	return active
}

func (t *trainer) learnBias(p []float32, active []int, rate float32) {
	for _, u := range active {
		t.bias[u] -= 0.01 * rate * p[u]
	}
}

// prune keeps the entries that matter most: the largest, counting those of
// frequent n-grams more.
func (t *trainer) prune() *weights {
	matter := func(f int, v float32) float32 {
		return float32(math.Abs(float64(v))) / float32(math.Sqrt(float64(t.idf[f])))
	}
	histogram := make([]int, 1<<16)
	bin := func(m float32) int { return int(math.Float32bits(m) >> 15) }
	for f := range t.hashes {
		for _, v := range t.w[f*t.units:][:t.units] {
			histogram[bin(matter(f, v))]++
		}
	}
	least, left := len(histogram)-1, kept
	for ; least > 1 && left >= histogram[least]; least-- {
		left -= histogram[least]
	}
	w := &weights{units: t.c.units, bias: t.bias, unseenTitle: t.unseen[0], unseenText: t.unseen[1], calibration: [inputs]calibration{{1, 1, 0}, {1, 1, 0}, {1, 1, 0}}}
	for f, h := range t.hashes {
		w.features = append(w.features, feature{hash: h, first: uint32(len(w.label)), idf: t.idf[f]})
		for u, v := range t.w[f*t.units:][:t.units] {
			if bin(matter(f, v)) > least {
				w.label = append(w.label, uint16(u))
				w.loose = append(w.loose, v)
			}
		}
	}
	return w
}

// sparse trains what pruning left, so that it makes up for what went.
func (t *trainer) sparse(w *weights, rng *rand.Rand) {
	p := make([]float32, t.units)
	active := make([]int, 0, t.units)
	for e := range afterwards {
		from := rate / 4 * (1 - float64(e)/afterwards)
		t.descend(rng, from, from-rate/4/afterwards, func(s *sample, rate float32) {
			copy(p, t.bias)
			for i, f := range s.feature {
				for e, to := w.features[f].first, w.end(int(f)); e < to; e++ {
					p[w.label[e]] += s.weight[i] * w.loose[e]
				}
			}
			active = gradient(p, s.unit, active)
			for i, f := range s.feature {
				for e, to := w.features[f].first, w.end(int(f)); e < to; e++ {
					w.loose[e] -= rate * s.weight[i] * p[w.label[e]]
				}
			}
			t.learnBias(p, active, rate)
		})
	}
}

// quantize turns the weights of each feature into whole numbers, and drops
// features without any.
func quantize(w *weights) {
	out := w.features[:0:0]
	var label []uint16
	for i, f := range w.features {
		from, to := f.first, w.end(i)
		var top float64
		for _, v := range w.loose[from:to] {
			top = max(top, math.Abs(float64(v)))
		}
		f.scale = scaleOf(exponentOf(top / 127))
		f.first = uint32(len(label))
		for e := from; e < to; e++ {
			if v := int8(math.Round(float64(w.loose[e] / f.scale))); v != 0 {
				label = append(label, w.label[e])
				w.value = append(w.value, v)
			}
		}
		out = append(out, f)
	}
	w.features, w.label, w.loose = out, label, nil
}

// dictionary counts which units bear each title as a name.
func (t *trainer) dictionary() (keys []uint64, names map[uint64][]meaning) {
	names = map[uint64][]meaning{}
	add := func(title string, unit int) {
		words, head := t.clean.clean(title)
		k := key(words)
		t.bear(names, k, unit)
		if h := key(head); h != k {
			t.bear(names, h, unit)
		}
	}
	for _, j := range t.c.jobs {
		for _, title := range j.titles {
			add(title, j.unit)
		}
	}
	for _, n := range t.c.names {
		add(n.text, n.unit)
	}
	for k, all := range names {
		keys = append(keys, k)
		var sum float32
		for _, m := range all {
			sum += m.p
		}
		for i := range all {
			all[i].p /= sum
		}
	}
	slices.Sort(keys)
	return keys, names
}

func (t *trainer) bear(names map[uint64][]meaning, k uint64, unit int) {
	if k == 0 {
		return
	}
	for i, m := range names[k] {
		if int(m.unit) == unit {
			names[k][i].p++
			return
		}
	}
	names[k] = append(names[k], meaning{unit: uint16(unit), p: 1})
}

func (w *weights) String() string {
	return fmt.Sprintf("%d n-grams, %d weights, %d titles", len(w.features), len(w.label), len(w.entry))
}
