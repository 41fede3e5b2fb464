package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ieum"
	"ieum/internal/catalogue/competency"
	"ieum/internal/catalogue/competency/esco"
	"ieum/internal/platform/durable"
)

const partExtractor = "extractor"

// An extractorReport says how good the extractor is in its two vocabularies.
type extractorReport struct {
	*esco.Report
	Mentions *competency.Report `json:"mentions,omitempty"` // of the own vocabulary
}

// readForExtractor reads what the extractor learns from in a folder: sentences with skills of
// ESCO, verdicts on mentions (verdicts.csv or competencies/verdicts.csv), or both. The
// corpus is nil when there are verdicts alone, verdicts are nil when there are none.
func readForExtractor(from string) (*esco.Corpus, []competency.Verdict, error) {
	verdicts, err := readVerdicts(from)
	if err != nil {
		return nil, nil, err
	}
	corpus, err := esco.ReadCorpus(from)
	if errors.Is(err, ieum.ErrNotFound) && verdicts != nil {
		return nil, verdicts, nil
	}
	return corpus, verdicts, err
}

func readVerdicts(from string) ([]competency.Verdict, error) {
	f, err := os.Open(filepath.Join(from, "verdicts.csv"))
	if errors.Is(err, fs.ErrNotExist) {
		f, err = os.Open(filepath.Join(from, "competencies", "verdicts.csv"))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, durable.Fault(err)
	}
	defer f.Close()
	return competency.ReadVerdicts(f)
}

// trainExtractor writes the weights of the extractor to a file, their card beside it, and
// prints what they are worth. What there is nothing to learn from stays as it is in the program.
func trainExtractor(e *env, from, out string, _ uint64) error {
	corpus, verdicts, err := readForExtractor(from)
	if err != nil {
		return err
	}
	stored, report := esco.BuiltIn(), extractorReport{}
	var card any = map[string]any{"part": partExtractor, "verdicts": len(verdicts)}
	if corpus != nil {
		e.say("Fitting to %s.", corpus)
		var r esco.Report
		if stored, r, err = esco.Train(corpus); err != nil {
			return err
		}
		report.Report, card = &r, esco.CardOf(corpus, r)
	}
	if verdicts != nil {
		e.say("Fitting to %d verdicts on mentions.", len(verdicts))
		if stored, err = competency.AddMentions(stored, verdicts); err != nil {
			return err
		}
		r := competency.Evaluate(verdicts)
		report.Mentions = &r
	}
	if err := durable.WriteFile(out, stored); err != nil {
		return err
	}
	if err := writeCard(out, card); err != nil {
		return err
	}
	return writeJSON(e.stdout, report)
}

// evalExtractor scores the weights in use, or those of a file. Verdicts of the folder are
// scored by cross-validation; without any, the figures are those that the weights came with.
func evalExtractor(e *env, from, weights string, _ uint64) error {
	corpus, verdicts, err := readForExtractor(from)
	if err != nil {
		return err
	}
	stored, err := e.learned(partExtractor, weights)
	if err != nil {
		return err
	}
	var report extractorReport
	if corpus != nil {
		e.say("Scoring on %s.", corpus)
		r, err := esco.Evaluate(corpus, stored)
		if err != nil {
			return err
		}
		report.Report = &r
	}
	mentions := competency.Evaluate(verdicts)
	if verdicts == nil {
		if mentions, err = competency.ReportOf(stored); err != nil {
			return err
		}
	}
	report.Mentions = &mentions
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
