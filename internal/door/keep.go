package door

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ieum"
	"ieum/defs"
)

// Own returns the person somebody is; ErrNotFound while nothing is kept of them.
func (d *Door) Own(ctx context.Context, by Asker) (Person, error) {
	return d.store.personOf(ctx, by.ID)
}

// Begin is Own for who is about to keep something, of whom nothing may be kept
// yet. That takes a role which has data of its own: a program's key has none.
func (d *Door) Begin(ctx context.Context, by Asker) (Person, error) {
	p, err := d.store.personOf(ctx, by.ID)
	if errors.Is(err, ieum.ErrNotFound) {
		if err := needs(by, ieum.OwnData); err != nil {
			return Person{}, err
		}
		p, err = d.store.makeOf(ctx, Person{ID: ieum.PersonID(newID("p")), Account: by.ID, Made: d.now()})
		if err == nil {
			err = d.alive(by.ID)
		}
		if errors.Is(err, ieum.ErrSignedOut) { // whose erasure may have looked before this was there
			err = cmp.Or(d.Replay(ctx, []string{string(by.ID)}), err)
		}
	}
	return p, err
}

// alive refuses an account that was erased, as by its owner while a request of theirs was
// still coming in: nobody could see or erase what it would keep.
func (d *Door) alive(a ieum.AccountID) error {
	_, err := d.Keys.Seal(string(a), "door_person", nil)
	if isErased(err) {
		return ieum.ErrSignedOut
	}
	return err
}

// writes says whether somebody may change what is kept of a person: the person,
// who acts for them, and the counsellor they are assigned to.
func (d *Door) writes(by Asker, s standing) bool {
	_, ok := d.capacity(by, s)
	return ok
}

// capacity is in which role somebody changes what is kept of a person; none for the
// person.
func (d *Door) capacity(by Asker, s standing) (as ieum.Held, ok bool) {
	if s.person.Account != "" && s.person.Account == by.ID {
		return as, true
	}
	for _, m := range s.mandates {
		if m.Holder == by.ID {
			return ieum.Held{Role: ieum.RoleID(m.Kind)}, true
		}
	}
	k, err := d.mine(by, s)
	if err != nil {
		return as, false
	}
	return by.Over(ieum.WriteClients, k.subject(s))
}

// acts says whether somebody is the person or acts for them.
func acts(a ieum.AccountID, s standing) bool {
	if s.person.Account != "" && s.person.Account == a {
		return true
	}
	for _, m := range s.mandates {
		if m.Holder == a {
			return true
		}
	}
	return false
}

func errNotYours() error {
	return &ieum.Error{Kind: ieum.ErrDenied, Key: "door.refused.write", Message: "this may be changed by the person, who acts for them, and the counsellor they are assigned to"}
}

// keep seals a value and keeps it in its place: of what somebody has one of in that of the one
// before; what has an item of its own once, so that sent again it changes nothing.
func (d *Door) keep(ctx context.Context, by Asker, person ieum.PersonID, kind ieum.RecordKind, item string, value any) error {
	plain, err := json.Marshal(value)
	if err != nil {
		return err
	}
	sealed, err := d.Keys.Seal(string(person), place(person, kind, item), plain)
	if err != nil {
		return err
	}
	now := d.now()
	return d.change(ctx, person, func(t tx, s standing) error {
		as, ok := d.capacity(by, s)
		if !ok {
			return errNotYours()
		}
		if err := d.within(by, s, kind); err != nil {
			return err
		}
		if item != "" {
			if had, err := t.has(person, kind, item); had || err != nil {
				return err
			}
		}
		if err := t.put(person, kind, item, sealed, now); err != nil {
			return err
		}
		return t.tell("door.kept", person, changeOf(by, s.person, as, now, map[string]any{"kind": kind, "item": item}))
	})
}

// changeOf is an entry about a change: who made it, in which role, when, and more.
func changeOf(by Asker, of Person, as ieum.Held, now time.Time, more map[string]any) map[string]any {
	more["by"], more["role"], more["organisation"], more["at"] = named(by, of), as.Role, as.Organisation, now.Unix()
	return more
}

// change runs do in a transaction that no erasure of the person passes.
func (d *Door) change(ctx context.Context, person ieum.PersonID, do func(t tx, s standing) error) error {
	now := d.now()
	return d.store.in(ctx, func(t tx) error {
		of, err := t.lock(person)
		if err != nil {
			return err
		}
		s := standing{person: of}
		if err := s.fill(ctx, t, now); err != nil {
			return err
		}
		return do(t, s)
	})
}

