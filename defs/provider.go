package defs

import (
	"net"
	"net/url"
	"os"
	"path/filepath"
	"reflect"

	"ieum"
)

// A Provider is an agency's OpenID Connect provider, by which people sign in
// whom the agency knows. It is declared in a file of the installation, not among
// the definitions.
type Provider struct {
	Issuer     string    `yaml:"issuer"`      // as its tokens have it, to the letter
	Client     string    `yaml:"client"`      // the id it knows us by
	Secret     string    `yaml:"secret"`      // the file of the client's secret, beside this one unless absolute
	Title      ieum.Text `yaml:"title"`       // what people know it by
	TwoFactors Claim     `yaml:"two_factors"` // what its tokens say of who showed two factors; none: nothing counts as two
}

// A Claim is a claim of a token with the values that count.
type Claim struct {
	Claim  string   `yaml:"claim"` // acr or amr
	Values []string `yaml:"values"`
}

// ReadProvider reads the file of a provider, as strictly as a definition.
func ReadProvider(path string) (*Provider, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, ieum.Errorf(ieum.ErrNotFound, "there is no file %s, which IEUM_OIDC names as the agency's provider of sign-ins", path)
	}
	var faults Faults
	p := new(Provider)
	if d := newDoc(layered{name: path, text: text}, &faults); d.root != nil {
		d.decode(d.root, reflect.ValueOf(p).Elem(), "")
		p.check(d)
	}
	if err := faults.err(); err != nil {
		return nil, err
	}
	if !filepath.IsAbs(p.Secret) {
		p.Secret = filepath.Join(filepath.Dir(path), p.Secret)
	}
	return p, nil
}

func (p *Provider) check(d *doc) {
	if u, err := url.Parse(p.Issuer); err != nil || !Reachable(u) || u.RawQuery != "" || u.Fragment != "" {
		d.fault(d.at("issuer"), "issuer is an address of the form https://login.example, not %q", p.Issuer)
	}
	if p.Client == "" {
		d.fault(d.at("client"), "client is the id that the provider knows this service by")
	}
	if p.Secret == "" {
		d.fault(d.at("secret"), "secret names the file of the client's secret")
	}
	d.checkText(p.Title, "title")
	two := p.TwoFactors
	if two.Claim != "" && two.Claim != "acr" && two.Claim != "amr" {
		d.fault(d.at("two_factors", "claim"), "claim is acr or amr, not %q", two.Claim)
	}
	if (two.Claim == "") != (len(two.Values) == 0) {
		d.fault(d.at("two_factors"), "two_factors has a claim and the values of it that count")
	}
}

// Reachable says whether a provider may be asked at an address: over TLS, or on
// this machine.
func Reachable(u *url.URL) bool {
	name := u.Hostname()
	here := name == "localhost" || net.ParseIP(name).IsLoopback()
	return name != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http" && here)
}
