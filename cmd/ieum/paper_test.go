package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"ieum"
	"ieum/internal/identity"
)

// onOnePage holds a page to a single sheet.
func (b *tab) onOnePage(t *testing.T, what string) {
	t.Helper()
	devtools(t, b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	paper, err := chromedp.Call(b.ctx, page.PrintToPDF, page.PrintToPDFParams{})
	if err != nil {
		t.Fatal(err)
	}
	devtools(t, b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	if n := strings.Count(string(paper.Data), "/Type /Page\n"); n != 1 {
		t.Errorf("%s takes %d pages", what, n)
	}
}

// TestSomebodyWithoutTelephoneComesBack: a number on a slip that names nobody, found by it
// again; a warning when they are about to be there twice; and what they agreed to stops
// when they say so to whoever is at the desk, with a receipt to take home.
func TestSomebodyWithoutTelephoneComesBack(t *testing.T) {
	t.Parallel()
	b := openTab(t)
	a, base, _, links := serveDoor(t)
	enrolled(t, a, b, base, "oh-made-up", links)
	number := regexp.MustCompile(`상담 번호\s+(\d+)`)
	register := func(name string) {
		t.Helper()
		b.visit(t, base+"/desk")
		b.do(t, chromedp.SetValue(chromedp.ID("name"), name), chromedp.SetValue(chromedp.ID("birth"), "1968-05-06"))
		b.press(t, `main form[action="/desk"] button`)
	}
	b.see(t, base, "/desk")
	register(canaryWord)
	b.do(t, chromedp.WaitVisible(chromedp.CSS(`.notice[role="status"]`)))
	client := value[string](t, b, `location.pathname`)
	found := number.FindStringSubmatch(b.says(t))
	if found == nil {
		t.Fatalf("the page says no number: %s", b.says(t))
	}
	b.see(t, base, client+"/slip")
	if text := b.says(t); !strings.Contains(text, found[1]) || strings.Contains(text, canaryWord) || !strings.Contains(text, "118") {
		t.Errorf("the slip says %s", text)
	}
	b.onOnePage(t, "the slip")

	b.visit(t, base+"/desk")
	b.do(t, chromedp.SetValue(chromedp.ID("number"), "9999"))
	b.press(t, `main form[action="/clients/find"] button`)
	b.do(t, chromedp.WaitVisible(chromedp.ID("number-fault")))
	b.sound(t, "a number that nobody has")
	b.do(t, chromedp.SetValue(chromedp.ID("number"), found[1]))
	b.press(t, `main form[action="/clients/find"] button`)
	b.arrives(t, client)

	register(canaryWord)
	b.do(t, chromedp.WaitVisible(chromedp.ID("twins")))
	b.sound(t, "a twin")
	if text := b.says(t); !strings.Contains(text, "상담 "+found[1]) || !strings.Contains(text, "맡은 사람") {
		t.Errorf("the warning says %s", text)
	}
	b.press(t, `#other`)
	b.press(t, `main form[action="/desk"] button`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS(`.notice[role="status"]`)))
	if again := value[string](t, b, `location.pathname`); again == client {
		t.Error("somebody else is the same client")
	}

	other := arrived(t, base, links["counsellor"])
	at, status, _ := send(t, other, base+"/clients/find", url.Values{"number": {"상담 " + found[1]}})
	if at != client+"/papers" || status != http.StatusOK {
		t.Errorf("another counsellor's number leads to %s (%d)", at, status)
	}
	b.visit(t, base+client)
	b.press(t, `form[action$="/close"] button`)
	b.arrives(t, "/clients")
	b.see(t, base, client+"/papers")
	b.visit(t, base+client+"/papers")
	b.press(t, `#here`)
	b.press(t, `form[action$="/again"] button`)
	b.arrives(t, client)
	if text := b.says(t); !strings.Contains(text, "다시 맡았습니다") {
		t.Errorf("the page says %s", text)
	}
}

// TestAStopIsTakenAtTheDesk by the pages: by a colleague of who counsels, as it is said;
// with a receipt on one sheet. Who confirms a mandate sees its paper.
func TestAStopIsTakenAtTheDesk(t *testing.T) {
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
	send(t, first, base+client+"/mandate", url.Values{"holder": {"demo-seeker"}, "kind": {"guardian"}, "shown": {"court-order"}, "until": {(ieum.DayOf(time.Now()) + 1).String()},
		"scan": {"%PDF-1.4 " + canaryWord + " %%EOF"}})
	b.see(t, base, "/mandates")
	paper := value[string](t, b, `document.querySelector('main a[href^="/mandates/"]').getAttribute("href")`)
	if got := by(t, first, "GET", base+paper, nil); got.status != http.StatusOK || !strings.Contains(string(got.body), canaryWord) {
		t.Errorf("who proposed it opens %d %s", got.status, got.body)
	}
	shown := value[string](t, b, `fetch("`+paper+`").then((r) => r.text().then((text) => r.status + r.headers.get("content-disposition") + text))`)
	if !strings.HasPrefix(shown, "200inline") || !strings.Contains(shown, canaryWord) {
		t.Errorf("who confirms it opens %s", shown)
	}
	b.see(t, base, client+"/papers")
	b.visit(t, base+client+"/papers")
	b.press(t, `main form[action$="/papers"] button`)
	b.do(t, chromedp.WaitVisible(chromedp.ID("ids-fault")))
	b.sound(t, "nothing chosen")
	b.press(t, `input[name="ids"]`)
	b.do(t, chromedp.SetValue(chromedp.ID("said"), "이제 그만하겠다고 함"))
	b.press(t, `main form[action$="/papers"] button`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS(`.notice[role="status"]`)))
	b.see(t, base, value[string](t, b, `location.pathname`))
	if text := b.says(t); !strings.Contains(text, "말로") || !strings.Contains(text, "적은 사람: 상담사") {
		t.Errorf("the receipt says %s", text)
	}
	b.onOnePage(t, "the receipt")
	b.see(t, base, "/desk/stop")
	b.onOnePage(t, "the form")
	auditor := arrived(t, base, links["auditor"])
	watched := "/oversight/papers/" + strings.TrimPrefix(client, "/clients/")
	if list := string(by(t, auditor, "GET", base+"/oversight?flag=withdrawn", nil).body); !strings.Contains(list, watched) {
		t.Errorf("the auditor's list leads to no papers of the client: %s", words(list))
	}
	list := string(by(t, auditor, "GET", base+watched, nil).body)
	scan := regexp.MustCompile(`/oversight/papers/p[a-z0-9]+/s[a-z0-9]+`).FindString(list)
	if got := by(t, auditor, "GET", base+scan, nil); scan == "" || got.status != http.StatusOK {
		t.Errorf("the auditor opens %q by %q: %d, %s", scan, watched, got.status, words(list))
	}
}
