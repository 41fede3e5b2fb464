package identity

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"ieum"
	"ieum/internal/platform/turns"
)

// Cost is what one hash of a password takes.
type Cost struct {
	Memory  uint32 // KiB
	Time    uint32 // passes
	Threads uint8
}

// OWASP is the cost recommended by OWASP's Password Storage Cheat Sheet for
// argon2id: 19 MiB, two passes, one thread.
var OWASP = Cost{Memory: 19 << 10, Time: 2, Threads: 1}

// payable says whether a hash of this cost can be made here: 1 GiB and 16
// passes at most.
func (c Cost) payable() bool {
	return c.Time >= 1 && c.Time <= 16 && c.Threads >= 1 && c.Memory <= 1<<20
}

// A Derive makes the key of hashBytes that a password and a salt of saltBytes
// have at a payable cost.
type Derive func(password, salt []byte, c Cost) (key []byte, err error)

// deriveHere is the Derive of this process.
func deriveHere(password, salt []byte, c Cost) ([]byte, error) { return c.key(password, salt), nil }

func (c Cost) key(password, salt []byte) []byte {
	return argon2.IDKey(password, salt, c.Time, c.Memory, c.Threads, hashBytes)
}

// A hasher hashes passwords, few at once, so that a flood of sign-ins takes
// neither all memory nor all processors.
type hasher struct {
	cost   Cost
	derive Derive
	turns  *turns.Turns
}

const (
	hashesAtOnce  = 2 // at most
	hashesWaiting = 16
)

func newHasher(c Cost, derive Derive) *hasher {
	most := max(1, min(hashesAtOnce, runtime.GOMAXPROCS(0)-1)) // a processor stays free for who searches
	return &hasher{c, derive, turns.New(most, hashesWaiting)}
}

// key waits for its turn and derives a key; too many who wait are ieum.ErrBusy.
func (h *hasher) key(ctx context.Context, password string, salt []byte, c Cost) ([]byte, error) {
	give, err := h.turns.Take(ctx)
	if errors.Is(err, ieum.ErrBusy) {
		return nil, errBusy()
	} else if err != nil {
		return nil, err
	}
	defer give()
	word := folded(password)
	defer clear(word)
	return h.derive(word, salt, c)
}

const (
	saltBytes = 16
	hashBytes = 32
)

// hash returns a password's hash in the PHC string format.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	key, err := h.key(ctx, password, salt, h.cost)
	if err != nil {
		return "", err
	}
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.Memory, h.cost.Time, h.cost.Threads,
		enc.EncodeToString(salt), enc.EncodeToString(key)), nil
}

// matches says whether a password has a hash. An empty hash takes as long as
// any and matches nothing: that of an account that does not exist.
func (h *hasher) matches(ctx context.Context, password, hash string) (bool, error) {
	cost, salt, key := h.cost, make([]byte, saltBytes), []byte(nil)
	if hash != "" {
		var err error
		if cost, salt, key, err = parseHash(hash); err != nil {
			return false, err
		}
	}
	got, err := h.key(ctx, password, salt, cost)
	return err == nil && subtle.ConstantTimeCompare(got, key) == 1, err
}

// parseHash reads the PHC string that hash writes, and refuses any other.
func parseHash(s string) (c Cost, salt, key []byte, err error) {
	wrong := errors.New("identity: no argon2id hash")
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, wrong
	}
	_, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Time, &c.Threads)
	if err != nil || parts[3] != fmt.Sprintf("m=%d,t=%d,p=%d", c.Memory, c.Time, c.Threads) || !c.payable() {
		return c, nil, nil, wrong
	}
	salt, err = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	if err != nil || len(salt) != saltBytes {
		return c, nil, nil, wrong
	}
	key, err = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if err != nil || len(key) != hashBytes {
		return c, nil, nil, wrong
	}
	return c, salt, key, nil
}

// folded is what is hashed: one person's keyboards may compose Korean
// differently.
func folded(password string) []byte { return norm.NFC.Bytes([]byte(password)) }

// Bounds of a password in characters.
const (
	shortestPassword = 10
	longestPassword  = 200
)

// checkPassword refuses a password that is short, the sign-in name itself, of
// one character only, or known from a breach.
func (g *Registry) checkPassword(name, password string) error {
	n := utf8.RuneCountInString(password)
	lower := strings.ToLower(password)
	switch {
	case n < shortestPassword:
		return passwordFault("short", map[string]any{"least": shortestPassword})
	case n > longestPassword:
		return passwordFault("long", map[string]any{"most": longestPassword})
	case strings.Contains(lower, name) || strings.Trim(lower, lower[:1]) == "":
		return passwordFault("plain", nil)
	}
	if g.breached == "" {
		return nil
	}
	known, err := breached(g.breached, password)
	if err != nil {
		return fmt.Errorf("identity: list of breached passwords: %w", err)
	}
	if known {
		return passwordFault("breached", nil)
	}
	return nil
}

func passwordFault(why string, args map[string]any) error {
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.password." + why, Args: args, Field: "/password", Message: "the password is refused: " + why}
}

// breached looks a password up in a file of SHA-1 hashes in capital hex, one a
// line, sorted, each perhaps followed by ":" and a count: the form in which Have
// I Been Pwned gives its list out.
func breached(path, password string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	sum := sha1.Sum([]byte(password))
	want := []byte(strings.ToUpper(hex.EncodeToString(sum[:])))
	low, high := int64(0), info.Size() // the line begins in [low, high)
	for low < high {
		at, line, err := lineFrom(f, (low+high)/2, low)
		if err != nil {
			return false, err
		}
		switch c := bytes.Compare(line[:min(len(line), len(want))], want); {
		case c == 0:
			return true, nil
		case c < 0:
			low = at + int64(len(line)) + 1
		default:
			high = at
		}
	}
	return false, nil
}

// lineFrom returns the line that holds the byte at a place, and where it
// begins, which is not before low.
func lineFrom(f io.ReaderAt, place, low int64) (at int64, line []byte, err error) {
	const most = 128 // a line is 40 digits, a colon, a count
	begin := max(low, place-most)
	buf := make([]byte, place-begin+most)
	n, err := f.ReadAt(buf, begin)
	if err != nil && err != io.EOF {
		return 0, nil, err
	}
	buf = buf[:n]
	here := int(place - begin)
	start := bytes.LastIndexByte(buf[:here], '\n') + 1
	line = buf[start:]
	if end := bytes.IndexByte(buf[here:], '\n'); end >= 0 {
		line = buf[start : here+end]
	}
	if len(line) > most {
		return 0, nil, errors.New("a line is longer than 128 bytes")
	}
	return begin + int64(start), line, nil
}
