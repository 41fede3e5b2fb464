package door

import (
	"context"
	"time"

	"ieum"
)

// hiring is the purpose for which people let employers find them.
const hiring ieum.PurposeID = "hiring"

// A Candidate is somebody who agreed that an employer reads their résumé. It says
// nothing of who they are: its id is that of the consent, so that two employers
// cannot tell that they were shown one person.
type Candidate struct {
	ID           string    `json:"id"`
	Organisation string    `json:"organisation"` // that they agreed to
	Since        time.Time `json:"since"`
	Until        time.Time `json:"until"`
}

// mostCandidates is how many candidates a list has, the newest.
const mostCandidates = 500

// Candidates lists who agreed to be found by the employers whose postings the
// asker looks after, newest first, 500 at most. No record is read.
func (d *Door) Candidates(ctx context.Context, by Asker) ([]Candidate, error) {
	firms, err := d.firms(ctx, by)
	if err != nil || len(firms) == 0 {
		return nil, err
	}
	p, err := d.purpose(hiring)
	if err != nil {
		return nil, err
	}
	all, err := d.store.agreed(ctx, p.ID, p.Version, firms, d.now(), mostCandidates)
	list := make([]Candidate, 0, len(all))
	for _, c := range all {
		list = append(list, Candidate{c.ID, c.Organisation, c.Since, c.Until})
	}
	return list, err
}

// firms lists the employers whose postings somebody looks after, by id.
func (d *Door) firms(ctx context.Context, by Asker) (ids []string, err error) {
	if err := needs(by, ieum.OwnPostings); err != nil {
		return nil, err
	}
	all, err := d.Accounts.Organisations(ctx, "employer")
	for _, id := range sortedKeys(all) {
		if _, ok := by.Over(ieum.OwnPostings, ieum.Subject{Organisation: id}); ok {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// Candidate reads the résumé of somebody who agreed to be found, by the id of
// the consent, with what looks like a telephone number, an address or a name taken
// out of its prose, and without the year of birth. It counts alone: one that ended, or was given to another
// employer, is refused, and that is written down.
func (d *Door) Candidate(ctx context.Context, by Asker, id string) (*Candidate, *Disclosure, error) {
	c, got, err := d.onConsent(ctx, by, id, hiring)
	if err != nil {
		return nil, nil, err
	}
	return &Candidate{c.ID, c.Organisation, c.Since, c.Until}, got, nil
}

// onConsent reads, for an employer, what one consent covers, with the résumé as employers are
// shown it.
func (d *Door) onConsent(ctx context.Context, by Asker, id string, purpose ieum.PurposeID) (c Consent, got *Disclosure, err error) {
	if err := needs(by, ieum.OwnPostings); err != nil {
		return c, nil, err // without a word to the auditor, whose list nobody floods
	}
	found, err := consents(ctx, d.store, `id = ? AND purpose = ?`, id, purpose)
	if err != nil {
		return c, nil, err
	}
	if len(found) == 0 {
		return c, nil, errNobody()
	}
	c = found[0]
	if _, ok := by.Over(ieum.OwnPostings, ieum.Subject{Organisation: c.Organisation}); !ok {
		return c, nil, d.notAgreed(ctx, by, c, "consent")
	}
	if !c.Holds(d.now()) {
		return c, nil, d.notAgreed(ctx, by, c, "ended")
	}
	got, err = d.readOn(ctx, by, c.Person, purpose, c.ID, c.Kinds...)
	if err != nil {
		return c, nil, err
	}
	got.Resume = d.covered(got.Resume)
	return c, got, nil
}

// covered is a résumé as employers are shown it, and as people are shown it before they apply;
// nil for none.
func (d *Door) covered(r *ieum.Resume) *ieum.Resume {
	if r == nil {
		return nil
	}
	clean := d.Resumes.Scrub(*r)
	clean.BirthYear = 0
	return &clean
}

// notAgreed refuses somebody who shows a consent that ended or was given to others,
// even if the person let them read by another one: that the two are one person is
// nothing they were told.
func (d *Door) notAgreed(ctx context.Context, by Asker, c Consent, why string) error {
	p, err := d.purpose(c.Purpose)
	if err != nil {
		return err
	}
	of, err := d.store.person(ctx, c.Person)
	if err != nil {
		return err
	}
	return d.refuse(ctx, c.Person, Access{At: d.now().Unix(), By: named(by, of), Purpose: p.ID, Version: p.Version, Kinds: c.Kinds},
		refused(why, p))
}
