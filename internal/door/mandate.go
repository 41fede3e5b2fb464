package door

import (
	"context"
	"errors"
	"slices"
	"time"

	"ieum"
)

// A Proposal is who is to act for a person, and on what staff was shown.
type Proposal struct {
	Name  string   // the sign-in name of who is to act
	Kind  string   // one of MandateKinds
	Shown string   // one of MandateShown
	Until ieum.Day // the last day
	Scan  []byte   // of what was shown; none = it was only looked at
}

// longestMandate is how long somebody acts for another before staff looks again.
const longestMandate = 2 * 365 * 24 * time.Hour

// longestWait is how long a mandate waits for a second person.
const longestWait = 14 * 24 * time.Hour

// mostActed is for how many people one account acts: more than a family has. Who acts
// for more by profession is a service, whose staff get clients assigned.
const mostActed = 20

// Propose proposes that somebody acts for a client of the asker's, who was shown why
// they may. It must have been seen whose account it is. Until another member of
// staff saw the papers as well, and confirms, nobody acts: one alone does not decide
// who reads everything. It asks for a fresh sign-in: an unattended desk is nobody.
func (d *Door) Propose(ctx context.Context, by Asker, person ieum.PersonID, p Proposal) error {
	if !by.Fresh {
		return ieum.ErrSignedOut
	}
	now := d.now()
	until := endOf(p.Until)
	switch {
	case !slices.Contains(MandateKinds, p.Kind):
		return fault("mandate_kind", "/kind", "say in what capacity they act")
	case !slices.Contains(MandateShown, p.Shown):
		return fault("mandate_shown", "/shown", "say what you were shown")
	case (p.Kind == "child" || p.Kind == "family") && p.Shown != "power-of-attorney":
		return fault("mandate_wish", "/shown", "a child or another of the family acts on the person's own mandate in writing alone")
	case p.Until == 0 || !until.After(now) || until.After(now.Add(longestMandate)):
		return fault("mandate_until", "/until", "choose a day within two years")
	}
	holder, err := d.accountOf(ctx, by, person, p.Name, "holder", "/holder")
	if err != nil {
		return err
	}
	m := Mandate{ID: newID("m"), Person: person, Holder: holder, Kind: p.Kind, Shown: p.Shown, Proposer: by.ID, Since: now, Until: until}
	var sealed []byte
	if len(p.Scan) > 0 {
		as, err := scanned(p.Scan)
		if err != nil {
			return err
		}
		m.Paper = newID("s")
		if sealed, err = d.sealPaper(person, m.Paper, Paper{At: now, Type: as, Data: p.Scan}); err != nil {
			return err
		}
	}
	return d.change(ctx, person, func(t tx, s standing) error {
		k, err := d.mine(by, s)
		if err != nil {
			return err
		}
		if s.person.Account == holder {
			return fault("holder", "/holder", "nobody acts for themselves")
		}
		if err := d.notTheirs(holder, s); err != nil {
			return err
		}
		if err := t.fewActed(holder, person, now); err != nil {
			return err
		}
		if sealed != nil {
			if err := t.put(person, ieum.PaperRecord, m.Paper, sealed, now); err != nil {
				return err
			}
		}
		m.Organisation = k.Organisation
		if err := t.addMandate(m); err != nil {
			return err
		}
		return t.tell("door.mandate_proposed", person, map[string]any{"id": m.ID, "by": by.ID, "holder": holder, "kind": m.Kind, "shown": m.Shown, "until": until.Unix()})
	})
}

// notTheirs refuses somebody who counsels a person as who acts for them, or as the person.
func (d *Door) notTheirs(holder ieum.AccountID, s standing) error {
	if slices.ContainsFunc(s.cases, func(k Case) bool { return k.Counsellor == holder && d.rests(k, s) }) {
		return fault("holder_counsels", "/holder", "who counsels a client does not act for them; hand them over first")
	}
	return nil
}

