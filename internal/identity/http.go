package identity

import (
	"bytes"
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"html/template"
	"image/png"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/web"
)

//go:embed all:pages
var files embed.FS

// Routes serves the pages of accounts, and tells every page who is signed in.
func (g *Registry) Routes(site *web.Site, mux *web.Mux) {
	h := &handlers{g, site.Pages(files)}
	site.Reader = h.reader
	mux.Page("GET /sign-in", web.Own, h.signIn)
	mux.Page("POST /sign-in", web.Own, h.signInNow)
	mux.Page("POST /sign-in/code", web.Own, h.second)
	mux.Page("POST /sign-in/ask", web.Own, h.askAny)
	mux.Page("POST /sign-in/passkey", web.Own, h.byPasskey)
	mux.Page("POST /sign-out", web.Own, h.signOut)
	mux.Page("POST /session", web.Own, h.signedIn(h.extend))
	mux.Page("GET /enrol/{token}", web.Own, h.linked)
	mux.Page("POST /enrol/{token}", web.Own, h.arrive)
	mux.Page("GET /enrol", web.Own, h.enrol)
	mux.Page("POST /enrol", web.Own, h.enrolNow)
	mux.Page("POST /passkey/ask", web.Own, h.askNew)
	mux.Page("POST /passkey", web.Own, h.setPasskey)
	mux.Page("GET /account", web.Own, h.signedIn(h.account))
	mux.Page("POST /account/password", web.Own, h.signedIn(h.recent(h.setPassword)))
	mux.Page("POST /account/app", web.Own, h.signedIn(h.recent(h.setApp)))
	mux.Page("POST /account/paper", web.Own, h.signedIn(h.print))
	mux.Page("POST /account/factors/{number}", web.Own, h.signedIn(h.removeFactor))
	mux.Page("POST /account/sessions/{id}", web.Own, h.signedIn(h.endSession))
	mux.Page("POST /account/recoveries/{id}", web.Own, h.signedIn(h.cancel))
	mux.Page("POST /account/roles/{number}/end", web.Own, h.signedIn(h.endRole("/account")))
	mux.Page("POST /account/roles/{number}/lend", web.Own, h.signedIn(h.recent(h.lend)))
	mux.Page("GET /accounts", web.Accounts, h.signedIn(h.accounts))
	mux.Page("GET /accounts/{do}", web.Accounts, h.signedIn(h.manage))
	mux.Page("POST /accounts/{do}", web.Accounts, h.signedIn(h.recent(h.manage)))
	mux.Page("POST /accounts/roles/{number}/confirm", web.Accounts, h.signedIn(h.recent(h.confirm)))
	mux.Page("POST /accounts/roles/{number}/end", web.Accounts, h.signedIn(h.endRole("/accounts")))
}

type handlers struct {
	g     *Registry
	pages *web.Pages
}

// The cookies: of the session, and of a browser that was signed in with before.
const (
	sessionCookie = "session"
	knownCookie   = "known"
	knownLasts    = 365 * 24 * time.Hour
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
	return h.g.Who(r.Context(), token)
}

