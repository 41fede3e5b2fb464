package main

import (
	"errors"

	"ieum"
	"ieum/internal/catalogue/encoder"
	"ieum/internal/platform/durable"
)

const partEncoder = "encoder"

// trainEncoder writes weights to a file, their card beside it as JSON, and
// prints the card, with figures where the folder has benchmarks.
func trainEncoder(e *env, from, out string, seed uint64) error {
	set, err := e.definitions()
	if err != nil {
		return err
	}
	corpus, err := encoder.ReadCorpus(from, set)
	if err != nil {
		return err
	}
	e.say("Training on %s; this takes some minutes and 1 GB of memory.", corpus)
	began := e.now()
	enc := encoder.Train(corpus, seed, func(pass, passes int, loss float64) {
		e.say("Pass %d of %d: loss %.3f, %.0f seconds.", pass, passes, loss, e.now().Sub(began).Seconds())
	})
	report, err := encoder.Evaluate(enc, from, seed, func(set string) { e.say("Scoring %s.", set) })
	if err != nil && !errors.Is(err, ieum.ErrNotFound) {
		return err
	}
	card := enc.Card()
	card.Figures = report.Figures
	stored := enc.Stored(report.Figures)
	if err := durable.WriteFile(out, stored); err != nil {
		return err
	}
	if err := writeCard(out, card); err != nil {
		return err
	}
	e.say("Wrote %s, %d bytes, in %.0f seconds.", out, len(stored), e.now().Sub(began).Seconds())
	return writeJSON(e.stdout, card)
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
