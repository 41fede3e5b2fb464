package simulate

import (
	"math"
	"strings"
	"testing"
	"time"
)

// The laws that people, employers and vacancies are drawn by, with the numbers
// of docs/simulation.md.

// chances returns with what probability a choice draws each place.
func chances(c choice) []float64 {
	p := make([]float64, len(c.cut))
	for i := range p {
		own := (float64(c.cut[i]) + 1) / (1 << 32) / float64(len(p))
		p[i] += own
		p[c.other[i]] += 1/float64(len(p)) - own
	}
	return p
}

// drawnBy fails unless a choice draws its places in proportion to weights.
func drawnBy(t *testing.T, what string, c choice, weight func(i int) float64) {
	t.Helper()
	p, total := chances(c), 0.0
	for i := range p {
		total += weight(i)
	}
	for i := range p {
		if want := weight(i) / total; math.Abs(p[i]-want) > 1e-8 {
			t.Fatalf("%s: number %d is drawn with probability %.9f, want %.9f", what, i, p[i], want)
		}
	}
}

// Φ is the standard normal distribution function.
func Φ(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// A tally counts draws that each had a chance of their own.
type tally struct{ n, got, want, variance float64 }

func (s *tally) add(happened bool, chance float64) {
	s.n++
	s.got += yes(happened)
	s.want += chance
	s.variance += chance * (1 - chance)
}

// holds fails unless what happened is what the chances add up to, give or take
// four standard deviations, or if there were too few draws to say.
func (s *tally) holds(t *testing.T, what string) {
	t.Helper()
	t.Logf("%s: %.0f of %.0f, want %.0f ± %.0f", what, s.got, s.n, s.want, 4*math.Sqrt(s.variance))
	if s.n < 400 {
		t.Errorf("%s: only %.0f cases", what, s.n)
	}
	if math.Abs(s.got-s.want) > 4*math.Sqrt(s.variance)+1e-9 {
		t.Errorf("%s: %.0f of %.0f, want %.0f ± %.0f", what, s.got, s.n, s.want, 4*math.Sqrt(s.variance))
	}
}

// populous has people enough to sample, of whom none is the day after's.
func populous(t *testing.T) *Market {
	t.Helper()
	return market(t, func(p *Params) { p.Resumes, p.Postings = 240_000, 100 })
}

func TestVacanciesOpenAtTheRateOfTheirDay(t *testing.T) {
	m := market(t, nil)
	months := []float64{0.85, 0.95, 1, 0.95, 0.9, 0.85, 0.8, 0.85, 1, 0.95, 0.8, 0.6}
	curve := func(day int) float64 { return 1 / (1 + math.Exp(-(float64(day)-546)/120)) }
	for code, trend := range map[string]func(int) float64{
		"1352": curve, "6140": func(day int) float64 { return 1 - curve(day) }, "8212": func(int) float64 { return 1 },
	} {
		opens := m.calendar.opens[m.occupations[m.byCode[code]].trend]
		drawnBy(t, "days on which vacancies of "+code+" open", opens, func(day int) float64 {
			at := m.p.AsOf.Time().AddDate(0, 0, day-156*7+1)
			rate := months[at.Month()-1] * math.Exp(0.03*float64(day)/30.4) * trend(day)
			if 426 <= day && day <= 699 {
				rate *= 0.65
			}
			if d := at.Weekday(); d == time.Saturday || d == time.Sunday {
				rate *= 0.2
			}
			return rate
		})
	}
	drawnBy(t, "weeks in which people begin to look", m.calendar.registers, func(week int) float64 {
		if 426 <= 7*week && 7*week <= 699 {
			return 1.4
		}
		return 1
	})
}

func TestPlacesAreDrawnByPeopleAndWork(t *testing.T) {
	m := populous(t)
	list := m.places.list
	sort := func(name string) int { // ward, city, county
		return map[bool]int{true: 0, strings.HasSuffix(name, "시"): 1, strings.HasSuffix(name, "군"): 2}[true]
	}
	size := func(i int) float64 { return []float64{1, 0.9, 0.2}[sort(list[i].name)] }
	var all [20]float64
	for i, p := range list {
		all[p.province] += size(i)
	}
	for r, k := range map[region]func(*province, int) float64{
		anywhere: func(*province, int) float64 { return 1 },
		offices:  func(p *province, _ int) float64 { return p.office },
		plants:   func(p *province, _ int) float64 { return p.plants },
		farms:    func(_ *province, i int) float64 { return []float64{0.05, 1, 8}[sort(list[i].name)] },
	} {
		drawnBy(t, "places", m.places.draw[r], func(i int) float64 {
			p := &provinces[list[i].province]
			return p.people * size(i) / all[list[i].province] * k(p, i)
		})
	}
	var homes [regions]tally
	var seoul [regions]float64
	for r := range seoul {
		for i, p := range chances(m.places.draw[r]) {
			seoul[r] += p * yes(provinces[list[i].province].code == "11")
		}
	}
	sample(m, 60_000, func(p *Person) {
		where := m.occupations[p.occupation].where
		homes[where].add(provinces[list[p.home].province].code == "11", seoul[where])
	})
	for _, r := range []region{anywhere, offices, plants, farms} {
		homes[r].holds(t, "people of Seoul")
	}
}

func TestPeopleCommuteNearMostly(t *testing.T) {
	m := market(t, nil)
	all := chances(m.places.draw[anywhere])
	r := newRNG(4, ofWish, 1)
	for _, home := range []int{0, len(m.places.list) / 2} {
		at := m.places.list[home].province
		var province, area float64
		for i, p := range all {
			to := m.places.list[i].province
			province += p * yes(to == at)
			area += p * yes(provinces[to].area == provinces[at].area)
		}
		var stays, within, near tally
		for range 100_000 {
			i := m.places.commute(&r, home)
			to := m.places.list[i].province
			stays.add(i == home, 0.55+all[home]*(0.28/province+0.12/area+0.05))
			within.add(to == at, 0.83+province*(0.12/area+0.05))
			near.add(provinces[to].area == provinces[at].area, 0.95+0.05*area)
		}
		stays.holds(t, "work in the home district")
		within.holds(t, "work in the home province")
		near.holds(t, "work in the home area")
	}
}
