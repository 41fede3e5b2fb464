package catalogue

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"

	"ieum"
	"ieum/defs"
	"ieum/internal/catalogue/parse"
	"ieum/internal/platform/table"
	"ieum/internal/snapshot"
)

// occupations is the code list whose fields the coder can fill.
const occupations = "keco2025"

// A plan is one file entry of a source, resolved against its kind once so that
// rows are read by position.
type plan struct {
	feed
	source   *defs.Source
	file     *defs.File
	kind     *defs.Kind
	columns  []string       // asked of the reader
	index    map[string]int // place of a column among them
	key      []int          // places of the columns that name a row
	fields   []*field       // in the order in which they are read
	joins    []*join
	out      []table.Field // columns of the segment
	outAt    map[string]int
	personal bool   // rows tell about people: nothing of them is shown or lies open
	inside   string // then: the columns that are sealed, as noteInside
	rules    []*plannedRule
}

// A field is a mapped field of the kind.
type field struct {
	*defs.Field
	place int // among the plan's fields
	value defs.Value
	from  int   // place of the one column it is, or -1
	join  int   // place of the join it takes its rows from, or -1
	at    int   // place of its first column in the segment
	parts []int // places of the columns a Parquet list of spells lies in: title, occupation, start, end, pay; -1 = none
}

// spellParts are the members of a spell of work.
var spellParts = []string{"title", "occupation", "start", "end", "pay"}

// newPlan resolves a file entry. have are the columns of a file that is read
// by columns, so that lists of spells in Parquet are found; nil if not known.
func newPlan(set *defs.Set, source *defs.Source, file *defs.File, have []string) (*plan, error) {
	p := &plan{source: source, file: file, kind: set.Kinds[file.Kind], index: map[string]int{}, outAt: map[string]int{}}
	if p.kind == nil {
		return nil, fmt.Errorf("catalogue: source %s has no kind for %s", source.ID, file.Match)
	}
	p.feed = feed{crc32.ChecksumIEEE([]byte(file.Match)), file.Delivery == "full", file.Absent == "close"}
	p.personal = personal(p.kind)
	p.out = lakeFields(p.kind)
	if p.personal {
		note, err := json.Marshal(insideOf(p.kind))
		if err != nil {
			return nil, err
		}
		p.inside = string(note)
	}
	for i, f := range p.out {
		p.outAt[f.Name] = i
	}
	for _, c := range file.Key {
		p.key = append(p.key, p.ask(c))
	}
	for i := range file.Joins {
		j := &file.Joins[i]
		p.joins = append(p.joins, &join{def: j, on: p.ask(j.On)})
	}
	for i := range p.kind.Fields {
		f := &p.kind.Fields[i]
		v, ok := file.Map[f.Name]
		if !ok {
			continue
		}
		if f.Sensitivity == defs.Identifying {
			return nil, ieum.Errorf(ieum.ErrDenied, "source %s maps %s, which identifies a person; only de-identified rows are loaded: take it out of map", source.ID, f.Name)
		}
		p.add(f, v, have)
	}
	slices.SortStableFunc(p.fields, func(a, b *field) int { return len(a.value.Code) - len(b.value.Code) }) // what the coder reads comes first
	for i, f := range p.fields {
		f.place = i
	}
	return p, p.addRules()
}

// coded reports whether the coder is given a field.
func (p *plan) coded(name string) bool {
	return slices.ContainsFunc(p.fields, func(f *field) bool { return slices.Contains(f.value.Code, name) })
}

// personal reports whether rows of a kind tell about people.
func personal(k *defs.Kind) bool { return k.Personal() }

// ask returns the place of a column, which is asked for if it was not yet.
func (p *plan) ask(column string) int {
	at, ok := p.index[column]
	if !ok {
		at = len(p.columns)
		p.index[column] = at
		p.columns = append(p.columns, column)
	}
	return at
}

