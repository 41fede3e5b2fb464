package catalogue

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ieum"
	"ieum/internal/catalogue/parse"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/table"
)

// What a crash leaves behind. Everything is first written and synced in
// data/lake/tmp; then the files are moved to their places under the number of
// the delivery; then one transaction names them in the database. Before it
// nobody reads them, after it the delivery is complete. What a crash leaves is
// overwritten by the next delivery or removed by sweep. The state file that is
// replaced goes last.

// An intake is what a delivery brings of one kind, while it is written.
type intake struct {
	plan    *plan
	present *keys
	path    string // of the segment, without ending
	file    *durable.File
	sum     hash.Hash
	w       *table.ParquetWriter
	rows    uint32
	sort    *sorter
	turn    turnover
	segment Segment
	state   state
}

// newIntake opens the present keys of a kind and a new segment.
func (in *ingest) newIntake(ctx context.Context, p *plan) (*intake, error) {
	m := &intake{plan: p, present: &keys{}, path: filepath.Join(in.dir, string(p.kind.ID)), sort: newSorter(in.dir), sum: sha256.New()}
	states, err := in.store.states(ctx, p.kind.ID)
	if err != nil {
		return nil, err
	}
	for _, st := range states {
		if st.source == in.source.ID {
			if err := in.goesOn(ctx, st); err != nil {
				return nil, err
			}
			if m.present, err = in.openState(ctx, st); err != nil {
				return nil, err
			}
		}
	}
	if m.file, err = durable.Create(m.path + ".parquet"); err != nil {
		return nil, err
	}
	m.w, err = newSegment(io.MultiWriter(m.file, m.sum), p)
	return m, err
}

func (c *Catalogue) statePath(st state) string {
	return c.lake(string(st.source), string(st.kind), lakeName(st.delivery, ".keys"))
}

// add writes the rows of a parcel.
func (m *intake) add(p *parcel, part uint8) error {
	for _, a := range p.arrivals {
		a.part = part
		if a.fate == kept {
			a.place += m.rows
		}
		if err := m.sort.add(a); err != nil {
			return err
		}
	}
	if p.batch.Rows == 0 {
		return nil
	}
	m.rows += uint32(p.batch.Rows)
	return m.w.Write(p.batch)
}

// finish completes the segment and writes the new state.
func (m *intake) finish(in *ingest) error {
	if err := errors.Join(m.w.Close(), m.file.Sync()); err != nil {
		return err
	}
	m.segment = Segment{Kind: m.plan.kind.ID, Rows: int64(m.rows), SHA256: hex.EncodeToString(m.sum.Sum(nil))}
	info, err := os.Stat(m.path + ".parquet")
	if err != nil {
		return err
	}
	m.segment.Bytes = info.Size()
	m.turn = turnover{delivery: uint32(in.delivery.Number), today: ieum.DayOf(in.now()), repeated: func(a *arrival) error {
		return in.bad.add(in.files[a.file].name(), in.plans[a.part], refusal{row: int64(a.row), reason: reasonRepeated})
	}}
	for _, p := range in.plans {
		of := p.feed
		of.close = of.close && p.kind == m.plan.kind
		m.turn.parts = append(m.turn.parts, of)
	}
	f, err := durable.Create(m.path + ".keys")
	if err != nil {
		return err
	}
	defer f.Close()
	next, err := m.sort.sorted()
	if err != nil {
		return err
	}
	sum, err := m.turn.run(m.present, next, f)
	if err != nil {
		return err
	}
	m.state = state{in.source.ID, m.plan.kind.ID, in.delivery.Number, m.turn.rows, m.turn.shut, hex.EncodeToString(sum)}
	return f.Sync()
}

// changed reports whether the delivery changes anything of the kind.
func (m *intake) changed() bool { return m.turn.kept > 0 || m.turn.closed > 0 }

func (m *intake) close() {
	m.present.close()
	m.sort.close()
	m.file.Close()
}

// close gives back what the ingest holds.
func (in *ingest) close() {
	for _, m := range in.tables {
		m.close()
	}
	for _, p := range in.plans {
		for _, j := range p.joins {
			j.close()
		}
	}
	in.bad.abandon()
}

