package table

import (
	"encoding/binary"
	"errors"
	"math"
)

// A row can be written by itself, for those who keep rows and not columns: a bit
// for each column, whether it has a value, rounded up to bytes; then the values
// of those that have one. Whole numbers and dates are varints, Float is 8 bytes,
// Bool one, text follows its length, and a list its number of elements. Names and
// types are not written: who reads it has to know them.

// AppendRow appends row i of columns to buf.
func AppendRow(buf []byte, columns []Column, i int) []byte {
	from := len(buf)
	buf = append(buf, make([]byte, (len(columns)+7)/8)...)
	for n := range columns {
		c := &columns[n]
		if c.IsNull(i) {
			continue
		}
		buf[from+n/8] |= 1 << (n % 8)
		first, last := i, i+1
		if c.List {
			first, last = int(c.Off[i]), int(c.Off[i+1])
			buf = binary.AppendUvarint(buf, uint64(last-first))
		}
		for at := first; at < last; at++ {
			buf = c.appendValue(buf, at)
		}
	}
	return buf
}

func (c *Column) appendValue(buf []byte, at int) []byte {
	switch c.Type {
	case Int, Date:
		return binary.AppendVarint(buf, c.Ints[at])
	case Float:
		return binary.LittleEndian.AppendUint64(buf, math.Float64bits(c.Floats[at]))
	case Bool:
		if c.Bools[at] {
			return append(buf, 1)
		}
		return append(buf, 0)
	}
	buf = binary.AppendUvarint(buf, uint64(len(c.Strings[at])))
	return append(buf, c.Strings[at]...)
}

var errRow = errors.New("it is no row of these columns")

// AddRow appends a row that AppendRow wrote of columns with these fields: to[n]
// gets the value of fields[n], and what is nil there is passed over. Text is not
// copied. A row of others is an error, after which the columns are of no use.
func AddRow(to []*Column, fields []Field, row string) error {
	bits := (len(fields) + 7) / 8
	if len(row) < bits {
		return errRow
	}
	r := rowReader{row: row[bits:]}
	for n, f := range fields {
		c := to[n]
		if row[n/8]>>(n%8)&1 == 0 {
			if c != nil {
				c.AddNull()
			}
			continue
		}
		values := uint64(1)
		if f.List {
			values = r.count()
		}
		for range values {
			r.value(c, f.Type)
		}
		switch {
		case c == nil:
		case f.List:
			c.endRow()
		default:
			c.added()
		}
	}
	if r.bad || len(r.row) > 0 {
		return errRow
	}
	return nil
}

// A rowReader reads the values of a row.
type rowReader struct {
	row string // what is left
	bad bool
}

// take returns the next n bytes.
func (r *rowReader) take(n uint64) string {
	if n > uint64(len(r.row)) {
		r.bad, r.row = true, ""
		return ""
	}
	out := r.row[:n]
	r.row = r.row[n:]
	return out
}

func (r *rowReader) uvarint() (v uint64) {
	for shift := 0; shift < 70; shift += 7 {
		b := r.take(1)
		if b == "" {
			return 0
		}
		if v |= uint64(b[0]&0x7f) << shift; b[0] < 0x80 {
			return v
		}
	}
	r.bad = true
	return 0
}

// count returns the number of elements of a list, each of which takes a byte.
func (r *rowReader) count() uint64 {
	n := r.uvarint()
	if n == 0 || n > uint64(len(r.row)) {
		r.bad = true
		return 0
	}
	return n
}

// value reads one value into c, if that is not nil.
func (r *rowReader) value(c *Column, t Type) {
	switch t {
	case Int, Date:
		u := r.uvarint()
		if c != nil {
			c.Ints = append(c.Ints, int64(u>>1)^-int64(u&1))
		}
	case Float:
		b := r.take(8)
		if c != nil && b != "" {
			c.Floats = append(c.Floats, math.Float64frombits(binary.LittleEndian.Uint64([]byte(b))))
		}
	case Bool:
		b := r.take(1)
		if c != nil && b != "" {
			c.Bools = append(c.Bools, b[0] != 0)
		}
	default:
		s := r.take(r.uvarint())
		if c != nil {
			c.Strings = append(c.Strings, s)
		}
	}
}
