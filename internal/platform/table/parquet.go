package table

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"ieum"
)

// rowsAtOnce is how many rows Next reads ahead.
const rowsAtOnce = 1024

// parquetRows reads a Parquet file column by column, one page of each column
// in memory. A leaf inside structs and lists has its names joined by dots:
// careers (a list of {title, months}) are the lists "careers.title" and
// "careers.months".
type parquetRows struct {
	file   *parquet.File
	leaves []leaf
	names  []string
	group  int   // row group being read
	left   int64 // rows not yet read in it
	n      int64 // rows read
	open   []*leafReader
	batch  *Batch
	at     int // row of the batch that Next returned last
	index  map[string]int
}

// A leaf is a column of the file.
type leaf struct {
	Field
	column int
	depth  int // definition level of a value that is there
	read   func(c *Column, v *parquet.Value, arena *[]byte)
	fault  string // why it cannot be read
}

func newParquet(f *file) (r rows, err error) {
	in, size, err := f.random()
	if err != nil {
		return nil, err
	}
	if err := isParquet(in, size); err != nil {
		return nil, err
	}
	defer caught(&err)
	file, err := parquet.OpenFile(in, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("%w (%v)", errBrokenParquet, err)
	}
	if err := checkCodecs(file); err != nil {
		return nil, err
	}
	p := &parquetRows{file: file, group: -1, index: map[string]int{}}
	for _, path := range file.Schema().Columns() {
		l, _ := file.Schema().Lookup(path...)
		p.leaves = append(p.leaves, newLeaf(file.Schema(), path, l))
		p.names = append(p.names, p.leaves[len(p.leaves)-1].Name)
	}
	return p, nil
}

// checkCodecs refuses LZ4: over damaged pages the library's decoder asks for
// more and more memory.
func checkCodecs(file *parquet.File) error {
	for _, g := range file.Metadata().RowGroups {
		for _, c := range g.Columns {
			if c.MetaData.Codec == format.Lz4Raw {
				return ieum.Errorf(ieum.ErrInvalid, "this Parquet file is compressed with LZ4; write it with zstd, snappy or gzip")
			}
		}
	}
	return nil
}

var errBrokenParquet = ieum.Errorf(ieum.ErrInvalid, "this is a damaged Parquet file; fetch it again")

// isParquet looks at the marks at both ends.
func isParquet(in *os.File, size int64) error {
	mark := make([]byte, 4)
	if _, err := in.ReadAt(mark, 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if string(mark) != "PAR1" {
		return ieum.Errorf(ieum.ErrInvalid, "this is no Parquet file; say what it is with format: in the source file")
	}
	if size < 12 {
		return io.ErrUnexpectedEOF
	}
	tail := make([]byte, 8) // length of the footer and mark
	if _, err := in.ReadAt(tail, size-8); err != nil {
		return err
	}
	switch {
	case string(tail[4:]) != "PAR1":
		return io.ErrUnexpectedEOF
	case int64(binary.LittleEndian.Uint32(tail)) > size-12: // or else 4 GB would be made room for
		return errBrokenParquet
	}
	return nil
}

// caught turns a panic of the Parquet library over a damaged file into an
// error.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w (%v)", errBrokenParquet, p)
	}
}

// newLeaf says how a column is named and read.
func newLeaf(schema *parquet.Schema, path []string, l parquet.LeafColumn) leaf {
	out := leaf{column: l.ColumnIndex, depth: l.MaxDefinitionLevel}
	out.Name, out.List = strings.Join(plainPath(schema, path), "."), l.MaxRepetitionLevel > 0
	out.Optional = l.MaxDefinitionLevel > 0
	if l.MaxRepetitionLevel > 1 {
		out.fault = "holds lists of lists"
		return out
	}
	out.Type, out.read = converter(l.Node.Type())
	if out.read == nil {
		out.fault = "is of type " + l.Node.Type().String()
	}
	return out
}

