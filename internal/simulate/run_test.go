package simulate

import (
	"context"
	"math"
	"strings"
	"sync"
	"testing"

	"ieum"
)

// A history is everything a run told, kept in memory.
type history struct {
	m            *Market
	run          *Run
	events       []event
	applications []ApplicationTruth
	effects      []EffectTruth
}

// collect takes in what comes through a lane.
func collect[A, R any](ctx context.Context, done *sync.WaitGroup, to *[]A) *lane[A, R] {
	l := &lane[A, R]{in: make(chan []A, 16), ctx: ctx}
	done.Go(func() {
		for list := range l.in {
			*to = append(*to, list...)
		}
	})
	return l
}

func happen(t testing.TB, change func(*Params)) *history {
	t.Helper()
	h := &history{m: market(t, func(p *Params) {
		p.Resumes, p.Postings = 20_000, 6_000
		if change != nil {
			change(p)
		}
	})}
	ctx := context.Background()
	var done sync.WaitGroup
	b := &book{
		log:          collect[event, LogRow](ctx, &done, &h.events),
		applications: collect[ApplicationTruth, ApplicationTruth](ctx, &done, &h.applications),
		effects:      collect[EffectTruth, EffectTruth](ctx, &done, &h.effects),
	}
	var err error
	if h.run, err = h.m.run(ctx, b, nil); err != nil {
		t.Fatal(err)
	}
	b.close()
	done.Wait()
	return h
}

// usual is one history for the tests that only read it.
var usual = sync.OnceValue(func() *history { return happen(&testing.T{}, nil) })

func (h *history) count(kind happening) (n int) {
	for _, e := range h.events {
		if e.kind == kind {
			n++
		}
	}
	return n
}

// What people find in reach grows with the number of vacancies: few people among
// many vacancies see about as much as all people of a national market do.
func TestTheLogIsOfTheSizeMeant(t *testing.T) {
	h := happen(t, func(p *Params) { p.Resumes, p.Postings = 5000, 300_000 })
	per := float64(len(h.events)) / float64(h.m.p.Resumes)
	for k, w := range happeningWords {
		t.Logf("%-12s %8d", w, h.count(happening(k)))
	}
	if per < 9.5 || per > 11.5 {
		t.Errorf("%.2f events a résumé, want about 10.5: 200 million for 19 million résumés", per)
	}
	if hires := float64(h.count(hired)) / float64(h.count(registered)); hires < 0.1 || hires > 0.4 {
		t.Errorf("%.2f hires a registration", hires)
	}
}

func TestOneJobAtATimeAndNothingAfterLeaving(t *testing.T) {
	h := usual()
	at := make([]state, h.m.people)
	for i, e := range h.events {
		s := &at[e.seeker]
		ok := true
		switch e.kind {
		case registered:
			ok = *s == out || *s == gone
			*s = looking
		case impression, viewed, applied, counselled:
			ok = *s == looking
		case enrolled:
			ok = *s == looking
			*s = inCourse
		case completed, certified:
			ok = *s == inCourse || *s == looking
			*s = looking
		case hired:
			ok = *s == looking || *s == inCourse
			*s = employed
		case separated:
			ok = *s == employed
			*s = gone
		case left:
			ok = *s == looking
			*s = gaveUp
		}
		if !ok {
			t.Fatalf("event %d: %s of person %d, who is %s", i, happeningWords[e.kind], e.seeker, stateWords[*s])
		}
	}
}

