package door

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"slices"
	"time"

	"ieum"
)

// An Alert is something that somebody asked to be told of: new postings of a search, or jobs
// that fit their résumé. It is looked through each night.
type Alert struct {
	Item   string    `json:"item"`
	Search string    `json:"search,omitempty"` // parameters of /jobs; "" = jobs that fit the résumé
	Name   ieum.Text `json:"name,omitzero"`    // what the search is called
	Order  string    `json:"order,omitempty"`  // of jobs that fit: ranked, or newest, which takes no forecast
	Mail   bool      `json:"mail,omitempty"`   // a mail says that there are new ones, without what they are
	Since  ieum.Day  `json:"since"`            // what was put up from this day on is new
	Night  ieum.Day  `json:"night,omitzero"`   // on which it was looked through last; absent: not yet
	New    int       `json:"new"`              // found then; 100 = or more
	First  string    `json:"first,omitempty"`  // of them, by its number: what is no other than the night before is not told again
	Jobs   []string  `json:"jobs,omitempty"`   // that fit, by their numbers, best first
}

// The orders of jobs that fit.
const (
	ByFit  = "ranked"
	ByDate = "newest"
)

// Shared is what jobs were shared out, and by what.
type Shared struct {
	Lists    [][]string // of each person, best first
	Moved    int        // people who would have got another list alone
	Model    string     // hash of what forecasts were made by
	Snapshot string     // version
}

// Bounds of what somebody is told of.
const (
	mostAlerts    = 20
	longestSearch = 2000 // bytes
	atATime       = 10_000
)

// alerts is the purpose for which alerts are looked through: that the person asked for it.
const alerts ieum.PurposeID = "alerts"

// errAlert is what a search that cannot be followed fails with.
func errAlert(why, message string, args map[string]any) error {
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "door.error.alert_" + why, Field: "/search", Args: args, Message: message}
}

// AddAlert keeps that somebody wants to be told of new postings of a search, "" = of jobs that
// fit their résumé, and returns the item. One that is there stays as it is; had says so.
func (d *Door) AddAlert(ctx context.Context, by Asker, person ieum.PersonID, search string) (item string, had bool, err error) {
	now := d.now()
	a := Alert{Since: ieum.DayOf(now)}
	if search == "" {
		a.Order = ByFit
	} else if a.Search, a.Name, err = d.Postings.Follow(search); err != nil || len(a.Search) > longestSearch || a.Search == "" {
		return "", false, errAlert("search", "this search cannot be followed; search anew, with words or a filter", nil)
	}
	item = newID("a")
	sealed, err := d.sealAlert(person, item, a)
	if err != nil {
		return "", false, err
	}
	err = d.change(ctx, person, func(t tx, s standing) error {
		if !acts(by.ID, s) {
			return errNotYours()
		}
		all, err := d.alerts(t, person)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(all, func(o Alert) bool { return o.Search == a.Search }); i >= 0 {
			item, had = all[i].Item, true
			return nil
		}
		if len(all) >= mostAlerts {
			return errAlert("many", "20 are kept; remove one first", map[string]any{"n": mostAlerts})
		}
		return d.putAlert(t, by, s, item, sealed, now)
	})
	return item, had, err
}

// alerts opens those of a person within a change that shows nothing to anybody.
func (d *Door) alerts(t tx, person ieum.PersonID) ([]Alert, error) {
	rows, err := records(t.ctx, t, person, []ieum.RecordKind{ieum.AlertRecord}, "")
	if err != nil {
		return nil, err
	}
	r, err := d.open(person, rows)
	return r.Alerts, err
}

func (d *Door) sealAlert(person ieum.PersonID, item string, a Alert) ([]byte, error) {
	a.Item = ""
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	return d.Keys.Seal(string(person), place(person, ieum.AlertRecord, item), plain)
}

func (d *Door) putAlert(t tx, by Asker, s standing, item string, sealed []byte, now time.Time) error {
	as, _ := d.capacity(by, s)
	if err := t.put(s.person.ID, ieum.AlertRecord, item, sealed, now); err != nil {
		return err
	}
	return t.tell("door.kept", s.person.ID, changeOf(by, s.person, as, now, map[string]any{"kind": ieum.AlertRecord, "item": item}))
}

// What is done to an alert.
const (
	alertSeen   = "seen"   // what was found was looked at
	alertMail   = "mail"   // a mail says that there is something new
	alertNoMail = "nomail" // none does
)

