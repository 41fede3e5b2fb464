package defs

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"ieum"
)

// Find returns a code exactly as listed, abolished or not.
func (l *CodeList) Find(code string) (*Code, bool) {
	i, ok := l.byCode[code]
	if !ok {
		return nil, false
	}
	return &l.Codes[i], true
}

// Name returns a code's official name in a language, or the code itself when
// it is not listed.
func (l *CodeList) Name(code string, lang ieum.Lang) string {
	c, ok := l.Find(code)
	if !ok {
		return code
	}
	return c.Name.In(lang)
}

// Name returns the name of a code of a list in both languages: the Korean one
// where there is no English, the code itself when it is not listed.
func (s *Set) Name(list, code string) ieum.Text {
	l := s.Codes[list]
	if l == nil {
		return ieum.Text{KO: code, EN: code}
	}
	return ieum.Text{KO: l.Name(code, "ko"), EN: l.Name(code, "en")}
}

// Path returns a code's name after those of what it lies in, such as
// "서울특별시 중구". In a list that is not nested it is Name.
func (l *CodeList) Path(code string, lang ieum.Lang) string {
	if !l.Nested {
		return l.Name(code, lang)
	}
	names := []string{l.Name(code, lang)}
	for _, a := range l.Ancestors(code) {
		names = append(names, l.Name(a, lang))
	}
	if lang == "en" {
		return strings.Join(names, ", ")
	}
	slices.Reverse(names)
	return strings.Join(names, " ")
}

// Lookup returns the code in force that a text names: by code, official name or
// alias, whatever its spaces, case and Unicode form. In a nested list the name
// may stand behind the name of what it lies in ("서울 중구"); behind a name one of
// the list's tails may stand. A text that names several codes names none.
func (l *CodeList) Lookup(text string) (code string, ok bool) {
	if i, ok := l.byCode[strings.TrimSpace(text)]; ok {
		return l.inList(l.Codes[i].Code), true
	}
	i, ok := l.find(fold(text), mostTails)
	if !ok || i == ambiguous {
		return "", false
	}
	return l.Codes[i].Code, true
}

// mostTails is how many tails are taken off a name: 면허 · 증 · 1급 · (국가공인).
const mostTails = 4

// find returns the place of the code that a folded name names, if need be
// without tails, but no more of them than stated.
func (l *CodeList) find(name string, tails int) (i int, ok bool) {
	if i, ok := l.byName[name]; ok {
		return i, true
	}
	if tails == 0 {
		return 0, false
	}
	for _, t := range l.Tails {
		if stem, cut := strings.CutSuffix(name, t); cut && stem != "" {
			if i, ok := l.find(stem, tails-1); ok {
				return i, true
			}
		}
	}
	return 0, false
}

// Current returns the code in force that a code became, following successors,
// also into the list that replaced this one; the code itself when it is in
// force, has no successor or is not listed.
func (l *CodeList) Current(code string) string {
	if l.into == nil {
		return l.inList(code)
	}
	c, ok := l.Find(code)
	if !ok || c.Successor == "" {
		return code
	}
	return l.into.Current(c.Successor)
}

// translate returns the code that a text of this list became, the text itself
// when it names none.
func (l *CodeList) translate(text string) string {
	if code, ok := l.Lookup(text); ok {
		return l.Current(code)
	}
	return text
}

// inList follows successors within the list.
func (l *CodeList) inList(code string) string {
	for range l.Codes {
		c, ok := l.Find(code)
		if !ok || c.Successor == "" || l.Into != "" {
			return code
		}
		code = c.Successor
	}
	return code
}

// InForce says whether a code is listed and not abolished.
func (l *CodeList) InForce(code string) bool {
	c, ok := l.Find(code)
	return ok && c.Until == 0
}

// Children returns the codes right below a code in the order of the list; the
// top ones for "". Abolished codes are among them.
func (l *CodeList) Children(code string) []string {
	places := l.children[code]
	codes := make([]string, len(places))
	for i, p := range places {
		codes[i] = l.Codes[p].Code
	}
	return codes
}

// Parent returns the code above a code, or "".
func (l *CodeList) Parent(code string) string {
	c, ok := l.Find(code)
	if !ok {
		return ""
	}
	return c.Parent
}

// Ancestors returns the codes above a code, nearest first.
func (l *CodeList) Ancestors(code string) []string {
	var above []string
	for p := l.Parent(code); p != ""; p = l.Parent(p) {
		above = append(above, p)
	}
	return above
}

// Within says whether a code is another or lies below it.
func (l *CodeList) Within(code, above string) bool {
	for c := code; c != ""; c = l.Parent(c) {
		if c == above {
			return true
		}
	}
	return false
}

// Level returns which level of the list a code is on, 1 at the top.
func (l *CodeList) Level(code string) int { return 1 + len(l.Ancestors(code)) }

// fold brings a name into the form in which it is compared: NFKC, lower case,
// without spaces and middle dots.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKC.String(s) {
		if unicode.IsSpace(r) || strings.ContainsRune("·ᆞ‧・", r) { // ㆍ is ᆞ in NFKC
			continue
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// String names a code in faults and logs.
func (c *Code) String() string { return fmt.Sprintf("%s %s", c.Code, c.Name.KO) }
