package ledger

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ieum"
	"ieum/internal/platform/durable"
)

// openKey returns the key in data/keys under a file name, which it makes if it
// is not used yet. A key that is used and missing was lost. The name that a
// key signs under is drawn with it, so that no two installations share one.
func openKey(data, file string, used, witness bool, now func() time.Time) (*key, error) {
	dir := filepath.Join(data, "keys")
	path := filepath.Join(dir, file)
	if err := durable.Private(path); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && used:
		return nil, ieum.Errorf(ieum.ErrInvalid, "%s is missing; put back the copy that was kept of it: what another key signs nobody can tie to what was signed before", path)
	case errors.Is(err, fs.ErrNotExist):
		if err := durable.MkdirAll(dir); err != nil {
			return nil, err
		}
		k := newKey(witness, now)
		return k, durable.WriteFile(path, []byte(k.name+" "+base64.StdEncoding.EncodeToString(k.private.Seed())+"\n"))
	case err != nil:
		return nil, durable.Fault(err)
	}
	name, seed, ok := strings.Cut(strings.TrimSuffix(string(b), "\n"), " ")
	raw, err := base64.StdEncoding.DecodeString(seed)
	if !ok || err != nil || len(raw) != ed25519.SeedSize {
		return nil, ieum.Errorf(ieum.ErrInvalid, "%s is damaged; put back the copy that was kept of it: what another key signs nobody can tie to what was signed before", path)
	}
	return &key{name, ed25519.NewKeyFromSeed(raw), witness, now}, nil
}

func newKey(witness bool, now func() time.Time) *key {
	seed, id := make([]byte, ed25519.SeedSize), make([]byte, 8)
	rand.Read(seed)
	rand.Read(id)
	sort := "log"
	if witness {
		sort = "witness"
	}
	return &key{"ieum/" + sort + "/" + hex.EncodeToString(id), ed25519.NewKeyFromSeed(seed), witness, now}
}
