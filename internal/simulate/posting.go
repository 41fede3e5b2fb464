package simulate

import (
	"ieum"
)

// posting writes row number row and what is known of it. The texts are valid
// until the pen forgets.
func (c *clerk) posting(row int, out *PostingRow, truth *PostingTruth) {
	id, version := c.m.postingOf(row)
	c.post(notice{row: row, vacancy: id, version: version}, out, truth)
}

// post writes a row of postings and what is known of it.
func (c *clerk) post(n notice, out *PostingRow, truth *PostingTruth) {
	m, pen := c.m, &c.pen
	id, version := n.vacancy, n.version
	v, f := &c.vac, &c.firm
	m.vacancy(id, v, f)
	if c.news = n.news; c.news == revised {
		m.revise(v)
	}
	r := newRNG(m.p.Seed, ofPosting, uint64(id)<<2|uint64(version))
	c.faults.reset()
	c.said.reset()
	list := sitesFor[f.division.sort]
	at := v.site
	if version == duplicate || version == reduplicate {
		at = (at + int(version)) % len(list)
	}
	s := &sites[list[at][0]]
	opened, deadline := v.opened, m.deadline(v)
	m.retime(&r, version, &opened, &deadline)
	opened, deadline = m.dated(n, opened, deadline)

	*out = PostingRow{
		Site: s.name, Industry: f.division.code, Employment: employmentWords[v.employment],
		Openings: pen.number(int32(v.openings)), Opened: int32(opened), Majors: v.major,
	}
	if deadline != 0 {
		out.Deadline = pen.number(int32(deadline))
	}
	pen.b = postingID(pen.b[:0], n.row)
	out.ID = pen.keep()
	pen.str("https://", s.host, "/", out.ID)
	out.URL = pen.keep()
	c.employer(&r, s, out)
	c.terms(&r, s, out)
	first, written := list[v.site][0], list[at][0]
	same := c.verbatim(&r, version)
	if same {
		written = first
	}
	c.title(&r, &sites[written], version)
	out.Title = pen.keep()
	c.certificates(out)
	c.write(&r, first, written, version, same, out)
	c.dropPosting(&r, out)
	*truth = PostingTruth{
		ID: out.ID, Vacancy: int64(v.id), Version: version.String(), Company: int64(f.id),
		Occupation: m.occupations[v.occupation].code, Region: m.places.list[v.place].code, PayMin: v.payMin, PayMax: v.payMax,
		Direct: c.skillIDs(direct), Indirect: c.skillIDs(indirect), Unsaid: c.skillIDs(unsaid),
		Dropped: c.faults.dropped(pen), Broken: c.faults.broken(pen), Noise: c.faults.noise(pen), Sibling: v.sibling,
	}
}

// terms writes the columns of the job's terms as the site words them.
func (c *clerk) terms(r *rng, s *site, out *PostingRow) {
	pen, v := &c.pen, &c.vac
	if s.coded || !r.chance(c.m.p.Rates.Uncoded) {
		out.Occupation = c.m.occupations[v.occupation].code
	}
	c.address(s)
	out.Address = pen.keep()
	c.pay(r, s, true)
	out.Pay = pen.keep()
	c.career(s)
	out.Career = pen.keep()
	out.Education = "학력무관"
	if v.education >= 0 {
		out.Education = educations[v.education].posting
	}
}

// deadline returns the last day to apply that a site states: that announced, or
// the day on which a posting without one was taken off; 0 while it is shown.
func (m *Market) deadline(v *vacancy) ieum.Day {
	if v.deadline == 0 && v.shown <= m.p.AsOf {
		return v.shown
	}
	return v.deadline
}

// retime moves the days of a copy: a duplicate appears within three days, a
// re-post three weeks to five months later.
func (m *Market) retime(r *rng, v version, opened, deadline *ieum.Day) {
	later := ieum.Day(0)
	switch v {
	case duplicate, reduplicate:
		later = ieum.Day(r.intn(4))
		if *deadline != 0 && r.chance(0.2) {
			*deadline = 0
		}
	case repost:
		later = ieum.Day(r.between(21, 150))
		if *deadline != 0 {
			*deadline += later
		}
	}
	later = max(0, min(later, m.p.AsOf-*opened))
	*opened += later
	if *deadline != 0 {
		*deadline = max(*deadline, *opened)
	}
}