func TestNobodyAppliesToWhatIsClosedAndNoVacancyTakesTooMany(t *testing.T) {
	h := usual()
	type pair struct{ seeker, vacancy uint32 }
	sent := map[pair]bool{}
	hires := map[uint32]int{}
	filled := map[uint32]uint8{}
	for _, e := range h.events {
		v := h.run.posts[max(e.vacancy, 1)-1]
		day := 7*int(e.week) + int(e.day)
		switch e.kind {
		case impression, viewed, applied:
			if day < int(v.opened) || day > int(v.shown) {
				t.Fatalf("%s on day %d of a vacancy on the site from %d to %d", happeningWords[e.kind], day, v.opened, v.shown)
			}
			if w, ok := filled[e.vacancy]; ok && !v.stale && e.week > w {
				t.Fatalf("%s in week %d of a vacancy filled in week %d", happeningWords[e.kind], e.week, w)
			}
			if e.kind == applied {
				if p := (pair{e.seeker, e.vacancy}); sent[p] {
					t.Fatalf("%v applied twice", p)
				} else {
					sent[p] = true
				}
			}
		case offered, replied, rejected:
			if !sent[pair{e.seeker, e.vacancy}] {
				t.Fatalf("%s without an application", happeningWords[e.kind])
			}
			if v.bogus {
				t.Fatalf("%s by a vacancy that hires nobody", happeningWords[e.kind])
			}
		case hired:
			if hires[e.vacancy]++; hires[e.vacancy] > int(v.openings) {
				t.Fatalf("a vacancy with %d openings hires %d", v.openings, hires[e.vacancy])
			}
			if hires[e.vacancy] == int(v.openings) {
				filled[e.vacancy] = e.week
			}
			if day > v.hires()+7 {
				t.Fatalf("hired on day %d for a vacancy that ended on day %d", day, v.hires())
			}
		}
	}
	for id, n := range hires {
		if got := h.run.openings[id-1]; int(got.hires) != n {
			t.Fatalf("vacancy %d: the truth says %d hires, the log %d", id-1, got.hires, n)
		}
	}
}

func TestPagesAreAsTheLogSays(t *testing.T) {
	h := usual()
	var shown, seen [slateSize]int
	page, channels := 0, [3]int{}
	for i, e := range h.events {
		switch e.kind {
		case impression:
			if e.position == 1 {
				page = 0
				channels[e.channel]++
			}
			if page++; page != int(e.position) {
				t.Fatalf("event %d: place %d follows place %d", i, e.position, page-1)
			}
			if !(e.propensity > 0 && e.propensity <= 1) {
				t.Fatalf("event %d: propensity %g", i, e.propensity)
			}
			shown[e.position-1]++
		case viewed:
			seen[e.position-1]++
		}
	}
	within(t, "sessions through the recommender", channels[recommender], channels[search]+channels[recommender], recommended)
	// What is opened falls as what is looked at does, but for what stands there.
	first := float64(seen[0]) / float64(shown[0]) / examined[0]
	for i := 1; i < slateSize; i++ {
		rate := float64(seen[i]) / float64(shown[i]) / examined[i]
		t.Logf("place %d: %.3f opened, %.3f of those looked at", i+1, rate*examined[i], rate)
		if rate/first < 0.8 || rate/first > 1.1 {
			t.Errorf("place %d: %.3f of what is looked at is opened, at the first place %.3f", i+1, rate, first)
		}
	}
}

// TestEmployersFindGoodEnoughWhomTheTruthSays draws the employers' judgement
// anew: over all applications, and over those of each sex and age, it comes out
// as often as the chances add up to; with discrimination, and without.
func TestEmployersFindGoodEnoughWhomTheTruthSays(t *testing.T) {
	for _, d := range []float64{0, 1} {
		h := usual()
		if d == 0 {
			h = happen(t, func(p *Params) { p.Discrimination = 0 })
		}
		type sum struct{ n, good, chance, variance, penalty float64 }
		sums := map[string]*sum{}
		person, vacancy := map[int64]int{}, map[int64]int{}
		for id := range h.m.people {
			person[h.m.seekerRow(id)] = id
		}
		for id := range h.run.posts {
			vacancy[int64(h.run.posts[id].row)] = id
		}
		var p Person
		for _, a := range h.applications {
			id, v := person[a.Seeker], vacancy[a.Posting]
			own := newRNG(h.m.p.Seed, ofDecision, uint64(v)<<32|uint64(id))
			good := 0.0
			if own.float() > 1-float64(a.Chance) {
				good = 1
			}
			h.m.person(id, &p)
			names := []string{"all", sexWord(p.woman), "young"}
			if years(ieum.Day(a.Day)-p.born) > 50 {
				names[2] = "past 50"
			}
			for _, name := range names {
				if sums[name] == nil {
					sums[name] = &sum{}
				}
				s, c := sums[name], float64(a.Chance)
				s.n, s.good, s.chance, s.variance, s.penalty = s.n+1, s.good+good, s.chance+c, s.variance+c*(1-c), s.penalty+float64(a.Penalty)
			}
		}
		for name, s := range sums {
			if math.Abs(s.good-s.chance) > 4*math.Sqrt(s.variance) {
				t.Errorf("discrimination %g, %s: %.0f of %.0f are good enough, the chances add up to %.1f", d, name, s.good, s.n, s.chance)
			}
			if (s.penalty == 0) != (d == 0) {
				t.Errorf("discrimination %g, %s: penalties add up to %g", d, name, s.penalty)
			}
			t.Logf("discrimination %g, %s: mean penalty %.3f of %.0f", d, name, s.penalty/s.n, s.n)
		}
	}
}

