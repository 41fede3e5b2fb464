package match

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"ieum"
)

func TestEvaluateFindsWhatWasPutAside(t *testing.T) {
	rnd := rand.New(rand.NewPCG(61, 1))
	posts, cvs := randomPosts(rnd, 500), randomCVs(rnd, 600)
	m, _ := market(t, definitions(t), posts, cvs, clubsOf(rnd, cvs, len(posts))...)
	b := Batch{AsOf: "all", Of: everySource}
	e, err := m.Evaluate(t.Context(), lakeOf(t, m), b, 1)
	if err != nil {
		t.Fatal(err)
	}
	if e.Applications != 3000 || e.Seekers != 600 || e.Postings != 500 {
		t.Errorf("evaluated on %+v", e)
	}
	way := func(of []Way, name string) Way {
		i := slices.IndexFunc(of, func(y Way) bool { return y.Name == name })
		if i < 0 {
			t.Fatalf("no way %s", name)
		}
		return of[i]
	}
	all, near, popular := way(e.Known, byAll), way(e.Known, byNeighbours), way(e.Known, byPopularity)
	if all.N != 600 || all.Recall20.Mean < 2*popular.Recall20.Mean || near.Recall20.Mean < 2*popular.Recall20.Mean || all.Beyond.Low <= 0 {
		t.Errorf("found again: %+v, by neighbours %+v, by popularity %+v", all, near, popular)
	}
	if popular.Beyond != (Share{}) {
		t.Errorf("the first way is beyond itself: %+v", popular.Beyond)
	}
	// Clubs are not written in any résumé: of who or what is new nothing can be known.
	for name, y := range map[string]Way{"people": way(e.NewPeople, byAll), "postings": way(e.NewPostings, byAll)} {
		if y.N < 30 || y.Recall20.Mean > .2 {
			t.Errorf("new %s are found by what cannot be known: %+v", name, y)
		}
	}
	again, err := m.Evaluate(t.Context(), lakeOf(t, m), b, 1)
	if err != nil || again.Known[3] != e.Known[3] {
		t.Errorf("evaluated again: %+v, %v", again.Known[3], err)
	}
	few, _ := market(t, definitions(t), posts[:20], cvs[:20])
	if _, err := few.Evaluate(t.Context(), lakeOf(t, few), b, 1); !errors.Is(err, ieum.ErrNotFound) || !strings.Contains(err.Error(), "2000") {
		t.Errorf("without applications: %v", err)
	}
}

// What is put aside is not learned from, and nothing is lost.
func TestAsideIsAside(t *testing.T) {
	rnd := rand.New(rand.NewPCG(63, 1))
	applied := make([][]uint32, 400)
	for i := range applied {
		for range rnd.IntN(5) {
			if row := uint32(rnd.IntN(100)); !slices.Contains(applied[i], row) {
				applied[i] = append(applied[i], row)
			}
		}
	}
	for name, f := range map[string]func(*rand.Rand, [][]uint32) (kept, aside [][]uint32){"one of each": oneOfEach, "all of some": allOfSome, "all for some": allForSome} {
		kept, aside := f(rand.New(rand.NewPCG(7, 4)), applied)
		asked, of := 0, map[uint32][2]bool{}
		for i := range applied {
			if len(aside[i]) > 0 {
				asked++
			}
			both := slices.Concat(kept[i], aside[i])
			slices.Sort(both)
			all := slices.Sorted(slices.Values(applied[i]))
			if !slices.Equal(both, all) {
				t.Fatalf("%s: of %v kept %v and put aside %v", name, applied[i], kept[i], aside[i])
			}
			if name == "one of each" && len(aside[i]) != min(1, max(0, len(applied[i])-1)) || name == "all of some" && len(aside[i]) > 0 && len(kept[i]) > 0 {
				t.Fatalf("%s: kept %v and put aside %v", name, kept[i], aside[i])
			}
			for _, row := range kept[i] {
				of[row] = [2]bool{true, of[row][1]}
			}
			for _, row := range aside[i] {
				of[row] = [2]bool{of[row][0], true}
			}
		}
		if asked == 0 {
			t.Errorf("%s: nothing is put aside", name)
		}
		for row, is := range of {
			if name == "all for some" && is[0] && is[1] {
				t.Errorf("%s: posting %d is new and known", name, row)
			}
		}
	}
}

func TestJudge(t *testing.T) {
	cases := []trial{
		{[]uint32{1}, [][]uint32{{2, 3, 1}, {1}}},                         // the other way has it first
		{[]uint32{1, 9}, [][]uint32{{2, 3, 4, 5, 6, 9}, {7, 8, 2, 3, 1}}}, // a half each, the first beyond five
	}
	ways := judge([]string{"a", "b"}, cases, 10)
	a, b := ways[0], ways[1]
	if a.N != 2 || a.Recall5.Mean != .5 || a.Recall20.Mean != .75 || b.Recall5.Mean != .75 || b.Recall20.Mean != .75 || b.Beyond.Mean != 0 {
		t.Errorf("recalls %+v and %+v", a, b)
	}
	// Shown by a: 2 and 3 twice, 1, 4, 5, 6 once; of 10, so the Gini coefficient is
	// (2·(5·1+6·1+7·1+8·1+9·2+10·2)−11·8)/(10·8) = .5
	if a.Coverage != .6 || math.Abs(a.Gini-.5) > 1e-12 || a.Most != 2 {
		t.Errorf("exposure %+v", a)
	}
}
