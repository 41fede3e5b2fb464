package identity

import (
	"context"
	"errors"
	"maps"
	"slices"

	"ieum"
	"ieum/internal/platform/journal"
)

// A Ready is a sign-in of a demo.
type Ready struct {
	Role  ieum.RoleID
	Name  string // what the account signs in with
	Token string // of its link
}

// The places of a demo.
const (
	demoAgency = "demo"
	demoFirm   = "demo-firm"
)

// demoPlaces adds the places of a demo that are not there yet.
func (g *Registry) demoPlaces(ctx context.Context) error {
	for _, o := range []Organisation{{ID: demoAgency, Name: "가상 일자리센터", Kind: "agency"}, {ID: demoFirm, Name: "가상정밀 주식회사", Kind: "employer"}} {
		if err := g.AddOrganisation(ctx, Console, o); err != nil && !errors.Is(err, ieum.ErrInvalid) {
			return err
		}
	}
	for _, s := range []Site{{ID: "east", Name: "동부 창구"}, {ID: "west", Name: "서부 창구"}} {
		if err := g.AddSite(ctx, Console, demoAgency, s); err != nil && !errors.Is(err, ieum.ErrInvalid) {
			return err
		}
	}
	return nil
}

// demoGrants are the roles of a demo, by what their accounts sign in with: one of
// each, and a second of those whose work takes two people.
func (g *Registry) demoGrants() map[string]Grant {
	grants := map[string]Grant{}
	for id := range g.roles {
		grants["demo-"+string(id)] = Grant{Role: id, Organisation: demoAgency}
	}
	for name, want := range map[string]Grant{
		"demo-employer":     {Role: "employer", Organisation: demoFirm},
		"demo-counsellor":   {Role: "counsellor", Organisation: demoAgency, Site: "east"},
		"demo-counsellor-2": {Role: "counsellor", Organisation: demoAgency, Site: "west"},
		"demo-operator-2":   {Role: "operator", Organisation: demoAgency},
	} {
		if g.roles[want.Role] != nil {
			grants[name] = want
		}
	}
	return grants
}

// MakeDemo makes the accounts of a demo and returns links that sign in to them,
// by name. They work while the service runs as a demo, at most twelve hours.
func (g *Registry) MakeDemo(ctx context.Context) (out []Ready, err error) {
	if err := g.demoPlaces(ctx); err != nil {
		return nil, err
	}
	grants := g.demoGrants()
	for _, name := range slices.Sorted(maps.Keys(grants)) {
		want := grants[name]
		token, grant, err := g.add(ctx, Console, name, toDemo, absolute, want)
		if errors.Is(err, ieum.ErrInvalid) {
			token, err = g.demoAgain(ctx, name)
		} else if err == nil && grant.Confirmer == "" {
			err = g.store.confirm(ctx, grant.Number, Console, func(Grant, []Grant) error { return nil })
		}
		if err != nil {
			return nil, err
		}
		out = append(out, Ready{want.Role, name, token})
	}
	return out, nil
}

// DemoSeeker makes a further account of somebody made up, whose link is not told.
func (g *Registry) DemoSeeker(ctx context.Context, name string) (AccountID, error) {
	_, grant, err := g.add(ctx, Console, name, toDemo, absolute, Grant{Role: "seeker", Organisation: demoAgency})
	return grant.Account, err
}

// demoBegun is the kind of the entry that says that the people of a demo were made.
const demoBegun = "identity.demo_begun"

// DemoBegins says, once in a data folder, that the people of a demo are to be
// made. Killed in the midst of that, some of them are there.
func (g *Registry) DemoBegins(ctx context.Context) (bool, error) {
	had, err := journal.Of(ctx, g.store.db, demoAgency, demoBegun, 0, 1)
	if err != nil || len(had) > 0 {
		return false, err
	}
	return true, g.store.tell(ctx, event{demoBegun, demoAgency, map[string]any{"by": Console}})
}

// demoAgain makes a new link for an account of an earlier start.
func (g *Registry) demoAgain(ctx context.Context, name string) (string, error) {
	a, err := g.store.named(ctx, name)
	if err != nil {
		return "", err
	}
	if !a.Demo {
		return "", ieum.Errorf(ieum.ErrConflict, "the account %s is none of a demo; name another folder with --data DIR", name)
	}
	now, token := g.now(), newToken()
	return token, g.store.addLink(ctx, Link{ID: newID("l"), Account: a.ID, Purpose: toDemo, Since: now, Until: now.Add(absolute), Maker: Console, hash: sum(token)}, now)
}
