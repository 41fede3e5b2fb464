package jobcare

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"slices"

	"ieum"
	"ieum/internal/snapshot"
)

// searchColumns are searches for work: a row each, in the order of the résumés. One
// begins when somebody registers, or with the first thing recorded of somebody who did
// not, and ends when they are hired or stop; who registers anew begins another.
type searchColumns struct {
	Resume      snapshot.Column[uint32] // row of the base's résumés
	From        snapshot.Column[int32]  // ieum.Day
	To          snapshot.Column[int32]  // day of the end; 0 = none recorded
	Last        snapshot.Column[int32]  // day of the last thing recorded of it
	End         snapshot.Column[uint8]  // snapshot.Hired, snapshot.Left, or 0
	Counselled  snapshot.Column[int32]  // day of the first time; 0 = never
	Course      snapshot.Column[uint32] // counselled to: row of the base's items and one; 0 = none
	Certificate snapshot.Column[uint16] // counselled to; 0 = none
	Referred    snapshot.Column[uint8]
	Taken       snapshot.Column[int32] // day they enrolled in what they were counselled to; 0 = never
	Aptitude    snapshot.Column[uint16]
	Motivation  snapshot.Column[uint16]
}

// candidacyColumns are people and the postings they applied for or were hired by: a row
// each, by the occupation of the posting, the person and the first day.
type candidacyColumns struct {
	Resume      snapshot.Column[uint32] // row of the base's résumés
	Posting     snapshot.Column[uint32] // row of the base's postings
	Applied     snapshot.Column[int32]  // ieum.Day; 0 = not recorded
	Answered    snapshot.Column[int32]
	Offered     snapshot.Column[int32]
	Hired       snapshot.Column[int32]
	Pay         snapshot.Column[uint32] // won a year, agreed; 0 = not recorded
	Search      snapshot.Column[uint32] // row of the search and one; 0 = none
	Occupations []uint32                // rows of code c are Occupations[c] to Occupations[c+1]
	Day         []int32                 // the last one that anything is recorded of
	From        []uint16                // sources that record events, positions in the Dict
	Recorded    []uint32                // by snapshot.Happening: events that count
}

// past is what is recorded of searches in a snapshot, or in its base.
type past struct {
	searches    searchColumns
	candidacies candidacyColumns
	mappings    []*snapshot.Mapping
}

func (p *past) tables() map[string]any {
	return map[string]any{"searches.col": &p.searches, "candidacies.col": &p.candidacies}
}

// writePast derives and writes what a snapshot records of searches. One of changes has
// that of its base.
func writePast(ctx context.Context, s *snapshot.Snapshot, dir string) error {
	if len(s.Layers()) > 1 {
		return nil
	}
	p, err := newPast(ctx, s)
	if err != nil {
		return err
	}
	for file, table := range p.tables() {
		if err := snapshot.WriteTable(filepath.Join(dir, file), table); err != nil {
			return err
		}
	}
	return nil
}

// openPast maps what writePast wrote.
func openPast(s *snapshot.Snapshot, dir string) (*past, error) {
	if layers := s.Layers(); len(layers) > 1 {
		dir = filepath.Join(layers[0].Dir, partName)
	}
	p := &past{}
	for file, table := range p.tables() {
		m, err := snapshot.OpenTable(filepath.Join(dir, file), table)
		if err != nil {
			return nil, errors.Join(err, p.Close())
		}
		p.mappings = append(p.mappings, m)
	}
	return p, nil
}

// Close gives up the mappings.
func (p *past) Close() error {
	var errs []error
	for _, m := range p.mappings {
		errs = append(errs, m.Close())
	}
	p.mappings = nil
	return errors.Join(errs...)
}

// Verify reads the files and compares their checksums.
func (p *past) Verify() error {
	var errs []error
	for _, m := range p.mappings {
		errs = append(errs, m.Verify())
	}
	return errors.Join(errs...)
}

// records says whether any event of a sort counts.
func (p *past) records(what snapshot.Happening) bool {
	return int(what) < len(p.candidacies.Recorded) && p.candidacies.Recorded[what] > 0
}

// happened is an event as it is read.
type happened struct {
	what                 snapshot.Happening
	day                  int32
	posting, course, pay uint32
	cert                 uint16
	referred             uint8
	aptitude, motivation uint16
}

// A candidacy is a row of candidacyColumns in the making.
type candidacy struct {
	posting                           uint32 // and one
	applied, answered, offered, hired int32
	pay, search                       uint32
}

