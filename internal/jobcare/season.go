package jobcare

import (
	"cmp"
	"math"
	"slices"
)

// seasonless takes the season out of monthly numbers, at least three years of them: each
// is divided by its calendar month's usual ratio to the moving average of a year around
// it (the classical decomposition by ratios to moving averages: Macaulay, The Smoothing of
// Time Series, 1931). It is not ok where a month has nothing or the least year too little
// to tell a season from chance.
func seasonless(months []float64) (out []float64, ok bool) {
	n := len(months)
	if n < 36 {
		return nil, false
	}
	for _, m := range months {
		if m < seasonLeast {
			return nil, false
		}
	}
	var sum [12]float64
	var seen [12]int
	for i := 6; i < n-6; i++ {
		trend := (months[i-6] + months[i+6]) / 24
		for k := i - 5; k <= i+5; k++ {
			trend += months[k] / 12
		}
		sum[i%12] += months[i] / trend
		seen[i%12]++
	}
	mean := 0.0
	for c := range sum {
		sum[c] /= float64(seen[c])
		mean += sum[c] / 12
	}
	for i, m := range months {
		out = append(out, m*mean/sum[i%12])
	}
	return out, true
}

// seasonLeast is how many places a month must offer at least: the chance error of such a
// number is a fifth of it, as much as a season.
const seasonLeast = 25

// rising returns the competencies asked for clearly more often than in the year before,
// the clearest first, at most five: two shares differ by more than chance makes of one in a
// hundred, and by a hundredth.
func (t *offer) rising() (ids []int) {
	z := map[int]float64{}
	for id, n := range t.skills {
		if id == 0 || n < liftBase || t.before < liftBase {
			continue
		}
		now, before := float64(n)/float64(t.postings), float64(t.skillsBefore[id])/float64(t.before)
		pooled := float64(n+t.skillsBefore[id]) / float64(t.postings+t.before)
		if se := math.Sqrt(pooled * (1 - pooled) * (1/float64(t.postings) + 1/float64(t.before))); now-before >= .01 && now-before > 2.58*se {
			z[id] = (now - before) / se
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b int) int { return cmp.Or(cmp.Compare(z[b], z[a]), a-b) })
	return ids[:min(5, len(ids))]
}
