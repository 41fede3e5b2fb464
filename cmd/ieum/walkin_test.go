package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"ieum"
	"ieum/internal/identity"
)

// enrolled is a counsellor of the demo's centre with a passkey, signed in at a tab.
func enrolled(t *testing.T, a *app, b *tab, base, name string, links map[string]string) (operator *identity.Person) {
	t.Helper()
	token, grant, err := a.registry.Add(t.Context(), nil, name, identity.Grant{Role: "counsellor", Organisation: "demo"})
	if err != nil {
		t.Fatal(err)
	}
	operator = signedIn(t, a, links["operator"])
	if err := a.registry.Confirm(t.Context(), operator, grant.Number); err != nil {
		t.Fatal(err)
	}
	b.look(t, look{"ko", "light", 360})
	b.withPasskeys(t)
	b.visit(t, base+"/enrol/"+token)
	b.press(t, "main form button")
	b.arrives(t, "/enrol")
	b.press(t, "form[data-passkey] button")
	b.arrives(t, "/clients") // where the work of the role is
	return operator
}

// TestAWalkIn is half an hour at a desk with somebody who has neither telephone nor
// mail nor account: registered by a name alone, diagnosed together, the résumé kept as
// theirs and a note written, though the session ends meanwhile; handed to a colleague,
// to whom it is new. Nothing lands among the counsellor's own records.
func TestAWalkIn(t *testing.T) {
	t.Parallel()
	b := openTab(t)
	market, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	a, base, _, links := serveDoorOn(t, copied(t, market))
	enrolled(t, a, b, base, "oh-made-up", links)

	b.visit(t, base+"/desk")
	b.do(t, chromedp.SetValue(chromedp.ID("name"), canaryWord))
	b.press(t, `main form[action="/desk"] button`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS(`.notice[role="status"]`)))
	client := value[string](t, b, `location.pathname`)
	b.sound(t, "just registered")
	b.press(t, `main a[href^="/diagnosis?client="]`)
	b.arrives(t, "/diagnosis")
	b.sound(t, "questions for a client")
	for name, text := range tour {
		b.do(t, chromedp.SetValue(chromedp.ID(name), text))
	}
	value[bool](t, b, `[..."riasec"].forEach((kind, i) => document.getElementById("official_" + kind).value = 40 + 5 * i), document.getElementById("official_day").value = "2026-05-04", true`)
	b.submit(t)
	b.sound(t, "the result for a client")
	if text := b.says(t); !strings.Contains(text, "2026. 5. 4.에 받은 직업선호도검사") || !strings.Contains(text, "가장 좋아하시는 것: 관습형") {
		t.Errorf("results of the official test are not in the result:\n%s", text)
	}
	if mine := value[int](t, b, `document.querySelectorAll('form[action="/my/resume"]').length`); mine > 0 {
		t.Error("a client's résumé can be kept as the counsellor's own from the result")
	}
	b.press(t, `form[action="/clients/keep"] button`)
	b.arrives(t, client)
	if text := b.says(t); !strings.Contains(text, "이력을 보관했습니다") || !strings.Contains(text, "25년") || !strings.Contains(text, "프레스 조작") || strings.Contains(text, "300개월") {
		t.Errorf("after keeping the client's page says %s", text)
	}
	b.see(t, base, client)
	held(t, b, base, client)
	reported(t, b, base, client)

	b.visit(t, base+client)
	b.do(t, chromedp.SetValue(chromedp.ID("text"), "교대 근무는 어렵다고 함"))
	devtools(t, b, network.ClearBrowserCookies, cdp.Empty{})
	b.press(t, `form[action$="/note"] button`)
	b.arrives(t, client+"/note")
	b.press(t, `form[data-passkey] button`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS(`main form[action$="/note"]`)))
	b.press(t, `main form[action$="/note"] button`)
	b.arrives(t, client)
	if text := b.says(t); !strings.Contains(text, "교대 근무는 어렵다고 함") {
		t.Errorf("the note that was written when the session ended is lost: %s", text)
	}
	b.visit(t, base+"/my")
	if text := b.says(t); strings.Contains(text, "프레스") {
		t.Errorf("the counsellor's own records hold %s", text)
	}

	b.visit(t, base+client)
	value[bool](t, b, `(() => { const s = document.getElementById("counsellor"); s.selectedIndex = 1; s.form.querySelector("button").click(); return true; })()`)
	b.arrives(t, "/clients")
	b.see(t, base, "/clients")
	if text := b.says(t); !strings.Contains(text, "지난 상담") || !strings.Contains(text, "에게 넘김") {
		t.Errorf("who handed over sees %s", text)
	}
	other := arrived(t, base, links["counsellor"])
	list := func() string { return string(by(t, other, "GET", base+"/clients", nil).body) }
	if text := list(); strings.Count(text, "새로 맡음") != 1 || !strings.Contains(text, "넘김") {
		t.Errorf("the colleague sees %s", words(text))
	}
	if got := by(t, other, "GET", base+client, nil); got.status != http.StatusOK || strings.Contains(list(), "새로 맡음") {
		t.Errorf("once looked at (%d) it is still new", got.status)
	}
}