// newPast puts the events of a whole snapshot together. Where there are real people, what
// is made up of others does not count.
func newPast(ctx context.Context, s *snapshot.Snapshot) (*past, error) {
	p := &past{}
	from, real := make([]bool, len(s.Dict.Sources)), anyReal(s)
	p.candidacies.Recorded, p.candidacies.Day = make([]uint32, len(snapshot.Happenings)), []int32{0}
	var applied []applicant
	err := eachResumesEvents(ctx, s, func(row uint32, events []happened) {
		if real && s.Resumes.Flags.At(int(row))&snapshot.Simulated != 0 {
			return
		}
		from[s.Resumes.Source.At(int(row))] = true
		for _, e := range events {
			p.candidacies.Recorded[e.what]++
			p.candidacies.Day[0] = max(p.candidacies.Day[0], e.day)
		}
		for _, c := range p.search(row, events) {
			applied = append(applied, applicant{c, row, s.Resumes.Person.At(int(row)), s.Postings.Occupation.At(int(c.posting - 1))})
		}
	})
	if err != nil {
		return nil, err
	}
	p.candidacies.From = those(from)
	p.candidates(applied, len(s.Dict.Occupations))
	return p, nil
}

func anyReal(s *snapshot.Snapshot) bool {
	flags := s.Resumes.Flags.AppendTo(nil, 0, s.Resumes.Flags.Len())
	return slices.ContainsFunc(flags, func(f uint8) bool { return f&snapshot.Simulated == 0 })
}

// An applicant is a candidacy with whose it is and of what occupation.
type applicant struct {
	candidacy
	row, person uint32
	occupation  uint16
}

// candidates writes the candidacies in their order.
func (p *past) candidates(all []applicant, occupations int) {
	slices.SortStableFunc(all, func(a, b applicant) int {
		return cmp.Or(cmp.Compare(a.occupation, b.occupation), cmp.Compare(a.person, b.person), cmp.Compare(a.row, b.row))
	})
	c := &p.candidacies
	c.Occupations = make([]uint32, occupations+1)
	for _, a := range all {
		c.Occupations[a.occupation+1]++
		c.Resume.Add(a.row)
		c.Posting.Add(a.posting - 1)
		c.Applied.Add(a.applied)
		c.Answered.Add(a.answered)
		c.Offered.Add(a.offered)
		c.Hired.Add(a.hired)
		c.Pay.Add(a.pay)
		c.Search.Add(a.search)
	}
	for i := range occupations {
		c.Occupations[i+1] += c.Occupations[i]
	}
}

// search puts the events of one résumé together, and returns its candidacies.
func (p *past) search(row uint32, events []happened) (list []candidacy) {
	x, open := &p.searches, false
	for _, e := range events {
		if e.what == snapshot.Registered || !open && begins(e.what) {
			x.begin(row, e)
			open = true
		}
		at := x.Resume.Len() // of the search and one
		if !open {
			at = 0
		}
		if e.posting > 0 && e.what != snapshot.Separated {
			list = e.onPosting(list, uint32(at))
		}
		if open && e.what != snapshot.Separated {
			open = x.record(at-1, e)
		}
	}
	return list
}

// begins says whether somebody who does this looks for work, registered or not.
func begins(what snapshot.Happening) bool {
	return what == snapshot.Applied || what == snapshot.Counselled || what == snapshot.Enrolled
}

func (x *searchColumns) begin(row uint32, e happened) {
	x.Resume.Add(row)
	x.From.Add(e.day)
	x.To.Add(0)
	x.Last.Add(e.day)
	x.End.Add(0)
	x.Counselled.Add(0)
	x.Course.Add(0)
	x.Certificate.Add(0)
	x.Referred.Add(0)
	x.Taken.Add(0)
	x.Aptitude.Add(e.aptitude)
	x.Motivation.Add(e.motivation)
}

// record takes down what happened in a search, and says whether it goes on.
func (x *searchColumns) record(at int, e happened) (on bool) {
	x.Last.Raw[at] = e.day
	switch e.what {
	case snapshot.Hired, snapshot.Left:
		x.To.Raw[at], x.End.Raw[at] = e.day, uint8(e.what)
		return false
	case snapshot.Counselled:
		if x.Counselled.Raw[at] == 0 {
			x.Counselled.Raw[at], x.Course.Raw[at], x.Certificate.Raw[at], x.Referred.Raw[at] = e.day, e.course, e.cert, e.referred
		}
	case snapshot.Enrolled:
		if x.Counselled.Raw[at] != 0 && x.Taken.Raw[at] == 0 && x.Course.Raw[at] == e.course && x.Certificate.Raw[at] == e.cert {
			x.Taken.Raw[at] = e.day
		}
	}
	return true
}

