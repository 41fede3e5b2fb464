package door

import (
	"context"
	"errors"
	"slices"
	"time"

	"ieum"
	"ieum/defs"
)

// openCase assigns somebody to a counsellor.
func (t tx) openCase(c Case, by ieum.AccountID) error {
	n, err := t.addCase(c)
	if err != nil {
		return err
	}
	return t.tell("door.assigned", c.Person, map[string]any{"case": n, "by": by, "counsellor": c.Counsellor, "organisation": c.Organisation, "site": c.Site, "basis": c.Basis, "consent": c.Consent, "at": c.Since.Unix()})
}

func (t tx) endCase(c Case, by string, now time.Time) error {
	if err := t.setEnded(c.Number, now); err != nil {
		return err
	}
	return t.tell("door.released", c.Person, map[string]any{"case": c.Number, "by": by, "organisation": c.Organisation, "at": now.Unix()})
}

// Cases lists whom somebody counsels, in the order they came.
func (d *Door) Cases(ctx context.Context, by Asker) ([]Case, error) {
	return cases(ctx, d.store, `counsellor = ? AND ended = 0 ORDER BY number`, by.ID)
}

// shownPast is how many cases that ended a counsellor is shown.
const shownPast = 50

// Past lists the cases of the asker's that ended, of people who are not erased, the
// newest first; with the case that a hand-over opened after each, if there is one.
func (d *Door) Past(ctx context.Context, by Asker) ([]PastCase, error) {
	ended, err := cases(ctx, d.store, `counsellor = ? AND ended > 0 ORDER BY ended DESC, number DESC LIMIT ?`, by.ID, shownPast)
	if err != nil {
		return nil, err
	}
	var past []PastCase
	for _, k := range ended {
		of, err := d.store.person(ctx, k.Person)
		if errors.Is(err, ieum.ErrNotFound) {
			continue // erased meanwhile
		}
		if err != nil {
			return nil, err
		}
		all, err := cases(ctx, d.store, `person = ? ORDER BY number`, k.Person)
		if err != nil {
			return nil, err
		}
		one := PastCase{Case: k}
		open := false
		for _, other := range all {
			open = open || other.Ended.IsZero()
			if other.Giver == by.ID && other.Number > k.Number && other.Since.Equal(k.Ended) {
				one.To = other.Counsellor
			}
		}
		one.Erasable = of.Account == "" && !open && all[len(all)-1].Number == k.Number
		past = append(past, one)
	}
	return past, nil
}

// A PastCase is a case that ended.
type PastCase struct {
	Case
	To       ieum.AccountID // whom it was handed to; "" = nobody
	Erasable bool           // the person has no account and nobody else counsels them: the asker erases them when they ask for it
}

// CasesOf lists who counsels a person.
func (d *Door) CasesOf(ctx context.Context, person ieum.PersonID) ([]Case, error) {
	return cases(ctx, d.store, `person = ? AND ended = 0 ORDER BY number`, person)
}

// mine returns the case in which somebody may change what is kept of a person.
// One on consent counts while the consent holds that it rests on.
func (d *Door) mine(by Asker, s standing) (Case, error) {
	return assigned(by, s, func(k Case) bool { return d.rests(k, s) })
}

// assigned returns a case of somebody's that counts.
func assigned(by Asker, s standing, counts func(Case) bool) (Case, error) {
	for _, k := range s.cases {
		if k.Counsellor != by.ID || !counts(k) {
			continue
		}
		if _, ok := by.Over(ieum.WriteClients, k.subject(s)); ok {
			return k, nil
		}
	}
	return Case{}, &ieum.Error{Kind: ieum.ErrDenied, Key: "door.refused.not_mine", Message: "this person is not assigned to you"}
}

// subject is whom a case is about, to the counsellor whose it is.
func (k Case) subject(s standing) ieum.Subject {
	return ieum.Subject{Owner: s.person.Account, Organisation: k.Organisation, Site: k.Site, Assigned: true}
}

