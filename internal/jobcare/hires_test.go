package jobcare

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/internal/snapshot"
)

// searched is a made-up market in which people look for work, apply and are hired; some
// have two résumés.
func searched(seed uint64) (postings []posting, resumes []resume, events []event) {
	r := rand.New(rand.NewPCG(seed, 1))
	for o := uint16(1); o <= 2; o++ {
		for range 40 {
			p := posting{occupation: o, region: 1 + uint16(r.IntN(3)), places: uint16(r.IntN(3)), opened: ieum.Day(day("2025-01-01") + int32(r.IntN(500))).String()}
			if r.IntN(2) == 0 {
				p.deadline = ieum.Day(day(p.opened) + int32(r.IntN(90))).String()
			}
			postings = append(postings, p)
		}
	}
	for o := uint16(1); o <= 2; o++ {
		for person := range uint32(300) {
			for range 1 + r.IntN(2) {
				x := resume{person: person, key: uint16(person * 7919), occupation: o, region: 1 + uint16(r.IntN(3)), born: uint16(1960 + r.IntN(45)),
					months: uint16(r.IntN(200)), updated: "2026-05-01", active: r.IntN(2) == 0}
				if r.IntN(3) == 0 {
					x.certs = []uint16{1}
				}
				if r.IntN(3) == 0 {
					x.majors = []uint16{2}
				}
				for range r.IntN(3) {
					x.careers = append(x.careers, 1+uint16(r.IntN(4)))
				}
				resumes = append(resumes, x)
			}
		}
	}
	for i := range resumes {
		var of []event
		at := day("2024-06-01") + int32(r.IntN(700))
		for range r.IntN(8) {
			e := event{resume: i, day: at, what: snapshot.Happening(1 + r.IntN(len(snapshot.Happenings)-1))}
			switch e.what {
			case snapshot.Applied, snapshot.Answered, snapshot.Hired, snapshot.Offered:
				e.posting = r.IntN(len(postings) + 1)
			}
			if e.what == snapshot.Hired {
				e.pay = uint32(25_000_000 + r.IntN(20)*1_000_000)
			}
			of = append(of, e)
			at += int32(r.IntN(60))
		}
		slices.SortStableFunc(of, func(a, b event) int { return cmp.Compare(a.day, b.day) })
		events = append(events, of...)
	}
	return postings, resumes, events
}

// recount counts anew, from the rows alone, what a report says of hires.
type recount struct {
	tried, hired, got, first map[uint32]bool
	applications             map[uint32]int
	pay                      map[uint32]uint32
	weeks                    map[uint32]int
	looked                   [courseMonths]map[uint32]bool
	entered, found           map[uint32]bool
}

