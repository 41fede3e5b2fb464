package door

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ieum"
)

// An Application is a job that somebody wrote down that they applied for: by a posting
// shown here, of which it has the words as they were then, or one found elsewhere. It is
// the person's own statement, which nobody else reads.
type Application struct {
	Item      string `json:"item"`
	Posting   string `json:"posting,omitempty"` // public number; absent: found elsewhere
	Title     string `json:"title"`
	Company   string `json:"company,omitempty"`
	Link      string `json:"link,omitempty"`
	Note      string `json:"note,omitempty"`
	Simulated bool   `json:"simulated,omitempty"` // the posting was made up
	// Here is the consent by which the employer reads an application that was sent from here; "" = it was sent elsewhere.
	Here    string  `json:"here,omitempty"`
	Message string  `json:"message,omitempty"` // to the employer
	Reveals bool    `json:"reveals,omitempty"` // name and contact, to the employer
	Answer  *Answer `json:"answer,omitempty"`  // of the employer
	Steps   []Step  `json:"steps"`             // what came of it, in order; the first is that they applied
}

// A Step is what came of an application on a day.
type Step struct {
	State string   `json:"state"` // applied, answered, silent or withdrawn
	Day   ieum.Day `json:"day"`
}

// The states of an application.
const (
	Applied   = "applied"
	Answered  = "answered"  // whatever the answer was
	Silent    = "silent"    // no answer came
	Withdrawn = "withdrawn" // by the person
)

// States lists them all, in the order in which they come about.
var States = []string{Applied, Answered, Silent, Withdrawn}

// Bounds of what is written down of one application, and of how many.
const (
	mostApplications = 1000
	mostSteps        = 20
	longestWord      = 200
	longestLink      = 500
	longestRemark    = 1000
	oldestYears      = 5 // how far back somebody writes down from memory
)

// State is what came of it last.
func (a Application) State() string { return a.last().State }

// Since is the day of the state.
func (a Application) Since() ieum.Day { return a.last().Day }

// Day is the day on which they applied.
func (a Application) Day() ieum.Day {
	if len(a.Steps) == 0 {
		return 0
	}
	return a.Steps[0].Day
}

func (a Application) last() Step {
	if len(a.Steps) == 0 {
		return Step{}
	}
	return a.Steps[len(a.Steps)-1]
}

// Before are the steps before the last one.
func (a Application) Before() []Step { return a.Steps[:max(len(a.Steps)-1, 0)] }

// to says what came of it on a day, which is not before the step before. Of very many
// steps the first stays, and the last ones.
func (a *Application) to(state string, day ieum.Day) {
	if a.State() == state {
		return
	}
	a.Steps = append(slices.Clone(a.Steps), Step{state, max(day, a.Since())})
	if len(a.Steps) > mostSteps {
		a.Steps = slices.Delete(a.Steps, 1, 2)
	}
}

// undo takes the last step back; false when it is the only one.
func (a *Application) undo() bool {
	if len(a.Steps) < 2 {
		return false
	}
	a.Steps = slices.Clone(a.Before())
	return true
}

// trimmed is an application without the blanks around its words.
func (a Application) trimmed() Application {
	for _, p := range []*string{&a.Title, &a.Company, &a.Link, &a.Note} {
		*p = strings.TrimSpace(*p)
	}
	return a
}

// check refuses what is no statement about an application by today.
func (a Application) check(today ieum.Day) error {
	if a.Title == "" {
		return fault("search_title", "/title", "say what the job was called")
	}
	for _, f := range []struct {
		name, value string
		most        int
	}{{"title", a.Title, longestWord}, {"company", a.Company, longestWord}, {"link", a.Link, longestLink}, {"note", a.Note, longestRemark}} {
		if utf8.RuneCountInString(f.value) > f.most {
			return &ieum.Error{Kind: ieum.ErrInvalid, Key: "door.error.search_long", Field: "/" + f.name, Args: map[string]any{"n": f.most}, Message: "this is too long"}
		}
	}
	if u, err := url.Parse(a.Link); a.Link != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil) {
		return fault("search_link", "/link", "write the address of a page, such as https://company.example/jobs/1")
	}
	if len(a.Steps) == 0 || len(a.Steps) > mostSteps || a.Steps[0].State != Applied {
		return fault("search_steps", "/steps", "it begins with that they applied, and has 1 to 20 steps")
	}
	oldest := ieum.DayOf(today.Time().AddDate(-oldestYears, 0, 0))
	for i, s := range a.Steps {
		field := "/since"
		if i == 0 {
			field = "/day"
		}
		switch {
		case !slices.Contains(States, s.State):
			return fault("search_steps", "/steps", "a state is applied, answered, silent or withdrawn")
		case s.Day > today:
			return fault("search_later", field, "this day is still to come")
		case s.Day < oldest:
			return &ieum.Error{Kind: ieum.ErrInvalid, Key: "door.error.search_old", Field: field, Args: map[string]any{"n": oldestYears}, Message: "write down the last 5 years"}
		case i > 0 && s.Day < a.Steps[i-1].Day:
			return fault("search_order", "/since", "this is before the day of the step before")
		}
	}
	return nil
}

