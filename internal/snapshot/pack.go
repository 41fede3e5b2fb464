package snapshot

import "unsafe"

// extent is how much of one column is gathered before it goes to the file, so
// that a column's bytes lie together without the whole of it in memory.
const extent = 256 << 10

// A packer packs the rows of one column as they come.
type packer[T Number] struct {
	to     *TableWriter
	rows   []T // of the block being filled
	n      int
	bytes  int64   // in the file
	buf    []byte  // packed blocks that are not in the file yet
	blocks []block // of rows
	rests  []block // of what blocks of kind rare leave over; Rest is a place among them
	placed [2]int  // blocks and rests that are in the file; Start of the others is within buf
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
	for of, blocks := range [][]block{p.blocks, p.rests} {
		for i := range blocks[p.placed[of]:] {
			blocks[p.placed[of]+i].Start += uint64(at)
		}
		p.placed[of] = len(blocks)
	}
	p.bytes += int64(len(p.buf))
	_, err := p.to.Write(p.buf)
	p.buf = p.buf[:0]
	return err
}

// pack packs the rows of one block in the shortest way.
func (p *packer[T]) pack() {
	wide := p.to.wide[:0]
	for _, v := range p.rows {
		wide = append(wide, uint64(v)&most[T]())
	}
	s := p.to.shapes.of(wide, most[T](), 0)
	p.blocks = append(p.blocks, p.put(&s))
	p.n += len(p.rows)
	p.rows = p.rows[:0]
}

// put appends what rows take to buf, and returns their block.
func (p *packer[T]) put(s *shape) block {
	b := s.block
	if b.Kind == rare {
		b.Start = uint64(len(p.buf))
		b.Rest = uint32(len(p.rests))
		p.buf = b.appendPlaces(p.buf, s.rows)
		p.rests = append(p.rests, block{})
		p.rests[b.Rest] = p.put(s.rest)
		return b
	}
	to := bitWriter{to: p.buf}
	if b.Kind == words {
		for _, v := range s.set.list {
			to.add((v-b.Base)/uint64(b.Step), uint64(b.WordWidth))
		}
		to.to = to.end()
	}
	b.Start = uint64(len(to.to))
	for _, v := range s.rows {
		to.add(s.code(v, most[T]()), uint64(b.Width))
	}
	p.buf = to.end()
	return b
}

// all returns the blocks of rows, and after them those they lead to.
func (p *packer[T]) all() []block {
	all := append(p.blocks, p.rests...)
	for i := range all {
		if all[i].Kind == rare {
			all[i].Rest += uint32(len(p.blocks))
		}
	}
	return all
}

// most returns the greatest number of an unsigned type of the size of T.
func most[T Number]() uint64 { return uint64(1)<<(8*unsafe.Sizeof(T(0))) - 1 }
