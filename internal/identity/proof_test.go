package identity

import (
	"crypto/sha1"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"golang.org/x/text/unicode/norm"

	"ieum"
)

// The vectors of RFC 6238, appendix B, for SHA-1; the app shows the last six of
// their eight digits.
func TestCodesAreThoseOfTheRFC(t *testing.T) {
	secret := base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))
	for at, code := range map[int64]string{59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130"} {
		now := time.Unix(at, 0)
		if got := appStep(secret, code[2:], now, 0); got != at/stepSeconds {
			t.Errorf("%d: step %d", at, got)
		}
		for _, off := range []time.Duration{-29 * time.Second, 29 * time.Second} {
			if appStep(secret, code[2:], now.Add(off), 0) == 0 {
				t.Errorf("%d: a clock %s off is refused", at, off)
			}
		}
		for _, off := range []time.Duration{-61 * time.Second, 61 * time.Second, time.Hour} {
			if now.Add(off).Unix() > 0 && appStep(secret, code[2:], now.Add(off), 0) != 0 {
				t.Errorf("%d: a clock %s off is taken", at, off)
			}
		}
		if appStep(secret, code[2:], now, at/stepSeconds) != 0 {
			t.Errorf("%d: a step that was taken is taken again", at)
		}
	}
	if appStep("not base32 1!", "000000", time.Unix(59, 0), 0) != 0 {
		t.Error("a secret that is none gives a code")
	}
	if s := newSecret(); len(s) != 32 || s == newSecret() {
		t.Errorf("the secret %s", s)
	} else if _, err := hotp.GenerateCodeCustom(s, 1, hotp.ValidateOpts{Digits: otp.DigitsSix}); err != nil {
		t.Error(err)
	}
}

// The one test at the cost of production.
func TestPasswordsAreHashedWithArgon2id(t *testing.T) {
	ctx, h := t.Context(), newHasher(OWASP, deriveHere)
	hash, err := h.hash(ctx, secretWord)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the hash is %s", hash)
	}
	if ok, err := h.matches(ctx, secretWord, hash); !ok || err != nil {
		t.Errorf("the password does not match: %v", err)
	}
	for _, tt := range []struct {
		password, hash string
		ok             bool
	}{
		{secretWord + "!", hash, false},
		{norm.NFD.String(secretWord), hash, true},
		{secretWord, "", false},
		{"", "", false},
	} {
		if ok, err := newHasher(cheap, deriveHere).matches(ctx, tt.password, tt.hash); ok != tt.ok || err != nil {
			t.Errorf("%q: %v %v", tt.password, ok, err)
		}
	}
}

func TestTooManyHashesAtOnceAreRefused(t *testing.T) {
	h := newHasher(cheap, deriveHere)
	if n := cap(h.turns.Had); n < 1 || n > hashesAtOnce {
		t.Fatalf("%d hashes at once", n)
	}
	for range cap(h.turns.Asked) {
		h.turns.Asked <- struct{}{}
	}
	if _, err := h.matches(t.Context(), secretWord, ""); !errors.Is(err, ieum.ErrBusy) {
		t.Errorf("one too many: %v", err)
	}
}

