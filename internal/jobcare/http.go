package jobcare

import (
	"cmp"
	"embed"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/web"
)

//go:embed pages/*.html
var files embed.FS

// Routes serves the pages and the API of the market and the diagnosis.
func (a *Adviser) Routes(site *web.Site, mux *web.Mux, door Door) {
	h := &handlers{a: a, site: site, pages: site.Pages(files), door: door}
	mux.Page("GET /occupations", web.Nothing, h.occupations)
	mux.Page("GET /occupations/{code}", web.Nothing, h.occupation)
	mux.Page("GET /occupations/{code}/{file}", web.Nothing, h.download)
	mux.Page("GET /occupations/compare", web.Nothing, h.compare)
	mux.Page("GET /occupations/{code}/exact", web.Records, h.signed(h.exact))
	mux.Page("GET /occupations/{code}/exact/{file}", web.Records, h.signed(h.exactFile))
	mux.Page("GET /diagnosis", web.Sent, h.ask)
	mux.Page("POST /diagnosis", web.Sent, h.diagnose)
	mux.Page("POST /diagnosis/answers", web.Sent, h.again)
	mux.Page("POST /diagnosis/file", web.Sent, h.file)
	h.roadmaps(mux)
	h.plans(mux)
	h.sessions(mux)
	mux.Page("GET /interests", web.Sent, h.interests)
	mux.Page("POST /interests", web.Sent, h.interestsOf)
	mux.API("GET /api/v1/occupations", web.Nothing, web.Op{
		ID: "listOccupations", Summary: ieum.Text{KO: "직업 찾기", EN: "Find occupations"},
		Params: search{}, Reply: Occupations{},
	}, h.occupations)
	mux.API("GET /api/v1/occupations/{code}/market", web.Nothing, web.Op{
		ID: "getMarket", Summary: ieum.Text{KO: "한 직업의 노동시장", EN: "The labour market of one occupation"},
		Params: marketQuery{}, Reply: Market{},
	}, h.market)
	mux.API("GET /api/v1/occupations/compare", web.Nothing, web.Op{
		ID: "compareOccupations", Summary: ieum.Text{KO: "직업 두 가지에서 네 가지를 나란히", EN: "Two to four occupations side by side"},
		Params: compareQuery{}, Reply: Comparison{},
	}, h.compareAPI)
	mux.API("POST /api/v1/diagnoses", web.Sent, web.Op{
		ID: "diagnose", Summary: ieum.Text{KO: "역량 진단. 아무것도 저장하지 않습니다", EN: "Diagnose a résumé; nothing is stored"},
		Body: diagnosisBody{}, Reply: Diagnosis{},
		Example: diagnosisBody{Resume: ieum.Resume{
			Careers: []ieum.Career{{Title: "프레스 조작원", Months: 240, Text: "금형을 갈고 프레스를 돌렸습니다"}},
			Region:  "26", Wish: ieum.Wish{Regions: []string{"26"}},
		}, Interests: &Interests{Scores: Six{R: 9, I: 6, A: 2, S: 4, E: 3, C: 7}}},
	}, h.diagnoseAPI)
}

type handlers struct {
	a     *Adviser
	site  *web.Site
	pages *web.Pages
	door  Door
	made  kept[madeOf, *web.Made] // pages of occupations
}

type search struct {
	Q string `q:"q" max:"100" doc:"words of the occupation's name" ko:"직업 이름에 든 말"`
}

// Occupations are the unit groups that answer a search, by sub-major group.
type Occupations struct {
	Q      string  `json:"q,omitempty"`
	Meant  bool    `json:"meant,omitempty"` // none is called so; these are whose work it is
	Groups []Group `json:"groups"`
}

// A Group is a sub-major group (two digits) and its unit groups.
type Group struct {
	Named
	Units []Unit `json:"units"`
}

// A Unit is one unit group and how much of it is registered here.
type Unit struct {
	Named
	Postings int    `json:"postings"`
	Seekers  Figure `json:"seekers"`
}

