package occupation

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"ieum"
)

// Figures say how good a coder is on titles it has not seen.
type Figures struct {
	Input      string  `json:"input"`              // title, title+duties, …
	Unlisted   bool    `json:"unlisted,omitempty"` // of jobs alone whose title does not stand among those set down by hand
	N          int     `json:"n"`
	Top1       float64 `json:"top1"`
	Top1Range  Range   `json:"top1_range"`
	Top5       float64 `json:"top5"`
	Top5Range  Range   `json:"top5_range"`
	Top10      float64 `json:"top10"`
	Top10Range Range   `json:"top10_range"`
	ECE        float64 `json:"ece"` // expected calibration error of the likeliest code, 15 equal bins
	ECERange   Range   `json:"ece_range"`
	Answer     []Level `json:"answer"`
}

// A Level says how often an answer of so many digits is given, and is right.
type Level struct {
	Digits int     `json:"digits"`
	Share  float64 `json:"share"` // of all titles
	Right  float64 `json:"right"` // of the answers
}

// A Report is what an evaluation found.
type Report struct {
	Classification string    `json:"classification"`
	Folds          int       `json:"folds"`
	Seed           uint64    `json:"seed"`
	Jobs           int       `json:"jobs"`
	Figures        []Figures `json:"figures"`

	calibration [inputs]calibration
}

// The inputs that are scored.
var scored = []struct {
	name  string
	input int
	of    func(job) (title, duties string)
}{
	{"title+duties", titleAndDuties, func(j job) (string, string) { return j.titles[0], j.duties }},
	{"title+summary+duties", titleAndDuties, func(j job) (string, string) { return j.titles[0], j.summary + " " + j.duties }},
	{"title", titleOnly, func(j job) (string, string) { return j.titles[0], "" }},
	{"duties", dutiesOnly, func(j job) (string, string) { return "", j.duties }},
}

// A trial is one held-out job with the logits for each input, and what the
// dictionary says of its title.
type trial struct {
	job    job
	logits [][]float32
	named  []meaning // nil when the title is in no list
}

// Evaluate trains on all but one fold of the dictionary of occupations at a
// time and scores on that fold, by the KECO 2018 codes the dictionary has.
// Folds are drawn by seed over jobs; a job's aliases are in its fold. Two folds
// are trained at a time, which takes about a gigabyte. Progress is told how many are
// done.
func Evaluate(c *Corpus, folds int, seed uint64, progress func(done, of int)) (Report, error) {
	order := rand.New(rand.NewPCG(seed, 2)).Perm(len(c.jobs))
	coders := make([]*Coder, folds)
	trials := make([][]trial, folds)
	var wait sync.WaitGroup
	running := make(chan struct{}, 2)
	var telling sync.Mutex
	var failed error
	done := 0
	for f := range folds {
		wait.Go(func() {
			running <- struct{}{}
			defer func() { <-running }()
			part := *c
			part.jobs = nil
			var held []job
			for i, j := range order {
				if i%folds == f {
					held = append(held, c.jobs[j])
				} else {
					part.jobs = append(part.jobs, c.jobs[j])
				}
			}
			coder, err := Load(train(&part, seed).encode(), nil)
			if err == nil {
				coder, _ = coder.In(KECO2018)
				coders[f], trials[f] = coder, try(coder, held)
			}
			telling.Lock()
			defer telling.Unlock()
			failed = errors.Join(failed, err)
			done++
			progress(done, folds)
		})
	}
	wait.Wait()
	if failed != nil {
		return Report{}, failed
	}
	r := Report{Classification: KECO2018, Folds: folds, Seed: seed, Jobs: len(c.jobs)}
	r.calibration = calibrate(trials)
	for f, c := range coders {
		c.calibration = calibrate(slices.Concat(trials[:f], trials[f+1:]))
	}
	r.score(coders, trials, c.byHand)
	return r, nil
}

