package snapshot

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unsafe"
)

// deepest is how many blocks of kind rare lie in one another at most.
const deepest = 3

// A shaper finds the shortest way to pack rows. What it says of a block holds
// until the next is asked for at the same depth.
type shaper struct {
	set  [deepest + 1]wordSet
	rest [deepest + 1][]uint64
}

// A shape is how rows are packed, and in how many bytes, with that of their rest
// when the kind is rare.
type shape struct {
	block
	bytes int
	rows  []uint64
	set   *wordSet
	rest  *shape
}

// of returns how to pack rows, at least one, of a type whose greatest number is
// top. A block of kind rare takes several times as long to read: it must be an
// eighth shorter.
func (s *shaper) of(rows []uint64, top uint64, depth int) shape {
	set := &s.set[depth]
	best := shape{block: rangeOf(rows, top), rows: rows, set: set}
	best.bytes = packedBytes(len(rows), best.Width)
	if best.Width == 0 {
		return best
	}
	whole := set.find(rows, best.Width)
	if width := uint8(bits.Len(uint(len(set.list) - 1))); whole && best.Width > 1 {
		all, _ := stepsOf(rows, fromBase, 0)
		all.Kind, all.WordWidth, all.Width, all.Words = words, all.Width, width, uint16(len(set.list))
		if bytes := packedBytes(len(rows), width) + packedBytes(len(set.list), all.WordWidth); bytes < best.bytes {
			best.block, best.bytes = all, bytes
		}
	}
	if depth < deepest {
		s.tryRare(&best, top, depth)
	}
	return best
}

// tryRare makes best of kind rare if that is worth it.
func (s *shaper) tryRare(best *shape, top uint64, depth int) {
	common, rest := s.set[depth].common, s.rest[depth][:0]
	for _, v := range best.rows {
		if v != common {
			rest = append(rest, v)
		}
	}
	s.rest[depth] = rest
	b, places := rareBlock(best.rows, common, len(rest))
	bytes := int(places) + int(unsafe.Sizeof(b)) // of the block of the rest
	if bytes*8 >= best.bytes*7 {
		return
	}
	of := s.of(rest, top, depth+1)
	if bytes += of.bytes; bytes*8 < best.bytes*7 {
		best.block, best.bytes, best.rest = b, bytes, &of
	}
}

// packedBytes is what n codes of so many bits take.
func packedBytes(n int, width uint8) int { return (n*int(width) + 7) / 8 }

// code returns the code of a number of the block.
func (s *shape) code(v, top uint64) uint64 {
	switch {
	case s.Kind == words:
		return uint64(s.set.codes[s.set.place(v)]) - 1
	case s.Kind == orZero && v == 0, s.Kind == orMost && v == top:
		return 0
	}
	return (v - s.Base) / uint64(s.Step)
}

// rangeOf says how rows are packed in steps from a base, with a code of its own
// for nothing stated where that is shorter.
func rangeOf(rows []uint64, top uint64) block {
	best, _ := stepsOf(rows, fromBase, 0)
	for _, unset := range []struct {
		kind uint8
		v    uint64
	}{{orZero, 0}, {orMost, top}} {
		if b, ok := stepsOf(rows, unset.kind, unset.v); ok && b.Width < best.Width {
			best = b
		}
	}
	return best
}

// stepsOf says how rows are packed in a kind of block in which unset is code 0,
// and the others are steps from one below the least of them; or all are steps
// from the least, in kind fromBase. It is not ok when no row is unset, or all are.
func stepsOf(rows []uint64, kind uint8, unset uint64) (b block, ok bool) {
	least, most, step, first, some := ^uint64(0), uint64(0), uint64(0), uint64(0), false
	for _, v := range rows {
		if kind != fromBase && v == unset {
			ok = true
			continue
		}
		if !some {
			first, some = v, true
		}
		least, most = min(least, v), max(most, v)
		if step != 1 {
			step = gcd(step, max(v, first)-min(v, first))
		}
	}
	if step == 0 || step > 1<<32-1 {
		step = 1
	}
	b = block{Kind: kind, Base: least, Step: uint32(step), Rows: uint16(len(rows))}
	codes := (most - least) / step
	if kind != fromBase {
		b.Base, codes = least-step, codes+1
	}
	b.Width = uint8(bits.Len64(codes))
	return b, ok && some
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// A wordSet finds the distinct numbers of a block and gives each a code.
type wordSet struct {
	keys   [2 * blockRows]uint64
	codes  [2 * blockRows]uint16 // 0 is an empty place; else the code and one
	counts [2 * blockRows]uint16
	list   []uint64
	common uint64 // the number that is there most often, the least of them; of those looked at
}

// find lists the distinct numbers in rising order, their places being their
// codes. It gives up, and returns false, when codes would not be shorter than
// width bits.
func (s *wordSet) find(rows []uint64, width uint8) bool {
	s.list = s.list[:0]
	clear(s.codes[:])
	whole := true
	for _, v := range rows {
		at := s.place(v)
		if s.codes[at] != 0 {
			s.counts[at]++
			continue
		}
		if len(s.list) >= 1<<min(max(width, 2)-1, 12) {
			whole = false
			break
		}
		s.keys[at], s.codes[at], s.counts[at] = v, 1, 1
		s.list = append(s.list, v)
	}
	slices.Sort(s.list)
	most := uint16(0)
	for i, v := range s.list {
		at := s.place(v)
		s.codes[at] = uint16(i + 1)
		if s.counts[at] > most {
			s.common, most = v, s.counts[at]
		}
	}
	return whole
}

// place returns where v is or would be.
func (s *wordSet) place(v uint64) int {
	at := v * 0x9E3779B97F4A7C15 >> (64 - 13)
	for s.codes[at] != 0 && s.keys[at] != v {
		at = (at + 1) % uint64(len(s.keys))
	}
	return int(at)
}

// A bitWriter packs codes one after the other.
type bitWriter struct {
	to         []byte
	left, have uint64 // bits that are not a byte yet, and how many
}

func (w *bitWriter) add(code, width uint64) {
	w.left |= code << w.have
	if w.have += width; w.have >= 64 {
		w.to = binary.LittleEndian.AppendUint64(w.to, w.left)
		w.have -= 64
		w.left = code >> (width - w.have) // nothing is left when have is 0
	}
}

// end returns all codes in whole bytes.
func (w *bitWriter) end() []byte {
	for ; w.have > 0; w.have -= min(w.have, 8) {
		w.to = append(w.to, byte(w.left))
		w.left >>= 8
	}
	return w.to
}
