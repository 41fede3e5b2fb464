package catalogue

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"ieum/defs"
	"ieum/internal/catalogue/parse"
)

// A reader appends the values of one field, a row each, to its columns.
type reader interface{ read(m *mapper, f *field) }

// newReader returns the reader of a field's type.
func newReader(m *mapper, f *field) reader {
	list := m.defs.Codes[f.Codes]
	texts := &texts{}
	switch f.Type {
	case defs.TypeInt:
		return &intReader{texts: texts}
	case defs.TypeNumber:
		return &numberReader{texts: texts}
	case defs.TypeBool:
		return &boolReader{texts: texts}
	case defs.TypeDate:
		return &dateReader{texts: texts, layout: f.value.Layout}
	case defs.TypeCode:
		return &codeReader{texts: texts, list: list}
	case defs.TypeCodes:
		return &codesReader{texts: texts, list: list}
	case defs.TypeStrings:
		return &stringsReader{texts: texts}
	case defs.TypePay:
		return &payReader{texts: texts, unit: payUnit(f.value)}
	case defs.TypeCareer:
		return &careerReader{texts: texts}
	case defs.TypeRegion:
		return &regionReader{texts: texts}
	case defs.TypeCareers:
		return &spellsReader{texts: texts, list: m.defs.Codes[occupations]}
	case defs.TypePerson:
		return &personReader{}
	case defs.TypeText:
		return &textReader{texts: texts, drop: f.Sensitivity == defs.Personal}
	}
	return &stringReader{texts: texts, url: f.Type == defs.TypeURL}
}

// memoBytes is how much a memo holds in each of its two halves, an entry counted
// as its text and memoEntry; texts longer than memoLength are not remembered.
const (
	memoBytes  = 512 << 10
	memoEntry  = 64
	memoLength = 200
)

// A memo remembers what texts were read as, those that came lately: what was not
// asked for while one half filled is forgotten.
type memo[T any] struct {
	now, before map[string]T
	bytes       int // of now
}

func (c *memo[T]) get(text string, read func(string) T) T {
	if v, ok := c.now[text]; ok {
		return v
	}
	if len(text) > memoLength {
		return read(text)
	}
	text = strings.Clone(text) // what is remembered must not keep a batch alive
	v, ok := c.before[text]
	if !ok {
		v = read(text)
	}
	if c.bytes >= memoBytes || c.now == nil {
		c.before, c.now, c.bytes = c.now, map[string]T{}, 0
	}
	c.now[text] = v
	c.bytes += len(text) + memoEntry
	return v
}

// texts gets the texts of a field's rows.
type texts struct {
	words memo[[]string] // of a column that is split or translated
	one   [1]string
	room  []string
}

// all returns the texts of a row; the slice is valid until the next call.
func (t *texts) all(m *mapper, f *field, i int) []string {
	m.place, m.now = i, m.rows[i]
	switch {
	case f.join >= 0:
		return t.joined(m, f)
	case f.from < 0:
		return t.eval(m, f, m.copied)
	}
	c := &m.raw.Columns[f.from]
	if c.List && f.value.Split == "" && len(f.value.Words) == 0 && f.value.From == "" {
		return c.Elements(m.now)
	}
	text := strings.TrimSpace(m.cell(f.from, m.now))
	if f.value.Copies() {
		if text == "" {
			return nil
		}
		t.one[0] = text
		return t.one[:]
	}
	return t.words.get(text, func(s string) []string { return t.eval(m, f, func(string) string { return s }) })
}

// eval works out a mapping. An expression that cannot be worked out refuses the
// row.
func (t *texts) eval(m *mapper, f *field, row func(string) string) []string {
	out, err := f.value.Eval(row)
	if err != nil && m.reject[m.place] == nil {
		m.reject[m.place] = m.reasonExpression(f.Field, err).pointer()
	}
	return out
}

// joined returns the texts of all joined rows.
func (t *texts) joined(m *mapper, f *field) []string {
	j := m.plan.joins[f.join]
	t.room = t.room[:0]
	for _, values := range m.joined[f.join][m.now] {
		t.room = append(t.room, t.eval(m, f, func(column string) string {
			if at := j.place(column); at >= 0 {
				return values[at]
			}
			return ""
		})...)
	}
	return t.room
}

// first returns the text of a row, of several the first.
func (t *texts) first(m *mapper, f *field, i int) (string, bool) {
	if all := t.all(m, f, i); len(all) > 0 {
		return all[0], true
	}
	return "", false
}

// readings returns the counts of a field.
func (m *mapper) readings(f *field) *readings {
	r := m.tally.fields[f.Name]
	if r == nil {
		r = &readings{}
		m.tally.fields[f.Name] = r
	}
	return r
}

// unreadMost is how many distinct texts of a field are counted in a parcel.
const unreadMost = 500

