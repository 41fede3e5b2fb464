package match

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sort"

	"ieum"
	"ieum/internal/match/rank"
	"ieum/internal/snapshot"
)

// People are the people for one posting.
type People struct {
	Posting   Posting  `json:"posting"`
	People    []Person `json:"people"`
	Seekers   int      `json:"seekers"` // résumés of people who look for work
	Lean      float64  `json:"lean"`    // 0: by what they can do; 1: by what they have done; AsLearned between
	Day       ieum.Day `json:"day"`
	Snapshot  string   `json:"snapshot"`
	Simulated bool     `json:"simulated"`
}

// AsLearned is the lean of who asks for none.
const AsLearned = .5

// A Person is a de-identified résumé: its key in its source and the parts of
// its score, nothing else.
type Person struct {
	Key     string        `json:"key"`
	Source  ieum.SourceID `json:"source"`
	Score   float64       `json:"score"`
	Reasons []ieum.Reason `json:"reasons"` // they add up to the score
	Unclear []string      `json:"unclear,omitempty"`
}

// Candidates returns the k people who fit a posting best, by the same parts
// and constraints as its being suggested to them. Of several résumés of a
// person the best counts. With lean, from 0 to 1, what they can do or what they have done
// counts for less (see rank.Model.Leaning); AsLearned is halfway. A posting that is closed is
// ieum.ErrConflict.
func (m *Matcher) Candidates(ctx context.Context, lake Lake, id string, k int, lean float64) (*People, error) {
	x, day, release, err := m.acquire()
	if err != nil {
		return nil, err
	}
	defer release()
	row, err := x.row(id)
	if err != nil {
		return nil, err
	}
	if !x.isOpen(row, day) {
		return nil, &ieum.Error{Kind: ieum.ErrConflict, Key: "match.error.closed", Args: map[string]any{"id": id}, Message: "posting " + id + " is closed; people are looked for only for open postings"}
	}
	by := x.leaning(lean)
	best, seekers, err := x.people(ctx, row, day, k, by)
	if err != nil {
		return nil, err
	}
	rows := make([]uint32, len(best))
	for i, f := range best {
		rows[i] = f.row
	}
	keys, err := x.keys(ctx, lake, rows)
	if err != nil {
		return nil, err
	}
	out := &People{Posting: x.posting(row), People: []Person{}, Seekers: seekers, Lean: lean, Day: day, Snapshot: x.s.Meta.Version, Simulated: x.s.Meta.Simulated}
	for i, f := range best {
		if len(keys.at(i)) == 0 { // erased this moment
			continue
		}
		p := x.profile(int(f.row))
		j := x.explainBy(by, x.seeker(&p), &p, uint32(row), day)
		for r := range j.Reasons { // the posting's words say nothing here
			j.Reasons[r].Asked = nil
		}
		out.People = append(out.People, Person{string(keys.at(i)), ieum.SourceID(x.s.Dict.Sources[x.s.Resumes.Source.At(int(f.row))]), j.Score, j.Reasons, j.Unclear})
	}
	return out, nil
}

// people finds the k best of those who look for work. They are looked at from the nearest
// work on, each list as a whole. Once whoever is left can be among the best only by what
// they can do, those are looked for who can do what the posting asks for, from the rarest
// on, until what is left of it cannot be enough either. Where something must be held, only
// those who hold it are looked at. (Threshold pruning as in hunt.run.)
func (x *index) people(ctx context.Context, row int, day ieum.Day, k int, by *Model) (best []scored, seekers int, err error) {
	c := crowd{k: k, person: &x.s.Resumes.Person, s: x.side(row, day, by)}
	if held := x.rarest(c.s.asked); held != nil {
		err = c.among(ctx, x.seekers.heldBy(held), c.s.nearnessOf, c.s.base.Asked)
		return c.best, x.seekers.count, err
	}
	whole := c.s.base.Asked
	for _, t := range c.s.tiers() {
		if !c.enough(t.near, t.known, whole) {
			break
		}
		if !c.enough(t.near, t.known, 0) {
			err = c.byCompetency(ctx, t)
			break
		}
		// Who stands in several lists was looked at first where their work is nearest.
		if err = c.among(ctx, x.seekers.work(t.list), func(int, uint64) (near, known float64) { return t.near, t.known }, whole); err != nil {
			break
		}
	}
	return c.best, x.seekers.count, err
}

