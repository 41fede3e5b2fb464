// Package identity knows who signs in and what they may do: accounts,
// organisations, roles granted for a time by two people, what somebody signs in
// with, and sessions.
//
// Read account.go for the nouns and what is decided about them, role.go for how
// a role is granted, link.go for how an account comes to be, recover.go for how it is recovered,
// lookup.go for who finds one by its name, remove.go for how it ends, signin.go for the way in, passkey.go, password.go,
// code.go and agency.go for what it is proved with, limit.go for how often one
// may try, proofing.go for who somebody is beyond what they sign in with, key.go
// for programs, notice.go for what people are told, store.go and store_*.go for what is kept, and http.go, then
// http_*.go, for the pages.
//
// What the journal gets are ids. An account's id is drawn, so that it says
// nothing; its name stands in the database alone, sealed (store_seal.go).
package identity

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db"
)

//go:embed schema
var schema embed.FS

// A Sealer encrypts what is kept about an account under the account's own key,
// which lies outside the database. place binds what is sealed to where it
// stands. An account whose key was erased is ieum.ErrErased.
type Sealer interface {
	Seal(id, place string, plain []byte) ([]byte, error)
	Open(id, place string, sealed []byte) ([]byte, error)
	Blind(place, value string) string // keyed hash, to look values up by
}

// Options say how a Registry is set up. Keys are needed; the rest works on this
// machine when left out.
type Options struct {
	Keys     Sealer
	URL      string         // the address people reach the service by, such as https://jobs.example; "" = http://localhost at any port
	Breached string         // a file of breached passwords' SHA-1 hashes, or ""
	Cost     Cost           // of a password's hash; default OWASP
	Derive   Derive         // hashes passwords, as Workers do; nil: this process does
	Demo     bool           // links of demo accounts work
	Agency   *defs.Provider // of sign-ins, or nil
	Simulate bool           // proofs of identity are simulated, where no service is named
	Mail     Mail           // sends notices, or nil: they are letters of staff
	// Known returns the token by which rows about somebody are known, or nil: then
	// proofs tie nobody to rows.
	Known func(context.Context, ieum.Who) (string, error)
}

// A Registry is everybody who can sign in. It is safe for concurrent use.
type Registry struct {
	store    *store
	roles    map[ieum.RoleID]*defs.Role
	staff    []ieum.RoleID              // those of staff
	keyRoles map[ieum.RoleID]*defs.Role // those of keys, with what they allow a program
	now      func() time.Time
	url      string
	breached string
	demo     bool
	agency   *agency // nil: there is none
	simulate bool    // simulated proofs count
	known    func(context.Context, ieum.Who) (string, error)
	mobile   MobileID // nil: there is none
	phone    Phone    // nil: there is none
	hasher   *hasher

	mail  Mail // nil: there is none
	words words

	addresses, strangers, names, devices, askings, errands, seconds, mailed, looks, passwords *limiter
}

// Migrate brings the tables of identity up to date.
func Migrate(ctx context.Context, d *db.DB) error { return d.Migrate(ctx, "identity", schema) }

// New returns the registry of a database, having brought its tables up to date.
func New(ctx context.Context, d *db.DB, set *defs.Set, now func() time.Time, o Options) (*Registry, error) {
	if err := Migrate(ctx, d); err != nil {
		return nil, err
	}
	s := &store{d, o.Keys, now}
	if err := s.settle(ctx); err != nil {
		return nil, err
	}
	var staff []ieum.RoleID
	for id, role := range set.Roles {
		if role.Staff {
			staff = append(staff, id)
		}
	}
	slices.Sort(staff)
	if o.Cost == (Cost{}) {
		o.Cost = OWASP
	}
	if o.Derive == nil {
		o.Derive = deriveHere
	}
	g := &Registry{
		store: s, roles: set.Roles, staff: staff, keyRoles: keyRoles(set.Roles), now: now, url: strings.TrimSuffix(o.URL, "/"), breached: o.Breached, demo: o.Demo, hasher: newHasher(o.Cost, o.Derive),
		addresses: newLimiter(30, 10*time.Second), strangers: newLimiter(10, time.Minute), names: newLimiter(100, 10*time.Second), devices: newLimiter(10, 30*time.Second), seconds: newLimiter(10, time.Minute),
	}
	g.askings, g.errands = newLimiter(100, time.Second), newLimiter(100, time.Second)
	g.looks, g.passwords = newLimiter(looksAtOnce, lookEvery), newLimiter(5, time.Minute)
	g.known, g.mail, g.words, g.mailed = o.Known, o.Mail, wordsOf(set, now), newLimiter(3, 20*time.Minute)
	if o.Agency != nil {
		var err error
		if g.agency, err = newAgency(o.Agency, now); err != nil {
			return nil, err
		}
	}
	if o.Simulate {
		g.simulate, g.mobile, g.phone = true, simulatedMobile{}, simulatedPhone{}
	}
	return g, nil
}

