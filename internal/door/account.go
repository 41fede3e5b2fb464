package door

import (
	"context"
	"slices"

	"ieum"
)

// This file gives clients the accounts by which they reach what is kept of them. Such a
// proposal is kept as a mandate of a kind of its own, which is over once it counts: it
// waits, lapses and is sent back as the others do.

const (
	ownAccount = "own"      // the kind: who is to get it is the person
	ownShown   = "identity" // what staff sees: papers with a picture, of which no scan is kept
)

// Link proposes that the account of a sign-in name is that of a client of the asker's,
// who was registered without one. Once another member of staff saw the client's papers
// as well, and confirms, its owner reaches what is kept of them, and can erase it: one
// alone gives nobody away. It must have been seen whose account it is, and that is who
// the client was registered as, where that is known. An account of which records are
// kept already is refused: nothing is merged. It asks for a fresh sign-in.
func (d *Door) Link(ctx context.Context, by Asker, person ieum.PersonID, name string) error {
	if !by.Fresh {
		return ieum.ErrSignedOut
	}
	account, err := d.accountOf(ctx, by, person, name, "account", "/account")
	if err != nil {
		return err
	}
	if _, err := d.owns(ctx, person, account, "/account"); err != nil {
		return err
	}
	now := d.now()
	m := Mandate{ID: newID("m"), Person: person, Holder: account, Kind: ownAccount, Shown: ownShown, Proposer: by.ID, Since: now, Until: now.Add(longestWait)}
	return d.change(ctx, person, func(t tx, s standing) error {
		k, err := d.mine(by, s)
		if err != nil {
			return err
		}
		if free, err := t.free(s.person, account); err != nil || !free {
			return orLinked(err, "/account")
		}
		m.Organisation = k.Organisation
		if err := t.addMandate(m); err != nil {
			return err
		}
		return t.tell("door.link_proposed", person, map[string]any{"id": m.ID, "by": by.ID}) // whose account is not told: it outlives nobody
	})
}

// orLinked is why an account cannot be a client's.
func orLinked(err error, field string) error {
	if err == nil {
		err = fault("linked", field, "the person has an account, or records are kept for this one already")
	}
	return err
}

// owns refuses an account for a client who is known to be somebody else than its owner
// was proved to be: by the name and birth date they were registered with, or by a row
// that was brought in. It returns the links that it looked at, by id.
func (d *Door) owns(ctx context.Context, person ieum.PersonID, account ieum.AccountID, field string) (seen map[string]bool, err error) {
	token, err := d.store.tokenOf(ctx, person)
	if err != nil {
		return nil, err
	}
	if token != "" {
		proof, err := d.Accounts.Known(ctx, account)
		if err != nil {
			return nil, err
		}
		if d.blindToken(proof.Token) != token {
			return nil, fault("other_owner", field, "the owner of this account was not proved to be who the client was registered as")
		}
	}
	return d.fits(ctx, person, account, field)
}

// blindToken is the keyed hash of the token of who somebody was registered as, or was
// proved to be.
func (d *Door) blindToken(token string) string { return d.Keys.Blind("door_person/token", token) }

// tokenAs is that of a registration, "" without a birth date.
func (d *Door) tokenAs(ctx context.Context, r Registration) (string, error) {
	if r.Birth == "" {
		return "", nil
	}
	token, err := d.Rows.Who(ctx, ieum.Who{Name: r.Contact.Name, Birth: r.Birth})
	if err != nil {
		return "", err
	}
	return d.blindToken(token), nil
}

// confirmOwn gives a client the account that was proposed, for a second member of staff.
func (d *Door) confirmOwn(ctx context.Context, by Asker, m Mandate) (err error) {
	for again := true; again && err == nil; { // once more when a row was tied meanwhile
		again, err = d.giveOwn(ctx, by, m)
	}
	return err
}

// giveOwn gives a client an account that fits the rows they are tied to; again says that
// there are others by now, and nothing was done.
func (d *Door) giveOwn(ctx context.Context, by Asker, m Mandate) (again bool, err error) {
	fit, err := d.owns(ctx, m.Person, m.Holder, "/holder")
	if err == nil { // after it: a correction that it did not see yet fits nobody new
		err = d.correctedBy(ctx, by, m.Person)
	}
	if err != nil {
		return false, err
	}
	now := d.now()
	err = d.change(ctx, m.Person, func(t tx, s standing) (err error) {
		if err := d.counselled(m, s); err != nil {
			return err
		}
		if free, err := t.free(s.person, m.Holder); err != nil || !free {
			return orLinked(err, "/holder")
		}
		if again, err = t.tiedBeside(m.Person, fit); err != nil || again {
			return err
		}
		n, err := t.confirmMandate(m.ID, by.ID, now)
		if err != nil || n == 0 {
			return err
		}
		if _, err := t.endMandate(m.Person, m.ID, now); err != nil {
			return err
		}
		if err := d.alive(m.Holder); err != nil {
			return err
		}
		if err := t.setAccount(m.Person, m.Holder); err != nil {
			return err
		}
		as, _ := by.Over(ieum.ReadClients, ieum.Subject{Organisation: m.Organisation, Site: s.person.Site, Assigned: true})
		if err := t.flag(flagAccount, m.Person, Access{At: now.Unix(), By: string(by.ID), Role: as.Role, Organisation: m.Organisation}); err != nil {
			return err
		}
		e := changeOf(by, s.person, as, now, map[string]any{"id": m.ID, "proposer": m.Proposer})
		e["organisation"] = m.Organisation
		return t.tell("door.linked", m.Person, e)
	})
	return again, err
}

// counselled refuses what waits for somebody whom nobody of the organisation counsels any
// more, as they may have stopped all, or who gets it.
func (d *Door) counselled(m Mandate, s standing) error {
	if !slices.ContainsFunc(s.cases, func(k Case) bool { return k.Organisation == m.Organisation && d.rests(k, s) }) {
		return fault("case_over", "", "nobody of the organisation counsels this person any more")
	}
	return d.notTheirs(m.Holder, s)
}
