package backup

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"filippo.io/age"

	"ieum"
	"ieum/internal/platform/durable"
)

// Keys close a file, or open it. A file that the Keys of two people closed opens
// with those of both together; a backup is always such a file.
type Keys struct {
	to   [][]age.Recipient // of each person who is needed
	with []age.Identity
}

// And returns the keys of two people, both of whom are needed. ErrInvalid when one
// key would close for both.
func (k Keys) And(other Keys) (Keys, error) {
	for _, one := range slices.Concat(k.to...) {
		for _, two := range slices.Concat(other.to...) {
			if fmt.Sprint(one) == fmt.Sprint(two) {
				return Keys{}, ieum.Errorf(ieum.ErrInvalid, "the key %s stands in both files; the second person has a key of their own", one)
			}
		}
	}
	return Keys{slices.Concat(k.to, other.to), slices.Concat(k.with, other.with)}, nil
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

func readSecret(path string) ([]byte, error) {
	if err := durable.Private(path); err != nil {
		return nil, err
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
