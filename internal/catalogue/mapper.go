package catalogue

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"ieum"
	"ieum/defs"
	"ieum/internal/catalogue/parse"
	"ieum/internal/platform/table"
	"ieum/internal/snapshot"
)

// tools are what all mappers of a delivery share; they are only read.
type tools struct {
	naming    namingFunc
	defs      *defs.Set
	regions   *parse.Regions
	coder     Coder
	extractor Extractor
	key       []byte // of the hashes of people
	present   map[ieum.KindID]*keys
}

func newTools(set *defs.Set, coder Coder, extractor Extractor) *tools {
	t := &tools{naming: unkeyed, defs: set, coder: coder, extractor: extractor, present: map[ieum.KindID]*keys{}}
	list := set.Codes["regions"]
	if list == nil {
		list = &defs.CodeList{}
	}
	t.regions = parse.NewRegions(list)
	return t
}

// A parcel is some rows on their way through the pipeline.
type parcel struct {
	number int // order in the delivery
	file   int
	plan   *plan
	raw    *table.Batch

	batch    *table.Batch // rows to be kept, as columns of the segment
	arrivals []arrival    // every row that has a key; the place of a kept one is its row in batch
	refused  []refusal
	tally    tally
}

// A refusal is a row that goes to the quarantine.
type refusal struct {
	row    int64
	reason Reason
	raw    []string // the columns of the plan; nil of a row that is there twice, cannot be read or tells about people
}

// A tally counts what a parcel, and then a delivery, held.
type tally struct {
	read, warned int64
	from, to     ieum.Day
	fields       map[string]*readings
	coded        map[string]*Coding // by field that a coder may fill
	warnings     map[Reason]int64
	removed      Removed
}

// readings count what became of the values of a field.
type readings struct {
	read, unread int64
	texts        map[string]int64 // some of those not read; nil in kinds that tell about people
}

// A mapper turns raw rows of one plan into rows of its kind. It is for one
// goroutine, and remembers what it has read before.
type mapper struct {
	*tools
	plan    *plan
	readers []reader
	hasher  *hasher
	skills  memo[string] // competencies by their names

	// Of the parcel under way. Rows are those that are new or changed, by their
	// place i; rows[i] is the row of raw.
	raw      *table.Batch
	rows     []int
	joined   [][][][]string // by join and raw row
	out      *table.Batch
	captured [][]string // by field: its texts, for the coder and the extractor
	reject   []*Reason  // by place
	tally    tally
	place    int // the row under way …
	now      int // … and where it is in raw, which lookup reads
	lookup   func(column string) string
	copied   func(column string) string // the same, for expressions, which remember what they read
	buf      []byte
}

func newMapper(t *tools, p *plan) *mapper {
	m := &mapper{tools: t, plan: p, out: table.NewBatch(p.out...)}
	if t.key != nil {
		m.hasher = newHasher(t.key)
	}
	m.lookup = func(column string) string {
		if at, ok := p.index[column]; ok {
			return m.cell(at, m.now)
		}
		return ""
	}
	m.copied = func(column string) string { return strings.Clone(m.lookup(column)) }
	m.captured = make([][]string, len(p.fields))
	for _, f := range p.fields {
		m.readers = append(m.readers, newReader(m, f))
	}
	return m
}

// cell returns a value of a raw row as text, "" where there is none.
func (m *mapper) cell(at, row int) string {
	c := &m.raw.Columns[at]
	if c.Type == table.String && !c.List {
		if c.Null != nil && c.Null[row] {
			return ""
		}
		return c.Strings[row]
	}
	text, _ := c.Text(row)
	return text
}

// run maps a parcel.
func (m *mapper) run(p *parcel) error {
	m.raw, m.rows, m.reject = p.raw, m.rows[:0], nil
	m.tally = tally{fields: map[string]*readings{}, coded: map[string]*Coding{}, warnings: map[Reason]int64{}}
	m.tally.read = int64(p.raw.Rows + len(p.raw.Bad))
	m.out.Reset()
	for _, bad := range p.raw.Bad {
		p.refused = append(p.refused, refusal{row: bad.Number, reason: m.broken(bad.Reason)})
	}
	if err := m.naming(m.plan.source.ID, m.plan.kind, func(n *namer) error { m.identify(p, n); return nil }); err != nil {
		return err
	}
	m.reject = make([]*Reason, len(m.rows))
	for i, f := range m.plan.fields {
		m.readers[i].read(m, f)
		if f.Required {
			m.require(f)
		}
	}
	m.fillUnmapped()
	m.extract()
	m.judge()
	m.finish(p)
	p.tally = m.tally
	return nil
}

