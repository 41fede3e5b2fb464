package simulate

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// ageWhenDrawn is the age of p in years when their history was drawn, less half
// of the year that birthdays are spread over.
func ageWhenDrawn(p *Person) float64 { return years(p.registered-p.born) - 0.5 }

// sinceSchool is how many years ago somebody left school.
func sinceSchool(p *Person) float64 {
	return ageWhenDrawn(p) - []float64{17, 19, 21, 24, 27}[p.education]
}

func TestAgesAndSchoolingAreThoseOfTheOccupation(t *testing.T) {
	m := populous(t)
	const n = 40_000
	var mean, square, got, gotSquare float64
	table := read("occupations.csv")
	sample(m, n, func(p *Person) {
		age := years(p.registered - p.born)
		if age < 16.99 || age > 77.01 {
			t.Fatalf("a person of %.1f years", age)
		}
		row := table[p.occupation]
		for _, z := range []float64{-1.6449, -1.0364, -0.6745, -0.3853, -0.1257, 0.1257, 0.3853, 0.6745, 1.0364, 1.6449} { // middles of tenths
			a := min(max(row.number("age")-2+z*(row.number("age_sd")+2), 17), 76) + 0.5
			mean += a / 10 / n
			square += a * a / 10 / n
		}
		got += age / n
		gotSquare += age * age / n
	})
	spread, gotSpread := math.Sqrt(square-mean*mean), math.Sqrt(gotSquare-got*got)
	if math.Abs(got-mean) > 0.25 || math.Abs(gotSpread-spread) > 0.6 {
		t.Errorf("people are %.2f years old, give or take %.2f; want %.2f and %.2f", got, gotSpread, mean, spread)
	}
	o := &m.occupations[m.byCode["1352"]]
	r := newRNG(9, ofPerson, 1)
	for _, age := range []float64{20, 40, 65, 76} {
		late := math.Max(0, math.Min(0.5, 0.025*(age-55)))
		var want, got [5]float64
		for level, share := range o.schooling {
			down := late * yes(level > 0)
			for i, p := range []float64{share * (1 - down), share * down} {
				k := max(level-i, 0)
				for k > 0 && []float64{17, 19, 21, 24, 27}[k] > age {
					k--
				}
				want[k] += p
			}
		}
		for range 20_000 {
			got[m.schooling(&r, o, age)]++
		}
		for level := range want {
			within(t, "schooling", int(got[level]), 20_000, want[level])
		}
	}
}

func TestPeopleRegisterAsTheDocumentSays(t *testing.T) {
	m := populous(t)
	var looks, driven, before tally
	var past [3]tally
	sample(m, 40_000, func(p *Person) {
		looks.add(p.looks, Λ(math.Log(0.62/0.38)+0.25*p.drive))
		if p.drive > 1 {
			driven.add(p.looks, Λ(math.Log(0.62/0.38)+0.25*p.drive))
		}
		if p.looks {
			before.add(p.registered < m.start(), 14.0/170)
			return
		}
		for i, days := range []float64{100, 300, 700} {
			past[i].add(float64(m.p.AsOf-p.registered) < days, (1-math.Exp(-days/450))/(1-math.Exp(-1080.0/450)))
		}
		if m.p.AsOf-p.registered > 1080 {
			t.Fatalf("somebody registered %d days before the last", m.p.AsOf-p.registered)
		}
	})
	looks.holds(t, "people who look")
	driven.holds(t, "driven people who look")
	before.holds(t, "people who look already when the window begins")
	for i := range past {
		past[i].holds(t, "days since those whom the log does not see registered")
	}
}

