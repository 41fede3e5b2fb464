// Package mail sends short texts by SMTP (RFC 5321), over TLS that was begun with
// STARTTLS. What fails says at which step and with which code of the server, never
// with its words: they may name who was written to.
package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"net"
	netmail "net/mail"
	"net/smtp"
	"net/textproto"
	"os"
	"strings"
	"time"

	"ieum"
	"ieum/internal/platform/durable"
)

// A Sender sends mail by one server. It is safe for concurrent use.
type Sender struct {
	host     string // with its port
	from     string
	user     string // "" = no sign-in at the server
	password string
	roots    *x509.CertPool      // nil = those of the system
	limit    time.Duration       // for all of one mail
	near     func(net.Addr) bool // a server there may go without TLS
}

// lasts is how long one mail may take in all.
const lasts = 30 * time.Second

// Read reads how to send from a file that only its owner may read, a line each:
//
//	host: smtp.agency.example:587
//	from: notices@agency.example
//	user: notices                   may be left out, with the password
//	password: …
//	ca: /etc/ieum/ca.pem            may be left out: certificates in place of the system's
//
// A line that begins with # says nothing.
func Read(path string) (*Sender, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, ieum.Errorf(ieum.ErrNotFound, "there is no file %s, which IEUM_MAIL names as the way to send mail", path)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, ieum.Errorf(ieum.ErrDenied, "%s may be read or changed by others than its owner (mode %04o); close it with: chmod 600 %s", path, info.Mode().Perm(), path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, durable.Fault(err)
	}
	s := &Sender{limit: lasts, near: loopback}
	ca := ""
	fields := map[string]*string{"host": &s.host, "from": &s.from, "user": &s.user, "password": &s.password, "ca": &ca}
	for n, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		to := fields[name]
		if to == nil || *to != "" || strings.TrimSpace(value) == "" {
			return nil, ieum.Errorf(ieum.ErrInvalid, "%s, line %d: write host, from, user, password or ca, each once, with a colon and its value", path, n+1)
		}
		*to = strings.TrimSpace(value)
	}
	return s, s.check(path, ca)
}

// check faults what cannot work.
func (s *Sender) check(path, ca string) error {
	if _, _, err := net.SplitHostPort(s.host); err != nil {
		return ieum.Errorf(ieum.ErrInvalid, "%s: host is no host with a port; write it as smtp.agency.example:587", path)
	}
	if Address(s.from) == "" {
		return ieum.Errorf(ieum.ErrInvalid, "%s: from is no address; write it as notices@agency.example", path)
	}
	if (s.user == "") != (s.password == "") {
		return ieum.Errorf(ieum.ErrInvalid, "%s: user and password go together", path)
	}
	if ca == "" {
		return nil
	}
	pem, err := os.ReadFile(ca)
	s.roots = x509.NewCertPool()
	if err != nil || !s.roots.AppendCertsFromPEM(pem) {
		return ieum.Errorf(ieum.ErrInvalid, "%s: ca names no file of certificates in PEM", path)
	}
	return nil
}

// longest is the most bytes of an address (RFC 5321, 4.5.3.1.3, without brackets).
const longest = 254

// Address returns an address without a name beside it, or "" for what is none, or
// one that not every server takes.
func Address(s string) string {
	s = strings.TrimSpace(s)
	a, err := netmail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > longest || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '"' }) {
		return ""
	}
	return s
}

// A Letter is what is sent.
type Letter struct {
	ID      string // which the mail has whenever it is sent, so that a second copy can be known
	To      string
	Subject string
	Text    string
	At      time.Time
}

// ErrRefused is what sending fails with when the server will never take it.
var ErrRefused = errors.New("the server refuses it for good")

// Send sends a letter. When it returns nil the server has taken it.
func (s *Sender) Send(ctx context.Context, l Letter) error {
	if Address(l.To) == "" {
		return fmt.Errorf("mail: address: %w", ErrRefused)
	}
	ctx, stop := context.WithTimeout(ctx, s.limit)
	defer stop()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.host)
	if err != nil {
		return step("connect", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	host, _, _ := net.SplitHostPort(s.host)
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return step("greeting", err)
	}
	if err := s.secure(c, conn, host); err != nil {
		return err
	}
	if err := c.Mail(s.from); err != nil {
		return step("sender", err)
	}
	if err := c.Rcpt(l.To); err != nil {
		return step("recipient", err)
	}
	w, err := c.Data()
	if err != nil {
		return step("data", err)
	}
	if _, err := w.Write(s.message(l)); err != nil {
		return step("data", err)
	}
	if err := w.Close(); err != nil {
		return step("data", err)
	}
	c.Quit() // it is taken, whatever the server says now
	return nil
}

// secure begins TLS, without which nothing is sent but to this machine, and signs
// in at the server.
func (s *Sender) secure(c *smtp.Client, conn net.Conn, host string) error {
	if err := c.Hello(s.domain()); err != nil {
		return step("hello", err)
	}
	if ok, _ := c.Extension("STARTTLS"); ok {
		if err := c.StartTLS(&tls.Config{ServerName: host, RootCAs: s.roots, MinVersion: tls.VersionTLS12}); err != nil {
			return step("starttls", err)
		}
	} else if !s.near(conn.RemoteAddr()) {
		return errors.New("mail: starttls: the server does not offer it")
	}
	if s.user == "" {
		return nil
	}
	return step("sign-in", c.Auth(smtp.PlainAuth("", s.user, s.password, host)))
}

// loopback says whether an address is this machine's own.
func loopback(at net.Addr) bool {
	tcp, ok := at.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

func (s *Sender) domain() string { return s.from[strings.LastIndex(s.from, "@")+1:] }

// message is a letter as it travels. Its lines are short, and nothing in it can end
// it or a header.
func (s *Sender) message(l Letter) []byte {
	var b bytes.Buffer
	for _, h := range [][2]string{
		{"From", s.from}, {"To", l.To}, {"Date", l.At.Format(time.RFC1123Z)}, {"Message-ID", "<" + l.ID + "@" + s.domain() + ">"},
		{"Subject", mime.BEncoding.Encode("utf-8", l.Subject)}, {"Auto-Submitted", "auto-generated"}, {"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"}, {"Content-Transfer-Encoding", "base64"},
	} {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	text := base64.StdEncoding.EncodeToString([]byte(strings.ReplaceAll(l.Text, "\n", "\r\n")))
	for at := 0; at < len(text); at += 76 {
		b.WriteString("\r\n" + text[at:min(at+76, len(text))])
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

// step says where sending failed; a code of 5xx is for good.
func step(name string, err error) error {
	if err == nil {
		return nil
	}
	said, ok := errors.AsType[*textproto.Error](err)
	switch {
	case ok && said.Code >= 500 && (name == "recipient" || name == "data"):
		return fmt.Errorf("mail: %s: %d: %w", name, said.Code, ErrRefused)
	case ok:
		return fmt.Errorf("mail: %s: the server says %d", name, said.Code)
	case name == "connect" || name == "starttls":
		return fmt.Errorf("mail: %s: %w", name, err) // which names the server alone
	}
	return fmt.Errorf("mail: %s: the connection broke off or timed out", name)
}
