package door

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/web"
)

// staffRoutes are the pages of those who counsel, register, confirm and audit.
func (h *handlers) staffRoutes(mux *web.Mux) {
	mux.Page("GET /clients", web.Records, h.signed(h.clients))
	mux.Page("POST /clients", web.Records, h.signed(h.names)) // what a mere link leads to writes nothing down
	mux.Page("POST /clients/keep", web.Records, h.signed(h.keepFor))
	mux.Page("GET /clients/{person}", web.Records, h.signed(h.client))
	mux.Upload("POST /clients/{person}/{do}", web.Records, ieum.WriteClients, h.signed(h.clientDo))
	mux.Page("GET /mandates", web.Records, h.signed(h.mandates))
	mux.Page("POST /mandates/{id}/{do}", web.Records, h.signed(h.mandateDo))
	mux.Page("POST /clients/find", web.Records, h.signed(h.find))
	mux.Page("GET /clients/{person}/slip", web.Records, h.signed(h.slip))
	mux.Page("POST /clients/{person}/take", web.Records, h.signed(h.takeOn))
	mux.Upload("POST /clients/{person}/again", web.Records, ieum.WriteClients, h.signed(h.takeUp))
	mux.Page("GET /desk", web.Records, h.signed(h.desk))
	mux.Upload("POST /desk", web.Records, ieum.WriteClients, h.signed(h.register))
	mux.Page("GET /desk/consent", web.Nothing, h.signed(h.consentForm))
	mux.Page("GET /oversight", web.Records, h.signed(h.oversight))
	mux.Page("POST /oversight", web.Records, h.signed(h.settle))
}

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

// A clientName is a name in the list of a counsellor, read, and so written down, when the
// counsellor asks for names.
type clientName struct {
	Name    string
	Missing bool // names were asked for, and this one may not be read
}

// A clientLine is somebody in the list of a counsellor.
type clientLine struct {
	Person ieum.PersonID
	Case   int64 // number of the client
	Basis  defs.Basis
	Since  time.Time
	New    bool   // the reader has not looked at them yet
	From   string // who handed them over; "" = nobody did
	clientName

	Erasable bool // the person has no account, with which they would erase themselves
}

// An askLine is somebody who asks to be counselled. Whom they named may read their name.
type askLine struct {
	Ask
	clientName
}

// A pastLine is a case that ended, with whom it went to.
type pastLine struct {
	PastCase
	Whom string
}

type clientsPage struct {
	As      string // by which people know the reader; "" = by nothing
	List    []clientLine
	Asks    []askLine
	More    bool         // more people ask
	Over    []clientLine // whose consent ended: the case can be closed, or the client erased
	Past    []pastLine
	Names   bool
	Hidden  bool // there are names that can be asked for
	Desk    bool
	Waiting int // mandates that wait for a second person
}

func (h *handlers) clients(w http.ResponseWriter, r *http.Request, by Asker) error {
	if _, err := web.Read[struct{}](r); err != nil {
		return err
	}
	page, err := h.clientsPage(r, by)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "clients.html", page)
}

// takeOn makes somebody a client of the reader's who asks for it.
func (h *handlers) takeOn(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[struct {
		Person string `path:"person"`
	}](r)
	if err == nil {
		err = needs(by, ieum.WriteClients)
	}
	if err == nil {
		err = h.d.TakeOn(r.Context(), by, ieum.PersonID(f.Person))
	}
	if err == nil {
		return back(w, r, f.Person, "take")
	}
	if !errors.Is(err, ieum.ErrInvalid) {
		return err
	}
	page, failed := h.clientsPage(r, by)
	if failed != nil {
		return failed
	}
	return h.again(w, r, "clients.html", page, err)
}

// names is clients with the name of each, read and so written down.
func (h *handlers) names(w http.ResponseWriter, r *http.Request, by Asker) error {
	if _, err := web.Read[struct{}](r); err != nil {
		return err
	}
	page, err := h.clientsPage(r, by)
	if err != nil {
		return err
	}
	page.Names, page.Hidden = true, false
	err = h.named(r, by, page.List)
	for i := range page.Asks {
		if a := &page.Asks[i]; err == nil && a.Account != "" {
			a.clientName, err = h.nameOf(r, by, a.Person)
		}
	}
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "clients.html", page)
}

// named reads the name of each in a list.
func (h *handlers) named(r *http.Request, by Asker, list []clientLine) (err error) {
	for i := range list {
		if list[i].clientName, err = h.nameOf(r, by, list[i].Person); err != nil {
			return err
		}
	}
	return nil
}

// nameOf reads the name of somebody.
func (h *handlers) nameOf(r *http.Request, by Asker, person ieum.PersonID) (n clientName, err error) {
	got, err := h.d.Read(r.Context(), by, person, counselling, ieum.ContactRecord)
	if errors.Is(err, ieum.ErrDenied) || errors.Is(err, ieum.ErrNotFound) { // or erased meanwhile
		return clientName{Missing: true}, nil
	}
	if err == nil && got.Contact != nil {
		n.Name = got.Contact.Name
	}
	return n, err
}

