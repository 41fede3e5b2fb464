package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"ieum/defs"
	"ieum/internal/jobcare"
)

// A MarketBench is what bench market prints: the reports of all unit groups, written as
// JSON lines on all cores, and slices that were never asked for before, one after another.
type MarketBench struct {
	Version  string      `json:"version"`
	Resumes  int         `json:"resumes"`
	Postings int         `json:"postings"`
	All      Stage       `json:"all"`
	Reports  int         `json:"reports"`
	Bytes    int64       `json:"bytes"`
	Slices   []SliceLoad `json:"slices"` // by how many things they are limited by, beside the occupation
	Pages    PageLoad    `json:"pages"`  // from the server's first on
	Again    PageLoad    `json:"again"`  // of the same server, the same ones once more
}

// A PageLoad is what became of pages of reports that were asked for at a constant rate, of
// so many addresses, the k-th as often as 1/k. Who asks takes processor time of the same
// machine: Asking.
type PageLoad struct {
	Load
	Rate      int     `json:"rate"` // a second
	Addresses int     `json:"addresses"`
	Asking    float64 `json:"askingCPUSeconds"`
	Serving   float64 `json:"servingCPUSeconds,omitempty"` // of the server's whole life, at its end
}

const (
	pageRate      = 200
	pageAddresses = 500
	pageSeconds   = 20
)

// A SliceLoad is how long slices took, in milliseconds.
type SliceLoad struct {
	Limits int     `json:"limits"`
	Asked  int     `json:"asked"`
	P50    float64 `json:"p50ms"`
	P99    float64 `json:"p99ms"`
	Most   float64 `json:"mostms"`
}

// slicesAsked is how many slices of each number of limits are asked for.
const slicesAsked = 1000

func benchMarket(ctx context.Context, e *env, out string) (err error) {
	m, err := openMarket(e)
	if err != nil {
		return err
	}
	defer m.Close()
	s, release, err := m.live.Acquire()
	if err != nil {
		return err
	}
	b := MarketBench{Version: s.Meta.Version, Resumes: s.Meta.Resumes, Postings: s.Meta.Postings}
	release()
	if err := e.noteMarket(ctx, m); err != nil {
		return err
	}
	if out != "" {
		return writePeer(ctx, m, out)
	}
	groups := unitGroups(m.set)
	if err := b.all(ctx, m.adviser, groups); err != nil {
		return err
	}
	if b.Pages, b.Again, err = pages(ctx, e, groups); err != nil {
		return err
	}
	draw := rand.New(rand.NewPCG(1, 2))
	for limits := 1; limits <= 3; limits++ {
		if err := b.slices(ctx, m, groups, limits, draw); err != nil {
			return err
		}
	}
	return writeJSON(e.stdout, b)
}

