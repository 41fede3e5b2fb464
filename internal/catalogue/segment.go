package catalogue

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/seal"
	"ieum/internal/platform/table"
)

// Rows of kinds that tell about people lie sealed in the lake, each under a key
// that is destroyed when its person is erased: wherever a copy of the file is,
// nothing of the row opens any more. Beside what is sealed, a segment has whom
// the row is about, as a rowID, and which row of the delivery it was. Rows of
// other kinds lie open.
//
// ingest.seal is the one place where rows are sealed, segment.read the one where
// they are opened: to everybody else both sorts of segments look alike.

// ColumnID is a column that kinds that tell about people have beside those of all
// kinds: a rowID, whom the row is about.
const ColumnID = "_id"

// columnSealed holds the other columns of a row, as table.AppendRow writes them.
// Which those are stands in the file as the note noteInside: their table.Fields
// as JSON.
const (
	columnSealed = "_sealed"
	noteInside   = "ieum.inside"
)

// sealedFields are the columns of a segment of a kind that tells about people;
// the first three, beside can be read without opening rows.
var (
	sealedFields = []table.Field{{Name: ColumnID, Type: table.Bytes}, {Name: ColumnRow, Type: table.Int}, {Name: ColumnFile, Type: table.Int}, {Name: columnSealed, Type: table.Bytes}}
	beside       = []string{ColumnID, ColumnRow, ColumnFile}
)

// inside says whether a column is sealed. The hash of what was delivered is in
// the index, and nobody asks for it here.
func inside(column string) bool {
	return column != ColumnRow && column != ColumnFile && column != ColumnHash
}

// insideOf returns the columns that are sealed of a kind.
func insideOf(k *defs.Kind) (fields []table.Field) {
	for _, f := range lakeFields(k) {
		if inside(f.Name) {
			fields = append(fields, f)
		}
	}
	return fields
}

// newSegment begins the segment of a plan.
func newSegment(w io.Writer, p *plan) (*table.ParquetWriter, error) {
	if !p.personal {
		return table.NewParquet(w, p.out...)
	}
	out, err := table.NewParquet(w, sealedFields...)
	if err == nil {
		out.Note(noteInside, p.inside)
	}
	return out, err
}

// A cell is where a sealed row lies, which is bound to it: of what kind, delivery
// and columns it is, and which row of the delivery. Moved to another it does not
// open.
type cell struct {
	place []byte
	head  int // how much of it all rows of a segment share
}

func newCell(kind ieum.KindID, delivery int64, inside string) *cell {
	sum := sha256.Sum256([]byte(inside))
	place := fmt.Appendf(nil, "catalogue_lake/%s/%d/%x/", kind, delivery, sum[:8])
	return &cell{place, len(place)}
}

// of returns the place of a row of a file of the delivery, until the next call.
func (c *cell) of(file, row int64) []byte {
	c.place = strconv.AppendInt(c.place[:c.head], file, 10)
	c.place = strconv.AppendInt(append(c.place, '/'), row, 10)
	return c.place
}

// seal makes of the rows of a parcel what goes into the segment. Of somebody who
// was erased and is delivered again that is nothing but the id.
func (in *ingest) seal(p *parcel) error {
	b, of := p.batch, p.plan
	if !of.personal || b.Rows == 0 {
		return nil
	}
	who, blind := &b.Columns[atKey], idPlace(of.kind.ID)
	if of.kind.Person != "" {
		who, blind = &b.Columns[of.outAt[of.kind.Person]], idPlace(resumeKind)
	}
	columns := slices.DeleteFunc(slices.Clone(b.Columns), func(c table.Column) bool { return !inside(c.Name) })
	out, at := table.NewBatch(sealedFields...), newCell(of.kind.ID, in.delivery.Number, of.inside)
	out.Rows = b.Rows
	out.Columns[1].Ints, out.Columns[2].Ints = b.Columns[atRow].Ints, b.Columns[atFile].Ints
	var plain, sealed, person []byte
	err := in.naming(in.source.ID, of.kind, func(n *namer) (err error) {
		for i := range b.Rows {
			id := n.id(blind, who.Strings[i])
			person, plain = id.append(person[:0]), table.AppendRow(plain[:0], columns, i)
			sealed, err = n.bulk.Seal(sealed[:0], person, at.of(out.Columns[2].Ints[i], out.Columns[1].Ints[i]), plain)
			if err != nil && !errors.Is(err, ieum.ErrErased) {
				return err
			}
			out.Columns[0].AddString(string(id[:]))
			out.Columns[3].AddString(string(sealed))
		}
		return nil
	})
	p.batch = out
	return err
}

