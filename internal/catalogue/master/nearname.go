package master

import (
	"cmp"
	"slices"
	"unicode"
	"unicode/utf8"
)

// byNearName joins names that differ by one slip of the hand, such as a
// syllable with a wrong part, one left out, doubled, or two swapped. A slip
// makes a pair of syllables that hardly another name has; two names whose
// pairs are both in use (…전기, …전지) are two companies. The one with the slip
// must be the rarer, and place or trade must speak for it and not against.
func (m *companies) byNearName() {
	keys, first := m.keys()
	use := pairUse(keys)
	var found []Merge
	for _, p := range oneEdit(keys) {
		a, b := p[0], p[1]
		if s := m.slipScore(keys[a], keys[b], use); s > 0 {
			x, y := first[a], first[b]
			if sup := m.support(x, y); sup > 0 {
				found = append(found, Merge{A: min(x[0], y[0]), B: max(x[0], y[0]), Score: min(0.95, s*sup)})
			}
		}
	}
	strongestFirst(found)
	for _, f := range found {
		m.join(f.A, f.B, ByNearName, f.Score)
	}
}

// keys returns the distinct normal forms, sorted, and the rows of each.
func (m *companies) keys() (keys []string, rows [][]uint32) {
	groups(len(m.in), func(i uint32) string { return m.names[i].Key }, func(r []uint32) {
		keys = append(keys, m.names[r[0]].Key)
		rows = append(rows, slices.Clone(r))
	})
	return keys, rows
}

// pairUse counts in how many names each pair of neighbouring runes stands.
func pairUse(keys []string) map[[2]rune]int {
	use := map[[2]rune]int{}
	for _, k := range keys {
		last := rune(0)
		for _, r := range k {
			use[[2]rune{last, r}]++
			last = r
		}
		use[[2]rune{last, 0}]++
	}
	return use
}

// oneEdit returns the pairs of keys of at least four runes that are equal once
// at most one rune is left out of each: all that differ by one rune changed,
// added or left out, or by two swapped.
func oneEdit(keys []string) [][2]uint32 {
	type entry struct {
		hash uint64
		key  uint32
	}
	var list []entry
	for i, k := range keys {
		n := utf8.RuneCountInString(k)
		if n < 4 || n > 40 {
			continue
		}
		list = append(list, entry{hashString(k), uint32(i)})
		for at, r := range k {
			list = append(list, entry{hashStrings(k[:at], k[at+utf8.RuneLen(r):]), uint32(i)})
		}
	}
	slices.SortFunc(list, func(a, b entry) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.key, b.key)) })
	var out [][2]uint32
	for len(list) > 0 {
		end := 1
		for end < len(list) && list[end].hash == list[0].hash {
			end++
		}
		if g := list[:end]; len(g) <= 30 { // a stem of many names is no slip
			for i := range g {
				for j := range i {
					if g[i].key != g[j].key {
						out = append(out, [2]uint32{g[j].key, g[i].key})
					}
				}
			}
		}
		list = list[end:]
	}
	slices.SortFunc(out, func(a, b [2]uint32) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	return slices.Compact(out)
}

// slipScore says how likely b is a written with one slip, 0 when not.
func (m *companies) slipScore(a, b string, use map[[2]rune]int) float32 {
	x, y := []rune(a), []rune(b)
	from := 0
	for from < min(len(x), len(y)) && x[from] == y[from] {
		from++
	}
	end := 0
	for end < min(len(x), len(y))-from && x[len(x)-1-end] == y[len(y)-1-end] {
		end++
	}
	dx, dy := x[from:len(x)-end], y[from:len(y)-end]
	for _, r := range append(slices.Clone(dx), dy...) {
		if unicode.IsDigit(r) {
			return 0
		}
	}
	// The rarest pair of runes that only one of the two has.
	rare := min(rarest(x, from, len(x)-end, use), rarest(y, from, len(y)-end, use))
	if rare > 1+len(use)/50000 {
		return 0
	}
	switch {
	case len(dx) == 1 && len(dy) == 1:
		if slip(dx[0], dy[0]) && (len(x) > 5 || hangulRune(dx[0])) {
			return 0.9
		}
	case len(dx)+len(dy) == 1: // one added
		d := append(slices.Clone(dx), dy...)[0]
		if from > 0 && x[from-1] == d || len(x)+len(y) >= 11 {
			return 0.85
		}
	case len(dx) == 2 && len(dy) == 2 && dx[0] == dy[1] && dx[1] == dy[0]:
		return 0.9
	}
	return 0
}

func hangulRune(r rune) bool { return r >= 0xAC00 && r <= 0xD7A3 }

// rarest returns the use of the least used pair that touches x[from:to].
func rarest(x []rune, from, to int, use map[[2]rune]int) int {
	at := func(i int) rune {
		if i < 0 || i >= len(x) {
			return 0
		}
		return x[i]
	}
	least := 1 << 30
	for i := from; i <= to; i++ {
		least = min(least, use[[2]rune{at(i - 1), at(i)}])
	}
	return least
}

// support says how well place and trade speak for two spellings being one
// company, 0 when they speak against it or say nothing.
func (m *companies) support(x, y []uint32) float32 {
	best := float32(0)
	for _, a := range x {
		for _, b := range y {
			s := float32(0)
			switch p := near(m.in[a].Region, m.in[b].Region); {
			case p == same:
				s = 1
			case p == beside:
				s = 0.8
			case p == unknown && m.in[a].Industry != 0 && m.in[a].Industry == m.in[b].Industry:
				s = 0.9
			}
			if i, j := m.in[a].Industry, m.in[b].Industry; i != 0 && j != 0 && i != j {
				s *= 0.7
			}
			best = max(best, s)
		}
	}
	if best < 0.75 || m.rows(x) > 3 && m.rows(y) > 3 && m.rows(x)*4 > m.rows(y) && m.rows(y)*4 > m.rows(x) {
		return 0 // both are written often: a slip is rare beside what was meant
	}
	return best
}

func (m *companies) rows(x []uint32) (n int) {
	for _, i := range x {
		n += m.in[i].Rows
	}
	return n
}
