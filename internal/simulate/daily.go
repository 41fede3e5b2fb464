package simulate

import (
	"context"

	"ieum"
)

// A nextDay is what is delivered on the day after a market's last one, on top of
// it: rows that are known, with something changed, and new ones. It is drawn
// from the market's streams and costs what the change costs, not what the
// market does; so the known people in it are those whom the log never saw, for
// what the log brought the others takes the whole run.
type nextDay struct {
	known    []uint32 // rows of known résumés; after them come new people's
	postings []notice
	added    int    // of them with a new key
	hiring   []hire // of new vacancies, in the order of their numbers
	firms    int    // new employers
}

// A notice is a row of postings on that day.
type notice struct {
	row     int
	vacancy int
	version version
	news    news
}

// news is what a row of postings is on that day.
type news uint8

const (
	asBefore  news = iota // of the market, as it is
	fresh                 // not seen before
	revised               // known, with something changed
	takenDown             // known, and nobody may apply any more
)

// A hire is where a new vacancy belongs: to a firm, as which of its vacancies.
type hire struct{ firm, slot int }

// Shares of a day's rows (made up).
const (
	knownPeople   = 0.70 // résumés that are known ones
	revisedShare  = 0.10 // postings that are known ones, changed
	takenShare    = 0.05 // … taken down
	newEmployers  = 0.10 // new vacancies whose employer is new
	lateCopies    = 0.5  // copies that are of vacancies of the week before, not of the day
	lateWithin    = 7    // days
	mostSlots     = 64   // vacancies a firm has before its next one is a new firm's
	repostedFrom  = 21   // days
	repostedUntil = 150
)

// prepareDay draws which rows are delivered on the day after.
func (m *Market) prepareDay() {
	m.day = &nextDay{}
	m.day.people(m)
	m.day.vacancies(m)
}

// tomorrow is the day after the last one.
func (m *Market) tomorrow() ieum.Day { return m.p.AsOf + 1 }

// people draws whose résumés are delivered again: the first one of each, for
// further ones are left as they were.
func (d *nextDay) people(m *Market) {
	want := share(m.p.ChangedResumes, knownPeople)
	order := newOrder(m.p.Seed, 7, m.p.Resumes)
	for i := 0; i < m.p.Resumes && len(d.known) < want; i++ {
		row := order.at(i)
		id, which := m.resumeOf(row)
		p := Person{ID: id}
		_, p.ability, p.drive = m.latent(id)
		if m.registers(&p); !p.looks && which == 0 {
			d.known = append(d.known, uint32(row))
		}
	}
}

// vacancies draws which postings are delivered: of known ones those still
// shown, of new ones originals, copies and re-posts at the market's rates.
// Where the market has too few that fit, there are more originals.
func (d *nextDay) vacancies(m *Market) {
	n := m.p.ChangedPostings
	left := [4]int{} // to be found among known rows, by fit
	left[fitsRevised], left[fitsTaken] = share(n, revisedShare), share(n, takenShare)
	added := n - left[fitsRevised] - left[fitsTaken]
	copies := share(added, m.p.Rates.Duplicates)
	left[fitsCopy], left[fitsRepost] = share(copies, lateCopies), share(added, m.p.Rates.Reposts)
	own := copies - left[fitsCopy]
	order := newOrder(m.p.Seed, 8, m.p.Postings)
	for i := 0; i < m.p.Postings && left != [4]int{}; i++ {
		row := order.at(i)
		what, ok := d.fit(m, row, &left)
		if !ok {
			continue
		}
		left[what]--
		id, made := m.postingOf(row)
		switch what {
		case fitsRevised:
			d.postings = append(d.postings, notice{row, id, made, revised})
		case fitsTaken:
			d.postings = append(d.postings, notice{row, id, made, takenDown})
		case fitsCopy:
			d.add(m, id, duplicate)
		case fitsRepost:
			d.add(m, id, repost)
		}
	}
	d.open(m, own)
}

// add adds a row with a new key.
func (d *nextDay) add(m *Market, vacancy int, how version) {
	d.postings = append(d.postings, notice{m.p.Postings + d.added, vacancy, how, fresh})
	d.added++
}

// open fills the day up with new vacancies, the first of them with a copy each.
func (d *nextDay) open(m *Market, copies int) {
	taken := map[int]int{} // new vacancies by firm
	for left := m.p.ChangedPostings - len(d.postings); left > 0; left-- {
		id := m.vacancies + len(d.hiring)
		d.hiring = append(d.hiring, d.hire(m, id, taken))
		d.add(m, id, original)
		if copies > 0 && left > 1 {
			d.add(m, id, duplicate)
			copies--
			left--
		}
	}
}

// What a known row of postings may be used for.
const (
	fitsRevised = iota
	fitsTaken
	fitsCopy
	fitsRepost
)

// fit says what a known row is used for, if it is.
func (d *nextDay) fit(m *Market, row int, left *[4]int) (what int, ok bool) {
	id, made := m.postingOf(row)
	var v vacancy
	var f firm
	m.vacancy(id, &v, &f)
	since, open := m.tomorrow()-v.opened, v.shown > m.p.AsOf
	switch {
	case left[fitsCopy] > 0 && made == original && open && since <= lateWithin && m.copyOrder.place(id) >= m.copies:
		return fitsCopy, true
	case left[fitsRevised] > 0 && open:
		return fitsRevised, true
	case left[fitsTaken] > 0 && open:
		return fitsTaken, true
	case left[fitsRepost] > 0 && made == original && since >= repostedFrom && since <= repostedUntil && m.repostOrder.place(id) >= m.reposts:
		return fitsRepost, true
	}
	return 0, false
}

