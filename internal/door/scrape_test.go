package door

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ieum"
)

// crowd are so many clients for whom aholder acts.
func (b *bench) crowd(people int) (list []ieum.PersonID) {
	b.t.Helper()
	for range people {
		p := b.registered("law")
		b.acts(p, for300("holder"))
		list = append(list, p)
	}
	return list
}

// TestNobodyActsForVeryMany: neither proposed nor confirmed, also where both were asked
// for before; one that ended makes room.
func TestNobodyActsForVeryMany(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		people := b.crowd(mostActed - 1)
		one, other := b.registered("law"), b.registered("law")
		if err := b.Propose(ctx, b.counsellor(), one, for300("holder")); err != nil {
			t.Fatal(err)
		}
		if err := b.Propose(ctx, b.counsellor(), other, for300("holder")); key(err) != "door.error.holder_many" {
			t.Errorf("one more than may be: %v", err)
		}
		if err := b.Propose(ctx, b.counsellor(), one, for300("holder")); err != nil {
			t.Errorf("once more for one of them: %v", err)
		}
		err := b.change(ctx, other, func(t tx, _ standing) error { // as two desks at once
			return t.addMandate(Mandate{ID: "mlate", Person: other, Holder: "aholder", Kind: "professional", Shown: "power-of-attorney", Organisation: "center",
				Proposer: "acounsellor", Since: *b.clock, Until: b.clock.AddDate(0, 1, 0)})
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Confirm(ctx, b.second(), "mlate", "holder"); key(err) != "door.error.holder_many" {
			t.Errorf("confirmed: %v", err)
		}
		for _, m := range must[[]Mandate](t)(b.MandatesOf(ctx, people[0])) {
			if err := b.EndMandate(ctx, b.counsellor(), people[0], m.ID); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.Confirm(ctx, b.second(), "mlate", "holder"); err != nil {
			t.Errorf("once there is room: %v", err)
		}
	})
}

// TestWhoActsReadsSoManyPeopleAnHour, and an auditor is told of many, and of several at
// night; not of one, whose family looks when it has time.
func TestWhoActsReadsSoManyPeopleAnHour(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		people := b.crowd(mostActedAnHour + 1)
		holder := b.as("aholder", "seeker", "", "", "")
		look := func(p ieum.PersonID) (string, error) {
			got, err := b.Read(ctx, holder, p, "own", ieum.ContactRecord)
			if err != nil {
				return "", err
			}
			return fmt.Sprint(got.Access.Flags), nil
		}
		for i, p := range people[:mostActedAnHour] {
			want := "[]"
			if i >= manyActed {
				want = "[many]"
			}
			for range 2 { // twice is no more people
				if got, err := look(p); err != nil || got != want {
					t.Errorf("person %d: %s (%v), want %s", i+1, got, err, want)
				}
			}
		}
		last := people[mostActedAnHour]
		if _, err := look(last); key(err) != "door.refused.acted" {
			t.Errorf("one more: %v", err)
		}
		b.told(t, last, "door.refused", "door.refused.acted")
		if _, err := look(people[0]); err != nil {
			t.Errorf("once more one of them: %v", err)
		}
		*b.clock = b.clock.Add(time.Hour)
		if got, err := look(last); err != nil || got != "[]" {
			t.Errorf("in the next hour: %s (%v)", got, err)
		}
		*b.clock = b.clock.Add(14 * time.Hour) // one at night
		for i, want := range []string{"[]", "[odd]", "[odd]"} {
			if got, err := look(people[i]); err != nil || got != want {
				t.Errorf("person %d at night: %s (%v), want %s", i+1, got, err, want)
			}
		}
		o := must[*Oversight](t)(b.Oversee(ctx, b.as("aauditor", "auditor", "", "", ""), flagOdd, 0, 0))
		if len(o.List) != 2 || slices.ContainsFunc(o.List, func(w Watched) bool { return w.Reader != "aholder" || w.Role != "professional" }) {
			t.Errorf("the auditor sees %+v", o.List)
		}
	})
}
