package jobcare

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"ieum/internal/jobcare/cellkey"
	"ieum/internal/snapshot"
)

// A lastMove is the last move of somebody that was held out.
type lastMove struct {
	from, level, to int
	majors          []uint16
}

// held20 counts the careers of a snapshot without the last move of every fifth
// person, and returns what was counted, as it is published and as it is, and those
// moves. People are numbered without regard to their careers.
func held20(s *snapshot.Snapshot, b *base) (r *roads, exactly []cellkey.Cell, out []lastMove) {
	w, first := newWalks(s, b), firstResumes(s)
	for row := range s.Resumes.Person.Len() {
		if first[row>>6]>>(row&63)&1 == 0 {
			continue
		}
		stays := career(s, row, nil)
		n := len(stays)
		if s.Resumes.Person.At(row)%5 == 0 && n > 1 && stays[n-1].occupation > 0 && stays[n-2].occupation > 0 {
			out = append(out, lastMove{int(stays[n-2].occupation), levelOf(stays[n-2].experience), int(stays[n-1].occupation), s.Resumes.Majors.At(row, nil)})
			stays = stays[:n-1]
		}
		w.person(row, stays)
	}
	r, exactly = &roads{}, w.edges
	r.fold(w)
	r.spread(s.Dict.Occupations)
	return r, exactly, out
}

// ranked is the place, from 0, of an occupation by falling score; of equal ones
// the earlier is first.
func ranked(n, from, to int, score func(o int) float64) (place int) {
	of := score(to)
	for o := 1; o < n; o++ {
		if x := score(o); o != from && (x > of || x == of && o < to) {
			place++
		}
	}
	return place
}

// recall returns for each move held out whether it is among the ten likeliest,
// and whether it is among the ten most frequent moves out of the same occupation,
// by exact counts, filled up with those to where most people move.
func recall(s *snapshot.Snapshot, r *roads, exactly []cellkey.Cell, moves []lastMove) (ours, frequent []bool) {
	dict := s.Dict.Occupations
	n := len(dict)
	toward, made := make([]float64, n), make([]float64, n*n)
	for i, c := range exactly {
		from, to := i/levels/n, i/levels%n
		made[from*n+to] += float64(c.N)
		if from > 0 {
			toward[to] += float64(c.N)
		}
	}
	for _, m := range moves {
		ours = append(ours, ranked(n, m.from, m.to, func(o int) float64 { return r.chance(dict, m.from, m.level, o) * r.suits(o, m.majors) }) < 10)
		frequent = append(frequent, ranked(n, m.from, m.to, func(o int) float64 { return made[m.from*n+o] + toward[o]/1e9 }) < 10)
	}
	return ours, frequent
}

// bootstrap returns recall@10 of both, their difference, and the interval that
// holds it in 95 of 100 samples of people.
func bootstrap(ours, frequent []bool, seed uint64) (a, b, low, high float64) {
	n := len(ours)
	diff := make([]float64, n)
	for i := range ours {
		if ours[i] {
			a++
			diff[i]++
		}
		if frequent[i] {
			b++
			diff[i]--
		}
	}
	draw := rand.New(rand.NewPCG(seed, 1))
	samples := make([]float64, 1000)
	for k := range samples {
		for range n {
			samples[k] += diff[draw.IntN(n)]
		}
	}
	slices.Sort(samples)
	f := float64(n)
	return a / f, b / f, samples[24] / f, samples[974] / f
}

// TestNextOccupationHeldOut says how often the occupation that people went to
// last is among the ten likeliest. (docs/market.md)
func TestNextOccupationHeldOut(t *testing.T) {
	folders := filepath.SplitList(os.Getenv("IEUM_ROADMAP_DATA"))
	if len(folders) == 0 {
		t.Skip("set IEUM_ROADMAP_DATA to data folders with snapshots, divided by :, to measure how well the next occupation is ranked")
	}
	set, err := loadDefs()
	if err != nil {
		t.Fatal(err)
	}
	for i, data := range folders {
		live := snapshot.NewLive(data, Part(), RoadmapPart(set))
		if _, err := live.Refresh(); err != nil {
			t.Fatal(err)
		}
		s, release, err := live.Acquire()
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begun := time.Now()
		table, err := newRoads(t.Context(), s, s.Part(partName).(*base))
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(begun).Round(time.Millisecond)
		runtime.ReadMemStats(&after)
		t.Logf("%s: %d résumés counted in %v, %d MB allocated in all; %d moves", data, s.Meta.Resumes, took, (after.TotalAlloc-before.TotalAlloc)>>20, sum(table.Left)/2)
		r, exactly, moves := held20(s, s.Part(partName).(*base))
		ours, frequent := recall(s, r, exactly, moves)
		a, b, low, high := bootstrap(ours, frequent, uint64(i+1))
		if low <= 0 {
			t.Errorf("%s: the interval of the difference holds 0", data)
		}
		t.Logf("%s: %d moves held out: recall@10 %.3f, most frequent move %.3f, difference %+.3f (%+.3f to %+.3f)", data, len(moves), a, b, a-b, low, high)
		release()
		live.Close()
	}
}

func sum(counts []uint32) (n int) {
	for _, c := range counts {
		n += int(c)
	}
	return n
}
