package ledger

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"ieum/internal/platform/db/dbtest"
)

// get returns the status, kind and text of a reply, in Korean.
func get(t *testing.T, srv *httptest.Server, path string, form url.Values) (int, string, string) {
	t.Helper()
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(t.Context(), method, srv.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Language", "ko")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Content-Type"), string(b)
}

// Whoever kept a checkpoint can paste it, as files and forms mangle it, and is
// told whether the ledger goes on from it.
func TestAPersonComparesACheckpoint(t *testing.T) {
	b := newBench(t, dbtest.Open(t, t.TempDir()))
	b.open()
	b.happen(20)
	kept := string(b.log().Signed)
	b.happen(20)
	b.log()
	true_ := b.serve()
	other := b.rewritten(func(e [][]byte) [][]byte {
		e[3], e[4] = e[4], e[3]
		return e
	})
	older := b.rewritten(func(e [][]byte) [][]byte { return e[:9] })
	for _, tt := range []struct {
		srv    *httptest.Server
		paste  string
		status int
		want   string
	}{
		{true_, kept, 200, "그대로 이어져 있습니다."},
		{true_, " " + strings.ReplaceAll(strings.TrimSpace(kept), "\n", "\r\n"), 200, "그대로 이어져 있습니다."},
		{other, kept, 200, "이 체크포인트에서 이어지지 않습니다."},
		{older, kept, 200, "이 체크포인트에서 이어지지 않습니다."},
		{true_, "<script>alert(1)</script>", 422, "이 원장의 열쇠로 서명한 체크포인트가 아닙니다."},
		{true_, strings.Replace(kept, "21", "22", 1), 422, "이 원장의 열쇠로 서명한 체크포인트가 아닙니다."},
		{true_, "", 422, "checkpoint"},
	} {
		status, _, text := get(t, tt.srv, "/ledger", url.Values{"checkpoint": {tt.paste}})
		if status != tt.status || !strings.Contains(text, tt.want) || strings.Contains(text, "<script>alert") {
			t.Errorf("%.30q: %d, want %d …%s…", tt.paste, status, tt.status, tt.want)
		}
	}
}

// Only what a public checkpoint covers is served.
func TestPublicFiles(t *testing.T) {
	b := newBench(t, dbtest.Open(t, t.TempDir()))
	b.open()
	b.happen(300)
	b.log()
	b.happen(100)
	if err := b.l.Append(t.Context()); err != nil { // signed, not public
		t.Fatal(err)
	}
	srv := b.serve()
	for path, want := range map[string]struct {
		status int
		kind   string
	}{
		"/ledger/checkpoint":                  {200, "text/plain; charset=utf-8"},
		"/ledger/key":                         {200, "text/plain; charset=utf-8"},
		"/ledger/proof/300":                   {200, "text/plain; charset=utf-8"},
		"/ledger/proof/301":                   {404, ""},
		"/ledger/proof/x":                     {422, ""},
		"/ledger/tile/0/000":                  {200, "application/octet-stream"},
		"/ledger/tile/0/000.p/7":              {200, "application/octet-stream"},
		"/ledger/tile/entries/000.p/7":        {200, "application/octet-stream"},
		"/ledger/tile/0/001.p/45":             {200, "application/octet-stream"},
		"/ledger/tile/0/001.p/46":             {404, ""},
		"/ledger/tile/0/001":                  {404, ""},
		"/ledger/tile/0/000.p/0":              {404, ""},
		"/ledger/tile/0/000.p/256":            {404, ""},
		"/ledger/tile/0/0":                    {404, ""},
		"/ledger/tile/-1/000":                 {404, ""},
		"/ledger/tile/8/000":                  {404, ""},
		"/ledger/tile/0/x999/x999/999":        {404, ""},
		"/ledger/tile/..%2f..%2fsigned":       {404, ""},
		"/ledger/signed":                      {404, ""},
		"/ledger/lock":                        {404, ""},
		"/api/v1/ledger/consistency?from=301": {200, "application/json"},
		"/api/v1/ledger/consistency?from=302": {404, "application/problem+json"},
		"/api/v1/ledger/entries/0/proof":      {200, "application/json"},
		"/api/v1/ledger/entries/400/proof":    {404, "application/problem+json"},
	} {
		status, kind, _ := get(t, srv, path, nil)
		if status != want.status || want.kind != "" && kind != want.kind {
			t.Errorf("%s: %d %s, want %d %s", path, status, kind, want.status, want.kind)
		}
	}
	_, _, text := get(t, srv, "/api/v1/ledger", nil)
	var s Status
	if err := json.Unmarshal([]byte(text), &s); err != nil || s.Size != 301 || s.Key != b.l.key {
		t.Errorf("got %s, %v", text, err)
	}
}
