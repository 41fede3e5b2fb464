package catalogue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"ieum"
	"ieum/defs"
)

// name returns the file's base name.
func (f *inFile) name() string { return filepath.Base(f.path) }

func isParquet(path string) bool {
	name := strings.ToLower(path)
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	return strings.HasSuffix(name, ".parquet")
}

// find lists the files that were named, those of folders sorted by path, and
// says of each how it is read. A file of a folder that the source does not
// speak of is passed over; one that was named is an error.
func (in *ingest) find(paths []string) error {
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return ieum.Errorf(ieum.ErrNotFound, "there is no file %s; check the name", path)
		case err != nil:
			return ieum.Errorf(ieum.ErrInvalid, "%s cannot be read (%v); mend that and give the same command again", path, errors.Unwrap(err))
		case info.IsDir():
			err = in.findIn(path)
		case !info.Mode().IsRegular():
			return ieum.Errorf(ieum.ErrInvalid, "%s is no file but a device or pipe; save what it gives to a file and name that", path)
		default:
			err = in.take(path, true)
		}
		if err != nil {
			return err
		}
	}
	for _, f := range in.files {
		if f.def.Kind != "" {
			return nil
		}
	}
	return ieum.Errorf(ieum.ErrInvalid, "no file among %s is one that source %s reads (%s)", strings.Join(paths, ", "), in.source.ID, in.patterns())
}

func (in *ingest) findIn(dir string) error {
	dir += string(filepath.Separator) // a link that was named is followed
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		if _, ok := in.source.FileFor(path); ok && !d.Type().IsRegular() {
			return ieum.Errorf(ieum.ErrInvalid, "%s is no file of the folder but a link or device; put the file itself there, or name it in the command", path)
		}
		return in.take(path, false)
	})
}

// take adds a file.
func (in *ingest) take(path string, named bool) error {
	for _, f := range in.files {
		if filepath.Clean(f.path) == filepath.Clean(path) {
			return nil
		}
	}
	def, ok := in.source.FileFor(path)
	mended, err := isMended(path)
	if err != nil {
		return err
	}
	if mended != "" {
		if def, ok = in.source.FileFor(mended); ok {
			def = mendedFile(def)
			in.options.Change = true
		}
	}
	if !ok && named {
		return ieum.Errorf(ieum.ErrInvalid, "source %s does not say how a file named %s is read (it reads %s)", in.source.ID, filepath.Base(path), in.patterns())
	}
	if ok {
		in.files = append(in.files, inFile{path: path, def: def})
	}
	return nil
}

func (in *ingest) patterns() string {
	var out []string
	for _, f := range in.source.Files {
		out = append(out, f.Match)
	}
	return strings.Join(out, ", ")
}

// identify hashes the files, so that it is seen when the same come again.
func (in *ingest) identify(ctx context.Context) error {
	in.delivery.Files = make([]DeliveredFile, len(in.files))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, f := range in.files {
		g.Go(func() (err error) {
			in.delivery.Files[i], err = fingerprint(ctx, f.path)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	h := sha256.New()
	fmt.Fprintf(h, "source %s %d change %v\n", in.source.ID, in.source.Version, in.options.Change)
	var lines []string
	for i, f := range in.delivery.Files {
		version := 0
		if k := in.Catalogue.defs.Kinds[in.files[i].def.Kind]; k != nil {
			version = k.Version
		}
		lines = append(lines, fmt.Sprintf("%s %d %s %s\n", in.files[i].def.Kind, version, f.Name, f.SHA256))
	}
	slices.Sort(lines)
	for _, l := range lines {
		io.WriteString(h, l)
	}
	in.hash = hex.EncodeToString(h.Sum(nil))
	return nil
}

func fingerprint(ctx context.Context, path string) (DeliveredFile, error) {
	out := DeliveredFile{Name: filepath.Base(path)}
	f, err := os.Open(path)
	if err != nil {
		return out, ieum.Errorf(ieum.ErrInvalid, "%s cannot be read (%v); mend that and give the same command again", path, errors.Unwrap(err))
	}
	defer f.Close()
	if out.Bytes, out.SHA256, err = digest(ctx, f); err != nil && ctx.Err() == nil {
		err = fmt.Errorf("catalogue: read %s: %w", path, err)
	}
	return out, err
}

// digest reads to the end and returns how many bytes it read, and their SHA-256.
func digest(ctx context.Context, r io.Reader) (n int64, sum string, err error) {
	h := sha256.New()
	buf := make([]byte, 1<<20)
	for ctx.Err() == nil {
		m, err := r.Read(buf)
		h.Write(buf[:m])
		n += int64(m)
		if errors.Is(err, io.EOF) {
			return n, hex.EncodeToString(h.Sum(nil)), nil
		}
		if err != nil {
			return n, "", err
		}
	}
	return n, "", ctx.Err()
}

// again returns the receipt of the last delivery when the very same files come
// again: nothing is new in them.
func (in *ingest) again(ctx context.Context) (*Delivery, error) {
	last, _, hash, err := in.store.last(ctx, in.source.ID)
	if err != nil || last == nil || hash != in.hash {
		return nil, err
	}
	if err := in.store.seen(ctx, last.Number, in.now()); err != nil {
		return nil, err
	}
	last.Seen = in.delivery.At
	last.Unchanged += last.Kept
	last.Kept, last.Merged, last.Closed = 0, 0, 0
	last.Seconds = 0
	return last, nil
}

// mendedFile returns how mended rows of a quarantine are read: the columns are
// those of the original, in the format the file has now.
func mendedFile(f *defs.File) *defs.File {
	mended := *f
	mended.Format, mended.Encoding, mended.Records, mended.Sheet = "", "auto", "", ""
	return &mended
}
