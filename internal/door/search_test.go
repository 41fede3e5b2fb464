package door

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"ieum"
)

// benchPostings has one posting, whose words are a canary.
type benchPostings struct{ Postings }

func (benchPostings) Advert(_ context.Context, id string) (Advert, error) {
	if id == "00000000000000b2" { // put up here
		return Advert{ID: id, Title: "이음의 공고", Company: "가상 회사", Organisation: "firm", Own: "e2"}, nil
	}
	if id != "00000000000000a1" && id != "old number" {
		return Advert{}, ieum.ErrNotFound
	}
	return Advert{ID: "00000000000000a1", Title: canary, Company: "가상정밀", Link: "https://source.example/1"}, nil
}

// today is the day of monday.
var today = ieum.DayOf(monday)

func wrote(title string, day ieum.Day) Application {
	return Application{Title: title, Steps: []Step{{Applied, day}}}
}

// search reads what somebody wrote down, as they do.
func (b *bench) search(by Asker, person ieum.PersonID) []Application {
	b.t.Helper()
	return must[*Disclosure](b.t)(b.Read(ctx, by, person, "own", ieum.SearchRecord)).Search
}

func steps(a Application) string {
	var words []string
	for _, s := range a.Steps {
		words = append(words, fmt.Sprintf("%s %d", s.State, s.Day-today))
	}
	return strings.Join(words, ", ")
}

// TestWhatBecomesOfAnApplication: each state is a step, the same one twice is once, and
// undoing goes back one step at a time.
func TestWhatBecomesOfAnApplication(t *testing.T) {
	a := wrote("press", today)
	for _, tt := range []struct {
		do   string
		day  ieum.Day
		want string
	}{
		{Applied, today + 1, "applied 0"},
		{Silent, today + 14, "applied 0, silent 14"},
		{Silent, today + 15, "applied 0, silent 14"},
		{Answered, today + 10, "applied 0, silent 14, answered 14"}, // no day is before the one before
		{"undo", 0, "applied 0, silent 14"},
		{Withdrawn, today + 20, "applied 0, silent 14, withdrawn 20"},
		{"undo", 0, "applied 0, silent 14"},
		{"undo", 0, "applied 0"},
	} {
		before := slices.Clone(a.Steps)
		kept := Application{Steps: a.Steps}
		if tt.do == "undo" {
			a.undo()
		} else {
			a.to(tt.do, tt.day)
		}
		if got := steps(a); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.do, got, tt.want)
		}
		if !slices.Equal(kept.Steps, before) {
			t.Errorf("%s wrote into the steps of another", tt.do)
		}
	}
	if a.undo() {
		t.Error("the only step was undone")
	}
	for i := range 3 * mostSteps {
		a.to(States[i%2], today+ieum.Day(i))
	}
	if len(a.Steps) != mostSteps || a.Day() != today || a.Since() != today+3*mostSteps-1 {
		t.Errorf("of very many steps these stay: %s", steps(a))
	}
}

