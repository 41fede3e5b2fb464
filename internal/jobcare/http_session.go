package jobcare

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strings"

	"ieum"
	"ieum/internal/platform/turns"
	"ieum/internal/platform/web"
	"ieum/internal/snapshot"
)

// Door is the one door, as far as sessions of counselling and exact figures go.
type Door interface {
	// Client returns what is kept of a client, having written down who reads it.
	Client(ctx context.Context, by *web.Reader, person ieum.PersonID) (*Client, error)
	// Own returns what is kept of the reader, or of whom they act for.
	Own(ctx context.Context, by *web.Reader, person ieum.PersonID) (*Client, error)
	// Keep keeps a session with a client, and returns its item: the same for the same form,
	// which once tells from others.
	Keep(ctx context.Context, by *web.Reader, person ieum.PersonID, once, text string, s Session) (string, error)
	// Figures writes down that the reader sees a slice of a snapshot as it was counted, over so many
	// rows about people, or says why they may not.
	Figures(ctx context.Context, by *web.Reader, slice string, of snapshot.Meta) error
}

// sessions serves what a counsellor and a client agree on.
func (h *handlers) sessions(mux *web.Mux) {
	mux.Page("GET /clients/{person}/session", web.Records, h.signed(h.prepare))
	mux.Page("POST /clients/{person}/session", web.Records, h.signed(h.agree))
	mux.Page("GET /clients/{person}/sessions/{item}", web.Records, h.signed(h.session))
	mux.Scan("GET /clients/{person}/sessions/{item}/{file}", web.Records, h.signed(h.sheet)) // takes time and memory: of each account one after the other
	mux.Page("GET /my/sessions/{item}", web.Records, h.signed(h.session))
	mux.Scan("GET /my/sessions/{item}/{file}", web.Records, h.signed(h.sheet))
}

// signed lets only somebody through who is signed in, and lets nothing of what they see be
// kept by a browser.
func (h *handlers) signed(do func(http.ResponseWriter, *http.Request, *web.Reader) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		by := web.By(r)
		if by == nil || by.Program {
			return ieum.ErrSignedOut
		}
		if err := web.Ahead(r); err != nil {
			return err
		}
		return do(w, r, by)
	}
}

type sessionForm struct {
	Person string     `path:"person"`
	Goal   string     `q:"goal" max:"4" label:"session.goal"`
	Reason string     `q:"reason" max:"500" label:"session.reason"`
	Step   []string   `q:"step,rows" max:"120" label:"session.steps"`
	By     []ieum.Day `q:"by,rows" label:"session.by"`
	Done   []int      `q:"done" min:"1" max:"6"` // numbers of the rows
	Next   ieum.Day   `q:"next" label:"session.next"`
	Text   string     `q:"text" max:"1000" label:"session.text"`
	Once   string     `q:"once" max:"64"` // drawn for each form
	Again  bool       `q:"again"`         // the goal alone was changed: show what leads there
}

// steps are the rows that say something.
func (f sessionForm) steps() []Agreed { return agreedIn(sentRows(f.Step, f.By, f.Done)) }

// formRows are the steps of a form, said or free.
type formRows []Agreed

// A formRow is one of them with its number.
type formRow struct {
	N int
	Agreed
}

// sentRows are the rows of a form as they were sent.
func sentRows(step []string, by []ieum.Day, done []int) formRows {
	rows := make(formRows, len(step))
	for i, what := range step {
		rows[i] = Agreed{What: what, Done: slices.Contains(done, i+1)}
		if i < len(by) {
			rows[i].By = by[i]
		}
	}
	return rows
}

func agreedIn(rows formRows) (out []Agreed) {
	for _, a := range rows {
		if a.What = line(a.What); a.What != "" {
			out = append(out, a)
		}
	}
	return out
}

// First are the rows up to one that is free, More those that are folded away: six rows are long on a phone.
func (rows formRows) First() []formRow { return rows.part(0, rows.shown()) }

