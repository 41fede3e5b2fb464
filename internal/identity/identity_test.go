package identity

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/journal"
	"ieum/internal/platform/seal"
)

// cheap is a hash that costs next to nothing.
var cheap = Cost{Memory: 8, Time: 1, Threads: 1}

// A desk is a registry with a clock of its own.
type desk struct {
	*Registry
	t    *testing.T
	db   *db.DB
	keys *seal.Keys
	at   time.Time
}

func newDesk(t *testing.T, d *db.DB, changes ...func(*Options)) *desk {
	t.Helper()
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	if err := journal.Migrate(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	k := &desk{t: t, db: d, at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	dir := t.TempDir()
	k.keys, err = seal.Open(dir, seal.NewMaster(filepath.Join(dir, "master.key")))
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Keys: k.keys, Cost: cheap}
	for _, change := range changes {
		change(&o)
	}
	k.Registry, err = New(t.Context(), d, set, func() time.Time { return k.at }, o)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// each runs a test on every database.
func each(t *testing.T, f func(t *testing.T, k *desk)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, newDesk(t, d)) })
}

const secretWord = "긴 비밀번호 하나 둘"

var here = Visit{Address: "192.0.2.7:4000", Agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}

// code returns what somebody's app shows now.
func (k *desk) code(p *Person) string { return k.codeAt(p, k.at) }

func (k *desk) codeAt(p *Person, at time.Time) string {
	k.t.Helper()
	secret := p.Session.secret
	if secret == "" {
		have, err := k.Factors(context.Background(), p.ID)
		k.must(err)
		for _, f := range have {
			if f.Kind == app {
				secret = f.data
			}
		}
	}
	code, err := totp.GenerateCodeCustom(secret, at, totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	k.must(err)
	return code
}

func (k *desk) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

// person returns who a cookie stands for.
func (k *desk) person(cookie string) *Person {
	k.t.Helper()
	p, err := k.Who(context.Background(), cookie)
	k.must(err)
	return p
}

// join sets an account up by its link, with a password and an app, and returns
// who is signed in then.
func (k *desk) join(token string) *Person {
	k.t.Helper()
	ctx := context.Background()
	cookie, _, err := k.Arrive(ctx, token, here.Agent)
	k.must(err)
	p := k.person(cookie)
	cookie, _, err = k.SetPassword(ctx, p, here.Agent, secretWord, k.code(p), false)
	k.must(err)
	return k.person(cookie)
}

// recover begins a recovery that one member of staff makes.
func (k *desk) recover(ctx context.Context, by AccountID, name string) (link string, from time.Time, err error) {
	got, err := k.Recover(ctx, by, name)
	return got.Token, got.From, err
}

// operator makes the first operator.
func (k *desk) operator(name string) *Person {
	k.t.Helper()
	token, _, err := k.Add(context.Background(), nil, name, Grant{Role: "operator"})
	k.must(err)
	return k.join(token)
}

// again returns a person as the next request sees them.
func (k *desk) again(p *Person) *Person {
	k.t.Helper()
	s, err := k.store.session(context.Background(), p.Session.hash, k.at)
	k.must(err)
	q := &Person{Account: p.Account, Session: s, roles: k.roles}
	all, err := k.Grants(context.Background(), p.ID)
	k.must(err)
	for _, g := range all {
		if g.Holds(k.at) {
			q.Grants = append(q.Grants, g)
		}
	}
	return q
}

// refused fails unless err is the sentence of a key.
func (k *desk) refused(err error, key string) {
	k.t.Helper()
	e, ok := errors.AsType[*ieum.Error](err)
	if !ok || e.Key != key {
		k.t.Errorf("got %v, want %s", err, key)
	}
}

func TestOneOperatorBeginsAndTwoGrant(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		first := k.operator("first")
		if !first.May(ieum.Operate, Subject{}) || first.MayAny(ieum.ReadClients) {
			t.Fatalf("the first operator may %v", first.Grants)
		}
		token, waiting, err := k.Add(ctx, nil, "second", Grant{Role: "operator"})
		k.must(err)
		second := k.join(token)
		if waiting.Confirmer != "" || second.MayAny(ieum.Operate) {
			t.Error("the console alone gave a second operator the role")
		}
		k.refused(k.Confirm(ctx, second, waiting.Number), "identity.error.denied")
		k.must(k.Confirm(ctx, first, waiting.Number))
		if second = k.again(second); !second.MayAny(ieum.Operate) {
			t.Error("a role that was confirmed does not count")
		}
		k.refused(k.Confirm(ctx, first, waiting.Number), "identity.role.settled")

		token, _, err = k.Add(ctx, first, "third", Grant{Role: "seeker"})
		k.must(err)
		third := k.join(token)
		g, err := k.ProposeFor(ctx, first, "third", Grant{Role: "analyst"})
		k.must(err)
		k.refused(k.Confirm(ctx, first, g.Number), "identity.role.second")
		if third = k.again(third); third.MayAny(ieum.ReadStatistics) {
			t.Error("a role counts that one person granted")
		}
		k.must(k.Confirm(ctx, second, g.Number))
		if third = k.again(third); !third.MayAny(ieum.ReadStatistics) {
			t.Error("a role of two people does not count")
		}
		_, err = k.ProposeFor(ctx, first, "first", Grant{Role: "analyst"})
		k.refused(err, "identity.role.own")
		_, err = k.ProposeFor(ctx, third, "second", Grant{Role: "analyst"})
		k.refused(err, "identity.error.denied")
		_, err = k.ProposeFor(ctx, first, "second", Grant{Role: "auditor"})
		k.refused(err, "identity.role.apart")

		k.must(k.End(ctx, second, g.Number))
		if third = k.again(third); third.MayAny(ieum.ReadStatistics) {
			t.Error("a role that was ended counts")
		}
		k.at = k.at.AddDate(1, 0, 1)
		all, err := k.Grants(ctx, first.ID)
		k.must(err)
		if all[0].Holds(k.at) {
			t.Error("an operator of a year ago still is one")
		}
	})
}

