package encoder

import (
	"math"

	"ieum/internal/platform/matrix"
)

// merge returns the encoder of dim numbers a row whose vectors of texts come
// nearest to those of its members laid side by side: their main directions
// (the eigenvectors of the texts' second moments, not centred).
func merge(members []*weights, texts []text, dim int) *weights {
	table, wide := sideBySide(members)
	basis, _ := matrix.Eigen(moments(table, wide, texts), wide)
	main := make([]float32, dim*wide) // a direction a row
	for i := range dim {
		for k := range wide {
			main[i*wide+k] = float32(basis[k*wide+i])
		}
	}
	bits := members[0].bits
	trained, out := make([]bool, 1<<bits), make([]float32, dim<<bits)
	share(len(trained), func(r int) {
		for _, m := range members {
			trained[r] = trained[r] || m.scale[r] > 0
		}
		if !trained[r] {
			return
		}
		for i := range dim {
			out[r*dim+i] = dot(table[r*wide:][:wide], main[i*wide:][:wide])
		}
	})
	return quantize(out, trained, bits, dim)
}

// sideBySide returns the rows of all members, and how long a row is.
func sideBySide(members []*weights) (table []float32, wide int) {
	for _, m := range members {
		wide += m.dim
	}
	table = make([]float32, wide<<members[0].bits)
	from := 0
	for _, m := range members {
		for r := range m.scale {
			m.addRow(table[r*wide+from:][:m.dim], r, 1)
		}
		from += m.dim
	}
	return table, wide
}

// moments returns the sum, over texts, of each two elements' product in the
// text's vector of length 1.
func moments(table []float32, wide int, texts []text) []float64 {
	const block = 512 // texts whose products are added up in short numbers
	sum := make([]float64, wide*wide)
	vec := make([]float32, block*wide)
	for len(texts) > 0 {
		some := texts[:min(block, len(texts))]
		texts = texts[len(some):]
		clear(vec)
		share(len(some), func(i int) {
			v := vec[i*wide:][:wide]
			for _, r := range some[i] {
				addTo(v, table[int(r)*wide:][:wide])
			}
			length := float32(math.Sqrt(float64(dot(v, v)))) + 1e-6
			for k := range v {
				v[k] /= length
			}
		})
		share(wide, func(a int) {
			var column [block]float32
			for i := range column {
				column[i] = vec[i*wide+a]
			}
			products := make([]float32, wide)
			addRows(products, column[:], vec, wide)
			for b, x := range products {
				sum[a*wide+b] += float64(x)
			}
		})
	}
	return sum
}
