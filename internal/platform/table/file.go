package table

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/sys/unix"

	"ieum"
)

// A file is an open file, with its compression undone.
type file struct {
	path string
	raw  *os.File
	size int64 // of raw
	r    *bufio.Reader
	undo func() error // closes the decompressor, removes a spooled copy
}

// openFile opens a file and looks at its first bytes.
func openFile(path string) (*file, error) {
	raw, err := os.Open(path)
	if err != nil {
		return nil, openFault(path, err)
	}
	f := &file{path: path, raw: raw, undo: func() error { return nil }}
	info, err := raw.Stat()
	switch {
	case err != nil:
	case info.IsDir():
		err = ieum.Errorf(ieum.ErrInvalid, "this is a folder; name a file in it")
	case info.Mode().IsRegular() && info.Size() == 0:
		err = errEmpty
	default:
		f.size = info.Size()
		err = f.decompress()
	}
	if err == nil {
		if _, err = f.r.Peek(1); errors.Is(err, io.EOF) {
			err = errEmpty
		}
	}
	if err != nil {
		raw.Close()
		return nil, f.fault(err)
	}
	return f, nil
}

func (f *file) decompress() error {
	switch strings.ToLower(filepath.Ext(f.path)) {
	case ".gz":
		z, err := gzip.NewReader(bufio.NewReaderSize(f.raw, 1<<16))
		if err != nil {
			return err
		}
		f.r, f.undo = f.unpacked(z), z.Close
	case ".zst":
		z, err := zstd.NewReader(f.raw, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return err
		}
		f.r, f.undo = f.unpacked(z), func() error { z.Close(); return nil }
	default:
		f.r = bufio.NewReaderSize(f.raw, 1<<16)
	}
	return nil
}

// The size from which what is unpacked is looked at, and how many times smaller
// than that it may be packed: what people write packs ten to thirty times, what is
// made to fill a memory or a disk a thousand times.
const (
	largePart = 64 << 20
	mostPack  = 200
)

// unpacked returns what a decompressor gives, as long as it is not far more than
// any file holds.
func (f *file) unpacked(z io.Reader) *bufio.Reader {
	u := &undone{from: z, most: math.MaxInt64}
	if f.size > 0 {
		u.most = max(largePart, mostPack*f.size)
	}
	return bufio.NewReaderSize(u, 1<<16)
}

// random returns the content as a file that can be read at any place: the file
// itself, or a copy without its compression in the temporary folder, which has no
// name: it is gone when it is closed, however the program ends.
func (f *file) random() (*os.File, int64, error) {
	if ext := strings.ToLower(filepath.Ext(f.path)); ext != ".gz" && ext != ".zst" {
		return f.raw, f.size, nil
	}
	copied, err := os.CreateTemp("", "ieum-table-*")
	if err != nil {
		return nil, 0, err
	}
	before := f.undo
	f.undo = func() error { return errors.Join(before(), copied.Close()) }
	if err := os.Remove(copied.Name()); err != nil {
		return nil, 0, err
	}
	n, err := f.spool(copied, roomIn(filepath.Dir(copied.Name())))
	return copied, n, err
}

// mostSpooled is how much of a file is unpacked to the temporary folder at most.
const mostSpooled = 64 << 30

// roomIn returns how much may be unpacked to a folder: so that a tenth of what is
// free stays free.
func roomIn(dir string) int64 {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return mostSpooled // the disk itself says when it is full
	}
	return min(mostSpooled, int64(s.Bavail)/10*9*int64(s.Bsize))
}

// spool writes the content to w, room bytes at most.
func (f *file) spool(w io.Writer, room int64) (int64, error) {
	n, err := io.Copy(w, io.LimitReader(f.r, room+1))
	if err == nil && n > room {
		err = noRoom(room)
	}
	return n, err
}

func noRoom(room int64) error {
	return ieum.Errorf(ieum.ErrInvalid, "it unpacks to more than the %d MB there is room for in the temporary folder; make room there, name another with TMPDIR, or unpack it and deliver that", room>>20)
}

func (f *file) Close() error { return errors.Join(f.undo(), f.raw.Close()) }

var (
	errEmpty  = errors.New("empty")
	errBinary = errors.New("no text")
	errUTF16  = errors.New("UTF-16")

	errDamaged = errors.New("damaged")
)

// undone is a decompressor whose own complaints are errDamaged, so that they
// are told apart from a disk that fails. It gives most bytes at most.
type undone struct {
	from io.Reader
	n    int64
	most int64
}

func (u *undone) Read(p []byte) (int, error) {
	n, err := u.from.Read(p)
	if u.n += int64(n); u.n > u.most {
		return 0, ieum.Errorf(ieum.ErrInvalid, "it unpacks to over %d times its size, which is no table; fetch it again, or unpack it and deliver that", mostPack)
	}
	var disk *fs.PathError
	switch {
	case err == nil, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &disk), errors.Is(err, zstd.ErrMagicMismatch):
		return n, err
	}
	return n, fmt.Errorf("%w: %v", errDamaged, err)
}

// fault turns what went wrong while reading into a sentence about the file.
func (f *file) fault(err error) error {
	var row *RowError
	var said *ieum.Error
	name := filepath.Base(f.path)
	invalid := func(format string, args ...any) error {
		return ieum.Errorf(ieum.ErrInvalid, format, args...)
	}
	switch {
	case errors.Is(err, io.EOF) || errors.As(err, &row):
		return err
	case errors.As(err, &said):
		return ieum.Errorf(said.Kind, "%s: %s", name, said.Message)
	case errors.Is(err, errEmpty):
		return invalid("%s is empty (0 bytes); fetch it again", name)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return invalid("%s is cut off before its end; fetch it again", name)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, zstd.ErrMagicMismatch):
		return invalid("%s is not compressed as its name says; rename it or fetch it again", name)
	case errors.Is(err, errDamaged):
		return invalid("%s is damaged: its compressed content is broken; fetch it again", name)
	case errors.Is(err, errBinary):
		return invalid("%s is no text file; say what it is with format: in the source file", name)
	case errors.Is(err, errUTF16):
		return invalid("%s is written in UTF-16; save it as UTF-8", name)
	}
	return fmt.Errorf("table: read %s: %w", name, err)
}

func openFault(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ieum.Errorf(ieum.ErrNotFound, "there is no file %s; check the name", path)
	case errors.Is(err, fs.ErrPermission):
		return ieum.Errorf(ieum.ErrInvalid, "%s may not be read by this user; change its permissions", path)
	}
	return err
}

// text returns the content as UTF-8, and how it was written: decided is what
// the first bytes that are not ASCII showed, so it is known only once such a
// byte was read.
func (f *file) text(encoding string) (io.Reader, *decoded, error) {
	head, err := f.r.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return nil, nil, errUTF16
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		if _, err := f.r.Discard(3); err != nil {
			return nil, nil, err
		}
		if _, err := f.r.Peek(1); errors.Is(err, io.EOF) {
			return nil, nil, errEmpty
		}
		encoding = "utf-8"
	case bytes.IndexByte(head, 0) >= 0:
		return nil, nil, errBinary
	}
	d, err := newDecoded(f.r, encoding)
	return d, d, err
}