// goesOn refuses to go on from rows that are not kept as those of the kind are now:
// sealed, or open.
func (c *Catalogue) goesOn(ctx context.Context, st state) error {
	segments, err := c.store.segments(ctx, st.source, st.kind)
	if err != nil || len(segments) == 0 {
		return err
	}
	s, err := c.segment(st.source, st.kind, slices.Max(slices.Collect(maps.Keys(segments))))
	if err != nil {
		return err
	}
	return s.Close()
}

// A segment is a file of the lake that is being read.
type segment struct {
	*table.Reader
	path   string
	keys   Sealer
	inside []table.Field // that are sealed; nil in kinds that tell about nobody
	cell   *cell
	at     int64 // rows read and passed over
}

// segment opens a file of the lake. One whose rows lie open though they tell about
// people, or the other way round, is ieum.ErrInvalid, as is one that is missing or
// damaged.
func (c *Catalogue) segment(source ieum.SourceID, kind ieum.KindID, number int64) (*segment, error) {
	path := c.segmentPath(source, kind, number)
	r, err := table.Open(path, table.Options{})
	if err != nil {
		return nil, lost(path, err)
	}
	s, note := &segment{Reader: r, path: path, keys: c.keys}, r.Note(noteInside)
	if k := c.defs.Kinds[kind]; k != nil && personal(k) != (note != "") {
		return nil, errors.Join(keptOtherwise(path, kind, note != ""), r.Close())
	}
	if note != "" {
		s.cell = newCell(kind, number, note)
		if err := json.Unmarshal([]byte(note), &s.inside); err != nil || !s.has(ColumnKey) {
			return nil, errors.Join(lost(path, errChanged), r.Close())
		}
	}
	return s, nil
}

// keptOtherwise says what to do about a file whose rows are sealed, or open, and
// those of its kind should not be.
func keptOtherwise(path string, kind ieum.KindID, sealed bool) error {
	if sealed {
		return ieum.Errorf(ieum.ErrInvalid, "the rows in %s are sealed, and kind %s tells about nobody any more; give its fields their sensitivity back", path, kind)
	}
	return ieum.Errorf(ieum.ErrInvalid, "the rows in %s lie open, and kind %s tells about people; take its sensitivity away again if that was a mistake, or take all deliveries in again into a new data folder, and remove this one and its backups", path, kind)
}

// has says whether the segment has a column.
func (s *segment) has(column string) bool {
	if s.inside == nil {
		return slices.Contains(s.Columns(), column)
	}
	return slices.Contains(beside, column) || slices.ContainsFunc(s.inside, func(f table.Field) bool { return f.Name == column })
}

// skip is Reader.Skip, and counts what it passes over.
func (s *segment) skip(n int64) int64 {
	over := s.Skip(n)
	s.at += over
	return over
}

// read is Reader.ReadColumns of columns that the segment has, for the rows that are
// wanted by their places; there says which the batch has. The others, and rows of
// people who were erased, have no values; io.EOF is the end. A row that does not
// open otherwise is ieum.ErrInvalid with file and row.
func (s *segment) read(ctx context.Context, wanted func(place int64) bool, names ...string) (b *table.Batch, there []bool, err error) {
	sealed := slices.ContainsFunc(names, func(n string) bool { return s.inside != nil && !slices.Contains(beside, n) })
	if sealed {
		b, err = s.ReadColumns(batchRows, ColumnID, ColumnRow, ColumnFile, columnSealed)
	} else {
		b, err = s.ReadColumns(batchRows, names...)
	}
	switch err = cmp.Or(ctx.Err(), err); {
	case errors.Is(err, io.EOF) || ctx.Err() != nil:
		return nil, nil, err
	case err != nil:
		return nil, nil, lost(s.path, err)
	}
	there = make([]bool, b.Rows)
	for i := range there {
		there[i] = wanted(s.at + int64(i))
	}
	if err = s.checkIDs(b); err == nil && sealed {
		b, err = s.open(b, there, names)
	}
	s.at += int64(len(there))
	return b, there, err
}