func (h *handlers) occupations(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Read[search](r)
	if err != nil {
		return err
	}
	list, err := h.a.Occupations(q.Q)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "occupations.html", list)
}

type marketQuery struct {
	Code       string `path:"code" doc:"KECO 2025 unit group, four digits" ko:"한국고용직업분류(KECO 2025) 세분류, 네 자리" example:"8211"`
	Region     string `q:"region" label:"market.choice.region" doc:"code of the list regions" ko:"지역 코드(목록 regions)"`
	Career     string `q:"career" enum:"0-1|1-3|3-5|5-10|10+" label:"market.choice.career" doc:"years of experience" ko:"경력 연수"`
	Education  string `q:"education" label:"market.choice.education" doc:"code of the list education" ko:"학력 코드(목록 education)"`
	Age        string `q:"age" enum:"-29|30-39|40-49|50-59|60+" label:"market.choice.age" doc:"years of age, of the people only" ko:"나이. 구직자에게만 적용"`
	Sex        string `q:"sex" enum:"F|M" label:"market.choice.sex" doc:"of the people only" ko:"성별. 구직자에게만 적용"`
	Employment string `q:"employment" label:"market.choice.employment" doc:"code of the list employment" ko:"고용형태 코드(목록 employment)"`
	Industry   string `q:"industry" max:"2" label:"market.choice.industry" doc:"KSIC section or division, of the postings only" ko:"한국표준산업분류 대분류·중분류. 공고에만 적용"`
	Size       string `q:"size" enum:"-4|5-29|30-99|100-299|300+" label:"market.choice.size" doc:"employees of the employer, of the postings only" ko:"사업체 규모. 공고에만 적용"`
	Group      string `q:"group" max:"32" label:"market.choice.group" doc:"code of the list vulnerable-groups, of the people only" ko:"취업취약계층 코드(목록 vulnerable-groups). 구직자에게만 적용"`
}

func (q marketQuery) query() Query {
	return Query{q.Code, q.Region, q.Career, q.Education, q.Age, q.Sex, q.Employment, q.Industry, q.Size, q.Group}
}

func (h *handlers) market(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Read[marketQuery](r)
	if err != nil {
		return err
	}
	m, err := h.a.Market(q.query())
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "occupation.html", m)
}

type compareQuery struct {
	Codes string `q:"codes,required" max:"24" doc:"KECO 2025 unit groups, two to four, with commas between" ko:"한국고용직업분류(KECO 2025) 세분류 두 개에서 네 개, 쉼표로 나눔" example:"8211,8221"`
}

func (q compareQuery) list() []string { return strings.Split(q.Codes, ",") }

func (h *handlers) compareAPI(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Read[compareQuery](r)
	if err != nil {
		return err
	}
	c, err := h.a.Compare(q.list())
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "compare.html", c)
}

// compareForm may name one occupation alone, beside which others are to be chosen, and words
// by which to find one.
type compareForm struct {
	Codes string `q:"codes" max:"24"`
	Q     string `q:"q" max:"100"`
}

// comparePage is what stands side by side, and what may be put beside it.
type comparePage struct {
	*Comparison
	Codes string
	Q     string
	Found []Unit
}

// Room says that one more may be put beside the others.
func (p comparePage) Room() bool { return len(p.Markets) < mostCompared }

func (h *handlers) compare(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Read[compareForm](r)
	if err != nil {
		return err
	}
	page := comparePage{Comparison: &Comparison{}, Codes: f.Codes, Q: f.Q}
	codes := compareQuery{f.Codes}.list()
	switch {
	case f.Codes == "":
	case len(codes) == 1:
		m, err := h.a.Market(Query{Occupation: codes[0]})
		if err != nil {
			return err
		}
		page.Markets = []*Market{m}
	default:
		if page.Comparison, err = h.a.Compare(codes); err != nil {
			return err
		}
	}
	if f.Q != "" {
		list, err := h.a.Occupations(f.Q)
		if err != nil {
			return err
		}
		for _, g := range list.Groups {
			for _, u := range g.Units {
				if !slices.Contains(codes, u.Code) && len(page.Found) < 10 {
					page.Found = append(page.Found, u)
				}
			}
		}
	}
	return h.pages.Reply(w, r, "compare.html", page)
}

