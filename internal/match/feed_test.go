package match

import (
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestAFeedTellsWhatIsNew: it has what a search finds that is open, the newest first, is
// whatever XML holds, and is not sent twice.
func TestAFeedTellsWhatIsNew(t *testing.T) {
	h := site(t, []post{
		{title: "용접원 모집", company: "가상중공업", occupation: "8122", region: "11110", opened: "2026-06-01", deadline: "2026-07-01"},
		{title: "용접원 <b>급구</b>\x01 & 모집", company: "없는산업", occupation: "8122", region: "11110", opened: "2026-06-10"},
		{title: "용접원 지난 모집", company: "없는산업", occupation: "8122", region: "11110", opened: "2026-06-12", closed: "2026-06-13"},
		{title: "용접원 다른 곳", company: "없는산업", occupation: "8122", region: "26110", opened: "2026-06-14"},
		{title: "간호사", company: "없는병원", occupation: "3040", region: "11110", opened: "2026-06-14"},
	})
	const address = "/jobs.atom?q=%EC%9A%A9%EC%A0%91%EC%9B%90&region=11"
	w := ask(t, h, "GET", address, "")
	var f struct {
		ID      string `xml:"id"`
		Title   string `xml:"title"`
		Updated string `xml:"updated"`
		Entry   []struct {
			Title string `xml:"title"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(w.Body.Bytes(), &f); w.Code != http.StatusOK || err != nil {
		t.Fatalf("%d, %v: %s", w.Code, err, w.Body)
	}
	if len(f.Entry) != 2 || !strings.Contains(f.Title, "용접원") || !strings.Contains(f.Title, "서울") || f.Updated != "2026-06-10T00:00:00+09:00" {
		t.Fatalf("%+v", f)
	}
	if !strings.Contains(f.Entry[0].Title, "급구") || strings.Contains(w.Body.String(), "지난") || !strings.Contains(w.Body.String(), "&lt;b&gt;급구") {
		t.Errorf("%s", w.Body)
	}
	tag := w.Header().Get("ETag")
	for given, want := range map[string]int{tag: http.StatusNotModified, `"another", W/` + tag: http.StatusNotModified, `"another"`: http.StatusOK} {
		r := httptest.NewRequest("GET", address, nil)
		r.Header.Set("If-None-Match", given)
		again := httptest.NewRecorder()
		h.ServeHTTP(again, r)
		if again.Code != want || again.Code == http.StatusNotModified && again.Body.Len() > 0 {
			t.Errorf("If-None-Match: %s answers %d", given, again.Code)
		}
	}
	if other := ask(t, h, "GET", "/jobs.atom?q=%EA%B0%84%ED%98%B8%EC%82%AC", ""); other.Header().Get("ETag") == tag {
		t.Error("two searches have one tag")
	}
	if w := ask(t, h, "GET", "/jobs", ""); !strings.Contains(w.Body.String(), `href="/jobs.atom"`) {
		t.Error("the page of jobs leads to no feed")
	}
}