func newRecount(postings []posting, resumes []resume, events []event, occupation uint16, is func(resume) bool) *recount {
	c := &recount{tried: map[uint32]bool{}, hired: map[uint32]bool{}, got: map[uint32]bool{}, first: map[uint32]bool{}, applications: map[uint32]int{},
		pay: map[uint32]uint32{}, weeks: map[uint32]int{}, entered: map[uint32]bool{}, found: map[uint32]bool{}}
	now := int32(ieum.DayOf(today))
	inYear := func(d int32) bool { return d > now-365 && d <= now }
	when := map[uint32]int32{}
	for i, r := range resumes {
		if !is(r) {
			continue
		}
		type spell struct{ from, to, last int32 }
		var spells []spell
		var open *spell
		applied, was := map[int]int32{}, map[int]event{}
		began := map[int]int32{}
		for _, e := range events {
			if e.resume != i || e.what == snapshot.Shown || e.what == snapshot.Viewed { // recorded of a sample alone
				continue
			}
			if e.what == snapshot.Registered || open == nil && (e.what == snapshot.Applied || e.what == snapshot.Counselled || e.what == snapshot.Enrolled) {
				if open != nil {
					spells = append(spells, *open)
				}
				open = &spell{from: e.day}
			}
			if e.posting > 0 && postings[e.posting-1].occupation == occupation {
				if e.what == snapshot.Applied && applied[e.posting] == 0 {
					applied[e.posting] = e.day
				}
				if e.what == snapshot.Hired {
					was[e.posting] = e
					if open != nil {
						began[e.posting] = open.from
					}
				}
			}
			if open != nil && e.what != snapshot.Separated {
				open.last = e.day
				if e.what == snapshot.Hired || e.what == snapshot.Left {
					if open.to = e.day; e.what == snapshot.Hired && r.occupation == occupation && e.day-open.from <= 182 && now-open.from >= 182 && now-open.from < 182+365 {
						c.found[r.person] = true
					}
					spells = append(spells, *open)
					open = nil
				}
			}
		}
		if open != nil {
			spells = append(spells, *open)
		}
		for _, d := range applied {
			if inYear(d) {
				c.tried[r.person] = true
				c.applications[r.person]++
			}
		}
		for p, e := range was {
			if !inYear(e.day) {
				continue
			}
			c.tried[r.person], c.hired[r.person] = true, true
			if e.day > when[r.person] {
				when[r.person], c.pay[r.person] = e.day, e.pay
				delete(c.weeks, r.person)
				if from, known := began[p]; known {
					c.weeks[r.person] = int(math.Floor(float64(e.day-from+3) / 7))
				}
			}
		}
		if r.occupation != occupation {
			continue
		}
		for _, s := range spells {
			if age := now - s.from; age >= 182 && age < 182+365 {
				c.entered[r.person] = true
			}
			for m := range courseMonths {
				first := today.AddDate(0, 0, 1-today.Day()).AddDate(0, m-(courseMonths-1), 0)
				end := min(now, int32(ieum.DayOf(first.AddDate(0, 1, -1))))
				if until := cmp.Or(s.to-1, -1); s.from <= end && (s.to != 0 && end <= until || s.to == 0 && end <= s.last+90) {
					if c.looked[m] == nil {
						c.looked[m] = map[uint32]bool{}
					}
					c.looked[m][r.person] = true
				}
			}
		}
	}
	return c
}

// quantileOf is the inverse of the empirical distribution function, of values in any order.
func quantileOf[T cmp.Ordered](values []T, q float64) T {
	slices.Sort(values)
	return values[max(1, int(math.Ceil(q*float64(len(values)))))-1]
}

func valuesOf[T any](m map[uint32]T) (list []T) {
	for _, v := range m {
		list = append(list, v)
	}
	return list
}

// Every figure of hires is what one counts from the rows, whole and in slices.
func TestHiresAreWhatTheRowsSay(t *testing.T) {
	for seed := range uint64(3) {
		postings, resumes, events := searched(seed)
		data := t.TempDir()
		publishWith(t, data, postings, resumes, events, nil, nil)
		a := adviser(t, data)
		for name, slice := range map[string]struct {
			q  Query
			is func(resume) bool
		}{
			"whole":  {Query{Occupation: "8211"}, func(resume) bool { return true }},
			"region": {Query{Occupation: "8211", Region: "26"}, func(r resume) bool { return r.region == 3 }},
			"age":    {Query{Occupation: "8221", Age: "-29"}, func(r resume) bool { age := 2026 - int(r.born); return age < 30 }},
			"career": {Query{Occupation: "8221", Career: "1-3"}, func(r resume) bool { return r.months >= 12 && r.months < 36 }},
		} {
			occupation := uint16(1)
			if slice.q.Occupation == "8221" {
				occupation = 2
			}
			m := exactly(t, a, slice.q)
			want := newRecount(postings, resumes, events, occupation, slice.is)
			h := m.Hires
			applications := 0
			for _, n := range want.applications {
				applications += n
			}
			for what, x := range map[string][2]int{
				"candidates": {h.Candidates.N, len(want.tried)}, "hired": {h.Hired.N, len(want.hired)}, "applications": {h.Applications.N, applications},
				"found": {h.Found.N, len(want.found)}, "entered": {h.Found.Of, len(want.entered)},
			} {
				shown := map[string]bool{"found": h.Found.Known(), "entered": h.Found.Known(), "applications": h.Applications.Known(), "candidates": true, "hired": true}
				if shown[what] && x[0] != x[1] || !shown[what] && name == "whole" {
					t.Errorf("seed %d, %s: %s is %d, want %d", seed, name, what, x[0], x[1])
				}
			}
			if weeks := valuesOf(want.weeks); len(weeks) >= quantiles && (h.Weeks.Median.Int() != int64(quantileOf(weeks, .5)) || h.Weeks.P75.Int() != int64(quantileOf(weeks, .75))) {
				t.Errorf("seed %d, %s: weeks are %v, want %v", seed, name, h.Weeks.Median.Int(), quantileOf(weeks, .5))
			} else if len(weeks) < quantiles && h.Weeks.Median.Known() {
				t.Errorf("seed %d, %s: weeks of %d people", seed, name, len(weeks))
			}
			if pay := valuesOf(want.pay); len(pay) >= quantiles && h.Pay.Median.Int() != int64(quantileOf(pay, .5)) {
				t.Errorf("seed %d, %s: pay is %v, want %v", seed, name, h.Pay.Median.Int(), quantileOf(pay, .5))
			}
			for i, x := range m.Months {
				if x.Seekers.N != len(want.looked[i]) {
					t.Errorf("seed %d, %s: %d looked at the end of %s, want %d", seed, name, x.Seekers.N, x.Month, len(want.looked[i]))
				}
				if open := openAt(postings, occupation, slice.q, i); x.Open.Int() != int64(open) && slice.q.String() == "" {
					t.Errorf("seed %d, %s: %d places were open at the end of %s, want %d", seed, name, x.Open.Int(), x.Month, open)
				}
			}
		}
	}
}

