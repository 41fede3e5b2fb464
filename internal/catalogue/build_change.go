package catalogue

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"ieum"
	"ieum/internal/catalogue/master"
	"ieum/internal/snapshot"
)

// A build of changes makes a small snapshot over one that is there, its base. It
// compares each row of the base with the present keys, and reads from the lake
// only the rows that the base does not have. What a change may touch comes along
// from the base: the other résumés of a person, what is left of a posting, and
// the postings of the same employer and occupation, so that mastering sees what
// it would see in a whole build. What has not changed by then stays in the base.
//
// Until the next whole build four things wait: a new row and one of the base
// under differently written employers are not found to be one posting, a new
// résumé and one of the base not one person's, and what a source says of
// companies, and of what happened in searches, is not read again.

// BuildChanges is Build for what changed since the last whole snapshot, in a
// time that depends on the changes. Without a snapshot the error is
// ieum.ErrUnavailable; when definitions changed since it is ieum.ErrConflict.
func (c *Catalogue) BuildChanges(ctx context.Context, progress func(Stage), parts ...snapshot.Part) (snapshot.Meta, error) {
	return c.checked(ctx, progress, func(progress func(Stage)) (meta snapshot.Meta, err error) {
		dir, err := snapshot.Current(c.data)
		if err != nil {
			return meta, err
		}
		now, err := snapshot.Open(dir)
		if err != nil {
			return meta, err
		}
		defer func() { err = errors.Join(err, now.Close()) }()
		x := newChange(c, now.Layers()[0])
		progress(StageCompare)
		if err := x.compare(ctx); err != nil {
			return meta, err
		}
		return c.build(ctx, x.live, x, progress, parts)
	})
}

// A change is what a build of changes knows of its base.
type change struct {
	c    *Catalogue
	base *snapshot.Snapshot
	seen map[state][]uint64    // the entries of each state that the base has
	lost map[ieum.SourceID]int // present rows of people who were erased

	member  []int32 // of each member: 0 it holds, superseded, or the day it was closed
	left    []bool  // résumés that the base has and the lake has anew or no more
	away    []bool  // résumés no longer delivered, of people who look for work in the base
	people  map[uint32]bool
	carried []uint32 // base rows of the postings that came along, after the fresh ones
	fresh   int      // postings read from the lake
	gone    snapshot.Gone
	known   int // companies of the changes that the base has
}

const (
	superseded = -1
	none       = 1<<32 - 1
)

func newChange(c *Catalogue, base *snapshot.Snapshot) *change {
	return &change{c: c, base: base, seen: map[state][]uint64{}, lost: map[ieum.SourceID]int{}, people: map[uint32]bool{}}
}

// live gives the rows of postings and résumés that the base does not have, no
// companies, and all rows of other kinds.
func (x *change) live(ctx context.Context, kind ieum.KindID, columns []string, f func(*Rows) error) error {
	switch kind {
	case "company":
		return nil
	case "posting", "resume":
		return x.c.liveOf(ctx, kind, columns, func(st state, i int) bool { return x.seen[st][i>>6]>>(i&63)&1 == 0 }, f)
	}
	return x.c.Live(ctx, kind, columns, f)
}

// compare finds what the base has that still holds.
func (x *change) compare(ctx context.Context) error {
	if now, err := json.Marshal(newDict(x.c.defs)); err != nil {
		return err
	} else if then, err := json.Marshal(x.base.Dict); err != nil {
		return err
	} else if !bytes.Equal(now, then) {
		return ieum.Errorf(ieum.ErrConflict, "the definitions changed since the snapshot was built; build it whole: ieum build")
	}
	m, r := &x.base.Members, &x.base.Resumes
	x.member = make([]int32, m.ID.Len())
	err := x.compareTable(ctx, "posting", &m.Key, &m.Source, &m.Delivery, func(row int, e entry, holds bool) {
		if x.member[row] = int32(e.closed); !holds {
			x.member[row] = superseded
		}
	})
	if err != nil {
		return err
	}
	if err != nil {
		return err
	}
	x.left, x.away = make([]bool, r.Person.Len()), make([]bool, r.Person.Len())
	if err := x.compareResumes(ctx); err != nil {
		return err
	}
	for row, left := range x.left {
		if left || x.away[row] {
			x.people[r.Person.At(row)] = true
		}
	}
	return nil
}

