package jobcare

import (
	"encoding/json"
	"errors"
	"net/http"

	"ieum"
	"ieum/internal/platform/web"
)

// plans serves the plan that somebody makes alone, as a session makes one: the same steps, the
// same sheets. All of it is sent and answered; nothing is kept, and no address says anything.
func (h *handlers) plans(mux *web.Mux) {
	mux.Page("GET /plan", web.Nothing, h.planAbout)
	mux.Page("POST /plan", web.Sent, h.plan)
	mux.Page("POST /plan/{file}", web.Sent, h.planFile)
}

type planForm struct {
	roadmapForm
	Step  []string   `q:"step,rows" max:"120" label:"session.steps"`
	By    []ieum.Day `q:"by,rows" label:"session.by"`
	Sheet string     `q:"sheet" enum:"report|large|plan"`
}

// A planPage is the form of a plan; without a diagnosis it says where one begins.
type planPage struct {
	Form  planForm
	Now   *Diagnosis
	Rows  formRows
	Today ieum.Day
}

// Goal is the goal that the plan is for; nil when none was chosen.
func (p planPage) Goal() *Fit {
	if p.Now == nil || p.Form.Goal == "" {
		return nil
	}
	return p.Now.Target
}

// Kinds are the sheets there are.
func (planPage) Kinds() []string { return sheets }

// planAbout is the page without a résumé, as a browser asks for it that goes back.
func (h *handlers) planAbout(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Read[struct{}](r); err != nil {
		return err
	}
	return h.pages.Reply(w, r, "plan.html", planPage{})
}

// plan shows the form, or a sheet of what it says as a page.
func (h *handlers) plan(w http.ResponseWriter, r *http.Request) error {
	page, of, err := h.planned(w, r)
	switch {
	case page == nil:
		return err
	case err != nil:
		return h.pages.Again(w, r, "plan.html", page, err)
	case page.Form.Sheet != "":
		return h.sheetPage(w, r, page.Form.Sheet, of)
	}
	return h.pages.Reply(w, r, "plan.html", page)
}

// planFile is a sheet of what the form says.
func (h *handlers) planFile(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Read[planForm](r); err != nil && !errors.Is(err, ieum.ErrInvalid) {
		return err // it is here whole before it takes a turn: who sends slowly keeps nobody waiting
	}
	var page *planPage
	err := h.sheetFile(w, r, drafting, func() (of *keptPage, err error) {
		page, of, err = h.planned(w, r)
		return of, err
	})
	if err != nil && page != nil {
		return h.pages.Again(w, r, "plan.html", page, err)
	}
	return err
}

// planned is what the form says, as a page and as a plan; the page is nil when there is no form
// to show, the error what has to be mended in it.
func (h *handlers) planned(w http.ResponseWriter, r *http.Request) (*planPage, *keptPage, error) {
	w.Header().Set("Cache-Control", "no-store")
	f, faults := web.Read[planForm](r)
	if f.Resume == "" || faults != nil && !errors.Is(faults, ieum.ErrInvalid) {
		return nil, nil, faults
	}
	resume, err := h.a.reader.ReadText([]byte(f.Resume))
	if err != nil {
		return nil, nil, err
	}
	page := &planPage{Form: f, Rows: make(formRows, mostSteps), Today: ieum.DayOf(h.a.now())}
	if page.Now, err = h.a.counsel(r.Context(), resume, f.goal()); err != nil {
		return nil, nil, err
	}
	text, err := json.Marshal(resume)
	if err != nil {
		return nil, nil, err
	}
	page.Form.Resume = string(text)
	copy(page.Rows, sentRows(f.Step, f.By, nil))
	if f.Step == nil {
		suggest(page.Rows, page.Now, page.Today, func(s Suggestion) string { return h.said(web.Lang(r), s) })
	}
	s := Session{Shown: page.Now.without(), Steps: agreedIn(page.Rows)}
	if g := page.Goal(); g != nil {
		s.Goal = &g.Named
	}
	if faults == nil && (f.Step != nil || f.Sheet != "") {
		faults = s.possible(page.Today)
	}
	return page, &keptPage{Client: &Client{}, Kept: &Kept{At: h.a.now(), Session: s}, Draft: true}, faults
}
