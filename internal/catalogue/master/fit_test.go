package master

import (
	"encoding/gob"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Fitting the weights, and scoring weights fitted on one market on another:
//
//	go test ./internal/catalogue/master -run FitWeights -v -fit made
//	go test ./internal/catalogue/master -run FittedElsewhere -v -markets DIR
//
// The first, with -fit made, prints what stands in weights.go. DIR has simulated-1.gob and so on,
// which catalogue's TestWriteMarket writes.
var (
	fitOn   = flag.String("fit", "", "the markets to fit the weights on: made, simulated or both")
	markets = flag.String("markets", "", "the `folder` of simulated-1.gob, simulated-2.gob …")
)

// A sample is postings with the vacancy of each.
type sample struct {
	in    *Postings
	truth []int
}

func (m *market) sample() sample {
	truth, _, _ := m.truth()
	return sample{m.input(), truth}
}

// sampleOf is a market by name and seed; seed 1 is the one to fit on.
func sampleOf(t *testing.T, name string, seed uint64) sample {
	t.Helper()
	switch name {
	case "made":
		return newMarket(seed, 6000).sample()
	case "sites":
		return unknownMarket(seed).sample()
	}
	return simulated(t, filepath.Join(*markets, fmt.Sprintf("%s-%d.gob", name, seed)))
}

// simulated reads what catalogue's TestWriteMarket wrote.
func simulated(t *testing.T, file string) sample {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	type row struct {
		Title, Body string
		Names       []string
		Numbered    bool
		Facts       Facts
		Truth       int
	}
	var rows []row
	s, r, d := sample{in: &Postings{}}, NewReader(), gob.NewDecoder(f)
	names, numbered := map[uint32][]string{}, map[uint32]bool{}
	for {
		var g row
		if err := d.Decode(&g); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, g)
		s.truth = append(s.truth, g.Truth)
		s.in.Facts = append(s.in.Facts, g.Facts)
		s.in.Prints = append(s.in.Prints, r.Print(g.Title, g.Names, []byte(g.Body)))
		names[g.Facts.Company], numbered[g.Facts.Company] = g.Names, g.Numbered
	}
	s.in.Counts = MergeCounts([]*Reader{r})
	s.in.Title = func(row uint32) string { return rows[row].Title }
	s.in.Names = func(c uint32) []string { return names[c] }
	s.in.Numbered = func(c uint32) bool { return numbered[c] }
	s.in.Bodies = func(of []uint32, f func(uint32, []byte)) error {
		for _, r := range of {
			f(r, []byte(rows[r].Body))
		}
		return nil
	}
	return s
}

// with masters the sample with other weights.
func (s sample) with(t *testing.T, w [signs]float64) (precision, recall, f float64) {
	t.Helper()
	shipped := weights
	defer func() { weights = shipped }()
	weights = w
	got, err := MatchPostings(s.in)
	if err != nil {
		t.Fatal(err)
	}
	return f1(got.Of, s.truth)
}

// An example is the signs of a pair of rows, and whether it is one vacancy.
type example struct {
	signs [signs]float64
	one   bool
	count float64
}

// examples are all pairs of rows that region and texts allow, whatever the
// weights say of them.
func (s sample) examples(t *testing.T) (out []example) {
	t.Helper()
	shipped := weights
	defer func() { weights = shipped }()
	weights = [signs]float64{always: 1}
	m := newMatcher(s.in)
	m.fillNames()
	rows := make([]uint32, len(s.truth))
	for i := range rows {
		rows[i] = uint32(i)
	}
	pairs := m.candidates(rows)
	for _, within := range []bool{true, false} {
		var of [][2]uint32
		for _, p := range pairs {
			if (m.Facts[p[0]].Company == m.Facts[p[1]].Company) == within {
				of = append(of, p)
			}
		}
		for len(of) > 0 {
			rows, end := m.batch(of)
			texts, err := m.words(rows, within)
			if err != nil {
				t.Fatal(err)
			}
			at := map[uint32]words{}
			for i, r := range rows {
				at[r] = texts[i]
			}
			for _, p := range of[:end] {
				text := m.text(p[0], p[1], at[p[0]], at[p[1]])
				out = append(out, example{signsOf(&m.Facts[p[0]], &m.Facts[p[1]], text), s.truth[p[0]] == s.truth[p[1]], 1})
			}
			of = of[end:]
		}
	}
	for i := range out {
		out[i].count = counted / float64(len(out))
	}
	return out
}

// spread is how far, by its standard deviation, a weight is taken to lie from
// what was set by hand (believed), before any example is seen.
const spread = 2.0

// counted is as how many pairs the examples of a market count in all. They are
// of one mould: what they are sure of is how the market was made, and each
// further one tells hardly more of other markets.
const counted = 100.0

