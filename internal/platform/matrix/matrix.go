// Package matrix has what several parts need of linear algebra.
package matrix

import (
	"math"
	"slices"
)

// Eigen returns the eigenvectors of a symmetric matrix, one a column, and their
// eigenvalues, falling, by Jacobi's rotations.
func Eigen(a []float64, n int) (vectors, values []float64) {
	a = slices.Clone(a)
	v := make([]float64, n*n)
	for i := range n {
		v[i*n+i] = 1
	}
	var small float64 // what may be left beside the diagonal
	for i := range n {
		small = max(small, 1e-13*math.Abs(a[i*n+i]))
	}
	for turned := true; turned; {
		turned = false
		for p := range n {
			for q := p + 1; q < n; q++ {
				if math.Abs(a[p*n+q]) > small {
					rotate(a, v, n, p, q)
					turned = true
				}
			}
		}
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch d := a[j*n+j] - a[i*n+i]; {
		case d > 0:
			return 1
		case d < 0:
			return -1
		}
		return 0
	})
	vectors, values = make([]float64, n*n), make([]float64, n)
	for to, from := range order {
		values[to] = a[from*n+from]
		for i := range n {
			vectors[i*n+to] = v[i*n+from]
		}
	}
	return vectors, values
}

// rotate makes a[p][q] zero. Vectors gathers the rotations.
func rotate(a, vectors []float64, n, p, q int) {
	theta := (a[q*n+q] - a[p*n+p]) / (2 * a[p*n+q])
	t := 1 / (math.Abs(theta) + math.Sqrt(theta*theta+1))
	if theta < 0 {
		t = -t
	}
	c := 1 / math.Sqrt(t*t+1)
	s := t * c
	for k := range n {
		kp, kq := a[k*n+p], a[k*n+q]
		a[k*n+p], a[k*n+q] = c*kp-s*kq, s*kp+c*kq
	}
	for k := range n {
		pk, qk := a[p*n+k], a[q*n+k]
		a[p*n+k], a[q*n+k] = c*pk-s*qk, s*pk+c*qk
		kp, kq := vectors[k*n+p], vectors[k*n+q]
		vectors[k*n+p], vectors[k*n+q] = c*kp-s*kq, s*kp+c*kq
	}
}
