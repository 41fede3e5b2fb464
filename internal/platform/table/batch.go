package table

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"ieum"
)

// A Type is the type of a column's values.
type Type uint8

// The types of columns.
const (
	String Type = iota
	Int         // 64 bits
	Float
	Bool
	Date  // days since 1970-01-01, in Ints
	Bytes // any, in Strings; only to be written, and neither compressed nor in a dictionary: what is read is String
)

// A Field describes a column.
type Field struct {
	Name     string
	Type     Type
	List     bool // each row holds several values, or none
	Optional bool // rows may lack a value; a list never needs it
}

// A Column is one column of some rows. The slice that belongs to its type
// holds one value a row (the zero value where there is none), or for a list
// the elements of all rows one after another.
//
// Strings keep the memory of the whole batch alive: strings.Clone what is to
// be kept longer.
type Column struct {
	Field
	Strings []string
	Ints    []int64 // Int and Date
	Floats  []float64
	Bools   []bool
	Null    []bool  // by row; nil when no row lacks a value
	Off     []int32 // lists: the elements of row i are Off[i] to Off[i+1]
}

// A Batch is some rows by columns.
type Batch struct {
	Rows    int
	Numbers []int64    // as Row.Number, one a row
	Columns []Column   // in the order they were asked for
	Bad     []RowError // rows that are not in the batch because they are broken
	bytes   int        // of text that was read
}

// IsNull reports whether row i has no value; for a list, no element.
func (c *Column) IsNull(i int) bool {
	if c.List {
		return c.Off[i] == c.Off[i+1]
	}
	return c.Null != nil && c.Null[i]
}

// Text returns the value of row i as text: a date as 2026-01-31, a list as
// JSON. ok is false when there is none.
func (c *Column) Text(i int) (text string, ok bool) {
	v, ok := c.value(i)
	if !ok {
		return "", false
	}
	return textOf(v), true
}

// Elements returns the elements of row i as text; of a column without lists the
// one value.
func (c *Column) Elements(i int) []string {
	if c.IsNull(i) {
		return nil
	}
	if !c.List {
		return []string{textOf(c.element(i))}
	}
	if c.Type == String {
		return c.Strings[c.Off[i]:c.Off[i+1]]
	}
	var list []string
	for j := c.Off[i]; j < c.Off[i+1]; j++ {
		list = append(list, textOf(c.element(int(j))))
	}
	return list
}

func (c *Column) value(i int) (any, bool) {
	if c.IsNull(i) {
		return nil, false
	}
	if !c.List {
		return c.element(i), true
	}
	var list []any
	for j := c.Off[i]; j < c.Off[i+1]; j++ {
		list = append(list, c.element(int(j)))
	}
	return list, true
}

func (c *Column) element(i int) any {
	switch c.Type {
	case Int:
		return json.Number(strconv.FormatInt(c.Ints[i], 10))
	case Float:
		if math.IsNaN(c.Floats[i]) || math.IsInf(c.Floats[i], 0) {
			return strconv.FormatFloat(c.Floats[i], 'g', -1, 64)
		}
		return json.Number(strconv.FormatFloat(c.Floats[i], 'f', -1, 64))
	case Bool:
		return c.Bools[i]
	case Date:
		return time.Unix(c.Ints[i]*86400, 0).UTC().Format(time.DateOnly)
	}
	return c.Strings[i]
}

// reset empties the column, with room for n rows. The memory of strings is not
// used again, so that those handed out stay as they are.
func (c *Column) reset(n int) {
	c.Strings, c.Ints, c.Floats, c.Bools = c.Strings[:0], c.Ints[:0], c.Floats[:0], c.Bools[:0]
	c.Null, c.Off = nil, c.Off[:0]
	if c.List {
		c.Off = append(slices.Grow(c.Off, n+1), 0)
	}
}

// AddString appends a row to a column of String.
func (c *Column) AddString(v string) { c.Strings = append(c.Strings, v); c.added() }

// AddInt appends a row to a column of Int or Date.
func (c *Column) AddInt(v int64) { c.Ints = append(c.Ints, v); c.added() }

// AddFloat appends a row to a column of Float.
func (c *Column) AddFloat(v float64) { c.Floats = append(c.Floats, v); c.added() }

// AddBool appends a row to a column of Bool.
func (c *Column) AddBool(v bool) { c.Bools = append(c.Bools, v); c.added() }

// AddNull appends a row without a value; to a column of lists, an empty list.
func (c *Column) AddNull() {
	if c.List {
		c.endRow()
		return
	}
	rows := c.values()
	switch c.Type {
	case Int, Date:
		c.Ints = append(c.Ints, 0)
	case Float:
		c.Floats = append(c.Floats, 0)
	case Bool:
		c.Bools = append(c.Bools, false)
	default:
		c.Strings = append(c.Strings, "")
	}
	for len(c.Null) < rows {
		c.Null = append(c.Null, false)
	}
	c.Null = append(c.Null, true)
}

