package simulate

import (
	"math"
	"time"

	"ieum"
)

// The log covers a window of weeks that ends with AsOf. Week 0 begins on day
// start; weeks are seven days from there on, whatever weekday that is.
const (
	weeks      = 156
	windowDays = 7 * weeks
)

// The recession lies within the window, in days from its start: nine months
// with fewer vacancies and more separations.
const (
	recessionFrom  = 426 // 14 months in
	recessionUntil = 700 // 23 months in
	fewerVacancies = 0.65
	moreLosses     = 1.40
)

// growth is by how much more of the market's vacancies come in from one day to
// the next, because sources are added: 3 % a month.
const growth = 0.03 / 30.4

// The occupation that rises and the one that fades, and how fast: a logistic
// curve over days of the window.
const (
	risingOccupation = "1352" // data analysts, machine learning
	fadingOccupation = "6140" // telephone sales
	trendMiddle      = 546.0
	trendSpan        = 120.0
)

// A trend is how the vacancies of an occupation lie in time.
type trend uint8

const (
	steady trend = iota
	rising
	fading
	trends
)

func trendOf(code string) trend {
	switch code {
	case risingOccupation:
		return rising
	case fadingOccupation:
		return fading
	}
	return steady
}

// share is what a trend leaves of an occupation's demand on a day of the window.
func (t trend) share(day int) float64 {
	x := (float64(day) - trendMiddle) / trendSpan
	switch t {
	case rising:
		return 1 / (1 + math.Exp(-x))
	case fading:
		return 1 / (1 + math.Exp(x))
	}
	return 1
}

// recession says whether a day of the window lies in the recession.
func recession(day int) bool { return day >= recessionFrom && day < recessionUntil }

// demand is the rate at which vacancies open on a day, relative to the first
// of a month as busy as the busiest without growth or trend.
func demand(day int) float64 {
	rate := math.Exp(growth * float64(day))
	if recession(day) {
		rate *= fewerVacancies
	}
	return rate
}

// losses is the rate at which jobs end on a day, relative to ordinary times.
func losses(day int) float64 {
	if recession(day) {
		return moreLosses
	}
	return 1
}

// seasons is how many postings open in a month, relative to the busiest: hiring
// rounds in March and September, quiet in December (made up).
var seasons = [12]float64{0.85, 0.95, 1, 0.95, 0.9, 0.85, 0.8, 0.85, 1, 0.95, 0.8, 0.6}

// weekends is the share of postings on a Saturday or Sunday, relative to a
// working day.
const weekends = 0.2

// start returns the first day of the window.
func (m *Market) start() ieum.Day { return m.p.AsOf - windowDays + 1 }

// A calendar draws days of the window.
type calendar struct {
	opens     [trends]choice // days on which vacancies open
	registers choice         // weeks in which people begin to look
}

func newCalendar(start ieum.Day) (c calendar) {
	open := make([]float64, windowDays)
	for t := range c.opens {
		for day := range open {
			at := (start + ieum.Day(day)).Time()
			open[day] = demand(day) * seasons[at.Month()-1] * trend(t).share(day)
			if d := at.Weekday(); d == time.Saturday || d == time.Sunday {
				open[day] *= weekends
			}
		}
		c.opens[t] = newChoice(open)
	}
	looks := make([]float64, weeks)
	for week := range looks {
		looks[week] = losses(7 * week)
	}
	c.registers = newChoice(looks)
	return c
}

// How vacancies end: days beyond a fortnight that one without a deadline waits,
// days beyond a week until somebody is found elsewhere, and days beyond a month
// that a stale one stays.
const (
	openEndedMean = 60
	elsewhereMean = 70
	lingerMean    = 60
)

// Shares of vacancies (made up).
const (
	staleShare  = 0.04 // stay on the site after they were filled
	falseShare  = 0.02 // hire nobody: they collect résumés or advertise
	copiedShare = 0.03 // an agency's copy of somebody's vacancy
)

// period draws when a vacancy is posted and for how long it is shown.
func (m *Market) period(r *rng, v *vacancy) {
	v.opened = m.start() + ieum.Day(m.calendar.opens[m.occupations[v.occupation].trend].draw(r))
	if v.id >= m.vacancies {
		v.opened = m.tomorrow()
	}
	own := newRNG(m.p.Seed, ofPeriod, uint64(v.id))
	ends := v.opened + 14 + ieum.Day(own.exp()*openEndedMean)
	if r.chance(0.78) {
		v.deadline = v.opened + ieum.Day(pick(r, []int{7, 14, 20, 30, 30, 30, 30, 45, 60}))
		ends = v.deadline
	}
	v.filled = v.opened + 7 + ieum.Day(own.exp()*elsewhereMean)
	v.shown = min(ends, v.filled)
	linger := 30 + ieum.Day(own.exp()*lingerMean)
	switch x := own.float(); {
	case x < staleShare:
		v.stale, v.deadline, v.shown = true, 0, ends+linger
	case x < staleShare+falseShare:
		v.bogus, v.shown = true, ends
	case x < staleShare+falseShare+copiedShare:
		v.copied = true
	}
}