// rests says whether what a case rests on is there: the law, or the consent that it was
// opened on, in force. Another consent does not bring back a case whose own has ended.
func (d *Door) rests(k Case, s standing) bool {
	if k.Basis == defs.BasisLaw {
		return true
	}
	_, ok := d.restsOn(k, s)
	return ok
}

// restsOn is the consent in force that a case rests on.
func (d *Door) restsOn(k Case, s standing) (Consent, bool) {
	all := d.lets(s, k.Organisation, k.Counsellor)
	if i := slices.IndexFunc(all, func(c Consent) bool { return c.ID == k.Consent }); i >= 0 {
		return all[i], true
	}
	return Consent{}, false
}

// lets lists the consents in force to be counselled by an organisation, or by a counsellor there.
func (d *Door) lets(s standing, organisation string, counsellor ieum.AccountID) (list []Consent) {
	p := d.set.Purposes[counselling]
	for _, c := range s.consents {
		if p != nil && c.Purpose == p.ID && c.Version == p.Version && c.Organisation == organisation && (c.Account == "" || c.Account == counsellor) {
			list = append(list, c)
		}
	}
	return list
}

// Counsels says whether the asker has a case with a person that counts.
func (d *Door) Counsels(ctx context.Context, by Asker, person ieum.PersonID) (bool, error) {
	s, err := d.store.standing(ctx, person, d.now())
	if err != nil {
		return false, err
	}
	_, missing := d.mine(by, s)
	return missing == nil, nil
}

// within refuses a counsellor's record of a kind that the consent does not cover on which
// their case rests: what they may not read they do not replace.
func (d *Door) within(by Asker, s standing, kind ieum.RecordKind) error {
	if acts(by.ID, s) {
		return nil
	}
	k, err := d.mine(by, s)
	if err != nil || k.Basis == defs.BasisLaw {
		return err
	}
	if c, ok := d.restsOn(k, s); ok && !slices.Contains(c.Kinds, kind) {
		return refused("records", d.set.Purposes[counselling])
	}
	return nil
}

// HandOver assigns a client of the asker's to another counsellor of the same
// organisation. From then on the asker reads nothing of them any more.
func (d *Door) HandOver(ctx context.Context, by Asker, person ieum.PersonID, to ieum.AccountID) error {
	all, err := d.Accounts.Staff(ctx, ieum.WriteClients)
	if err != nil {
		return err
	}
	now := d.now()
	return d.change(ctx, person, func(t tx, s standing) error {
		k, err := d.mine(by, s)
		if err != nil {
			return err
		}
		for _, c := range all {
			if c.ID == to && d.hands(k, c, s) {
				if err := t.endCase(k, string(by.ID), now); err != nil {
					return err
				}
				return t.openCase(Case{Person: person, Counsellor: to, Organisation: c.Organisation, Site: c.Site, Basis: k.Basis, Consent: k.Consent, Giver: by.ID, Since: now}, by.ID)
			}
		}
		return fault("counsellor", "/counsellor", "choose another counsellor of your organisation")
	})
}

// hands says whether a case can go to a colleague: of the same organisation, neither the
// client nor who acts for them, and one whom they agreed to. Who agreed to one counsellor by name agreed to no other.
func (d *Door) hands(k Case, to Colleague, s standing) bool {
	next := k
	next.Counsellor = to.ID
	return to.Organisation == k.Organisation && to.ID != k.Counsellor && !acts(to.ID, s) && d.rests(next, s)
}

// Close ends a case of the asker's, also one whose consent ended.
func (d *Door) Close(ctx context.Context, by Asker, person ieum.PersonID) error {
	now := d.now()
	return d.change(ctx, person, func(t tx, s standing) error {
		k, err := assigned(by, s, func(Case) bool { return true })
		if err != nil {
			return err
		}
		return t.endCase(k, string(by.ID), now)
	})
}
