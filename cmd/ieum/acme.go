package main

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"ieum"
)

// secured returns how to serve over TLS: with the certificate in two files, with
// one that an authority gives by ACME, or nil without either.
func (e *env) secured(ctx context.Context, cert, key string) (*tls.Config, error) {
	files := cert != "" || key != ""
	switch {
	case files && e.ACME != "":
		return nil, usagef("certificates come from files or by ACME; leave out --tls-cert and --tls-key, or IEUM_ACME")
	case files:
		c, err := loadCertificate(cert, key)
		if err != nil {
			return nil, err
		}
		return c.config(), nil
	case e.ACME != "":
		return e.byACME(ctx)
	}
	return nil, nil
}

// discovery is how long an authority may take to say what its terms are.
const discovery = 20 * time.Second

// byACME has the authority that IEUM_ACME names give certificates for the host
// in IEUM_URL, and renew them. It asks back over TLS on port 443 (TLS-ALPN-01,
// RFC 8737), so nothing need listen on port 80. Account and certificates are
// kept in the data folder.
func (e *env) byACME(ctx context.Context) (*tls.Config, error) {
	directory, err := url.Parse(e.ACME)
	if err != nil || directory.Scheme != "https" || directory.Host == "" {
		return nil, ieum.Errorf(ieum.ErrInvalid, "IEUM_ACME is no directory of an ACME authority; write it as https://acme-v02.api.letsencrypt.org/directory")
	}
	site, err := url.Parse(e.URL)
	if err != nil || site.Scheme != "https" || !strings.Contains(site.Hostname(), ".") {
		return nil, ieum.Errorf(ieum.ErrInvalid, "IEUM_ACME gets certificates for the host in IEUM_URL; set IEUM_URL to an address such as https://jobs.example")
	}
	host := site.Hostname()
	m := &autocert.Manager{
		Client:     &acme.Client{DirectoryURL: e.ACME, HTTPClient: &http.Client{Timeout: time.Minute}, UserAgent: "ieum"},
		Cache:      autocert.DirCache(filepath.Join(e.Data, "keys", "acme")),
		HostPolicy: autocert.HostWhitelist(host),
		Prompt:     e.agreed,
	}
	if err := e.checkTerms(ctx, m); err != nil {
		return nil, err
	}
	c := m.TLSConfig()
	c.MinVersion = tls.VersionTLS12
	c.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if hello.ServerName == "" || hello.ServerName == "localhost" { // this machine, which asks how the server is
			here := *hello
			here.ServerName = host
			hello = &here
		}
		return m.GetCertificate(hello)
	}
	return c, nil
}

// agreed says whether the operator agreed to the terms at an address.
func (e *env) agreed(terms string) bool { return terms == e.ACMETerms }

// accountKey is under what name autocert keeps the key of its account.
const accountKey = "acme_account+key"

// checkTerms refuses terms that nobody agreed to, before there is an account;
// with one they were agreed to. An authority that does not answer now is
// asked again when a certificate is needed.
func (e *env) checkTerms(ctx context.Context, m *autocert.Manager) error {
	if _, err := m.Cache.Get(ctx, accountKey); !errors.Is(err, autocert.ErrCacheMiss) {
		return err
	}
	soon, cancel := context.WithTimeout(ctx, discovery)
	defer cancel()
	asked, err := m.Client.Discover(soon)
	if err != nil {
		slog.ErrorContext(ctx, "acme: the authority does not answer; it is asked again when a certificate is needed", "err", err)
		return nil
	}
	if asked.Terms != "" && !e.agreed(asked.Terms) {
		return ieum.Errorf(ieum.ErrDenied, "the authority that IEUM_ACME names has terms at %s; read them, and set IEUM_ACME_TERMS to that address to agree", asked.Terms)
	}
	return nil
}