// A Tally is how many applications are in a state.
type Tally struct {
	State string
	N     int
}

// tally counts applications by state, all states in order.
func tally(all []Application) []Tally {
	list := make([]Tally, len(States))
	for i, s := range States {
		list[i].State = s
		for _, a := range all {
			if a.State() == s {
				list[i].N++
			}
		}
	}
	return list
}

// The orders of a list of applications.
const (
	byNewest  = "newest"  // what changed last is first
	byOldest  = "oldest"  // by the day on which they applied
	byCompany = "company" // by its name
)

// arranged are the applications in a state ("" = any), in an order.
func arranged(all []Application, state, order string) []Application {
	list := slices.DeleteFunc(slices.Clone(all), func(a Application) bool { return state != "" && a.State() != state })
	slices.SortStableFunc(list, func(a, b Application) int {
		switch order {
		case byOldest:
			return cmp.Or(cmp.Compare(a.Day(), b.Day()), cmp.Compare(a.Title, b.Title))
		case byCompany:
			return cmp.Or(cmp.Compare(a.Company, b.Company), cmp.Compare(a.Title, b.Title), cmp.Compare(b.Day(), a.Day()))
		}
		return cmp.Compare(b.Since(), a.Since())
	})
	return list
}

// A period is from one day to another, both included.
type period struct{ From, Until ieum.Day }

// lately is the period that somebody is likely to give account of: the last four weeks, or
// all there is when nothing is in them.
func lately(all []Application, today ieum.Day) period {
	p := period{today - 27, today}
	if list := arranged(all, "", byOldest); len(list) > 0 && len(within(all, p.From, p.Until)) == 0 {
		p.From = list[0].Day()
	}
	return p
}

// within are the applications made from one day to another, both included, the oldest first.
func within(all []Application, from, until ieum.Day) []Application {
	list := arranged(all, "", byOldest)
	return slices.DeleteFunc(list, func(a Application) bool { return a.Day() < from || a.Day() > until })
}

// Apply writes down that somebody applied today for a posting, and returns the item. A
// posting that is written down already stays as it is; had says so. Nothing is shown, so
// that no read is recorded.
func (d *Door) Apply(ctx context.Context, by Asker, person ieum.PersonID, posting string) (item string, had bool, err error) {
	of, err := d.Postings.Advert(ctx, posting)
	if errors.Is(err, ieum.ErrNotFound) {
		err = fault("search_posting", "/title", "this posting is not in the data any more; write it down yourself")
	}
	if err != nil {
		return "", false, err
	}
	return d.addApplication(ctx, by, person, of.application(ieum.DayOf(d.now())))
}

// application is what is written down of who applies for a posting on a day.
func (of Advert) application(day ieum.Day) Application {
	cut := func(s string, most int) string { return string([]rune(s)[:min(most, utf8.RuneCountInString(s))]) }
	a := Application{Posting: of.ID, Title: cut(of.Title, longestWord), Company: cut(of.Company, longestWord), Simulated: of.Simulated, Steps: []Step{{Applied, day}}}
	if utf8.RuneCountInString(of.Link) <= longestLink {
		a.Link = of.Link
	}
	return a
}

// AddApplication writes down an application for a job that somebody found elsewhere, as
// Apply does; had says that one of the same title, company and day is written down already.
func (d *Door) AddApplication(ctx context.Context, by Asker, person ieum.PersonID, a Application) (item string, had bool, err error) {
	a.Posting, a.Simulated = "", false
	return d.addApplication(ctx, by, person, a)
}

