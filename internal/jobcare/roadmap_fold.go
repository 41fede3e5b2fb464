package jobcare

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"ieum/internal/jobcare/cellkey"
	"ieum/internal/snapshot"
)

// fold turns what was counted into the table, in which every number of people is as
// it is published.
func (t *roadsTable) fold(w *walks) {
	for row, c := range w.here {
		t.Here = append(t.Here, uint32(w.published(c, "here", row)))
	}
	for i, c := range w.majors {
		t.Majors = append(t.Majors, uint32(w.published(c, "majors", i)))
	}
	for row := range w.pay {
		p, pay := &w.pay[row], int64(0)
		n := w.published(p.Cell, "pay", row)
		if n-cellkey.Most >= quantiles {
			pay = p.quantile(n, .5, onPeople).Int()
		}
		t.PayOf, t.Pay = append(t.PayOf, uint32(n)), append(t.Pay, uint32(pay))
	}
	t.Left, t.LeftFor = make([]uint32, w.n*rowsEach), make([]uint16, w.n*rowsEach)
	for from := range w.n {
		t.foldMoves(w, from)
		t.foldPairs(w, from)
	}
	t.Start = append(t.Start, uint32(len(t.To)))
	t.PairFrom = append(t.PairFrom, uint32(len(t.PairTo)))
}

// published is the number that is published of a cell of what, of the numbers at.
func (w *walks) published(c cellkey.Cell, what string, at ...int) int {
	if c.N < least {
		return 0
	}
	name := append(make([]byte, 0, 64), "ways|"+what...)
	for _, n := range at {
		name = strconv.AppendInt(append(name, '|'), int64(n), 10)
	}
	return w.release.Published(c, string(name))
}

// foldMoves writes the rows of the moves out of one occupation.
func (t *roadsTable) foldMoves(w *walks, from int) {
	moves := w.moves[from]
	w.moves[from] = nil
	slices.Sort(moves)
	edges := w.edges[from*w.n*levels:][:w.n*levels]
	var here []uint32
	for l := range levels {
		here = here[:0]
		for _, m := range moves {
			if int(m>>16)%levels == l {
				here = append(here, m>>16/uint32(levels)<<16|m&0xFFFF)
			}
		}
		t.foldRow(w, from*rowsEach+l, here, func(to int) cellkey.Cell { return edges[to*levels+l] })
	}
	for i, m := range moves {
		moves[i] = m>>16/uint32(levels)<<16 | m&0xFFFF
	}
	t.foldRow(w, from*rowsEach+allTaken, moves, func(to int) (all cellkey.Cell) {
		for l := range levels {
			all.Join(edges[to*levels+l])
		}
		return all
	})
}

// foldRow writes the moves of one row, each where it led << 16 | months; of how many
// people they are is asked of made.
func (t *roadsTable) foldRow(w *walks, row int, moves []uint32, made func(to int) cellkey.Cell) {
	t.Start = append(t.Start, uint32(len(t.To)))
	slices.Sort(moves)
	var left cellkey.Cell
	for i := 0; i < len(moves); {
		j := i
		for j < len(moves) && moves[j]>>16 == moves[i]>>16 {
			j++
		}
		c := made(int(moves[i] >> 16))
		left.Join(c)
		if n := w.published(c, "moves", row, int(moves[i]>>16)); n > 0 {
			t.To = append(t.To, uint16(moves[i]>>16))
			t.Made = append(t.Made, uint32(n))
			t.Stay = append(t.Stay, medianMonths(moves[i:j], n))
		}
		i = j
	}
	n := w.published(left, "left", row)
	t.Left[row] = uint32(n)
	slices.SortFunc(moves, func(a, b uint32) int { return cmp.Compare(a&0xFFFF, b&0xFFFF) })
	t.LeftFor[row] = medianMonths(moves, n)
}

