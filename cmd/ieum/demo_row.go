package main

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"ieum"
	"ieum/internal/identity"
	"ieum/internal/platform/table"
)

// demoRow proves the seeker of a demo, as a simulated telephone does, to be somebody
// whose résumé was made up, and returns the number under which it can be brought in;
// "" when the made-up files are there no more.
func (a *app) demoRow(ctx context.Context) (number string, err error) {
	number, who, err := a.madeUp(ctx)
	if err != nil || number == "" {
		return "", err
	}
	seeker, err := a.registry.Find(ctx, "demo-seeker")
	if err != nil {
		return "", err
	}
	known, err := a.registry.Known(ctx, seeker.ID)
	if err != nil || known.Token != "" {
		return number, err
	}
	self := &identity.Person{Account: seeker}
	id, _, err := a.registry.BeginProof(ctx, self, identity.ByMobile, "")
	if err != nil {
		return "", err
	}
	return number, a.registry.FinishProof(ctx, self, id, "", who)
}

// madeUp returns a simulated résumé's number and who it is about.
func (a *app) madeUp(ctx context.Context) (number string, who ieum.Who, err error) {
	files, err := filepath.Glob(filepath.Join(a.data, "simulated-*", "resumes", "part-*.parquet"))
	if err != nil || len(files) == 0 {
		return "", who, err
	}
	slices.Sort(files)
	r, err := table.Open(files[len(files)-1], table.Options{})
	if err != nil {
		return "", who, err
	}
	defer r.Close()
	row, err := r.Next()
	if err != nil {
		return "", who, err
	}
	number, _ = row.Get("id")
	who.Name, _ = row.Get("name")
	who.Birth, _ = row.Get("birth_date")
	token, err := a.store.catalogue.Who(ctx, who)
	if errors.Is(err, ieum.ErrInvalid) {
		return "", who, nil
	}
	if err != nil {
		return "", who, err
	}
	is, err := a.store.catalogue.IsOf(ctx, "simulated", number, token)
	if !is {
		number = ""
	}
	return number, who, err
}
