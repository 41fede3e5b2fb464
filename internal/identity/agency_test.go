package identity

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"ieum"
	"ieum/defs"
)

// byAgency sets a registry up with a provider.
func byAgency(t *testing.T, issuer string) func(*Options) {
	t.Helper()
	secret := filepath.Join(t.TempDir(), "oidc.secret")
	if err := os.WriteFile(secret, []byte("a secret of the test\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(o *Options) {
		o.Agency = &defs.Provider{Issuer: issuer, Client: "ieum", Secret: secret, Title: ieum.Text{KO: "가상 기관", EN: "Made-up agency"}, TwoFactors: defs.Claim{Claim: "amr", Values: []string{"mfa"}}}
	}
}

// led presses the button that leads to the agency and returns the address.
func (s *site) led(path string, f url.Values) string {
	s.t.Helper()
	status, _, text := s.ask("POST", path, f)
	m := regexp.MustCompile(`<a class="button" href="([^"]+)" rel="noreferrer">`).FindStringSubmatch(text)
	if status != 200 || m == nil {
		s.t.Fatalf("%s: %d %s", path, status, text)
	}
	return m[1]
}

// oidcProvider starts oidc-provider, a provider by others, and returns its
// issuer and a browser that signs in there as somebody and comes back with the
// address it is sent to.
func oidcProvider(t *testing.T) (issuer string, start func(callback string) (visit func(address, sub, amr string) string)) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node to run a provider of sign-ins with; install Node.js 20 or newer")
	}
	if _, err := os.Stat("testdata/oidc/node_modules/oidc-provider"); err != nil {
		t.Skip("no oidc-provider; install it with: npm ci --prefix internal/identity/testdata/oidc")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	ln.Close()
	issuer = "http://localhost:" + port
	return issuer, func(callback string) func(address, sub, amr string) string {
		c := exec.Command(node, "provider.mjs", port, callback)
		c.Dir, c.Stderr = "testdata/oidc", io.Discard
		in, err := c.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { in.Close(); c.Wait() })
		if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
			t.Fatalf("the provider says %q: %v", line, err)
		}
		browser := &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
			if strings.HasPrefix(r.URL.String(), callback) {
				return http.ErrUseLastResponse
			}
			return nil
		}}
		return func(address, sub, amr string) string {
			t.Helper()
			browser.Jar, _ = cookiejar.New(nil)
			res, err := browser.Get(issuer + "/as?" + form("sub", sub, "amr", amr).Encode())
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res, err = browser.Get(address); err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			back, ok := strings.CutPrefix(res.Header.Get("Location"), callback)
			if !ok {
				text, _ := io.ReadAll(res.Body)
				t.Fatalf("the provider answers %s %s", res.Status, text)
			}
			return agencyBack + back
		}
	}
}

