// Package jobcare is the labour market of an occupation and a person's place
// in it: supply and demand, pay offered and wished, what is asked for; what a
// person can do, which occupations are near, what is missing.
//
// Read figure.go for what every figure carries and the rule of what is published,
// query.go for the slices of the market, tally.go for how one is counted, searches.go
// and hires.go for what is recorded of searches and who was hired, decisions.go for what
// effects are estimated from and effects.go for what is shown of them, market.go for the report of one, compare.go for several side by side, season.go for its course, survey.go for what others published of its pay, work.go for what an occupation is,
// occupations.go for finding one, base.go for what is counted once when a snapshot is
// built, release.go for the secret of what is published, kept.go for reports and pages that are asked for again, or before anybody asks, questions.go for what a person is asked, interest.go for what one likes, diagnosis.go and near.go for their
// place, levels.go for what those had who were hired, standing.go and gaps.go for a person beside them, roadmap.go for the ways from there to another occupation (roadmap_count.go
// counts moves, roadmap_table.go says how likely they are, roadmap_ways.go looks for
// ways, roadmap_plan.go says what to learn), session.go for what a counsellor and a client
// agree on, and http.go, http_roadmap.go, http_session.go, http_plan.go, http_sheet.go (what a sheet says), http_pdf.go (drawn) and charts.go
// for the pages; recorded.go is what a peer counts beside us.
package jobcare

import (
	"context"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/snapshot"
)

// Reader understands a résumé: codes with the words that show them.
type Reader interface {
	Read(ieum.Resume) ieum.Profile
	ReadText(text []byte) (ieum.Resume, error)
}

// Jobs finds jobs of a snapshot for a person, best first, and those for which one
// licence is missing.
type Jobs interface {
	Suggest(ctx context.Context, s *snapshot.Snapshot, p ieum.Profile, k int) (fit, short []ieum.Job, err error)
}

// An Adviser answers questions about the market from the current snapshot.
type Adviser struct {
	live   *snapshot.Live
	set    *defs.Set
	reader Reader
	jobs   Jobs
	now    func() time.Time
	kept   kept[Query, occupied]

	// Of whole occupations of so many rows, by their position in the Dict: see count.
	many   uint32
	offers kept[uint16, *offer]
	crowds kept[uint16, *crowd]
	people kept[uint16, *resumeRows] // of large occupations, unpacked
	tries  kept[uint16, *tries]
}

// New returns an adviser.
func New(live *snapshot.Live, set *defs.Set, reader Reader, jobs Jobs, now func() time.Time) *Adviser {
	return &Adviser{live: live, set: set, reader: reader, jobs: jobs, now: now, many: manyRows}
}

// Market reports on one slice of the market, as it is published. An unknown occupation is
// ieum.ErrNotFound, an unknown slice, or one limited by too much, ieum.ErrInvalid, and a
// missing snapshot ieum.ErrUnavailable.
func (a *Adviser) Market(q Query) (*Market, error) {
	m, _, err := a.occupation(q, nil)
	return m, err
}

// Exact is Market before counts of people are perturbed, for staff on a basis and for jobs:
// look writes it down before anything is counted, or says why not.
func (a *Adviser) Exact(q Query, look func(snapshot.Meta) error) (*Market, error) {
	m, _, err := a.occupation(q, look)
	return m, err
}

// Occupation is Market with what the work is, of one snapshot.
func (a *Adviser) Occupation(q Query) (*Market, *Work, error) { return a.occupation(q, nil) }

func (a *Adviser) occupation(q Query, look func(snapshot.Meta) error) (*Market, *Work, error) {
	s, release, err := a.live.Acquire()
	if err != nil {
		return nil, nil, err
	}
	defer release()
	sl, err := a.slice(s, q)
	if err != nil {
		return nil, nil, err
	}
	if look != nil {
		w, err := a.work(s, q.Occupation)
		if err == nil {
			err = look(s.Meta)
		}
		if err != nil {
			return nil, nil, err
		}
		return a.report(s, sl, rule{of: sl.named}, w), w, nil
	}
	o, err := a.kept.get(s.Meta.Version, sl.day, sl.Query, func() (occupied, error) {
		w, err := a.work(s, q.Occupation)
		if err != nil {
			return occupied{}, err
		}
		secret := s.Part(partName).(*base).release()
		return occupied{a.report(s, sl, rule{&secret, sl.named}, w), w}, nil
	})
	return o.market, o.work, err
}

// occupied is a market with what the work is.
type occupied struct {
	market *Market
	work   *Work
}

// Diagnose says what a person can do, which occupations are near and what is
// missing, measured against aim. All of it is of one snapshot. A résumé longer than any
// person's and an unknown level are ieum.ErrInvalid.
func (a *Adviser) Diagnose(ctx context.Context, r ieum.Resume, aim Aim) (*Diagnosis, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	p := a.reader.Read(r)
	s, release, err := a.live.Acquire()
	if err != nil {
		return nil, err
	}
	defer release()
	d, err := a.diagnose(s, p, aim)
	if err != nil || a.jobs == nil {
		return d, err
	}
	d.Jobs, d.Short, err = a.jobs.Suggest(ctx, s, p, shownJobs)
	return d, err
}

// shownJobs is how many jobs a diagnosis shows: few enough to read.
const shownJobs = 3