// TestJobsAndGapsLastAsTheDocumentSays looks at the first jobs of stayers who
// left school eight to sixteen years ago and of movers who did three or four
// years ago, none of which is forgotten, and asks of a job or gap only what the
// time behind its beginning let be seen.
func TestJobsAndGapsLastAsTheDocumentSays(t *testing.T) {
	m := populous(t)
	var lengths, short [4]tally
	var kinds [10]tally
	var shortGaps, menGaps, womenGaps, care, still tally
	var began, served [2]float64
	sample(m, 200_000, func(p *Person) {
		since := sinceSchool(p)
		if since > 0 && ageWhenDrawn(p) > 28.6 { // beyond those who never worked, of whom none was asked
			group := m.occupations[p.occupation].code[0] - '0'
			kinds[group].add(p.mover, []float64{0.40, 0.38, 0.46, 0.42, 0.52, 0.60, 0.52, 0.66, 0.44, 0.60}[group])
		}
		if p.worked == 0 {
			return
		}
		now := monthOf(p.registered)
		job := p.spells[p.worked-1]
		over := job.end != 0 && job.end < now
		if p.mover {
			if since > 3 && since < 4.5 {
				for i, most := range []float64{1, 3, 8, 15} {
					if float64(now-job.start) > most+1 {
						short[i].add(over && float64(job.end-job.start) <= most, 1-math.Exp(-most/8))
					}
				}
			}
			return
		}
		if since < 8 || since > 16 {
			return
		}
		for i, z := range []float64{-1.6, -1, -0.5, 0} {
			// Jobs last 2 and a whole number of months.
			if most := math.Floor(math.Exp(math.Log(60+1.3*ageWhenDrawn(p)) + 0.9*z)); float64(now-job.start) > most+3 {
				x := (math.Log(most+1) - math.Log(60+1.3*ageWhenDrawn(p))) / 0.9
				lengths[i].add(over && float64(job.end-job.start) <= 2+most, Φ(x))
			}
		}
		if last := p.spells[0]; !p.looks && (last.end == 0 || last.end == now) {
			still.add(last.end == 0, 0.40)
		}
		k := int(yes(p.served))
		served[k]++
		began[k] += float64(job.start) - (float64(now) - 12*(sinceSchool(p)+0.5))
		age := ageWhenDrawn(p)
		if !over || age > 29.4 && age < 30.6 { // whose birthday hides which law holds
			return
		}
		gap := now // none was seen to end
		if p.worked > 1 {
			gap = p.spells[p.worked-2].start - job.end
		}
		if now-job.end > 70 {
			switch {
			case !p.woman || age < 30:
				shortGaps.add(gap <= 4, 1-math.Exp(-5.0/5))
				menGaps.add(gap >= 24, math.Exp(-24.0/5))
			default:
				womenGaps.add(gap >= 24, 0.06+0.94*math.Exp(-24.0/5))
				// Beyond three years: 24 + ⌊Exp(36)⌋ + ⌊Exp(5)⌋ ≥ 60, summed over the second.
				late := 0.0
				for g := range 40 {
					late += (math.Exp(-float64(g)/5) - math.Exp(-float64(g+1)/5)) * math.Exp(-math.Max(0, float64(36-g))/36)
				}
				care.add(gap >= 60, 0.06*late)
			}
		}
	})
	for i := range lengths {
		lengths[i].holds(t, "stayers' jobs no longer than a quantile")
		short[i].holds(t, "movers' jobs no longer than so many months")
	}
	for i := range kinds {
		kinds[i].holds(t, "movers by group")
	}
	still.holds(t, "those who do not look and are still at work")
	shortGaps.holds(t, "gaps of four months at most")
	menGaps.holds(t, "gaps of two years of men and the young")
	womenGaps.holds(t, "gaps of two years of women past 30")
	care.holds(t, "gaps of five years of women past 30")
	// Whole months of Exp(6) are 5.5 on average, birthdays half a year.
	for k, want := range []float64{5.5 + 6, 5.5 + 6 + 18} {
		if got := began[k] / served[k]; math.Abs(got-want) > 0.5 {
			t.Errorf("work begins %.1f months after school (served: %d), want %.1f", got, k, want)
		}
	}
}

