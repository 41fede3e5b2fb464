package identity

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"ieum"
	"ieum/defs"
)

// A Key lets a program of an organisation ask the API. It has what its role may
// do that concerns nobody in particular (see forKeys), so it never counts as a
// person before the door. It counts while its owner has the role themselves.
type Key struct {
	Number       int64
	Title        string // of the program
	Organisation string
	Role         ieum.RoleID
	Owner        AccountID // draws its secrets and sees its use
	Quota        int       // requests a day in Seoul
	Since, Until time.Time
	Proposer     AccountID
	Confirmer    AccountID // "" while a second person is awaited
	Ended        bool
}

// Holds says whether a key counts at now, as long as its owner has its role.
func (k Key) Holds(now time.Time) bool {
	return k.Confirmer != "" && !k.Ended && !now.Before(k.Since) && now.Before(k.Until)
}

// Waits says whether a key needs a second person to count, and can still be confirmed.
func (k Key) Waits(now time.Time) bool {
	return k.Confirmer == "" && !k.Ended && now.Before(k.Until) && now.Sub(k.Since) < proposalLasts
}

// A Use is how often a program asked on a day.
type Use struct {
	Day            ieum.Day
	Asked, Refused int // Refused: above the quota
}

// Bounds of a key.
const (
	mostQuota  = 1_000_000          // requests a day
	keyOverlap = 7 * 24 * time.Hour // for which the secret before still works
	keyPrefix  = "ieum_"            // of a secret, so that scanners of code know one
	usesShown  = 30                 // days
)

// forKeys says whether a program may have a permission: none that reads or
// changes anything of people, accounts or roles.
func forKeys(p ieum.Permission) bool {
	return p == ieum.OwnPostings || p == ieum.ReadStatistics || p == ieum.Operate
}

// keyRoles are the roles that keys may have, each with what it allows a program.
func keyRoles(roles map[ieum.RoleID]*defs.Role) map[ieum.RoleID]*defs.Role {
	out := map[ieum.RoleID]*defs.Role{}
	for id, role := range roles {
		may := slices.DeleteFunc(slices.Clone(role.May), func(p ieum.Permission) bool { return !forKeys(p) })
		if len(may) > 0 {
			less := *role
			less.May = may
			out[id] = &less
		}
	}
	return out
}

// ProposeKey proposes a key for a program, whose owner is the account of a name.
// It counts when a second person confirms it. A zero Until is the longest its
// role lasts.
func (g *Registry) ProposeKey(ctx context.Context, by *Person, owner string, want Key) (Key, error) {
	if !by.MayAny(ieum.GrantRoles) {
		return want, errDenied()
	}
	a, err := g.Named(ctx, by.ID, owner)
	if err != nil {
		return want, err
	}
	role := g.keyRoles[want.Role]
	want.Owner, want.Proposer, want.Confirmer, want.Since, want.Title = a.ID, by.ID, "", g.now(), strings.TrimSpace(want.Title)
	if role == nil {
		return want, roleFault("no_key_role", "/role", "a key cannot have this role")
	}
	latest := role.Until(want.Since)
	if want.Until.IsZero() {
		want.Until = latest
	}
	switch {
	case want.Title == "" || len(want.Title) > 300:
		return want, roleFault("key_title", "/title", "say which program the key is for")
	case want.Organisation == "":
		return want, roleFault("for_whom", "/organisation", "say for which organisation the key is")
	case want.Quota < 1 || want.Quota > mostQuota:
		return want, &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.role.quota", Args: map[string]any{"most": mostQuota}, Field: "/quota", Message: "a quota is from 1 to 1,000,000 requests a day"}
	case !want.Until.After(want.Since) || want.Until.After(latest):
		return want, roleFault("until", "/until", "the role does not last so long")
	}
	own, err := g.store.grants(ctx, a.ID)
	if err != nil {
		return want, err
	}
	if _, ok := want.by(own, want.Since); !ok {
		return want, roleFault("key_owner", "/name", "who has a key has its role themselves")
	}
	return g.store.addKey(ctx, want)
}

// by returns the role that the owner of a key has it by, given their grants; false when
// they have none (any more).
func (k Key) by(own []Grant, now time.Time) (Grant, bool) {
	i := slices.IndexFunc(own, func(one Grant) bool {
		return one.Account == k.Owner && one.Role == k.Role && one.Holds(now) && one.covers(Subject{Organisation: k.Organisation})
	})
	if i < 0 {
		return Grant{}, false
	}
	return own[i], true
}

