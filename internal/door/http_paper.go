package door

import (
	"net/http"

	"ieum"
	"ieum/internal/platform/web"
)

// scan opens a paper for the counsellor of a client.
func (h *handlers) scan(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[struct {
		Person string `path:"person"`
		Item   string `path:"item"`
	}](r)
	if err != nil {
		return err
	}
	if err := needs(by, ieum.ReadClients); err != nil {
		return err
	}
	return h.showPaper(w, r, by, ieum.PersonID(f.Person), f.Item)
}

// mandateScan opens the paper of a mandate that waits, for who is to confirm it.
func (h *handlers) mandateScan(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[struct {
		ID string `path:"id"`
	}](r)
	if err != nil {
		return err
	}
	if err := needs(by, ieum.ReadClients); err != nil {
		return err
	}
	m, err := h.d.waiting(r.Context(), by, f.ID)
	if err != nil {
		return err
	}
	if m.Paper == "" {
		return ieum.ErrNotFound
	}
	return h.showPaper(w, r, by, m.Person, m.Paper)
}

// A watchedPapersPage is the papers of somebody to an auditor, who knows them by an id.
type watchedPapersPage struct {
	Person, Short string
	Papers        []PaperLine
	Fresh         bool
}

func (h *handlers) watchedPapers(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[struct {
		Person string `path:"person"`
	}](r)
	if err != nil {
		return err
	}
	if err := auditor(by); err != nil {
		return err
	}
	if _, err := h.d.store.person(r.Context(), ieum.PersonID(f.Person)); err != nil {
		return err
	}
	list, err := h.d.Papers(r.Context(), ieum.PersonID(f.Person))
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "watched-papers.html", watchedPapersPage{f.Person, short(f.Person), list, by.Fresh})
}

func (h *handlers) watchedScan(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[struct {
		Person string `path:"person"`
		Item   string `path:"item"`
	}](r)
	if err != nil {
		return err
	}
	if err := auditor(by); err != nil {
		return err
	}
	return h.showPaper(w, r, by, ieum.PersonID(f.Person), f.Item)
}

// showPaper answers with a paper that is looked at where it is: a file that is saved
// would stay on the machine of the desk.
func (h *handlers) showPaper(w http.ResponseWriter, r *http.Request, by Asker, person ieum.PersonID, item string) error {
	if err := web.Ahead(r); err != nil {
		return err
	}
	p, err := h.d.ReadPaper(r.Context(), by, person, item)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", "inline")
	return writePaper(w, p)
}

// writePaper answers with a paper as what it was found to be when it was kept, which
// nothing in it changes: it loads nothing, and but for a PDF, which browsers do not show
// in a sandbox, is no page of this site.
func writePaper(w http.ResponseWriter, p *Paper) error {
	policy := "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
	if p.Type != "application/pdf" {
		policy += "; sandbox"
	}
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Content-Type", p.Type)
	_, err := w.Write(p.Data)
	return err
}
