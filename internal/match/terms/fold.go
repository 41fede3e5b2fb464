// Package terms is the text index of match: which posting holds which pair of
// Hangul syllables and which Latin word, and the folded text itself so that a
// match can be verified.
//
// Read fold.go for how text is made comparable and cut into terms, list.go for
// how the postings of a term are written, build.go for how an index of any size
// is built in bounded memory and blob.go for its large files, index.go for how
// it is read, stack.go for one that goes on from another, and near.go for how alike two words are.
package terms

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What a folded rune is: the runs between spaces are of one sort.
const (
	space = iota
	latin // a to z, 0 to 9, and + and # after one of them (c++, c#)
	other // Hangul and every other letter
)

// Fold appends text as it is searched to dst: lower case, in composed form,
// everything but letters and digits a single space, and a space wherever
// Latin letters or digits meet others, so that "Java개발자" and "java 개발자" are
// one. It ends without a space.
func Fold(dst, text []byte) []byte {
	if mixed(text) {
		text = norm.NFKC.Bytes(text)
	}
	start, last := len(dst), space
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			i++
			dst, last = foldASCII(dst, c, last)
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case hangul(r):
			if last == latin {
				dst = append(dst, ' ')
			}
			dst, last = append(dst, text[i:i+n]...), other
		case letter(r):
			dst, last = foldLetter(dst, unicode.ToLower(r), last)
		case last != space:
			dst, last = append(dst, ' '), space
		}
		i += n
	}
	if last == space && len(dst) > start {
		dst = dst[:len(dst)-1]
	}
	return dst
}

func foldASCII(dst []byte, c byte, last int) ([]byte, int) {
	switch {
	case c >= 'A' && c <= 'Z':
		c += 'a' - 'A'
	case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
	case (c == '+' || c == '#') && last == latin:
	case last == space:
		return dst, space
	default:
		return append(dst, ' '), space
	}
	if last == other {
		dst = append(dst, ' ')
	}
	return append(dst, c), latin
}

func foldLetter(dst []byte, r rune, last int) ([]byte, int) {
	if r < utf8.RuneSelf {
		return foldASCII(dst, byte(r), last)
	}
	if last == latin {
		dst = append(dst, ' ')
	}
	return utf8.AppendRune(dst, r), other
}

// hangul says whether r is a whole Hangul syllable.
func hangul(r rune) bool { return r >= '가' && r <= '힣' }

// letter says whether r counts as part of a word. The old vowel ㆍ (U+318D, or
// U+119E once composed) is written as a dot between words.
func letter(r rune) bool {
	return r != 'ㆍ' && r != 0x119E && r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r))
}

// mixed says whether text holds runes that have a simpler compatible form:
// syllables written as single letters, full-width letters, ㈜, ①, Ⅱ.
func mixed(text []byte) bool {
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		i += n
		switch {
		case hangul(r), r < 0x300, r >= 0x2190 && r < 0x2460, r >= 0x2500 && r < 0x3130, r >= 0x4E00 && r < 0xA000:
		case r < 0x1100 && r >= 0x370, r >= 0x1200 && r < 0x2100, r == 'ㆍ':
		default:
			return true
		}
	}
	return false
}

// A Key names a term: a Latin word by its first ten characters, or two letters
// of another script that stand together, or one that stands alone. Keys are in
// the order of their text, Latin first.
type Key uint64

const (
	notLatin Key = 1 << 63
	keyChars     = 10 // of a Latin word that its key holds
	runeBits     = 21
)

// code numbers the characters of Latin words from 1 to 38 in their order.
func code(c byte) Key {
	switch {
	case c >= 'a':
		return Key(c-'a') + 13
	case c >= '0':
		return Key(c-'0') + 3
	case c == '+':
		return 2
	}
	return 1
}

// Word returns the key of a folded Latin word.
func Word(w []byte) Key {
	var k Key
	for i := range keyChars {
		k <<= 6
		if i < len(w) {
			k |= code(w[i])
		}
	}
	return k
}

// Pair returns the key of two letters that stand together; b is 0 for a letter
// that stands alone.
func Pair(a, b rune) Key { return notLatin | Key(a)<<runeBits | Key(b) }

// String returns the text of a key.
func (k Key) String() string {
	if k&notLatin != 0 {
		s := string(rune(k &^ notLatin >> runeBits))
		if b := rune(k & (1<<runeBits - 1)); b != 0 {
			s += string(b)
		}
		return s
	}
	var s []byte
	for i := range keyChars {
		if c := k >> (6 * (keyChars - 1 - i)) & 63; c != 0 {
			s = append(s, "\x00#+0123456789abcdefghijklmnopqrstuvwxyz"[c])
		}
	}
	return string(s)
}

// Keys calls f for every term of a folded text, in order, with repetitions.
func Keys(folded []byte, f func(Key)) {
	for i := 0; i < len(folded); {
		c := folded[i]
		switch {
		case c <= ' ':
			i++
		case c < utf8.RuneSelf:
			end := i + 1
			for end < len(folded) && folded[end] > ' ' && folded[end] < utf8.RuneSelf {
				end++
			}
			f(Word(folded[i:end]))
			i = end
		default:
			i = pairs(folded, i, f)
		}
	}
}

// pairs calls f for the terms of the run of letters at i and returns its end.
func pairs(folded []byte, i int, f func(Key)) int {
	a, n := utf8.DecodeRune(folded[i:])
	i += n
	if i == len(folded) || folded[i] < utf8.RuneSelf {
		f(Pair(a, 0))
		return i
	}
	for i < len(folded) && folded[i] >= utf8.RuneSelf {
		b, n := utf8.DecodeRune(folded[i:])
		f(Pair(a, b))
		a, i = b, i+n
	}
	return i
}