// Who works for a firm opens résumés of those who agree: the role takes two people, as
// those of staff do, and both see on the page what waits.
func TestTwoGrantWhatOpensRecords(t *testing.T) {
	s := newSite(t)
	ctx := t.Context()
	one := s.operator("one")
	two := s.second(one, "two")
	s.must(s.AddOrganisation(ctx, one.ID, Organisation{ID: "firm", Name: "가상 기업", Kind: "employer"}))
	token, g, err := s.Add(ctx, one, "boss", Grant{Role: "employer", Organisation: "firm"})
	s.must(err)
	boss := s.join(token)
	if g.Confirmer != "" || boss.MayAny(ieum.OwnPostings) {
		t.Fatal("one operator gives a role that opens résumés")
	}
	s.refused(s.Confirm(ctx, one, g.Number), "identity.role.second")
	s.sign("two", two)
	confirm := fmt.Sprintf("/accounts/roles/%d/confirm", g.Number)
	if _, _, text := s.ask("GET", "/accounts", nil); !strings.Contains(text, confirm) || !strings.Contains(text, ">boss<") {
		t.Error("the second operator is not shown what waits")
	}
	if status, _, _ := s.ask("POST", confirm, nil); status != 303 || !s.again(boss).MayAny(ieum.OwnPostings) {
		t.Errorf("two operators give it: %d", status)
	}
	if _, _, text := s.ask("GET", "/accounts", nil); strings.Contains(text, ">boss<") {
		t.Error("an employer is listed among staff")
	}
	if _, g, err := s.Add(ctx, one, "kim", Grant{Role: "seeker"}); err != nil || g.Confirmer != one.ID {
		t.Errorf("a seeker's role waits: %v", err)
	}
	if _, g, err := s.Add(ctx, nil, "other", Grant{Role: "employer", Organisation: "firm"}); err != nil || g.Confirmer != "" {
		t.Errorf("the console alone gives it: %v", err)
	}
}

// A role that is granted anew keeps the number by which people know who holds it.
func TestAGrantKnowsTheFirstOfItsRole(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		by := k.operator("first")
		_, other, err := k.Add(ctx, by, "kim", Grant{Role: "seeker"})
		k.must(err)
		for range 2 {
			g, err := k.ProposeFor(ctx, by, "kim", Grant{Role: "analyst"})
			k.must(err)
			all, err := k.Grants(ctx, g.Account)
			k.must(err)
			if first := all[len(all)-2]; all[0].Role != "analyst" || all[0].First != first.Number || first.Number == other.Number {
				t.Errorf("%+v", all)
			}
			k.must(k.End(ctx, by, g.Number))
		}
	})
}

func TestARoleReachesSoFarAndNoFurther(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		k.must(k.AddOrganisation(ctx, op.ID, Organisation{"seoul", "가상 서울센터", "agency", nil}))
		k.must(k.AddSite(ctx, op.ID, "seoul", Site{"jongno", "가상 종로"}))
		k.refused(k.AddSite(ctx, op.ID, "busan", Site{"jung", "가상"}), "identity.error.no_place")
		k.refused(k.AddOrganisation(ctx, op.ID, Organisation{"Seoul!", "가상", "agency", nil}), "identity.error.place")
		k.refused(k.AddOrganisation(ctx, op.ID, Organisation{"seoul", "가상", "agency", nil}), "identity.error.taken")
		_, _, err := k.Add(ctx, op, "anna", Grant{Role: "officer"})
		k.refused(err, "identity.role.for_whom")
		_, _, err = k.Add(ctx, op, "anna", Grant{Role: "officer", Organisation: "seoul", Reach: defs.ReachAll})
		k.refused(err, "identity.role.reach")
		_, _, err = k.Add(ctx, op, "anna", Grant{Role: "officer", Organisation: "seoul", Until: k.at.AddDate(1, 0, 1)})
		k.refused(err, "identity.role.until")
		_, _, err = k.Add(ctx, op, "anna", Grant{Role: "officers", Organisation: "seoul"})
		k.refused(err, "identity.role.no_role")
		_, _, err = k.Add(ctx, op, "a b", Grant{Role: "officer", Organisation: "seoul"})
		k.refused(err, "identity.error.name")
		if _, err := k.store.named(ctx, "anna"); !errors.Is(err, ieum.ErrNotFound) {
			t.Error("a role that was refused left an account")
		}
		site := Grant{Role: "officer", Organisation: "seoul", Site: "jongno", Reach: defs.ReachSite, Account: "a", Confirmer: "b", Until: k.at.Add(1)}
		p := &Person{Account: Account{ID: "a"}, Grants: []Grant{site}, roles: k.roles}
		for _, tt := range []struct {
			what ieum.Permission
			to   Subject
			may  bool
		}{
			{ieum.Decide, Subject{Organisation: "seoul", Site: "jongno"}, true},
			{ieum.Decide, Subject{Organisation: "seoul", Site: "jung"}, false},
			{ieum.Decide, Subject{Organisation: "busan", Site: "jongno"}, false},
			{ieum.Decide, Subject{}, false},
			{ieum.WriteClients, Subject{Organisation: "seoul", Site: "jongno"}, false},
		} {
			if p.May(tt.what, tt.to) != tt.may {
				t.Errorf("%s to %+v: %v", tt.what, tt.to, !tt.may)
			}
		}
		p.Grants[0].Reach, p.Grants[0].Role = defs.ReachAssigned, "counsellor"
		if p.May(ieum.ReadClients, Subject{Organisation: "seoul"}) || !p.May(ieum.ReadClients, Subject{Organisation: "seoul", Assigned: true}) {
			t.Error("a counsellor reads clients who are not theirs, or not their own")
		}
	})
}

