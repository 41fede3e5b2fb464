package main

import (
	"context"
	"errors"
	"flag"
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
	name: "keys", args: "[rotate] [--json]", about: "show the store of the keys of people, or renew its master key, also while serving",
	holds: web.Nothing,
	setup: func(fs *flag.FlagSet) run {
		asJSON := fs.Bool("json", false, "print what was found as JSON")
		return func(_ context.Context, e *env, args []string) error {
			if len(args) > 1 || len(args) == 1 && args[0] != "rotate" {
				return usagef("keys takes no argument but rotate")
			}
			return keys(e, len(args) == 1, *asJSON)
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

// openKeys opens the key store that a database belongs to. An erasure that the journal
// speaks of holds, whatever store is put back: in one that is older its keys are
// destroyed anew, and older says so.
func openKeys(ctx context.Context, e *env, d *db.DB) (k *seal.Keys, older, err error) {
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
	missed := slices.DeleteFunc(said, func(id string) bool {
		_, found := slices.BinarySearch(known, id)
		return found
	})
	if len(missed) == 0 {
		return k, nil, nil
	}
	if err := k.Erase(missed...); err != nil {
		return nil, nil, err
	}
	return k, ieum.Errorf(ieum.ErrInvalid, "the key store %s was older than %d erasures, which were done anew; destroy the copy it came from, and give: ieum build", k.Path(), len(missed)), nil
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
