package backup

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"filippo.io/age"

	"ieum"
	"ieum/internal/platform/durable"
)

// leastPassphrase is the least number of bytes of a passphrase.
const leastPassphrase = 12

// Keys close a backup, or open it. A backup that several Keys closed opens with
// all of them together.
type Keys struct {
	to   [][]age.Recipient // of each person who is needed
	with []age.Identity
}

// And returns the keys of two people, both of whom are needed.
func (k Keys) And(other Keys) Keys {
	return Keys{slices.Concat(k.to, other.to), slices.Concat(k.with, other.with)}
}

// Recipients reads the public keys of a file, one a line, as age-keygen -y
// writes them: whoever has the other half of any opens the backup.
func Recipients(path string) (k Keys, err error) {
	b, err := readFile(path)
	if err != nil {
		return k, err
	}
	to, err := age.ParseRecipients(bytes.NewReader(b))
	if err != nil {
		return k, ieum.Errorf(ieum.ErrInvalid, "%s holds no public keys (age1…, one a line); make them with: age-keygen", path)
	}
	return Keys{to: [][]age.Recipient{to}}, nil
}

// Recipient reads one public key, as age-keygen -y writes it.
func Recipient(key string) (Keys, error) {
	to, err := age.ParseX25519Recipient(key)
	if err != nil {
		return Keys{}, ieum.Errorf(ieum.ErrInvalid, "this is no public key (age1…); make one with: age-keygen")
	}
	return Keys{to: [][]age.Recipient{{to}}}, nil
}

// Identities reads the secret keys of a file that only its owner may read.
func Identities(path string) (k Keys, err error) {
	b, err := readSecret(path)
	if err != nil {
		return k, err
	}
	if k.with, err = age.ParseIdentities(bytes.NewReader(b)); err != nil {
		return k, ieum.Errorf(ieum.ErrInvalid, "%s holds no secret key (AGE-SECRET-KEY-…); name the file that age-keygen made", path)
	}
	return k, nil
}

// Passphrase reads the first line of a file that only its owner may read. It
// closes and opens.
func Passphrase(path string) (k Keys, err error) {
	b, err := readSecret(path)
	if err != nil {
		return k, err
	}
	line, _, _ := strings.Cut(string(b), "\n")
	line = strings.TrimSuffix(line, "\r")
	if len(line) < leastPassphrase {
		return k, ieum.Errorf(ieum.ErrInvalid, "the first line of %s is too short for a passphrase; let it have %d characters or more", path, leastPassphrase)
	}
	to, err := age.NewScryptRecipient(line)
	if err != nil {
		return k, err
	}
	with, err := age.NewScryptIdentity(line)
	return Keys{[][]age.Recipient{{to}}, []age.Identity{with}}, err
}

func readSecret(path string) ([]byte, error) {
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		return nil, ieum.Errorf(ieum.ErrDenied, "%s may be read or changed by others than its owner (mode %04o); close it with: chmod 600 %s", path, info.Mode().Perm(), path)
	}
	return readFile(path)
}

func readFile(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ieum.Errorf(ieum.ErrNotFound, "there is no file %s; check the name", path)
	}
	return b, durable.Fault(err)
}
