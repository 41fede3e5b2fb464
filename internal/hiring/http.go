package hiring

import (
	"embed"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/web"
)

//go:embed all:pages
var files embed.FS

// Routes serves the pages and the API of an employer's own postings.
func (b *Board) Routes(site *web.Site, mux *web.Mux) {
	h := &handlers{b, site.Pages(files)}
	mux.Page("GET /hiring/postings", web.Records, h.signed(h.list))
	mux.Page("POST /hiring/postings", web.Records, h.signed(h.begin))
	mux.Page("GET /hiring/postings/{id}", web.Records, h.signed(h.one))
	mux.Page("POST /hiring/postings/{id}", web.Records, h.signed(h.change))
	mux.Page("GET /hiring/postings/{id}/pool", web.Records, h.signed(h.pool))
	mux.API("GET /api/v1/hiring/postings/{id}/pool", web.Nothing, web.Op{ID: "countPool", Summary: ieum.Text{KO: "이 공고의 조건에 맞는 구직자 수와, 조건을 바꿀 때의 수", EN: "How many could apply for a posting, and if it asked for something else"},
		Params: idForm{}, Reply: Pool{}, May: ieum.OwnPostings}, h.signed(h.poolByAPI))
	mux.API("GET /api/v1/hiring/postings", web.Nothing, web.Op{ID: "listOwnPostings", Summary: ieum.Text{KO: "우리 기업의 구인공고. 기업 담당자만", EN: "The postings of one's firm; employers"},
		Params: listForm{}, Reply: Listing{}, May: ieum.OwnPostings}, h.signed(h.list))
	mux.API("POST /api/v1/hiring/postings", web.Nothing, web.Op{ID: "beginPosting", Summary: ieum.Text{KO: "구인공고 쓰기 시작. 올리기 전에는 아무도 보지 못함", EN: "Begin a posting; nobody sees it before it is put up"},
		Body: beginBody{}, Example: beginBody{Words: example}, Reply: Posting{}, May: ieum.OwnPostings}, h.signed(h.beginByAPI))
	mux.API("GET /api/v1/hiring/postings/{id}", web.Nothing, web.Op{ID: "getOwnPosting", Summary: ieum.Text{KO: "우리 기업의 구인공고 한 건", EN: "One posting of one's firm"},
		Params: idForm{}, Reply: Posting{}, May: ieum.OwnPostings}, h.signed(h.oneByAPI))
	mux.API("PUT /api/v1/hiring/postings/{id}", web.Nothing, web.Op{ID: "writePosting", Summary: ieum.Text{KO: "구인공고를 적어 두거나 올리기", EN: "Keep what is written of a posting, or put it up"},
		Params: idForm{}, Body: changeBody{}, Example: changeBody{Words: example, PutUp: true}, Reply: Posting{}, May: ieum.OwnPostings}, h.signed(h.changeByAPI))
	mux.API("DELETE /api/v1/hiring/postings/{id}", web.Nothing, web.Op{ID: "closePosting", Summary: ieum.Text{KO: "올린 공고를 마감하거나, 올린 적 없는 공고를 버리기", EN: "Close what is put up, or throw a draft away"},
		Params: idForm{}, Reply: Posting{}, May: ieum.OwnPostings}, h.signed(h.closeByAPI))
}

var example = Words{Title: "프레스 조작원", Body: "프레스 조작과 금형 교환. 주 5일, 08:30~17:30", Place: "경기 안산시 단원구", Career: "any", Basis: "month", Least: "270만"}

type handlers struct {
	b     *Board
	pages *web.Pages
}

// signed lets only those through who look after postings, and lets nothing of what they see
// be kept by a browser.
func (h *handlers) signed(do func(http.ResponseWriter, *http.Request, Asker) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		by := web.By(r)
		if by == nil {
			return ieum.ErrSignedOut
		}
		if !by.May(ieum.OwnPostings) {
			return ieum.ErrDenied
		}
		return do(w, r, Asker{by.ID, by.Over})
	}
}

// aPage is how many postings a page of the list has.
const aPage = 50

type listForm struct {
	State string `q:"state" enum:"draft|open|closed|dropped" doc:"only those in this state" ko:"이 상태인 것만"`
	From  int    `q:"from" min:"0" max:"10000" doc:"how many are passed over" ko:"건너뛸 수"`
	Did   string `q:"did" enum:"dropped|restored" doc:"what a page was led back for" ko:"방금 한 일"`
	ID    string `q:"id" max:"64" doc:"to what" ko:"무엇에"`
}

// A Listing is a page of the postings of one's firms.
type Listing struct {
	List []Posting      `json:"postings"`
	In   map[string]int `json:"in"`             // how many are in each state
	Next int            `json:"next,omitempty"` // how many are before the next page
}

type listPage struct {
	listForm
	Listing
	Firms  []firm
	States []string
	Back   int
}

