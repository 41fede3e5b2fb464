package encoder

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxText is what is read of a text, in bytes. What follows is ignored: no
// title needs more, and a line of a megabyte must not cost a second.
const maxText = 400

// cut returns at most n bytes of s, whole runes only.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// fold appends the words of s to dst in lower case and without accents, each
// with a space before and after it, and none between other things than
// letters, digits, "+" and "#". Hangul in parts is put together. Invalid UTF-8
// counts as a space.
func fold(dst []rune, s string) []rune {
	s = cut(s, maxText)
	if !ascii(s) {
		s = norm.NFKC.String(s)
	}
	dst = append(dst[:0], ' ')
	for _, r := range s {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '+' || r == '#' || '가' <= r && r <= '힣':
		case 'A' <= r && r <= 'Z':
			r += 'a' - 'A'
		case r < utf8.RuneSelf || r == utf8.RuneError:
			r = ' '
		case unicode.Is(unicode.Mn, r):
			continue
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			dst = plain(dst, unicode.ToLower(r))
			continue
		default:
			r = ' '
		}
		if r != ' ' || dst[len(dst)-1] != ' ' {
			dst = append(dst, r)
		}
	}
	if dst[len(dst)-1] != ' ' {
		dst = append(dst, ' ')
	}
	return dst
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// plain appends a lower-case letter without its accent.
func plain(dst []rune, r rune) []rune {
	switch r {
	case 'ß':
		return append(dst, 's', 's')
	case 'æ':
		return append(dst, 'a', 'e')
	case 'œ':
		return append(dst, 'o', 'e')
	case 'ø':
		return append(dst, 'o')
	case 'ł':
		return append(dst, 'l')
	case 'đ', 'ð':
		return append(dst, 'd')
	}
	if r < 0x250 || r >= 0x1e00 && r < 0x1f00 {
		var b [utf8.UTFMax]byte
		n := utf8.EncodeRune(b[:], r)
		if d := norm.NFD.Properties(b[:n]).Decomposition(); d != nil {
			r, _ = utf8.DecodeRune(d)
		}
	}
	return append(dst, r)
}

// dense reports whether a letter says as much as a syllable or a word: Hangul,
// Chinese characters, Kana.
func dense(r rune) bool {
	return r >= 0x2e80 && unicode.In(r, unicode.Hangul, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// The sorts of features. They are part of a feature's hash.
const (
	sortGram uint32 = iota + 1
	sortWord
	sortPair
)

// A featurer finds the features of texts. Its buffer is reused.
type featurer struct {
	text  []rune
	words []uint32
	runs  []uint32 // of terms
}

// features appends the hashes of a text's features to dst: its words, pairs of
// words that follow one another, and within words the runs of 3 to 5 letters,
// or of 1 to 3 where letters are syllables.
func (f *featurer) features(dst []uint32, s string) []uint32 {
	f.text = fold(f.text, s)
	f.words = f.words[:0]
	t := f.text
	for from := 1; from < len(t); {
		to := from
		for t[to] != ' ' {
			to++
		}
		word := t[from-1 : to+1] // with the spaces around it
		h := hash(sortWord, word)
		dst = append(dst, h)
		f.words = append(f.words, h)
		if dense(word[1]) {
			dst = grams(dst, word, 1, 3)
		} else {
			dst = grams(dst, word, 3, 5)
		}
		from = to + 1
	}
	for i := 1; i < len(f.words); i++ {
		dst = append(dst, mix(f.words[i-1]*0x85ebca6b^f.words[i]^sortPair))
	}
	return dst
}

func grams(dst []uint32, word []rune, least, most int) []uint32 {
	for i := range word {
		h := uint32(2166136261) ^ sortGram
		for j := i; j < len(word) && j < i+most; j++ {
			h = (h ^ uint32(word[j])) * 16777619
			if n := j - i + 1; n >= least && !(n == 1 && word[j] == ' ') {
				dst = append(dst, mix(h))
			}
		}
	}
	return dst
}

func hash(sort uint32, text []rune) uint32 {
	h := uint32(2166136261) ^ sort
	for _, r := range text {
		h = (h ^ uint32(r)) * 16777619
	}
	return mix(h)
}

// mix spreads a hash over all bits (the finalizer of MurmurHash3).
func mix(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return h ^ h>>16
}
