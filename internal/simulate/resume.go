package simulate

import (
	"slices"
	"strconv"
	"strings"

	"ieum"
)

// A clerk writes rows. Each worker has its own; what it holds is used again
// from row to row.
type clerk struct {
	m      *Market
	run    *Run // what happened; nil where only postings are written
	pen    pen
	person Person
	as     *twin   // as of which group the person is written; nil = as they are
	words  wording // of what group sentences speak
	id     identity
	vac    vacancy
	firm   firm
	news   news // of the posting being written
	said   said
	faults faults
}

// said collects what a text shows, by competency.
type said struct {
	list  [3][]int // by shown
	words []spoken // for what is shown directly: the word that shows it
}

type spoken struct {
	skill int
	word  string
}

func (s *said) reset() {
	for i := range s.list {
		s.list[i] = s.list[i][:0]
	}
	s.words = s.words[:0]
}

// say notes that a text shows a competency directly by a word.
func (s *said) say(skill int, word string) {
	for _, w := range s.words {
		if w.skill == skill {
			return
		}
	}
	s.words = append(s.words, spoken{skill, word})
}

// sayPhrase notes what a fixed phrase shows.
func (c *clerk) sayPhrase(phrase string) {
	for _, w := range c.m.shows[phrase] {
		c.said.say(w.skill, w.word)
	}
}

// mostShown is how many competencies a text shows at most.
const mostShown = 6

// resume writes row number row and what is known of it. The texts are valid
// until the pen forgets.
func (c *clerk) resume(row int, out *ResumeRow, truth *ResumeTruth) {
	m, pen := c.m, &c.pen
	person, which := m.resumeOf(row)
	m.person(person, &c.person)
	p := &c.person
	c.run.live(p)
	today := m.day != nil && person < m.people && m.day.live(m, p)
	m.show(p)
	c.words = m.wordingOf(p)
	if c.as != nil {
		if c.as.change(m, p); c.as.proxies {
			c.words = m.wordingOf(p)
		}
	}
	r := newRNG(m.p.Seed, ofResume, uint64(person)<<2|uint64(which))
	c.faults.reset()
	c.said.reset()
	m.identify(p, which, &r, &c.id)
	jobs := p.spells[:p.worked]
	updated, active := c.run.updated(p, &r)
	if which > 0 {
		updated = max(updated-ieum.Day(r.exp()*200), m.p.AsOf-kept)
		active = active && r.chance(0.6)
		if len(jobs) > 1 && r.chance(0.3) { // written before the last job
			jobs = jobs[1:]
		}
	}
	if m.day != nil {
		updated, active = m.tomorrow(), person >= m.people || today
	}
	*out = ResumeRow{
		BirthYear: int32(p.born.Time().Year()), Sex: sexWord(p.woman), Region: m.places.list[p.home].name,
		Education: educations[p.education].person, Majors: p.major, Updated: int32(updated), Active: active,
	}
	pen.b = resumeID(pen.b[:0], row)
	out.ID = pen.keep()
	out.Name, out.Phone, out.Mail = pen.hold(c.id.name), pen.hold(c.id.phone), pen.hold(c.id.mail)
	pen.b = c.id.born.Time().AppendFormat(pen.b, "2006-01-02")
	out.BirthDate = pen.keep()
	out.Groups = c.vulnerable()
	c.work(&r, out, jobs)
	c.wish(&r, out)
	c.headline(&r, out)
	c.about(&r, out, which)
	c.dropResume(&r, out)
	*truth = ResumeTruth{
		ID: out.ID, Person: int64(person), Which: int32(which), Occupation: m.occupations[p.occupation].code,
		Direct: c.skillIDs(direct), Indirect: c.skillIDs(indirect), Unsaid: c.skillIDs(unsaid),
		Dropped: c.faults.dropped(pen), Broken: c.faults.broken(pen), Noise: c.faults.noise(pen),
	}
}

func sexWord(woman bool) string {
	if woman {
		return "여"
	}
	return "남"
}

