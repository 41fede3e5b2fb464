package simulate

import (
	"bytes"
	"unicode/utf8"
)

// faults are what went wrong in a row.
type faults struct {
	lost, bent []string // fields left out, fields with a wrong value
	sorts      []string // what was done to the text
}

func (f *faults) reset() { f.lost, f.bent, f.sorts = f.lost[:0], f.bent[:0], f.sorts[:0] }

func (f *faults) drop(field string)       { f.lost = append(f.lost, field) }
func (f *faults) breakField(field string) { f.bent = append(f.bent, field) }

func (f *faults) dropped(p *pen) string { p.join("|", f.lost...); return p.keep() }
func (f *faults) broken(p *pen) string  { p.join("|", f.bent...); return p.keep() }
func (f *faults) noise(p *pen) string   { p.join("|", f.sorts...); return p.keep() }

// distort puts faults into the text the pen holds and settles which
// competencies it shows directly: those whose word is still there. Texts of
// people have a share of the rates for postings.
func (c *clerk) distort(r *rng, share float64) {
	rates := &c.m.p.Rates
	changed := false
	if r.chance(rates.Spacing * share) {
		c.misspace(r)
		c.faults.sorts = append(c.faults.sorts, "spacing")
		changed = true
	}
	if r.chance(rates.Typos * share) {
		for range 1 + r.intn(3) {
			c.typo(r)
		}
		c.faults.sorts = append(c.faults.sorts, "typo")
		changed = true
	}
	if r.chance(rates.Emoji * share) {
		c.pen.str(" ", pick(r, emoji))
		c.faults.sorts = append(c.faults.sorts, "emoji")
	}
	for _, w := range c.said.words {
		how := direct
		if changed && !bytes.Contains(c.pen.b, []byte(w.word)) {
			how = unsaid
		}
		c.said.list[how] = append(c.said.list[how], w.skill)
	}
	if r.chance(rates.Decomposed * share) {
		c.decompose()
		c.faults.sorts = append(c.faults.sorts, "nfd")
	}
}

// misspace takes out some spaces and puts some in.
func (c *clerk) misspace(r *rng) {
	p := &c.pen
	p.tmp = append(p.tmp[:0], p.b...)
	p.b = p.b[:0]
	for i := 0; i < len(p.tmp); {
		ch, n := utf8.DecodeRune(p.tmp[i:])
		switch {
		case ch == ' ' && r.chance(0.25):
		case isHangul(ch) && r.chance(0.02):
			p.b = append(append(p.b, p.tmp[i:i+n]...), ' ')
		default:
			p.b = append(p.b, p.tmp[i:i+n]...)
		}
		i += n
	}
}

func isHangul(r rune) bool { return r >= '가' && r <= '힣' }

// typo strikes one wrong vowel or drops one final consonant.
func (c *clerk) typo(r *rng) {
	b := c.pen.b
	if len(b) < 6 {
		return
	}
	i := r.intn(len(b))
	for i > 0 && !utf8.RuneStart(b[i]) {
		i--
	}
	for range 20 {
		ch, n := utf8.DecodeRune(b[i:])
		if isHangul(ch) {
			index := int(ch - '가')
			consonant, vowel, final := index/588, index/28%21, index%28
			if final != 0 && r.chance(0.4) {
				final = 0
			} else {
				vowel = neighbourKey[vowel]
			}
			utf8.EncodeRune(b[i:], rune('가'+consonant*588+vowel*28+final))
			return
		}
		if i += n; i >= len(b) {
			return
		}
	}
}

// neighbourKey is the vowel on the next key of the two-set keyboard, or one
// that sounds alike, in the order of Unicode (ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ).
var neighbourKey = [21]int{20, 5, 6, 7, 0, 1, 2, 3, 4, 14, 11, 10, 6, 18, 9, 10, 11, 13, 13, 20, 0}

// decompose writes Hangul in conjoining letters, as some systems deliver it
// (Unicode normalisation form D).
func (c *clerk) decompose() {
	p := &c.pen
	p.tmp = append(p.tmp[:0], p.b...)
	p.b = p.b[:0]
	for i := 0; i < len(p.tmp); {
		ch, n := utf8.DecodeRune(p.tmp[i:])
		if isHangul(ch) {
			index := ch - '가'
			p.b = utf8.AppendRune(p.b, 0x1100+index/588)
			p.b = utf8.AppendRune(p.b, 0x1161+index/28%21)
			if final := index % 28; final != 0 {
				p.b = utf8.AppendRune(p.b, 0x11A7+final)
			}
		} else {
			p.b = append(p.b, p.tmp[i:i+n]...)
		}
		i += n
	}
}
