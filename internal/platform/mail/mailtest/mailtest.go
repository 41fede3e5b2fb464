// Package mailtest is a mail server for tests: it speaks as much of SMTP as a
// client needs, over TLS with a certificate of its own, and fails as it is told.
package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// A Server keeps what it takes.
type Server struct {
	Plain  bool                   // it does not offer STARTTLS
	Hangs  string                 // it says nothing to this command any more
	Before func(to string) string // a reply in place of 250 to RCPT, or ""

	addr   string
	config *tls.Config
	ca     string
	mu     sync.Mutex
	taken  []Mail
	users  []string
}

// A Mail is one that was taken.
type Mail struct{ From, To, Header, Text string }

// Start starts a server on this machine for the length of a test. Set its fields
// before anything is sent.
func Start(t testing.TB) *Server {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		DNSNames: []string{"localhost"}, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, made, made, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{ca: filepath.Join(t.TempDir(), "ca.pem"), config: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}}
	if err := os.WriteFile(s.ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	s.addr = "localhost:" + port
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	return s
}

// File writes how to send by the server, for mail.Read.
func (s *Server) File(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mail")
	text := fmt.Sprintf("# made up\nhost: %s\nfrom: notices@agency.example\nuser: notices\npassword: made up: 1\nca: %s\n", s.addr, s.ca)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Taken lists the mails that were taken, in their order.
func (s *Server) Taken() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.taken...)
}

// Users lists the names that signed in, each with its password.
func (s *Server) Users() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.users...)
}

func (s *Server) serve(conn net.Conn) {
	defer func() { conn.Close() }()
	c, m, secure := textproto.NewConn(conn), Mail{}, false
	c.PrintfLine("220 made up")
	for {
		line, err := c.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		if s.Hangs == verb {
			c.ReadLine()
			return
		}
		switch verb {
		case "EHLO":
			c.PrintfLine("250-made up")
			if !s.Plain && !secure {
				c.PrintfLine("250-STARTTLS")
			}
			c.PrintfLine("250 AUTH PLAIN")
		case "STARTTLS":
			c.PrintfLine("220 go on")
			conn = tls.Server(conn, s.config)
			c, secure = textproto.NewConn(conn), true
		case "AUTH":
			plain, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(rest, "PLAIN "))
			s.mu.Lock()
			s.users = append(s.users, strings.ReplaceAll(strings.Trim(string(plain), "\x00"), "\x00", " "))
			s.mu.Unlock()
			c.PrintfLine("235 welcome")
		case "MAIL":
			m = Mail{From: between(rest)}
			c.PrintfLine("250 go on")
		case "RCPT":
			m.To = between(rest)
			reply := ""
			if s.Before != nil {
				reply = s.Before(m.To)
			}
			if reply == "" {
				reply = "250 go on"
			}
			c.PrintfLine("%s", reply)
		case "DATA":
			c.PrintfLine("354 go on")
			text, err := c.ReadDotBytes()
			if err != nil {
				return
			}
			header, body, _ := strings.Cut(string(text), "\n\n")
			plain, _ := base64.StdEncoding.DecodeString(strings.ReplaceAll(body, "\n", ""))
			m.Header, m.Text = header, string(plain)
			s.mu.Lock()
			s.taken = append(s.taken, m)
			s.mu.Unlock()
			c.PrintfLine("250 taken")
		case "QUIT":
			c.PrintfLine("221 bye")
			return
		default:
			c.PrintfLine("502 unknown")
		}
	}
}

func between(s string) string {
	_, s, _ = strings.Cut(s, "<")
	s, _, _ = strings.Cut(s, ">")
	return s
}
