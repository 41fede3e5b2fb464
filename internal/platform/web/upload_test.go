package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"ieum"
)

// TestAScanMayBeLarge for who may send one; one that is too large leaves the rest of its
// form, and a form without its end is refused.
func TestAScanMayBeLarge(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s, _ := testSite(t, true)
	s.Reader = func(r *http.Request) (*Reader, error) {
		if r.Header.Get("X-Staff") == "" {
			return nil, nil
		}
		return &Reader{ID: "astaff", May: func(p ieum.Permission) bool { return p == ieum.WriteClients }}, nil
	}
	type form struct {
		Name string `q:"name"`
		Scan Upload `q:"scan"`
	}
	var got form
	var failed error
	m := NewMux(s)
	m.Upload("POST /desk", Nothing, ieum.WriteClients, func(w http.ResponseWriter, r *http.Request) error {
		got, failed = Read[form](r)
		return failed
	})
	send := func(size int, staff string) int {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		w.WriteField("name", "가상")
		file, _ := w.CreateFormFile("scan", "scan.jpg")
		file.Write(make([]byte, size))
		w.Close()
		r := httptest.NewRequest("POST", "/desk", &body)
		r.Header.Set("Content-Type", w.FormDataContentType())
		r.Header.Set("X-Staff", staff)
		out := httptest.NewRecorder()
		m.ServeHTTP(out, r)
		return out.Code
	}
	for _, tt := range []struct {
		size       int
		staff      string
		code, kept int
		name       string
	}{
		{11 << 20, "yes", 200, 11 << 20, "가상"},
		{13 << 20, "yes", 422, 0, "가상"},
		{90 << 20, "yes", 422, 0, "가상"},
		{3 << 20, "", 413, 0, ""},
	} {
		got, failed = form{}, nil
		if code := send(tt.size, tt.staff); code != tt.code || len(got.Scan.Data) != tt.kept || got.Name != tt.name {
			t.Errorf("%d bytes: %d with %q and %d bytes (%v)", tt.size, code, got.Name, len(got.Scan.Data), failed)
		}
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("%d files are on disk (%v)", len(left), err)
	}
}

// Where nobody can say who asks, what is for everybody goes on, and what takes a sign-in
// says why it cannot be had.
func TestNobodyCanSayWhoAsks(t *testing.T) {
	s, _ := testSite(t, true)
	s.Reader = func(*http.Request) (*Reader, error) {
		return nil, ieum.Errorf(ieum.ErrUnavailable, "the database cannot be reached")
	}
	s.SignIn = func(http.ResponseWriter, *http.Request) error {
		t.Error("a sign-in is asked for")
		return nil
	}
	m := NewMux(s)
	for name, err := range map[string]error{"all": nil, "own": ieum.ErrSignedOut, "staff": ieum.ErrDenied, "gone": ieum.ErrNotFound} {
		m.Page("GET /"+name, Records, func(http.ResponseWriter, *http.Request) error { return err })
	}
	for name, want := range map[string]int{"all": 200, "own": 503, "staff": 503, "gone": 404} {
		if w := get(m, "/"+name); w.Code != want {
			t.Errorf("%s: %d, want %d", name, w.Code, want)
		}
	}
}
