package encoder

import (
	"math"
	"slices"
)

// fit returns the weights of signs under which the right units are likeliest,
// when a unit is as likely as the exponential of its signs' weighted sum, by
// Newton's method from the first sign alone. signs[i] are the signs of title i,
// each a number for every unit. Weights are drawn to 0 as one more title would;
// without a title the first sign alone counts.
func fit(signs [][][]float32, right []int32) []float64 {
	if len(signs) == 0 {
		return []float64{1}
	}
	weight := make([]float64, len(signs[0]))
	weight[0] = 1
	least, slope, bend := fall(signs, right, weight)
	for gain := 1.0; gain > 1e-2; {
		gain = 0
		step := solve(bend, slope)
		for size := 1.0; gain <= 0 && size > 0.01; size /= 2 {
			to := slices.Clone(weight)
			for a := range to {
				to[a] -= size * step[a]
			}
			loss, s, b := fall(signs, right, to)
			if gain = least - loss; gain > 0 {
				weight, least, slope, bend = to, loss, s, b
			}
		}
	}
	return weight
}

// fall returns the log loss at some weights, and how it slopes and bends there.
func fall(signs [][][]float32, right []int32, weight []float64) (loss float64, slope, bend []float64) {
	k := len(weight)
	slope, bend = make([]float64, k), make([]float64, k*k)
	for a, w := range weight {
		loss, slope[a], bend[a*k+a] = loss+w*w/2, w, 1
	}
	p := make([]float32, len(signs[0][0]))
	for i, s := range signs {
		combine(p, s, weight)
		softmax(p)
		loss -= math.Log(float64(p[right[i]]) + 1e-30)
		bow(slope, bend, s, p, right[i])
	}
	return loss, slope, bend
}

// combine fills p with the weighted sum of signs.
func combine(p []float32, signs [][]float32, weight []float64) {
	clear(p)
	for a, w := range weight {
		for u, x := range signs[a] {
			p[u] += float32(w) * x
		}
	}
}

// bow adds what the loss of one title slopes and bends by the weights.
func bow(slope, bend []float64, signs [][]float32, p []float32, right int32) {
	k := len(signs)
	mean := make([]float64, k)
	for a, s := range signs {
		for u, q := range p {
			mean[a] += float64(q * s[u])
		}
		slope[a] += mean[a] - float64(s[right])
	}
	for u, q := range p {
		if q < 1e-6 {
			continue
		}
		for a := range k {
			d := float64(q) * (float64(signs[a][u]) - mean[a])
			for b := range k {
				bend[a*k+b] += d * (float64(signs[b][u]) - mean[b])
			}
		}
	}
}

// solve returns x with a·x = y for a symmetric positive a, by elimination. It
// changes both.
func solve(a, y []float64) []float64 {
	k := len(y)
	for i := range k {
		for j := i + 1; j < k; j++ {
			r := a[j*k+i] / a[i*k+i]
			for c := i; c < k; c++ {
				a[j*k+c] -= r * a[i*k+c]
			}
			y[j] -= r * y[i]
		}
	}
	for i := k - 1; i >= 0; i-- {
		for c := i + 1; c < k; c++ {
			y[i] -= a[i*k+c] * y[c]
		}
		y[i] /= a[i*k+i]
	}
	return y
}
