package jobcare

import (
	mathbits "math/bits"
	"slices"

	"ieum"
	"ieum/internal/jobcare/cellkey"
	"ieum/internal/snapshot"
)

// courseMonths is how far back the course of a market goes.
const courseMonths = 36

// offer is what one walk over the postings of a slice counts. Indices are positions in
// the Dict, or in a list of bands.
type offer struct {
	open, openPlaces, unstated int
	guessed, chance            int // open postings whose occupation the coder read, and the sum of its per cents
	openIn, placesIn           []int
	postings, before           int // open within the year, and within the year before
	offered                    spread
	byCareer, byEducation      []spread // offered, by the least that is asked for
	skills, skillsBefore       []int
	coded                      int // postings that ask for any competency
	asked                      []int
	months                     [courseMonths][2]int // places, postings; the oldest first
	atEnd                      [courseMonths]int    // places open at the end of each
	wanted                     int                  // places of the postings open within the year
	sources                    []bool
	unseen                     int // sources of postings that are not among them
}

func newOffer(s *snapshot.Snapshot, sources int) *offer {
	d := &s.Dict
	return &offer{
		openIn: make([]int, len(d.Regions)), placesIn: make([]int, len(d.Regions)),
		byCareer: make([]spread, len(Careers)), byEducation: make([]spread, len(d.Education)),
		skills: make([]int, len(d.Skills)), skillsBefore: make([]int, len(d.Skills)), asked: make([]int, len(d.Certificates)),
		sources: make([]bool, len(d.Sources)), unseen: sources,
	}
}

// postingRows are columns of the postings.
type postingRows struct {
	stretches
	region, industry, openings, careerMin, careerMax column[uint16]
	education, employment, flags, chance             column[uint8]
	payMin, payMax, company                          column[uint32]
	opened, deadline, closed                         column[int32]
	skills, required, preferred                      lists
}

func newPostingRows(p *snapshot.Postings) (x *postingRows) {
	x = &postingRows{}
	of(&x.stretches, &x.region, &p.Region)
	of(&x.stretches, &x.industry, &p.Industry)
	of(&x.stretches, &x.openings, &p.Openings)
	of(&x.stretches, &x.careerMin, &p.CareerMin)
	of(&x.stretches, &x.careerMax, &p.CareerMax)
	of(&x.stretches, &x.education, &p.Education)
	of(&x.stretches, &x.employment, &p.Employment)
	of(&x.stretches, &x.flags, &p.Flags)
	of(&x.stretches, &x.chance, &p.Chance)
	of(&x.stretches, &x.payMin, &p.PayMin)
	of(&x.stretches, &x.payMax, &p.PayMax)
	of(&x.stretches, &x.company, &p.Company)
	of(&x.stretches, &x.opened, &p.Opened)
	of(&x.stretches, &x.deadline, &p.Deadline)
	of(&x.stretches, &x.closed, &p.Closed)
	x.list(&x.skills, &p.Skills)
	x.list(&x.required, &p.Required)
	x.list(&x.preferred, &p.Preferred)
	return x
}

// within is Postings.OpenWithin.
func (x *postingRows) within(i int, from, to ieum.Day) bool {
	closed, deadline := ieum.Day(x.closed.at(i)), ieum.Day(x.deadline.at(i))
	return ieum.Day(x.opened.at(i)) <= to && (closed == 0 || closed > from) && (deadline == 0 || deadline >= from)
}

// pay returns the middle of the pay offered, won a year; 0 when not stated.
func (x *postingRows) pay(i int) uint32 {
	low, high := uint64(x.payMin.at(i)), uint64(x.payMax.at(i))
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
	x, cal := newPostingRows(&s.Postings), newTimeline(sl.day)
	for _, in := range s.PostingsOf(int(sl.occupation)) {
		for from := in.From; from < in.To; from += stretch {
			x.begin(from, min(from+stretch, in.To), func(row int) bool { return !s.PostingGone(row) })
			sl.postings(s, x)
			for _, i := range x.chosen {
				t.add(s, x, from+int(i), int(i), cal)
			}
		}
	}
}

