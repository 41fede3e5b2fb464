package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"io/fs"
	"os"
	"strings"

	"ieum"
	"ieum/defs"
	"ieum/internal/door"
	"ieum/internal/identity"
	"ieum/internal/match"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/web"
)

// asking is who of staff asks a command that shows single people, and what for.
type asking struct{ name, credential, purpose string }

// flags declares the flags by which a command learns it.
func (a *asking) flags(fs *flag.FlagSet) {
	fs.StringVar(&a.name, "as", "", "your sign-in `name`; each person who is shown is told that you looked")
	fs.StringVar(&a.purpose, "purpose", "", "what you look for: a `purpose` of defs/purposes")
	fs.StringVar(&a.credential, "credential", "", "the `file` that ieum account credential NAME --out FILE made")
}

// rowReader lets somebody of staff see rows about people, one record each.
type rowReader struct {
	*store
	registry *identity.Registry
	imported imported
	by       *web.Reader
}

// open takes the credential for who it says to be. The caller closes what it
// returns.
func (a *asking) open(ctx context.Context, e *env, set *defs.Set) (*rowReader, error) {
	want := e.doing.purpose
	switch {
	case a.name == "" || a.purpose == "" || a.credential == "":
		return nil, ieum.Errorf(ieum.ErrDenied, "this shows people, who are told of it: say who you are and what for with --as NAME --purpose %s --credential FILE; ieum account credential NAME --out FILE makes the file", want)
	case a.purpose != string(want):
		return nil, ieum.Errorf(ieum.ErrDenied, "ieum %s shows people for the purpose %s alone, not %s; ask with --purpose %s", e.doing.name, want, a.purpose, want)
	}
	token, err := a.token()
	if err != nil {
		return nil, err
	}
	s, err := openStore(ctx, e, set)
	if err != nil {
		return nil, err
	}
	r, err := a.reader(ctx, e, set, s, token)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return r, nil
}

func (a *asking) reader(ctx context.Context, e *env, set *defs.Set, s *store, token string) (*rowReader, error) {
	g, err := openRegistry(ctx, e, s, set)
	if err != nil {
		return nil, err
	}
	by, err := a.who(ctx, e, g, token)
	if err != nil {
		return nil, err
	}
	d, err := door.New(ctx, s.db, set, e.now, door.Needs{Keys: s.keys, Accounts: colleagues{g, set}})
	if err != nil {
		return nil, err
	}
	return &rowReader{s, g, imported{d}, by}, nil
}

// token reads the credential.
func (a *asking) token() (string, error) {
	if err := durable.Private(a.credential); err != nil {
		return "", err
	}
	token, err := os.ReadFile(a.credential)
	if err != nil {
		return "", ieum.Errorf(ieum.ErrNotFound, "the credential %s cannot be read (%v); make one with: ieum account credential %s --out FILE", a.credential, errors.Unwrap(err), a.name)
	}
	return strings.TrimSpace(string(token)), nil
}

// who is whose credential it is, who must be who it is said to be.
func (a *asking) who(ctx context.Context, e *env, g *identity.Registry, token string) (*web.Reader, error) {
	p, err := g.Who(ctx, token)
	if err != nil {
		return nil, err
	}
	if !p.SignedIn() || p.Name != identity.Name(a.name) {
		return nil, ieum.Errorf(ieum.ErrDenied, "the credential %s is not %s's, or does not hold any more (30 minutes unused, 12 hours in all); make a new one with: ieum account credential %s --out FILE", a.credential, a.name, a.name)
	}
	return &web.Reader{ID: p.ID, Name: p.Name, Fresh: p.Fresh(e.now()), May: p.MayAny, Over: p.Over}, nil
}

// imported is the door for the rows that were imported about people.
type imported struct{ door *door.Door }

// Look writes down that somebody reads what a source's row tells about a person,
// before it is shown.
func (i imported) Look(ctx context.Context, by *web.Reader, purpose ieum.PurposeID, person ieum.PersonID) error {
	_, err := i.door.ReadImported(ctx, askerOf(by), person, purpose)
	return err
}

// askerOf is a reader as the door knows one.
func askerOf(by *web.Reader) door.Asker {
	return door.Asker{ID: by.ID, Fresh: by.Fresh, May: by.May, Over: by.Over}
}

// lookAt writes down who is shown, and leaves out who was erased.
func (r *rowReader) lookAt(ctx context.Context, e *env, found *match.People) error {
	shown := found.People[:0]
	for _, p := range found.People {
		there, err := r.look(ctx, e, p.Source, p.Key)
		if err != nil {
			return err
		}
		if there {
			shown = append(shown, p)
		}
	}
	found.People = shown
	return nil
}

// look is Look for what the command shows; false for somebody who was erased.
func (r *rowReader) look(ctx context.Context, e *env, source ieum.SourceID, key string) (bool, error) {
	person, err := r.store.catalogue.Whose(ctx, source, "resume", key)
	if err == nil {
		err = r.imported.Look(ctx, r.by, e.doing.purpose, person)
	}
	if errors.Is(err, ieum.ErrNotFound) {
		return false, nil
	}
	return err == nil, inTime(err)
}

// makeCredential signs somebody in who gives the password and a code, a line
// each, on standard input. What it writes holds as a session does, and its owner
// sees and ends it at /account.
func makeCredential(ctx context.Context, e *env, g *identity.Registry, name, path string) error {
	taken := ieum.Errorf(ieum.ErrConflict, "there is a file %s already; remove it, or name another file: nothing was changed", path)
	if _, err := os.Lstat(path); err == nil {
		return taken
	}
	in := bufio.NewScanner(e.stdin)
	ask := func(what string) string {
		e.say("%s:", what)
		in.Scan()
		return strings.TrimRight(in.Text(), "\r")
	}
	visit := identity.Visit{Address: "127.0.0.1", Agent: "ieum"}
	entry, err := g.SignIn(ctx, visit, name, ask("The password of "+name))
	if err != nil {
		return err
	}
	if entry.Second {
		p, err := g.Who(ctx, entry.Cookie)
		if err != nil {
			return err
		}
		if entry, err = g.Second(ctx, visit, p, ask("A code of the app, or a printed one")); err != nil {
			return err
		}
	}
	err = durable.WriteNew(path, []byte(entry.Cookie+"\n"))
	if errors.Is(err, fs.ErrExist) {
		return taken
	}
	if err != nil {
		return err
	}
	e.say("%s holds until it was not used for 30 minutes, 12 hours at most; %s sees and ends it at /account", path, name)
	return nil
}
