package effect

import "math"

// folds is in how many parts people are divided: e and m of one part are fitted to the others.
const folds = 5

// Ridges hold coefficients of standardised columns, and cells' own intercepts, towards 0 (Hoerl
// and Kennard, Technometrics 12, 1970): by as much as a normal prior of variance 1 does on the
// logit, and as one and four more observations at the common level do in a linear model. Columns
// are so let alone but where the data say nothing, and small cells borrow from the others.
const (
	ridgeColumns     = 1.0
	ridgeCells       = 1.0
	ridgeCellsLinear = 4.0
)

// cut is at how many standard deviations a column is cut off, so that no single row bends a
// curve.
const cut = 3

// basis returns X as the models see it: each column standardised, with its square where it has
// more than two values, and, where it is not always recorded, whether it is.
func (t *Table) basis() [][]float64 {
	n, k := len(t.X), len(t.X[0])
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = make([]float64, 0, 2*k)
	}
	for j := range k {
		mean, sd, missing, two := t.column(j)
		for i, x := range t.X {
			z := 0.0
			if !math.IsNaN(x[j]) && sd > 0 {
				z = max(-cut, min(cut, (x[j]-mean)/sd))
			}
			if sd > 0 {
				rows[i] = append(rows[i], z)
			}
			if sd > 0 && !two {
				rows[i] = append(rows[i], z*z-1)
			}
			if missing > 0 && missing < n {
				lacks := 0.0
				if math.IsNaN(x[j]) {
					lacks = 1
				}
				rows[i] = append(rows[i], lacks)
			}
		}
	}
	return rows
}

// column returns mean and standard deviation of what is recorded of a column, in how many rows
// nothing is, and whether it has two values at most.
func (t *Table) column(j int) (mean, sd float64, missing int, two bool) {
	n, lowest, highest := 0.0, math.Inf(1), math.Inf(-1)
	for _, x := range t.X {
		if math.IsNaN(x[j]) {
			missing++
			continue
		}
		n++
		mean += x[j]
		lowest, highest = min(lowest, x[j]), max(highest, x[j])
	}
	mean /= max(n, 1)
	two = true
	for _, x := range t.X {
		if !math.IsNaN(x[j]) {
			sd += (x[j] - mean) * (x[j] - mean)
			two = two && (x[j] == lowest || x[j] == highest)
		}
	}
	return mean, math.Sqrt(sd / max(n, 1)), missing, two
}

// crossFit returns for each unit the chance of being treated and the outcome to be expected
// without treatment, by models of the units of other people.
func (t *Table) crossFit(rows [][]float64) (e, m []float64) {
	n := len(t.Units)
	e, m = make([]float64, n), make([]float64, n)
	treated, outcome := make([]float64, n), make([]float64, n)
	for i, u := range t.Units {
		outcome[i] = u.Outcome
		if u.Treated {
			treated[i] = 1
		}
	}
	p := len(rows[0]) + 1
	takes, without := newModel(true, p, t.Cells), newModel(t.Binary, p, t.Cells)
	for f := range folds { // each begins where the one before ended, and ends where it would have from 0 on
		other := func(i int) bool { return t.Units[i].Person%folds != f }
		t.fit(takes, rows, treated, other)
		t.fit(without, rows, outcome, func(i int) bool { return other(i) && !t.Units[i].Treated })
		for i, u := range t.Units {
			if !other(i) {
				e[i] = max(1e-3, takes.at(rows[i], u.Cell))
				m[i] = without.at(rows[i], u.Cell)
			}
		}
	}
	return e, m
}

// A model is a regression with an intercept for each cell: linear, or logistic.
type model struct {
	logistic    bool
	coefficient []float64 // the last one is the common intercept
	cells       []float64
}

func newModel(logistic bool, p, cells int) *model {
	return &model{logistic: logistic, coefficient: make([]float64, p), cells: make([]float64, cells)}
}

func (m *model) at(x []float64, cell int) float64 {
	eta := m.coefficient[len(x)] + m.cells[cell]
	for j, v := range x {
		eta += m.coefficient[j] * v
	}
	if m.logistic {
		return 1 / (1 + math.Exp(-eta))
	}
	return eta
}

