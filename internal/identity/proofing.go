package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"ieum"
)

// A Proof says how it was seen that the owner of an account is who they say.
type Proof struct {
	Number    int64
	Account   AccountID
	Level     string // high, substantial or low
	Method    string
	Documents []string // their kinds; what stood in them is kept nowhere
	By        AccountID
	Simulated bool
	Made      time.Time
	Waits     bool // for a code that is on its way by mail

	who        string // token of Known; sealed as it is read, "" = none
	commitment string // hex SHA-256 of salt and what was shown
	salt, code []byte
	tries      int
	until      time.Time // of the code
}

// The methods of proofs.
const (
	AtDesk    = "desk"      // staff saw the person and two documents
	ByMobile  = "mobile-id" // the state's mobile identity card
	ByPhone   = "phone"     // the operator of a telephone in the person's name; not enough alone
	Overseas  = "overseas"  // a passport, and a consul's desk or a code by mail
	levelHigh = "high"
	levelSub  = "substantial"
	levelLow  = "low"
)

// Documents are the kinds of documents that count at a desk.
var Documents = []string{"resident-card", "driving-licence", "passport", "residence-card", "family-register", "disability-card"}

// Bounds of a code by mail.
const (
	mailLasts = 90 * 24 * time.Hour
	mailTries = 5
	proofTime = 10 * time.Minute // to answer mobile-id or phone
)

// Attested is what an outside service says of somebody. It goes into the
// commitment and, as far as it says who they are, into the token of Known; nothing
// of it is kept.
type Attested struct {
	ieum.Who
	Evidence string
}

// MobileID asks the state's mobile identity card. Ask returns an address that the
// person opens on their phone; Answer is ieum.ErrInvalid until they agreed there.
type MobileID interface {
	Ask(ctx context.Context) (ref, address string, err error)
	Answer(ctx context.Context, ref string) (Attested, error)
}

// Phone asks the operator of a telephone. Send lets a code come to it; Check is
// ieum.ErrInvalid for another code.
type Phone interface {
	Send(ctx context.Context, number string) (ref string, err error)
	Check(ctx context.Context, ref, code string) (Attested, error)
}

// Proofed says whether the owner of an account was proved to be who they say.
// Until then an account reaches only what was entered by it. A simulated proof
// counts where simulation is allowed. A telephone alone proves nobody: its number can
// be moved to the card of somebody else.
func (g *Registry) Proofed(ctx context.Context, a AccountID) (bool, error) {
	all, err := g.store.proofs(ctx, a)
	return g.counts(all), err
}

func (g *Registry) counts(all []Proof) bool {
	return slices.ContainsFunc(all, func(p Proof) bool { return !p.Waits && p.Method != ByPhone && (!p.Simulated || g.simulate) })
}

// Proofs lists the proofs of an account, newest first.
func (g *Registry) Proofs(ctx context.Context, a AccountID) ([]Proof, error) {
	return g.store.proofs(ctx, a)
}

// A Shown is a document that staff saw.
type Shown struct{ Kind, Number string }

// A Known is who the owner of an account was proved to be, and on whose word.
type Known struct {
	Token     string    // by which rows about them are known; "" = there is none
	Simulated bool      // by such a proof somebody is whoever they like: it says nothing of real rows
	By        AccountID // of staff, who noted the proof; "" = nobody of staff
	Lone      bool      // By handed out a link to the account as well, before that or since
}

// Known returns who the owner of an account was proved to be: by the newest proof that
// counts and has a token, one that is not simulated before any that is. Those of before
// tokens were kept have none.
func (g *Registry) Known(ctx context.Context, a AccountID) (Known, error) {
	all, err := g.store.proofs(ctx, a)
	if err != nil {
		return Known{}, err
	}
	for _, simulated := range []bool{false, true} {
		for _, p := range all {
			if p.who != "" && p.Simulated == simulated && g.counts([]Proof{p}) {
				return g.knownBy(ctx, p)
			}
		}
	}
	return Known{}, nil
}

