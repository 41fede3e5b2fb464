package main

import (
	"context"
	"flag"

	"ieum"
	"ieum/internal/catalogue/competency"
	"ieum/internal/platform/web"
)

var extractCommand = &command{
	name: "extract", args: "[-k N]",
	about: "sentences on standard input, a line each → competencies and certificates with their places, a line of JSON each",
	holds: web.Sent,
	setup: func(fs *flag.FlagSet) run {
		k := fs.Int("k", 10, "how many a line, likeliest first")
		vocabulary := fs.String("vocabulary", "ieum", "ieum: the lists competencies and certificates")
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) > 0 || *k < 1 {
				return usagef("extract takes no arguments but -k N of at least 1; sentences come on standard input")
			}
			if *vocabulary != "ieum" {
				return usagef("there is no vocabulary %q; use ieum", *vocabulary)
			}
			set, err := e.definitions()
			if err != nil {
				return err
			}
			extractor := competency.New(set)
			return eachLine(ctx, e, func(line string) any {
				found := extractor.All(line, *k)
				if found == nil {
					found = []ieum.Found{}
				}
				return map[string]any{"skills": found}
			})
		}
	},
}
