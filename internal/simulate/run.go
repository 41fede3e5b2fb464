package simulate

import (
	"context"
	"math"
	"slices"

	"ieum"
)

// A Run is the market over the weeks of the window: who looked at what, applied,
// was hired, learned and left. Each week has phases with a barrier between:
// what everybody does by themselves is drawn on all cores from streams of their
// own (seed, person, week), what they do to one another is settled in the order
// of the lists. So the run is the same on any number of cores.
type Run struct {
	m        *Market
	posts    []post
	openings []opening
	people   []seeker
	lives    arena[life]
	waiting  arena[application]

	opens    [weeks][]uint32 // vacancies by the week they open
	enter    [weeks][]uint32 // people by the week they begin to look
	reviews  [weeks + 8][]uint32
	losses   [weeks][]uint32  // people by the week in which their job ends
	enrolled map[int]int      // places of courses that are taken
	learners map[uint32]taken // what people in a course or examination are in
	open     []uint32         // vacancies on the site
	active   []uint32         // people who look or are in a course
	index    index
	book     *book // nil: nobody reads the log
}

// run lets the weeks pass. What happens is written to out, if it is not nil;
// week is called behind each.
func (m *Market) run(ctx context.Context, out *book, week func()) (*Run, error) {
	r := &Run{m: m, book: out, people: make([]seeker, m.people), enrolled: map[int]int{}, learners: map[uint32]taken{}, openings: make([]opening, m.vacancies)}
	var err error
	if r.posts, err = m.readPosts(ctx); err != nil {
		return nil, err
	}
	for id := range r.posts {
		p := &r.posts[id]
		r.openings[id].left = p.openings
		at := int(p.opened) / 7
		r.opens[at] = append(r.opens[at], uint32(id))
	}
	if err := r.register(ctx); err != nil {
		return nil, err
	}
	for w := range weeks {
		if err := r.week(ctx, w); err != nil {
			return nil, err
		}
		if week != nil {
			week()
		}
	}
	return r, nil
}

// register lists who begins to look in which week.
func (r *Run) register(ctx context.Context) error {
	begins := make([]uint8, len(r.people)) // week + 1
	err := inParts(ctx, len(begins), 1<<14, func(from, to int) {
		for id := from; id < to; id++ {
			p := Person{ID: id}
			_, p.ability, p.drive = r.m.latent(id)
			if r.m.registers(&p); p.looks {
				begins[id] = uint8(p.week) + 1
			}
		}
	})
	if err != nil {
		return err
	}
	for id, w := range begins {
		if w > 0 {
			r.enter[w-1] = append(r.enter[w-1], uint32(id))
		}
	}
	return nil
}

// latent returns what a person's stream begins with.
func (m *Market) latent(id int) (occupation int, ability, drive float64) {
	r := newRNG(m.p.Seed, ofPerson, uint64(id))
	return m.seekers.draw(&r), r.norm(), r.norm()
}

// week lets one week pass.
func (r *Run) week(ctx context.Context, w int) error {
	r.list(w)
	r.lose(w)
	for _, id := range r.enter[w] {
		r.people[id].begin(w)
		r.active = append(r.active, id)
	}
	r.enter[w] = nil
	if err := r.sessions(ctx, w); err != nil {
		return err
	}
	return r.decide(ctx, w)
}

func (s *seeker) begin(w int) { s.state, s.since, s.seen = looking, uint8(w), uint8(w)+1 }

// list brings the postings on the site up to date.
func (r *Run) list(w int) {
	r.open = slices.DeleteFunc(r.open, func(id uint32) bool {
		p, o := &r.posts[id], &r.openings[id]
		listed := int(p.shown) >= 7*w && (o.left > 0 || p.stale)
		if !listed {
			o.delisted = true
			if o.first != 0 {
				r.review(id, min(w+6, len(r.reviews)-1))
			}
		}
		return !listed
	})
	for _, id := range r.opens[w] {
		if int(r.posts[id].shown) >= 7*w {
			r.open = append(r.open, id)
		}
	}
	r.opens[w] = nil
	r.index.fill(r.m, r.posts, r.open)
}

// review puts a vacancy on the list of a week, unless it stands on one.
func (r *Run) review(id uint32, w int) {
	if o := &r.openings[id]; !o.due && w < len(r.reviews) {
		o.due = true
		r.reviews[w] = append(r.reviews[w], id)
	}
}

