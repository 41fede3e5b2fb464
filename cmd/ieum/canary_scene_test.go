package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/internal/door"
	"ieum/internal/hiring"
	"ieum/internal/identity"
	"ieum/internal/jobcare"
	"ieum/internal/platform/mail/mailtest"
)

// A walk is a data folder with a canary in it, and everybody who might see it.
type walk struct {
	*testing.T
	a       *app
	data    string
	defs    string
	log     *logged
	person  ieum.PersonID
	readers []reader
	fill    *strings.Replacer // puts what there is in the place of {…}
	values  map[string]string
	config  Config
	post    *mailtest.Server // to which notices go
}

// A reader is somebody who asks: by a cookie, a key, or neither.
type reader struct {
	name, cookie, key string
	id                ieum.AccountID
	may               bool // where the door finds a basis
}

// canarySource delivers postings and people, of whom one row is refused and two
// are one person.
var canarySource = strings.NewReplacer("id: killed", "id: canary", "hash: [name, phone]", "hash: [name+birth, phone]", "text: wish", "text: wish\n      occupation: job").Replace(killed)

// canaryRow is what a row says of the canary behind its key; canaryJob is their
// occupation.
const canaryJob = "8211"

var canaryRow = "," + importedWords[0] + "," + birthWord + ",010-9876-1234,카나리아동네,카나리아소원," + canaryJob + "\n"

func newWalk(t *testing.T) *walk {
	t.Helper()
	w := walkAmong(t, "r1"+canaryRow+"r2"+canaryRow+",카나리아버린행,1969-09-09,010-9876-1234,카나리아동네,카나리아소원,"+canaryJob+"\n")
	w.people()
	return w
}

// walkAmong takes in rows of people, builds, and opens what serves them.
func walkAmong(t *testing.T, rows string) *walk {
	t.Helper()
	w := &walk{T: t, data: filepath.Join(t.TempDir(), "data"), defs: t.TempDir(), log: &logged{}, values: map[string]string{}, post: mailtest.Start(t)}
	w.config = Config{Data: w.data, Defs: w.defs, Listen: "127.0.0.1:0", Mail: w.post.File(t), OIDC: madeUpAgency(t)}
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })
	writeFile(t, filepath.Join(w.defs, "sources", "canary.yaml"), canarySource)
	in := t.TempDir()
	writeMade(t, in, 1)
	writeFile(t, filepath.Join(in, "people.csv"), "id,name,birth,phone,place,wish,job\n"+rows)
	writeFile(t, filepath.Join(in, "licence.csv"), "resume,licence\nr1,용접기능사\nr1,"+linkedWord+"\n")
	for _, args := range [][]string{{"ingest", "canary", in}, {"build"}} {
		if status, out, said := w.command("", args...); status != 0 || len(flown(out+said, allWords()...)) > 0 {
			t.Fatalf("ieum %v: exit %d, %s%s", args, status, out, said)
		}
	}
	w.values["again"] = in
	a, err := newApp(t.Context(), w.env("", io.Discard, io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	w.a = a
	return w
}

func (w *walk) env(stdin string, out, errs io.Writer) *env {
	return &env{Config: w.config, stdin: strings.NewReader(stdin), stdout: out, stderr: errs, now: time.Now, demo: true, cost: weak}
}

// command runs a command line for as long as it takes, or eight seconds if it never
// ends by itself.
func (w *walk) command(stdin string, args ...string) (status int, out, said string) {
	ctx := context.Background()
	if args[0] == "serve" || args[0] == "witness" {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, 8*time.Second)
		defer stop()
	}
	var stdout, stderr bytes.Buffer
	status = execute(ctx, w.env(stdin, &stdout, &stderr), args)
	return status, stdout.String(), stderr.String()
}

func (w *walk) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// enter signs somebody in who came by a link.
func (w *walk) enter(token string, may bool) (reader, *identity.Person) {
	w.Helper()
	ctx := w.Context()
	cookie, p, err := w.a.registry.Arrive(ctx, token, "")
	w.must(err)
	if !p.SignedIn() {
		cookie, _, err = w.a.registry.SetPassword(ctx, p, "", "한 여덟 낱말쯤 되는 가상 비밀번호", "", true)
		w.must(err)
	}
	p, err = w.a.registry.Who(ctx, cookie)
	w.must(err)
	return reader{name: p.Name, cookie: cookie, id: p.ID, may: may}, p
}

func asks(p *identity.Person) door.Asker {
	return door.Asker{ID: p.ID, Fresh: true, May: p.MayAny, Over: p.Over}
}

