package identity

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
)

// cancelled is a recovery of kim that somebody in the account cancelled just now; one and
// two are officers.
func (k *desk) cancelled() (op, kim, one, two *Person) {
	k.t.Helper()
	ctx := k.t.Context()
	op = k.operator("oper")
	one, two = k.officer(op, "one", "center"), k.officer(op, "two", "center")
	kim = k.seeker(op, "kim")
	_, _, err := k.recover(ctx, one.ID, "kim")
	k.must(err)
	k.must(k.Cancel(ctx, kim.ID, k.under(kim.ID).ID))
	return op, kim, one, two
}

// under returns the recovery of an account that is under way.
func (k *desk) under(a AccountID) Link {
	k.t.Helper()
	all, err := k.Recoveries(k.t.Context(), a)
	k.must(err)
	if len(all) != 1 {
		k.t.Fatalf("recoveries under way: %+v", all)
	}
	return all[0]
}

// Whoever got into an account cancels a recovery of it once: the next takes two of staff,
// and nobody who is signed in to the account cancels that. It waits its day from the
// second on, and what it takes is in neither's hands alone.
func TestNoIntruderKeepsAnAccount(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		_, kim, one, two := k.cancelled()
		first, err := k.Recover(ctx, one.ID, "kim")
		k.must(err)
		if first.Token == "" || !first.From.IsZero() || first.Code != "" {
			t.Fatalf("the first of two hands over %+v", first)
		}
		k.refused(k.Cancel(ctx, kim.ID, k.under(kim.ID).ID), "identity.error.recovery_two")
		k.at = k.at.Add(2 * 24 * time.Hour)
		_, _, err = k.Linked(ctx, first.Token)
		k.refused(err, "identity.error.link")
		second, err := k.Recover(ctx, two.ID, "kim")
		k.must(err)
		if second.Token != "" || second.Code == "" || !second.From.Equal(k.at.Add(recoveryWait)) {
			t.Fatalf("the second hands over %+v", second)
		}
		k.refused(k.Cancel(ctx, kim.ID, k.under(kim.ID).ID), "identity.error.recovery_two")
		k.at = second.From.Add(-time.Second)
		_, _, err = k.ArriveWith(ctx, first.Token, second.Code, "")
		k.refused(err, "identity.error.link")
		k.at = second.From
		for _, wrong := range []string{"", newCodes()[0]} {
			_, _, err = k.ArriveWith(ctx, first.Token, wrong, "")
			k.refused(err, "identity.error.half")
		}
		in, err := k.SignIn(ctx, here, "kim", secretWord) // the intruder
		k.must(err)
		cookie, _, err := k.ArriveWith(ctx, first.Token, strings.ToLower(second.Code), here.Agent)
		k.must(err)
		p := k.person(cookie)
		_, _, err = k.SetPassword(ctx, p, "", secretWord+" neu", k.code(p), false)
		k.must(err)
		if k.person(in.Cookie) != nil {
			t.Error("the intruder is still there")
		}
		_, err = k.SignIn(ctx, here, "kim", secretWord)
		k.refused(err, "identity.error.wrong")
	})
}

// One of staff alone recovers no account without its owner being able to cancel it: not
// by beginning twice, nor after losing their role, nor by stopping a recovery themselves.
func TestOneOfStaffTakesNoAccount(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op, kim, one, two := k.cancelled()
		three, lee := k.officer(op, "three", "center"), k.seeker(op, "lee")
		_, err := k.Recover(ctx, one.ID, "kim")
		k.must(err)
		again, err := k.Recover(ctx, one.ID, "kim")
		k.must(err)
		if !again.From.IsZero() || !k.under(kim.ID).Waits() {
			t.Error("who began it confirms it")
		}
		own, err := k.Grants(ctx, one.ID)
		k.must(err)
		k.must(k.store.end(ctx, own[0].Number, Console, k.at, func(Grant) error { return nil }))
		after, err := k.Recover(ctx, two.ID, "kim")
		k.must(err)
		if after.Token == "" || !k.under(kim.ID).Waits() || k.under(kim.ID).Maker != two.ID {
			t.Error("what was begun by somebody who may not any more is confirmed")
		}
		k.at = k.at.Add(proposalLasts)
		late, err := k.Recover(ctx, three.ID, "kim")
		k.must(err)
		if late.Token == "" {
			t.Error("a beginning of two weeks ago is confirmed")
		}
		_, err = k.Recover(ctx, two.ID, "lee")
		k.must(err)
		k.must(k.Stop(ctx, two, "lee"))
		next, err := k.Recover(ctx, two.ID, "lee")
		k.must(err)
		if next.From.IsZero() {
			t.Error("one that staff stopped makes the next take two")
		}
		k.must(k.Cancel(ctx, lee.ID, k.under(lee.ID).ID))
		k.at = k.at.Add(twoAfter + time.Second)
		next, err = k.Recover(ctx, two.ID, "lee")
		k.must(err)
		if next.From.IsZero() || k.under(lee.ID).Two {
			t.Error("a month later it still takes two")
		}
	})
}

