package identity

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/web"
)

// second makes a second operator.
func (k *desk) second(first *Person, name string) *Person {
	k.t.Helper()
	token, g, err := k.Add(k.t.Context(), nil, name, Grant{Role: "operator"})
	k.must(err)
	k.must(k.Confirm(k.t.Context(), first, g.Number))
	return k.join(token)
}

// holder makes somebody of the institute, with a role that two people give.
func (k *desk) holder(one, two *Person, name string, role ieum.RoleID) *Person {
	k.t.Helper()
	token, g, err := k.Add(k.t.Context(), one, name, Grant{Role: role, Organisation: "institute"})
	k.must(err)
	k.must(k.Confirm(k.t.Context(), two, g.Number))
	return k.join(token)
}

// program makes a key with its secret, of analysts unless said otherwise.
func (k *desk) program(one, two *Person, owner string, quota int, role ieum.RoleID) (Key, string, *Person) {
	k.t.Helper()
	ctx := k.t.Context()
	if err := k.AddOrganisation(ctx, one.ID, Organisation{"institute", "가상 연구원", "recipient", nil}); err != nil {
		k.refused(err, "identity.error.taken")
	}
	kim := k.holder(one, two, owner, role)
	key, err := k.ProposeKey(ctx, one, owner, Key{Title: "가상 통계", Organisation: "institute", Role: role, Quota: quota})
	k.must(err)
	k.must(k.ConfirmKey(ctx, two, key.Number))
	secret, err := k.DrawKey(ctx, kim, key.Number)
	k.must(err)
	return key, secret, kim
}

// A key is proposed by one, confirmed by another, and drawn by its owner, so
// that nobody else ever sees its secret.
func TestTwoGiveAKeyAndItsOwnerDrawsIt(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		one := k.operator("one")
		two := k.second(one, "two")
		k.must(k.AddOrganisation(ctx, one.ID, Organisation{"institute", "가상 연구원", "recipient", nil}))
		kim := k.holder(one, two, "kim", "analyst")
		want := Key{Title: "가상 통계", Organisation: "institute", Role: "analyst", Quota: 10}
		for _, tt := range []struct {
			by    *Person
			owner string
			key   func(*Key)
			want  string
		}{
			{kim, "kim", func(*Key) {}, "identity.error.denied"},
			{one, "kim", func(w *Key) { w.Title = " " }, "identity.role.key_title"},
			{one, "kim", func(w *Key) { w.Organisation = "" }, "identity.role.for_whom"},
			{one, "kim", func(w *Key) { w.Organisation = "none" }, "identity.error.no_place"},
			{one, "kim", func(w *Key) { w.Quota = 0 }, "identity.role.quota"},
			{one, "kim", func(w *Key) { w.Until = k.at.AddDate(1, 0, 1) }, "identity.role.until"},
			{one, "kim", func(w *Key) { w.Role = "counsellor" }, "identity.role.no_key_role"},
			{one, "kim", func(w *Key) { w.Role = "auditor" }, "identity.role.no_key_role"},
			{one, "kim", func(w *Key) { w.Role = "king" }, "identity.role.no_key_role"},
			{one, "kim", func(w *Key) { w.Role = "operator" }, "identity.role.key_owner"},
		} {
			key := want
			tt.key(&key)
			_, err := k.ProposeKey(ctx, tt.by, tt.owner, key)
			k.refused(err, tt.want)
		}
		if _, err := k.ProposeKey(ctx, one, "nobody", want); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("a key for nobody: %v", err)
		}
		key, err := k.ProposeKey(ctx, one, "kim", want)
		k.must(err)
		_, err = k.DrawKey(ctx, kim, key.Number)
		k.refused(err, "identity.role.key_waits")
		k.refused(k.ConfirmKey(ctx, one, key.Number), "identity.role.second")
		k.refused(k.ConfirmKey(ctx, kim, key.Number), "identity.error.denied")
		k.must(k.ConfirmKey(ctx, two, key.Number))
		k.refused(k.ConfirmKey(ctx, two, key.Number), "identity.role.settled")
		if _, err := k.DrawKey(ctx, one, key.Number); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("an operator draws somebody's key: %v", err)
		}
		secret, err := k.DrawKey(ctx, kim, key.Number)
		k.must(err)
		p, err := k.Program(ctx, secret)
		k.must(err)
		if !p.MayAny(ieum.ReadStatistics) || p.Name != "가상 통계" {
			t.Errorf("the program is %+v", p)
		}
		if strings.Contains(k.copyOf(), secret) {
			t.Error("the database holds the key")
		}
		if err := k.EndKey(ctx, &Person{Account: Account{ID: "a-other"}}, key.Number); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("somebody else ends a key: %v", err)
		}
		k.must(k.EndKey(ctx, kim, key.Number))
		_, err = k.Program(ctx, secret)
		k.refused(err, "identity.error.key")
	})
}

