package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
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
		"courses/part-00000.parquet", "log/part-00000.parquet", "truth/effects-00000.parquet", "manifest.json"} {
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
