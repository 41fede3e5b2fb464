package identity

import (
	"context"
	"slices"
	"time"

	"ieum"
)

// A Begun recovery is what staff hands over to begin it.
type Begun struct {
	Token string    // of the link; "" for the second of two, who hands over Code
	Code  string    // that the link takes, when two make it
	From  time.Time // when the link works; zero = not before a second person made it, too
}

// Recover makes a link with which somebody who lost what they sign in with
// begins anew. It works after a waiting time of a day, in which every sign-in
// shows that it is under way and the owner can cancel it. Who makes it has seen
// the person; nobody recovers their own account, and that of staff only the
// console does. One that somebody else makes ends the roles that wait for the account to be
// confirmed, and none that takes two is proposed for it any more, until the console
// recovered it: who came in by a recovery would come by that role. A proposal, which
// anybody of staff can make, keeps nobody from being recovered.
//
// Whoever cancelled may be in somebody else's account. So for 30 days after a session
// of the account cancelled one, a recovery takes two of staff, who both call Recover: the
// first hands over the link, the second a code that it takes, and no session of the
// account cancels it. It waits its day from the second on. Neither of them alone gets in.
func (g *Registry) Recover(ctx context.Context, by AccountID, name string) (out Begun, err error) {
	a, err := g.Named(ctx, by, name)
	if err != nil {
		return out, err
	}
	if by == a.ID {
		return out, errDenied()
	}
	alone, err := g.alone(ctx, by, a.ID)
	if err != nil {
		return out, err
	}
	now, code := g.now(), newCodes()[0]
	out.Token = newToken()
	l := Link{ID: newID("l"), Account: a.ID, Purpose: toRecover, Since: now.Add(recoveryWait), Until: now.Add(recoveryWait + recoverLasts), Maker: by, hash: sum(out.Token)}
	made, err := g.store.recover(ctx, l, codeHash(a.ID, plainCode(code)), now, alone, func(first *Link, own, makers []Grant) (bool, error) {
		second := first != nil && first.Maker != by && (first.Maker == Console || g.mayHelp(first.Maker, makers, now))
		if g.onStaff(own, now) && by != Console && (!second || first.Maker != Console) {
			return false, &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.error.recover_staff", Field: "/name", Message: "an account of staff is recovered on the service's machine: ieum account recover NAME"}
		}
		return second, nil
	})
	switch {
	case err != nil:
		return Begun{}, err
	case made.Waits():
		return out, nil
	case len(made.code) > 0:
		return Begun{Code: code, From: made.Since}, nil
	}
	out.From = made.Since
	return out, nil
}

// onStaff says whether a role of staff that counts is among grants, or one that is not
// declared any more.
func (g *Registry) onStaff(grants []Grant, now time.Time) bool {
	return slices.ContainsFunc(grants, func(one Grant) bool {
		role := g.roles[one.Role]
		return one.Holds(now) && (role == nil || role.Staff)
	})
}

// mayHelp says whether grants that somebody's are among let them look after accounts.
func (g *Registry) mayHelp(by AccountID, grants []Grant, now time.Time) bool {
	return slices.ContainsFunc(grants, func(one Grant) bool {
		role := g.roles[one.Role]
		return one.Account == by && one.Holds(now) && role != nil && role.Allows(ieum.HelpAccounts)
	})
}

// alone says whether the console recovers an account beside which nobody is there who
// could be the second.
func (g *Registry) alone(ctx context.Context, by, a AccountID) (bool, error) {
	if by != Console {
		return false, nil
	}
	now := g.now()
	all, err := g.store.grantsOfStaff(ctx, g.staff, now)
	return !slices.ContainsFunc(all, func(one Grant) bool { return one.Account != a && g.mayHelp(one.Account, all, now) }), err
}

// Recoveries lists the recoveries of an account that are under way.
func (g *Registry) Recoveries(ctx context.Context, a AccountID) (out []Link, err error) {
	all, err := g.store.links(ctx, a, g.now())
	for _, l := range all {
		if l.Purpose == toRecover {
			out = append(out, l)
		}
	}
	return out, err
}

// Cancel ends a recovery that is under way, for who is signed in to the account; one
// that takes two of staff they do not end.
func (g *Registry) Cancel(ctx context.Context, a AccountID, id string) error {
	return g.store.cancelLink(ctx, a, id, g.now())
}

// Stop ends the recovery of the account of a name, for staff to whom its owner came, or
// who see that it is not their doing. Nobody stops that of their own account.
func (g *Registry) Stop(ctx context.Context, by *Person, name string) error {
	if !by.MayAny(ieum.HelpAccounts) {
		return errDenied()
	}
	a, err := g.Named(ctx, by.ID, name)
	if err != nil {
		return err
	}
	if by.ID == a.ID {
		return errDenied()
	}
	return g.store.stopRecovery(ctx, a.ID, by.ID, g.now())
}