func TestARoleIsLentForAWhile(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		token, _, err := k.Add(ctx, op, "stand-in", Grant{Role: "seeker"})
		k.must(err)
		standIn := k.join(token)
		own := op.Grants[0]
		_, err = k.Delegate(ctx, op, own.Number, "stand-in", k.at.AddDate(0, 0, 31))
		k.refused(err, "identity.role.until")
		if _, err := k.Delegate(ctx, standIn, own.Number, "stand-in", k.at.AddDate(0, 0, 3)); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("somebody lends what they do not have: %v", err)
		}
		lent, err := k.Delegate(ctx, op, own.Number, "stand-in", k.at.AddDate(0, 0, 3))
		k.must(err)
		if standIn = k.again(standIn); standIn.MayAny(ieum.Operate) {
			t.Error("a role is lent without a second person")
		}
		k.refused(k.Confirm(ctx, op, lent.Number), "identity.role.second")
		k.must(k.store.confirm(ctx, lent.Number, "another", func(Grant, []Grant) error { return nil }))
		if standIn = k.again(standIn); !standIn.MayAny(ieum.Operate) {
			t.Error("a role that was lent does not count")
		}
		if _, err := k.Delegate(ctx, standIn, lent.Number, "oper", k.at.AddDate(0, 0, 1)); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("what was lent is lent on: %v", err)
		}
		k.must(k.End(ctx, op, own.Number))
		if standIn = k.again(standIn); standIn.MayAny(ieum.Operate) {
			t.Error("what was lent outlives what it was lent from")
		}
	})
}

// Roles of others than staff are given by operators alone: an employer lends
// none, and nobody learns by trying which names there are.
func TestOnlyRolesOfStaffAreLent(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		k.must(k.AddOrganisation(ctx, op.ID, Organisation{ID: "firm", Name: "가상 기업", Kind: "employer"}))
		boss := k.join(k.employer(op, "boss", "firm"))
		_, _, err := k.Add(ctx, op, "kim", Grant{Role: "seeker"})
		k.must(err)
		for _, name := range []string{"kim", "nobody-there"} {
			if _, err := k.Delegate(ctx, boss, boss.Grants[0].Number, name, k.at.AddDate(0, 0, 3)); !errors.Is(err, ieum.ErrNotFound) {
				t.Errorf("an employer lends its role to %s: %v", name, err)
			}
		}
	})
}

// Somebody of a contracted provider sees the clients assigned to them, and nobody gives
// them more: not by a new account, a role, a site, a loan or the pages.
func TestAProviderSeesAssignedClientsOnly(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		k.must(k.AddOrganisation(ctx, op.ID, Organisation{ID: "works", Name: "가상 위탁기관", Kind: "provider"}))
		k.must(k.AddSite(ctx, op.ID, "works", Site{"east", "동부"}))
		one := k.counsellor(op, "counsellor", "works")
		if !one.May(ieum.ReadClients, Subject{Organisation: "works", Assigned: true}) || one.May(ieum.ReadClients, Subject{Organisation: "works"}) {
			t.Error("a counsellor of a provider does not see exactly the clients assigned to them")
		}
		k.seeker(op, "kim")
		for what, want := range map[string]Grant{
			"an officer":   {Role: "officer", Organisation: "works"},
			"of a site":    {Role: "officer", Organisation: "works", Site: "east", Reach: defs.ReachSite},
			"an analyst":   {Role: "analyst", Organisation: "works"},
			"an employer":  {Role: "employer", Organisation: "works"},
			"said in full": {Role: "officer", Organisation: "works", Reach: defs.ReachOrganisation},
		} {
			_, err := k.ProposeFor(ctx, op, "kim", want)
			k.refused(err, "identity.role.provider")
			_, _, err = k.Add(ctx, op, "new", want)
			k.refused(err, "identity.role.provider")
			if _, err := k.Find(ctx, "new"); !errors.Is(err, ieum.ErrNotFound) {
				t.Errorf("%s: an account is left: %v", what, err)
			}
		}
		if _, err := k.ProposeFor(ctx, op, "kim", Grant{Role: "officer", Organisation: "works", Reach: defs.ReachAssigned}); err != nil {
			t.Errorf("a narrow officer: %v", err)
		}
		wide, err := k.store.addGrant(ctx, Grant{Account: one.ID, Role: "officer", Reach: defs.ReachOrganisation, Organisation: "works", Since: k.at, Until: k.at.AddDate(0, 3, 0), Proposer: Console, Confirmer: Console}, k.at, nil, func(_, _ []Grant) (Grant, error) {
			return Grant{Account: one.ID, Role: "officer", Reach: defs.ReachOrganisation, Organisation: "works", Since: k.at, Until: k.at.AddDate(0, 3, 0), Proposer: Console, Confirmer: Console}, nil
		})
		k.must(err)
		_, err = k.Delegate(ctx, k.again(one), wide.Number, "kim", k.at.AddDate(0, 0, 3))
		k.refused(err, "identity.role.provider")
	})
	s := newSite(t)
	op := s.operator("oper")
	s.must(s.AddOrganisation(t.Context(), op.ID, Organisation{ID: "works", Name: "가상 위탁기관", Kind: "provider"}))
	s.seeker(op, "kim")
	s.sign("oper", op)
	for _, do := range []string{"role", "new"} {
		if status, _, text := s.ask("POST", "/accounts/"+do, form("name", map[string]string{"role": "kim", "new": "lee"}[do], "role", "officer", "place", "works")); status != 422 || !strings.Contains(text, `id="place-fault"`) {
			t.Errorf("/accounts/%s: %d", do, status)
		}
	}
}

