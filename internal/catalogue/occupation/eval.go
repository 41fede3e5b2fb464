package occupation

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
)

// Figures say how good a coder is on titles it has not seen.
type Figures struct {
	Input  string  `json:"input"` // title, title+duties, alias
	N      int     `json:"n"`
	Top1   float64 `json:"top1"`
	Top5   float64 `json:"top5"`
	Top10  float64 `json:"top10"`
	ECE    float64 `json:"ece"` // expected calibration error of the likeliest code, 15 equal bins
	Answer []Level `json:"answer"`
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

// A trial is one held-out job with the logits for each input.
type trial struct {
	job    job
	logits [][]float32
}

// Evaluate trains on all but one fold of the dictionary of occupations at a
// time and scores on that fold, by the KECO 2018 codes the dictionary has.
// Folds are drawn by seed over jobs; a job's aliases are in its fold. Two folds
// are trained at a time, which takes about a gigabyte.
func Evaluate(c *Corpus, folds int, seed uint64) (Report, error) {
	order := rand.New(rand.NewPCG(seed, 2)).Perm(len(c.jobs))
	coders := make([]*Coder, folds)
	trials := make([][]trial, folds)
	var wait sync.WaitGroup
	running := make(chan struct{}, 2)
	var failed error
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
			if err != nil {
				failed = err
				return
			}
			coder, _ = coder.In(KECO2018)
			coders[f], trials[f] = coder, try(coder, held)
		})
	}
	wait.Wait()
	if failed != nil {
		return Report{}, failed
	}
	r := Report{Classification: KECO2018, Folds: folds, Seed: seed, Jobs: len(c.jobs)}
	r.calibrate(trials)
	r.score(coders, trials)
	return r, nil
}

// try keeps what the linear model says of each job, before calibration.
func try(c *Coder, held []job) []trial {
	d := newDesk(c.model)
	out := make([]trial, len(held))
	for i, j := range held {
		out[i].job = j
		for _, s := range scored {
			title, duties := s.of(j)
			words, _ := d.clean(title)
			d.logits(words, duties)
			out[i].logits = append(out[i].logits, append([]float32(nil), d.score...))
		}
	}
	return out
}

// calibrate finds the calibration of each sort of input: the temperature under
// which the right units of held-out jobs are likeliest, then by logistic
// regression how often the likeliest unit is right.
func (r *Report) calibrate(trials [][]trial) {
	for k, s := range scored {
		if k > 0 && scored[k-1].input == s.input {
			continue
		}
		best, c := math.Inf(1), calibration{}
		for t := float32(0.3); t < 3; t *= 1.05 {
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
		r.calibration[s.input] = c
	}
}

// each goes over the probabilities of all trials.
func each(trials [][]trial, input int, temperature float32, visit func(top int, p []float32, unit int)) {
	var p []float32
	for _, fold := range trials {
		for _, x := range fold {
			p = append(p[:0], x.logits[input]...)
			softmax(p, temperature)
			visit(slices.Index(p, slices.Max(p)), p, x.job.unit)
		}
	}
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

// bins collect claims by how sure they are.
type bins [15]struct{ n, claimed, right float64 }

func (b *bins) add(p float64, right bool) {
	bin := &b[min(len(b)-1, int(p*float64(len(b))))]
	bin.n, bin.claimed = bin.n+1, bin.claimed+p
	if right {
		bin.right++
	}
}

// error is the expected calibration error: the mean distance between what was
// claimed and how often it was right.
func (b *bins) error() float64 {
	var n, sum float64
	for _, bin := range b {
		n += bin.n
		sum += math.Abs(bin.claimed - bin.right)
	}
	return sum / max(1, n)
}

// score counts what the coders say at those calibrations.
func (r *Report) score(coders []*Coder, trials [][]trial) {
	for _, s := range scored {
		f := Figures{Input: s.name}
		var b bins
		answered, right := map[int]float64{}, map[int]float64{}
		for i, fold := range trials {
			c := coders[i]
			c.calibration = r.calibration
			for _, x := range fold {
				title, duties := s.of(x.job)
				codes, a, ok := c.Read(title, duties, 10)
				want := c.units[x.job.unit].code2018
				f.N++
				b.add(codes[0].P, codes[0].Code == want)
				for rank, code := range codes {
					if code.Code == want {
						f.count(rank)
					}
				}
				if ok {
					answered[a.Level]++
					if want[:a.Level] == a.Code {
						right[a.Level]++
					}
				}
			}
		}
		n := float64(f.N)
		f.Top1, f.Top5, f.Top10 = f.Top1/n, f.Top5/n, f.Top10/n
		f.ECE = b.error()
		for level := 4; level >= 2; level-- {
			f.Answer = append(f.Answer, Level{level, answered[level] / n, right[level] / max(1, answered[level])})
		}
		r.Figures = append(r.Figures, f)
	}
}

func (f *Figures) count(rank int) {
	f.Top10++
	if rank < 5 {
		f.Top5++
	}
	if rank < 1 {
		f.Top1++
	}
}

// Train cross-validates, trains on all of the corpus and returns the weights as
// Load reads them, with the calibrations the cross-validation found.
func Train(c *Corpus, folds int, seed uint64) ([]byte, Report, error) {
	r, err := Evaluate(c, folds, seed)
	if err != nil {
		return nil, r, err
	}
	w := train(c, seed)
	w.calibration = r.calibration
	return w.encode(), r, nil
}
