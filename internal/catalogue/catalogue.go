// Package catalogue takes in what agencies deliver, keeps it, and makes of it
// the snapshot of the market that the other domains read.
//
// Read delivery.go for what a delivery is, ingest.go for the way a file takes,
// plan.go and fields.go for how its columns become the fields of a kind,
// state.go and commit.go for what is kept and what a crash leaves behind,
// live.go for what a build reads, quarantine.go for rows that were refused and
// sealed.go for how those about people are kept, keys.go for who asks whose a
// résumé is and forget.go for who is erased,
// fsck.go for what must be there and whole,
// store.go for the database and http.go for the pages.
//
// Bulk rows never pass through the database: they lie in the lake, one
// immutable Parquet file a delivery and kind, with a sorted index of keys from
// which it is known what is new, unchanged or gone.
package catalogue

import (
	"context"
	"embed"
	"path/filepath"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db"
)

//go:embed schema
var schema embed.FS

// A Coder turns a job's title and duties into occupations, likeliest first.
type Coder interface {
	Code(title, duties string, k int) []ieum.Scored
}

// An Extractor finds competencies of the list "competencies" in a text.
type Extractor interface {
	Extract(text string, k int) []ieum.Found
}

// A Catalogue is everything that was delivered. It is safe for concurrent use;
// whoever calls Ingest or Build holds build.lock in the data folder.
type Catalogue struct {
	store     *store
	keys      Sealer
	defs      *defs.Set
	data      string
	now       func() time.Time
	coder     Coder
	extractor Extractor

	held, stretch int // rows that a build gathers before it puts them aside, and that it reads back at once
}

// Migrate brings the catalogue's tables up to date.
func Migrate(ctx context.Context, d *db.DB) error { return d.Migrate(ctx, "catalogue", schema) }

// New returns the catalogue of a data folder, having brought its tables up to
// date. A folder that belongs to another database is ieum.ErrConflict. Without keys
// nothing can be taken in; without a coder or an extractor what they would find
// stays unknown.
func New(ctx context.Context, d *db.DB, keys Sealer, set *defs.Set, dataDir string, now func() time.Time, coder Coder, extractor Extractor) (*Catalogue, error) {
	if err := Migrate(ctx, d); err != nil {
		return nil, err
	}
	c := &Catalogue{&store{d}, keys, set, dataDir, now, coder, extractor, heldRows, stretchRows}
	_, _, err := c.compare(ctx)
	return c, err
}

// lake returns a path within data/lake.
func (c *Catalogue) lake(parts ...string) string {
	return filepath.Join(append([]string{c.data, "lake"}, parts...)...)
}
