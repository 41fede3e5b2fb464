// Package ledger puts what happened into a log that nobody can rewrite unseen:
// an append-only Merkle tree, published in the formats of c2sp.org (tlog-tiles,
// tlog-checkpoint, tlog-cosignature, tlog-witness, tlog-proof), so that
// anybody's tools check it.
//
// It follows the journal: entry n of the log is a commitment to entry n of the
// journal, salted with what the database alone knows, and entry 0 says which
// log it is. The log holds no personal data, and erasing a salt cuts the last
// tie between an entry and what it was about. What the log is to hold is
// written to the database first. So an append that was cut off is done again
// with the same bytes, a lost folder can be made again from the database, and
// two servers on one database cannot make two histories.
//
// Read ledger.go for the parts, leaf.go for what is in an entry, store.go for
// the salts, checkpoint.go for what is signed, tiles.go, tiles_read.go and
// publish.go for the log in files, memory.go for what was
// published, witnesses.go for those who cosign and
// witness.go for how they decide, audit.go for the independent check, and
// http.go for what is public.
package ledger

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/journal"
)

// An Engine keeps a log. The one there is keeps it in files (tiles.go); another
// may have each of several institutions agree to every entry.
type Engine interface {
	// Next returns the number of the next entry.
	Next() int64
	// Append makes entries those from number first on, and returns when they are
	// durable. It is idempotent: entries that are there must be the same.
	// Otherwise, and when first leaves a gap, the error is of kind ErrConflict.
	Append(ctx context.Context, first int64, entries [][]byte) error
	// Entry returns an entry.
	Entry(ctx context.Context, index int64) ([]byte, error)
	// Checkpoint returns the newest checkpoint that is public.
	Checkpoint() (Checkpoint, error)
	// Watch waits until a checkpoint over more than size entries is public.
	Watch(ctx context.Context, size int64) (Checkpoint, error)
	// Prove returns the proof (RFC 6962) that entry index is in the tree of size.
	Prove(ctx context.Context, index, size int64) (tlog.RecordProof, error)
	// Consistency returns the proof that the tree of size begins with that of old.
	Consistency(ctx context.Context, old, size int64) (tlog.TreeProof, error)
	// Tile returns a tile in the format of tlog-tiles; level -1 has the entries.
	Tile(t tlog.Tile) ([]byte, error)
	// Run publishes until ctx ends and passes to report what fails.
	Run(ctx context.Context, report func(error))
	// Close gives up what it holds.
	Close() error
}

// A Ledger follows the journal into a log.
type Ledger struct {
	engine    Engine
	store     *store
	key       string // verifier key
	witnesses *Witnesses
}

// New opens the ledger of a data folder and its database, which it begins if
// there is none: data/keys/ledger.key signs, data/ledger has the files and
// data/witnesses, if it is there, names who must cosign.
func New(ctx context.Context, d *db.DB, data string, now func() time.Time) (*Ledger, error) {
	s, err := openStore(ctx, d)
	if err != nil {
		return nil, err
	}
	belongs, err := s.key(ctx)
	if err != nil {
		return nil, err
	}
	witnesses, err := ReadWitnesses(filepath.Join(data, "witnesses"))
	if err != nil {
		return nil, err
	}
	k, err := openKey(data, "ledger.key", belongs != "", false, now)
	if err != nil {
		return nil, err
	}
	if err := s.belong(ctx, k.Verifier()); err != nil {
		return nil, err
	}
	v, err := NewLogVerifier(k.Verifier())
	if err != nil {
		return nil, err
	}
	seen, err := openMemory(filepath.Join(data, "keys", "ledger.seen"), v)
	if err != nil {
		return nil, err
	}
	engine, err := openTiles(filepath.Join(data, "ledger"), k, witnesses, seen)
	if err != nil {
		return nil, err
	}
	l := &Ledger{engine, s, k.Verifier(), witnesses}
	if err := l.notOlder(ctx, max(engine.Next(), seen.tree.N), engine.dir, seen.path); err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	return l, nil
}

