package catalogue

import (
	"strings"

	"ieum/internal/catalogue/parse"
	"ieum/internal/platform/table"
	"ieum/internal/snapshot"
)

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
	memo   memo[regionResult]
	titles memo[headed] // what the headings name
}

type regionResult struct {
	parse.Region
	ok bool
}

// headed is the place a heading names, and whether it says that the work is there.
type headed struct {
	parse.Region
	told bool
}

func (r *regionReader) read(m *mapper, f *field) {
	code, scope := &m.out.Columns[f.at], &m.out.Columns[f.at+1]
	counts := m.readings(f)
	for i := range m.rows {
		text, ok := r.first(m, f, i)
		var v regionResult
		if ok {
			v = r.memo.get(text, func(s string) regionResult {
				region, ok := m.regions.Read(s)
				return regionResult{region, ok}
			})
			if v.ok {
				counts.read++
			} else {
				m.unread(f, text)
			}
		}
		v.Region = r.headed(m, f, i, v.Region)
		if v.Code == "" {
			code.AddNull()
		} else {
			code.AddString(v.Code)
		}
		addPositive(scope, int64(v.Scope))
		if ok {
			m.text(f, text)
		} else {
			m.noText(f)
		}
	}
}

// headed returns the place of row i with what the heading adds that the mapping
// names: the place where the source gives none, the district within the province
// that it gives, and another province when the heading says that the work is
// there, for a province alone is often that of the employer's seat.
func (r *regionReader) headed(m *mapper, f *field, i int, given parse.Region) parse.Region {
	if len(f.value.Code) == 0 || given.Scope != parse.Placed || len(given.Code) > 2 {
		return given
	}
	title := m.capturedText(f.value.Code[0], i)
	if title == "" {
		return given
	}
	h := r.titles.get(title, func(s string) headed {
		place, told, _ := m.regions.Heading(s)
		return headed{place, told}
	})
	if h.Code != "" && (h.told && !strings.HasPrefix(given.Code, h.Code) || strings.HasPrefix(h.Code, given.Code)) {
		return h.Region
	}
	return given
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
