package snapshot

import (
	"encoding/binary"
	"math/bits"
)

// A block of kind rare has one number in most of its rows, Base. The others,
// Words of them, are a block of their own, in order. Where they lie is said by
// groups of 1<<Width rows: a bit for each group that has any, Step of them, and
// then for each of these groups a bit for each row. With Width 0 the first say it all.
//
// Before the bits stand the counts of ones before each sampleBits-th.

const (
	sampleBits = 256
	widest     = 6 // a group lies in one word
)

// A bitmap is n bits of a file.
type bitmap struct{ start, n uint64 }

func (m bitmap) bytes() uint64 { return m.wordsAt() - m.start + (m.n+63)/64*8 }

func (m bitmap) wordsAt() uint64 { return m.start + (m.n+sampleBits-1)/sampleBits*2 }

func (m bitmap) word(data []byte, w uint64) uint64 {
	return binary.LittleEndian.Uint64(data[m.wordsAt()+8*w:])
}

func (m bitmap) is(data []byte, i uint64) bool { return m.word(data, i/64)>>(i%64)&1 == 1 }

// before counts the ones before bit i.
func (m bitmap) before(data []byte, i uint64) uint64 {
	n, at := uint64(binary.LittleEndian.Uint16(data[m.start+i/sampleBits*2:])), m.wordsAt()
	for w := i / sampleBits * (sampleBits / 64); w < i/64; w++ {
		n += uint64(bits.OnesCount64(binary.LittleEndian.Uint64(data[at+8*w:])))
	}
	return n + uint64(bits.OnesCount64(binary.LittleEndian.Uint64(data[at+i/64*8:])&(1<<(i%64)-1)))
}

// groups are the bits of the groups, and rows those of the rows in them.
func (b *block) groups() bitmap { return bitmap{b.Start, uint64(b.Rows-1)>>b.Width + 1} }

func (b *block) rows() bitmap {
	g := b.groups()
	return bitmap{b.Start + g.bytes(), uint64(b.Step) << b.Width}
}

// placesBytes is what all these bits take.
func (b *block) placesBytes() uint64 {
	if b.Width == 0 {
		return b.groups().bytes()
	}
	return b.groups().bytes() + b.rows().bytes()
}

// inRows is the bit in rows of row i, whose group has others before it.
func (b *block) inRows(others, i uint64) uint64 {
	return min(others, uint64(b.Step)-1)<<b.Width | i&(1<<b.Width-1)
}

// other says whether row i is not Base, and which of the others it is then.
func (b *block) other(data []byte, i uint64) (k uint64, is bool) {
	g := b.groups()
	if !g.is(data, i>>b.Width) {
		return 0, false
	}
	if k = g.before(data, i>>b.Width); b.Width == 0 {
		return k, true
	}
	rows, at := b.rows(), b.inRows(k, i)
	if !rows.is(data, at) {
		return 0, false
	}
	return rows.before(data, at), true
}

// othersBefore counts the rows before row i that are not Base.
func (b *block) othersBefore(data []byte, i uint64) uint64 {
	g := b.groups()
	n := g.before(data, i>>b.Width)
	switch {
	case b.Width == 0:
		return n
	case g.is(data, i>>b.Width):
		return b.rows().before(data, b.inRows(n, i))
	case n == 0:
		return 0
	}
	last := b.inRows(n-1, 1<<b.Width-1)
	n = b.rows().before(data, last)
	if b.rows().is(data, last) {
		n++
	}
	return n
}

// mask returns a bit for each of the rows from 64*w on that is not Base.
func (b *block) mask(data []byte, w uint64) (mask uint64) {
	g := b.groups()
	if b.Width == 0 {
		return g.word(data, w)
	}
	first, n := w<<6>>b.Width, uint64(64)>>b.Width
	marked := g.word(data, first/64) >> (first % 64) & (1<<n - 1)
	rows, k := b.rows(), g.before(data, first)
	for ; marked != 0; marked &= marked - 1 {
		at := b.inRows(k, 0)
		group := rows.word(data, at/64) >> (at % 64) & (1<<(1<<b.Width) - 1)
		mask |= group << (uint64(bits.TrailingZeros64(marked)) << b.Width)
		k++
	}
	return mask
}

// appendBitmap appends the bits as a bitmap.
func appendBitmap(buf []byte, set []bool) []byte {
	ones := uint16(0)
	for i, is := range set {
		if i%sampleBits == 0 {
			buf = binary.LittleEndian.AppendUint16(buf, ones)
		}
		if is {
			ones++
		}
	}
	for from := 0; from < len(set); from += 64 {
		var w uint64
		for i, is := range set[from:min(from+64, len(set))] {
			if is {
				w |= 1 << i
			}
		}
		buf = binary.LittleEndian.AppendUint64(buf, w)
	}
	return buf
}

// appendPlaces appends to a file's bytes where the rows are that are not Base.
func (b *block) appendPlaces(buf []byte, rows []uint64) []byte {
	groups, in := make([]bool, b.groups().n), make([]bool, 0, len(rows))
	for g := range groups {
		from := g << b.Width
		row := len(in)
		for k := range 1 << b.Width {
			other := from+k < len(rows) && rows[from+k] != b.Base
			groups[g] = groups[g] || other
			in = append(in, other)
		}
		if !groups[g] {
			in = in[:row]
		}
	}
	if buf = appendBitmap(buf, groups); b.Width == 0 {
		return buf
	}
	return appendBitmap(buf, in)
}

// rareBlock says how rows are packed of which others are not common, and how
// many bytes it takes to say where they are.
func rareBlock(rows []uint64, common uint64, others int) (best block, size uint64) {
	var marked [widest + 1]uint32 // groups, by Width
	var last [widest + 1]int      // and one more than the last of them
	for i, v := range rows {
		if v == common {
			continue
		}
		for width := range last {
			if g := i>>width + 1; g > last[width] {
				last[width] = g
				marked[width]++
			}
		}
	}
	for width, n := range marked {
		b := block{Kind: rare, Base: common, Width: uint8(width), Rows: uint16(len(rows)), Words: uint16(others), Step: n}
		if bytes := b.placesBytes(); size == 0 || bytes < size {
			best, size = b, bytes
		}
	}
	return best, size
}
