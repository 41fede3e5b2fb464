package door

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/db"
)

// This file is about people of whom rows were imported and nothing else is known.
// The rows lie elsewhere, without what identifies somebody; who reads them is
// written down here, before they do.

// A Crowd is who the rows that a job reads are about.
type Crowd struct {
	People int64  // rows about people
	Sum    []byte // a hash of all that is read, which tells one crowd from another
}

// NoteJob writes down that a job is about to read a crowd, on law. The entry is
// durable when it returns. Its root is a tree of one leaf, SHA-256(salt ‖ Sum).
func NoteJob(ctx context.Context, to *db.DB, set *defs.Set, now time.Time, j Job, purpose ieum.PurposeID, c Crowd) (*Bulk, error) {
	d := &Door{store: &store{to}, set: set, now: func() time.Time { return now }}
	p, err := d.purpose(purpose)
	if err != nil {
		return nil, err
	}
	if err := Migrate(ctx, to); err != nil {
		return nil, err
	}
	return d.noteCrowd(ctx, j, p, c, func(tx) error { return nil })
}

// noteCrowd writes down, durably, that a crowd is read on law, if may allows it in the same transaction.
func (d *Door) noteCrowd(ctx context.Context, j Job, p *defs.Purpose, c Crowd, may func(tx) error) (*Bulk, error) {
	if !p.On(defs.BasisLaw) {
		return nil, refused("consent", p)
	}
	id, salt := make([]byte, 16), make([]byte, 16)
	rand.Read(id)
	rand.Read(salt)
	one := member{salt: salt, leaf: leafOf(salt, ieum.PersonID(c.Sum))}
	b := &Bulk{ID: "b" + hex.EncodeToString(id), Job: j.Name, Purpose: p.ID, People: c.People, Root: hex.EncodeToString(one.leaf), At: d.now().Truncate(time.Second), Asked: j.asked, Slice: j.slice}
	return b, d.store.addBulk(ctx, b, j.Organisation, one.leaf, []member{one}, bulkEntry(b, j, p, defs.BasisLaw, p.Records), may)
}

// figuresJob is what a look at exact figures is called. In the list of refused reads it
// stands for a person.
const figuresJob = "figures"

// NoteFigures writes down, durably, that somebody of staff sees figures of a crowd as they
// are: of which slice, of which snapshot. ErrDenied says what is missing, ErrBusy that the
// hour's bound of the purpose is reached, which is written down too.
func (d *Door) NoteFigures(ctx context.Context, by Asker, purpose ieum.PurposeID, slice, snapshot string, c Crowd) error {
	p, err := d.purpose(purpose)
	if err == nil {
		err = needs(by, p.May)
	}
	if err != nil {
		return err
	}
	held, err := d.held(ctx, by, p)
	if err == nil && p.TakesFresh(p.Records) && !by.Fresh {
		err = ieum.ErrSignedOut
	}
	if err != nil {
		return err
	}
	now := d.now()
	_, err = d.noteCrowd(ctx, Job{Name: figuresJob, Organisation: held.Organisation, Snapshot: snapshot, asked: by.ID, slice: slice}, p, c, func(t tx) error {
		n, err := t.looks(by.ID, p.ID, now)
		if err != nil {
			return err
		}
		return bounded(p, n, now)
	})
	if errors.Is(err, ieum.ErrBusy) {
		err = d.refuse(ctx, figuresJob, Access{At: now.Unix(), By: string(by.ID), Role: held.Role, Organisation: held.Organisation, Purpose: p.ID, Version: p.Version, Kinds: p.Records}, err)
	}
	return err
}

// ReadImported writes down that somebody of staff reads rows about a person, as
// Read does: it decides, numbers and appends in one transaction, and whoever
// called shows the rows once that is durable. They rest on law, in a role that
// reaches people of its own office whom nobody assigned to the reader; so each
// read is flagged. ErrDenied says what is missing, ErrNotFound that the person
// was erased.
func (d *Door) ReadImported(ctx context.Context, by Asker, person ieum.PersonID, purpose ieum.PurposeID) (*Access, error) {
	p, err := d.purpose(purpose)
	if err != nil {
		return nil, err
	}
	now := d.now()
	if err := d.store.meet(ctx, person, now); err != nil {
		return nil, err
	}
	held, err := d.held(ctx, by, p)
	if !p.On(defs.BasisLaw) {
		err = refused("consent", p)
	}
	if err == nil && p.TakesFresh(p.Records) && !by.Fresh {
		return nil, ieum.ErrSignedOut
	}
	if errors.Is(err, ieum.ErrDenied) {
		return nil, d.refuse(ctx, person, Access{At: now.Unix(), By: string(by.ID), Purpose: p.ID, Version: p.Version, Kinds: p.Records}, err)
	}
	if err != nil {
		return nil, err
	}
	access, _, err := d.store.read(ctx, by, person, p.Records, "", now, func(s standing) (Access, error) {
		return accessOf(by, s, Ground{Held: held, Basis: defs.BasisLaw, nocase: true}, p, p.Records, now), nil
	})
	return &access, err
}

// held returns the role in which somebody may do what a purpose takes to people of
// their own office who have no case.
func (d *Door) held(ctx context.Context, by Asker, p *defs.Purpose) (ieum.Held, error) {
	all, err := d.Accounts.Staff(ctx, p.May)
	if err != nil {
		return ieum.Held{}, err
	}
	for _, c := range all {
		if c.ID != by.ID {
			continue
		}
		if held, ok := by.Over(p.May, ieum.Subject{Organisation: c.Organisation, Site: c.Site}); ok {
			return held, nil
		}
	}
	return ieum.Held{}, refused("role", p)
}
