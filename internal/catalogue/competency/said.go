package competency

import (
	"cmp"
	"slices"
	"strings"
)

// Sayings are how people without words of an office tell what they do: a noun
// and a verb in a sentence, such as 금형을 갈아 끼우고 for changing dies. They are
// written in the column "said" as
//
//	금형/틀 갈다/바꾸다/교체
//
// any of the nouns with any of the verbs; a verb is in its dictionary form, or
// the noun of one with 하다. A word that begins with the noun, and has at most a
// particle behind it, must stand before a word of the verb, in the same sentence
// and at most saidApart words earlier; or the verb is joined to the noun
// (금형교체). An object is over where another begins: 소 of 소를 키우고 배추를 심다 is not planted.
type sayings struct {
	nouns, verbs words
	nounIDs      map[string]int
	verbIDs      map[string]int
	tails        []tail // of names of verbs
	verbOf       []int  // of names of verbs
	light        []bool // of verbs: they say little, and must follow the noun at once
	place        []bool // of verbs: one does it at a place, and a noun without a particle may be part of its name
	means        map[uint64][]int32
}

// longestEnding is how far a word is taken to go, in letters: before a noun inside
// it and behind the form of a verb. A word may be as long as the text; what is
// told must not be.
const longestEnding = 16

// saidApart is how many words a verb may stand behind its noun.
const saidApart = 4

// add takes in a pattern of a thing; one that is not two words is none.
func (s *sayings) add(pattern string, thing int) {
	if s.means == nil {
		s.nounIDs, s.verbIDs, s.means = map[string]int{}, map[string]int{}, map[uint64][]int32{}
	}
	nouns, verbs, ok := strings.Cut(pattern, " ")
	if !ok {
		return
	}
	for noun := range strings.SplitSeq(nouns, "/") {
		n, ok := s.nounIDs[noun]
		if !ok {
			n = len(s.nounIDs)
			s.nounIDs[noun] = n
			s.nouns.add(noun, n, false)
		}
		for verb := range strings.SplitSeq(verbs, "/") {
			k := pair(n, s.verb(verb))
			if !slices.Contains(s.means[k], int32(thing)) {
				s.means[k] = append(s.means[k], int32(thing))
			}
		}
	}
}

func pair(noun, verb int) uint64 { return uint64(noun)<<32 | uint64(verb) }

func (s *sayings) verb(verb string) int {
	v, ok := s.verbIDs[verb]
	if ok {
		return v
	}
	v = len(s.verbIDs)
	s.verbIDs[verb] = v
	s.light = append(s.light, slices.Contains(lightVerbs, verb))
	s.place = append(s.place, slices.Contains(placeVerbs, verb))
	for _, f := range forms(verb) {
		s.verbs.add(f.text, len(s.tails), false)
		s.tails, s.verbOf = append(s.tails, f.tail), append(s.verbOf, v)
	}
	return v
}

func (s *sayings) finish() {
	if s.means == nil {
		return
	}
	s.nouns.finish()
	s.verbs.finish()
}

var (
	lightVerbs = strings.Fields("하다 보다 되다 내다 나다 가다 오다 주다")
	placeVerbs = strings.Fields("일하다 배우다 다니다 근무하다 근무")
)

// A spoken noun is one that a verb may still follow.
type spoken struct {
	noun, from int32
	word       int32 // which word of the sentence
	object     bool  // over where another object begins
	bare       bool  // no particle
	inside     bool  // not the beginning of its word
}

// say adds what sayings show to d.found, as mentions that enclose no others.
func (d *desk) say(x *Extractor) {
	s := &x.said
	d.told, d.live = d.told[:0], d.live[:0]
	d.register = registerOf(d.runes)
	if s.means == nil {
		return
	}
	word, comma := int32(0), int32(-1)
	for i := 0; i < len(d.runes); {
		if !isLetter(d.runes[i]) {
			if d.endsSentence(i) {
				d.live = d.live[:0]
			} else if r := d.runes[i]; r == ',' || r == '·' || r == '/' {
				comma = word
			}
			i++
			continue
		}
		to := d.wordEnd(i + 1)
		if d.isAdverb(i, to) {
			i = to
			continue // 요리를 잘 합니다 is 요리를 합니다
		}
		word++
		d.expire(word)
		verb := i
		if d.runes[i] == '잘' && to > i+2 {
			verb++ // 잘합니다
		}
		d.sayVerbs(x, verb, to, word, comma)
		d.hearNouns(x, i, to, word, comma)
		d.endObject(i, to, word)
		i = to
	}
}

// isAdverb reports whether a word says only how or how often.
func (d *desk) isAdverb(from, to int) bool {
	return slices.ContainsFunc(adverbs, func(w []rune) bool { return slices.Equal(d.runes[from:to], w) })
}

var adverbs = runes(strings.Fields("잘 많이 자주 매일 직접 조금 좀 꽤 아주 주로 계속 열심히 꾸준히 항상 늘 가끔")...)