// More are the other rows, all of them free.
func (rows formRows) More() []formRow { return rows.part(rows.shown(), len(rows)) }

func (rows formRows) shown() int {
	n := len(rows)
	for n > 0 && rows[n-1].What == "" && !rows[n-1].Done {
		n--
	}
	return min(n+1, len(rows))
}

func (rows formRows) part(from, to int) (out []formRow) {
	for i := from; i < to; i++ {
		out = append(out, formRow{i + 1, rows[i]})
	}
	return out
}

// A sessionPage is what a session begins with: what was agreed before, what is another since
// then, what the client can do and where it leads, and the form of what the two agree on.
type sessionPage struct {
	*Client
	Form    sessionForm
	Now     *Diagnosis // nil while there is no résumé
	Changes []Change
	Rows    formRows // of the form
	Groups  []Group  // to choose a goal from
	Today   ieum.Day
}

// Goal is the fit of the goal that is chosen; nil without one.
func (p sessionPage) Goal() *Fit {
	if p.Now == nil || p.Form.Goal == "" {
		return nil
	}
	return p.Now.Target
}

// Way is the best way to the goal.
func (p sessionPage) Way() *Way {
	if p.Now == nil {
		return nil
	}
	return (&Session{Shown: p.Now}).Way()
}

// Proposed are the occupations to choose a goal from at a glance, the nearest new one among them.
func (p sessionPage) Proposed() (out []Named) {
	add := func(n Named) {
		if !slices.ContainsFunc(out, func(o Named) bool { return o.Code == n.Code }) {
			out = append(out, n)
		}
	}
	if p.Last() != nil && p.Last().Goal != nil {
		add(*p.Last().Goal)
	}
	for _, f := range p.Now.Fits {
		add(f.Named)
	}
	if p.Now.Near != nil {
		add(p.Now.Near.Named)
	}
	return out
}

// Chosen reports whether the goal is one that is shown at a glance.
func (p sessionPage) Chosen() bool {
	return slices.ContainsFunc(p.Proposed(), func(n Named) bool { return n.Code == p.Form.Goal })
}

// Unusual reports whether the goal takes a reason.
func (p sessionPage) Unusual() bool {
	return p.Form.Goal != "" && p.Now.proposal() != nil && !p.Now.proposes(p.Form.Goal)
}

// prepare shows where a session begins.
func (h *handlers) prepare(w http.ResponseWriter, r *http.Request, by *web.Reader) error {
	f, err := web.Read[sessionForm](r)
	if err != nil {
		return err
	}
	page, err := h.sessionPage(r, by, f)
	if err != nil {
		return h.notMine(w, r, page, err)
	}
	return h.pages.Reply(w, r, "session.html", page)
}

// notMine says what can be done about a session with somebody whom the reader may look at and
// does not counsel.
func (h *handlers) notMine(w http.ResponseWriter, r *http.Request, page *sessionPage, err error) error {
	if page == nil || page.Mine {
		return err
	}
	return h.pages.Refuse(w, r, "session.html", page)
}

