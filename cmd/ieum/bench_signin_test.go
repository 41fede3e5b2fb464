package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// What bench signin prints is what happened: passwords were tried, too many of
// them were refused, and every search was answered.
func TestBenchSignInTriesPasswordsWhileSearching(t *testing.T) {
	b := newBench(t)
	t.Setenv("IEUM_TEST_MAIN", "1")
	status, stdout, stderr := invoke(b.data, "", "bench", "--quiet", "1s", "signin")
	var r SignInBench
	if err := json.Unmarshal([]byte(stdout), &r); err != nil || status != 0 {
		t.Fatalf("exit %d, %v: %s", status, err, stderr)
	}
	if r.Tried.Requests == 0 || r.Full.Requests == 0 || r.Refused == 0 || r.Quiet.Requests < 10 || r.During.Requests < 10 || r.Quiet.Failed+r.During.Failed+r.Tried.Failed+r.Full.Failed > 0 {
		t.Errorf("%+v", r)
	}
	if !strings.Contains(stderr, "p99 during by quiet") {
		t.Errorf("no table: %s", stderr)
	}
}
