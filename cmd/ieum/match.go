package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"slices"

	"ieum"
	"ieum/defs"
	"ieum/internal/match"
	"ieum/internal/platform/journal"
	"ieum/internal/platform/web"
)

var matchCommand = &command{
	name: "match", args: "--resume FILE", about: "jobs for a résumé, with reasons that add up to the score",
	holds: web.Sent,
	setup: func(fs *flag.FlagSet) run {
		resume := fs.String("resume", "", "a résumé: our JSON, JSON Resume or text; - for standard input")
		k := fs.Int("k", 10, "how many jobs")
		asJSON := fs.Bool("json", false, "print JSON (docs/schemas/match.json)")
		return func(ctx context.Context, e *env, args []string) error {
			if *resume == "" || len(args) > 0 {
				return usagef("match takes a résumé: --resume FILE")
			}
			if *k < 1 {
				return usagef("match: -k is at least 1")
			}
			m, err := openMarket(e)
			if err != nil {
				return err
			}
			defer m.Close()
			r, err := readResume(e, m, *resume)
			if err != nil {
				return err
			}
			p := m.reader.Read(r)
			found, err := m.matcher.Jobs(ctx, p, match.Query{K: *k})
			if err != nil {
				return err
			}
			site := web.NewSite(m.set, e.now, nil)
			match.Say(site, web.DefaultLang, found)
			if *asJSON {
				return writeJSON(e.stdout, match.Matched{Profile: p, Result: *found})
			}
			printMatch(e.stdout, m.set, site, found)
			return nil
		}
	},
}

var candidatesCommand = &command{
	name: "candidates", args: "--posting ID [--lean 0…1]", about: "people for a posting, without anything that names them",
	holds: web.Records, through: asStaff, purpose: placement,
	setup: func(fs *flag.FlagSet) run {
		posting := fs.String("posting", "", "public number of the posting: 16 hexadecimal digits")
		k := fs.Int("k", 10, "how many people")
		lean := fs.Float64("lean", match.AsLearned, "0: by what people can do alone; 1: by what they have done alone; .5: both, as learned")
		asJSON := fs.Bool("json", false, "print JSON")
		var by asking
		by.flags(fs)
		return func(ctx context.Context, e *env, args []string) error {
			if *posting == "" || len(args) > 0 {
				return usagef("candidates takes a posting: --posting ID")
			}
			if *k < 1 {
				return usagef("candidates: -k is at least 1")
			}
			if !(*lean >= 0 && *lean <= 1) {
				return usagef("candidates: --lean is between 0 and 1")
			}
			m, err := openMarket(e)
			if err != nil {
				return err
			}
			defer m.Close()
			r, err := by.open(ctx, e, m.set)
			if err != nil {
				return err
			}
			defer r.Close()
			if err := e.noteMarket(ctx, m); err != nil {
				return err
			}
			found, err := m.matcher.Candidates(ctx, r.catalogue, *posting, *k, *lean)
			if err != nil {
				return err
			}
			if err := r.lookAt(ctx, e, found); err != nil {
				return err
			}
			site := web.NewSite(m.set, e.now, nil)
			for _, p := range found.People {
				match.SayReasons(site, web.DefaultLang, p.Reasons)
			}
			if *asJSON {
				return writeJSON(e.stdout, found)
			}
			printPeople(e.stdout, found)
			return nil
		}
	},
}

// assignments are the ways to share postings out among many people.
var assignments = []match.Assignment{match.AssignNone, match.AssignDiscount, match.AssignCapacity}

