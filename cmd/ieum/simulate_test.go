package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ieum/internal/catalogue"
)

// simulateWith runs ieum simulate and returns its exit status and what it said.
func simulateWith(t *testing.T, args ...string) (status int, said string) {
	t.Helper()
	status, _, said = invoke("", "", append([]string{"simulate"}, args...)...)
	return status, said
}

func TestSimulateWritesAMarket(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "market")
	args := []string{"--resumes", "300", "--postings", "200", "--seed", "7", "--out", dir}
	status, said := simulateWith(t, args...)
	if status != 0 || !strings.Contains(said, "300 résumés") || !strings.Contains(said, "Nothing in it is real") {
		t.Fatalf("status %d: %s", status, said)
	}
	for _, name := range []string{"resumes/part-00000.parquet", "postings/part-00000.parquet", "truth/resumes-00000.parquet", "truth/postings-00000.parquet",
		"courses/part-00000.parquet", "log/part-00000.parquet", "events/part-00000.parquet", "truth/effects-00000.parquet", "manifest.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if status, said := simulateWith(t, args...); status != 0 || !strings.Contains(said, "already") {
		t.Errorf("again: status %d: %s", status, said)
	}
	if status, said := simulateWith(t, "--resumes", "10", "--out", dir); status != 1 || !strings.Contains(said, "other parameters") {
		t.Errorf("another market over it: status %d: %s", status, said)
	}
}

func TestSimulateRefusesAWrongCommandLine(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "market")
	for _, tt := range []struct {
		args []string
		says string
	}{
		{nil, "--out"},
		{[]string{"here", "--out", dir}, "no arguments"},
		{[]string{"--out", dir, "--typos", "2"}, "--typos"},
		{[]string{"--out", dir, "--resumes", "-1"}, "--resumes"},
		{[]string{"--out", dir, "--as-of", "tomorrow"}, "tomorrow"},
		{[]string{"--out", dir, "--confounding", "some"}, "observed or partial"},
		{[]string{"--out", dir, "--discrimination", "2"}, "--discrimination"},
		{[]string{"--out", dir, "--only", "firms"}, "people, postings or log"},
		{[]string{"--out", dir, "--twins", "-1"}, "--twins"},
		{[]string{"--out", dir, "--changes", "20"}, "two numbers"},
		{[]string{"--out", dir, "--changes", "20,60000"}, "--changes"},
		{[]string{"--out", dir, "--changes", "20,6", "--only", "people"}, "without --only"},
		{[]string{"--out", dir, "--sead", "2"}, "sead"},
	} {
		if status, said := simulateWith(t, tt.args...); status != 2 || !strings.Contains(said, tt.says) {
			t.Errorf("%v: status %d, want 2: %s", tt.args, status, said)
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a wrong command line made the folder")
	}
}

// TestADayAfterAMarket: what is delivered on the day after comes in as a change:
// what is not in it stays, what was known is replaced.
func TestADayAfterAMarket(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	data, market, day := filepath.Join(root, "data"), filepath.Join(root, "market"), filepath.Join(root, "day")
	size := []string{"--resumes", "2000", "--postings", "1000", "--seed", "5"}
	if status, said := simulateWith(t, append(size, "--out", market)...); status != 0 {
		t.Fatal(said)
	}
	status, said := simulateWith(t, append(size, "--changes", "200,100", "--out", day)...)
	if status != 0 || !strings.Contains(said, "ieum ingest --change simulated "+day) {
		t.Fatalf("status %d: %s", status, said)
	}
	before := ingestAndBuild(t, data, market)
	after := ingestAndBuild(t, data, "--change", day)
	if got := after.receipt; got.Read != 300 || got.Kept != 300 || got.Closed != 0 || got.Quarantined != 0 {
		t.Errorf("the day: %+v", got)
	}
	if more := after.rows.Resumes - before.rows.Resumes; more != 60 {
		t.Errorf("%d résumés more, want 60: 140 of 200 are known", more)
	}
	if more := after.rows.People - before.rows.People; more < 55 || more > 60 {
		t.Errorf("%d people more for 60 new ones", more)
	}
	if more := after.rows.Postings - before.rows.Postings; more < 60 || more > 85 {
		t.Errorf("%d postings more, want 85 less the copies of what is there", more)
	}
	if again := ingestAndBuild(t, data, "--change", day); again.receipt.Unchanged != 300 || again.hash != after.hash {
		t.Errorf("the day again: %+v", again.receipt)
	}
}

// A taking is what ingest and build said.
type taking struct {
	receipt catalogue.Receipt
	rows    rows
	hash    string
}

// ingestAndBuild takes in a delivery of the simulated source, with a flag before
// it or without, and builds.
func ingestAndBuild(t *testing.T, data string, delivery ...string) (got taking) {
	t.Helper()
	path := delivery[len(delivery)-1]
	status, out, said := invoke(data, "", slices.Concat([]string{"ingest", "--json"}, delivery[:len(delivery)-1], []string{"simulated", path})...)
	if err := json.Unmarshal([]byte(out), &got.receipt); status != 0 || err != nil {
		t.Fatalf("ingest %v exits %d: %v %s", delivery, status, err, said)
	}
	var b Built
	status, out, said = invoke(data, "", "build", "--json")
	if err := json.Unmarshal([]byte(out), &b); status != 0 || err != nil {
		t.Fatalf("build exits %d: %v %s", status, err, said)
	}
	got.rows, got.hash = b.Rows, b.Hash
	return got
}
