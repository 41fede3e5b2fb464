package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
)

// officer makes an officer of an agency, whom the console confirms.
func (k *desk) officer(by *Person, name, agency string) *Person {
	k.t.Helper()
	return k.staffOf(by, name, "officer", agency)
}

// counsellor makes a counsellor of an agency.
func (k *desk) counsellor(by *Person, name, agency string) *Person {
	k.t.Helper()
	return k.staffOf(by, name, "counsellor", agency)
}

// staffOf makes somebody of an agency, whom the console confirms.
func (k *desk) staffOf(by *Person, name string, role ieum.RoleID, agency string) *Person {
	k.t.Helper()
	ctx := k.t.Context()
	err := k.AddOrganisation(ctx, Console, Organisation{ID: agency, Name: agency, Kind: "agency"})
	if err != nil && !errors.Is(err, ieum.ErrInvalid) {
		k.t.Fatal(err)
	}
	token, grant, err := k.Add(ctx, by, name, Grant{Role: role, Organisation: agency})
	k.must(err)
	k.must(k.store.confirm(ctx, grant.Number, Console, func(Grant, []Grant) error { return nil }))
	return k.again(k.join(token))
}

// employer makes the account of somebody of a firm, whom the console confirms, and
// returns its link.
func (k *desk) employer(by *Person, name, firm string) string {
	k.t.Helper()
	token, grant, err := k.Add(k.t.Context(), by, name, Grant{Role: "employer", Organisation: firm})
	k.must(err)
	k.must(k.store.confirm(k.t.Context(), grant.Number, Console, func(Grant, []Grant) error { return nil }))
	return token
}

// seeker makes a seeker's account.
func (k *desk) seeker(by *Person, name string) *Person {
	k.t.Helper()
	token, _, err := k.Add(k.t.Context(), by, name, Grant{Role: "seeker"})
	k.must(err)
	return k.join(token)
}

// Whose notices were letters is told by letter that they go by mail from now on: whoever
// has the session could have given the address.
func TestAFirstAddressIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, s := mailing(t, d)
		p := k.seeker(k.operator("oper"), "kim")
		k.reach(p, s, "other@canary.example")
		k.deliverAll()
		if got := k.states(p.ID); !strings.HasSuffix(got, addressChanged+"="+letter) {
			t.Errorf("a first address: %s", got)
		}
	})
}

// A notice of what was done before the address changed goes to the address of then.
func TestAWaitingNoticeGoesWhereItWasMeant(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, s := mailing(t, d)
		ctx := t.Context()
		p := k.operator("oper")
		k.reach(p, s, "owner@canary.example")
		k.deliverAll()
		n := len(s.Taken())
		k.at = k.at.Add(21 * time.Minute)
		p.Session.Made = k.at
		k.must(k.SetAddress(ctx, p, "other@canary.example"))
		all := s.Taken()
		code := codeMailed.FindString(all[len(all)-1].Text)
		_, _, err := k.SetPassword(ctx, p, "", secretWord+" neu", "", false)
		k.must(err)
		k.must(k.ConfirmAddress(ctx, p, code))
		k.deliverAll()
		told := 0
		for _, m := range s.Taken()[n:] {
			if strings.Contains(m.Text, k.words("en", "identity.notice.kind."+passwordChanged, nil)) {
				if told++; m.To != "owner@canary.example" {
					t.Errorf("the new password is told to %s", m.To)
				}
			}
		}
		if told != 1 {
			t.Errorf("the new password is told %d times", told)
		}
	})
}

// A recovery leaves nothing of what was there before: nor where notices go, once it
// was told there.
func TestARecoveryEndsTheAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, s := mailing(t, d)
		ctx := t.Context()
		oper := k.operator("oper")
		p := k.seeker(oper, "kim")
		k.reach(p, s, "before@canary.example")
		k.must(k.SetAddress(ctx, p, "pending@canary.example"))
		link, from, err := k.recover(ctx, oper.ID, "kim")
		k.must(err)
		k.at = from.Add(time.Second)
		p = k.join(link)
		k.deliverAll()
		if address, pending, err := k.Address(ctx, p.ID); address+pending != "" || err != nil {
			t.Errorf("notices still go to %q, or %q: %v", address, pending, err)
		}
		all := s.Taken()
		if last := all[len(all)-1]; last.To != "before@canary.example" || !strings.Contains(last.Text, k.words("en", "identity.notice.kind."+recoveryUsed, nil)) {
			t.Errorf("the last mail is %+v", last)
		}
		p.Session.Made = k.at
		_, err = k.Print(ctx, p)
		k.must(err)
		k.deliverAll()
		if got := k.states(p.ID); len(s.Taken()) != len(all) || !strings.HasSuffix(got, factorAdded+"="+letter) {
			t.Errorf("what comes after: %s", got)
		}
	})
}

