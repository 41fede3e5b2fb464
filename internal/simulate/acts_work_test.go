package simulate

import (
	"math"
	"runtime"
	"slices"
	"testing"
)

func TestEmployersTellAsManyAsTheyDo(t *testing.T) {
	m := market(t, nil)
	r := &Run{m: m, posts: []post{{reply: 0.3, filled: 90, shown: 40}}}
	if got := r.posts[0].hires(); got != 75 {
		t.Errorf("a vacancy taken off on day 40 takes people until day %d, want 75", got)
	}
	if r.posts[0].filled = 60; r.posts[0].hires() != 60 {
		t.Error("a vacancy takes people after it was filled elsewhere")
	}
	var good, told, replies tally
	for seeker := range 20_000 {
		a := application{seeker: uint32(seeker), logit: -0.7}
		_, events := r.judge(0, 5, &a, false, nil)
		good.add(a.outcome == goodEnough, Λ(-0.7))
		if a.outcome == goodEnough {
			replies.add(len(events) == 1 && events[0].kind == replied, 0.3+0.7/2)
		} else {
			told.add(len(events) == 1 && events[0].kind == rejected, 0.3)
		}
	}
	good.holds(t, "good enough")
	told.holds(t, "turned down and told")
	replies.holds(t, "good enough and told")
}

func TestOnlyTheBestOfferIsAccepted(t *testing.T) {
	h := dense(t)
	rows, people := h.vacancyOfRow(), h.personOfRow()
	type pair struct{ seeker, vacancy int }
	utility := map[pair]float64{}
	for _, a := range h.applications {
		utility[pair{people[a.Seeker], rows[a.Posting]}] = float64(a.Utility)
	}
	type when struct {
		seeker uint32
		week   uint8
	}
	offers, several := map[when][]float64{}, 0
	for _, e := range h.events {
		at, u := when{e.seeker, e.week}, utility[pair{int(e.seeker), int(e.vacancy) - 1}]
		if e.kind == offered {
			offers[at] = append(offers[at], u)
		}
		if e.kind != hired {
			continue
		}
		if len(offers[at]) > 1 {
			several++
		}
		if best := slices.Max(offers[at]); u < best {
			t.Fatalf("person %d takes an offer worth %.2f where another is worth %.2f", e.seeker, u, best)
		}
	}
	if several == 0 {
		t.Error("nobody had two offers")
	}
}

// TestOffersAreAnsweredByTheirEquations makes everybody an offer to whom the run
// never brought anything: they accept by (10), and what (11) leaves of the pay
// agreed on is luck of 0.05.
func TestOffersAreAnsweredByTheirEquations(t *testing.T) {
	h := usual(t)
	var accept tally
	var n, sum, squares float64
	var p Person
	for id := range h.m.people {
		s := &h.run.people[id]
		if s.life != 0 || int(s.since) > 90 {
			continue
		}
		w, u := int(s.since)+id%65, float64(id%7)/2-2
		a := answer{offer: offer{seeker: uint32(id), vacancy: uint32(id % len(h.run.posts)), utility: float32(u)}}
		h.run.answer(&a, &p, w)
		accept.add(a.hired, Λ(2.2+1.2*u+0.02*math.Min(float64(id%65), 52)))
		v := &h.run.posts[a.vacancy]
		o := &h.m.occupations[v.occupation]
		if !a.hired || float64(v.pay)*1e4 < 1.4*leastPay { // which the minimum wage may lift
			continue
		}
		level := int(v.education)
		if level < 0 {
			level = highSchool
		}
		x := (float64(h.m.monthsNear(&p, int(v.occupation)))/12 - float64(v.least) - 2) / (o.ageSD + 2)
		apart := 0.50*cut(x, 2) + 0.25*cut(float64(p.education-level), 2) + 0.20*p.ability
		z := (math.Log(float64(a.pay)) - math.Log(float64(v.pay)) - 0.35*o.spread*cut(apart, 2)) / 0.05
		n, sum, squares = n+1, sum+z, squares+z*z
	}
	accept.holds(t, "offers accepted")
	if mean, variance := sum/n, squares/n; n < 1000 || math.Abs(mean) > 4/math.Sqrt(n) || math.Abs(variance-1) > 6/math.Sqrt(n) {
		t.Errorf("luck in %.0f agreements is %.3f on average with variance %.3f; want 0 and 1", n, mean, variance)
	}
}

