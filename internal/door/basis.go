package door

import (
	"slices"
	"time"

	"ieum"
	"ieum/defs"
)

// A standing is all that bears on whether somebody may read about a person, as
// it is at one moment.
type standing struct {
	person   Person
	consents []Consent // in force, of any purpose and recipient
	cases    []Case    // that did not end, of all counsellors
	mandates []Mandate // in force, of all holders
	staff    bool      // the person is somebody else, and works for the service
	official bool      // the asker works for the service
	now      time.Time
	hour     int64 // reads of the asker in the hour before this one counts
	acted    int64 // others of whom the asker read in this hour as who acts for them
}

// A Ground is what a read rests on.
type Ground struct {
	Held   ieum.Held         `json:"held"`
	Basis  defs.Basis        `json:"basis"`
	Ref    string            `json:"ref"`   // the consent's or mandate's id, or the case's number
	Kinds  []ieum.RecordKind `json:"kinds"` // that it covers
	nocase bool
}

// grounds lists on what somebody may read about a person for a purpose, those
// closest to the person first.
func grounds(by Asker, s standing, p *defs.Purpose) (list []Ground) {
	if p.On(defs.BasisSelf) && s.person.Account != "" && s.person.Account == by.ID {
		list = append(list, Ground{Basis: defs.BasisSelf, Kinds: p.Records})
	}
	for _, m := range s.mandates {
		if p.On(defs.BasisMandate) && m.Holder == by.ID {
			list = append(list, Ground{Held: ieum.Held{Role: ieum.RoleID(m.Kind)}, Basis: defs.BasisMandate, Ref: m.ID, Kinds: p.Records})
		}
	}
	if p.On(defs.BasisConsent) {
		list = append(list, byConsent(by, s, p)...)
	}
	if p.On(defs.BasisLaw) {
		list = append(list, byLaw(by, s, p)...)
	}
	return list
}

// byConsent lists the consents that let somebody read. One that names an account
// assigns the person to it; one that names an organisation reaches as far as
// the roles there do.
func byConsent(by Asker, s standing, p *defs.Purpose) (list []Ground) {
	for _, c := range s.consents {
		if c.Purpose != p.ID || c.Version != p.Version || c.Account != "" && c.Account != by.ID {
			continue
		}
		if slices.ContainsFunc(s.mandates, func(m Mandate) bool { return m.ID == c.Mandate && m.Holder == by.ID }) {
			continue // who acts for somebody lets others read, not themselves
		}
		to := ieum.Subject{Owner: s.person.Account, Organisation: c.Organisation, Site: s.person.Site, Assigned: c.Account != ""}
		for _, k := range s.cases {
			if k.Organisation == c.Organisation && k.Counsellor == by.ID && (k.Basis == defs.BasisLaw || k.Consent == c.ID) {
				to.Site, to.Assigned = k.Site, true
			}
		}
		if held, ok := by.Over(p.May, to); ok {
			kinds := slices.DeleteFunc(slices.Clone(c.Kinds), func(k ieum.RecordKind) bool { return !p.Reads(k) })
			list = append(list, Ground{Held: held, Basis: defs.BasisConsent, Ref: c.ID, Kinds: kinds})
		}
	}
	return list
}

// byLaw lists the cases that let somebody read; after them where a role reaches
// the person without one.
func byLaw(by Asker, s standing, p *defs.Purpose) (list []Ground) {
	var places []ieum.Subject
	if s.person.Basis == defs.BasisLaw {
		places = append(places, ieum.Subject{Organisation: s.person.Organisation, Site: s.person.Site})
	}
	for _, k := range s.cases {
		if k.Basis != defs.BasisLaw {
			continue
		}
		at := ieum.Subject{Owner: s.person.Account, Organisation: k.Organisation, Site: k.Site}
		places = append(places, at)
		if at.Assigned = k.Counsellor == by.ID; !at.Assigned {
			continue
		}
		if held, ok := by.Over(p.May, at); ok {
			list = append(list, Ground{Held: held, Basis: defs.BasisLaw, Ref: number(k.Number), Kinds: p.Records})
		}
	}
	for _, at := range places {
		at.Owner = s.person.Account
		if held, ok := by.Over(p.May, at); ok {
			list = append(list, Ground{Held: held, Basis: defs.BasisLaw, Kinds: p.Records, nocase: true})
		}
	}
	return list
}

