package jobcare

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"ieum"
	"ieum/internal/snapshot"
)

// TestARoadmapOfAWholeNation says how long a question takes when every occupation
// leads to every other, which is more than the moves of a nation: of the first
// snapshot of IEUM_ROADMAP_DATA, with five or more moves between any two. (docs/market.md)
func TestARoadmapOfAWholeNation(t *testing.T) {
	folders := filepath.SplitList(os.Getenv("IEUM_ROADMAP_DATA"))
	if len(folders) == 0 {
		t.Skip("set IEUM_ROADMAP_DATA to a data folder with a snapshot to measure how long a question takes")
	}
	set, err := loadDefs()
	if err != nil {
		t.Fatal(err)
	}
	live := snapshot.NewLive(folders[0], Part(), RoadmapPart(set))
	if _, err := live.Refresh(); err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	s, release, err := live.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	r, n := s.Part(roadmapPart).(*roads), len(s.Dict.Occupations)
	complete(r, n)
	r.spread(s.Dict.Occupations)
	draw := rand.New(rand.NewPCG(1, 1))
	var took []time.Duration
	runtime.LockOSThread()
	before := spent(t)
	for i := range 500 {
		a := New(live, set, nil, nil, func() time.Time { return today })
		p := ieum.Profile{Occupations: []ieum.Scored{{Code: s.Dict.Occupations[1+draw.IntN(n-1)], P: .9}}, CareerMonths: draw.IntN(300)}
		g := Goal{Occupation: s.Dict.Occupations[1+draw.IntN(n-1)]}
		if i%2 == 1 {
			g.Months, g.Region = 1+draw.IntN(40), "26"
		}
		begun := time.Now()
		traveller, err := a.traveller(s, p, g)
		if err != nil {
			t.Fatal(err)
		}
		traveller.roadmap()
		took = append(took, time.Since(begun))
	}
	mean := (spent(t) - before) / time.Duration(len(took))
	slices.Sort(took)
	t.Logf("%d occupations, %d moves: %v of processor time on average; by the clock median %v, p99 %v, longest %v", n-1, len(r.To), mean, took[len(took)/2], took[len(took)*99/100], took[len(took)-1])
}

// spent is the processor time of this thread: others may use the machine.
func spent(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_THREAD, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// complete lets every occupation lead to every other at every level.
func complete(r *roads, n int) {
	draw := rand.New(rand.NewPCG(2, 2))
	old := *r
	r.Start, r.To, r.Made, r.Stay = nil, nil, nil, nil
	for row := range n * rowsEach {
		r.Start = append(r.Start, uint32(len(r.To)))
		for to := 1; to < n; to++ {
			if to == row/rowsEach {
				continue
			}
			made, stay := old.edge(row/rowsEach, row%rowsEach, to)
			r.To = append(r.To, uint16(to))
			r.Made = append(r.Made, made*47+5+uint32(draw.IntN(10)))
			r.Stay = append(r.Stay, uint16(max(stay, 6+draw.IntN(60))))
		}
	}
	r.Start = append(r.Start, uint32(len(r.To)))
	r.Left = slices.Clone(r.Left)
	for row := range r.Left {
		r.Left[row] *= 47
	}
}
