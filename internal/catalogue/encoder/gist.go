package encoder

import (
	"regexp"
	"slices"
	"strings"
)

// brackets are what a title adds: a place, a shift, "m/w/d".
var brackets = regexp.MustCompile(`\([^)]*\)|\[[^\]]*\]`)

// gist returns the words that say which work a title asks for: without what
// stands in brackets or is excepted, without the other form of a title that is
// given in two (Koch/Köchin, waiter/waitress), and in the singular.
func gist(title string) string {
	title = brackets.ReplaceAllString(cut(title, maxText), " ")
	words := strings.Fields(string(fold(nil, oneForm(title))))
	for i, w := range words {
		if i > 0 && (w == "except" || w == "excluding") {
			words = words[:i]
			break
		}
		words[i] = singular(w)
	}
	return strings.Join(words, " ")
}

// oneForm leaves out what follows a slash and says again what stands before it.
func oneForm(title string) string {
	parts := strings.Split(title, "/")
	out := strings.Fields(parts[0])
	for _, p := range parts[1:] {
		words := strings.Fields(p)
		out = append(out, words[saidAgain(out, words):]...)
	}
	return strings.Join(out, " ")
}

// endings stand for the other form by themselves: Trainer/in, operador/a.
var endings = []string{"in", "innen", "frau", "r", "n", "e", "a", "o", "as", "os", "d", "w", "m", "x", "f"}

// saidAgain returns how many of the words say in another form what the last
// words before them do.
func saidAgain(before, words []string) int {
	for n := min(len(before), len(words)); n > 0; n-- {
		other := false
		for i, w := range words[:n] {
			x, y := plainWord(before[len(before)-n+i]), plainWord(w)
			if x != y && !otherForm(x, y) {
				other = false
				break
			}
			other = other || x != y
		}
		if other {
			return n
		}
	}
	if len(words) > 0 && slices.Contains(endings, plainWord(words[0])) {
		return 1
	}
	return 0
}

func plainWord(w string) string { return strings.TrimSpace(string(fold(nil, w))) }

// otherForm reports whether y is x with another ending, as words of women and
// of men are.
func otherForm(x, y string) bool {
	if man, ok := strings.CutSuffix(x, "mann"); ok && y == man+"frau" {
		return true
	}
	n := 0
	for n < min(len(x), len(y)) && x[n] == y[n] {
		n++
	}
	least := 3
	if strings.HasSuffix(y, "in") {
		least = 2
	}
	return n >= least && len(x)-n <= 2 && len(y)-n <= 5
}

// singular returns an English word without the ending of the plural. What it
// does to words that only look like one does no harm: a title counts in full
// beside its gist.
func singular(w string) string {
	if len(w) < 4 || !ascii(w) {
		return w
	}
	if root, ok := strings.CutSuffix(w, "men"); ok {
		return root + "man"
	}
	if root, ok := strings.CutSuffix(w, "ies"); ok && len(w) > 4 {
		return root + "y"
	}
	for _, e := range []string{"ches", "shes", "sses", "xes", "zzes"} {
		if strings.HasSuffix(w, e) {
			return w[:len(w)-2]
		}
	}
	for _, e := range []string{"ss", "us", "is"} {
		if strings.HasSuffix(w, e) {
			return w
		}
	}
	return strings.TrimSuffix(w, "s")
}
