package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"ieum"
)

// render returns what a template's main block makes of data, in English.
func render(t *testing.T, main string, data any) string {
	t.Helper()
	s, _ := testSite(t, false)
	p := s.Pages(fstest.MapFS{"pages/x.html": {Data: []byte(`{{define "title"}}x{{end}}{{define "main"}}` + main + `{{end}}`)}})
	m := NewMux(s)
	m.Page("GET /x", Nothing, func(w http.ResponseWriter, r *http.Request) error { return p.Reply(w, r, "x.html", data) })
	body := get(m, "/x", "Accept-Language", "en").Body.String()
	_, rest, _ := strings.Cut(body, "tabindex=\"-1\">\n")
	inner, _, _ := strings.Cut(rest, "\n</main>")
	return inner
}

func TestWhatTemplatesMayCall(t *testing.T) {
	for _, tt := range []struct {
		template string
		data     any
		want     string
	}{
		{`{{num .Data}}`, 1234567, "1,234,567"},
		{`{{won .Data}}`, 32_000_000, "KRW 32,000,000"},
		{`{{day .Data}}`, ieum.Day(20484), "31 January 2026"},
		{`{{day .Data}}`, ieum.Day(0), ""},
		{`{{in .Data}}`, ieum.Text{KO: "가", EN: "a"}, "a"},
		{`{{url "/jobs" "q" "a b" "region" .Data "page" 0 "open" false "x" ""}}`, []string{"11", "26"}, "/jobs?q=a&#43;b&amp;region=11&amp;region=26"},
		{`{{t "error.param.most" .Data}}`, map[string]any{"name": "limit", "most": 100}, "limit must be at most 100."},
		{`{{t "error.param.most" "name" "<b>" "most" 1}}`, nil, "&lt;b&gt; must be at most 1."},
		{`{{name "no such list" "8211"}}`, nil, "8211"},
		{`<i data-chart="{{json .Data}}">`, map[string]string{"a": `"'<`}, `<i data-chart="{&#34;a&#34;:&#34;\&#34;&#39;\u003c&#34;}">`},
	} {
		if got := render(t, tt.template, tt.data); got != tt.want {
			t.Errorf("%s of %v: %s, want %s", tt.template, tt.data, got, tt.want)
		}
	}
}

func TestBarsAndDotsDrawShares(t *testing.T) {
	if got := render(t, `{{bar .Data 40}}`, -10.0); !strings.Contains(got, `width="25.0"`) {
		t.Errorf("10 of 40 is drawn as %s", got)
	}
	if got := render(t, `{{bar 5 0}}`, nil); !strings.Contains(got, `width="0.0"`) {
		t.Errorf("a share of nothing is drawn as %s", got)
	}
	if got := strings.Count(render(t, `{{dots .Data}}`, 12), `class="on"`); got != 12 {
		t.Errorf("12 of 100 is drawn as %d", got)
	}
}

func TestMalformedPagesDoNotStart(t *testing.T) {
	s, _ := testSite(t, false)
	for name, text := range map[string]string{
		"no main":           `{{define "title"}}{{end}}`,
		"a broken action":   `{{define "title"}}{{end}}{{define "main"}}{{if}}{{end}}`,
		"a missing partial": `{{define "title"}}{{end}}{{define "main"}}{{if .Data}}{{template "nowhere" .}}{{end}}{{end}}`,
		"the layout's":      `{{define "title"}}{{end}}{{define "main"}}{{end}}{{define "display-choice"}}{{end}}`,
		"a missing icon":    `{{define "title"}}{{end}}{{define "main"}}{{nosuchfunction}}{{end}}`,
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			s.Pages(fstest.MapFS{"pages/x.html": {Data: []byte(text)}})
		}()
	}
}

// formed serves a form that takes a text and a file and shows both.
func formed(t *testing.T) http.Handler {
	s, _ := testSite(t, false)
	p := s.Pages(fstest.MapFS{"pages/x.html": {Data: []byte(`{{define "title"}}x{{end}}{{define "main"}}<h1>{{.Data.Work}} {{printf "%s" .Data.File.Data}}</h1>{{end}}`)}})
	m := NewMux(s)
	m.Page("POST /x", Nothing, func(w http.ResponseWriter, r *http.Request) error {
		f, err := Read[struct {
			Work string `q:"work"`
			File Upload `q:"file"`
		}](r)
		if err != nil {
			return err
		}
		return p.Reply(w, r, "x.html", f)
	})
	return m
}

