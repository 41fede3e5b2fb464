package jobcare

import (
	"cmp"
	"math"
	"slices"
)

// yearMonths weighs time against how many have gone a way: of two ways the one
// is as good as the other that e times as many have gone, or that is a year
// shorter.
const yearMonths = 12

// muchWorse is by how much a way's score may lie above the best one's: e to this
// power is how many times fewer have gone it in the same time.
const muchWorse = 4

// unknownMonths is what a licence of which nobody says how long it takes counts
// in the order of ways, and in nothing else.
const unknownMonths = 24

// A path is the occupations of a way, and what it takes.
type path struct {
	at     [mostMoves + 1]int
	months [mostMoves + 1]int // of experience on leaving each
	wait   [mostMoves + 1]int // in each before leaving it
	moves  int
	total  int // months
	won    int64
	open   bool // see Way.Open

	unlikely float64 // minus the logarithm of its chance, and more for a licence of unknown length
	score    float64 // as its finder weighs it
}

// A budget is what a path must keep within; what is not limited is at its most.
type budget struct {
	months int
	won    int64
	region bool
	known  bool // no licence of which nobody says how long it takes
}

func (t *traveller) budget() budget {
	b := budget{months: math.MaxInt, won: math.MaxInt64, region: t.regions != nil}
	if t.limits.Months > 0 {
		b.months, b.known = t.limits.Months, true
	}
	if t.limits.Cost != nil {
		b.won, b.known = *t.limits.Cost, true
	}
	return b
}

// ways returns the best few ways to the goal within the limits, no two of them
// by the same occupations.
func (t *traveller) ways() []Way {
	out := []Way{}
	for _, p := range t.search(t.budget()) {
		out = append(out, t.way(p))
	}
	return out
}

// search looks at every path of at most mostMoves moves that can still be good,
// and returns the best different ones.
func (t *traveller) search(b budget) []path {
	f := t.find(b, finder{slack: muchWorse, weigh: func(months int, _ int64, unlikely float64) float64 { return unlikely + float64(months)/yearMonths }})
	slices.SortStableFunc(f.found, func(x, y path) int { return cmp.Compare(x.score, y.score) })
	var out []path
	for _, p := range f.found {
		if len(out) < mostWays && p.score <= f.best+muchWorse && !slices.ContainsFunc(out, p.like) {
			out = append(out, p)
		}
	}
	return out
}

// find looks for paths to the goal within a budget: those of one move first, then
// longer ones, which the shorter ones outweigh more and more.
func (t *traveller) find(b budget, f finder) *finder {
	f.t, f.budget, f.best = t, b, math.Inf(1)
	if t.goal == 0 || !t.inside(t.goal, b) {
		return &f
	}
	f.bound()
	for f.moves = 1; f.moves <= mostMoves; f.moves++ {
		for _, from := range t.from {
			p := path{unlikely: -math.Log(from.p)}
			p.at[0], p.months[0] = from.occupation, t.p.CareerMonths
			f.extend(p)
		}
	}
	return &f
}

// like reports whether two paths share one of the occupations between, or lead
// straight to the goal both.
func (p path) like(q path) bool {
	for _, o := range p.at[1:p.moves] {
		if slices.Contains(q.at[1:q.moves], o) {
			return true
		}
	}
	return p.moves == 1 && q.moves == 1
}

// inside reports whether an occupation's openings and licences are within
// a budget. Who cannot begin in it now is not led through it; where a way
// ends, a later day may do.
func (t *traveller) inside(o int, b budget) bool {
	return (!b.known || !t.need(o).open) && (o == t.goal && !b.region || t.opened(o, b.region))
}

// A finder looks for paths.
type finder struct {
	weigh func(months int, won int64, unlikely float64) float64 // the lower the better; falls with none of them
	slack float64                                               // by how much a path may weigh more than the best

	t      *traveller
	budget budget
	moves  int       // how many the paths have that are looked for now
	left   []float64 // by occupation: what the move to the goal weighs at least
	best   float64
	found  []path
}

// bound reckons what the last move weighs at least, from wherever it begins.
func (f *finder) bound() {
	t := f.t
	need := t.need(t.goal)
	f.left = make([]float64, len(t.s.Dict.Occupations))
	for o := range f.left {
		if o == t.goal || !t.r.trodden(t.s.Dict.Occupations, o, t.goal) {
			f.left[o] = math.Inf(1)
			continue
		}
		stay, unlikely := math.MaxInt, math.Inf(1)
		for level := levelOf(t.p.CareerMonths); level < levels; level++ {
			stay = min(stay, t.r.stay(o, level, t.goal))
			unlikely = min(unlikely, -math.Log(t.r.chance(t.s.Dict.Occupations, o, level, t.goal)))
		}
		f.left[o] = f.weigh(stay+need.months, need.won, unlikely)
	}
}

