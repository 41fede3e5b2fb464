package snapshot

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unsafe"
)

// extent is how much of one column is gathered before it goes to the file, so
// that a column's bytes lie together without the whole of it in memory.
const extent = 256 << 10

// A packer packs the rows of one column as they come.
type packer[T Number] struct {
	to     *TableWriter
	rows   []T // of the block being filled
	n      int
	bytes  int64  // in the file
	buf    []byte // packed blocks that are not in the file yet
	blocks []block
	placed int // blocks that are in the file; Start of the others is within buf
	words  wordSet
}

func (p *packer[T]) add(rows ...T) {
	for len(rows) > 0 {
		k := min(len(rows), blockRows-len(p.rows))
		p.rows = append(p.rows, rows[:k]...)
		rows = rows[k:]
		if len(p.rows) == blockRows {
			p.pack()
		}
	}
}

func (p *packer[T]) settle() error {
	if len(p.buf) < extent {
		return nil
	}
	return p.place()
}

// place writes the packed blocks to the file.
func (p *packer[T]) place() error {
	at := p.to.at
	for i := range p.blocks[p.placed:] {
		p.blocks[p.placed+i].Start += uint64(at)
	}
	p.placed = len(p.blocks)
	p.bytes += int64(len(p.buf))
	_, err := p.to.Write(p.buf)
	p.buf = p.buf[:0]
	return err
}

// pack packs the rows of one block in the shortest of four ways.
func (p *packer[T]) pack() {
	b := rangeOf(p.rows)
	list := find(&p.words, p.rows, b.Width)
	if width := bits.Len(uint(max(0, len(list)-1))); list != nil && len(list)*int(unsafe.Sizeof(T(0)))*8+width*len(p.rows) < int(b.Width)*len(p.rows) {
		b = block{Kind: words, Width: uint8(width), Words: uint16(len(list))}
		for _, v := range list {
			var w [8]byte
			binary.LittleEndian.PutUint64(w[:], v)
			p.buf = append(p.buf, w[:unsafe.Sizeof(T(0))]...)
		}
	}
	b.Start = uint64(len(p.buf))
	var left, have uint64 // bits that are not a byte yet, and how many
	for _, v := range p.rows {
		code := p.code(&b, uint64(v)&most[T]())
		left |= code << have
		if have += uint64(b.Width); have >= 64 {
			p.buf = binary.LittleEndian.AppendUint64(p.buf, left)
			have -= 64
			left = code >> (uint64(b.Width) - have) // nothing is left when have is 0
		}
	}
	for ; have > 0; have -= min(have, 8) {
		p.buf = append(p.buf, byte(left))
		left >>= 8
	}
	p.blocks = append(p.blocks, b)
	p.n += len(p.rows)
	p.rows = p.rows[:0]
}

func (p *packer[T]) code(b *block, v uint64) uint64 {
	switch {
	case b.Kind == words:
		return uint64(p.words.codes[p.words.place(v)]) - 1
	case b.Kind == orZero && v == 0, b.Kind == orMost && v == most[T]():
		return 0
	}
	return v - b.Base
}

// most returns the greatest number of an unsigned type of the size of T.
func most[T Number]() uint64 { return uint64(1)<<(8*unsafe.Sizeof(T(0))) - 1 }

// rangeOf says how rows are packed from a base, with a code of its own for
// nothing stated where that is shorter.
func rangeOf[T Number](rows []T) block {
	top := most[T]()
	low, lowest, high, highest := top, top, uint64(0), uint64(0) // low is the least above 0, high the greatest below top
	for _, r := range rows {
		v := uint64(r) & top
		lowest, highest = min(lowest, v), max(highest, v)
		if v != 0 {
			low = min(low, v)
		}
		if v != top {
			high = max(high, v)
		}
	}
	b := block{Base: lowest, Width: uint8(bits.Len64(highest - lowest)), Kind: fromBase}
	if w := uint8(bits.Len64(highest - low + 1)); lowest == 0 && low <= highest && w < b.Width {
		b = block{Base: low - 1, Width: w, Kind: orZero}
	}
	if w := uint8(bits.Len64(high - lowest + 1)); highest == top && lowest <= high && w < b.Width {
		b = block{Base: lowest - 1, Width: w, Kind: orMost}
	}
	return b
}

// A wordSet finds the distinct numbers of a block and gives each a code.
type wordSet struct {
	keys  [2 * blockRows]uint64
	codes [2 * blockRows]uint16 // 0 is an empty place; else the code and one
	list  []uint64
}

// find lists the distinct numbers in rising order, their places being their
// codes. It gives up, and returns nil, when codes would not be shorter than
// width bits.
func find[T Number](s *wordSet, rows []T, width uint8) []uint64 {
	s.list = s.list[:0]
	clear(s.codes[:])
	if width < 2 {
		return nil
	}
	for _, r := range rows {
		v := uint64(r) & most[T]()
		at := s.place(v)
		if s.codes[at] != 0 {
			continue
		}
		if len(s.list) >= 1<<min(width-1, 12) {
			return nil
		}
		s.keys[at], s.codes[at] = v, 1
		s.list = append(s.list, v)
	}
	slices.Sort(s.list)
	for i, v := range s.list {
		s.codes[s.place(v)] = uint16(i + 1)
	}
	return s.list
}

// place returns where v is or would be.
func (s *wordSet) place(v uint64) int {
	at := v * 0x9E3779B97F4A7C15 >> (64 - 13)
	for s.codes[at] != 0 && s.keys[at] != v {
		at = (at + 1) % uint64(len(s.keys))
	}
	return int(at)
}
