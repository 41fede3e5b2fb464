package jobcare

import (
	"math"
	mathbits "math/bits"
	"slices"
	"sort"
	"strconv"

	"ieum"
	"ieum/internal/jobcare/cellkey"
	"ieum/internal/snapshot"
)

// What people are counted as who applied, were hired, or looked for work in the past.
const (
	whoTried   = "candidates"
	whoTimes   = "applied" // so many times
	whoHired   = "hired"
	whoAgreed  = "agreed" // hired, with the pay agreed
	whoWaited  = "waited" // hired, with the day they began to look
	whoLooked  = "looked" // at the end of a month
	whoEntered = "entered"
	whoFound   = "found"
)

// within is how many days after registering people are looked at for having found work.
const within = 26 * 7

// mostTimes is from how many applications on more are not counted.
const mostTimes = 64

// Hires are who applied for the work of a slice in a year and who was hired for it. The
// limits of people hold for them, those of employers for the postings.
type Hires struct {
	Candidates Figure `json:"candidates"` // people who applied or were hired
	Hired      Figure `json:"hired"`
	// Applications are those for a place wanted in the year.
	Applications Figure `json:"applicationsPerOpening"`
	// Found is the share of those who began to look for this work, and had half a year for it,
	// that were hired within half a year, whatever for.
	Found        Figure   `json:"found"`
	Weeks        Weeks    `json:"weeks"` // from the beginning of the search to the hire
	Pay          Pay      `json:"pay"`   // agreed, won a year
	Certificates []Chance `json:"certificates"`
	Before       []Share  `json:"before"`   // occupations of the hired right before
	FirstJob     Figure   `json:"firstJob"` // share of the hired without work before
	Majors       []Share  `json:"majors"`   // of the hired
}

// Weeks is a distribution of whole weeks.
type Weeks struct {
	P25    Figure `json:"p25"`
	Median Figure `json:"median"`
	P75    Figure `json:"p75"`
}

// A Chance is how often those hired have something, and all who applied.
type Chance struct {
	Named
	Hired   Figure `json:"hired"`   // share of the hired
	Applied Figure `json:"applied"` // share of the candidates
	Lift    *Ratio `json:"lift"`    // the one by the other; null when not known
}

// A Ratio is a number with its 95 % interval.
type Ratio struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Times, From and UpTo are the ratio and its interval rounded to one decimal.
func (r Ratio) Times() float64 { return math.Round(r.Value*10) / 10 }
func (r Ratio) From() float64  { return math.Round(r.Low*10) / 10 }
func (r Ratio) UpTo() float64  { return math.Round(r.High*10) / 10 }

// seeking is what one walk over the searches of the people of a slice counts.
type seeking struct {
	looked         [courseMonths]cellkey.Cell // at the end of each month up to the day
	entered, found cellkey.Cell
}

// trial is what one walk over the candidacies of a slice counts, beside its searches.
type trial struct {
	*seeking
	candidates, hired     cellkey.Cell
	times                 [mostTimes]cellkey.Cell // people who applied more often than this
	applied, got          []cellkey.Cell          // by certificate
	before, majors        []cellkey.Cell          // of the hired
	first                 cellkey.Cell
	paid                  wishes
	waited                wishes // weeks
	parts                 bool
	s                     *snapshot.Snapshot
	day                   int32
	held, ids             [64]uint16
	occupations, starting [64]uint16
}

func newTrial(s *snapshot.Snapshot, sl *slice, day ieum.Day) *trial {
	d := &s.Dict
	return &trial{
		applied: make([]cellkey.Cell, len(d.Certificates)), got: make([]cellkey.Cell, len(d.Certificates)),
		before: make([]cellkey.Cell, len(d.Occupations)), majors: make([]cellkey.Cell, len(d.Majors)),
		seeking: &seeking{}, parts: len(sl.limits()) < mostLimits, s: s, day: int32(day),
	}
}

// attempts are what somebody did in the year.
type attempts struct {
	row    int // of the résumé they did the last of it with
	times  int // applications
	hired  int32
	pay    uint32
	search uint32
}

// tries are the candidacies for an occupation in the year of a report, in their order.
type tries struct {
	row, person, posting []uint32
	at                   []uint32 // of the candidacies
	tried                []bool   // applied
	hired                []int32  // 0 = not
}