// add counts row i of those read, which is row of the postings.
func (t *offer) add(s *snapshot.Snapshot, x *postingRows, row, i int, cal *timeline) {
	day := cal.day
	wanted := max(1, int(x.openings.at(i)))
	if at := cal.of(x.opened.at(i)); x.opened.at(i) != 0 && at >= 0 {
		m := &t.months[at]
		m[0], m[1] = m[0]+wanted, m[1]+1
	}
	for bits := cal.ends(x.opened.at(i), x.lastDay(i, day)); bits != 0; bits &= bits - 1 {
		t.atEnd[mathbits.TrailingZeros64(bits)] += wanted
	}
	if x.within(i, day-2*yearDays, day-yearDays-1) {
		t.before++
		tallyList(t.skillsBefore, x.skills.at(i))
	}
	if !x.within(i, day-yearDays, day) {
		return
	}
	t.postings++
	t.wanted += wanted
	if t.unseen > 0 {
		t.from(s, row)
	}
	if pay := x.pay(i); pay > 0 {
		t.offered.add(pay)
		if c := x.career(i); c >= 0 {
			t.byCareer[c].add(pay)
		}
		t.byEducation[x.education.at(i)].add(pay)
	}
	if ids := x.skills.at(i); len(ids) > 0 {
		t.coded++
		tallyList(t.skills, ids)
	}
	tallyEither(t.asked, x.required.at(i), x.preferred.at(i))
	if x.within(i, day, day) {
		t.addOpen(x, i, wanted)
	}
}

// from takes down the sources of a posting.
func (t *offer) from(s *snapshot.Snapshot, row int) {
	var members [16]uint32
	for _, m := range s.Postings.Members.At(row, members[:]) {
		if source := &t.sources[s.Members.Source.At(int(m))]; !*source {
			*source = true
			t.unseen--
		}
	}
}

func (t *offer) addOpen(x *postingRows, i, wanted int) {
	t.open++
	t.openPlaces += wanted
	if x.openings.at(i) == 0 {
		t.unstated++
	}
	if c := int(x.chance.at(i)); c < 100 {
		t.guessed++
		t.chance += c
	}
	t.openIn[x.region.at(i)]++
	t.placesIn[x.region.at(i)] += wanted
}

// career is the band of the least experience a posting asks for; -1 when it says
// nothing.
func (x *postingRows) career(i int) int {
	if x.flags.at(i)&snapshot.EntryOK != 0 {
		return 0
	}
	if x.careerMin.at(i) == snapshot.Unset {
		return -1
	}
	return bandOf(Careers, int(x.careerMin.at(i)))
}

// lastDay is the last one on which one could apply, day or later where none is known.
func (x *postingRows) lastDay(i int, day ieum.Day) int32 {
	last := int32(day)
	if closed := x.closed.at(i); closed != 0 {
		last = min(last, closed-1)
	}
	if deadline := x.deadline.at(i); deadline != 0 {
		last = min(last, deadline)
	}
	return last
}

// A timeline is the months of a course up to a day.
type timeline struct {
	day   ieum.Day
	month []int8              // of each day back
	last  [courseMonths]int32 // day of each month, of the last one the day itself
}

func newTimeline(day ieum.Day) *timeline {
	c := &timeline{day: day, month: monthsUpTo(day)}
	for back := len(c.month) - 1; back >= 0; back-- {
		c.last[c.month[back]] = int32(day) - int32(back)
	}
	return c
}

// of returns in which month a day lies; -1 for none.
func (c *timeline) of(day int32) int {
	if back := int(c.day) - int(day); back >= 0 && back < len(c.month) {
		return int(c.month[back])
	}
	return -1
}

// ends returns a bit for each month whose last day lies from from to to.
func (c *timeline) ends(from, to int32) uint64 {
	if to < from || from > int32(c.day) || to < c.last[0] {
		return 0
	}
	first := max(0, c.of(from)) // what began before is of the first
	after := courseMonths
	if to < int32(c.day) {
		if after = c.of(to); to == c.last[after] {
			after++
		}
	}
	return (1<<after - 1) &^ (1<<first - 1)
}