// compareTable looks every row of a table of the base up among the present keys
// of its source. It calls f for each with what is there, at once for rows far
// from one another. A base that cannot be read is ieum.ErrInvalid.
func (x *change) compareTable(ctx context.Context, kind ieum.KindID, key *snapshot.Strings, source *snapshot.Column[uint16], delivery *snapshot.Column[uint32], f func(row int, e entry, holds bool)) (err error) {
	states, err := x.c.store.states(ctx, kind)
	if err != nil {
		return err
	}
	shelves := map[string]*shelf{}
	for _, st := range states {
		k, err := x.c.openState(ctx, st)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, k.close()) }()
		x.seen[st] = make([]uint64, k.n/64+1)
		shelves[string(st.source)] = &shelf{k, x.seen[st]}
	}
	var g errgroup.Group
	n, parts := key.Len(), runtime.GOMAXPROCS(0)
	for i := range parts {
		g.Go(func() (err error) {
			defer x.damaged(&err)
			key.Range(n*i/parts, n*(i+1)/parts, func(row int, text []byte) bool {
				e, holds := shelves[x.base.Dict.Sources[source.At(row)]].find(keyHash(string(text)), delivery.At(row))
				f(row, e, holds)
				return row&0xFFFF != 0 || ctx.Err() == nil
			})
			return ctx.Err()
		})
	}
	return g.Wait()
}

// damaged makes an error of a panic over a base that cannot be read: it is not
// verified once more, for that would read all of it.
func (x *change) damaged(err *error) {
	if r := recover(); r != nil {
		*err = ieum.Errorf(ieum.ErrInvalid, "the snapshot %s is damaged (%v); build it again with: ieum build", x.base.Dir, r)
	}
}

// A standing says of the rows of one delivery, a bit each by place, which the base
// has, which of these still hold and which of these were closed.
type standing struct{ base, holds, closed []uint64 }

// compareResumes finds which résumés of the base still hold, and of whom they are
// no longer delivered. The base does not have their keys, so the present rows are
// looked up by place: three bits for each row of the base's deliveries.
func (x *change) compareResumes(ctx context.Context) (err error) {
	defer x.damaged(&err)
	r, of := &x.base.Resumes, map[uint32]*standing{}
	for row := range r.Person.Len() {
		s, place := of[r.Delivery.At(row)], r.Row.At(row)
		if s == nil {
			s = &standing{}
			of[r.Delivery.At(row)] = s
		}
		s.base = grow(s.base, place)
		s.base[place>>6] |= 1 << (place & 63)
	}
	for _, s := range of {
		s.holds, s.closed = make([]uint64, len(s.base)), make([]uint64, len(s.base))
	}
	states, err := x.c.store.states(ctx, "resume")
	for i := 0; i < len(states) && err == nil; i++ {
		err = x.findResumes(ctx, states[i], of)
	}
	for row := 0; row < r.Person.Len() && err == nil; row++ {
		s, place := of[r.Delivery.At(row)], r.Row.At(row)
		holds := s.holds[place>>6]>>(place&63)&1 == 1
		x.left[row] = !holds
		x.away[row] = holds && s.closed[place>>6]>>(place&63)&1 == 1 && r.Flags.At(row)&snapshot.Active != 0
	}
	return err
}

// grow returns bits with room for one at place.
func grow(bits []uint64, place uint32) []uint64 {
	if need := int(place>>6) + 1; need > len(bits) {
		bits = append(bits, make([]uint64, need-len(bits))...)
	}
	return bits
}

// findResumes marks what the base has of the present rows of a source.
func (x *change) findResumes(ctx context.Context, st state, of map[uint32]*standing) error {
	forgotten, err := x.c.forgotten(st.kind)
	if err != nil {
		return err
	}
	k, err := x.c.openState(ctx, st)
	if err != nil {
		return err
	}
	seen := make([]uint64, k.n/64+1)
	for i := range k.n {
		e := k.at(i)
		s, at, bit := of[e.delivery], e.place>>6, uint64(1)<<(e.place&63)
		switch {
		case forgotten[snapshot.Place{Delivery: e.delivery, Row: e.place}]:
			x.lost[st.source]++
			continue
		case s == nil || int(at) >= len(s.base) || s.base[at]&bit == 0:
			continue
		}
		seen[i>>6] |= 1 << (i & 63)
		s.holds[at] |= bit
		if e.closed != 0 {
			s.closed[at] |= bit
		}
	}
	x.seen[st] = seen
	return k.close()
}

// shelf are the present keys of a source and a bit for each that the base has.
type shelf struct {
	*keys
	seen []uint64
}

