// Package parse reads what Korean postings and résumés say of pay, careers,
// places, days and numbers of people, and removes from prose what identifies
// somebody. It is pure: text in, value out.
//
// No parser guesses. What a text does not say plainly is not read: the parser
// answers false, and the caller keeps the text and counts it.
//
// Read pay.go for money, career.go for experience, region.go for places,
// date.go for days, code.go for words that stand for codes, count.go for
// openings, and scrub.go, scrub_phone.go and contact.go for what is removed from
// prose.
package parse

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold brings spellings of one character together: full-width forms to ASCII,
// the many dashes, tildes, middle dots and spaces to one each; Hangul is
// composed (NFC). Leading and trailing space goes.
func fold(s string) string {
	if plain(s) {
		return strings.TrimSpace(s)
	}
	return strings.TrimSpace(strings.Map(foldRune, norm.NFC.String(s)))
}

// plain reports whether s is ASCII, which fold does not change inside.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || s[i] < ' ' {
			return false
		}
	}
	return true
}

func foldRune(r rune) rune {
	switch {
	case r < ' ' || r == 0x00A0 || r == 0x3000 || 0x2000 <= r && r <= 0x200A || r == 0x202F:
		return ' '
	case r < 0x00A0:
		return r
	case 0xFF01 <= r && r <= 0xFF5E: // full-width ASCII
		return foldRune(r - 0xFEE0)
	case r == 0x200B || r == 0x200C || r == 0x200D || r == 0xFEFF || r == 0x00AD: // invisible
		return -1
	}
	switch r {
	case '〜', '∼', '～', '˜', '∽', '⁓':
		return '~'
	case '‐', '‑', '‒', '–', '—', '―', '−', '─', 'ー', '－':
		return '-'
	case 'ㆍ', '・', '･', '•', '‧', '∙', '⋅', '․':
		return '·'
	}
	return r
}

// squeeze removes spaces. It answers false when that would join two digits
// into another number.
func squeeze(s string) (string, bool) {
	if strings.IndexByte(s, ' ') < 0 {
		return s, true
	}
	var b strings.Builder
	b.Grow(len(s))
	var last byte
	for i := range len(s) {
		if s[i] != ' ' {
			if i > 0 && s[i-1] == ' ' && isDigit(s[i]) && isDigit(last) {
				return s, false
			}
			b.WriteByte(s[i])
			last = s[i]
		}
	}
	return b.String(), true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// cutAny removes the first of the words that s begins with; longer words must
// stand before their beginnings.
func cutAny(s string, words []string) (word, rest string, ok bool) {
	for _, w := range words {
		if strings.HasPrefix(s, w) {
			return w, s[len(w):], true
		}
	}
	return "", s, false
}

func containsAny(s string, words []string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
