package identity

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"ieum"
)

// Who asks for names asks looksAtOnce times, then once every lookEvery.
const (
	looksAtOnce = 30
	lookEvery   = 2 * time.Minute
)

// LookUp returns the account of a name, with the roles that do not concern others
// than the reader: who grants roles is told of all that count or wait, who helps
// the accounts of places of those there alone. An account out of reach is as none.
func (g *Registry) LookUp(ctx context.Context, by *Person, name string) (a Account, roles []Grant, err error) {
	grants := by.MayAny(ieum.GrantRoles)
	if !grants && !by.MayAny(ieum.HelpAccounts) {
		return a, nil, errDenied()
	}
	if a, err = g.Named(ctx, by.ID, name); err != nil {
		return Account{}, nil, err
	}
	of := g.helps(by)
	if of.all = of.all || grants; !of.all {
		if in, err := g.store.inReach(ctx, of, a.ID); err != nil || !in {
			return Account{}, nil, errors.Join(err, ieum.ErrNotFound)
		}
	}
	all, err := g.store.grants(ctx, a.ID)
	now := g.now()
	return a, slices.DeleteFunc(all, func(one Grant) bool { return !one.Holds(now) && !one.Waits(now) || !of.has(one) }), err
}

// has says whether a role is at the places of a reach.
func (r reach) has(one Grant) bool {
	return r.all || slices.ContainsFunc(r.places, func(p place) bool {
		return p.organisation == one.Organisation && (p.site == "" || p.site == one.Site)
	})
}

// Named returns the account of a name that somebody gives, for whatever they do
// with it: what a name answers tells whether there is such an account. So each
// time is counted, and stands in the journal before the answer.
func (g *Registry) Named(ctx context.Context, by AccountID, name string) (Account, error) {
	if err := g.countLook(by); err != nil {
		return Account{}, err
	}
	a, err := g.store.named(ctx, Name(name))
	if err != nil && !errors.Is(err, ieum.ErrNotFound) {
		return Account{}, err
	}
	if failed := g.noteLook(ctx, by, a.ID); failed != nil {
		return Account{}, failed
	}
	return a, err
}

// free fails when a name, or a sign-in of the agency, is taken, as a look at whose it
// is. What is free counts as none.
func (g *Registry) free(ctx context.Context, by AccountID, name string, links []setting) error {
	if err := g.countLook(by); err != nil {
		return err
	}
	taken := errTaken("/name")
	a, err := g.store.named(ctx, name)
	for i := 0; i < len(links) && errors.Is(err, ieum.ErrNotFound); i++ {
		taken = errLinked()
		a.ID, _, err = g.store.linked(ctx, links[i].subject)
	}
	if errors.Is(err, ieum.ErrNotFound) {
		g.looks.back(string(by))
		return nil
	}
	if err == nil {
		err = g.noteLook(ctx, by, a.ID)
	}
	return cmp.Or(err, taken)
}

// countLook uses up one look of somebody; the console has as many as it likes.
func (g *Registry) countLook(by AccountID) error {
	if by == Console {
		return nil
	}
	if wait, ok := g.looks.take(string(by), g.now()); !ok {
		return &ieum.Error{Kind: ieum.ErrBusy, Key: "identity.error.looks", Args: map[string]any{"minutes": int(wait/time.Minute) + 1}, Message: "too many names were looked up; wait a little"}
	}
	return nil
}

// noteLook writes down who asked for a name and whose it is; "" for nobody's,
// which stands with who asked.
func (g *Registry) noteLook(ctx context.Context, by, of AccountID) error {
	found := of != ""
	if !found {
		of = by
	}
	return g.store.tell(ctx, about("identity.name_looked_up", of, "by", by, "found", found))
}
