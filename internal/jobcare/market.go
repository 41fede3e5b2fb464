package jobcare

import (
	"cmp"
	"fmt"
	"slices"

	"ieum"
	"ieum/defs"
	"ieum/internal/snapshot"
)

// What a figure was counted on: a key of Market.Bases.
const (
	onOpen     = "open"     // postings open on the day of the report
	onPostings = "postings" // postings that were open at any time in the year up to it
	onSeekers  = "seekers"  // people looking for work
	onPeople   = "people"   // people with a résumé here
)

// yearDays is how far back postings are counted for what is asked and offered.
const yearDays = 365

// A Basis says what figures were counted on.
type Basis struct {
	About   ieum.Text       `json:"about"`
	From    ieum.Day        `json:"from"`
	To      ieum.Day        `json:"to"`
	Rows    int             `json:"rows"` // postings or people in the slice
	Sources []ieum.SourceID `json:"sources"`
}

// A Named is a code with its name.
type Named struct {
	Code string    `json:"code"`
	Name ieum.Text `json:"name"`
}

// A Place is one province's part of the market.
type Place struct {
	Named
	Seekers   Figure `json:"seekers"`
	Openings  Figure `json:"openings"`
	Tightness Figure `json:"tightness"`
}

// A Month is how many places were newly offered in a month.
type Month struct {
	Month    string `json:"month"` // 2026-01
	Openings Figure `json:"openings"`
}

// A Market is the report on one slice: people and openings registered here,
// not the whole labour force.
type Market struct {
	Occupation   Named            `json:"occupation"`
	Slice        Query            `json:"slice"`
	Day          ieum.Day         `json:"day"` // what "now" means
	Snapshot     string           `json:"snapshot"`
	Simulated    bool             `json:"simulated"`
	Bases        map[string]Basis `json:"bases"`
	Seekers      Figure           `json:"seekers"`
	People       Figure           `json:"people"`
	Openings     Figure           `json:"openings"`
	Postings     Figure           `json:"postings"`
	Unstated     Figure           `json:"openingsUnstated"` // share of open postings that do not say how many people they want
	Guessed      Figure           `json:"openingsGuessed"`  // share of open postings whose occupation was read from their words
	Right        Figure           `json:"guessedRight"`     // share of those expected to be right: the mean of the coder's probabilities
	Tightness    Figure           `json:"tightness"`        // openings per seeker
	Offered      Pay              `json:"offered"`
	Wished       Pay              `json:"wished"`
	Skills       []Share          `json:"skills"`
	Certificates []Share          `json:"certificates"`
	Held         []Share          `json:"held"` // certificates of the seekers
	Majors       []Share          `json:"majors"`
	Regions      []Place          `json:"regions"`
	Months       []Month          `json:"months"`
}

// tally is what one walk over a slice counts.
type tally struct {
	open, openPlaces, unstated int
	guessed, chance            int // open postings whose occupation the coder read, and the sum of its per cents
	postings                   int
	offered                    []uint32
	skills, asked              []int // by position in the Dict
	openIn                     map[string]int
	postingsIn                 map[string]int
	months                     map[string][2]int // places, postings
	people, seekers            int
	wished                     []uint32
	held, majors               []int
	seekersIn                  map[string]int
	sources                    [2]map[uint16]bool // of postings, of people
}

