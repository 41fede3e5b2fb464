// Package seal encrypts what is kept of people, under a key for each that can be
// destroyed: afterwards nothing sealed for that person opens, wherever a copy of
// it lies.
//
// The keys are not kept one by one: they are the leaves of a tree of seeds, and
// the store, one small file outside the database and its backups, holds the
// seeds that cover everybody who was not erased. A new person costs it nothing,
// an erased one at most 64 seeds. The file is encrypted under a master key.
//
// Read seal.go for what is sealed and how, bulk.go for the same of many people
// at once, tree.go for the keys, file.go for the store and what a
// crash leaves, master.go for the master key, and store.go for what ties a store
// to its database.
package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"ieum"
	"ieum/internal/platform/durable"
)

// Keys is a key store. It is safe for use by many goroutines, and by many
// processes on one folder: what one erases no other can open from then on.
type Keys struct {
	dir    string
	master Master

	mu    sync.RWMutex
	held  *content    // the newest that was there
	info  os.FileInfo // of the file that was read last
	older error       // why held is not of that file; nil when it is
	owed  []string    // what Expect was told and held does not know of, in order
}

// Open opens the key store in a folder, or makes one where there is none. A
// store that is damaged or whose master key is missing, open to others or
// another is refused with a sentence that names the file.
func Open(dir string, m Master) (*Keys, error) {
	k := &Keys{dir: dir, master: m}
	if err := durable.MkdirAll(dir); err != nil {
		return nil, err
	}
	path, err := target(k.Path())
	if err != nil {
		return nil, err
	}
	done, err := lock(path)
	if err != nil {
		return nil, err
	}
	return k, errors.Join(k.begin(path), done())
}

// begin reads the store, or makes it at path. The caller has the lock.
func (k *Keys) begin(path string) error {
	err := k.load()
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := k.master.Begin(); err != nil {
		return err
	}
	if err := write(k.master, path, newContent()); err != nil {
		return err
	}
	return k.load()
}

// Path returns where the store's file is.
func (k *Keys) Path() string { return filepath.Join(k.dir, File) }

// ID returns the name that was drawn for the store when it was made.
func (k *Keys) ID() string {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.held.id
}

// load takes up the file, unless it is behind, or was replaced while it was read:
// another goroutine may have taken up the newer one already.
func (k *Keys) load() error {
	c, info, err := read(k.master, k.Path())
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if now, err := os.Stat(k.Path()); err != nil || !same(now, info) {
		c.forget()
		return errors.Join(errors.New("seal: the store was replaced while it was read"), err)
	}
	k.info = info
	if k.older = k.behind(c); k.older != nil {
		c.forget()
		return k.older
	}
	if k.held != nil {
		k.held.forget()
	}
	k.held, k.owed = c, nil
	return nil
}

// behind says that c lacks an erasure that was there or that is owed, or is another
// store's: with such a file, of an older day or a copy's, somebody who was erased would
// open, and one who is now would not be. The caller has k.mu.
func (k *Keys) behind(c *content) error {
	if k.held == nil {
		return nil
	}
	if c.id != k.held.id {
		return k.unusable("is another one than it was: put that one back")
	}
	if n := c.lacks(k.held.erased) + c.lacks(k.owed); n > 0 {
		return k.unusable(fmt.Sprintf("does not know of %d erasures that were made: put the newest %s back; if one was made into another copy of it, by a command or server with another IEUM_KEYS, make it here too with: ieum keys replay", n, File))
	}
	return nil
}

// unusable is a sentence for operators. Visitors read, in their language, what they can
// still do.
func (k *Keys) unusable(what string) error {
	return &ieum.Error{Kind: ieum.ErrUnavailable, Key: "error.keys", Message: fmt.Sprintf("nothing about people opens or is erased, for the key store %s %s", k.Path(), what)}
}

// Expect says that ids were erased, as a database knows. While the store's file lacks one
// of them nothing opens, is sealed or erased: it is an older one, or the erasure went into
// a copy. The error says so, of kind ieum.ErrUnavailable, or why the store cannot be read.
// What can be no id has no key, so none of it is owed.
func (k *Keys) Expect(ids []string) error {
	k.mu.Lock()
	for _, id := range ids {
		if i, found := slices.BinarySearch(k.owed, id); !found && IsID(id) && k.held.lacks([]string{id}) > 0 {
			k.owed = slices.Insert(k.owed, i, id)
		}
	}
	k.mu.Unlock()
	return k.fresh()
}

// same says whether a file is still the one that another state of it was read from.
func same(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}

// again is how often the file is read until it is whole: one that is replaced
// meanwhile is overwritten.
const again = 5

// fresh takes up what another process wrote. Errors but those of behind are not for
// whoever asks for a page, so they are of no kind.
func (k *Keys) fresh() error {
	for n := 1; ; n++ {
		now, err := os.Stat(k.Path())
		if err == nil {
			k.mu.RLock()
			known, why := same(now, k.info), k.older
			if why == nil && len(k.owed) > 0 {
				why = k.behind(k.held)
			}
			k.mu.RUnlock()
			if known {
				return why
			}
			if err = k.load(); err == nil {
				return nil
			}
		}
		if n == again {
			return fmt.Errorf("seal: %v", err)
		}
		time.Sleep(time.Duration(n) * time.Millisecond)
	}
}

// format is the first byte of what is sealed.
const format = 1

