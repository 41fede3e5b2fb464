package catalogue

import (
	"cmp"
	"context"
	"errors"
	"math"
	"math/bits"
	"slices"
	"strings"

	"ieum"
	"ieum/internal/snapshot"
)

// eventKind is the kind of what happens to somebody in their search for work.
const eventKind ieum.KindID = "search-event"

var eventColumns = []string{ColumnID, "what", "day", "posting", "course", "certificate", "pay_min", "referred", "aptitude", "motivation", "place", "channel", "propensity"}

// eventStretches is how many stretches of résumés the events are put aside in, one
// after another in memory.
const eventStretches = 512

// events reads what happened to the people whose résumés are in the snapshot, and
// writes it in the order of these. What a source says of a résumé that is not here is
// left out. The rows of people who were erased do not open. A snapshot of changes has
// what its base has.
func (m *making) events(ctx context.Context) (err error) {
	if m.seekers == nil {
		return nil
	}
	m.progress(StageEvents)
	aside, err := newStretches[snapshot.Events](m.to.Dir, eventStretches, m.c.held)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, aside.close()) }()
	if err := m.readEvents(ctx, aside); err != nil {
		return err
	}
	m.seekers = nil
	w, err := m.to.Writer(&m.out, &m.out.Events)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	resumes := func(x *snapshot.Events) []uint32 { return x.Resume.Raw }
	return aside.each(m.to.Dir, m.c.stretch, resumes, func(_ int, x *snapshot.Events) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		var sorted snapshot.Events
		rearrange(&sorted, x, eventOrder(x))
		m.counts.Events += sorted.Resume.Len()
		return w.Add(&sorted)
	})
}

// eventful says whether the snapshot is to have events.
func (m *making) eventful(ctx context.Context) (bool, error) {
	if m.change != nil {
		return false, nil
	}
	states, err := m.c.store.states(ctx, eventKind)
	return len(states) > 0, err
}

// eventOrder sorts rows by résumé and day, those of one day as they came.
func eventOrder(x *snapshot.Events) []uint32 {
	order := make([]uint32, x.Resume.Len())
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(x.Resume.Raw[a], x.Resume.Raw[b]), cmp.Compare(x.Day.Raw[a], x.Day.Raw[b]), cmp.Compare(a, b))
	})
	return order
}

func (m *making) readEvents(ctx context.Context, aside *stretches[snapshot.Events]) error {
	postings, err := m.postingIndex()
	if err != nil {
		return err
	}
	to := &eventReader{seekers: m.seekers, postings: postings, courses: m.courses(), finder: m.finder}
	chunks := make([]snapshot.Events, len(m.workers))
	wide := m.counts.Resumes/eventStretches + 1
	var of []uint16
	err = m.live(ctx, eventKind, eventColumns, func(r *Rows) error {
		inParts(r.Rows, m.workers, func(part int, _ *worker, from, upTo int) {
			snapshot.Empty(&chunks[part])
			to.read(&chunks[part], r, from, upTo)
		})
		for i := range chunks {
			of = of[:0]
			for _, row := range chunks[i].Resume.Raw {
				of = append(of, uint16(int(row)/wide))
			}
			if err := aside.add(&chunks[i], of); err != nil {
				return err
			}
		}
		m.rows[r.Source] += r.Rows
		return nil
	})
	return errors.Join(err, aside.flush())
}

// An eventReader turns rows of the lake into events of what is in the snapshot.
type eventReader struct {
	*finder
	seekers, postings *index
	courses           map[string]uint32 // source and key → row of Items
}

// happenings and channels are the known codes of search-events and of channels.
var happenings, channels = positions(snapshot.Happenings[:]), positions(snapshot.Channels[:])

// positions numbers codes by their position; the first is none.
func positions(codes []string) map[string]uint8 {
	m := map[string]uint8{}
	for i, code := range codes[1:] {
		m[code] = uint8(i + 1)
	}
	return m
}

