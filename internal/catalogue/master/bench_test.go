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
	start, wall := cpu(), time.Now()
	lap := func(what string) {
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		t.Logf("%-12s cpu %6.2fs wall %6.2fs heap %d MB", what, (cpu() - start).Seconds(), time.Since(wall).Seconds(), mem.HeapAlloc>>20)
		start, wall = cpu(), time.Now()
	}
	m := marketOf(rows)
	t.Logf("%d rows, %d mentions", len(rows), len(m.mentions))
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