// ChangeAlert changes what somebody is told of: that they saw it, whether by mail, or the order,
// ranked or newest. Nothing is shown, so that no read is recorded.
func (d *Door) ChangeAlert(ctx context.Context, by Asker, person ieum.PersonID, item, do string) error {
	now := d.now()
	if !slices.Contains([]string{alertSeen, alertMail, alertNoMail, ByFit, ByDate}, do) {
		return fault("alert_do", "/do", "it is seen, mail, nomail, ranked or newest")
	}
	return d.change(ctx, person, func(t tx, s standing) error {
		if !acts(by.ID, s) {
			return errNotYours()
		}
		sealed, err := d.changed(t, person, item, func(a *Alert) {
			switch do {
			case alertSeen:
				a.Since, a.New = ieum.DayOf(now), 0
			case alertMail, alertNoMail:
				a.Mail = do == alertMail
			case ByFit, ByDate:
				if a.Search == "" && a.Order != do {
					a.Order, a.Jobs, a.Night = do, nil, 0
				}
			}
		})
		if err != nil {
			return err
		}
		return d.putAlert(t, by, s, item, sealed, now)
	})
}

// changed seals an alert anew as change leaves it.
func (d *Door) changed(t tx, person ieum.PersonID, item string, change func(*Alert)) ([]byte, error) {
	row, err := t.one(person, ieum.AlertRecord, item)
	if err != nil {
		return nil, err
	}
	r, err := d.open(person, []kept{row})
	if err != nil {
		return nil, err
	}
	a := r.Alerts[0]
	change(&a)
	return d.sealAlert(person, item, a)
}

// A Told is an alert with what there is to tell now.
type Told struct {
	Alert
	Of []ieum.Job `json:"of"` // the newest of a search, ten at most, or those that fit
}

