package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"ieum"
	"ieum/defs"
)

func testSite(t *testing.T, simulated bool) (*Site, *bytes.Buffer) {
	t.Helper()
	messages := fstest.MapFS{}
	for _, name := range []string{"messages/ko.yaml", "messages/en.yaml"} {
		text, err := defs.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		messages[name] = &fstest.MapFile{Data: text}
	}
	set, err := defs.LoadFrom(messages)
	if err != nil {
		t.Fatal(err)
	}
	s := NewSite(set, time.Now, func() bool { return simulated })
	var log bytes.Buffer
	s.Log = slog.New(slog.NewJSONHandler(&log, nil))
	return s, &log
}

type thingParams struct {
	Query string   `q:"q" max:"10"`
	Limit int      `q:"limit" default:"20" min:"1" max:"100"`
	Sort  string   `q:"sort" enum:"new|pay"`
	Codes []string `q:"code"`
	Since ieum.Day `q:"since"`
	Pay   *int64   `q:"pay"`
	Open  bool     `q:"open"`
}

// things serves a small site with every sort of answer.
func things(t *testing.T) (http.Handler, *bytes.Buffer) {
	s, log := testSite(t, true)
	pages := s.Pages(fstest.MapFS{"pages/thing.html": {Data: []byte(`{{define "title"}}Thing{{end}}{{define "main"}}<h1>{{.Data.Query}}</h1>{{end}}`)}})
	m := NewMux(s)
	thing := func(w http.ResponseWriter, r *http.Request) error {
		p, err := Read[thingParams](r)
		if err != nil {
			return err
		}
		return pages.Reply(w, r, "thing.html", p)
	}
	m.Page("GET /thing", Nothing, thing)
	m.Page("POST /thing", Nothing, thing)
	m.API("GET /api/v1/thing", Nothing, Op{ID: "thing", Summary: ieum.Text{KO: "것", EN: "Thing"}, Params: thingParams{}, Reply: thingParams{}}, thing)
	m.API("POST /api/v1/resume", Nothing, Op{ID: "resume", Summary: ieum.Text{KO: "이력서", EN: "Résumé"}, Body: ieum.Resume{}, Reply: ieum.Resume{}}, func(w http.ResponseWriter, r *http.Request) error {
		in, err := ReadJSON[ieum.Resume](r)
		if err != nil {
			return err
		}
		return JSON(w, http.StatusOK, in)
	})
	for name, err := range map[string]error{
		"notfound": ieum.Errorf(ieum.ErrNotFound, "There is no such thing."), "denied": ieum.ErrDenied, "conflict": ieum.ErrConflict,
		"unavailable": &ieum.Error{Kind: ieum.ErrUnavailable, Key: "error.no_snapshot"}, "broken": errors.New("secret detail"),
	} {
		m.Page("GET /fail/"+name, Nothing, func(http.ResponseWriter, *http.Request) error { return err })
	}
	m.Page("GET /panic", Nothing, func(http.ResponseWriter, *http.Request) error { panic("secret detail") })
	m.Page("GET /here", Nothing, Operators(thing))
	return m, log
}

func get(h http.Handler, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestFailuresHaveTheirStatusAndSayWhatToDo(t *testing.T) {
	h, log := things(t)
	for _, tt := range []struct {
		path   string
		status int
		words  string
	}{
		{"/nowhere", 404, "찾을 수 없습니다"},
		{"/fail/notfound", 404, "There is no such thing."},
		{"/fail/denied", 403, "권한이 없습니다"},
		{"/fail/conflict", 409, "새로 고친"},
		{"/fail/unavailable", 503, "ieum serve --demo"},
		{"/fail/broken", 500, "접수 번호"},
		{"/panic", 500, "접수 번호"},
		{"/thing?limit=0", 422, "1 이상"},
	} {
		w := get(h, tt.path)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.words) {
			t.Errorf("GET %s: %d, want %d with %q:\n%s", tt.path, w.Code, tt.status, tt.words, w.Body)
		}
		if strings.Contains(w.Body.String(), "secret") {
			t.Errorf("GET %s shows an internal error", tt.path)
		}
	}
	if n := strings.Count(log.String(), "secret detail"); n != 2 {
		t.Errorf("%d of 2 internal errors are in the log", n)
	}
}

func TestAFailureWithoutItsPageIsStillAFailure(t *testing.T) {
	s, _ := testSite(t, false)
	m := NewMux(s)
	for _, pages := range s.own.pages {
		delete(pages, "error.html")
	}
	if w := get(m, "/nowhere"); w.Code != 404 || w.Body.Len() == 0 {
		t.Errorf("%d with %d bytes, want 404 and its name", w.Code, w.Body.Len())
	}
}