func (g *Registry) knownBy(ctx context.Context, p Proof) (k Known, err error) {
	k.Simulated = p.Simulated
	if k.Token, err = g.store.open(p.Account, whoAt(p.Account, p.commitment), p.who); err != nil || p.By == p.Account {
		return k, err
	}
	k.By = p.By
	k.Lone, err = g.store.madeLink(ctx, p.By, p.Account)
	return k, err
}

// Prove notes that staff saw the owner of an account with two documents of
// different kinds, in which stood who they are; for Overseas, at a consul's desk,
// one is a passport. Nobody proves their own account, nor one to which they handed
// out a link: whoever did could be in it.
func (g *Registry) Prove(ctx context.Context, by *Person, name, method string, who ieum.Who, shown ...Shown) error {
	p, err := g.seen(ctx, by, name, method, who, shown)
	if err != nil {
		return err
	}
	if len(shown) != 2 || shown[0].Kind == shown[1].Kind {
		return proofFault("two", "/second", "two documents of different kinds are needed")
	}
	p.Level = levelHigh
	return g.store.addProof(ctx, p)
}

// ProveByMail begins the proof of somebody abroad who cannot come: they sent a
// copy of their passport, and the code that is returned goes by mail to the
// address they live at. It proves once they enter it, within 90 days.
func (g *Registry) ProveByMail(ctx context.Context, by *Person, name string, who ieum.Who, passport Shown) (code string, err error) {
	p, err := g.seen(ctx, by, name, Overseas, who, []Shown{passport})
	if err != nil {
		return "", err
	}
	code = newCodes()[0]
	p.Level, p.Waits, p.code, p.until = levelSub, true, codeHash(p.Account, code), p.Made.Add(mailLasts)
	return code, g.store.addProof(ctx, p)
}

// seen is a proof of what staff saw, with its commitment.
func (g *Registry) seen(ctx context.Context, by *Person, name, method string, who ieum.Who, shown []Shown) (Proof, error) {
	if !by.MayAny(ieum.HelpAccounts) {
		return Proof{}, errDenied()
	}
	if method != AtDesk && method != Overseas {
		return Proof{}, ieum.ErrNotFound
	}
	a, err := g.Named(ctx, by.ID, name)
	if err != nil {
		return Proof{}, err
	}
	if a.ID == by.ID {
		return Proof{}, errDenied()
	}
	if made, err := g.store.madeLink(ctx, by.ID, a.ID); err != nil {
		return Proof{}, err
	} else if made {
		return Proof{}, proofFault("maker", "/name", "you handed out a link to this account, so another member of staff sees the documents")
	}
	p := Proof{Account: a.ID, Method: method, By: by.ID, Made: g.now()}
	evidence := ""
	for i, one := range shown {
		field := []string{"/first", "/second"}[min(i, 1)]
		number := plainCode(one.Number)
		if !slices.Contains(Documents, one.Kind) || len(number) < 4 || len(number) > 40 {
			return Proof{}, proofFault("document", field, "say which document, and its number")
		}
		p.Documents = append(p.Documents, one.Kind)
		evidence += one.Kind + " " + number + "\n"
	}
	if method == Overseas && !slices.Contains(p.Documents, "passport") {
		return Proof{}, proofFault("passport", "/first", "somebody abroad shows a passport")
	}
	return p, g.commit(ctx, &p, Attested{who, evidence})
}

// commit sets the token of who somebody is, the salt, and the commitment to what
// was shown.
func (g *Registry) commit(ctx context.Context, p *Proof, said Attested) (err error) {
	if err := said.Check(p.Made); err != nil {
		return err
	}
	if g.known != nil {
		if p.who, err = g.known(ctx, said.Who); err != nil {
			return err
		}
	}
	p.salt = make([]byte, 16)
	if _, err := rand.Read(p.salt); err != nil {
		return err
	}
	h := sha256.New()
	h.Write([]byte("ieum/proof/2\n"))
	h.Write(p.salt)
	h.Write([]byte(p.Method + "\n" + said.Name + "\n" + said.Birth + "\n" + said.Evidence))
	p.commitment = hex.EncodeToString(h.Sum(nil))
	return nil
}

