package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"

	"ieum"
	"ieum/internal/platform/durable"
)

// hashes reads the hashes of a tree from tiles, all held against its root.
func (l *tiles) hashes(tree tlog.Tree) tlog.HashReader {
	return tlog.TileHashReader(tree, tileReader{l})
}

// A tileReader is a log as package tlog reads it.
type tileReader struct{ l *tiles }

// Height returns the height of tiles.
func (r tileReader) Height() int { return height }

// SaveTiles does nothing: they are there.
func (r tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

// ReadTiles returns what tiles hold.
func (r tileReader) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(list))
	for i, t := range list {
		b, err := r.l.Tile(t)
		if err != nil {
			return nil, err
		}
		out[i] = b
	}
	return out, nil
}

// Tile returns a tile as it is on disk; a part of a whole one when the part is
// not there any more. It holds it against nothing: who reads it does.
func (l *tiles) Tile(t tlog.Tile) ([]byte, error) {
	b, err := l.read(t)
	if !errors.Is(err, fs.ErrNotExist) {
		return b, durable.Fault(err)
	}
	whole := t
	whole.W = width
	b, err = l.read(whole)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &ieum.Error{Kind: ieum.ErrNotFound, Key: "ledger.error.tile", Message: "the ledger has no " + tilePath(t)}
	case err != nil:
		return nil, durable.Fault(err)
	case t.L != entriesLevel:
		return b[:min(len(b), t.W*tlog.HashSize)], nil
	}
	entries, err := parseBundle(b, width)
	if err != nil {
		return nil, l.tampered(err)
	}
	var part []byte
	for _, e := range entries[:t.W] {
		part = appendEntry(part, e)
	}
	return part, nil
}

func (l *tiles) read(t tlog.Tile) ([]byte, error) {
	return os.ReadFile(filepath.Join(l.dir, filepath.FromSlash(tilePath(t))))
}

// covered returns tile n of a level as far as a tree has it.
func covered(tree tlog.Tree, level int, n int64) tlog.Tile {
	have := tree.N >> (height * max(level, 0))
	return tlog.Tile{H: height, L: level, N: n, W: int(min(have-n*width, width))}
}

// bundleOf returns the entries of tile n that a tree has, held against its root.
func (l *tiles) bundleOf(tree tlog.Tree, n int64) ([][]byte, error) {
	t := covered(tree, entriesLevel, n)
	b, err := l.Tile(t)
	if err != nil {
		return nil, l.tampered(err)
	}
	entries, err := parseBundle(b, t.W)
	if err != nil {
		return nil, l.tampered(fmt.Errorf("%s: %w", tilePath(t), err))
	}
	hashes, err := tlog.ReadTileData(covered(tree, 0, n), l.hashes(tree))
	if err != nil {
		return nil, l.tampered(err)
	}
	for i, e := range entries {
		if h := tlog.RecordHash(e); !bytes.Equal(h[:], hashes[i*tlog.HashSize:(i+1)*tlog.HashSize]) {
			return nil, l.tampered(fmt.Errorf("%s: entry %d has another hash", tilePath(t), i))
		}
	}
	return entries, nil
}

// entry returns an entry that a tree has.
func (l *tiles) entry(tree tlog.Tree, n int64) ([]byte, error) {
	entries, err := l.bundleOf(tree, n/width)
	if err != nil {
		return nil, err
	}
	return entries[n%width], nil
}

// An overlay reads new hashes from memory, and keeps there what it read.
type overlay struct {
	under tlog.HashReader
	over  map[int64]tlog.Hash
}

// ReadHashes returns the hashes with the given numbers.
func (o *overlay) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	var missing []int64
	var to []int
	for i, x := range indexes {
		h, ok := o.over[x]
		if !ok {
			missing, to = append(missing, x), append(to, i)
		}
		out[i] = h
	}
	if len(missing) == 0 {
		return out, nil
	}
	read, err := o.under.ReadHashes(missing)
	if err != nil {
		return nil, err
	}
	for i, h := range read {
		out[to[i]], o.over[missing[i]] = h, h
	}
	return out, nil
}
