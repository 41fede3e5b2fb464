package match

import (
	"context"
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
func (h *hunt) oneLicence(ctx context.Context, short []scored, k int) ([]scored, error) {
	best, s, v := rank.Best[scored]{K: k - len(short), Above: above}, h.s, h.v
	for at := range v.posts {
		if at%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		p := &v.posts[at]
		if p.asks == 0 || s.reach != nil && s.reach[p.region] == outside {
			continue
		}
		if lacks := h.lack(p.asks); lacks.n != 1 || lacks.unsure || s.shows(p, v.codes) < ofTheirOwn {
			continue
		}
		f := h.x.weigh(s, p, v.codes, v.day)
		parts := rank.Score(&f)
		points, enough := known(&parts)
		if row := v.rows[at]; enough && !h.x.isShut(row) && !slices.ContainsFunc(short, func(f scored) bool { return f.row == row }) {
			best.Offer(scored{row, points, p.id})
		}
	}
	return append(short, best.Sorted()...), nil
}

// shows counts the competencies a posting asks for that the person shows.
func (s *seeker) shows(p *posted, codes []uint16) (n int) {
	skills, _, _, _ := p.lists(codes)
	for _, id := range skills {
		if s.skills[id] > 0 {
			n++
		}
	}
	return n
}
