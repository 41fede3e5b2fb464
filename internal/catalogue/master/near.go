package master

import (
	"encoding/binary"
	"math/bits"
	"unicode"
)

// nameNear reports whether two employers may be one, written differently:
// either is unknown, or a name of one is most of a name of the other, or begins
// as the other does in Latin letters.
func (m *matcher) nameNear(a, b uint32) bool {
	if a == 0 || b == 0 {
		return true
	}
	if m.Numbered != nil && m.Numbered(a) && m.Numbered(b) {
		return false
	}
	for i := range m.names[a] {
		for j := range m.names[b] {
			if m.names[a][i].near(&m.names[b][j]) {
				return true
			}
		}
	}
	return false
}

// A nameForm is a name as it is compared with others.
type nameForm struct {
	runes  []rune
	bits   uint64 // one bit a pair of letters
	digits uint64 // hash of the figures in it
	sound  uint32 // its first four Latin letters
	hangul bool
}

func newNameForm(name string) (f nameForm) {
	f.runes, f.hangul = []rune(name), hangul(name)
	for i, r := range f.runes {
		if i > 0 {
			f.bits |= 1 << (bigram(f.runes[i-1], r) >> 26)
		}
		if unicode.IsDigit(r) {
			f.digits = hashRunes(f.digits+1, f.runes[i:i+1])
		}
	}
	sound := name
	if f.hangul {
		sound = romanise(name)
	}
	if len(sound) >= 4 {
		f.sound = binary.LittleEndian.Uint32([]byte(sound))
	}
	return f
}

// near holds when the figures in both are the same and either one is in Hangul,
// the other in Latin letters and they begin alike (이음식품, Ieum Foods), or they
// share nearly all pairs of letters.
func (f *nameForm) near(g *nameForm) bool {
	if f.digits != g.digits {
		return false
	}
	if f.hangul != g.hangul {
		return f.sound != 0 && f.sound == g.sound
	}
	short, long := f, g
	if len(short.runes) > len(long.runes) {
		short, long = long, short
	}
	pairs := len(short.runes) - 1
	if pairs < 2 || 3*bits.OnesCount64(f.bits&g.bits) < 2*pairs-3 {
		return false
	}
	shared := 0
	for i := 1; i <= pairs; i++ {
		for j := 1; j < len(long.runes); j++ {
			if short.runes[i-1] == long.runes[j-1] && short.runes[i] == long.runes[j] {
				shared++
				break
			}
		}
	}
	return 2*shared >= len(short.runes)+len(long.runes)-6 && 3*shared >= 2*pairs
}

// fillNames prepares the names of all employers.
func (m *matcher) fillNames() {
	n := uint32(0)
	for i := range m.Facts {
		n = max(n, m.Facts[i].Company)
	}
	m.names = make([][]nameForm, n+1)
	parallel(int(n), 64, func(i int) {
		for _, name := range m.Names(uint32(i) + 1) {
			m.names[i+1] = append(m.names[i+1], newNameForm(name))
		}
	})
}
