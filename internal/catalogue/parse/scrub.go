package parse

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Removed counts what Scrub took out of a text.
type Removed struct {
	Resident int // resident and foreigner registration numbers
	Phone    int
	Email    int
	Name     int // of contact persons
}

// Add adds the counts of another text.
func (r *Removed) Add(o Removed) {
	r.Resident += o.Resident
	r.Phone += o.Phone
	r.Email += o.Email
	r.Name += o.Name
}

// Any reports whether anything was removed.
func (r Removed) Any() bool { return r != Removed{} }

// What stands where something was removed.
const (
	markResident = "[주민번호]"
	markPhone    = "[전화번호]"
	markEmail    = "[전자우편]"
	markName     = "[이름]"
)

// Scrub removes from prose what identifies a person who was not asked:
// resident registration numbers, telephone numbers, e-mail addresses and the
// names of contact persons. A mark stands in place of each; all else stays as
// it was, in order. Pay, days, business and company registration numbers stay.
// Scrubbing twice is scrubbing once. A text in decomposed Unicode comes back
// composed when something was removed.
func Scrub(text string) (string, Removed) {
	var sum Removed
	asItWas := text
	if strings.Contains(text, decomposed) {
		text = norm.NFC.String(text)
	}
	for range 8 { // removing one thing may lay bare another
		s := scrubber{in: text}
		s.run()
		sum.Add(s.removed)
		if s.out == nil {
			break
		}
		text = string(append(s.out, s.in[s.done:]...))
	}
	if !sum.Any() {
		return asItWas, sum
	}
	return text, sum
}

// decomposed begins every consonant that begins a syllable in decomposed
// Unicode (U+1100 to U+113F), as file names and texts of some systems are.
const decomposed = "\xe1\x84"

// ScrubLine is Scrub for a short field. A field that is nothing but one
// telephone number or address was declared to hold an office's and stays;
// resident numbers never do, nor does the name in a field that is a label and a
// name, or a name and a mobile number, and nothing else.
func ScrubLine(text string) (string, Removed) {
	clean, removed := Scrub(text)
	if from, to := nameInField(clean, text); to > from {
		clean = clean[:from] + markName + clean[to:]
		removed.Name++
	}
	if removed.Resident == 0 && (clean == markPhone || clean == markEmail) {
		return text, Removed{}
	}
	return clean, removed
}

// A scrubber goes through a text once.
type scrubber struct {
	in      string
	out     []byte // nil as long as nothing was removed
	done    int    // all before it is in out
	removed Removed
}

// The sorts of bytes at which the scrubber looks closer.
const (
	_ = iota
	startsNumber
	startsWide // full-width forms
	startsPrefix
	isAt
	startsMark
	startsHangul
)

var sorts = func() (t [256]uint8) {
	for c := byte('0'); c <= '9'; c++ {
		t[c] = startsNumber
	}
	for c := 0xEA; c <= 0xED; c++ {
		t[c] = startsHangul
	}
	t[0xEF], t['+'], t['('], t['@'] = startsWide, startsPrefix, startsPrefix, isAt
	t['['] = startsMark
	return t
}()

func (s *scrubber) run() {
	for i := 0; i < len(s.in); {
		switch sorts[s.in[i]] {
		case startsNumber:
			i = s.number(i)
		case startsWide:
			switch {
			case wideDigit(s.in[i:]):
				i = s.number(i)
			case strings.HasPrefix(s.in[i:], "＠"):
				i = s.email(i, 3)
			default:
				i++
			}
		case startsPrefix:
			if end, ok := phone(s.in, i); ok {
				i = s.cut(i, end, markPhone, &s.removed.Phone)
				continue
			}
			i++
		case isAt:
			i = s.email(i, 1)
		case startsMark:
			s.nameBefore(i)
			i++
		case startsHangul:
			if group := cueAt(s.in, i); group != 0 {
				i = s.contact(i, group)
				continue
			}
			i++
		default:
			i++
		}
	}
}

// cut replaces in[from:to] and returns to.
func (s *scrubber) cut(from, to int, mark string, count *int) int {
	if from < s.done {
		from = s.done
	}
	s.out = append(s.out, s.in[s.done:from]...)
	s.out = append(s.out, mark...)
	s.done = to
	*count++
	return to
}

// number looks at the run of digits at i, whose first character is no part of
// a longer number.
func (s *scrubber) number(i int) int {
	if !afterNumber(s.in, i) {
		if end, ok := resident(s.in, i); ok {
			return s.cut(i, end, markResident, &s.removed.Resident)
		}
		if end, ok := phone(s.in, i); ok {
			return s.cut(i, end, markPhone, &s.removed.Phone)
		}
	}
	for i < len(s.in) {
		_, n, ok := digitAt(s.in, i)
		if !ok {
			break
		}
		i += n
	}
	return i
}

// digitAt reads an ASCII or full-width digit.
func digitAt(s string, i int) (d byte, n int, ok bool) {
	if i >= len(s) {
		return 0, 0, false
	}
	if isDigit(s[i]) {
		return s[i] - '0', 1, true
	}
	if wideDigit(s[i:]) {
		return s[i+2] - 0x90, 3, true
	}
	return 0, 0, false
}

// wideDigit reports whether s begins with ０ to ９ (EF BC 90 to 99).
func wideDigit(s string) bool {
	return len(s) >= 3 && s[0] == 0xEF && s[1] == 0xBC && 0x90 <= s[2] && s[2] <= 0x99
}

