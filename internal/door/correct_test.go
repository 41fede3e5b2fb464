package door

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"ieum"
	"ieum/defs"
)

// misheard is Alice, whom the counsellor's desk took down by a name that is not hers.
func (b *bench) misheard() ieum.PersonID {
	b.t.Helper()
	return must[ieum.PersonID](b.t)(b.Register(ctx, b.counsellor(), Registration{Contact: Contact{Name: "말리스", Phone: "010-0000-0000"}, Basis: defs.BasisLaw, Birth: alice.Birth}))
}

func asAlice(why string) Correction { return Correction{alice.Name, alice.Birth, why} }

// TestAMisheardNameIsCorrected: the account of who the client is cannot be given until
// name or birth date are corrected, on record, and can be then. What reaches them stays.
func TestAMisheardNameIsCorrected(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.misheard()
		if err := b.linked(p, "twin"); key(err) != "door.error.other_owner" {
			t.Fatalf("as it was misheard: %v", err)
		}
		if err := b.Correct(ctx, b.counsellor(), p, asAlice("heard")); err != nil {
			t.Fatal(err)
		}
		if a := must[*Accesses](t)(b.LookedAt(ctx, p, 0)); a.Total != 1 || !slices.Equal(a.Lines[0].Kinds, []ieum.RecordKind{ieum.ContactRecord}) {
			t.Errorf("its read is recorded as %+v", a.Lines)
		}
		got := must[*Disclosure](t)(b.Read(ctx, b.counsellor(), p, counselling, ieum.ContactRecord))
		if *got.Contact != (Contact{Name: alice.Name, Phone: "010-0000-0000"}) {
			t.Errorf("the contact is %+v", got.Contact)
		}
		if err := b.linked(p, "mallory"); key(err) != "door.error.other_owner" {
			t.Errorf("to somebody else: %v", err)
		}
		if err := b.linked(p, "twin"); err != nil {
			t.Errorf("once it is corrected: %v", err)
		}
	})
}

// TestACorrectionIsSeen by the client and by an auditor, with why, and whether the birth
// date changed; the journal has neither name nor date.
func TestACorrectionIsSeen(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.misheard()
		undated := must[ieum.PersonID](t)(b.Register(ctx, b.counsellor(), Registration{Contact: Contact{Name: alice.Name}, Basis: defs.BasisLaw}))
		born := Correction{alice.Name, "1970-01-10", "papers"}
		if err := errors.Join(b.Correct(ctx, b.counsellor(), p, asAlice("heard")), b.Correct(ctx, b.counsellor(), p, born), b.Correct(ctx, b.counsellor(), undated, asAlice("heard"))); err != nil {
			t.Fatal(err)
		}
		list := must[[]Change](t)(b.changesOf(ctx, p, corrected, 0))
		slices.SortFunc(list, func(a, b Change) int { return strings.Compare(a.Why, b.Why) })
		if len(list) != 2 || list[0].Why != "heard" || list[0].Birth || list[1].Why != "papers" || !list[1].Birth || list[0].By != "acounsellor" || list[0].Organisation != "center" {
			t.Errorf("the client sees %+v", list)
		}
		if list := must[[]Change](t)(b.Changes(ctx, undated)); !slices.ContainsFunc(list, func(c Change) bool { return c.What == "corrected" && c.Birth }) {
			t.Errorf("where there was no date the client sees %+v", list)
		}
		if o := must[*Oversight](t)(b.Oversee(ctx, b.as("aauditor", "auditor", "", "", ""), flagCorrected, 0, 0)); len(o.List) != 3 {
			t.Errorf("the auditor sees %+v", o.List)
		}
		var dump bytes.Buffer
		if err := b.d.Dump(ctx, &dump); err != nil || bytes.Contains(dump.Bytes(), []byte("1970-01-")) || bytes.Contains(dump.Bytes(), []byte(alice.Name)) {
			t.Errorf("it stands plain (%v)", err)
		}
	})
}

// TestADeskIsWarnedOfWhoAClientIs by the name as it was corrected, and no more by the one
// that was misheard.
func TestADeskIsWarnedOfWhoAClientIs(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.misheard()
		if err := b.Correct(ctx, b.counsellor(), p, asAlice("heard")); err != nil {
			t.Fatal(err)
		}
		for name, warned := range map[string]bool{alice.Name: true, "말리스": false} {
			list := must[[]Twin](t)(b.Twins(ctx, b.second(), Registration{Contact: Contact{Name: name}, Birth: alice.Birth}))
			if len(list) == 1 != warned {
				t.Errorf("%s: told of %+v", name, list)
			}
		}
	})
}