// plainPath leaves out the two levels that Parquet puts between a list and its
// elements.
func plainPath(schema *parquet.Schema, path []string) (plain []string) {
	var node parquet.Node = schema
	skip := 0
	for _, name := range path {
		i := slices.IndexFunc(node.Fields(), func(f parquet.Field) bool { return f.Name() == name })
		node = node.Fields()[i]
		if skip > 0 {
			skip--
			continue
		}
		plain = append(plain, name)
		if _, list := logicalOf(node.Type()).(*format.ListType); list && !node.Leaf() {
			skip = 2
		}
	}
	return plain
}

// logicalOf returns the meaning of a physical type, or nil.
func logicalOf(t parquet.Type) format.LogicalTypeValue {
	if l := t.LogicalType(); l != nil {
		return l.Value
	}
	return nil
}

// converter returns how values of a Parquet type are added to a column; nil
// when they cannot be.
func converter(t parquet.Type) (Type, func(*Column, *parquet.Value, *[]byte)) {
	logical := logicalOf(t)
	switch t.Kind() {
	case parquet.Boolean:
		return Bool, func(c *Column, v *parquet.Value, _ *[]byte) { c.Bools = append(c.Bools, v.Boolean()) }
	case parquet.Float:
		return Float, func(c *Column, v *parquet.Value, _ *[]byte) { c.Floats = append(c.Floats, float64(v.Float())) }
	case parquet.Double:
		return Float, func(c *Column, v *parquet.Value, _ *[]byte) { c.Floats = append(c.Floats, v.Double()) }
	case parquet.Int32, parquet.Int64:
		return integer(t.Kind() == parquet.Int32, logical)
	case parquet.Int96:
		return String, func(c *Column, v *parquet.Value, _ *[]byte) { c.Strings = append(c.Strings, int96(v.Int96())) }
	case parquet.FixedLenByteArray:
		if _, ok := logical.(*format.UUIDType); ok {
			return String, func(c *Column, v *parquet.Value, arena *[]byte) {
				c.Strings = append(c.Strings, hold(arena, fmt.Appendf(nil, "%x", v.ByteArray())))
			}
		}
		return String, nil
	case parquet.ByteArray:
		if _, ok := logical.(*format.DecimalType); ok {
			return String, nil
		}
		return String, func(c *Column, v *parquet.Value, arena *[]byte) {
			c.Strings = append(c.Strings, hold(arena, v.ByteArray()))
		}
	}
	return String, nil
}

func integer(small bool, logical format.LogicalTypeValue) (Type, func(*Column, *parquet.Value, *[]byte)) {
	number := func(v *parquet.Value) int64 { return v.Int64() }
	if small {
		number = func(v *parquet.Value) int64 { return int64(v.Int32()) }
	}
	text := func(f func(int64) string) (Type, func(*Column, *parquet.Value, *[]byte)) {
		return String, func(c *Column, v *parquet.Value, _ *[]byte) { c.Strings = append(c.Strings, f(number(v))) }
	}
	switch l := logical.(type) {
	case *format.DateType:
		return Date, func(c *Column, v *parquet.Value, _ *[]byte) { c.Ints = append(c.Ints, number(v)) }
	case *format.TimestampType:
		unit := timeUnit(l.Unit)
		return text(func(n int64) string {
			return time.Unix(n/unit, n%unit*(int64(time.Second)/unit)).UTC().Format("2006-01-02T15:04:05.999999999Z")
		})
	case *format.DecimalType:
		return text(func(n int64) string { return decimal(n, int(l.Scale)) })
	case *format.IntType:
		if !l.IsSigned && small {
			return Int, func(c *Column, v *parquet.Value, _ *[]byte) { c.Ints = append(c.Ints, int64(v.Uint32())) }
		} else if !l.IsSigned {
			return text(func(n int64) string { return strconv.FormatUint(uint64(n), 10) })
		}
	}
	if small {
		return Int, func(c *Column, v *parquet.Value, _ *[]byte) { c.Ints = append(c.Ints, int64(v.Int32())) }
	}
	return Int, func(c *Column, v *parquet.Value, _ *[]byte) { c.Ints = append(c.Ints, v.Int64()) }
}

