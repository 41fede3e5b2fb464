package table

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"ieum"
)

// How many rows Next reads ahead, how many of a Parquet file are read first, whose
// length nobody knows yet, and how many bytes a column of a batch may take: one text
// that many rows share takes its room in each.
const (
	rowsAtOnce  = 1024
	rowsAtFirst = 64
	mostColumn  = 256 << 20
	valueSize   = 16 // of a text beside its bytes
)

// parquetRows reads a Parquet file column by column, one page of each column
// in memory. A leaf inside structs and lists has its names joined by dots:
// careers (a list of {title, months}) are the lists "careers.title" and
// "careers.months".
type parquetRows struct {
	in     *os.File
	size   int64
	file   *parquet.File
	leaves []leaf
	names  []string
	group  int   // row group being read
	left   int64 // rows not yet read in it
	n      int64 // rows read
	open   []*leafReader
	batch  *Batch
	most   int // rows of the next batch, by how long those of the last were
	at     int // row of the batch that Next returned last
	index  map[string]int
}

func newParquet(f *file) (r rows, err error) {
	in, size, err := f.random()
	if err != nil {
		return nil, err
	}
	if err := isParquet(in, size); err != nil {
		return nil, err
	}
	if err := checkFooter(in, size); err != nil {
		return nil, err
	}
	defer caught(&err)
	file, err := parquet.OpenFile(in, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("%w (%v)", errBrokenParquet, err)
	}
	if err := errors.Join(checkCodecs(file), checkRows(file, size)); err != nil {
		return nil, err
	}
	p := &parquetRows{in: in, size: size, file: file, group: -1, most: rowsAtFirst, index: map[string]int{}}
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
	rows := int(min(int64(min(most, p.most)), p.left))
	b = p.batch
	b.Reset()
	for i, o := range p.open {
		if err := o.fill(&b.Columns[i], rows); err != nil {
			return nil, err
		}
		for _, s := range b.Columns[i].Strings {
			b.bytes += len(s)
		}
	}
	p.most = max(1, rows*maxBatchBytes/max(1, b.bytes))
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
		m := &p.file.Metadata().RowGroups[p.group].Columns[o.column].MetaData
		if err := checkPages(p.in, p.size, m); err != nil {
			return err
		}
		if err := o.begin(g.ColumnChunks()[o.column]); err != nil {
			return err
		}
	}
	return nil
}

func (p *parquetRows) skip(n int64) (over int64) {
	if p.left <= n {
		over, p.left = p.left, 0
	}
	for groups := p.file.RowGroups(); p.left == 0 && p.group+1 < len(groups) && over+groups[p.group+1].NumRows() <= n; {
		p.group++
		over += groups[p.group].NumRows()
	}
	p.n += over
	return over
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
	arena  arena
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
	r.arena = arena{}
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
		if err := r.add(c, r.buf[r.from:r.from+take], rows); err != nil {
			return err
		}
		r.from, n = r.from+take, n+take
	}
	return nil
}

func (r *leafReader) add(c *Column, values []parquet.Value, rows int) error {
	for i := range values {
		v := &values[i]
		if v.IsNull() {
			c.AddNull()
			continue
		}
		r.leaf.read(c, v, &r.arena)
		c.added()
		if r.arena.held > mostColumn {
			return r.tooLong(rows)
		}
	}
	return nil
}

func (r *leafReader) tooLong(rows int) error {
	return ieum.Errorf(ieum.ErrInvalid, "column %q has more than %d MB within %d rows; write the file with fewer rows in each group", r.Name, mostColumn>>20, rows)
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
			r.leaf.read(c, v, &r.arena)
			if r.arena.held+valueSize*c.values() > mostColumn {
				return r.tooLong(rows)
			}
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