func TestTheJobBeforeIsNearTheNext(t *testing.T) {
	m := populous(t)
	weights, total := []float64{}, 0.0
	for _, row := range read("occupations.csv") {
		weights = append(weights, row.number("seekers"))
		total += row.number("seekers")
	}
	var distance [3]tally
	move := func(from, to int) {
		near := func(a, b, digits int) bool { return m.occupations[a].code[:digits] == m.occupations[b].code[:digits] }
		for i, digits := range []int{4, 3, 2} {
			var group, here, any float64
			p := [3]float64{0.18, 0.10, 0.12}
			for k, wide := range []int{3, 2} {
				group, here = 0, 0
				for o := range m.occupations {
					if near(from, o, wide) {
						group++
						here += yes(near(from, o, digits))
					}
				}
				p[k] *= here / group
			}
			for o, w := range weights {
				any += w / total * yes(near(from, o, digits))
			}
			distance[i].add(near(from, to, digits), 0.60+p[0]+p[1]+p[2]*any)
		}
	}
	sample(m, 1500, func(p *Person) {
		for i := 1; i < p.worked; i++ {
			move(p.spells[i-1].occupation, p.spells[i].occupation)
		}
	})
	for i, what := range []string{"same unit group", "same 3-digit group", "same 2-digit group"} {
		distance[i].holds(t, "the job before is of the "+what)
	}
	var first tally
	sample(m, 160_000, func(p *Person) {
		switch since := sinceSchool(p); {
		case years(p.registered-p.born) < 28 && since > 5:
			first.add(p.worked == 0, 0.35)
		case ageWhenDrawn(p) > 28.6 && since > 10 && p.worked == 0:
			t.Fatalf("somebody left school %.0f years ago and never worked", since)
		}
		if p.worked > 7 {
			t.Fatalf("%d jobs are kept", p.worked)
		}
	})
	first.holds(t, "those under 28 who look for a first job")
}

func TestCompetenciesAreLearnedByTheirEquation(t *testing.T) {
	m := market(t, nil)
	for i := range m.occupations {
		o := &m.occupations[i]
		for k, s := range o.skills {
			place := math.Log(s.share/0.80) / math.Log(0.93)
			wider := math.Log(s.share/0.80/0.35) / math.Log(0.93)
			widest := math.Log(s.share/0.80/0.35/0.35) / math.Log(0.93)
			whole := func(x float64) bool { return x > -1e-9 && math.Abs(x-math.Round(x)) < 1e-6 }
			if k == 0 && s.share != 0.80 || !whole(place) && !whole(wider) && !whole(widest) && s.share != 0.04 {
				t.Fatalf("%s: competency %d is held by %g", o.code, k, s.share)
			}
		}
	}
	at := m.byCode["8212"]
	now := monthOf(m.p.AsOf)
	for _, c := range []struct {
		months, since int
		ability, t    float64
	}{{12, 0, 0, 12}, {60, 120, 1, math.Floor(60 * math.Exp(-120.0/240))}, {200, 0, -5, 200}, {0, 0, 0, 9}} {
		var known [3]tally
		for id := range 4000 {
			p := Person{ID: id, registered: m.p.AsOf, occupation: at, ability: c.ability}
			if c.months > 0 {
				p.worked = 1
				p.spells[0] = spell{occupation: at, start: now - c.since - c.months, end: now - c.since}
			}
			m.learn(&p)
			for k := range known {
				known[k].add(p.has(m.occupations[at].skills[k].id), 0.80*math.Pow(0.93, float64(k))*(1-math.Exp(-c.t/30))*(1+0.15*cut(c.ability, 2)))
			}
		}
		for k := range known {
			known[k].holds(t, "people who know a competency of their job")
		}
	}
}

func TestGroupsHaveTheirShares(t *testing.T) {
	m := populous(t)
	var women, foreign, north, served, explains tally
	sample(m, 60_000, func(p *Person) {
		women.add(p.woman, m.occupations[p.occupation].women)
		foreign.add(p.origin == foreignBorn, 0.045)
		north.add(p.origin == northKorean, 0.003)
		explains.add(p.explains, 0.5)
		if !p.woman && p.origin == native && ageWhenDrawn(p) > 22.6 {
			served.add(p.served, 0.93)
		} else if p.woman || p.origin != native {
			served.add(!p.served, 1)
		}
	})
	women.holds(t, "women")
	foreign.holds(t, "foreign-born")
	north.holds(t, "North Korean")
	served.holds(t, "served")
	explains.holds(t, "explain time out of work")
}

