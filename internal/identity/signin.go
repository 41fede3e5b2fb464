package identity

import (
	"context"
	"errors"
	"slices"
	"time"

	"ieum"
)

// A Visit is where a try to sign in comes from.
type Visit struct {
	Address string // of the network
	Agent   string // the browser's User-Agent header
	Known   string // the cookie of a browser that was signed in with before, or ""
	Session string // the cookie of the session it replaces, or ""
}

// An Entry is how far somebody came.
type Entry struct {
	Account AccountID
	Cookie  string // of the session
	Known   string // cookie by which the browser is known again, once signed in
	Second  bool   // a second factor is awaited
}

// SignIn checks a name and a password. It answers the same, and as late,
// whether or not there is such an account.
func (g *Registry) SignIn(ctx context.Context, v Visit, name, word string) (Entry, error) {
	now, name := g.now(), Name(name)
	a, have, err := g.lookUp(ctx, name)
	if err != nil {
		return Entry{}, err
	}
	tries, err := g.counters(ctx, v, a.ID, name)
	if err != nil {
		return Entry{}, err
	}
	if wait, ok := tries.take(now); !ok {
		return Entry{}, errOften(wait)
	}
	hash, shown := "", int64(0)
	for _, f := range have {
		if f.Kind == password {
			hash, shown = f.data, f.Number
		}
	}
	if len(word) > 4*longestPassword {
		word = ""
	}
	right, err := g.hasher.matches(ctx, word, hash)
	if err != nil { // there was no room to look at it
		tries.back()
		return Entry{}, err
	}
	if !right {
		return Entry{}, errWrong()
	}
	tries[0].of.forget(tries[0].key)
	tries[1:].back()
	if e, done, err := g.askSecond(ctx, v, a.ID, have, password, shown); done || err != nil {
		return e, err
	}
	return g.enter(ctx, v, start{Session: Session{Account: a.ID}, before: sum(v.Session), shown: shown}, password, 1, now)
}

// askSecond begins a session that awaits a second factor, when the account has
// one; false when it has none and needs none. number is that of the factor that was shown.
// Whose printed codes are used up goes on with one factor in a browser that is known, and
// from nowhere else: what they chose is not taken from them unsaid.
func (g *Registry) askSecond(ctx context.Context, v Visit, a AccountID, have []Factor, shown string, number int64) (Entry, bool, error) {
	for _, f := range have {
		if f.Kind == app || f.Kind == onPaper && f.Left > 0 {
			s, cookie := g.newSession(a, stageFirst, v.Agent, 1, entrance)
			s.shown = shown
			_, err := g.store.begin(ctx, start{Session: s, before: sum(v.Session), shown: number}, g.now(), event{})
			return Entry{a, cookie, "", true}, true, err
		}
	}
	if slices.ContainsFunc(have, func(f Factor) bool { return f.Kind == onPaper }) {
		if known, err := g.store.knows(ctx, sum(v.Known), a); err != nil || !known {
			return Entry{}, false, errors.Join(errNoCodes(), err)
		}
	}
	two, err := g.needsTwo(ctx, a, false) // a proposal, which anybody of staff can make, keeps nobody out
	if two {
		err = &ieum.Error{Kind: ieum.ErrDenied, Key: "identity.error.no_second", Message: "your role needs a second thing to sign in with, and there is none; ask an operator for a recovery"}
	}
	return Entry{}, false, err
}

// lookUp returns an account with its factors; an empty one when there is none.
func (g *Registry) lookUp(ctx context.Context, name string) (Account, []Factor, error) {
	a, err := g.store.named(ctx, name)
	if err != nil && !errors.Is(err, ieum.ErrNotFound) {
		return a, nil, err
	}
	have, err := g.store.factors(ctx, a.ID)
	return a, have, err
}

// counters say what tries at an account are counted by: of a browser that was signed
// in with before, that browser alone, whoever else is behind its address; of all others,
// the name with the part of the network they come from, the name over all, and the
// address. So guesses from elsewhere never keep the owner
// out where they signed in before, and where they did not only very many do, from very
// many networks.
func (g *Registry) counters(ctx context.Context, v Visit, a AccountID, name string) (counters, error) {
	known, err := g.store.knows(ctx, sum(v.Known), a)
	if known {
		return counters{{g.devices, v.Known}}, err
	}
	return counters{{g.strangers, name + " " + region(v.Address)}, {g.names, name}, {g.addresses, network(v.Address)}}, err
}

