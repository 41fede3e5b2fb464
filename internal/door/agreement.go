package door

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"ieum"
	"ieum/defs"
)

// agreementLasts is how long an export can be made after somebody agreed to it.
const agreementLasts = time.Hour

// terms are what somebody agrees to: one export, by one person, who works where they do
// now. To any other it is no agreement.
type terms struct {
	Token         string // which is kept nowhere
	Asks          ieum.AccountID
	Organisations []string
	Purpose       ieum.PurposeID
	Version       int
	Kinds         []ieum.RecordKind
	Recipient     string
	File          string
}

// hash is all that is kept of terms.
func (t terms) hash() []byte {
	text, _ := json.Marshal(t) // of strings and numbers alone
	sum := sha256.Sum256(text)
	return sum[:]
}

// An agreement is kept until its export begins, or it lapses.
type agreement struct {
	hash   []byte
	agreed ieum.AccountID
	until  time.Time
}

// Agree lets somebody make an export, once, within an hour. Who agrees is somebody
// else, who may confirm what takes two people, could not ask for it themselves, and
// signed in a short while ago. The token that is returned counts for this export and
// in the hands of who asks alone; of it a hash is kept. What was agreed to is in the
// journal, and a refusal on the auditor's list.
func (d *Door) Agree(ctx context.Context, agrees Asker, asks ieum.AccountID, x Export) (token string, until time.Time, err error) {
	p, err := d.purpose(x.Purpose)
	if err != nil {
		return "", until, err
	}
	where, err := d.mayAgree(ctx, agrees, asks, p)
	if errors.Is(err, ieum.ErrDenied) {
		err = d.refuseExport(ctx, agrees, p, err)
	}
	if err != nil {
		return "", until, err
	}
	now := d.now()
	token, until = rand.Text(), now.Add(agreementLasts)
	a := agreement{termsOf(token, asks, where, p, x).hash(), agrees.ID, until}
	return token, until, d.store.addAgreement(ctx, a, now, map[string]any{"by": agrees.ID, "asks": asks, "organisations": where,
		"purpose": p.ID, "version": p.Version, "kinds": exported, "recipient": x.Recipient, "until": until.Unix()})
}

func termsOf(token string, asks ieum.AccountID, where []string, p *defs.Purpose, x Export) terms {
	return terms{token, asks, where, p.ID, p.Version, exported, x.Recipient, x.File}
}

// mayAgree says for which organisations somebody exports, if another may agree to it.
func (d *Door) mayAgree(ctx context.Context, agrees Asker, asks ieum.AccountID, p *defs.Purpose) (where []string, err error) {
	if err := exportable(p); err != nil {
		return nil, err
	}
	if where, err = d.exportsFor(ctx, asks, p); err != nil {
		return nil, err
	}
	if len(where) == 0 {
		return nil, refused("role", p)
	}
	second := agrees.ID != asks && !agrees.May(p.May)
	for _, one := range where {
		_, may := agrees.Over(ieum.GrantRoles, ieum.Subject{Organisation: one})
		second = second && may
	}
	if !second {
		return nil, &ieum.Error{Kind: ieum.ErrDenied, Key: "door.refused.second", Args: map[string]any{"purpose": p.Title},
			Message: "a second person agrees to this: somebody who confirms roles, and could not ask for it themselves"}
	}
	if !agrees.Fresh {
		return nil, ieum.ErrSignedOut
	}
	return where, nil
}

// exportsFor lists the organisations for which somebody holds a role that a purpose takes.
func (d *Door) exportsFor(ctx context.Context, a ieum.AccountID, p *defs.Purpose) (where []string, err error) {
	all, err := d.Accounts.Staff(ctx, p.May)
	for _, c := range all {
		if c.ID == a {
			where = append(where, c.Organisation)
		}
	}
	slices.Sort(where)
	return slices.Compact(where), err
}

// agreed finds who agreed to an export, and still confirms roles.
func (d *Door) agreed(ctx context.Context, hash []byte) (ieum.AccountID, error) {
	by, err := d.store.agreedBy(ctx, hash, d.now())
	if errors.Is(err, ieum.ErrNotFound) {
		return "", noAgreement()
	}
	if err != nil {
		return "", err
	}
	all, err := d.Accounts.Staff(ctx, ieum.GrantRoles)
	if err == nil && !slices.ContainsFunc(all, func(c Colleague) bool { return c.ID == by }) {
		err = noAgreement()
	}
	return by, err
}

func noAgreement() error {
	return &ieum.Error{Kind: ieum.ErrDenied, Key: "door.refused.agreement",
		Message: "this agreement is not to this export, was used, or is over an hour old; the second person agrees anew, to the same purpose, recipient and name of the file"}
}
