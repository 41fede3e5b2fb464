package master

import (
	"slices"
	"unicode"
)

// titles compares two normalised titles: how much of what they tell they
// share, how much that is in bits, and whether they differ in a year or round
// (2025 상반기, 2차).
func (c *Counts) titles(x, y []rune) (share, told float64, schedule bool) {
	told = c.info(x, 0, len(x))
	if slices.Equal(x, y) {
		return 1, told, false
	}
	var cost float64
	edits := align(x, y)
	for i, e := range edits {
		if movedTo(edits, i, x, y) {
			continue
		}
		bits, s := c.editCost(x, y, e)
		cost += bits
		schedule = schedule || s
	}
	common := (c.info(x, 0, len(x)) + c.info(y, 0, len(y))) / 2
	for _, e := range edits {
		common -= (c.info(x, e.x0, e.x1) + c.info(y, e.y0, e.y1)) / 2
	}
	common = max(common, 0)
	if common+cost == 0 {
		return 0, 0, schedule
	}
	return common / (common + cost), common, schedule
}

// title normalises a posting's title.
func (m *matcher) title(row uint32) []rune {
	return titleRunes(nil, m.Title(row), m.Names(m.Facts[row].Company))
}

// info is how much the runes from..to tell: each bigram half for each of its
// two runes.
func (c *Counts) info(x []rune, from, to int) (bits float64) {
	for i := max(1, from); i < min(len(x), to+1); i++ {
		w := float64(c.titleBit[bigram(x[i-1], x[i])>>16]) / 2
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

// editCost is how much an edit speaks against the titles being one, in bits.
// A slip of the hand costs little, words added cost half of what they tell,
// words in the place of others all of it, and another number more than that.
func (c *Counts) editCost(x, y []rune, e edit) (bits float64, schedule bool) {
	dx, dy := x[e.x0:e.x1], y[e.y0:e.y1]
	told := c.info(x, e.x0, e.x1) + c.info(y, e.y0, e.y1)
	switch {
	case len(dx) > 0 && len(dy) > 0 && (digits(dx) || digits(dy)):
		if round(x, e.x0, e.x1) && round(y, e.y0, e.y1) {
			return told / 4, true
		}
		return told + 8, false
	case slipped(dx, dy):
		return min(2, told/4), false
	case len(dx) > 0 && len(dy) > 0:
		return told, false
	case digits(dx) || digits(dy):
		return told/2 + 2, false
	}
	return told / 2, false
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
