package jobcare

import "testing"

// A report that was asked for is not made again until another snapshot is there; and not
// all that were ever asked for are kept.
func TestReportsAreKept(t *testing.T) {
	data := t.TempDir()
	people := repeat(200, func(i int) resume { return seeker(uint32(i)) })
	publish(t, data, repeat(5, func(int) posting { return press() }), people, nil, nil)
	a := adviser(t, data)
	ask := func(q Query) *Market {
		t.Helper()
		q.Occupation = "8211"
		m, err := a.Market(q)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	first := ask(Query{})
	if ask(Query{}) != first || ask(Query{Region: "11"}) == first {
		t.Error("a report is made anew, or is another's")
	}
	if exactly(t, a, Query{Occupation: "8211"}) == first {
		t.Error("an exact report is kept")
	}
	publish(t, data, nil, people[:100], nil, nil)
	if _, err := a.live.Refresh(); err != nil {
		t.Fatal(err)
	}
	if m := ask(Query{}); m.Postings.Int() != 0 {
		t.Error("a report is of the snapshot before")
	}
	s, release, err := a.live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	for i := range 3 * keptReports {
		a.kept.report(s, slice{Query: Query{Size: string(rune(i + 1000))}}, func() *Market { return first })
		if len(a.kept.reports) > keptReports {
			t.Fatalf("%d are kept", len(a.kept.reports))
		}
	}
}
