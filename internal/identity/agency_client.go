package identity

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"

	"ieum"
	"ieum/defs"
)

// An agency is the provider of sign-ins of an agency (OpenID Connect Core 1.0,
// authorization code with PKCE by S256). Its issuer is pinned; nothing it says
// is believed but who somebody is, and whether they showed two factors.
type agency struct {
	def    *defs.Provider
	secret string
	now    func() time.Time
	client *http.Client

	asked singleflight.Group
	known atomic.Pointer[provider]
}

// A provider is what one says of itself, and until when that is believed.
type provider struct {
	*oidc.Provider
	until time.Time
}

// Bounds of what is asked of a provider.
const (
	agencyTime  = 10 * time.Second // a request
	agencyBytes = 1 << 20          // a reply
	agencyKnown = time.Hour        // its addresses
	agencySlack = 2 * time.Minute  // how far its clock may be off ours
)

// agencyAlgorithms are the signatures that count; none and those with a shared
// secret do not.
var agencyAlgorithms = []string{oidc.RS256, oidc.PS256, oidc.ES256, oidc.ES384, oidc.EdDSA}

// newAgency returns a provider. The file of its secret must be its owner's alone.
func newAgency(def *defs.Provider, now func() time.Time) (*agency, error) {
	info, err := os.Stat(def.Secret)
	if err != nil {
		return nil, ieum.Errorf(ieum.ErrNotFound, "there is no file %s, which the provider of sign-ins names as that of the client's secret", def.Secret)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, ieum.Errorf(ieum.ErrDenied, "%s may be read or changed by others than its owner (mode %04o); close it with: chmod 600 %s", def.Secret, info.Mode().Perm(), def.Secret)
	}
	text, err := os.ReadFile(def.Secret)
	if err != nil {
		return nil, err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	if line = strings.TrimSpace(line); line == "" {
		return nil, ieum.Errorf(ieum.ErrInvalid, "the first line of %s is empty; write the client's secret into it", def.Secret)
	}
	issuer, err := url.Parse(def.Issuer)
	if err != nil {
		return nil, err
	}
	return &agency{def: def, secret: line, now: now, client: &http.Client{
		Timeout:       agencyTime,
		Transport:     capped{http.DefaultTransport, issuer.Scheme == "http"},
		CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("it leads elsewhere") },
	}}, nil
}

// capped asks over TLS only, unless the provider is on this machine, and reads
// no more than agencyBytes of a reply.
type capped struct {
	http.RoundTripper
	here bool
}

func (c capped) RoundTrip(r *http.Request) (*http.Response, error) {
	if !defs.Reachable(r.URL) || r.URL.Scheme != "https" && !c.here {
		return nil, errors.New("it names an address without TLS")
	}
	res, err := c.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = &cappedBody{res.Body, agencyBytes}
	}
	return res, err
}

type cappedBody struct {
	io.ReadCloser
	left int
}

func (b *cappedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errors.New("the reply is longer than any should be")
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// find returns the provider as it describes itself, at most an hour old. Who comes while it
// is being asked waits for that answer, and for no other: a slow provider keeps nobody
// longer than agencyTime.
func (a *agency) find(ctx context.Context) (*oidc.Provider, error) {
	if p := a.known.Load(); p != nil && a.now().Before(p.until) {
		return p.Provider, nil
	}
	select {
	case <-ctx.Done():
		return nil, errAgencyAway(ctx.Err())
	case res := <-a.asked.DoChan("", func() (any, error) {
		p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), a.client), a.def.Issuer)
		if err != nil {
			return nil, err
		}
		at, err := url.Parse(p.Endpoint().AuthURL)
		if err != nil || !defs.Reachable(at) {
			return nil, errors.New("it names no address to sign in at")
		}
		a.known.Store(&provider{p, a.now().Add(agencyKnown)})
		return p, nil
	}):
		if res.Err != nil {
			return nil, errAgencyAway(res.Err)
		}
		return res.Val.(*oidc.Provider), nil
	}
}