// reader tells the pages who is signed in. Without the database nobody is, and
// what needs nobody goes on.
func (h *handlers) reader(r *http.Request) *web.Reader {
	p, err := h.who(r)
	if err != nil {
		slog.ErrorContext(r.Context(), "identity: session", "err", err)
	}
	if p == nil || p.Session.Stage != stageFull {
		return nil
	}
	return &web.Reader{ID: p.ID, Name: p.Name, Left: p.Session.Ends().Sub(h.g.now()), Fresh: p.Fresh(h.g.now()), May: p.MayAny, Over: p.Over}
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

// signInFirst asks for a sign-in before what was asked for.
func (h *handlers) signInFirst(w http.ResponseWriter, r *http.Request, name string) error {
	if r.Method == http.MethodGet {
		http.Redirect(w, r, "/sign-in?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return nil
	}
	if err := r.ParseForm(); err != nil {
		return &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.form", Message: "the form cannot be read"}
	}
	f := signInForm{Name: name, Kept: kept{r.URL.Path, web.Posted(r)}.String()}
	return h.show(w, r, "sign-in.html", f, nil)
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

// kept is a form that waits in the page until its sender has signed in.
type kept struct {
	Path string
	Form url.Values
}

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

type signInForm struct {
	Name     string `q:"name" label:"identity.field.name"`
	Password string `q:"password" max:"2000" label:"identity.field.password"`
	Code     string `q:"code" max:"100" label:"identity.field.code"`
	ID       string `q:"id"`
	Answer   string `q:"answer" max:"20000"`
	Next     string `q:"next" max:"2000"`
	Kept     string `q:"kept" max:"1500000"`
	Passkeys bool
	Notice   string
}

// show shows a form of somebody who is not signed in (fully), with what has to
// be mended.
func (h *handlers) show(w http.ResponseWriter, r *http.Request, page string, f signInForm, err error) error {
	w.Header().Set("Cache-Control", "no-store")
	f.Password, f.Code, f.Answer, f.Passkeys = "", "", "", h.g.Passkeys(r.Host)
	if err != nil {
		return h.pages.Again(w, r, page, f, err)
	}
	return h.pages.Reply(w, r, page, f)
}

func (h *handlers) signIn(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Read[signInForm](r)
	if err != nil {
		return err
	}
	return h.show(w, r, "sign-in.html", f, nil)
}

func (h *handlers) signInNow(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Read[signInForm](r)
	if err != nil {
		return h.show(w, r, "sign-in.html", f, err)
	}
	e, err := h.g.SignIn(r.Context(), h.visit(r), f.Name, f.Password)
	if err != nil {
		return h.show(w, r, "sign-in.html", f, err)
	}
	if e.Second {
		h.setCookie(w, r, sessionCookie, e.Cookie, entrance)
		return h.show(w, r, "second.html", f, nil)
	}
	return h.enter(w, r, f, e)
}

func (h *handlers) second(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Read[signInForm](r)
	if err != nil {
		return h.show(w, r, "second.html", f, err)
	}
	p, err := h.who(r)
	if err != nil {
		return err
	}
	e, err := h.g.Second(r.Context(), h.visit(r), p, f.Code)
	if errors.Is(err, ieum.ErrSignedOut) {
		f.Notice = "again"
		return h.show(w, r, "sign-in.html", f, nil)
	}
	if err != nil {
		return h.show(w, r, "second.html", f, err)
	}
	return h.enter(w, r, f, e)
}

func (h *handlers) askAny(w http.ResponseWriter, r *http.Request) error {
	q, err := h.g.AskAny(r.Context(), h.visit(r).Address, r.Host)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, q)
}

func (h *handlers) byPasskey(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Read[signInForm](r)
	if err != nil {
		return h.show(w, r, "sign-in.html", f, err)
	}
	e, err := h.g.SignInByPasskey(r.Context(), h.visit(r), r.Host, f.ID, []byte(f.Answer))
	if err != nil {
		return h.show(w, r, "sign-in.html", f, err)
	}
	return h.enter(w, r, f, e)
}

// enter goes on to what was asked for before the sign-in. A recovery under way
// is shown first.
func (h *handlers) enter(w http.ResponseWriter, r *http.Request, f signInForm, e Entry) error {
	h.setCookie(w, r, sessionCookie, e.Cookie, absolute)
	h.setCookie(w, r, knownCookie, e.Known, knownLasts)
	w.Header().Set("Cache-Control", "no-store")
	under, err := h.g.Recoveries(r.Context(), e.Account)
	if err != nil {
		return err
	}
	if k, ok := parseKept(f.Kept); ok && len(under) == 0 {
		return h.pages.Reply(w, r, "kept.html", k)
	}
	next := f.Next
	if !local(next) || len(under) > 0 {
		next = "/account"
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

func (h *handlers) signOut(w http.ResponseWriter, r *http.Request) error {
	p, err := h.who(r)
	if err != nil {
		return err
	}
	if p != nil {
		if err := h.g.EndSession(r.Context(), p.ID, p.Session.ID); err != nil && !errors.Is(err, ieum.ErrNotFound) {
			return err
		}
	}
	h.setCookie(w, r, sessionCookie, "", 0)
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// extend answers how many seconds are left now.
func (h *handlers) extend(w http.ResponseWriter, r *http.Request, p *Person) error {
	if err := h.g.Extend(r.Context(), p); err != nil {
		return err
	}
	p.Session.Seen = h.g.now()
	return web.JSON(w, http.StatusOK, map[string]int{"left": int(p.Session.Ends().Sub(h.g.now()).Seconds())})
}

type linkForm struct {
	Token string `path:"token"`
}

// A welcome is what the page of a link shows.
type welcome struct {
	Account
	Recovers, Shows bool
	Path            string
}

func (h *handlers) linked(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	f, err := web.Read[linkForm](r)
	if err != nil {
		return err
	}
	a, l, err := h.g.Linked(r.Context(), f.Token)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "welcome.html", welcome{a, l.Purpose == toRecover, l.Purpose == toDemo, r.URL.Path})
}

func (h *handlers) arrive(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Read[linkForm](r)
	if err != nil {
		return err
	}
	cookie, p, err := h.g.Arrive(r.Context(), f.Token, r.UserAgent())
	if err != nil {
		return err
	}
	h.setCookie(w, r, sessionCookie, cookie, absolute)
	next := "/enrol"
	if p.Session.Stage == stageFull {
		next = "/account"
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// An appKey is what an app has to be told, as a picture and in letters.
type appKey struct {
	Secret  string       // in groups of four
	Link    template.URL // otpauth://…, for the phone itself
	Picture template.URL // a QR code
}

func keyOf(name, secret string) (appKey, error) {
	link := "otpauth://totp/Ieum:" + url.PathEscape(name) + "?issuer=Ieum&secret=" + secret
	key, err := otp.NewKeyFromURL(link)
	if err != nil {
		return appKey{}, err
	}
	picture, err := key.Image(240, 240)
	if err != nil {
		return appKey{}, err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return appKey{}, err
	}
	groups := slices.Collect(slices.Chunk([]byte(secret), 4))
	return appKey{string(bytes.Join(groups, []byte(" "))), template.URL(link),
		template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()))}, nil
}

type enrolPage struct {
	Name     string
	App      appKey
	Passkeys bool
	Two      bool
	Way      string // that was tried: app, paper or plain
}

// arriving returns who came by a link and has not set up anything yet.
func (h *handlers) arriving(w http.ResponseWriter, r *http.Request) (*Person, enrolPage, error) {
	w.Header().Set("Cache-Control", "no-store")
	p, err := h.who(r)
	if err != nil {
		return nil, enrolPage{}, err
	}
	if p == nil || p.Session.Stage != stageEnrol {
		return nil, enrolPage{}, errLink()
	}
	key, err := keyOf(p.Name, p.Session.secret)
	if err != nil {
		return nil, enrolPage{}, err
	}
	two, err := h.g.needsTwo(r.Context(), p.ID)
	return p, enrolPage{Name: p.Name, App: key, Passkeys: h.g.Passkeys(r.Host), Two: two}, err
}

func (h *handlers) enrol(w http.ResponseWriter, r *http.Request) error {
	_, page, err := h.arriving(w, r)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "enrol.html", page)
}

type enrolForm struct {
	Password string `q:"password,required" max:"2000" label:"identity.field.password"`
	Code     string `q:"code" max:"100" label:"identity.field.code"`
	Way      string `q:"way,required" enum:"app|paper|plain"`
}

func (h *handlers) enrolNow(w http.ResponseWriter, r *http.Request) error {
	p, page, err := h.arriving(w, r)
	if err != nil {
		return err
	}
	f, err := web.Read[enrolForm](r)
	page.Way = f.Way
	if err == nil && f.Way == app && f.Code == "" {
		err = errCode()
	}
	if err != nil {
		return h.pages.Again(w, r, "enrol.html", page, err)
	}
	if f.Way != app {
		f.Code = ""
	}
	cookie, codes, err := h.g.SetPassword(r.Context(), p, r.UserAgent(), f.Password, f.Code, f.Way == onPaper)
	if err != nil {
		return h.pages.Again(w, r, "enrol.html", page, err)
	}
	h.setCookie(w, r, sessionCookie, cookie, absolute)
	if codes != nil {
		return h.pages.Reply(w, r, "codes.html", codes)
	}
	http.Redirect(w, r, "/account", http.StatusSeeOther)
	return nil
}

// setter returns who may add a passkey: somebody who came by a link, or who
// signed in a short while ago.
func (h *handlers) setter(r *http.Request) (*Person, error) {
	p, err := h.who(r)
	if err != nil {
		return nil, err
	}
	if p == nil || p.Session.Stage == stageFirst || p.Session.Stage == stageFull && !p.Fresh(h.g.now()) {
		return nil, ieum.ErrSignedOut
	}
	return p, nil
}

func (h *handlers) askNew(w http.ResponseWriter, r *http.Request) error {
	p, err := h.setter(r)
	if err != nil {
		return err
	}
	q, err := h.g.AskNew(r.Context(), p, r.Host)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, q)
}

type passkeyForm struct {
	ID     string `q:"id,required"`
	Answer string `q:"answer,required" max:"20000"`
}

func (h *handlers) setPasskey(w http.ResponseWriter, r *http.Request) error {
	p, err := h.setter(r)
	if err != nil {
		return err
	}
	f, err := web.Read[passkeyForm](r)
	if err != nil {
		return err
	}
	cookie, err := h.g.SetPasskey(r.Context(), p, r.UserAgent(), r.Host, f.ID, []byte(f.Answer))
	if err != nil {
		return err
	}
	if cookie != "" {
		h.setCookie(w, r, sessionCookie, cookie, absolute)
	}
	http.Redirect(w, r, "/account", http.StatusSeeOther)
	return nil
}

// An accountPage is what somebody sees of their own account.
type accountPage struct {
	*Person
	Factors    []Factor
	Sessions   []Session
	Roles      []roleLine
	Recoveries []Link
	App        appKey
	Passkeys   bool
	Fresh      bool
	Idle       int // minutes
	Absolute   int // hours
	Manages    bool
	Lend       int64 // number of the role whose form is shown again
}

// A roleLine is a grant with the words for it.
type roleLine struct {
	Grant
	Title, About ieum.Text
	Name         string // of the account
	Place        string // organisation and site
	State        string // holds, waits or over
	Mine         bool   // cannot be confirmed by the reader
	CanLend      bool
}

func (h *handlers) line(one Grant, names map[AccountID]string, me AccountID) roleLine {
	l := roleLine{Grant: one, Title: ieum.Text{KO: string(one.Role), EN: string(one.Role)}, Name: names[one.Account], Place: one.Organisation, State: "over"}
	if role := h.g.roles[one.Role]; role != nil {
		l.Title, l.About = role.Title, role.About
		l.CanLend = role.Staff && one.Lent == 0 && one.Account == me && one.Holds(h.g.now())
	}
	if one.Site != "" {
		l.Place += "/" + one.Site
	}
	switch now := h.g.now(); {
	case one.Holds(now):
		l.State = "holds"
	case one.Waits(now):
		l.State = "waits"
	}
	l.Mine = one.Proposer == me || one.Account == me
	return l
}

func (h *handlers) accountPage(r *http.Request, p *Person) (page accountPage, err error) {
	ctx := r.Context()
	page = accountPage{Person: p, Passkeys: h.g.Passkeys(r.Host), Fresh: p.Fresh(h.g.now()), Idle: int(idle.Minutes()), Absolute: int(absolute.Hours()),
		Manages: p.MayAny(ieum.MakeAccounts) || p.MayAny(ieum.GrantRoles)}
	if page.Factors, err = h.g.Factors(ctx, p.ID); err != nil {
		return page, err
	}
	if page.Sessions, err = h.g.Sessions(ctx, p.ID); err != nil {
		return page, err
	}
	if page.Recoveries, err = h.g.Recoveries(ctx, p.ID); err != nil {
		return page, err
	}
	grants, err := h.g.Grants(ctx, p.ID)
	if err != nil {
		return page, err
	}
	for _, one := range grants {
		if l := h.line(one, nil, p.ID); l.State != "over" {
			page.Roles = append(page.Roles, l)
		}
	}
	if page.Fresh {
		secret, err := h.g.Secret(ctx, p)
		if err != nil {
			return page, err
		}
		page.App, err = keyOf(p.Name, secret)
		return page, err
	}
	return page, nil
}

func (h *handlers) account(w http.ResponseWriter, r *http.Request, p *Person) error {
	if _, err := web.Read[struct{}](r); err != nil {
		return err
	}
	page, err := h.accountPage(r, p)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "account.html", page)
}

// back goes back to a page, or shows the account again with what has to be
// mended.
func (h *handlers) back(w http.ResponseWriter, r *http.Request, p *Person, err error) error {
	return h.backTo(w, r, p, 0, err)
}

func (h *handlers) backTo(w http.ResponseWriter, r *http.Request, p *Person, lend int64, err error) error {
	if err == nil {
		http.Redirect(w, r, "/account", http.StatusSeeOther)
		return nil
	}
	page, failed := h.accountPage(r, p)
	if failed != nil {
		return failed
	}
	page.Lend = lend
	return h.pages.Again(w, r, "account.html", page, err)
}

type passwordForm struct {
	Password string `q:"password,required" max:"2000" label:"identity.field.password"`
}

func (h *handlers) setPassword(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[passwordForm](r)
	if err == nil {
		_, _, err = h.g.SetPassword(r.Context(), p, "", f.Password, "", false)
	}
	return h.back(w, r, p, err)
}

type codeForm struct {
	Code string `q:"code,required" max:"100" label:"identity.field.code"`
}

func (h *handlers) setApp(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[codeForm](r)
	if err == nil {
		err = h.g.SetApp(r.Context(), p, f.Code)
	}
	return h.back(w, r, p, err)
}

func (h *handlers) print(w http.ResponseWriter, r *http.Request, p *Person) error {
	if _, err := web.Read[struct{}](r); err != nil {
		return err
	}
	codes, err := h.g.Print(r.Context(), p)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "codes.html", codes)
}

