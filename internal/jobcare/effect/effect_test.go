package effect

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

// A world says how a made-up table comes about; x are two standard normal columns.
type world struct {
	cells, people int // people a cell
	units         int // of a person
	takes         func(x []float64) float64
	without       func(x []float64) float64 // expected outcome
	effect        func(cell int) float64    // added to it
	binary        bool
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// table draws one, with the average effect on those treated of each cell. A person's units
// share half of the variance of what is not explained.
func (w world) table(seed uint64) (*Table, []float64) {
	draw := rand.New(rand.NewPCG(seed, 1))
	t := &Table{Cells: w.cells, Binary: w.binary}
	truth, treated := make([]float64, w.cells), make([]float64, w.cells)
	for c := range w.cells {
		for i := range w.people {
			x := []float64{draw.NormFloat64(), draw.NormFloat64()}
			u := Unit{Person: c*w.people + i, Cell: c, Treated: draw.Float64() < w.takes(x)}
			own := draw.NormFloat64()
			for range w.units {
				y := w.without(x)
				if u.Treated {
					y += w.effect(c)
					truth[c] += w.effect(c)
					treated[c]++
				}
				u.Outcome = y + (own+draw.NormFloat64())/math.Sqrt2
				if w.binary {
					u.Outcome = 0
					if draw.Float64() < y {
						u.Outcome = 1
					}
				}
				t.Units, t.X = append(t.Units, u), append(t.X, x)
			}
		}
		truth[c] /= treated[c]
	}
	return t, truth
}

func estimates(t *testing.T, table *Table) []Estimate {
	t.Helper()
	lists, err := Of(table)
	if err != nil {
		t.Fatal(err)
	}
	return lists[0]
}

// tally is how often intervals hold the truth, how often cells without an effect are said to
// have one, and how many of the others are found.
type tally struct{ cells, covered, zero, said, some, found int }

func (y *tally) add(list []Estimate, truth []float64) {
	for i, e := range list {
		if !e.Shown() {
			continue
		}
		y.cells++
		if e.Low <= truth[i] && truth[i] <= e.High {
			y.covered++
		}
		n, said := &y.some, &y.found
		if truth[i] == 0 {
			n, said = &y.zero, &y.said
		}
		*n++
		if e.Verdict == Found {
			*said++
		}
	}
}

func (y tally) coverage() float64 { return float64(y.covered) / float64(y.cells) }

// People who are apter take courses more often and do better without. The difference as it is
// holds the truth in few cases and finds effects where there are none; the estimate holds it in
// 90 to 99 of 100, says of at most 5 of 100 cells without an effect that they have one, and
// still finds what is there.
func TestIntervalsHoldTheTruth(t *testing.T) {
	w := world{cells: 12, people: 350, units: 1, binary: true,
		takes:   func(x []float64) float64 { return logistic(-0.8 + 0.9*x[0] - 0.4*x[1]) },
		without: func(x []float64) float64 { return 0.05 + 0.6*logistic(-0.8+1.2*x[0]-0.3*x[1]) },
		effect:  func(cell int) float64 { return []float64{0, 0.1, 0.2}[cell%3] },
	}
	var ours, raw tally
	for seed := range uint64(40) {
		table, truth := w.table(seed)
		ours.add(estimates(t, table), truth)
		for i := range table.X {
			table.X[i] = nil
		}
		raw.add(estimates(t, table), truth)
	}
	if c := ours.coverage(); ours.cells < 470 || c < 0.90 || c > 0.99 {
		t.Errorf("%.3f of %d intervals hold the truth", c, ours.cells)
	}
	if share := float64(ours.said) / float64(ours.zero); ours.zero < 150 || share > 0.05 {
		t.Errorf("%.3f of %d cells without an effect are said to have one", share, ours.zero)
	}
	if share := float64(ours.found) / float64(ours.some); share < 0.4 {
		t.Errorf("%.3f of %d effects are found", share, ours.some)
	}
	if c, share := raw.coverage(), float64(raw.said)/float64(raw.zero); c > 0.6 || share < 0.3 {
		t.Errorf("the difference as it is holds the truth in %.3f and finds %.3f of what is not there: nothing is confounded here", c, share)
	}
}

// It is enough that either what moves take-up or what moves the outcome is modelled rightly,
// and with neither it is wrong: so one can fail, and the test would see it.
func TestEitherModelIsEnough(t *testing.T) {
	bent := func(x []float64) float64 { // a step, which no column is
		if x[0]+x[1] > 1.5 {
			return 3
		}
		return 0
	}
	straight := func(x []float64) float64 { return x[0] + x[1] }
	for _, tt := range []struct {
		name           string
		takes, without func(x []float64) float64
		right          bool
	}{
		{"both right", straight, straight, true},
		{"the outcome right", bent, straight, true},
		{"take-up right", straight, bent, true},
		{"neither", bent, bent, false},
	} {
		w := world{cells: 3, people: 2000, units: 1,
			takes:   func(x []float64) float64 { return logistic(-0.7 + 0.8*tt.takes(x)) },
			without: tt.without,
			effect:  func(int) float64 { return 0.3 },
		}
		sum, squares, n := 0.0, 0.0, 0.0
		for seed := range uint64(20) {
			table, truth := w.table(seed)
			for i, e := range estimates(t, table) {
				sum += e.Effect - truth[i]
				squares += (e.Effect - truth[i]) * (e.Effect - truth[i])
				n++
			}
		}
		off := sum / n
		z := off / math.Sqrt((squares/n-off*off)/n)
		if right := math.Abs(z) < 3.5; right != tt.right || !tt.right && math.Abs(off) < 0.1 {
			t.Errorf("%s: off by %.4f, %.1f standard errors", tt.name, off, z)
		}
	}
}

// Several applications of one person are not several people: intervals hold the truth though
// units come in fours, and somebody told four times tells nothing more.
func TestPeopleNotUnitsMakeAnInterval(t *testing.T) {
	w := world{cells: 10, people: 200, units: 4,
		takes:   func(x []float64) float64 { return logistic(-0.5 + 0.5*x[0]) },
		without: func(x []float64) float64 { return x[0] },
		effect:  func(int) float64 { return 0 },
	}
	var y tally
	for seed := range uint64(25) {
		table, truth := w.table(seed)
		y.add(estimates(t, table), truth)
	}
	if c := y.coverage(); c < 0.90 || c > 0.99 {
		t.Errorf("%.3f of %d intervals hold the truth", c, y.cells)
	}
	w.units = 1
	once, _ := w.table(1)
	four := &Table{Cells: once.Cells}
	for i, u := range once.Units {
		for range 4 {
			four.Units, four.X = append(four.Units, u), append(four.X, once.X[i])
		}
	}
	a, b := estimates(t, once)[0], estimates(t, four)[0]
	if r := (b.High - b.Low) / (a.High - a.Low); r < 0.9 || r > 1.1 {
		t.Errorf("told four times, the interval is %.2f of what it was", r)
	}
	if a.Treated != b.Treated || a.Compared != b.Compared {
		t.Errorf("told four times, %d and %d people became %d and %d", a.Treated, a.Compared, b.Treated, b.Compared)
	}
}

// That something was not recorded of some is known of them too, and columns that say nothing, or
// that few have, do no harm.
func TestWhatIsNotRecorded(t *testing.T) {
	w := world{cells: 2, people: 3000, units: 1,
		takes:   func(x []float64) float64 { return logistic(-0.7 + 0.8*x[0]) },
		without: func(x []float64) float64 { return x[0] },
		effect:  func(int) float64 { return 0 },
	}
	table, _ := w.table(7)
	for i := range table.X {
		x := table.X[i][0]
		if x > 1.2 {
			x = math.NaN() // of the highest nothing is recorded, which tells something of them
		}
		table.X[i] = []float64{x, math.NaN(), 1}
	}
	for i, e := range estimates(t, table) {
		if math.Abs(e.Effect) > 0.12 || e.Raw < 0.3 {
			t.Errorf("cell %d: %.3f, as it is %.3f", i, e.Effect, e.Raw)
		}
	}
}

func TestTheSameTableGivesTheSameEstimates(t *testing.T) {
	w := world{cells: 4, people: 300, units: 2, binary: true,
		takes:   func(x []float64) float64 { return logistic(x[0]) },
		without: func(x []float64) float64 { return logistic(x[0]) },
		effect:  func(int) float64 { return 0 },
	}
	table, _ := w.table(1)
	if a, b := estimates(t, table), estimates(t, table); !reflect.DeepEqual(a, b) {
		t.Errorf("%+v, then %+v", a, b)
	}
}

func TestATableThatIsNone(t *testing.T) {
	for name, table := range map[string]*Table{
		"rows of X missing":      {Cells: 1, Units: []Unit{{}}},
		"rows of two lengths":    {Cells: 1, Units: []Unit{{}, {}}, X: [][]float64{{1}, {1, 2}}},
		"a cell that is not":     {Cells: 1, Units: []Unit{{Cell: 1}}, X: [][]float64{{1}}},
		"nobody":                 {Cells: 1, Units: []Unit{{Person: -1}}, X: [][]float64{{1}}},
		"no number":              {Cells: 1, Units: []Unit{{Outcome: math.NaN()}}, X: [][]float64{{1}}},
		"a half in a binary one": {Cells: 1, Binary: true, Units: []Unit{{Outcome: 0.5}}, X: [][]float64{{1}}},
	} {
		if _, err := Of(table); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if list := estimates(t, &Table{Cells: 3}); len(list) != 3 || list[0].Verdict != TooFew {
		t.Errorf("of nobody: %+v", list)
	}
}

// What is expected of somebody is learned from others alone: had they ended otherwise, all of
// their units would be expected to end as before.
func TestNobodyIsJudgedByThemselves(t *testing.T) {
	w := world{cells: 2, people: 100, units: 3, binary: true,
		takes:   func(x []float64) float64 { return logistic(x[0]) },
		without: func(x []float64) float64 { return logistic(x[1]) },
		effect:  func(int) float64 { return 0 },
	}
	table, _ := w.table(1)
	of := func() (e, m []float64) { return table.crossFit(table.basis()) }
	e, m := of()
	const who = 17
	for i := range table.Units {
		if u := &table.Units[i]; u.Person == who {
			u.Outcome, u.Treated = 1-u.Outcome, !u.Treated
		}
	}
	e2, m2 := of()
	others := 0
	for i, u := range table.Units {
		changed := math.Abs(e[i]-e2[i])+math.Abs(m[i]-m2[i]) > 1e-6
		if u.Person == who && changed {
			t.Errorf("unit %d of theirs: %.4f and %.4f became %.4f and %.4f", i, e[i], m[i], e2[i], m2[i])
		}
		if changed {
			others++
		}
	}
	if others == 0 {
		t.Error("nobody learned from them")
	}
}
