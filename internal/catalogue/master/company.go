package master

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Company is one way in which an employer is written in the sources: give
// each distinct combination once.
type Company struct {
	Name     string
	Number   string // business registration number in any form, "" when not given
	Region   uint32 // region code as a number, 11 or 11680; 0 unknown
	Industry uint16 // any numbering; 0 unknown
	Rows     int    // how many source rows are written so
}

// Companies finds which mentions are one employer. One number is one company,
// whatever the name, and two numbers are two, whatever the names. Pairs in
// apart (rows of in) are never put together.
func Companies(in []Company, apart [][2]uint32) Result {
	m := &companies{in: in, forest: newForest(len(in), apart)}
	m.read()
	m.byNumber()
	m.bySame(ByName, func(i uint32) string { return m.names[i].Key })
	m.bySame(BySpelling, func(i uint32) string { return m.names[i].Spelled })
	m.byAlias()
	m.byNearName()
	return m.forest.result(m.merges)
}

type companies struct {
	in     []Company
	names  []Name
	number []string // of the cluster, by root
	forest *forest
	merges []Merge
}

func (m *companies) read() {
	m.names = make([]Name, len(m.in))
	m.number = make([]string, len(m.in))
	parallel(len(m.in), 256, func(i int) {
		m.names[i] = ParseName(m.in[i].Name)
		m.number[i] = CleanNumber(m.in[i].Number)
	})
}

// CleanNumber returns the ten digits of a business registration number, written
// with whatever between them and also in full width, or "" when it is none: too short or long, or of one digit, as forms are filled to
// get past them. Check digits are not asked for: a number with a slip in it
// still names one company.
func CleanNumber(s string) string {
	d := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		}
		return -1
	}, s)
	if len(d) != 10 || strings.Count(d, d[:1]) == 10 || d == "1234567890" || d == "0123456789" {
		return ""
	}
	return d
}

// join merges the clusters of a and b unless their numbers differ.
func (m *companies) join(a, b uint32, rule Rule, score float32) bool {
	x, y := m.forest.find(a), m.forest.find(b)
	nx, ny := m.number[x], m.number[y]
	if nx != "" && ny != "" && nx != ny || !m.forest.join(x, y) {
		return false
	}
	if nx == "" {
		nx = ny
	}
	m.number[min(x, y)] = nx
	m.merges = append(m.merges, Merge{min(a, b), max(a, b), rule, m.agreed(a, b), score})
	return true
}

func (m *companies) agreed(a, b uint32) (out Agreed) {
	x, y := m.in[a], m.in[b]
	if n := CleanNumber(x.Number); n != "" && n == CleanNumber(y.Number) {
		out |= OnNumber
	}
	if m.names[a].Key == m.names[b].Key {
		out |= OnCompany
	}
	if near(x.Region, y.Region) == same {
		out |= OnRegion
	}
	if x.Industry != 0 && x.Industry == y.Industry {
		out |= OnIndustry
	}
	return out
}

// groups calls f for the rows that have the same text, in order of the text.
func groups(n int, text func(uint32) string, f func(rows []uint32)) {
	rows := make([]uint32, 0, n)
	for i := range uint32(n) {
		if text(i) != "" {
			rows = append(rows, i)
		}
	}
	slices.SortFunc(rows, func(a, b uint32) int {
		return cmp.Or(strings.Compare(text(a), text(b)), cmp.Compare(a, b))
	})
	for len(rows) > 0 {
		end := 1
		for end < len(rows) && text(rows[end]) == text(rows[0]) {
			end++
		}
		f(rows[:end])
		rows = rows[end:]
	}
}

func (m *companies) byNumber() {
	groups(len(m.in), func(i uint32) string { return m.number[i] }, func(rows []uint32) {
		for _, r := range rows[1:] {
			m.join(rows[0], r, ByNumber, 1)
		}
	})
}

// bySame joins rows of the same text. Where that text belongs to companies of
// several numbers, a row without one goes to the company it is nearest to, and
// if there is none such stays with its like of the same province.
func (m *companies) bySame(rule Rule, text func(uint32) string) {
	groups(len(m.in), text, func(rows []uint32) {
		var owners []string
		for _, r := range rows {
			if n := m.number[m.forest.find(r)]; n != "" && !slices.Contains(owners, n) {
				owners = append(owners, n)
			}
		}
		if len(owners) <= 1 {
			for _, r := range rows[1:] {
				m.join(rows[0], r, rule, 1)
			}
			return
		}
		m.divide(rule, rows)
	})
}