type numberForm struct {
	Number int64 `path:"number"`
}

func (h *handlers) removeFactor(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[numberForm](r)
	if err == nil {
		err = h.g.RemoveFactor(r.Context(), p, f.Number)
	}
	if errors.Is(err, ieum.ErrSignedOut) {
		return err
	}
	return h.back(w, r, p, err)
}

type idForm struct {
	ID string `path:"id"`
}

func (h *handlers) endSession(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[idForm](r)
	if err == nil {
		err = h.g.EndSession(r.Context(), p.ID, f.ID)
	}
	return h.back(w, r, p, err)
}

func (h *handlers) cancel(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[idForm](r)
	if err == nil {
		err = h.g.Cancel(r.Context(), p.ID, f.ID)
	}
	return h.back(w, r, p, err)
}

func (h *handlers) endRole(to string) handler {
	return func(w http.ResponseWriter, r *http.Request, p *Person) error {
		f, err := web.Read[numberForm](r)
		if err != nil {
			return err
		}
		if err := h.g.End(r.Context(), p, f.Number); err != nil {
			return err
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
}

type lendForm struct {
	Number int64    `path:"number"`
	Name   string   `q:"name,required" label:"identity.field.name"`
	Until  ieum.Day `q:"until,required" label:"identity.field.until"`
}

func (h *handlers) lend(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[lendForm](r)
	if err == nil {
		_, err = h.g.Delegate(r.Context(), p, f.Number, f.Name, endOf(f.Until))
	}
	if errors.Is(err, ieum.ErrNotFound) {
		err = errNobody()
	}
	return h.backTo(w, r, p, f.Number, err)
}

// endOf returns the moment at which a day in Seoul is over.
func endOf(d ieum.Day) time.Time {
	if d == 0 {
		return time.Time{}
	}
	t := (d + 1).Time()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, ieum.Seoul)
}

func errNobody() error {
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.error.nobody", Field: "/name", Message: "there is no account of this name"}
}

// An accountsPage is what who looks after accounts sees.
type accountsPage struct {
	Accounts             []Account
	Waiting, Holding     []roleLine
	Organisations        []Organisation
	Grants, Makes, Helps bool // what the reader may do
}

// look refuses who looks after no accounts.
func look(p *Person) (page accountsPage, err error) {
	page = accountsPage{Grants: p.MayAny(ieum.GrantRoles), Makes: p.MayAny(ieum.MakeAccounts), Helps: p.MayAny(ieum.HelpAccounts)}
	if !page.Grants && !page.Makes && !page.Helps {
		return page, errDenied()
	}
	return page, nil
}

func (h *handlers) accountsPage(r *http.Request, p *Person) (page accountsPage, err error) {
	page, err = look(p)
	if err != nil || !page.Grants {
		return page, err
	}
	if page.Accounts, err = h.g.Accounts(r.Context()); err != nil {
		return page, err
	}
	if page.Organisations, err = h.g.Organisations(r.Context()); err != nil {
		return page, err
	}
	names := map[AccountID]string{}
	for _, a := range page.Accounts {
		names[a.ID] = a.Name
	}
	grants, err := h.g.Grants(r.Context(), "")
	for _, one := range grants {
		switch l := h.line(one, names, p.ID); l.State {
		case "waits":
			page.Waiting = append(page.Waiting, l)
		case "holds":
			page.Holding = append(page.Holding, l)
		}
	}
	return page, err
}

func (h *handlers) accounts(w http.ResponseWriter, r *http.Request, p *Person) error {
	if _, err := web.Read[struct{}](r); err != nil {
		return err
	}
	page, err := h.accountsPage(r, p)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "accounts.html", page)
}

