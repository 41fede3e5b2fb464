package door

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"ieum"
	"ieum/internal/platform/web"
)

// A findForm is a client's number as somebody reads it from their slip.
type findForm struct {
	Number string `q:"number" max:"40" label:"door.field.client_number"`
}

// client is the number, 0 = none: "12", or as pages call it, "상담 12".
func (f findForm) client() int64 {
	n, err := strconv.ParseInt(strings.TrimFunc(f.Number, func(r rune) bool { return r < '0' || r > '9' }), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// find leads to a client by their number: to their page, or for a client of somebody
// else's to what any desk may do for them.
func (h *handlers) find(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[findForm](r)
	if missing := needs(by, ieum.WriteClients); missing != nil {
		return missing
	}
	var person ieum.PersonID
	if err == nil {
		person, err = h.d.Find(r.Context(), by, f.client())
	}
	if err == nil {
		return h.found(w, r, by, person)
	}
	if !errors.Is(err, ieum.ErrInvalid) {
		return err
	}
	page := h.deskPage(deskForm{Basis: "law"})
	page.Find = f
	return h.again(w, r, "desk.html", page, err)
}

func (h *handlers) found(w http.ResponseWriter, r *http.Request, by Asker, person ieum.PersonID) error {
	v, err := h.d.Desked(r.Context(), by, person)
	if err != nil {
		return err
	}
	at := "/clients/" + string(person)
	if !v.Opens {
		at += "/papers"
	}
	http.Redirect(w, r, at, http.StatusSeeOther)
	return nil
}

type takeUpForm struct {
	Person string     `path:"person"`
	Here   bool       `q:"here" label:"door.again.here"`
	Scan   web.Upload `q:"scan"`
}

// takeUp assigns a client who came back to the reader.
func (h *handlers) takeUp(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[takeUpForm](r)
	if missing := needs(by, ieum.WriteClients); missing != nil {
		return missing
	}
	if err == nil && !f.Here {
		err = fault("here", "/here", "tick that the client is here and wants it")
	}
	if err == nil {
		err = h.d.TakeUp(r.Context(), by, ieum.PersonID(f.Person), f.Scan.Data)
	}
	if err == nil {
		return back(w, r, f.Person, "again")
	}
	if !errors.Is(err, ieum.ErrInvalid) {
		return err
	}
	page, failed := h.papersPage(r, by, stoppingForm{Person: f.Person})
	if failed != nil {
		return failed
	}
	return h.again(w, r, "papers.html", page, err)
}

// slip shows what a client takes home: their number, and what they can do with it.
func (h *handlers) slip(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[struct {
		Person string `path:"person"`
	}](r)
	if err != nil {
		return err
	}
	if err := needs(by, ieum.WriteClients); err != nil {
		return err
	}
	v, err := h.d.Desked(r.Context(), by, ieum.PersonID(f.Person))
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "slip.html", slipPage{f.Person, v})
}

// A slipPage is the slip of a client, which names nobody.
type slipPage struct {
	Person string
	*Desked
}