func TestSigningInTakesTwoFactors(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		k.at = k.at.Add(time.Hour)
		e, err := k.SignIn(ctx, here, " OPER ", secretWord)
		k.must(err)
		p := k.person(e.Cookie)
		if !e.Second || p.Session.Stage != stageFirst || len(p.Grants) > 0 {
			t.Fatalf("the password alone came to %+v", p)
		}
		for _, wrong := range []string{"", "000000", k.codeAt(op, k.at.Add(-2*time.Minute)), k.codeAt(op, k.at.Add(2*time.Minute))} {
			_, err := k.Second(ctx, here, p, wrong)
			k.refused(err, "identity.error.code")
		}
		code := k.codeAt(op, k.at.Add(-30*time.Second)) // a clock that is half a minute slow
		full, err := k.Second(ctx, here, p, code)
		k.must(err)
		if full.Cookie == e.Cookie || k.person(e.Cookie) != nil {
			t.Error("the cookie of the way in lives on")
		}
		if q := k.person(full.Cookie); q == nil || !q.MayAny(ieum.Operate) {
			t.Fatal("two factors do not sign in")
		}
		e, err = k.SignIn(ctx, here, "oper", secretWord)
		k.must(err)
		_, err = k.Second(ctx, here, k.person(e.Cookie), code)
		k.refused(err, "identity.error.code")
		_, err = k.Second(ctx, here, k.person(e.Cookie), k.code(op))
		k.must(err)
	})
}

func TestACodeIsTakenOnceEvenByTwoAtOnce(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		k.at = k.at.Add(time.Hour)
		code, taken := k.code(op), make(chan bool)
		var people []*Person
		for range 4 {
			e, err := k.SignIn(ctx, here, "oper", secretWord)
			k.must(err)
			people = append(people, k.person(e.Cookie))
		}
		for _, p := range people {
			go func() {
				_, err := k.Second(ctx, here, p, code)
				taken <- err == nil
			}()
		}
		n := 0
		for range people {
			if <-taken {
				n++
			}
		}
		if n != 1 {
			t.Errorf("one code let %d in", n)
		}
	})
}

func TestWrongCodesEndTheWayIn(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		k.at = k.at.Add(time.Hour)
		e, err := k.SignIn(ctx, here, "oper", secretWord)
		k.must(err)
		for range mostTries {
			_, err = k.Second(ctx, here, k.person(e.Cookie), "123")
			k.refused(err, "identity.error.code")
		}
		if _, err = k.Second(ctx, here, k.person(e.Cookie), k.code(op)); !errors.Is(err, ieum.ErrSignedOut) {
			t.Errorf("after %d wrong codes: %v", mostTries, err)
		}
	})
}

func TestPrintedCodesWorkOnce(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		token, _, err := k.Add(ctx, nil, "halmoni", Grant{Role: "operator"})
		k.must(err)
		cookie, _, err := k.Arrive(ctx, token, "")
		k.must(err)
		_, _, err = k.SetPassword(ctx, k.person(cookie), "", secretWord, "", false)
		k.refused(err, "identity.error.two")
		_, codes, err := k.SetPassword(ctx, k.person(cookie), "", secretWord, "", true)
		k.must(err)
		if len(codes) != codesPrinted {
			t.Fatalf("%d codes", len(codes))
		}
		for i, typed := range []string{codes[0], strings.ToLower(strings.ReplaceAll(codes[1], "-", " ")), codes[0]} {
			e, err := k.SignIn(ctx, here, "halmoni", secretWord)
			k.must(err)
			_, err = k.Second(ctx, here, k.person(e.Cookie), typed)
			if i < 2 {
				k.must(err)
			} else {
				k.refused(err, "identity.error.code")
			}
		}
		_, err = k.store.link(ctx, sum(token))
		k.must(err)
		_, _, err = k.Linked(ctx, token)
		k.refused(err, "identity.error.link")
	})
}

