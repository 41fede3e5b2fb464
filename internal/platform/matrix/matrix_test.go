package matrix

import "testing"

func TestEigenvectorsMakeTheMatrix(t *testing.T) {
	const n = 7
	a := make([]float64, n*n)
	for i := range n {
		for j := range n {
			a[i*n+j] = 1 / float64(i+j+1)
		}
	}
	v, values := Eigen(a, n)
	for i := range n {
		if i > 0 && values[i] > values[i-1] {
			t.Errorf("the values rise: %v", values)
		}
		for j := range n {
			var sum float64
			for k := range n {
				sum += v[i*n+k] * values[k] * v[j*n+k]
			}
			if d := sum - a[i*n+j]; d > 1e-9 || d < -1e-9 {
				t.Errorf("%d, %d is %v off", i, j, d)
			}
		}
	}
}
