package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"

	"ieum"
	"ieum/defs"
	"ieum/internal/catalogue"
	"ieum/internal/door"
	"ieum/internal/jobcare"
	"ieum/internal/simulate"
	"ieum/internal/snapshot"
)

// bringDemo fills an empty data folder with a simulated market that ends today.
// A folder of a demo that has a snapshot is left as it is. Killed half-way, the
// next start begins where it can.
func bringDemo(ctx context.Context, e *env, p simulate.Params) error {
	set, err := e.definitions()
	if err != nil {
		return err
	}
	if err := demoFolder(ctx, e, set); err != nil {
		return err
	}
	if _, err := snapshot.Current(e.Data); !errors.Is(err, ieum.ErrUnavailable) {
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
	if _, err = s.catalogue.Build(ctx, nil, parts(set, e.now)...); err != nil {
		return err
	}
	return noteSigns(ctx, e, set, s)
}

// demoFolder refuses a data folder in which somebody works: the sign-ins of a demo
// are printed, and a folder that has them never loses them.
func demoFolder(ctx context.Context, e *env, set *defs.Set) error {
	s, err := openStore(ctx, e, set)
	if err != nil {
		return err
	}
	defer s.Close()
	registry, err := openRegistry(ctx, e, s, set)
	if err != nil {
		return err
	}
	if demo, err := registry.Demo(ctx); demo || err != nil {
		return err
	}
	used, err := registry.Used(ctx)
	if used {
		return ieum.Errorf(ieum.ErrConflict, "the data folder has accounts of people, and the sign-ins of a demo are for everybody who sees them; serve it without --demo, or name another folder with --data DIR")
	}
	if err != nil {
		return err
	}
	return onlySimulated(ctx, s)
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
	number, err := a.demoRow(ctx) // first: a desk links no account of which nobody knows whose it is
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
		e.say("  %-14s %s/enrol/%s", strings.TrimPrefix(one.Name, "demo-"), strings.TrimSuffix(at, "/"), one.Token)
	}
	if number != "" {
		e.say("The seeker is proved to be somebody made up, whose résumé has the number %s there: bring it in at %s/my", number, strings.TrimSuffix(at, "/"))
	}
	return nil
}

// demoPeople keeps records of made-up people, once in a data folder, so that the
// pages of a demo have something to show: a seeker with a history, and clients of
// two counsellors. Who of them is erased does not come back.
func (a *app) demoPeople(ctx context.Context) error {
	begins, err := a.registry.DemoBegins(ctx)
	if err != nil || !begins {
		return err
	}
	of, err := a.demoAskers(ctx)
	if err != nil {
		return err
	}
	if _, err := a.door.Own(ctx, of["seeker"]); !errors.Is(err, ieum.ErrNotFound) {
		return err // of a version before, which did not say that it had begun
	}
	for _, client := range []struct{ counsellor, name string }{{"counsellor", "이가상"}, {"counsellor", "박가상"}, {"counsellor-2", "최가상"}} {
		if err := a.demoClient(ctx, of[client.counsellor], client.name); err != nil {
			return err
		}
	}
	return errors.Join(a.demoSeeker(ctx, of), a.demoCounted(ctx))
}

// countedInDemo are people of a demo who let themselves be counted: as many as an export
// tells of at least.
var countedInDemo = []ieum.Resume{
	{Headline: "간호조무사 6년", BirthYear: 1984, Region: "26", Education: "high", Careers: []ieum.Career{{Title: "간호조무사", Months: 72, Text: "외래에서 혈압을 재고 접수를 도왔습니다."}}},
	{Headline: "용접 12년", BirthYear: 1975, Region: "48", Education: "high", Careers: []ieum.Career{{Title: "용접원", Months: 144, Text: "배관을 용접하고 도면을 보았습니다."}}},
	{Headline: "사무 보조 2년", BirthYear: 1998, Region: "11", Education: "bachelor", Careers: []ieum.Career{{Title: "총무 사무원", Months: 24, Text: "엑셀로 장부를 정리하고 전화를 받았습니다."}}},
	{Headline: "화물차 운전 15년", BirthYear: 1969, Region: "41", Education: "high", Careers: []ieum.Career{{Title: "화물차 운전원", Months: 180, Text: "5톤 화물차로 물건을 날랐습니다."}}},
	{Headline: "한식 조리 8년", BirthYear: 1980, Region: "26", Education: "associate", Careers: []ieum.Career{{Title: "한식 조리사", Months: 96, Text: "식단을 짜고 재료를 손질했습니다."}}},
}

