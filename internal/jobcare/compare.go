package jobcare

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"ieum"
	"ieum/internal/snapshot"
)

// A Similar is an occupation beside another.
type Similar struct {
	Named
	Alike float64 `json:"alike"` // 0 to 1: what postings of both ask for
	Moved Figure  `json:"moved"` // share of those who left the one who went to the other, in all of the market
}

// Hundred is how alike they are, of a hundred.
func (s Similar) Hundred() int64 { return int64(math.Round(s.Alike * 100)) }

// shownSimilar is how many similar occupations a report has.
const shownSimilar = 8

// similar lists the occupations that are most like one.
func (v *view) similar(occupation uint16) []Similar {
	list := []Similar{}
	if int(occupation) >= v.b.Like.Len() || occupation == 0 {
		return list
	}
	alike, went, left := v.b.LikeAlike.At(int(occupation), nil), v.b.LikeWent.At(int(occupation), nil), int(v.b.Left[occupation])
	for i, o := range v.b.Like.At(int(occupation), nil) {
		s := Similar{Named: v.named("keco2025", v.s.Dict.Occupations, int(o)), Alike: float64(alike[i]) / 100, Moved: withheld}
		if went[i] > 0 && left >= shareBase {
			s.Moved = known(float64(went[i])/float64(left), int(went[i]), left, onPast)
		}
		list = append(list, s)
	}
	return list
}

// compare finds the occupations that are most like each: half for how alike what is asked
// for is, half for how many who left it went there, the most being 1.
func (b *base) compare(s *snapshot.Snapshot) {
	n := len(s.Dict.Occupations)
	went := make([][]uint32, n) // from, to: as published
	for from := range went {
		went[from] = make([]uint32, n)
	}
	b.Left = make([]uint32, n)
	for to := range n {
		counts := b.CameN.At(to, nil)
		for i, from := range b.Came.At(to, nil) {
			went[from][to] = counts[i]
			b.Left[from] += counts[i]
		}
	}
	asks := make([]map[uint16]float64, n)
	for o := range n {
		asks[o] = b.asks(s, o)
	}
	score, alike := make([]float64, n), make([]uint16, n)
	for o := range n {
		var like []uint16
		top := float64(max(1, slices.Max(went[o])))
		for other := 1; other < n && o > 0; other++ {
			if other == o {
				continue
			}
			alike[other] = uint16(math.Round(cosine(asks[o], asks[other]) * 100))
			score[other] = float64(alike[other])/200 + float64(went[o][other])/2/top
			if score[other] >= .1 {
				like = append(like, uint16(other))
			}
		}
		slices.SortStableFunc(like, func(x, y uint16) int { return cmp.Compare(score[y], score[x]) })
		var a []uint16
		var w []uint32
		like = like[:min(shownSimilar, len(like))]
		for _, other := range like {
			a, w = append(a, alike[other]), append(w, went[o][other])
		}
		b.Like.Add(like...)
		b.LikeAlike.Add(a...)
		b.LikeWent.Add(w...)
	}
}

// asks weighs what an occupation asks for, each competency by the share of postings and by
// how rare it is over all, as a vector of length 1; nil when too few say anything.
func (b *base) asks(s *snapshot.Snapshot, o int) map[uint16]float64 {
	if b.Coded[o] < enough {
		return nil
	}
	weights, counts, sum := map[uint16]float64{}, b.SkillCount.At(o, nil), 0.0
	ids := b.Skill.At(o, nil)
	for i, id := range ids {
		w := float64(counts[i]) / float64(b.Coded[o]) * math.Log(1+float64(s.Meta.Postings)/float64(1+b.SkillPostings[id]))
		weights[id] = w
		sum += w * w
	}
	for _, id := range ids {
		weights[id] /= math.Sqrt(sum)
	}
	return weights
}

// cosine is the product of two sparse vectors of length 1. It adds in the order of the
// numbers, so that it is the same each time.
func cosine(x, y map[uint16]float64) (sum float64) {
	var both []uint16
	for id := range x {
		if _, ok := y[id]; ok {
			both = append(both, id)
		}
	}
	slices.Sort(both)
	for _, id := range both {
		sum += x[id] * y[id]
	}
	return min(1, sum)
}

// fewestCompared and mostCompared are how many occupations stand side by side.
const (
	fewestCompared = 2
	mostCompared   = 4
)

// A Comparison is two to four markets side by side.
type Comparison struct {
	Markets []*Market `json:"markets"`
}

// Compare returns the markets of some occupations, in the order given.
func (a *Adviser) Compare(codes []string) (*Comparison, error) {
	if len(codes) < fewestCompared || len(codes) > mostCompared {
		return nil, &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.compare", Field: "/codes",
			Message: fmt.Sprintf("give %d to %d occupations, such as codes=8211,8221", fewestCompared, mostCompared)}
	}
	c := &Comparison{Markets: []*Market{}}
	for i, code := range codes {
		if slices.Contains(codes[:i], code) {
			return nil, &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.compare_twice", Field: "/codes", Message: "an occupation is given twice: " + code}
		}
		m, err := a.Market(Query{Occupation: code})
		if err != nil {
			return nil, err
		}
		c.Markets = append(c.Markets, m)
	}
	return c, nil
}

// Without are the codes but one, as an address takes them.
func (c *Comparison) Without(but string) string {
	var codes []string
	for _, m := range c.Markets {
		if m.Occupation.Code != but {
			codes = append(codes, m.Occupation.Code)
		}
	}
	return strings.Join(codes, ",")
}
