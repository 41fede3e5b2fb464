package door

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/journal"
)

// asks are those who ask somebody, by person, with whether they can be taken on.
func (b *bench) asks(t *testing.T, by Asker) (list []string) {
	t.Helper()
	all, _, err := b.Asks(ctx, by)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		list = append(list, fmt.Sprint(a.Person, " ", a.Takes))
	}
	return list
}

// notes says whether somebody may write of a person, and read what was written.
func (b *bench) notes(by Asker, p ieum.PersonID) error {
	return errors.Join(b.AddNote(ctx, by, p, canary), second(b.Read(ctx, by, p, counselling, ieum.NoteRecord)))
}

// shut checks that somebody neither writes of a person nor reads anything of them.
func (b *bench) shut(t *testing.T, why string, by Asker, p ieum.PersonID) {
	t.Helper()
	for _, err := range []error{b.AddNote(ctx, by, p, "x"), second(b.Read(ctx, by, p, counselling, ieum.ContactRecord)), second(b.Read(ctx, by, p, counselling, ieum.NoteRecord))} {
		if !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("%s: %v", why, err)
		}
	}
}

// exec changes the database behind the door's back.
func (b *bench) exec(query string, args ...any) {
	b.t.Helper()
	if err := b.store.in(ctx, func(t tx) error { return second(t.exec(query, args...)) }); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) stop(p ieum.PersonID, c Consent) {
	b.t.Helper()
	if err := b.Stop(ctx, b.seeker(), p, c.ID); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) other() Asker { return b.as("aother", "counsellor", "elsewhere", "", "") }

// TestWhoAsksIsTakenOn: by name and at the whole office; from then on as any other client,
// and no longer than they agree. Nobody else sees them.
func TestWhoAsksIsTakenOn(t *testing.T) {
	for _, to := range []string{"acounsellor", "center"} {
		each(t, func(t *testing.T, b *bench) {
			b.t = t
			p, me := b.person(), b.counsellor()
			if got := b.asks(t, me); got != nil {
				t.Fatalf("%v ask before they agreed", got)
			}
			if err := b.TakeOn(ctx, me, p); key(err) != "door.refused.not_asked" {
				t.Fatalf("taken on without a consent: %v", err)
			}
			c := b.give(to, counselling)
			if got := b.asks(t, me); !slices.Equal(got, []string{string(p) + " true"}) {
				t.Fatalf("%v ask", got)
			}
			if to == "center" {
				b.shut(t, "before", me, p)
			} else if err := b.AddNote(ctx, me, p, "x"); !errors.Is(err, ieum.ErrDenied) {
				t.Errorf("a note before: %v", err) // whom they named may look
			}
			if err := errors.Join(b.TakeOn(ctx, me, p), b.TakeOn(ctx, me, p), b.notes(me, p)); err != nil {
				t.Fatal(err)
			}
			of := must[[]Case](t)(b.CasesOf(ctx, p))
			if len(of) != 1 || of[0].Counsellor != me.ID || of[0].Consent != c.ID || of[0].Site != "north" {
				t.Errorf("cases %+v", of)
			}
			if told, err := journal.Of(ctx, b.d, string(p), "door.assigned", 0, 1); err != nil || len(told) != 1 || !strings.Contains(string(told[0].Data), c.ID) {
				t.Errorf("written down: %+v (%v)", told, err)
			}
			if got := b.listed(p, "assigned"); !slices.Equal(got, []string{"acounsellor"}) {
				t.Errorf("the person sees %v", got)
			}
			if got := b.asks(t, me); got != nil {
				t.Errorf("%v still ask", got)
			}
			if err := b.Stop(ctx, b.seeker(), p, c.ID); err != nil {
				t.Fatal(err)
			}
			for what, err := range map[string]error{"a note": b.AddNote(ctx, me, p, "x"), "a read": second(b.Read(ctx, me, p, counselling, ieum.ContactRecord)),
				"a session": second(b.AddSession(ctx, me, p, "", "x", nil)), "a hand-over": b.HandOver(ctx, me, p, "asecond"), "again": b.TakeOn(ctx, me, p)} {
				if !errors.Is(err, ieum.ErrDenied) {
					t.Errorf("after the stop %s: %v", what, err)
				}
			}
			if own := must[*Disclosure](t)(b.Read(ctx, b.seeker(), p, "own", ieum.NoteRecord)); len(own.Notes) != 1 {
				t.Errorf("what was written stays the person's: %+v", own.Notes)
			}
		})
	}
}

