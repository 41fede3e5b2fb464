package competency

import "strings"

// truth returns a sign of a verb that stands from one rune up to another, or that it
// is denied or wished for: 안, 못, 적이 없다, 줄 모른다, 싶다.
func (d *desk) truth(from, to int, t tail, said sign) sign {
	if from > 0 && d.flags[from]&blankBefore != 0 && (d.runes[from-1] == '안' || d.runes[from-1] == '못') && (from == 1 || d.flags[from-1]&blankBefore != 0) {
		return signDenied
	}
	if t == nominal && to-from <= 4 && d.wordEnds(to) && !d.inflected(to) {
		return said
	}
	for n := 0; n < 3; n++ {
		if n == 0 && d.joins(to) && !d.wish(to) {
			return said
		}
		if to >= len(d.runes) || d.flags[to]&blankBefore == 0 || !isLetter(d.runes[to]) {
			return said
		}
		start := to
		to = d.wordEnd(start + 1)
		switch {
		case d.behind(start, "않"), d.behind(start, "못"), d.behind(start, "모르"), d.behind(start, "모릅"), d.behind(start, "모른"), d.behind(start, "몰"), d.behind(start, "없"):
			return signDenied
		case d.behind(start, "싶"):
			return signWished
		case n > 0 && d.joins(to):
			return said
		}
	}
	return said
}

// inflected reports whether the word that ends at a rune may be denied by what
// follows: 교체 못 함, 교체는 안 했다.
func (d *desk) inflected(to int) bool {
	return d.behind(to, "못") || d.behind(to, "안") || d.behind(to, "없") || d.behind(to, "경험") || d.behind(to, "할")
}

// behind is starts with or without a blank before.
func (d *desk) behind(i int, w string) bool {
	for _, r := range w {
		if i >= len(d.runes) || d.runes[i] != r {
			return false
		}
		i++
	}
	return true
}

// joins reports whether the word before rune to goes on to another clause.
func (d *desk) joins(to int) bool { return strings.ContainsRune("고며서만데니", d.runes[to-1]) }

func (d *desk) wish(to int) bool { return d.behind(to, "싶") }

// denied reports whether the word after that of a name that ends at a rune says
// that the person cannot do it: 지게차는 못 합니다.
func (d *desk) denied(to int) bool {
	for n := 0; !d.wordEnds(to); n++ {
		if n > 2 {
			return false // not a particle: another word
		}
		to++
	}
	if to >= len(d.runes) || d.flags[to]&blankBefore == 0 {
		return false
	}
	return d.behind(to, "못하") || d.behind(to, "못합") || d.behind(to, "못해") ||
		d.runes[to] == '못' && d.wordEnds(to+1) || d.behind(to, "할줄모") || d.behind(to, "할줄몰")
}
