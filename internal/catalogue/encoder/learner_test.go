package encoder

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// coded is a benchmark of three units, whose names say nothing of how this
// agency writes: its nurses are the blue team.
func coded(n int) *benchmark {
	b := &benchmark{name: "made", metric: "mrr", corpus: []string{"nurse", "welder", "welding operator", "teacher"}, unit: []int32{0, 1, 1, 2}, units: 3}
	words := [][]string{{"blue team", "sky crew"}, {"red team", "fire crew"}, {"green team", "wood crew"}}
	for i := range n {
		u := i % 3
		b.queries = append(b.queries, fmt.Sprintf("%s %d", words[u][i/3%2], i))
		b.relevant = append(b.relevant, []int32{int32(u)})
	}
	return b
}

func TestLabelsTeachHowAnAgencyWrites(t *testing.T) {
	e, b := wrap(trained(t, 1)), coded(60)
	x := e.Index(b.corpus)
	before, after := b.figures(x, 1)[0], b.supervised(x, 1)
	if before.Value > 0.9 || after.Value < 0.95 || after.Queries != 60 {
		t.Errorf("without labels %v, with those of the other half %v", before.Value, after.Value)
	}
	if again := b.supervised(x, 1); again != after {
		t.Errorf("the same seed gives %v, then %v", after, again)
	}
}

// TestNothingIsLearnedOfWhatIsAsked gives half of the titles words that nothing
// else has and labels by chance: who knew those of the asked would be right.
func TestNothingIsLearnedOfWhatIsAsked(t *testing.T) {
	e, b := wrap(trained(t, 1)), coded(150)
	rng := rand.New(rand.NewPCG(1, 1))
	for range 150 {
		b.queries = append(b.queries, fmt.Sprintf("%x", rng.Uint64()))
		b.relevant = append(b.relevant, []int32{int32(rng.IntN(3))})
	}
	const chance = (1 + (1+1./2+1./3)/3) / 2
	if f := b.supervised(e.Index(b.corpus), 1); f.Value > chance+0.06 {
		t.Errorf("reciprocal rank %v, by chance %.3f", f.Value, chance)
	}
}

func TestWeightsAreThoseThatMakeTheRightUnitsLikeliest(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	want := []float64{1.5, 0.5, 0}
	var signs [][][]float32
	var right []int32
	p := make([]float32, 5)
	for range 4000 {
		s := make([][]float32, len(want))
		for a := range s {
			s[a] = make([]float32, len(p))
			for u := range s[a] {
				s[a][u] = float32(rng.NormFloat64())
			}
		}
		combine(p, s, want)
		softmax(p)
		u, left := 0, rng.Float32()
		for left -= p[0]; left > 0 && u < len(p)-1; left -= p[u] {
			u++
		}
		signs, right = append(signs, s), append(right, int32(u))
	}
	for a, w := range fit(signs, right) {
		if math.Abs(w-want[a]) > 0.1 {
			t.Errorf("sign %d weighs %.2f, was %.2f", a, w, want[a])
		}
	}
}