// AddStrings appends a row to a column of lists of String.
func (c *Column) AddStrings(v ...string) { c.Strings = append(c.Strings, v...); c.endRow() }

// AddInts appends a row to a column of lists of Int or Date.
func (c *Column) AddInts(v ...int64) { c.Ints = append(c.Ints, v...); c.endRow() }

func (c *Column) added() {
	if c.Null != nil {
		c.Null = append(c.Null, false)
	}
}

func (c *Column) endRow() {
	if len(c.Off) == 0 {
		c.Off = append(c.Off, 0)
	}
	c.Off = append(c.Off, int32(c.values()))
}

// values returns the number of values, which without lists is that of rows.
func (c *Column) values() int {
	switch c.Type {
	case Int, Date:
		return len(c.Ints)
	case Float:
		return len(c.Floats)
	case Bool:
		return len(c.Bools)
	}
	return len(c.Strings)
}

// Len returns the number of rows.
func (c *Column) Len() int {
	if c.List {
		return max(0, len(c.Off)-1)
	}
	return c.values()
}

// NewBatch returns an empty batch to be filled column by column.
func NewBatch(fields ...Field) *Batch {
	b := &Batch{Columns: make([]Column, len(fields))}
	for i, f := range fields {
		b.Columns[i].Field = f
	}
	return b
}

// Reset empties the batch for the next rows.
func (b *Batch) Reset() {
	b.Rows, b.Numbers, b.Bad, b.bytes = 0, b.Numbers[:0], nil, 0
	for i := range b.Columns {
		b.Columns[i].reset(0)
	}
}

// maxBatchBytes is about how much text a batch holds at most: fewer rows when
// they are long.
const maxBatchBytes = 16 << 20

// ReadColumns returns up to max further rows of the named columns, fewer at first
// and where they are long, io.EOF when there are none. It is the fast way through a Parquet file, whose columns
// come in their own types and of which only those named are read; in the other
// formats every column is text, and a name is what Row.Get takes. A column
// that the file lacks is ieum.ErrInvalid, in JSON a column without values.
// The batch is valid until the next call, its strings for good. Name the same
// columns in every call; do not mix with Next.
func (r *Reader) ReadColumns(max int, columns ...string) (*Batch, error) {
	if p, ok := r.rows.(*parquetRows); ok {
		b, err := p.read(max, columns)
		if err != nil {
			return nil, r.file.fault(err)
		}
		return b, nil
	}
	if r.Fixed() {
		for _, name := range columns {
			if err := hasColumn(name, r.Columns()); err != nil {
				return nil, r.file.fault(err)
			}
		}
	}
	b := NewBatch()
	for _, name := range columns {
		b.Columns = append(b.Columns, Column{Field: Field{Name: name, Optional: true}})
	}
	for b.Rows < max && len(b.Bad) < max && b.bytes < maxBatchBytes {
		row, err := r.Next()
		var bad *RowError
		switch {
		case errors.As(err, &bad):
			b.Bad = append(b.Bad, *bad)
			continue
		case errors.Is(err, io.EOF) && b.Rows+len(b.Bad) > 0:
			return b, nil
		case err != nil:
			return nil, err
		}
		b.add(row)
	}
	return b, nil
}

// Skip passes over up to n further rows of a Parquet file and returns how many:
// whole groups of rows, and what is left of the one being read; in the other
// formats none. Read columns afterwards, do not mix with Next.
func (r *Reader) Skip(n int64) (over int64) {
	if p, ok := r.rows.(*parquetRows); ok {
		return p.skip(n)
	}
	return 0
}

func (b *Batch) add(row Row) {
	b.Rows++
	b.Numbers = append(b.Numbers, row.Number)
	for i := range b.Columns {
		if v, ok := row.Get(b.Columns[i].Name); ok {
			b.Columns[i].AddString(v)
			b.bytes += len(v)
		} else {
			b.Columns[i].AddNull()
		}
	}
}

func hasColumn(name string, columns []string) error {
	if slices.Contains(columns, name) {
		return nil
	}
	return ieum.Errorf(ieum.ErrInvalid, "there is no column %q; the file has %s; mend its header, or the source file", name, quoteAll(columns))
}

func quoteAll(names []string) string {
	more := ""
	if len(names) > 30 {
		more = ", …"
		names = names[:30]
	}
	text := ""
	for i, n := range names {
		if i > 0 {
			text += ", "
		}
		text += strconv.Quote(n)
	}
	return text + more
}
