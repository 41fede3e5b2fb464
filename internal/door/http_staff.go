package door

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/web"
)

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// needs refuses who has no role for a page of staff.
func needs(by Asker, may ieum.Permission) error {
	if !by.May(may) {
		return &ieum.Error{Kind: ieum.ErrDenied, Key: "door.refused.page", Message: "this page takes a role that you do not have"}
	}
	return nil
}

// A clientLine is somebody in the list of a counsellor. Their name is read, and so
// written down, when the counsellor asks for names.
type clientLine struct {
	Person  ieum.PersonID
	Case    int64 // number; 0 = they agreed to be counselled, and nobody assigned them
	Basis   defs.Basis
	Since   time.Time
	Name    string
	Missing bool // names were asked for, and this one may not be read
	Over    bool // the consent ended: the case can be closed, or the client erased
}

type clientsPage struct {
	As    string // by which people know the reader; "" = by nothing
	List  []clientLine
	Names bool
	Desk  bool
}

func (h *handlers) clients(w http.ResponseWriter, r *http.Request, by Asker) error {
	list, err := h.clientLines(r, by)
	if err != nil {
		return err
	}
	return h.clientsPage(w, r, by, clientsPage{List: list})
}

// names is clients with the name of each, read and so written down.
func (h *handlers) names(w http.ResponseWriter, r *http.Request, by Asker) error {
	list, err := h.clientLines(r, by)
	if err != nil {
		return err
	}
	for i := range list {
		got, err := h.d.Read(r.Context(), by, list[i].Person, counselling, ieum.ContactRecord)
		if err != nil && !errors.Is(err, ieum.ErrDenied) {
			return err
		}
		list[i].Missing = err != nil
		if err == nil && got.Contact != nil {
			list[i].Name = got.Contact.Name
		}
	}
	return h.clientsPage(w, r, by, clientsPage{List: list, Names: true})
}

func (h *handlers) clientsPage(w http.ResponseWriter, r *http.Request, by Asker, page clientsPage) error {
	n, err := h.d.names(r.Context())
	if err != nil {
		return err
	}
	page.As, page.Desk = n.staff[by.ID], by.May(ieum.WriteClients)
	return h.pages.Reply(w, r, "clients.html", page)
}

// clientLines lists whom somebody counsels: those assigned to them, then those
// who agreed to it.
func (h *handlers) clientLines(r *http.Request, by Asker) (list []clientLine, err error) {
	if _, err := web.Read[struct{}](r); err != nil {
		return nil, err
	}
	if err := needs(by, ieum.ReadClients); err != nil {
		return nil, err
	}
	all, err := h.d.Cases(r.Context(), by)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		line := clientLine{Person: c.Person, Case: c.Number, Basis: c.Basis, Since: c.Since}
		if c.Basis == defs.BasisConsent {
			left, err := h.d.Grounds(r.Context(), by, c.Person, counselling)
			if err != nil {
				return nil, err
			}
			line.Over = len(left) == 0
		}
		list = append(list, line)
	}
	agreed, err := h.d.Agreed(r.Context(), by)
	for _, c := range agreed {
		if !slices.ContainsFunc(list, func(l clientLine) bool { return l.Person == c.Person }) {
			list = append(list, clientLine{Person: c.Person, Basis: defs.BasisConsent, Since: c.Since})
		}
	}
	return list, err
}

// A clientPage is what a counsellor may see of somebody, and what is missing.
type clientPage struct {
	Person     ieum.PersonID
	Case       *Case // of the reader, or nil
	Records    Records
	Access     Access
	Basis      string
	Missing    []ieum.RecordKind // that are kept, and that the basis does not cover
	Colleagues []Colleague
	Kinds      []string
	Shown      []string
	Text       string
	Mandate    mandateForm
	Account    string // in the form
	Linked     bool   // the person has an account
	Resumes    bool   // the basis covers the résumé
}

type personForm struct {
	Person string `path:"person"`
}

func (h *handlers) client(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[personForm](r)
	if err != nil {
		return err
	}
	page, err := h.clientPage(r, by, ieum.PersonID(f.Person))
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "client.html", page)
}

// clientPage reads what the best ground covers. Without one the read is refused,
// and the refusal says what is missing.
func (h *handlers) clientPage(r *http.Request, by Asker, person ieum.PersonID) (*clientPage, error) {
	if err := needs(by, ieum.ReadClients); err != nil {
		return nil, err // without a word to the auditor, whose list nobody floods
	}
	ctx := r.Context()
	grounds, err := h.d.Grounds(ctx, by, person, counselling)
	if err != nil {
		return nil, err
	}
	var kinds []ieum.RecordKind
	for _, g := range grounds {
		if len(g.Kinds) > len(kinds) {
			kinds = g.Kinds
		}
	}
	if kinds == nil {
		kinds = []ieum.RecordKind{ieum.ResumeRecord} // to be refused
	}
	got, err := h.d.Read(ctx, by, person, counselling, slices.Clone(kinds)...)
	if err != nil {
		return nil, err
	}
	page := &clientPage{Person: person, Records: got.Records, Access: got.Access, Basis: h.basis(web.Lang(r), got.Access), Kinds: MandateKinds, Shown: MandateShown,
		Resumes: slices.Contains(kinds, ieum.ResumeRecord)}
	have, err := h.d.store.have(ctx, person)
	if err != nil {
		return nil, err
	}
	p := h.d.set.Purposes[counselling]
	for _, k := range have {
		if p.Reads(k.Kind) && !slices.Contains(kinds, k.Kind) && !slices.Contains(page.Missing, k.Kind) {
			page.Missing = append(page.Missing, k.Kind)
		}
	}
	all, err := h.d.CasesOf(ctx, person)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.Counsellor == by.ID {
			page.Case = &c
		}
	}
	if page.Case == nil || !by.May(ieum.WriteClients) {
		page.Case = nil
		return page, nil
	}
	of, err := h.d.store.person(ctx, person)
	if err != nil {
		return nil, err
	}
	page.Linked = of.Account != ""
	staff, err := h.d.Accounts.Staff(ctx, ieum.WriteClients)
	for _, c := range staff {
		if c.ID != by.ID && c.Organisation == page.Case.Organisation {
			page.Colleagues = append(page.Colleagues, c)
		}
	}
	return page, err
}

