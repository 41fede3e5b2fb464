package jobcare

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/web"
)

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
	for i := range 3 * mostKept {
		if _, err := a.kept.get("", 0, Query{Size: string(rune(i + 1000))}, func() (occupied, error) { return occupied{}, nil }); err != nil {
			t.Fatal(err)
		}
		if len(a.kept.of) > mostKept {
			t.Fatalf("%d are kept", len(a.kept.of))
		}
	}
}

// What slices share is counted once, and is what each counts by itself, whichever was asked
// for first.
func TestSlicesShareWhatIsNotLimited(t *testing.T) {
	postings, resumes, events := searched(7)
	for i := range resumes {
		resumes[i].education, resumes[i].groups = uint8(i%3), []uint16{1, 2}[:i%3]
	}
	for i := range postings {
		postings[i].education, postings[i].industry = uint8(i%3), uint16(i%2)
	}
	data := t.TempDir()
	publishWith(t, data, postings, resumes, events, nil, nil)
	said := func(a *Adviser, q Query) string {
		t.Helper()
		m, err := a.Market(q)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	whole := Query{Occupation: "8211"}
	after, large := adviser(t, data), adviser(t, data)
	after.many = 0
	first := said(after, whole)
	for _, q := range []Query{{Region: "26"}, {Career: "1-3"}, {Education: "bachelor"}, {Age: "30-39"}, {Group: "older"}, {Industry: "C"}, {Size: "5-29"},
		{Age: "30-39", Group: "older"}, {Industry: "C", Size: "5-29"}, {Age: "30-39", Industry: "C"}, {Region: "26", Age: "30-39", Industry: "C"}, {Region: "26", Industry: "C", Size: "5-29"}} {
		q.Occupation = whole.Occupation
		alone := adviser(t, data)
		alone.many = 0
		if said(alone, q) != said(after, q) {
			t.Errorf("%v: alone it is another than after the whole occupation", q)
		}
		if said(large, q) != said(after, q) {
			t.Errorf("%v: counted anew it is another", q)
		}
		if said(alone, whole) != first {
			t.Errorf("%v: the whole occupation is another after it", q)
		}
	}
	said(large, whole)
	for a, want := range map[*Adviser]int{after: 4, large: 0} {
		if n := len(a.offers.of) + len(a.crowds.of) + len(a.people.of) + len(a.tries.of); n != want {
			t.Errorf("%d counts are kept of an occupation of %d rows or more, want %d", n, a.many, want)
		}
	}
}

// Columns that were unpacked read as those that were not, of every stretch.
func TestUnpackedRowsAreTheSame(t *testing.T) {
	data := t.TempDir()
	publish(t, data, nil, repeat(2*stretch+100, func(i int) resume {
		r := seeker(uint32(i))
		r.occupation, r.education, r.born = 1, uint8(i%3), uint16(1960+i%40)
		return r
	}), nil, nil)
	s, release, err := adviser(t, data).live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	packed, all, shared := newResumeRows(&s.Resumes), newResumeRows(&s.Resumes), newResumeRows(&s.Resumes)
	in := s.ResumesOf(1)[0]
	all.unpack(in.From, in.To)
	shared.share(&all.stretches)
	some := func(row int) bool { return row%5 == 0 }
	for from := in.From; from < in.To; from += stretch {
		to := min(from+stretch, in.To)
		packed.begin(from, to, some)
		shared.begin(from, to, some)
		if len(shared.born.rows) != to-from {
			t.Fatalf("of rows %d to %d %d are unpacked", from, to, len(shared.born.rows))
		}
		if !slices.Equal(packed.born.picked(), shared.born.picked()) || !slices.Equal(packed.education.picked(), shared.education.picked()) || !slices.Equal(packed.person.picked(), shared.person.picked()) {
			t.Errorf("rows %d to %d are others when unpacked", from, to)
		}
	}
	if in.To-in.From != 2*stretch+100 {
		t.Errorf("%d rows", in.To-in.From)
	}
}

// Reports of occupations are there before anybody asks for them, those of a snapshot and of a
// day that come later too.
func TestReportsAreMadeBeforeAnybodyAsks(t *testing.T) {
	data := t.TempDir()
	people := repeat(800, func(i int) resume {
		r := seeker(uint32(i))
		if r.occupation = 2; i < 320 { // 1 has 320, 2 has 480, the others nobody
			r.occupation = 1
		}
		return r
	})
	publish(t, data, nil, people, nil, nil)
	a := adviser(t, data)
	a.many = 100
	var now atomic.Int64
	now.Store(today.Unix())
	a.now = func() time.Time { return time.Unix(now.Load(), 0).In(ieum.Seoul) }
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); a.Follow(ctx, time.Millisecond, func(err error) { t.Error(err) }) }()
	there := func(of string) {
		t.Helper()
		for range 2000 {
			s, release, err := a.live.Acquire()
			if err != nil {
				t.Fatal(err)
			}
			want := edition{s.Meta.Version, s.Today(a.now())}
			release()
			a.kept.mu.Lock()
			n, is := len(a.kept.of), edition{a.kept.version, a.kept.day}
			a.kept.mu.Unlock()
			if n == 2 && is == want {
				return
			}
			time.Sleep(time.Millisecond)
		}
		t.Errorf("reports of %s are not there", of)
	}
	there("the first snapshot")
	now.Add(-24 * 60 * 60)
	there("another day")
	publish(t, data, nil, people[:700], nil, nil)
	if _, err := a.live.Refresh(); err != nil {
		t.Fatal(err)
	}
	there("the next snapshot")
	stop()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("it does not end")
	}
	s, release, _ := a.live.Acquire()
	defer release()
	if codes := s.Part(partName).(*base).largest(s, a.many); !slices.Equal(codes, []string{"8221", "8211"}) {
		t.Errorf("they are made in the order %v, want the largest first", codes)
	}
}

