package identity

import (
	"slices"
	"testing"
	"time"
)

// proposals are a role and a key that by proposed, each with its confirmation. other
// gave the key's owner their role.
func (k *desk) proposals(by, other *Person) map[string]func(*Person) error {
	k.t.Helper()
	ctx := k.t.Context()
	k.must(k.AddOrganisation(ctx, Console, Organisation{ID: "institute", Name: "가상 연구원", Kind: "recipient"}))
	_, role, err := k.Add(ctx, by, "friend", Grant{Role: "operator"})
	k.must(err)
	k.holder(by, other, "analyst", "analyst")
	key, err := k.ProposeKey(ctx, by, "analyst", Key{Title: "가상 통계", Organisation: "institute", Role: "analyst", Quota: 10})
	k.must(err)
	return map[string]func(*Person) error{
		"a role": func(p *Person) error { return k.Confirm(ctx, p, role.Number) },
		"a key":  func(p *Person) error { return k.ConfirmKey(ctx, p, key.Number) },
	}
}

// A proposal of a role or a key can be confirmed for two weeks, and is listed no longer.
func TestAProposalLapses(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		one := k.operator("one")
		two := k.second(one, "two")
		made := k.at
		confirm := k.proposals(one, two)
		listed := func() int {
			roles, of, err := k.Staff(ctx)
			k.must(err)
			keys, err := k.Keys(ctx, "")
			k.must(err)
			n := len(keys)
			for _, g := range roles {
				if of[g.Account].Name == "friend" {
					n++
				}
			}
			return n
		}
		k.at = made.Add(14*24*time.Hour - time.Second)
		if n := listed(); n != 2 {
			t.Errorf("%d of two proposals are listed", n)
		}
		k.at = made.Add(14 * 24 * time.Hour)
		if n := listed(); n != 0 {
			t.Errorf("%d proposals are listed when they are over", n)
		}
		for _, yes := range confirm {
			k.refused(yes(two), "identity.role.settled")
		}
	})
}

// A proposal counts for nothing once whoever made it may make none any more, and what
// they proposed is not confirmed after them by one person alone.
func TestAProposalEndsWithWhoMadeIt(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		one := k.operator("one")
		two := k.second(one, "two")
		confirm := k.proposals(one, two)
		own, err := k.Grants(ctx, one.ID)
		k.must(err)
		k.must(k.End(ctx, two, own[0].Number))
		for _, yes := range confirm {
			k.refused(yes(k.again(two)), "identity.role.proposer")
		}
		_, _, err = k.Add(ctx, one, "other", Grant{Role: "operator"}) // one's form was under way
		k.refused(err, "identity.error.denied")
	})
}

// A role that ended while its holder's form was under way is not lent: what is lent would
// outlive the dismissal.
func TestARoleThatEndedMeanwhileIsNotLent(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		one := k.operator("one")
		two := k.again(k.second(one, "two"))
		friend := k.seeker(one, "friend")
		own := two.Grants[slices.IndexFunc(two.Grants, func(g Grant) bool { return g.Role == "operator" })]
		lent, err := k.Delegate(ctx, two, own.Number, "friend", k.at.AddDate(0, 0, 20))
		k.must(err)
		k.must(k.End(ctx, one, own.Number))
		if err := k.Confirm(ctx, one, lent.Number); err == nil {
			t.Error("what was lent is confirmed after the role ended")
		}
		_, err = k.Delegate(ctx, two, own.Number, "friend", k.at.AddDate(0, 0, 20))
		k.refused(err, "identity.error.denied")
		if all, err := k.Grants(ctx, friend.ID); err != nil || slices.ContainsFunc(all, func(g Grant) bool { return g.Role == "operator" && g.Holds(k.at) }) {
			t.Errorf("a role lent from one that had ended counts: %v", err)
		}
	})
}