type mandateForm struct {
	Name  string     `q:"name" max:"64" label:"door.field.holder"`
	Kind  string     `q:"kind"`
	Shown string     `q:"shown"`
	Until ieum.Day   `q:"until" label:"door.field.until"`
	Scan  web.Upload `q:"scan"`
}

type clientForm struct {
	mandateForm
	Person     string `path:"person"`
	Do         string `path:"do" enum:"note|hand-over|close|mandate|link|erase"`
	Text       string `q:"text" max:"10000" label:"door.field.note"`
	Counsellor string `q:"counsellor" max:"64"`
	Account    string `q:"account" max:"64" label:"door.field.account"`
	Sure       bool   `q:"sure" label:"door.client.erase_sure"`
}

// clientDo adds a note, hands a client over, ends a case, gives a client their
// account, lets somebody act for them, or erases them.
func (h *handlers) clientDo(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[clientForm](r)
	ctx, person, next := r.Context(), ieum.PersonID(f.Person), "/clients/"+f.Person
	if err == nil {
		err = needs(by, ieum.WriteClients)
	}
	if err == nil {
		switch f.Do {
		case "note":
			err = h.d.AddNote(ctx, by, person, f.Text)
		case "hand-over":
			err, next = h.d.HandOver(ctx, by, person, ieum.AccountID(f.Counsellor)), "/clients"
		case "close":
			err, next = h.d.Close(ctx, by, person), "/clients"
		case "erase":
			if err, next = fault("wish", "/sure", "tick that there is a written wish"), "/clients"; f.Sure {
				err = h.d.EraseClient(ctx, by, person)
			}
		case "link":
			err = h.d.Link(ctx, by, person, f.Account)
		case "mandate":
			err = h.d.Mandate(ctx, by, person, Proposal{Name: f.Name, Kind: f.Kind, Shown: f.Shown, Until: f.Until, Scan: f.Scan.Data})
		}
	}
	if err == nil {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	}
	if !errors.Is(err, ieum.ErrInvalid) {
		return err
	}
	page, failed := h.clientPage(r, by, person)
	if failed != nil {
		return failed
	}
	page.Text, page.Mandate, page.Account = f.Text, f.mandateForm, f.Account
	return h.again(w, r, "client.html", page, err)
}

// A deskPage is the form by which somebody is registered.
type deskPage struct {
	deskForm
	Laws []defs.Law
}

type deskForm struct {
	Name  string     `q:"name" label:"door.field.name"`
	Phone string     `q:"phone" label:"door.field.phone"`
	Mail  string     `q:"mail" label:"door.field.mail"`
	Basis string     `q:"basis" enum:"law|consent"`
	Scan  web.Upload `q:"scan"`
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
		person, err = h.d.Register(r.Context(), by, Registration{Contact: Contact{f.Name, f.Phone, f.Mail}, Basis: defs.Basis(f.Basis), Scan: f.Scan.Data})
	}
	if err == nil {
		http.Redirect(w, r, "/clients/"+string(person), http.StatusSeeOther)
		return nil
	}
	return h.again(w, r, "desk.html", h.deskPage(f), err)
}

type oversightForm struct {
	Flag   string `q:"flag" enum:"self|colleague|nocase|mandate|many|odd|erased|quarantine|refused"`
	Before int64  `q:"before" min:"0"`
}

// An oversightPage is what an auditor looks at; it holds ids alone.
type oversightPage struct {
	*Oversight
	Flags []string
}

func (h *handlers) oversight(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[oversightForm](r)
	if err != nil {
		return err
	}
	o, err := h.d.Oversee(r.Context(), by, f.Flag, f.Before)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "oversight.html", oversightPage{o, watchFlags})
}

type settleForm struct {
	Person  string `q:"person,required" max:"64"`
	N       int64  `q:"n,required"`
	Outcome string `q:"outcome,required" enum:"right|wrong"`
}

func (h *handlers) settle(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[settleForm](r)
	if err != nil {
		return err
	}
	if err := h.d.Settle(r.Context(), by, ieum.PersonID(f.Person), f.N, f.Outcome == "right"); err != nil {
		return err
	}
	http.Redirect(w, r, "/oversight#complaints", http.StatusSeeOther)
	return nil
}
