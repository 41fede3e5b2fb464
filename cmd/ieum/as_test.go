package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ieum/internal/identity"
	"ieum/internal/match"
	"ieum/internal/platform/db"
)

// weak is a cost of hashes for tests.
var weak = identity.Cost{Memory: 8, Time: 1, Threads: 1}

// credentials makes the accounts of a demo in a data folder, and returns a file
// with a credential for each by role.
func credentials(t *testing.T, data string) map[string]string {
	t.Helper()
	files := map[string]string{}
	e := &env{Config: Config{Data: data}, now: time.Now, demo: true, cost: weak}
	err := withRegistry(t.Context(), e, func(g *identity.Registry) error {
		list, err := g.MakeDemo(t.Context())
		for _, one := range list {
			cookie, _, failed := g.Arrive(t.Context(), one.Token, "")
			if failed != nil {
				return failed
			}
			role := strings.TrimPrefix(one.Name, "demo-")
			files[role] = filepath.Join(t.TempDir(), "credential")
			writeSecret(t, files[role], cookie+"\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// told returns the data of the entries of a kind in the journal of a data folder.
func told(t *testing.T, data, kind string) (list []string) {
	t.Helper()
	d, err := db.Open(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	rows, err := d.QueryContext(t.Context(), `SELECT data FROM journal_new WHERE kind = ? UNION ALL SELECT data FROM journal_entry WHERE kind = ?`, kind, kind)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		list = append(list, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// copyOfDemo is a copy of the demo's data folder that a test may change.
func copyOfDemo(t *testing.T) string {
	t.Helper()
	whole, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "data")
	copyFolder(t, data, whole)
	return data
}

// People for a posting are shown to staff whose role and purpose reach them, each
// after a record of it; to nobody else.
func TestCandidatesAreShownToStaffWhoSayWhy(t *testing.T) {
	t.Parallel()
	data := copyOfDemo(t)
	resume := filepath.Join(t.TempDir(), "resume.txt")
	writeFile(t, resume, "프레스 조작원 20년\n")
	_, out, _ := invoke(data, "", "match", "--resume", resume, "-k", "1", "--json")
	var found match.Matched
	if err := json.Unmarshal([]byte(out), &found); err != nil || len(found.Jobs) != 1 {
		t.Fatalf("match prints %s", out)
	}
	posting, by := found.Jobs[0].ID, credentials(t, data)
	ask := func(name, purpose, credential string) (int, string, string) {
		return invoke(data, "", "candidates", "--posting", posting, "-k", "3", "--as", name, "--purpose", purpose, "--credential", credential)
	}
	stale := filepath.Join(t.TempDir(), "stale")
	writeSecret(t, stale, "nothing\n")
	for _, tt := range []struct{ what, name, purpose, credential, says string }{
		{"nobody", "", "", "", "say who you are"},
		{"an officer without a purpose", "demo-officer", "", by["officer"], "say who you are"},
		{"an officer for another purpose", "demo-officer", "counselling", by["officer"], "for the purpose placement alone"},
		{"an officer without the file", "demo-officer", "placement", "/nowhere", "cannot be read"},
		{"an officer whose session is over", "demo-officer", "placement", stale, "does not hold any more"},
		{"another's credential", "demo-officer", "placement", by["counsellor"], "is not demo-officer's"},
		{"a counsellor, who sees assigned people alone", "demo-counsellor", "placement", by["counsellor"], "role"},
		{"an operator", "demo-operator", "placement", by["operator"], "role"},
		{"a seeker", "demo-seeker", "placement", by["seeker"], "role"},
	} {
		if status, out, said := ask(tt.name, tt.purpose, tt.credential); status != 1 || out != "" || !strings.Contains(said, tt.says) {
			t.Errorf("%s: exit %d, %q, %s", tt.what, status, out, said)
		}
	}
	if list := told(t, data, "door.read"); len(list) != 0 {
		t.Errorf("nobody was shown, and there are the records %q", list)
	}
	if list := told(t, data, "door.refused"); len(list) != 3 {
		t.Errorf("three were refused at the door; there are the records %q", list)
	}
	for n := 1; n <= 2; n++ {
		if status, out, said := ask("demo-officer", "placement", by["officer"]); status != 0 || strings.Count(out, "in all") != 3 {
			t.Fatalf("an officer: exit %d, %s%s", status, out, said)
		}
		list := told(t, data, "door.read")
		if len(list) != 3*n {
			t.Errorf("%d people were shown; there are the records %q", 3*n, list)
		}
		for _, want := range []string{`"role":"officer"`, `"purpose":"placement"`, `"basis":"law"`, `"nocase"`} {
			if !strings.Contains(list[len(list)-1], want) {
				t.Errorf("a record is %s, without %s", list[len(list)-1], want)
			}
		}
	}
}

// A credential is somebody's who showed both things they sign in with, and ends
// where its owner ends it.
func TestACredentialTakesASignIn(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	var codes []string
	const word = "가상 비밀번호 일곱 낱말"
	e := &env{Config: Config{Data: data}, now: time.Now, cost: weak}
	err := withRegistry(t.Context(), e, func(g *identity.Registry) error {
		token, _, err := g.Add(t.Context(), nil, "oper", identity.Grant{Role: "operator"})
		if err != nil {
			return err
		}
		_, p, err := g.Arrive(t.Context(), token, "")
		if err != nil {
			return err
		}
		_, codes, err = g.SetPassword(t.Context(), p, "", word, "", true)
		return err
	})
	if err != nil || len(codes) == 0 {
		t.Fatal(codes, err)
	}
	file := filepath.Join(t.TempDir(), "credential")
	own := filepath.Join(file+".new", "thesis")
	if err := os.Mkdir(file+".new", 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, own, "own")
	if status, _, said := invoke(data, word+"\n"+codes[0]+"\n", "account", "credential", "oper", "--out", own); status != 1 || !strings.Contains(said, "there is a file "+own+" already") || strings.Contains(said, "password") {
		t.Errorf("over a file that is there: exit %d, %s", status, said)
	}
	for _, stdin := range []string{"", "wrong\n", word + "\nwrong\n", word + "\n"} {
		if status, _, said := invoke(data, stdin, "account", "credential", "oper", "--out", file); status != 1 {
			t.Errorf("with %q: exit %d, %s", stdin, status, said)
		}
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("who did not sign in has a credential")
	}
	status, out, said := invoke(data, word+"\n"+codes[0]+"\n", "account", "credential", "oper", "--out", file)
	if status != 0 || out != "" || strings.Contains(said, word) {
		t.Fatalf("exit %d, %s, %s", status, out, said)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if kept, err := os.ReadFile(own); err != nil || string(kept) != "own" {
		t.Errorf("a file of theirs holds %q, %v", kept, err)
	}
	token, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	err = withRegistry(t.Context(), e, func(g *identity.Registry) error {
		p, err := g.Who(t.Context(), strings.TrimSpace(string(token)))
		if err == nil && (!p.SignedIn() || !p.MayAny("operate")) {
			t.Errorf("the credential is that of %+v", p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A command that reads the rows of many people has written down that it will, and
// how many they are; one that reads of nobody has nothing to write down.
func TestJobsAreWrittenDown(t *testing.T) {
	t.Parallel()
	data := copyOfDemo(t)
	at := newSafe(t)
	for _, tt := range []struct{ args, purpose string }{
		{"build", "labour-market"},
		{"recommend -k 1", "placement"},
		{"bench snapshot", "labour-market"},
		{"fsck", "safekeeping"},
		{"backup " + at.path("copy") + " --recipients " + at.public + " --and " + at.publicTwo, "safekeeping"},
	} {
		before := len(told(t, data, "door.bulk"))
		status, _, said := invoke(data, "", strings.Fields(tt.args)...)
		list := told(t, data, "door.bulk")
		if status != 0 || len(list) != before+1 {
			t.Errorf("ieum %s: exit %d, %d records, %s", tt.args, status, len(list)-before, said)
			continue
		}
		name, _, _ := strings.Cut(tt.args, " ")
		for _, want := range []string{`"job":"` + name + `"`, `"purpose":"` + tt.purpose + `"`, `"basis":"law"`, `"root":"`} {
			if last := strings.Join(list, "\n"); !strings.Contains(last, want) {
				t.Errorf("ieum %s is told of as %s, without %s", tt.args, last, want)
			}
		}
		if strings.Contains(strings.Join(list, ""), `"people":0`) {
			t.Errorf("ieum %s: %s", tt.args, list)
		}
	}
	b := newBench(t) // postings alone
	b.succeed("build")
	if list := told(t, b.data, "door.bulk"); len(list) != 0 {
		t.Errorf("a build without people is told of: %s", list)
	}
}

// A command says what it holds, or the program does not start.
func TestEveryCommandSaysWhatItHolds(t *testing.T) {
	for name, c := range map[string]*command{
		"nothing at all":             {name: "x"},
		"a word nobody knows":        {name: "x", holds: "some"},
		"records, not how":           {name: "x", holds: "records"},
		"a job, not what for":        {name: "x", holds: "records", through: asJob},
		"no records, but how":        {name: "x", holds: "nothing", through: asJob, purpose: placement},
		"a purpose where none reads": {name: "x", holds: "records", through: byRoutes, purpose: placement},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it is registered")
				}
			}()
			register(c)
		})
	}
	set, err := loadDefinitions()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range commands {
		p := set.Purposes[c.purpose]
		if law := p != nil && p.On("law") && p.Law.Article != ""; c.purpose != "" && !law && (c != exportCommand || !p.On("consent")) {
			t.Errorf("ieum %s reads for %s, which is no purpose on law", c.name, c.purpose)
		}
	}
}