// TestOneClerkRenamesNobodyForAnAccomplice: who corrected does not confirm the account,
// also not of a case they handed over; what waits is looked at as it was proposed; and
// whom an account shows is not corrected at a desk.
func TestOneClerkRenamesNobodyForAnAccomplice(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := must[ieum.PersonID](t)(b.Register(ctx, b.counsellor(), Registration{Contact: Contact{Name: alice.Name}, Basis: defs.BasisLaw, Birth: alice.Birth}))
		asMallory := Correction{mallory.Name, mallory.Birth, "heard"}
		if err := errors.Join(b.Correct(ctx, b.counsellor(), p, asMallory), b.HandOver(ctx, b.counsellor(), p, "asecond"), b.Link(ctx, b.second(), p, "mallory")); err != nil {
			t.Fatal(err)
		}
		m := must[[]Mandate](t)(b.Waiting(ctx, b.counsellor()))[0]
		if err := b.Confirm(ctx, b.counsellor(), m.ID, "mallory"); key(err) != "door.error.second_corrected" {
			t.Errorf("who corrected confirms: %v", err)
		}
		if err := second(b.Read(ctx, b.mallory(), p, "own", ieum.ContactRecord)); err == nil {
			t.Error("one clerk gave a client's records away")
		}
		if err := b.Correct(ctx, b.second(), p, asAlice("heard")); key(err) != "door.error.correct_waits" {
			t.Errorf("while an account waits: %v", err)
		}
		if err := errors.Join(b.Refuse(ctx, b.counsellor(), m.ID), b.Correct(ctx, b.second(), p, asAlice("heard")), b.HandOver(ctx, b.second(), p, "acounsellor")); err != nil {
			t.Fatal(err)
		}
		b.staff = append(b.staff, Colleague{ID: "athird", Name: "third", Role: "counsellor", Organisation: "center", Site: "north"})
		if err := b.Link(ctx, b.counsellor(), p, "twin"); err != nil {
			t.Fatal(err)
		}
		m = must[[]Mandate](t)(b.Waiting(ctx, b.counsellor()))[0]
		if err := b.Confirm(ctx, b.as("athird", "counsellor", "center", "north", ""), m.ID, "twin"); err != nil {
			t.Fatal(err)
		}
		if err := b.Correct(ctx, b.counsellor(), p, asMallory); key(err) != "door.error.correct_account" {
			t.Errorf("once there is an account: %v", err)
		}
	})
}

// TestWhoCorrects: a counsellor of the client's, freshly signed in, with a reason, and a
// name and a day that can be.
func TestWhoCorrects(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.misheard()
		stale := b.counsellor()
		stale.Fresh = false
		for name, tt := range map[string]struct {
			by   Asker
			c    Correction
			want string
		}{
			"an unattended desk":  {stale, asAlice("heard"), ieum.ErrSignedOut.Error()},
			"somebody else":       {b.second(), asAlice("heard"), "door.refused.not_mine"},
			"an officer":          {b.as("aofficer", "officer", "center", "", ""), asAlice("heard"), "door.refused.not_mine"},
			"no reason":           {b.counsellor(), asAlice(""), "door.error.correct_why"},
			"a reason of its own": {b.counsellor(), asAlice(canary), "door.error.correct_why"},
			"no birth date":       {b.counsellor(), Correction{alice.Name, "", "heard"}, "error.who_birth"},
			"no name":             {b.counsellor(), Correction{" ", alice.Birth, "heard"}, "error.who_name"},
		} {
			if err := b.Correct(ctx, tt.by, p, tt.c); key(err) != tt.want {
				t.Errorf("%s: %v, want %s", name, err, tt.want)
			}
		}
		if a := must[*Accesses](t)(b.LookedAt(ctx, p, 0)); a.Total != 0 || len(must[[]Change](t)(b.changesOf(ctx, p, corrected, 0))) != 0 {
			t.Errorf("a refused one reads %d records, or changes", a.Total)
		}
	})
}
