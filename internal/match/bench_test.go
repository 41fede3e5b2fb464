package match

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ieum"
	"ieum/defs"
	"ieum/internal/snapshot"
)

// benchRows is how many postings the benchmarks have; IEUM_BENCH_POSTINGS sets
// another number.
func benchRows() int {
	if n, err := strconv.Atoi(os.Getenv("IEUM_BENCH_POSTINGS")); err == nil {
		return n
	}
	return 100_000
}

// nation makes postings and people with occupations, competencies and words as
// unevenly spread as they are (Zipf), and bodies of 310 letters.
type nation struct {
	rnd         *rand.Rand
	occupations []string
	regions     []string
	words       []string
}

func newNation(set *defs.Set) *nation {
	n := &nation{rnd: rand.New(rand.NewPCG(77, 1))}
	for _, c := range set.Codes["keco2025"].Codes {
		if len(c.Code) == 4 {
			n.occupations = append(n.occupations, c.Code)
		}
	}
	for _, c := range set.Codes["regions"].Codes {
		if len(c.Code) == 5 && c.Until == 0 {
			n.regions = append(n.regions, c.Code)
		}
	}
	for range 20_000 {
		w := ""
		for range 2 + n.rnd.IntN(3) {
			w += string(rune('가' + n.rnd.IntN(2000)*5))
		}
		n.words = append(n.words, w)
	}
	return n
}

// zipf draws below k, small numbers more often.
func (n *nation) zipf(k int, s float64) int {
	return min(k-1, int(float64(k)*math.Pow(n.rnd.Float64(), s)))
}

