package web

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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

func held(u *turns, by ieum.AccountID) chan struct{} {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.of[by]
}

// One account's form that trickles, or several, keep nobody else's from coming in; it is
// given up, and so is what is sent beside it by the same account until then.
func TestASlowUploadIsInNobodysWay(t *testing.T) {
	s, _ := testSite(t, true)
	s.Reader = func(r *http.Request) (*Reader, error) {
		return &Reader{ID: ieum.AccountID(r.Header.Get("X-Staff")), May: func(ieum.Permission) bool { return true }}, nil
	}
	m := NewMux(s)
	began := make(chan string, 20)
	m.Upload("POST /desk", Nothing, ieum.WriteClients, func(w http.ResponseWriter, r *http.Request) error {
		got, err := Read[struct {
			Name string `q:"name"`
		}](r)
		began <- got.Name
		return err
	})
	server := httptest.NewServer(m)
	defer server.Close()
	send := func(staff, name string, body io.Reader) int {
		r, err := http.NewRequest("POST", server.URL+"/desk", io.MultiReader(strings.NewReader("--B\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n"+name+"\r\n--B--\r\n"), body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "multipart/form-data; boundary=B")
		r.Header.Set("X-Staff", staff)
		out, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Error(err)
			return 0
		}
		out.Body.Close()
		return out.StatusCode
	}
	var slow sync.WaitGroup
	rest, stop := io.Pipe()
	for range 2 * mostUploads {
		slow.Go(func() { send("aslow", "slow", rest) })
	}
	for held(&m.uploads.turns, "aslow") == nil { // until the first of them holds its place
		time.Sleep(time.Millisecond)
	}
	for _, staff := range []string{"aone", "atwo", "athree"} {
		if code := send(staff, staff, strings.NewReader("")); code != 200 || <-began != staff {
			t.Errorf("%s: %d", staff, code)
		}
	}
	if held(&m.uploads.turns, "aslow") == nil {
		t.Error("the form that trickles is over: nothing was shown")
	}
	stop.Close()
	slow.Wait()
}

// Who is signed out while their form comes in, or while they wait for a scan, is nobody
// when it is their turn.
func TestWhoWaitedIsAskedAnew(t *testing.T) {
	s, _ := testSite(t, true)
	var out atomic.Bool
	s.Reader = func(*http.Request) (*Reader, error) {
		if out.Load() {
			return nil, nil
		}
		return &Reader{ID: "astaff", May: func(ieum.Permission) bool { return true }}, nil
	}
	m := NewMux(s)
	var by []*Reader
	note := func(_ http.ResponseWriter, r *http.Request) error {
		by = append(by, By(r))
		return nil
	}
	m.Upload("POST /desk", Nothing, ieum.WriteClients, note)
	m.Scan("GET /scan", Nothing, note)
	for _, r := range []*http.Request{httptest.NewRequest("POST", "/desk", strings.NewReader("--B--\r\n")), httptest.NewRequest("GET", "/scan", nil)} {
		r.Header.Set("Content-Type", "multipart/form-data; boundary=B")
		for _, turns := range []*turns{&m.uploads.turns, &m.scans} {
			leave, err := turns.enter(t.Context(), "astaff")
			if err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(20*time.Millisecond, func() { out.Store(true); leave() })
		}
		m.ServeHTTP(httptest.NewRecorder(), r)
		for _, turns := range []*turns{&m.uploads.turns, &m.scans} {
			leave, _ := turns.enter(t.Context(), "astaff")
			leave()
		}
		out.Store(false)
	}
	if len(by) != 2 || by[0] != nil || by[1] != nil {
		t.Errorf("who was signed out while they waited is %v", by)
	}
}

// A form that does not come is given up, with words that say so.
func TestATricklingUploadIsGivenUp(t *testing.T) {
	s, _ := testSite(t, true)
	s.Reader = func(*http.Request) (*Reader, error) {
		return &Reader{ID: "aslow", May: func(ieum.Permission) bool { return true }}, nil
	}
	m := NewMux(s)
	m.uploads.pause = 50 * time.Millisecond
	m.Upload("POST /desk", Nothing, ieum.WriteClients, func(http.ResponseWriter, *http.Request) error {
		t.Error("a form that did not come is answered")
		return nil
	})
	server := httptest.NewServer(m)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /desk HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: 9000000\r\n\r\n--B\r\n")
	out, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	if page, _ := io.ReadAll(out.Body); out.StatusCode != 422 || !bytes.Contains(page, []byte("너무 느리게")) {
		t.Errorf("%d: %s", out.StatusCode, page)
	}
}

// Who gets a scan slowly gets one at a time, however many they ask for.
func TestScansAreGotOneAfterTheOther(t *testing.T) {
	s, _ := testSite(t, true)
	s.Reader = func(r *http.Request) (*Reader, error) {
		return &Reader{ID: ieum.AccountID(r.Header.Get("X-Staff"))}, nil
	}
	m := NewMux(s)
	at, most := map[ieum.AccountID]int{}, 0
	var mu sync.Mutex
	m.Scan("GET /scan", Nothing, func(w http.ResponseWriter, r *http.Request) error {
		count := func(n int) {
			mu.Lock()
			defer mu.Unlock()
			at[By(r).ID] += n
			most = max(most, at[By(r).ID])
		}
		count(1)
		defer count(-1)
		time.Sleep(time.Millisecond)
		return nil
	})
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			r := httptest.NewRequest("GET", "/scan", nil)
			r.Header.Set("X-Staff", []string{"aone", "atwo"}[i%2])
			m.ServeHTTP(httptest.NewRecorder(), r)
		})
	}
	all.Wait()
	if most != 1 {
		t.Errorf("%d at once", most)
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