// Somebody copies an old folder over the one that is served: files that are mapped
// become shorter. That costs the request, not the program.
func TestAMappedFileCutShortDoesNotEndTheProgram(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "mapped"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(make([]byte, 8192)); err != nil {
		t.Fatal(err)
	}
	data, err := syscall.Mmap(int(f.Fd()), 0, 8192, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Munmap(data)
	if err := f.Truncate(0); err != nil {
		t.Fatal(err)
	}
	s, _ := testSite(t, false)
	m := NewMux(s)
	m.Page("GET /cut", Nothing, func(w http.ResponseWriter, _ *http.Request) error {
		_, err := w.Write(append([]byte(nil), data[4096:]...))
		return err
	})
	if w := get(m, "/cut"); w.Code != 500 {
		t.Errorf("%d, want 500", w.Code)
	}
}

func TestMethodNotAllowedNamesTheAllowed(t *testing.T) {
	h, _ := things(t)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("DELETE", "/thing", nil))
	if w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("%d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

func TestProblemsOfTheAPIPointToTheField(t *testing.T) {
	h, _ := things(t)
	w := get(h, "/api/v1/thing?limt=3", "Accept-Language", "en")
	var p Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("Content-Type %q", got)
	}
	if p.Status != 422 || p.Code != "error.param.meant" || p.Detail != "There is no limt here. Did you mean limit?" ||
		len(p.Errors) != 1 || p.Errors[0].Pointer != "/limt" {
		t.Errorf("%+v", p)
	}
	if w := get(h, "/api/v1/thing?limt=3", "Accept-Language", "ko-KR,en;q=0.5"); !strings.Contains(w.Body.String(), "limit 항목을 쓰려고") {
		t.Errorf("not in Korean: %s", w.Body)
	}
}

func TestReadIsStrict(t *testing.T) {
	h, _ := things(t)
	for query, want := range map[string]string{
		"limit=x":                       "error.param.whole",
		"limit=101":                     "error.param.most",
		"limit=1&limit=2":               "error.param.once",
		"sort=old":                      "error.param.enum",
		"q=12345678901":                 "error.param.long",
		"since=yesterday":               "error.param.form",
		"pay=1.5":                       "error.param.whole",
		"open=maybe":                    "error.param.bool",
		"q=%ff":                         "error.param.text",
		"q=a%00b":                       "error.param.text",
		"zzzzzz=1":                      "error.param.unknown",
		"q=%zz":                         "error.form",
		"code=a" + manyTimes("&code=b"): "error.param.too_many",
	} {
		w := get(h, "/api/v1/thing?"+query)
		if w.Code != 422 || !strings.Contains(w.Body.String(), `"`+want+`"`) {
			t.Errorf("%s: %d %s, want %s", query, w.Code, w.Body, want)
		}
	}
	w := get(h, "/api/v1/thing?q=+&code=a&code=b&since=2026-01-31&pay=5&open=on")
	want := `{"Query":"","Limit":20,"Sort":"","Codes":["a","b"],"Since":"2026-01-31","Pay":5,"Open":true}`
	if got := strings.TrimSpace(w.Body.String()); got != want {
		t.Errorf("read %s, want %s", got, want)
	}
}

// A person who mends a form must not meet its faults one after the other.
func TestAllFaultsAreToldAtOnce(t *testing.T) {
	h, _ := things(t)
	w := get(h, "/api/v1/thing?limit=x&sort=old&pay=1.5&zzzzzz=1", "Accept-Language", "en")
	var p Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	var at []string
	for _, f := range p.Errors {
		at = append(at, f.Pointer)
		if f.Detail == "" {
			t.Errorf("%s has no sentence", f.Pointer)
		}
	}
	if got := strings.Join(at, " "); w.Code != 422 || got != "/limit /sort /pay /zzzzzz" || p.Code != "error.param.whole" || p.Detail != p.Errors[0].Detail {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if body := get(h, "/thing?limit=x&sort=old").Body.String(); !strings.Contains(body, "limit 값은") || !strings.Contains(body, "sort 값은") {
		t.Errorf("the page does not say both: %s", body)
	}
}

type noteParams struct {
	Note string `q:"note" max:"10" label:"diagnosis.short.tasks"`
	Pay  int    `q:"pay"`
}

// A form comes back as it was left, each fault beside its field and on top.
func TestARefusedFormComesBackAsItWas(t *testing.T) {
	s, _ := testSite(t, false)
	pages := s.Pages(fstest.MapFS{"pages/form.html": {Data: []byte(`{{define "title"}}Form{{end}}{{define "main"}}{{template "faults" .}}
		{{range $id := .Data.Fields}}{{template "fault" dict "view" $ "id" $id}}<input id="{{$id}}" {{$.Described $id "hint"}}>{{end}}<p>{{.Data.Note}}</p>{{end}}`)}})
	m := NewMux(s)
	m.Page("POST /form", Nothing, func(w http.ResponseWriter, r *http.Request) error {
		p, err := Read[noteParams](r)
		shown := struct {
			noteParams
			Fields []string
		}{p, []string{"note", "pay"}}
		return pages.Again(w, r, "form.html", shown, err)
	})
	post := func(form url.Values) string {
		r := httptest.NewRequest("POST", "/form", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		m.ServeHTTP(w, r)
		return w.Body.String()
	}
	body := post(url.Values{"note": {"far too long a note"}, "pay": {"much"}})
	for _, want := range []string{
		"<title>고칠 곳 있음: Form", "고칠 곳이 2군데", `href="#note"`, `href="#pay"`, "일하면서 한 일이 너무 깁니다", "<p>far too long a note</p>",
		`<p class="fault" id="pay-fault">`, `<input id="pay" aria-invalid="true" aria-describedby="pay-fault hint">`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the form lacks %s:\n%s", want, body)
		}
	}
	// A browser counts a line end once and sends two characters for it.
	body = post(url.Values{"note": {"12345\r\n7890"}, "pay": {"much"}})
	if !strings.Contains(body, "고칠 곳이 1군데") || !strings.Contains(body, `<input id="note" aria-describedby="hint">`) {
		t.Errorf("a text as long as the field allows is refused:\n%s", body)
	}
}

func manyTimes(s string) string { return strings.Repeat(s, 100) }

func TestReadJSONIsStrict(t *testing.T) {
	h, _ := things(t)
	for body, want := range map[string]string{
		`{"headlin":"x"}`:            "error.param.meant",
		`{"wish":{"regons":["11"]}}`: "regions",
		`{"birthYear":"x"}`:          `"/birthYear"`,
		`{"wish":{"pay":"many"}}`:    `"/wish/pay"`,
		`{"headline":"x"} {}`:        "error.json.syntax",
		`{`:                          "error.json.syntax",
		`{"text":"` + strings.Repeat("가", maxBody/3) + `"}`: `"status":413`,
	} {
		r := httptest.NewRequest("POST", "/api/v1/resume", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code < 400 || w.Code >= 500 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%.40s: %d %s, want %s", body, w.Code, w.Body, want)
		}
	}
}

// To guess what a name of two megabytes may have meant took seconds, and the
// reply was three times as large.
func TestALongUnknownNameCostsLittle(t *testing.T) {
	h, _ := things(t)
	name := strings.Repeat("가", maxBody/4)
	body := httptest.NewRequest("POST", "/api/v1/resume", strings.NewReader(`{"`+name+`":1}`))
	body.Header.Set("Content-Type", "application/json")
	for what, r := range map[string]*http.Request{"parameter": httptest.NewRequest("GET", "/api/v1/thing?"+name+"=1", nil), "member": body} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 422 || w.Body.Len() > 2000 || !utf8.Valid(w.Body.Bytes()) || !strings.Contains(w.Body.String(), "…") {
			t.Errorf("%s: %d with %d bytes: %.300s", what, w.Code, w.Body.Len(), w.Body)
		}
	}
}

func TestFormsFromOtherSitesAreRefused(t *testing.T) {
	h, _ := things(t)
	for _, tt := range []struct {
		site string
		code int
	}{{"cross-site", 403}, {"same-origin", 200}} {
		r := httptest.NewRequest("POST", "/thing", strings.NewReader(url.Values{"q": {"x"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", tt.site)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != tt.code {
			t.Errorf("%s: %d, want %d", tt.site, w.Code, tt.code)
		}
	}
}

// Over TLS browsers are told to come over nothing else; over plain HTTP that
// must not be said.
func TestStrictTransportSecurity(t *testing.T) {
	h, _ := things(t)
	r := httptest.NewRequest("GET", "https://jobs.example/thing", nil)
	secure := httptest.NewRecorder()
	h.ServeHTTP(secure, r)
	if got := secure.Header().Get("Strict-Transport-Security"); !strings.Contains(got, "max-age=") {
		t.Errorf("over TLS: %q", got)
	}
	if got := get(h, "/thing").Header().Get("Strict-Transport-Security"); got != "" {
		t.Errorf("over plain HTTP: %q", got)
	}
	site, _ := testSite(t, true)
	site.Secure = true
	if got := get(NewMux(site), "/").Header().Get("Strict-Transport-Security"); !strings.Contains(got, "max-age=") {
		t.Errorf("behind a proxy that speaks TLS: %q", got)
	}
}

// A form and a body of two megabytes and more are refused as too large, also
// when their length is not said beforehand.
func TestUploadsHaveALimit(t *testing.T) {
	h, _ := things(t)
	for _, kind := range []string{"application/x-www-form-urlencoded", "multipart/form-data; boundary=x"} {
		body := "q=" + strings.Repeat("a", maxBody)
		if strings.HasPrefix(kind, "multipart") {
			body = "--x\r\nContent-Disposition: form-data; name=\"q\"\r\n\r\n" + body + "\r\n--x--\r\n"
		}
		r := httptest.NewRequest("POST", "/thing", io.NopCloser(strings.NewReader(body)))
		r.Header.Set("Content-Type", kind)
		r.ContentLength = -1
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %d %.200s", kind, w.Code, w.Body)
		}
	}
}

// A request does not wait for ever, and one that waited in vain says that it
// may be tried again.
func TestARequestThatWaitsEnds(t *testing.T) {
	s, _ := testSite(t, false)
	m := NewMux(s)
	m.Page("GET /waits", Nothing, func(_ http.ResponseWriter, r *http.Request) error {
		if _, ends := r.Context().Deadline(); !ends {
			t.Error("the request may wait for ever")
		}
		return fmt.Errorf("query: %w", context.DeadlineExceeded)
	})
	if w := get(m, "/waits"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d, want 503", w.Code)
	}
}

// What is told of a request is its pattern, also when its address says more.
func TestRequestsAreCountedByPattern(t *testing.T) {
	s, _ := testSite(t, false)
	var told []string
	s.Observe = func(pattern string, status int, took time.Duration) {
		told = append(told, fmt.Sprint(pattern, " ", status))
	}
	m := NewMux(s)
	m.Page("GET /one/{id}", Nothing, func(w http.ResponseWriter, _ *http.Request) error { return JSON(w, http.StatusOK, 1) })
	get(m, "/one/mysecret?q=mysecret")
	get(m, "/nowhere/mysecret")
	if got := strings.Join(told, "; "); got != "GET /one/{id} 200;  404" {
		t.Errorf("told was %q", got)
	}
}

func TestLoopbackPagesStayOnThisMachine(t *testing.T) {
	h, _ := things(t)
	for _, tt := range []struct {
		remote, host, header string
		code                 int
	}{
		{"127.0.0.1:1", "localhost:8080", "", 200},
		{"[::1]:1", "[::1]:8080", "", 200},
		{"127.0.0.1:1", "127.0.0.1", "", 200},
		{"192.0.2.1:1", "localhost", "", 403},
		{"127.0.0.1:1", "attacker.example", "", 403}, // a name pointed at this machine
		{"127.0.0.1:1", "localhost", "X-Forwarded-For", 403},
		{"127.0.0.1:1", "localhost", "Forwarded", 403},
		{"127.0.0.1:1", "localhost", "Via", 403},
		{"127.0.0.1:1", "localhost", "X-Forwarded-Proto", 403},
		{"127.0.0.1:1", "localhost", "Cf-Connecting-Ip", 403},
		{"127.0.0.1:1", "localhost", "X-Proxyuser-Ip", 403},
		{"127.0.0.1:1", "localhost", "Proxy-Client-Ip", 403},
		{"127.0.0.1:1", "localhost", "X-Azure-Clientip", 403},
		{"127.0.0.1:1", "localhost", "Fastly-Client-Ip", 403},
		{"127.0.0.1:1", "localhost", "X-Amzn-Trace-Id", 403},
		{"127.0.0.1:1", "localhost", "X_Forwarded_For", 403},
		{"127.0.0.1:1", "localhost", "Any-Other", 403},
		{"127.0.0.1:1", "localhost", "Accept-Language", 200},
		{"127.0.0.1:1", "localhost", "Sec-Fetch-Site", 200},
		{"127.0.0.1:1", "localhost", "X-Prometheus-Scrape-Timeout-Seconds", 200},
		{"127.0.0.1:1", "localhost", "HTTP/1.0", 403}, // nginx that was told nothing
	} {
		r := httptest.NewRequest("GET", "/here", nil)
		r.RemoteAddr, r.Host = tt.remote, tt.host
		if tt.header == "HTTP/1.0" {
			r.Proto, r.ProtoMinor = tt.header, 0
		}
		if tt.header != "" {
			r.Header[tt.header] = []string{"", "203.0.113.9"} // a proxy's line comes after its client's, as HAProxy has it
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != tt.code {
			t.Errorf("%+v: %d", tt, w.Code)
		}
	}
}

func TestDisplaySettingsAreKeptInCookies(t *testing.T) {
	h, _ := things(t)
	w := get(h, "/thing?q=a&lang=en&theme=dark&text=large")
	body := w.Body.String()
	if !strings.Contains(body, `<html lang="en" data-theme="dark" data-text="large">`) {
		t.Errorf("settings are not shown: %.200s", body)
	}
	cookies := w.Result().Cookies()
	if len(cookies) != 3 {
		t.Errorf("%d cookies, want 3", len(cookies))
	}
	if body := get(h, "/thing", "Cookie", "lang=en; theme=dark").Body.String(); !strings.Contains(body, `<html lang="en" data-theme="dark">`) {
		t.Errorf("cookies are not heeded: %.200s", body)
	}
	if body := get(h, "/thing?lang=xx&theme=%22", "Accept-Language", "fr, en;q=0.4").Body.String(); !strings.Contains(body, `<html lang="en">`) {
		t.Errorf("a wrong setting is heeded: %.200s", body)
	}
}

func TestTheLogHoldsNothingPersonal(t *testing.T) {
	h, log := things(t)
	get(h, "/thing?q=mysecret", "User-Agent", "mybrowser", "Cookie", "x=mycookie")
	for _, s := range []string{"mysecret", "mybrowser", "mycookie", "192.0.2.1"} {
		if strings.Contains(log.String(), s) {
			t.Errorf("the log holds %s: %s", s, log)
		}
	}
	if !strings.Contains(log.String(), `"pattern":"GET /thing","status":200`) {
		t.Errorf("the log lacks the request: %s", log)
	}
}

func TestTextsAreCompressedAndAssetsKeptForEver(t *testing.T) {
	h, _ := things(t)
	if got := get(h, "/thing", "Accept-Encoding", "gzip").Header().Get("Content-Encoding"); got != "gzip" {
		t.Errorf("page: Content-Encoding %q", got)
	}
	at, err := AssetPath("ieum.css")
	if err != nil {
		t.Fatal(err)
	}
	w := get(h, at, "Accept-Encoding", "gzip")
	if w.Code != 200 || w.Header().Get("Content-Encoding") != "gzip" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("asset: %d %v", w.Code, w.Header())
	}
	if w := get(h, at, "If-None-Match", w.Header().Get("ETag")); w.Code != 304 {
		t.Errorf("asset with its ETag: %d, want 304", w.Code)
	}
	if w := get(h, "/assets/ieum.css"); w.Code != 404 {
		t.Errorf("asset without hash: %d, want 404", w.Code)
	}
}

func TestAReplyCutShortDoesNotLookWhole(t *testing.T) {
	s, _ := testSite(t, false)
	m := NewMux(s)
	m.Page("GET /half", Nothing, func(w http.ResponseWriter, r *http.Request) error {
		io.WriteString(w, strings.Repeat("half", 1<<20))
		return errors.New("disk gone")
	})
	srv := httptest.NewServer(m)
	defer srv.Close()
	res, err := http.Get(srv.URL + "/half")
	if err != nil {
		return // the connection was cut before the headers
	}
	defer res.Body.Close()
	if _, err := io.ReadAll(res.Body); err == nil {
		t.Error("the client saw a whole reply")
	}
}

func TestARouteSaysWhatItHoldsAboutPeople(t *testing.T) {
	s, _ := testSite(t, false)
	m := NewMux(s)
	defer func() {
		if recover() == nil {
			t.Error("a route was registered that does not say what it holds")
		}
	}()
	m.Page("GET /silent", "", func(http.ResponseWriter, *http.Request) error { return nil })
}

// A form of ten thousand names that nobody knows took seconds to answer.
func TestManyUnknownParametersAreSaidOfAFew(t *testing.T) {
	form := url.Values{}
	for i := range 1000 {
		form.Set(fmt.Sprintf("nobody-knows-%d", i), "x")
	}
	_, err := Read[struct {
		Name string `q:"name"`
	}](httptest.NewRequest("GET", "/?"+form.Encode(), nil))
	if n := len(all(err)); n != mostUnknown {
		t.Errorf("%d faults are told, want %d", n, mostUnknown)
	}
}
