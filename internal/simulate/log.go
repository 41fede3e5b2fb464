package simulate

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"ieum"
)

// A happening is a sort of event in the log.
type happening uint8

const (
	registered happening = iota
	impression
	viewed
	applied
	replied
	rejected
	offered
	declined
	hired
	separated
	counselled
	enrolled
	completed
	certified
	left
)

var happeningWords = [...]string{"registered", "impression", "view", "applied", "replied", "rejected", "offered", "declined", "hired", "separated",
	"counselled", "enrolled", "completed", "certified", "left"}

// An event is a row of the log in few bytes.
type event struct {
	seeker     uint32
	vacancy    uint32 // + 1; 0 = none
	course     uint32 // + 1; 0 = none
	pay        uint32 // 10,000 won a year
	propensity float32
	cert       int16 // + 1; 0 = none
	kind       happening
	week, day  uint8
	channel    channel
	position   uint8
	treatment  treatment
	referred   bool
}

// A LogRow is a row of log/part-*.parquet, as an agency would log it.
type LogRow struct {
	Day         int32    `parquet:"day,date"`
	Event       string   `parquet:"event,dict"`
	Seeker      int64    `parquet:"seeker"`       // number in the key of the person's first résumé
	Posting     int64    `parquet:"posting"`      // number in the key of the original posting; -1 = none
	Session     int64    `parquet:"session"`      // -1 = none
	Position    int32    `parquet:"position"`     // on the page, from 1 on; 0 = none
	Channel     string   `parquet:"channel,dict"` // search, recommender
	Propensity  float32  `parquet:"propensity"`   // of an impression: of being drawn for its place, given those above
	Pay         int64    `parquet:"pay"`          // won a year, of a hire
	Course      int64    `parquet:"course"`       // number in the key of the course; -1 = none
	Certificate string   `parquet:"certificate,dict"`
	Referred    bool     `parquet:"referred"`   // of counselling: to it
	Aptitude    *float32 `parquet:"aptitude"`   // of a registration: as measured
	Motivation  *float32 `parquet:"motivation"` // of a registration: as measured
	Age         *float32 `parquet:"age"`        // of a registration: years
	Education   string   `parquet:"education,dict"`
}

// An EventRow is a row of events/part-*.parquet: what of the log an agency records of
// somebody's search, by the keys of the other files. What was shown and read is recorded
// of a sample of people.
type EventRow struct {
	Resume      string   `parquet:"resume"` // of the person's first résumé
	Event       string   `parquet:"event,dict"`
	Day         int32    `parquet:"day,date"`
	Posting     string   `parquet:"posting"` // the original one; "" = none
	Course      string   `parquet:"course,dict"`
	Certificate string   `parquet:"certificate,dict"`
	Pay         int64    `parquet:"pay"`        // 10,000 won a year, of a hire; 0 = none
	Referred    bool     `parquet:"referred"`   // of counselling: to it
	Aptitude    *float32 `parquet:"aptitude"`   // of a registration: as measured
	Motivation  *float32 `parquet:"motivation"` // of a registration: as measured
	Place       int32    `parquet:"place"`      // on the page that led to it, from 1 on; 0 = none
	Channel     string   `parquet:"channel,dict"`
	Propensity  float32  `parquet:"propensity"` // of what is shown: of being drawn for its place, given those above
}

// An ApplicationTruth is what is known of an application.
type ApplicationTruth struct {
	Day     int32   `parquet:"day,date"`
	Seeker  int64   `parquet:"seeker"`
	Posting int64   `parquet:"posting"`
	Session int64   `parquet:"session"`
	Utility float32 `parquet:"utility"` // of the job to the seeker
	Applies float32 `parquet:"applies"` // probability of applying, having read it
	Chance  float32 `parquet:"chance"`  // probability of being found good enough, with the penalty
	Penalty float32 `parquet:"penalty"` // of groups and proxies, on the logit; 0 at most
}

// A ShownTruth is what is known of a posting on a page, of the people of whom it is recorded
// what was shown to them.
type ShownTruth struct {
	Day    int32   `parquet:"day,date"`
	Resume string  `parquet:"resume"`
	Place  int32   `parquet:"place"` // on the page, from 1 on
	Wants  float32 `parquet:"wants"` // probability of applying, having looked at the line
}

// displayed is a ShownTruth in few bytes.
type displayed struct {
	seeker          uint32
	week, day, rank uint8
	wants           float32
}

