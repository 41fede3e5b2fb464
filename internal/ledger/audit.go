package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ieum"
)

// An Audit says what an auditor checks a log against.
type Audit struct {
	Key       string     // verifier key of the log; "" takes the one the site shows
	Kept      []byte     // a checkpoint that was kept from before, or nil
	Witnesses *Witnesses // those who must have cosigned; nil asks for none
	Since     time.Time  // as many as must have cosigned must have done so since then; zero = at any time
}

// An Audited is what an auditor found sound.
type Audited struct {
	Checkpoint
	Key string // verifier key it was held against
}

// Run reads the whole log of an installation, by its public files alone, and
// returns its newest checkpoint. It computes every hash anew from the entries;
// an error of kind ErrConflict is a finding, any other says why there is none.
func (a Audit) Run(ctx context.Context, address string) (*Audited, error) {
	s := site{strings.TrimSuffix(strings.TrimSuffix(address, "/"), "/ledger") + "/ledger"}
	if a.Key == "" {
		shown, err := s.read(ctx, "key")
		if err != nil {
			return nil, err
		}
		a.Key = string(shown)
	}
	log, err := NewLogVerifier(a.Key)
	if err != nil {
		return nil, err
	}
	signed, err := s.read(ctx, "checkpoint")
	if err != nil {
		return nil, err
	}
	now, err := a.open(signed, log)
	if err != nil {
		return nil, err
	}
	var kept tlog.Tree
	if a.Kept != nil {
		old, err := OpenCheckpoint(a.Kept, log)
		if err != nil {
			return nil, found("the checkpoint that was kept is not signed by the log's key: %v", err)
		}
		kept = old.Tree
	}
	if kept.N > now.Tree.N {
		return nil, found("rollback: the ledger had %d entries when the checkpoint was kept and has %d now", kept.N, now.Tree.N)
	}
	if err := s.walk(ctx, now, kept); err != nil {
		return nil, err
	}
	return &Audited{now, strings.TrimSpace(a.Key)}, nil
}

// open reads the checkpoint that is public now.
func (a Audit) open(signed []byte, log note.Verifier) (Checkpoint, error) {
	var witnesses []note.Verifier
	need := 0
	if a.Witnesses != nil {
		witnesses, need = a.Witnesses.verifiers(), a.Witnesses.Need
	}
	c, err := OpenCheckpoint(signed, log, witnesses...)
	if err != nil {
		return c, found("the checkpoint is not signed by the log's key: %v", err)
	}
	if len(c.By) < need {
		return c, found("%d witnesses cosigned the checkpoint and %d must", len(c.By), need)
	}
	if at := c.Cosigned(need); need > 0 && at.Before(a.Since) {
		return c, found("%d witnesses must have cosigned since %s, and did last at %s: the ledger stands still, or its newest entries are kept from you", need, a.Since.In(ieum.Seoul).Format(time.DateTime), at.In(ieum.Seoul).Format(time.DateTime))
	}
	if c.Tree.N < 1 {
		return c, found("the checkpoint covers nothing, not even the first entry")
	}
	return c, nil
}

func found(format string, args ...any) error { return ieum.Errorf(ieum.ErrConflict, format, args...) }

// walk reads all tiles, from the entries up.
func (s site) walk(ctx context.Context, now Checkpoint, kept tlog.Tree) error {
	w := &walk{site: s, tree: now.Tree}
	var whole span
	for n := int64(0); n*width < now.Tree.N; n++ {
		entries, err := w.entries(ctx, n, now.Origin)
		if err != nil {
			return err
		}
		for _, e := range entries {
			h := tlog.RecordHash(e)
			whole.add(h)
			if whole.n == kept.N && whole.root() != kept.Hash {
				return found("fork: the first %d entries are not those of the checkpoint that was kept; some were changed, removed or put in another order", kept.N)
			}
			if err := w.up(ctx, 0, h); err != nil {
				return err
			}
		}
	}
	for level := range w.levels {
		if err := w.tile(ctx, level); err != nil {
			return err
		}
	}
	if whole.root() != now.Tree.Hash {
		return found("the entries do not give the root that is signed; some were changed, removed or put in another order")
	}
	return nil
}

// A walk computes the tiles of a tree anew and compares them with the public ones.
type walk struct {
	site   site
	tree   tlog.Tree
	levels []level
}

// A level is the tile that is being filled at one level.
type level struct {
	n    int64
	data []byte
}

// entries reads a tile of entries; each must be a commitment and nothing else.
func (w *walk) entries(ctx context.Context, n int64, origin string) ([][]byte, error) {
	t := covered(w.tree, entriesLevel, n)
	b, err := w.read(ctx, t)
	if err != nil {
		return nil, err
	}
	entries, err := parseBundle(b, t.W)
	if err != nil {
		return nil, found("%s: %v", tilePath(t), err)
	}
	for i, e := range entries {
		index := n*width + int64(i)
		if index == 0 && !bytes.Equal(e, genesis(origin)) || index > 0 && len(e) != sha256.Size {
			return nil, found("entry %d is not what a ledger of this sort holds", index)
		}
	}
	return entries, nil
}

// up adds a hash to the tile at a level, and a tile that is full to the one above.
func (w *walk) up(ctx context.Context, at int, h tlog.Hash) error {
	if at == len(w.levels) {
		w.levels = append(w.levels, level{})
	}
	l := &w.levels[at]
	l.data = append(l.data, h[:]...)
	if len(l.data) < width*tlog.HashSize {
		return nil
	}
	var s span
	for b := l.data; len(b) > 0; b = b[tlog.HashSize:] {
		s.add(tlog.Hash(b[:tlog.HashSize]))
	}
	if err := w.tile(ctx, at); err != nil {
		return err
	}
	w.levels[at] = level{n: l.n + 1}
	return w.up(ctx, at+1, s.root())
}

// tile compares the tile that was computed at a level with the public one.
func (w *walk) tile(ctx context.Context, at int) error {
	l := w.levels[at]
	if len(l.data) == 0 {
		return nil
	}
	t := tlog.Tile{H: height, L: at, N: l.n, W: len(l.data) / tlog.HashSize}
	b, err := w.read(ctx, t)
	if err != nil {
		return err
	}
	if !bytes.Equal(b, l.data) {
		return found("%s is not what its entries give; some were changed, removed or put in another order", tilePath(t))
	}
	return nil
}

// read reads a tile, from the whole one if its part is not there any more.
func (w *walk) read(ctx context.Context, t tlog.Tile) ([]byte, error) {
	b, err := w.site.read(ctx, tilePath(t))
	if errors.Is(err, ieum.ErrNotFound) {
		return nil, found("%s is missing", tilePath(t))
	}
	if err != nil {
		return nil, fmt.Errorf("ledger: audit: %w", err)
	}
	return b, nil
}
