package main

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"

	"ieum"
	"ieum/internal/catalogue/occupation"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/web"
)

// The learned parts by name; each has its folder of training files.
const partCoder = "coder"

// A part is a learned part: how it is trained and scored.
type part struct {
	train func(e *env, from, terms string, seed uint64) (trained, error)
	eval  func(e *env, from, weights string, seed uint64) error
}

// trained is what training gives: weights, the card that is written beside them, and
// what is printed.
type trained struct {
	stored       []byte
	card, report any
}

var learnedParts = map[string]part{
	partCoder:     {trainCoder, evalCoder},
	partExtractor: {trainExtractor, evalExtractor},
	partEncoder:   {trainEncoder, evalEncoder},
}

var trainCommand = &command{
	name: "train", args: "NAME --from DIR [--terms TEXT] [--out FILE]",
	about: "trains a learned part (coder, extractor, encoder) from files, and says what it was trained on and how good it is",
	holds: web.Sent,
	setup: func(fs *flag.FlagSet) run {
		from, seed := trainingFlags(fs)
		terms := fs.String("terms", "not stated", "under which `terms` you may use the files of the folder; the card says so")
		out := fs.String("out", "", "the `file` to write, for --weights FILE (default learned/NAME.bin in the data folder, where it is used instead of the built-in weights)")
		return func(ctx context.Context, e *env, args []string) error {
			of, err := partOf("train", args, *from)
			if err != nil {
				return err
			}
			to := *out
			if to == "" {
				to = filepath.Join(e.Data, "learned", args[0]+".bin")
			} else if folder, err := os.Stat(filepath.Dir(to)); err != nil || !folder.IsDir() {
				return ieum.Errorf(ieum.ErrNotFound, "there is no folder %s to write to", filepath.Dir(to))
			}
			return untilStopped(ctx, func() error {
				began := e.now()
				t, err := of.train(e, *from, *terms, *seed)
				if err != nil {
					return err
				}
				if err := t.write(to); err != nil {
					return err
				}
				e.say("Wrote %s, %d bytes, in %.0f seconds.", to, len(t.stored), e.now().Sub(began).Seconds())
				return writeJSON(e.stdout, t.report)
			})
		}
	},
}

// write writes the card of weights, NAME.json by NAME.bin, and then the weights.
func (t trained) write(to string) error {
	if err := durable.MkdirAll(filepath.Dir(to)); err != nil {
		return err
	}
	card, err := json.MarshalIndent(t.card, "", "  ")
	if err != nil {
		return err
	}
	if err := durable.WriteFile(strings.TrimSuffix(to, ".bin")+".json", append(card, '\n')); err != nil {
		return err
	}
	return durable.WriteFile(to, t.stored)
}

var evalCommand = &command{
	name: "eval", args: "NAME --from DIR",
	about: "scores a learned part (coder, extractor, encoder) on what it has not seen, or the effects of courses and certificates (effects) on simulated markets; JSON",
	holds: web.Sent,
	setup: func(fs *flag.FlagSet) run {
		from, seed := trainingFlags(fs)
		var o ofEffects
		o.flags(fs)
		weights := fs.String("weights", "", "of the extractor or the encoder: a `file` that ieum train wrote, instead of the weights in use")
		return func(ctx context.Context, e *env, args []string) error {
			if len(args) == 1 && args[0] == "effects" {
				return o.eval(ctx, e)
			}
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

// trainCoder cross-validates, and trains on all jobs.
func trainCoder(e *env, from, terms string, seed uint64) (trained, error) {
	corpus, err := openCorpus(e, from)
	if err != nil {
		return trained{}, err
	}
	e.say("Training on %s; this takes some minutes and 2 GB of memory.", corpus)
	stored, report, err := occupation.Train(corpus, trainingFolds, seed, e.folds)
	if err != nil {
		return trained{}, err
	}
	return trained{stored, occupation.CardOf(corpus, report, stored, terms), report}, nil
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
