package terms

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkBuild measures documents a second on made-up bodies of 310 letters,
// half of them random syllables, which is harder than real text.
func BenchmarkBuild(b *testing.B) {
	const rows = 100_000
	rnd := rand.New(rand.NewPCG(1, 1))
	words := make([][]byte, 20_000)
	for i := range words {
		for range 2 + rnd.IntN(3) {
			words[i] = append(words[i], string(rune('가'+rnd.IntN(2000)*5))...)
		}
	}
	bodies := make([][]byte, 5000)
	for i := range bodies {
		for range 75 {
			z := rnd.Float64()
			bodies[i] = append(append(bodies[i], words[int(z*z*z*float64(len(words)))]...), ' ')
		}
	}
	for b.Loop() {
		err := Build(context.Background(), b.TempDir(), rows, func(from, to int, f func(int, Text) error) error {
			for i := from; i < to; i++ {
				title := fmt.Appendf(nil, "%s %s 모집", words[i%len(words)], words[i*7%len(words)])
				if err := f(i, Text{title, []byte("가상회사"), bodies[i*31%len(bodies)]}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "docs/s")
}
