package door

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"ieum"
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

// TestARowDeliveredAnewAboutSomebodyElse is no longer shown to whom it was tied, nor
// erased with them; an auditor is told.
func TestARowDeliveredAnewAboutSomebodyElse(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.withRows()
		p := must[Person](t)(b.Begin(ctx, b.seeker())).ID
		if err := b.LinkOwn(ctx, b.seeker(), rowOf("A-1")); err != nil {
			t.Fatal(err)
		}
		b.rows.of["A-1"] = mallory // the next delivery
		got, err := b.Read(ctx, b.seeker(), p, "own", ieum.ImportedRecord)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range got.Imported {
			if !i.Gone {
				t.Errorf("alice reads %s, which is about mallory now: %+v", i.Key, i.Resume)
			}
		}
		if len(got.Imported) > 0 {
			t.Errorf("she is shown %+v", got.Imported)
		}
		o := must[*Oversight](t)(b.Oversee(ctx, b.as("aauditor", "auditor", "", "", ""), flagMoved, 0, 0))
		if len(o.List) != 1 || o.List[0].Person != p {
			t.Errorf("the auditor sees %+v", o.List)
		}
		b.told(t, p, "door.row_moved", `"by":"service"`)
		b.rows.of["A-2"] = alice
		if err := b.LinkOwn(ctx, b.seeker(), rowOf("A-2")); err != nil {
			t.Fatal(err)
		}
		b.rows.of["A-2"] = mallory // and nobody looked since
		if err := b.LinkOwn(ctx, b.mallory(), rowOf("A-1")); err != nil {
			t.Errorf("and mallory cannot have it: %v", err)
		}
		// Alice erases herself: Mallory's row goes with her.
		if err := b.Erase(ctx, b.seeker()); err != nil {
			t.Fatal(err)
		}
		if len(b.rows.hidden) > 0 {
			t.Error("alice's erasure erased mallory's row")
		}
	})
}

// TestOneCounsellorErasesNoStrangersRow: who makes somebody up, ties a stranger's row
// to them and erases them destroys nothing of the stranger's.
func TestOneCounsellorErasesNoStrangersRow(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.withRows()
		fake := b.registered("law")
		if err := b.LinkClient(ctx, b.counsellor(), fake, Sighting{alice, []string{"passport", "resident-card"}}, rowOf("A-1")); err != nil {
			t.Fatal(err)
		}
		if err := b.EraseClient(ctx, b.counsellor(), fake); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(b.rows.hidden, "A-1") {
			t.Error("one person erased the row of a stranger, within a minute")
		}
		if err := b.LinkOwn(ctx, b.seeker(), rowOf("A-1")); err != nil {
			t.Errorf("alice can never bring it in: %v", err)
		}
	})
}

// reproved is a bench on which one account was proved to be different people in turn.
type reproved struct {
	*bench
	who map[ieum.AccountID]string
	how Known
}

func (r reproved) Known(_ context.Context, a ieum.AccountID) (Known, error) {
	r.how.Token = r.who[a]
	return r.how, nil
}

// TestAProofOfSomebodyElseEndsWhatTheOneBeforeGave: one account never holds the rows of
// two people.
func TestAProofOfSomebodyElseEndsWhatTheOneBeforeGave(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.withRows()
		who := map[ieum.AccountID]string{"aseeker": tokenOf(alice)}
		b.Accounts = reproved{b, who, Known{}}
		p := must[Person](t)(b.Begin(ctx, b.seeker())).ID
		if err := b.LinkOwn(ctx, b.seeker(), rowOf("A-1")); err != nil {
			t.Fatal(err)
		}
		who["aseeker"] = tokenOf(mallory) // the first proof was a mistake; staff proved them anew
		if err := b.LinkOwn(ctx, b.seeker(), rowOf("M-1")); err != nil {
			t.Fatal(err)
		}
		if got := b.sees(t, b.seeker(), p, "own"); len(got) > 1 {
			t.Errorf("one account holds rows of two people: %v", got)
		}
	})
}

// TestASimulatedProofTiesMadeUpRowsAlone, for by one everybody is whom they like.
func TestASimulatedProofTiesMadeUpRowsAlone(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.withRows()
		b.Accounts = reproved{b, map[ieum.AccountID]string{"aseeker": tokenOf(alice)}, Known{Simulated: true}}
		if err := b.LinkOwn(ctx, b.seeker(), rowOf("A-1")); key(err) != "door.error.row_unproved" {
			t.Errorf("of a source that is not: %v", err)
		}
		b.rows.simulated = true
		if err := b.LinkOwn(ctx, b.seeker(), rowOf("A-1")); err != nil {
			t.Error(err)
		}
	})
}

