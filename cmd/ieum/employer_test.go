package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ieum/internal/identity"
)

// TestAnEmployerOpensWhoAgrees: an employer finds a number, opens the résumé with
// what would reach the person covered; the person sees that, stops it, and the next
// click is refused.
func TestAnEmployerOpensWhoAgrees(t *testing.T) {
	t.Parallel()
	seeker, employer := openTab(t), openTab(t)
	_, base, _, links := serveDoor(t)
	for b, at := range map[*tab][2]string{seeker: {links["seeker"], "/my"}, employer: {links["employer"], "/hiring"}} {
		b.look(t, look{"ko", "light", 360})
		b.visit(t, base+at[0])
		b.press(t, "main form button")
		b.arrives(t, at[1])
	}
	employer.see(t, base, "/hiring")
	if text := employer.says(t); !strings.Contains(text, "가상정밀 주식회사") || !strings.Contains(text, "동의한 사람이 없습니다") {
		t.Errorf("before anybody agreed: %s", text)
	}
	seeker.do(t, chromedp.SetValue(chromedp.ID("text"), canaryWord+" 010-1234-5678\n프레스 조작원 21년"))
	seeker.press(t, `form[action="/my/resume"] button`)
	seeker.do(t, chromedp.WaitVisible(chromedp.CSS(`a[href="/my/resume.json"]`)))
	if text := value[string](t, seeker, `document.getElementById("text").value`); !strings.Contains(text, canaryWord) || !strings.Contains(text, "프레스 조작원 21년") {
		t.Errorf("to be changed is %q", text)
	}
	value[bool](t, seeker, `(() => {
		const choice = document.getElementById("recipient-hiring");
		choice.value = [...choice.options].find((o) => o.text === "가상정밀 주식회사").value;
		choice.form.querySelector("button").click();
		return true;
	})()`)
	seeker.do(t, chromedp.WaitVisible(chromedp.CSS(`#done a[href^="/my/consents/"]`)))
	if text := seeker.says(t); !strings.Contains(text, "동의했습니다: 가상정밀 주식회사") {
		t.Errorf("it is not said what was agreed to: %s", text)
	}
	seeker.sound(t, "/my, agreed")

	employer.see(t, base, "/hiring")
	if text := value[string](t, employer, `document.documentElement.outerHTML`); strings.Contains(text, canaryWord) {
		t.Error("the list tells who it is")
	}
	at := value[string](t, employer, `document.querySelector("#people a").getAttribute("href")`)
	employer.see(t, base, at)
	if text := employer.says(t); !strings.Contains(text, canaryWord) || !strings.Contains(text, "21년") || strings.Contains(text, "5678") {
		t.Errorf("the employer is shown %s", text)
	}
	seeker.visit(t, base+"/my/access")
	if text := seeker.says(t); !strings.Contains(text, "기업 담당자 · 가상정밀 주식회사") {
		t.Errorf("one does not see who looked: %s", text)
	}
	seeker.visit(t, base+"/my")
	seeker.press(t, `#consents li form[action="/my/consents/stop"] button`)
	seeker.do(t, chromedp.WaitVisible(chromedp.CSS(`#done form[action="/my/consents"] button`)))
	seeker.sound(t, "/my, stopped")
	if text := employer.refused(t, base+at); !strings.Contains(text, "본인이 동의를 그만두었거나") || strings.Contains(text, canaryWord) {
		t.Errorf("after it was stopped the employer is shown %s", text)
	}
	seeker.press(t, `#done form[action="/my/consents"] button`)
	seeker.do(t, chromedp.WaitVisible(chromedp.CSS(`#done form[action="/my/consents/stop"] button`)))
	employer.see(t, base, "/hiring") // under another number: that of before stays closed
	employer.see(t, base, value[string](t, employer, `document.querySelector("#people a").getAttribute("href")`))
	if text := employer.says(t); !strings.Contains(text, canaryWord) {
		t.Errorf("after it was agreed to again: %s", text)
	}
}

// refused visits a page that is not shown, and returns what is said.
func (b *tab) refused(t *testing.T, address string) string {
	t.Helper()
	b.do(t, chromedp.Navigate(address))
	b.complaints() // that the load was refused is what is wanted
	return b.says(t)
}

// TestAKeyOpensNobody: a key of an employer's program reads what everybody may,
// and nobody who agreed.
func TestAKeyOpensNobody(t *testing.T) {
	a, base, _, links := serveDoor(t)
	if err := a.demoPeople(t.Context()); err != nil {
		t.Fatal(err)
	}
	employer := arrived(t, base, links["employer"])
	list := by(t, employer, "GET", base+"/api/v1/hiring", nil)
	if list.status != http.StatusOK || !strings.Contains(string(list.body), `"id":"c`) {
		t.Fatalf("%d %s", list.status, list.body)
	}
	var operators []*identity.Person
	for _, name := range []string{"operator", "operator-2", "employer"} {
		cookie, _, err := a.registry.Arrive(t.Context(), strings.TrimPrefix(links[name], "/enrol/"), "")
		if err != nil {
			t.Fatal(err)
		}
		p, err := a.registry.Who(t.Context(), cookie)
		if err != nil {
			t.Fatal(err)
		}
		operators = append(operators, p)
	}
	key, err := a.registry.ProposeKey(t.Context(), operators[0], "demo-employer", identity.Key{Title: "가상 채용", Organisation: "demo-firm", Role: "employer", Quota: 10})
	if err == nil {
		err = a.registry.ConfirmKey(t.Context(), operators[1], key.Number)
	}
	if err != nil {
		t.Fatal(err)
	}
	secret, err := a.registry.DrawKey(t.Context(), operators[2], key.Number)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]int{"/api/v1/hiring": http.StatusUnauthorized, "/api/v1/my/records": http.StatusUnauthorized, "/api/v1/ledger": http.StatusOK} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", base+at, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+secret)
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		if got.StatusCode != want {
			t.Errorf("%s answers a program with %d", at, got.StatusCode)
		}
	}
}

// TestWhoSignsInFindsTheirWork: the pages on which an analyst, an operator and a
// seeker with a history begin, and their accounts, are sound on a small screen.
func TestWhoSignsInFindsTheirWork(t *testing.T) {
	t.Parallel()
	a, base, _, links := serveDoor(t)
	if err := a.demoPeople(t.Context()); err != nil {
		t.Fatal(err)
	}
	b := openTab(t)
	for _, one := range []struct{ role, start, says string }{
		{"analyst", "/statistics", "API 열쇠를 받으려면"}, {"operator", "/deliveries", "계정과 역할"}, {"seeker", "/my", "21년"},
	} {
		b.look(t, look{"ko", "light", 360})
		b.visit(t, base+links[one.role])
		b.press(t, "main form button")
		b.arrives(t, one.start)
		if text := value[string](t, b, `document.body.innerText`); !strings.Contains(text, one.says) {
			t.Errorf("%s does not say %q: %s", one.start, one.says, text)
		}
		b.see(t, base, one.start)
		b.see(t, base, "/account")
		if text := b.says(t); strings.Contains(text, "demo/") {
			t.Errorf("an id stands for a name: %s", text)
		}
	}
}
