package simulate

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"ieum/defs"
)

// A skill is a competency of the code list with the words that express it.
type skill struct {
	id, label string
	words     []string // label and Korean aliases: what "directly" means
	hints     []string // what somebody writes who does not name it; for postings and résumés alike
}

// mostTypical is how many competencies of an occupation are drawn from.
const mostTypical = 24

// How likely people who are settled in an occupation have a competency: by its
// place in the table's row for the occupation's own group, less for the row of
// a wider group, and now and then one that the code list ties to the field.
const (
	firstTypical = 0.80
	nextTypical  = 0.93 // times, from one place to the next
	widerTypical = 0.35 // times, for each wider row
	otherTypical = 0.04
	othersDrawn  = 6
)

// lastSkill is the last code of the list when the market had this Version. Those added since would
// change every market without being of use to any.
const lastSkill = "s0991"

// readSkills takes the competencies from the code list and ties them to
// occupations. A competency that the list does not know is left out.
func (m *Market) readSkills(set *defs.Set) {
	list, ok := set.Codes["competencies"]
	if !ok {
		return
	}
	at, fields := map[string]int{}, map[string][]int{}
	for _, c := range list.Codes {
		if c.Until != 0 || strings.HasPrefix(c.Code, "s") && c.Code > lastSkill {
			continue
		}
		at[c.Code] = len(m.skills)
		for _, g := range strings.Split(c.Extra["groups"], "|") {
			if len(g) >= 2 {
				fields[g[:2]] = append(fields[g[:2]], len(m.skills))
			}
		}
		m.skills = append(m.skills, skill{id: c.Code, label: c.Name.KO, words: append([]string{c.Name.KO}, c.Aliases...)})
	}
	find := func(name string) (int, bool) {
		code, ok := list.Lookup(name)
		i, known := at[code]
		return i, ok && known
	}
	for _, r := range read("hints.csv") {
		if i, ok := find(r.text("competency")); ok {
			m.skills[i].hints = r.list("hints")
		}
	}
	rows := map[string][]int{}
	for _, r := range read("skills.csv") {
		for _, name := range r.list("competencies") {
			if i, ok := find(name); ok {
				rows[r.text("group")] = append(rows[r.text("group")], i)
			}
		}
	}
	for i := range m.occupations {
		m.occupations[i].typicalOf(rows, fields, m.p.Seed)
	}
}

// typicalOf ties competencies to an occupation: those of its rows from the
// longest group on, and some of its field.
func (o *occupation) typicalOf(rows, fields map[string][]int, seed uint64) {
	add := func(id int, share float64) {
		known := slices.ContainsFunc(o.skills, func(t typical) bool { return t.id == id })
		if !known && len(o.skills) < mostTypical {
			o.skills = append(o.skills, typical{id, share})
		}
	}
	weight := firstTypical
	for n := len(o.code); n > 0; n-- {
		row, ok := rows[o.code[:n]]
		for place, id := range row {
			add(id, weight*math.Pow(nextTypical, float64(place)))
		}
		if ok {
			weight *= widerTypical
		}
	}
	if field := fields[o.code[:2]]; len(field) > 0 {
		r := newRNG(seed, ofField, codeNumber(o.code))
		for range othersDrawn {
			add(pick(&r, field), otherTypical)
		}
	}
}

func codeNumber(code string) (n uint64) {
	for _, c := range []byte(code) {
		n = n*10 + uint64(c-'0')
	}
	return n
}

// readPhrases finds the competencies that the fixed phrases of texts name, so
// that the truth knows of them too.
func (m *Market) readPhrases() {
	byWord := map[string]int{}
	longest := 0
	for i, s := range m.skills {
		for _, w := range s.words {
			byWord[w] = i
			longest = max(longest, len(w))
		}
	}
	m.shows = map[string][]spoken{}
	find := func(phrases []string) {
		for _, p := range phrases {
			if _, done := m.shows[p]; done {
				continue
			}
			for from := range p { // every rune
				for to := from + 1; to <= min(len(p), from+longest); to++ {
					if i, ok := byWord[p[from:to]]; ok && whole(p, from, to) {
						m.shows[p] = append(m.shows[p], spoken{i, p[from:to]})
					}
				}
			}
		}
	}
	for i := range m.occupations {
		find(m.occupations[i].duties)
		find(m.occupations[i].titles)
	}
	for i := range m.skills {
		find(m.skills[i].hints)
		find(m.skills[i].words) // one may name another: 생산 관리 시스템
	}
	find(preferences)
	find(closings)
	for _, list := range [][]string{teamLines, workLines, wantLines, likeLines, perkLines, noteLines, servedWords, exemptWords, careWords, restWords, graduation, foreignWords, northWords, womenWords, menWords, loanWords} {
		find(list)
	}
}

// whole says whether p[from:to] stands as a word: Latin letters and digits by
// themselves, Hangul at the beginning of a word and, when it is short, to its
// end.
func whole(p string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(p[:from])
	behind, _ := utf8.DecodeRuneInString(p[to:])
	first, _ := utf8.DecodeRuneInString(p[from:])
	last, _ := utf8.DecodeLastRuneInString(p[:to])
	switch {
	case latin(first) && latin(before), latin(last) && latin(behind):
		return false
	case isHangul(first) && isHangul(before):
		return false
	}
	return !isHangul(last) || !isHangul(behind) || utf8.RuneCountInString(p[from:to]) > 2
}

func latin(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
