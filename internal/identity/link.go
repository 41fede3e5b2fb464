package identity

import (
	"context"
	"crypto/subtle"
	"errors"
	"strings"
	"time"

	"ieum"
)

// Add makes an account with a role (see Propose) and returns its first link's
// secret, good for an hour. Whoever holds the link sets up what the account is
// signed in to with. By nil is the console. Who may make accounts but grant no
// roles makes them for seekers.
func (g *Registry) Add(ctx context.Context, by *Person, name string, want Grant) (token string, role Grant, err error) {
	return g.AddLinked(ctx, by, name, "", want)
}

// AddLinked is Add for somebody whom the agency knows as subject: they can sign
// in there at once, which ends the link. Who comes by the link instead links the
// agency themselves: what was said of them here is dropped. Subject "" is none.
func (g *Registry) AddLinked(ctx context.Context, by *Person, name, subject string, want Grant) (token string, role Grant, err error) {
	var links []setting
	if subject = strings.TrimSpace(subject); subject != "" {
		if g.agency == nil {
			return "", want, ieum.ErrNotFound
		}
		links = append(links, g.agencySetting(subject))
	}
	if by != nil && !by.MayAny(ieum.MakeAccounts) {
		return "", want, errDenied()
	}
	if by != nil && !by.MayAny(ieum.GrantRoles) {
		want = Grant{Role: "seeker"}
	}
	return g.add(ctx, proposer(by), name, toEnrol, linkLasts, want, links...)
}

func (g *Registry) add(ctx context.Context, by AccountID, name, purpose string, lasts time.Duration, want Grant, links ...setting) (string, Grant, error) {
	now := g.now()
	a := Account{ID: AccountID(newID("a")), Name: Name(name), Demo: purpose == toDemo, Made: now}
	if a.Name == "" {
		return "", want, errName()
	}
	want.Account, want.Proposer, want.Since, want.Lent = a.ID, by, now, 0
	want, err := g.fit(ctx, want)
	if err != nil {
		return "", want, err
	}
	if by != Console {
		if err := g.free(ctx, by, a.Name, links); err != nil {
			return "", want, err
		}
	}
	token := newToken()
	l := Link{ID: newID("l"), Account: a.ID, Purpose: purpose, Since: now, Until: now.Add(lasts), Maker: by, hash: sum(token)}
	if err := g.store.addAccount(ctx, a, by, l, links); err != nil {
		return "", want, err
	}
	want, err = g.enact(ctx, want)
	return token, want, err
}

// Enrol makes a new first link for an account that was never set up.
func (g *Registry) Enrol(ctx context.Context, by AccountID, name string) (string, error) {
	a, err := g.Named(ctx, by, name)
	if err != nil {
		return "", err
	}
	now, token := g.now(), newToken()
	return token, g.store.addLink(ctx, Link{ID: newID("l"), Account: a.ID, Purpose: toEnrol, Since: now, Until: now.Add(linkLasts), Maker: by, hash: sum(token)}, now)
}

// Linked returns the account a link is for, and whether the link can be used
// now; one that cannot is ieum.ErrDenied.
func (g *Registry) Linked(ctx context.Context, token string) (Account, Link, error) {
	l, err := g.store.link(ctx, sum(token))
	now := g.now()
	if errors.Is(err, ieum.ErrNotFound) {
		return Account{}, l, errLink()
	}
	if err != nil {
		return Account{}, l, err
	}
	if l.Ended || l.Waits() || now.Before(l.Since) || !now.Before(l.Until) || l.Purpose == toDemo && !g.demo {
		return Account{}, l, errLink()
	}
	a, err := g.store.account(ctx, l.Account)
	return a, l, err
}

// Arrive begins a session for who came by a link and returns its cookie. The
// link stays good until something was set up. One of a demo signs in.
func (g *Registry) Arrive(ctx context.Context, token, agent string) (cookie string, p *Person, err error) {
	return g.ArriveWith(ctx, token, "", agent)
}

// ArriveWith is Arrive for who has the code, too, that a recovery of two takes.
func (g *Registry) ArriveWith(ctx context.Context, token, code, agent string) (cookie string, p *Person, err error) {
	a, l, err := g.Linked(ctx, token)
	if err != nil {
		return "", nil, err
	}
	if len(l.code) > 0 && subtle.ConstantTimeCompare(l.code, codeHash(a.ID, plainCode(code))) != 1 {
		return "", nil, &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.error.half", Field: "/code", Message: "this is not the code that the second member of staff handed over"}
	}
	stage, factors, lasts := stageEnrol, 0, arrival
	if l.Purpose == toDemo {
		stage, factors, lasts = stageFull, 2, absolute
	}
	s, cookie := g.newSession(a.ID, stage, agent, factors, lasts)
	s.link, s.secret = l.hash, newSecret()
	_, err = g.store.begin(ctx, start{Session: s}, g.now(), event{})
	return cookie, &Person{Account: a, Session: s, roles: g.roles}, err
}

