package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"text/tabwriter"
	"time"
)

// A LoadBench is what bench load prints: a running service asked for all sorts of things at
// a steady rate, whether it answers in time or not.
type LoadBench struct {
	Version string          `json:"version"` // of the snapshot
	Rate    int             `json:"rate"`    // requests a second
	Seconds float64         `json:"seconds"`
	All     Load            `json:"all"`
	Of      map[string]Load `json:"of"`         // by what was asked
	Late    float64         `json:"late"`       // share that was sent more than 10 ms after it was due, for want of a processor here
	MB      []float64       `json:"residentMB"` // of the service, at the end of each tenth
}

// mixed is what is asked, each as often as it is named.
var mixed = strings.Fields("search search search search search posting posting posting posting page page matches matches matches market home items items diagnosis facets")

// mostAtOnce is how many requests wait for an answer at most; what is due then fails.
const mostAtOnce = 512

func benchLoad(ctx context.Context, e *env, rate int, long time.Duration) error {
	r, err := (&measuring{e: e}).load(ctx, e.Data, rate, long)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(e.stderr, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tsent\tfailed\tp50 ms\tp99 ms\tmost ms\t")
	for _, name := range append([]string{"all"}, slices.Sorted(maps.Keys(r.Of))...) {
		l := r.All
		if name != "all" {
			l = r.Of[name]
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%.1f\t%.1f\t%.1f\t\n", name, l.Requests, l.Failed, l.P50, l.P99, l.Most)
	}
	return errors.Join(w.Flush(), writeJSON(e.stdout, r))
}

// load asks a service of its own at a steady rate.
func (b *measuring) load(ctx context.Context, data string, rate int, long time.Duration) (r *LoadBench, err error) {
	server, base, err := b.start(ctx, data, io.Discard)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, server.Process.Signal(syscall.SIGTERM), server.Wait()) }()
	c := &mixer{searcher: searcher{base: base, client: &http.Client{Timeout: searchWait, Transport: &http.Transport{MaxIdleConnsPerHost: mostAtOnce}}}, of: map[string]*tally{}}
	for _, name := range mixed {
		c.of[name] = &tally{}
	}
	if err := answered(ctx, c.next()); err != nil {
		return nil, err
	}
	r = &LoadBench{Rate: rate, Seconds: long.Seconds(), Of: map[string]Load{}}
	if r.Version, err = c.version(ctx); err != nil {
		return nil, err
	}
	if err := c.learn(ctx); err != nil {
		return nil, err
	}
	for i := range 4 * len(mixed) { // as a service that has run for a while
		c.call(ctx, mixed[i%len(mixed)], i, time.Now())
	}
	c.forget()
	late := 0
	if late, err = c.steady(ctx, rate, long, func() { r.MB = append(r.MB, statusOf(strconv.Itoa(server.Process.Pid), "VmRSS")) }); err != nil {
		return nil, err
	}
	for name, t := range c.of {
		c.took, c.failed = append(c.took, t.took...), c.failed+t.failed
		r.Of[name] = t.cut()
	}
	r.All = c.cut()
	r.Late = float64(late) / float64(max(1, r.All.Requests))
	return r, nil
}

// A mixer asks for all sorts of things, and tallies each.
type mixer struct {
	searcher
	of       map[string]*tally
	postings []string // public numbers
}

// learn finds postings to ask for.
func (c *mixer) learn(ctx context.Context) error {
	for range 40 {
		body, err := c.get(ctx, c.next())
		if err != nil {
			return err
		}
		var found struct{ Items []struct{ ID string } }
		if err := json.Unmarshal(body, &found); err != nil {
			return err
		}
		for _, p := range found.Items {
			c.postings = append(c.postings, p.ID)
		}
	}
	if len(c.postings) == 0 {
		return fmt.Errorf("no posting is open in this market")
	}
	return nil
}

// forget drops what was tallied.
func (c *mixer) forget() {
	for _, t := range c.of {
		t.cut()
	}
}

// steady sends at a rate for some time, in turn what is mixed, and calls each after each tenth
// of the time. It returns how many were sent late.
func (c *mixer) steady(ctx context.Context, rate int, long time.Duration, each func()) (late int, err error) {
	began, every := time.Now(), time.Second/time.Duration(rate)
	total, slots := int(long/every), make(chan struct{}, mostAtOnce)
	var waiting sync.WaitGroup
	for i := range total {
		due := began.Add(time.Duration(i) * every)
		if err := pause(ctx, time.Until(due)); err != nil {
			return late, err
		}
		if time.Since(due) > 10*time.Millisecond {
			late++
		}
		name := mixed[i%len(mixed)]
		select {
		case slots <- struct{}{}:
			waiting.Go(func() {
				c.call(ctx, name, i, due)
				<-slots
			})
		default:
			c.of[name].note(searchWait, false)
		}
		if (i+1)%max(1, total/10) == 0 {
			each()
		}
	}
	waiting.Wait()
	return late, nil
}

// call asks for one thing, and notes how long after it was due the answer was there.
func (c *mixer) call(ctx context.Context, name string, i int, due time.Time) {
	words := searchWords[i*7%len(searchWords)] + " " + searchPlaces[i%len(searchPlaces)]
	posting := c.postings[i*13%len(c.postings)]
	var err error
	switch name {
	case "search":
		_, err = c.get(ctx, c.base+"/api/v1/postings?q="+url.QueryEscape(words))
	case "facets":
		_, err = c.get(ctx, c.base+"/api/v1/postings?region=11&employment=regular&sort=newest")
	case "posting":
		_, err = c.get(ctx, c.base+"/api/v1/postings/"+posting)
	case "page":
		_, err = c.get(ctx, c.base+"/jobs/"+posting)
	case "home":
		_, err = c.get(ctx, c.base+"/")
	case "market":
		_, err = c.get(ctx, c.base+"/occupations/"+[]string{"8122", "3040", "0231", "5122", "1331"}[i%5])
	case "items":
		err = c.post(ctx, "/api/v1/items/courses", fmt.Sprintf(`{"facts":{"skills":%q},"k":10}`, searchWords[i%len(searchWords)]))
	case "matches":
		err = c.post(ctx, "/api/v1/matches", fmt.Sprintf(`{"resume":{"careers":[{"title":%q,"months":%d}]},"k":10}`, searchWords[i*3%len(searchWords)], 12+i%200))
	case "diagnosis":
		err = c.post(ctx, "/api/v1/diagnoses", fmt.Sprintf(`{"resume":{"careers":[{"title":%q,"months":%d}]}}`, searchWords[i*5%len(searchWords)], 12+i%200))
	}
	c.of[name].note(time.Since(due), err == nil)
}

func (c *mixer) post(ctx context.Context, path, body string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", path, res.Status)
	}
	return nil
}
