package main

import (
	"errors"

	"ieum"
	"ieum/internal/catalogue/encoder"
)

const partEncoder = "encoder"

// trainEncoder trains an encoder and scores it on names held back and, where the folder has
// benchmarks, on those.
func trainEncoder(e *env, from, terms string, seed uint64) (trained, error) {
	set, err := e.definitions()
	if err != nil {
		return trained{}, err
	}
	corpus, err := encoder.ReadCorpus(from, terms, set)
	if err != nil {
		return trained{}, err
	}
	e.say("Training on %s; this takes some minutes and 1 GB of memory.", corpus)
	began := e.now()
	enc := encoder.Train(corpus, seed, func(pass, passes int, loss float64) {
		e.say("Pass %d of %d: loss %.3f, %.0f seconds.", pass, passes, loss, e.now().Sub(began).Seconds())
	})
	figures := enc.HeldBack(corpus, seed)
	report, err := encoder.Evaluate(enc, from, seed, func(set string) { e.say("Scoring %s.", set) })
	if err != nil && !errors.Is(err, ieum.ErrNotFound) {
		return trained{}, err
	}
	stored := enc.Stored(append(figures, report.Figures...))
	card := enc.Card()
	return trained{stored, card, card}, nil
}

// evalEncoder scores the weights in use, or those of a file.
func evalEncoder(e *env, from, weights string, seed uint64) error {
	enc, err := openEncoder(e, weights)
	if err != nil {
		return err
	}
	report, err := encoder.Evaluate(enc, from, seed, func(set string) { e.say("Scoring %s.", set) })
	if err != nil {
		return err
	}
	return writeJSON(e.stdout, report)
}
