package snapshot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sort"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Strings is a column of texts. While a table is made, row i is
// Data[Off[i]:Off[i+1]]; in an open file neighbours are compressed together, so
// that reading one costs the decompression of textBytes.
type Strings struct {
	Off  []uint64
	Data []byte

	n      int
	first  Column[uint32] // first row of each block, and the number of rows …
	starts Column[uint64] // … where it stands in the file …
	sizes  Column[uint32] // … and its bytes there
	file   []byte

	after *Strings // as in Column
}

// A block of texts ends when it has so many bytes or rows.
const (
	textBytes = 24 << 10
	textRows  = 256
)

var (
	encoders = sync.Pool{New: func() any {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false),
			zstd.WithAllLitEntropyCompression(true)) // numbers written as text repeat nothing, but are of ten letters
		if err != nil {
			panic(err)
		}
		return e
	}}
	decoders = sync.Pool{New: func() any {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(512<<20))
		if err != nil {
			panic(err)
		}
		return &decoder{Decoder: d}
	}}
)

// A decoder decompresses into memory that it uses again.
type decoder struct {
	*zstd.Decoder
	raw []byte
}

// Len returns the number of rows.
func (s *Strings) Len() int {
	if s.file == nil {
		return max(0, len(s.Off)-1)
	}
	if s.after != nil {
		return s.n + s.after.n
	}
	return s.n
}

// Add appends a row while a table is made.
func (s *Strings) Add(v string) { addText(s, v) }

// AddBytes appends a row while a table is made.
func (s *Strings) AddBytes(v []byte) { addText(s, v) }

func addText[T string | []byte](s *Strings, v T) {
	if len(s.Off) == 0 {
		s.Off = append(s.Off, 0)
	}
	s.Data = append(s.Data, v...)
	s.Off = append(s.Off, uint64(len(s.Data)))
}

// Bytes returns row i, without copying while a table is made.
func (s *Strings) Bytes(i int) []byte {
	if s.file == nil {
		return s.Data[s.Off[i]:s.Off[i+1]]
	}
	return []byte(s.At(i))
}

// At returns row i.
func (s *Strings) At(i int) (text string) {
	if s.file == nil {
		return string(s.Bytes(i))
	}
	s.Range(i, i+1, func(_ int, b []byte) bool {
		text = string(b)
		return false
	})
	return text
}

// Slice returns the rows from from to below to as a column in the making, whose
// rows are read at once.
func (s *Strings) Slice(from, to int) (out Strings) {
	out.Off = append(make([]uint64, 0, to-from+1), 0)
	s.Range(from, to, func(_ int, text []byte) bool {
		out.Data = append(out.Data, text...)
		out.Off = append(out.Off, uint64(len(out.Data)))
		return true
	})
	return out
}

// Range calls f for the rows from from to below to, in order, until it returns
// false. The bytes are valid during the call only.
func (s *Strings) Range(from, to int, f func(row int, text []byte) bool) {
	if from < 0 || to > s.Len() {
		panic(fmt.Sprintf("snapshot: texts %d to %d of %d", from, to, s.Len()))
	}
	if s.file == nil {
		for i := from; i < to && f(i, s.Data[s.Off[i]:s.Off[i+1]]); i++ {
		}
		return
	}
	next := sort.Search(s.first.Len(), func(b int) bool { return int(s.first.At(b)) > from })
	for b := max(0, next-1); b < s.starts.n && int(s.first.At(b)) < to; b++ {
		if !s.block(b, from, to, f) {
			return
		}
	}
	if to > s.n {
		s.after.Range(max(0, from-s.n), to-s.n, func(row int, text []byte) bool { return f(s.n+row, text) })
	}
}