// A fault in a report that nobody asked for ends nothing: it is told once, reports of before
// are served, and those of the next snapshot are made.
func TestAFaultInAReportEndsNothing(t *testing.T) {
	data := t.TempDir()
	people := repeat(800, func(i int) resume {
		r := seeker(uint32(i))
		r.occupation = uint16(1 + i%2)
		return r
	})
	publish(t, data, nil, people, nil, nil)
	a := adviser(t, data)
	s, release, err := a.live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	before, err := a.Market(Query{Occupation: "8211"})
	if err != nil {
		t.Fatal(err)
	}
	a.many = 100
	s.Part(partName).(*base).Speaks = nil // of the other occupation nobody can be counted
	release()
	ctx, stop := context.WithCancel(t.Context())
	said, ended := make(chan error, 9), make(chan struct{})
	go func() {
		defer close(ended)
		a.Follow(ctx, time.Millisecond, func(err error) { said <- err })
	}()
	if err := <-said; !strings.Contains(err.Error(), "report of 8221") || !strings.Contains(err.Error(), "index out of range") || !strings.Contains(err.Error(), "tally.go") {
		t.Errorf("it is said: %v", err)
	}
	if m, err := a.Market(Query{Occupation: "8211"}); m != before || err != nil {
		t.Errorf("the report of before is not served: %v", err)
	}
	publish(t, data, nil, people[:700], nil, nil)
	if _, err := a.live.Refresh(); err != nil {
		t.Fatal(err)
	}
	there := false
	for range 2000 {
		a.kept.mu.Lock()
		there = a.kept.version != before.Snapshot && len(a.kept.of) == 2
		a.kept.mu.Unlock()
		if there {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if !there {
		t.Error("reports of the next snapshot are not there")
	}
	stop()
	<-ended
	if len(said) > 0 {
		t.Errorf("it is said again: %v", <-said)
	}
}

// What many ask for at once is made once; what could not be made, or broke, is made again.
func TestWhatManyAskForIsMadeOnce(t *testing.T) {
	var k kept[int, int]
	var made atomic.Int32
	begin := make(chan struct{})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			<-begin
			v, err := k.get("1", 1, 7, func() (int, error) {
				time.Sleep(10 * time.Millisecond)
				return int(made.Add(1)), nil
			})
			if v != 1 || err != nil {
				t.Errorf("%d, %v", v, err)
			}
		})
	}
	close(begin)
	all.Wait()
	if _, err := k.get("1", 1, 8, func() (int, error) { return 0, ieum.ErrUnavailable }); err == nil {
		t.Error("no failure")
	}
	func() {
		defer func() { recover() }()
		k.get("1", 1, 9, func() (int, error) { panic("a fault") })
	}()
	for _, key := range []int{8, 9} {
		if v, err := k.get("1", 1, key, func() (int, error) { return 5, nil }); v != 5 || err != nil {
			t.Errorf("again: %d, %v", v, err)
		}
	}
	for version, day := range map[string]ieum.Day{"2": 1, "1": 2} {
		if v, _ := k.get(version, day, 7, func() (int, error) { return 6, nil }); v != 6 {
			t.Errorf("of another snapshot or day: %d", v)
		}
	}
}

