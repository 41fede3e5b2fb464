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

// A scored is a posting and the score it is ranked by.
type scored struct {
	row   uint32
	score float64
	id    uint64
}

// above orders by score, and equal scores by public number, so that the same
// question always has the same answer.
func above(a, b scored) bool {
	if a.score != b.score {
		return a.score > b.score
	}
	return a.id < b.id
}

// nearMiss is how much less a posting may score than the last of the best jobs that one
// licence would open: it may be a third as probable.
var nearMiss = math.Log(3)

// A hunt is a search for the best jobs of one person.
type hunt struct {
	x       *index
	v       *view
	s       *seeker
	skip    func(row uint32) bool // postings not to be shown; nil for none
	best    rank.Best[scored]
	short   rank.Best[scored] // one licence missing; K 0 when not wanted
	margin  float64
	rest    rank.Odds // the most that is given by all parts but occupation, competencies and region
	beyond  float64   // the most that tastes and prices add to a score
	weight  float64   // of all the person's competencies
	scales  scales
	seen    []uint32
	lacks   []lacked // by what must be held together, in view.asks
	round   uint32
	scanned []bool // occupations looked at as a whole

	tastes *tastes // nil = what others chose does not count
	liking []float32
	worth  float64
	prices []float32 // how much less each posting scores, by row; nil = none
}

// newHunt makes the buffers of hunts among the postings of v; reset begins one.
func newHunt(x *index, v *view) *hunt {
	return &hunt{x: x, v: v, seen: make([]uint32, len(v.rows)), lacks: make([]lacked, len(v.asks)), scanned: make([]bool, v.occupations())}
}

// hunt returns a hunt from the view's pool; done gives it back.
func (v *view) hunt(x *index) *hunt {
	if h, ok := v.hunts.Get().(*hunt); ok {
		return h
	}
	return newHunt(x, v)
}

func (v *view) done(h *hunt) { v.hunts.Put(h) }

func (h *hunt) reset(s *seeker, k, short int) {
	h.s = s
	h.best = rank.Best[scored]{K: k, Above: above}
	h.short = rank.Best[scored]{K: short, Above: above}
	h.margin = 0
	if short > 0 {
		h.margin = nearMiss
	}
	h.rest, h.beyond = s.ceiling(h.x.model), 0
	h.weight = 0
	for _, id := range s.has {
		h.weight += s.skills[id] * h.x.idf[id]
	}
	h.scales.set(h.x, s, h.covered(h.weight))
	h.skip, h.tastes, h.prices = nil, nil, nil
	h.round++
	clear(h.scanned)
}

// ceiling is the most that all parts but occupation, competencies and region can give the
// person.
func (s *seeker) ceiling(m *Model) rank.Odds {
	sum := m.Base()
	for _, of := range []struct {
		part rank.Part
		may  bool
	}{
		{rank.Recency, true}, {rank.Education, true}, {rank.Career, true}, {rank.Certificates, len(s.held) > 0 || slices.Contains(s.certs, true)},
		{rank.Major, slices.Contains(s.majors, true)}, {rank.Pay, s.wish > 0}, {rank.Employment, s.wanted},
	} {
		if of.may {
			sum = sum.Plus(m.Of(of.part, rank.Most[of.part]))
		}
	}
	return sum
}

// slack covers the rounding of sums added up in another order.
const slack = 1e-9

// reaches says whether a posting of at most these odds could still be shown.
func (h *hunt) reaches(most rank.Odds) bool { return h.enough(h.x.model.Score(most)) }

// enough says whether a posting of at most this score, but for tastes and prices, could
// still be shown.
func (h *hunt) enough(most float64) bool {
	return !h.best.Full() || h.best.K == 0 || most+h.beyond+slack >= h.best.Worst().score-h.margin
}

// run finds the best. Occupations are looked at from the nearest on, each as a
// whole. Once the best are good enough that a posting of the occupations left
// can enter only by its competencies, those are looked for in the lists of what
// the person can do, most telling first, until what is left of the lists cannot
// be enough either. (Threshold pruning as in MaxScore, Turtle and Flood 1995.)
func (h *hunt) run(ctx context.Context) error {
	order := h.occupations()
	rest := h.rest
	if h.s.anchored {
		rest = rest.Plus(h.x.model.Of(rank.Region, rank.Most[rank.Region]))
	}
	for _, o := range order {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		near := h.nearness(o)
		if !h.reaches(near.Plus(rest).Plus(h.covered(h.weight))) {
			return nil
		}
		if !h.reaches(near.Plus(rest)) {
			h.byCompetency(near.Plus(rest))
			return nil
		}
		h.occupation(o)
	}
	return nil
}