// fitted are the weights that make the examples likeliest, given what is
// believed of them: logistic regression with a normal prior, one weight at a
// time until none moves. A weight stays between half and one and a half of what is believed. It
// has no chance in it: the same examples give the same weights.
func fitted(examples []example) (w [signs]float64) {
	w = believed
	points := make([]float64, len(examples))
	var has [signs][]int
	for i, e := range examples {
		for k, v := range e.signs {
			points[i] += w[k] * v
			if v != 0 {
				has[k] = append(has[k], i)
			}
		}
	}
	for range 300 {
		moved := 0.0
		for k := range w {
			slope, bend := (believed[k]-w[k])/(spread*spread), 1/(spread*spread)
			for _, i := range has[k] {
				p, v := 1/(1+math.Exp(-points[i])), examples[i].signs[k]
				slope += examples[i].count * (number(examples[i].one) - p) * v
				bend += examples[i].count * p * (1 - p) * v * v
			}
			half, more := believed[k]/2, believed[k]*1.5
			if sign(k) == always {
				half, more = believed[k], believed[k] // how many pairs are one is how the market was made
			}
			to := max(min(half, more), min(max(half, more), w[k]+max(-1, min(1, slope/bend))))
			step := to - w[k]
			for _, i := range has[k] {
				points[i] += step * examples[i].signs[k]
			}
			w[k], moved = to, max(moved, math.Abs(step))
		}
		if moved < 0.001 {
			break
		}
	}
	for k := range w {
		w[k] = math.Round(w[k]*10) / 10
	}
	return w
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func TestFitWeights(t *testing.T) {
	if *fitOn == "" {
		t.Skip("-fit says what to fit the weights on")
	}
	var all []example
	for name := range strings.SplitSeq(*fitOn, ",") {
		e := sampleOf(t, name, 1).examples(t)
		one := 0
		for _, e := range e {
			one += int(number(e.one))
		}
		t.Logf("%s, seed 1: %d pairs, %d of them one vacancy", name, len(e), one)
		all = append(all, e...)
	}
	fmt.Printf("var weights = [signs]float64{\n")
	for k, v := range fitted(all) {
		fmt.Printf("\t%s: %v,\n", signNames[k], v)
	}
	fmt.Printf("}\n")
}

// TestFittedElsewhere fits on one market and scores on others.
func TestFittedElsewhere(t *testing.T) {
	if *markets == "" {
		t.Skip("-markets is the folder of simulated markets")
	}
	examples := map[string][]example{"made": sampleOf(t, "made", 1).examples(t), "simulated": sampleOf(t, "simulated", 1).examples(t)}
	examples["made and simulated"] = append(examples["made"][:len(examples["made"]):len(examples["made"])], examples["simulated"]...)
	shapes := map[string][signs]float64{"shipped": weights}
	for name, e := range examples {
		shapes[name] = fitted(e)
	}
	for _, on := range []string{"made", "simulated", "sites"} {
		for _, seed := range []uint64{1, 2, 3} {
			s := sampleOf(t, on, seed)
			for _, name := range []string{"made", "simulated", "made and simulated", "shipped"} {
				p, r, f := s.with(t, shapes[name])
				t.Logf("fitted on %-18s scored on %-9s seed %d: precision %.3f recall %.3f F1 %.3f of %d rows", name, on, seed, p, r, f, len(s.truth))
			}
		}
	}
}

var signNames = strings.Fields("always titleShare titleSwapped titleOther titleMore particularOther gradeOther gradeMore rankOther titleTells bodyKnown bodyShare bodyWithin itemShare figureShare figureWithin teaserKnown teaserWithin teaserItem regionEqual regionWithin occupationEqual occupationNear occupationOther payEqual payOther employmentEqual employmentOther educationEqual educationOther careerEqual careerOther openingsEqual openingsOther openedEqual deadlineEqual deadlineOther reposted rounds companyUnknown companyOther")

// believed is what a reader sets the weights to before any example. What two
// titles say against each other decides. Equal facts speak little for: an
// employer's postings of one day have the same region, pay and deadline, which no
// market that draws each posting's facts by itself shows. Other facts speak more
// against.
var believed = [signs]float64{
	always: -5.5, titleShare: 5.5, titleSwapped: -5, titleOther: -3, titleMore: -1, particularOther: -15, gradeOther: -15, gradeMore: -1, rankOther: -15,
	titleTells: 0.5, bodyKnown: -5, bodyShare: 3, bodyWithin: 1.5, itemShare: 1.5, figureShare: 1, figureWithin: 1,
	teaserKnown: -1, teaserWithin: 1, teaserItem: 1, regionEqual: 1, regionWithin: 0.5, occupationEqual: 0.5, occupationNear: -1, occupationOther: -2,
	payEqual: 0.5, payOther: -1, employmentEqual: 0.2, employmentOther: -1.5, educationEqual: 0.2, educationOther: -1.5, careerEqual: 1, careerOther: -3,
	openingsEqual: 0.5, openingsOther: -1, openedEqual: 0, deadlineEqual: 0.5, deadlineOther: -0.5, reposted: 0, rounds: -2, companyUnknown: -2, companyOther: -2.5,
}
