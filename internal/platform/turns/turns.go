// Package turns lets few do something costly at once and few wait for it, so that a flood of
// those who ask takes neither all memory nor all processors.
package turns

import (
	"context"

	"ieum"
)

// Turns are had by some at once. Had holds one for each who has a turn, Asked one for each who
// has or awaits one.
type Turns struct{ Had, Asked chan struct{} }

// New returns turns of so many at once, for which so many may wait.
func New(atOnce, waiting int) *Turns {
	return &Turns{make(chan struct{}, atOnce), make(chan struct{}, atOnce+waiting)}
}

// Take waits for a turn, which give gives back. When too many wait it is ieum.ErrBusy, and for
// who goes away why they did.
func (t *Turns) Take(ctx context.Context) (give func(), err error) {
	select {
	case t.Asked <- struct{}{}:
	default:
		return nil, ieum.ErrBusy
	}
	select {
	case t.Had <- struct{}{}:
		return func() { <-t.Had; <-t.Asked }, nil
	case <-ctx.Done():
		<-t.Asked
		return nil, ctx.Err()
	}
}
