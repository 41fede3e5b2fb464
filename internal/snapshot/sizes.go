package snapshot

import (
	"math"
	"path/filepath"
	"reflect"
)

// A Size says what a column takes on disk beside what its content needs.
type Size struct {
	Table   string  `json:"table"`
	Column  string  `json:"column"`
	Rows    int     `json:"rows"`
	Bytes   int64   `json:"bytes"`
	Entropy float64 `json:"entropy"` // bytes: rows × order-0 entropy
}

// Sizes measures every column of a snapshot. The order-0 entropy of a column of
// numbers is that of its values, of lists that of their lengths and values, of
// texts that of their lengths and bytes: what a code that looks at one value at
// a time cannot go below. Of a snapshot of changes its base is measured.
func (s *Snapshot) Sizes() (sizes []Size, err error) {
	if s.layers != nil {
		return s.layers[0].Sizes()
	}
	for _, t := range s.tables() {
		m, err := mapFile(filepath.Join(s.Dir, t.file))
		if err != nil {
			return nil, err
		}
		visit(t.table, func(_ int, name string, v reflect.Value, c field) error {
			size := Size{Table: t.file, Column: name, Bytes: m.dir[name].Bytes}
			if c == nil {
				size.Rows = v.Len()
			} else {
				size.Rows, size.Entropy = c.Len(), c.entropy()
				for _, more := range []string{".counts", ".starts", ".places", ".first"} {
					size.Bytes += m.dir[name+more].Bytes
				}
			}
			sizes = append(sizes, size)
			return nil
		})
		if err := m.Close(); err != nil {
			return nil, err
		}
	}
	return sizes, nil
}

func (c *Column[T]) entropy() float64 {
	counts := map[T]int{}
	var buf []T
	for from := 0; from < c.Len(); from += blockRows {
		buf = c.AppendTo(buf[:0], from, min(from+blockRows, c.Len()))
		for _, v := range buf {
			counts[v]++
		}
	}
	return entropy(counts, c.Len())
}

func (l *Lists[T]) entropy() float64 {
	counts := map[int]int{}
	for i := range l.Len() {
		counts[l.Count(i)]++
	}
	return entropy(counts, l.Len()) + l.all().entropy()
}

func (s *Strings) entropy() float64 {
	lengths, bytes, n := map[int]int{}, map[byte]int{}, 0
	s.Range(0, s.Len(), func(_ int, text []byte) bool {
		lengths[len(text)]++
		for _, b := range text {
			bytes[b]++
		}
		n += len(text)
		return true
	})
	return entropy(lengths, s.Len()) + entropy(bytes, n)
}

// entropy returns bytes.
func entropy[K comparable](counts map[K]int, n int) float64 {
	bits := 0.0
	for _, c := range counts {
		bits -= float64(c) * math.Log2(float64(c)/float64(n))
	}
	return bits / 8
}
