package esco

import "math"

// An index finds the names that are like a text: by the character 3–5-grams
// of their words and by the stems of the words.
type index struct {
	names []name
	label []int32 // of names

	stems  map[string]int32 // → number of the stem
	trie   map[uint64]int32 // state<<32 | stem → next state
	ends   map[int32][]int32
	table  []uint32 // open addressing over features' hashes: feature+1, 0 = empty
	hash   []uint32 // of features
	idf    []float32
	first  []uint32 // of features, and one more: index into post
	post   []posting
	weighs []posting // of stems: share of a name's weight that the stem has
	from   []uint32  // of stems, and one more: index into weighs
}

// A name is a spelling of a label: itself, it without what stands in brackets,
// or one set down by hand.
type name struct {
	label int32
	text  string
}

// A posting says how much a feature weighs in a name.
type posting struct {
	weight float32
	name   uint16
}

// A term is a feature of a text and how often it stands there.
type term struct {
	hash  uint32
	count float32
}

// stemMark tells the hash of a stem from that of an n-gram.
const stemMark = 0x5bd1e995

func hashOf(seed uint32, b []byte) uint32 {
	h := 2166136261 ^ seed
	for _, c := range b {
		h = (h ^ uint32(c)) * 16777619
	}
	return h ^ h>>15
}

// A reader takes texts apart; its buffers are reused.
type reader struct {
	tokens []token
	word   []byte
	counts counter
}

// read counts the features of text[from:to], when asked to, and visits its
// stems with their words.
func (r *reader) read(text string, from, to int, count bool, visit func(stem []byte, t token)) {
	r.tokens = tokens(r.tokens[:0], text, from, to)
	r.counts.reset()
	for _, t := range r.tokens {
		r.word = append(lower(append(r.word[:0], ' '), text[t.from:t.to]), ' ')
		w := r.word
		if count {
			for n := 3; n <= 5; n++ {
				for i := 0; i+n <= len(w); i++ {
					r.counts.add(hashOf(uint32(n), w[i:i+n]), 1)
				}
			}
		}
		if inner := w[1 : len(w)-1]; !stop[string(inner)] {
			s := stem(inner)
			if count {
				r.counts.add(hashOf(stemMark, s), 3)
			}
			visit(s, t)
		}
	}
}

// A counter counts hashes in the order in which they come first.
type counter struct {
	slots []uint32 // open addressing: index into terms + 1, 0 = empty
	terms []term
	at    []uint32 // of terms: their slots
}

func (c *counter) reset() {
	for i := range c.terms {
		c.slots[c.at[i]] = 0
	}
	c.terms, c.at = c.terms[:0], c.at[:0]
}

func (c *counter) add(h uint32, n float32) {
	if len(c.terms)*2 >= len(c.slots) {
		c.grow()
	}
	s := c.slot(h)
	if c.slots[s] == 0 {
		c.terms, c.at = append(c.terms, term{h, 0}), append(c.at, s)
		c.slots[s] = uint32(len(c.terms))
	}
	c.terms[c.slots[s]-1].count += n
}

// slot returns where a hash is, or an empty place for it.
func (c *counter) slot(h uint32) uint32 {
	mask := uint32(len(c.slots) - 1)
	for s := (h * 0x9e3779b1) & mask; ; s = (s + 1) & mask {
		if c.slots[s] == 0 || c.terms[c.slots[s]-1].hash == h {
			return s
		}
	}
}

func (c *counter) grow() {
	c.slots = make([]uint32, max(1<<12, 2*len(c.slots)))
	for i, t := range c.terms {
		c.at[i] = c.slot(t.hash)
		c.slots[c.at[i]] = uint32(i + 1)
	}
}

// build makes the index of names.
func build(names []name) *index {
	x := &index{names: names, stems: map[string]int32{}, trie: make(map[uint64]int32, 2*len(names)), ends: make(map[int32][]int32, len(names))}
	x.table = make([]uint32, 1<<17)
	letters := 0
	for _, m := range names {
		letters += len(m.text)
	}
	var (
		r      reader
		most   = 3 * (letters + len(names)) // a letter begins three n-grams; lists that grow would leave as much again behind
		terms  = make([]uint32, 0, most)    // features of names, one behind the other
		counts = make([]float32, 0, most)
		bound  = append(make([]int, 0, len(names)+1), 0)
		of     = make([][]int32, 0, len(names)) // stems of names
	)
	x.label = make([]int32, 0, len(names))
	for n, m := range names {
		x.label = append(x.label, m.label)
		var stems []int32
		r.read(m.text, 0, len(m.text), true, func(s []byte, _ token) { stems = append(stems, x.stemOf(s)) })
		x.enter(int32(n), stems)
		of = append(of, stems)
		for _, t := range r.counts.terms {
			terms, counts = append(terms, x.feature(t.hash)), append(counts, t.count)
		}
		bound = append(bound, len(terms))
	}
	x.invert(terms, counts, bound)
	x.share(of)
	return x
}

