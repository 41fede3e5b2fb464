package door

import (
	"context"
	"errors"
	"slices"
	"time"

	"ieum"
	"ieum/defs"
)

// This file has how somebody with records of their own becomes a client: they agree to be
// counselled, and whom they asked takes them on.

// An Ask is a consent by which somebody lets the asker, or an office of the asker's,
// counsel them.
type Ask struct {
	Consent
	Takes bool // the asker may take them on, who came by themselves
}

// shownAsks is how many who wait for an office a counsellor is shown, those first that asked first.
const shownAsks = 50

// Asks lists who agreed to be counselled by the asker; then who asked an office of the
// asker's where nobody took them on yet, those first that wait longest. It reads nothing
// that is kept of them. More says that more of those wait.
func (d *Door) Asks(ctx context.Context, by Asker) (list []Ask, more bool, err error) {
	p := d.set.Purposes[counselling]
	if p == nil {
		return nil, false, nil
	}
	o, err := d.offices(ctx, by)
	if err != nil {
		return nil, false, err
	}
	now := d.now()
	named, err := consents(ctx, d.store, `account = ? AND purpose = ? AND version = ? AND `+given, by.ID, p.ID, p.Version, now.Unix())
	if err != nil {
		return nil, false, err
	}
	for _, c := range named {
		s, err := d.store.standing(ctx, c.Person, now)
		if errors.Is(err, ieum.ErrNotFound) {
			continue // erased meanwhile
		}
		if err != nil {
			return nil, false, err
		}
		if _, missing := d.mine(by, s); missing != nil {
			_, at := o.at(c.Organisation)
			list = append(list, Ask{c, at && takes(by, s)})
		}
	}
	for _, of := range o.agencies {
		open, err := unanswered(ctx, d.store, of, by.ID, "", p, now)
		if err != nil {
			return nil, false, err
		}
		if len(open) > shownAsks {
			open, more = open[:shownAsks], true
		}
		for _, c := range open {
			if !slices.ContainsFunc(list, func(a Ask) bool { return a.Person == c.Person }) {
				list = append(list, Ask{c, true})
			}
		}
	}
	return list, more, nil
}

// takes says whether somebody may be the asker's client at all by agreeing to it: nobody
// counsels themselves or whom they act for, and who has no account is registered at a desk.
func takes(by Asker, s standing) bool { return s.person.Account != "" && !acts(by.ID, s) }

// offices are where an asker counsels, and what of it bears on whom they may take on.
type offices struct {
	desks    []Colleague
	agencies []agency    // of the desks, those that people ask as a whole
	staff    []Colleague // who counsels anywhere
}

// An agency is one that people ask as a whole.
type agency struct {
	id   string
	gone []ieum.AccountID // who have cases there, and counsel no more
}

func (d *Door) offices(ctx context.Context, by Asker) (o offices, err error) {
	if o.staff, err = d.Accounts.Staff(ctx, ieum.WriteClients); err != nil {
		return o, err
	}
	o.desks = desks(by, o.staff)
	agencies, err := d.Accounts.Organisations(ctx, "agency")
	if err != nil {
		return o, err
	}
	for _, at := range o.desks {
		if agencies[at.Organisation] == "" || o.asks(at.Organisation) {
			continue // people of a contracted provider counsel whom they were assigned, or who named them
		}
		of := agency{id: at.Organisation}
		all, err := d.store.counsellors(ctx, at.Organisation)
		if err != nil {
			return o, err
		}
		for _, c := range all {
			if !(Case{Counsellor: c, Organisation: at.Organisation}).counselledBy(o.staff) {
				of.gone = append(of.gone, c)
			}
		}
		o.agencies = append(o.agencies, of)
	}
	return o, nil
}

// asks says whether an organisation is one of the agencies.
func (o offices) asks(organisation string) bool {
	return slices.ContainsFunc(o.agencies, func(a agency) bool { return a.id == organisation })
}

// at is the desk of the asker's in an organisation.
func (o offices) at(organisation string) (Colleague, bool) {
	i := slices.IndexFunc(o.desks, func(c Colleague) bool { return c.Organisation == organisation })
	if i < 0 {
		return Colleague{}, false
	}
	return o.desks[i], true
}

