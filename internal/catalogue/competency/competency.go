// Package competency finds competencies, tools and certificates in a text by
// their names, those of the code lists "competencies" and "certificates", and by
// plain sentences that tell of doing them.
//
// Read competency.go for what is asked and answered and what counts as a mention,
// words.go for how names are kept and found, judge.go for what sort of mention each
// is, said.go and denied.go for plain sentences, conjugate.go for the forms of their
// verbs, register.go for who tells them, english.go and english_read.go for English,
// signs.go and judged.go for how likely a mention is meant, stream.go for the form
// of text in which all are compared.
package competency

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"

	"ieum"
	"ieum/defs"
)

// An Extractor finds names in texts. It is safe for use by several goroutines.
type Extractor struct {
	words   words
	said    sayings
	phrases *phrases
	things  []thing
	chances chances

	certificates map[string]bool // codes
	desks        sync.Pool       // of *desk
}

// A thing is a competency or a certificate.
type thing struct {
	code, label string
	certificate bool
}

// New returns an extractor for the lists "competencies" and "certificates" of
// the definitions. A list that is missing has no names.
func New(set *defs.Set) *Extractor {
	x, err := Load(set, weightsJSON)
	if err != nil {
		panic(err) // they are in the program
	}
	return x
}

// Load is New with other probabilities, as `ieum train extractor` wrote them; the built-in
// ones where they have none of mentions.
func Load(set *defs.Set, stored []byte) (*Extractor, error) {
	x := &Extractor{phrases: newPhrases(), certificates: map[string]bool{}}
	var ok bool
	var err error
	if x.chances, ok, err = readChances(stored); err == nil && !ok {
		x.chances, _, err = readChances(weightsJSON)
	}
	if err != nil {
		return nil, err
	}
	x.desks.New = func() any { return &desk{} }
	for _, id := range []string{"competencies", "certificates"} {
		list := set.Codes[id]
		if list == nil {
			continue
		}
		for _, c := range list.Codes {
			if !list.InForce(c.Code) {
				continue
			}
			certificate := id == "certificates"
			n := len(x.things)
			if certificate {
				x.certificates[c.Code] = true
			}
			x.things = append(x.things, thing{c.Code, c.Name.KO, certificate})
			for _, name := range append([]string{c.Name.KO}, c.Aliases...) {
				x.words.add(name, n, false)
			}
			for _, other := range split(c.Extra["not"]) {
				x.words.add(other, n, true)
			}
			for _, pattern := range split(c.Extra["said"]) {
				x.said.add(pattern, n)
			}
			if !certificate {
				x.addEnglish(&c, n)
			}
		}
	}
	x.words.finish()
	x.said.finish()
	return x, nil
}

// addEnglish takes in what a competency is called in English. Tools and programming
// languages have their names of one word among the aliases, letter by letter.
func (x *Extractor) addEnglish(c *defs.Code, thing int) {
	kind, words := c.Extra["kind"], englishWords(c.Name.EN)
	if len(words) > 1 || kind == "skill" {
		x.phrases.addName(c.Name.EN, thing, false)
	} else if kind == "language" && len(words) == 1 && len(words[0]) > 3 && !slices.ContainsFunc(append([]string{c.Name.KO}, c.Aliases...), func(a string) bool { return strings.EqualFold(a, c.Name.EN) }) {
		x.phrases.addName(c.Name.EN, thing, true)
	}
	for _, entry := range split(c.Extra["english"]) {
		x.phrases.add(entry, thing)
	}
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "|")
}

// Extract returns the k likeliest competencies a text names, likeliest first
// and then in the order of the text, each once with its best mention: Start and
// End are byte offsets into text. All are returned, however unlikely: Sure is
// where a mention is more likely meant than not.
func (x *Extractor) Extract(text string, k int) []ieum.Found {
	return x.extract(text, k, func(t *thing) bool { return !t.certificate })
}

// Certificates is Extract for the certificates of list "certificates".
func (x *Extractor) Certificates(text string, k int) []ieum.Found {
	return x.extract(text, k, func(t *thing) bool { return t.certificate })
}

