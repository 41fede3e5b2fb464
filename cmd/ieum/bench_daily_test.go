package main

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What bench daily prints is what happened: the change is in, each stage was a
// process, and no search was dropped while the service moved to the change.
func TestBenchDailyBringsAChangeIntoARunningService(t *testing.T) {
	root := t.TempDir()
	data, market, day := filepath.Join(root, "data"), filepath.Join(root, "market"), filepath.Join(root, "day")
	size := []string{"simulate", "--resumes", "2000", "--postings", "1000", "--seed", "5"}
	succeed(t, append(size, "--out", market)...)
	succeed(t, append(size, "--changes", "200,100", "--out", day)...)
	before := ingestAndBuild(t, data, market)

	t.Setenv("IEUM_TEST_MAIN", "1")
	status, stdout, stderr := invoke(data, "", "bench", "--quiet", "1s", "--changes", day, "daily")
	var r DailyBench
	if err := json.Unmarshal([]byte(stdout), &r); err != nil || status != 0 {
		t.Fatalf("exit %d, %v: %s", status, err, stderr)
	}
	if len(r.Stages) != 2 || r.Stages[0].Name != "ingest" || r.Stages[1].Name != "build" || r.Stages[0].CPU <= 0 || r.Seconds < r.Stages[0].Seconds+r.Stages[1].Seconds {
		t.Errorf("stages %+v, %.1f s in all", r.Stages, r.Seconds)
	}
	if r.Before != before.hash[:len(r.Before)] || r.After == r.Before {
		t.Errorf("the service went from %s to %s; the market was %s", r.Before, r.After, before.hash)
	}
	if r.Quiet.Requests < 10 || r.During.Requests < 50 || r.Quiet.Failed+r.During.Failed > 0 || r.Quiet.P99 < r.Quiet.P50 {
		t.Errorf("searches before %+v, during %+v", r.Quiet, r.During)
	}
	if !strings.Contains(stderr, "p99 during by before") {
		t.Errorf("no table: %s", stderr)
	}
	if status, _, said := invoke(data, "", "bench", "daily"); status != 2 || !strings.Contains(said, "--changes") {
		t.Errorf("without a change: exit %d: %s", status, said)
	}
}

// A search that is not answered well is counted as failed.
func TestASearchThatFailsIsCounted(t *testing.T) {
	s := &searcher{base: "http://127.0.0.1:1", client: http.DefaultClient}
	s.search(t.Context(), time.Now())
	if l := s.cut(); l.Requests != 1 || l.Failed != 1 {
		t.Errorf("%+v", l)
	}
}
