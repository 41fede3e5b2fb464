package door

import (
	"context"
	"errors"
	"slices"

	"ieum"
	"ieum/defs"
)

// An Export is what somebody of staff wants written out of the résumés of those
// who agreed.
type Export struct {
	Purpose   ieum.PurposeID
	Recipient string // the key that the file is written for
	File      string // its name
}

// exportJob is the name of the job. In the list of refused reads it stands for a
// person.
const exportJob = "export"

// fewest is the least number of people an export tells of.
const fewest = 5

// Export hands out the résumés of those who agreed that the organisation of who
// asks reads them for a purpose. It takes two: who asks holds the role that the
// purpose takes, and signed in a short while ago; somebody else agreed to it, by the
// token that Agree returned, which is used up when the reading begins. One record
// for all is durable before the first is read, and one for each person before
// theirs is opened, as of a read. Of fewer than five people nothing is handed out
// (ErrDenied), nor where fewer than five came or went since an earlier export to the
// organisation began, of whom two files would tell. For the same reason it ends with ErrDenied
// at the first who stopped or was erased meanwhile: what each got until then is not to be
// kept, and stays on record.
func (d *Door) Export(ctx context.Context, asks Asker, token string, x Export, each func(ieum.Resume) error) (*Bulk, error) {
	p, err := d.purpose(x.Purpose)
	if err != nil {
		return nil, err
	}
	j, err := d.two(ctx, asks, token, p, x)
	if errors.Is(err, ieum.ErrDenied) {
		err = d.refuseExport(ctx, asks, p, err)
	}
	if err != nil {
		return nil, err
	}
	people, err := d.readable(ctx, j, p, exported, "")
	if err != nil {
		return nil, err
	}
	if len(people) < fewest {
		return nil, tooFew(p)
	}
	b, err := d.begin(ctx, j, p, exported, people)
	if errors.Is(err, errUsed) {
		err = d.refuseExport(ctx, asks, p, noAgreement())
	}
	if err != nil {
		return nil, err
	}
	for _, person := range people {
		r, err := d.exportOne(ctx, asks, person, p, j.Organisation, b)
		if err != nil {
			return nil, err
		}
		if r == nil {
			return nil, left(p)
		}
		if err := each(*r); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// exported is what an export reads of each.
var exported = []ieum.RecordKind{ieum.ResumeRecord}

func tooFew(p *defs.Purpose) error {
	return &ieum.Error{Kind: ieum.ErrDenied, Key: "door.refused.few", Args: map[string]any{"purpose": p.Title, "least": fewest},
		Message: "fewer than 5 people agreed to this and have a résumé here; nothing is written of so few, for somebody could be recognised"}
}

// left is why an export of which somebody is gone ends: its file would have their line
// less than an earlier one, or than a later one when they agree again.
func left(p *defs.Purpose) error {
	return &ieum.Error{Kind: ieum.ErrDenied, Key: "door.refused.left", Args: map[string]any{"purpose": p.Title},
		Message: "somebody stopped or was erased while this was read; the file would tell whose line is missing, so nothing is written"}
}

// apart refuses an export that differs by fewer than five people from an earlier one for
// the purpose to the same organisation: by none, or by five at least, in each direction.
// In the transaction that begins it, so two that begin at once see one another.
func apart(t tx, j Job, p *defs.Purpose, people []ieum.PersonID) error {
	earlier, err := t.exports(p.ID, j.Organisation)
	for _, id := range earlier {
		had, gone, err := t.members(id)
		if err != nil {
			return err
		}
		came := len(people)
		for _, one := range people {
			if had[one] {
				came--
			}
		}
		gone += len(had) - (len(people) - came)
		if 0 < came && came < fewest || 0 < gone && gone < fewest {
			return &ieum.Error{Kind: ieum.ErrDenied, Key: "door.refused.apart", Args: map[string]any{"purpose": p.Title, "least": fewest},
				Message: "fewer than 5 people came or went since an earlier export; two files would tell of them, so nothing is written until it is 5 or nobody"}
		}
	}
	return err
}

// exportable refuses a purpose for which nobody agrees to be read, or to résumés.
func exportable(p *defs.Purpose) error {
	if !p.On(defs.BasisConsent) || !covers(p.Records, exported) {
		return refused("consent", p)
	}
	return nil
}

// two says for whom who asks does so, and who agreed; or what is missing.
func (d *Door) two(ctx context.Context, asks Asker, token string, p *defs.Purpose, x Export) (j Job, err error) {
	if err := exportable(p); err != nil {
		return j, err
	}
	held, err := d.held(ctx, asks, p)
	if err != nil {
		return j, err
	}
	if !asks.Fresh {
		return j, ieum.ErrSignedOut
	}
	where, err := d.exportsFor(ctx, asks.ID, p)
	if err != nil {
		return j, err
	}
	j = Job{Name: exportJob, Organisation: held.Organisation, asked: asks.ID, recipient: x.Recipient, agreement: termsOf(token, asks.ID, where, p, x).hash()}
	j.agreed, err = d.agreed(ctx, j.agreement)
	return j, err
}

// refuseExport puts a refusal before the auditor, and returns it.
func (d *Door) refuseExport(ctx context.Context, by Asker, p *defs.Purpose, why error) error {
	return d.refuse(ctx, exportJob, Access{At: d.now().Unix(), By: string(by.ID), Purpose: p.ID, Version: p.Version, Kinds: exported}, why)
}

// exportOne reads a résumé on record; nil where that may not be any more. It
// carries no flags: auditors are shown the export, with who asked and who agreed.
func (d *Door) exportOne(ctx context.Context, asks Asker, person ieum.PersonID, p *defs.Purpose, organisation string, b *Bulk) (*ieum.Resume, error) {
	now := d.now()
	_, sealed, err := d.store.read(ctx, asks, person, exported, "", now, func(s standing) (Access, error) {
		s.consents = slices.DeleteFunc(s.consents, func(c Consent) bool { return c.Organisation != organisation })
		g, err := judge(asks, s, p, exported)
		if err != nil {
			return Access{}, err
		}
		a := accessOf(asks, s, g, p, exported, now)
		a.Flags, a.Job = nil, b.ID
		return a, nil
	})
	if errors.Is(err, ieum.ErrDenied) || errors.Is(err, ieum.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r, err := d.open(person, sealed)
	if isErased(err) {
		return nil, nil
	}
	return r.Resume, err
}
