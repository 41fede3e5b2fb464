package encoder

import (
	"slices"
)

// What shared letters count beside the encoder's 1: little in a language that
// training knew, as much as the encoder in one it did not. Which of the two
// it is, the share of known words in the list says. The numbers were chosen on the validation
// parts of TalentCLEF, MELO and the titles of vacancies, and for
// unknown languages on an encoder that was trained without German (docs/quality.md).
const (
	lettersKnown, lettersUnknown = 0.1, 1
	shareKnown, shareUnknown     = 0.6, 0.4
)

func letterWeight(known, words int) float32 {
	share := float32(known) / float32(max(1, words))
	unknown := min(1, max(0, (shareKnown-share)/(shareKnown-shareUnknown)))
	return lettersKnown + unknown*(lettersUnknown-lettersKnown)
}

// An Index ranks the titles of a list. It is safe for use by several goroutines.
type Index struct {
	encoder *Encoder
	vectors []Vector
	same    map[string][]int32 // lines by their words
	lexicon *lexicon
	weight  float32 // of letters
}

// A Match is a line of a list, counted from 0, and how like it is to a title:
// at most 1, which is the same words.
type Match struct {
	Line  int     `json:"line"`
	Score float64 `json:"score"`
}

// Index prepares a list of titles; blank ones count as lines and rank last.
func (e *Encoder) Index(lines []string) *Index {
	x := &Index{encoder: e, lexicon: newLexicon(lines), vectors: make([]Vector, len(lines)), same: map[string][]int32{}}
	elements := make([]int8, len(lines)*e.dim)
	d := e.desks.Get().(*desk)
	defer e.desks.Put(d)
	known, words := 0, 0
	for i, s := range lines {
		v := e.encodeAt(d, s, elements[i*e.dim:][:e.dim])
		x.vectors[i], known, words = v, known+v.Known, words+v.Words
		x.same[string(d.text)] = append(x.same[string(d.text)], int32(i))
	}
	x.weight = letterWeight(known, words)
	return x
}

// Rank returns the k lines likest to a title, likest first and equals by line;
// all lines when k is 0, and none for a title without a letter or digit.
func (x *Index) Rank(title string, k int) []Match {
	s := x.score(title)
	if s.empty {
		return []Match{}
	}
	score := s.fused
	order := make([]int32, len(score))
	for i := range order {
		order[i] = int32(i)
	}
	by := func(a, b int32) int {
		if score[a] != score[b] {
			if score[a] > score[b] {
				return -1
			}
			return 1
		}
		return int(a - b)
	}
	if k <= 0 || k > len(order) {
		k = len(order)
	}
	slices.SortFunc(order, by)
	out := make([]Match, k)
	for i, line := range order[:k] {
		out[i] = Match{int(line), float64(score[line])}
	}
	return out
}

// scores are how like each line is to a title.
type scores struct {
	empty                   bool // the title has no words
	fused, encoder, letters []float32
}

func (x *Index) score(title string) scores {
	d := x.encoder.desks.Get().(*desk)
	defer x.encoder.desks.Put(d)
	gist := gist(title)
	q := x.encoder.ask(d, title, gist)
	n := len(x.vectors)
	s := scores{q.Words == 0, make([]float32, n), make([]float32, n), make([]float32, n)}
	if s.empty {
		return s
	}
	same := x.same[string(d.text)]
	x.lexicon.score(&d.featurer, title+" "+gist, s.letters)
	for i, v := range x.vectors {
		s.encoder[i] = q.Like(v)
	}
	for _, i := range same { // the gist would lower them
		s.encoder[i], s.letters[i] = 1, 1
	}
	for i, like := range s.encoder {
		s.fused[i] = (like + x.weight*s.letters[i]) / (1 + x.weight)
	}
	return s
}
