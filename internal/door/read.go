package door

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"ieum"
	"ieum/defs"
)

// An Access is one record of who read what about a person. It is an entry of the
// journal, of the kind door.read with the person as its subject. It holds ids
// alone.
type Access struct {
	N            int64             `json:"n"`            // 1, 2, 3, … of the person
	At           int64             `json:"at"`           // unix seconds
	By           string            `json:"by"`           // an account; "self" for the person
	Role         ieum.RoleID       `json:"role"`         // or the kind of a mandate; "" for the person
	Organisation string            `json:"organisation"` // of the role, or ""
	Site         string            `json:"site"`
	Purpose      ieum.PurposeID    `json:"purpose"`
	Version      int               `json:"version"` // of the purpose
	Basis        defs.Basis        `json:"basis"`
	Ref          string            `json:"ref"`   // a consent or mandate by its id, a case by its number
	Kinds        []ieum.RecordKind `json:"kinds"` // of records; none = lists about the person
	Flags        []string          `json:"flags"`
	Job          string            `json:"job,omitempty"`  // the export it was read for, by its id
	Item         string            `json:"item,omitempty"` // the one paper that was opened; "" = all of the kinds
	Via          string            `json:"via,omitempty"`  // of a row's own record: the link by which it was read
}

// bySelf stands in an access record for the person, so that the journal ties no
// person to an account.
const bySelf = "self"

// byHolder stands in a row's own access record for the person whom it was tied to.
const byHolder = "holder"

// Time is when it was.
func (a Access) Time() time.Time { return time.Unix(a.At, 0) }

// Own says whether the person looked at their own records, as such.
func (a Access) Own() bool { return a.Basis == defs.BasisSelf && a.By != byHolder }

// own says whether it was by the person, or who acts for them, to see what is theirs.
func (a Access) own() bool { return a.Basis == defs.BasisSelf || a.Basis == defs.BasisMandate }

// A Disclosure is what a read gave, and the record of it.
type Disclosure struct {
	Records
	Access Access
}

// Read returns records of a person. Whether it may is decided, numbered and
// written down in one transaction, which is durable before anything is opened:
// when it fails, so does the read. It says what is missing when there is no
// basis (kind ErrDenied), or that the hour's bound of the purpose is reached (ErrBusy), and that is written down too; ErrNotFound when there
// is no such person, or not any more. Papers are not among them: ReadPaper and OwnPaper open one.
func (d *Door) Read(ctx context.Context, by Asker, person ieum.PersonID, purpose ieum.PurposeID, kinds ...ieum.RecordKind) (*Disclosure, error) {
	return d.readOn(ctx, by, person, purpose, "", kinds...)
}

// ReadCovered reads what the ground that covers most kinds of records does, without those that take a fresh
// sign-in if the asker's is not, unless nothing else is left. covers are all that it covers.
func (d *Door) ReadCovered(ctx context.Context, by Asker, person ieum.PersonID, purpose ieum.PurposeID) (got *Disclosure, covers []ieum.RecordKind, err error) {
	p, err := d.purpose(purpose)
	if err == nil {
		err = needs(by, p.May) // without a word to the auditor, whose list nobody floods
	}
	if err != nil {
		return nil, nil, err
	}
	on, err := d.Grounds(ctx, by, person, purpose)
	if err != nil {
		return nil, nil, err
	}
	for _, g := range on {
		if len(g.Kinds) > len(covers) {
			covers = g.Kinds
		}
	}
	if covers == nil {
		covers = []ieum.RecordKind{ieum.ResumeRecord} // to be refused
	}
	shown := slices.Clone(covers)
	if rest := slices.DeleteFunc(slices.Clone(covers), func(k ieum.RecordKind) bool { return p.TakesFresh([]ieum.RecordKind{k}) }); !by.Fresh && len(rest) > 0 {
		shown = rest
	}
	got, err = d.Read(ctx, by, person, purpose, shown...)
	return got, covers, err
}

// readOn is Read on one consent alone, "" = on whatever there is.
func (d *Door) readOn(ctx context.Context, by Asker, person ieum.PersonID, purpose ieum.PurposeID, consent string, kinds ...ieum.RecordKind) (*Disclosure, error) {
	p, err := d.purpose(purpose)
	if err != nil {
		return nil, err
	}
	if len(kinds) == 0 {
		return nil, fmt.Errorf("door: read of nothing")
	}
	access, sealed, err := d.readBy(ctx, by, person, p, kinds, "", func(s standing) (Ground, error) {
		if consent != "" {
			s.consents = slices.DeleteFunc(s.consents, func(c Consent) bool { return c.ID != consent })
		}
		return judge(by, s, p, kinds)
	})
	if err != nil {
		return nil, err
	}
	records, err := d.open(person, sealed)
	if err == nil {
		err = d.load(ctx, person, &records, access.own())
	}
	if err != nil {
		return nil, err
	}
	return &Disclosure{records, access}, nil
}

// lookAsActing writes down that somebody who acts for a person looks at lists about them
// (who looked, what was agreed), which are no records; and refuses it past the bound of
// who acts, as Read does. Of their own lists people leave no trace.
func (d *Door) lookAsActing(ctx context.Context, by Asker, person ieum.PersonID) error {
	of, err := d.store.person(ctx, person)
	if err != nil || of.Account != "" && of.Account == by.ID {
		return err
	}
	p, err := d.purpose("own")
	if err != nil {
		return err
	}
	none := []ieum.RecordKind{}
	_, _, err = d.readBy(ctx, by, person, p, none, "", func(s standing) (Ground, error) { return judge(by, s, p, none) })
	return err
}