// Find returns the account of a name, for the program itself: whom somebody asks
// for is looked up by LookUp.
func (g *Registry) Find(ctx context.Context, name string) (Account, error) {
	return g.store.named(ctx, Name(name))
}

// Account returns an account by its id.
func (g *Registry) Account(ctx context.Context, a AccountID) (Account, error) {
	return g.store.account(ctx, a)
}

// Staff lists the grants of staff that count, and those of any role that wait for a
// second person, newest first, and whose they are. All other accounts are found by their exact name only.
func (g *Registry) Staff(ctx context.Context) (grants []Grant, of map[AccountID]Account, err error) {
	now := g.now()
	if grants, err = g.store.grantsOfStaff(ctx, g.staff, now); err != nil {
		return nil, nil, err
	}
	of, err = g.store.accountsOfStaff(ctx, g.staff, now)
	return grants, of, err
}

// IsStaff says whether an account has a role of staff that counts.
func (g *Registry) IsStaff(ctx context.Context, a AccountID) (bool, error) {
	all, err := g.store.grants(ctx, a)
	now := g.now()
	return slices.ContainsFunc(all, func(one Grant) bool { return one.Holds(now) && slices.Contains(g.staff, one.Role) }), err
}

// Grants lists the roles of an account, newest first.
func (g *Registry) Grants(ctx context.Context, a AccountID) ([]Grant, error) {
	return g.store.grants(ctx, a)
}

// Organisations lists all organisations with their sites.
func (g *Registry) Organisations(ctx context.Context) ([]Organisation, error) {
	return g.store.organisations(ctx)
}

// AddOrganisation adds an organisation.
func (g *Registry) AddOrganisation(ctx context.Context, by AccountID, o Organisation) error {
	if err := checkPlace(o.ID, o.Name); err != nil {
		return err
	}
	if !slices.Contains(Kinds, o.Kind) {
		return ieum.Errorf(ieum.ErrInvalid, "an organisation is one of %s", strings.Join(Kinds, ", "))
	}
	return g.store.addOrganisation(ctx, o, by, g.now())
}

// AddSite adds an office of an organisation.
func (g *Registry) AddSite(ctx context.Context, by AccountID, organisation string, s Site) error {
	if err := checkPlace(s.ID, s.Name); err != nil {
		return err
	}
	return g.store.addSite(ctx, organisation, s, by, g.now())
}

func checkPlace(id, name string) error {
	if !slugForm.MatchString(id) || len(id) > 40 || strings.TrimSpace(name) == "" || len(name) > 300 {
		return &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.error.place", Field: "/id", Message: "an id is small letters, digits and - between, with a name beside it"}
	}
	return nil
}

