package catalogue

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"slices"

	"ieum/internal/catalogue/master"
	"ieum/internal/snapshot"
)

var resumeColumns = []string{ColumnID, ColumnCompetencies, "person", "birth_year", "sex", "groups", "region", "education", "majors",
	"occupation", "wishes", "wish_regions", "wish_pay_min", "wish_employment", "last_pay_min", "career_months",
	"careers_occupation", "careers_start", "careers_end", "careers_pay", "skills", "certificates", "updated", "active"}

// resumeRows are résumés in the order in which they come.
type resumeRows struct {
	table  snapshot.Resumes
	ids    []uint64
	off    []uint32 // where the tokens of each end
	tokens []uint64
}

// empty keeps the memory.
func (t *resumeRows) empty() {
	snapshot.Empty(&t.table)
	t.ids, t.off, t.tokens = t.ids[:0], t.off[:0], t.tokens[:0]
}

// read appends rows from..to of a batch.
func (t *resumeRows) read(r *Rows, w *worker, from, to int) {
	c := columnsOf(r, resumeColumns)
	source, simulated := w.at["sources"][string(r.Source)], w.simulated(r.Source)
	var list []uint16
	for i := from; i < to; i++ {
		x := &t.table
		t.ids = append(t.ids, idIn(c.text(ColumnID, i)).number())
		x.Source.Add(source)
		x.Delivery.Add(uint32(r.Delivery))
		x.Row.Add(r.Place[i])
		x.BirthYear.Add(uint16(clamp(c.number("birth_year", i), 1<<16-1)))
		x.Sex.Add(uint8(c.code(w.finder, "sex", "sex", i)))
		x.Region.Add(c.code(w.finder, "region", "regions", i))
		x.Education.Add(uint8(c.code(w.finder, "education", "education", i)))
		x.WishPay.Add(c.won("wish_pay_min", i))
		x.LastPay.Add(lastPay(c, i))
		x.Updated.Add(int32(c.number("updated", i)))
		x.Employment.Add(uint8(c.code(w.finder, "wish_employment", "employment", i)))
		x.CareerMonths.Add(careerMonths(c, i))

		list = c.codes(list[:0], w.finder, "groups", "vulnerable-groups", i)
		x.Vulnerable.Add(list...)
		list = c.codes(list[:0], w.finder, "wishes", "keco2025", i)
		x.Wishes.Add(list...)
		x.Occupation.Add(soughtOrLast(c, w.finder, list, i))
		list = c.codes(list[:0], w.finder, "wish_regions", "regions", i)
		x.WishRegions.Add(list...)
		list = c.named(list[:0], w, "majors", "majors", i)
		x.Majors.Add(list...)
		list = c.codes(c.named(list[:0], w, "skills", "competencies", i), w.finder, ColumnCompetencies, "competencies", i)
		x.Skills.Add(list...)
		list = c.named(list[:0], w, "certificates", "certificates", i)
		x.Certificates.Add(list...)
		t.careers(c, w.finder, i)

		flags := simulated
		if looking, known := c.truth("active", i); (looking || !known) && r.Closed[i] == 0 { // who registers looks for work, unless said otherwise
			flags |= snapshot.Active
		}
		x.Flags.Add(flags)
		for _, token := range c.list("person", i) {
			t.tokens = append(t.tokens, uint64(token))
		}
		t.off = append(t.off, uint32(len(t.tokens)))
	}
}

// careers appends the spells of a row.
func (t *resumeRows) careers(c columns, f *finder, row int) {
	x := &t.table
	occupations, starts, ends := c.texts("careers_occupation", row), c.list("careers_start", row), c.list("careers_end", row)
	n := max(len(occupations), len(starts), len(ends))
	var o, s, e [64]uint16
	n = min(n, len(o))
	for i := range n {
		o[i], s[i], e[i] = 0, snapshot.Unset, snapshot.Unset
		if i < len(occupations) {
			o[i] = f.at["keco2025"][occupations[i]]
		}
		if i < len(starts) {
			s[i] = uint16(clamp(starts[i], snapshot.Unset))
		}
		if i < len(ends) {
			e[i] = uint16(clamp(ends[i], snapshot.Unset))
		}
	}
	x.CareerOcc.Add(o[:n]...)
	x.CareerStart.Add(s[:n]...)
	x.CareerEnd.Add(e[:n]...)
}

func soughtOrLast(c columns, f *finder, wishes []uint16, row int) uint16 {
	if len(wishes) > 0 {
		return wishes[0]
	}
	if o := c.code(f, "occupation", "keco2025", row); o != 0 {
		return o
	}
	for _, code := range c.texts("careers_occupation", row) {
		if o := f.at["keco2025"][code]; o != 0 {
			return o
		}
	}
	return 0
}

// lastPay is what the source says, or else the pay of the newest spell that
// states one.
func lastPay(c columns, row int) uint32 {
	if pay := c.won("last_pay_min", row); pay != 0 {
		return pay
	}
	for _, pay := range c.list("careers_pay", row) {
		if pay > 0 {
			return uint32(clamp(pay, 1<<32-1))
		}
	}
	return 0
}

// careerMonths is what the source says, or else the sum of the spells of which
// both ends are stated.
func careerMonths(c columns, row int) uint16 {
	if m := c.months("career_months", row); m != snapshot.Unset {
		return m
	}
	starts, ends := c.list("careers_start", row), c.list("careers_end", row)
	sum, known := int64(0), false
	for i := range min(len(starts), len(ends)) {
		if s, e := starts[i], ends[i]; s != snapshot.Unset && e != snapshot.Unset && e >= s {
			sum, known = sum+e-s+1, true
		}
	}
	if !known {
		return snapshot.Unset
	}
	return uint16(clamp(sum, snapshot.Unset-1))
}

