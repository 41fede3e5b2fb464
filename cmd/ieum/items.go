package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"strings"

	"ieum/defs"
	"ieum/internal/match"
	"ieum/internal/platform/web"
)

var itemsCommand = &command{
	name: "items", args: "[ITEM [FACT=ANSWER ...]]", about: "what is recommended by declaration; with ITEM the things that fit what is told, with reasons",
	holds: web.Sent,
	setup: func(fs *flag.FlagSet) run {
		k := fs.Int("k", 10, "how many of each sort")
		asJSON := fs.Bool("json", false, "print JSON")
		return func(ctx context.Context, e *env, args []string) error {
			if *k < 1 {
				return usagef("items: -k is at least 1")
			}
			m, err := openMarket(e)
			if err != nil {
				return err
			}
			defer m.Close()
			if len(args) == 0 {
				return listItems(e, m, *asJSON)
			}
			facts, err := factsOf(m.set, args[0], args[1:])
			if err != nil {
				return err
			}
			found, err := m.matcher.Offers(ctx, args[0], facts, *k)
			if err != nil {
				return err
			}
			match.SayOffers(web.NewSite(m.set, e.now, nil), web.DefaultLang, found)
			if *asJSON {
				return writeJSON(e.stdout, found)
			}
			printOffers(e.stdout, found)
			return nil
		}
	},
}

func listItems(e *env, m *market, asJSON bool) error {
	all, err := m.matcher.Declared()
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(e.stdout, all)
	}
	for _, it := range all {
		fmt.Fprintf(e.stdout, "%s\t%s\t%d\n", it.ID, it.Title.KO, it.Things)
		for _, f := range it.Facts {
			fmt.Fprintf(e.stdout, "  %s=%s\t%s\n", f.Name, f.Type, f.Title.KO)
		}
	}
	return nil
}

// factsOf reads facts given as NAME=ANSWER; several answers to one question stand apart.
func factsOf(set *defs.Set, item string, args []string) (defs.Facts, error) {
	it := set.Items[item]
	if it == nil {
		return nil, nil // what is known is said by who looks it up
	}
	given := map[string][]string{}
	for _, a := range args {
		name, answer, ok := strings.Cut(a, "=")
		if !ok {
			return nil, usagef("items: %q is no FACT=ANSWER", a)
		}
		given[name] = append(given[name], answer)
	}
	facts := defs.Facts{}
	for name, answers := range given {
		some, err := it.ReadFact(set, name, answers)
		if err != nil {
			return nil, err
		}
		maps.Copy(facts, some)
	}
	return facts, nil
}

func printOffers(w io.Writer, o *match.Offers) {
	fmt.Fprintf(w, "%s: %d in all, %d closed, %d left out, %d fit, %d unclear\n", o.Day, o.Things, o.Closed, o.Refused, o.Fits, o.Unclear)
	for _, b := range o.Broken {
		fmt.Fprintf(w, "  left out for %s: %d, for it alone: %d\n", b.Title.KO, b.Items, b.Alone)
	}
	for _, a := range o.Ask {
		fmt.Fprintf(w, "  %s=… (%s) would tell of %d\n", a.Fact, a.Title.KO, a.Items)
	}
	for _, all := range [][]match.Offer{o.Best, o.Maybe} {
		for i, offer := range all {
			mark := ""
			if offer.Simulated {
				mark = "  (simulated)"
			}
			fmt.Fprintf(w, "%2d. %s  %s  %s  %.3f%s\n", i+1, offer.ID, offer.Title, offer.Verdict, offer.Score, mark)
			for _, r := range offer.Reasons {
				fmt.Fprintf(w, "      %+.3f  %s\n", r.Value, r.Text)
			}
			for _, c := range offer.Conditions {
				fmt.Fprintf(w, "      %s: %s\n", c.Holds, c.Text)
			}
		}
	}
}
