package main

import (
	"context"
	"log/slog"
	"time"
)

// hide hides who was erased and is not hidden yet.
func (a *app) hide(ctx context.Context) error {
	behind, err := a.store.catalogue.Behind(ctx)
	if err != nil || !behind {
		return err
	}
	if err := noteKeys(ctx, a.store, a.set, a.now()); err != nil {
		return err
	}
	return a.store.catalogue.Hide(ctx)
}

// hiding is how often it is looked whether somebody was erased.
const hiding = time.Second / 4

// hideElsewhere hides whom a server or command with another data folder erased, of
// which nothing but the key store tells here, until ctx ends; done is how many
// were erased before. Who erases hides as well, so it lets a quarter of a second pass.
func (a *app) hideElsewhere(ctx context.Context, done int) {
	every := time.NewTicker(hiding)
	defer every.Stop()
	for before := done; ; {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		erased := len(a.store.keys.Erased())
		if erased == before && erased != done {
			if err := a.hide(ctx); err != nil && ctx.Err() == nil {
				slog.ErrorContext(ctx, "catalogue: hide who was erased", "err", err)
			}
			done = erased // what cannot be read now is tried again by tidy
		}
		before = erased
	}
}
