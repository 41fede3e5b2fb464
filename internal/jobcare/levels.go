package jobcare

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"path/filepath"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"ieum"
	"ieum/internal/jobcare/cellkey"
	"ieum/internal/snapshot"
)

const (
	// hiredDays is how far back hires tell what those have who are hired: as far as the months
	// of a market go. In a year there are too few of most occupations at a level.
	hiredDays = 3 * yearDays
	// fairlyAsked is the share of an occupation's postings that must ask for a certificate
	// before it counts as something to add, and mostCerts how many do at most.
	fairlyAsked = .05
	mostCerts   = 5
	// halfOfYear, in months, is what years of work are rounded to; twentieths is what the share of
	// what is asked for is. A quantile of finer numbers could be somebody's own.
	halfOfYear = 6
	twentieths = 20
	// millionth is the unit in which weights are kept.
	millionth = 1e6
	// unsaid stands for what too few people say.
	unsaid = math.MaxUint8
)

// How many quantiles are kept of a row.
const (
	quartiles = 3
	deciles   = 9
)

// hired is what is published of those who were hired, by occupation and level, counted once
// when a snapshot is built. Nothing exact is in it.
type hired struct {
	hiredColumns
	mapping *snapshot.Mapping
}

// hiredColumns have rows as roads has: occupation × rowsEach + level. Of Asked and Certs the
// lists of people stand in the same order.
type hiredColumns struct {
	Hired      []uint32               // by row: people hired within hiredDays
	Tried      []uint32               // by row: those who applied or were hired
	Told       []uint32               // by occupation: the hired whose months of work are known; at a level all are
	Years      []uint8                // by row: p25, median, p75 of their work when they were hired, in half years
	Covered    []uint8                // by row: nine deciles of the share of what is asked for that they have, in twentieths
	School     []uint32               // by row and schooling: of the hired
	Asked      snapshot.Lists[uint16] // by occupation: the competencies asked for most
	Weight     snapshot.Lists[uint32] // what each of them weighs, in millionths
	SkillHired snapshot.Lists[uint32] // by row
	SkillTried snapshot.Lists[uint32]
	Certs      snapshot.Lists[uint16] // by occupation: the certificates asked for most
	CertHired  snapshot.Lists[uint32] // by row
	CertTried  snapshot.Lists[uint32]
	Simulated  []uint8 // 1 where the people are made up
}

// Verify reads the file and compares its checksum.
func (h *hired) Verify() error {
	if h == nil {
		return nil
	}
	return h.mapping.Verify()
}

// Close gives up the mapping.
func (h *hired) Close() error {
	if h == nil {
		return nil
	}
	return h.mapping.Close()
}

// writeHired counts and writes. A snapshot of changes has what its base has.
func writeHired(ctx context.Context, s *snapshot.Snapshot, b *base, dir string) error {
	if len(s.Layers()) > 1 {
		return nil
	}
	c, err := newHired(ctx, s, b)
	if err != nil {
		return err
	}
	return snapshot.WriteTable(filepath.Join(dir, "hired.col"), c)
}

// openHired maps what writeHired wrote; nil in a snapshot of before it was counted.
func openHired(s *snapshot.Snapshot, dir string) (*hired, error) {
	if layers := s.Layers(); len(layers) > 1 {
		dir = filepath.Join(layers[0].Dir, partName)
	}
	h := &hired{}
	var err error
	h.mapping, err = snapshot.OpenTable(filepath.Join(dir, "hired.col"), &h.hiredColumns)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return h, err
}

