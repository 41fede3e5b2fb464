package door

import (
	"errors"
	"net/http"
	"net/url"

	"ieum"
	"ieum/internal/platform/web"
)

// alertRoutes are where people say what they want to be told of, and are told.
func (h *handlers) alertRoutes(mux *web.Mux) {
	mux.Page("GET /my/alerts", web.Records, h.signed(h.alerts))
	mux.Page("POST /my/alerts", web.Records, h.signed(h.addAlert))
	mux.Page("POST /my/alerts/{item}", web.Records, h.signed(h.changeAlert))
	mux.API("GET /api/v1/my/alerts", web.Records, web.Op{ID: "listAlerts", Summary: ieum.Text{KO: "내 일자리 알림. 로그인한 사람만", EN: "What one is told of, with what there is now; signed in"},
		Params: forForm{}, Reply: []Told{}}, h.signed(h.listAlerts))
	mux.API("POST /api/v1/my/alerts", web.Records, web.Op{ID: "addAlert", Summary: ieum.Text{KO: "검색이나 내 이력에 맞는 일자리의 알림 받기", EN: "Be told of new postings of a search, or of jobs that fit one's résumé"},
		Body: alertBody{}, Example: alertBody{Search: "q=용접&region=11"}, Reply: Noted{}}, h.signed(h.postAlert))
	mux.API("PUT /api/v1/my/alerts/{item}", web.Records, web.Op{ID: "changeAlert", Summary: ieum.Text{KO: "알림 바꾸기: 보았음, 메일, 차례", EN: "Change an alert: seen, mail, order"},
		Params: alertForm{}, Body: alertDo{}, Example: alertDo{Do: alertSeen}, Reply: Done{}}, h.signed(h.putAlertByAPI))
	mux.API("DELETE /api/v1/my/alerts/{item}", web.Records, web.Op{ID: "forgetAlert", Summary: ieum.Text{KO: "알림 그만 받기", EN: "Be told no longer"},
		Params: alertForm{}, Reply: Done{}}, h.signed(h.deleteAlert))
}

// An alertForm is an alert of somebody.
type alertForm struct {
	forForm
	Item string `path:"item" doc:"of the alert, as the list has it" ko:"목록에 나온 알림의 번호"`
}

// An alertsForm is what somebody just did at their alerts.
type alertsForm struct {
	forForm
	Did    string `q:"did" enum:"added|had|seen|mail|nomail|ranked|newest|removed"`
	Search string `q:"search" max:"2000"` // that was removed
}

// An alertsPage is what somebody is told of.
type alertsPage struct {
	alertsForm
	Name   string // of whom the reader acts for, where it is known
	List   []Told
	Fit    bool // jobs that fit the résumé are among them
	Resume bool // there is one
	Most   int  // new postings that are counted
}

func (h *handlers) alerts(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[alertsForm](r)
	if err != nil {
		return err
	}
	page, err := h.alertsPage(r, by, f)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "alerts.html", page)
}

func (h *handlers) alertsPage(r *http.Request, by Asker, f alertsForm) (*alertsPage, error) {
	page := &alertsPage{alertsForm: f, Most: 100}
	kinds := []ieum.RecordKind{ieum.AlertRecord, ieum.ResumeRecord}
	if f.For != "" {
		kinds = append(kinds, ieum.ContactRecord) // to say whose they are
	}
	got, err := h.searched(r, by, f.For, kinds...)
	if err != nil {
		return nil, err
	}
	if got.Contact != nil {
		page.Name = got.Contact.Name
	}
	page.Resume = got.Resume != nil
	page.List, err = h.d.Told(r.Context(), got)
	page.Fit = len(page.List) > 0 && page.List[0].Search == ""
	return page, err
}

type newAlert struct {
	forForm
	Search string `q:"search" max:"2000"` // parameters of /jobs; "" = jobs that fit the résumé
}

