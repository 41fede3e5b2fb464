package catalogue

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"ieum"
	"ieum/defs"
	"ieum/internal/catalogue/parse"
	"ieum/internal/platform/table"
	"ieum/internal/snapshot"
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

// memoMost is how many distinct texts a mapper remembers of one field, and
// memoLength how long they may be.
const (
	memoMost   = 1 << 15
	memoLength = 200
)

// A memo remembers what texts were read as.
type memo[T any] struct{ known map[string]T }

func (c *memo[T]) get(text string, read func(string) T) T {
	if v, ok := c.known[text]; ok {
		return v
	}
	if len(text) > memoLength {
		return read(text)
	}
	text = strings.Clone(text) // what is remembered must not keep a batch alive
	v := read(text)
	if c.known == nil {
		c.known = map[string]T{}
	}
	if len(c.known) >= memoMost {
		clear(c.known)
	}
	c.known[text] = v
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
		m.reject[m.place] = reasonExpression(f.Field, err).pointer()
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
		if r.url && !strings.HasPrefix(text, "http") {
			m.unread(f, text)
			out.AddNull()
			continue
		}
		if !r.url {
			text = m.scrubLine(text)
		}
		m.capture(f, i, text)
		out.AddString(text)
	}
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

type intReader struct {
	*texts
	memo memo[intResult]
}

type intResult struct {
	v  int64
	ok bool
}

func (r *intReader) read(m *mapper, f *field) {
	out := &m.out.Columns[f.at]
	counts := m.readings(f)
	if c := m.typed(f, table.Int); c != nil {
		for i := range m.rows {
			if row := m.rows[i]; c.IsNull(row) {
				out.AddNull()
			} else {
				counts.read++
				out.AddInt(c.Ints[row])
			}
			m.noText(f)
		}
		return
	}
	for i := range m.rows {
		text, ok := r.first(m, f, i)
		if !ok {
			m.none(f, 1)
			continue
		}
		v := r.memo.get(text, func(s string) intResult { return readInt(s, f.Unit) })
		if !v.ok {
			m.unread(f, text)
			out.AddNull()
			m.text(f, text)
			continue
		}
		counts.read++
		if v.v == 0 && f.Unit == "persons" { // "00명": some, nobody says how many
			out.AddNull()
		} else {
			out.AddInt(v.v)
		}
		m.noText(f)
	}
}

// readInt reads a whole number; one of people also as postings write it.
func readInt(s, unit string) intResult {
	if unit == "persons" {
		n, ok := parse.ReadCount(s)
		return intResult{int64(n), ok}
	}
	n, err := strconv.ParseInt(strings.TrimSuffix(strings.ReplaceAll(s, ",", ""), ".0"), 10, 64)
	return intResult{n, err == nil}
}

// typed returns the raw column of a field that is copied and already has the
// type, or nil.
func (m *mapper) typed(f *field, t table.Type) *table.Column {
	if f.from < 0 || f.join >= 0 || !f.value.Copies() {
		return nil
	}
	if c := &m.raw.Columns[f.from]; c.Type == t && !c.List {
		return c
	}
	return nil
}

type numberReader struct{ *texts }

func (r *numberReader) read(m *mapper, f *field) {
	out := &m.out.Columns[f.at]
	counts := m.readings(f)
	for i := range m.rows {
		text, ok := r.first(m, f, i)
		v, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
		switch {
		case !ok:
			out.AddNull()
		case err != nil || v != v || v-v != 0:
			m.unread(f, text)
			out.AddNull()
		default:
			counts.read++
			out.AddFloat(v)
		}
	}
}

type boolReader struct{ *texts }

// truths are the words for yes and no in agencies' files.
var truths = map[string]bool{
	"true": true, "t": true, "y": true, "yes": true, "1": true, "o": true, "예": true, "가능": true, "있음": true, "여": true,
	"false": false, "f": false, "n": false, "no": false, "0": false, "x": false, "아니오": false, "아니요": false, "불가": false, "불가능": false, "없음": false, "부": false,
}

func (r *boolReader) read(m *mapper, f *field) {
	out := &m.out.Columns[f.at]
	counts := m.readings(f)
	if c := m.typed(f, table.Bool); c != nil {
		for _, row := range m.rows {
			if c.IsNull(row) {
				out.AddNull()
				continue
			}
			counts.read++
			out.AddBool(c.Bools[row])
		}
		return
	}
	for i := range m.rows {
		text, ok := r.first(m, f, i)
		v, known := truths[strings.ToLower(text)]
		switch {
		case !ok:
			out.AddNull()
		case !known:
			m.unread(f, text)
			out.AddNull()
		default:
			counts.read++
			out.AddBool(v)
		}
	}
}