// The whole way with a provider that is not ours: an unknown person gets no
// account; an account is linked by its owner, and signs in; without two factors
// of the agency its app is asked for; one that staff linked at making signs in.
func TestSigningInWithAProviderOfOthers(t *testing.T) {
	issuer, start := oidcProvider(t)
	s := newSite(t, byAgency(t, issuer))
	s.at = time.Now()
	visit := start(s.base + agencyBack)
	if status, _, text := s.ask("GET", visit(s.led(agencyBack, nil), "sub-of-kim", ""), nil); status != 403 || !strings.Contains(text, "No account is linked") {
		t.Fatalf("an unknown person: %d %s", status, text)
	}
	oper := s.operator("oper")
	s.ask("POST", "/sign-in", form("name", "oper", "password", secretWord))
	if status, _, text := s.ask("POST", "/sign-in/code", form("code", s.codeAt(oper, s.at.Add(30*time.Second)))); status != 303 {
		t.Fatalf("%d %s", status, text)
	}
	if status, to, text := s.ask("GET", visit(s.led("/account/agency", nil), "sub-of-oper", ""), nil); status != 303 || to != "/account" {
		t.Fatalf("linking: %d %s %s", status, to, text)
	}
	if _, _, text := s.ask("GET", "/account", nil); !strings.Contains(text, "The agency's sign-in") {
		t.Error("the account does not show the link")
	}
	status, _, text := s.ask("POST", "/accounts/new", form("name", "kim", "role", "seeker", "subject", "sub-of-kim"))
	if status != 200 || !strings.Contains(text, "/enrol/") {
		t.Fatalf("making a linked account: %d %s", status, text)
	}
	if status, _, text := s.ask("POST", "/accounts/new", form("name", "lee", "role", "seeker", "subject", "sub-of-kim")); status != 422 || !strings.Contains(text, `id="subject-fault"`) {
		t.Errorf("two accounts for one person: %d %s", status, text)
	}
	if _, err := s.Find(t.Context(), "lee"); err == nil {
		t.Error("an account whose link was refused is left")
	}
	s.leave()
	if status, to, text := s.ask("GET", visit(s.led(agencyBack, form("next", "/account?from=there")), "sub-of-kim", ""), nil); status != 303 || to != "/account?from=there" {
		t.Fatalf("kim: %d %s %s", status, to, text)
	}
	if p := s.person(s.cookie(sessionCookie)); p.Name != "kim" || p.Session.factors != 1 {
		t.Errorf("kim is %+v", p)
	}
	s.leave()
	if status, _, text := s.ask("GET", visit(s.led(agencyBack, nil), "sub-of-oper", "pwd"), nil); status != 200 || !strings.Contains(text, "One more step") {
		t.Errorf("staff with one factor: %d %s", status, text)
	}
	if p := s.person(s.cookie(sessionCookie)); p == nil || p.Session.Stage != stageFirst || p.MayAny(ieum.Operate) {
		t.Errorf("one factor came to %+v", p)
	}
	s.leave()
	if status, _, text := s.ask("GET", visit(s.led(agencyBack, nil), "sub-of-oper", "mfa"), nil); status != 303 {
		t.Errorf("staff with two factors: %d %s", status, text)
	}
	if p := s.person(s.cookie(sessionCookie)); p == nil || !p.MayAny(ieum.Operate) {
		t.Errorf("two factors came to %+v", p)
	}
	for _, never := range []string{"sub-of-kim", "sub-of-oper"} {
		if strings.Contains(s.copyOf(), never) || strings.Contains(s.log.String(), never) {
			t.Errorf("the database or the log holds %s", never)
		}
	}
}

// A rogue is a provider that answers as a test bids it.
type rogue struct {
	*httptest.Server
	key   *rsa.PrivateKey
	mu    sync.Mutex
	claim map[string]any // of the next token; nil is left out
	alg   jose.SignatureAlgorithm
	by    any // signs; default key
	token func(w http.ResponseWriter)
	seen  url.Values // what the last code was exchanged with
	user  string     // and by whom
}

func newRogue(t *testing.T) *rogue {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &rogue{key: key}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/auth", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256", "none", "HS256"}, "authorization_response_iss_parameter_supported": true})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "k", Use: "sig"}}})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		r.ParseForm()
		p.seen = r.PostForm
		p.user, _, _ = r.BasicAuth()
		w.Header().Set("Content-Type", "application/json")
		if p.token != nil {
			p.token(w)
			return
		}
		json.NewEncoder(w).Encode(map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": p.signed()})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *rogue) signed() string {
	claims := maps.Clone(p.claim)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	text, _ := json.Marshal(claims)
	if p.alg == "none" {
		return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString(text) + "."
	}
	by := p.by
	if by == nil {
		by = p.key
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: p.alg, Key: by}, (&jose.SignerOptions{}).WithHeader("kid", "k"))
	if err != nil {
		panic(err)
	}
	signed, err := signer.Sign(text)
	if err != nil {
		panic(err)
	}
	out, _ := signed.CompactSerialize()
	return out
}

