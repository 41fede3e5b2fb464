package catalogue

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"golang.org/x/sync/errgroup"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/table"
	"ieum/internal/snapshot"
)

// The columns every segment of the lake has beside the fields of its kind:
// the key in the source, the row and file of the delivery, and for kinds with
// a text the competencies found in it.
const (
	ColumnKey          = "_key"          // string
	ColumnRow          = "_row"          // int: as the quarantine counts
	ColumnFile         = "_file"         // int: position in the delivery's files
	ColumnHash         = "_hash"         // int: of what the source delivered
	ColumnCompetencies = "_competencies" // list of codes of list "competencies", likeliest first
)

// A field is one or several columns, every one optional:
//
//	string, text, url, json   name                       string
//	int, number, bool, date   name                       of that type; dates are days since 1970-01-01
//	code                      name                       code in force, string
//	                          name_p                     int: per cent the coder gives it, 100 from the source; only of fields the coder codes
//	codes, strings            name                       list of strings
//	pay                       name_min, name_max         int: won a year
//	                          name_basis                 int: a snapshot.PayBasis
//	career                    name_min, name_max         int: months
//	                          name_entry                 bool
//	region                    name                       code in force, string
//	                          name_scope                 int: a parse.Scope
//	careers                   name_title                 list of strings, newest first
//	                          name_occupation            list of strings: code or ""
//	                          name_p                     list of ints: per cent, as above
//	                          name_start, name_end       lists of ints: months since 1970-01; snapshot.Unset = to the present, or not known
//	                          name_pay                   list of ints: won a year, or 0
//	person                    name                       list of ints: tokens made by master.Token
//
// In kinds without personal fields pay, career and region also have name_text,
// what the source said, and int, date, code and codes have name_text where it
// could not be read. In the others all but _row, _file and ColumnID is sealed
// (segment.go).

// Rows are some rows of the lake, of one delivery.
type Rows struct {
	Source   ieum.SourceID
	Delivery int64
	Closed   []ieum.Day // by row: the day it was no longer delivered; 0 = still there
	Place    []uint32   // by row: which row of the segment it is, from 0
	*table.Batch
}

// Column returns one of the columns that were asked for. Where a delivery does
// not have it, no row has a value.
func (r *Rows) Column(name string) *table.Column {
	for i := range r.Columns {
		if r.Columns[i].Name == name {
			return &r.Columns[i]
		}
	}
	panic("catalogue: column " + name + " was not asked for")
}

// Live calls f with the current rows of a kind: source by source, delivery by
// delivery as they came, in batches of a few thousand rows in the order of the
// delivery. Only the columns named are read. The rows are valid during the
// call; the next ones are read meanwhile.
func (c *Catalogue) Live(ctx context.Context, kind ieum.KindID, columns []string, f func(*Rows) error) error {
	return c.liveOf(ctx, kind, columns, func(state, int) bool { return true }, f)
}