// try keeps what the linear model and the dictionary say of each job, before
// calibration.
func try(c *Coder, held []job) []trial {
	d := newDesk(c.model)
	out := make([]trial, len(held))
	for i, j := range held {
		out[i].job = j
		for _, s := range scored {
			title, duties := s.of(j)
			words, head := d.clean(title)
			if title != "" {
				out[i].named = d.meanings(words, head)
			}
			d.logits(words, duties)
			out[i].logits = append(out[i].logits, append([]float32(nil), d.score...))
		}
	}
	return out
}

// calibrate finds the calibration of each sort of input: the temperature under
// which the right units of held-out jobs are likeliest, then by logistic
// regression how often the likeliest unit is right, both where the dictionary does
// not know the title, and how far to trust it where it does.
func calibrate(trials [][]trial) (all [inputs]calibration) {
	for k, s := range scored {
		if k > 0 && scored[k-1].input == s.input {
			continue
		}
		best, c := math.Inf(1), calibration{}
		for t := float32(0.3); t < 3; t *= 1.1 {
			var loss float64
			each(trials, k, t, func(_ int, p []float32, unit int) { loss -= math.Log(float64(p[unit]) + 1e-9) })
			if loss < best {
				best, c.temperature = loss, t
			}
		}
		var p []float64
		var right []bool
		each(trials, k, c.temperature, func(top int, all []float32, unit int) {
			p, right = append(p, float64(all[top])), append(right, top == unit)
		})
		c.slope, c.offset = regress(p, right)
		c.trust = trustIn(trials, k, c)
		all[s.input] = c
	}
	return all
}

// each goes over the probabilities of all trials whose title no list has.
func each(trials [][]trial, input int, temperature float32, visit func(top int, p []float32, unit int)) {
	var p []float32
	for _, fold := range trials {
		for _, x := range fold {
			if x.named != nil && scored[input].input != dutiesOnly {
				continue
			}
			p = append(p[:0], x.logits[input]...)
			softmax(p, temperature)
			visit(slices.Index(p, slices.Max(p)), p, x.job.unit)
		}
	}
}

// trustIn returns the trust in the dictionary under which the right units of
// the titles that it knows are likeliest; at least a half, so that a title that it has
// under one unit is of that unit.
func trustIn(trials [][]trial, input int, c calibration) float32 {
	best, trust := math.Inf(1), float32(trustOwn)
	var p []float32
	var said [][2]float32 // of the right unit: by the model, by the dictionary
	for _, fold := range trials {
		for _, x := range fold {
			if x.named == nil {
				continue
			}
			p = append(p[:0], x.logits[input]...)
			c.apply(p)
			right := [2]float32{p[x.job.unit], 0}
			for _, m := range x.named {
				if int(m.unit) == x.job.unit {
					right[1] = m.p
				}
			}
			said = append(said, right)
		}
	}
	for t := float32(0.5); t < 1; t += 0.05 {
		var loss float64
		for _, p := range said {
			loss -= math.Log(float64((1-t)*p[0]+t*p[1]) + 1e-9)
		}
		if loss < best {
			best, trust = loss, t
		}
	}
	return trust
}

// regress fits the log-odds of being right to those claimed, by Newton's method.
func regress(p []float64, right []bool) (slope, offset float32) {
	a, b := 1.0, 0.0
	for range 50 {
		var ga, gb, haa, hab, hbb float64
		for i, p := range p {
			x := math.Log(p+1e-6) - math.Log(1-p+1e-6)
			q := 1 / (1 + math.Exp(-a*x-b))
			e, v := q, q*(1-q)
			if right[i] {
				e--
			}
			ga, gb = ga+e*x, gb+e
			haa, hab, hbb = haa+v*x*x, hab+v*x, hbb+v
		}
		det := haa*hbb - hab*hab
		if det < 1e-9 {
			break
		}
		a -= (hbb*ga - hab*gb) / det
		b -= (haa*gb - hab*ga) / det
	}
	return float32(a), float32(b)
}

