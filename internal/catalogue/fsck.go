package catalogue

import (
	"context"
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
	_, lake, err := c.compare(ctx)
	if err != nil {
		return nil, err
	}
	if lake != "" {
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

// Faults compares what the database says with what lies in the data folder, and
// reads all of it. Each fault is a sentence with what to do; err is what kept
// it from looking.
func (c *Catalogue) Faults(ctx context.Context) (files int, faults []error, err error) {
	list, err := c.Files(ctx)
	if err != nil {
		return 0, nil, err
	}
	for _, f := range list {
		if fault := c.Whole(ctx, f); fault != nil {
			if ctx.Err() != nil {
				return 0, nil, ctx.Err()
			}
			faults = append(faults, fault)
		}
	}
	torn, err := c.store.torn(ctx)
	if err != nil {
		return 0, nil, err
	}
	if torn > 0 {
		faults = append(faults, ieum.Errorf(ieum.ErrInvalid, "the database %s lacks rows of %d deliveries; put back a backup of database and lake", c.store.db.Name(), torn))
	}
	for _, fault := range []error{c.strangers(ctx), c.keyFault()} {
		if fault != nil {
			faults = append(faults, fault)
		}
	}
	return len(list), faults, nil
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
