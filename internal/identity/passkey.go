package identity

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"ieum"
)

// challengeLasts is how long a passkey has to answer.
const challengeLasts = 5 * time.Minute

// An owner is an account as the library knows users.
type owner struct {
	Account
	keys []webauthn.Credential
}

func (o owner) WebAuthnID() []byte                         { return []byte(o.ID) }
func (o owner) WebAuthnName() string                       { return o.Name }
func (o owner) WebAuthnDisplayName() string                { return o.Name }
func (o owner) WebAuthnCredentials() []webauthn.Credential { return o.keys }

// address returns the address that people reach the service by, for a request
// that was sent to a host. Unless one was set, that is localhost: a passkey, or
// a way back, for a name that a client merely claims would be worth nothing.
func (g *Registry) address(host string) (*url.URL, error) {
	at := g.url
	if at == "" {
		at = "http://" + host
	}
	u, err := url.Parse(at)
	if err == nil && (u.Host == "" || g.url == "" && u.Hostname() != "localhost") {
		err = ieum.ErrUnavailable
	}
	return u, err
}

// party returns the service as a passkey's other party.
func (g *Registry) party(host string) (*webauthn.WebAuthn, error) {
	u, err := g.address(host)
	if err != nil {
		return nil, &ieum.Error{Kind: ieum.ErrUnavailable, Key: "identity.error.no_party", Message: "passkeys work at localhost, or at the address that IEUM_URL names"}
	}
	return webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: "Ieum", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			RequireResidentKey: protocol.ResidentKeyRequired(), ResidentKey: protocol.ResidentKeyRequirementRequired,
			UserVerification: protocol.VerificationRequired,
		}})
}

// Passkeys says whether passkeys work at the address of a request.
func (g *Registry) Passkeys(host string) bool {
	_, err := g.party(host)
	return err == nil
}

// A Question is what a passkey is asked: Options go to the browser, ID comes
// back with the answer.
type Question struct {
	ID      string `json:"id"`
	Options any    `json:"options"`
}

// AskNew asks a browser to make a passkey for somebody.
func (g *Registry) AskNew(ctx context.Context, p *Person, host string) (Question, error) {
	party, err := g.party(host)
	if err != nil {
		return Question{}, err
	}
	o, _, err := g.owner(ctx, p.Account)
	if err != nil {
		return Question{}, err
	}
	options, session, err := party.BeginRegistration(o, webauthn.WithExclusions(webauthn.Credentials(o.keys).CredentialDescriptors()),
		webauthn.WithConveyancePreference(protocol.PreferNoAttestation))
	if err != nil {
		return Question{}, err
	}
	return g.ask(ctx, p.ID, options.Response, session)
}

// AskAny asks a browser for any passkey it has for the service.
func (g *Registry) AskAny(ctx context.Context, v Visit, host string) (Question, error) {
	if err := g.askOnce(ctx, g.askings, v); err != nil {
		return Question{}, err
	}
	party, err := g.party(host)
	if err != nil {
		return Question{}, err
	}
	options, session, err := party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Question{}, err
	}
	return g.ask(ctx, "", options.Response, session)
}

// askOnce counts a question of which something is kept until it is answered: of a browser
// that was signed in with before, by that, and of others by their address.
func (g *Registry) askOnce(ctx context.Context, by *limiter, v Visit) error {
	known, err := g.store.knowsOf(ctx, sum(v.Known))
	if err != nil {
		return err
	}
	key := network(v.Address)
	if known {
		key = "browser " + v.Known
	}
	if wait, ok := by.take(key, g.now()); !ok {
		return errOften(wait)
	}
	return nil
}

func (g *Registry) ask(ctx context.Context, a AccountID, options any, session *webauthn.SessionData) (Question, error) {
	text, err := json.Marshal(session)
	if err != nil {
		return Question{}, err
	}
	now, id := g.now(), newID("c")
	return Question{id, options}, g.store.keepChallenge(ctx, id, a, string(text), now, now.Add(challengeLasts))
}

// asked returns what a passkey was asked; it can be answered once.
func (g *Registry) asked(ctx context.Context, id string, a AccountID) (s webauthn.SessionData, err error) {
	text, err := g.store.takeChallenge(ctx, id, a, g.now())
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(text), &s)
}

// owner returns an account with its passkeys, and those as factors.
func (g *Registry) owner(ctx context.Context, a Account) (o owner, of []Factor, err error) {
	have, err := g.store.factors(ctx, a.ID)
	o.Account = a
	for _, f := range have {
		if f.Kind != passkey {
			continue
		}
		var key webauthn.Credential
		if err := json.Unmarshal([]byte(f.data), &key); err != nil {
			return o, nil, err
		}
		o.keys, of = append(o.keys, key), append(of, f)
	}
	return o, of, err
}

// SetPasskey adds the passkey that answered AskNew.
func (g *Registry) SetPasskey(ctx context.Context, p *Person, agent, host, id string, answer []byte) (cookie string, err error) {
	session, err := g.asked(ctx, id, p.ID)
	if err != nil {
		return "", err
	}
	party, err := g.party(host)
	if err != nil {
		return "", err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return "", errPasskey()
	}
	key, err := party.CreateCredential(owner{Account: p.Account}, session, parsed)
	if err != nil || !key.Flags.UserVerified {
		return "", errPasskey()
	}
	text, err := json.Marshal(key)
	if err != nil {
		return "", err
	}
	return g.setUp(ctx, p, agent, setting{kind: passkey, data: string(text)})
}

// SignInByPasskey lets in the owner of the passkey that answered AskAny. A
// passkey that looks like a copy is refused.
func (g *Registry) SignInByPasskey(ctx context.Context, v Visit, host, id string, answer []byte) (Entry, error) {
	session, err := g.asked(ctx, id, "")
	if err != nil {
		return Entry{}, err
	}
	party, err := g.party(host)
	if err != nil {
		return Entry{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return Entry{}, errPasskey()
	}
	var of []Factor
	var o owner
	var failed error
	find := func(_, handle []byte) (webauthn.User, error) {
		a, err := g.store.account(ctx, AccountID(handle))
		if err == nil {
			o, of, err = g.owner(ctx, a)
		}
		if !errors.Is(err, ieum.ErrNotFound) {
			failed = err
		}
		return o, err
	}
	key, err := party.ValidateDiscoverableLogin(find, session, parsed)
	if failed != nil {
		return Entry{}, failed
	}
	if err != nil || key.Authenticator.CloneWarning || !key.Flags.UserVerified {
		return Entry{}, errPasskey()
	}
	text, err := json.Marshal(key)
	if err != nil {
		return Entry{}, err
	}
	shown := int64(0)
	for i, k := range o.keys {
		if string(k.ID) == string(key.ID) {
			shown = of[i].Number
			if err := g.store.usePasskey(ctx, o.ID, of[i], string(text), g.now()); err != nil {
				return Entry{}, err
			}
		}
	}
	return g.enter(ctx, v, start{Session: Session{Account: o.ID}, before: sum(v.Session), shown: shown}, passkey, 2, g.now())
}