// TestNobodyElseTakesOn: neither another's office or client, nor oneself, nor for another
// purpose, nor without a role that counts.
func TestNobodyElseTakesOn(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.person()
		b.give("acounsellor", counselling)
		b.give("center", "notices")
		b.give("center", "statistics")
		for name, by := range map[string]Asker{"of another office": b.other(), "a colleague": b.second(), "an ended role": b.as("acounsellor", "", "", "", ""),
			"an officer": b.as("aofficer", "officer", "center", "", ""), "a seeker": b.seeker(), "moved": b.as("acounsellor", "counsellor", "elsewhere", "", "")} {
			if err := b.TakeOn(ctx, by, p); !errors.Is(err, ieum.ErrDenied) {
				t.Errorf("%s: %v", name, err)
			}
			if by.ID == "acounsellor" {
				continue // whom they named sees that they did
			}
			if got := b.asks(t, by); got != nil {
				t.Errorf("%s is asked by %v", name, got)
			}
		}
		if err := b.TakeOn(ctx, b.counsellor(), "pnobody"); key(err) != "door.refused.not_asked" {
			t.Errorf("nobody: %v", err)
		}

		b.own = "atold" // of what there is, and asks for nothing else
		told := must[Person](t)(b.Begin(ctx, b.seeker()))
		b.exec(`UPDATE door_consent SET account = 'acounsellor' WHERE id = ?`, b.give("center", "notices").ID)
		if err := b.TakeOn(ctx, b.counsellor(), told.ID); key(err) != "door.refused.not_asked" || len(b.asks(t, b.counsellor())) != 1 {
			t.Errorf("for another purpose: %v", err)
		}

		b.own = "acounsellor" // as a person, not in their role
		self := must[Person](t)(b.Begin(ctx, b.seeker()))
		b.give("acounsellor", counselling)
		b.give("center", counselling)
		if err := b.TakeOn(ctx, b.counsellor(), self.ID); key(err) != "door.refused.not_asked" {
			t.Errorf("oneself: %v", err)
		}
		if got := b.asks(t, b.counsellor()); slices.Contains(got, string(self.ID)+" true") {
			t.Errorf("%v ask, oneself among them", got)
		}
		// A colleague's does as anybody's, and the auditor sees it.
		if err := b.TakeOn(ctx, b.second(), self.ID); err != nil {
			t.Error(err)
		}
		auditor := b.as("aauditor", "auditor", "", "", "")
		if o := must[*Oversight](t)(b.Oversee(ctx, auditor, flagColleague, 0, 0)); len(o.List) != 1 || o.List[0].Person != self.ID || o.List[0].Reader != "asecond" {
			t.Errorf("the auditor sees %+v", o.List)
		}
		if err := b.HandOver(ctx, b.second(), self.ID, "acounsellor"); key(err) != "door.error.counsellor" {
			t.Errorf("handed over to themselves: %v", err)
		}
	})
}

