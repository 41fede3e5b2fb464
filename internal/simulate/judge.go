package simulate

import (
	"math"

	"ieum"
)

// look returns a posting as a person sees it.
func (m *Market) look(p *Person, v *post) view {
	w := &p.wish
	x := view{pay: math.Log(float64(v.pay) * 1e4 / float64(w.pay)), order: mostWishes, unlike: v.employment != w.employment, shifts: v.shifts}
	for i, o := range w.occupations[:w.n] {
		if o == int(v.occupation) {
			x.order = i
		}
	}
	at, home := int(v.place), p.home
	from, to := m.places.list[home].province, m.places.list[at].province
	switch {
	case at == home, at == w.other, w.province && from == to:
		x.distance = 0
	case from == to:
		x.distance = 1
	case provinces[from].area == provinces[to].area:
		x.distance = 2
	default:
		x.distance = 3
	}
	return x
}

// candidacy returns a person as the employer of a vacancy sees them. Only
// competencies and certificates from before the search and from work count
// here; what courses and examinations do is their effect alone.
func (m *Market) candidacy(p *Person, v *post) candidacy {
	o := &m.occupations[v.occupation]
	c := candidacy{
		least: int(v.least), most: int(v.most), onlyNew: v.onlyNew, ability: p.ability, scarcity: o.scarcity, picky: float64(v.picky),
		near: 4, years: float64(m.monthsNear(p, int(v.occupation))) / 12, effect: m.effect(p, int(v.occupation)).chance,
	}
	if v.asks > 0 {
		n := 0
		for _, s := range v.asked[:v.asks] {
			if p.has(int(s)) {
				n++
			}
		}
		c.fit = float64(n) / float64(v.asks)
	}
	for _, k := range p.certs {
		if k == int(v.required) {
			c.licence = 1
		}
		c.helps = c.helps || k == int(v.helps)
	}
	if v.required >= 0 && c.licence == 0 {
		c.licence = -1
	}
	if v.education >= 0 {
		c.schooling = p.education - int(v.education)
	}
	if p.worked > 0 {
		c.near = m.distance(p.spells[0].occupation, int(v.occupation))
	}
	return c
}

// distance says how near two occupations are: 0 the same, 1 and 2 of the same
// three- and two-digit group, 3 neither.
func (m *Market) distance(a, b int) int {
	near := &m.occupations[a].near
	switch {
	case a == b:
		return 0
	case near[0][0] <= b && b < near[0][1]:
		return 1
	case near[1][0] <= b && b < near[1][1]:
		return 2
	}
	return 3
}

// monthsNear adds up the months worked in an occupation's three-digit group,
// and half of those in its two-digit group.
func (m *Market) monthsNear(p *Person, occupation int) (months int) {
	for _, s := range p.spells[:p.worked] {
		end := s.end
		if end == 0 {
			end = monthOf(p.registered)
		}
		switch m.distance(s.occupation, occupation) {
		case 0, 1:
			months += max(0, end-s.start)
		case 2:
			months += max(0, end-s.start) / 2
		}
	}
	return months
}

// capital is the area of provinces around Seoul.
const capital = 1

// standing returns what of a person historical employers held against them on
// a day of the window.
func (m *Market) standing(p *Person, v *post, day int) standing {
	at := m.start() + ieum.Day(day)
	s := standing{
		woman: p.woman, women: m.occupations[v.occupation].women, age: years(at - p.born), origin: p.origin,
		outside: m.areaOf(int(v.place)) == capital && m.areaOf(p.home) != capital,
	}
	s.unserved = !p.woman && p.origin == native && !p.served && s.age > 24
	if p.worked > 0 && p.spells[0].end != 0 && !p.explains {
		s.gap = float64(monthOf(at)-p.spells[0].end) / 12
	}
	return s
}

// apart is by how much schooling, experience and ability set a person apart
// from what the vacancy's pay was reckoned for, in the units of the wage
// equation.
func (m *Market) apart(p *Person, v *post, w int) float64 {
	o := &m.occupations[v.occupation]
	experience := (float64(m.monthsNear(p, int(v.occupation)))/12 - float64(v.least) - 2) / (o.ageSD + 2)
	level := v.education
	if level < 0 {
		level = highSchool
	}
	return 0.50*clamp(experience, 2) + 0.25*clamp(float64(p.education-int(level)), 2) + 0.20*p.ability
}