func TestBreachedPasswordsAreRefused(t *testing.T) {
	var lines, known []string
	for i := range 1000 {
		word := fmt.Sprintf("password %d", i)
		known = append(known, word)
		s := sha1.Sum([]byte(word))
		line := strings.ToUpper(hex.EncodeToString(s[:]))
		if i%2 == 0 {
			line += fmt.Sprintf(":%d", i)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	for _, end := range []string{"\n", "\r\n"} {
		path := filepath.Join(t.TempDir(), "breached.txt")
		if err := os.WriteFile(path, []byte(strings.Join(lines, end)+end), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, word := range known {
			if ok, err := breached(path, word); !ok || err != nil {
				t.Fatalf("%s: %v %v", word, ok, err)
			}
			if ok, err := breached(path, word+"!"); ok || err != nil {
				t.Fatalf("%s!: %v %v", word, ok, err)
			}
		}
		g := &Registry{breached: path}
		for word, key := range map[string]string{
			"password 7": "breached", "short": "short", strings.Repeat("가", 201): "long", "this is kim.jh himself": "plain", "aaaaaaaaaaaa": "plain", "password 1001": "",
		} {
			err := g.checkPassword("kim.jh", word)
			if e, ok := errors.AsType[*ieum.Error](err); (key == "") != (err == nil) || ok && e.Key != "identity.password."+key {
				t.Errorf("%s: %v", word, err)
			}
		}
	}
	if _, err := breached(filepath.Join(t.TempDir(), "none"), "x"); err == nil {
		t.Error("a list that is not there refuses nothing, and nobody hears of it")
	}
}

func TestTriesAreCountedByNetwork(t *testing.T) {
	for a, want := range map[string]string{
		"192.0.2.1:99": "192.0.2.1", "192.0.2.1": "192.0.2.1", "[::ffff:192.0.2.1]:99": "192.0.2.1",
		"[2001:db8:1:2:3::4]:99": "2001:db8:1:2::/64", "2001:db8:1:2:9::": "2001:db8:1:2::/64", "unix": "unix",
	} {
		if got := network(a); got != want {
			t.Errorf("%s is counted by %s, want %s", a, got, want)
		}
	}
	l := newLimiter(2, time.Minute)
	l.most = 3
	at := time.Unix(1000, 0)
	for i, want := range []bool{true, true, false} {
		if _, ok := l.take("a", at); ok != want {
			t.Errorf("try %d: %v", i, ok)
		}
	}
	for i, want := range []bool{true, true, false} { // of "d" nothing is known, and of none known all tries are left
		if _, ok := l.take(string(rune('b'+i)), at); ok != want {
			t.Errorf("with %d keys another is let in: %v", i+1, ok)
		}
	}
	l.back("c")
	for i := range 100 {
		if _, ok := l.take(fmt.Sprint(i), at); !ok {
			t.Errorf("a key that got its try back is in the way of another")
		}
		l.back(fmt.Sprint(i))
	}
	if _, ok := l.take("a", at); ok {
		t.Error("other keys gave a key its tries back")
	}
	for _, key := range []string{"d", "f"} { // a minute later b, which was quiet, makes room
		if _, ok := l.take(key, at.Add(time.Minute)); !ok {
			t.Errorf("%s is refused", key)
		}
	}
	if len(l.keys) != 3 || l.keys["b"] != nil {
		t.Errorf("%d keys are known", len(l.keys))
	}
	l = newLimiter(2, time.Minute)
	l.take("e", at)
	l.take("e", at)
	if wait, ok := l.take("e", at.Add(30*time.Second)); ok || wait != 30*time.Second {
		t.Errorf("after half a minute: %v %s", ok, wait)
	}
	if _, ok := l.take("e", at.Add(time.Minute)); !ok {
		t.Error("a minute does not give a try back")
	}
}

func FuzzParseHash(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=1,t=1,p=1$$")
	f.Add("$2b$12$abc")
	f.Fuzz(func(t *testing.T, s string) {
		c, salt, key, err := parseHash(s)
		if err == nil && (len(salt) != saltBytes || len(key) != hashBytes || c.Memory > 1<<20 || c.Time > 16 || c.Time < 1 || c.Threads < 1) {
			t.Errorf("%q is taken: %+v", s, c)
		}
	})
}

func FuzzParseKept(f *testing.F) {
	f.Add(kept{Path: "/account/password", Form: map[string][]string{"a": {"b"}}}.String())
	f.Add(kept{Path: "//evil.example/", Form: nil}.String())
	f.Add(kept{Path: "https://evil.example/", Form: nil}.String())
	f.Add("e30")
	f.Fuzz(func(t *testing.T, s string) {
		k, ok := parseKept(s)
		if ok && (!strings.HasPrefix(k.Path, "/") || strings.HasPrefix(k.Path, "//") || strings.ContainsAny(k.Path, "\\?\n")) {
			t.Errorf("%q leads to %q", s, k.Path)
		}
	})
}

func FuzzPlainCode(f *testing.F) {
	f.Add("abcd-efgh-jklm")
	f.Add("123 456")
	f.Fuzz(func(t *testing.T, s string) {
		if p := plainCode(s); plainCode(p) != p || len(p) > len(s) {
			t.Errorf("%q became %q", s, p)
		}
		if n := Name(s); n != "" && Name(n) != n {
			t.Errorf("%q is kept as %q", s, n)
		}
	})
}