// openAt counts the places open at the end of a month.
func openAt(postings []posting, occupation uint16, _ Query, m int) (n int) {
	first := today.AddDate(0, 0, 1-today.Day()).AddDate(0, m-(courseMonths-1), 0)
	end := min(int32(ieum.DayOf(today)), int32(ieum.DayOf(first.AddDate(0, 1, -1))))
	for _, p := range postings {
		if p.occupation == occupation && day(p.opened) <= end && (p.deadline == "" || day(p.deadline) >= end) {
			n += max(1, int(p.places))
		}
	}
	return n
}

// Of those hired, certificates, majors and the work before are theirs, and the lift has the
// interval of the delta method.
func TestWhatTheHiredHave(t *testing.T) {
	h := exactly(t, hiredFrom400(t), Query{Occupation: "8211"}).Hires
	if len(h.Certificates) != 1 || h.Certificates[0].Hired.Float() != .5 || h.Certificates[0].Applied.Float() != .25 {
		t.Fatalf("certificates are %+v", h.Certificates)
	}
	// ln 2 ± 1.96 √(1/50 − 1/100 − 1/100 + (2 · 2 − 1)/400)
	if l := h.Certificates[0].Lift; l == nil || l.Value != 2 || l.Low != 1.69 || l.High != 2.37 {
		t.Errorf("the lift is %+v, want 2 (1.69 to 2.37)", l)
	}
	if len(h.Before) != 1 || h.Before[0].Code != "8231" || h.Before[0].Share.Float() != 1 || h.FirstJob.Known() {
		t.Errorf("before they did %+v, and for %v it is the first work", h.Before, h.FirstJob)
	}
	if len(h.Majors) != 1 || h.Majors[0].Share.Float() != 1 {
		t.Errorf("they studied %+v", h.Majors)
	}
	if h.Weeks.Median.Int() != 8 || h.Applications.Float() != 40 {
		t.Errorf("they looked for %v weeks, and %v applied for a place", h.Weeks.Median.Int(), h.Applications.Float())
	}
}

// A slice with three limits is not divided by anything more, one with two is.
func TestASliceWithThreeLimitsIsNotDivided(t *testing.T) {
	a := hiredFrom400(t)
	for _, q := range []Query{{Occupation: "8211", Region: "11", Age: "30-39"}, {Occupation: "8211", Region: "11", Age: "30-39", Career: "0-1"}} {
		m, err := a.Market(q)
		if err != nil {
			t.Fatal(err)
		}
		h, divided := m.Hires, len(q.limits()) < mostLimits
		if !h.Hired.Known() || !h.Pay.Median.Known() || !h.Weeks.Median.Known() {
			t.Errorf("%v: hires are %+v", q, h)
		}
		for what, is := range map[string]bool{"certificates": len(h.Certificates) > 0, "work before": len(h.Before) > 0, "majors": len(h.Majors) > 0, "applications": h.Applications.Known()} {
			if is != divided {
				t.Errorf("%v: %s are shown %v, want %v", q, what, is, divided)
			}
		}
	}
}