func (h *handlers) confirm(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[numberForm](r)
	if err != nil {
		return err
	}
	err = h.g.Confirm(r.Context(), p, f.Number)
	if err == nil {
		http.Redirect(w, r, "/accounts", http.StatusSeeOther)
		return nil
	}
	page, failed := h.accountsPage(r, p)
	if failed != nil {
		return failed
	}
	return h.pages.Again(w, r, "accounts.html", page, err)
}

// A manageForm is what is filled in to make an account, propose a role, begin a
// recovery, add an organisation or a site.
type manageForm struct {
	Do           string   `path:"do" enum:"new|role|recover|organisation|site"`
	Name         string   `q:"name" label:"identity.field.name"`
	Role         string   `q:"role"`
	Place        string   `q:"place"`
	Until        ieum.Day `q:"until" label:"identity.field.until"`
	ID           string   `q:"id" label:"identity.field.id"`
	Title        string   `q:"title" max:"100" label:"identity.field.title"`
	Kind         string   `q:"kind"`
	Organisation string   `q:"organisation"`
}

// A managePage is the form of one of them.
type managePage struct {
	manageForm
	Kinds         []string
	Roles         []*defs.Role
	Organisations []Organisation
	Grants        bool
}

// needs say which permission each of them asks for.
var needs = map[string]ieum.Permission{
	"new": ieum.MakeAccounts, "role": ieum.GrantRoles, "recover": ieum.HelpAccounts, "organisation": ieum.GrantRoles, "site": ieum.GrantRoles,
}

