package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"

	"ieum"
	"ieum/internal/door"
	"ieum/internal/jobcare"
	"ieum/internal/platform/web"
	"ieum/internal/snapshot"
)

// clients is the door for jobcare: for sessions of counselling, which are notes to it, and for exact figures.
type clients struct{ door *door.Door }

// counselling is the purpose that sessions are read for.
const counselling ieum.PurposeID = "counselling"

// Client returns what is kept of a client, having written down who reads it.
func (c clients) Client(ctx context.Context, by *web.Reader, person ieum.PersonID) (*jobcare.Client, error) {
	got, covers, err := c.door.ReadCovered(ctx, askerOf(by), person, counselling)
	if err != nil {
		return nil, err
	}
	of := c.client(person, got)
	of.Notes = slices.Contains(covers, ieum.NoteRecord)
	of.Locked = of.Notes && !slices.Contains(got.Access.Kinds, ieum.NoteRecord)
	all, err := c.door.CasesOf(ctx, person)
	for _, one := range all {
		of.Number = one.Client
	}
	if err == nil {
		of.Mine, err = c.door.Counsels(ctx, askerOf(by), person)
	}
	return of, err
}

// Own returns what is kept of somebody themselves, or of whom they act for.
func (c clients) Own(ctx context.Context, by *web.Reader, person ieum.PersonID) (*jobcare.Client, error) {
	asker := askerOf(by)
	if person == "" {
		of, err := c.door.Own(ctx, asker)
		if err != nil {
			return nil, err
		}
		person = of.ID
	}
	got, err := c.door.Read(ctx, asker, person, "own", ieum.ContactRecord, ieum.NoteRecord)
	if errors.Is(err, ieum.ErrDenied) {
		err = &ieum.Error{Kind: ieum.ErrNotFound, Key: "session.error.none", Message: "there is no such session"} // nobody learns by asking who there is
	}
	if err != nil {
		return nil, err
	}
	return c.client(person, got), nil
}

// client is what was read.
func (c clients) client(person ieum.PersonID, got *door.Disclosure) *jobcare.Client {
	of := &jobcare.Client{Person: person, Resume: got.Resume}
	if got.Contact != nil {
		of.Name = got.Contact.Name
	}
	for _, n := range got.Notes {
		if len(n.Session) == 0 {
			continue
		}
		of.Take(jobcare.Kept{Item: n.Item, At: n.At, Text: n.Text}, n.Session)
	}
	return of
}

// Keep keeps a session with a client, and returns its item.
func (c clients) Keep(ctx context.Context, by *web.Reader, person ieum.PersonID, once, text string, s jobcare.Session) (string, error) {
	return c.keep(ctx, askerOf(by), person, once, text, s)
}

func (c clients) keep(ctx context.Context, by door.Asker, person ieum.PersonID, once, text string, s jobcare.Session) (string, error) {
	staff, err := c.door.Accounts.Staff(ctx, ieum.WriteClients)
	if err != nil {
		return "", err
	}
	if i := slices.IndexFunc(staff, func(s door.Colleague) bool { return s.ID == by.ID }); i >= 0 {
		s.By = staff[i].Title // as people know them now
	}
	body, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	return c.door.AddSession(ctx, by, person, once, text, body)
}

// exactFigures is the purpose that figures are seen exactly for.
const exactFigures ieum.PurposeID = "exact-figures"

// Figures writes down that somebody of staff sees a slice of a snapshot as it was counted.
func (c clients) Figures(ctx context.Context, by *web.Reader, slice string, of snapshot.Meta) error {
	sum, err := hex.DecodeString(of.Hash)
	if err != nil {
		return err
	}
	return c.door.NoteFigures(ctx, askerOf(by), exactFigures, slice, of.Version, door.Crowd{People: int64(of.Resumes), Sum: sum})
}