// Near are occupations like the first that are not shown yet.
func (p comparePage) Near() []Similar {
	if len(p.Markets) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(p.Markets[0].Similar), func(s Similar) bool { return strings.Contains(p.Codes, s.Code) })
}

// With are the codes shown and one more, as an address takes them.
func (p comparePage) With(code string) string {
	return strings.TrimPrefix(p.Codes+","+code, ",")
}

// occupationPage is a market with what the work is and the choices of slices.
type occupationPage struct {
	*Market
	Work    *Work
	Choices []choice
	Charts  charts
	Exact   bool // as counted, for staff on record
	Look    bool // the reader may see it so
}

// fewChoices are shown at once, the others in a fold.
const fewChoices = 3

// Few and More are the choices, and Narrow says that one of the others was made.
func (p occupationPage) Few() []choice  { return p.Choices[:fewChoices] }
func (p occupationPage) More() []choice { return p.Choices[fewChoices:] }
func (p occupationPage) Narrow() bool {
	return slices.ContainsFunc(p.More(), func(c choice) bool { return c.Chosen != "" })
}

// A choice is one thing that a slice may be limited to.
type choice struct {
	Field  string
	Chosen string
	Codes  []Named
}

func (h *handlers) sliceChoices(m *Market) []choice {
	q := m.Slice
	named := func(codes []*defs.Code) (out []Named) {
		for _, c := range codes {
			out = append(out, Named{c.Code, c.Name})
		}
		return out
	}
	bands := func(bands []Band) (out []Named) {
		for _, b := range bands {
			out = append(out, Named{b.Code, b.Name})
		}
		return out
	}
	sections := h.a.codes("industries", func(c *defs.Code) bool { return len(c.Code) == 1 })
	list := []choice{
		{"region", q.Region, named(h.a.provinces())}, {"career", q.Career, bands(Careers)}, {"education", q.Education, named(h.a.choices("education"))},
		{"employment", q.Employment, named(h.a.choices("employment"))}, {"age", q.Age, bands(Ages)}, {"sex", q.Sex, named(h.a.choices("sex"))},
		{"industry", q.Industry, named(sections)}, {"size", q.Size, bands(Sizes)},
	}
	if len(m.declared) > 0 {
		list = append(list, choice{"group", q.Group, m.declared})
	}
	return list
}

func (h *handlers) occupation(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Read[marketQuery](r)
	if err != nil {
		return err
	}
	m, work, err := h.a.Occupation(q.query())
	if err != nil {
		return err
	}
	key := madeOf{m.Slice, web.Lang(r), web.Allowed(r, ieum.ReadStatistics)}
	page, err := h.made.get(m.Snapshot, m.Day, key, func() (*web.Made, error) {
		return h.pages.Make(key.lang, "occupation.html", occupationPage{m, work, h.sliceChoices(m), h.charts(m, key.lang), false, key.look})
	})
	if err != nil {
		return err
	}
	return h.pages.ReplyMade(w, r, page)
}

// madeOf is what the page of an occupation is made of, beside the snapshot and the day.
type madeOf struct {
	Query
	lang ieum.Lang
	look bool
}

func (h *handlers) charts(m *Market, lang ieum.Lang) charts {
	return chartsOf(m, lang, func(key string) string { return h.site.Text(lang, key, nil) })
}

// asking is the page of questions, filled with what was answered before.
type asking struct {
	Answers
	Provinces []*defs.Code
	Schooling []*defs.Code
	Paste     string
	Client    string // for whom a counsellor asks, by id; "" = the reader asks for themselves
	Told      string // what the person likes, carried
	Staff     bool   // who may enter results of the official test
	Official  official
}

