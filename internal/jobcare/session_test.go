package jobcare

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/json"
	"errors"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode"
	"unicode/utf16"

	"ieum"
	"ieum/internal/platform/web"
)

func number(v float64) Figure { return Figure{Value: &v, N: int(v)} }

// shownTo is a diagnosis with all that a session can show, k of everything there can be
// several of.
func shownTo(t *testing.T, k int) *Diagnosis {
	set, err := loadDefs()
	if err != nil {
		t.Fatal(err)
	}
	competencies, certificates := set.Codes["competencies"].Codes, set.Codes["certificates"].Codes
	named := func(i int) Named { return Named{competencies[i].Code, competencies[i].Name} }
	fit := Fit{Named: Named{"8221", set.Name("keco2025", "8221")}, Openings: number(1234), Seekers: number(2300), Per100: number(54), Offered: number(38_000_000), Wished: number(36_000_000)}
	d := &Diagnosis{Day: ieum.DayOf(today), Snapshot: "0123456789ab", Simulated: true, Profile: ieum.Profile{CareerMonths: 305, Resume: ieum.Resume{Text: "비밀", Wish: ieum.Wish{Regions: []string{"11"}, Pay: 36_000_000}}, Unread: []string{"비밀"}}}
	for i := range k {
		d.Profile.Competencies = append(d.Profile.Competencies, ieum.Found{ID: competencies[i].Code, Label: "비", P: .9, Words: strings.Repeat("프레스를 돌렸어요 ", 1+i%4)})
		d.Profile.Certificates = append(d.Profile.Certificates, certificates[i].Code)
		if i < askedFor/2 {
			fit.Have = append(fit.Have, Asked{named(i), number(float64(60 - 5*i)), "했어요"})
			fit.Missing = append(fit.Missing, Asked{named(i + 20), number(float64(30 - 4*i)), ""})
		}
		if i < 3 {
			fit.Licences = append(fit.Licences, Licence{Named{certificates[i].Code, certificates[i].Name}, "산업안전보건법 제140조", []string{"지게차"}})
			d.Jobs = append(d.Jobs, ieum.Job{ID: "p1", Title: strings.Repeat("프레스 조작원 신규채용 ", 1+i), Company: "㈜가상정밀 17호", Region: "26", PayMin: 36_000_000, PayBasis: "month"})
		}
	}
	d.Target, d.Fits = &fit, []Fit{fit}
	step := Step{Move: Move{From: Named{"8211", set.Name("keco2025", "8211")}, To: fit.Named, People: number(321)}, Months: 4, Learn: fit.Missing, Licences: fit.Licences,
		Courses: []Course{{Title: "금형 설계 실무 과정", Institution: "가상직업전문학교", Hours: 480, Months: 4, Cost: 450_000}}}
	d.Roadmap = &Roadmap{Goal: &fit.Named, Ways: []Way{{Steps: []Step{step, step, step}[:min(3, max(1, k/5))], People: number(321)}}, Moves: []Move{{To: Named{Code: "8811"}}}}
	return d
}

// TestWhatIsAgreedIsChecked: nothing, too much, days that are gone, a goal nobody proposed.
func TestWhatIsAgreedIsChecked(t *testing.T) {
	day := ieum.DayOf(today)
	goal := func(code string) *Named { return &Named{Code: code} }
	for _, tt := range []struct {
		what string
		s    Session
		want string // field at fault; "" = none
	}{
		{"nothing", Session{}, "/goal"},
		{"a goal that was proposed", Session{Goal: goal("8221")}, ""},
		{"one that people like this went to", Session{Goal: goal("8811")}, ""},
		{"one that nobody proposed", Session{Goal: goal("0111")}, "/reason"},
		{"the same with a reason", Session{Goal: goal("0111"), Instead: &Instead{Reason: "가업"}}, ""},
		{"a reason nobody reads", Session{Goal: goal("0111"), Instead: &Instead{Reason: strings.Repeat("가", 501)}}, "/reason"},
		{"a step today", Session{Steps: []Agreed{{What: "전화하기", By: day}}}, ""},
		{"a step yesterday", Session{Steps: []Agreed{{What: "전화하기", By: day - 1}}}, "/step"},
		{"a step that was done yesterday", Session{Steps: []Agreed{{What: "전화하기", By: day - 1, Done: true}}}, ""},
		{"a step without a day", Session{Steps: []Agreed{{What: "전화하기"}}}, "/step"},
		{"a step in a hundred years", Session{Steps: []Agreed{{What: "전화하기", By: day + 36_600}}}, "/step"},
		{"a long step", Session{Steps: []Agreed{{What: strings.Repeat("가", 121), By: day}}}, "/step"},
		{"seven steps", Session{Steps: make([]Agreed, 7)}, "/step"},
		{"a visit yesterday", Session{Goal: goal("8221"), Next: day - 1}, "/next"},
	} {
		tt.s.Shown = shownTo(t, 3)
		err := tt.s.check(day)
		e, _ := errors.AsType[*ieum.Error](err)
		if got := e; (got == nil) != (tt.want == "") || got != nil && (got.Field != tt.want || !errors.Is(err, ieum.ErrInvalid)) {
			t.Errorf("%s: %v, want a fault at %q", tt.what, err, tt.want)
		}
	}
}

