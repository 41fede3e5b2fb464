package match

import (
	"cmp"
	"embed"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ieum"
	"ieum/internal/platform/web"
)

//go:embed all:pages
var files embed.FS

// Routes serves the pages and the API of searching and matching.
func (m *Matcher) Routes(site *web.Site, mux *web.Mux) {
	h := &handlers{m, site, site.Pages(files)}
	mux.Page("GET /jobs", web.Nothing, h.jobs)
	mux.Page("GET /jobs/{id}", web.Nothing, h.job)
	mux.File("GET /jobs.atom", web.Nothing, h.feed)
	mux.API("GET /api/v1/postings", web.Nothing, web.Op{
		ID: "searchPostings", Summary: ieum.Text{KO: "열린 구인공고 찾기", EN: "Search the open postings"}, Params: searchQuery{}, Reply: Found{},
	}, h.jobs)
	mux.API("GET /api/v1/postings/{id}", web.Nothing, web.Op{
		ID: "getPosting", Summary: ieum.Text{KO: "구인공고 한 건과 그 출처. format=schema.org면 schema.org JobPosting", EN: "One posting and its sources; with format=schema.org a schema.org JobPosting"},
		Params: postingQuery{}, Reply: Detail{},
	}, h.job)
	mux.API("POST /api/v1/matches", web.Sent, web.Op{
		ID: "matchJobs", Summary: ieum.Text{KO: "이력서에 맞는 일자리와 그 까닭. 아무것도 저장하지 않습니다", EN: "Jobs for a résumé, with reasons; nothing is stored"},
		Body: matchBody{}, Reply: Matched{}, Example: exampleBody,
	}, h.match)
	h.auditRoutes(mux)
	h.itemRoutes(mux)
	h.signRoutes(mux)
}

type handlers struct {
	m     *Matcher
	site  *web.Site
	pages *web.Pages
}

type searchQuery struct {
	Q          string   `q:"q" max:"300" doc:"words, \"several words\", +must, -not; Korean or English" ko:"찾을 말. \"여러 낱말\", +꼭 있어야 하는 말, -없어야 하는 말. 한국어나 영어" example:"모집"`
	Region     []string `q:"region" doc:"codes of the list regions, or names; unstated = the posting does not say" ko:"지역 코드(목록 regions)나 이름. unstated는 공고에 없음"`
	Occupation []string `q:"occupation" doc:"KECO 2025 codes of one to four digits" ko:"한국고용직업분류(KECO 2025) 코드, 한 자리에서 네 자리"`
	Employment []string `q:"employment" doc:"codes of the list employment" ko:"고용형태 코드(목록 employment)"`
	Education  []string `q:"education" doc:"least level asked for: codes of the list education" ko:"요구하는 최저 학력. 코드(목록 education)"`
	Career     []string `q:"career" enum:"entry|0-3|3-5|5-10|10-|unstated" doc:"least years of experience asked for" ko:"요구하는 최소 경력 연수"`
	Pay        []string `q:"pay" enum:"0-2500|2500-3000|3000-4000|4000-5000|5000-7000|7000-|unstated" doc:"least pay offered, 10,000 won a year" ko:"주는 급여의 하한, 연 만원"`
	Sort       string   `q:"sort" enum:"fit|newest|pay|deadline" default:"fit" doc:"order" ko:"차례. fit 관련도, newest 새것, pay 급여, deadline 마감"`
	Limit      int      `q:"limit" default:"20" min:"1" max:"100" doc:"postings a page" ko:"한 쪽의 공고 수"`
	Cursor     string   `q:"cursor" doc:"next of the page before" ko:"앞 쪽의 next 값"`
}

func (q *searchQuery) search() Search {
	return Search{Q: q.Q, Regions: q.Region, Occupation: q.Occupation, Employment: q.Employment, Education: q.Education, Career: q.Career,
		Pay: q.Pay, Sort: q.Sort, Limit: q.Limit, Cursor: q.Cursor}
}

func (h *handlers) jobs(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Read[searchQuery](r)
	if err != nil {
		return err
	}
	found, err := h.m.Search(r.Context(), q.search())
	if e, ok := errors.AsType[*ieum.Error](err); ok && e.Field == "/q" { // what was typed must not be lost
		return h.pages.Again(w, r, "jobs.html", h.m.jobsPage(&Found{}, q), err)
	}
	if err != nil {
		return err
	}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		return web.JSON(w, http.StatusOK, found)
	}
	return h.pages.Reply(w, r, "jobs.html", h.m.jobsPage(found, q))
}

