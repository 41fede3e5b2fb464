package master

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A Name is a company's name taken apart.
type Name struct {
	Key     string   // normal form: lower-case letters and digits of the name proper
	Spelled string   // Key with Latin letters written as their Korean names: lg전자 → 엘지전자
	Aliases []string // normal forms of what stands in brackets
	Branch  string   // normal form of the branch, such as 강남지점; "" when none
}

// All returns the normal forms of the name and of those in its brackets.
func (n Name) All() []string { return append([]string{n.Key}, n.Aliases...) }

var (
	bracket   = regexp.MustCompile(`[(\[{<【〔「『]([^()\[\]{}<>【】〔〕「」『』]*)[)\]}>】〕」』]?`)
	shortForm = regexp.MustCompile(`^(주|유|합|재|사|학|의|복|농|株|有|주식회사|유한회사|유한책임회사|합자회사|합명회사|재단법인|사단법인|본사|본점)$`)
	longForm  = regexp.MustCompile(`^(주식회사|유한책임회사|유한회사|합자회사|합명회사|재단법인|사단법인|사회복지법인|의료법인|학교법인|농업회사법인|어업회사법인|영농조합법인|주\)|유\))\s*|\s*(주식회사|유한책임회사|유한회사|합자회사|합명회사|농업회사법인|영농조합법인|\(주|\(유)$`)
	english   = regexp.MustCompile(`([\s,.]+(co|company|ltd|limited|inc|incorporated|corp|corporation|llc|gmbh|plc|pte|bv|ag)|co\s*[.,]+\s*ltd|(inc|corp|ltd)\.)[\s.,]*$`)
	branch    = regexp.MustCompile(`(지점|지사|영업소|사업소|출장소|대리점|분점|직영점|공장|사업장|호점)$`)
	apart     = regexp.MustCompile(`[,/·|]`)
)

// ParseName takes a company's name apart: NFKC, lower case, without the legal
// form, brackets, spacing and marks. A name of nothing else has the Key "".
func ParseName(s string) Name {
	s = strings.ToLower(norm.NFKC.String(s))
	var n Name
	if strings.ContainsAny(s, "([{<【〔「『") {
		s = bracket.ReplaceAllStringFunc(s, func(m string) string {
			n.addBracket(strings.TrimSpace(bracket.FindStringSubmatch(m)[1]))
			return " "
		})
	}
	s = withoutForm(s)
	if words := strings.Fields(s); len(words) > 1 && branch.MatchString(words[len(words)-1]) {
		n.Branch = squeeze(words[len(words)-1])
		s = withoutForm(strings.Join(words[:len(words)-1], " "))
	}
	n.Key = squeeze(s)
	if n.Key == "" && len(n.Aliases) > 0 {
		n.Key, n.Aliases = n.Aliases[0], n.Aliases[1:]
	}
	n.Spelled = spell(n.Key)
	return n
}

// addBracket says what a piece in brackets is: a legal form, a branch or
// other names.
func (n *Name) addBracket(in string) {
	switch key := squeeze(in); {
	case key == "" || shortForm.MatchString(key):
	case branch.MatchString(in):
		n.Branch = key
	default:
		for _, part := range apart.Split(in, -1) {
			if k := squeeze(withoutForm(part)); k != "" && !shortForm.MatchString(k) {
				n.Aliases = append(n.Aliases, k)
			}
		}
	}
}

// withoutForm cuts legal forms off both ends.
func withoutForm(s string) string {
	for {
		cut := strings.TrimSpace(s)
		if strings.Contains(cut, "회사") || strings.Contains(cut, "법인") || strings.ContainsAny(cut, "()") {
			cut = longForm.ReplaceAllString(cut, "")
		}
		if latinEnd(cut) {
			if e := english.FindStringIndex(cut); e != nil && e[0] > 0 {
				cut = cut[:e[0]]
			}
		}
		if cut == s || squeeze(cut) == "" {
			return s
		}
		s = cut
	}
}

// latinEnd reports whether s ends like an English legal form may.
func latinEnd(s string) bool {
	s = strings.TrimRight(s, " .,")
	return s != "" && strings.IndexByte("ydncpcegv", s[len(s)-1]) >= 0
}

// squeeze keeps letters and digits.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '&' || r == '+' {
			return r
		}
		return -1
	}, s)
}

var letterNames = [26]string{"에이", "비", "씨", "디", "이", "에프", "지", "에이치", "아이", "제이", "케이", "엘", "엠",
	"엔", "오", "피", "큐", "알", "에스", "티", "유", "브이", "더블유", "엑스", "와이", "제트"}

// spell writes Latin letters and some signs as they are read in Korean. Words
// become nonsense by it, but the same nonsense.
func spell(key string) string {
	var b strings.Builder
	for _, r := range key {
		switch {
		case r >= 'a' && r <= 'z':
			b.WriteString(letterNames[r-'a'])
		case r == '&':
			b.WriteString("앤")
		case r == '+':
			b.WriteString("플러스")
		case r == '시':
			b.WriteString("씨") // c is written both ways
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// jamo takes a Hangul syllable apart into the numbers of its initial, medial
// and final; ok is false for any other rune.
func jamo(r rune) (parts [3]int, ok bool) {
	if r < 0xAC00 || r > 0xD7A3 {
		return parts, false
	}
	n := int(r - 0xAC00)
	return [3]int{n / 588, n / 28 % 21, n % 28}, true
}

// slip reports whether b is a for a hand that slipped: two Hangul syllables
// that differ in one of their three parts, or the two of Latin letters.
func slip(a, b rune) bool {
	x, ok := jamo(a)
	y, ok2 := jamo(b)
	if !ok || !ok2 {
		return !ok && !ok2 && unicode.IsLetter(a) && unicode.IsLetter(b)
	}
	n := 0
	for i := range x {
		if x[i] != y[i] {
			n++
		}
	}
	return n == 1
}

var (
	initials = strings.Split("g kk n d tt r m b pp s ss  j jj ch k t p h", " ")
	medials  = strings.Split("a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i", " ")
	finals   = strings.Split(" k k k n n n t l k m l l l p l m p p t t ng t t k t p t", " ")
)

// romanise writes Hangul in Latin letters by the Revised Romanization, syllable
// by syllable; other runes stay.
func romanise(s string) string {
	var b strings.Builder
	for _, r := range s {
		if p, ok := jamo(r); ok {
			b.WriteString(initials[p[0]] + medials[p[1]] + finals[p[2]])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
