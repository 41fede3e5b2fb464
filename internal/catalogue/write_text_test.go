package catalogue

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"ieum"
)

// TestWhatIsWrittenIsReadAgain: a résumé that somebody opens to change comes back
// the same when they change nothing, as lines where lines can say it.
func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	r := resumeReader(t)
	for _, tt := range []struct {
		name  string
		of    ieum.Resume
		lines bool
	}{
		{"a press operator", ieum.Resume{Headline: "프레스 조작 21년, 지게차 운전", Careers: []ieum.Career{{Title: "프레스 조작원", Months: 252, Text: "금형을 갈아 끼우고 치수를 재서 불량을 골라냈습니다."}},
			Certificates: []string{"지게차운전기능사"}, Region: "26"}, true},
		{"several careers, one unpaid", ieum.Resume{BirthYear: 1968, Education: "high", Careers: []ieum.Career{{Title: "조리원", Months: 42}, {Title: "요양보호사", Months: 6, Text: "어르신을 모셨습니다.\n밤에도 돌봤습니다."}, {Title: "급식 도우미", Months: 24, Unpaid: true}},
			Skills: []string{"한식", "손님 응대"}, Wish: ieum.Wish{Occupations: []string{"조리사"}, Pay: 30_000_000}}, true},
		{"nothing but a text", ieum.Resume{Text: "여러 가지 일을 조금씩 해 보았습니다."}, true},
		{"a career without a length", ieum.Resume{Careers: []ieum.Career{{Title: "주방 보조원", Text: "설거지"}}}, true},
		{"a text that reads as a career", ieum.Resume{Text: "용접을 10년 했습니다."}, false},
		{"a certificate with a comma", ieum.Resume{Certificates: []string{"운전, 대형"}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := r.WriteText(tt.of)
			if got := !strings.HasPrefix(text, "{"); got != tt.lines {
				t.Errorf("as lines: %v\n%s", got, text)
			}
			back, err := r.ReadText([]byte(text))
			if err != nil || !r.same(back, tt.of) {
				t.Errorf("%v\n%s\n%+v", err, text, back)
			}
		})
	}
}

// TestAScrubbedResumeHoldsNoNumber: nothing by which somebody could be reached is
// left in any field, and what was given stays as it was.
func TestAScrubbedResumeHoldsNoNumber(t *testing.T) {
	const number, mail = "010-1234-5678", "kim@example.com"
	both := number + " " + mail
	of := ieum.Resume{Headline: number, Region: both, Education: both, Majors: []string{mail}, Certificates: []string{both}, Skills: []string{number}, Text: "연락처 " + both,
		Careers: []ieum.Career{{Title: number, Text: both, Months: 7}}, Wish: ieum.Wish{Occupations: []string{both}, Regions: []string{both}, Employment: []string{both}, Pay: 7}}
	before := of.Careers[0]
	got := resumeReader(t).Scrub(of)
	if text := fmt.Sprint(got); strings.Contains(text, number) || strings.Contains(text, mail) || got.Careers[0].Months != 7 || got.Wish.Pay != 7 {
		t.Errorf("%s", text)
	}
	if !reflect.DeepEqual(of.Careers[0], before) || of.Skills[0] != number {
		t.Error("the résumé that was given was changed")
	}
}

// TestScrubLeavesNoFieldOut: what an employer is given has no telephone number, wherever it was written.
func TestScrubLeavesNoFieldOut(t *testing.T) {
	of := ieum.Resume{Careers: []ieum.Career{{Title: "조리원", Occupation: "전화 010-1234-5678"}}}
	b, _ := json.Marshal(resumeReader(t).Scrub(of))
	if strings.Contains(string(b), "010-1234-5678") {
		t.Errorf("%s", b)
	}
	big := ieum.Resume{Careers: []ieum.Career{{Occupation: strings.Repeat("x", 1_000_000)}}}
	if big.Check() == nil {
		t.Error("a million characters pass the bound of a résumé")
	}
}