// pages asks a server for pages of reports, from its first page on, and once more.
func pages(ctx context.Context, e *env, groups []string) (first, again PageLoad, err error) {
	server, base, err := (&measuring{e: e}).start(ctx, e.Data, io.Discard)
	if err != nil {
		return first, again, err
	}
	s := &searcher{base: base, client: &http.Client{Timeout: searchWait, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	err = answered(ctx, base+"/api/v1/snapshot")
	for _, l := range []*PageLoad{&first, &again} {
		before := ownTime()
		if err == nil {
			err = s.browse(ctx, addressesOf(groups))
		}
		*l = PageLoad{Load: s.cut(), Rate: pageRate, Addresses: pageAddresses, Asking: (ownTime() - before).Seconds()}
	}
	err = errors.Join(err, server.Process.Signal(syscall.SIGTERM), server.Wait())
	again.Serving = (server.ProcessState.UserTime() + server.ProcessState.SystemTime()).Seconds()
	return first, again, err
}

// addressesOf are those of all occupations and of some by province, in an order that is
// drawn.
func addressesOf(groups []string) (list []string) {
	draw := rand.New(rand.NewPCG(3, 4))
	for len(list) < pageAddresses {
		address := "/occupations/" + groups[draw.IntN(len(groups))]
		if draw.IntN(2) == 0 {
			address += "?region=" + []string{"11", "26", "27", "28", "41", "48"}[draw.IntN(6)]
		}
		if !slices.Contains(list, address) {
			list = append(list, address)
		}
	}
	return list
}

// browse asks for addresses at the rate, and waits for all answers.
func (s *searcher) browse(ctx context.Context, addresses []string) error {
	weights := make([]float64, len(addresses))
	sum := 0.0
	for k := range weights {
		sum += 1 / float64(k+1)
		weights[k] = sum
	}
	draw := rand.New(rand.NewPCG(5, 6))
	var under sync.WaitGroup
	defer under.Wait()
	began := time.Now()
	for i := range pageRate * pageSeconds {
		due := began.Add(time.Duration(i) * time.Second / pageRate)
		if err := pause(ctx, time.Until(due)); err != nil {
			return err
		}
		k, _ := slices.BinarySearch(weights, draw.Float64()*sum)
		under.Go(func() { s.ask(ctx, s.base+addresses[min(k, len(addresses)-1)], due) })
	}
	return nil
}

// unitGroups are those in force.
func unitGroups(set *defs.Set) (codes []string) {
	list := set.Codes["keco2025"]
	for _, c := range list.Codes {
		if len(c.Code) == 4 && list.InForce(c.Code) {
			codes = append(codes, c.Code)
		}
	}
	return codes
}

// all writes the reports of all unit groups.
func (b *MarketBench) all(ctx context.Context, a *jobcare.Adviser, groups []string) (err error) {
	dir, err := os.MkdirTemp("", "ieum-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	f, err := os.Create(filepath.Join(dir, "reports.jsonl"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	reports := make([][]byte, len(groups))
	began, before := time.Now(), ownTime()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, code := range groups {
		group.Go(func() error {
			r, err := a.Market(jobcare.Query{Occupation: code})
			if err == nil {
				reports[i], err = json.Marshal(r)
			}
			return errors.Join(err, ctx.Err())
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for _, r := range reports {
		b.Bytes += int64(len(r)) + 1
		if _, err := w.Write(append(r, '\n')); err != nil {
			return err
		}
	}
	if err := errors.Join(w.Flush(), f.Sync()); err != nil {
		return err
	}
	b.Reports = len(groups)
	b.All = Stage{Name: "reports", Seconds: time.Since(began).Seconds(), CPU: (ownTime() - before).Seconds(), PeakMB: ownPeak()}
	return nil
}

// slices asks for slices that are drawn, each once.
func (b *MarketBench) slices(ctx context.Context, m *market, groups []string, limits int, draw *rand.Rand) error {
	seen := map[jobcare.Query]bool{}
	var times []float64
	for tries := 0; len(times) < slicesAsked && tries < 10*slicesAsked; tries++ {
		q := jobcare.Query{Occupation: groups[draw.IntN(len(groups))]}
		for _, i := range draw.Perm(len(limitsOf(&q)))[:limits] {
			l := limitsOf(&q)[i]
			*l.field = l.codes(m.set)[draw.IntN(len(l.codes(m.set)))]
		}
		if seen[q] {
			continue
		}
		seen[q] = true
		began := time.Now()
		if _, err := m.adviser.Market(q); err != nil {
			return err
		}
		times = append(times, float64(time.Since(began).Microseconds())/1000)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	slices.Sort(times)
	at := func(q float64) float64 { return times[min(len(times)-1, int(q*float64(len(times))))] }
	b.Slices = append(b.Slices, SliceLoad{limits, len(times), at(.5), at(.99), at(1)})
	return nil
}

// A limit is one thing that a slice may be limited by.
type limit struct {
	field *string
	codes func(*defs.Set) []string
}

func limitsOf(q *jobcare.Query) []limit {
	list := func(name string, digits int) func(*defs.Set) []string {
		return func(set *defs.Set) (codes []string) {
			for _, c := range set.Codes[name].Codes {
				if (digits == 0 || len(c.Code) == digits) && set.Codes[name].InForce(c.Code) {
					codes = append(codes, c.Code)
				}
			}
			return codes
		}
	}
	bands := func(bands []jobcare.Band) func(*defs.Set) []string {
		return func(*defs.Set) (codes []string) {
			for _, b := range bands {
				codes = append(codes, b.Code)
			}
			return codes
		}
	}
	return []limit{
		{&q.Region, list("regions", 2)}, {&q.Career, bands(jobcare.Careers)}, {&q.Education, list("education", 0)}, {&q.Age, bands(jobcare.Ages)},
		{&q.Sex, list("sex", 0)}, {&q.Employment, list("employment", 0)}, {&q.Industry, list("industries", 1)}, {&q.Size, bands(jobcare.Sizes)},
	}
}

// ownTime is the processor time this process took.
func ownTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// ownPeak is the largest resident set of this process, in MB, mapped files included.
func ownPeak() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return u.Maxrss >> 10
}