// people makes everybody, and what is kept of the canary.
func (w *walk) people() {
	w.Helper()
	ctx, g, d := w.Context(), w.a.registry, w.a.door
	list, err := g.MakeDemo(ctx)
	w.must(err)
	demo, readers := map[string]*identity.Person{}, map[string]reader{}
	for _, one := range list {
		name := strings.TrimPrefix(one.Name, "demo-")
		readers[name], demo[name] = w.enter(one.Token, name == "counsellor" || name == "officer" || name == "employer")
	}
	add := func(name string, want identity.Grant, may bool) (reader, *identity.Person) {
		token, grant, err := g.Add(ctx, nil, name, want)
		w.must(err)
		if grant.Confirmer == "" {
			w.must(g.Confirm(ctx, demo["operator"], grant.Number))
		}
		return w.enter(token, may)
	}
	second, twin := add("second-operator", identity.Grant{Role: "operator"}, false)
	stranger, _ := add("second-counsellor", identity.Grant{Role: "counsellor", Organisation: "demo"}, false)
	seeker, canary := add(signInWord, identity.Grant{Role: "seeker"}, true)
	w.address(canary)
	w.prove(demo["operator"])
	key, err := g.ProposeKey(ctx, demo["operator"], "demo-analyst", identity.Key{Title: "가상 통계", Organisation: "demo", Role: "analyst", Quota: 1000})
	w.must(err)
	w.must(g.ConfirmKey(ctx, twin, key.Number))
	secret, err := g.DrawKey(ctx, demo["analyst"], key.Number)
	w.must(err)
	w.must(g.AddOrganisation(ctx, identity.Console, identity.Organisation{ID: "rival", Name: "가상 경쟁사", Kind: "employer"}))
	rival, _ := add("rival-employer", identity.Grant{Role: "employer", Organisation: "rival"}, false)
	firm, err := g.ProposeKey(ctx, demo["operator"], "demo-employer", identity.Key{Title: "가상 채용", Organisation: "demo-firm", Role: "employer", Quota: 1000})
	w.must(err)
	w.must(g.ConfirmKey(ctx, twin, firm.Number))
	hires, err := g.DrawKey(ctx, demo["employer"], firm.Number)
	w.must(err)
	w.readers = []reader{{name: "visitor"}, readers["seeker"], readers["employer"], rival, {name: "program of an employer", key: hires}, readers["analyst"], readers["auditor"], {name: "program", key: secret},
		second, readers["operator"], stranger, readers["officer"], readers["counsellor"], seeker}
	w.canary(d, asks(demo["counsellor"]), asks(demo["officer"]), asks(canary))
	counted := []door.Asker{asks(canary)} // with whom there are enough for an export
	for _, name := range []string{"one-of-five", "two-of-five", "three-of-five", "four-of-five"} {
		_, p := add(name, identity.Grant{Role: "seeker"}, false)
		counted = append(counted, asks(p))
	}
	for i, by := range counted {
		p, err := d.Begin(ctx, by)
		w.must(err)
		if i > 0 {
			w.must(d.KeepResume(ctx, by, p.ID, ieum.Resume{Careers: []ieum.Career{{Title: "프레스 조작원", Months: 60}}}))
		}
		_, err = d.Give(ctx, by, p.ID, door.Wish{Purpose: "statistics", Recipient: "demo"})
		w.must(err)
	}
}

// address has the canary told of what happens by mail.
func (w *walk) address(canary *identity.Person) {
	w.Helper()
	w.must(w.a.registry.SetAddress(w.Context(), canary, addressWord))
	taken := w.post.Taken()
	code := regexp.MustCompile(`[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}`).FindString(taken[len(taken)-1].Text)
	w.must(w.a.registry.ConfirmAddress(w.Context(), canary, code))
}