// afterNumber reports whether the digit at i goes on a number that began
// before it: 3 in 1,3 or 2024.3 or 1-3, or a letter's number such as A3.
func afterNumber(s string, i int) bool {
	if i == 0 {
		return false
	}
	c := s[i-1]
	if isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || i >= 3 && wideDigit(s[i-3:]) {
		return true
	}
	if (c == ',' || c == '.' || c == '-') && i >= 2 {
		return isDigit(s[i-2])
	}
	return false
}

// digits reads exactly n digits.
func digits(s string, i, n int) (v int, end int, ok bool) {
	for range n {
		d, w, found := digitAt(s, i)
		if !found {
			return 0, i, false
		}
		v, i = v*10+int(d), i+w
	}
	return v, i, true
}

// runOf counts the digits from i on, up to most+1.
func runOf(s string, i, most int) (n, end int) {
	for n <= most {
		_, w, ok := digitAt(s, i)
		if !ok {
			break
		}
		i += w
		n++
	}
	return n, i
}

// dash reads a hyphen of any kind with a space on either side, or a space or
// full stop alone; hard reports a hyphen.
func dash(s string, i int) (end int, hard, ok bool) {
	at := i
	if at < len(s) && s[at] == ' ' {
		at++
	}
	for _, d := range [...]string{"-", "–", "—", "‐", "‑", "−", "－", "~"} {
		if strings.HasPrefix(s[at:], d) {
			at += len(d)
			if at < len(s) && s[at] == ' ' {
				at++
			}
			return at, true, d != "~"
		}
	}
	if at > i {
		return at, false, true
	}
	if i < len(s) && s[i] == '.' {
		return i + 1, false, true
	}
	return i, false, false
}

// resident reads a resident registration number: a day of birth, a hyphen, the
// digit of century and sex, six more, which may be masked. Without a hyphen its
// check digit must be right, because times and serial numbers look alike. A
// company registration number, which has the same form, says so before it.
func resident(s string, i int) (end int, ok bool) {
	birth, at, ok := digits(s, i, 6)
	if !ok || !birthday(birth) {
		return i, false
	}
	after, hard, sep := dash(s, at)
	if !sep || !hard {
		n, to := runOf(s, i, 13)
		if n == 13 && (checkDigit(s, i) || containsAny(cueBefore(s, i), []string{"주민", "외국인등록"})) && century(s, at) {
			return to, true
		}
		return i, false
	}
	if !century(s, after) {
		return i, false
	}
	end, filled := tail(s, after)
	if filled != 7 || companyNumber(s, i) {
		return i, false
	}
	return end, true
}

// tail counts digits and masking marks after the hyphen.
func tail(s string, i int) (end, n int) {
	for i < len(s) {
		_, w, ok := digitAt(s, i)
		switch r, size := utf8.DecodeRuneInString(s[i:]); {
		case ok:
			i += w
		case n > 0 && strings.ContainsRune("*●○Xx", r):
			i += size
		default:
			return i, n
		}
		if n++; n > 7 {
			return i, n
		}
	}
	return i, n
}

func century(s string, i int) bool {
	d, _, ok := digitAt(s, i)
	return ok && 1 <= d && d <= 8
}

// birthday reports whether yymmdd can be a day.
func birthday(n int) bool {
	m, d := n/100%100, n%100
	return m >= 1 && m <= 12 && d >= 1 && d <= [...]int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[m-1]
}

// checkDigit verifies the 13th digit of a resident number (those given out
// until October 2020).
func checkDigit(s string, i int) bool {
	sum := 0
	for k := range 13 {
		d, w, ok := digitAt(s, i)
		if !ok {
			return false
		}
		if k < 12 {
			sum += int(d) * (k%8 + 2)
		} else {
			return (11-sum%11)%10 == int(d)
		}
		i += w
	}
	return false
}

// cueBefore returns what stands shortly before i, without spaces, colons and
// brackets.
func cueBefore(s string, i int) string {
	from := max(0, i-40)
	for from < i && !utf8.RuneStart(s[from]) {
		from++
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" :()[]：-", r) {
			return -1
		}
		return r
	}, s[from:i])
}

func companyNumber(s string, i int) bool {
	cue := cueBefore(s, i)
	for _, end := range []string{"법인등록번호", "법인번호", "등록번호", "법인"} {
		if strings.HasSuffix(cue, end) {
			return !strings.HasSuffix(cue, "외국인등록번호") && !strings.HasSuffix(cue, "주민등록번호")
		}
	}
	return false
}

// email removes the address around the @ at i.
func (s *scrubber) email(i, size int) int {
	from, to := i, i+size
	for from > s.done && localByte(s.in[from-1]) {
		from--
	}
	for to < len(s.in) && (localByte(s.in[to]) && s.in[to] != '+' && s.in[to] != '%') {
		to++
	}
	for to > i && (s.in[to-1] == '.' || s.in[to-1] == '-' || s.in[to-1] == '_') {
		to--
	}
	domain := s.in[i+size : max(to, i+size)]
	dot := strings.LastIndexByte(domain, '.')
	if from == i || dot <= 0 || len(domain)-dot < 3 || hasDigit(domain[dot:]) {
		return i + size
	}
	return s.cut(from, to, markEmail, &s.removed.Email)
}

func localByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || isDigit(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == '%'
}
