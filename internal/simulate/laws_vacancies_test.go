package simulate

import (
	"math"
	"testing"
)

// What a vacancy is for and asks, with the numbers of docs/simulation.md.

func TestOpeningsAreFewAsTheDocumentSays(t *testing.T) {
	r := newRNG(8, ofVacancy, 1)
	for _, c := range []struct {
		sort  sortOf
		batch float64
	}{{plant, 0.05}, {haulage, 0.05}, {agency, 0.05}, {office, 0}, {care, 0}} {
		var one, two, many tally
		for range 40_000 {
			n := openings(&r, c.sort)
			one.add(n == 1, (1-c.batch)*(1-math.Exp(-1/0.6)))
			two.add(n == 2, (1-c.batch)*(math.Exp(-1/0.6)-math.Exp(-2/0.6)))
			many.add(n == 10, c.batch/2+(1-c.batch)*(math.Exp(-9/0.6)-math.Exp(-10/0.6)))
		}
		one.holds(t, "vacancies for one")
		two.holds(t, "vacancies for two")
		many.holds(t, "vacancies for ten")
	}
}

func TestVacanciesAskAsTheDocumentSays(t *testing.T) {
	m := market(t, func(p *Params) { p.Postings = 60_000 })
	var v vacancy
	var f firm
	var schooling, lower, major, limit, helps, exactly tally
	least := map[int]*tally{1: {}, 2: {}, 3: {}, 5: {}, 7: {}, 10: {}}
	for id := range m.vacancies {
		m.vacancy(id, &v, &f)
		o := &m.occupations[v.occupation]
		none := math.Min(1, 0.35+0.5*(o.schooling[0]+o.schooling[1]))
		schooling.add(v.education < 0, none)
		if v.education >= 2 && len(o.majors) > 0 {
			major.add(v.major != "", 0.35)
		}
		if o.schooling[4] > 0.2 { // a master, unless one level lower is asked for
			lower.add(v.education == 4, (1-none)*o.schooling[4]*0.6)
		}
		if v.least > 0 && o.code[:2] != "01" {
			limit.add(v.most > 0, 0.3)
			for years, share := range map[int]float64{1: 0.2, 2: 0.1, 3: 0.3, 5: 0.2, 7: 0.1, 10: 0.1} {
				least[years].add(v.least == years, share)
			}
		}
		helps.add(v.helps >= 0, 1-math.Pow(0.6, float64(len(o.certs))))
		if len(o.certs) > 1 {
			exactly.add(v.helps == o.certs[0].id, 0.4)
		}
		if n := min(len(o.duties), 5); v.tasks < min(2, n) || v.tasks > n {
			t.Fatalf("%d duties of %d", v.tasks, len(o.duties))
		}
	}
	for what, s := range map[string]*tally{"no schooling": &schooling, "a master": &lower, "a major": &major, "years up to a limit": &limit, "a certificate preferred": &helps,
		"the commonest certificate preferred": &exactly, "1 year": least[1], "2 years": least[2], "3 years": least[3], "5 years": least[5], "7 years": least[7], "10 years": least[10]} {
		s.holds(t, "vacancies that ask for "+what)
	}
}

func TestEmploymentIsOfTheSharesTheDocumentSays(t *testing.T) {
	m := market(t, nil)
	r := newRNG(8, ofVacancy, 2)
	builder, clerk := &m.occupations[m.byCode["7012"]], &m.occupations[m.byCode["0262"]]
	for _, c := range []struct {
		sort  sortOf
		o     *occupation
		first employment
		share float64
	}{
		{eating, clerk, partTime, 0.30}, {trade, clerk, partTime, 0.30}, {leisure, clerk, partTime, 0.30}, {building, builder, dayLabour, 0.25}, {agency, clerk, agencyWork, 0.35},
		{public, clerk, fixedTerm, 0.65}, {school, clerk, fixedTerm, 0.65}, {tech, clerk, freelance, 0.05}, {arts, clerk, freelance, 0.05}, {plant, clerk, permanent, 0},
	} {
		var kinds [7]tally
		for range 10_000 {
			e := engagement(&r, c.sort, c.o)
			for k := range kinds {
				share := (1 - c.share) * []float64{0.80, 0.14, 0.03, 0, 0, 0.03, 0}[k]
				if employment(k) == c.first {
					share += c.share
				}
				kinds[k].add(e == employment(k), share)
			}
		}
		for k := range kinds {
			kinds[k].holds(t, employmentWords[k]+" of "+string(rune(c.sort)))
		}
	}
}