// Who uses up a printed list is told in time, and is not left with the password alone
// unsaid: it lets in where they signed in before, and nowhere else.
func TestPrintedCodesRunOut(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		token, _, err := k.Add(ctx, k.operator("oper"), "halmoni", Grant{Role: "seeker"})
		k.must(err)
		cookie, _, err := k.Arrive(ctx, token, "")
		k.must(err)
		_, codes, err := k.SetPassword(ctx, k.person(cookie), "", secretWord, "", true)
		k.must(err)
		home := here
		var p *Person
		for i, code := range codes {
			k.at = k.at.Add(time.Hour)
			e, err := k.SignIn(ctx, home, "halmoni", secretWord)
			k.must(err)
			e, err = k.Second(ctx, home, k.person(e.Cookie), code)
			k.must(err)
			home.Known, p = e.Known, k.person(e.Cookie)
			got, err := k.Warnings(ctx, p)
			k.must(err)
			noted, err := k.Notices(ctx, p.ID)
			k.must(err)
			isFew := func(n Notice) bool { return n.Kind == fewCodes }
			if few := len(codes)-1-i <= codesFew; slices.Contains(got, fewCodes) != few || slices.ContainsFunc(noted, isFew) != few {
				t.Errorf("%d codes are left, and told is %v, noted %v", len(codes)-1-i, got, noted)
			}
		}
		list, err := k.Notices(ctx, p.ID)
		k.must(err)
		var kinds []string
		for _, n := range list {
			if n.Kind == fewCodes || n.Kind == noCodes {
				kinds = append(kinds, n.Kind)
			}
		}
		if !slices.Equal(kinds, []string{noCodes, fewCodes}) {
			t.Errorf("noted are %v", kinds)
		}
		_, err = k.SignIn(ctx, here, "halmoni", secretWord)
		k.refused(err, "identity.error.no_codes")
		_, err = k.SignIn(ctx, here, "halmoni", "wrong password")
		k.refused(err, "identity.error.wrong")
		e, err := k.SignIn(ctx, home, "halmoni", secretWord)
		k.must(err)
		p = k.person(e.Cookie)
		if e.Second || p.Session.factors != 1 {
			t.Errorf("in a known browser: %+v, %+v", e, p.Session)
		}
		_, err = k.Print(ctx, p)
		k.must(err)
		if got, err := k.Warnings(ctx, p); err != nil || len(got) > 0 {
			t.Errorf("a new list is printed, and told is %v, %v", got, err)
		}
		if e, err := k.SignIn(ctx, here, "halmoni", secretWord); err != nil || !e.Second {
			t.Errorf("with a new list: %+v, %v", e, err)
		}
	})
}

func TestNobodyLearnsWhichAccountsThereAre(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		k.operator("oper")
		_, err1 := k.SignIn(ctx, here, "oper", "wrong password")
		_, err2 := k.SignIn(ctx, here, "nobody", "wrong password")
		_, err3 := k.SignIn(ctx, here, "No Name!", strings.Repeat("x", 5000))
		for _, err := range []error{err1, err2, err3} {
			k.refused(err, "identity.error.wrong")
		}
		counted := func(name string) (n int) {
			for ; n < 100; n++ {
				if _, err := k.SignIn(ctx, Visit{Address: map[bool]string{true: "192.0.2.100:1", false: "192.0.2.101:1"}[name == "oper"]}, name, "wrong password"); errors.Is(err, ieum.ErrBusy) {
					return n
				}
			}
			return n
		}
		if a, b := counted("oper"), counted("nobody"); a != b || a == 100 {
			t.Errorf("an account that is there is tried %d times, one that is not %d times", a, b)
		}
	})
}

// Every try costs a hash, whoever is asked for: when no hash can be had, all are
// told so.
func TestEveryTryCostsAHash(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.operator("oper")
		_, _, err := k.Add(t.Context(), nil, "empty", Grant{Role: "seeker"})
		k.must(err)
		for range cap(k.hasher.turns.Asked) {
			k.hasher.turns.Asked <- struct{}{}
		}
		for _, name := range []string{"oper", "empty", "nobody", "", "No Name!"} {
			_, err := k.SignIn(t.Context(), here, name, "wrong password")
			k.refused(err, "identity.error.busy")
		}
	})
}

// Guessing is slowed down by address and by account; who signed in with this
// browser before is not kept out by those who guess elsewhere.
func TestStuffingIsSlowedAndLocksNobodyOut(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		k.at = k.at.Add(time.Hour)
		e, err := k.SignIn(ctx, here, "oper", secretWord)
		k.must(err)
		full, err := k.Second(ctx, here, k.person(e.Cookie), k.code(op))
		k.must(err)
		if full.Known == "" {
			t.Fatal("the browser is not known again")
		}
		limited := 0
		for i := range 40 {
			_, err := k.SignIn(ctx, Visit{Address: "203.0.113." + string(rune('1'+i%5)) + ":99"}, "oper", "guess")
			if errors.Is(err, ieum.ErrBusy) {
				limited++
			}
		}
		if limited < 25 {
			t.Errorf("of 40 guesses from five addresses only %d were held up", limited)
		}
		known := here
		known.Known = full.Known
		if _, err := k.SignIn(ctx, known, "oper", secretWord); err != nil {
			t.Errorf("the owner is kept out: %v", err)
		}
		there := Visit{Address: "203.0.113.200:1"} // a neighbour of who guesses
		if _, err := k.SignIn(ctx, there, "oper", secretWord); !errors.Is(err, ieum.ErrBusy) {
			t.Errorf("a browser nobody knows passes: %v", err)
		}
		k.at = k.at.Add(2 * time.Minute)
		if _, err := k.SignIn(ctx, there, "oper", secretWord); err != nil {
			t.Errorf("after two minutes: %v", err)
		}
		crowd := 0
		for i := range 60 {
			name := "n" + strings.Repeat("x", 3+i)
			if _, err := k.SignIn(ctx, Visit{Address: "198.51.100.9:1"}, name, "guess"); errors.Is(err, ieum.ErrBusy) {
				crowd++
			}
		}
		if crowd < 25 {
			t.Errorf("of 60 names tried from one address only %d were held up", crowd)
		}
	})
}

