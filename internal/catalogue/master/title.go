package master

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// telling is how much a bigram of titles tells, in bits.
type telling func(bigram uint32) float64

func (c *Counts) titleInfo(bigram uint32) float64 { return float64(c.titleBit[bigram]) }

// titleSet returns the bigrams of a title as places in Counts.title, sorted,
// each once.
func titleSet(title []rune) (set []uint32) {
	for i := 1; i < len(title); i++ {
		set = append(set, bigram(title[i-1], title[i])>>16)
	}
	slices.Sort(set)
	return slices.Compact(set)
}

// titles compares two normalised titles.
func (c telling) titles(t *pairText, x, y []rune) {
	whole := (c.info(x, 0, len(x)) + c.info(y, 0, len(y))) / 2
	t.title, t.titleBits = 1, whole
	if slices.Equal(x, y) {
		return
	}
	common := whole
	var only [2]float64 // what only x has, and only y
	edits := align(x, y)
	for i, e := range edits {
		common -= (c.info(x, e.x0, e.x1) + c.info(y, e.y0, e.y1)) / 2
		if movedTo(edits, i, x, y) {
			continue
		}
		had := t.more
		c.edit(t, x, y, e)
		if len(x[e.x0:e.x1]) == 0 {
			only[1] += t.more - had
		} else if len(y[e.y0:e.y1]) == 0 {
			only[0] += t.more - had
		}
	}
	t.other += min(only[0], only[1]) // 서울 and 울산 share a syllable by chance
	t.titleBits = max(common, 0)
	if t.title = 0; t.titleBits > 0 {
		t.title = t.titleBits / (t.titleBits + t.other + t.more)
	}
}

// title normalises a posting's title.
func (m *matcher) title(row uint32) []rune {
	return titleRunes(nil, m.Title(row), m.Names(m.Facts[row].Company))
}

// bracketBefore is what employers put before a title on one site and leave away
// on the next: [면접비], [영업본부].
var bracketBefore = regexp.MustCompile(`^\s*[\[【〔<][^\]】〕>]*[\]】〕>]`)

// titled is a normalised title, and what it is without a bracket before it; nil
// where none is.
type titled struct{ whole, bare []rune }

func (m *matcher) titled(row uint32) (t titled) {
	title := m.Title(row)
	names := m.Names(m.Facts[row].Company)
	t.whole = titleRunes(nil, title, names)
	if in := bracketBefore.FindString(title); in != "" {
		t.bare = titleRunes(nil, title[len(in):], names)
	}
	return t
}

// compared are the runes by which two titles are compared: a bracket that only
// one of them begins with is left out.
func (t titled) compared(u titled) (x, y []rune) {
	switch {
	case len(t.bare) >= 2 && u.bare == nil:
		return t.bare, u.whole
	case len(u.bare) >= 2 && t.bare == nil:
		return t.whole, u.bare
	}
	return t.whole, u.whole
}

// info is how much the runes from..to tell: each bigram half for each of its
// two runes.
func (c telling) info(x []rune, from, to int) (bits float64) {
	for i := max(1, from); i < min(len(x), to+1); i++ {
		w := c(bigram(x[i-1], x[i])>>16) / 2
		if i-1 >= from {
			bits += w
		}
		if i < to {
			bits += w
		}
	}
	return bits
}

// An edit is a piece of x that stands where y has another; either may be empty.
type edit struct{ x0, x1, y0, y1 int }

// align finds the edits between x and y by their longest common subsequence.
func align(x, y []rune) []edit {
	const most = 80
	x, y = x[:min(len(x), most)], y[:min(len(y), most)]
	var length [most + 1][most + 1]uint8
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	var out []edit
	i, j := 0, 0
	for i < len(x) || j < len(y) {
		e := edit{i, i, j, j}
		for i < len(x) && j < len(y) && x[i] != y[j] || (i < len(x)) != (j < len(y)) {
			if j == len(y) || i < len(x) && length[i+1][j] >= length[i][j+1] {
				i++
			} else {
				j++
			}
		}
		if e.x1, e.y1 = i, j; e.x1 > e.x0 || e.y1 > e.y0 {
			out = append(out, e)
		}
		for i < len(x) && j < len(y) && x[i] == y[j] {
			i++
			j++
		}
	}
	return out
}

