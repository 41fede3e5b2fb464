package main

import (
	"context"
	"flag"
	"path/filepath"

	"ieum/internal/catalogue/occupation"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/web"
)

// The learned parts by name; each has its folder of training files.
const partCoder = "coder"

// A part is a learned part: how it is trained and scored.
type part struct {
	train func(e *env, from, out string, seed uint64) error
	eval  func(e *env, from, weights string, seed uint64) error
}

var learnedParts = map[string]part{
	partCoder:     {trainCoder, evalCoder},
	partExtractor: {trainExtractor, evalExtractor},
	partEncoder:   {trainEncoder, evalEncoder},
}

var trainCommand = &command{
	name: "train", args: "NAME --from DIR [--out FILE]",
	about: "trains a learned part (coder, extractor, encoder) from files, and says what it was trained on and how good it is",
	holds: web.Sent,
	setup: func(fs *flag.FlagSet) run {
		from, seed := trainingFlags(fs)
		out := fs.String("out", "", "the `file` to write, for --weights FILE (default learned/NAME.bin in the data folder, where it is used instead of the built-in weights)")
		return func(ctx context.Context, e *env, args []string) error {
			of, err := partOf("train", args, *from)
			if err != nil {
				return err
			}
			if *out == "" {
				*out = filepath.Join(e.Data, "learned", args[0]+".bin")
				if err := durable.MkdirAll(filepath.Dir(*out)); err != nil {
					return err
				}
			}
			return untilStopped(ctx, func() error { return of.train(e, *from, *out, *seed) })
		}
	},
}

var evalCommand = &command{
	name: "eval", args: "NAME --from DIR",
	about: "scores a learned part (coder, extractor, encoder) on what it has not seen; JSON",
	holds: web.Sent,
	setup: func(fs *flag.FlagSet) run {
		from, seed := trainingFlags(fs)
		weights := fs.String("weights", "", "of the extractor or the encoder: a `file` that ieum train wrote, instead of the weights in use")
		return func(ctx context.Context, e *env, args []string) error {
			of, err := partOf("eval", args, *from)
			if err != nil {
				return err
			}
			return untilStopped(ctx, func() error { return of.eval(e, *from, *weights, *seed) })
		}
	},
}

// untilStopped runs what only computes until it is done or ctx ends; its weights are
// written in one step, so that the end of the program leaves nothing by halves.
func untilStopped(ctx context.Context, compute func() error) error {
	done := make(chan error, 1)
	go func() { done <- compute() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// trainCoder writes weights to a file, their card beside it, and prints what they are
// worth.
func trainCoder(e *env, from, out string, seed uint64) error {
	corpus, err := openCorpus(e, from)
	if err != nil {
		return err
	}
	began := e.now()
	e.say("Training on %s; this takes some minutes and 2 GB of memory.", corpus)
	stored, report, err := occupation.Train(corpus, trainingFolds, seed, e.folds)
	if err != nil {
		return err
	}
	if err := durable.WriteFile(out, stored); err != nil {
		return err
	}
	if err := writeCard(out, occupation.CardOf(corpus, report)); err != nil {
		return err
	}
	e.say("Wrote %s, %d bytes, in %.0f seconds.", out, len(stored), e.now().Sub(began).Seconds())
	return writeJSON(e.stdout, report)
}

// evalCoder scores what training gives, which weights that saw all jobs cannot show.
func evalCoder(e *env, from, weights string, seed uint64) error {
	if weights != "" {
		return usagef("eval coder trains on four fifths of the files at a time and takes no weights: they have seen all of them")
	}
	corpus, err := openCorpus(e, from)
	if err != nil {
		return err
	}
	e.say("Training on four fifths of %s, five times; this takes some minutes and 2 GB of memory.", corpus)
	report, err := occupation.Evaluate(corpus, trainingFolds, seed, e.folds)
	if err != nil {
		return err
	}
	return writeJSON(e.stdout, report)
}

// folds says how far a cross-validation is.
func (e *env) folds(done, of int) { e.say("Fold %d of %d is done.", done, of) }

const trainingFolds = 5

func trainingFlags(fs *flag.FlagSet) (from *string, seed *uint64) {
	return fs.String("from", "", "the `folder` of the training files: kdot/train.jsonl for the coder, skills/*_annotations.csv or verdicts.csv for the extractor; esco, onet, kdot for the encoder"),
		fs.Uint64("seed", 1, "the same seed gives the same weights")
}

func partOf(command string, args []string, from string) (part, error) {
	if len(args) == 1 && from != "" {
		if of, ok := learnedParts[args[0]]; ok {
			return of, nil
		}
	}
	return part{}, usagef("%s takes the name of a part, %s, %s or %s, and --from DIR", command, partCoder, partExtractor, partEncoder)
}

func openCorpus(e *env, from string) (*occupation.Corpus, error) {
	set, err := e.definitions()
	if err != nil {
		return nil, err
	}
	return occupation.ReadCorpus(from, set)
}
