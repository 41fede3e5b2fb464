package match

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"ieum/internal/match/rank"
)

// An Assignment is how postings are shared out among many people at once.
type Assignment string

const (
	AssignNone     Assignment = "none"     // to each what suits them best, whoever else is sent there
	AssignDiscount Assignment = "discount" // what many applied for counts less
	AssignCapacity Assignment = "capacity" // a posting is sent to no more than in proportion to the people it wants
)

// discounted is to which power of its applicants what others chose of a posting is divided
// (on Scout's log coverage is level with an optimal transport at a tenth of its cost; docs/quality.md).
const discounted = .4

// discount lowers the vectors of what many applied for.
func (t *tastes) discount(applied [][]uint32) {
	n := make([]int, len(t.model.Postings)/t.model.Dim)
	for _, rows := range applied {
		for _, row := range rows {
			n[t.place[row]]++
		}
	}
	for p, n := range n {
		by := float32(math.Pow(float64(n+1), -discounted))
		v := t.model.Posting(p)
		for k := range v {
			v[k] *= by
		}
	}
}

const (
	share   = 1.5    // times the people a posting would be sent to if all were shared out by the places there are
	sampled = 20_000 // seekers by whose wishes prices are found
	wishes  = 40     // of each, for each posting they are sent
	haggles = 150    // times that prices are changed
)

// price finds by how many points postings must be lowered for none to be sent to many more
// people than its share, and each to somebody: the dual of an assignment with the places of postings as capacity
// (an auction in the sense of Bertsekas 1988), for some of the seekers, and then used for all.
func (j *job) price(ctx context.Context) error {
	rnd := rand.New(rand.NewPCG(1, 3))
	some := rnd.Perm(len(j.seekers))
	some = some[:min(sampled, len(some))]
	lists, err := j.wished(ctx, len(some), func(ctx context.Context) func(i int) ([]scored, error) {
		h, rr := newHunt(j.x, j.v), j.x.resumes()
		return func(i int) ([]scored, error) { return j.best(ctx, h, rr, some[i], j.b.K*wishes) }
	})
	if err != nil {
		return err
	}
	j.prices = j.haggle(lists)
	for _, row := range j.v.rows {
		j.bonus = max(j.bonus, -float64(j.prices[row]))
	}
	return nil
}

// wished lists what each of n people wishes for most, on all cores; worker makes what one of
// them does.
func (j *job) wished(ctx context.Context, n int, worker func(context.Context) func(i int) ([]scored, error)) ([][]scored, error) {
	lists := make([][]scored, n)
	g, ctx := errgroup.WithContext(ctx)
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		g.Go(func() (err error) {
			best := worker(ctx)
			for i := w; i < n && err == nil; i += workers {
				lists[i], err = best(i)
			}
			return err
		})
	}
	return lists, g.Wait()
}

// haggle raises the prices of what too many are sent to, and lowers those of what nobody is
// sent to; where places are to spare nothing is lowered.
func (j *job) haggle(lists [][]scored) []float32 {
	p := &j.x.s.Postings
	prices, sent := make([]float32, p.ID.Len()), make([]uint32, p.ID.Len())
	wished := make([]bool, p.ID.Len())
	var depths []float64 // points from the last that is sent to the last wish
	places, wanted, step := 0.0, 0, 0.0
	one := float64(len(lists)) / float64(len(j.seekers)) // of those sampled, for one of all
	for _, row := range j.v.rows {
		places += float64(max(1, p.Openings.At(int(row))))
	}
	for _, list := range lists {
		n := min(j.b.K, len(list))
		wanted += n
		for _, f := range list {
			wished[f.row] = true
		}
		if n > 0 {
			step += (list[0].score - list[len(list)-1].score) / float64(len(lists))
			depths = append(depths, list[n-1].score-list[len(list)-1].score)
		}
	}
	slices.Sort(depths)
	bonus := 0.0 // that brings few a posting they did not wish for at all
	if len(depths) > 0 && j.spare == 0 {
		bonus = depths[len(depths)/100]
	}
	best := rank.Best[scored]{K: j.b.K, Above: above}
	for round := range haggles {
		clear(sent)
		for _, list := range lists {
			for _, f := range list {
				f.score -= float64(prices[f.row])
				best.Offer(f)
			}
			for _, f := range best.Sorted() {
				sent[f.row]++
			}
		}
		by := step / 4 / (1 + float64(round)/10)
		for _, row := range j.v.rows {
			if !wished[row] {
				continue
			}
			openings := float64(max(1, p.Openings.At(int(row))))
			even := float64(wanted) * openings / places
			prices[row] = max(float32(-bonus), offer(prices[row], float64(sent[row]), min(one, even), max(share*even, j.spare*openings), by))
		}
	}
	return prices
}

// offer is the next price of a posting that was sent to so many, and should be to no fewer
// than least and no more than most: above 0 while too many want it, below 0 while too few do.
func offer(price float32, sent, least, most, by float64) float32 {
	than := func(n float64) float32 { return float32(by * math.Log((sent+.5)/(n+.5))) }
	if over := than(most); over > 0 || price > 0 {
		return max(0, price+over)
	}
	return min(0, price+than(least))
}