// TestNobodyIsAskedForWhomTheyAct, nor of who has no account: that one comes to a desk.
func TestNobodyIsAskedForWhomTheyAct(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.person()
		b.give("acounsellor", counselling)
		b.exec(`INSERT INTO door_mandate (id, person, holder, kind, shown, confirmer, proposer, organisation, paper, since, until, ended) VALUES ('mx', ?, 'acounsellor', 'parent', 'court-order', 'x', 'y', 'center', '', 0, ?, 0)`,
			p, b.clock.Add(time.Hour).Unix())
		if got := b.asks(t, b.counsellor()); !slices.Equal(got, []string{string(p) + " false"}) {
			t.Errorf("%v ask", got)
		}
		if err := b.TakeOn(ctx, b.counsellor(), p); key(err) != "door.refused.not_asked" {
			t.Errorf("who acts for them: %v", err)
		}

		none := b.mandated(30) // registered by the counsellor, without an account
		mandate := must[[]Mandate](t)(b.MandatesOf(ctx, none))[0]
		for to, want := range map[string][]string{"elsewhere": nil, "aother": {string(none) + " false"}} {
			if _, err := b.Give(ctx, b.as(mandate.Holder, "seeker", "", "", ""), none, Wish{Purpose: counselling, Recipient: to}); err != nil {
				t.Fatal(err)
			}
			if got := b.asks(t, b.other()); !slices.Equal(got, want) {
				t.Errorf("%s is asked by %v, want %v", to, got, want)
			}
			if err := b.TakeOn(ctx, b.other(), none); key(err) != "door.refused.not_asked" {
				t.Errorf("who has no account asks %s: %v", to, err)
			}
			if err := b.StopAll(ctx, b.as(mandate.Holder, "seeker", "", "", ""), none); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestAProviderTakesOnWhoNamedIt: nobody asks a contracted provider as a whole, for its
// people see those alone whom they were assigned or who named them.
func TestAProviderTakesOnWhoNamedIt(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		b.staff = append(b.staff, Colleague{ID: "aprovider", Name: "provider", Role: "counsellor", Organisation: "contracted"})
		by := b.as("aprovider", "counsellor", "contracted", "", "")
		p := b.person()
		c := b.give("aprovider", counselling)
		b.exec(`UPDATE door_consent SET account = '' WHERE id = ?`, c.ID)
		if got, err := b.asks(t, by), b.TakeOn(ctx, by, p); got != nil || key(err) != "door.refused.not_asked" {
			t.Errorf("asked as a whole: %v, %v", got, err)
		}
		b.give("aprovider", counselling)
		if err := b.TakeOn(ctx, by, p); err != nil {
			t.Error(err)
		}
	})
}

// TestTheFirstTakesOn who asked an office: two at once make one case, and the other is told.
// Who named somebody is their client beside that.
func TestTheFirstTakesOn(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.person()
		b.give("center", counselling)
		by := []Asker{b.counsellor(), b.second()}
		errs := make([]error, len(by))
		var wg sync.WaitGroup
		for i := range by {
			wg.Go(func() { errs[i] = b.TakeOn(ctx, by[i], p) })
		}
		wg.Wait()
		first := slices.Index(errs, nil)
		if first < 0 || key(errs[1-first]) != "door.error.taken" {
			t.Fatalf("%v", errs)
		}
		if got := must[[]Case](t)(b.CasesOf(ctx, p)); len(got) != 1 || b.asks(t, by[1-first]) != nil {
			t.Fatalf("cases %+v", got)
		}
		b.shut(t, "who was second", by[1-first], p)
		b.give(string(by[1-first].ID), counselling)
		if err := errors.Join(b.TakeOn(ctx, by[1-first], p), b.notes(by[1-first], p), b.notes(by[first], p)); err != nil {
			t.Error(err)
		}
	})
}

