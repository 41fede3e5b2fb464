package door

import (
	"context"
	"encoding/json"
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

// Mandate lets somebody act for a client of the asker's, who was shown why they
// may. It must have been seen whose account it is, and an auditor is told: one
// member of staff alone decides here who reads everything.
func (d *Door) Mandate(ctx context.Context, by Asker, person ieum.PersonID, p Proposal) error {
	now := d.now()
	until := (p.Until + 1).Time().Add(-9 * time.Hour)
	switch {
	case !slices.Contains(MandateKinds, p.Kind):
		return fault("mandate_kind", "/kind", "say in what capacity they act")
	case !slices.Contains(MandateShown, p.Shown):
		return fault("mandate_shown", "/shown", "say what you were shown")
	case p.Until == 0 || !until.After(now) || until.After(now.Add(longestMandate)):
		return fault("mandate_until", "/until", "choose a day within two years")
	}
	holder, err := d.accountOf(ctx, by, person, p.Name, "holder", "/name")
	if err != nil {
		return err
	}
	m := Mandate{ID: newID("m"), Person: person, Holder: holder, Kind: p.Kind, Shown: p.Shown, Confirmer: by.ID, Since: now, Until: until}
	var sealed []byte
	if len(p.Scan) > 0 {
		as := scanned(p.Scan)
		if as == "" {
			return fault("scan", "/scan", "the scan is a PDF, JPEG or PNG file")
		}
		m.Paper = newID("s")
		plain, err := json.Marshal(Paper{At: now, Type: as, Data: p.Scan})
		if err != nil {
			return err
		}
		if sealed, err = d.Keys.Seal(string(person), place(person, ieum.PaperRecord, m.Paper), plain); err != nil {
			return err
		}
	}
	return d.change(ctx, person, func(t tx, s standing) error {
		k, err := d.mine(by, s)
		if err != nil {
			return err
		}
		if s.person.Account == holder {
			return fault("holder", "/name", "nobody acts for themselves")
		}
		if sealed != nil {
			if err := t.put(person, ieum.PaperRecord, m.Paper, sealed, now); err != nil {
				return err
			}
		}
		if err := t.addMandate(m); err != nil {
			return err
		}
		if err := t.flag(flagMandate, person, Access{At: now.Unix(), By: string(by.ID), Role: ieum.RoleID(m.Kind), Organisation: k.Organisation}); err != nil {
			return err
		}
		return t.tell("door.mandate", person, map[string]any{"id": m.ID, "by": by.ID, "holder": holder, "kind": m.Kind, "shown": m.Shown, "until": until.Unix()})
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
	account, err := d.Accounts.Named(ctx, name)
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

// Link gives a client of the asker's, who was registered without an account, the
// account of a sign-in name: from then on its owner reaches what is kept of them.
// It must have been seen whose account it is. An account of which records are kept
// already is refused: nothing is merged.
func (d *Door) Link(ctx context.Context, by Asker, person ieum.PersonID, name string) error {
	account, err := d.accountOf(ctx, by, person, name, "account", "/account")
	if err != nil {
		return err
	}
	return d.change(ctx, person, func(t tx, s standing) error {
		if _, err := d.mine(by, s); err != nil {
			return err
		}
		if s.person.Account == account {
			return nil
		}
		if s.person.Account != "" {
			return fault("linked", "/account", "this person has an account")
		}
		free, err := t.link(person, account)
		if err == nil && !free {
			return fault("linked", "/account", "records are kept for this account already")
		}
		if err != nil {
			return err
		}
		return t.tell("door.linked", person, map[string]any{"by": by.ID}) // whose account is not told: it outlives nobody
	})
}

// EndMandate ends one; the person may, and the counsellor they are assigned to.
func (d *Door) EndMandate(ctx context.Context, by Asker, person ieum.PersonID, id string) error {
	now := d.now()
	return d.change(ctx, person, func(t tx, s standing) error {
		if !d.writes(by, s) {
			return errNotYours()
		}
		n, err := t.endMandate(person, id, now)
		if err != nil || n == 0 {
			return err
		}
		return t.tell("door.mandate_ended", person, map[string]any{"id": id, "by": named(by, s.person)})
	})
}

// Acts lists the mandates in force by which somebody acts for others.
func (d *Door) Acts(ctx context.Context, by Asker) ([]Mandate, error) {
	now := d.now().Unix()
	return mandates(ctx, d.store, `holder = ? AND ended = 0 AND since <= ? AND until > ?`, by.ID, now, now)
}

// MandatesOf lists the mandates in force by which others act for a person.
func (d *Door) MandatesOf(ctx context.Context, person ieum.PersonID) ([]Mandate, error) {
	now := d.now().Unix()
	return mandates(ctx, d.store, `person = ? AND ended = 0 AND since <= ? AND until > ?`, person, now, now)
}
