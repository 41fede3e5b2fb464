package catalogue

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"ieum"
	"ieum/internal/platform/web"
)

// serve serves a bench's pages, as from this machine.
func (b *bench) serve() *httptest.Server {
	site := web.NewSite(b.defs, b.now, func() bool { return false })
	site.Log = slog.New(slog.DiscardHandler)
	mux := web.NewMux(site)
	b.Routes(site, mux, nil)
	s := httptest.NewServer(mux)
	b.t.Cleanup(s.Close)
	return s
}

func get(t *testing.T, address, lang string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequest("GET", address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Language", lang)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func TestDeliveryPages(t *testing.T) {
	b := newBench(t, strings.Replace(shop, "due: 1", "due: 1\nanonymous: true", 1), people)
	s := b.serve()
	if status, body := get(t, s.URL+"/deliveries", "ko"); status != 200 || !strings.Contains(body, "ieum ingest") {
		t.Errorf("without deliveries the page says %d and nothing of how to bring some", status)
	}
	b.ingest("shop", b.file("jobs.csv", shopHeader,
		job("a/1", "용접원", "place=중구", "company=가상중공업"), job("2", ""), job("3", "조리원", "body=문의 010-1234-5678")))
	b.ingest("people", b.file("resume.csv", "id,name,birth,phone,mail,home,headline,careers,story,day", "r1,홍가상,1968-03-05,,,부산,,,,"),
		b.file("licence.csv", "resume,licence", "r1,용접기능사"))
	b.day = b.day.AddDate(0, 0, 5)
	for _, tt := range []struct {
		path, lang string
		status     int
		want       []string
	}{
		{"/deliveries", "ko", 200, []string{"가상 채용", ">익명<", "기한이 지남", "/deliveries/1", "아직 받은 적이 없는"}},
		{"/deliveries", "en", 200, []string{"Made-up jobs", ">anonymous<", "Was due by", "/deliveries/2"}},
		{"/deliveries?source=people", "ko", 200, []string{"/deliveries/2"}},
		{"/deliveries?sauce=people", "ko", 422, nil},
		{"/deliveries/1", "ko", 200, []string{"필수 항목인데 값이 없습니다", "quarantine.csv", "중구", "전화번호 1개"}},
		{"/deliveries/1", "en", 200, []string{"it is required and has no value", "1 phone numbers"}},
		{"/deliveries/9", "ko", 404, []string{"9번 자료를 받은 적이 없습니다"}},
		{"/deliveries/x", "ko", 422, nil},
		{"/deliveries/1/quarantine.csv", "ko", 200, []string{"_file,_row,_field,_reason", "jobs.csv,3,title"}},
		{"/deliveries/2/quarantine.csv", "ko", 404, nil},
		{"/records/shop/posting/a%2F1", "ko", 200, []string{"jobs.csv", "가상중공업", "/deliveries/1"}},
		{"/records/shop/posting/nothing", "ko", 404, []string{"그 키로 담긴 행이 없습니다"}},
		{"/records/shop/nothing/1", "en", 404, []string{"No row is kept under that key"}},
	} {
		status, body := get(t, s.URL+tt.path, tt.lang)
		if status != tt.status {
			t.Errorf("%s gives %d, want %d", tt.path, status, tt.status)
		}
		for _, want := range tt.want {
			if !strings.Contains(body, want) {
				t.Errorf("%s in %s does not say %q", tt.path, tt.lang, want)
			}
		}
	}
}

// looking is a door that notes who looked, and fails when it is told to.
type looking struct {
	by   *web.Reader
	fail error
	seen []string
}

func (l *looking) Look(_ context.Context, by *web.Reader, purpose ieum.PurposeID, person ieum.PersonID) error {
	if l.fail == nil {
		l.seen = append(l.seen, strings.Join([]string{string(by.ID), string(purpose), string(person)}, " "))
	}
	return l.fail
}

// Where a row about a person came from is shown to operators who signed in, once
// it is written down that they look; what it tells of the person is not.
func TestRowsAboutPeopleAreBehindTheDoor(t *testing.T) {
	b := newBench(t, shop, people)
	b.ingest("shop", b.file("jobs.csv", shopHeader, job("1", "용접원")))
	b.ingest("people", b.file("resume.csv", "id,name,birth,phone,mail,home,headline,careers,story,day", "r1,홍가상,1968-03-05,,,부산,,,,"),
		b.file("licence.csv", "resume,licence", "r1,용접기능사"))
	site := web.NewSite(b.defs, b.now, func() bool { return false })
	site.Log = slog.New(slog.DiscardHandler)
	door := &looking{}
	site.Reader = func(*http.Request) (*web.Reader, error) { return door.by, nil }
	mux := web.NewMux(site)
	b.Routes(site, mux, door)
	may := func(allowed ...ieum.Permission) *web.Reader {
		return &web.Reader{ID: "a1", May: func(p ieum.Permission) bool { return slices.Contains(allowed, p) }}
	}
	ask := func(path, kind, body string) *httptest.ResponseRecorder {
		method := "GET"
		if body != "" {
			method = "POST"
		}
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		r.RemoteAddr, r.Host = "127.0.0.1:5000", "localhost"
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w
	}
	for _, tt := range []struct {
		name   string
		by     *web.Reader
		fail   error
		status int
		seen   int
	}{
		{"nobody, on the machine itself", nil, nil, 401, 0},
		{"somebody whom the door refuses", may(ieum.Operate), ieum.ErrDenied, 403, 0},
		{"an operator", may(ieum.Operate), nil, 200, 1},
		{"an operator of whom no record can be written", may(ieum.Operate), ieum.ErrUnavailable, 503, 0},
	} {
		for path, asked := range map[string][2]string{
			"/records":        {"application/x-www-form-urlencoded", "source=people&kind=resume&key=r1"},
			"/api/v1/records": {"application/json", `{"source":"people","kind":"resume","key":"r1"}`},
		} {
			*door = looking{by: tt.by, fail: tt.fail}
			w := ask(path, asked[0], asked[1])
			if body := w.Body.String(); w.Code != tt.status || (w.Code == 200) != strings.Contains(body, "resume.csv") || strings.Contains(body, "부산") || strings.Contains(body, "홍가상") {
				t.Errorf("%s is answered %s with %d %s", tt.name, path, w.Code, body)
			}
			if len(door.seen) != tt.seen || tt.seen > 0 && door.seen[0] != "a1 labour-market "+string(RowPerson(b.keys, "people", "resume", "r1")) {
				t.Errorf("of %s there are the records %q", tt.name, door.seen)
			}
		}
	}
	for by, want := range map[*web.Reader]int{nil: 401, may(ieum.Operate): 404} { // who may not look does not learn that nobody is there
		*door = looking{by: by}
		if w := ask("/api/v1/records", "application/json", `{"source":"people","kind":"resume","key":"nobody"}`); w.Code != want || by != nil && len(door.seen) != 1 {
			t.Errorf("of nobody: %d and the records %q", w.Code, door.seen)
		}
	}
	*door = looking{by: may(ieum.Operate)}
	for _, path := range []string{"/records/people/resume/r1", "/api/v1/records/people/resume/r1", "/records/people/resume/nobody"} { // an address is kept in many places
		if w := ask(path, "", ""); w.Code != 422 || len(door.seen) != 0 || strings.Contains(w.Body.String(), "resume.csv") {
			t.Errorf("%s is answered with %d %s", path, w.Code, w.Body)
		}
	}
	*door = looking{}
	if w := ask("/records/shop/posting/1", "", ""); w.Code != 200 || len(door.seen) != 0 {
		t.Errorf("a posting is answered with %d and the records %q", w.Code, door.seen)
	}
}

// A look stands under the id by which the row is sealed, tied to an account and erased,
// however its key was written; that of somebody's application under the résumé's, also
// where it is asked for and is not there.
func TestALookIsWrittenDownUnderWhoseRowItIs(t *testing.T) {
	b := newBench(t, shop, applied)
	b.ingest("people", b.file("resume.csv", resumeHeader, strings.Replace(resume(1, "용접"), "r1,", "010-1234-5678,", 1), resume(2, "조리")),
		b.file("licence.csv", "resume,licence", "r2,용접기능사"), b.file("apply.csv", "resume,posting", "r2,가상공고8"))
	site := web.NewSite(b.defs, b.now, func() bool { return false })
	site.Log = slog.New(slog.DiscardHandler)
	door := &looking{by: &web.Reader{ID: "a1", May: func(p ieum.Permission) bool { return p == ieum.Operate }}}
	site.Reader = func(*http.Request) (*web.Reader, error) { return door.by, nil }
	mux := web.NewMux(site)
	b.Routes(site, mux, door)
	tel, err := b.Record(t.Context(), "people", "resume", "010-1234-5678")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		kind, key string
		status    int
		of        string // key of the résumé
	}{
		{"resume", "r2", 200, "r2"},
		{"resume", " r2 ", 200, "r2"},
		{"resume", "010-1234-5678", 200, tel.Key},
		{"resume", " nobody", 404, "nobody"},
		{"application", "r2|가상공고8", 200, "r2"},
		{"application", "r2|가상공고9", 404, "r2"},
	} {
		door.seen = nil
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/api/v1/records", strings.NewReader(`{"source":"people","kind":"`+tt.kind+`","key":"`+tt.key+`"}`))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		want := "a1 labour-market " + string(RowPerson(b.keys, "people", "resume", tt.of))
		if w.Code != tt.status || !slices.Equal(door.seen, []string{want}) {
			t.Errorf("%s %q: %d, recorded %q, want %d, %q", tt.kind, tt.key, w.Code, door.seen, tt.status, want)
		}
	}
}