// extend goes on from where a path is.
func (f *finder) extend(p path) {
	if p.moves == f.moves-1 {
		if f.t.r.trodden(f.t.s.Dict.Occupations, p.at[p.moves], f.t.goal) {
			f.move(p, f.t.goal)
		}
		return
	}
	weight, last := f.weigh(p.total, p.won, p.unlikely), p.moves == f.moves-2
	for to := 1; to < len(f.left); to++ {
		switch {
		case to == f.t.goal, last && weight+f.left[to] >= f.best+f.slack, slices.Contains(p.at[:p.moves+1], to):
		case f.t.r.trodden(f.t.s.Dict.Occupations, p.at[p.moves], to):
			f.move(p, to)
		}
	}
}

// move goes on to an occupation, if that is within the budget and may still be good.
func (f *finder) move(p path, to int) {
	t, at := f.t, p.at[p.moves]
	if !t.inside(to, f.budget) {
		return
	}
	if p.moves > 0 { // who moves on has worked there first
		stay := t.r.stay(at, levelOf(p.months[p.moves]), to)
		p.wait[p.moves] = stay
		p.months[p.moves] += stay
		p.total += stay
	}
	need := t.need(to)
	p.unlikely -= math.Log(t.r.chance(t.s.Dict.Occupations, at, levelOf(p.months[p.moves]), to))
	if need.open {
		p.unlikely += unknownMonths / yearMonths
	}
	p.moves++
	p.at[p.moves], p.months[p.moves] = to, p.months[p.moves-1]
	p.total += need.months
	p.won += need.won
	p.open = p.open || need.open
	p.score = f.weigh(p.total, p.won, p.unlikely)
	least := p.score
	if p.moves == f.moves-1 && f.moves > 1 {
		least += f.left[to]
	}
	if p.total > f.budget.months || p.won > f.budget.won || least >= f.best+f.slack {
		return
	}
	if to != t.goal {
		f.extend(p)
		return
	}
	f.best = min(f.best, p.score)
	f.found = append(f.found, p)
}

// opened is opens, looked at once.
func (t *traveller) opened(o int, region bool) bool {
	seen := &t.seen[o][0]
	if region {
		seen = &t.seen[o][1]
	}
	if *seen == 0 {
		*seen = -1
		if t.opens(o, region) {
			*seen = 1
		}
	}
	return *seen > 0
}

// opens reports whether one can apply to a posting of an occupation: in the region
// where one is asked for, or anywhere.
func (t *traveller) opens(o int, region bool) bool {
	regions := t.regions
	if !region {
		regions = nil
	}
	n := len(t.s.Dict.Regions)
	for i, until := range t.r.OpenUntil[o*n : (o+1)*n] {
		if until >= int32(t.day) && (regions == nil || regions[i]) {
			return true
		}
	}
	return false
}

// obstacle says which limit stands in the way: the first of region, licence,
// time and cost without which there would be one.
func (t *traveller) obstacle() *Obstacle {
	b := t.budget()
	out := &Obstacle{Limit: t.blocked(b)}
	switch out.Limit {
	case "region":
		out.Regions = t.elsewhere()
	case "licence":
		out.Licences = t.a.licences(t.limits.Occupation, t.held)
	case "months":
		without := b
		without.months = math.MaxInt
		out.Months = int(t.leastOf(without, func(months int, _ int64, _ float64) float64 { return float64(months) }))
	case "cost":
		without := b
		without.won = math.MaxInt64
		out.Cost = int64(t.leastOf(without, func(_ int, won int64, _ float64) float64 { return float64(won) }))
	}
	out.Instead = t.instead(b)
	return out
}

// instead returns the moves within a budget that lead nearest to the goal: to its
// minor group, its sub-major group, anywhere, and last where nobody went yet.
func (t *traveller) instead(b budget) []Move {
	dict := t.s.Dict.Occupations
	within := func(akin float64) func(int) bool {
		return func(o int) bool {
			need := t.need(o)
			return o != t.goal && kinship(dict[o], t.limits.Occupation) >= akin && t.inside(o, b) && need.months <= b.months && need.won <= b.won
		}
	}
	for _, akin := range []float64{.6, .3, 0} {
		if out := t.moves(true, within(akin), mostWays); len(out) > 0 {
			return out
		}
	}
	return t.moves(false, within(0), mostWays)
}

func (t *traveller) blocked(b budget) string {
	reach := func(change func(*budget)) bool {
		without := b
		change(&without)
		return len(t.search(without)) > 0
	}
	switch {
	case t.goal == 0:
		return "unseen"
	case b.region && !t.opened(t.goal, true):
		return "region"
	case b.known && t.need(t.goal).open:
		return "licence"
	case b.months < math.MaxInt && reach(func(b *budget) { b.months = math.MaxInt }):
		return "months"
	case b.won < math.MaxInt64 && reach(func(b *budget) { b.won = math.MaxInt64 }):
		return "cost"
	case b.region && reach(func(b *budget) { b.region = false }):
		return "region"
	case b.known && reach(func(b *budget) { b.known = false }):
		return "licence"
	case reach(func(b *budget) { *b = budget{months: math.MaxInt, won: math.MaxInt64} }):
		return "several"
	}
	return "unseen"
}

// leastOf is the least that any path within the budget weighs.
func (t *traveller) leastOf(b budget, weigh func(months int, won int64, unlikely float64) float64) float64 {
	return t.find(b, finder{weigh: weigh}).best
}
