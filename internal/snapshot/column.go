package snapshot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unsafe"
)

// A Number is what columns are of.
type Number interface {
	uint8 | uint16 | uint32 | int32 | uint64
}

// A Column is a column of numbers. While a table is made its rows stand in Raw;
// in an open file they are packed into as few bits as the rows around them need
// (see pack.go), and Raw is nil. At reads both in constant time.
type Column[T Number] struct {
	Raw []T

	n      int
	blocks []block
	data   []byte // the whole file; nil while the table is made

	after *Column[T] // goes on where this one ends; see stack.go
	plus  T          // added to its numbers
}

// blockRows is the number of rows that are packed alike.
const blockRows = 1 << 12

// A block says how up to blockRows numbers are packed: Width bits each from
// byte Start of the file on.
type block struct {
	Start uint64
	Base  uint64
	Width uint8
	Kind  uint8
	Words uint16 // numbers in the dictionary that stands before Start
	_     uint32
}

// The kinds of blocks. Zero and the greatest number of a type say that nothing
// is stated, far from what is stated: they may have a code of their own.
const (
	fromBase uint8 = iota // Base + code
	orZero                // 0 for code 0, else Base + code
	orMost                // the greatest number for code 0, else Base + code
	words                 // the dictionary's number at code
)

// Of returns a column in the making with these rows.
func Of[T Number](rows ...T) Column[T] { return Column[T]{Raw: rows} }

// Len returns the number of rows.
func (c *Column[T]) Len() int {
	if c.data == nil {
		return len(c.Raw)
	}
	if c.after != nil {
		return c.n + c.after.n
	}
	return c.n
}

// Add appends rows while a table is made.
func (c *Column[T]) Add(rows ...T) { c.Raw = append(c.Raw, rows...) }

// At returns row i.
func (c *Column[T]) At(i int) T {
	if c.data == nil {
		return c.Raw[i]
	}
	if uint(i) >= uint(c.n) {
		if i < 0 || c.after == nil {
			panic(fmt.Sprintf("snapshot: row %d of %d", i, c.n))
		}
		return c.after.At(i-c.n) + c.plus
	}
	b := &c.blocks[uint(i)/blockRows]
	return number[T](c.data, b, bitsAt(c.data, b, uint64(i)%blockRows))
}

// AppendTo appends the rows from from to below to.
func (c *Column[T]) AppendTo(dst []T, from, to int) []T {
	if c.data == nil {
		return append(dst, c.Raw[from:to]...)
	}
	if to > c.n && c.after != nil {
		if from < c.n {
			dst = c.AppendTo(dst, from, c.n)
		}
		for i := max(from, c.n); i < to; i++ {
			dst = append(dst, c.At(i))
		}
		return dst
	}
	for i := from; i < to; {
		b := &c.blocks[i/blockRows]
		for end := min(to, (i/blockRows+1)*blockRows); i < end; i++ {
			dst = append(dst, number[T](c.data, b, bitsAt(c.data, b, uint64(i)%blockRows)))
		}
	}
	return dst
}

// Contains reports whether any row is v.
func (c *Column[T]) Contains(v T) bool {
	for i := range c.Len() {
		if c.At(i) == v {
			return true
		}
	}
	return false
}

// number returns what a code of a block stands for.
func number[T Number](data []byte, b *block, code uint64) T {
	switch {
	case b.Kind == words:
		size := uint64(unsafe.Sizeof(T(0)))
		var v [8]byte
		at := b.Start - (uint64(b.Words)-min(code, uint64(b.Words)-1))*size
		copy(v[:size], data[at:at+size])
		return T(binary.LittleEndian.Uint64(v[:]))
	case code != 0 || b.Kind == fromBase:
		return T(b.Base + code)
	case b.Kind == orMost:
		return ^T(0)
	}
	return 0
}

// bitsAt returns the code of row i of a block. A file ends with more than eight
// bytes that are no column's.
func bitsAt(data []byte, b *block, i uint64) uint64 {
	width := uint64(b.Width)
	at := b.Start + i*width/8
	shift := i * width % 8
	code := binary.LittleEndian.Uint64(data[at:]) >> shift
	if shift+width > 64 {
		code |= uint64(data[at+8]) << (64 - shift)
	}
	return code & (1<<width - 1)
}