type dateReader struct {
	*texts
	layout string
	memo   memo[dateResult]
}

type dateResult struct {
	day ieum.Day
	ok  bool
}

func (r *dateReader) read(m *mapper, f *field) {
	out := &m.out.Columns[f.at]
	counts := m.readings(f)
	add := func(day ieum.Day) {
		counts.read++
		if day == 0 {
			out.AddNull()
		} else {
			out.AddInt(int64(day))
		}
		m.noText(f)
	}
	if c := m.typed(f, table.Date); c != nil {
		for _, row := range m.rows {
			if c.IsNull(row) {
				m.none(f, 1)
				continue
			}
			add(ieum.Day(c.Ints[row]))
		}
		return
	}
	for i := range m.rows {
		text, ok := r.first(m, f, i)
		if !ok {
			m.none(f, 1)
			continue
		}
		v := r.memo.get(text, func(s string) dateResult {
			day, ok := parse.ReadDate(s, r.layout)
			return dateResult{day, ok}
		})
		if v.ok {
			add(v.day)
			continue
		}
		m.unread(f, text)
		out.AddNull()
		m.text(f, text)
	}
}

type payReader struct {
	*texts
	unit parse.PayUnit
	memo memo[payResult]
}

type payResult struct {
	parse.Pay
	ok bool
}

func (r *payReader) read(m *mapper, f *field) {
	least, most, basis := &m.out.Columns[f.at], &m.out.Columns[f.at+1], &m.out.Columns[f.at+2]
	counts := m.readings(f)
	for i := range m.rows {
		text, ok := r.first(m, f, i)
		if !ok {
			m.none(f, 3)
			continue
		}
		v := r.memo.get(text, func(s string) payResult {
			pay, ok := parse.ReadPay(s, r.unit)
			return payResult{pay, ok}
		})
		if v.ok {
			counts.read++
		} else {
			m.unread(f, text)
		}
		addPositive(least, v.Min)
		addPositive(most, v.Max)
		addPositive(basis, int64(v.Basis))
		m.text(f, text)
	}
}

// addPositive appends a number, or none when it is 0.
func addPositive(c *table.Column, v int64) {
	if v > 0 {
		c.AddInt(v)
	} else {
		c.AddNull()
	}
}

type careerReader struct {
	*texts
	memo memo[careerResult]
}

type careerResult struct {
	parse.Career
	ok bool
}

func (r *careerReader) read(m *mapper, f *field) {
	least, most, entry := &m.out.Columns[f.at], &m.out.Columns[f.at+1], &m.out.Columns[f.at+2]
	counts := m.readings(f)
	for i := range m.rows {
		text, ok := r.first(m, f, i)
		if !ok {
			m.none(f, 3)
			continue
		}
		v := r.memo.get(text, func(s string) careerResult {
			c, ok := parse.ReadCareer(s)
			return careerResult{c, ok}
		})
		m.text(f, text)
		if !v.ok {
			m.unread(f, text)
			least.AddNull()
			most.AddNull()
			entry.AddNull()
			continue
		}
		counts.read++
		addMonths(least, v.Min)
		addMonths(most, v.Max)
		entry.AddBool(v.Entry)
	}
}

func addMonths(c *table.Column, v int) {
	if v != snapshot.Unset {
		c.AddInt(int64(v))
	} else {
		c.AddNull()
	}
}

type regionReader struct {
	*texts
	memo memo[regionResult]
}

type regionResult struct {
	parse.Region
	ok bool
}

func (r *regionReader) read(m *mapper, f *field) {
	code, scope := &m.out.Columns[f.at], &m.out.Columns[f.at+1]
	counts := m.readings(f)
	for i := range m.rows {
		text, ok := r.first(m, f, i)
		if !ok {
			m.none(f, 2)
			continue
		}
		v := r.memo.get(text, func(s string) regionResult {
			region, ok := m.regions.Read(s)
			return regionResult{region, ok}
		})
		if v.ok {
			counts.read++
		} else {
			m.unread(f, text)
		}
		if v.Code == "" {
			code.AddNull()
		} else {
			code.AddString(v.Code)
		}
		addPositive(scope, int64(v.Scope))
		m.text(f, text)
	}
}

type personReader struct {
	groups [][]string
	room   []int64
}

func (r *personReader) read(m *mapper, f *field) {
	out := &m.out.Columns[f.at]
	for _, row := range m.rows {
		m.now = row
		r.groups = r.groups[:0]
		for _, token := range f.value.Hash {
			var values []string
			for _, c := range strings.Split(token, personJoin) {
				values = append(values, m.lookup(c))
			}
			r.groups = append(r.groups, values)
		}
		r.room = m.hasher.tokens(r.room[:0], r.groups)
		out.AddInts(r.room...)
	}
}