func timeUnit(u format.TimeUnit) int64 {
	switch u.Value.(type) {
	case *format.MilliSeconds:
		return 1e3
	case *format.MicroSeconds:
		return 1e6
	}
	return 1e9
}

// decimal writes n with the last scale digits after the point.
func decimal(n int64, scale int) string {
	sign, digits := "", strconv.FormatUint(uint64(n), 10)
	if n < 0 {
		sign, digits = "-", strconv.FormatUint(-uint64(n), 10)
	}
	if scale <= 0 {
		return sign + digits
	}
	if len(digits) <= scale {
		digits = strings.Repeat("0", scale-len(digits)+1) + digits
	}
	return sign + digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
}

// int96 is the old form of a time: nanoseconds of the day and Julian day.
func int96(v deprecated.Int96) string {
	nanos := int64(v[1])<<32 | int64(v[0])
	return time.Unix((int64(v[2])-2440588)*86400, nanos).UTC().Format("2006-01-02T15:04:05.999999999Z")
}

// hold copies b into the arena and returns it as a string. A full arena is
// replaced, never moved.
func hold(arena *[]byte, b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if cap(*arena)-len(*arena) < len(b) {
		*arena = make([]byte, 0, max(len(b), 1<<16, min(2*cap(*arena), 1<<20)))
	}
	from := len(*arena)
	*arena = append(*arena, b...)
	return unsafe.String(&(*arena)[from], len(b))
}

func (p *parquetRows) columns() []string { return p.names }

func (p *parquetRows) close() error {
	var errs []error
	for _, o := range p.open {
		errs = append(errs, o.close())
	}
	return errors.Join(errs...)
}

// read returns the next rows of the named columns.
func (p *parquetRows) read(most int, columns []string) (b *Batch, err error) {
	defer caught(&err)
	if p.batch == nil {
		if err := p.start(columns); err != nil {
			return nil, err
		}
	}
	for p.left == 0 {
		if err := p.nextGroup(); err != nil {
			return nil, err
		}
	}
	rows := int(min(int64(most), p.left))
	b = p.batch
	b.Reset()
	for i, o := range p.open {
		if err := o.fill(&b.Columns[i], rows); err != nil {
			return nil, err
		}
	}
	for range rows {
		p.n++
		b.Numbers = append(b.Numbers, p.n)
	}
	b.Rows, p.left = rows, p.left-int64(rows)
	return b, nil
}

func (p *parquetRows) start(columns []string) error {
	b := &Batch{}
	for _, name := range columns {
		if err := hasColumn(name, p.names); err != nil {
			return err
		}
		l := p.leaves[slices.Index(p.names, name)]
		if l.fault != "" {
			return ieum.Errorf(ieum.ErrInvalid, "column %q %s, which cannot be read; write it as text or as a plain list", name, l.fault)
		}
		b.Columns = append(b.Columns, Column{Field: l.Field})
		p.open = append(p.open, &leafReader{leaf: l})
		p.index[name] = len(b.Columns) - 1
	}
	p.batch = b
	return nil
}

func (p *parquetRows) nextGroup() error {
	groups := p.file.RowGroups()
	if p.group++; p.group >= len(groups) {
		p.group = len(groups)
		return io.EOF
	}
	g := groups[p.group]
	p.left = g.NumRows()
	for _, o := range p.open {
		if err := o.begin(g.ColumnChunks()[o.column]); err != nil {
			return err
		}
	}
	return nil
}