// unread counts a value that could not be read.
func (m *mapper) unread(f *field, text string) {
	r := m.readings(f)
	r.unread++
	if m.plan.personal {
		return
	}
	if r.texts == nil {
		r.texts = map[string]int64{}
	}
	if _, known := r.texts[text]; known || len(r.texts) < unreadMost {
		r.texts[text]++
	}
}

// text appends the text of a compound field, where the kind keeps it.
func (m *mapper) text(f *field, text string) {
	if at, ok := m.plan.outAt[f.Name+"_text"]; ok {
		m.out.Columns[at].AddString(m.scrubLine(text))
	}
}

// noText appends no text.
func (m *mapper) noText(f *field) {
	if at, ok := m.plan.outAt[f.Name+"_text"]; ok {
		m.out.Columns[at].AddNull()
	}
}

// none appends a row without a value to all columns of a field.
func (m *mapper) none(f *field, columns int) {
	for at := f.at; at < f.at+columns; at++ {
		m.out.Columns[at].AddNull()
	}
	m.noText(f)
}

func (m *mapper) removed(r parse.Removed) {
	m.tally.removed.Resident += int64(r.Resident)
	m.tally.removed.Phone += int64(r.Phone)
	m.tally.removed.Email += int64(r.Email)
	m.tally.removed.Name += int64(r.Name)
}

// scrubLine takes out of a short text what identifies somebody.
func (m *mapper) scrubLine(text string) string {
	if !strings.ContainsAny(text, "0123456789@") && utf8.RuneCountInString(text) < 40 {
		return text
	}
	clean, r := parse.ScrubLine(text)
	if r.Any() {
		m.removed(r)
	}
	return clean
}

// capture keeps a field's text for the coder and the extractor.
func (m *mapper) capture(f *field, i int, text string) {
	c := m.captured[f.place]
	if len(c) <= i {
		c = append(c, make([]string, len(m.rows)-len(c))...)
		m.captured[f.place] = c
	}
	c[i] = text
}

type stringReader struct {
	*texts
	url bool
}

func (r *stringReader) read(m *mapper, f *field) {
	m.captured[f.place] = m.captured[f.place][:0]
	out := &m.out.Columns[f.at]
	for i := range m.rows {
		text, ok := r.first(m, f, i)
		if !ok {
			out.AddNull()
			m.capture(f, i, "")
			continue
		}
		if r.url {
			page, removed, ok := address(text)
			m.removed(removed)
			if !ok {
				m.unread(f, text)
				out.AddNull()
				continue
			}
			text = page
		} else if f.Name == m.plan.kind.Person {
			text = impersonal(text) // as the key of the résumé itself
		} else {
			text = m.scrubLine(text)
		}
		m.capture(f, i, text)
		out.AddString(text)
	}
}

// address returns the address of a page as people may follow it: of the web, on
// a host, without a name and password in it. Parameters that hold a telephone
// number or the like are taken out; an address that holds one elsewhere is none.
func address(text string) (page string, removed parse.Removed, ok bool) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return "", removed, false
	}
	if removed = inAddress(text); !removed.Any() {
		return text, removed, true
	}
	parameters := strings.Split(u.RawQuery, "&")
	u.RawQuery = strings.Join(slices.DeleteFunc(parameters, func(p string) bool { r := inAddress(p); return r.Any() }), "&")
	if r := inAddress(u.Fragment); r.Any() {
		u.Fragment, u.RawFragment = "", ""
	}
	page = u.String()
	left := inAddress(page)
	return page, removed, !left.Any()
}

// pageNumber is a long number without marks. In an address it names a page, as
// mid=0615080200 does, but for a mobile or resident number in full.
var pageNumber = regexp.MustCompile(`[0-9]{9,}`)

// inAddress returns what identifies somebody in a part of an address.
func inAddress(part string) parse.Removed {
	if plain, err := url.QueryUnescape(part); err == nil {
		part = plain
	}
	part = pageNumber.ReplaceAllStringFunc(part, func(n string) string {
		if len(n) == 11 && strings.HasPrefix(n, "010") || len(n) == 13 {
			return n
		}
		return "0"
	})
	_, removed := parse.Scrub(part)
	return removed
}

// A textReader reads prose. What people wrote of themselves is read for
// competencies only, and dropped.
type textReader struct {
	*texts
	drop bool
}

func (r *textReader) read(m *mapper, f *field) {
	m.captured[f.place] = m.captured[f.place][:0]
	out := &m.out.Columns[f.at]
	for i := range m.rows {
		text, ok := r.first(m, f, i)
		if ok {
			clean, removed := parse.Scrub(text)
			if removed.Any() {
				m.removed(removed)
			}
			text = clean
		}
		m.capture(f, i, text)
		if !ok || r.drop {
			out.AddNull()
			continue
		}
		out.AddString(text)
	}
}