// Whatever role a key has, it reads nothing of people and hands out nothing: it
// never counts as a person.
func TestAKeyNeverCountsAsAPerson(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		one := k.operator("one")
		two := k.second(one, "two")
		roles := slices.Collect(func(yield func(ieum.RoleID) bool) {
			for id := range k.keyRoles {
				if !yield(id) {
					return
				}
			}
		})
		if len(roles) < 3 {
			t.Fatalf("keys may be %v", roles)
		}
		for i, role := range roles {
			_, secret, kim := k.program(one, two, "owner-"+string(rune('a'+i)), 100, role)
			p, err := k.Program(ctx, secret)
			k.must(err)
			for _, never := range []ieum.Permission{ieum.OwnData, ieum.ReadClients, ieum.WriteClients, ieum.Decide, ieum.MakeAccounts, ieum.HelpAccounts, ieum.GrantRoles, ieum.ReadLog} {
				if _, ok := p.Over(never, Subject{Owner: kim.ID, Organisation: "institute", Assigned: true}); ok || p.MayAny(never) {
					t.Errorf("a key of %s may %s", role, never)
				}
			}
			if p.ID == kim.ID || p.Session.ID != "" || p.Fresh(k.at) {
				t.Errorf("a key of %s is a person: %+v", role, p)
			}
		}
	})
}

// A new secret leaves the one before for seven days, and no other.
func TestAKeyIsRotatedWithAnOverlap(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		one := k.operator("one")
		two := k.second(one, "two")
		key, first, kim := k.program(one, two, "kim", 100, "analyst")
		works := func(secret string) bool {
			_, err := k.Program(ctx, secret)
			if err != nil {
				k.refused(err, "identity.error.key")
			}
			return err == nil
		}
		k.at = k.at.Add(time.Minute)
		next, err := k.DrawKey(ctx, kim, key.Number)
		k.must(err)
		k.at = k.at.Add(time.Minute)
		third, err := k.DrawKey(ctx, kim, key.Number)
		k.must(err)
		if works(first) || !works(next) || !works(third) {
			t.Error("of three secrets the last two work")
		}
		k.at = k.at.Add(keyOverlap)
		if works(next) || !works(third) {
			t.Error("a secret of before outlives its seven days, or takes the new one along")
		}
		if _, err := k.DrawKey(ctx, kim, key.Number); !errors.Is(err, ieum.ErrSignedOut) {
			t.Errorf("drawn long after signing in: %v", err)
		}
		k.at = k.at.AddDate(1, 0, 0)
		if works(third) {
			t.Error("a key outlives its role")
		}
	})
}

// A quota holds, for many who ask at once, until the day in Seoul is over; its
// owner sees what was asked and refused.
func TestAQuotaHoldsForADay(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		one := k.operator("one")
		two := k.second(one, "two")
		k.at = time.Date(2026, 3, 3, 14, 30, 0, 0, time.UTC) // 23:30 in Seoul
		one, two = &Person{one.Account, Session{Stage: stageFull, Made: k.at}, one.Grants, k.roles}, &Person{two.Account, Session{Stage: stageFull, Made: k.at}, two.Grants, k.roles}
		two.Grants = one.Grants
		key, secret, _ := k.program(one, two, "kim", 5, "analyst")
		var all sync.WaitGroup
		results := make(chan error, 8)
		for range 8 {
			all.Go(func() {
				_, err := k.Program(ctx, secret)
				results <- err
			})
		}
		all.Wait()
		close(results)
		passed := 0
		for err := range results {
			if err == nil {
				passed++
			} else if !errors.Is(err, ieum.ErrBusy) {
				t.Error(err)
			}
		}
		if passed != 5 {
			t.Errorf("%d of 8 passed a quota of 5", passed)
		}
		uses, err := k.Uses(ctx, key.Number)
		k.must(err)
		if len(uses) != 1 || uses[0].Asked != 5 || uses[0].Refused != 3 {
			t.Errorf("its owner sees %+v", uses)
		}
		k.at = k.at.Add(31 * time.Minute)
		if _, err := k.Program(ctx, secret); err != nil {
			t.Errorf("the day after: %v", err)
		}
	})
}

