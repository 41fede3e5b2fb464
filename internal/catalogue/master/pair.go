package master

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// threshold is the least number of points at which two postings are one. A
// point is about a factor of e in the odds. It was chosen on the made-up
// postings of one seed; docs/quality.md says what it gives on others.
const threshold = 3.0

// pairText is how the texts of two postings stand to each other.
type pairText struct {
	title     float64 // share of what the titles tell that they have in common
	titleBits float64 // how much the common part tells, in bits
	body      float64 // the same share for the bodies
	hasBody   bool    // both have one
	schedule  bool    // the titles differ in a year or round
}

type verdict struct {
	Merge
	points float64
}

// judge adds up what speaks for and against two postings being one.
func (m *matcher) judge(a, b uint32, t pairText) verdict {
	x, y := &m.Facts[a], &m.Facts[b]
	v := verdict{Merge: Merge{A: min(a, b), B: max(a, b), Rule: ByNearText}}
	add := func(points float64, what Agreed) {
		v.points += points
		if points > 0 {
			v.Agreed |= what
		}
	}
	add(titlePoints(t), OnTitle)
	if t.hasBody {
		add(max(-4, 12*(t.body-0.75)), OnBody)
	}
	switch {
	case x.Company != 0 && x.Company == y.Company:
		v.Agreed |= OnCompany
	case x.Company == 0 || y.Company == 0:
		v.points -= 1.5
	default:
		v.points--
	}
	if near(x.Region, y.Region) == same {
		add(cmp.Or(0.5*b2f(x.Region == y.Region), 0.2), OnRegion)
	}
	add(occupationPoints(x, y), OnOccupation)
	add(payPoints(x, y), OnPay)
	add(equalPoints(x.Employment != 0 && y.Employment != 0, x.Employment == y.Employment), OnEmployment)
	add(equalPoints(x.Education != 0 && y.Education != 0, x.Education == y.Education), OnEducation)
	add(equalPoints(x.CareerMin != NoMonths && y.CareerMin != NoMonths, x.CareerMin == y.CareerMin), OnCareer)
	if later(x, y) || later(y, x) {
		v.Rule = ByRepost
	} else {
		add(periodPoints(x, y), OnPeriod)
		if t.schedule {
			v.points -= 2 // two rounds that run at one time
		}
	}
	v.Score = float32(1 / (1 + math.Exp(threshold-v.points)))
	return v
}

