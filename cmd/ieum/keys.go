package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ieum"
	"ieum/internal/platform/db"
	"ieum/internal/platform/journal"
	"ieum/internal/platform/seal"
	"ieum/internal/platform/web"
)

var keysCommand = &command{
	name: "keys", args: "[rotate | replay] [--json]", about: "show the store of the keys of people, renew its master key, also while serving, or do erasures anew in an older one",
	holds: web.Nothing,
	setup: func(fs *flag.FlagSet) run {
		asJSON := fs.Bool("json", false, "print what was found as JSON")
		yes := fs.String("yes", "", "for replay: whose keys to destroy for good, by the `hash` that it says without")
		return func(ctx context.Context, e *env, args []string) error {
			switch {
			case len(args) == 0:
				return keys(e, false, *asJSON)
			case len(args) == 1 && args[0] == "rotate":
				return keys(e, true, *asJSON)
			case len(args) == 1 && args[0] == "replay":
				return replay(ctx, e, *yes)
			}
			return usagef("keys takes no argument but rotate or replay")
		}
	},
}

// A KeyStore is what ieum keys prints.
type KeyStore struct {
	File    string     `json:"file"`
	Master  string     `json:"master"`            // file or program
	Erased  int        `json:"erased"`            // people and quarantines whose keys were destroyed
	Rotated *time.Time `json:"rotated,omitempty"` // when the master key was last renewed
}

// erasures are the kinds of entries that say that the key of their subject was
// destroyed.
var erasures = []string{"catalogue.forgotten", "door.erased", "identity.account_removed"}

// openKeys opens the key store that a database belongs to, and says which erasures of
// the journal it does not know of; what can be no id (strangeErasures) had no key. Keys are destroyed before the journal speaks of it, so
// that such a store is older than the database, or somebody wrote to the database:
// nothing is destroyed on its word alone.
func openKeys(ctx context.Context, e *env, d *db.DB) (k *seal.Keys, missed []string, err error) {
	dir, master := e.keyStore()
	if k, err = seal.OpenFor(ctx, d, dir, master); err != nil {
		return nil, nil, err
	}
	if err := journal.Migrate(ctx, d); err != nil {
		return nil, nil, err
	}
	said, err := journal.Subjects(ctx, d, erasures...)
	if err != nil {
		return nil, nil, err
	}
	known := k.Erased()
	return k, slices.DeleteFunc(said, func(id string) bool {
		_, found := slices.BinarySearch(known, id)
		return found || !seal.IsID(id)
	}), nil
}

// strangeErasures names an erasure of the journal that Ieum never writes, for it is of
// what can be no id; nil when there is none.
func strangeErasures(ctx context.Context, d *db.DB) error {
	said, err := journal.Subjects(ctx, d, erasures...)
	if err != nil {
		return err
	}
	slices.Sort(said)
	said = slices.DeleteFunc(said, seal.IsID)
	if len(said) == 0 {
		return nil
	}
	return ieum.Errorf(ieum.ErrInvalid, "%d erasures that the journal speaks of are of nobody, such as of %.40q, and Ieum did not write them; nothing was destroyed by them: find out who writes to the database", len(said), said[0])
}

// olderKeys says what to do about erasures that a key store does not know of; nil when
// there are none.
func olderKeys(k *seal.Keys, missed []string) error {
	if len(missed) == 0 {
		return nil
	}
	return ieum.Errorf(ieum.ErrConflict, "the key store %s does not know of %d erasures that the database speaks of: put the newest %s back; if there is none, and nobody but Ieum wrote to the database, destroy those keys for good with: ieum keys replay", k.Path(), len(missed), seal.File)
}

// replay destroys the keys of whom the journal says that they were erased, if those
// are the ones of whom the operator read: whoever writes to the database may change
// meanwhile who they are.
func replay(ctx context.Context, e *env, yes string) error {
	set, err := e.definitions()
	if err != nil {
		return err
	}
	d, err := openDatabase(ctx, e)
	if err != nil {
		return err
	}
	defer d.Close()
	k, missed, err := openKeys(ctx, e, d)
	if err != nil {
		return err
	}
	if _, err := storeOn(ctx, e, set, d, k); err != nil { // such as one that is not the data folder's
		return err
	}
	slices.Sort(missed)
	for _, id := range missed {
		e.say("%q", id) // quoted, as it may be anything that somebody wrote to the database
	}
	if hash := hashOf(missed); len(missed) > 0 && yes != hash {
		next := "find their erasures in the public ledger first (ieum audit ledger), then: ieum keys replay --yes " + hash
		if yes != "" {
			next = "they are others than those of --yes " + yes + ", so the database says otherwise than it did; " + next
		}
		return ieum.Errorf(ieum.ErrConflict, "%d keys would be destroyed for good, of those named above; %s", len(missed), next)
	}
	if err := k.Erase(missed...); err != nil {
		return err
	}
	e.say("%s: %d keys destroyed, of erasures that the database speaks of; next: ieum build", k.Path(), len(missed))
	return nil
}

// hashOf returns a hash of ids that are sorted, of 32 hexadecimal digits: long enough
// that nobody makes two lists of one hash, of which the operator reads the one.
func hashOf(ids []string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", ids))
	return hex.EncodeToString(sum[:16])
}

func keys(e *env, rotate, asJSON bool) error {
	dir, master := e.keyStore()
	path := filepath.Join(dir, seal.File)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return ieum.Errorf(ieum.ErrNotFound, "there is no key store %s; the first delivery or ieum serve makes one, and IEUM_KEYS names its folder", path)
	}
	k, err := seal.Open(dir, master)
	if err != nil {
		return err
	}
	if rotate {
		if err := k.Rotate(e.now()); err != nil {
			return err
		}
	}
	s := KeyStore{File: k.Path(), Master: k.Master(), Erased: len(k.Erased())}
	when := "never"
	if at := k.Rotated(); !at.IsZero() {
		at = at.In(ieum.Seoul)
		s.Rotated, when = &at, at.Format(time.DateTime)
	}
	if asJSON {
		return writeJSON(e.stdout, s)
	}
	e.say("%s: %d erased; master key %s, renewed %s", s.File, s.Erased, s.Master, when)
	return nil
}
