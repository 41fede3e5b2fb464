package door

import (
	"errors"
	"net/http"
	"slices"

	"ieum"
	"ieum/internal/platform/web"
)

// paperRoutes are where a desk handles what is signed.
func (h *handlers) paperRoutes(mux *web.Mux) {
	mux.Page("GET /clients/{person}/papers", web.Records, h.signed(h.papers))
	mux.Upload("POST /clients/{person}/papers", web.Records, ieum.WriteClients, h.signed(h.withdraw))
	mux.Page("GET /clients/{person}/papers/stopped/{id}", web.Records, h.signed(h.stopped))
	mux.Scan("GET /clients/{person}/papers/{item}", web.Records, h.signed(h.scan))
	mux.Scan("GET /mandates/{id}/paper", web.Records, h.signed(h.mandateScan))
	mux.Page("GET /oversight/papers/{person}", web.Records, h.signed(h.watchedPapers))
	mux.Scan("GET /oversight/papers/{person}/{item}", web.Records, h.signed(h.watchedScan))
	mux.Page("GET /desk/stop", web.Nothing, h.signed(h.stopForm))
}

// A papersPage is what a desk can stop for a client, and what was stopped.
type papersPage struct {
	stoppingForm
	Client   int64
	Mine     bool // the reader counsels them
	Consents []consentLine
	Mandates []Mandate
	Past     []withdrawalLine
	Papers   []PaperLine
	Opens    bool        // the reader may open the papers
	Others   []string    // who counsels them, by title
	Back     bool        // nobody counsels them, and the office may again
	Signs    bool        // they sign a consent to be counselled again
	Fresh    bool        // the reader signed in a short while ago
	Heard    []Colleague // who may have heard it
}

// Stops says whether there is anything to stop.
func (p papersPage) Stops() bool { return len(p.Consents)+len(p.Mandates) > 0 }

// Ticked says whether the form was left with an id.
func (p papersPage) Ticked(id string) bool { return slices.Contains(p.IDs, id) }

// A withdrawalLine is a withdrawal with the words for it.
type withdrawalLine struct {
	Withdrawal
	By, Ear string // who wrote it down and who heard it, by title
}

func (n names) withdrawal(w Withdrawal) withdrawalLine {
	return withdrawalLine{w, n.staff[w.Taker], n.staff[w.Heard]}
}

type stoppingForm struct {
	Person  string         `path:"person"`
	IDs     []string       `q:"ids" max:"64"`
	Said    string         `q:"said" max:"2000" label:"door.stop.said"`
	HeardBy ieum.AccountID `q:"heard" max:"64" label:"door.stop.heard"`
	Scan    web.Upload     `q:"scan"`
}

func (h *handlers) papers(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[struct {
		Person string `path:"person"`
	}](r)
	if err != nil {
		return err
	}
	page, err := h.papersPage(r, by, stoppingForm{Person: f.Person})
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "papers.html", page)
}

func (h *handlers) papersPage(r *http.Request, by Asker, f stoppingForm) (*papersPage, error) {
	if err := needs(by, ieum.WriteClients); err != nil {
		return nil, err
	}
	v, err := h.d.Desked(r.Context(), by, ieum.PersonID(f.Person))
	if err != nil {
		return nil, err
	}
	n, err := h.d.names(r.Context(), web.Lang(r))
	if err != nil {
		return nil, err
	}
	page := &papersPage{stoppingForm: f, Client: v.Client, Mandates: v.Mandates}
	page.Mine = slices.ContainsFunc(v.Cases, func(k Case) bool { return k.Counsellor == by.ID })
	for _, c := range v.Consents {
		page.Consents = append(page.Consents, h.consentLine(c, n))
	}
	for _, k := range v.Cases {
		page.Others = append(page.Others, n.staff[k.Counsellor])
	}
	page.Back, page.Signs, page.Fresh = v.Back, v.Signs, by.Fresh
	for _, w := range v.Withdrawals {
		page.Past = append(page.Past, n.withdrawal(w))
	}
	if page.Papers, err = h.d.Papers(r.Context(), ieum.PersonID(f.Person)); err != nil {
		return nil, err
	}
	if v.Narrow() {
		page.Papers = slices.DeleteFunc(page.Papers, func(p PaperLine) bool { return !v.has(p.Item) })
	}
	page.Opens = v.Opens
	page.Heard, err = h.d.colleagues(r.Context(), v.Office.Organisation)
	if page.HeardBy == "" {
		page.HeardBy = by.ID
	}
	return page, err
}

// withdraw takes down that a client stops something.
func (h *handlers) withdraw(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[stoppingForm](r)
	if missing := needs(by, ieum.WriteClients); missing != nil {
		return missing
	}
	var done *Withdrawal
	if err == nil {
		done, err = h.d.Withdraw(r.Context(), by, ieum.PersonID(f.Person), Stopping{IDs: f.IDs, Scan: f.Scan.Data, Text: f.Said, Heard: f.HeardBy})
	}
	if err == nil {
		http.Redirect(w, r, "/clients/"+f.Person+"/papers/stopped/"+done.ID, http.StatusSeeOther)
		return nil
	}
	if !errors.Is(err, ieum.ErrInvalid) {
		return err
	}
	page, failed := h.papersPage(r, by, f)
	if failed != nil {
		return failed
	}
	return h.again(w, r, "papers.html", page, err)
}

// A stoppedPage is the receipt of a withdrawal, to print.
type stoppedPage struct {
	withdrawalLine
	Client   int64
	Place    string // whose desk it was
	Consents []consentLine
	Mandates []Mandate
	Entry    int64
}

func (h *handlers) stopped(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[struct {
		Person string `path:"person"`
		ID     string `path:"id"`
	}](r)
	if err != nil {
		return err
	}
	if err := needs(by, ieum.WriteClients); err != nil {
		return err
	}
	s, err := h.d.Stopped(r.Context(), by, ieum.PersonID(f.Person), f.ID)
	if err != nil {
		return err
	}
	n, err := h.d.names(r.Context(), web.Lang(r))
	if err != nil {
		return err
	}
	page := stoppedPage{withdrawalLine: n.withdrawal(s.Withdrawal), Client: s.Client, Place: n.of("", s.Organisation), Mandates: s.Mandates, Entry: s.Entry}
	for _, c := range s.Consents {
		page.Consents = append(page.Consents, h.consentLine(c, n))
	}
	return h.pages.Reply(w, r, "stopped.html", page)
}

// stopForm shows the paper to print by which somebody stops something.
func (h *handlers) stopForm(w http.ResponseWriter, r *http.Request, by Asker) error {
	if _, err := web.Read[struct{}](r); err != nil {
		return err
	}
	at, err := h.d.desk(r.Context(), by)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "stop-form.html", at)
}
