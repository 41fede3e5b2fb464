package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ieum"
	"ieum/internal/identity"
)

// TestACorrectionByItsPages: a client whose name was misheard gets their account once it is
// corrected; who corrected sees no form to confirm it, and who does is told of the
// correction, as are the client and an auditor. What was typed stays where it is refused.
func TestACorrectionByItsPages(t *testing.T) {
	t.Parallel()
	b := openTab(t)
	a, base, _, links := serveDoor(t)
	operator := enrolled(t, a, b, base, "oh-made-up", links)
	err := a.registry.Prove(t.Context(), operator, "demo-seeker", identity.AtDesk, ieum.Who{Name: "김가상", Birth: "1970-02-03"}, identity.Shown{Kind: "passport", Number: documentWord}, identity.Shown{Kind: "resident-card", Number: documentWord})
	if err != nil {
		t.Fatal(err)
	}
	clerk := arrived(t, base, links["counsellor"])
	at, _, _ := send(t, clerk, base+"/desk", url.Values{"name": {"김가성"}, "birth": {"1970-02-03"}, "basis": {"law"}})
	client, _, _ := strings.Cut(at, "?")
	if _, status, page := send(t, clerk, base+client+"/link", url.Values{"account": {"demo-seeker"}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "먼저 바로잡으세요") {
		t.Errorf("the account of another name: %d %s", status, words(page))
	}
	if _, status, page := send(t, clerk, base+client+"/correct", url.Values{"known": {"김가상"}, "birth": {"1970-02-03"}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, `value="김가상"`) || !strings.Contains(page, `id="why-fault"`) {
		t.Errorf("without a reason: %d %s", status, words(page))
	}
	if at, status, page := send(t, clerk, base+client+"/correct", url.Values{"known": {"김가상"}, "birth": {"1970-02-03"}, "why": {"heard"}}); status != http.StatusOK || at != client+"?done=correct" || !strings.Contains(page, "바로잡았습니다") || strings.Contains(page, "1970") {
		t.Errorf("corrected: %s %d %s", at, status, words(page))
	}
	send(t, clerk, base+client+"/link", url.Values{"account": {"demo-seeker"}})
	if page := string(by(t, clerk, "GET", base+"/mandates", nil).body); strings.Contains(page, "/confirm") || !strings.Contains(page, "이름만 바로잡음") {
		t.Errorf("who corrected and proposed sees %s", words(page))
	}
	b.see(t, base, "/mandates")
	b.visit(t, base+"/mandates")
	if said := value[string](t, b, `document.querySelector("main .notice.warn").textContent`); !strings.Contains(said, "이름만 바로잡음 · 등록할 때 잘못 듣거나 잘못 적음") {
		t.Errorf("who confirms sees %q", said)
	}
	b.do(t, chromedp.SetValue(chromedp.CSS(`input[name="holder"]`), "demo-seeker"), chromedp.Click(chromedp.CSS(`input[name="seen"]`)))
	b.press(t, `main form[action$="/confirm"] button`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS(".empty")))
	if page := words(string(by(t, arrived(t, base, links["seeker"]), "GET", base+"/my/access", nil).body)); !strings.Contains(page, "등록할 때 적은 이름이나 생년월일을 바로잡았습니다 · 이름만 바로잡음") {
		t.Errorf("the client sees %s", page)
	}
	if page := words(string(by(t, arrived(t, base, links["auditor"]), "GET", base+"/oversight?flag=corrected", nil).body)); !strings.Contains(page, "이름·생년월일을 바로잡음") {
		t.Errorf("an auditor sees %s", page)
	}
}
