package simulate

import (
	"math"

	"ieum"
)

// The most spells, wishes and competencies a person is given.
const (
	mostSpells = 9 // seven before they register and two after
	mostBefore = 7
	mostWishes = 3
	mostSkills = 32
)

// A Person is one person behind one to three résumés.
type Person struct {
	ID         int
	registered ieum.Day // when the history below was written down
	looks      bool     // in the window, where the log sees it
	week       int      // of the window in which they begin to
	occupation int
	title      int // what they call it
	woman      bool
	origin     origin
	served     bool // in the armed forces
	mover      bool // latent: goes from one short job to the next
	explains   bool // time out of work
	born       ieum.Day
	home       int
	education  int
	major      string
	ability    float64 // latent, standard normal
	drive      float64 // latent, standard normal: how hard they look
	household  int     // people of one household may share a telephone
	spells     [mostSpells]spell
	worked     int // spells, newest first
	months     int // of work in all
	skills     []held
	certs      []int
	pay        int64   // won a year, of the last job; 0 without one
	taken      []taken // courses and certificates of the window
	wish       wish
}

// A spell is one job. Months are counted from 1970-01; end 0 = to the present.
type spell struct {
	occupation, title int
	start, end        int
	coded             bool
	pay               int64 // won a year, of a job found in the window or later; else 0
	news              bool  // begun the day after: no job before it pays less for it
}

// held is a competency with the place where it shows in a text.
type held struct {
	skill  int
	shown  shown
	phrase int // which alias or indirect phrase
}

// shown says how a text shows a competency that is behind it.
type shown uint8

const (
	direct shown = iota
	indirect
	unsaid
)

// monthOf counts the month of a day from 1970-01.
func monthOf(day ieum.Day) int {
	t := day.Time()
	return (t.Year()-1970)*12 + int(t.Month()) - 1
}

// monthText writes a month as 2019-03.
func (m *Market) monthText(month int) string { return m.months[max(0, min(month, len(m.months)-1))] }

// person draws a person anew into p, whose lists are used again: as they are on
// the day they register. What the log then brings is added by Run.live.
func (m *Market) person(id int, p *Person) {
	r := newRNG(m.p.Seed, ofPerson, uint64(id))
	*p = Person{ID: id, skills: p.skills[:0], certs: p.certs[:0], taken: p.taken[:0]}
	p.occupation = m.seekers.draw(&r)
	o := &m.occupations[p.occupation]
	p.ability, p.drive = r.norm(), r.norm()
	m.registers(p)
	age := min(max(o.age-2+r.norm()*(o.ageSD+2), 17), 76)
	p.born = p.registered - ieum.Day(age*365.25) - ieum.Day(r.intn(365))
	p.education = m.schooling(&r, o, age)
	p.home = m.places.draw[o.where].draw(&r)
	if p.education >= college && len(o.majors) > 0 {
		p.major = first(&r, o.majors)
		if r.chance(0.25) { // not everybody works in what they studied
			p.major = first(&r, m.occupations[m.seekers.draw(&r)].majors)
		}
	}
	p.title = m.title(&r, p.occupation)
	luck := r.norm()
	p.household = m.household(id)
	group := newRNG(m.p.Seed, ofGroup, uint64(id))
	m.group(&group, p, age)
	m.history(&group, p, age)
	m.certify(&r, p)
	m.learn(p)
	if p.worked > 0 {
		years := age - float64(educations[p.education].entry)
		p.pay = round(m.wage(o, years, p.education, p.home, p.ability, 0, luck), 100_000)
	}
	m.wishes(p)
}

// How people look (made up): the share who look where the log sees it, how much
// more the driven do, and how many weeks they keep at it.
const (
	looksShare   = 0.62
	looksDrive   = 0.25
	patience     = 14.0 // weeks: mean until they give up or find something elsewhere
	registration = 450  // days before the last day, mean: those whom the log does not see
	kept         = 1080 // days: no résumé is older, for the law keeps it three years
)

