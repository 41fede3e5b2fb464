package occupation

import (
	_ "embed"
	"math"
	"strings"
	"unicode"

	"ieum/defs"
)

// englishCSV has, for each unit group of KECO 2025, titles as they are said in English.
//
//go:embed english.csv
var englishCSV string

// A title without Hangul says little to a model of Korean texts. What a unit group is worth
// for it is the model's probability to the power of ownPower times e to likePower times its likeness: the most
// that any English name of the group is like the title. Fitted to 307 titles set down with their
// unit groups (docs/quality.md).
const (
	ownPower  = 0.4
	likePower = 16
	leastOwn  = 1e-6 // probability that no group goes below
)

// An abroad knows unit groups by their English names.
type abroad struct {
	names []string
	group []int16 // of names: KECO 2025 unit group, counted from 0
	of    []int16 // of units: their group, or -1
	n     int     // groups
	like  func(title string) []float32
}

// Ask makes the coder, and those it gave with In, ask for titles without Hangul and
// without duties how like they are to English names of unit groups. prepare is given the
// names and returns what tells of a title how like it is to each of them, at most 1, or
// nil when the title says nothing; that is called from several goroutines. Ask comes
// before the coder is used.
func (c *Coder) Ask(prepare func(names []string) func(title string) []float32) {
	if len(c.abroad.names) > 0 {
		c.abroad.like = prepare(c.abroad.names)
	}
}

// learnAbroad reads the English names of the unit groups, of a list and of english.csv.
func (m *model) learnAbroad(list *defs.CodeList) {
	at := map[string]int16{}
	add := func(code, name string) {
		i, ok := at[code]
		if !ok {
			i = int16(len(at))
			at[code] = i
		}
		m.abroad.names, m.abroad.group = append(m.abroad.names, name), append(m.abroad.group, i)
	}
	if list != nil {
		for _, c := range list.Codes {
			if len(c.Code) == 4 && c.Name.EN != "" {
				add(c.Code, c.Name.EN)
			}
		}
	}
	for line := range strings.Lines(englishCSV) {
		code, titles, _ := strings.Cut(strings.TrimSpace(line), ",")
		for name := range strings.SplitSeq(titles, "|") {
			add(code, name)
		}
	}
	m.abroad.n, m.abroad.of = len(at), make([]int16, len(m.units))
	for u := range m.units {
		m.abroad.of[u] = -1
		if i, ok := at[m.units[u].code2025]; ok {
			m.abroad.of[u] = i
		}
	}
}

// listen weighs the probabilities of units by how like a title without Hangul is to the
// English names of their unit groups.
func (d *desk) listen(title string, words []rune) {
	a := &d.m.abroad
	if a.like == nil || hasHangul(words) {
		return
	}
	like := a.like(cut(title, maxTitle))
	if like == nil {
		return
	}
	most, own := make([]float32, a.n), make([]float32, a.n) // of groups
	for i := range most {
		most[i] = -1
	}
	for i, g := range a.group {
		most[g] = max(most[g], like[i])
	}
	for u, p := range d.score {
		if g := a.of[u]; g >= 0 {
			own[g] += p
		}
	}
	var sum float32
	for u, p := range d.score { // what a group gets, its units share as before
		d.score[u] = 0
		if g := a.of[u]; g >= 0 && own[g] > 0 {
			worth := math.Pow(math.Max(float64(own[g]), leastOwn), ownPower) * math.Exp(likePower*float64(most[g]))
			d.score[u] = p / own[g] * float32(worth)
			sum += d.score[u]
		}
	}
	for u := range d.score {
		d.score[u] /= sum
	}
}

func hasHangul(words []rune) bool {
	for _, r := range words {
		if unicode.Is(unicode.Hangul, r) {
			return true
		}
	}
	return false
}
