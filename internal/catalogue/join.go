package catalogue

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"ieum/defs"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/table"
)

// A join is the rows of another file of the delivery, found by a key. They lie
// in nameless files that are mapped, so memory does not grow with them.
type join struct {
	def     *defs.Join
	on      int      // place of the column it is on, in the file that joins
	columns []string // asked of the joined file; the key first

	rows, index []byte // mapped: rows one after another; keys.put entries sorted by key
	open        []*os.File
}

// ask makes sure that a column of the joined file is read.
func (j *join) ask(column string) {
	if len(j.columns) == 0 {
		j.columns = append(j.columns, j.def.Key)
	}
	if !slices.Contains(j.columns, column) {
		j.columns = append(j.columns, column)
	}
}

// place returns where a column stands in the rows that find returns.
func (j *join) place(column string) int { return slices.Index(j.columns, column) }

// A source of rows for a join.
type joinFile struct {
	path    string
	options table.Options
}

// load reads the files that the join takes its rows from.
func (j *join) load(ctx context.Context, dir string, files []joinFile) error {
	rows, err := nameless(dir)
	if err != nil {
		return err
	}
	j.open = append(j.open, rows)
	index := newSorter(dir)
	defer index.close()
	w := bufio.NewWriterSize(durable.Scratch(rows), 1<<18)
	var at uint64
	var n uint32
	for _, f := range files {
		err := j.each(ctx, f, func(values []string) error {
			buf := []byte{}
			for _, v := range values {
				buf = append(binary.AppendUvarint(buf, uint64(len(v))), v...)
			}
			if err := index.add(arrival{key: keyHash(values[0]), hash: at, row: n}); err != nil {
				return err
			}
			n++
			at += uint64(len(buf))
			_, err := w.Write(buf)
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if j.rows, err = mapped(rows, int(at)); err != nil {
		return err
	}
	return j.sort(dir, index)
}

// each calls f with the asked columns of every row that has the key.
func (j *join) each(ctx context.Context, f joinFile, do func(values []string) error) error {
	if len(j.columns) == 0 {
		return nil
	}
	r, err := table.Open(f.path, f.options)
	if err != nil {
		return err
	}
	defer r.Close()
	values := make([]string, len(j.columns))
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := r.ReadColumns(batchRows, j.columns...)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for i := range b.Rows {
			for k := range values {
				values[k], _ = b.Columns[k].Text(i)
			}
			if values[0] == "" {
				continue
			}
			if err := do(values); err != nil {
				return err
			}
		}
	}
}

// sort writes the index in order of keys and maps it.
func (j *join) sort(dir string, index *sorter) error {
	next, err := index.sorted()
	if err != nil {
		return err
	}
	f, err := nameless(dir)
	if err != nil {
		return err
	}
	j.open = append(j.open, f)
	w := bufio.NewWriterSize(durable.Scratch(f), 1<<18)
	size := 0
	for {
		a, err := next()
		if err != nil {
			return err
		}
		if a == nil {
			break
		}
		var b [entrySize]byte
		(&entry{key: a.key, hash: a.hash}).put(b[:])
		if _, err := w.Write(b[:]); err != nil {
			return err
		}
		size += entrySize
	}
	if err := w.Flush(); err != nil {
		return err
	}
	j.index, err = mapped(f, size)
	return err
}

func mapped(f *os.File, size int) ([]byte, error) {
	if size == 0 {
		return nil, nil
	}
	return unix.Mmap(int(f.Fd()), 0, size, unix.PROT_READ, unix.MAP_SHARED)
}

// find returns the rows of a key in the order of their file.
func (j *join) find(key string) (rows [][]string) {
	if key == "" || len(j.index) == 0 {
		return nil
	}
	h := keyHash(key)
	k := &keys{j.index, len(j.index) / entrySize}
	for i := k.first(h); i < k.n; i++ {
		e := k.at(i)
		if e.key != h {
			break
		}
		if values := j.row(e.hash); values[0] == key {
			rows = append(rows, values)
		}
	}
	return rows
}

// row reads the row at a place, copied.
func (j *join) row(at uint64) []string {
	values := make([]string, len(j.columns))
	b := j.rows[at:]
	for i := range values {
		n, w := binary.Uvarint(b)
		values[i] = string(b[w : w+int(n)])
		b = b[w+int(n):]
	}
	return values
}

func (j *join) close() error {
	var errs []error
	for _, m := range [][]byte{j.rows, j.index} {
		if m != nil {
			errs = append(errs, unix.Munmap(m))
		}
	}
	for _, f := range j.open {
		errs = append(errs, f.Close())
	}
	j.rows, j.index, j.open = nil, nil, nil
	return errors.Join(errs...)
}