// judge returns the first ground that covers all that is asked for, or an error
// that says what is missing.
func judge(by Asker, s standing, p *defs.Purpose, kinds []ieum.RecordKind) (Ground, error) {
	for _, k := range kinds {
		if !p.Reads(k) {
			return Ground{}, refused("kinds", p)
		}
	}
	all := grounds(by, s, p)
	for _, g := range all {
		if !covers(g.Kinds, kinds) {
			continue
		}
		if p.TakesFresh(kinds) && !by.Fresh {
			return Ground{}, ieum.ErrSignedOut
		}
		if g.Basis == defs.BasisMandate && s.acted >= mostActedAnHour {
			return Ground{}, &ieum.Error{Kind: ieum.ErrBusy, Key: "door.refused.acted", Args: map[string]any{"n": mostActedAnHour}, Message: "as many people were looked at in this hour as one may act for; go on in the next"}
		}
		return g, bounded(p, s.hour, s.now)
	}
	switch {
	case len(all) > 0:
		return Ground{}, refused("records", p)
	case p.On(defs.BasisSelf):
		return Ground{}, refused("own", p)
	case !by.May(p.May):
		return Ground{}, refused("role", p)
	case p.On(defs.BasisConsent) && p.On(defs.BasisLaw):
		return Ground{}, refused("basis", p)
	case p.On(defs.BasisConsent):
		return Ground{}, refused("consent", p)
	}
	return Ground{}, refused("case", p)
}

// bounded refuses one more read for a purpose after n in the hour of now.
func bounded(p *defs.Purpose, n int64, now time.Time) error {
	if p.Most == 0 || n < int64(p.Most) {
		return nil
	}
	again := now.Truncate(time.Hour).Add(time.Hour).In(ieum.Seoul).Format("15:04")
	return &ieum.Error{Kind: ieum.ErrBusy, Key: "door.refused.most", Args: map[string]any{"n": p.Most, "at": again},
		Message: "as many were read in this hour as the purpose allows; go on in the next, from " + again + " on"}
}

// refused says what is missing.
func refused(why string, p *defs.Purpose) error {
	return &ieum.Error{Kind: ieum.ErrDenied, Key: "door.refused." + why, Args: map[string]any{"purpose": p.Title},
		Message: "this may not be read for the purpose " + string(p.ID) + ": " + why}
}

// The flags of reads that an auditor looks at.
const (
	flagMany      = "many"      // more than mostAnHour by one reader within an hour, more than manyFound clients by number, or of more than manyActed by who acts for them
	flagSelf      = "self"      // staff reads its own record by its role
	flagColleague = "colleague" // the person works for the service
	flagNoCase    = "nocase"    // on law, and nobody assigned the person
	flagOdd       = "odd"       // at night or on a weekend
	flagMandate   = "mandate"   // somebody was let act for the person, or works for the service and reads as who acts
	flagAccount   = "account"   // staff gave a client an account, whose owner reaches everything
	flagCorrected = "corrected" // staff corrected the name or birth date of a client
	flagErased    = "erased"    // staff erased somebody who has no account
	flagAgain     = "again"     // staff took a client up again whose case had ended
	flagWithdrawn = "withdrawn" // staff wrote down that a client stopped something
	flagRefused   = "refused"
	flagLink      = "link"  // staff tied somebody to a row that a source delivered, or ended that
	flagClaim     = "claim" // a row that is somebody's already was claimed, or staff's try was refused; the one whose it is, too
	flagLone      = "lone"  // a row is somebody's on the word of one member of staff, who could be in the account, or vouches for very many
	flagMoved     = "moved" // a row turned out to be about somebody else than the one it was tied to
	// flagQuarantine stands for a delivery's quarantine that was opened: person is the
	// delivery's number, n that of the entry.
	flagQuarantine = "quarantine"
)

// Who acts for others reads of a few of them in an hour, whom they know. The auditor is
// told where it is more than manyActed people, and it ends at mostActedAnHour: a
// representative who reads of everybody one after the other collects.
const (
	manyActed       = 4
	mostActedAnHour = 8
)

// mostAnHour is how many reads an hour one counsellor comes to by working.
const mostAnHour = 60

// flags says what is unusual about a read. What somebody does with their own records
// is their own matter. Who acts for one person and is not staff looks when they have
// time; at several people, at night or on a weekend, seldom.
func flags(by Asker, s standing, g Ground, now time.Time) (list []string) {
	if g.Basis == defs.BasisSelf {
		return nil
	}
	add := func(flag string, is bool) {
		if is {
			list = append(list, flag)
		}
	}
	if g.Basis == defs.BasisMandate && !s.official {
		add(flagMany, s.acted >= manyActed)
		add(flagOdd, s.acted > 0 && odd(now))
		return list
	}
	add(flagMany, s.hour >= mostAnHour)
	add(flagSelf, s.person.Account != "" && s.person.Account == by.ID)
	add(flagColleague, s.staff)
	add(flagNoCase, g.nocase)
	add(flagOdd, odd(now))
	add(flagMandate, g.Basis == defs.BasisMandate)
	return list
}

// odd says whether offices are closed: before 7, from 20 on, and on weekends, in
// Seoul. Holidays are not known.
func odd(now time.Time) bool {
	at := now.In(ieum.Seoul)
	day := at.Weekday()
	return at.Hour() < 7 || at.Hour() >= 20 || day == time.Saturday || day == time.Sunday
}