// An outcome is what came out for one held-out job.
type outcome struct {
	rank  int // of the right code, from 0; large when it is not among the first ten
	p     float64
	level int  // digits of the answer; 0 = none
	right bool // it is
}

// calibrationError is the expected calibration error of the likeliest code: the mean
// distance between what was claimed and how often it was right, in 15 equal bins.
func calibrationError(of []outcome) float64 {
	var gap [15]float64
	for _, o := range of {
		g := o.p
		if o.rank == 0 {
			g--
		}
		gap[min(len(gap)-1, int(o.p*float64(len(gap))))] += g
	}
	var sum float64
	for _, g := range gap {
		sum += math.Abs(g)
	}
	return sum / max(1, float64(len(of)))
}

// within returns the share of outcomes whose right code is among the first k.
func within(k int) func([]outcome) float64 {
	return func(of []outcome) float64 {
		n := 0
		for _, o := range of {
			if o.rank < k {
				n++
			}
		}
		return float64(n) / max(1, float64(len(of)))
	}
}

// A Range holds 95 of 100 samples of a figure, by bootstrap over jobs.
type Range [2]float64

func rangeOf(all []outcome, figure func([]outcome) float64) Range {
	rng := rand.New(rand.NewPCG(1, 3))
	drawn := make([]outcome, len(all))
	var figures []float64
	for range 1000 {
		for i := range drawn {
			drawn[i] = all[rng.IntN(len(all))]
		}
		figures = append(figures, figure(drawn))
	}
	slices.Sort(figures)
	return Range{figures[25], figures[974]}
}

// score counts what the coders say, each calibrated on the other folds: of all jobs,
// and of those whose title does not stand among the titles set down by hand, which are
// in training always.
func (r *Report) score(coders []*Coder, trials [][]trial, byHand map[string]bool) {
	for _, unlisted := range []bool{false, true} {
		for _, s := range scored {
			var all []outcome
			for i, fold := range trials {
				c := coders[i]
				for _, x := range fold {
					if unlisted && byHand[x.job.titles[0]] {
						continue
					}
					title, duties := s.of(x.job)
					codes, a, ok := c.Read(title, duties, 10)
					want := c.units[x.job.unit].code2018
					o := outcome{rank: rankOf(codes, want), p: codes[0].P}
					if ok {
						o.level, o.right = a.Level, want[:a.Level] == a.Code
					}
					all = append(all, o)
				}
			}
			f := figuresOf(all)
			f.Input, f.Unlisted = s.name, unlisted
			r.Figures = append(r.Figures, f)
		}
	}
}

func figuresOf(all []outcome) Figures {
	f := Figures{N: len(all)}
	f.Top1, f.Top1Range = within(1)(all), rangeOf(all, within(1))
	f.Top5, f.Top5Range = within(5)(all), rangeOf(all, within(5))
	f.Top10, f.Top10Range = within(10)(all), rangeOf(all, within(10))
	f.ECE, f.ECERange = calibrationError(all), rangeOf(all, calibrationError)
	for level := 4; level >= 2; level-- {
		var answered, right float64
		for _, o := range all {
			if o.level == level {
				answered++
				if o.right {
					right++
				}
			}
		}
		f.Answer = append(f.Answer, Level{level, answered / max(1, float64(len(all))), right / max(1, answered)})
	}
	return f
}

// rankOf returns the rank of a code, from 0; past all where it is not there.
func rankOf(codes []ieum.Scored, want string) int {
	if i := slices.IndexFunc(codes, func(c ieum.Scored) bool { return c.Code == want }); i >= 0 {
		return i
	}
	return math.MaxInt
}

// Train cross-validates, trains on all of the corpus and returns the weights as
// Load reads them, with the calibrations the cross-validation found.
func Train(c *Corpus, folds int, seed uint64, progress func(done, of int)) ([]byte, Report, error) {
	r, err := Evaluate(c, folds, seed, progress)
	if err != nil {
		return nil, r, err
	}
	w := train(c, seed)
	w.calibration = r.calibration
	return w.encode(), r, nil
}
