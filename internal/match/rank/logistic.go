package rank

import "math"

// A Logistic tells from some numbers how probable something is, by weights fitted to
// cases (logistic regression by Newton's method, Cox 1958).
type Logistic struct {
	n      int
	least  float64   // weights are no smaller
	x      []float64 // of one case after another: 1, then its numbers
	share  []float64 // of each case that it is so, from 0 to 1
	weight []float64
}

// NewLogistic returns one of n numbers; rising says that none makes it less probable.
func NewLogistic(n int, rising bool) *Logistic {
	l := &Logistic{n: n, least: math.Inf(-1), weight: make([]float64, n+1)}
	if rising {
		l.least = 0
	}
	return l
}

// Add adds a case, which is so with some probability.
func (l *Logistic) Add(share float64, x ...float64) {
	l.x = append(append(l.x, 1), x...)
	l.share = append(l.share, share)
}

// ridge keeps weights finite where numbers tell cases apart without fault.
const ridge = 1e-3

// Weights are what the log odds are where all numbers are 0, and what they rise by with
// each.
func (l *Logistic) Weights() (base float64, of []float64) { return l.steps(50) }

// steps moves the weights so many times at most.
func (l *Logistic) steps(n int) (base float64, of []float64) {
	mean, scale := l.spread()
	w := make([]float64, l.n+1) // of numbers as deviations from their mean
	w[0] = l.weight[0]
	for i := 1; i <= l.n; i++ {
		w[i] = l.weight[i] * scale[i]
		w[0] += l.weight[i] * mean[i]
	}
	for range n {
		if l.step(w, mean, scale) < 1e-16 {
			break
		}
	}
	base, of = w[0], make([]float64, l.n)
	for i := range of {
		of[i] = w[i+1] / scale[i+1]
		base -= of[i] * mean[i+1]
	}
	l.weight = append([]float64{base}, of...)
	return base, of
}

// step moves the weights once, and returns how far.
func (l *Logistic) step(w, mean, scale []float64) (moved float64) {
	m := l.n + 1
	g, h, x := make([]float64, m), make([][]float64, m), make([]float64, m)
	for i := range h {
		h[i] = make([]float64, m)
		g[i], h[i][i] = -ridge*w[i], ridge
	}
	for c, share := range l.share {
		z := 0.0
		for i, v := range l.x[c*m : c*m+m] {
			x[i] = (v - mean[i]) / scale[i]
			z += w[i] * x[i]
		}
		p := Probability(z)
		for i := range x {
			g[i] += (share - p) * x[i]
			for k := range i + 1 {
				h[i][k] += p * (1 - p) * x[i] * x[k]
			}
		}
	}
	for i := 1; i < m; i++ { // what would fall below its least stays there
		if w[i] <= l.least*scale[i] && g[i] < 0 {
			g[i] = 0
			for k := range m {
				h[max(i, k)][min(i, k)] = 0
			}
			h[i][i] = 1
		}
	}
	for i, s := range solve(h, g) {
		to := w[i] + s
		if i > 0 {
			to = max(to, l.least*scale[i])
		}
		moved += (to - w[i]) * (to - w[i])
		w[i] = to
	}
	return moved
}

// spread is the mean and the standard deviation of each number; 0 and 1 of the first.
func (l *Logistic) spread() (mean, scale []float64) {
	m, n := l.n+1, float64(max(1, len(l.share)))
	mean, scale = make([]float64, m), make([]float64, m)
	for i, v := range l.x {
		mean[i%m] += v / n
	}
	for i, v := range l.x {
		scale[i%m] += (v - mean[i%m]) * (v - mean[i%m]) / n
	}
	for i := range scale {
		if scale[i] = math.Sqrt(scale[i]); scale[i] == 0 {
			scale[i] = 1
		}
	}
	mean[0], scale[0] = 0, 1
	return mean, scale
}

// solve solves h x = g for a symmetric positive h, of which the lower half is given
// (Cholesky).
func solve(h [][]float64, g []float64) []float64 {
	n := len(g)
	for i := range n {
		for k := range i + 1 {
			for m := range k {
				h[i][k] -= h[i][m] * h[k][m]
			}
			if i == k {
				h[i][i] = math.Sqrt(max(h[i][i], 1e-12))
			} else {
				h[i][k] /= h[k][k]
			}
		}
	}
	x := make([]float64, n)
	for i := range n {
		x[i] = g[i]
		for m := range i {
			x[i] -= h[i][m] * x[m]
		}
		x[i] /= h[i][i]
	}
	for i := n - 1; i >= 0; i-- {
		for m := i + 1; m < n; m++ {
			x[i] -= h[m][i] * x[m]
		}
		x[i] /= h[i][i]
	}
	return x
}
