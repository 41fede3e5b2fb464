package esco

import (
	_ "embed"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// labelsTSV are the preferred labels of ESCO 1.1, as its English list has them:
// label, number (of the concept's address; empty where the label has changed since), and
// in how many occupations of ESCO the skill is essential or optional.
//
//go:embed labels.tsv
var labelsTSV string

// namesTXT are other names of labels, set down by hand: what
// postings call what ESCO names in its own words.
//
//go:embed names.txt
var namesTXT string

// A label is a skill of ESCO.
type label struct {
	text   string
	uuid   string
	spread float32 // ln(1 + occupations that have it)
	asked  bool    // it has names of ours: postings ask for it
}

// id returns the address of the skill's concept, or its label where that is not
// known.
func (l *label) id() string {
	if l.uuid == "" {
		return l.text
	}
	return "http://data.europa.eu/esco/skill/" + l.uuid
}

// readLabels reads the built-in lists.
func readLabels() (labels []label, names []name, err error) {
	n := strings.Count(labelsTSV, "\n")
	at := make(map[string]int32, n)
	labels, names = make([]label, 0, n), make([]name, 0, n+n/4)
	for line := range strings.Lines(labelsTSV) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 3 {
			return nil, nil, fmt.Errorf("esco: labels.tsv: %q has not three fields", line)
		}
		n, err := strconv.Atoi(f[2])
		if err != nil {
			return nil, nil, fmt.Errorf("esco: labels.tsv: %q: %w", line, err)
		}
		i := int32(len(labels))
		at[f[0]] = i
		labels = append(labels, label{text: f[0], uuid: f[1], spread: float32(math.Log(1 + float64(n)))})
		names = append(names, name{i, f[0]})
		if short, _, ok := strings.Cut(f[0], " ("); ok {
			names = append(names, name{i, short})
		}
	}
	for line := range strings.Lines(namesTXT) {
		text, others, ok := strings.Cut(strings.TrimSpace(line), ": ")
		i, known := at[text]
		if !ok || !known {
			return nil, nil, fmt.Errorf("esco: names.txt: there is no label %q", text)
		}
		labels[i].asked = true
		for other := range strings.SplitSeq(others, "; ") {
			names = append(names, name{i, other})
		}
	}
	if len(names) > math.MaxUint16 {
		return nil, nil, fmt.Errorf("esco: %d names are too many", len(names))
	}
	return labels, names, nil
}