// registers draws when a person registers and whether they look.
func (m *Market) registers(p *Person) {
	r := newRNG(m.p.Seed, ofSearch, uint64(p.ID))
	p.looks = r.chance(logistic(math.Log(looksShare/(1-looksShare)) + looksDrive*p.drive))
	switch {
	case p.ID >= m.people:
		p.looks, p.registered = true, m.tomorrow()
	case !p.looks:
		p.registered = m.p.AsOf - ieum.Day(math.Mod(r.exp()*registration, kept))
	case r.chance(patience / (patience + weeks)): // at it when the window begins
		p.registered = m.start() - 1 - ieum.Day(r.exp()*patience*7)
	default:
		p.week = m.calendar.registers.draw(&r)
		p.registered = m.start() + ieum.Day(7*p.week+r.intn(7))
	}
}

// schooling draws the level of education: that of the occupation, lower for
// cohorts that grew up before most went on to college.
func (m *Market) schooling(r *rng, o *occupation, age float64) int {
	x, level := r.float(), 0
	for level < len(o.schooling)-1 && x >= o.schooling[level] {
		x -= o.schooling[level]
		level++
	}
	if late := age - 55; late > 0 && level > middleSchool && r.chance(min(0.5, late*0.025)) {
		level--
	}
	for level > middleSchool && float64(educations[level].entry) > age {
		level--
	}
	return level
}

// household returns the person whose telephone somebody uses: mostly their own.
func (m *Market) household(id int) int {
	pair := newRNG(m.p.Seed, ofHousehold, uint64(id/2))
	if id%2 == 1 && pair.chance(2*m.p.Rates.SharedPhone) {
		return id - 1
	}
	return id
}

// There are two kinds of workers, movers and stayers (Blumen, Kogan and
// McCarthy 1955), so that the hazard of a job's end falls with tenure. The share
// of movers by the occupation's 1-digit group, in the order of that of irregular
// workers; the months that their jobs last beyond the first on average; and the
// median of stayers' jobs beyond two months.
var movers = [jobGroups]float64{0.40, 0.38, 0.46, 0.42, 0.52, 0.60, 0.52, 0.66, 0.44, 0.60}

const (
	shortMean     = 8.0
	lastingMonths = 60.0
	lastingAge    = 1.3 // months more for each year of age
)

// history draws jobs from leaving school to the day of registration. It goes
// through time from the first job on; the last one is in the person's
// occupation. What differs by sex is drawn from group.
func (m *Market) history(group *rng, p *Person, age float64) {
	r := newRNG(m.p.Seed, ofHistory, uint64(p.ID))
	now := monthOf(p.registered)
	left := now - int((age-float64(educations[p.education].entry))*12)
	if p.served {
		left += 18
	}
	left += int(r.exp() * 6)
	if age < 28 && r.chance(0.35) {
		return // looks for a first job
	}
	p.mover = r.chance(movers[m.occupations[p.occupation].code[0]-'0'])
	var spells [mostSpells]spell
	n := 0
	for at := left; at < now-1; {
		length := 2 + int(math.Exp(math.Log(lastingMonths+lastingAge*age)+0.9*r.norm()))
		if p.mover {
			length = 1 + int(r.exp()*shortMean)
		}
		if n == mostBefore { // the oldest are forgotten
			copy(spells[:mostBefore], spells[1:mostBefore])
			n--
		}
		spells[n] = spell{start: at, end: min(at+length, now)}
		p.months += min(at+length, now) - at
		n++
		at += length + int(r.exp()*5)
		if care := group.chance(0.06); care && p.woman && age > 30 {
			at += 24 + int(group.exp()*36)
		}
	}
	if n > 0 && spells[n-1].end == now && !p.looks && r.chance(0.4) {
		spells[n-1].end = 0 // still there
	}
	at := p.occupation
	for i := range n {
		s := spells[n-1-i]
		s.occupation = at
		s.title = m.title(&r, at)
		if i == 0 {
			s.title = p.title
		}
		s.coded = !r.chance(m.p.Rates.Uncoded)
		p.spells[i] = s
		at = m.before(&r, at)
	}
	p.worked = n
}

// title draws how a job in an occupation is called: one of its titles, an
// earlier one more often.
func (m *Market) title(r *rng, occupation int) int {
	n := len(m.occupations[occupation].titles)
	return min(int(r.float()*r.float()*float64(n)), n-1)
}

