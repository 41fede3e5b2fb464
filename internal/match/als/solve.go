package als

import (
	"runtime"
	"sync"
)

// steps of conjugate gradients in each round: the vectors begin where the last one ended.
const steps = 3

// vectors are of dim numbers each, in a row.
type vectors struct {
	dim int
	of  []float32
}

func (v vectors) len() int           { return len(v.of) / v.dim }
func (v vectors) at(i int) []float32 { return v.of[i*v.dim : (i+1)*v.dim] }

// A link is which rows of another table belong to each row of one.
type link struct {
	to     [][]uint32
	weight []float32 // of each by the other row; nil = 1 each
	own    bool      // weight is by the row itself
}

// turned is the link the other way round, from n rows.
func (l link) turned(n int) link {
	size := make([]int, n)
	for _, row := range l.to {
		for _, t := range row {
			size[t]++
		}
	}
	back := make([][]uint32, n)
	for t := range back {
		back[t] = make([]uint32, 0, size[t])
	}
	for i, row := range l.to {
		for _, t := range row {
			back[t] = append(back[t], uint32(i))
		}
	}
	return link{back, l.weight, !l.own}
}

func (l *link) row(i int) []uint32 {
	if i < len(l.to) {
		return l.to[i]
	}
	return nil
}

func (l *link) weigh(i int, t uint32) float32 {
	switch {
	case l.weight == nil:
		return 1
	case l.own:
		return l.weight[i]
	}
	return l.weight[t]
}

// A side is what a table is fitted to.
type side struct {
	other vectors
	link  link
}

// A solver fits tables.
type solver struct {
	o    Options
	gram []float32
}

// fit fits each row of x to the sides: it minimises, over all pairs of the row with a row
// of the other table, weight × (product − 1)² of those linked and Absent × product² of
// all, and the penalty.
func (s *solver) fit(x vectors, sides ...side) {
	if x.len() == 0 {
		return
	}
	all := s.products(x.dim, sides)
	var wait sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wait.Go(func() {
			r := newRow(x.dim, s.gram, sides)
			for i := w; i < x.len(); i += workers {
				r.solve(i, x.at(i), float32(s.o.Penalty), float32(all*s.o.Absent))
			}
		})
	}
	wait.Wait()
}

// products sums Absent × y yᵀ over all rows of the sides, and counts those.
func (s *solver) products(dim int, sides []side) (rows float64) {
	sums := make([]float64, dim*dim)
	for _, side := range sides {
		rows += float64(side.other.len())
		for i := range side.other.len() {
			y := side.other.at(i)
			for a, p := range y {
				if p == 0 {
					continue
				}
				row := sums[a*dim : a*dim+dim]
				for b := range a + 1 {
					row[b] += float64(p * y[b])
				}
			}
		}
	}
	s.gram = make([]float32, dim*dim)
	for a := range dim {
		for b := range a + 1 {
			p := float32(sums[a*dim+b] * s.o.Absent)
			s.gram[a*dim+b], s.gram[b*dim+a] = p, p
		}
	}
	return rows
}

// A row is fitted in memory of its own.
type row struct {
	gram             []float32
	sides            []side
	left, step, turn []float32
	penalty          float32
}

func newRow(dim int, gram []float32, sides []side) *row {
	return &row{gram: gram, sides: sides, left: make([]float32, dim), step: make([]float32, dim), turn: make([]float32, dim)}
}

// solve fits x, row i. One that is linked to nothing is nothing.
func (r *row) solve(i int, x []float32, penalty, absent float32) {
	linked := float32(0)
	for _, s := range r.sides {
		for _, t := range s.link.row(i) {
			linked += s.link.weigh(i, t)
		}
	}
	if linked == 0 {
		clear(x)
		return
	}
	r.penalty = penalty * (linked + absent)
	r.times(i, x)
	for k, v := range r.turn {
		r.left[k] = -v
	}
	for _, s := range r.sides {
		for _, t := range s.link.row(i) {
			add(r.left, s.link.weigh(i, t), s.other.at(int(t)))
		}
	}
	copy(r.step, r.left)
	size := Dot(r.left, r.left)
	for range steps {
		if size < 1e-12 {
			return
		}
		r.times(i, r.step)
		length := size / Dot(r.step, r.turn)
		add(x, length, r.step)
		add(r.left, -length, r.turn)
		before := size
		size = Dot(r.left, r.left)
		for k, v := range r.left {
			r.step[k] = v + size/before*r.step[k]
		}
	}
}

// times sets turn to what the normal equations of row i make of v.
func (r *row) times(i int, v []float32) {
	for a := range r.turn {
		r.turn[a] = Dot(r.gram[a*len(v):(a+1)*len(v)], v) + r.penalty*v[a]
	}
	for _, s := range r.sides {
		for _, t := range s.link.row(i) {
			y := s.other.at(int(t))
			add(r.turn, s.link.weigh(i, t)*Dot(v, y), y)
		}
	}
}

// add adds by × y to x.
func add(x []float32, by float32, y []float32) {
	y = y[:len(x)]
	for i := range x {
		x[i] += by * y[i]
	}
}
