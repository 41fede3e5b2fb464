package esco

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ieum"
)

// A set is sentences with the labels that annotators gave them.
type set struct {
	name      string
	file      string // within the folder
	sentences []sentence
}

type sentence struct {
	text string
	gold map[int32]bool // labels of the vocabulary; may be empty
}

// A Corpus is what an extractor is fitted to and scored on.
type Corpus struct {
	x          *Extractor
	validation []set // what may be looked at
	test       []set
}

// The files of the benchmark: one span a line, with the sentence it stands in and its
// label. Those for validation are what fusion and calibration are fitted to.
var (
	validationFiles = []string{"tech_validation", "house_validation", "techwolf_validation"}
	testFiles       = []string{"tech_test", "house_test", "techwolf_test"}
)

// ReadCorpus reads the annotated sentences from a folder, or its subfolder skills:
// files such as tech_validation_annotations.csv, with the columns sentence and
// label. Files that are missing are left out; one for validation must be there.
func ReadCorpus(dir string) (*Corpus, error) {
	x, err := open()
	if err != nil {
		return nil, err
	}
	c := &Corpus{x: x}
	for _, part := range []struct {
		files []string
		to    *[]set
	}{{validationFiles, &c.validation}, {testFiles, &c.test}} {
		for _, name := range part.files {
			s, err := x.readSet(dir, name)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, err
			}
			*part.to = append(*part.to, s)
		}
	}
	if len(c.validation) == 0 {
		return nil, ieum.Errorf(ieum.ErrNotFound, "%s has no tech_validation_annotations.csv (sentences with their labels)", dir)
	}
	return c, nil
}

func (x *Extractor) readSet(dir, name string) (set, error) {
	s := set{name: name, file: name + "_annotations.csv"}
	f, err := os.Open(filepath.Join(dir, s.file))
	if errors.Is(err, fs.ErrNotExist) {
		s.file = "skills/" + s.file
		f, err = os.Open(filepath.Join(dir, s.file))
	}
	if err != nil {
		return set{}, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return set{}, ieum.Errorf(ieum.ErrInvalid, "%s: %v", f.Name(), err)
	}
	text, label := column(rows, "sentence"), column(rows, "label")
	if text < 0 || label < 0 {
		return set{}, ieum.Errorf(ieum.ErrInvalid, "%s has no columns sentence and label", f.Name())
	}
	at := map[string]int{}
	for _, r := range rows[1:] {
		i, ok := at[r[text]]
		if !ok {
			i = len(s.sentences)
			at[r[text]] = i
			s.sentences = append(s.sentences, sentence{r[text], map[int32]bool{}})
		}
		if l, ok := x.byName[r[label]]; ok {
			s.sentences[i].gold[l] = true
		}
	}
	return s, nil
}

func column(rows [][]string, name string) int {
	if len(rows) > 0 {
		for i, c := range rows[0] {
			if c == name {
				return i
			}
		}
	}
	return -1
}

// shown is how many candidates a sentence has when probabilities are fitted and
// scored.
const shown = 10

// Train fits the weights of the signs and the calibration to the validation sets,
// and returns them as Load reads them, with figures of sentences held out among others. It
// depends on nothing but the files.
func Train(c *Corpus) ([]byte, Report, error) {
	held := c.crossValidate()
	c.x.weights = c.fit()
	b, err := c.x.weights.encode()
	if err != nil {
		return nil, Report{}, err
	}
	r := c.score()
	r.HeldOut = held
	return b, r, nil
}

const folds = 5

// crossValidate scores each fifth of the sentences of the validation sets with what the
// others teach; nil when a fifth would have none.
func (c *Corpus) crossValidate() *Figures {
	all := set{name: "sentences of the validation sets, five folds"}
	for _, s := range c.validation {
		all.sentences = append(all.sentences, s.sentences...)
	}
	if len(all.sentences) < folds {
		return nil
	}
	whole := c.validation
	defer func() { c.validation = whole }()
	var held trial
	for f := range folds {
		c.validation = nil
		var asked set
		for _, s := range whole {
			var seen set
			for i, q := range s.sentences {
				if i%folds == f {
					asked.sentences = append(asked.sentences, q)
				} else {
					seen.sentences = append(seen.sentences, q)
				}
			}
			if len(seen.sentences) > 0 {
				c.validation = append(c.validation, seen)
			}
		}
		c.x.weights = c.fit()
		held.add(c.x.try(asked))
	}
	figures := held.figures(all, false)
	return &figures
}

