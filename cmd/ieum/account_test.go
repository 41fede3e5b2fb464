package main

import (
	"context"
	"database/sql"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"ieum/internal/identity"
)

// serveAccounts serves an empty folder whose hashes cost little.
func serveAccounts(t *testing.T) (*app, string) {
	t.Helper()
	e := &env{Config: Config{Data: t.TempDir()}, demo: true, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now, cost: identity.Cost{Memory: 8, Time: 1, Threads: 1}}
	a, err := newApp(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(a.handler)
	t.Cleanup(a.Close)
	t.Cleanup(srv.Close)
	return a, strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)
}

// arrives waits until the tab shows a page of a path.
func (b *tab) arrives(t *testing.T, path string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	at := ""
	for ctx.Err() == nil {
		at, _ = chromedp.Run(ctx, chromedp.Evaluate[string](`document.readyState === "complete" ? location.pathname : ""`))
		if at == path {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("the tab is at %s, not at %s: %s", at, path, value[string](t, b, `document.querySelector("main").innerText`))
}

// press clicks a button of a form.
func (b *tab) press(t *testing.T, button string) {
	t.Helper()
	value[bool](t, b, `document.querySelector(`+"`"+button+"`"+`).click(), true`)
}

// sound holds a page to axe, the policy and the console, and to 360 pixels.
func (b *tab) sound(t *testing.T, what string) {
	t.Helper()
	for _, v := range b.violations(t) {
		t.Errorf("%s: %s", what, v)
	}
	for _, c := range b.complaints() {
		t.Errorf("%s: %s", what, c)
	}
	if wide := value[int](t, b, `document.scrollingElement.scrollWidth`); wide > 360 {
		which := value[string](t, b, `[...document.querySelectorAll("body *")].find((e) => e.getBoundingClientRect().right > 361 && !e.closest(".hidden-visually, .skip, .scroll, [hidden]"))?.outerHTML.slice(0, 200) ?? ""`)
		t.Errorf("%s is %d px wide at 360: %s", what, wide, which)
	}
}

// TestAPasskeyFromTheLinkOn sets an account up with a passkey in a real browser
// whose authenticator is simulated, signs in with it, and shows that an answer
// counts once and that an authenticator that does not know its user does not
// count.
func TestAPasskeyFromTheLinkOn(t *testing.T) {
	t.Parallel()
	b := openTab(t)
	a, base := serveAccounts(t)
	token, _, err := a.registry.Add(t.Context(), nil, "oper", identity.Grant{Role: "operator"})
	if err != nil {
		t.Fatal(err)
	}
	b.look(t, look{"ko", "light", 360})
	devtools(t, b, webauthn.Enable, webauthn.EnableParams{})
	key, err := chromedp.Call(b.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true,
		IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	if err != nil {
		t.Fatal(err)
	}
	b.visit(t, base+"/enrol/"+token)
	b.sound(t, "the link")
	b.press(t, "main form button")
	b.arrives(t, "/enrol")
	b.sound(t, "the choice of ways")
	value[bool](t, b, `(() => {
		const real = HTMLFormElement.prototype.submit;
		HTMLFormElement.prototype.submit = function () { sessionStorage.made = new FormData(this).get("answer"); real.call(this); };
		return true;
	})()`)
	b.press(t, "form[data-passkey] button")
	b.arrives(t, "/deliveries")
	if found := b.watched(t); found != "sound" {
		t.Errorf("the browser of somebody signed in finds the ledger %s", found)
	}
	b.visit(t, base+"/account")
	b.sound(t, "the account")
	if text := value[string](t, b, `document.querySelector("main").innerText`); !strings.Contains(text, "패스키") || !strings.Contains(text, "운영자") {
		t.Errorf("the account is %s", text)
	}
	if found := b.watched(t); found != "early" {
		t.Errorf("within the hour it is compared again: %s", found)
	}
	if n := value[int](t, b, `document.cookie.length`); n > 0 {
		t.Error("a script can read a cookie")
	}
	b.press(t, `form[action="/sign-out"] button`)
	b.arrives(t, "/")
	b.visit(t, base+"/sign-in?next=/accounts")
	b.sound(t, "signing in")
	value[bool](t, b, `HTMLFormElement.prototype.submit = function () { sessionStorage.sent = new URLSearchParams(new FormData(this)); window.held = true; }, true`)
	b.press(t, "form[data-passkey] button")
	value[bool](t, b, `(async () => { while (!window.held) await new Promise((r) => setTimeout(r, 20)); return true; })()`)
	made, used := value[string](t, b, `sessionStorage.made`), value[string](t, b, `new URLSearchParams(sessionStorage.sent).get("answer")`)
	t.Run("as others verify it", func(t *testing.T) { verifiedByOthers(t, base, made, used) })
	post := `fetch("/sign-in/passkey", {method: "POST", headers: {"Content-Type": "application/x-www-form-urlencoded"}, body: sessionStorage.sent}).then((r) => r.status + " " + new URL(r.url).pathname)`
	if got := value[string](t, b, post); got != "200 /accounts" {
		t.Errorf("signing in with a passkey: %s", got)
	}
	if got := value[string](t, b, post); got != "422 /sign-in/passkey" {
		t.Errorf("the same answer once more: %s", got)
	}
	devtools(t, b, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: key.AuthenticatorID, IsUserVerified: false})
	b.visit(t, base+"/sign-in")
	if value[bool](t, b, `document.querySelector("form[data-passkey] [role=alert]").checkVisibility()`) {
		t.Error("a fault is shown before there is one")
	}
	b.press(t, "form[data-passkey] button")
	b.do(t, chromedp.WaitVisible(chromedp.CSS("form[data-passkey] [role=alert]")))
	b.sound(t, "a passkey that was not accepted")
}

// verifiedByOthers holds what the browser answered, when a passkey was made and
// when it signed in, to @simplewebauthn/server, and is skipped where that is not installed.
func verifiedByOthers(t *testing.T, origin, made, used string) {
	t.Helper()
	const dir = "../../internal/identity/testdata/oidc"
	node, err := exec.LookPath("node")
	if _, missing := os.Stat(dir + "/node_modules/@simplewebauthn"); err != nil || missing != nil {
		t.Skip("no @simplewebauthn/server to compare with; install Node.js 20 or newer and: npm ci --prefix internal/identity/testdata/oidc")
	}
	c := exec.CommandContext(t.Context(), node, "passkey.mjs")
	c.Dir, c.Stdin = dir, strings.NewReader(`{"origin":"`+origin+`","made":`+made+`,"used":`+used+`}`)
	if out, err := c.CombinedOutput(); err != nil || string(out) != "verified\n" {
		t.Errorf("@simplewebauthn/server says %s %v", out, err)
	}
}

// TestPagesOfAccountsAreSound signs in with a password and an app, and looks at
// every page of accounts on a narrow screen, in both languages, light and dark;
// a form whose session ended is sent after all.
func TestPagesOfAccountsAreSound(t *testing.T) {
	t.Parallel()
	b := openTab(t)
	a, base := serveAccounts(t)
	token, _, err := a.registry.Add(t.Context(), nil, "oper", identity.Grant{Role: "operator"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.registry.Add(t.Context(), nil, "another", identity.Grant{Role: "operator"}); err != nil {
		t.Fatal(err)
	}
	b.look(t, look{"ko", "light", 360})
	b.visit(t, base+"/enrol/"+token)
	b.press(t, "main form button")
	b.arrives(t, "/enrol")
	secret := strings.ReplaceAll(value[string](t, b, `document.querySelector("main code").innerText`), " ", "")
	fill := func(code string) {
		b.do(t, chromedp.SetValue(chromedp.ID("password"), "기억하기 쉬운 긴 문장"), chromedp.SetValue(chromedp.ID("code"), code))
		b.press(t, `form:has(#code) button`)
	}
	fill("000000")
	b.do(t, chromedp.WaitVisible(chromedp.ID("code-fault")))
	b.sound(t, "a wrong code")
	code, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	fill(code)
	b.arrives(t, "/deliveries")
	for _, how := range []look{{"ko", "light", 360}, {"en", "dark", 360}} {
		b.look(t, how)
		for _, at := range []string{"/account", "/accounts", "/accounts/new", "/accounts/role", "/accounts/recover", "/accounts/stop", "/accounts/proof", "/accounts/organisation", "/accounts/site", "/accounts/key", "/accounts/letters", "/sign-in"} {
			b.visit(t, base+at)
			value[bool](t, b, `document.querySelectorAll("main details").forEach((d) => d.open = true), true`)
			b.sound(t, at+" "+how.lang)
		}
	}
	b.visit(t, base+"/accounts/proof")
	b.do(t, chromedp.SetValue(chromedp.ID("name"), "another"), chromedp.SetValue(chromedp.ID("way"), "mail"), chromedp.SetValue(chromedp.ID("first"), "passport"), chromedp.SetValue(chromedp.ID("first_number"), "M00000000"),
		chromedp.SetValue(chromedp.ID("person"), "가상인"), chromedp.SetValue(chromedp.ID("birth"), "1990-01-02"))
	b.press(t, `form[action="/accounts/proof"] .actions button`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS("pre.command")))
	b.sound(t, "a code to send by mail")
	b.visit(t, base+"/account")
	b.do(t, chromedp.SetValue(chromedp.ID("number"), "01000000000"))
	b.press(t, `form:has(#number) button`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS(`form[action^="/account/proof/v"] #code`)))
	b.sound(t, "a proof by telephone")
	b.do(t, chromedp.SetValue(chromedp.ID("code"), "123456"), chromedp.SetValue(chromedp.ID("person"), "가상인"), chromedp.SetValue(chromedp.ID("birth"), "1990-01-02"))
	b.press(t, `form[action^="/account/proof/v"] button`)
	b.arrives(t, "/account")
	b.sound(t, "an account whose owner was proved")
	b.visit(t, base+"/accounts/organisation")
	b.do(t, chromedp.SetValue(chromedp.ID("id"), "seoul"), chromedp.SetValue(chromedp.ID("title"), "가상 센터"))
	value[string](t, b, `fetch("/sign-out", {method: "POST"}).then((r) => r.url)`)
	b.press(t, `main form button`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS("input[name=kept] ~ .field")))
	b.sound(t, "signing in with a form kept")
	b.do(t, chromedp.SetValue(chromedp.ID("name"), "oper"), chromedp.SetValue(chromedp.ID("password"), "기억하기 쉬운 긴 문장"))
	b.press(t, `form:has(#password) button`)
	b.do(t, chromedp.WaitVisible(chromedp.ID("code")))
	b.sound(t, "the second factor")
	next, err := totp.GenerateCode(secret, time.Now().Add(30*time.Second)) // the step of before was taken
	if err != nil {
		t.Fatal(err)
	}
	b.do(t, chromedp.SetValue(chromedp.ID("code"), next))
	b.press(t, `form:has(#code) button`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS(`form[action="/accounts/organisation"] input[value="가상 센터"] ~ .actions`)))
	b.sound(t, "the form that was kept")
	b.press(t, `main form button`)
	b.arrives(t, "/accounts")
	if text := value[string](t, b, `document.querySelector("main").innerText`); !strings.Contains(text, "가상 센터") {
		t.Errorf("what was written is lost: %s", text)
	}
}

