package occupation

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// How the model is trained. Chosen by cross-validation; docs/quality.md.
const (
	members    = 4    // models averaged
	rank       = 64   // of each member's matrix of weights
	epochs     = 5    // over all samples
	rate       = 0.1  // of learning, falling to 0
	rarest     = 7    // texts an n-gram must stand in to be a feature
	rarestName = 2    // the same of titles
	long       = 150  // n-grams; titles have fewer
	shownLong  = 0.2  // share of a long text's n-grams that a step of learning sees
	shown      = 0.6  // the same of a title
	negligible = 1e-3 // gradients below it are not followed
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
	members []*member

	joined []rune
	border []int32
	clean  cleaner
}

// train returns a model of the corpus, the same for the same corpus and seed.
func train(c *Corpus, seed uint64) *weights {
	t := &trainer{c: c, units: len(c.units), index: map[uint32]int32{}}
	t.choose()
	t.gather()
	t.learn(seed)
	w := t.merge()
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
	for which, least := range [2]int{rarestName, rarest} {
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

// some makes s a random part of a sample, which weighs as much as all of it: so
// that no few n-grams decide alone (dropout).
func (s *sample) some(whole *sample, rng *rand.Rand) {
	share := float32(shown)
	if len(whole.feature) >= long {
		share = shownLong
	}
	s.feature, s.weight, s.unit = s.feature[:0], s.weight[:0], whole.unit
	for i, f := range whole.feature {
		if rng.Float32() < share {
			s.feature, s.weight = append(s.feature, f), append(s.weight, whole.weight[i]/share)
		}
	}
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

// The lists of titles, by how far each is to be believed: what a list has under a title
// stands above what those after it have. docs/quality.md has how often they are right.
const (
	official = iota // names of unit groups, and titles of the dictionary of occupations
	byHand          // titles set down by hand
	other           // other names that the dictionary gives, and titles without what stands in brackets
)

// A bearing is what the best list that has a title says of it.
type bearing struct {
	list  int
	units []meaning
}

// dictionary says which units bear each title as a name, by the best list that has it.
func (t *trainer) dictionary() (keys []uint64, names map[uint64][]meaning) {
	best := map[uint64]bearing{}
	add := func(title string, unit, list int) {
		words, head := t.clean.clean(title)
		k := key(words)
		bear(best, k, unit, list)
		if h := key(head); h != k {
			bear(best, h, unit, other)
		}
	}
	for _, j := range t.c.jobs {
		for i, title := range j.titles {
			list := official
			if i > 0 {
				list = other
			}
			add(title, j.unit, list)
		}
	}
	for _, n := range t.c.names {
		add(n.text, n.unit, n.list)
	}
	names = map[uint64][]meaning{}
	for k, b := range best {
		keys, names[k] = append(keys, k), b.units
		var sum float32
		for _, m := range b.units {
			sum += m.p
		}
		for i := range b.units {
			b.units[i].p /= sum
		}
	}
	slices.Sort(keys)
	return keys, names
}

// bear counts a title of a list as a name of a unit.
func bear(best map[uint64]bearing, k uint64, unit, list int) {
	b, known := best[k]
	if k == 0 || known && b.list < list {
		return
	}
	if !known || b.list > list {
		b = bearing{list: list}
	}
	i := slices.IndexFunc(b.units, func(m meaning) bool { return int(m.unit) == unit })
	if i < 0 {
		i, b.units = len(b.units), append(b.units, meaning{unit: uint16(unit)})
	}
	b.units[i].p++
	best[k] = b
}

func (w *weights) String() string {
	return fmt.Sprintf("%d n-grams, %d titles", len(w.features), len(w.entry))
}
