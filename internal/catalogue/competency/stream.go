package competency

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A stream is a text in the form in which words are compared: composed (NFC),
// lower case, half width, without blanks. It knows where in the text each of its
// runes stood.
type stream struct {
	runes []rune
	start []int32 // of runes: byte offset in the text
	end   []int32 // of runes: byte offset behind it
	flags []uint8
	blank uint8 // blankBefore when the last rune read was a blank
}

const (
	blankBefore = 1 << iota // a blank of the text stood before the rune
	upper                   // the rune was a capital letter
)

// read fills s with a text. Invalid UTF-8 becomes U+FFFD, which no word has.
func (s *stream) read(text string) {
	s.runes, s.start, s.end, s.flags = s.runes[:0], s.start[:0], s.end[:0], s.flags[:0]
	s.blank = 0
	if composed(text) {
		for i, r := range text {
			n := utf8.RuneLen(r)
			if r == utf8.RuneError {
				_, n = utf8.DecodeRuneInString(text[i:])
			}
			s.add(r, i, i+n)
		}
		return
	}
	var it norm.Iter
	for it.InitString(norm.NFC, text); !it.Done(); {
		from := it.Pos()
		for _, r := range string(it.Next()) {
			s.add(r, from, it.Pos())
		}
	}
}

// composed reports whether no character of a text is written in parts: as
// Hangul letters, or with combining marks. (norm's own check takes a third of
// the time of a whole extraction.)
func composed(text string) bool {
	for i := range len(text) {
		if b := text[i]; b == 0xcc || b == 0xcd || b == 0xe1 { // lead bytes of U+0300–037F and U+1000–1FFF
			return norm.NFC.IsNormalString(text)
		}
	}
	return true
}

// add appends a rune that stands in the text from one byte up to another.
func (s *stream) add(r rune, from, to int) {
	switch {
	case r == ' ' || r == '\t' || r == '\u00a0' || r == '\u3000':
		s.blank = blankBefore
		return
	case invisible(r):
		return
	}
	r, capital := lower(r)
	s.runes = append(s.runes, r)
	s.start, s.end = append(s.start, int32(from)), append(s.end, int32(to))
	s.flags = append(s.flags, s.blank|capital)
	s.blank = 0
}

// invisible reports whether a rune neither shows nor parts words: zero-width spaces and
// joiners, marks of direction, soft hyphens.
func invisible(r rune) bool {
	return '\u200b' <= r && r <= '\u200f' || r == '\u2060' || r == '\ufeff' || r == '\u00ad'
}

// lower brings a rune to lower case and half width.
func lower(r rune) (rune, uint8) {
	if r >= '！' && r <= '～' {
		r += '!' - '！'
	}
	switch {
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A', upper
	case r < utf8.RuneSelf || '가' <= r && r <= '힣':
		return r, 0
	case r == 'ㆍ' || r == '・' || r == '‧' || r == '･':
		return '·', 0
	}
	if l := unicode.ToLower(r); l != r {
		return l, upper
	}
	return r, 0
}

func isHangul(r rune) bool { return '가' <= r && r <= '힣' }

// isLatin reports whether r continues a word of Latin letters and digits.
func isLatin(r rune) bool { return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' }

func isLetter(r rune) bool { return isHangul(r) || isLatin(r) || unicode.IsLetter(r) }
