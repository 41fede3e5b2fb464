package door

import (
	"net/http"

	"ieum"
	"ieum/internal/platform/web"
)

func (h *handlers) employerRoutes(mux *web.Mux) {
	mux.Page("GET /hiring", web.Records, h.signed(h.candidates))
	mux.Page("GET /hiring/{id}", web.Records, h.signed(h.candidate))
	mux.API("GET /api/v1/hiring", web.Records, web.Op{ID: "listCandidates", Summary: ieum.Text{KO: "내 기업이 찾을 수 있게 동의한 사람. 기업 담당자만", EN: "Who agreed to be found by one's firm; employers"},
		Reply: []Candidate{}}, h.signed(h.listCandidates))
	mux.API("GET /api/v1/hiring/{id}", web.Records, web.Op{ID: "getCandidate", Summary: ieum.Text{KO: "동의한 사람의 이력. 본 것은 본인에게 보입니다", EN: "The résumé of somebody who agreed; the look is shown to them"},
		Params: candidateForm{}, Reply: candidatePage{}}, h.signed(h.candidate))
}

// A candidatesPage is what an employer sees before opening anybody.
type candidatesPage struct {
	List  []candidateLine
	Firms []string // names of those the reader looks after
	Most  int      // résumés an hour
	Full  bool     // there may be more
}

type candidateLine struct {
	Candidate
	Firm string
}

// Short is what a page calls somebody by: the beginning of the id.
func (c Candidate) Short() string { return short(c.ID) }

// Last is the last day of the consent.
func (c Candidate) Last() ieum.Day { return lastDay(c.Until) }

func (h *handlers) listCandidates(w http.ResponseWriter, r *http.Request, by Asker) error {
	list, err := h.d.Candidates(r.Context(), by)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, list)
}

func (h *handlers) candidates(w http.ResponseWriter, r *http.Request, by Asker) error {
	if _, err := web.Read[struct{}](r); err != nil {
		return err
	}
	list, err := h.d.Candidates(r.Context(), by)
	if err != nil {
		return err
	}
	names, err := h.d.Accounts.Organisations(r.Context(), "employer")
	if err != nil {
		return err
	}
	firms, err := h.d.firms(r.Context(), by)
	if err != nil {
		return err
	}
	page := candidatesPage{Full: len(list) == mostCandidates}
	if p := h.d.set.Purposes[hiring]; p != nil {
		page.Most = p.Most
	}
	for _, id := range firms {
		page.Firms = append(page.Firms, names[id])
	}
	for _, c := range list {
		page.List = append(page.List, candidateLine{c, names[c.Organisation]})
	}
	return h.pages.Reply(w, r, "hiring.html", page)
}

type candidateForm struct {
	ID string `path:"id" doc:"of the consent, as the list has it" ko:"목록에 나온 동의의 번호"`
}

// A candidatePage is somebody's résumé as an employer sees it.
type candidatePage struct {
	Candidate
	Resume *ieum.Resume `json:"resume"`
}

func (h *handlers) candidate(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[candidateForm](r)
	if err != nil {
		return err
	}
	if err := web.Ahead(r); err != nil {
		return err
	}
	c, got, err := h.d.Candidate(r.Context(), by, f.ID)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "candidate.html", candidatePage{*c, got.Resume})
}