// Who handed out a link to an account could be in it, so another member of staff says
// who its owner is; and the owner is told who they were proved to be.
func TestNobodyMakesAnAccountAndProvesIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d, func(o *Options) {
			o.Known = func(_ context.Context, w ieum.Who) (string, error) { return "token of " + w.Name, nil }
		})
		ctx := t.Context()
		oper := k.operator("oper")
		maker, other := k.officer(oper, "maker", "center"), k.officer(oper, "other", "center")
		kim := k.seeker(maker, "kim")
		prove := func(by *Person) error {
			return k.Prove(ctx, by, "kim", AtDesk, kimIs, Shown{"passport", "M0000"}, Shown{"resident-card", "0000"})
		}
		if err := prove(maker); !errors.Is(err, ieum.ErrInvalid) {
			t.Errorf("who made the account proves it: %v", err)
		}
		if _, err := k.ProveByMail(ctx, maker, "kim", kimIs, Shown{"passport", "M0000"}); !errors.Is(err, ieum.ErrInvalid) {
			t.Errorf("and by mail: %v", err)
		}
		k.proofed(kim.ID, false, "by its maker")
		k.must(prove(other))
		k.deliverAll()
		if got := k.states(kim.ID); !strings.HasSuffix(got, proved+"="+letter) {
			t.Errorf("the owner is told %s", got)
		}
		_, _, err := k.recover(ctx, other.ID, "kim")
		k.must(err)
		if err := prove(other); !errors.Is(err, ieum.ErrInvalid) {
			t.Errorf("who began a recovery proves it anew: %v", err)
		}
	})
}

// Hashes are few at once: one account that sets its password again and again takes some
// of that room and leaves the rest to those who sign in.
func TestOneAccountLeavesRoomToSignIn(t *testing.T) {
	var held atomic.Bool
	free := make(chan struct{})
	k := newDesk(t, dbtest.Open(t, t.TempDir()), func(o *Options) {
		o.Derive = func(word, salt []byte, c Cost) ([]byte, error) {
			if held.Load() {
				<-free
			}
			return c.key(word, salt), nil
		}
	})
	ctx := t.Context()
	kim := k.seeker(k.operator("oper"), "kim")
	held.Store(true)
	const tries = 40
	refused := make(chan error, tries)
	var all sync.WaitGroup
	for range tries {
		all.Go(func() {
			if _, _, err := k.SetPassword(ctx, kim, "", secretWord, "", false); err != nil {
				refused <- err
			}
		})
	}
	for range tries - cap(k.hasher.turns.Asked) {
		k.refused(<-refused, "identity.error.often")
	}
	all.Go(func() {
		if _, err := k.SignIn(ctx, here, "oper", secretWord); err != nil {
			t.Errorf("another cannot sign in: %v", err)
		}
	})
	close(free)
	all.Wait()
	k.at = k.at.Add(time.Minute)
	kim.Session.Made = k.at
	if _, _, err := k.SetPassword(ctx, kim, "", secretWord, "", false); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

// A password that could not be looked at for want of room is no try.
func TestBusyIsNoTry(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		k.operator("oper")
		for range cap(k.hasher.turns.Asked) {
			k.hasher.turns.Asked <- struct{}{}
		}
		for i := range 40 {
			v := here
			if i < 10 {
				v.Address = fmt.Sprintf("192.0.2.%d:1", i)
			}
			if _, err := k.SignIn(ctx, v, "oper", secretWord); !errors.Is(err, ieum.ErrBusy) {
				t.Fatalf("not busy: %v", err)
			}
		}
		for range cap(k.hasher.turns.Asked) {
			<-k.hasher.turns.Asked
		}
		if _, err := k.SignIn(ctx, here, "oper", secretWord); err != nil {
			t.Errorf("right passwords that found no room lock their owner out: %v", err)
		}
	})
}