// fewActed refuses somebody who acts for as many others as one may.
func (t tx) fewActed(holder ieum.AccountID, person ieum.PersonID, now time.Time) error {
	n, err := t.actsFor(holder, person, now)
	if err == nil && n >= mostActed {
		return &ieum.Error{Kind: ieum.ErrInvalid, Key: "door.error.holder_many", Field: "/holder", Args: map[string]any{"n": mostActed}, Message: "this account acts for as many people as one may"}
	}
	return err
}

// Waiting lists the mandates that wait for the asker, or for somebody else of the
// asker's organisation, to confirm them; the newest last. They name nobody. One waits
// two weeks, and while who proposed it works there.
func (d *Door) Waiting(ctx context.Context, by Asker) ([]Mandate, error) {
	at, err := d.places(ctx, by)
	if err != nil || len(at) == 0 {
		return nil, err
	}
	staff, err := d.Accounts.Staff(ctx, ieum.WriteClients)
	if err != nil {
		return nil, err
	}
	all, err := mandatesWaiting(ctx, d.store, at, d.now())
	return slices.DeleteFunc(all, func(m Mandate) bool {
		return !slices.ContainsFunc(staff, func(c Colleague) bool { return c.ID == m.Proposer && c.Organisation == m.Organisation })
	}), err
}

// places lists the organisations where somebody works who may see clients.
func (d *Door) places(ctx context.Context, by Asker) (at []string, err error) {
	if !by.May(ieum.ReadClients) {
		return nil, nil
	}
	all, err := d.Accounts.Staff(ctx, ieum.ReadClients)
	for _, c := range all {
		if c.ID == by.ID && c.Organisation != "" && !slices.Contains(at, c.Organisation) {
			at = append(at, c.Organisation)
		}
	}
	return at, err
}

// waiting returns the one that waits of an id, of an organisation of the asker's.
func (d *Door) waiting(ctx context.Context, by Asker, id string) (Mandate, error) {
	all, err := d.Waiting(ctx, by)
	if err != nil {
		return Mandate{}, err
	}
	if i := slices.IndexFunc(all, func(m Mandate) bool { return m.ID == id }); i >= 0 {
		return all[i], nil
	}
	return Mandate{}, ieum.ErrNotFound
}

// Confirm lets a mandate count that waits, or gives a client their account, for who saw the papers as well: somebody
// of staff of the same organisation who neither proposed it nor gets it. They give the
// sign-in name of who is to act once more, so that both looked at the same person, and
// signed in freshly. An auditor is told.
func (d *Door) Confirm(ctx context.Context, by Asker, id, name string) error {
	if !by.Fresh {
		return ieum.ErrSignedOut
	}
	m, err := d.waiting(ctx, by, id)
	if err != nil {
		return err
	}
	if err := m.confirmedBy(by.ID); err != nil {
		return err
	}
	if holder, err := d.Accounts.Named(ctx, by.ID, name); errors.Is(err, ieum.ErrNotFound) || err == nil && holder != m.Holder {
		return fault("other_holder", "/holder", "this is not the account that was proposed")
	} else if err != nil {
		return err
	}
	if m.Kind == ownAccount {
		return d.confirmOwn(ctx, by, m)
	}
	now := d.now()
	return d.change(ctx, m.Person, func(t tx, s standing) error {
		if err := d.counselled(m, s); err != nil {
			return err
		}
		if err := t.fewActed(m.Holder, m.Person, now); err != nil {
			return err
		}
		n, err := t.confirmMandate(id, by.ID, now)
		if err != nil || n == 0 {
			return err
		}
		if err := t.flag(flagMandate, m.Person, Access{At: now.Unix(), By: string(by.ID), Role: ieum.RoleID(m.Kind), Organisation: m.Organisation}); err != nil {
			return err
		}
		return t.tell("door.mandate", m.Person, map[string]any{"id": id, "by": by.ID, "proposer": m.Proposer, "holder": m.Holder, "kind": m.Kind, "until": m.Until.Unix(),
			"at": now.Unix(), "organisation": m.Organisation})
	})
}

// confirmedBy refuses who is not the second person for a mandate that waits.
func (m Mandate) confirmedBy(by ieum.AccountID) error {
	if m.Proposer == by || m.Holder == by {
		return fault("second", "", "a second person confirms this: neither who proposed it nor who gets it")
	}
	return nil
}

