package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"ieum/internal/jobcare/effect"
	"ieum/internal/simulate"
)

// An EffectsEval is what eval effects prints: how the estimates of courses and certificates
// are, on markets of which the truth is known.
type EffectsEval struct {
	Seeds    int            `json:"seeds"`
	Resumes  int            `json:"resumes"` // of a market
	Postings int            `json:"postings"`
	Scores   []EffectsScore `json:"scores"`
	Lot      []LotScore     `json:"lot"`
}

// An EffectsScore is of one outcome and of what was known of people. Cells are treatments by
// the 2-digit group they lead to, in each market; only those with an interval count.
type EffectsScore struct {
	Outcome  string  `json:"outcome"` // interest, pay, hired
	Given    string  `json:"given"`   // observed, partial, nothing
	Cells    int     `json:"cells"`
	TooFew   int     `json:"tooFew"`  // cells without an interval
	Covered  int     `json:"covered"` // intervals that hold the truth
	Coverage float64 `json:"coverage"`
	Error    float64 `json:"error"`   // mean of estimate less truth
	ErrorSE  float64 `json:"errorSE"` // its standard error, over cells
	Width    float64 `json:"halfWidth"`
	Without  float64 `json:"without"` // mean of what would have been without

	Zero      int `json:"zero"`      // cells without an effect
	ZeroAbove int `json:"zeroAbove"` // said to have one, above 0
	ZeroBelow int `json:"zeroBelow"`
	ZeroApart int `json:"zeroApart"` // with an interval that leaves 0 out, whatever is said
	Some      int `json:"some"`      // cells with an effect, which is above 0
	SomeAbove int `json:"someAbove"` // said to have one
	SomeBelow int `json:"someBelow"`

	Order float64 `json:"order"` // mean over markets of the rank correlation of estimates with τ
	Bound float64 `json:"bound"` // median E-value of the bound, of cells with an effect whose interval leaves 0 out

	errors, widths, withouts, orders, bounds []float64
}

// A LotScore is of being hired, over all cells and markets: the estimate for those who took it
// up beside what the lot of being referred gives for those whom it moves (Imbens and Angrist,
// Econometrica 62, 1994).
type LotScore struct {
	Given    string  `json:"given"`
	Estimate float64 `json:"estimate"`
	Lot      float64 `json:"lot"`
	LotSE    float64 `json:"lotSE"`
	weight   float64
	arms     [2]lotArm
}

type lotArm struct{ n, taken, hired float64 }

// ofEffects is a command line of ieum eval effects.
type ofEffects struct {
	seeds, resumes, postings int
	in                       string
}

func (o *ofEffects) flags(fs *flag.FlagSet) {
	fs.IntVar(&o.seeds, "seeds", 20, "of effects: markets, with the seeds from 1 on")
	fs.IntVar(&o.resumes, "resumes", 600_000, "of effects: résumés of a market")
	fs.IntVar(&o.postings, "postings", 180_000, "of effects: postings of a market")
	fs.StringVar(&o.in, "in", "", "of effects: a `folder` that keeps the markets for the next run (default: a temporary one)")
}

