package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

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

// A madeUpRow is a simulated résumé's number and who it is about.
type madeUpRow struct {
	number string
	who    ieum.Who
}

// madeUp returns a simulated résumé that was taken in: of a press operator, as the
// seeker of a demo is one, where there is any.
func (a *app) madeUp(ctx context.Context) (number string, who ieum.Who, err error) {
	files, err := filepath.Glob(filepath.Join(a.data, "simulated-*", "resumes", "part-*.parquet"))
	if err != nil || len(files) == 0 {
		return "", who, err
	}
	slices.Sort(files)
	list, err := fitting(files[len(files)-1])
	for _, one := range list {
		token, err := a.store.catalogue.Who(ctx, one.who)
		if errors.Is(err, ieum.ErrInvalid) {
			continue
		}
		if err != nil {
			return "", who, err
		}
		if is, err := a.store.catalogue.IsOf(ctx, "simulated", one.number, token); is || err != nil {
			return one.number, one.who, err
		}
	}
	return "", who, err
}

// fitting lists the rows of a file about press operators, and after them the first
// of all.
func fitting(file string) (list []madeUpRow, err error) {
	r, err := table.Open(file, table.Options{})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var first []madeUpRow
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return append(list, first...), nil
		}
		if err != nil {
			return nil, err
		}
		text := func(column string) string { v, _ := row.Get(column); return v }
		one := madeUpRow{text("id"), ieum.Who{Name: text("name"), Birth: text("birth_date")}}
		switch {
		case strings.Contains(text("occupation")+text("headline"), "프레스"):
			list = append(list, one)
		case first == nil:
			first = []madeUpRow{one}
		}
	}
}
