package effect

import (
	"math"
	"testing"
)

// Without enough people, outcomes or counterparts nothing is shown; with them the interval is,
// and what it says is an effect only where it leaves 0 out and nothing known is unmeasured.
func TestVerdicts(t *testing.T) {
	same := func(p float64) func([]float64) float64 { return func([]float64) float64 { return p } }
	for _, tt := range []struct {
		name       string
		w          world
		unmeasured bool
		want       Verdict
	}{
		{"few people", world{people: 50, takes: same(0.4), without: same(0.4)}, false, TooFew},
		{"hardly any outcome", world{people: 400, takes: same(0.4), without: same(0.004)}, false, TooFew},
		{"hardly anybody comparable", world{people: 4000, takes: func(x []float64) float64 { return logistic(6 * x[0]) }, without: same(0.4)}, false, TooUnlike},
		{"nothing", world{people: 400, takes: same(0.4), without: same(0.4)}, false, Unclear},
		{"much", world{people: 400, takes: same(0.4), without: same(0.2), effect: func(int) float64 { return 0.4 }}, false, Found},
		{"much, but unmeasured", world{people: 400, takes: same(0.4), without: same(0.2), effect: func(int) float64 { return 0.4 }}, true, Unmeasured},
	} {
		tt.w.cells, tt.w.units, tt.w.binary = 1, 1, true
		if tt.w.effect == nil {
			tt.w.effect = func(int) float64 { return 0 }
		}
		table, _ := tt.w.table(3)
		table.Unmeasured = tt.unmeasured
		e := estimates(t, table)[0]
		if e.Verdict != tt.want {
			t.Errorf("%s: %s, want %s: %+v", tt.name, e.Verdict, tt.want, e)
		}
		if e.Shown() != (e.Low != e.High) {
			t.Errorf("%s: an interval that is not shown is there, or the other way: %+v", tt.name, e)
		}
	}
}

// Of many looked at together, in however many tables, one by chance is not found: of twenty p
// from .04 up none is anything, while .0001 among them is; of one alone .04 is.
func TestManyLooks(t *testing.T) {
	lists := [][]Estimate{make([]Estimate, 10), make([]Estimate, 11), {{Verdict: Unclear, P: 0.00001}}}
	for k := range 20 {
		lists[k%2][k/2] = Estimate{Verdict: Unclear, P: 0.04 + 0.04*float64(k)}
	}
	lists[1][4].P = 0.0001
	lists[1][10] = Estimate{Verdict: TooFew}
	claim([]*Table{{}, {}, {Unmeasured: true}}, lists)
	for i, list := range lists {
		for k, e := range list {
			want := Unclear
			switch {
			case i == 1 && k == 4:
				want = Found
			case i == 1 && k == 10:
				want = TooFew
			case i == 2:
				want = Unmeasured
			}
			if e.Verdict != want {
				t.Errorf("table %d, cell %d with p %.4f: %s, want %s", i, k, e.P, e.Verdict, want)
			}
		}
	}
	one := [][]Estimate{{{Verdict: Unclear, P: 0.04}}}
	if claim([]*Table{{}}, one); one[0][0].Verdict != Found {
		t.Errorf("one look with p .04: %s", one[0][0].Verdict)
	}
}

// Quantiles and chances are those of the tables of Student's distribution.
func TestStudent(t *testing.T) {
	for _, tt := range []struct{ free, quantile float64 }{{5, 2.5706}, {10, 2.2281}, {30, 2.0423}, {100, 1.9840}, {1e6, 1.9600}} {
		if got := quantile(tt.free); math.Abs(got-tt.quantile) > 0.003*tt.quantile {
			t.Errorf("with %g degrees of freedom %.4f, want %.4f", tt.free, got, tt.quantile)
		}
		if got := twoSided(-tt.quantile, tt.free); math.Abs(got-0.05) > 0.0005 {
			t.Errorf("with %g degrees of freedom %.4f is as rare as %.5f, want 0.05", tt.free, tt.quantile, got)
		}
	}
}

// The example of VanderWeele and Ding: a risk ratio of 3.9, at least 1.8, takes a hidden cause
// of 7.26, and of 3.0 to reach no effect; one that protects as much takes as much.
func TestEValuesAreThoseOfThePaper(t *testing.T) {
	for _, tt := range []struct{ ratio, want float64 }{{3.9, 7.26}, {1.8, 3.0}, {1, 1}, {1 / 3.9, 7.26}, {0, 1e3}, {math.NaN(), 1e3}} {
		if got := EValue(tt.ratio); math.Abs(got-tt.want) > 0.005 {
			t.Errorf("of %.3f: %.3f, want %.2f", tt.ratio, got, tt.want)
		}
	}
	shares := hidden(&Estimate{Without: 0.1, Effect: 0.29, Low: 0.08, High: 0.5}, true, 0)
	if math.Abs(shares.All-7.26) > 0.005 || math.Abs(shares.Bound-3) > 0.005 {
		t.Errorf("39 of 100 in place of 10, at least 18: %+v", shares)
	}
	pay := hidden(&Estimate{Effect: 0.05, Low: -0.01, High: 0.11}, false, 0.1)
	if want := EValue(math.Exp(0.91 * 0.5)); math.Abs(pay.All-want) > 1e-9 || pay.Bound != 1 {
		t.Errorf("half a standard deviation, perhaps nothing: %+v, want %.3f and 1", pay, want)
	}
}

// A hidden cause weaker than the bound says explains nothing away: with one that is twice as
// frequent among those treated and makes the outcome twice as likely, no estimate of nothing
// has a bound above 2.
func TestAHiddenCauseIsBounded(t *testing.T) {
	w := world{cells: 10, people: 3000, units: 1, binary: true, effect: func(int) float64 { return 0 }}
	for seed := range uint64(4) {
		hiddenCause := func(x []float64) bool { return x[1] > 0.43 } // a third of people
		w.takes = func(x []float64) float64 {
			if hiddenCause(x) {
				return 0.4
			}
			return 0.2
		}
		w.without = func(x []float64) float64 {
			if hiddenCause(x) {
				return 0.4
			}
			return 0.2
		}
		table, _ := w.table(seed)
		table.Unmeasured = true
		for i := range table.X {
			table.X[i] = table.X[i][:1]
		}
		apart := 0
		for i, e := range estimates(t, table) {
			if e.Low > 0 {
				apart++
			}
			if e.Hidden.Bound > 2 || e.Verdict == Found {
				t.Errorf("cell %d: %s, bound %.2f", i, e.Verdict, e.Hidden.Bound)
			}
		}
		if apart < 3 {
			t.Errorf("only %d of 10 intervals are confounded", apart)
		}
	}
}
