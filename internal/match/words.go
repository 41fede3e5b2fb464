package match

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"unicode/utf8"

	"ieum/internal/match/rank"
	"ieum/internal/match/terms"
	"ieum/internal/snapshot"
)

// An alternative is one way for a posting to answer what is searched for.
type alternative interface {
	// seek returns the first row at or after least that may answer; terms.None
	// when there is none. Rows asked for never fall.
	seek(least uint32) uint32
	// check says how much the row last sought answers (rank.Gain); 0 not at all.
	check(row uint32) float64
}

// A stream gives rising rows.
type stream interface {
	Seek(least uint32) uint32
	Len() int
}

// union is the rows of several lists.
type union struct {
	lists []*terms.List
	at    uint32
	began bool
	n     int
}

func newUnion(lists []*terms.List) *union {
	u := &union{lists: lists}
	for _, l := range lists {
		u.n += l.Len()
	}
	return u
}

func (u *union) Len() int { return u.n }

func (u *union) Seek(least uint32) uint32 {
	if u.began && u.at >= least {
		return u.at
	}
	u.began, u.at = true, terms.None
	for _, l := range u.lists {
		u.at = min(u.at, l.Seek(least))
	}
	return u.at
}

// together is the rows that all streams have: candidates for a text whose
// pairs of letters they are.
type together struct {
	streams []stream // shortest first
	pattern pattern
	exact   *terms.List // the only stream, when it needs no look at the text
	x       *index
}

func (t *together) seek(least uint32) uint32 {
	row := t.streams[0].Seek(least)
	for i := 1; i < len(t.streams) && row != terms.None; {
		next := t.streams[i].Seek(row)
		if next == row {
			i++
			continue
		}
		row, i = t.streams[0].Seek(next), 1
	}
	return row
}

func (t *together) check(row uint32) float64 {
	if t.exact != nil {
		return rank.Gain[t.exact.Class]
	}
	if class, ok := t.pattern.class(t.x.terms.Folded(int(row))); ok {
		return rank.Gain[class]
	}
	return 0
}

// text returns the ways in which postings can hold a folded text, and at most
// how many may: as it is written, and, for one long word, written apart.
func (x *index) text(folded string) (alts []alternative, most int) {
	p := newPattern([]byte(folded))
	keys := keysOf(p.text)
	if len(keys) == 1 && sole(p.text, keys[0]) {
		l := x.terms.List(keys[0])
		return []alternative{&together{streams: []stream{l}, exact: l, x: x}}, l.Len()
	}
	streams := make([]stream, len(keys))
	most = x.terms.Rows()
	for i, k := range keys {
		streams[i] = x.stream(k, i == len(keys)-1)
		most = min(most, streams[i].Len())
	}
	p.fromSpace = len(keys) == 1 && !p.latinStart
	alts = append(alts, x.together(streams, p))
	for i := 1; !p.latinStart && !p.latinEnd && i < len(keys)-1 && !bytes.ContainsRune(p.text, ' '); i++ {
		apart := pattern{text: spaced(p.text, i+1), fromSpace: true}
		streams := make([]stream, 0, len(keys)-1)
		for j, k := range keys {
			if j != i {
				streams = append(streams, x.terms.List(k))
			}
		}
		alts = append(alts, x.together(streams, apart))
	}
	return alts, most
}

func (x *index) together(streams []stream, p pattern) *together {
	slices.SortStableFunc(streams, func(a, b stream) int { return cmp.Compare(a.Len(), b.Len()) })
	return &together{streams: streams, pattern: p, x: x}
}

func keysOf(folded []byte) (keys []terms.Key) {
	terms.Keys(folded, func(k terms.Key) { keys = append(keys, k) })
	return keys
}

// sole says whether a key tells all of a text: two letters, or a Latin word
// that is not cut.
func sole(text []byte, k terms.Key) bool {
	return k.String() == string(text) && (text[0] < utf8.RuneSelf && len(text) < 10 || utf8.RuneCount(text) == 2)
}

// stream returns the rows of a key. A letter that stands alone at the end of
// what is searched for may begin a longer word there.
func (x *index) stream(k terms.Key, last bool) stream {
	r, n := utf8.DecodeRuneInString(k.String())
	if !last || r < utf8.RuneSelf || n != len(k.String()) {
		return x.terms.List(k)
	}
	var lists []*terms.List
	x.terms.Starting(r, func(k terms.Key) { lists = append(lists, x.terms.List(k)) })
	return newUnion(lists)
}

// spaced puts a space after the first n letters.
func spaced(text []byte, n int) []byte {
	i := 0
	for range n {
		_, size := utf8.DecodeRune(text[i:])
		i += size
	}
	return slices.Concat(text[:i], []byte{' '}, text[i:])
}

// similar is the rows that hold about the same word: at least half of its
// pairs, and somewhere text that differs in at most a quarter of its letters
// (jamo). Spaces do not count.
type similar struct {
	x       *index
	lists   []*terms.List
	pairs   [][]byte
	need    int
	letters []rune
	reach   int // letters of text beside a pair that are compared
}

// quarter is the share of letters that may differ.
func quarter(letters int) int { return letters / 4 }