func (p *parquetRows) next() (Row, error) {
	if p.batch == nil || p.at+1 >= p.batch.Rows {
		var readable []string
		for _, l := range p.leaves {
			if l.fault == "" {
				readable = append(readable, l.Name)
			}
		}
		if _, err := p.read(rowsAtOnce, readable); err != nil {
			return Row{}, err
		}
		p.at = -1
	}
	p.at++
	return Row{Number: p.batch.Numbers[p.at], values: p}, nil
}

func (p *parquetRows) get(column string) (any, bool) {
	i, ok := p.index[column]
	if !ok {
		return nil, false
	}
	return p.batch.Columns[i].value(p.at)
}

func (p *parquetRows) all(yield func(string, any) bool) {
	for i := range p.batch.Columns {
		c := &p.batch.Columns[i]
		if v, ok := c.value(p.at); ok && !yield(c.Name, v) {
			return
		}
	}
}

// A leafReader goes through the pages of one column.
type leafReader struct {
	leaf
	pages  parquet.Pages
	page   parquet.Page
	values parquet.ValueReader
	buf    [512]parquet.Value // read from the page but not yet used
	from   int
	to     int
	arena  []byte
}

func (r *leafReader) begin(chunk parquet.ColumnChunk) error {
	if err := r.close(); err != nil {
		return err
	}
	r.pages = chunk.Pages()
	return nil
}

func (r *leafReader) close() error {
	if r.page != nil {
		parquet.Release(r.page)
	}
	r.page, r.values, r.from, r.to = nil, nil, 0, 0
	if r.pages == nil {
		return nil
	}
	pages := r.pages
	r.pages = nil
	return pages.Close()
}

// more reads further values into the buffer; io.EOF at the end of the chunk.
func (r *leafReader) more() error {
	r.from, r.to = 0, 0
	for {
		if r.values != nil {
			n, err := r.values.ReadValues(r.buf[:])
			if err != nil && !errors.Is(err, io.EOF) {
				return fmt.Errorf("%w (%v)", errBrokenParquet, err)
			}
			if n > 0 {
				r.to = n
				return nil
			}
			parquet.Release(r.page)
			r.page, r.values = nil, nil
		}
		page, err := r.pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		if err != nil {
			return fmt.Errorf("%w (%v)", errBrokenParquet, err)
		}
		r.page, r.values = page, page.Values()
	}
}

// fill appends the values of the next rows to c.
func (r *leafReader) fill(c *Column, rows int) error {
	r.arena = nil
	c.reset(rows)
	if r.List {
		return r.fillLists(c, rows)
	}
	for n := 0; n < rows; {
		if r.from == r.to {
			if err := r.more(); err != nil {
				return tooShort(err)
			}
		}
		take := min(r.to-r.from, rows-n)
		r.add(c, r.buf[r.from:r.from+take])
		r.from, n = r.from+take, n+take
	}
	return nil
}

func (r *leafReader) add(c *Column, values []parquet.Value) {
	for i := range values {
		v := &values[i]
		if v.IsNull() {
			c.AddNull()
			continue
		}
		r.leaf.read(c, v, &r.arena)
		c.added()
	}
}

// fillLists reads rows of lists: a row goes on until a value that starts the
// next one.
func (r *leafReader) fillLists(c *Column, rows int) error {
	for n := 0; ; {
		if r.from == r.to {
			err := r.more()
			if errors.Is(err, io.EOF) && n == rows {
				break
			}
			if err != nil {
				return tooShort(err)
			}
		}
		v := &r.buf[r.from]
		if v.RepetitionLevel() == 0 {
			if n > 0 {
				c.endRow()
			}
			if n == rows {
				return nil
			}
			n++
		}
		if !v.IsNull() {
			if c.values() == math.MaxInt32 {
				return ieum.Errorf(ieum.ErrInvalid, "column %q has rows with too many values", c.Name)
			}
			r.leaf.read(c, v, &r.arena)
		}
		r.from++
	}
	if rows > 0 {
		c.endRow()
	}
	return nil
}

func tooShort(err error) error {
	if errors.Is(err, io.EOF) {
		return errBrokenParquet
	}
	return err
}
