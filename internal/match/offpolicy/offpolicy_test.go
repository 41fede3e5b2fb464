package offpolicy

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// market draws pages from weights, of things whose worth is known, and says what they are
// worth in the other order, by the best first.
type market struct {
	rnd   *rand.Rand
	wrong bool // forecasts are of something else
}

var looked = [6]float64{.9, .7, .5, .4, .3, .2}

func (m market) page(person uint64) (p Page, worth float64) {
	r := m.rnd
	weights, want := make([]float64, 12), make([]float64, 12)
	for i := range weights {
		want[i] = .5 * r.Float64()
		weights[i] = math.Exp(r.NormFloat64() + 2*want[i]) // what is shown first is liked too
	}
	p.Person = person
	var of []float64
	var order []int
	for k := range looked {
		left := 0.0
		for _, w := range weights {
			left += w
		}
		x, i := r.Float64()*left, 0
		for x -= weights[0]; x >= 0 && i < len(weights)-1; x -= weights[i] {
			i++
		}
		p.Propensity = append(p.Propensity, weights[i]/left)
		weights[i] = 0
		of = append(of, want[i])
		earned := 0.0
		if r.Float64() < looked[k]*want[i] {
			earned = 1
		}
		p.Earned = append(p.Earned, earned)
		order = append(order, k)
	}
	slices.SortFunc(order, func(a, b int) int { return int(math.Copysign(1, of[b]-of[a])) })
	for k, i := range order {
		worth += looked[k] * of[i]
	}
	p.Orders = [][]int{order}
	p.Forecast = func(thing, place int) float64 {
		if m.wrong {
			return .05
		}
		return looked[place] * of[thing]
	}
	return p, worth
}

// TestEstimatesHoldTheTruth: of 95 % intervals about 95 of 100 hold what pages are worth in
// another order, whether the forecast beside them is right or wrong; what they came to as they
// were shown, and a wrong forecast by itself, are no estimate of it.
func TestEstimatesHoldTheTruth(t *testing.T) {
	for _, wrong := range []bool{false, true} {
		const rounds = 200
		held, shown, direct := map[string]int{}, 0, 0
		width := map[string]float64{}
		for round := range rounds {
			m := market{rand.New(rand.NewPCG(uint64(round), 1)), wrong}
			var pages []Page
			truth := 0.0
			for i := range 600 {
				p, worth := m.page(uint64(i / 3))
				pages, truth = append(pages, p), truth+worth/600
			}
			v := Evaluate(pages)[0]
			for name, e := range map[string]Estimate{"ips": v.IPS, "snips": v.SNIPS, "dr": v.DR} {
				width[name] += e.High - e.Low
				if e.Low <= truth && truth <= e.High {
					held[name]++
				}
			}
			if v.Shown.Low <= truth && truth <= v.Shown.High {
				shown++
			}
			if math.Abs(v.Direct-truth) < .02*truth {
				direct++
			}
			if v.People != 200 || v.Pages != 600 || math.Abs(v.Gain.Value-(v.DR.Value-v.Shown.Value)) > 1e-9 {
				t.Fatalf("%+v", v)
			}
		}
		for name, n := range held {
			if n < rounds*89/100 || n > rounds*99/100+1 {
				t.Errorf("wrong forecast %t: %d of %d intervals of %s hold the truth", wrong, n, rounds, name)
			}
		}
		if shown > rounds/2 {
			t.Errorf("what pages came to as shown holds the truth %d times: the order makes no difference here", shown)
		}
		if (direct == rounds) == wrong {
			t.Errorf("wrong forecast %t: by itself right %d times", wrong, direct)
		}
		if !wrong && width["dr"] >= width["ips"] {
			t.Errorf("a right forecast makes nothing narrower: %v", width)
		}
	}
}

