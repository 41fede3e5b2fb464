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
	"ieum/internal/snapshot"
)

// A snapshot does not say whose a résumé is: it has the place of the row in the
// lake, and the key that its source has for it stands only there. Who needs keys
// asks here, having written down before that somebody reads about people.

// keyed is a row of a snapshot whose key is asked for.
type keyed struct{ delivery, place, at uint32 }

// Keys calls f with the keys that their sources have for résumés of a snapshot; i
// is a place in rows. They come delivery by delivery; rows of people who were
// erased are passed over. It takes 12 bytes for each of rows, reads the groups of
// rows of the lake that hold one, and opens those asked for.
func (c *Catalogue) Keys(ctx context.Context, s *snapshot.Snapshot, rows []uint32, f func(i int, key string) error) error {
	return c.ofRows(ctx, s, rows, ColumnKey, f)
}

// ofRows is Keys for any column of texts or bytes; of ColumnID also for people who
// were erased.
func (c *Catalogue) ofRows(ctx context.Context, s *snapshot.Snapshot, rows []uint32, column string, f func(i int, text string) error) error {
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
		if err := c.ofSegment(ctx, ieum.SourceID(source), all[:n], column, f); err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

// ofSegment reads from one segment what is wanted in the order of places.
func (c *Catalogue) ofSegment(ctx context.Context, source ieum.SourceID, wanted []keyed, column string, f func(i int, text string) error) (err error) {
	s, err := c.segment(source, resumeKind, int64(wanted[0].delivery))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for len(wanted) > 0 {
		s.skip(int64(wanted[0].place) - s.at)
		from := s.at
		b, there, err := s.read(ctx, func(place int64) bool {
			_, is := slices.BinarySearchFunc(wanted, place, func(k keyed, place int64) int { return cmp.Compare(int64(k.place), place) })
			return is
		}, column)
		if err != nil {
			return unread(s.path, err)
		}
		for ; len(wanted) > 0 && int64(wanted[0].place) < s.at; wanted = wanted[1:] {
			i := int64(wanted[0].place) - from
			if !there[i] {
				continue
			}
			if err := f(int(wanted[0].at), b.Columns[0].Strings[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// unread says what became of a segment that ended too early.
func unread(path string, err error) error {
	if errors.Is(err, io.EOF) {
		return lost(path, errChanged)
	}
	return err
}

// Keyed returns the rows of a snapshot's résumés for which a source has a key. It
// goes through the ids of all the deliveries they are from.
func (c *Catalogue) Keyed(ctx context.Context, s *snapshot.Snapshot, key string) (rows []uint32, err error) {
	r := &s.Resumes
	sources := map[uint32]ieum.SourceID{}
	for row := range r.Person.Len() {
		sources[r.Delivery.At(row)] = ieum.SourceID(s.Dict.Sources[r.Source.At(row)])
	}
	found := map[[2]uint32]bool{}
	for _, number := range slices.Sorted(maps.Keys(sources)) {
		id := idOf(c.keys, sources[number], resumeKind, key)
		err := c.eachID(ctx, sources[number], resumeKind, int64(number), func(place uint32, of rowID) {
			if of == id {
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
