package door

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"ieum"
	"ieum/defs"
)

// A Wish is what somebody wants to agree to.
type Wish struct {
	Purpose   ieum.PurposeID
	Recipient string            // an account or an organisation, by its id
	Kinds     []ieum.RecordKind // none = all that the purpose may read
	Until     ieum.Day          // the last day; 0 = as long as the purpose allows
}

// recipients says to whom consent can be given for a purpose: to those of staff
// who counsel, by account; to employers, or to agencies, as organisations.
func (d *Door) recipients(ctx context.Context, p *defs.Purpose) (people []Colleague, organisations map[string]string, err error) {
	if p.May == ieum.ReadClients {
		if people, err = d.Accounts.Staff(ctx, p.May); err != nil {
			return nil, nil, err
		}
	}
	kind := "agency"
	if p.May == ieum.OwnPostings {
		kind = "employer"
	}
	organisations, err = d.Accounts.Organisations(ctx, kind)
	return people, organisations, err
}

// Give agrees, for a person who is the asker or for whom the asker acts, that a
// recipient reads records for a purpose. It takes the place of what was agreed
// to before for the same purpose and recipient. Who acts for somebody agrees to
// nothing for themselves, nor for longer than they may act.
func (d *Door) Give(ctx context.Context, by Asker, person ieum.PersonID, w Wish) (Consent, error) {
	p, err := d.purpose(w.Purpose)
	if err != nil {
		return Consent{}, err
	}
	if p.ID == applying {
		return Consent{}, fault("apply_again", "/purpose", "apply for the posting anew")
	}
	now := d.now()
	c, err := d.consent(ctx, person, p, w, now)
	if err != nil {
		return c, err
	}
	err = d.change(ctx, person, func(t tx, s standing) error {
		if !acts(by.ID, s) {
			return errNotYours()
		}
		if s.person.Account != by.ID {
			_, theirs := by.Over(p.May, ieum.Subject{Owner: s.person.Account, Organisation: c.Organisation, Assigned: true})
			if c.Account == by.ID || c.Account == "" && theirs {
				return fault("recipient", "/recipient", "who acts for somebody lets others read, not themselves")
			}
			m := longest(by, s)
			c.Mandate = m.ID
			if c.Until.After(m.Until) {
				c.Until = m.Until
			}
		}
		for _, old := range s.consents {
			if old.Purpose == c.Purpose && old.Account == c.Account && old.Organisation == c.Organisation {
				if err := t.stopConsent(old, named(by, s.person), c.Since); err != nil {
					return err
				}
				if err := t.renew(old.ID, c.ID); err != nil {
					return err
				}
			}
		}
		if n, err := t.givenSince(person, now.Add(-24*time.Hour)); err != nil || n >= mostGiven {
			return cmp.Or(err, error(&ieum.Error{Kind: ieum.ErrBusy, Key: "door.error.given_often", Args: map[string]any{"n": mostGiven}, Message: "so much was agreed to within a day; go on tomorrow"}))
		}
		return t.giveConsent(c, named(by, s.person))
	})
	return c, err
}

// mostGiven is how often somebody agrees to something within a day: all of it is kept, and shown.
const mostGiven = 50

// longest is the mandate that ends last of those by which somebody acts for a person.
func longest(by Asker, s standing) (last Mandate) {
	for _, m := range s.mandates {
		if m.Holder == by.ID && m.Until.After(last.Until) {
			last = m
		}
	}
	return last
}

// OwnConsent makes a consent the person's that was given in their name: it no longer ends
// with the mandate. The person alone may.
func (d *Door) OwnConsent(ctx context.Context, by Asker, person ieum.PersonID, id string) error {
	return d.change(ctx, person, func(t tx, s standing) error {
		if s.person.Account == "" || s.person.Account != by.ID {
			return errNotYours()
		}
		if !slices.ContainsFunc(s.consents, func(c Consent) bool { return c.ID == id }) {
			return ieum.ErrNotFound
		}
		n, err := t.own(person, id)
		if err != nil || n == 0 {
			return err
		}
		return t.tell("door.consent_owned", person, map[string]any{"id": id, "by": bySelf})
	})
}