// The way on the pages, and what a program gets: a key counts at the API and
// nowhere else; what is wrong with it is told apart from being nobody.
func TestAProgramAsksWithItsKey(t *testing.T) {
	var by *web.Reader
	s := newSite(t)
	s.mux.API("GET /api/v1/whoami", web.Nothing, web.Op{ID: "whoami", Summary: ieum.Text{KO: "나", EN: "Me"}}, func(w http.ResponseWriter, r *http.Request) error {
		by = web.By(r)
		return web.JSON(w, http.StatusOK, by != nil)
	})
	one := s.operator("one")
	two := s.second(one, "two")
	s.sign("one", one)
	s.ask("POST", "/accounts/organisation", form("id", "institute", "title", "가상 연구원", "kind", "recipient"))
	s.ask("POST", "/accounts/new", form("name", "kim", "role", "analyst"))
	made, err := s.Find(t.Context(), "kim")
	s.must(err)
	roles, err := s.Grants(t.Context(), made.ID)
	s.must(err)
	s.must(s.Confirm(t.Context(), two, roles[0].Number))
	if status, _, text := s.ask("POST", "/accounts/key", form("name", "kim", "title", "", "organisation", "institute", "role", "analyst", "quota", "3")); status != 422 || !strings.Contains(text, `id="title-fault"`) {
		t.Errorf("a key without a name: %d", status)
	}
	if status, to, text := s.ask("POST", "/accounts/key", form("name", "kim", "title", "가상 통계", "organisation", "institute", "role", "analyst", "quota", "3")); status != 303 || to != "/accounts?done=key" {
		t.Fatalf("%d %s %s", status, to, text)
	}
	if _, _, text := s.ask("GET", "/accounts", nil); !strings.Contains(text, "가상 통계") || strings.Contains(text, "/accounts/keys/1/confirm") {
		t.Error("who proposed a key may confirm it, or does not see it")
	}
	s.leave()
	s.sign("two", two)
	if _, _, text := s.ask("GET", "/accounts", nil); !strings.Contains(text, "Proposed by one.") {
		t.Error("who proposed a key is not shown to who confirms it")
	}
	status, to, text := s.ask("POST", "/accounts/keys/1/confirm", nil)
	if status != 303 {
		t.Fatalf("%d %s", status, text)
	}
	if _, _, text := s.ask("GET", to, nil); !strings.Contains(text, "The key is confirmed") {
		t.Error("who confirmed a key is not told that it worked")
	}
	s.leave()
	token, err := s.Enrol(t.Context(), Console, "kim")
	s.must(err)
	kim := s.join(token)
	s.sign("kim", kim)
	_, _, text = s.ask("POST", "/account/keys/1", nil)
	secret := regexp.MustCompile(`ieum_[\w-]{43}`).FindString(text)
	if secret == "" {
		t.Fatalf("no key in %s", text)
	}
	if _, _, text := s.ask("GET", "/account", nil); strings.Contains(text, secret) || !strings.Contains(text, "가상 통계") {
		t.Error("the key is shown again, or not at all")
	}
	s.leave()
	authorization := "Authorization: Bearer " + secret
	if status, _, _ := s.ask("GET", "/api/v1/whoami", nil, authorization); status != 200 || by == nil || !by.May(ieum.ReadStatistics) || by.May(ieum.OwnData) || by.Fresh {
		t.Errorf("the program: %d %+v", status, by)
	}
	if status, to, _ := s.ask("GET", "/account", nil, authorization); status != 303 || to != "/sign-in?next=%2Faccount" {
		t.Errorf("a key opens an account: %d %s", status, to)
	}
	if status, _, _ := s.ask("GET", "/api/v1/whoami", nil); status != 200 || by != nil {
		t.Errorf("nobody: %d %+v", status, by)
	}
	if status, _, text := s.ask("GET", "/api/v1/whoami", nil, authorization+"x"); status != 401 || !strings.Contains(text, "identity.error.key") {
		t.Errorf("another key: %d %s", status, text)
	}
	s.ask("GET", "/api/v1/whoami", nil, authorization)
	s.ask("GET", "/api/v1/whoami", nil, authorization)
	if status, _, text := s.ask("GET", "/api/v1/whoami", nil, authorization); status != 429 || !strings.Contains(text, "identity.error.quota") {
		t.Errorf("a fourth request: %d %s", status, text)
	}
	if strings.Contains(s.log.String(), secret) {
		t.Error("the log holds the key")
	}
}

