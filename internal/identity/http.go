package identity

import (
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ieum"
	"ieum/internal/platform/web"
)

//go:embed all:pages
var files embed.FS

// Routes serves the pages of accounts, and tells every page who is signed in.
func (g *Registry) Routes(site *web.Site, mux *web.Mux) {
	h := &handlers{g, site, site.Pages(files)}
	site.Reader, site.SignIn = h.reader, h.signInHere
	mux.Page("GET /sign-in", web.Own, h.signIn)
	mux.Page("POST /sign-in", web.Own, h.signInNow)
	mux.Page("POST /sign-in/code", web.Own, h.second)
	mux.Page("POST /sign-in/ask", web.Own, h.askAny)
	mux.Page("POST /sign-in/passkey", web.Own, h.byPasskey)
	mux.Page("POST /sign-in/kept", web.Own, h.keptAgain)
	if h.g.Agency() != nil {
		mux.Page("POST "+agencyBack, web.Own, h.toAgency)
		mux.Page("GET "+agencyBack, web.Own, h.fromAgency)
		mux.Page("POST /account/agency", web.Own, h.signedIn(h.recent(h.linkAgency)))
	}
	mux.Page("POST /sign-out", web.Own, h.signOut)
	mux.Page("POST /session", web.Own, h.signedIn(h.extend))
	mux.Page("GET /enrol/{token}", web.Own, h.linked)
	mux.Page("POST /enrol/{token}", web.Own, h.arrive)
	mux.Page("GET /enrol", web.Own, h.enrol)
	mux.Page("POST /enrol", web.Own, h.enrolNow)
	mux.Page("POST /passkey/ask", web.Own, h.askNew)
	mux.Page("POST /passkey", web.Own, h.setPasskey)
	mux.Page("GET /account", web.Own, h.signedIn(h.account))
	mux.Page("GET /statistics", web.Own, h.signedIn(h.statistics))
	mux.Page("POST /account/password", web.Own, h.signedIn(h.recent(h.setPassword)))
	mux.Page("POST /account/app", web.Own, h.signedIn(h.recent(h.setApp)))
	mux.Page("POST /account/paper", web.Own, h.signedIn(h.print))
	mux.Page("POST /account/factors/{number}", web.Own, h.signedIn(h.removeFactor))
	mux.Page("POST /account/sessions/{id}", web.Own, h.signedIn(h.endSession))
	mux.Page("POST /account/recoveries/{id}", web.Own, h.signedIn(h.cancel))
	mux.Page("POST /account/roles/{number}/end", web.Own, h.signedIn(h.endRole("/account")))
	mux.Page("POST /account/roles/{number}/lend", web.Own, h.signedIn(h.recent(h.lend)))
	mux.Page("POST /account/proof", web.Own, h.signedIn(h.recent(h.beginProof)))
	mux.Page("POST /account/proof/mailed", web.Own, h.signedIn(h.enterMailed))
	mux.Page("POST /account/proof/{id}", web.Own, h.signedIn(h.finishProof))
	h.noticeRoutes(mux)
	mux.Page("POST /account/keys/{number}", web.Own, h.signedIn(h.recent(h.drawKey)))
	mux.Page("POST /account/keys/{number}/end", web.Own, h.signedIn(h.endKey("/account")))
	mux.Page("POST /accounts/keys/{number}/confirm", web.Accounts, h.signedIn(h.recent(h.confirmKey)))
	mux.Page("POST /accounts/keys/{number}/end", web.Accounts, h.signedIn(h.endKey("/accounts?done=key_ended")))
	mux.Page("GET /accounts", web.Accounts, h.signedIn(h.accounts))
	mux.Page("POST /accounts", web.Accounts, h.signedIn(h.find))
	mux.Page("GET /accounts/{do}", web.Accounts, h.signedIn(h.manage))
	mux.Page("POST /accounts/{do}", web.Accounts, h.signedIn(h.recent(h.manage)))
	mux.Page("POST /accounts/roles/{number}/confirm", web.Accounts, h.signedIn(h.recent(h.confirm)))
	mux.Page("POST /accounts/roles/{number}/end", web.Accounts, h.signedIn(h.endRole("/accounts?done=ended")))
}

type handlers struct {
	g     *Registry
	site  *web.Site
	pages *web.Pages
}

// The cookies: of the session, and of a browser that was signed in with before.
const (
	sessionCookie = "session"
	knownCookie   = "known"
	knownLasts    = 365 * 24 * time.Hour
	endedLasts    = 24 * time.Hour // for so long a browser still says that a session was its own
)

func (h *handlers) secure(r *http.Request) bool {
	return r.TLS != nil || strings.HasPrefix(h.g.url, "https://")
}

// setCookie sets a cookie for this host alone; under TLS by a name that no
// other host of the domain can set.
func (h *handlers) setCookie(w http.ResponseWriter, r *http.Request, name, value string, age time.Duration) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: int(age.Seconds())}
	if value == "" {
		c.MaxAge = -1
	}
	if h.secure(r) {
		c.Name, c.Secure = "__Host-"+name, true
	}
	http.SetCookie(w, c)
}

