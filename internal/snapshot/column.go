package snapshot

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"unsafe"
)

// A Number is what columns are of.
type Number interface {
	uint8 | uint16 | uint32 | int32 | uint64
}

// A Column is a column of numbers. While a table is made its rows stand in Raw;
// in an open file they are packed into as few bits as the rows around them need
// (see shape.go), and Raw is nil. At reads both in constant time.
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

// A block says how Rows numbers, at most blockRows, are packed: Width bits each
// from byte Start of the file on.
type block struct {
	Start     uint64
	Base      uint64
	Step      uint32 // kind rare: see rare.go
	Rest      uint32 // kind rare: the block of the rows that are not Base
	Rows      uint16
	Words     uint16 // numbers in the dictionary that ends at Start; kind rare: rows that are not Base
	Width     uint8
	Kind      uint8
	WordWidth uint8 // bits of a number in the dictionary
	_         uint8
}

// The kinds of blocks. Zero and the greatest number of a type say that nothing
// is stated, far from what is stated: they may have a code of their own.
const (
	fromBase uint8 = iota // Base + code × Step
	orZero                // 0 for code 0, else Base + code × Step
	orMost                // the greatest number for code 0, else Base + code × Step
	words                 // the dictionary's number at code, × Step + Base
	rare                  // Base in most rows; see rare.go
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
	return c.in(&c.blocks[uint(i)/blockRows], uint64(i)%blockRows)
}

// in returns row i of a block.
func (c *Column[T]) in(b *block, i uint64) T {
	for b.Kind == rare {
		k, is := b.other(c.data, i)
		if !is {
			return T(b.Base)
		}
		b, i = c.restOf(b, k)
	}
	return number[T](c.data, b, bitsAt(c.data, b.Start, uint64(b.Width), i))
}

// restOf returns where number k is of the rows of a block that are not its Base.
// A file that says there are more than there are leads to the last.
func (c *Column[T]) restOf(b *block, k uint64) (*block, uint64) {
	return &c.blocks[b.Rest], min(k, uint64(b.Words)-1)
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
		end := min(to, (i/blockRows+1)*blockRows)
		dst = c.appendIn(dst, &c.blocks[i/blockRows], uint64(i)%blockRows, uint64(end-i))
		i = end
	}
	return dst
}

// appendIn appends n rows of a block, from row i on.
func (c *Column[T]) appendIn(dst []T, b *block, i, n uint64) []T {
	if n == 0 {
		return dst
	}
	had := len(dst)
	dst = slices.Grow(dst, int(n))[:had+int(n)]
	out := dst[had:]
	if b.Kind == rare {
		c.readRare(out, b, i)
		return dst
	}
	if n < 64 && b.Kind != fromBase || b.Width == 0 || b.Width > 56 { // above, a code lies in nine bytes
		for k := range out {
			out[k] = number[T](c.data, b, bitsAt(c.data, b.Start, uint64(b.Width), i+uint64(k)))
		}
		return dst
	}
	width, mask, bit := uint64(b.Width), uint64(1)<<b.Width-1, i*uint64(b.Width)
	from := c.data[b.Start:]
	if b.Kind == fromBase {
		for k := range out {
			code := binary.LittleEndian.Uint64(from[bit>>3:]) >> (bit & 7) & mask
			out[k] = T(b.Base + code*uint64(b.Step))
			bit += width
		}
		return dst
	}
	var known [32]T // what the first codes stand for, most often all of them
	for code := range known {
		known[code] = number[T](c.data, b, uint64(code))
	}
	for k := range out {
		code := binary.LittleEndian.Uint64(from[bit>>3:]) >> (bit & 7) & mask
		if code < uint64(len(known)) {
			out[k] = known[code]
		} else {
			out[k] = number[T](c.data, b, code)
		}
		bit += width
	}
	return dst
}

// readRare reads rows of a block of kind rare, from row i on. Those that are not Base are
// read together to the end of out, from where each goes to its place, which is not behind.
func (c *Column[T]) readRare(out []T, b *block, i uint64) {
	n := uint64(len(out))
	k, until := b.othersBefore(c.data, i), uint64(b.Words)
	if i+n < uint64(b.Rows) {
		until = min(until, b.othersBefore(c.data, i+n))
	}
	k = min(k, until)
	others := min(until-k, n)
	c.appendIn(out[n-others:n-others], &c.blocks[b.Rest], k, others)
	at, next, base := uint64(0), n-others, T(b.Base)
	for row := i; row < i+n; row = (row/64 + 1) * 64 {
		set := b.mask(c.data, row/64) >> (row % 64)
		if left := i + n - row; left < 64 {
			set &= 1<<left - 1
		}
		for ; set != 0; set &= set - 1 {
			to := row + uint64(bits.TrailingZeros64(set)) - i
			for ; at < to; at++ {
				out[at] = base
			}
			out[to] = out[min(next, n-1)] // a file may say that there are more than there are
			at, next = to+1, next+1
		}
	}
	for ; at < n; at++ {
		out[at] = base
	}
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
		start := b.Start - uint64(packedBytes(int(b.Words), b.WordWidth))
		code = bitsAt(data, start, uint64(b.WordWidth), min(code, uint64(b.Words)-1))
	case code != 0 || b.Kind == fromBase:
	case b.Kind == orMost:
		return ^T(0)
	default:
		return 0
	}
	return T(b.Base + code*uint64(b.Step))
}

// bitsAt returns code i of those of so many bits that begin at byte start. A
// file ends with more than eight bytes that are no column's.
func bitsAt(data []byte, start, width, i uint64) uint64 {
	at := start + i*width/8
	shift := i * width % 8
	code := binary.LittleEndian.Uint64(data[at:]) >> shift
	if shift+width > 64 {
		code |= uint64(data[at+8]) << (64 - shift)
	}
	return code & (1<<width - 1)
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
	for i := range c.blocks {
		b, packed := &c.blocks[i], (c.n+blockRows-1)/blockRows
		if i < packed && int(b.Rows) != min(blockRows, c.n-i*blockRows) || !b.within(uint64(len(m.data)-tail)) ||
			b.Kind == rare && (int(b.Rest) <= i || int(b.Rest) < packed || int(b.Rest) >= n || c.blocks[b.Rest].Rows != b.Words) {
			return m.outside(name)
		}
	}
	return nil
}

// within says whether all a block takes lies before end, so that whatever stands
// there can be read.
func (b *block) within(end uint64) bool {
	if b.Width > 64 || b.WordWidth > 64 || b.Kind > rare || b.Rows == 0 || b.Rows > blockRows || b.Start > end {
		return false
	}
	switch b.Kind {
	case words:
		if b.Words == 0 || uint64(packedBytes(int(b.Words), b.WordWidth)) > b.Start {
			return false
		}
	case rare:
		return b.Words > 0 && b.Words < b.Rows && b.Width <= widest && b.Step > 0 && b.Step <= blockRows && b.placesBytes() <= end-b.Start
	}
	return uint64(packedBytes(int(b.Rows), b.Width)) <= end-b.Start
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
	all := w.all()
	var b []byte
	if len(all) > 0 {
		b = unsafe.Slice((*byte)(unsafe.Pointer(&all[0])), len(all)*int(unsafe.Sizeof(block{})))
	}
	return w.to.array(column{Name: w.name, Type: typeOf[T](), Rows: w.n, Blocks: len(all), Bytes: w.bytes}, b)
}

func typeOf[T Number]() string { return fmt.Sprintf("%T", T(0)) }
