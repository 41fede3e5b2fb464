package mail

import (
	"context"
	"errors"
	"mime"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/mail/mailtest"
)

var letter = Letter{ID: "n1", To: "kim@canary.example", Subject: "비밀번호가 바뀌었습니다\r\nBcc: evil@example.com", Text: "한 줄\n.\n두 줄 " + strings.Repeat("긴 글 ", 300), At: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}

func sender(t *testing.T, s *mailtest.Server) *Sender {
	t.Helper()
	m, err := Read(s.File(t))
	if err != nil {
		t.Fatal(err)
	}
	m.limit = 3 * time.Second
	return m
}

// A letter arrives whole, over TLS, and nothing in it becomes a header.
func TestALetterArrives(t *testing.T) {
	s := mailtest.Start(t)
	m := sender(t, s)
	if err := m.Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	got := s.Taken()
	if len(got) != 1 || got[0].From != "notices@agency.example" || got[0].To != letter.To || got[0].Text != strings.ReplaceAll(letter.Text, "\n", "\r\n") {
		t.Fatalf("the server took %+v", got)
	}
	if users := s.Users(); len(users) != 1 || users[0] != "notices made up: 1" {
		t.Errorf("who signed in: %q", users)
	}
	msg, err := mail.ReadMessage(strings.NewReader(got[0].Header + "\r\n\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil || subject != letter.Subject || msg.Header.Get("Bcc") != "" || len(msg.Header) != 9 || msg.Header.Get("Message-Id") != "<n1@agency.example>" {
		t.Errorf("subject %q, %v; headers %v", subject, err, msg.Header)
	}
	for line := range strings.Lines(got[0].Header) {
		if len(line) > 998 || strings.ContainsFunc(line, func(r rune) bool { return r > 0x7e }) {
			t.Errorf("a line that not every server takes: %q", line)
		}
	}
}

// What fails says where, for how long, and nothing of whom it was for.
func TestFailuresOfServers(t *testing.T) {
	for _, tt := range []struct {
		name    string
		change  func(*mailtest.Server)
		to      string
		says    string
		refused bool
	}{
		{"a mailbox that is full for now", func(s *mailtest.Server) { s.Before = func(to string) string { return "452 " + to + " is full" } }, "", "recipient: the server says 452", false},
		{"nobody's mailbox", func(s *mailtest.Server) { s.Before = func(to string) string { return "550 no " + to } }, "", "recipient: 550", true},
		{"silence after the greeting", func(s *mailtest.Server) { s.Hangs = "EHLO" }, "", "hello: ", false},
		{"silence in the middle", func(s *mailtest.Server) { s.Hangs = "DATA" }, "", "data: ", false},
		{"an address with a line in it", func(*mailtest.Server) {}, "kim@canary.example>\r\nRCPT TO:<evil@example.com", "address", true},
		{"no address", func(*mailtest.Server) {}, "kim", "address", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := mailtest.Start(t)
			tt.change(s)
			m, l := sender(t, s), letter
			m.limit = 300 * time.Millisecond
			if tt.to != "" {
				l.To = tt.to
			}
			err := m.Send(t.Context(), l)
			if err == nil || !strings.Contains(err.Error(), tt.says) || errors.Is(err, ErrRefused) != tt.refused || strings.Contains(err.Error(), "canary") {
				t.Errorf("%v, want %q", err, tt.says)
			}
			if got := s.Taken(); len(got) != 0 {
				t.Errorf("the server took %+v", got)
			}
		})
	}
}

// Nothing goes to a server elsewhere that has no TLS, or that of another.
func TestNothingGoesInTheOpen(t *testing.T) {
	s := mailtest.Start(t)
	m := sender(t, s)
	m.roots = nil // the server's certificate is not one of the system's
	if err := m.Send(t.Context(), letter); err == nil || !strings.Contains(err.Error(), "starttls") {
		t.Errorf("with a certificate that nobody vouches for: %v", err)
	}
	open := mailtest.Start(t)
	open.Plain = true
	if err := sender(t, open).Send(t.Context(), letter); err != nil || len(open.Taken()) != 1 {
		t.Errorf("without TLS on this machine: %v", err)
	}
	m = sender(t, open)
	m.near = func(net.Addr) bool { return false }
	if err := m.Send(t.Context(), letter); err == nil || !strings.Contains(err.Error(), "does not offer") || len(open.Taken()) != 1 || len(open.Users()) != 1 {
		t.Errorf("without TLS elsewhere: %v, signed in %q", err, open.Users())
	}
	gone, stop := context.WithCancel(t.Context())
	stop()
	if err := sender(t, s).Send(gone, letter); err == nil {
		t.Error("it sends though it is to stop")
	}
}

// A file is refused that others may read, or that says what is not understood.
func TestFilesAreReadStrictly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail")
	const right = "host: smtp.agency.example:587\nfrom: notices@agency.example\n"
	for _, tt := range []struct {
		name, text string
		mode       os.FileMode
		kind       error
	}{
		{"right", right, 0o600, nil},
		{"with a sign-in", right + "user: a\npassword: b\n", 0o400, nil},
		{"others may read", right, 0o640, ieum.ErrDenied},
		{"no port", "host: smtp.agency.example\nfrom: notices@agency.example\n", 0o600, ieum.ErrInvalid},
		{"no sender", "host: smtp.agency.example:587\n", 0o600, ieum.ErrInvalid},
		{"a sender with a name", "host: smtp.agency.example:587\nfrom: A <a@agency.example>\n", 0o600, ieum.ErrInvalid},
		{"a user without a password", right + "user: a\n", 0o600, ieum.ErrInvalid},
		{"what nobody knows", right + "port: 25\n", 0o600, ieum.ErrInvalid},
		{"twice", right + "host: b:25\n", 0o600, ieum.ErrInvalid},
		{"no certificates", right + "ca: /nowhere\n", 0o600, ieum.ErrInvalid},
	} {
		if err := errors.Join(os.RemoveAll(path), os.WriteFile(path, []byte(tt.text), tt.mode)); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); tt.kind == nil && err != nil || !errors.Is(err, tt.kind) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if _, err := Read(path + "-none"); !errors.Is(err, ieum.ErrNotFound) {
		t.Errorf("no file: %v", err)
	}
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"kim@canary.example", "a@b", "A <a@b>", "a@b\r\nBcc: c@d", "\"a b\"@c", "한글@예시.한국", "a@[127.0.0.1]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a := Address(s)
		if strings.ContainsAny(a, "\r\n <>\"") || len(a) > longest || a != "" && !strings.Contains(a, "@") {
			t.Errorf("Address(%q) = %q", s, a)
		}
	})
}
