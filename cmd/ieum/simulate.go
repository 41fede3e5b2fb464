package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"ieum/internal/platform/web"
	"ieum/internal/simulate"
)

var simulateCommand = &command{
	name: "simulate", args: "--resumes N --postings M --seed S --out DIR",
	about: "a made-up labour market with known truth as Parquet; bring it in with: ieum ingest simulated DIR",
	holds: web.Nothing,
	setup: func(fs *flag.FlagSet) run {
		p := simulate.Default()
		fs.IntVar(&p.Resumes, "resumes", p.Resumes, "résumés")
		fs.IntVar(&p.Postings, "postings", p.Postings, "postings")
		fs.Uint64Var(&p.Seed, "seed", p.Seed, "the same seed gives the same market")
		fs.TextVar(&p.AsOf, "as-of", p.AsOf, "the last `day` the data speaks of")
		fs.IntVar(&p.PartRows, "part-rows", p.PartRows, "rows a file")
		fs.StringVar(&p.Confounding, "confounding", p.Confounding, "observed or partial: whether the log has aptitude and motivation, which confound")
		fs.Float64Var(&p.Discrimination, "discrimination", p.Discrimination, "of groups by employers in the log, from 0 (none) to 1")
		fs.IntVar(&p.Twins, "twins", p.Twins, "people who are written anew as of other groups, below truth/")
		fs.StringVar(&p.Only, "only", p.Only, "people, postings or log: write nothing else")
		fs.Func("changes", "write the day after that market instead: `R,P` résumés and postings, known ones changed and new ones; ieum ingest --change simulated DIR", func(s string) error {
			_, err := fmt.Sscanf(s, "%d,%d", &p.ChangedResumes, &p.ChangedPostings)
			if err != nil || s != fmt.Sprintf("%d,%d", p.ChangedResumes, p.ChangedPostings) {
				return errors.New("two numbers with a comma between, such as 200,60")
			}
			return nil
		})
		out := fs.String("out", "", "the folder to write to, new or empty")
		for _, r := range p.List() {
			fs.Float64Var(r.Value, r.Name, r.Default, "share of "+r.About)
		}
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) > 0 || *out == "" {
				return usagef("simulate takes no arguments and needs --out DIR")
			}
			if err := p.Check(); err != nil {
				return usage{err}
			}
			return makeMarket(ctx, e, p, *out)
		}
	},
}

// makeMarket writes a simulated market to dir and says what is in it.
func makeMarket(ctx context.Context, e *env, p simulate.Params, dir string) error {
	set, err := e.definitions()
	if err != nil {
		return err
	}
	m, err := simulate.New(set, p)
	if err != nil {
		return err
	}
	began := e.now()
	bar := newProgress(e)
	had, err := m.Write(ctx, dir, bar.tell)
	bar.end()
	if err != nil {
		return err
	}
	if had {
		e.say("%s holds this simulation already; nothing was written.", dir)
		return nil
	}
	if p.ChangedResumes+p.ChangedPostings > 0 {
		e.say("Wrote the day after: %d résumés and %d postings, known ones changed and new ones, to %s in %.1f s. Nothing in it is real. Onto the market: ieum ingest --change simulated %s",
			p.ChangedResumes, p.ChangedPostings, dir, e.now().Sub(began).Seconds(), dir)
		return nil
	}
	if p.Only != "" {
		e.say("Wrote only the %s of the market to %s in %.1f s. Nothing in it is real.", p.Only, dir, e.now().Sub(began).Seconds())
		return nil
	}
	e.say("Wrote %d résumés of %d people and %d postings of %d employers to %s in %.1f s. Nothing in it is real; %s/truth says what is behind it.",
		p.Resumes, m.People(), p.Postings, m.Firms(), dir, e.now().Sub(began).Seconds(), dir)
	return nil
}

// A progress shows how far long work has come, on a terminal only.
type progress struct {
	e    *env
	on   bool
	mu   sync.Mutex
	next time.Time
}

func newProgress(e *env) *progress {
	p := &progress{e: e}
	if f, ok := e.stderr.(interface{ Stat() (fs.FileInfo, error) }); ok {
		info, err := f.Stat()
		p.on = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// tell shows a state, ten times a second at most. It may be called from several
// goroutines.
func (p *progress) tell(s simulate.Progress) {
	if !p.on || !p.mu.TryLock() {
		return
	}
	defer p.mu.Unlock()
	if now := p.e.now(); now.After(p.next) {
		p.next = now.Add(100 * time.Millisecond)
		fmt.Fprintf(p.e.stderr, "\r%3d %%  %d of %d rows", 100*s.Done/max(s.Total, 1), s.Done, s.Total)
	}
}

// end clears the line.
func (p *progress) end() {
	if p.on {
		fmt.Fprint(p.e.stderr, "\r\x1b[K")
	}
}