// A jobsPage is what jobs.html shows.
type jobsPage struct {
	*Found
	Query  searchQuery
	Cards  []card
	Chips  []chip // the filters chosen, each with the way to take it away
	Sorts  []choice
	First  string // address of the first page, on a later one
	More   string // address of the next page
	Clear  string // address without any filter
	Feed   string // address of the feed of this search
	Follow string // the parameters of it, "" where all postings are listed
	Relief []relief
	Read   []placeRead
}

// A placeRead says which places words of a search were understood as.
type placeRead struct {
	Words string
	Names ieum.Text // of the first few
	More  int       // further ones
}

// mostPlaces is how many places of one name are named.
const mostPlaces = 3

func (m *Matcher) placeRead(p Place) placeRead {
	var names []ieum.Text
	for _, code := range p.Regions[:min(len(p.Regions), mostPlaces)] {
		names = append(names, pathOf(m.set, code))
	}
	return placeRead{p.Words, list(names), len(p.Regions) - len(names)}
}

// A card is a posting in a list.
type card struct {
	Posting
	Place   ieum.Text
	Snippet string
	Least   ieum.Text // experience asked for, as people say it
	Most    ieum.Text
}

type chip struct{ Facet, Code, Without string }

type choice struct {
	Name, Address string
	Chosen        bool
}

type relief struct {
	Filter, Address string
	Total           int
}

func (m *Matcher) card(p Posting, snippet string) card {
	c := card{Posting: p, Snippet: snippet, Place: pathOf(m.set, p.Region)}
	if p.Career != nil {
		if l := p.Career.Least; l != nil && *l > 0 {
			c.Least = spell(*l)
		}
		if l := p.Career.Most; l != nil && *l > 0 {
			c.Most = spell(*l)
		}
	}
	return c
}

func (m *Matcher) jobsPage(f *Found, q searchQuery) *jobsPage {
	p := &jobsPage{Found: f, Query: q}
	for _, h := range f.Items {
		p.Cards = append(p.Cards, m.card(h.Posting, h.Snippet))
	}
	values := q.values()
	address := func(change func(url.Values)) string {
		v := url.Values{}
		for name, list := range values {
			v[name] = slices.Clone(list)
		}
		v.Del("cursor")
		change(v)
		if len(v) == 0 {
			return "/jobs"
		}
		return "/jobs?" + v.Encode()
	}
	for _, place := range f.Places {
		p.Read = append(p.Read, m.placeRead(place))
	}
	for _, name := range filterNames {
		for _, code := range values[name] {
			p.Chips = append(p.Chips, chip{name, code, address(func(v url.Values) {
				v[name] = slices.DeleteFunc(v[name], func(c string) bool { return c == code })
			})})
		}
	}
	for _, name := range []string{"fit", "newest", "pay", "deadline"} {
		p.Sorts = append(p.Sorts, choice{name, address(func(v url.Values) { v.Set("sort", name) }), q.Sort == name})
	}
	p.Feed = strings.Replace(address(func(v url.Values) { v.Del("sort") }), "/jobs", "/jobs.atom", 1)
	_, p.Follow, _ = strings.Cut(p.Feed, "?")
	p.Clear = address(func(v url.Values) {
		for _, name := range filterNames {
			v.Del(name)
		}
	})
	for _, r := range f.Relax {
		without := address(func(v url.Values) { v.Del(r.Filter) })
		if r.Filter == everything {
			without = p.Clear
		}
		p.Relief = append(p.Relief, relief{r.Filter, without, r.Total})
	}
	if q.Cursor != "" {
		p.First = address(func(url.Values) {})
	}
	if f.Next != "" {
		p.More = address(func(v url.Values) { v.Set("cursor", f.Next) })
	}
	return p
}

// values are the parameters that are not as they would be anyway.
func (q *searchQuery) values() url.Values {
	v := url.Values{}
	for name, list := range map[string][]string{"region": q.Region, "occupation": q.Occupation, "employment": q.Employment,
		"education": q.Education, "career": q.Career, "pay": q.Pay} {
		if len(list) > 0 {
			v[name] = list
		}
	}
	if q.Q != "" {
		v.Set("q", q.Q)
	}
	if q.Sort != "fit" {
		v.Set("sort", q.Sort)
	}
	return v
}

type postingQuery struct {
	ID     string `path:"id" doc:"public number of the posting: 16 hexadecimal digits" ko:"공고의 공개 번호. 16진수 16자리"`
	Format string `q:"format" enum:"ieum|schema.org" default:"ieum" doc:"schema.org: a JobPosting as JSON-LD" ko:"schema.org면 JSON-LD로 된 JobPosting"`
}

