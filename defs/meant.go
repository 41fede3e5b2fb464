package defs

import "strings"

// Meant returns which of the known names was probably meant by one that is
// none: the nearest, if it is within a third of the name's characters, at least
// one edit, and shares something with it; or "".
func Meant(name string, known []string) string {
	from := []rune(strings.ToLower(name))
	best, least := "", max(1, len(from)/3)+1
	for _, k := range known {
		to := []rune(strings.ToLower(k))
		if d := distance(from, to); d < least && d < max(len(to), 2) {
			best, least = k, d
		}
	}
	return best
}

// distance is the Levenshtein distance, with the swap of two neighbours counted
// as one edit.
func distance(a, b []rune) int {
	before, last, now := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		now[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			now[j+1] = min(last[j]+cost, last[j+1]+1, now[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				now[j+1] = min(now[j+1], before[j-1]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}
