package catalogue

import (
	"bufio"
	"cmp"
	"context"
	"crypto/rand"
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

// The columns a quarantine begins with; those of the raw rows follow. An agency
// mends the rows in this file and hands it in again: Ingest knows it by these
// columns.
var quarantineColumns = []string{"_file", "_row", "_field", "_reason", "_reason_en"}

// A quarantine is the file of the rows of a delivery that were refused. Where a
// kind of the delivery tells about people it is sealed as it is written.
type quarantine struct {
	path    string
	id      string // it is sealed under; "" = plain
	file    *durable.File
	buf     *bufio.Writer
	seal    *sealWriter // nil = plain
	w       *table.CSV
	columns map[string]int
	values  []any
	rows    int64
	byPlan  map[*plan]int64
	why     map[Reason]int64
}

func newQuarantine(dir string, number int64, plans []*plan, keys Sealer) (*quarantine, error) {
	q := &quarantine{path: filepath.Join(dir, "quarantine.csv"), columns: map[string]int{}, byPlan: map[*plan]int64{}, why: map[Reason]int64{}}
	names := slices.Clone(quarantineColumns)
	for _, p := range plans {
		if p.personal && q.id == "" {
			q.id = fmt.Sprintf("quarantine/%d/%s", number, strings.ToLower(rand.Text())) // a number comes again where a backup was put back
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
	var to io.Writer = q.buf
	if q.id != "" {
		q.seal = &sealWriter{keys: keys, id: q.id, w: q.buf}
		to = q.seal
	}
	q.w, err = table.NewCSV(to, names...)
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
	err := q.w.Close()
	if q.seal != nil {
		err = errors.Join(err, q.seal.Close())
	}
	return errors.Join(err, q.buf.Flush(), q.file.Sync(), q.file.Close())
}

// abandon gives the file up.
func (q *quarantine) abandon() {
	if q != nil {
		q.file.Close()
	}
}

// The endings of quarantines.
const plainEnding, sealedEnding = ".csv", ".sealed"

func (c *Catalogue) quarantinePath(number int64, ending string) string {
	return filepath.Join(c.data, "quarantine", lakeName(number, ending))
}

// Quarantine opens the CSV file of the rows of a delivery that were refused, for
// somebody who may. Where it tells about people they must have signed in a short
// while ago (ieum.ErrSignedOut), and that they open it is in the journal before
// they get it; after quarantineDays it is ieum.ErrErased. ieum.ErrNotFound when
// no row was refused.
func (c *Catalogue) Quarantine(ctx context.Context, number int64, by ieum.AccountID) (io.ReadCloser, error) {
	held, err := c.store.sealed(ctx, number)
	switch {
	case err != nil:
		return nil, err
	case held.ended:
		return nil, &ieum.Error{Kind: ieum.ErrErased, Key: "error.quarantine_ended", Args: map[string]any{"number": number, "days": quarantineDays},
			Message: fmt.Sprintf("the rows of delivery %d that were refused were erased after %d days", number, quarantineDays)}
	case held.id == "":
		return c.openQuarantine(number, plainEnding)
	case by == "":
		return nil, ieum.ErrSignedOut
	}
	f, err := c.openQuarantine(number, sealedEnding)
	if err != nil {
		return nil, err
	}
	if err := c.store.opened(ctx, held, by); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	r, err := newSealReader(c.keys, held.id, f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{r, f}, nil
}

func (c *Catalogue) openQuarantine(number int64, ending string) (*os.File, error) {
	f, err := os.Open(c.quarantinePath(number, ending))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &ieum.Error{Kind: ieum.ErrNotFound, Key: "error.no_quarantine", Args: map[string]any{"number": number},
			Message: fmt.Sprintf("no row of delivery %d was refused", number)}
	}
	return f, err
}

// quarantineDays is how long refused rows about people are kept to be mended.
const quarantineDays = 30

// A sealedQuarantine is one that tells about people.
type sealedQuarantine struct {
	delivery int64
	id       string // it is sealed under; "" = there is none
	rows     int64
	ended    bool
}

// Due says whether Expire has something to do.
func (c *Catalogue) Due(ctx context.Context) (bool, error) {
	old, err := c.expired(ctx)
	return slices.ContainsFunc(old, func(q sealedQuarantine) bool { return !q.ended }), err
}

func (c *Catalogue) expired(ctx context.Context) ([]sealedQuarantine, error) {
	return c.store.expired(ctx, c.now().AddDate(0, 0, -quarantineDays))
}

// Expire destroys the keys of quarantines that tell about people and are older
// than quarantineDays, and then removes them. The caller holds build.lock. What a
// crash leaves is done by the next.
func (c *Catalogue) Expire(ctx context.Context) error {
	old, err := c.expired(ctx)
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