// monthsUpTo returns for each day back from day in which month of the course it lies.
func monthsUpTo(day ieum.Day) (month []int8) {
	at := day.Time()
	for m := courseMonths - 1; m >= 0; m-- {
		days := at.Day()
		month = append(month, slices.Repeat([]int8{int8(m)}, days)...)
		at = at.AddDate(0, 0, -days)
	}
	return month
}

// tallyList counts each of ids once.
func tallyList(counts []int, ids []uint16) {
	for i, id := range ids {
		if !slices.Contains(ids[:i], id) {
			counts[id]++
		}
	}
}

// tallyEither counts each of the ids of two lists once.
func tallyEither(counts []int, one, other []uint16) {
	tallyList(counts, one)
	for i, id := range other {
		if !slices.Contains(one, id) && !slices.Contains(other[:i], id) {
			counts[id]++
		}
	}
}

// A spread is how often each amount of pay was stated, in steps of grain: rounding keeps
// the order, so that the quantiles of what is rounded are those of what was stated, rounded.
type spread struct {
	n    int
	bins []uint32
}

// grain is what pay is rounded to, in won a year.
const grain = 100_000

func (s *spread) add(pay uint32) { s.addBin((int(pay) + grain/2) / grain) }

func (s *spread) addBin(bin int) {
	if bin >= len(s.bins) {
		s.bins = append(s.bins, make([]uint32, bin+1+bin/2-len(s.bins))...)
	}
	s.n++
	s.bins[bin]++
}

// wishes are people and the pay they wish, won a year.
type wishes struct {
	cellkey.Cell
	spread
}

func (w *wishes) add(key uint16, pay uint32) {
	w.Cell.Add(key)
	w.spread.add(pay)
}

// crowd is what one walk over the people of a slice counts. All but people are of those
// who look for work.
type crowd struct {
	seeking
	people, seekers       cellkey.Cell
	in                    []cellkey.Cell // by region
	ages, careers         []cellkey.Cell // by band
	sexes, schooling      []cellkey.Cell
	groups                []cellkey.Cell // of which one may be in several
	held, majors          []cellkey.Cell
	wished                wishes
	byCareer, byEducation []wishes
}

func newCrowd(s *snapshot.Snapshot) *crowd {
	d := &s.Dict
	return &crowd{
		in: make([]cellkey.Cell, len(d.Regions)), ages: make([]cellkey.Cell, len(Ages)), careers: make([]cellkey.Cell, len(Careers)),
		sexes: make([]cellkey.Cell, len(d.Sex)), schooling: make([]cellkey.Cell, len(d.Education)),
		groups: make([]cellkey.Cell, len(d.Vulnerable)),
		held:   make([]cellkey.Cell, len(d.Certificates)), majors: make([]cellkey.Cell, len(d.Majors)),
		byCareer: make([]wishes, len(Careers)), byEducation: make([]wishes, len(d.Education)),
	}
}

// resumeRows are columns of the résumés.
type resumeRows struct {
	stretches
	key, born, region, months         column[uint16]
	person, wish                      column[uint32]
	sex, education, employment, flags column[uint8]
	certs, majors, groups             lists
}

func newResumeRows(r *snapshot.Resumes) (x *resumeRows) {
	x = &resumeRows{}
	of(&x.stretches, &x.key, &r.Key)
	of(&x.stretches, &x.born, &r.BirthYear)
	of(&x.stretches, &x.region, &r.Region)
	of(&x.stretches, &x.months, &r.CareerMonths)
	of(&x.stretches, &x.person, &r.Person)
	of(&x.stretches, &x.wish, &r.WishPay)
	of(&x.stretches, &x.sex, &r.Sex)
	of(&x.stretches, &x.education, &r.Education)
	of(&x.stretches, &x.employment, &r.Employment)
	of(&x.stretches, &x.flags, &r.Flags)
	x.list(&x.certs, &r.Certificates)
	x.list(&x.majors, &r.Majors)
	x.list(&x.groups, &r.Vulnerable)
	return x
}