func (n *nation) skills(occupation int) (out []string) {
	for range 3 + n.rnd.IntN(9) {
		var s int
		switch z := n.rnd.IntN(10); {
		case z < 6:
			s = occupation*7%1200 + n.zipf(120, 2)
		case z < 9:
			s = 1400 + occupation/50*40 + n.zipf(40, 2)
		default:
			s = 1900 + n.zipf(100, 2)
		}
		if id := fmt.Sprintf("k%04d", s); !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

func (n *nation) posts(count int) []post {
	posts := make([]post, count)
	for i := range posts {
		o := n.zipf(len(n.occupations), 1.6)
		body := make([]byte, 0, 900)
		for range 75 {
			body = append(append(body, n.words[n.zipf(len(n.words), 3)]...), ' ')
		}
		posts[i] = post{
			title: n.words[o] + " " + n.words[n.zipf(len(n.words), 3)] + " 모집", company: "가상회사", body: string(body),
			occupation: n.occupations[o], region: n.regions[n.zipf(len(n.regions), 1.5)], employment: one(n.rnd, "regular", "contract", "part-time"),
			education: one(n.rnd, "", "high", "bachelor"), least: n.rnd.IntN(60) - 1, most: -1, entry: n.rnd.IntN(3) == 0,
			payMin: uint32(24+n.rnd.IntN(40)) * 1e6, opened: fmt.Sprintf("2026-06-%02d", 1+n.rnd.IntN(15)), skills: n.skills(o),
		}
	}
	return posts
}

func (n *nation) cvs(count int) []cv {
	cvs := make([]cv, count)
	for i := range cvs {
		o := n.zipf(len(n.occupations), 1.6)
		cvs[i] = cv{key: fmt.Sprintf("r%07d", i), occupation: n.occupations[o], region: n.regions[n.zipf(len(n.regions), 1.5)], months: n.rnd.IntN(240),
			education: "high", pay: uint32(24+n.rnd.IntN(30)) * 1e6, skills: n.skills(o), careers: []string{n.occupations[o]}}
		if n.rnd.IntN(2) == 0 {
			cvs[i].wishRegions = []string{cvs[i].region[:2]}
		}
	}
	slices.SortStableFunc(cvs, func(a, b cv) int { return int(a.occupation[0]) - int(b.occupation[0]) })
	return cvs
}

var benchMarket = sync.OnceValue(func() func(testing.TB) (*Matcher, *nation) {
	var m *Matcher
	var n *nation
	return func(tb testing.TB) (*Matcher, *nation) {
		if m == nil {
			set, err := defs.Load()
			if err != nil {
				tb.Fatal(err)
			}
			n = newNation(set)
			m, _ = market(tb, set, n.posts(benchRows()), n.cvs(20_000))
		}
		return m, n
	}
})

// BenchmarkData measures the same on the current snapshot of the data folder
// IEUM_BENCH_DATA, and how fast its index is built.
func BenchmarkData(b *testing.B) {
	data := os.Getenv("IEUM_BENCH_DATA")
	if data == "" {
		b.Skip("IEUM_BENCH_DATA names no data folder")
	}
	set, err := defs.Load()
	if err != nil {
		b.Fatal(err)
	}
	live := snapshot.NewLive(data, Part(set, noonClock))
	defer live.Close()
	if _, err := live.Refresh(); err != nil {
		b.Fatal(err)
	}
	s, release, err := live.Acquire()
	if err != nil {
		b.Fatal(err)
	}
	defer release()
	m := New(live, set, nil, time.Now)
	x, day, release2, err := m.acquire()
	if err != nil {
		b.Fatal(err)
	}
	defer release2()
	b.Run("build", func(b *testing.B) {
		began := spent(unix.CLOCK_PROCESS_CPUTIME_ID)
		for b.Loop() {
			if err := build(b.Context(), set, s, b.TempDir()); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(s.Meta.Postings*b.N)/(spent(unix.CLOCK_PROCESS_CPUTIME_ID)-began).Seconds(), "docs/cpu-s")
	})
	for name, v := range map[string]*view{"open": x.openOn(day), "all": x.view(day, func(int) bool { return true })} {
		b.Run("jobs-"+name, func(b *testing.B) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			h, rr := newHunt(x, v), x.resumes()
			var times []time.Duration
			for i := 0; b.Loop(); i++ {
				began := spent(unix.CLOCK_THREAD_CPUTIME_ID)
				h.reset(rr.read(i*7919%s.Meta.Resumes), 50, 0)
				h.run(b.Context())
				h.results()
				times = append(times, spent(unix.CLOCK_THREAD_CPUTIME_ID)-began)
			}
			quantiles(b, times)
			b.ReportMetric(float64(len(v.rows)), "postings")
		})
	}
	b.Run("share", func(b *testing.B) { benchShare(b, x, day) })
	b.Run("people", func(b *testing.B) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		open := x.openOn(day).rows
		var times []time.Duration
		for i := 0; b.Loop(); i++ {
			began := spent(unix.CLOCK_THREAD_CPUTIME_ID)
			if _, _, err := x.people(b.Context(), int(open[i*7919%len(open)]), day, 50, x.model); err != nil {
				b.Fatal(err)
			}
			times = append(times, spent(unix.CLOCK_THREAD_CPUTIME_ID)-began)
		}
		quantiles(b, times)
		b.ReportMetric(float64(x.seekers.count), "seekers")
	})
	b.Run("everybody", func(b *testing.B) { // the same by looking at all, one answer compared with the other
		open := x.openOn(day).rows
		var times []time.Duration
		for i := 0; b.Loop(); i++ {
			row := int(open[i*7919%len(open)])
			began := spent(unix.CLOCK_THREAD_CPUTIME_ID)
			want := x.everybody(row, day, 50)
			times = append(times, spent(unix.CLOCK_THREAD_CPUTIME_ID)-began)
			if got, _, err := x.people(b.Context(), row, day, 50, x.model); err != nil || !slices.Equal(got, want) {
				b.Fatalf("posting %d: %v, %v; all: %v", row, err, got, want)
			}
		}
		quantiles(b, times)
	})
	b.Run("search", func(b *testing.B) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		words := []string{"간호사", "프레스 조작원", "서울 개발자", "용접", "경력 사무", "모집", "요양보호사 주간", "물류 경기", "회계 부산 -파견", "연구원"}
		var times []time.Duration
		for i := 0; b.Loop(); i++ {
			began := spent(unix.CLOCK_THREAD_CPUTIME_ID)
			if _, err := m.Search(b.Context(), Search{Q: words[i%len(words)]}); err != nil {
				b.Fatal(err)
			}
			times = append(times, spent(unix.CLOCK_THREAD_CPUTIME_ID)-began)
		}
		quantiles(b, times)
	})
}

// everybody is people by looking at every résumé of somebody who looks for work.
func (x *index) everybody(row int, day ieum.Day, k int) []scored {
	c := crowd{k: k, person: &x.s.Resumes.Person, s: x.side(row, day, x.model)}
	for i := range x.seekers.layers {
		l := &x.seekers.layers[i]
		var all []uint32
		for at := range l.Works {
			if x.s.Resumes.Flags.At(l.from+at)&snapshot.Active > 0 {
				all = append(all, uint32(at))
			}
		}
		if err := c.among(context.Background(), []rowList{{l, all}}, c.s.nearnessOf, c.s.base.Asked); err != nil {
			panic(err)
		}
	}
	return c.best
}

// spent is the processor time used so far by the thread or the process, which
// a busy machine does not change as it does the time on the wall.
func spent(clock int32) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		panic(err)
	}
	return time.Duration(t.Nano())
}

