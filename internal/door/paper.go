package door

import (
	"context"
	"regexp"
	"slices"

	"ieum"
	"ieum/defs"
)

// The purposes for which staff and auditors open a paper.
const (
	checking ieum.PurposeID = "papers"
	auditing ieum.PurposeID = "oversight"
)

// paperItem is what newID makes for a paper.
var paperItem = regexp.MustCompile(`^s[a-z2-7]{26}$`)

// A PaperLine is a paper that is kept, without what is on it.
type PaperLine struct {
	kept
	Of string // consent, mandate, withdrawal, or other
}

// Papers lists the papers that are kept of a person, newest first, and what each is of.
func (d *Door) Papers(ctx context.Context, person ieum.PersonID) (list []PaperLine, err error) {
	have, err := d.store.have(ctx, person)
	if err != nil {
		return nil, err
	}
	of := map[string]string{}
	given, err := d.Consents(ctx, person)
	if err != nil {
		return nil, err
	}
	for _, c := range given {
		of[c.Paper] = "consent"
	}
	acting, err := mandates(ctx, d.store, `person = ?`, person)
	if err != nil {
		return nil, err
	}
	for _, m := range acting {
		of[m.Paper] = "mandate"
	}
	stopped, err := withdrawals(ctx, d.store, `person = ?`, person)
	if err != nil {
		return nil, err
	}
	for _, w := range stopped {
		of[w.Paper] = "withdrawal"
	}
	for _, k := range have {
		if k.Kind != ieum.PaperRecord {
			continue
		}
		line := PaperLine{k, of[k.Item]}
		if line.Of == "" {
			line.Of = "other"
		}
		list = append(list, line)
	}
	return list, nil
}

// ReadPaper returns one paper of a person to their counsellor, to who is to confirm the
// mandate that rests on it, or to an auditor who signed in freshly. It is decided and
// written down as Read does it, with the paper by its item; ErrNotFound when the person
// has no such paper, which is written down as well: but nothing that is no item, as an
// address may hold any words.
func (d *Door) ReadPaper(ctx context.Context, by Asker, person ieum.PersonID, item string) (*Paper, error) {
	if !paperItem.MatchString(item) {
		item = ""
	}
	purpose := checking
	if !by.May(ieum.ReadClients) && by.May(ieum.ReadLog) {
		purpose = auditing
	}
	p, err := d.purpose(purpose)
	if err != nil {
		return nil, err
	}
	wait, err := d.Waiting(ctx, by)
	if err != nil {
		return nil, err
	}
	wait = slices.DeleteFunc(wait, func(m Mandate) bool { return m.Person != person || m.Paper != item })
	taken, err := withdrawals(ctx, d.store, `person = ? AND paper = ?`, person, item)
	if err != nil {
		return nil, err
	}
	return d.readPaper(ctx, by, person, p, item, func(s standing) (Ground, error) {
		if p.TakesFresh([]ieum.RecordKind{ieum.PaperRecord}) && !by.Fresh {
			return Ground{}, ieum.ErrSignedOut
		}
		g, ok := d.paperGround(by, s, p, item, wait, taken)
		if !ok && p.ID == checking && by.May(p.May) {
			return g, refused("case", p)
		} else if !ok {
			return g, refused("role", p)
		}
		return g, nil
	})
}

// OwnPaper returns one paper to the person, or to who acts for them, as Read does the
// other records; ErrNotFound as ReadPaper.
func (d *Door) OwnPaper(ctx context.Context, by Asker, person ieum.PersonID, item string) (*Paper, error) {
	if !paperItem.MatchString(item) {
		item = ""
	}
	p, err := d.purpose("own")
	if err != nil {
		return nil, err
	}
	return d.readPaper(ctx, by, person, p, item, func(s standing) (Ground, error) {
		return judge(by, s, p, []ieum.RecordKind{ieum.PaperRecord})
	})
}

func (d *Door) readPaper(ctx context.Context, by Asker, person ieum.PersonID, p *defs.Purpose, item string, on func(standing) (Ground, error)) (*Paper, error) {
	_, rows, err := d.readBy(ctx, by, person, p, []ieum.RecordKind{ieum.PaperRecord}, item, on)
	if err != nil {
		return nil, err
	}
	got, err := d.open(person, rows)
	if err != nil {
		return nil, err
	}
	if got.paper == nil {
		return nil, ieum.ErrNotFound
	}
	return got.paper, nil
}

// paperGround is on what somebody opens a paper: as an auditor; in a case of theirs that
// rests on something; or as who is to confirm a mandate that waits, and still can.
func (d *Door) paperGround(by Asker, s standing, p *defs.Purpose, item string, wait []Mandate, taken []Withdrawal) (Ground, bool) {
	if p.ID == auditing {
		held, ok := by.Over(p.May, ieum.Subject{Owner: s.person.Account})
		return Ground{Held: held, Basis: defs.BasisLaw, Kinds: p.Records, nocase: true}, ok
	}
	for _, k := range s.cases {
		if k.Counsellor != by.ID || !d.rests(k, s) || !k.signed(item, s, taken) {
			continue
		}
		if held, ok := by.Over(p.May, k.subject(s)); ok {
			return Ground{Held: held, Basis: defs.BasisLaw, Ref: number(k.Number), Kinds: p.Records}, true
		}
	}
	for _, m := range wait {
		held, ok := by.Over(p.May, ieum.Subject{Owner: s.person.Account, Organisation: m.Organisation, Site: s.person.Site, Assigned: true})
		if ok && m.confirmedBy(by.ID) == nil && d.counselled(m, s) == nil {
			return Ground{Held: held, Basis: defs.BasisLaw, Ref: m.ID, Kinds: p.Records}, true
		}
	}
	return Ground{}, false
}

// signed says whether a paper belongs to the office of a case: all of whom it registered;
// of who came by their consent what was signed for it, or taken down there.
func (k Case) signed(item string, s standing, taken []Withdrawal) bool {
	return s.person.Organisation == k.Organisation ||
		slices.ContainsFunc(s.consents, func(c Consent) bool { return c.Paper == item && c.Organisation == k.Organisation }) ||
		slices.ContainsFunc(s.mandates, func(m Mandate) bool { return m.Paper == item && m.Organisation == k.Organisation }) ||
		slices.ContainsFunc(taken, func(w Withdrawal) bool { return w.Organisation == k.Organisation })
}