// add resolves one mapped field.
func (p *plan) add(f *defs.Field, v defs.Value, have []string) {
	out := &field{Field: f, value: v, from: -1, join: -1, at: p.outAt[lakeColumns(p.kind, f)[0].Name]}
	p.fields = append(p.fields, out)
	if v.Join != "" {
		out.join = slices.IndexFunc(p.file.Joins, func(j defs.Join) bool { return j.Name == v.Join })
		for _, c := range v.Reads() {
			p.joins[out.join].ask(c)
		}
		return
	}
	if f.Type == defs.TypeCareers && v.Column != "" && !slices.Contains(have, v.Column) {
		for _, name := range spellParts {
			at := -1
			if leaf := v.Column + "." + name; slices.Contains(have, leaf) {
				at = p.ask(leaf)
			}
			out.parts = append(out.parts, at)
		}
		if slices.Max(out.parts) >= 0 {
			return
		}
		out.parts = nil
	}
	reads := v.Reads()
	if len(v.Hash) > 0 {
		reads = hashColumns(v.Hash)
	}
	for _, c := range reads {
		at := p.ask(c)
		if v.Column != "" {
			out.from = at
		}
	}
}

// systemFields are the columns every segment begins with.
var systemFields = []table.Field{
	{Name: ColumnKey, Type: table.String}, {Name: ColumnRow, Type: table.Int}, {Name: ColumnFile, Type: table.Int}, {Name: ColumnHash, Type: table.Int},
	{Name: ColumnCompetencies, Type: table.String, List: true},
}

// The places of systemFields.
const (
	atKey = iota
	atRow
	atFile
	atHash
	atCompetencies
)

// lakeFields returns the columns of a segment of a kind.
func lakeFields(k *defs.Kind) []table.Field {
	out := slices.Clone(systemFields)
	for i := range k.Fields {
		out = append(out, lakeColumns(k, &k.Fields[i])...)
	}
	return out
}

// lakeColumns returns the columns that one field becomes (see live.go).
func lakeColumns(k *defs.Kind, f *defs.Field) []table.Field {
	column := func(ending string, t table.Type) table.Field {
		return table.Field{Name: f.Name + ending, Type: t, Optional: true}
	}
	list := func(ending string, t table.Type) table.Field {
		return table.Field{Name: f.Name + ending, Type: t, List: true}
	}
	var out []table.Field
	texted := false // what could not be read is kept
	switch f.Type {
	case defs.TypeInt:
		out, texted = append(out, column("", table.Int)), true
	case defs.TypeNumber:
		out = append(out, column("", table.Float))
	case defs.TypeBool:
		out = append(out, column("", table.Bool))
	case defs.TypeDate:
		out, texted = append(out, column("", table.Date)), true
	case defs.TypeCode:
		out, texted = append(out, column("", table.String)), true
		if f.Codes == occupations {
			out = append(out, column("_p", table.Int))
		}
	case defs.TypeCodes:
		out, texted = append(out, list("", table.String)), true
	case defs.TypeStrings:
		out = append(out, list("", table.String))
	case defs.TypePay:
		out, texted = append(out, column("_min", table.Int), column("_max", table.Int), column("_basis", table.Int)), true
	case defs.TypeCareer:
		out, texted = append(out, column("_min", table.Int), column("_max", table.Int), column("_entry", table.Bool)), true
	case defs.TypeRegion:
		out, texted = append(out, column("", table.String), column("_scope", table.Int)), true
	case defs.TypeCareers:
		out = append(out, list("_title", table.String), list("_occupation", table.String), list("_p", table.Int),
			list("_start", table.Int), list("_end", table.Int), list("_pay", table.Int))
	case defs.TypePerson:
		out = append(out, list("", table.Int))
	default:
		out = append(out, column("", table.String))
	}
	if texted && !personal(k) {
		out = append(out, column("_text", table.String))
	}
	return out
}

