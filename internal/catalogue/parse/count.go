package parse

import "strings"

var (
	countSome = []string{"0", "O", "o", "○", "〇", "◯", "N", "n"}
	countNone = []string{"", "-", "미정", "정보없음", "협의", "약간", "다수", "인원미정"}
)

// ReadCount reads how many people a posting wants. "0명", "00명" and "O명" say
// that some are wanted but not how many: 0, and read. "3~5명" says no number.
func ReadCount(text string) (int, bool) {
	s, ok := squeeze(fold(text))
	if !ok {
		return 0, false
	}
	for _, w := range countNone {
		if s == w {
			return 0, true
		}
	}
	_, s, _ = cutAny(s, []string{"모집인원", "채용인원", "총", "약"})
	s = strings.TrimPrefix(s, ":")
	body := s
	for _, unit := range []string{"명", "인"} {
		body = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(body, "이상"), "내외"), unit)
	}
	if rest := body; rest != "" {
		for {
			_, after, ok := cutAny(rest, countSome)
			if !ok {
				break
			}
			rest = after
		}
		if rest == "" {
			return 0, true
		}
	}
	n, rest, digits := leading(strings.ReplaceAll(body, ",", ""))
	rest = strings.TrimSuffix(rest, ".0")
	return n, digits > 0 && digits < 8 && rest == ""
}
