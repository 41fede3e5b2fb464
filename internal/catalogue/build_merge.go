package catalogue

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"ieum/internal/catalogue/master"
	"ieum/internal/snapshot"
)

// memberStretches is over how many stretches of IDs, which are hashes, the
// members are spread.
const memberStretches = 1 << 8

// write writes the postings, their texts and their members; result says which
// rows are one.
func (m *making) write(ctx context.Context, g *gathered, result master.Result) error {
	all := g.clusters(result)
	sorted := g.place(all, m.codes)
	if m.change != nil {
		keep := m.change.keep(all)
		sorted = slices.DeleteFunc(sorted, func(s placed) bool { return !keep[s.cluster] })
		result.Merges = slices.DeleteFunc(result.Merges, func(x master.Merge) bool { return !keep[result.Of[x.A]] })
	}
	m.evidence.add(snapshot.MergedPosting, g.ids, result)
	g.prints = nil
	posting := slices.Repeat([]uint32{none}, g.len()) // of each source row
	for i, s := range sorted {
		for _, row := range all.of(s.cluster) {
			posting[row] = uint32(i)
		}
	}
	at, err := m.writeMembers(ctx, g, result, posting)
	if err != nil {
		return err
	}
	company, err := m.writePostings(ctx, g, all, sorted, at)
	if err != nil {
		return err
	}
	g.employers.listPostings(company)
	m.out.Companies = g.employers.table
	m.counts.Postings, m.counts.Companies = len(sorted), m.out.Companies.Name.Len()
	return m.to.WriteEarly(&m.out, &m.out.Companies)
}

// places are where the members of each row stand: one, but for what came along
// from a base, which may have several.
type places struct {
	first []uint32
	more  map[uint32][]uint32
}

func (p *places) of(to []uint32, row uint32) []uint32 {
	return append(append(to, p.first[row]), p.more[row]...)
}

// writeMembers writes the source rows by ID and returns the places of each. It
// counts, for the report of each delivery, the rows that joined an older one.
func (m *making) writeMembers(ctx context.Context, g *gathered, result master.Result, posting []uint32) (at *places, err error) {
	w, err := m.to.Writer(&m.out, &m.out.Members)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	seen, joined := make([]bool, result.Clusters), make([]bool, len(posting))
	fresh := len(posting)
	if m.change != nil {
		fresh = m.change.fresh
	}
	for _, c := range result.Of[fresh:] {
		seen[c] = true
	}
	for row, c := range result.Of[:fresh] {
		joined[row], seen[c] = seen[c], true
	}
	at = &places{slices.Repeat([]uint32{none}, len(posting)), map[uint32][]uint32{}}
	next := uint32(0)
	high := func(x *snapshot.Members) []uint32 {
		keys := make([]uint32, len(x.ID.Raw))
		for i, id := range x.ID.Raw {
			keys[i] = uint32(id >> 32)
		}
		return keys
	}
	return at, g.members.each(m.to.Dir, m.c.stretch, high, func(_ int, x *snapshot.Members) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		order := make([]uint32, 0, x.ID.Len())
		for i, row := range x.Posting.Raw {
			if posting[row] != none {
				order = append(order, uint32(i))
			}
		}
		slices.SortFunc(order, func(a, b uint32) int { return cmp.Or(cmp.Compare(x.ID.Raw[a], x.ID.Raw[b]), cmp.Compare(a, b)) })
		var sorted snapshot.Members
		rearrange(&sorted, x, order)
		for i, row := range sorted.Posting.Raw {
			if at.first[row] == none {
				at.first[row] = next
			} else {
				at.more[row] = append(at.more[row], next)
			}
			next++
			sorted.Posting.Raw[i] = posting[row]
			if joined[row] {
				m.merged[int64(sorted.Delivery.Raw[i])]++
			}
		}
		return w.Add(&sorted)
	})
}

// writePostings writes the postings and their texts in their final order and
// returns the company of each. Nearly all that is on disk rises through the
// files of the spill; what stands elsewhere, because a merge changed the
// occupation, is read one by one.
func (m *making) writePostings(ctx context.Context, g *gathered, all *clusters, sorted []placed, at *places) (company []uint32, err error) {
	w, err := m.to.Writer(&m.out, &m.out.Postings)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	texts, err := m.to.Writer(&m.out, &m.out.Texts)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, texts.Close()) }()
	from, end := &spillReader{spill: g.texts, now: -1}, make([]uint32, len(m.out.Dict.Occupations)+1)
	var p snapshot.Postings
	var t snapshot.Texts
	for i, s := range sorted {
		if err := from.enter(m.codes.bucket(uint16(s.code >> 16))); err != nil {
			return nil, err
		}
		if err := g.lay(&p, &t, s, all.of(s.cluster), at, from); err != nil {
			return nil, err
		}
		end[s.code>>16+1]++
		if len(t.Body.Data) < 1<<20 && i < len(sorted)-1 {
			continue
		}
		if err := errors.Join(ctx.Err(), w.Add(&p), texts.Add(&t)); err != nil {
			return nil, err
		}
		company = append(company, p.Company.Raw...)
		p, t = snapshot.Postings{}, snapshot.Texts{Body: snapshot.Strings{Off: t.Body.Off[:0], Data: t.Body.Data[:0]}}
	}
	for i := range end[1:] {
		end[i+1] += end[i]
	}
	return company, w.Add(&snapshot.Postings{Occupations: end})
}

// lay appends one posting to the tables.
func (g *gathered) lay(t *snapshot.Postings, texts *snapshot.Texts, s placed, rows []uint32, at *places, from *spillReader) error {
	body, _, err := from.read(s.text)
	if err != nil {
		return err
	}
	texts.Body.AddBytes(body)
	head := rows[len(rows)-1]
	for i, to := range []*snapshot.Lists[uint16]{&t.Skills, &t.Required, &t.Preferred, &t.Majors} {
		_, rest, err := from.read(g.firstWith(i, rows))
		if err != nil {
			return err
		}
		to.Add(restList(rest, i)...)
	}
	_, rest, err := from.read(head)
	if err != nil {
		return err
	}
	t.Kept.AddBytes(restKept(rest))
	var members []uint32
	for _, row := range rows {
		members = at.of(members, row)
	}
	t.Members.Add(members...)
	f, m := &g.facts[head], &g.more[head]
	t.ID.Add(s.id)
	t.Title.AddBytes(g.title.Bytes(int(head)))
	t.Company.Add(f.Company)
	t.Occupation.Add(uint16(s.code >> 16))
	t.Chance.Add(m.chance)
	t.Region.Add(uint16(s.code))
	t.Industry.Add(m.industry)
	t.Employment.Add(f.Employment)
	t.Education.Add(f.Education)
	t.CareerMin.Add(f.CareerMin)
	t.CareerMax.Add(f.CareerMax)
	t.PayMin.Add(f.PayMin)
	t.PayMax.Add(f.PayMax)
	t.PayBasis.Add(m.payBasis)
	t.Openings.Add(f.Openings)
	t.Opened.Add(f.Opened)
	t.Deadline.Add(f.Deadline)
	t.Closed.Add(f.Closed)
	t.Flags.Add(m.flags)
	return nil
}
