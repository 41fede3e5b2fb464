package parse

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Contacts are typed in haste. What follows reads labels, names and titles
// with wrong spaces, and with slips of the keyboard.

// slip reports whether b is what one wrong key makes of the syllable a: another
// vowel, or another or no final consonant.
func slip(a, b rune) bool {
	const vowels, finals = 21, 28
	x, y := a-firstSyllable, b-firstSyllable
	if a == b || x < 0 || y < 0 || b > lastSyllable || x/(vowels*finals) != y/(vowels*finals) {
		return false
	}
	return x/finals == y/finals || x%finals == y%finals
}

// mayslip reports whether a cue is long enough to be known with slips in it.
func (c cue) mayslip() bool { return c.strong && len(c.word) >= 3*3 }

// match reads the cue at i, whose syllables may have single spaces between them;
// slips says how many are misspelt: at most two, and one is spelt right.
func (c cue) match(s string, i int) (end, slips int, ok bool) {
	for k, want := range c.word {
		if k > 0 && i < len(s) && s[i] == ' ' {
			i++
		}
		got, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case got == want:
		case c.mayslip() && slip(want, got) && slips < 2:
			slips++
		default:
			return i, 0, false
		}
		i += n
	}
	return i, slips, true
}

// misspelt finds where a name of three syllables ends that stands at i behind a
// label that announces it, with a space in it or with letters wrong: a
// title must follow, which may be misspelt too, or a number.
func misspelt(s string, i int) (end int, ok bool) {
	word, end, gap := syllables(s, i, 3)
	if len(word) != 9 || !likeSurname(word) {
		return i, false
	}
	rest := hangulAt(s, end)
	known := slices.ContainsFunc(noNames, func(w string) bool { return strings.HasPrefix(word, w) })
	exact := strings.Contains(surnames, word[:3])
	office := strings.Contains("점팀과처청역직원자물", word[6:]) // ends what is no person
	maybe := office || strings.Contains("부실소국회관장계화사업인터", word[6:])
	switch {
	case gap == 1 && isTitle(word[3:]), known && (gap > 0 || !exact), (known || !exact) && maybe:
		return i, false
	case gap == 2 && (strings.HasPrefix(rest, "점장") || strings.HasPrefix(rest, "소장") || strings.HasPrefix(rest, "국장")):
		return i, false // 강남 지점장
	case likeTitle(s, end):
		return end, true
	}
	return end, !office && rest == "" && numberSoon(s, end)
}

// syllables reads up to n syllables from i on, which may have single spaces
// between them; the last space stands behind as many of them as gap says.
func syllables(s string, i, n int) (word string, end, gap int) {
	for len(word) < 3*n {
		at := i
		if word != "" && at < len(s) && s[at] == ' ' {
			at++
		}
		r, size := utf8.DecodeRuneInString(s[at:])
		if r < firstSyllable || r > lastSyllable {
			break
		}
		if at > i {
			gap = len(word) / 3
		}
		word, i = word+s[at:at+size], at+size
	}
	return word, i, gap
}

func likeSurname(word string) bool {
	first, _ := utf8.DecodeRuneInString(word)
	return strings.ContainsFunc(surnames, func(r rune) bool { return r == first || slip(r, first) })
}

// likeTitle reports whether a title of two syllables follows, right or with one
// slip.
func likeTitle(s string, i int) bool {
	if i = skipSpace(s, i); isTitle(hangulAt(s, i)) {
		return true
	}
	word, end, _ := syllables(s, i, 2)
	if after := hangulAt(s, end); len(word) != 6 || after != "" && after != "님" {
		return false
	}
	got := []rune(word)
	return slices.ContainsFunc(titles, func(t string) bool {
		want := []rune(t)
		return len(want) == 2 && (want[0] == got[0] && (want[1] == got[1] || slip(want[1], got[1])) || slip(want[0], got[0]) && want[1] == got[1])
	})
}

// numberSoon reports whether a telephone number or an address stands shortly
// behind i, on the same line.
func numberSoon(s string, i int) bool {
	rest := s[i:min(len(s), i+60)]
	if line, _, ok := strings.Cut(rest, "\n"); ok {
		rest = line
	}
	return strings.Contains(rest, markPhone) || strings.Contains(rest, markEmail)
}

// nameInField finds the name in a field that holds nothing besides but the label
// of a person before it or, in the text as it was, a mobile number behind it.
func nameInField(clean, text string) (from, to int) {
	from = skipSpace(clean, 0)
	for _, c := range cueGroups[cueAt(clean, from)] {
		if at, _, ok := c.match(clean, from); ok && c.strong && strings.HasPrefix(clean[at:], " ") {
			from = skipSpace(clean, at)
			return from, fieldName(clean[from:]) + from
		}
	}
	name, number, ok := strings.Cut(strings.TrimSpace(text), " ")
	if _, phoned := phone(number+" ", 0); ok && phoned && strings.HasPrefix(number, "01") && fieldName(name) > 0 {
		return from, from + len(name)
	}
	return 0, 0
}

// fieldName returns the length of a field that is the name of a person, or 0.
func fieldName(s string) int {
	if s = strings.TrimSpace(s); len(s) == 9 && hangulAt(s, 0) == s && isName(s, 3) && !notAlone(s) {
		return len(s)
	}
	return 0
}
