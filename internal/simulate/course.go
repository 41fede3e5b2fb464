package simulate

import (
	"math"
	"slices"

	"ieum"
)

// mostTaught is how many competencies a course teaches at most.
const mostTaught = 4

// A course is training for jobseekers, admitted to at any time between two
// days. There is no real file of courses: all of this is made up.
type course struct {
	id         int
	provider   int
	occupation int // it leads to
	place      int
	opened     ieum.Day
	closed     ieum.Day
	weeks      int
	hours      int
	fee        int64 // won
	own        int64 // won that the learner pays
	places     int
	teaches    [mostTaught]int
	teach      int
	cert       int // certificate it leads to, -1 = none
}

// courseCount says how many courses a market has: one for a hundred postings.
func courseCount(postings int) int {
	if postings == 0 {
		return 0
	}
	return min(max(postings/100, 40), 20_000)
}

// course draws a course anew into k.
func (m *Market) course(id int, k *course) {
	r := newRNG(m.p.Seed, ofCourse, uint64(id))
	*k = course{id: id, cert: -1, provider: r.intn(1 + m.courses/4)}
	k.occupation = m.seekers.draw(&r)
	o := &m.occupations[k.occupation]
	k.place = m.places.draw[anywhere].draw(&r)
	k.opened = m.start() - 365 + ieum.Day(r.intn(windowDays))
	k.closed = k.opened + ieum.Day(r.between(365, 900))
	k.weeks = r.between(2, 20)
	k.hours = k.weeks * pick(&r, []int{12, 20, 30, 40})
	k.fee = round(float64(k.hours)*(5_000+3_000*r.float()), 10_000)
	k.own = round(float64(k.fee)*pick(&r, []float64{0, 0, 0.15, 0.3, 0.45}), 1000)
	k.places = r.between(10, 40)
	for _, t := range o.skills {
		if k.teach < mostTaught && r.chance(0.6) {
			k.teaches[k.teach] = t.id
			k.teach++
		}
	}
	if len(o.certs) > 0 && r.chance(0.4) {
		k.cert = pick(&r, o.certs).id
	}
}

// A catalogue lists courses by area and by the two-digit group they lead to.
type catalogue map[[2]int][]int32

func (m *Market) readCourses() {
	m.courses = courseCount(m.p.Postings)
	m.catalogue = catalogue{}
	var k course
	for id := range m.courses {
		m.course(id, &k)
		at := [2]int{m.areaOf(k.place), m.occupations[k.occupation].field}
		m.catalogue[at] = append(m.catalogue[at], int32(id))
	}
}

func (m *Market) areaOf(place int) int { return provinces[m.places.list[place].province].area }

// A treatment is a way to better one's chances.
type treatment uint8

const (
	training    treatment = iota // a course
	examination                  // a certificate, by oneself
	treatments
)

var treatmentWords = [...]string{"course", "certificate"}

// An effect is what a treatment does: to the logit of being found good enough,
// and to the logarithm of pay.
type effect struct{ chance, pay float64 }

// The groups of the effect table: what a treatment is for by two digits of the
// classification, what the job is in by the first.
const jobGroups = 10

// Effects are drawn once for all markets: those of a third of the cells are
// exactly zero; the others lie between these bounds, a half of it where the
// job is in another group than the treatment is for.
const (
	zeroShare               = 1.0 / 3
	leastChance, mostChance = 0.3, 1.2
	leastRise, mostRise     = 0.02, 0.10
	effectSeed              = 20_260_120 // so that the zeros are a third by people too
)

// effectOf returns the effect of a treatment that leads to one occupation in a
// job in another.
func (m *Market) effectOf(t treatment, leads, job int) effect {
	return m.effects[t][m.occupations[leads].field][m.occupations[job].code[0]-'0']
}

// readEffects fills the table of effects.
func (m *Market) readEffects() {
	m.fieldCodes = make([]string, m.fields)
	for t := range m.effects {
		m.effects[t] = make([][jobGroups]effect, m.fields)
		for i := range m.occupations {
			o := &m.occupations[i]
			m.fieldCodes[o.field] = o.code[:2]
			for g := range jobGroups {
				m.effects[t][o.field][g] = effectCell(treatment(t), o.code[:2], g)
			}
		}
	}
}

func effectCell(t treatment, field string, group int) effect {
	r := newRNG(effectSeed, ofCourse, codeNumber(field)*100+uint64(group)*2+uint64(t))
	if r.chance(zeroShare) {
		return effect{}
	}
	e := effect{leastChance + (mostChance-leastChance)*r.float(), leastRise + (mostRise-leastRise)*r.float()}
	if field[0] != byte('0'+group) {
		e.chance, e.pay = e.chance/2, e.pay/2
	}
	return e
}

// taken is a treatment that somebody completed in the window.
type taken struct {
	kind  treatment
	id    int // course
	cert  int // -1 = none
	week  int
	leads int // occupation it leads to
}

// effect adds up what a person's treatments do in a job. Of one kind only the
// last one counts, so that a second course adds nothing to the first.
func (m *Market) effect(p *Person, job int) (sum effect) {
	var done [treatments]bool
	for i := len(p.taken) - 1; i >= 0; i-- {
		t := p.taken[i]
		if done[t.kind] {
			continue
		}
		done[t.kind] = true
		e := m.effectOf(t.kind, t.leads, job)
		sum.chance += e.chance
		sum.pay += e.pay
	}
	return sum
}

