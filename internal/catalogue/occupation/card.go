package occupation

import "fmt"

// A Card says what weights are, what they learned from, how good they are and what they
// are not good for.
type Card struct {
	Part   string   `json:"part"`
	Data   []Source `json:"data"`
	Report Report   `json:"figures"`
	Limits []string `json:"limits"`
}

// A Source is data that weights learned from.
type Source struct {
	Name  string `json:"name"`
	Rows  int    `json:"rows"`
	Terms string `json:"terms"`
}

// CardOf returns the card of weights that were trained on a corpus.
func CardOf(c *Corpus, r Report) Card {
	titles := 0
	for _, j := range c.jobs {
		titles += len(j.titles)
	}
	return Card{Part: "coder", Report: r, Limits: limits, Data: []Source{
		{fmt.Sprintf("jobs of the dictionary of occupations: titles and aliases (%d), summaries, duties", titles), len(c.jobs), "a public work of the Korea Employment Information Service"},
		{"names of KECO 2018 and 2025, and titles set down by this project", len(c.names), "government classification; Apache-2.0"},
	}}
}

var limits = []string{
	"The dictionary describes industry finely, and offices, information technology and services coarsely.",
	"English titles are known only as far as the titles set down by hand go.",
	"The name of a firm in a title is not told from a word of work.",
	"Probabilities were fitted on titles of the dictionary; on postings' titles they are careful.",
}