// key returns the key of an id, or ieum.ErrErased.
func (k *Keys) key(id string) ([]byte, error) {
	if err := k.fresh(); err != nil {
		return nil, err
	}
	k.mu.RLock()
	key, ok := keyOf(k.held, id)
	k.mu.RUnlock()
	if !ok {
		return nil, fmt.Errorf("seal: %s: %w", id, ieum.ErrErased)
	}
	return key[:], nil
}

// text is an id or a place, which those who seal many write into one memory.
type text interface{ string | []byte }

// keyOf returns the key of an id; ok is false when it was erased.
func keyOf[T text](c *content, id T) (key seed, ok bool) {
	s, ok := leaf(c.nodes, pathOf(id))
	if !ok {
		return key, false
	}
	const domain = "ieum/seal/1"
	var room [len(domain) + seedBytes + longest]byte
	b := append(append(append(room[:0], domain...), s[:]...), id...)
	return sha256.Sum256(b), true
}

// bound appends what binds sealed bytes to whom and where they were sealed for.
func bound[T text](b []byte, id, place T) []byte {
	b = binary.BigEndian.AppendUint32(append(b, format), uint32(len(id)))
	return append(append(b, id...), place...)
}

// Seal encrypts plain under the key of id (AES-256-GCM, 29 bytes longer). It
// opens only at the same place, which names table, row and column. After Erase
// the error is ieum.ErrErased.
func (k *Keys) Seal(id, place string, plain []byte) ([]byte, error) {
	key, err := k.key(id)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	return append([]byte{format}, encrypt(key, plain, bound(nil, id, place))...), nil
}

// Open is the inverse of Seal. What was changed, or sealed for another id or
// place, is an error; after Erase the error is ieum.ErrErased.
func (k *Keys) Open(id, place string, sealed []byte) ([]byte, error) {
	key, err := k.key(id)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	if len(sealed) > 0 && sealed[0] == format {
		plain, err := decrypt(key, sealed[1:], bound(nil, id, place))
		if err == nil {
			return plain, nil
		}
	}
	return nil, fmt.Errorf("seal: what lies at %s was changed, or sealed for another place or with another key store", place)
}

// Blind returns a keyed hash of a value, 32 hex digits, to look it up by. It is
// another at another place, and nobody can try values without the store.
func (k *Keys) Blind(place, value string) string {
	sum := k.BlindSum(place, []byte(value))
	return hex.EncodeToString(sum[:])
}

// BlindSum is Blind, not written in digits.
func (k *Keys) BlindSum(place string, value []byte) [16]byte {
	k.mu.RLock()
	mac := hmac.New(sha256.New, k.held.blind[:])
	k.mu.RUnlock()
	sum, _ := blind(mac, nil, place, value)
	return sum
}

// blind uses the memory of buf, and returns it.
func blind(mac hash.Hash, buf []byte, place string, value []byte) (sum [16]byte, _ []byte) {
	buf = binary.BigEndian.AppendUint32(buf[:0], uint32(len(place)))
	buf = append(append(buf, place...), value...)
	mac.Write(buf)
	buf = mac.Sum(buf[:0])
	return [16]byte(buf), buf
}

// longest is how many bytes an id may have.
const longest = 255

// IsID says whether id can be one, of between 1 and 255 bytes.
func IsID(id string) bool { return id != "" && len(id) <= longest }

// Erase destroys the keys of ids. When it returns nil that is so for good, in
// every process; ids that were erased before are left as they are.
func (k *Keys) Erase(ids ...string) error {
	for _, id := range ids {
		if !IsID(id) {
			return fmt.Errorf("seal: an id has between 1 and %d bytes, not %d", longest, len(id))
		}
	}
	return k.change(func(c *content) (*content, error) { return c.without(ids), nil })
}

// Rotate wraps the store under a new master key, and destroys the one before.
// What is sealed stays as it is. Readers go on.
func (k *Keys) Rotate(now time.Time) error {
	return k.change(func(c *content) (*content, error) {
		if err := k.master.Renew(); err != nil {
			return nil, err
		}
		out := *c
		out.rotated = now.Unix()
		return &out, nil
	})
}

// change writes what do makes of the content, if that is another. What it
// changes outside must bear being done again.
func (k *Keys) change(do func(*content) (*content, error)) error {
	path, err := target(k.Path())
	if err != nil {
		return err
	}
	done, err := lock(path)
	if err != nil {
		return err
	}
	return errors.Join(k.changed(path, do), done())
}

// changed works on a content of its own, for others take up k.held as they go.
func (k *Keys) changed(path string, do func(*content) (*content, error)) error {
	c, _, err := read(k.master, path)
	if err != nil {
		return err
	}
	defer c.forget()
	k.mu.RLock()
	err = k.behind(c)
	k.mu.RUnlock()
	if err != nil {
		return err
	}
	if err := settle(k.master, path); err != nil { // what a crash left
		return err
	}
	next, err := do(c)
	if err != nil || next == c {
		return err
	}
	defer next.forget()
	if err := write(k.master, path, next); err != nil {
		settle(k.master, path) // a master key that was drawn for nothing goes; where it cannot, the next change does it
		return err
	}
	return k.load()
}

// Erased returns the ids that were erased, in order.
func (k *Keys) Erased() []string {
	k.fresh() // who cannot be asked now was asked when the store was opened
	k.mu.RLock()
	defer k.mu.RUnlock()
	return slices.Clone(k.held.erased)
}

// Rotated returns when the master key was last renewed; the zero time is never.
func (k *Keys) Rotated() time.Time {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.held.rotated == 0 {
		return time.Time{}
	}
	return time.Unix(k.held.rotated, 0)
}

// Master returns the name of the file or program of the master key.
func (k *Keys) Master() string { return k.master.Name() }