// A provider that lies, or somebody who changes what it says on the way, signs
// nobody in.
func TestAnswersOfAgenciesThatDoNotCount(t *testing.T) {
	p, other := newRogue(t), newRogue(t)
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, byAgency(t, p.URL))
	oper := s.operator("oper")
	_, _, err = s.AddLinked(t.Context(), oper, "kim", "sub-of-kim", Grant{Role: "seeker"})
	s.must(err)
	huge := strings.Repeat(" ", agencyBytes) + "{}"
	for name, tt := range map[string]struct {
		claim map[string]any
		set   func()
		query func(url.Values)
		path  string
		want  int
	}{
		"as it should be":         {want: 303},
		"two audiences, for us":   {claim: map[string]any{"aud": []string{"ieum", "b"}, "azp": "ieum"}, want: 303},
		"another issuer":          {claim: map[string]any{"iss": "https://login.example"}, want: 403},
		"the issuer with a slash": {claim: map[string]any{"iss": p.URL + "/"}, want: 403},
		"for another service":     {claim: map[string]any{"aud": "other"}, want: 403},
		"for two, the other's":    {claim: map[string]any{"aud": []string{"ieum", "b"}, "azp": "b"}, want: 403},
		"for two, nobody's":       {claim: map[string]any{"aud": []string{"ieum", "b"}}, want: 403},
		"another nonce":           {claim: map[string]any{"nonce": "n"}, want: 403},
		"no nonce":                {claim: map[string]any{"nonce": nil}, want: 403},
		"over":                    {claim: map[string]any{"exp": s.at.Add(-time.Minute).Unix()}, want: 403},
		"made in an hour":         {claim: map[string]any{"iat": s.at.Add(time.Hour).Unix()}, want: 403},
		"signed in yesterday":     {claim: map[string]any{"auth_time": s.at.Add(-24 * time.Hour).Unix()}, want: 403},
		"does not say when":       {claim: map[string]any{"auth_time": nil}, want: 403},
		"nobody":                  {claim: map[string]any{"sub": ""}, want: 403},
		"somebody else":           {claim: map[string]any{"sub": "sub-of-lee"}, want: 403},
		"not signed":              {set: func() { p.alg = "none" }, want: 403},
		"signed with the secret":  {set: func() { p.alg, p.by = jose.HS256, []byte("a secret of the test, long enough for it") }, want: 403},
		"signed with another key": {set: func() { p.by = other.key }, want: 403},
		"signed by a stranger":    {set: func() { p.alg, p.by = jose.ES256, stranger }, want: 403},
		"no token": {set: func() {
			p.token = func(w http.ResponseWriter) { io.WriteString(w, `{"access_token":"x","token_type":"Bearer"}`) }
		}, want: 403},
		"a huge reply": {set: func() { p.token = func(w http.ResponseWriter) { io.WriteString(w, huge) } }, want: 403},
		"leads elsewhere": {set: func() {
			p.token = func(w http.ResponseWriter) { w.Header().Set("Location", other.URL+"/token"); w.WriteHeader(307) }
		}, want: 403},
		"refuses the code": {set: func() {
			p.token = func(w http.ResponseWriter) { w.WriteHeader(400); io.WriteString(w, `{"error":"sub-of-kim"}`) }
		}, want: 403},
		"another state":        {query: func(q url.Values) { q.Set("state", purse("x").state()) }, want: 403},
		"no state":             {query: func(q url.Values) { q.Del("state") }, want: 403},
		"of another provider":  {query: func(q url.Values) { q.Set("iss", other.URL) }, want: 403},
		"does not say of whom": {query: func(q url.Values) { q.Del("iss") }, want: 403},
		"says no":              {query: func(q url.Values) { q.Set("error", "access_denied") }, want: 403},
		"no code":              {query: func(q url.Values) { q.Del("code") }, want: 403},
		"another browser's":    {set: func() { s.leave() }, want: 403},
		"eleven minutes later": {set: func() { s.at = s.at.Add(errandLasts + time.Minute) }, want: 403},
	} {
		t.Run(name, func(t *testing.T) {
			s.leave()
			s.at = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
			for range 40 { // no try is held up here
				s.addresses.forget("127.0.0.1")
			}
			at, err := url.Parse(s.led(agencyBack, nil))
			s.must(err)
			q := at.Query()
			p.alg, p.by, p.token, p.seen = jose.RS256, nil, nil, nil
			p.claim = map[string]any{"iss": p.URL, "aud": "ieum", "sub": "sub-of-kim", "nonce": q.Get("nonce"), "exp": s.at.Add(time.Minute).Unix(), "iat": s.at.Unix(), "auth_time": s.at.Unix()}
			maps.Copy(p.claim, tt.claim)
			if tt.set != nil {
				tt.set()
			}
			back := form("state", q.Get("state"), "code", "c0de", "iss", p.URL)
			if tt.query != nil {
				tt.query(back)
			}
			status, _, text := s.ask("GET", agencyBack+"?"+back.Encode(), nil)
			in := s.cookie(sessionCookie) != ""
			if status != tt.want || in != (tt.want == 303) {
				t.Errorf("%d, signed in %v: %s", status, in, text)
			}
			if tt.want != 303 {
				return
			}
			if q.Get("code_challenge_method") != "S256" || q.Get("redirect_uri") != s.base+agencyBack || q.Get("max_age") != "600" || p.seen.Get("code_verifier") == "" || p.user != "ieum" {
				t.Errorf("asked with %v and exchanged with %v by %q", q, p.seen, p.user)
			}
			s.leave()
			if status, _, _ := s.ask("GET", agencyBack+"?"+back.Encode(), nil); status != 403 || s.cookie(sessionCookie) != "" {
				t.Errorf("the same answer once more: %d", status)
			}
		})
	}
}

