package identity

import (
	"context"
	"errors"

	"ieum"
	"ieum/defs"
)

// A Letter is all that somebody is to be told on paper, or when they come.
type Letter struct {
	Of      Account
	Notices []Notice // oldest first
	Last    int64    // number of the last of them, by which the letter is handed over
	Barred  bool     // somebody else than the reader hands it over
}

// lettersPage is how many letters are listed at once.
const lettersPage = 20

// Letters lists a page, from 0, of the letters that staff is to send or to hand over:
// those of recoveries first, then who has waited longest. Whoever helps the accounts
// of one place has the letters to those who work there, and to those whose accounts
// were made there. more is whether there is a page after it.
func (g *Registry) Letters(ctx context.Context, by *Person, page int) (list []Letter, more bool, err error) {
	if !by.MayAny(ieum.HelpAccounts) {
		return nil, false, errDenied()
	}
	piles, err := g.store.piles(ctx, g.helps(by), lettersPage+1, page*lettersPage)
	if more = len(piles) > lettersPage; more {
		piles = piles[:lettersPage]
	}
	for _, a := range piles {
		l, failed := g.letterTo(ctx, by, a)
		if errors.Is(failed, ieum.ErrNotFound) { // they are being erased
			continue
		}
		if failed != nil {
			return nil, false, failed
		}
		list = append(list, l)
	}
	return list, more, err
}

func (g *Registry) letterTo(ctx context.Context, by *Person, to AccountID) (l Letter, err error) {
	if l.Of, err = g.store.account(ctx, to); err != nil {
		return l, err
	}
	if l.Notices, err = g.store.pile(ctx, to); err != nil {
		return l, err
	}
	if len(l.Notices) == 0 { // it was handed over meanwhile
		return l, ieum.ErrNotFound
	}
	l.Last = l.Notices[len(l.Notices)-1].Number
	l.Barred, err = g.store.barred(ctx, outside(g.store.db), by.ID, to, l.Last)
	return l, err
}

// Hand says that staff sent a letter, or handed it over. Nobody does so with their own,
// nor who began a recovery or noted a proof that it tells of.
func (g *Registry) Hand(ctx context.Context, by *Person, last int64) error {
	if !by.MayAny(ieum.HelpAccounts) {
		return errDenied()
	}
	return g.store.hand(ctx, last, by.ID, g.helps(by), g.now())
}

// A reach is whose accounts somebody helps: everybody's, or those of places.
type reach struct {
	all    bool
	places []place
}

type place struct{ organisation, site string } // site "" = all of them

func (g *Registry) helps(by *Person) (r reach) {
	for _, one := range by.Grants {
		switch {
		case !by.allows(one, ieum.HelpAccounts):
		case one.Reach == defs.ReachAll:
			r.all = true
		case one.Reach == defs.ReachOrganisation:
			r.places = append(r.places, place{one.Organisation, ""})
		case one.Reach == defs.ReachSite:
			r.places = append(r.places, place{one.Organisation, one.Site})
		}
	}
	return r
}