func TestFaultsOfApplications(t *testing.T) {
	with := func(change func(*Application)) Application {
		a := Application{Title: "press", Steps: []Step{{Applied, today - 3}, {Answered, today}}}
		change(&a)
		return a
	}
	for _, tt := range []struct {
		name, want string
		a          Application
	}{
		{"sound", "", with(func(*Application) {})},
		{"no title", "door.error.search_title /title", with(func(a *Application) { a.Title = "" })},
		{"the longest title", "", with(func(a *Application) { a.Title = strings.Repeat("가", 200) })},
		{"a longer title", "door.error.search_long /title", with(func(a *Application) { a.Title = strings.Repeat("가", 201) })},
		{"a longer company", "door.error.search_long /company", with(func(a *Application) { a.Company = strings.Repeat("가", 201) })},
		{"the longest note", "", with(func(a *Application) { a.Note = strings.Repeat("가", 1000) })},
		{"a longer note", "door.error.search_long /note", with(func(a *Application) { a.Note = strings.Repeat("가", 1001) })},
		{"a page", "", with(func(a *Application) { a.Link = "https://firm.example/jobs?n=1" })},
		{"a program for a page", "door.error.search_link /link", with(func(a *Application) { a.Link = "javascript:alert(1)" })},
		{"a page without a host", "door.error.search_link /link", with(func(a *Application) { a.Link = "https:///jobs" })},
		{"a page with a password", "door.error.search_link /link", with(func(a *Application) { a.Link = "https://me:secret@firm.example" })},
		{"tomorrow", "door.error.search_later /day", with(func(a *Application) { a.Steps = []Step{{Applied, today + 1}} })},
		{"an answer to come", "door.error.search_later /since", with(func(a *Application) { a.Steps[1].Day = today + 1 })},
		{"an answer before the application", "door.error.search_order /since", with(func(a *Application) { a.Steps[1].Day = today - 4 })},
		{"five years ago", "", with(func(a *Application) { a.Steps[0].Day = ieum.DayOf(monday.AddDate(-5, 0, 0)) })},
		{"before", "door.error.search_old /day", with(func(a *Application) { a.Steps[0].Day = ieum.DayOf(monday.AddDate(-5, 0, -1)) })},
		{"no steps", "door.error.search_steps /steps", with(func(a *Application) { a.Steps = nil })},
		{"an answer without an application", "door.error.search_steps /steps", with(func(a *Application) { a.Steps = a.Steps[1:] })},
		{"a state that is none", "door.error.search_steps /steps", with(func(a *Application) { a.Steps[1].State = "hired" })},
	} {
		got := ""
		if e, ok := errors.AsType[*ieum.Error](tt.a.check(today)); ok {
			got = e.Key + " " + e.Field
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestAListOfApplications: by state, in each order, and those of a period.
func TestAListOfApplications(t *testing.T) {
	all := []Application{
		{Item: "w1", Title: "b", Company: "나", Steps: []Step{{Applied, today - 40}, {Answered, today - 1}}},
		{Item: "w2", Title: "a", Company: "가", Steps: []Step{{Applied, today - 30}}},
		{Item: "w3", Title: "c", Company: "가", Steps: []Step{{Applied, today - 20}, {Silent, today - 2}}},
	}
	for _, tt := range []struct{ state, order, want string }{
		{"", byNewest, "w1 w3 w2"}, {"", byOldest, "w1 w2 w3"}, {"", byCompany, "w2 w3 w1"},
		{Silent, byNewest, "w3"}, {Withdrawn, byNewest, ""},
	} {
		var got []string
		for _, a := range arranged(all, tt.state, tt.order) {
			got = append(got, a.Item)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s %s: %v, want %s", tt.state, tt.order, got, tt.want)
		}
	}
	if got := fmt.Sprint(tally(all)); got != "[{applied 1} {answered 1} {silent 1} {withdrawn 0}]" {
		t.Errorf("%s", got)
	}
	if got := within(all, today-40, today-30); len(got) != 2 || got[0].Item != "w1" || got[1].Item != "w2" {
		t.Errorf("both days are within: %v", got)
	}
	if got := within(all, today-39, today-31); len(got) != 0 {
		t.Errorf("an answer within a period is no application of it: %v", got)
	}
	if got := lately(all, today); got != (period{today - 27, today}) {
		t.Errorf("four weeks: %v", got)
	}
	if got := lately(all, today+100); got != (period{today - 40, today + 100}) {
		t.Errorf("where nothing is in four weeks, all: %v", got)
	}
	if got := lately(nil, today); got != (period{today - 27, today}) {
		t.Errorf("of nothing: %v", got)
	}
}

// TestOneWritesDownWhatOneAppliedFor: a posting once with its words, also by another number of
// it and twice at once; what came of it; and a read is recorded as one of the search alone.
func TestOneWritesDownWhatOneAppliedFor(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.Postings = benchPostings{}
		person := b.person()
		var wg sync.WaitGroup
		items := make([]string, 4)
		for i, id := range []string{"00000000000000a1", "old number", "00000000000000a1", "old number"} {
			wg.Go(func() {
				item, _, err := b.Apply(ctx, b.seeker(), person, id)
				if err != nil {
					t.Error(err)
				}
				items[i] = item
			})
		}
		wg.Wait()
		if slices.Sort(items); items[0] == "" || items[0] != items[3] {
			t.Fatalf("one posting is written down as %v", items)
		}
		item := items[0]
		*b.clock = b.clock.AddDate(0, 0, 10)
		if err := b.MoveApplication(ctx, b.seeker(), person, item, Answered); err != nil {
			t.Fatal(err)
		}
		if _, had, err := b.Apply(ctx, b.seeker(), person, "old number"); !had || err != nil {
			t.Errorf("applied once more: had %v (%v)", had, err)
		}
		before := must[Person](t)(b.store.person(ctx, person)).Reads
		got := must[*Disclosure](t)(b.Read(ctx, b.seeker(), person, "own", ieum.SearchRecord))
		if len(got.Search) != 1 || got.Contact != nil || got.Resume != nil {
			t.Fatalf("%+v", got.Records)
		}
		a := got.Search[0]
		if a.Item != item || a.Posting != "00000000000000a1" || a.Title != canary || a.Company != "가상정밀" || a.Link != "https://source.example/1" || steps(a) != "applied 0, answered 10" {
			t.Errorf("%+v", a)
		}
		if r := got.Access; r.N != before+1 || r.Basis != "self" || !slices.Equal(r.Kinds, []ieum.RecordKind{ieum.SearchRecord}) {
			t.Errorf("the record is %+v", r)
		}
		if gone, err := b.UndoApplication(ctx, b.seeker(), person, item); gone || err != nil {
			t.Errorf("gone %v (%v)", gone, err)
		}
		if got := b.search(b.seeker(), person); len(got) != 1 || steps(got[0]) != "applied 0" {
			t.Errorf("undone: %+v", got)
		}
		if gone, err := b.UndoApplication(ctx, b.seeker(), person, item); !gone || err != nil {
			t.Errorf("gone %v (%v)", gone, err)
		}
		if got := b.search(b.seeker(), person); len(got) != 0 {
			t.Errorf("undone to nothing: %+v", got)
		}
		if err := b.MoveApplication(ctx, b.seeker(), person, item, Silent); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("what is gone was changed: %v", err)
		}
		if _, _, err := b.Apply(ctx, b.seeker(), person, "gone"); key(err) != "door.error.search_posting" {
			t.Errorf("a posting that is not there: %v", err)
		}
	})
}

