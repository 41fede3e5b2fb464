package simulate

import (
	"ieum"
)

// The most competencies and duties a vacancy has.
const (
	mostAsked  = 8
	mostDuties = 5
)

// A vacancy is a job to be filled: the facts that all its postings share.
type vacancy struct {
	id         int
	occupation int
	title      int
	place      int
	street     int
	label      string // what tells it from a sibling: the shift or the grade
	opened     ieum.Day
	deadline   ieum.Day // announced; 0 = until filled
	filled     ieum.Day // through other ways than the log shows
	shown      ieum.Day // last day on which the site has it, unless the log fills it earlier
	stale      bool     // stays on the site after it was filled
	bogus      bool     // nobody is ever hired
	copied     bool     // an agency's copy
	employment employment
	education  int // least level; -1 = none
	least      int // years of experience; 0 = beginners too
	most       int // 0 = no limit
	onlyNew    bool
	basis      basis
	payMin     int64 // won a year
	payMax     int64
	openings   int
	asked      [mostAsked]held
	asks       int
	duties     [mostDuties]int
	tasks      int
	required   int // certificate, -1 = none
	helps      int // certificate, -1 = none
	major      string
	hours      int
	days       int
	site       int
	welfare    uint64 // which benefits, by bit
	contact    uint64
	sibling    bool
}

type employment uint8

const (
	permanent employment = iota
	fixedTerm
	partTime
	dayLabour
	agencyWork
	internship
	freelance
)

var employmentWords = [...]string{"정규직", "계약직", "시간제", "일용직", "파견직", "인턴", "프리랜서"}

// A basis is the time that pay is stated for.
type basis uint8

const (
	yearly basis = iota
	monthly
	daily
	hourly
)

// siblingLabels tell vacancies of one firm, occupation and place apart.
var siblingLabels = []string{"", "야간조", "주말근무", "팀장급", "오전조", "오후조"}

// sibling says whether a firm's slot has the occupation and place of the one
// before it.
func (m *Market) sibling(firm, slot int) bool {
	r := newRNG(m.p.Seed, ofCompany, uint64(firm)|uint64(slot)<<32)
	return slot > 0 && r.chance(m.p.Rates.Siblings)
}

// vacancy draws a vacancy anew into v, and its firm into f.
func (m *Market) vacancy(id int, v *vacancy, f *firm) {
	firm, slot := m.firmOf(id)
	m.firm(firm, f)
	r := newRNG(m.p.Seed, ofVacancy, uint64(id))
	*v = vacancy{id: id, required: -1, helps: -1, education: -1}
	own, grade := slot, 0
	for m.sibling(firm, own) {
		own--
		grade++
	}
	v.sibling = grade > 0
	v.label = siblingLabels[min(grade, len(siblingLabels)-1)]
	v.occupation = f.drawn[own%f.kinds]
	v.place = m.branch(f, own/f.kinds)
	v.street = 1 + r.intn(199)
	o := &m.occupations[v.occupation]
	v.title = m.title(&r, v.occupation)
	m.period(&r, v)
	v.employment = engagement(&r, f.division.sort, o)
	m.demands(&r, v, o)
	m.offer(&r, v, f, o)
	v.openings = openings(&r, f.division.sort)
	m.ask(&r, v, o)
	v.hours, v.days = f.division.sort.times(&r)
	half := r.next() // each benefit is one that both draws give
	v.welfare, v.contact = half&r.next(), r.next()
	if f.division.sort != tech && f.division.sort != office {
		v.welfare &^= deskBenefits
	}
	v.site = siteOf(&r, f.division.sort)
}

// times draws working hours and days that a sort of employer has.
func (s sortOf) times(r *rng) (hours, days int) {
	switch s {
	case tech, arts, office:
		return pick(r, []int{0, 0, 3, 12, 13}), pick(r, []int{0, 2})
	case public, school, utility:
		return pick(r, []int{0, 0, 0, 4}), pick(r, []int{0, 2, 2, 8})
	case plant, haulage, building:
		return pick(r, []int{1, 2, 0, 6, 7, 10, 11}), pick(r, []int{0, 1, 2, 3})
	case eating, trade, leisure:
		return pick(r, []int{3, 4, 5, 8, 9}), pick(r, []int{0, 1, 5, 6, 7})
	}
	return pick(r, []int{0, 1, 4, 6, 8, 10, 11}), pick(r, []int{0, 1, 2, 5, 6})
}

// branch returns the place of a firm's branch: its seat, or another place that
// no branch before it has.
func (m *Market) branch(f *firm, n int) int {
	var taken [64]int
	taken[0] = f.place
	for b := 1; b <= n; b++ {
		r := newRNG(m.p.Seed, ofCompany, uint64(f.id)|uint64(b)<<48)
		at := m.places.commute(&r, f.place)
		for known := true; known; {
			known = false
			for _, t := range taken[:b] {
				if t == at {
					at, known = (at+1)%len(m.places.list), true
					break
				}
			}
		}
		taken[b] = at
	}
	return taken[n]
}

