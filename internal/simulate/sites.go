package simulate

import "strconv"

// A habit is how the postings of a sort of site are written.
type habit uint8

const (
	agencyForm habit = iota // a public employment service's form register
	portal                  // a large portal: many words in the heading, pay seldom said
	board                   // its rival
	startups                // a site of start-ups: a job as the heading, a long body
	developers              // a site of developers: longer still, with markup
	dailyWork               // part-time jobs of shops
	authority               // public announcements
)

// A site is a made-up publisher of postings.
type site struct {
	name    string
	host    string
	habit   habit
	company byte    // how it writes employers: r registered, k ㈜, p (주), c core
	full    bool    // addresses in full, with a street
	coded   bool    // gives the occupation's code whatever the rate says
	unsaid  float64 // share of postings whose pay it does not say
	contact float64 // how often a body names whom to turn to, over the rate for all
}

var sites = []site{
	{"모의일터", "work.example", agencyForm, 'r', true, true, 0, 1},
	{"견본잡스", "jobs.example", portal, 'k', false, false, 0.96, 0.5},
	{"예시구인", "guin.example", board, 'p', false, false, 0.83, 0.5},
	{"가상테크잡", "techjob.example", startups, 'c', false, false, 0.90, 0},
	{"시험알바", "alba.example", dailyWork, 'c', false, false, 0, 1},
	{"공공모의채용", "public.example", authority, 'r', true, true, 0.35, 1},
	{"허구코딩", "coding.example", developers, 'c', false, false, 0.90, 0},
}

// sitesFor are the sites that a sort of employer posts at, with the share of
// its originals in per cent; duplicates go to the next in turn.
var sitesFor = func() map[sortOf][][2]int {
	usual := [][2]int{{0, 55}, {1, 25}, {2, 20}}
	modern := [][2]int{{3, 40}, {1, 25}, {2, 25}, {0, 10}}
	daily := [][2]int{{4, 45}, {0, 40}, {1, 15}}
	open := [][2]int{{5, 75}, {0, 20}, {1, 5}}
	return map[sortOf][][2]int{
		tech: {{3, 35}, {1, 25}, {2, 20}, {6, 10}, {0, 10}}, arts: modern, office: {{1, 35}, {2, 30}, {0, 20}, {3, 15}},
		eating: daily, trade: daily, leisure: daily, agency: {{0, 50}, {4, 30}, {1, 20}},
		public: open, school: {{5, 40}, {0, 40}, {1, 20}}, utility: open,
		plant: usual, building: usual, care: usual, haulage: usual, farming: usual,
	}
}()

// siteOf draws the place of a vacancy's first site in its sort's list.
func siteOf(r *rng, s sortOf) int {
	x := r.intn(100)
	list := sitesFor[s]
	for i, w := range list {
		if x -= w[1]; x < 0 {
			return i
		}
	}
	return 0
}

// title writes the heading in the habit of a site. What the employer chooses is
// drawn for the vacancy, so that a copy at a site of the same habits has the same
// heading but for its slips.
func (c *clerk) title(slips *rng, s *site, version version) {
	pen, v := &c.pen, &c.vac
	own := newRNG(c.m.p.Seed, ofPosting, uint64(v.id)<<2|1<<61)
	r := &own
	o := &c.m.occupations[v.occupation]
	job := o.titles[v.title]
	place := c.m.places.list[v.place].name
	if version == repost && slips.chance(0.25) {
		pen.str("[재공고] ")
	}
	if v.label != "" {
		pen.str("[", v.label, "] ")
	}
	switch s.habit {
	case startups:
		c.bracket(r, 0.17)
		pen.str(pick(r, teamTitles), job, c.years(r, startupTitles))
	case developers:
		c.bracket(r, 0.20)
		pen.str(pick(r, teamTitles), job, c.years(r, developerTitles))
	case dailyWork:
		pen.fill(pick(r, dailyTitles), place, job)
	case authority:
		pen.b = c.firm.core(pen.b)
		pen.fill(pick(r, publicTitles), job)
	case agencyForm:
		pen.fill(pick(r, plainTitles), job)
	case portal:
		c.bracket(r, 0.33)
		c.signed(r, 0.40, "㈜")
		pen.str(job, pick(r, portalTitles))
		if r.chance(0.12) {
			pen.str(" (", place, " 근무, ", employmentWords[v.employment], ")")
		}
	case board:
		c.bracket(r, 0.33)
		c.signed(r, 0.40, "(주)")
		pen.str(job, pick(r, portalTitles))
		if r.chance(0.15) {
			pen.str(" - ", place, " / ", employmentWords[v.employment], pick(r, boardNotes))
		}
	}
	c.faultyTitle(slips)
}

// signed writes the employer's name before a heading in a share of them.
func (c *clerk) signed(r *rng, share float64, sign string) {
	if r.chance(share) {
		c.pen.b = c.firm.short(c.pen.b, sign)
		c.pen.str(" ")
	}
}

// bracket writes what stands before a heading in a share of them.
func (c *clerk) bracket(r *rng, share float64) {
	if !r.chance(share) {
		return
	}
	pen := &c.pen
	pen.str("[")
	switch r.intn(4) {
	case 0, 1:
		pen.b = c.firm.core(pen.b)
	case 2:
		pen.str(c.m.places.list[c.vac.place].name, " 근무")
	default:
		pen.str(pick(r, titleNotes))
	}
	pen.str("] ")
}

// years returns the end of a heading: the experience asked for, if there is
// some, or one of a list.
func (c *clerk) years(r *rng, list []string) string {
	if c.vac.least > 0 && r.chance(0.5) {
		return " (경력 " + strconv.Itoa(c.vac.least) + "년 이상)"
	}
	return pick(r, list)
}
