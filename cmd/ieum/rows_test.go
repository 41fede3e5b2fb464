package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ieum"
	"ieum/internal/catalogue"
	"ieum/internal/door"
	"ieum/internal/identity"
	"ieum/internal/snapshot"
)

// hiddenRows is how many résumés a market passes over.
func hiddenRows(t *testing.T, live *snapshot.Live) (n int) {
	t.Helper()
	s, release, err := live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	for row := range s.Resumes.Person.Len() {
		if s.ResumeGone(row) {
			n++
		}
	}
	return n
}

// ofSeeker is an asker of a demo, who signed in just now.
func ofSeeker(t *testing.T, a *app, name string) door.Asker {
	t.Helper()
	account, err := a.registry.Find(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return door.Asker{ID: account.ID, Fresh: true, May: a.set.Roles["seeker"].Allows}
}

// TestADemoHasPeopleToCount, as many as an export tells of, who agreed to that.
func TestADemoHasPeopleToCount(t *testing.T) {
	a, _, _, _ := serveDoor(t)
	if err := a.demoPeople(t.Context()); err != nil {
		t.Fatal(err)
	}
	told := 0
	_, err := a.door.Bulk(t.Context(), door.Job{Name: "statistics", Organisation: "demo"}, counting, func(_ ieum.PersonID, r door.Records) error {
		if r.Resume != nil {
			told++
		}
		return nil
	}, ieum.ResumeRecord)
	if err != nil || told < 5 {
		t.Errorf("%d people of a demo can be counted, want 5 (%v)", told, err)
	}
}

// TestABroughtInResume is the whole way: the seeker of a demo, who is proved to be
// somebody made up, brings in that somebody's résumé by its number, sees who of
// staff looked at the row before, with a proof, begins a diagnosis with it and lets it
// go; brought in again it is erased with everything else, and hidden within a second.
func TestABroughtInResume(t *testing.T) {
	t.Parallel()
	b := openTab(t)
	a, base, _, links := serveDoorOn(t, copyOfDemo(t))
	number, err := a.demoRow(t.Context())
	if err != nil || number == "" {
		t.Fatal(number, err)
	}
	row := catalogue.RowPerson(a.store.keys, "simulated", "resume", number)
	account, err := a.registry.Find(t.Context(), "demo-officer")
	if err != nil {
		t.Fatal(err)
	}
	officer := door.Asker{ID: account.ID, Fresh: true, May: a.set.Roles["officer"].Allows, Over: func(may ieum.Permission, to ieum.Subject) (ieum.Held, bool) {
		return ieum.Held{Role: "officer", Organisation: "demo"}, a.set.Roles["officer"].Allows(may) && to.Organisation == "demo"
	}}
	if _, err := a.door.ReadImported(t.Context(), officer, row, "placement"); err != nil {
		t.Fatal(err)
	}

	b.look(t, look{"ko", "light", 360})
	b.visit(t, base+links["seeker"])
	b.press(t, "main form button")
	b.arrives(t, "/my")
	b.see(t, base, "/my")
	bring := func(number string) {
		t.Helper()
		b.visit(t, base+"/my")
		b.do(t, chromedp.SetValue(chromedp.ID("source"), "simulated"), chromedp.SetValue(chromedp.ID("number"), number))
		b.press(t, `form[action="/my/rows"] button`)
	}
	bring("SIM-R999999999")
	b.do(t, chromedp.WaitReady(chromedp.ID("number-fault")))
	b.sound(t, "a number that is none")
	bring(number)
	b.do(t, chromedp.WaitReady(chromedp.CSS(`form[action="/my/rows/end"]`)))
	if text := b.says(t); !strings.Contains(text, number) || !strings.Contains(text, "가상 고용정보기관") {
		t.Errorf("what was brought in is not shown: %s", text)
	}
	b.see(t, base, "/my")
	b.visit(t, base+"/my/access")
	if text := b.says(t); !strings.Contains(text, "직업 소개") || !strings.Contains(text, "업무 담당자") || !strings.Contains(text, "기관에 등록한 이력서") {
		t.Errorf("who looked at the row before is not shown: %s", text)
	}
	b.see(t, base, "/my/access")
	seeker := ofSeeker(t, a, "demo-seeker")
	p, err := a.door.Own(t.Context(), seeker)
	if err != nil {
		t.Fatal(err)
	}
	proved(t, a, p.ID)
	b.visit(t, base+"/my")
	b.press(t, `#rows form[action="/diagnosis"] button`)
	b.arrives(t, "/diagnosis")
	b.sound(t, "a diagnosis with what an agency has")
	b.visit(t, base+"/my")
	value[bool](t, b, `document.querySelectorAll("main details").forEach((d) => d.open = true), true`)
	b.press(t, `form[action="/my/rows/end"] button`)
	b.do(t, chromedp.WaitNotPresent(chromedp.CSS(`form[action="/my/rows/end"]`)), chromedp.WaitReady(chromedp.CSS(`footer`)))
	if text := b.says(t); strings.Contains(text, number) {
		t.Errorf("a link that ended is shown: %s", text)
	}
	bring(number)
	b.do(t, chromedp.WaitReady(chromedp.CSS(`form[action="/my/rows/end"]`)))
	if n := hiddenRows(t, a.live); n != 0 {
		t.Fatalf("%d rows are hidden", n)
	}
	if err := a.door.Erase(t.Context(), seeker); err != nil {
		t.Fatal(err)
	}
	erased := time.Now()
	for hiddenRows(t, a.live) == 0 {
		if time.Since(erased) > 10*time.Second {
			t.Fatal("the row of who was erased is shown on")
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Logf("hidden after %v", time.Since(erased))
	if _, err := a.store.catalogue.Record(t.Context(), "simulated", "resume", number); err == nil {
		t.Error("the row is still known")
	}
}

// proved waits until a read of a row has a proof that anybody can check.
func proved(t *testing.T, a *app, person ieum.PersonID) {
	t.Helper()
	for range 100 {
		list, err := a.door.LookedAt(t.Context(), person, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range list.Lines {
			if l.Link == "" || l.Seq == 0 {
				continue
			}
			if proof, err := a.door.Prove(t.Context(), person, l.Seq); err == nil {
				if _, err := proof.Opened(); err != nil {
					t.Error(err)
				}
				return
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Error("no read of the row has a proof")
}

// TestAnErasureWithARowIsGoneOnWith: cut off right after the keys went, the next start
// empties the person's records, removes the account and hides the row.
func TestAnErasureWithARowIsGoneOnWith(t *testing.T) {
	data := copyOfDemo(t)
	e := &env{Config: Config{Data: data}, stdin: strings.NewReader(""), stdout: io.Discard, stderr: os.Stderr, now: time.Now, demo: true, cost: identity.Cost{Memory: 8, Time: 1, Threads: 1}}
	open := func() *app {
		t.Helper()
		a, err := newApp(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := open()
	if _, err := a.registry.MakeDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	number, err := a.demoRow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seeker := ofSeeker(t, a, "demo-seeker")
	if err := a.door.LinkOwn(t.Context(), seeker, door.Claim{Source: "simulated", Number: number}); err != nil {
		t.Fatal(err)
	}
	p, err := a.door.Own(t.Context(), seeker)
	if err != nil {
		t.Fatal(err)
	}
	row := catalogue.RowPerson(a.store.keys, "simulated", "resume", number)
	if err := a.store.keys.Erase(string(p.ID), string(seeker.ID), string(row)); err != nil {
		t.Fatal(err)
	}
	a.Close()
	a = open()
	defer a.Close()
	if err := a.forget(context.Background()); err != nil { // as a server does at its start
		t.Fatal(err)
	}
	if _, err := a.live.Refresh(); err != nil {
		t.Fatal(err)
	}
	if n := hiddenRows(t, a.live); n != 1 {
		t.Errorf("%d rows are hidden, want 1", n)
	}
	if _, err := a.registry.Find(t.Context(), "demo-seeker"); err == nil {
		t.Error("the account is there")
	}
	if _, err := a.door.Own(t.Context(), seeker); err == nil {
		t.Error("the person is there")
	}
}

// TestProofsThroughTheFrontDoor: a proof by the form that says it is simulated takes
// the name written there, and a row of another name stays closed.
func TestProofsThroughTheFrontDoor(t *testing.T) {
	a, base, _, links := serveDoorOn(t, copyOfDemo(t))
	number, _, err := a.madeUp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client := arrived(t, base, links["seeker"])
	form := func(at string, pairs ...string) (int, string) {
		t.Helper()
		sent := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			sent.Set(pairs[i], pairs[i+1])
		}
		res, err := client.PostForm(base+at, sent)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(body)
	}
	if status, text := form("/my/rows", "source", "simulated", "number", number); status != http.StatusUnprocessableEntity || !strings.Contains(text, "본인 확인") {
		t.Errorf("unproved: %d", status)
	}
	_, text := form("/account/proof", "way", "mobile-id")
	at := text[strings.Index(text, "/account/proof/v"):]
	at = at[:strings.Index(at, `"`)]
	if status, _ := form(at, "way", "mobile-id", "person", "말로리", "birth", "1980-02-03"); status != http.StatusOK {
		t.Fatalf("the proof: %d", status)
	}
	status, none := form("/my/rows", "source", "simulated", "number", "SIM-R999999999")
	other, somebodys := form("/my/rows", "source", "simulated", "number", number)
	same := strings.NewReplacer("SIM-R999999999", "", number, "").Replace
	if status != http.StatusUnprocessableEntity || other != status || words(same(none)) != words(same(somebodys)) {
		t.Errorf("a number that is none (%d) and one that is somebody's (%d) are answered otherwise", status, other)
	}
	if rows := told(t, a.data, "door.row_refused"); len(rows) != 2 || strings.Contains(fmt.Sprint(rows), number) {
		t.Errorf("the journal says %q", rows)
	}
}
