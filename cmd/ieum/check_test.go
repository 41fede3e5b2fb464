package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ieum/internal/catalogue"
)

// runIn runs a command line on a data folder and returns its exit status and
// what it printed and said.
func runIn(t *testing.T, data string, args ...string) (status int, out, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	now := func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }
	e := &env{Config: Config{Data: data}, stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, now: now}
	status = execute(context.Background(), e, args)
	return status, stdout.String(), stderr.String()
}

// writeSecret makes a file that only its owner may read.
func writeSecret(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// block returns the first block of that language in docs/declaring.md.
func block(t *testing.T, language string) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "declaring.md"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)```" + language + "\n(.*?)```").FindSubmatch(page)
	if m == nil {
		t.Fatalf("docs/declaring.md shows no %s", language)
	}
	return string(m[1])
}

func TestCheck(t *testing.T) {
	status, out, said := runIn(t, t.TempDir(), "check")
	if status != 0 || !strings.Contains(out, "all hold") {
		t.Fatalf("the built-in definitions: status %d: %s%s", status, out, said)
	}
	dir := t.TempDir()
	source := block(t, "yaml")
	path := filepath.Join(dir, "sources", "saegil.yaml")
	for _, tt := range []struct{ name, old, new, want string }{
		{"a fault", "kind: posting", "kind: postings", path + ":10: there is no kind postings; did you mean posting?"},
		{"a wrong example", "region: \"41273\"", "region: \"41271\"", path + `:38: example "A posting with a range of pay by the month": region became "41273", not "41271"`},
		{"a row taken that should be refused", "when: deadline < opened", "when: deadline > opened", `was taken, but should be refused`},
	} {
		edited := strings.Replace(source, tt.old, tt.new, 1)
		if edited == source {
			t.Fatalf("%s: the source does not hold %q", tt.name, tt.old)
		}
		writeFile(t, path, edited)
		status, out, said := runIn(t, t.TempDir(), "check", "--defs", dir)
		if status != 1 || !strings.Contains(out, tt.want) || !strings.Contains(said, "1 fault") {
			t.Errorf("%s: status %d, printed %q, said %q; want %s", tt.name, status, out, said, tt.want)
		}
	}
	if status, _, said := runIn(t, t.TempDir(), "check", "--defs", filepath.Join(dir, "none")); status != 1 || !strings.Contains(said, "there is no folder") {
		t.Errorf("a folder that is not there: status %d: %s", status, said)
	}
	if status, _, _ := runIn(t, t.TempDir(), "check", "this"); status != 2 {
		t.Errorf("an argument: status %d", status)
	}
}

// The source that docs/declaring.md writes brings in the file it shows, as it
// says.
func TestDeclaringFromThePageAlone(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	writeFile(t, filepath.Join(dir, "sources", "saegil.yaml"), block(t, "yaml"))
	file := filepath.Join(dir, "saegil_20260302.csv")
	writeFile(t, file, block(t, "csv"))
	if status, out, said := runIn(t, data, "check", "--defs", dir); status != 0 {
		t.Fatalf("check: status %d: %s%s", status, out, said)
	}
	status, out, said := runIn(t, data, "ingest", "--defs", dir, "--json", "saegil", file)
	var r catalogue.Receipt
	if err := json.Unmarshal([]byte(out), &r); err != nil || status != 0 {
		t.Fatalf("ingest: status %d: %s%s", status, out, said)
	}
	if r.Read != 4 || r.Kept != 2 || r.Quarantined != 2 {
		t.Errorf("the receipt is %+v, want 2 rows of 4 kept", r)
	}
	if status, out, said := runIn(t, data, "build", "--defs", dir); status != 0 {
		t.Fatalf("build: status %d: %s%s", status, out, said)
	}
}