// TestAskingAgain: a case does not come back with another consent than its own, also not
// with the next one to the same; agreeing anew before it ends goes on. What somebody closed
// is closed until the person agrees anew; of who left, colleagues take over.
func TestAskingAgain(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p, me := b.person(), b.counsellor()
		first := b.give("acounsellor", counselling)
		b.give("center", counselling)
		if err := b.TakeOn(ctx, me, p); err != nil {
			t.Fatal(err)
		}
		if got := b.asks(t, b.second()); got != nil {
			t.Errorf("%v ask the office while somebody there counsels them", got)
		}
		again := b.give("acounsellor", counselling) // in its place
		if err := b.notes(me, p); err != nil || again.ID == first.ID {
			t.Errorf("agreed anew: %v", err)
		}
		if err := b.Stop(ctx, b.seeker(), p, again.ID); err != nil {
			t.Fatal(err)
		}
		b.shut(t, "the office's consent brings back the case on one's own", me, p)
		b.give("acounsellor", counselling)
		if err := b.AddNote(ctx, me, p, "x"); key(err) != "door.refused.write" {
			t.Errorf("agreed again after a stop: %v", err)
		}
		if got := b.asks(t, me); !slices.Equal(got, []string{string(p) + " true"}) || len(b.asks(t, b.second())) != 1 {
			t.Errorf("%v ask again", got)
		}
		if err := errors.Join(b.TakeOn(ctx, me, p), b.notes(me, p)); err != nil {
			t.Error(err)
		}
		if open := must[[]Case](t)(b.CasesOf(ctx, p)); len(open) != 1 {
			t.Errorf("the case before is open: %+v", open)
		}
	})
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p, me := b.person(), b.counsellor()
		b.give("center", counselling)
		*b.clock = b.clock.Add(time.Hour) // a case that ended before the last one says nothing
		if err := errors.Join(b.TakeOn(ctx, me, p), b.HandOver(ctx, me, p, "asecond")); err != nil {
			t.Fatal(err)
		}
		if err := b.notes(b.second(), p); err != nil {
			t.Errorf("handed over: %v", err)
		}
		b.staff = slices.DeleteFunc(b.staff, func(c Colleague) bool { return c.ID == "asecond" }) // whose role ended
		if got := b.asks(t, me); len(got) != 1 {
			t.Errorf("%v ask whose counsellor left", got)
		}
		if err := b.TakeOn(ctx, me, p); err != nil {
			t.Fatal(err)
		}
		*b.clock = b.clock.Add(time.Hour)
		if err := b.Close(ctx, me, p); err != nil {
			t.Fatal(err)
		}
		if got := b.listed(p, "released"); !slices.Contains(got, "acounsellor") {
			t.Errorf("the person sees %v", got)
		}
		if got, err := b.asks(t, me), b.TakeOn(ctx, me, p); got != nil || key(err) != "door.refused.not_asked" {
			t.Errorf("%v ask after it was closed: %v", got, err)
		}
		*b.clock = b.clock.Add(time.Hour)
		c := b.give("center", counselling)
		if err := errors.Join(b.TakeOn(ctx, me, p), b.notes(me, p)); err != nil {
			t.Error(err)
		}
		*b.clock = c.Until
		b.shut(t, "after its last day", me, p)
		b.give("center", counselling)
		b.shut(t, "agreed again after its last day", me, p)
	})
}

// TestWhatACaseOfBeforeRestsOn: on one consent, of those that it may have been opened on; where
// all were stopped it does not come back with the next.
func TestWhatACaseOfBeforeRestsOn(t *testing.T) {
	rests, err := schema.ReadFile("schema/0017_rests.sql")
	if err != nil {
		t.Fatal(err)
	}
	upgrade := func(b *bench) {
		b.exec(`UPDATE door_case SET consent = ''`) // as it was kept before
		b.exec(string(rests))
	}
	for name, tt := range map[string]struct {
		given   func(b *bench, p ieum.PersonID) // beside what the case was opened on, which is stopped
		opens   bool                            // the case counts
		renewed bool                            // and after one agrees again
	}{
		"stopped, and nothing else":          {func(b *bench, p ieum.PersonID) {}, false, false},
		"nothing at all":                     {func(b *bench, p ieum.PersonID) { b.exec(`DELETE FROM door_consent`) }, false, false},
		"stopped, and another in force":      {func(b *bench, p ieum.PersonID) { b.give("acounsellor", counselling) }, true, true},
		"stopped, and another to the office": {func(b *bench, p ieum.PersonID) { b.give("center", counselling) }, true, true},
		"and one to a colleague":             {func(b *bench, p ieum.PersonID) { b.give("asecond", counselling) }, false, false},
		"and one for another purpose":        {func(b *bench, p ieum.PersonID) { b.give("center", "notices") }, false, false},
		"and one to another office":          {func(b *bench, p ieum.PersonID) { b.give("aother", counselling) }, false, false},
		"and one that was stopped later":     {func(b *bench, p ieum.PersonID) { b.stop(p, b.give("acounsellor", counselling)) }, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, b *bench) {
				b.t = t
				p, me := b.person(), b.counsellor()
				c := b.give("acounsellor", counselling)
				if err := b.TakeOn(ctx, me, p); err != nil {
					t.Fatal(err)
				}
				b.stop(p, c)
				*b.clock = b.clock.Add(time.Hour)
				tt.given(b, p)
				upgrade(b)
				if err := b.AddNote(ctx, me, p, canary); (err == nil) != tt.opens {
					t.Errorf("a note: %v", err)
				}
				b.give("acounsellor", counselling)
				b.give("center", counselling)
				if err := b.AddNote(ctx, me, p, canary); (err == nil) != tt.renewed {
					t.Errorf("a note after they agreed again: %v", err)
				}
				if got := b.asks(t, b.second()); (got == nil) != tt.renewed { // the office, where nobody counsels them
					t.Errorf("%v ask the office", got)
				}
			})
		})
	}
	each(t, func(t *testing.T, b *bench) { // what is as it should be stays so
		b.t = t
		law, agreed := b.registered("law"), b.registered("consent")
		if err := b.Close(ctx, b.counsellor(), b.registered("consent")); err != nil {
			t.Fatal(err)
		}
		upgrade(b)
		if err := errors.Join(b.notes(b.counsellor(), law), b.notes(b.counsellor(), agreed)); err != nil {
			t.Error(err)
		}
		for _, k := range must[[]Case](t)(cases(ctx, b.store, `1 = 1 ORDER BY number`)) {
			if want := k.Person == agreed; (k.Consent != "") != want {
				t.Errorf("%+v", k)
			}
		}
	})
}

