package jobcare

import (
	"slices"

	"ieum"
	"ieum/internal/jobcare/cellkey"
	"ieum/internal/snapshot"
)

// stretch is how many rows are read at once, column by column: few enough for the
// numbers to stay in the nearest memory.
const stretch = 1 << 12

// courseMonths is how far back the course of a market goes.
const courseMonths = 36

// offer is what one walk over the postings of a slice counts. Indices are positions in
// the Dict, or in a list of bands.
type offer struct {
	open, openPlaces, unstated int
	guessed, chance            int // open postings whose occupation the coder read, and the sum of its per cents
	openIn, placesIn           []int
	postings, before           int // open within the year, and within the year before
	offered                    []uint32
	byCareer, byEducation      [][]uint32 // offered, by the least that is asked for
	skills, skillsBefore       []int
	coded                      int // postings that ask for any competency
	asked                      []int
	months                     [courseMonths][2]int // places, postings; the oldest first
	sources                    []bool
	read                       postingRows
}

func newOffer(s *snapshot.Snapshot) *offer {
	d := &s.Dict
	return &offer{
		openIn: make([]int, len(d.Regions)), placesIn: make([]int, len(d.Regions)),
		byCareer: make([][]uint32, len(Careers)), byEducation: make([][]uint32, len(d.Education)),
		skills: make([]int, len(d.Skills)), skillsBefore: make([]int, len(d.Skills)), asked: make([]int, len(d.Certificates)),
		sources: make([]bool, len(d.Sources)),
	}
}

// postingRows are columns of some postings.
type postingRows struct {
	region, industry, openings           uint16s
	careerMin, careerMax                 uint16s
	education, employment, flags, chance []uint8
	payMin, payMax, company              []uint32
	opened, deadline, closed             []int32
	skills, required, preferred          lists
}

type uint16s = []uint16

// lists are rows of a snapshot.Lists, one after another.
type lists struct {
	end []uint32 // where that of each row ends
	ids []uint16
}

func (l *lists) read(of *snapshot.Lists[uint16], from, to int) {
	l.end, l.ids = of.AppendTo(l.end[:0], l.ids[:0], from, to)
	sum := uint32(0)
	for i, n := range l.end {
		sum += n
		l.end[i] = sum
	}
}

func (l *lists) at(i int) []uint16 {
	from := uint32(0)
	if i > 0 {
		from = l.end[i-1]
	}
	return l.ids[from:l.end[i]]
}

// loadDays reads when postings are open, whom they want and what they pay.
func (x *postingRows) loadDays(p *snapshot.Postings, from, to int) {
	x.openings = p.Openings.AppendTo(x.openings[:0], from, to)
	x.payMin = p.PayMin.AppendTo(x.payMin[:0], from, to)
	x.payMax = p.PayMax.AppendTo(x.payMax[:0], from, to)
	x.opened = p.Opened.AppendTo(x.opened[:0], from, to)
	x.deadline = p.Deadline.AppendTo(x.deadline[:0], from, to)
	x.closed = p.Closed.AppendTo(x.closed[:0], from, to)
}

func (x *postingRows) load(p *snapshot.Postings, from, to int) {
	x.loadDays(p, from, to)
	x.region = p.Region.AppendTo(x.region[:0], from, to)
	x.industry = p.Industry.AppendTo(x.industry[:0], from, to)
	x.careerMin = p.CareerMin.AppendTo(x.careerMin[:0], from, to)
	x.careerMax = p.CareerMax.AppendTo(x.careerMax[:0], from, to)
	x.education = p.Education.AppendTo(x.education[:0], from, to)
	x.employment = p.Employment.AppendTo(x.employment[:0], from, to)
	x.flags = p.Flags.AppendTo(x.flags[:0], from, to)
	x.chance = p.Chance.AppendTo(x.chance[:0], from, to)
	x.company = p.Company.AppendTo(x.company[:0], from, to)
	x.skills.read(&p.Skills, from, to)
	x.required.read(&p.Required, from, to)
	x.preferred.read(&p.Preferred, from, to)
}

// within is Postings.OpenWithin.
func (x *postingRows) within(i int, from, to ieum.Day) bool {
	closed, deadline := ieum.Day(x.closed[i]), ieum.Day(x.deadline[i])
	return ieum.Day(x.opened[i]) <= to && (closed == 0 || closed > from) && (deadline == 0 || deadline >= from)
}

