package main

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
)

// What eval effects prints is of markets that were simulated for it: what was given is what an
// outcome is estimated from, nothing is claimed where something known was not given, and a
// market is gone afterwards unless a folder keeps it.
func TestEvalEffects(t *testing.T) {
	dir := t.TempDir()
	status, stdout, stderr := invoke(t.TempDir(), "", strings.Fields("eval effects --seeds 1 --resumes 20000 --postings 6000 --in "+dir)...)
	if status != 0 {
		t.Fatalf("exit %d: %s", status, stderr)
	}
	var r EffectsEval
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Scores) != 9 || len(r.Lot) != 3 {
		t.Fatalf("%d scores and %d of the lot, want 9 and 3", len(r.Scores), len(r.Lot))
	}
	for _, s := range r.Scores {
		if s.Cells+s.TooFew < 50 || s.Zero+s.Some != s.Cells {
			t.Errorf("%s given %s: %+v", s.Outcome, s.Given, s)
		}
		if s.Given == partly && s.ZeroAbove+s.ZeroBelow+s.SomeAbove+s.SomeBelow > 0 {
			t.Errorf("%s is claimed where aptitude is not given: %+v", s.Outcome, s)
		}
	}
	if l := r.Lot[0]; !(l.LotSE > 0) || math.Abs(l.Lot) > 5*l.LotSE {
		t.Errorf("the lot: %+v", l)
	}
	if _, err := os.Stat(dir + "/market-20000-6000-1/manifest.json"); err != nil {
		t.Errorf("the market was to be kept: %v", err)
	}
	if status, _, stderr := invoke(t.TempDir(), "", "eval", "effects", "--seeds", "0"); status != 2 || !strings.Contains(stderr, "--seeds") {
		t.Errorf("no seeds: exit %d, %s", status, stderr)
	}
	whatGoesIn(t, dir+"/market-20000-6000-1")
}

// whatGoesIn holds that the estimates are given what the log and the files of an agency say:
// whatever the truth beside them holds, it is the same.
func whatGoesIn(t *testing.T, market string) {
	t.Helper()
	l, err := readMarketLog(market)
	if err != nil {
		t.Fatal(err)
	}
	units := func() (out [][]float64) {
		for _, s := range []*study{l.candidacies(observed), l.pays(observed), l.hires(observed)} {
			for i, u := range s.Units {
				out = append(out, append([]float64{float64(u.Person), float64(u.Cell), u.Outcome}, s.X[i]...))
			}
		}
		return out
	}
	before := units()
	for k := range l.cells {
		l.cells[k] = truthOfEffect{9, 9}
	}
	for _, c := range l.counsels {
		for k := range c.candidates {
			c.candidates[k].chance = 0.5
		}
	}
	after := units()
	if len(before) < 1000 || len(before) != len(after) {
		t.Fatalf("%d units, then %d", len(before), len(after))
	}
	for i := range before {
		for k, x := range before[i] {
			if y := after[i][k]; x != y && !(math.IsNaN(x) && math.IsNaN(y)) {
				t.Fatalf("unit %d: %v with the truth, %v without", i, before[i], after[i])
			}
		}
	}
}
