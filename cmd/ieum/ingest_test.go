package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// bakery is a source definition laid over the built-in ones.
const bakery = `
id: bakery
version: 1
title: {ko: 가상 제과, en: Made-up bakery}
holder: {ko: 가상 기관, en: Made-up agency}
basis: {ko: 시험, en: A test}
cycle: weekly
files:
  - match: "jobs*.csv"
    kind: posting
    delivery: full
    key: [id]
    map: {title: title, region: place, body: body}
`

// bakeryFiles writes the definition and a delivery, and returns the flags and
// the folder of the files.
func bakeryFiles(t *testing.T, files map[string]string) (flags []string, dir string) {
	t.Helper()
	root := t.TempDir()
	writeFile(t, filepath.Join(root, "defs", "sources", "bakery.yaml"), bakery)
	dir = filepath.Join(root, "in")
	for name, text := range files {
		writeFile(t, filepath.Join(dir, name), text)
	}
	return []string{"--defs", filepath.Join(root, "defs")}, dir
}

func TestIngestPrintsWhatCameIn(t *testing.T) {
	flags, dir := bakeryFiles(t, map[string]string{
		"jobs-1.csv": "id,title,place,body\n1,제빵사,서울 강남구,문의 010-1234-5678\n2,,부산,\n",
		"jobs-2.csv": "id,title,place,body\n3,판매원,중구,\n",
		"notes.txt":  "not a file of the source",
	})
	data := t.TempDir()
	status, out, said := runIn(t, data, append([]string{"ingest", "bakery", dir}, flags...)...)
	if status != 0 {
		t.Fatalf("exit %d: %s", status, said)
	}
	for _, want := range []string{"delivery 1 of bakery", "title: it is required and has no value", `region: "중구"`, "1 phone numbers", "/deliveries/1"} {
		if !strings.Contains(out, want) {
			t.Errorf("ieum ingest does not print %q:\n%s", want, out)
		}
	}

	status, out, said = runIn(t, data, append([]string{"ingest", "bakery", "--json", filepath.Join(dir, "jobs-2.csv"), filepath.Join(dir, "jobs-1.csv")}, flags...)...)
	if status != 0 {
		t.Fatalf("exit %d: %s", status, said)
	}
	var receipt map[string]any
	if err := json.Unmarshal([]byte(out), &receipt); err != nil {
		t.Fatal(err)
	}
	names := slices.Sorted(maps.Keys(receipt))
	if want := []string{"closed", "kept", "merged", "quarantined", "read", "reasons", "seconds", "unchanged"}; !slices.Equal(names, want) {
		t.Errorf("the receipt has %v, want %v", names, want)
	}
	if got := fmt.Sprint(receipt["read"], receipt["kept"], receipt["unchanged"], receipt["quarantined"]); got != "3 0 2 1" {
		t.Errorf("the same files again: read, kept, unchanged, quarantined are %s", got)
	}
}

func TestIngestFailsInOneSentence(t *testing.T) {
	flags, dir := bakeryFiles(t, map[string]string{
		"jobs.csv":     "id,title,place,body\n1,제빵사,,\n",
		"jobs-bad.csv": "id,title,place,body\n1,,,\n2,,,\n3,제빵사,,\n",
	})
	data := t.TempDir()
	unlock, err := lock(data, "build.lock", "taken")
	if err != nil {
		t.Fatal(err)
	}
	good := filepath.Join(dir, "jobs.csv")
	status, _, said := runIn(t, data, append([]string{"ingest", "bakery", good}, flags...)...)
	if status != 1 || said != "ieum: another ieum ingest or build is running on this folder; wait until it ends\n" {
		t.Errorf("a second ingest exits %d and says %q", status, said)
	}
	unlock()
	for _, tt := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"no files", []string{"bakery"}, 2, "takes a source and the files"},
		{"an unknown source", []string{"bakers", good}, 1, `there is no source "bakers"`},
		{"a missing file", []string{"bakery", filepath.Join(dir, "jobs-3.csv")}, 1, "there is no file"},
		{"a delivery that is mostly bad", []string{"bakery", filepath.Join(dir, "jobs-bad.csv")}, 1, "2 of 3 rows"},
	} {
		status, out, said := runIn(t, data, slices.Concat([]string{"ingest"}, tt.args, flags)...)
		if status != tt.status || !strings.Contains(said, tt.want) || strings.Count(said, "\n") != 1 || out != "" {
			t.Errorf("%s exits %d, prints %q and says %q; want %d and %q", tt.name, status, out, said, tt.status, tt.want)
		}
	}
	left, err := filepath.Glob(filepath.Join(data, "lake", "*", "*", "*"))
	if err != nil || len(left) != 0 {
		t.Errorf("what was refused left %v, %v", left, err)
	}
	if _, err := os.Stat(filepath.Join(data, "quarantine")); err == nil {
		t.Error("what was refused left a quarantine")
	}
}
