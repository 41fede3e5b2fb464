package match

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"ieum/internal/match/terms"
)

// A bm25 is the baseline that search is measured beside: Okapi BM25 over title,
// company, text and place, words that stand for themselves and no more.
type bm25 struct {
	k1, b  float64
	tokens func(folded string) []string
	length []float64
	mean   float64
	lists  map[string][]occurs
}

type occurs struct {
	doc int
	n   float64
}

// words are the words of a folded text.
func words(folded string) []string { return strings.Fields(folded) }

// bigrams are the words of a folded text, and of those that are not Latin the pairs of
// letters that stand together.
func bigrams(folded string) (out []string) {
	for _, w := range strings.Fields(folded) {
		out = append(out, w)
		if r := []rune(w); r[0] >= utf8.RuneSelf && len(r) > 2 {
			for i := range len(r) - 1 {
				out = append(out, string(r[i:i+2]))
			}
		}
	}
	return out
}

func newBM25(texts []string, k1, b float64, tokens func(string) []string) *bm25 {
	x := &bm25{k1: k1, b: b, tokens: tokens, length: make([]float64, len(texts)), lists: map[string][]occurs{}}
	for doc, text := range texts {
		counts := map[string]float64{}
		for _, t := range tokens(string(terms.Fold(nil, []byte(text)))) {
			counts[t]++
			x.length[doc]++
		}
		for t, n := range counts {
			x.lists[t] = append(x.lists[t], occurs{doc, n})
		}
		x.mean += x.length[doc] / float64(len(texts))
	}
	return x
}

// search returns the k best documents for what somebody typed. A word with + must
// be there, one with - must not.
func (x *bm25) search(q string, k int) []int {
	clauses, err := parse(q)
	if err != nil {
		return nil
	}
	scores, barred, held, must := map[int]float64{}, map[int]bool{}, map[int]int{}, 0
	for _, c := range clauses {
		has := map[int]int{} // tokens of the clause that a document holds
		all := x.tokens(c.text)
		slices.Sort(all)
		all = slices.Compact(all)
		for _, t := range all {
			list := x.lists[t]
			idf := math.Log(1 + (float64(len(x.length))-float64(len(list))+.5)/(float64(len(list))+.5))
			for _, o := range list {
				has[o.doc]++
				if !c.not {
					scores[o.doc] += idf * o.n * (x.k1 + 1) / (o.n + x.k1*(1-x.b+x.b*x.length[o.doc]/x.mean))
				}
			}
		}
		if c.must {
			must++
		}
		for doc, n := range has {
			switch {
			case c.not && n == len(all):
				barred[doc] = true
			case c.must && n == len(all):
				held[doc]++
			}
		}
	}
	var found []int
	for doc := range scores {
		if !barred[doc] && held[doc] == must {
			found = append(found, doc)
		}
	}
	slices.SortFunc(found, func(a, b int) int {
		return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(a, b))
	})
	return found[:min(k, len(found))]
}
