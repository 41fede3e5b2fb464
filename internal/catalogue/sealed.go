package catalogue

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"ieum/internal/platform/seal"
)

// A Sealer makes bytes unreadable without the key of an id, which Erase
// destroys: Open then fails with ieum.ErrErased. Erased lists such ids; BlindSum is a
// keyed hash to know something by; Bulk does these for many ids.
type Sealer interface {
	Seal(id, place string, plain []byte) ([]byte, error)
	Open(id, place string, sealed []byte) ([]byte, error)
	Erase(ids ...string) error
	Erased() []string
	BlindSum(place string, value []byte) [16]byte
	Bulk(f func(*seal.Bulk) error) error
}

// A sealed file is chunks, each after its length (4 bytes, big endian). The
// place a chunk is sealed for tells its number, and which is the last, so that
// none can be left out, doubled or moved.

// sealedChunk is how many bytes a chunk holds before it is sealed, sealedMost
// how many afterwards at most.
const (
	sealedChunk = 64 << 10
	sealedMost  = sealedChunk + 1<<10
)

func chunkPlace(id string, n int, last bool) string {
	return fmt.Sprintf("catalogue_sealed/%s/%d/%v", id, n, last)
}

// A sealWriter seals what is written to it. Close writes what is left, and does
// not close w.
type sealWriter struct {
	keys Sealer
	id   string
	w    io.Writer
	n    int
	buf  []byte
}

func (s *sealWriter) Write(b []byte) (int, error) {
	s.buf = append(s.buf, b...)
	for len(s.buf) > sealedChunk {
		if err := s.chunk(sealedChunk, false); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

func (s *sealWriter) Close() error { return s.chunk(len(s.buf), true) }

// chunk seals the first bytes of what is gathered.
func (s *sealWriter) chunk(n int, last bool) error {
	sealed, err := s.keys.Seal(s.id, chunkPlace(s.id, s.n, last), s.buf[:n])
	if err != nil {
		return err
	}
	s.n++
	s.buf = s.buf[:copy(s.buf, s.buf[n:])]
	_, err = s.w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(sealed))), sealed...))
	return err
}

// A sealReader is the inverse of a sealWriter.
type sealReader struct {
	keys Sealer
	id   string
	r    *bufio.Reader
	n    int
	left []byte
	last bool
}

// newSealReader opens the first chunk, so that it is known whether the key is
// there.
func newSealReader(keys Sealer, id string, r io.Reader) (*sealReader, error) {
	s := &sealReader{keys: keys, id: id, r: bufio.NewReader(r)}
	return s, s.next()
}

func (s *sealReader) Read(b []byte) (int, error) {
	for len(s.left) == 0 {
		if s.last {
			return 0, io.EOF
		}
		if err := s.next(); err != nil {
			return 0, err
		}
	}
	n := copy(b, s.left)
	s.left = s.left[n:]
	return n, nil
}

// next opens the chunk that follows.
func (s *sealReader) next() error {
	var head [4]byte
	if _, err := io.ReadFull(s.r, head[:]); err != nil {
		return fmt.Errorf("catalogue: chunk %d of %s: %w", s.n, s.id, io.ErrUnexpectedEOF)
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > sealedMost {
		return fmt.Errorf("catalogue: chunk %d of %s has %d bytes", s.n, s.id, n)
	}
	sealed := make([]byte, n)
	if _, err := io.ReadFull(s.r, sealed); err != nil {
		return fmt.Errorf("catalogue: chunk %d of %s: %w", s.n, s.id, err)
	}
	_, err := s.r.Peek(1)
	s.last = errors.Is(err, io.EOF)
	s.left, err = s.keys.Open(s.id, chunkPlace(s.id, s.n, s.last), sealed)
	s.n++
	return err
}