// Linking is begun and ended by one person, in one session: an answer that
// another began links nothing.
func TestAnAgencyIsLinkedByItsOwnerOnly(t *testing.T) {
	p := newRogue(t)
	s := newSite(t, byAgency(t, p.URL))
	oper := s.operator("oper")
	s.sign("oper", oper)
	at, err := url.Parse(s.led("/account/agency", nil))
	s.must(err)
	q := at.Query()
	p.alg = jose.RS256
	p.claim = map[string]any{"iss": p.URL, "aud": "ieum", "sub": "sub-of-another", "nonce": q.Get("nonce"), "exp": s.at.Add(time.Minute).Unix(), "iat": s.at.Unix(), "auth_time": s.at.Unix()}
	s.ask("POST", "/sign-out", nil)
	back := agencyBack + "?" + form("state", q.Get("state"), "code", "c", "iss", p.URL).Encode()
	if status, _, text := s.ask("GET", back, nil); status != 401 && status != 403 {
		t.Errorf("after signing out: %d %s", status, text)
	}
	if have, err := s.Factors(t.Context(), oper.ID); err != nil || len(have) != 2 {
		t.Errorf("linked all the same: %v %v", have, err)
	}
	token, _, err := s.Add(t.Context(), oper, "kim", Grant{Role: "seeker"})
	s.must(err)
	kim := s.join(token)
	s.sign("oper", oper)
	at, err = url.Parse(s.led("/account/agency", nil))
	s.must(err)
	q = at.Query()
	p.claim["nonce"], p.claim["auth_time"], p.claim["iat"], p.claim["exp"] = q.Get("nonce"), s.at.Unix(), s.at.Unix(), s.at.Add(time.Hour).Unix()
	s.ask("POST", "/sign-out", nil)
	s.sign("kim", kim)
	back = agencyBack + "?" + form("state", q.Get("state"), "code", "c", "iss", p.URL).Encode()
	s.ask("GET", back, nil)
	for _, one := range []*Person{oper, kim} {
		if have, err := s.Factors(t.Context(), one.ID); err != nil || len(have) != 2 {
			t.Errorf("begun by one and ended by another, it links %s: %v %v", one.Name, have, err)
		}
	}
	if status, _, _ := s.ask("POST", "/account/agency", nil, "Origin: https://evil.example"); status != 403 {
		t.Errorf("a form of another site begins linking: %d", status)
	}
}

// Whoever made an account that an agency's sign-in opens has a first link to it:
// that is over once its owner was there.
func TestTheFirstLinkEndsWithTheFirstSignIn(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		k.agency = &agency{def: &defs.Provider{Issuer: "https://agency.example"}}
		token, _, err := k.AddLinked(ctx, k.operator("oper"), "kim", "sub-of-kim", Grant{Role: "seeker"})
		k.must(err)
		_, maker, err := k.Arrive(ctx, token, "") // the page of the link is open already
		k.must(err)
		_, err = k.enterBy(ctx, here, witness{subject: "sub-of-kim", at: k.at})
		k.must(err)
		_, _, err = k.Linked(ctx, token)
		k.refused(err, "identity.error.link")
		_, _, err = k.SetPassword(ctx, maker, "", secretWord, "", false)
		k.refused(err, "identity.error.link")
	})
}

