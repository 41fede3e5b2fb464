package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ieum/internal/match"
)

// newTown is a data folder with a small simulated market.
func newTown(t *testing.T) (data string) {
	t.Helper()
	dir := t.TempDir()
	data = filepath.Join(dir, "data")
	succeed(t, "simulate", "--resumes", "600", "--postings", "300", "--seed", "5", "--out", filepath.Join(dir, "market"))
	succeed(t, "ingest", "simulated", filepath.Join(dir, "market"), "--data", data)
	succeed(t, "build", "--data", data)
	return data
}

// entries are the journal's entries of a kind.
func entries(t *testing.T, data, kind string) (all []map[string]any) {
	t.Helper()
	for _, e := range told(t, data, kind) {
		var body map[string]any
		if err := json.Unmarshal([]byte(e), &body); err != nil {
			t.Fatal(err)
		}
		all = append(all, body)
	}
	return all
}

// An audit is printed, kept for the page and committed to in the journal; whether it is passed
// is what the bars say.
func TestAnAuditIsKept(t *testing.T) {
	data := newTown(t)
	status, out, said := invoke(data, "", "audit", "recommender")
	var a match.Audit
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatalf("%v: %s %s", err, out, said)
	}
	if (status == 0) != a.Passed || a.Lists.Shown == 0 || a.Wish == nil || len(a.Snapshots) != 1 || !a.Simulated {
		t.Errorf("exit %d of %+v", status, a)
	}
	for _, b := range a.Bars {
		if b.Name == "region" && (!b.Holds || *b.Value != 0) || !strings.Contains(said, b.Name) {
			t.Errorf("%s is %+v, and it says %s", b.Name, b, said)
		}
	}
	kept, err := os.ReadFile(auditFile(data))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(kept)
	noted := entries(t, data, "recommender.audited")
	if len(noted) != 1 || noted[0]["report"] != hex.EncodeToString(sum[:]) || noted[0]["model"] != a.Snapshots[0].Model || noted[0]["passed"] != a.Passed {
		t.Errorf("the journal has %v", noted)
	}
	if status, _, _ := invoke(data, "", "audit", "recommender"); (status == 0) != a.Passed || len(entries(t, data, "recommender.audited")) != 2 {
		t.Error("a second audit is not kept")
	}
}

// Simulated markets are audited in a folder of their own, with twins, and leave nothing behind.
func TestAuditOfSimulatedMarkets(t *testing.T) {
	data := t.TempDir()
	t.Setenv("TMPDIR", t.TempDir())
	_, out, said := invoke(data, "", "audit", "recommender", "--markets", "2", "--resumes", "600", "--postings", "300", "--twins", "20")
	var a match.Audit
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatalf("%v: %s %s", err, out, said)
	}
	if len(a.Snapshots) != 2 || a.Snapshots[0].Version == a.Snapshots[1].Version || len(a.Twins) != 7 || a.Twins[0].N != 40 {
		t.Errorf("%d snapshots, twins %+v", len(a.Snapshots), a.Twins)
	}
	for _, dir := range []string{data, os.Getenv("TMPDIR")} {
		if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
			t.Errorf("%q are left behind", left)
		}
	}
	for _, args := range [][]string{{"--markets", "-1"}, {"--markets", "1", "--resumes", "0"}, {"--twins", "-1"}} {
		if status, _, said := invoke(data, "", append([]string{"audit", "recommender"}, args...)...); status != 2 || said == "" {
			t.Errorf("%q: exit %d, %s", args, status, said)
		}
	}
}

// What was recommended, and by which model, is committed to when it is made.
func TestForecastsAreSealed(t *testing.T) {
	data := newTown(t)
	out := succeed(t, "recommend", "-k", "3", "--data", data)
	sum := sha256.Sum256([]byte(out))
	noted := entries(t, data, "recommender.forecast")
	if len(noted) != 1 || noted[0]["lists"] != hex.EncodeToString(sum[:]) || noted[0]["lines"] != float64(strings.Count(out, "\n")) || len(noted[0]["model"].(string)) != 64 {
		t.Errorf("the journal has %v", noted)
	}
}