// TestASessionWarnsBeforeItEnds shows the warning early, puts the end off, and
// does so by keyboard.
func TestASessionWarnsBeforeItEnds(t *testing.T) {
	t.Parallel()
	b := openTab(t)
	a, base := serveAccounts(t)
	token, _, err := a.registry.Add(t.Context(), nil, "kim", identity.Grant{Role: "seeker"})
	if err != nil {
		t.Fatal(err)
	}
	b.look(t, look{"ko", "light", 360})
	b.visit(t, base+"/enrol/"+token)
	b.press(t, "main form button")
	b.arrives(t, "/enrol")
	b.do(t, chromedp.SetValue(chromedp.ID("password-plain"), "기억하기 쉬운 긴 문장"))
	b.press(t, `form:has(#password-plain) button`)
	b.arrives(t, "/my")
	if left := value[int](t, b, `Number(document.getElementById("leaving").dataset.left)`); left < 25*60 || left > 30*60 {
		t.Errorf("%d seconds are left", left)
	}
	value[bool](t, b, `(() => {
		const old = document.getElementById("leaving"), soon = old.cloneNode(true);
		old.replaceWith(soon);
		soon.dataset.left = "240";
		const script = document.createElement("script");
		script.src = document.querySelector('script[src*="session"]').src + "?again";
		document.body.append(script);
		return true;
	})()`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS("#leaving[open]")))
	b.sound(t, "the warning")
	asked := value[string](t, b, `new Promise((done) => {
		const real = fetch;
		window.fetch = async (...args) => { const r = await real(...args); done(args[0] + " " + r.status + " " + (await r.clone().json()).left); return r; };
		document.querySelector("#leaving button").focus();
		document.activeElement.click();
	})`)
	if !regexp.MustCompile(`^/session 200 1[78]\d\d$`).MatchString(asked) {
		t.Errorf("staying asked %s", asked)
	}
	if value[bool](t, b, `document.getElementById("leaving").open`) {
		t.Error("the warning stays")
	}
}