// steps is how often Newton's method steps at most; a ridge keeps it from running away.
const steps = 25

// fit fits a model of y to the units that use says. Each step solves the normal equations with
// the cells' intercepts eliminated, for which a unit has one alone.
func (t *Table) fit(m *model, rows [][]float64, y []float64, use func(int) bool) {
	p := len(m.coefficient)
	n := newNormal(p, t.Cells)
	ridges := [2]float64{ridgeColumns, ridgeCells}
	if !m.logistic {
		ridges[1] = ridgeCellsLinear
	}
	x := make([]float64, p)
	for range steps {
		n.reset(m, ridges)
		for i, u := range t.Units {
			if !use(i) {
				continue
			}
			copy(x, rows[i])
			x[p-1] = 1
			mu, w := m.at(rows[i], u.Cell), 1.0
			if m.logistic {
				w = max(mu*(1-mu), 1e-6)
			}
			n.add(x, u.Cell, w, y[i]-mu)
		}
		if moved := n.step(m); moved < 1e-6 || !m.logistic {
			return
		}
	}
}

// normal is the normal equations of one step: columns, cells, and between them.
type normal struct {
	p       int
	columns [][]float64 // p × p, lower half
	between [][]float64 // cells × p
	cells   []float64
	right   []float64
	own     []float64 // right side of the cells
}

func newNormal(p, cells int) *normal {
	n := &normal{p: p, columns: make([][]float64, p), between: make([][]float64, cells), cells: make([]float64, cells), right: make([]float64, p), own: make([]float64, cells)}
	for i := range n.columns {
		n.columns[i] = make([]float64, p)
	}
	for i := range n.between {
		n.between[i] = make([]float64, p)
	}
	return n
}

// reset begins anew with the ridges alone. The common intercept has next to none.
func (n *normal) reset(m *model, ridges [2]float64) {
	for i := range n.p {
		clear(n.columns[i])
		ridge := ridges[0]
		if i == n.p-1 {
			ridge = 1e-6
		}
		n.columns[i][i] = ridge
		n.right[i] = -ridge * m.coefficient[i]
	}
	for c := range n.cells {
		clear(n.between[c])
		n.cells[c], n.own[c] = ridges[1], -ridges[1]*m.cells[c]
	}
}

func (n *normal) add(x []float64, cell int, w, residual float64) {
	b := n.between[cell]
	for i, v := range x {
		n.right[i] += v * residual
		b[i] += w * v
		row := n.columns[i]
		for j := range i + 1 {
			row[j] += w * v * x[j]
		}
	}
	n.cells[cell] += w
	n.own[cell] += residual
}

// step solves the equations, moves the model and returns by how much at most.
func (n *normal) step(m *model) (moved float64) {
	for c, b := range n.between {
		d := n.cells[c]
		for i := range n.p {
			n.right[i] -= b[i] / d * n.own[c]
			for j := range i + 1 {
				n.columns[i][j] -= b[i] * b[j] / d
			}
		}
	}
	delta := cholesky(n.columns, n.right)
	for i, d := range delta {
		m.coefficient[i] += d
		moved = max(moved, math.Abs(d))
	}
	for c, b := range n.between {
		d := n.own[c]
		for i := range n.p {
			d -= b[i] * delta[i]
		}
		d /= n.cells[c]
		m.cells[c] += d
		moved = max(moved, math.Abs(d))
	}
	return moved
}

// cholesky solves a x = b for a positive definite a, of which the lower half is given, and
// overwrites both.
func cholesky(a [][]float64, b []float64) []float64 {
	for i := range a {
		for j := range i + 1 {
			s := a[i][j]
			for k := range j {
				s -= a[i][k] * a[j][k]
			}
			if i == j {
				a[i][i] = math.Sqrt(max(s, 1e-12))
			} else {
				a[i][j] = s / a[j][j]
			}
		}
	}
	for i := range b {
		for k := range i {
			b[i] -= a[i][k] * b[k]
		}
		b[i] /= a[i][i]
	}
	for i := len(b) - 1; i >= 0; i-- {
		for k := i + 1; k < len(b); k++ {
			b[i] -= a[k][i] * b[k]
		}
		b[i] /= a[i][i]
	}
	return b
}
