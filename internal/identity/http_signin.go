package identity

import (
	"errors"
	"net/http"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/web"
)

type signInForm struct {
	Name     string `q:"name" label:"identity.field.name"`
	Password string `q:"password" max:"2000" label:"identity.field.password"`
	Code     string `q:"code" max:"100" label:"identity.field.code"`
	ID       string `q:"id"`
	Answer   string `q:"answer" max:"20000"`
	Next     string `q:"next" max:"2000"`
	Kept     string `q:"kept" max:"1500000"`
	Passkeys bool
	Agency   *defs.Provider
	Notice   string
}

// show shows a form of somebody who is not signed in (fully), with what has to
// be mended.
func (h *handlers) show(w http.ResponseWriter, r *http.Request, page string, f signInForm, err error) error {
	w.Header().Set("Cache-Control", "no-store")
	f.Password, f.Code, f.Answer, f.Passkeys, f.Agency = "", "", "", h.g.Passkeys(r.Host), h.g.Agency()
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
	f.Kept = "" // an address comes from anywhere: it could bring a form along that its reader never filled in
	return h.show(w, r, "sign-in.html", f, nil)
}

func (h *handlers) signInNow(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Read[signInForm](r)
	if err != nil {
		return h.show(w, r, "sign-in.html", f, err)
	}
	e, err := h.g.SignIn(r.Context(), h.visit(r), f.Name, f.Password)
	if err != nil {
		return h.refused(w, r, "sign-in.html", f, err)
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
	if err != nil {
		return h.refused(w, r, "second.html", f, err)
	}
	return h.enter(w, r, f, e)
}

// refused shows why a step of a sign-in was none. It begins anew where what was shown first
// is over, as by a password that was changed meanwhile.
func (h *handlers) refused(w http.ResponseWriter, r *http.Request, page string, f signInForm, err error) error {
	if errors.Is(err, ieum.ErrSignedOut) {
		f.Notice = "again"
		return h.show(w, r, "sign-in.html", f, nil)
	}
	return h.show(w, r, page, f, err)
}

func (h *handlers) askAny(w http.ResponseWriter, r *http.Request) error {
	q, err := h.g.AskAny(r.Context(), h.visit(r), r.Host)
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
		return h.refused(w, r, "sign-in.html", f, err)
	}
	return h.enter(w, r, f, e)
}

// enter goes on to what was asked for before the sign-in. A recovery under way
// is shown first.
func (h *handlers) enter(w http.ResponseWriter, r *http.Request, f signInForm, e Entry) error {
	h.setCookie(w, r, sessionCookie, e.Cookie, absolute+endedLasts)
	h.setCookie(w, r, knownCookie, e.Known, knownLasts)
	w.Header().Set("Cache-Control", "no-store")
	under, err := h.g.Recoveries(r.Context(), e.Account)
	if err != nil {
		return err
	}
	if k, ok := parseKept(f.Kept); ok && k.by(e.Account) && len(under) == 0 {
		return h.pages.Reply(w, r, "kept.html", k)
	}
	next := f.Next
	if len(under) > 0 {
		next = "/account"
	} else if !local(next) {
		if next, err = h.start(r, e.Cookie); err != nil {
			return err
		}
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
		if err := h.g.EndSession(r.Context(), p.Session, p.Session.ID); err != nil && !errors.Is(err, ieum.ErrNotFound) {
			return err
		}
	}
	h.setCookie(w, r, sessionCookie, "", 0)
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// extend answers how many seconds are left now, and whether that is final.
func (h *handlers) extend(w http.ResponseWriter, r *http.Request, p *Person) error {
	if err := h.g.Extend(r.Context(), p); err != nil {
		return err
	}
	p.Session.Seen = h.g.now()
	return web.JSON(w, http.StatusOK, map[string]any{"left": int(p.Session.Ends().Sub(h.g.now()).Seconds()), "final": p.Session.Final()})
}
