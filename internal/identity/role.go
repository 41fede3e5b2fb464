package identity

import (
	"context"
	"slices"
	"time"

	"ieum"
	"ieum/defs"
)

// longestLoan is how long a role can be delegated.
const longestLoan = 30 * 24 * time.Hour

// Propose proposes a role for somebody. One of staff, and any that reaches more than
// what is one's own, counts when a second person confirms it; another counts at once. The very first that may grant
// roles is given by the console alone, for there is nobody else. Reach "" is
// that of the role, a zero Until the longest the role lasts.
func (g *Registry) Propose(ctx context.Context, by *Person, want Grant) (Grant, error) {
	want.Proposer, want.Since, want.Lent = proposer(by), g.now(), 0
	if by != nil && !by.MayAny(ieum.GrantRoles) {
		return want, errDenied()
	}
	return g.propose(ctx, want)
}

// ProposeFor is Propose for the account of a name.
func (g *Registry) ProposeFor(ctx context.Context, by *Person, name string, want Grant) (Grant, error) {
	if by != nil && !by.MayAny(ieum.GrantRoles) {
		return want, errDenied()
	}
	a, err := g.Named(ctx, proposer(by), name)
	if err != nil {
		return want, err
	}
	want.Account = a.ID
	return g.Propose(ctx, by, want)
}

func proposer(by *Person) AccountID {
	if by == nil {
		return Console
	}
	return by.ID
}

// Delegate proposes to lend a role of staff of one's own to somebody else until
// a time at most 30 days ahead and not after one's own role ends. A second
// person confirms it.
func (g *Registry) Delegate(ctx context.Context, by *Person, number int64, to string, until time.Time) (Grant, error) {
	a, err := g.Named(ctx, by.ID, to)
	if err != nil {
		return Grant{}, err
	}
	for _, own := range by.Grants {
		if role := g.roles[own.Role]; own.Number == number && own.Lent == 0 && role != nil && role.Staff {
			now := g.now()
			latest := now.Add(longestLoan)
			if own.Until.Before(latest) {
				latest = own.Until
			}
			if !until.After(now) || until.After(latest) {
				return Grant{}, roleFault("until", "/until", "a role is lent until a day within 30 days and before it ends")
			}
			own.Account, own.Proposer, own.Confirmer, own.Since, own.Until, own.Lent = a.ID, by.ID, "", now, until, own.Number
			return g.propose(ctx, own)
		}
	}
	return Grant{}, ieum.ErrNotFound
}

func (g *Registry) propose(ctx context.Context, want Grant) (Grant, error) {
	want, err := g.fit(ctx, want)
	if err != nil {
		return want, err
	}
	return g.enact(ctx, want)
}

// fit fills in what a proposal leaves to its role, and refuses what the role
// does not allow.
func (g *Registry) fit(ctx context.Context, want Grant) (Grant, error) {
	role := g.roles[want.Role]
	if role == nil {
		return want, roleFault("no_role", "/role", "there is no such role")
	}
	if want.Reach == "" {
		want.Reach = role.Reach
	}
	latest := role.Until(want.Since)
	if want.Until.IsZero() {
		want.Until = latest
	}
	switch {
	case !want.Reach.Within(role.Reach):
		return want, roleFault("reach", "/reach", "the role does not reach so far")
	case want.Reach == defs.ReachAssigned && role.Staff && want.Organisation == "", (want.Reach == defs.ReachOrganisation || want.Reach == defs.ReachSite) && want.Organisation == "", want.Reach == defs.ReachSite && want.Site == "":
		return want, roleFault("for_whom", "/place", "say for which organisation or site the role is")
	case !want.Until.After(want.Since) || want.Until.After(latest):
		return want, roleFault("until", "/until", "the role does not last so long")
	case want.Account == want.Proposer:
		return want, roleFault("own", "/name", "nobody grants a role to themselves")
	}
	if kind, err := g.store.kindOf(ctx, want.Organisation); err != nil {
		return want, err
	} else if kind == contracted && !want.Reach.Within(defs.ReachAssigned) {
		return want, roleFault("provider", "/place", "somebody of a contracted provider reaches the clients assigned to them only")
	}
	if !role.TakesTwo() {
		want.Confirmer = want.Proposer
	}
	return want, nil
}

// enact keeps a proposal that fits, unless the person has a role that is kept
// apart from it.
func (g *Registry) enact(ctx context.Context, want Grant) (Grant, error) {
	role, now := g.roles[want.Role], g.now()
	return g.store.addGrant(ctx, want, now, g.staff, func(own, staff []Grant) (Grant, error) {
		for _, one := range own {
			other := g.roles[one.Role]
			if other != nil && (one.Holds(now) || one.Waits(now)) && defs.Apart(role, other) {
				return want, roleFault("apart", "/role", "this person has a role that is kept apart from it")
			}
		}
		if want.Confirmer == "" && !g.proposes(want.Proposer, want.Lent, staff, now) {
			return want, errDenied()
		}
		bootstrap := want.Proposer == Console && !slices.ContainsFunc(staff, func(one Grant) bool {
			return one.Holds(now) && g.roles[one.Role].Allows(ieum.GrantRoles)
		})
		if bootstrap && role.Allows(ieum.GrantRoles) {
			want.Confirmer = Console
		}
		return want, nil
	})
}

// Confirm lets a proposed role count, for two weeks and while who proposed it still
// may. Who confirms is neither who proposed it nor who gets it. No role waits for an
// account that staff recovers: see Recover.
func (g *Registry) Confirm(ctx context.Context, by *Person, number int64) error {
	if !by.MayAny(ieum.GrantRoles) {
		return errDenied()
	}
	now := g.now()
	return g.store.confirm(ctx, number, by.ID, func(one Grant, proposers []Grant) error {
		switch {
		case !one.Waits(now):
			return roleFault("settled", "", "the proposal was settled or is over")
		case one.Proposer == by.ID || one.Account == by.ID:
			return roleFault("second", "", "a second person confirms a role: neither who proposed it nor who gets it")
		case !g.proposes(one.Proposer, one.Lent, proposers, now):
			return errProposer()
		}
		return nil
	})
}

// proposes says whether somebody may grant roles now or, when it is not 0, lend the role
// of a number, given grants that theirs are among.
func (g *Registry) proposes(by AccountID, lent int64, grants []Grant, now time.Time) bool {
	if by == Console {
		return true
	}
	return slices.ContainsFunc(grants, func(one Grant) bool {
		role := g.roles[one.Role]
		return one.Account == by && one.Holds(now) && role != nil && (one.Number == lent || lent == 0 && role.Allows(ieum.GrantRoles))
	})
}

// End ends a role at once, with what was delegated from it; its holder may, and
// who may grant roles.
func (g *Registry) End(ctx context.Context, by *Person, number int64) error {
	return g.store.end(ctx, number, by.ID, g.now(), func(one Grant) error {
		if one.Account != by.ID && !by.MayAny(ieum.GrantRoles) {
			return ieum.ErrNotFound
		}
		return nil
	})
}

func errProposer() error {
	return roleFault("proposer", "", "who proposed it may not do so any more")
}

func roleFault(why, field, message string) error {
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.role." + why, Field: field, Message: message}
}