// TakeOn makes somebody the asker's client who agreed to be counselled by the asker, or by
// an agency of the asker's where nobody counsels them: the first who takes them on does. The
// case rests on that consent and counts as long as it does. The person sees it. Taken on
// twice is once. Of kind ErrDenied when they do not ask (any more), ErrInvalid when somebody
// else was first.
func (d *Door) TakeOn(ctx context.Context, by Asker, person ieum.PersonID) error {
	if _, err := d.desk(ctx, by); err != nil {
		return err
	}
	o, err := d.offices(ctx, by)
	if err != nil {
		return err
	}
	of, err := d.store.person(ctx, person)
	if errors.Is(err, ieum.ErrNotFound) {
		return errNotAsked()
	}
	staff := false
	if err == nil && of.Account != "" {
		staff, err = d.Accounts.IsStaff(ctx, of.Account)
	}
	if err != nil {
		return err
	}
	now := d.now()
	err = d.change(ctx, person, func(t tx, s standing) error {
		if _, missing := d.mine(by, s); missing == nil {
			return nil
		}
		c, at, err := d.asked(t, o, by, s, now)
		if err != nil {
			return err
		}
		for _, k := range s.cases { // those that count no more end where another begins
			if k.Organisation != at.Organisation || k.counselledBy(o.staff) && d.rests(k, s) {
				continue
			}
			if err := t.endCase(k, string(by.ID), now); err != nil {
				return err
			}
		}
		if staff {
			if err := t.flag(flagColleague, person, Access{At: now.Unix(), By: string(by.ID), Role: d.deskRole(by, at).Role, Organisation: at.Organisation}); err != nil {
				return err
			}
		}
		return t.openCase(Case{Person: person, Counsellor: by.ID, Organisation: at.Organisation, Site: at.Site, Basis: defs.BasisConsent, Consent: c.ID, Since: now}, by.ID)
	})
	if errors.Is(err, ieum.ErrNotFound) { // erased meanwhile
		return errNotAsked()
	}
	return err
}

// asked is the consent by which somebody asks to be the asker's client, and at which desk.
func (d *Door) asked(t tx, o offices, by Asker, s standing, now time.Time) (c Consent, at Colleague, err error) {
	if !takes(by, s) {
		return c, at, errNotAsked()
	}
	p, err := d.purpose(counselling)
	if err != nil {
		return c, at, err
	}
	for _, c := range s.consents {
		at, ok := o.at(c.Organisation)
		if ok && c.Purpose == p.ID && c.Version == p.Version && c.Account == by.ID {
			return c, at, nil
		}
	}
	for _, of := range o.agencies {
		open, err := unanswered(t.ctx, t, of, by.ID, s.person.ID, p, now)
		if err != nil {
			return c, at, err
		}
		if len(open) > 0 {
			at, _ := o.at(of.id)
			return open[0], at, nil
		}
	}
	for _, k := range s.cases {
		to := func(c Consent) bool { return c.Purpose == p.ID && c.Account == "" && c.Organisation == k.Organisation }
		if o.asks(k.Organisation) && k.counselledBy(o.staff) && d.rests(k, s) && slices.ContainsFunc(s.consents, to) {
			return c, at, fault("taken", "", "somebody counsels this client")
		}
	}
	return c, at, errNotAsked()
}

// askedBy says whether somebody asks the asker by name, who can take them on.
func (d *Door) askedBy(ctx context.Context, by Asker, s standing) (bool, error) {
	all, err := d.Accounts.Staff(ctx, ieum.WriteClients)
	if err != nil || !takes(by, s) {
		return false, err
	}
	o, p := offices{desks: desks(by, all)}, d.set.Purposes[counselling]
	return slices.ContainsFunc(s.consents, func(c Consent) bool {
		_, at := o.at(c.Organisation)
		return at && c.Purpose == p.ID && c.Version == p.Version && c.Account == by.ID
	}), nil
}

// errNotAsked says of who stopped, of who never asked and of nobody the same.
func errNotAsked() error {
	return &ieum.Error{Kind: ieum.ErrDenied, Key: "door.refused.not_asked", Message: "this person does not ask to be counselled here, or not any more"}
}