// checkIDs says whether all ids of a batch are some.
func (s *segment) checkIDs(b *table.Batch) error {
	for i := range b.Columns {
		if c := &b.Columns[i]; c.Name == ColumnID {
			if at := slices.IndexFunc(c.Strings, func(id string) bool { return len(id) != len(rowID{}) }); at >= 0 {
				return s.fault(at, errChanged)
			}
		}
	}
	return nil
}

// open opens the rows of a batch that are there, on all cores, and finds which of
// them are not, for they are of people who were erased.
func (s *segment) open(b *table.Batch, there []bool, names []string) (*table.Batch, error) {
	texts := make([]string, b.Rows)
	faults := make([]error, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i, parts := 0, len(faults); i < parts; i++ {
		all.Go(func() { faults[i] = s.openRows(b, there, texts, b.Rows*i/parts, b.Rows*(i+1)/parts) })
	}
	all.Wait()
	if err := cmp.Or(faults...); err != nil { // of the first row
		return nil, err
	}
	out := &table.Batch{Rows: b.Rows, Numbers: b.Numbers, Columns: make([]table.Column, len(names))}
	to := make([]*table.Column, len(s.inside))
	for i, name := range names {
		if at := slices.Index(beside, name); at >= 0 {
			out.Columns[i] = b.Columns[at]
			continue
		}
		at := slices.IndexFunc(s.inside, func(f table.Field) bool { return f.Name == name })
		out.Columns[i].Field, to[at] = s.inside[at], &out.Columns[i]
	}
	for i, text := range texts {
		if there[i] {
			if err := table.AddRow(to, s.inside, text); err != nil {
				return nil, s.fault(i, err)
			}
			continue
		}
		for _, c := range to {
			if c != nil {
				c.AddNull()
			}
		}
	}
	return out, nil
}

// openRows opens the rows from..to.
func (s *segment) openRows(b *table.Batch, there []bool, texts []string, from, to int) error {
	at := &cell{slices.Clone(s.cell.place), s.cell.head}
	var person, cut []byte
	room := 0
	for _, sealed := range b.Columns[3].Strings[from:to] {
		room += len(sealed)
	}
	all := make([]byte, 0, room)
	ends := make([]int, to-from)
	err := s.keys.Bulk(func(k *seal.Bulk) error {
		for i := from; i < to; i++ {
			if there[i] {
				person = idIn(b.Columns[0].Strings[i]).append(person[:0])
				cut = append(cut[:0], b.Columns[3].Strings[i]...)
				opened, err := k.Open(all, person, at.of(b.Columns[2].Ints[i], b.Columns[1].Ints[i]), cut)
				switch {
				case errors.Is(err, ieum.ErrErased):
					there[i] = false
				case err != nil:
					return s.fault(i, err)
				default:
					all = opened
				}
			}
			ends[i-from] = len(all)
		}
		return nil
	})
	if err != nil {
		return err
	}
	text, begin := string(all), 0
	for i, end := range ends {
		texts[from+i], begin = text[begin:end], end
	}
	return nil
}

// fault says that row i of a batch is not what was written.
func (s *segment) fault(i int, why error) error {
	return lost(s.path, fmt.Errorf("row %d: %w", s.at+int64(i)+1, why))
}

// eachID calls f with whom each row of a segment is about.
func (c *Catalogue) eachID(ctx context.Context, source ieum.SourceID, kind ieum.KindID, number int64, f func(place uint32, id rowID)) (err error) {
	s, err := c.segment(source, kind, number)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for place := uint32(0); ; {
		b, _, err := s.read(ctx, func(int64) bool { return true }, ColumnID)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, id := range b.Columns[0].Strings {
			f(place, idIn(id))
			place++
		}
	}
}