// identify finds each row's key and whether it is as it was delivered before;
// those that are not stay in rows, with the columns every segment begins with.
func (m *mapper) identify(p *parcel, n *namer) {
	present := m.present[m.plan.kind.ID]
	m.joinRows()
	for row := range m.raw.Rows {
		hash := m.rowHash(row, n)
		key, complete := m.rowKey(row, hash)
		number := m.raw.Numbers[row]
		if !complete {
			m.refuse(p, row, &reasonNoKey)
			continue
		}
		a := arrival{key: n.key(key), hash: hash, row: uint32(number), file: uint16(p.file)}
		if e, ok := present.find(a.key); ok && e.hash == hash && e.closed == 0 {
			a.fate = same
			p.arrivals = append(p.arrivals, a)
			continue
		}
		a.place = uint32(len(m.rows))
		p.arrivals = append(p.arrivals, a)
		m.rows = append(m.rows, row)
		m.out.Columns[atKey].AddString(key)
		m.out.Columns[atRow].AddInt(number)
		m.out.Columns[atFile].AddInt(int64(p.file))
		m.out.Columns[atHash].AddInt(int64(hash))
	}
}

// rowKey returns what names a row within the source. Without key columns a row
// is named by its content.
func (m *mapper) rowKey(row int, hash uint64) (key string, complete bool) {
	if len(m.plan.key) == 0 {
		return snapshot.FormatID(hash), true
	}
	if len(m.plan.key) == 1 {
		key = strings.TrimSpace(m.cell(m.plan.key[0], row))
		return impersonal(key), key != ""
	}
	parts := make([]string, len(m.plan.key))
	for i, at := range m.plan.key {
		parts[i] = strings.TrimSpace(m.cell(at, row))
		complete = complete || parts[i] != ""
	}
	return impersonal(strings.Join(parts, "|")), complete
}

// impersonal returns a key without the telephone numbers, addresses and names in
// it, and with what tells it from another that is the same without them.
func impersonal(key string) string {
	clean, removed := parse.Scrub(key)
	if !removed.Any() {
		return key
	}
	return clean + "|" + snapshot.FormatID(keyHash(key))
}

// rowHash hashes all that the plan reads of a row, and the versions of the
// definitions by which it is read.
func (m *mapper) rowHash(row int, n *namer) uint64 {
	b := binary.AppendUvarint(m.buf[:0], uint64(m.plan.source.Version))
	b = binary.AppendUvarint(b, uint64(m.plan.kind.Version))
	for i := range m.raw.Columns {
		b = appendCell(b, &m.raw.Columns[i], row)
	}
	for _, rows := range m.joined {
		b = binary.AppendUvarint(b, uint64(len(rows[row])))
		for _, values := range rows[row] {
			for _, v := range values {
				b = appendText(b, v)
			}
		}
	}
	m.buf = b
	sum := sha256.Sum256(b)
	return n.content(sum[:])
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendCell appends a value so that no two rows of different values are alike.
func appendCell(b []byte, c *table.Column, row int) []byte {
	if c.IsNull(row) {
		return append(b, 0)
	}
	if c.List {
		from, to := int(c.Off[row]), int(c.Off[row+1])
		b = binary.AppendUvarint(append(b, 1), uint64(to-from))
		for i := from; i < to; i++ {
			b = appendElement(b, c, i)
		}
		return b
	}
	return appendElement(append(b, 2), c, row)
}

func appendElement(b []byte, c *table.Column, i int) []byte {
	switch c.Type {
	case table.Int, table.Date:
		return binary.AppendVarint(b, c.Ints[i])
	case table.Float:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(c.Floats[i]))
	case table.Bool:
		if c.Bools[i] {
			return append(b, 1)
		}
		return append(b, 0)
	}
	return appendText(b, c.Strings[i])
}

// joinRows finds the joined rows of every row.
func (m *mapper) joinRows() {
	m.joined = m.joined[:0]
	for _, j := range m.plan.joins {
		rows := make([][][]string, m.raw.Rows)
		for row := range rows {
			rows[row] = j.find(m.cell(j.on, row))
		}
		m.joined = append(m.joined, rows)
	}
}

