package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ieum/internal/hiring"
)

// TestAnEmployerPutsAPostingUp: what is typed is kept while it is typed; what is to be mended
// is said field by field; what was put up is found within a minute, as it was written; and
// what is closed is gone with the press of the button.
func TestAnEmployerPutsAPostingUp(t *testing.T) {
	t.Parallel()
	market, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	b := openTab(t)
	_, base, _, links := serveDoorOn(t, copied(t, market))
	b.look(t, look{"ko", "light", 360})
	b.visit(t, base+links["employer"])
	b.press(t, "main form button")
	b.arrives(t, "/hiring")
	b.see(t, base, "/hiring/postings")
	if text := b.says(t); !strings.Contains(text, "아직 쓴 공고가 없습니다") {
		t.Errorf("before the first posting the page says %s", text)
	}
	b.press(t, `form[action="/hiring/postings"] button`)
	b.do(t, chromedp.WaitVisible(chromedp.ID("draft")))
	at := value[string](t, b, `location.pathname`)

	typed := func(field, text string) {
		value[bool](t, b, `document.getElementById("`+field+`").value = "", true`)
		b.do(t, chromedp.SendKeys(chromedp.ID(field), text))
	}
	typed("title", "카나리 조작원")
	b.until(t, `document.getElementById("kept").textContent !== ""`)
	b.visit(t, base+at) // without a button pressed
	if got := value[string](t, b, `document.getElementById("title").value`); got != "카나리 조작원" {
		t.Fatalf("what was typed and left is %q", got)
	}
	b.press(t, `#draft button[value="open"]`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS(`#draft [aria-invalid="true"]`)))
	if n := value[int](t, b, `document.querySelectorAll("#draft [aria-invalid=true]").length`); n != 4 {
		t.Errorf("%d fields are to be mended, of four", n)
	}
	b.sound(t, "a posting with faults")
	typed("body", "카나리 새장 조작, 주 5일 08:30~17:30. 용모단정한 분")
	typed("place", "경기 안산시 단원구")
	typed("least", "290만")
	b.do(t, chromedp.SetValue(chromedp.ID("basis"), "month"), chromedp.SetValue(chromedp.ID("career"), "any"))
	b.press(t, `#draft button[value="open"]`)
	b.do(t, chromedp.WaitVisible(chromedp.ID("sure")))
	if text := b.says(t); !strings.Contains(text, "용모단정") || !strings.Contains(text, "남녀고용평등") {
		t.Errorf("what the law may forbid is not said: %s", text)
	}
	typed("body", "카나리 새장 조작, 주 5일 08:30~17:30")
	b.press(t, `#draft button[value="open"]`)
	b.do(t, chromedp.WaitVisible(chromedp.ID("done")))
	b.sound(t, "a posting that is put up")
	if dir := os.Getenv("IEUM_TEST_SHOTS"); dir != "" {
		b.shoot(t, dir, "put-up")
	}

	public := awaitPosting(t, base, "카나리 조작원")
	b.see(t, base, "/jobs/"+public)
	if text := b.says(t); !strings.Contains(text, "가상정밀 주식회사") || !strings.Contains(text, "안산시 단원구") || !strings.Contains(text, "290") {
		t.Errorf("seekers see %s", text)
	}
	b.see(t, base, at)
	b.see(t, base, "/hiring/postings")
	b.visit(t, base+at)
	value[bool](t, b, `document.querySelector("details:has(button[value=close])").open = true`)
	b.press(t, `button[value="close"]`)
	b.do(t, chromedp.WaitVisible(chromedp.ID("done")))
	if n := postingsOf(t, base, "카나리 조작원"); len(n) != 0 {
		t.Errorf("closed, it is still found: %v", n)
	}
	b.visit(t, base+"/jobs/"+public)
	if text := b.says(t); !strings.Contains(text, "마감") {
		t.Errorf("closed, its page says %s", text)
	}
}

// postingsOf are the numbers of the open postings that a search finds.
func postingsOf(t *testing.T, base, q string) (ids []string) {
	t.Helper()
	var list struct{ Items []struct{ ID, Title string } }
	if err := json.Unmarshal(by(t, http.DefaultClient, "GET", base+"/api/v1/postings?q="+url.QueryEscape(q), nil).body, &list); err != nil {
		t.Fatal(err)
	}
	for _, one := range list.Items {
		if one.Title == q {
			ids = append(ids, one.ID)
		}
	}
	return ids
}

// awaitPosting waits until a posting is found by its title, and returns its number.
func awaitPosting(t *testing.T, base, title string) string {
	t.Helper()
	for range 300 {
		if ids := postingsOf(t, base, title); len(ids) > 0 {
			return ids[0]
		}
		time.Sleep(200 * time.Millisecond)
	}
	t.Fatalf("%q is not found within a minute", title)
	return ""
}

// TestPostingsByAPI: a program writes, puts up, corrects and closes as the page does, and a
// posting of no one's firm is none.
func TestPostingsByAPI(t *testing.T) {
	t.Parallel()
	_, base, _, links := serveDoor(t)
	employer, seeker := arrived(t, base, links["employer"]), arrived(t, base, links["seeker"])
	const list = "/api/v1/hiring/postings"
	for _, c := range []struct {
		who  *http.Client
		want int
	}{{http.DefaultClient, http.StatusUnauthorized}, {seeker, http.StatusForbidden}, {employer, http.StatusOK}} {
		if got := by(t, c.who, "GET", base+list, nil); got.status != c.want {
			t.Errorf("%d %s, want %d", got.status, got.body, c.want)
		}
	}
	read := func(method, at, words string, want int) (p hiring.Posting) {
		t.Helper()
		var body any
		if words != "" {
			body = json.RawMessage(words)
		}
		got := by(t, employer, method, base+at, body)
		if got.status != want {
			t.Fatalf("%s %s: %d %s, want %d", method, at, got.status, got.body, want)
		}
		if want < 300 {
			if err := json.Unmarshal(got.body, &p); err != nil {
				t.Fatal(err)
			}
		}
		return p
	}
	p := read("POST", list, `{"words":{"title":"조작원"}}`, http.StatusCreated)
	one := list + "/" + p.ID
	read("PUT", one, `{"words":{"title":"조작원"},"putUp":true}`, http.StatusUnprocessableEntity)
	fit := `{"title":"조작원","body":"조작","place":"서울 강남구","career":"any","basis":"hour","least":"12000"}`
	p = read("PUT", one, `{"words":`+fit+`,"revision":1,"putUp":true}`, http.StatusOK)
	if p.State != hiring.Open || p.Public == "" {
		t.Errorf("%+v", p)
	}
	read("PUT", one, `{"words":{"title":"다른 말"},"revision":1}`, http.StatusConflict)
	if p = read("DELETE", one, "", http.StatusOK); p.State != hiring.Closed {
		t.Errorf("%+v", p)
	}
	read("GET", list+"/e0", "", http.StatusNotFound)
}
