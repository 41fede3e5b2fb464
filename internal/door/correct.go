package door

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"ieum"
)

// A Correction is who a client is by their papers, where a desk took it down otherwise.
type Correction struct {
	Name  string
	Birth string // YYYY-MM-DD, of which keyed hashes are kept
	Why   string // one of CorrectionReasons
}

// CorrectionReasons are why a desk took somebody down otherwise than their papers say:
// misheard or mistyped, by a name they had before, or by other papers that were wrong.
var CorrectionReasons = []string{"heard", "renamed", "papers"}

// corrected is the kind of the entry that a correction leaves: by whom and why, and whether
// the birth date is another one; never what it was, or is.
const corrected = "door.corrected"

// Correct corrects the name and birth date by which a desk registered a client of the
// asker's, and so who is warned of as their twin, and whose account they can be given.
// The client sees that it was done, an auditor too, and whoever is to confirm an account
// for them, who is somebody else: renaming a client gives nobody's records away. While an
// account waits nothing is corrected, so that it is confirmed as it was proposed; who has
// one changes their name themselves. It asks for a fresh sign-in.
func (d *Door) Correct(ctx context.Context, by Asker, person ieum.PersonID, c Correction) error {
	if !by.Fresh {
		return ieum.ErrSignedOut
	}
	c.Name = strings.TrimSpace(c.Name)
	if !slices.Contains(CorrectionReasons, c.Why) {
		return fault("correct_why", "/why", "choose why it was written otherwise")
	}
	now := d.now()
	if err := (ieum.Who{Name: c.Name, Birth: c.Birth}).Check(now); err != nil {
		return atKnown(err)
	}
	s, err := d.store.standing(ctx, person, now)
	if err == nil {
		_, err = d.corrects(by, s)
	}
	if err != nil {
		return err
	}
	return atKnown(d.correct(ctx, by, person, c))
}

// atKnown names the field of a correction by which somebody is called.
func atKnown(err error) error {
	if e, ok := errors.AsType[*ieum.Error](err); ok && e.Field == "/person" {
		e.Field = "/known"
	}
	return err
}

// corrects returns the case in which somebody corrects who a client is.
func (d *Door) corrects(by Asker, s standing) (Case, error) {
	k, err := d.mine(by, s)
	if err == nil && s.person.Account != "" {
		err = fault("correct_account", "/known", "this client has an account: they change their name themselves")
	}
	return k, err
}

// A correctedClient is what is kept of one from then on.
type correctedClient struct {
	contact    []byte // sealed
	who, token string // keyed hashes of name and birth date
	birth      bool   // the date is another than before, or was not known
}

// correct reads the contact on record, and keeps it with the name as it is.
func (d *Door) correct(ctx context.Context, by Asker, person ieum.PersonID, c Correction) error {
	now := d.now()
	is, err := d.asCorrected(ctx, by, person, c, now)
	if err != nil {
		return err
	}
	return d.change(ctx, person, func(t tx, s standing) error {
		k, err := d.corrects(by, s)
		if err != nil {
			return err
		}
		waits, err := mandates(ctx, t, `person = ? AND kind = ? AND confirmer = '' AND ended = 0 AND since > ?`, person, ownAccount, now.Add(-longestWait).Unix())
		if err != nil {
			return err
		}
		if len(waits) > 0 {
			return fault("correct_waits", "/known", "an account was proposed for this client; end that first")
		}
		if err := t.put(person, ieum.ContactRecord, "", is.contact, now); err != nil {
			return err
		}
		if err := t.setWho(person, is.who, is.token); err != nil {
			return err
		}
		as, _ := by.Over(ieum.WriteClients, k.subject(s))
		if err := t.flag(flagCorrected, person, Access{At: now.Unix(), By: string(by.ID), Role: as.Role, Organisation: as.Organisation}); err != nil {
			return err
		}
		return t.tell(corrected, person, changeOf(by, s.person, as, now, map[string]any{"why": c.Why, "birth": is.birth}))
	})
}

// asCorrected is a client as they are kept once they are corrected.
func (d *Door) asCorrected(ctx context.Context, by Asker, person ieum.PersonID, c Correction, now time.Time) (is correctedClient, err error) {
	got, err := d.Read(ctx, by, person, counselling, ieum.ContactRecord)
	if err != nil {
		return is, err
	}
	contact := Contact{Name: c.Name}
	is.birth = true
	if was := got.Contact; was != nil {
		had, err := d.store.tokenOf(ctx, person)
		if err != nil {
			return is, err
		}
		same, err := d.tokenAs(ctx, Registration{Contact: *was, Birth: c.Birth})
		if err != nil && !errors.Is(err, ieum.ErrInvalid) { // what was written down may be no name
			return is, err
		}
		is.birth = same != had
		contact.Phone, contact.Mail = was.Phone, was.Mail
	}
	if is.who, err = d.whoOf(c.Name, c.Birth, now); err != nil {
		return is, err
	}
	if is.token, err = d.tokenAs(ctx, Registration{Contact: contact, Birth: c.Birth}); err != nil {
		return is, err
	}
	plain, err := json.Marshal(contact)
	if err != nil {
		return is, err
	}
	is.contact, err = d.Keys.Seal(string(person), place(person, ieum.ContactRecord, ""), plain)
	return is, err
}

// correctedBy refuses to let somebody confirm the account of a client whose name or birth
// date they corrected: whose account it is would be one's word alone.
func (d *Door) correctedBy(ctx context.Context, by Asker, person ieum.PersonID) error {
	list, err := d.changesOf(ctx, person, corrected, 0)
	if err == nil && slices.ContainsFunc(list, func(c Change) bool { return c.By == string(by.ID) }) {
		err = fault("second_corrected", "", "you corrected who this client is: another colleague confirms their account")
	}
	return err
}