// KeepContact keeps who somebody is and how to reach them.
func (d *Door) KeepContact(ctx context.Context, by Asker, person ieum.PersonID, c Contact) error {
	c = Contact{strings.TrimSpace(c.Name), strings.TrimSpace(c.Phone), strings.TrimSpace(c.Mail)}
	if err := c.check(); err != nil {
		return err
	}
	return d.keep(ctx, by, person, ieum.ContactRecord, "", c)
}

// KeepResume keeps a résumé in the place of the one before.
func (d *Door) KeepResume(ctx context.Context, by Asker, person ieum.PersonID, r ieum.Resume) error {
	if err := r.Check(); err != nil {
		return err
	}
	return d.keep(ctx, by, person, ieum.ResumeRecord, "", r)
}

// AddNote keeps a note of a counsellor's.
func (d *Door) AddNote(ctx context.Context, by Asker, person ieum.PersonID, text string) error {
	if text = strings.TrimSpace(text); text == "" || utf8.RuneCountInString(text) > longestNote {
		return fault("note", "/text", "a note has 1 to 10,000 characters")
	}
	return d.keep(ctx, by, person, ieum.NoteRecord, newID("n"), Note{By: by.ID, At: d.now(), Text: text})
}

// AddSession keeps what a session of counselling came to, with what a counsellor says of it,
// as a note, and returns its item. What a session is made of is not the door's to know. Sent
// twice with the same word drawn once, as by a second press of a button, it is kept once, as it was
// the first time.
func (d *Door) AddSession(ctx context.Context, by Asker, person ieum.PersonID, once, text string, session json.RawMessage) (item string, err error) {
	if text = strings.TrimSpace(text); utf8.RuneCountInString(text) > longestNote {
		return "", fault("note", "/text", "a note has 1 to 10,000 characters")
	}
	if len(session) > largestSession {
		return "", fmt.Errorf("door: a session of %d bytes", len(session))
	}
	item = newID("n")
	if once != "" {
		same := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %s", by.ID, person, once, text, session))
		item = "n" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(same[:16]))
	}
	return item, d.keep(ctx, by, person, ieum.NoteRecord, item, Note{By: by.ID, At: d.now(), Text: text, Session: session})
}

// Forget removes a record. An application that was sent from here is withdrawn with it.
func (d *Door) Forget(ctx context.Context, by Asker, person ieum.PersonID, kind ieum.RecordKind, item string) error {
	now := d.now()
	return d.change(ctx, person, func(t tx, s standing) error {
		if !acts(by.ID, s) {
			return errNotYours()
		}
		if kind == ieum.SearchRecord {
			if err := t.withdrawn(s, item, named(by, s.person), now); err != nil {
				return err
			}
		}
		as, _ := d.capacity(by, s)
		n, err := t.drop(person, kind, item)
		if err != nil || n == 0 {
			return err
		}
		return t.tell("door.forgotten", person, changeOf(by, s.person, as, now, map[string]any{"kind": kind, "item": item}))
	})
}

// A Registration is what a desk takes down of somebody.
type Registration struct {
	Contact Contact
	Basis   defs.Basis // law, or consent: then Scan is the paper that was signed
	Scan    []byte     // PDF, JPEG or PNG
	Birth   string     // YYYY-MM-DD, of which keyed hashes are kept; "" = not said
	Other   bool       // staff was told of a client of this name and birth date, and says it is another
}

