package shelf

import (
	"slices"
	"strings"

	"ieum/internal/match/terms"
)

// folded is a name as it is looked up: spaces do not count.
func folded(text string) string {
	return strings.ReplaceAll(string(terms.Fold(nil, []byte(text))), " ", "")
}

// read enters the words of a thing.
func (s *Shelf) read(thing uint32, text string) {
	terms.Keys(terms.Fold(nil, []byte(text)), func(k terms.Key) {
		if l := s.lists[k]; len(l) == 0 || l[len(l)-1] != thing {
			s.lists[k] = append(s.lists[k], thing)
		}
	})
}

// leastShare is which share of a word a text must have for it to count: 월세가 is found
// where 월세 is.
const leastShare = 0.5

// Likeness is how much of what was asked for a thing's words have.
type likeness struct {
	share float64  // by rareness, 0 to 1
	words []string // those found
}

// like returns the things whose words have some of a question's: of each word the share
// of its terms, weighed by how rare they are, counts when it is half or more.
func (s *Shelf) like(question string) map[uint32]*likeness {
	words := strings.FieldsFunc(question, func(r rune) bool { return strings.ContainsRune(" ,;/\n\t·", r) })
	found, total := map[uint32]*likeness{}, 0.0
	for i, word := range words {
		if slices.Index(words, word) < i {
			continue
		}
		has, whole := s.having(word)
		total += whole
		for thing, weight := range has {
			if weight < leastShare*whole {
				continue
			}
			l := found[thing]
			if l == nil {
				l = &likeness{}
				found[thing] = l
			}
			l.share += weight
			l.words = append(l.words, word)
		}
	}
	for _, l := range found {
		l.share /= total
	}
	return found
}

// having weighs the terms of one word that each thing has, and all of them.
func (s *Shelf) having(word string) (has map[uint32]float64, whole float64) {
	has = map[uint32]float64{}
	var keys []terms.Key
	terms.Keys(terms.Fold(nil, []byte(word)), func(k terms.Key) { keys = append(keys, k) })
	slices.Sort(keys)
	for _, k := range slices.Compact(keys) {
		weight := terms.IDF(len(s.lists[k]), len(s.one))
		whole += weight
		for _, thing := range s.lists[k] {
			has[thing] += weight
		}
	}
	return has, whole
}