// divide shares out the rows of a name that several companies bear.
func (m *companies) divide(rule Rule, rows []uint32) {
	var numbered, rest []uint32
	for _, r := range rows {
		if m.number[m.forest.find(r)] != "" {
			numbered = append(numbered, r)
		} else {
			rest = append(rest, r)
		}
	}
	provinces := map[uint32]uint32{}
	for _, r := range rest {
		if to, ok := m.nearest(r, numbered); ok {
			m.join(to, r, rule, 0.8)
			continue
		}
		p := province(m.in[r].Region)
		if first, ok := provinces[p]; ok {
			m.join(first, r, rule, 0.8)
		} else {
			provinces[p] = r
		}
	}
}

// nearest returns the one company among rows that agrees best with r on region
// and industry; not ok when two do equally well or none does.
func (m *companies) nearest(r uint32, rows []uint32) (to uint32, ok bool) {
	best := 0
	for _, c := range rows {
		points := 0
		switch a, b := m.in[r].Region, m.in[c].Region; near(a, b) {
		case same:
			points += 2
			if a == b && a > 99 {
				points++
			}
		case differs:
			points -= 2
		}
		if i := m.in[r].Industry; i != 0 && i == m.in[c].Industry {
			points++
		}
		switch {
		case points > best:
			best, to, ok = points, c, true
		case points == best && ok && m.forest.find(c) != m.forest.find(to):
			ok = false
		}
	}
	return to, ok
}

// byAlias joins a company to the one that is called what stands in its
// brackets, when only these two lay claim to the name and it is a translation
// or they agree on where they are.
func (m *companies) byAlias() {
	claims := map[string][]uint32{} // alias → rows, of different clusters
	for i := range uint32(len(m.in)) {
		for _, a := range m.names[i].Aliases {
			for _, a := range []string{a, spell(a)} {
				if !slices.ContainsFunc(claims[a], func(x uint32) bool { return m.forest.find(x) == m.forest.find(i) }) {
					claims[a] = append(claims[a], i)
				}
			}
		}
	}
	for _, text := range []func(uint32) string{
		func(i uint32) string { return m.names[i].Key },
		func(i uint32) string { return m.names[i].Spelled },
	} {
		groups(len(m.in), text, func(rows []uint32) {
			for _, c := range m.distinct(claims[text(rows[0])]) {
				if len(m.distinct(rows)) == 1 && len(m.distinct(claims[text(rows[0])])) == 1 && m.aliasHolds(c, rows[0]) {
					m.join(c, rows[0], ByAlias, 0.9)
				}
			}
		})
	}
}

// distinct keeps one row of each cluster.
func (m *companies) distinct(rows []uint32) (out []uint32) {
	for _, r := range rows {
		if !slices.ContainsFunc(out, func(x uint32) bool { return m.forest.find(x) == m.forest.find(r) }) {
			out = append(out, r)
		}
	}
	return out
}

func (m *companies) aliasHolds(claimer, bearer uint32) bool {
	a, b := m.names[claimer].Key, m.names[bearer].Key
	if utf8.RuneCountInString(b) < 2 {
		return false
	}
	place := near(m.in[claimer].Region, m.in[bearer].Region)
	return hangul(a) != hangul(b) && len(b) > 2 || place == same
}

func hangul(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0xAC00 && r <= 0xD7A3 }) >= 0
}

// A place says how two regions stand to each other.
type place int

const (
	unknown place = iota
	same          // equal, or one lies in the other
	beside        // districts of one province
	differs       // provinces differ
)

func province(r uint32) uint32 {
	for r > 99 {
		r /= 10
	}
	return r
}

// covers reports whether b is a or lies in it: a province (two digits) covers
// its districts, a city with wards (five digits, the last 0) its wards.
func covers(a, b uint32) bool {
	return a == b || a == province(b) || a > 99 && a%10 == 0 && a/10 == b/10
}

func near(a, b uint32) place {
	switch {
	case a == 0 || b == 0:
		return unknown
	case covers(a, b) || covers(b, a):
		return same
	case province(a) == province(b):
		return beside
	}
	return differs
}