func newTries(s *snapshot.Snapshot, p *past, occupation uint16) *tries {
	y, c, day := &tries{}, &p.candidacies, int32(p.day(s))
	if int(occupation)+1 >= len(c.Occupations) {
		return y
	}
	inYear := func(at int32) bool { return at != 0 && at > day-yearDays && at <= day }
	var resume, posting []uint32
	var applied, hired []int32
	for from, end := int(c.Occupations[occupation]), int(c.Occupations[occupation+1]); from < end; from += stretch {
		to := min(from+stretch, end)
		resume, applied, hired = c.Resume.AppendTo(resume[:0], from, to), c.Applied.AppendTo(applied[:0], from, to), c.Hired.AppendTo(hired[:0], from, to)
		posting = c.Posting.AppendTo(posting[:0], from, to)
		for i, row := range resume {
			if !inYear(hired[i]) {
				hired[i] = 0
			}
			tried := inYear(applied[i])
			if !tried && hired[i] == 0 {
				continue
			}
			if n := len(y.row); n > 0 && y.row[n-1] == row {
				y.person = append(y.person, y.person[n-1])
			} else {
				y.person = append(y.person, s.Resumes.Person.At(int(row)))
			}
			y.row, y.posting, y.at, y.tried, y.hired = append(y.row, row), append(y.posting, posting[i]), append(y.at, uint32(from+i)), append(y.tried, tried), append(y.hired, hired[i])
		}
	}
	return y
}

// count walks the candidacies of a slice: people count once. Who was erased since the
// snapshot was built counts unless now.
func (t *trial) count(p *past, y *tries, sl *slice, now bool) {
	of, row, belongs, who := uint32(0), -1, false, attempts{row: -1}
	for i := range y.row {
		if row != int(y.row[i]) {
			row = int(y.row[i])
			if who.row >= 0 && y.person[i] != of {
				t.add(p, &who)
				who = attempts{row: -1}
			}
			of = y.person[i]
			belongs = sl.person(t.s, row) && !(now && t.s.ResumeHidden(row))
		}
		if !belongs || !sl.posting(t.s, int(y.posting[i])) {
			continue
		}
		who.row = row
		if y.tried[i] {
			who.times++
		}
		if y.hired[i] > who.hired {
			c, at := &p.candidacies, int(y.at[i])
			who.hired, who.pay, who.search = y.hired[i], c.Pay.At(at), c.Search.At(at)
		}
	}
	if who.row >= 0 {
		t.add(p, &who)
	}
}

// add counts somebody.
func (t *trial) add(p *past, who *attempts) {
	r := &t.s.Resumes
	key := r.Key.At(who.row)
	t.candidates.Add(key)
	for i := range min(who.times, mostTimes) {
		t.times[i].Add(key)
	}
	var held []uint16
	if t.parts {
		held = r.Certificates.At(who.row, t.held[:])
		cells(t.applied, held, key)
	}
	if who.hired == 0 {
		return
	}
	t.hired.Add(key)
	if who.pay > 0 {
		t.paid.add(key, who.pay)
	}
	if who.search > 0 {
		if began := p.searches.From.At(int(who.search) - 1); began <= who.hired {
			t.waited.Cell.Add(key)
			t.waited.addBin(int(who.hired-began+3) / 7)
		}
	}
	if !t.parts {
		return
	}
	cells(t.got, held, key)
	cells(t.majors, r.Majors.At(who.row, t.ids[:]), key)
	if last, worked, known := t.last(who.row, who.hired); !worked {
		t.first.Add(key)
	} else if known {
		t.before[last].Add(key)
	}
}

// last returns the occupation of the work before a day that a résumé has, which may have
// that of the day itself too.
func (t *trial) last(row int, day int32) (occupation uint16, worked, known bool) {
	r, at := &t.s.Resumes, ieum.Day(day).Time()
	month := uint16((at.Year()-1970)*12 + int(at.Month()) - 1)
	starts := r.CareerStart.At(row, t.starting[:])
	for i, o := range r.CareerOcc.At(row, t.occupations[:]) {
		if i < len(starts) && starts[i] < month {
			return o, true, o != 0
		}
	}
	return 0, len(starts) > 0 && starts[len(starts)-1] == snapshot.Unset, false
}

// person says whether somebody belongs to the slice, as people does.
func (sl *slice) person(s *snapshot.Snapshot, row int) bool {
	r := &s.Resumes
	aged := func(born int) bool { return born != 0 && sl.age.has(sl.year-born) }
	worked := func(months uint16) bool { return months != snapshot.Unset && sl.career.has(int(months)) }
	switch {
	case sl.regions != nil && !sl.regions[r.Region.At(row)],
		sl.age != nil && !aged(int(r.BirthYear.At(row))),
		sl.education != 0 && r.Education.At(row) != sl.education,
		sl.employment != 0 && r.Employment.At(row) != sl.employment,
		sl.career != nil && !worked(r.CareerMonths.At(row)),
		sl.sex != 0 && r.Sex.At(row) != sl.sex,
		sl.group != 0 && !slices.Contains(r.Vulnerable.At(row, make([]uint16, 0, 16)), sl.group):
		return false
	}
	return true
}

