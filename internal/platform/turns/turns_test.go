package turns

import (
	"context"
	"errors"
	"testing"
	"time"

	"ieum"
)

// So many have a turn, so many wait, one more is told that it is busy; who goes away waits no
// more, and what is given back is had again.
func TestFewAtOnceAndFewWait(t *testing.T) {
	const atOnce, waiting = 2, 3
	turns := New(atOnce, waiting)
	var give []func()
	for range atOnce {
		g, err := turns.Take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		give = append(give, g)
	}
	away, leave := context.WithCancel(t.Context())
	done := make(chan error)
	for range waiting {
		go func() {
			_, err := turns.Take(away)
			done <- err
		}()
	}
	for len(turns.Asked) < atOnce+waiting {
		time.Sleep(time.Millisecond)
	}
	if _, err := turns.Take(t.Context()); !errors.Is(err, ieum.ErrBusy) {
		t.Errorf("one too many: %v", err)
	}
	if len(turns.Had) != atOnce {
		t.Errorf("%d have a turn", len(turns.Had))
	}
	leave()
	for range waiting {
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("one that went away: %v", err)
		}
	}
	go func() {
		for _, g := range give {
			g()
		}
	}()
	for range atOnce {
		if _, err := turns.Take(t.Context()); err != nil {
			t.Errorf("a turn given back: %v", err)
		}
	}
}