func (d *Door) addApplication(ctx context.Context, by Asker, person ieum.PersonID, a Application) (item string, had bool, err error) {
	now := d.now()
	a = a.trimmed()
	if err := a.check(ieum.DayOf(now)); err != nil {
		return "", false, err
	}
	item = newID("w")
	sealed, err := d.sealApplication(person, item, a)
	if err != nil {
		return "", false, err
	}
	err = d.change(ctx, person, func(t tx, s standing) error {
		if !acts(by.ID, s) {
			return errNotYours()
		}
		all, err := d.applications(t, person)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(all, func(o Application) bool { return a.same(o) }); i >= 0 {
			item, had = all[i].Item, true
			return nil
		}
		if len(all) >= mostApplications {
			return &ieum.Error{Kind: ieum.ErrInvalid, Key: "door.error.search_many", Field: "/title", Args: map[string]any{"n": mostApplications}, Message: "1,000 are written down; remove old ones first"}
		}
		return d.putApplication(t, by, s, item, sealed, now)
	})
	return item, had, err
}

// same says whether two are one: of the same posting, or a form for a job found elsewhere that
// was sent twice.
func (a Application) same(o Application) bool {
	if a.Posting != "" || o.Posting != "" {
		return a.Posting == o.Posting
	}
	return a.Title == o.Title && a.Company == o.Company && a.Day() == o.Day()
}

// applications opens what a person wrote down, within a change of it that shows nothing to
// anybody.
func (d *Door) applications(t tx, person ieum.PersonID) ([]Application, error) {
	rows, err := records(t.ctx, t, person, []ieum.RecordKind{ieum.SearchRecord}, "")
	if err != nil {
		return nil, err
	}
	r, err := d.open(person, rows)
	return r.Search, err
}

func (d *Door) sealApplication(person ieum.PersonID, item string, a Application) ([]byte, error) {
	a.Item = ""
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	return d.Keys.Seal(string(person), place(person, ieum.SearchRecord, item), plain)
}

func (d *Door) putApplication(t tx, by Asker, s standing, item string, sealed []byte, now time.Time) error {
	as, _ := d.capacity(by, s)
	if err := t.put(s.person.ID, ieum.SearchRecord, item, sealed, now); err != nil {
		return err
	}
	return t.tell("door.kept", s.person.ID, changeOf(by, s.person, as, now, map[string]any{"kind": ieum.SearchRecord, "item": item}))
}

// ChangeApplication changes what was written down of an application: by the person, or who
// acts for them. Nothing is shown, so that no read is recorded. Where there is no such item
// it is ErrNotFound.
func (d *Door) ChangeApplication(ctx context.Context, by Asker, person ieum.PersonID, item string, change func(*Application)) error {
	return d.changeApplication(ctx, by, person, item, func(a *Application) bool { change(a); return true })
}

// MoveApplication writes down what came of an application today.
func (d *Door) MoveApplication(ctx context.Context, by Asker, person ieum.PersonID, item, state string) error {
	return d.ChangeApplication(ctx, by, person, item, func(a *Application) { a.to(state, ieum.DayOf(d.now())) })
}

// UndoApplication takes back what was written down last of an application; gone says that it
// was the only thing, and that the application is written down no more.
func (d *Door) UndoApplication(ctx context.Context, by Asker, person ieum.PersonID, item string) (gone bool, err error) {
	err = d.changeApplication(ctx, by, person, item, func(a *Application) bool {
		gone = !a.undo()
		return !gone
	})
	return gone, err
}

// changeApplication keeps an application as change leaves it, or removes it where change
// says that it is not to be kept.
func (d *Door) changeApplication(ctx context.Context, by Asker, person ieum.PersonID, item string, change func(*Application) (keep bool)) error {
	now := d.now()
	return d.change(ctx, person, func(t tx, s standing) error {
		if !acts(by.ID, s) {
			return errNotYours()
		}
		row, err := t.one(person, ieum.SearchRecord, item)
		if err != nil {
			return err
		}
		r, err := d.open(person, []kept{row})
		if err != nil {
			return err
		}
		a := r.Search[0]
		before := a.State()
		if !change(&a) {
			if err := t.withdrawn(s, item, named(by, s.person), now); err != nil {
				return err
			}
			as, _ := d.capacity(by, s)
			if _, err := t.drop(person, ieum.SearchRecord, item); err != nil {
				return err
			}
			return t.tell("door.forgotten", person, changeOf(by, s.person, as, now, map[string]any{"kind": ieum.SearchRecord, "item": item}))
		}
		a = a.trimmed()
		if err := a.check(ieum.DayOf(now)); err != nil {
			return err
		}
		switch {
		case a.Here == "" || before == a.State():
		case before == Withdrawn:
			return fault("search_gone", "/do", "the employer cannot see this application any more; apply again")
		case a.State() == Withdrawn:
			if err := t.withdrawn(s, item, named(by, s.person), now); err != nil {
				return err
			}
		}
		sealed, err := d.sealApplication(person, item, a)
		if err != nil {
			return err
		}
		return d.putApplication(t, by, s, item, sealed, now)
	})
}
