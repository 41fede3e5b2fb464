package encoder

import "math"

// dot returns the product of two vectors whose length is a multiple of 8,
// added up in eight sums, as wide registers would.
func dot(x, y []float32) float32 {
	var s0, s1, s2, s3, s4, s5, s6, s7 float32
	for len(x) >= 8 && len(y) >= 8 {
		s0 += x[0] * y[0]
		s1 += x[1] * y[1]
		s2 += x[2] * y[2]
		s3 += x[3] * y[3]
		s4 += x[4] * y[4]
		s5 += x[5] * y[5]
		s6 += x[6] * y[6]
		s7 += x[7] * y[7]
		x, y = x[8:], y[8:]
	}
	return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7))
}

// addTo adds e to v.
func addTo(v, e []float32) {
	for k, x := range e[:len(v)] {
		v[k] += x
	}
}

// add4 adds to g four rows of b, each times its weight.
func add4(g, weight, b []float32) {
	d := len(g)
	w0, w1, w2, w3 := weight[0], weight[1], weight[2], weight[3]
	b0, b1, b2, b3 := b[:d], b[d:][:d], b[2*d:][:d], b[3*d:][:d]
	for k := range g {
		g[k] += ((w0*b0[k] + w1*b1[k]) + w2*b2[k]) + w3*b3[k]
	}
}

// dot4 returns the products of x and four rows of b.
func dot4(x, b []float32) (r [4]float32) {
	d := len(x)
	for i := range r {
		r[i] = dot(x, b[i*d:][:d])
	}
	return r
}

// product8 returns the product of two vectors of whole numbers.
func product8(a, b []int8) int32 {
	var s0, s1, s2, s3 int32
	for len(a) >= 4 && len(b) >= 4 {
		s0 += int32(a[0]) * int32(b[0])
		s1 += int32(a[1]) * int32(b[1])
		s2 += int32(a[2]) * int32(b[2])
		s3 += int32(a[3]) * int32(b[3])
		a, b = a[4:], b[4:]
	}
	return s0 + s1 + s2 + s3
}

// product fills rows from..to of c with scale · a · bᵀ, for n×d matrices.
func product(c, a, b []float32, from, to, n, d int, scale float32) {
	for i := from; i < to; i++ {
		x := a[i*d:][:d]
		for j := 0; j < n; j += 4 {
			for k, v := range dot4(x, b[j*d:][:4*d]) {
				c[i*n+j+k] = v * scale
			}
		}
	}
}

// addRows adds to g the rows of b, each times its weight. The number of rows
// is a multiple of 4.
func addRows(g, weight, b []float32, d int) {
	for j := 0; j < len(weight); j += 4 {
		add4(g, weight[j:][:4], b[j*d:][:4*d])
	}
}

// exp is e^x for x of at most 0, to six digits.
func exp(x float32) float32 {
	y := x * 1.44269504
	if y < -80 {
		return 0
	}
	whole := int32(y) - 1
	f := y - float32(whole) // from 0 to 2, mostly 1
	if f >= 1 {
		whole, f = whole+1, f-1
	}
	// 2^f on [0,1), by Taylor
	p := 1 + f*(0.69314718+f*(0.24022651+f*(0.05550411+f*(0.00961813+f*(0.00133336+f*(0.00015404+f*0.0000152527))))))
	return p * math.Float32frombits(uint32(whole+127)<<23)
}
