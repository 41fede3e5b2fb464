// Package effect estimates what a treatment (a course, an examination for a certificate) did
// for those who took it up, against comparable people who were offered the same and did not:
// the average effect on the treated, by augmented inverse probability weighting.
//
// Let T say who took it up, Y be the outcome, X what was known before the decision, e(X) the
// chance of taking it up and m(X) the outcome to be expected without it. In each cell
//
//	effect = mean over T of (Y − m(X)) − weighted mean over not T of (Y − m(X)), weights e(X) / (1 − e(X))
//
// It is right if either e or m is (Robins, Rotnitzky and Zhao, Journal of the American
// Statistical Association 89, 1994; Hahn, Econometrica 66, 1998, for the treated), provided
// that nothing outside X moves both take-up and outcome: see sensitivity.go for when something
// does. e and m are fitted to other people than those they are used on (cross-fitting:
// Chernozhukov and others, The Econometrics Journal 21, 2018). Who of the comparable people
// would nearly always take it up has no counterpart and is left out (Crump, Hotz, Imbens and
// Mitnik, Biometrika 96, 2009).
//
// Read this file for what goes in and comes out, fit.go for e and m, evidence.go for what may
// be claimed, and sensitivity.go for how strong a hidden cause would have to be. Nothing here
// reads, writes or waits; the same table gives the same estimates.
package effect

import (
	"errors"
	"math"
)

// A Unit is one observation: an application, a hire, or somebody's decision.
type Unit struct {
	Person  int  // several units of one person are not independent
	Cell    int  // what is estimated by itself, from 0 on
	Treated bool // took it up
	Outcome float64
}

// A Table is what one sort of outcome is estimated from.
type Table struct {
	Units []Unit
	// X has a row for each unit: what was known of it before, NaN where that was not recorded.
	// What a treatment changes is not of it, nor what moves take-up alone (an instrument), which
	// would make a hidden cause's error larger (Myers and others, American Journal of
	// Epidemiology 174, 2011).
	X      [][]float64
	Cells  int
	Binary bool // outcomes are 0 or 1
	// Unmeasured says that something known to move both take-up and outcome was not recorded.
	// Then nothing is claimed (see claim).
	Unmeasured bool
}

// An Estimate is what a cell says. Effect, Low and High are in units of the outcome: of a
// binary one shares, of a logarithm of pay shares of pay.
type Estimate struct {
	Treated  int     `json:"treated"`  // people
	Compared int     `json:"compared"` // people
	Matching float64 `json:"matching"` // how many equally weighted people the compared are worth (Kish, Survey Sampling, 1965)
	LeftOut  int     `json:"leftOut"`  // units without a counterpart

	With    float64 `json:"with"`    // mean outcome of the treated
	Without float64 `json:"without"` // what it would have been: With − Effect
	Effect  float64 `json:"effect"`
	Low     float64 `json:"low"` // of the 95 % interval
	High    float64 `json:"high"`
	P       float64 `json:"p"`   // two-sided, that it is nothing
	Raw     float64 `json:"raw"` // difference of the means as they are: no effect, and never shown as one

	Verdict Verdict `json:"verdict"`
	Hidden  Hidden  `json:"hidden"`
}

// Shown says whether there is enough for an interval. Without, nothing but the verdict is shown.
func (e *Estimate) Shown() bool { return e.Verdict != TooFew && e.Verdict != TooUnlike }

// Of estimates each table, a cell at a place of its list, with what may be claimed of them when
// all are shown together: the outcomes of the same treatments. It fails when a table is not one.
func Of(tables ...*Table) ([][]Estimate, error) {
	out := make([][]Estimate, len(tables))
	for i, t := range tables {
		if err := t.check(); err != nil {
			return nil, err
		}
		out[i] = t.estimate()
	}
	claim(tables, out)
	return out, nil
}

func (t *Table) estimate() []Estimate {
	out, cells := make([]Estimate, t.Cells), make([]cell, t.Cells)
	if len(t.Units) > 0 {
		e, m := t.crossFit(t.basis())
		for i, u := range t.Units {
			cells[u.Cell].add(u, e[i], m[i])
		}
	}
	for i := range cells {
		out[i] = cells[i].estimate(t.Binary)
	}
	return out
}