// work writes the history: the occupation of the last job, months, and the
// spells.
func (c *clerk) work(r *rng, out *ResumeRow, jobs []spell) {
	m, pen, p := c.m, &c.pen, &c.person
	out.Occupation = m.occupations[p.occupation].code
	if len(jobs) == 0 {
		return
	}
	pen.room(len(jobs))
	out.Occupation = m.occupations[jobs[0].occupation].code
	now, months := monthOf(m.p.AsOf), 0
	last, pay := p.pay, float64(p.pay)
	for _, s := range jobs {
		o := &m.occupations[s.occupation]
		job := CareerRow{Title: o.titles[s.title], Start: m.monthText(s.start), Pay: round(max(pay, 12_000_000), 100_000)}
		switch {
		case s.news:
			job.Pay, last = s.pay, s.pay
		case s.pay > 0:
			job.Pay, pay = s.pay, float64(s.pay)
		}
		if s.coded {
			job.Occupation = o.code
		}
		end := now
		if s.end != 0 {
			end, job.End = s.end, m.monthText(s.end)
		}
		months += max(0, end-s.start) // a job may begin the day after
		pen.jobs = append(pen.jobs, job)
		if !s.news {
			pay *= 0.93 - 0.05*r.float() // earlier jobs paid less
		}
	}
	out.Careers = pen.jobs[len(pen.jobs)-len(jobs):]
	out.CareerMonths = int32(months)
	pen.int(int(last / 10_000))
	out.LastPay = pen.keep()
}

// wish writes what is sought: occupations, places, pay, employment.
func (c *clerk) wish(r *rng, out *ResumeRow) {
	m, pen, w := c.m, &c.pen, &c.person.wish
	for i, o := range w.occupations[:w.n] {
		if i > 0 {
			pen.b = append(pen.b, '|')
		}
		pen.str(m.occupations[o].code)
	}
	out.Wishes = pen.keep()
	home := &m.places.list[w.home]
	switch {
	case w.province:
		pen.str(provinces[home.province].code)
	case w.other != w.home:
		pen.str(home.code, "|", m.places.list[w.other].code)
	default:
		pen.str(home.code)
	}
	out.WishRegions = pen.keep()
	pen.int(int(w.pay / 10_000))
	if r.chance(m.p.Rates.WrongUnit) {
		pen.str("0000") // won where ten thousands were asked for
		c.faults.breakField("wish_pay")
	}
	out.WishPay = pen.keep()
	out.WishEmployment = employmentWords[w.employment]
}

func (c *clerk) headline(r *rng, out *ResumeRow) {
	o := &c.m.occupations[c.person.occupation]
	title, years := o.titles[c.person.title], strconv.Itoa(int(out.CareerMonths/12))
	t := pick(r, headlines)
	if strings.Count(t, "%") == 2 {
		if out.CareerMonths < 12 {
			t = "% 지원합니다"
		} else if strings.HasPrefix(t, "%년") {
			title, years = years, title
		}
	}
	c.pen.fill(t, title, years)
	out.Headline = c.pen.keep()
}

// about writes the text: who they are, what they did, what they can do.
func (c *clerk) about(r *rng, out *ResumeRow, which int) {
	m, pen, p := c.m, &c.pen, &c.person
	o := &m.occupations[p.occupation]
	title, years := o.titles[p.title], strconv.Itoa(max(1, int(out.CareerMonths/12)))
	c.sayPhrase(title)
	if p.worked == 0 {
		pen.fill(pick(r, newcomerIntros), title)
	} else if t := pick(r, intros); strings.HasPrefix(t, "%년") || strings.Contains(t, "%년차") || strings.Contains(t, "%년간") {
		pen.fill(t, years, title)
	} else {
		pen.fill(t, title, years)
	}
	if p.worked > 0 && len(o.duties) > 1 && r.chance(0.75) {
		a := r.intn(len(o.duties))
		b := (a + 1 + r.intn(len(o.duties)-1)) % len(o.duties)
		pen.fill(pick(r, dutySentences), o.duties[a], o.duties[b])
		c.sayPhrase(o.duties[a])
		c.sayPhrase(o.duties[b])
	}
	c.show(r)
	c.canDo(r, out)
	if r.chance(m.p.Rates.Contacts * 0.1) {
		pen.str(" 연락처 ", out.Phone, " ")
	}
	if r.chance(m.p.Rates.Resident) {
		pen.str(" 주민등록번호 ")
		pen.b = residentNumber(pen.b, r)
		pen.str(" ")
	}
	c.groupSentences(which)
	last := pick(r, closings)
	c.sayPhrase(last)
	pen.str(last)
	if len(pen.b) > 0 && pen.b[len(pen.b)-1] == ' ' {
		pen.b = pen.b[:len(pen.b)-1]
	}
	c.distort(r, 0.5)
	out.Text = c.pen.keep()
}