// An EffectTruth is what is known of a decision for or against a treatment.
type EffectTruth struct {
	Day           int32   `parquet:"day,date"`
	Seeker        int64   `parquet:"seeker"`
	Treatment     string  `parquet:"treatment,dict"` // course, certificate
	Course        int64   `parquet:"course"`         // -1 = none
	Certificate   string  `parquet:"certificate,dict"`
	Leads         string  `parquet:"leads,dict"`      // occupation that the treatment is for
	Occupation    string  `parquet:"occupation,dict"` // sought: of the reference vacancy
	Referred      bool    `parquet:"referred"`
	Taken         bool    `parquet:"taken"`
	Propensity    float32 `parquet:"propensity"`
	Tau           float32 `parquet:"tau"`   // on the logit of being found good enough
	Delta         float32 `parquet:"delta"` // on the logarithm of pay
	ChanceWithout float32 `parquet:"chance_without"`
	ChanceWith    float32 `parquet:"chance_with"`
	PayWithout    int64   `parquet:"pay_without"` // won a year
	PayWith       int64   `parquet:"pay_with"`
}

// A book takes down what happens in a run.
type book struct {
	log          *lane[event, LogRow]
	events       *lane[event, EventRow]
	applications *lane[ApplicationTruth, ApplicationTruth]
	effects      *lane[EffectTruth, EffectTruth]
	shown        *lane[displayed, ShownTruth]
}

// openBook begins to write the log and the truth beside it below work. The
// book is closed with close; group then has its faults.
func (m *Market) openBook(ctx context.Context, group *errgroup.Group, work string) *book {
	same := func(a *ApplicationTruth, out *ApplicationTruth) { *out = *a }
	effect := func(a *EffectTruth, out *EffectTruth) { *out = *a }
	s, of, on := &scribe{m: m}, &scribe{m: m}, &scribe{m: m}
	return &book{
		log:          newLane(ctx, group, work, "log/part", m.p.PartRows, nil, s.row, s.forget),
		events:       newLane(ctx, group, work, "events/part", m.p.PartRows, recorded, of.eventRow, of.forget),
		applications: newLane(ctx, group, work, "truth/applications", m.p.PartRows, nil, same, nil),
		effects:      newLane(ctx, group, work, "truth/effects", m.p.PartRows, nil, effect, nil),
		shown:        newLane(ctx, group, work, "truth/shown", m.p.PartRows, nil, on.shownRow, nil),
	}
}

// sampled is of how many people it is recorded what was shown to them and read: of all it
// would be seven in ten of all events.
const sampled = 50_000

// recorded says whether an agency records an event of somebody's search.
func recorded(e *event) bool {
	return e.kind != impression && e.kind != viewed || e.seeker < sampled
}

func (b *book) close() {
	close(b.log.in)
	close(b.events.in)
	close(b.applications.in)
	close(b.effects.in)
	close(b.shown.in)
}

// A lane writes things as rows of numbered files, in the order they come: all, or those
// that takes says.
type lane[A, R any] struct {
	in  chan []A
	ctx context.Context
}

func newLane[A, R any](ctx context.Context, group *errgroup.Group, work, name string, partRows int, takes func(*A) bool, row func(*A, *R), forget func()) *lane[A, R] {
	l := &lane[A, R]{in: make(chan []A, 256), ctx: ctx}
	group.Go(func() error { return l.write(work, name, partRows, takes, row, forget) })
	return l
}

// put hands things over, which the caller no longer changes.
func (l *lane[A, R]) put(list []A) {
	if len(list) == 0 {
		return
	}
	select {
	case l.in <- list:
	case <-l.ctx.Done():
	}
}

// write writes the things that come in, until the lane is closed.
func (l *lane[A, R]) write(work, name string, partRows int, takes func(*A) bool, row func(*A, *R), forget func()) (err error) {
	files := &roll[R]{work: work, name: name, partRows: partRows, rows: make([]R, 0, batch), forget: forget}
	defer files.done(&err)
	for list := range l.in {
		for i := range list {
			if takes != nil && !takes(&list[i]) {
				continue
			}
			next, err := files.next()
			if err != nil {
				return err
			}
			row(&list[i], next)
		}
	}
	return files.flush() // without any row too there is a file
}

// A roll is a row of numbered files that hold so many rows each.
type roll[R any] struct {
	work, name   string
	partRows     int
	part, inPart int
	file         *sink[R]
	rows         []R
	forget       func() // called when rows are written, if it is not nil
}

// next returns the next row to be filled.
func (f *roll[R]) next() (*R, error) {
	if len(f.rows) == batch || f.inPart == f.partRows {
		if err := f.flush(); err != nil {
			return nil, err
		}
	}
	if f.inPart == f.partRows {
		var err error
		if f.done(&err); err != nil {
			return nil, err
		}
		f.part, f.inPart = f.part+1, 0
	}
	f.inPart++
	f.rows = f.rows[:len(f.rows)+1]
	return &f.rows[len(f.rows)-1], nil
}