// byCompetency looks at those who can do some of what the posting asks for, and whose work is
// no nearer than a tier's.
func (c *crowd) byCompetency(ctx context.Context, t tier) error {
	type skilled struct {
		lists  []rowList
		n      int
		weight float64
	}
	var all []skilled
	asked, _, _, _ := c.s.post.lists(c.s.codes)
	for _, id := range asked {
		lists, n := c.s.x.seekers.can(id)
		all = append(all, skilled{lists, n, c.s.x.idf[id]})
	}
	slices.SortStableFunc(all, func(a, b skilled) int { return cmp.Compare(a.n, b.n) })
	left := c.s.base.Asked
	for _, can := range all {
		if !c.enough(t.near, t.known, left) { // who is in no list before has no more than what is left
			return nil
		}
		if err := c.among(ctx, can.lists, c.s.nearnessOf, left); err != nil {
			return err
		}
		left = max(0, left-can.weight)
	}
	return nil
}

// enough says whether somebody of some nearness who has competencies of some weight could
// still be among the best.
func (c *crowd) enough(near, known, matched float64) bool {
	if len(c.best) < c.k || c.k == 0 {
		return c.k > 0
	}
	worst, m, most := c.best[c.k-1].score-slack, c.s.model, c.s.most(near, known, matched)
	return most.Bound()+math.Log(m.Answers) >= worst && m.Score(most) >= worst
}

// A crowd keeps the k best people, each with their best résumé.
type crowd struct {
	k      int
	person *snapshot.Column[uint32]
	best   []scored // best first
	s      *side
}

// among offers the people of some résumés, who have of what is asked for no more than some
// weight.
func (c *crowd) among(ctx context.Context, lists []rowList, nearness func(row int, works uint64) (near, known float64), matched float64) error {
	s := c.s
	for _, l := range lists {
		for i, at := range l.rows {
			if i&0x3FFF == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			row := l.from + int(at)
			if s.shut(l.Wishes[at]) || s.x.s.ResumeGone(row) {
				continue
			}
			near, known := nearness(row, l.Works[at])
			if !c.enough(near, known, min(matched, s.could(l.Skills[at]))) {
				continue
			}
			if f, where := s.facts(row, near, known); where != outside {
				found := scored{uint32(row), s.score(&f), uint64(row)}
				if where == unclear || s.post.old {
					found.score -= inDoubt
				}
				c.offer(found)
			}
		}
	}
	return nil
}

// A tier is the list of those whose work is of some nearness to a posting's.
type tier struct {
	list        int
	near, known float64
	most        float64 // that somebody of it scores
}

// tiers are the lists by work, of the greatest scores first.
func (s *side) tiers() []tier {
	all := make([]tier, 0, 2*len(s.near)+1)
	for o, near := range s.near {
		if o > 0 {
			all = append(all, tier{list: sought(o), near: whole * near, known: whole}, tier{list: worked(o), near: workedIn * near, known: whole})
		}
	}
	all = append(all, tier{list: sought(0)})
	for i := range all {
		all[i].most = s.model.Score(s.most(all[i].near, all[i].known, s.base.Asked))
	}
	slices.SortStableFunc(all, func(a, b tier) int { return cmp.Compare(b.most, a.most) })
	return all
}

// most is the most that somebody of some nearness is given who has competencies of some
// weight.
func (s *side) most(near, known, matched float64) rank.Odds {
	m := s.model
	return s.rest.Plus(m.Of(rank.Competencies, rank.Covered(matched, s.base.Asked))).
		Plus(m.Of(rank.Occupation, near*s.sure*rank.Most[rank.Occupation])).Plus(m.Of(rank.Field, rank.Afield(near*s.sure, known)))
}