// TestASessionEndsForGood shows that the end after twelve hours is told as what it is,
// once, and that a new sign-in in the same window brings back what was written.
func TestASessionEndsForGood(t *testing.T) {
	t.Parallel()
	b := openTab(t)
	a, base := serveAccounts(t)
	token, _, err := a.registry.Add(t.Context(), nil, "kim", identity.Grant{Role: "seeker"})
	if err != nil {
		t.Fatal(err)
	}
	near := func(seconds int) { // of the absolute end
		t.Helper()
		err := a.store.db.Tx(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), `UPDATE identity_session SET until = ?`, time.Now().Unix()+int64(seconds))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	const word, wrote = "기억하기 쉬운 긴 문장", "가상 정비소에서 5년 일했습니다"
	b.look(t, look{"ko", "light", 360})
	b.visit(t, base+"/enrol/"+token)
	b.press(t, "main form button")
	b.arrives(t, "/enrol")
	b.do(t, chromedp.SetValue(chromedp.ID("password-plain"), word))
	b.press(t, `form:has(#password-plain) button`)
	b.arrives(t, "/my")

	near(1000)
	b.visit(t, base+"/my")
	if value[bool](t, b, `document.querySelector("dialog[open]") !== null`) {
		t.Error("it warns long before the end")
	}
	near(200) // who stays on then is told that it cannot be put off
	value[bool](t, b, `document.getElementById("leaving").showModal(), document.querySelector("#leaving button").click(), true`)
	b.do(t, chromedp.WaitVisible(chromedp.CSS("#ending[open]")))
	b.visit(t, base+"/my")
	b.do(t, chromedp.WaitVisible(chromedp.CSS("#ending[open]")))
	b.sound(t, "the end")
	if text := value[string](t, b, `document.getElementById("ending").innerText`); strings.Contains(text, "계속 쓰기") || !strings.Contains(text, "늘릴 수 없습니다") {
		t.Errorf("the end says %s", text)
	}
	asked := value[int](t, b, `new Promise((done) => {
		let n = 0;
		const real = fetch;
		window.fetch = (...args) => { n++; return real(...args); };
		document.querySelector("#ending button").click();
		setTimeout(() => done(n + 10 * document.querySelectorAll("dialog[open]").length), 1500);
	})`)
	if asked != 0 {
		t.Errorf("once closed it comes again: %d", asked)
	}

	b.visit(t, base+"/my")
	b.do(t, chromedp.WaitVisible(chromedp.CSS("#ending[open]")))
	value[bool](t, b, `document.getElementById("text").value = "`+wrote+`", true`)
	b.press(t, "#ending a")
	b.arrives(t, "/sign-in")
	if value[bool](t, b, `document.querySelector("dialog[open]") !== null`) {
		t.Error("the warning stands over the sign-in")
	}
	b.do(t, chromedp.SetValue(chromedp.ID("name"), "kim"), chromedp.SetValue(chromedp.ID("password"), word))
	b.press(t, `form[action="/sign-in"] button`)
	b.arrives(t, "/my")
	if got := value[string](t, b, `document.getElementById("text").value`); got != wrote {
		t.Errorf("what was written is %q after the new sign-in", got)
	}
	if left := value[int](t, b, `Number(document.getElementById("leaving").dataset.left)`); left < 25*60 {
		t.Errorf("%d seconds are left", left)
	}
	if value[bool](t, b, `sessionStorage.fields !== undefined`) {
		t.Error("what was written stays in the tab")
	}
}