// find returns what there is under a key, and whether it is what the base has
// from a delivery.
func (s *shelf) find(key uint64, delivery uint32) (e entry, holds bool) {
	if s == nil {
		return e, false
	}
	at := s.first(key)
	if at == s.n || s.keyAt(at) != key {
		return e, false
	}
	if e = s.at(at); e.delivery != delivery {
		return e, false
	}
	atomic.OrUint64(&s.seen[at>>6], 1<<(at&63))
	return e, true
}

// carryPostings appends to the rows that were read what they may be one with,
// and what is left of postings that changed.
func (x *change) carryPostings(m *making, g *gathered, mentions *mentions) error {
	x.fresh = g.len()
	x.carried = append(x.touched(), x.sameEmployer(m, g, mentions)...)
	slices.Sort(x.carried)
	x.carried = slices.Compact(x.carried)
	chunks := make([]postingChunk, len(m.workers))
	for from := 0; from < len(x.carried); from += batchRows {
		rows := x.carried[from:min(from+batchRows, len(x.carried))]
		inParts(len(rows), m.workers, func(part int, w *worker, from, to int) {
			chunks[part].empty()
			for _, row := range rows[from:to] {
				x.lift(&chunks[part], w, int(row))
			}
		})
		for i := range chunks {
			if err := g.take(&chunks[i], mentions, m.codes); err != nil {
				return err
			}
		}
	}
	for i, row := range x.carried {
		if err := x.liftMembers(g, x.fresh+i, int(row)); err != nil {
			return err
		}
	}
	return errors.Join(g.texts.flush(), g.members.flush())
}

// touched lists the postings of the base that are not what they were and of
// which something is left; the others of which nothing is left are gone.
func (x *change) touched() (rows []uint32) {
	var buf [16]uint32
	for row := range x.base.Postings.ID.Len() {
		switch changed, left := x.changed(row, buf[:]); {
		case !left:
			x.gone.Postings.Add(uint32(row))
		case changed:
			rows = append(rows, uint32(row))
		}
	}
	return rows
}

// changed says whether a posting of the base is not what it was, for a member
// came anew or the last one was taken down, and whether anything of it is left.
func (x *change) changed(row int, buf []uint32) (changed, left bool) {
	p := &x.base.Postings
	members := p.Members.At(row, buf)
	anew, closed := x.fate(members)
	return anew > 0 || closed == len(members) && p.Closed.At(row) == 0, anew < len(members)
}

// fate counts the members that came anew and those that were closed.
func (x *change) fate(members []uint32) (anew, closed int) {
	for _, m := range members {
		switch day := x.member[m]; {
		case day == superseded:
			anew++
		case day != 0:
			closed++
		}
	}
	return anew, closed
}

// mostCarried is how many postings of one employer come along, the newest.
const mostCarried = 200

// sameEmployer lists the postings of the base whose employer is written as one
// of the fresh postings' and whose occupation is that of one of these.
func (x *change) sameEmployer(m *making, g *gathered, mentions *mentions) (rows []uint32) {
	wanted := map[string]map[uint16]bool{} // normal form or number → occupations
	for i := range x.fresh {
		f := &g.facts[i]
		of := &mentions.list[f.Company]
		for _, name := range append(m.workers[0].namesOf(of.Name), master.CleanNumber(of.Number)) {
			if name == "" {
				continue
			}
			if wanted[name] == nil {
				wanted[name] = map[uint16]bool{}
			}
			wanted[name][m.codes.occupationAt[f.Occupation]] = true
		}
	}
	t, p := &x.base.Companies, &x.base.Postings
	x.each(func(company int, key, number string) {
		if company == 0 || wanted[key] == nil && wanted[number] == nil {
			return
		}
		var of []uint32
		for _, row := range t.Postings.At(company, nil) {
			o := p.Occupation.At(int(row))
			if anew, _ := x.fate(p.Members.At(int(row), nil)); anew == 0 && (wanted[key][o] || wanted[number][o]) {
				of = append(of, row)
			}
		}
		slices.SortFunc(of, func(a, b uint32) int {
			return cmp.Or(cmp.Compare(p.Opened.At(int(b)), p.Opened.At(int(a))), cmp.Compare(a, b))
		})
		rows = append(rows, of[:min(len(of), mostCarried)]...)
	})
	return rows
}

