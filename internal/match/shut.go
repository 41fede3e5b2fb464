package match

import (
	"ieum"
	"ieum/internal/snapshot"
)

// A posting that its employer closed is gone at once, and not with the next snapshot: who
// looks after postings says which are shut, and nothing finds, ranks or opens them from
// then on.

// A shut is which postings of a snapshot are shut.
type shut struct {
	of   *[]uint64 // what Shut was told last
	rows map[uint32]bool
}

// Shut says which source rows, by their public numbers, nobody can apply to any more,
// whatever the snapshot says; the postings that hold them are closed. It takes the place of
// what was said before.
func (m *Matcher) Shut(ids []string) {
	of := make([]uint64, 0, len(ids))
	for _, id := range ids {
		if n, ok := snapshot.ParseID(id); ok {
			of = append(of, n)
		}
	}
	m.shut.Store(&of)
}

// shutBy applies to a snapshot what was said to be shut, once for each.
func (x *index) shutBy(of *[]uint64) {
	if now := x.shut.Load(); of == nil || now != nil && now.of == of {
		return
	}
	s := &shut{of, map[uint32]bool{}}
	for _, id := range *of {
		if row, ok := x.s.PostingByID(id); ok {
			s.rows[uint32(row)] = true
		}
	}
	x.shut.Store(s)
}

// isShut says whether a posting was shut since the snapshot was made.
func (x *index) isShut(row uint32) bool {
	s := x.shut.Load()
	return s != nil && len(s.rows) > 0 && s.rows[row]
}

// openings counts the postings of a view that one can apply to.
func (x *index) openings(v *view) int {
	n := len(v.rows)
	if s := x.shut.Load(); s != nil {
		for row := range s.rows {
			if v.contains(row) {
				n--
			}
		}
	}
	return n
}

// isOpen says whether one could apply to a posting on a day.
func (x *index) isOpen(row int, day ieum.Day) bool {
	return x.s.Postings.OpenWithin(row, day, day) && !x.isShut(uint32(row))
}
