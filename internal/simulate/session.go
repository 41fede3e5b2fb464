package simulate

import (
	"context"
	"math"
	"slices"
)

// poolSize is how many postings a session draws its page from at most, and
// poolEnough after how many it does not look further away.
const (
	poolSize   = 40
	poolEnough = 12
)

// mostApplied is how many applications somebody writes in a session at most.
const mostApplied = 3

// sessionPart is how many people one worker takes at once.
const sessionPart = 256

// A desk is what one part of the people of a week does. Everything in it is
// merged in the order of the parts.
type desk struct {
	events   []event
	sent     []sent
	gained   []lived
	stay     []uint32
	truths   []ApplicationTruth
	shown    []displayed
	counsels []counsel
}

// sent is an application on its way to its vacancy.
type sent struct {
	vacancy uint32
	application
}

// lived is a life record on its way to its person.
type lived struct {
	person uint32
	life
}

// A visitor is what a worker needs to let people act.
type visitor struct {
	*Run
	*desk
	person  Person
	course  course
	pool    [poolSize]uint32
	n       int
	weights [poolSize]float64
	views   [poolSize]view
}

// sessions lets everybody who looks act for a week, and merges what they did.
func (r *Run) sessions(ctx context.Context, w int) error {
	parts := (len(r.active) + sessionPart - 1) / sessionPart
	desks := make([]desk, parts)
	err := inParts(ctx, len(r.active), sessionPart, func(from, to int) {
		v := visitor{Run: r, desk: &desks[from/sessionPart]}
		for _, id := range r.active[from:to] {
			v.act(id, w)
		}
	})
	if err != nil {
		return err
	}
	r.active = r.active[:0]
	for i := range desks {
		d := &desks[i]
		r.active = append(r.active, d.stay...)
		for _, l := range d.gained {
			s := &r.people[l.person]
			l.before = s.life
			s.life = r.lives.add(l.life)
			delete(r.learners, l.person)
		}
		for _, a := range d.sent {
			r.receive(a, w)
		}
		counsels, effects := r.admit(d.counsels)
		r.write(append(d.events, counsels...))
		if r.book != nil {
			r.book.applications.put(d.truths)
			r.book.effects.put(effects)
			r.book.shown.put(d.shown)
		}
	}
	return nil
}

// receive puts an application on its vacancy's pile.
func (r *Run) receive(a sent, w int) {
	o := &r.openings[a.vacancy]
	a.next = o.first
	o.first = r.waiting.add(a.application)
	o.applied = min(o.applied+1, math.MaxUint16-1)
	r.review(a.vacancy, w+int(r.posts[a.vacancy].delay))
}

// act lets one person act in a week: come in, finish a course, leave, be
// counselled, look.
func (v *visitor) act(id uint32, w int) {
	s := &v.people[id]
	if s.state != looking && s.state != inCourse {
		return
	}
	r := newRNG(v.m.p.Seed, ofWeek, uint64(id)<<8|uint64(w))
	from := 0
	if int(s.since) == w {
		from = v.comeIn(&r, id, s, w)
	}
	if s.state == inCourse {
		if w < int(s.until) {
			v.stay = append(v.stay, id)
			return
		}
		s.state = looking
		v.finish(id, w)
	}
	_, ability, drive := v.m.latent(int(id))
	x := r.float()
	if elsewhere := elsewhereHazard(ability, 7*w); x < elsewhere+gaveUpHazard {
		s.state = gone
		if x >= elsewhere {
			s.state = gaveUp
			v.events = append(v.events, event{kind: left, week: uint8(w), day: 6, seeker: id})
		}
		return
	}
	v.stay = append(v.stay, id)
	if v.counsel(id, s, w, from) {
		return
	}
	if r.chance(visits(drive)) {
		s.seen = uint8(w) + 1
		v.session(&r, id, w, from+r.intn(7-from))
	}
}

// comeIn logs the registration and returns its day of the week.
func (v *visitor) comeIn(r *rng, id uint32, s *seeker, w int) int {
	day := r.intn(7)
	v.events = append(v.events, event{kind: registered, week: uint8(w), day: uint8(day), seeker: id})
	return day
}

// load draws the person with what the run has brought them so far.
func (v *visitor) load(id uint32) *Person {
	v.m.person(int(id), &v.person)
	v.live(&v.person)
	return &v.person
}

// wishOrder is with what probability a session is for the first, second or
// third wish.
var wishOrder = [mostWishes]float64{0.6, 0.25, 0.15}

// session shows somebody a page of postings and lets them open and apply.
func (v *visitor) session(r *rng, id uint32, w, weekday int) {
	p := v.load(id)
	order := 0
	for x := r.float(); order < p.wish.n-1 && x >= wishOrder[order]; order++ {
		x -= wishOrder[order]
	}
	day := 7*w + weekday
	v.gather(r, p, p.wish.occupations[order], day)
	if v.n == 0 {
		return
	}
	how := search
	if r.chance(recommended) {
		how = recommender
	}
	v.weigh(p, how, day)
	var chosen [slateSize]int
	var propensity [slateSize]float64
	n := slate(r, v.weights[:v.n], &chosen, &propensity)
	applied := 0
	for i, at := range chosen[:n] {
		if v.book != nil && id < sampled {
			v.shown = append(v.shown, displayed{id, uint8(w), uint8(weekday), uint8(i + 1), float32(v.wants(p, at))})
		}
		e := event{kind: impression, week: uint8(w), day: uint8(weekday), channel: how, position: uint8(i + 1), propensity: float32(propensity[i]), seeker: id, vacancy: v.pool[at] + 1}
		v.events = append(v.events, e)
		u := v.views[at].utility()
		e.propensity = 0
		if !r.chance(examined[i]) || !r.chance(opened(u)) {
			continue
		}
		e.kind = viewed
		v.events = append(v.events, e)
		if applied < mostApplied && v.apply(r, e, p, v.pool[at], u) {
			applied++
		}
	}
}