// questions shows what is asked, filled with what a page carried.
func (h *handlers) questions(w http.ResponseWriter, r *http.Request, c carried, client string) error {
	shown := h.asking(r, *cmp.Or(c.Answers, &Answers{}))
	shown.Client = client
	if in := c.Interests; shown.Staff && in != nil && in.Official != 0 {
		shown.Official = entered(*in)
	} else {
		shown.Told = carried{Interests: in}.text()
	}
	return h.pages.Reply(w, r, "diagnosis.html", shown)
}

// mend shows the questions again with what was written and what is wrong.
func (h *handlers) mend(w http.ResponseWriter, r *http.Request, f diagnosisForm, err error) error {
	if f.liked != (liked{}) {
		return h.pages.Again(w, r, "interests.html", h.interestsPage(r, f.liked, carriedForm{f.Resume, f.Told, f.Client}), err)
	}
	shown := h.asking(r, f.Answers)
	shown.Paste, shown.Client, shown.Told, shown.Official = f.Paste, f.Client, f.Told, f.official
	return h.pages.Again(w, r, "diagnosis.html", shown, err)
}

func (h *handlers) asking(r *http.Request, a Answers) asking {
	return asking{Answers: a, Provinces: h.a.provinces(), Schooling: h.a.choices("education"), Staff: web.Allowed(r, ieum.WriteClients)}
}

type askForm struct {
	Client string `q:"client" max:"64"`
}

// asked reads for which client questions are asked, "" = the reader, when there is a
// snapshot to answer from: nobody answers questions for nothing.
func (h *handlers) asked(r *http.Request) (client string, err error) {
	f, err := web.Read[askForm](r)
	if err != nil {
		return "", err
	}
	_, release, err := h.a.live.Acquire()
	if err != nil {
		return "", err
	}
	release()
	return f.Client, nil
}

// ask takes no answers: in an address they would stay in the browser's history.
func (h *handlers) ask(w http.ResponseWriter, r *http.Request) error {
	client, err := h.asked(r)
	if err != nil {
		return err
	}
	return h.questions(w, r, carried{}, client)
}

// diagnosisForm is any of the three ways in: answers, a pasted text, a file.
type diagnosisForm struct {
	Answers
	Paste  string     `q:"paste" max:"100000" label:"diagnosis.short.paste"`
	File   web.Upload `q:"file"`
	Resume string     `q:"resume" max:"400000"` // our JSON, carried along by the result page
	Target string     `q:"target" max:"4"`
	Level  string     `q:"level" enum:"entry|middle|senior"`
	Client string     `q:"client" max:"64"`
	Told   string     `q:"told" max:"100000"` // carried along likewise
	liked
	official
}

// resume reads whichever way was taken.
func (h *handlers) resume(f diagnosisForm) (ieum.Resume, error) {
	switch {
	case len(f.File.Data) > 0:
		return h.a.reader.ReadText(f.File.Data)
	case f.Resume != "":
		return h.a.reader.ReadText([]byte(f.Resume))
	case strings.TrimSpace(f.Paste) != "":
		return h.a.reader.ReadText([]byte(f.Paste))
	}
	if !f.told() {
		return ieum.Resume{}, errNothing(f.begin())
	}
	return f.Answers.Resume()
}

func errNothing(field string) error {
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.diagnosis_empty", Field: field, Message: "say at least one thing you have done, also unpaid, or paste a résumé"}
}

// at puts an error about the résumé as a whole where the person gave it.
func (f *diagnosisForm) at(err error) error {
	e, ok := errors.AsType[*ieum.Error](err)
	if !ok || e.Field != "" && e.Field != "/resume" {
		return err
	}
	there := *e
	switch {
	case len(f.File.Data) > 0:
		there.Field = "/file"
	case f.Paste != "":
		there.Field = "/paste"
	default:
		there.Field = f.begin()
	}
	return &there
}

