package identity

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/dying"
	"ieum/internal/platform/journal"
	"ieum/internal/platform/mail"
	"ieum/internal/platform/mail/mailtest"
	"ieum/internal/platform/seal"
)

// mailing is a desk that mails by a server of its own.
func mailing(t *testing.T, d *db.DB) (*desk, *mailtest.Server) {
	t.Helper()
	s := mailtest.Start(t)
	m, err := mail.Read(s.File(t))
	if err != nil {
		t.Fatal(err)
	}
	return newDesk(t, d, func(o *Options) { o.Mail = m }), s
}

// deliverAll sends what is due and returns what failed.
func (k *desk) deliverAll() (failed []error) {
	for more := true; more; {
		var err error
		if more, err = k.deliver(k.t.Context()); err != nil {
			failed = append(failed, err)
		}
	}
	return failed
}

var codeMailed = regexp.MustCompile(`[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}`)

// reach gives somebody an address for notices, by the code that comes there.
func (k *desk) reach(p *Person, s *mailtest.Server, address string) {
	k.t.Helper()
	k.at = k.at.Add(21 * time.Minute) // a mail each twenty minutes
	p.Session.Made = k.at
	k.must(k.SetAddress(k.t.Context(), p, address))
	all := s.Taken()
	last := all[len(all)-1]
	if last.To != address {
		k.t.Fatalf("the code went to %s", last.To)
	}
	k.must(k.ConfirmAddress(k.t.Context(), p, strings.ToLower(codeMailed.FindString(last.Text))))
}

// states counts the notices of an account by kind and state.
func (k *desk) states(a AccountID) string {
	k.t.Helper()
	list, err := k.Notices(k.t.Context(), a)
	k.must(err)
	var out []string
	for _, n := range list {
		out = append([]string{n.Kind + "=" + n.State}, out...)
	}
	return strings.Join(out, " ")
}

// Whatever happens to an account is told to its owner by mail, in both languages,
// without a secret, a name or a link, and without a trace of where it went.
func TestPeopleAreToldWhatHappens(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, s := mailing(t, d)
		ctx := t.Context()
		oper := k.operator("oper")
		token, _, err := k.Add(ctx, oper, "kim-canary", Grant{Role: "seeker"})
		k.must(err)
		p := k.join(token)
		k.reach(p, s, "kim@canary.example")
		k.deliverAll()
		mailed := len(s.Taken())
		happens := func(kind string, do func()) {
			t.Helper()
			do()
			if failed := k.deliverAll(); failed != nil {
				t.Fatal(kind, failed)
			}
			all := s.Taken()
			if len(all) != mailed+1 {
				t.Fatalf("%s: %d mails, want one", kind, len(all)-mailed)
			}
			mailed = len(all)
			last := all[mailed-1]
			ko, en := k.words("ko", "identity.notice.kind."+kind, nil), k.words("en", "identity.notice.kind."+kind, nil)
			if last.To != "kim@canary.example" || !strings.Contains(last.Text, ko) || !strings.Contains(last.Text, en) {
				t.Errorf("%s: %+v", kind, last)
			}
			for _, never := range []string{"http", "kim-canary", "/enrol", secretWord, string(p.ID)} {
				if strings.Contains(last.Text+last.Header, never) {
					t.Errorf("%s: the mail holds %q: %s", kind, never, last.Text)
				}
			}
			if n := k.states(p.ID); !strings.HasSuffix(n, kind+"="+sent) {
				t.Errorf("%s: its owner is shown %s", kind, n)
			}
		}
		p.Session.Made = k.at
		happens(passwordChanged, func() {
			_, _, err := k.SetPassword(ctx, p, "", secretWord+" neu", "", false)
			k.must(err)
		})
		happens(factorAdded, func() { _, err := k.Print(ctx, p); k.must(err) })
		happens(factorRemoved, func() {
			have, err := k.Factors(ctx, p.ID)
			k.must(err)
			for _, f := range have {
				if f.Kind == onPaper {
					k.must(k.RemoveFactor(ctx, p, f.Number))
				}
			}
		})
		happens(newBrowser, func() {
			_, err := k.enter(ctx, here, start{Session: Session{Account: p.ID}}, passkey, 2, k.at)
			k.must(err)
		})
		happens(recoveryBegun, func() { _, _, err := k.recover(ctx, oper.ID, "kim-canary"); k.must(err) })
		happens(recoveryEnded, func() {
			all, err := k.Recoveries(ctx, p.ID)
			k.must(err)
			k.must(k.Cancel(ctx, p.ID, all[0].ID))
		})
		k.at = k.at.Add(31 * 24 * time.Hour) // before, it takes two
		happens(recoveryBegun, func() { token, _, err = k.recover(ctx, Console, "kim-canary"); k.must(err) })
		happens(recoveryUsed, func() { k.at = k.at.Add(recoveryWait); p = k.join(token) })
		k.reach(p, s, "kim@canary.example")
		k.deliverAll()
		mailed = len(s.Taken())
		happens(roleGranted, func() {
			third := k.operatorBy(oper, "third")
			grant, err := k.Propose(ctx, oper, Grant{Account: p.ID, Role: "operator"})
			k.must(err)
			k.must(k.Confirm(ctx, third, grant.Number))
		})
		if last := s.Taken()[mailed-1]; !strings.Contains(last.Text, ": "+k.roles["operator"].Title.KO+" (") || !strings.Contains(last.Text, ": "+k.roles["operator"].Title.EN+" (") {
			t.Errorf("the mail does not say which role: %s", last.Text)
		}
		known := Visit{Address: here.Address, Agent: here.Agent}
		e, err := k.enter(ctx, known, start{Session: Session{Account: p.ID}}, passkey, 2, k.at)
		k.must(err)
		k.deliverAll()
		known.Known = e.Known
		before := len(s.Taken())
		_, err = k.enter(ctx, known, start{Session: Session{Account: p.ID}}, passkey, 2, k.at)
		k.must(err)
		if k.deliverAll(); len(s.Taken()) != before {
			t.Error("a sign-in from a browser that was seen before is told of")
		}
		var dump bytes.Buffer
		k.must(d.Dump(ctx, &dump))
		if bytes.Contains(dump.Bytes(), []byte("canary.example")) {
			t.Error("the database holds the address")
		}
	})
}

