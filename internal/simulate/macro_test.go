package simulate

import (
	"math"
	"testing"
	"time"
)

// openings counts vacancies by day of the window.
func openingsByDay(m *Market, keep func(*vacancy) bool) (days [windowDays]int) {
	var v vacancy
	var f firm
	for id := range m.vacancies {
		m.vacancy(id, &v, &f)
		if keep(&v) {
			days[v.opened-m.start()]++
		}
	}
	return days
}

func TestTheRecessionIsInTheVacancies(t *testing.T) {
	m := market(t, func(p *Params) { p.Postings = 60_000 })
	days := openingsByDay(m, func(v *vacancy) bool { return m.occupations[v.occupation].trend == steady })
	// The rate of each day, taken by the equation with and without recession.
	var got, with, without float64
	for day, n := range days {
		at := (m.start() + 0).Time().AddDate(0, 0, day)
		rate := math.Exp(growth*float64(day)) * seasons[at.Month()-1]
		if w := at.Weekday(); w == time.Saturday || w == time.Sunday {
			rate *= weekends
		}
		without += rate
		if recession(day) {
			got += float64(n)
			with += rate
		}
	}
	total := 0
	for _, n := range days {
		total += n
	}
	want := with * fewerVacancies / (without - with*(1-fewerVacancies))
	within(t, "vacancies opened in the recession", int(got), total, want)
	if months := float64(recessionUntil-recessionFrom) / 30.4; math.Abs(months-9) > 0.1 {
		t.Errorf("the recession lasts %.1f months, want 9", months)
	}
}

func TestOneOccupationRisesAndOneFades(t *testing.T) {
	m := market(t, func(p *Params) { p.Postings = 200_000 })
	for code, up := range map[string]bool{risingOccupation: true, fadingOccupation: false} {
		days := openingsByDay(m, func(v *vacancy) bool { return m.occupations[v.occupation].code == code })
		first, last := 0, 0
		for day, n := range days {
			if day < windowDays/3 {
				first += n
			} else if day >= 2*windowDays/3 {
				last += n
			}
		}
		if first+last < 100 {
			t.Fatalf("%s: only %d vacancies", code, first+last)
		}
		if up && last < 6*first || !up && first < 3*last {
			t.Errorf("%s: %d vacancies in the first year, %d in the last", code, first, last)
		}
	}
}