// Whoever makes an account names whom the agency knows its owner as. When that is their
// own sign-in there, nothing of it is left once the owner came by the link, who is told,
// and links their own.
func TestAnOwnerLinksTheAgencyThemselves(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		k.agency = &agency{def: &defs.Provider{Issuer: "https://agency.example"}}
		token, _, err := k.AddLinked(ctx, k.operator("oper"), "kim", "sub-of-the-maker", Grant{Role: "seeker"})
		k.must(err)
		kim := k.join(token)
		if got := k.states(kim.ID); got != agencyDropped+"="+waits {
			t.Errorf("the owner is told %s", got)
		}
		_, err = k.enterBy(ctx, here, witness{subject: "sub-of-the-maker", two: true, at: k.at})
		k.refused(err, "identity.error.no_account")
		_, err = k.setUp(ctx, kim, "", k.agencySetting("sub-of-kim"))
		k.must(err)
		e, err := k.enterBy(ctx, here, witness{subject: "sub-of-kim", two: true, at: k.at})
		k.must(err)
		if e.Account != kim.ID {
			t.Errorf("the owner's own sign-in opens %s", e.Account)
		}
	})
}

// Without the agency other ways in go on; secrets that others may read, and
// addresses without TLS, are refused.
func TestAnAgencyThatIsAway(t *testing.T) {
	p := newRogue(t)
	p.Close()
	s := newSite(t, byAgency(t, p.URL))
	oper := s.operator("oper")
	if status, _, text := s.ask("POST", agencyBack, nil); status != 503 || !strings.Contains(text, "cannot be reached") {
		t.Errorf("%d %s", status, text)
	}
	if status, _, _ := s.sign("oper", oper); status != 303 {
		t.Errorf("with a password: %d", status)
	}
	var o Options
	byAgency(t, "https://login.example")(&o)
	s.must(os.Chmod(o.Agency.Secret, 0o644))
	if _, err := newAgency(o.Agency, time.Now); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a secret that others may read: %v", err)
	}
	s.must(os.Chmod(o.Agency.Secret, 0o600))
	a, err := newAgency(o.Agency, time.Now)
	s.must(err)
	for _, at := range []string{"http://localhost:1/", "http://192.0.2.1/", "ftp://login.example/"} {
		if _, err := a.client.Get(at); err == nil || !strings.Contains(err.Error(), "without TLS") {
			t.Errorf("%s is asked: %v", at, err)
		}
	}
}

// Who comes while a slow provider is asked does not wait behind all who came before, and who
// leaves waits no longer.
func TestASlowAgencyIsAskedOnceForAll(t *testing.T) {
	asked, answer := make(chan bool, 10), make(chan bool)
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- true
		<-answer
		http.Error(w, "", http.StatusServiceUnavailable)
	}))
	defer slow.Close()
	var o Options
	byAgency(t, slow.URL)(&o)
	a, err := newAgency(o.Agency, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan error, 4)
	for range 3 {
		go func() { _, err := a.find(t.Context()); got <- err }()
	}
	<-asked
	gone, leave := context.WithCancel(t.Context())
	go func() { _, err := a.find(gone); got <- err }()
	leave()
	if err := <-got; !errors.Is(err, ieum.ErrUnavailable) {
		t.Errorf("who left is told %v", err)
	}
	close(answer)
	for range 3 {
		if err := <-got; !errors.Is(err, ieum.ErrUnavailable) {
			t.Errorf("who waited is told %v", err)
		}
	}
}

// A form that waits is sent on by who signed in with the agency in another
// window, and by nobody else.
func TestAFormWaitsForTheOtherWindow(t *testing.T) {
	p := newRogue(t)
	s := newSite(t, byAgency(t, p.URL))
	oper := s.operator("oper")
	waiting := kept{Path: "/accounts/organisation", Form: form("title", "가상 센터")}.String()
	if status, _, text := s.ask("POST", "/sign-in/kept", form("kept", waiting)); status != 200 || strings.Contains(text, `name="title"`) || !strings.Contains(text, waiting) {
		t.Errorf("nobody signed in: %d %s", status, text)
	}
	s.sign("oper", oper)
	if status, _, text := s.ask("POST", "/sign-in/kept", form("kept", waiting)); status != 200 || !strings.Contains(text, `name="title" value="가상 센터"`) {
		t.Errorf("signed in elsewhere: %d %s", status, text)
	}
	if _, _, text := s.ask("POST", "/sign-in/kept", form("kept", kept{Path: "https://evil.example/", Form: nil}.String())); strings.Contains(text, "evil") {
		t.Error("a form is kept for another site")
	}
}