// TestAnAccountFitsRowsTiedMeanwhile: between the look whether it fits and the step
// that gives it to the client, a row may be tied.
func TestAnAccountFitsRowsTiedMeanwhile(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.withRows()
		p := b.registered("law")
		if err := b.Link(ctx, b.counsellor(), p, "mallory"); err != nil {
			t.Fatal(err)
		}
		m := must[[]Mandate](t)(b.Waiting(ctx, b.second()))[0]
		plain, calls := b.Door.now, 0
		b.Door.now = func() time.Time {
			if calls++; calls == 2 { // after Waiting's, that of giveOwn, which looked whether it fits
				if err := b.LinkClient(ctx, b.counsellor(), p, Sighting{alice, []string{"passport", "resident-card"}}, rowOf("A-1")); err != nil {
					t.Error(err)
				}
			}
			return plain()
		}
		err := b.Confirm(ctx, b.second(), m.ID, "mallory")
		b.Door.now = plain
		if err == nil {
			t.Errorf("mallory's account was given to a client with alice's row; mallory sees %v", b.sees(t, b.mallory(), p, "own"))
		}
	})
}

// lone lists by whose word the auditor is told that rows are somebody's.
func (b *bench) lone() (by []string) {
	b.t.Helper()
	for _, w := range must[*Oversight](b.t)(b.Oversee(ctx, b.as("aauditor", "auditor", "", "", ""), flagLone, 0, 0)).List {
		by = append(by, w.Reader)
	}
	return by
}

// TestALoneClerksProofIsSeen by the auditor: somebody of staff who noted who an account's
// owner is, and handed out a link to the account as well. A proof by somebody who did not
// is nothing to look at, nor is one that nobody of staff noted.
func TestALoneClerksProofIsSeen(t *testing.T) {
	for _, tt := range []struct {
		how  Known
		want int
	}{{Known{}, 0}, {Known{By: "aclerk"}, 0}, {Known{By: "aclerk", Lone: true}, 1}} {
		each(t, func(t *testing.T, b *bench) {
			b.withRows()
			b.Accounts = reproved{b, map[ieum.AccountID]string{"aseeker": tokenOf(alice)}, tt.how}
			if err := b.LinkOwn(ctx, b.seeker(), rowOf("A-1")); err != nil {
				t.Fatal(err)
			}
			if got := b.lone(); len(got) != tt.want || tt.want > 0 && got[0] != "aclerk" {
				t.Errorf("%+v: the auditor is told of %v", tt.how, got)
			}
		})
	}
}

// TestVeryManyTiesOnOneWordAreSeen: those of a day after the twentieth, whether a clerk
// tied them or noted the proofs.
func TestVeryManyTiesOnOneWordAreSeen(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.withRows()
		who := map[ieum.AccountID]string{}
		b.Accounts = reproved{b, who, Known{By: "acounsellor"}}
		tie := func(n int) {
			t.Helper()
			number := fmt.Sprintf("N-%d", n)
			b.rows.of[number] = alice
			if n%2 == 0 {
				p := b.registered("law")
				if err := b.LinkClient(ctx, b.counsellor(), p, Sighting{alice, []string{"passport", "resident-card"}}, rowOf(number)); err != nil {
					t.Fatal(err)
				}
				return
			}
			by := b.as(ieum.AccountID(fmt.Sprintf("aowner%d", n)), "seeker", "", "", "")
			who[by.ID] = tokenOf(alice)
			if err := b.LinkOwn(ctx, by, rowOf(number)); err != nil {
				t.Fatal(err)
			}
		}
		for n := range mostTiesADay {
			tie(n)
		}
		if got := b.lone(); len(got) > 0 {
			t.Errorf("of %d a day the auditor is told: %v", mostTiesADay, got)
		}
		tie(mostTiesADay + 1)
		if got := b.lone(); len(got) != 1 || got[0] != "acounsellor" {
			t.Errorf("of one more the auditor is told %v", got)
		}
		*b.clock = b.clock.Add(24 * time.Hour)
		tie(mostTiesADay + 2)
		if got := b.lone(); len(got) != 1 {
			t.Errorf("of the first of the next day the auditor is told: %v", got)
		}
	})
}

// TestTiesThatWereUndoneCount: who ties rows of strangers, reads them and undoes the
// registration each time vouched for them all the same.
func TestTiesThatWereUndoneCount(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		b.withRows()
		for n := range mostTiesADay + 1 {
			number := fmt.Sprintf("X-%d", n)
			b.rows.of[number] = alice
			p := b.registered("law")
			if err := b.LinkClient(ctx, b.counsellor(), p, Sighting{alice, []string{"passport", "resident-card"}}, rowOf(number)); err != nil {
				t.Fatal(err)
			}
			if err := b.Undo(ctx, b.counsellor(), p); err != nil {
				t.Fatal(err)
			}
		}
		if got := b.lone(); len(got) != 1 || got[0] != "acounsellor" {
			t.Errorf("the auditor is told %v", got)
		}
	})
}
