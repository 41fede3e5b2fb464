package master

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// Whether two postings are one is decided by a sum of points, a point being a
// factor of e in the odds: Fellegi and Sunter's model, with the weights of all
// signs fitted together (logistic regression) so that signs which go together
// are not counted twice. They were fitted on made-up postings of one seed of
// two generators; docs/quality.md says what they give on others and on real
// pairs.

// A sign is something that speaks for or against two postings being one.
type sign int

const (
	always          sign = iota
	titleShare           // share of what the titles tell that they have in common
	titleEqual           // 0 or 1
	titleTells           // what equal titles tell, in 30 bits
	bodyKnown            // both have a body
	bodyShare            // weighted Jaccard of the bodies' bigrams
	bodyWithin           // share of the shorter body that the other has
	itemShare            // the same two for items
	itemWithin           //
	figureShare          // and for figures
	figureWithin         //
	regionEqual          // the same district
	regionWithin         // one states the province only
	occupationEqual      //
	occupationNear       // the same minor group
	occupationOther      //
	payEqual             //
	payOther             // sums that do not overlap
	employmentEqual      //
	employmentOther      //
	educationEqual       //
	educationOther       //
	careerEqual          //
	careerOther          //
	openingsEqual        //
	openingsOther        //
	openedEqual          // of postings that were up together
	openedApart          // days between the openings, in 30, at most 3
	deadlineEqual        //
	deadlineOther        //
	reposted             // one was opened after the other had ended
	rounds               // up together, but the titles name two years or rounds
	companyUnknown       //
	companyOther         // two companies by name that look alike
	signs
)

// threshold is the least number of points at which two postings are one.
const threshold = 0.0

// A verdict is what the signs add up to.
type verdict struct {
	Merge
	points float64
}

// judge adds up what speaks for and against two postings being one.
func (m *matcher) judge(a, b uint32, t pairText) verdict {
	x, y := &m.Facts[a], &m.Facts[b]
	v := verdict{Merge: Merge{A: min(a, b), B: max(a, b), Rule: ByNearText}}
	f := signsOf(x, y, t)
	v.points = points(&f)
	for _, on := range agreeing {
		if f[on.sign] >= on.least {
			v.Agreed |= on.what
		}
	}
	if f[reposted] == 1 {
		v.Rule = ByRepost
	}
	v.Score = float32(1 / (1 + math.Exp(threshold-v.points)))
	return v
}

// points adds up the signs.
func points(f *[signs]float64) (sum float64) {
	for i, value := range f {
		sum += weights[i] * value
	}
	return sum
}

// agreeing says which signs count as agreement in the evidence.
var agreeing = []struct {
	sign  sign
	least float64
	what  Agreed
}{
	{titleShare, 0.9, OnTitle}, {bodyShare, 0.8, OnBody}, {bodyWithin, 0.9, OnBody}, {itemWithin, 0.8, OnBody},
	{regionEqual, 1, OnRegion}, {regionWithin, 1, OnRegion}, {occupationEqual, 1, OnOccupation}, {payEqual, 1, OnPay},
	{employmentEqual, 1, OnEmployment}, {educationEqual, 1, OnEducation}, {careerEqual, 1, OnCareer},
	{openingsEqual, 1, OnOpenings}, {openedEqual, 1, OnPeriod}, {deadlineEqual, 1, OnPeriod},
}

// pairText is how the texts of two postings stand to each other.
type pairText struct {
	title              float64 // share of what the titles tell that they have in common
	titleBits          float64 // how much the common part tells, in bits
	schedule           bool    // the titles differ in a year or round
	hasBody            bool    // both have one; the shares are 0 otherwise
	body, item, figure struct{ within, both float64 }
}

