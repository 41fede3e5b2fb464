package identity

import (
	"context"
	"errors"
	"slices"
	"strings"

	"ieum"
)

// A Ready is a sign-in of a demo.
type Ready struct {
	Role  ieum.RoleID
	Token string // of its link
}

// MakeDemo makes an account for each role and returns links that sign in to
// them. They work while the service runs as a demo, at most twelve hours.
func (g *Registry) MakeDemo(ctx context.Context) (out []Ready, err error) {
	place := Organisation{ID: "demo", Name: "가상 일자리센터", Kind: "agency"}
	if err := g.AddOrganisation(ctx, Console, place); err != nil && !errors.Is(err, ieum.ErrInvalid) {
		return nil, err
	}
	for id, role := range g.roles {
		want := Grant{Role: id, Organisation: place.ID}
		token, grant, err := g.add(ctx, Console, "demo-"+string(id), toDemo, absolute, want)
		if errors.Is(err, ieum.ErrInvalid) {
			token, err = g.demoAgain(ctx, "demo-"+string(id))
		} else if err == nil && role.Staff && grant.Confirmer == "" {
			err = g.store.confirm(ctx, grant.Number, Console, func(Grant) error { return nil })
		}
		if err != nil {
			return nil, err
		}
		out = append(out, Ready{id, token})
	}
	slices.SortFunc(out, func(a, b Ready) int { return strings.Compare(string(a.Role), string(b.Role)) })
	return out, nil
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