func engagement(r *rng, s sortOf, o *occupation) employment {
	x := r.float()
	switch s {
	case eating, trade, leisure:
		if x < 0.30 {
			return partTime
		}
	case building:
		if x < 0.25 && o.code[0] == '7' {
			return dayLabour
		}
	case agency:
		if x < 0.35 {
			return agencyWork
		}
	case public, school:
		if x < 0.65 {
			return fixedTerm
		}
	case tech, arts:
		if x < 0.05 {
			return freelance
		}
	}
	switch y := r.float(); {
	case y < 0.80:
		return permanent
	case y < 0.94:
		return fixedTerm
	case y < 0.97:
		return partTime
	}
	return internship
}

// demands draws schooling and experience: often a level or two below what the
// occupation's people have, often none.
func (m *Market) demands(r *rng, v *vacancy, o *occupation) {
	if !r.chance(0.35 + 0.5*(o.schooling[middleSchool]+o.schooling[highSchool])) {
		level := m.schooling(r, o, 30)
		if level > highSchool && r.chance(0.4) {
			level--
		}
		v.education = max(level, highSchool)
		if v.education >= college && r.chance(0.35) && len(o.majors) > 0 {
			v.major = first(r, o.majors)
		}
	}
	switch x := r.float(); {
	case x < 0.50: // anybody
	case x < 0.60:
		v.onlyNew = true
	default:
		v.least = pick(r, []int{1, 1, 2, 3, 3, 3, 5, 5, 7, 10})
		if o.code[0] == '0' && o.code[1] == '1' {
			v.least = max(v.least, 5)
		}
		if r.chance(0.3) {
			v.most = v.least + pick(r, []int{2, 4, 5, 7})
		}
	}
}

// offer draws the pay offered and how it is stated.
func (m *Market) offer(r *rng, v *vacancy, f *firm, o *occupation) {
	years := float64(v.least) + 2
	level := v.education
	if level < 0 {
		level = highSchool
	}
	pay := m.wage(o, years, level, v.place, 0, f.behaviour.effect, 0.8*r.norm())
	if v.label == "팀장급" {
		pay *= 1.25
	} else if v.label != "" {
		pay *= 1.08
	}
	v.basis = payBasis(r, f.division.sort, v.employment)
	width := pick(r, []float64{0, 0, 0.05, 0.10, 0.20})
	v.payMin = m.stated(pay, v.basis)
	v.payMax = max(v.payMin, m.stated(pay*(1+width), v.basis))
}

func payBasis(r *rng, s sortOf, e employment) basis {
	x := r.float()
	switch {
	case e == partTime:
		return hourly
	case e == dayLabour:
		return daily
	case s == tech || s == office:
		if x < 0.85 {
			return yearly
		}
	case s == plant || s == agency:
		if x < 0.25 {
			return hourly
		}
		if x < 0.55 {
			return yearly
		}
	default:
		if x < 0.10 {
			return hourly
		}
		if x < 0.35 {
			return yearly
		}
	}
	return monthly
}

// stated rounds pay a year to what people write for a basis, not below the
// minimum wage.
func (m *Market) stated(pay float64, b basis) int64 {
	switch b {
	case yearly:
		return max(round(pay, 1_000_000), round(leastPay+500_000, 1_000_000))
	case monthly:
		return 12 * max(round(pay/12, 50_000), 2_160_000)
	case daily:
		return max(round(pay*8/fullTimeYear, 5_000), 85_000) * fullTimeYear / 8
	}
	return max(round(pay/fullTimeYear, 100), minimumWage) * fullTimeYear
}

// Openings a vacancy beyond the first, on average before they are cut to whole
// ones, and the share of plants', hauliers' and agencies' vacancies that are for
// five or ten.
const (
	openingsMean = 0.60
	batchShare   = 0.05
)

// openings draws how many people a vacancy is for: one or two mostly.
func openings(r *rng, s sortOf) int {
	if (s == plant || s == agency || s == haulage) && r.chance(batchShare) {
		return 5 * (1 + r.intn(2))
	}
	return 1 + int(r.exp()*openingsMean)
}

// ask draws duties, competencies and certificates, and how a text shows each.
func (m *Market) ask(r *rng, v *vacancy, o *occupation) {
	want := 3 + r.intn(mostAsked-2)
	for _, t := range o.skills {
		if v.asks < want && r.chance(1.1*t.share) {
			v.asked[v.asks] = held{skill: t.id}
			v.asks++
		}
	}
	for i := range v.asked[:v.asks] {
		h := &v.asked[i]
		switch x := r.float(); {
		case x < m.p.Rates.Unsaid:
			h.shown = unsaid
		case x < m.p.Rates.Unsaid+m.p.Rates.Indirect && len(m.skills[h.skill].hints) > 0:
			h.shown = indirect
		}
	}
	start := r.intn(len(o.duties))
	for v.tasks < min(mostDuties, len(o.duties), 2+r.intn(4)) {
		v.duties[v.tasks] = (start + v.tasks) % len(o.duties)
		v.tasks++
	}
	for i := range o.licences {
		if l := &o.licences[i]; l.asked(o.titles[v.title]) {
			v.required = first(r, l.certs)
		}
	}
	for _, t := range o.certs {
		if v.helps < 0 && r.chance(0.4) {
			v.helps = t.id
		}
	}
}
