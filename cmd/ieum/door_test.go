package main

import (
	"context"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"ieum/internal/identity"
)

// canaryWord stands in the records of these tests, and nowhere else.
const canaryWord = "카나리아왕눈이"

// serveDoor serves an empty folder as a demo, with everything running behind it,
// and returns the links of its accounts by role.
func serveDoor(t *testing.T) (a *app, base, data string, links map[string]string) {
	t.Helper()
	e := &env{Config: Config{Data: t.TempDir()}, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now, demo: true,
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
		links[string(one.Role)] = "/enrol/" + one.Token
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
	seeker, counsellor, auditor := openTab(t), openTab(t), openTab(t)
	a, base, data, links := serveDoor(t)
	token, _, err := a.registry.Add(t.Context(), nil, "kim", identity.Grant{Role: "seeker"})
	if err != nil {
		t.Fatal(err)
	}
	for b, link := range map[*tab]string{counsellor: links["counsellor"], auditor: links["auditor"]} {
		b.look(t, look{"ko", "light", 360})
		b.visit(t, base+link)
		b.press(t, "main form button")
		b.arrives(t, "/account")
	}
	seeker.look(t, look{"ko", "light", 360})
	seeker.withPasskeys(t)
	seeker.visit(t, base+"/enrol/"+token)
	seeker.press(t, "main form button")
	seeker.arrives(t, "/enrol")
	seeker.press(t, "form[data-passkey] button")
	seeker.arrives(t, "/account")
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
		choice.value = [...choice.options].find((o) => o.text.includes("demo-counsellor")).value;
		choice.form.querySelector("button").click();
		return true;
	})()`)
	seeker.do(t, chromedp.WaitReady(chromedp.CSS(`form[action="/my/consents/stop"] input[name="id"]`)))
	seeker.see(t, base, "/my")
	seeker.see(t, base, value[string](t, seeker, `document.querySelector('a[href^="/my/consents/"]').getAttribute("href")`))

	counsellor.visit(t, base+"/clients")
	client := value[string](t, counsellor, `document.querySelector('main a[href^="/clients/p"]').getAttribute("href")`)
	counsellor.see(t, base, "/clients?names=true")
	if text := counsellor.says(t); !strings.Contains(text, canaryWord) {
		t.Errorf("names were asked for: %s", text)
	}
	counsellor.see(t, base, client)
	if text := counsellor.says(t); !strings.Contains(text, "프레스 조작원") {
		t.Errorf("the counsellor sees %s", text)
	}

	opened := time.Now()
	seeker.visit(t, base+"/my/access")
	if text := seeker.says(t); !strings.Contains(text, "상담사 · 가상 일자리센터") || !strings.Contains(text, "본인 동의") {
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
