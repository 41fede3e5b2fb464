package main

import (
	"math"
	"slices"

	"ieum/internal/jobcare/effect"
)

// horizon is within how many days of the decision somebody is hired or not.
const horizon = 365

// mostApart is by how much the logarithms of pay agreed and offered differ at most: beyond that
// the posting's pay is taken to be in a wrong unit.
const mostApart = 0.5

// A study is a table with the cells' names and, to score by, what is true of each.
type study struct {
	effect.Table
	names  []string
	truths []float64 // NaN: no number of the model, or nobody was treated
	tau    []float64 // of candidacies: 0 is no effect at all
}

// What an estimator is given of people: all that confounds, all but aptitude and motivation, or
// nothing, which gives the difference as it is.
const (
	observed = "observed"
	partly   = "partial"
	nothing  = "nothing"
)

// cellsOf numbers treatments by the 2-digit group that they lead to.
func (l *marketLog) cellsOf() (number map[string]int, names []string) {
	for _, c := range l.counsels {
		names = append(names, c.name())
	}
	slices.Sort(names)
	names = slices.Compact(names)
	number = map[string]int{}
	for i, n := range names {
		number[n] = i
	}
	return number, names
}

func (c *counselled) name() string {
	if c.exam {
		return "certificate " + c.field
	}
	return "course " + c.field
}

// truth is that of a cell in jobs of the 1-digit group that the treatment leads to.
func (l *marketLog) truth(name string) truthOfEffect {
	field := name[len(name)-2:]
	return l.cells[name[:len(name)-3]+field+field[:1]]
}

func (l *marketLog) study(binary bool, given string) (*study, map[string]int) {
	number, names := l.cellsOf()
	s := &study{names: names, truths: make([]float64, len(names)), tau: make([]float64, len(names))}
	s.Cells, s.Binary, s.Unmeasured = len(names), binary, given == partly
	for i, n := range names {
		s.truths[i], s.tau[i] = math.NaN(), l.truth(n).tau
	}
	return s, number
}

// row is what was known of somebody before the decision.
func (l *marketLog) row(c *counselled, given string) []float64 {
	if given == nothing {
		return nil
	}
	exam := 0.0
	if c.exam {
		exam = 1
	}
	years, _ := l.years(c, l.seekers[c.person].wish)
	row := []float64{c.x.age, c.x.education, float64(c.day - c.registered), float64(c.day), exam, years}
	if given == observed {
		row = append(row, c.x.aptitude, c.x.motivation)
	}
	return row
}

// beside adds what sets the seeker apart from what the posting asks for.
func (l *marketLog) beside(c *counselled, v vacant, given string) []float64 {
	row := l.row(c, given)
	if given == nothing {
		return row
	}
	years, last := l.years(c, v.occupation)
	over, levels := years-v.years, c.x.education-v.schooling
	if v.schooling < 0 {
		levels = 0
	}
	same := [3]float64{}
	if last < 3 {
		same[last] = 1
	}
	return append(row, max(-5, min(over, 0)), max(0, min(over, 5)), min(levels, 0), max(0, levels), same[0], same[1], same[2])
}

// years are those of work before the search in the 3-digit group of an occupation and half of
// those in its 2-digit group, and last says how near the last job was: 0 the same occupation,
// 1 and 2 those groups, 3 none of them.
func (l *marketLog) years(c *counselled, occupation string) (years float64, last int) {
	last = 3
	began := 12*1970 + int(float64(c.registered)/30.4375) + 1
	newest := 0
	for _, s := range l.seekers[c.person].spells {
		if s.start == 0 || s.start >= began || s.occupation == "" || occupation == "" {
			continue
		}
		end := s.end
		if end == 0 || end > began {
			end = began
		}
		k := 3
		for d := 4; d >= 2; d-- {
			if s.occupation[:d] == occupation[:d] {
				k = 4 - d
				break
			}
		}
		switch k {
		case 0, 1:
			years += float64(end-s.start) / 12
		case 2:
			years += float64(end-s.start) / 24
		}
		if s.start > newest {
			newest, last = s.start, k
		}
	}
	return years, last
}

// candidacies are the applications to jobs of the 1-digit group that the treatment leads to.
func (l *marketLog) candidacies(given string) *study {
	s, number := l.study(true, given)
	sums, counts := make([]float64, s.Cells), make([]float64, s.Cells)
	l.each(func(c *counselled, a *candidate, v vacant) {
		k, y := number[c.name()], 0.0
		if a.replied {
			y = 1
		}
		s.Units = append(s.Units, effect.Unit{Person: int(c.person), Cell: k, Treated: c.taken, Outcome: y})
		s.X = append(s.X, l.beside(c, v, given))
		if c.taken {
			sums[k] += a.chance - logistic(logit(a.chance)-l.truth(c.name()).tau)
			counts[k]++
		}
	})
	for k := range sums {
		s.truths[k] = l.weight * sums[k] / counts[k]
	}
	return s
}

// pays are the pays agreed over those offered, where the posting says its pay.
func (l *marketLog) pays(given string) *study {
	s, number := l.study(false, given)
	l.each(func(c *counselled, a *candidate, v vacant) {
		over := math.Log(float64(a.pay) / v.pay)
		if a.pay == 0 || v.pay == 0 || math.Abs(over) > mostApart {
			return
		}
		k := number[c.name()]
		s.Units = append(s.Units, effect.Unit{Person: int(c.person), Cell: k, Treated: c.taken, Outcome: over})
		s.X = append(s.X, l.beside(c, v, given))
		s.truths[k] = l.truth(c.name()).delta
	})
	return s
}

// hires say who was hired within the horizon.
func (l *marketLog) hires(given string) *study {
	s, number := l.study(true, given)
	for _, c := range l.counsels {
		if c.day+horizon > l.lastDay {
			continue
		}
		y := 0.0
		if c.hiredInTime() {
			y = 1
		}
		s.Units = append(s.Units, effect.Unit{Person: int(c.person), Cell: number[c.name()], Treated: c.taken, Outcome: y})
		s.X = append(s.X, l.row(c, given))
	}
	return s
}

func (c *counselled) hiredInTime() bool { return c.hired > 0 && c.hired <= c.day+horizon }

// each calls f for each application after the decision, to a job of the 1-digit group that the
// treatment leads to: both then look, and who is in a course does not apply.
func (l *marketLog) each(f func(c *counselled, a *candidate, v vacant)) {
	for _, c := range l.counsels {
		for k := range c.candidates {
			a := &c.candidates[k]
			if v := l.postings[a.posting]; a.day >= c.day && v.occupation != "" && v.occupation[0] == c.field[0] {
				f(c, a, v)
			}
		}
	}
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
func logit(p float64) float64    { return math.Log(p / (1 - p)) }
