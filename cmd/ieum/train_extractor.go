package main

import (
	"encoding/json"
	"strings"

	"ieum/internal/catalogue/competency/esco"
	"ieum/internal/platform/durable"
)

const partExtractor = "extractor"

// trainExtractor writes the weights of the extractor of ESCO's skills to a file,
// their card beside it, and prints what they are worth.
func trainExtractor(e *env, from, out string, _ uint64) error {
	corpus, err := esco.ReadCorpus(from)
	if err != nil {
		return err
	}
	e.say("Fitting to %s.", corpus)
	stored, report, err := esco.Train(corpus)
	if err != nil {
		return err
	}
	if err := durable.WriteFile(out, stored); err != nil {
		return err
	}
	if err := writeCard(out, esco.CardOf(corpus, report)); err != nil {
		return err
	}
	return writeJSON(e.stdout, report)
}

// evalExtractor scores the weights in use, or those of a file.
func evalExtractor(e *env, from, weights string, _ uint64) error {
	corpus, err := esco.ReadCorpus(from)
	if err != nil {
		return err
	}
	stored, err := e.learned(partExtractor, weights)
	if err != nil {
		return err
	}
	e.say("Scoring on %s.", corpus)
	report, err := esco.Evaluate(corpus, stored)
	if err != nil {
		return err
	}
	return writeJSON(e.stdout, report)
}

// writeCard writes what weights are, beside their file: NAME.json by NAME.bin.
func writeCard(weights string, card any) error {
	b, err := json.MarshalIndent(card, "", "  ")
	if err != nil {
		return err
	}
	return durable.WriteFile(strings.TrimSuffix(weights, ".bin")+".json", append(b, '\n'))
}