// TestMarginals: how likely each thing comes at each place is what drawing all orders gives.
func TestMarginals(t *testing.T) {
	weights := []float64{5, 1, 3, .5}
	const others = 2.5 // not on the page
	var left = 12.0
	propensity := make([]float64, 4)
	for i, w := range weights {
		propensity[i] = w / left
		left -= w
	}
	var want [4][4]float64
	total := 0.0
	var walk func(order []int, p float64)
	walk = func(order []int, p float64) {
		if len(order) == 4 {
			total += p
			for k, i := range order {
				want[k][i] += p
			}
			return
		}
		sum := others
		for i, w := range weights {
			if !slices.Contains(order, i) {
				sum += w
			}
		}
		for i, w := range weights {
			if !slices.Contains(order, i) {
				walk(append(slices.Clone(order), i), p*w/sum)
			}
		}
	}
	walk(nil, 1)
	var got [Most][Most]float64
	marginals(propensity, &got)
	for k := range 4 {
		row := 0.0
		for i := range 4 {
			row += got[k][i]
			if math.Abs(got[k][i]-want[k][i]/total) > 1e-12 {
				t.Errorf("thing %d at place %d: %v, want %v", i, k, got[k][i], want[k][i]/total)
			}
		}
		if math.Abs(row-1) > 1e-12 {
			t.Errorf("place %d: %v in all", k, row)
		}
	}
}

// TestEdges: no pages, a page of which all that could be drawn is shown, one that is longer
// than what counts, and propensities that are rounded.
func TestEdges(t *testing.T) {
	if v := Evaluate(nil); v != nil {
		t.Errorf("%+v", v)
	}
	flat := func(int, int) float64 { return .1 }
	fixed := Page{Propensity: []float64{1, 1}, Earned: []float64{1, 0}, Orders: [][]int{{1, 0}}, Forecast: flat}
	if v := Evaluate([]Page{fixed})[0]; v.Support != 0 {
		t.Errorf("an order that was never possible is supported: %+v", v)
	}
	whole := Page{Propensity: []float64{.6, 1}, Earned: []float64{1, 0}, Orders: [][]int{{1, 0}}, Forecast: flat}
	if v := Evaluate([]Page{whole})[0]; v.Support != 1 || math.Abs(v.DR.Value-.2) > 1e-9 || v.IPS.Value != 0 {
		t.Errorf("%+v", v)
	}
	long := Page{Orders: make([][]int, 1), Forecast: flat}
	for i := range 14 {
		long.Propensity, long.Earned, long.Orders[0] = append(long.Propensity, 1), append(long.Earned, 0), append(long.Orders[0], 13-i)
	}
	if v := Evaluate([]Page{long})[0]; math.Abs(v.Direct-1) > 1e-9 || math.IsNaN(v.DR.Value) {
		t.Errorf("%+v", v)
	}
	var at [Most][Most]float64
	marginals([]float64{.99999, .99999, 1, 1}, &at)
	for k := range 4 {
		for i := range 4 {
			if math.IsNaN(at[k][i]) || at[k][i] < 0 || at[k][i] > 1+1e-9 {
				t.Errorf("%d at %d: %v", i, k, at[k][i])
			}
		}
	}
}

// TestRoundedPropensities: what a log rounds, to 1 too, makes no estimate infinite: what was
// drawn at a place could be drawn there, and something is.
func TestRoundedPropensities(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 20000 {
		propensity := make([]float64, 1+r.IntN(Most))
		for i := range propensity {
			propensity[i] = float64([]int{1, 65534, 65535, 1 + r.IntN(65535)}[r.IntN(4)]) / 65535
		}
		var at [Most][Most]float64
		marginals(propensity, &at)
		for k := range propensity {
			sum := 0.0
			for _, p := range at[k] {
				sum += p
			}
			if !(at[k][k] > 0) || math.IsInf(1/at[k][k], 0) || math.Abs(sum-1) > 1e-6 {
				t.Fatalf("of %v place %d is %v", propensity, k, at[k])
			}
		}
	}
}
