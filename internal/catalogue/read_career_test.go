package catalogue

import (
	"strconv"
	"strings"
	"testing"
)

// People write their careers in any order and form. Each line is a résumé or a
// part of one; what must come of it is "occupation months" of each career.
func TestCareersAreReadInAnyForm(t *testing.T) {
	r := resumeReader(t)
	for _, tt := range []struct{ text, want string }{
		{"프레스 조작원 21년", "8212 252"},
		{"프레스조작원(21년)", "8212 252"},
		{"21년 프레스 조작원", "8212 252"},
		{"프레스 조작원 경력 21년", "8212 252"},
		{"프레스 21년", "8212 252"},
		{"경비 5년, 식당 주방보조 2년", "5420 60; 5323 24"},
		{"경비원 5년 / 주방보조 2년 / 지게차 운전 3년 6개월", "5420 60; 5323 24; 6230 42"},
		{"경비원 5년 주방보조 2년", "5420 60; 5323 24"},
		{"요양보호사 3년\n간병인 2년", "5501 36; 5502 24"},
		{"2001~2022 ○○정밀 프레스", "8212 252"},
		{"2001-2022 프레스 조작원", "8212 252"},
		{"2001년부터 2022년까지 (주)가나정밀 프레스 조작원", "8212 252"},
		{"2001.3~2022.2 가나정밀 프레스 조작원", "8212 252"},
		{"'01~'22 프레스 조작원", "8212 252"},
		{"01년~22년 프레스 조작원", "8212 252"},
		{"98년 ~ 2003년 미싱사", "8623 60"},
		{"2001 ~ 2010 요양보호사, 2010 ~ 2015 간병인", "5501 108; 5502 60"},
		{"요양보호사로 10년 일했습니다", "5501 120"},
		{"용접을 15년간 했어요", "8241 180"},
		{"20년 넘게 택시 운전을 했습니다", "6221 240"},
		{"식당 주방보조 6개월", "5323 6"},
		{"미싱사 십년", "8623 120"},
		{"미싱사 열 달", "8623 10"},
		{"아파트 경비 이십 년", "5420 240"},
		{"봉제공 10여년", "8623 120"},
		{"지게차 운전 3년반", "6230 42"},
		{"경비원: 5년", "5420 60"},
		{"경비원 - 5년 3개월", "5420 63"},
		{"1) 경비원 5년\n2) 주방보조 2년", "5420 60; 5323 24"},
		{"1. 경비원 5년\n2. 주방보조 2년", "5420 60; 5323 24"},
		{"경비원, 5년", "5420 60"},
		{"경력\n경비원\n5년", "5420 60"},
		{"경력: 경비 5년, 식당 주방보조 2년", "5420 60; 5323 24"},
	} {
		resume, err := r.ReadText([]byte(tt.text))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range r.Read(resume).Resume.Careers {
			got = append(got, c.Occupation+" "+strconv.Itoa(c.Months)+" "+c.Title)
		}
		want := strings.Split(tt.want, "; ")
		ok := len(got) == len(want)
		for i := 0; ok && i < len(want); i++ {
			code, months, _ := strings.Cut(want[i], " ")
			g := strings.Fields(got[i])
			ok = len(g) > 1 && strings.HasPrefix(got[i], code) && (g[1] == months || g[0] == months)
		}
		if !ok {
			t.Errorf("%q gives %q, want %q", tt.text, got, want)
		}
	}
}

// What is no career is not made one.
func TestWhatIsNoCareerStaysText(t *testing.T) {
	r := resumeReader(t)
	for _, text := range []string{
		"저는 21년 전에 결혼했습니다", "나이 58세", "1968년생입니다", "2022년에 공장이 문을 닫았습니다", "3년 동안 쉬었습니다",
		"아이가 5년생입니다", "2교대 가능합니다", "결혼생활 20년, 투병 2년", "삼 년 동안 쉬었습니다", "운전면허 1종 보통 20년 무사고",
	} {
		resume, err := r.ReadText([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if len(resume.Careers) != 0 || resume.Text != text {
			t.Errorf("%q gives careers %+v and text %q", text, resume.Careers, resume.Text)
		}
	}
}
