package occupation

import (
	"math"

	"ieum/internal/platform/matrix"
)

// merge returns the model whose matrix comes nearest to the average of the
// members' matrices, by singular value decomposition: one row for each feature
// and for each unit. An n-gram counts by how much of the samples it is. What the
// rows of all units have in common is taken out first: it moves no probability.
func (t *trainer) merge() *weights {
	// With usage D, features F and units U: the nearest to D·F·Uᵗ. Let Fᵗ·D²·F
	// be V·Λ·Vᵗ; then D·F·Uᵗ = (D·F·V·Λ^-½)·(Λ^½·Vᵗ·Uᵗ), and the left part is
	// orthogonal, so that the singular vectors of the right part do.
	wide := members * rank
	basis, scale := matrix.Eigen(t.usage(), wide)
	right := t.project(basis, scale)
	left, _ := matrix.Eigen(gram(right, wide, t.units), wide)
	w := &weights{units: t.c.units, bias: t.bias(), out: make([]row, t.units), unseenTitle: t.unseen[0], unseenText: t.unseen[1]}
	for u := range w.out {
		for i := range inner {
			var sum float64
			for k := range wide {
				sum += left[k*wide+i] * right[k*t.units+u]
			}
			w.out[u][i] = float32(sum)
		}
	}
	for i := range w.calibration {
		w.calibration[i] = calibration{temperature: 1, slope: 1, trust: trustOwn}
	}
	turn := make([]row, wide) // brings the members' hidden layers to the merged one
	for j := range wide {
		for k := range wide {
			v := basis[j*wide+k] / math.Sqrt(max(1e-12, scale[k]))
			for i := range inner {
				turn[j][i] += float32(v * left[k*wide+i])
			}
		}
	}
	t.quantize(w, turn)
	return w
}

// project returns Λ^½·Vᵗ·Uᵗ, one column a unit.
func (t *trainer) project(basis, scale []float64) []float64 {
	wide := members * rank
	rows := make([]float64, t.units*wide) // of units, the members' one behind the other
	for m, one := range t.members {
		for u := range t.units {
			for k := range rank {
				rows[u*wide+m*rank+k] = float64(one.out[u*rank+k]) / members
			}
		}
	}
	center(rows, wide)
	right := make([]float64, wide*t.units)
	for k := range wide {
		root := math.Sqrt(max(0, scale[k]))
		for u := range t.units {
			var sum float64
			for j := range wide {
				sum += basis[j*wide+k] * rows[u*wide+j]
			}
			right[k*t.units+u] = root * sum
		}
	}
	return right
}

// quantize gives the features their rows, in whole numbers.
func (t *trainer) quantize(w *weights, turn []row) {
	for f, h := range t.hashes {
		var r row
		for m, one := range t.members {
			for k, v := range one.in[f*rank:][:rank] {
				for i, x := range turn[m*rank+k] {
					r[i] += v * x
				}
			}
		}
		in, scale, coarse := whole(&r)
		w.features = append(w.features, feature{h, t.idf[f], scale, coarse, uint32(len(w.packed))})
		w.packed = pack(w.packed, &in)
	}
}

// gaussian is the distance between the four numbers that stand for a normal variate with
// the least squared error, in standard deviations (Max 1960, "Quantizing for minimum distortion").
const gaussian = 0.9957

// whole writes a row in whole numbers: the fine ones times the scale are near it, the
// coarse ones and a half times the coarse scale as near as two bits allow.
func whole(r *row) (in [inner]int8, scale, coarse float32) {
	var top, square float64
	for _, v := range r[:fine] {
		top = max(top, math.Abs(float64(v)))
	}
	for _, v := range r[fine:] {
		square += float64(v) * float64(v)
	}
	scale = scaleOf(exponentOf(top / most))
	coarse = scaleOf(exponentOf(gaussian * math.Sqrt(square/(inner-fine))))
	for i, v := range r[:fine] {
		in[i] = int8(math.Round(float64(v / scale)))
	}
	for i, v := range r[fine:] {
		in[fine+i] = int8(min(1, max(-2, math.Floor(float64(v/coarse)))))
	}
	return in, scale, coarse
}

// usage returns Fᵗ·D²·F: how the hidden layers of all members vary together when
// each n-gram stands alone, by how much of the samples it is.
func (t *trainer) usage() []float64 {
	weight := make([]float64, len(t.hashes))
	for _, s := range t.samples {
		for i, f := range s.feature {
			weight[f] += float64(s.weight[i]) * float64(s.weight[i])
		}
	}
	wide := members * rank
	g := make([]float64, wide*wide)
	row := make([]float64, wide)
	for f, d := range weight {
		if d == 0 {
			continue
		}
		for m, one := range t.members {
			for k, v := range one.in[f*rank:][:rank] {
				row[m*rank+k] = float64(v)
			}
		}
		for i, v := range row {
			v *= d
			for j, w := range row[:i+1] {
				g[i*wide+j] += v * w
			}
		}
	}
	for i := range wide {
		for j := range i {
			g[j*wide+i] = g[i*wide+j]
		}
	}
	return g
}

// center takes the mean of all rows from each.
func center(rows []float64, wide int) {
	mean := make([]float64, wide)
	n := float64(len(rows) / wide)
	for i, v := range rows {
		mean[i%wide] += v / n
	}
	for i := range rows {
		rows[i] -= mean[i%wide]
	}
}

// gram returns a·aᵗ of a matrix with n rows.
func gram(a []float64, n, columns int) []float64 {
	g := make([]float64, n*n)
	for i := range n {
		for j := range i + 1 {
			var sum float64
			for k, v := range a[i*columns:][:columns] {
				sum += v * a[j*columns+k]
			}
			g[i*n+j], g[j*n+i] = sum, sum
		}
	}
	return g
}
