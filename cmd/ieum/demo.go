package main

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"

	"ieum"
	"ieum/internal/catalogue"
	"ieum/internal/simulate"
	"ieum/internal/snapshot"
)

// bringDemo fills an empty data folder with a simulated market that ends today.
// A folder that has a snapshot is left as it is. Killed half-way, the next start
// begins where it can.
func bringDemo(ctx context.Context, e *env, p simulate.Params) error {
	if _, err := snapshot.Current(e.Data); !errors.Is(err, ieum.ErrUnavailable) {
		return err
	}
	set, err := e.definitions()
	if err != nil {
		return err
	}
	s, done, err := openToWrite(ctx, e, set)
	if err != nil {
		return err
	}
	defer done()
	if err := onlySimulated(ctx, s); err != nil {
		return err
	}
	p.AsOf = ieum.DayOf(e.now())
	dir := filepath.Join(e.Data, "simulated-"+p.AsOf.String())
	if err := makeMarket(ctx, e, p, dir); err != nil {
		return err
	}
	e.say("Taking in the simulated people and postings …")
	if _, err := s.catalogue.Ingest(ctx, "simulated", []string{dir}, catalogue.Options{}); err != nil {
		return err
	}
	e.say("Building the snapshot …")
	_, err = s.catalogue.Build(ctx, nil, parts(set, e.now)...)
	return err
}

// demoAccounts makes the accounts of a demo and prints their sign-ins. A start
// that is no demo refuses a folder that has such accounts.
func (a *app) demoAccounts(ctx context.Context, e *env, address string) error {
	if !e.demo {
		has, err := a.registry.Demo(ctx)
		if has {
			return ieum.Errorf(ieum.ErrConflict, "the data folder has accounts of a demo, whose sign-ins were printed; serve it with --demo, or name another folder with --data DIR")
		}
		return err
	}
	list, err := a.registry.MakeDemo(ctx)
	if err != nil {
		return err
	}
	at := e.URL
	if at == "" {
		_, port, _ := net.SplitHostPort(address)
		at = "http://localhost:" + port
	}
	e.say("Sign-ins of the demo, for twelve hours at most:")
	for _, one := range list {
		e.say("  %-12s %s/enrol/%s", one.Role, strings.TrimSuffix(at, "/"), one.Token)
	}
	return nil
}

// onlySimulated refuses a data folder that took in anything else: who looks at
// a demo does not want it among the postings of an agency.
func onlySimulated(ctx context.Context, s *store) error {
	list, err := s.catalogue.Sources(ctx)
	if err != nil {
		return err
	}
	for _, source := range list {
		if source.Last != nil && source.ID != "simulated" {
			return ieum.Errorf(ieum.ErrConflict, "the data folder holds a delivery of %s, with which simulated people are not mixed; build with: ieum build, or name another folder with --data DIR", source.ID)
		}
	}
	return nil
}