// setUp adds what somebody signs in with. Who came by a link is signed in then
// and gets a new cookie; who is signed in must have been so for no more than ten
// minutes.
func (g *Registry) setUp(ctx context.Context, p *Person, agent string, more ...setting) (cookie string, err error) {
	now := g.now()
	if p.Session.Stage == stageFull {
		if !p.Fresh(now) {
			return "", ieum.ErrSignedOut
		}
		return "", g.store.addTo(ctx, p.Session, now, more...)
	}
	if p.Session.Stage != stageEnrol {
		return "", ieum.ErrSignedOut
	}
	two, err := g.needsTwo(ctx, p.ID, true)
	if err != nil {
		return "", err
	}
	var have []Factor
	for _, f := range more {
		have = append(have, Factor{Kind: f.kind, Left: len(f.codes)})
	}
	if !enough(have, two) {
		return "", &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.error.two", Message: "your role needs two things to sign in with"}
	}
	l, err := g.store.link(ctx, p.Session.link)
	if err != nil {
		return "", errLink()
	}
	factors := 1
	if enough(have, true) {
		factors = 2
	}
	full, cookie := g.newSession(p.ID, stageFull, agent, factors, absolute)
	return cookie, g.store.arrive(ctx, l, now, full, more...)
}

// Fresh says whether somebody proved who they are no more than ten minutes ago,
// as is asked of who changes what they sign in with. By a clock set back a session
// of long ago is made in time to come: that is not fresh, past the minute by which
// two servers may differ.
func (p *Person) Fresh(now time.Time) bool {
	age := now.Sub(p.Session.Made)
	return age >= -time.Minute && age <= fresh
}

// SetPassword gives an account a password. Who came by a link and needs two
// factors gives the code of an app with it, or asks for printed codes, which
// are returned. An account that sets too many waits: hashes are few at once, and
// others sign in by them.
func (g *Registry) SetPassword(ctx context.Context, p *Person, agent, word, code string, printed bool) (cookie string, codes []string, err error) {
	var faults []error
	var more []setting
	faults = append(faults, g.checkPassword(p.Name, word))
	if code != "" {
		one, err := g.appSetting(p, code)
		faults = append(faults, err)
		more = append(more, one)
	}
	if printed {
		codes = newCodes()
		more = append(more, setting{kind: onPaper, codes: codes})
	}
	if err := errors.Join(faults...); err != nil {
		return "", nil, err
	}
	if wait, ok := g.passwords.take(string(p.ID), g.now()); !ok {
		return "", nil, errOften(wait)
	}
	hash, err := g.hasher.hash(ctx, word)
	if err != nil {
		g.passwords.back(string(p.ID))
		return "", nil, err
	}
	cookie, err = g.setUp(ctx, p, agent, append(more, setting{kind: password, data: hash})...)
	return cookie, codes, err
}

// SetApp gives an account that is signed in the app whose secret Secret showed.
func (g *Registry) SetApp(ctx context.Context, p *Person, code string) error {
	one, err := g.appSetting(p, code)
	if err != nil {
		return err
	}
	if p.Session.Stage != stageFull {
		return ieum.ErrSignedOut
	}
	if _, err = g.setUp(ctx, p, "", one); err == nil {
		p.Session.secret = ""
	}
	return err
}

func (g *Registry) appSetting(p *Person, code string) (setting, error) {
	step := appStep(p.Session.secret, plainCode(code), g.now(), 0)
	if p.Session.secret == "" || step == 0 {
		return setting{}, errCode()
	}
	return setting{kind: app, data: p.Session.secret, step: step}, nil
}

// Secret returns the secret that a new app of the session is to have.
func (g *Registry) Secret(ctx context.Context, p *Person) (string, error) {
	if p.Session.secret == "" {
		p.Session.secret = newSecret()
		return p.Session.secret, g.store.setSecret(ctx, p.Session, p.Session.secret)
	}
	return p.Session.secret, nil
}

// Print gives an account that is signed in a new list of codes, in place of the
// one before.
func (g *Registry) Print(ctx context.Context, p *Person) (codes []string, err error) {
	if p.Session.Stage != stageFull {
		return nil, ieum.ErrSignedOut
	}
	codes = newCodes()
	_, err = g.setUp(ctx, p, "", setting{kind: onPaper, codes: codes})
	return codes, err
}

// Factors lists what somebody signs in with.
func (g *Registry) Factors(ctx context.Context, a AccountID) ([]Factor, error) {
	return g.store.factors(ctx, a)
}

// RemoveFactor removes one of them, as long as what is left lets the person in,
// and ends their other sessions: one may have begun with it.
func (g *Registry) RemoveFactor(ctx context.Context, p *Person, number int64) error {
	if p.Session.Stage != stageFull || !p.Fresh(g.now()) {
		return ieum.ErrSignedOut
	}
	two, err := g.needsTwo(ctx, p.ID, true)
	if err != nil {
		return err
	}
	return g.store.removeFactor(ctx, p.Session, number, two)
}

// Demo says whether there are accounts that serve --demo made.
func (g *Registry) Demo(ctx context.Context) (bool, error) {
	return g.store.hasAccount(ctx, true)
}

// Used says whether there are accounts that serve --demo did not make.
func (g *Registry) Used(ctx context.Context) (bool, error) {
	return g.store.hasAccount(ctx, false)
}
