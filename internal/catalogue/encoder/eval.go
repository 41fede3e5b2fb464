package encoder

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"ieum"
)

// A Report is how good an encoder is on benchmarks it was not trained on.
type Report struct {
	Card    Card     `json:"card"`
	Figures []Figure `json:"figures"`
}

// A Figure is a mean over queries with its 95 % interval (bootstrap over
// queries, 2,000 resamples), in thousandths.
type Figure struct {
	Set     string  `json:"set"`
	Metric  string  `json:"metric"` // map: of the whole ranking; mrr: of the first right one, of 100 in MELO
	Ranked  string  `json:"ranked"` // by: shipped (encoder and letters), encoder, letters, or supervised
	Queries int     `json:"queries"`
	Value   float64 `json:"value"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
}

// Evaluate scores an encoder on the benchmarks in a folder: TalentCLEF 2025
// task A (talentclef/validation/LANGUAGE), MELO (melo/*_q_*_c_*), and titles of
// vacancies against ESCO (jobnorm/validation.csv with esco/occupations_en.csv).
// The last is also scored with what the titles of the other half say, in two
// folds drawn by seed; nothing of that is kept.
func Evaluate(e *Encoder, dir string, seed uint64, progress func(string)) (Report, error) {
	all, err := readBenchmarks(dir)
	if err != nil {
		return Report{}, err
	}
	if len(all) == 0 {
		return Report{}, ieum.Errorf(ieum.ErrNotFound, "%s has nothing to score on: no talentclef, melo or jobnorm folder", dir)
	}
	r := Report{Card: e.card}
	r.Card.Figures = nil // those of the day of training
	for _, b := range all {
		progress(b.name)
		x := e.Index(b.corpus)
		r.Figures = append(r.Figures, b.figures(x, seed)...)
		if b.unit != nil {
			progress(b.name + ", supervised")
			r.Figures = append(r.Figures, b.supervised(x, seed))
		}
	}
	return r, nil
}

// HeldBack scores an encoder on an agency's own names that it did not learn: by the thing each
// is a name of, among all things of names.tsv. There are no figures where none were held back.
func (e *Encoder) HeldBack(c *Corpus, seed uint64) []Figure {
	if c.held == nil || len(c.held.queries) == 0 {
		return nil
	}
	return c.held.figures(e.Index(c.held.corpus), seed)
}

// The ways of ranking that are compared: the shipped one, and its parts.
var ways = []string{"shipped", "encoder", "letters"}

// figures are the means of the metric over queries, one for each way.
func (b *benchmark) figures(x *Index, seed uint64) []Figure {
	each := make([][]float64, len(ways))
	for w := range each {
		each[w] = make([]float64, len(b.queries))
	}
	share(len(b.queries), func(q int) {
		s := x.score(b.queries[q])
		for w, score := range [][]float32{s.fused, s.encoder, s.letters} {
			each[w][q] = b.metricOf(q, b.best(score))
		}
	})
	var out []Figure
	for w, name := range ways {
		out = append(out, b.figure(name, each[w], seed))
	}
	return out
}

// figure is the mean of a metric with its interval.
func (b *benchmark) figure(by string, each []float64, seed uint64) Figure {
	low, high := bootstrap(each, seed)
	return Figure{b.name, b.metric, by, len(each), round(mean(each)), round(low), round(high)}
}

// best returns the score of each unit: that of the likest of its names.
func (b *benchmark) best(score []float32) []float32 {
	if b.unit == nil {
		return score
	}
	out := make([]float32, b.units)
	for u := range out {
		out[u] = -2
	}
	for i, u := range b.unit {
		out[u] = max(out[u], score[i])
	}
	return out
}

// share runs f for 0 to n-1 on all cores.
func share(n int, f func(i int)) {
	var wait sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	for w := range cores {
		wait.Go(func() {
			for i := w; i < n; i += cores {
				f(i)
			}
		})
	}
	wait.Wait()
}

func mean(x []float64) float64 {
	var sum float64
	for _, v := range x {
		sum += v
	}
	return sum / float64(max(1, len(x)))
}

func round(x float64) float64 { return math.Round(x*1000) / 1000 }

// bootstrap returns the middle 95 % of means of resamples.
func bootstrap(x []float64, seed uint64) (low, high float64) {
	const resamples = 2000
	rng := rand.New(rand.NewPCG(seed, 7))
	means := make([]float64, resamples)
	for i := range means {
		for range x {
			means[i] += x[rng.IntN(len(x))]
		}
		means[i] /= float64(len(x))
	}
	slices.Sort(means)
	return means[resamples/40], means[resamples-1-resamples/40]
}

// supervised ranks each half by a learner that has seen the labels of the other
// half and no more.
func (b *benchmark) supervised(x *Index, seed uint64) Figure {
	each := make([]float64, len(b.queries))
	order := rand.New(rand.NewPCG(seed, 3)).Perm(len(each))
	for h := range 2 {
		var seen, asked []int
		for i, q := range order {
			if i%2 == h {
				asked = append(asked, q)
			} else if len(b.relevant[q]) > 0 {
				seen = append(seen, q)
			}
		}
		l := newLearner(b, x, seen, seed)
		share(len(asked), func(i int) {
			each[asked[i]] = b.metricOf(asked[i], l.score(b.queries[asked[i]]))
		})
	}
	return b.figure("supervised", each, seed)
}