// onPosting takes down what became of an application.
func (e *happened) onPosting(list []candidacy, search uint32) []candidacy {
	i := slices.IndexFunc(list, func(c candidacy) bool { return c.posting == e.posting })
	if i < 0 {
		i, list = len(list), append(list, candidacy{posting: e.posting, search: search})
	}
	c := &list[i]
	switch e.what {
	case snapshot.Applied:
		c.applied = cmp.Or(c.applied, e.day)
	case snapshot.Answered:
		c.answered = cmp.Or(c.answered, e.day)
	case snapshot.Offered:
		c.offered = cmp.Or(c.offered, e.day)
	case snapshot.Hired:
		c.hired, c.pay, c.search = e.day, e.pay, cmp.Or(search, c.search)
	}
	return list
}

// eachResumesEvents calls f with the events of each résumé that has any.
func eachResumesEvents(ctx context.Context, s *snapshot.Snapshot, f func(row uint32, events []happened)) error {
	x, n := &s.Events, s.Events.Resume.Len()
	var of struct {
		resume, posting, course, pay []uint32
		what, referred               []uint8
		day                          []int32
		cert, aptitude, motivation   []uint16
	}
	var events []happened
	row := uint32(0)
	for from := 0; from < n; from += stretch {
		if err := ctx.Err(); err != nil {
			return err
		}
		to := min(from+stretch, n)
		of.resume, of.what, of.day = x.Resume.AppendTo(of.resume[:0], from, to), x.What.AppendTo(of.what[:0], from, to), x.Day.AppendTo(of.day[:0], from, to)
		of.posting, of.course, of.cert = x.Posting.AppendTo(of.posting[:0], from, to), x.Course.AppendTo(of.course[:0], from, to), x.Certificate.AppendTo(of.cert[:0], from, to)
		of.pay, of.referred = x.Pay.AppendTo(of.pay[:0], from, to), x.Referred.AppendTo(of.referred[:0], from, to)
		of.aptitude, of.motivation = x.Aptitude.AppendTo(of.aptitude[:0], from, to), x.Motivation.AppendTo(of.motivation[:0], from, to)
		for i := range of.resume {
			if of.resume[i] != row && len(events) > 0 {
				f(row, events)
				events = events[:0]
			}
			row = of.resume[i]
			if what := snapshot.Happening(of.what[i]); what == snapshot.Shown || what == snapshot.Viewed {
				continue // recorded of a sample alone
			}
			events = append(events, happened{snapshot.Happening(of.what[i]), of.day[i], of.posting[i], of.course[i], of.pay[i], of.cert[i], of.referred[i], of.aptitude[i], of.motivation[i]})
		}
	}
	if len(events) > 0 {
		f(row, events)
	}
	return nil
}

// day is the last one that is known of, which figures of searches are taken on. It does not
// move with the clock: on a day on which nothing else changed, a number that did would tell
// of whom.
func (p *past) day(s *snapshot.Snapshot) ieum.Day {
	return min(ieum.Day(p.candidacies.Day[0]), ieum.DayOf(s.Layers()[0].Meta.Built))
}

// holds is how many days a search counts for after the last thing recorded of it, if no
// end is: who found work elsewhere mostly tells nobody.
const holds = 90

// until is the last day on which somebody looked.
func until(to, last int32) int32 {
	if to != 0 {
		return to - 1
	}
	return last + holds
}

// sources are the sources that record events.
func (p *past) sources(s *snapshot.Snapshot) []ieum.SourceID {
	ids := []ieum.SourceID{}
	for _, i := range p.candidacies.From {
		ids = append(ids, ieum.SourceID(s.Dict.Sources[i]))
	}
	slices.Sort(ids)
	return ids
}

// searched has a bit for each of so many rows of résumés of which searches or candidacies
// are recorded.
func (p *past) searched(rows int) []uint64 {
	bits := make([]uint64, rows/64+1)
	for _, c := range []*snapshot.Column[uint32]{&p.searches.Resume, &p.candidacies.Resume} {
		var buf []uint32
		for from := 0; from < c.Len(); from += stretch {
			buf = c.AppendTo(buf[:0], from, min(from+stretch, c.Len()))
			for _, row := range buf {
				bits[row/64] |= 1 << (row % 64)
			}
		}
	}
	return bits
}