// speaking are the rows of résumés that speak for their person: of those in one occupation
// the one updated last.
func speaking(s *snapshot.Snapshot) []uint64 {
	r := &s.Resumes
	rows := make([]uint64, r.Person.Len()/64+1)
	var person []uint32
	for o := range s.Dict.Occupations {
		for _, in := range s.ResumesOf(o) {
			latest, of := -1, uint32(0)
			speak := func() {
				if latest >= 0 {
					rows[latest/64] |= 1 << (latest % 64)
				}
			}
			for from := in.From; from < in.To; from += stretch {
				person = r.Person.AppendTo(person[:0], from, min(from+stretch, in.To))
				for i, p := range person {
					row := from + i
					switch {
					case s.ResumeGone(row):
					case latest < 0 || p != of:
						speak()
						latest, of = row, p
					case r.Updated.At(row) > r.Updated.At(latest):
						latest = row
					}
				}
			}
			speak()
		}
	}
	return rows
}

// count walks the résumés of a slice, and the searches of those in the base, if any are to be
// counted: a person counts once, as having a résumé by the row that speaks. Who was erased
// since the snapshot was built counts unless now.
func (t *crowd) count(s *snapshot.Snapshot, sl *slice, speak []uint64, x *resumeRows, searches *searchRows, now bool) {
	parts := len(sl.limits()) < mostLimits
	there := func(row int) bool { return !(now && s.ResumeHidden(row)) }
	speaks := func(row int) bool { return speak[row/64]>>(row%64)&1 == 1 && !(now && s.ResumeGone(row)) }
	for layer, in := range s.ResumesOf(int(sl.occupation)) {
		for from := in.From; from < in.To; from += stretch {
			if to := min(from+stretch, in.To); layer == 0 && searches != nil && searches.within(from, to) {
				x.begin(from, to, there)
				sl.people(x)
				t.seeking.count(searches, x, from)
				x.chosen = slices.DeleteFunc(x.chosen, func(i int32) bool { return !speaks(from + int(i)) })
			} else {
				x.begin(from, to, speaks)
				sl.people(x)
			}
			for _, key := range x.key.picked() {
				t.people.Add(key)
			}
			keep(&x.stretches, &x.flags, func(flags uint8) bool { return flags&snapshot.Active != 0 })
			t.seek(x, sl.year, parts)
		}
	}
	if searches != nil {
		t.seeking.leave(&searches.who)
	}
}

// seek counts the people chosen, who look for work, in a year; what they are told apart by
// only where they may be.
func (t *crowd) seek(x *resumeRows, year int, parts bool) {
	keys, wish := x.key.picked(), x.wish.picked()
	for i, key := range keys {
		t.seekers.Add(key)
		if wish[i] > 0 {
			t.wished.add(key, wish[i])
		}
	}
	if !parts {
		return
	}
	cellsOf(t.in, x.region.picked(), keys)
	cellsOf(t.sexes, x.sex.picked(), keys)
	education := x.education.picked()
	cellsOf(t.schooling, education, keys)
	for i, born := range x.born.picked() {
		if age := bandOf(Ages, year-int(born)); born != 0 && age >= 0 {
			t.ages[age].Add(keys[i])
		}
	}
	for i, months := range x.months.picked() {
		career := -1
		if months != snapshot.Unset {
			career = bandOf(Careers, int(months))
			t.careers[career].Add(keys[i])
		}
		if wish[i] > 0 {
			t.byEducation[education[i]].add(keys[i], wish[i])
			if career >= 0 {
				t.byCareer[career].add(keys[i], wish[i])
			}
		}
	}
	for k, i := range x.chosen {
		cells(t.held, x.certs.at(int(i)), keys[k])
		cells(t.majors, x.majors.at(int(i)), keys[k])
		cells(t.groups, x.groups.at(int(i)), keys[k])
	}
}

// cellsOf counts each person in the cell of a column's number.
func cellsOf[T uint8 | uint16](counts []cellkey.Cell, column []T, keys []uint16) {
	for i, n := range column {
		counts[n].Add(keys[i])
	}
}

// cells counts a person once in each of ids.
func cells(counts []cellkey.Cell, ids []uint16, key uint16) {
	for i, id := range ids {
		if !slices.Contains(ids[:i], id) {
			counts[id].Add(key)
		}
	}
}
