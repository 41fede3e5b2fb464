package catalogue

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"ieum"
	"ieum/internal/catalogue/master"
	"ieum/internal/platform/durable"
)

// personJoin joins columns that identify only together, in a hash: of a
// mapping: name+birth_date.
const personJoin = "+"

// hashColumns returns the columns that a hash: reads.
func hashColumns(tokens []string) (out []string) {
	for _, t := range tokens {
		out = append(out, strings.Split(t, personJoin)...)
	}
	return out
}

const keyBytes = 32

// personKey returns the installation's key for the hashes of people, which is
// made when it is first needed. It lies in data/keys, never in the database,
// the lake or a backup: without it nobody can try values until a hash fits.
// Where there are hashes already (used), a key that is missing was lost.
func personKey(data string, used bool) ([]byte, error) {
	dir := filepath.Join(data, "keys")
	path := filepath.Join(dir, "person.key")
	key, err := os.ReadFile(path)
	if info, found := os.Stat(path); err == nil && found == nil && info.Mode().Perm()&0o077 != 0 {
		return nil, ieum.Errorf(ieum.ErrDenied, "%s may be read or changed by others than its owner (mode %04o); close it with: chmod 600 %s", path, info.Mode().Perm(), path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && used:
		return nil, ieum.Errorf(ieum.ErrInvalid, "%s is missing; put back the copy that was kept of it: with another key nobody is known again", path)
	case errors.Is(err, fs.ErrNotExist):
		if err := durable.MkdirAll(dir); err != nil {
			return nil, err
		}
		key = make([]byte, keyBytes)
		rand.Read(key)
		return key, durable.WriteFile(path, key)
	case err != nil:
		return nil, durable.Fault(err)
	case len(key) != keyBytes:
		return nil, ieum.Errorf(ieum.ErrInvalid, "%s is damaged; put back the copy that was kept of it: with another key nobody is known again", path)
	}
	return key, nil
}

// A hasher makes tokens of what identifies a person. It is for one goroutine.
type hasher struct {
	mac hash.Hash
	buf []byte
	sum []byte
}

func newHasher(key []byte) *hasher { return &hasher{mac: hmac.New(sha256.New, key)} }

// tokens appends the tokens of values to out: one for each group of values
// that identify together, none where a value is missing, at most one of a sort.
// What a token is of is seen from the value, so that sources that order their
// columns differently find the same person.
func (h *hasher) tokens(out []int64, groups [][]string) []int64 {
	var had [4]bool
	for _, g := range groups {
		h.buf = h.buf[:0]
		kind := master.TokenWho
		for _, v := range g {
			before := len(h.buf)
			var sort int
			h.buf, sort = normal(append(h.buf, 0), v)
			if len(h.buf) == before+1 {
				kind = -1
				break
			}
			if len(g) == 1 {
				kind = sort
			}
		}
		if kind < 0 || had[kind] {
			continue
		}
		had[kind] = true
		h.mac.Reset()
		h.mac.Write(h.buf)
		h.sum = h.mac.Sum(h.sum[:0])
		out = append(out, int64(master.Token(kind, binary.LittleEndian.Uint64(h.sum))))
	}
	return out
}

// normal appends a value in the one form its spellings share: a telephone
// number as digits from 0 on, an address in small letters, a name or number
// without spaces and marks. The sort is that of a token of the value alone.
func normal(buf []byte, v string) ([]byte, int) {
	v = strings.ToLower(strings.TrimSpace(v))
	if strings.Contains(v, "@") {
		return append(buf, v...), master.TokenReach2
	}
	from, digits, letters := len(buf), 0, false
	if !ascii(v) {
		v = norm.NFKC.String(v)
	}
	for _, r := range v {
		switch {
		case '0' <= r && r <= '9':
			digits++
			buf = append(buf, byte(r))
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			letters = true
			buf = append(buf, string(r)...)
		}
	}
	if letters || digits < 9 || digits > 13 {
		return buf, master.TokenReach3
	}
	if rest, ok := strings.CutPrefix(string(buf[from:]), "82"); ok && digits > 10 {
		buf = append(append(buf[:from], '0'), strings.TrimPrefix(rest, "0")...)
	}
	return buf, master.TokenReach
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