// TestWhatConfoundsIsInTheLogOrNot: those who take courses are abler; who knows
// aptitude and motivation as measured knows all that makes them so.
func TestWhatConfoundsIsInTheLogOrNot(t *testing.T) {
	h := usual()
	person := map[int64]int{}
	for id := range h.m.people {
		person[h.m.seekerRow(id)] = id
	}
	var ability [2]float64
	var n [2]float64
	var rest, squares, covariance, variance, mean float64
	for _, e := range h.effects {
		mean += float64(e.Propensity) / float64(len(h.effects))
	}
	for _, e := range h.effects {
		_, a, d := h.m.latent(person[e.Seeker])
		aptitude, _ := h.m.measured(person[e.Seeker], a, d)
		k := 0
		if e.Taken {
			k = 1
		}
		ability[k] += a
		n[k]++
		rest = a - aptitude*math.Sqrt(0.8) // of ability, what the measurement does not tell
		p := float64(e.Propensity) - mean
		squares, covariance, variance = squares+rest*rest, covariance+rest*p, variance+p*p
	}
	if gap := ability[1]/n[1] - ability[0]/n[0]; gap < 0.2 {
		t.Errorf("those who take courses are abler by %.2f only", gap)
	}
	if c := covariance / math.Sqrt(squares*variance); math.Abs(c) > 0.08 {
		t.Errorf("what the measurement does not tell of ability correlates with taking courses: %.3f", c)
	}
	for _, confounding := range []string{observed, partly} {
		s := &scribe{m: market(t, func(p *Params) { p.Confounding = confounding })}
		var row LogRow
		s.row(&event{kind: registered, seeker: 5}, &row)
		if (row.Aptitude != nil) != (confounding == observed) || (row.Motivation != nil) != (confounding == observed) || row.Age == nil {
			t.Errorf("%s: %+v", confounding, row)
		}
	}
}

func TestEffectsAreZeroWhereTheyAreZero(t *testing.T) {
	h := usual()
	zero, taken, expected := 0, 0, 0.0
	var variance float64
	for _, e := range h.effects {
		if e.Tau == 0 {
			zero++
			if e.ChanceWith != e.ChanceWithout || e.Delta != 0 || math.Abs(float64(e.PayWith-e.PayWithout)) > 1 {
				t.Fatalf("no effect, but %+v", e)
			}
		} else if e.ChanceWith <= e.ChanceWithout {
			t.Fatalf("an effect that does nothing: %+v", e)
		}
		if e.Taken {
			taken++
		}
		p := float64(e.Propensity)
		expected += p
		variance += p * (1 - p)
	}
	if d := math.Abs(float64(taken) - expected); d > 4*math.Sqrt(variance) {
		t.Errorf("%d took up what they were counselled to, the propensities add up to %.0f", taken, expected)
	}
	if share := float64(zero) / float64(len(h.effects)); share < 0.2 || share > 0.5 {
		t.Errorf("%.2f of decisions have no effect, want about a third", share)
	}
	cells, none := 0, 0
	for _, t := range h.m.effects {
		for _, row := range t {
			for _, e := range row {
				cells++
				if e == (effect{}) {
					none++
				}
			}
		}
	}
	within(t, "cells without effect", none, cells, zeroShare)
	t.Logf("%d decisions, %d taken", len(h.effects), taken)
}

