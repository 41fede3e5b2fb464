package catalogue

import (
	"cmp"
	"slices"

	"ieum/internal/catalogue/master"
	"ieum/internal/snapshot"
)

// postingRows are source rows that speak of postings, before mastering: a row
// of each column per source row. Company is the number of a mention.
type postingRows struct {
	table   snapshot.Postings // without Title it would have all it needs for mastering
	members snapshot.Members
	prints  []master.Print
	written snapshot.Strings // employer as written …
	number  snapshot.Strings // … and its business registration number
	bodies  snapshot.Strings // of a chunk; what was gathered is in the spill
}

// A postingRow is one source row with its codes found in the Dict.
type postingRow struct {
	id                   uint64
	key, url, title      string
	body                 string
	company, number      string
	source               uint16
	delivery, row        uint32
	occupation, region   uint16
	industry             uint16
	chance               uint8
	employment           uint8
	education            uint8
	careerMin, careerMax uint16
	payMin, payMax       uint32
	payBasis             snapshot.PayBasis
	openings             uint16
	opened               int32
	deadline, closed     int32
	skills, majors       []uint16
	required, preferred  []uint16
	flags                uint8
	kept                 []byte
}

// add appends a row; names are those of its employer (master.Name.All).
func (p *postingRows) add(r *postingRow, reader *master.Reader, names []string) {
	t, m := &p.table, &p.members
	t.ID.Add(r.id)
	t.Title.Add(r.title)
	t.Occupation.Add(r.occupation)
	t.Chance.Add(r.chance)
	t.Region.Add(r.region)
	t.Industry.Add(r.industry)
	t.Employment.Add(r.employment)
	t.Education.Add(r.education)
	t.CareerMin.Add(r.careerMin)
	t.CareerMax.Add(r.careerMax)
	t.PayMin.Add(r.payMin)
	t.PayMax.Add(r.payMax)
	t.PayBasis.Add(uint8(r.payBasis))
	t.Openings.Add(r.openings)
	t.Opened.Add(r.opened)
	t.Deadline.Add(r.deadline)
	t.Closed.Add(r.closed)
	t.Skills.Add(r.skills...)
	t.Required.Add(r.required...)
	t.Preferred.Add(r.preferred...)
	t.Majors.Add(r.majors...)
	t.Flags.Add(r.flags)
	t.Kept.Add(string(r.kept))
	m.ID.Add(r.id)
	m.Source.Add(r.source)
	m.Delivery.Add(r.delivery)
	m.Row.Add(r.row)
	m.Key.Add(r.key)
	m.URL.Add(r.url)
	p.prints = append(p.prints, reader.Print(r.title, names, []byte(r.body)))
	p.written.Add(r.company)
	p.number.Add(r.number)
	p.bodies.Add(r.body)
}

func (p *postingRows) len() int { return p.table.ID.Len() }

// take appends a chunk and gives its bodies to the spill.
func (p *postingRows) take(c *postingRows, mentions *mentions, bodies *spill, codes *numbers) error {
	for i := range c.len() {
		region := c.table.Region.Raw[i]
		c.table.Company.Add(mentions.of(c.written.Bytes(i), c.number.Bytes(i), codes.region[region], c.table.Industry.Raw[i]))
		if err := bodies.add(codes.bucket(c.table.Occupation.Raw[i]), c.bodies.Bytes(i)); err != nil {
			return err
		}
	}
	appendTable(&p.table, &c.table)
	appendTable(&p.members, &c.members)
	p.prints = append(p.prints, c.prints...)
	return nil
}

// facts are what the matcher is told of a row beside its text.
func (p *postingRows) facts(row int, company uint32, codes *numbers) master.Facts {
	t := &p.table
	return master.Facts{
		Company: company, Region: codes.region[t.Region.Raw[row]], Occupation: codes.occupation[t.Occupation.Raw[row]],
		Opened: t.Opened.Raw[row], Deadline: t.Deadline.Raw[row], Closed: t.Closed.Raw[row],
		PayMin: t.PayMin.Raw[row], PayMax: t.PayMax.Raw[row], CareerMin: t.CareerMin.Raw[row], CareerMax: t.CareerMax.Raw[row],
		Openings: t.Openings.Raw[row], Employment: t.Employment.Raw[row], Education: t.Education.Raw[row],
		Guessed: t.Flags.Raw[row]&snapshot.Coded != 0,
	}
}