func (h *handlers) cookie(r *http.Request, name string) string {
	if h.secure(r) {
		name = "__Host-" + name
	}
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// visit says where a request comes from. A proxy on this machine says for whom
// it asks; nobody else is believed.
func (h *handlers) visit(r *http.Request) Visit {
	address := r.RemoteAddr
	host, _, _ := net.SplitHostPort(address)
	if said := r.Header.Values("X-Forwarded-For"); len(said) > 0 && net.ParseIP(host).IsLoopback() {
		hops := strings.Split(said[len(said)-1], ",")
		address = strings.TrimSpace(hops[len(hops)-1])
	}
	return Visit{Address: address, Agent: r.UserAgent(), Known: h.cookie(r, knownCookie), Session: h.cookie(r, sessionCookie)}
}

func (h *handlers) who(r *http.Request) (*Person, error) {
	token := h.cookie(r, sessionCookie)
	if token == "" {
		return nil, nil
	}
	p, err := h.g.Who(r.Context(), token)
	if p != nil {
		p.Session.browser = sum(h.cookie(r, knownCookie))
	}
	return p, err
}

// reader tells the pages who is signed in. Without the database nobody can say.
func (h *handlers) reader(r *http.Request) (*web.Reader, error) {
	if secret := bearer(r); secret != "" {
		return h.program(r, secret)
	}
	p, err := h.who(r)
	if err != nil {
		slog.ErrorContext(r.Context(), "identity: session", "err", err)
	}
	if errors.Is(err, ieum.ErrUnavailable) {
		return nil, err
	}
	if p == nil || p.Session.Stage != stageFull {
		return nil, nil
	}
	warnings, err := h.g.Warnings(r.Context(), p)
	if err != nil {
		return nil, err
	}
	return &web.Reader{Warnings: warnings, ID: p.ID, Name: p.Name, Left: p.Session.Ends().Sub(h.g.now()), Final: p.Session.Final(), Fresh: p.Fresh(h.g.now()), May: p.MayAny, Over: p.Over}, nil
}

// start is where somebody goes on who just came in by a session: to the work of
// their role, or to their account.
func (h *handlers) start(r *http.Request, cookie string) (string, error) {
	p, err := h.g.Who(r.Context(), cookie)
	if err != nil {
		return "", err
	}
	if at := h.site.Start(p.MayAny); at != "" {
		return at, nil
	}
	return "/account", nil
}

// A handler answers somebody who is signed in.
type handler func(http.ResponseWriter, *http.Request, *Person) error

// signedIn lets only somebody through who is signed in. Others sign in first; a
// form they sent is kept in the page meanwhile.
func (h *handlers) signedIn(do handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		p, err := h.who(r)
		if err != nil {
			return err
		}
		w.Header().Set("Cache-Control", "no-store")
		if p == nil || p.Session.Stage != stageFull {
			return h.signInFirst(w, r, "")
		}
		if err = do(w, r, p); errors.Is(err, ieum.ErrSignedOut) {
			return h.signInFirst(w, r, p.Name)
		}
		return err
	}
}

// signInHere is signInFirst for the pages of others.
func (h *handlers) signInHere(w http.ResponseWriter, r *http.Request) error {
	name := ""
	if by := web.By(r); by != nil {
		name = by.Name
	}
	return h.signInFirst(w, r, name)
}

// signInFirst asks for a sign-in before what was asked for.
func (h *handlers) signInFirst(w http.ResponseWriter, r *http.Request, name string) error {
	if r.Method == http.MethodGet {
		http.Redirect(w, r, "/sign-in?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return nil
	}
	if err := r.ParseForm(); err != nil {
		return &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.form", Message: "the form cannot be read"}
	}
	of, err := h.wrote(r)
	if err != nil {
		return err
	}
	f := signInForm{Name: name, Kept: kept{Path: r.URL.Path, Form: web.Posted(r), Of: of}.String()}
	return h.show(w, r, "sign-in.html", f, nil)
}

// wrote returns whose account a form comes from that asks for a sign-in: who is on the way
// in or signed in too long ago; or, when the session is over, who last signed in with this
// browser. "" is a visitor, who has no session, and who came by a link before it was over.
func (h *handlers) wrote(r *http.Request) (AccountID, error) {
	p, err := h.who(r)
	switch {
	case err != nil:
		return "", err
	case p != nil:
		return p.ID, nil
	case h.cookie(r, sessionCookie) == "":
		return "", nil
	}
	return h.g.store.lastIn(r.Context(), sum(h.cookie(r, knownCookie)))
}

// recent lets only somebody through who signed in a short while ago; others
// show once more that it is they.
func (h *handlers) recent(do handler) handler {
	return func(w http.ResponseWriter, r *http.Request, p *Person) error {
		if !p.Fresh(h.g.now()) {
			return ieum.ErrSignedOut
		}
		return do(w, r, p)
	}
}

// kept is a form that waits in the page until its sender has signed in. It is in no other
// place, and not signed: one that somebody made up holds what they made up, nobody else's
// fields, and a page of another site cannot post one here. What it asks for is done when its
// reader sends it, with their own rights.
type kept struct {
	Path string
	Form url.Values
	Of   ieum.AccountID `json:",omitempty"` // whose account it was written in; "" = nobody's
}

// by says whether a form may be sent on by who signed in now: not by another than who wrote
// it, on a machine that they share.
func (k kept) by(a ieum.AccountID) bool { return k.Of == "" || k.Of == a }

func (k kept) String() string {
	text, err := json.Marshal(k)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// parseKept reads what String wrote; false when there is none, or when it would
// be sent elsewhere than to a page of ours.
func parseKept(s string) (k kept, ok bool) {
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || json.Unmarshal(text, &k) != nil || !local(k.Path) || strings.Contains(k.Path, "?") {
		return kept{}, false
	}
	return k, true
}

// local says whether an address is a path of this site.
func local(next string) bool {
	u, err := url.Parse(next)
	return err == nil && strings.HasPrefix(next, "/") && !strings.HasPrefix(next, "//") && !strings.ContainsAny(next, "\\\t\r\n") && u.Host == "" && u.Scheme == ""
}
