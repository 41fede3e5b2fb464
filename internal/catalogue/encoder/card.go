package encoder

import (
	"fmt"
	"slices"
)

// A Card says what weights are, what they learned from, how good they are on what they did not
// learn from, and what they are not good for. It is stored with them, and says nothing that
// the files and their owner did not.
type Card struct {
	Part    string   `json:"part"`
	Data    []Source `json:"data"`
	Seed    uint64   `json:"seed"`
	Members int      `json:"members"` // encoders that were merged, each with chance numbers of its own
	Epochs  int      `json:"epochs"`
	Rows    int      `json:"rows"`
	Trained int      `json:"trained"` // rows that any text of the data has
	Dim     int      `json:"dim"`
	Bytes   int      `json:"bytes"`             // of the stored numbers
	Figures []Figure `json:"figures,omitempty"` // of names held back, and of benchmarks that lay beside the data
	Limits  []string `json:"limits"`
}

// limits says what an encoder of a corpus is not good for.
func limits(c *Corpus) []string {
	out := []string{
		"A bag of words and runs of letters: the order of words counts only between neighbours, and negation not at all.",
		"Trained on names: sentences, firms' names and places are noise to it.",
	}
	used := func(name string) bool {
		return slices.ContainsFunc(c.used, func(s Source) bool { return s.Name == name })
	}
	if used(sourceESCO) {
		out = append(out, "English, German and Spanish have lists of names; Chinese, French and Swedish have rows of words set down by hand; a language that no other list has is compared by its letters.")
	} else {
		out = append(out, "Languages are known as far as the lists above have them; rows of words set down by hand tie seven languages to one another; any other is compared by its letters.")
	}
	if c.held != nil && len(c.held.queries) > 0 {
		out = append(out, fmt.Sprintf("Of %d things of names.tsv the last name was held back to measure, and is not learned from there.", len(c.held.queries)))
	}
	return append(out, "The lists carry the views of those who made them on which work is alike; nothing was done about gender or prestige in names beyond leaving both forms in.")
}
