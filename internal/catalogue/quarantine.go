package catalogue

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ieum"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/table"
)

// The columns a quarantine begins with; those of the raw rows follow, where
// the kind does not tell about people. An agency mends the rows in this file
// and hands it in again: Ingest knows it by these columns.
var quarantineColumns = []string{"_file", "_row", "_field", "_reason", "_reason_en"}

// A quarantine is the file of the rows of a delivery that were refused.
type quarantine struct {
	path    string
	file    *durable.File
	buf     *bufio.Writer
	w       *table.CSV
	columns map[string]int
	values  []any
	rows    int64
	byPlan  map[*plan]int64
	why     map[Reason]int64
}

func newQuarantine(dir string, plans []*plan) (*quarantine, error) {
	q := &quarantine{path: filepath.Join(dir, "quarantine.csv"), columns: map[string]int{}, byPlan: map[*plan]int64{}, why: map[Reason]int64{}}
	names := slices.Clone(quarantineColumns)
	for _, p := range plans {
		if p.personal {
			continue
		}
		for _, c := range p.columns {
			if _, ok := q.columns[c]; !ok {
				q.columns[c] = len(names)
				names = append(names, c)
			}
		}
	}
	q.values = make([]any, len(names))
	var err error
	if q.file, err = durable.Create(q.path); err != nil {
		return nil, err
	}
	q.buf = bufio.NewWriterSize(q.file, 1<<16)
	q.w, err = table.NewCSV(q.buf, names...)
	return q, err
}

// add writes a refused row.
func (q *quarantine) add(file string, p *plan, r refusal) error {
	q.rows++
	q.byPlan[p]++
	q.why[r.reason]++
	clear(q.values)
	q.values[0], q.values[1], q.values[2], q.values[3], q.values[4] = file, r.row, r.reason.Field, r.reason.Text.KO, r.reason.Text.EN
	for i, v := range r.raw {
		q.values[q.columns[p.columns[i]]] = v
	}
	return q.w.Write(q.values...)
}

// close makes the file durable.
func (q *quarantine) close() error {
	return errors.Join(q.w.Close(), q.buf.Flush(), q.file.Sync(), q.file.Close())
}

// abandon gives the file up.
func (q *quarantine) abandon() {
	if q != nil {
		q.file.Close()
	}
}

func (c *Catalogue) quarantinePath(number int64) string {
	return filepath.Join(c.data, "quarantine", lakeName(number, ".csv"))
}

// Quarantine opens the CSV file of the rows of a delivery that were refused;
// ieum.ErrNotFound when there are none.
func (c *Catalogue) Quarantine(number int64) (io.ReadCloser, error) {
	f, err := os.Open(c.quarantinePath(number))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &ieum.Error{Kind: ieum.ErrNotFound, Key: "error.no_quarantine", Args: map[string]any{"number": number},
			Message: fmt.Sprintf("no row of delivery %d was refused", number)}
	}
	return f, err
}

// isMended returns the name of the file whose quarantined rows the CSV file at
// path holds, "" when it is no quarantine. A spreadsheet may have saved it as XLSX.
func isMended(path string) (string, error) {
	if ext := strings.ToLower(filepath.Ext(path)); ext != ".csv" && ext != ".xlsx" {
		return "", nil
	}
	r, err := table.Open(path, table.Options{})
	if err != nil {
		return "", err
	}
	defer r.Close()
	columns := r.Columns()
	if len(columns) < len(quarantineColumns) || !slices.Equal(columns[:len(quarantineColumns)], quarantineColumns) {
		return "", nil
	}
	row, err := r.Next()
	if errors.Is(err, io.EOF) {
		return "", ieum.Errorf(ieum.ErrInvalid, "%s holds no rows", filepath.Base(path))
	}
	if err != nil {
		return "", err
	}
	if len(columns) == len(quarantineColumns) {
		return "", ieum.Errorf(ieum.ErrInvalid, "%s holds only the numbers of the rows, because they tell about people; mend them in the original file", filepath.Base(path))
	}
	name, _ := row.Get(quarantineColumns[0])
	return name, nil
}

// list returns the reasons, most frequent first.
func list(why map[Reason]int64) []Reason {
	out := make([]Reason, 0, len(why))
	for r, n := range why {
		r.Rows = n
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Text.EN, b.Text.EN))
	})
	return out
}
