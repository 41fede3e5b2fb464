package door

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"ieum"
	"ieum/internal/platform/web"
)

// searchRoutes are where people write down their own search for a job.
func (h *handlers) searchRoutes(mux *web.Mux) {
	mux.Page("GET /my/search", web.Records, h.signed(h.search))
	mux.Page("POST /my/search", web.Records, h.signed(h.addSearch))
	mux.Page("POST /my/search/{item}", web.Records, h.signed(h.changeSearch))
	mux.Page("GET /my/search/record", web.Records, h.signed(h.searchRecord))
	mux.Scan("GET /my/search/record.pdf", web.Records, h.signed(h.searchPDF)) // takes time and memory: of each account one after the other
	item := itemForm{}
	mux.API("GET /api/v1/my/search", web.Records, web.Op{ID: "listMySearch", Summary: ieum.Text{KO: "내 구직 기록. 로그인한 사람만", EN: "What one wrote down of one's search for a job; signed in"},
		Params: forForm{}, Reply: []Application{}}, h.signed(h.listSearch))
	mux.API("POST /api/v1/my/search", web.Records, web.Op{ID: "addApplication", Summary: ieum.Text{KO: "지원한 일자리 적기", EN: "Write down a job that one applied for"},
		Body: applicationBody{}, Example: applicationBody{Title: "프레스 조작원", Company: "가상정밀"}, Reply: Noted{}}, h.signed(h.postApplication))
	mux.API("PUT /api/v1/my/search/{item}", web.Records, web.Op{ID: "changeApplication", Summary: ieum.Text{KO: "적은 것 고치기", EN: "Change what is written down of an application"},
		Params: item, Body: applicationBody{}, Example: applicationBody{Title: "프레스 조작원", Steps: []Step{{Applied, 20500}, {Answered, 20507}}}, Reply: Done{}}, h.signed(h.putApplication))
	mux.API("DELETE /api/v1/my/search/{item}", web.Records, web.Op{ID: "forgetApplication", Summary: ieum.Text{KO: "적은 것 지우기", EN: "Remove what is written down of an application"},
		Params: item, Reply: Done{}}, h.signed(h.deleteApplication))
}

// A searchForm is how somebody looks at what they wrote down, and what they just did.
type searchForm struct {
	forForm
	State string `q:"state" enum:"applied|answered|silent|withdrawn"`
	Order string `q:"order" enum:"newest|oldest|company" default:"newest"`
	From  int    `q:"from" min:"0" max:"1000"` // how many are passed over
	Item  string `q:"item" max:"64"`           // that Did was done to
	Did   string `q:"did" enum:"applied|answered|silent|withdrawn|undone|saved|had|removed|sent"`
}

// values are the parameters that are not as they would be anyway, but for what was done.
func (f searchForm) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"for": f.For, "state": f.State, "order": f.Order} {
		if value != "" && value != byNewest {
			v.Set(name, value)
		}
	}
	if f.From > 0 {
		v.Set("from", strconv.Itoa(f.From))
	}
	return v
}

// applicationsAPage is how many applications a page has.
const applicationsAPage = 50

// A searchPage is what somebody wrote down of their search for a job.
type searchPage struct {
	searchForm
	Name    string // of whom the reader acts for, where it is known
	All     int
	Tally   []Tally
	List    []Application
	Shown   int          // in the state that is looked at
	Next    int          // how many are before the next page; 0 = there is none
	Back    int          // how many are before the page before
	Last    *Application // that something was just done to
	New     ownForm      // as it was left
	Edit    changeForm   // as it was left
	Today   ieum.Day
	Oldest  ieum.Day
	Period  period
	Orders  []string
	Longest int // characters of a note
}

// Others are the states that an application is not in.
func (searchPage) Others(a Application) []string {
	return slices.DeleteFunc(slices.Clone(States), func(s string) bool { return s == a.State() })
}

// Open says whether the form of an application was left with something to mend.
func (p *searchPage) Open(a Application) bool { return p.Edit.Path == a.Item && p.Edit.Do == "save" }

// At is the address of the page with another state, order or beginning.
func (p *searchPage) At(name, value string) string {
	v := p.searchForm.values()
	v.Del("from")
	if v.Set(name, value); value == "" || value == byNewest || value == "0" {
		v.Del(name)
	}
	if len(v) == 0 {
		return "/my/search"
	}
	return "/my/search?" + v.Encode()
}

func (h *handlers) search(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[searchForm](r)
	if err != nil {
		return err
	}
	page, err := h.searchPage(r, by, f)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "search.html", page)
}