// Told looks through alerts as they are now: what closed since the night is left out, and what
// was put up since is there. Without a résumé there are no jobs that fit it.
func (d *Door) Told(ctx context.Context, r Records) ([]Told, error) {
	list := make([]Told, 0, len(r.Alerts))
	for _, a := range r.Alerts {
		t := Told{Alert: a}
		var err error
		switch {
		case a.Search != "":
			t.Of, t.New, err = d.Postings.New(ctx, a.Search, a.Since)
		case r.Resume != nil:
			if a.Night == 0 {
				t.Jobs, err = d.fit(ctx, *r.Resume, a.Order)
			}
			if err == nil {
				t.Of, err = d.Postings.Among(ctx, *r.Resume, t.Jobs)
			}
			t.New = 0
			for _, j := range t.Of {
				if j.Opened >= a.Since {
					t.New++
				}
			}
		}
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	slices.SortStableFunc(list, func(a, b Told) int {
		return cmp.Compare(min(len(a.Search), 1), min(len(b.Search), 1)) // jobs that fit before searches
	})
	return list, nil
}

// fit lists the jobs that fit one person alone.
func (d *Door) fit(ctx context.Context, r ieum.Resume, order string) ([]string, error) {
	if order == ByDate {
		return d.Postings.Latest(ctx, r)
	}
	s, err := d.Postings.Share(ctx, []ieum.Resume{r})
	if err != nil {
		return nil, err
	}
	return s.Lists[0], nil
}

// A Night is what came of looking through all alerts once.
type Night struct {
	Day    ieum.Day
	People int
	Alerts int
	New    int // alerts with something new
	Mails  int // people who are told by mail
	Moved  int // people whose list is another than they would have got alone
}

// LookThrough looks through all alerts for a day, unless that was done; who is to be told by mail is
// given to tell, perhaps twice where it was cut off between. What was written down before it
// reads is one entry for all, what came of it another, with a hash of all lists, so that nobody
// can say later that others were sent. It says false where the night is done already, and where
// nobody asked for anything, of which nothing is written down.
func (d *Door) LookThrough(ctx context.Context, tell func(context.Context, ieum.AccountID) error) (n Night, ran bool, err error) {
	n.Day = ieum.DayOf(d.now())
	if done, err := d.store.hadNight(ctx, n.Day); done || err != nil {
		return n, false, err
	}
	if all, err := d.store.asked(ctx, ieum.AlertRecord, ""); len(all) == 0 || err != nil {
		return n, false, err
	}
	l := looking{d: d, night: &n, tell: tell, sum: sha256.New()}
	b, err := d.Bulk(ctx, Job{Name: string(alerts)}, alerts, func(person ieum.PersonID, r Records) error {
		l.people = append(l.people, somebody{person, r})
		if len(l.people) < atATime {
			return nil
		}
		return l.flush(ctx)
	}, ieum.AlertRecord, ieum.ResumeRecord)
	if err == nil {
		err = l.flush(ctx)
	}
	if err != nil {
		return n, true, err
	}
	return n, true, d.store.endNight(ctx, n, map[string]any{"day": n.Day.String(), "people": n.People, "alerts": n.Alerts, "new": n.New, "mails": n.Mails, "moved": n.Moved,
		"model": l.model, "snapshot": l.snapshot, "lists": hex.EncodeToString(l.sum.Sum(nil))}, b.ID, d.now())
}

// looking is a night under way.
type looking struct {
	d      *Door
	night  *Night
	tell   func(context.Context, ieum.AccountID) error
	people []somebody // not looked at yet
	sum    hash.Hash  // over all lists

	model, snapshot string
}

type somebody struct {
	id ieum.PersonID
	Records
}

// flush looks through the alerts of those gathered.
func (l *looking) flush(ctx context.Context) error {
	fit, err := l.share(ctx)
	if err != nil {
		return err
	}
	for i, one := range l.people {
		found := map[string]Alert{}
		for _, a := range one.Alerts {
			if a.Night == l.night.Day { // before it was cut off
				continue
			}
			if a, err = l.look(ctx, one, a, fit[i]); err != nil {
				return err
			}
			found[a.Item] = a
		}
		if err := l.keep(ctx, one, found); err != nil {
			return err
		}
	}
	l.people = l.people[:0]
	return nil
}

// share finds what fits all who asked for that, by their place.
func (l *looking) share(ctx context.Context) (map[int][]string, error) {
	var at []int
	var resumes []ieum.Resume
	for i, one := range l.people {
		ranked := func(a Alert) bool { return a.Search == "" && a.Order != ByDate && a.Night != l.night.Day }
		if one.Resume != nil && slices.ContainsFunc(one.Alerts, ranked) {
			at, resumes = append(at, i), append(resumes, *one.Resume)
		}
	}
	fit := map[int][]string{}
	if len(at) == 0 {
		return fit, nil
	}
	s, err := l.d.Postings.Share(ctx, resumes)
	for i, list := range s.Lists {
		fit[at[i]] = list
	}
	l.night.Moved += s.Moved
	l.model, l.snapshot = s.Model, s.Snapshot
	return fit, err
}

// look is an alert as this night leaves it.
func (l *looking) look(ctx context.Context, one somebody, a Alert, fit []string) (Alert, error) {
	a.Night = l.night.Day
	if a.Search == "" && a.Order == ByDate && one.Resume != nil {
		var err error
		if fit, err = l.d.Postings.Latest(ctx, *one.Resume); err != nil {
			return a, err
		}
	}
	if a.Search == "" {
		a.Jobs = fit
	}
	told, err := l.d.Told(ctx, Records{Resume: one.Resume, Alerts: []Alert{a}})
	if err != nil {
		return a, err
	}
	a.New, a.First = told[0].New, ""
	for _, j := range told[0].Of {
		if j.Opened >= a.Since {
			a.First = cmp.Or(a.First, j.ID)
		}
	}
	return a, nil
}

// keep tells whoever wants a mail, and puts what was found into the alerts that are still there.
func (l *looking) keep(ctx context.Context, one somebody, found map[string]Alert) error {
	if len(found) == 0 {
		return nil
	}
	of, err := l.d.store.person(ctx, one.id)
	if err == nil && slices.ContainsFunc(one.Alerts, func(was Alert) bool {
		now, there := found[was.Item]
		return there && was.Mail && now.New > 0 && now.First != was.First
	}) {
		l.night.Mails++
		err = l.tell(ctx, of.Account)
	}
	if err == nil {
		err = l.d.change(ctx, one.id, func(t tx, _ standing) error { return l.put(t, one.id, found) })
	}
	if errors.Is(err, ieum.ErrNotFound) || isErased(err) { // erased meanwhile
		return nil
	}
	if err != nil {
		return err
	}
	l.night.People++
	for _, item := range sortedKeys(found) {
		l.night.Alerts++
		if found[item].New > 0 {
			l.night.New++
		}
		if err := json.NewEncoder(l.sum).Encode([]any{one.id, item, found[item].Jobs}); err != nil {
			return err
		}
	}
	return nil
}

// put leaves what somebody changed in an alert meanwhile as it is.
func (l *looking) put(t tx, person ieum.PersonID, found map[string]Alert) error {
	for _, item := range sortedKeys(found) {
		sealed, err := l.d.changed(t, person, item, func(a *Alert) {
			a.Night, a.New, a.First = l.night.Day, found[item].New, found[item].First
			if a.Order == found[item].Order {
				a.Jobs = found[item].Jobs
			}
		})
		if errors.Is(err, ieum.ErrNotFound) {
			continue
		}
		if err == nil {
			err = t.put(person, ieum.AlertRecord, item, sealed, l.d.now())
		}
		if err != nil {
			return err
		}
	}
	return nil
}