func signsOf(x, y *Facts, t pairText) (f [signs]float64) {
	f[always] = 1
	f[titleShare] = t.title
	if t.title == 1 {
		f[titleEqual], f[titleTells] = 1, min(2, t.titleBits/30)
	}
	if t.hasBody {
		f[bodyKnown] = 1
		f[bodyShare], f[bodyWithin] = t.body.both, t.body.within
		f[itemShare], f[itemWithin] = t.item.both, t.item.within
		f[figureShare], f[figureWithin] = t.figure.both, t.figure.within
	}
	switch {
	case x.Region != 0 && x.Region == y.Region:
		f[regionEqual] = 1
	case near(x.Region, y.Region) == same:
		f[regionWithin] = 1
	}
	occupationSigns(&f, x, y)
	switch {
	case x.PayMin == 0 || y.PayMin == 0:
	case x.PayMin == y.PayMin && max(x.PayMin, x.PayMax) == max(y.PayMin, y.PayMax):
		f[payEqual] = 1
	case x.PayMin > max(y.PayMin, y.PayMax) || y.PayMin > max(x.PayMin, x.PayMax):
		f[payOther] = 1
	}
	equalOrOther(&f, employmentEqual, x.Employment, y.Employment, 0)
	equalOrOther(&f, educationEqual, x.Education, y.Education, 0)
	equalOrOther(&f, careerEqual, x.CareerMin, y.CareerMin, NoMonths)
	equalOrOther(&f, openingsEqual, x.Openings, y.Openings, 0)
	switch {
	case x.Company == 0 || y.Company == 0:
		f[companyUnknown] = 1
	case x.Company != y.Company:
		f[companyOther] = 1
	}
	periodSigns(&f, x, y, t)
	return f
}

// equalOrOther sets the sign equal or the one after it when both are known.
func equalOrOther[T comparable](f *[signs]float64, equal sign, x, y, unknown T) {
	switch {
	case x == unknown || y == unknown:
	case x == y:
		f[equal] = 1
	default:
		f[equal+1] = 1
	}
}

func occupationSigns(f *[signs]float64, x, y *Facts) {
	switch {
	case x.Occupation == 0 || y.Occupation == 0:
	case x.Occupation == y.Occupation:
		f[occupationEqual] = 1
	case x.Guessed || y.Guessed: // the coder may err on either
	case x.Occupation/10 == y.Occupation/10:
		f[occupationNear] = 1
	default:
		f[occupationOther] = 1
	}
}

func periodSigns(f *[signs]float64, x, y *Facts, t pairText) {
	if later(x, y) || later(y, x) {
		f[reposted] = 1
		return
	}
	if x.Opened != 0 && y.Opened != 0 {
		days := max(x.Opened-y.Opened, y.Opened-x.Opened)
		f[openedApart] = min(3, float64(days)/30)
		if days == 0 {
			f[openedEqual] = 1
		}
	}
	equalOrOther(f, deadlineEqual, x.Deadline, y.Deadline, 0)
	if t.schedule {
		f[rounds] = 1
	}
}

// ended is the last day a posting was up, as far as it is known; 0 if it is not.
func (f *Facts) ended() int32 {
	if f.Closed != 0 && f.Deadline != 0 {
		return min(f.Closed, f.Deadline)
	}
	return cmp.Or(f.Closed, f.Deadline)
}

// later reports whether y was opened after x had ended.
func later(x, y *Facts) bool {
	return x.ended() != 0 && y.Opened != 0 && y.Opened > x.ended()
}

// words are the texts of a posting as they are compared.
type words struct {
	title  []rune
	body   []uint32 // sorted sets of bigrams, items and figures
	item   []uint32
	figure []uint32
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
		w := &out[i]
		w.body, s.set = bigramSet(s.runes, s.set)
		w.item, s.runes = itemSet(body, s.runes)
		w.figure = figureSet(body)
		pool.Put(s)
	})
	return out, err
}

func (m *matcher) compare(a, b uint32, x, y words) verdict { return m.judge(a, b, m.text(a, b, x, y)) }

// text compares the texts of two postings.
func (m *matcher) text(a, b uint32, x, y words) (t pairText) {
	t.title, t.titleBits, t.schedule = m.Counts.titles(x.title, y.title)
	if min(m.Prints[a].Length, m.Prints[b].Length) >= shortBody {
		t.hasBody = true
		c := m.Counts
		t.body.within, t.body.both = shared(x.body, y.body, func(i uint32) float32 { return c.bodyBit[i] })
		t.item.within, t.item.both = shared(x.item, y.item, func(i uint32) float32 { return c.itemBit[i] })
		t.figure.within, t.figure.both = shared(x.figure, y.figure, func(uint32) float32 { return 1 })
	}
	return t
}
