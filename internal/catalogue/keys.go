package catalogue

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"ieum"
	"ieum/internal/platform/table"
	"ieum/internal/snapshot"
)

// A snapshot does not say whose a résumé is: it has the place of the row in the
// lake, and the key that its source has for it stands only there. Who needs keys
// asks here, having written down before that somebody reads about people.

// keyed is a row of a snapshot whose key is asked for.
type keyed struct{ delivery, place, at uint32 }

// Keys calls f with the keys that their sources have for résumés of a snapshot; i
// is a place in rows. They come delivery by delivery. It takes 12 bytes for each
// of rows, and reads the groups of rows of the lake that hold one.
func (c *Catalogue) Keys(ctx context.Context, s *snapshot.Snapshot, rows []uint32, f func(i int, key string) error) error {
	r := &s.Resumes
	all := make([]keyed, len(rows))
	for i, row := range rows {
		all[i] = keyed{r.Delivery.At(int(row)), r.Row.At(int(row)), uint32(i)}
	}
	slices.SortFunc(all, func(a, b keyed) int {
		return cmp.Or(cmp.Compare(a.delivery, b.delivery), cmp.Compare(a.place, b.place), cmp.Compare(a.at, b.at))
	})
	for len(all) > 0 {
		n := slices.IndexFunc(all, func(k keyed) bool { return k.delivery != all[0].delivery })
		if n < 0 {
			n = len(all)
		}
		source := s.Dict.Sources[r.Source.At(int(rows[all[0].at]))]
		if err := c.keysOf(ctx, c.segmentPath(ieum.SourceID(source), "resume", int64(all[0].delivery)), all[:n], f); err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

// keysOf reads keys of one segment, wanted in the order of their places.
func (c *Catalogue) keysOf(ctx context.Context, path string, wanted []keyed, f func(i int, key string) error) error {
	r, err := table.Open(path, table.Options{})
	if err != nil {
		return lost(path, err)
	}
	defer r.Close()
	for from := uint32(0); len(wanted) > 0; {
		from += uint32(r.Skip(int64(wanted[0].place - from)))
		b, err := r.ReadColumns(batchRows, ColumnKey)
		if err := cmp.Or(err, ctx.Err()); err != nil {
			return unread(path, err)
		}
		for ; len(wanted) > 0 && wanted[0].place-from < uint32(b.Rows); wanted = wanted[1:] {
			if err := f(int(wanted[0].at), b.Columns[0].Strings[wanted[0].place-from]); err != nil {
				return err
			}
		}
		from += uint32(b.Rows)
	}
	return nil
}

// unread says what became of a segment that ended too early or could not be read.
func unread(path string, err error) error {
	switch {
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, io.EOF):
		err = errChanged
	}
	return lost(path, err)
}

// Keyed returns the rows of a snapshot's résumés for which a source has a key. It
// goes through the keys of all the deliveries they are from.
func (c *Catalogue) Keyed(ctx context.Context, s *snapshot.Snapshot, key string) (rows []uint32, err error) {
	r := &s.Resumes
	sources := map[uint32]ieum.SourceID{}
	for row := range r.Person.Len() {
		sources[r.Delivery.At(row)] = ieum.SourceID(s.Dict.Sources[r.Source.At(row)])
	}
	found := map[[2]uint32]bool{}
	for _, number := range slices.Sorted(maps.Keys(sources)) {
		path := c.segmentPath(sources[number], "resume", int64(number))
		err := eachKey(ctx, path, func(place uint32, k string) {
			if k == key {
				found[[2]uint32{number, place}] = true
			}
		})
		if err != nil {
			return nil, err
		}
	}
	for row := 0; row < r.Person.Len() && len(found) > 0; row++ {
		if found[[2]uint32{r.Delivery.At(row), r.Row.At(row)}] && !s.ResumeGone(row) {
			rows = append(rows, uint32(row))
		}
	}
	return rows, nil
}

// eachKey calls f for all rows of a segment.
func eachKey(ctx context.Context, path string, f func(place uint32, key string)) error {
	r, err := table.Open(path, table.Options{})
	if err != nil {
		return lost(path, err)
	}
	defer r.Close()
	for place := uint32(0); ; {
		b, err := r.ReadColumns(batchRows, ColumnKey)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err := cmp.Or(err, ctx.Err()); err != nil {
			return unread(path, err)
		}
		for _, key := range b.Columns[0].Strings {
			f(place, key)
			place++
		}
	}
}

// Applications calls f for the applications that are known: with the keys that a
// source has for a résumé and a posting.
func (c *Catalogue) Applications(ctx context.Context, f func(source ieum.SourceID, resume, posting string)) error {
	columns := []string{"resume", "posting"}
	return c.Live(ctx, "application", columns, func(r *Rows) error {
		x := columnsOf(r, columns)
		for i := range r.Batch.Rows {
			f(r.Source, strings.Clone(x.text("resume", i)), strings.Clone(x.text("posting", i)))
		}
		return nil
	})
}
