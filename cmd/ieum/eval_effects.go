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

	"golang.org/x/sync/errgroup"

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
	givens := []string{observed, partly, nothing}
	studies, lists := make([][]*study, len(givens)), make([][][]effect.Estimate, len(givens))
	var group errgroup.Group
	for i, given := range givens {
		group.Go(func() (err error) {
			studies[i] = []*study{l.candidacies(given), l.pays(given), l.hires(given)}
			lists[i], err = effect.Of(&studies[i][0].Table, &studies[i][1].Table, &studies[i][2].Table)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, given := range givens {
		for k, outcome := range outcomes {
			o.score(outcome, given).add(studies[i][k], lists[i][k])
		}
		o.lot(given).add(l, lists[i][2])
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

// horizon is within how many days of the decision somebody is hired or not.
const horizon = 365

// mostApart is by how much the logarithms of pay agreed and offered differ at most: beyond that
// the posting's pay is taken to be in a wrong unit.
const mostApart = 0.5

// A study is a table with the cells' names and, to score by, what is true of each.
type study struct {
	effect.Table
	names  []string
	truths []float64 // NaN: no number of the model, or nobody was treated
	tau    []float64 // of candidacies: 0 is no effect at all
}

// What an estimator is given of people: all that confounds, all but aptitude and motivation, or
// nothing, which gives the difference as it is.
const (
	observed = "observed"
	partly   = "partial"
	nothing  = "nothing"
)

// cellsOf numbers treatments by the 2-digit group that they lead to.
func (l *marketLog) cellsOf() (number map[string]int, names []string) {
	for _, c := range l.counsels {
		names = append(names, c.name())
	}
	slices.Sort(names)
	names = slices.Compact(names)
	number = map[string]int{}
	for i, n := range names {
		number[n] = i
	}
	return number, names
}

func (c *counselled) name() string {
	if c.exam {
		return "certificate " + c.field
	}
	return "course " + c.field
}

// truth is that of a cell in jobs of the 1-digit group that the treatment leads to.
func (l *marketLog) truth(name string) truthOfEffect {
	field := name[len(name)-2:]
	return l.cells[name[:len(name)-3]+field+field[:1]]
}

func (l *marketLog) study(binary bool, given string) (*study, map[string]int) {
	number, names := l.cellsOf()
	s := &study{names: names, truths: make([]float64, len(names)), tau: make([]float64, len(names))}
	s.Cells, s.Binary, s.Unmeasured = len(names), binary, given == partly
	for i, n := range names {
		s.truths[i], s.tau[i] = math.NaN(), l.truth(n).tau
	}
	return s, number
}

// row is what was known of somebody before the decision.
func (l *marketLog) row(c *counselled, given string) []float64 {
	if given == nothing {
		return nil
	}
	exam := 0.0
	if c.exam {
		exam = 1
	}
	years, _ := l.years(c, l.seekers[c.person].wish)
	row := []float64{c.x.age, c.x.education, float64(c.day - c.registered), float64(c.day), exam, years}
	if given == observed {
		row = append(row, c.x.aptitude, c.x.motivation)
	}
	return row
}

// beside adds what sets the seeker apart from what the posting asks for.
func (l *marketLog) beside(c *counselled, v vacant, given string) []float64 {
	row := l.row(c, given)
	if given == nothing {
		return row
	}
	years, last := l.years(c, v.occupation)
	over, levels := years-v.years, c.x.education-v.schooling
	if v.schooling < 0 {
		levels = 0
	}
	same := [3]float64{}
	if last < 3 {
		same[last] = 1
	}
	return append(row, max(-5, min(over, 0)), max(0, min(over, 5)), min(levels, 0), max(0, levels), same[0], same[1], same[2])
}

// years are those of work before the search in the 3-digit group of an occupation and half of
// those in its 2-digit group, and last says how near the last job was: 0 the same occupation,
// 1 and 2 those groups, 3 none of them.
func (l *marketLog) years(c *counselled, occupation string) (years float64, last int) {
	last = 3
	began := 12*1970 + int(float64(c.registered)/30.4375) + 1
	newest := 0
	for _, s := range l.seekers[c.person].spells {
		if s.start == 0 || s.start >= began || s.occupation == "" || occupation == "" {
			continue
		}
		end := s.end
		if end == 0 || end > began {
			end = began
		}
		k := 3
		for d := 4; d >= 2; d-- {
			if s.occupation[:d] == occupation[:d] {
				k = 4 - d
				break
			}
		}
		switch k {
		case 0, 1:
			years += float64(end-s.start) / 12
		case 2:
			years += float64(end-s.start) / 24
		}
		if s.start > newest {
			newest, last = s.start, k
		}
	}
	return years, last
}

// candidacies are the applications to jobs of the 1-digit group that the treatment leads to.
func (l *marketLog) candidacies(given string) *study {
	s, number := l.study(true, given)
	sums, counts := make([]float64, s.Cells), make([]float64, s.Cells)
	l.each(func(c *counselled, a *candidate, v vacant) {
		k, y := number[c.name()], 0.0
		if a.replied {
			y = 1
		}
		s.Units = append(s.Units, effect.Unit{Person: int(c.person), Cell: k, Treated: c.taken, Outcome: y})
		s.X = append(s.X, l.beside(c, v, given))
		if c.taken {
			sums[k] += a.chance - logistic(logit(a.chance)-l.truth(c.name()).tau)
			counts[k]++
		}
	})
	for k := range sums {
		s.truths[k] = l.weight * sums[k] / counts[k]
	}
	return s
}

// pays are the pays agreed over those offered, where the posting says its pay.
func (l *marketLog) pays(given string) *study {
	s, number := l.study(false, given)
	l.each(func(c *counselled, a *candidate, v vacant) {
		over := math.Log(float64(a.pay) / v.pay)
		if a.pay == 0 || v.pay == 0 || math.Abs(over) > mostApart {
			return
		}
		k := number[c.name()]
		s.Units = append(s.Units, effect.Unit{Person: int(c.person), Cell: k, Treated: c.taken, Outcome: over})
		s.X = append(s.X, l.beside(c, v, given))
		s.truths[k] = l.truth(c.name()).delta
	})
	return s
}

// hires say who was hired within the horizon.
func (l *marketLog) hires(given string) *study {
	s, number := l.study(true, given)
	for _, c := range l.counsels {
		if c.day+horizon > l.lastDay {
			continue
		}
		y := 0.0
		if c.hiredInTime() {
			y = 1
		}
		s.Units = append(s.Units, effect.Unit{Person: int(c.person), Cell: number[c.name()], Treated: c.taken, Outcome: y})
		s.X = append(s.X, l.row(c, given))
	}
	return s
}

func (c *counselled) hiredInTime() bool { return c.hired > 0 && c.hired <= c.day+horizon }

// each calls f for each application after the decision, to a job of the 1-digit group that the
// treatment leads to: both then look, and who is in a course does not apply.
func (l *marketLog) each(f func(c *counselled, a *candidate, v vacant)) {
	for _, c := range l.counsels {
		for k := range c.candidates {
			a := &c.candidates[k]
			if v := l.postings[a.posting]; a.day >= c.day && v.occupation != "" && v.occupation[0] == c.field[0] {
				f(c, a, v)
			}
		}
	}
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
func logit(p float64) float64    { return math.Log(p / (1 - p)) }