// show decides for each competency of the person how the text shows it.
func (c *clerk) show(r *rng) {
	m, p := c.m, &c.person
	for i := range p.skills {
		h := &p.skills[i]
		s := &m.skills[h.skill]
		x := r.float()
		switch {
		case i >= mostShown || x < m.p.Rates.Unsaid:
			h.shown = unsaid
		case x < m.p.Rates.Unsaid+m.p.Rates.Indirect && len(s.hints) > 0:
			h.shown, h.phrase = indirect, r.intn(len(s.hints))
		default:
			h.shown, h.phrase = direct, m.wordOf(r, s)
		}
	}
}

// wordOf draws the word that names a competency: its label mostly, or an alias.
func (m *Market) wordOf(r *rng, s *skill) int {
	if len(s.words) == 1 || r.chance(0.5) {
		return 0
	}
	return 1 + r.intn(len(s.words)-1)
}

// canDo writes the sentences about competencies, and the columns skills and
// certificates.
func (c *clerk) canDo(r *rng, out *ResumeRow) {
	m, pen, p := c.m, &c.pen, &c.person
	var named [mostShown]string
	n := 0
	for _, h := range p.skills {
		s := &m.skills[h.skill]
		switch h.shown {
		case indirect:
			pen.fill(pick(r, hintSentences), s.hints[h.phrase])
			c.sayPhrase(s.hints[h.phrase])
			c.said.list[indirect] = append(c.said.list[indirect], h.skill)
		case unsaid:
			c.said.list[unsaid] = append(c.said.list[unsaid], h.skill)
		case direct:
			named[n] = s.words[h.phrase]
			c.sayPhrase(named[n])
			n++
		}
	}
	for i := 0; i < n; i++ {
		if i+1 < n && r.chance(0.6) {
			pen.fill(pick(r, skillPairs), named[i], named[i+1])
			i++
		} else {
			pen.fill(pick(r, skillSentences), named[i])
		}
	}
	text := pen.keep() // the columns come between; the text goes on behind them
	c.columns(r, named[:n], out)
	pen.str(text)
}

// columns fills the columns of competencies and certificates.
func (c *clerk) columns(r *rng, named []string, out *ResumeRow) {
	pen := &c.pen
	add := func(s string) {
		if len(pen.b) > 0 {
			pen.b = append(pen.b, '|')
		}
		pen.str(s)
	}
	for i, word := range named {
		if i%2 == 0 || r.chance(0.5) {
			add(word)
		}
	}
	out.Skills = pen.keep()
	for _, k := range c.person.certs {
		add(c.m.certs[k].name)
	}
	out.Certificates = pen.keep()
}

// skillIDs writes the competencies shown in a way and in no plainer one.
func (c *clerk) skillIDs(how shown) string {
	for _, s := range c.said.list[how] {
		plainer := false
		for _, list := range c.said.list[:how] {
			plainer = plainer || slices.Contains(list, s)
		}
		if plainer {
			continue
		}
		if len(c.pen.b) > 0 {
			c.pen.b = append(c.pen.b, '|')
		}
		c.pen.str(c.m.skills[s].id)
	}
	return c.pen.keep()
}

// dropResume leaves fields out.
func (c *clerk) dropResume(r *rng, out *ResumeRow) {
	for _, f := range []struct {
		name  string
		value *string
	}{
		{"phone", &out.Phone}, {"mail", &out.Mail}, {"sex", &out.Sex}, {"region", &out.Region}, {"education", &out.Education}, {"majors", &out.Majors},
		{"occupation", &out.Occupation}, {"headline", &out.Headline}, {"wish_regions", &out.WishRegions}, {"wish_pay", &out.WishPay},
		{"last_pay", &out.LastPay}, {"skills", &out.Skills}, {"text", &out.Text},
	} {
		if *f.value != "" && r.chance(c.m.p.Rates.Missing) {
			*f.value = ""
			c.faults.drop(f.name)
			if f.name == "text" { // nothing is shown any more
				c.said.list[unsaid] = append(c.said.list[unsaid], c.said.list[indirect]...)
				c.said.list[unsaid] = append(c.said.list[unsaid], c.said.list[direct]...)
				c.said.list[indirect], c.said.list[direct] = c.said.list[indirect][:0], c.said.list[direct][:0]
			}
		}
	}
}
