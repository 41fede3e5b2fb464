package rank

// Gain is how much a word counts by where it stands: once in the body, again
// in the body, in the company's name, in the title.
var Gain = [4]float64{1, 1.4, 1.6, 3}

// GainCode is how much a word counts for a posting that bears the code it
// names, and does not say the word.
const GainCode = 1

// GainBoth is added for a posting that says the word and bears the code.
const GainBoth = 0.5

// GainPhrase is added once for a title that holds all the words searched for
// as they were written, times the weight of all words.
const GainPhrase = 1