type firm struct{ ID, Name string }

// All counts the postings that were not thrown away.
func (p *listPage) All() int { return p.In[Draft] + p.In[Open] + p.In[Closed] }

// At is the address of the list from a place on.
func (p *listPage) At(from int) string {
	v := url.Values{}
	if p.State != "" {
		v.Set("state", p.State)
	}
	if from > 0 {
		v.Set("from", strconv.Itoa(from))
	}
	if len(v) == 0 {
		return "/hiring/postings"
	}
	return "/hiring/postings?" + v.Encode()
}

func (h *handlers) list(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[listForm](r)
	if err != nil {
		return err
	}
	page, err := h.listPage(r, by, f)
	if err != nil {
		return err
	}
	if r.URL.Path == "/hiring/postings" {
		return h.pages.Reply(w, r, "postings.html", page)
	}
	return web.JSON(w, http.StatusOK, page.Listing)
}

func (h *handlers) listPage(r *http.Request, by Asker, f listForm) (*listPage, error) {
	page := &listPage{listForm: f, States: []string{Open, Draft, Closed}, Back: max(0, f.From-aPage)}
	firms, err := h.b.Firms(r.Context(), by)
	if err != nil {
		return nil, err
	}
	for _, id := range sortedKeys(firms) {
		page.Firms = append(page.Firms, firm{id, firms[id]})
	}
	list, in, err := h.b.List(r.Context(), by, f.State, f.From, aPage+1)
	page.List, page.In = append([]Posting{}, list...), in
	if len(list) > aPage {
		page.List, page.Next = page.List[:aPage], f.From+aPage
	}
	return page, err
}

type beginForm struct {
	Organisation string `q:"organisation" max:"64"`
	Copy         string `q:"copy" max:"64"` // of a posting to begin with
}