func (a *Adviser) report(s *snapshot.Snapshot, sl slice) *Market {
	t := newTally(s)
	t.countPostings(s, &sl)
	t.countPeople(s, &sl)
	b := s.Part(partName).(*base)
	m := &Market{
		Occupation: Named{sl.Occupation, a.set.Name("keco2025", sl.Occupation)},
		Slice:      sl.Query, Day: sl.day, Snapshot: s.Meta.Version, Simulated: s.Meta.Simulated,
		Seekers: count(t.seekers, onSeekers), People: count(t.people, onPeople),
		Openings: openings(t.openPlaces, t.open), Postings: openings(t.open, t.open),
		Unstated: share(t.unstated, t.open, onOpen), Guessed: share(t.guessed, t.open, onOpen), Right: t.right(), Tightness: ratio(t.openPlaces, t.seekers),
		Offered: pays(t.offered, t.postings, onPostings), Wished: pays(t.wished, t.seekers, onSeekers),
	}
	m.Openings.Basis, m.Postings.Basis = onOpen, onOpen
	named := func(list string, dict []string) func(int) (string, ieum.Text) {
		return func(i int) (string, ieum.Text) { return dict[i], a.set.Name(list, dict[i]) }
	}
	m.Skills = most(t.skills, t.postings, b.SkillPostings, s.Meta.Postings, 15, onPostings, named("competencies", s.Dict.Skills))
	m.Certificates = most(t.asked, t.postings, b.CertPostings, s.Meta.Postings, 10, onPostings, named("certificates", s.Dict.Certificates))
	m.Held = most(t.held, t.seekers, b.CertPeople, b.seekers(), 10, onSeekers, named("certificates", s.Dict.Certificates))
	m.Majors = most(t.majors, t.seekers, b.MajorPeople, b.seekers(), 10, onSeekers, named("majors", s.Dict.Majors))
	m.Regions = t.regions(a.set)
	m.Months = t.course(sl.day)
	m.Bases = t.bases(s, sl.day)
	return m
}

func newTally(s *snapshot.Snapshot) *tally {
	return &tally{
		skills: make([]int, len(s.Dict.Skills)), asked: make([]int, len(s.Dict.Certificates)),
		held: make([]int, len(s.Dict.Certificates)), majors: make([]int, len(s.Dict.Majors)),
		openIn: map[string]int{}, postingsIn: map[string]int{}, seekersIn: map[string]int{}, months: map[string][2]int{},
		sources: [2]map[uint16]bool{{}, {}},
	}
}

// countPostings walks the occupation's postings.
func (t *tally) countPostings(s *snapshot.Snapshot, sl *slice) {
	if sl.occupation == 0 {
		return
	}
	for _, in := range s.PostingsOf(int(sl.occupation)) {
		for i := in.From; i < in.To; i++ {
			if !s.PostingGone(i) && sl.posting(&s.Postings, i) {
				t.countPosting(s, i, sl.day)
			}
		}
	}
}

func (t *tally) countPosting(s *snapshot.Snapshot, i int, day ieum.Day) {
	var members [16]uint32
	var buf [32]uint16
	p := &s.Postings
	places := max(1, int(p.Openings.At(i)))
	if opened := ieum.Day(p.Opened.At(i)); opened != 0 && opened <= day {
		m := opened.Time().Format("2006-01")
		c := t.months[m]
		t.months[m] = [2]int{c[0] + places, c[1] + 1}
	}
	if !p.OpenWithin(i, day-yearDays, day) {
		return
	}
	t.postings++
	for _, m := range p.Members.At(i, members[:]) {
		t.sources[0][s.Members.Source.At(int(m))] = true
	}
	if pay := midPay(p, i); pay > 0 {
		t.offered = append(t.offered, pay)
	}
	tallyList(t.skills, p.Skills.At(i, buf[:]))
	tallyList(t.asked, p.Required.At(i, buf[:]))
	tallyList(t.asked, p.Preferred.At(i, buf[:]))
	if p.OpenWithin(i, day, day) {
		t.open++
		t.openPlaces += places
		if p.Openings.At(i) == 0 {
			t.unstated++
		}
		if c := int(p.Chance.At(i)); c < 100 {
			t.guessed++
			t.chance += c
		}
		t.openIn[province(s, p.Region.At(i))] += places
		t.postingsIn[province(s, p.Region.At(i))]++
	}
}

// right is the share of the occupations read by the coder that it expects to be right.
func (t *tally) right() Figure {
	if t.guessed < least {
		return withheld
	}
	v := float64(t.chance) / 100 / float64(t.guessed)
	return Figure{Value: &v, N: t.guessed, Of: t.open, Basis: onOpen}
}

// midPay returns the middle of the pay offered, won a year; 0 when not stated.
func midPay(p *snapshot.Postings, i int) uint32 {
	low, high := uint64(p.PayMin.At(i)), uint64(p.PayMax.At(i))
	switch {
	case low == 0:
		return uint32(high)
	case high == 0:
		return uint32(low)
	}
	return uint32((low + high) / 2)
}

// tallyList counts each of ids once.
func tallyList(counts []int, ids []uint16) {
	for i, id := range ids {
		if !slices.Contains(ids[:i], id) {
			counts[id]++
		}
	}
}

