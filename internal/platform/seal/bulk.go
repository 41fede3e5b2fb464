package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"slices"

	"ieum"
)

// A Bulk seals, opens and blinds for many people at once. It is for one
// goroutine, and for the time of the call that gave it.
type Bulk struct {
	held  *content
	mac   hash.Hash // of Blind
	blind []byte
	bound []byte
}

// Bulk calls f with the store as it is now: whether it changed is looked at once,
// not for each value. An erasure in this process waits until f returns, so it
// should take milliseconds; it must ask nothing of k itself.
func (k *Keys) Bulk(f func(*Bulk) error) error {
	if err := k.fresh(); err != nil {
		return err
	}
	k.mu.RLock()
	defer k.mu.RUnlock()
	return f(&Bulk{held: k.held, mac: hmac.New(sha256.New, k.held.blind[:])})
}

var (
	errGone    = fmt.Errorf("seal: %w", ieum.ErrErased)
	errAmended = errors.New("it was changed, or sealed for another place or with another key store")
)

// Seal appends to out what Keys.Seal makes, with a nonce that is not drawn: it
// follows from key, place and plain (HMAC-SHA-256, its first 96 bits). The same
// sealed again is the same bytes, so that work that was cut off and is done again
// leaves what it would have left; whoever sees both learns that, and no more.
// Anything else has another nonce.
func (b *Bulk) Seal(out, id, place, plain []byte) ([]byte, error) {
	key, ok := keyOf(b.held, id)
	if !ok {
		return nil, errGone
	}
	defer clear(key[:])
	b.bound = bound(b.bound[:0], id, place)
	mac := hmac.New(sha256.New, key[:])
	mac.Write(binary.BigEndian.AppendUint32([]byte("ieum/nonce/1"), uint32(len(b.bound))))
	mac.Write(b.bound)
	mac.Write(plain)
	g := gcm(key[:])
	nonce := mac.Sum(make([]byte, 0, sha256.Size))[:g.NonceSize()]
	return g.Seal(append(append(out, format), nonce...), nonce, plain, b.bound), nil
}

// Open appends to out what Keys.Open returns, with its errors.
func (b *Bulk) Open(out, id, place, sealed []byte) ([]byte, error) {
	key, ok := keyOf(b.held, id)
	if !ok {
		return nil, errGone
	}
	defer clear(key[:])
	g := gcm(key[:])
	out = slices.Grow(out, len(sealed)) // for the cipher makes no room ahead
	if head := 1 + g.NonceSize(); len(sealed) > head && sealed[0] == format {
		b.bound = bound(b.bound[:0], id, place)
		if out, err := g.Open(out, sealed[1:head], sealed[head:], b.bound); err == nil {
			return out, nil
		}
	}
	return nil, errAmended
}

// Blind is Keys.Blind, not written in digits.
func (b *Bulk) Blind(place string, value []byte) [16]byte {
	b.mac.Reset()
	sum, buf := blind(b.mac, b.blind, place, value)
	b.blind = buf
	return sum
}
