package door

import (
	"errors"
	"net/http"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/web"
)

// A deskPage is the form by which somebody is registered.
type deskPage struct {
	deskForm
	Laws []defs.Law
	Find findForm

	Twins []twinLine // clients of the same name and birth date
}

type deskForm struct {
	Name  string     `q:"name" label:"door.field.name"`
	Phone string     `q:"phone" label:"door.field.phone"`
	Mail  string     `q:"mail" label:"door.field.mail"`
	Basis string     `q:"basis" enum:"law|consent"`
	Scan  web.Upload `q:"scan"`
	Birth string     `q:"birth" max:"10" label:"identity.field.birth"`
	Other bool       `q:"other" label:"door.twin.other"`
}

// A twinLine is such a client with the words for them.
type twinLine struct {
	Twin
	By string // who counsels them, by title
}

// registration is what a form registers.
func (f deskForm) registration() Registration {
	return Registration{Contact: Contact{f.Name, f.Phone, f.Mail}, Basis: defs.Basis(f.Basis), Scan: f.Scan.Data, Birth: f.Birth, Other: f.Other}
}

// twins are the clients whom staff is told of before they register one more.
func (h *handlers) twins(r *http.Request, by Asker, f deskForm) (list []twinLine, err error) {
	all, err := h.d.Twins(r.Context(), by, f.registration())
	if err != nil {
		return nil, err
	}
	n, err := h.d.names(r.Context(), web.Lang(r))
	for _, t := range all {
		list = append(list, twinLine{t, n.staff[t.Counsellor]})
	}
	return list, err
}

func (h *handlers) deskPage(f deskForm) deskPage {
	page := deskPage{deskForm: f}
	for _, id := range []ieum.PurposeID{"registration", counselling} {
		if p := h.d.set.Purposes[id]; p != nil {
			page.Laws = append(page.Laws, p.Law)
		}
	}
	return page
}

func (h *handlers) desk(w http.ResponseWriter, r *http.Request, by Asker) error {
	if _, err := web.Read[struct{}](r); err != nil {
		return err
	}
	if _, err := h.d.desk(r.Context(), by); err != nil {
		return err
	}
	return h.pages.Reply(w, r, "desk.html", h.deskPage(deskForm{Basis: "law"}))
}

func (h *handlers) register(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[deskForm](r)
	var person ieum.PersonID
	if err == nil {
		person, err = h.d.Register(r.Context(), by, f.registration())
	}
	if err == nil {
		return back(w, r, string(person), "registered")
	}
	page := h.deskPage(f)
	if e, ok := errors.AsType[*ieum.Error](err); ok && e.Key == "door.error.twin" || f.Other {
		list, failed := h.twins(r, by, f)
		if failed != nil && !errors.Is(failed, ieum.ErrInvalid) {
			return failed
		}
		page.Twins = list
	}
	return h.again(w, r, "desk.html", page, err)
}

// A consentPage is the paper that somebody signs to be counselled.
type consentPage struct {
	*defs.Purpose
	Office string
	Last   ieum.Day // on which a consent of today ends
}

// consentForm shows the paper to print.
func (h *handlers) consentForm(w http.ResponseWriter, r *http.Request, by Asker) error {
	if _, err := web.Read[struct{}](r); err != nil {
		return err
	}
	at, err := h.d.desk(r.Context(), by)
	if err != nil {
		return err
	}
	p, now := h.d.set.Purposes[counselling], h.d.now()
	if p == nil {
		return errors.New("door: no purpose " + string(counselling))
	}
	return h.pages.Reply(w, r, "consent-form.html", consentPage{p, at.Place, lastDayOf(p, now)})
}
