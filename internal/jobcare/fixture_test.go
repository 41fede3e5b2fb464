package jobcare

import (
	"cmp"
	"sync"
	"testing"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/snapshot"
)

// today is the day of the tests.
var today = time.Date(2026, 6, 15, 12, 0, 0, 0, ieum.Seoul)

func day(s string) int32 {
	d, err := ieum.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return int32(d)
}

type posting struct {
	occupation, region       uint16
	industry                 uint16
	education                uint8
	places                   uint16
	payMin, payMax           uint32
	opened, deadline, closed string
	chance                   uint8 // per cent the coder gives the occupation; 0 is named by the source
	careerMin, careerMax     uint16
	entry                    bool
	skills, required, majors []uint16
	source                   uint16
}

type resume struct {
	person             uint32
	key                uint16 // of the person
	occupation, region uint16
	born               uint16
	months             uint16
	wish               uint32
	updated            string
	active             bool
	skills, certs      []uint16
	majors             []uint16
	careers            []uint16 // occupations, newest first
	starts, ends       []uint16 // months from 1970; nil where they do not matter
	source             uint16
	groups             []uint16 // 1 = older, 2 = disabled
	education          uint8
}

// dict has four occupations (1 = 8211, 2 = 8221, 3 = 8231, 4 = 8811), three regions (1 = 11,
// 2 = 11680, 3 = 26), two competencies and two certificates.
func dict(t *testing.T, set *defs.Set) snapshot.Dict {
	skills, certs, majors := []string{""}, []string{""}, []string{""}
	for _, l := range []struct {
		list string
		to   *[]string
	}{{"competencies", &skills}, {"certificates", &certs}, {"majors", &majors}} {
		for _, c := range set.Codes[l.list].Codes[:2] {
			*l.to = append(*l.to, c.Code)
		}
	}
	return snapshot.Dict{
		Occupations: []string{"", "8211", "8221", "8231", "8811"}, Regions: []string{"", "11", "11680", "26", "36", "36110"}, Industries: []string{"", "25"},
		Education: []string{"", "high", "bachelor"}, Employment: []string{""}, Sex: []string{""}, Vulnerable: []string{"", "older", "disabled"}, Skills: skills, Certificates: certs, Majors: majors,
		Kinds: []string{""}, Sources: []string{"made-up", "made-up-too"},
	}
}

// loadDefs loads the definitions once for all tests.
var loadDefs = sync.OnceValues(func() (*defs.Set, error) { return defs.Load() })

// market publishes a snapshot of the rows, which stand in order of occupation
// and person, and returns an adviser on it.
func market(t *testing.T, postings []posting, resumes []resume) *Adviser {
	t.Helper()
	data := t.TempDir()
	publish(t, data, postings, resumes, nil, nil)
	return adviser(t, data)
}

