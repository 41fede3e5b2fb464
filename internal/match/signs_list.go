package match

import (
	"context"
	"errors"
	"slices"

	"ieum"
	"ieum/internal/snapshot"
)

// A Signed is a source's row behind an open posting with a sign.
type Signed struct {
	Source  ieum.SourceID `json:"source"`
	Key     string        `json:"key"` // in the source
	Posting string        `json:"posting"`
	Title   string        `json:"title"`
	Sign
}

// SignCounts counts the signs of a source's open postings.
type SignCounts struct {
	Source ieum.SourceID  `json:"source"`
	Title  ieum.Text      `json:"title"`
	Open   int            `json:"open"`   // rows of the source behind open postings
	Signed int            `json:"signed"` // of those with any sign
	Counts map[string]int `json:"counts"` // with each, by kind; a row may have several
}

// SignsBy is how many rows behind open postings have which signs.
type SignsBy struct {
	Day      ieum.Day     `json:"day"`
	Snapshot string       `json:"snapshot"`
	Open     int          `json:"open"` // postings that were looked at
	Sources  []SignCounts `json:"sources"`
}

// CountSigns counts the signs of all open postings by source, of a snapshot and day once.
func (m *Matcher) CountSigns(ctx context.Context) (*SignsBy, error) {
	x, day, release, err := m.acquire()
	if err != nil {
		return nil, err
	}
	defer release()
	if by := x.counted.Load(); by != nil && by.Day == day {
		return by, nil
	}
	by := &SignsBy{Day: day, Snapshot: x.s.Meta.Version, Open: len(x.openOn(day).rows), Sources: []SignCounts{}}
	at := map[uint16]*SignCounts{}
	err = x.eachOpen(ctx, day, func(row int, signs []Sign) error {
		for _, member := range x.s.Postings.Members.At(row, nil) {
			source := x.s.Members.Source.At(int(member))
			if at[source] == nil {
				id := ieum.SourceID(x.s.Dict.Sources[source])
				at[source] = &SignCounts{Source: id, Title: m.sourceTitle(id), Counts: map[string]int{}}
			}
			at[source].add(signs)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for source := range x.s.Dict.Sources {
		if c := at[uint16(source)]; c != nil {
			by.Sources = append(by.Sources, *c)
		}
	}
	x.counted.Store(by)
	return by, nil
}

func (c *SignCounts) add(signs []Sign) {
	c.Open++
	if len(signs) > 0 {
		c.Signed++
	}
	for _, s := range signs {
		c.Counts[s.Kind]++
	}
}

// Signs calls f for each sign of a source's rows behind open postings, of all sources where
// it is "", in the order of the postings, until f says that it is enough.
func (m *Matcher) Signs(ctx context.Context, source ieum.SourceID, f func(Signed) (more bool)) error {
	x, day, release, err := m.acquire()
	if err != nil {
		return err
	}
	defer release()
	if source != "" && !slices.Contains(x.s.Dict.Sources, string(source)) {
		return &ieum.Error{Kind: ieum.ErrNotFound, Key: "signs.error.source", Args: map[string]any{"source": string(source)}, Message: "no postings came from a source " + string(source)}
	}
	err = x.eachOpen(ctx, day, func(row int, signs []Sign) error {
		if len(signs) == 0 {
			return nil
		}
		for _, o := range x.origins(row) {
			for _, s := range signs {
				if (source == "" || o.Source == source) && !f(Signed{o.Source, o.Key, snapshot.FormatID(x.s.Postings.ID.At(row)), x.s.Postings.Title.At(row), s}) {
					return errEnough
				}
			}
		}
		return nil
	})
	if err == errEnough {
		return nil
	}
	return err
}

// errEnough ends a walk whose caller has what it wants.
var errEnough = errors.New("match: enough")

// eachOpen calls f with the signs of each posting that is open on a day.
func (x *index) eachOpen(ctx context.Context, day ieum.Day, f func(row int, signs []Sign) error) error {
	for i, row := range x.openOn(day).rows {
		if i&0x3FF == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := f(int(row), x.signsOf(int(row), day)); err != nil {
			return err
		}
	}
	return nil
}
