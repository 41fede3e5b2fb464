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

// A table file is a magic word, the columns one after another, each from a
// multiple of 64 bytes, a JSON directory of them, and a fixed tail: length of
// the directory, its CRC-32C, the magic word again. Numbers are little-endian.
const (
	magic = "IEUMCOL1"
	align = 64
	tail  = 8 + 4 + 8
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Strings is a column of texts: row i is Data[Off[i]:Off[i+1]].
type Strings struct {
	Off  []uint64
	Data []byte
}

// Len returns the number of rows.
func (s Strings) Len() int { return max(0, len(s.Off)-1) }

// At returns row i as a string of its own, which outlives the snapshot.
func (s Strings) At(i int) string { return string(s.Bytes(i)) }

// Bytes returns row i without copying; it must not outlive the snapshot.
func (s Strings) Bytes(i int) []byte { return s.Data[s.Off[i]:s.Off[i+1]] }

// Add appends a row while building.
func (s *Strings) Add(v string) {
	if len(s.Off) == 0 {
		s.Off = append(s.Off, 0)
	}
	s.Data = append(s.Data, v...)
	s.Off = append(s.Off, uint64(len(s.Data)))
}

// Lists is a column of lists of numbers: row i is Val[Off[i]:Off[i+1]].
type Lists[T uint16 | uint32] struct {
	Off []uint64
	Val []T
}

// Len returns the number of rows.
func (l Lists[T]) Len() int { return max(0, len(l.Off)-1) }

// At returns row i without copying; it must not outlive the snapshot.
func (l Lists[T]) At(i int) []T { return l.Val[l.Off[i]:l.Off[i+1]] }

// Add appends a row while building.
func (l *Lists[T]) Add(v ...T) {
	if len(l.Off) == 0 {
		l.Off = append(l.Off, 0)
	}
	l.Val = append(l.Val, v...)
	l.Off = append(l.Off, uint64(len(l.Val)))
}

type column struct {
	Name  string `json:"name"`
	Type  string `json:"type"` // element type, such as uint16
	Start int64  `json:"start"`
	Bytes int64  `json:"bytes"`
	CRC   uint32 `json:"crc"`
}

// visit calls f for every slice of numbers in the table, in order of
// declaration: *table's fields are such slices, Strings or Lists, exported.
func visit(table any, f func(name string, v reflect.Value) error) error {
	v := reflect.ValueOf(table).Elem()
	for i := range v.NumField() {
		name, field := v.Type().Field(i).Name, v.Field(i)
		switch field.Kind() {
		case reflect.Slice:
			if err := f(name, field); err != nil {
				return err
			}
		case reflect.Struct:
			for j := range field.NumField() {
				if err := f(name+"."+field.Type().Field(j).Name, field.Field(j)); err != nil {
					return err
				}
			}
		default:
			panic("snapshot: " + name + " is no column")
		}
	}
	return nil
}

// WriteTable writes a table, a pointer to a struct of columns, to a new file
// and makes it durable. It writes with write, so a full disk is an error. A
// crash leaves a file without a tail, which OpenTable refuses.
func WriteTable(path string, table any) (err error) {
	f, err := durable.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var (
		at   int64
		dir  []column
		zero [align]byte
	)
	put := func(b []byte) error {
		n, err := f.Write(b)
		at += int64(n)
		return err
	}
	if err := put([]byte(magic)); err != nil {
		return err
	}
	err = visit(table, func(name string, v reflect.Value) error {
		if err := put(zero[:(align-at%align)%align]); err != nil {
			return err
		}
		b := bytesOf(v)
		dir = append(dir, column{name, v.Type().Elem().String(), at, int64(len(b)), crc32.Checksum(b, castagnoli)})
		return put(b)
	})
	if err != nil {
		return err
	}
	text, err := json.Marshal(dir)
	if err != nil {
		return err
	}
	end := binary.LittleEndian.AppendUint64(text, uint64(len(text)))
	end = binary.LittleEndian.AppendUint32(end, crc32.Checksum(text, castagnoli))
	if err := put(append(end, magic...)); err != nil {
		return err
	}
	return f.Sync()
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
	data []byte
	dir  []column
}

// OpenTable maps the file at path and points table's columns into it. A column
// the file lacks is an error; one the table lacks is passed over, so that an
// older program reads a newer file.
func OpenTable(path string, table any) (*Mapping, error) {
	m, err := mapFile(path)
	if err != nil {
		return nil, err
	}
	at := map[string]column{}
	for _, c := range m.dir {
		at[c.Name] = c
	}
	err = visit(table, func(name string, v reflect.Value) error {
		c, ok := at[name]
		size := int64(v.Type().Elem().Size())
		switch {
		case !ok:
			return fmt.Errorf("snapshot: %s has no column %s", path, name)
		case c.Type != v.Type().Elem().String():
			return fmt.Errorf("snapshot: column %s of %s is %s, want %s", name, path, c.Type, v.Type().Elem())
		case c.Start < 0 || c.Bytes < 0 || c.Start > int64(len(m.data))-c.Bytes || c.Bytes%size != 0 || c.Start%size != 0:
			return fmt.Errorf("snapshot: column %s of %s lies outside the file", name, path)
		case c.Bytes == 0:
			v.SetZero()
			return nil
		}
		n := int(c.Bytes / size)
		v.Set(reflect.NewAt(v.Type(), slicePointer(&m.data[c.Start], n)).Elem())
		return nil
	})
	if err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
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
	m := &Mapping{data: data}
	if len(data) < len(magic)+tail {
		m.Close()
		return nil, broken
	}
	end := data[len(data)-tail:]
	length := binary.LittleEndian.Uint64(end)
	if string(end[12:]) != magic || string(data[:8]) != magic || length > uint64(len(data)-tail-len(magic)) {
		m.Close()
		return nil, broken
	}
	text := data[len(data)-tail-int(length) : len(data)-tail]
	if crc32.Checksum(text, castagnoli) != binary.LittleEndian.Uint32(end[8:]) || json.Unmarshal(text, &m.dir) != nil {
		m.Close()
		return nil, broken
	}
	return m, nil
}

// Verify reads every column and compares its checksum.
func (m *Mapping) Verify() error {
	for _, c := range m.dir {
		if c.Start < 0 || c.Bytes < 0 || c.Start > int64(len(m.data))-c.Bytes {
			return fmt.Errorf("snapshot: column %s lies outside the file", c.Name)
		}
		if crc32.Checksum(m.data[c.Start:c.Start+c.Bytes], castagnoli) != c.CRC {
			return fmt.Errorf("snapshot: column %s is damaged", c.Name)
		}
	}
	return nil
}

// Close unmaps the file.
func (m *Mapping) Close() error {
	err := Unmap(m.data)
	m.data = nil
	return err
}
