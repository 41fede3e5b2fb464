package jobcare

import (
	"context"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"ieum"
	"ieum/internal/jobcare/cellkey"
	"ieum/internal/snapshot"
)

// walks is what one walk over résumés counts. What grows with them is the moves, four
// bytes each, and the certificates of who moved last, eight each.
type walks struct {
	s       *snapshot.Snapshot
	release cellkey.Release
	n       int // occupations
	things  int // competencies and certificates
	asked   [][]uint16
	moves   [][]uint32     // by what was left: where it led and the level << 16 | months before, unsure where not known
	edges   []cellkey.Cell // by what was left, where it led, and level
	here    []cellkey.Cell // by row
	pay     []wishes       // by row: the last pay of people who work there now
	stayed  []cellkey.Cell // by occupation and thing: people who work there now
	majors  []cellkey.Cell // by occupation and major: people who work there now
	last    []cellkey.Cell // by pair of occupations: people whose last move it is
	skilled []cellkey.Cell // by pair, and place in asked of where it led
	certs   [][]uint64     // by what was left: where it led << 32 | certificate << 16 | record key
}

// unsure stands for months that are not known, and is above all that are.
const unsure = 0xFFFF

func newWalks(s *snapshot.Snapshot, b *base) *walks {
	n := len(s.Dict.Occupations)
	cells := func(n int) []cellkey.Cell { return make([]cellkey.Cell, n) }
	w := &walks{s: s, release: b.release(), n: n, things: len(s.Dict.Skills) + len(s.Dict.Certificates), asked: make([][]uint16, n),
		moves: make([][]uint32, n), edges: cells(n * n * levels), here: cells(n * rowsEach), pay: make([]wishes, n*rowsEach),
		majors: cells(n * len(s.Dict.Majors)), last: cells(n * n), skilled: cells(n * n * askedFor), certs: make([][]uint64, n)}
	w.stayed = cells(n * w.things)
	for o := range n {
		skills := b.Skill.At(o, nil)
		w.asked[o] = skills[:min(askedFor, len(skills))]
	}
	return w
}

