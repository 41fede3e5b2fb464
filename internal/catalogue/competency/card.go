package competency

import "ieum/internal/catalogue/competency/esco"

// A Card says what weights of the extractor are, what they were fitted to, how good they are
// on what was held out, and what they are not good for. It says nothing that the files and
// their owner did not.
type Card struct {
	Part     string       `json:"part"`
	Data     []Source     `json:"data"`
	Seed     string       `json:"seed"`
	Bytes    int          `json:"bytes"`            // of the weights
	Skills   *esco.Report `json:"skills,omitempty"` // of ESCO
	Mentions *Report      `json:"mentions,omitempty"`
	Limits   []string     `json:"limits"`
}

// A Source is data that weights come from.
type Source struct {
	Name  string `json:"name"`
	File  string `json:"file"`
	Rows  int    `json:"rows"`
	Terms string `json:"terms"`
}

// Trained is what an extractor was trained on and what came of it: sentences with skills of
// ESCO, or verdicts on mentions, or both.
type Trained struct {
	Corpus   *esco.Corpus // nil: no sentences
	Skills   *esco.Report
	File     string // of the verdicts
	Verdicts []Verdict
	Mentions *Report
	Terms    string // under which the owner of the files gives them
}

// CardOf returns the card of stored weights.
func CardOf(t Trained, stored []byte) Card {
	c := Card{Part: "extractor", Seed: "none: nothing depends on chance", Bytes: len(stored), Skills: t.Skills, Mentions: t.Mentions}
	if t.Corpus == nil {
		c.Limits = append(c.Limits, "Skills of ESCO are ranked with the weights in the program: there were no sentences to fit them to, and there are no figures of them here.")
	} else {
		c.Data = append(c.Data,
			Source{"preferred labels of ESCO 1.1 skills", "labels.tsv in the program", t.Skills.Labels, "free re-use with attribution to the European Commission"},
			Source{"other names of these, set down by hand by the Ieum project", "names.txt in the program", t.Skills.Names - t.Skills.Labels, "Apache-2.0"})
		t.Corpus.Fitted(func(file string, sentences int) {
			c.Data = append(c.Data, Source{"sentences with labels: four weights and a calibration of six figures", file, sentences, t.Terms})
		})
		if t.Skills.HeldOut == nil {
			c.Limits = append(c.Limits, "There are too few sentences to hold any out: figures of the sets they were fitted to flatter.")
		}
		c.Limits = append(c.Limits,
			"Labels are English; Korean sentences are answered by the competencies that are linked to a skill alone.",
			"Words are compared by their letters and by names: a skill told in other words is not found.",
			"Probabilities are those of who labelled the sentences: what they leave out counts as wrong.")
	}
	if t.Verdicts == nil {
		c.Limits = append(c.Limits, "How likely a mention of a competency is, the program's own probabilities say: there were no verdicts, and there are no figures of them here.")
		return c
	}
	c.Data = append(c.Data, Source{"verdicts on mentions: a probability for each sort of mention", t.File, len(t.Verdicts), t.Terms})
	c.Limits = append(c.Limits,
		"What is found is what the vocabulary in use names; verdicts change how likely it is, not what is found.",
		"A sort of mention with few verdicts keeps near the program's guess, which counts as four.")
	return c
}