// Lists is a column of lists of numbers. While a table is made, row i is
// Val[Off[i]:Off[i+1]].
type Lists[T Number] struct {
	Off []uint64
	Val []T

	counts Column[uint32]
	starts Column[uint64] // of each stride-th row among the values
	values Column[T]

	after *Lists[T] // as in Column
	plus  T
}

// stride is the number of rows between two places that are known.
const stride = 16

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
	from := int(l.starts.At(i / stride))
	for j := i / stride * stride; j < i; j++ {
		from += int(l.counts.At(j))
	}
	return l.values.AppendTo(buf[:0], from, from+int(l.counts.At(i)))
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

func (c *Column[T]) writer(w *TableWriter, name string) fieldWriter {
	return &columnWriter[T]{packer[T]{to: w}, name}
}

func (c *Column[T]) open(m *Mapping, name string) error {
	b, n, err := m.array(name, typeOf[T](), true, int(unsafe.Sizeof(block{})))
	if err != nil {
		return err
	}
	*c = Column[T]{n: m.dir[name].Rows, data: m.data}
	if n > 0 {
		c.blocks = unsafe.Slice((*block)(unsafe.Pointer(&b[0])), n)
	}
	size := uint64(unsafe.Sizeof(T(0)))
	for i := range c.blocks {
		b := &c.blocks[i]
		rows := uint64(min(blockRows, c.n-i*blockRows))
		end := uint64(len(m.data) - tail)
		if b.Width > 64 || b.Kind > words || b.Start > end || rows*uint64(b.Width)/8 > end-b.Start ||
			b.Kind == words && (b.Words == 0 || uint64(b.Words)*size > b.Start) {
			return m.outside(name)
		}
	}
	return nil
}

// A columnWriter writes a Column.
type columnWriter[T Number] struct {
	packer[T]
	name string
}

func (w *columnWriter[T]) add(of field, from, to int) {
	w.packer.add(of.(*Column[T]).Raw[from:to]...)
}

func (w *columnWriter[T]) close() error {
	if len(w.rows) > 0 {
		w.pack()
	}
	if err := w.place(); err != nil {
		return err
	}
	var b []byte
	if len(w.blocks) > 0 {
		b = unsafe.Slice((*byte)(unsafe.Pointer(&w.blocks[0])), len(w.blocks)*int(unsafe.Sizeof(block{})))
	}
	return w.to.array(column{Name: w.name, Type: typeOf[T](), Rows: w.n, Blocks: len(w.blocks), Bytes: w.bytes}, b)
}

func typeOf[T Number]() string { return fmt.Sprintf("%T", T(0)) }

func (l *Lists[T]) writer(w *TableWriter, name string) fieldWriter {
	return &listsWriter[T]{
		counts: columnWriter[uint32]{packer[uint32]{to: w}, name + ".counts"},
		starts: columnWriter[uint64]{packer[uint64]{to: w}, name + ".starts"},
		values: columnWriter[T]{packer[T]{to: w}, name},
	}
}

func (l *Lists[T]) open(m *Mapping, name string) error {
	*l = Lists[T]{}
	if err := errors.Join(l.counts.open(m, name+".counts"), l.starts.open(m, name+".starts"), l.values.open(m, name)); err != nil {
		return err
	}
	if l.starts.n != (l.counts.n+stride-1)/stride {
		return m.outside(name)
	}
	return nil
}

// A listsWriter writes Lists.
type listsWriter[T Number] struct {
	counts columnWriter[uint32]
	starts columnWriter[uint64]
	values columnWriter[T]
	rows   int
	at     uint64
}

func (w *listsWriter[T]) add(of field, from, to int) {
	l := of.(*Lists[T])
	if from == to {
		return
	}
	for i := from; i < to; i++ {
		if w.rows%stride == 0 {
			w.starts.packer.add(w.at)
		}
		w.rows++
		w.at += uint64(l.Count(i))
		w.counts.packer.add(uint32(l.Count(i)))
	}
	w.values.packer.add(l.Val[l.Off[from]:l.Off[to]]...)
}

func (w *listsWriter[T]) settle() error {
	return errors.Join(w.counts.settle(), w.starts.settle(), w.values.settle())
}

func (w *listsWriter[T]) close() error {
	return errors.Join(w.counts.close(), w.starts.close(), w.values.close())
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
		if l.counts.data != nil && i%stride == 0 && l.starts.At(i/stride) != at {
			return errors.New("has broken places")
		}
		at += uint64(l.Count(i))
	}
	if at != uint64(l.all().Len()) {
		return errors.New("does not fill its values")
	}
	return nil
}