// Fields wait for who wrote them, and for the page they are of.
func TestFieldsWaitForWhoWroteThem(t *testing.T) {
	t.Parallel()
	b := openTab(t)
	a, base := serveAccounts(t)
	token, _, err := a.registry.Add(t.Context(), nil, "lee", identity.Grant{Role: "seeker"})
	if err != nil {
		t.Fatal(err)
	}
	b.visit(t, base+"/enrol/"+token)
	b.press(t, "main form button")
	b.arrives(t, "/enrol")
	b.do(t, chromedp.SetValue(chromedp.ID("password-plain"), "기억하기 쉬운 긴 문장"))
	b.press(t, `form:has(#password-plain) button`)
	b.arrives(t, "/my")
	for what, c := range map[string]struct{ change, want string }{
		"its own":       {``, "남긴 말"},
		"another's":     {`kept.name = "kim"`, ""},
		"another page":  {`kept.page = "/my?for=p1"`, ""},
		"of long ago":   {`kept.at -= 11 * 60 * 1000`, ""},
		"another field": {`for (const f of kept.list) f[0] += "2"`, ""},
	} {
		b.visit(t, base+"/my")
		value[bool](t, b, `(() => {
			document.getElementById("text").value = "남긴 말";
			const a = document.querySelector("#ending a");
			a.addEventListener("click", (e) => e.preventDefault());
			a.click();
			const kept = JSON.parse(sessionStorage.fields);
			`+c.change+`;
			sessionStorage.fields = JSON.stringify(kept);
			return true;
		})()`)
		b.visit(t, base+"/my")
		if got := value[string](t, b, `document.getElementById("text").value`); got != c.want {
			t.Errorf("%s: %q", what, got)
		}
	}
}

