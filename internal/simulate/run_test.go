package simulate

import (
	"context"
	"math"
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

func TestTheLogIsOfTheSizeMeant(t *testing.T) {
	h := usual()
	per := float64(len(h.events)) / float64(h.m.p.Resumes)
	for k, w := range happeningWords {
		t.Logf("%-12s %8d", w, h.count(happening(k)))
	}
	t.Logf("%.2f events a résumé; %d of %d look", per, h.count(registered), h.m.people)
	if per < 9 || per > 12 {
		t.Errorf("%.2f events a résumé, want about 10.5", per)
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
			if v.false_ {
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

func TestEmployersFindGoodEnoughWhomTheTruthSays(t *testing.T) {
	for _, d := range []float64{0, 1} {
		h := usual()
		if d == 0 {
			h = happen(t, func(p *Params) { p.Discrimination = 0 })
		}
		penalties := 0.0
		for _, a := range h.applications {
			penalties += float64(a.Penalty)
		}
		if (penalties == 0) != (d == 0) {
			t.Errorf("discrimination %g: penalties add up to %g", d, penalties)
		}
		t.Logf("discrimination %g: mean penalty %.3f", d, penalties/float64(len(h.applications)))
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
