package ledger

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ieum"
	"ieum/internal/platform/durable"
)

// retry is how long a checkpoint that could not be published waits.
const retry = time.Second

// tell wakes those who wait for a change. The caller holds state.
func (l *tiles) tell() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// loadPublic reads the checkpoint that was published last, which must be of
// this log.
func (l *tiles) loadPublic(v note.Verifier) error {
	path := filepath.Join(l.dir, "checkpoint")
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return durable.Fault(err)
	}
	c, err := OpenCheckpoint(b, v, l.witnesses.verifiers()...)
	if err == nil && c.Tree.N <= l.head.N {
		var root tlog.Hash
		root, err = tlog.TreeHash(c.Tree.N, l.hashes(l.head))
		if err == nil && root == c.Tree.Hash {
			if info, err := os.Stat(path); err == nil {
				c.At = info.ModTime().In(ieum.Seoul).Truncate(time.Second)
			}
			l.public = c
			return nil
		}
	}
	return ieum.Errorf(ieum.ErrInvalid, "%s is not of the log beside it; put the folder back from one copy, or remove all of it: the log is then made again from the database", path)
}

// Run publishes what is signed until ctx ends: with no witness to ask at once,
// otherwise when enough have cosigned. What cannot be published is passed to
// report and tried again.
func (l *tiles) Run(ctx context.Context, report func(error)) {
	for ctx.Err() == nil {
		l.state.RLock()
		changed := l.changed
		l.state.RUnlock()
		published, err := l.publish(ctx)
		if err != nil && ctx.Err() == nil {
			report(err)
		}
		if err == nil && published {
			continue // there may be more by now
		}
		var again <-chan time.Time
		if err != nil {
			again, changed = time.After(retry), nil
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-again:
		}
	}
}

// publish makes the newest signed tree public, and says whether there was one
// to publish.
func (l *tiles) publish(ctx context.Context) (bool, error) {
	l.state.RLock()
	c := Checkpoint{Origin: l.signer.name, Tree: l.head, Signed: l.signed}
	done := l.public.Tree.N == c.Tree.N
	l.state.RUnlock()
	if done || c.Tree.N < l.memory.tree.N { // a log that is made again shows nothing less than it did
		return false, nil
	}
	if err := l.memory.holds(l, c.Tree); err != nil {
		return false, err
	}
	if err := l.witnesses.cosign(ctx, l, &c); err != nil {
		return false, err
	}
	if err := durable.WriteFile(filepath.Join(l.dir, "checkpoint"), c.Signed); err != nil {
		return false, err
	}
	if err := l.memory.keep(c); err != nil {
		return false, err
	}
	c.At = l.signer.now().In(ieum.Seoul).Truncate(time.Second)
	l.state.Lock()
	l.public = c
	l.tell()
	l.state.Unlock()
	return true, nil
}

// Checkpoint returns the newest checkpoint that is public; before the first,
// an error of kind ErrUnavailable.
func (l *tiles) Checkpoint() (Checkpoint, error) {
	l.state.RLock()
	defer l.state.RUnlock()
	if l.public.Signed == nil {
		return Checkpoint{}, &ieum.Error{Kind: ieum.ErrUnavailable, Key: "ledger.error.none", Message: "no checkpoint of the ledger is public yet"}
	}
	return l.public, nil
}

// Watch waits until a checkpoint over more than size entries is public.
func (l *tiles) Watch(ctx context.Context, size int64) (Checkpoint, error) {
	for {
		l.state.RLock()
		c, changed := l.public, l.changed
		l.state.RUnlock()
		if c.Tree.N > size {
			return c, nil
		}
		select {
		case <-ctx.Done():
			return Checkpoint{}, ctx.Err()
		case <-changed:
		}
	}
}

// Next returns the number of the next entry.
func (l *tiles) Next() int64 {
	l.state.RLock()
	defer l.state.RUnlock()
	return l.head.N
}

// Entry returns an entry, which is held against the signed root.
func (l *tiles) Entry(_ context.Context, index int64) ([]byte, error) {
	tree, _ := l.Head()
	if err := l.within(index+1, tree.N); err != nil {
		return nil, err
	}
	return l.entry(tree, index)
}

// Prove returns the proof that entry index is in the tree of the given size.
func (l *tiles) Prove(_ context.Context, index, size int64) (tlog.RecordProof, error) {
	tree, _ := l.Head()
	if err := errors.Join(l.within(index+1, size), l.within(size, tree.N)); err != nil {
		return nil, err
	}
	p, err := tlog.ProveRecord(size, index, l.hashes(tree))
	if err != nil {
		return nil, l.tampered(err)
	}
	return p, nil
}

// Consistency returns the proof that the tree of size begins with that of old.
func (l *tiles) Consistency(_ context.Context, old, size int64) (tlog.TreeProof, error) {
	tree, _ := l.Head()
	if err := errors.Join(l.within(old, size), l.within(size, tree.N)); err != nil {
		return nil, err
	}
	p, err := tlog.ProveTree(size, old, l.hashes(tree))
	if err != nil {
		return nil, l.tampered(err)
	}
	return p, nil
}

func (l *tiles) within(n, most int64) error {
	if n < 1 || n > most {
		return errRange(most)
	}
	return nil
}