// movedTo reports whether the piece of edit i only stands elsewhere in the
// other title.
func movedTo(edits []edit, i int, x, y []rune) bool {
	e := edits[i]
	for _, o := range edits {
		if e.y0 == e.y1 && o.x0 == o.x1 && slices.Equal(x[e.x0:e.x1], y[o.y0:o.y1]) ||
			e.x0 == e.x1 && o.y0 == o.y1 && slices.Equal(y[e.y0:e.y1], x[o.x0:o.x1]) {
			return true
		}
	}
	return false
}

// edit adds what an edit tells to what the titles differ in. A slip of the hand
// tells little, another number more than its digits do.
func (c telling) edit(t *pairText, x, y []rune, e edit) {
	dx, dy := x[e.x0:e.x1], y[e.y0:e.y1]
	told := c.info(x, e.x0, e.x1) + c.info(y, e.y0, e.y1)
	numbers := digits(dx) || digits(dy)
	switch {
	case len(dx) > 0 && len(dy) > 0 && numbers && round(x, e.x0, e.x1) && round(y, e.y0, e.y1):
		t.schedule = true
		t.more += told / 4
	case len(dx) > 0 && len(dy) > 0 && numbers:
		t.other += told + 8
	case slipped(dx, dy):
		t.more += min(2, told/4)
	case len(dx) > 0 && len(dy) > 0:
		t.other += told
	case numbers:
		t.more += told + 4
	default:
		t.more += told
	}
}

// A grade is whom a title asks for: beginners, the experienced, and of what
// rank.
type grade uint32

const (
	beginners grade = 1 << iota
	experienced
	rank // the first of the ranks
)

// ranks are words for one rank each.
var ranks = [][]string{
	{"주니어", "junior"}, {"시니어", "senior"}, {"인턴", "intern"}, {"리드", "리더", "lead"}, {"팀장", "manager"},
	{"파트장"}, {"실장", "본부장", "head", "임원", "cto", "cfo"}, {"책임"}, {"수석", "principal", "staff"}, {"선임"}, {"부장"}, {"과장"},
	{"차장"}, {"대리"}, {"보조", "assistant"},
}

// years of experience: 3년이상, 5년 차, 4~10년; 2025년 is none.
var years = regexp.MustCompile(`(^|[^0-9])[0-9]{1,2}년`)

func gradeOf(title string) (g grade) {
	title = string(appendNormal(nil, title))
	if strings.Contains(title, "신입") {
		g |= beginners
	}
	if strings.Contains(title, "경력") || years.MatchString(title) {
		g |= experienced
	}
	for i, words := range ranks {
		if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(title, w) }) {
			g |= rank << i
		}
	}
	return g
}

// grades says whether one title is for beginners and the other for the
// experienced, whether only one says so, and whether they name other ranks.
func grades(x, y grade) (other, more, ranked float64) {
	const both = beginners | experienced
	a, b := x&both, y&both
	switch {
	case a == b:
	case a&b == 0 && a != 0 && b != 0:
		other = 1
	default:
		more = 1
	}
	return other, more, b2f(x&^both != y&^both)
}

func b2f(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func digits(x []rune) bool { return slices.ContainsFunc(x, unicode.IsDigit) }

// slipped reports whether y is x for a hand that slipped once or twice.
func slipped(x, y []rune) bool {
	if len(x) != len(y) || len(x) == 0 || len(x) > 2 {
		return false
	}
	if len(x) == 2 && x[0] == y[1] && x[1] == y[0] {
		return true
	}
	for i := range x {
		if _, hangul := jamo(x[i]); !hangul || !slip(x[i], y[i]) {
			return false
		}
	}
	return true
}

// round reports whether the digits at from..to belong to a year, a half, a
// quarter, a month or a round of applications.
func round(x []rune, from, to int) bool {
	for from > 0 && unicode.IsDigit(x[from-1]) {
		from--
	}
	for to < len(x) && unicode.IsDigit(x[to]) {
		to++
	}
	if n := to - from; n == 4 && x[from] == '2' && x[from+1] == '0' {
		return true
	}
	return to < len(x) && slices.Contains([]rune("차기월분"), x[to]) && !(to+1 < len(x) && x[to] == '기' && x[to+1] == '사')
}
