package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/web"
)

// In an empty folder every page says what is missing and how to bring it in,
// and comes alive when it is there, without a restart.
func TestEmptyFolderSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.data = filepath.Join(t.TempDir(), "new")
	s := b.start(b.data)
	pages := []string{"/", "/about", "/jobs", "/jobs?q=a", "/jobs/0123456789abcdef", "/occupations", "/occupations/8221", "/diagnosis", "/deliveries"}
	for _, path := range pages {
		for _, lang := range []string{"ko", "en"} {
			sheet := fetch(t, s.base, lang, path)
			known := sheet.status == http.StatusOK || sheet.status == http.StatusServiceUnavailable
			if !known || !strings.Contains(sheet.text, "ieum ingest") || !strings.Contains(sheet.text, `lang="`+lang+`"`) {
				t.Errorf("%s (%s): %d, and it does not say how to bring data in: %.200s", path, lang, sheet.status, words(sheet.text))
			}
		}
	}
	if status, text := s.ask("POST", "/diagnosis", "work="+url.QueryEscape("용접")); status != http.StatusServiceUnavailable || !strings.Contains(text, "ieum ingest") {
		t.Errorf("a diagnosis: %d: %.200s", status, words(text))
	}
	for _, path := range []string{"/api/v1/postings", "/api/v1/occupations", "/api/v1/occupations/8221/market", "/api/v1/snapshot"} {
		status, text := s.ask("GET", path, "")
		if status != http.StatusServiceUnavailable || !strings.Contains(text, `"code":"error.no_snapshot"`) {
			t.Errorf("%s: %d: %s", path, status, text)
		}
	}
	b.succeed("ingest", "stall", b.in("jobs.csv"))
	b.succeed("build")
	s.awaitVersion(b.served())
	if page := s.get("/jobs"); !strings.Contains(page, "가상 용접원") {
		t.Error("the postings that were brought in do not show")
	}
	if page := s.get("/deliveries"); !strings.Contains(page, "stall") {
		t.Error("the delivery does not show")
	}
}

// Pages about deliveries answer to this machine only: not to another address,
// nor to another name that leads here, nor through a proxy.
func TestOperatorsPagesAreForThisMachineOnly(t *testing.T) {
	b := newBench(t)
	e := &env{Config: Config{Data: b.data, Defs: filepath.Join(b.root, "defs")}, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now}
	a, err := newApp(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	paths := []string{"/healthz", "/readyz", "/metrics", "/deliveries", "/deliveries/1", "/deliveries/1/quarantine.csv", "/records/stall/posting/1", "/api/v1/deliveries", "/api/v1/deliveries/1", "/api/v1/records/stall/posting/1"}
	for _, pattern := range a.handler.(*web.Mux).Patterns() {
		if _, path, _ := strings.Cut(pattern, " "); strings.HasPrefix(path, "/deliveries") || strings.HasPrefix(path, "/records") {
			if !slices.ContainsFunc(paths, func(p string) bool { return strings.Count(p, "/") == strings.Count(path, "/") }) {
				t.Errorf("%s is not tested", pattern)
			}
		}
	}
	for _, from := range []struct {
		name, remote, host, header string
		mine                       bool
	}{
		{"this machine", "127.0.0.1:5000", "localhost:8080", "", true},
		{"this machine by IPv6", "[::1]:5000", "[::1]:8080", "", true},
		{"another machine", "192.0.2.7:5000", "192.0.2.1:8080", "", false},
		{"another machine that says localhost", "192.0.2.7:5000", "localhost:8080", "", false},
		{"another name that leads here", "127.0.0.1:5000", "jobs.example:8080", "", false},
		{"a proxy on this machine", "127.0.0.1:5000", "localhost:8080", "X-Forwarded-For", false},
		{"a proxy that says Forwarded", "127.0.0.1:5000", "localhost:8080", "Forwarded", false},
		{"nginx that was told nothing", "127.0.0.1:5000", "localhost:8080", "HTTP/1.0", false},
	} {
		for _, path := range append([]string{"/jobs"}, paths...) {
			r := httptest.NewRequest("GET", path, nil)
			r.RemoteAddr, r.Host = from.remote, from.host
			switch from.header {
			case "":
			case "HTTP/1.0":
				r.Proto, r.ProtoMinor = from.header, 0
			default:
				r.Header.Set(from.header, "127.0.0.1")
			}
			w := httptest.NewRecorder()
			a.handler.ServeHTTP(w, r)
			switch refused := w.Code == http.StatusForbidden; {
			case path == "/jobs" && w.Code != http.StatusOK:
				t.Errorf("%s from %s: %d", path, from.name, w.Code)
			case path != "/jobs" && refused == from.mine:
				t.Errorf("%s from %s: %d", path, from.name, w.Code)
			}
		}
	}
}

// Everything works on PostgreSQL as it does on a file.
func TestServingFromPostgreSQL(t *testing.T) {
	t.Parallel()
	where := dbtest.Postgres(t)
	b := newBench(t)
	b.data, b.database = filepath.Join(t.TempDir(), "data"), where
	s := b.start(b.data)
	if status, text := s.ask("GET", "/jobs", ""); status != http.StatusServiceUnavailable || !strings.Contains(text, "ieum ingest") {
		t.Errorf("without data: %d", status)
	}
	b.succeed("ingest", "stall", b.in("jobs.csv"))
	b.succeed("build")
	s.awaitVersion(b.served())
	bad := filepath.Join(t.TempDir(), "jobs-bad.csv")
	writeFile(t, bad, jobs(40, 60)+"60,,,\n")
	if out := b.succeed("ingest", "stall", bad); !strings.Contains(out, "quarantined             1") {
		t.Errorf("a delivery with a bad row: %s", out)
	}
	if out := b.succeed("ingest", "stall", bad); !strings.Contains(out, "unchanged              20") {
		t.Errorf("the same delivery again: %s", out)
	}
	b.succeed("build")
	s.awaitVersion(b.served())
	if page := s.get("/jobs?q=" + url.QueryEscape("용접원")); !strings.Contains(page, "가상 용접원") {
		t.Error("the postings do not show")
	}
	if text := s.get("/api/v1/deliveries"); !strings.Contains(text, `"number":2`) {
		t.Errorf("the deliveries are %s", text)
	}
	if text := s.get("/deliveries/2/quarantine.csv"); !strings.Contains(text, "jobs-bad.csv,22,title") {
		t.Errorf("the quarantine is %s", text)
	}
	s.stop()
	if left, _ := filepath.Glob(filepath.Join(b.data, "ieum.db*")); len(left) > 0 {
		t.Errorf("there are files of a database: %v", left)
	}
	before := b.kept()
	file := *b
	file.database = "" // as when IEUM_DATABASE was forgotten
	file.fail(1, "is missing; mend --data or IEUM_DATABASE", "ingest", "stall", b.in("jobs-next.csv"))
	file.fail(1, "is missing; mend --data or IEUM_DATABASE", "build")
	file.fail(1, "is missing; mend --data or IEUM_DATABASE", "serve")
	if now := b.kept(); now != before {
		t.Errorf("now there is %s, before there was %s", now, before)
	}
}