// Somebody who tries a name all day from one part of the network, as fast as they may,
// keeps nobody out who comes with a new browser from another; very many, from
// everywhere, do, but not the browser that was signed in with, nor a passkey.
func TestTriesFromElsewhereKeepNoNewBrowserOut(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		p := k.operator("oper")
		e, err := k.SignIn(ctx, here, "oper", secretWord)
		k.must(err)
		k.at = k.at.Add(time.Minute)
		full, err := k.Second(ctx, here, k.person(e.Cookie), k.code(p))
		k.must(err)
		away := Visit{Address: "198.51.100.20:1"}
		for minute := range 180 {
			k.at = k.at.Add(time.Minute)
			for _, from := range []string{"203.0.113.5:1", "[2001:db8:1:2::1]:1", "[2001:db8:1:ffff::1]:1"} {
				_, err := k.SignIn(ctx, Visit{Address: from}, "oper", "guess")
				if !errors.Is(err, ieum.ErrBusy) && !errors.Is(err, ieum.ErrInvalid) {
					t.Fatal(err)
				}
			}
			if minute%20 > 0 {
				continue
			}
			if _, err := k.SignIn(ctx, away, "oper", secretWord); err != nil {
				t.Fatalf("after %d minutes the owner is kept out: %v", minute, err)
			}
		}
		passed := 0
		for i := range 300 {
			if _, err := k.SignIn(ctx, Visit{Address: fmt.Sprintf("10.%d.0.1:1", i)}, "oper", "guess"); !errors.Is(err, ieum.ErrBusy) {
				passed++
			}
		}
		if passed > 100 {
			t.Errorf("of 300 guesses from as many networks %d were looked at", passed)
		}
		if _, err := k.SignIn(ctx, away, "oper", secretWord); !errors.Is(err, ieum.ErrBusy) {
			t.Errorf("then a new browser passes: %v", err)
		}
		known := here
		known.Known = full.Known
		if _, err := k.SignIn(ctx, known, "oper", secretWord); err != nil {
			t.Errorf("the browser that was signed in with is kept out: %v", err)
		}
		if _, err := k.AskAny(ctx, away, "localhost"); err != nil {
			t.Errorf("a passkey is kept out: %v", err)
		}
	})
}

// Who sits behind the same address, and asks without end, keeps out nobody who signed in
// there before; and right passwords do not count.
func TestAnOfficeIsNotKeptOutByOneInIt(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		p := k.operator("oper")
		e, err := k.SignIn(ctx, here, "oper", secretWord)
		k.must(err)
		k.at = k.at.Add(time.Minute)
		full, err := k.Second(ctx, here, k.person(e.Cookie), k.code(p))
		k.must(err)
		known := here
		known.Known = full.Known
		k.at = k.at.Add(time.Hour)
		for i := range 200 { // at a kiosk: no name, and names that are none
			k.AskAny(ctx, here, "localhost")
			k.SignIn(ctx, here, fmt.Sprint("nobody", i), "guess")
		}
		if _, err := k.SignIn(ctx, here, "other", "guess"); !errors.Is(err, ieum.ErrBusy) {
			t.Errorf("a stranger tries on: %v", err)
		}
		made := here
		made.Known = "made-up"
		if _, err := k.AskAny(ctx, made, "localhost"); !errors.Is(err, ieum.ErrBusy) {
			t.Errorf("with a made-up browser a stranger asks on: %v", err)
		}
		if _, err := k.SignIn(ctx, known, "other", "guess"); !errors.Is(err, ieum.ErrBusy) {
			t.Errorf("a known browser guesses at another name: %v", err)
		}
		for range 5 {
			if _, err := k.SignIn(ctx, known, "oper", secretWord); err != nil {
				t.Errorf("the browser that was signed in with is kept out: %v", err)
			}
			if _, err := k.AskAny(ctx, known, "localhost"); err != nil {
				t.Errorf("its passkey is kept out: %v", err)
			}
		}
	})
}

func TestRightPasswordsOfOneAddressDoNotCount(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, t.TempDir()))
	ctx := t.Context()
	for i := range 60 {
		token, _, err := k.Add(ctx, nil, fmt.Sprintf("staff%d", i), Grant{Role: "seeker"})
		k.must(err)
		k.join(token)
	}
	for i := range 60 { // all in one moment of the morning
		if _, err := k.SignIn(ctx, here, fmt.Sprintf("staff%d", i), secretWord); err != nil {
			t.Fatalf("the %dth is kept out: %v", i+1, err)
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		sign := func() string {
			k.at = k.at.Add(time.Minute)
			e, err := k.SignIn(ctx, here, "oper", secretWord)
			k.must(err)
			e, err = k.Second(ctx, here, k.person(e.Cookie), k.code(op))
			k.must(err)
			return e.Cookie
		}
		one, two := sign(), sign()
		list, err := k.Sessions(ctx, op.ID)
		k.must(err)
		if len(list) != 3 || list[0].Device != "firefox-linux" {
			t.Fatalf("sessions: %+v", list)
		}
		k.must(k.EndSession(ctx, op.Session, k.person(one).Session.ID))
		if k.person(one) != nil || k.person(two) == nil {
			t.Error("not the session that was to end did")
		}
		if err := k.EndSession(ctx, Session{Account: "a-other"}, k.person(two).Session.ID); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("somebody else's session can be ended: %v", err)
		}
		for range 20 { // used all along
			k.at = k.at.Add(29 * time.Minute)
			if k.person(two) == nil {
				t.Fatal("a session that is used ends")
			}
		}
		k.at = k.at.Add(31 * time.Minute)
		if k.person(two) != nil {
			t.Error("a session that nobody uses goes on")
		}
		three := sign()
		for range 30 {
			k.at = k.at.Add(25 * time.Minute)
			k.person(three)
		}
		if k.person(three) != nil {
			t.Error("a session goes on for ever")
		}
	})
}

