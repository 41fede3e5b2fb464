package catalogue

import (
	"bufio"
	"errors"
	"io"
	"os"
	"runtime"

	"golang.org/x/sync/errgroup"

	"ieum/internal/platform/durable"
)

// spillFiles is how many files bodies are spread over: one at a time is read
// back whole, so that the 4.5 GB of 5.8 million bodies pass through 70 MB.
const spillFiles = 64

// A spill keeps the bodies of postings on disk while their final order is not
// known yet: one file for each stretch of occupations, which is also a stretch
// of the final order. The files have no name, so nothing is left of them
// however the program ends.
type spill struct {
	files  [spillFiles]*os.File
	w      [spillFiles]*bufio.Writer
	size   [spillFiles]int64
	bucket []uint8 // by row
	at     []int64
	length []uint32
}

func newSpill(dir string) (*spill, error) {
	s := &spill{}
	for i := range s.files {
		f, err := nameless(dir)
		if err != nil {
			s.Close()
			return nil, err
		}
		s.files[i], s.w[i] = f, bufio.NewWriterSize(durable.Scratch(f), 128<<10)
	}
	return s, nil
}

// add appends the body of the next row.
func (s *spill) add(bucket int, body []byte) error {
	s.bucket = append(s.bucket, uint8(bucket))
	s.at = append(s.at, s.size[bucket])
	s.length = append(s.length, uint32(len(body)))
	s.size[bucket] += int64(len(body))
	_, err := s.w[bucket].Write(body)
	return err
}

// flush must be called between the last add and the first read.
func (s *spill) flush() error {
	var errs []error
	for _, w := range s.w {
		errs = append(errs, w.Flush())
	}
	return errors.Join(errs...)
}

// read returns the body of a row in buf, which grows as needed.
func (s *spill) read(row uint32, buf []byte) ([]byte, error) {
	n := int(s.length[row])
	if cap(buf) < n {
		buf = make([]byte, n*3/2)
	}
	buf = buf[:n]
	_, err := s.files[s.bucket[row]].ReadAt(buf, s.at[row])
	return buf, err
}

// whole reads one file into buf.
func (s *spill) whole(bucket int, buf []byte) ([]byte, error) {
	if int64(cap(buf)) < s.size[bucket] {
		buf = make([]byte, s.size[bucket])
	}
	buf = buf[:s.size[bucket]]
	_, err := s.files[bucket].ReadAt(buf, 0)
	if errors.Is(err, io.EOF) && len(buf) == 0 {
		err = nil
	}
	return buf, err
}

// Close gives the disk space back.
func (s *spill) Close() error {
	var errs []error
	for _, f := range s.files {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

// each calls f for the bodies of rows, which rise.
func (s *spill) each(rows []uint32, f func(row uint32, body []byte)) error {
	var g errgroup.Group
	n := runtime.GOMAXPROCS(0)
	for i := range n {
		part := rows[len(rows)*i/n : len(rows)*(i+1)/n]
		g.Go(func() (err error) {
			var buf []byte
			for _, r := range part {
				if buf, err = s.read(r, buf); err != nil {
					return err
				}
				f(r, buf)
			}
			return nil
		})
	}
	return g.Wait()
}