// quantiles reports the middle and the slowest hundredth of some times.
func quantiles(b *testing.B, times []time.Duration) {
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "p50-cpu-ms")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-cpu-ms")
}

// BenchmarkMatch measures, on IEUM_BENCH_POSTINGS open postings, the best 50
// for a résumé, text searches with facets, and the batch.
func BenchmarkMatch(b *testing.B) {
	m, n := benchMarket()(b)
	b.Run("jobs", func(b *testing.B) {
		x, _, release, err := m.acquire()
		if err != nil {
			b.Fatal(err)
		}
		defer release()
		v := x.openOn(ieum.DayOf(noon))
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		h, rr := newHunt(x, v), x.resumes()
		var times []time.Duration
		for i := 0; b.Loop(); i++ {
			began := spent(unix.CLOCK_THREAD_CPUTIME_ID)
			h.reset(rr.read(i*37%20_000), 50, 0)
			h.run(b.Context())
			h.results()
			times = append(times, spent(unix.CLOCK_THREAD_CPUTIME_ID)-began)
		}
		quantiles(b, times)
	})
	b.Run("search", func(b *testing.B) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		var times []time.Duration
		for i := 0; b.Loop(); i++ {
			q := n.words[n.zipf(len(n.words), 3)]
			if i%2 == 0 {
				q += " " + n.words[n.zipf(len(n.words), 3)]
			}
			began := spent(unix.CLOCK_THREAD_CPUTIME_ID)
			if _, err := m.Search(b.Context(), Search{Q: q, Employment: []string{"regular"}}); err != nil {
				b.Fatal(err)
			}
			times = append(times, spent(unix.CLOCK_THREAD_CPUTIME_ID)-began)
		}
		quantiles(b, times)
	})
	b.Run("recommend", func(b *testing.B) {
		lake, began := lakeOf(b, m), spent(unix.CLOCK_PROCESS_CPUTIME_ID)
		for b.Loop() {
			if _, err := m.Recommend(b.Context(), lake, Batch{K: 10, Of: everySource}, io.Discard); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(20_000*float64(b.N)/(spent(unix.CLOCK_PROCESS_CPUTIME_ID)-began).Seconds(), "people/cpu-s")
	})
}

// benchShare shares ten jobs out to each of 10,000 people, and says to how many people an opening
// is sent at most, how many postings are sent at all, each to its best alone and shared out, and
// how many people get another list for that, and what is left of the good answers forecast when nobody
// stands in anybody's way.
func benchShare(b *testing.B, x *index, day ieum.Day) {
	const people, k = 10_000, 10
	n := x.s.Meta.Resumes
	j := &job{x: x, b: Batch{K: k}, v: x.openOn(day), seekers: make([]uint32, people), spare: perOpening}
	most := func(lists [][]scored) (most float64, postings int) {
		sent := map[uint32]int{}
		for _, list := range lists {
			for _, f := range list[:min(k, len(list))] {
				sent[f.row]++
			}
		}
		for row, n := range sent {
			most = max(most, float64(n)/float64(max(1, x.s.Postings.Openings.At(int(row)))))
		}
		return most, len(sent)
	}
	for b.Loop() {
		lists, err := j.wished(b.Context(), people, func(ctx context.Context) func(i int) ([]scored, error) {
			h, rr := newHunt(x, j.v), x.resumes()
			return func(i int) ([]scored, error) {
				h.reset(rr.read(i*7919%n), k*wishes, 0)
				err := h.run(ctx)
				list, _ := h.results()
				return list, err
			}
		})
		if err != nil {
			b.Fatal(err)
		}
		alone, found := most(lists)
		together := j.shared(lists)
		shared, foundShared := most(together)
		moved, kept, best := 0.0, 0.0, 0.0
		for i, list := range together {
			same := 0
			for _, f := range list {
				at := slices.IndexFunc(lists[i], func(g scored) bool { return g.row == f.row })
				if at < k {
					same++
				}
				kept += math.Exp(lists[i][at].score)
			}
			for _, f := range lists[i][:len(list)] {
				best += math.Exp(f.score)
			}
			if same < len(list) {
				moved++
			}
		}
		b.ReportMetric(alone, "most/opening-alone")
		b.ReportMetric(shared, "most/opening")
		b.ReportMetric(float64(found), "postings-alone")
		b.ReportMetric(float64(foundShared), "postings")
		b.ReportMetric(moved/people*100, "%moved")
		b.ReportMetric(kept/best*100, "%forecast")
	}
	b.ReportMetric(float64(people*b.N)/b.Elapsed().Seconds(), "people/s")
}
