package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// What bench load prints is what happened: everything that was due was asked for, and
// answered.
func TestBenchLoadAsksForAllSortsOfThings(t *testing.T) {
	b := newBench(t)
	t.Setenv("IEUM_TEST_MAIN", "1")
	status, stdout, stderr := invoke(b.data, "", "bench", "--rate", "50", "--long", "2s", "load")
	var r LoadBench
	if err := json.Unmarshal([]byte(stdout), &r); err != nil || status != 0 {
		t.Fatalf("exit %d, %v: %s", status, err, stderr)
	}
	if r.All.Requests != 100 || r.All.Failed > 0 || len(r.MB) != 10 || r.MB[0] <= 0 {
		t.Errorf("%+v", r)
	}
	for _, name := range mixed {
		if r.Of[name].Requests == 0 {
			t.Errorf("nobody asked for %s", name)
		}
	}
	if !strings.Contains(stderr, "p99 ms") {
		t.Errorf("no table: %s", stderr)
	}
}
