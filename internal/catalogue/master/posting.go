package master

import (
	"cmp"
	"slices"
)

// Facts are what is known of a posting beside its text; 0 is not known.
type Facts struct {
	Company    uint32 // number of the employer after mastering, from 1
	Region     uint32 // region code as a number, 11 or 11680
	Opened     int32  // ieum.Day
	Deadline   int32
	Closed     int32
	PayMin     uint32 // won a year
	PayMax     uint32
	CareerMin  uint16 // months; NoMonths when not stated
	CareerMax  uint16
	Occupation uint16 // KECO unit group as a number, 1110
	Openings   uint16
	Employment uint8
	Education  uint8
	Guessed    bool // the occupation is the coder's
}

// NoMonths marks a career that is not stated.
const NoMonths = 0xFFFF

// Postings are the postings to be mastered. Prints come from Readers whose
// Counts were put together; Title and Names are called often, Bodies seldom.
type Postings struct {
	Prints []Print
	Facts  []Facts
	Counts *Counts
	Title  func(row uint32) string
	Names  func(company uint32) []string // an employer's names (Name.All); none for 0
	// Numbered says whether an employer's registration number is known: two that
	// have one are two. Nil where none has.
	Numbered func(company uint32) bool
	// Bodies calls f for each of rows, which rise, in any order. The bytes are
	// valid during the call only; f may be called from several goroutines.
	Bodies func(rows []uint32, f func(row uint32, body []byte)) error
	Apart  [][2]uint32 // rows that must not be merged
	// Batch is the number of bodies compared at one time, each about three
	// kilobytes with its words; 0 means 50,000.
	Batch int
}

// MatchPostings finds the postings that are one: exact copies, near copies from
// other sources, and those posted again later. Only postings of one employer
// are compared, or such as have the same title or nearly the same body.
func MatchPostings(p *Postings) (Result, error) {
	m := newMatcher(p)
	m.fillNames()
	reps := m.exact()
	pairs := m.candidates(reps)
	found, err := m.verify(pairs)
	if err != nil {
		return Result{}, err
	}
	strongestFirst(found)
	for _, f := range found {
		m.join(f)
	}
	return m.forest.result(m.merges), nil
}

type matcher struct {
	*Postings
	most   int          // Batch
	names  [][]nameForm // by employer
	forest *forest
	region []uint32 // of the cluster, by root: the narrowest that is known
	merges []Merge
}

func newMatcher(p *Postings) *matcher {
	m := &matcher{Postings: p, most: cmp.Or(p.Batch, 50_000), forest: newForest(len(p.Prints), p.Apart)}
	m.region = make([]uint32, len(p.Facts))
	for i := range m.region {
		m.region[i] = p.Facts[i].Region
	}
	return m
}

