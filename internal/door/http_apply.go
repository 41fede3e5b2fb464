package door

import (
	"errors"
	"net/http"
	"net/url"

	"ieum"
	"ieum/internal/platform/web"
)

// applyRoutes are where people apply for what employers put up here, and where those answer.
func (h *handlers) applyRoutes(mux *web.Mux) {
	mux.Page("GET /my/apply", web.Records, h.signed(h.applying))
	mux.Page("POST /my/apply", web.Records, h.signed(h.apply))
	mux.Page("GET /hiring/applicants", web.Records, h.signed(h.applicants))
	mux.Page("GET /hiring/applicants/{id}", web.Records, h.signed(h.applicant))
	mux.Page("POST /hiring/applicants/{id}", web.Records, h.signed(h.answer))
	mux.API("POST /api/v1/my/applications", web.Records, web.Op{ID: "apply", Summary: ieum.Text{KO: "이 서비스에 기업이 올린 공고에 지원하기", EN: "Apply for a posting that its employer put up here"},
		Body: applyBody{}, Example: applyBody{Posting: "0bd974084a08d575", Message: "프레스 조작을 21년 했습니다."}, Reply: Noted{}}, h.signed(h.applyByAPI))
	mux.API("GET /api/v1/hiring/applicants", web.Records, web.Op{ID: "listApplicants", Summary: ieum.Text{KO: "우리 기업에 지원한 사람. 기업 담당자만", EN: "Who applied to one's firm; employers"},
		Params: applicantsForm{}, Reply: []Applicant{}}, h.signed(h.listApplicants))
	mux.API("GET /api/v1/hiring/applicants/{id}", web.Records, web.Op{ID: "getApplicant", Summary: ieum.Text{KO: "지원한 사람이 보낸 것. 본 것은 본인에게 보입니다", EN: "What an applicant sent; the look is shown to them"},
		Params: applicantForm{}, Reply: Received{}}, h.signed(h.getApplicant))
	mux.API("POST /api/v1/hiring/applicants/{id}", web.Records, web.Op{ID: "answerApplicant", Summary: ieum.Text{KO: "지원한 사람에게 답하기", EN: "Answer an applicant"},
		Params: applicantForm{}, Body: answerBody{}, Example: answerBody{State: "invited", Text: "12월 1일 10시에 면접에 와 주세요."}, Reply: Done{}}, h.signed(h.answerByAPI))
}

type applyForm struct {
	Posting string `q:"posting,required" max:"64"`
	Message string `q:"message" max:"10000" label:"door.apply.message"`
	Reveals bool   `q:"reveals"`
}

// An applyPage is what an employer will see of who applies.
type applyPage struct {
	applyForm
	Of      Advert
	Resume  *ieum.Resume // as the employer is shown it
	Contact *Contact
	Last    ieum.Day // on which the employer can read it
	Longest int
}

func (h *handlers) applying(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[applyForm](r)
	if err != nil {
		return err
	}
	page, err := h.applyPage(r, by, f)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "apply.html", page)
}

func (h *handlers) applyPage(r *http.Request, by Asker, f applyForm) (*applyPage, error) {
	page := &applyPage{applyForm: f, Longest: longestMessage}
	var err error
	if page.Of, err = h.d.Postings.Advert(r.Context(), f.Posting); err != nil {
		return nil, err
	}
	p, err := h.d.purpose(applying)
	if err != nil {
		return nil, err
	}
	page.Last = lastDayOf(p, h.d.now())
	got, err := h.searched(r, by, "", ieum.ResumeRecord, ieum.ContactRecord)
	if err != nil {
		return nil, err
	}
	page.Contact, page.Resume = got.Contact, h.d.covered(got.Resume)
	return page, nil
}

func (h *handlers) apply(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[applyForm](r)
	var item string
	did := "sent"
	if err == nil {
		var id ieum.PersonID
		if id, err = h.keeper(r, by, ""); err == nil {
			var had bool
			if item, had, err = h.d.ApplyHere(r.Context(), by, id, f.Posting, f.Message, f.Reveals); had {
				did = "had"
			}
		}
	}
	if err == nil {
		http.Redirect(w, r, "/my/search?"+url.Values{"did": {did}, "item": {item}}.Encode()+"#done", http.StatusSeeOther)
		return nil
	}
	if !errors.Is(err, ieum.ErrInvalid) || f.Posting == "" {
		return err
	}
	page, failed := h.applyPage(r, by, f)
	if failed != nil {
		return failed
	}
	return h.again(w, r, "apply.html", page, err)
}

