package main

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"

	"ieum"
	"ieum/defs"
	"ieum/internal/catalogue"
	"ieum/internal/door"
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
	if err := a.demoPeople(ctx); err != nil {
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

// demoPeople keeps records of made-up people, so that the pages of a demo have
// something to show: a seeker who lets the counsellor in, and two clients who were
// registered at the desk. A folder that has them is left as it is.
func (a *app) demoPeople(ctx context.Context) error {
	seeker, counsellor, err := a.demoAskers(ctx)
	if err != nil {
		return err
	}
	if _, err := a.door.Own(ctx, seeker); !errors.Is(err, ieum.ErrNotFound) {
		return err
	}
	p, err := a.door.Begin(ctx, seeker)
	if err != nil {
		return err
	}
	of := ieum.Resume{Headline: "프레스 조작 21년, 지게차 운전", Careers: []ieum.Career{{Title: "프레스 조작원", Months: 252, Text: "금형을 갈아 끼우고 치수를 재서 불량을 골라냈습니다."}},
		Certificates: []string{"지게차운전기능사"}, Region: "26"}
	err = errors.Join(a.door.KeepContact(ctx, seeker, p.ID, door.Contact{Name: "김가상", Phone: "010-0000-0000"}), a.door.KeepResume(ctx, seeker, p.ID, of))
	if err != nil {
		return err
	}
	if _, err := a.door.Give(ctx, seeker, p.ID, door.Wish{Purpose: "counselling", Recipient: string(counsellor.ID)}); err != nil {
		return err
	}
	for _, name := range []string{"이가상", "박가상"} {
		client, err := a.door.Register(ctx, counsellor, door.Registration{Contact: door.Contact{Name: name}, Basis: defs.BasisLaw})
		if err != nil {
			return err
		}
		if err := a.door.KeepResume(ctx, counsellor, client, ieum.Resume{Headline: "주방 보조 5년", Careers: []ieum.Career{{Title: "주방 보조원", Months: 60}}}); err != nil {
			return err
		}
	}
	_, err = a.door.Read(ctx, counsellor, p.ID, "counselling", ieum.ResumeRecord)
	return err
}

// demoAskers are the seeker and the counsellor of a demo.
func (a *app) demoAskers(ctx context.Context) (seeker, counsellor door.Asker, err error) {
	ask := func(role ieum.RoleID) door.Asker {
		account, failed := a.registry.Find(ctx, "demo-"+string(role))
		err = errors.Join(err, failed)
		allows := a.set.Roles[role].Allows
		return door.Asker{ID: account.ID, Fresh: true, May: allows, Over: func(may ieum.Permission, to ieum.Subject) (ieum.Held, bool) {
			return ieum.Held{Role: role, Organisation: "demo"}, allows(may) && to.Organisation == "demo"
		}}
	}
	return ask("seeker"), ask("counsellor"), err
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