// gather collects the postings that may be shown: of the occupation in the home
// province, then in the area, then of occupations near it, then further away.
func (v *visitor) gather(r *rng, p *Person, occupation, day int) {
	v.n = 0
	m, home := v.m, v.m.places.list[p.home].province
	near := m.occupations[occupation].near
	area := provinces[home].area
	v.take(r, v.index.within(m, home, occupation, occupation+1), day)
	around := func(inside bool, a, b int) {
		for i := range provinces {
			if (provinces[i].area == area) == inside && v.n < poolSize {
				v.take(r, v.index.within(m, i, a, b), day)
			}
		}
	}
	if v.n < poolEnough {
		for i := range provinces {
			if i != home && provinces[i].area == area {
				v.take(r, v.index.within(m, i, occupation, occupation+1), day)
			}
		}
	}
	inner := [2]int{occupation, occupation + 1}
	for _, ring := range near {
		if v.n < poolEnough {
			around(true, ring[0], inner[0])
			around(true, inner[1], ring[1])
		}
		inner = ring
	}
	if v.n < poolEnough {
		around(false, near[0][0], near[0][1])
	}
}

// take adds postings of a list that are on the site on a day, from a random
// place on when there are more than fit.
func (v *visitor) take(r *rng, list []uint32, day int) {
	if len(list) == 0 {
		return
	}
	at := 0
	if len(list) > poolSize-v.n {
		at = r.intn(len(list))
	}
	for range list {
		if v.n == poolSize {
			return
		}
		if p := &v.posts[list[at]]; int(p.opened) <= day && day <= int(p.shown) {
			v.pool[v.n] = list[at]
			v.n++
		}
		if at++; at == len(list) {
			at = 0
		}
	}
}

// weigh sets the weights with which the pool is shown, and what the person
// makes of each.
func (v *visitor) weigh(p *Person, how channel, day int) {
	for i, id := range v.pool[:v.n] {
		post := &v.posts[id]
		v.views[i] = v.m.look(p, post)
		if how == search {
			v.weights[i] = searchWeight(float64(day-int(post.opened)), math.Log(float64(post.pay)*1e4/v.m.occupations[post.occupation].median))
			continue
		}
		noise := normal[mix(mix(v.m.p.Seed^uint64(p.ID))+uint64(id)*0x9E3779B97F4A7C15)>>52]
		v.weights[i] = recommendedWeight(v.views[i].utility(), float64(noise), int(v.openings[id].applied))
	}
}

// apply lets somebody who read a posting apply, or not.
func (v *visitor) apply(r *rng, e event, p *Person, id uint32, utility float64) bool {
	post := &v.posts[id]
	day := 7*int(e.week) + int(e.day)
	logit := v.m.candidacy(p, post).logit()
	wants := applies(utility, logit+perception*r.norm())
	if !r.chance(wants) {
		return false
	}
	if v.before(p, id) {
		return false // once is enough
	}
	penalty := v.m.p.Discrimination * float64(post.bias) * v.m.standing(p, post, day).penalty()
	e.kind = applied
	v.events = append(v.events, e)
	v.sent = append(v.sent, sent{id, application{seeker: uint32(p.ID), logit: float32(logit + penalty), utility: float32(utility)}})
	v.truths = append(v.truths, ApplicationTruth{
		Day: int32(v.m.start()) + int32(day), Seeker: v.m.seekerRow(p.ID), Posting: int64(post.row), Session: v.m.session(p.ID, int(e.week)),
		Utility: float32(utility), Applies: float32(wants), Chance: float32(logistic(logit + penalty)), Penalty: float32(penalty),
	})
	return true
}

// before says whether somebody has applied for a posting already.
func (v *visitor) before(p *Person, id uint32) bool {
	for at := v.openings[id].first; at != 0; at = v.waiting.at(at).next {
		if v.waiting.at(at).seeker == uint32(p.ID) {
			return true
		}
	}
	return slices.ContainsFunc(v.sent, func(a sent) bool { return a.seeker == uint32(p.ID) && a.vacancy == id })
}

// wants is with what probability somebody who looks at a line of the pool opens it and
// applies, over all they may think of their chance.
func (v *visitor) wants(p *Person, at int) float64 {
	id, u := v.pool[at], v.views[at].utility()
	if v.before(p, id) {
		return 0
	}
	logit, sum, n := v.m.candidacy(p, &v.posts[id]).logit(), 0.0, 0
	for i := wantsStep / 2; i < len(normal); i += wantsStep {
		sum, n = sum+applies(u, logit+perception*float64(normal[i])), n+1
	}
	return opened(u) * sum / float64(n)
}

// wantsStep is which of the quantiles are gone through.
const wantsStep = 64

// Applications is how many applications a page comes to in the mean, by what people want of
// what is at its places (ShownTruth), whatever order brought it there.
func Applications(wants []float64) (mean float64) {
	so := [mostApplied]float64{1} // probability of so many by now, short of the most
	for i, w := range wants[:min(len(wants), slateSize)] {
		by := examined[i] * w
		for n := mostApplied - 1; n >= 0; n-- {
			mean += so[n] * by
			if n+1 < mostApplied {
				so[n+1] += so[n] * by
			}
			so[n] *= 1 - by
		}
	}
	return mean
}
