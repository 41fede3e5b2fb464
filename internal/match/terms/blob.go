package terms

import (
	"bufio"
	"errors"
	"fmt"
	"hash/crc32"
	"os"

	"golang.org/x/sys/unix"

	"ieum/internal/platform/durable"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A blobWriter writes a file too large to be held in memory, and sums it.
type blobWriter struct {
	f   *durable.File
	w   *bufio.Writer
	n   uint64
	sum uint32
}

func createBlob(path string) (*blobWriter, error) {
	f, err := durable.Create(path)
	if err != nil {
		return nil, err
	}
	return &blobWriter{f: f, w: bufio.NewWriterSize(f, 1<<20)}, nil
}

func (b *blobWriter) Write(p []byte) (int, error) {
	b.n += uint64(len(p))
	b.sum = crc32.Update(b.sum, castagnoli, p)
	return b.w.Write(p)
}

// Close makes the file durable.
func (b *blobWriter) Close() error {
	return errors.Join(b.w.Flush(), b.f.Sync(), b.f.Close())
}

// mapBlob maps a file of the given length.
func mapBlob(path string, length uint64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if uint64(info.Size()) != length {
		return nil, fmt.Errorf("terms: %s has %d bytes, want %d", path, info.Size(), length)
	}
	if length == 0 {
		return nil, nil
	}
	return unix.Mmap(int(f.Fd()), 0, int(length), unix.PROT_READ, unix.MAP_SHARED)
}

func unmapBlob(b []byte) error {
	if b == nil {
		return nil
	}
	return unix.Munmap(b)
}
