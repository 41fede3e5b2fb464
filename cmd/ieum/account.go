package main

import (
	"context"
	"flag"
	"maps"
	"net"
	"slices"
	"strings"

	"ieum"
	"ieum/internal/identity"
	"ieum/internal/platform/web"
)

var accountCommand = &command{
	name: "account", args: "add|link|recover|credential|find|list [NAME]", about: "accounts: the first operator, a link for one not set up, a recovery, a credential for commands, those of staff",
	holds: web.Accounts,
	setup: func(fs *flag.FlagSet) run {
		role := fs.String("role", "", "with add: the role, such as operator")
		place := fs.String("place", "", "with add: the organisation the role is for, or ORGANISATION/SITE")
		out := fs.String("out", "", "with credential: the `file` to write")
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) == 0 || len(args) != map[string]int{"add": 2, "link": 2, "recover": 2, "credential": 2, "find": 2, "list": 1}[args[0]] {
				return usagef("account takes add NAME --role ROLE, link NAME, recover NAME, credential NAME --out FILE, find NAME or list")
			}
			if args[0] == "credential" && *out == "" {
				return usagef("account credential needs --out FILE")
			}
			if args[0] == "add" && *role == "" {
				return usagef("account add needs --role, such as --role operator")
			}
			e.needs = args[0] != "add"
			return withRegistry(ctx, e, func(g *identity.Registry) error {
				switch args[0] {
				case "add":
					return addAccount(ctx, e, g, args[1], ieum.RoleID(*role), *place)
				case "link":
					token, err := g.Enrol(ctx, identity.Console, args[1])
					return e.handOut(token, "good for one hour, once", err)
				case "recover":
					return recoverAccount(ctx, e, g, args[1])
				case "credential":
					return makeCredential(ctx, e, g, args[1], *out)
				case "find":
					return findAccount(ctx, e, g, args[1])
				}
				return listStaff(ctx, e, g)
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

// recoverAccount prints what the console hands over of a recovery.
func recoverAccount(ctx context.Context, e *env, g *identity.Registry, name string) error {
	got, err := g.Recover(ctx, identity.Console, name)
	if err != nil {
		return err
	}
	if got.Token != "" && got.From.IsZero() {
		e.say("A recovery of this account was cancelled lately. Somebody of staff who met the person begins it, too, at /accounts, within two weeks.")
		return e.handOut(got.Token, "good once, a day after that, with the code that they hand over", nil)
	}
	lasts := "from " + got.From.In(ieum.Seoul).Format("2006-01-02 15:04") + " on for seven days"
	if got.Code != "" {
		e.say("The link was handed over by who began the recovery. It takes this code, %s:", lasts)
		_, err = e.stdout.Write([]byte(got.Code + "\n"))
		return err
	}
	return e.handOut(got.Token, "good once, "+lasts+"; the owner is told", nil)
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

// findAccount prints the account of a name with the roles that count.
func findAccount(ctx context.Context, e *env, g *identity.Registry, name string) error {
	a, err := g.Named(ctx, identity.Console, name)
	if err != nil {
		return err
	}
	grants, err := g.Grants(ctx, a.ID)
	if err != nil {
		return err
	}
	return e.sayAccount(a, grants)
}

// listStaff prints a line an account that has a role of staff, or waits for a role that
// two people grant.
func listStaff(ctx context.Context, e *env, g *identity.Registry) error {
	grants, of, err := g.Staff(ctx)
	if err != nil {
		return err
	}
	byName := func(a, b identity.Account) int { return strings.Compare(a.Name, b.Name) }
	for _, a := range slices.SortedFunc(maps.Values(of), byName) {
		if err := e.sayAccount(a, grants); err != nil {
			return err
		}
	}
	return nil
}

// sayAccount prints an account's name and those of the roles that count for it.
func (e *env) sayAccount(a identity.Account, grants []identity.Grant) error {
	line := a.Name
	for _, one := range grants {
		if one.Account == a.ID && one.Holds(e.now()) {
			line += "\t" + string(one.Role) + " until " + ieum.DayOf(one.Until).String()
		}
	}
	_, err := e.stdout.Write([]byte(line + "\n"))
	return err
}