// alike returns the postings that hold words like a folded one: for Hangul by
// pairs of syllables, for Latin the words of the index within one letter, two
// for long ones. Short words have none, but one of two syllables that no posting
// holds stands for the most frequent within one jamo.
func (x *index) alike(folded string) (alts []alternative) {
	text := []byte(folded)
	if bytes.ContainsRune(text, ' ') || len(text) == 0 {
		return nil
	}
	if text[0] < utf8.RuneSelf {
		return x.alikeLatin(text)
	}
	s := &similar{x: x, letters: terms.Letters(nil, text), reach: utf8.RuneCount(text) + 2}
	for _, k := range keysOf(text) {
		if pair := []byte(k.String()); utf8.RuneCount(pair) == 2 {
			s.lists = append(s.lists, x.terms.List(k))
			s.pairs = append(s.pairs, pair)
		}
	}
	if len(s.lists) == 1 && s.lists[0].Len() == 0 {
		return x.misspelt(text)
	}
	if len(s.lists) < 2 {
		return nil
	}
	s.need = (len(s.lists) + 1) / 2
	return []alternative{s}
}

func (x *index) misspelt(text []byte) []alternative {
	first, n := utf8.DecodeRune(text)
	second, _ := utf8.DecodeRune(text[n:])
	var best terms.Key
	most := 0
	try := func(k terms.Key) {
		if n := x.terms.Count(k); n > most {
			best, most = k, n
		}
	}
	terms.Neighbours(first, func(r rune) { try(terms.Pair(r, second)) })
	terms.Neighbours(second, func(r rune) { try(terms.Pair(first, r)) })
	if most == 0 {
		return nil
	}
	l := x.terms.List(best)
	return []alternative{&scaled{&together{streams: []stream{l}, exact: l, x: x}, 0.5}}
}

func (x *index) alikeLatin(text []byte) (alts []alternative) {
	if len(text) < 4 {
		return nil
	}
	word := []rune(string(text[:min(len(text), 10)]))
	most := 1 + len(word)/8
	x.terms.Latin(func(k terms.Key) {
		other := []rune(k.String())
		if d := len(other) - len(word); d > most || -d > most || terms.Distance(word, other, true) > most {
			return
		}
		l := x.terms.List(k)
		alts = append(alts, &scaled{&together{streams: []stream{l}, exact: l, x: x}, 0.5})
	})
	return alts
}

// scaled counts an alternative for less.
type scaled struct {
	alternative
	by float64
}

func (s *scaled) check(row uint32) float64 { return s.by * s.alternative.check(row) }

func (s *similar) seek(least uint32) uint32 {
	for {
		row, n := terms.None, 0
		for _, l := range s.lists {
			switch r := l.Seek(least); {
			case r < row:
				row, n = r, 1
			case r == row:
				n++
			}
		}
		if row == terms.None || n >= s.need {
			return row
		}
		least = row + 1
	}
}

func (s *similar) check(row uint32) float64 {
	title, company, body := s.x.terms.Fields(int(row))
	for i, text := range [][]byte{title, company, body} {
		if d := s.nearest(text); d <= quarter(len(s.letters)) {
			gain := rank.Gain[[]terms.Class{terms.Title, terms.Company, terms.Body}[i]]
			return gain * 0.5 * (1 - float64(d)/float64(len(s.letters)))
		}
	}
	return 0
}

// nearest returns the least distance of the word to the text around its pairs.
func (s *similar) nearest(text []byte) int {
	best := math.MaxInt
	var letters []rune
	for _, pair := range s.pairs {
		for from := 0; from < len(text); {
			i := bytes.Index(text[from:], pair)
			if i < 0 {
				break
			}
			i += from
			letters = terms.Letters(letters[:0], around(text, i, s.reach))
			best = min(best, terms.Distance(s.letters, letters, false))
			from = i + len(pair)
		}
	}
	return best
}

// around returns the text from n letters before byte i to n letters after.
func around(text []byte, i, n int) []byte {
	from, to := i, i
	for range n {
		_, size := utf8.DecodeLastRune(text[:from])
		from -= size
		_, size = utf8.DecodeRune(text[to:])
		to += size
	}
	return text[from:to]
}

// ranges is the postings of some occupations, in order of rows.
type ranges struct{ stretches []snapshot.Stretch }

func (r *ranges) seek(least uint32) uint32 {
	for _, in := range r.stretches {
		if in.To > int(least) {
			return max(least, uint32(in.From))
		}
	}
	return terms.None
}

func (r *ranges) check(uint32) float64 { return rank.GainCode }

// asking is the open postings that ask for a competency or a certificate.
type asking struct {
	v  *view
	at []uint32 // positions in the view
	i  int
}

func (a *asking) seek(least uint32) uint32 {
	a.i += gallop(len(a.at)-a.i, func(k int) bool { return a.v.rows[a.at[a.i+k]] >= least })
	if a.i == len(a.at) {
		return terms.None
	}
	return a.v.rows[a.at[a.i]]
}

func (a *asking) check(uint32) float64 { return rank.GainCode }

// gallop returns the first of n places where ok holds, ok being false up to it
// and true from it on, at a cost that grows with the logarithm of the place.
func gallop(n int, ok func(int) bool) int {
	lo, step := 0, 1
	for lo+step <= n && !ok(lo+step-1) {
		lo += step
		step *= 2
	}
	hi := min(n, lo+step)
	for lo < hi {
		if mid := (lo + hi) / 2; ok(mid) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// passing goes through the open postings for those that pass a test.
type passing struct {
	v    *view
	i    int
	test func(row uint32) bool
	gain float64
}

func (t *passing) seek(least uint32) uint32 {
	t.i += gallop(len(t.v.rows)-t.i, func(k int) bool { return t.v.rows[t.i+k] >= least })
	for ; t.i < len(t.v.rows); t.i++ {
		if row := t.v.rows[t.i]; t.test(row) {
			return row
		}
	}
	return terms.None
}

func (t *passing) check(uint32) float64 { return t.gain }

// both is the rows of an alternative that also pass a test.
type both struct {
	alternative
	test func(row uint32) bool
}

func (b *both) check(row uint32) float64 {
	if !b.test(row) {
		return 0
	}
	return b.alternative.check(row)
}