// begin makes an empty draft, so that nothing typed into it is ever without a place.
func (h *handlers) begin(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[beginForm](r)
	var p *Posting
	if err == nil {
		words := Words{}
		if f.Copy != "" {
			from, err := h.b.Get(r.Context(), by, f.Copy)
			if err != nil {
				return err
			}
			f.Organisation, words = from.Organisation, from.Words
			words.Deadline = ""
		}
		p, err = h.b.Begin(r.Context(), by, f.Organisation, words)
	}
	if errors.Is(err, ieum.ErrInvalid) {
		page, failed := h.listPage(r, by, listForm{})
		if failed != nil {
			return failed
		}
		return h.pages.Again(w, r, "postings.html", page, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/hiring/postings/"+p.ID, http.StatusSeeOther)
	return nil
}

type oneForm struct {
	ID  string `path:"id"`
	Did string `q:"did" enum:"saved|opened|closed|reverted"`
}

// A postingPage is a posting as its employer writes it.
type postingPage struct {
	*Posting
	Typed    Words // in the form
	Did      string
	Found    []Warning // conditions that the law may forbid
	Editions []Edition
	Mended   bool // what is put up differs from what is written
	set      *defs.Set
}

// Codes are the codes of a list, in its order.
func (p *postingPage) Codes(list string) (codes []string) {
	for _, c := range p.set.Codes[list].Codes {
		codes = append(codes, c.Code)
	}
	return codes
}

// Bases are what pay may be stated by, in the order in which a list has them.
func (*postingPage) Bases() []string { return []string{"month", "hour", "day", "year", talk} }

// Careers are the answers to whether experience is needed.
func (*postingPage) Careers() []string { return []string{"any", "entry", "years"} }

// Pay is what the pay that was typed comes to, as it will be read.
func (p *postingPage) Pay() string { return p.Typed.pay() }

func (h *handlers) one(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[oneForm](r)
	if err != nil {
		return err
	}
	page, err := h.page(r, by, f.ID)
	if err != nil {
		return err
	}
	page.Did = f.Did
	return h.pages.Reply(w, r, "posting.html", page)
}

func (h *handlers) page(r *http.Request, by Asker, id string) (*postingPage, error) {
	p, err := h.b.Get(r.Context(), by, id)
	if err != nil {
		return nil, err
	}
	page := &postingPage{Posting: p, Typed: p.Words, Mended: p.Ahead(), set: h.b.set}
	page.Found = h.b.Look(web.Lang(r), p.Words.text())
	page.Editions, err = h.b.Editions(r.Context(), by, id)
	return page, err
}

type changeForm struct {
	ID       string `path:"id"`
	Do       string `q:"do,required" enum:"save|open|close|drop|restore|revert"`
	Revision int    `q:"revision" min:"0" max:"1000000000"`
	Edition  int    `q:"edition" min:"0" max:"1000000000"`
	Sure     bool   `q:"sure"`
	Words
}

func (h *handlers) change(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[changeForm](r)
	at := "/hiring/postings/" + url.PathEscape(f.ID)
	if err == nil {
		switch ctx := r.Context(); f.Do {
		case "save":
			at += "?did=saved#done"
			_, err = h.b.Save(ctx, by, f.ID, f.Revision, f.Words)
		case "open":
			at += "?did=opened#done"
			_, err = h.b.PutUp(ctx, by, f.ID, f.Revision, f.Words, f.Sure)
		case "close":
			at += "?did=closed#done"
			_, err = h.b.Close(ctx, by, f.ID)
		case "revert":
			at += "?did=reverted#done"
			_, err = h.b.Revert(ctx, by, f.ID, f.Edition)
		case "drop":
			at = "/hiring/postings?did=dropped&id=" + url.QueryEscape(f.ID) + "#done"
			_, err = h.b.Drop(ctx, by, f.ID)
		case "restore":
			at += "?did=saved#done"
			_, err = h.b.Restore(ctx, by, f.ID)
		}
	}
	if err == nil {
		http.Redirect(w, r, at, http.StatusSeeOther)
		return nil
	}
	return h.again(w, r, by, f, err)
}

// again shows the form with what was typed. Where somebody else wrote meanwhile it is the
// reader who decides: sending it once more writes over that.
func (h *handlers) again(w http.ResponseWriter, r *http.Request, by Asker, f changeForm, err error) error {
	if e, ok := errors.AsType[*ieum.Error](err); ok && e.Key == "hiring.error.stale" {
		err = fault("stale", "revision", e.Message)
	}
	if !errors.Is(err, ieum.ErrInvalid) {
		return err
	}
	page, failed := h.page(r, by, f.ID)
	if failed != nil {
		return failed
	}
	if f.Do == "save" || f.Do == "open" {
		page.Typed = f.Words
		page.Found = h.b.Look(web.Lang(r), f.Words.text())
	}
	return h.pages.Again(w, r, "posting.html", page, err)
}

type idForm struct {
	ID string `path:"id" doc:"of the posting, as the list has it" ko:"목록에 나온 공고의 번호"`
}

type beginBody struct {
	Organisation string `json:"organisation,omitempty"` // absent: the one firm one looks after
	Words        Words  `json:"words"`
}

type changeBody struct {
	Words    Words `json:"words"`
	Revision int   `json:"revision,omitempty"` // that these words are a change of; absent: any
	PutUp    bool  `json:"putUp,omitempty"`    // show them to everybody
	Sure     bool  `json:"sure,omitempty"`     // who sends it looked at what the law may forbid
}

func (h *handlers) beginByAPI(w http.ResponseWriter, r *http.Request, by Asker) error {
	body, err := web.ReadJSON[beginBody](r)
	if err != nil {
		return err
	}
	p, err := h.b.Begin(r.Context(), by, body.Organisation, body.Words)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusCreated, p)
}

func (h *handlers) oneByAPI(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[idForm](r)
	if err != nil {
		return err
	}
	return replied(w)(h.b.Get(r.Context(), by, f.ID))
}

func (h *handlers) changeByAPI(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[idForm](r)
	if err != nil {
		return err
	}
	body, err := web.ReadJSON[changeBody](r)
	if err != nil {
		return err
	}
	if body.PutUp {
		return replied(w)(h.b.PutUp(r.Context(), by, f.ID, body.Revision, body.Words, body.Sure))
	}
	return replied(w)(h.b.Save(r.Context(), by, f.ID, body.Revision, body.Words))
}

func (h *handlers) closeByAPI(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[idForm](r)
	if err != nil {
		return err
	}
	p, err := h.b.Get(r.Context(), by, f.ID)
	if err != nil {
		return err
	}
	if slices.Contains([]string{Draft, Dropped}, p.State) {
		return replied(w)(h.b.Drop(r.Context(), by, f.ID))
	}
	return replied(w)(h.b.Close(r.Context(), by, f.ID))
}

func replied(w http.ResponseWriter) func(*Posting, error) error {
	return func(p *Posting, err error) error {
		if err != nil {
			return err
		}
		return web.JSON(w, http.StatusOK, p)
	}
}

// A poolPage is who could apply for a posting, or why that cannot be said.
type poolPage struct {
	ID, Title string
	Pool      *Pool
	Why       string // key of a message
}

func (h *handlers) pool(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[idForm](r)
	if err != nil {
		return err
	}
	p, err := h.b.Get(r.Context(), by, f.ID)
	if err != nil {
		return err
	}
	page := &poolPage{ID: p.ID, Title: p.Words.Title}
	page.Pool, err = h.b.Pool(r.Context(), by, f.ID)
	if e, ok := errors.AsType[*ieum.Error](err); ok && errors.Is(err, ieum.ErrInvalid) {
		page.Why, err = e.Key, nil
	}
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "pool.html", page)
}

func (h *handlers) poolByAPI(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[idForm](r)
	if err != nil {
		return err
	}
	pool, err := h.b.Pool(r.Context(), by, f.ID)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, pool)
}