// consent is what a wish comes to.
func (d *Door) consent(ctx context.Context, person ieum.PersonID, p *defs.Purpose, w Wish, now time.Time) (Consent, error) {
	c := Consent{ID: newID("c"), Person: person, Purpose: p.ID, Version: p.Version, Since: now.Truncate(time.Second), Until: endOf(lastDayOf(p, now))}
	if !p.On(defs.BasisConsent) {
		return c, fault("no_consent", "/purpose", "nobody is asked for consent to this purpose")
	}
	people, organisations, err := d.recipients(ctx, p)
	if err != nil {
		return c, err
	}
	if i := slices.IndexFunc(people, func(one Colleague) bool { return string(one.ID) == w.Recipient }); i >= 0 {
		c.Account, c.Organisation = people[i].ID, people[i].Organisation
	} else if organisations[w.Recipient] != "" {
		c.Organisation = w.Recipient
	} else {
		return c, fault("recipient", "/recipient", "say who may read your records")
	}
	if !covers(p.Records, w.Kinds) {
		return c, fault("records", "/kinds", "the purpose does not need these records")
	}
	for _, k := range p.Records { // each once, however often it was named
		if len(w.Kinds) == 0 || slices.Contains(w.Kinds, k) {
			c.Kinds = append(c.Kinds, k)
		}
	}
	if w.Until != 0 {
		end := endOf(w.Until)
		if !end.After(now) || end.After(c.Until) {
			return c, &ieum.Error{Kind: ieum.ErrInvalid, Key: "door.error.until", Args: map[string]any{"day": c.Last()}, Field: "/until",
				Message: "choose a day from today on, and no later than the purpose allows"}
		}
		c.Until = end
	}
	return c, nil
}

func (t tx) giveConsent(c Consent, by string) error {
	if err := t.addConsent(c); err != nil {
		return err
	}
	return t.tell("door.consent", c.Person, map[string]any{"id": c.ID, "by": by, "purpose": c.Purpose, "version": c.Version, "account": c.Account,
		"organisation": c.Organisation, "kinds": c.Kinds, "until": c.Until.Unix(), "paper": c.Paper, "mandate": c.Mandate})
}

func (t tx) stopConsent(c Consent, by string, now time.Time) error {
	if err := t.setStopped(c.ID, now); err != nil {
		return err
	}
	return t.tell("door.stopped", c.Person, map[string]any{"id": c.ID, "by": by})
}

// Stop ends a consent. The next read finds it ended.
func (d *Door) Stop(ctx context.Context, by Asker, person ieum.PersonID, id string) error {
	now := d.now()
	return d.change(ctx, person, func(t tx, s standing) error {
		if !acts(by.ID, s) {
			return errNotYours()
		}
		for _, c := range s.consents {
			if c.ID == id {
				return t.stopConsent(c, named(by, s.person), now)
			}
		}
		before, err := consents(ctx, t, `id = ? AND person = ?`, id, person)
		if err == nil && len(before) == 0 {
			return ieum.ErrNotFound // of whom else it may be, it goes on
		}
		return err
	})
}

// StopAll ends every consent of a person.
func (d *Door) StopAll(ctx context.Context, by Asker, person ieum.PersonID) error {
	now := d.now()
	return d.change(ctx, person, func(t tx, s standing) error {
		if !acts(by.ID, s) {
			return errNotYours()
		}
		for _, c := range s.consents {
			if err := t.stopConsent(c, named(by, s.person), now); err != nil {
				return err
			}
		}
		return nil
	})
}

// Consents lists all that a person agreed to, newest first.
func (d *Door) Consents(ctx context.Context, person ieum.PersonID) ([]Consent, error) {
	return consents(ctx, d.store, `person = ?`, person)
}

// A Receipt is a consent as its giver can keep it. The members named dpv: follow
// the Data Privacy Vocabulary (w3id.org/dpv) and the fields of ISO/IEC TS 27560.
type Receipt struct {
	Context   string            `json:"@context"`
	Type      string            `json:"@type"`
	ID        string            `json:"dct:identifier"`
	Subject   ieum.PersonID     `json:"dpv:hasDataSubject"`
	Status    string            `json:"dpv:hasConsentStatus"`
	Basis     string            `json:"dpv:hasLegalBasis"`
	Purpose   ReceiptPurpose    `json:"dpv:hasPurpose"`
	Records   []ieum.RecordKind `json:"dpv:hasPersonalData"`
	Doing     string            `json:"dpv:hasProcessing"`
	Recipient ReceiptRecipient  `json:"dpv:hasRecipient"`
	Given     time.Time         `json:"dct:issued"`
	Until     time.Time         `json:"dct:valid"`
	Stopped   time.Time         `json:"dpv:isIndicatedAtTime,omitzero"` // when it was withdrawn
	Paper     bool              `json:"ieum:onPaper"`
	Mandate   string            `json:"ieum:byMandate,omitempty"` // somebody agreed in the person's name by this mandate, and the consent ends with it
	With      bool              `json:"ieum:endedWithMandate,omitempty"`
	Desk      *ReceiptDesk      `json:"ieum:withdrawnAt,omitempty"` // it was stopped at a desk
	Entry     int64             `json:"ieum:ledgerEntry"`           // number in journal and ledger; 0 = within a second
}

