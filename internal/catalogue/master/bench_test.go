package master

import (
	"os"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"
)

func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestSpeed says how long mastering takes; it runs when IEUM_MASTER_ROWS says
// how many postings to make.
func TestSpeed(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("IEUM_MASTER_ROWS"))
	if n == 0 {
		t.Skip("set IEUM_MASTER_ROWS, such as 580000, to measure")
	}
	g := newMade(9)
	rows, companies := g.postings(n * 2 / 3)
	g.employers(rows, companies)
	m := &market{rows: rows}
	at := map[Company]int{}
	for _, r := range rows {
		c := Company{Name: r.written, Number: r.number, Region: r.facts.Region, Industry: r.industry}
		i, ok := at[c]
		if !ok {
			i = len(m.mentions)
			at[c] = i
			m.mentions = append(m.mentions, c)
		}
		m.mentions[i].Rows++
		m.of = append(m.of, i)
	}
	start, wall := cpu(), time.Now()
	lap := func(what string) {
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		t.Logf("%-12s cpu %6.2fs wall %6.2fs heap %d MB", what, (cpu() - start).Seconds(), time.Since(wall).Seconds(), mem.HeapAlloc>>20)
		start, wall = cpu(), time.Now()
	}
	t.Logf("%d rows, %d mentions", len(rows), len(m.mentions))
	m.result = Companies(m.mentions, nil)
	lap("companies")
	in := m.input()
	lap("prints")
	r, err := MatchPostings(in)
	if err != nil {
		t.Fatal(err)
	}
	lap("postings")
	truth := make([]int, len(rows))
	for i, r := range rows {
		truth[i] = r.truth
	}
	p, rc, f := f1(r.Of, truth)
	t.Logf("%d merges, precision %.4f recall %.4f F1 %.4f", len(r.Merges), p, rc, f)
	people, _ := peopleOf(9, n*2)
	start = cpu()
	runtime.GC()
	start = cpu()
	Persons(people, nil)
	t.Logf("%d résumés", len(people.Sex))
	lap("persons")
}
