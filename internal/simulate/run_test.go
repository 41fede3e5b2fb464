package simulate

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A history is everything a run told, kept in memory.
type history struct {
	m            *Market
	run          *Run
	events       []event
	applications []ApplicationTruth
	effects      []EffectTruth
	shown        []displayed
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
		events:       collect[event, EventRow](ctx, &done, new([]event)), // those of the log
		applications: collect[ApplicationTruth, ApplicationTruth](ctx, &done, &h.applications),
		effects:      collect[EffectTruth, EffectTruth](ctx, &done, &h.effects),
		shown:        collect[displayed, ShownTruth](ctx, &done, &h.shown),
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
var usual = func() func(testing.TB) *history {
	var h *history
	return func(t testing.TB) *history {
		t.Helper()
		if h == nil {
			h = happen(t, nil)
		}
		return h
	}
}()

func (h *history) count(kind happening) (n int) {
	for _, e := range h.events {
		if e.kind == kind {
			n++
		}
	}
	return n
}

// dense is one history of few people among many vacancies. What people find in
// reach grows with the number of vacancies: these see about as much as all people
// of a national market do.
var dense = func() func(testing.TB) *history {
	var h *history
	return func(t testing.TB) *history {
		t.Helper()
		if h == nil {
			h = happen(t, func(p *Params) { p.Resumes, p.Postings = 5000, 300_000 })
		}
		return h
	}
}()

func TestTheLogIsOfTheSizeMeant(t *testing.T) {
	h := dense(t)
	per := float64(len(h.events)) / float64(h.m.p.Resumes)
	for k, w := range happeningWords {
		t.Logf("%-12s %8d", w, h.count(happening(k)))
	}
	if per < 9.5 || per > 11.5 {
		t.Errorf("%.2f events a résumé, want about 10.5: 200 million for 19 million résumés", per)
	}
	if hires := float64(h.count(hired)) / float64(h.count(registered)); hires < 0.06 || hires > 0.4 {
		t.Errorf("%.2f hires a registration", hires)
	}
}

func TestOneJobAtATimeAndNothingAfterLeaving(t *testing.T) {
	h := usual(t)
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
	h := usual(t)
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
	h := usual(t)
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

// TestPagesComeToWhatTheTruthSays: the applications of the pages of the log are as many as the
// wishes for what is on them say, in all and by place, and a page in the order of the wishes
// would come to more.
func TestPagesComeToWhatTheTruthSays(t *testing.T) {
	h := usual(t)
	type at struct {
		seeker    uint32
		week, day uint8
	}
	pages := map[at][]float64{}
	for _, d := range h.shown {
		k := at{d.seeker, d.week, d.day}
		if pages[k] = append(pages[k], float64(d.wants)); int(d.rank) != len(pages[k]) {
			t.Fatalf("place %d comes after %d others", d.rank, len(pages[k])-1)
		}
	}
	came, most := 0.0, 0
	applications := map[at]int{}
	for _, e := range h.events {
		if e.kind == applied && e.position > 0 && e.seeker < sampled {
			came++
			applications[at{e.seeker, e.week, e.day}]++
		}
	}
	for k, n := range applications {
		if pages[k] == nil {
			t.Fatalf("%v applied %d times on a page that the truth lacks", k, n)
		}
		most = max(most, n)
	}
	said, best := 0.0, 0.0
	for _, wants := range pages {
		said += Applications(wants)
		slices.SortFunc(wants, func(a, b float64) int { return cmp.Compare(b, a) })
		best += Applications(wants)
	}
	if len(pages) < 1000 || math.Abs(came-said) > 4*math.Sqrt(said) || best < 1.1*said || most != mostApplied {
		t.Errorf("%d pages came to %g applications, %d at most of one; the truth says %.1f, in the best order %.1f", len(pages), came, most, said, best)
	}
	if got := Applications([]float64{1, 1, 1, 1, 1, 1, 1, 1}); got >= mostApplied || got <= Applications([]float64{1, 1, 1}) {
		t.Errorf("whoever wants everything applies for %g", got)
	}
}

func TestRésumésShowWhatTheRunBrought(t *testing.T) {
	h := usual(t)
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
	h := usual(t)
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
	h := usual(t)
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