// before draws what somebody did before a job in an occupation: mostly the
// same, else something near, else anything.
func (m *Market) before(r *rng, at int) int {
	near := &m.occupations[at].near
	switch x := r.float(); {
	case x < 0.60:
		return at
	case x < 0.78:
		return near[0][0] + r.intn(near[0][1]-near[0][0])
	case x < 0.88:
		return near[1][0] + r.intn(near[1][1]-near[1][0])
	}
	return m.seekers.draw(r)
}

// wage is pay a year in won: the occupation's median, spread around it by
// schooling, potential experience, place, ability and luck in shares that keep
// the occupation's quartiles (docs/simulation.md, equation 3).
func (m *Market) wage(o *occupation, years float64, education, home int, ability, firm, luck float64) float64 {
	experience := (years - (o.age - 2 - o.entry)) / (o.ageSD + 2)
	school, mean := 0.0, 0.0
	for i, s := range o.schooling {
		mean += s * float64(i)
		school += s * float64(i*i)
	}
	school = (float64(education) - mean) / math.Sqrt(max(school-mean*mean, 0.25))
	place := (provinces[m.places.list[home].province].office - m.places.office[o.where]) * 2
	z := 0.50*clamp(experience, 2) + 0.25*clamp(school, 2) + 0.15*place + 0.20*ability + 0.30*firm + 0.75*luck
	return max(o.median*math.Exp(o.spread*z), leastPay)
}

func clamp(x, most float64) float64 { return max(-most, min(most, x)) }

func pow(x, y float64) float64 { return math.Pow(x, y) }

// round returns the multiple of unit nearest to x.
func round(x float64, unit int64) int64 { return int64(x/float64(unit)+0.5) * unit }

// learn gives the competencies: those typical of the jobs held, the surer the
// longer they were held and the abler the person, then those that certificates
// stand for, taken in a month since the first job kept began.
func (m *Market) learn(p *Person) {
	r := newRNG(m.p.Seed, ofLearning, uint64(p.ID))
	if p.worked == 0 {
		m.practise(&r, p, p.occupation, 9) // school and courses
	}
	now := monthOf(p.registered)
	for _, s := range p.spells[:p.worked] {
		end := s.end
		if end == 0 {
			end = now
		}
		since := min(now-end, len(faded)-1)
		m.practise(&r, p, s.occupation, int(float64(end-s.start)*faded[since])) // what is not used fades
	}
	begun := now
	if p.worked > 0 {
		begun = p.spells[p.worked-1].start
	}
	for _, c := range p.certs {
		since := r.intn(now - begun + 1)
		for _, s := range m.certs[c].proves {
			if r.chance(proven(since)) && len(p.skills) < mostSkills && !p.has(s) {
				p.skills = append(p.skills, held{skill: s})
			}
		}
	}
}

// proven is the probability that somebody knows a competency that a certificate
// stands for, so many months after they took it.
func proven(months int) float64 { return provenAtFirst * faded[min(months, len(faded)-1)] }

// practise adds competencies of an occupation after months in it.
func (m *Market) practise(r *rng, p *Person, occupation, months int) {
	known := settled[min(months, len(settled)-1)] * (1 + 0.15*clamp(p.ability, 2))
	for _, t := range m.occupations[occupation].skills {
		if len(p.skills) == mostSkills || !r.chance(t.share*known) || p.has(t.id) {
			continue
		}
		p.skills = append(p.skills, held{skill: t.id})
	}
}

// By months: the share of what can be known that is known after so long, and of
// the time worked that still counts so long after.
var settled, faded = func() (s, f [720]float64) {
	for i := range s {
		s[i] = 1 - math.Exp(-float64(i)/30)
		f[i] = math.Exp(-float64(i) / 240)
	}
	return s, f
}()

func (p *Person) has(skill int) bool {
	for _, h := range p.skills {
		if h.skill == skill {
			return true
		}
	}
	return false
}

// certify gives the licences the law asks for and the certificates usual in the
// occupation.
func (m *Market) certify(r *rng, p *Person) {
	o := &m.occupations[p.occupation]
	for i := range o.licences {
		if l := &o.licences[i]; l.asked(o.titles[p.title]) && r.chance(licensed) {
			p.certs = append(p.certs, first(r, l.certs))
		}
	}
	for _, t := range o.certs {
		if len(p.certs) < 4 && r.chance(t.share) {
			p.certs = append(p.certs, t.id)
		}
	}
}