// each calls f for the companies of the base.
func (x *change) each(f func(company int, key, number string)) {
	t := &x.base.Companies
	const piece = 1 << 14
	for from := 0; from < t.Key.Len(); from += piece {
		to := min(from+piece, t.Key.Len())
		keys, numbers := t.Key.Slice(from, to), t.Number.Slice(from, to)
		for i := range to - from {
			f(from+i, keys.At(i), numbers.At(i))
		}
	}
}

// lift appends a posting of the base as if it were a source row.
func (x *change) lift(to *postingChunk, w *worker, row int) {
	p, m, c := &x.base.Postings, &x.base.Members, int(x.base.Postings.Company.At(row))
	head := x.head(row)
	r := postingRow{
		id: m.ID.At(head), key: m.Key.At(head), url: m.URL.At(head), title: p.Title.At(row), body: x.base.Texts.Body.At(row),
		company: x.base.Companies.Name.At(c), number: x.base.Companies.Number.At(c),
		source: m.Source.At(head), delivery: m.Delivery.At(head), row: m.Row.At(head),
		occupation: p.Occupation.At(row), region: p.Region.At(row), industry: p.Industry.At(row), chance: p.Chance.At(row),
		employment: p.Employment.At(row), education: p.Education.At(row), careerMin: p.CareerMin.At(row), careerMax: p.CareerMax.At(row),
		payMin: p.PayMin.At(row), payMax: p.PayMax.At(row), payBasis: snapshot.PayBasis(p.PayBasis.At(row)), openings: p.Openings.At(row),
		opened: p.Opened.At(row), deadline: p.Deadline.At(row), closed: p.Closed.At(row),
		skills: p.Skills.At(row, nil), majors: p.Majors.At(row, nil), required: p.Required.At(row, nil), preferred: p.Preferred.At(row, nil),
		flags: p.Flags.At(row), kept: p.Kept.Bytes(row),
	}
	members := p.Members.At(row, nil)
	if anew, closed := x.fate(members); anew+closed == len(members) {
		for _, member := range members {
			r.closed = max(r.closed, x.member[member])
		}
	}
	to.add(&r, w)
}

// head is the member a lifted posting stands under: the one that gave it its
// public number, if it holds.
func (x *change) head(row int) int {
	first := -1
	for _, member := range x.base.Postings.Members.At(row, nil) {
		switch {
		case x.member[member] == superseded:
		case x.base.Members.ID.At(int(member)) == x.base.Postings.ID.At(row):
			return int(member)
		case first < 0:
			first = int(member)
		}
	}
	return first
}

// liftMembers adds the other members of a posting of the base to row.
func (x *change) liftMembers(g *gathered, row, from int) error {
	m, head := &x.base.Members, x.head(from)
	for _, member := range x.base.Postings.Members.At(from, nil) {
		i := int(member)
		if i == head || x.member[i] == superseded {
			continue
		}
		err := g.members.add(&snapshot.Members{ID: snapshot.Of(m.ID.At(i)), Posting: snapshot.Of(uint32(row)), Source: snapshot.Of(m.Source.At(i)),
			Delivery: snapshot.Of(m.Delivery.At(i)), Row: snapshot.Of(m.Row.At(i)), Key: textOf(m.Key.At(i)), URL: textOf(m.URL.At(i))}, []uint16{uint16(m.ID.At(i) >> 56)})
		if err != nil {
			return err
		}
	}
	return nil
}

func textOf(text string) (s snapshot.Strings) {
	s.Add(text)
	return s
}

// keep says which clusters belong to the changes: all but the postings that came
// along and were found to be one with nothing fresh. What is kept is gone from
// the base.
func (x *change) keep(all *clusters) (keep []bool) {
	keep = make([]bool, len(all.end))
	for i := range keep {
		rows := all.of(uint32(i))
		keep[i] = slices.ContainsFunc(rows, func(row uint32) bool {
			if int(row) < x.fresh {
				return true
			}
			changed, _ := x.changed(int(x.carried[int(row)-x.fresh]), nil)
			return changed
		})
		for _, row := range rows {
			if keep[i] && int(row) >= x.fresh {
				x.gone.Postings.Add(x.carried[int(row)-x.fresh])
			}
		}
	}
	slices.Sort(x.gone.Postings.Raw)
	return keep
}