// inOrder sorts pairs by employer.
func (m *matcher) inOrder(a, b [2]uint32) int {
	return cmp.Or(cmp.Compare(m.employer(a), m.employer(b)), cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
}

// join merges two clusters unless that would bring together two districts by
// way of a posting that states only the province, or two roles.
func (m *matcher) join(f Merge) {
	a, b := m.forest.find(f.A), m.forest.find(f.B)
	ra, rb := m.region[a], m.region[b]
	if n := near(ra, rb); n == beside || n == differs {
		return
	}
	if (a != f.A && a != f.B || b != f.A && b != f.B) && !m.coherent(a, b) {
		return
	}
	if m.forest.join(a, b) {
		m.region[min(a, b)] = max(ra, rb) // a district's code is the larger number
		m.merges = append(m.merges, f)
	}
}

// coherent reports whether the first rows of two clusters may be one by their
// titles: a chain of small steps must not lead from one role to another.
func (m *matcher) coherent(a, b uint32) bool {
	if m.Prints[a].Title == m.Prints[b].Title {
		return true
	}
	var t pairText
	x, y := m.titled(a).compared(m.titled(b))
	telling(m.Counts.titleInfo).titles(&t, x, y)
	gradeOther, _, rankOther := grades(gradeOf(m.Title(a)), gradeOf(m.Title(b)))
	return t.other < 20 && gradeOther+rankOther == 0 && !particularsOf(m.Title(a)).apart(particularsOf(m.Title(b)))
}

// exact merges postings of the same employer, title, body and district, and
// returns one row of each such group, in order.
func (m *matcher) exact() []uint32 {
	type entry struct {
		exact           uint64
		company, region uint32
		opened          int32
		row             uint32
	}
	list := make([]entry, len(m.Prints))
	for i := range list {
		f := &m.Facts[i]
		list[i] = entry{m.Prints[i].Exact, f.Company, f.Region, f.Opened, uint32(i)}
	}
	slices.SortFunc(list, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.exact, b.exact), cmp.Compare(a.company, b.company), cmp.Compare(a.region, b.region),
			cmp.Compare(a.opened, b.opened), cmp.Compare(a.row, b.row))
	})
	var reps, rows []uint32
	for len(list) > 0 {
		rows = rows[:0]
		for _, e := range list {
			if e.exact != list[0].exact || e.company != list[0].company || e.region != list[0].region {
				break
			}
			rows = append(rows, e.row)
		}
		reps = append(reps, rows[0])
		for i := 1; i < len(rows); i++ {
			m.sameText(rows[:i], rows[i])
		}
		list = list[len(rows):]
	}
	slices.Sort(reps)
	return reps
}

// sameText merges row with an earlier one of the same text, if the text tells
// enough: of an unknown employer, or without a body, facts must agree too.
func (m *matcher) sameText(earlier []uint32, row uint32) {
	title := m.title(row)
	told := telling(m.Counts.titleInfo).info(title, 0, len(title))
	for i := len(earlier) - 1; i >= max(0, len(earlier)-8); i-- {
		first := earlier[i]
		text := pairText{title: 1, titleBits: told, hasBody: m.Prints[row].Length >= shortBody}
		text.gradeOther, text.gradeMore, text.rankOther = grades(gradeOf(m.Title(first)), gradeOf(m.Title(row)))
		text.particularOther = b2f(particularsOf(m.Title(first)).apart(particularsOf(m.Title(row))))
		text.body.both, text.body.within = 1, 1
		text.item, text.figure = text.body, text.body
		t := m.judge(first, row, text)
		if t.points < threshold {
			continue
		}
		if t.Rule != ByRepost {
			t.Rule = ByText
		}
		t.Score = 1
		m.join(t.Merge)
		return
	}
}

// candidates returns the pairs worth comparing, each once, in order of employer.
func (m *matcher) candidates(reps []uint32) [][2]uint32 {
	sorted := slices.Clone(reps)
	slices.SortFunc(sorted, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(m.Facts[a].Company, m.Facts[b].Company), cmp.Compare(a, b))
	})
	var blocks [][]uint32
	for rest := sorted; len(rest) > 0; {
		end := 1
		for end < len(rest) && m.Facts[rest[end]].Company == m.Facts[rest[0]].Company {
			end++
		}
		if end > 1 && m.Facts[rest[0]].Company != 0 { // an unknown employer is no block
			blocks = append(blocks, rest[:end])
		}
		rest = rest[end:]
	}
	within := make([][][2]uint32, len(blocks))
	parallel(len(blocks), 16, func(i int) { within[i] = m.withinBlock(blocks[i]) })
	pairs := m.buckets(reps, acrossBucket, true)
	for _, w := range within {
		pairs = append(pairs, w...)
	}
	slices.SortFunc(pairs, m.inOrder)
	return slices.Compact(pairs)
}

// withinBlock considers the postings of one employer.
func (m *matcher) withinBlock(block []uint32) (pairs [][2]uint32) {
	if n := len(block); n > wholeBlock {
		return m.buckets(block, max(4, min(wholeBlock/4, blockPairs/((1+bands)*n))), false)
	}
	for i := range block {
		for j := range i {
			pairs = m.consider(pairs, block[j], block[i])
		}
	}
	return pairs
}