// recall takes the answers that the page of interests carried from the questions.
func (f *diagnosisForm) recall() error {
	if f.liked == (liked{}) || f.Resume != "" {
		return nil
	}
	c, err := carriedFrom(f.Told)
	if err == nil && c.Answers != nil {
		f.Answers = *c.Answers
	}
	return err
}

// carry is what the result page carries beside the résumé.
func (f diagnosisForm) carry(in *Interests) (c carried, err error) {
	switch {
	case f.Resume != "":
		c, err = carriedFrom(f.Told)
	case len(f.File.Data) == 0 && strings.TrimSpace(f.Paste) == "":
		a := f.asked()
		c.Answers = &a
	}
	c.Interests = in
	return c, err
}

// diagnosed is the result page: the résumé travels in it, nowhere else.
type diagnosed struct {
	*Diagnosis
	Resume string
	Client string // for whom a counsellor asked, by id; "" = nobody
	Staff  bool   // the reader may keep the résumé for a client
	told   carried
}

// Told is what the page carries beside the résumé.
func (d diagnosed) Told() string { return d.told.text() }

// Aims are the occupations that the person may be measured against at a glance.
func (d diagnosed) Aims() (out []Named) {
	add := func(f *Fit) {
		if f != nil && !slices.ContainsFunc(out, func(n Named) bool { return n.Code == f.Code }) {
			out = append(out, f.Named)
		}
	}
	for i := range d.Fits {
		add(&d.Fits[i])
	}
	add(d.Near)
	add(d.Target)
	return out
}

// Levels are the codes of the levels.
func (diagnosed) Levels() (codes []string) {
	for _, l := range Levels {
		codes = append(codes, l.Code)
	}
	return codes
}

// A shownJob is a job with the reach of its bars.
type shownJob struct {
	ieum.Job
	Top float64
}

// shownReasons is how many reasons a job shows before the fold.
const shownReasons = 3

// First are the reasons that weigh most, those that must be checked, and the one
// that speaks most against the job: what is against a job is never folded away
// whole.
func (j shownJob) First() []ieum.Reason { return j.part(true) }

// Rest are the other reasons.
func (j shownJob) Rest() []ieum.Reason { return j.part(false) }

func (j shownJob) part(first bool) (out []ieum.Reason) {
	for i, r := range j.Reasons {
		against := i == len(j.Reasons)-2 && r.Points < 0 // the last is where everybody begins
		shown := i < shownReasons && i < len(j.Reasons)-1 || strings.Contains(r.Key, ".unclear") || against
		if shown == first {
			out = append(out, r)
		}
	}
	return out
}

// Shown and ShownShort are the jobs as the page draws them.
func (d diagnosed) Shown() []shownJob      { return shown(d.Jobs) }
func (d diagnosed) ShownShort() []shownJob { return shown(d.Short) }

func shown(jobs []ieum.Job) (out []shownJob) {
	for _, j := range jobs {
		top := 1.0
		for _, r := range j.Reasons {
			if r.Part != "base" { // where everybody begins
				top = max(top, math.Abs(r.Points))
			}
		}
		out = append(out, shownJob{j, top})
	}
	return out
}

// Wanted and Worked lead on to the search, in codes and never in the person's
// words, which an address would keep: where the person wants to work, and the
// occupation worked in or, when that is not known, the one that fits best.
func (d diagnosed) Wanted() []string { return d.Profile.Resume.Wish.Regions }
func (d diagnosed) Worked() string {
	switch done := d.Profile.Occupations; {
	case len(done) > 0:
		return done[0].Code
	case len(d.Fits) > 0:
		return d.Fits[0].Code
	}
	return ""
}

// First is the occupation that is proposed first; "" when none is.
func (d diagnosed) First() string {
	if n := d.proposal(); n != nil {
		return n.Code
	}
	return ""
}

// Answered is what the person told, as the questions take it: a counsellor who
// reads the paper must know what the result rests on.
func (d diagnosed) Answered() Answers {
	if d.told.Answers != nil {
		return *d.told.Answers
	}
	return answersOf(d.Profile.Resume)
}