func (h *handlers) job(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Read[postingQuery](r)
	if err != nil {
		return err
	}
	d, err := h.m.Posting(r.Context(), q.ID)
	if err != nil {
		return err
	}
	for i := range d.Signs {
		SaySign(h.site, web.Lang(r), &d.Signs[i])
	}
	switch {
	case q.Format == "schema.org":
		w.Header().Set("Content-Type", "application/ld+json")
		return web.JSON(w, http.StatusOK, h.m.schemaOrg(d))
	case strings.HasPrefix(r.URL.Path, "/api/"):
		return web.JSON(w, http.StatusOK, d)
	}
	page := h.m.jobPage(d)
	page.Here = d.Open && h.m.Here != nil && slices.ContainsFunc(d.Sources, func(o Origin) bool { return h.m.Here(r.Context(), o.Source, o.Key) })
	return h.pages.Reply(w, r, "job.html", page)
}

// A jobPage is what job.html shows.
type jobPage struct {
	*Detail
	Card       card
	Paragraphs [][]string // of lines
	Alike      []card
	Link       string // to the posting at its source
	Linked     any    // schema.org JobPosting; nil when nobody can apply any more
	Here       bool   // one applies on this site
}

// Said is the text of a field as the posting has it, where it could not be read;
// "" when nothing is kept.
func (p *jobPage) Said(field string) string {
	for _, k := range p.Kept {
		if k.Field == field {
			return k.Text
		}
	}
	return ""
}

func (m *Matcher) jobPage(d *Detail) *jobPage {
	p := &jobPage{Detail: d, Card: m.card(d.Posting, "")}
	for line := range strings.SplitSeq(d.Body, "\n") {
		line = strings.TrimSpace(line)
		n := len(p.Paragraphs)
		switch {
		case line == "":
			if n > 0 && len(p.Paragraphs[n-1]) > 0 {
				p.Paragraphs = append(p.Paragraphs, nil)
			}
		case n == 0 || strings.IndexAny(line, "■□◆◇●○▶▷※★☆[【<") == 0:
			p.Paragraphs = append(p.Paragraphs, []string{line})
		default:
			p.Paragraphs[n-1] = append(p.Paragraphs[n-1], line)
		}
	}
	for _, s := range d.Sources {
		p.Link = cmp.Or(p.Link, s.URL)
	}
	for _, s := range d.Similar {
		p.Alike = append(p.Alike, m.card(s, ""))
	}
	if d.Open {
		p.Linked = m.schemaOrg(d)
	}
	return p
}

// matchBody is a person as a program sends one: a résumé, or a profile that
// was read before.
type matchBody struct {
	Resume  *ieum.Resume  `json:"resume,omitempty"`
	Profile *ieum.Profile `json:"profile,omitempty"` // in place of resume
	K       int           `json:"k,omitempty"`       // jobs; default 10, at most 100
	Short   int           `json:"short,omitempty"`   // jobs that one licence would open; default 3, at most 20
}

var exampleBody = map[string]any{
	"resume": map[string]any{
		"careers": []any{map[string]any{"title": "프레스 조작원", "months": 240}},
		"text":    "금속 프레스를 돌리고 불량을 골라냈습니다.",
		"wish":    map[string]any{"regions": []any{"41"}},
	},
	"k": 3,
}

// Matched is a Result with how the résumé was read.
type Matched struct {
	Profile ieum.Profile `json:"profile"`
	Result
}

func (h *handlers) match(w http.ResponseWriter, r *http.Request) error {
	body, err := web.ReadJSON[matchBody](r)
	if err != nil {
		return err
	}
	if (body.Resume == nil) == (body.Profile == nil) {
		return &ieum.Error{Kind: ieum.ErrInvalid, Key: "match.error.body", Field: "/resume", Message: "send either resume or profile"}
	}
	p := body.Profile
	if p != nil {
		err = p.Check()
	} else {
		err = body.Resume.Check()
	}
	if err != nil {
		return err
	}
	if p == nil {
		if h.m.reader == nil {
			return ieum.Errorf(ieum.ErrUnavailable, "this server does not read résumés; send a profile")
		}
		read := h.m.reader.Read(*body.Resume)
		p = &read
	}
	result, err := h.m.Jobs(r.Context(), *p, Query{K: min(body.K, 100), Short: min(body.Short, 20)})
	if err != nil {
		return err
	}
	Say(h.site, web.Lang(r), result)
	return web.JSON(w, http.StatusOK, Matched{*p, *result})
}

// Say fills in the sentences of the reasons in a language.
func Say(site *web.Site, lang ieum.Lang, r *Result) {
	for _, jobs := range [][]ieum.Job{r.Jobs, r.Short} {
		for i := range jobs {
			SayReasons(site, lang, jobs[i].Reasons)
		}
	}
}

// SayReasons fills in the sentences of reasons in a language.
func SayReasons(site *web.Site, lang ieum.Lang, reasons []ieum.Reason) {
	for i := range reasons {
		reasons[i].Text = site.Text(lang, reasons[i].Key, reasons[i].Args)
	}
}
