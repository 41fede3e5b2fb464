package master

import (
	"maps"
	"slices"
	"sync"
)

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
	title  titled
	grade  grade
	where  particulars
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
// those of one employer, then the others. It uses the memory of pairs.
func (m *matcher) each(pairs [][2]uint32, f func(verdict)) error {
	within, across := pairs[:0], [][2]uint32(nil)
	for _, p := range pairs {
		if m.Facts[p[0]].Company == m.Facts[p[1]].Company {
			within = append(within, p)
		} else {
			across = append(across, p)
		}
	}
	if err := m.eachOf(within, true, f); err != nil {
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
		title := m.Title(rows[i])
		out[i].title, out[i].grade, out[i].where = m.titled(rows[i]), gradeOf(title), particularsOf(title)
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
	pool := sync.Pool{New: func() any { return new([bodyCounts]uint16) }}
	parallel(len(companies), 64, func(i int) {
		list := by[companies[i]]
		commonInTitles(list)
		list = slices.DeleteFunc(list, func(w *words) bool { return len(w.body) == 0 })
		if len(list) < few {
			return
		}
		room := pool.Get().(*[bodyCounts]uint16)
		defer pool.Put(room)
		count := room[:]
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
		if t := string(w.title.whole); !seen[t] {
			seen[t] = true
			for _, b := range titleSet(w.title.whole) {
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
	p, q := x.title.compared(y.title)
	bits.titles(&t, p, q)
	t.gradeOther, t.gradeMore, t.rankOther = grades(x.grade, y.grade)
	t.particularOther = b2f(x.where.apart(y.where))
	if min(m.Prints[a].Length, m.Prints[b].Length) >= shortBody {
		t.hasBody, t.lopsided = true, lopsided(&m.Prints[a], &m.Prints[b])
		c := m.Counts
		p, q := sets([2][]uint32{x.body, y.body}, [2][]uint32{x.own.body, y.own.body})
		t.body.within, t.body.both = shared(p, q, func(i uint32) float32 { return c.bodyBit[i] })
		p, q = sets([2][]uint32{x.item, y.item}, [2][]uint32{x.own.item, y.own.item})
		t.item.within, t.item.both = shared(p, q, func(i uint32) float32 { return c.itemBit[i] })
		t.figure.within, t.figure.both = shared(x.figure, y.figure, func(uint32) float32 { return 1 })
	}
	return t
}

// lopsided reports whether one body is so much shorter than the other that it
// is of another sort, as the list of skills that a page of results shows: what
// it leaves out says nothing.
func lopsided(p, q *Print) bool { return min(p.Length, q.Length)*3 < max(p.Length, q.Length) }
