package esco

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// weightsJSON is what `ieum train extractor` made; card.json says what from.
//
//go:embed weights.json
var weightsJSON []byte

// weights say how much each sign counts beside the likeness of n-grams, and what a
// score is worth.
type weights struct {
	Version     string      `json:"version"`
	Cover       float32     `json:"cover"`  // share of a name's words in the text
	Spelt       float32     `json:"spelt"`  // the text spells a name
	Asked       float32     `json:"asked"`  // postings ask for the skill
	Spread      float32     `json:"spread"` // times the log of the occupations that have it
	Calibration calibration `json:"calibration"`
}

// evidences is how many figures a probability rests on: 1, the score, the log of
// the rank, whether a name is spelt, whether postings ask for it, and how far the
// score is below the best.
const evidences = 6

// A calibration is a logistic regression.
type calibration [evidences]float64

func (c calibration) p(x [evidences]float64) float64 {
	var z float64
	for i, w := range c {
		z += w * x[i]
	}
	return 1 / (1 + math.Exp(-z))
}

// BuiltIn returns the weights in the program, as Load reads them.
func BuiltIn() []byte { return slices.Clone(weightsJSON) }

const version = "ieum-extractor-1"

func (w weights) encode() ([]byte, error) {
	w.Version = version
	b, err := json.MarshalIndent(w, "", "  ")
	return append(b, '\n'), err
}

func decode(b []byte) (w weights, err error) {
	if err := json.Unmarshal(b, &w); err != nil {
		return w, fmt.Errorf("esco: the weights are broken: %w", err)
	}
	if w.Version != version {
		return w, fmt.Errorf("esco: these are no weights of this version: %q", w.Version)
	}
	return w, nil
}