// exactly reports on a slice before counts of people are perturbed.
func exactly(t *testing.T, a *Adviser, q Query) *Market {
	t.Helper()
	m, err := a.Exact(q, func(snapshot.Meta) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func adviser(t *testing.T, data string) *Adviser {
	t.Helper()
	set, err := loadDefs()
	if err != nil {
		t.Fatal(err)
	}
	live := snapshot.NewLive(data, Part(), RoadmapPart(set))
	if _, err := live.Refresh(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(live.Close)
	return New(live, set, nil, nil, func() time.Time { return today })
}

// publish makes a snapshot of the rows the current one: a whole one, or where
// base is given what changed since it, with the rows of it that are gone.
func publish(t *testing.T, data string, postings []posting, resumes []resume, base *snapshot.Base, gone *snapshot.Gone) snapshot.Meta {
	t.Helper()
	return publishWith(t, data, postings, resumes, nil, base, gone)
}

// An event is of a résumé, by its place.
type event struct {
	resume  int
	what    snapshot.Happening
	day     int32
	posting int // and one
	course  uint32
	cert    uint16
	pay     uint32
	ref     uint8
	measure uint16
}

// publishWith is publish with events, which stand in order of résumé and day.
func publishWith(t *testing.T, data string, postings []posting, resumes []resume, events []event, base *snapshot.Base, gone *snapshot.Gone, courses ...map[string]any) snapshot.Meta {
	t.Helper()
	set, err := loadDefs()
	if err != nil {
		t.Fatal(err)
	}
	b, err := snapshot.Begin(data)
	if err != nil {
		t.Fatal(err)
	}
	s := &snapshot.Snapshot{Dict: dict(t, set)}
	if len(courses) > 0 {
		s.Dict.Kinds = []string{"", "course"}
	}
	for i, c := range courses {
		addItem(t, &s.Items, i, c)
	}
	for i, p := range postings {
		add(&s.Postings, uint64(i+1), p)
		s.Members.ID.Add(uint64(i + 1))
		s.Members.Posting.Add(uint32(i))
		s.Members.Source.Add(p.source)
		s.Members.Delivery.Add(1)
		s.Members.Row.Add(uint32(i + 1))
		s.Members.Key.Add("k")
		s.Members.URL.Add("")
		s.Texts.Body.Add("made up")
	}
	for _, e := range events {
		x := &s.Events
		x.Resume.Add(uint32(e.resume))
		x.What.Add(uint8(e.what))
		x.Day.Add(e.day)
		x.Posting.Add(uint32(e.posting))
		x.Course.Add(e.course)
		x.Certificate.Add(e.cert)
		x.Pay.Add(e.pay)
		x.Referred.Add(e.ref)
		x.Aptitude.Add(e.measure)
		x.Motivation.Add(e.measure)
		x.Place.Add(0)
		x.Channel.Add(0)
		x.Propensity.Add(0)
	}
	people := 0
	for i, r := range resumes {
		addResume(&s.Resumes, i, r)
		people = max(people, int(r.person)+1)
	}
	s.Postings.Occupations = bounds(s.Postings.Occupation.Raw, len(s.Dict.Occupations))
	s.Resumes.Occupations = bounds(s.Resumes.Occupation.Raw, len(s.Dict.Occupations))
	addUnknownCompany(&s.Companies)
	if gone != nil {
		if err := snapshot.WriteTable(b.Path("gone.col"), gone); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{b.Write(s), b.Describe(snapshot.Meta{
		Postings: len(postings), Resumes: len(resumes), People: people, Companies: 1, Items: len(courses), Events: len(events), From: ieum.Day(day("2025-01-01")), To: ieum.DayOf(today), Simulated: true, Base: base,
	}, today), b.Derive(t.Context(), Part(), RoadmapPart(set))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	m, err := b.Publish()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func addUnknownCompany(c *snapshot.Companies) {
	c.Name.Add("")
	c.Key.Add("")
	c.Number.Add("")
	c.Region, c.Industry, c.Employees, c.AvgPay = snapshot.Of[uint16](0), snapshot.Of[uint16](0), snapshot.Of[uint32](0), snapshot.Of[uint32](0)
	c.Postings.Add()
}

func add(t *snapshot.Postings, id uint64, p posting) {
	flags := snapshot.Simulated
	if p.entry {
		flags |= snapshot.EntryOK
	}
	date := func(s string) int32 {
		if s == "" {
			return 0
		}
		return day(s)
	}
	t.ID.Add(id)
	t.Title.Add("made up")
	t.Company.Add(0)
	t.Occupation.Add(p.occupation)
	t.Chance.Add(cmp.Or(p.chance, 100))
	t.Region.Add(p.region)
	t.Industry.Add(p.industry)
	t.Employment.Add(0)
	t.Education.Add(p.education)
	t.CareerMin.Add(p.careerMin)
	t.CareerMax.Add(p.careerMax)
	t.PayMin.Add(p.payMin)
	t.PayMax.Add(p.payMax)
	t.PayBasis.Add(uint8(snapshot.PayAnnual))
	t.Openings.Add(p.places)
	t.Opened.Add(date(p.opened))
	t.Deadline.Add(date(p.deadline))
	t.Closed.Add(date(p.closed))
	t.Skills.Add(p.skills...)
	t.Required.Add(p.required...)
	t.Preferred.Add()
	t.Majors.Add(p.majors...)
	t.Flags.Add(flags)
	t.Kept.Add("")
	t.Members.Add(uint32(t.ID.Len() - 1))
}

func addResume(t *snapshot.Resumes, i int, r resume) {
	flags := snapshot.Simulated
	if r.active {
		flags |= snapshot.Active
	}
	t.Person.Add(r.person)
	t.Key.Add(r.key)
	t.BirthYear.Add(r.born)
	t.Sex.Add(0)
	t.Vulnerable.Add(r.groups...)
	t.Region.Add(r.region)
	t.Education.Add(r.education)
	t.Occupation.Add(r.occupation)
	t.CareerMonths.Add(r.months)
	t.WishPay.Add(r.wish)
	t.LastPay.Add(0)
	t.Updated.Add(day(r.updated))
	t.Wishes.Add()
	t.WishRegions.Add()
	t.Employment.Add(0)
	t.Majors.Add(r.majors...)
	t.Skills.Add(r.skills...)
	t.Certificates.Add(r.certs...)
	t.CareerOcc.Add(r.careers...)
	if r.starts == nil {
		r.starts, r.ends = r.careers, r.careers
	}
	t.CareerStart.Add(r.starts...)
	t.CareerEnd.Add(r.ends...)
	t.Flags.Add(flags)
	t.Source.Add(r.source)
	t.Delivery.Add(1)
	t.Row.Add(uint32(i + 1))
}

// bounds divides rows sorted by code.
func bounds(codes []uint16, n int) []uint32 {
	off := make([]uint32, n+1)
	for _, c := range codes {
		off[c+1]++
	}
	for c := range n {
		off[c+1] += off[c]
	}
	return off
}
