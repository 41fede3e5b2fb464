// Package occupation turns a job's title, and its duties where there are any,
// into the occupations it may be: unit groups of the Korean Employment
// Classification of Occupations (KECO), each with its probability.
//
// Read occupation.go for what is asked and answered, clean.go for what of a
// posting's title counts, grams.go for what the model sees, foreign.go for titles without
// Hangul, weights.go for what it knows and how that is stored, train.go, member.go and merge.go for where it
// comes from, eval.go for how good it is (docs/quality.md has the figures).
package occupation

import (
	"math"
	"slices"
	"sync"

	"ieum"
	"ieum/defs"
)

// The classifications a Coder can answer in.
const (
	KECO2025 = "keco2025"
	KECO2018 = "keco2018"
)

// A Coder codes titles. It is safe for use by several goroutines; distinct
// titles are worth remembering by a caller who meets them again.
type Coder struct {
	*model
	codes  []string // unit groups of the classification, rising
	codeOf []int16  // of units: index into codes, or -1
}

// A model is what the coders of all classifications share.
type model struct {
	*weights
	named map[uint64]string // keys of names an agency's own definitions add → KECO 2025 code

	abroad abroad          // for titles without Hangul
	places map[string]bool // folded names of regions
	desks  sync.Pool       // of *desk
}

// New returns a coder for KECO 2025 with the weights in the program. From the
// definitions it takes the names and aliases of list "keco2025" and, to leave
// them out of titles, the names of list "regions"; either list may be missing.
func New(set *defs.Set) (*Coder, error) {
	w, err := builtIn()
	if err != nil {
		return nil, err
	}
	return of(w, set)
}

// builtIn are the weights in the program; nothing changes them once they are read.
var builtIn = sync.OnceValues(func() (*weights, error) { return decode(weightsBin) })

// Load is New with other weights, as `ieum train coder` wrote them.
func Load(stored []byte, set *defs.Set) (*Coder, error) {
	w, err := decode(stored)
	if err != nil {
		return nil, err
	}
	return of(w, set)
}

// of returns a coder with weights and the names of a set.
func of(w *weights, set *defs.Set) (*Coder, error) {
	m := &model{weights: w, named: map[uint64]string{}, places: map[string]bool{}}
	if set != nil {
		m.learnNames(set.Codes[KECO2025])
		m.learnAbroad(set.Codes[KECO2025])
		m.learnPlaces(set.Codes["regions"])
	}
	m.desks.New = func() any { return newDesk(m) }
	return (&Coder{model: m}).In(KECO2025)
}

// learnNames adds the names of a list that the dictionary does not have.
func (m *model) learnNames(list *defs.CodeList) {
	if list == nil {
		return
	}
	known := map[string]bool{}
	for _, u := range m.units {
		known[u.code2025] = true
	}
	for _, c := range list.Codes {
		if !known[c.Code] {
			continue
		}
		for _, name := range append([]string{c.Name.KO}, c.Aliases...) {
			if k := key(fold(nil, name)); m.lookup(k) == nil {
				m.named[k] = c.Code
			}
		}
	}
}

func (m *model) learnPlaces(list *defs.CodeList) {
	if list == nil {
		return
	}
	for _, c := range list.Codes {
		name := fold(nil, c.Name.KO)
		if len(name) >= 4 { // two characters and the spaces around them
			m.places[string(name[1:len(name)-1])] = true
		}
	}
}

// In returns the same coder answering in another classification: KECO2025 or
// KECO2018.
func (c *Coder) In(classification string) (*Coder, error) {
	of := func(u unit) string { return u.code2025 }
	switch classification {
	case KECO2025:
	case KECO2018:
		of = func(u unit) string { return u.code2018 }
	default:
		return nil, ieum.Errorf(ieum.ErrInvalid, "there is no classification %q; use %s or %s", classification, KECO2025, KECO2018)
	}
	out := &Coder{model: c.model, codeOf: make([]int16, len(c.units))}
	for _, u := range c.units {
		if of(u) != "" {
			out.codes = append(out.codes, of(u))
		}
	}
	slices.Sort(out.codes)
	out.codes = slices.Compact(out.codes)
	for i, u := range c.units {
		out.codeOf[i] = -1
		if j, ok := slices.BinarySearch(out.codes, of(u)); ok {
			out.codeOf[i] = int16(j)
		}
	}
	return out, nil
}

// Code returns the k likeliest unit groups, likeliest first, with probabilities
// that sum to at most 1; none for a title of fewer than two letters without duties.
func (c *Coder) Code(title, duties string, k int) []ieum.Scored {
	codes, _, _ := c.Read(title, duties, k)
	return codes
}