// newRoads counts the moves of all people, on every core.
func newRoads(ctx context.Context, s *snapshot.Snapshot, b *base) (*roadsTable, error) {
	rows := s.Resumes.Person.Len()
	first := firstResumes(s)
	workers := runtime.GOMAXPROCS(0)
	parts := make([]*walks, workers)
	group, within := errgroup.WithContext(ctx)
	for i := range workers {
		parts[i] = newWalks(s, b)
		group.Go(func() error {
			var buf [64]stay
			for row := i * rows / workers; row < (i+1)*rows/workers; row++ {
				if row&0xFFFF == 0 && within.Err() != nil {
					return within.Err()
				}
				if first[row>>6]>>(row&63)&1 == 1 {
					parts[i].person(row, career(s, row, buf[:]))
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, p := range parts[1:] {
		parts[0].add(p)
	}
	t := &roadsTable{}
	t.fold(parts[0])
	t.openUntil(s)
	return t, ctx.Err()
}

// firstResumes marks the rows that tell of a person's career, a bit each: of several
// résumés the first, as in countMoves.
func firstResumes(s *snapshot.Snapshot) []uint64 {
	rows := s.Resumes.Person.Len()
	first, met := make([]uint64, rows/64+1), make([]uint64, s.Persons()/64+1)
	for row := range rows {
		p := s.Resumes.Person.At(row)
		if s.ResumeGone(row) || met[p>>6]>>(p&63)&1 == 1 {
			continue
		}
		met[p>>6] |= 1 << (p & 63)
		first[row>>6] |= 1 << (row & 63)
	}
	return first
}

// A stay is the work of one occupation without another between; 0 is work of
// which the occupation is not known.
type stay struct {
	occupation uint16
	months     int
	sure       bool // of the months
	experience int  // months of work before and in it
}

// career returns the stays of a résumé, oldest first, in the memory of buf.
func career(s *snapshot.Snapshot, row int, buf []stay) []stay {
	var occBuf, startBuf, endBuf [64]uint16
	r, out, experience := &s.Resumes, buf[:0], 0
	occupations, starts, ends := r.CareerOcc.At(row, occBuf[:]), r.CareerStart.At(row, startBuf[:]), r.CareerEnd.At(row, endBuf[:])
	written := ieum.Day(r.Updated.At(row)).Time()
	now := (written.Year()-1970)*12 + int(written.Month()) - 1
	for i := len(occupations) - 1; i >= 0; i-- {
		months, sure := spellMonths(starts[i], ends[i], now)
		if len(out) == 0 || out[len(out)-1].occupation != occupations[i] {
			out = append(out, stay{occupation: occupations[i], sure: true})
		}
		at := &out[len(out)-1]
		experience += months
		at.months, at.sure, at.experience = at.months+months, at.sure && sure, experience
	}
	return out
}

// person counts the career of one résumé. Who made a move twice made it once, the
// first time.
func (w *walks) person(row int, stays []stay) {
	key := w.s.Resumes.Key.At(row)
	for i, at := range stays {
		switch {
		case at.occupation == 0:
		case i == 0:
			w.move(stay{}, at.occupation, key)
		case stays[i-1].occupation > 0 && !again(stays[:i+1]):
			w.move(stays[i-1], at.occupation, key)
		}
	}
	if n := len(stays); n > 0 && stays[n-1].occupation > 0 {
		before := uint16(0)
		if n > 1 {
			before = stays[n-2].occupation
		}
		w.present(row, stays[n-1].occupation, before, levelOf(stays[n-1].experience), key)
	}
}

// again reports whether the last move of stays was made before.
func again(stays []stay) bool {
	n := len(stays)
	for i := 1; i < n-1; i++ {
		if stays[i-1].occupation == stays[n-2].occupation && stays[i].occupation == stays[n-1].occupation {
			return true
		}
	}
	return false
}

// spellMonths is how long a spell was. One that goes on ends when the résumé was written.
func spellMonths(start, end uint16, now int) (months int, sure bool) {
	if start == snapshot.Unset {
		return 0, false
	}
	last := int(end)
	if end == snapshot.Unset {
		last = now
	}
	return max(0, last-int(start)), true
}

// move counts one move from a stay to another occupation; the first begins at no stay.
func (w *walks) move(from stay, to, key uint16) {
	level := levelOf(from.experience)
	months := uint32(min(from.months, unsure-1))
	if !from.sure || from.months == 0 {
		months = unsure
	}
	leads := int(to)*levels + level
	w.moves[from.occupation] = append(w.moves[from.occupation], uint32(leads)<<16|months)
	w.edges[int(from.occupation)*w.n*levels+leads].Add(key)
}

// present counts where a person works now, and what they have who came last
// from before; 0 where that is not known.
func (w *walks) present(row int, o, before uint16, level int, key uint16) {
	r := &w.s.Resumes
	for _, l := range []int{level, allTaken} {
		at := int(o)*rowsEach + l
		w.here[at].Add(key)
		if pay := r.LastPay.At(row); pay > 0 {
			w.pay[at].add(key, pay)
		}
	}
	var skillBuf, certBuf, majorBuf [64]uint16
	skills, certs, majors := r.Skills.At(row, skillBuf[:]), r.Certificates.At(row, certBuf[:]), r.Majors.At(row, majorBuf[:])
	have := w.stayed[int(o)*w.things:][:w.things]
	cells(have, skills, key)
	cells(have[len(w.s.Dict.Skills):], certs, key)
	cells(w.majors[int(o)*len(w.s.Dict.Majors):], majors, key)
	if before == 0 {
		return
	}
	pair := int(before)*w.n + int(o)
	w.last[pair].Add(key)
	for i, id := range w.asked[o] {
		if slices.Contains(skills, id) {
			w.skilled[pair*askedFor+i].Add(key)
		}
	}
	for i, id := range certs {
		if !slices.Contains(certs[:i], id) {
			w.certs[before] = append(w.certs[before], uint64(o)<<32|uint64(id)<<16|uint64(key))
		}
	}
}

// add adds what another walk counted, and takes it from it.
func (w *walks) add(o *walks) {
	for from := range w.n {
		w.moves[from], o.moves[from] = append(w.moves[from], o.moves[from]...), nil
		w.certs[from], o.certs[from] = append(w.certs[from], o.certs[from]...), nil
	}
	for row := range o.pay {
		w.pay[row].Join(o.pay[row].Cell)
		w.pay[row].spread.join(&o.pay[row].spread)
	}
	for _, x := range [][2][]cellkey.Cell{{w.edges, o.edges}, {w.here, o.here}, {w.stayed, o.stayed}, {w.majors, o.majors}, {w.last, o.last}, {w.skilled, o.skilled}} {
		for i, c := range x[1] {
			x[0][i].Join(c)
		}
	}
}

// join adds what another spread counted.
func (s *spread) join(o *spread) {
	s.n += o.n
	s.bins = append(s.bins, make([]uint32, max(0, len(o.bins)-len(s.bins)))...)
	for bin, k := range o.bins {
		s.bins[bin] += k
	}
}