// pay returns the middle of the pay offered, won a year; 0 when not stated.
func (x *postingRows) pay(i int) uint32 {
	low, high := uint64(x.payMin[i]), uint64(x.payMax[i])
	switch {
	case low == 0:
		return uint32(high)
	case high == 0:
		return uint32(low)
	}
	return uint32((low + high) / 2)
}

// count walks the postings of a slice.
func (t *offer) count(s *snapshot.Snapshot, sl *slice) {
	month := monthsUpTo(sl.day)
	for _, in := range s.PostingsOf(int(sl.occupation)) {
		for from := in.From; from < in.To; from += stretch {
			to := min(from+stretch, in.To)
			t.read.load(&s.Postings, from, to)
			for i := range to - from {
				if !s.PostingGone(from+i) && sl.posting(s, &t.read, i) {
					t.add(s, from+i, i, sl.day, month)
				}
			}
		}
	}
}

// add counts row i of those read, which is row of the postings.
func (t *offer) add(s *snapshot.Snapshot, row, i int, day ieum.Day, month []int8) {
	x := &t.read
	wanted := max(1, int(x.openings[i]))
	if back := int(day) - int(x.opened[i]); x.opened[i] != 0 && back >= 0 && back < len(month) {
		m := &t.months[month[back]]
		m[0], m[1] = m[0]+wanted, m[1]+1
	}
	if x.within(i, day-2*yearDays, day-yearDays-1) {
		t.before++
		tallyList(t.skillsBefore, x.skills.at(i))
	}
	if !x.within(i, day-yearDays, day) {
		return
	}
	t.postings++
	var members [16]uint32
	for _, m := range s.Postings.Members.At(row, members[:]) {
		t.sources[s.Members.Source.At(int(m))] = true
	}
	if pay := x.pay(i); pay > 0 {
		t.offered = append(t.offered, pay)
		if c := x.career(i); c >= 0 {
			t.byCareer[c] = append(t.byCareer[c], pay)
		}
		t.byEducation[x.education[i]] = append(t.byEducation[x.education[i]], pay)
	}
	if ids := x.skills.at(i); len(ids) > 0 {
		t.coded++
		tallyList(t.skills, ids)
	}
	tallyList(t.asked, x.required.at(i))
	tallyList(t.asked, x.preferred.at(i))
	if x.within(i, day, day) {
		t.addOpen(i, wanted)
	}
}

func (t *offer) addOpen(i, wanted int) {
	x := &t.read
	t.open++
	t.openPlaces += wanted
	if x.openings[i] == 0 {
		t.unstated++
	}
	if c := int(x.chance[i]); c < 100 {
		t.guessed++
		t.chance += c
	}
	t.openIn[x.region[i]]++
	t.placesIn[x.region[i]] += wanted
}

// career is the band of the least experience a posting asks for; -1 when it says
// nothing.
func (x *postingRows) career(i int) int {
	if x.flags[i]&snapshot.EntryOK != 0 {
		return 0
	}
	if x.careerMin[i] == snapshot.Unset {
		return -1
	}
	return bandOf(Careers, int(x.careerMin[i]))
}

// monthsUpTo returns for each day back from day in which month of the course it lies.
func monthsUpTo(day ieum.Day) (month []int8) {
	at, last := int8(courseMonths-1), day.Time().Month()
	for back := ieum.Day(0); ; back++ {
		if m := (day - back).Time().Month(); m != last {
			if at, last = at-1, m; at < 0 {
				return month
			}
		}
		month = append(month, at)
	}
}

// tallyList counts each of ids once.
func tallyList(counts []int, ids []uint16) {
	for i, id := range ids {
		if !slices.Contains(ids[:i], id) {
			counts[id]++
		}
	}
}

// wishes are people and the pay they wish, won a year.
type wishes struct {
	cellkey.Cell
	values []uint32
}

func (w *wishes) add(key uint16, pay uint32) {
	w.Add(key)
	w.values = append(w.values, pay)
}

// crowd is what one walk over the people of a slice counts. All but people are of those
// who look for work.
type crowd struct {
	people, seekers       cellkey.Cell
	in                    []cellkey.Cell // by region
	ages, careers         []cellkey.Cell // by band
	sexes, schooling      []cellkey.Cell
	held, majors          []cellkey.Cell
	wished                wishes
	byCareer, byEducation []wishes
	sources               []bool
	read                  resumeRows
}

