package ledger

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"ieum"
	"ieum/internal/platform/durable"
)

const (
	height = 8 // of a tile: 256 hashes, as tlog-tiles wants
	width  = 1 << height
	// entriesLevel is the level by which package tlog calls tiles of entries.
	entriesLevel = -1
	// writers is how many files are written at once.
	writers = 8
)

// tiles is a log in files, laid out as https://c2sp.org/tlog-tiles has it:
//
//	tile/0/x001/234         256 hashes; 234.p/17 has the first 17
//	tile/entries/x001/234   the entries, each after its length
//	signed                  the newest checkpoint, signed by the log alone
//	checkpoint              the newest that is published
//
// What a tile holds depends on the entries alone. Tiles are whole and synced
// before the checkpoint over them is signed, so a crash leaves at most files
// that no checkpoint covers; they are written again. Whatever is read back is
// held against the signed root.
type tiles struct {
	dir    string
	signer *key
	lock   *os.File

	witnesses *Witnesses
	memory    *memory

	mu sync.Mutex // held by the one who appends

	state   sync.RWMutex // guards what follows
	head    tlog.Tree
	signed  []byte // the note over head
	public  Checkpoint
	changed chan struct{} // closed when any of them changes
}

// openTiles opens the log in a folder, or begins it there.
func openTiles(dir string, signer *key, witnesses *Witnesses, m *memory) (*tiles, error) {
	if err := durable.MkdirAll(dir); err != nil {
		return nil, err
	}
	l := &tiles{dir: dir, signer: signer, witnesses: witnesses, memory: m, changed: make(chan struct{})}
	if err := l.take(); err != nil {
		return nil, err
	}
	err := l.load()
	if err == nil && len(witnesses.List) == 0 {
		_, err = l.publish(context.Background())
	}
	if err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// take keeps other servers off the log.
func (l *tiles) take() (err error) {
	l.lock, err = os.OpenFile(filepath.Join(l.dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return durable.Fault(err)
	}
	if err := unix.Flock(int(l.lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		l.lock.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return ieum.Errorf(ieum.ErrConflict, "another server writes the ledger in %s; stop it, or give this one another data folder and database", l.dir)
		}
		return ieum.Errorf(ieum.ErrInvalid, "%s cannot be locked (%v); keep the data folder on a disk of this machine", l.dir, err)
	}
	return nil
}

// Close gives the log up to other servers.
func (l *tiles) Close() error {
	// A process that is being started holds the file until it runs, too.
	return errors.Join(unix.Flock(int(l.lock.Fd()), unix.LOCK_UN), l.lock.Close())
}

func (l *tiles) load() error {
	signed, err := os.ReadFile(filepath.Join(l.dir, "signed"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Join(l.dir, "checkpoint")); err == nil {
			return ieum.Errorf(ieum.ErrInvalid, "%s is missing; put the folder back from a copy, or remove all of it: the log is then made again from the database", filepath.Join(l.dir, "signed"))
		}
		return l.Append(context.Background(), 0, [][]byte{genesis(l.signer.name)})
	case err != nil:
		return durable.Fault(err)
	}
	v, err := NewLogVerifier(l.signer.Verifier())
	if err != nil {
		return err
	}
	c, err := OpenCheckpoint(signed, v)
	if err != nil {
		return ieum.Errorf(ieum.ErrInvalid, "%s was changed, or signed by another key than the one in the folder keys; put back the copies that belong together", filepath.Join(l.dir, "signed"))
	}
	l.head, l.signed = c.Tree, signed
	// Reading the root reads and checks all of the right edge.
	if _, err := tlog.TreeHash(c.Tree.N, l.hashes(c.Tree)); err != nil {
		return l.tampered(err)
	}
	return l.loadPublic(v)
}

// tampered says that files are not as they were signed.
func (l *tiles) tampered(err error) error {
	if _, said := errors.AsType[*ieum.Error](err); said && !errors.Is(err, ieum.ErrNotFound) {
		return err
	}
	return fmt.Errorf("%w (%v)", &ieum.Error{Kind: ieum.ErrInvalid, Key: "ledger.error.tampered",
		Message: fmt.Sprintf("a tile of the ledger in %s is missing or was changed since it was signed; put the folder back from a copy, or remove all of it: the log is then made again from the database", l.dir)}, err)
}

// Head returns the size and root of the newest signed tree.
func (l *tiles) Head() (tlog.Tree, []byte) {
	l.state.RLock()
	defer l.state.RUnlock()
	return l.head, l.signed
}

// Append makes entries those from number first on. Entries that are there
// already must be the same, which makes it idempotent. It returns when the
// tree over them is signed and on disk; after an error the log is as it was.
func (l *tiles) Append(ctx context.Context, first int64, entries [][]byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	tree, _ := l.Head()
	if first > tree.N {
		return ieum.Errorf(ieum.ErrConflict, "the ledger in %s has %d entries and cannot go on with number %d", l.dir, tree.N, first)
	}
	for len(entries) > 0 && first < tree.N {
		kept, err := l.entry(tree, first)
		if err != nil {
			return err
		}
		if !bytes.Equal(kept, entries[0]) {
			return errOther(l.dir, first)
		}
		first, entries = first+1, entries[1:]
	}
	if len(entries) == 0 {
		return nil
	}
	grown, err := l.grow(ctx, tree, entries)
	if err != nil {
		return err
	}
	signed, err := note.Sign(&note.Note{Text: text(l.signer.name, grown)}, l.signer)
	if err != nil {
		return err
	}
	if err := durable.WriteFile(filepath.Join(l.dir, "signed"), signed); err != nil {
		return err
	}
	l.state.Lock()
	l.head, l.signed = grown, signed
	l.tell()
	l.state.Unlock()
	return l.prune(tree.N, grown.N)
}

func errOther(dir string, n int64) error {
	return ieum.Errorf(ieum.ErrConflict, "entry %d of the ledger in %s is not that of the database; database, keys and ledger were put back from copies of different times: put back those that belong together", n, dir)
}

// grow writes the tiles of the tree with more entries.
func (l *tiles) grow(ctx context.Context, tree tlog.Tree, entries [][]byte) (tlog.Tree, error) {
	r := &overlay{under: l.hashes(tree), over: map[int64]tlog.Hash{}}
	if tree.N > 0 { // brings the right edge into memory
		if _, err := tlog.TreeHash(tree.N, r); err != nil {
			return tree, l.tampered(err)
		}
	}
	for i, e := range entries {
		n := tree.N + int64(i)
		hashes, err := tlog.StoredHashesForRecordHash(n, tlog.RecordHash(e), r)
		if err != nil {
			return tree, l.tampered(err)
		}
		at := tlog.StoredHashIndex(0, n)
		for j, h := range hashes {
			r.over[at+int64(j)] = h
		}
	}
	size := tree.N + int64(len(entries))
	root, err := tlog.TreeHash(size, r)
	if err != nil {
		return tree, l.tampered(err)
	}
	g, _ := errgroup.WithContext(ctx)
	g.SetLimit(writers)
	for _, t := range tlog.NewTiles(height, tree.N, size) {
		b, err := tlog.ReadTileData(t, r)
		if err != nil {
			return tree, errors.Join(l.tampered(err), g.Wait())
		}
		g.Go(func() error { return l.write(t, b) })
		if t.L > 0 {
			continue
		}
		of := tlog.Tile{H: height, L: entriesLevel, N: t.N, W: t.W}
		bundle, err := l.bundle(tree, of, entries)
		if err != nil {
			return tree, errors.Join(err, g.Wait())
		}
		g.Go(func() error { return l.write(of, bundle) })
	}
	return tlog.Tree{N: size, Hash: root}, g.Wait()
}

// bundle returns a tile of entries, those that the tree has and the new ones.
func (l *tiles) bundle(tree tlog.Tree, t tlog.Tile, entries [][]byte) ([]byte, error) {
	var b []byte
	from := t.N * width
	if from < tree.N {
		kept, err := l.bundleOf(tree, t.N)
		if err != nil {
			return nil, err
		}
		for _, e := range kept {
			b = appendEntry(b, e)
		}
		from = tree.N
	}
	for n := from; n < t.N*width+int64(t.W); n++ {
		b = appendEntry(b, entries[n-tree.N])
	}
	return b, nil
}

func appendEntry(b, entry []byte) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(entry))), entry...)
}

