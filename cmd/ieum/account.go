package main

import (
	"context"
	"flag"
	"net"
	"strings"

	"ieum"
	"ieum/internal/identity"
)

var accountCommand = &command{
	name: "account", args: "add|link|recover|list [NAME]", about: "accounts: the first operator, a link for one not set up, a recovery, all of them",
	setup: func(fs *flag.FlagSet) run {
		role := fs.String("role", "", "with add: the role, such as operator")
		place := fs.String("place", "", "with add: the organisation the role is for, or ORGANISATION/SITE")
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) == 0 || len(args) != map[string]int{"add": 2, "link": 2, "recover": 2, "list": 1}[args[0]] {
				return usagef("account takes add NAME --role ROLE, link NAME, recover NAME or list")
			}
			if args[0] == "add" && *role == "" {
				return usagef("account add needs --role, such as --role operator")
			}
			return withRegistry(ctx, e, func(g *identity.Registry) error {
				switch args[0] {
				case "add":
					return addAccount(ctx, e, g, args[1], ieum.RoleID(*role), *place)
				case "link":
					token, err := g.Enrol(ctx, identity.Console, args[1])
					return e.handOut(token, "good for one hour, once", err)
				case "recover":
					token, from, err := g.Recover(ctx, identity.Console, args[1])
					return e.handOut(token, "good once, from "+from.In(ieum.Seoul).Format("2006-01-02 15:04")+" on for seven days; the owner can cancel it", err)
				}
				return listAccounts(ctx, e, g)
			})
		}
	},
}

// withRegistry opens the accounts of the data folder; a server may be running.
func withRegistry(ctx context.Context, e *env, do func(*identity.Registry) error) error {
	set, err := e.definitions()
	if err != nil {
		return err
	}
	s, err := openStore(ctx, e, set)
	if err != nil {
		return err
	}
	defer s.Close()
	g, err := openRegistry(ctx, e, s, set)
	if err != nil {
		return err
	}
	return do(g)
}

func addAccount(ctx context.Context, e *env, g *identity.Registry, name string, role ieum.RoleID, place string) error {
	organisation, site, _ := strings.Cut(place, "/")
	token, got, err := g.Add(ctx, nil, name, identity.Grant{Role: role, Organisation: organisation, Site: site})
	if err == nil && got.Confirmer == "" {
		e.say("The role %s counts once an operator confirms it at /accounts.", role)
	}
	return e.handOut(token, "good for one hour, once", err)
}

// handOut prints the address of a link.
func (e *env) handOut(token, good string, err error) error {
	if err != nil {
		return err
	}
	at := strings.TrimSuffix(e.URL, "/")
	if at == "" {
		_, port, _ := net.SplitHostPort(e.Listen)
		at = "http://localhost:" + port
	}
	e.say("Open this link, %s:", good)
	_, err = e.stdout.Write([]byte(at + "/enrol/" + token + "\n"))
	return err
}

// listAccounts prints a line an account: its name and the roles that count.
func listAccounts(ctx context.Context, e *env, g *identity.Registry) error {
	accounts, err := g.Accounts(ctx)
	if err != nil {
		return err
	}
	grants, err := g.Grants(ctx, "")
	if err != nil {
		return err
	}
	for _, a := range accounts {
		line := a.Name
		for _, one := range grants {
			if one.Account == a.ID && one.Holds(e.now()) {
				line += "\t" + string(one.Role) + " until " + ieum.DayOf(one.Until).String()
			}
		}
		if _, err := e.stdout.Write([]byte(line + "\n")); err != nil {
			return err
		}
	}
	return nil
}
