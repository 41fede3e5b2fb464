package occupation

import "fmt"

// A Card says what weights are, what they learned from, how good they are on jobs held out,
// and what they are not good for. It says nothing that the files and their owner did not.
type Card struct {
	Part   string   `json:"part"`
	Data   []Source `json:"data"`
	Seed   uint64   `json:"seed"`
	Bytes  int      `json:"bytes"` // of the weights
	Report Report   `json:"figures"`
	Limits []string `json:"limits"`
}

// A Source is data that weights learned from.
type Source struct {
	Name  string `json:"name"`
	File  string `json:"file"`
	Rows  int    `json:"rows"`
	Terms string `json:"terms"`
}

// CardOf returns the card of stored weights that were trained on a corpus; terms are those
// under which its owner gives it.
func CardOf(c *Corpus, r Report, stored []byte, terms string) Card {
	aliases, of := 0, map[string]bool{}
	for _, j := range c.jobs {
		aliases += len(j.titles) - 1
		of[c.units[j.unit].code2018] = true
	}
	all := map[string]bool{}
	for _, u := range c.units {
		if u.code2018 != "" {
			all[u.code2018] = true
		}
	}
	return Card{Part: "coder", Seed: r.Seed, Bytes: len(stored), Report: r,
		Data: []Source{
			{fmt.Sprintf("jobs: titles, %d other names, summaries and duties", aliases), c.file, len(c.jobs), terms},
			{"official names of KECO 2018 and 2025", "lists keco2018 and keco2025 of the definitions", len(c.names) - len(c.byHand), "government classification"},
			{"titles set down by hand by the Ieum project", "titles.csv in the program", len(c.byHand), "Apache-2.0"},
		},
		Limits: []string{
			fmt.Sprintf("The jobs are of %d of the %d unit groups of KECO 2018; the others are known by names alone.", len(of), len(all)),
			"Figures are of jobs of the same file, held out: titles that are written otherwise, as postings are, are not in them.",
			"Probabilities are fitted to the same jobs.",
			"A title without Hangul and without duties is read with the encoder's help, which learns nothing here; it is not in the figures.",
			"The name of a firm in a title is not told from a word of work.",
		}}
}