// employer writes the firm's name and number.
func (c *clerk) employer(r *rng, s *site, out *PostingRow) {
	pen, f := &c.pen, &c.firm
	switch {
	case r.chance(c.m.p.Rates.Variants):
		pen.b = f.variant(pen.b, r, provinces[c.m.places.list[c.vac.place].province].short)
	case s.company == 'k':
		pen.b = f.short(pen.b, "㈜")
	case s.company == 'p':
		pen.b = f.short(pen.b, "(주)")
	case s.company == 'c':
		pen.b = f.core(pen.b)
	default:
		pen.b = f.registered(pen.b)
	}
	out.Company = pen.keep()
	if !r.chance(c.m.p.Rates.NoNumber) {
		pen.b = f.number(pen.b)
		out.CompanyNumber = pen.keep()
	}
}

// address writes the place of work as the site does.
func (c *clerk) address(s *site) {
	p := &c.m.places.list[c.vac.place]
	if s.full {
		c.pen.str(p.full, " 모의로 ")
		c.pen.int(c.vac.street)
		return
	}
	c.pen.str(p.name)
}

// pay writes the pay offered, or that it is not said: in the column in the share
// of the site's postings that it is its habit in, in a body half as often.
func (c *clerk) pay(r *rng, s *site, column bool) {
	pen, v := &c.pen, &c.vac
	unsaid := s.unsaid
	if !column {
		unsaid /= 2
	}
	if unsaid > 0 && r.chance(unsaid) {
		pen.str(pick(r, []string{"회사내규에 따름", "면접 후 결정", "협의 후 결정"}))
		return
	}
	lo, hi := v.payMin, v.payMax
	won := r.chance(0.4)
	switch v.basis {
	case yearly:
		pen.str("연봉 ")
		won = false
	case monthly:
		pen.str("월급 ")
		lo, hi = lo/12, hi/12
	case daily:
		pen.str("일급 ")
		lo, hi, won = lo*8/fullTimeYear, hi*8/fullTimeYear, true
	case hourly:
		pen.str("시급 ")
		lo, hi, won = lo/fullTimeYear, hi/fullTimeYear, true
	}
	unit := "원"
	if !won {
		lo, hi, unit = lo/10_000, hi/10_000, "만원"
	}
	if column && r.chance(c.m.p.Rates.WrongUnit) {
		unit = map[string]string{"원": "만원", "만원": "원"}[unit]
		c.faults.breakField("pay")
	}
	pen.comma(lo)
	if hi > lo {
		pen.str(unit, " ~ ")
		pen.comma(hi)
		pen.str(unit)
		return
	}
	pen.str(unit)
	if r.chance(0.3) {
		pen.str(" 이상")
	}
}

// career writes the experience asked for as the site does.
func (c *clerk) career(s *site) {
	pen, v := &c.pen, &c.vac
	switch {
	case v.onlyNew:
		pen.str("신입")
	case v.least == 0 && s.company == 'k':
		pen.str("신입·경력")
	case v.least == 0 && s.host == "work.example":
		pen.str("관계없음")
	case v.least == 0:
		pen.str("경력무관")
	case v.most > 0:
		pen.str("경력 ")
		pen.int(v.least)
		pen.b = append(pen.b, '~')
		pen.int(v.most)
		pen.str("년")
	case s.full:
		pen.str("경력 ")
		pen.int(v.least)
		pen.str("년 이상")
	default:
		pen.str("경력")
		pen.int(v.least)
		pen.str("년↑")
	}
}

// faultyTitle puts slips into a heading at half the rates of bodies.
func (c *clerk) faultyTitle(r *rng) {
	rates := &c.m.p.Rates
	if r.chance(rates.Spacing * 0.5) {
		c.misspace(r)
	}
	if r.chance(rates.Typos * 0.3) {
		c.typo(r)
	}
	if r.chance(rates.Emoji * 0.5) {
		c.pen.str(" ", pick(r, emoji))
	}
}

func (c *clerk) certificates(out *PostingRow) {
	if k := c.vac.required; k >= 0 {
		out.Certificates = c.m.certs[k].name
	}
	if k := c.vac.helps; k >= 0 {
		out.Preferred = c.m.certs[k].name
	}
}

// dropPosting leaves fields out. What the body says stays there.
func (c *clerk) dropPosting(r *rng, out *PostingRow) {
	for _, f := range []struct {
		name  string
		value *string
	}{
		{"address", &out.Address}, {"employment", &out.Employment}, {"education", &out.Education}, {"career", &out.Career},
		{"pay", &out.Pay}, {"industry", &out.Industry}, {"skills", &out.Skills}, {"majors", &out.Majors}, {"certificates", &out.Certificates},
	} {
		if *f.value != "" && r.chance(c.m.p.Rates.Missing) {
			*f.value = ""
			c.faults.drop(f.name)
		}
	}
	if r.chance(c.m.p.Rates.Missing) {
		out.Openings = nil
		c.faults.drop("openings")
	}
}