// sessionPage is what a session begins with. Of somebody whom the reader does not counsel it
// comes with the error.
func (h *handlers) sessionPage(r *http.Request, by *web.Reader, f sessionForm) (*sessionPage, error) {
	c, err := h.door.Client(r.Context(), by, ieum.PersonID(f.Person))
	if err != nil {
		return nil, err
	}
	page := &sessionPage{Client: c, Form: f, Today: ieum.DayOf(h.a.now())}
	if !c.Mine {
		return page, &ieum.Error{Kind: ieum.ErrDenied, Key: "session.error.not_yours", Message: "sessions are held by the counsellor somebody is assigned to"}
	}
	if r.Method == http.MethodGet || f.Once == "" { // an address does not choose it
		page.Form.Once = rand.Text()
	}
	if c.Resume == nil {
		return page, nil
	}
	last := c.Last()
	if r.Method == http.MethodGet && f.Goal == "" && last != nil && last.Goal != nil && h.a.unitGroup(last.Goal.Code, "/goal") == nil {
		page.Form.Goal = last.Goal.Code // unless the list of occupations is another by now
		if last.Instead != nil {
			page.Form.Reason = last.Instead.Reason // the same goal has the same reason
		}
	}
	if page.Now, err = h.a.counsel(r.Context(), *c.Resume, Goal{Occupation: page.Form.Goal}); err != nil {
		return nil, err
	}
	if first := page.Now.proposal(); r.Method == http.MethodGet && page.Form.Goal == "" && last == nil && first != nil { // something to talk about
		page.Form.Goal = first.Code
		if page.Now, err = h.a.counsel(r.Context(), *c.Resume, Goal{Occupation: first.Code}); err != nil {
			return nil, err
		}
	}
	if last != nil {
		page.Changes = changes(&last.Session, page.Now)
	}
	page.fill(func(s Suggestion) string { return h.said(web.Lang(r), s) })
	list, err := h.a.Occupations("")
	page.Groups = list.Groups
	return page, err
}

// fill makes the rows of the form: those that were sent, else what is still to be done from
// the session before. What the way to the goal suggests comes into rows that are free, unless
// the form was sent to be kept.
func (p *sessionPage) fill(said func(Suggestion) string) {
	p.Rows = make(formRows, mostSteps)
	copy(p.Rows, sentRows(p.Form.Step, p.Form.By, p.Form.Done))
	last := p.Last()
	switch {
	case p.Form.Step != nil && !p.Form.Again:
		return
	case p.Form.Step == nil && last != nil:
		copy(p.Rows, last.Open())
	}
	suggest(p.Rows, p.Now, p.Today, said)
}

// suggest puts the steps that the way to a goal leads over into rows that are free, but for the last.
func suggest(rows formRows, d *Diagnosis, today ieum.Day, said func(Suggestion) string) {
	for _, s := range suggestions(d) {
		a := Agreed{What: said(s), By: today + fortnight}
		free := slices.IndexFunc(rows, func(r Agreed) bool { return r.What == "" })
		if free >= 0 && free < mostSteps-1 && !slices.ContainsFunc(rows, func(r Agreed) bool { return r.What == a.What }) {
			rows[free] = a
		}
	}
}

// fortnight is until when a suggested step is to be done unless the two agree otherwise.
const fortnight = 14

// said is a suggestion in words, as one line.
func (h *handlers) said(l ieum.Lang, s Suggestion) string {
	text := []rune(line(h.site.Text(l, s.Key, s.Args)))
	return string(text[:min(len(text), longestStep)])
}