// operatorBy makes another operator, whom the console confirms.
func (k *desk) operatorBy(by *Person, name string) *Person {
	k.t.Helper()
	token, grant, err := k.Add(k.t.Context(), by, name, Grant{Role: "operator"})
	k.must(err)
	k.must(k.store.confirm(k.t.Context(), grant.Number, Console, func(Grant, []Grant) error { return nil }))
	return k.join(token)
}

// An address counts once the code that went there came back; the one before is told,
// and wrong codes, old ones and who signed in long ago change nothing.
func TestAnAddressIsConfirmed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, s := mailing(t, d)
		ctx := t.Context()
		p := k.operator("oper")
		address := func() string { a, _, err := k.Address(ctx, p.ID); k.must(err); return a }
		p.Session.Made = k.at
		for _, bad := range []string{"", "kim", "kim@canary.example\r\nBcc: x@y.z", "Kim <kim@canary.example>"} {
			if err := k.SetAddress(ctx, p, bad); !errors.Is(err, ieum.ErrInvalid) {
				t.Errorf("SetAddress(%q): %v", bad, err)
			}
		}
		k.must(k.SetAddress(ctx, p, "kim@canary.example"))
		code := codeMailed.FindString(s.Taken()[0].Text)
		if address() != "" {
			t.Error("it counts before its code came")
		}
		for range mostTries {
			if err := k.ConfirmAddress(ctx, p, "AAAA-AAAA-AAAA"); !errors.Is(err, ieum.ErrInvalid) {
				t.Errorf("a wrong code: %v", err)
			}
		}
		if err := k.ConfirmAddress(ctx, p, code); !errors.Is(err, ieum.ErrInvalid) || address() != "" {
			t.Errorf("the right code after too many wrong ones: %v", err)
		}
		k.must(k.SetAddress(ctx, p, "kim@canary.example"))
		k.at = k.at.Add(codeLasts)
		if err := k.ConfirmAddress(ctx, p, codeMailed.FindString(s.Taken()[1].Text)); !errors.Is(err, ieum.ErrInvalid) {
			t.Errorf("an old code: %v", err)
		}
		if err := k.SetAddress(ctx, p, "kim@canary.example"); !errors.Is(err, ieum.ErrSignedOut) {
			t.Errorf("who signed in long ago: %v", err)
		}
		k.reach(p, s, "kim@canary.example")
		if err := k.ConfirmAddress(ctx, p, codeMailed.FindString(s.Taken()[2].Text)); !errors.Is(err, ieum.ErrInvalid) {
			t.Errorf("a code once more: %v", err)
		}
		k.deliverAll()
		told := len(s.Taken())
		k.reach(p, s, "lee@canary.example")
		k.deliverAll()
		if all := s.Taken(); address() != "lee@canary.example" || len(all) != told+2 || all[told+1].To != "kim@canary.example" {
			t.Errorf("the address is %s, and the mails are %+v", address(), all[told:])
		}
		p.Session.Made = k.at
		k.must(k.DropAddress(ctx, p))
		k.deliverAll()
		if all := s.Taken(); address() != "" || all[len(all)-1].To != "lee@canary.example" {
			t.Errorf("after it was dropped: %q, %+v", address(), all[len(all)-1])
		}
		p.Session.Made = k.at
		for range 4 {
			if err := k.SetAddress(ctx, p, "victim@canary.example"); errors.Is(err, ieum.ErrBusy) {
				return
			}
		}
		t.Error("somebody is mailed codes without end")
	})
}

