package competency

import "slices"

// advertWords are words of postings; people who tell of themselves hardly use two of them.
var advertWords = runes("우대", "모집", "채용", "복리후생", "자격요건", "전형", "연봉", "담당업무", "근무지", "정규직", "지원해", "지원서", "복지", "입사", "경력")

// registerOf returns the sign that sayings have in a text by how it is written: signAdvert
// in a posting, signDuty in a dictionary's description of duties (two sentences that end as
// 한다 does), and 0 where somebody may tell what they do.
func registerOf(text []rune) sign {
	seen := make([]bool, len(advertWords))
	words, sentences := 0, 0
	for i, r := range text {
		if r == '.' && i > 1 && text[i-1] == '다' && isHangul(text[i-2]) {
			if _, _, final := apart(text[i-2]); final == nieun {
				sentences++
			}
			continue
		}
		for n, w := range advertWords {
			if r == w[0] && !seen[n] && len(text)-i >= len(w) && slices.Equal(text[i:i+len(w)], w) {
				seen[n] = true
				if words++; words == 2 {
					return signAdvert
				}
			}
		}
	}
	if sentences > 1 {
		return signDuty
	}
	return 0
}
