package snapshot

import (
	"encoding/binary"
	"reflect"
	"slices"
	"unsafe"
)

// AppendRows appends the rows from from to below to of a table in the making to
// dst, in plain bytes that ReadRows reads: what a build puts aside on disk. The
// plain slices of the table are left out. The bytes are this machine's.
func AppendRows(dst []byte, table any, from, to int) []byte {
	visit(table, func(_ int, _ string, _ reflect.Value, c field) error {
		if c != nil {
			dst = c.appendRows(dst, from, to)
		}
		return nil
	})
	return dst
}

// ReadRows appends rows that AppendRows wrote to a table in the making.
func ReadRows(src []byte, table any, rows int) {
	visit(table, func(_ int, _ string, _ reflect.Value, c field) error {
		if c != nil {
			src = c.readRows(src, rows)
		}
		return nil
	})
}

// Empty takes all rows out of a table in the making and keeps the memory for
// others. Plain slices stay.
func Empty(table any) {
	visit(table, func(_ int, _ string, _ reflect.Value, c field) error {
		if c != nil {
			c.empty()
		}
		return nil
	})
}

func (c *Column[T]) empty() { c.Raw = c.Raw[:0] }
func (l *Lists[T]) empty()  { l.Off, l.Val = l.Off[:0], l.Val[:0] }
func (s *Strings) empty()   { s.Off, s.Data = s.Off[:0], s.Data[:0] }

func (c *Column[T]) appendRows(dst []byte, from, to int) []byte {
	return append(dst, raw(c.Raw[from:to])...)
}

func (c *Column[T]) readRows(src []byte, rows int) []byte {
	c.Raw, src = taken(c.Raw, src, rows)
	return src
}

func (l *Lists[T]) appendRows(dst []byte, from, to int) []byte {
	dst = appendLengths(dst, l.Off, from, to)
	return append(dst, raw(l.Val[l.Off[from]:l.Off[to]])...)
}

func (l *Lists[T]) readRows(src []byte, rows int) []byte {
	l.Off, src = readLengths(l.Off, src, rows)
	l.Val, src = taken(l.Val, src, int(l.Off[len(l.Off)-1])-len(l.Val))
	return src
}

func (s *Strings) appendRows(dst []byte, from, to int) []byte {
	dst = appendLengths(dst, s.Off, from, to)
	return append(dst, s.Data[s.Off[from]:s.Off[to]]...)
}

func (s *Strings) readRows(src []byte, rows int) []byte {
	s.Off, src = readLengths(s.Off, src, rows)
	s.Data, src = taken(s.Data, src, int(s.Off[len(s.Off)-1])-len(s.Data))
	return src
}

func appendLengths(dst []byte, off []uint64, from, to int) []byte {
	for i := from; i < to; i++ {
		dst = binary.AppendUvarint(dst, off[i+1]-off[i])
	}
	return dst
}

func readLengths(off []uint64, src []byte, rows int) ([]uint64, []byte) {
	if len(off) == 0 {
		off = append(off, 0)
	}
	off = slices.Grow(off, rows)
	for range rows {
		n, k := binary.Uvarint(src)
		off, src = append(off, off[len(off)-1]+n), src[k:]
	}
	return off, src
}

// raw returns the memory of numbers.
func raw[T Number](v []T) []byte {
	if len(v) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), len(v)*int(unsafe.Sizeof(v[0])))
}

// taken appends n numbers from the beginning of src to dst.
func taken[T Number](dst []T, src []byte, n int) ([]T, []byte) {
	at := len(dst)
	dst = slices.Grow(dst, n)[:at+n]
	size := copy(raw(dst[at:]), src)
	return dst, src[size:]
}
