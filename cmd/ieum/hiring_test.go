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
	typed("title", "카나리 프레스 조작원")
	b.until(t, `document.getElementById("kept").textContent !== ""`)
	b.visit(t, base+at) // without a button pressed
	if got := value[string](t, b, `document.getElementById("title").value`); got != "카나리 프레스 조작원" {
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

	public := awaitPosting(t, base, "카나리 프레스 조작원")
	b.see(t, base, "/jobs/"+public)
	if text := b.says(t); !strings.Contains(text, "가상정밀") || !strings.Contains(text, "안산시 단원구") || !strings.Contains(text, "290") {
		t.Errorf("seekers see %s", text)
	}
	b.see(t, base, at)
	b.see(t, base, at+"/pool")
	if text := b.says(t); !strings.Contains(text, "지금 쓴 대로") || !strings.Contains(text, "전국에서 찾으면") || !strings.Contains(text, "시연용 가상 구직자") {
		t.Errorf("who could apply is told as %s", text)
	}
	b.see(t, base, "/hiring/postings")
	b.visit(t, base+at)
	value[bool](t, b, `document.querySelector("details:has(button[value=close])").open = true`)
	b.press(t, `button[value="close"]`)
	b.do(t, chromedp.WaitVisible(chromedp.ID("done")))
	if n := postingsOf(t, base, "카나리 프레스 조작원"); len(n) != 0 {
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

// TestSomebodyAppliesAndIsAnswered: a posting that was put up is applied for on the spot, after
// seeing what the employer will see; the employer opens it, which the seeker sees, and answers;
// the answer is in the record of the search; withdrawn, it opens no more.
func TestSomebodyAppliesAndIsAnswered(t *testing.T) {
	t.Parallel()
	market, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	seeker, employer := openTab(t), openTab(t)
	_, base, _, links := serveDoorOn(t, copied(t, market))
	for b, at := range map[*tab][2]string{seeker: {links["seeker"], "/my"}, employer: {links["employer"], "/hiring"}} {
		b.look(t, look{"ko", "light", 360})
		b.visit(t, base+at[0])
		b.press(t, "main form button")
		b.arrives(t, at[1])
	}
	value[bool](t, employer, `(async () => {
		const send = (method, at, body) => fetch("/api/v1/hiring/postings" + at, {method, headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)}).then((r) => r.json());
		const words = {title: "지원받는 조작원", body: "조작", place: "경기 안산시 단원구", career: "any", basis: "month", least: "290만"};
		const made = await send("POST", "", {words});
		return (await send("PUT", "/" + made.id, {words, putUp: true})).state === "open";
	})()`)
	public := awaitPosting(t, base, "지원받는 조작원")
	seeker.visit(t, base+"/jobs/"+public)
	seeker.press(t, `main a[href^="/my/apply"]`)
	seeker.arrives(t, "/my/apply")
	if text := seeker.says(t); !strings.Contains(text, "지원하려면 이력이 있어야 합니다") {
		t.Errorf("without a résumé one is told %s", text)
	}
	seeker.sound(t, "applying without a résumé")
	seeker.visit(t, base+"/my")
	seeker.do(t, chromedp.SetValue(chromedp.ID("text"), canaryWord+" 010-1234-5678\n프레스 조작원 21년"))
	seeker.press(t, `form[action="/my/resume"] button`)
	seeker.do(t, chromedp.WaitVisible(chromedp.CSS(`a[href="/my/resume.json"]`)))
	seeker.see(t, base, "/my/apply?posting="+public)
	if text := seeker.says(t); strings.Contains(text, "5678") || !strings.Contains(text, "21년") || !strings.Contains(text, "가상정밀 주식회사") {
		t.Errorf("before applying one is shown %s", text)
	}
	seeker.do(t, chromedp.SetValue(chromedp.ID("message"), "금형 교환도 합니다"))
	seeker.press(t, `form[action="/my/apply"] button`)
	seeker.arrives(t, "/my/search")
	if text := seeker.says(t); !strings.Contains(text, "지원했습니다. 기업의 답은 여기에 나옵니다") || !strings.Contains(text, "지원받는 조작원") {
		t.Errorf("after applying one is told %s", text)
	}
	seeker.sound(t, "applied")

	employer.see(t, base, "/hiring/applicants")
	at := value[string](t, employer, `document.querySelector("#people h3 a").getAttribute("href")`)
	employer.see(t, base, at)
	if text := employer.says(t); !strings.Contains(text, "금형 교환도 합니다") || !strings.Contains(text, canaryWord) || strings.Contains(text, "5678") {
		t.Errorf("the employer is shown %s", text)
	}
	employer.do(t, chromedp.SetValue(chromedp.ID("state"), "invited"))
	employer.press(t, `#answer button`)
	employer.do(t, chromedp.WaitVisible(chromedp.CSS(`[aria-invalid="true"]`)))
	employer.sound(t, "an answer without a word")
	employer.do(t, chromedp.SetValue(chromedp.ID("text"), "월요일 10시에 오세요"))
	employer.press(t, `#answer button`)
	employer.do(t, chromedp.WaitVisible(chromedp.ID("done")))

	seeker.see(t, base, "/my/search")
	if text := seeker.says(t); !strings.Contains(text, "면접에 초대") || !strings.Contains(text, "월요일 10시에 오세요") {
		t.Errorf("the answer is not seen: %s", text)
	}
	seeker.visit(t, base+"/my/access")
	if text := seeker.says(t); !strings.Contains(text, "기업 담당자 · 가상정밀 주식회사") || !strings.Contains(text, "입사 지원") {
		t.Errorf("one does not see who looked: %s", text)
	}
	seeker.visit(t, base+"/my/search")
	seeker.press(t, `#list button[value="withdrawn"]`)
	seeker.do(t, chromedp.WaitVisible(chromedp.ID("done")))
	if text := employer.refused(t, base+at); !strings.Contains(text, "동의를 그만두었거나") || strings.Contains(text, canaryWord) {
		t.Errorf("withdrawn, the employer is shown %s", text)
	}
	employer.see(t, base, "/hiring/applicants")
}
