package esco

import (
	"fmt"
	"strings"
)

// A Card says what weights are, what they were fitted to, how good they are and what they
// are not good for.
type Card struct {
	Part   string   `json:"part"`
	Data   []Source `json:"data"`
	Report Report   `json:"figures"`
	Limits []string `json:"limits"`
}

// A Source is data that weights come from.
type Source struct {
	Name  string `json:"name"`
	Rows  int    `json:"rows"`
	Terms string `json:"terms"`
}

// CardOf returns the card of weights that were fitted to a corpus.
func CardOf(c *Corpus, r Report) Card {
	card := Card{Part: "extractor", Report: r, Limits: limits, Data: []Source{
		{"preferred labels of ESCO 1.1 skills (names only)", len(c.x.labels), "free re-use with attribution to the European Commission"},
		{"other names of labels, set down by this project", len(c.x.index.names) - len(c.x.labels), "Apache-2.0"},
	}}
	for _, s := range c.validation {
		card.Data = append(card.Data, Source{s.name + ", sentences with labels: four weights and a calibration of six figures", len(s.sentences), "CC BY 4.0 at its source"})
	}
	return card
}

var limits = []string{
	"English; Korean only by the competencies of the program that are linked to a skill.",
	"Words are compared by their letters and by names set down by hand: a skill told in other words is not found.",
	"Other names were set down mostly for office work, software, sales and conduct, few for crafts and care.",
	"Probabilities are those of annotators who label one sentence at a time and leave much out; nearly all are below one half.",
}

// String says what the corpus holds.
func (c *Corpus) String() string {
	var parts []string
	for _, sets := range [][]set{c.validation, c.test} {
		for _, s := range sets {
			parts = append(parts, fmt.Sprintf("%s (%d sentences)", s.name, len(s.sentences)))
		}
	}
	return strings.Join(parts, ", ")
}