// kinds returns the tables in the order of their kinds.
func (in *ingest) kinds() []*intake {
	var out []*intake
	for _, m := range in.tables {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b *intake) int { return cmp.Compare(a.plan.kind.ID, b.plan.kind.ID) })
	return out
}

// finish completes all files in the temporary folder and the receipt, or
// refuses the delivery whole.
func (in *ingest) finish() error {
	d := in.delivery
	for _, m := range in.kinds() {
		if err := m.finish(in); err != nil {
			return err
		}
		d.Kept += m.turn.kept
		d.Unchanged += m.turn.unchanged
		d.Closed += m.turn.closed
	}
	d.Read, d.Warned, d.Quarantined = in.tally.read, in.tally.warned, in.bad.rows
	d.From, d.To = in.tally.from, in.tally.to
	d.Why = append(list(in.bad.why), list(in.tally.warnings)...)
	d.Reasons = reasons(d.Why)
	d.Removed = in.tally.removed
	d.Unread = in.tally.list()
	for _, name := range slices.Sorted(maps.Keys(in.tally.coded)) {
		d.Coded = append(d.Coded, *in.tally.coded[name])
	}
	for i := range in.files {
		d.Files[i].Rows = in.files[i].rows
	}
	if d.Read != d.Kept+d.Unchanged+d.Quarantined {
		return fmt.Errorf("catalogue: %d rows read, but %d kept, %d unchanged, %d refused", d.Read, d.Kept, d.Unchanged, d.Quarantined)
	}
	return in.bearable()
}

// bearable refuses a delivery without rows, or of which too much is bad.
func (in *ingest) bearable() error {
	if in.delivery.Read == 0 {
		return ieum.Errorf(ieum.ErrInvalid, "the delivery holds no rows, so it was not taken; check the files and deliver again")
	}
	for _, p := range in.plans {
		var read int64
		for _, f := range in.files {
			if f.plan == p {
				read += f.rows
			}
		}
		bad := in.bad.byPlan[p]
		if read == 0 || float64(bad) <= p.file.Limit*float64(read) {
			continue
		}
		return ieum.Errorf(ieum.ErrInvalid, "%d of %d rows of %s cannot be used (the limit is %.0f %%), so nothing was taken; most often: %s; mend the files and deliver again",
			bad, read, p.file.Match, 100*p.file.Limit, list(in.bad.why)[0])
	}
	return nil
}

// list returns what could not be read, by field.
func (t *tally) list() []Unread {
	var out []Unread
	for name, r := range t.fields {
		if r.read+r.unread == 0 {
			continue
		}
		u := Unread{Field: name, Read: r.read, Rows: r.unread}
		for text, n := range r.texts {
			clean, _ := parse.ScrubLine(text)
			u.Texts = append(u.Texts, Seen{strings.ToValidUTF8(cut(clean, 120), "�"), n})
		}
		slices.SortFunc(u.Texts, func(a, b Seen) int { return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Text, b.Text)) })
		u.Texts = u.Texts[:min(20, len(u.Texts))]
		out = append(out, u)
	}
	slices.SortFunc(out, func(a, b Unread) int { return cmp.Compare(a.Field, b.Field) })
	return out
}

// cut returns the first n characters of a text.
func cut(text string, n int) string {
	for i := range text {
		if n--; n < 0 {
			return text[:i] + "…"
		}
	}
	return text
}

// commit moves the files to their places and records the delivery.
func (in *ingest) commit(ctx context.Context) error {
	if err := in.flags(ctx); err != nil {
		return err
	}
	if err := in.place(); err != nil {
		return err
	}
	var states []state
	for _, m := range in.kinds() {
		if m.changed() {
			states = append(states, m.state)
		}
	}
	before, err := in.store.states(ctx, "")
	if err != nil {
		return err
	}
	if err := in.store.add(ctx, in.delivery, in.mode(), in.hash, states); err != nil {
		return err
	}
	for _, old := range before {
		if old.source == in.source.ID && in.tables[old.kind] != nil && in.tables[old.kind].changed() {
			if err := durable.Remove(in.statePath(old)); err != nil {
				return err
			}
		}
	}
	return durable.Remove(in.dir)
}