// againShare is the share of those who lost a job who look again where the log
// sees it.
const againShare = 0.75

// lose ends the jobs whose time has come.
func (r *Run) lose(w int) {
	var events []event
	for _, id := range r.losses[w] {
		s := &r.people[id]
		if s.state != employed {
			continue
		}
		hired := r.lives.at(s.life)
		events = append(events, event{kind: separated, week: uint8(w), seeker: id, vacancy: hired.ref + 1})
		s.life = r.lives.add(life{before: s.life, ref: hired.ref, week: uint8(w), kind: lifeSeparated})
		s.state, s.seen = gone, uint8(w)+1
		again := newRNG(r.m.p.Seed, ofCareer, uint64(id)<<9|uint64(w)<<1|1)
		if again.chance(againShare) {
			s.begin(w)
			r.active = append(r.active, id)
		}
	}
	r.losses[w] = nil
	r.write(events)
}

func (r *Run) write(events []event) {
	if r.book != nil && len(events) > 0 {
		r.book.log.put(events)
		r.book.events.put(events)
	}
}

// seeker returns what became of a person; nothing, of one who is not in the run.
func (r *Run) seeker(person int) seeker {
	if person >= len(r.people) {
		return seeker{}
	}
	return r.people[person]
}

// live adds to a person what the run brought them.
func (r *Run) live(p *Person) {
	var list [64]uint32
	n := 0
	for at := r.seeker(p.ID).life; at != 0 && n < len(list); at = r.lives.at(at).before {
		list[n] = at
		n++
	}
	for ; n > 0; n-- {
		l := r.lives.at(list[n-1])
		switch l.kind {
		case lifeHired:
			r.start(p, l)
		case lifeSeparated:
			r.end(p, l)
		case lifeTrained:
			var k course
			r.m.course(int(l.ref), &k)
			p.taken = append(p.taken, taken{kind: training, id: k.id, cert: k.cert, week: int(l.week), leads: k.occupation})
		case lifeExamined:
			p.taken = append(p.taken, taken{kind: examination, cert: int(l.ref), week: int(l.week), leads: p.wish.occupations[0]})
		}
	}
}

// Shares of people who leave their résumé open after they found a job through
// the log, and days after which those who left in other ways have closed it, on
// average: résumés go stale like postings.
const (
	openAfterHire = 0.25
	openMean      = 300
)

// updated returns when a person last changed their résumé, and whether it is
// open to employers.
func (r *Run) updated(p *Person, own *rng) (day ieum.Day, active bool) {
	x := own.float()
	s := r.seeker(p.ID)
	day = p.registered
	if s.seen > 0 {
		day = max(day, r.m.start()+ieum.Day(7*int(s.seen-1)+own.intn(7)))
	} else {
		own.next()
	}
	open := math.Exp(-float64(r.m.p.AsOf-day) / openMean)
	switch s.state {
	case looking, inCourse:
		open = 1
	case gaveUp:
		open = 0
	case employed:
		open *= openAfterHire
	}
	return day, x < open
}

// start adds a job found in the window.
func (r *Run) start(p *Person, l *life) {
	v := &r.posts[l.ref]
	own := newRNG(r.m.p.Seed, ofCareer, uint64(p.ID)<<9|uint64(l.week)<<1)
	p.begin(spell{
		occupation: int(v.occupation), title: int(v.title), start: r.monthOf(l.week), pay: int64(l.pay) * 10_000,
		coded: !own.chance(r.m.p.Rates.Uncoded),
	})
	p.pay = p.spells[0].pay
}

// begin puts a person into a job.
func (p *Person) begin(s spell) {
	p.worked = min(p.worked+1, len(p.spells))
	copy(p.spells[1:p.worked], p.spells[:p.worked-1])
	p.spells[0] = s
	p.occupation, p.title = s.occupation, s.title
}

// end ends the job that p is in, and adds what it taught.
func (r *Run) end(p *Person, l *life) {
	s := &p.spells[0]
	s.end = max(r.monthOf(l.week), s.start)
	if s.end == 0 {
		return
	}
	months := s.end - s.start
	p.months += months
	own := newRNG(r.m.p.Seed, ofLearning, uint64(p.ID)|uint64(l.week)<<40)
	r.m.practise(&own, p, s.occupation, months)
}

// monthOf returns the month in which a week of the window begins.
func (r *Run) monthOf(week uint8) int { return monthOf(r.m.start() + ieum.Day(7*int(week))) }
