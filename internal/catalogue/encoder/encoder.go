// Package encoder turns a job title into a vector of whole numbers, such that
// titles of like work have like vectors, and ranks a list of titles by how like
// they are to one.
//
// Read encoder.go for what is asked and answered, text.go and gist.go for what of
// a title counts, index.go for how a list is ranked, weights.go for what is stored,
// corpus.go, train.go, merge.go and kernel.go for where that comes from, sets.go and
// eval.go for how good it is (docs/quality.md has the figures), and learner.go,
// classifier.go and fusion.go for what titles with labels add.
package encoder

import (
	_ "embed"
	"math"
	"slices"
	"sync"
)

// weightsBin is what `ieum train encoder` made; see NOTICE for what from.
//
//go:embed weights.bin
var weightsBin []byte

// An Encoder makes vectors of titles. It is safe for use by several goroutines.
type Encoder struct {
	*weights
	desks sync.Pool // of *desk
}

// A desk is what encoding a text needs room for.
type desk struct {
	featurer
	hashes []uint32
	other  []uint32 // of the gist
	sum    []float32
	bench
}

// New returns an encoder with the weights in the program.
func New() (*Encoder, error) { return Load(weightsBin) }

// Load is New with other weights, as `ieum train encoder` wrote them.
func Load(stored []byte) (*Encoder, error) {
	w, err := decode(stored)
	if err != nil {
		return nil, err
	}
	return wrap(w), nil
}

func wrap(w *weights) *Encoder {
	e := &Encoder{weights: w}
	e.desks.New = func() any { return &desk{sum: make([]float32, w.dim)} }
	return e
}

// Stored puts figures into the card, and returns the weights as Load reads them.
func (e *Encoder) Stored(figures []Figure) []byte {
	e.card.Figures = figures
	if len(figures) == 0 {
		e.card.Limits = append(e.card.Limits, "No figure says how good it is: there was nothing to hold out.")
	}
	return e.encode()
}

// Card says what the weights are and what they learned from.
func (e *Encoder) Card() Card { return e.card }

// Dim is the number of elements of a vector.
func (e *Encoder) Dim() int { return e.dim }

// A Vector is a direction: whole numbers of which the largest is 127 or -127.
// A text without a word that training knew has none but zeros. Words
// and Known are how many words the text has, and how many of them the names it was
// trained on have.
type Vector struct {
	Elements     []int8
	Words, Known int

	inverse float32 // 1 / the length of Elements; 0 for zeros
}

// Encode returns the vector of a title in any language.
func (e *Encoder) Encode(title string) Vector {
	d := e.desks.Get().(*desk)
	defer e.desks.Put(d)
	return e.encodeAt(d, title, make([]int8, e.dim))
}

func (e *Encoder) encodeAt(d *desk, title string, to []int8) Vector {
	clear(d.sum)
	words, known := e.add(d, title)
	return direction(d.sum, Vector{Elements: to, Words: words, Known: known})
}

// What the gist of a title that is asked for counts beside the title. Chosen on
// the validation parts of MELO and the titles of vacancies; docs/quality.md.
const gistWeight = 2

// ask returns the vector of a title, with its gist, that a list is ranked by. The two share most
// of their features, so a feature's row is added once, for all its places.
func (e *Encoder) ask(d *desk, title, gist string) Vector {
	clear(d.sum)
	d.other = d.features(d.other[:0], gist)
	d.hashes = d.features(d.hashes[:0], title)
	slices.Sort(d.other)
	slices.Sort(d.hashes)
	for a, b := d.hashes, d.other; len(a)+len(b) > 0; {
		var h uint32
		if len(b) == 0 || len(a) > 0 && a[0] <= b[0] {
			h = a[0]
		} else {
			h = b[0]
		}
		weight := float32(0)
		for ; len(a) > 0 && a[0] == h; a = a[1:] {
			weight++
		}
		for ; len(b) > 0 && b[0] == h; b = b[1:] {
			weight += gistWeight
		}
		e.addFeature(d, h, weight)
	}
	return direction(d.sum, Vector{Elements: make([]int8, e.dim), Words: len(d.words), Known: e.known(d)})
}

// add adds the rows of a text's features to the desk's sum, and
// returns how many words it has and how many of them training knew.
func (e *Encoder) add(d *desk, s string) (words, known int) {
	d.hashes = d.features(d.hashes[:0], s)
	for _, h := range d.hashes {
		e.addFeature(d, h, 1)
	}
	return len(d.words), e.known(d)
}

func (e *Encoder) addFeature(d *desk, hash uint32, weight float32) {
	e.addRow(d.sum, int(hash>>(32-e.bits)), weight)
}

// known returns how many words of the text last read training knew.
func (e *Encoder) known(d *desk) (n int) {
	for _, h := range d.words {
		if e.weights.words.has(h) {
			n++
		}
	}
	return n
}

// direction fills the elements of a vector.
func direction(sum []float32, v Vector) Vector {
	var top float32
	for _, x := range sum {
		top = max(top, x, -x)
	}
	if top == 0 {
		return v
	}
	var square int
	for k, x := range sum {
		v.Elements[k] = int8(math.Round(float64(x * 127 / top)))
		square += int(v.Elements[k]) * int(v.Elements[k])
	}
	v.inverse = float32(1 / math.Sqrt(float64(square)))
	return v
}

// Like returns the cosine of the angle between two vectors, from -1 to 1; 0
// when one has no direction.
func (v Vector) Like(w Vector) float32 {
	return float32(product8(v.Elements, w.Elements)) * v.inverse * w.inverse
}
