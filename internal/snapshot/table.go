package snapshot

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"reflect"
	"unsafe"

	"golang.org/x/sys/unix"

	"ieum"
	"ieum/internal/platform/durable"
)

// A table file is a magic word, what the columns hold, a JSON directory of
// them, and a fixed tail: the CRC-32C of all before the tail, the length of the
// directory, its CRC-32C, the magic word again. Numbers are little-endian.
const (
	magic = "IEUMCOL3"
	align = 64
	tail  = 4 + 8 + 4 + 8
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A column of the directory: rows numbers of a type, either as they are, from
// byte Start on, or in blocks, whose list is there.
type column struct {
	Name   string `json:"name"`
	Type   string `json:"type"` // element type, such as uint16
	Rows   int    `json:"rows"`
	Start  int64  `json:"start"`
	Blocks int    `json:"blocks"` // -1: as they are
	Bytes  int64  `json:"bytes"`  // of all it takes in the file
}

// A field is a column that is more than a plain slice: *Column, *Lists or
// *Strings.
type field interface {
	Len() int
	writer(w *TableWriter, name string) fieldWriter
	open(m *Mapping, name string) error
	entropy() float64                            // bytes; see Sizes
	appendRows(dst []byte, from, to int) []byte  // see AppendRows
	readRows(src []byte, rows int) (rest []byte) // see ReadRows
	empty()
	goOn(after field, plus uint64) // see stack
}

// A fieldWriter writes the rows of a field.
type fieldWriter interface {
	add(of field, from, to int) // packs rows of a field of its type
	settle() error              // writes what is packed, if it is an extent
	close() error
}

// visit calls f for every column of the table in order of declaration: *table's
// fields are slices of numbers, which stay as they are, and fields.
func visit(table any, f func(i int, name string, v reflect.Value, c field) error) error {
	v := reflect.ValueOf(table).Elem()
	for i := range v.NumField() {
		c, packed := v.Field(i).Addr().Interface().(field)
		if !packed && v.Field(i).Kind() != reflect.Slice {
			panic("snapshot: " + v.Type().Field(i).Name + " is no column")
		}
		if err := f(i, v.Type().Field(i).Name, v.Field(i), c); err != nil {
			return err
		}
	}
	return nil
}

// A TableWriter writes a table of which there is never more in memory than the
// rows of one Add and a buffer for each column.
type TableWriter struct {
	f      *durable.File
	at     int64
	crc    uint32
	rows   int           // that came so far
	fields []fieldWriter // nil for plain slices …
	plain  []plain       // … of which this is what came so far
	dir    []column
	shapes shaper            // for all columns, one after the other …
	wide   [blockRows]uint64 // … and the rows it looks at
}

type plain struct {
	name string
	elem reflect.Type
	b    []byte
}

// NewTableWriter creates the file of a table of the type that *table is.
func NewTableWriter(path string, table any) (*TableWriter, error) {
	f, err := durable.Create(path)
	if err != nil {
		return nil, err
	}
	w := &TableWriter{f: f}
	err = visit(table, func(_ int, name string, v reflect.Value, c field) error {
		if c != nil {
			w.fields, w.plain = append(w.fields, c.writer(w, name)), append(w.plain, plain{})
			return nil
		}
		w.fields, w.plain = append(w.fields, nil), append(w.plain, plain{name: name, elem: v.Type().Elem()})
		return nil
	})
	if _, e := w.Write([]byte(magic)); err == nil {
		err = e
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return w, nil
}

// Write writes bytes of a column to the end of the file.
func (w *TableWriter) Write(b []byte) (int, error) {
	n, err := w.f.Write(b)
	w.at += int64(n)
	w.crc = crc32.Update(w.crc, castagnoli, b[:n])
	return n, err
}

// Add appends rows: *table holds them in the making. Plain slices are appended
// to those that came before. The same rows give the same file in whatever groups
// they come.
func (w *TableWriter) Add(table any) error {
	columns, rows := make([]field, len(w.fields)), 0
	visit(table, func(i int, _ string, v reflect.Value, c field) error {
		if c == nil {
			w.plain[i].b = append(w.plain[i].b, bytesOf(v)...)
		} else {
			columns[i], rows = c, max(rows, c.Len())
		}
		return nil
	})
	for from := 0; from < rows; {
		to := min(rows, from+blockRows-w.rows%blockRows)
		for i, c := range columns {
			if c != nil {
				w.fields[i].add(c, min(from, c.Len()), min(to, c.Len()))
			}
		}
		w.rows += to - from
		from = to
		if w.rows%blockRows > 0 {
			break
		}
		for _, f := range w.fields {
			if f == nil {
				continue
			}
			if err := f.settle(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Close writes the rest and the directory and makes the file durable. It writes
// with write, so a full disk is an error; a crash leaves a file without a tail,
// which OpenTable refuses.
func (w *TableWriter) Close() (err error) {
	defer func() { err = errors.Join(err, w.f.Close()) }()
	for i, field := range w.fields {
		if field != nil {
			err = field.close()
		} else {
			p := &w.plain[i]
			err = w.array(column{Name: p.name, Type: p.elem.String(), Blocks: -1, Rows: len(p.b) / int(p.elem.Size())}, p.b)
		}
		if err != nil {
			return err
		}
	}
	text, err := json.Marshal(w.dir)
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	end := binary.LittleEndian.AppendUint32(nil, w.crc)
	end = binary.LittleEndian.AppendUint64(end, uint64(len(text)))
	end = binary.LittleEndian.AppendUint32(end, crc32.Checksum(text, castagnoli))
	if _, err := w.Write(append(end, magic...)); err != nil {
		return err
	}
	return w.f.Sync()
}

// Discard gives the file up.
func (w *TableWriter) Discard() error { return w.f.Close() }

// array writes an array that is read as it is, and enters it in the directory.
func (w *TableWriter) array(c column, b []byte) error {
	var zero [align]byte
	if _, err := w.Write(zero[:(align-w.at%align)%align]); err != nil {
		return err
	}
	c.Start = w.at
	c.Bytes += int64(len(b))
	w.dir = append(w.dir, c)
	_, err := w.Write(b)
	return err
}

// WriteTable writes a table, a pointer to a struct of columns in the making, to
// a new file and makes it durable.
func WriteTable(path string, table any) error {
	w, err := NewTableWriter(path, table)
	if err != nil {
		return err
	}
	if err := w.Add(table); err != nil {
		return errors.Join(err, w.Discard())
	}
	return w.Close()
}

// bytesOf returns the memory of a slice of numbers.
func bytesOf(v reflect.Value) []byte {
	if v.Len() == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(v.UnsafePointer()), v.Len()*int(v.Type().Elem().Size()))
}

// A Mapping is an open table file. The table's columns point into it and must
// not be used after Close.
type Mapping struct {
	path string
	data []byte
	dir  map[string]column
}

// OpenTable maps the file at path and points table's columns into it. A column
// the file lacks is an error; one the table lacks is passed over, so that an
// older program reads a newer file.
func OpenTable(path string, table any) (*Mapping, error) {
	m, err := mapFile(path)
	if err != nil {
		return nil, err
	}
	err = visit(table, func(_ int, name string, v reflect.Value, c field) error {
		if c != nil {
			return c.open(m, name)
		}
		b, n, err := m.array(name, v.Type().Elem().String(), false, int(v.Type().Elem().Size()))
		if err != nil || n == 0 {
			v.SetZero()
			return err
		}
		v.Set(reflect.NewAt(v.Type(), slicePointer(&b[0], n)).Elem())
		return nil
	})
	if err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

// array returns the bytes and the number of elements of a plain array, or of the
// list of a packed column's blocks.
func (m *Mapping) array(name, kind string, blocks bool, size int) (b []byte, n int, err error) {
	c, ok := m.dir[name]
	if n = c.Rows; blocks {
		n = c.Blocks
	}
	switch {
	case !ok:
		return nil, 0, fmt.Errorf("snapshot: %s has no column %s", m.path, name)
	case c.Type != kind || blocks != (c.Blocks >= 0):
		return nil, 0, fmt.Errorf("snapshot: column %s of %s is %s, want %s", name, m.path, c.Type, kind)
	case n < 0 || n > len(m.data)/size || c.Start < 0 || c.Start%8 != 0 || c.Start > int64(len(m.data)-n*size):
		return nil, 0, m.outside(name)
	case blocks && (c.Rows < 0 || n < (c.Rows+blockRows-1)/blockRows):
		return nil, 0, m.outside(name)
	}
	return m.data[c.Start:][:n*size], n, nil
}

func (m *Mapping) outside(name string) error {
	return fmt.Errorf("snapshot: column %s of %s lies outside the file", name, m.path)
}

// slicePointer returns a pointer to a slice header over n elements at p.
func slicePointer(p *byte, n int) unsafe.Pointer {
	h := &struct {
		p        unsafe.Pointer
		len, cap int
	}{unsafe.Pointer(p), n, n}
	return unsafe.Pointer(h)
}

// MapFile maps a whole file to be read; nil when it is empty. Unmap gives it up.
func MapFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return nil, err
	}
	if info.Size() > math.MaxInt {
		return nil, fmt.Errorf("snapshot: %s is too large for this machine", path)
	}
	data, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("snapshot: map %s: %w", path, err)
	}
	return data, nil
}

// Unmap gives up what MapFile mapped.
func Unmap(data []byte) error {
	if data == nil {
		return nil
	}
	return unix.Munmap(data)
}

func mapFile(path string) (*Mapping, error) {
	broken := ieum.Errorf(ieum.ErrInvalid, "%s is damaged; build the snapshot again with: ieum build", path)
	data, err := MapFile(path)
	if err != nil {
		return nil, err
	}
	m := &Mapping{path: path, data: data, dir: map[string]column{}}
	if len(data) < len(magic)+tail {
		m.Close()
		return nil, broken
	}
	end := data[len(data)-tail:]
	length := binary.LittleEndian.Uint64(end[4:])
	if string(end[16:]) != magic || string(data[:8]) != magic || length > uint64(len(data)-tail-len(magic)) {
		m.Close()
		return nil, broken
	}
	var dir []column
	text := data[len(data)-tail-int(length) : len(data)-tail]
	if crc32.Checksum(text, castagnoli) != binary.LittleEndian.Uint32(end[12:]) || json.Unmarshal(text, &dir) != nil {
		m.Close()
		return nil, broken
	}
	for _, c := range dir {
		m.dir[c.Name] = c
	}
	return m, nil
}

// Verify reads the file and compares its checksum.
func (m *Mapping) Verify() error {
	body := m.data[:len(m.data)-tail]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(m.data[len(body):]) {
		return fmt.Errorf("snapshot: %s is damaged", m.path)
	}
	return nil
}

// Close unmaps the file.
func (m *Mapping) Close() error {
	err := Unmap(m.data)
	m.data = nil
	return err
}