func TestRésumésShowWhatTheRunBrought(t *testing.T) {
	h := usual()
	c := &clerk{m: h.m, run: h.run}
	hires, jobs, certs, shown := map[int]int{}, 0, 0, 0
	for _, e := range h.events {
		if e.kind == hired {
			hires[int(e.seeker)]++
		}
	}
	var row ResumeRow
	var truth ResumeTruth
	var p Person
	for id := range h.m.people {
		c.pen.forget()
		c.resume(int(h.m.seekerRow(id)), &row, &truth)
		h.m.person(id, &p)
		before := p.worked
		h.run.live(&p)
		if n := len(row.Careers) - before; n != hires[id] && len(row.Careers) < mostSpells {
			t.Fatalf("person %d: %d jobs more than before the window, %d hires", id, n, hires[id])
		}
		jobs += hires[id]
		switch s := h.run.people[id].state; {
		case (s == looking || s == inCourse) && !row.Active, s == gaveUp && row.Active:
			t.Fatalf("person %d is %s, the résumé is open: %t", id, stateWords[s], row.Active)
		case s != employed && hires[id] > 0 && row.Careers[0].End == "":
			t.Fatalf("person %d is %s, the job found through the log goes on", id, stateWords[s])
		case s == employed && row.Careers[0].End != "":
			t.Fatalf("person %d is employed, the last job ended in %s", id, row.Careers[0].End)
		}
		for _, k := range p.taken {
			if k.cert >= 0 {
				certs++
				if strings.Contains(row.Certificates, h.m.certs[k.cert].name) {
					shown++
				}
			}
		}
	}
	if jobs == 0 || certs == 0 || shown != certs {
		t.Errorf("%d hires; of %d certificates gained %d are shown", jobs, certs, shown)
	}
}

func TestJobsEndOftenerInTheRecession(t *testing.T) {
	h := usual()
	var at, ended [2]float64 // in ordinary weeks and in those of the recession
	own := newRNG(5, ofCareer, 1)
	v := post{occupation: 100}
	for range 40_000 {
		w := own.intn(weeks - 10)
		end := int(h.run.ends(&own, &v, w))
		for k := w + 2; k <= min(end, weeks-1); k++ {
			s := 0
			if recession(7 * k) {
				s = 1
			}
			at[s]++
			if k == end {
				ended[s]++
			}
		}
	}
	for s, macro := range []float64{1, moreLosses} {
		want := lossHazard(h.m.occupations[100].age, 0, macro)
		within(t, "jobs that end in a week", int(ended[s]), int(at[s]), 1-math.Exp(-want))
	}
}

func TestSomeVacanciesAreStaleFalseOrCopied(t *testing.T) {
	m := market(t, func(p *Params) { p.Postings = 40_000 })
	var v vacancy
	var f firm
	stale, none, copied := 0, 0, 0
	for id := range m.vacancies {
		m.vacancy(id, &v, &f)
		switch {
		case v.stale:
			stale++
		case v.bogus:
			none++
		case v.copied:
			copied++
		}
		if v.shown < v.opened {
			t.Fatalf("vacancy %d opens on %s and is shown until %s", id, v.opened, v.shown)
		}
		if v.stale && v.deadline != 0 {
			t.Fatalf("vacancy %d stays on after it was filled and has a deadline", id)
		}
	}
	within(t, "stale vacancies", stale, m.vacancies, staleShare)
	within(t, "vacancies that hire nobody", none, m.vacancies, falseShare)
	within(t, "copies by agencies", copied, m.vacancies, copiedShare)
}

func TestMovesFollowOneAnother(t *testing.T) {
	h := usual()
	c := &clerk{m: h.m, run: h.run}
	logged, near, n := 0, [4]int{}, 0
	for id := range h.m.people {
		at := ""
		for _, mv := range c.moves(id, nil) {
			if at != "" && mv.From != at {
				t.Fatalf("person %d goes from %s after having gone to %s", id, mv.From, at)
			}
			at = mv.To
			if mv.Logged {
				logged++
				continue
			}
			near[mv.Distance]++
			n++
		}
	}
	if hires := h.count(hired); logged == 0 || logged > hires {
		t.Errorf("%d moves through the log, %d hires", logged, hires)
	}
	// Before they registered: the rates of equation (2), where a move to the
	// neighbours may fall on the same occupation.
	if same := float64(near[0]) / float64(n); same < 0.60 || same > 0.72 {
		t.Errorf("%.2f of moves stay in the occupation, want 0.60 and some of the neighbours'", same)
	}
}
