package jobcare

import (
	"cmp"
	"context"
	"slices"

	"ieum"
	"ieum/internal/snapshot"
)

// A Goal is where somebody wants to come to, and within which limits.
type Goal struct {
	Occupation string `json:"goal,omitempty" doc:"KECO 2025 unit group; without one: where people like this went"`
	Months     int    `json:"months,omitempty" doc:"at most so many months; 0 = no limit"`
	Cost       *int64 `json:"cost,omitempty" doc:"learning may cost so much, in won; not given = no limit"`
	Region     string `json:"region,omitempty" doc:"code of the list regions in which there must be openings"`
}

// mostWays is how many ways are shown, and mostMoves of how many moves one has
// at most: each further one rests on fewer people.
const (
	mostWays  = 3
	mostMoves = 3
)

// A Roadmap is where somebody can go from where they are.
type Roadmap struct {
	Profile   ieum.Profile `json:"-"`              // of the person, as in Diagnosis
	From      []Named      `json:"from"`           // what the person has done and the ways begin at; none: no work yet
	Level     string       `json:"level"`          // of all their experience: entry, middle or senior
	Goal      *Named       `json:"goal,omitempty"` // where to
	Limits    Goal         `json:"limits"`
	There     bool         `json:"there"`              // the person has done the goal's work already
	Ways      []Way        `json:"ways"`               // best first; at most 3
	Obstacle  *Obstacle    `json:"obstacle,omitempty"` // why there is no way
	Moves     []Move       `json:"moves"`              // where people like this went, most likely first; at most 10
	Day       ieum.Day     `json:"day"`
	Snapshot  string       `json:"snapshot"`
	Simulated bool         `json:"simulated"`
}

// A Way is some moves, one after the other.
type Way struct {
	Steps  []Step `json:"steps"`
	Months int    `json:"months"` // until the goal's work begins: learning, and in between the median of who went on
	Cost   int64  `json:"cost"`   // of the courses, won
	People Figure `json:"people"` // who made the rarest of its moves
	Thin   bool   `json:"thin"`   // fewer than 30 did, or than are shown
	Open   bool   `json:"open"`   // a licence is needed for which no course is known: time and cost are not counted
	Worth  Worth  `json:"worth"`  // pay where it leads beside pay where the person is

	score float64
}

// A Step is one move of a way and what to do for it.
type Step struct {
	Move
	Wait     int       `json:"wait"`     // months in the occupation before, for the steps after the first
	Months   int       `json:"months"`   // of learning
	Cost     int64     `json:"cost"`     // of it, won
	Have     []Asked   `json:"have"`     // asked for, and shown by the person's words
	Learn    []Asked   `json:"learn"`    // asked for, and not shown nor learned on the way
	Licences []Licence `json:"licences"` // required by law, and not held
	Courses  []Course  `json:"courses"`
	Openings Figure    `json:"openings"` // open places, in the region where one is asked for
	Beyond   bool      `json:"beyond"`   // there are courses, but none within the limits
}

// A Move is a change from one occupation to another by somebody of a level.
type Move struct {
	From   Named  `json:"from"` // no code: no work yet
	To     Named  `json:"to"`
	Level  string `json:"level"`  // of the experience of who moves
	People Figure `json:"people"` // who made it, at any level
	Share  Figure `json:"share"`  // of all moves out of where it begins
	Thin   bool   `json:"thin"`   // fewer than 30 made it
	Before Figure `json:"before"` // median months they had worked in what they left
	Worth  Worth  `json:"worth"`
	Had    []Had  `json:"had"` // what who made it last have more often than who stayed
}

// A Worth is the last pay of people who work in two states now, won a year. It is
// no effect of a move: who moves differs from who stays.
type Worth struct {
	From       Figure `json:"from"`
	To         Figure `json:"to"`
	Difference *int64 `json:"difference"` // of the medians; null when either is not known
}

// Had is what those who made a move have; when they got it is not recorded.
type Had struct {
	Named
	Kind   string  `json:"kind"`   // competency or certificate
	Share  Figure  `json:"share"`  // of who made the move last
	Stayed Figure  `json:"stayed"` // of who work in what they left
	Lift   float64 `json:"lift"`   // the one over the other
}

// A Course is where something can be learned.
type Course struct {
	Title        string        `json:"title"`
	Institution  string        `json:"institution"`
	Region       *Named        `json:"region,omitempty"`
	Hours        int           `json:"hours"`
	Months       int           `json:"months"` // of learning full time
	Cost         int64         `json:"cost"`   // what the learner pays, won
	Teaches      []Named       `json:"teaches"`
	Certificates []Named       `json:"certificates"`
	Closed       ieum.Day      `json:"closed,omitzero"` // last day
	URL          string        `json:"url,omitempty"`
	Source       ieum.SourceID `json:"source"`
}

// An Obstacle says why no way leads to a goal, and what would.
type Obstacle struct {
	Limit    string    `json:"limit"`              // months, cost, region, licence, several (none of them alone), or unseen (nobody has gone there)
	Months   int       `json:"months,omitempty"`   // what the least way takes, when it is months
	Cost     int64     `json:"cost,omitempty"`     // or cost
	Regions  []Offer   `json:"regions,omitempty"`  // where there are openings, when it is region
	Licences []Licence `json:"licences,omitempty"` // required by law, when it is licence
	Instead  []Move    `json:"instead"`            // the nearest that can be reached
}

