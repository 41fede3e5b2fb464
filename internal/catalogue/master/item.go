package master

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Two agencies lay one posting out in two ways, but its points stay: lines and
// parts of lines (items), and the figures of pay, hours and numbers of people.

const itemCounts = 1 << 18

// items calls f for each item of a text, normalised; what stands between line
// ends, commas, slashes, bullets and brackets.
func items(text []byte, scratch []rune, f func(item []rune)) []rune {
	from := 0
	emit := func(to int) {
		if to > from {
			if scratch = appendNormal(scratch[:0], text[from:to]); len(scratch) > 1 {
				f(scratch)
			}
		}
	}
	for i := 0; i < len(text); {
		n := parts(text, i)
		if n == 0 {
			i++
			continue
		}
		emit(i)
		i += n
		from = i
	}
	emit(len(text))
	return scratch
}

// parts returns the length of the mark at text[i] that ends an item, or 0.
func parts(text []byte, i int) int {
	switch c := text[i]; {
	case c < utf8.RuneSelf:
		if strings.IndexByte("\n,;/|()[]{}<>:", c) < 0 {
			return 0
		}
		if i > 0 && i+1 < len(text) && digit(text[i-1]) && digit(text[i+1]) {
			return 0 // 09:00, 12,000
		}
		return 1
	case c == 0xC2 && i+1 < len(text) && text[i+1] == 0xB7: // ·
		return 2
	case c == 0xE2 && i+2 < len(text): // general punctuation, arrows, geometric shapes
		return 3
	}
	return 0
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// itemSet returns the hashes of a text's items as places in Counts.item,
// sorted, each once.
func itemSet(text []byte, scratch []rune) (set []uint32, kept []rune) {
	kept = items(text, scratch, func(item []rune) {
		h := hashRunes(14695981039346656037, item)
		set = append(set, uint32(h>>32^h)%itemCounts)
	})
	slices.Sort(set)
	return slices.Compact(set), kept
}

// figureSet returns the numbers in a text, sorted, each once: amounts in full
// (216만 is 2160000), single digits with the unit behind them, times of day as
// four digits.
func figureSet(text []byte) (set []uint32) {
	for i := 0; i < len(text); {
		if !digit(text[i]) {
			i++
			continue
		}
		h, n := uint64(14695981039346656037), 0
		for i < len(text) && (digit(text[i]) || n > 0 && i+1 < len(text) && strings.IndexByte(",:.", text[i]) >= 0 && digit(text[i+1])) {
			if digit(text[i]) {
				h = (h ^ uint64(text[i])) * 0x100000001B3
				n++
			}
			i++
		}
		for i < len(text) && text[i] == ' ' {
			i++
		}
		r, size := utf8.DecodeRune(text[i:])
		zeros := map[rune]int{'만': 4, '천': 3, '억': 8}[r]
		for range zeros {
			h = (h ^ '0') * 0x100000001B3
		}
		if n == 1 && zeros == 0 && size > 1 {
			h = (h ^ uint64(r)) * 0x100000001B3
		}
		if n > 1 || zeros > 0 || size > 1 {
			set = append(set, uint32(h>>32^h))
		}
	}
	slices.Sort(set)
	return slices.Compact(set)
}

// shared is the share that two sorted sets have in common by weight: of the
// smaller one, and of both together (Jaccard).
func shared(x, y []uint32, weight func(uint32) float32) (ofSmaller, ofBoth float64) {
	var both, a, b float32
	i, j := 0, 0
	for i < len(x) || j < len(y) {
		switch {
		case j == len(y) || i < len(x) && x[i] < y[j]:
			a += weight(x[i])
			i++
		case i == len(x) || x[i] > y[j]:
			b += weight(y[j])
			j++
		default:
			both += weight(x[i])
			i++
			j++
		}
	}
	if both == 0 {
		return 0, 0
	}
	return float64(both / (both + min(a, b))), float64(both / (both + a + b))
}
