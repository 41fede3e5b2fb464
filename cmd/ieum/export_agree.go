package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"ieum"
	"ieum/internal/platform/backup"
	"ieum/internal/platform/durable"
)

// agree lets somebody else make this export, once, and writes what they show for it.
func (x *export) agree(ctx context.Context, e *env) error {
	set, err := e.definitions()
	if err != nil {
		return err
	}
	if _, err := backup.Recipient(x.recipient); err != nil {
		return err
	}
	r, err := x.by.open(ctx, e, set)
	if err != nil {
		return err
	}
	defer r.Close()
	asks, err := r.registry.Find(ctx, x.asks)
	if err != nil {
		return err
	}
	f, err := backup.CreateFile(x.agreeing, backup.Keys{})
	if err != nil {
		return err
	}
	token, until, err := r.imported.door.Agree(ctx, askerOf(r.by), asks.ID, x.wanted())
	if err == nil {
		_, err = f.Write([]byte(token + "\n"))
	}
	if err != nil {
		return errors.Join(inTime(err), f.Abandon())
	}
	if err := f.Close(); err != nil {
		return err
	}
	e.say("%s: give it to %s, who exports once until %s with: ieum export --as %s --credential FILE --agreement %s --purpose %s --recipient %s --out %s",
		x.agreeing, x.asks, until.In(ieum.Seoul).Format("15:04"), x.asks, x.agreeing, counting, x.recipient, x.out)
	return nil
}

// token reads what the second person gave.
func (x *export) token() (string, error) {
	if err := durable.Private(x.agreement); err != nil {
		return "", err
	}
	token, err := os.ReadFile(x.agreement)
	if err != nil {
		return "", ieum.Errorf(ieum.ErrNotFound, "the agreement %s cannot be read (%v); somebody who confirms roles makes one with: ieum export --agree FILE --for %s", x.agreement, errors.Unwrap(err), x.by.name)
	}
	return strings.TrimSpace(string(token)), nil
}

// inTime says what to do where somebody signed in too long ago.
func inTime(err error) error {
	if errors.Is(err, ieum.ErrSignedOut) {
		return ieum.Errorf(ieum.ErrDenied, "you sign in within ten minutes before this; make the credential anew with: ieum account credential NAME --out FILE")
	}
	return err
}