func TestChangingWhatOneSignsInWith(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		have, err := k.Factors(ctx, op.ID)
		k.must(err)
		for _, f := range have {
			k.refused(k.RemoveFactor(ctx, op, f.Number), "identity.error.last_factor")
		}
		codes, err := k.Print(ctx, op)
		k.must(err)
		for _, f := range have {
			if f.Kind == app {
				k.must(k.RemoveFactor(ctx, op, f.Number))
			}
		}
		e, err := k.SignIn(ctx, here, "oper", secretWord)
		k.must(err)
		e, err = k.Second(ctx, here, k.person(e.Cookie), codes[3])
		k.must(err)
		p := k.person(e.Cookie)
		k.at = k.at.Add(11 * time.Minute)
		if _, err := k.Print(ctx, k.person(e.Cookie)); !errors.Is(err, ieum.ErrSignedOut) {
			t.Errorf("eleven minutes after signing in: %v", err)
		}
		if _, _, err := k.SetPassword(ctx, p, "", "another long password", "", false); !errors.Is(err, ieum.ErrSignedOut) {
			t.Errorf("eleven minutes after signing in: %v", err)
		}
		k.at = k.at.Add(-11 * time.Minute)
		_, _, err = k.SetPassword(ctx, p, "", "another long password", "", false)
		k.must(err)
		if k.person(e.Cookie) == nil {
			t.Error("who changes the password is signed out")
		}
		if list, err := k.Sessions(ctx, op.ID); err != nil || len(list) != 1 {
			t.Errorf("other sessions outlive the password: %v %v", list, err)
		}
		_, err = k.SignIn(ctx, here, "oper", secretWord)
		k.refused(err, "identity.error.wrong")
	})
}

func TestARoleThatAsksForTwoFactorsCountsWithTwoOnly(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		token, _, err := k.Add(ctx, op, "kim", Grant{Role: "seeker"})
		k.must(err)
		cookie, _, err := k.Arrive(ctx, token, "")
		k.must(err)
		cookie, _, err = k.SetPassword(ctx, k.person(cookie), "", secretWord, "", false)
		k.must(err)
		g, err := k.ProposeFor(ctx, op, "kim", Grant{Role: "analyst"})
		k.must(err)
		k.must(k.store.confirm(ctx, g.Number, "another", func(Grant, []Grant) error { return nil }))
		if p := k.person(cookie); p.MayAny(ieum.ReadStatistics) || !p.MayAny(ieum.OwnData) {
			t.Error("a role of staff counts after one factor")
		}
		_, err = k.SignIn(ctx, here, "kim", secretWord)
		k.refused(err, "identity.error.no_second")
	})
}

// A role that was only proposed, with or without a purpose, keeps nobody out.
func TestAProposalLocksNobodyOut(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		token, _, err := k.Add(ctx, op, "kim", Grant{Role: "seeker"})
		k.must(err)
		cookie, _, err := k.Arrive(ctx, token, "")
		k.must(err)
		_, _, err = k.SetPassword(ctx, k.person(cookie), "", secretWord, "", false)
		k.must(err)
		_, err = k.Delegate(ctx, op, op.Grants[0].Number, "kim", k.at.AddDate(0, 0, 3))
		k.must(err)
		e, err := k.SignIn(ctx, here, "kim", secretWord)
		k.must(err)
		if p := k.person(e.Cookie); !p.MayAny(ieum.OwnData) || p.MayAny(ieum.Operate) {
			t.Errorf("kim may do %+v", p.Grants)
		}
	})
}

func TestRecoveryWaitsAndCanBeCancelled(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("oper")
		token, _, err := k.Add(ctx, op, "kim", Grant{Role: "seeker"})
		k.must(err)
		kim := k.join(token)
		_, _, err = k.recover(ctx, kim.ID, "oper")
		k.refused(err, "identity.error.recover_staff")
		_, _, err = k.recover(ctx, kim.ID, "kim")
		k.refused(err, "identity.error.denied")
		_, err = k.Enrol(ctx, op.ID, "kim")
		k.refused(err, "identity.error.set_up")

		link, from, err := k.recover(ctx, op.ID, "kim")
		k.must(err)
		k.at = from.Add(-time.Second)
		_, _, err = k.Linked(ctx, link)
		k.refused(err, "identity.error.link")
		under, err := k.Recoveries(ctx, kim.ID)
		k.must(err)
		if len(under) != 1 {
			t.Fatalf("recoveries: %+v", under)
		}
		if err := k.Cancel(ctx, op.ID, under[0].ID); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("somebody else cancels a recovery: %v", err)
		}
		k.must(k.Cancel(ctx, kim.ID, under[0].ID))
		k.at = from.Add(time.Second)
		_, _, err = k.Linked(ctx, link)
		k.refused(err, "identity.error.link")

		k.at = k.at.Add(31 * 24 * time.Hour) // before, it takes two
		link, from, err = k.recover(ctx, op.ID, "kim")
		k.must(err)
		k.at = from
		old, err := k.SignIn(ctx, here, "kim", secretWord)
		k.must(err)
		before, err := k.Factors(ctx, kim.ID)
		k.must(err)
		k.join(link)
		after, err := k.Factors(ctx, kim.ID)
		k.must(err)
		if len(after) != 2 || after[0].Number <= before[len(before)-1].Number || k.person(old.Cookie) != nil {
			t.Error("a recovery leaves something of before")
		}
		_, _, err = k.Linked(ctx, link)
		k.refused(err, "identity.error.link")
		k.at = k.at.Add(8 * 24 * time.Hour)
		link, _, err = k.recover(ctx, Console, "oper")
		k.must(err)
		k.at = k.at.Add(9 * 24 * time.Hour)
		_, _, err = k.Linked(ctx, link)
		k.refused(err, "identity.error.link")
	})
}