// parseBundle reads the entries of a tile of w entries.
func parseBundle(b []byte, w int) ([][]byte, error) {
	var list [][]byte
	for len(b) >= 2 && len(list) < w {
		n := int(binary.BigEndian.Uint16(b))
		if len(b) < 2+n {
			break
		}
		list, b = append(list, b[2:2+n]), b[2+n:]
	}
	if len(list) != w || len(b) > 0 {
		return nil, fmt.Errorf("it does not hold %d entries", w)
	}
	return list, nil
}

func (l *tiles) write(t tlog.Tile, b []byte) error {
	path := filepath.Join(l.dir, filepath.FromSlash(tilePath(t)))
	if err := durable.MkdirAll(filepath.Dir(path)); err != nil {
		return err
	}
	return durable.WriteFile(path, b)
}

// prune removes the parts of tiles that became whole; who asks for a part gets
// it from the whole.
func (l *tiles) prune(from, to int64) error {
	var errs []error
	for _, t := range tlog.NewTiles(height, from, to) {
		if t.W < width {
			continue
		}
		for _, level := range []int{t.L, entriesLevel} {
			t.L = level
			parts := filepath.Join(l.dir, filepath.FromSlash(tilePath(t))+".p")
			if _, err := os.Stat(parts); err == nil {
				errs = append(errs, durable.Remove(parts))
			}
			if t.L != 0 {
				break
			}
		}
	}
	return errors.Join(errs...)
}

// tilePath returns where a tile lies beneath the log.
func tilePath(t tlog.Tile) string {
	level := "entries"
	if t.L != entriesLevel {
		level = strconv.Itoa(t.L)
	}
	n := fmt.Sprintf("%03d", t.N%1000)
	for rest := t.N / 1000; rest > 0; rest /= 1000 {
		n = fmt.Sprintf("x%03d/%s", rest%1000, n)
	}
	if t.W < width {
		n += ".p/" + strconv.Itoa(t.W)
	}
	return "tile/" + level + "/" + n
}

// parseTilePath is the inverse of tilePath.
func parseTilePath(path string) (t tlog.Tile, ok bool) {
	t = tlog.Tile{H: height, W: width}
	rest, ok := strings.CutPrefix(path, "tile/")
	level, rest, cut := strings.Cut(rest, "/")
	if !ok || !cut {
		return t, false
	}
	t.L = entriesLevel
	if level != "entries" {
		t.L, _ = strconv.Atoi(level)
	}
	if whole, part, cut := strings.Cut(rest, ".p/"); cut {
		t.W, _ = strconv.Atoi(part)
		rest = whole
	}
	for part := range strings.SplitSeq(rest, "/") {
		n, err := strconv.ParseInt(strings.TrimPrefix(part, "x"), 10, 64)
		if err != nil || t.N > 1<<40 {
			return t, false
		}
		t.N = t.N*1000 + n
	}
	return t, t.L >= entriesLevel && t.L < 8 && t.N >= 0 && t.W > 0 && t.W <= width && tilePath(t) == path
}