func (x *index) stemOf(s []byte) int32 {
	id, ok := x.stems[string(s)]
	if !ok {
		id = int32(len(x.stems))
		x.stems[string(s)] = id
	}
	return id
}

// enter adds a name to the dictionary of stems in order.
func (x *index) enter(n int32, stems []int32) {
	if len(stems) == 0 {
		return
	}
	state := int32(0)
	for _, s := range stems {
		k := uint64(state)<<32 | uint64(s)
		next, ok := x.trie[k]
		if !ok {
			next = int32(len(x.trie) + 1)
			x.trie[k] = next
		}
		state = next
	}
	x.ends[state] = append(x.ends[state], n)
}

// feature returns the number of a hash, a new one where it has none.
func (x *index) feature(h uint32) uint32 {
	f, slot := x.lookup(h)
	if f >= 0 {
		return uint32(f)
	}
	x.hash = append(x.hash, h)
	x.table[slot] = uint32(len(x.hash))
	if 2*len(x.hash) > len(x.table) {
		x.table = make([]uint32, 2*len(x.table))
		for i, h := range x.hash {
			_, slot := x.lookup(h)
			x.table[slot] = uint32(i + 1)
		}
	}
	return uint32(len(x.hash) - 1)
}

// lookup returns the feature of a hash, or -1 and the slot where it would be.
func (x *index) lookup(h uint32) (feature int, slot uint32) {
	mask := uint32(len(x.table) - 1)
	for slot = (h * 0x9e3779b1) & mask; ; slot = (slot + 1) & mask {
		f := x.table[slot]
		if f == 0 {
			return -1, slot
		}
		if x.hash[f-1] == h {
			return int(f - 1), slot
		}
	}
}

// commonest is in how many names a feature may stand. What is in more tells
// little, and takes most of the time.
const commonest = 800

// invert weighs the features of names by TF-IDF, each name of length 1, and
// sorts them by feature.
func (x *index) invert(terms []uint32, counts []float32, bound []int) {
	df := make([]uint32, len(x.hash)+1)
	for _, f := range terms {
		df[f+1]++
	}
	x.idf = make([]float32, len(x.hash))
	for f := range x.idf {
		if n := df[f+1]; n > commonest {
			df[f+1] = 0
		} else {
			x.idf[f] = float32(math.Log(1 + float64(len(x.names))/float64(n)))
		}
	}
	for f := range x.hash {
		df[f+1] += df[f]
	}
	x.first = df
	at := append([]uint32(nil), df...)
	x.post = make([]posting, df[len(x.hash)])
	for n := range x.names {
		var length float64
		for i := bound[n]; i < bound[n+1]; i++ {
			counts[i] = tf(counts[i]) * x.idf[terms[i]]
			length += float64(counts[i]) * float64(counts[i])
		}
		scale := float32(1 / math.Sqrt(max(1e-9, length)))
		for i := bound[n]; i < bound[n+1]; i++ {
			f := terms[i]
			if x.idf[f] == 0 {
				continue
			}
			x.post[at[f]] = posting{counts[i] * scale, uint16(n)}
			at[f]++
		}
	}
}

func tf(count float32) float32 {
	if count == 1 {
		return 1
	}
	return float32(1 + math.Log(float64(count)))
}

// share says how much of a name each of its stems is, by the squares of their
// inverse document frequencies.
func (x *index) share(of [][]int32) {
	df := make([]int, len(x.stems))
	for _, stems := range of {
		for i, s := range stems {
			if !earlier(stems, i) {
				df[s]++
			}
		}
	}
	lists := make([][]posting, len(x.stems))
	for n, stems := range of {
		var sum float32
		weigh := func(s int32) float32 {
			v := float32(math.Log(1 + float64(len(of))/float64(df[s])))
			return v * v
		}
		for i, s := range stems {
			if !earlier(stems, i) {
				sum += weigh(s)
			}
		}
		for i, s := range stems {
			if !earlier(stems, i) {
				lists[s] = append(lists[s], posting{weigh(s) / sum, uint16(n)})
			}
		}
	}
	for _, l := range lists {
		x.from = append(x.from, uint32(len(x.weighs)))
		x.weighs = append(x.weighs, l...)
	}
	x.from = append(x.from, uint32(len(x.weighs)))
}

// earlier reports whether the i-th stem stands before i already.
func earlier(stems []int32, i int) bool {
	for _, s := range stems[:i] {
		if s == stems[i] {
			return true
		}
	}
	return false
}
