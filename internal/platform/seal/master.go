package seal

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"ieum"
	"ieum/internal/platform/durable"
)

// A Master wraps the key of the store's file.
type Master interface {
	Name() string // the file or program, for people
	// Begin makes what the first use needs.
	Begin() error
	// Wrap encrypts a key under the newest master key.
	Wrap(key []byte) ([]byte, error)
	// Unwrap is its inverse, also for the master key before while Renew was not
	// followed by Settle. Another master key gives ieum.ErrDenied.
	Unwrap(wrapped []byte) ([]byte, error)
	// Renew lets Wrap use a new master key. Settle comes before it, for there is
	// room for one.
	Renew() error
	// Settle keeps the master key that opens what is wrapped, and destroys the
	// other while there are two.
	Settle(wrapped []byte) error
}

// NewMaster returns the master key that where names: a file, or exec:PROGRAM
// for a key management system that is asked by a program.
func NewMaster(where string) Master {
	if program, ok := strings.CutPrefix(where, "exec:"); ok {
		return execMaster{program}
	}
	return fileMaster{where}
}

// A fileMaster is a master key in a file: 32 bytes in base64, for its owner
// alone, or a link to one, which may lead elsewhere later. While it is renewed the new
// one lies beside it.
type fileMaster struct{ path string }

func (m fileMaster) Name() string { return m.path }

// target is where the file lies; one that is not there is told of when it is read.
func (m fileMaster) target() string {
	path, err := target(m.path)
	if err != nil {
		return m.path
	}
	return path
}

func (m fileMaster) next() string { return m.target() + ".next" }

func (m fileMaster) Begin() error {
	if _, err := os.Lstat(m.path); !errors.Is(err, fs.ErrNotExist) {
		return durable.Fault(err)
	}
	if err := durable.MkdirAll(filepath.Dir(m.path)); err != nil {
		return err
	}
	return draw(m.path)
}

// draw makes a file with a new key.
func draw(path string) error {
	key := make([]byte, keyBytes)
	rand.Read(key)
	return durable.WriteFile(path, []byte(base64.StdEncoding.EncodeToString(key)+"\n"))
}

// read returns the key in a file.
func (m fileMaster) read(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ieum.Errorf(ieum.ErrInvalid, "the master key %s is missing; put back the copy that was kept of it: nothing that is sealed can be read without it", path)
	}
	if err != nil {
		return nil, durable.Fault(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, durable.Fault(err)
	}
	if err := closed(path, info); err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(key) != keyBytes {
		return nil, ieum.Errorf(ieum.ErrInvalid, "the master key %s is damaged; put back the copy that was kept of it: 32 bytes in base64", path)
	}
	return key, nil
}

func (m fileMaster) Wrap(key []byte) ([]byte, error) {
	path := m.next()
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		path = m.path
	}
	master, err := m.read(path)
	if err != nil {
		return nil, err
	}
	return encrypt(master, key, []byte(m.domain())), nil
}

func (m fileMaster) Unwrap(wrapped []byte) ([]byte, error) {
	key, _, err := m.unwrap(wrapped)
	return key, err
}

// unwrap also returns in which of the two files the master key is.
func (m fileMaster) unwrap(wrapped []byte) (key []byte, path string, err error) {
	master, err := m.read(m.path)
	if err != nil {
		return nil, "", err
	}
	if key, err := decrypt(master, wrapped, []byte(m.domain())); err == nil {
		return key, m.path, nil
	}
	if next, none := m.read(m.next()); none == nil {
		if key, err := decrypt(next, wrapped, []byte(m.domain())); err == nil {
			return key, m.next(), nil
		}
	}
	return nil, "", ieum.Errorf(ieum.ErrDenied, "the master key %s is not the one of the key store; put back the one that belongs to it", m.path)
}

func (fileMaster) domain() string { return "ieum/master/1" }

// Renew draws none that could not take the place of the one there is, as of a key
// management system that mounts it: what was begun could not be ended.
func (m fileMaster) Renew() error {
	old, err := replaceable(m.target())
	if err != nil {
		return ieum.Errorf(ieum.ErrInvalid, "the master key %s cannot be renewed where it is (%v); put it into a file that this user may write, and name it as IEUM_MASTER_KEY: nothing was changed", m.path, err)
	}
	if err := durable.Remove(old); err != nil {
		return err
	}
	return draw(m.next())
}

func (m fileMaster) Settle(wrapped []byte) error {
	if _, err := os.Lstat(m.next()); errors.Is(err, fs.ErrNotExist) {
		return shred(m.target()+".old", m.target())
	}
	key, path, err := m.unwrap(wrapped)
	clear(key)
	switch {
	case err != nil:
		return err
	case path == m.path:
		return shred(m.next(), m.target())
	}
	return replace(m.next(), m.target())
}

// An execMaster asks a program, such as the client of a key management system:
// it is run with the word wrap or unwrap, reads bytes from its input and writes
// the others to its output. Renewing its key is that system's own affair; what
// it wraps then is under the new one.
type execMaster struct{ program string }

func (m execMaster) Name() string { return "exec:" + m.program }

func (execMaster) Begin() error        { return nil }
func (execMaster) Renew() error        { return nil }
func (execMaster) Settle([]byte) error { return nil }

func (m execMaster) Wrap(key []byte) ([]byte, error)       { return m.ask("wrap", key) }
func (m execMaster) Unwrap(wrapped []byte) ([]byte, error) { return m.ask("unwrap", wrapped) }

// patience is how long the program may take, answer how many bytes it may write.
const (
	patience = 10 * time.Second
	answer   = 16 << 10
)

func (m execMaster) ask(word string, in []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, m.program, word)
	cmd.Stdin, cmd.Stderr, cmd.WaitDelay = bytes.NewReader(in), &said, time.Second
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, ieum.Errorf(ieum.ErrUnavailable, "the program %s of the master key did not answer within %v; see to it", m.program, patience)
	}
	if err != nil {
		text, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
		return nil, ieum.Errorf(ieum.ErrDenied, "the program %s of the master key refused to %s (%v: %s); mend it, or name another as IEUM_MASTER_KEY", m.program, word, err, text)
	}
	if len(out) == 0 || len(out) > answer {
		return nil, ieum.Errorf(ieum.ErrInvalid, "the program %s of the master key answered %s with %d bytes; it must write between 1 and %d", m.program, word, len(out), answer)
	}
	return out, nil
}

const keyBytes = 32

// encrypt returns nonce, AES-256-GCM ciphertext and tag.
func encrypt(key, plain, bound []byte) []byte {
	g := gcm(key)
	out := make([]byte, g.NonceSize(), g.NonceSize()+len(plain)+g.Overhead())
	rand.Read(out)
	return g.Seal(out, out, plain, bound)
}

// decrypt is the inverse of encrypt.
func decrypt(key, sealed, bound []byte) ([]byte, error) {
	g := gcm(key)
	if len(sealed) < g.NonceSize() {
		return nil, errors.New("too short")
	}
	return g.Open(nil, sealed[:g.NonceSize()], sealed[g.NonceSize():], bound)
}

// gcm returns the cipher of a key of 32 bytes.
func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	g, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return g
}
