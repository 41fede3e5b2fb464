package door

import (
	"slices"
	"testing"
)

// This file holds what somebody tried with rows that sources delivered who had read
// the program.

// TestReadsThroughAMadeUpClientAreSeen by whom the row is about: a counsellor ties it to
// somebody made up, reads it by their page, and undoes the registration or the link.
func TestReadsThroughAMadeUpClientAreSeen(t *testing.T) {
	for _, undo := range []bool{true, false} {
		each(t, func(t *testing.T, b *bench) {
			b.withRows()
			fake := b.registered("law")
			if err := b.LinkClient(ctx, b.counsellor(), fake, Sighting{alice, []string{"passport", "resident-card"}}, rowOf("A-1")); err != nil {
				t.Fatal(err)
			}
			if got := b.sees(t, b.counsellor(), fake, "counselling"); len(got) != 1 {
				t.Fatal(got)
			}
			if undo {
				if err := b.Undo(ctx, b.counsellor(), fake); err != nil {
					t.Fatal(err)
				}
			} else {
				l := must[[]Link](t)(b.Links(ctx, fake))[0].ID
				if err := b.Unlink(ctx, b.counsellor(), fake, l, "wrong"); err != nil {
					t.Fatal(err)
				}
			}
			b.seal()
			if err := b.LinkOwn(ctx, b.seeker(), rowOf("A-1")); err != nil {
				t.Fatalf("undo=%v: %v", undo, err)
			}
			mine := must[Person](t)(b.Begin(ctx, b.seeker())).ID
			a := must[*Accesses](t)(b.LookedAt(ctx, mine, 0))
			if !slices.ContainsFunc(a.Lines, func(l Line) bool { return l.By == "acounsellor" }) {
				t.Errorf("undo=%v: nothing on alice's list says that the counsellor read her row: lines %+v rows %+v", undo, a.Lines, a.Rows)
			}
		})
	}
}

// TestARowLinkedTwiceIsShownOnce: each read of it, however often a link was ended and
// made again.
func TestARowLinkedTwiceIsShownOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.withRows()
		row := b.rows.RowPerson("agency", "A-1")
		officer := b.as("aofficer", "officer", "center", "", "")
		b.staff = append(b.staff, Colleague{ID: "aofficer", Name: "officer", Organisation: "center"})
		if _, err := b.ReadImported(ctx, officer, row, "counselling"); err != nil {
			t.Fatal(err)
		}
		b.seal()
		for range 2 {
			if err := b.LinkOwn(ctx, b.seeker(), rowOf("A-1")); err != nil {
				t.Fatal(err)
			}
			p := must[Person](t)(b.Own(ctx, b.seeker())).ID
			for _, l := range must[[]Link](t)(b.Links(ctx, p)) {
				if l.Ended.IsZero() {
					if err := b.Unlink(ctx, b.seeker(), p, l.ID, ""); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		p := must[Person](t)(b.Own(ctx, b.seeker())).ID
		n := 0
		for _, l := range must[*Accesses](t)(b.LookedAt(ctx, p, 0)).Lines {
			if l.By == "aofficer" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("one read is shown %d times", n)
		}
	})
}