// refuse puts a raw row among those for the quarantine.
func (m *mapper) refuse(p *parcel, row int, why *Reason) {
	r := refusal{row: m.raw.Numbers[row], reason: *why}
	if m.plan.personal { // the source has what it says
		p.refused = append(p.refused, r)
		return
	}
	for at := range m.plan.columns {
		text := m.cell(at, row)
		if !slices.Contains(m.plan.key, at) { // what would be taken out of the mended row need not lie here
			text, _ = parse.ScrubLine(text)
		}
		r.raw = append(r.raw, text)
	}
	p.refused = append(p.refused, r)
}

// require rejects rows without a value of a field.
func (m *mapper) require(f *field) {
	c := &m.out.Columns[f.at]
	for i := range m.rows {
		if m.reject[i] == nil && c.IsNull(i) {
			m.reject[i] = reasonMissing(f.Field)
		}
	}
}

// fillUnmapped gives the columns of fields that the source does not have a row
// without a value for each row.
func (m *mapper) fillUnmapped() {
	for at := range m.out.Columns {
		if at == atCompetencies {
			continue
		}
		for c := &m.out.Columns[at]; c.Len() < len(m.rows); {
			c.AddNull()
		}
	}
}

// judge applies the quality rules.
func (m *mapper) judge() {
	for _, r := range m.plan.rules {
		for i := range m.rows {
			if m.reject[i] != nil {
				continue
			}
			holds, err := r.Holds(func(path string) (any, bool) { return r.get[path](m.out, i) })
			switch {
			case err != nil:
				m.reject[i] = m.reasonExpression(nil, err).pointer()
			case holds && r.Then == "reject":
				m.reject[i] = &Reason{Text: r.Say}
			case holds:
				m.tally.warned++
				m.tally.warnings[Reason{Text: r.Say, Warn: true}]++
			}
		}
	}
}

// finish takes rejected rows out and notes which days the others speak of.
func (m *mapper) finish(p *parcel) {
	keep := make([]bool, len(m.rows))
	places := make([]uint32, len(m.rows))
	n := uint32(0)
	for i, why := range m.reject {
		places[i] = n
		if keep[i] = why == nil; keep[i] {
			n++
			continue
		}
		m.refuse(p, m.rows[i], why)
	}
	for i := range p.arrivals {
		a := &p.arrivals[i]
		if a.fate != kept {
			continue
		}
		if !keep[a.place] {
			a.fate, a.place = unfit, 0
			continue
		}
		a.place = places[a.place]
	}
	p.batch = selected(m.out, keep, int(n))
	m.period(p.batch)
}

// period notes the first and last day in the fields that say when a row is of.
func (m *mapper) period(b *table.Batch) {
	for _, name := range []string{"opened", "updated", "day"} {
		at, ok := m.plan.outAt[name]
		if !ok || b.Columns[at].Type != table.Date {
			continue
		}
		c := &b.Columns[at]
		for i, v := range c.Ints {
			day := ieum.Day(v)
			if c.IsNull(i) || day == 0 {
				continue
			}
			if m.tally.from == 0 || day < m.tally.from {
				m.tally.from = day
			}
			m.tally.to = max(m.tally.to, day)
		}
	}
}

// selected returns a batch of its own of the rows to be kept.
func selected(b *table.Batch, keep []bool, rows int) *table.Batch {
	out := &table.Batch{Rows: rows, Columns: make([]table.Column, len(b.Columns))}
	for at := range b.Columns {
		from, to := &b.Columns[at], &out.Columns[at]
		to.Field = from.Field
		switch {
		case from.List:
			to.Off = append(make([]int32, 0, rows+1), 0)
			for i, k := range keep {
				if k {
					appendList(to, from, int(from.Off[i]), int(from.Off[i+1]))
				}
			}
			continue
		case from.Type == table.String:
			to.Strings = pickKept(from.Strings, keep, rows)
		case from.Type == table.Float:
			to.Floats = pickKept(from.Floats, keep, rows)
		case from.Type == table.Bool:
			to.Bools = pickKept(from.Bools, keep, rows)
		default:
			to.Ints = pickKept(from.Ints, keep, rows)
		}
		if from.Null != nil {
			to.Null = pickKept(from.Null, keep, rows)
		}
	}
	return out
}

func appendList(to, from *table.Column, a, b int) {
	if from.Type == table.String {
		to.AddStrings(from.Strings[a:b]...)
		return
	}
	to.AddInts(from.Ints[a:b]...)
}

func pickKept[T any](from []T, keep []bool, rows int) []T {
	out := make([]T, 0, rows)
	for i, k := range keep {
		if k {
			out = append(out, from[i])
		}
	}
	return out
}