// String says what the corpus holds.
func (c *Corpus) String() string {
	var parts []string
	for _, s := range slices.Concat(c.validation, c.test) {
		parts = append(parts, fmt.Sprintf("%s (%d sentences)", s.file, len(s.sentences)))
	}
	return strings.Join(parts, ", ")
}

// Fitted calls of for each file that weights are fitted to, with its number of sentences.
func (c *Corpus) Fitted(of func(file string, sentences int)) {
	for _, s := range c.validation {
		of(s.file, len(s.sentences))
	}
}

// grid is what is tried for each weight, one weight after the other, twice.
var grid = []struct {
	of  func(*weights) *float32
	try []float32
}{
	{func(w *weights) *float32 { return &w.Cover }, []float32{.1, .2, .3, .4, .5, .7}},
	{func(w *weights) *float32 { return &w.Spelt }, []float32{0, .05, .1, .2, .3}},
	{func(w *weights) *float32 { return &w.Asked }, []float32{0, .02, .04, .06, .1}},
	{func(w *weights) *float32 { return &w.Spread }, []float32{0, .003, .006, .01, .015}},
}

// fit chooses weights by the mean RP@5 and RP@10 of the validation sets.
func (c *Corpus) fit() weights {
	w := weights{Version: version, Cover: .3, Spelt: .1}
	best := c.mean(w)
	for range 2 {
		for _, g := range grid {
			for _, v := range g.try {
				tried := w
				*g.of(&tried) = v
				if m := c.mean(tried); m > best+1e-9 {
					best, w = m, tried
				}
			}
		}
	}
	c.x.weights = w
	w.Calibration = c.calibrate()
	return w
}

// mean returns the mean over validation sets of RP@5 and RP@10.
func (c *Corpus) mean(w weights) float64 {
	c.x.weights = w
	var sum float64
	for _, s := range c.validation {
		r := c.x.try(s)
		sum += average(r.rp5) + average(r.rp10)
	}
	return sum / float64(2*len(c.validation))
}

// calibrate fits the probability that a candidate is right, by Newton's method with a
// little shrinking, which keeps it finite where signs decide alone.
func (c *Corpus) calibrate() calibration {
	var x [][evidences]float64
	var right []bool
	for _, s := range c.validation {
		r := c.x.try(s)
		x, right = append(x, r.evidence...), append(right, r.right...)
	}
	var w calibration
	for range 30 {
		var g [evidences]float64
		var h [evidences][evidences]float64
		for i := range g {
			g[i], h[i][i] = -w[i], 1
		}
		for n, v := range x {
			p := w.p(v)
			e := -p
			if right[n] {
				e++
			}
			for i := range g {
				g[i] += e * v[i]
				for j := range g {
					h[i][j] += p * (1 - p) * v[i] * v[j]
				}
			}
		}
		step := solve(h, g)
		for i := range w {
			w[i] += step[i]
		}
	}
	for i := range w {
		w[i] = math.Round(w[i]*1e6) / 1e6
	}
	return w
}

// solve solves h·x = g by elimination; h is positive definite.
func solve(h [evidences][evidences]float64, g [evidences]float64) [evidences]float64 {
	for i := range g {
		for j := i + 1; j < evidences; j++ {
			f := h[j][i] / h[i][i]
			for k := i; k < evidences; k++ {
				h[j][k] -= f * h[i][k]
			}
			g[j] -= f * g[i]
		}
	}
	for i := evidences - 1; i >= 0; i-- {
		for j := i + 1; j < evidences; j++ {
			g[i] -= h[i][j] * g[j]
		}
		g[i] /= h[i][i]
	}
	return g
}