func (h *handlers) managePage(r *http.Request, p *Person, f manageForm) (page managePage, err error) {
	page = managePage{manageForm: f, Kinds: Kinds, Grants: p.MayAny(ieum.GrantRoles)}
	for _, role := range h.g.roles {
		page.Roles = append(page.Roles, role)
	}
	slices.SortFunc(page.Roles, func(a, b *defs.Role) int { return strings.Compare(string(a.ID), string(b.ID)) })
	page.Organisations, err = h.g.Organisations(r.Context())
	return page, err
}

func (h *handlers) manage(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[manageForm](r)
	if needs[f.Do] == "" {
		return ieum.ErrNotFound
	}
	if !p.MayAny(needs[f.Do]) {
		return errDenied()
	}
	page, failed := h.managePage(r, p, f)
	if failed != nil {
		return failed
	}
	if err == nil && r.Method == http.MethodGet {
		return h.pages.Reply(w, r, "manage.html", page)
	}
	var out *handout
	if err == nil {
		out, err = h.do(r, p, f)
	}
	switch {
	case errors.Is(err, ieum.ErrNotFound):
		return h.pages.Again(w, r, "manage.html", page, errNobody())
	case err != nil:
		return h.pages.Again(w, r, "manage.html", page, err)
	case out != nil:
		return h.pages.Reply(w, r, "link.html", out)
	}
	http.Redirect(w, r, "/accounts", http.StatusSeeOther)
	return nil
}