// Who looked in each month is told of slices of one limit at most, however much of the people
// the second leaves; exactly, to staff, of all.
func TestMonthsSayWhoLookedOfOneLimitAtMost(t *testing.T) {
	a := hiredFrom400(t)
	for _, q := range []Query{{Occupation: "8211"}, {Occupation: "8211", Region: "11"}, {Occupation: "8211", Region: "11", Age: "30-39"}} {
		m, err := a.Market(q)
		if err != nil {
			t.Fatal(err)
		}
		if m.Looked() != (len(q.limits()) < 2) {
			t.Errorf("%v: months say who looked: %t", q, m.Looked())
		}
		other := 0
		for i, x := range exactly(t, a, q).Months {
			if now := m.Months[i].Seekers; now.Known() && now.N != x.Seekers.N {
				other++
			}
		}
		if m.Looked() && other < 3 {
			t.Errorf("%v: %d months have another number than there were", q, other)
		}
	}
}

// hiredFrom400 is a market in which 400 people applied for one posting and 100 were hired,
// 50 of the 100 who have a certificate.
func hiredFrom400(t *testing.T) *Adviser {
	t.Helper()
	var postings []posting
	var resumes []resume
	var events []event
	postings = append(postings, posting{occupation: 1, region: 1, places: 10, opened: "2026-01-01", entry: true})
	for i := range 400 {
		r := resume{person: uint32(i), key: uint16(i * 7919), occupation: 1, region: 1, born: 1990, updated: "2026-05-01", active: true}
		events = append(events, event{resume: i, what: snapshot.Registered, day: day("2026-01-05")}, event{resume: i, what: snapshot.Applied, day: day("2026-02-02"), posting: 1})
		if i%4 == 0 { // 100 of 400
			r.certs = []uint16{1}
		}
		if hired := i%8 == 0 || i%8 == 1; hired { // 100, of whom 50 have it
			r.majors, r.careers = []uint16{2}, []uint16{3} // the fixture says that work in occupation 3 began in month 3 after 1970
			events = append(events, event{resume: i, what: snapshot.Hired, day: day("2026-03-02"), posting: 1, pay: 30_000_000})
		}
		resumes = append(resumes, r)
	}
	data := t.TempDir()
	publishWith(t, data, postings, resumes, events, nil, nil)
	return adviser(t, data)
}

// Without a source that records them, hires are absent with the reason.
func TestHiresAreAbsentWithoutASource(t *testing.T) {
	postings, resumes, _ := searched(1)
	m, err := market(t, postings, resumes).Market(Query{Occupation: "8211"})
	if err != nil {
		t.Fatal(err)
	}
	var what []string
	for _, x := range m.Absent {
		what = append(what, x.What)
	}
	if m.Hires != nil || m.Looked() || !slices.Equal(what, []string{"hires", "effects", "groups", "history"}) {
		t.Errorf("hires are %+v, absent is %q", m.Hires, what)
	}
	if m.Months[35].Open.Known() {
		t.Error("openings of past days are shown beside seekers that nobody records")
	}
}

// Where there are real people, what a simulation says of others fills nothing in.
func TestASimulationFillsNothingIn(t *testing.T) {
	p := &past{}
	s := &snapshot.Snapshot{}
	s.Dict.Occupations, s.Dict.Sources = []string{"", "8211"}, []string{""}
	s.Resumes.Flags, s.Resumes.Source, s.Resumes.Person = snapshot.Of[uint8](snapshot.Simulated, 0), snapshot.Of[uint16](0, 0), snapshot.Of[uint32](0, 1)
	s.Events = snapshot.Events{Resume: snapshot.Of[uint32](0), What: snapshot.Of(uint8(snapshot.Registered)), Day: snapshot.Of[int32](20000), Posting: snapshot.Of[uint32](0),
		Course: snapshot.Of[uint32](0), Certificate: snapshot.Of[uint16](0), Pay: snapshot.Of[uint32](0), Referred: snapshot.Of[uint8](0), Aptitude: snapshot.Of[uint16](0), Motivation: snapshot.Of[uint16](0), Place: snapshot.Of[uint8](0), Channel: snapshot.Of[uint8](0), Propensity: snapshot.Of[uint16](0)}
	p, err := newPast(t.Context(), s)
	if err != nil || p.records(snapshot.Registered) || p.searches.Resume.Len() > 0 {
		t.Errorf("beside somebody real %d made-up searches count, %v", p.searches.Resume.Len(), err)
	}
	s.Resumes.Flags = snapshot.Of(snapshot.Simulated, snapshot.Simulated)
	if p, err := newPast(t.Context(), s); err != nil || p.searches.Resume.Len() != 1 {
		t.Errorf("in a simulation %d searches count, %v", p.searches.Resume.Len(), err)
	}
}