const (
	wholeBlock   = 1200 // postings of one employer that are all compared with each other
	blockPairs   = 2e6  // pairs of one larger employer that are looked at, or 36 a posting
	acrossBucket = 40   // neighbours compared in a bucket of several employers
	bands        = 8
)

// A bucketed is a row with the key of a bucket it is in.
type bucketed struct {
	key    uint64
	region uint32
	opened int32
	row    uint32
}

// buckets considers pairs of rows that have the same title or the same part of
// the sketch (so that nine of ten pairs with Jaccard 0.8 meet in one), up to
// width neighbours in order of region and opening; if across, only those of
// two employers or of an unknown one.
func (m *matcher) buckets(rows []uint32, width int, across bool) (pairs [][2]uint32) {
	var found [1 + bands][][2]uint32
	parallel(len(found), 1, func(i int) { found[i] = m.bucket(rows, i-1, width, across) })
	return slices.Concat(found[:]...)
}

func (m *matcher) bucket(rows []uint32, band, width int, across bool) (pairs [][2]uint32) {
	list := make([]bucketed, 0, len(rows))
	for _, r := range rows {
		if key, ok := m.bucketKey(r, band); ok {
			list = append(list, bucketed{key, m.Facts[r].Region, m.Facts[r].Opened, r})
		}
	}
	slices.SortFunc(list, func(a, b bucketed) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.region, b.region), cmp.Compare(a.opened, b.opened), cmp.Compare(a.row, b.row))
	})
	for i := range list {
		for j := i + 1; j < min(len(list), i+1+width) && list[j].key == list[i].key; j++ {
			a, b := list[i].row, list[j].row
			if c := m.Facts[a].Company; !across || c == 0 || c != m.Facts[b].Company {
				pairs = m.consider(pairs, min(a, b), max(a, b))
			}
		}
	}
	return pairs
}

func (m *matcher) bucketKey(row uint32, band int) (key uint64, ok bool) {
	p, province := &m.Prints[row], uint64(province(m.Facts[row].Region))
	if band < 0 {
		return p.Title ^ province<<56, true
	}
	if p.Length < shortBody {
		return 0, false
	}
	n := sketchBins / bands
	for _, v := range p.Sketch[band*n : (band+1)*n] {
		key = key<<8 | uint64(v)
	}
	return key | province<<56, true
}

// consider adds a pair if what is cheap to see does not rule it out: the facts,
// and the texts as alike as their prints allow.
func (m *matcher) consider(pairs [][2]uint32, a, b uint32) [][2]uint32 {
	x, y := &m.Facts[a], &m.Facts[b]
	if n := near(x.Region, y.Region); n == beside || n == differs {
		return pairs
	}
	p, q := &m.Prints[a], &m.Prints[b]
	title := p.titleAlike(q)
	if title < 0.3 && x.Company != y.Company {
		return pairs
	}
	body, known := p.alike(q)
	if title < 0.3 && (!known || body < 0.5) {
		return pairs
	}
	f := signsOf(x, y, hopeful(p, q, title, body, known))
	if points(&f) < threshold || x.Company != y.Company && !m.nameNear(x.Company, y.Company) {
		return pairs
	}
	return append(pairs, [2]uint32{a, b})
}

// hopeful is the best that the texts of two postings may turn out to be.
func hopeful(p, q *Print, title, body float64, known bool) pairText {
	t := pairText{title: 1, titleBits: 60, hasBody: known}
	if title < 0.3 {
		t.title, t.other = 0.8, 20
	}
	if !known {
		return t
	}
	t.lopsided = lopsided(p, q)
	t.body.both, t.body.within = min(1, body+0.2), min(1, body+0.3)
	if whole := min(p.Length, q.Length)*2 >= max(p.Length, q.Length); !whole {
		t.body.within = 1
	}
	t.item.within, t.item.both = min(1, t.body.within+0.3), min(1, body+0.4)
	t.figure = t.item
	return t
}