// The page of an occupation is made once in each language, and once more for staff who may
// look closer; who reads it is on what is sent, and not in what is kept.
func TestPagesOfOccupationsAreKept(t *testing.T) {
	a := market(t, repeat(5, func(int) posting { return press() }), repeat(200, func(i int) resume { return seeker(uint32(i)) }))
	site := web.NewSite(a.set, a.now, func() bool { return false })
	site.Log = slog.New(slog.DiscardHandler)
	site.Reader = func(r *http.Request) (*web.Reader, error) {
		name := r.Header.Get("As")
		if name == "" {
			return nil, nil
		}
		return &web.Reader{ID: "a1", Name: name, Left: time.Hour, May: func(p ieum.Permission) bool { return name == "analyst" }}, nil
	}
	h := &handlers{a: a, site: site, pages: site.Pages(files)}
	mux := web.NewMux(site)
	mux.Page("GET /occupations/{code}", web.Nothing, h.occupation)
	first := map[string]string{}
	for range 2 {
		for _, tt := range []struct {
			query, as, says string
			closer          bool
			kept            int
		}{{"lang=ko", "", "금속가공", false, 1}, {"lang=en", "", "Metal processing", false, 2}, {"lang=ko", "made-up-9", "made-up-9", false, 2}, {"lang=ko", "analyst", "analyst", true, 3}, {"lang=ko&region=11", "", "금속가공", false, 4}} {
			w := httptest.NewRecorder()
			r, of := httptest.NewRequest("GET", "/occupations/8211?"+tt.query, nil), tt.query+tt.as
			r.Header.Set("As", tt.as)
			mux.ServeHTTP(w, r)
			page := w.Body.String()
			if w.Code != http.StatusOK || !strings.Contains(page, tt.says) || strings.Contains(page, "/exact") != tt.closer || tt.as == "" && strings.Contains(page, "made-up-9") {
				t.Errorf("%s: %d, %.200s", of, w.Code, page)
			}
			if was, again := first[of]; again && page != was {
				t.Errorf("%s: another page the second time", of)
			} else if !again && len(h.made.of) != tt.kept {
				t.Errorf("%s: %d pages are kept, want %d", of, len(h.made.of), tt.kept)
			}
			first[of] = page
		}
	}
}

// A share that rounds to nothing of people there are is not said to be none, and what is
// compared says of what it is.
func TestAFewOfManyAreNotNone(t *testing.T) {
	people := repeat(3000, func(i int) resume {
		r := seeker(uint32(i))
		if r.key = uint16(i * 7919); i < 10 {
			r.certs = []uint16{1}
		}
		return r
	})
	a := market(t, repeat(40, func(int) posting { return press() }), people)
	site := web.NewSite(a.set, a.now, func() bool { return false })
	site.Log = slog.New(slog.DiscardHandler)
	mux := web.NewMux(site)
	a.Routes(site, mux, nil)
	for _, tt := range []struct {
		method, at, body string
		says             []string
	}{
		{"GET", "/occupations/8211?lang=en", "", []string{">under 1<"}},
		{"GET", "/occupations/compare?codes=8211,8221&lang=en", "", []string{"data version", "people answered", "postings open in the year up to this day"}},
		{"POST", "/api/v1/diagnoses", `{"resume":{}}`, []string{"error.diagnosis_empty"}},
	} {
		w, r := httptest.NewRecorder(), httptest.NewRequest(tt.method, tt.at, strings.NewReader(tt.body))
		r.Header.Set("Content-Type", "application/json")
		mux.ServeHTTP(w, r)
		for _, says := range tt.says {
			if !strings.Contains(w.Body.String(), says) {
				t.Errorf("%s does not say %q: %.3000s", tt.at, says, w.Body)
			}
		}
	}
}