// TestPeopleLeaveAndComeInByTheirHazards lets people who are past counselling
// act in a market without postings.
func TestPeopleLeaveAndComeInByTheirHazards(t *testing.T) {
	m := market(t, func(p *Params) { p.Resumes = 30_000 })
	for week, found := range map[int]float64{40: 1, 70: 0.65} { // day 490 is in the recession
		r := &Run{m: m, people: make([]seeker, m.people)}
		r.index.fill(m, nil, nil)
		v := visitor{Run: r, desk: &desk{}}
		var elsewhere, givesUp, visit tally
		for id := range m.people {
			s := &r.people[id]
			s.state, s.since = looking, uint8(week-20)
			v.act(uint32(id), week)
			_, ability, drive := m.latent(id)
			elsewhere.add(s.state == gone, 0.6/14*math.Exp(0.2*cut(ability, 2))*found)
			givesUp.add(s.state == gaveUp, 0.4/14)
			if s.state == looking {
				visit.add(int(s.seen) == week+1, 0.13*math.Exp(0.3*drive))
			}
		}
		elsewhere.holds(t, "found elsewhere")
		givesUp.holds(t, "gave up")
		visit.holds(t, "came in")
		if len(v.events) != int(givesUp.got) {
			t.Errorf("%.0f gave up, %d events are logged", givesUp.got, len(v.events))
		}
	}
}

func TestThreeQuartersOfThoseWhoLoseAJobLookAgain(t *testing.T) {
	m := market(t, func(p *Params) { p.Resumes = 10_000 })
	r := &Run{m: m, people: make([]seeker, m.people)}
	for id := range m.people {
		r.people[id] = seeker{state: employed, life: r.lives.add(life{kind: lifeHired})}
		r.losses[9] = append(r.losses[9], uint32(id))
	}
	r.lose(9)
	var again tally
	for id := range m.people {
		again.add(r.people[id].state == looking, 0.75)
	}
	again.holds(t, "look again")
	v := post{occupation: 100, effect: -50} // where jobs end at once
	own := newRNG(1, ofCareer, 1)
	if first := r.ends(&own, &v, 10); first != 12 {
		t.Errorf("a job agreed on in week 10 ends in week %d at the earliest, want 12", first)
	}
}

