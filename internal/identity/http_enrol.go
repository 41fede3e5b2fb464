package identity

import (
	"bytes"
	"encoding/base64"
	"errors"
	"html/template"
	"image/png"
	"net/http"
	"net/url"
	"slices"

	"github.com/pquerna/otp"

	"ieum"
	"ieum/internal/platform/web"
)

type linkForm struct {
	Token string `path:"token"`
	Code  string `q:"code" max:"100" label:"identity.field.code"`
}

// A welcome is what the page of a link shows.
type welcome struct {
	Account
	Recovers, Shows bool
	Halved          bool // it takes the code of the second of staff
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
	return h.pages.Reply(w, r, "welcome.html", welcomeTo(r, a, l))
}

func welcomeTo(r *http.Request, a Account, l Link) welcome {
	return welcome{a, l.Purpose == toRecover, l.Purpose == toDemo, len(l.code) > 0, r.URL.Path}
}

func (h *handlers) arrive(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Read[linkForm](r)
	if err != nil {
		return err
	}
	a, l, err := h.g.Linked(r.Context(), f.Token)
	if err != nil {
		return err
	}
	cookie, p, err := h.g.ArriveWith(r.Context(), f.Token, f.Code, r.UserAgent())
	if errors.Is(err, ieum.ErrInvalid) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer")
		return h.pages.Again(w, r, "welcome.html", welcomeTo(r, a, l), err)
	}
	if err != nil {
		return err
	}
	h.setCookie(w, r, sessionCookie, cookie, absolute)
	h.setCookie(w, r, knownCookie, "", 0) // it says whose the browser was before: see wrote
	next := "/enrol"
	if p.Session.Stage == stageFull {
		if next, err = h.start(r, cookie); err != nil {
			return err
		}
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
	two, err := h.g.needsTwo(r.Context(), p.ID, true)
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
	next, err := h.start(r, cookie)
	if err != nil {
		return err
	}
	if codes != nil {
		return h.pages.Reply(w, r, "codes.html", codesPage{codes, next})
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// A codesPage is a list of codes to print, and where its reader goes on.
type codesPage struct {
	Codes []string
	Next  string
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
	next := "/account"
	if cookie != "" {
		h.setCookie(w, r, sessionCookie, cookie, absolute)
		if p.Session.Stage == stageEnrol {
			if next, err = h.start(r, cookie); err != nil {
				return err
			}
		}
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}