// read appends rows from..to of a batch.
func (e *eventReader) read(x *snapshot.Events, r *Rows, from, to int) {
	c := columnsOf(r, eventColumns)
	for i := from; i < to; i++ {
		row, is := e.seekers.find(idIn(c.text(ColumnID, i)).number())
		what := happenings[c.text("what", i)]
		if !is || what == 0 {
			continue
		}
		posting, course, referred := uint32(0), uint32(0), uint8(0)
		if key := c.text("posting", i); key != "" {
			if at, is := e.postings.find(snapshot.RowID(string(r.Source), key)); is {
				posting = at + 1
			}
		}
		if key := c.text("course", i); key != "" {
			course = e.courses[courseKey(string(r.Source), key)]
		}
		if yes, _ := c.truth("referred", i); yes {
			referred = 1
		}
		x.Resume.Add(row)
		x.What.Add(what)
		x.Day.Add(int32(c.number("day", i)))
		x.Posting.Add(posting)
		x.Course.Add(course)
		x.Certificate.Add(c.code(e.finder, "certificate", "certificates", i))
		x.Pay.Add(c.won("pay_min", i))
		x.Referred.Add(referred)
		x.Aptitude.Add(c.measure("aptitude", i))
		x.Motivation.Add(c.measure("motivation", i))
		x.Place.Add(uint8(min(max(c.number("place", i), 0), math.MaxUint8)))
		x.Channel.Add(channels[c.text("channel", i)])
		x.Propensity.Add(snapshot.ProbableOf(c.fraction("propensity", i)))
	}
}

// fraction returns a number, 0 when there is none.
func (c columns) fraction(name string, row int) float64 {
	if col := c[name]; !col.IsNull(row) {
		return col.Floats[row]
	}
	return 0
}

func (c columns) measure(name string, row int) uint16 {
	if col := c[name]; !col.IsNull(row) {
		return snapshot.MeasureOf(col.Floats[row])
	}
	return 0
}

// postingIndex finds the row of the posting that holds a source row, by its number.
func (m *making) postingIndex() (*index, error) {
	var members snapshot.Members
	file, err := snapshot.OpenTable(m.to.Path("members.col"), &members)
	if err != nil {
		return nil, err
	}
	n := members.ID.Len()
	x := newIndex(members.ID.AppendTo(nil, 0, n), members.Posting.AppendTo(nil, 0, n))
	return x, file.Close()
}

// courses are the rows of Items that are courses, and one.
func (m *making) courses() map[string]uint32 {
	rows, items, kind := map[string]uint32{}, &m.out.Items, m.finder.at["kinds"]["course"]
	for i, k := range items.Kind.Raw {
		if k == kind {
			rows[courseKey(m.out.Dict.Sources[items.Source.Raw[i]], items.Key.At(i))] = uint32(i) + 1
		}
	}
	return rows
}

func courseKey(source, key string) string { return strings.Join([]string{source, key}, "\x00") }

// An index finds what belongs to numbers that are spread evenly, as hashes are: it
// looks through the few that begin alike.
type index struct {
	shift   int
	begin   []uint32 // where those of each beginning are
	numbers []uint64
	at      []uint32
}

// newIndex takes 12 bytes for each of numbers; at is what belongs to each.
func newIndex(numbers []uint64, at []uint32) *index {
	x := &index{shift: 64 - bits.Len(uint(len(numbers))/4), numbers: make([]uint64, len(numbers)), at: make([]uint32, len(numbers))}
	x.begin = make([]uint32, 1<<(64-x.shift)+1)
	for _, n := range numbers {
		x.begin[n>>x.shift+1]++
	}
	for i := range x.begin[1:] {
		x.begin[i+1] += x.begin[i]
	}
	next := slices.Clone(x.begin)
	for i, n := range numbers {
		place := &next[n>>x.shift]
		x.numbers[*place], x.at[*place] = n, at[i]
		*place++
	}
	return x
}

func (x *index) find(number uint64) (at uint32, is bool) {
	bucket := number >> x.shift
	for i := x.begin[bucket]; i < x.begin[bucket+1]; i++ {
		if x.numbers[i] == number {
			return x.at[i], true
		}
	}
	return 0, false
}