func newCrowd(s *snapshot.Snapshot) *crowd {
	d := &s.Dict
	return &crowd{
		in: make([]cellkey.Cell, len(d.Regions)), ages: make([]cellkey.Cell, len(Ages)), careers: make([]cellkey.Cell, len(Careers)),
		sexes: make([]cellkey.Cell, len(d.Sex)), schooling: make([]cellkey.Cell, len(d.Education)),
		held: make([]cellkey.Cell, len(d.Certificates)), majors: make([]cellkey.Cell, len(d.Majors)),
		byCareer: make([]wishes, len(Careers)), byEducation: make([]wishes, len(d.Education)), sources: make([]bool, len(d.Sources)),
	}
}

// resumeRows are columns of some résumés.
type resumeRows struct {
	person, wish                     []uint32
	key, born, region, months        uint16s
	sex, education, employment, flag []uint8
	source                           uint16s
	certs, majors                    lists
}

func (x *resumeRows) load(r *snapshot.Resumes, from, to int) {
	x.person = r.Person.AppendTo(x.person[:0], from, to)
	x.key = r.Key.AppendTo(x.key[:0], from, to)
	x.born = r.BirthYear.AppendTo(x.born[:0], from, to)
	x.region = r.Region.AppendTo(x.region[:0], from, to)
	x.months = r.CareerMonths.AppendTo(x.months[:0], from, to)
	x.wish = r.WishPay.AppendTo(x.wish[:0], from, to)
	x.sex = r.Sex.AppendTo(x.sex[:0], from, to)
	x.education = r.Education.AppendTo(x.education[:0], from, to)
	x.employment = r.Employment.AppendTo(x.employment[:0], from, to)
	x.flag = r.Flags.AppendTo(x.flag[:0], from, to)
	x.source = r.Source.AppendTo(x.source[:0], from, to)
	x.certs.read(&r.Certificates, from, to)
	x.majors.read(&r.Majors, from, to)
}

// count walks the résumés of a slice, which are grouped by person. Of a person with
// several, the one updated last speaks.
func (t *crowd) count(s *snapshot.Snapshot, sl *slice) {
	r, x := &s.Resumes, &t.read
	for _, in := range s.ResumesOf(int(sl.occupation)) {
		for from, to := in.From, 0; from < in.To; from = to {
			to = min(from+stretch, in.To)
			for to < in.To && r.Person.At(to) == r.Person.At(to-1) {
				to++
			}
			x.load(r, from, to)
			for i := 0; i < to-from; {
				latest, person := -1, x.person[i]
				for ; i < to-from && x.person[i] == person; i++ {
					if !s.ResumeGone(from+i) && (latest < 0 || r.Updated.At(from+i) > r.Updated.At(from+latest)) {
						latest = i
					}
				}
				if latest >= 0 && sl.resume(x, latest) {
					t.add(latest, sl.year)
				}
			}
		}
	}
}

// add counts the person of row i of those read, in a year.
func (t *crowd) add(i, year int) {
	x := &t.read
	key := x.key[i]
	t.people.Add(key)
	t.sources[x.source[i]] = true
	if x.flag[i]&snapshot.Active == 0 {
		return
	}
	t.seekers.Add(key)
	t.in[x.region[i]].Add(key)
	t.sexes[x.sex[i]].Add(key)
	t.schooling[x.education[i]].Add(key)
	if age := bandOf(Ages, year-int(x.born[i])); x.born[i] != 0 && age >= 0 {
		t.ages[age].Add(key)
	}
	career := -1
	if m := x.months[i]; m != snapshot.Unset {
		career = bandOf(Careers, int(m))
		t.careers[career].Add(key)
	}
	if pay := x.wish[i]; pay > 0 {
		t.wished.add(key, pay)
		t.byEducation[x.education[i]].add(key, pay)
		if career >= 0 {
			t.byCareer[career].add(key, pay)
		}
	}
	cells(t.held, x.certs.at(i), key)
	cells(t.majors, x.majors.at(i), key)
}

// cells counts a person once in each of ids.
func cells(counts []cellkey.Cell, ids []uint16, key uint16) {
	for i, id := range ids {
		if !slices.Contains(ids[:i], id) {
			counts[id].Add(key)
		}
	}
}