// eval simulates markets, unless they are there, and scores the estimates in each.
func (o *ofEffects) eval(ctx context.Context, e *env) error {
	if o.seeds < 1 || o.resumes < 1 || o.postings < 1 {
		return usagef("eval effects: --seeds, --resumes and --postings are at least 1")
	}
	dir, keep := o.in, o.in != ""
	if !keep {
		tmp, err := os.MkdirTemp("", "ieum-effects-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(tmp)
		dir = tmp
	}
	out := EffectsEval{Seeds: o.seeds, Resumes: o.resumes, Postings: o.postings}
	for seed := range o.seeds {
		p := simulate.Default()
		p.Seed, p.Resumes, p.Postings = uint64(seed+1), o.resumes, o.postings
		if err := p.Check(); err != nil {
			return usage{err}
		}
		market := filepath.Join(dir, fmt.Sprintf("market-%d-%d-%d", o.resumes, o.postings, p.Seed))
		if err := makeMarket(ctx, e, p, market); err != nil {
			return err
		}
		l, err := readMarketLog(market)
		if err != nil {
			return err
		}
		if err := out.add(l); err != nil {
			return err
		}
		if keep {
			continue
		}
		if err := os.RemoveAll(market); err != nil {
			return err
		}
	}
	out.end()
	return writeJSON(e.stdout, out)
}

// outcomes are those that are shown together.
var outcomes = []string{"interest", "pay", "hired"}

// add scores one market.
func (o *EffectsEval) add(l *marketLog) error {
	for _, given := range []string{observed, partly, nothing} {
		studies := []*study{l.candidacies(given), l.pays(given), l.hires(given)}
		lists, err := effect.Of(&studies[0].Table, &studies[1].Table, &studies[2].Table)
		if err != nil {
			return err
		}
		for k, outcome := range outcomes {
			o.score(outcome, given).add(studies[k], lists[k])
		}
		o.lot(given).add(l, lists[2])
	}
	return nil
}

func (o *EffectsEval) score(outcome, given string) *EffectsScore {
	k := slices.IndexFunc(o.Scores, func(s EffectsScore) bool { return s.Outcome == outcome && s.Given == given })
	if k < 0 {
		k = len(o.Scores)
		o.Scores = append(o.Scores, EffectsScore{Outcome: outcome, Given: given})
	}
	return &o.Scores[k]
}

func (o *EffectsEval) lot(given string) *LotScore {
	k := slices.IndexFunc(o.Lot, func(s LotScore) bool { return s.Given == given })
	if k < 0 {
		k = len(o.Lot)
		o.Lot = append(o.Lot, LotScore{Given: given})
	}
	return &o.Lot[k]
}

func (s *EffectsScore) add(of *study, list []effect.Estimate) {
	var effects, taus []float64
	for i, e := range list {
		if !e.Shown() {
			s.TooFew++
			continue
		}
		s.Cells++
		s.widths, s.withouts = append(s.widths, (e.High-e.Low)/2), append(s.withouts, e.Without)
		effects, taus = append(effects, e.Effect), append(taus, of.tau[i])
		if truth := of.truths[i]; !math.IsNaN(truth) {
			s.errors = append(s.errors, e.Effect-truth)
			if e.Low <= truth && truth <= e.High {
				s.Covered++
			}
		}
		apart, above, below := e.Low > 0 || e.High < 0, 0, 0
		if e.Verdict == effect.Found && e.Effect > 0 {
			above = 1
		} else if e.Verdict == effect.Found {
			below = 1
		}
		if of.tau[i] != 0 {
			s.Some++
			s.SomeAbove += above
			s.SomeBelow += below
			if apart {
				s.bounds = append(s.bounds, e.Hidden.Bound)
			}
			continue
		}
		s.Zero++
		s.ZeroAbove += above
		s.ZeroBelow += below
		if apart {
			s.ZeroApart++
		}
	}
	s.orders = append(s.orders, rankCorrelation(effects, taus))
}

func (s *LotScore) add(l *marketLog, list []effect.Estimate) {
	for _, e := range list {
		if e.Shown() {
			s.Estimate += e.Effect * float64(e.Treated)
			s.weight += float64(e.Treated)
		}
	}
	for _, c := range l.counsels {
		if c.day+horizon > l.lastDay {
			continue
		}
		a := &s.arms[0]
		if c.referred {
			a = &s.arms[1]
		}
		a.n++
		if c.taken {
			a.taken++
		}
		if c.hiredInTime() {
			a.hired++
		}
	}
}

// end makes means of what was added up.
func (o *EffectsEval) end() {
	for i := range o.Scores {
		s := &o.Scores[i]
		n := float64(len(s.errors))
		if n > 0 {
			s.Coverage = float64(s.Covered) / n
			s.Error = mean(s.errors)
			for _, x := range s.errors {
				s.ErrorSE += (x - s.Error) * (x - s.Error)
			}
			s.ErrorSE = math.Sqrt(s.ErrorSE) / n
		}
		s.Width, s.Without, s.Order = mean(s.widths), mean(s.withouts), mean(s.orders)
		if slices.Sort(s.bounds); len(s.bounds) > 0 {
			s.Bound = s.bounds[len(s.bounds)/2]
		}
	}
	for i := range o.Lot {
		s := &o.Lot[i]
		s.Estimate /= max(s.weight, 1)
		var y, t, v [2]float64
		for k, a := range s.arms {
			n := max(a.n, 1)
			y[k], t[k] = a.hired/n, a.taken/n
			v[k] = y[k] * (1 - y[k]) / n
		}
		if t[0] == t[1] {
			continue
		}
		s.Lot = (y[1] - y[0]) / (t[1] - t[0])
		s.LotSE = math.Sqrt(v[0]+v[1]) / (t[1] - t[0])
	}
	slices.SortStableFunc(o.Scores, func(a, b EffectsScore) int { return cmp.Compare(a.Outcome+a.Given, b.Outcome+b.Given) })
}

func mean(list []float64) (m float64) {
	for _, x := range list {
		m += x / float64(len(list))
	}
	return m
}

// rankCorrelation is Spearman's, equal values having their mean rank.
func rankCorrelation(a, b []float64) float64 {
	x, y := ranks(a), ranks(b)
	mx, my := mean(x), mean(y)
	var xy, xx, yy float64
	for i := range x {
		xy += (x[i] - mx) * (y[i] - my)
		xx += (x[i] - mx) * (x[i] - mx)
		yy += (y[i] - my) * (y[i] - my)
	}
	return xy / math.Sqrt(max(xx*yy, 1e-300))
}

func ranks(list []float64) []float64 {
	out := make([]float64, len(list))
	for i, x := range list {
		for _, y := range list {
			if y < x {
				out[i]++
			} else if y == x {
				out[i] += 0.5
			}
		}
	}
	return out
}
