package catalogue

import (
	"bufio"
	"cmp"
	"context"
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

// The columns a quarantine begins with; those of the raw rows follow, but of kinds
// that tell about people: there the source has the rows, and mends them in its own
// file. Others are mended in this file, which is handed in again: Ingest knows it by
// these columns.
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

// add writes a refused row; of one about people, where it stands and why alone.
func (q *quarantine) add(file string, p *plan, r refusal) error {
	q.rows++
	q.byPlan[p]++
	q.why[r.reason]++
	clear(q.values)
	q.values[0], q.values[1], q.values[2], q.values[3], q.values[4] = file, r.row, r.reason.Field, r.reason.Text.KO, r.reason.Text.EN
	for i, v := range r.raw { // none in kinds that tell about people
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

// The endings of quarantines; the second is of older versions, which kept rows about
// people sealed.
const plainEnding, sealedEnding = ".csv", ".sealed"

func (c *Catalogue) quarantinePath(number int64, ending string) string {
	return filepath.Join(c.data, "quarantine", lakeName(number, ending))
}

// Quarantine opens the CSV file of the rows of a delivery that were refused.
// ieum.ErrNotFound when no row was; ieum.ErrErased where an older version kept rows
// about people, which nobody opens any more.
func (c *Catalogue) Quarantine(ctx context.Context, number int64) (io.ReadCloser, error) {
	held, err := c.store.sealed(ctx, number)
	if err != nil {
		return nil, err
	}
	if held.id != "" {
		return nil, &ieum.Error{Kind: ieum.ErrErased, Key: "error.quarantine_ended", Args: map[string]any{"number": number},
			Message: fmt.Sprintf("the rows of delivery %d that were refused told about people, and were erased", number)}
	}
	return c.openQuarantine(number)
}

func (c *Catalogue) openQuarantine(number int64) (*os.File, error) {
	f, err := os.Open(c.quarantinePath(number, plainEnding))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &ieum.Error{Kind: ieum.ErrNotFound, Key: "error.no_quarantine", Args: map[string]any{"number": number},
			Message: fmt.Sprintf("no row of delivery %d was refused", number)}
	}
	return f, err
}

// A sealedQuarantine is one that an older version wrote, with what rows said of people.
type sealedQuarantine struct {
	delivery int64
	id       string // it is sealed under; "" = there is none
	ended    bool
}

// Due says whether Expire has something to do.
func (c *Catalogue) Due(ctx context.Context) (bool, error) {
	old, err := c.store.allSealed(ctx)
	return slices.ContainsFunc(old, func(q sealedQuarantine) bool { return !q.ended }), err
}

// Expire destroys the keys of the sealed quarantines of older versions, and then
// removes them. The caller holds build.lock. What a crash leaves is done by the next.
func (c *Catalogue) Expire(ctx context.Context) error {
	old, err := c.store.allSealed(ctx)
	if err != nil {
		return err
	}
	var ids []string
	for _, q := range old {
		if !q.ended {
			ids = append(ids, q.id)
		}
	}
	if len(ids) > 0 {
		err = c.keys.Erase(ids...)
	}
	for _, q := range old {
		if err == nil && !q.ended {
			err = c.store.end(ctx, q)
		}
		if err == nil {
			err = durable.Remove(c.quarantinePath(q.delivery, sealedEnding))
		}
	}
	return err
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
