package catalogue

import (
	"cmp"
	"slices"
	"strings"

	"ieum/internal/catalogue/master"
	"ieum/internal/snapshot"
)

var resumeColumns = []string{ColumnKey, ColumnRow, ColumnCompetencies, "person", "birth_year", "sex", "region", "education", "majors",
	"occupation", "wishes", "wish_regions", "wish_pay_min", "wish_employment", "last_pay_min", "career_months",
	"careers_occupation", "careers_start", "careers_end", "careers_pay", "skills", "certificates", "updated", "active"}

// resumeRows are the résumés in the order in which they come.
type resumeRows struct {
	table  snapshot.Resumes
	off    []uint32 // of tokens
	tokens []uint64
}

// read appends rows from..to of a batch.
func (t *resumeRows) read(r *Rows, w *worker, from, to int) {
	c := columnsOf(r, resumeColumns)
	source, simulated := w.at["sources"][string(r.Source)], w.simulated(r.Source)
	var list []uint16
	for i := from; i < to; i++ {
		x := &t.table
		x.Key.Add(c.text(ColumnKey, i))
		x.Source.Add(source)
		x.Delivery.Add(uint32(r.Delivery))
		x.Row.Add(uint32(c.number(ColumnRow, i)))
		x.BirthYear.Add(uint16(clamp(c.number("birth_year", i), 1<<16-1)))
		x.Sex.Add(uint8(c.code(w.finder, "sex", "sex", i)))
		x.Region.Add(c.code(w.finder, "region", "regions", i))
		x.Education.Add(uint8(c.code(w.finder, "education", "education", i)))
		x.WishPay.Add(c.won("wish_pay_min", i))
		x.LastPay.Add(lastPay(c, i))
		x.Updated.Add(int32(c.number("updated", i)))
		x.Employment.Add(uint8(c.code(w.finder, "wish_employment", "employment", i)))
		x.CareerMonths.Add(careerMonths(c, i))

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
		if looking, known := c.truth("active", i); looking || !known { // who registers looks for work, unless said otherwise
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

// take appends a chunk.
func (t *resumeRows) take(c *resumeRows) {
	appendTable(&t.table, &c.table)
	if len(t.off) == 0 {
		t.off = append(t.off, 0)
	}
	base := uint32(len(t.tokens))
	for _, o := range c.off {
		t.off = append(t.off, base+o)
	}
	t.tokens = append(t.tokens, c.tokens...)
}

// people finds which résumés are one person's.
func (t *resumeRows) people(codes *numbers, apart [][2]uint32) master.Result {
	x := &t.table
	p := &master.People{Off: t.off, Tokens: t.tokens, Sex: x.Sex.Raw, BirthYear: x.BirthYear.Raw, Education: x.Education.Raw, Region: make([]uint32, x.Region.Len())}
	for i, r := range x.Region.Raw {
		p.Region[i] = codes.region[r]
	}
	if len(p.Off) == 0 {
		p.Off = []uint32{0}
	}
	r := master.Persons(p, apart)
	t.off, t.tokens = nil, nil
	return r
}

// finish puts the résumés in their final order.
func (t *resumeRows) finish(people master.Result, codes int) *snapshot.Resumes {
	x := &t.table
	x.Person.Raw = people.Of
	type place struct {
		at  uint64
		row uint32
	}
	sorted := make([]place, x.Person.Len())
	for i := range sorted {
		sorted[i] = place{uint64(x.Occupation.Raw[i])<<32 | uint64(x.Person.Raw[i]), uint32(i)}
	}
	slices.SortFunc(sorted, func(a, b place) int {
		if a.at != b.at {
			return cmp.Compare(a.at, b.at)
		}
		return cmp.Or(strings.Compare(string(x.Key.Bytes(int(a.row))), string(x.Key.Bytes(int(b.row)))), cmp.Compare(a.row, b.row))
	})
	order := make([]uint32, len(sorted))
	for i, p := range sorted {
		order[i] = p.row
	}
	out := &snapshot.Resumes{}
	rearrange(out, x, order, nil)
	out.Occupations = ranges(out.Occupation.Raw, codes)
	return out
}