type applicantsForm struct {
	Posting string `q:"posting" max:"64" doc:"only those for this posting, by the employer's number of it" ko:"이 공고에 지원한 사람만. 우리 기업의 공고 번호"`
}

// An applicantsPage is who applied to the firms of the reader.
type applicantsPage struct {
	applicantsForm
	List []Applicant
	Full bool // there may be more
}

// Short is what a page calls somebody by: the beginning of the id.
func (a Applicant) Short() string { return short(a.ID) }

// Last is the last day on which it can be opened.
func (a Applicant) Last() ieum.Day { return lastDay(a.Until) }

// Title is that of the posting, where they are all of one.
func (p *applicantsPage) Title() string {
	if p.Posting == "" || len(p.List) == 0 {
		return ""
	}
	return p.List[0].Title
}

func (h *handlers) applicants(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[applicantsForm](r)
	if err != nil {
		return err
	}
	list, err := h.d.Applicants(r.Context(), by, f.Posting)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "applicants.html", &applicantsPage{f, list, len(list) == mostCandidates})
}

func (h *handlers) listApplicants(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[applicantsForm](r)
	if err != nil {
		return err
	}
	list, err := h.d.Applicants(r.Context(), by, f.Posting)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, append([]Applicant{}, list...))
}

type applicantForm struct {
	ID string `path:"id" doc:"of the applicant, as the list has it" ko:"목록에 나온 지원의 번호"`
}

// An applicantPage is what somebody sent, and the answer as it is written.
type applicantPage struct {
	*Received
	Did     string
	Typed   answerForm
	Longest int
}

// States are those of an answer.
func (*applicantPage) States() []string { return Answers }

func (h *handlers) applicant(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[struct {
		applicantForm
		Did string `q:"did" enum:"answered"`
	}](r)
	if err != nil {
		return err
	}
	if err := web.Ahead(r); err != nil {
		return err
	}
	got, err := h.d.Applicant(r.Context(), by, f.ID)
	if err != nil {
		return err
	}
	page := &applicantPage{Received: got, Did: f.Did, Longest: longestMessage}
	if got.Answer != nil {
		page.Typed = answerForm{State: got.Answer.State, Text: got.Answer.Text}
	}
	return h.pages.Reply(w, r, "applicant.html", page)
}

func (h *handlers) getApplicant(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[applicantForm](r)
	if err != nil {
		return err
	}
	got, err := h.d.Applicant(r.Context(), by, f.ID)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, got)
}

type answerForm struct {
	ID    string `path:"id"`
	State string `q:"state" max:"20" label:"door.answer.state"`
	Text  string `q:"text" max:"10000" label:"door.answer.text"`
}

func (h *handlers) answer(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[answerForm](r)
	if err == nil {
		err = h.d.Answer(r.Context(), by, f.ID, f.State, f.Text)
	}
	if err == nil {
		http.Redirect(w, r, "/hiring/applicants/"+url.PathEscape(f.ID)+"?did=answered#done", http.StatusSeeOther)
		return nil
	}
	if !errors.Is(err, ieum.ErrInvalid) {
		return err
	}
	got, failed := h.d.Applicant(r.Context(), by, f.ID)
	if failed != nil {
		return failed
	}
	return h.again(w, r, "applicant.html", &applicantPage{Received: got, Typed: f, Longest: longestMessage}, err)
}

// An applyBody is an application as a program sends it.
type applyBody struct {
	Posting string `json:"posting"` // public number
	Message string `json:"message,omitempty"`
	Reveals bool   `json:"reveals,omitempty"` // name and contact, to the employer
}

// An answerBody is what an employer answers.
type answerBody struct {
	State string `json:"state"` // invited, held or declined
	Text  string `json:"text,omitempty"`
}

func (h *handlers) applyByAPI(w http.ResponseWriter, r *http.Request, by Asker) error {
	b, err := web.ReadJSON[applyBody](r)
	if err != nil {
		return err
	}
	id, err := h.keeper(r, by, "")
	if err != nil {
		return err
	}
	var noted Noted
	if noted.Item, noted.Had, err = h.d.ApplyHere(r.Context(), by, id, b.Posting, b.Message, b.Reveals); err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, noted)
}

func (h *handlers) answerByAPI(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[applicantForm](r)
	if err != nil {
		return err
	}
	b, err := web.ReadJSON[answerBody](r)
	if err != nil {
		return err
	}
	return done(w, h.d.Answer(r.Context(), by, f.ID, b.State, b.Text))
}