// All returns competencies and certificates together, as Extract does. Words that are the
// name of both are the certificate when they speak of having it (1종 보통 면허).
func (x *Extractor) All(text string, k int) []ieum.Found {
	found := x.extract(text, math.MaxInt, func(*thing) bool { return true })
	certificates := map[int]int{} // where licences stand
	for _, f := range found {
		behind := strings.TrimLeft(text[f.End:], " ")
		if f.P >= Sure && x.certificates[f.ID] && (strings.HasPrefix(behind, "면허") || strings.HasPrefix(behind, "자격")) {
			certificates[f.Start] = f.End
		}
	}
	found = slices.DeleteFunc(found, func(f ieum.Found) bool { return !x.certificates[f.ID] && certificates[f.Start] == f.End })
	return found[:min(k, len(found))]
}

// Sure is the probability from which a mention is more likely meant than not.
const Sure = 0.5

func (x *Extractor) extract(text string, k int, wanted func(*thing) bool) (found []ieum.Found) {
	d := x.desks.Get().(*desk)
	defer x.desks.Put(d)
	d.stream.read(text)
	d.findWordEnds()
	d.find(x)
	d.say(x)
	d.readEnglish(x)
	d.settle(x)
	for _, m := range d.best {
		if len(found) >= k {
			break
		}
		if t := &x.things[m.thing]; wanted(t) {
			from, to := int(d.start[m.from]), int(d.end[m.to-1])
			found = append(found, ieum.Found{ID: t.code, Label: t.label, P: m.p, Start: from, End: to, Words: text[from:to], Sign: signNames[m.sign]})
		}
	}
	return found
}

// A mention is a name in a stream: runes from up to to.
type mention struct {
	from, to int32
	thing    int32
	sign     sign
	p        float64
}

// A desk is where one text is read; it is reused.
type desk struct {
	stream
	found    []mention
	blocked  []mention
	told     []mention
	best     []mention
	live     []spoken
	register sign // that sayings have here, or 0
	tokens   []token
	word     []byte
	wordTo   []int32 // of runes: where the word ends that each is in
}

// find collects all mentions, and what only looks like one.
func (d *desk) find(x *Extractor) {
	d.found, d.blocked = d.found[:0], d.blocked[:0]
	for i := range d.runes {
		if !d.mayStart(i) {
			continue
		}
		state := uint32(0)
		for j := i; j < len(d.runes); j++ {
			var ok bool
			if state, ok = x.words.step(state, d.runes[j]); !ok {
				break
			}
			for _, n := range x.words.ends(state) {
				w := &x.words.names[n]
				m := mention{from: int32(i), to: int32(j + 1), thing: int32(w.thing)}
				if w.not {
					d.blocked = append(d.blocked, m)
				} else if s, ok := d.judge(i, j+1, w); ok {
					if x.things[w.thing].certificate {
						if j-i < 3 && !d.atBorder(j+1) && !d.follows(j+1) || d.isPerson(j+1) {
							s = signPart // 의사 in 의사소통, 의사 결정 or 의사와
						}
					} else if !w.latin && d.isThere(j+1) {
						s = signPart
					}
					m.sign, m.p = s, x.chances[s]
					d.found = append(d.found, m)
				}
			}
		}
	}
}

// settle drops mentions that are blocked or lie inside a longer one of their
// sort, and keeps the best of each thing.
func (d *desk) settle(x *Extractor) {
	slices.SortFunc(d.found, func(a, b mention) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to), cmp.Compare(a.thing, b.thing))
	})
	d.best = d.best[:0]
	reach := [2]mention{} // the mention so far that goes furthest, of each sort
	for _, m := range d.found {
		sort := 0
		if x.things[m.thing].certificate {
			sort = 1
		}
		inside := m.to < reach[sort].to || m.to == reach[sort].to && m.from > reach[sort].from
		if inside || d.isBlocked(m) {
			continue
		}
		if m.p >= Sure && m.to > reach[sort].to {
			reach[sort] = m
		}
		d.best = append(d.best, m)
	}
	d.settleSaid(x)
	d.best = slices.CompactFunc(d.best, func(a, b mention) bool { return a.thing == b.thing })
	slices.SortFunc(d.best, func(a, b mention) int {
		return cmp.Or(-cmp.Compare(a.p, b.p), cmp.Compare(a.from, b.from), cmp.Compare(a.thing, b.thing))
	})
}

func (d *desk) isBlocked(m mention) bool {
	i, _ := slices.BinarySearchFunc(d.blocked, m.to-math.MaxInt8, func(b mention, at int32) int { return cmp.Compare(b.from, at) })
	for ; i < len(d.blocked) && d.blocked[i].from <= m.from; i++ {
		if b := d.blocked[i]; b.thing == m.thing && b.to >= m.to {
			return true
		}
	}
	return false
}