// standing returns the role by which a key counts now; false when it does not.
func (g *Registry) standing(ctx context.Context, k Key) (by Grant, ok bool, err error) {
	now := g.now()
	if !k.Holds(now) || g.keyRoles[k.Role] == nil {
		return by, false, nil
	}
	own, err := g.store.grants(ctx, k.Owner)
	if err == nil {
		by, ok = k.by(own, now)
	}
	return by, ok, err
}

// ConfirmKey lets a proposed key count, for two weeks and while who proposed it still
// may. Who confirms is neither who proposed it nor its owner.
func (g *Registry) ConfirmKey(ctx context.Context, by *Person, number int64) error {
	if !by.MayAny(ieum.GrantRoles) {
		return errDenied()
	}
	now := g.now()
	return g.store.changeKey(ctx, number, "identity.key_confirmed", by.ID, `confirmer = ?`, string(by.ID), func(k Key, proposers []Grant) error {
		switch {
		case !k.Waits(now):
			return roleFault("settled", "", "the proposal was settled or is over")
		case k.Proposer == by.ID || k.Owner == by.ID:
			return roleFault("second", "", "a second person confirms a key: neither who proposed it nor its owner")
		case !g.proposes(k.Proposer, 0, proposers, now):
			return errProposer()
		}
		return nil
	})
}

// EndKey ends a key at once; its owner may, and who may grant roles.
func (g *Registry) EndKey(ctx context.Context, by *Person, number int64) error {
	return g.store.changeKey(ctx, number, "identity.key_ended", by.ID, `ended = ?`, g.now().Unix(), func(k Key, _ []Grant) error {
		if k.Owner != by.ID && !by.MayAny(ieum.GrantRoles) {
			return ieum.ErrNotFound
		}
		return nil
	})
}

// DrawKey draws a new secret for a key of one's own and returns it, this once. It is told.
// The one before works for seven more days, so that programs are changed over
// one by one.
func (g *Registry) DrawKey(ctx context.Context, by *Person, number int64) (string, error) {
	if by.Session.Stage != stageFull || !by.Fresh(g.now()) {
		return "", ieum.ErrSignedOut
	}
	secret := keyPrefix + newToken()
	return secret, g.store.drawKey(ctx, number, by.ID, sum(secret), g.now())
}

// Keys lists the keys of an owner that hold or wait, newest first; of all for "".
func (g *Registry) Keys(ctx context.Context, owner AccountID) ([]Key, error) {
	return g.store.keysOf(ctx, owner, g.now())
}

// Uses lists how often a key was used in the last thirty days, newest first.
func (g *Registry) Uses(ctx context.Context, number int64) ([]Use, error) {
	return g.store.uses(ctx, number, ieum.DayOf(g.now())-usesShown)
}

// Program returns what a program that shows a secret may do, and counts its
// request. A secret that does not count (any more) is ieum.ErrSignedOut, one
// that asked too often today ieum.ErrBusy.
func (g *Registry) Program(ctx context.Context, secret string) (*Person, error) {
	now := g.now()
	k, err := g.store.keyOf(ctx, sum(secret), now)
	if err != nil && !errors.Is(err, ieum.ErrNotFound) {
		return nil, err
	}
	by, ok, err := g.standing(ctx, k)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, &ieum.Error{Kind: ieum.ErrSignedOut, Key: "identity.error.key", Message: "the key does not count (any more)"}
	}
	within, err := g.store.useKey(ctx, k, ieum.DayOf(now))
	if err != nil {
		return nil, err
	}
	if !within {
		return nil, &ieum.Error{Kind: ieum.ErrBusy, Key: "identity.error.quota", Args: map[string]any{"n": k.Quota}, Message: "the key's quota of today is used up"}
	}
	id := AccountID("key" + strconv.FormatInt(k.Number, 10))
	return &Person{Account: Account{ID: id, Name: k.Title}, roles: g.keyRoles,
		Grants: []Grant{{Account: id, Role: k.Role, Reach: by.Reach, Organisation: k.Organisation, Since: k.Since, Until: k.Until, Confirmer: k.Confirmer}}}, nil
}
