package rank

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestNear(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want float64
	}{
		{"8122", "8122", 1},
		{"8122", "8123", .6},
		{"8122", "8130", .3},
		{"8122", "8800", .1},
		{"8122", "0122", 0},
		{"81", "8122", 1},
		{"812", "8130", .3},
		{"", "8122", 0},
		{"8122", "", 0},
	} {
		if got := Near(tt.a, tt.b); got != tt.want {
			t.Errorf("Near(%q, %q) = %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

// nothing is a person and a posting of whom nothing is known.
var nothing = Facts{Months: Unknown, Least: Unknown, Most: Unknown, Age: Unknown}

func TestNothingKnownScoresNothing(t *testing.T) {
	f := nothing
	if got := Score(&f); got != (Parts{}) {
		t.Errorf("parts of nothing: %v", got)
	}
}

func TestPerfectFitScoresOneHundredAtMost(t *testing.T) {
	sum := 0.0
	for _, v := range Most {
		sum += v
	}
	if sum != 100 {
		t.Errorf("the most points add up to %v, want 100", sum)
	}
}

func TestParts(t *testing.T) {
	for _, tt := range []struct {
		name string
		set  func(*Facts)
		part Part
		want float64
	}{
		{"the same occupation", func(f *Facts) { f.Near = 1 }, Occupation, 34},
		{"half of what is asked for", func(f *Facts) { f.Matched, f.Asked = 8, 12 }, Competencies, 13},
		{"gaps of a person whose competencies are known", func(f *Facts) { f.Missing, f.Asked, f.Skilled = 6, 12, true }, Gaps, -3},
		{"no gaps are held against a person of whom nothing was read", func(f *Facts) { f.Missing, f.Asked = 6, 12 }, Gaps, 0},
		{"the licence asked for", func(f *Facts) { f.Required = 1 }, Certificates, 4},
		{"licence and three that help", func(f *Facts) { f.Required, f.Preferred = 1, 3 }, Certificates, 8},
		{"experience within the range", func(f *Facts) { f.Months, f.Least, f.Most = 40, 36, 60 }, Career, 6},
		{"a year short", func(f *Facts) { f.Months, f.Least = 24, 36 }, Career, -5},
		{"much too short", func(f *Facts) { f.Months, f.Least = 0, 120 }, Career, -10},
		{"two years beyond", func(f *Facts) { f.Months, f.Least, f.Most = 84, 36, 60 }, Career, 1},
		{"a beginner where beginners are welcome", func(f *Facts) { f.Months, f.Entry = 0, true }, Career, 6},
		{"experience not stated by the posting", func(f *Facts) { f.Months = 24 }, Career, 0},
		{"experience not known of the person", func(f *Facts) { f.Least = 24 }, Career, 0},
		{"schooling as asked", func(f *Facts) { f.Schooling, f.Asks = 4, 4 }, Education, 2},
		{"one level below", func(f *Facts) { f.Schooling, f.Asks = 3, 4 }, Education, -3},
		{"far below", func(f *Facts) { f.Schooling, f.Asks = 1, 6 }, Education, -6},
		{"pay as sought", func(f *Facts) { f.Wish, f.PayMin = 30e6, 30e6 }, Pay, 4},
		{"pay a fifth above", func(f *Facts) { f.Wish, f.PayMin = 30e6, 36e6 }, Pay, 6},
		{"pay that may reach it", func(f *Facts) { f.Wish, f.PayMin, f.PayMax = 30e6, 28e6, 34e6 }, Pay, 2},
		{"pay a tenth below", func(f *Facts) { f.Wish, f.PayMax = 30e6, 27e6 }, Pay, -2.4},
		{"pay not stated", func(f *Facts) { f.Wish = 30e6 }, Pay, 0},
		{"employment as sought", func(f *Facts) { f.Wanted, f.Kind = true, true }, Employment, 3},
		{"another employment", func(f *Facts) { f.Wanted = true }, Employment, -3},
		{"the same district", func(f *Facts) { f.Closeness = 2 }, Region, 7},
		{"opened a month ago", func(f *Facts) { f.Age = 30 }, Recency, 2.5},
	} {
		f := nothing
		tt.set(&f)
		got := Score(&f)
		if math.Abs(got[tt.part]-tt.want) > 1e-12 {
			t.Errorf("%s: %s gives %v, want %v", tt.name, tt.part, got[tt.part], tt.want)
		}
	}
}

// random returns facts with every field drawn from its range.
func random(rnd *rand.Rand) Facts {
	months := func() int { return rnd.IntN(400) - 1 }
	f := Facts{
		Known: rnd.Float64(), Near: rnd.Float64(), Asked: rnd.Float64() * 50, Skilled: rnd.IntN(2) > 0,
		Required: rnd.IntN(3), Preferred: rnd.IntN(4), Months: months(), Least: months(), Most: months(), Entry: rnd.IntN(2) > 0,
		Schooling: rnd.IntN(8), Asks: rnd.IntN(8), Major: rnd.IntN(2) > 0, Wish: rnd.Int64N(1e8), PayMin: rnd.Int64N(1e8), PayMax: rnd.Int64N(1e8),
		Wanted: rnd.IntN(2) > 0, Kind: rnd.IntN(2) > 0, Closeness: rnd.IntN(3), Age: rnd.IntN(5000) - 1,
	}
	f.Matched = f.Asked * rnd.Float64()
	f.Missing = f.Asked - f.Matched
	return f
}

func TestEveryPartStaysWithinItsPoints(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	for range 100_000 {
		f := random(rnd)
		parts, sum := Score(&f), 0.0
		for p, v := range parts {
			if math.IsNaN(v) || v > Most[p] || v < Least[p] {
				t.Fatalf("%s gives %v of %+v, outside %v to %v", Part(p), v, f, Least[p], Most[p])
			}
			sum += v
		}
		if parts.Sum() != sum {
			t.Fatalf("the parts add up to %v, the score is %v", sum, parts.Sum())
		}
	}
}

func TestBestKeepsTheBest(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 2))
	for _, k := range []int{0, 1, 7, 100, 2000} {
		b := Best[int]{K: k, Above: func(a, b int) bool { return a > b }}
		all := rnd.Perm(1000)
		for _, v := range all {
			b.Offer(v)
		}
		slices.Sort(all)
		slices.Reverse(all)
		if got := b.Sorted(); !slices.Equal(got, all[:min(k, 1000)]) {
			t.Errorf("the best %d of 1000 are %v", k, got)
		}
	}
}