// finished are the postings in their final order.
type finished struct {
	table   snapshot.Postings
	members snapshot.Members
	bodies  []uint32 // the source row whose body each posting shows
}

// A placed cluster knows where its posting belongs.
type placed struct {
	code   uint32 // occupation and region
	opened int32
	id     uint64
	head   uint32 // the row that speaks for the cluster
	rows   []uint32
}

// merge makes one row of each cluster, in final order. The source rows are
// released on the way.
func (p *postingRows) merge(r master.Result, codes int) *finished {
	sorted := p.place(p.clusters(r))
	f := &finished{}
	order := make([]uint32, len(sorted))
	posting := make([]uint32, p.len()) // of each source row
	var lists [4][]uint32
	for i, s := range sorted {
		order[i] = s.head
		f.bodies = append(f.bodies, p.longest(s.rows))
		for j, l := range p.lists() {
			lists[j] = append(lists[j], firstWith(*l, s.head, s.rows))
		}
		for _, row := range s.rows {
			posting[row] = uint32(i)
		}
	}
	places := f.takeMembers(&p.members, posting)
	for _, s := range sorted {
		for i, row := range s.rows {
			s.rows[i] = places[row]
		}
		f.table.Members.Add(s.rows...)
	}
	rearrange(&f.table, &p.table, order, map[string][]uint32{"Skills": lists[0], "Required": lists[1], "Preferred": lists[2], "Majors": lists[3]})
	f.table.Occupations = ranges(f.table.Occupation.Raw, codes)
	return f
}

// place unites each cluster and sorts them by occupation, region, opening and
// ID.
func (p *postingRows) place(clusters [][]uint32) []placed {
	sorted := make([]placed, len(clusters))
	for i, rows := range clusters {
		h := p.unite(rows)
		t := &p.table
		sorted[i] = placed{uint32(t.Occupation.Raw[h])<<16 | uint32(t.Region.Raw[h]), t.Opened.Raw[h], t.ID.Raw[h], h, rows}
	}
	slices.SortFunc(sorted, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.code, b.code), cmp.Compare(a.opened, b.opened), cmp.Compare(a.id, b.id))
	})
	return sorted
}

func (p *postingRows) lists() [4]*snapshot.Lists[uint16] {
	t := &p.table
	return [4]*snapshot.Lists[uint16]{&t.Skills, &t.Required, &t.Preferred, &t.Majors}
}

// clusters lists the rows of each cluster, oldest first.
func (p *postingRows) clusters(r master.Result) [][]uint32 {
	size := make([]uint32, r.Clusters+1)
	for _, c := range r.Of {
		size[c+1]++
	}
	for i := range r.Clusters {
		size[i+1] += size[i]
	}
	all := make([]uint32, len(r.Of))
	out := make([][]uint32, r.Clusters)
	for i := range out {
		out[i] = all[size[i]:size[i]:size[i+1]]
	}
	for row, c := range r.Of {
		out[c] = append(out[c], uint32(row))
	}
	t := &p.table
	for _, rows := range out {
		slices.SortFunc(rows, func(a, b uint32) int {
			return cmp.Or(cmp.Compare(t.Opened.Raw[a], t.Opened.Raw[b]), cmp.Compare(t.ID.Raw[a], t.ID.Raw[b]))
		})
	}
	return out
}