// No number of one to four people is published, and numbers of people are perturbed.
func TestHiresAreDisclosedByTheRule(t *testing.T) {
	postings, resumes, events := searched(5)
	data := t.TempDir()
	publishWith(t, data, postings, resumes, events, nil, nil)
	a := adviser(t, data)
	changed, few := 0, 0
	for _, q := range []Query{{Occupation: "8211"}, {Occupation: "8221", Region: "26"}, {Occupation: "8211", Age: "30-39"}, {Occupation: "8211", Region: "11680", Career: "1-3"},
		{Occupation: "8211", Region: "26", Age: "40-49", Career: "5-10"}} {
		m, err := a.Market(q)
		if err != nil {
			t.Fatal(err)
		}
		exact := exactly(t, a, q)
		rows, of := m.Rows(), map[string]float64{}
		for _, r := range exact.Rows() {
			if r.Value != nil {
				of[fmt.Sprint(r.Table, r.Code, r.Figure)] = *r.Value
			}
			if r.Basis == onSearches && r.N >= least && r.N < courseLeast {
				few++
			}
		}
		for _, r := range rows {
			people := slices.Contains([]string{onTried, onHired, onEntered, onSearches}, r.Basis)
			if people && (r.N > 0 && r.N < least || r.Of > 0 && r.Of < least) {
				t.Errorf("%v: %s %s %s stands on %d of %d people", q, r.Table, r.Code, r.Figure, r.N, r.Of)
			}
			if r.Basis == onSearches && r.N > 0 && r.N < courseLeast {
				t.Errorf("%v: %s %s %s tells who looked, of %d people", q, r.Table, r.Code, r.Figure, r.N)
			}
			if people && r.Value != nil && (r.Figure == "hired" && r.Code == "" || r.Figure == "candidates" || r.Figure == "seekers") && *r.Value != of[fmt.Sprint(r.Table, r.Code, r.Figure)] {
				changed++
			}
		}
	}
	if changed < 5 || few < 20 {
		t.Errorf("%d numbers of people were perturbed, and %d of months are of few", changed, few)
	}
}

