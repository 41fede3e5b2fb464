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
func (x *index) oneLicence(ctx context.Context, v *view, s *seeker, short []scored, k int) ([]scored, error) {
	best := rank.Best[scored]{K: k - len(short), Above: above}
	for i, row := range v.licensed(x) {
		if i%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		region := x.s.Postings.Region.At(int(row))
		if s.reach != nil && s.reach[region] == outside || !x.opens(s, row) || x.shown(s, row) < ofTheirOwn {
			continue
		}
		f := x.facts(s, int(row), v.day)
		parts := rank.Score(&f)
		points, enough := known(&parts)
		if enough && !slices.ContainsFunc(short, func(f scored) bool { return f.row == row }) {
			best.Offer(scored{row, points, x.s.Postings.ID.At(int(row))})
		}
	}
	return append(short, best.Sorted()...), nil
}

// opens says whether one licence, and nothing else that might be required, keeps
// the person from a posting.
func (x *index) opens(s *seeker, row uint32) bool {
	needs, unsure := x.lack(s, int(row))
	return needs == 1 && !unsure
}

// shown counts the competencies a posting asks for that the person shows.
func (x *index) shown(s *seeker, row uint32) (n int) {
	for _, id := range x.s.Postings.Skills.At(int(row), nil) {
		if s.skills[id] > 0 {
			n++
		}
	}
	return n
}

// licensed returns the postings of the view for which some licence is needed.
func (v *view) licensed(x *index) []uint32 {
	v.needing.Do(func() {
		nobody := x.nobody()
		for _, row := range v.rows {
			if n, _ := x.lack(nobody, int(row)); n > 0 {
				v.needs = append(v.needs, row)
			}
		}
	})
	return v.needs
}
