package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// Codes of an app follow RFC 6238 with what every app knows: SHA-1, six digits,
// steps of 30 seconds. A clock may be a step off either way.
const (
	stepSeconds = 30
	skew        = 1
)

// appStep returns the time step whose code was given, or 0. Steps up to last
// were taken before and are not taken again.
func appStep(secret, code string, now time.Time, last int64) int64 {
	step := now.Unix() / stepSeconds
	found := int64(0)
	for s := step - skew; s <= step+skew; s++ {
		want, err := hotp.GenerateCodeCustom(secret, uint64(s), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && s > last && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found = s
		}
	}
	return found
}

// newSecret draws the secret of an app: 160 bits, as RFC 4226 §4 asks.
func newSecret() string {
	b := make([]byte, 20)
	rand.Read(b)
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}

// newToken draws a secret of 256 bits for a cookie or a link.
func newToken() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// sum is what is kept of a token: it cannot be guessed, so its hash needs no
// salt.
func sum(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// codesPrinted is how many codes a printed list has.
const codesPrinted = 10

// paper is the alphabet of printed codes: nothing that looks like something
// else.
const paper = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

// newCodes draws a printed list. A code has 60 bits.
func newCodes() []string {
	list := make([]string, codesPrinted)
	for i := range list {
		b := make([]byte, 12)
		rand.Read(b)
		for j := range b {
			b[j] = paper[b[j]%32]
		}
		list[i] = string(b[:4]) + "-" + string(b[4:8]) + "-" + string(b[8:])
	}
	return list
}

// plainCode returns a code as it was meant: without spaces and signs, in
// capitals.
func plainCode(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			return r
		}
		return -1
	}, s)
}

// codeHash is what is kept of a printed code. The account stands in it, so that
// one table of hashes does not serve for all.
func codeHash(account AccountID, code string) []byte {
	return sum(string(account) + " " + plainCode(code))
}
