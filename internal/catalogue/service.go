package catalogue

import (
	"errors"
	"net/url"

	"ieum"
	"ieum/internal/snapshot"
)

// An Alike is a row that speaks of the same public service as another does, in
// the snapshot in use.
type Alike struct {
	ID       string        `json:"id"` // as ieum merges --kind service shows and takes it
	Source   ieum.SourceID `json:"source"`
	Kind     ieum.KindID   `json:"kind"`
	Key      string        `json:"key"`
	Delivery int64         `json:"delivery"`
	Row      int64         `json:"row"` // as the quarantine counts
}

// Page is the address of the row's own page.
func (a Alike) Page() string {
	return "/records/" + url.PathEscape(string(a.Source)) + "/" + url.PathEscape(string(a.Kind)) + "/" + url.PathEscape(a.Key)
}

// alike returns all rows that speak of the same service as one row does, itself
// among them. There are none where the row speaks of no service, or came after
// the snapshot was built.
func (c *Catalogue) alike(source ieum.SourceID, kind ieum.KindID, key string) ([]Alike, error) {
	k := c.defs.Kinds[kind]
	if k == nil || k.Master.As == "" {
		return nil, nil
	}
	dir, err := snapshot.Current(c.data)
	if errors.Is(err, ieum.ErrUnavailable) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	s, err := snapshot.Open(dir)
	if err != nil {
		return nil, err
	}
	out := alikeIn(s, source, kind, key)
	return out, s.Close()
}

func alikeIn(s *snapshot.Snapshot, source ieum.SourceID, kind ieum.KindID, key string) (out []Alike) {
	row, ok := s.Item(string(source), string(kind), key)
	if !ok {
		return nil
	}
	it := &s.Items
	rows, _ := s.Service(row)
	for _, i := range rows {
		out = append(out, Alike{snapshot.FormatID(s.ItemID(i)), ieum.SourceID(s.Dict.Sources[it.Source.At(i)]), ieum.KindID(s.Dict.Kinds[it.Kind.At(i)]),
			it.Key.At(i), int64(it.Delivery.At(i)), int64(it.Row.At(i))})
	}
	return out
}
