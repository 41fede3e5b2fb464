package competency

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// A sign is a sort of mention: what speaks for a name being meant. Each has one
// probability, fitted to mentions that were judged (judged.go).
type sign uint8

const (
	signPart       sign = iota // the next word makes it part of something else
	signOne                    // one letter, alone
	signTwo                    // two letters, alone or with a particle
	signTwoOpen                // two letters that begin a word
	signThree                  // three letters
	signLong                   // more letters, at the beginning of a word
	signInside                 // more letters, inside a word
	signLatin                  // Latin letters, more than three
	signOrdinary               // a name that is also an English word, among English words
	signWrongCase              // up to three Latin letters, not written as the name is
	signShort                  // three, or with a + or #
	signListed                 // one or two, between signs of a list
	signLoneLetter             // one or two, elsewhere
	signJoined                 // one, joined to others: R&D
	signPhrase                 // English words
	signWord                   // one English word
	signAbout                  // one English word of many meanings, with words of work about it
	signGeneral                // the same without
	signDone                   // an English verb and its object
	signSaid                   // noun and verb
	signLoose                  // noun and verb far apart, or the noun inside a longer word
	signDuty                   // the same in the words of a dictionary of duties
	signAdvert                 // the same in the words of a posting, which tells of the firm and what it offers
	signBoth                   // said, and named in saying it
	signDenied                 // 안, 못, 없다, 모른다
	signWished                 // 하고 싶다
	signs
)

// signNames are the names of signs in files.
var signNames = [signs]string{"part", "one", "two", "two-open", "three", "long", "inside", "latin", "ordinary", "wrong-case", "short", "listed", "lone-letter", "joined",
	"phrase", "word", "about", "general", "done", "said", "loose", "duty", "advert", "both", "denied", "wished"}

// Chances are the probabilities of signs.
type chances [signs]float64

// weightsJSON is what `ieum train extractor` made; docs/quality.md says what from.
//
//go:embed weights.json
var weightsJSON []byte

// readChances reads probabilities of signs by name from the member "mentions" of stored
// weights; ok is false when they have none.
func readChances(stored []byte) (c chances, ok bool, err error) {
	var w struct {
		Mentions map[string]float64 `json:"mentions"`
	}
	if err := json.Unmarshal(stored, &w); err != nil {
		return c, false, fmt.Errorf("competency: the weights are broken: %w", err)
	}
	if w.Mentions == nil {
		return c, false, nil
	}
	for i, name := range signNames {
		p, ok := w.Mentions[name]
		if !ok || p <= 0 || p > 1 {
			return c, false, fmt.Errorf("competency: the weights have no probability of %q", name)
		}
		c[i] = p
	}
	return c, true, nil
}
