package match

import (
	"context"
	"fmt"
	"slices"

	"ieum/internal/match/rank"
)

// ofTheirOwn is how many of the competencies a posting asks for a person must
// show before it is said that one licence would open it, when it comes nowhere
// near the best: one alone, such as stock keeping in a taxi firm, says little.
const ofTheirOwn = 2

// enoughKnown is how many of the 60 points for work done and things one can do
// a job must have that is said to be one licence away. A licence alone does not
// lead to work that only its pay and place speak for: a press operator is not one
// certificate away from nursing.
const enoughKnown = 5

// known returns the points for what a person has done and can do, and whether
// they are enough for a posting that one licence would open.
func known(parts *rank.Parts) (points float64, enough bool) {
	points = parts[rank.Occupation] + parts[rank.Competencies]
	return points, points >= enoughKnown
}

// oneLicence appends to short, the postings that one licence would open and that
// come near the best, those nearest to what the person has done and can do,
// however far they stand behind the jobs open to them today, until they are k.
// Nothing else counts, so that none is among them only because it is new or near.
func (x *index) oneLicence(ctx context.Context, v *view, s *seeker, short []scored, k int) ([]scored, error) {
	best := rank.Best[scored]{K: k - len(short), Above: above}
	all := v.licensed(x)
	opens := make([]bool, len(all.asks)) // one licence, and nothing else that might be required, keeps the person from it
	for i, list := range all.asks {
		n, unsure := s.lacks(list)
		opens[i] = n == 1 && !unsure
	}
	for i := range all.posts {
		if i%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		p := &all.posts[i]
		if s.reach != nil && s.reach[p.region] == outside || !opens[p.asks] || all.shown(s, i) < ofTheirOwn {
			continue
		}
		f := x.facts(s, int(p.row), v.day)
		parts := rank.Score(&f)
		points, enough := known(&parts)
		if enough && !slices.ContainsFunc(short, func(f scored) bool { return f.row == p.row }) {
			best.Offer(scored{p.row, points, x.s.Postings.ID.At(int(p.row))})
		}
	}
	return append(short, best.Sorted()...), nil
}

// licensed are the postings of a view for which some licence is needed, unpacked: whoever
// is one licence away from any of them is found by looking at them all.
type licensed struct {
	posts  []locked
	asks   [][]asked // what is required together in some posting
	skills []uint16  // competencies that postings ask for, those of one after another's
}

type locked struct {
	row    uint32
	asks   uint32 // position in licensed.asks
	skills uint32 // where its competencies end
	region uint16
}

// shown counts the competencies the i-th posting asks for that the person shows.
func (l *licensed) shown(s *seeker, i int) (n int) {
	from := uint32(0)
	if i > 0 {
		from = l.posts[i-1].skills
	}
	for _, id := range l.skills[from:l.posts[i].skills] {
		if s.skills[id] > 0 {
			n++
		}
	}
	return n
}

// licensed finds the postings of the view for which some licence is needed, once.
func (v *view) licensed(x *index) *licensed {
	v.needing.Do(func() {
		p, known := &x.s.Postings, map[string]uint32{}
		var list []asked
		var key []byte
		var buf [64]uint16
		for _, row := range v.rows {
			list = x.asked(int(row), list[:0])
			if !slices.ContainsFunc(list, func(r asked) bool { return r.sure }) {
				continue
			}
			key = key[:0]
			for _, r := range list {
				key = fmt.Appendf(key, "%p %d %t ", r.law, r.id, r.sure)
			}
			at, ok := known[string(key)]
			if !ok {
				at = uint32(len(v.needs.asks))
				known[string(key)] = at
				v.needs.asks = append(v.needs.asks, slices.Clone(list))
			}
			v.needs.skills = append(v.needs.skills, p.Skills.At(int(row), buf[:])...)
			v.needs.posts = append(v.needs.posts, locked{row, at, uint32(len(v.needs.skills)), p.Region.At(int(row))})
		}
	})
	return &v.needs
}
