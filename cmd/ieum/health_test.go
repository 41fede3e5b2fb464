package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ieum/internal/platform/web"
)

// newServing is the whole platform on a data folder, without a listener.
func newServing(t *testing.T, c Config) *app {
	t.Helper()
	e := &env{Config: c, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now}
	a, err := newApp(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}

// here asks as a program on this machine does.
func (a *app) here(path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	r.RemoteAddr, r.Host = "127.0.0.1:5000", "localhost"
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, r)
	return w
}

// A process that lives says so; it is ready when a snapshot is open and the
// database answers, and otherwise says which is missing.
func TestReadinessSaysWhatIsMissing(t *testing.T) {
	b := newBench(t)
	a := newServing(t, Config{Data: filepath.Join(t.TempDir(), "new"), Defs: filepath.Join(b.root, "defs")})
	ready := func() (status int, is Readiness) {
		t.Helper()
		w := a.here("/readyz")
		if err := json.Unmarshal(w.Body.Bytes(), &is); err != nil {
			t.Fatal(err, w.Body)
		}
		return w.Code, is
	}
	if status, is := ready(); status != http.StatusServiceUnavailable || is.Ready || is.Database != "ok" || !strings.Contains(is.Snapshot, "ieum ingest") {
		t.Errorf("without a snapshot: %d %+v", status, is)
	}
	a = newServing(t, Config{Data: b.data, Defs: filepath.Join(b.root, "defs")})
	if status, is := ready(); status != http.StatusOK || !is.Ready || is.Version != b.served() {
		t.Errorf("with both: %d %+v", status, is)
	}
	if err := a.store.Close(); err != nil {
		t.Fatal(err)
	}
	if status, is := ready(); status != http.StatusServiceUnavailable || is.Ready || is.Snapshot != "ok" || is.Database == "ok" {
		t.Errorf("without the database: %d %+v", status, is)
	}
	if w := a.here("/healthz"); w.Code != http.StatusOK {
		t.Errorf("/healthz: %d", w.Code)
	}
}

// Prometheus learns how much is asked of which route and how the installation
// stands, and nothing of who asked for what.
func TestMetricsTellOfRoutesAndNobody(t *testing.T) {
	b := newBench(t)
	a := newServing(t, Config{Data: b.data, Defs: filepath.Join(b.root, "defs")})
	a.here("/jobs?q=mysecret")
	a.here("/jobs/mysecret")
	a.here("/mysecret")
	text := a.here("/metrics").Body.String()
	for _, want := range []string{
		`ieum_requests_total{pattern="GET /jobs",status="200"} 1`, `ieum_requests_total{pattern="GET /jobs/{id}",status="404"} 1`,
		`ieum_requests_total{pattern="none",status="404"} 1`, `ieum_request_seconds_count{pattern="GET /jobs"} 1`,
		`ieum_snapshot_info{version="` + b.served() + `"} 1`, "ieum_snapshot_age_seconds ", "ieum_database_up 1", "go_build_info{",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s", want)
		}
	}
	if late := regexp.MustCompile(`(?m)^ieum_sources_late (\d)$`).FindStringSubmatch(text); late == nil || late[1] > "1" { // 1 of a daily source when Seoul's midnight passes meanwhile
		t.Errorf("sources that are late: %q", late)
	}
	if strings.Contains(text, "mysecret") {
		t.Error("the metrics hold what was asked for")
	}
	known := append(a.handler.(*web.Mux).Patterns(), "none")
	for _, m := range regexp.MustCompile(`pattern="([^"]*)"`).FindAllStringSubmatch(text, -1) {
		if !slices.Contains(known, m[1]) {
			t.Errorf("%q is no pattern of a route", m[1])
		}
	}
	if err := a.store.Close(); err != nil {
		t.Fatal(err)
	}
	if text := a.here("/metrics").Body.String(); !strings.Contains(text, "ieum_database_up 0") || strings.Contains(text, "ieum_sources_late ") {
		t.Error("the metrics do not tell that the database is gone")
	}
}

// Every route that changes something, or takes a body, refuses forms of other
// sites: none is left out of the protection.
func TestEveryUnsafeRouteRefusesOtherSites(t *testing.T) {
	b := newBench(t)
	a := newServing(t, Config{Data: b.data, Defs: filepath.Join(b.root, "defs")})
	unsafe := 0
	for _, pattern := range a.handler.(*web.Mux).Patterns() {
		method, path, _ := strings.Cut(pattern, " ")
		if method == "GET" {
			continue
		}
		unsafe++
		for _, header := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://elsewhere.example"}} {
			r := httptest.NewRequest(method, regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(path, "1"), strings.NewReader("a=b"))
			r.Header.Set(header[0], header[1])
			r.RemoteAddr, r.Host = "127.0.0.1:5000", "localhost"
			w := httptest.NewRecorder()
			a.handler.ServeHTTP(w, r)
			if w.Code != http.StatusForbidden {
				t.Errorf("%s with %v: %d, want 403", pattern, header, w.Code)
			}
		}
	}
	if unsafe < 2 {
		t.Errorf("only %d routes were tried", unsafe)
	}
}

// What net/http itself says of a connection names no visitor.
func TestTheServersOwnLogNamesNobody(t *testing.T) {
	var said bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&said, nil)))
	defer slog.SetDefault(before)
	own := newServer(nil).ErrorLog
	own.Printf("http: TLS handshake error from %s: EOF", "192.0.2.7:5000")
	own.Printf("http: panic serving %s: x", "[2001:db8::7]:5000")
	if strings.Contains(said.String(), "192.0.2.7") || strings.Contains(said.String(), "2001:db8") || strings.Count(said.String(), "a visitor") != 2 {
		t.Errorf("the log says %s", said.String())
	}
}

// A client that dawdles does not hold a connection for ever, whatever it is
// slow at, and headers have a limit.
func TestTheServerHasTimeOuts(t *testing.T) {
	s := newServer(http.NotFoundHandler())
	if s.ReadHeaderTimeout <= 0 || s.ReadTimeout <= 0 || s.WriteTimeout <= 0 || s.IdleTimeout <= 0 || s.MaxHeaderBytes <= 0 {
		t.Errorf("a time-out or limit is missing: %+v", s)
	}
}
