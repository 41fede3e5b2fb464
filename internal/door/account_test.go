package door

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/defs"
)

// linked gives a client of the counsellor's the account of a name, as two members of
// staff do.
func (b *bench) linked(p ieum.PersonID, name string) error {
	if err := b.Link(ctx, b.counsellor(), p, name); err != nil {
		return err
	}
	wait, err := b.Waiting(ctx, b.second())
	i := slices.IndexFunc(wait, func(m Mandate) bool { return m.Person == p && m.Kind == ownAccount })
	if err != nil || i < 0 {
		return errors.Join(err, errors.New("nothing waits"))
	}
	return b.Confirm(ctx, b.second(), wait[i].ID, name)
}

// TestOneClerkGivesNobodysRecordsAway: a client's account opens everything of them, so
// that two decide it, freshly signed in, in sight of the client and an auditor; and who
// is known to be somebody else gets it from nobody.
func TestOneClerkGivesNobodysRecordsAway(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := must[ieum.PersonID](t)(b.Register(ctx, b.counsellor(), Registration{Contact: Contact{Name: canary}, Basis: defs.BasisLaw}))
		clerk, mallory := b.counsellor(), b.mallory()
		clerk.Fresh = false // an unattended desk
		if err := b.Link(ctx, clerk, p, "mallory"); !errors.Is(err, ieum.ErrSignedOut) {
			t.Errorf("without a fresh sign-in: %v", err)
		}
		clerk.Fresh = true
		if err := b.Link(ctx, clerk, p, "mallory"); err != nil {
			t.Fatal(err)
		}
		m := must[[]Mandate](t)(b.Waiting(ctx, clerk))[0]
		reads := func() error { return second(b.Read(ctx, mallory, p, "own", ieum.ContactRecord)) }
		if reads() == nil || b.Confirm(ctx, clerk, m.ID, "mallory") == nil || reads() == nil {
			t.Error("one clerk alone gave a client's records away")
		}
		stale := b.second()
		stale.Fresh = false
		if err := b.Confirm(ctx, stale, m.ID, "mallory"); !errors.Is(err, ieum.ErrSignedOut) {
			t.Errorf("confirmed without a fresh sign-in: %v", err)
		}
		if err := b.Confirm(ctx, b.second(), m.ID, "lee"); key(err) != "door.error.other_holder" || reads() == nil {
			t.Errorf("another name: %v", err)
		}
		if err := b.Confirm(ctx, b.second(), m.ID, "mallory"); err != nil || reads() != nil {
			t.Fatalf("%v, %v", err, reads())
		}
		o := must[*Oversight](t)(b.Oversee(ctx, b.as("aauditor", "auditor", "", "", ""), flagAccount, 0, 0))
		if len(o.List) != 1 || o.List[0].Reader != "asecond" || o.List[0].Person != p {
			t.Errorf("the auditor sees %+v", o.List)
		}
		if all := must[[]Change](t)(b.Changes(ctx, p)); !slices.ContainsFunc(all, func(c Change) bool { return c.What == "linked" && c.By == "asecond" && c.Organisation == "center" }) {
			t.Errorf("the client sees %+v", all)
		}
	})
}

// TestAProposedAccountLapses after two weeks, and with the case.
func TestAProposedAccountLapses(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		late, over := b.registered("law"), b.registered("law")
		if err := errors.Join(b.Link(ctx, b.counsellor(), late, "lee"), b.Link(ctx, b.counsellor(), over, "kim"), b.Close(ctx, b.counsellor(), over)); err != nil {
			t.Fatal(err)
		}
		wait := must[[]Mandate](t)(b.Waiting(ctx, b.second()))
		for _, m := range wait {
			if m.Person == over {
				if err := b.Confirm(ctx, b.second(), m.ID, "kim"); key(err) != "door.error.case_over" {
					t.Errorf("once nobody counsels them: %v", err)
				}
			}
		}
		*b.clock = b.clock.Add(15 * 24 * time.Hour)
		for _, m := range wait {
			if err := b.Confirm(ctx, b.second(), m.ID, "lee"); !errors.Is(err, ieum.ErrNotFound) {
				t.Errorf("after two weeks: %v", err)
			}
		}
	})
}

// TestAnAccountIsOfWhoWasRegistered: where a birth date was given at the desk, the owner of
// the account must have been proved to be of that name and date.
func TestAnAccountIsOfWhoWasRegistered(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := must[ieum.PersonID](t)(b.Register(ctx, b.counsellor(), Registration{Contact: Contact{Name: alice.Name}, Basis: defs.BasisLaw, Birth: alice.Birth}))
		for _, name := range []string{"mallory", "unknown"} {
			if err := b.linked(p, name); key(err) != "door.error.other_owner" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := b.linked(p, "twin"); err != nil {
			t.Error(err)
		}
	})
}

// Who confirms an account asks whom it is of: also when the case was handed to them, the
// page does not say the name that was proposed.
func TestWhoConfirmsIsNotToldTheName(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.registered(defs.BasisLaw)
		if err := b.Link(ctx, b.counsellor(), p, "mallory"); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.page(t, b.counsellor(), "/clients/"+string(p)), "mallory") {
			t.Error("who proposed it does not see what they proposed")
		}
		if err := b.HandOver(ctx, b.counsellor(), p, "asecond"); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.page(t, b.second(), "/clients/"+string(p)), "mallory") {
			t.Error("the name that the second is to ask for stands on their page")
		}
	})
}

// TestAProposedAccountIsTakenBack by the counsellor, or by the client at a desk: their list
// says so, and not that somebody ceased to act for them.
func TestAProposedAccountIsTakenBack(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		for name, back := range map[string]func(ieum.PersonID, string) error{
			"counsellor": func(p ieum.PersonID, id string) error { return b.EndMandate(ctx, b.counsellor(), p, id) },
			"desk": func(p ieum.PersonID, id string) error {
				return second(b.Withdraw(ctx, b.second(), p, Stopping{IDs: []string{id}, Text: "아니요"}))
			},
		} {
			p := b.registered("law")
			if err := b.Link(ctx, b.counsellor(), p, "lee"); err != nil {
				t.Fatal(err)
			}
			m := must[[]Mandate](t)(b.MandatesOf(ctx, p))[0]
			if err := back(p, m.ID); err != nil {
				t.Fatal(err)
			}
			if took, ended := b.listed(p, "link_ended"), b.listed(p, "mandate_ended"); len(took) != 1 || len(ended) != 0 {
				t.Errorf("%s: the client sees %q and %q", name, took, ended)
			}
			if err := b.Confirm(ctx, b.second(), m.ID, "lee"); !errors.Is(err, ieum.ErrNotFound) {
				t.Errorf("%s: confirmed then: %v", name, err)
			}
		}
	})
}
