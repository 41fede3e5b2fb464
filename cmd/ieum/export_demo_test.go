package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"filippo.io/age"
)

// TestAnExportOfADemo is the walk of docs/operating.md: the operator and the analyst of a
// demo set up at their accounts what commands ask for, as anybody does who came by a link.
// Without that nobody of a demo has a credential.
func TestAnExportOfADemo(t *testing.T) {
	a, base, data, links := serveDoor(t)
	if err := a.demoPeople(t.Context()); err != nil {
		t.Fatal(err)
	}
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	out := filepath.Join(dir, "people.csv.age")
	ask := func(who string, args ...string) []string {
		return append([]string{"export", "--as", "demo-" + who, "--credential", filepath.Join(dir, who), "--purpose", "statistics", "--recipient", key.Recipient().String(), "--out", out}, args...)
	}
	const password = "made-up password 7"
	for _, step := range []struct {
		who  string
		args []string
	}{
		{"operator", ask("operator", "--agree", filepath.Join(dir, "agreement"), "--for", "demo-analyst")},
		{"analyst", ask("analyst", "--agreement", filepath.Join(dir, "agreement"))},
	} {
		credential := []string{"account", "credential", "demo-" + step.who, "--out", filepath.Join(dir, step.who)}
		if status, _, _ := invoke(data, password+"\n\n", credential...); status != 1 {
			t.Errorf("the %s has a credential before anything was set up", step.who)
		}
		browser := arrived(t, base, links[step.who])
		if at, status, page := send(t, browser, base+"/account/password", url.Values{"password": {password}}); status != http.StatusOK || at != "/account" {
			t.Fatalf("a password: %s %d %s", at, status, words(page))
		}
		_, _, page := send(t, browser, base+"/account/paper", nil)
		code := regexp.MustCompile(`[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}`).FindString(page)
		if status, _, said := invoke(data, password+"\n"+code+"\n", credential...); status != 0 {
			t.Fatalf("the %s's credential: %s", step.who, said)
		}
		if status, _, said := invoke(data, "", step.args...); status != 0 {
			t.Fatalf("the %s: %s", step.who, said)
		}
	}
	c := &counted{key: key}
	if text := c.opened(t, out); strings.Count(text, "\n") < len(countedInDemo) || !strings.Contains(text, "SIMULATED") {
		t.Errorf("the file says %s", text)
	}
	if _, err := os.Stat(out + ".new"); err == nil {
		t.Error("something is left beside it")
	}
}
