package simulate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"ieum"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/table"
)

// A folder holds
//
//	resumes/part-00000.parquet …      ResumeRow
//	postings/part-00000.parquet …     PostingRow
//	truth/resumes-00000.parquet …     ResumeTruth, row for row
//	courses/part-00000.parquet …      CourseRow
//	log/part-00000.parquet …          LogRow
//	events/part-00000.parquet …       EventRow
//	truth/postings-00000.parquet …    PostingTruth, row for row
//	truth/persons-00000.parquet …     PersonTruth
//	truth/companies-00000.parquet …   CompanyTruth
//	truth/applications-…, effects-…, vacancies-…, moves-…, twins-…
//	manifest.json                     written last: the folder is whole
//
// While it is made, everything lies in .partial below it. A run that is killed
// leaves that, and perhaps some of the folders above, but no manifest; the next
// run sees .partial and begins anew.
const (
	partial      = ".partial"
	manifestName = "manifest.json"
)

var folders = [...]string{"resumes", "postings", "courses", "log", "events", "truth"}

// A Manifest says what a folder holds.
type Manifest struct {
	Simulated bool   `json:"simulated"` // always true: nothing in the folder is real
	Version   int    `json:"version"`
	Params    Params `json:"params"`
	People    int    `json:"people"`
	Firms     int    `json:"firms"`
	Vacancies int    `json:"vacancies"`
}

// Progress is how far a run has come, in rows.
type Progress struct{ Done, Total int64 }

// Write writes the market to a folder, new or empty, in as many goroutines as
// there are cores. Progress is called from them, if it is not nil. A folder
// that already holds the same market is left alone and reported by had; one
// that holds anything else is refused. When ctx ends, what was written is
// removed.
func (m *Market) Write(ctx context.Context, dir string, progress func(Progress)) (had bool, err error) {
	had, err = m.prepare(dir)
	if had || err != nil {
		return had, err
	}
	work := filepath.Join(dir, partial)
	defer func() {
		if err != nil {
			err = durable.Fault(err)
			os.RemoveAll(work)
			os.Remove(dir) // only if nothing else is in it
		}
	}()
	for _, sub := range folders {
		if err := os.MkdirAll(filepath.Join(work, sub), 0o755); err != nil {
			return false, err
		}
	}
	if err := m.parts(ctx, work, progress); err != nil {
		return false, err
	}
	return false, m.publish(dir, work)
}

// prepare looks at what the folder holds.
func (m *Market) prepare(dir string) (had bool, err error) {
	text, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err == nil {
		var have Manifest
		if json.Unmarshal(text, &have) == nil && reflect.DeepEqual(have, m.Manifest()) {
			return true, os.RemoveAll(filepath.Join(dir, partial))
		}
		return false, ieum.Errorf(ieum.ErrConflict, "%s holds a simulation with other parameters; name another folder with --out, or remove this one", dir)
	}
	if !errors.Is(err, os.ErrNotExist) {
		return false, err
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return false, nil
	}
	if err != nil {
		return false, ieum.Errorf(ieum.ErrInvalid, "%s is no folder that can be written to (%v); name another with --out", dir, err)
	}
	if _, err := os.Stat(filepath.Join(dir, partial)); err != nil {
		return false, ieum.Errorf(ieum.ErrConflict, "%s is not empty; name an empty folder or a new one with --out", dir)
	}
	for _, sub := range append(folders[:], partial) { // of a run that was killed
		if err := os.RemoveAll(filepath.Join(dir, sub)); err != nil {
			return false, err
		}
	}
	return false, nil
}

