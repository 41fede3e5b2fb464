package match

import (
	"bytes"
	"unicode/utf8"

	"ieum/internal/match/terms"
)

// A pattern is folded text to be found in folded text. A Latin word at either
// end must be whole; Hangul may stand within a longer word, for endings and
// compounds are written together.
type pattern struct {
	text       []byte
	fromSpace  bool // must begin a word: a single letter, a compound written apart
	latinStart bool
	latinEnd   bool
}

func newPattern(folded []byte) pattern {
	p := pattern{text: folded}
	if len(folded) > 0 {
		p.latinStart, p.latinEnd = folded[0] < utf8.RuneSelf, folded[len(folded)-1] < utf8.RuneSelf
	}
	return p
}

// find returns where the pattern stands in text at or after from, or -1.
func (p pattern) find(text []byte, from int) int {
	for {
		i := p.index(text, from)
		if i < 0 {
			return -1
		}
		end := i + len(p.text)
		starts := i == 0 || text[i-1] <= ' '
		if (starts || !p.latinStart && !p.fromSpace) && (!p.latinEnd || end == len(text) || text[end] <= ' ') {
			return i
		}
		from = i + 1
	}
}

// index is bytes.Index from a place on. Every Hangul syllable begins with one
// of four bytes, so it is the second that is looked for.
func (p pattern) index(text []byte, from int) int {
	if p.latinStart || len(p.text) == 0 {
		i := bytes.Index(text[from:], p.text)
		if i < 0 {
			return -1
		}
		return from + i
	}
	for at := from + 1; at <= len(text); at++ {
		i := bytes.Index(text[at:], p.text[1:])
		if i < 0 {
			return -1
		}
		at += i
		if text[at-1] == p.text[0] {
			return at - 1
		}
	}
	return -1
}

// class says as what the pattern stands in a folded posting.
func (p pattern) class(row []byte) (terms.Class, bool) {
	i := p.find(row, 0)
	if i < 0 {
		return 0, false
	}
	switch bytes.Count(row[:i], []byte{'\n'}) {
	case 0:
		return terms.Title, true
	case 1:
		return terms.Company, true
	}
	if p.find(row, i+1) >= 0 {
		return terms.Again, true
	}
	return terms.Body, true
}