// TestClosedIsClosed: what somebody closed who was taken on is not offered again, whatever
// else there was, nor where it was all in one second; a consent of after it is.
func TestClosedIsClosed(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p, me := b.person(), b.counsellor()
		b.give("center", counselling)
		if err := errors.Join(b.TakeOn(ctx, me, p), b.Close(ctx, me, p)); err != nil {
			t.Fatal(err)
		}
		if got := b.asks(t, b.second()); got != nil {
			t.Errorf("%v ask, closed in the second they agreed in", got)
		}
		named := b.give("asecond", counselling)
		if err := errors.Join(b.TakeOn(ctx, b.second(), p), b.Stop(ctx, b.seeker(), p, named.ID)); err != nil {
			t.Fatal(err)
		}
		if got := b.asks(t, me); got != nil {
			t.Errorf("%v ask after a case on another consent", got)
		}
		*b.clock = b.clock.Add(time.Hour)
		b.give("center", counselling)
		if got := b.asks(t, me); len(got) != 1 {
			t.Errorf("%v ask who agreed again", got)
		}
	})
}

// TestWhoActsCounselsNobodyTheyActFor: neither handed over to them nor taken up by them, nor oneself.
func TestWhoActsCounselsNobodyTheyActFor(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p, me := b.registered("law"), b.counsellor()
		b.exec(`INSERT INTO door_mandate (id, person, holder, kind, shown, confirmer, proposer, organisation, paper, since, until, ended) VALUES ('mx', ?, 'asecond', 'parent', 'court-order', 'x', 'y', 'center', '', 0, ?, 0)`,
			p, b.clock.Add(time.Hour).Unix())
		if err := b.HandOver(ctx, me, p, "asecond"); key(err) != "door.error.counsellor" {
			t.Errorf("handed over to who acts for them: %v", err)
		}
		if err := b.Close(ctx, me, p); err != nil {
			t.Fatal(err)
		}
		if v := must[*Desked](t)(b.Desked(ctx, b.second(), p)); v.Back {
			t.Error("who acts for them is offered to take them up")
		}
		if err := b.TakeUp(ctx, b.second(), p, nil); key(err) != "door.error.nobody" {
			t.Errorf("taken up by who acts for them: %v", err)
		}
		b.exec(`UPDATE door_person SET account = 'acounsellor' WHERE id = ?`, p)
		if err := b.TakeUp(ctx, me, p, nil); key(err) != "door.error.nobody" {
			t.Errorf("oneself: %v", err)
		}
		*b.clock = b.clock.Add(2 * time.Hour) // who acted acts no more
		if err := b.TakeUp(ctx, b.second(), p, nil); err != nil {
			t.Error(err)
		}
	})
	each(t, func(t *testing.T, b *bench) { // nor in the other order
		b.t = t
		p, of := b.registered("law"), Proposal{Name: "second", Kind: "parent", Shown: "family-register", Until: ieum.DayOf(monday) + 3}
		if err := errors.Join(b.Propose(ctx, b.counsellor(), p, of), b.HandOver(ctx, b.counsellor(), p, "asecond")); err != nil {
			t.Fatal(err)
		}
		b.staff = append(b.staff, Colleague{ID: "athird", Name: "third", Role: "counsellor", Organisation: "center"})
		third := b.as("athird", "counsellor", "center", "", "")
		wait := must[[]Mandate](t)(b.Waiting(ctx, third))
		if err := b.Confirm(ctx, third, wait[0].ID, "second"); key(err) != "door.error.holder_counsels" {
			t.Errorf("confirmed for who counsels them by now: %v", err)
		}
		b.give("asecond", counselling)
		own := must[Person](t)(b.Begin(ctx, b.seeker())).ID
		b.give("acounsellor", counselling)
		if err := errors.Join(b.TakeOn(ctx, b.counsellor(), own), b.TakeOn(ctx, b.second(), own)); err != nil {
			t.Fatal(err)
		}
		if err := b.Propose(ctx, b.counsellor(), own, of); key(err) != "door.error.holder_counsels" {
			t.Errorf("proposed of who counsels them: %v", err)
		}
	})
}

