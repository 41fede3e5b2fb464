package simulate

// A vulnerable is a group of the code list vulnerable-groups, with the chance that somebody
// is of it and an agency knows. The chances are made up, as docs/simulation.md has them.
type vulnerable struct {
	code   string
	chance func(*Person, lot) float64
}

// A lot is what of a person follows from the last day of the market.
type lot struct {
	age  float64
	idle int // whole months since they worked last; 0 who work or never did
	gap  int // months: the longest between two jobs, or since the last
}

// toldOf is the share of those in a group by age or history of whom an agency knows it.
const toldOf = 0.9

// The order holds the numbers of the stream in their places.
var vulnerableGroups = []vulnerable{
	{"basic-livelihood", func(_ *Person, s lot) float64 {
		if s.age >= 60 {
			return 0.07
		}
		return 0.03
	}},
	{"low-income", func(*Person, lot) float64 { return 0.08 }},
	{"older", func(_ *Person, s lot) float64 { return toldOf * when(s.age >= 55) }},
	{"disabled", func(p *Person, s lot) float64 {
		share := 0.02 + 0.001*max(0, s.age-30)
		if p.woman {
			return share * 0.7
		}
		return share
	}},
	{"youth", func(p *Person, s lot) float64 { return 0.3 * when(s.age < 30 && p.worked == 0) }},
	{"career-break", func(p *Person, s lot) float64 {
		return toldOf * when(p.woman && s.age >= 30 && s.gap >= 24)
	}},
	{"north-korean", func(p *Person, _ lot) float64 { return toldOf * when(p.origin == northKorean) }},
	{"single-parent", func(p *Person, s lot) float64 {
		share := 0.015
		if p.woman {
			share = 0.04
		}
		return share * when(s.age >= 25 && s.age < 60)
	}},
	{"marriage-migrant", func(p *Person, s lot) float64 {
		share := 0.05
		if p.woman {
			share = 0.35
		}
		return share * when(p.origin == foreignBorn && s.age >= 20)
	}},
	{"long-term", func(_ *Person, s lot) float64 { return toldOf * when(s.idle >= 12) }},
}

func when(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// lotOf looks at a person on the last day.
func (m *Market) lotOf(p *Person) (s lot) {
	s.age = years(m.p.AsOf - p.born)
	now := monthOf(m.p.AsOf)
	for i, job := range p.spells[:p.worked] {
		if job.end == 0 {
			now = job.start
			continue
		}
		gap := max(0, now-job.end)
		if i == 0 {
			s.idle = gap
		}
		s.gap, now = max(s.gap, gap), job.start
	}
	return s
}

// vulnerable writes the groups of a person that the agency knows of. Its numbers are from a
// stream of its own, so that they shift no other.
func (c *clerk) vulnerable() string {
	r, s := newRNG(c.m.p.Seed, ofStanding, uint64(c.person.ID)), c.m.lotOf(&c.person)
	had := false // who has basic livelihood has a low income
	for _, g := range vulnerableGroups {
		in := r.chance(g.chance(&c.person, s))
		if g.code == "basic-livelihood" {
			had = in
		}
		if !in && !(had && g.code == "low-income") {
			continue
		}
		if len(c.pen.b) > 0 {
			c.pen.b = append(c.pen.b, '|')
		}
		c.pen.str(g.code)
	}
	return c.pen.keep()
}
