package main

import (
	"context"
	"flag"
	"slices"

	"ieum/internal/catalogue/occupation"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/web"
)

// The learned parts by name; each has its folder of training files.
const partCoder = "coder"

var trainCommand = &command{
	name: "train", args: "NAME --from DIR --out FILE",
	about: "trains a learned part (coder, extractor, encoder) from files, and says what it was trained on and how good it is",
	holds: web.Sent,
	setup: func(fs *flag.FlagSet) run {
		from, seed := trainingFlags(fs)
		out := fs.String("out", "", "the `file` to write; use it with --weights FILE, or as learned/NAME.bin in the data folder")
		return func(_ context.Context, e *env, args []string) error {
			if err := checkPart("train", args, *from); err != nil {
				return err
			}
			if *out == "" {
				return usagef("train needs --out FILE to write the weights to")
			}
			switch args[0] {
			case partExtractor:
				return trainExtractor(e, *from, *out)
			case partEncoder:
				return trainEncoder(e, *from, *out, *seed)
			}
			corpus, err := openCorpus(e, *from)
			if err != nil {
				return err
			}
			began := e.now()
			e.say("Training on %s; this takes some minutes and 2 GB of memory.", corpus)
			stored, report, err := occupation.Train(corpus, trainingFolds, *seed)
			if err != nil {
				return err
			}
			if err := durable.WriteFile(*out, stored); err != nil {
				return err
			}
			if err := writeCard(*out, occupation.CardOf(corpus, report)); err != nil {
				return err
			}
			e.say("Wrote %s, %d bytes, in %.0f seconds.", *out, len(stored), e.now().Sub(began).Seconds())
			return writeJSON(e.stdout, report)
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
		return func(_ context.Context, e *env, args []string) error {
			if err := checkPart("eval", args, *from); err != nil {
				return err
			}
			switch args[0] {
			case partExtractor:
				return evalExtractor(e, *from, *weights)
			case partEncoder:
				return evalEncoder(e, *from, *weights, *seed)
			}
			corpus, err := openCorpus(e, *from)
			if err != nil {
				return err
			}
			e.say("Training on four fifths of %s, five times; this takes some minutes and 2 GB of memory.", corpus)
			report, err := occupation.Evaluate(corpus, trainingFolds, *seed)
			if err != nil {
				return err
			}
			return writeJSON(e.stdout, report)
		}
	},
}

const trainingFolds = 5

func trainingFlags(fs *flag.FlagSet) (from *string, seed *uint64) {
	return fs.String("from", "", "the `folder` of the training files: kdot/train.jsonl for the coder, skills/*_annotations.csv for the extractor; esco, onet, kdot for the encoder"),
		fs.Uint64("seed", 1, "the same seed gives the same weights")
}

func checkPart(command string, args []string, from string) error {
	if len(args) != 1 || !slices.Contains([]string{partCoder, partExtractor, partEncoder}, args[0]) || from == "" {
		return usagef("%s takes the name of a part, %s, %s or %s, and --from DIR", command, partCoder, partExtractor, partEncoder)
	}
	return nil
}

func openCorpus(e *env, from string) (*occupation.Corpus, error) {
	set, err := e.definitions()
	if err != nil {
		return nil, err
	}
	return occupation.ReadCorpus(from, set)
}