// unite fills one of the rows with what the others know and returns it. The row
// posted last speaks for all, as it holds now: its words and conditions, and
// the period of all rows that were up together with it. What it does not state
// comes from the others, newest first. The ID is the oldest row's, so that the
// address stays when a posting is posted again.
func (p *postingRows) unite(rows []uint32) (head uint32) {
	t := &p.table
	head = rows[len(rows)-1]
	if len(rows) == 1 {
		return head
	}
	for i := len(rows) - 2; i >= 0; i-- {
		r := rows[i]
		if t.Occupation.Raw[head] == 0 || t.Flags.Raw[head]&snapshot.Coded != 0 && t.Occupation.Raw[r] != 0 && t.Flags.Raw[r]&snapshot.Coded == 0 {
			t.Occupation.Raw[head], t.Chance.Raw[head] = t.Occupation.Raw[r], t.Chance.Raw[r]
			t.Flags.Raw[head] = t.Flags.Raw[head]&^snapshot.Coded | t.Flags.Raw[r]&snapshot.Coded
		}
		if t.Region.Raw[head] == 0 {
			t.Region.Raw[head] = t.Region.Raw[r]
		}
		if t.PayMin.Raw[head] == 0 && t.PayMax.Raw[head] == 0 {
			t.PayMin.Raw[head], t.PayMax.Raw[head], t.PayBasis.Raw[head] = t.PayMin.Raw[r], t.PayMax.Raw[r], max(t.PayBasis.Raw[head], t.PayBasis.Raw[r])
		}
		if t.CareerMin.Raw[head] == snapshot.Unset && t.CareerMax.Raw[head] == snapshot.Unset {
			t.CareerMin.Raw[head], t.CareerMax.Raw[head] = t.CareerMin.Raw[r], t.CareerMax.Raw[r]
			t.Flags.Raw[head] |= t.Flags.Raw[r] & snapshot.EntryOK
		}
		fill(t.Industry.Raw, head, r)
		fill(t.Employment.Raw, head, r)
		fill(t.Education.Raw, head, r)
		fill(t.Openings.Raw, head, r)
		fill(t.Company.Raw, head, r)
	}
	p.period(head, rows)
	t.ID.Raw[head] = t.ID.Raw[rows[0]]
	return head
}

func fill[T uint8 | uint16 | uint32](column []T, head, from uint32) {
	if column[head] == 0 {
		column[head] = column[from]
	}
}

// period gives head the period of the rows that were up with it: from the first
// opening to the last deadline, closed when all are.
func (p *postingRows) period(head uint32, rows []uint32) {
	t := &p.table
	opened, deadline, closed := t.Opened.Raw[head], t.Deadline.Raw[head], t.Closed.Raw[head]
	for _, r := range rows {
		ended := cmp.Or(t.Closed.Raw[r], t.Deadline.Raw[r])
		if r == head || ended != 0 && t.Opened.Raw[head] != 0 && ended < t.Opened.Raw[head] {
			continue // it was over before
		}
		if t.Opened.Raw[r] != 0 {
			opened = min(cmp.Or(opened, t.Opened.Raw[r]), t.Opened.Raw[r])
		}
		if t.Deadline.Raw[head] == 0 || t.Deadline.Raw[r] == 0 {
			deadline = cmp.Or(deadline, t.Deadline.Raw[r])
		} else {
			deadline = max(deadline, t.Deadline.Raw[r])
		}
		if closed == 0 || t.Closed.Raw[r] == 0 {
			closed = 0
		} else {
			closed = max(closed, t.Closed.Raw[r])
		}
	}
	t.Opened.Raw[head], t.Deadline.Raw[head], t.Closed.Raw[head] = opened, deadline, closed
}

// longest is the row with the longest body, the newest of equals.
func (p *postingRows) longest(rows []uint32) uint32 {
	best := rows[len(rows)-1]
	for i := len(rows) - 2; i >= 0; i-- {
		if p.prints[rows[i]].Length > p.prints[best].Length {
			best = rows[i]
		}
	}
	return best
}

// firstWith is head if its list holds something, else the newest row whose does.
func firstWith(l snapshot.Lists[uint16], head uint32, rows []uint32) uint32 {
	if len(l.At(int(head), nil)) > 0 {
		return head
	}
	for i := len(rows) - 1; i >= 0; i-- {
		if len(l.At(int(rows[i]), nil)) > 0 {
			return rows[i]
		}
	}
	return head
}