// Register takes somebody in at a desk, who needs neither telephone nor mail, and
// assigns them to who registers them. On law there need be no paper; on consent
// the paper is kept, and lets the organisation counsel them as the purpose
// counselling says.
func (d *Door) Register(ctx context.Context, by Asker, r Registration) (ieum.PersonID, error) {
	at, err := d.desk(ctx, by)
	if err != nil {
		return "", err
	}
	c := r.Contact
	if err := c.check(); err != nil {
		return "", err
	}
	if r.Basis != defs.BasisLaw && r.Basis != defs.BasisConsent {
		return "", fault("basis", "/basis", "say whether it rests on law or on consent")
	}
	who, err := d.whoOf(c.Name, r.Birth, d.now())
	if err != nil {
		return "", err
	}
	token, err := d.tokenAs(ctx, r)
	if err != nil {
		return "", err
	}
	if !r.Other {
		if err := d.warn(ctx, by, at, who); err != nil {
			return "", err
		}
	}
	now, person := d.now(), Person{ID: ieum.PersonID(newID("p")), Organisation: at.Organisation, Site: at.Site, Basis: r.Basis, Made: d.now()}
	sealed, paper, err := d.sealRegistration(person.ID, r)
	if err != nil {
		return "", err
	}
	err = d.store.in(ctx, func(t tx) error {
		if !r.Other { // a form that was sent twice at once: nobody was there a moment ago
			if same, err := twins(ctx, t, who, at.Organisation); err != nil || len(same) > 0 {
				return cmp.Or(err, errTwin())
			}
		}
		if err := t.addPerson(person); err != nil {
			return err
		}
		if err := t.setWho(person.ID, who, token); err != nil {
			return err
		}
		for _, k := range sealed {
			if err := t.put(person.ID, k.Kind, k.Item, k.sealed, now); err != nil {
				return err
			}
		}
		k := Case{Person: person.ID, Counsellor: by.ID, Seen: now, Organisation: at.Organisation, Site: at.Site, Basis: r.Basis, Since: now}
		if paper != "" {
			signed := d.consentToCounsel(person.ID, at.Organisation, paper, now)
			if err := t.giveConsent(signed, string(by.ID)); err != nil {
				return err
			}
			k.Consent = signed.ID
		}
		if err := t.tell("door.registered", person.ID, map[string]any{"by": by.ID, "basis": r.Basis, "organisation": at.Organisation, "site": at.Site, "other": r.Other}); err != nil {
			return err
		}
		return t.openCase(k, by.ID)
	})
	return person.ID, err
}

// consentToCounsel is what somebody agrees to who signs the paper of a desk.
func (d *Door) consentToCounsel(person ieum.PersonID, organisation, paper string, now time.Time) Consent {
	p := d.set.Purposes[counselling]
	return Consent{ID: newID("c"), Person: person, Purpose: p.ID, Version: p.Version, Organisation: organisation, Kinds: p.Records,
		Since: now.Truncate(time.Second), Until: endOf(lastDayOf(p, now)), Paper: paper}
}

// sealRegistration seals what a desk took down; paper is the item of the scan.
func (d *Door) sealRegistration(person ieum.PersonID, r Registration) (rows []kept, paper string, err error) {
	seal := func(kind ieum.RecordKind, item string, value any) {
		plain, failed := json.Marshal(value)
		if failed == nil && err == nil {
			var sealed []byte
			sealed, failed = d.Keys.Seal(string(person), place(person, kind, item), plain)
			rows = append(rows, kept{Kind: kind, Item: item, sealed: sealed})
		}
		err = errors.Join(err, failed)
	}
	seal(ieum.ContactRecord, "", r.Contact)
	if len(r.Scan) > 0 || r.Basis == defs.BasisConsent {
		as, failed := scanned(r.Scan)
		if failed != nil {
			return nil, "", failed
		}
		paper = newID("s")
		seal(ieum.PaperRecord, paper, Paper{At: d.now(), Type: as, Data: r.Scan})
	}
	if r.Basis != defs.BasisConsent {
		return rows, "", err
	}
	return rows, paper, err
}

// counselling is the purpose that desks and counsellors work for.
const counselling ieum.PurposeID = "counselling"

// desk returns where somebody works who may register people.
func (d *Door) desk(ctx context.Context, by Asker) (Colleague, error) {
	all, err := d.Accounts.Staff(ctx, ieum.WriteClients)
	if err != nil {
		return Colleague{}, err
	}
	if at := desks(by, all); len(at) > 0 {
		return at[0], nil
	}
	if i := slices.IndexFunc(all, func(c Colleague) bool { return c.ID == by.ID && c.Organisation == "" }); i >= 0 {
		return all[i], &ieum.Error{Kind: ieum.ErrDenied, Key: "door.error.no_place", Message: "your role belongs to no organisation"}
	}
	return Colleague{}, &ieum.Error{Kind: ieum.ErrDenied, Key: "door.refused.desk", Message: "this takes a role that registers people, in an organisation"}
}

// desks are all the places of staff where the asker may register people.
func desks(by Asker, staff []Colleague) (at []Colleague) {
	for _, c := range staff {
		if _, ok := by.Over(ieum.WriteClients, ieum.Subject{Organisation: c.Organisation, Site: c.Site, Assigned: true}); ok && c.ID == by.ID && c.Organisation != "" {
			at = append(at, c)
		}
	}
	return at
}
