package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"ieum"
	"ieum/internal/hiring"
	"ieum/internal/identity"
	"ieum/internal/jobcare"
	"ieum/internal/platform/web"
	"ieum/internal/snapshot"
)

// employers is the source of employers' own postings: of a demo they are made up, and said
// to be.
func (e *env) employers() ieum.SourceID {
	if e.demo {
		return "simulated"
	}
	return "employers"
}

// openBoard returns the employers' postings, tied to accounts, to what the law says of a
// posting, and to what is served.
func openBoard(ctx context.Context, e *env, m *market, s *store, g *identity.Registry, site *web.Site) (b *hiring.Board, err error) {
	source := string(e.employers())
	b, err = hiring.New(ctx, s.db, m.set, e.now, hiring.Needs{
		Organisations: func(ctx context.Context) (map[string]string, error) {
			return colleagues{g, m.set}.Organisations(ctx, "employer")
		},
		Look: func(lang ieum.Lang, text string) (out []hiring.Warning) {
			for _, w := range s.catalogue.Check(site, lang, text).Warnings {
				out = append(out, hiring.Warning{Kind: w.Kind, Words: w.Words, Law: w.Law, Why: w.Why})
			}
			return out
		},
		Read: func(title, duties string) (string, float64) {
			codes := s.coder.Code(title, duties, 1)
			if len(codes) == 0 {
				return "", 0
			}
			return codes[0].Code, codes[0].P
		},
		Crowd: func(occupation, region, career string) (c hiring.Crowd, err error) {
			of, err := m.adviser.Market(jobcare.Query{Occupation: occupation, Region: region, Career: career})
			if err != nil {
				return c, err
			}
			c = hiring.Crowd{N: int(of.Seekers.Int()), Hidden: of.Seekers.Suppressed, Told: of.Wished.Median.N, Day: of.Day, Snapshot: of.Snapshot, Simulated: of.Simulated}
			for i, f := range []jobcare.Figure{of.Wished.P10, of.Wished.P25, of.Wished.Median, of.Wished.P75, of.Wished.P90} {
				c.Wished[i] = f.Int()
			}
			return c, nil
		},
		Public: func(id string) string { return snapshot.FormatID(snapshot.RowID(source, id)) },
		Shut: func(ctx context.Context) error {
			closed, err := b.Closed(ctx)
			if err == nil {
				m.matcher.Shut(closed)
			}
			return err
		},
	})
	return b, err
}

// putUpHere returns whose posting a row of a source is, "" where nobody put it up here or it is
// closed.
func (e *env) putUpHere(b *hiring.Board) func(ctx context.Context, source ieum.SourceID, key string) string {
	return func(ctx context.Context, source ieum.SourceID, key string) string {
		if source != e.employers() {
			return ""
		}
		organisation, open, err := b.Of(ctx, key)
		if err != nil || !open {
			return ""
		}
		return organisation
	}
}

// shut hides what employers closed, here or at another server, until ctx ends.
func (a *app) shut(ctx context.Context, every time.Duration) {
	for {
		if err := a.board.Shut(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "hiring: hide what was closed", "err", err)
		}
		if !wait(ctx, every) {
			return
		}
	}
}

func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// delivering is how often what employers put up is looked for; after a delivery it rests as
// long as that took, so that at most half of the time goes into it.
const delivering = 2 * time.Second

// deliver brings what employers put up, corrected and closed into the lake and into a
// snapshot, until ctx ends. Of two servers on one database the one does it that numbers what
// happens: its folder is the one that is delivered to. While something else is taken in or
// built it waits.
func (a *app) deliver(ctx context.Context) {
	for rest := delivering; wait(ctx, rest); {
		began := a.now()
		rest = delivering
		leads, err := a.sealer.Leads(ctx)
		if err != nil || !leads {
			continue
		}
		unlock, err := lockBuild(a.data)
		if err != nil {
			continue
		}
		unlock()
		done, err := a.board.Pass(ctx, filepath.Join(a.data, "outbox"), a.courier)
		if err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "hiring: deliver", "err", err)
		}
		if done {
			rest = max(rest, a.now().Sub(began))
		}
	}
}

// A courier takes postings in and builds with the commands that operators use, each a process
// of its own: what it takes of memory and processors is not the server's.
type courier struct {
	e      *env
	source ieum.SourceID
}

// Deliver takes a folder of postings in.
func (c courier) Deliver(ctx context.Context, dir string) error {
	return c.e.another(ctx, "ingest", "--change", string(c.source), dir)
}

// Build makes a snapshot of what changed, or a whole one where that cannot be.
func (c courier) Build(ctx context.Context) error {
	if _, err := snapshot.Current(c.e.Data); err != nil {
		return c.e.another(ctx, "build")
	}
	err := c.e.another(ctx, "build", "--changes")
	if err != nil && strings.Contains(err.Error(), "build it whole") {
		return c.e.another(ctx, "build")
	}
	return err
}

// another runs another command of this program on the same data and definitions.
func (e *env) another(ctx context.Context, args ...string) error {
	self := "/proc/self/exe"
	if _, err := os.Stat(self); errors.Is(err, fs.ErrNotExist) {
		if self, err = os.Executable(); err != nil {
			return err
		}
	}
	c := exec.CommandContext(ctx, self, args...)
	c.Env = append(os.Environ(), "IEUM_DATA="+e.Data, "IEUM_DEFS="+e.Defs, "IEUM_DATABASE="+e.Database, "IEUM_KEYS="+e.Keys, "IEUM_MASTER_KEY="+e.Master)
	var said strings.Builder
	c.Stderr = &said
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = 10 * time.Second
	if err := c.Run(); err != nil {
		return fmt.Errorf("ieum %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(said.String()))
	}
	return nil
}
