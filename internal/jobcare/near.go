package jobcare

import (
	"cmp"
	"slices"

	"ieum"
	"ieum/internal/jobcare/cellkey"
	"ieum/internal/snapshot"
)

// doubt is how many moves out of an occupation it takes for where they led to
// say as much as the classification.
const doubt = 5

// asNear is the part of the nearest occupation's nearness from which another
// counts as about as near.
const asNear = .8

// looked is how many of the nearest occupations with openings are compared.
const looked = 8

// countMoves counts, for each occupation, the changes in the careers of résumés
// to another right after it, and what those who made one did first of all; of several
// résumés of a person the first counts. Somebody who made the same change more than once
// counts once.
func (b *base) countMoves(s *snapshot.Snapshot, release *cellkey.Release) {
	r, n := &s.Resumes, len(s.Dict.Occupations)
	moves, firsts := make([]cellkey.Cell, n*n), make([]cellkey.Cell, n*n)
	seen := make([]bool, s.Persons())
	careers := lists{in: &r.CareerOcc}
	var person []uint32
	var key []uint16
	for from := 0; from < r.Person.Len(); from += stretch {
		to := min(from+stretch, r.Person.Len())
		careers.begin(from, to)
		careers.read()
		person, key = r.Person.AppendTo(person[:0], from, to), r.Key.AppendTo(key[:0], from, to)
		for row := range to - from {
			if seen[person[row]] || s.ResumeGone(from+row) {
				continue
			}
			seen[person[row]] = true
			spells := careers.at(row) // newest first
			for i := 1; i < len(spells); i++ {
				from, to, first := spells[i], spells[i-1], spells[len(spells)-1]
				if from == to || from == 0 || to == 0 {
					continue
				}
				if !changed(spells[:i], from, to) {
					moves[int(from)*n+int(to)].Add(key[row])
				}
				if !changed(spells[:i], 0, to) {
					firsts[int(first)*n+int(to)].Add(key[row])
				}
			}
		}
	}
	for from := range n {
		var to []uint16
		var counts []uint32
		for o, c := range moves[from*n : (from+1)*n] {
			if k := release.Published(c, "moves|"+s.Dict.Occupations[from]+"|"+s.Dict.Occupations[o]); k > 0 {
				to, counts = append(to, uint16(o)), append(counts, uint32(k))
			}
		}
		b.MovedTo.Add(to...)
		b.Moves.Add(counts...)
	}
	for to := range n {
		for _, x := range []struct {
			what  string
			cells []cellkey.Cell
			from  *snapshot.Lists[uint16]
			n     *snapshot.Lists[uint32]
		}{{"moves", moves, &b.Came, &b.CameN}, {"firsts", firsts, &b.First, &b.FirstN}} {
			number := func(from int) int {
				c := x.cells[from*n+to]
				if c.N < least {
					return 0
				}
				return release.Published(c, x.what+"|"+s.Dict.Occupations[from]+"|"+s.Dict.Occupations[to])
			}
			var ids []uint16
			var counts []uint32
			for _, from := range most(n, n, number) {
				ids, counts = append(ids, uint16(from)), append(counts, uint32(number(from)))
			}
			x.from.Add(ids...)
			x.n.Add(counts...)
		}
	}
}

// changed says whether among spells, newest first, there is a change from an occupation, or
// from any other for 0, to another.
func changed(spells []uint16, from, to uint16) bool {
	for i := 1; i < len(spells); i++ {
		if spells[i-1] == to && spells[i] != to && spells[i] != 0 && (from == 0 || spells[i] == from) {
			return true
		}
	}
	return false
}

// followed returns for every occupation how likely people who leave from come
// to it: the share of the moves seen, and as if doubt more had been seen spread
// over the occupations as near as the classification says.
func (b *base) followed(s *snapshot.Snapshot, from int) []float64 {
	d := s.Dict.Occupations
	out, kin := make([]float64, len(d)), 0.0
	for o := range d {
		if o > 0 && o != from {
			out[o] = kinship(d[from], d[o])
			kin += out[o]
		}
	}
	seen := 0.0
	moves := b.Moves.At(from, nil)
	for _, m := range moves {
		seen += float64(m)
	}
	for o := range out {
		if kin > 0 {
			out[o] *= doubt / kin / (seen + doubt)
		}
	}
	for i, o := range b.MovedTo.At(from, nil) {
		out[o] += float64(moves[i]) / (seen + doubt)
	}
	return out
}

// nearness rates between 0 and 1 how near every occupation is that the person
// has not worked in: half for how many left the person's occupations for it, the
// most being 1, half for the share of what it asks for that the person shows.
// What the market is like does not enter.
func (b *base) nearness(s *snapshot.Snapshot, p ieum.Profile, h held) []float64 {
	near := make([]float64, len(s.Dict.Occupations))
	for _, done := range p.Occupations {
		if from := snapshot.Find(s.Dict.Occupations, done.Code); from > 0 {
			for o, share := range b.followed(s, from) {
				near[o] += done.P * share
			}
		}
	}
	most := 0.0
	for o := range near {
		if h.worked(o) {
			near[o] = 0
		}
		most = max(most, near[o])
	}
	for o := range near {
		switch {
		case o == 0 || h.worked(o):
			continue
		case most > 0:
			near[o] /= 2 * most
		}
		near[o] += b.covered(s, o, h) / 2
	}
	return near
}

// nearest returns the occupation nearest to a person among those with openings
// that ask for something the person shows, or when none does, among all with
// openings; of several about equally near and as much alike (Fit.Score), the one
// with most openings per seeker. Nil when none is near.
func (a *Adviser) nearest(s *snapshot.Snapshot, b *base, p ieum.Profile, h held, scores []float64) *Fit {
	near := b.nearness(s, p, h)
	order := make([]int, len(near))
	for o := range order {
		order[o] = o
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(near[y], near[x]) })
	choose := func(shown bool) (best *Fit) {
		least, alike, compared := .1, 0.0, 0
		for _, o := range order {
			if near[o] < least || compared == looked {
				break
			}
			f := a.fit(s, b, o, scores[o], p, h)
			if f.Per100.Int() == 0 || shown && len(f.Have) == 0 {
				continue
			}
			if compared++; compared == 1 {
				least, alike = max(least, asNear*near[o]), asNear*f.Score
			}
			if best == nil || f.Score >= alike && f.Per100.Float() > best.Per100.Float() {
				best = &f
			}
		}
		return best
	}
	if best := choose(true); best != nil {
		return best
	}
	return choose(false)
}
