package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ieum/internal/door"
	"ieum/internal/identity"
)

// TestSomebodyIsToldOfJobs: a visitor wants to follow a search and signs in for it; jobs that fit
// the résumé are there at once, with why, and without a forecast of them where they do not want
// one; the night looks through both; stopping is one press, and so is taking that back.
func TestSomebodyIsToldOfJobs(t *testing.T) {
	t.Parallel()
	market, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	b := openTab(t)
	a, base, data, _ := serveDoorOn(t, copied(t, market))
	token, _, err := a.registry.Add(t.Context(), nil, "lee-made-up", identity.Grant{Role: "seeker"})
	if err != nil {
		t.Fatal(err)
	}
	b.look(t, look{"ko", "light", 360})
	b.withPasskeys(t)
	b.visit(t, base+"/enrol/"+token)
	b.press(t, "main form button")
	b.arrives(t, "/enrol")
	b.press(t, "form[data-passkey] button")
	b.arrives(t, "/my")
	b.see(t, base, "/my/alerts")
	if text := b.says(t); !strings.Contains(text, "저장한 검색이 없습니다") {
		t.Errorf("before the first alert the page says %s", text)
	}
	b.visit(t, base+"/jobs?q=%EB%AA%A8%EC%A7%91&sort=newest")
	b.press(t, `form[action="/my/alerts"] button`)
	b.do(t, chromedp.WaitVisible(chromedp.ID("done")))
	if text := b.says(t); !strings.Contains(text, "알림을 받기로 했습니다") || !strings.Contains(text, "모집") {
		t.Errorf("after a search was followed the page says %s", text)
	}
	b.press(t, `#fit form[action="/my/alerts"] button`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS(`#fit .notice a[href$="#resume"]`)))
	b.sound(t, "alerts without a résumé")

	b.visit(t, base+"/my")
	b.do(t, chromedp.SetValue(chromedp.ID("text"), "가상 기계 부품 공장에서 프레스 조작 21년, 금형 교환, 품질 검사"))
	b.press(t, `form[action="/my/resume"] button`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS(`a[href="/my/resume.json"]`)))
	b.see(t, base, "/my/alerts")
	if n := value[int](t, b, `document.querySelectorAll("#fit article").length`); n < 5 {
		t.Errorf("%d jobs fit", n)
	}
	if text := b.says(t); !strings.Contains(text, "비슷한 사람 100명이 지원하면") || !strings.Contains(text, "가상의 사람과 공고에서 배운 수") || !strings.Contains(text, "오늘 밤부터") {
		t.Errorf("what fits is told as %s", text)
	}
	n, ran, err := a.door.LookThrough(t.Context(), a.registry.TellOfJobs)
	if err != nil || !ran || n.Alerts != 2 || n.New == 0 {
		t.Fatalf("%+v %v %v", n, ran, err)
	}
	b.visit(t, base+"/my/alerts")
	if text := b.says(t); !strings.Contains(text, "새벽에 살펴봄") {
		t.Errorf("after the night the page says %s", text)
	}
	b.press(t, `#fit button[value="newest"]`)
	b.do(t, chromedp.WaitVisible(chromedp.ID("done")))
	if text := b.says(t); strings.Contains(text, "비슷한 사람 100명") || !strings.Contains(text, "예측 없이") || !strings.Contains(text, "상담 신청하기") {
		t.Errorf("without forecasts the page says %s", text)
	}
	days := value[[]string](t, b, `[...document.querySelectorAll("#fit article")].map((e) => e.innerText)`)
	if len(days) == 0 {
		t.Error("without forecasts nothing is shown")
	}
	b.sound(t, "alerts without forecasts")
	b.press(t, `#searches button[value="remove"]`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS(`#done form[action="/my/alerts"] button`)))
	b.press(t, `#done form[action="/my/alerts"] button`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS(`#searches li`)))
	b.visit(t, base+"/my/access")
	if text := b.says(t); !strings.Contains(text, "밤마다 일자리 알림을 살펴보기") {
		t.Errorf("that the night read it is not said: %s", text)
	}
	nights := told(t, data, "door.alerts")
	if len(nights) != 1 {
		t.Errorf("the journal has %d nights", len(nights))
	}
	for _, e := range nights {
		if strings.Contains(e, "모집") || strings.Contains(e, "프레스") {
			t.Errorf("the journal says what somebody looks for: %s", e)
		}
	}
}

// TestAlertsByAPI: what the pages do, and no more.
func TestAlertsByAPI(t *testing.T) {
	t.Parallel()
	market, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	_, base, _, links := serveDoorOn(t, copied(t, market))
	seeker := arrived(t, base, links["seeker"])
	const list = "/api/v1/my/alerts"
	var noted door.Noted
	if got := by(t, seeker, "POST", base+list, map[string]string{"search": "q=모집&region=11&page=9"}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("a search that is none: %d %s", got.status, got.body)
	}
	got := by(t, seeker, "POST", base+list, map[string]string{"search": "q=%EB%AA%A8%EC%A7%91"})
	if err := json.Unmarshal(got.body, &noted); err != nil || got.status != http.StatusOK || noted.Item == "" {
		t.Fatalf("%d %s", got.status, got.body)
	}
	for body, want := range map[string]int{"seen": http.StatusOK, "shout": http.StatusUnprocessableEntity} {
		if got := by(t, seeker, "PUT", base+list+"/"+noted.Item, map[string]string{"do": body}); got.status != want {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
	var told []door.Told
	if got := by(t, seeker, "GET", base+list, nil); json.Unmarshal(got.body, &told) != nil || len(told) != 1 || told[0].Name.KO != "모집" {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := by(t, seeker, "DELETE", base+list+"/"+noted.Item, nil); got.status != http.StatusOK {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := by(t, seeker, "GET", base+list, nil); string(got.body) != "[]\n" && string(got.body) != "[]" {
		t.Errorf("%d %s", got.status, got.body)
	}
}
