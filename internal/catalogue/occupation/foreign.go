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

// claimed is how sure to be of the likeliest group, fitted to 1,334 titles set down with their
// unit groups (TestClaimsOfTitlesWithoutHangul fits it again).
var claimed = calibration{temperature: 1, slope: 0.718, offset: 0.256}

// An abroad knows unit groups by their English names.
type abroad struct {
	names []string
	group []int16 // of names: KECO 2025 unit group, counted from 0
	of    []int16 // of units: their group, or -1
	n     int     // groups
	like  func(title string, bonus []float32) []float32
}

// Ask makes the coder, and those it gave with In, ask for titles without Hangul and
// without duties how like they are to English names of unit groups. prepare is given the
// names, and which of n groups each is of; it returns what tells of a title how like it is to the likest name
// of each group, at most 1, when a bonus of each says how much more than others it is worth whatever its
// names; or nil when the title says nothing. That is called from several goroutines. Ask comes
// before the coder is used.
func (c *Coder) Ask(prepare func(names []string, of []int16, n int) func(title string, bonus []float32) []float32) {
	if a := &c.abroad; len(a.names) > 0 {
		a.like = prepare(a.names, a.group, a.n)
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
	own := a.gather(d.score)
	worth := a.weigh(title, own)
	if worth == nil {
		return
	}
	claimed.apply(worth)
	for u, p := range d.score { // what a group gets, its units share as before
		d.score[u] = 0
		if g := a.of[u]; g >= 0 && own[g] > 0 {
			d.score[u] = p / own[g] * worth[g]
		}
	}
}

// gather adds the probabilities of units up to those of groups.
func (a *abroad) gather(units []float32) []float32 {
	own := make([]float32, a.n)
	for u, p := range units {
		if g := a.of[u]; g >= 0 {
			own[g] += p
		}
	}
	return own
}

// weigh returns the logarithms of what groups are worth for a title, by what the model
// gives them; nil when the title says nothing.
func (a *abroad) weigh(title string, own []float32) []float32 {
	bonus := make([]float32, a.n)
	least := ownPower / likePower * float32(math.Log(leastOwn))
	for g, p := range own {
		bonus[g] = least
		if p > leastOwn {
			bonus[g] = ownPower / likePower * float32(math.Log(float64(p)))
		}
	}
	worth := a.like(cut(title, maxTitle), bonus)
	for g := range worth {
		worth[g] = likePower * (worth[g] + bonus[g])
	}
	return worth
}

func hasHangul(words []rune) bool {
	for _, r := range words {
		if unicode.Is(unicode.Hangul, r) {
			return true
		}
	}
	return false
}
