package seal

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"ieum"
	"ieum/internal/platform/durable"
)

// File is the name of the store's file in its folder.
const File = "people.keys"

// magic begins the file; it changes when older programs could not read what
// follows: the length of the wrapped key (2 bytes), the wrapped key, what it
// encrypts (see encode), and the SHA-256 of all that, by which damage is told
// from a wrong master key. Numbers are big endian.
const magic = "ieum-keys-1\n"

// A content is what the store holds. It does not change.
type content struct {
	id      string   // of the store, 32 hex digits
	rotated int64    // when the master key was last renewed, unix seconds; 0 = never
	blind   seed     // key of Blind
	erased  []string // in order
	nodes   []node   // in order
}

// newContent draws the content of a new store.
func newContent() *content {
	id := make([]byte, 16)
	rand.Read(id)
	c := &content{id: hex.EncodeToString(id), nodes: make([]node, 1)}
	rand.Read(c.blind[:])
	rand.Read(c.nodes[0].seed[:])
	return c
}

// forget overwrites the seeds in memory.
func (c *content) forget() {
	clear(c.blind[:])
	clear(c.nodes)
}

// without returns the content without keys for ids, or c itself when it has
// none of them.
func (c *content) without(ids []string) *content {
	out := *c
	out.erased = slices.Clone(c.erased)
	for _, id := range ids {
		if i, found := slices.BinarySearch(out.erased, id); !found {
			out.erased = slices.Insert(out.erased, i, id)
		}
	}
	if len(out.erased) == len(c.erased) {
		return c
	}
	out.nodes = puncture(c.nodes, pathsOf(ids))
	return &out
}

// lacks counts the ids of some that c does not know to be erased.
func (c *content) lacks(ids []string) (n int) {
	for _, id := range ids {
		if _, found := slices.BinarySearch(c.erased, id); !found {
			n++
		}
	}
	return n
}

// encode writes: id (16 bytes), rotated (unix seconds, 8), blind (32), how many
// were erased (4), each erased id after its length (1), and the seeds in the
// order of their leaves; which those are follows from what was erased.
func (c *content) encode() []byte {
	b, _ := hex.DecodeString(c.id)
	b = binary.BigEndian.AppendUint64(b, uint64(c.rotated))
	b = append(b, c.blind[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(c.erased)))
	for _, id := range c.erased {
		b = append(append(b, byte(len(id))), id...)
	}
	b = slices.Grow(b, len(c.nodes)*seedBytes)
	for i := range c.nodes {
		b = append(b, c.nodes[i].seed[:]...)
	}
	return b
}

var errDamaged = errors.New("damaged")

// decode is the inverse of encode.
func decode(b []byte) (*content, error) {
	const fixed = 16 + 8 + seedBytes + 4
	if len(b) < fixed {
		return nil, errDamaged
	}
	c := &content{id: hex.EncodeToString(b[:16]), rotated: int64(binary.BigEndian.Uint64(b[16:])), blind: seed(b[24:56])}
	n := binary.BigEndian.Uint32(b[56:])
	for b = b[fixed:]; n > 0; n-- {
		if len(b) == 0 || len(b) < 1+int(b[0]) {
			return nil, errDamaged
		}
		id := string(b[1:][:b[0]])
		if len(c.erased) > 0 && id <= c.erased[len(c.erased)-1] || id == "" {
			return nil, errDamaged
		}
		c.erased, b = append(c.erased, id), b[1+len(id):]
	}
	c.nodes = shape(nil, node{}, pathsOf(c.erased))
	if len(b) != len(c.nodes)*seedBytes {
		return nil, errDamaged
	}
	for i := range c.nodes {
		c.nodes[i].seed = seed(b[i*seedBytes:])
	}
	return c, nil
}

// wrap returns the file of a content.
func wrap(m Master, c *content) ([]byte, error) {
	key := make([]byte, keyBytes)
	defer clear(key)
	rand.Read(key)
	wrapped, err := m.Wrap(key)
	if err != nil {
		return nil, err
	}
	b := binary.BigEndian.AppendUint16([]byte(magic), uint16(len(wrapped)))
	b = append(b, wrapped...)
	plain := c.encode()
	defer clear(plain)
	b = append(b, encrypt(key, plain, b)...)
	sum := sha256.Sum256(b)
	return append(b, sum[:]...), nil
}

// parse returns the wrapped key of a file, what ends with it, and what it encrypts. A
// damaged file is errDamaged.
func parse(b []byte) (wrapped, head, sealed []byte, err error) {
	body := len(b) - sha256.Size
	if body < len(magic)+2 || !bytes.HasPrefix(b, []byte(magic)) {
		return nil, nil, nil, errDamaged
	}
	if sum := sha256.Sum256(b[:body]); !bytes.Equal(sum[:], b[body:]) {
		return nil, nil, nil, errDamaged
	}
	end := len(magic) + 2 + int(binary.BigEndian.Uint16(b[len(magic):]))
	if end > body {
		return nil, nil, nil, errDamaged
	}
	return b[len(magic)+2 : end], b[:end], b[end:body], nil
}