func (h *handlers) clientsPage(r *http.Request, by Asker) (*clientsPage, error) {
	list, over, err := h.clientLines(r, by)
	if err != nil {
		return nil, err
	}
	page := &clientsPage{List: list, Over: over}
	n, err := h.d.names(r.Context(), web.Lang(r))
	if err != nil {
		return nil, err
	}
	asks, more, err := h.d.Asks(r.Context(), by)
	if err != nil {
		return nil, err
	}
	page.More, page.Hidden = more, len(list) > 0
	for _, a := range asks {
		page.Asks = append(page.Asks, askLine{Ask: a})
		page.Hidden = page.Hidden || a.Account != ""
	}
	past, err := h.d.Past(r.Context(), by)
	if err != nil {
		return nil, err
	}
	for _, k := range past {
		page.Past = append(page.Past, pastLine{k, n.staff[k.To]})
	}
	waiting, err := h.d.Waiting(r.Context(), by)
	page.As, page.Desk, page.Waiting = n.staff[by.ID], by.May(ieum.WriteClients), len(waiting)
	return page, err
}

// clientLines lists whom somebody counsels, and whose consent to it ended. It reads nothing
// that is kept of them.
func (h *handlers) clientLines(r *http.Request, by Asker) (list, over []clientLine, err error) {
	if err := needs(by, ieum.ReadClients); err != nil {
		return nil, nil, err
	}
	n, err := h.d.names(r.Context(), web.Lang(r))
	if err != nil {
		return nil, nil, err
	}
	all, err := h.d.Cases(r.Context(), by)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range all {
		line := clientLine{Person: c.Person, Case: c.Client, Basis: c.Basis, Since: c.Since, New: c.Seen.IsZero(), From: n.staff[c.Giver]}
		if c.Basis == defs.BasisConsent {
			s, err := h.d.store.standing(r.Context(), c.Person, h.d.now())
			if errors.Is(err, ieum.ErrNotFound) {
				continue // erased meanwhile
			}
			if err != nil {
				return nil, nil, err
			}
			if !h.d.rests(c, s) {
				line.Erasable = s.person.Account == ""
				over = append(over, line)
				continue
			}
		}
		list = append(list, line)
	}
	return list, over, nil
}

// A keepForm is a résumé that a diagnosis carries, and for whom it is to be kept.
type keepForm struct {
	Resume string `q:"resume" max:"400000"`
	Client string `q:"client" max:"64"`
	Do     string `q:"do" enum:"names"`
}

// A keepPage asks for which client a résumé is kept.
type keepPage struct {
	keepForm
	List  []clientLine
	Names bool
}

// keepFor keeps a résumé for a client of the reader's, who chooses for whom when the
// diagnosis was not begun on a client's page.
func (h *handlers) keepFor(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[keepForm](r)
	if missing := needs(by, ieum.WriteClients); missing != nil {
		return missing
	}
	if err == nil && f.Client != "" && f.Do == "" {
		if err = h.keepText(r, by, ieum.PersonID(f.Client), f.Resume); err == nil {
			return back(w, r, f.Client, "resume")
		}
		if errors.Is(err, ieum.ErrDenied) || errors.Is(err, ieum.ErrNotFound) {
			err = fault("client", "/client", "choose one of those whom you counsel")
		}
	}
	if err != nil && !errors.Is(err, ieum.ErrInvalid) {
		return err
	}
	list, _, failed := h.clientLines(r, by)
	if failed != nil {
		return failed
	}
	page := keepPage{keepForm: f, List: list, Names: f.Do == "names"}
	if page.Names {
		if err := h.named(r, by, page.List); err != nil {
			return err
		}
	}
	if err != nil {
		return h.pages.Again(w, r, "keep.html", page, err)
	}
	return h.pages.Reply(w, r, "keep.html", page)
}

// keepText keeps a résumé for a client that was written down or is carried as JSON.
func (h *handlers) keepText(r *http.Request, by Asker, person ieum.PersonID, text string) error {
	if len(bytes.TrimSpace([]byte(text))) == 0 {
		return fault("resume_text", "/resume", "write what the client tells of their work")
	}
	of, err := h.d.Resumes.ReadText([]byte(text))
	if err != nil {
		return err
	}
	return h.d.KeepResume(r.Context(), by, person, of)
}

// back leads to a client's page, which says what was done.
func back(w http.ResponseWriter, r *http.Request, person, what string) error {
	http.Redirect(w, r, "/clients/"+person+"?done="+what+"#"+doneAt[what], http.StatusSeeOther)
	return nil
}

// doneAt is where on a client's page each thing is that can be done there.
var doneAt = map[string]string{"registered": "next", "again": "next", "take": "next", "resume": "resume", "contact": "contact", "correct": "contact", "note": "notes", "mandate": "mandates", "mandate-end": "mandates", "link": "mandates", "link-end": "mandates"}
