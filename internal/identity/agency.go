package identity

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"ieum"
	"ieum/defs"
)

// errandLasts is how long somebody may stay with the agency.
const errandLasts = 10 * time.Minute

// Agency returns the provider of sign-ins of an agency; nil when there is none.
func (g *Registry) Agency() *defs.Provider {
	if g.agency == nil {
		return nil
	}
	return g.agency.def
}

// agencyBack is the path of the page that the agency sends people back to.
const agencyBack = "/sign-in/agency"

// ToAgency begins a sign-in with the agency, or, for somebody who is signed in,
// the linking of who the agency knows them as. It returns the address to go to
// and a cookie that makes the answer count in this browser alone. next is the
// path to go on to.
func (g *Registry) ToAgency(ctx context.Context, v Visit, host string, p *Person, next string) (address, cookie string, err error) {
	if g.agency == nil {
		return "", "", ieum.ErrNotFound
	}
	if err := g.askOnce(ctx, g.errands, v); err != nil {
		return "", "", err
	}
	back, err := g.backFrom(host)
	if err != nil {
		return "", "", err
	}
	cookie = newToken()
	if address, err = g.agency.address(ctx, purse(cookie), back); err != nil {
		return "", "", err
	}
	var a AccountID
	if p != nil {
		a = p.ID
	}
	now := g.now()
	return address, cookie, g.store.keepChallenge(ctx, errandID(cookie), a, next, now, now.Add(errandLasts))
}

// errandID is what is kept of the way to the agency: a hash of its state.
func errandID(cookie string) string { return "e" + hex.EncodeToString(sum(purse(cookie).state())) }

// backFrom returns the address that the agency sends people back to.
func (g *Registry) backFrom(host string) (string, error) {
	u, err := g.address(host)
	if err != nil {
		return "", &ieum.Error{Kind: ieum.ErrUnavailable, Key: "identity.error.no_agency_here", Message: "the agency's sign-in works at localhost, or at the address that IEUM_URL names"}
	}
	return strings.TrimSuffix(u.String(), "/") + agencyBack, nil
}

// An Answer is what a browser brings back from the agency.
type Answer struct {
	State, Code, Issuer, Error string
	Cookie                     string // that ToAgency gave it
}

// FromAgency takes the answer, once, in the browser that was sent. It signs in
// whose account is linked; or links, when that was what was begun and the person
// is still signed in: then the Entry is empty. Nobody gets an account by it.
func (g *Registry) FromAgency(ctx context.Context, v Visit, host string, p *Person, got Answer) (e Entry, next string, err error) {
	if g.agency == nil {
		return e, "", ieum.ErrNotFound
	}
	back, err := g.backFrom(host)
	if err != nil {
		return e, "", err
	}
	if got.Cookie == "" || got.State != purse(got.Cookie).state() {
		return e, "", errAgency(errors.New("the answer is for another browser"))
	}
	begun, next, err := g.store.takeErrand(ctx, errandID(got.Cookie), g.now())
	if err != nil {
		return e, "", err
	}
	if got.Error != "" || got.Code == "" {
		return e, next, errAgency(errors.New("it says no"))
	}
	w, err := g.agency.ask(ctx, purse(got.Cookie), back, got.Code, got.Issuer)
	if err != nil {
		return e, next, err
	}
	if begun == "" {
		e, err = g.enterBy(ctx, v, w)
		return e, next, err
	}
	if p == nil || p.ID != begun || p.Session.Stage != stageFull {
		return e, next, ieum.ErrSignedOut
	}
	_, err = g.setUp(ctx, p, v.Agent, g.agencySetting(w.subject))
	return e, next, err
}

// agencySetting links an account to who the agency knows its owner as.
func (g *Registry) agencySetting(subject string) setting {
	return setting{kind: fromAgency, subject: g.agency.def.Issuer + "\n" + subject}
}

// enterBy lets in whose account is linked to who the agency says it is. When the
// agency does not say that two factors were shown, a second is asked for as
// after a password.
func (g *Registry) enterBy(ctx context.Context, v Visit, w witness) (Entry, error) {
	a, number, err := g.store.linked(ctx, g.agencySetting(w.subject).subject)
	if errors.Is(err, ieum.ErrNotFound) {
		return Entry{}, &ieum.Error{Kind: ieum.ErrDenied, Key: "identity.error.no_account", Message: "no account is linked to this sign-in; sign in otherwise and link it, or ask who looks after accounts"}
	}
	if err != nil {
		return Entry{}, err
	}
	if !w.two {
		have, err := g.store.factors(ctx, a)
		if err != nil {
			return Entry{}, err
		}
		if e, done, err := g.askSecond(ctx, v, a, have, fromAgency, number); done || err != nil {
			return e, err
		}
	}
	if err := g.store.useFactor(ctx, number, g.now()); err != nil {
		return Entry{}, err
	}
	factors := 1
	if w.two {
		factors = 2
	}
	return g.enter(ctx, v, start{Session: Session{Account: a}, before: sum(v.Session), shown: number}, fromAgency, factors, w.at)
}