// block calls f for the rows of one block that lie within from and to. What was
// verified when it was written and cannot be read now was changed under a
// running program: that is a panic.
func (s *Strings) block(b, from, to int, f func(row int, text []byte) bool) bool {
	d := decoders.Get().(*decoder)
	defer decoders.Put(d)
	start := s.starts.At(b)
	raw, err := d.DecodeAll(s.file[start:start+uint64(s.sizes.At(b))], d.raw[:0])
	if err != nil {
		panic(fmt.Errorf("snapshot: block %d of a column of texts is damaged: %w", b, err))
	}
	d.raw = raw
	for row := int(s.first.At(b)); row < to && len(raw) > 0; row++ {
		n, k := binary.Uvarint(raw)
		if k <= 0 || n > uint64(len(raw)-k) {
			panic(fmt.Errorf("snapshot: block %d of a column of texts is damaged", b))
		}
		if row >= from && !f(row, raw[k:k+int(n)]) {
			return false
		}
		raw = raw[k+int(n):]
	}
	return true
}

func (s *Strings) writer(w *TableWriter, name string) fieldWriter {
	return &stringsWriter{
		first:  columnWriter[uint32]{packer[uint32]{to: w}, name + ".first"},
		starts: columnWriter[uint64]{packer[uint64]{to: w}, name + ".starts"},
		sizes:  columnWriter[uint32]{packer[uint32]{to: w}, name},
	}
}

func (s *Strings) open(m *Mapping, name string) error {
	*s = Strings{file: m.data}
	if err := errors.Join(s.first.open(m, name+".first"), s.starts.open(m, name+".starts"), s.sizes.open(m, name)); err != nil {
		return err
	}
	blocks := s.first.n - 1 // the last is the number of rows
	if blocks < 0 || s.starts.n != blocks || s.sizes.n != blocks {
		return m.outside(name)
	}
	s.n = int(s.first.At(blocks))
	for b := range blocks {
		if start := s.starts.At(b); start > uint64(len(m.data)) || uint64(s.sizes.At(b)) > uint64(len(m.data))-start {
			return m.outside(name)
		}
	}
	return nil
}

// A stringsWriter writes Strings. The sizes of its blocks bear the column's name
// in the directory, and its bytes.
type stringsWriter struct {
	first  columnWriter[uint32]
	starts columnWriter[uint64]
	sizes  columnWriter[uint32]
	raw    []byte // of the block being filled …
	rows   int    // … and its rows
	n      int
	out    []byte   // compressed blocks that are not in the file yet …
	at     []uint64 // … and where each starts there
}

func (w *stringsWriter) add(of field, from, to int) {
	s := of.(*Strings)
	for i := from; i < to; i++ {
		text := s.Data[s.Off[i]:s.Off[i+1]]
		w.raw = binary.AppendUvarint(w.raw, uint64(len(text)))
		w.raw = append(w.raw, text...)
		w.rows++
		if len(w.raw) >= textBytes || w.rows == textRows {
			w.flush()
		}
	}
}

func (w *stringsWriter) flush() {
	if w.rows == 0 {
		return
	}
	start := len(w.out)
	e := encoders.Get().(*zstd.Encoder)
	w.out = e.EncodeAll(w.raw, w.out)
	encoders.Put(e)
	w.at = append(w.at, uint64(start))
	w.first.packer.add(uint32(w.n))
	w.sizes.packer.add(uint32(len(w.out) - start))
	w.n += w.rows
	w.raw, w.rows = w.raw[:0], 0
}

func (w *stringsWriter) settle() error {
	if len(w.out) < extent {
		return nil
	}
	return errors.Join(w.place(), w.first.settle(), w.starts.settle(), w.sizes.settle())
}

func (w *stringsWriter) place() error {
	base := uint64(w.sizes.to.at)
	_, err := w.sizes.to.Write(w.out)
	for _, at := range w.at {
		w.starts.packer.add(base + at)
	}
	w.sizes.bytes += int64(len(w.out))
	w.out, w.at = w.out[:0], w.at[:0]
	return err
}

func (w *stringsWriter) close() error {
	w.flush()
	w.first.packer.add(uint32(w.n))
	return errors.Join(w.place(), w.first.close(), w.starts.close(), w.sizes.close())
}

// check holds that every block can be read and holds its rows.
func (s *Strings) check() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("is damaged: %v", r)
		}
	}()
	rows := 0
	s.Range(0, s.Len(), func(row int, _ []byte) bool {
		rows++
		return row == rows-1
	})
	if rows != s.Len() {
		return fmt.Errorf("has %d rows, want %d", rows, s.Len())
	}
	return nil
}
