package simulate

import "ieum"

// counselled is within how many weeks of registering somebody is counselled
// once: offered a course or an examination, if they had none of that kind.
const counselledWithin = 8

// examinationWeeks is how long somebody prepares for an examination.
const examinationWeeks = 4

// A counsel is a treatment that the agency offers somebody, with whether they
// take it up and what would come of either.
type counsel struct {
	person uint32
	day    uint8 // of the week
	until  uint8 // week in which it ends
	taken
	truth EffectTruth
}

// counsel lets the agency offer somebody a treatment in the week drawn for it, on
// a day of it, and says whether they want it. Whether a course has a place left
// is seen when all have been asked.
func (v *visitor) counsel(id uint32, s *seeker, w, day int) (wants bool) {
	r := newRNG(v.m.p.Seed, ofCourse, uint64(id)<<8|uint64(s.since)|1<<62)
	looked := w - int(s.since)
	if r.intn(counselledWithin) != looked {
		return false
	}
	kind, referred := training, r.chance(referral)
	if r.chance(0.3) {
		kind = examination
	}
	p := v.load(id)
	for _, t := range p.taken {
		if t.kind == kind {
			return false
		}
	}
	t := taken{kind: kind, week: w, cert: -1, leads: p.wish.occupations[0]}
	length := examinationWeeks
	if kind == training {
		if !v.offered(&r, t.leads, p.home, v.m.start()+ieum.Day(7*w+day)) {
			return false
		}
		t.id, t.cert, t.leads, length = v.course.id, v.course.cert, v.course.occupation, v.course.weeks
	} else if t.cert = v.m.certificateFor(&r, p); t.cert < 0 {
		return false
	}
	truth := v.m.effectTruth(p, t, w, looked, referred)
	truth.Day += int32(day)
	truth.Taken = r.chance(float64(truth.Propensity))
	v.counsels = append(v.counsels, counsel{id, uint8(day), uint8(min(w+length, weeks)), t, truth})
	return truth.Taken
}

// offered draws a course for somebody of a wished occupation that admits people
// on a day and had a place left when the week began: near them, or anywhere.
func (v *visitor) offered(r *rng, occupation, home int, day ieum.Day) bool {
	m, k := v.m, &v.course
	field := m.occupations[occupation].field
	for _, area := range []int{m.areaOf(home), 1 + r.intn(len(m.places.inArea))} {
		list := m.catalogue[[2]int{area, field}]
		for range min(len(list), 4) {
			m.course(int(pick(r, list)), k)
			if k.opened <= day && day <= k.closed && v.enrolled[k.id] < k.places {
				return true
			}
		}
	}
	return false
}

// admit goes through the counsels of a week in the order of the people: a course
// whose last place is gone is offered nobody, whether they want it or not, so
// that take-up keeps its probability among those to whom it is.
func (r *Run) admit(counsels []counsel) (events []event, effects []EffectTruth) {
	var k course
	for i := range counsels {
		c := &counsels[i]
		e := event{kind: counselled, week: uint8(c.week), day: c.day, seeker: c.person, referred: c.truth.Referred, treatment: c.kind}
		if c.kind == training {
			if r.m.course(c.id, &k); r.enrolled[c.id] >= k.places {
				continue
			}
			e.course = uint32(c.id) + 1
		} else {
			e.cert = int16(c.cert) + 1
		}
		events, effects = append(events, e), append(effects, c.truth)
		if !c.truth.Taken {
			continue
		}
		if c.kind == training {
			r.enrolled[c.id]++
		}
		e.kind = enrolled
		events = append(events, e)
		r.learners[c.person] = c.taken
		s := &r.people[c.person]
		s.state, s.until, s.seen = inCourse, c.until, uint8(c.week)+1
	}
	return events, effects
}

// certificateFor draws a certificate that is usual in what a person seeks and
// that they do not hold, or -1.
func (m *Market) certificateFor(r *rng, p *Person) int {
	list := m.occupations[p.wish.occupations[0]].certs
	if len(list) == 0 {
		return -1
	}
	k := pick(r, list).id
	for _, have := range p.certs {
		if have == k {
			return -1
		}
	}
	return k
}

// finish gives somebody what the course or examination that they took up brought
// them.
func (v *visitor) finish(id uint32, w int) {
	t := v.learners[id]
	l := life{week: uint8(w), kind: lifeTrained, ref: uint32(t.id)}
	e := event{kind: completed, week: uint8(w), seeker: id, treatment: t.kind}
	if t.kind == training {
		e.course = uint32(t.id) + 1
		v.events = append(v.events, e)
	} else {
		l.kind, l.ref = lifeExamined, uint32(t.cert)
	}
	if t.cert >= 0 {
		e.kind, e.cert = certified, int16(t.cert)+1
		v.events = append(v.events, e)
	}
	v.people[id].seen = uint8(w) + 1
	v.gained = append(v.gained, lived{id, l})
}

// effectTruth is what is known of a decision: how likely it was to be taken up,
// and the chance and pay at the reference vacancy without and with it.
func (m *Market) effectTruth(p *Person, t taken, w, looked int, referred bool) EffectTruth {
	aptitude, motivation := m.measured(p.ID, p.ability, p.drive)
	age := years(m.start() + ieum.Day(7*w) - p.born)
	job := p.wish.occupations[0]
	e := m.effectOf(t.kind, t.leads, job)
	chance, pay := m.reference(p, job)
	o := EffectTruth{
		Day: int32(m.start()) + int32(7*w), Seeker: m.seekerRow(p.ID), Treatment: treatmentWords[t.kind], Course: -1,
		Leads: m.occupations[t.leads].code, Occupation: m.occupations[job].code, Referred: referred,
		Propensity: float32(enrols(t.kind, aptitude, motivation, p.education, age, looked, referred)),
		Tau:        float32(e.chance), Delta: float32(e.pay),
		ChanceWithout: float32(logistic(chance)), ChanceWith: float32(logistic(chance + e.chance)),
		PayWithout: pay, PayWith: int64(hiredPay(float64(pay), 0, 0, e.pay, 0)),
	}
	if t.kind == training {
		o.Course = int64(t.id)
	}
	if t.cert >= 0 {
		o.Certificate = m.certs[t.cert].code
	}
	return o
}

// referenceAsks is how many competencies the reference vacancy of an occupation
// asks for: its most typical ones.
const referenceAsks = 6

// reference returns the logit of being found good enough, and the pay expected,
// at the reference vacancy of an occupation: its typical competencies, median
// pay, no experience, schooling or certificate asked for, a firm like others
// that discriminates against nobody.
func (m *Market) reference(p *Person, job int) (logit float64, pay int64) {
	o := &m.occupations[job]
	v := post{occupation: uint16(job), education: -1, required: -1, helps: -1, place: uint16(p.home), pay: uint32(o.median / 1e4)}
	for _, t := range o.skills[:min(len(o.skills), referenceAsks)] {
		v.asked[v.asks] = uint16(t.id)
		v.asks++
	}
	return m.candidacy(p, &v).logit(), int64(hiredPay(o.median, o.spread, m.apart(p, &v, 0), m.effect(p, job).pay, 0))
}