// Who returns the person a session's cookie stands for, having noted that it
// was used; nil when it stands for nobody (any more). A person who is still on
// the way in has no grants, and one who showed one factor none that asks for two.
func (g *Registry) Who(ctx context.Context, token string) (*Person, error) {
	now := g.now()
	s, err := g.store.session(ctx, sum(token), now)
	if errors.Is(err, ieum.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a, err := g.store.account(ctx, s.Account)
	if errors.Is(err, ieum.ErrNotFound) { // it was erased
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := &Person{Account: a, Session: s, roles: g.roles}
	if s.Stage != stageFull {
		return p, nil
	}
	if now.Sub(s.Seen) >= time.Minute {
		if err := g.store.touch(ctx, s.hash, now); err != nil {
			return nil, err
		}
		p.Session.Seen = now
	}
	all, err := g.store.grants(ctx, a.ID)
	for _, one := range all {
		if r := g.roles[one.Role]; r != nil && one.Holds(now) && (!r.TwoFactors || s.factors > 1) {
			p.Grants = append(p.Grants, one)
		}
	}
	return p, err
}

// needsTwo says whether an account's roles ask for two factors; with proposed,
// those that wait for a second person among them.
func (g *Registry) needsTwo(ctx context.Context, a AccountID, proposed bool) (bool, error) {
	all, err := g.store.grants(ctx, a)
	now := g.now()
	return slices.ContainsFunc(all, func(one Grant) bool {
		r := g.roles[one.Role]
		return (one.Holds(now) || proposed && one.Waits(now)) && (r == nil || r.TwoFactors)
	}), err
}

// newSession draws a session and the cookie for it.
func (g *Registry) newSession(a AccountID, stage, agent string, factors int, lasts time.Duration) (Session, string) {
	token, now := newToken(), g.now()
	return Session{ID: newID("s"), Account: a, Stage: stage, Device: device(agent), Made: now, Seen: now, Until: now.Add(lasts), hash: sum(token), factors: factors}, token
}

func newID(kind string) string { return kind + strings.ToLower(rand.Text()) }

// device says which kind of browser and system a User-Agent header speaks of,
// as an id of two words: enough for its owner to know it again.
func device(agent string) string {
	pick := func(other string, words ...string) string {
		for i := 0; i < len(words); i += 2 {
			if strings.Contains(agent, words[i]) {
				return words[i+1]
			}
		}
		return other
	}
	return pick("other", "Whale", "whale", "SamsungBrowser", "samsung", "Edg", "edge", "Firefox", "firefox", "Chrome", "chrome", "Safari", "safari") + "-" +
		pick("other", "Android", "android", "iPhone", "iphone", "iPad", "ipad", "Windows", "windows", "Mac OS", "mac", "Linux", "linux")
}

// network is what tries are counted by: an address, or of IPv6 the /64 that one
// customer has.
func network(address string) string { return part(address, 32, 64) }

// region is the larger part of the network that guesses at one name are counted by:
// what one customer has at most of IPv6, and their neighbours of IPv4.
func region(address string) string { return part(address, 24, 48) }

// part is the prefix of an address, of so many bits of IPv4 or IPv6; what is no
// address is itself.
func part(address string, four, six int) string {
	if a, err := netip.ParseAddrPort(address); err == nil {
		address = a.Addr().String()
	}
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if a = a.Unmap(); a.Is6() {
		four = six
	}
	if a.Is4() && four == 32 {
		return a.String()
	}
	p, _ := a.WithZone("").Prefix(four)
	return p.String()
}

func errBusy() error {
	return &ieum.Error{Kind: ieum.ErrBusy, Key: "identity.error.busy", Message: "too many people are signing in at once; try again in a few seconds"}
}

// errHashing is that no process could be had to hash a password.
func errHashing(why error) error {
	return fmt.Errorf("%w (%v)", &ieum.Error{Kind: ieum.ErrUnavailable, Key: "identity.error.hashing", Message: "passwords cannot be checked at the moment; try again in a few seconds"}, why)
}

func errOften(wait time.Duration) error {
	minutes := int(wait/time.Minute) + 1
	return &ieum.Error{Kind: ieum.ErrBusy, Key: "identity.error.often", Args: map[string]any{"minutes": minutes}, Message: "too many tries; wait a little and try again"}
}

func errWrong() error {
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.error.wrong", Field: "/name", Message: "the name or the password is wrong"}
}

func errCode() error {
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.error.code", Field: "/code", Message: "the code is wrong, too old, or was used before"}
}

// errHeld is errCode where codes of apps are not looked at any more.
func errHeld() error {
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.error.held", Field: "/code", Message: "after very many wrong codes those of an app are taken from a browser that was signed in with before only; a printed code or a passkey works"}
}

// errNoCodes is that the second factor was a printed list of which no code is left.
func errNoCodes() error {
	return &ieum.Error{Kind: ieum.ErrDenied, Key: "identity.error.no_codes", Message: "all codes of the printed list are used; sign in with a browser that you signed in with before and print a new list, or ask your office for a recovery"}
}

func errLink() error {
	return &ieum.Error{Kind: ieum.ErrDenied, Key: "identity.error.link", Message: "the link was used, is over, or does not count yet"}
}

func errPasskey() error {
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.error.passkey", Message: "the passkey was not accepted; try again"}
}

func errTaken(field string) error {
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.error.taken", Field: field, Message: "there is one of this name already"}
}

func errName() error {
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.error.name", Field: "/name", Message: "a sign-in name is 3 to 64 small letters, digits and . _ @ -, and begins with a letter or digit"}
}

func errDenied() error {
	return &ieum.Error{Kind: ieum.ErrDenied, Key: "identity.error.denied", Message: "this needs a role that you do not have"}
}
