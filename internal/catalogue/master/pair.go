package master

import (
	"cmp"
	"maps"
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
	titleSwapped         // one title says something in the place of what the other says
	titleOther           // how much that tells, in 20 bits, at most 4
	titleMore            // what one title says more, the same
	gradeOther           // one is for beginners, the other for the experienced
	gradeMore            // one says so, the other does not
	rankOther            // they name other ranks
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
	title      float64 // share of what the titles tell that they have in common
	titleBits  float64 // how much the common part tells, in bits
	other      float64 // bits that stand in each other's place
	more       float64 // bits that only one has
	schedule   bool    // the titles differ in a year or round
	gradeOther float64 // 0 or 1
	gradeMore  float64
	rankOther  float64
	hasBody    bool // both have one; the shares are 0 otherwise

	body, item, figure struct{ within, both float64 }
}

func signsOf(x, y *Facts, t pairText) (f [signs]float64) {
	f[always] = 1
	f[titleShare] = t.title
	f[titleSwapped] = b2f(t.other > 4)
	f[titleOther], f[titleMore] = min(4, t.other/20), min(4, t.more/20)
	f[gradeOther], f[gradeMore], f[rankOther] = t.gradeOther, t.gradeMore, t.rankOther
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

// Compare judges pairs of rows (the lower first) whether or not MatchPostings
// would look at them, and returns what it would say of each, those of one
// employer first: a pair is one posting from a score of 0.5.
func Compare(p *Postings, pairs [][2]uint32) ([]Merge, error) {
	m := newMatcher(p)
	pairs = slices.Clone(pairs)
	slices.SortFunc(pairs, m.inOrder)
	var out []Merge
	err := m.each(pairs, func(v verdict) { out = append(out, v.Merge) })
	return out, err
}

// words are the texts of a posting as they are compared.
type words struct {
	title  []rune
	grade  grade
	body   []uint32 // sorted sets of bigrams, items and figures
	item   []uint32
	figure []uint32
	own    struct{ body, item []uint32 } // without what most postings of the employer have
	common []uint32                      // bigrams that most titles of the employer have
}

// verify returns the pairs that are one posting.
func (m *matcher) verify(pairs [][2]uint32) (found []Merge, err error) {
	err = m.each(pairs, func(v verdict) {
		if v.points >= threshold {
			found = append(found, v.Merge)
		}
	})
	return found, err
}

// each compares pairs, a batch of bodies at a time, and calls f in order: first
// those of one employer, then the others.
func (m *matcher) each(pairs [][2]uint32, f func(verdict)) error {
	within := func(p [2]uint32) bool { return m.Facts[p[0]].Company == m.Facts[p[1]].Company }
	across := slices.DeleteFunc(slices.Clone(pairs), within)
	if err := m.eachOf(slices.DeleteFunc(slices.Clone(pairs), func(p [2]uint32) bool { return !within(p) }), true, f); err != nil {
		return err
	}
	return m.eachOf(across, false, f)
}

func (m *matcher) eachOf(pairs [][2]uint32, within bool, f func(verdict)) error {
	for len(pairs) > 0 {
		rows, end := m.batch(pairs)
		texts, err := m.words(rows, within)
		if err != nil {
			return err
		}
		verdicts := make([]verdict, end)
		parallel(end, 256, func(i int) {
			a, b := pairs[i][0], pairs[i][1]
			ia, _ := slices.BinarySearch(rows, a)
			ib, _ := slices.BinarySearch(rows, b)
			verdicts[i] = m.compare(a, b, texts[ia], texts[ib])
		})
		for _, v := range verdicts {
			f(v)
		}
		pairs = pairs[end:]
	}
	return nil
}

// batch returns the rows of the first pairs, sorted, and how many pairs those
// are. Pairs are in order of employer, and no batch ends within one.
func (m *matcher) batch(pairs [][2]uint32) (rows []uint32, end int) {
	for end < len(pairs) && (len(rows) < 2*m.most || m.employer(pairs[end]) == m.employer(pairs[end-1])) {
		rows = append(rows, pairs[end][0], pairs[end][1])
		end++
	}
	slices.Sort(rows)
	return slices.Compact(rows), end
}

func (m *matcher) employer(p [2]uint32) uint32 { return m.Facts[p[0]].Company }

// words reads the texts of rows; within says that only those of one employer
// are compared.
func (m *matcher) words(rows []uint32, within bool) ([]words, error) {
	out := make([]words, len(rows))
	parallel(len(rows), 256, func(i int) {
		out[i].title, out[i].grade = m.title(rows[i]), gradeOf(m.Title(rows[i]))
	})
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
	if within {
		m.ownWords(rows, out)
	}
	return out, err
}

// ownWords takes out of each text what more than half of the employer's have,
// where there are enough of them to tell: it speaks of the employer, not of the
// job.
func (m *matcher) ownWords(rows []uint32, texts []words) {
	by := map[uint32][]*words{}
	for i, r := range rows {
		if c := m.Facts[r].Company; c != 0 {
			by[c] = append(by[c], &texts[i])
		}
	}
	companies := slices.Sorted(maps.Keys(by))
	pool := sync.Pool{New: func() any { return make([]uint16, bodyCounts) }}
	parallel(len(companies), 64, func(i int) {
		list := by[companies[i]]
		commonInTitles(list)
		list = slices.DeleteFunc(list, func(w *words) bool { return len(w.body) == 0 })
		if len(list) < few {
			return
		}
		count := pool.Get().([]uint16)
		defer pool.Put(count)
		withoutCommon(list, count, func(w *words) (*[]uint32, *[]uint32) { return &w.body, &w.own.body })
		withoutCommon(list, count, func(w *words) (*[]uint32, *[]uint32) { return &w.item, &w.own.item })
	})
}

// few postings of an employer do not tell what is common to them.
const few = 4

// commonInTitles notes which bigrams stand in more than half of the titles of
// an employer that differ.
func commonInTitles(list []*words) {
	count, seen := map[uint32]int{}, map[string]bool{}
	for _, w := range list {
		if t := string(w.title); !seen[t] {
			seen[t] = true
			for _, b := range titleSet(w.title) {
				count[b]++
			}
		}
	}
	if len(seen) < few {
		return
	}
	var common []uint32
	for b, n := range count {
		if 2*n > len(seen) {
			common = append(common, b)
		}
	}
	slices.Sort(common)
	for _, w := range list {
		w.common = common
	}
}

// withoutCommon copies each set without what more than half of them have. Count
// is all zero before and after.
func withoutCommon(list []*words, count []uint16, set func(*words) (all, own *[]uint32)) {
	for _, w := range list {
		all, _ := set(w)
		for _, v := range *all {
			count[v]++
		}
	}
	for _, w := range list {
		all, own := set(w)
		for _, v := range *all {
			if 2*int(count[v]) <= len(list) {
				*own = append(*own, v)
			}
		}
	}
	for _, w := range list {
		all, _ := set(w)
		for _, v := range *all {
			count[v] = 0
		}
	}
}

// sets are those by which two texts are compared: their own words where both
// have some.
func sets(all, own [2][]uint32) (x, y []uint32) {
	if len(own[0]) > 0 && len(own[1]) > 0 {
		return own[0], own[1]
	}
	return all[0], all[1]
}

func (m *matcher) compare(a, b uint32, x, y words) verdict { return m.judge(a, b, m.text(a, b, x, y)) }

// text compares the texts of two postings.
func (m *matcher) text(a, b uint32, x, y words) (t pairText) {
	bits := telling(m.Counts.titleInfo)
	if len(x.common) > 0 && m.Facts[a].Company == m.Facts[b].Company {
		bits = func(h uint32) float64 {
			if _, ok := slices.BinarySearch(x.common, h); ok {
				return 0.2
			}
			return m.Counts.titleInfo(h)
		}
	}
	bits.titles(&t, x.title, y.title)
	t.gradeOther, t.gradeMore, t.rankOther = grades(x.grade, y.grade)
	if min(m.Prints[a].Length, m.Prints[b].Length) >= shortBody {
		t.hasBody = true
		c := m.Counts
		p, q := sets([2][]uint32{x.body, y.body}, [2][]uint32{x.own.body, y.own.body})
		t.body.within, t.body.both = shared(p, q, func(i uint32) float32 { return c.bodyBit[i] })
		p, q = sets([2][]uint32{x.item, y.item}, [2][]uint32{x.own.item, y.own.item})
		t.item.within, t.item.both = shared(p, q, func(i uint32) float32 { return c.itemBit[i] })
		t.figure.within, t.figure.both = shared(x.figure, y.figure, func(uint32) float32 { return 1 })
	}
	return t
}