// demoCounted keeps the résumés of people who agreed that the demo's agency counts
// them, so that an export can be tried.
func (a *app) demoCounted(ctx context.Context) error {
	for i, resume := range countedInDemo {
		id, err := a.registry.DemoSeeker(ctx, fmt.Sprintf("demo-counted-%d", i+1))
		if err != nil {
			return err
		}
		by := door.Asker{ID: id, Fresh: true, May: a.set.Roles["seeker"].Allows}
		p, err := a.door.Begin(ctx, by)
		if err != nil {
			return err
		}
		if err := a.door.KeepResume(ctx, by, p.ID, resume); err != nil {
			return err
		}
		if _, err := a.door.Give(ctx, by, p.ID, door.Wish{Purpose: counting, Recipient: "demo"}); err != nil {
			return err
		}
	}
	return nil
}

// demoClient registers somebody at the desk.
func (a *app) demoClient(ctx context.Context, counsellor door.Asker, name string) error {
	client, err := a.door.Register(ctx, counsellor, door.Registration{Contact: door.Contact{Name: name}, Basis: defs.BasisLaw})
	if err != nil {
		return err
	}
	return a.door.KeepResume(ctx, counsellor, client, ieum.Resume{Headline: "주방 보조 5년", Careers: []ieum.Career{{Title: "주방 보조원", Months: 60}}})
}

// demoSeeker keeps records of the seeker, who lets a counsellor and an employer
// in, stopped another consent, was looked at, and had an auditor look at that.
func (a *app) demoSeeker(ctx context.Context, of map[string]door.Asker) error {
	seeker := of["seeker"]
	if err := a.demoDesk(ctx, of); err != nil {
		return err
	}
	p, err := a.door.Begin(ctx, seeker)
	if err != nil {
		return err
	}
	resume := ieum.Resume{Headline: "프레스 조작 21년, 지게차 운전", Careers: []ieum.Career{{Title: "프레스 조작원", Months: 252, Text: "금형을 갈아 끼우고 치수를 재서 불량을 골라냈습니다."}},
		Certificates: []string{"지게차운전기능사"}, Region: "26"}
	err = errors.Join(a.door.KeepContact(ctx, seeker, p.ID, door.Contact{Name: demoName, Phone: "010-0000-0000"}), a.door.KeepResume(ctx, seeker, p.ID, resume),
		a.demoSession(ctx, of["counsellor"], p.ID, resume))
	if err != nil {
		return err
	}
	var given door.Consent
	for _, w := range []door.Wish{{Purpose: "counselling", Recipient: string(of["counsellor-2"].ID)}, {Purpose: "counselling", Recipient: string(of["counsellor"].ID)}, {Purpose: "hiring", Recipient: "demo-firm"}} {
		if given, err = a.door.Give(ctx, seeker, p.ID, w); err != nil {
			return err
		}
	}
	all, err := a.door.Consents(ctx, p.ID)
	for _, c := range all {
		if c.Account == of["counsellor-2"].ID {
			err = errors.Join(err, a.door.Stop(ctx, seeker, p.ID, c.ID))
		}
	}
	if err != nil {
		return err
	}
	if _, err := a.door.Read(ctx, of["counsellor"], p.ID, "counselling", ieum.ContactRecord, ieum.ResumeRecord); err != nil {
		return err
	}
	if _, _, err := a.door.Candidate(ctx, of["employer"], given.ID); err != nil {
		return err
	}
	return a.demoComplaint(ctx, seeker, of["auditor"], p.ID)
}

const demoName = "김가상"