// searchPage reads what somebody wrote down; nothing when nothing is kept of them.
func (h *handlers) searchPage(r *http.Request, by Asker, f searchForm) (*searchPage, error) {
	today := ieum.DayOf(h.d.now())
	page := &searchPage{searchForm: f, Today: today, Oldest: ieum.DayOf(today.Time().AddDate(-oldestYears, 0, 0)), Orders: []string{byNewest, byOldest, byCompany}, Longest: longestRemark}
	kinds := []ieum.RecordKind{ieum.SearchRecord}
	if f.For != "" {
		kinds = append(kinds, ieum.ContactRecord) // to say whose it is
	}
	got, err := h.searched(r, by, f.For, kinds...)
	if err != nil {
		return nil, err
	}
	if got.Contact != nil {
		page.Name = got.Contact.Name
	}
	all := got.Search
	page.All, page.Tally, page.Period = len(all), tally(all), lately(all, today)
	for i := range all {
		if all[i].Item == f.Item {
			page.Last = &all[i]
		}
	}
	list := arranged(all, f.State, f.Order)
	page.Shown = len(list)
	if f.From >= len(list) {
		f.From = 0
	}
	page.From = f.From
	page.Back = max(f.From-applicationsAPage, 0)
	if f.From+applicationsAPage < len(list) {
		page.Next = f.From + applicationsAPage
	}
	page.List = list[f.From:min(f.From+applicationsAPage, len(list))]
	return page, nil
}

// searched reads what somebody wrote down. Of whom nothing is kept there is nothing to read.
func (h *handlers) searched(r *http.Request, by Asker, person string, kinds ...ieum.RecordKind) (Records, error) {
	id, err := h.of(r, by, person)
	if errors.Is(err, ieum.ErrNotFound) && person == "" {
		return Records{}, needs(by, ieum.OwnData)
	}
	if err != nil {
		return Records{}, err
	}
	got, err := h.d.Read(r.Context(), by, id, "own", kinds...)
	if err != nil {
		return Records{}, err
	}
	return got.Records, nil
}

// An ownForm is what somebody writes down: a posting by its number alone, or a job that they
// found elsewhere.
type ownForm struct {
	forForm
	Posting string   `q:"posting" max:"64"`
	Title   string   `q:"title" max:"1000" label:"door.search.field.title"`
	Company string   `q:"company" max:"1000" label:"door.search.field.company"`
	Link    string   `q:"link" max:"1000" label:"door.search.field.link"`
	Day     ieum.Day `q:"day" label:"door.search.field.day"`
	Note    string   `q:"note" max:"2000" label:"door.search.field.note"`
}

// addSearch writes down an application.
func (h *handlers) addSearch(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[ownForm](r)
	var item string
	var had bool
	if err == nil {
		var id ieum.PersonID
		if id, err = h.keeper(r, by, f.For); err == nil {
			item, had, err = h.d.applyOr(r, by, id, f)
		}
	}
	did := Applied
	if had {
		did = "had"
	}
	return h.told(w, r, by, searchForm{forForm: f.forForm, Order: byNewest, Item: item, Did: did}, err, func(p *searchPage) { p.New = f })
}

// applyOr writes down that somebody applied for a posting, or else for a job found elsewhere.
func (d *Door) applyOr(r *http.Request, by Asker, id ieum.PersonID, f ownForm) (item string, had bool, err error) {
	if f.Posting != "" {
		return d.Apply(r.Context(), by, id, f.Posting)
	}
	if f.Day == 0 {
		f.Day = ieum.DayOf(d.now())
	}
	return d.AddApplication(r.Context(), by, id, Application{Title: f.Title, Company: f.Company, Link: f.Link, Note: f.Note, Steps: []Step{{Applied, f.Day}}})
}

// A changeForm is what somebody does to one application.
type changeForm struct {
	searchForm
	Path    string   `path:"item"`
	Do      string   `q:"do,required" enum:"applied|answered|silent|withdrawn|undo|save|remove"`
	Title   string   `q:"title" max:"1000" label:"door.search.field.title"`
	Company string   `q:"company" max:"1000" label:"door.search.field.company"`
	Link    string   `q:"link" max:"1000" label:"door.search.field.link"`
	Day     ieum.Day `q:"day" label:"door.search.field.day"`
	Since   ieum.Day `q:"since" label:"door.search.field.since"`
	Note    string   `q:"note" max:"2000" label:"door.search.field.note"`
}

// save puts what was written into the form in the place of what was there. Of a posting
// the words stay those of the posting.
func (f changeForm) save(a *Application) {
	if a.Posting == "" {
		a.Title, a.Company, a.Link = f.Title, f.Company, f.Link
	}
	a.Note, a.Steps = f.Note, slices.Clone(a.Steps)
	if f.Day != 0 {
		a.Steps[0].Day = f.Day
	}
	if n := len(a.Steps); n > 1 && f.Since != 0 {
		a.Steps[n-1].Day = f.Since
	}
}