// posting says whether the employer of a posting belongs to the slice.
func (sl *slice) posting(s *snapshot.Snapshot, row int) bool {
	p := &s.Postings
	return (sl.industries == nil || sl.industries[p.Industry.At(row)]) &&
		(sl.size == nil || sl.size.has(int(s.Companies.Employees.At(int(p.Company.At(row))))))
}

// searchRows are columns of the searches, read along with the résumés.
type searchRows struct {
	in                 *searchColumns
	cal                *timeline
	day                int32
	months             bool // it is asked who looked in each
	at, end            int  // rows of the stretch
	resume             []uint32
	began, ended, last []int32
	how                []uint8
	belongs            [stretch]bool
	who                looking
}

func newSearchRows(s *snapshot.Snapshot, p *past, sl *slice, now bool) *searchRows {
	day := p.day(s)
	return &searchRows{in: &p.searches, cal: newTimeline(day), day: int32(day), months: now || len(sl.ofPeople().limits()) <= courseLimits}
}

// within goes to the searches of the résumés from from to below to; false when there are none.
func (x *searchRows) within(from, to int) bool {
	next := func(at, row int) int {
		return at + sort.Search(x.in.Resume.Len()-at, func(i int) bool { return int(x.in.Resume.At(at+i)) >= row })
	}
	x.at = next(x.end, from)
	x.end = next(x.at, to)
	return x.end > x.at
}

// count counts the searches that x went to, of the résumés chosen from the row from on.
func (t *seeking) count(x *searchRows, people *resumeRows, from int) {
	clear(x.belongs[:])
	for _, i := range people.chosen {
		x.belongs[i] = true
	}
	in, at, end := x.in, x.at, x.end
	x.resume, x.began, x.ended = in.Resume.AppendTo(x.resume[:0], at, end), in.From.AppendTo(x.began[:0], at, end), in.To.AppendTo(x.ended[:0], at, end)
	x.how = in.End.AppendTo(x.how[:0], at, end)
	if x.months {
		x.last = in.Last.AppendTo(x.last[:0], at, end)
	}
	for k, row := range x.resume {
		i := int(row) - from
		if !x.belongs[i] {
			continue
		}
		who := &x.who
		if person := people.person.at(i); !who.any || person != who.person {
			t.leave(who)
			*who = looking{any: true, person: person, key: people.key.at(i)}
		}
		if x.months {
			who.months |= x.cal.ends(x.began[k], until(x.ended[k], x.last[k]))
		}
		if age := x.day - x.began[k]; age >= within && age < within+yearDays {
			who.entered = true
			who.found = who.found || x.how[k] == uint8(snapshot.Hired) && x.ended[k]-x.began[k] <= within
		}
	}
}

// looking is somebody whose searches are read.
type looking struct {
	any            bool
	person         uint32
	key            uint16
	months         uint64 // bits: looked at the end of the month
	entered, found bool
}

// leave counts somebody whose searches were read.
func (t *seeking) leave(who *looking) {
	for bits := who.months; bits != 0; bits &= bits - 1 {
		t.looked[mathbits.TrailingZeros64(bits)].Add(who.key)
	}
	if who.entered {
		t.entered.Add(who.key)
	}
	if who.found {
		t.found.Add(who.key)
	}
}

