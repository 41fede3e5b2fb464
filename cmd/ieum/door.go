package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/catalogue"
	"ieum/internal/door"
	"ieum/internal/hiring"
	"ieum/internal/identity"
	"ieum/internal/ledger"
	"ieum/internal/match"
	"ieum/internal/platform/web"
)

// openDoor returns the way to people's records. Who was erased is erased again:
// an older copy of the database may have been put back, or a crash came between.
func openDoor(ctx context.Context, e *env, m *market, s *store, g *identity.Registry, l *ledger.Ledger, b *hiring.Board) (*door.Door, error) {
	d, err := door.New(ctx, s.db, m.set, e.now, door.Needs{Keys: s.keys, Postings: adverts{m.matcher, m.reader, web.NewSite(m.set, e.now, nil), e.putUpHere(b)}, Accounts: colleagues{g, m.set}, Ledger: proofs{l}, Resumes: m.reader, Rows: delivered{s.catalogue, s, m.set, e.now}})
	if err != nil {
		return nil, err
	}
	return d, d.Replay(ctx, s.keys.Erased())
}

// adverts are the postings as the door asks about them.
type adverts struct {
	m      *match.Matcher
	reader *catalogue.Reader
	site   *web.Site
	own    func(ctx context.Context, source ieum.SourceID, key string) (organisation string) // that put a posting up here, if it is open
}

// Advert returns what is written down of a posting.
func (a adverts) Advert(ctx context.Context, id string) (door.Advert, error) {
	p, err := a.m.Posting(ctx, id)
	if err != nil {
		return door.Advert{}, err
	}
	of := door.Advert{ID: p.ID, Title: p.Title, Company: cmp.Or(p.Company, p.Employer.Name), Simulated: p.Simulated}
	for _, s := range p.Sources {
		of.Link = cmp.Or(of.Link, s.URL)
		if firm := a.own(ctx, s.Source, s.Key); firm != "" && p.Open {
			of.Organisation, of.Own = firm, s.Key
		}
	}
	return of, nil
}

// colleagues are the accounts as the door asks about them.
type colleagues struct {
	g   *identity.Registry
	set *defs.Set
}

// Staff lists those whose role allows something to be done to clients. People are
// shown the role with the number of its first grant, which stays when it is granted anew: a
// sign-in name is half of a sign-in.
func (c colleagues) Staff(ctx context.Context, may ieum.Permission) (list []door.Colleague, err error) {
	grants, of, err := c.g.Staff(ctx)
	if err != nil {
		return nil, err
	}
	all, err := c.g.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	places, offices := map[string]string{}, map[string]string{}
	for _, o := range all {
		places[o.ID] = o.Name
		for _, s := range o.Sites {
			offices[o.ID+"/"+s.ID] = s.Name
		}
	}
	for _, one := range grants {
		role := c.set.Roles[one.Role]
		if one.Confirmer == "" || role == nil || !role.Allows(may) {
			continue
		}
		list = append(list, door.Colleague{ID: one.Account, Name: of[one.Account].Name, Role: one.Role, Title: ieum.Text{KO: fmt.Sprintf("%s %d", role.Title.KO, one.First), EN: fmt.Sprintf("%s %d", role.Title.EN, one.First)}, Organisation: one.Organisation, Site: one.Site,
			Place: places[one.Organisation], Office: offices[one.Organisation+"/"+one.Site]})
	}
	slices.SortStableFunc(list, func(a, b door.Colleague) int { return strings.Compare(a.Name, b.Name) })
	return list, err
}

// IsStaff says whether an account has a role of staff.
func (c colleagues) IsStaff(ctx context.Context, a ieum.AccountID) (bool, error) {
	return c.g.IsStaff(ctx, a)
}

// Named returns the account of a sign-in name that somebody gives.
func (c colleagues) Named(ctx context.Context, by ieum.AccountID, name string) (ieum.AccountID, error) {
	a, err := c.g.Named(ctx, by, name)
	return a.ID, err
}

// NameOf returns the sign-in name of an account.
func (c colleagues) NameOf(ctx context.Context, a ieum.AccountID) (string, error) {
	of, err := c.g.Account(ctx, a)
	if errors.Is(err, ieum.ErrNotFound) {
		return "", nil
	}
	return of.Name, err
}

// Organisations returns the names of the organisations of a kind, or of any.
func (c colleagues) Organisations(ctx context.Context, kind string) (map[string]string, error) {
	all, err := c.g.Organisations(ctx)
	names := map[string]string{}
	for _, o := range all {
		if kind == "" || o.Kind == kind {
			names[o.ID] = o.Name
		}
	}
	return names, err
}

// TellOfAnswer has somebody told that an employer answered.
func (c colleagues) TellOfAnswer(ctx context.Context, a ieum.AccountID) error {
	return c.g.TellOfAnswer(ctx, a)
}

// Remove removes an account.
func (c colleagues) Remove(ctx context.Context, a ieum.AccountID) error { return c.g.Remove(ctx, a) }

// proofs is the ledger as the door asks it.
type proofs struct{ l *ledger.Ledger }

// Opens says whether what ties an entry to the journal is there.
func (p proofs) Opens(ctx context.Context, seq int64) (bool, error) {
	_, err := p.l.Open(ctx, seq)
	if errors.Is(err, ieum.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Proof returns what shows that an entry is in the log.
func (p proofs) Proof(ctx context.Context, seq int64) (hash, salt []byte, proof string, err error) {
	o, err := p.l.Open(ctx, seq)
	if err != nil {
		return nil, nil, "", err
	}
	in, err := p.l.Prove(ctx, seq)
	if err != nil {
		return nil, nil, "", err
	}
	return o.Hash, o.Salt, string(in.Text()), nil
}

// Erase cuts the tie between entries and the journal.
func (p proofs) Erase(ctx context.Context, seqs ...int64) error { return p.l.Erase(ctx, seqs...) }

// Proved says whether it was seen whose account it is.
func (c colleagues) Proved(ctx context.Context, a ieum.AccountID) (bool, error) {
	return c.g.Proofed(ctx, a)
}

// Known returns who the owner of an account was proved to be.
func (c colleagues) Known(ctx context.Context, a ieum.AccountID) (door.Known, error) {
	k, err := c.g.Known(ctx, a)
	return door.Known(k), err
}

// delivered are the rows that sources delivered about people, as the door asks for
// them.
type delivered struct {
	*catalogue.Catalogue
	s   *store
	set *defs.Set
	now func() time.Time
}

// Simulated says whether the rows of a source are made up.
func (d delivered) Simulated(source ieum.SourceID) bool {
	s := d.set.Sources[source]
	return s != nil && s.Simulated
}

// RowPerson returns the id under which reads of a row are recorded.
func (d delivered) RowPerson(source ieum.SourceID, key string) ieum.PersonID {
	return catalogue.RowPerson(d.s.keys, source, "resume", key)
}

// HideErased hides rows that were erased, having written down that the keys of all
// rows are read for it.
func (d delivered) HideErased(ctx context.Context, by ieum.AccountID, rows map[ieum.SourceID][]string) error {
	if err := noteKeys(ctx, d.s, d.set, d.now()); err != nil {
		return err
	}
	return d.Catalogue.HideErased(ctx, by, rows)
}