func TestTheFirstOperatorByCommand(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	status, out, said := runIn(t, data, "account", "add", "--role", "operator", "oper")
	if status != 0 || !regexp.MustCompile(`^http://localhost:\S*/enrol/[\w-]{43}\n$`).MatchString(out) || strings.Contains(said, "confirms") {
		t.Fatalf("status %d: %s%s", status, out, said)
	}
	if status, _, said := runIn(t, data, "account", "add", "oper2", "--role", "operator"); status != 0 || !strings.Contains(said, "counts once an operator confirms it") {
		t.Errorf("a second operator: status %d: %s", status, said)
	}
	if status, out, _ := runIn(t, data, "account", "list"); status != 0 || out != "oper\toperator until 2027-03-02\noper2\n" {
		t.Errorf("status %d: %s", status, out)
	}
	if status, _, said := runIn(t, data, "account", "add", "kim", "--role", "seeker"); status != 0 {
		t.Errorf("status %d: %s", status, said)
	}
	if status, out, _ := runIn(t, data, "account", "list"); status != 0 || strings.Contains(out, "kim") {
		t.Errorf("the list of staff: status %d: %s", status, out)
	}
	if status, out, _ := runIn(t, data, "account", "find", "kim"); status != 0 || !strings.HasPrefix(out, "kim\tseeker until ") {
		t.Errorf("status %d: %s", status, out)
	}
	if status, _, _ := runIn(t, data, "account", "find", "ki"); status != 1 {
		t.Errorf("half a name: status %d", status)
	}
	if status, out, said := runIn(t, data, "account", "recover", "oper"); status != 0 || !strings.Contains(said, "from 2026-03-03 18:00 on") || !strings.Contains(out, "/enrol/") {
		t.Errorf("status %d: %s%s", status, out, said)
	}
	for _, tt := range []struct {
		want string
		args []string
	}{
		{"there is one of this name already", []string{"account", "add", "oper", "--role", "seeker"}},
		{"there is no such role", []string{"account", "add", "kim", "--role", "king"}},
		{"say for which organisation", []string{"account", "add", "kim", "--role", "officer"}},
		{"a sign-in name is", []string{"account", "add", "K", "--role", "seeker"}},
	} {
		if status, _, said := runIn(t, data, tt.args...); status != 1 || !strings.Contains(said, tt.want) {
			t.Errorf("%v: status %d: %s", tt.args, status, said)
		}
	}
	for _, args := range [][]string{{"account"}, {"account", "add", "x"}, {"account", "list", "x"}, {"account", "drop", "x"}} {
		if status, _, _ := runIn(t, data, args...); status != 2 {
			t.Errorf("%v: status %d", args, status)
		}
	}
}