// TestASessionKeepsNoResume: of what somebody wrote only the words that show something are kept.
func TestASessionKeepsNoResume(t *testing.T) {
	d := shownTo(t, 5)
	kept, err := json.Marshal(Session{Shown: d.without()})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(kept, []byte("비밀")) || !bytes.Contains(kept, []byte("프레스를 돌렸어요")) {
		t.Errorf("a session keeps %s", kept)
	}
	if d.Profile.Resume.Text == "" || len(d.Roadmap.Moves) == 0 {
		t.Error("what is shown was changed by keeping it")
	}
}

// TestWhatChanged: what is new since a session, of the person and of the goal's market.
func TestWhatChanged(t *testing.T) {
	before, now := shownTo(t, 3), shownTo(t, 4)
	now.Profile.CareerMonths += 2
	now.Snapshot = "another"
	now.Target.Openings, now.Target.Offered = number(1300), number(38_000_000)
	var got []string
	for _, c := range changes(&Session{Shown: before}, now) {
		got = append(got, strings.TrimPrefix(c.Key, "session.change."))
	}
	if want := []string{"competency", "certificate", "worked", "openings"}; !reflect.DeepEqual(got, want) {
		t.Errorf("changed %v, want %v", got, want)
	}
	if got := changes(&Session{Shown: before}, shownTo(t, 3)); got != nil {
		t.Errorf("nothing changed, and %v is said", got)
	}
	now.Target.Code = "8811"
	if got := changes(&Session{Shown: before}, now); len(got) != 3 {
		t.Errorf("of another goal's market %v is said", got)
	}
}

// TestSuggestedSteps: what a law asks of all the work comes first, then courses, then jobs.
func TestSuggestedSteps(t *testing.T) {
	d := shownTo(t, 5)
	d.Roadmap.Ways[0].Steps[0].Licences[0].For = nil
	var got []string
	for _, c := range suggestions(d) {
		got = append(got, strings.TrimPrefix(c.Key, "session.suggest."))
	}
	if want := []string{"licence", "course", "jobs"}; !reflect.DeepEqual(got, want) {
		t.Errorf("suggested %v, want %v", got, want)
	}
}