// notOlder refuses a database that lacks entries which were signed before.
func (l *Ledger) notOlder(ctx context.Context, signed int64, dir, seen string) error {
	if signed <= 1 {
		return nil // the first entry is the log's own
	}
	last, err := journal.After(ctx, l.store.db, signed-2, 1)
	if err != nil || len(last) == 1 && last[0].Seq == signed-1 {
		return err
	}
	return ieum.Errorf(ieum.ErrConflict, "an older copy of the database was put back: its ledger had %d entries, and the database has fewer; put back the newest copy, or, to go on from the older one on purpose, which whoever kept a checkpoint will notice, move %s and %s to another place", signed, dir, seen)
}

// Close gives the log up to other servers.
func (l *Ledger) Close() error { return l.engine.Close() }

// most is how many journal entries are appended at once.
const most = 2000

// Append brings the log up to the last sealed entry of the journal.
func (l *Ledger) Append(ctx context.Context) error {
	for ctx.Err() == nil {
		n, err := l.step(ctx)
		if err != nil || n < most {
			return err
		}
	}
	return ctx.Err()
}

// step appends some entries and returns how many it read. It begins with the
// one the log ends with, which must still be the journal's: a journal that is
// older than the log, or went on differently, is refused.
func (l *Ledger) step(ctx context.Context) (int, error) {
	last := l.engine.Next() - 1
	entries, err := journal.After(ctx, l.store.db, last-1, most)
	if err != nil {
		return 0, err
	}
	if last > 0 && (len(entries) == 0 || entries[0].Seq != last) {
		return 0, ieum.Errorf(ieum.ErrConflict, "the ledger has entry %d and the database has not: an older copy of the database was put back; put back the newest copies of both", last)
	}
	if len(entries) == 0 || entries[len(entries)-1].Seq == last {
		return 0, nil
	}
	leaves, err := l.store.leaves(ctx, entries)
	if err != nil {
		return 0, err
	}
	return len(entries), l.engine.Append(ctx, entries[0].Seq, leaves)
}

// Follow appends what was sealed so often until ctx ends, and publishes. A
// failure is passed to report, once for as long as it stays the same, and tried
// again.
func (l *Ledger) Follow(ctx context.Context, every time.Duration, report func(error)) {
	published := make(chan struct{})
	go func() {
		defer close(published)
		l.engine.Run(ctx, once(report))
	}()
	tell := once(report)
	t := time.NewTicker(every)
	defer t.Stop()
	for ctx.Err() == nil {
		if err := l.Append(ctx); ctx.Err() == nil {
			tell(err)
		}
		select {
		case <-ctx.Done():
		case <-t.C:
		}
	}
	<-published
}

// once passes on an error only when it differs from the one before.
func once(report func(error)) func(error) {
	last := ""
	return func(err error) {
		said := ""
		if err != nil {
			said = err.Error()
		}
		if said != last && err != nil {
			report(err)
		}
		last = said
	}
}

// Watch waits until a checkpoint over entry index is public.
func (l *Ledger) Watch(ctx context.Context, index int64) (Checkpoint, error) {
	return l.engine.Watch(ctx, index)
}

// Open returns what ties entry index of the log to the journal, for whom the
// entry concerns; of kind ErrNotFound once it is erased.
func (l *Ledger) Open(ctx context.Context, index int64) (Opening, error) {
	return l.store.opening(ctx, index)
}

// Erase cuts the tie between entries of the log and the journal for ever. The
// log stays as it is.
func (l *Ledger) Erase(ctx context.Context, indexes ...int64) error {
	return l.store.erase(ctx, indexes)
}

// A Proof shows that an entry is in the log.
type Proof struct {
	Index      int64    `json:"index"`      // number of the entry
	Size       int64    `json:"size"`       // entries of the tree
	Entry      string   `json:"entry"`      // what the log holds; base64, as are the hashes
	Hashes     []string `json:"hashes"`     // inclusion proof (RFC 6962, 2.1.1)
	Checkpoint string   `json:"checkpoint"` // signed note over the tree
}

// Prove returns the proof that entry index is in the newest public tree.
func (l *Ledger) Prove(ctx context.Context, index int64) (*Proof, error) {
	c, err := l.engine.Checkpoint()
	if err != nil {
		return nil, err
	}
	hashes, err := l.engine.Prove(ctx, index, c.Tree.N)
	if err != nil {
		return nil, err
	}
	entry, err := l.engine.Entry(ctx, index)
	if err != nil {
		return nil, err
	}
	return &Proof{index, c.Tree.N, base64.StdEncoding.EncodeToString(entry), encoded(hashes), string(c.Signed)}, nil
}