// demoDesk registers the seeker with the counsellor and gives them their account, as two of
// staff do; of an account that was not proved to be anybody's it does nothing.
func (a *app) demoDesk(ctx context.Context, of map[string]door.Asker) error {
	proved, err := a.door.Accounts.Proved(ctx, of["seeker"].ID)
	if err != nil || !proved {
		return err
	}
	client, err := a.door.Register(ctx, of["counsellor"], door.Registration{Contact: door.Contact{Name: demoName}, Basis: defs.BasisLaw})
	if err != nil {
		return err
	}
	if err := a.door.Link(ctx, of["counsellor"], client, "demo-seeker"); err != nil {
		return err
	}
	waiting, err := a.door.Waiting(ctx, of["counsellor-2"])
	for _, m := range waiting {
		if m.Person == client {
			err = errors.Join(err, a.door.Confirm(ctx, of["counsellor-2"], m.ID, "demo-seeker"))
		}
	}
	return err
}

// demoSession holds a session with the seeker, if they are the counsellor's client and there is
// a snapshot to talk about.
func (a *app) demoSession(ctx context.Context, counsellor door.Asker, person ieum.PersonID, resume ieum.Resume) error {
	cases, err := a.door.CasesOf(ctx, person)
	if err != nil || len(cases) == 0 {
		return err
	}
	if _, err := a.door.Read(ctx, counsellor, person, counselling, ieum.ContactRecord, ieum.ResumeRecord, ieum.NoteRecord); err != nil {
		return err
	}
	s, err := a.adviser.Begin(ctx, resume)
	if errors.Is(err, ieum.ErrUnavailable) {
		return nil
	}
	if err != nil {
		return err
	}
	today := ieum.DayOf(a.now())
	s.Steps = []jobcare.Agreed{{What: "가상 정밀에 전화해 교대 시간 물어보기", By: today + 3}, {What: "금형 수리 과정 설명회 가기", By: today + 10}, {What: "경력증명서 떼기", Done: true}}
	s.Next = today + 14
	_, err = clients{a.door}.keep(ctx, counsellor, person, "demo", "지어낸 상담입니다. 치수를 재고 불량을 골라내신 21년이 큰 힘입니다.", s)
	return err
}

// demoComplaint asks the auditor to look at the employer's read, and answers.
func (a *app) demoComplaint(ctx context.Context, seeker, auditor door.Asker, person ieum.PersonID) error {
	if _, err := a.sealer.Seal(ctx); err != nil { // what is complained about has a number
		return err
	}
	looked, err := a.door.LookedAt(ctx, person, 0)
	if err != nil {
		return err
	}
	for _, l := range looked.Lines {
		if l.Role == "employer" {
			return errors.Join(a.door.Complain(ctx, seeker, person, l.Seq), a.door.Settle(ctx, auditor, person, person, l.N, true, "본인이 동의한 기업이 동의한 기간 안에 본 것을 확인했습니다."))
		}
	}
	return nil
}

// demoAskers are the accounts of a demo, by their names without "demo-".
func (a *app) demoAskers(ctx context.Context) (map[string]door.Asker, error) {
	of := map[string]door.Asker{}
	for _, name := range []string{"seeker", "counsellor", "counsellor-2", "employer", "auditor"} {
		account, err := a.registry.Find(ctx, "demo-"+name)
		if err != nil {
			return nil, err
		}
		grants, err := a.registry.Grants(ctx, account.ID)
		if err != nil || len(grants) == 0 {
			return nil, errors.Join(err, ieum.Errorf(ieum.ErrConflict, "the demo account %s has no role; name another folder with --data DIR", name))
		}
		g := grants[0]
		allows := a.set.Roles[g.Role].Allows
		of[name] = door.Asker{ID: account.ID, Fresh: true, May: allows, Over: func(may ieum.Permission, to ieum.Subject) (ieum.Held, bool) {
			return ieum.Held{Role: g.Role, Organisation: g.Organisation, Site: g.Site}, allows(may) && to.Organisation == g.Organisation
		}}
	}
	return of, nil
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