// nearness is the most that a posting of an occupation is given for it, and covered the
// most for competencies of some weight.
func (h *hunt) nearness(o uint16) rank.Odds {
	near := h.s.near[o]
	return h.x.model.Of(rank.Occupation, rank.Most[rank.Occupation]*near).Plus(h.x.model.Of(rank.Field, rank.Afield(near, h.s.known)))
}

func (h *hunt) covered(weight float64) rank.Odds {
	return h.x.model.Of(rank.Competencies, rank.Covered(weight, weight))
}

// occupations lists those with postings, nearest first.
func (h *hunt) occupations() []uint16 {
	var order []uint16
	for o := range h.scanned {
		for layer := range h.v.layers {
			if from, to := h.v.stretch(layer, o); from < to {
				order = append(order, uint16(o))
				break
			}
		}
	}
	slices.SortStableFunc(order, func(a, b uint16) int { return cmp.Compare(h.s.near[b], h.s.near[a]) })
	return order
}

// occupation judges the postings of an occupation in the regions sought, but
// those too far away to be among the best.
func (h *hunt) occupation(o uint16) {
	h.scanned[o] = true
	most := h.nearness(o).Plus(h.rest).Plus(h.covered(h.weight))
	for layer := range h.v.layers {
		from, to := h.v.stretch(layer, int(o))
		h.stretch(from, to, most)
	}
}

// stretch judges the postings from a place in the view to another, which are in order of
// region and are given, but for the region, at most most.
func (h *hunt) stretch(from, to int, most rank.Odds) {
	regions, near := h.v.regions, h.nearby(most)
	for at := from; at < to; {
		r := int(regions[at])
		if h.s.reach == nil || h.s.reach[r] != outside {
			if h.enough(near[h.s.close[r]]) {
				h.consider(at)
			}
			at++
			continue
		}
		for r < len(h.s.reach) && h.s.reach[r] == outside {
			r++
		}
		// Leave out those before the next region in reach.
		at += sort.Search(to-at, func(k int) bool { return int(regions[at+k]) >= r })
	}
}

// nearby are the scores of odds by how close the place is.
func (h *hunt) nearby(most rank.Odds) (near [3]float64) {
	for closeness := range near {
		near[closeness] = h.x.model.Score(most.Plus(h.x.model.Of(rank.Region, rank.Nearby(closeness))))
	}
	return near
}

// byCompetency judges the postings of the occupations left that ask for
// something the person can do. Without it they are given at most most.
func (h *hunt) byCompetency(most rank.Odds) {
	left := h.weight
	for _, id := range h.s.has {
		covered := h.covered(left) // what is in no list before this one is worth no more
		if !h.reaches(most.Plus(covered)) {
			return
		}
		left -= h.s.skills[id] * h.x.idf[id]
		list := h.v.skills.of(id)
		for len(list) > 0 { // the postings of an occupation, one after another
			o, end := h.v.occupationOf(list[0])
			n := sort.Search(len(list), func(i int) bool { return list[i] >= end })
			if !h.scanned[o] {
				if near := h.nearby(h.nearness(o).Plus(h.rest).Plus(covered)); h.enough(near[2]) {
					h.among(list[:n], near)
				}
			}
			list = list[n:]
		}
	}
}

// among judges those of some places in the view that were not looked at before and score
// at most as much, by how close they are.
func (h *hunt) among(list []uint32, near [3]float64) {
	for _, at := range list {
		r := h.v.regions[at]
		if h.seen[at] == h.round || h.s.reach != nil && h.s.reach[r] == outside || !h.enough(near[h.s.close[r]]) {
			continue
		}
		h.seen[at] = h.round
		h.consider(int(at))
	}
}

// consider judges the posting at a place of the view if it may be good enough, before a look
// at its lists.
func (h *hunt) consider(at int) {
	if h.enough(h.most(&h.v.posts[at]).Bound() + h.scales.answers) {
		h.judge(at)
	}
}

