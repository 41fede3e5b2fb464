package main

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"ieum/internal/identity"
)

// TestASearchIsWrittenDown is a search for a job: a visitor presses that they applied, and
// nothing is recorded before they sign in; then it is, once; what comes of it is one press
// each, and undone by one; a job found elsewhere is written down and mended; and all of it
// is printed, as a page and as a PDF that comes out the same again.
func TestASearchIsWrittenDown(t *testing.T) {
	t.Parallel()
	b := openTab(t)
	market, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	a, base, _, links := serveDoorOn(t, copied(t, market))
	token, _, err := a.registry.Add(t.Context(), nil, "kim-made-up", identity.Grant{Role: "seeker"})
	if err != nil {
		t.Fatal(err)
	}
	var found struct {
		Items []struct{ ID, Title string }
	}
	if err := json.Unmarshal(by(t, http.DefaultClient, "GET", base+"/api/v1/postings?limit=2", nil).body, &found); err != nil || len(found.Items) < 2 {
		t.Fatalf("%v, %d postings", err, len(found.Items))
	}
	job := "/jobs/" + found.Items[0].ID
	b.look(t, look{"ko", "light", 360})
	b.withPasskeys(t)
	b.visit(t, base+"/enrol/"+token)
	b.press(t, "main form button")
	b.arrives(t, "/enrol")
	b.press(t, "form[data-passkey] button")
	b.arrives(t, "/my")
	b.see(t, base, "/my/search")
	if text := b.says(t); !strings.Contains(text, "아직 적은 것이 없습니다") {
		t.Errorf("an empty record says %s", text)
	}
	devtools(t, b, network.ClearBrowserCookies, cdp.Empty{})

	b.visit(t, base+job)
	b.sound(t, "a posting, as a visitor")
	if dir := os.Getenv("IEUM_TEST_SHOTS"); dir != "" {
		b.shoot(t, dir, "posting")
	}
	if text := b.says(t); !strings.Contains(text, "로그인하기 전에는 아무것도 기록되지 않습니다") {
		t.Errorf("a visitor is told %s", text)
	}
	b.press(t, `form[action="/my/search"] button`)
	b.arrives(t, "/my/search")
	if text := b.says(t); !strings.Contains(text, "그 전에는 아무것도 기록되지 않습니다") {
		t.Errorf("who is asked to sign in is told %s", text)
	}
	b.sound(t, "asked to sign in")
	b.press(t, `form[data-passkey] button`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS(`main form[action="/my/search"]`)))
	b.press(t, `main form[action="/my/search"] button`)
	b.do(t, chromedp.WaitVisible(chromedp.ID("done")))
	b.sound(t, "written down")
	if text := b.says(t); !strings.Contains(text, found.Items[0].Title) || !strings.Contains(text, "지원했다고 적었습니다") {
		t.Errorf("after it was written down the page says %s", text)
	}
	b.visit(t, base+job)
	b.press(t, `form[action="/my/search"] button`)
	b.do(t, chromedp.WaitVisible(chromedp.ID("done")))
	if text := b.says(t); !strings.Contains(text, "전에 적은 그대로입니다") || !strings.Contains(text, "적은 일자리 1건") {
		t.Errorf("pressed once more the page says %s", text)
	}
	b.press(t, `#list button[value="silent"]`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS(`#done button[value="undo"]`)))
	if text := b.says(t); !strings.Contains(text, "답 없음 1") {
		t.Errorf("without an answer the page says %s", text)
	}
	b.press(t, `#done button[value="undo"]`)
	b.do(t, chromedp.WaitVisible(chromedp.ID("done")))
	if text := b.says(t); !strings.Contains(text, "되돌렸습니다") || !strings.Contains(text, "답 없음 0") {
		t.Errorf("undone the page says %s", text)
	}
	b.press(t, `#list button[value="answered"]`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS(`#done button[value="undo"]`)))

	value[bool](t, b, `document.querySelector("#own details").open = true`)
	b.do(t, chromedp.SetValue(chromedp.ID("title"), canaryWord+" 식당"))
	value[bool](t, b, `document.getElementById("link").value = "식당 앞", true`)
	value[bool](t, b, `document.querySelectorAll("#own form").forEach((f) => f.noValidate = true), true`)
	b.press(t, `#own form button`)
	b.do(t, chromedp.WaitVisible(chromedp.ID("link-fault")))
	b.sound(t, "to be mended")
	value[bool](t, b, `document.getElementById("link").value = "", true`)
	b.press(t, `#own form button`)
	b.do(t, chromedp.WaitVisible(chromedp.ID("done")))
	if text := b.says(t); !strings.Contains(text, canaryWord+" 식당") || !strings.Contains(text, "적은 일자리 2건") {
		t.Errorf("a job found elsewhere: %s", text)
	}
	b.see(t, base, "/my/search")
	b.see(t, base, "/my/search?state=withdrawn")

	b.see(t, base, "/my/search/record")
	if text := b.says(t); !strings.Contains(text, "지원한 일자리 2건 · 지원함 1 · 답 받음 1") || !strings.Contains(text, "본인이 스스로 적은 기록입니다") || !strings.Contains(text, "가상 공고 "+found.Items[0].ID) {
		t.Errorf("the sheet says %s", text)
	}
	b.onOnePage(t, "the record of a search")
	b.visit(t, base+"/my/search/record?from=2020-01-01&until=2020-02-01")
	if text := b.says(t); !strings.Contains(text, "이 기간에 지원했다고 적은 일자리가 없습니다") {
		t.Errorf("of a period without any: %s", text)
	}
	b.visit(t, base+"/my/search/record")
	if one, two := b.fetched(t, "/my/search/record.pdf?notes=true"), b.fetched(t, "/my/search/record.pdf?notes=true"); !strings.HasPrefix(one, "%PDF-") || one != two {
		t.Errorf("the PDF is %.20q, and once more %.20q", one, two)
	}
	b.visit(t, base+"/my/access")
	if text := value[string](t, b, `document.querySelector("main").textContent`); !strings.Contains(text, "구직 기록") {
		t.Errorf("the looks say %s", text)
	}
	other := arrived(t, base, links["counsellor"])
	if got := by(t, other, "GET", base+"/my/search", nil); strings.Contains(string(got.body), canaryWord) {
		t.Error("a counsellor sees it among their own")
	}
	if got := by(t, http.DefaultClient, "GET", base+"/api/v1/my/search", nil); got.status != http.StatusUnauthorized {
		t.Errorf("a program without a sign-in gets %d", got.status)
	}
}

