package match

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"ieum"
	"ieum/internal/match/als"
	"ieum/internal/match/rank"
)

// An Evaluation is how well applications that were put aside are found again, by what is
// recommended and by simpler ways, on the same people and postings.
type Evaluation struct {
	Source       ieum.SourceID `json:"source"`
	Snapshot     string        `json:"snapshot"`
	Simulated    bool          `json:"simulated"`
	Seed         uint64        `json:"seed"`
	Seekers      int           `json:"seekers"`
	Postings     int           `json:"postings"`
	Applications int           `json:"applications"`
	Known        []Way         `json:"known"`       // one application of each who made more than one is put aside
	NewPeople    []Way         `json:"newPeople"`   // all those of a tenth of the people
	NewPostings  []Way         `json:"newPostings"` // all those for a tenth of the postings; the people who made them are looked for
}

// A Way is one way to recommend, and how good it is. Recall is the share of what was put
// aside of one that is among the first so many, by the most that could be, in the mean.
type Way struct {
	Name     string  `json:"name"`
	N        int     `json:"n"` // people or postings asked about
	Recall5  Share   `json:"recall5"`
	Recall20 Share   `json:"recall20"`
	Beyond   Share   `json:"beyond"`   // recall at 20 less that of the first way, of the same cases
	Coverage float64 `json:"coverage"` // share of the candidates that are among the first five of anybody
	Gini     float64 `json:"gini"`     // of how often each candidate is; 0 = all as often
	Most     int     `json:"most"`     // times that the one most often among them is
}

