package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"

	"ieum"
	"ieum/internal/door"
	"ieum/internal/identity"
)

// A counted folder has people who agreed to be counted, and staff who ask.
type counted struct {
	data   string
	by     map[string]string // credentials by name
	people []ieum.PersonID
	askers []door.Asker
	key    *age.X25519Identity
	now    func() time.Time
}

// exportWords stand in what is kept of each, and in no code list.
var exportWords = []string{"가나다라홍길동", "070-1212-3434", "export.mail@canary.example", "카나리아머리글", "카나리아직함", "카나리아업무", "카나리아전공", "카나리아솜씨", "카나리아자유글"}

func countedFolder(t *testing.T, now func() time.Time, people int) *counted {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	c := &counted{data: filepath.Join(t.TempDir(), "data"), by: map[string]string{}, key: key, now: now}
	c.change(t, func(g *identity.Registry, d *door.Door) error {
		list, err := g.MakeDemo(t.Context())
		for _, one := range list {
			cookie, _, failed := g.Arrive(t.Context(), one.Token, "")
			c.by[one.Name] = filepath.Join(filepath.Dir(c.data), one.Name)
			writeSecret(t, c.by[one.Name], cookie+"\n")
			err = errors.Join(err, failed)
		}
		for i := range people {
			name := fmt.Sprintf("counted-%d", i)
			_, _, failed := g.Add(t.Context(), nil, name, identity.Grant{Role: "seeker"})
			a, unknown := g.Find(t.Context(), name)
			own := door.Asker{ID: a.ID, Fresh: true, May: func(p ieum.Permission) bool { return p == ieum.OwnData }, Over: func(ieum.Permission, ieum.Subject) (ieum.Held, bool) { return ieum.Held{}, false }}
			p, nobody := d.Begin(t.Context(), own)
			of := ieum.Resume{Headline: exportWords[3], BirthYear: 1968, Region: "부산 사상구", Education: "고졸", Majors: exportWords[6:7],
				Careers: []ieum.Career{{Title: "프레스 조작원", Months: 50}, {Title: exportWords[4], Text: exportWords[5]}},
				Skills:  []string{exportWords[7], "지게차 운전"}, Text: exportWords[8]}
			err = errors.Join(err, failed, unknown, nobody, d.KeepContact(t.Context(), own, p.ID, door.Contact{Name: exportWords[0], Phone: exportWords[1], Mail: exportWords[2]}),
				d.KeepResume(t.Context(), own, p.ID, of))
			if err == nil {
				_, err = d.Give(t.Context(), own, p.ID, door.Wish{Purpose: "statistics", Recipient: "demo"})
			}
			c.people, c.askers = append(c.people, p.ID), append(c.askers, own)
		}
		return err
	})
	return c
}

// change does something to the people of the folder.
func (c *counted) change(t *testing.T, do func(g *identity.Registry, d *door.Door) error) {
	t.Helper()
	e := &env{Config: Config{Data: c.data}, now: c.now, demo: true, cost: weak}
	set, err := e.definitions()
	if err != nil {
		t.Fatal(err)
	}
	s, err := openStore(t.Context(), e, set)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	g, err := openRegistry(t.Context(), e, s, set)
	if err != nil {
		t.Fatal(err)
	}
	d, err := door.New(t.Context(), s.db, set, c.now, door.Needs{Keys: s.keys, Accounts: colleagues{g, set}})
	if err != nil {
		t.Fatal(err)
	}
	if err := do(g, d); err != nil {
		t.Fatal(err)
	}
}

// args are those of an export on the agreement that agrees writes.
func (c *counted) args(out string) []string {
	return []string{"export", "--as", "demo-analyst", "--credential", c.by["demo-analyst"], "--agreement", out + ".agreement",
		"--purpose", "statistics", "--recipient", c.key.Recipient().String(), "--out", out}
}

// agrees are the arguments by which the operator agrees to it.
func (c *counted) agrees(out string) []string {
	return []string{"export", "--as", "demo-operator", "--credential", c.by["demo-operator"], "--agree", out + ".agreement", "--for", "demo-analyst",
		"--purpose", "statistics", "--recipient", c.key.Recipient().String(), "--out", out}
}

// agreed lets the operator agree.
func (c *counted) agreed(t *testing.T, out string) {
	t.Helper()
	if status, printed, said := invokeAt(c.data, "", c.now, c.agrees(out)...); status != 0 || printed != "" {
		t.Fatalf("the operator does not agree: exit %d, %s%s", status, printed, said)
	}
}