var recommendCommand = &command{
	name: "recommend", args: "", about: "the best postings for every seeker of simulated and anonymous sources: seeker TAB posting TAB score a line",
	holds: web.Records, through: asJob, purpose: placement,
	setup: func(fs *flag.FlagSet) run {
		b := match.Batch{}
		fs.IntVar(&b.K, "k", 10, "postings for each seeker")
		fs.BoolVar(&b.ExcludeApplied, "exclude-applied", false, "leave out postings the seeker has applied for")
		fs.StringVar((*string)(&b.Source), "source", "", "only postings of this source, and its seekers when it has any")
		fs.StringVar(&b.AsOf, "as-of", "", "the day whose open postings count (default today), or all: whether open or not")
		fs.StringVar((*string)(&b.Assign), "assign", string(match.AssignNone), "how postings are shared out: none, discount (what many applied for counts less), or capacity (by the people they want)")
		evaluate := fs.Bool("evaluate", false, "put applications aside, and print as JSON how many are recommended again, beside simpler ways")
		seed := fs.Uint64("seed", 1, "of --evaluate: which applications are put aside")
		return func(ctx context.Context, e *env, args []string) error {
			switch {
			case len(args) > 0:
				return usagef("recommend takes no arguments")
			case b.K < 1:
				return usagef("recommend: -k is at least 1")
			case !isDay(b.AsOf):
				return usagef("recommend: --as-of is a day such as 2026-01-31, or all")
			case !slices.Contains(assignments, b.Assign):
				return usagef("recommend: --assign is none, discount or capacity")
			}
			m, err := openMarket(e)
			if err != nil {
				return err
			}
			defer m.Close()
			if err := e.noteMarket(ctx, m); err != nil {
				return err
			}
			s, err := openStore(ctx, e, m.set)
			if err != nil {
				return err
			}
			defer s.Close()
			b.Of = func(id ieum.SourceID) bool { return m.set.Sources[id].OfNobody() }
			if *evaluate {
				found, err := m.matcher.Evaluate(ctx, s.catalogue, b, *seed)
				if err != nil {
					return err
				}
				return writeJSON(e.stdout, found)
			}
			sum := sha256.New()
			counts, err := m.matcher.Recommend(ctx, s.catalogue, b, io.MultiWriter(e.stdout, sum))
			if err != nil {
				return err
			}
			if err := sealForecast(ctx, s, counts, sum.Sum(nil)); err != nil {
				return err
			}
			left := fmt.Sprintf("%d seekers are left out: they are of sources that are neither simulated nor anonymous; of those two people take something out together, with: ieum export", counts.LeftOut)
			if counts.LeftOut > 0 && counts.Seekers == 0 {
				return ieum.Errorf(ieum.ErrDenied, "%s", left)
			}
			e.say("%d seekers, %d postings, %d lines", counts.Seekers, counts.Postings, counts.Lines)
			if counts.Applications > 0 {
				e.say("ranked by what is written and by %d applications of these seekers", counts.Applications)
			}
			if counts.Fewer > 0 {
				e.say("%d seekers have fewer than %d: no more postings are within their constraints", counts.Fewer, b.K)
			}
			if counts.LeftOut > 0 {
				e.say("%s", left)
			}
			return nil
		}
	},
}

// sealForecast commits in the journal to what was recommended and by which model, so that
// nobody can say later that it was something else.
func sealForecast(ctx context.Context, s *store, c match.Counts, lists []byte) error {
	if c.Lines == 0 {
		return nil
	}
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		return journal.Append(ctx, tx, "recommender.forecast", c.Snapshot, map[string]any{
			"lists": hex.EncodeToString(lists), "model": c.Model, "seekers": c.Seekers, "lines": c.Lines})
	})
}

// printMatch writes jobs for a person at a terminal.
func printMatch(w io.Writer, set *defs.Set, site *web.Site, r *match.Result) {
	if r.Simulated {
		fmt.Fprintln(w, "SIMULATED people and postings")
	}
	fmt.Fprintf(w, "Among %d postings open on %s:\n", r.Openings, r.Day)
	printJobs(w, set, site, r.Jobs)
	if len(r.Short) > 0 {
		fmt.Fprintln(w, "\nOne licence is missing for:")
		printJobs(w, set, site, r.Short)
	}
	for _, text := range r.Unread {
		fmt.Fprintf(w, "\nNot understood as a region: %s\n", text)
	}
}

func printJobs(w io.Writer, set *defs.Set, site *web.Site, jobs []ieum.Job) {
	for i, j := range jobs {
		fmt.Fprintf(w, "\n%d. %s  %s  %s  [%s]\n", i+1, j.Title, j.Company, set.Codes["regions"].Path(j.Region, web.DefaultLang), j.ID)
		printReasons(w, j.Score, j.Reasons)
		for _, c := range j.Missing {
			fmt.Fprintf(w, "   missing: %s\n", set.Codes["certificates"].Name(c, web.DefaultLang))
		}
		for _, key := range j.Unclear {
			fmt.Fprintf(w, "   unclear: %s\n", site.Text(web.DefaultLang, key, nil))
		}
	}
}

func printReasons(w io.Writer, score float64, reasons []ieum.Reason) {
	for _, r := range reasons {
		fmt.Fprintf(w, "   %+7.2f  %s\n", r.Points, r.Text)
	}
	fmt.Fprintf(w, "   %7.2f  in all\n", score)
}

// printPeople writes people for a posting at a terminal.
func printPeople(w io.Writer, p *match.People) {
	if p.Simulated {
		fmt.Fprintln(w, "SIMULATED people and postings")
	}
	fmt.Fprintf(w, "%s, %s: among %d résumés of people who look for work\n", p.Posting.Title, p.Posting.Company, p.Seekers)
	for i, c := range p.People {
		fmt.Fprintf(w, "\n%d. %s of %s\n", i+1, c.Key, c.Source)
		printReasons(w, c.Score, c.Reasons)
	}
}

// isDay says whether text is a day, all, or nothing.
func isDay(text string) bool {
	_, err := ieum.ParseDay(text)
	return err == nil || text == "" || text == "all"
}