// TestPeopleAreCounselledAndTakeUpByTheirEquation reckons each propensity of
// the truth from what the log has of the person.
func TestPeopleAreCounselledAndTakeUpByTheirEquation(t *testing.T) {
	h := usual(t)
	people := h.personOfRow()
	weeksOf := map[uint32][]int{} // in which somebody registered
	lastDay := map[uint32]int{}   // on which they did
	counsels := map[uint32]int{}
	begun, same := map[uint32]int{}, 0
	var referred tally
	for _, e := range h.events {
		switch e.kind {
		case registered:
			weeksOf[e.seeker] = append(weeksOf[e.seeker], int(e.week))
			lastDay[e.seeker] = 7*int(e.week) + int(e.day)
		case counselled, enrolled:
			if day := 7*int(e.week) + int(e.day); day < lastDay[e.seeker] {
				t.Fatalf("person %d is %s on day %d and registered on day %d", e.seeker, happeningWords[e.kind], day, lastDay[e.seeker])
			} else if day == lastDay[e.seeker] {
				same++
			}
			if e.kind == enrolled {
				begun[e.seeker] = int(e.week)
				continue
			}
			counsels[e.seeker]++
			referred.add(e.referred, 0.4)
			list := weeksOf[e.seeker]
			if looked := int(e.week) - list[len(list)-1]; looked < 0 || looked > 7 || counsels[e.seeker] > len(list) {
				t.Fatalf("person %d is counselled %d times, %d weeks after registering", e.seeker, counsels[e.seeker], looked)
			}
		case certified:
			if e.treatment == examination && int(e.week)-begun[e.seeker] != 4 {
				t.Fatalf("an examination takes %d weeks", int(e.week)-begun[e.seeker])
			}
		}
	}
	referred.holds(t, "referred")
	if same == 0 {
		t.Error("nobody is counselled on the day they register")
	}
	var p Person
	var taken, abler tally
	for _, e := range h.effects {
		id := people[e.Seeker]
		h.m.person(id, &p)
		week, looked := (int(e.Day)-int(h.m.start()))/7, 0
		for _, w := range weeksOf[uint32(id)] {
			if w <= week {
				looked = week - w
			}
		}
		aptitude, motivation := h.m.measured(id, p.ability, p.drive)
		x := -1.5 + 0.5*cut(aptitude, 3) + 0.4*cut(motivation, 3) + 0.15*float64(p.education-1) - 0.02*(years(h.m.start()-p.born)+float64(7*week)/365.25-40)
		x += 0.05*math.Min(float64(looked), 26) + 0.9*yes(e.Referred) - 0.5*yes(e.Treatment == "certificate")
		if math.Abs(float64(e.Propensity)-Λ(x)) > 1e-4 {
			t.Fatalf("the propensity of %+v is %g by equation (14)", e, Λ(x))
		}
		taken.add(e.Taken, Λ(x))
	}
	taken.holds(t, "taken up")
	var sum, squares, product float64
	const n = 20_000
	for id := range n {
		_, ability, drive := h.m.latent(id)
		a, m := h.m.measured(id, ability, drive)
		abler.add(m > 0 == (drive > 0), 0.5+math.Asin(1/math.Sqrt(1.25))/math.Pi)
		sum, squares, product = sum+a, squares+a*a, product+a*ability
	}
	abler.holds(t, "motivation as measured is of the sign of drive")
	if math.Abs(sum/n) > 0.03 || math.Abs(squares/n-1) > 0.04 || math.Abs(product/n-1/math.Sqrt(1.25)) > 0.03 {
		t.Errorf("aptitude is %.3f on average, of variance %.3f, %.3f with ability; want 0, 1, 0.894", sum/n, squares/n, product/n)
	}
}

// TestCoursesKeepToTheirPlaces in a market where they do not suffice, on any
// number of cores, and take-up keeps to (14) all the same.
func TestCoursesKeepToTheirPlaces(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	crowded := func(p *Params) { p.Resumes, p.Postings = 40_000, 400 }
	h := happen(t, crowded)
	runtime.GOMAXPROCS(7)
	if other := happen(t, crowded); !slices.Equal(h.effects, other.effects) || !slices.Equal(h.events, other.events) {
		t.Error("seven cores counsel otherwise than one")
	}
	took := map[int]int{}
	var wanted tally
	for _, e := range h.events {
		if e.kind == enrolled && e.treatment == training {
			took[int(e.course)-1]++
		}
	}
	for _, e := range h.effects {
		if e.Treatment == "course" {
			wanted.add(e.Taken, float64(e.Propensity))
		}
	}
	wanted.holds(t, "courses taken up")
	full := 0
	var k course
	for id, n := range took {
		if h.m.course(id, &k); n > k.places {
			t.Errorf("course %d for %d people has %d", id, k.places, n)
		}
		full += int(yes(n == k.places))
	}
	if full < 10 {
		t.Errorf("only %d of %d courses are full", full, len(took))
	}
	h.m.course(0, &k)
	r := &Run{m: h.m, people: make([]seeker, 9), enrolled: map[int]int{0: k.places - 1}, learners: map[uint32]taken{}}
	var asked []counsel
	for person, wants := range []bool{false, true, false, true} {
		asked = append(asked, counsel{person: uint32(person), truth: EffectTruth{Taken: wants}})
	}
	if events, effects := r.admit(asked); len(effects) != 2 || len(events) != 3 || r.enrolled[0] != k.places {
		t.Errorf("of four asked for one place, who wants it second, %d are counselled and %d events logged, want 2 and 3", len(effects), len(events))
	}
}