// How many wrong second factors end a sign-in; and how many in a row, over all sign-ins
// with a right password, are told to the owner, and let codes of apps count in browsers
// that were signed in with before alone, in each of which as many end it, too: six digits
// are guessed in the end, and a machine that several share was signed in with.
const (
	mostTries = 5
	wrongTold = 20
	wrongHeld = 100
)

// Second takes a code of an app or of a printed list from who has given the
// password.
func (g *Registry) Second(ctx context.Context, v Visit, p *Person, code string) (Entry, error) {
	if p == nil || p.Session.Stage != stageFirst {
		return Entry{}, ieum.ErrSignedOut
	}
	now := g.now()
	key := string(p.ID)
	known, err := g.store.knows(ctx, sum(v.Known), p.ID)
	if err != nil {
		return Entry{}, err
	}
	if known {
		key = v.Known
	}
	if wait, ok := g.seconds.take(key, now); !ok {
		return Entry{}, errOften(wait)
	}
	have, err := g.store.factors(ctx, p.ID)
	if err != nil {
		return Entry{}, err
	}
	ctx = context.WithoutCancel(ctx) // who hangs up keeps nothing from being counted or told
	wrong, here, err := g.store.try(ctx, p.ID, p.Session.hash, sum(v.Known), mostTries)
	if err != nil {
		return Entry{}, err
	}
	refused := errCode()
	if here > wrongHeld || wrong > wrongHeld && !known {
		have, refused = slices.DeleteFunc(have, func(f Factor) bool { return f.Kind == app }), errHeld()
	}
	kind, err := g.takeCode(ctx, p.ID, have, plainCode(code), now)
	if err != nil {
		return Entry{}, err
	}
	if kind == "" {
		return Entry{}, errors.Join(refused, g.store.missed(ctx, p.ID, p.Session.hash, mostTries, wrong))
	}
	g.seconds.forget(key)
	return g.enter(ctx, v, start{Session: p.Session, before: p.Session.hash, awaited: true}, p.Session.shown+"+"+kind, 2, now)
}

// takeCode uses a code up and returns the kind of factor it was of, or "".
func (g *Registry) takeCode(ctx context.Context, a AccountID, have []Factor, code string, now time.Time) (string, error) {
	for _, f := range have {
		ok, err := false, error(nil)
		switch f.Kind {
		case app:
			if step := appStep(f.data, code, now, f.step); step > 0 {
				ok, err = g.store.useStep(ctx, f.Number, step, now)
			}
		case onPaper:
			ok, err = g.store.useCode(ctx, a, f.Number, codeHash(a, code), now)
		}
		if ok || err != nil {
			return f.Kind, err
		}
	}
	return "", nil
}

// enter begins a full session of the account that a start names. at is when somebody showed
// the factors it counts.
func (g *Registry) enter(ctx context.Context, v Visit, n start, with string, factors int, at time.Time) (Entry, error) {
	var cookie string
	n.Session, cookie = g.newSession(n.Account, stageFull, v.Agent, factors, absolute)
	n.Made = at
	fresh := newToken()
	n.known, n.fresh = sum(v.Known), sum(fresh)
	unseen, err := g.store.begin(ctx, n, g.now(), about("identity.signed_in", n.Account, "session", n.ID, "with", with))
	if err != nil {
		return Entry{}, err
	}
	if !unseen {
		fresh = v.Known
	}
	return Entry{Account: n.Account, Cookie: cookie, Known: fresh}, nil
}

// Sessions lists where somebody is signed in, last used first.
func (g *Registry) Sessions(ctx context.Context, a AccountID) ([]Session, error) {
	return g.store.sessions(ctx, a, g.now())
}

// EndSession ends one of somebody's sessions at once, from one of theirs.
func (g *Registry) EndSession(ctx context.Context, from Session, id string) error {
	return g.store.endSession(ctx, from, id)
}

// Extend puts off the end of a session that nobody used.
func (g *Registry) Extend(ctx context.Context, p *Person) error {
	return g.store.touch(ctx, p.Session.hash, g.now())
}