// What the server does not take for now is tried again, ever more seldom; what it
// never takes, or not in three days, becomes a letter of staff; so does all that
// has no address, but for sign-ins. A notice is there when what it tells of is.
func TestNoticesThatCannotGoByMail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, s := mailing(t, d)
		ctx := t.Context()
		p := k.operator("oper")
		k.reach(p, s, "kim@canary.example")
		k.deliverAll()
		begin := func() {
			t.Helper()
			_, _, err := k.recover(ctx, Console, "oper")
			k.must(err)
		}
		said := "451 not now"
		s.Before = func(string) string { return said }
		begin()
		for _, wait := range []time.Duration{0, firstWait, firstWait, 2 * firstWait} {
			k.at = k.at.Add(wait)
			if failed := k.deliverAll(); len(failed) != 1 || strings.Contains(failed[0].Error(), "canary") {
				t.Errorf("after %v: %v", wait, failed)
			}
			if failed := k.deliverAll(); failed != nil {
				t.Errorf("it is tried again at once: %v", failed)
			}
		}
		said = ""
		k.at = k.at.Add(longestWait)
		if failed := k.deliverAll(); failed != nil || !strings.HasSuffix(k.states(p.ID), recoveryBegun+"="+sent) {
			t.Errorf("%v, %s", failed, k.states(p.ID))
		}
		said = "550 nobody"
		begin()
		if failed := k.deliverAll(); len(failed) != 1 || !strings.HasSuffix(k.states(p.ID), "="+letter) {
			t.Errorf("%v, %s", failed, k.states(p.ID))
		}
		said = "451 not now"
		begin()
		for range 60 {
			k.at = k.at.Add(longestWait)
			k.deliverAll()
		}
		if got := k.states(p.ID); !strings.HasSuffix(got, recoveryBegun+"="+letter+" "+recoveryBegun+"="+letter) {
			t.Error(got)
		}
		said = ""
		other := k.operatorBy(p, "other")
		_, err := k.enter(ctx, here, start{Session: Session{Account: other.ID}}, passkey, 2, k.at)
		k.must(err)
		k.deliverAll()
		if got := k.states(other.ID); got != roleGranted+"="+letter+" "+newBrowser+"="+shown {
			t.Errorf("without an address: %s", got)
		}
		seeker := &Person{}
		if _, _, err := k.Letters(ctx, seeker, 0); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("anybody reads the letters: %v", err)
		}
		list, _, err := k.Letters(ctx, k.again(other), 0)
		k.must(err)
		if len(list) != 2 || list[0].Of.Name != "oper" || len(list[0].Notices) != 3 || list[0].Barred || !list[1].Barred {
			t.Fatalf("the letters are %+v", list)
		}
		if err := k.Hand(ctx, seeker, list[0].Last); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("anybody hands them over: %v", err)
		}
		if err := k.Hand(ctx, k.again(other), list[1].Last); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("somebody hands over their own: %v", err)
		}
		k.must(k.Hand(ctx, k.again(other), list[0].Last))
		if err := k.Hand(ctx, k.again(other), list[0].Last); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("twice: %v", err)
		}
		if list, _, err := k.Letters(ctx, k.again(other), 0); err != nil || len(list) != 1 {
			t.Errorf("%d are left, %v", len(list), err)
		}
		k.must(k.keys.Erase(string(other.ID)))
		_, err = k.enter(ctx, here, start{Session: Session{Account: p.ID}}, passkey, 2, k.at)
		k.must(err)
		if failed := k.deliverAll(); failed != nil {
			t.Errorf("somebody who is being erased holds up the others: %v", failed)
		}
		k.must(k.Remove(ctx, other.ID))
		if got := k.states(other.ID); got != "" {
			t.Errorf("of who was erased there is %s", got)
		}
	})
}