// readBy decides about a read by on, writes it down, or that it was refused, and returns
// the sealed rows. item is the paper that is read, "" = none.
func (d *Door) readBy(ctx context.Context, by Asker, person ieum.PersonID, p *defs.Purpose, kinds []ieum.RecordKind, item string,
	on func(standing) (Ground, error)) (Access, []kept, error) {
	of, err := d.store.person(ctx, person)
	if err != nil {
		return Access{}, nil, err
	}
	staff := false
	if of.Account != "" && of.Account != by.ID {
		if staff, err = d.Accounts.IsStaff(ctx, of.Account); err != nil {
			return Access{}, nil, err
		}
	}
	official, err := d.Accounts.IsStaff(ctx, by.ID)
	if err != nil {
		return Access{}, nil, err
	}
	now := d.now()
	slices.Sort(kinds)
	access, sealed, err := d.store.read(ctx, by, person, kinds, item, now, func(s standing) (Access, error) {
		s.staff, s.official = staff, official
		g, err := on(s)
		if err != nil {
			return Access{}, err
		}
		a := accessOf(by, s, g, p, kinds, now)
		a.Item = item
		return a, nil
	})
	if errors.Is(err, ieum.ErrDenied) || errors.Is(err, ieum.ErrBusy) {
		err = d.refuse(ctx, person, Access{At: now.Unix(), By: named(by, of), Purpose: p.ID, Version: p.Version, Kinds: kinds, Item: item}, err)
	}
	return access, sealed, err
}

// refuse writes down a read that was refused, and why; it returns the reason.
func (d *Door) refuse(ctx context.Context, person ieum.PersonID, a Access, why error) error {
	if e, ok := errors.AsType[*ieum.Error](why); ok {
		a.Ref = e.Key
	}
	if err := d.store.refuse(ctx, person, a); err != nil {
		return err
	}
	return why
}

func accessOf(by Asker, s standing, g Ground, p *defs.Purpose, kinds []ieum.RecordKind, now time.Time) Access {
	return Access{At: now.Unix(), By: named(by, s.person), Role: g.Held.Role, Organisation: g.Held.Organisation, Site: g.Held.Site,
		Purpose: p.ID, Version: p.Version, Basis: g.Basis, Ref: g.Ref, Kinds: kinds, Flags: flags(by, s, g, now)}
}

// named is how an access record names who reads.
func named(by Asker, of Person) string {
	if of.Account != "" && of.Account == by.ID {
		return bySelf
	}
	return string(by.ID)
}

// Grounds lists on what somebody may read about a person for a purpose, without
// reading anything; none when they may not.
func (d *Door) Grounds(ctx context.Context, by Asker, person ieum.PersonID, purpose ieum.PurposeID) ([]Ground, error) {
	p, err := d.purpose(purpose)
	if err != nil {
		return nil, err
	}
	s, err := d.store.standing(ctx, person, d.now())
	if err != nil {
		return nil, err
	}
	return grounds(by, s, p), nil
}

// A kept is a row of door_record.
type kept struct {
	Kind    ieum.RecordKind
	Item    string
	sealed  []byte
	Changed time.Time
	row     ieum.PersonID // of a link: the id under which the row's reads are recorded
}

// place is where a record stands, to which its sealing binds it.
func place(person ieum.PersonID, kind ieum.RecordKind, item string) string {
	return "door_record/" + string(person) + "/" + string(kind) + "/" + item
}

// open unseals rows whose reading is written down.
func (d *Door) open(person ieum.PersonID, rows []kept) (r Records, err error) {
	for _, row := range rows {
		plain, err := d.Keys.Open(string(person), place(person, row.Kind, row.Item), row.sealed)
		if err != nil {
			return Records{}, err
		}
		if err := r.add(row, plain); err != nil {
			return Records{}, fmt.Errorf("door: record %s of %s: %w", row.Kind, person, err)
		}
	}
	return r, nil
}

// add puts an unsealed row where it belongs.
func (r *Records) add(row kept, plain []byte) error {
	switch row.Kind {
	case ieum.ContactRecord:
		return json.Unmarshal(plain, &r.Contact)
	case ieum.ResumeRecord:
		return json.Unmarshal(plain, &r.Resume)
	case ieum.NoteRecord:
		var n Note
		err := json.Unmarshal(plain, &n)
		n.Item = row.Item // which is not sealed with it
		r.Notes = append(r.Notes, n)
		return err
	case ieum.SearchRecord:
		var a Application
		err := json.Unmarshal(plain, &a)
		a.Item = row.Item
		r.Search = append(r.Search, a)
		return err
	case ieum.AlertRecord:
		var a Alert
		err := json.Unmarshal(plain, &a)
		a.Item = row.Item
		r.Alerts = append(r.Alerts, a)
		return err
	case ieum.ImportedRecord:
		var t tie
		err := json.Unmarshal(plain, &t)
		if r.ties == nil {
			r.ties = map[string]tie{}
		}
		r.ties[row.Item] = t
		return err
	}
	var p Paper
	err := json.Unmarshal(plain, &p)
	p.Item = row.Item
	r.paper = &p
	return err
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
