package cellkey

import (
	"math"
	"math/rand/v2"
	"testing"
)

// One to four people are published as nobody. What is added to more is nothing on average, has the variance that it is said to have, is never
// more than the most, and gives no number from one to four.
func TestNoise(t *testing.T) {
	for n := range exact + 20 {
		adds, p := Noise(n)
		sum, mean, variance := 0.0, 0.0, 0.0
		for i, add := range adds {
			sum += p[i]
			mean += p[i] * float64(add)
			variance += p[i] * float64(add*add)
			if to := n + add; add < -Most || add > Most || p[i] > 0 && to != 0 && to < Least {
				t.Errorf("%d becomes %d", n, to)
			}
		}
		if math.Abs(sum-1) > 1e-9 || n >= Least && math.Abs(mean) > 1e-3 || n < Least && (len(adds) != 1 || adds[0] != -n) {
			t.Errorf("of %d the chances are %v in all, the mean %v", n, sum, mean)
		}
		if n >= Least && math.Abs(variance-Variance) > .01 {
			t.Errorf("of %d the variance is %v", n, variance)
		}
	}
}

// Whoever is counted, in whatever order and by whatever parts, the same people in the same
// cell have the same number; cells of evenly drawn keys have numbers as the table says.
func TestPublished(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	var release Release
	for _, n := range []int{0, 1, 2, 3, 4, 5, 7, 11, 40, 1000} {
		adds, p := Noise(n)
		seen := map[int]float64{}
		const rounds = 20_000
		for range rounds {
			var all, one, other Cell
			for i := range n {
				key := uint16(draw.Uint32())
				all.Add(key)
				if i%3 == 0 {
					one.Add(key)
				} else {
					other.Add(key)
				}
			}
			other.Join(one)
			if other != all {
				t.Fatalf("by parts %v, at once %v", other, all)
			}
			got := release.Published(all, "seekers")
			if seen[got-n]++; got < 0 || got > 0 && got < Least || got != release.Published(other, "seekers") {
				t.Fatalf("%d is published of %d", got, n)
			}
		}
		for i, add := range adds {
			if got, sd := seen[add]/rounds, math.Sqrt(p[i]*(1-p[i])/rounds); math.Abs(got-p[i]) > 5*sd+1e-9 {
				t.Errorf("%d is changed by %d in %.4f, want %.4f", n, add, got, p[i])
			}
		}
	}
}

// The same people have numbers that say nothing of one another in two cells and in two
// releases.
func TestTheSamePeopleInTwoCells(t *testing.T) {
	draw := rand.New(rand.NewPCG(3, 4))
	releases := [2]Release{{1}, {2}}
	for name, other := range map[string]func(Cell) int{
		"cells":    func(c Cell) int { return releases[0].Published(c, "seekers|sex=M") },
		"releases": func(c Cell) int { return releases[1].Published(c, "seekers") },
	} {
		const rounds = 20_000
		same, sum := 0.0, 0.0
		for range rounds {
			c := Cell{300, uint16(draw.Uint32())}
			x, y := releases[0].Published(c, "seekers")-300, other(c)-300
			if sum += float64(x * y); x == y {
				same++
			}
		}
		_, p := Noise(300)
		want := 0.0
		for _, v := range p {
			want += v * v
		}
		if math.Abs(same/rounds-want) > .02 || math.Abs(sum/rounds) > .3 {
			t.Errorf("in two %s %.3f are the same, want %.3f, and the mean product is %.2f", name, same/rounds, want, sum/rounds)
		}
	}
}
