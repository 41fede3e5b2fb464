package snapshot

import "errors"

// Lists is a column of lists of numbers. While a table is made, row i is
// Val[Off[i]:Off[i+1]].
type Lists[T Number] struct {
	Off []uint64
	Val []T

	counts Column[uint32]
	starts Column[uint64] // of each blockRows-th row among the values, and their end
	places Column[uint32] // of each stride-th row: see placeOf
	values Column[T]

	after *Lists[T] // as in Column
	plus  T
}

// stride is the number of rows between two places that are known.
const stride = 16

// placeOf returns where among the values the rows of stride k of a block begin, less
// what is said of it: as if lists were equally long between the block's start
// and its end. The difference is small, and shifted to be above 0. Where counting
// tells, it is left out.
func placeOf(start, end uint64, k int) uint64 {
	return start + (end-start)*uint64(k)/(blockRows/stride) - noPlace
}

const noPlace = 1 << 31

// Len returns the number of rows.
func (l *Lists[T]) Len() int {
	if l.counts.data == nil {
		return max(0, len(l.Off)-1)
	}
	if l.after != nil {
		return l.counts.n + l.after.counts.n
	}
	return l.counts.n
}

// Add appends a row while a table is made.
func (l *Lists[T]) Add(v ...T) {
	if len(l.Off) == 0 {
		l.Off = append(l.Off, 0)
	}
	l.Val = append(l.Val, v...)
	l.Off = append(l.Off, uint64(len(l.Val)))
}

// At returns row i, in the memory of buf where it is packed and buf has room; it
// must not be changed.
func (l *Lists[T]) At(i int, buf []T) []T {
	if l.counts.data == nil {
		return l.Val[l.Off[i]:l.Off[i+1]]
	}
	if i >= l.counts.n && l.after != nil {
		out := l.after.At(i-l.counts.n, buf)
		for k := range out {
			out[k] += l.plus
		}
		return out
	}
	n := int(l.counts.At(i))
	if n == 0 { // as most lists are that are seldom filled
		return buf[:0]
	}
	from := l.start(i)
	return l.values.AppendTo(buf[:0], from, from+n)
}

// AppendTo appends the lengths of the lists of rows from to below to, and their numbers
// one list after another.
func (l *Lists[T]) AppendTo(counts []uint32, values []T, from, to int) ([]uint32, []T) {
	if l.counts.data == nil || to > l.counts.n {
		var buf [64]T
		for i := from; i < to; i++ {
			row := l.At(i, buf[:])
			counts, values = append(counts, uint32(len(row))), append(values, row...)
		}
		return counts, values
	}
	if from == to {
		return counts, values
	}
	had := len(counts)
	counts = l.counts.AppendTo(counts, from, to)
	n := 0
	for _, c := range counts[had:] {
		n += int(c)
	}
	at := l.start(from)
	return counts, l.values.AppendTo(values, at, at+n)
}

// start returns where row i begins among the values.
func (l *Lists[T]) start(i int) int {
	block, in := i/blockRows, uint64(i)%blockRows
	b, from := &l.counts.blocks[block], l.starts.At(block)
	if n, ok := l.counts.evenly(b); ok {
		if b.Kind == rare {
			in = b.othersBefore(l.counts.data, in)
		}
		return int(from + in*n)
	}
	from = placeOf(from, l.starts.At(block+1), int(in/stride)) + uint64(l.places.At(i/stride))
	var near [stride]uint32
	for _, before := range l.counts.appendIn(near[:0], b, in/stride*stride, in%stride) {
		from += uint64(before)
	}
	return int(from)
}

// evenly says that all numbers of a block are n, or all that are not 0: where
// it seeks a row it finds their sum up to it.
func (c *Column[T]) evenly(b *block) (n uint64, ok bool) {
	if b.Kind == rare && b.Base == 0 {
		b = &c.blocks[b.Rest]
	}
	return b.Base, b.Kind == fromBase && b.Width == 0
}

