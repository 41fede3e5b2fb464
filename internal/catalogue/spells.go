package catalogue

import (
	"encoding/json"
	"strconv"
	"strings"

	"ieum/defs"
	"ieum/internal/catalogue/parse"
	"ieum/internal/snapshot"
)

// A spell is one spell of work as a source gives it, each member as text.
type spell struct{ title, occupation, start, end, pay string }

// member returns where a member of a name is kept, nil if it is none of them.
func (s *spell) member(name string) *string {
	switch name {
	case "title":
		return &s.title
	case "occupation":
		return &s.occupation
	case "start":
		return &s.start
	case "end":
		return &s.end
	case "pay":
		return &s.pay
	}
	return nil
}

// A spellsReader reads spells of work: a JSON list of objects with the members
// above, titles alone, or the leaves of a Parquet list.
type spellsReader struct {
	*texts
	list   *defs.CodeList
	codes  memo[codeResult]
	titles memo[codeResult]
	room   []spell
}

func (r *spellsReader) read(m *mapper, f *field) {
	counts := m.readings(f)
	for i := range m.rows {
		r.room = r.room[:0]
		r.gather(m, f, i)
		for _, s := range r.room {
			r.add(m, f, s)
			counts.read++
		}
		for at := f.at; at < f.at+6; at++ {
			m.out.Columns[at].AddNull() // ends the row
		}
	}
}

// gather puts the spells of a row into room.
func (r *spellsReader) gather(m *mapper, f *field, i int) {
	row := m.rows[i]
	if f.parts != nil {
		r.fromLeaves(m, f, row)
		return
	}
	if f.from >= 0 && f.join < 0 && f.value.Split == "" && len(f.value.Words) == 0 && !m.raw.Columns[f.from].List {
		text := strings.TrimSpace(m.cell(f.from, row))
		if text == "" {
			return
		}
		var ok bool
		if r.room, ok = parseSpells(text, r.room); ok {
			return
		}
		r.room = r.room[:0]
	}
	for _, text := range r.all(m, f, i) {
		var ok bool
		if r.room, ok = parseSpells(text, r.room); !ok {
			r.room = append(r.room, spell{title: text})
		}
	}
}

// fromLeaves reads the columns of a Parquet list of structs.
func (r *spellsReader) fromLeaves(m *mapper, f *field, row int) {
	for k, at := range f.parts {
		if at < 0 {
			continue
		}
		for n, text := range m.raw.Columns[at].Elements(row) {
			if n == len(r.room) {
				r.room = append(r.room, spell{})
			}
			*r.room[n].member(spellParts[k]) = text
		}
	}
}

// add appends a spell to the columns of the field.
func (r *spellsReader) add(m *mapper, f *field, s spell) {
	code := r.codes.get(s.occupation, func(text string) codeResult {
		found, _ := parse.ReadCode(r.list, text)
		return codeResult{found, 100}
	})
	if code.code == "" && s.title != "" && m.coder != nil {
		code = r.titles.get(s.title, func(title string) codeResult { return ask(m.coder, title, "") })
	}
	if code.code == "" {
		code.p = 0
	}
	out := m.out.Columns[f.at : f.at+6]
	out[0].Strings = append(out[0].Strings, m.scrubLine(s.title))
	out[1].Strings = append(out[1].Strings, code.code)
	for k, v := range [...]int64{code.p, month(s.start), month(s.end), spellPay(s.pay, payUnit(f.value))} {
		out[2+k].Ints = append(out[2+k].Ints, v)
	}
}

// month reads a month such as 2019-03, 201903 or 2019.3.1 and returns it
// counted from 1970-01; snapshot.Unset when it is none.
func month(s string) int64 {
	number := func(from, to int) int64 {
		n, err := strconv.ParseInt(s[from:min(to, len(s))], 10, 64)
		if err != nil {
			return -1
		}
		return n
	}
	if len(s) < 6 {
		return snapshot.Unset
	}
	year, mon := number(0, 4), int64(-1)
	switch c := s[4]; {
	case len(s) == 6 || len(s) == 8 && s[4] <= '9' && s[4] >= '0':
		if mon = number(4, 6); c == '-' || c == '.' || c == '/' {
			mon = number(5, 6)
		}
	case c == '-' || c == '.' || c == '/':
		if mon = number(5, 7); mon < 0 {
			mon = number(5, 6)
		}
	}
	if year < 1970 || year > 2200 || mon < 1 || mon > 12 {
		return snapshot.Unset
	}
	return (year-1970)*12 + mon - 1
}

