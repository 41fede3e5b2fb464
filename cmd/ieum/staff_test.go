package main

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"ieum"
	"ieum/internal/identity"
)

// clientPath is the address of a client's page.
var clientPath = regexp.MustCompile(`/clients/p[a-z0-9]+`)

// send posts a form, and returns where it led, the status and the page.
func send(t *testing.T, client *http.Client, address string, form url.Values) (at string, status int, page string) {
	t.Helper()
	res, err := client.PostForm(address, form)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.Request.URL.RequestURI(), res.StatusCode, string(text)
}

// signedIn is who comes by a link, to the registry.
func signedIn(t *testing.T, a *app, link string) *identity.Person {
	t.Helper()
	cookie, _, err := a.registry.Arrive(t.Context(), strings.TrimPrefix(link, "/enrol/"), "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := a.registry.Who(t.Context(), cookie)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// looks counts the access records there are.
func looks(t *testing.T, a *app) (n int) {
	t.Helper()
	err := a.store.db.QueryRowContext(t.Context(), `SELECT COALESCE(SUM(reads), 0) FROM door_person`).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestListsAreNoLooks, nor is what a browser loads before anybody opens it; each page
// of a client is one.
func TestListsAreNoLooks(t *testing.T) {
	t.Parallel()
	a, base, _, links := serveDoor(t)
	if err := a.demoPeople(t.Context()); err != nil {
		t.Fatal(err)
	}
	counsellor, auditor := arrived(t, base, links["counsellor"]), arrived(t, base, links["auditor"])
	before := looks(t, a)
	client := clientPath.FindString(string(by(t, counsellor, "GET", base+"/clients", nil).body))
	for _, at := range []string{"/clients", "/mandates", "/desk", "/desk/consent", "/diagnosis"} {
		by(t, counsellor, "GET", base+at, nil)
	}
	by(t, auditor, "GET", base+"/oversight", nil)
	employer := arrived(t, base, links["employer"])
	candidate := regexp.MustCompile(`/hiring/c[a-z0-9]+`).FindString(string(by(t, employer, "GET", base+"/hiring", nil).body))
	for _, at := range []struct {
		by   *http.Client
		path string
	}{{counsellor, client}, {employer, candidate}, {employer, "/api/v1" + candidate}} {
		for _, how := range []struct{ method, header, value string }{
			{"GET", "Sec-Purpose", "prefetch;prerender"}, {"GET", "Sec-Fetch-Dest", "image"}, {"GET", "Sec-Fetch-Dest", "iframe"}, {"HEAD", "Accept", "*/*"},
		} {
			r, err := http.NewRequestWithContext(t.Context(), how.method, base+at.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set(how.header, how.value)
			res, err := at.by.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if n := looks(t, a); n != before || res.StatusCode != http.StatusServiceUnavailable {
				t.Errorf("%s: %d looks came of lists and of what was loaded as %v (%d)", at.path, n-before, how, res.StatusCode)
			}
		}
	}
	if got := by(t, counsellor, "GET", base+client, nil); got.status != http.StatusOK || looks(t, a) != before+1 {
		t.Errorf("opening a client's page (%d) made %d looks", got.status, looks(t, a)-before)
	}
}

// TestAResumeIsKeptForWhomOneChooses among those one counsels, by their names if one
// asks; somebody else's client is refused, and nothing of it is lost.
func TestAResumeIsKeptForWhomOneChooses(t *testing.T) {
	t.Parallel()
	a, base, _, links := serveDoor(t)
	if err := a.demoPeople(t.Context()); err != nil {
		t.Fatal(err)
	}
	counsellor := arrived(t, base, links["counsellor"])
	client := clientPath.FindString(string(by(t, counsellor, "GET", base+"/clients", nil).body))
	resume, keep := `{"careers":[{"title":"용접원","months":30}]}`, base+"/clients/keep"
	for _, tt := range []struct {
		client, do string
		at         string
		status     int
		says       []string
	}{
		{"", "", "/clients/keep", http.StatusOK, []string{"상담 1<", "상담 2<", "용접원"}},
		{"", "names", "/clients/keep", http.StatusOK, []string{"이가상", "박가상", "용접원"}},
		{"pnobody", "", "/clients/keep", http.StatusUnprocessableEntity, []string{"내가 맡은 사람 가운데서", "용접원"}},
		{strings.TrimPrefix(client, "/clients/"), "", client + "?done=resume", http.StatusOK, []string{"용접원", "2년 6개월", "이력을 보관했습니다"}},
	} {
		at, status, page := send(t, counsellor, keep, url.Values{"resume": {resume}, "client": {tt.client}, "do": {tt.do}})
		if at != tt.at || status != tt.status {
			t.Errorf("for %q %s: %s %d, want %s %d", tt.client, tt.do, at, status, tt.at, tt.status)
		}
		for _, want := range tt.says {
			if !strings.Contains(page, want) {
				t.Errorf("for %q %s the page does not say %q: %s", tt.client, tt.do, want, words(page))
			}
		}
	}
	if _, status, _ := send(t, arrived(t, base, links["officer"]), keep, url.Values{"resume": {resume}}); status != http.StatusForbidden {
		t.Errorf("for an officer: %d", status)
	}
}

// TestWhatWasTypedIsSeenByThePerson, with who typed it; and a field that cannot be
// kept is named, with what was typed in it.
func TestWhatWasTypedIsSeenByThePerson(t *testing.T) {
	t.Parallel()
	a, base, _, links := serveDoor(t)
	if err := a.demoPeople(t.Context()); err != nil {
		t.Fatal(err)
	}
	counsellor, seeker := arrived(t, base, links["counsellor"]), arrived(t, base, links["employer"])
	client := clientPath.FindString(string(by(t, counsellor, "GET", base+"/clients", nil).body))
	if _, status, page := send(t, counsellor, base+client+"/contact", url.Values{"name": {" "}, "phone": {"02-000-0000"}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, `value="02-000-0000"`) || !strings.Contains(page, "이름을 적어 주세요") {
		t.Errorf("without a name: %d %s", status, words(page))
	}
	for do, form := range map[string]url.Values{"contact": {"name": {"이가상"}, "phone": {"02-000-0000"}}, "resume": {"resume": {"용접원 3년"}}} {
		if at, status, page := send(t, counsellor, base+client+"/"+do, form); status != http.StatusOK || at != client+"?done="+do {
			t.Errorf("%s: %s %d %s", do, at, status, words(page))
		}
	}
	err := a.registry.Prove(t.Context(), signedIn(t, a, links["operator"]), "demo-employer", identity.AtDesk, ieum.Who{Name: "이가상", Birth: "1970-02-03"},
		identity.Shown{Kind: "passport", Number: documentWord}, identity.Shown{Kind: "resident-card", Number: documentWord})
	if err != nil {
		t.Fatal(err)
	}
	send(t, counsellor, base+client+"/link", url.Values{"account": {"demo-employer"}})
	if page := by(t, seeker, "GET", base+"/my/access", nil).body; strings.Contains(string(page), "적었습니다: 이력") {
		t.Error("one counsellor alone gave the account what is kept of a client")
	}
	second := arrived(t, base, links["counsellor-2"])
	waits := regexp.MustCompile(`/mandates/[^/"]+/confirm`).FindString(string(by(t, second, "GET", base+"/mandates", nil).body))
	if at, status, page := send(t, second, base+waits, url.Values{"holder": {"demo-employer"}, "seen": {"true"}}); status != http.StatusOK || at != "/mandates" {
		t.Fatalf("confirmed: %s %d %s", at, status, words(page))
	}
	page := words(string(by(t, seeker, "GET", base+"/my/access", nil).body))
	if !strings.Contains(page, "다른 사람이 바꾼 것") || !regexp.MustCompile(`상담사 \d+ · 가상 일자리센터.*적었습니다: 이력`).MatchString(page) {
		t.Errorf("the person sees %s", page)
	}
}

// TestAnAuditorReadsTitles, not ids of roles, offices and purposes; a verdict takes a
// reason, which the person reads; and the class that was looked at stays.
func TestAnAuditorReadsTitles(t *testing.T) {
	t.Parallel()
	a, base, _, links := serveDoor(t)
	if err := a.demoPeople(t.Context()); err != nil {
		t.Fatal(err)
	}
	seeker, auditor := arrived(t, base, links["seeker"]), arrived(t, base, links["auditor"])
	complain := regexp.MustCompile(`/my/access/\d+/complaint`)
	at := ""
	for range 100 {
		if at = complain.FindString(string(by(t, seeker, "GET", base+"/my/access", nil).body)); at != "" && !strings.Contains(at, "/0/") {
			break
		}
	}
	send(t, seeker, base+at, nil)
	page := string(by(t, auditor, "GET", base+"/oversight?flag=refused", nil).body)
	for _, want := range []string{"취업 상담", "본인 동의", "가상 일자리센터", "한 시간에 60건 넘게", "밤이나 주말", "맡고 있지 않았습니다"} {
		if !strings.Contains(page, want) {
			t.Errorf("the auditor's page does not say %q: %s", want, words(page))
		}
	}
	if !regexp.MustCompile(`상담사 \d+ · 가상 일자리센터`).MatchString(page) || strings.Contains(page, "counsellor") || strings.Contains(page, "door.flag") || strings.Contains(page, ">counselling") {
		t.Errorf("the reader is named %s", words(page))
	}
	field := func(name string) string {
		m := regexp.MustCompile(`name="` + name + `" value="([^"]+)"`).FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("no field %s in %s", name, page)
		}
		return m[1]
	}
	form := url.Values{"person": {field("person")}, "teller": {field("teller")}, "n": {field("n")}, "flag": {field("flag")}, "outcome": {"wrong"}}
	if _, status, page := send(t, auditor, base+"/oversight", form); status != http.StatusUnprocessableEntity || !strings.Contains(page, "왜 그렇게 판단했는지") {
		t.Errorf("without a reason: %d %s", status, words(page))
	}
	form.Set("reason", "맡은 일과 맞지 않습니다")
	if at, status, page := send(t, auditor, base+"/oversight", form); at != "/oversight?flag=refused" || status != http.StatusOK || !strings.Contains(page, "맡은 일과 맞지 않습니다") {
		t.Errorf("with one: %s %d %s", at, status, words(page))
	}
	if page := words(string(by(t, seeker, "GET", base+"/my/access", nil).body)); !strings.Contains(page, "잘못된 열람이었습니다") || !strings.Contains(page, "맡은 일과 맞지 않습니다") {
		t.Errorf("the person sees %s", page)
	}
}

// TestAClosedCaseIsErasedByItsPage, which is found by its number, once it is said that
// there is a wish in writing.
func TestAClosedCaseIsErasedByItsPage(t *testing.T) {
	t.Parallel()
	a, base, _, links := serveDoor(t)
	if err := a.demoPeople(t.Context()); err != nil {
		t.Fatal(err)
	}
	counsellor := arrived(t, base, links["counsellor"])
	client := clientPath.FindString(string(by(t, counsellor, "GET", base+"/clients", nil).body))
	if _, _, page := send(t, counsellor, base+client+"/close", nil); !strings.Contains(page, "지난 상담") || !strings.Contains(page, client+"/erase") {
		t.Fatalf("once closed: %s", words(page))
	}
	if _, status, _ := send(t, counsellor, base+client+"/erase", nil); status == http.StatusOK {
		t.Errorf("without a wish: %d", status)
	}
	if at, status, page := send(t, counsellor, base+client+"/erase", url.Values{"sure": {"true"}}); at != "/clients" || status != http.StatusOK || strings.Contains(page, client) {
		t.Errorf("with one: %s %d %s", at, status, words(page))
	}
}
