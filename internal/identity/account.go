package identity

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"ieum"
	"ieum/defs"
)

// An AccountID says nothing about the person.
type AccountID = ieum.AccountID

// Console is who did what was done by command on the service's machine.
const Console AccountID = "console"

// An Account is somebody who signs in.
type Account struct {
	ID   AccountID
	Name string // what one signs in with
	Demo bool
	Made time.Time
}

var (
	nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{2,63}$`)
	slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// Name returns a sign-in name as it is kept, or "" for what is none.
func Name(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if !nameForm.MatchString(s) {
		return ""
	}
	return s
}

// An Organisation is an agency, a contracted provider, an employer, a holder or a
// recipient of data.
type Organisation struct {
	ID, Name, Kind string
	Sites          []Site
}

// A Site is an office of an organisation.
type Site struct{ ID, Name string }

// Kinds are the kinds of organisations.
var Kinds = []string{"agency", contracted, "employer", "holder", "recipient"}

// contracted is a provider that works for an agency under a contract: nobody of it
// reaches further than the clients assigned to them.
const contracted = "provider"

// A Grant is a role somebody has: what, for whom, until when.
type Grant struct {
	Number              int64
	Account             AccountID
	Role                ieum.RoleID
	Reach               defs.Reach // of the role, or narrower
	Organisation, Site  string     // "" = none
	Since, Until        time.Time
	Proposer, Confirmer AccountID // Confirmer is "" while a second person is awaited
	Ended               bool
	Lent                int64 // number of the grant it was delegated from; 0 = none
	First               int64 // number of the account's first grant of the role, which stays when it is granted anew
}

// Holds says whether a grant counts at now.
func (g Grant) Holds(now time.Time) bool {
	return g.Confirmer != "" && !g.Ended && !now.Before(g.Since) && now.Before(g.Until)
}

// Waits says whether a grant needs a second person to count, and can still be confirmed.
func (g Grant) Waits(now time.Time) bool {
	return g.Confirmer == "" && !g.Ended && now.Before(g.Until) && now.Sub(g.Since) < proposalLasts
}

// proposalLasts is how long a proposal can be confirmed.
const proposalLasts = 14 * 24 * time.Hour

// A Subject is whom or what somebody wants to do something to.
type Subject = ieum.Subject

// covers says whether a grant reaches a subject.
func (g Grant) covers(s Subject) bool {
	switch g.Reach {
	case defs.ReachAll:
		return true
	case defs.ReachOrganisation:
		return g.Organisation != "" && g.Organisation == s.Organisation
	case defs.ReachSite:
		return g.Site != "" && g.Organisation == s.Organisation && g.Site == s.Site
	case defs.ReachAssigned:
		return s.Assigned && (g.Organisation == "" || g.Organisation == s.Organisation)
	}
	return g.Account == s.Owner
}

// A Session is one browser somebody is signed in with.
type Session struct {
	ID      string
	Account AccountID
	Stage   string
	Device  string // such as firefox-android
	Made    time.Time
	Seen    time.Time
	Until   time.Time
	hash    []byte
	factors int // of different kinds that were shown
	tries   int
	link    []byte
	secret  string
	shown   string // of stage first: the factor that was shown
	browser []byte // by which the browser is known again; nil = not by its request
}

// The stages of a session.
const (
	stageFirst = "first" // the password was right, a second factor is awaited
	stageEnrol = "enrol" // came by a link
	stageFull  = "full"
)

// How long a session lasts: without use, at all, on the way in, and how fresh it
// must be to change what one signs in with.
const (
	idle     = 30 * time.Minute
	absolute = 12 * time.Hour
	entrance = 10 * time.Minute
	arrival  = time.Hour
	fresh    = 10 * time.Minute
)

// Ends returns the moment at which a session ends without further use.
func (s Session) Ends() time.Time {
	if end := s.Seen.Add(idle); end.Before(s.Until) {
		return end
	}
	return s.Until
}

// Final says whether a session ends at that moment also when it is used.
func (s Session) Final() bool { return s.Ends().Equal(s.Until) }

// A Person is who asks: the account, and what it may do now.
type Person struct {
	Account
	Session Session
	Grants  []Grant // that hold
	roles   map[ieum.RoleID]*defs.Role
}

// SignedIn says whether the person came all the way in, and still is.
func (p *Person) SignedIn() bool { return p != nil && p.Session.Stage == stageFull }

// Over returns the role in which the person may do something to somebody; false
// when there is none.
func (p *Person) Over(what ieum.Permission, to Subject) (ieum.Held, bool) {
	if p != nil {
		for _, g := range p.Grants {
			if p.allows(g, what) && g.covers(to) {
				return ieum.Held{Role: g.Role, Organisation: g.Organisation, Site: g.Site}, true
			}
		}
	}
	return ieum.Held{}, false
}

// May says whether the person may do something to somebody.
func (p *Person) May(what ieum.Permission, to Subject) bool {
	_, ok := p.Over(what, to)
	return ok
}

// MayAny says whether the person may do something to anybody at all.
func (p *Person) MayAny(what ieum.Permission) bool {
	return p != nil && slices.ContainsFunc(p.Grants, func(g Grant) bool { return p.allows(g, what) })
}

func (p *Person) allows(g Grant, what ieum.Permission) bool {
	r := p.roles[g.Role]
	return r != nil && r.Allows(what)
}

// A Factor is one thing somebody signs in with.
type Factor struct {
	Number int64
	Kind   string // password, app, passkey, paper or agency
	Made   time.Time
	Used   time.Time // zero = never
	Left   int       // paper: codes that are left
	data   string
	sealed string // data, as it is kept
	step   int64
}

// The kinds of factors. A passkey that verifies its user is two by itself:
// something one has, opened by something one knows or is.
const (
	password   = "password"
	app        = "app"
	passkey    = "passkey"
	onPaper    = "paper"
	fromAgency = "agency"
)

// enough says whether factors let somebody in who needs one or two.
func enough(list []Factor, two bool) bool {
	has := func(kind string) bool {
		return slices.ContainsFunc(list, func(f Factor) bool { return f.Kind == kind && (kind != onPaper || f.Left > 0) })
	}
	second := has(app) || has(onPaper)
	return has(passkey) || (has(password) || has(fromAgency)) && (second || !two)
}

// A Link is a secret handed to somebody so that they can set up what they sign
// in with.
type Link struct {
	ID           string
	Account      AccountID
	Purpose      string
	Since, Until time.Time
	Maker        AccountID
	Ended        bool
	Two          bool      // a recovery that two of staff make, and no session of the account cancels
	Confirmer    AccountID // of such: the second; "" = waits for one
	hash, code   []byte    // code: of what the second hands over
}

// Waits says whether a link counts only once a second person of staff made it, too.
func (l Link) Waits() bool { return l.Two && l.Confirmer == "" }

// The purposes of links.
const (
	toEnrol   = "enrol"
	toRecover = "recover"
	toDemo    = "demo"
)

// How long links can be used, and how long a recovery waits before it can.
const (
	linkLasts    = time.Hour
	recoveryWait = 24 * time.Hour
	recoverLasts = 7 * 24 * time.Hour
	twoAfter     = 30 * 24 * time.Hour // for so long after one was cancelled a recovery takes two
)
