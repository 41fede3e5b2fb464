package catalogue

import (
	"bufio"
	"container/heap"
	"errors"
	"io"
	"os"
	"slices"
)

// sortMost is how many arrivals are sorted in memory at a time: 8 MB. sortRuns is
// how many sorted runs are read at once, each through runBuffer bytes.
const (
	sortMost  = 1 << 18
	sortRuns  = 64
	runBuffer = 1 << 16
)

// A sorter sorts any number of arrivals in bounded memory: sorted runs go to
// files without a name, are made one when they become many, and are merged when
// they are read.
type sorter struct {
	dir  string
	most int // arrivals in memory
	fan  int // runs, 2 at least
	held []arrival
	runs []*os.File
}

func newSorter(dir string) *sorter { return &sorter{dir: dir, most: sortMost, fan: sortRuns} }

func (s *sorter) add(a arrival) error {
	if s.held == nil {
		s.held = make([]arrival, 0, s.most)
	}
	s.held = append(s.held, a)
	if len(s.held) < s.most {
		return nil
	}
	return s.spill()
}

func (s *sorter) sort() { slices.SortFunc(s.held, func(a, b arrival) int { return a.compare(&b) }) }

// spill writes what is held as a sorted run.
func (s *sorter) spill() error {
	if len(s.runs) == s.fan {
		if err := s.merge(); err != nil {
			return err
		}
	}
	s.sort()
	i := 0
	err := s.write(func() (*arrival, error) {
		if i == len(s.held) {
			return nil, nil
		}
		i++
		return &s.held[i-1], nil
	})
	s.held = s.held[:0]
	return err
}

// merge makes one run of all.
func (s *sorter) merge() error {
	next, err := merged(s.runs)
	if err != nil {
		return err
	}
	old := s.runs
	s.runs = nil
	err = s.write(next)
	for _, f := range old {
		err = errors.Join(err, f.Close())
	}
	return err
}

// write writes a run.
func (s *sorter) write(next func() (*arrival, error)) error {
	f, err := nameless(s.dir)
	if err != nil {
		return err
	}
	s.runs = append(s.runs, f)
	w := bufio.NewWriterSize(f, 1<<18)
	var b [arrivalSize]byte
	for {
		a, err := next()
		if err != nil {
			return err
		}
		if a == nil {
			return w.Flush()
		}
		a.put(b[:])
		if _, err := w.Write(b[:]); err != nil {
			return err
		}
	}
}

// nameless returns a new file in dir that is gone when it is closed, however
// the program ends.
func nameless(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, "spill-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// sorted returns a function that returns the arrivals one after another, nil
// after the last. What it returns is valid until the next call.
func (s *sorter) sorted() (func() (*arrival, error), error) {
	if len(s.runs) == 0 {
		s.sort()
		i := -1
		return func() (*arrival, error) {
			if i++; i >= len(s.held) {
				return nil, nil
			}
			return &s.held[i], nil
		}, nil
	}
	if err := s.spill(); err != nil {
		return nil, err
	}
	s.held = nil
	return merged(s.runs)
}

// merged returns a function that returns the arrivals of runs in order.
func merged(runs []*os.File) (func() (*arrival, error), error) {
	m := &merger{}
	for _, f := range runs {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		r := &sortedRun{in: bufio.NewReaderSize(f, runBuffer)}
		if err := r.next(); err != nil {
			return nil, err
		}
		if !r.done {
			m.runs = append(m.runs, r)
		}
	}
	heap.Init(m)
	return m.next, nil
}

func (s *sorter) close() error {
	var errs []error
	for _, f := range s.runs {
		errs = append(errs, f.Close())
	}
	s.runs, s.held = nil, nil
	return errors.Join(errs...)
}

type sortedRun struct {
	in   *bufio.Reader
	now  arrival
	done bool
}

func (r *sortedRun) next() error {
	var b [arrivalSize]byte
	_, err := io.ReadFull(r.in, b[:])
	if errors.Is(err, io.EOF) {
		r.done = true
		return nil
	}
	r.now.get(b[:])
	return err
}

// A merger is a heap of runs by what they have next.
type merger struct {
	runs []*sortedRun
	out  arrival
}

func (m *merger) Len() int           { return len(m.runs) }
func (m *merger) Less(i, j int) bool { return m.runs[i].now.compare(&m.runs[j].now) < 0 }
func (m *merger) Swap(i, j int)      { m.runs[i], m.runs[j] = m.runs[j], m.runs[i] }
func (m *merger) Push(x any)         { m.runs = append(m.runs, x.(*sortedRun)) }
func (m *merger) Pop() any {
	last := m.runs[len(m.runs)-1]
	m.runs = m.runs[:len(m.runs)-1]
	return last
}

func (m *merger) next() (*arrival, error) {
	if len(m.runs) == 0 {
		return nil, nil
	}
	m.out = m.runs[0].now
	if err := m.runs[0].next(); err != nil {
		return nil, err
	}
	if m.runs[0].done {
		heap.Pop(m)
	} else {
		heap.Fix(m, 0)
	}
	return &m.out, nil
}