// madeUpAgency starts a provider of sign-ins that says where it is asked, and returns
// the file that names it.
func madeUpAgency(t *testing.T) string {
	t.Helper()
	var issuer string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"issuer": %q, "authorization_endpoint": %q, "token_endpoint": %q, "jwks_uri": %q, "id_token_signing_alg_values_supported": ["ES256"]}`, issuer, issuer+"/ask", issuer+"/token", issuer+"/keys")
	}))
	t.Cleanup(srv.Close)
	issuer = srv.URL
	file := filepath.Join(t.TempDir(), "agency.yaml")
	writeFile(t, file, "issuer: "+issuer+"\nclient: ieum\nsecret: oidc.secret\ntitle: {ko: 가상 기관, en: Made-up agency}\n")
	secret := filepath.Join(filepath.Dir(file), "oidc.secret")
	writeFile(t, secret, "a secret of the test\n")
	if err := os.Chmod(secret, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// sent looks through what was mailed: to the canary alone, with nothing of them in it
// but where it goes.
func (w *walk) sent() {
	w.Helper()
	list := w.post.Taken()
	for _, m := range list {
		header, err := new(mime.WordDecoder).DecodeHeader(m.Header)
		w.must(err)
		text := header + "\n" + m.Text
		if found := flown(strings.Replace(text, "To: "+addressWord, "", 1), append([]string{linkedWord, birthWord}, allWords()...)...); len(found) > 0 || m.To != addressWord {
			w.Errorf("a mail to %s tells %q:\n%s", m.To, found, text)
		}
	}
	if len(list) < 2 {
		w.Errorf("%d mails were sent, so that nothing was tried", len(list))
	}
}

// prove has an operator see who the canary is.
func (w *walk) prove(by *identity.Person) {
	w.Helper()
	w.must(w.a.registry.Prove(w.Context(), by, signInWord, identity.AtDesk, ieum.Who{Name: importedWords[0], Birth: birthWord}, identity.Shown{Kind: "passport", Number: documentWord}, identity.Shown{Kind: "resident-card", Number: documentWord}))
}

// canary keeps records of every kind.
func (w *walk) canary(d *door.Door, counsellor, officer, self door.Asker) {
	w.Helper()
	ctx := w.Context()
	person, err := d.Register(ctx, counsellor, door.Registration{Basis: "consent", Scan: []byte("%PDF-1.7 " + keptWords[11] + " %%EOF"),
		Contact: door.Contact{Name: keptWords[0], Phone: keptWords[1], Mail: keptWords[2]}})
	w.must(err)
	w.must(d.Link(ctx, counsellor, person, signInWord))
	wait, err := d.Waiting(ctx, officer)
	w.must(err)
	w.must(d.Confirm(ctx, officer, wait[0].ID, signInWord))
	w.must(d.KeepResume(ctx, self, person, ieum.Resume{Headline: keptWords[3], Careers: []ieum.Career{{Title: keptWords[4], Text: keptWords[5], Months: 7}},
		Majors: keptWords[6:7], Skills: keptWords[7:8], Certificates: keptWords[8:9], Text: keptWords[9]}))
	w.must(d.AddNote(ctx, counsellor, person, keptWords[10]))
	session, err := json.Marshal(jobcare.Session{Shown: &jobcare.Diagnosis{}, Steps: []jobcare.Agreed{{What: keptWords[10], By: 1}}})
	w.must(err)
	held, err := d.AddSession(ctx, counsellor, person, "", keptWords[10], session)
	w.must(err)
	applied, _, err := d.AddApplication(ctx, self, person, door.Application{Title: keptWords[12], Company: keptWords[12], Note: keptWords[12], Steps: []door.Step{{State: door.Applied, Day: ieum.DayOf(time.Now())}}})
	w.must(err)
	alert, _, err := d.AddAlert(ctx, self, person, url.Values{"q": {keptWords[12]}}.Encode())
	w.must(err)
	w.must(d.LinkOwn(ctx, self, door.Claim{Source: "canary", Number: "r1"}))
	papers, err := d.Papers(ctx, person)
	w.must(err)
	_, err = d.OwnPaper(ctx, self, person, papers[0].Item)
	w.must(err)
	given, err := d.Consents(ctx, person)
	w.must(err)
	hired, err := d.Give(ctx, self, person, door.Wish{Purpose: "hiring", Recipient: "demo-firm"})
	w.must(err)
	postings := struct{ Items []struct{ ID string } }{}
	w.must(json.Unmarshal(w.ask(reader{}, "GET", "/api/v1/postings", "").Body.Bytes(), &postings))
	draft, err := w.a.board.Begin(ctx, hiring.Asker{ID: self.ID, Over: func(ieum.Permission, ieum.Subject) (ieum.Held, bool) { return ieum.Held{}, true }}, "demo-firm", hiring.Words{Title: "카나리 조작원"})
	w.must(err)
	w.person = person
	for name, value := range map[string]string{"person": string(person), "paper": papers[0].Item, "consent": given[0].ID, "hired": hired.ID, "posting": postings.Items[0].ID, "delivery": "1", "session": held, "applied": applied, "draft": draft.ID, "alert": alert} {
		w.values[name] = value
	}
}
