package identity

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/web"
)

// An accountPage is what somebody sees of their own account.
type accountPage struct {
	*Person
	Factors    []Factor
	Sessions   []Session
	Roles      []roleLine
	Recoveries []Link
	Keys       []keyLine
	MayKey     bool // programs can have a role of the reader's
	Proofs     []Proof
	Proofed    bool
	Nameless   bool     // it was proved before proofs said who somebody is
	Mailed     bool     // a code is on its way by mail
	Phoned     bool     // proved by telephone, which is not enough
	Ways       []string // of proof that the reader can use
	App        appKey
	Passkeys   bool
	Agency     *defs.Provider
	Fresh      bool
	Idle       int // minutes
	Absolute   int // hours
	Manages    bool
	Notices    accountNotices
	Lend       int64 // number of the role whose form is shown again
}

// A roleLine is a grant with the words for it.
type roleLine struct {
	Grant
	Title, About ieum.Text
	Name         string // of the account
	Place        string // organisation and site
	State        string // holds, waits or over
	By           string // who proposed it; "" = the console
	Mine         bool   // cannot be confirmed by the reader
	CanLend      bool
}

func (h *handlers) line(one Grant, name string, me AccountID, at places) roleLine {
	l := roleLine{Grant: one, Title: ieum.Text{KO: string(one.Role), EN: string(one.Role)}, Name: name, Place: at.of(one.Organisation, one.Site), State: "over"}
	if role := h.g.roles[one.Role]; role != nil {
		l.Title, l.About = role.Title, role.About
		l.CanLend = role.Staff && one.Lent == 0 && one.Account == me && one.Holds(h.g.now())
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

// places are the names of organisations, and of sites by ORGANISATION/SITE.
type places map[string]string

func (h *handlers) places(r *http.Request) (places, error) {
	all, err := h.g.Organisations(r.Context())
	at := places{}
	for _, o := range all {
		at[o.ID] = o.Name
		for _, s := range o.Sites {
			at[o.ID+"/"+s.ID] = s.Name
		}
	}
	return at, err
}

// of is the name of an organisation, or of an office of it; "" for none.
func (at places) of(organisation, site string) string {
	name := cmp.Or(at[organisation], organisation)
	if site != "" {
		name += " · " + cmp.Or(at[organisation+"/"+site], site)
	}
	return name
}

// lines are the grants that are not over.
func (h *handlers) lines(r *http.Request, grants []Grant, me AccountID) (out []roleLine, err error) {
	at, err := h.places(r)
	for _, one := range grants {
		if l := h.line(one, "", me, at); l.State != "over" {
			out = append(out, l)
		}
	}
	return out, err
}

func (h *handlers) accountPage(r *http.Request, p *Person) (page accountPage, err error) {
	ctx := r.Context()
	page = accountPage{Person: p, Passkeys: h.g.Passkeys(r.Host), Agency: h.g.Agency(), Fresh: p.Fresh(h.g.now()), Idle: int(idle.Minutes()), Absolute: int(absolute.Hours()),
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
	if page.Notices, err = h.noticesOf(r, p); err != nil {
		return page, err
	}
	if page.Keys, err = h.ownKeys(r, p); err != nil {
		return page, err
	}
	if page.Proofs, err = h.g.Proofs(ctx, p.ID); err != nil {
		return page, err
	}
	page.Ways, page.Proofed = h.g.Ways(), h.g.counts(page.Proofs)
	page.Nameless = page.Proofed && !h.g.counts(slices.DeleteFunc(slices.Clone(page.Proofs), func(p Proof) bool { return p.who == "" }))
	page.Phoned = !page.Proofed && slices.ContainsFunc(page.Proofs, func(p Proof) bool { return p.Method == ByPhone })
	page.Mailed = slices.ContainsFunc(page.Proofs, func(p Proof) bool { return p.Waits })
	grants, err := h.g.Grants(ctx, p.ID)
	if err != nil {
		return page, err
	}
	page.MayKey = slices.ContainsFunc(p.Grants, func(g Grant) bool { return h.g.keyRoles[g.Role] != nil })
	if page.Roles, err = h.lines(r, grants, p.ID); err != nil {
		return page, err
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
	return h.pages.Reply(w, r, "codes.html", codesPage{codes, "/account"})
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
		err = h.g.EndSession(r.Context(), p.Session, f.ID)
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