// What cannot be put down to be told does not happen.
func TestNothingHappensThatIsNotTold(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.operator("oper")
		rename := func(from, to string) {
			t.Helper()
			k.must(k.db.Tx(t.Context(), func(tx *sql.Tx) error {
				_, err := tx.ExecContext(t.Context(), `ALTER TABLE `+from+` RENAME TO `+to)
				return err
			}))
		}
		rename("identity_notice", "identity_away")
		if _, _, err := k.recover(t.Context(), Console, "oper"); err == nil {
			t.Error("a recovery is begun")
		}
		rename("identity_away", "identity_notice")
		a, err := k.Find(t.Context(), "oper")
		k.must(err)
		if all, err := k.Recoveries(t.Context(), a.ID); err != nil || len(all) != 0 {
			t.Errorf("%v, %v", all, err)
		}
	})
}

// Two servers send each notice once; one that was killed after sending lets it be
// sent once more, with the same id, after a while.
func TestANoticeIsSentOnceUnlessKilled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, s := mailing(t, d)
		p := k.operator("oper")
		k.reach(p, s, "kim@canary.example")
		k.deliverAll()
		before := len(s.Taken())
		for range 8 {
			_, err := k.enter(t.Context(), here, start{Session: Session{Account: p.ID}}, passkey, 2, k.at)
			k.must(err)
		}
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { k.deliverAll() })
		}
		all.Wait()
		if n := len(s.Taken()) - before; n != 8 {
			t.Errorf("%d mails of 8 notices", n)
		}
		_, err := k.enter(t.Context(), here, start{Session: Session{Account: p.ID}}, passkey, 2, k.at)
		k.must(err)
		n, err := k.store.takeNotice(t.Context(), k.at, k.at.Add(sendingLasts))
		k.must(err)
		k.must(k.mail.Send(t.Context(), k.letter(n, "kim@canary.example"))) // and here it dies
		k.deliverAll()
		if got := len(s.Taken()) - before; got != 9 {
			t.Errorf("%d mails while another may still be sending", got)
		}
		k.at = k.at.Add(sendingLasts)
		k.deliverAll()
		k.at = k.at.Add(sendingLasts)
		k.deliverAll()
		list := s.Taken()[before:]
		id := regexp.MustCompile(`(?m)^Message-ID: .*$`)
		if len(list) != 10 || id.FindString(list[8].Header) != id.FindString(list[9].Header) || id.FindString(list[8].Header) == id.FindString(list[7].Header) {
			t.Errorf("%d mails, the last two with %q and %q", len(list), id.FindString(list[8].Header), id.FindString(list[9].Header))
		}
	})
}

// A says is a way of sending that says what it sent.
type says struct{ step func() }

func (s says) Send(_ context.Context, l mail.Letter) error {
	s.step()
	fmt.Fprintf(os.Stderr, "\nsent %s\n", l.ID)
	s.step()
	return nil
}