// medianMonths is the median of the months before moves that are sorted by them,
// of those that are known, when n people are said to have made them; 0 for too few.
func medianMonths(moves []uint32, n int) uint16 {
	known := len(moves)
	for known > 0 && moves[known-1]&0xFFFF == unsure {
		known--
	}
	if min(n-cellkey.Most, known) < quantiles {
		return 0
	}
	return uint16(moves[(known-1)/2] & 0xFFFF)
}

// mostHad is how much is kept of what who made a move have more often.
const mostHad = 5

// moreOften is the lift from which somebody is said to have something more
// often, and hadShare the share of who made a move that must have it.
const (
	moreOften = 1.2
	hadShare  = .05
)

// foldPairs writes what those have who left an occupation last.
func (t *roadsTable) foldPairs(w *walks, from int) {
	t.PairFrom = append(t.PairFrom, uint32(len(t.PairTo)))
	certs := w.certs[from]
	slices.Sort(certs)
	w.certs[from] = nil
	people := int(t.Here[from*rowsEach+allTaken])
	for to, i := 0, 0; to < w.n; to++ {
		begin := i
		for i < len(certs) && int(certs[i]>>32) == to {
			i++
		}
		made := w.published(w.last[from*w.n+to], "last", from, to)
		if min(made, people) < shareBase {
			continue
		}
		had := had{w: w, from: from, to: to, made: made, stayed: w.stayed[from*w.things:][:w.things], people: people}
		for k, id := range w.asked[to] {
			had.note(int(id), w.skilled[(from*w.n+to)*askedFor+k])
		}
		for j := begin; j < i; {
			var by cellkey.Cell
			id := certs[j] >> 16
			for ; j < i && certs[j]>>16 == id; j++ {
				by.Add(uint16(certs[j]))
			}
			had.note(len(w.s.Dict.Skills)+int(id&0xFFFF), by)
		}
		t.PairTo, t.PairMade = append(t.PairTo, uint16(to)), append(t.PairMade, uint32(made))
		had.write(t)
	}
}

// had is what those who made a move have more often than who stayed; numbers of
// people are as they are published.
type had struct {
	w            *walks
	from, to     int
	made, people int
	stayed       []cellkey.Cell
	ids          []uint16
	by, stay     []uint32
	lifts        []float64
}

func (h *had) note(id int, who cellkey.Cell) {
	by, stay := h.w.published(who, "had", h.from, h.to, id), h.w.published(h.stayed[id], "stayed", h.from, id)
	share, of := float64(by)/float64(h.made), float64(stay)/float64(h.people)
	if min(by, stay) < least || share < hadShare || share < moreOften*of {
		return
	}
	h.ids, h.by, h.stay, h.lifts = append(h.ids, uint16(id)), append(h.by, uint32(by)), append(h.stay, uint32(stay)), append(h.lifts, share/of)
}

func (h *had) write(t *roadsTable) {
	order := make([]int, len(h.ids))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(h.lifts[b], h.lifts[a]) })
	var ids []uint16
	var by, stayed []uint32
	for _, i := range order[:min(mostHad, len(order))] {
		ids, by, stayed = append(ids, h.ids[i]), append(by, h.by[i]), append(stayed, h.stay[i])
	}
	t.Had.Add(ids...)
	t.HadBy.Add(by...)
	t.HadStay.Add(stayed...)
}

// openUntil notes for each occupation and region the last day on which one can
// apply to any posting.
func (t *roadsTable) openUntil(s *snapshot.Snapshot) {
	p, n := &s.Postings, len(s.Dict.Regions)
	t.OpenUntil = make([]int32, len(s.Dict.Occupations)*n)
	for o := 1; o < len(s.Dict.Occupations); o++ {
		for _, in := range s.PostingsOf(o) {
			for i := in.From; i < in.To; i++ {
				if s.PostingGone(i) {
					continue
				}
				until := int32(math.MaxInt32)
				if d := p.Deadline.At(i); d != 0 {
					until = d
				}
				if d := p.Closed.At(i); d != 0 {
					until = min(until, d-1)
				}
				at := &t.OpenUntil[o*n+int(p.Region.At(i))]
				*at = max(*at, until)
			}
		}
	}
}