// could is the most weight of what the posting asks for that somebody of some bits has.
func (s *side) could(bits uint64) (weight float64) {
	asked, _, _, _ := s.post.lists(s.codes)
	for _, id := range asked {
		if bits&bit(id) > 0 {
			weight += s.x.idf[id]
		}
	}
	return weight
}

func (c *crowd) offer(f scored) {
	if len(c.best) == c.k && (c.k == 0 || !above(f, c.best[c.k-1])) {
		return
	}
	same := slices.IndexFunc(c.best, func(b scored) bool { return c.person.At(int(b.row)) == c.person.At(int(f.row)) })
	switch {
	case same >= 0 && above(c.best[same], f):
		return
	case same >= 0:
		c.best = slices.Delete(c.best, same, same+1)
	case len(c.best) == c.k:
		c.best = c.best[:c.k-1]
	}
	at := sort.Search(len(c.best), func(i int) bool { return above(f, c.best[i]) })
	c.best = slices.Insert(c.best, at, f)
}

// A side is one posting prepared to be held against many résumés.
type side struct {
	x     *index
	model *Model  // what scores are made of
	s     *seeker // scratch: what is looked up by the posting's side
	base  rank.Facts
	post  posted
	codes []uint16 // of its lists
	asked []asked
	near  []float64 // nearness of each occupation
	reach []uint8   // whether the posting is in each region: outside, inside or unclear
	sure  float64   // how sure the posting's occupation is
	rest  rank.Odds // the most that all parts give but occupation and competencies
}

func (x *index) side(row int, day ieum.Day, by *Model) *side {
	s := &side{x: x, model: by, s: x.nobody(), asked: x.asked(row, nil), reach: make([]uint8, len(x.s.Dict.Regions))}
	s.post, s.codes = x.unpack(row, day, nil)
	s.near, s.base = x.kinship(s.post.occupation), x.weigh(s.s, &s.post, s.codes, day)
	for i, code := range x.s.Dict.Regions {
		s.reach[i] = x.places.within(code)[s.post.region]
	}
	s.sure = float64(s.post.chance) / 100
	best := rank.Score(s.ideal())
	best[rank.Occupation], best[rank.Competencies] = 0, 0
	s.rest = by.Odds(&best)
	return s
}

// score is what the model makes of somebody and the posting.
func (s *side) score(f *rank.Facts) float64 {
	parts := rank.Score(f)
	return s.model.Score(s.model.Odds(&parts))
}

// leaning is the model with a lean; the one that is served where there is none.
func (x *index) leaning(lean float64) *Model {
	if lean == AsLearned {
		return x.model
	}
	m := *x.model
	m.Model = m.Leaning(lean)
	return &m
}

// ideal is what is known of the posting and of somebody who is all that it asks for.
func (s *side) ideal() *rank.Facts {
	f, p := s.base, &s.post
	f.Skilled, f.Matched, f.Missing = true, f.Asked, 0
	f.Required, f.Preferred, f.Major = int(p.required), int(p.preferred), p.majors > 0
	f.Schooling, f.Wish = math.MaxInt8, 1
	f.Months = slices.MaxFunc([]int{rank.Unknown, 0, f.Least, f.Most}, func(a, b int) int {
		return cmp.Compare(rank.Experience(a, f.Least, f.Most, f.Entry), rank.Experience(b, f.Least, f.Most, f.Entry))
	})
	if p.employment > 0 {
		f.Wanted, f.Kind = true, true
	}
	if p.region > 0 {
		f.Closeness = 2
	}
	return &f
}