// spellPay reads pay in won a year; 0 when it is not stated.
func spellPay(s string, unit parse.PayUnit) int64 {
	if s == "" {
		return 0
	}
	if unit.Basis == snapshot.PayUnknown {
		unit.Basis = snapshot.PayAnnual
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && unit.Won <= 1 && unit.Basis == snapshot.PayAnnual { // the plain form
		if n >= parse.PayLeast && n < parse.PayMost {
			return n
		}
		return 0
	}
	pay, _ := parse.ReadPay(s, unit)
	return max(pay.Min, pay.Max)
}

// parseSpells appends the spells of a JSON object or list of objects. It reads
// the plain form at once and leaves all else to encoding/json.
func parseSpells(s string, out []spell) ([]spell, bool) {
	if s == "" || s[0] != '[' && s[0] != '{' {
		return out, false
	}
	before := len(out)
	p := spellParser{s: s}
	if out, ok := p.list(out); ok {
		return out, true
	}
	out = out[:before]
	if s[0] == '{' {
		s = "[" + s + "]"
	}
	var list []map[string]any
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	if d.Decode(&list) != nil {
		return out, false
	}
	for _, o := range list {
		var sp spell
		for name, v := range o {
			to := sp.member(name)
			switch v := v.(type) {
			case string:
				if to != nil {
					*to = v
				}
			case json.Number:
				if to != nil {
					*to = v.String()
				}
			}
		}
		out = append(out, sp)
	}
	return out, true
}

// A spellParser reads lists of objects whose members are texts without
// escapes, numbers or null.
type spellParser struct {
	s string
	i int
}

func (p *spellParser) skip(c byte) bool {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\n' || p.s[p.i] == '\t' || p.s[p.i] == '\r') {
		p.i++
	}
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *spellParser) end() bool { p.skip(0); return p.i == len(p.s) }

func (p *spellParser) list(out []spell) ([]spell, bool) {
	if !p.skip('[') {
		s, ok := p.object()
		return append(out, s), ok && p.end()
	}
	if p.skip(']') {
		return out, p.end()
	}
	for {
		s, ok := p.object()
		if !ok {
			return out, false
		}
		out = append(out, s)
		if p.skip(']') {
			return out, p.end()
		}
		if !p.skip(',') {
			return out, false
		}
	}
}

func (p *spellParser) object() (s spell, ok bool) {
	if !p.skip('{') {
		return s, false
	}
	if p.skip('}') {
		return s, true
	}
	for {
		name, ok := p.text()
		if !ok || !p.skip(':') {
			return s, false
		}
		value, ok := p.value()
		if !ok {
			return s, false
		}
		if to := s.member(name); to != nil {
			*to = value
		}
		if p.skip('}') {
			return s, true
		}
		if !p.skip(',') {
			return s, false
		}
	}
}

// text reads a string without escapes.
func (p *spellParser) text() (string, bool) {
	if !p.skip('"') {
		return "", false
	}
	end := strings.IndexByte(p.s[p.i:], '"')
	if end < 0 || strings.IndexByte(p.s[p.i:p.i+end], '\\') >= 0 {
		return "", false
	}
	text := p.s[p.i : p.i+end]
	p.i += end + 1
	return text, true
}

func (p *spellParser) value() (string, bool) {
	p.skip(0)
	if p.i < len(p.s) && p.s[p.i] == '"' {
		return p.text()
	}
	from := p.i
	for p.i < len(p.s) && (p.s[p.i] >= '0' && p.s[p.i] <= '9' || p.s[p.i] == '-' || p.s[p.i] == '.') {
		p.i++
	}
	if p.i > from {
		return p.s[from:p.i], true
	}
	if strings.HasPrefix(p.s[p.i:], "null") {
		p.i += 4
		return "", true
	}
	return "", false
}
