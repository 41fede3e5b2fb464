package identity

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
)

// names are those of letters that somebody is listed, page after page.
func (k *desk) names(by *Person) (out []string) {
	k.t.Helper()
	for page, more := 0, true; more; page++ {
		var list []Letter
		var err error
		list, more, err = k.Letters(k.t.Context(), by, page)
		k.must(err)
		for _, l := range list {
			out = append(out, l.Of.Name)
		}
	}
	return out
}

// Who has many things to be told is one letter; recoveries come first, then who waits
// longest, and all are reached.
func TestEveryLetterIsReached(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		oper := k.operator("oper")
		var want []string
		for i := range lettersPage + 3 {
			p := k.seeker(oper, fmt.Sprintf("seeker-%d", i))
			for range 1 + 60*(i%2) {
				p.Session.Made = k.at
				_, err := k.Print(ctx, p)
				k.must(err)
			}
			want = append(want, p.Name)
		}
		_, _, err := k.recover(ctx, Console, want[7])
		k.must(err)
		k.deliverAll()
		want = append([]string{want[7]}, append(want[:7:7], want[8:]...)...)
		if got := k.names(k.again(oper)); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("listed are %v, want %v", got, want)
		}
		list, _, err := k.Letters(ctx, k.again(oper), 0)
		k.must(err)
		if n := len(list[0].Notices); n != mostInLetter {
			t.Errorf("the first letter tells of %d things", n)
		}
		k.must(k.Hand(ctx, k.again(oper), list[0].Last))
		list, _, err = k.Letters(ctx, k.again(oper), 0)
		k.must(err)
		if l := list[0]; l.Of.Name != "seeker-7" || len(l.Notices) != 62-mostInLetter {
			t.Errorf("the rest is %s with %d", l.Of.Name, len(l.Notices))
		}
	})
}

// Who begins a recovery does not say of the letter about it that it was handed over,
// nor does who noted a proof of that one.
func TestWhoRecoversDoesNotHandTheLetter(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		oper := k.operator("oper")
		one, two := k.officer(oper, "one", "center"), k.officer(oper, "two", "center")
		for _, name := range []string{"kim", "lee"} {
			k.seeker(one, name)
		}
		_, _, err := k.recover(ctx, two.ID, "kim")
		k.must(err)
		k.must(k.Prove(ctx, two, "lee", AtDesk, kimIs, Shown{"passport", "M0000"}, Shown{"resident-card", "0000"}))
		k.deliverAll()
		for _, by := range []*Person{two, one} {
			free := by == one
			list, _, err := k.Letters(ctx, by, 0)
			k.must(err)
			seen := 0
			for _, l := range list {
				if l.Of.Name != "kim" && l.Of.Name != "lee" {
					continue
				}
				seen++
				if err := k.Hand(ctx, by, l.Last); l.Barred == free || (err == nil) != free || err != nil && !errors.Is(err, ieum.ErrDenied) {
					t.Errorf("%s and the letter to %s: barred %v, %v", by.Name, l.Of.Name, l.Barred, err)
				}
			}
			if seen != 2 {
				t.Errorf("%s is listed %d of two letters", by.Name, seen)
			}
		}
	})
}

// Letters name accounts to those alone who help the accounts of their place, and to
// operators.
func TestLettersListThoseOfOnesOwnPlace(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		oper := k.operator("oper")
		here, there := k.officer(oper, "here", "center"), k.officer(oper, "there", "branch")
		k.deliverAll()
		for _, n := range k.letters() {
			k.must(k.store.hand(ctx, n, Console, reach{all: true}, k.at))
		}
		for maker, name := range map[*Person]string{oper: "of-oper", here: "of-here", there: "of-there"} {
			p := k.seeker(maker, name)
			p.Session.Made = k.at
			_, err := k.Print(ctx, p)
			k.must(err)
		}
		k.deliverAll()
		if got := k.names(k.again(oper)); len(got) != 3 {
			t.Errorf("an operator is listed %v", got)
		}
		if got := k.names(here); len(got) != 1 || got[0] != "of-here" {
			t.Errorf("an officer is listed %v", got)
		}
		list, _, err := k.Letters(ctx, there, 0)
		k.must(err)
		if err := k.Hand(ctx, here, list[0].Last); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("an officer of elsewhere hands it over: %v", err)
		}
	})
}

// letters are the last numbers of all letters.
func (k *desk) letters() (out []int64) {
	k.t.Helper()
	list, _, err := k.Letters(k.t.Context(), &Person{Account: Account{ID: "anobody"}, Grants: []Grant{{Role: "operator", Reach: "all"}}, roles: k.roles}, 0)
	k.must(err)
	for _, l := range list {
		out = append(out, l.Last)
	}
	return out
}

// Recoveries are mailed before what was noted earlier about others.
func TestRecoveriesAreMailedFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, s := mailing(t, d)
		oper := k.operator("oper")
		noisy, kim := k.seeker(oper, "noisy"), k.seeker(oper, "kim")
		k.reach(noisy, s, "noisy@canary.example")
		k.reach(kim, s, "kim@canary.example")
		k.deliverAll()
		before := len(s.Taken())
		noisy.Session.Made = k.at
		for range 30 {
			_, err := k.Print(t.Context(), noisy)
			k.must(err)
		}
		_, _, err := k.recover(t.Context(), Console, "kim")
		k.must(err)
		k.at = k.at.Add(time.Second)
		k.deliverAll()
		if first := s.Taken()[before]; first.To != "kim@canary.example" {
			t.Errorf("%s is told first", first.To)
		}
	})
}

// Nobody waits behind the many notices of another account, whether those can be sent or
// not.
func TestNoisyAccountsHoldUpNobody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, s := mailing(t, d)
		ctx := t.Context()
		oper := k.operator("oper")
		noisy, kim := k.seeker(oper, "noisy"), k.seeker(oper, "kim")
		k.reach(kim, s, "kim@canary.example")
		k.reach(noisy, s, "noisy@canary.example")
		k.deliverAll()
		prints := func(p *Person, n int) {
			t.Helper()
			p.Session.Made = k.at
			for range n {
				_, err := k.Print(ctx, p)
				k.must(err)
			}
		}
		for _, fails := range []bool{false, true} {
			prints(noisy, 30)
			prints(kim, 2)
			var of []AccountID
			for range 4 {
				n, err := k.store.takeNotice(ctx, k.at, k.at.Add(sendingLasts))
				k.must(err)
				if of = append(of, n.Account); !fails {
					k.must(k.store.settleNotice(ctx, n.Number, sent, k.at))
				}
			}
			if a, b := of[:2], of[2:]; !slices.Contains(a, kim.ID) || !slices.Contains(b, kim.ID) || !slices.Contains(a, noisy.ID) || !slices.Contains(b, noisy.ID) {
				t.Errorf("with failing %v they come as %v, kim is %s", fails, of, kim.ID)
			}
			k.at = k.at.Add(sendingLasts)
			k.deliverAll()
		}
	})
}