// facts is what is known of a résumé of some nearness and the posting together, and whether
// the person may be sent there: not where it is outside.
func (s *side) facts(row int, near, known float64) (f rank.Facts, where uint8) {
	x, r := s.x, &s.x.s.Resumes
	if where = s.reached(row); where == outside {
		return f, outside
	}
	var buf, own [32]uint16
	clear(s.s.certs)
	s.s.held = s.s.held[:0]
	for _, id := range r.Certificates.At(row, buf[:]) {
		s.s.certs[id] = true
	}
	if n, _ := s.s.lacks(s.asked); n > 0 {
		return f, outside
	}
	f = s.base
	f.Known, f.Near = known, near*s.sure
	asked, required, preferred, studied := s.post.lists(s.codes)
	skills := r.Skills.At(row, own[:])
	f.Skilled, f.Matched, f.Missing = len(skills) > 0, 0, 0
	for _, id := range asked { // in the posting's order, as weigh adds them up
		if slices.Contains(skills, id) {
			f.Matched += x.idf[id]
		} else {
			f.Missing += x.idf[id]
		}
	}
	f.Required, f.Preferred = held(s.s.certs, required), held(s.s.certs, preferred)
	majors := r.Majors.At(row, own[:])
	for _, id := range studied {
		f.Major = f.Major || slices.Contains(majors, id)
	}
	f.Months, f.Wish = months(r.CareerMonths.At(row)), int64(r.WishPay.At(row))
	if int(s.post.education) != x.anyone {
		f.Schooling = int(r.Education.At(row))
	}
	if e := s.post.employment; r.Employment.At(row) > 0 && e > 0 {
		f.Wanted, f.Kind = true, r.Employment.At(row) == e
	}
	f.Closeness = s.closeness(row)
	return f, where
}

// reached says whether the posting is where the person would work, or may be.
func (s *side) reached(row int) (where uint8) {
	var buf [16]uint16
	wishes := s.x.s.Resumes.WishRegions.At(row, buf[:])
	if len(wishes) == 0 {
		return inside
	}
	where = outside
	for _, w := range wishes {
		switch s.reach[w] {
		case inside:
			return inside
		case unclear:
			where = unclear
		}
	}
	return where
}

// shut says whether the posting is outside all regions of a résumé that are packed; where
// they did not fit it is not known.
func (s *side) shut(wishes uint64) bool {
	if wishes == 0 || wishes == manyCodes {
		return false
	}
	for ; wishes > 0; wishes >>= 16 {
		if s.reach[wishes&0xFFFF] != outside {
			return false
		}
	}
	return true
}

// nearnessOf is nearness of a résumé whose lists by work are packed.
func (s *side) nearnessOf(row int, works uint64) (best, known float64) {
	if works == manyCodes {
		r := &s.x.s.Resumes
		return s.nearness(r.Occupation.At(row), r.Wishes.At(row, nil), r.CareerOcc.At(row, nil))
	}
	for ; works > 0; works >>= 16 {
		weight := whole
		if works&1 == 1 {
			weight = workedIn
		}
		best, known = max(best, weight*s.near[works&0xFFFF>>1]), max(known, weight)
	}
	return best, known
}

// nearness is how near the posting's occupation is to those wished for, or worked in, if any
// is known.
func (s *side) nearness(occupation uint16, wishes, careers []uint16) (best, known float64) {
	weight := whole
	for _, o := range wishes {
		best, weight, known = max(best, s.near[o]), workedIn, whole
	}
	if occupation > 0 {
		best, known = max(best, weight*s.near[occupation]), max(known, weight)
	}
	for _, o := range careers {
		if o > 0 {
			best, known = max(best, weight*s.near[o]), max(known, weight)
		}
	}
	return best, known
}

func (s *side) closeness(row int) int {
	pl, r := s.x.places, &s.x.s.Resumes
	region := s.post.region
	best := 0
	near := func(home uint16) {
		switch {
		case region == 0 || home == 0:
		case home == region && pl.codes[home] != pl.top[home]:
			best = 2
		case pl.top[home] == pl.top[region]:
			best = max(best, 1)
		}
	}
	near(r.Region.At(row))
	var buf [16]uint16
	for _, w := range r.WishRegions.At(row, buf[:]) {
		near(w)
	}
	return best
}
