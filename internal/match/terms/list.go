package terms

import "encoding/binary"

// None is the row after the last.
const None = ^uint32(0)

// A Class says where in a posting a term stands; the greatest of its places.
type Class uint8

// The classes.
const (
	Body    Class = iota // once in the body
	Again                // more than once in the body
	Company              // in the company's name
	Title                // in the title
)

// A list of postings is written as one number each: the distance from the row
// before, times four, plus the class. After every skipRows postings the row
// reached and the place are noted, so that a reader can jump.
const skipRows = 128

// A lister writes one list after another.
type lister struct {
	buf  []byte
	row  uint32 // the last one written
	n    uint32
	skip func(row, at uint32) // told of every skipRows-th posting: the row, and where the next begins
}

func (l *lister) begin(buf []byte) { l.buf, l.row, l.n = buf[:0], 0, 0 }

// add appends a posting; rows rise.
func (l *lister) add(row uint32, c Class) {
	l.buf = binary.AppendUvarint(l.buf, uint64(row-l.row)<<2|uint64(c))
	l.row = row
	l.n++
	if l.n%skipRows == 0 && l.skip != nil {
		l.skip(row, uint32(len(l.buf)))
	}
}

// A List reads the postings of one term in order of rows. Before the first
// Seek it stands nowhere.
type List struct {
	Row   uint32 // where it stands; None at the end
	Class Class

	data    []byte
	at      int
	left    uint32 // postings not read yet
	total   uint32
	skipRow []uint32 // row of every skipRows-th posting …
	skipAt  []uint32 // … and where the one after it begins
	began   bool

	from uint32 // row from which the rows are counted
	then *List  // goes on where this one ends; see stack.go
	n    int    // of the postings, those whose rows hold
}

// Len returns the number of postings whose rows hold.
func (l *List) Len() int { return l.n }

// goOn turns the list into the one that follows.
func (l *List) goOn() {
	n := l.n
	*l = *l.then
	l.n = n
}

// Next moves to the next posting and returns its row.
func (l *List) Next() uint32 {
	if l.left == 0 {
		if l.then != nil {
			l.goOn()
			return l.Next()
		}
		l.Row = None
		return None
	}
	l.left--
	v, n := uint64(l.data[l.at]), 1
	if v >= 0x80 {
		v, n = binary.Uvarint(l.data[l.at:])
	}
	l.at += n
	l.Row += uint32(v >> 2)
	l.Class = Class(v & 3)
	l.began = true
	return l.Row
}

// Seek moves to the first posting whose row is at least min, never backwards,
// and returns its row.
func (l *List) Seek(min uint32) uint32 {
	if l.began && l.Row >= min {
		return l.Row
	}
	if l.then != nil && min >= l.then.from {
		l.goOn()
	}
	l.jump(min - l.from)
	for l.Next() < min {
	}
	return l.Row
}

// jump leaves out the blocks that end before min, counted from l.from on.
func (l *List) jump(min uint32) {
	done := int(l.total-l.left) / skipRows // the block being read
	if done >= len(l.skipRow) || l.skipRow[done] >= min {
		return
	}
	// The last block known to end before min, by doubling steps.
	lo, step := done, 1
	for lo+step < len(l.skipRow) && l.skipRow[lo+step] < min {
		lo += step
		step *= 2
	}
	for ; step > 0; step /= 2 {
		if lo+step < len(l.skipRow) && l.skipRow[lo+step] < min {
			lo += step
		}
	}
	l.Row, l.at, l.left, l.began = l.from+l.skipRow[lo], int(l.skipAt[lo]), l.total-uint32(lo+1)*skipRows, true
}