func b2f(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// titlePoints: the same words tell more the rarer they are.
func titlePoints(t pairText) float64 {
	if t.title < 0.75 {
		return max(-5, 12*(t.title-0.75))
	}
	return 8*(t.title-0.75)*min(1, t.titleBits/30) + min(2, t.titleBits/30)*b2f(t.title > 0.99)
}

func equalPoints(known, equal bool) float64 {
	switch {
	case !known:
		return 0
	case equal:
		return 0.3
	}
	return -0.7
}

func occupationPoints(x, y *Facts) float64 {
	switch {
	case x.Occupation == 0 || y.Occupation == 0:
		return 0
	case x.Occupation == y.Occupation:
		return 0.4
	case x.Guessed || y.Guessed:
		return -0.2
	case x.Occupation/10 == y.Occupation/10:
		return -0.5
	}
	return -1.5
}

// payPoints: a sum that changed is usual when a posting is posted again.
func payPoints(x, y *Facts) float64 {
	switch {
	case x.PayMin == 0 || y.PayMin == 0:
		return 0
	case x.PayMin == y.PayMin && x.PayMax == y.PayMax:
		return 0.5
	case x.PayMin <= max(y.PayMin, y.PayMax) && y.PayMin <= max(x.PayMin, x.PayMax):
		return 0
	}
	return -0.5
}

// ended is the last day a posting was up, as far as it is known; 0 if it is not.
func (f *Facts) ended() int32 {
	switch {
	case f.Closed != 0 && f.Deadline != 0:
		return min(f.Closed, f.Deadline)
	case f.Closed != 0:
		return f.Closed
	}
	return f.Deadline
}

// later reports whether y was opened after x had ended.
func later(x, y *Facts) bool {
	return x.ended() != 0 && y.Opened != 0 && y.Opened > x.ended()
}

func periodPoints(x, y *Facts) (points float64) {
	if x.Opened != 0 && y.Opened != 0 {
		points += 0.7*b2f(x.Opened == y.Opened) - 0.3*b2f(x.Opened-y.Opened > 60 || y.Opened-x.Opened > 60)
	}
	if x.Deadline != 0 && x.Deadline == y.Deadline {
		points += 0.7
	}
	return points
}

// words are the texts of a posting as they are compared.
type words struct {
	title []rune
	body  []uint32 // sorted set of bigrams
}

// verify compares the texts of the pairs, a batch of bodies at a time.
func (m *matcher) verify(pairs [][2]uint32) (found []Merge, err error) {
	for len(pairs) > 0 {
		rows, end := m.batch(pairs)
		texts, err := m.words(rows)
		if err != nil {
			return nil, err
		}
		verdicts := make([]verdict, end)
		parallel(end, 256, func(i int) {
			a, b := pairs[i][0], pairs[i][1]
			ia, _ := slices.BinarySearch(rows, a)
			ib, _ := slices.BinarySearch(rows, b)
			verdicts[i] = m.compare(a, b, texts[ia], texts[ib])
		})
		for _, v := range verdicts {
			if v.points >= threshold {
				found = append(found, v.Merge)
			}
		}
		pairs = pairs[end:]
	}
	return found, nil
}

// batch returns the rows of the first pairs, sorted, and how many pairs those
// are.
func (m *matcher) batch(pairs [][2]uint32) (rows []uint32, end int) {
	seen := map[uint32]struct{}{}
	for end < len(pairs) && len(seen) < m.Batch {
		for _, r := range pairs[end] {
			if _, ok := seen[r]; !ok {
				seen[r] = struct{}{}
				rows = append(rows, r)
			}
		}
		end++
	}
	slices.Sort(rows)
	return rows, end
}

// words reads the texts of rows.
func (m *matcher) words(rows []uint32) ([]words, error) {
	out := make([]words, len(rows))
	parallel(len(rows), 256, func(i int) { out[i].title = m.title(rows[i]) })
	type scratch struct {
		runes []rune
		set   []uint32
	}
	pool := sync.Pool{New: func() any { return &scratch{} }}
	err := m.Bodies(rows, func(row uint32, body []byte) {
		s := pool.Get().(*scratch)
		s.runes = appendNormal(s.runes[:0], body)
		i, _ := slices.BinarySearch(rows, row)
		out[i].body, s.set = bigramSet(s.runes, s.set)
		pool.Put(s)
	})
	return out, err
}

func (m *matcher) compare(a, b uint32, x, y words) verdict {
	var t pairText
	t.title, t.titleBits, t.schedule = m.Counts.titles(x.title, y.title)
	if min(m.Prints[a].Length, m.Prints[b].Length) >= shortBody {
		t.hasBody = true
		t.body = m.Counts.bodies(x.body, y.body)
	}
	return m.judge(a, b, t)
}

// bodies is the share of what two bodies tell that they have in common: exact
// Jaccard over their bigrams, weighted by how much each tells. A body that was
// cut short is contained in the other; that counts a little less.
func (c *Counts) bodies(x, y []uint32) float64 {
	var both, a, b float32
	i, j := 0, 0
	for i < len(x) && j < len(y) {
		switch p, q := x[i], y[j]; {
		case p == q:
			both += c.bodyBit[p]
			i++
			j++
		case p < q:
			a += c.bodyBit[p]
			i++
		default:
			b += c.bodyBit[q]
			j++
		}
	}
	for _, p := range x[i:] {
		a += c.bodyBit[p]
	}
	for _, q := range y[j:] {
		b += c.bodyBit[q]
	}
	if both == 0 {
		return 0
	}
	return max(float64(both/(both+a+b)), 0.96*float64(both/(both+min(a, b)))-0.02)
}
