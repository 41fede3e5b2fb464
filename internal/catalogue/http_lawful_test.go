package catalogue

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"ieum/defs"
	"ieum/internal/platform/web"
)

// checks is a server that looks through postings on a day.
func checks(t *testing.T, day string) http.Handler {
	t.Helper()
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return at }
	site := web.NewSite(set, now, nil)
	mux := web.NewMux(site)
	(&handlers{&Catalogue{defs: set, now: now}, site, site.Pages(files), nil}).lawfulRoutes(mux)
	return mux
}

func asked(t *testing.T, h http.Handler, method, path, kind, lang, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Accept-Language", lang)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestAPostingIsLookedThrough: by page and API, in both languages, with the words, the article and
// the minimum wage of the day; nothing that was sent is in an address, and what is no posting is said.
func TestAPostingIsLookedThrough(t *testing.T) {
	const text = "홀 직원 모집, 용모 단정한 분, 시급 10,200원"
	h := checks(t, "2026-05-04")
	page := asked(t, h, "POST", "/hiring/draft", "application/x-www-form-urlencoded", "ko", url.Values{"text": {text}}.Encode())
	for _, want := range []string{"용모 단정한 분", "채용절차의 공정화에 관한 법률 제4조의3", "최저임금법 제6조", "10,320원", "2026. 1. 1.", "다시 볼 말 2곳", "법률 판단이 아닙니다"} {
		if !strings.Contains(page.Body.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if page.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("it may be kept: %s", page.Header().Get("Cache-Control"))
	}
	body, _ := json.Marshal(map[string]string{"text": text})
	var found Checked
	answer := asked(t, h, "POST", "/api/v1/posting-checks", "application/json", "en", string(body))
	if err := json.Unmarshal(answer.Body.Bytes(), &found); err != nil || len(found.Warnings) != 2 || found.Hour != 10320 || found.Since.String() != "2026-01-01" {
		t.Fatalf("%v: %s", err, answer.Body)
	}
	if w := found.Warnings[1]; w.Kind != "pay" || w.Hour != 10200 || text[w.Start:w.End] != w.Words || !strings.Contains(w.Law, "art. 6") || !strings.Contains(w.Why, "10,200") || !strings.Contains(w.Why, "10,320") {
		t.Errorf("%+v", w)
	}
	before := asked(t, checks(t, "2025-12-30"), "POST", "/api/v1/posting-checks", "application/json", "en", string(body))
	if err := json.Unmarshal(before.Body.Bytes(), &found); err != nil || len(found.Warnings) != 1 || found.Hour != 10030 {
		t.Errorf("in the year before, when it was 10,030: %s", before.Body)
	}
	none := asked(t, h, "POST", "/hiring/draft", "application/x-www-form-urlencoded", "ko", url.Values{"text": {"홀 직원 모집, 시급 11,000원"}}.Encode())
	if !strings.Contains(none.Body.String(), "다시 볼 말을 찾지 못했습니다") {
		t.Error("it is not said that nothing was found")
	}
	for _, tt := range []struct {
		text string
		want int
	}{{" ", 422}, {strings.Repeat("가", longestDraft), 200}, {strings.Repeat("가", longestDraft+1), 422}} {
		if got := asked(t, h, "POST", "/hiring/draft", "application/x-www-form-urlencoded", "ko", url.Values{"text": {tt.text}}.Encode()); got.Code != tt.want {
			t.Errorf("%d characters: %d, want %d", len([]rune(tt.text)), got.Code, tt.want)
		}
		body, _ := json.Marshal(map[string]string{"text": tt.text})
		if got := asked(t, h, "POST", "/api/v1/posting-checks", "application/json", "ko", string(body)); got.Code != tt.want {
			t.Errorf("%d characters by API: %d, want %d", len([]rune(tt.text)), got.Code, tt.want)
		}
	}
}

// TestALongPostingTakesNoLong: a text made to match everywhere is looked through in time that
// grows with it, not with its square.
func TestALongPostingTakesNoLong(t *testing.T) {
	h := checks(t, "2026-05-04")
	took := func(n int) time.Duration {
		body, _ := json.Marshal(map[string]string{"text": strings.Repeat("여성 우대 30세 이하 시급 9천원 ", n)})
		began := time.Now()
		if got := asked(t, h, "POST", "/api/v1/posting-checks", "application/json", "ko", string(body)); got.Code != 200 {
			t.Fatal(got.Body)
		}
		return time.Since(began)
	}
	took(10)
	if one, eight := took(100), took(800); eight > 40*one+time.Second {
		t.Errorf("100 take %v, 800 %v", one, eight)
	}
}
