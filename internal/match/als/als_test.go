package als

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// small are options for logs of a few hundred.
var small = Options{Dim: 16, Rounds: 10, Absent: .05, Penalty: .01, Trait: .5, Seed: 3}

// trades is a log of people of several trades who apply within their own, of which trait i
// is that of trade i, on both sides.
func trades(n, people, postings int, seed uint64) Log {
	rnd := rand.New(rand.NewPCG(seed, 1))
	log := Log{Applied: make([][]uint32, people), Postings: postings, People: Traits{N: n}, Offers: Traits{N: n}}
	for p := range postings {
		log.Offers.Of = append(log.Offers.Of, []uint32{uint32(p % n)})
	}
	for i := range log.Applied {
		log.People.Of = append(log.People.Of, []uint32{uint32(i % n)})
		for len(log.Applied[i]) < 5 {
			if p := uint32(rnd.IntN(postings/n)*n + i%n); !slices.Contains(log.Applied[i], p) {
				log.Applied[i] = append(log.Applied[i], p)
			}
		}
	}
	return log
}

func fitted(t *testing.T, log Log, o Options) *Model {
	t.Helper()
	m, err := Fit(t.Context(), log, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// own is the share of a trade's postings among the best 10 of somebody of it.
func own(m *Model, person, trade, n int, leave []uint32) float64 {
	type scored struct {
		p int
		s float32
	}
	var all []scored
	for p := range len(m.Postings) / m.Dim {
		if !slices.Contains(leave, uint32(p)) {
			all = append(all, scored{p, Dot(m.Person(person), m.Posting(p))})
		}
	}
	slices.SortFunc(all, func(a, b scored) int { return int(math.Copysign(1, float64(b.s-a.s))) })
	hits := 0.0
	for _, x := range all[:10] {
		if x.p%n == trade {
			hits++
		}
	}
	return hits / 10
}

func TestPeopleAreLedToWhatTheirLikeChose(t *testing.T) {
	const n = 8
	for _, tt := range []struct {
		name string
		set  func(*Log)
		of   int
	}{
		{"who applied, by applications alone", func(l *Log) { l.People, l.Offers = Traits{}, Traits{} }, 16},
		{"who applied", func(*Log) {}, 16},
		{"who never applied, by traits", func(l *Log) { l.Applied[16] = nil }, 16},
	} {
		log := trades(n, 400, 160, 1)
		tt.set(&log)
		if got := own(fitted(t, log, small), tt.of, tt.of%n, n, log.Applied[tt.of]); got < 1 {
			t.Errorf("%s: %.1f of the best ten are of the own trade", tt.name, got)
		}
	}
}

// A posting that nobody applied for yet stands, by its traits, above those of other trades.
func TestANewPostingIsKnownByItsTraits(t *testing.T) {
	const n, fresh = 8, 24
	log := trades(n, 400, 160, 2)
	for i := range log.Applied {
		log.Applied[i] = slices.DeleteFunc(log.Applied[i], func(p uint32) bool { return p == fresh })
	}
	m := fitted(t, log, small)
	least, most := float32(math.Inf(1)), float32(math.Inf(-1)) // of the own trade, of others
	for i := range log.Applied {
		if s := Dot(m.Person(i), m.Posting(fresh)); i%n == fresh%n {
			least = min(least, s)
		} else {
			most = max(most, s)
		}
	}
	if least <= most {
		t.Errorf("a new posting has at least %.3f for those of its trade, up to %.3f for others", least, most)
	}
}

func TestWhoIsLinkedToNothingIsNothing(t *testing.T) {
	log := trades(4, 100, 40, 3)
	log.Applied[7], log.People.Of[7] = nil, nil
	m := fitted(t, log, small)
	if v := m.Person(7); slices.ContainsFunc(v, func(x float32) bool { return x != 0 }) {
		t.Errorf("nothing is known of a person with the vector %v", v)
	}
	if m := fitted(t, Log{}, small); len(m.People)+len(m.Postings) != 0 {
		t.Errorf("an empty log has the vectors %v", m)
	}
}

// The vectors solve their equations: what is left of the gradient of the loss, computed
// pair by pair, is next to nothing after many rounds.
func TestVectorsMakeTheLossLeast(t *testing.T) {
	o := small
	o.Rounds = 200
	log := trades(4, 60, 24, 4)
	log.People, log.Offers = Traits{}, Traits{} // so that every term can be computed from the model
	m := fitted(t, log, o)
	for i, rows := range log.Applied {
		x := m.Person(i)
		grad := make([]float64, o.Dim)
		for p := range log.Postings {
			y := m.Posting(p)
			s := float64(Dot(x, y))
			slope := o.Absent * s
			if slices.Contains(rows, uint32(p)) {
				slope += s - 1
			}
			for k := range grad {
				grad[k] += slope * float64(y[k])
			}
		}
		size := 0.0
		for k := range grad {
			grad[k] += o.Penalty * (float64(len(rows)) + o.Absent*float64(log.Postings)) * float64(x[k])
			size += grad[k] * grad[k]
		}
		if math.Sqrt(size) > 1e-3 {
			t.Fatalf("person %d: the slope of the loss is %.2g", i, math.Sqrt(size))
		}
	}
}

func TestFitIsTheSameOnAnyNumberOfCores(t *testing.T) {
	log := trades(5, 200, 50, 5)
	before := runtime.GOMAXPROCS(1)
	one := fitted(t, log, small)
	runtime.GOMAXPROCS(3)
	three := fitted(t, log, small)
	runtime.GOMAXPROCS(before)
	if !slices.Equal(one.People, three.People) || !slices.Equal(one.Postings, three.Postings) {
		t.Error("three cores learn something else than one")
	}
}

// What few have tells more than what many have.
func TestCommonTraitsWeighLess(t *testing.T) {
	traits := Traits{Of: [][]uint32{{0, 1}, {0}, {0}, {0}}, N: 2}
	if w := traits.weights(.5); w[0] != .25 || w[1] != .5 {
		t.Errorf("a trait of four weighs %v, of one %v", w[0], w[1])
	}
}

func TestFitStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Fit(ctx, trades(4, 100, 40, 6), small); err == nil {
		t.Error("a fit that was called off went on")
	}
}

func TestDot(t *testing.T) {
	for n := range 11 {
		a, b, want := make([]float32, n), make([]float32, n), float32(0)
		for i := range a {
			a[i], b[i] = float32(i+1), float32(i-4)
			want += a[i] * b[i]
		}
		if got := Dot(a, b); got != want {
			t.Errorf("product of %d: %v, want %v", n, got, want)
		}
	}
}
