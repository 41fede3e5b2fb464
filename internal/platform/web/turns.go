package web

import (
	"context"
	"net/http"
	"sync"

	"ieum"
)

// turns let one thing of each account be done at a time.
type turns struct {
	mu sync.Mutex
	of map[ieum.AccountID]chan struct{} // closed when that of the account is done
}

func newTurns() turns { return turns{of: map[ieum.AccountID]chan struct{}{}} }

// enter waits until nothing else of the account is done.
func (t *turns) enter(ctx context.Context, by ieum.AccountID) (leave func(), err error) {
	for {
		t.mu.Lock()
		other, busy := t.of[by]
		if !busy {
			t.of[by] = make(chan struct{})
		}
		t.mu.Unlock()
		if !busy {
			return func() {
				t.mu.Lock()
				defer t.mu.Unlock()
				close(t.of[by])
				delete(t.of, by)
			}, nil
		}
		select {
		case <-other:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Scan is File for a scan of megabytes, which is in memory until its reader has it: they
// get one after the other.
func (m *Mux) Scan(pattern string, holds Holds, h Handler) {
	m.File(pattern, holds, func(w http.ResponseWriter, r *http.Request) error {
		by := By(r)
		if by == nil {
			return h(w, r)
		}
		leave, err := m.scans.enter(r.Context(), by.ID)
		if err != nil {
			return err
		}
		defer leave()
		return m.anew(h)(w, r)
	})
}