// Count returns the length of row i.
func (l *Lists[T]) Count(i int) int {
	if l.counts.data == nil {
		return int(l.Off[i+1] - l.Off[i])
	}
	if i >= l.counts.n && l.after != nil {
		return l.after.Count(i - l.counts.n)
	}
	return int(l.counts.At(i))
}

func (l *Lists[T]) writer(w *TableWriter, name string) fieldWriter {
	return &listsWriter[T]{
		counts: columnWriter[uint32]{packer[uint32]{to: w}, name + ".counts"},
		starts: columnWriter[uint64]{packer[uint64]{to: w}, name + ".starts"},
		places: columnWriter[uint32]{packer[uint32]{to: w}, name + ".places"},
		values: columnWriter[T]{packer[T]{to: w}, name},
	}
}

func (l *Lists[T]) open(m *Mapping, name string) error {
	*l = Lists[T]{}
	if err := errors.Join(l.counts.open(m, name+".counts"), l.starts.open(m, name+".starts"), l.places.open(m, name+".places"), l.values.open(m, name)); err != nil {
		return err
	}
	if l.starts.n != (l.counts.n+blockRows-1)/blockRows+1 || l.places.n != (l.counts.n+stride-1)/stride {
		return m.outside(name)
	}
	return nil
}

// A listsWriter writes Lists.
type listsWriter[T Number] struct {
	counts columnWriter[uint32]
	starts columnWriter[uint64]
	places columnWriter[uint32]
	values columnWriter[T]
	rows   int
	at     uint64   // values that came so far
	start  uint64   // of the block being filled …
	begun  []uint64 // … and where its strides begin
}

func (w *listsWriter[T]) add(of field, from, to int) {
	l := of.(*Lists[T])
	if from == to {
		return
	}
	for i := from; i < to; i++ {
		if w.rows%blockRows == 0 {
			w.endBlock()
		}
		if w.rows%stride == 0 {
			w.begun = append(w.begun, w.at)
		}
		w.rows++
		w.at += uint64(l.Count(i))
		w.counts.packer.add(uint32(l.Count(i)))
	}
	w.values.packer.add(l.Val[l.Off[from]:l.Off[to]]...)
}

// endBlock says where the strides of a block begin, for which its end is known
// and its lengths are packed.
func (w *listsWriter[T]) endBlock() {
	w.starts.packer.add(w.at)
	even := len(w.begun) > 0 && w.counts.lastEvenly()
	for k, at := range w.begun {
		place := uint32(noPlace)
		if !even {
			place = uint32(at - placeOf(w.start, w.at, k))
		}
		w.places.packer.add(place)
	}
	w.start, w.begun = w.at, w.begun[:0]
}

// lastEvenly is what Column.evenly says of the last block.
func (p *packer[T]) lastEvenly() bool {
	c := Column[T]{blocks: p.rests}
	_, ok := c.evenly(&p.blocks[len(p.blocks)-1])
	return ok
}

func (w *listsWriter[T]) settle() error {
	return errors.Join(w.counts.settle(), w.starts.settle(), w.places.settle(), w.values.settle())
}

func (w *listsWriter[T]) close() error {
	if len(w.counts.packer.rows) > 0 {
		w.counts.pack()
	}
	w.endBlock()
	return errors.Join(w.counts.close(), w.starts.close(), w.places.close(), w.values.close())
}

// all returns the numbers of all lists.
func (l *Lists[T]) all() *Column[T] {
	if l.counts.data == nil {
		return &Column[T]{Raw: l.Val}
	}
	return &l.values
}

// check holds that the known places are where the lengths lead, and that the
// lists fill the values.
func (l *Lists[T]) check() error {
	var at uint64
	for i := range l.Len() {
		if l.counts.data != nil && i%stride == 0 && l.start(i) != int(at) {
			return errors.New("has broken places")
		}
		at += uint64(l.Count(i))
	}
	if at != uint64(l.all().Len()) {
		return errors.New("does not fill its values")
	}
	return nil
}
