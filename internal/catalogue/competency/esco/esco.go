// Package esco finds the skills of ESCO, the European classification of skills,
// competences and occupations, in English sentences: all 13,896 of version 1.1,
// ranked by how likely each is meant.
//
// Read esco.go for what is asked and answered, labels.go for what there is to
// find, words.go and index.go for how names are compared with a text, weights.go
// for what is learned, train.go and eval.go for where it comes from and how
// good it is (docs/quality.md has the figures).
package esco

import (
	"math"
	"slices"
	"strings"
	"sync"

	"ieum"
)

// An Extractor ranks skills for texts. It is safe for use by several goroutines.
type Extractor struct {
	labels []label
	byName map[string]int32 // labels, as they are written
	index  *index
	weights
	desks sync.Pool // of *desk
}

// New returns an extractor with the weights in the program.
func New() (*Extractor, error) { return Load(weightsJSON) }

// Load is New with other weights, as `ieum train extractor` wrote them.
func Load(stored []byte) (*Extractor, error) {
	w, err := decode(stored)
	if err != nil {
		return nil, err
	}
	x, err := open()
	if err != nil {
		return nil, err
	}
	x.weights = w
	return x, nil
}

// open returns an extractor that has learned nothing yet.
func open() (*Extractor, error) {
	labels, names, err := readLabels()
	if err != nil {
		return nil, err
	}
	x := &Extractor{labels: labels, byName: make(map[string]int32, len(labels)), index: build(names)}
	for i, l := range labels {
		x.byName[l.text] = int32(i)
	}
	x.desks.New = func() any { return newDesk(x) }
	return x, nil
}

// maxPiece is how much of a text is ranked at a time, in bytes. A longer text
// is read in pieces, and a skill counts as in the piece that shows it best.
const maxPiece = 1000

// Extract returns the k likeliest skills of a text, likeliest first, each with
// the place of a name of it where there is one: Start and End are byte offsets
// into text. Fewer are returned only when fewer have anything in common with it.
func (x *Extractor) Extract(text string, k int) []ieum.Found {
	d := x.desks.Get().(*desk)
	defer x.desks.Put(d)
	var found []ieum.Found
	for from := 0; from < len(text); {
		to := piece(text, from)
		d.rank(text, from, to, k)
		for _, c := range d.best {
			found = append(found, d.found(c, text))
		}
		from = to
	}
	if len(text) > maxPiece {
		found = bestOf(found)
	}
	slices.SortStableFunc(found, func(a, b ieum.Found) int {
		switch {
		case a.P > b.P:
			return -1
		case a.P < b.P:
			return 1
		}
		return 0
	})
	return found[:min(k, len(found))]
}

// Mentions returns every place of a text that spells a name of a skill, in
// order, without ranking: the dictionary pass alone.
func (x *Extractor) Mentions(text string, visit func(label string, start, end int)) {
	d := x.desks.Get().(*desk)
	defer x.desks.Put(d)
	for from := 0; from < len(text); {
		to := piece(text, from)
		d.spell(text, from, to, false)
		for _, m := range d.spelled {
			visit(x.labels[x.index.names[m.name].label].text, m.from, m.to)
		}
		from = to
	}
}

// Has reports whether a label is one of the vocabulary.
func (x *Extractor) Has(label string) bool { _, ok := x.byName[label]; return ok }

// Named returns the label that a short English name is a spelling of, with the
// stems of its words in order; ok is false when none or several are.
func (x *Extractor) Named(text string) (label, id string, ok bool) {
	d := x.desks.Get().(*desk)
	defer x.desks.Put(d)
	state := int32(0)
	d.read(text, 0, len(text), false, func(s []byte, _ token) {
		id, known := x.index.stems[string(s)]
		next, there := x.index.trie[uint64(state)<<32|uint64(id)]
		if !known || !there {
			next = -1
		}
		if state >= 0 {
			state = next
		}
	})
	if state <= 0 {
		return "", "", false
	}
	at := int32(-1)
	for _, n := range x.index.ends[state] {
		if l := x.index.names[n].label; at >= 0 && at != l {
			return "", "", false
		} else {
			at = l
		}
	}
	if at < 0 {
		return "", "", false
	}
	return x.labels[at].text, x.labels[at].id(), true
}

// piece returns where the piece of a text ends that begins at from: behind the
// last sentence that fits, or word, or wherever it must.
func piece(text string, from int) int {
	if len(text)-from <= maxPiece {
		return len(text)
	}
	part := text[from : from+maxPiece]
	if i := strings.LastIndexAny(part, ".!?\n;"); i > maxPiece/2 {
		return from + i + 1
	}
	if i := strings.LastIndexByte(part, ' '); i > maxPiece/2 {
		return from + i + 1
	}
	to := from + maxPiece
	for to > from+1 && text[to]&0xc0 == 0x80 && to > from+maxPiece-4 {
		to--
	}
	return to
}

// bestOf keeps the likeliest find of each skill.
func bestOf(found []ieum.Found) []ieum.Found {
	at := map[string]int{}
	out := found[:0]
	for _, f := range found {
		i, ok := at[f.Label]
		if !ok {
			at[f.Label] = len(out)
			out = append(out, f)
		} else if f.P > out[i].P {
			out[i] = f
		}
	}
	return out
}

// A desk is where one piece of text is ranked; it is reused.
type desk struct {
	x *Extractor
	reader
	like    []float32 // of names: cosine of n-grams and stems with the text
	cover   []float32 // of names: how much of it the text has
	score   []float32 // of labels
	spelled []mention // names that the text spells, in order
	live    []path
	stems   []int32 // of the text, each once
	seen    []bool  // of stems
	best    []candidate
}