func (h *handlers) diagnose(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Read[diagnosisForm](r)
	if err != nil {
		_, more := f.Answers.Resume() // all that has to be mended, at once
		return h.mend(w, r, f, errors.Join(err, more))
	}
	likes, err := h.likes(r, f)
	if err != nil {
		return h.mend(w, r, f, err)
	}
	w.Header().Set("Cache-Control", "no-store")
	if err := f.recall(); err != nil {
		return err
	}
	resume, err := h.resume(f)
	if err != nil && f.liked != (liked{}) && f.Resume == "" { // nothing was told but what is liked
		return h.liked(w, r, f, *likes)
	}
	if err != nil {
		return h.mend(w, r, f, f.at(err))
	}
	c, err := f.carry(likes)
	if err != nil {
		return err
	}
	d, err := h.a.Diagnose(r.Context(), resume, Aim{f.Target, f.Level})
	if err != nil {
		return h.mend(w, r, f, f.at(err))
	}
	if likes != nil {
		d.Consider(*likes)
	}
	text, err := json.Marshal(resume)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "diagnosed.html", diagnosed{d, string(text), f.Client, web.Allowed(r, ieum.WriteClients), c})
}

type carriedForm struct {
	Resume string `q:"resume,required" max:"400000"`
	Told   string `q:"told" max:"100000"`
	Client string `q:"client" max:"64"`
}

// carried reads the résumé that the result page carries, and for whom it is.
func (h *handlers) carried(r *http.Request) (of ieum.Resume, client string, err error) {
	f, err := web.Read[carriedForm](r)
	if err != nil {
		return of, "", err
	}
	of, err = h.a.reader.ReadText([]byte(f.Resume))
	return of, f.Client, err
}

type againForm struct {
	Resume string `q:"resume" max:"400000"`
	Told   string `q:"told" max:"100000"`
	Client string `q:"client" max:"64"`
}

// again shows the questions filled with the answers, or with those a résumé
// gives, to change them.
func (h *handlers) again(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Read[againForm](r)
	if err != nil {
		return err
	}
	c, err := carriedFrom(f.Told)
	if err != nil {
		return err
	}
	if c.Answers == nil && f.Resume != "" {
		resume, err := h.a.reader.ReadText([]byte(f.Resume))
		if err != nil {
			return err
		}
		a := answersOf(resume)
		c.Answers = &a
	}
	w.Header().Set("Cache-Control", "no-store")
	return h.questions(w, r, c, f.Client)
}

// file hands the résumé back as a file of the person's own.
func (h *handlers) file(w http.ResponseWriter, r *http.Request) error {
	resume, _, err := h.carried(r)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(resume, "", "  ")
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="ieum-resume.json"`)
	_, err = w.Write(append(text, '\n'))
	return err
}

type diagnosisBody struct {
	Resume    ieum.Resume `json:"resume"`
	Target    string      `json:"target,omitempty" doc:"KECO 2025 unit group to be measured against"`
	Level     string      `json:"level,omitempty" enum:"entry|middle|senior" doc:"of experience: under 3 years, under 10, 10 and more; none = the résumé's own"`
	Interests *Interests  `json:"interests,omitempty" doc:"what the person likes: occupations that fit about equally are put in its order"`
}

func (h *handlers) diagnoseAPI(w http.ResponseWriter, r *http.Request) error {
	b, err := web.ReadJSON[diagnosisBody](r)
	if err != nil {
		return err
	}
	if b.Interests != nil {
		if err := b.Interests.Check(ieum.DayOf(h.a.now())); err != nil {
			return err
		}
	}
	if reflect.DeepEqual(b.Resume, ieum.Resume{}) {
		return errNothing("/resume")
	}
	d, err := h.a.Diagnose(r.Context(), b.Resume, Aim{b.Target, b.Level})
	if err != nil {
		return err
	}
	if b.Interests != nil {
		d.Consider(*b.Interests)
	}
	return h.pages.Reply(w, r, "diagnosed.html", d)
}