// payUnit returns what a mapping says of bare numbers.
func payUnit(v defs.Value) parse.PayUnit {
	return parse.PayUnit{
		Won: map[string]int64{"won": 1, "thousand": 1000, "manwon": 10_000}[v.Unit],
		Basis: map[string]snapshot.PayBasis{
			"year": snapshot.PayAnnual, "month": snapshot.PayMonthly, "day": snapshot.PayDaily, "hour": snapshot.PayHourly,
		}[v.Per],
	}
}

// A plannedRule is a quality rule with the places of what it reads.
type plannedRule struct {
	*defs.Rule
	get map[string]func(b *table.Batch, i int) (any, bool)
}

func (p *plan) addRules() error {
	for i := range p.file.Quality {
		r := &plannedRule{Rule: &p.file.Quality[i], get: map[string]func(*table.Batch, int) (any, bool){}}
		for _, path := range r.Reads() {
			get, err := p.getter(path)
			if err != nil {
				return err
			}
			r.get[path] = get
		}
		p.rules = append(p.rules, r)
	}
	return nil
}

// bases are the words rules have for how pay was stated.
var bases = map[snapshot.PayBasis]string{
	snapshot.PayHourly: "hour", snapshot.PayDaily: "day", snapshot.PayMonthly: "month", snapshot.PayAnnual: "year", snapshot.PayNegotiable: "negotiable",
}

// getter returns how a rule reads a field or a member of one.
func (p *plan) getter(path string) (func(*table.Batch, int) (any, bool), error) {
	name, member, _ := strings.Cut(path, ".")
	f, ok := p.kind.Field(name)
	if !ok {
		return nil, fmt.Errorf("catalogue: kind %s has no field %s", p.kind.ID, name)
	}
	column := name
	if member != "" && member != "code" {
		column += "_" + member
	}
	at, ok := p.outAt[column]
	switch {
	case f.Type == defs.TypeCareers:
		return spellsOf(p.outAt[name+"_title"]), nil
	case !ok: // a text that is not kept, or a person
		return func(*table.Batch, int) (any, bool) { return nil, false }, nil
	case f.Type == defs.TypePay && member == "basis":
		return func(b *table.Batch, i int) (any, bool) {
			word, ok := bases[snapshot.PayBasis(b.Columns[at].Ints[i])]
			return word, ok
		}, nil
	case f.Type == defs.TypeJSON:
		return func(b *table.Batch, i int) (v any, ok bool) {
			c := &b.Columns[at]
			return v, !c.IsNull(i) && json.Unmarshal([]byte(c.Strings[i]), &v) == nil
		}, nil
	}
	return func(b *table.Batch, i int) (any, bool) { return valueOf(&b.Columns[at], i) }, nil
}

// valueOf returns a value as rules know it.
func valueOf(c *table.Column, i int) (any, bool) {
	switch {
	case c.List && c.Type == table.String:
		return c.Strings[c.Off[i]:c.Off[i+1]], c.Off[i] < c.Off[i+1]
	case c.List || c.IsNull(i):
		return nil, false
	case c.Type == table.Int:
		return c.Ints[i], true
	case c.Type == table.Date:
		return ieum.Day(c.Ints[i]), true
	case c.Type == table.Float:
		return c.Floats[i], true
	case c.Type == table.Bool:
		return c.Bools[i], true
	}
	return c.Strings[i], true
}

// spellsOf returns the spells of work whose columns begin at a place.
func spellsOf(at int) func(*table.Batch, int) (any, bool) {
	return func(b *table.Batch, i int) (any, bool) {
		titles := &b.Columns[at]
		var out []map[string]any
		for j := titles.Off[i]; j < titles.Off[i+1]; j++ {
			out = append(out, map[string]any{
				"title": titles.Strings[j], "occupation": b.Columns[at+1].Strings[j], "start": b.Columns[at+3].Ints[j],
				"end": b.Columns[at+4].Ints[j], "pay": b.Columns[at+5].Ints[j],
			})
		}
		return out, len(out) > 0
	}
}