// hires shows what was counted of who applied and was hired; nil where no source records it.
func (v *view) hires(t *trial, places int) *Hires {
	if !v.b.past.records(snapshot.Hired) {
		return nil
	}
	r, d := v.rule, &v.s.Dict
	hired, all := r.n(t.hired, whoHired, part{}), r.n(t.candidates, whoTried, part{})
	h := &Hires{
		Candidates: r.people(t.candidates, whoTried, part{}, onTried), Hired: r.people(t.hired, whoHired, part{}, onHired),
		Applications: withheld, Found: r.share(r.n(t.found, whoFound, part{}), r.n(t.entered, whoEntered, part{}), onEntered),
		Pay: r.amounts(t.paid, whoAgreed, part{}, hired, onHired), Weeks: r.weeks(t.waited),
		Certificates: []Chance{}, Before: []Share{}, FirstJob: withheld, Majors: []Share{},
	}
	if !v.parts {
		return h
	}
	if v.b.past.records(snapshot.Applied) {
		h.Applications = v.applications(t, places)
	}
	h.FirstJob = r.share(r.n(t.first, whoHired, part{"first", "1"}), hired, onHired)
	share := func(field, list string, dict []string, cells []cellkey.Cell, k int) []Share {
		out := []Share{}
		for _, id := range most(len(dict), k, func(id int) int { return r.n(cells[id], whoHired, part{field, dict[id]}) }) {
			n := v.named(list, dict, id)
			out = append(out, Share{Code: n.Code, Name: n.Name, Share: r.share(r.n(cells[id], whoHired, part{field, n.Code}), hired, onHired), Before: withheld})
		}
		return out
	}
	h.Before = share("before", "keco2025", d.Occupations, t.before, 5)
	h.Majors = share("major", "majors", d.Majors, t.majors, 10)
	for _, id := range most(len(d.Certificates), 10, func(id int) int { return r.n(t.applied[id], whoTried, part{"certificate", d.Certificates[id]}) }) {
		p := part{"certificate", d.Certificates[id]}
		got, have := r.n(t.got[id], whoHired, p), r.n(t.applied[id], whoTried, p)
		h.Certificates = append(h.Certificates, Chance{v.named("certificates", d.Certificates, id), r.share(got, hired, onHired), r.share(have, all, onTried), r.lift(got, hired, have, all)})
	}
	return h
}

// applications is how many there are for a place: people who applied once, twice and so on
// are published numbers each, and summed.
func (v *view) applications(t *trial, places int) Figure {
	n := 0
	for i, c := range t.times {
		who, p := whoTried, part{} // mostly the same people, which then have one number
		if i > 0 {
			who, p = whoTimes, part{"times", strconv.Itoa(i + 1)}
		}
		n += v.rule.n(c, who, p)
	}
	if n < least || places < least {
		return withheld
	}
	return known(math.Round(float64(n)/float64(places)*100)/100, n, places, onTried)
}

// lift is how much more often those hired have something than those who applied, of whom
// they are. The interval is that of the logarithm of the ratio by the delta method, for
// people who were hired or not and have it or not, with the variance of what is added to
// each number.
func (r rule) lift(got, hired, have, all int) *Ratio {
	if got < least || hired < shareBase || have < liftBase || all < shareBase {
		return nil
	}
	x, h, c, n := float64(got), float64(hired), float64(have), float64(all)
	l := x / h / (c / n)
	variance := max(0, 1/x-1/c-1/h+(2*l-1)/n)
	if !r.exact() {
		variance += cellkey.Variance * (1/(x*x) + 1/(h*h) + 1/(c*c) + 1/(n*n))
	}
	half := 1.96 * math.Sqrt(variance)
	round := func(x float64) float64 { return math.Round(x*100) / 100 }
	return &Ratio{round(l), round(l * math.Exp(-half)), round(l * math.Exp(half))}
}

// courseLimits is how many limits a slice may have of which months say who looked, and
// courseLeast from how many people on. Each slice has 36 numbers of people who mostly are
// the same, and one more limit that leaves nobody out gives 36 others of them: of many
// slices the mean would tell of one person. Of so many people it leaves some out.
const (
	courseLimits = 1
	courseLeast  = 100
)

// past shows who looked at the end of each month, as far as it is recorded, and the
// openings of that day.
func (v *view) past(months []Month, t *trial, open [courseMonths]int) {
	if !v.b.past.records(snapshot.Registered) {
		return
	}
	names := courseOf(ieum.Day(t.day))
	var looked [courseMonths]float64
	for i, c := range t.looked {
		looked[i] = float64(v.rule.n(c, whoLooked, part{"month", names[i]}))
	}
	adjusted, ok := seasonless(looked[:])
	shown := len(v.rule.of.limits()) <= courseLimits || v.rule.exact()
	for i := range months {
		m := &months[i]
		m.Open = places(open[i], open[i], onPostings)
		at := slices.Index(names, m.Month)
		if !shown || at < 0 || looked[at] < courseLeast && !v.rule.exact() {
			continue
		}
		m.Seekers = v.rule.people(t.looked[at], whoLooked, part{"month", m.Month}, onSearches)
		if m.Tightness = ratio(open[i], int(looked[at])); m.Tightness.Known() {
			m.Tightness.Basis = onSearches
		}
		if ok {
			m.SeekersAdjusted = known(adjusted[at], int(looked[at]), 0, onSearches)
		}
	}
}