func TestWishesAreNearWhatPeopleHave(t *testing.T) {
	m := populous(t)
	var occupation, one, province, home tally
	all := chances(m.places.draw[anywhere])
	within, around := make([]float64, len(provinces)), map[int]float64{}
	for i, p := range all {
		at := m.places.list[i].province
		within[at] += p
		around[provinces[at].area] += p
	}
	kinds := map[employment]*tally{permanent: {}, fixedTerm: {}, partTime: {}, dayLabour: {}}
	var n, sum, squares float64
	sample(m, 40_000, func(p *Person) {
		w := &p.wish
		near := m.occupations[p.occupation].near
		// That a job before is of the same occupation; another of its groups may be it too.
		again := 0.60 + 0.18/float64(near[0][1]-near[0][0]) + 0.10/float64(near[1][1]-near[1][0])
		occupation.add(w.occupations[0] == p.occupation, 0.85+0.15*again)
		if w.occupations[0] == p.occupation {
			one.add(w.n == 1, 0.6/(1-0.4*again))
		}
		at := m.places.list[p.home].province
		stays := 0.55 + all[p.home]*(0.28/within[at]+0.12/around[provinces[at].area]+0.05)
		province.add(w.province, 0.30)
		home.add(!w.province && w.other == p.home, 0.50+0.20*stays)
		if ageWhenDrawn(p) < 59 {
			for e, share := range map[employment]float64{permanent: 0.75, fixedTerm: 0.12, partTime: 0.10, dayLabour: 0.03} {
				kinds[e].add(w.employment == e, share)
			}
		}
		if p.pay > leastPay*3/2 { // far from the floor, so that nothing is cut
			x := float64(w.pay) / float64(p.pay)
			n, sum, squares = n+1, sum+x, squares+x*x
		}
	})
	occupation.holds(t, "wish for their occupation")
	province.holds(t, "would work anywhere in the province")
	one.holds(t, "wish for one occupation")
	home.holds(t, "wish for where they live")
	for e, s := range kinds {
		s.holds(t, "wish for employment "+employmentWords[e])
	}
	mean := sum / n
	if spread := math.Sqrt(squares/n - mean*mean); math.Abs(mean-1.03) > 0.003 || math.Abs(spread-0.10) > 0.005 {
		t.Errorf("people wish for %.3f of their pay, give or take %.3f; want 1.03 and 0.10", mean, spread)
	}
}

func TestRésumésGoStale(t *testing.T) {
	m := market(t, nil)
	const n = 20_000
	r := &Run{m: m, people: make([]seeker, n)}
	for state, want := range map[state]float64{looking: 1, inCourse: 1, gaveUp: 0, gone: math.Exp(-150.0 / 300), out: math.Exp(-150.0 / 300), employed: 0.25 * math.Exp(-150.0/300)} {
		var open tally
		for id := range n {
			r.people[id].state = state
			own := newRNG(7, ofResume, uint64(id))
			_, active := r.updated(&Person{ID: id, registered: m.p.AsOf - 150}, &own)
			open.add(active, want)
		}
		open.holds(t, "open after 150 days, "+stateWords[state])
	}
}

func TestSentencesGiveGroupsAwayAtTheirShares(t *testing.T) {
	c := &clerk{m: market(t, nil)}
	for _, s := range []struct {
		words wording
		lists [][]string
		share float64
	}{
		{wording{serves: true, served: true}, [][]string{servedWords}, 0.35},
		{wording{serves: true}, [][]string{exemptWords}, 0.35},
		{wording{graduated: 2010}, [][]string{graduation}, 0.25},
		{wording{woman: true, gap: 2}, [][]string{careWords}, 1},
		{wording{gap: 2}, [][]string{restWords}, 1},
		{wording{origin: foreignBorn}, [][]string{foreignWords}, 0.60},
		{wording{origin: northKorean}, [][]string{northWords}, 0.60},
		{wording{woman: true}, [][]string{womenWords}, 0.12},
		{wording{}, [][]string{menWords}, 0.12},
		{wording{}, [][]string{loanWords}, 0.10},
		{wording{}, [][]string{servedWords, exemptWords, careWords, restWords, foreignWords, northWords, womenWords}, 0},
	} {
		var said tally
		for id := range 4000 {
			c.pen.forget()
			c.person.ID, c.words = id, s.words
			c.groupSentences(0)
			text := c.pen.keep()
			said.add(slices.ContainsFunc(slices.Concat(s.lists...), func(sentence string) bool {
				before, behind, _ := strings.Cut(sentence, "%")
				return strings.Contains(text, before) && strings.Contains(text, behind)
			}), s.share)
		}
		said.holds(t, s.lists[0][0])
	}
}
