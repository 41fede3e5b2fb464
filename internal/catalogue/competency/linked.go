package competency

import (
	"slices"
	"unicode"

	"ieum"
	"ieum/defs"
	"ieum/internal/catalogue/competency/esco"
)

// Linked finds skills of ESCO in Korean and English texts: English ones as
// package esco ranks them, Korean ones where a competency of list "competencies"
// is the same thing as a skill of ESCO by its English name.
type Linked struct {
	ours   *Extractor
	theirs *esco.Extractor
	skill  map[string]ieum.Found // of competencies that are linked: ID and Label
}

// Link ties the competencies of the definitions to the skills of ESCO. Those
// whose English name is no name of just one skill are not linked.
func Link(ours *Extractor, theirs *esco.Extractor, set *defs.Set) *Linked {
	l := &Linked{ours, theirs, map[string]ieum.Found{}}
	list := set.Codes["competencies"]
	if list == nil {
		return l
	}
	for _, c := range list.Codes {
		if label, id, ok := theirs.Named(c.Name.EN); ok && list.InForce(c.Code) {
			l.skill[c.Code] = ieum.Found{ID: id, Label: label}
		}
	}
	return l
}

// Extract returns the k likeliest skills of ESCO, likeliest first, each once.
func (l *Linked) Extract(text string, k int) []ieum.Found {
	found := l.theirs.Extract(text, k)
	if !hasHangul(text) {
		return found
	}
	at := map[string]int{}
	for i, f := range found {
		at[f.Label] = i
	}
	for _, f := range l.ours.Extract(text, k) {
		s, ok := l.skill[f.ID]
		if !ok {
			continue
		}
		f.ID, f.Label = s.ID, s.Label
		if i, ok := at[f.Label]; !ok {
			at[f.Label] = len(found)
			found = append(found, f)
		} else if f.P > found[i].P {
			found[i] = f
		}
	}
	slices.SortStableFunc(found, func(a, b ieum.Found) int {
		switch {
		case a.P > b.P:
			return -1
		case a.P < b.P:
			return 1
		}
		return 0
	})
	return found[:min(k, len(found))]
}

func hasHangul(text string) bool {
	for _, r := range text {
		if unicode.Is(unicode.Hangul, r) {
			return true
		}
	}
	return false
}