// agree keeps what was agreed, with what was shown.
func (h *handlers) agree(w http.ResponseWriter, r *http.Request, by *web.Reader) error {
	f, err := web.Read[sessionForm](r)
	if err != nil && !errors.Is(err, ieum.ErrInvalid) {
		return err
	}
	page, failed := h.sessionPage(r, by, f)
	if failed != nil {
		return h.notMine(w, r, page, failed)
	}
	if f.Again && err == nil {
		return h.pages.Reply(w, r, "session.html", page)
	}
	if err == nil && page.Now == nil {
		err = &ieum.Error{Kind: ieum.ErrInvalid, Key: "session.error.resume", Message: "nothing is kept yet of what the client can do"}
	}
	var s Session
	if err == nil {
		s = page.session(f)
		err = s.check(page.Today)
	}
	var item string
	if err == nil {
		item, err = h.door.Keep(r.Context(), by, page.Person, f.Once, strings.TrimSpace(f.Text), s)
	}
	if errors.Is(err, ieum.ErrInvalid) {
		return h.pages.Again(w, r, "session.html", page, err)
	}
	if err != nil {
		return err
	}
	to := "/clients/" + string(page.Person)
	if page.Notes {
		to += "/sessions/" + item
	} else {
		to += "?done=note" // which is kept, and not to be read
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// session is what is kept of the form and what the page showed.
func (p *sessionPage) session(f sessionForm) Session {
	s := Session{Shown: p.Now.without(), Steps: f.steps(), Next: f.Next}
	if f.Goal != "" && p.Now.Target != nil {
		goal := p.Now.Target.Named
		s.Goal = &goal
	}
	if of := p.Now.proposal(); of != nil && line(f.Reason) != "" {
		s.Instead = &Instead{*of, line(f.Reason)}
	}
	return s
}

// A keptPage is a session as it was.
type keptPage struct {
	*Client
	*Kept
	Own   bool   // the reader is the client, or acts for them
	For   string // for whom the reader acts; "" = themselves
	Base  string // address of the session
	Draft bool   // a plan that somebody made alone, of which nothing is kept
}

// Kinds are the sheets there are.
func (keptPage) Kinds() []string { return sheets }

type keptForm struct {
	Item  string `path:"item"`
	For   string `q:"for" max:"64"`
	Sheet string `q:"sheet" enum:"report|large|plan"` // as a page that is read aloud and printed
}

// kept reads a session of a client, or of the reader's own.
func (h *handlers) kept(r *http.Request, by *web.Reader) (page *keptPage, sheet string, err error) {
	f, err := web.Read[keptForm](r)
	if err != nil {
		return nil, "", err
	}
	page = &keptPage{For: f.For, Base: "/my/sessions/" + f.Item}
	if person := ieum.PersonID(r.PathValue("person")); person != "" {
		page.Base = "/clients/" + string(person) + "/sessions/" + f.Item
		page.Client, err = h.door.Client(r.Context(), by, person)
	} else {
		page.Own = true
		page.Client, err = h.door.Own(r.Context(), by, ieum.PersonID(f.For))
	}
	if err == nil {
		page.Kept, err = page.Client.session(f.Item)
	}
	return page, f.Sheet, err
}

// session shows one as it was, or one of its sheets as a page.
func (h *handlers) session(w http.ResponseWriter, r *http.Request, by *web.Reader) error {
	page, sheet, err := h.kept(r, by)
	if err != nil {
		return err
	}
	if sheet != "" {
		return h.sheetPage(w, r, sheet, page)
	}
	return h.pages.Reply(w, r, "kept.html", page)
}

// sheet is a session on paper.
func (h *handlers) sheet(w http.ResponseWriter, r *http.Request, by *web.Reader) error {
	return h.sheetFile(w, r, drawing, func() (*keptPage, error) {
		page, _, err := h.kept(r, by)
		return page, err
	})
}

// sheetPage shows a sheet as a page, which is read aloud as it is printed.
func (h *handlers) sheetPage(w http.ResponseWriter, r *http.Request, kind string, of *keptPage) error {
	s, err := h.newSheet(kind, of, web.Lang(r))
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "sheet.html", s)
}

// sheetFile answers with the sheet that the address names, as a PDF. What it is of is read when
// its turn has come.
func (h *handlers) sheetFile(w http.ResponseWriter, r *http.Request, in *turns.Turns, read func() (*keptPage, error)) error {
	kind, ok := strings.CutSuffix(r.PathValue("file"), ".pdf")
	if !ok || !slices.Contains(sheets, kind) {
		return errNoSheet()
	}
	of, file, err := h.drawn(r, in, kind, read)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `inline; filename="ieum-`+of.Day().String()+"-"+kind+`.pdf"`)
	_, err = w.Write(file)
	return err
}

func (h *handlers) drawn(r *http.Request, in *turns.Turns, kind string, read func() (*keptPage, error)) (of *keptPage, file []byte, err error) {
	give, err := in.Take(r.Context())
	if err != nil {
		return nil, nil, err
	}
	defer give()
	if of, err = read(); err != nil {
		return nil, nil, err
	}
	file, err = h.sheetOf(kind, of, web.Lang(r))
	return of, file, err
}