func (t *Table) check() error {
	if len(t.X) != len(t.Units) {
		return errors.New("effect: as many rows of X as units are needed")
	}
	for i, u := range t.Units {
		switch {
		case u.Cell < 0 || u.Cell >= t.Cells, u.Person < 0:
			return errors.New("effect: a unit is of no cell or nobody")
		case len(t.X[i]) != len(t.X[0]):
			return errors.New("effect: rows of X differ in length")
		case math.IsNaN(u.Outcome) || math.IsInf(u.Outcome, 0), t.Binary && u.Outcome != 0 && u.Outcome != 1:
			return errors.New("effect: an outcome is no number, or not 0 or 1 in a binary table")
		}
	}
	return nil
}

// most is the chance of taking it up from which on somebody has no counterpart.
const most = 0.9

// A cell gathers the units of one cell.
type cell struct {
	arms    [2]arm // not treated, treated
	leftOut int
}

// An arm is the units of a cell that were treated, or were not.
type arm struct {
	weight, outcome, residual float64 // Σw, ΣY unweighted, Σw(Y − m)
	squares                   float64 // ΣY²
	units, ones               int
	people                    []sums
	at                        map[int]int // where a person is in people
}

// sums are those of one person.
type sums struct{ weight, residual float64 }

func (c *cell) add(u Unit, e, m float64) {
	if e > most {
		c.leftOut++
		return
	}
	a, w := &c.arms[0], e/(1-e)
	if u.Treated {
		a, w = &c.arms[1], 1
	}
	if a.at == nil {
		a.at = map[int]int{}
	}
	at, known := a.at[u.Person]
	if !known {
		at = len(a.people)
		a.at[u.Person] = at
		a.people = append(a.people, sums{})
	}
	p, r := &a.people[at], u.Outcome-m
	p.weight += w
	p.residual += w * r
	a.weight += w
	a.residual += w * r
	a.outcome += u.Outcome
	a.squares += u.Outcome * u.Outcome
	a.units++
	if u.Outcome == 1 {
		a.ones++
	}
}

// mean returns the weighted mean residual, its variance with units clustered by person, and
// how many equally weighted people the arm is worth.
func (a *arm) mean() (mean, variance, worth float64) {
	mean = a.residual / a.weight
	squares := 0.0
	for _, p := range a.people {
		d := p.residual - p.weight*mean
		variance += d * d
		squares += p.weight * p.weight
	}
	worth = a.weight * a.weight / squares
	variance /= a.weight * a.weight
	if worth > 1 {
		variance *= worth / (worth - 1)
	}
	return mean, variance, worth
}

func (c *cell) estimate(binary bool) Estimate {
	compared, treated := &c.arms[0], &c.arms[1]
	out := Estimate{Treated: len(treated.people), Compared: len(compared.people), LeftOut: c.leftOut, Verdict: TooFew}
	if out.Treated == 0 || out.Compared == 0 {
		return out
	}
	r1, v1, n1 := treated.mean()
	r0, v0, n0 := compared.mean()
	out.Matching = n0
	out.With = treated.outcome / float64(treated.units)
	out.Raw = out.With - compared.outcome/float64(compared.units)
	out.Effect = r1 - r0
	out.Without = out.With - out.Effect
	out.Verdict = evidence(c, &out, binary)
	if !out.Shown() {
		return out
	}
	free := (v1 + v0) * (v1 + v0) / (v1*v1/(n1-1) + v0*v0/(n0-1)) // Welch, Biometrika 34, 1947
	se := math.Sqrt(v1 + v0)
	half := quantile(free) * se
	out.Low, out.High = out.Effect-half, out.Effect+half
	out.P = twoSided(out.Effect/se, free)
	out.Hidden = hidden(&out, binary, deviation(treated, compared))
	return out
}

// deviation is the standard deviation of the outcome within the arms.
func deviation(arms ...*arm) float64 {
	squares, n := 0.0, 0
	for _, a := range arms {
		squares += a.squares - a.outcome*a.outcome/float64(a.units)
		n += a.units - 1
	}
	return math.Sqrt(squares / float64(n))
}
