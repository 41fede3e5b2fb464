package main

import (
	"context"
	"flag"

	"ieum"
	"ieum/defs"
	"ieum/internal/catalogue/competency"
	"ieum/internal/catalogue/competency/esco"
	"ieum/internal/platform/web"
)

// The vocabularies that extract answers in.
const (
	vocabularyIeum = "ieum"
	vocabularyESCO = "esco"
)

var extractCommand = &command{
	name: "extract", args: "[-k N] [--vocabulary ieum|esco]",
	about: "sentences on standard input, a line each → competencies and certificates with their places, a line of JSON each",
	holds: web.Sent,
	setup: func(fs *flag.FlagSet) run {
		k := fs.Int("k", 10, "how many a line, likeliest first")
		vocabulary := fs.String("vocabulary", vocabularyIeum, "ieum: the lists competencies and certificates; esco: the skills of ESCO 1.1")
		weights := fs.String("weights", "", "a `file` that ieum train extractor wrote, instead of the weights in use")
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) > 0 || *k < 1 {
				return usagef("extract takes no arguments but -k N of at least 1; sentences come on standard input")
			}
			if *vocabulary != vocabularyIeum && *vocabulary != vocabularyESCO {
				return usagef("there is no vocabulary %q; use %s or %s", *vocabulary, vocabularyIeum, vocabularyESCO)
			}
			extract, err := openExtractor(e, *vocabulary, *weights)
			if err != nil {
				return err
			}
			return eachLine(ctx, e, func(line string) any {
				found := extract(line, *k)
				if found == nil {
					found = []ieum.Found{}
				}
				return map[string]any{"skills": found}
			})
		}
	},
}

// openExtractor returns what finds the k likeliest competencies of a text.
func openExtractor(e *env, vocabulary, weights string) (func(text string, k int) []ieum.Found, error) {
	set, err := e.definitions()
	if err != nil {
		return nil, err
	}
	ours, err := e.extractor(set, weights)
	if err != nil {
		return nil, err
	}
	if vocabulary == vocabularyIeum {
		return ours.All, nil
	}
	theirs, err := e.escoExtractor(weights)
	if err != nil {
		return nil, err
	}
	return competency.Link(ours, theirs, set).Extract, nil
}

// extractor returns what finds competencies, with the probabilities of a file of weights, of
// those in the data folder or of those in the program.
func (e *env) extractor(set *defs.Set, weights string) (*competency.Extractor, error) {
	stored, err := e.learned(partExtractor, weights)
	if err != nil || stored == nil {
		return newExtractor(set), err
	}
	return competency.Load(set, stored)
}

// escoExtractor is extractor for the skills of ESCO.
func (e *env) escoExtractor(weights string) (*esco.Extractor, error) {
	stored, err := e.learned(partExtractor, weights)
	if err != nil {
		return nil, err
	}
	if stored == nil {
		return esco.New()
	}
	return esco.Load(stored)
}
