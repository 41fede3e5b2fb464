package match

import (
	"context"
	"math"
	"runtime"
	"slices"
	"sort"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"ieum"
	"ieum/internal/match/rank"
	"ieum/internal/snapshot"
)

// People are the people for one posting.
type People struct {
	Posting   Posting  `json:"posting"`
	People    []Person `json:"people"`
	Seekers   int      `json:"seekers"` // résumés of people who look for work
	Day       ieum.Day `json:"day"`
	Snapshot  string   `json:"snapshot"`
	Simulated bool     `json:"simulated"`
}

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
// person the best counts. A posting that is closed is ieum.ErrConflict.
func (m *Matcher) Candidates(ctx context.Context, lake Lake, id string, k int) (*People, error) {
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
	best, seekers, err := x.people(ctx, row, day, k)
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
	out := &People{Posting: x.posting(row), People: []Person{}, Seekers: seekers, Day: day, Snapshot: x.s.Meta.Version, Simulated: x.s.Meta.Simulated}
	for i, f := range best {
		if len(keys.at(i)) == 0 { // erased this moment
			continue
		}
		p := x.profile(int(f.row))
		j := x.explain(x.seeker(&p), &p, uint32(row), day)
		for r := range j.Reasons { // the posting's words say nothing here
			j.Reasons[r].Asked = nil
		}
		out.People = append(out.People, Person{string(keys.at(i)), ieum.SourceID(x.s.Dict.Sources[x.s.Resumes.Source.At(int(f.row))]), j.Score, j.Reasons, j.Unclear})
	}
	return out, nil
}

// people looks at every résumé of somebody who looks for work, on all cores.
func (x *index) people(ctx context.Context, row int, day ieum.Day, k int) (best []scored, seekers int, err error) {
	crowds, rows := make([]crowd, runtime.GOMAXPROCS(0)), x.s.Resumes.Person.Len()
	g, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	for w := range crowds {
		g.Go(func() error {
			c := &crowds[w]
			*c = crowd{k: k, person: &x.s.Resumes.Person}
			side := x.side(row, day)
			const piece = 8192
			for from := int(next.Add(piece)) - piece; from < rows; from = int(next.Add(piece)) - piece {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				c.look(side, from, min(from+piece, rows))
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, 0, err
	}
	all := crowd{k: k, person: &x.s.Resumes.Person}
	for _, c := range crowds {
		seekers += c.seekers
		for _, f := range c.best {
			all.offer(f)
		}
	}
	return all.best, seekers, nil
}

// A crowd keeps the k best people, each with their best résumé.
type crowd struct {
	k       int
	person  *snapshot.Column[uint32]
	best    []scored // best first
	seekers int
	herd    herd

	near, known, top float64 // see most
}

// look offers the people of some résumés. Whose work is so far from the posting's that
// nothing else could bring them among the best is not looked at further.
func (c *crowd) look(s *side, from, to int) {
	r, h := &s.x.s.Resumes, &c.herd
	h.flags = r.Flags.AppendTo(h.flags[:0], from, to)
	h.occupations = r.Occupation.AppendTo(h.occupations[:0], from, to)
	h.wished, h.wishes = r.Wishes.AppendTo(h.wished[:0], h.wishes[:0], from, to)
	h.worked, h.careers = r.CareerOcc.AppendTo(h.worked[:0], h.careers[:0], from, to)
	wishes, careers := h.wishes, h.careers
	for i, flags := range h.flags {
		wish, career := wishes[:h.wished[i]], careers[:h.worked[i]]
		wishes, careers = wishes[len(wish):], careers[len(career):]
		row := from + i
		if flags&snapshot.Active == 0 || s.x.s.ResumeGone(row) {
			continue
		}
		c.seekers++
		near, known := s.nearness(h.occupations[i], wish, career)
		if len(c.best) == c.k && (c.k == 0 || c.most(s, near, known)+slack < c.best[c.k-1].score) {
			continue
		}
		if f, where := s.facts(row, near, known); where != outside {
			found := scored{uint32(row), s.x.score(&f), uint64(row)}
			if where == unclear || s.post.old {
				found.score -= inDoubt
			}
			c.offer(found)
		}
	}
}

// most is what somebody of some nearness scores at most.
func (c *crowd) most(s *side, near, known float64) float64 {
	if near != c.near || known != c.known || c.top == 0 {
		m := s.x.model
		most := s.rest.Plus(m.Of(rank.Occupation, near*s.sure*rank.Most[rank.Occupation])).Plus(m.Of(rank.Field, rank.Afield(near*s.sure, known)))
		c.near, c.known, c.top = near, known, m.Score(most)
	}
	return c.top
}

// A herd is what tells how near the work of some résumés is, unpacked together.
type herd struct {
	flags           []uint8
	occupations     []uint16
	wished, worked  []uint32 // how many wishes and careers each has
	wishes, careers []uint16 // occupations, of one résumé after another
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
	s     *seeker // scratch: what is looked up by the posting's side
	base  rank.Facts
	post  posted
	codes []uint16 // of its lists
	asked []asked
	near  []float64 // nearness of each occupation
	reach []uint8   // whether the posting is in each region: outside, inside or unclear
	sure  float64   // how sure the posting's occupation is
	rest  rank.Odds // the most that all other parts give
}

func (x *index) side(row int, day ieum.Day) *side {
	s := &side{x: x, s: x.nobody(), asked: x.asked(row, nil), reach: make([]uint8, len(x.s.Dict.Regions))}
	s.post, s.codes = x.unpack(row, day, nil)
	s.near, s.base = x.kinship(s.post.occupation), x.weigh(s.s, &s.post, s.codes, day)
	for i, code := range x.s.Dict.Regions {
		s.reach[i] = x.places.within(code)[s.post.region]
	}
	s.sure = float64(s.post.chance) / 100
	best := rank.Score(s.ideal())
	best[rank.Occupation] = 0
	s.rest = x.model.Odds(&best)
	return s
}

// ideal is what is known of the posting and of somebody who is all that it asks for.
func (s *side) ideal() *rank.Facts {
	f, p := s.base, &s.post
	f.Skilled, f.Matched, f.Missing = true, f.Asked, 0
	f.Required, f.Preferred, f.Major = int(p.required), int(p.preferred), p.majors > 0
	f.Months, f.Schooling, f.Wish = max(0, f.Least), math.MaxInt8, 1
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
