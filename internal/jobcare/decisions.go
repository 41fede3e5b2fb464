package jobcare

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"

	"ieum"
	"ieum/internal/snapshot"
)

// A decision is that of somebody who was counselled to a course or to an examination for a
// certificate: what was known of them before, whether they took it up, and what came of it
// within so many days of being counselled. It is exact, and for estimates alone: none of it
// is shown.
type decision struct {
	person, row uint32 // person and résumé, of the base
	search      uint32 // row of the search and one
	key         uint16 // record key of the person
	day         ieum.Day
	sought      uint16   // unit group, a position in the Dict
	course      string   // key in its source; "" for an examination
	certificate uint16   // of an examination; 0 for a course
	leads       []uint16 // unit groups that the course is for
	referred    bool     // by the office: moves nothing but the take-up, where it is by lot
	taken       bool

	// Known before; NaN where it is not recorded.
	age, education, months, looked float64 // years; rank of schooling; months of work; weeks looked
	aptitude, motivation           float64

	tries []try // applications after the day, by day
	hired bool  // by any posting
	pay   uint32
	// whole says that the days had passed by the last day that is recorded.
	whole bool
}

// A try is an application and what became of it.
type try struct {
	posting    uint32 // row of the base's postings
	occupation uint16
	day        ieum.Day
	same       bool // in the same search
	answered   bool // as one hopes: an answer, an offer or the job
	offered    bool
	hired      bool
	pay        uint32 // won a year, agreed; 0 = not recorded
}

// decisions are those of everybody who was counselled, in the order of their résumés, with
// what came of them within so many days. Who was erased since the snapshot was built counts,
// as in all that is published.
func decisions(s *snapshot.Snapshot, p *past, days ieum.Day) []decision {
	all := counsels(s, p, days)
	follow(s, p, all, days)
	return all
}

// counsels are decisions before anything came of them.
func counsels(s *snapshot.Snapshot, p *past, days ieum.Day) []decision {
	x, r := &p.searches, &s.Resumes
	courses, last := coursesOf(s), p.day(s)
	offered := func(i int) bool {
		return x.Counselled.At(i) != 0 && (x.Course.At(i) != 0 || x.Certificate.At(i) != 0)
	}
	n := 0
	for i := range x.Resume.Len() {
		if offered(i) {
			n++
		}
	}
	all := make([]decision, 0, n) // of a nation they are large, so there is one list of them
	for i := range x.Resume.Len() {
		if !offered(i) {
			continue
		}
		day := x.Counselled.At(i)
		row := int(x.Resume.At(i))
		d := decision{
			person: r.Person.At(row), row: uint32(row), search: uint32(i + 1), key: r.Key.At(row), day: ieum.Day(day), sought: r.Occupation.At(row), certificate: x.Certificate.At(i),
			referred: x.Referred.At(i) == 1, taken: x.Taken.At(i) != 0,
			age: math.NaN(), education: math.NaN(), months: math.NaN(), looked: float64(day-x.From.At(i)) / 7,
			aptitude: measured(x.Aptitude.At(i)), motivation: measured(x.Motivation.At(i)), whole: ieum.Day(day)+days <= last,
		}
		if c := x.Course.At(i); c > 0 {
			known := courses[c-1]
			d.course, d.leads, d.certificate = known.key, known.leads, 0
		}
		if born := r.BirthYear.At(row); born != 0 {
			d.age = float64(d.day.Time().Year() - int(born))
		}
		if e := r.Education.At(row); e != 0 {
			d.education = float64(e)
		}
		if m := r.CareerMonths.At(row); m != snapshot.Unset {
			d.months = float64(m)
		}
		all = append(all, d)
	}
	return all
}

// follow adds to decisions what came of them within so many days.
func follow(s *snapshot.Snapshot, p *past, all []decision, days ieum.Day) {
	of := map[uint32][]int{} // person → places in all
	for i := range all {
		of[all[i].person] = append(of[all[i].person], i)
	}
	c := &p.candidacies
	for i := range c.Resume.Len() {
		for _, at := range of[s.Resumes.Person.At(int(c.Resume.At(i)))] {
			all[at].tried(s, c, i, days)
		}
	}
	for i := range all {
		slices.SortStableFunc(all[i].tries, func(a, b try) int { return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.posting, b.posting)) })
	}
}

// tried adds a candidacy of the same person, as far as it lies in the days after.
func (d *decision) tried(s *snapshot.Snapshot, c *candidacyColumns, i int, days ieum.Day) {
	within := func(day int32) bool { return day != 0 && ieum.Day(day) > d.day && ieum.Day(day) <= d.day+days }
	posting := c.Posting.At(i)
	x := try{posting: posting, same: c.Search.At(i) == d.search, occupation: s.Postings.Occupation.At(int(posting)), day: ieum.Day(c.Applied.At(i)), hired: within(c.Hired.At(i))}
	x.offered = x.hired || within(c.Offered.At(i))
	x.answered = x.offered || within(c.Answered.At(i))
	if x.hired {
		x.pay = c.Pay.At(i)
		d.hired, d.pay = true, cmp.Or(d.pay, x.pay)
	}
	if within(c.Applied.At(i)) {
		d.tries = append(d.tries, x)
	}
}

func measured(kept uint16) float64 {
	if x, ok := snapshot.Measured(kept); ok {
		return x
	}
	return math.NaN()
}

// A taught is a course: its key in its source, and the unit groups it is for.
type taught struct {
	key   string
	leads []uint16
}

// coursesOf reads the courses of the base, by row.
func coursesOf(s *snapshot.Snapshot) map[uint32]taught {
	base, courses := s.Layers()[0], map[uint32]taught{}
	kind := uint16(snapshot.Find(s.Dict.Kinds, "course"))
	if kind == 0 {
		return courses
	}
	from, to := base.ItemsOf(kind)
	for row := from; row < to; row++ {
		c, body := taught{key: base.Items.Key.At(row)}, courseItem{}
		if json.Unmarshal([]byte(base.Items.Body.At(row)), &body) == nil {
			for _, code := range body.Occupations {
				if o := snapshot.Find(s.Dict.Occupations, code); o > 0 {
					c.leads = append(c.leads, uint16(o))
				}
			}
		}
		courses[uint32(row)] = c
	}
	return courses
}