// judge scores the posting at a place of the view, in a region that will do, and keeps it
// if it is good enough and nothing forbids it.
func (h *hunt) judge(at int) {
	row, p := h.v.rows[at], &h.v.posts[at]
	if h.x.isShut(row) || h.skip != nil && h.skip(row) {
		return
	}
	lacks := h.lack(p.asks)
	if lacks.n > 1 || lacks.n == 1 && (lacks.unsure || h.short.K == 0) {
		return
	}
	f := h.x.weigh(h.s, p, h.v.codes, h.v.day)
	parts := rank.Score(&f)
	found := scored{row, h.x.model.Score(h.x.model.Odds(&parts)) + h.liked(row), p.id}
	if h.s.placed && h.s.reach[h.v.regions[at]] == unclear || p.old {
		found.score -= inDoubt
	}
	if h.prices != nil {
		found.score -= float64(h.prices[row])
	}
	if lacks.n == 0 {
		h.best.Offer(found)
	} else if _, enough := known(&parts); enough {
		h.short.Offer(found)
	}
}

// scales are what a person is given for what a posting says without a list, and the most
// for its lists.
type scales struct {
	base                  rank.Odds
	close                 [3]rank.Odds
	employment, education []rank.Odds
	skills, certs, majors rank.Odds
	answers               float64 // logarithm of the model's
}

func (c *scales) set(x *index, s *seeker, skills rank.Odds) {
	m := x.model
	c.base, c.skills, c.answers = m.Base(), skills, math.Log(m.Answers)
	for closeness := range c.close {
		c.close[closeness] = m.Of(rank.Region, rank.Nearby(closeness))
	}
	c.employment, c.education = c.employment[:0], c.education[:0]
	for e, sought := range s.sought {
		points := 0.0
		switch {
		case !s.wanted || e == 0:
		case sought:
			points = rank.Most[rank.Employment]
		default:
			points = rank.Least[rank.Employment]
		}
		c.employment = append(c.employment, m.Of(rank.Employment, points))
	}
	for asks := range x.s.Dict.Education {
		points := rank.Taught(s.school, asks)
		if x.anyone > 0 && asks == x.anyone {
			points = rank.Taught(1, 1)
		}
		c.education = append(c.education, m.Of(rank.Education, points))
	}
	c.certs, c.majors = rank.Odds{}, rank.Odds{}
	if len(s.held) > 0 || slices.Contains(s.certs, true) {
		c.certs = m.Of(rank.Certificates, rank.Most[rank.Certificates])
	}
	if slices.Contains(s.majors, true) {
		c.majors = m.Of(rank.Major, rank.Most[rank.Major])
	}
}

// most is the most that a posting may be given, without a look at its lists.
func (h *hunt) most(p *posted) rank.Odds {
	m, s, c := h.x.model, h.s, &h.scales
	near := s.near[p.occupation] * float64(p.chance) / 100
	points := rank.Most[rank.Occupation] * near
	chance, wish := c.base.Chance+m.Chance.Of[rank.Occupation]*points, c.base.Wish+m.Wish.Of[rank.Occupation]*points
	if near < rank.Nearness[2] {
		points = rank.Afield(near, s.known)
		chance, wish = chance+m.Chance.Of[rank.Field]*points, wish+m.Wish.Of[rank.Field]*points
	}
	points = rank.Experience(s.months, months(p.least), months(p.most), p.entry)
	chance, wish = chance+m.Chance.Of[rank.Career]*points, wish+m.Wish.Of[rank.Career]*points
	points = rank.Paid(s.wish, int64(p.payMin), int64(p.payMax))
	chance, wish = chance+m.Chance.Of[rank.Pay]*points, wish+m.Wish.Of[rank.Pay]*points
	if p.opened > 0 {
		points = rank.Aged(max(0, int(int32(h.v.day)-p.opened)))
		chance, wish = chance+m.Chance.Of[rank.Recency]*points, wish+m.Wish.Of[rank.Recency]*points
	}
	place, work, school := &c.close[s.close[p.region]], &c.employment[p.employment], &c.education[p.education]
	chance, wish = chance+place.Chance+work.Chance+school.Chance, wish+place.Wish+work.Wish+school.Wish
	if p.skills > 0 {
		chance, wish = chance+c.skills.Chance, wish+c.skills.Wish
	}
	if p.required > 0 || p.preferred > 0 {
		chance, wish = chance+c.certs.Chance, wish+c.certs.Wish
	}
	if p.majors > 0 {
		chance, wish = chance+c.majors.Chance, wish+c.majors.Wish
	}
	return rank.Odds{Chance: chance, Wish: wish}
}

