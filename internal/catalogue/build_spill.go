package catalogue

import (
	"bufio"
	"errors"
	"os"
	"runtime"

	"golang.org/x/sync/errgroup"

	"ieum/internal/platform/durable"
)

// spillFiles is how many files texts are spread over: one at a time is read back
// whole, so that the 5 GB of 5.8 million postings pass through 80 MB; one beyond
// wholeMost bytes is read text by text.
const (
	spillFiles = 64
	wholeMost  = 256 << 20
)

// A spill keeps the bodies of postings on disk, and the rest of what is not
// needed to find which are one, while their final order is not known yet: one
// file for each stretch of occupations, which is also a stretch of the final
// order. The files have no name, so nothing is left of them however the program
// ends.
type spill struct {
	files  [spillFiles]*os.File
	w      [spillFiles]*bufio.Writer
	size   [spillFiles]int64
	bucket []uint8 // by row
	at     []int64
	body   []uint32 // its bytes …
	rest   []uint32 // … and those of what follows it
}

func newSpill(dir string) (*spill, error) {
	s := &spill{}
	for i := range s.files {
		f, err := nameless(dir)
		if err != nil {
			s.close()
			return nil, err
		}
		s.files[i], s.w[i] = f, bufio.NewWriterSize(durable.Scratch(f), 128<<10)
	}
	return s, nil
}

// add appends the body of the next row, and the rest.
func (s *spill) add(bucket int, body, rest []byte) error {
	s.bucket = append(s.bucket, uint8(bucket))
	s.at = append(s.at, s.size[bucket])
	s.body = append(s.body, uint32(len(body)))
	s.rest = append(s.rest, uint32(len(rest)))
	s.size[bucket] += int64(len(body) + len(rest))
	_, err := s.w[bucket].Write(body)
	if err == nil {
		_, err = s.w[bucket].Write(rest)
	}
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

// read returns the first bytes of a row in buf, which grows as needed: n of
// them.
func (s *spill) read(row uint32, n int, buf []byte) ([]byte, error) {
	if cap(buf) < n {
		buf = make([]byte, n*3/2)
	}
	buf = buf[:n]
	_, err := s.files[s.bucket[row]].ReadAt(buf, s.at[row])
	return buf, err
}

// close gives the disk space back.
func (s *spill) close() error {
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
				if buf, err = s.read(r, int(s.body[r]), buf); err != nil {
					return err
				}
				f(r, buf)
			}
			return nil
		})
	}
	return g.Wait()
}

// A spillReader reads rows, most of which are in the file it is in.
type spillReader struct {
	*spill
	now   int
	whole []byte // of the file, unless it is too large
	one   []byte
}

// enter goes to a file.
func (r *spillReader) enter(bucket int) error {
	if bucket == r.now {
		return nil
	}
	r.now, r.whole = bucket, r.whole[:0]
	n := r.size[bucket]
	if n == 0 || n > wholeMost {
		return nil
	}
	if int64(cap(r.whole)) < n {
		r.whole = make([]byte, n)
	}
	r.whole = r.whole[:n]
	_, err := r.files[bucket].ReadAt(r.whole, 0)
	return err
}

// read returns the body of a row and what follows it, until the next call.
func (r *spillReader) read(row uint32) (body, rest []byte, err error) {
	n := r.body[row]
	var both []byte
	if int(r.bucket[row]) == r.now && len(r.whole) > 0 {
		both = r.whole[r.at[row]:][:n+r.rest[row]]
	} else if both, err = r.spill.read(row, int(n+r.rest[row]), r.one); err != nil {
		return nil, nil, err
	} else {
		r.one = both
	}
	return both[:n], both[n:], nil
}