// publish moves the folders to their names and writes the manifest.
func (m *Market) publish(dir, work string) error {
	for _, sub := range folders {
		if os.Remove(filepath.Join(work, sub)) == nil {
			continue // empty: not asked for
		}
		if err := os.Rename(filepath.Join(work, sub), filepath.Join(dir, sub)); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(m.Manifest(), "", "  ")
	if err != nil {
		return err
	}
	temporary := filepath.Join(work, manifestName)
	if err := os.WriteFile(temporary, append(text, '\n'), 0o644); err != nil {
		return err
	}
	if err := os.Rename(temporary, filepath.Join(dir, manifestName)); err != nil {
		return err
	}
	return os.RemoveAll(work)
}

// Manifest says what Write writes.
func (m *Market) Manifest() Manifest {
	return Manifest{Simulated: true, Version: Version, Params: m.p, People: m.people, Firms: m.Firms(), Vacancies: m.vacancies}
}

// A counter adds up the rows written.
type counter struct {
	done  atomic.Int64
	total int64
	tell  func(Progress)
}

func (c *counter) add(n int) {
	if done := c.done.Add(int64(n)); c.tell != nil {
		c.tell(Progress{done, c.total})
	}
}

// A plan is what is to be written, in parts. Which worker writes which part
// does not matter: a part is given by its first row alone.
type plan struct {
	m     *Market
	work  string
	run   *Run // before any job is done
	jobs  []func(context.Context) error
	count *counter
}

// part is where the rows of one file begin and end.
type part struct{ number, from, to int }

// each plans the parts of a number of things.
func (p *plan) each(n int, write func(ctx context.Context, c *clerk, at part) error) {
	p.count.total += int64(n)
	for k := 0; k*p.m.p.PartRows < n; k++ {
		at := part{k, k * p.m.p.PartRows, min((k+1)*p.m.p.PartRows, n)}
		p.jobs = append(p.jobs, func(ctx context.Context) error { return write(ctx, &clerk{m: p.m, run: p.run}, at) })
	}
}

func (p *plan) postings() {
	p.each(p.m.p.Postings, func(ctx context.Context, c *clerk, at part) error {
		return both(ctx, p, "postings", at, c, (*clerk).posting)
	})
	p.each(p.m.Firms(), func(ctx context.Context, c *clerk, at part) error {
		return alone(ctx, p, "truth/companies", at, c, (*clerk).companyTruth)
	})
}

func (p *plan) people() {
	m := p.m
	p.each(m.p.Resumes, func(ctx context.Context, c *clerk, at part) error {
		return both(ctx, p, "resumes", at, c, (*clerk).resume)
	})
	p.each(m.people, func(ctx context.Context, c *clerk, at part) error {
		return alone(ctx, p, "truth/persons", at, c, (*clerk).personTruth)
	})
	p.each(m.people, func(ctx context.Context, c *clerk, at part) error {
		return several(ctx, p, "truth/moves", at, c, (*clerk).moves)
	})
	p.each(min(m.p.Twins, m.people)*len(twins), func(ctx context.Context, c *clerk, at part) error {
		return alone(ctx, p, "truth/twins", at, c, (*clerk).twin)
	})
}

// logged plans what goes with the log but is not written while the market runs.
func (p *plan) logged() {
	m := p.m
	p.each(m.vacancies, func(ctx context.Context, c *clerk, at part) error {
		return alone(ctx, p, "truth/vacancies", at, c, (*clerk).vacancyTruth)
	})
	p.each(m.courses, func(ctx context.Context, c *clerk, at part) error {
		return alone(ctx, p, "courses/part", at, c, (*clerk).courseRow)
	})
	p.each(m.cells(), func(ctx context.Context, c *clerk, at part) error {
		return alone(ctx, p, "truth/cells", at, c, (*clerk).cell)
	})
}

// parts writes all files below work: the log while the market runs, the others
// behind it.
func (m *Market) parts(ctx context.Context, work string, progress func(Progress)) (err error) {
	asked := func(only string) bool { return m.p.Only == everything || m.p.Only == only }
	p := &plan{m: m, work: work, count: &counter{tell: progress}}
	if m.day != nil {
		p.daily()
		return p.finish(ctx)
	}
	if asked(onlyPosts) {
		p.postings()
	}
	if asked(onlyPeople) {
		p.people()
	}
	if asked(onlyLog) {
		p.logged()
	}
	if m.p.Only != onlyPosts {
		step := max(1, m.p.Resumes/weeks) // a week counts as so many rows
		p.count.total += int64(step * weeks)
		if p.run, err = m.runInto(ctx, work, asked(onlyLog), func() { p.count.add(step) }); err != nil {
			return err
		}
	}
	return p.finish(ctx)
}

// finish does the jobs.
func (p *plan) finish(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, job := range p.jobs {
		group.Go(func() error { return job(ctx) })
	}
	return group.Wait()
}

// runInto lets the market run, and writes its log below work if it is asked for.
func (m *Market) runInto(ctx context.Context, work string, logged bool, week func()) (*Run, error) {
	if !logged {
		return m.run(ctx, nil, week)
	}
	group, ctx := errgroup.WithContext(ctx)
	b := m.openBook(ctx, group, work)
	run, err := m.run(ctx, b, week)
	b.close()
	if e := group.Wait(); e != nil {
		return nil, e
	}
	return run, err
}

// batch is how many rows are written at once.
const batch = 512

// both writes a part of a kind, and beside them what is known of them.
func both[R, T any](ctx context.Context, p *plan, kind string, at part, c *clerk, row func(*clerk, int, *R, *T)) (err error) {
	data, err := create[R](p.work, fmt.Sprintf("%s/part-%05d.parquet", kind, at.number))
	if err != nil {
		return err
	}
	defer data.done(&err)
	truth, err := create[T](p.work, fmt.Sprintf("truth/%s-%05d.parquet", kind, at.number))
	if err != nil {
		return err
	}
	defer truth.done(&err)
	rows, known := make([]R, batch), make([]T, batch)
	for from := at.from; from < at.to; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(batch, at.to-from)
		c.pen.forget()
		for i := range n {
			row(c, from+i, &rows[i], &known[i])
		}
		if err := data.Write(rows[:n]); err != nil {
			return err
		}
		if err := truth.Write(known[:n]); err != nil {
			return err
		}
		from += n
		p.count.add(n)
	}
	return nil
}