// The release is another once anything is told otherwise of people, of their searches or of
// what they are counted by of a posting or a course, so that no number tells what.
func TestTheReleaseFollowsWhatIsTold(t *testing.T) {
	_, resumes, events := searched(6)
	hire, last := slices.IndexFunc(events, func(e event) bool { return e.what == snapshot.Hired && e.posting > 0 }), 39 // the last of its occupation
	release := func(change func(postings []posting, resumes []resume, events []event, course map[string]any)) [32]byte {
		postings, resumes, events := searched(6)
		events[hire].posting = last + 1
		course := map[string]any{"title": "made up", "occupations": []string{"8221"}}
		for i := range events {
			if events[i].what == snapshot.Counselled {
				events[i].course = 1
			}
		}
		change(postings, resumes, events, course)
		data := t.TempDir()
		publishWith(t, data, postings, resumes, events, nil, nil, course)
		s, done, err := adviser(t, data).live.Acquire()
		if err != nil {
			t.Fatal(err)
		}
		defer done()
		return s.Part(partName).(*base).release()
	}
	for i := range resumes {
		if !slices.ContainsFunc(events, func(e event) bool { return e.resume == i }) {
			resumes = resumes[:i+1] // whose last has no search
		}
	}
	quiet := len(resumes) - 1
	of := func(p []posting, e []event) *posting { return &p[e[hire].posting-1] }
	was := release(func([]posting, []resume, []event, map[string]any) {})
	for name, change := range map[string]func(p []posting, r []resume, e []event, c map[string]any){
		"a hire that was not":              func(_ []posting, _ []resume, e []event, _ map[string]any) { e[hire].what = snapshot.Answered },
		"another pay":                      func(_ []posting, _ []resume, e []event, _ map[string]any) { e[hire].pay += 1_000_000 },
		"the posting for other work":       func(p []posting, _ []resume, _ []event, _ map[string]any) { p[last].occupation++ },
		"the posting in another region":    func(p []posting, _ []resume, e []event, _ map[string]any) { of(p, e).region = 1 + of(p, e).region%3 },
		"the posting of another industry":  func(p []posting, _ []resume, e []event, _ map[string]any) { of(p, e).industry = 1 },
		"the posting with another pay":     func(p []posting, _ []resume, e []event, _ map[string]any) { of(p, e).payMin = 30_000_000 },
		"the posting for other schooling":  func(p []posting, _ []resume, e []event, _ map[string]any) { of(p, e).education = 2 },
		"the posting for other experience": func(p []posting, _ []resume, e []event, _ map[string]any) { of(p, e).careerMin = 12 },
		"the course for other work":        func(_ []posting, _ []resume, _ []event, c map[string]any) { c["occupations"] = []string{"8231"} },
		"a competency of who does not look": func(_ []posting, r []resume, _ []event, _ map[string]any) {
			r[quiet].skills = append(r[quiet].skills, 1)
		},
		"a spell of who does not look": func(_ []posting, r []resume, _ []event, _ map[string]any) {
			r[quiet].careers, r[quiet].starts, r[quiet].ends = []uint16{1}, []uint16{600}, []uint16{620}
		},
	} {
		if release(change) == was {
			t.Errorf("%s: the release is the same", name)
		}
	}
	if release(func(p []posting, _ []resume, _ []event, _ map[string]any) { p[0].places = 9 }) != was {
		t.Error("who is wanted is told of nobody, and gives another release")
	}
}

// Months have the last days that a calendar says.
func TestMonthsEndWhereTheyEnd(t *testing.T) {
	tl := newTimeline(ieum.DayOf(today))
	for from := tl.last[0] - 80; from <= int32(tl.day)+3; from += 7 {
		for to := from - 3; to <= int32(tl.day)+40; to += 11 {
			want := uint64(0)
			for m, last := range tl.last {
				if from <= last && last <= to {
					want |= 1 << m
				}
			}
			if got := tl.ends(from, to); got != want {
				t.Fatalf("from %s to %s ends %b, want %b", ieum.Day(from), ieum.Day(to), got, want)
			}
		}
	}
}

// Where one employer offers all there is, its industry and size limit nobody who applied, as
// everybody can see.
func TestALimitThatLeavesNoPostingOutHasNoNumberOfItsOwn(t *testing.T) {
	postings, resumes, events := searched(7)
	for i := range postings { // of 8211 all are of industry 25, of 8221 all but one
		if postings[i].industry = 1; i == len(postings)-1 {
			postings[i].industry = 0
		}
	}
	data := t.TempDir()
	publishWith(t, data, postings, resumes, events, nil, nil)
	a := adviser(t, data)
	hires := func(q Query) *Hires {
		t.Helper()
		m, err := a.Market(q)
		if err != nil {
			t.Fatal(err)
		}
		if m.Slice != q {
			t.Errorf("of %v is said that it is %v", q, m.Slice)
		}
		return m.Hires
	}
	few := 0
	for _, q := range []Query{{}, {Region: "11"}, {Career: "1-3"}, {Region: "11", Career: "1-3"}, {Region: "26"}, {Age: "30-39"}, {Age: "40-49"}, {Age: "50-59"}} {
		q.Occupation = "8211"
		want := hires(q)
		if want.Candidates.N > 0 {
			few++
		}
		for _, industry := range []string{"C", "25"} {
			q.Industry = industry
			if got := hires(q); got.Candidates.N != want.Candidates.N || got.Hired.N != want.Hired.N || got.Pay.Median.N != want.Pay.Median.N {
				t.Errorf("%v: who applied is %d, hired %d, and %d, %d without the limit", q, got.Candidates.N, got.Hired.N, want.Candidates.N, want.Hired.N)
			}
		}
	}
	if few == 0 {
		t.Error("no slice has candidates")
	}
	s, release, err := a.live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	for occupation, want := range map[string]string{"8211": "", "8221": "25"} {
		sl, err := a.slice(s, Query{Occupation: occupation, Industry: "25"})
		if err != nil || sl.named.Industry != want {
			t.Errorf("numbers of %s are those of industry %q, want %q (%v)", occupation, sl.named.Industry, want, err)
		}
	}
}

