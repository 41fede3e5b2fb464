package identity

import (
	"context"

	"ieum"
)

// Remove removes an account: what it is signed in to with, its sessions and
// links, at once and for good. Its roles end; their grants stay, as ids. The
// caller erases the account's key first, so that no copy of the database tells
// anything of it either. An account that is not there is ieum.ErrNotFound.
func (g *Registry) Remove(ctx context.Context, a AccountID) error {
	was, err := g.store.remove(ctx, a, g.now())
	if err == nil && !was {
		return ieum.ErrNotFound
	}
	return err
}

// Replay removes the accounts among ids whose keys were erased: a database that
// was put back may have them again. Whoever starts the service calls it before
// anybody is served.
func (g *Registry) Replay(ctx context.Context, erased []string) error {
	for _, id := range erased {
		if _, err := g.store.remove(ctx, AccountID(id), g.now()); err != nil {
			return err
		}
	}
	return nil
}