func (h *handlers) addAlert(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[newAlert](r)
	did := "added"
	if err == nil {
		var id ieum.PersonID
		if id, err = h.keeper(r, by, f.For); err == nil {
			var had bool
			if _, had, err = h.d.AddAlert(r.Context(), by, id, f.Search); had {
				did = "had"
			}
		}
	}
	return h.alerted(w, r, by, alertsForm{forForm: f.forForm, Did: did}, err)
}

type alertChange struct {
	forForm
	Item   string `path:"item"`
	Do     string `q:"do,required" enum:"seen|mail|nomail|ranked|newest|remove"`
	Search string `q:"search" max:"2000"` // of it, so that it is followed again by one press
}

func (h *handlers) changeAlert(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[alertChange](r)
	done := alertsForm{forForm: f.forForm, Did: f.Do}
	if err == nil {
		var id ieum.PersonID
		if id, err = h.of(r, by, f.For); err == nil {
			if f.Do == "remove" {
				done.Did, done.Search = "removed", f.Search
				err = h.d.Forget(r.Context(), by, id, ieum.AlertRecord, f.Item)
			} else {
				err = h.d.ChangeAlert(r.Context(), by, id, f.Item, f.Do)
			}
		}
	}
	return h.alerted(w, r, by, done, err)
}

// alerted leads back to the list, which says what was done, or shows it with what is wrong.
func (h *handlers) alerted(w http.ResponseWriter, r *http.Request, by Asker, f alertsForm, err error) error {
	if err == nil {
		v := url.Values{"did": {f.Did}}
		if f.Search != "" {
			v.Set("search", f.Search)
		}
		return to(w, r, "/my/alerts?"+v.Encode()+"#done", f.For)
	}
	if !errors.Is(err, ieum.ErrInvalid) {
		return err
	}
	f.Did = ""
	page, failed := h.alertsPage(r, by, f)
	if failed != nil {
		return failed
	}
	return h.again(w, r, "alerts.html", page, err)
}

func (h *handlers) listAlerts(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[forForm](r)
	if err != nil {
		return err
	}
	page, err := h.alertsPage(r, by, alertsForm{forForm: f})
	if err != nil {
		return err
	}
	for i := range page.List {
		for k := range page.List[i].Of {
			for n := range page.List[i].Of[k].Reasons {
				reason := &page.List[i].Of[k].Reasons[n]
				reason.Text = h.site.Text(web.Lang(r), reason.Key, reason.Args)
			}
		}
	}
	return web.JSON(w, http.StatusOK, append([]Told{}, page.List...))
}

// An alertBody is what a program wants to have somebody told of.
type alertBody struct {
	Search string `json:"search,omitempty"` // parameters of /jobs; absent: jobs that fit the résumé
}

// An alertDo is what is done to an alert.
type alertDo struct {
	Do string `json:"do"` // seen, mail, nomail, ranked or newest
}

func (h *handlers) postAlert(w http.ResponseWriter, r *http.Request, by Asker) error {
	b, err := web.ReadJSON[alertBody](r)
	if err != nil {
		return err
	}
	id, err := h.keeper(r, by, "")
	if err != nil {
		return err
	}
	var noted Noted
	if noted.Item, noted.Had, err = h.d.AddAlert(r.Context(), by, id, b.Search); err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, noted)
}

func (h *handlers) putAlertByAPI(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[alertForm](r)
	if err != nil {
		return err
	}
	b, err := web.ReadJSON[alertDo](r)
	if err != nil {
		return err
	}
	id, err := h.of(r, by, f.For)
	if err != nil {
		return err
	}
	return done(w, h.d.ChangeAlert(r.Context(), by, id, f.Item, b.Do))
}

func (h *handlers) deleteAlert(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[alertForm](r)
	if err != nil {
		return err
	}
	id, err := h.of(r, by, f.For)
	if err != nil {
		return err
	}
	return done(w, h.d.Forget(r.Context(), by, id, ieum.AlertRecord, f.Item))
}
