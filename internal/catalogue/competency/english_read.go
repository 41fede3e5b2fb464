package competency

import "strings"

// A token is an English word of a stream.
type token struct {
	from, to int32
	stem     int32 // -1: of no name
	gap      uint8 // what stands before it
}

const (
	gapComma    = 1 + iota // a sign that parts a list
	gapSentence            // the end of a sentence, or other letters
)

// longestWord is where a word is cut, in letters.
const longestWord = 40

// tokenise fills tokens with the English words of the stream that count.
func (d *desk) tokenise(p *phrases) {
	d.tokens = d.tokens[:0]
	gap := uint8(gapSentence)
	for i := 0; i < len(d.runes); {
		r := d.runes[i]
		if !isLatin(r) {
			gap = max(gap, gapOf(r))
			i++
			continue
		}
		to := i + 1
		d.word = append(d.word[:0], byte(r))
		for ; to < len(d.runes) && isLatin(d.runes[to]) && d.flags[to]&blankBefore == 0; to++ {
			if len(d.word) < longestWord {
				d.word = append(d.word, byte(d.runes[to]))
			}
		}
		if !skipped[string(d.word)] {
			t := token{int32(i), int32(to), -1, gap}
			if id, ok := p.stems[string(stemOf(d.word))]; ok {
				t.stem = id
			}
			d.tokens = append(d.tokens, t)
			gap = 0
		}
		i = to
	}
}

func gapOf(r rune) uint8 {
	if strings.ContainsRune("-'’", r) {
		return 0
	}
	if strings.ContainsRune(",/()·:\"", r) {
		return gapComma
	}
	return gapSentence
}

// readEnglish adds the names of English words to found, and what they tell of to told.
func (d *desk) readEnglish(x *Extractor) {
	p := x.phrases
	d.tokenise(p)
	sentence, objects := 0, 0 // objects up to the token objects are part of longer ones
	for i := range d.tokens {
		t := &d.tokens[i]
		if t.gap == gapSentence {
			sentence = i
		}
		if t.stem < 0 {
			continue
		}
		d.walk(&p.names, i, func(to int, n int32) {
			f := &p.all[n]
			if f.only != "" && !d.spells(t, f.only) || !f.agent && d.isAgent(&d.tokens[to-1]) {
				return
			}
			m := mention{from: t.from, to: d.tokens[to-1].to, thing: f.thing}
			m.sign = d.signOf(p, f, sentence, i, to)
			m.p = x.chances[m.sign]
			d.found = append(d.found, m)
		})
		d.walk(&p.objects, i, func(to int, object int32) {
			if to > objects && d.done(x, sentence, i, to, object) {
				objects = to
			}
		})
	}
}

// spells reports whether a token is a word or its plural.
func (d *desk) spells(t *token, word string) bool {
	if !d.behind(int(t.from), word) {
		return false
	}
	n := int(t.to-t.from) - len(word)
	return n == 0 || n == 1 && d.runes[t.to-1] == 's'
}

// isAgent reports whether a word is that of who does something.
func isAgent(word string) bool {
	word = strings.TrimSuffix(word, "s")
	return strings.HasSuffix(word, "er") || strings.HasSuffix(word, "or")
}

func (d *desk) isAgent(t *token) bool {
	return t.to-t.from > 3 && isAgent(string(d.runes[t.to-3:t.to]))
}

// done adds to told what the nearest verb that takes an object does to it, which stands
// from token i up to a place, and the verbs joined to that one: repair and clean cars. any is false when there is none.
func (d *desk) done(x *Extractor, sentence, i, to int, object int32) (any bool) {
	p := x.phrases
	last := max(sentence, i-doneApart)
	for v := i - 1; v >= last; v-- {
		verb := &d.tokens[v]
		if verb.stem < 0 || p.roles[verb.stem]&aVerb == 0 || d.isAgent(verb) && !p.verbs[string(d.runes[verb.from:verb.to])] {
			continue
		}
		means := p.means[pair(int(object), int(verb.stem))]
		any = any || len(means) > 0
		for _, thing := range means {
			s := d.truthOf(p, sentence, v, signDone)
			d.told = append(d.told, mention{verb.from, d.tokens[to-1].to, thing, s, x.chances[s]})
		}
		if len(means) == 0 {
			continue
		}
		before := v > last && d.tokens[v-1].stem >= 0 && p.roles[d.tokens[v-1].stem]&joins != 0
		switch { // the one before, if any, is joined: wash, cut and peel
		case before:
			last = max(last, v-2)
		case verb.gap == gapComma:
			last = max(last, v-1)
		default:
			return any
		}
	}
	return any
}

// walk calls f with the end of each row of stems of a trie that begins at token i.
func (d *desk) walk(t *stemTrie, i int, f func(to int, what int32)) {
	state := int32(0)
	for j := i; j < len(d.tokens) && d.tokens[j].stem >= 0 && (j == i || d.tokens[j].gap == 0); j++ {
		next, ok := t.next[uint64(state)<<32|uint64(d.tokens[j].stem)]
		if !ok {
			return
		}
		state = next
		for _, what := range t.ends[state] {
			f(j+1, what)
		}
	}
}

// signOf says what sort of mention the tokens from i up to a place are of a phrase.
func (d *desk) signOf(p *phrases, f *phrase, sentence, i, to int) sign {
	s := signPhrase
	switch {
	case f.kind == general && d.near(p, sentence, i, to, ofWork):
		s = signAbout
	case f.kind == tongue && d.near(p, sentence, i, to, ofSpeech):
		s = signAbout
	case f.kind != plainPhrase:
		return signGeneral
	case f.words == 1:
		s = signWord
	}
	return d.truthOf(p, sentence, i, s)
}

// near reports whether a word of some role stands near the tokens from i up to a place.
func (d *desk) near(p *phrases, sentence, i, to int, role uint8) bool {
	for j := max(sentence, i-contextReach); j < min(len(d.tokens), to+contextReach); j++ {
		t := &d.tokens[j]
		if j >= to && t.gap == gapSentence {
			return false
		}
		if (j < i || j >= to) && t.stem >= 0 && p.roles[t.stem]&role != 0 {
			return true
		}
	}
	return false
}

// truthOf returns a sign, or that it is denied or wished for, when the words before
// token i say so.
func (d *desk) truthOf(p *phrases, sentence, i int, s sign) sign {
	for j := i; j > max(sentence, i-contextReach) && d.tokens[j].gap == 0; j-- {
		if t := &d.tokens[j-1]; t.stem < 0 {
			continue
		} else if p.roles[t.stem]&denies != 0 {
			return signDenied
		} else if p.roles[t.stem]&wishes != 0 {
			return signWished
		}
	}
	return s
}
