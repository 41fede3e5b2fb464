package terms

import (
	"bufio"
	"errors"
	"fmt"
	"hash/crc32"

	"ieum/internal/platform/durable"
	"ieum/internal/snapshot"
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
	b, err := snapshot.MapFile(path)
	if err == nil && uint64(len(b)) != length {
		err = errors.Join(fmt.Errorf("terms: %s has %d bytes, want %d", path, len(b), length), snapshot.Unmap(b))
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}