// Staff stops a recovery that its owner does not know of, but not that of their own account.
func TestStaffStopsARecovery(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		_, kim, one, two := k.cancelled()
		first, err := k.Recover(ctx, one.ID, "kim")
		k.must(err)
		second, err := k.Recover(ctx, two.ID, "kim")
		k.must(err)
		k.refused(k.Stop(ctx, k.again(kim), "kim"), "identity.error.denied")
		k.refused(k.Stop(ctx, two, "two"), "identity.error.denied")
		k.must(k.Stop(ctx, two, "kim"))
		k.refused(k.Stop(ctx, two, "kim"), "identity.error.no_recovery")
		k.at = second.From
		_, _, err = k.ArriveWith(ctx, first.Token, second.Code, "")
		k.refused(err, "identity.error.link")
	})
}

// The account of somebody of staff is begun by the console and confirmed by one of staff;
// where nobody else could, the console is enough.
func TestAnIntruderInAnAccountOfStaff(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		begin := func() Begun {
			got, err := k.Recover(ctx, Console, "oper")
			k.must(err)
			return got
		}
		begin()
		k.must(k.Cancel(ctx, op.ID, k.under(op.ID).ID))
		alone := begin()
		k.refused(k.Cancel(ctx, op.ID, k.under(op.ID).ID), "identity.error.recovery_two")
		k.at = alone.From
		_, _, err := k.Linked(ctx, alone.Token)
		k.must(err)
		officer := k.officer(op, "officer", "center")
		_, err = k.Recover(ctx, officer.ID, "oper")
		k.refused(err, "identity.error.recover_staff")
		first := begin()
		if !first.From.IsZero() {
			t.Fatal("the console alone, beside somebody who could be the second")
		}
		second, err := k.Recover(ctx, officer.ID, "oper")
		k.must(err)
		k.at = second.From
		_, _, err = k.ArriveWith(ctx, first.Token, second.Code, "")
		k.must(err)
	})
}

// The owner is told that a recovery takes two and that there were two; neither of them
// hands over the letter that tells it, or proves who the owner is.
func TestARecoveryOfTwoIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		ctx := t.Context()
		_, kim, one, two := k.cancelled()
		for _, by := range []*Person{one, two} {
			_, err := k.Recover(ctx, by.ID, "kim")
			k.must(err)
		}
		k.deliverAll()
		if got := k.states(kim.ID); !strings.HasSuffix(got, recoveryAsked+"="+letter+" "+recoveryAgreed+"="+letter) {
			t.Errorf("told: %s", got)
		}
		for _, by := range []*Person{one, two} {
			l, err := k.letterTo(ctx, by, kim.ID)
			if err != nil || !l.Barred {
				t.Errorf("%s hands the letter over: %v", by.Name, err)
			}
			err = k.Prove(ctx, by, "kim", AtDesk, kimIs, Shown{"passport", "M0000"}, Shown{"resident-card", "0000"})
			k.refused(err, "identity.proof.maker")
		}
	})
}

// A recovery ends the first link of an account that was never set up: whoever made that
// does not set up their own way in afterwards.
func TestARecoveryEndsTheFirstLink(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		_, _, err := k.Add(ctx, op, "kim", Grant{Role: "seeker"})
		k.must(err)
		link, from, err := k.recover(ctx, Console, "kim")
		k.must(err)
		k.at = from
		enrol, err := k.Enrol(ctx, op.ID, "kim")
		k.must(err)
		k.join(link)
		_, _, err = k.Linked(ctx, enrol)
		k.refused(err, "identity.error.link")
	})
}

