package door

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ieum"
)

// benchJobs has postings by number, and fits everybody with the first ten that are open.
type benchJobs struct {
	Postings
	opened map[string]ieum.Day // what is open, with when it was put up
	asked  int                 // people that were shared out at once, at most
	fail   error
}

func (j *benchJobs) Follow(search string) (string, ieum.Text, error) {
	if strings.Contains(search, "nonsense") {
		return "", ieum.Text{}, ieum.ErrInvalid
	}
	return search, ieum.Text{KO: "찾기 " + search, EN: "search " + search}, nil
}

func (j *benchJobs) list() []string { return sortedKeys(j.opened) }

func (j *benchJobs) New(_ context.Context, _ string, since ieum.Day) (newest []ieum.Job, n int, err error) {
	for _, id := range j.list() {
		if j.opened[id] >= since {
			newest = append(newest, ieum.Job{ID: id, Opened: j.opened[id]})
		}
	}
	return newest, len(newest), nil
}

func (j *benchJobs) Share(_ context.Context, people []ieum.Resume) (Shared, error) {
	j.asked = max(j.asked, len(people))
	s := Shared{Model: "model", Snapshot: "snapshot", Lists: make([][]string, len(people))}
	for i := range people {
		s.Lists[i] = j.list()
	}
	return s, j.fail
}

func (j *benchJobs) Latest(context.Context, ieum.Resume) ([]string, error) {
	list := j.list()
	slices.SortFunc(list, func(a, b string) int { return int(j.opened[b] - j.opened[a]) })
	return list, nil
}

func (j *benchJobs) Among(_ context.Context, _ ieum.Resume, ids []string) (jobs []ieum.Job, err error) {
	for _, id := range ids {
		if day, open := j.opened[id]; open {
			jobs = append(jobs, ieum.Job{ID: id, Opened: day, Chance: .2})
		}
	}
	return jobs, nil
}

func (b *bench) jobs(opened map[string]ieum.Day) *benchJobs {
	j := &benchJobs{opened: opened}
	b.Postings = j
	return j
}

// alerted is what somebody is told of, as they see it.
func (b *bench) alerted(by Asker, person ieum.PersonID) []Told {
	b.t.Helper()
	got := must[*Disclosure](b.t)(b.Read(ctx, by, person, "own", ieum.AlertRecord, ieum.ResumeRecord))
	return must[[]Told](b.t)(b.Told(ctx, got.Records))
}

func shown(t Told) string {
	ids := []string{}
	for _, j := range t.Of {
		ids = append(ids, j.ID)
	}
	return fmt.Sprintf("%s %d new: %s", t.Search, t.New, strings.Join(ids, " "))
}

// TestAnAlertIsKeptOnce: a search is followed once, jobs that fit stand before searches, what is
// no search is refused, and there is an end to how many.
func TestAnAlertIsKeptOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.jobs(map[string]ieum.Day{"j1": today, "j2": today - 5})
		by := b.seeker()
		me := must[Person](t)(b.Begin(ctx, by)).ID
		item, had, err := b.AddAlert(ctx, by, me, "q=press")
		if err != nil || had {
			t.Fatal(had, err)
		}
		if again, had, err := b.AddAlert(ctx, by, me, "q=press"); again != item || !had || err != nil {
			t.Errorf("a second time: %s %v %v", again, had, err)
		}
		if _, _, err := b.AddAlert(ctx, by, me, ""); err != nil {
			t.Fatal(err)
		}
		list := b.alerted(by, me)
		if len(list) != 2 || list[0].Search != "" || shown(list[1]) != "q=press 1 new: j1" || len(list[0].Of) != 0 {
			t.Errorf("%+v", list)
		}
		if err := b.KeepResume(ctx, by, me, ieum.Resume{Text: canary}); err != nil {
			t.Fatal(err)
		}
		if list = b.alerted(by, me); shown(list[0]) != " 1 new: j1 j2" {
			t.Errorf("with a résumé: %s", shown(list[0]))
		}
		for _, search := range []string{"nonsense", "q=" + strings.Repeat("x", longestSearch)} {
			if _, _, err := b.AddAlert(ctx, by, me, search); !errors.Is(err, ieum.ErrInvalid) {
				t.Errorf("%.20s: %v", search, err)
			}
		}
		for i := range mostAlerts - 2 {
			if _, _, err := b.AddAlert(ctx, by, me, fmt.Sprintf("q=%d", i)); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := b.AddAlert(ctx, by, me, "q=more"); !errors.Is(err, ieum.ErrInvalid) {
			t.Errorf("one more than are kept: %v", err)
		}
		stranger := b.as("astranger", "seeker", "", "", "")
		if _, _, err := b.AddAlert(ctx, stranger, me, "q=spy"); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("a stranger adds one: %v", err)
		}
		if err := b.ChangeAlert(ctx, stranger, me, item, "mail"); !errors.Is(err, ieum.ErrDenied) {
			t.Errorf("a stranger changes one: %v", err)
		}
		if err := b.ChangeAlert(ctx, by, me, "anone", "mail"); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("one that is not there: %v", err)
		}
		if err := b.ChangeAlert(ctx, by, me, item, "shout"); !errors.Is(err, ieum.ErrInvalid) {
			t.Errorf("what nothing does: %v", err)
		}
	})
}