// TestAPostingIsLookedThroughByItsPage: an employer pastes a posting and is told which words to
// look at again; without a sign-in, and by keys alone as any form.
func TestAPostingIsLookedThroughByItsPage(t *testing.T) {
	t.Parallel()
	b := openTab(t)
	_, base, _, _ := serveDoor(t)
	b.see(t, base, "/hiring/draft")
	b.press(t, `main form button`)
	b.do(t, chromedp.WaitVisible(chromedp.ID("text-fault")))
	b.sound(t, "nothing was pasted")
	b.do(t, chromedp.SetValue(chromedp.ID("text"), "○ 홀 서빙 모집\n- 용모 단정한 20대 여성 우대\n- 시급 9,000원"))
	b.press(t, `main form button`)
	b.do(t, chromedp.WaitVisible(chromedp.ID("found")))
	b.sound(t, "a posting that was looked through")
	if text := b.says(t); !strings.Contains(text, "다시 볼 말 4곳") || !strings.Contains(text, "여성 우대") || !strings.Contains(text, "최저임금법 제6조") {
		t.Errorf("it says %s", text)
	}
	if text := value[string](t, b, `document.getElementById("text").value`); !strings.Contains(text, "홀 서빙") {
		t.Errorf("what was pasted is gone: %s", text)
	}
	if dir := os.Getenv("IEUM_TEST_SHOTS"); dir != "" {
		b.shoot(t, dir, "checked")
	}
}
