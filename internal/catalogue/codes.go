package catalogue

import (
	"math"
	"slices"
	"strings"

	"ieum/defs"
	"ieum/internal/catalogue/parse"
	"ieum/internal/platform/table"
)

// A codeReader finds one code: by the list first and, where the mapping names
// fields for it, by the coder in rows that have no value.
type codeReader struct {
	*texts
	list *defs.CodeList
	memo memo[codeResult]
	seen memo[codeResult] // titles that the coder had
}

type codeResult struct {
	code string
	p    int64 // per cent
}

func (r *codeReader) read(m *mapper, f *field) {
	out := &m.out.Columns[f.at]
	counts := m.readings(f)
	for i := range m.rows {
		text, ok := r.first(m, f, i)
		v := codeResult{}
		if ok {
			v = r.memo.get(text, func(s string) codeResult {
				code, _ := parse.ReadCode(r.list, s)
				return codeResult{code, 100}
			})
			if v.code == "" {
				m.unread(f, text)
			} else {
				counts.read++
			}
		}
		if len(f.value.Code) > 0 {
			if v.code == "" {
				v = r.coded(m, f, i)
			}
			m.tally.coding(f.Name).add(v.p)
		}
		if v.code == "" {
			out.AddNull()
		} else {
			out.AddString(v.code)
		}
		if f.Codes == occupations {
			addPositive(&m.out.Columns[f.at+1], v.p)
		}
		if ok && v.p != 100 {
			m.text(f, text)
		} else {
			m.noText(f)
		}
	}
}

// coding returns the counts of a field that a coder may fill.
func (t *tally) coding(field string) *Coding {
	c := t.coded[field]
	if c == nil {
		c = &Coding{Field: field}
		t.coded[field] = c
	}
	return c
}

// add counts a row whose code is right in p of 100 cases; 0 has none.
func (c *Coding) add(p int64) {
	switch {
	case p >= 100:
		c.Named++
	case p >= 50:
		c.Likely++
	case p > 0:
		c.Unlikely++
	default:
		c.None++
	}
}

// coded asks the coder, with the texts of the fields that the mapping names.
func (r *codeReader) coded(m *mapper, f *field, i int) codeResult {
	title := m.capturedText(f.value.Code[0], i)
	if m.coder == nil || title == "" {
		return codeResult{}
	}
	var duties []string
	for _, name := range f.value.Code[1:] {
		if text := m.capturedText(name, i); text != "" {
			duties = append(duties, text)
		}
	}
	if len(duties) == 0 {
		return r.seen.get(title, func(s string) codeResult { return ask(m.coder, s, "") })
	}
	return ask(m.coder, title, strings.Join(duties, "\n"))
}

// ask returns the likeliest occupation.
func ask(c Coder, title, duties string) codeResult {
	codes := c.Code(title, duties, 1)
	if len(codes) == 0 || codes[0].Code == "" {
		return codeResult{}
	}
	return codeResult{codes[0].Code, int64(min(99, max(1, math.Round(100*codes[0].P))))}
}

// capturedText returns the text of another field in row i.
func (m *mapper) capturedText(name string, i int) string {
	for _, f := range m.plan.fields {
		if f.Name == name && i < len(m.captured[f.place]) {
			return m.captured[f.place][i]
		}
	}
	return ""
}

type codesReader struct {
	*texts
	list *defs.CodeList
	memo memo[codesResult]
}

type codesResult struct {
	codes  []string
	unread string
}

func (r *codesReader) read(m *mapper, f *field) {
	out := &m.out.Columns[f.at]
	counts := m.readings(f)
	var codes, unread []string
	for i := range m.rows {
		codes, unread = codes[:0], unread[:0]
		for _, text := range r.all(m, f, i) {
			v := r.memo.get(text, func(s string) codesResult {
				found, rest := parse.ReadCodes(r.list, s)
				return codesResult{found, strings.Join(rest, ", ")}
			})
			for _, code := range v.codes {
				if !slices.Contains(codes, code) {
					codes = append(codes, code)
				}
			}
			if v.unread == "" {
				counts.read++
				continue
			}
			m.unread(f, v.unread)
			unread = append(unread, v.unread)
		}
		out.AddStrings(codes...)
		if len(unread) > 0 {
			m.text(f, strings.Join(unread, ", "))
		} else {
			m.noText(f)
		}
	}
}

type stringsReader struct{ *texts }

func (r *stringsReader) read(m *mapper, f *field) {
	m.captured[f.place] = m.captured[f.place][:0]
	asked := m.plan.coded(f.Name)
	out := &m.out.Columns[f.at]
	var room []string
	for i := range m.rows {
		room = room[:0]
		for _, text := range r.all(m, f, i) {
			if text != "" && !slices.Contains(room, text) {
				room = append(room, m.scrubLine(text))
			}
		}
		out.AddStrings(room...)
		if asked {
			m.capture(f, i, strings.Join(room, ", "))
		}
	}
}

// competencies is the code list of what people can do, and competencyMost how
// many are taken from one row.
const (
	competencies   = "competencies"
	competencyMost = 30
)

// extract finds the competencies a row shows: those it names in a list field
// called skills, then those its texts show.
func (m *mapper) extract() {
	out := &m.out.Columns[atCompetencies]
	list := m.defs.Codes[competencies]
	skills, named := m.plan.outAt["skills"]
	var prose []*field
	for _, f := range m.plan.fields {
		if f.Type == defs.TypeText {
			prose = append(prose, f)
		}
	}
	var found []string
	add := func(code string) {
		if code != "" && len(found) < competencyMost && !slices.Contains(found, code) {
			found = append(found, code)
		}
	}
	for i := range m.rows {
		found = found[:0]
		if c := &m.out.Columns[skills]; named && list != nil && c.Type == table.String && c.List {
			for _, text := range c.Strings[c.Off[i]:c.Off[i+1]] {
				add(m.skills.get(text, func(s string) string { code, _ := list.Lookup(s); return code }))
			}
		}
		for _, f := range prose {
			if text := m.captured[f.place][i]; m.extractor != nil && text != "" {
				for _, c := range m.extractor.Extract(text, competencyMost) {
					if c.P < likely {
						break
					}
					add(c.ID)
				}
			}
		}
		out.AddStrings(found...)
	}
}
