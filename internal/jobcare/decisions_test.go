package jobcare

import (
	"math"
	"testing"

	"ieum/internal/snapshot"
)

// A decision has what was known before it, and what came of it within the weeks alone.
func TestDecisionsSayWhatCameOfThem(t *testing.T) {
	postings := []posting{{occupation: 1, region: 1, opened: "2026-01-01"}, {occupation: 2, region: 1, opened: "2026-01-01"}}
	resumes := []resume{
		{person: 0, key: 11, occupation: 1, region: 1, born: 1990, months: 24, updated: "2026-01-01"},
		{person: 1, key: 12, occupation: 1, region: 1, updated: "2026-01-01", months: snapshot.Unset},
	}
	on := func(resume int, what snapshot.Happening, on string, e event) event {
		e.resume, e.what, e.day = resume, what, day(on)
		return e
	}
	events := []event{
		on(0, snapshot.Registered, "2026-01-05", event{measure: snapshot.MeasureOf(.5)}),
		on(0, snapshot.Applied, "2026-01-10", event{posting: 1}), // before it
		on(0, snapshot.Counselled, "2026-01-19", event{cert: 1, ref: 1}),
		on(0, snapshot.Enrolled, "2026-01-26", event{cert: 1}),
		on(0, snapshot.Applied, "2026-02-10", event{posting: 2}),
		on(0, snapshot.Answered, "2026-02-12", event{posting: 2}),
		on(0, snapshot.Hired, "2026-02-20", event{posting: 2, pay: 30_000_000}),
		on(1, snapshot.Counselled, "2026-02-02", event{cert: 2}),
		on(1, snapshot.Enrolled, "2026-02-03", event{cert: 1}), // in something else
		on(1, snapshot.Applied, "2026-02-05", event{posting: 1}),
		on(1, snapshot.Offered, "2026-05-05", event{posting: 1}), // too late
		on(1, snapshot.Hired, "2026-05-06", event{posting: 1, pay: 28_000_000}),
	}
	data := t.TempDir()
	publishWith(t, data, postings, resumes, events, nil, nil)
	s, release, err := adviser(t, data).live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	all := decisions(s, s.Part(partName).(*base).past, 8*7)
	if len(all) != 2 {
		t.Fatalf("%d decisions", len(all))
	}
	a, b := all[0], all[1]
	if a.person != 0 || a.key != 11 || a.sought != 1 || a.certificate != 1 || !a.referred || !a.taken || a.age != 36 || a.months != 24 || a.looked != 2 || a.aptitude != .5 || !a.whole {
		t.Errorf("before the first was known %+v", a)
	}
	if len(a.tries) != 1 || a.tries[0].occupation != 2 || !a.tries[0].answered || !a.tries[0].offered || !a.tries[0].hired || !a.hired || a.pay != 30_000_000 {
		t.Errorf("of the first came %+v", a)
	}
	if b.taken || b.referred || !math.IsNaN(b.age) || !math.IsNaN(b.months) || !math.IsNaN(b.aptitude) || b.looked != 0 {
		t.Errorf("before the second was known %+v", b)
	}
	if len(b.tries) != 1 || b.tries[0].answered || b.tries[0].hired || b.hired || b.pay != 0 {
		t.Errorf("of the second came %+v", b)
	}
	if all := decisions(s, s.Part(partName).(*base).past, 14*7); !all[1].hired || all[1].whole {
		t.Errorf("within more weeks came %+v", all[1])
	}
}
