package jobcare

import (
	"slices"

	"ieum/internal/snapshot"
)

// stretch is how many rows are read at once, column by column: few enough for the
// numbers to stay in the nearest memory.
const stretch = 1 << 12

// stretches are the columns of a table that are read stretch by stretch, and which rows of
// the present one were chosen, counted from its first.
type stretches struct {
	chosen  []int32
	columns []rowReader
}

// A rowReader is a column or lists.
type rowReader interface {
	begin(from, to int)
	unpack(from, to int)
	share(with rowReader)
}

// unpack reads the rows from from to below to of all columns, to be read from memory after
// that.
func (s *stretches) unpack(from, to int) {
	for _, c := range s.columns {
		c.unpack(from, to)
	}
}

// share reads what another of the same columns unpacked.
func (s *stretches) share(with *stretches) {
	for i, c := range s.columns {
		c.share(with.columns[i])
	}
}

// begin goes to the rows from from to below to, and chooses those for which is holds.
func (s *stretches) begin(from, to int, is func(row int) bool) {
	s.chosen = s.chosen[:0]
	for row := from; row < to; row++ {
		if is(row) {
			s.chosen = append(s.chosen, int32(row-from))
		}
	}
	for _, c := range s.columns {
		c.begin(from, to)
	}
}

// each is how many of so many rows must be asked for to read them all: one takes about as
// long as reading eight at once.
const each = 8

// most says whether so many of the rows from from to to were chosen that a column which is
// asked for any is best read whole.
func (s *stretches) most(from, to int) bool { return len(s.chosen)*each >= to-from }

// A column reads a stretch of rows at once if many of them are chosen or asked for, and else
// one by one.
type column[T snapshot.Number] struct {
	of       *stretches
	in       *snapshot.Column[T]
	from, to int
	asked    int
	rows     []T // all of the stretch, once they were read
	own      []T // room for rows
	few      []T // those picked
	unpacked []T // rows from first on, which are not changed
	first    int
}

// of makes a column that reads in.
func of[T snapshot.Number](s *stretches, c *column[T], in *snapshot.Column[T]) {
	c.of, c.in = s, in
	s.columns = append(s.columns, c)
}

func (c *column[T]) begin(from, to int) {
	c.from, c.to, c.asked, c.rows = from, to, 0, nil
	if at := from - c.first; at >= 0 && at+to-from <= len(c.unpacked) {
		c.rows = c.unpacked[at : at+to-from]
	}
}

func (c *column[T]) unpack(from, to int) {
	c.first, c.unpacked = from, c.in.AppendTo(make([]T, 0, to-from), from, to)
}

func (c *column[T]) share(with rowReader) {
	c.first, c.unpacked = with.(*column[T]).first, with.(*column[T]).unpacked
}

// read reads all of the stretch.
func (c *column[T]) read() {
	c.own = c.in.AppendTo(c.own[:0], c.from, c.to)
	c.rows = c.own
}

func (c *column[T]) at(i int) T {
	if i < len(c.rows) {
		return c.rows[i]
	}
	return c.ask(i)
}

func (c *column[T]) ask(i int) T {
	if c.asked++; c.asked*each >= c.to-c.from || c.of.most(c.from, c.to) {
		c.read()
		return c.rows[i]
	}
	return c.in.At(c.from + i)
}

// picked returns the numbers of the rows chosen, in their order, until it is called again.
func (c *column[T]) picked() []T {
	chosen := c.of.chosen
	c.few = slices.Grow(c.few[:0], len(chosen))[:len(chosen)]
	for k, i := range chosen {
		c.few[k] = c.at(int(i))
	}
	return c.few
}

// keep keeps of the chosen rows those of which a column has a number for which is holds.
func keep[T snapshot.Number](s *stretches, c *column[T], is func(T) bool) {
	if s.most(c.from, c.to) && len(c.rows) == 0 {
		c.read()
	}
	n := 0
	for _, i := range s.chosen {
		if is(c.at(int(i))) {
			s.chosen[n] = i
			n++
		}
	}
	s.chosen = s.chosen[:n]
}

// lists are those of a snapshot.Lists, read as a column is.
type lists struct {
	of       *stretches
	in       *snapshot.Lists[uint16]
	from, to int
	asked    int
	ends     []uint32 // 0, and where that of each row ends, once they were read
	ids      []uint16
	buf      [64]uint16
}

func (s *stretches) list(l *lists, in *snapshot.Lists[uint16]) {
	l.of, l.in = s, in
	s.columns = append(s.columns, l)
}

func (l *lists) begin(from, to int) { l.from, l.to, l.asked, l.ends = from, to, 0, l.ends[:0] }

// Lists stay packed: where each ends is more than is in most.
func (l *lists) unpack(int, int) {}
func (l *lists) share(rowReader) {}

func (l *lists) at(i int) []uint16 {
	if len(l.ends) == 0 {
		if l.asked++; l.asked*each < l.to-l.from && !l.of.most(l.from, l.to) {
			return l.in.At(l.from+i, l.buf[:])
		}
		l.read()
	}
	return l.ids[l.ends[i]:l.ends[i+1]]
}

func (l *lists) read() {
	l.ends, l.ids = l.in.AppendTo(append(l.ends, 0), l.ids[:0], l.from, l.to)
	sum := uint32(0)
	for i, n := range l.ends {
		sum += n
		l.ends[i] = sum
	}
}