// TestANight: all alerts are looked through once a day, also where it is cut off and begun
// again; mail goes to who asked for it and once for the same thing; what closed is not shown;
// and before anything is read it is written down, once for all.
func TestANight(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		jobs := b.jobs(map[string]ieum.Day{"j1": today, "j2": today - 9})
		if n, ran, err := b.LookThrough(ctx, nil); ran || err != nil || len(b.entriesOf("door.bulk")) != 0 {
			t.Errorf("nobody asked: %+v %v %v", n, ran, err)
		}
		people := map[ieum.AccountID]ieum.PersonID{}
		for _, name := range []ieum.AccountID{"aone", "atwo", "athree"} {
			by := b.as(name, "seeker", "", "", "")
			me := must[Person](t)(b.Begin(ctx, by)).ID
			people[name] = me
			if err := b.KeepResume(ctx, by, me, ieum.Resume{Text: canary}); err != nil {
				t.Fatal(err)
			}
			if name == "athree" {
				continue // who asks for nothing is left alone
			}
			if _, _, err := b.AddAlert(ctx, by, me, ""); err != nil {
				t.Fatal(err)
			}
			item, _, err := b.AddAlert(ctx, by, me, "q=press")
			if err == nil && name == "aone" {
				err = b.ChangeAlert(ctx, by, me, item, "mail")
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		var mailed []ieum.AccountID
		tell := func(_ context.Context, a ieum.AccountID) error { mailed = append(mailed, a); return nil }
		cut := errors.New("cut off")
		if _, ran, err := b.LookThrough(ctx, func(context.Context, ieum.AccountID) error { return cut }); !ran || !errors.Is(err, cut) {
			t.Fatalf("cut off: %v %v", ran, err)
		}
		n, ran, err := b.LookThrough(ctx, tell)
		if err != nil || !ran || n.People < 1 || n.Alerts != 2*n.People || n.New != n.Alerts || !slices.Equal(mailed, []ieum.AccountID{"aone"}) {
			t.Errorf("gone on with: %+v %v %v, mailed %v", n, ran, err, mailed)
		}
		if n, ran, err = b.LookThrough(ctx, tell); ran || err != nil {
			t.Errorf("a second time on one day: %+v %v %v", n, ran, err)
		}
		if jobs.asked != 2 {
			t.Errorf("%d people were shared out at once, of 2", jobs.asked)
		}

		*b.clock = b.clock.Add(24 * time.Hour)
		if n, _, err = b.LookThrough(ctx, tell); err != nil || n.People != 2 || n.Mails != 0 || len(mailed) != 1 {
			t.Errorf("nothing that is newer: %+v %v, mailed %v", n, err, mailed)
		}
		*b.clock = b.clock.Add(24 * time.Hour)
		jobs.opened["j0"] = today + 2
		delete(jobs.opened, "j2")
		if n, _, err = b.LookThrough(ctx, tell); err != nil || n.Mails != 1 || !slices.Equal(mailed, []ieum.AccountID{"aone", "aone"}) {
			t.Errorf("with a new one: %+v %v, mailed %v", n, err, mailed)
		}
		one := b.as("aone", "seeker", "", "", "")
		list := b.alerted(one, people["aone"])
		if shown(list[0]) != " 2 new: j0 j1" || list[0].Night != today+2 {
			t.Errorf("what fits: %s of %s", shown(list[0]), list[0].Night)
		}
		delete(jobs.opened, "j0") // closed since
		if list = b.alerted(one, people["aone"]); shown(list[0]) != " 1 new: j1" {
			t.Errorf("what closed since the night: %s", shown(list[0]))
		}
		if err := b.ChangeAlert(ctx, one, people["aone"], list[1].Item, "seen"); err != nil {
			t.Fatal(err)
		}
		if list = b.alerted(one, people["aone"]); list[1].New != 0 || list[1].Since != today+2 {
			t.Errorf("seen: %+v", list[1])
		}
		if err := b.ChangeAlert(ctx, one, people["aone"], list[0].Item, ByDate); err != nil {
			t.Fatal(err)
		}
		if list = b.alerted(one, people["aone"]); list[0].Order != ByDate || list[0].Night != 0 || shown(list[0]) != " 1 new: j1" {
			t.Errorf("without a forecast: %+v", list[0])
		}

		// each night is told of once, and nobody else's records were read
		if all := must[[]Membership](t)(b.store.memberships(ctx, people["aone"], "")); len(all) != 1 || all[0].Job != "alerts" || all[0].People != 2 {
			t.Errorf("of the nights they are told %+v", all)
		}
		if all := must[[]Membership](t)(b.store.memberships(ctx, people["athree"], "")); len(all) != 0 {
			t.Errorf("who asked for nothing was read: %+v", all)
		}
		entries := b.entriesOf("door.alerts")
		if len(entries) != 3 || bytes.Contains([]byte(strings.Join(entries, "")), []byte(canary)) || !strings.Contains(entries[2], `"mails":1`) || !strings.Contains(entries[2], `"model":"model"`) {
			t.Errorf("the journal was told %q", entries)
		}
		// whoever stops is told nothing more, and who is erased leaves nothing
		if err := b.Forget(ctx, one, people["aone"], ieum.AlertRecord, list[1].Item); err != nil {
			t.Fatal(err)
		}
		*b.clock = b.clock.Add(24 * time.Hour)
		jobs.opened["j9"] = today + 3
		if n, _, err = b.LookThrough(ctx, tell); err != nil || n.Mails != 0 || n.Alerts != 3 {
			t.Errorf("after one was stopped: %+v %v", n, err)
		}
	})
}

// entriesOf are the journal's new entries of a kind.
func (b *bench) entriesOf(kind string) []string {
	b.t.Helper()
	return must[[]string](b.t)(list(ctx, b.store, func(scan func(...any) error) (s string, err error) { return s, scan(&s) }, `SELECT data FROM journal_new WHERE kind = ? ORDER BY id`, kind))
}
