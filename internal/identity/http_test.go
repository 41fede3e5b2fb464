package identity

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/web"
)

// A site is the pages of accounts with a browser that keeps cookies.
type site struct {
	*desk
	base string
	jar  http.CookieJar
	log  *bytes.Buffer
	mux  *web.Mux
}

func newSite(t *testing.T, changes ...func(*Options)) *site {
	t.Helper()
	k := newDesk(t, dbtest.Open(t, t.TempDir()), changes...)
	set, err := defs.Load()
	k.must(err)
	s := &site{desk: k, log: new(bytes.Buffer)}
	page := web.NewSite(set, func() time.Time { return k.at }, nil)
	page.Log = slog.New(slog.NewTextHandler(s.log, nil))
	mux := web.NewMux(page)
	s.mux = mux
	k.Routes(page, mux)
	mux.Page("GET /operators", web.Nothing, web.Operators(func(w http.ResponseWriter, r *http.Request) error {
		_, err := w.Write([]byte("for operators"))
		return err
	}))
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	s.base = strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)
	s.leave()
	return s
}

// leave begins with a browser that knows nothing.
func (s *site) leave() { s.jar, _ = cookiejar.New(nil) }

// ask sends a request as the browser and returns the status, where it was led
// to, and the page. Headers are "Name: value".
func (s *site) ask(method, path string, form url.Values, headers ...string) (status int, to, text string) {
	s.t.Helper()
	r, err := http.NewRequest(method, s.base+path, strings.NewReader(form.Encode()))
	s.must(err)
	r.Header.Set("Accept-Language", "en")
	r.Header.Set("User-Agent", here.Agent)
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	c := http.Client{Jar: s.jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Do(r)
	s.must(err)
	defer res.Body.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(res.Body)
	s.must(err)
	return res.StatusCode, res.Header.Get("Location"), html.UnescapeString(b.String())
}

func (s *site) cookie(name string) string {
	u, _ := url.Parse(s.base)
	for _, c := range s.jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// sign signs in with a password and an app.
func (s *site) sign(name string, p *Person, more ...string) (status int, to, text string) {
	s.t.Helper()
	s.at = s.at.Add(time.Minute)
	if status, _, text := s.ask("POST", "/sign-in", form(append([]string{"name", name, "password", secretWord}, more...)...)); status != 200 || !strings.Contains(text, "One more step") {
		s.t.Fatalf("the password came to %d %s", status, text)
	}
	return s.ask("POST", "/sign-in/code", form(append([]string{"code", s.code(p)}, more...)...))
}

var secretShown = regexp.MustCompile(`<code>([A-Z2-7 ]{39})</code>`)

// The whole way in a browser without a script: link, password and app, signing
// out and in, printed codes.
func TestFromTheLinkToTheAccount(t *testing.T) {
	s := newSite(t)
	token, _, err := s.Add(t.Context(), nil, "oper", Grant{Role: "operator"})
	s.must(err)
	if status, _, text := s.ask("GET", "/enrol/"+token, nil); status != 200 || !strings.Contains(text, "set up the account oper") {
		t.Fatalf("%d %s", status, text)
	}
	if status, to, _ := s.ask("POST", "/enrol/"+token, nil); status != 303 || to != "/enrol" {
		t.Fatalf("%d %s", status, to)
	}
	if status, to, _ := s.ask("GET", "/account", nil); status != 303 || to != "/sign-in?next=%2Faccount" {
		t.Errorf("who only came by a link gets to the account: %d %s", status, to)
	}
	_, _, text := s.ask("GET", "/enrol", nil)
	m := secretShown.FindStringSubmatch(text)
	if m == nil || !strings.Contains(text, `src="data:image/png;base64,`) {
		t.Fatalf("no secret for an app in %s", text)
	}
	p := &Person{Session: Session{secret: strings.ReplaceAll(m[1], " ", "")}}
	for _, tt := range []struct{ password, code, want string }{
		{"short", s.code(p), "at least 10 characters"}, {secretWord, "", "The code is wrong"}, {secretWord, "000000", "The code is wrong"}, {"", s.code(p), "Password"},
	} {
		if status, _, text := s.ask("POST", "/enrol", form("way", "app", "password", tt.password, "code", tt.code)); status != 422 || !strings.Contains(text, tt.want) || strings.Contains(text, secretWord) {
			t.Errorf("%v: %d %s", tt, status, text)
		}
	}
	if status, to, text := s.ask("POST", "/enrol", form("way", "app", "password", secretWord, "code", s.code(p))); status != 303 || to != "/account" {
		t.Fatalf("%d %s %s", status, to, text)
	}
	_, _, text = s.ask("GET", "/account", nil)
	for _, want := range []string{"You are signed in as oper", "Authenticator app", "Operator", "firefox-linux", "This one"} {
		if !strings.Contains(text, want) {
			t.Errorf("the account lacks %q", want)
		}
	}
	if status, _, _ := s.ask("GET", "/enrol/"+token, nil); status != 403 {
		t.Errorf("the link works twice: %d", status)
	}
	if status, _, text := s.ask("GET", "/accounts", nil); status != 200 || !strings.Contains(text, "oper") {
		t.Errorf("/accounts: %d", status)
	}
	_, _, text = s.ask("POST", "/accounts/new", form("name", "kim", "role", "seeker", "place", "", "until", ""))
	link := regexp.MustCompile(`/enrol/[\w-]{43}`).FindString(text)
	if link == "" {
		t.Fatalf("no link in %s", text)
	}
	if status, _, text := s.ask("POST", "/accounts/new", form("name", "kim", "role", "seeker")); status != 422 || !strings.Contains(text, `id="name-fault"`) {
		t.Errorf("a name that is taken: %d", status)
	}
	if status, to, _ := s.ask("POST", "/sign-out", nil); status != 303 || to != "/" {
		t.Errorf("%d %s", status, to)
	}
	s.ask("POST", link, nil)
	status, _, text := s.ask("POST", "/enrol", form("way", "paper", "password", "halmoni ui gin bimil"))
	code := regexp.MustCompile(`[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}`).FindString(text)
	if status != 200 || code == "" {
		t.Fatalf("%d %s", status, text)
	}
	if status, _, _ := s.ask("GET", "/accounts", nil); status != 403 {
		t.Errorf("a seeker sees the accounts: %d", status)
	}
	s.leave()
	s.ask("POST", "/sign-in", form("name", "kim", "password", "halmoni ui gin bimil"))
	if status, to, _ := s.ask("POST", "/sign-in/code", form("code", strings.ToLower(code))); status != 303 || to != "/account" {
		t.Errorf("a printed code: %d %s", status, to)
	}
}

// A cookie is for this site alone, cannot be read by a script, and another
// follows at each step: one that was planted before never becomes a session.
func TestCookiesAreRotatedAndEnd(t *testing.T) {
	s := newSite(t)
	p := s.operator("oper")
	u, _ := url.Parse(s.base)
	planted := newToken()
	s.jar.SetCookies(u, []*http.Cookie{{Name: sessionCookie, Value: planted, Path: "/"}})
	s.at = s.at.Add(time.Hour)
	s.ask("POST", "/sign-in", form("name", "oper", "password", secretWord))
	half := s.cookie(sessionCookie)
	s.ask("POST", "/sign-in/code", form("code", s.code(p)))
	whole := s.cookie(sessionCookie)
	if half == planted || whole == half || whole == planted || len(whole) != 43 {
		t.Errorf("the cookie was %s, %s, %s", planted, half, whole)
	}
	if s.person(planted) != nil || s.person(half) != nil || s.person(whole) == nil {
		t.Error("a cookie of before is a session")
	}
	status, to, _ := s.sign("oper", p)
	if status != 303 || to != "/account" || s.cookie(sessionCookie) == whole || s.person(whole) != nil {
		t.Error("signing in again leaves the session of before")
	}
	stolen := s.cookie(sessionCookie)
	s.ask("POST", "/sign-out", nil)
	s.leave()
	s.jar.SetCookies(u, []*http.Cookie{{Name: sessionCookie, Value: stolen, Path: "/"}})
	if status, _, _ := s.ask("GET", "/account", nil); status != 303 {
		t.Errorf("a cookie that was stolen works after signing out: %d", status)
	}
	for _, at := range []string{"", "https://jobs.example"} {
		s.Registry.url = at
		w := httptest.NewRecorder()
		(&handlers{g: s.Registry}).setCookie(w, httptest.NewRequest("GET", "/", nil), sessionCookie, "v", time.Hour)
		got := w.Header().Get("Set-Cookie")
		for _, want := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
			if !strings.Contains(got, want) {
				t.Errorf("the cookie lacks %s: %s", want, got)
			}
		}
		if tls := at != ""; strings.Contains(got, "Secure") != tls || strings.HasPrefix(got, "__Host-") != tls || strings.Contains(got, "Domain") {
			t.Errorf("at %q the cookie is %s", at, got)
		}
	}
}

func TestSigningInTellsNobodyApart(t *testing.T) {
	s := newSite(t)
	s.operator("oper")
	normal := regexp.MustCompile(`(oper|nobody|[0-9a-f]{16})`)
	_, _, one := s.ask("POST", "/sign-in", form("name", "oper", "password", "wrong password"))
	_, _, two := s.ask("POST", "/sign-in", form("name", "nobody", "password", "wrong password"))
	if normal.ReplaceAllString(one, "") != normal.ReplaceAllString(two, "") {
		t.Errorf("an account that is there is answered\n%s\nand one that is not\n%s", one, two)
	}
	if !strings.Contains(one, "The sign-in name or the password is wrong") || strings.Contains(one, "wrong password") {
		t.Errorf("the page says %s", one)
	}
}

func TestFormsOfOtherSitesDoNothing(t *testing.T) {
	s := newSite(t)
	p := s.operator("oper")
	s.sign("oper", p)
	for _, path := range []string{"/sign-in", "/sign-out", "/account/paper", "/account/password", "/accounts/new", "/session", "/passkey/ask"} {
		for _, from := range []string{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"} {
			if status, _, _ := s.ask("POST", path, form("name", "evil", "role", "seeker"), from); status != 403 {
				t.Errorf("%s with %s: %d", path, from, status)
			}
		}
	}
	if s.person(s.cookie(sessionCookie)) == nil {
		t.Error("a form of another site ended the session")
	}
}

// What was written when a session had ended is sent after signing in again, and
// nowhere else.
func TestAFormOutlivesItsSession(t *testing.T) {
	s := newSite(t)
	p := s.operator("oper")
	s.sign("oper", p)
	s.at = s.at.Add(31 * time.Minute)
	status, _, text := s.ask("POST", "/accounts/organisation", form("id", "seoul", "title", "가상 <b>센터</b>", "kind", "agency", "password", "never kept"))
	m := regexp.MustCompile(`name="kept" value="([\w-]+)"`).FindStringSubmatch(text)
	if status != 200 || m == nil || !strings.Contains(text, "What you wrote is kept") {
		t.Fatalf("%d %s", status, text)
	}
	k, _ := parseKept(m[1])
	if k.Form.Has("password") {
		t.Error("a password is kept in the page")
	}
	status, _, text = s.sign("oper", p, "kept", m[1])
	if status != 200 || !strings.Contains(text, `action="/accounts/organisation"`) || !strings.Contains(text, `name="title" value="가상 <b>센터</b>"`) {
		t.Fatalf("%d %s", status, text)
	}
	delete(k.Form, "password")
	if status, to, text := s.ask("POST", k.Path, k.Form); status != 303 || to != "/accounts?done=organisation" {
		t.Fatalf("%d %s %s", status, to, text)
	}
	for _, evil := range []string{"//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"} {
		if _, to, _ := s.sign("oper", p, "next", evil); to != "/account" {
			t.Errorf("next %q leads to %q", evil, to)
		}
		s.at = s.at.Add(time.Minute)
	}
	if status, _, text := s.sign("oper", p, "kept", kept{Path: "https://evil.example/", Form: nil}.String()); status != 303 || strings.Contains(text, "evil") {
		t.Errorf("a form is kept for another site: %d", status)
	}
}

// A link from elsewhere cannot bring a form along that is sent after signing in:
// only a page of this site has one kept.
func TestALinkBringsNoFormAlong(t *testing.T) {
	s := newSite(t)
	evil := kept{Path: "/accounts/role", Form: form("name", "mallory", "role", "operator")}.String()
	if status, _, text := s.ask("GET", "/sign-in?next=%2Faccount&kept="+evil, nil); status != 200 || strings.Contains(text, `name="kept"`) || !strings.Contains(text, `name="next" value="/account"`) {
		t.Errorf("%d %s", status, text)
	}
}

// Who signed in more than ten minutes ago shows that it is they before power is
// handed out or what one signs in with changes; the session of before ends.
func TestWhatIsSensitiveAsksOnceMore(t *testing.T) {
	s := newSite(t)
	p := s.operator("oper")
	s.sign("oper", p)
	before := s.cookie(sessionCookie)
	s.at = s.at.Add(11 * time.Minute)
	last := ""
	for path, f := range map[string]url.Values{
		"/accounts/new": form("name", "kim", "role", "seeker"), "/accounts/recover": form("name", "kim"), "/accounts/role": form("name", "kim", "role", "analyst"),
		"/accounts/roles/1/confirm": nil, "/account/roles/1/lend": form("name", "kim", "until", "2026-03-05"),
		"/account/paper": nil, "/account/password": form("password", "another long one"), "/account/app": form("code", s.code(p)), "/account/factors/1": nil,
	} {
		status, _, text := s.ask("POST", path, f)
		if status != 200 || !strings.Contains(text, "show once more that it is you") {
			t.Errorf("%s: %d %s", path, status, text)
		}
		if path == "/accounts/new" {
			last = regexp.MustCompile(`name="kept" value="([\w-]+)"`).FindStringSubmatch(text)[1]
		}
	}
	if status, _, _ := s.ask("POST", "/passkey/ask", nil); status != 401 {
		t.Errorf("a new passkey: %d", status)
	}
	if status, _, _ := s.ask("GET", "/accounts", nil); status != 200 {
		t.Errorf("looking is not sensitive: %d", status)
	}
	if _, _, text := s.sign("oper", p, "kept", last); !strings.Contains(text, `action="/accounts/new"`) || s.person(before) != nil {
		t.Errorf("the form is lost, or the session of before goes on: %s", text)
	}
	if status, _, text := s.ask("POST", "/accounts/new", form("name", "kim", "role", "seeker")); status != 200 || !strings.Contains(text, "/enrol/") {
		t.Errorf("afterwards: %d", status)
	}
}

func TestARecoveryShowsAtSignIn(t *testing.T) {
	s := newSite(t)
	oper := s.operator("oper")
	token, _, err := s.Add(t.Context(), oper, "kim", Grant{Role: "seeker"})
	s.must(err)
	kim := s.join(token)
	s.sign("oper", oper)
	_, _, text := s.ask("POST", "/accounts/recover", form("name", "kim"))
	link := regexp.MustCompile(`/enrol/[\w-]{43}`).FindString(text)
	if link == "" {
		t.Fatalf("no link in %s", text)
	}
	if status, _, text := s.ask("POST", "/accounts/recover", form("name", "nobody")); status != 422 || !strings.Contains(text, "no account of this name") {
		t.Errorf("nobody: %d", status)
	}
	s.leave()
	if _, to, _ := s.sign("kim", kim, "next", "/jobs"); to != "/account" {
		t.Errorf("the notice is passed by: %s", to)
	}
	_, _, text = s.ask("GET", "/account", nil)
	cancel := regexp.MustCompile(`/account/recoveries/\w+`).FindString(text)
	if cancel == "" || !strings.Contains(text, "Somebody is recovering this account") {
		t.Fatalf("no notice in %s", text)
	}
	s.ask("POST", cancel, nil)
	s.at = s.at.Add(25 * time.Hour)
	if status, _, _ := s.ask("POST", link, nil); status != 403 {
		t.Errorf("a recovery that was cancelled goes on: %d", status)
	}
}

func TestTwoOperatorsGrantOnThePages(t *testing.T) {
	s := newSite(t)
	one := s.operator("oper")
	token, g, err := s.Add(t.Context(), nil, "two", Grant{Role: "operator"})
	s.must(err)
	two := s.join(token)
	confirm := fmt.Sprintf("/accounts/roles/%d/confirm", g.Number)
	s.sign("two", two)
	if status, _, _ := s.ask("POST", confirm, nil); status != 403 {
		t.Errorf("who gets a role confirms it: %d", status)
	}
	s.leave()
	s.sign("oper", one)
	if _, _, text := s.ask("GET", "/accounts", nil); !strings.Contains(text, confirm) || !strings.Contains(text, "Proposed by command on the server") {
		t.Error("the proposal, or who made it, is not shown")
	}
	status, to, _ := s.ask("POST", confirm, nil)
	if status != 303 || to != "/accounts?done=confirmed" {
		t.Errorf("%d %s", status, to)
	}
	if _, _, text := s.ask("GET", to, nil); !strings.Contains(text, "The role is confirmed") {
		t.Error("who confirmed a role is not told that it worked")
	}
	if status, _, text := s.ask("POST", confirm, nil); status != 422 || !strings.Contains(text, "settled already") {
		t.Errorf("twice: %d", status)
	}
	until := s.at.AddDate(0, 0, 5).Format(time.DateOnly)
	if status, _, text := s.ask("POST", fmt.Sprintf("/account/roles/%d/lend", one.Grants[0].Number), form("name", "two", "until", "2099-01-01")); status != 422 || !strings.Contains(text, `id="until-fault"`) {
		t.Errorf("a loan for ever: %d", status)
	}
	if status, _, _ := s.ask("POST", fmt.Sprintf("/account/roles/%d/lend", one.Grants[0].Number), form("name", "two", "until", until)); status != 303 {
		t.Errorf("a loan: %d", status)
	}
}

func TestOperatorsPagesOpenToSignedInOperators(t *testing.T) {
	s := newSite(t)
	oper := s.operator("oper")
	token, _, err := s.Add(t.Context(), oper, "kim", Grant{Role: "seeker"})
	s.must(err)
	kim := s.join(token)
	away := "X-Forwarded-For: 192.0.2.9"
	for _, tt := range []struct {
		name   string
		p      *Person
		status int
	}{{"", nil, 403}, {"kim", kim, 403}, {"oper", oper, 200}} {
		s.leave()
		if tt.p != nil {
			s.sign(tt.name, tt.p)
		}
		if status, _, _ := s.ask("GET", "/operators", nil, away); status != tt.status {
			t.Errorf("%q from elsewhere: %d", tt.name, status)
		}
	}
}

func TestTooMuchIsRefused(t *testing.T) {
	s := newSite(t)
	s.operator("oper")
	long := strings.Repeat("x", 3<<20)
	for path, f := range map[string]url.Values{
		"/sign-in": form("name", "oper", "password", long), "/sign-in/code": form("code", long), "/sign-in/passkey": form("id", "x", "answer", long),
	} {
		if status, _, _ := s.ask("POST", path, f); status != 413 {
			t.Errorf("%s with 3 MB: %d", path, status)
		}
	}
	for path, f := range map[string]url.Values{
		"/sign-in": form("name", "oper", "password", long[:3000]), "/sign-in/passkey": form("id", "x", "answer", long[:30000]),
	} {
		if status, _, text := s.ask("POST", path, f); status != 422 || strings.Contains(text, long[:3000]) {
			t.Errorf("%s: %d", path, status)
		}
	}
	for range 40 {
		s.ask("POST", "/sign-in", form("name", "oper", "password", "guess"))
	}
	if status, _, text := s.ask("POST", "/sign-in", form("name", "oper", "password", secretWord)); status != 429 || !strings.Contains(text, "too many tries") {
		t.Errorf("the 41st try: %d", status)
	}
}

// Neither names nor secrets get into the log, nor into addresses.
func TestTheLogTellsNothingOfAccounts(t *testing.T) {
	s := newSite(t)
	token, _, err := s.Add(t.Context(), nil, "hong-gildong", Grant{Role: "operator"})
	s.must(err)
	s.ask("GET", "/enrol/"+token, nil)
	p := s.join(token)
	s.sign("hong-gildong", p)
	s.ask("POST", "/accounts/new", form("name", "im-kkeokjeong", "role", "seeker"))
	for _, never := range []string{"hong", "kkeok", token, secretWord, s.cookie(sessionCookie), here.Agent} {
		if strings.Contains(s.log.String(), never) {
			t.Errorf("the log holds %q", never)
		}
	}
	if !strings.Contains(s.log.String(), "/enrol/{token}") {
		t.Error("the log has no patterns")
	}
}

// Without the database nobody is signed in, and pages for everybody go on.
func TestWithoutTheDatabaseNobodyIsSignedIn(t *testing.T) {
	s := newSite(t)
	p := s.operator("oper")
	s.sign("oper", p)
	h := &handlers{g: s.Registry}
	r := httptest.NewRequest("GET", "/", nil)
	r.AddCookie(&http.Cookie{Name: sessionCookie, Value: s.cookie(sessionCookie)})
	if by, err := h.reader(r); err != nil || by == nil || !by.May(ieum.Operate) {
		t.Fatal("the operator is not signed in")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if by, err := h.reader(r.WithContext(gone)); by != nil || err != nil {
		t.Error("somebody is signed in without the database")
	}
}

// A form that waits for a fresh sign-in is sent on by who wrote it alone: on a machine that
// two share nobody says yes for the other.
func TestAKeptFormIsItsWritersAlone(t *testing.T) {
	s := newSite(t)
	one, two := s.operator("oper"), s.operator("other")
	for who, with := range map[string]bool{"oper": true, "other": false} {
		s.leave()
		s.sign("oper", one)
		s.at = s.at.Add(11 * time.Minute)
		_, _, text := s.ask("POST", "/accounts/roles/77/confirm", form("x", "1"))
		waiting := regexp.MustCompile(`name="kept" value="([\w-]+)"`).FindStringSubmatch(text)
		if waiting == nil {
			t.Fatal(text)
		}
		s.at = s.at.Add(time.Minute)
		by := map[string]*Person{"oper": one, "other": two}[who]
		if _, _, text := s.sign(who, by, "kept", waiting[1]); strings.Contains(text, `action="/accounts/roles/77/confirm"`) != with {
			t.Errorf("%s may send it on: %t, want %t", who, !with, with)
		}
	}
}