// place moves what was written to where it is read.
func (in *ingest) place() error {
	for _, m := range in.kinds() {
		if !m.changed() {
			continue
		}
		dir := in.lake(string(in.source.ID), string(m.plan.kind.ID))
		if err := durable.MkdirAll(dir); err != nil {
			return err
		}
		if m.turn.kept > 0 {
			if err := durable.Rename(m.path+".parquet", filepath.Join(dir, lakeName(in.delivery.Number, ".parquet"))); err != nil {
				return err
			}
			in.delivery.Segments = append(in.delivery.Segments, m.segment)
		}
		if err := durable.Rename(m.path+".keys", in.statePath(m.state)); err != nil {
			return err
		}
	}
	if err := in.bad.close(); err != nil {
		return err
	}
	to := in.quarantinePath(in.delivery.Number, plainEnding) // may be there of a delivery that was never recorded
	if in.bad.rows == 0 {
		return durable.Remove(to)
	}
	if err := durable.MkdirAll(filepath.Dir(to)); err != nil {
		return err
	}
	return durable.Rename(in.bad.path, to)
}

func (in *ingest) mode() string {
	for _, p := range in.plans {
		if p.full {
			return "full"
		}
	}
	return "change"
}

// flags says whether the delivery is late or far smaller than the last.
func (in *ingest) flags(ctx context.Context) error {
	last, _, _, err := in.store.last(ctx, in.source.ID)
	if err != nil || last == nil {
		return err
	}
	due := dueDay(in.source.Cycle, ieum.DayOf(last.Seen), in.source.Due)
	in.delivery.Late = due != 0 && ieum.DayOf(in.delivery.At) > due
	if in.mode() != "full" {
		return nil
	}
	read, ok, err := in.store.lastFull(ctx, in.source.ID)
	in.delivery.Shrunk = ok && float64(in.delivery.Read) < in.source.Shrink*float64(read)
	return err
}

// sweep removes what an interrupted ingest left: the temporary folder, files of
// a number that was given to another delivery since, state files that were
// replaced. What was moved to its place under the next number is left for the
// next delivery to overwrite.
func (c *Catalogue) sweep(ctx context.Context) error {
	if err := durable.Remove(c.lake("tmp")); err != nil {
		return err
	}
	next, err := c.store.next(ctx)
	if err != nil {
		return err
	}
	named, err := c.store.lakeFiles(ctx)
	if err != nil {
		return err
	}
	left, err := leftovers(c.lake(), next, named)
	if err != nil {
		return err
	}
	for _, path := range left {
		if err := durable.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// leftovers lists the files of the lake with numbers below next that nothing
// names. A higher number is a sign that the database is that of another folder.
func leftovers(lake string, next int64, named map[string]string) (left []string, err error) {
	err = filepath.WalkDir(lake, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && d.IsDir() {
			return nil
		}
		if err != nil {
			return err
		}
		number, err := strconv.ParseInt(strings.TrimSuffix(d.Name(), filepath.Ext(path)), 10, 64)
		if err != nil {
			return nil // not ours
		}
		if number > next {
			return ieum.Errorf(ieum.ErrConflict, "%s is of a delivery that the database does not know; check that --data and the database belong together", path)
		}
		rel, err := filepath.Rel(lake, path)
		if _, is := named[filepath.ToSlash(rel)]; err == nil && number < next && !is {
			left = append(left, path)
		}
		return err
	})
	return left, err
}

// ContentHash hashes all that is kept, so that two runs can be compared: the
// present keys of every source and kind, and the segments.
func (c *Catalogue) ContentHash(ctx context.Context) (string, error) {
	states, err := c.store.states(ctx, "")
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, st := range states {
		segments, err := c.store.segments(ctx, st.source, st.kind)
		if err != nil {
			return "", err
		}
		paths := []string{c.statePath(st)}
		for n := range segments {
			paths = append(paths, c.segmentPath(st.source, st.kind, n))
		}
		slices.Sort(paths)
		for _, path := range paths {
			fmt.Fprintf(h, "%s %s %s\n", st.source, st.kind, filepath.Base(path))
			if err := hashFile(h, path); err != nil {
				return "", err
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func (c *Catalogue) segmentPath(source ieum.SourceID, kind ieum.KindID, number int64) string {
	return c.lake(string(source), string(kind), lakeName(number, ".parquet"))
}

func hashFile(h io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(h, f)
	return err
}
