package table

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"ieum"
)

// How many rows a file, or values a page, may have whatever its size, how many more
// for each byte, and how large a page may be: equal values take next to nothing in a
// Parquet file, but a room of their own each when they are read.
const (
	roomForValues = 16 << 20
	valuesInByte  = 64
	mostPage      = 256 << 20
)

// checkRows refuses a file of far more rows than its bytes can tell apart.
func checkRows(file *parquet.File, size int64) error {
	room := roomForValues + valuesInByte*size
	for _, g := range file.Metadata().RowGroups {
		if room -= g.NumRows; g.NumRows < 0 || room < 0 {
			return ieum.Errorf(ieum.ErrInvalid, "this Parquet file says that it has %d rows or more in %d bytes, which is none but empty ones; fetch it again", roomForValues+valuesInByte*size, size)
		}
	}
	return nil
}

// checkPages goes through the headers of a column's pages before the library does,
// which makes room for whatever they say. It ends without an error where one cannot
// be read: there the library ends with one.
func checkPages(in io.ReaderAt, size int64, m *format.ColumnMetaData) error {
	from := m.DataPageOffset
	if m.DictionaryPageOffset != 0 {
		from = m.DictionaryPageOffset
	}
	all := io.NewSectionReader(in, from, max(0, min(m.TotalCompressedSize, size-from)))
	r := bufio.NewReaderSize(all, 1<<12)
	headers := thrift.NewDecoder(new(thrift.CompactProtocol).NewReader(r))
	at := int64(0)
	for {
		head := &thriftWalk{r, all.Size() - at}
		if err := head.fields(0); errors.Is(err, errBrokenParquet) {
			return err
		}
		if _, err := all.Seek(at, io.SeekStart); err != nil {
			return err
		}
		r.Reset(all)
		var h format.PageHeader
		if headers.Decode(&h) != nil {
			return nil
		}
		read, err := all.Seek(0, io.SeekCurrent)
		if err != nil {
			return err
		}
		at = read - int64(r.Buffered()) + int64(h.CompressedPageSize) // of the next header
		packed, unpacked, values := int64(h.CompressedPageSize), int64(h.UncompressedPageSize), int64(valuesOf(&h))
		switch {
		case packed < 0 || at > all.Size():
			return errBrokenParquet
		case unpacked > mostPage || unpacked > mostHeld && unpacked/mostPack > packed || values > roomForValues+valuesInByte*packed:
			return ieum.Errorf(ieum.ErrInvalid, "a page of column %q says that its %d bytes are %d bytes and %d values, which none needs; write the file again with pages of 1 MB", m.PathInSchema, packed, unpacked, values)
		}
		if _, err := all.Seek(at, io.SeekStart); err != nil {
			return err
		}
		r.Reset(all)
	}
}

func valuesOf(h *format.PageHeader) int32 {
	return max(h.DataPageHeader.V.NumValues, h.DataPageHeaderV2.V.NumValues, h.DictionaryPageHeader.V.NumValues)
}

// How deep headers and footer may go, and how many bytes a struct in a list takes at
// the least: the library makes room for as many as a list says before it reads one.
const (
	mostDepth   = 32
	leastStruct = 3
)

// checkFooter goes through the footer of a file as checkPages does through headers. The
// caller knows that there is as much as its length says.
func checkFooter(in io.ReaderAt, size int64) error {
	tail := make([]byte, 8) // length of the footer and mark
	if _, err := in.ReadAt(tail, size-8); err != nil {
		return err
	}
	length := int64(binary.LittleEndian.Uint32(tail))
	foot := &thriftWalk{bufio.NewReader(io.NewSectionReader(in, size-8-length, length)), length}
	if err := foot.fields(0); err != nil {
		return errBrokenParquet
	}
	return nil
}

// A thriftWalk goes through what is written in Thrift's compact form, and fails with
// errBrokenParquet where something says that it is longer than all that follows, or lies
// too deep: the library makes room for what is said and goes as deep as that, which
// no recover holds.
type thriftWalk struct {
	r    *bufio.Reader
	left int64 // bytes that follow
}

// ReadByte serves binary.ReadUvarint.
func (w *thriftWalk) ReadByte() (byte, error) {
	w.left--
	return w.r.ReadByte()
}

// count reads how many things follow, each of some bytes at the least.
func (w *thriftWalk) count(least int64) (int64, error) {
	n, err := binary.ReadUvarint(w)
	if err == nil && n > uint64(max(w.left, 0)/least) {
		err = errBrokenParquet
	}
	return int64(n), err
}

func (w *thriftWalk) skip(n int64) error {
	w.left -= n
	_, err := w.r.Discard(int(n))
	return err
}

// fields goes through a struct.
func (w *thriftWalk) fields(depth int) error {
	if depth > mostDepth {
		return errBrokenParquet
	}
	for {
		b, err := w.ReadByte()
		if err != nil || b == 0 {
			return err
		}
		if b>>4 == 0 { // the number of the field follows
			if _, err := binary.ReadUvarint(w); err != nil {
				return err
			}
		}
		if kind := thrift.Type(b & 0xf); kind != thrift.TRUE && kind != thrift.FALSE { // which are their own value
			if err := w.value(kind, depth+1); err != nil {
				return err
			}
		}
	}
}

func (w *thriftWalk) value(kind thrift.Type, depth int) error {
	switch kind {
	case thrift.TRUE, thrift.FALSE, thrift.I8:
		return w.skip(1)
	case thrift.I16, thrift.I32, thrift.I64:
		_, err := binary.ReadUvarint(w)
		return err
	case thrift.DOUBLE:
		return w.skip(8)
	case thrift.UUID:
		return w.skip(16)
	case thrift.BINARY:
		n, err := w.count(1)
		if err != nil {
			return err
		}
		return w.skip(n)
	case thrift.LIST, thrift.SET:
		return w.list(depth)
	case thrift.STRUCT:
		return w.fields(depth)
	}
	return errBrokenParquet // Parquet has no maps
}

func (w *thriftWalk) list(depth int) error {
	if depth > mostDepth {
		return errBrokenParquet
	}
	b, err := w.ReadByte()
	if err != nil {
		return err
	}
	kind, n := thrift.Type(b&0xf), int64(b>>4)
	least := int64(1)
	if kind == thrift.STRUCT {
		least = leastStruct
	}
	if n == 0xf {
		if n, err = w.count(least); err != nil {
			return err
		}
	}
	for range n {
		if err := w.value(kind, depth+1); err != nil {
			return err
		}
	}
	return nil
}