// Text returns the proof in the format of c2sp.org/tlog-proof.
func (p *Proof) Text() []byte {
	b := fmt.Appendf(nil, "c2sp.org/tlog-proof@v1\nindex %d\n", p.Index)
	for _, h := range p.Hashes {
		b = append(b, h+"\n"...)
	}
	return append(b, "\n"+p.Checkpoint...)
}

func encoded(hashes []tlog.Hash) []string {
	var list []string
	for _, h := range hashes {
		list = append(list, base64.StdEncoding.EncodeToString(h[:]))
	}
	return list
}

// A Change shows that a tree goes on from an older one.
type Change struct {
	From   int64    `json:"from"`   // entries of the older tree
	To     int64    `json:"to"`     // entries of the newer one
	Hashes []string `json:"hashes"` // consistency proof (RFC 6962, 2.1.2); base64
}

// Consistency returns the proof from one public size to another; to 0 is the
// newest.
func (l *Ledger) Consistency(ctx context.Context, from, to int64) (*Change, error) {
	c, err := l.engine.Checkpoint()
	if err != nil {
		return nil, err
	}
	if to == 0 {
		to = c.Tree.N
	}
	if to > c.Tree.N {
		return nil, errRange(c.Tree.N)
	}
	hashes, err := l.engine.Consistency(ctx, from, to)
	if err != nil {
		return nil, err
	}
	return &Change{from, to, encoded(hashes)}, nil
}

func errRange(most int64) error {
	return &ieum.Error{Kind: ieum.ErrNotFound, Key: "ledger.error.range", Args: map[string]any{"n": most},
		Message: fmt.Sprintf("the ledger has entries 0 to %d", most-1)}
}

// A Status says how the public log stands.
type Status struct {
	Origin    string          `json:"origin"` // the name of the log
	Key       string          `json:"key"`    // its verifier key (c2sp.org/signed-note)
	Size      int64           `json:"size"`   // entries
	Root      string          `json:"root"`   // of the tree; base64
	Published time.Time       `json:"published"`
	Need      int             `json:"need"` // witnesses that must cosign
	Witnesses []WitnessStatus `json:"witnesses"`
}

// A WitnessStatus says whether a witness cosigned the public checkpoint.
type WitnessStatus struct {
	Name     string     `json:"name"`
	Key      string     `json:"key"`                // the name of its key
	Cosigned *time.Time `json:"cosigned,omitempty"` // when it did
}

// Status returns how the public log stands.
func (l *Ledger) Status() (*Status, error) {
	c, err := l.engine.Checkpoint()
	if err != nil {
		return nil, err
	}
	s := &Status{Origin: c.Origin, Key: l.key, Size: c.Tree.N, Root: base64.StdEncoding.EncodeToString(c.Tree.Hash[:]), Published: c.At, Need: l.witnesses.Need}
	for _, w := range l.witnesses.List {
		one := WitnessStatus{Name: w.Name, Key: w.Verifier.Name()}
		for _, by := range c.By {
			if by.Witness == one.Key {
				one.Cosigned = &by.At
			}
		}
		s.Witnesses = append(s.Witnesses, one)
	}
	return s, nil
}

// A Verdict says how a checkpoint that somebody kept stands to the newest.
type Verdict struct {
	Kept  Checkpoint
	Now   Checkpoint
	Holds bool // the log goes on from it
}

// Compare says whether the public log goes on from a checkpoint of it.
func (l *Ledger) Compare(ctx context.Context, signed []byte) (*Verdict, error) {
	v, err := NewLogVerifier(l.key)
	if err != nil {
		return nil, err
	}
	old, err := OpenCheckpoint(signed, v, l.witnesses.verifiers()...)
	if err != nil {
		return nil, err
	}
	now, err := l.engine.Checkpoint()
	if err != nil {
		return nil, err
	}
	verdict := &Verdict{Kept: old, Now: now}
	if old.Tree.N < 1 || old.Tree.N > now.Tree.N {
		return verdict, nil
	}
	proof, err := l.engine.Consistency(ctx, old.Tree.N, now.Tree.N)
	if err != nil {
		return nil, err
	}
	verdict.Holds = tlog.CheckTree(proof, now.Tree.N, now.Tree.Hash, old.Tree.N, old.Tree.Hash) == nil
	return verdict, nil
}
