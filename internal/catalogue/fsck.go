package catalogue

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"ieum"
)

// A File is one that the database speaks of: a backup holds it, and a check
// reads it.
type File struct {
	Path   string // within the data folder, with slashes
	SHA256 string // "" where none is kept, as of a quarantine
}

// Files lists the files of the lake and the quarantines, sorted by path. None
// of them changes as long as build.lock is held.
func (c *Catalogue) Files(ctx context.Context) ([]File, error) {
	sums, err := c.store.lakeFiles(ctx)
	if err != nil {
		return nil, err
	}
	var out []File
	for name, sum := range sums {
		out = append(out, File{path.Join("lake", name), sum})
	}
	names, err := c.store.quarantined(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		out = append(out, File{Path: path.Join("quarantine", name)})
	}
	name, lake, err := c.compare(ctx)
	if err != nil {
		return nil, err
	}
	next, err := c.store.next(ctx)
	if err != nil {
		return nil, err
	}
	if lake != "" || name != "" && next > 1 {
		out = append(out, File{Path: "lake/INSTALLATION"})
	}
	slices.SortFunc(out, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

// Whole returns a sentence on what is wrong with a file of Files and what to do,
// nil when it is as it was written.
func (c *Catalogue) Whole(ctx context.Context, f File) error {
	at := filepath.Join(c.data, filepath.FromSlash(f.Path))
	if f.SHA256 != "" {
		return whole(ctx, at, f.SHA256)
	}
	if _, err := os.Stat(at); err != nil {
		return lost(at, err)
	}
	return nil
}

// Found is what Faults looked at, and what is wrong.
type Found struct {
	Files  int     // of lake and quarantines
	Rows   int64   // about people, that opened; none without keys
	Faults []error // each a sentence with what to do
}

// Faults compares what the database says with what lies in the data folder, reads
// all of it, and opens every row about people: one that does not open is told with
// its file and place, and nothing of what it says; one of somebody who was erased is
// no fault. err is what kept it from looking.
func (c *Catalogue) Faults(ctx context.Context) (found Found, err error) {
	list, err := c.Files(ctx)
	if err != nil {
		return found, err
	}
	found.Files = len(list)
	spoilt := map[string]bool{}
	for _, f := range list {
		if fault := c.Whole(ctx, f); fault != nil {
			found.Faults, spoilt[f.Path] = append(found.Faults, fault), true
		}
	}
	if err := c.openAll(ctx, &found, spoilt); err != nil {
		return found, err
	}
	torn, err := c.store.torn(ctx)
	if err != nil {
		return found, err
	}
	if torn > 0 {
		found.Faults = append(found.Faults, ieum.Errorf(ieum.ErrInvalid, "the database %s lacks rows of %d deliveries; put back a backup of database and lake", c.store.db.Name(), torn))
	}
	for _, fault := range []error{c.strangers(ctx), c.keyFault()} {
		if fault != nil {
			found.Faults = append(found.Faults, fault)
		}
	}
	return found, ctx.Err()
}

// openAll opens the rows about people of all files of the lake that are not spoilt.
func (c *Catalogue) openAll(ctx context.Context, found *Found, spoilt map[string]bool) error {
	if c.keys == nil {
		return nil
	}
	states, err := c.store.states(ctx, "")
	if err != nil {
		return err
	}
	for _, st := range states {
		segments, err := c.store.segments(ctx, st.source, st.kind)
		if err != nil {
			return err
		}
		for _, number := range slices.Sorted(maps.Keys(segments)) {
			if spoilt[path.Join("lake", string(st.source), string(st.kind), lakeName(number, ".parquet"))] {
				continue
			}
			rows, fault := c.openSegment(ctx, st, number, segments[number].Rows)
			found.Rows += rows
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case fault != nil:
				found.Faults = append(found.Faults, fault)
			}
		}
	}
	return nil
}

// openSegment opens the rows about people of a segment, which has so many, and
// returns how many opened. The first that does not is ieum.ErrInvalid.
func (c *Catalogue) openSegment(ctx context.Context, st state, number, rows int64) (opened int64, err error) {
	s, err := c.segment(st.source, st.kind, number)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for s.inside != nil {
		_, there, err := s.read(ctx, func(int64) bool { return true }, ColumnKey)
		switch {
		case errors.Is(err, io.EOF) && s.at == rows:
			return opened, nil
		case err != nil:
			return opened, unread(s.path, err)
		}
		for _, is := range there {
			if is {
				opened++
			}
		}
	}
	return opened, nil
}

// strangers reports a file of a delivery that the database does not know.
func (c *Catalogue) strangers(ctx context.Context) error {
	next, err := c.store.next(ctx)
	if err != nil {
		return err
	}
	_, err = leftovers(c.lake(), next, nil)
	return err
}

// keyFault reports a key of the hashes of people that is damaged or open to
// others. That it is missing is said when it is needed: a restored folder gets
// it from elsewhere.
func (c *Catalogue) keyFault() error {
	if _, err := os.Stat(filepath.Join(c.data, "keys", "person.key")); err != nil {
		return nil
	}
	_, err := personKey(c.data, true)
	return err
}