// unwrap is the inverse of wrap. A damaged file is errDamaged.
func unwrap(m Master, b []byte) (*content, error) {
	wrapped, head, sealed, err := parse(b)
	if err != nil {
		return nil, err
	}
	key, err := m.Unwrap(wrapped)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	if len(key) != keyBytes {
		return nil, ieum.Errorf(ieum.ErrDenied, "the master key %s is not the one of the key store; put back the one that belongs to it", m.Name())
	}
	plain, err := decrypt(key, sealed, head)
	if err != nil {
		return nil, ieum.Errorf(ieum.ErrDenied, "the master key %s is not the one of the key store; put back the one that belongs to it", m.Name())
	}
	defer clear(plain)
	return decode(plain)
}

// read returns the content of the file at path and what tells it from a later
// one.
func read(m Master, path string) (*content, os.FileInfo, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, durable.Fault(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, durable.Fault(err)
	}
	if err := closed(path, info); err != nil {
		return nil, nil, err
	}
	b := make([]byte, info.Size())
	if _, err := f.ReadAt(b, 0); err != nil {
		return nil, nil, durable.Fault(err)
	}
	c, err := unwrap(m, b)
	if errors.Is(err, errDamaged) {
		err = ieum.Errorf(ieum.ErrInvalid, "the key store %s is damaged; put back the copy that was kept of it: what is sealed cannot be read without it", path)
	}
	return c, info, err
}

// closed refuses a file that others than its owner may read or change.
func closed(path string, info os.FileInfo) error {
	if info.Mode().Perm()&0o077 != 0 {
		return ieum.Errorf(ieum.ErrDenied, "%s may be read or changed by others than its owner (mode %04o); close it with: chmod 600 %s", path, info.Mode().Perm(), path)
	}
	return nil
}

// target returns where the file at path lies: what is written beside it and put in its
// place has to be there, where path is a link. A file that is to be made lies at path.
func target(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return real, durable.Fault(err)
	}
	if _, err := os.Lstat(path); err == nil {
		return "", ieum.Errorf(ieum.ErrInvalid, "%s is a link to a file that is not there; put that file back", path)
	}
	return path, nil
}

// replace puts the synced file from in the place of path, and overwrites what
// was there, so that its blocks do not hold what was erased. After a crash the
// next replace does what is left of that.
func replace(from, path string) error {
	old, err := replaceable(path)
	if err != nil {
		return err
	}
	if err := durable.Rename(from, path); err != nil {
		return errors.Join(err, shred(old, path))
	}
	return shred(old, path)
}

// replaceable gives the file at path, if there is one, a second name, by which it is
// overwritten once another is in its place. Where that cannot be, nothing is changed.
func replaceable(path string) (old string, err error) {
	old = path + ".old"
	if err := shred(old, path); err != nil {
		return "", err
	}
	err = os.Link(path, old)
	if errors.Is(err, fs.ErrNotExist) {
		return old, nil
	}
	if err != nil {
		return "", durable.Fault(err)
	}
	f, err := os.OpenFile(old, os.O_WRONLY, 0)
	if err != nil {
		return "", errors.Join(durable.Fault(err), durable.Remove(old))
	}
	return old, f.Close()
}

// shred overwrites and removes a file that was replaced; where a crash or fault
// came before that, old is another name of the file at path, which stays.
func shred(old, path string) error {
	was, err := os.Lstat(old)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return durable.Fault(err)
	}
	if is, err := os.Lstat(path); err == nil && os.SameFile(was, is) {
		return durable.Remove(old)
	}
	f, err := os.OpenFile(old, os.O_WRONLY, 0)
	if err != nil {
		return durable.Fault(err)
	}
	_, err = f.Write(make([]byte, was.Size()))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return durable.Fault(err)
	}
	return durable.Remove(old)
}

// settle lets the master key alone be there that opens the store. The caller has the
// lock.
func settle(m Master, path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return durable.Fault(err)
	}
	wrapped, _, _, err := parse(b)
	if err != nil {
		return err
	}
	return m.Settle(wrapped)
}

// write makes the store hold c. The caller has the lock.
func write(m Master, path string, c *content) error {
	b, err := wrap(m, c)
	if err != nil {
		return err
	}
	aside := path + ".aside"
	if err := durable.WriteFile(aside, b); err != nil {
		return err
	}
	if err := replace(aside, path); err != nil {
		return err
	}
	return settle(m, path)
}

// lock keeps other writers of the store at path, in this process and others, off until
// done.
func lock(path string) (done func() error, err error) {
	f, err := os.OpenFile(filepath.Join(filepath.Dir(path), "people.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, durable.Fault(err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		f.Close()
		return nil, ieum.Errorf(ieum.ErrInvalid, "%s cannot be locked (%v); keep the folder of the keys on a disk that can be", f.Name(), err)
	}
	return f.Close, nil
}