// TestExaminationsAreThreeInTenCounsels lets people be counselled who have
// every sort of offer open.
func TestExaminationsAreThreeInTenCounsels(t *testing.T) {
	m := market(t, func(p *Params) { p.Resumes, p.Postings = 20_000, 2_000 })
	r := &Run{m: m, people: make([]seeker, m.people)}
	var exams, once tally
	var p Person
	for id := range m.people {
		m.person(id, &p)
		certs := m.occupations[p.wish.occupations[0]].certs
		open := len(certs) > 0
		for _, c := range certs {
			open = open && !slices.Contains(p.certs, c.id)
		}
		if !open {
			continue
		}
		v := visitor{Run: r, desk: &desk{}}
		r.people[id] = seeker{state: looking, since: 10}
		counsels := 0
		for week := 10; week < 30 && r.people[id].state == looking; week++ {
			v.counsel(uint32(id), &r.people[id], week, 0)
		}
		exam := false
		for _, c := range v.counsels {
			counsels++
			exam = exam || c.kind == examination
		}
		exams.add(exam, 0.3)
		once.add(counsels <= 1, 1)
	}
	exams.holds(t, "counselled to an examination")
	once.holds(t, "counselled once")
}

// TestAPersonIsSeenAsTheDocumentSays: what enters equations (5), (8) and (9).
func TestAPersonIsSeenAsTheDocumentSays(t *testing.T) {
	m := market(t, nil)
	job := m.byCode["8212"]
	threes, twos := m.occupations[job].near[0], m.occupations[job].near[1]
	month := monthOf(m.p.AsOf)
	p := Person{registered: m.p.AsOf, education: bachelor, home: 3, worked: 3, born: m.p.AsOf - 14_610, pay: 3e7}
	beside := twos[0]
	if beside == threes[0] {
		beside = twos[1] - 1
	}
	p.spells[0] = spell{occupation: beside, start: month - 36, end: month - 24} // counts half
	p.spells[1] = spell{occupation: threes[1] - 1, start: month - 60, end: month - 36}
	p.spells[2] = spell{occupation: m.byCode["1352"], start: month - 90, end: month - 60}
	p.skills, p.certs = []held{{skill: 5}}, []int{7}
	v := post{occupation: uint16(job), place: 3, required: 7, helps: 8, education: highSchool, asks: 4, asked: [mostAsked]uint16{5, 6, 9, 11}}
	c := m.candidacy(&p, &v)
	scarcity := math.Log(m.occupations[job].postings / m.occupations[job].seekers)
	if c.years != 2.5 || c.near != 2 || c.fit != 0.25 || c.licence != 1 || c.helps || c.schooling != 2 || c.scarcity != scarcity {
		t.Errorf("the applicant is seen as %+v", c)
	}
	if v.required = 9; m.candidacy(&p, &v).licence != -1 {
		t.Error("a certificate asked for and not held is not lacking")
	}
	s := m.standing(&p, &v, windowDays-1)
	if math.Abs(s.age-40) > 0.01 || math.Abs(s.gap-2) > 1e-9 || !s.unserved {
		t.Errorf("the applicant stands as %+v", s)
	}
	p.explains, p.served = true, true
	if s := m.standing(&p, &v, windowDays-1); s.gap != 0 || s.unserved {
		t.Errorf("who explains time out of work and served stands as %+v", s)
	}
	first := func(accept func(home, to *province) bool) uint16 {
		return uint16(slices.IndexFunc(m.places.list, func(d place) bool {
			return d.code != m.places.list[3].code && accept(&provinces[m.places.list[3].province], &provinces[d.province])
		}))
	}
	p.wish = wish{home: 3, other: 3, pay: 3e7, n: 1, occupations: [mostWishes]int{job}}
	places := []uint16{3,
		first(func(a, b *province) bool { return a == b }),
		first(func(a, b *province) bool { return a != b && a.area == b.area }),
		first(func(a, b *province) bool { return a.area != b.area })}
	for want, at := range places {
		v.place, v.pay = at, 3300
		x := m.look(&p, &v)
		if same(t, "ln(pay offered / pay wished)", x.pay, math.Log(1.1)); x.distance != want || x.order != 0 || x.unlike {
			t.Errorf("a posting in district %d is seen as %+v, want distance %d", at, x, want)
		}
	}
	p.wish.other = int(places[3])
	if x := m.look(&p, &v); x.distance != 0 {
		t.Errorf("a wished district is %+v", x)
	}
	if v.occupation = uint16(beside); m.look(&p, &v).order != 3 {
		t.Error("an occupation near the wishes counts as one of them")
	}
}
