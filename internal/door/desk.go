package door

import (
	"context"
	"slices"

	"ieum"
	"ieum/defs"
)

// How many numbers one of staff looks up in an hour: people who come to a desk are fewer
// than manyFound, so that the auditor is told of each after that, and it ends at mostFound.
const (
	manyFound = 20
	mostFound = 60
)

// Find returns the client of a number, to a desk that serves them. Who looks for a client
// of somebody else's stands on the client's list, once a day. Of kind ErrInvalid when the
// organisation has no such number, of kind ErrBusy when the asker tried very many.
func (d *Door) Find(ctx context.Context, by Asker, client int64) (person ieum.PersonID, err error) {
	at, err := d.desk(ctx, by)
	if err != nil {
		return "", err
	}
	now := d.now()
	n, err := d.store.finds(ctx, by.ID, now)
	if err != nil {
		return "", err
	}
	if n > mostFound {
		return "", &ieum.Error{Kind: ieum.ErrBusy, Key: "door.error.find_often", Args: map[string]any{"n": mostFound}, Message: "so many numbers were looked up this hour; go on in the next"}
	}
	none := fault("client_number", "/number", "this office has no client of this number")
	if person, err = d.store.clientOf(ctx, client); err != nil || person == "" {
		if err == nil {
			err = none
		}
		return "", err
	}
	told, err := d.toldToday(ctx, person, "door.found", by, now)
	if err != nil {
		return "", err
	}
	return person, d.change(ctx, person, func(t tx, s standing) error {
		if t.served(at.Organisation, s.person) != nil {
			return none
		}
		if counsels(by, s) {
			return nil
		}
		held := d.deskRole(by, at)
		if n > manyFound {
			if err := t.flag(flagMany, person, Access{At: now.Unix(), By: string(by.ID), Role: held.Role, Organisation: at.Organisation}); err != nil {
				return err
			}
		}
		if told {
			return nil
		}
		return t.tell("door.found", person, changeOf(by, s.person, held, now, map[string]any{}))
	})
}

// deskRole is the role in which somebody works at a desk.
func (d *Door) deskRole(by Asker, at Colleague) ieum.Held {
	held, _ := by.Over(ieum.WriteClients, ieum.Subject{Organisation: at.Organisation, Site: at.Site, Assigned: true})
	return held
}

// counselledBy says whether who counsels by a case is still among staff there.
func (k Case) counselledBy(staff []Colleague) bool {
	return slices.ContainsFunc(staff, func(c Colleague) bool { return c.ID == k.Counsellor && c.Organisation == k.Organisation })
}

// TakeUp assigns a client who came back to the asker, at a desk of the organisation that
// registered them, when nobody there counsels them. It rests on what they were
// registered on: law, or their consent in force; or else on one that they sign now. The
// client sees it, and an auditor is told. Nobody takes up themselves or whom they act for.
// It asks for a fresh sign-in.
func (d *Door) TakeUp(ctx context.Context, by Asker, person ieum.PersonID, scan []byte) error {
	if !by.Fresh {
		return ieum.ErrSignedOut
	}
	at, err := d.desk(ctx, by)
	if err != nil {
		return err
	}
	staff, err := d.Accounts.Staff(ctx, ieum.WriteClients)
	if err != nil {
		return err
	}
	now, item := d.now(), newID("s")
	var sealed []byte
	if len(scan) > 0 {
		as, err := scanned(scan)
		if err != nil {
			return err
		}
		if sealed, err = d.sealPaper(person, item, Paper{At: now, Type: as, Data: scan}); err != nil {
			return err
		}
	}
	return d.change(ctx, person, func(t tx, s standing) error {
		if s.person.Organisation != at.Organisation || acts(by.ID, s) {
			return errNobody()
		}
		for _, k := range s.cases {
			if k.Organisation != at.Organisation {
				continue
			}
			if k.counselledBy(staff) && d.rests(k, s) {
				return fault("taken", "", "somebody counsels this client")
			}
			if err := t.endCase(k, string(by.ID), now); err != nil { // who did is there no more, or what it rested on
				return err
			}
		}
		k := Case{Person: person, Counsellor: by.ID, Organisation: at.Organisation, Site: at.Site, Basis: s.person.Basis, Since: now}
		if k.Basis == defs.BasisConsent {
			all := d.lets(s, at.Organisation, by.ID)
			if len(all) == 0 {
				if sealed == nil {
					return fault("signs", "/scan", "the consent ended: add one that the client signs now")
				}
				if err := t.put(person, ieum.PaperRecord, item, sealed, now); err != nil {
					return err
				}
				all = append(all, d.consentToCounsel(person, at.Organisation, item, now))
				if err := t.giveConsent(all[0], string(by.ID)); err != nil {
					return err
				}
			}
			k.Consent = all[0].ID
		}
		if err := t.flag(flagAgain, person, Access{At: now.Unix(), By: string(by.ID), Role: d.deskRole(by, at).Role, Organisation: at.Organisation}); err != nil {
			return err
		}
		return t.openCase(k, by.ID)
	})
}
