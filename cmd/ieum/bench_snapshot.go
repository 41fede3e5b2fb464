package main

import (
	"context"
	"errors"

	"ieum/internal/snapshot"
)

// A SnapshotBench is what bench snapshot prints: what the columns of the current
// snapshot take on disk beside what their content needs, in bytes. Ratio is the
// one by the other, of columns that have an order-0 entropy.
type SnapshotBench struct {
	Version string        `json:"version"`
	Total   ColumnBench   `json:"total"`
	Columns []ColumnBench `json:"columns"`
}

// A ColumnBench is one column, or all.
type ColumnBench struct {
	snapshot.Size
	Ratio float64 `json:"ratio,omitempty"`
}

func benchSnapshot(ctx context.Context, e *env) (err error) {
	set, err := e.definitions()
	if err != nil {
		return err
	}
	dir, err := snapshot.Current(e.Data)
	if err != nil {
		return err
	}
	s, err := snapshot.Open(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := e.noteSnapshot(ctx, set, s.Meta); err != nil {
		return err
	}
	sizes, err := s.Sizes()
	if err != nil {
		return err
	}
	b := SnapshotBench{Version: s.Meta.Version, Total: ColumnBench{Size: snapshot.Size{Table: "all"}}}
	for _, size := range sizes {
		b.Columns = append(b.Columns, newColumnBench(size))
		b.Total.Bytes += size.Bytes
		b.Total.Entropy += size.Entropy
	}
	b.Total = newColumnBench(b.Total.Size)
	return writeJSON(e.stdout, b)
}

func newColumnBench(s snapshot.Size) ColumnBench {
	c := ColumnBench{Size: s}
	if s.Entropy > 0 {
		c.Ratio = float64(s.Bytes) / s.Entropy
	}
	return c
}