// show puts what a person learned and gained by treatments where a résumé shows
// it: newest competencies first. Employers of the run do not count it again.
func (m *Market) show(p *Person) {
	for i := range p.taken {
		t := &p.taken[i]
		for _, s := range m.taught(p, t) {
			if !p.has(s) {
				p.skills = slices.Insert(p.skills, 0, held{skill: s})
			}
		}
		if t.cert >= 0 && !slices.Contains(p.certs, t.cert) {
			p.certs = append(p.certs, t.cert)
		}
	}
}

// taught returns what a person knows at the end by a treatment: what a course
// teaches, and of what the certificate stands for what they have not forgotten.
func (m *Market) taught(p *Person, t *taken) (list []int) {
	if t.kind == training {
		var k course
		m.course(t.id, &k)
		list = append(list, k.teaches[:k.teach]...)
	}
	if t.cert >= 0 {
		r := newRNG(m.p.Seed, ofLearning, uint64(p.ID)|uint64(t.week)<<40|1<<60)
		for _, s := range m.certs[t.cert].proves {
			if r.chance(proven((weeks - t.week) * 12 / 52)) {
				list = append(list, s)
			}
		}
	}
	return list
}

// measured returns a person's aptitude and motivation as the agency measures
// them at registration: the latent ones with error, of variance 1.
func (m *Market) measured(id int, ability, drive float64) (aptitude, motivation float64) {
	r := newRNG(m.p.Seed, ofTest, uint64(id))
	const e = 0.5
	k := 1 / math.Sqrt(1+e*e)
	return k * (ability + e*r.norm()), k * (drive + e*r.norm())
}

// enrols is the probability that somebody takes up what they are counselled to
// (equation 14). All that it depends on and that also moves the chance of a
// hire is measured at registration or stands in the résumé.
func enrols(t treatment, aptitude, motivation float64, education int, age float64, weeksLooking int, referred bool) float64 {
	x := -1.5 + 0.5*clamp(aptitude, 3) + 0.4*clamp(motivation, 3) + 0.15*float64(education-highSchool) - 0.02*(age-40) + 0.05*float64(min(weeksLooking, 26))
	if referred {
		x += 0.9
	}
	if t == examination {
		x -= 0.5
	}
	return logistic(x)
}

// referral is the share of those counselled who are referred.
const referral = 0.4

// Words that courses and their providers are called by; nobody is.
var (
	courseTitles = []string{"% 양성과정", "% 실무", "% 기초", "[국비] % 취업과정", "% 재직·구직자 과정"}
	schoolNames  = []string{"직업전문학교", "기술학원", "평생교육원", "인력개발원", "교육센터"}
)

// courseRow writes row number id.
func (c *clerk) courseRow(id int, out *CourseRow) {
	m, pen, k := c.m, &c.pen, &course{}
	m.course(id, k)
	o := &m.occupations[k.occupation]
	r := newRNG(m.p.Seed, ofCourse, uint64(id)|1<<61)
	*out = CourseRow{
		Region: m.places.list[k.place].name, Occupation: o.code, Opened: int32(k.opened), Closed: int32(k.closed),
		Hours: int32(k.hours), Places: int32(k.places), Fee: k.fee, OwnFee: k.own,
	}
	pen.b = courseID(pen.b[:0], id)
	out.ID = pen.keep()
	pen.str("https://training.example/", out.ID)
	out.URL = pen.keep()
	pen.fill(pick(&r, courseTitles), pick(&r, o.titles))
	out.Title = pen.keep()
	prefix := namePrefixes[k.provider%len(namePrefixes)][0]
	pen.str(prefix, schoolNames[k.provider/len(namePrefixes)%len(schoolNames)])
	if n := k.provider / len(namePrefixes) / len(schoolNames); n > 0 {
		pen.str(" ")
		pen.int(n + 1)
		pen.str("호")
	}
	out.Institution = pen.keep()
	for i, s := range k.teaches[:k.teach] {
		if i > 0 {
			pen.str("|")
		}
		pen.str(m.skills[s].label)
	}
	out.Skills = pen.keep()
	if k.cert >= 0 {
		out.Certificates = m.certs[k.cert].name
	}
	c.courseBody(k, out)
}

func (c *clerk) courseBody(k *course, out *CourseRow) {
	pen := &c.pen
	pen.str("훈련기간 ")
	pen.int(k.weeks)
	pen.str("주, 총 ")
	pen.int(k.hours)
	pen.str("시간. 배우는 것: ")
	for i, s := range k.teaches[:k.teach] {
		if i > 0 {
			pen.str(", ")
		}
		pen.str(c.m.skills[s].label)
	}
	pen.str(". ")
	if k.cert >= 0 {
		pen.str("수료 후 ", out.Certificates, " 취득. ")
	}
	pen.str("구직자 상시 모집, 시험용으로 지어낸 과정입니다.")
	out.Body = pen.keep()
}

// cell writes a cell of the table of effects.
func (c *clerk) cell(n int, out *CellTruth) {
	m := c.m
	t, field, group := treatment(n/jobGroups/m.fields), n/jobGroups%m.fields, n%jobGroups
	e := m.effects[t][field][group]
	c.pen.int(group)
	*out = CellTruth{Treatment: treatmentWords[t], Leads: m.fieldCodes[field], Job: c.pen.keep(), Tau: e.chance, Delta: e.pay}
}

// cells returns the number of cells of the table of effects.
func (m *Market) cells() int { return int(treatments) * m.fields * jobGroups }
