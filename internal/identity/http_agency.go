package identity

import (
	"errors"
	"log/slog"
	"net/http"

	"ieum"
	"ieum/internal/platform/web"
)

// agencyCookie is what makes the agency's answer count in this browser alone.
const agencyCookie = "agency"

// An agencyPage leads to the agency. It is a page of its own, and not an answer
// to the form that leads elsewhere: those the policy forbids.
type agencyPage struct {
	Title   ieum.Text
	Address string
}

func (h *handlers) leadOn(w http.ResponseWriter, r *http.Request, p *Person, next string) error {
	address, cookie, err := h.g.ToAgency(r.Context(), h.visit(r), r.Host, p, next)
	if err != nil {
		return logged(r, err)
	}
	h.setCookie(w, r, agencyCookie, cookie, errandLasts)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Refresh", "0; url="+address)
	return h.pages.Reply(w, r, "agency.html", agencyPage{h.g.Agency().Title, address})
}

// logged tells the log why the agency's answer does not count.
func logged(r *http.Request, err error) error {
	if e, ok := errors.AsType[*ieum.Error](err); ok && e.Error() != err.Error() {
		slog.WarnContext(r.Context(), "identity: agency", "err", err)
	}
	return err
}

func (h *handlers) toAgency(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Read[signInForm](r)
	if err != nil {
		return h.show(w, r, "sign-in.html", f, err)
	}
	if !local(f.Next) {
		f.Next = ""
	}
	if err := h.leadOn(w, r, nil, f.Next); err != nil {
		return h.show(w, r, "sign-in.html", f, err)
	}
	return nil
}

func (h *handlers) linkAgency(w http.ResponseWriter, r *http.Request, p *Person) error {
	if _, err := web.Read[struct{}](r); err != nil {
		return err
	}
	if err := h.leadOn(w, r, p, ""); err != nil {
		return h.back(w, r, p, err)
	}
	return nil
}

// fromAgency reads what it needs of the query and leaves the rest: providers add
// parameters of their own.
func (h *handlers) fromAgency(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	got := Answer{State: q.Get("state"), Code: q.Get("code"), Issuer: q.Get("iss"), Error: q.Get("error"), Cookie: h.cookie(r, agencyCookie)}
	h.setCookie(w, r, agencyCookie, "", 0)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	p, err := h.who(r)
	if err != nil {
		return err
	}
	e, next, err := h.g.FromAgency(r.Context(), h.visit(r), r.Host, p, got)
	switch {
	case err != nil && p != nil && p.Session.Stage == stageFull && !errors.Is(err, ieum.ErrSignedOut):
		return h.back(w, r, p, logged(r, err))
	case err != nil:
		return h.show(w, r, "sign-in.html", signInForm{Next: next}, logged(r, err))
	case e.Second:
		h.setCookie(w, r, sessionCookie, e.Cookie, entrance)
		return h.show(w, r, "second.html", signInForm{Next: next}, nil)
	case e.Cookie == "":
		return h.back(w, r, p, nil)
	}
	return h.enter(w, r, signInForm{Next: next}, e)
}

// keptAgain sends a form on that waits in a page whose reader signed in in
// another window meanwhile.
func (h *handlers) keptAgain(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Read[signInForm](r)
	if err != nil {
		return h.show(w, r, "sign-in.html", f, err)
	}
	p, err := h.who(r)
	if err != nil {
		return err
	}
	k, ok := parseKept(f.Kept)
	if !ok || p == nil || !k.by(p.ID) || p.Session.Stage != stageFull || !p.Fresh(h.g.now()) {
		return h.show(w, r, "sign-in.html", f, nil)
	}
	w.Header().Set("Cache-Control", "no-store")
	return h.pages.Reply(w, r, "kept.html", k)
}
