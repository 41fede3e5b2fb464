package door

import (
	"errors"
	"testing"
	"time"

	"ieum"
)

// listed lists who is on a person's list with an entry of a kind.
func (b *bench) listed(p ieum.PersonID, what string) (by []string) {
	for _, c := range must[[]Change](b.t)(b.Changes(ctx, p)) {
		if c.What == what {
			by = append(by, c.By)
		}
	}
	return by
}

// TestNobodyGoesThroughAllNumbers: whoever looks up very many in an hour, of clients who
// are not theirs, is on the auditor's list, and it ends; what they looked up counts also
// where there is nobody.
func TestNobodyGoesThroughAllNumbers(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.registered("law")
		n := must[*Desked](t)(b.Desked(ctx, b.counsellor(), p)).Client
		watched := func() []Watched {
			return must[*Oversight](t)(b.Oversee(ctx, b.as("aauditor", "auditor", "", "", ""), flagMany, 0, 0)).List
		}
		for range manyFound {
			if err := second(b.Find(ctx, b.second(), n+1)); key(err) != "door.error.client_number" {
				t.Fatal(err)
			}
		}
		must[ieum.PersonID](t)(b.Find(ctx, b.counsellor(), n))
		if got := watched(); len(got) != 0 {
			t.Errorf("the auditor is told of %+v", got)
		}
		for range mostFound - manyFound {
			must[ieum.PersonID](t)(b.Find(ctx, b.second(), n))
		}
		if got := watched(); len(got) != mostFound-manyFound || got[0].Reader != "asecond" || got[0].Person != p {
			t.Errorf("the auditor is told of %d: %+v", len(got), got)
		}
		if err := second(b.Find(ctx, b.second(), n)); key(err) != "door.error.find_often" {
			t.Errorf("one more: %v", err)
		}
		*b.clock = b.clock.Add(time.Hour)
		if err := second(b.Find(ctx, b.second(), n)); err != nil {
			t.Errorf("in the next hour: %v", err)
		}
	})
}

// TestLookUpsHideNothing that staff did from the person's list, nor do changes of their
// own; what there is more of one kind is on further pages, each once.
func TestLookUpsHideNothing(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.registered("law")
		if err := errors.Join(b.linked(p, "seeker"), b.KeepContact(ctx, b.counsellor(), p, Contact{Name: canary})); err != nil {
			t.Fatal(err)
		}
		for range stretch + 10 {
			*b.clock = b.clock.AddDate(0, 0, 1)
			must[*Desked](t)(b.Desked(ctx, b.second(), p))
			if err := b.KeepContact(ctx, b.seeker(), p, Contact{Name: canary}); err != nil {
				t.Fatal(err)
			}
		}
		b.seal()
		list := must[[]Change](t)(b.Changes(ctx, p))
		if got := b.listed(p, "kept"); len(got) != 1 || got[0] != "acounsellor" {
			t.Errorf("the person sees %q write", got)
		}
		last := older(list)
		if len(last) != 1 || last[0].What != "found" {
			t.Fatalf("there is more of %+v", last)
		}
		more := must[[]Change](t)(b.Older(ctx, p, "found", last[0].Seq))
		if len(more) != 10 || more[0].Seq >= last[0].Seq || len(older(more)) != 0 {
			t.Errorf("the next page has %d", len(more))
		}
		if err := second(b.Older(ctx, p, "registered", 0)); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("what is no change: %v", err)
		}
	})
}

// TestADeskOfBeforeStopsWhatItBegan: who was let act there, and what they agreed to.
func TestADeskOfBeforeStopsWhatItBegan(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p := b.registered("law")
		m := b.acts(p, for300("guardian"))
		if err := b.Close(ctx, b.counsellor(), p); err != nil {
			t.Fatal(err)
		}
		guardian := b.as("aguardian", "seeker", "", "", "")
		must[Consent](t)(b.Give(ctx, guardian, p, Wish{Purpose: "hiring", Recipient: "firm"}))
		byMandate := must[*Desked](t)(b.Desked(ctx, b.second(), p))
		if len(byMandate.Consents) != 1 || len(byMandate.Mandates) != 1 || byMandate.Mandates[0].ID != m.ID {
			t.Errorf("of whom the office let act it sees %+v", byMandate)
		}
	})
}

// TestADeskOfBeforeSeesLittle: once nobody there counsels somebody, the office sees what
// they agreed to with it and nobody else; and they see who looked, once a day.
func TestADeskOfBeforeSeesLittle(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.t = t
		p, by := b.registered("law"), b.seeker()
		if err := b.linked(p, "seeker"); err != nil {
			t.Fatal(err)
		}
		to := must[Consent](t)(b.Give(ctx, by, p, Wish{Purpose: "counselling", Recipient: "acounsellor"}))
		*b.clock = b.clock.AddDate(0, 0, 1)
		must[Consent](t)(b.Give(ctx, by, p, Wish{Purpose: "hiring", Recipient: "firm"}))
		must[Consent](t)(b.Give(ctx, by, p, Wish{Purpose: "counselling", Recipient: "aother"}))
		v := must[*Desked](t)(b.Desked(ctx, b.second(), p))
		if len(v.Consents) != 3 || len(v.Cases) != 1 || v.Cases[0].Counsellor != "acounsellor" || v.Former {
			t.Errorf("while a colleague counsels them the desk sees %+v", v)
		}
		if err := b.Close(ctx, b.counsellor(), p); err != nil {
			t.Fatal(err)
		}
		for range 100 {
			v = must[*Desked](t)(b.Desked(ctx, b.second(), p))
		}
		if len(v.Consents) != 1 || v.Consents[0].ID != to.ID || len(v.Cases) != 0 || !v.Former {
			t.Errorf("afterwards it sees %+v", v)
		}
		if got := b.listed(p, "found"); len(got) != 1 || got[0] != "asecond" {
			t.Errorf("the person sees %q look", got)
		}
		*b.clock = b.clock.AddDate(0, 0, 1)
		must[*Desked](t)(b.Desked(ctx, b.second(), p))
		if got := b.listed(p, "found"); len(got) != 2 {
			t.Errorf("the next day, too: %q", got)
		}
	})
}
