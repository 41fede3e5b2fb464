package catalogue

import (
	"cmp"
	"encoding/binary"
	"slices"

	"ieum/internal/catalogue/master"
	"ieum/internal/snapshot"
)

// postingRows are source rows that speak of postings: what is needed of each
// until it is known which of them are one, about 190 bytes. The rest is on disk.
type postingRows struct {
	ids    []uint64
	prints []master.Print
	facts  []master.Facts // Company is the number of a mention, until employers are known
	more   []moreFacts
	title  snapshot.Strings
}

// moreFacts are those that the matcher has no use for.
type moreFacts struct {
	industry uint16
	chance   uint8
	payBasis uint8
	flags    uint8
	lists    uint8 // a bit for each of a posting's lists: it is not empty
}

// A postingChunk is some source rows as they are read.
type postingChunk struct {
	postingRows
	members snapshot.Members
	texts   postingTexts
}

type postingTexts struct {
	Company snapshot.Strings // as written …
	Number  snapshot.Strings // … and its business registration number
	Body    snapshot.Strings
	Rest    snapshot.Strings // see appendRest
}

// empty keeps the memory.
func (p *postingChunk) empty() {
	p.ids, p.prints, p.facts, p.more = p.ids[:0], p.prints[:0], p.facts[:0], p.more[:0]
	snapshot.Empty(&p.members)
	snapshot.Empty(&p.texts)
	p.title = snapshot.Strings{Off: p.title.Off[:0], Data: p.title.Data[:0]}
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
func (p *postingChunk) add(r *postingRow, w *worker) {
	p.ids = append(p.ids, r.id)
	p.prints = append(p.prints, w.prints.Print(r.title, w.namesOf(r.company), []byte(r.body)))
	p.facts = append(p.facts, master.Facts{
		Region: w.codes.region[r.region], Occupation: w.codes.occupation[r.occupation], Opened: r.opened, Deadline: r.deadline, Closed: r.closed,
		PayMin: r.payMin, PayMax: r.payMax, CareerMin: r.careerMin, CareerMax: r.careerMax, Openings: r.openings,
		Employment: r.employment, Education: r.education, Guessed: r.flags&snapshot.Coded != 0,
	})
	p.more = append(p.more, moreFacts{r.industry, r.chance, uint8(r.payBasis), r.flags, r.filled()})
	p.title.Add(r.title)
	m := &p.members
	m.ID.Add(r.id)
	m.Source.Add(r.source)
	m.Delivery.Add(r.delivery)
	m.Row.Add(r.row)
	m.Key.Add(r.key)
	m.URL.Add(r.url)
	p.texts.Company.Add(r.company)
	p.texts.Number.Add(r.number)
	p.texts.Body.Add(r.body)
	w.rest = r.appendRest(w.rest[:0])
	p.texts.Rest.AddBytes(w.rest)
}

func (p *postingRows) len() int { return len(p.ids) }

// take appends a chunk and puts aside what is not needed yet.
func (g *gathered) take(c *postingChunk, mentions *mentions, codes *numbers) error {
	of := make([]uint16, c.len())
	for i := range c.facts {
		f := &c.facts[i]
		f.Company = mentions.of(c.texts.Company.Bytes(i), c.texts.Number.Bytes(i), f.Region, c.more[i].industry)
		if err := g.texts.add(codes.bucket(codes.occupationAt[f.Occupation]), c.texts.Body.Bytes(i), c.texts.Rest.Bytes(i)); err != nil {
			return err
		}
		c.members.Posting.Add(uint32(g.len() + i))
		of[i] = uint16(c.ids[i] >> 56)
	}
	g.ids = append(g.ids, c.ids...)
	g.prints = append(g.prints, c.prints...)
	g.facts = append(g.facts, c.facts...)
	g.more = append(g.more, c.more...)
	appendStrings(&g.title, &c.title)
	return g.members.add(&c.members, of)
}

// clusters are the rows that are one posting each.
type clusters struct {
	rows []uint32
	end  []uint32 // of each cluster within rows
}

func (c *clusters) of(cluster uint32) []uint32 {
	from := uint32(0)
	if cluster > 0 {
		from = c.end[cluster-1]
	}
	return c.rows[from:c.end[cluster]]
}

// clusters lists the rows of each cluster, oldest first.
func (p *postingRows) clusters(r master.Result) *clusters {
	c := &clusters{make([]uint32, len(r.Of)), make([]uint32, r.Clusters)}
	for _, of := range r.Of {
		c.end[of]++
	}
	at := uint32(0)
	for i, n := range c.end {
		c.end[i], at = at, at+n
	}
	for row, of := range r.Of {
		c.rows[c.end[of]] = uint32(row)
		c.end[of]++
	}
	for i := range uint32(r.Clusters) {
		slices.SortFunc(c.of(i), func(a, b uint32) int {
			return cmp.Or(cmp.Compare(p.facts[a].Opened, p.facts[b].Opened), cmp.Compare(p.ids[a], p.ids[b]))
		})
	}
	return c
}

// A placed cluster knows where its posting belongs.
type placed struct {
	code    uint32 // occupation and region
	opened  int32
	id      uint64
	cluster uint32
	text    uint32 // the row whose body is shown
}

// place unites each cluster and sorts them by occupation, region, opening and
// ID.
func (p *postingRows) place(all *clusters, codes *numbers) []placed {
	sorted := make([]placed, len(all.end))
	for i := range sorted {
		rows := all.of(uint32(i))
		text := p.longest(rows)
		h := p.unite(rows)
		f := &p.facts[h]
		sorted[i] = placed{uint32(codes.occupationAt[f.Occupation])<<16 | uint32(codes.regionAt[f.Region]), f.Opened, p.ids[rows[0]], uint32(i), text}
	}
	slices.SortFunc(sorted, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.code, b.code), cmp.Compare(a.opened, b.opened), cmp.Compare(a.id, b.id))
	})
	return sorted
}

