package snapshot

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"sync"

	"github.com/klauspost/compress/zstd"

	"ieum/internal/platform/durable"
)

// textRows is the number of texts compressed together: reading one costs the
// decompression of this many.
const textRows = 32

// Texts are long texts, compressed in blocks of 32 rows.
type Texts struct {
	blocks textBlocks
	table  *Mapping
	data   []byte
}

type textBlocks struct {
	Start []uint64 // of each block in the data file, and the end of the last
	CRC   []uint32 // CRC-32C of each compressed block
	Rows  []uint64 // one number: the count of rows
}

var (
	encoders = sync.Pool{New: func() any {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
		if err != nil {
			panic(err)
		}
		return e
	}}
	decoders = sync.Pool{New: func() any {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30))
		if err != nil {
			panic(err)
		}
		return d
	}}
)

// A TextWriter writes texts one after another to path and path+".col".
type TextWriter struct {
	path   string
	f      *durable.File
	w      *bufio.Writer
	at     uint64
	blocks textBlocks
	raw    []byte
	rows   uint64
	out    []byte
}

// NewTextWriter creates the files of a Texts.
func NewTextWriter(path string) (*TextWriter, error) {
	f, err := durable.Create(path)
	if err != nil {
		return nil, err
	}
	return &TextWriter{path: path, f: f, w: bufio.NewWriterSize(f, 1<<20), blocks: textBlocks{Start: []uint64{0}}}, nil
}

// Add appends a row.
func (t *TextWriter) Add(text []byte) error {
	t.raw = binary.AppendUvarint(t.raw, uint64(len(text)))
	t.raw = append(t.raw, text...)
	t.rows++
	if t.rows%textRows == 0 {
		return t.flush()
	}
	return nil
}

func (t *TextWriter) flush() error {
	if len(t.raw) == 0 {
		return nil
	}
	e := encoders.Get().(*zstd.Encoder)
	t.out = e.EncodeAll(t.raw, t.out[:0])
	encoders.Put(e)
	t.raw = t.raw[:0]
	t.blocks.CRC = append(t.blocks.CRC, crc32.Checksum(t.out, castagnoli))
	n, err := t.w.Write(t.out)
	t.at += uint64(n)
	t.blocks.Start = append(t.blocks.Start, t.at)
	return err
}

// Close writes the rest and makes the files durable.
func (t *TextWriter) Close() error {
	t.blocks.Rows = []uint64{t.rows}
	if err := errors.Join(t.flush(), t.w.Flush(), t.f.Sync(), t.f.Close()); err != nil {
		return err
	}
	return WriteTable(t.path+".col", &t.blocks)
}

// OpenTexts maps the files a TextWriter wrote.
func OpenTexts(path string) (_ *Texts, err error) {
	t := &Texts{}
	defer func() {
		if err != nil {
			t.Close()
		}
	}()
	if t.table, err = OpenTable(path+".col", &t.blocks); err != nil {
		return nil, err
	}
	if t.data, err = MapFile(path); err != nil {
		return nil, err
	}
	b := t.blocks
	if len(b.Start) != len(b.CRC)+1 || len(b.Rows) != 1 || b.Start[len(b.CRC)] != uint64(len(t.data)) || uint64(len(b.CRC)) != (b.Rows[0]+textRows-1)/textRows {
		return nil, fmt.Errorf("snapshot: %s and its directory do not belong together", path)
	}
	return t, nil
}

// Len returns the number of rows.
func (t *Texts) Len() int { return int(t.blocks.Rows[0]) }

// At returns row i.
func (t *Texts) At(i int) (text string, err error) {
	if i < 0 || i >= t.Len() {
		return "", fmt.Errorf("snapshot: no text %d", i)
	}
	err = t.block(i/textRows, func(row int, b []byte) bool {
		if row == i {
			text = string(b)
		}
		return row < i
	})
	return text, err
}

// All calls f for every text in order until it returns false. The bytes are
// valid during the call only.
func (t *Texts) All(f func(row int, text []byte) bool) error { return t.Range(0, t.Len(), f) }

// Range is All for the rows from from to below to.
func (t *Texts) Range(from, to int, f func(row int, text []byte) bool) error {
	for b := from / textRows; b*textRows < to; b++ {
		more := true
		err := t.block(b, func(row int, text []byte) bool {
			more = row < to && (row < from || f(row, text))
			return more
		})
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// block calls f for the texts of one block until it returns false.
func (t *Texts) block(b int, f func(row int, text []byte) bool) error {
	damaged := fmt.Errorf("snapshot: block %d of the texts is damaged", b)
	from, to := t.blocks.Start[b], t.blocks.Start[b+1]
	if from > to || to > uint64(len(t.data)) {
		return damaged
	}
	d := decoders.Get().(*zstd.Decoder)
	raw, err := d.DecodeAll(t.data[from:to], nil)
	decoders.Put(d)
	if err != nil {
		return fmt.Errorf("%w: %v", damaged, err)
	}
	for row := b * textRows; len(raw) > 0; row++ {
		n, k := binary.Uvarint(raw)
		if k <= 0 || n > uint64(len(raw)-k) {
			return damaged
		}
		if !f(row, raw[k:k+int(n)]) {
			return nil
		}
		raw = raw[k+int(n):]
	}
	return nil
}

// Verify compares the checksum of every block.
func (t *Texts) Verify() error {
	for b, want := range t.blocks.CRC {
		if from, to := t.blocks.Start[b], t.blocks.Start[b+1]; from > to || to > uint64(len(t.data)) || crc32.Checksum(t.data[from:to], castagnoli) != want {
			return fmt.Errorf("snapshot: block %d of the texts is damaged", b)
		}
	}
	return t.table.Verify()
}

// Close unmaps the files.
func (t *Texts) Close() error {
	var errs []error
	errs = append(errs, Unmap(t.data))
	t.data = nil
	if t.table != nil {
		errs = append(errs, t.table.Close())
	}
	return errors.Join(errs...)
}