// An Answer is the finest code that is more likely right than wrong.
type Answer struct {
	Code  string  `json:"code"`
	Level int     `json:"level"` // digits of the code: 4, 3 or 2
	P     float64 `json:"p"`
}

// sure is the probability from which a code of each level is given as the
// answer. On held-out titles that is right as often as docs/quality.md says.
const sure = 0.5

// Answer returns the finest code that is probable enough; ok is false when
// none is, and then nothing should be said.
func (c *Coder) Answer(title, duties string) (a Answer, ok bool) {
	_, a, ok = c.Read(title, duties, 0)
	return a, ok
}

// Read returns what Code and Answer return, for the price of one.
func (c *Coder) Read(title, duties string, k int) (codes []ieum.Scored, a Answer, ok bool) {
	d := c.desks.Get().(*desk)
	defer c.desks.Put(d)
	if !d.read(title, duties) {
		return nil, Answer{}, false
	}
	d.group(c)
	a, ok = d.answer(c.codes)
	return d.top(c.codes, k), a, ok
}

// A desk is where one title is read; it is reused.
type desk struct {
	m *model
	cleaner
	words   []rune // of duties
	hashes  []uint32
	joined  []rune
	border  []int32
	count   []uint16  // of features: how often this text has it
	touched []int32   // features with a count
	sum     row       // of the n-grams of the text
	score   []float32 // of units: logits, then probabilities
	p       []float32 // of codes
	best    []int32
}

func newDesk(m *model) *desk {
	return &desk{m: m, cleaner: cleaner{places: m.places},
		count: make([]uint16, len(m.features)), score: make([]float32, len(m.units)),
		p: make([]float32, len(m.units))}
}

// How much a title and its duties weigh against each other.
const (
	weightTitle  = 1.0
	weightShared = 1.0
	weightDuties = 2.0
	strangers    = 0.3 // how much n-grams never seen count in a text's length
)

// read fills score with the probabilities of units; false when there is nothing
// to read.
func (d *desk) read(title, duties string) bool {
	words, head := d.clean(title)
	if len(words) == 3 && d.meanings(words, head) == nil { // one letter between its borders names no work
		words, head = words[:1], words[:1]
	}
	input, ok := d.logits(words, duties)
	if !ok {
		return false
	}
	d.m.calibration[input].apply(d.score)
	if !d.consult(words, head, d.m.calibration[input].trust) && input == titleOnly {
		d.listen(title, words)
	}
	return true
}

// logits fills score with what the linear model says, and returns which sort of
// input it was.
func (d *desk) logits(words []rune, duties string) (input int, ok bool) {
	clear(d.sum[:])
	d.words = fold(d.words[:0], cut(duties, maxDuties))
	titled, described := len(words) > 1, len(d.words) > 1
	if titled {
		d.add(words, ofTitle, weightTitle)
		d.add(words, ofText, weightShared)
	}
	if described {
		d.add(d.words, ofText, weightDuties)
	}
	for u, b := range d.m.bias {
		d.score[u] = b + d.m.out[u].times(&d.sum)
	}
	switch {
	case titled && described:
		return titleAndDuties, true
	case titled:
		return titleOnly, true
	}
	return dutiesOnly, described
}

// add adds the rows of the n-grams of a text.
func (d *desk) add(text []rune, family uint32, weight float32) {
	d.hashes = grams(d.hashes[:0], text, family, &d.joined, &d.border)
	unseen := d.m.unseenTitle
	if family == ofText {
		unseen = d.m.unseenText
	}
	var length float32
	d.touched = d.touched[:0]
	for _, h := range d.hashes {
		i := d.m.find(h)
		if i < 0 {
			length += strangers * unseen * unseen
			continue
		}
		if d.count[i] == 0 {
			d.touched = append(d.touched, int32(i))
		}
		d.count[i]++
	}
	for _, i := range d.touched {
		v := damp(d.count[i]) * d.m.features[i].idf
		length += v * v
	}
	if length == 0 {
		return
	}
	weight /= float32(math.Sqrt(float64(length)))
	for _, i := range d.touched {
		f := &d.m.features[i]
		d.m.add(&d.sum, f, weight*damp(d.count[i])*f.idf)
		d.count[i] = 0
	}
}

// times has four sums, which a processor adds up side by side.
func (r *row) times(o *row) float32 {
	var a, b, c, d float32
	for k := 0; k < inner; k += 4 {
		a += r[k] * o[k]
		b += r[k+1] * o[k+1]
		c += r[k+2] * o[k+2]
		d += r[k+3] * o[k+3]
	}
	return (a + b) + (c + d)
}