func (d *desk) endsSentence(i int) bool {
	switch d.runes[i] {
	case '!', '?', '\n', '\r', ';', '。', '•':
		return true
	case '.':
		return i+1 >= len(d.runes) || d.runes[i+1] < '0' || d.runes[i+1] > '9'
	}
	return false
}

// expire forgets the nouns that are too far behind.
func (d *desk) expire(word int32) {
	n := 0
	for n < len(d.live) && word-d.live[n].word > saidApart {
		n++
	}
	d.live = d.live[:copy(d.live, d.live[n:])]
}

// endObject forgets objects before the word when it is one itself.
func (d *desk) endObject(from, to int, word int32) {
	if last := d.runes[to-1]; to-from < 2 || last != '을' && last != '를' || last == '을' && (d.runes[to-2] == '가' || d.runes[to-2] == '마') {
		return
	}
	d.live = slices.DeleteFunc(d.live, func(n spoken) bool {
		return n.object && n.word < word && !(n.bare && n.word == word-1) // 예약 전화를 is one object
	})
}

// hearNouns notes the nouns of a word, and tells those a verb is joined to.
func (d *desk) hearNouns(x *Extractor, from, to int, word, comma int32) {
	for i := from; i < to; i++ {
		if i == from+1 {
			continue // a noun inside a word has at least two letters before it
		}
		state := uint32(0)
		for j := i; j < min(len(d.runes), to+6); j++ {
			var ok bool
			if state, ok = x.said.nouns.step(state, d.runes[j]); !ok {
				break
			}
			if len(x.said.nouns.ends(state)) == 0 || d.before(j+1, calledWords) || i > from && (j == i || j >= to) {
				continue
			}
			n := spoken{noun: int32(x.said.nouns.names[x.said.nouns.ends(state)[0]].thing), from: int32(i), word: word, inside: i > from}
			for _, flags := range d.flags[i+1 : j+1] {
				n.word += int32(flags & blankBefore) // 학원 차 is two words
			}
			if n.inside {
				n.from = int32(max(from, i-longestEnding))
			}
			if end, ok := d.particle(j + 1); ok {
				n.bare = end == j+1
				n.object = n.bare || strings.ContainsRune("을를이가은는도만의", d.runes[end-1])
				d.live = append(d.live, n)
			} else if j+1 < to && j > i { // 자재 is no 자 that somebody 재다
				d.joinVerbs(x, n, j+1)
			}
		}
	}
}

// particle reports whether a word ends at rune i, with a particle or without,
// and where.
func (d *desk) particle(i int) (int, bool) {
	for _, plural := range plurals {
		if len(plural) > 0 && plural[0] == '분' && (i < 2 || d.flags[i-1]&blankBefore != 0 || !isLetter(d.runes[i-2])) {
			continue // 차분하고
		}
		if at, ok := d.has(i, plural); ok {
			if d.wordEnds(at) {
				return at, true
			}
			for _, p := range particles {
				if end, ok := d.has(at, p); ok && d.wordEnds(end) {
					return end, true
				}
			}
		}
	}
	return 0, false
}

var (
	plurals   = runes("", "들", "분들", "님", "님들", "분")
	particles = runes(strings.Fields("을 를 이 가 은 는 도 에 에서 에서도 에서는 에는 에다 에다가 의 만 만을 로 으로 로만 로도 으로도 와 과 랑 이랑 하고 까지 부터 에게 에게도 한테 한테도 께 마다 나 이나 며 등 등을 같은 같은것 요 이고 라도 씩")...)
)

func runes(words ...string) (out [][]rune) {
	for _, w := range words {
		out = append(out, []rune(w))
	}
	return out
}

// has reports whether w stands at rune i without a blank in or before it.
func (d *desk) has(i int, w []rune) (int, bool) {
	if len(d.runes)-i < len(w) {
		return 0, false
	}
	for k, r := range w {
		if d.runes[i+k] != r || d.flags[i+k]&blankBefore != 0 {
			return 0, false
		}
	}
	return i + len(w), true
}

func (d *desk) wordEnds(i int) bool {
	return i >= len(d.runes) || d.flags[i]&blankBefore != 0 || !isLetter(d.runes[i])
}

// wordEnd returns the first place from rune i on where a word ends. It is looked up:
// a word may be as long as the text, with verbs all over.
func (d *desk) wordEnd(i int) int {
	if i >= len(d.runes) {
		return i
	}
	return int(d.wordTo[i])
}

// findWordEnds fills wordTo.
func (d *desk) findWordEnds() {
	d.wordTo = slices.Grow(d.wordTo[:0], len(d.runes))[:len(d.runes)]
	end := len(d.runes)
	for i := len(d.runes) - 1; i >= 0; i-- {
		if d.wordEnds(i) {
			end = i
		}
		d.wordTo[i] = int32(end)
	}
}