// A mention is a place that spells a name.
type mention struct {
	name     int32
	from, to int
}

// A path is a mention that may come about.
type path struct {
	state int32
	from  int
}

// A candidate is a skill with what speaks for it.
type candidate struct {
	label int32
	score float32
	p     float64
	spelt bool
	from  int
	to    int
}

func newDesk(x *Extractor) *desk {
	n := len(x.index.names)
	return &desk{x: x, like: make([]float32, n), cover: make([]float32, n), score: make([]float32, len(x.labels)), seen: make([]bool, len(x.index.stems))}
}

// rank fills best with the k likeliest skills of a piece of text.
func (d *desk) rank(text string, from, to, k int) {
	d.measure(text, from, to)
	d.sum()
	d.best = d.best[:0]
	least := float32(0) // what a score must be more than
	for l, s := range d.score {
		if s <= least {
			continue
		}
		d.insert(candidate{label: int32(l), score: s}, k)
		if len(d.best) == k {
			least = d.best[k-1].score
		}
	}
	d.place()
	d.claim()
}

// sum fills score with what speaks for each skill: the best of its names.
func (d *desk) sum() {
	x, w := d.x.index, &d.x.weights
	clear(d.score)
	cover := d.cover[:len(d.like)]
	of := x.label[:len(d.like)]
	for n, like := range d.like {
		if s := like + w.Cover*cover[n]; s > d.score[of[n]] {
			d.score[of[n]] = s
		}
	}
	for _, m := range d.spelled {
		l := of[m.name]
		d.score[l] = max(d.score[l], d.like[m.name]+w.Cover*cover[m.name]+w.Spelt)
	}
	for l, s := range d.score {
		if s == 0 {
			continue
		}
		label := &d.x.labels[l]
		s += w.Spread * label.spread
		if label.asked {
			s += w.Asked
		}
		d.score[l] = s
	}
}

// place says where a name of each of the best skills stands first.
func (d *desk) place() {
	for i := range d.best {
		c := &d.best[i]
		at := slices.IndexFunc(d.spelled, func(m mention) bool { return d.x.index.label[m.name] == c.label })
		if at >= 0 {
			c.spelt, c.from, c.to = true, d.spelled[at].from, d.spelled[at].to
		}
	}
}

// insert puts a candidate into its place among the best; ties by label.
func (d *desk) insert(c candidate, k int) {
	if len(d.best) < k {
		d.best = append(d.best, c)
	}
	j := len(d.best) - 1
	for ; j > 0 && c.score > d.best[j-1].score; j-- {
		d.best[j] = d.best[j-1]
	}
	d.best[j] = c
}

// measure fills like, cover and spelled for a piece of text.
func (d *desk) measure(text string, from, to int) {
	x := d.x.index
	d.spell(text, from, to, true)
	clear(d.like)
	clear(d.cover)
	for _, s := range d.stems {
		for _, p := range x.weighs[x.from[s]:x.from[s+1]] {
			d.cover[p.name] += p.weight
		}
	}
	var length float64
	for i := range d.counts.terms {
		t := &d.counts.terms[i]
		f, _ := x.lookup(t.hash)
		if f < 0 || x.idf[f] == 0 {
			t.count = 0
			continue
		}
		t.count = tf(t.count) * x.idf[f]
		t.hash = uint32(f) // the term is not looked up again
		length += float64(t.count) * float64(t.count)
	}
	scale := float32(1 / math.Sqrt(max(1e-9, length)))
	for _, t := range d.counts.terms {
		if t.count == 0 {
			continue
		}
		v := t.count * scale
		for _, p := range x.post[x.first[t.hash]:x.first[t.hash+1]] {
			d.like[p.name] += v * p.weight
		}
	}
}

// spell reads a piece of text and finds the names it spells; count is as of read.
func (d *desk) spell(text string, from, to int, count bool) {
	x := d.x.index
	d.spelled, d.live = d.spelled[:0], d.live[:0]
	for _, s := range d.stems {
		d.seen[s] = false
	}
	d.stems = d.stems[:0]
	d.read(text, from, to, count, func(s []byte, t token) {
		id, ok := x.stems[string(s)]
		if !ok {
			d.live = d.live[:0]
			return
		}
		if !d.seen[id] {
			d.seen[id] = true
			d.stems = append(d.stems, id)
		}
		d.live = append(d.live, path{0, t.from})
		kept := d.live[:0]
		for _, p := range d.live {
			next, ok := x.trie[uint64(p.state)<<32|uint64(id)]
			if !ok {
				continue
			}
			kept = append(kept, path{next, p.from})
			for _, n := range x.ends[next] {
				d.spelled = append(d.spelled, mention{n, p.from, t.to})
			}
		}
		d.live = kept
	})
}

// claim gives the best candidates their probabilities, which do not rise.
func (d *desk) claim() {
	last := 1.0
	for i := range d.best {
		last = min(last, d.x.Calibration.p(d.evidence(i)))
		d.best[i].p = last
	}
}

// evidence is what the probability of the i-th best candidate rests on.
func (d *desk) evidence(i int) [evidences]float64 {
	c := &d.best[i]
	is := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	return [evidences]float64{1, float64(c.score), math.Log(float64(i + 1)), is(c.spelt), is(d.x.labels[c.label].asked), float64(d.best[0].score - c.score)}
}

func (d *desk) found(c candidate, text string) ieum.Found {
	l := &d.x.labels[c.label]
	return ieum.Found{ID: l.id(), Label: l.text, P: math.Floor(c.p*1e5) / 1e5, Start: c.from, End: c.to, Words: text[c.from:c.to]}
}
