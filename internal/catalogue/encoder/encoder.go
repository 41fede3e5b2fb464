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
	sum    []float32
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

// Stored returns the weights as Load reads them, with figures in their card.
func (e *Encoder) Stored(figures []Figure) []byte {
	w := *e.weights
	w.card.Figures = figures
	return w.encode()
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
	words, known := e.add(d, title, 1)
	return direction(d.sum, Vector{Elements: to, Words: words, Known: known})
}

// What the gist of a title that is asked for counts beside the title. Chosen on
// the validation parts of MELO and the titles of vacancies; docs/quality.md.
const gistWeight = 2

// ask returns the vector of a title that a list is ranked by.
func (e *Encoder) ask(d *desk, title string) Vector {
	clear(d.sum)
	e.add(d, gist(title), gistWeight)
	words, known := e.add(d, title, 1)
	return direction(d.sum, Vector{Elements: make([]int8, e.dim), Words: words, Known: known})
}

// add adds the rows of a text's features, times a weight, to the desk's sum, and
// returns how many words it has and how many of them training knew.
func (e *Encoder) add(d *desk, s string, weight float32) (words, known int) {
	d.hashes = d.features(d.hashes[:0], s)
	for _, h := range d.words {
		if e.words.has(h) {
			known++
		}
	}
	for _, h := range d.hashes {
		r := int(h >> (32 - e.bits))
		s := e.scale[r] * weight
		if s == 0 {
			continue
		}
		for k, x := range e.row[r*e.dim:][:e.dim] {
			d.sum[k] += s * float32(x)
		}
	}
	return len(d.words), known
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