// Refuse ends a mandate that waits.
func (d *Door) Refuse(ctx context.Context, by Asker, id string) error {
	m, err := d.waiting(ctx, by, id)
	if err != nil {
		return err
	}
	now := d.now()
	return d.change(ctx, m.Person, func(t tx, s standing) error {
		n, err := t.endMandate(m.Person, id, now)
		if err != nil || n == 0 {
			return err
		}
		return t.tell("door.mandate_refused", m.Person, map[string]any{"id": id, "by": by.ID})
	})
}

// accountOf returns the account of a sign-in name, of which it was seen whose it is,
// to the counsellor of a person. Others do not learn who has an account.
func (d *Door) accountOf(ctx context.Context, by Asker, person ieum.PersonID, name, why, field string) (ieum.AccountID, error) {
	s, err := d.store.standing(ctx, person, d.now())
	if err != nil {
		return "", err
	}
	if _, err := d.mine(by, s); err != nil {
		return "", err
	}
	account, err := d.Accounts.Named(ctx, by.ID, name)
	if errors.Is(err, ieum.ErrNotFound) || err == nil && account == by.ID {
		return "", fault(why, field, "there is no account of this name that could be it")
	}
	if err != nil {
		return "", err
	}
	proved, err := d.Accounts.Proved(ctx, account)
	if err == nil && !proved {
		err = fault("unproved", field, "nobody has seen yet whose account this is")
	}
	return account, err
}

// EndMandate ends one, and with it what was agreed to by it in the person's name;
// the person may, who acts for them, and the counsellor they are assigned to.
func (d *Door) EndMandate(ctx context.Context, by Asker, person ieum.PersonID, id string) error {
	now := d.now()
	return d.change(ctx, person, func(t tx, s standing) error {
		if !d.writes(by, s) {
			return errNotYours()
		}
		all, err := mandates(ctx, t, `id = ? AND person = ?`, id, person)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return ieum.ErrNotFound
		}
		return t.stopMandate(s, all[0], named(by, s.person), now)
	})
}

// byNobody stands in the journal for who ended the mandates of an account that was removed.
const byNobody = "removed"

// endHeld ends the mandates of an account that is no more.
func (d *Door) endHeld(ctx context.Context, holder ieum.AccountID) error {
	all, err := mandates(ctx, d.store, `holder = ? AND ended = 0`, holder)
	now := d.now()
	for _, m := range all {
		err := d.change(ctx, m.Person, func(t tx, s standing) error { return t.stopMandate(s, m, byNobody, now) })
		if err != nil && !errors.Is(err, ieum.ErrNotFound) {
			return err
		}
	}
	return err
}

// stopMandate ends a mandate, and with it what was agreed to by it; or takes back an
// account that was proposed.
func (t tx) stopMandate(s standing, m Mandate, by string, now time.Time) error {
	n, err := t.endMandate(s.person.ID, m.ID, now)
	if err != nil || n == 0 {
		return err
	}
	for _, c := range s.consents {
		if c.Mandate != m.ID {
			continue
		}
		if err := t.stopConsent(c, by, now); err != nil {
			return err
		}
	}
	what := "door.mandate_ended"
	if m.Kind == ownAccount {
		what = "door.link_ended"
	}
	return t.tell(what, s.person.ID, map[string]any{"id": m.ID, "by": by, "at": now.Unix()})
}

// Acts lists the mandates in force by which somebody acts for others.
func (d *Door) Acts(ctx context.Context, by Asker) ([]Mandate, error) {
	return mandates(ctx, d.store, inForce+` AND holder = ?`, d.now().Unix(), by.ID)
}

// MandatesOf lists the mandates by which others act for a person, those too that wait
// for a second member of staff.
func (d *Door) MandatesOf(ctx context.Context, person ieum.PersonID) ([]Mandate, error) {
	now := d.now()
	return mandates(ctx, d.store, `person = ? AND ended = 0 AND until > ? AND (confirmer <> '' OR since > ?)`, person, now.Unix(), now.Add(-longestWait).Unix())
}
