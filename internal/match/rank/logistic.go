package rank

import "math"

// A Logistic tells from two numbers how probable something is, by weights fitted to
// cases (logistic regression by Newton's method, Cox 1958).
type Logistic struct {
	cases []seen
}

type seen struct {
	x  [3]float64 // 1 first
	is bool
}

// Add adds a case.
func (l *Logistic) Add(a, b float64, is bool) {
	l.cases = append(l.cases, seen{[3]float64{1, a, b}, is})
}

// ridge keeps weights finite where numbers tell cases apart without fault.
const ridge = 1e-3

// Weights are what the log odds rise by with each of the two numbers.
func (l *Logistic) Weights() (a, b float64) {
	mean, scale := l.spread()
	w := [3]float64{}
	for range 25 {
		var g [3]float64
		var h [3][3]float64
		for i := range w {
			g[i], h[i][i] = -ridge*w[i], ridge
		}
		for _, c := range l.cases {
			z := 0.0
			for i := range c.x {
				c.x[i] = (c.x[i] - mean[i]) / scale[i]
				z += w[i] * c.x[i]
			}
			p, y := 1/(1+math.Exp(-z)), 0.0
			if c.is {
				y = 1
			}
			for i := range g {
				g[i] += (y - p) * c.x[i]
				for k := range h[i] {
					h[i][k] += p * (1 - p) * c.x[i] * c.x[k]
				}
			}
		}
		step, size := solve3(h, g), 0.0
		for i := range w {
			w[i] += step[i]
			size += step[i] * step[i]
		}
		if size < 1e-16 {
			break
		}
	}
	return w[1] / scale[1], w[2] / scale[2]
}

// spread is the mean and the standard deviation of each number; 0 and 1 of the first.
func (l *Logistic) spread() (mean, scale [3]float64) {
	scale = [3]float64{1, 1, 1}
	for i := 1; i < 3; i++ {
		n, sum, squares := float64(len(l.cases)), 0.0, 0.0
		for _, c := range l.cases {
			sum += c.x[i]
		}
		mean[i] = sum / max(n, 1)
		for _, c := range l.cases {
			squares += (c.x[i] - mean[i]) * (c.x[i] - mean[i])
		}
		if d := math.Sqrt(squares / max(n, 1)); d > 0 {
			scale[i] = d
		}
	}
	return mean, scale
}

// solve3 solves h x = g for a symmetric positive h.
func solve3(h [3][3]float64, g [3]float64) (x [3]float64) {
	for i := range h {
		for k := i + 1; k < 3; k++ {
			f := h[k][i] / h[i][i]
			for m := i; m < 3; m++ {
				h[k][m] -= f * h[i][m]
			}
			g[k] -= f * g[i]
		}
	}
	for i := 2; i >= 0; i-- {
		x[i] = g[i]
		for k := i + 1; k < 3; k++ {
			x[i] -= h[i][k] * x[k]
		}
		x[i] /= h[i][i]
	}
	return x
}