// EnterMailed takes the code that came by mail. The fifth wrong one ends it.
func (g *Registry) EnterMailed(ctx context.Context, by *Person, code string) error {
	if wait, ok := g.seconds.take("mail "+string(by.ID), g.now()); !ok {
		return errOften(wait)
	}
	right, err := g.store.takeMailed(ctx, by.ID, codeHash(by.ID, code), g.now())
	if err == nil && !right {
		err = errCode()
	}
	return err
}

// Ways lists the methods that an account's owner can use by themselves.
func (g *Registry) Ways() (out []string) {
	if g.mobile != nil {
		out = append(out, ByMobile)
	}
	if g.phone != nil {
		out = append(out, ByPhone)
	}
	return out
}

// BeginProof asks an outside service about the owner of an account, and returns
// what FinishProof takes, and for ByMobile the address to open on the phone.
func (g *Registry) BeginProof(ctx context.Context, by *Person, method, number string) (id, address string, err error) {
	if wait, ok := g.seconds.take("proof "+string(by.ID), g.now()); !ok {
		return "", "", errOften(wait)
	}
	var ref string
	switch {
	case !slices.Contains(g.Ways(), method):
		return "", "", ieum.ErrNotFound
	case method == ByMobile:
		ref, address, err = g.mobile.Ask(ctx)
	default:
		if number = plainCode(number); len(number) < 9 || len(number) > 15 {
			return "", "", proofFault("number", "/number", "a telephone number has 9 to 15 digits")
		}
		ref, err = g.phone.Send(ctx, number)
	}
	if err != nil {
		return "", "", err
	}
	id, now := newID("v"), g.now()
	return id, address, g.store.keepChallenge(ctx, id, by.ID, method+"\n"+ref, now, now.Add(proofTime))
}

// FinishProof proves the owner of an account by what the service answers. After
// a wrong code another can be given. Where the service is simulated it says that
// the owner is who they pretend to be.
func (g *Registry) FinishProof(ctx context.Context, by *Person, id, code string, pretended ieum.Who) error {
	now := g.now()
	if wait, ok := g.seconds.take("proof "+string(by.ID), now); !ok {
		return errOften(wait)
	}
	data, err := g.store.takeChallenge(ctx, id, by.ID, now)
	if errors.Is(err, ieum.ErrInvalid) {
		return proofFault("late", "", "that took too long; begin again")
	}
	if err != nil {
		return err
	}
	p := Proof{Account: by.ID, By: by.ID, Made: now, Simulated: g.simulate}
	var ref string
	p.Method, ref, _ = strings.Cut(data, "\n")
	var said Attested
	switch {
	case !slices.Contains(g.Ways(), p.Method):
		return ieum.ErrNotFound
	case p.Method == ByMobile:
		p.Level = levelHigh
		said, err = g.mobile.Answer(ctx, ref)
	default:
		p.Level = levelLow
		said, err = g.phone.Check(ctx, ref, plainCode(code))
	}
	if p.Simulated {
		said.Who = pretended
	}
	if err == nil {
		err = g.commit(ctx, &p, said)
	}
	if errors.Is(err, ieum.ErrInvalid) {
		return errors.Join(err, g.store.keepChallenge(ctx, id, by.ID, data, now, now.Add(proofTime)))
	}
	if err != nil {
		return err
	}
	return g.store.addProof(ctx, p)
}

func proofFault(why, field, message string) error {
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.proof." + why, Field: field, Message: message}
}

// simulatedMobile and simulatedPhone stand in for the services of the state and
// of the operators in a demo and in trials: they agree to everything, also to who
// somebody pretends to be, and what they prove is marked as simulated.
type (
	simulatedMobile struct{}
	simulatedPhone  struct{}
)

func (simulatedMobile) Ask(context.Context) (ref, address string, err error) {
	return newID("m"), "", nil
}

func (simulatedMobile) Answer(_ context.Context, ref string) (Attested, error) {
	return Attested{Evidence: "simulated " + ref}, nil
}

// simulatedCode is the code that comes to every simulated telephone.
const simulatedCode = "123456"

func (simulatedPhone) Send(_ context.Context, number string) (ref string, err error) {
	return newID("t"), nil
}

func (simulatedPhone) Check(_ context.Context, ref, code string) (Attested, error) {
	if code != simulatedCode {
		return Attested{}, errCode()
	}
	return Attested{Evidence: "simulated " + ref}, nil
}
