package catalogue

import (
	"errors"
	"io"
	"os"
	"slices"
	"sort"

	"ieum/internal/platform/durable"
	"ieum/internal/snapshot"
)

// heldRows is how many rows are gathered before they are put aside, 25 MB of
// résumés; stretchRows is how many are read back at once, about 100 MB.
const (
	heldRows    = 1 << 17
	stretchRows = 1 << 19
)

// stretches puts the rows of a table, such as snapshot.Resumes, aside on disk by
// the stretch of the final order they belong to, and gives one stretch after
// another back. The file has no name, so nothing is left of it however the
// program ends.
type stretches[T any] struct {
	file   *os.File
	out    io.Writer
	size   int64
	groups [][]group // of each stretch, as they came
	most   int       // rows in memory
	held   *T
	of     []uint16 // the stretch of each row held
	buf    []byte
}

// A group is rows of one stretch that stand together in the file.
type group struct {
	at    int64
	bytes int
	rows  int
}

func newStretches[T any](dir string, n, most int) (*stretches[T], error) {
	f, err := nameless(dir)
	if err != nil {
		return nil, err
	}
	return &stretches[T]{file: f, out: durable.Scratch(f), groups: make([][]group, n), most: most, held: new(T)}, nil
}

// add appends the rows of a table; of says which stretch each belongs to.
func (s *stretches[T]) add(rows *T, of []uint16) error {
	appendTable(s.held, rows)
	if s.of = append(s.of, of...); len(s.of) < s.most {
		return nil
	}
	return s.flush()
}

// flush puts aside what is held. It must be called between the last add and the
// first read.
func (s *stretches[T]) flush() error {
	from := ranges(s.of, len(s.groups))
	order, next := make([]uint32, len(s.of)), append([]uint32(nil), from...)
	for row, of := range s.of {
		order[next[of]] = uint32(row)
		next[of]++
	}
	var sorted T
	rearrange(&sorted, s.held, order)
	s.held, s.of = new(T), s.of[:0]
	for i := range s.groups {
		if from[i] == from[i+1] {
			continue
		}
		s.buf = snapshot.AppendRows(s.buf[:0], &sorted, int(from[i]), int(from[i+1]))
		if _, err := s.out.Write(s.buf); err != nil {
			return err
		}
		s.groups[i] = append(s.groups[i], group{s.size, len(s.buf), int(from[i+1] - from[i])})
		s.size += int64(len(s.buf))
	}
	return nil
}

// rows is the number of rows of a stretch.
func (s *stretches[T]) rows(stretch int) (n int) {
	for _, g := range s.groups[stretch] {
		n += g.rows
	}
	return n
}

// read appends the rows of one group to a table.
func (s *stretches[T]) read(g group, to *T) error {
	if cap(s.buf) < g.bytes {
		s.buf = make([]byte, g.bytes*3/2)
	}
	s.buf = s.buf[:g.bytes]
	if _, err := s.file.ReadAt(s.buf, g.at); err != nil {
		return err
	}
	snapshot.ReadRows(s.buf, to, g.rows)
	return nil
}

// whole returns all rows of a stretch.
func (s *stretches[T]) whole(stretch int) (*T, error) {
	to := new(T)
	for _, g := range s.groups[stretch] {
		if err := s.read(g, to); err != nil {
			return nil, err
		}
	}
	return to, nil
}

// each calls f for the rows of every stretch in turn. A stretch of more than
// most rows comes in parts in the order of their keys, rows of one key together.
func (s *stretches[T]) each(dir string, most int, keys func(rows *T) []uint32, f func(stretch int, rows *T) error) error {
	for i := range s.groups {
		if n := s.rows(i); n > most {
			if err := s.inParts(dir, i, n/most+1, keys, func(rows *T) error { return f(i, rows) }); err != nil {
				return err
			}
			continue
		}
		rows, err := s.whole(i)
		if err == nil {
			err = f(i, rows)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inParts puts a stretch aside once more, in n parts.
func (s *stretches[T]) inParts(dir string, stretch, n int, keys func(rows *T) []uint32, f func(rows *T) error) (err error) {
	parts, err := newStretches[T](dir, n, s.most)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, parts.close()) }()
	bounds, err := s.bounds(stretch, n, keys)
	if err != nil {
		return err
	}
	var of []uint16
	for _, g := range s.groups[stretch] {
		rows := new(T)
		if err := s.read(g, rows); err != nil {
			return err
		}
		of = of[:0]
		for _, key := range keys(rows) {
			of = append(of, uint16(sort.Search(len(bounds), func(i int) bool { return bounds[i] > key })))
		}
		if err := parts.add(rows, of); err != nil {
			return err
		}
	}
	if err := parts.flush(); err != nil {
		return err
	}
	for i := range n {
		rows, err := parts.whole(i)
		if err == nil {
			err = f(rows)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bounds returns the keys at which n about equal parts of a stretch begin,
// without the first.
func (s *stretches[T]) bounds(stretch, n int, keys func(rows *T) []uint32) ([]uint32, error) {
	var all []uint32
	for _, g := range s.groups[stretch] {
		rows := new(T)
		if err := s.read(g, rows); err != nil {
			return nil, err
		}
		all = append(all, keys(rows)...)
	}
	slices.Sort(all)
	bounds := make([]uint32, n-1)
	for i := range bounds {
		bounds[i] = all[len(all)*(i+1)/n]
	}
	return bounds, nil
}

// close gives the disk space back.
func (s *stretches[T]) close() error { return s.file.Close() }
