package parse

import (
	"slices"
	"strings"
)

// works is how a heading says that the place before it is where the work is.
var works = []string{"근무지", "근무자", "근무"}

// homonyms are regions whose short names mean something else in a heading: 상주
// is staying at a customer's, 음성 is speech, 고령 is old age.
var homonyms = []string{"상주", "음성", "고령", "공주", "장수", "영광", "부여", "보은", "인제", "고성", "함양", "동해", "남해"}

// Heading reads where the work is from the heading of a posting, and says how
// surely. It reads a place in brackets ("[부산] 주방보조") and one before 근무,
// there or elsewhere ("[대전 서구 근무]", "인천 근무 가능자"); told is true of the
// second. Places in different provinces are not read: one cannot tell which is
// meant.
func (r *Regions) Heading(title string) (place Region, told, ok bool) {
	take := func(found Region, said bool) bool {
		switch {
		case place == Region{}:
			place = found
		case strings.HasPrefix(found.Code, place.Code):
			place = found
		case !strings.HasPrefix(place.Code, found.Code):
			place = shared(place, found)
		}
		told = told || said
		return place != Region{}
	}
	for _, s := range segments(squared.Replace(fold(title))) {
		found, said, read := r.segment(s.text, s.bracketed)
		if read && !take(found, said) {
			return Region{}, false, false
		}
	}
	return place, told, place != Region{}
}

// squared writes brackets that fold leaves as the usual ones.
var squared = strings.NewReplacer("【", "[", "】", "]")

// A span is a part of a heading, in brackets or between them.
type span struct {
	text      string
	bracketed bool
}

// segments cuts a heading at its brackets.
func segments(s string) (out []span) {
	for s != "" {
		at := strings.IndexAny(s, "[(<")
		if at < 0 {
			return append(out, span{s, false})
		}
		end := strings.IndexByte(s[at:], map[byte]byte{'[': ']', '(': ')', '<': '>'}[s[at]])
		if end < 0 {
			return append(out, span{s[:at], false})
		}
		out = append(out, span{s[:at], false}, span{s[at+1 : at+end], true})
		s = s[at+end+1:]
	}
	return out
}

// segment reads the place of one part of a heading.
func (r *Regions) segment(s string, bracketed bool) (found Region, told, ok bool) {
	words := strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(" ,/·|;:_-", c) })
	for i, word := range words {
		stem, said := worksAt(word)
		if !said {
			continue
		}
		before := words[:i:i]
		if stem != "" {
			before = append(before, stem)
		}
		if found, ok = r.placeBefore(before); ok {
			return found, true, true
		}
	}
	if !bracketed || len(words) == 0 || len(words) > 4 {
		return Region{}, false, false
	}
	found, ok = r.only(words)
	return found, slices.Contains(regionLead, words[0]), ok
}

// worksAt reports whether a word says where the work is, and what of it is the
// place: 부산 of 부산근무.
func worksAt(word string) (stem string, ok bool) {
	for _, w := range works {
		if stem, ok = strings.CutSuffix(word, w); ok {
			return stem, true
		}
	}
	return "", false
}

// placeBefore reads the place that the last words are.
func (r *Regions) placeBefore(words []string) (Region, bool) {
	for n := min(3, len(words)); n > 0; n-- {
		if found, ok := r.only(words[len(words)-n:]); ok {
			return found, true
		}
	}
	return Region{}, false
}

// only reads words that are the name of a region and nothing else.
func (r *Regions) only(words []string) (Region, bool) {
	if len(words) == 0 || len(words) == 1 && slices.Contains(homonyms, words[0]) {
		return Region{}, false
	}
	found, whole, ok := r.piece(strings.Join(words, " "))
	return found, ok && whole && found.Code != ""
}
