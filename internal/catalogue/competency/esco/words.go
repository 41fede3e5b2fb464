package esco

import (
	"unicode"
	"unicode/utf8"
)

// A token is a word of a text: letters and digits, with the signs of names such
// as C++, C# and .NET.
type token struct {
	from, to int // bytes of the text
}

// tokens appends the words of text[from:to] to dst.
func tokens(dst []token, text string, from, to int) []token {
	for i := from; i < to; {
		r, n := utf8.DecodeRuneInString(text[i:to])
		if !isWord(r) && !(r == '.' && hasPrefixFold(text[i:to], ".net")) {
			i += n
			continue
		}
		start := i
		for i += n; i < to; i += n {
			if r, n = utf8.DecodeRuneInString(text[i:to]); !isWord(r) {
				break
			}
		}
		for i < to && (text[i] == '+' || text[i] == '#') {
			i++
		}
		dst = append(dst, token{start, i})
	}
	return dst
}

// isWord reports whether a character belongs to a word. Hangul does not: no name
// has it, and in Korean texts it follows English words without a space.
func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r|0x20 && r|0x20 <= 'z' || '0' <= r && r <= '9'
	}
	return r != utf8.RuneError && !unicode.Is(unicode.Hangul, r) && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r))
}

func hasPrefixFold(s, prefix string) bool {
	if len(s) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != prefix[i] {
			return false
		}
	}
	return true
}

// longest is where a word is cut, in bytes: no name has longer ones.
const longest = 40

// lower appends the word in lower case.
func lower(dst []byte, word string) []byte {
	for i := 0; i < len(word) && len(dst) < longest; {
		if c := word[i]; c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c |= 0x20
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(word[i:])
		dst = utf8.AppendRune(dst, unicode.ToLower(r))
		i += n
	}
	return dst
}

// endings are cut off English words, the longer ones before the shorter ones,
// and replaced; three letters must be left. It is a light stemmer: what matters is that the
// forms of one word become one, not what they become.
var endings = []struct{ from, to string }{
	{"ational", "ate"}, {"isation", "ise"}, {"ization", "ise"}, {"izing", "ise"}, {"ising", "ise"}, {"ize", "ise"},
	{"ements", "e"}, {"ement", "e"}, {"ments", ""}, {"ment", ""}, {"ies", "y"}, {"ings", ""}, {"ing", ""}, {"edly", ""}, {"ed", ""},
	{"ations", "ate"}, {"ation", "ate"}, {"ators", "ate"}, {"ator", "ate"}, {"ors", ""}, {"ers", ""}, {"er", ""}, {"or", ""},
	{"ions", ""}, {"ion", ""}, {"ives", ""}, {"ive", ""}, {"ical", "ic"}, {"ally", "al"}, {"ness", ""}, {"es", "e"}, {"s", ""}, {"ly", ""},
}

// Stem cuts the ending off a word in lower case, in place; the forms of one word have
// one stem.
func Stem(word []byte) []byte { return stem(word) }

// stem cuts the ending off a word in lower case, in place.
func stem(w []byte) []byte {
	if len(w) <= 3 {
		return w
	}
	for _, e := range endings {
		n := len(w) - len(e.from)
		if n < 3 || string(w[n:]) != e.from {
			continue
		}
		if e.from == "s" && w[n-1] == 's' {
			continue
		}
		w = append(w[:n], e.to...)
		break
	}
	if n := len(w); n > 3 && w[n-1] == 'e' {
		w = w[:n-1]
	}
	if n := len(w); n > 4 && w[n-1] == w[n-2] && w[n-1] != 'l' && w[n-1] != 's' {
		w = w[:n-1]
	}
	if n := len(w); n > 3 && w[n-1] == 'y' {
		w[n-1] = 'i'
	}
	return w
}

// stop are the words that tell nothing of a competency.
var stop = map[string]bool{
	"a": true, "an": true, "the": true, "of": true, "to": true, "in": true, "for": true, "on": true, "and": true, "or": true, "with": true,
	"by": true, "at": true, "as": true, "is": true, "are": true, "be": true, "our": true, "you": true, "your": true, "we": true, "will": true,
	"from": true, "that": true, "this": true, "its": true, "it": true, "their": true, "into": true, "about": true, "using": true, "use": true,
}