// sayVerbs tells the nouns before a word that begins with a verb of theirs.
func (d *desk) sayVerbs(x *Extractor, from, to int, word, comma int32) {
	if len(d.live) == 0 {
		return
	}
	d.eachVerb(&x.said, from, func(verb int, t tail, end int) {
		for _, n := range d.live {
			if t == nominal && comma >= n.word || x.said.light[verb] && (word-n.word > 1 || n.inside) || x.said.place[verb] && n.bare && word-n.word > 1 {
				continue // "자재 입고, 포장" are two things, 기계를 고쳐 봤다 is no watching, and who 일하다 in 자동차 부품 공장 does not work at cars; 들어가게 하다 is no 가게
			}
			said := signSaid
			if word-n.word > 2 || n.inside {
				said = signLoose
			}
			d.tell(x, n, verb, end, d.truth(from, max(end, to), t, said))
		}
	})
}

// joinVerbs tells a noun that a verb is joined to, as in 금형교체.
func (d *desk) joinVerbs(x *Extractor, n spoken, at int) {
	d.eachVerb(&x.said, at, func(verb int, t tail, end int) {
		if t == ending && end-at == 1 && end-int(n.from) == 2 {
			return // two letters say too little
		}
		said := signSaid
		if n.inside {
			said = signLoose
		}
		d.tell(x, n, verb, end, d.truth(at, end, t, said))
	})
}

// eachVerb calls f for the verbs whose words begin at a rune, with the end of
// the form.
func (d *desk) eachVerb(s *sayings, from int, f func(verb int, t tail, end int)) {
	state := uint32(0)
	for j := from; j < len(d.runes); j++ {
		var ok bool
		if state, ok = s.verbs.step(state, d.runes[j]); !ok {
			return
		}
		for _, k := range s.verbs.ends(state) {
			id := s.verbs.names[k].thing
			if d.goesOn(j+1, s.tails[id]) {
				end := j + 1
				if _, bare := d.particle(end); !bare || s.tails[id] != nominal {
					end = min(d.wordEnd(end), end+longestEnding)
				}
				f(s.verbOf[id], s.tails[id], end)
			}
		}
	}
}

// goesOn reports whether at rune i stands what a form needs behind it.
func (d *desk) goesOn(i int, t tail) bool {
	ends := d.wordEnds(i)
	var first rune
	if !ends {
		first = d.runes[i]
	}
	switch t {
	case ending:
		return !ends && strings.ContainsRune("고는던기지거게다도습네자더느니나며면러려시세셔신실십므죠었았어으은을", first)
	case softened:
		return !ends && strings.ContainsRune("는니네시세셔신실십나", first)
	case adnominal:
		return ends || strings.ContainsRune("니다때시수데게까", first)
	case joined:
		return ends || strings.ContainsRune("서요야도주줬준줄줘본보봤볼드내냈낸낼놓놨두둬왔온오가갔", first)
	case nominal:
		if ends || strings.ContainsRune("하했한할합해되된중", first) {
			return true
		}
		_, ok := d.particle(i)
		return ok || d.starts(i, "작업") || d.starts(i, "업무")
	}
	return true
}

func (d *desk) starts(i int, w string) bool {
	_, ok := d.has(i, []rune(w))
	return ok
}

// tell notes what a noun and a verb mean together.
func (d *desk) tell(x *Extractor, n spoken, verb, end int, said sign) {
	if d.register != 0 && (said == signSaid || said == signLoose) {
		said = d.register
	}
	for _, thing := range x.said.means[pair(int(n.noun), verb)] {
		d.told = append(d.told, mention{n.from, int32(end), thing, said, x.chances[said]})
	}
}

// settleSaid joins what was told to the best mentions. A name inside of the
// words that tell of its thing is one more sign of it, or denied with it.
func (d *desk) settleSaid(x *Extractor) {
	for i := range d.best {
		if m := &d.best[i]; d.denied(int(m.to)) {
			m.lower(x, signDenied)
		}
	}
	byPlace := func(a, b mention) int {
		return cmp.Or(cmp.Compare(a.thing, b.thing), cmp.Compare(a.from, b.from))
	}
	slices.SortFunc(d.best, byPlace)
	names := d.best
	for _, told := range d.told {
		if d.isBlocked(told) {
			continue
		}
		untrue := told.sign == signDenied || told.sign == signWished
		at, _ := slices.BinarySearchFunc(names, told, byPlace)
		for i := at; i < len(names) && names[i].thing == told.thing && names[i].from < told.to; i++ {
			m := &names[i]
			switch {
			case m.to > told.to:
			case untrue:
				m.lower(x, told.sign)
			case m.p >= Sure:
				told.sign, told.p = signBoth, x.chances[signBoth]
			}
		}
		d.best = append(d.best, told)
	}
	slices.SortFunc(d.best, func(a, b mention) int {
		return cmp.Or(cmp.Compare(a.thing, b.thing), -cmp.Compare(a.p, b.p), cmp.Compare(a.from, b.from), -cmp.Compare(a.to, b.to))
	})
}

// lower gives a mention a less likely sign.
func (m *mention) lower(x *Extractor, s sign) {
	if p := x.chances[s]; p < m.p {
		m.sign, m.p = s, p
	}
}