// TestAStopCountsByAnyClock: what was agreed to at a server whose clock is ahead, or before
// this one was set back, is stopped, replaced and ends with a mandate as anything else.
func TestAStopCountsByAnyClock(t *testing.T) {
	for _, ahead := range []time.Duration{time.Second, time.Hour} {
		for name, end := range map[string]func(b *bench, p ieum.PersonID, c Consent) error{
			"stopped":     func(b *bench, p ieum.PersonID, c Consent) error { return b.Stop(ctx, b.seeker(), p, c.ID) },
			"all stopped": func(b *bench, p ieum.PersonID, c Consent) error { return b.StopAll(ctx, b.seeker(), p) },
			"replaced": func(b *bench, p ieum.PersonID, c Consent) error {
				return second(b.Give(ctx, b.seeker(), p, Wish{Purpose: counselling, Recipient: "acounsellor"}))
			},
		} {
			each(t, func(t *testing.T, b *bench) {
				b.t = t
				p, right := b.person(), *b.clock
				*b.clock = right.Add(ahead)
				c := b.give("acounsellor", counselling)
				*b.clock = right
				if err := end(b, p, c); err != nil {
					t.Fatal(err)
				}
				*b.clock = right.Add(ahead + time.Minute)
				if all := must[[]Consent](t)(b.Consents(ctx, p)); slices.ContainsFunc(all, func(k Consent) bool { return k.ID == c.ID && k.Holds(*b.clock) }) {
					t.Errorf("%v ahead, %s: it holds", ahead, name)
				}
			})
		}
	}
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.registered("consent")
		m := b.acts(p, Proposal{Name: "parent", Kind: "parent", Shown: "family-register", Until: ieum.DayOf(monday) + 3})
		right := *b.clock
		*b.clock = right.Add(2 * time.Second)
		c := must[Consent](t)(b.Give(ctx, b.as("aparent", "seeker", "", "", ""), p, Wish{Purpose: hiring, Recipient: "firm"}))
		*b.clock = right
		if err := b.EndMandate(ctx, b.counsellor(), p, m.ID); err != nil {
			t.Fatal(err)
		}
		*b.clock = right.Add(time.Minute)
		if _, _, err := b.Candidate(ctx, b.employer("firm"), c.ID); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("by a mandate that ended a firm reads: %v", err)
		}
	})
}

// TestAConsentIsSmall, however often it names a record, and nobody fills the service with them.
func TestAConsentIsSmall(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.person()
		many := slices.Repeat([]ieum.RecordKind{ieum.ResumeRecord, ieum.ContactRecord}, 100_000)
		if c := b.give("acounsellor", counselling, many...); len(c.Kinds) != 2 {
			t.Errorf("%d kinds of records are kept", len(c.Kinds))
		}
		if all := must[[]Consent](t)(b.Consents(ctx, p)); len(all) != 1 || len(all[0].Kinds) != 2 {
			t.Errorf("kept %+v", all)
		}
		for range mostGiven - 1 {
			b.give("acounsellor", counselling)
		}
		again := Wish{Purpose: counselling, Recipient: "acounsellor"}
		if _, err := b.Give(ctx, b.seeker(), p, again); !errors.Is(err, ieum.ErrBusy) {
			t.Errorf("agreed %d times a day: %v", mostGiven+1, err)
		}
		if err := b.StopAll(ctx, b.seeker(), p); err != nil {
			t.Errorf("and stops: %v", err)
		}
		*b.clock = b.clock.Add(24*time.Hour + time.Second)
		if _, err := b.Give(ctx, b.seeker(), p, again); err != nil {
			t.Errorf("the next day: %v", err)
		}
	})
}

