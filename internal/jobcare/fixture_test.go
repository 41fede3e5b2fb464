package jobcare

import (
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
	places                   uint16
	payMin, payMax           uint32
	opened, deadline, closed string
	careerMin, careerMax     uint16
	entry                    bool
	skills, required, majors []uint16
}

type resume struct {
	person             uint32
	occupation, region uint16
	born               uint16
	months             uint16
	wish               uint32
	updated            string
	active             bool
	skills, certs      []uint16
	majors             []uint16
	careers            []uint16 // occupations, newest first
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
		Occupations: []string{"", "8211", "8221", "8231", "8811"}, Regions: []string{"", "11", "11680", "26"}, Industries: []string{""},
		Education: []string{""}, Employment: []string{""}, Sex: []string{""}, Skills: skills, Certificates: certs, Majors: majors,
		Kinds: []string{""}, Sources: []string{"made-up"},
	}
}

// loadDefs loads the definitions once for all tests.
var loadDefs = sync.OnceValues(func() (*defs.Set, error) { return defs.Load() })

// market publishes a snapshot of the rows, which stand in order of occupation
// and person, and returns an adviser on it.
func market(t *testing.T, postings []posting, resumes []resume) *Adviser {
	t.Helper()
	set, err := loadDefs()
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	b, err := snapshot.Begin(data)
	if err != nil {
		t.Fatal(err)
	}
	s := &snapshot.Snapshot{Dict: dict(t, set)}
	texts, err := snapshot.NewTextWriter(b.Path("text"))
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range postings {
		add(&s.Postings, uint64(i+1), p)
		s.Members.ID = append(s.Members.ID, uint64(i+1))
		s.Members.Posting = append(s.Members.Posting, uint32(i))
		s.Members.Source = append(s.Members.Source, 0)
		s.Members.Delivery = append(s.Members.Delivery, 1)
		s.Members.Row = append(s.Members.Row, uint32(i+1))
		s.Members.Key.Add("k")
		s.Members.URL.Add("")
		if err := texts.Add([]byte("made up")); err != nil {
			t.Fatal(err)
		}
	}
	people := 0
	for i, r := range resumes {
		addResume(&s.Resumes, i, r)
		people = max(people, int(r.person)+1)
	}
	s.Postings.Occupations = bounds(s.Postings.Occupation, len(s.Dict.Occupations))
	s.Resumes.Occupations = bounds(s.Resumes.Occupation, len(s.Dict.Occupations))
	addUnknownCompany(&s.Companies)
	for _, err := range []error{texts.Close(), b.Write(s), b.Describe(snapshot.Meta{
		Postings: len(postings), Resumes: len(resumes), People: people, Companies: 1, From: ieum.Day(day("2025-01-01")), To: ieum.DayOf(today), Simulated: true,
	}, today), b.Derive(t.Context(), Part())} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Publish(); err != nil {
		t.Fatal(err)
	}
	live := snapshot.NewLive(data, Part())
	if _, err := live.Refresh(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(live.Close)
	return New(live, set, nil, nil, func() time.Time { return today })
}

func addUnknownCompany(c *snapshot.Companies) {
	c.Name.Add("")
	c.Key.Add("")
	c.Number.Add("")
	c.Region, c.Industry, c.Employees, c.AvgPay = []uint16{0}, []uint16{0}, []uint32{0}, []uint32{0}
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
	t.ID = append(t.ID, id)
	t.Title.Add("made up")
	t.Company = append(t.Company, 0)
	t.Occupation = append(t.Occupation, p.occupation)
	t.Chance = append(t.Chance, 100)
	t.Region = append(t.Region, p.region)
	t.Industry = append(t.Industry, 0)
	t.Employment = append(t.Employment, 0)
	t.Education = append(t.Education, 0)
	t.CareerMin = append(t.CareerMin, p.careerMin)
	t.CareerMax = append(t.CareerMax, p.careerMax)
	t.PayMin = append(t.PayMin, p.payMin)
	t.PayMax = append(t.PayMax, p.payMax)
	t.PayBasis = append(t.PayBasis, uint8(snapshot.PayAnnual))
	t.Openings = append(t.Openings, p.places)
	t.Opened = append(t.Opened, date(p.opened))
	t.Deadline = append(t.Deadline, date(p.deadline))
	t.Closed = append(t.Closed, date(p.closed))
	t.Skills.Add(p.skills...)
	t.Required.Add(p.required...)
	t.Preferred.Add()
	t.Majors.Add(p.majors...)
	t.Flags = append(t.Flags, flags)
	t.Kept.Add("")
	t.Members.Add(uint32(len(t.ID) - 1))
}

func addResume(t *snapshot.Resumes, i int, r resume) {
	flags := snapshot.Simulated
	if r.active {
		flags |= snapshot.Active
	}
	t.Key.Add("r")
	t.Person = append(t.Person, r.person)
	t.BirthYear = append(t.BirthYear, r.born)
	t.Sex = append(t.Sex, 0)
	t.Region = append(t.Region, r.region)
	t.Education = append(t.Education, 0)
	t.Occupation = append(t.Occupation, r.occupation)
	t.CareerMonths = append(t.CareerMonths, r.months)
	t.WishPay = append(t.WishPay, r.wish)
	t.LastPay = append(t.LastPay, 0)
	t.Updated = append(t.Updated, day(r.updated))
	t.Wishes.Add()
	t.WishRegions.Add()
	t.Employment = append(t.Employment, 0)
	t.Majors.Add(r.majors...)
	t.Skills.Add(r.skills...)
	t.Certificates.Add(r.certs...)
	t.CareerOcc.Add(r.careers...)
	t.CareerStart.Add(r.careers...)
	t.CareerEnd.Add(r.careers...)
	t.Flags = append(t.Flags, flags)
	t.Source = append(t.Source, 0)
	t.Delivery = append(t.Delivery, 1)
	t.Row = append(t.Row, uint32(i+1))
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