// unite fills one of the rows with what the others know and returns it. The row
// posted last speaks for all, as it holds now: its words and conditions, and
// the period of all rows that were up together with it. What it does not state
// comes from the others, newest first. The ID is the oldest row's, so that the
// address stays when a posting is posted again.
func (p *postingRows) unite(rows []uint32) (head uint32) {
	head = rows[len(rows)-1]
	if len(rows) == 1 {
		return head
	}
	h, m := &p.facts[head], &p.more[head]
	for i := len(rows) - 2; i >= 0; i-- {
		f, o := &p.facts[rows[i]], &p.more[rows[i]]
		if h.Occupation == 0 || h.Guessed && f.Occupation != 0 && !f.Guessed {
			h.Occupation, h.Guessed, m.chance = f.Occupation, f.Guessed, o.chance
			m.flags = m.flags&^snapshot.Coded | o.flags&snapshot.Coded
		}
		if h.PayMin == 0 && h.PayMax == 0 {
			h.PayMin, h.PayMax, m.payBasis = f.PayMin, f.PayMax, max(m.payBasis, o.payBasis)
		}
		if h.CareerMin == snapshot.Unset && h.CareerMax == snapshot.Unset {
			h.CareerMin, h.CareerMax = f.CareerMin, f.CareerMax
			m.flags |= o.flags & snapshot.EntryOK
		}
		h.Region = cmp.Or(h.Region, f.Region)
		m.industry = cmp.Or(m.industry, o.industry)
		h.Employment = cmp.Or(h.Employment, f.Employment)
		h.Education = cmp.Or(h.Education, f.Education)
		h.Openings = cmp.Or(h.Openings, f.Openings)
		h.Company = cmp.Or(h.Company, f.Company)
	}
	p.period(head, rows)
	return head
}

