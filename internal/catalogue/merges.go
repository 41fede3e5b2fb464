package catalogue

import (
	"context"
	"strings"
	"time"

	"ieum"
	"ieum/internal/snapshot"
)

// A Decision is that of people that two things are not one, whatever the
// matcher finds.
type Decision struct {
	Kind snapshot.MergeKind
	A, B uint64 // as in snapshot.Merges; A < B
	Why  string
	At   time.Time
}

// Unmerge decides that a and b, as the merges of a snapshot name them, are not
// one. The next build keeps them apart, also where a third row lies between
// them. To decide again what is decided replaces the reason.
func (c *Catalogue) Unmerge(ctx context.Context, kind snapshot.MergeKind, a, b uint64, why string) error {
	d := Decision{kind, min(a, b), max(a, b), strings.TrimSpace(why), c.now()}
	switch {
	case kind < snapshot.MergedPosting || kind > snapshot.MergedService:
		return ieum.Errorf(ieum.ErrInvalid, "there is no kind of merge %d", kind)
	case a == b:
		return ieum.Errorf(ieum.ErrInvalid, "%s can't be kept apart from itself", snapshot.FormatID(a))
	case d.Why == "" || len(d.Why) > 2000:
		return &ieum.Error{Kind: ieum.ErrInvalid, Field: "/why", Key: "error.unmerge_why", Message: "say in up to 2,000 bytes why the two are not one"}
	}
	return c.store.unmerge(ctx, d)
}

// Rejoin withdraws a decision: the matcher decides again.
func (c *Catalogue) Rejoin(ctx context.Context, kind snapshot.MergeKind, a, b uint64) error {
	return c.store.rejoin(ctx, kind, min(a, b), max(a, b))
}

// Decisions lists what is decided, by kind and number.
func (c *Catalogue) Decisions(ctx context.Context) ([]Decision, error) {
	d, err := c.store.decisions(ctx)
	if err != nil {
		return nil, err
	}
	return d.list, nil
}