// seekers are the résumés before it is known whose they are: all that says so,
// and the rest on disk, with the number of each row for its person.
type seekers struct {
	master.People
	ids   []uint64
	aside *stretches[snapshot.Resumes]
}

// take appends a chunk.
func (s *seekers) take(c *resumeRows, codes *numbers) error {
	x, base := &c.table, uint32(len(s.Tokens))
	for i, r := range x.Region.Raw {
		x.Person.Add(uint32(len(s.ids) + i))
		x.Key.Add(0)
		s.Region = append(s.Region, codes.region[r])
		s.Off = append(s.Off, base+c.off[i])
	}
	s.ids = append(s.ids, c.ids...)
	s.Tokens = append(s.Tokens, c.tokens...)
	s.Sex = append(s.Sex, x.Sex.Raw...)
	s.BirthYear = append(s.BirthYear, x.BirthYear.Raw...)
	s.Education = append(s.Education, x.Education.Raw...)
	return s.aside.add(x, x.Occupation.Raw)
}

func (m *making) resumes(ctx context.Context) (err error) {
	m.progress(StageResumes)
	aside, err := newStretches[snapshot.Resumes](m.to.Dir, len(m.out.Dict.Occupations), m.c.held)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, aside.close()) }()
	all := &seekers{People: master.People{Off: []uint32{0}}, aside: aside}
	if err := m.readResumes(ctx, all); err != nil {
		return err
	}
	if m.change != nil {
		if err := m.change.carryResumes(ctx, m, all); err != nil {
			return err
		}
	}
	people := master.Persons(&all.People, m.decided.rows(snapshot.MergedPerson, all.ids))
	m.evidence.add(snapshot.MergedPerson, all.ids, people)
	m.counts.People, m.counts.Resumes = people.Clusters, len(people.Of)
	at, err := m.writeResumes(ctx, aside, people.Of, recordKeys(people.Of, all.ids, m.c.recordSeed()))
	if err != nil {
		return err
	}
	eventful, err := m.eventful(ctx)
	if eventful {
		m.seekers = newIndex(all.ids, at)
	}
	return err
}

func (m *making) readResumes(ctx context.Context, all *seekers) error {
	chunks := make([]resumeRows, len(m.workers))
	err := m.live(ctx, "resume", resumeColumns, func(r *Rows) error {
		inParts(r.Rows, m.workers, func(part int, w *worker, from, to int) {
			chunks[part].empty()
			chunks[part].read(r, w, from, to)
		})
		for i := range chunks {
			if err := all.take(&chunks[i], m.codes); err != nil {
				return err
			}
		}
		m.rows[r.Source] += r.Rows
		return nil
	})
	return errors.Join(err, all.aside.flush())
}

// recordKeys returns the record key of the person of each row: drawn by the least of
// the numbers of their rows, so that they are the same in the next snapshot, and by a
// secret.
func recordKeys(person []uint32, ids []uint64, seed uint64) []uint16 {
	least := make([]uint64, slices.Max(append([]uint32{0}, person...))+1)
	for i, p := range person {
		if least[p] == 0 || ids[i] < least[p] {
			least[p] = ids[i]
		}
	}
	keys := make([]uint16, len(person))
	for i, p := range person {
		keys[i] = uint16(mix(least[p]^seed) >> 48)
	}
	return keys
}

// mix is the finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// recordSeed is the secret that record keys are drawn with.
func (c *Catalogue) recordSeed() uint64 {
	if c.keys == nil { // then there is nobody to count
		return 0
	}
	sum := c.keys.BlindSum("snapshot/record_key", nil)
	return binary.BigEndian.Uint64(sum[:])
}

// writeResumes writes the résumés in their final order, an occupation after
// another, and returns where each row went; person and key are those of each row.
func (m *making) writeResumes(ctx context.Context, aside *stretches[snapshot.Resumes], person []uint32, key []uint16) (at []uint32, err error) {
	w, err := m.to.Writer(&m.out, &m.out.Resumes)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	persons := func(x *snapshot.Resumes) []uint32 { return pick(person, x.Person.Raw) }
	end, next := make([]uint32, len(m.out.Dict.Occupations)+1), uint32(0)
	at = make([]uint32, len(person))
	err = aside.each(m.to.Dir, m.c.stretch, persons, func(occupation int, x *snapshot.Resumes) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		var sorted snapshot.Resumes
		rearrange(&sorted, x, resumeOrder(x, persons(x)))
		for _, row := range sorted.Person.Raw {
			at[row] = next
			next++
		}
		sorted.Key.Raw = pick(key, sorted.Person.Raw)
		sorted.Person.Raw = persons(&sorted)
		end[occupation+1] += uint32(sorted.Person.Len())
		return w.Add(&sorted)
	})
	if err != nil {
		return nil, err
	}
	for i := range end[1:] {
		end[i+1] += end[i]
	}
	return at, w.Add(&snapshot.Resumes{Occupations: end})
}

// resumeOrder sorts the rows of one occupation by person, those of one as they
// were delivered.
func resumeOrder(x *snapshot.Resumes, person []uint32) []uint32 {
	order := make([]uint32, len(person))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int {
		if person[a] != person[b] {
			return cmp.Compare(person[a], person[b])
		}
		return cmp.Or(cmp.Compare(x.Delivery.Raw[a], x.Delivery.Raw[b]), cmp.Compare(x.Row.Raw[a], x.Row.Raw[b]))
	})
	return order
}