func (a *agency) config(p *oidc.Provider, back string) *oauth2.Config {
	at := p.Endpoint()
	var says struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	at.AuthStyle = oauth2.AuthStyleInHeader
	if p.Claims(&says) == nil && len(says.Methods) > 0 && !slices.Contains(says.Methods, "client_secret_basic") {
		at.AuthStyle = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{ClientID: a.def.Client, ClientSecret: a.secret, Endpoint: at, RedirectURL: back, Scopes: []string{oidc.ScopeOpenID}}
}

// A purse is what a browser carries to a provider and back: one secret, of which
// all else is derived, so that nothing of it is kept here and an answer counts in
// that browser alone.
type purse string

func (s purse) part(name string) string {
	h := sha256.Sum256([]byte("ieum/agency/" + name + "/" + string(s)))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

func (s purse) state() string    { return s.part("state") }
func (s purse) nonce() string    { return s.part("nonce") }
func (s purse) verifier() string { return s.part("verifier") }

// address returns where a browser goes to sign in.
func (a *agency) address(ctx context.Context, s purse, back string) (string, error) {
	p, err := a.find(ctx)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(s.nonce()), oauth2.S256ChallengeOption(s.verifier()), oauth2.SetAuthURLParam("max_age", fmt.Sprint(int(fresh.Seconds())))}
	if a.def.TwoFactors.Claim == "acr" {
		options = append(options, oauth2.SetAuthURLParam("acr_values", strings.Join(a.def.TwoFactors.Values, " ")))
	}
	return a.config(p, back).AuthCodeURL(s.state(), options...), nil
}

// A witness is what a provider says of somebody.
type witness struct {
	subject string
	two     bool      // two factors were shown
	at      time.Time // when they were
}

// ask turns the code that a browser brought back into what the provider says.
// from is the issuer that the answer claims to come from, if it says so.
func (a *agency) ask(ctx context.Context, s purse, back, code, from string) (w witness, err error) {
	p, err := a.find(ctx)
	if err != nil {
		return w, err
	}
	var says struct {
		Names bool `json:"authorization_response_iss_parameter_supported"` // RFC 9207
	}
	if err := p.Claims(&says); err != nil {
		return w, errAgencyAway(err)
	}
	if from != a.def.Issuer && (from != "" || says.Names) {
		return w, errAgency(errors.New("the answer is of another provider"))
	}
	ctx = oidc.ClientContext(ctx, a.client)
	token, err := a.config(p, back).Exchange(ctx, code, oauth2.VerifierOption(s.verifier()))
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		err = errors.New("it refuses the code: " + refused.Response.Status) // what else it says may be about somebody
	}
	if err != nil {
		return w, errAgency(err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return w, errAgency(errors.New("there is no ID token"))
	}
	id, err := p.Verifier(&oidc.Config{ClientID: a.def.Client, SupportedSigningAlgs: agencyAlgorithms, Now: a.now}).Verify(ctx, raw)
	if err != nil {
		return w, errAgency(err)
	}
	return a.judge(id, s)
}

// judge holds a token whose signature, issuer, audience and end were checked to
// what was asked.
func (a *agency) judge(id *oidc.IDToken, s purse) (w witness, err error) {
	var said struct {
		Party string   `json:"azp"`
		At    int64    `json:"auth_time"`
		ACR   string   `json:"acr"`
		AMR   []string `json:"amr"`
	}
	if err := id.Claims(&said); err != nil {
		return w, errAgency(err)
	}
	now, at := a.now(), time.Unix(said.At, 0)
	switch {
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(s.nonce())) != 1:
		err = errors.New("the token answers another question")
	case id.Subject == "" || len(id.Subject) > 255:
		err = errors.New("the token names nobody")
	case len(id.Audience) > 1 && said.Party != a.def.Client, said.Party != "" && said.Party != a.def.Client:
		err = errors.New("the token is for another service")
	case id.IssuedAt.After(now.Add(agencySlack)), at.After(now.Add(agencySlack)):
		err = errors.New("the token is of a time to come; compare the clocks")
	case said.At == 0 || now.Sub(at) > fresh+agencySlack:
		err = errors.New("the provider does not say that somebody signed in just now")
	}
	if err != nil {
		return w, errAgency(err)
	}
	values := said.AMR
	if a.def.TwoFactors.Claim == "acr" {
		values = []string{said.ACR}
	}
	two := a.def.TwoFactors.Claim != "" && slices.ContainsFunc(values, func(v string) bool { return slices.Contains(a.def.TwoFactors.Values, v) })
	if at.After(now) {
		at = now
	}
	return witness{id.Subject, two, at}, nil
}

// errAgency is an answer that does not count; why is for the log.
func errAgency(why error) error {
	return fmt.Errorf("%w (%v)", &ieum.Error{Kind: ieum.ErrDenied, Key: "identity.error.agency", Message: "the agency did not confirm who you are; try again"}, why)
}

func errLinked() error {
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.error.linked", Field: "/subject", Message: "another account is linked to this sign-in of the agency"}
}

func errAgencyAway(why error) error {
	return fmt.Errorf("%w (%v)", &ieum.Error{Kind: ieum.ErrUnavailable, Key: "identity.error.agency_away", Message: "the agency's sign-in cannot be reached; sign in otherwise, or try again later"}, why)
}