// TestAListGoesOnWhereSomebodyWasErased between two looks at who is on it.
func TestAListGoesOnWhereSomebodyWasErased(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.registered("law")
		for _, basis := range []string{"law", "consent"} {
			b.exec(`INSERT INTO door_case (person, counsellor, organisation, site, basis, since, ended) VALUES ('perased', 'acounsellor', 'center', 'north', ?, 0, 0)`, basis)
		}
		ask := b.answering(t, b.counsellor())
		for _, method := range []string{"GET", "POST"} {
			if w := ask(method, "/clients"); w.Code != 200 || !strings.Contains(w.Body.String(), string(p)) {
				t.Errorf("%s: %d", method, w.Code)
			}
		}
	})
}

// TestWhoNamedOneIsHandedToNobody: they agreed to that counsellor.
func TestWhoNamedOneIsHandedToNobody(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p, me := b.person(), b.counsellor()
		b.give("acounsellor", counselling)
		if err := b.TakeOn(ctx, me, p); err != nil {
			t.Fatal(err)
		}
		if err := b.HandOver(ctx, me, p, "asecond"); key(err) != "door.error.counsellor" {
			t.Errorf("handed over: %v", err)
		}
		if err := b.notes(me, p); err != nil {
			t.Errorf("whose client they stay: %v", err)
		}
	})
}

// TestAConsentBoundsWhatIsWritten: what a counsellor may not read they do not replace, and
// papers of another office stay shut to them.
func TestAConsentBoundsWhatIsWritten(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.registered("consent")
		if err := b.linked(p, "seeker"); err != nil {
			t.Fatal(err)
		}
		by := b.other()
		paper := must[[]PaperLine](t)(b.Papers(ctx, p))[0]
		b.give("aother", counselling, ieum.ResumeRecord)
		if err := b.TakeOn(ctx, by, p); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(b.AddNote(ctx, by, p, "x"), b.KeepContact(ctx, by, p, Contact{Name: "x"})); strings.Count(err.Error(), "records") != 2 {
			t.Errorf("kept what was not agreed to: %v", err)
		}
		if err := b.KeepResume(ctx, by, p, ieum.Resume{Headline: canary}); err != nil {
			t.Error(err)
		}
		if _, err := b.ReadPaper(ctx, by, p, paper.Item); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("another office's paper: %v", err)
		}
		if _, err := b.ReadPaper(ctx, b.counsellor(), p, paper.Item); err != nil {
			t.Errorf("the office's own: %v", err)
		}
		v := must[*Desked](t)(b.Desked(ctx, by, p))
		if len(v.Consents) != 1 || v.Consents[0].Account != "aother" || v.Back {
			t.Errorf("another office sees %+v", v)
		}
	})
}

// TestManyWhoAsk: those who wait longest are shown, and that there are more.
func TestManyWhoAsk(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		var want []string
		for i := range shownAsks + 2 {
			b.own = ieum.AccountID(fmt.Sprint("a", i))
			want = append(want, string(must[Person](t)(b.Begin(ctx, b.seeker())).ID)+" true")
			*b.clock = b.clock.Add(time.Second)
			b.give("center", counselling)
		}
		list, more, err := b.Asks(context.Background(), b.counsellor())
		if err != nil || !more || len(list) != shownAsks {
			t.Fatalf("%d, more %v (%v)", len(list), more, err)
		}
		if got := b.asks(t, b.counsellor()); !slices.Equal(got, want[:shownAsks]) {
			t.Errorf("%v", got)
		}
	})
}
