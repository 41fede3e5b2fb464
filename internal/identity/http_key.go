package identity

import (
	"errors"
	"net/http"
	"strings"

	"ieum"
	"ieum/internal/platform/web"
)

// bearer returns the secret that a program shows, or "".
func bearer(r *http.Request) string {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || !strings.HasPrefix(r.URL.Path, "/api/") {
		return ""
	}
	return strings.TrimSpace(secret)
}

// program tells the API which program asks.
func (h *handlers) program(r *http.Request, secret string) (*web.Reader, error) {
	p, err := h.g.Program(r.Context(), secret)
	if err != nil {
		return nil, err
	}
	return &web.Reader{ID: p.ID, Name: p.Name, Program: true, May: p.MayAny, Over: p.Over}, nil
}

// A keyLine is a key with the words for it.
type keyLine struct {
	Key
	Role  ieum.Text
	Name  string // of the owner
	State string // holds, waits or over
	Waits bool
	By    string // who proposed it
	Mine  bool   // cannot be confirmed by the reader
	Place string // name of the organisation
	Uses  []Use  // newest first
	Today int    // requests
}

func (h *handlers) keyLine(r *http.Request, k Key, me AccountID) (keyLine, error) {
	_, counts, err := h.g.standing(r.Context(), k)
	l := keyLine{Key: k, State: "over", Waits: k.Waits(h.g.now()), Mine: k.Proposer == me || k.Owner == me, Role: ieum.Text{KO: string(k.Role), EN: string(k.Role)}}
	if role := h.g.roles[k.Role]; role != nil {
		l.Role = role.Title
	}
	switch {
	case counts:
		l.State = "holds"
	case l.Waits:
		l.State = "waits"
	}
	return l, err
}

// ownKeys are the keys of the reader with their use.
func (h *handlers) ownKeys(r *http.Request, p *Person) (out []keyLine, err error) {
	all, err := h.g.Keys(r.Context(), p.ID)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	at, err := h.places(r)
	if err != nil {
		return nil, err
	}
	for _, k := range all {
		l, err := h.keyLine(r, k, p.ID)
		if err != nil {
			return nil, err
		}
		l.Place = at.of(k.Organisation, "")
		if l.Uses, err = h.g.Uses(r.Context(), k.Number); err != nil {
			return nil, err
		}
		if len(l.Uses) > 0 && l.Uses[0].Day == ieum.DayOf(h.g.now()) {
			l.Today = l.Uses[0].Asked
		}
		out = append(out, l)
	}
	return out, nil
}

// allKeys are those of everybody, with their owners.
func (h *handlers) allKeys(r *http.Request, p *Person) (out []keyLine, err error) {
	all, err := h.g.Keys(r.Context(), "")
	if err != nil {
		return nil, err
	}
	at, err := h.places(r)
	if err != nil {
		return nil, err
	}
	for _, k := range all {
		l, err := h.keyLine(r, k, p.ID)
		if err != nil {
			return nil, err
		}
		a, err := h.g.store.account(r.Context(), k.Owner)
		if err != nil && !errors.Is(err, ieum.ErrNotFound) { // it is being erased
			return nil, err
		}
		if l.By, err = h.proposer(r, k.Proposer); err != nil {
			return nil, err
		}
		l.Name, l.Place = a.Name, at.of(k.Organisation, "")
		out = append(out, l)
	}
	return out, nil
}

func (h *handlers) confirmKey(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[numberForm](r)
	if err != nil {
		return err
	}
	return h.backToAccounts(w, r, p, "key_confirmed", h.g.ConfirmKey(r.Context(), p, f.Number))
}

func (h *handlers) endKey(to string) handler {
	return func(w http.ResponseWriter, r *http.Request, p *Person) error {
		f, err := web.Read[numberForm](r)
		if err != nil {
			return err
		}
		if err := h.g.EndKey(r.Context(), p, f.Number); err != nil {
			return err
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
}

// drawKey shows a new secret of a key, this once.
func (h *handlers) drawKey(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[numberForm](r)
	if err != nil {
		return err
	}
	secret, err := h.g.DrawKey(r.Context(), p, f.Number)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "key.html", secret)
}