// TestSheets: however much or little was shown, a report has at most three pages, large print
// one, a plan two; and a session that was kept gives the same sheets as the one that was held.
// IEUM_TEST_SHOTS leaves them there.
func TestSheets(t *testing.T) {
	set, err := loadDefs()
	if err != nil {
		t.Fatal(err)
	}
	h := &handlers{site: web.NewSite(set, func() time.Time { return today }, func() bool { return true })}
	steps := func(n int) (out []Agreed) {
		for i := range n {
			out = append(out, Agreed{What: strings.TrimSpace(strings.Repeat("금형 수리 과정 설명회에 가서 ", 1+6*(i%2))), By: ieum.DayOf(today) + 14, Done: i == 0 && n > 1})
		}
		return out
	}
	goal := Named{"8221", set.Name("keco2025", "8221")}
	for _, tt := range []struct {
		name string
		text string
		s    Session
	}{
		{"little", "", Session{Shown: &Diagnosis{}, Steps: steps(1)}},
		{"usual", "손끝 감각이 큰 힘입니다. 서두르지 않아도 됩니다.", Session{Goal: &goal, Shown: shownTo(t, 8), Steps: steps(3), Next: ieum.DayOf(today) + 14}},
		{"much", strings.Repeat("손끝 감각이 큰 힘입니다. ", 60), Session{Goal: &goal, Shown: shownTo(t, 40), Steps: steps(6), Next: ieum.DayOf(today) + 14,
			Instead: &Instead{goal, strings.Repeat("집에서 가깝습니다. ", 45)}}},
	} {
		tt.s.By = ieum.Text{KO: "상담사 12", EN: "Counsellor 12"}
		text, err := json.Marshal(tt.s)
		if err != nil {
			t.Fatal(err)
		}
		var again Session
		if err := json.Unmarshal(text, &again); err != nil {
			t.Fatal(err)
		}
		for file, most := range map[string]int{"report": 3, "large": 1, "plan": 2} {
			for _, lang := range []ieum.Lang{"ko", "en"} {
				of := func(s Session) []byte {
					got, err := h.sheetOf(file, &keptPage{Client: &Client{Name: "김까하", Number: 12}, Kept: &Kept{At: today, Text: tt.text, Session: s}}, lang)
					if err != nil {
						t.Fatal(err)
					}
					return got
				}
				first := of(tt.s)
				if n := bytes.Count(first, []byte("/Type /Page\n")); n < 1 || n > most {
					t.Errorf("%s, %s, %s: %d pages", tt.name, file, lang, n)
				}
				if !bytes.Equal(first, of(again)) {
					t.Errorf("%s, %s, %s: once kept it is another", tt.name, file, lang)
				}
				if dir := os.Getenv("IEUM_TEST_SHOTS"); dir != "" {
					if err := os.WriteFile(filepath.Join(dir, tt.name+"-"+string(lang)+"-"+file+".pdf"), first, 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	if _, err := h.sheetOf("other", &keptPage{Client: &Client{}, Kept: &Kept{Session: Session{Shown: &Diagnosis{}}}}, "ko"); !errors.Is(err, ieum.ErrNotFound) {
		t.Errorf("a sheet there is none of: %v", err)
	}
}

// TestASheetIsAPageToo: what is drawn on a sheet the page of it says, for those who read with their ears.
func TestASheetIsAPageToo(t *testing.T) {
	a := roadMarket(t, []posting{press()}, walked(5, []uint16{1}, 12))
	site := web.NewSite(a.set, a.now, func() bool { return true })
	site.Log = slog.New(slog.DiscardHandler)
	h := &handlers{a: a, site: site, pages: site.Pages(files)}
	goal := Named{"8221", a.set.Name("keco2025", "8221")}
	steps := []Agreed{{What: "금형 수리 과정 설명회 가기", By: ieum.DayOf(today) + 14}, {What: "이력서 고치기", Done: true}}
	drawn := 0
	for _, draft := range []bool{false, true} {
		for k, s := range map[int]Session{0: {Shown: &Diagnosis{}, Steps: steps}, 3: {Goal: &goal, Shown: shownTo(t, 3), Next: ieum.DayOf(today) + 9},
			40: {Goal: &goal, Shown: shownTo(t, 40), Steps: steps, Instead: &Instead{goal, "집에서 가깝습니다."}}} {
			of := &keptPage{Client: &Client{Name: "김까하", Number: 12}, Kept: &Kept{At: today, Text: "손끝 감각이 큰 힘입니다.", Session: s}, Draft: draft}
			if s.By = (ieum.Text{KO: "상담사 12", EN: "Counsellor 12"}); draft {
				of.Client, s.By, of.Text = &Client{}, ieum.Text{}, ""
			}
			of.Session = s
			for _, kind := range sheets {
				for _, lang := range []ieum.Lang{"ko", "en"} {
					file, err := h.sheetOf(kind, of, lang)
					if err != nil {
						t.Fatal(err)
					}
					page := onPage(t, site, lang, func(w http.ResponseWriter, r *http.Request) error { return h.sheetPage(w, r, kind, of) })
					for _, line := range linesOf(t, file) {
						drawn++
						if !strings.Contains(page, bare(line)) {
							t.Errorf("%s of %d, draft %t, in %s: the page lacks %q", kind, k, draft, lang, line)
						}
					}
				}
			}
		}
	}
	if drawn < 300 {
		t.Errorf("%d lines were read", drawn)
	}
}

// onPage is what a page says, bare.
func onPage(t *testing.T, site *web.Site, lang ieum.Lang, h web.Handler) string {
	t.Helper()
	mux := web.NewMux(site)
	mux.Page("GET /it", web.Nothing, h)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("GET", "/it?lang="+string(lang), nil))
	if w.Code != http.StatusOK {
		t.Fatalf("the page: %d %s", w.Code, w.Body)
	}
	_, text, _ := strings.Cut(w.Body.String(), "<article")
	text, _, _ = strings.Cut(text, "</article>")
	return bare(html.UnescapeString(regexp.MustCompile(`(?s)<[^>]*>`).ReplaceAllString(text, " ")))
}

// bare is text without what is set otherwise in print.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("“”•", r) {
			return -1
		}
		return r
	}, text)
}