// Limits of employers limit no seeker: the same people have one number, however it is asked
// for. Many numbers of them would tell, on average, how many they are.
func TestTheSamePeopleHaveOneNumber(t *testing.T) {
	postings, resumes, events := searched(7)
	for i := range resumes { // a quarter each is of Gangnam, of Busan, of Sejong, and of its one district
		resumes[i].region = []uint16{2, 3, 4, 5}[i%4]
	}
	for i := range postings {
		postings[i].region = []uint16{3, 4, 5}[i%3]
	}
	data := t.TempDir()
	publishWith(t, data, postings, resumes, events, nil, nil)
	a := adviser(t, data)
	told := func(q Query) (numbers []int) {
		m, err := a.Market(q)
		if err != nil {
			t.Fatal(err)
		}
		if m.Slice != q && q.Region != "21" {
			t.Errorf("of %v is said that it is %v", q, m.Slice)
		}
		numbers = append(numbers, m.Seekers.N, m.People.N, m.Wished.Median.N, m.Hires.Found.N, m.Hires.Found.Of)
		for _, x := range m.Regions {
			numbers = append(numbers, x.Seekers.N)
		}
		for _, x := range m.Months {
			numbers = append(numbers, x.Seekers.N)
		}
		for _, x := range m.Ages {
			numbers = append(numbers, x.Share.N)
		}
		return numbers
	}
	want := told(Query{Occupation: "8211"})
	for _, q := range []Query{{Industry: "C"}, {Industry: "F"}, {Industry: "25"}, {Size: "300+"}, {Industry: "C", Size: "-4"}} {
		q.Occupation = "8211"
		if got := told(q); !slices.Equal(got, want) {
			t.Errorf("%v: the same people are %v and %v", q, got, want)
		}
	}
	// Busan had another code until 1995.
	want = told(Query{Occupation: "8211", Region: "26"})
	if got := told(Query{Occupation: "8211", Region: "21"}); !slices.Equal(got, want) {
		t.Errorf("by a code of before the same people are %v and %v", got, want)
	}
	// All of Sejong is its one district, whoever is known to be in which.
	want = told(Query{Occupation: "8211", Region: "36"})
	if got := told(Query{Occupation: "8211", Region: "36110"}); !slices.Equal(got, want) || want[0] < least {
		t.Errorf("by the only district the same people are %v and %v", got, want)
	}
	// A province is shown beside others: of those in a district of it that is who is in both.
	for _, region := range []string{"36", "36110", "11680"} {
		m, err := a.Market(Query{Occupation: "8211", Region: region})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range m.Regions {
			if in := strings.HasPrefix(region, x.Code); in && x.Seekers.N != m.Seekers.N || !in && x.Seekers.N != 0 {
				t.Errorf("of %d seekers in %s %d are in %s", m.Seekers.N, region, x.Seekers.N, x.Code)
			}
		}
	}
}