// The pages of a recovery that takes two: what each of staff hands over, what the account
// shows, and how its owner arrives.
func TestTheWayOfARecoveryOfTwo(t *testing.T) {
	s := newSite(t)
	_, kim, one, two := s.cancelled()
	s.sign("one", one)
	_, _, text := s.ask("POST", "/accounts/recover", form("name", "kim"))
	link := regexp.MustCompile(`/enrol/[\w-]{43}`).FindString(text)
	if link == "" || !strings.Contains(text, "a second member of staff") {
		t.Fatalf("the first: %s", text)
	}
	s.leave()
	s.sign("kim", kim)
	if _, _, text := s.ask("GET", "/account", nil); strings.Contains(text, "/account/recoveries/") || !strings.Contains(text, "and a second has to") {
		t.Errorf("the account while it waits: %s", text)
	}
	s.leave()
	s.sign("two", two)
	_, _, text = s.ask("POST", "/accounts/recover", form("name", "kim"))
	code := regexp.MustCompile(`[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}`).FindString(text)
	if code == "" || strings.Contains(text, "/enrol/") {
		t.Fatalf("the second: %s", text)
	}
	s.leave()
	s.sign("kim", kim)
	if _, _, text := s.ask("GET", "/account", nil); strings.Contains(text, "/account/recoveries/") || !strings.Contains(text, "Staff who met the owner") {
		t.Errorf("the account: %s", text)
	}
	if status, _, text := s.ask("POST", "/account/recoveries/"+s.under(kim.ID).ID, nil); status != 403 && !strings.Contains(text, "cannot be cancelled here") {
		t.Errorf("cancelled: %d", status)
	}
	s.leave()
	s.at = s.at.Add(25 * time.Hour)
	if _, _, text := s.ask("GET", link, nil); !strings.Contains(text, `name="code"`) {
		t.Errorf("no code is asked for: %s", text)
	}
	for given, want := range map[string]int{"": 422, "ABCD-EFGH-JKLM": 422} {
		if status, _, text := s.ask("POST", link, form("code", given)); status != want || !strings.Contains(text, `id="code-fault"`) {
			t.Errorf("%q: %d %s", given, status, text)
		}
	}
	if status, to, _ := s.ask("POST", link, form("code", code)); status != 303 || to != "/enrol" {
		t.Errorf("with the code: %d %s", status, to)
	}
	s.leave()
	s.sign("one", one)
	if status, to, _ := s.ask("POST", "/accounts/stop", form("name", "kim")); status != 303 || to != "/accounts?done=stop" {
		t.Errorf("stopped: %d %s", status, to)
	}
	if status, _, text := s.ask("GET", "/accounts?done=stop", nil); status != 200 || !strings.Contains(text, "The recovery is stopped") {
		t.Errorf("said: %d", status)
	}
}

// guesses makes wrong second factors after the right password, from elsewhere each time.
func (k *desk) guesses(name string, n int) {
	k.t.Helper()
	for done := 0; done < n; {
		k.at = k.at.Add(time.Minute)
		e, err := k.SignIn(k.t.Context(), here, name, secretWord)
		k.must(err)
		_, err = k.Second(k.t.Context(), here, k.person(e.Cookie), "ZZZZ")
		if errors.Is(err, ieum.ErrBusy) {
			continue
		}
		if err == nil {
			k.t.Fatal("a guess is right")
		}
		done++
	}
}