// period gives head the period of the rows that were up with it: from the first
// opening to the last deadline, closed when all are.
func (p *postingRows) period(head uint32, rows []uint32) {
	h := &p.facts[head]
	opened, deadline, closed := h.Opened, h.Deadline, h.Closed
	for _, r := range rows {
		f := &p.facts[r]
		ended := cmp.Or(f.Closed, f.Deadline)
		if r == head || ended != 0 && h.Opened != 0 && ended < h.Opened {
			continue // it was over before
		}
		if f.Opened != 0 {
			opened = min(cmp.Or(opened, f.Opened), f.Opened)
		}
		if h.Deadline == 0 || f.Deadline == 0 {
			deadline = cmp.Or(deadline, f.Deadline)
		} else {
			deadline = max(deadline, f.Deadline)
		}
		if closed == 0 || f.Closed == 0 {
			closed = 0
		} else {
			closed = max(closed, f.Closed)
		}
	}
	h.Opened, h.Deadline, h.Closed = opened, deadline, closed
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

// firstWith is the newest row whose list holds something, else the newest.
func (p *postingRows) firstWith(list int, rows []uint32) uint32 {
	for i := len(rows) - 1; i >= 0; i-- {
		if p.more[rows[i]].lists>>list&1 == 1 {
			return rows[i]
		}
	}
	return rows[len(rows)-1]
}

func (x *postingRow) lists() [4][]uint16 {
	return [4][]uint16{x.skills, x.required, x.preferred, x.majors}
}

// filled has a bit for each list that is not empty.
func (x *postingRow) filled() (bits uint8) {
	for i, l := range x.lists() {
		if len(l) > 0 {
			bits |= 1 << i
		}
	}
	return bits
}

// appendRest appends what is only needed when the posting is written: its lists,
// and what is kept as the source wrote it.
func (x *postingRow) appendRest(b []byte) []byte {
	for _, l := range x.lists() {
		b = binary.AppendUvarint(b, uint64(len(l)))
		for _, v := range l {
			b = binary.LittleEndian.AppendUint16(b, v)
		}
	}
	return append(b, x.kept...)
}

// restList returns one of the lists that appendRest wrote.
func restList(rest []byte, list int) (out []uint16) {
	rest = skipLists(rest, list)
	n, k := binary.Uvarint(rest)
	for i := range int(n) {
		out = append(out, binary.LittleEndian.Uint16(rest[k+2*i:]))
	}
	return out
}

// restKept returns what is kept as the source wrote it.
func restKept(rest []byte) []byte { return skipLists(rest, 4) }

func skipLists(rest []byte, lists int) []byte {
	for range lists {
		n, k := binary.Uvarint(rest)
		rest = rest[k+2*int(n):]
	}
	return rest
}

var postingColumns = []string{ColumnKey, ColumnRow, ColumnCompetencies, "title", "body", "company", "company_number", "industry",
	"occupation", "occupation_p", "region", "employment", "education", "career_min", "career_max", "career_entry",
	"pay_min", "pay_max", "pay_basis", "openings", "opened", "deadline", "closed", "skills", "certificates", "preferred", "majors", "url",
	"region_text", "employment_text", "education_text", "career_text", "pay_text", "deadline_text"}

// read appends rows from..to of a batch.
func (p *postingChunk) read(r *Rows, w *worker, from, to int) {
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
		x.opened, x.deadline = int32(c.number("opened", i)), int32(c.number("deadline", i))
		x.closed = firstEnd(int32(c.number("closed", i)), int32(r.Closed[i]))
		x.skills = c.codes(c.named(x.skills[:0], w, "skills", "competencies", i), w.finder, ColumnCompetencies, "competencies", i)
		x.required = c.named(x.required[:0], w, "certificates", "certificates", i)
		x.preferred = c.named(x.preferred[:0], w, "preferred", "certificates", i)
		x.majors = c.named(x.majors[:0], w, "majors", "majors", i)
		x.keep(c, w, i)
		p.add(&x, w)
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

// firstEnd is the earlier of two days, of which 0 is none: a posting is closed on the day
// its source says, or from that on which the source no longer has it.
func firstEnd(a, b int32) int32 {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}
