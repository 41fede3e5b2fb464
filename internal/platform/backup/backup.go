// Package backup writes and reads one encrypted file that holds many: a tar
// archive in the age format (https://age-encryption.org/v1), so that a change or
// a cut anywhere is seen, and age and tar open it where there is no ieum. A File
// is one that holds itself alone.
package backup

import (
	"archive/tar"
	"bufio"
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"filippo.io/age"

	"ieum"
	"ieum/internal/platform/durable"
)

// format is the name of the first entry; it changes when older programs could
// not read what follows.
const format = "ieum-backup-1"

// Piece is how many bytes of a stream an entry holds at most.
const Piece = 4 << 20

// A File is an encrypted file that is being written. What was written is in its
// place only after Close.
type File struct {
	path  string // where it will be
	temp  string // where it is until then
	file  *durable.File
	plain io.Writer
	close []func() error // of what is wound around the file, the innermost first
}

// CreateFile begins a file at path, where there must be nothing yet, that only its
// owner may read, and whoever has the keys can.
func CreateFile(path string, k Keys) (*File, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, taken(path)
	}
	if err := removeCutOff(path); err != nil {
		return nil, err
	}
	temp := path + "." + strings.ToLower(rand.Text()) + beside
	f, err := durable.Create(temp)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ieum.Errorf(ieum.ErrNotFound, "there is no folder %s; make it or name another file", filepath.Dir(path))
	}
	if err != nil {
		return nil, err
	}
	out := &File{path: path, temp: temp, file: f, plain: f}
	for _, to := range k.to {
		plain, err := age.Encrypt(out.plain, to...)
		if err != nil {
			return nil, errors.Join(err, out.Abandon())
		}
		out.plain, out.close = plain, slices.Insert(out.close, 0, plain.Close)
	}
	return out, nil
}

func taken(path string) error {
	return ieum.Errorf(ieum.ErrConflict, "there is a file %s already; name another", path)
}

// beside ends the names of files that are being written: FILE, a point, 26 drawn
// letters and digits, and this, so that nobody's own file is called so.
const beside = ".new"

var drawn = regexp.MustCompile(`^\.[a-z2-7]{26}\.new$`)

// removeCutOff removes what runs for the same file left that were killed.
func removeCutOff(path string) error {
	all, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil // which making the file says better
	}
	for _, e := range all {
		if rest, ok := strings.CutPrefix(e.Name(), filepath.Base(path)); ok && drawn.MatchString(rest) {
			err = errors.Join(err, durable.Remove(filepath.Join(filepath.Dir(path), e.Name())))
		}
	}
	return err
}

// Write encrypts b.
func (f *File) Write(b []byte) (int, error) { return f.plain.Write(b) }

// Close completes the file and lets it be seen.
func (f *File) Close() error {
	var err error
	for _, end := range f.close {
		err = errors.Join(err, end())
	}
	if err == nil {
		err = f.file.Sync()
	}
	if err = errors.Join(err, f.file.Close()); err != nil {
		return errors.Join(err, durable.Remove(f.temp))
	}
	err = durable.Place(f.temp, f.path)
	if errors.Is(err, fs.ErrExist) {
		return errors.Join(taken(f.path), durable.Remove(f.temp))
	}
	return err
}

// Abandon removes what was written.
func (f *File) Abandon() error {
	return errors.Join(f.file.Close(), durable.Remove(f.temp))
}

// people is how many open a backup together.
const people = 2

// A Writer makes a backup. What it wrote is in its place only after Close.
type Writer struct {
	*File
	tar *tar.Writer
}

// Create begins a backup at path, where there must be nothing yet, for two people.
func Create(path string, k Keys) (*Writer, error) {
	if len(k.to) != people {
		return nil, fmt.Errorf("backup: keys of %d people, not of %d", len(k.to), people)
	}
	f, err := CreateFile(path, k)
	if err != nil {
		return nil, err
	}
	w := &Writer{f, tar.NewWriter(f)}
	if err := w.Add(format, 0, strings.NewReader("")); err != nil {
		w.Abandon()
		return nil, err
	}
	return w, nil
}

// Add adds a file of so many bytes under a name such as lake/a/b.
func (w *Writer) Add(name string, size int64, r io.Reader) error {
	err := w.tar.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, Format: tar.FormatPAX})
	if err != nil {
		return err
	}
	n, err := io.CopyN(w.tar, r, size)
	if err != nil {
		return fmt.Errorf("backup: %s: %d of %d bytes: %w", name, n, size, err)
	}
	return nil
}

// Stream adds what is written to it in pieces, as entries name/000001 and so on,
// so that nothing need be known of its length beforehand. Close adds the last.
func (w *Writer) Stream(name string) io.WriteCloser { return &stream{w: w, name: name} }