// A key counts while its owner has the role they got it for, at the organisation, and
// reaches no further than they do: when the role ends, nothing is left of it, also when
// they are given it anew. A key by another role of theirs goes on.
func TestAKeyEndsWithItsOwnersRole(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		one := k.operator("one")
		two := k.second(one, "two")
		key, secret, kim := k.program(one, two, "kim", 100, "operator")
		p, err := k.Program(ctx, secret)
		k.must(err)
		if !p.MayAny(ieum.Operate) {
			t.Fatalf("the program may %+v", p.Grants)
		}
		own, err := k.Grants(ctx, kim.ID)
		k.must(err)
		k.must(k.End(ctx, two, own[0].Number))
		_, err = k.Program(ctx, secret)
		k.refused(err, "identity.error.key")
		_, err = k.DrawKey(ctx, kim, key.Number)
		k.refused(err, "identity.role.key_waits")
		anew, err := k.Propose(ctx, one, Grant{Account: kim.ID, Role: "operator"})
		k.must(err)
		k.must(k.Confirm(ctx, two, anew.Number))
		_, err = k.Program(ctx, secret)
		k.refused(err, "identity.error.key")
		_, err = k.DrawKey(ctx, kim, key.Number)
		k.refused(err, "identity.role.key_waits")
		if list, err := k.Keys(ctx, kim.ID); err != nil || len(list) != 0 {
			t.Errorf("keys of who was given the role anew: %+v, %v", list, err)
		}

		other, second, han := k.program(one, two, "han", 100, "operator")
		twice, err := k.Propose(ctx, one, Grant{Account: han.ID, Role: "operator"})
		k.must(err)
		k.must(k.Confirm(ctx, two, twice.Number))
		k.must(k.End(ctx, two, twice.Number))
		if _, err = k.Program(ctx, second); err != nil {
			t.Errorf("key %d ended with a role beside its own: %v", other.Number, err)
		}

		firm, _, lee := k.program(one, two, "lee", 100, "employer")
		own, err = k.Grants(ctx, lee.ID)
		k.must(err)
		if by, ok := firm.by(own, k.at); !ok || by.Organisation != "institute" {
			t.Errorf("an employer's key is had by %+v", by)
		}
		firm.Organisation = "another"
		if _, ok := firm.by(own, k.at); ok {
			t.Error("an employer has the key of another firm")
		}
	})
}

// A key by a role that was lent ends with it, also when the lender's account is removed.
func TestAKeyEndsWithALentRole(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		one := k.operator("one")
		two := k.second(one, "two")
		k.must(k.AddOrganisation(ctx, one.ID, Organisation{"institute", "가상 연구원", "recipient", nil}))
		lender := k.holder(one, two, "lender", "operator")
		token, _, err := k.Add(ctx, one, "kim", Grant{Role: "seeker"})
		k.must(err)
		kim := k.join(token)
		lent, err := k.Delegate(ctx, lender, lender.Grants[0].Number, "kim", k.at.AddDate(0, 0, 3))
		k.must(err)
		k.must(k.Confirm(ctx, two, lent.Number))
		kim = k.again(kim)
		key, err := k.ProposeKey(ctx, one, "kim", Key{Title: "가상 통계", Organisation: "institute", Role: "operator", Quota: 9})
		k.must(err)
		k.must(k.ConfirmKey(ctx, two, key.Number))
		secret, err := k.DrawKey(ctx, kim, key.Number)
		k.must(err)
		k.must(k.keys.Erase(string(lender.ID)))
		k.must(k.Remove(ctx, lender.ID))
		anew, err := k.Propose(ctx, one, Grant{Account: kim.ID, Role: "operator"})
		k.must(err)
		k.must(k.Confirm(ctx, two, anew.Number))
		_, err = k.Program(ctx, secret)
		k.refused(err, "identity.error.key")
	})
}

// Whoever was in an account drew secrets of its keys: its owner is told of each, and a
// recovery ends them all.
func TestARecoveryEndsTheSecretsOfKeys(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		one := k.operator("one")
		two := k.second(one, "two")
		key, stolen, kim := k.program(one, two, "kim", 100, "analyst")
		if got := k.states(kim.ID); !strings.HasSuffix(got, keyDrawn+"="+waits) {
			t.Errorf("its owner is told %s", got)
		}
		token, from, err := k.recover(ctx, Console, "kim")
		k.must(err)
		k.at = from.Add(time.Minute)
		kim = k.join(token)
		_, err = k.Program(ctx, stolen)
		k.refused(err, "identity.error.key")
		secret, err := k.DrawKey(ctx, kim, key.Number)
		k.must(err)
		if _, err := k.Program(ctx, secret); err != nil {
			t.Errorf("the secret its owner drew after it: %v", err)
		}
	})
}