// A lacked is what a person lacks of what must be held together, as of a round of a hunt.
type lacked struct {
	round  uint32
	n      int
	unsure bool
}

// lack says what the person lacks of what must be held together.
func (h *hunt) lack(asks uint32) lacked {
	l := &h.lacks[asks]
	if l.round != h.round {
		l.round = h.round
		l.n, l.unsure = h.s.lacks(h.v.asks[asks])
	}
	return *l
}

// inDoubt is how much less a posting scores of which it must be checked first that the work
// is where the person would work, or that it is still meant: one in ten is.
var inDoubt = math.Log(10)

// oldAge is the age in days from which a posting that names no last day may well
// have been forgotten.
const oldAge = 180

// old says whether a posting may be one that nobody took down.
func (x *index) old(row int, day ieum.Day) bool {
	opened := x.s.Postings.Opened.At(row)
	return x.s.Postings.Deadline.At(row) == 0 && opened > 0 && int32(day)-opened > oldAge
}

// results empties the hunt: the best postings, and those that one licence would
// open and that are then within reach of the best.
func (h *hunt) results() (best, short []scored) {
	least := math.Inf(-1)
	if h.best.K > 0 && h.best.Full() {
		least = h.best.Worst().score - h.margin
	}
	short = slices.DeleteFunc(h.short.Sorted(), func(s scored) bool { return s.score < least })
	return h.best.Sorted(), short
}

// Query says how many jobs are asked for.
type Query struct {
	K     int // jobs; default 10
	Short int // of those that one licence would open; default 3, none below 0
}

// A Result is the jobs for one person.
type Result struct {
	Jobs      []ieum.Job `json:"jobs"`
	Short     []ieum.Job `json:"short"`              // one licence is missing: those at least a third as probable as the last of the best, then those nearest to what the person can do
	Unread    []string   `json:"unread,omitempty"`   // regions sought that nobody could read
	Openings  int        `json:"openings"`           // postings open on the day
	Day       ieum.Day   `json:"day"`                // judged by for what is open
	Snapshot  string     `json:"snapshot,omitempty"` // its version
	Simulated bool       `json:"simulated"`
}

// Jobs returns the best jobs for a person among the postings open today:
// never one outside the regions sought, never one for which a certificate is
// required that the person has not. The error is ieum.ErrUnavailable when
// there is no snapshot.
func (m *Matcher) Jobs(ctx context.Context, p ieum.Profile, q Query) (*Result, error) {
	x, day, release, err := m.acquire()
	if err != nil {
		return nil, err
	}
	defer release()
	return x.jobs(ctx, day, p, q)
}

func (x *index) jobs(ctx context.Context, day ieum.Day, p ieum.Profile, q Query) (*Result, error) {
	if q.K <= 0 {
		q.K = 10
	}
	if q.Short == 0 {
		q.Short = 3
	}
	v := x.openOn(day)
	h := v.hunt(x)
	defer v.done(h)
	s := x.seeker(&p)
	h.reset(s, q.K, max(0, q.Short))
	if err := h.run(ctx); err != nil {
		return nil, err
	}
	best, short := h.results()
	if len(short) < q.Short {
		var err error
		if short, err = h.oneLicence(ctx, short, q.Short); err != nil {
			return nil, err
		}
	}
	r := &Result{Jobs: make([]ieum.Job, len(best)), Short: make([]ieum.Job, len(short)), Unread: s.unread,
		Openings: x.openings(v), Day: day, Snapshot: x.s.Meta.Version, Simulated: x.s.Meta.Simulated}
	for i, f := range best {
		r.Jobs[i] = x.explain(s, &p, f.row, v.day)
		r.Jobs[i].Sign = x.mark(int(f.row), v.day)
	}
	for i, f := range short {
		r.Short[i] = x.explain(s, &p, f.row, v.day)
		r.Short[i].Sign = x.mark(int(f.row), v.day)
	}
	return r, nil
}

// Suggest is Jobs for those who want the lists alone, from a snapshot that they
// hold.
func (m *Matcher) Suggest(ctx context.Context, s *snapshot.Snapshot, p ieum.Profile, k int) (fit, short []ieum.Job, err error) {
	x, day := m.indexOf(s)
	r, err := x.jobs(ctx, day, p, Query{K: k})
	if err != nil {
		return nil, nil, err
	}
	return r.Jobs, r.Short, nil
}