// changeSearch does one thing to an application.
func (h *handlers) changeSearch(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[changeForm](r)
	done := f.searchForm
	done.Item, done.Did = f.Path, f.Do
	if err == nil {
		var id ieum.PersonID
		if id, err = h.of(r, by, f.For); err == nil {
			switch f.Do {
			case "undo":
				var gone bool
				if gone, err = h.d.UndoApplication(r.Context(), by, id, f.Path); gone {
					done.Did = "removed"
				} else {
					done.Did = "undone"
				}
			case "remove":
				done.Did = "removed"
				err = h.d.Forget(r.Context(), by, id, ieum.SearchRecord, f.Path)
			case "save":
				done.Did = "saved"
				err = h.d.ChangeApplication(r.Context(), by, id, f.Path, f.save)
			default:
				err = h.d.MoveApplication(r.Context(), by, id, f.Path, f.Do)
			}
		}
	}
	return h.told(w, r, by, done, err, func(p *searchPage) { p.Edit, p.Last = f, nil })
}

// told leads back to the list, which says what was done, or shows it again with what has to be
// mended.
func (h *handlers) told(w http.ResponseWriter, r *http.Request, by Asker, f searchForm, err error, fill func(*searchPage)) error {
	if err == nil {
		v := f.values()
		v.Set("did", f.Did)
		if f.Did != "removed" {
			v.Set("item", f.Item)
		}
		http.Redirect(w, r, "/my/search?"+v.Encode()+"#done", http.StatusSeeOther)
		return nil
	}
	if !errors.Is(err, ieum.ErrInvalid) {
		return err
	}
	f.Did = ""
	page, failed := h.searchPage(r, by, f)
	if failed != nil {
		return failed
	}
	fill(page)
	return h.again(w, r, "search.html", page, err)
}

type itemForm struct {
	forForm
	Item string `path:"item" doc:"of the application, as the list has it" ko:"목록에 나온 기록의 번호"`
}

// An applicationBody is an application as a program writes it down.
type applicationBody struct {
	Posting string `json:"posting,omitempty"` // public number, of which the words are then taken; absent: a job found elsewhere
	Title   string `json:"title,omitempty"`
	Company string `json:"company,omitempty"`
	Link    string `json:"link,omitempty"`
	Note    string `json:"note,omitempty"`
	Steps   []Step `json:"steps,omitempty"` // absent: applied today, or as it was
}

// Noted says under which item something was written down.
type Noted struct {
	Item string `json:"item"`
	Had  bool   `json:"had,omitempty"` // it was written down before, and stays as it was
}

func (h *handlers) listSearch(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[forForm](r)
	if err != nil {
		return err
	}
	got, err := h.searched(r, by, f.For, ieum.SearchRecord)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, append([]Application{}, got.Search...))
}

func (h *handlers) postApplication(w http.ResponseWriter, r *http.Request, by Asker) error {
	b, err := web.ReadJSON[applicationBody](r)
	if err != nil {
		return err
	}
	id, err := h.keeper(r, by, "")
	if err != nil {
		return err
	}
	var noted Noted
	if b.Posting != "" {
		noted.Item, noted.Had, err = h.d.Apply(r.Context(), by, id, b.Posting)
	} else {
		if b.Steps == nil {
			b.Steps = []Step{{Applied, ieum.DayOf(h.d.now())}}
		}
		noted.Item, noted.Had, err = h.d.AddApplication(r.Context(), by, id, Application{Title: b.Title, Company: b.Company, Link: b.Link, Note: b.Note, Steps: b.Steps})
	}
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, noted)
}

func (h *handlers) putApplication(w http.ResponseWriter, r *http.Request, by Asker) error {
	b, err := web.ReadJSON[applicationBody](r)
	if err != nil {
		return err
	}
	id, err := h.of(r, by, "")
	if err != nil {
		return err
	}
	return done(w, h.d.ChangeApplication(r.Context(), by, id, r.PathValue("item"), func(a *Application) {
		if a.Posting == "" {
			a.Title, a.Company, a.Link = b.Title, b.Company, b.Link
		}
		if a.Note = b.Note; b.Steps != nil {
			a.Steps = b.Steps
		}
	}))
}

func (h *handlers) deleteApplication(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[itemForm](r)
	if err != nil {
		return err
	}
	id, err := h.of(r, by, f.For)
	if err != nil {
		return err
	}
	return done(w, h.d.Forget(r.Context(), by, id, ieum.SearchRecord, f.Item))
}