func post(h http.Handler, target, kind, body string) string {
	r := httptest.NewRequest("POST", target, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Body.String()
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// TestAChangeOfDisplayKeepsWhatWasEntered: the page a form leads to has its
// display settings as buttons that send the same form again, files included,
// since nothing of it is stored.
func TestAChangeOfDisplayKeepsWhatWasEntered(t *testing.T) {
	h := formed(t)
	var body bytes.Buffer
	mw := multipart.NewWriter(&body)
	mw.WriteField("work", "press")
	f, err := mw.CreateFormFile("file", "resume.txt")
	if err != nil {
		t.Fatal(err)
	}
	f.Write([]byte("25 years"))
	mw.Close()
	page := post(h, "/x", mw.FormDataContentType(), body.String())
	if !strings.Contains(page, "<h1>press 25 years</h1>") {
		t.Fatalf("the form was not read: %s", page)
	}
	again := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		again.Set(m[1], m[2])
	}
	if !strings.Contains(page, `formaction="/x?lang=en"`) {
		t.Fatalf("the page cannot be had in English: %s", page)
	}
	page = post(h, "/x?lang=en", "application/x-www-form-urlencoded", again.Encode())
	if !strings.Contains(page, "<h1>press 25 years</h1>") || !strings.Contains(page, `<html lang="en"`) {
		t.Errorf("in English the page is %s", page)
	}
}

// TestDarkIsTheSameHoweverItIsChosen compares the tokens for a device that is
// dark with those for a reader who chose dark.
func TestDarkIsTheSameHoweverItIsChosen(t *testing.T) {
	css, err := files.ReadFile("assets/ieum.css")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile(`(?s)color-scheme: dark;(.*?)\}`).FindAllSubmatch(css, -1)
	if len(blocks) != 2 || strings.TrimSpace(string(blocks[0][1])) != strings.TrimSpace(string(blocks[1][1])) {
		t.Error("the two sets of dark tokens differ")
	}
}

func FuzzRead(f *testing.F) {
	f.Add("q=a&limit=3&code=x&code=y", "ko")
	f.Add("since=2026-01-31&pay=-1&open=on", "en;q=0.5,ko")
	f.Add("%zz&;=&limit=99999999999999999999", ";q=,")
	f.Fuzz(func(t *testing.T, query, accept string) {
		r := &http.Request{Method: "GET", URL: &url.URL{Path: "/thing", RawQuery: query}, Header: http.Header{}}
		p, err := Read[thingParams](r)
		if e, ok := err.(*ieum.Error); err != nil && (!ok || e.Kind != ieum.ErrInvalid || e.Key == "") {
			t.Errorf("%q: %v is no fault to show", query, err)
		}
		if err == nil && (p.Limit < 1 || p.Limit > 100 || len([]rune(p.Query)) > 10) {
			t.Errorf("%q is read beyond its bounds: %+v", query, p)
		}
		if l := acceptable(accept, []ieum.Lang{"ko", "en"}); l != "ko" && l != "en" {
			t.Errorf("%q asks for %q", accept, l)
		}
	})
}

func FuzzReadJSON(f *testing.F) {
	f.Add(`{"headline":"x","wish":{"regions":["11"]}}`)
	f.Add(`{"careers":[{"months":1e99}]}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest("POST", "/x", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		_, err := ReadJSON[ieum.Resume](r)
		if e, ok := err.(*ieum.Error); err != nil && (!ok || e.Kind != ieum.ErrInvalid || e.Key == "") {
			t.Errorf("%q: %v is no fault to show", body, err)
		}
	})
}

func FuzzMessages(f *testing.F) {
	f.Add("{n}건 {name:을/를} {", "간호사", int64(3))
	f.Add("{name: a/ b}{}{:}", "", int64(-1))
	f.Fuzz(func(t *testing.T, text, name string, n int64) {
		fill("ko", text, map[string]any{"name": name, "n": n})
		fill("en", text, map[string]any{"name": name, "n": n})
	})
}
