package main

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"

	"ieum"
	"ieum/defs"
	"ieum/internal/match"
	"ieum/internal/platform/journal"
	"ieum/internal/platform/web"
	"ieum/internal/snapshot"
)

var signsCommand = &command{
	name: "signs", args: "[--source ID] [--csv | --json]", about: "how many open postings of each source may be stale or false; --csv: which, to be sent back to the source",
	holds: web.Nothing,
	setup: func(fs *flag.FlagSet) run {
		source := fs.String("source", "", "only postings of this source")
		asCSV := fs.Bool("csv", false, "list each posting as its source numbers it, with what was counted")
		asJSON := fs.Bool("json", false, "print the counts as JSON")
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) > 0 || *asCSV && *asJSON || *source != "" && !*asCSV {
				return usagef("signs counts by source, or lists: ieum signs [--json], ieum signs --csv [--source ID]")
			}
			m, err := openMarket(e)
			if err != nil {
				return err
			}
			defer m.Close()
			if *asCSV {
				return m.matcher.WriteSigns(ctx, e.stdout, web.NewSite(m.set, e.now, nil), web.DefaultLang, ieum.SourceID(*source))
			}
			by, err := m.matcher.CountSigns(ctx)
			if err != nil {
				return err
			}
			if *asJSON {
				return writeJSON(e.stdout, by)
			}
			return printSigns(e.stdout, by)
		}
	},
}

func printSigns(out io.Writer, by *match.SignsBy) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "open\twith any\t")
	for _, kind := range match.SignKinds {
		fmt.Fprintf(w, "%s\t", kind)
	}
	fmt.Fprintln(w, "  source")
	for _, s := range by.Sources {
		fmt.Fprintf(w, "%d\t%d\t", s.Open, s.Signed)
		for _, kind := range match.SignKinds {
			fmt.Fprintf(w, "%d\t", s.Counts[kind])
		}
		fmt.Fprintf(w, "  %s\n", s.Source)
	}
	return w.Flush()
}

// noteSigns writes down, once a snapshot is made, how many open postings of each source have
// which signs: what a source could have been told of, and when. Counts alone.
func noteSigns(ctx context.Context, e *env, set *defs.Set, s *store) error {
	live := snapshot.NewLive(e.Data, match.Part(set, e.now))
	defer live.Close()
	if _, err := live.Refresh(); err != nil {
		return err
	}
	by, err := match.New(live, set, nil, e.now).CountSigns(ctx)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		for _, c := range by.Sources {
			said := map[string]any{"snapshot": by.Snapshot, "day": by.Day.String(), "open": c.Open, "signed": c.Signed}
			for kind, n := range c.Counts {
				said[kind] = n
			}
			if err := journal.Append(ctx, tx, "source.signs", string(c.Source), said); err != nil {
				return err
			}
		}
		return nil
	})
}