// A handout is a link to hand over.
type handout struct {
	Name, Link string
	From       time.Time // zero: at once
	Waits      bool      // the role needs a second person
}

func (h *handlers) do(r *http.Request, p *Person, f manageForm) (*handout, error) {
	ctx := r.Context()
	organisation, site, _ := strings.Cut(f.Place, "/")
	want := Grant{Role: ieum.RoleID(f.Role), Organisation: organisation, Site: site, Until: endOf(f.Until)}
	if role := h.g.roles[want.Role]; site != "" && role != nil && role.Reach == defs.ReachOrganisation {
		want.Reach = defs.ReachSite
	}
	switch f.Do {
	case "new":
		token, role, err := h.g.Add(ctx, p, f.Name, want)
		return &handout{Name(f.Name), h.address(r, token), time.Time{}, role.Confirmer == ""}, err
	case "recover":
		token, from, err := h.g.Recover(ctx, p.ID, f.Name)
		return &handout{Name(f.Name), h.address(r, token), from, false}, err
	case "role":
		_, err := h.g.ProposeFor(ctx, p, f.Name, want)
		return nil, err
	case "organisation":
		return nil, h.g.AddOrganisation(ctx, p.ID, Organisation{ID: f.ID, Name: f.Title, Kind: f.Kind})
	}
	return nil, h.g.AddSite(ctx, p.ID, f.Organisation, Site{f.ID, f.Title})
}

// address returns the address of a link.
func (h *handlers) address(r *http.Request, token string) string {
	if h.g.url != "" {
		return h.g.url + "/enrol/" + token
	}
	return "http://" + r.Host + "/enrol/" + token
}