// A limit is called by one code where two are of the same people, as the list says: the parent
// of an only part.
func TestALimitHasOneName(t *testing.T) {
	a := two(t)
	for _, tt := range []struct{ list, code, want string }{
		{"regions", "36110", "36"}, {"regions", "36", "36"}, {"regions", "11680", "11680"}, {"regions", "11", "11"}, {"regions", "", ""}, {"regions", "99", "99"},
		{"industries", "68", "L"}, {"industries", "L", "L"}, {"industries", "01", "01"},
	} {
		if got := canonical(a.set.Codes[tt.list], tt.code); got != tt.want {
			t.Errorf("%s of %s is called %s, want %s", tt.code, tt.list, got, tt.want)
		}
	}
	// Whichever list it is: nothing is called by what has another part.
	for _, id := range []string{"regions", "industries"} {
		l := a.set.Codes[id]
		for _, c := range l.Codes {
			name := canonical(l, c.Code)
			for _, other := range l.Codes {
				if l.Current(other.Code) == other.Code && len(l.Children(other.Code)) == 0 && l.Within(other.Code, name) && !l.Within(other.Code, c.Code) {
					t.Errorf("%s of %s is called %s, in which %s is too", c.Code, id, name, other.Code)
				}
			}
		}
	}
	s, release, err := a.live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	names := map[string]bool{}
	for _, industry := range []string{"L", "68"} {
		sl, err := a.slice(s, Query{Occupation: "8211", Industry: industry})
		if err != nil || sl.Industry != industry {
			t.Fatalf("%s is %v, %v", industry, sl.Query, err)
		}
		names[sl.named.name(part{})] = true
	}
	if len(names) != 1 {
		t.Errorf("one group of employers has the names %v", names)
	}
	gangnam := Query{Occupation: "8211", Region: "11680"}
	if got, want := gangnam.name(part{"region", "11"}), gangnam.name(part{}); got != want {
		t.Errorf("who is of Gangnam and of Seoul has the name %s, and who is of Gangnam %s", got, want)
	}
	if a, b := (Query{Group: "older"}).name(part{"group", "disabled"}), (Query{Group: "disabled"}).name(part{"group", "older"}); a != b {
		t.Errorf("who is of two groups has the names %s and %s", a, b)
	}
	if got := gangnam.name(part{"region", "26"}); got == gangnam.name(part{}) {
		t.Errorf("who is of Gangnam and of Busan has the name %s", got)
	}
}

// What is told of searches does not move with the clock.
func TestSearchesStandStillUntilTheNextSnapshot(t *testing.T) {
	postings, resumes, events := searched(8)
	data := t.TempDir()
	publishWith(t, data, postings, resumes, events, nil, nil)
	a := adviser(t, data)
	was := map[string]Month{}
	m, err := a.Market(Query{Occupation: "8211"})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range m.Months {
		was[x.Month] = x
	}
	now := today
	a.now = func() time.Time { return now }
	for range 40 {
		now = now.AddDate(0, 0, 1)
		later, err := a.Market(Query{Occupation: "8211"})
		if err != nil {
			t.Fatal(err)
		}
		m.Hires.Applications, later.Hires.Applications = Figure{}, Figure{} // the postings of a year are those of another
		if !reflect.DeepEqual(m.Hires, later.Hires) {
			t.Fatalf("on %s hires are %+v, and %+v as was told before", now.Format(time.DateOnly), later.Hires, m.Hires)
		}
		for _, x := range later.Months {
			if before, is := was[x.Month]; is && x.Seekers.N != before.Seekers.N || !is && x.Seekers.Known() {
				t.Fatalf("on %s %d looked at the end of %s, and %d as was told before", now.Format(time.DateOnly), x.Seekers.N, x.Month, before.Seekers.N)
			}
		}
	}
}

// Nobody grows older before the next snapshot, and with it everything told of people is
// perturbed anew: what a new year changes would tell who was born at the edge of a band.
func TestAgesStandStillUntilTheNextSnapshot(t *testing.T) {
	postings, resumes, events := searched(8)
	data := t.TempDir()
	publishWith(t, data, postings, resumes, events, nil, nil)
	a := adviser(t, data)
	told := func(now time.Time) (all []any) {
		a.now = func() time.Time { return now }
		for _, age := range []string{"", "-29", "30-39", "60+"} {
			m, err := a.Market(Query{Occupation: "8211", Age: age})
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, m.Ages, m.People, m.Seekers, m.Hires.Found, m.Hires.Hired)
		}
		return all
	}
	was := told(today)
	for _, later := range []string{"2026-12-31", "2027-01-01", "2036-01-01"} {
		if got := told(ieum.Day(day(later)).Time()); !reflect.DeepEqual(got, was) {
			t.Errorf("on %s is told %v, and before %v", later, got, was)
		}
	}
	s, done, err := a.live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	b := s.Part(partName).(*base)
	release := b.release()
	for name, built := range map[string]time.Time{"a day later": s.Meta.Built.AddDate(0, 0, 1), "a year before": s.Meta.Built.AddDate(-1, 0, 0)} {
		s.Meta.Built = built
		if b.begin(s); (b.release() == release) != (name == "a day later") {
			t.Errorf("built %s the release is %x, before %x", name, b.release(), release)
		}
	}
}