// Last is the last day on which the consent may be relied on.
func (r *Receipt) Last() ieum.Day { return lastDay(r.Until) }

// A ReceiptPurpose is what a receipt says of the purpose.
type ReceiptPurpose struct {
	ID      ieum.PurposeID `json:"@id"`
	Version int            `json:"dct:hasVersion"`
	Title   ieum.Text      `json:"dct:title"`
	About   ieum.Text      `json:"dct:description"`
}

// A ReceiptRecipient is who may read.
type ReceiptRecipient struct {
	Account      ieum.AccountID `json:"ieum:account,omitempty"`
	Organisation string         `json:"ieum:organisation"`
	Name         string         `json:"dpv:hasName"`
}

// A ReceiptDesk is who wrote down that somebody stopped it, and who heard it said, by
// the titles that people know them by.
type ReceiptDesk struct {
	By    string `json:"ieum:writtenBy"`
	Heard string `json:"ieum:heardBy,omitempty"` // "" = it was signed
}

// Receipt returns the receipt of a consent, with the titles of staff in a language.
func (d *Door) Receipt(ctx context.Context, l ieum.Lang, person ieum.PersonID, id string) (*Receipt, error) {
	all, err := consents(ctx, d.store, `person = ? AND id = ?`, person, id)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, ieum.ErrNotFound
	}
	c := all[0]
	r := &Receipt{Context: "https://w3id.org/dpv", Type: "dpv:ConsentRecord", ID: c.ID, Subject: person, Status: "dpv:ConsentGiven", Basis: "dpv:Consent",
		Purpose: ReceiptPurpose{ID: c.Purpose, Version: c.Version}, Records: c.Kinds, Doing: "dpv:Consult",
		Recipient: ReceiptRecipient{Account: c.Account, Organisation: c.Organisation}, Given: c.Since, Until: c.Until, Stopped: c.Stopped, Paper: c.Paper != "", Mandate: c.Mandate}
	if p := d.set.Purposes[c.Purpose]; p != nil {
		r.Purpose.Title, r.Purpose.About = p.Title, p.About
	}
	switch now := d.now(); {
	case !c.Stopped.IsZero():
		r.Status = "dpv:ConsentWithdrawn"
	case !c.Holds(now):
		r.Status = "dpv:ConsentExpired"
	}
	if by, err := mandates(ctx, d.store, `id = ?`, c.Mandate); err != nil {
		return nil, err
	} else if len(by) == 1 {
		r.With = !c.Stopped.IsZero() && c.Stopped.Equal(by[0].Ended)
	}
	names, err := d.names(ctx, l)
	if err != nil {
		return nil, err
	}
	r.Recipient.Name = names.of(c.Account, c.Organisation)
	if desk, err := withdrawals(ctx, d.store, `id = ?`, c.Withdrawal); err != nil {
		return nil, err
	} else if len(desk) == 1 {
		r.Desk = &ReceiptDesk{names.of(desk[0].Taker, desk[0].Organisation), names.staff[desk[0].Heard]}
	}
	r.Entry, err = d.store.entryOf(ctx, person, "door.consent", func(data json.RawMessage) bool {
		var e struct{ ID string }
		return json.Unmarshal(data, &e) == nil && e.ID == c.ID
	})
	return r, err
}

// names are the names of those who read, in one language.
type names struct {
	staff         map[ieum.AccountID]string // by the title of the first role they have
	held          map[office]string         // by the title of each
	organisations map[string]string
}

// An office is somebody in one of their roles.
type office struct {
	account ieum.AccountID
	role    ieum.RoleID
}

func (d *Door) names(ctx context.Context, l ieum.Lang) (names, error) {
	return d.namesOf(ctx, l, ieum.ReadClients)
}

// namesOf are the names of staff who may do something, and of all organisations.
func (d *Door) namesOf(ctx context.Context, l ieum.Lang, may ieum.Permission) (names, error) {
	n := names{staff: map[ieum.AccountID]string{}, held: map[office]string{}}
	all, err := d.Accounts.Staff(ctx, may)
	if err != nil {
		return n, err
	}
	for _, c := range all {
		title := c.Title.In(l)
		if n.staff[c.ID] == "" {
			n.staff[c.ID] = title
		}
		n.held[office{c.ID, c.Role}] = title
	}
	n.organisations, err = d.Accounts.Organisations(ctx, "")
	return n, err
}

// of is who a recipient is: somebody in an organisation, or all of it.
func (n names) of(a ieum.AccountID, organisation string) string {
	place := n.organisations[organisation]
	if place == "" {
		place = organisation
	}
	if name := n.staff[a]; name != "" && place != "" {
		return name + " (" + place + ")"
	} else if name != "" {
		return name
	}
	return place
}
