package master

import (
	"cmp"
	"slices"
)

// Sorts of tokens. Who is one that hardly two people share, such as name and
// date of birth; the others are ways to reach somebody, which households and
// agencies share and which people change.
const (
	TokenWho = iota
	TokenReach
	TokenReach2
	TokenReach3
	tokenSorts
)

// Token puts the sort of a keyed hash into its lowest bits.
func Token(sort int, hash uint64) uint64 { return hash&^7 | uint64(min(sort, tokenSorts-1)) }

// People are the rows that speak of a person, without saying who it is.
type People struct {
	Off       []uint32 // tokens of row i are Tokens[Off[i]:Off[i+1]]
	Tokens    []uint64 // made by Token; at most one of a sort in a row
	Sex       []uint8  // any numbering; 0 unknown
	BirthYear []uint16
	Region    []uint32 // region code as a number
	Education []uint8
	Known     []uint32 // by row, if any: rows of one number above 0 were found to be one person before
}

// Persons finds the rows that are of one person: two identifying tokens agree,
// or one does and what else is known agrees well enough. A token that people of
// many birth years bear (an agency's telephone) says nothing. Nobody of another
// sex or birth year gets into a cluster by way of a third row.
func Persons(p *People, apart [][2]uint32) Result {
	m := &persons{People: p, forest: newForest(len(p.Sex), apart)}
	m.sex = slices.Clone(p.Sex)
	m.born = slices.Clone(p.BirthYear)
	m.who = make([]uint64, len(p.Sex))
	for i := range m.who {
		m.who[i] = m.token(uint32(i), TokenWho)
	}
	m.shared = make([]bool, len(p.Tokens))
	m.eachGroup(m.markShared)
	var found []Merge
	m.eachGroup(func(g []bearer) { found = m.pairs(found, g) })
	strongestFirst(found)
	for _, f := range found {
		m.join(f)
	}
	m.remember()
	return m.forest.result(m.merges)
}

// remember joins the rows that are known to be one person, whose tokens may be
// known no more; the last first, for the first are those that came anew.
func (m *persons) remember() {
	of := map[uint32][]uint32{} // rows of a number that may not be one, mostly one
	for row, number := range slices.Backward(m.Known) {
		one := func(other uint32) bool { return m.unite(other, uint32(row)) }
		if number != 0 && !slices.ContainsFunc(of[number], one) {
			of[number] = append(of[number], uint32(row))
		}
	}
}

type persons struct {
	*People
	forest *forest
	shared []bool   // by position in Tokens: too many people bear it
	sex    []uint8  // of the cluster, by root
	born   []uint16 // of the cluster, by root
	who    []uint64 // a Who token of the cluster, by root
	merges []Merge
}

// A bearer is a row and the position of the token it was found by.
type bearer struct {
	token uint64
	row   uint32
	at    uint32
}

// eachGroup calls f for the rows of each token that several bear, in order of
// tokens; it sorts a few million at a time.
func (m *persons) eachGroup(f func(g []bearer)) {
	const batch = 4 << 20
	parts := uint64(len(m.Tokens)/batch + 1)
	var list []bearer
	for part := range parts {
		list = list[:0]
		for row := range uint32(len(m.Sex)) {
			for at := m.Off[row]; at < m.Off[row+1]; at++ {
				if t := m.Tokens[at]; parts == 1 || t>>32%parts == part {
					list = append(list, bearer{t, row, at})
				}
			}
		}
		slices.SortFunc(list, func(a, b bearer) int { return cmp.Or(cmp.Compare(a.token, b.token), cmp.Compare(a.row, b.row)) })
		for g := list; len(g) > 0; {
			end := 1
			for end < len(g) && g[end].token == g[0].token {
				end++
			}
			if end > 1 {
				f(g[:end])
			}
			g = g[end:]
		}
	}
}

const (
	household = 4  // birth years beyond which a token is an agency's, not a family's
	wholeTest = 40 // bearers of a token that are all compared with each other
	neighbour = 6  // else so many neighbours
)

// markShared finds tokens that people of many birth years bear.
func (m *persons) markShared(g []bearer) {
	var years [household + 1]uint16
	n := 0
	for _, b := range g {
		y := m.BirthYear[b.row]
		if y != 0 && !slices.Contains(years[:n], y) {
			years[n] = y
			if n++; n > household {
				break
			}
		}
	}
	if n > household || n == 0 && len(g) > wholeTest {
		for _, b := range g {
			m.shared[b.at] = true
		}
	}
}

