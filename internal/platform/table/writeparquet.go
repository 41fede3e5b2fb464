package table

import (
	"fmt"
	"io"
	"unsafe"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// What a writer keeps in memory is one row group: it is closed after maxGroup
// rows or about maxGroupBytes of text and numbers. A dictionary is given up
// beyond maxDictionary, which the library looks at when a page ends: a page of
// places in a dictionary ends after maxPage of the text they stand for, or texts
// that are all different would be held three times over.
const (
	maxGroup      = 1 << 17
	maxGroupBytes = 16 << 20
	maxDictionary = 512 << 10
	maxPage       = 1 << 20
)

// A ParquetWriter writes batches of one shape to a Parquet file: columns
// compressed with zstd, strings with dictionaries where they repeat.
type ParquetWriter struct {
	out    io.Writer
	w      *parquet.GenericWriter[any]
	fields []Field
	rows   int
	bytes  int   // in the row group
	pages  []int // bytes by column since the last page that was ended here
	values []parquet.Value
}

// NewParquet returns a writer of a Parquet file to w. Names are leaves: a
// dotted name makes no struct.
func NewParquet(w io.Writer, fields ...Field) (*ParquetWriter, error) {
	group := ordered{Group: parquet.Group{}}
	for _, f := range fields {
		if _, ok := group.Group[f.Name]; ok {
			return nil, fmt.Errorf("table: column %q comes twice", f.Name)
		}
		group.Group[f.Name] = node(f)
		group.names = append(group.names, f.Name)
	}
	schema := parquet.NewSchema("rows", group)
	options := append(writerOptions(), schema)
	for _, path := range schema.Columns() { // nobody looks for rows by them
		options = append(options, parquet.SkipPageBounds(path...))
	}
	return &ParquetWriter{out: w, fields: fields, pages: make([]int, len(fields)), w: parquet.NewGenericWriter[any](w, options...)}, nil
}

func writerOptions() []parquet.WriterOption {
	return []parquet.WriterOption{
		parquet.Compression(&zstd.Codec{Level: zstd.SpeedFastest, Concurrency: 1}),
		parquet.CreatedBy("ieum", "1", "0"),
		parquet.DictionaryMaxBytes(maxDictionary),
		parquet.MaxRowsPerRowGroup(maxGroup),
	}
}

// ordered is a group whose columns keep the order they were named in.
type ordered struct {
	parquet.Group
	names []string
}

func (o ordered) Fields() []parquet.Field {
	byName := map[string]parquet.Field{}
	for _, f := range o.Group.Fields() {
		byName[f.Name()] = f
	}
	fields := make([]parquet.Field, len(o.names))
	for i, n := range o.names {
		fields[i] = byName[n]
	}
	return fields
}

func node(f Field) parquet.Node {
	var n parquet.Node
	switch f.Type {
	case Int:
		n = parquet.Encoded(parquet.Leaf(parquet.Int64Type), &parquet.DeltaBinaryPacked)
	case Date:
		n = parquet.Encoded(parquet.Date(), &parquet.DeltaBinaryPacked)
	case Float:
		n = parquet.Leaf(parquet.DoubleType)
	case Bool:
		n = parquet.Leaf(parquet.BooleanType)
	case Bytes:
		n = parquet.Compressed(parquet.Encoded(parquet.Leaf(parquet.ByteArrayType), &parquet.DeltaLengthByteArray), &parquet.Uncompressed)
	default:
		n = parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	}
	switch {
	case f.List:
		return parquet.List(n)
	case f.Optional:
		return parquet.Optional(n)
	}
	return n
}

// Write writes the rows of a batch whose columns are the writer's fields in
// their order.
func (p *ParquetWriter) Write(b *Batch) error {
	if len(b.Columns) != len(p.fields) {
		return fmt.Errorf("table: %d columns for %d fields", len(b.Columns), len(p.fields))
	}
	rows := -1
	for i := range b.Columns {
		c := &b.Columns[i]
		if c.Type != p.fields[i].Type || c.List != p.fields[i].List {
			return fmt.Errorf("table: column %q is of another type than field %q", c.Name, p.fields[i].Name)
		}
		if n := c.Len(); rows >= 0 && n != rows {
			return fmt.Errorf("table: column %q has %d rows, others %d", c.Name, n, rows)
		} else {
			rows = n
		}
	}
	writers := p.w.ColumnWriters()
	for i := range b.Columns {
		if err := p.column(writers[i], &b.Columns[i], i); err != nil {
			return err
		}
	}
	p.rows += max(rows, 0)
	if p.rows >= maxGroup || p.bytes >= maxGroupBytes {
		return p.Flush()
	}
	return nil
}

// Note writes a text about the rows into the file, where Reader.Note finds it
// under the same name.
func (p *ParquetWriter) Note(name, text string) { p.w.SetKeyValueMetadata(name, text) }

// Flush ends the row group, so that little is kept in memory until more rows
// are written.
func (p *ParquetWriter) Flush() error {
	p.rows, p.bytes = 0, 0
	clear(p.pages)
	return p.w.Flush()
}

// column writes one column of a batch.
func (p *ParquetWriter) column(w *parquet.ColumnWriter, c *Column, i int) error {
	before := p.bytes
	p.fill(c, p.fields[i].Optional, i)
	if _, err := w.WriteRowValues(p.values); err != nil {
		return err
	}
	if p.pages[i] += p.bytes - before; p.pages[i] < maxPage {
		return nil
	}
	p.pages[i] = 0
	return w.Flush()
}

// fill puts a column into p.values with the levels Parquet wants.
func (p *ParquetWriter) fill(c *Column, optional bool, column int) {
	p.values = p.values[:0]
	null := parquet.NullValue()
	for i := range c.Len() {
		switch {
		case !c.List && c.IsNull(i) && optional:
			p.values = append(p.values, null.Level(0, 0, column))
		case !c.List && optional:
			p.values = append(p.values, p.value(c, i).Level(0, 1, column))
		case !c.List:
			p.values = append(p.values, p.value(c, i).Level(0, 0, column))
		case c.IsNull(i):
			p.values = append(p.values, null.Level(0, 0, column))
		default:
			for j, repeated := c.Off[i], 0; j < c.Off[i+1]; j, repeated = j+1, 1 {
				p.values = append(p.values, p.value(c, int(j)).Level(repeated, 1, column))
			}
		}
	}
}

func (p *ParquetWriter) value(c *Column, i int) parquet.Value {
	p.bytes += 8
	switch c.Type {
	case Int:
		return parquet.Int64Value(c.Ints[i])
	case Date:
		return parquet.Int32Value(int32(c.Ints[i]))
	case Float:
		return parquet.DoubleValue(c.Floats[i])
	case Bool:
		return parquet.BooleanValue(c.Bools[i])
	}
	s := c.Strings[i]
	p.bytes += len(s)
	return parquet.ByteArrayValue(unsafe.Slice(unsafe.StringData(s), len(s)))
}

// Close writes the end of the file and, where it is written to a file, makes
// it durable. It does not close the file.
func (p *ParquetWriter) Close() error {
	if err := p.w.Close(); err != nil {
		return err
	}
	return durable(p.out)
}

func durable(w io.Writer) error {
	if s, ok := w.(interface{ Sync() error }); ok {
		return s.Sync()
	}
	return nil
}

// A StructWriter writes structs, a column for each field, named and typed by
// its tag as parquet-go says: `parquet:"name,optional,dict"`.
type StructWriter[T any] struct {
	out io.Writer
	w   *parquet.GenericWriter[T]
}

// NewStructs returns a writer of a Parquet file of structs to w.
func NewStructs[T any](w io.Writer) *StructWriter[T] {
	return &StructWriter[T]{w, parquet.NewGenericWriter[T](w, writerOptions()...)}
}

// Write writes rows.
func (s *StructWriter[T]) Write(rows []T) error {
	_, err := s.w.Write(rows)
	return err
}

// Close writes the end of the file and, where it is written to a file, makes
// it durable. It does not close the file.
func (s *StructWriter[T]) Close() error {
	if err := s.w.Close(); err != nil {
		return err
	}
	return durable(s.out)
}
