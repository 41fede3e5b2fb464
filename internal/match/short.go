package match

import (
	"context"

	"ieum"
	"ieum/internal/match/rank"
)

// ofTheirOwn is how many of the competencies a posting asks for a person must
// show before it is said that one licence would open it, when it comes nowhere
// near the best: one alone, such as stock keeping in a taxi firm, says little.
const ofTheirOwn = 2

// oneLicence returns the k postings that one licence would open and that are
// nearest to what a person has done and can do, however far they stand behind
// the jobs open to them today. Nothing else counts, so that none is among them
// only because it is new or near.
func (m *Matcher) oneLicence(ctx context.Context, p ieum.Profile, k int) ([]ieum.Job, error) {
	x, day, release, err := m.acquire()
	if err != nil {
		return nil, err
	}
	defer release()
	v, s := x.openOn(day), x.seeker(&p)
	best := rank.Best[scored]{K: k, Above: above}
	for i, row := range v.rows {
		if i%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		region := x.s.Postings.Region[row]
		if s.reach != nil && s.reach[region] == outside || x.shown(s, row) < ofTheirOwn {
			continue
		}
		if needs, _ := x.lack(s, int(row)); needs != 1 {
			continue
		}
		f := x.facts(s, int(row), v.day)
		parts := rank.Score(&f)
		best.Offer(scored{row, parts[rank.Occupation] + parts[rank.Competencies], x.s.Postings.ID[row]})
	}
	jobs := []ieum.Job{}
	for _, f := range best.Sorted() {
		jobs = append(jobs, x.explain(s, &p, f.row, v.day))
	}
	return jobs, nil
}

// shown counts the competencies a posting asks for that the person shows.
func (x *index) shown(s *seeker, row uint32) (n int) {
	for _, id := range x.s.Postings.Skills.At(int(row)) {
		if s.skills[id] > 0 {
			n++
		}
	}
	return n
}