// takeMembers sorts the source rows by ID and returns the place of each.
func (f *finished) takeMembers(m *snapshot.Members, posting []uint32) (places []uint32) {
	order := make([]uint32, m.ID.Len())
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return cmp.Compare(m.ID.Raw[a], m.ID.Raw[b]) })
	places = make([]uint32, len(order))
	for to, from := range order {
		places[from] = uint32(to)
	}
	m.Posting.Raw = posting
	rearrange(&f.members, m, order, nil)
	return places
}

var postingColumns = []string{ColumnKey, ColumnRow, ColumnCompetencies, "title", "body", "company", "company_number", "industry",
	"occupation", "occupation_p", "region", "employment", "education", "career_min", "career_max", "career_entry",
	"pay_min", "pay_max", "pay_basis", "openings", "opened", "deadline", "skills", "certificates", "preferred", "majors", "url",
	"region_text", "employment_text", "education_text", "career_text", "pay_text", "deadline_text"}

// read appends rows from..to of a batch.
func (p *postingRows) read(r *Rows, w *worker, from, to int) {
	c := columnsOf(r, postingColumns)
	source, simulated := w.at["sources"][string(r.Source)], w.simulated(r.Source)
	x := postingRow{source: source, delivery: uint32(r.Delivery)}
	for i := from; i < to; i++ {
		x.key, x.row, x.url = c.text(ColumnKey, i), uint32(c.number(ColumnRow, i)), c.text("url", i)
		x.id = snapshot.RowID(string(r.Source), x.key)
		x.title, x.body, x.company, x.number = c.text("title", i), c.text("body", i), c.text("company", i), c.text("company_number", i)
		x.flags = simulated
		x.occupation, x.chance = c.code(w.finder, "occupation", "keco2025", i), 0
		if x.occupation != 0 {
			x.chance = 100
			if c.has("occupation_p", i) {
				x.chance = uint8(clamp(c.number("occupation_p", i), 100))
			}
			if x.chance < 100 {
				x.flags |= snapshot.Coded
			}
		}
		x.region, x.industry = c.code(w.finder, "region", "regions", i), c.code(w.finder, "industry", "industries", i)
		x.employment = uint8(c.code(w.finder, "employment", "employment", i))
		x.education = uint8(c.code(w.finder, "education", "education", i))
		x.careerMin, x.careerMax = c.months("career_min", i), c.months("career_max", i)
		if entry, _ := c.truth("career_entry", i); entry || x.careerMin == 0 {
			x.flags |= snapshot.EntryOK
		}
		x.payMin, x.payMax = c.won("pay_min", i), c.won("pay_max", i)
		x.payBasis = snapshot.PayBasis(clamp(c.number("pay_basis", i), int64(snapshot.PayNegotiable)))
		x.openings = uint16(clamp(c.number("openings", i), 1<<16-1))
		x.opened, x.deadline, x.closed = int32(c.number("opened", i)), int32(c.number("deadline", i)), int32(r.Closed[i])
		x.skills = c.codes(c.named(x.skills[:0], w, "skills", "competencies", i), w.finder, ColumnCompetencies, "competencies", i)
		x.required = c.named(x.required[:0], w, "certificates", "certificates", i)
		x.preferred = c.named(x.preferred[:0], w, "preferred", "certificates", i)
		x.majors = c.named(x.majors[:0], w, "majors", "majors", i)
		x.keep(c, w, i)
		p.add(&x, w.prints, w.namesOf(x.company))
	}
}

// keep notes what could not be read as the source wrote it, for people to read,
// and the address where it says more than the region.
func (x *postingRow) keep(c columns, w *worker, i int) {
	x.kept = x.kept[:0]
	for _, f := range []struct {
		name string
		read bool
	}{
		{"pay", x.payMin > 0 || x.payMax > 0 || x.payBasis != snapshot.PayUnknown},
		{"career", x.careerMin != snapshot.Unset || x.careerMax != snapshot.Unset || x.flags&snapshot.EntryOK != 0},
		{"deadline", x.deadline != 0},
		{"education", x.education != 0},
		{"employment", x.employment != 0},
		{"region", x.region != 0 && w.named("regions", c.text("region_text", i)) == x.region},
	} {
		if text := c.text(f.name+"_text", i); text != "" && !f.read {
			x.kept = snapshot.AppendKept(x.kept, f.name, text)
		}
	}
}
