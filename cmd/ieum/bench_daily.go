package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"syscall"
	"text/tabwriter"
	"time"
)

// A DailyBench is what bench daily prints: what a change costs, and what those
// who search notice of it. The searches during it go on for settling after the
// new snapshot answers, for its pages have not been read yet then.
type DailyBench struct {
	Stages  []Stage `json:"stages"`
	Seconds float64 `json:"seconds"` // from the start of ingest to the first answer of the new snapshot
	Before  string  `json:"before"`  // versions of the snapshots
	After   string  `json:"after"`
	Quiet   Load    `json:"quiet"`
	During  Load    `json:"during"`
	Ratio   float64 `json:"p99Ratio"` // during by quiet
}

// A Load is what became of searches. Times are from when a search was due, so
// that those that wait behind a slow one count too, in milliseconds.
type Load struct {
	Requests int     `json:"requests"`
	Failed   int     `json:"failed"` // no answer, or another than 200
	P50      float64 `json:"p50ms"`
	P99      float64 `json:"p99ms"`
	Most     float64 `json:"mostms"`
}

const (
	searchRate    = 20 // a second
	searchWait    = 10 * time.Second
	settling      = 5 * time.Second
	switchingWait = time.Minute
)

// What is searched for: each word in each place.
var (
	searchWords = []string{"프레스", "요양보호사", "회계", "데이터 분석", "지게차", "간호사", "조리사", "용접", "프론트엔드", "경비",
		"물류", "사무", "영업", "어린이집 교사", "미화원", "전기 기사", "CNC", "상담원", "배송", "제빵"}
	searchPlaces = []string{"서울", "수원", "부산", "정왕동", "대전", "광주", "인천", ""}
)

func benchDaily(ctx context.Context, e *env, changes string, quiet time.Duration) error {
	if changes == "" {
		return usagef("bench daily needs --changes DIR, made with: ieum simulate --changes")
	}
	r, err := (&measuring{e: e}).daily(ctx, e.Data, changes, quiet)
	if err != nil {
		return err
	}
	if err := printDaily(e.stderr, r); err != nil {
		return err
	}
	return writeJSON(e.stdout, r)
}

// daily measures how a folder of changes comes into a running service.
func (b *measuring) daily(ctx context.Context, data, changes string, quiet time.Duration) (r *DailyBench, err error) {
	server, base, err := b.start(ctx, data, io.Discard)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, server.Process.Signal(syscall.SIGTERM), server.Wait()) }()
	s := &searcher{base: base, client: &http.Client{Timeout: searchWait}}
	if err := answered(ctx, s.next()); err != nil {
		return nil, err
	}
	r = &DailyBench{}
	if r.Before, err = s.version(ctx); err != nil {
		return nil, err
	}
	for range len(searchWords) * len(searchPlaces) { // as a service that has run for a while
		s.search(ctx, time.Now())
	}
	s.cut()
	stop := s.keepOn(ctx)
	defer stop()
	if err := pause(ctx, quiet); err != nil {
		return nil, err
	}
	r.Quiet = s.cut()
	if err := b.change(ctx, data, changes, s, r); err != nil {
		return nil, err
	}
	if err := pause(ctx, settling); err != nil {
		return nil, err
	}
	stop()
	r.During = s.cut()
	r.Ratio = r.During.P99 / r.Quiet.P99
	return r, nil
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// change brings the change in and waits until the service answers from it.
func (b *measuring) change(ctx context.Context, data, changes string, s *searcher, r *DailyBench) error {
	began := time.Now()
	for _, args := range [][]string{{"ingest", "--json", "--change", "simulated", changes}, {"build", "--json", "--changes"}} {
		stage, err := b.stage(ctx, data, args)
		if err != nil {
			return err
		}
		r.Stages = append(r.Stages, stage)
	}
	for built := time.Now(); time.Since(built) < switchingWait; time.Sleep(20 * time.Millisecond) {
		var err error
		if r.After, err = s.version(ctx); err != nil {
			return err
		}
		if r.After != r.Before {
			r.Seconds = time.Since(began).Seconds()
			return nil
		}
	}
	return fmt.Errorf("the service still answers from snapshot %s; is the change in it already?", r.Before)
}

// A searcher searches a service at a constant rate, whatever it answers.
type searcher struct {
	base   string
	client *http.Client
	asked  int
	tally
}

// A tally is how long what was asked for took.
type tally struct {
	mu     sync.Mutex
	took   []time.Duration
	failed int
}

func (t *tally) note(took time.Duration, right bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.took = append(t.took, took)
	if !right {
		t.failed++
	}
}

// next returns the next search.
func (s *searcher) next() string {
	i := s.asked
	s.asked++
	words := searchWords[i%len(searchWords)] + " " + searchPlaces[i/len(searchWords)%len(searchPlaces)]
	return s.base + "/api/v1/postings?q=" + url.QueryEscape(words)
}

// search asks once, and notes how long after it was due the answer was there.
func (s *searcher) search(ctx context.Context, due time.Time) { s.ask(ctx, s.next(), due) }

func (s *searcher) ask(ctx context.Context, address string, due time.Time) {
	_, err := s.get(ctx, address)
	s.note(time.Since(due), err == nil)
}

func (s *searcher) get(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	res, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %s", address, res.Status)
	}
	return body, err
}

// version returns the snapshot that the service answers from.
func (s *searcher) version(ctx context.Context) (string, error) {
	body, err := s.get(ctx, s.base+"/api/v1/snapshot")
	if err != nil {
		return "", err
	}
	var meta struct{ Version string }
	err = json.Unmarshal(body, &meta)
	return meta.Version, err
}

// keepOn searches at the rate until stop, which waits for the answers under way.
func (s *searcher) keepOn(ctx context.Context) (stop func()) {
	end := make(chan struct{})
	var under sync.WaitGroup
	under.Go(func() {
		began := time.Now()
		for i := 0; ; i++ {
			due := began.Add(time.Duration(i) * time.Second / searchRate)
			select {
			case <-end:
				return
			case <-ctx.Done():
				return
			case <-time.After(time.Until(due)):
			}
			address := s.next()
			under.Go(func() { s.ask(ctx, address, due) })
		}
	})
	return sync.OnceFunc(func() { close(end); under.Wait() })
}

// cut returns what became of all since it was called last.
func (t *tally) cut() Load {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := Load{Requests: len(t.took), Failed: t.failed}
	slices.Sort(t.took)
	if n := len(t.took); n > 0 {
		at := func(share float64) float64 {
			return float64(t.took[int(math.Ceil(share*float64(n)))-1].Microseconds()) / 1000
		}
		l.P50, l.P99, l.Most = at(0.5), at(0.99), at(1)
	}
	t.took, t.failed = nil, 0
	return l
}

// printDaily writes it for a person at a terminal.
func printDaily(out io.Writer, r *DailyBench) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tseconds\tCPU-s\tpeak MB\t")
	for _, s := range r.Stages {
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%d\t\n", s.Name, s.Seconds, s.CPU, s.PeakMB)
	}
	fmt.Fprintf(w, "to the first answer\t%.1f\t\t\t\n", r.Seconds)
	fmt.Fprintln(w, "searches\tsent\tfailed\tp50 ms\tp99 ms\tmost ms\t")
	for _, l := range []struct {
		when string
		Load
	}{{"before", r.Quiet}, {"during", r.During}} {
		fmt.Fprintf(w, "%s\t%d\t%d\t%.1f\t%.1f\t%.1f\t\n", l.when, l.Requests, l.Failed, l.P50, l.P99, l.Most)
	}
	fmt.Fprintf(w, "p99 during by before\t\t\t\t%.2f\t\t\n", r.Ratio)
	return w.Flush()
}