// Roadmap says how somebody can come from where they are to a goal, or without
// one where people like them went. Nothing of it is stored. A goal that is no
// unit group is ieum.ErrNotFound, another limit that is none ieum.ErrInvalid; a
// goal that cannot be reached is no error (Roadmap.Obstacle).
func (a *Adviser) Roadmap(ctx context.Context, r ieum.Resume, g Goal) (*Roadmap, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	p := a.reader.Read(r)
	s, release, err := a.live.Acquire()
	if err != nil {
		return nil, err
	}
	defer release()
	t, err := a.traveller(s, p, g)
	if err != nil {
		return nil, err
	}
	return t.roadmap(), ctx.Err()
}

// A traveller is a person with a goal, in the snapshot's numbers.
type traveller struct {
	a       *Adviser
	s       *snapshot.Snapshot
	b       *base
	r       *roads
	p       ieum.Profile
	held    held
	from    []start
	goal    int
	limits  Goal
	regions []bool // by position in the Dict; nil = all
	day     ieum.Day
	needs   []*need        // by occupation; see need
	seen    [][2]int8      // by occupation: whether there are openings anywhere, in the region; see opened
	places  map[int]Figure // by occupation; see openings
}

// A start is an occupation the ways begin at, and how sure it is.
type start struct {
	occupation int
	p          float64
}

// mostStarts is how many occupations the ways begin at.
const mostStarts = 3

func (a *Adviser) traveller(s *snapshot.Snapshot, p ieum.Profile, g Goal) (*traveller, error) {
	t := &traveller{a: a, s: s, b: s.Part(partName).(*base), r: s.Part(roadmapPart).(*roads), p: p, held: newHeld(s, p), limits: g, day: s.Today(a.now()),
		needs: make([]*need, len(s.Dict.Occupations)), seen: make([][2]int8, len(s.Dict.Occupations)), places: map[int]Figure{}}
	if g.Occupation != "" {
		if err := a.unitGroup(g.Occupation, "/goal"); err != nil {
			return nil, err
		}
		t.goal = snapshot.Find(s.Dict.Occupations, g.Occupation)
	}
	if g.Months < 0 || g.Cost != nil && *g.Cost < 0 {
		return nil, &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.roadmap_limit", Field: "/months", Message: "months and cost are not below 0"}
	}
	var err error
	if t.regions, err = a.within("region", "regions", s.Dict.Regions, g.Region, "a region code such as 11 or 11680"); err != nil {
		return nil, err
	}
	for _, done := range p.Occupations {
		if o := snapshot.Find(s.Dict.Occupations, done.Code); o > 0 && done.P >= likely && len(t.from) < mostStarts {
			t.from = append(t.from, start{o, done.P})
		}
	}
	if len(t.from) == 0 {
		t.from = []start{{0, 1}}
	}
	return t, nil
}

func (t *traveller) roadmap() *Roadmap {
	m := &Roadmap{Profile: t.p, From: []Named{}, Level: Levels[levelOf(t.p.CareerMonths)].Code, Limits: t.limits, Ways: []Way{},
		Day: t.day, Snapshot: t.s.Meta.Version, Simulated: t.s.Meta.Simulated}
	for _, f := range t.from {
		if f.occupation > 0 {
			m.From = append(m.From, t.named(f.occupation))
		}
	}
	m.Moves = t.moves(true, func(o int) bool { return t.opened(o, t.regions != nil) }, shownMoves)
	if t.limits.Occupation == "" {
		return m
	}
	m.Goal = &Named{t.limits.Occupation, t.a.set.Name("keco2025", t.limits.Occupation)}
	if m.There = t.goal > 0 && t.held.worked(t.goal); m.There {
		return m
	}
	if m.Ways = t.ways(); len(m.Ways) == 0 {
		m.Obstacle = t.obstacle()
	}
	return m
}

// named is an occupation with its name; no work yet has none.
func (t *traveller) named(o int) Named {
	if o == 0 {
		return Named{Name: ieum.Text{KO: "첫 일자리 전", EN: "before the first job"}}
	}
	code := t.s.Dict.Occupations[o]
	return Named{code, t.a.set.Name("keco2025", code)}
}

// shownMoves is how many moves are shown without a goal.
const shownMoves = 10

// moves returns the k moves that people like this most likely make, to
// occupations that are kept; trodden ones alone, or others too.
func (t *traveller) moves(trodden bool, keep func(o int) bool, k int) []Move {
	chances, by := t.chances()
	var order []int
	for o := 1; o < len(chances); o++ {
		if !t.held.worked(o) && (!trodden || t.r.trodden(t.s.Dict.Occupations, by[o], o)) && keep(o) {
			order = append(order, o)
		}
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(chances[y], chances[x]) })
	out := []Move{}
	for _, o := range order[:min(k, len(order))] {
		out = append(out, t.move(by[o], o, t.p.CareerMonths))
	}
	return out
}

// chances is how likely each occupation is the next of people like this, and
// from which start it is likeliest.
func (t *traveller) chances() (of []float64, by []int) {
	dict, level := t.s.Dict.Occupations, levelOf(t.p.CareerMonths)
	of, by = make([]float64, len(dict)), make([]int, len(dict))
	best := make([]float64, len(dict))
	var majors []uint16
	for _, code := range t.p.Majors {
		majors = append(majors, uint16(snapshot.Find(t.s.Dict.Majors, code)))
	}
	for _, f := range t.from {
		for o := 1; o < len(dict); o++ {
			if o == f.occupation {
				continue
			}
			c := f.p * t.r.chance(dict, f.occupation, level, o) * t.r.suits(o, majors)
			if of[o] += c; c > best[o] {
				best[o], by[o] = c, f.occupation
			}
		}
	}
	return of, by
}

// An Offer is how many places are open in a province.
type Offer struct {
	Named
	Openings Figure `json:"openings"`
}
