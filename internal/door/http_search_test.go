package door

import (
	"bytes"
	"strings"
	"testing"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/web"
)

// TestARecordOfASearchOnPaper: whose it is, that it is their own word, the period, what came of
// each, and notes only where they are asked for; very many go over pages, and the
// bytes are the same again.
func TestARecordOfASearchOnPaper(t *testing.T) {
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	site := web.NewSite(set, nil, nil)
	sheet := func(lang ieum.Lang, list ...Application) *searchSheet {
		return &searchSheet{site: site, lang: lang, now: today, Name: "김가상", From: today - 27, Until: today, List: list}
	}
	a := Application{Posting: "00000000000000a1", Title: "프레스 조작원", Company: "가상정밀", Note: "전화로 물어봄", Steps: []Step{{Applied, today - 9}, {Silent, today}}}
	s := sheet("ko", a, wrote("식당 일", today))
	for _, tt := range []struct{ got, want string }{
		{s.Title(), "김가상 님의 구직활동 기록"}, {s.Period(), "2026. 2. 3. ~ 2026. 3. 2."}, {s.Made(), "2026. 3. 2.에 만듦"},
		{s.Sum(), "지원한 일자리 2건 · 지원함 1 · 답 없음 1"}, {s.Where(a), "가상정밀 · 이음 공고 00000000000000a1"}, {s.Where(s.List[1]), "다른 곳에서 찾음"},
		{s.What(a), "2026. 2. 21. 지원함 → 2026. 3. 2. 답 없음"}, {s.Said(a), ""}, {s.Simulated(), ""},
		{sheet("en", a).What(a), "Applied, 21 February 2026 → No answer, 2 March 2026"}, {(&searchSheet{site: site, lang: "en"}).Title(), "Record of a job search"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
	if s.Notes = true; s.Said(a) != "전화로 물어봄" {
		t.Errorf("the note is %q", s.Said(a))
	}
	if a.Simulated = true; sheet("ko", a).Simulated() == "" || !strings.Contains(s.Where(a), "가상 공고") {
		t.Errorf("a made-up posting is told as %q", s.Where(a))
	}
	var list []Application
	for range 60 {
		list = append(list, a)
	}
	list[7].Note = strings.Repeat("긴 메모 ", 250)
	many := sheet("ko", list...)
	many.Notes = true
	one, err := many.draw()
	if err != nil {
		t.Fatal(err)
	}
	two, err := many.draw()
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("drawn again it differs (%v)", err)
	}
	if n := bytes.Count(one, []byte("/Type /Page\n")); n < 4 || n > 12 {
		t.Errorf("60 take %d pages", n)
	}
	if none, err := sheet("en").draw(); err != nil || bytes.Count(none, []byte("/Type /Page\n")) != 1 {
		t.Errorf("of nothing: %v", err)
	}
}
