// Package alike tells how much of their wording two long texts share, and finds those that
// share most of it without holding every text against every other.
//
// A text is the set of its runs of five letters (spaces aside), each as a hash. How alike two
// texts are is the Jaccard coefficient of their sets. Keys are by one-permutation MinHash (Li,
// Owen & Zhang, 2012) in bands: who shares most of the runs shares a key with a probability
// that grows steeply with the share (see Found). Whoever looks texts up by keys compares the
// sets then, so what is found is so, and only what is not found is left to chance.
package alike

import (
	"math"
	"slices"
	"unicode/utf8"
)

const (
	run  = 5 // letters
	deep = 5 // smallest hashes behind a key

	// Keys is how many keys a text has.
	Keys = 3

	bins = Keys * deep
)

const (
	prime = 0x9E3779B97F4A7C15
	// last is what the first letter of a run weighs once the run has moved on: prime to the fifth.
	last = prime * prime % (1 << 64) * prime % (1 << 64) * prime % (1 << 64) * prime % (1 << 64)
)

// Runs appends a hash of each run of letters of a folded text to dst.
func Runs(dst []uint64, text []byte) []uint64 {
	var ring [run]uint64
	var h uint64
	at, n := 0, 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		i += size
		if r == ' ' || r == '\n' {
			continue
		}
		letter := uint64(r) + 1
		h = h*prime + letter - ring[at]*last
		ring[at] = letter
		if at++; at == run {
			at = 0
		}
		if n++; n >= run {
			dst = append(dst, mix(h))
		}
	}
	return dst
}

// mix spreads a hash over all bits (splitmix64).
func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xBF58476D1CE4E5B9
	h = (h ^ h>>27) * 0x94D049BB133111EB
	return h ^ h>>31
}

// KeysOf are the keys of a text under which those that are much alike meet; false where it
// has too few runs to be told from others.
func KeysOf(runs []uint64) (keys [Keys]uint32, ok bool) {
	if len(runs) < 2*bins {
		return keys, false
	}
	var least [bins]uint64
	for i := range least {
		least[i] = math.MaxUint64
	}
	for _, h := range runs {
		bin := (h >> 32) * bins >> 32
		least[bin] = min(least[bin], h)
	}
	for k := range keys {
		h := uint64(k)
		for i := range deep {
			h = mix(h ^ filled(&least, k*deep+i))
		}
		keys[k] = uint32(h)
	}
	return keys, true
}

// filled is the least of a bin, and where none fell into it that of the next.
func filled(least *[bins]uint64, i int) uint64 {
	for least[i] == math.MaxUint64 {
		i = (i + 1) % bins
	}
	return least[i]
}

// Set makes runs ready to be compared.
func Set(runs []uint64) []uint64 {
	slices.Sort(runs)
	return slices.Compact(runs)
}

// Share is the Jaccard coefficient of two sets: what both have of what either has.
func Share(a, b []uint64) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	both := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			both, i, j = both+1, i+1, j+1
		}
	}
	return float64(both) / float64(len(a)+len(b)-both)
}

// Found is the probability that two texts of some share have a key in common.
func Found(share float64) float64 { return 1 - math.Pow(1-math.Pow(share, deep), Keys) }