type stream struct {
	w    *Writer
	name string
	n    int
	buf  bytes.Buffer
}

func (s *stream) Write(b []byte) (int, error) {
	s.buf.Write(b)
	for s.buf.Len() >= Piece {
		if err := s.add(Piece); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

func (s *stream) add(n int) error {
	s.n++
	return s.w.Add(fmt.Sprintf("%s/%06d", s.name, s.n), int64(n), &s.buf)
}

func (s *stream) Close() error { return s.add(s.buf.Len()) }

// Close completes the backup and lets it be seen.
func (w *Writer) Close() error {
	if err := w.tar.Close(); err != nil {
		return errors.Join(err, w.Abandon())
	}
	return w.File.Close()
}

// A Reader reads a backup from its begin to its end.
type Reader struct {
	path  string
	file  *os.File
	plain io.Reader
	tar   *tar.Reader
}

// ageMagic is what a file in the age format begins with, and byPassphrase one that
// a passphrase opens.
const (
	ageMagic     = "age-encryption.org/"
	byPassphrase = ageMagic + "v1\n-> scrypt "
)

// Open opens a backup with the keys of both whom it was made for. Faults are
// ieum.ErrInvalid or, with other keys and for one that opens with a key alone,
// ieum.ErrDenied.
func Open(path string, k Keys) (*Reader, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ieum.Errorf(ieum.ErrNotFound, "there is no file %s; check the name", path)
	}
	if err != nil {
		return nil, durable.Fault(err)
	}
	r := &Reader{path: path, file: f}
	if err := r.unwind(k); err != nil {
		f.Close()
		return nil, err
	}
	r.tar = tar.NewReader(r.plain)
	h, err := r.tar.Next()
	switch {
	case err != nil:
		err = r.damaged()
	case strings.HasPrefix(h.Name, "ieum-backup-") && h.Name != format:
		err = ieum.Errorf(ieum.ErrConflict, "%s was made by a newer version of ieum; use that version or a later one", path)
	case h.Name != format:
		err = ieum.Errorf(ieum.ErrInvalid, "%s is no backup that ieum made", path)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return r, nil
}

// unwind decrypts as often as the backup was encrypted, which is once for each of
// whom it takes.
func (r *Reader) unwind(k Keys) error {
	r.plain = r.file
	for layer := 0; ; layer++ {
		in := bufio.NewReader(r.plain)
		begin, err := in.Peek(len(byPassphrase))
		switch inside := layer > 0 && !strings.HasPrefix(string(begin), ageMagic); {
		case inside && layer == people:
			r.plain = in
			return nil
		case inside && err == nil, string(begin) == byPassphrase:
			return ieum.Errorf(ieum.ErrDenied, "%s opens with one key or a passphrase alone, as an older version of ieum made them; two people make one of it that takes both, with age -d %s | age -R PUBLIC-OF-TWO | age -R PUBLIC-OF-ONE >NEW-FILE, and remove this one", r.path, r.path)
		}
		if r.plain, err = age.Decrypt(in, k.with...); err != nil {
			if _, wrong := errors.AsType[*age.NoIdentityMatchError](err); wrong && layer == 0 {
				return ieum.Errorf(ieum.ErrDenied, "%s cannot be opened with these keys; name those of the two people it was made for", r.path)
			} else if wrong {
				return ieum.Errorf(ieum.ErrDenied, "%s was made for two people, and opens with the keys of both; name one with --identity FILE and the other with --and FILE", r.path)
			}
			return r.damaged()
		}
	}
}

func (r *Reader) damaged() error {
	return ieum.Errorf(ieum.ErrInvalid, "%s is no backup, or it is damaged or cut off; take another copy of it", r.path)
}

// Next returns the name of the next file, a path within a folder, and its
// content, to be read before Next is called again. At the end, which was then
// seen to be the one that was written, the error is io.EOF.
func (r *Reader) Next() (name string, content io.Reader, err error) {
	h, err := r.tar.Next()
	switch {
	case errors.Is(err, io.EOF):
		if _, err := io.Copy(io.Discard, r.plain); err != nil {
			return "", nil, r.damaged()
		}
		return "", nil, io.EOF
	case err != nil || h.Typeflag != tar.TypeReg || !fs.ValidPath(h.Name):
		return "", nil, r.damaged()
	}
	return h.Name, entry{r}, nil
}

// An entry reads one file; what is wrong with it is wrong with the backup.
type entry struct{ r *Reader }

func (e entry) Read(b []byte) (int, error) {
	n, err := e.r.tar.Read(b)
	if err != nil && !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return n, e.r.damaged()
	}
	return n, err
}

// Close closes the file.
func (r *Reader) Close() error { return r.file.Close() }
