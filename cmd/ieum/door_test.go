package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"ieum"
	"ieum/internal/door"
	"ieum/internal/identity"
)

// canaryWord stands in the records of these tests, and nowhere else.
const canaryWord = "카나리아왕눈이"

// serveDoor serves an empty folder as a demo, with everything running behind it,
// and returns the links of its accounts by role.
func serveDoor(t *testing.T) (a *app, base, data string, links map[string]string) {
	t.Helper()
	return serveDoorOn(t, t.TempDir())
}

// serveDoorOn is serveDoor on a folder.
func serveDoorOn(t *testing.T, dir string) (a *app, base, data string, links map[string]string) {
	t.Helper()
	e := &env{Config: Config{Data: dir}, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now, demo: true,
		cost: identity.Cost{Memory: 8, Time: 1, Threads: 1}}
	a, err := newApp(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	list, err := a.registry.MakeDemo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	links = map[string]string{}
	for _, one := range list {
		links[strings.TrimPrefix(one.Name, "demo-")] = "/enrol/" + one.Token
	}
	running, stop := context.WithCancel(context.Background())
	followed := make(chan struct{})
	go func() { defer close(followed); a.follow(running) }()
	srv := httptest.NewServer(a.handler)
	t.Cleanup(a.Close)
	t.Cleanup(func() { stop(); <-followed })
	t.Cleanup(srv.Close)
	return a, strings.Replace(srv.URL, "127.0.0.1", "localhost", 1), e.Data, links
}

// withPasskeys gives a tab an authenticator that is simulated.
func (b *tab) withPasskeys(t *testing.T) {
	t.Helper()
	devtools(t, b, webauthn.Enable, webauthn.EnableParams{})
	_, err := chromedp.Call(b.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true,
		IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// says returns what the page says.
func (b *tab) says(t *testing.T) string {
	t.Helper()
	return value[string](t, b, `document.querySelector("main").innerText`)
}

// see visits a page, opens what is folded, and holds it to what pages are held
// to, in both languages; with IEUM_TEST_SHOTS it leaves pictures there.
func (b *tab) see(t *testing.T, base, at string) {
	t.Helper()
	for _, how := range []look{{"en", "dark", 360}, {"ko", "light", 360}} {
		b.look(t, how)
		b.visit(t, base+at)
		value[bool](t, b, `document.querySelectorAll("main details").forEach((d) => d.open = true), true`)
		b.sound(t, at+" "+how.lang)
	}
	dir := os.Getenv("IEUM_TEST_SHOTS")
	if dir == "" {
		return
	}
	for _, width := range []int64{390, 1280} {
		b.look(t, look{"ko", "light", width})
		b.visit(t, base+at)
		shot, err := chromedp.Call(b.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: new(true)})
		if err != nil {
			t.Fatal(err)
		}
		name := strings.ReplaceAll(strings.Trim(at, "/"), "/", "_") + "-" + strconv.FormatInt(width, 10) + ".png"
		if err := os.WriteFile(filepath.Join(dir, name), shot.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.look(t, look{"ko", "light", 360})
}

// TestTheDoor is the whole way: a passkey, a résumé that is kept, a counsellor
// who is let in and opens it, the record of it with a proof that anybody checks,
// the end of it, a complaint, and everything erased.
func TestTheDoor(t *testing.T) {
	t.Parallel()
	seeker, counsellor, auditor := openTab(t), openTab(t), openTab(t)
	a, base, data, links := serveDoor(t)
	token, _, err := a.registry.Add(t.Context(), nil, "kim", identity.Grant{Role: "seeker"})
	if err != nil {
		t.Fatal(err)
	}
	for b, at := range map[*tab][2]string{counsellor: {links["counsellor"], "/clients"}, auditor: {links["auditor"], "/oversight"}} {
		b.look(t, look{"ko", "light", 360})
		b.visit(t, base+at[0])
		b.press(t, "main form button")
		b.arrives(t, at[1])
	}
	seeker.look(t, look{"ko", "light", 360})
	seeker.withPasskeys(t)
	seeker.visit(t, base+"/enrol/"+token)
	seeker.press(t, "main form button")
	seeker.arrives(t, "/enrol")
	seeker.press(t, "form[data-passkey] button")
	seeker.arrives(t, "/my")
	seeker.visit(t, base+"/account")
	seeker.press(t, `form[action="/sign-out"] button`)
	seeker.arrives(t, "/")
	seeker.visit(t, base+"/my") // leads to the sign-in, and back
	seeker.arrives(t, "/sign-in")
	seeker.press(t, "form[data-passkey] button")
	seeker.arrives(t, "/my")
	seeker.see(t, base, "/my")
	seeker.see(t, base, "/my/access")

	counsellor.see(t, base, "/clients")
	seeker.visit(t, base+"/my")
	seeker.do(t, chromedp.SetValue(chromedp.ID("text"), canaryWord+"\n프레스 조작원 21년"))
	seeker.press(t, `form[action="/my/resume"] button`)
	seeker.do(t, chromedp.WaitVisible(chromedp.CSS(`a[href="/my/resume.json"]`)))
	seeker.do(t, chromedp.SetValue(chromedp.ID("name"), canaryWord))
	seeker.press(t, `form[action="/my/contact"] button`)
	seeker.do(t, chromedp.WaitReady(chromedp.CSS(`form[action="/my/forget"] input[value="contact"]`)))
	if text := seeker.says(t); strings.Count(text, canaryWord) < 2 {
		t.Errorf("what was kept is not shown: %s", text)
	}
	value[bool](t, seeker, `(() => {
		const choice = document.getElementById("recipient-counselling");
		choice.value = [...choice.options].find((o) => o.text.startsWith("상담사 ")).value;
		choice.form.querySelector("button").click();
		return true;
	})()`)
	seeker.do(t, chromedp.WaitReady(chromedp.CSS(`form[action="/my/consents/stop"] input[name="id"]`)))
	if text := value[string](t, seeker, `document.documentElement.outerHTML`); strings.Contains(text, "demo-counsellor") {
		t.Error("one's page tells how staff signs in")
	}
	seeker.see(t, base, "/my")
	seeker.see(t, base, value[string](t, seeker, `document.querySelector('a[href^="/my/consents/"]').getAttribute("href")`))

	counsellor.see(t, base, "/clients")
	counsellor.visit(t, base+"/clients")
	client := value[string](t, counsellor, `document.querySelector('main a[href^="/clients/p"]').getAttribute("href")`)
	counsellor.press(t, `main form[action="`+client+`/take"] button`)
	counsellor.arrives(t, client)
	counsellor.sound(t, "just taken on")
	seeker.visit(t, base+"/my")
	if text := seeker.says(t); !strings.Contains(text, "상담사 3이 상담을 맡고 있습니다") {
		t.Errorf("the person is not told who counsels them: %s", text)
	}
	counsellor.visit(t, base+"/clients")
	counsellor.press(t, `main form[action="/clients"] button`)
	counsellor.do(t, chromedp.WaitVisible(chromedp.CSS(`main h2 span`)))
	counsellor.sound(t, "the names of clients")
	if text := counsellor.says(t); !strings.Contains(text, canaryWord) {
		t.Errorf("names were asked for: %s", text)
	}
	counsellor.see(t, base, client)
	if text := counsellor.says(t); !strings.Contains(text, "프레스 조작원") {
		t.Errorf("the counsellor sees %s", text)
	}

	opened := time.Now()
	seeker.visit(t, base+"/my/access")
	if text := seeker.says(t); !strings.Contains(text, "상담사 3 · 가상 일자리센터") || !strings.Contains(text, "본인 동의") {
		t.Errorf("the person sees %s", text)
	}
	for range 50 {
		if strings.Contains(value[string](t, seeker, `document.querySelector("#others li").textContent`), "증명 받기") || time.Since(opened) > 10*time.Second {
			break
		}
		time.Sleep(100 * time.Millisecond)
		seeker.visit(t, base+"/my/access")
	}
	seeker.see(t, base, "/my/access")
	proof := ""
	for range 100 { // until a checkpoint covers the entry
		proof = value[string](t, seeker, `fetch(document.querySelector("#others a[download]").href).then((r) => r.ok ? r.text() : "")`)
		if proof != "" {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	file := filepath.Join(t.TempDir(), "proof.json")
	if err := os.WriteFile(file, []byte(proof), 0o600); err != nil {
		t.Fatal(err)
	}
	key := value[string](t, seeker, `fetch("/ledger/key").then((r) => r.text())`)
	if status, out, said := runIn(t, data, "audit", "proof", file, "--key", strings.TrimSpace(key)); status != 0 || !strings.Contains(said, "sound: entry") || !strings.Contains(out, `"purpose":"counselling"`) {
		t.Errorf("the proof: status %d %s%s", status, out, said)
	}
	var of door.Proof
	if err := json.Unmarshal([]byte(proof), &of); err != nil || of.Entry.Subject == "" {
		t.Fatalf("%+v, %v", of, err)
	}
	if _, _, said := runIn(t, data, "audit", "proof", file, "--key", strings.TrimSpace(key)); !strings.Contains(said, "it says door.read about "+of.Entry.Subject+", and not whose") {
		t.Errorf("whose the entry is cannot be told: %s", said)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(proof, "counselling", "statistics", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, said := runIn(t, data, "audit", "proof", file, "--key", strings.TrimSpace(key)); status != 1 || !strings.Contains(said, "does not hold") {
		t.Errorf("a proof that was changed: status %d %s", status, said)
	}
	seeker.press(t, `form[action$="/complaint"] button`)
	seeker.do(t, chromedp.WaitReady(chromedp.CSS(".badge.info")))
	auditor.see(t, base, "/oversight")
	if text := auditor.says(t); !strings.Contains(text, "감사자가 살펴봅니다") || strings.Contains(text, canaryWord) {
		t.Errorf("the auditor sees %s", text)
	}
	counsellor.see(t, base, "/desk")
	counsellor.visit(t, base+"/desk")
	counsellor.do(t, chromedp.SetValue(chromedp.ID("name"), "이가상"))
	counsellor.press(t, `main form[action="/desk"] input[value="consent"]`)
	counsellor.press(t, `main form[action="/desk"] button`)
	counsellor.do(t, chromedp.WaitVisible(chromedp.ID("scan-fault"))) // consent on paper takes the paper
	counsellor.sound(t, "a registration without its paper")
	counsellor.press(t, `main form[action="/desk"] input[value="law"]`)
	counsellor.press(t, `main form[action="/desk"] button`)
	counsellor.do(t, chromedp.WaitReady(chromedp.CSS(`form[action$="/hand-over"], form[action$="/close"]`)))
	counsellor.see(t, base, value[string](t, counsellor, `location.pathname`))

	seeker.visit(t, base+"/my")
	seeker.press(t, `form[action="/my/consents/stop"] button`)
	seeker.do(t, chromedp.WaitNotPresent(chromedp.CSS(`form[action="/my/consents/stop"]`)))
	counsellor.visit(t, base+client)
	if text := counsellor.says(t); !strings.Contains(text, "볼 근거가 없습니다") || strings.Contains(text, canaryWord) {
		t.Errorf("after the end the counsellor sees %s", text)
	}

	seeker.do(t, chromedp.Click(chromedp.CSS("#erase summary")), chromedp.Click(chromedp.ID("sure")))
	seeker.press(t, `form[action="/my/erase"] button`)
	seeker.arrives(t, "/my/erase")
	if text := seeker.says(t); !strings.Contains(text, "모두 지웠습니다") {
		t.Fatalf("erasing says %s", text)
	}
	seeker.visit(t, base+"/my")
	seeker.arrives(t, "/sign-in")
	for _, path := range filesWith(t, data, canaryWord) {
		t.Errorf("%s holds what is erased", path)
	}
}

// TestTheDoorByAPI does by program what the pages do, and holds each answer
// against the document; a visitor is answered nothing (see
// TestEveryOperationKeepsItsPromise).
func TestTheDoorByAPI(t *testing.T) {
	_, base, data, links := serveDoor(t)
	client := arrived(t, base, links["seeker"])
	doc := request(t, "GET", base+"/api/v1/openapi.json", nil)
	check := schemasOf(t, doc.body)
	call := func(method, at, path string, body any, status int) answer {
		t.Helper()
		got := by(t, client, method, base+at, body)
		if got.status != status {
			t.Fatalf("%s %s: %d %s", method, at, got.status, got.body)
		}
		if status == http.StatusOK {
			check(t, "#/paths/"+escape(path)+"/"+strings.ToLower(method)+"/responses/200/content/"+escape("application/json")+"/schema", got.body)
		}
		return got
	}
	same := func(method, at string, body any) answer { t.Helper(); return call(method, at, at, body, http.StatusOK) }
	call("GET", "/api/v1/my/records", "", nil, http.StatusNotFound)
	same("PUT", "/api/v1/my/contact", map[string]string{"name": canaryWord})
	same("PUT", "/api/v1/my/resume", map[string]any{"headline": canaryWord, "wish": map[string]any{}})
	if got := same("GET", "/api/v1/my/records", nil); strings.Count(string(got.body), canaryWord) != 2 {
		t.Errorf("the records are %s", got.body)
	}
	call("PUT", "/api/v1/my/contact", "", map[string]string{"name": ""}, http.StatusUnprocessableEntity)
	given := same("POST", "/api/v1/my/consents", map[string]string{"purpose": "counselling", "recipient": "demo"})
	id := first(decoded(t, given.body), "id")
	call("GET", "/api/v1/my/consents/"+id, "/api/v1/my/consents/{id}", nil, http.StatusOK)
	call("DELETE", "/api/v1/my/consents/"+id, "/api/v1/my/consents/{id}", nil, http.StatusOK)
	same("GET", "/api/v1/my/consents", nil)
	same("GET", "/api/v1/my/access", nil)
	seq := "0"
	for range 100 {
		if seq = first(decoded(t, same("GET", "/api/v1/my/access", nil).body), "seq"); seq != "0" && by(t, client, "GET", base+"/api/v1/my/access/"+seq+"/proof", nil).status == http.StatusOK {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	call("GET", "/api/v1/my/access/"+seq+"/proof", "/api/v1/my/access/{seq}/proof", nil, http.StatusOK)
	call("POST", "/api/v1/my/access/"+seq+"/complaint", "", nil, http.StatusUnprocessableEntity) // it is one's own read
	call("GET", "/api/v1/my/access/1/proof", "", nil, http.StatusNotFound)

	other := arrived(t, base, links["employer"])
	for _, at := range []string{"/api/v1/my/access/" + seq + "/proof", "/api/v1/my/consents/" + id} {
		if got := by(t, other, "GET", base+at, nil); got.status != http.StatusNotFound {
			t.Errorf("%s answers somebody else with %d %s", at, got.status, got.body)
		}
	}
	for _, path := range filesWith(t, data, canaryWord) {
		t.Errorf("%s holds what is personal", path)
	}
}

// arrived is a client that came by a link.
func arrived(t *testing.T, base, link string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	if got := by(t, client, "POST", base+link, nil); got.status != http.StatusOK {
		t.Fatalf("%s: %d %s", link, got.status, got.body)
	}
	return client
}

// by is request with a client of its own.
func by(t *testing.T, client *http.Client, method, address string, body any) answer {
	t.Helper()
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		sent = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, address, sent)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header.Get("Content-Type"), b}
}

func decoded(t *testing.T, text []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestAFormOfRecordsOutlivesItsSession: what somebody wrote waits in the page
// while they sign in, and a page that was asked for is come back to.
func TestAFormOfRecordsOutlivesItsSession(t *testing.T) {
	_, base, _, _ := serveDoor(t)
	visitor := &http.Client{}
	res, err := visitor.PostForm(base+"/my/contact", url.Values{"name": {canaryWord}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	kept := regexp.MustCompile(`name="kept" value="([^"]+)"`).FindSubmatch(text)
	if err != nil || kept == nil {
		t.Fatalf("%d %v: %s", res.StatusCode, err, text)
	}
	form, err := base64.RawURLEncoding.DecodeString(string(kept[1]))
	if err != nil || !strings.Contains(string(form), canaryWord) || !strings.Contains(string(form), "/my/contact") {
		t.Errorf("what waits is %s (%v)", form, err)
	}
	for _, at := range []string{"/my", "/my/access", "/clients", "/desk", "/oversight"} {
		res, err := visitor.Get(base + at)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got := res.Request.URL.String(); got != base+"/sign-in?next="+url.QueryEscape(at) {
			t.Errorf("%s leads a visitor to %s", at, got)
		}
	}
}

// TestPagesOfStaffAreForStaff, and an auditor reads no records. Who is no staff and
// asks for a client does not fill the auditor's list.
func TestPagesOfStaffAreForStaff(t *testing.T) {
	a, base, _, links := serveDoor(t)
	if err := a.demoPeople(t.Context()); err != nil {
		t.Fatal(err)
	}
	var person string
	if err := a.store.db.QueryRowContext(t.Context(), `SELECT id FROM door_person WHERE account IS NULL LIMIT 1`).Scan(&person); err != nil {
		t.Fatal(err)
	}
	for role, open := range map[string]string{"seeker": "", "employer": "", "analyst": "", "operator": "", "counsellor": "/clients /desk", "officer": "/clients", "auditor": "/oversight"} {
		client := arrived(t, base, links[role])
		for _, at := range []string{"/clients", "/desk", "/oversight"} {
			want := http.StatusForbidden
			if slices.Contains(strings.Fields(open), at) {
				want = http.StatusOK
			}
			if got := by(t, client, "GET", base+at, nil); got.status != want {
				t.Errorf("%s for the %s: %d, want %d", at, role, got.status, want)
			}
		}
		if role == "seeker" {
			for method, at := range map[string]string{"GET": "", "POST": "/close"} {
				if got := by(t, client, method, base+"/clients/"+person+at, nil); got.status != http.StatusForbidden {
					t.Errorf("%s of a client for a seeker: %d", method, got.status)
				}
			}
		}
	}
	var refused int
	if err := a.store.db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM door_watch WHERE flag = 'refused'`).Scan(&refused); err != nil || refused != 0 {
		t.Errorf("the auditor's list has %d refusals (%v)", refused, err)
	}
}

// TestACounsellorSeesWhatWasAgreedTo and is told what is missing.
func TestACounsellorSeesWhatWasAgreedTo(t *testing.T) {
	a, base, _, links := serveDoor(t)
	seeker, counsellor := arrived(t, base, links["seeker"]), arrived(t, base, links["counsellor"])
	account, err := a.registry.Find(t.Context(), "demo-counsellor")
	if err != nil {
		t.Fatal(err)
	}
	for at, body := range map[string]any{"contact": map[string]string{"name": canaryWord}, "resume": map[string]any{"headline": "프레스", "wish": map[string]any{}}} {
		if got := by(t, seeker, "PUT", base+"/api/v1/my/"+at, body); got.status != http.StatusOK {
			t.Fatalf("%s: %d %s", at, got.status, got.body)
		}
	}
	given := by(t, seeker, "POST", base+"/api/v1/my/consents", map[string]any{"purpose": "counselling", "recipient": account.ID, "kinds": []string{"contact"}})
	page := string(by(t, counsellor, "GET", base+"/clients/"+first(decoded(t, given.body), "person"), nil).body)
	if !strings.Contains(page, canaryWord) || strings.Contains(page, "프레스") || !strings.Contains(page, "볼 수 없는 정보가 있습니다") {
		t.Errorf("the page shows %s", words(page))
	}
}

// TestADemoHasASession of counselling to show, which came in through the same door as any.
func TestADemoHasASession(t *testing.T) {
	market, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	a, base, _, links := serveDoorOn(t, copied(t, market))
	err = a.registry.Prove(t.Context(), signedIn(t, a, links["operator"]), "demo-seeker", identity.AtDesk, ieum.Who{Name: "김가상", Birth: "1970-02-03"}, identity.Shown{Kind: "passport", Number: documentWord}, identity.Shown{Kind: "resident-card", Number: documentWord})
	if err == nil {
		err = a.demoPeople(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	seeker := arrived(t, base, links["seeker"])
	kept := regexp.MustCompile(`/my/sessions/\w+`).FindString(string(by(t, seeker, "GET", base+"/my", nil).body))
	for at, want := range map[string]string{kept: "지어낸 상담입니다", kept + "/report.pdf": "%PDF-", kept + "?sheet=large": "금형 수리 과정 설명회 가기", kept + "?sheet=plan": "상담사 3", "/my/access": "직업안정법"} {
		if got := by(t, seeker, "GET", base+at, nil); kept == "" || got.status != http.StatusOK || !strings.Contains(string(got.body), want) {
			t.Errorf("%s for the seeker: %d without %s", at, got.status, want)
		}
	}
}

// TestADemoHasPeople to show, once, however often it is started: who was erased is
// not made again.
func TestADemoHasPeople(t *testing.T) {
	a, base, _, links := serveDoor(t)
	for range 2 {
		if err := a.demoPeople(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for role, want := range map[string][]string{"seeker": {"/my", ">김가상<", "/my/access", ">상담사 3 · 가상 일자리센터<", "/my/access", "정당한 열람이었습니다"}, "counsellor-2": {"POST /clients", ">최가상<"}, "employer": {"/hiring", `href="/hiring/c`}, "counsellor": {"POST /clients", ">이가상<", "POST /clients", ">박가상<"}} {
		client := arrived(t, base, links[role])
		for i := 0; i < len(want); i += 2 {
			method, at, post := strings.Cut(want[i], " ")
			if !post {
				method, at = "GET", want[i]
			}
			if got := by(t, client, method, base+at, nil); got.status != http.StatusOK || strings.Count(string(got.body), want[i+1]) != 1 {
				t.Errorf("%s for the %s does not show %s once: %d", want[i], role, want[i+1], got.status)
			}
		}
	}
	of, err := a.demoAskers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	clients, err := a.door.Cases(t.Context(), of["counsellor"])
	if err == nil {
		err = errors.Join(a.door.EraseClient(t.Context(), of["counsellor"], clients[0].Person), a.door.Erase(t.Context(), of["seeker"]))
	}
	if err == nil {
		_, err = a.registry.MakeDemo(t.Context())
	}
	if err == nil {
		err = a.demoPeople(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	if of, err = a.demoAskers(t.Context()); err != nil {
		t.Fatal(err)
	}
	clients, err = a.door.Cases(t.Context(), of["counsellor"])
	if _, own := a.door.Own(t.Context(), of["seeker"]); err != nil || len(clients) != 1 || !errors.Is(own, ieum.ErrNotFound) {
		t.Errorf("who was erased came back: %+v (%v, %v)", clients, err, own)
	}
}

// TestADeskErasesByItsPage whom it registered, once it says that there is a wish.
func TestADeskErasesByItsPage(t *testing.T) {
	t.Parallel()
	a, base, _, links := serveDoor(t)
	if err := a.demoPeople(t.Context()); err != nil {
		t.Fatal(err)
	}
	counsellor := arrived(t, base, links["counsellor"])
	client := regexp.MustCompile(`/clients/p[a-z0-9]+`).FindString(string(by(t, counsellor, "GET", base+"/clients", nil).body))
	for _, tt := range []struct {
		sure string
		then int
	}{{"", http.StatusOK}, {"true", http.StatusNotFound}} {
		res, err := counsellor.PostForm(base+client+"/erase", url.Values{"sure": {tt.sure}})
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got := by(t, counsellor, "GET", base+client, nil); got.status != tt.then {
			t.Errorf("sure %q: answered %d, and the page then %d", tt.sure, res.StatusCode, got.status)
		}
	}
}

// filesWith lists the files of a folder that hold a word.
func filesWith(t *testing.T, dir, word string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), word) {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