// TestJobsFoundElsewhere: a form that was sent twice is once, what is faulty changes nothing,
// and a number of a posting is not taken from who writes.
func TestJobsFoundElsewhere(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		person := b.person()
		add := func(a Application) (string, bool) {
			t.Helper()
			item, had, err := b.AddApplication(ctx, b.seeker(), person, a)
			if err != nil {
				t.Fatal(err)
			}
			return item, had
		}
		a := wrote("  "+canary+" ", today-1)
		a.Posting, a.Simulated = "00000000000000a1", true
		item, _ := add(a)
		if again, had := add(wrote(canary, today-1)); again != item || !had {
			t.Errorf("sent twice it is %s and %s", item, again)
		}
		if other, had := add(wrote(canary, today)); other == item || had {
			t.Errorf("of another day it is another")
		}
		err := b.ChangeApplication(ctx, b.seeker(), person, item, func(a *Application) { a.Note, a.Steps[0].Day = "x", today+1 })
		if key(err) != "door.error.search_later" {
			t.Errorf("%v", err)
		}
		got := b.search(b.seeker(), person)
		i := slices.IndexFunc(got, func(a Application) bool { return a.Item == item })
		if len(got) != 2 || i < 0 || got[i].Title != canary || got[i].Posting != "" || got[i].Simulated || got[i].Note != "" || got[i].Day() != today-1 {
			t.Errorf("%+v", got)
		}
		if err := b.Forget(ctx, b.seeker(), person, ieum.SearchRecord, item); err != nil {
			t.Fatal(err)
		}
		if got := b.search(b.seeker(), person); len(got) != 1 {
			t.Errorf("%+v", got)
		}
	})
}

