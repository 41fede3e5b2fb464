package terms

import "unicode/utf8"

// Letters appends the letters of a folded word to dst: a Hangul syllable as its
// two or three jamo, so that a slip of one key costs one letter. Spaces are
// left out.
func Letters(dst []rune, word []byte) []rune {
	for i := 0; i < len(word); {
		r, n := utf8.DecodeRune(word[i:])
		i += n
		switch {
		case r <= ' ':
		case hangul(r):
			s := r - '가'
			dst = append(dst, 0x1100+s/588, 0x1161+s%588/28)
			if t := s % 28; t > 0 {
				dst = append(dst, 0x11A7+t)
			}
		default:
			dst = append(dst, r)
		}
	}
	return dst
}

// Distance returns the least number of letters to insert, remove or change to
// turn word into some stretch of text, and into all of it when whole is set
// (Sellers 1980; Levenshtein 1966).
func Distance(word, text []rune, whole bool) int {
	// column[i] is the cost of word[:i] against a stretch ending here.
	column := make([]int, len(word)+1)
	for i := range column {
		column[i] = i
	}
	best := column[len(word)]
	for j, c := range text {
		diagonal := column[0]
		if whole {
			column[0] = j + 1
		}
		for i, w := range word {
			cost := diagonal
			if w != c {
				cost = 1 + min(diagonal, column[i], column[i+1])
			}
			diagonal, column[i+1] = column[i+1], cost
		}
		best = min(best, column[len(word)])
	}
	if whole {
		return column[len(word)]
	}
	return best
}

// Neighbours calls f for every Hangul syllable that differs from one in one jamo; a
// final one may come or go.
func Neighbours(syllable rune, f func(rune)) {
	if !hangul(syllable) {
		return
	}
	s := syllable - '가'
	initial, vowel, final := s/588, s%588/28, s%28
	for other := rune(0); other < 28; other++ {
		if other < 19 && other != initial {
			f('가' + other*588 + vowel*28 + final)
		}
		if other < 21 && other != vowel {
			f('가' + initial*588 + other*28 + final)
		}
		if other != final {
			f('가' + initial*588 + vowel*28 + other)
		}
	}
}