// liveOf is Live for the entries of states that are wanted.
func (c *Catalogue) liveOf(ctx context.Context, kind ieum.KindID, columns []string, wanted func(st state, i int) bool, f func(*Rows) error) error {
	k := c.defs.Kinds[kind]
	if k == nil {
		return fmt.Errorf("catalogue: there is no kind %s", kind)
	}
	fields, err := pickFields(k, columns)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	rows := make(chan *Rows, 2)
	g.Go(func() error {
		defer close(rows)
		return c.eachState(ctx, kind, wanted, func(st state, live map[int64]*present) error {
			for _, number := range slices.Sorted(maps.Keys(live)) {
				err := c.readSegment(ctx, st, number, live[number], fields, rows)
				if err != nil {
					return err
				}
			}
			return nil
		})
	})
	g.Go(func() error {
		for r := range rows {
			if err := f(r); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
	return g.Wait()
}

// pickFields returns the columns of a kind's segments by name.
func pickFields(k *defs.Kind, names []string) ([]table.Field, error) {
	all := lakeFields(k)
	if personal(k) {
		all = append(all, sealedFields[0])
	}
	out := make([]table.Field, len(names))
	for i, name := range names {
		at := slices.IndexFunc(all, func(f table.Field) bool { return f.Name == name })
		if at < 0 {
			return nil, fmt.Errorf("catalogue: kind %s has no column %s", k.ID, name)
		}
		out[i] = all[at]
	}
	return out, nil
}

// present says of each row of one segment whether it is current.
type present struct {
	sha256 string   // of the segment
	rows   []uint64 // bits
	n      int      // rows that are current
	last   uint32   // the last of them
	closed []uint16 // days after firstClosed, 0 = not closed; nil when none is
}

// firstClosed is the day from which closing days are counted.
const firstClosed ieum.Day = 10957 - 1 // 1999-12-31

func (p *present) add(place uint32, closed ieum.Day, rows int64) {
	if p.rows == nil {
		p.rows = make([]uint64, (rows+63)/64)
	}
	p.rows[place/64] |= 1 << (place % 64)
	p.n++
	p.last = max(p.last, place)
	if closed != 0 {
		if p.closed == nil {
			p.closed = make([]uint16, rows)
		}
		p.closed[place] = uint16(min(max(closed-firstClosed, 1), math.MaxUint16))
	}
}

func (p *present) has(place uint32) bool { return p.rows[place/64]>>(place%64)&1 == 1 }

func (p *present) day(place uint32) ieum.Day {
	if p.closed == nil || p.closed[place] == 0 {
		return 0
	}
	return firstClosed + ieum.Day(p.closed[place])
}

// eachState calls f for every source that has rows of a kind, with what is
// current, and wanted, in each of its deliveries' segments.
func (c *Catalogue) eachState(ctx context.Context, kind ieum.KindID, wanted func(st state, i int) bool, f func(state, map[int64]*present) error) error {
	states, err := c.store.states(ctx, kind)
	if err != nil {
		return err
	}
	for _, st := range states {
		segments, err := c.store.segments(ctx, st.source, st.kind)
		if err != nil {
			return err
		}
		forgotten, err := c.forgotten(kind)
		if err != nil {
			return err
		}
		k, err := c.openState(ctx, st)
		if err != nil {
			return err
		}
		live := map[int64]*present{}
		for i := range k.n {
			if !wanted(st, i) {
				continue
			}
			e := k.at(i)
			if forgotten[snapshot.Place{Delivery: e.delivery, Row: e.place}] {
				continue
			}
			g, ok := segments[int64(e.delivery)]
			if !ok || int64(e.place) >= g.Rows {
				return errors.Join(k.close(), lost(c.statePath(st), errChanged))
			}
			p := live[int64(e.delivery)]
			if p == nil {
				p = &present{sha256: g.SHA256}
				live[int64(e.delivery)] = p
			}
			p.add(e.place, e.closed, g.Rows)
		}
		if err := errors.Join(k.close(), f(st, live)); err != nil {
			return err
		}
	}
	return nil
}

// readSegment sends the current rows of one segment, if it is as it was written.
func (c *Catalogue) readSegment(ctx context.Context, st state, number int64, p *present, fields []table.Field, to chan<- *Rows) error {
	path := c.segmentPath(st.source, st.kind, number)
	if err := whole(ctx, path, p.sha256); err != nil {
		return err
	}
	s, err := c.segment(st.source, st.kind, number)
	if err != nil {
		return err
	}
	defer s.Close()
	var names []string
	for _, f := range fields {
		if s.has(f.Name) {
			names = append(names, f.Name)
		}
	}
	if len(names) == 0 {
		names = []string{ColumnRow} // to count rows by
	}
	for place := uint32(0); place <= p.last; {
		b, there, err := s.read(ctx, func(place int64) bool { return p.has(uint32(place)) }, names...)
		if err != nil {
			return unread(path, err)
		}
		rows := current(b, place, p, there, fields)
		place += uint32(b.Rows)
		rows.Source, rows.Delivery = st.source, number
		if rows.Batch.Rows == 0 {
			continue
		}
		select {
		case to <- rows:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// current returns the rows of a batch that are there, in memory of their own, with
// the columns asked for.
func current(b *table.Batch, from uint32, p *present, there []bool, fields []table.Field) *Rows {
	out := &Rows{}
	for i, is := range there {
		if place := from + uint32(i); is {
			out.Closed = append(out.Closed, p.day(place))
			out.Place = append(out.Place, place)
		}
	}
	n := len(out.Closed)
	picked := selected(b, there, n)
	out.Batch = &table.Batch{Rows: n, Columns: make([]table.Column, len(fields))}
	for i, f := range fields {
		at := slices.IndexFunc(picked.Columns, func(c table.Column) bool { return c.Name == f.Name })
		if at >= 0 {
			out.Columns[i] = picked.Columns[at]
			continue
		}
		out.Columns[i] = table.Column{Field: f}
		for range n {
			out.Columns[i].AddNull()
		}
		if f.List && n == 0 {
			out.Columns[i].Off = []int32{0}
		}
	}
	return out
}

// Deliveries returns the deliveries of a source ("" = of all), newest first:
// most of them, from before a number (0 = the newest).
func (c *Catalogue) Deliveries(ctx context.Context, source ieum.SourceID, before int64, most int) ([]*Delivery, error) {
	return c.store.deliveries(ctx, source, before, most)
}

// Delivery returns one delivery with its files and segments; ieum.ErrNotFound
// when there is none of that number.
func (c *Catalogue) Delivery(ctx context.Context, number int64) (*Delivery, error) {
	return c.store.delivery(ctx, number)
}