// alone writes a part of a file that has no other beside it.
func alone[T any](ctx context.Context, p *plan, name string, at part, c *clerk, row func(*clerk, int, *T)) (err error) {
	truth, err := create[T](p.work, fmt.Sprintf("%s-%05d.parquet", name, at.number))
	if err != nil {
		return err
	}
	defer truth.done(&err)
	known := make([]T, batch)
	for from := at.from; from < at.to; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(batch, at.to-from)
		c.pen.forget()
		for i := range n {
			row(c, from+i, &known[i])
		}
		if err := truth.Write(known[:n]); err != nil {
			return err
		}
		from += n
		p.count.add(n)
	}
	return nil
}

// A sink is a Parquet file being written.
type sink[T any] struct {
	*table.StructWriter[T]
	f *os.File
}

func create[T any](work, name string) (*sink[T], error) {
	f, err := os.OpenFile(filepath.Join(work, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	return &sink[T]{table.NewStructs[T](f), f}, nil
}

// done finishes the file, and closes it in any case.
func (s *sink[T]) done(err *error) {
	if *err == nil {
		*err = s.StructWriter.Close()
	}
	if e := s.f.Close(); *err == nil {
		*err = e
	}
}

// personTruth writes what is known of a person.
func (c *clerk) personTruth(id int, out *PersonTruth) {
	m, p := c.m, &c.person
	m.person(id, p)
	c.run.live(p)
	own := newRNG(m.p.Seed, ofPerson, uint64(id)|1<<62)
	c.pen.b = personName(c.pen.b, &own)
	*out = PersonTruth{
		Person: int64(id), Resume: m.seekerRow(id), State: c.run.state(id), Origin: originWords[p.origin], Served: p.served, Name: c.pen.keep(), Born: int32(p.born), Sex: sexWord(p.woman), Region: m.places.list[p.home].code,
		Education: educations[p.education].person, Occupation: m.occupations[p.occupation].code,
		Ability: float32(p.ability), Drive: float32(p.drive), Household: int64(p.household), Pay: p.pay, Resumes: int32(m.resumesOf(id)),
	}
}

// companyTruth writes what is known of an employer.
func (c *clerk) companyTruth(id int, out *CompanyTruth) {
	m, f := c.m, &c.firm
	m.firm(id, f)
	c.pen.b = f.registered(c.pen.b)
	*out = CompanyTruth{
		Company: int64(id), Name: c.pen.keep(), Division: f.division.code, Region: m.places.list[f.place].code,
		Employees: int32(f.employees), Vacancies: int32(f.vacancies), Homonym: f.homonym,
	}
	c.pen.b = f.number(c.pen.b)
	out.Number = c.pen.keep()
}

// vacancyTruth writes what is known of a vacancy: what it is, and what became
// of it in the run.
func (c *clerk) vacancyTruth(id int, out *VacancyTruth) {
	v, o := &c.run.posts[id], &c.run.openings[id]
	start := int32(c.m.start())
	*out = VacancyTruth{
		Vacancy: int64(id), Posting: int64(v.row), Opened: start + int32(v.opened), Shown: start + int32(v.shown), Elsewhere: start + int32(v.filled),
		Stale: v.stale, False: v.bogus, Copied: v.copied, Openings: int32(v.openings), Hires: int32(o.hires), Applications: int32(o.applied),
		Effect: v.effect, Reply: v.reply, Picky: v.picky, Bias: v.bias,
	}
	if o.filledOn > 0 {
		out.Filled = c.pen.number(int32(c.m.start()) + 7*int32(o.filledOn-1) + 6)
	}
}
