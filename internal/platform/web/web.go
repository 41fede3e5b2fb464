// Package web is the thin shell around net/http that the handlers of every
// domain share: a request is read strictly, one reply serves people and
// programs, and an error becomes a page or a problem document in one place.
//
// Read web.go for the parts, view.go for how a page is made and which functions
// its template has, text.go for messages and languages, read.go for parameters,
// json.go for what programs get, fail.go for errors, guard.go for what surrounds every request, assets.go for
// styles, fonts and scripts, and openapi.go for the description of the API.
// The components that pages are made of stand at the top of assets/ieum.css.
package web

import (
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"ieum"
	"ieum/defs"
)

// A Handler answers a request or says why it could not. It writes nothing
// before it knows that it can answer.
type Handler func(http.ResponseWriter, *http.Request) error

// A Site is what all pages have in common. Its messages and code names come
// from the definitions; so do the contact texts (messages layout.contact.*).
type Site struct {
	Log *slog.Logger // default slog.Default()
	Nav []Link       // the main navigation of every page; who signs in begins at the first that is for them

	// Reader says who asks; nil for a visitor. One who shows what does not count
	// is refused with its error; where nobody can say (ieum.ErrUnavailable) only what
	// takes a sign-in is. A site without accounts has none.
	Reader func(*http.Request) (*Reader, error)

	// SignIn asks somebody to sign in, or once more, before what they asked for, and
	// keeps a form they sent meanwhile. It answers where a page of people's records
	// fails with ieum.ErrSignedOut.
	SignIn Handler

	// Secure says that the public address is https, be it a proxy that speaks TLS:
	// browsers are then told to come over nothing else.
	Secure bool

	// Observe is told of every request when it is answered: the pattern of its
	// route, "" where there is none, and the status. Default: nobody is.
	Observe func(pattern string, status int, took time.Duration)

	defs      *defs.Set
	now       func() time.Time
	simulated func() bool
	langs     []ieum.Lang // of the message catalogue, Korean first
	own       *Pages
}

// NewSite returns the site of a set of definitions. simulated says whether the
// data served now holds rows that were made up; every page then says so.
func NewSite(set *defs.Set, now func() time.Time, simulated func() bool) *Site {
	s := &Site{Log: slog.Default(), Observe: func(string, int, time.Duration) {}, defs: set, now: now, simulated: simulated, langs: languages(set)}
	s.own = s.Pages(own)
	return s
}

// A Reader is somebody who is signed in.
type Reader struct {
	ID       ieum.AccountID
	Name     string        // what they sign in with
	Left     time.Duration // until the session ends unless it is used
	Final    bool          // it ends then, whether or not it is used
	Fresh    bool          // signed in a short while ago, as what is sensitive asks
	Program  bool          // shows a key instead of signing in
	Warnings []string      // what is told above each page, as in layout.warning
	May      func(ieum.Permission) bool
	Over     func(ieum.Permission, ieum.Subject) (ieum.Held, bool) // the role that allows something to be done to somebody
}

// Seconds returns Left in whole seconds.
func (r *Reader) Seconds() int { return int(r.Left.Seconds()) }

// Allowed says whether somebody is signed in who may do something.
func Allowed(r *http.Request, p ieum.Permission) bool {
	by := By(r)
	return by != nil && by.May(p)
}

// By returns who asks; nil for a visitor.
func By(r *http.Request) *Reader {
	q, ok := r.Context().Value(requestKey{}).(*request)
	if !ok {
		return nil
	}
	return q.reader
}

// Ahead refuses a browser that loads a page before anybody asks for it, or as a part of
// another, such as a picture on a page of the same domain, and whoever asks for its head alone:
// that is no look, and each is written down.
func Ahead(r *http.Request) error {
	to := r.Header.Get("Sec-Fetch-Dest")
	part := to != "" && to != "document" && to != "empty"
	if part || r.Method == http.MethodHead || strings.Contains(r.Header.Get("Sec-Purpose"), "prefetch") || r.Header.Get("Purpose") == "prefetch" {
		return &ieum.Error{Kind: ieum.ErrUnavailable, Key: "door.refused.ahead", Message: "nobody asked for this page yet, and each look is written down"}
	}
	return nil
}

// Holds says what a route has to do with people. There is no route that does
// not say it.
type Holds string

// What routes hold.
const (
	Nothing  Holds = "nothing"  // nothing about anybody
	Sent     Holds = "sent"     // what its sender tells of themselves, which is answered and kept nowhere
	Own      Holds = "own"      // how the reader signs in
	Accounts Holds = "accounts" // who else signs in, for those who look after accounts
	Records  Holds = "records"  // what is kept about people: through the door alone
)

// A Link is a place in the navigation.
type Link struct {
	Path string
	Key  string          // of the message it shows
	May  ieum.Permission // shown to readers who may do this; "" = to everybody
}