// A demo prints a sign-in for each role; they work there, and a start that is
// no demo refuses the folder.
func TestADemoHasSignInsAndNothingElseHas(t *testing.T) {
	var said strings.Builder
	e := &env{Config: Config{Data: t.TempDir()}, stdin: strings.NewReader(""), stdout: io.Discard, stderr: &said, now: time.Now, demo: true}
	open := func() *app {
		a, err := newApp(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	starts := map[string]string{"seeker": "/my", "counsellor": "/clients", "counsellor-2": "/clients", "officer": "/mandates", "auditor": "/oversight", "operator": "/deliveries", "operator-2": "/deliveries",
		"analyst": "/statistics", "employer": "/hiring"}
	for range 2 { // the second start as the first
		said.Reset()
		a := open()
		if err := a.demoAccounts(t.Context(), e, "127.0.0.1:8080"); err != nil {
			t.Fatal(err)
		}
		links := regexp.MustCompile(`(?m)^  ([\w-]+) +http://localhost:8080(/enrol/\S+)$`).FindAllStringSubmatch(said.String(), -1)
		if len(links) != len(starts) {
			t.Fatalf("%d sign-ins, not %d: %s", len(links), len(starts), said.String())
		}
		for _, m := range links {
			w := httptest.NewRecorder()
			r := httptest.NewRequest("POST", m[2], nil)
			r.Host = "localhost:8080"
			a.handler.ServeHTTP(w, r)
			if w.Code != http.StatusSeeOther || w.Header().Get("Location") != starts[m[1]] {
				t.Errorf("%s: %d to %s %s", m[1], w.Code, w.Header().Get("Location"), w.Body)
			}
		}
		a.Close()
	}
	e.demo = false
	a := open()
	defer a.Close()
	if err := a.demoAccounts(t.Context(), e, ""); err == nil || !strings.Contains(err.Error(), "accounts of a demo") {
		t.Errorf("a start that is no demo: %v", err)
	}
}
