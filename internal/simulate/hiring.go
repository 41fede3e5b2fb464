package simulate

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// reviewPart and offerPart are how many vacancies and offers one worker takes
// at once.
const (
	reviewPart = 128
	offerPart  = 256
)

// An offer is on its way from a vacancy to a seeker.
type offer struct {
	seeker  uint32
	vacancy uint32
	utility float32
}

// An answer is what a seeker makes of an offer.
type answer struct {
	offer
	hired bool
	pay   uint32 // 10,000 won a year
	ends  uint8  // week in which the job ends; weeks = later
}

// decide lets the employers whose time has come choose, and the chosen answer.
// All this is of the last day of the week.
func (r *Run) decide(ctx context.Context, w int) error {
	due := r.reviews[w]
	r.reviews[w] = nil
	slices.Sort(due)
	offers, err := r.offers(ctx, due, w)
	if err != nil {
		return err
	}
	slices.SortFunc(offers, func(a, b offer) int {
		return cmp.Or(cmp.Compare(a.seeker, b.seeker), cmp.Compare(b.utility, a.utility), cmp.Compare(a.vacancy, b.vacancy))
	})
	answers, err := r.answers(ctx, offers, w)
	if err != nil {
		return err
	}
	r.settle(answers, w)
	for _, id := range due {
		r.after(id, w)
	}
	return nil
}

// offers lets vacancies choose, each by itself.
func (r *Run) offers(ctx context.Context, due []uint32, w int) (all []offer, err error) {
	type out struct {
		offers []offer
		events []event
	}
	outs := make([]out, (len(due)+reviewPart-1)/reviewPart)
	err = inParts(ctx, len(due), reviewPart, func(from, to int) {
		o := &outs[from/reviewPart]
		for _, id := range due[from:to] {
			o.offers, o.events = r.choose(id, w, o.offers, o.events)
		}
	})
	for i := range outs {
		all = append(all, outs[i].offers...)
		r.write(outs[i].events)
	}
	return all, err
}

// A ranked is an applicant with what the employer thinks of them.
type ranked struct {
	at    uint32
	score float64
}

// choose reviews the pile of one vacancy: who is not good enough is turned
// down, the best of the others are made an offer while there are openings.
// Only records of this vacancy are written.
func (r *Run) choose(id uint32, w int, offers []offer, events []event) ([]offer, []event) {
	v, o := &r.posts[id], &r.openings[id]
	over := 7*w > v.hires() || o.left == 0
	var good [64]ranked
	n := 0
	for at := o.first; at != 0; at = r.waiting.at(at).next {
		a := r.waiting.at(at)
		if s := r.people[a.seeker].state; v.bogus || s != looking && s != inCourse {
			a.outcome = turnedDown // nobody looks at it, or they are not to be had
		}
		if a.outcome == turnedDown {
			continue
		}
		var score float64
		score, events = r.judge(id, w, a, over, events)
		if a.outcome == goodEnough && n < len(good) {
			good[n] = ranked{at, score}
			n++
		}
	}
	best := good[:n]
	slices.SortFunc(best, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.at, b.at))
	})
	for _, g := range best[:min(n, int(o.left))] {
		a := r.waiting.at(g.at)
		a.outcome = turnedDown // one offer is made; who declines is not asked again
		offers = append(offers, offer{a.seeker, id, a.utility})
		events = append(events, event{kind: offered, week: uint8(w), day: 6, seeker: a.seeker, vacancy: id + 1})
	}
	return offers, events
}

// judge decides whether an applicant is good enough, for a vacancy that may be
// over, and tells them, or not.
func (r *Run) judge(id uint32, w int, a *application, over bool, events []event) (float64, []event) {
	own := newRNG(r.m.p.Seed, ofDecision, uint64(id)<<32|uint64(a.seeker))
	u := own.float()
	score := float64(a.logit) + math.Log((u+1e-12)/(1-u))
	tell := own.chance(float64(r.posts[id].reply))
	e := event{week: uint8(w), day: 6, seeker: a.seeker, vacancy: id + 1}
	switch {
	case over || score <= 0:
		a.outcome = turnedDown
		if e.kind = rejected; tell {
			events = append(events, e)
		}
	case a.outcome == waiting:
		a.outcome = goodEnough
		if e.kind = replied; tell || own.chance(0.5) {
			events = append(events, e)
		}
	}
	return score, events
}