// copied is a copy of a data folder.
func copied(t *testing.T, from string) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(data, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	secrets, err := filepath.Glob(filepath.Join(data, "keys", "*"))
	for _, path := range secrets { // a copy is open to all
		err = errors.Join(err, os.Chmod(path, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// held holds two sessions with a client: a goal and steps are agreed and kept with what was
// shown, the sheets are PDFs of few pages that come out the same again, and the next session
// begins with what is still to be done.
func held(t *testing.T, b *tab, base, client string) {
	b.press(t, `main a[href$="/session"]`)
	b.arrives(t, client+"/session")
	b.see(t, base, client+"/session")
	b.visit(t, base+client+"/session")
	if low := value[[]string](t, b, `[...document.querySelectorAll("main :is(button, summary, input:not([type=hidden], [type=checkbox]), select, textarea, .parts a, label:has([type=checkbox]))")].filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44).map((e) => e.outerHTML.slice(0, 120))`); len(low) > 0 {
		t.Errorf("lower than a finger: %v", low)
	}
	if hidden := value[bool](t, b, `scrollTo(0, 0), document.getElementById("keep").getBoundingClientRect().bottom > innerHeight`); hidden {
		t.Error("what keeps a session is out of sight where the page begins")
	}
	soon := ieum.DayOf(time.Now()) + 9
	for id, text := range map[string]string{"goal": "8221", "step": "금형 수리 과정 설명회 가기", "by-1": soon.String(), "text": "손끝 감각이 큰 힘입니다.", "next": soon.String()} {
		b.do(t, chromedp.SetValue(chromedp.ID(id), text))
	}
	value[bool](t, b, `(() => { for (let i = 2; i < 7; i++) document.getElementById("step-" + i).value = ""; return true; })()`)
	b.press(t, `#keep`)
	b.do(t, chromedp.WaitVisible(chromedp.ID("faults"))) // the goal was not proposed
	b.sound(t, "a goal that was not proposed")
	b.do(t, chromedp.SetValue(chromedp.ID("reason"), "집에서 가깝고 함께 일하던 동료가 있음"))
	b.press(t, `#keep`)
	b.until(t, `location.pathname.includes("/sessions/")`)
	kept := value[string](t, b, `location.pathname`)
	if text := b.says(t); !strings.Contains(text, "금형 수리 과정 설명회 가기") || !strings.Contains(text, soon.Time().Format("2006. 1. 2.")+"까지") || !strings.Contains(text, "손끝 감각") {
		t.Errorf("the session that was kept says %s", text)
	}
	b.see(t, base, kept)
	for _, kind := range []string{"report", "large", "plan"} {
		b.see(t, base, kept+"?sheet="+kind)
	}
	for file, most := range map[string]int{"report.pdf": 3, "large.pdf": 1, "plan.pdf": 2} {
		first, second := b.fetched(t, kept+"/"+file), b.fetched(t, kept+"/"+file)
		if first != second || !strings.HasPrefix(first, "%PDF-") {
			t.Errorf("%s is %.20q, and another when it is asked for again: %v", file, first, first != second)
		}
		if pages := strings.Count(first, "/Type /Page\n"); pages < 1 || pages > most {
			t.Errorf("%s has %d pages", file, pages)
		}
		if dir := os.Getenv("IEUM_TEST_SHOTS"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(first), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.visit(t, base+client+"/session")
	if text := b.says(t); !strings.Contains(text, "지난 상담") || value[string](t, b, `document.getElementById("step").value`) != "금형 수리 과정 설명회 가기" || value[string](t, b, `document.getElementById("goal").value`) != "8221" {
		t.Errorf("the next session does not begin where the last one ended: %s", text)
	}
	b.visit(t, base+client)
}

// reported goes from the list of clients to a report on paper, the goal and the steps as they are
// proposed, and says how many clicks and how long that took.
func reported(t *testing.T, b *tab, base, client string) {
	b.visit(t, base+"/clients")
	begun, clicks := time.Now(), 0
	for _, what := range []string{`main form[action="/clients"] button`, `main a[href="` + client + `"]`, `main a[href$="/session"]`, `#keep`} {
		value[bool](t, b, `window.asking = true`)
		b.press(t, what)
		b.until(t, `!window.asking && document.readyState === "complete"`)
		clicks++
	}
	at := value[string](t, b, `document.querySelector('main a[href$="/report.pdf"]').getAttribute("href")`)
	if file := b.fetched(t, at); !strings.HasPrefix(file, "%PDF-") {
		t.Errorf("the report is %.20q", file)
	}
	t.Logf("from the list of clients to a report: %d clicks, %.1f s", clicks+1, time.Since(begun).Seconds())
	b.visit(t, base+client)
}

// fetched is a file that the page's reader may open.
func (b *tab) fetched(t *testing.T, at string) string {
	t.Helper()
	file, err := base64.StdEncoding.DecodeString(value[string](t, b, `(async () => { let s = ""; for (const c of new Uint8Array(await (await fetch("`+at+`")).arrayBuffer())) s += String.fromCharCode(c); return btoa(s); })()`))
	if err != nil {
		t.Fatal(err)
	}
	return string(file)
}

// TestAPaperIsKept: the form is printed on one page and signed, a scan of it is kept,
// one that is cut short is refused with the reason, and all is undone in the visit.
func TestAPaperIsKept(t *testing.T) {
	t.Parallel()
	b := openTab(t)
	a, base, _, links := serveDoor(t)
	enrolled(t, a, b, base, "oh-made-up", links)
	b.see(t, base, "/desk/consent")
	devtools(t, b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	paper, err := chromedp.Call(b.ctx, page.PrintToPDF, page.PrintToPDFParams{})
	if err != nil {
		t.Fatal(err)
	}
	devtools(t, b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	if n := strings.Count(string(paper.Data), "/Type /Page\n"); n != 1 {
		t.Errorf("the form takes %d pages", n)
	}
	var photo bytes.Buffer
	if err := png.Encode(&photo, image.NewGray(image.Rect(0, 0, 400, 600))); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	broken := file("cut.png", photo.Bytes()[:photo.Len()/2])
	for _, scan := range []string{file("form.pdf", paper.Data), file("form.png", photo.Bytes())} {
		b.visit(t, base+"/desk")
		b.do(t, chromedp.SetValue(chromedp.ID("name"), canaryWord))
		b.press(t, `input[value="consent"]`)
		b.do(t, chromedp.SetUploadFiles(chromedp.ID("scan"), []string{broken}))
		b.press(t, `main form[action="/desk"] button`)
		b.do(t, chromedp.WaitVisible(chromedp.ID("scan-fault")))
		b.sound(t, "a broken scan")
		if text, name := b.says(t), value[string](t, b, `document.getElementById("name").value`); !strings.Contains(text, "깨져 있어") || name != canaryWord {
			t.Errorf("of a broken scan the page says %s, and keeps the name %q", text, name)
		}
		b.do(t, chromedp.SetUploadFiles(chromedp.ID("scan"), []string{scan}))
		b.press(t, `main form[action="/desk"] button`)
		b.do(t, chromedp.WaitVisible(chromedp.CSS(`.notice[role="status"]`)))
		client := value[string](t, b, `location.pathname`)
		if text := b.says(t); !strings.Contains(text, "본인 동의") {
			t.Errorf("%s: the page says %s", scan, text)
		}
		b.do(t, chromedp.Click(chromedp.CSS(`details:has(form[action$="/undo"]) summary`)), chromedp.Click(chromedp.CSS(`form[action$="/undo"] input[name="sure"]`)))
		b.press(t, `form[action$="/undo"] button`)
		b.arrives(t, "/clients")
		b.visit(t, base+client)
		if text := b.says(t); strings.Contains(text, canaryWord) || strings.Contains(text, "동의서") {
			t.Errorf("after it was undone the page says %s", text)
		}
	}
}

// TestTwoConfirmByTheirPages that somebody acts: the counsellor proposes, another of
// staff confirms having ticked that they saw the papers.
func TestTwoConfirmByTheirPages(t *testing.T) {
	t.Parallel()
	b := openTab(t)
	a, base, _, links := serveDoor(t)
	if err := a.demoPeople(t.Context()); err != nil {
		t.Fatal(err)
	}
	operator := enrolled(t, a, b, base, "oh-made-up", links)
	err := a.registry.Prove(t.Context(), operator, "demo-seeker", identity.AtDesk, ieum.Who{Name: "김가상", Birth: "1970-02-03"}, identity.Shown{Kind: "passport", Number: documentWord}, identity.Shown{Kind: "resident-card", Number: documentWord})
	if err != nil {
		t.Fatal(err)
	}
	first := arrived(t, base, links["counsellor"])
	client := clientPath.FindString(string(by(t, first, "GET", base+"/clients", nil).body))
	send(t, first, base+client+"/mandate", url.Values{"holder": {"demo-seeker"}, "kind": {"guardian"}, "shown": {"court-order"}, "until": {(ieum.DayOf(time.Now()) + 1).String()}})
	holder := arrived(t, base, links["seeker"])
	person := strings.TrimPrefix(client, "/clients/")
	if got := by(t, holder, "GET", base+"/my?for="+person, nil); got.status != http.StatusNotFound {
		t.Errorf("before it is confirmed: %d", got.status)
	}
	b.visit(t, base+"/clients")
	b.press(t, `main a[href="/mandates"]`)
	b.arrives(t, "/mandates")
	b.see(t, base, "/mandates")
	b.visit(t, base+"/mandates")
	b.do(t, chromedp.SetValue(chromedp.CSS(`input[name="holder"]`), "demo-officer"), chromedp.Click(chromedp.CSS(`input[name="seen"]`)))
	b.press(t, `main form[action$="/confirm"] button`)
	b.do(t, chromedp.WaitVisible(chromedp.ID("holder-fault")))
	b.sound(t, "another account")
	b.do(t, chromedp.SetValue(chromedp.ID("holder"), "demo-seeker"))
	b.press(t, "#seen")
	b.press(t, `main form[action$="/confirm"] button`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS(".empty")))
	b.sound(t, "nothing waits")
	if got := by(t, holder, "GET", base+"/my?for="+person, nil); got.status != http.StatusOK {
		t.Errorf("once it is confirmed: %d", got.status)
	}
}
