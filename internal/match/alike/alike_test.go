package alike

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestShareIsWhatBothHave: the coefficient is that of the sets of runs, counted by hand.
func TestShareIsWhatBothHave(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want float64
	}{
		{"가나다라마바", "가나다라마바", 1},
		{"가나다 라마바", "가 나다라마 바", 1}, // spaces aside
		{"가나다라마바", "나다라마바사", 1.0 / 3},
		{"가나다라마", "바사아자차", 0},
		{"가나다라마가나다라마", "가나다라마", 1.0 / 5}, // a run counts once
		{"가나다", "가나다", 0},                // too short for a run
	} {
		a, b := Set(Runs(nil, []byte(tt.a))), Set(Runs(nil, []byte(tt.b)))
		if got := Share(a, b); math.Abs(got-tt.want) > 1e-12 || got != Share(b, a) {
			t.Errorf("%q and %q share %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

// TestRunsAreSeenWhereverTheyStand: the hash of a run depends on its letters alone.
func TestRunsAreSeenWhereverTheyStand(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		text := letters(rnd, 40)
		all := Runs(nil, []byte(string(text)))
		for i := range all {
			if one := Runs(nil, []byte(string(text[i:i+run]))); len(one) != 1 || one[0] != all[i] {
				t.Fatalf("run %d of %q", i, string(text))
			}
		}
	}
}

// TestWhatIsMuchAlikeMeets: pairs meet under a key as often as Found says, over thousands of
// drawn texts of which some letters were changed.
func TestWhatIsMuchAlikeMeets(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	var met, want [2]float64
	var n [2]int
	for range 4000 {
		a := letters(rnd, 300)
		b := append([]rune{}, a...)
		for range rnd.IntN(25) {
			b[rnd.IntN(len(b))] = '가' + rnd.Int32N(1000)
		}
		x, y := Runs(nil, []byte(string(a))), Runs(nil, []byte(string(b)))
		kx, okX := KeysOf(x)
		ky, okY := KeysOf(y)
		if !okX || !okY {
			t.Fatal("long texts have keys")
		}
		share, half := Share(Set(x), Set(y)), 0
		if share >= .9 {
			half = 1
		}
		n[half]++
		want[half] += Found(share)
		for k := range kx {
			if kx[k] == ky[k] {
				met[half]++
				break
			}
		}
	}
	for half := range n {
		if got, want := met[half]/float64(n[half]), want[half]/float64(n[half]); math.Abs(got-want) > .03 {
			t.Errorf("%d pairs: %.3f met, expected %.3f", n[half], got, want)
		}
	}
	if Found(.9) < .9 || Found(.3) > .01 {
		t.Errorf("found: %.3f at .9, %.3f at .3", Found(.9), Found(.3))
	}
}

// TestOtherTextsDoNotMeet: texts that have nothing in common share no key.
func TestOtherTextsDoNotMeet(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	seen := map[[2]uint32]bool{}
	for range 3000 {
		keys, _ := KeysOf(Runs(nil, []byte(string(letters(rnd, 200)))))
		for k, key := range keys {
			if seen[[2]uint32{uint32(k), key}] {
				t.Fatalf("key %d met twice", k)
			}
			seen[[2]uint32{uint32(k), key}] = true
		}
	}
	if _, ok := KeysOf(Runs(nil, []byte("짧은 글입니다"))); ok {
		t.Error("a short text has keys")
	}
}

func letters(rnd *rand.Rand, n int) []rune {
	out := make([]rune, n)
	for i := range out {
		out[i] = '가' + rnd.Int32N(2000)
	}
	return out
}

func BenchmarkKeys(b *testing.B) {
	text := []byte(strings.Repeat("프레스로 자동차 부품을 찍습니다 지게차를 몰 줄 알면 좋습니다 ", 12))
	var runs []uint64
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		runs = Runs(runs[:0], text)
		KeysOf(runs)
	}
}