// answers lets everybody who has offers take the best one, or none.
func (r *Run) answers(ctx context.Context, offers []offer, w int) ([]answer, error) {
	answers := make([]answer, len(offers))
	var firsts []int // where each seeker's offers begin
	for i := range offers {
		if i == 0 || offers[i].seeker != offers[i-1].seeker {
			firsts = append(firsts, i)
		}
	}
	err := inParts(ctx, len(firsts), offerPart, func(from, to int) {
		var p Person
		for k := from; k < to; k++ {
			end := len(offers)
			if k+1 < len(firsts) {
				end = firsts[k+1]
			}
			for i := firsts[k]; i < end; i++ {
				answers[i].offer = offers[i]
			}
			r.answer(&answers[firsts[k]], &p, w)
		}
	})
	return answers, err
}

// answer lets a seeker accept an offer, or not.
func (r *Run) answer(a *answer, p *Person, w int) {
	m := r.m
	own := newRNG(m.p.Seed, ofWeek, uint64(a.seeker)<<8|uint64(w)|1<<62)
	looked := w - int(r.people[a.seeker].since)
	if !own.chance(accepts(float64(a.utility), looked)) {
		return
	}
	m.person(int(a.seeker), p)
	r.live(p)
	v := &r.posts[a.vacancy]
	a.hired = true
	won := hiredPay(float64(v.pay)*1e4, m.occupations[v.occupation].spread, m.apart(p, v, w), m.effect(p, int(v.occupation)).pay, own.norm())
	a.pay = uint32(round(max(won, leastPay), 10_000) / 10_000)
	a.ends = r.ends(&own, v, w)
}

// ends draws the week in which a job that begins after week w ends, two weeks
// later at the earliest: when the
// hazards added up pass an exponential number.
func (r *Run) ends(own *rng, v *post, w int) uint8 {
	age := r.m.occupations[v.occupation].age
	left := own.exp()
	for at := w + 2; at < weeks; at++ {
		if left -= lossHazard(age, float64(v.effect), losses(7*at)); left <= 0 {
			return uint8(at)
		}
	}
	return weeks
}

// settle makes the hires.
func (r *Run) settle(answers []answer, w int) {
	var events []event
	for i := range answers {
		a := &answers[i]
		e := event{kind: declined, week: uint8(w), day: 6, seeker: a.seeker, vacancy: a.vacancy + 1}
		if !a.hired {
			events = append(events, e)
			continue
		}
		e.kind, e.pay = hired, a.pay
		events = append(events, e)
		o, s := &r.openings[a.vacancy], &r.people[a.seeker]
		o.left--
		o.hires++
		if o.left == 0 {
			o.filledOn = uint8(w) + 1
		}
		s.life = r.lives.add(life{before: s.life, ref: a.vacancy, pay: a.pay, week: uint8(w), kind: lifeHired})
		s.state, s.seen = employed, uint8(w)+1
		if int(a.ends) < weeks {
			r.losses[a.ends] = append(r.losses[a.ends], a.seeker)
		}
	}
	r.write(events)
}

// after clears a reviewed vacancy's pile when it is over, or says when it is
// looked at again.
func (r *Run) after(id uint32, w int) {
	v, o := &r.posts[id], &r.openings[id]
	o.due = false
	over := 7*w > v.hires() || o.left == 0
	if over && o.delisted {
		for at := o.first; at != 0; {
			next := r.waiting.at(at).next
			r.waiting.drop(at)
			at = next
		}
		o.first = 0
		return
	}
	for at := o.first; at != 0; at = r.waiting.at(at).next {
		if r.waiting.at(at).outcome != turnedDown {
			r.review(id, w+1) // others wait, or the pile must be told
			return
		}
	}
	if o.delisted && o.first != 0 {
		r.review(id, w+2)
	}
}
