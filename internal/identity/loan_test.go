package identity

import (
	"slices"
	"strings"
	"testing"

	"ieum/internal/platform/db"
	"ieum/internal/platform/db/dbtest"
)

// Anybody of staff can propose to lend their role. That ends no recovery and keeps nobody
// from one: what waits for the account ends instead, and nothing new is proposed for it
// while the recovery is under way.
func TestALoanKeepsNobodyFromARecovery(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		ctx := t.Context()
		op := k.again(k.operator("oper"))
		two, helper, kim := k.second(op, "two"), k.officer(op, "helper", "center"), k.seeker(op, "kim")
		lend := func() (Grant, error) {
			return k.Delegate(ctx, op, op.Grants[0].Number, "kim", k.at.AddDate(0, 0, 20))
		}
		before, err := lend()
		k.must(err)
		_, err = k.Recover(ctx, helper.ID, "kim")
		k.must(err)
		k.refused(k.Confirm(ctx, two, before.Number), "identity.role.settled")
		_, err = lend()
		k.refused(err, "identity.role.recovered")
		k.must(k.Stop(ctx, two, "kim"))
		again, err := lend()
		k.must(err)
		k.must(k.End(ctx, op, again.Number))
		link, from, err := k.recover(ctx, helper.ID, "kim")
		k.must(err)
		k.at = from
		k.join(link)
		k.deliverAll()
		if got := k.states(kim.ID); strings.Count(got, recoveryEnded) != 1 {
			t.Errorf("of a recovery that staff stopped once the owner is told %s", got)
		}
	})
}

// Who recovers an account comes by no role of staff through it: neither by one that waited,
// nor by one that is proposed while the page of the link is open, nor by one that is
// proposed however long after. The console, which alone recovers accounts of staff, ends that.
func TestWhoRecoversComesByNoRoleOfStaff(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.again(k.operator("oper"))
		helper, kim := k.officer(op, "helper", "center"), k.seeker(op, "kim")
		propose := func() error {
			_, err := k.ProposeFor(ctx, op, "kim", Grant{Role: "operator"})
			return err
		}
		k.must(propose())
		link, from, err := k.recover(ctx, helper.ID, "kim")
		k.must(err)
		k.at = from
		_, p, err := k.Arrive(ctx, link, here.Agent)
		k.must(err)
		k.refused(propose(), "identity.role.recovered")
		_, _, err = k.SetPassword(ctx, p, here.Agent, secretWord, k.code(p), false)
		k.must(err)
		for range 3 {
			k.refused(propose(), "identity.role.recovered")
			k.at = k.at.AddDate(0, 1, 0)
		}
		all, err := k.Grants(ctx, kim.ID)
		k.must(err)
		if slices.ContainsFunc(all, func(g Grant) bool { return g.Role == "operator" && !g.Ended }) {
			t.Error("what was proposed before goes on")
		}
		_, err = k.ProposeFor(ctx, op, "kim", Grant{Role: "seeker"})
		k.must(err)
		_, _, err = k.recover(ctx, Console, "kim") // which nobody used
		k.must(err)
		k.refused(propose(), "identity.role.recovered")
		link, from, err = k.recover(ctx, Console, "kim")
		k.must(err)
		k.at = from
		k.join(link)
		k.must(propose())
	})
}

// Nor does who recovers an account come by the role of an employer, which opens the
// résumés of those who agreed, and which two people grant as they do one of staff.
func TestWhoRecoversComesByNoFirm(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		op := k.again(k.operator("oper"))
		two, helper := k.second(op, "two"), k.officer(op, "helper", "center")
		k.seeker(op, "kim")
		k.must(k.AddOrganisation(ctx, op.ID, Organisation{ID: "firm", Name: "가상기업", Kind: "employer"}))
		propose := func() (Grant, error) {
			return k.ProposeFor(ctx, op, "kim", Grant{Role: "employer", Organisation: "firm"})
		}
		before, err := propose()
		k.must(err)
		link, from, err := k.recover(ctx, helper.ID, "kim")
		k.must(err)
		k.refused(k.Confirm(ctx, two, before.Number), "identity.role.settled")
		k.at = from
		k.join(link)
		_, err = propose()
		k.refused(err, "identity.role.recovered")
	})
}

// A recovery ends the roles and keys that were proposed from the account and wait: whoever
// was in it proposed them, it may be.
func TestARecoveryEndsWhatWasProposedFromTheAccount(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		one := k.operator("one")
		two := k.second(one, "two")
		confirm := k.proposals(one, two)
		link, from, err := k.recover(ctx, Console, "one")
		k.must(err)
		k.at = from
		k.join(link)
		for what, yes := range confirm {
			if yes(two) == nil {
				t.Errorf("%s that was proposed before the recovery is confirmed after it", what)
			}
		}
	})
}
