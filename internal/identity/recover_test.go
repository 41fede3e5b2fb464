package identity

import (
	"regexp"
	"strings"
	"testing"
	"time"

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