// killedDesk opens the registry of a folder, long after the one before.
func killedDesk(t *testing.T, dir string, m Mail) (*Registry, *db.DB, func(time.Duration)) {
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := journal.Migrate(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	keys, err := seal.Open(filepath.Join(dir, "keys"), seal.NewMaster(filepath.Join(dir, "keys", "master.key")))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now()
	g, err := New(context.Background(), d, set, func() time.Time { return at }, Options{Keys: keys, Cost: cheap, Mail: m})
	if err != nil {
		t.Fatal(err)
	}
	return g, d, func(by time.Duration) { at = at.Add(by) }
}

// noticeChild lets things happen to an account and tells of them until it is killed.
func noticeChild(f dying.Fate, step func()) {
	testing.Main(nil, []testing.InternalTest{{Name: "child", F: func(t *testing.T) {
		g, _, later := killedDesk(t, f.Dir, says{step})
		later(time.Hour)
		for {
			step()
			if _, err := g.Recover(t.Context(), Console, "oper"); err != nil {
				t.Fatal(err)
			}
			step()
			if _, err := g.deliver(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}}}, nil, nil)
}

// TestKilledWhileTelling: of all that happened each is told, at any moment a server
// is killed, and at most one is told once more for each that was.
func TestKilledWhileTelling(t *testing.T) {
	if testing.Short() {
		t.Skip("30 processes are killed")
	}
	rng, dir, ctx := dying.Seeded(t), t.TempDir(), context.Background()
	g, d, _ := killedDesk(t, dir, nil)
	token, _, err := g.Add(ctx, nil, "oper", Grant{Role: "operator"})
	_, a, failed := g.Arrive(ctx, token, here.Agent)
	if err := errors.Join(err, failed, g.store.setPending(ctx, a.ID, "kim@canary.example", []byte("x"), time.Now().Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	if ok, err := g.store.confirmAddress(ctx, a.Session, []byte("x"), time.Now()); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	said := map[string]int{}
	count := func(text []byte) {
		for line := range strings.Lines(string(text)) {
			if id, ok := strings.CutPrefix(line, "sent "); ok && strings.HasSuffix(id, "\n") {
				said[strings.TrimSpace(id)]++
			}
		}
	}
	const kills = 30
	for range kills {
		f := dying.Fate{Dir: dir, Call: rng.IntN(24)}
		if rng.IntN(2) == 0 {
			f.Wait = 1 + time.Duration(rng.Int64N(int64(2*time.Millisecond)))
		}
		count(dying.Die(t, f))
	}
	var rest []string
	g, d, later := killedDesk(t, dir, collect(func(l mail.Letter) { rest = append(rest, l.ID) }))
	defer d.Close()
	later(2 * time.Hour)
	for more := true; more; {
		if more, err = g.deliver(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range rest {
		said[id]++
	}
	var happened, notices, open int
	row := func(to *int, query string, args ...any) {
		if err := d.QueryRowContext(ctx, query, args...).Scan(to); err != nil {
			t.Fatal(err)
		}
	}
	row(&happened, `SELECT COUNT(*) FROM journal_new WHERE kind = ? AND data LIKE '%"recover"%'`, "identity.link_made")
	row(&notices, `SELECT COUNT(*) FROM identity_notice WHERE kind = ?`, recoveryBegun)
	row(&open, `SELECT COUNT(*) FROM identity_notice WHERE kind = ? AND state <> ?`, recoveryBegun, sent)
	if happened < kills/3 || notices != happened || open != 0 || len(said) != happened {
		t.Errorf("%d happened, %d are put down, %d of them not sent; %d were told", happened, notices, open, len(said))
	}
	twice := 0
	for _, n := range said {
		twice += n - 1
	}
	if twice > kills {
		t.Errorf("%d were told once more in %d kills", twice, kills)
	}
	t.Logf("%d notices, %d told once more", notices, twice)
}

type collect func(mail.Letter)

func (c collect) Send(_ context.Context, l mail.Letter) error { c(l); return nil }

// In the browser: an address is given and confirmed, what happened is listed, and
// staff finds the letters; without mail the page says so.
func TestNoticesInTheBrowser(t *testing.T) {
	m := mailtest.Start(t)
	sender, err := mail.Read(m.File(t))
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, func(o *Options) { o.Mail = sender })
	p := s.operator("oper")
	if status, _, text := s.sign("oper", p); status != 303 {
		t.Fatalf("%d %s", status, text)
	}
	if status, _, text := s.ask("POST", "/account/address", form("address", "kim")); status != 422 || !strings.Contains(text, "Mail cannot be sent to this address") {
		t.Errorf("no address: %d %s", status, text)
	}
	if status, _, text := s.ask("POST", "/account/address", form("address", "kim@canary.example")); status != 303 {
		t.Fatalf("%d %s", status, text)
	}
	if _, _, text := s.ask("GET", "/account", nil); !strings.Contains(text, "A code was sent to kim@canary.example") {
		t.Error("the page does not ask for the code")
	}
	if status, _, text := s.ask("POST", "/account/address/code", form("mailed-code", "AAAA")); status != 422 || !strings.Contains(text, "The code is wrong or too old") {
		t.Errorf("a wrong code: %d %s", status, text)
	}
	if status, _, text := s.ask("POST", "/account/address/code", form("mailed-code", codeMailed.FindString(m.Taken()[0].Text))); status != 303 {
		t.Fatalf("%d %s", status, text)
	}
	_, err = s.enter(t.Context(), here, start{Session: Session{Account: p.ID}}, passkey, 2, s.at)
	s.must(err)
	s.deliverAll()
	_, _, text := s.ask("GET", "/account", nil)
	for _, want := range []string{"is mailed to kim@canary.example", "A sign-in from a browser not seen before", "Mailed"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	other := s.second(p, "other")
	s.deliverAll()
	if _, _, text := s.ask("GET", "/accounts/letters", nil); !strings.Contains(text, "other") || !strings.Contains(text, "You were given a role of staff") || !strings.Contains(text, "There is no link") {
		t.Errorf("the letters are %s", text)
	}
	list, err := s.Notices(t.Context(), other.ID)
	s.must(err)
	s.must(s.Hand(t.Context(), s.again(other), 2)) // that the first address was given
	if status, to, text := s.ask("POST", fmt.Sprintf("/accounts/letters/%d", list[0].Number), nil); status != 303 || to != "/accounts/letters" {
		t.Errorf("%d %s", status, text)
	}
	if _, _, text := s.ask("GET", "/accounts/letters", nil); !strings.Contains(text, "There are no letters to send") {
		t.Errorf("the letters are %s", text)
	}
	if status, _, text := s.ask("POST", "/account/address/end", nil); status != 303 {
		t.Errorf("%d %s", status, text)
	}
	if strings.Contains(s.log.String(), "canary") {
		t.Error("the log holds an address")
	}
	without := newSite(t)
	p = without.operator("oper")
	without.sign("oper", p)
	if _, _, text := without.ask("GET", "/account", nil); !strings.Contains(text, "No mail is sent from here") || strings.Contains(text, `name="address"`) {
		t.Error("without mail the page does not say so")
	}
}

// That there are new jobs goes by mail, once while it waits, and to who gave an address alone:
// it is never a letter of paper, and is not listed among what happened to the account.
func TestNewJobsGoByMailOrNotAtAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, s := mailing(t, d)
		op := k.operator("oper")
		kim, lee := k.seeker(op, "kim"), k.seeker(op, "lee")
		k.reach(kim, s, "kim@mail.example")
		k.deliverAll()
		before, listed := len(s.Taken()), k.states(kim.ID)
		for _, p := range []*Person{kim, lee} {
			for range 2 {
				k.must(k.TellOfJobs(t.Context(), p.ID))
			}
		}
		k.must(errors.Join(k.deliverAll()...))
		mails := s.Taken()[before:]
		if len(mails) != 1 || mails[0].To != "kim@mail.example" || !strings.Contains(mails[0].Text, "일자리 알림") || strings.Contains(mails[0].Text, "http") {
			t.Errorf("mailed was %+v", mails)
		}
		if got := k.states(kim.ID); got != listed {
			t.Errorf("listed are %s, before %s", got, listed)
		}
		if got := k.states(lee.ID); strings.Contains(got, newJobs) {
			t.Errorf("who gave no address has %s", got)
		}
		k.must(k.TellOfJobs(t.Context(), kim.ID)) // the next night
		if k.must(errors.Join(k.deliverAll()...)); len(s.Taken()) != before+2 {
			t.Errorf("the next night %d mails went", len(s.Taken())-before)
		}
	})
}