// Here says whether a page lies at the link or beneath it.
func (l Link) Here(path string) bool {
	return path == l.Path || strings.HasPrefix(path, l.Path+"/")
}

// An Op describes an operation of the API for its OpenAPI document.
type Op struct {
	ID      string          // operationId, such as searchPostings
	Summary ieum.Text       // one line
	Params  any             // zero value of the struct that Read fills, or nil
	Body    any             // zero value of what ReadJSON fills, or nil
	Example any             // a body that works, for the document and its test
	Reply   any             // zero value of what is answered
	May     ieum.Permission // that a session or a key must have; "" = whoever its Holds lets in
}

// Start is where the work of somebody begins who may do this: the first place of
// the navigation that is not for everybody and open to them; "" when there is none.
func (s *Site) Start(may func(ieum.Permission) bool) string {
	for _, l := range s.Nav {
		if l.May != "" && may(l.May) {
			return l.Path
		}
	}
	return ""
}

// A Mux routes requests to handlers.
type Mux struct {
	site    *Site
	mux     *http.ServeMux
	handler http.Handler // mux within everything of guard.go
	ops     []operation
	pages   []string
	holds   map[string]Holds // by pattern
	uploads *uploads
	scans   turns
}

type operation struct {
	Op
	method, path string
	holds        Holds
}

// NewMux returns a Mux that serves the assets, the OpenAPI document and the
// page that explains it, and waits for the rest.
func NewMux(site *Site) *Mux {
	m := &Mux{site: site, mux: http.NewServeMux(), holds: map[string]Holds{}, uploads: newUploads(), scans: newTurns()}
	m.handler = m.guard()
	m.handle("GET /assets/{name}", Nothing, m.serveAsset)
	m.handle("GET "+apiRoot+"openapi.json", Nothing, m.openAPI)
	m.Page("GET /api", Nothing, m.apiPage)
	return m
}

// Page registers h for a pattern such as "GET /jobs".
func (m *Mux) Page(pattern string, holds Holds, h Handler) {
	m.pages = append(m.pages, pattern)
	m.handle(pattern, holds, h)
}

// Upload is Page for a form with a scan of up to 12 MB, from who may do something. It
// is never on disk: a few come in at once, one of each account and none that trickles,
// and one after the other is answered, to who may do it then.
func (m *Mux) Upload(pattern string, holds Holds, may ieum.Permission, h Handler) {
	m.Page(pattern, holds, func(w http.ResponseWriter, r *http.Request) error {
		by := By(r)
		if by == nil || !by.May(may) || !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
			return h(w, r)
		}
		return m.uploads.answer(w, r, by.ID, m.anew(h))
	})
}

// anew is h for a request that waited meanwhile: whoever asks may be signed out by then.
func (m *Mux) anew(h Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := m.site.know(r); err != nil {
			return err
		}
		return h(w, r)
	}
}

// File registers h for a pattern of files that programs read and no page is made
// of, such as those of a public format.
func (m *Mux) File(pattern string, holds Holds, h Handler) { m.handle(pattern, holds, h) }

// API registers h for a pattern under /api/v1 and describes it.
func (m *Mux) API(pattern string, holds Holds, op Op, h Handler) {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok || !strings.HasPrefix(path, apiRoot) || op.ID == "" || op.Summary.KO == "" || op.Summary.EN == "" {
		panic("web: an operation of the API needs METHOD " + apiRoot + "…, an ID and a summary: " + pattern)
	}
	m.ops = append(m.ops, operation{op, method, path, holds})
	m.handle(pattern, holds, h)
}

// Patterns lists the patterns of the pages, then those of the API, each in the
// order of registration.
func (m *Mux) Patterns() []string {
	all := slices.Clone(m.pages)
	for _, op := range m.ops {
		all = append(all, op.method+" "+op.path)
	}
	return all
}

// Holds returns what every route holds, by its pattern.
func (m *Mux) Holds() map[string]Holds { return maps.Clone(m.holds) }

func (m *Mux) handle(pattern string, holds Holds, h Handler) {
	switch holds {
	case Nothing, Sent, Own, Accounts, Records:
	default:
		panic("web: " + pattern + " does not say what it holds about people")
	}
	m.holds[pattern] = holds
	m.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if unknown := r.Context().Value(requestKey{}).(*request).unknown; unknown != nil && (errors.Is(err, ieum.ErrSignedOut) || errors.Is(err, ieum.ErrDenied)) {
			err = unknown
		}
		if errors.Is(err, ieum.ErrSignedOut) && holds == Records && m.site.SignIn != nil && !isAPI(r) {
			err = m.site.SignIn(w, r)
		}
		if err != nil {
			m.site.fail(w, r, err)
		}
	})
}

// ServeHTTP answers a request.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.handler.ServeHTTP(w, r) }

const apiRoot = "/api/v1/"

func isAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }
