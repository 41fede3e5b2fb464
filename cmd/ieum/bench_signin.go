package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"text/tabwriter"
	"time"
)

// A SignInBench is what bench signin prints: what those who search notice of
// passwords that are tried as fast as they are answered.
type SignInBench struct {
	Version string  `json:"version"` // of the snapshot
	Callers int     `json:"callers"` // who try passwords at the same time
	Seconds float64 `json:"seconds"` // of each of the two
	Quiet   Load    `json:"quiet"`   // searches
	During  Load    `json:"during"`
	Ratio   float64 `json:"p99Ratio"` // during by quiet
	Tried   Load    `json:"tried"`    // tries that were checked, each at the cost of a hash
	Refused int     `json:"refused"`  // tries answered with 429, because too many waited
	Full    Load    `json:"full"`     // tries, one after another, while all processors search as fast as they can
}

// signInCallers is how many try passwords at the same time.
const signInCallers = 32

// fullCallers is how many search, each as soon as they are answered, so that no
// processor is left to what gives way.
const fullCallers = 8

// refusedWait is how long one who was told to come back in a few seconds waits.
const refusedWait = time.Second

func benchSignIn(ctx context.Context, e *env, quiet time.Duration) error {
	r, err := (&measuring{e: e}).signIn(ctx, e.Data, quiet)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(e.stderr, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tsent\tfailed\tp50 ms\tp99 ms\tmost ms\t")
	for _, l := range []struct {
		when string
		Load
	}{{"searches, quiet", r.Quiet}, {"searches during sign-ins", r.During}, {"tries checked meanwhile", r.Tried}, {"tries while all processors search", r.Full}} {
		fmt.Fprintf(w, "%s\t%d\t%d\t%.1f\t%.1f\t%.1f\t\n", l.when, l.Requests, l.Failed, l.P50, l.P99, l.Most)
	}
	fmt.Fprintf(w, "%d tries refused; p99 during by quiet\t\t\t\t%.2f\t\t\n", r.Refused, r.Ratio)
	return errors.Join(w.Flush(), writeJSON(e.stdout, r))
}

// signIn measures searches of a running service, without and with many who try
// passwords.
func (b *measuring) signIn(ctx context.Context, data string, quiet time.Duration) (r *SignInBench, err error) {
	server, base, err := b.start(ctx, data, io.Discard)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, server.Process.Signal(syscall.SIGTERM), server.Wait()) }()
	s := &searcher{base: base, client: &http.Client{Timeout: searchWait}}
	if err := answered(ctx, s.next()); err != nil {
		return nil, err
	}
	r = &SignInBench{Callers: signInCallers, Seconds: quiet.Seconds()}
	if r.Version, err = s.version(ctx); err != nil {
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
	calm := r.storm(ctx, base)
	err = pause(ctx, quiet)
	r.During = s.cut()
	calm()
	stop()
	r.Ratio = r.During.P99 / r.Quiet.P99
	if err == nil {
		r.Full = full(ctx, base, quiet)
	}
	return r, err
}

// storm tries passwords until calm is called.
func (r *SignInBench) storm(ctx context.Context, base string) (calm func()) {
	ctx, cancel := context.WithCancel(ctx)
	client := trier()
	var checked tally
	var refused atomic.Int64
	var callers sync.WaitGroup
	for range r.Callers {
		callers.Go(func() {
			for ctx.Err() == nil {
				if tryPassword(ctx, client, base, &checked) == http.StatusTooManyRequests {
					refused.Add(1)
					pause(ctx, refusedWait)
				}
			}
		})
	}
	return func() {
		cancel()
		callers.Wait()
		r.Tried, r.Refused = checked.cut(), int(refused.Load())
	}
}

// full tries passwords, one after another, while others search as fast as they
// are answered.
func full(ctx context.Context, base string, lasts time.Duration) Load {
	ctx, cancel := context.WithTimeout(ctx, lasts)
	defer cancel()
	var others sync.WaitGroup
	for i := range fullCallers {
		s := &searcher{base: base, client: &http.Client{Timeout: searchWait}, asked: i * len(searchWords)}
		others.Go(func() {
			for ctx.Err() == nil {
				s.search(ctx, time.Now())
			}
		})
	}
	var checked tally
	for client := trier(); ctx.Err() == nil; {
		tryPassword(ctx, client, base, &checked)
	}
	others.Wait()
	return checked.cut()
}

// trier follows no redirect: the first answer is what counts.
func trier() *http.Client {
	return &http.Client{Timeout: searchWait, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// tryPassword tries a password under a name and from an address that were not
// tried before, so that no limit but that of hashes holds it up. It notes how long
// it took when it was checked and returns the status; 0 without an answer.
func tryPassword(ctx context.Context, client *http.Client, base string, checked *tally) int {
	began := time.Now()
	name := strings.ToLower(rand.Text())
	form := url.Values{"name": {name}, "password": {"a password that nobody has"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/sign-in", strings.NewReader(form.Encode()))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", name[0], name[1], name[2]))
	res, err := client.Do(req)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	io.Copy(io.Discard, res.Body)
	if res.StatusCode != http.StatusTooManyRequests {
		checked.note(time.Since(began), res.StatusCode == http.StatusUnprocessableEntity)
	}
	return res.StatusCode
}
