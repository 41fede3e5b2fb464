package catalogue

import (
	"strconv"
	"strings"

	"ieum"
	"ieum/internal/catalogue/parse"
	"ieum/internal/platform/table"
)

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
