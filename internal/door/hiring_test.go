package door

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"ieum"
)

func (b *bench) employer(firm string) Asker {
	return b.as("a"+ieum.AccountID(firm), "employer", firm, "", "")
}

// benchResumes covers what the tests call a number.
type benchResumes struct{}

func (benchResumes) ReadText(text []byte) (ieum.Resume, error) {
	return ieum.Resume{Text: string(text)}, nil
}
func (benchResumes) WriteText(of ieum.Resume) string { return of.Text }
func (benchResumes) Scrub(of ieum.Resume) ieum.Resume {
	of.Text = strings.ReplaceAll(of.Text, "010-0000-0000", "[전화번호]")
	return of
}

// TestAnEmployerSeesWhoAgreedAndNobodyElse: the list says nothing of who they are,
// and opening one gives the résumé with numbers covered, on record.
func TestAnEmployerSeesWhoAgreedAndNobodyElse(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		person := b.person()
		b.registered("law")
		if err := b.KeepResume(ctx, b.seeker(), person, ieum.Resume{Headline: canary, BirthYear: 1979, Text: "전화 010-0000-0000"}); err != nil {
			t.Fatal(err)
		}
		b.give("acounsellor", "counselling")
		if list := must[[]Candidate](t)(b.Candidates(ctx, b.employer("firm"))); len(list) != 0 {
			t.Errorf("before anybody agreed: %+v", list)
		}
		given := b.give("firm", "hiring")
		list := must[[]Candidate](t)(b.Candidates(ctx, b.employer("firm")))
		text, _ := json.Marshal(list)
		if len(list) != 1 || list[0].ID != given.ID || strings.Contains(string(text), string(person)) || strings.Contains(string(text), canary) {
			t.Fatalf("%s", text)
		}
		if other := must[[]Candidate](t)(b.Candidates(ctx, b.employer("rival"))); len(other) != 0 {
			t.Errorf("another employer is shown %+v", other)
		}
		before := must[Person](t)(b.store.person(ctx, person)).Reads
		_, got, err := b.Candidate(ctx, b.employer("firm"), given.ID)
		if err != nil || got.Resume == nil || got.Resume.Headline != canary || got.Resume.BirthYear != 0 || strings.Contains(got.Resume.Text, "010") || got.Contact != nil {
			t.Fatalf("%+v (%v)", got, err)
		}
		if a := got.Access; a.N != before+1 || a.Purpose != "hiring" || a.Basis != "consent" || a.Ref != given.ID || a.Organisation != "firm" || a.Role != "employer" {
			t.Errorf("the record is %+v", a)
		}
	})
}

// TestNoEmployerOpensWhoDoesNotAgree tries whatever shows a consent that does not
// let the employer in.
func TestNoEmployerOpensWhoDoesNotAgree(t *testing.T) {
	for _, tt := range []struct {
		name string
		id   func(b *bench) string
		by   func(b *bench) Asker
		want string // key of the refusal
		told bool   // and the auditor is told
	}{
		{"that was stopped", func(b *bench) string {
			c := b.give("firm", "hiring")
			if err := b.Stop(ctx, b.seeker(), c.Person, c.ID); err != nil {
				b.t.Fatal(err)
			}
			return c.ID
		}, nil, "door.refused.ended", true},
		{"whose time is over", func(b *bench) string {
			c := b.give("firm", "hiring")
			*b.clock = c.Until
			return c.ID
		}, nil, "door.refused.ended", true},
		{"given to another employer", func(b *bench) string { return b.give("rival", "hiring").ID }, nil, "door.refused.consent", true},
		{"given to another employer, by somebody who agreed to this one too", func(b *bench) string {
			b.give("firm", "hiring")
			return b.give("rival", "hiring").ID
		}, nil, "door.refused.consent", true},
		{"to be counselled", func(b *bench) string { return b.give("acounsellor", "counselling").ID }, nil, "door.error.nobody", false},
		{"of somebody who was erased", func(b *bench) string {
			c := b.give("firm", "hiring")
			if err := b.Erase(ctx, b.seeker()); err != nil {
				b.t.Fatal(err)
			}
			return c.ID
		}, nil, "door.error.nobody", false},
		{"that is none", func(*bench) string { return "cnone" }, nil, "door.error.nobody", false},
		{"by an employer whose role ended", func(b *bench) string { return b.give("firm", "hiring").ID }, func(b *bench) Asker { return b.as("afirm", "", "", "", "") }, "door.refused.page", false},
		{"by an employer of no firm", func(b *bench) string { return b.give("firm", "hiring").ID }, func(b *bench) Asker { return b.as("afirm", "employer", "", "", "") }, "door.refused.consent", true},
		{"by a counsellor", func(b *bench) string { return b.give("firm", "hiring").ID }, (*bench).counsellor, "door.refused.page", false},
		{"by the person, by no role", func(b *bench) string { return b.give("firm", "hiring").ID }, (*bench).seeker, "door.refused.page", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			each(t, func(t *testing.T, b *bench) {
				b.t = t
				person := b.person()
				id, by := tt.id(b), b.employer("firm")
				if tt.by != nil {
					by = tt.by(b)
				}
				c, got, err := b.Candidate(ctx, by, id)
				if key(err) != tt.want || c != nil || got != nil {
					t.Fatalf("%+v %+v (%v), want %s", c, got, err, tt.want)
				}
				if list, err := b.Candidates(ctx, by); err == nil && strings.Contains(strings.Join(ids(list), " "), id) {
					t.Error("the list has it")
				}
				if tt.told {
					b.told(t, person, "door.refused", tt.want)
				}
			})
		})
	}
}