// countPeople walks the occupation's résumés, which are grouped by person. Of a
// person with several, the one updated last speaks.
func (t *tally) countPeople(s *snapshot.Snapshot, sl *slice) {
	if sl.occupation == 0 {
		return
	}
	r := &s.Resumes
	for _, in := range s.ResumesOf(int(sl.occupation)) {
		for i := in.From; i < in.To; {
			latest, person := -1, r.Person.At(i)
			for ; i < in.To && r.Person.At(i) == person; i++ {
				if !s.ResumeGone(i) && (latest < 0 || r.Updated.At(i) > r.Updated.At(latest)) {
					latest = i
				}
			}
			if latest >= 0 && sl.resume(r, latest) {
				t.countPerson(s, latest)
			}
		}
	}
}

func (t *tally) countPerson(s *snapshot.Snapshot, i int) {
	var buf [32]uint16
	r := &s.Resumes
	t.people++
	t.sources[1][r.Source.At(i)] = true
	if r.Flags.At(i)&snapshot.Active == 0 {
		return
	}
	t.seekers++
	t.seekersIn[province(s, r.Region.At(i))]++
	if pay := r.WishPay.At(i); pay > 0 {
		t.wished = append(t.wished, pay)
	}
	tallyList(t.held, r.Certificates.At(i, buf[:]))
	tallyList(t.majors, r.Majors.At(i, buf[:]))
}

// province returns the two-digit code of a region, or "".
func province(s *snapshot.Snapshot, region uint16) string {
	code := s.Dict.Regions[region]
	return code[:min(2, len(code))]
}

func (t *tally) regions(set *defs.Set) []Place {
	places := []Place{}
	for _, c := range set.Codes["regions"].Codes {
		if len(c.Code) != 2 || c.Until != 0 {
			continue
		}
		places = append(places, Place{
			Named{c.Code, c.Name}, count(t.seekersIn[c.Code], onSeekers),
			openings(t.openIn[c.Code], t.postingsIn[c.Code]), ratio(t.openIn[c.Code], t.seekersIn[c.Code]),
		})
	}
	var figures []*Figure
	for i := range places {
		figures = append(figures, &places[i].Seekers)
	}
	hideSecond(figures)
	for i := range places {
		if places[i].Openings.Basis = onOpen; places[i].Seekers.Suppressed {
			places[i].Tightness = withheld
		}
	}
	return places
}

// course returns the 24 months up to day, months without a posting too.
func (t *tally) course(day ieum.Day) []Month {
	months := []Month{}
	y, m, _ := day.Time().Date()
	for i := 23; i >= 0; i-- {
		at := fmt.Sprintf("%04d-%02d", y+(int(m)-1-i+120)/12-10, (int(m)-1-i+120)%12+1)
		f := openings(t.months[at][0], t.months[at][1])
		f.Basis = onPostings
		months = append(months, Month{at, f})
	}
	return months
}

func (t *tally) bases(s *snapshot.Snapshot, day ieum.Day) map[string]Basis {
	of := func(which int) []ieum.SourceID {
		ids := []ieum.SourceID{}
		for id := range t.sources[which] {
			ids = append(ids, ieum.SourceID(s.Dict.Sources[id]))
		}
		slices.SortFunc(ids, func(a, b ieum.SourceID) int { return cmp.Compare(a, b) })
		return ids
	}
	seekers, people := count(t.seekers, onSeekers).N, count(t.people, onPeople).N
	return map[string]Basis{
		onOpen:     {ieum.Text{KO: "이 날 모집 중인 공고", EN: "postings open on this day"}, day, day, t.open, of(0)},
		onPostings: {ieum.Text{KO: "지난 1년 동안 모집한 공고", EN: "postings open in the year up to this day"}, day - yearDays, day, t.postings, of(0)},
		onSeekers:  {ieum.Text{KO: "여기 등록하고 일자리를 찾는 사람", EN: "people registered here who are looking for work"}, s.Meta.From, day, seekers, of(1)},
		onPeople:   {ieum.Text{KO: "여기 이력서가 있는 사람", EN: "people with a résumé here"}, s.Meta.From, day, people, of(1)},
	}
}
