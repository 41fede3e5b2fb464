package jobcare

import (
	"ieum"
	"ieum/internal/snapshot"
)

// A Search is somebody's search for work as hires and months are counted from it.
type Search struct {
	Resume int      // row of the snapshot's résumés
	From   ieum.Day // the first day
	Until  ieum.Day // the last one on which they count as looking
	Hired  ieum.Day // 0 = it did not end so
}

// A Candidacy is a person and a posting that they applied for or were hired by.
type Candidacy struct {
	Resume, Posting int      // rows of the snapshot
	Applied, Hired  ieum.Day // 0 = not recorded
	Pay             uint32   // won a year, agreed; 0 = not recorded
	Began           ieum.Day // of the search that led to it; 0 = not recorded
}

// Searches returns how many a snapshot records, and each.
func Searches(s *snapshot.Snapshot) (n int, at func(i int) Search) {
	x := &s.Part(partName).(*base).past.searches
	return x.Resume.Len(), func(i int) Search {
		to := x.To.At(i)
		r := Search{Resume: int(x.Resume.At(i)), From: ieum.Day(x.From.At(i)), Until: ieum.Day(until(to, x.Last.At(i)))}
		if x.End.At(i) == uint8(snapshot.Hired) {
			r.Hired = ieum.Day(to)
		}
		return r
	}
}

// Candidacies returns how many a snapshot records, and each.
func Candidacies(s *snapshot.Snapshot) (n int, at func(i int) Candidacy) {
	p := s.Part(partName).(*base).past
	c := &p.candidacies
	return c.Resume.Len(), func(i int) Candidacy {
		r := Candidacy{Resume: int(c.Resume.At(i)), Posting: int(c.Posting.At(i)), Applied: ieum.Day(c.Applied.At(i)), Hired: ieum.Day(c.Hired.At(i)), Pay: c.Pay.At(i)}
		if search := c.Search.At(i); search > 0 {
			r.Began = ieum.Day(p.searches.From.At(int(search) - 1))
		}
		return r
	}
}