// export is an export to which the operator agreed.
func (c *counted) export(t *testing.T, out string) (status int, printed, said string) {
	t.Helper()
	c.agreed(t, out)
	return invokeAt(c.data, "", c.now, c.args(out)...)
}

// opened is the text of a file that was exported.
func (c *counted) opened(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	plain, err := age.Decrypt(f, c.key)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(plain)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Two people get a file that only the recipient opens, with codes alone, and each
// who is in it is told; who stopped or was erased is in none afterwards.
func TestExport(t *testing.T) {
	c := countedFolder(t, time.Now, 10)
	out := filepath.Join(t.TempDir(), "people.csv.age")
	status, printed, said := c.export(t, out)
	if status != 0 || printed != "" || !strings.Contains(said, "10 people") {
		t.Fatalf("exit %d, %s%s", status, printed, said)
	}
	info, err := os.Stat(out)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	text := c.opened(t, out)
	if found := flown(text+said, append(exportWords, string(c.people[0]), string(c.askers[0].ID), "counted-0", "1968", "사상")...); len(found) > 0 {
		t.Errorf("the file tells %q", found)
	}
	for _, want := range []string{"SIMULATED", "10 people", "as of " + ieum.DayOf(time.Now()).String(), "statistics", "version 2", "root in the ledger"} {
		if !strings.Contains(text, want) {
			t.Errorf("the notes do not say %q: %s", want, text)
		}
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil || len(rows) != 11 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	row := map[string]string{}
	for i, name := range rows[0] {
		row[name] = rows[1][i]
	}
	for name, want := range map[string]string{"age": "50~59", "region": "26", "region_name": "부산광역시", "education": "high", "career_years": "3~5"} {
		if row[name] != want {
			t.Errorf("%s is %q, want %q", name, row[name], want)
		}
	}
	if len(row["occupation"]) != 4 || row["occupation_name"] == "" || !strings.Contains(row["competency_names"], "지게차") {
		t.Errorf("a row is %v", row)
	}
	reads := told(t, c.data, "door.read")
	if len(reads) != 10 || !strings.Contains(reads[0], `"role":"analyst"`) || !strings.Contains(reads[0], `"purpose":"statistics"`) {
		t.Errorf("the records are %q", reads)
	}
	c.change(t, func(_ *identity.Registry, d *door.Door) error {
		a, err := d.LookedAt(t.Context(), c.people[3], 0)
		if err == nil && (len(a.Lines) != 1 || a.Lines[0].N != 1 || len(a.Bulk) != 1) {
			t.Errorf("somebody is told %+v", a)
		}
		for _, i := range []int{0, 4, 5, 6} {
			err = errors.Join(err, d.StopAll(t.Context(), c.askers[i], c.people[i]))
		}
		return errors.Join(err, d.Erase(t.Context(), c.askers[1]))
	})
	again := out + "2"
	if status, _, said := c.export(t, again); status != 0 || strings.Count(c.opened(t, again), "부산광역시") != 5 {
		t.Errorf("of five who are left: exit %d, %s", status, said)
	}
	c.change(t, func(_ *identity.Registry, d *door.Door) error {
		return d.StopAll(t.Context(), c.askers[2], c.people[2])
	})
	if status, _, said := c.export(t, out+"3"); status != 1 || !strings.Contains(said, "fewer than 5 people") {
		t.Errorf("of four who are left: exit %d, %s", status, said)
	}
	if left, _ := filepath.Glob(out + "3*"); len(left) != 1 || len(told(t, c.data, "door.read")) != 15 {
		t.Errorf("of so few there is %q, and %d records", left, len(told(t, c.data, "door.read")))
	}
}

// Nobody exports alone, with another's credential, with an old one, for another
// purpose, to nobody's key, or over a file; nor agrees to their own, or where they may not.
func TestExportTakesTwoPeople(t *testing.T) {
	t.Parallel()
	c := countedFolder(t, time.Now, 6)
	dir := t.TempDir()
	out, taken := filepath.Join(dir, "out"), filepath.Join(dir, "taken")
	writeFile(t, taken, "mine")
	none := closed(t, taken)
	c.agreed(t, out)
	with := func(args []string, changes ...string) []string { // names and values of flags
		for n := 0; n < len(changes); n += 2 {
			args[slices.Index(args, changes[n])+1] = changes[n+1]
		}
		return args
	}
	asks, agrees := func() []string { return c.args(out) }, func() []string { return c.agrees(filepath.Join(dir, "second")) }
	as := func(name string) []string { return []string{"--as", name, "--credential", c.by[name]} }
	late := func() time.Time { return time.Now().Add(11 * time.Minute) }
	for _, tt := range []struct {
		name string
		args []string
		now  func() time.Time
		code int
		says string
	}{
		{"without a second person", with(asks(), "--agreement", ""), time.Now, 2, "--agree FILE --for NAME"},
		{"with a file that is none", with(asks(), "--agreement", "/nowhere"), time.Now, 1, "ieum export --agree FILE --for demo-analyst"},
		{"with another file", with(asks(), "--agreement", none), time.Now, 1, "not to this export"},
		{"with an agreement that others may read", with(asks(), "--agreement", taken), time.Now, 1, "close it with: chmod 600 " + taken},
		{"with a credential that others may read", with(asks(), "--credential", taken), time.Now, 1, "close it with: chmod 600 " + taken},
		{"an operator asks", with(asks(), as("demo-operator")...), time.Now, 1, "role"},
		{"who asks signed in long ago", asks(), late, 1, "within ten minutes"},
		{"another purpose", with(asks(), "--purpose", "placement"), time.Now, 1, "for the purpose statistics alone"},
		{"nobody's key", with(asks(), "--recipient", "age1nobody"), time.Now, 1, "no public key"},
		{"over a file", with(asks(), "--out", taken), time.Now, 1, "there is a file"},
		{"into no folder", with(asks(), "--out", filepath.Join(dir, "no", "out")), time.Now, 1, "there is no folder"},
		{"for nobody", with(agrees(), "--for", ""), time.Now, 2, "--agree FILE --for NAME"},
		{"for who is not there", with(agrees(), "--for", "zqnobody"), time.Now, 1, "not found"},
		{"who asks agrees", with(agrees(), as("demo-analyst")...), time.Now, 1, "a second person agrees"},
		{"an auditor agrees", with(agrees(), as("demo-auditor")...), time.Now, 1, "a second person agrees"},
		{"another's credential", with(agrees(), "--credential", c.by["demo-officer"]), time.Now, 1, "is not demo-operator's"},
		{"no credential", with(agrees(), "--credential", "/nowhere"), time.Now, 1, "cannot be read"},
		{"for an officer", with(agrees(), "--for", "demo-officer"), time.Now, 1, "role"},
		{"who agrees signed in long ago", agrees(), late, 1, "within ten minutes"},
		{"to nobody's key", with(agrees(), "--recipient", "age1nobody"), time.Now, 1, "no public key"},
		{"an agreement over a file", with(agrees(), "--agree", taken), time.Now, 1, "there is a file"},
	} {
		if status, out, said := invokeAt(c.data, "", tt.now, tt.args...); status != tt.code || out != "" || !strings.Contains(said, tt.says) {
			t.Errorf("%s: exit %d, %s%s", tt.name, status, out, said)
		}
	}
	learned := filepath.Join(c.data, "learned", "coder.bin") // the coder is that of the folder, as everywhere
	writeFile(t, learned, "no weights")
	if status, _, said := invoke(c.data, "", asks()...); status != 1 || !strings.Contains(said, "weights") {
		t.Errorf("with another coder: exit %d, %s", status, said)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 2 {
		t.Errorf("beside the file and the agreement there is %q", left)
	}
	if n := len(told(t, c.data, "door.read")) + len(told(t, c.data, "door.bulk")); n != 0 {
		t.Errorf("%d records of reads", n)
	}
	if n := len(told(t, c.data, "door.refused")); n != 5 {
		t.Errorf("%d refusals are on record, want those of the wrong role and of the wrong agreement", n)
	}
}

// The second person agrees to one export, for one key, into one file. What they hand over
// does nothing else, and not again.
func TestAgreeingIsToOneExport(t *testing.T) {
	c := countedFolder(t, time.Now, 7)
	out := filepath.Join(t.TempDir(), "a.age")
	c.agreed(t, out)
	token, err := os.ReadFile(out + ".agreement")
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(out + ".agreement"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the agreement can be read by others: %v, %v", info.Mode(), err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	export := func(to *age.X25519Identity, path string) (int, string) {
		args := append(c.args(path), "--agreement", out+".agreement", "--recipient", to.Recipient().String())
		status, _, said := invoke(c.data, "", args...)
		return status, said
	}
	refused := func(name string, status int, said string) {
		t.Helper()
		if status != 1 || !strings.Contains(said, "the second person agrees anew") {
			t.Errorf("%s: exit %d, %s", name, status, said)
		}
	}
	status, said := export(other, out)
	refused("for a key that the operator never saw", status, said)
	status, said = export(c.key, out+"2")
	refused("under another name", status, said)
	if status, said := export(c.key, out); status != 0 {
		t.Fatalf("what was agreed to: %s", said)
	}
	if err := os.Remove(out); err != nil {
		t.Fatal(err)
	}
	status, said = export(c.key, out)
	refused("once more", status, said)
	c.change(t, func(g *identity.Registry, _ *door.Door) error {
		p, err := g.Who(t.Context(), strings.TrimSpace(string(token)))
		if p.SignedIn() {
			t.Error("who holds the agreement is signed in with it")
		}
		return err
	})
}

// An export that is killed leaves no file or a whole one, the records of all it
// read, and the next gives what it would have.
func TestExportIsKilled(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a dozen processes are killed")
	}
	c := countedFolder(t, func() time.Time { return killDay }, 6)
	dir := filepath.Dir(c.data)
	writeFile(t, filepath.Join(dir, "defs", "README"), "nothing but what is built in\n")
	c.agreed(t, filepath.Join(dir, "out"))
	args := func(dir string) []string {
		return append(c.args(filepath.Join(dir, "out")), "--credential", filepath.Join(dir, "demo-analyst"))
	}
	s := &scene{}
	s.trace(s.liveOf(t, c, args))
	longest := 0 // the call after which it reads
	for i, one := range s.calls {
		if one.gap > s.calls[longest].gap {
			longest = i
		}
	}
	fates := []fate{{Call: 0}, {Call: 1}, {Call: 2}}
	for i := longest + 1; i < len(s.calls); i++ {
		fates = append(fates, fate{Call: i})
	}
	for i := range 8 {
		fates = append(fates, fate{Call: longest, Wait: s.calls[longest].gap * time.Duration(i+1) / 9})
	}
	half := 0
	for n, f := range fates {
		at := t.TempDir()
		copyFolder(t, at, dir)
		f.Command, f.Stage = args(at), "command"
		status, _, said := s.start(t, at, f)
		if !status.Signaled() || status.Signal() != syscall.SIGKILL {
			t.Fatalf("it was not killed: %v, %s", status, said)
		}
		reads := len(told(t, filepath.Join(at, "data"), "door.read"))
		if 0 < reads && reads < 6 {
			half++
		}
		_, err := os.Stat(filepath.Join(at, "out"))
		switch {
		case err == nil && strings.Count(c.opened(t, filepath.Join(at, "out")), "부산광역시") != 6:
			t.Errorf("fate %d: the file is not whole", n)
		case err == nil && reads != 6:
			t.Errorf("fate %d: a file with %d records", n, reads)
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			t.Error(err)
		case err != nil:
			data := filepath.Join(at, "data")
			if reads > 0 { // the agreement was used
				if status, _, said := invokeAt(data, "", c.now, args(at)...); status != 1 || !strings.Contains(said, "the second person agrees anew") {
					t.Errorf("after fate %d, on the same agreement: exit %d, %s", n, status, said)
				}
			}
			again := append(c.agrees(filepath.Join(at, "out")), "--credential", filepath.Join(at, "demo-operator"), "--agree", filepath.Join(at, "again"))
			if status, _, said := invokeAt(data, "", c.now, again...); status != 0 {
				t.Fatalf("after fate %d nobody can agree: %s", n, said)
			}
			if status, _, said := invokeAt(data, "", c.now, append(args(at), "--agreement", filepath.Join(at, "again"))...); status != 0 || strings.Count(c.opened(t, filepath.Join(at, "out")), "부산광역시") != 6 {
				t.Errorf("after fate %d: exit %d, %s", n, status, said)
			}
			if now := len(told(t, data, "door.read")); now != reads+6 {
				t.Errorf("after fate %d: %d records, there were %d", n, now, reads)
			}
		}
	}
	t.Logf("%d of %d were killed between two people", half, len(fates))
}

// liveOf runs an export to its end in a copy of the folder and returns its calls.
func (s *scene) liveOf(t *testing.T, c *counted, args func(dir string) []string) string {
	t.Helper()
	at := t.TempDir()
	copyFolder(t, at, filepath.Dir(c.data))
	status, trace, said := s.start(t, at, fate{Command: args(at)})
	if status != 0 {
		t.Fatalf("%v: %s", status, said)
	}
	return trace
}
