package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// An authority is Pebble, the ACME server that Let's Encrypt tests clients
// with, and a DNS server that says every name is this machine.
type authority struct {
	directory string
	cert      string // file of the certificate it serves with
}

// freePort returns a port that nobody listens on.
func freePort(t *testing.T) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}

// startAuthority starts one that asks back at a port, or skips the test where
// it cannot be built, for want of a network.
func startAuthority(t *testing.T, tlsPort int) *authority {
	t.Helper()
	dir := t.TempDir()
	build := exec.Command("go", "build", "-C", "testdata/pebble", "-o", dir+"/",
		"github.com/letsencrypt/pebble/v2/cmd/pebble", "github.com/letsencrypt/pebble/v2/cmd/pebble-challtestsrv")
	build.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Skipf("no ACME authority to ask: %v: %s; where there is a network once, go mod download -C cmd/ieum/testdata/pebble", err, out)
	}
	cert, key := writeCertificate(t, dir, 1)
	listen, names := freePort(t), fmt.Sprintf("127.0.0.1:%d", freePort(t))
	config, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": fmt.Sprintf("127.0.0.1:%d", listen), "managementListenAddress": fmt.Sprintf("127.0.0.1:%d", freePort(t)),
		"certificate": cert, "privateKey": key, "httpPort": freePort(t), "tlsPort": tlsPort,
	}})
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "config.json"), string(config))
	started(t, exec.Command(filepath.Join(dir, "pebble-challtestsrv"), "-dnsserver", names, "-defaultIPv6", "", "-doh", "", "-http01", "", "-https01", "", "-tlsalpn01", "",
		"-management", fmt.Sprintf("127.0.0.1:%d", freePort(t))))
	pebble := exec.Command(filepath.Join(dir, "pebble"), "-config", filepath.Join(dir, "config.json"), "-dnsserver", names, "-strict")
	pebble.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1")
	started(t, pebble)
	a := &authority{fmt.Sprintf("https://localhost:%d/dir", listen), cert}
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	await(t, "the authority answers", func() bool {
		res, err := client.Get(a.directory)
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	return a
}

// started starts a program until the test ends.
func started(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
}

// serve runs ieum serve with certificates of the authority for jobs.example.
func (a *authority) serve(t *testing.T, data string, port int, environment ...string) *served {
	t.Helper()
	environment = append(environment, "IEUM_ACME="+a.directory, "IEUM_URL=https://jobs.example", "SSL_CERT_FILE="+a.cert)
	return serveWith(t, environment, "--data", data, "--listen", fmt.Sprintf("127.0.0.1:%d", port))
}

// serveWith runs ieum serve in a process of its own.
func serveWith(t *testing.T, environment []string, flags ...string) *served {
	t.Helper()
	cmd := child(append([]string{"serve"}, flags...)...)
	cmd.Env = append(cmd.Env, environment...)
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	started(t, cmd)
	s := &served{&server{t: t}, func() { cmd.Process.Kill(); cmd.Wait() }}
	s.await(said)
	return s
}

// met connects to a port by a name and returns the certificate met there.
func met(port int, name string) (*x509.Certificate, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{ServerName: name, InsecureSkipVerify: true}}
	c, err := dialer.DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return c.(*tls.Conn).ConnectionState().PeerCertificates[0], nil
}

const pebbleTerms = "data:text/plain,Do%20what%20thou%20wilt"

// An authority gives a certificate for the site's own name, once; it is kept
// where nobody else reads it, and served without asking after a restart, for
// that name and for this machine, and for no other.
func TestCertificatesByACME(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	a := startAuthority(t, port)
	data := filepath.Join(t.TempDir(), "data")
	s := a.serve(t, data, port, "IEUM_ACME_TERMS="+pebbleTerms)
	first, err := met(port, "jobs.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := first.VerifyHostname("jobs.example"); err != nil || !strings.HasPrefix(first.Issuer.CommonName, "Pebble Intermediate") {
		t.Errorf("the certificate is by %v: %v", first.Issuer, err)
	}
	if _, err := met(port, "other.example"); err == nil {
		t.Error("a certificate for another name is served")
	}
	if here, err := met(port, "localhost"); err != nil || !here.Equal(first) {
		t.Errorf("this machine meets %v, %v", here, err)
	}
	folder := filepath.Join(data, "keys", "acme")
	kept, err := os.ReadDir(folder)
	if err != nil || len(kept) < 2 {
		t.Fatalf("kept: %v, %v", kept, err)
	}
	if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%s: %v, %v", folder, info.Mode(), err)
	}
	for _, f := range kept {
		if info, err := f.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s may be read by others: %v, %v", f.Name(), info.Mode(), err)
		}
	}
	s.kill()
	nowhere := &authority{"https://localhost:1/dir", a.cert}
	nowhere.serve(t, data, port, "IEUM_ACME_TERMS=") // the account is there
	if again, err := met(port, "jobs.example"); err != nil || !again.Equal(first) {
		t.Errorf("after a restart, without the authority: %v, %v", again, err)
	}
}

func TestACMEThatCannotBe(t *testing.T) {
	t.Parallel()
	a := startAuthority(t, freePort(t))
	cert, key := writeCertificate(t, t.TempDir(), 1)
	for _, tt := range []struct {
		acme, site string
		flags      []string
		status     int
		says       string
	}{
		{a.directory, "https://jobs.example", nil, 1, "has terms at " + pebbleTerms},
		{a.directory, "https://jobs.example", []string{"--tls-cert", cert, "--tls-key", key}, 2, "certificates come from files or by ACME"},
		{a.directory, "", nil, 1, "set IEUM_URL"},
		{a.directory, "http://jobs.example", nil, 1, "set IEUM_URL"},
		{a.directory, "https://localhost", nil, 1, "set IEUM_URL"},
		{"letsencrypt", "https://jobs.example", nil, 1, "IEUM_ACME is no directory"},
	} {
		cmd := child(append([]string{"serve", "--data", filepath.Join(t.TempDir(), "data"), "--listen", "127.0.0.1:0"}, tt.flags...)...)
		cmd.Env = append(cmd.Env, "IEUM_ACME="+tt.acme, "IEUM_URL="+tt.site, "SSL_CERT_FILE="+a.cert)
		late := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() }) // it serves, which it must not
		said, _ := cmd.CombinedOutput()
		late.Stop()
		checkSentence(t, "serve", cmd.ProcessState.ExitCode(), "", string(said), tt.status, tt.says)
	}
}
