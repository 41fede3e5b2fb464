package parse

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// Contacts typed in haste, with one wrong key or wrong spaces anywhere in label,
// name and title, still name nobody afterwards.
func TestNamesBehindHastyLabelsAreFound(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	pick := func(words string) string { all := strings.Fields(words); return all[r.IntN(len(all))] }
	survived, all := 0, 20_000
	for range all {
		name := pick("김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황") + pick("가 지 민 서 도 영 하 은 보 수") + pick("상 명 나 라 우 현 준 희 빈 부")
		line := pick("담당자: 채용담당자: 인사담당자:") + " " + name + pick("_과장 _대리 _팀장 _실장 _") + ", 연락처: 010-1234-5678"
		line = hasty(r, strings.ReplaceAll(line, "_", " "), len(line)-len(", 연락처: 010-1234-5678"))
		got, removed := Scrub("- 상시 면접\n- " + line)
		if removed.Name == 0 {
			survived++
			if survived < 10 {
				t.Logf("%s survives: %s", name, got)
			}
		}
	}
	if survived > all/100 {
		t.Errorf("of %d names %d survive", all, survived)
	}
}

// hasty strikes a wrong key in the first n bytes of a line, or spaces it wrongly.
func hasty(r *rand.Rand, line string, n int) string {
	runes := []rune(line[:n])
	if r.IntN(2) == 0 {
		at := r.IntN(len(runes))
		if c := runes[at] - firstSyllable; c >= 0 {
			if c%28 != 0 && r.IntN(2) == 0 {
				runes[at] -= c % 28
			} else {
				runes[at] += ((c/28+1)%21 - c/28%21) * 28
			}
		}
		return string(runes) + line[n:]
	}
	out := ""
	for _, c := range runes {
		switch {
		case c == ' ' && r.IntN(4) == 0:
		case c >= firstSyllable && r.IntN(12) == 0:
			out += fmt.Sprintf("%c ", c)
		default:
			out += string(c)
		}
	}
	return out + line[n:]
}
