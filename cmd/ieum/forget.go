package main

import (
	"context"
	"errors"
	"flag"
	"slices"

	"ieum"
	"ieum/internal/catalogue"
	"ieum/internal/platform/web"
)

var forgetCommand = &command{
	name: "forget", args: "SOURCE KEY", about: "erase the person behind a résumé that a source delivered, for good",
	holds: web.Records, through: asStaff, purpose: labourMarket,
	setup: func(fs *flag.FlagSet) run {
		var by asking
		by.flags(fs)
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) != 2 {
				return usagef("forget takes the source of a résumé and the key the source has for it")
			}
			return by.forget(ctx, e, ieum.SourceID(args[0]), args[1])
		}
	},
}

// forget erases a row, having written down who of staff saw to it.
func (a *asking) forget(ctx context.Context, e *env, source ieum.SourceID, key string) error {
	set, err := e.definitions()
	if err != nil {
		return err
	}
	r, err := a.open(ctx, e, set)
	if err != nil {
		return err
	}
	defer r.Close()
	key = r.catalogue.Key(key)
	id := string(catalogue.RowPerson(r.keys, source, "resume", key))
	gone := slices.Contains(r.keys.Erased(), id)
	if _, err := r.look(ctx, e, source, key); err != nil {
		return err
	}
	if err := e.noteLake(ctx, set, r.store); err != nil { // it goes through the ids of all rows
		return err
	}
	err = r.catalogue.Forget(ctx, source, key, r.by.ID)
	if err != nil && !(gone && errors.Is(err, ieum.ErrNotFound)) {
		return err
	}
	if err := r.imported.door.Replay(ctx, []string{id}); err != nil {
		return err
	}
	if gone { // what was cut off then is done now
		return ieum.Errorf(ieum.ErrNotFound, "this person was erased before")
	}
	e.say("Erased. Nothing of the row opens any more, in data/lake and in backups of it, and nobody is shown it; the next ieum build leaves it out of the snapshot, and has to run within 24 hours.")
	return nil
}