var shownText = regexp.MustCompile(`(?s)\(((?:\\.|[^\\)])*)\)\s?Tj`)

// linesOf are the lines that a PDF of ours sets, without the numbers of its pages.
func linesOf(t *testing.T, file []byte) (lines []string) {
	t.Helper()
	for _, part := range bytes.Split(file, []byte("stream\n"))[1:] {
		r, err := zlib.NewReader(bytes.NewReader(part))
		if err != nil {
			continue
		}
		content, _ := io.ReadAll(r) // what follows it is no part of it
		for _, m := range shownText.FindAllSubmatch(content, -1) {
			raw := regexp.MustCompile(`(?s)\\(.)`).ReplaceAll(bytes.ReplaceAll(m[1], []byte(`\r`), []byte("\r")), []byte("$1"))
			var text []uint16
			for i := 0; i+1 < len(raw); i += 2 {
				text = append(text, uint16(raw[i])<<8|uint16(raw[i+1]))
			}
			if line := string(utf16.Decode(text)); !regexp.MustCompile(`^\d+ / \d+$`).MatchString(line) {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// TestAPlanAlone: somebody makes the plan of a session without a counsellor, and nothing is kept of it.
func TestAPlanAlone(t *testing.T) {
	a := roadMarket(t, []posting{press()}, walked(5, []uint16{1}, 12))
	a.reader = reader{}
	site := web.NewSite(a.set, a.now, func() bool { return false })
	site.Log = slog.New(slog.DiscardHandler)
	mux := web.NewMux(site)
	a.Routes(site, mux, nil) // without a door
	day := ieum.DayOf(today) + 3
	const resume = `resume={"careers":[{"title":"프레스 조작원","months":60}]}`
	for _, tt := range []struct {
		path, body string
		status     int
		want       string
	}{
		{"/plan", resume, 200, `name="step"`},
		{"/plan", resume + "&goal=8221", 200, `name="goal" value="8221"`},
		{"/plan", resume + "&goal=0000", 404, ""},
		{"/plan", "goal=8221", 422, ""},
		{"/plan/plan.pdf", "resume=", 422, ""},
		{"/plan/plan.pdf", resume + "&step=a&by=" + day.String(), 200, "%PDF-"},
		{"/plan/report.pdf", resume + "&goal=8221", 200, "%PDF-"},
		{"/plan/large.pdf", resume + "&goal=8221&cost=0&months=24&region=11&step=&by=", 200, "%PDF-"},
		{"/plan/other.pdf", resume + "&goal=8221", 404, ""},
		{"/plan/plan.pdf", resume + "&step=a&by=2001-01-01", 422, `id="step-fault"`},
		{"/plan", resume + "&step=a&by=2001-01-01&sheet=plan", 422, `id="step-fault"`},
		{"/plan", resume + "&step=&sheet=plan", 422, `id="goal-fault"`},
		{"/plan", resume + "&goal=8221&step=전화하기&by=" + day.String() + "&sheet=plan", 200, "취업활동계획 초안"},
	} {
		r := httptest.NewRequest("POST", tt.path, strings.NewReader(tt.body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%s %s: %d, want %d with %q: %s", tt.path, tt.body, w.Code, tt.status, tt.want, w.Body)
		}
		if got := w.Header().Get("Cache-Control"); w.Code == 200 && got != "no-store" {
			t.Errorf("%s %s may be kept by a browser: %q", tt.path, tt.body, got)
		}
		if name := w.Header().Get("Content-Disposition"); strings.Contains(name, "프레스") {
			t.Errorf("the name of a file tells %s", name)
		}
	}
}

// TestDraftsKeepNoSessionWaiting: who asks for many sheets of plans without an account is told
// to come again, while sheets of sessions are made; and no turn is lost to a fault.
func TestDraftsKeepNoSessionWaiting(t *testing.T) {
	a := roadMarket(t, []posting{press()}, walked(5, []uint16{1}, 12))
	site := web.NewSite(a.set, a.now, func() bool { return false })
	site.Log = slog.New(slog.DiscardHandler)
	site.Reader = func(*http.Request) (*web.Reader, error) {
		return &web.Reader{ID: "acounsellor", Fresh: true, Left: time.Hour, May: func(ieum.Permission) bool { return true }}, nil
	}
	c := &Client{Person: "p1", Mine: true, Notes: true, Resume: &ieum.Resume{}}
	c.Take(Kept{Item: "n1", At: today}, json.RawMessage(`{"shown":{}}`))
	mux := web.NewMux(site)
	a.Routes(site, mux, &desk{of: c})
	draft := func(name string) int {
		body := "resume={}&step=a&by=" + (ieum.DayOf(today) + 3).String()
		r := httptest.NewRequest("POST", "/plan/"+name, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w.Code
	}
	a.reader = faulty{}
	if code := draft("plan.pdf"); code != 500 || len(drafting.Asked) != 0 {
		t.Errorf("a fault while drawing: %d, and %d turns are lost", code, len(drafting.Asked))
	}
	a.reader = reader{}
	body, send := io.Pipe()
	slow, ended := httptest.NewRequest("POST", "/plan/plan.pdf", body), make(chan struct{})
	slow.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	go func() {
		mux.ServeHTTP(httptest.NewRecorder(), slow)
		close(ended)
	}()
	io.WriteString(send, "resume=") // is read, so that the request has begun
	if code := draft("plan.pdf"); code != 200 {
		t.Errorf("beside who sends slowly: %d", code)
	}
	send.Close()
	<-ended
	for range cap(drafting.Asked) {
		drafting.Asked <- struct{}{}
	}
	for name, want := range map[string]int{"plan.pdf": 429, "other.pdf": 404, "plan": 404} {
		if code := draft(name); code != want {
			t.Errorf("%s while many wait: %d, want %d", name, code, want)
		}
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("GET", "/clients/p1/sessions/n1/report.pdf", nil))
	if w.Code != 200 {
		t.Errorf("a sheet of a session meanwhile: %d", w.Code)
	}
	for range cap(drafting.Asked) {
		<-drafting.Asked
	}
	if code := draft("plan.pdf"); code != 200 {
		t.Errorf("afterwards: %d", code)
	}
}

// faulty is a reader of résumés with a fault in it.
type faulty struct{ reader }

func (faulty) ReadText([]byte) (ieum.Resume, error) { panic("a fault") }

// TestALongNoteIsOnPaperWhole: what is higher than a page goes on on the next.
func TestALongNoteIsOnPaperWhole(t *testing.T) {
	set, err := loadDefs()
	if err != nil {
		t.Fatal(err)
	}
	h := &handlers{site: web.NewSite(set, func() time.Time { return today }, func() bool { return true })}
	long := strings.Repeat("가\n", 250)
	of := &keptPage{Client: &Client{}, Kept: &Kept{At: today, Text: long, Session: Session{Shown: &Diagnosis{}, Instead: &Instead{Reason: long}}}}
	for file, least := range map[string]int{"report": 5, "plan": 10} { // of 50 lines, in the plan twice
		got, err := h.sheetOf(file, of, "ko")
		if n := bytes.Count(got, []byte("/Type /Page\n")); err != nil || n < least {
			t.Errorf("%s has %d pages: %v", file, n, err)
		}
	}
}

// A desk is the door of one client, and counts who reads.
type desk struct {
	Door
	of               *Client
	reads, now, most atomic.Int32 // in all, at this moment, and at most at a moment
}

func (d *desk) read() (*Client, error) {
	d.reads.Add(1)
	for n, most := d.now.Add(1), d.most.Load(); n > most && !d.most.CompareAndSwap(most, n); most = d.most.Load() {
	}
	defer d.now.Add(-1)
	time.Sleep(5 * time.Millisecond)
	c := *d.of
	return &c, nil
}

func (d *desk) Client(context.Context, *web.Reader, ieum.PersonID) (*Client, error) { return d.read() }
func (d *desk) Own(context.Context, *web.Reader, ieum.PersonID) (*Client, error)    { return d.read() }
func (d *desk) Keep(context.Context, *web.Reader, ieum.PersonID, string, string, Session) (string, error) {
	return "n2", nil
}

// TestSessionsAtADesk: what a counsellor and a browser can do with the sessions of a client.
func TestSessionsAtADesk(t *testing.T) {
	a := roadMarket(t, []posting{press()}, walked(5, []uint16{1}, 12))
	a.reader = reader{}
	site := web.NewSite(a.set, a.now, func() bool { return false })
	site.Log = slog.New(slog.DiscardHandler)
	site.Reader = func(*http.Request) (*web.Reader, error) {
		return &web.Reader{ID: "acounsellor", Fresh: true, Left: time.Hour, May: func(ieum.Permission) bool { return true }}, nil
	}
	c := &Client{Person: "p1", Mine: true, Notes: true, Resume: &ieum.Resume{}}
	d := &desk{of: c}
	for item, session := range map[string]string{"n1": `{"shown":{},"goal":{"code":"0000"}}`, "broken": `{"shown":`, "later": `{"met":{}}`, "other": `{"shown":[]}`} {
		c.Take(Kept{Item: item, At: today}, json.RawMessage(session))
	}
	mux := web.NewMux(site)
	a.Routes(site, mux, d)
	ask := func(method, path, body string, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w
	}
	const of = "/clients/p1/sessions/"

	// One that cannot be read is in nobody's way, nor is a goal that is on the list no more.
	for path, want := range map[string]int{of + "n1": 200, of + "n1/plan.pdf": 200, of + "broken": 503, of + "later": 503, of + "other/plan.pdf": 503, of + "n1/plan": 404, of + "n1/other.pdf": 404, of + "n1?sheet=large": 200, of + "n1?sheet=other": 422, of + "none": 404, "/clients/p1/session": 200} {
		if w := ask("GET", path, ""); w.Code != want {
			t.Errorf("%s: %d, want %d: %.300s", path, w.Code, want, w.Body)
		}
	}

	// Who may look and does not counsel is told what to do, and led back.
	c.Mine = false
	for _, method := range []string{"GET", "POST"} {
		w := ask(method, "/clients/p1/session", "")
		for _, want := range []string{`href="/clients/p1"`, `href="/clients"`, "이분의 상담을 맡고 있지 않습니다", "넘겨받"} {
			if w.Code != 403 || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s of somebody else's client: %d without %s", method, w.Code, want)
			}
		}
	}
	c.Mine = true

	// A browser that looks ahead reads nothing.
	d.reads.Store(0)
	for _, path := range []string{of + "n1", of + "n1/report.pdf", "/clients/p1/session", "/my/sessions/n1"} {
		if w := ask("GET", path, "", "Sec-Purpose", "prefetch;prerender"); w.Code != 503 || d.reads.Load() != 0 {
			t.Errorf("%s ahead: %d, with %d reads", path, w.Code, d.reads.Load())
		}
	}

	// Who may keep sessions and not read them is not led to one that they cannot see.
	for notes, want := range map[bool]string{true: of + "n2", false: "/clients/p1?done=note"} {
		c.Notes = notes
		if w := ask("POST", "/clients/p1/session", "step=a&by=2026-06-20"); w.Code != 303 || w.Header().Get("Location") != want {
			t.Errorf("kept, notes %t: %d to %q, want %q", notes, w.Code, w.Header().Get("Location"), want)
		}
	}

	// Sheets take memory and time: each account gets one after the other.
	d.most.Store(0)
	var all sync.WaitGroup
	for _, path := range []string{of + "n1/report.pdf", of + "n1/plan.pdf", "/clients/p1/sessions/n1/large.pdf"} {
		all.Go(func() { ask("GET", path, "") })
	}
	all.Wait()
	if n := d.most.Load(); n != 1 {
		t.Errorf("%d sheets of one account were made at once", n)
	}
}
