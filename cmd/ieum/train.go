package main

import (
	"context"
	"flag"

	"ieum/internal/catalogue/occupation"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/web"
)

// The learned parts by name; each has its folder of training files.
const partCoder = "coder"

var trainCommand = &command{
	name: "train", args: "NAME --from DIR --out FILE",
	about: "trains a learned part from files (coder), and says how good it is on what it has not seen",
	holds: web.Sent,
	setup: func(fs *flag.FlagSet) run {
		from, seed := trainingFlags(fs)
		out := fs.String("out", "", "the `file` to write; use it with: ieum code --weights FILE")
		return func(_ context.Context, e *env, args []string) error {
			if err := checkPart("train", args, *from); err != nil {
				return err
			}
			if *out == "" {
				return usagef("train needs --out FILE to write the weights to")
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
			e.say("Wrote %s, %d bytes, in %.0f seconds.", *out, len(stored), e.now().Sub(began).Seconds())
			return writeJSON(e.stdout, report)
		}
	},
}

var evalCommand = &command{
	name: "eval", args: "NAME --from DIR",
	about: "scores a learned part (coder) on what it has not seen, by cross-validation; JSON",
	holds: web.Sent,
	setup: func(fs *flag.FlagSet) run {
		from, seed := trainingFlags(fs)
		return func(_ context.Context, e *env, args []string) error {
			if err := checkPart("eval", args, *from); err != nil {
				return err
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
	return fs.String("from", "", "the `folder` of the training files: train.jsonl, or kdot/train.jsonl"),
		fs.Uint64("seed", 1, "the same seed gives the same weights")
}

func checkPart(command string, args []string, from string) error {
	if len(args) != 1 || args[0] != partCoder || from == "" {
		return usagef("%s takes the name of a part, %s, and --from DIR", command, partCoder)
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
