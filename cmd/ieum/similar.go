package main

import (
	"context"
	"flag"
	"os"
	"strconv"
	"strings"

	"ieum"
	"ieum/internal/catalogue/encoder"
	"ieum/internal/platform/web"
)

var similarCommand = &command{
	name: "similar", args: "--corpus FILE [-k N] [--lang L]",
	about: "titles on standard input, a line each → the lines of a file likest to them, a line of JSON each",
	holds: web.Sent,
	setup: func(fs *flag.FlagSet) run {
		corpus := fs.String("corpus", "", "the `file` of titles to choose from, one a line")
		k := fs.Int("k", 10, "how many lines a title, likest first; 0 for all")
		fs.String("lang", "", "the `language` of the titles; taken and not needed, the encoder has one space for all")
		weights := fs.String("weights", "", "a `file` that ieum train encoder wrote, instead of the built-in weights")
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) > 0 || *k < 0 || *corpus == "" {
				return usagef("similar takes --corpus FILE, and -k N of at least 0; titles come on standard input")
			}
			index, err := openIndex(e, *weights, *corpus)
			if err != nil {
				return err
			}
			return eachLine(ctx, e, func(line string) any { return matches(index.Rank(line, *k)) })
		}
	},
}

// openEncoder returns an encoder with the weights of a file, of the data
// folder, or the built-in ones.
func openEncoder(e *env, file string) (*encoder.Encoder, error) {
	stored, err := e.learned(partEncoder, file)
	if err != nil {
		return nil, err
	}
	if stored == nil {
		return encoder.New()
	}
	return encoder.Load(stored)
}

func openIndex(e *env, weights, corpus string) (*encoder.Index, error) {
	enc, err := openEncoder(e, weights)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(corpus)
	if err != nil {
		return nil, ieum.Errorf(ieum.ErrNotFound, "the corpus cannot be read: %v", err)
	}
	var lines []string
	for line := range strings.Lines(string(b)) {
		lines = append(lines, strings.TrimRight(line, "\r\n"))
	}
	return enc.Index(lines), nil
}

// matches write themselves as JSON: a hundred thousand a line are usual with -k 0,
// and reflection would take longer than ranking them.
type matches []encoder.Match

func (m matches) MarshalJSON() ([]byte, error) {
	b := append(make([]byte, 0, 16+32*len(m)), `{"matches":[`...)
	for i, x := range m {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"line":`...)
		b = strconv.AppendInt(b, int64(x.Line), 10)
		b = append(b, `,"score":`...)
		b = strconv.AppendFloat(b, x.Score, 'f', 6, 64)
		b = append(b, '}')
	}
	return append(b, "]}"...), nil
}