// A Share is a mean with the range that holds 95 of 100 bootstrap samples of the cases.
type Share struct {
	Mean float64 `json:"mean"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// tried are the ways, the simplest first: what most apply for, what is written of both,
// what those who applied for the same applied for (cosine), and what is recommended.
const (
	byPopularity = "popularity"
	byWriting    = "written"
	byNeighbours = "neighbours"
	byAll        = "recommended"
)

// Evaluate puts applications aside and looks for them again. AsOf and Source of the batch
// say of what, Assign how what is recommended is shared out.
func (m *Matcher) Evaluate(ctx context.Context, lake Lake, b Batch, seed uint64) (*Evaluation, error) {
	x, today, release, err := m.acquire()
	if err != nil {
		return nil, err
	}
	defer release()
	b.K, b.ExcludeApplied = 20, true
	j, err := x.unlearned(ctx, lake, b, today)
	if err != nil {
		return nil, err
	}
	e := &Evaluation{Source: b.Source, Snapshot: x.s.Meta.Version, Simulated: x.s.Meta.Simulated, Seed: seed, Seekers: len(j.seekers), Postings: len(j.v.rows)}
	for _, rows := range j.applied {
		e.Applications += len(rows)
	}
	if e.Applications < 2*leastApplications {
		return nil, ieum.Errorf(ieum.ErrNotFound, "%d applications of seekers whose keys may be written out are too few to learn from and to ask about: there must be %d", e.Applications, 2*leastApplications)
	}
	for _, part := range []struct {
		to    *[]Way
		aside func(*rand.Rand, [][]uint32) (kept, aside [][]uint32)
		ask   func(context.Context, *job, [][]uint32) ([]Way, error)
	}{{&e.Known, oneOfEach, askPeople}, {&e.NewPeople, allOfSome, askPeople}, {&e.NewPostings, allForSome, askPostings}} {
		k := *j
		var aside [][]uint32
		k.applied, aside = part.aside(rand.New(rand.NewPCG(seed, 4)), j.applied)
		if err := k.prepare(ctx); err != nil {
			return nil, err
		}
		if k.tastes == nil {
			return nil, ieum.Errorf(ieum.ErrNotFound, "with those put aside, fewer than %d applications are left to learn from", leastApplications)
		}
		if *part.to, err = part.ask(ctx, &k, aside); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// oneOfEach puts one application aside of each who made more than one.
func oneOfEach(rnd *rand.Rand, applied [][]uint32) (kept, aside [][]uint32) {
	kept, aside = slices.Clone(applied), make([][]uint32, len(applied))
	for i, rows := range applied {
		if len(rows) > 1 {
			k := rnd.IntN(len(rows))
			aside[i], kept[i] = rows[k:k+1], slices.Delete(slices.Clone(rows), k, k+1)
		}
	}
	return kept, aside
}

// oneIn is of how many people or postings one is new.
const oneIn = 10

// allOfSome puts all applications aside of some who made any.
func allOfSome(rnd *rand.Rand, applied [][]uint32) (kept, aside [][]uint32) {
	kept, aside = slices.Clone(applied), make([][]uint32, len(applied))
	for i, rows := range applied {
		if len(rows) > 0 && rnd.IntN(oneIn) == 0 {
			aside[i], kept[i] = rows, nil
		}
	}
	return kept, aside
}

// allForSome puts all applications aside that were made for some postings.
func allForSome(rnd *rand.Rand, applied [][]uint32) (kept, aside [][]uint32) {
	kept, aside = make([][]uint32, len(applied)), make([][]uint32, len(applied))
	is := map[uint32]bool{}
	for i, rows := range applied {
		for _, row := range rows {
			if _, asked := is[row]; !asked {
				is[row] = rnd.IntN(oneIn) == 0
			}
			if is[row] {
				aside[i] = append(aside[i], row)
			} else {
				kept[i] = append(kept[i], row)
			}
		}
	}
	return kept, aside
}

// A trial is what was put aside of one, and what each way found, best first.
type trial struct {
	aside []uint32
	found [][]uint32 // by way
}

// askPeople looks for what was put aside of people.
func askPeople(ctx context.Context, j *job, aside [][]uint32) ([]Way, error) {
	popular, applicants := j.popular()
	plain := *j
	plain.tastes, plain.prices, plain.bonus = nil, nil, 0
	cases, err := eachCase(ctx, aside, func() func(i int) (found [][]uint32, err error) {
		h, rr, neighbours := newHunt(j.x, j.v), j.x.resumes(), newNeighbours(j, applicants)
		return func(i int) (found [][]uint32, err error) {
			written, err := plain.best(ctx, h, rr, i, j.b.K)
			if err != nil {
				return nil, err
			}
			all, err := j.best(ctx, h, rr, i, j.b.K)
			return [][]uint32{j.others(popular, i), rowsOf(written), neighbours.of(i, j.b.K), rowsOf(all)}, err
		}
	})
	if err != nil {
		return nil, err
	}
	return judge([]string{byPopularity, byWriting, byNeighbours, byAll}, cases, len(j.v.rows)), nil
}

// askPostings looks for the people who applied for postings.
func askPostings(ctx context.Context, j *job, aside [][]uint32) ([]Way, error) {
	people := map[uint32][]uint32{}
	for i, rows := range aside {
		for _, row := range rows {
			people[row] = append(people[row], uint32(i))
		}
	}
	var rows []uint32
	for row := range people {
		rows = append(rows, row)
	}
	slices.Sort(rows)
	of := make([][]uint32, len(rows))
	for k, row := range rows {
		of[k] = people[row]
	}
	cases, err := eachCase(ctx, of, func() func(k int) ([][]uint32, error) {
		rr := j.x.resumes()
		return func(k int) ([][]uint32, error) {
			written, all := rank.Best[scored]{K: j.b.K, Above: above}, rank.Best[scored]{K: j.b.K, Above: above}
			posting := j.tastes.model.Posting(int(j.tastes.place[rows[k]]))
			for i, row := range j.seekers {
				f := j.x.facts(rr.read(int(row)), int(rows[k]), j.v.day)
				s := scored{uint32(i), j.x.score(&f), uint64(i)}
				written.Offer(s)
				s.score += j.tastes.worth[i] * float64(als.Dot(j.tastes.model.Person(i), posting))
				all.Offer(s)
			}
			return [][]uint32{rowsOf(written.Sorted()), rowsOf(all.Sorted())}, ctx.Err()
		}
	})
	if err != nil {
		return nil, err
	}
	return judge([]string{byWriting, byAll}, cases, len(j.seekers)), nil
}

// eachCase asks, on all cores, about each of whom anything was put aside.
func eachCase(ctx context.Context, aside [][]uint32, asker func() func(i int) ([][]uint32, error)) ([]trial, error) {
	var at []int
	for i, rows := range aside {
		if len(rows) > 0 {
			at = append(at, i)
		}
	}
	cases := make([]trial, len(at))
	g, ctx := errgroup.WithContext(ctx)
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		g.Go(func() error {
			ask := asker()
			for c := w; c < len(at); c += workers {
				found, err := ask(at[c])
				if err != nil {
					return err
				}
				cases[c] = trial{aside[at[c]], found}
			}
			return ctx.Err()
		})
	}
	return cases, g.Wait()
}

func rowsOf(found []scored) []uint32 {
	rows := make([]uint32, len(found))
	for i, f := range found {
		rows[i] = f.row
	}
	return rows
}

// popular lists the candidates, those that most applied for first, and who applied for each.
func (j *job) popular() (rows []uint32, applicants map[uint32][]uint32) {
	applicants = map[uint32][]uint32{}
	for i, applied := range j.applied {
		for _, row := range applied {
			applicants[row] = append(applicants[row], uint32(i))
		}
	}
	rows = slices.Clone(j.v.rows)
	slices.SortStableFunc(rows, func(a, b uint32) int { return cmp.Compare(len(applicants[b]), len(applicants[a])) })
	return rows, applicants
}

// others are the first of some postings that a seeker did not apply for.
func (j *job) others(rows []uint32, i int) (found []uint32) {
	for _, row := range rows {
		if len(found) < j.b.K && !slices.Contains(j.applied[i], row) {
			found = append(found, row)
		}
	}
	return found
}

// neighbours find what those applied for who applied for the same, each counting by the
// cosine of what they share.
type neighbours struct {
	j          *job
	applicants map[uint32][]uint32
}

func newNeighbours(j *job, applicants map[uint32][]uint32) *neighbours {
	return &neighbours{j, applicants}
}

func (n *neighbours) of(i, k int) []uint32 {
	like, score := map[uint32]int{}, map[uint32]float64{}
	for _, row := range n.j.applied[i] {
		for _, other := range n.applicants[row] {
			like[other]++
		}
	}
	delete(like, uint32(i))
	var order []uint32
	for other := range like {
		order = append(order, other)
	}
	slices.Sort(order)
	for _, other := range order {
		theirs := n.j.applied[other]
		cosine := float64(like[other]) / math.Sqrt(float64(len(theirs)*len(n.j.applied[i])))
		for _, row := range theirs {
			score[row] += cosine
		}
	}
	best := rank.Best[scored]{K: k, Above: above}
	for row, s := range score {
		if n.j.v.contains(row) && !slices.Contains(n.j.applied[i], row) {
			best.Offer(scored{row, s, uint64(row)})
		}
	}
	return rowsOf(best.Sorted())
}

// judge counts what each way found of the cases, among so many candidates.
func judge(names []string, cases []trial, candidates int) (ways []Way) {
	recall := func(w, k int) []float64 {
		of := make([]float64, len(cases))
		for i, c := range cases {
			hits := 0
			for _, row := range c.found[w][:min(k, len(c.found[w]))] {
				if slices.Contains(c.aside, row) {
					hits++
				}
			}
			of[i] = float64(hits) / float64(min(k, len(c.aside)))
		}
		return of
	}
	first := recall(0, 20)
	for w, name := range names {
		at20 := recall(w, 20)
		beyond := make([]float64, len(cases))
		for i := range beyond {
			beyond[i] = at20[i] - first[i]
		}
		way := Way{Name: name, N: len(cases), Recall5: bootstrapped(recall(w, 5)), Recall20: bootstrapped(at20), Beyond: bootstrapped(beyond)}
		way.expose(w, cases, candidates)
		ways = append(ways, way)
	}
	return ways
}

// expose counts how often each candidate is among the first five.
func (y *Way) expose(w int, cases []trial, candidates int) {
	times := map[uint32]int{}
	for _, c := range cases {
		for _, row := range c.found[w][:min(5, len(c.found[w]))] {
			times[row]++
		}
	}
	var shown []int
	for _, n := range times {
		shown = append(shown, n)
	}
	slices.Sort(shown)
	if len(shown) == 0 {
		return
	}
	sum, weighted := 0.0, 0.0
	for i, n := range shown { // those never shown come before and add nothing
		sum += float64(n)
		weighted += float64(n) * float64(2*(candidates-len(shown)+i+1)-candidates-1)
	}
	y.Coverage, y.Gini, y.Most = float64(len(shown))/float64(candidates), weighted/(float64(candidates)*sum), shown[len(shown)-1]
}

// resamples is how many bootstrap samples a range is of.
const resamples = 1000

func bootstrapped(of []float64) Share {
	if len(of) == 0 {
		return Share{}
	}
	mean := func(at func(int) float64) float64 {
		sum := 0.0
		for i := range of {
			sum += at(i)
		}
		return sum / float64(len(of))
	}
	rnd := rand.New(rand.NewPCG(1, 5))
	means := make([]float64, resamples)
	for i := range means {
		means[i] = mean(func(int) float64 { return of[rnd.IntN(len(of))] })
	}
	slices.Sort(means)
	return Share{mean(func(i int) float64 { return of[i] }), means[resamples*25/1000], means[resamples*975/1000-1]}
}