// damp is the weight of an n-gram that stands n times in a text.
func damp(n uint16) float32 {
	if n == 1 {
		return 1
	}
	return float32(1 + math.Log(float64(n)))
}

// apply turns logits into probabilities.
func (c calibration) apply(score []float32) {
	softmax(score, c.temperature)
	top := slices.Index(score, slices.Max(score))
	p := c.claim(score[top])
	score[top] = 0
	var others float32 // 1-score[top] would lose what little there is
	for _, s := range score {
		others += s
	}
	left := (1 - p) / max(1e-9, others)
	for i := range score {
		score[i] = min(p, score[i]*left)
	}
	score[top] = p
}

// claim returns how sure to be of the likeliest unit, of probability p.
func (c calibration) claim(p float32) float32 {
	odds := math.Log(float64(p)+1e-6) - math.Log(1-float64(p)+1e-6)
	return float32(1 / (1 + math.Exp(-float64(c.slope)*odds-float64(c.offset))))
}

// softmax turns logits into probabilities that sum to 1.
func softmax(score []float32, temperature float32) {
	top := slices.Max(score)
	var sum float32
	for i, s := range score {
		s = float32(math.Exp(float64((s - top) / temperature)))
		score[i] = s
		sum += s
	}
	for i := range score {
		score[i] /= sum
	}
}

// trustOwn is how much of the probability goes to what an agency's own names
// say, when the whole title is one of them.
const trustOwn = 0.9

// consult moves the probability to the units that bear the title as a name, and
// reports whether there are any.
func (d *desk) consult(words, head []rune, trust float32) bool {
	for _, title := range [2][]rune{words, head} {
		k := key(title)
		if all := d.m.lookup(k); all != nil {
			d.believe(all, trust)
			return true
		}
		if code, ok := d.m.named[k]; ok {
			d.spread(code)
			return true
		}
	}
	return false
}

// meanings returns what the dictionary says of a title, or nil.
func (d *desk) meanings(words, head []rune) []meaning {
	if all := d.m.lookup(key(words)); all != nil {
		return all
	}
	return d.m.lookup(key(head))
}

// believe gives the trust to the meanings of a title.
func (d *desk) believe(all []meaning, trust float32) {
	d.doubt(trust)
	for _, m := range all {
		d.score[m.unit] += trust * m.p
	}
}

// doubt takes the trust from all units.
func (d *desk) doubt(trust float32) {
	for i := range d.score {
		d.score[i] *= 1 - trust
	}
}

// spread gives the trust to the units of a code, evenly.
func (d *desk) spread(code string) {
	d.doubt(trustOwn)
	n := 0
	for _, u := range d.m.units {
		if u.code2025 == code {
			n++
		}
	}
	for i, u := range d.m.units {
		if u.code2025 == code {
			d.score[i] += trustOwn / float32(n)
		}
	}
}

// group adds the probabilities of units up to those of the codes of c.
func (d *desk) group(c *Coder) {
	d.p = d.p[:len(c.codes)]
	clear(d.p)
	for i, p := range d.score {
		if j := c.codeOf[i]; j >= 0 {
			d.p[j] += p
		}
	}
}

// answer finds the finest level at which one code is probable enough. Codes are
// sorted, so those under one parent stand together.
func (d *desk) answer(codes []string) (Answer, bool) {
	for level := 4; level >= 2; level-- {
		var best, sum float32
		at := 0
		for i, p := range d.p {
			if i > 0 && codes[i][:level] != codes[i-1][:level] {
				sum = 0
			}
			if sum += p; sum > best {
				best, at = sum, i
			}
		}
		if best >= sure {
			return Answer{codes[at][:level], level, round(best)}, true
		}
	}
	return Answer{}, false
}

// top returns the k likeliest codes; ties by code.
func (d *desk) top(codes []string, k int) []ieum.Scored {
	k = min(k, len(codes))
	if k <= 0 {
		return nil
	}
	best := d.best[:0]
	for i, p := range d.p {
		if len(best) == k && p <= d.p[best[k-1]] {
			continue
		}
		j := len(best)
		if len(best) < k {
			best = append(best, 0)
		} else {
			j--
		}
		for ; j > 0 && p > d.p[best[j-1]]; j-- {
			best[j] = best[j-1]
		}
		best[j] = int32(i)
	}
	d.best = best
	out := make([]ieum.Scored, k)
	for i, j := range best {
		out[i] = ieum.Scored{Code: codes[j], P: round(d.p[j])}
	}
	return out
}

// round cuts a probability to five decimals, downwards so that sums stay
// at most 1.
func round(p float32) float64 { return math.Floor(float64(p)*1e5) / 1e5 }
