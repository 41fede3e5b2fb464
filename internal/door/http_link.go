package door

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"ieum"
	"ieum/internal/platform/web"
)

func (h *handlers) linkRoutes(mux *web.Mux) {
	mux.Page("POST /my/rows", web.Records, h.signed(h.linkOwn))
	mux.Page("POST /my/rows/end", web.Records, h.signed(h.unlinkOwn))
	mux.Page("GET /clients/{person}/rows", web.Records, h.signed(h.clientRows))
	mux.Page("POST /clients/{person}/rows", web.Records, h.signed(h.linkClient))
	mux.Page("POST /clients/{person}/rows/end", web.Records, h.signed(h.unlinkClient))
}

// Carried is the résumé as a diagnosis takes it: with what was read from words that
// were not kept among what the person can do.
func (i Imported) Carried() (string, error) {
	of := i.Resume
	of.Skills = slices.Clone(of.Skills)
	for _, c := range i.Competencies {
		if title := i.Titles["competencies/"+c].KO; title != "" && !slices.Contains(of.Skills, title) {
			of.Skills = append(of.Skills, title)
		}
	}
	text, err := json.Marshal(of)
	return string(text), err
}

// An agencyChoice is a source whose rows can be linked.
type agencyChoice struct {
	ID     ieum.SourceID
	Holder ieum.Text
}

func (h *handlers) agencies() (out []agencyChoice) {
	if h.d.Rows == nil {
		return nil
	}
	for id, holder := range h.d.Rows.Agencies() {
		out = append(out, agencyChoice{id, holder})
	}
	slices.SortFunc(out, func(a, b agencyChoice) int {
		return strings.Compare(a.Holder.KO+string(a.ID), b.Holder.KO+string(b.ID))
	})
	return out
}

type claimForm struct {
	Source string `q:"source" max:"64" label:"door.field.agency"`
	Number string `q:"number" max:"100" label:"door.field.row_number"`
}

func (f claimForm) claim() Claim { return Claim{ieum.SourceID(f.Source), f.Number} }

// A rowsPart is the form by which somebody brings in what an agency has of them.
type rowsPart struct {
	Agencies []agencyChoice
	Claim    claimForm
	Proof    string // what is missing before: not, again or ""
	Ended    []Link
}

// rowsPart is for the reader's own page.
func (h *handlers) rowsPart(r *http.Request, by Asker, id ieum.PersonID) (part rowsPart, err error) {
	ctx := r.Context()
	part.Agencies = h.agencies()
	known, err := h.d.Accounts.Known(ctx, by.ID)
	if err != nil {
		return part, err
	}
	if known.Token == "" {
		proved, err := h.d.Accounts.Proved(ctx, by.ID)
		if err != nil {
			return part, err
		}
		if part.Proof = "not"; proved {
			part.Proof = "again"
		}
	}
	if id != "" {
		part.Ended, err = h.d.Links(ctx, id)
		part.Ended = slices.DeleteFunc(part.Ended, func(l Link) bool { return l.Ended.IsZero() })
	}
	return part, err
}

func (h *handlers) linkOwn(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[claimForm](r)
	if err == nil {
		err = h.d.LinkOwn(r.Context(), by, f.claim())
	}
	return h.mend(w, r, by, "", "/my#rows", err, func(p *myPage) { p.Rows.Claim = f })
}

type endLinkForm struct {
	Person string `path:"person"`
	ID     string `q:"id,required" max:"64"`
	Why    string `q:"why"`
}

func (h *handlers) unlinkOwn(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[struct {
		ID string `q:"id,required" max:"64"`
	}](r)
	if err != nil {
		return err
	}
	p, err := h.d.Own(r.Context(), by)
	if err == nil {
		err = h.d.Unlink(r.Context(), by, p.ID, f.ID, "")
	}
	if err != nil {
		return err
	}
	return to(w, r, "/my#rows", "")
}

// A clientRowsPage is where staff bring in what an agency has of a client.
type clientRowsPage struct {
	clientRowForm
	Agencies []agencyChoice
	Links    []Link
	Shown    []string // documents
	Why      []string
	Linked   bool // the client has an account, and does it themselves
}

type clientRowForm struct {
	claimForm
	Person string `path:"person"`
	Name   string `q:"person" max:"100" label:"identity.field.person"`
	Birth  string `q:"birth" max:"10" label:"identity.field.birth"`
	First  string `q:"first"`
	Second string `q:"second"`
}

// Claimed are the fields of which row it is said to be.
func (p clientRowsPage) Claimed() claimForm { return p.claimForm }

// clientRowsPage says what ties a client of the reader's to rows, and nothing of
// the rows.
func (h *handlers) clientRowsPage(r *http.Request, by Asker, f clientRowForm) (*clientRowsPage, error) {
	if err := needs(by, ieum.WriteClients); err != nil {
		return nil, err
	}
	person := ieum.PersonID(f.Person)
	s, err := h.d.store.standing(r.Context(), person, h.d.now())
	if err != nil {
		return nil, err
	}
	if _, err := h.d.mine(by, s); err != nil {
		return nil, err
	}
	page := &clientRowsPage{clientRowForm: f, Agencies: h.agencies(), Shown: LinkShown, Why: UnlinkWhy, Linked: s.person.Account != ""}
	page.Links, err = h.d.Links(r.Context(), person)
	page.Links = slices.DeleteFunc(page.Links, func(l Link) bool { return !l.Ended.IsZero() })
	return page, err
}

func (h *handlers) clientRows(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[struct {
		Person string `path:"person"`
	}](r)
	if err != nil {
		return err
	}
	page, err := h.clientRowsPage(r, by, clientRowForm{Person: f.Person})
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "client-rows.html", page)
}

func (h *handlers) linkClient(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[clientRowForm](r)
	if err == nil {
		saw := Sighting{Who: ieum.Who{Name: f.Name, Birth: f.Birth}, Documents: []string{f.First, f.Second}}
		err = h.d.LinkClient(r.Context(), by, ieum.PersonID(f.Person), saw, f.claim())
	}
	return h.mendRows(w, r, by, f, err)
}

func (h *handlers) unlinkClient(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[endLinkForm](r)
	if err == nil {
		err = h.d.Unlink(r.Context(), by, ieum.PersonID(f.Person), f.ID, f.Why)
	}
	return h.mendRows(w, r, by, clientRowForm{Person: f.Person}, err)
}

// mendRows leads to the client, or shows the form again.
func (h *handlers) mendRows(w http.ResponseWriter, r *http.Request, by Asker, f clientRowForm, err error) error {
	if err == nil {
		http.Redirect(w, r, "/clients/"+f.Person+"#rows", http.StatusSeeOther)
		return nil
	}
	if !errors.Is(err, ieum.ErrInvalid) {
		return err
	}
	page, failed := h.clientRowsPage(r, by, f)
	if failed != nil {
		return failed
	}
	return h.pages.Again(w, r, "client-rows.html", page, err)
}
