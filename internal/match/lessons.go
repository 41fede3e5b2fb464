package match

import (
	"context"
	"math/rand/v2"
	"slices"

	"ieum"
	"ieum/internal/match/rank"
	"ieum/internal/snapshot"
)

// A lesson is a posting that somebody was shown or applied for, with what came of it.
type lesson struct {
	resume, posting uint32 // rows
	day             ieum.Day
	place           int  // on the page; 0 = it is not recorded that it was shown
	drawn           bool // nothing of the kind: any posting that was open
	channel         uint8
	propensity      float64 // of being shown there; 0 = not recorded
	viewed          bool
	applied         bool
	answered        bool // as they hoped
	settled         bool // it is long enough ago that an answer would have come
	parts           rank.Parts
}

// asideFrom is the part of the people, by the last digits of their record key, of whom
// nothing is learned, so that what was learned can be judged by them.
const asideFrom = 4

// aside says whether a résumé is of those put aside.
func aside(s *snapshot.Snapshot, row uint32) bool { return s.Resumes.Key.At(int(row))%asideFrom == 0 }

// mostLessons is how many lessons are taken at most, of people drawn by their record key.
const mostLessons = 300_000

// settling is how many days an answer may take.
const settling = 60

// lessons reads what happened to the people put aside, or to the others, as far as there is
// room: what they were then is taken from the dates of their careers. Where it is recorded
// what people were shown, those of whom it is not give applications alone.
func (x *index) lessons(ctx context.Context, putAside bool) (all []lesson, err error) {
	s := x.s.Layers()[0] // events are of the base
	e, n := &s.Events, s.Events.Resume.Len()
	total, last := 0, int32(0)
	for i := range n {
		what := snapshot.Happening(e.What.At(i))
		last = max(last, e.Day.At(i))
		if what == snapshot.Shown || what == snapshot.Applied {
			total++
		}
	}
	step := uint16(1 + total/mostLessons)
	rr := x.resumes()
	for i := 0; i < n; {
		row, from := e.Resume.At(i), i
		for i < n && e.Resume.At(i) == row {
			i++
		}
		if key := s.Resumes.Key.At(int(row)); aside(s, row) != putAside || key/asideFrom%step != 0 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		own := x.search(rr, row, from, i, last)
		all = append(all, own...)
	}
	return all, nil
}

// search reads the events from one to another, which are of one résumé.
func (x *index) search(rr *resumeReader, row uint32, from, to int, last int32) (own []lesson) {
	e := &x.s.Layers()[0].Events
	of := func(posting uint32) *lesson { // the last one about a posting
		for i := len(own) - 1; i >= 0; i-- {
			if own[i].posting == posting && !own[i].drawn {
				return &own[i]
			}
		}
		return nil
	}
	var day int32
	var s *seeker
	rnd := rand.New(rand.NewPCG(uint64(row), 7))
	for i := from; i < to; i++ {
		posting := e.Posting.At(i)
		if posting == 0 {
			continue
		}
		posting--
		what, l := snapshot.Happening(e.What.At(i)), of(posting)
		if now := e.Day.At(i); what == snapshot.Shown || what == snapshot.Applied && (l == nil || l.day != ieum.Day(now)) {
			if s == nil || day != now {
				day, s = now, rr.readOn(int(row), ieum.Day(now))
			}
			f := x.facts(s, int(posting), ieum.Day(day))
			own = append(own, lesson{resume: row, posting: posting, day: ieum.Day(day), channel: e.Channel.At(i), parts: rank.Score(&f), settled: day+settling <= last})
			l = &own[len(own)-1]
			if what == snapshot.Shown {
				l.place = int(e.Place.At(i))
				l.propensity, _ = snapshot.Probable(e.Propensity.At(i))
				if other, ok := x.anyOpen(rnd, ieum.Day(day)); ok && of(other) == nil {
					f := x.facts(s, int(other), ieum.Day(day))
					own = append(own, lesson{resume: row, posting: other, day: ieum.Day(day), drawn: true, parts: rank.Score(&f)})
					l = &own[len(own)-2]
				}
			}
		}
		if l == nil {
			continue
		}
		switch what {
		case snapshot.Viewed:
			l.viewed = true
		case snapshot.Applied:
			l.applied = true
		case snapshot.Answered, snapshot.Offered, snapshot.Hired:
			for k := range own { // whichever time it was shown
				if own[k].posting == posting && own[k].applied {
					own[k].answered = true
				}
			}
		}
	}
	return own
}

// anyOpen draws a posting that was open on a day, if a few attempts find one.
func (x *index) anyOpen(rnd *rand.Rand, day ieum.Day) (row uint32, ok bool) {
	for range 16 {
		row = uint32(rnd.IntN(x.s.Layers()[0].Postings.ID.Len()))
		if x.isOpen(int(row), day) {
			return row, true
		}
	}
	return 0, false
}

// month is a day's, counted from 1970-01.
func month(day ieum.Day) uint16 {
	t := day.Time()
	return uint16((t.Year()-1970)*12 + int(t.Month()) - 1)
}

// since returns how many months of a résumé's career come after a month, and the occupations
// of what did not begin before it.
func (x *index) since(row int, than uint16) (months int, only []uint16) {
	r := &x.s.Resumes
	occupations, starts, ends := r.CareerOcc.At(row, nil), r.CareerStart.At(row, nil), r.CareerEnd.At(row, nil)
	now := month(ieum.Day(r.Updated.At(row)))
	for i, o := range occupations {
		end := ends[i]
		if end == snapshot.Unset {
			end = max(now, starts[i])
		}
		if end > than {
			months += int(end) - max(int(starts[i])-1, int(than))
		}
		if starts[i] >= than {
			only = append(only, o)
		}
	}
	return months, slices.DeleteFunc(only, func(o uint16) bool {
		for i, also := range occupations {
			if also == o && starts[i] < than {
				return true
			}
		}
		return false
	})
}