// know fills in what the base knows of the employers, and counts those it knows:
// that of nobody known is always one.
func (x *change) know(e *employers) {
	rows := map[string][]uint32{}
	keys := e.table.Key
	for row := 1; row < keys.Len(); row++ {
		rows[keys.At(row)] = append(rows[keys.At(row)], uint32(row))
	}
	t, known := &x.base.Companies, make([]bool, keys.Len())
	x.known = 1
	x.each(func(company int, key, number string) {
		at := slices.IndexFunc(rows[key], func(row uint32) bool {
			own := e.table.Number.At(int(row))
			return !known[row] && (number == "" || own == "" || number == own)
		})
		if company == 0 || at < 0 {
			return
		}
		row := rows[key][at]
		known[row] = true
		x.known++
		set(e.table.Region.Raw, row, t.Region.At(company))
		set(e.table.Industry.Raw, row, t.Industry.At(company))
		set(e.table.Employees.Raw, row, t.Employees.At(company))
		set(e.table.AvgPay.Raw, row, t.AvgPay.At(company))
	})
}

// carryResumes appends the other résumés of the people one of whose résumés came
// anew.
func (x *change) carryResumes(ctx context.Context, m *making, all *seekers) error {
	r := &x.base.Resumes
	var left, rows []uint32
	for row := range r.Person.Len() {
		person := r.Person.At(row)
		switch {
		case x.left[row]:
			left = append(left, uint32(row))
		case x.people[person]:
			rows = append(rows, uint32(row))
		default:
			continue
		}
		x.gone.Resumes.Add(uint32(row))
	}
	ids, err := x.resumeIDs(ctx, slices.Concat(left, rows))
	if err != nil {
		return err
	}
	anew := map[uint64]uint32{} // number of the résumé → person, counted from 1
	for i, row := range left {
		anew[ids[i]] = r.Person.At(int(row)) + 1
	}
	for _, id := range all.ids {
		all.Known = append(all.Known, anew[id])
	}
	for i, row := range rows {
		var c resumeRows
		c.lift(x.base, int(row), ids[len(left)+i])
		if x.away[row] {
			c.table.Flags.Raw[0] &^= snapshot.Active
		}
		if err := all.take(&c, m.codes); err != nil {
			return err
		}
		all.Known = append(all.Known, r.Person.At(int(row))+1)
	}
	return all.aside.flush()
}

// resumeIDs returns the numbers of résumés of the base.
func (x *change) resumeIDs(ctx context.Context, rows []uint32) ([]uint64, error) {
	ids := make([]uint64, len(rows))
	return ids, x.c.ofRows(ctx, x.base, rows, ColumnID, func(i int, id string) error {
		ids[i] = idIn(id).number()
		return nil
	})
}

// lift appends a résumé of the base as if it were a source row.
func (t *resumeRows) lift(base *snapshot.Snapshot, row int, id uint64) {
	r, x := &base.Resumes, &t.table
	x.BirthYear.Add(r.BirthYear.At(row))
	x.Sex.Add(r.Sex.At(row))
	x.Vulnerable.Add(r.Vulnerable.At(row, nil)...)
	x.Region.Add(r.Region.At(row))
	x.Education.Add(r.Education.At(row))
	x.Occupation.Add(r.Occupation.At(row))
	x.CareerMonths.Add(r.CareerMonths.At(row))
	x.WishPay.Add(r.WishPay.At(row))
	x.LastPay.Add(r.LastPay.At(row))
	x.Updated.Add(r.Updated.At(row))
	x.Wishes.Add(r.Wishes.At(row, nil)...)
	x.WishRegions.Add(r.WishRegions.At(row, nil)...)
	x.Employment.Add(r.Employment.At(row))
	x.Majors.Add(r.Majors.At(row, nil)...)
	x.Skills.Add(r.Skills.At(row, nil)...)
	x.Certificates.Add(r.Certificates.At(row, nil)...)
	x.CareerOcc.Add(r.CareerOcc.At(row, nil)...)
	x.CareerStart.Add(r.CareerStart.At(row, nil)...)
	x.CareerEnd.Add(r.CareerEnd.At(row, nil)...)
	x.Flags.Add(r.Flags.At(row))
	x.Source.Add(r.Source.At(row))
	x.Delivery.Add(r.Delivery.At(row))
	x.Row.Add(r.Row.At(row))
	t.ids = append(t.ids, id)
	t.off = append(t.off, 0)
}

// describe says what the changes go on from.
func (x *change) describe(ctx context.Context, m *making) error {
	states, err := x.c.store.states(ctx, "")
	if err != nil {
		return err
	}
	clear(m.rows)
	for _, st := range states {
		m.rows[st.source] += int(st.rows)
	}
	for source, n := range x.lost {
		m.rows[source] -= n
	}
	m.counts.Base = x.base.AsBase(len(x.people), x.known)
	return m.to.WriteGone(&x.gone)
}
