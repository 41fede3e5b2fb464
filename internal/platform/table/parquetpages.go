package table

import (
	"bufio"
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
	for {
		var h format.PageHeader
		if headers.Decode(&h) != nil {
			return nil
		}
		read, err := all.Seek(0, io.SeekCurrent)
		if err != nil {
			return err
		}
		at := read - int64(r.Buffered()) + int64(h.CompressedPageSize) // of the next header
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
