package simulate

import (
	"context"
	"runtime"

	"golang.org/x/sync/errgroup"

	"ieum"
)

// A post is a vacancy as the run needs it: what seekers see and employers ask,
// in few bytes, for there are millions.
type post struct {
	firm       uint32
	row        uint32 // of the original posting
	pay        uint32 // 10,000 won a year, middle of the range
	opened     uint16 // days of the window
	shown      uint16 // last day on the site unless filled earlier
	filled     uint16 // day on which it is filled otherwise
	place      uint16
	occupation uint16
	asked      [mostAsked]uint16
	required   int16
	helps      int16
	effect     float32 // of the firm on pay
	reply      float32
	bias       float32
	picky      float32
	openings   uint8
	asks       uint8
	title      uint8
	least      uint8
	most       uint8
	delay      uint8 // weeks
	employment employment
	education  int8
	onlyNew    bool
	shifts     bool
	stale      bool
	bogus      bool
	copied     bool
}

// hires returns the last day on which a vacancy takes somebody through the log:
// applications are looked at for some weeks after it was taken off.
func (v *post) hires() int { return min(int(v.filled), int(v.shown)+35) }

// An opening is the changing part of a vacancy.
type opening struct {
	first    uint32 // application, 0 = none; the newest
	applied  uint16 // how many applied, for the recommender
	left     uint8  // openings
	due      bool   // stands in a list of reviews
	delisted bool
	filledOn uint8 // week + 1, 0 = not filled through the log
	hires    uint8 // through the log
}

// The states of a person in the run.
type state uint8

const (
	out      state = iota // not looking, or not where the log sees it
	looking               //
	inCourse              // looking again when it ends
	employed              // in a job found through the log
	gone                  // looked, and found something elsewhere
	gaveUp
)

var stateWords = [...]string{"out", "looking", "in-course", "employed", "found-elsewhere", "gave-up"}

// state says what a person of the run is doing at its end.
func (r *Run) state(person int) string {
	if person >= r.m.people { // who came after it
		return stateWords[looking]
	}
	return stateWords[r.people[person].state]
}

// A seeker is the changing part of a person.
type seeker struct {
	life  uint32 // newest life record, 0 = none
	state state
	since uint8 // week in which they began to look
	until uint8 // last week of a course
	seen  uint8 // last week in which they did something, + 1
}

// A life record is what the run adds to a person.
type life struct {
	before uint32 // the record before
	ref    uint32 // vacancy, course or certificate
	pay    uint32 // 10,000 won a year
	week   uint8
	kind   lifeKind
}

type lifeKind uint8

const (
	lifeHired lifeKind = iota
	lifeSeparated
	lifeTrained  // ref: course
	lifeExamined // ref: certificate
)

// An application waits with an employer.
type application struct {
	seeker  uint32
	next    uint32  // the one before it with the same vacancy
	logit   float32 // the employer's, with penalties
	utility float32 // the seeker's
	outcome outcome
}

type outcome uint8

const (
	waiting outcome = iota
	goodEnough
	turnedDown
)

// An arena keeps records that are referred to by number from 1 on, in blocks
// that never move.
type arena[T any] struct {
	blocks [][]T
	next   uint32
	free   []uint32
}

const arenaBlock = 1 << 14

func (a *arena[T]) add(x T) uint32 {
	var n uint32
	if k := len(a.free); k > 0 {
		n, a.free = a.free[k-1], a.free[:k-1]
	} else {
		a.next++
		n = a.next
		if int(n/arenaBlock) == len(a.blocks) {
			a.blocks = append(a.blocks, make([]T, arenaBlock))
		}
	}
	*a.at(n) = x
	return n
}

func (a *arena[T]) at(n uint32) *T { return &a.blocks[n/arenaBlock][n%arenaBlock] }

// drop gives a record back; its number is used again.
func (a *arena[T]) drop(n uint32) { a.free = append(a.free, n) }

// readPosts draws all vacancies.
func (m *Market) readPosts(ctx context.Context) ([]post, error) {
	posts := make([]post, m.vacancies)
	err := inParts(ctx, m.vacancies, 1<<13, func(from, to int) {
		var v vacancy
		var f firm
		for id := from; id < to; id++ {
			m.vacancy(id, &v, &f)
			m.post(&v, &f, &posts[id])
		}
	})
	return posts, err
}

// shiftHours says which of hourWords are nights, evenings or shifts.
const shiftHours = 1<<5 | 1<<6 | 1<<7 | 1<<8 | 1<<9 | 1<<10 | 1<<11

func (m *Market) post(v *vacancy, f *firm, p *post) {
	since := func(d ieum.Day) uint16 { return uint16(min(d-m.start(), 1<<15)) }
	*p = post{
		firm: uint32(f.id), row: uint32(m.postingOrder.place(v.id)), pay: uint32((v.payMin + v.payMax) / 20_000),
		opened: since(v.opened), shown: since(v.shown), filled: since(v.filled), place: uint16(v.place), occupation: uint16(v.occupation),
		required: int16(v.required), helps: int16(v.helps), openings: uint8(v.openings), asks: uint8(v.asks), title: uint8(v.title),
		effect: float32(f.behaviour.effect), reply: float32(f.behaviour.reply), bias: float32(f.behaviour.bias), picky: float32(f.behaviour.picky),
		delay: uint8(f.behaviour.delay), least: uint8(v.least), most: uint8(v.most), employment: v.employment, education: int8(v.education),
		onlyNew: v.onlyNew, shifts: shiftHours>>v.hours&1 == 1, stale: v.stale, bogus: v.bogus, copied: v.copied,
	}
	for i, h := range v.asked[:v.asks] {
		p.asked[i] = uint16(h.skill)
	}
}

// inParts calls f for the parts of n things, on all cores.
func inParts(ctx context.Context, n, size int, f func(from, to int)) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for from := 0; from < n; from += size {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			f(from, min(from+size, n))
			return nil
		})
	}
	return group.Wait()
}

// An index lists the postings on the site by province and occupation, as one
// array with the place at which each cell begins.
type index struct {
	list   []uint32
	starts []uint32
}

// fill lists the vacancies of open by cell, in their order.
func (x *index) fill(m *Market, posts []post, open []uint32) {
	cells := len(provinces) * len(m.occupations)
	x.starts = append(x.starts[:0], make([]uint32, cells+1)...)
	cell := func(id uint32) int {
		p := &posts[id]
		return m.places.list[p.place].province*len(m.occupations) + int(p.occupation)
	}
	for _, id := range open {
		x.starts[cell(id)+1]++
	}
	for i := range cells {
		x.starts[i+1] += x.starts[i]
	}
	x.list = append(x.list[:0], make([]uint32, len(open))...)
	at := append([]uint32(nil), x.starts[:cells]...)
	for _, id := range open {
		c := cell(id)
		x.list[at[c]] = id
		at[c]++
	}
}

// within returns the postings of a province in the occupations from a to b.
func (x *index) within(m *Market, province, a, b int) []uint32 {
	row := province * len(m.occupations)
	return x.list[x.starts[row+a]:x.starts[row+b]]
}
