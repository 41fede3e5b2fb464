package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ieum/internal/platform/db/dbtest"
)

// await waits until f is true.
func await(t *testing.T, what string, f func() bool) {
	t.Helper()
	for range 2400 {
		if f() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("after 2 minutes still not: %s", what)
}

// The database goes away under load and comes back: what needs none never
// stops, what needs it says so in the reader's language, what was being taken
// in is taken whole or not at all, and nothing must be restarted.
func TestTheDatabaseGoesAndComesBack(t *testing.T) {
	t.Parallel()
	postgres := dbtest.NewServer(t)
	b := newBench(t)
	b.data, b.database = filepath.Join(t.TempDir(), "data"), postgres.URL
	b.succeed("ingest", "stall", b.in("jobs.csv"))
	b.succeed("build")
	s := b.start(b.data)
	all := callers(s)
	for _, c := range all {
		if c.path == "/occupations/" { // the posting has none here
			c.path = "/occupations"
		}
	}
	stop := load(s, all)
	deliveries := func(want int) func() bool {
		return func() bool { status, _ := s.ask("GET", "/deliveries", ""); return status == want }
	}
	await(t, "the deliveries show", deliveries(http.StatusOK))

	taking, asking := takeInForLong(b), askThroughout(s)
	postgres.Stop()
	taking()
	await(t, "the deliveries are said to be missing", deliveries(http.StatusServiceUnavailable))
	for lang, words := range map[string]string{"ko": "데이터베이스가 응답하지 않아", "en": "The database that keeps the records does not answer"} {
		for range 20 { // every connection that the server had is found broken once
			if sheet := fetch(t, s.base, lang, "/deliveries"); sheet.status != http.StatusServiceUnavailable || !strings.Contains(sheet.text, words) {
				t.Fatalf("%s: %d: %s", lang, sheet.status, sheet.text)
			}
		}
	}
	for path, words := range map[string]string{"/api/v1/deliveries/1": `"code":"error.database"`, "/readyz": `"snapshot":"ok","database":"the PostgreSQL at`} {
		if status, text := s.ask("GET", path, ""); status != http.StatusServiceUnavailable || !strings.Contains(text, words) {
			t.Errorf("%s: %d: %s", path, status, text)
		}
	}
	if text := s.get("/metrics"); !strings.Contains(text, "ieum_database_up 0") {
		t.Error("the metrics do not tell of it")
	}
	s.get("/healthz")
	b.fail(1, "cannot be reached; start it or mend the URL", "ingest", "stall", b.in("jobs-next.csv"))

	postgres.Start()
	await(t, "the deliveries show again", deliveries(http.StatusOK))
	s.get("/readyz")
	asking()
	if asked := stop(); asked < 50 {
		t.Errorf("only %d requests meanwhile", asked)
	}
	b.succeed("ingest", "stall", b.in("jobs-next.csv"))
	b.succeed("build")
	s.awaitVersion(b.served())
	b.succeed("fsck")
}

// askThroughout asks for deliveries, several at once, until stop is called. One
// that is under way when the database goes is said to be unavailable, no less
// than one that comes after.
func askThroughout(s *server) (stop func()) {
	var wg sync.WaitGroup
	ended := make(chan struct{})
	for range 6 {
		wg.Go(func() {
			for {
				select {
				case <-ended:
					return
				default:
				}
				if status, text := s.ask("GET", "/api/v1/deliveries", ""); status != http.StatusOK && status != http.StatusServiceUnavailable {
					s.t.Errorf("/api/v1/deliveries: %d: %s", status, text)
					return
				}
			}
		})
	}
	return func() { close(ended); wg.Wait() }
}

// takeInForLong delivers one file after the other until a delivery fails, and
// returns what waits for that. One under way when the database goes fails with a
// sentence.
func takeInForLong(b *bench) (wait func()) {
	var wg sync.WaitGroup
	begun := make(chan struct{})
	wg.Go(func() {
		for i := 0; ; i++ {
			path := filepath.Join(b.t.TempDir(), "jobs-long.csv")
			writeFile(b.t, path, jobs(1000+i*10, 1010+i*10))
			if i == 1 {
				close(begun)
			}
			if status, out, said := b.run("ingest", "stall", path); status != 0 {
				checkSentence(b.t, "ingest", status, out, said, 1, "the PostgreSQL at")
				if i == 0 {
					close(begun)
				}
				return
			}
		}
	})
	<-begun
	return wg.Wait
}