// Wrong second factors after a right password have a ceiling that no restart lifts: their
// owner is told of twenty in a row, and after a hundred codes of the app count in a browser
// that was signed in with before alone, in which nothing slows the owner down.
func TestGuessesAtTheSecondFactorEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		ctx := t.Context()
		oper := k.operator("oper")
		codes, err := k.Print(ctx, oper)
		k.must(err)
		try := func(v Visit, code func() string) (Entry, error) {
			k.at = k.at.Add(time.Minute)
			e, err := k.SignIn(ctx, v, "oper", secretWord)
			k.must(err)
			return k.Second(ctx, v, k.person(e.Cookie), code())
		}
		fromApp := func() string { return k.code(&Person{Account: oper.Account}) }
		e, err := try(here, fromApp)
		k.must(err)
		known := here
		known.Known = e.Known
		told := func() string {
			k.deliverAll()
			return k.states(oper.ID)
		}
		k.guesses("oper", wrongTold-1)
		if strings.Contains(told(), codesWrong) {
			t.Error("told too early")
		}
		k.guesses("oper", 1)
		if !strings.HasSuffix(told(), codesWrong+"="+letter) {
			t.Errorf("of twenty the owner is told %s", told())
		}
		again := newDesk(t, d, func(o *Options) { o.Keys = k.keys }) // after a restart
		again.at = k.at
		k, again = again, nil
		k.guesses("oper", wrongHeld-wrongTold-1)
		if strings.Contains(told(), appHeld) {
			t.Error("held too early")
		}
		k.guesses("oper", 1)
		if !strings.HasSuffix(told(), appHeld+"="+letter) {
			t.Errorf("of a hundred the owner is told %s", told())
		}
		_, err = try(here, fromApp)
		k.refused(err, "identity.error.held")
		if n, err := k.store.wrong(ctx, oper.ID); err != nil || n != wrongHeld+1 {
			t.Errorf("%d wrong ones: %v", n, err)
		}
		e, err = try(here, func() string { return codes[0] })
		k.must(err)
		_, err = try(here, fromApp) // a right sign-in began the count anew
		k.must(err)
		k.guesses("oper", wrongHeld)
		e, err = try(known, fromApp)
		k.must(err)
		for range 5 {
			k.guesses("oper", wrongHeld/5)
			k.person(e.Cookie) // is used all along
		}
		p := k.person(e.Cookie)
		p.Session.Made = k.at
		_, _, err = k.SetPassword(ctx, p, "", secretWord, "", false)
		k.must(err)
		_, err = try(here, fromApp)
		k.must(err)
	})
}

// The secret of an app that was set up is shown to nobody any more: whoever finds the
// page open within ten minutes would have the app, too.
func TestTheSecretOfAnAppIsShownUntilItIsSetUp(t *testing.T) {
	s := newSite(t)
	oper := s.operator("oper")
	s.sign("oper", oper)
	secret := func() string {
		_, _, text := s.ask("GET", "/account", nil)
		m := secretShown.FindStringSubmatch(text)
		if m == nil {
			t.Fatal("no secret is shown")
		}
		return strings.ReplaceAll(m[1], " ", "")
	}
	live := secret()
	if secret() != live {
		t.Error("another secret before the app is set up")
	}
	if status, _, text := s.ask("POST", "/account/app", form("code", s.code(&Person{Session: Session{secret: live}}))); status != 303 {
		t.Fatalf("%d %s", status, text)
	}
	if secret() == live {
		t.Error("the secret of the app is shown again")
	}
}

var keptIn = regexp.MustCompile(`name="kept" value="([\w-]+)"`)

// A form that was written before a session ended is sent on by whose session it was alone,
// also once nothing is kept of that session; where nobody was signed in, whoever sends it
// sees what it holds, and can leave it.
func TestAKeptFormOfAnEndedSession(t *testing.T) {
	s := newSite(t)
	one, two := s.operator("oper"), s.operator("other")
	write := func() string {
		_, _, text := s.ask("POST", "/accounts/roles/77/confirm", form("x", "<b>what it holds</b>"))
		m := keptIn.FindStringSubmatch(text)
		if m == nil || !strings.Contains(text, `href="/sign-in"`) {
			t.Fatal(text)
		}
		return m[1]
	}
	waits := func(text string) bool { return strings.Contains(text, `action="/accounts/roles/77/confirm"`) }
	end := map[string]func(){
		"was used by nobody": func() { s.at = s.at.Add(31 * time.Minute) },
		"was ended elsewhere": func() {
			s.must(s.EndSession(t.Context(), one.ID, s.person(s.cookie(sessionCookie)).Session.ID))
		},
	}
	for why, ended := range end {
		for name, by := range map[string]*Person{"oper": one, "other": two} {
			s.leave()
			s.sign("oper", one)
			ended()
			waiting := write()
			if _, _, text := s.sign(name, by, "kept", waiting); waits(text) != (name == "oper") {
				t.Errorf("a session that %s: %s is offered the form: %t", why, name, waits(text))
			}
		}
	}
	s.leave()
	s.sign("oper", one)
	s.ask("POST", "/sign-out", url.Values{})
	_, _, text := s.sign("other", two, "kept", write())
	if !waits(text) || !strings.Contains(text, "/accounts/roles/77/confirm</code>") || !strings.Contains(text, "<code>x</code>") ||
		!strings.Contains(text, "<b>what it holds</b></pre>") || !strings.Contains(text, "before anybody had signed in") || !strings.Contains(text, "Do not send it") {
		t.Errorf("the form of a visitor: %s", text)
	}
}