// hire draws whose a new vacancy is: a known firm's, a larger one's more often,
// or a new one's.
func (d *nextDay) hire(m *Market, id int, taken map[int]int) hire {
	r := newRNG(m.p.Seed, ofNews, uint64(id)<<2)
	if r.chance(1 - newEmployers) {
		firm, _ := m.firmOf(r.intn(m.vacancies))
		slot := int(m.opens[firm+1]-m.opens[firm]) + taken[firm]
		if slot < mostSlots {
			taken[firm]++
			return hire{firm, slot}
		}
	}
	d.firms++
	return hire{m.Firms() + d.firms - 1, 0}
}

// newcomer returns the division of an employer that the market does not have,
// and its place among the division's.
func (m *Market) newcomer(id int) (d *division, at int) {
	r := newRNG(m.p.Seed, ofNews, uint64(id)<<2|1)
	d = m.divisionOf(r.intn(m.Firms()))
	return d, d.firms + id - m.Firms()
}

// What happened to known people who deliver their résumé again (made up).
const (
	jobNews    = 0.25 // a job ended, or the next one began
	payNews    = 0.35 // other pay is sought
	regionNews = 0.20 // other places
	reopened   = 0.5  // of all others, who look in again: open to employers
)

// live adds the day's news to a known person, and says whether the résumé is
// open to employers.
func (d *nextDay) live(m *Market, p *Person) (active bool) {
	r := newRNG(m.p.Seed, ofNews, uint64(p.ID)<<2|2)
	w, month := &p.wish, monthOf(m.tomorrow())
	switch x := r.float(); {
	case x < jobNews && p.worked > 0 && p.spells[0].end == 0:
		p.spells[0].end = month
	case x < jobNews:
		s := spell{occupation: w.occupations[0], start: month, coded: !r.chance(m.p.Rates.Uncoded), pay: w.pay, news: true}
		s.title = m.title(&r, s.occupation)
		p.begin(s)
		return r.chance(openAfterHire)
	case x < jobNews+payNews:
		w.pay = max(w.pay+int64(r.between(-2, 4))*1_000_000, round(leastPay, 1_000_000))
	case x < jobNews+payNews+regionNews:
		w.province, w.other = false, m.places.commute(&r, p.home)
	default:
		return r.chance(reopened)
	}
	return true
}

// revise changes a vacancy that is posted again with something changed: its
// pay, its deadline or how many are sought.
func (m *Market) revise(v *vacancy) {
	r := newRNG(m.p.Seed, ofNews, uint64(v.id)<<2|3)
	switch x := r.float(); {
	case x < 0.45:
		more := 1.03 + 0.09*r.float()
		v.payMin, v.payMax = m.stated(float64(v.payMin)*more, v.basis), m.stated(float64(v.payMax)*more, v.basis)
	case x < 0.80 && v.deadline != 0:
		v.deadline = max(v.deadline, m.p.AsOf) + ieum.Day(r.between(7, 30))
	default:
		v.openings++
	}
}

// dated returns the days of a posting of the day.
func (m *Market) dated(n notice, opened, deadline ieum.Day) (ieum.Day, ieum.Day) {
	switch n.news {
	case takenDown:
		return opened, m.p.AsOf
	case fresh:
		if n.version == repost && deadline != 0 {
			deadline += m.tomorrow() - opened
		}
		opened = m.tomorrow()
		if deadline != 0 {
			deadline = max(deadline, opened)
		}
	}
	return opened, deadline
}

// dailyResume writes row k of the day's résumés.
func (c *clerk) dailyResume(k int, out *ResumeRow, truth *ResumeTruth) {
	known := c.m.day.known
	if k < len(known) {
		c.resume(int(known[k]), out, truth)
		return
	}
	c.resume(c.m.p.Resumes+k-len(known), out, truth)
}

// dailyPosting writes row k of the day's postings.
func (c *clerk) dailyPosting(k int, out *PostingRow, truth *PostingTruth) {
	c.post(c.m.day.postings[k], out, truth)
}

// daily plans the files of the day.
func (p *plan) daily() {
	m := p.m
	p.run = &Run{m: m} // in which nothing happened to those who are written
	p.each(m.p.ChangedResumes, func(ctx context.Context, c *clerk, at part) error {
		return both(ctx, p, "resumes", at, c, (*clerk).dailyResume)
	})
	p.each(m.p.ChangedPostings, func(ctx context.Context, c *clerk, at part) error {
		return both(ctx, p, "postings", at, c, (*clerk).dailyPosting)
	})
	p.each(m.p.ChangedResumes-len(m.day.known), func(ctx context.Context, c *clerk, at part) error {
		return alone(ctx, p, "truth/persons", at, c, func(c *clerk, k int, out *PersonTruth) { c.personTruth(m.people+k, out) })
	})
	p.each(m.day.firms, func(ctx context.Context, c *clerk, at part) error {
		return alone(ctx, p, "truth/companies", at, c, func(c *clerk, k int, out *CompanyTruth) { c.companyTruth(m.Firms()+k, out) })
	})
}