// TestASearchIsOnesOwn: nobody but the person, and who acts for them, reads or changes it: not
// a counsellor whose client they are, whatever it rests on, nor a stranger.
func TestASearchIsOnesOwn(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		person := b.mandated(1) // a client by law, for whom a parent acts
		parent := b.as("aparent", "seeker", "", "", "")
		item, _, err := b.AddApplication(ctx, parent, person, wrote(canary, today))
		if err != nil || len(b.search(parent, person)) != 1 {
			t.Fatal(err)
		}
		for name, by := range map[string]Asker{"the counsellor": b.counsellor(), "a stranger": b.as("amallory", "seeker", "", "", "")} {
			if _, _, err := b.AddApplication(ctx, by, person, wrote("x", today)); key(err) != "door.refused.write" {
				t.Errorf("%s adds: %v", name, err)
			}
			if err := b.MoveApplication(ctx, by, person, item, Silent); key(err) != "door.refused.write" {
				t.Errorf("%s changes: %v", name, err)
			}
			if _, err := b.UndoApplication(ctx, by, person, item); key(err) != "door.refused.write" {
				t.Errorf("%s undoes: %v", name, err)
			}
			for purpose := range b.set.Purposes {
				if _, err := b.Read(ctx, by, person, purpose, ieum.SearchRecord); !errors.Is(err, ieum.ErrDenied) {
					t.Errorf("%s reads it for %s: %v", name, purpose, err)
				}
			}
			if got, _, err := b.ReadCovered(ctx, by, person, "counselling"); err == nil && len(got.Search) > 0 {
				t.Errorf("%s is shown %+v", name, got.Search)
			}
		}
		if got := b.search(parent, person); len(got) != 1 || steps(got[0]) != "applied 0" {
			t.Errorf("%+v", got)
		}
	})
}

// TestManyApplications: there is a bound, and what is there stays.
func TestManyApplications(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		person := b.person()
		sealed, err := b.sealApplication(person, "w0", wrote("x", today))
		if err != nil {
			t.Fatal(err)
		}
		err = b.store.in(ctx, func(t tx) error {
			for i := range mostApplications - 1 {
				item := fmt.Sprintf("w%d", i)
				if i > 0 {
					sealed, err = b.sealApplication(person, item, wrote(item, today))
				}
				if err = errors.Join(err, t.put(person, ieum.SearchRecord, item, sealed, *b.clock)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := b.AddApplication(ctx, b.seeker(), person, wrote("the last", today)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := b.AddApplication(ctx, b.seeker(), person, wrote("one more", today)); key(err) != "door.error.search_many" {
			t.Errorf("%v", err)
		}
		if got := b.search(b.seeker(), person); len(got) != mostApplications {
			t.Errorf("%d", len(got))
		}
	})
}

// TestASearchGoesWithThePerson: nothing of it stands plain, and nothing is left of it once
// the person is erased, nor when an older copy of the rows comes back.
func TestASearchGoesWithThePerson(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.Postings = benchPostings{}
		person := b.person()
		item, _, err := b.Apply(ctx, b.seeker(), person, "00000000000000a1")
		if err != nil {
			t.Fatal(err)
		}
		b.seal()
		var dump bytes.Buffer
		if err := b.d.Dump(ctx, &dump); err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{canary, "가상정밀", "00000000000000a1", "source.example"} {
			if bytes.Contains(dump.Bytes(), []byte(word)) || bytes.Contains(dump.Bytes(), []byte(strings.Trim(fmt.Sprintf("%+q", word), `"`))) {
				t.Errorf("%s stands plain", word)
			}
		}
		var row kept
		if err := b.store.in(ctx, func(t tx) (err error) { row, err = t.one(person, ieum.SearchRecord, item); return err }); err != nil {
			t.Fatal(err)
		}
		if err := b.Erase(ctx, b.seeker()); err != nil {
			t.Fatal(err)
		}
		if err := b.store.in(ctx, func(t tx) error { _, err := t.one(person, ieum.SearchRecord, item); return err }); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("the row is there: %v", err)
		}
		if _, err := b.open(person, []kept{row}); !isErased(err) {
			t.Errorf("what a copy has opens: %v", err)
		}
		if _, _, err := b.Apply(ctx, b.seeker(), person, "00000000000000a1"); err == nil {
			t.Error("who was erased wrote something down")
		}
	})
}