// newHired counts over all occupations, on every core.
func newHired(ctx context.Context, s *snapshot.Snapshot, b *base) (*hiredColumns, error) {
	release, done := b.release(), make([]*recruits, len(s.Dict.Occupations))
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for o := range done {
		group.Go(func() error {
			done[o] = newRecruits(s, b, o)
			done[o].count(b.past)
			return within.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	c := &hiredColumns{Simulated: []uint8{uint8(yes(!anyReal(s)))}}
	for _, r := range done {
		c.add(r, &release)
	}
	return c, nil
}

// recruits are who applied for the work of an occupation and who was hired for it, by level.
type recruits struct {
	s      *snapshot.Snapshot
	o      int
	day    int32
	asked  []uint16
	weight []uint32
	certs  []uint16
	rows   [rowsEach]recruited

	starts, ends, ids [64]uint16
}

// recruited are those of a level.
type recruited struct {
	hired, tried           cellkey.Cell
	years                  wishes
	covered                spread
	school                 []cellkey.Cell
	skillHired, skillTried []cellkey.Cell
	certHired, certTried   []cellkey.Cell
}

func newRecruits(s *snapshot.Snapshot, b *base, o int) *recruits {
	r := &recruits{s: s, o: o, day: int32(b.past.day(s))}
	skills, weights := b.weights(s, o)
	for i, id := range skills {
		r.asked, r.weight = append(r.asked, id), append(r.weight, uint32(math.Round(weights[i]*millionth)))
	}
	if o > 0 {
		r.certs = b.askedCerts[o]
	}
	for l := range r.rows {
		x := &r.rows[l]
		x.school = make([]cellkey.Cell, len(s.Dict.Education))
		x.skillHired, x.skillTried = make([]cellkey.Cell, len(r.asked)), make([]cellkey.Cell, len(r.asked))
		x.certHired, x.certTried = make([]cellkey.Cell, len(r.certs)), make([]cellkey.Cell, len(r.certs))
	}
	return r
}

// fairly returns the certificates asked for most, of those that are asked for fairly often.
func (a *demand) fairly() (ids []uint16) {
	for _, id := range most(len(a.certs), mostCerts, func(id int) int { return a.certs[id] }) {
		if float64(a.certs[id]) >= fairlyAsked*float64(a.postings) && a.postings >= enough {
			ids = append(ids, uint16(id))
		}
	}
	return ids
}

// count walks the candidacies of the occupation. People count once: by their last hire, or
// else by the last time they applied.
func (r *recruits) count(p *past) {
	c := &p.candidacies
	if r.o == 0 || r.o+1 >= len(c.Occupations) {
		return
	}
	var resume []uint32
	var applied, hired []int32
	row, person, last, was := -1, uint32(0), int32(0), false
	recent := func(day int32) bool { return day != 0 && day > r.day-hiredDays && day <= r.day }
	for from, end := int(c.Occupations[r.o]), int(c.Occupations[r.o+1]); from < end; from += stretch {
		to := min(from+stretch, end)
		resume, applied, hired = c.Resume.AppendTo(resume[:0], from, to), c.Applied.AppendTo(applied[:0], from, to), c.Hired.AppendTo(hired[:0], from, to)
		for i := range resume {
			tried, got := recent(applied[i]), recent(hired[i])
			if !tried && !got {
				continue
			}
			if of := r.s.Resumes.Person.At(int(resume[i])); row < 0 || of != person {
				r.add(row, last, was)
				row, person, last, was = -1, of, 0, false
			}
			day := applied[i]
			if got {
				day = hired[i]
			}
			if row < 0 || got && !was || got == was && day > last {
				row, last, was = int(resume[i]), day, got
			}
		}
	}
	r.add(row, last, was)
}

// add counts somebody at the level they had on a day, and at all levels.
func (r *recruits) add(row int, day int32, hired bool) {
	if row < 0 {
		return
	}
	months, known := r.worked(row, day)
	if known {
		r.addTo(levelOf(months), row, months, known, hired)
	}
	r.addTo(allTaken, row, months, known, hired)
}

func (r *recruits) addTo(level, row, months int, known, hired bool) {
	x, of := &r.rows[level], &r.s.Resumes
	key := of.Key.At(row)
	skills := of.Skills.At(row, r.ids[:])
	x.tried.Add(key)
	someOf(x.skillTried, r.asked, skills, key)
	if hired {
		x.hired.Add(key)
		if known {
			x.years.Cell.Add(key)
			x.years.addBin(min((months+halfOfYear/2)/halfOfYear, unsaid-1))
		}
		if e := of.Education.At(row); e > 0 {
			x.school[e].Add(key)
		}
		someOf(x.skillHired, r.asked, skills, key)
		if len(r.asked) > 0 {
			x.covered.addBin(coveredOf(r.asked, r.weight, func(id uint16) bool { return slices.Contains(skills, id) }))
		}
	}
	certs := of.Certificates.At(row, r.ids[:])
	someOf(x.certTried, r.certs, certs, key)
	if hired {
		someOf(x.certHired, r.certs, certs, key)
	}
}

// someOf counts somebody in the cells of those of a list that they have.
func someOf(cells []cellkey.Cell, list, have []uint16, key uint16) {
	for i, id := range list {
		if slices.Contains(have, id) {
			cells[i].Add(key)
		}
	}
}

// coveredOf is the share of what is asked for that somebody has, by weight, in twentieths.
func coveredOf(asked []uint16, weight []uint32, has func(uint16) bool) int {
	have, all := 0.0, 0.0
	for i, id := range asked {
		all += float64(weight[i])
		if has(id) {
			have += float64(weight[i])
		}
	}
	if all == 0 {
		return 0
	}
	return int(math.Round(have / all * twentieths))
}

// worked is how many months of work somebody had on a day: those their résumé states less
// those of spells after it.
func (r *recruits) worked(row int, day int32) (months int, known bool) {
	x := &r.s.Resumes
	m := x.CareerMonths.At(row)
	if m == snapshot.Unset {
		return 0, false
	}
	months = int(m)
	monthOf := func(day int32) int {
		at := ieum.Day(day).Time()
		return (at.Year()-1970)*12 + int(at.Month()) - 1
	}
	on, written := monthOf(day), monthOf(x.Updated.At(row))
	starts, ends := x.CareerStart.At(row, r.starts[:]), x.CareerEnd.At(row, r.ends[:])
	for i, start := range starts {
		if start == snapshot.Unset {
			continue
		}
		end := written
		if i < len(ends) && ends[i] != snapshot.Unset {
			end = int(ends[i])
		}
		months -= max(0, end-max(int(start), on))
	}
	return max(0, months), true
}

// add keeps what is published of an occupation.
func (c *hiredColumns) add(r *recruits, release *cellkey.Release) {
	c.Asked.Add(r.asked...)
	c.Weight.Add(r.weight...)
	c.Certs.Add(r.certs...)
	d := &r.s.Dict
	for l := range r.rows {
		x, name := &r.rows[l], "levels|"+d.Occupations[r.o]+"|"+levelName(l)+"|"
		n := func(cell cellkey.Cell, what string) uint32 {
			if cell.N < least {
				return 0
			}
			return uint32(release.Published(cell, name+what))
		}
		list := func(to *snapshot.Lists[uint32], cells []cellkey.Cell, what string, ids []uint16, dict []string) {
			out := make([]uint32, len(cells))
			for i, cell := range cells {
				out[i] = n(cell, what+"|"+dict[ids[i]])
			}
			to.Add(out...)
		}
		hired := n(x.hired, "hired")
		told := hired
		if x.years.Cell != x.hired { // the same people have one number
			told = n(x.years.Cell, "told")
		}
		if l == allTaken {
			c.Told = append(c.Told, told)
		}
		c.Hired, c.Tried = append(c.Hired, hired), append(c.Tried, n(x.tried, "tried"))
		for i := 1; i <= quartiles; i++ {
			c.Years = append(c.Years, quantileOfBins(&x.years.spread, told, float64(i)/4))
		}
		for i := 1; i <= deciles; i++ {
			c.Covered = append(c.Covered, quantileOfBins(&x.covered, hired, float64(i)/10))
		}
		for e, cell := range x.school {
			c.School = append(c.School, n(cell, "school|"+d.Education[e]))
		}
		list(&c.SkillHired, x.skillHired, "hired|skill", r.asked, d.Skills)
		list(&c.SkillTried, x.skillTried, "tried|skill", r.asked, d.Skills)
		list(&c.CertHired, x.certHired, "hired|certificate", r.certs, d.Certificates)
		list(&c.CertTried, x.certTried, "tried|certificate", r.certs, d.Certificates)
	}
}

// levelName is the code of a level, or all.
func levelName(l int) string {
	if l == allTaken {
		return "all"
	}
	return Levels[l].Code
}

// quantileOfBins is a quantile of people of whom n are published, as a bin; unsaid unless there
// are thirty beyond doubt.
func quantileOfBins(w *spread, n uint32, q float64) uint8 {
	if int(n)-cellkey.Most < quantiles || w.n < quantiles {
		return unsaid
	}
	return uint8(min(w.bin(q), unsaid-1))
}
