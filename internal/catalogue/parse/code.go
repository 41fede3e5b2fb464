package parse

import (
	"strings"
	"unicode/utf8"

	"ieum/defs"
)

// codeTails follow a name without changing what it names: "대졸↑", "정규직 외".
var codeTails = []string{
	"졸업예정자", "졸업예정", "졸업자", "졸업", "이상자", "이상", "소지자", "학위", "학력", "↑", "예정", "(예정)", "외", "자",
}

// ReadCode finds the code in force that a text names, also when something
// stands around the name that does not change it: an arrow, "이상", brackets.
// Of several names ("정규직·계약직") the first that is a code is taken, under
// which the source files it; in a list with ranks that of the lowest, which is
// the least that is asked for.
func ReadCode(list *defs.CodeList, text string) (string, bool) {
	s := fold(text)
	if s == "" {
		return "", false
	}
	if code, ok := oneCode(list, s); ok {
		return code, true
	}
	codes, _ := ReadCodes(list, s)
	if len(codes) == 0 {
		return "", false
	}
	lowest := codes[0]
	for _, code := range codes[1:] {
		if rank(list, code) < rank(list, lowest) {
			lowest = code
		}
	}
	return lowest, true
}

func rank(list *defs.CodeList, code string) int {
	c, ok := list.Find(code)
	if !ok {
		return 0
	}
	return c.Rank
}

// ReadCodes finds the codes that a text names, several with marks of a list
// between them; rest is what names none.
func ReadCodes(list *defs.CodeList, text string) (codes, rest []string) {
	s := fold(text)
	if code, ok := oneCode(list, s); ok {
		return []string{code}, nil
	}
	for s != "" {
		var piece string
		piece, s, _ = cutList(s)
		if piece == "" {
			continue
		}
		if code, ok := oneCode(list, piece); ok {
			codes = append(codes, code)
		} else {
			rest = append(rest, piece)
		}
	}
	return codes, rest
}

// cutList cuts s at the first mark of a list outside of brackets.
func cutList(s string) (piece, rest string, found bool) {
	depth := 0
	for i, r := range s {
		switch r {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case '·', ',', '/', '|', ';', '\n':
			if depth <= 0 {
				return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+utf8.RuneLen(r):]), true
			}
		}
	}
	return strings.TrimSpace(s), "", false
}

// oneCode finds one name with what may stand around it.
func oneCode(list *defs.CodeList, s string) (string, bool) {
	for range 4 {
		if code, ok := list.Lookup(s); ok {
			return code, true
		}
		if inner, ok := strings.CutSuffix(s, "이상)"); ok { // "대졸 (4년제 이상)"
			s = strings.TrimSpace(inner) + ")"
			continue
		}
		if inner, ok := strings.CutPrefix(s, "["); ok && strings.HasSuffix(inner, "]") {
			s = strings.TrimSuffix(inner, "]")
			continue
		}
		stem := s
		for _, tail := range codeTails {
			if cut, ok := strings.CutSuffix(s, tail); ok && cut != "" {
				stem = strings.TrimSpace(cut)
				break
			}
		}
		if stem == s {
			return "", false
		}
		s = stem
	}
	return "", false
}