// flush writes the rows filled.
func (f *roll[R]) flush() (err error) {
	if f.file == nil {
		if f.file, err = create[R](f.work, fmt.Sprintf("%s-%05d.parquet", f.name, f.part)); err != nil {
			return err
		}
	}
	err = f.file.Write(f.rows)
	f.rows = f.rows[:0]
	if f.forget != nil {
		f.forget()
	}
	return err
}

// done finishes the file.
func (f *roll[R]) done(err *error) {
	if f.file != nil {
		f.file.done(err)
		f.file = nil
	}
}

// A scribe makes rows of events.
type scribe struct {
	m       *Market
	person  Person
	numbers []float32
	key     []byte
}

func (s *scribe) forget() { s.numbers = s.numbers[:0] }

func (s *scribe) number(x float64) *float32 {
	if len(s.numbers) == cap(s.numbers) {
		s.numbers = make([]float32, 0, 4*batch) // what was kept stays where it is
	}
	s.numbers = append(s.numbers, float32(x))
	return &s.numbers[len(s.numbers)-1]
}

// seekerRow returns the row of a person's first résumé, and session the number
// of somebody's session of a week.
func (m *Market) seekerRow(person int) int64 {
	if person >= m.people {
		return int64(m.p.Resumes + person - m.people)
	}
	return int64(m.resumeOrder.place(person))
}

func (m *Market) session(person, week int) int64 { return m.seekerRow(person)*1000 + int64(week) }

func (s *scribe) row(e *event, out *LogRow) {
	m := s.m
	*out = LogRow{
		Day: int32(m.start()) + 7*int32(e.week) + int32(e.day), Event: happeningWords[e.kind], Seeker: m.seekerRow(int(e.seeker)),
		Posting: -1, Session: -1, Course: int64(e.course) - 1, Position: int32(e.position), Channel: channelWords[e.channel],
		Propensity: e.propensity, Pay: int64(e.pay) * 10_000, Referred: e.referred,
	}
	if e.vacancy > 0 {
		out.Posting = int64(m.postingOrder.place(int(e.vacancy) - 1))
	}
	if e.position > 0 {
		out.Session = out.Seeker*1000 + int64(e.week)
	}
	if e.cert > 0 {
		out.Certificate = m.certs[e.cert-1].code
	}
	if e.kind == registered {
		s.registration(e, out)
	}
}

// registration adds what the agency takes down when somebody registers.
func (s *scribe) registration(e *event, out *LogRow) {
	m, p := s.m, &s.person
	m.person(int(e.seeker), p)
	out.Education = educations[p.education].person
	out.Age = s.number(years(m.start() + ieum.Day(7*int(e.week)) - p.born))
	out.Aptitude, out.Motivation = s.measured()
}

// measured returns what confounds, unless the log is to hide it.
func (s *scribe) measured() (aptitude, motivation *float32) {
	m, p := s.m, &s.person
	if m.p.Confounding != observed {
		return nil, nil
	}
	a, b := m.measured(p.ID, p.ability, p.drive)
	return s.number(a), s.number(b)
}

// eventRow leaves out how old and schooled somebody is: their résumé says it.
func (s *scribe) eventRow(e *event, out *EventRow) {
	m := s.m
	*out = EventRow{
		Resume: s.id(resumeID, int(m.seekerRow(int(e.seeker)))), Event: happeningWords[e.kind],
		Day: int32(m.start()) + 7*int32(e.week) + int32(e.day), Pay: int64(e.pay), Referred: e.referred,
		Place: int32(e.position), Channel: channelWords[e.channel], Propensity: e.propensity,
	}
	if e.vacancy > 0 {
		out.Posting = s.id(postingID, m.postingOrder.place(int(e.vacancy)-1))
	}
	if e.course > 0 {
		out.Course = s.id(courseID, int(e.course)-1)
	}
	if e.cert > 0 {
		out.Certificate = m.certs[e.cert-1].code
	}
	if e.kind == registered {
		m.person(int(e.seeker), &s.person)
		out.Aptitude, out.Motivation = s.measured()
	}
}

func (s *scribe) shownRow(d *displayed, out *ShownTruth) {
	*out = ShownTruth{
		Day: int32(s.m.start()) + 7*int32(d.week) + int32(d.day), Resume: s.id(resumeID, int(s.m.seekerRow(int(d.seeker)))),
		Place: int32(d.rank), Wants: d.wants,
	}
}

func (s *scribe) id(of func([]byte, int) []byte, n int) string {
	s.key = of(s.key[:0], n)
	return string(s.key)
}
