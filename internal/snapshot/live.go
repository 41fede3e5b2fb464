package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"ieum"
)

// A Part is what a domain derives from a snapshot: written into a folder of
// the snapshot's when it is built, opened with it.
type Part struct {
	Name  string                                                   // also the folder's name
	Build func(ctx context.Context, s *Snapshot, dir string) error // nil: nothing is written
	Open  func(s *Snapshot, dir string) (io.Closer, error)
}

// Live hands out the current snapshot and moves to a newer one when it is
// published. An old one is closed when nobody reads it any more.
type Live struct {
	data  string
	parts []Part

	mu  sync.Mutex
	now *held
}

type held struct {
	*Snapshot
	refs int // readers, and one for being current
}

// NewLive follows the snapshots of a data folder. It reads nothing yet.
func NewLive(data string, parts ...Part) *Live { return &Live{data: data, parts: parts} }

// Acquire returns the current snapshot; the caller calls release when it has
// read what it needs, and keeps no column after that. Without a snapshot the
// error is ieum.ErrUnavailable.
func (l *Live) Acquire() (s *Snapshot, release func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now == nil {
		_, err := Current(l.data)
		if err == nil {
			err = ieum.Errorf(ieum.ErrUnavailable, "the snapshot is being opened; try again in a moment")
		}
		return nil, nil, err
	}
	h := l.now
	h.refs++
	return h.Snapshot, sync.OnceFunc(func() { l.release(h) }), nil
}

func (l *Live) release(h *held) {
	l.mu.Lock()
	h.refs--
	last := h.refs == 0
	l.mu.Unlock()
	if last {
		if err := h.Close(); err != nil {
			slog.Error("snapshot: close", "err", err)
		}
	}
}

// Refresh opens the current snapshot if it is not the one in use, and moves to
// it. Of the one in use it hides who was erased since. On an error the one in use
// stays. It is called by one at a time.
func (l *Live) Refresh() (moved bool, err error) {
	dir, err := Current(l.data)
	if errors.Is(err, ieum.ErrUnavailable) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	l.mu.Lock()
	h := l.now
	same := h != nil && h.Dir == dir
	if same {
		h.refs++
	}
	l.mu.Unlock()
	if same {
		defer l.release(h)
		h.file, err = h.hideAnew(h.file)
		return false, err
	}
	s, err := OpenWith(dir, l.parts...)
	if err != nil {
		return false, err
	}
	l.mu.Lock()
	old := l.now
	l.now = &held{s, 1}
	l.mu.Unlock()
	if old != nil {
		l.release(old)
	}
	return true, nil
}

// Follow refreshes now and then until ctx ends.
func (l *Live) Follow(ctx context.Context, every time.Duration) {
	for {
		moved, err := l.Refresh()
		if err != nil {
			slog.ErrorContext(ctx, "snapshot: the one in use stays", "err", err)
		} else if moved {
			slog.InfoContext(ctx, "snapshot: moved", "version", l.version())
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
	}
}

func (l *Live) version() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now.Meta.Version
}

// Close gives up the current snapshot.
func (l *Live) Close() {
	l.mu.Lock()
	h := l.now
	l.now = nil
	l.mu.Unlock()
	if h != nil {
		l.release(h)
	}
}

// OpenWith opens a snapshot and its parts.
func OpenWith(dir string, parts ...Part) (*Snapshot, error) {
	s, err := Open(dir)
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		c, err := p.open(s, filepath.Join(dir, p.Name))
		if err != nil {
			s.Close()
			return nil, damaged(dir, fmt.Errorf("snapshot: open %s: %w", p.Name, err))
		}
		s.parts[p.Name] = c
	}
	return s, nil
}

// open opens a part. A fault in that is an error, on which what is in use stays.
func (p Part) open(s *Snapshot, dir string) (c io.Closer, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%v\n%s", v, debug.Stack())
		}
	}()
	return p.Open(s, dir)
}