func TestALinkIsForAnHour(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		token, _, err := k.Add(ctx, nil, "oper", Grant{Role: "operator"})
		k.must(err)
		again, err := k.Enrol(ctx, Console, "oper")
		k.must(err)
		_, _, err = k.Linked(ctx, token)
		k.refused(err, "identity.error.link")
		k.at = k.at.Add(61 * time.Minute)
		_, _, err = k.Arrive(ctx, again, "")
		k.refused(err, "identity.error.link")
		_, err = k.MakeDemo(ctx)
		k.must(err)
		demo, err := k.Demo(ctx)
		if err != nil || !demo {
			t.Errorf("accounts of a demo are not known as such: %v", err)
		}
		list, err := k.MakeDemo(ctx)
		k.must(err)
		_, _, err = k.Arrive(ctx, list[0].Token, "")
		k.refused(err, "identity.error.link")
		k.demo = true
		cookie, _, err := k.Arrive(ctx, list[len(list)-2].Token, "")
		k.must(err)
		if p := k.person(cookie); p == nil || p.Session.Stage != stageFull || len(p.Grants) == 0 {
			t.Errorf("a demo's link does not sign in: %+v", p)
		}
	})
}

// A first link that is made at the moment at which the owner sets the account up is none:
// whoever made it could begin anew there, without the day that a recovery waits.
func TestAFirstLinkComesTooLate(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		first, _, err := k.Add(ctx, nil, "oper", Grant{Role: "operator"})
		k.must(err)
		_, p, err := k.Arrive(ctx, first, here.Agent)
		k.must(err)
		asks := true
		k.Registry.now = func() time.Time {
			if asks {
				asks = false
				_, _, err := k.SetPassword(ctx, p, here.Agent, secretWord, k.code(p), false)
				k.must(err)
			}
			return k.at
		}
		_, err = k.Enrol(ctx, Console, "oper")
		k.refused(err, "identity.error.set_up")
	})
}

// What the journal tells are ids: no name anybody signs in with, no secret.
func TestTheJournalNamesNobody(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.operator("hong-gildong")
		k.must(k.AddOrganisation(ctx, op.ID, Organisation{"seoul", "가상 서울센터", "agency", nil}))
		k.must(k.EndSession(ctx, op.Session, op.Session.ID))
		sealer := &journal.Sealer{DB: k.db, Holder: "test", Now: func() time.Time { return k.at }}
		for {
			n, err := sealer.Seal(ctx)
			k.must(err)
			if n == 0 {
				break
			}
		}
		kinds := map[string]bool{}
		k.must(journal.Drain(ctx, k.db, journal.Follower{Name: "test", Handle: func(_ context.Context, e journal.Entry) error {
			kinds[e.Kind] = true
			if text := e.Subject + string(e.Data); strings.Contains(text, "hong") || strings.Contains(text, "가상") {
				t.Errorf("%s tells %s", e.Kind, text)
			}
			return nil
		}}))
		for _, want := range []string{"account_made", "role_proposed", "link_used", "organisation_made", "session_ended"} {
			if !kinds["identity."+want] {
				t.Errorf("nothing tells of %s: %v", want, kinds)
			}
		}
	})
}

func TestAChallengeIsAnsweredOnce(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		q, err := k.AskAny(ctx, here, "localhost:8080")
		k.must(err)
		_, err = k.asked(ctx, q.ID, "a-somebody")
		k.refused(err, "identity.error.passkey")
		_, err = k.asked(ctx, q.ID, "")
		k.must(err)
		_, err = k.asked(ctx, q.ID, "")
		k.refused(err, "identity.error.passkey")
		q, err = k.AskAny(ctx, here, "localhost:8080")
		k.must(err)
		k.at = k.at.Add(challengeLasts + time.Second)
		_, err = k.asked(ctx, q.ID, "")
		k.refused(err, "identity.error.passkey")
		_, err = k.AskAny(ctx, here, "evil.example")
		k.refused(err, "identity.error.no_party")
		_, err = k.SignInByPasskey(ctx, here, "localhost:8080", "c1", []byte(`{"id":"x"}`))
		k.refused(err, "identity.error.passkey")
	})
}

// A clock set back makes no session of long ago a fresh one.
func TestFreshIsOfTheLastTenMinutes(t *testing.T) {
	made := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, x := range []struct {
		age  time.Duration
		want bool
	}{{0, true}, {10 * time.Minute, true}, {10*time.Minute + time.Second, false}, {-time.Minute, true}, {-61 * time.Second, false}, {-30 * 24 * time.Hour, false}} {
		if p := (&Person{Session: Session{Made: made}}); p.Fresh(made.Add(x.age)) != x.want {
			t.Errorf("a session of %s is fresh: %t", x.age, !x.want)
		}
	}
}