func ids(list []Candidate) (out []string) {
	for _, c := range list {
		out = append(out, c.ID)
	}
	return out
}

// TestAnEmployerReadsSoManyAnHour, and goes on in the next.
func TestAnEmployerReadsSoManyAnHour(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		person, by := b.person(), b.employer("firm")
		id := b.give("firm", "hiring").ID
		most := b.set.Purposes[hiring].Most
		for range most {
			if _, _, err := b.Candidate(ctx, by, id); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := b.Candidate(ctx, by, id); most == 0 || !errors.Is(err, ieum.ErrBusy) {
			t.Fatalf("after %d: %v", most, err)
		}
		b.told(t, person, "door.refused", "door.refused.most")
		*b.clock = b.clock.Add(time.Hour)
		if _, _, err := b.Candidate(ctx, by, id); err != nil {
			t.Errorf("in the next hour: %v", err)
		}
	})
}

// TestAConsentThatEndedOpensNothing, also to who looks after another firm that the
// person agreed to.
func TestAConsentThatEndedOpensNothing(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.person()
		old := b.give("firm", "hiring").ID
		b.give("rival", "hiring")
		if err := b.Stop(ctx, b.seeker(), p, old); err != nil {
			t.Fatal(err)
		}
		one, two := b.employer("firm"), b.employer("rival")
		both := Asker{ID: "aboth", Fresh: true, May: one.May, Over: func(x ieum.Permission, s ieum.Subject) (ieum.Held, bool) {
			if h, ok := one.Over(x, s); ok {
				return h, ok
			}
			return two.Over(x, s)
		}}
		if _, _, err := b.Candidate(ctx, both, old); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("by the id of a consent that was stopped: %v", err)
		}
	})
}

// TestWhoActsDoesNotLetTheirFirmIn: they let others read, not themselves, nor by a role
// that they come by afterwards.
func TestWhoActsDoesNotLetTheirFirmIn(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.mandated(1)
		by := b.as("aparent", "employer", "firm", "", "")
		if err := b.KeepResume(ctx, b.counsellor(), p, ieum.Resume{Headline: "x"}); err != nil {
			t.Fatal(err)
		}
		c, err := b.Give(ctx, by, p, Wish{Purpose: "hiring", Recipient: "firm"})
		if key(err) != "door.error.recipient" {
			t.Errorf("to their own firm: %v", err)
		}
		if c, err = b.Give(ctx, b.as("aparent", "seeker", "", "", ""), p, Wish{Purpose: "hiring", Recipient: "firm"}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := b.Candidate(ctx, by, c.ID); key(err) != "door.refused.consent" {
			t.Errorf("as an employer of later: %v", err)
		}
	})
}
