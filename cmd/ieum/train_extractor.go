package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

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
// ESCO, verdicts on mentions (verdicts.csv or competencies/verdicts.csv), or both. There is
// no corpus when there are verdicts alone, and there are no verdicts when there is no such file.
func readForExtractor(from string) (t competency.Trained, err error) {
	for _, t.File = range verdictFiles {
		t.Verdicts, err = readVerdicts(filepath.Join(from, t.File))
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return t, err
	}
	t.Corpus, err = esco.ReadCorpus(from)
	switch {
	case !errors.Is(err, ieum.ErrNotFound):
		return t, err
	case t.Verdicts != nil:
		return t, nil
	}
	return t, ieum.Errorf(ieum.ErrNotFound, "%s has neither tech_validation_annotations.csv (sentences with their labels) nor verdicts.csv (verdicts on mentions)", from)
}

var verdictFiles = []string{"verdicts.csv", "competencies/verdicts.csv"}

func readVerdicts(path string) ([]competency.Verdict, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, durable.Fault(err)
	}
	defer f.Close()
	return competency.ReadVerdicts(f)
}

// trainExtractor fits the extractor. What there is nothing to learn from stays as it is in the
// program.
func trainExtractor(e *env, from, terms string, _ uint64) (trained, error) {
	t, err := readForExtractor(from)
	if err != nil {
		return trained{}, err
	}
	t.Terms = terms
	stored := esco.BuiltIn()
	if t.Corpus != nil {
		e.say("Fitting to %s.", t.Corpus)
		var r esco.Report
		if stored, r, err = esco.Train(t.Corpus); err != nil {
			return trained{}, err
		}
		t.Skills = &r
	}
	if t.Verdicts != nil {
		e.say("Fitting to %d verdicts on mentions.", len(t.Verdicts))
		if stored, err = competency.AddMentions(stored, t.Verdicts); err != nil {
			return trained{}, err
		}
		r := competency.Evaluate(t.Verdicts)
		t.Mentions = &r
	}
	return trained{stored, competency.CardOf(t, stored), extractorReport{t.Skills, t.Mentions}}, nil
}

// evalExtractor scores the weights in use, or those of a file. Verdicts of the folder are
// scored by cross-validation; without any, the figures are those that the weights came with.
func evalExtractor(e *env, from, weights string, _ uint64) error {
	t, err := readForExtractor(from)
	if err != nil {
		return err
	}
	stored, err := e.learned(partExtractor, weights)
	if err != nil {
		return err
	}
	var report extractorReport
	if t.Corpus != nil {
		e.say("Scoring on %s.", t.Corpus)
		r, err := esco.Evaluate(t.Corpus, stored)
		if err != nil {
			return err
		}
		report.Report = &r
	}
	mentions := competency.Evaluate(t.Verdicts)
	if t.Verdicts == nil {
		if mentions, err = competency.ReportOf(stored); err != nil {
			return err
		}
	}
	report.Mentions = &mentions
	return writeJSON(e.stdout, report)
}
