package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// writeCertificate writes a certificate for localhost with a serial number, and
// its key.
func writeCertificate(t *testing.T, dir string, serial int64) (cert, key string) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, made, made, secret.Public(), secret)
	if err != nil {
		t.Fatal(err)
	}
	inside, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writeFile(t, cert, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	writeSecret(t, key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: inside})))
	return cert, key
}

// handshake asks for a page over TLS on a new connection and returns the serial
// number of the certificate it met, and the reply.
func handshake(t *testing.T, base string) (serial int64, res *http.Response) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true, ForceAttemptHTTP2: true,
	}}
	res, err := client.Get(base + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.TLS.PeerCertificates[0].SerialNumber.Int64(), res
}

// Over TLS the program serves as it does over HTTP, says so to browsers, and
// takes up a renewed certificate without a restart; files that do not fit, as
// between the two renames of a renewal, change nothing.
func TestServingOverTLS(t *testing.T) {
	b := newBench(t)
	dir := t.TempDir()
	cert, key := writeCertificate(t, dir, 1)
	s := b.start(b.data, "--tls-cert", cert, "--tls-key", key)
	if !strings.HasPrefix(s.base, "https://") {
		t.Fatalf("it serves on %s", s.base)
	}
	serial, res := handshake(t, s.base)
	if serial != 1 || res.StatusCode != http.StatusOK || res.ProtoMajor != 2 || res.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("certificate %d, %d over %s, %v", serial, res.StatusCode, res.Proto, res.Header)
	}
	other, _ := writeCertificate(t, t.TempDir(), 2)
	text, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, cert, string(text)+"\n")
	if serial, _ := handshake(t, s.base); serial != 1 {
		t.Errorf("with a certificate that does not fit its key: %d, want 1", serial)
	}
	writeCertificate(t, dir, 3)
	later := time.Now().Add(time.Second) // a clock that is too coarse to tell the two
	if err := os.Chtimes(cert, later, later); err != nil {
		t.Fatal(err)
	}
	if serial, _ := handshake(t, s.base); serial != 3 {
		t.Errorf("after the renewal: %d, want 3", serial)
	}
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	if serial, _ := handshake(t, s.base); serial != 3 {
		t.Errorf("without the file: %d, want 3", serial)
	}
}

func TestCertificatesThatCannotBeServed(t *testing.T) {
	b := newBench(t)
	cert, key := writeCertificate(t, t.TempDir(), 1)
	_, other := writeCertificate(t, t.TempDir(), 1)
	b.fail(2, "TLS needs both files", "serve", "--tls-cert", cert)
	b.fail(1, "there is no file", "serve", "--tls-cert", cert, "--tls-key", key+"x")
	b.fail(1, "are not a certificate and its key in PEM", "serve", "--tls-cert", cert, "--tls-key", other)
	open := filepath.Join(t.TempDir(), "open.pem")
	writeFile(t, open, "a key that everybody may read")
	b.fail(1, "close it with: chmod 600 "+open, "serve", "--tls-cert", cert, "--tls-key", open)
	b.fail(1, "are not a certificate and its key in PEM", "serve", "--tls-cert", b.in("jobs.csv"), "--tls-key", key)
}