func TestDeliveryAPI(t *testing.T) {
	b := newBench(t, shop)
	s := b.serve()
	b.ingest("shop", b.file("jobs.csv", shopHeader, job("1", "용접원"), job("2", "")))
	var one Delivery
	_, body := get(t, s.URL+"/api/v1/deliveries/1", "en")
	if err := json.Unmarshal([]byte(body), &one); err != nil || one.Kept != 1 || one.Quarantined != 1 || len(one.Files) != 1 || one.Files[0].Rows != 2 {
		t.Errorf("the API gives %s, %v", body, err)
	}
	var list Listing
	_, body = get(t, s.URL+"/api/v1/deliveries", "en")
	if err := json.Unmarshal([]byte(body), &list); err != nil || len(list.Deliveries) != 1 || list.Deliveries[0].Number != 1 {
		t.Errorf("the API gives %s, %v", body, err)
	}
	var rec Record
	_, body = get(t, s.URL+"/api/v1/records/shop/posting/1", "en")
	if err := json.Unmarshal([]byte(body), &rec); err != nil || rec.Row != 2 || rec.Fields["title"] != "용접원" {
		t.Errorf("the API gives %s, %v", body, err)
	}
}

// Until there is sign-in, nobody elsewhere sees a delivery.
func TestDeliveriesStayOnThisMachine(t *testing.T) {
	b := newBench(t, shop)
	site := web.NewSite(b.defs, b.now, func() bool { return false })
	site.Log = slog.New(slog.DiscardHandler)
	mux := web.NewMux(site)
	b.Routes(site, mux, nil)
	for _, path := range []string{
		"/deliveries", "/deliveries/1", "/deliveries/1/quarantine.csv", "/records/shop/posting/1",
		"/api/v1/deliveries", "/api/v1/deliveries/1", "/api/v1/records/shop/posting/1",
	} {
		r := httptest.NewRequest("GET", path, nil)
		r.RemoteAddr = "192.0.2.7:1234"
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden {
			t.Errorf("%s answers %d to another machine", path, w.Code)
		}
	}
}