func (m *persons) pairs(found []Merge, g []bearer) []Merge {
	if m.shared[g[0].at] {
		return found
	}
	width := len(g)
	if width > wholeTest {
		width = neighbour
		slices.SortFunc(g, func(a, b bearer) int {
			return cmp.Or(cmp.Compare(m.BirthYear[a.row], m.BirthYear[b.row]), cmp.Compare(m.Sex[a.row], m.Sex[b.row]),
				cmp.Compare(m.who[a.row], m.who[b.row]), cmp.Compare(a.row, b.row))
		})
	}
	for i := range g {
		for j := i + 1; j < min(len(g), i+1+width); j++ {
			if f, ok := m.judge(min(g[i].row, g[j].row), max(g[i].row, g[j].row), g[i].token); ok {
				found = append(found, f)
			}
		}
	}
	return found
}

func (m *persons) token(row uint32, sort int) uint64 {
	for _, t := range m.Tokens[m.Off[row]:m.Off[row+1]] {
		if t&7 == uint64(sort) {
			return t
		}
	}
	return 0
}

// judge decides on two rows that share a token. A pair that shares several is
// judged only for the least of them.
func (m *persons) judge(a, b uint32, by uint64) (f Merge, ok bool) {
	f = Merge{A: a, B: b}
	agree, differ := 0, 0
	for at := m.Off[a]; at < m.Off[a+1]; at++ {
		t := m.Tokens[at]
		other := m.token(b, int(t&7))
		switch {
		case other == 0 || m.shared[at]:
		case other != t:
			differ++
		case t < by:
			return f, false
		default:
			agree++
			f.Agreed |= OnToken1 << (t & 7)
		}
	}
	who, whoKnown := f.Agreed&OnToken1 != 0, m.who[a] != 0 && m.who[b] != 0
	points, facts := m.facts(a, b, agree)
	f.Agreed |= facts
	switch {
	case agree >= 2:
		f.Rule = ByTokens
		points += 6
	case who:
		f.Rule = ByToken
		points += 3.5 - 0.5*float64(differ) // people move and change telephones, and keep name and birthday
	case whoKnown: // the same telephone, another name: a slip, if all else agrees
		f.Rule = ByToken
		points += 1.5 - 0.5*float64(differ-1)
	default:
		f.Rule = ByToken
		points += 2 - float64(differ)
	}
	f.Score = float32(min(1, points/10))
	return f, points >= 4
}

// facts weighs what is known beside the tokens.
func (m *persons) facts(a, b uint32, agree int) (points float64, on Agreed) {
	if x, y := m.Sex[a], m.Sex[b]; x != 0 && y != 0 {
		if x != y {
			return -10, 0
		}
		points, on = points+0.5, on|OnSex
	}
	if x, y := m.BirthYear[a], m.BirthYear[b]; x != 0 && y != 0 {
		if x != y {
			return -10, 0
		}
		points, on = points+1, on|OnBirthYear
	}
	switch near(m.Region[a], m.Region[b]) {
	case same:
		points, on = points+1, on|OnRegion
	case beside:
		points -= 0.3
	case differs:
		points--
	}
	if x, y := m.Education[a], m.Education[b]; x != 0 && y != 0 {
		if x == y {
			points, on = points+0.5, on|OnEducation
		} else {
			points -= 0.3
		}
	}
	return points, on
}

// join merges two clusters unless they are of two sexes or birth years, or two
// names are joined by one token only.
func (m *persons) join(f Merge) {
	named := m.token(f.A, TokenWho) != 0 && m.token(f.B, TokenWho) != 0
	if f.Rule == ByToken && !named && conflict(m.who[m.forest.find(f.A)], m.who[m.forest.find(f.B)]) {
		return
	}
	if m.unite(f.A, f.B) {
		m.merges = append(m.merges, f)
	}
}

// unite makes one cluster of those of two rows, if they may be one person.
func (m *persons) unite(a, b uint32) bool {
	a, b = m.forest.find(a), m.forest.find(b)
	if conflict(m.sex[a], m.sex[b]) || conflict(m.born[a], m.born[b]) || !m.forest.join(a, b) {
		return false
	}
	root := min(a, b)
	m.sex[root], m.born[root] = max(m.sex[a], m.sex[b]), max(m.born[a], m.born[b])
	m.who[root] = cmp.Or(m.who[a], m.who[b])
	return true
}

// conflict reports whether both are known and differ.
func conflict[T comparable](x, y T) bool {
	var zero T
	return x != zero && y != zero && x != y
}
