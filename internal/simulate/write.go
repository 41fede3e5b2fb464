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
//	truth/postings-00000.parquet …    PostingTruth, row for row
//	truth/persons-00000.parquet …     PersonTruth
//	truth/companies-00000.parquet …   CompanyTruth
//	manifest.json                     written last: the folder is whole
//
// While it is made, everything lies in .partial below it. A run that is killed
// leaves that, and perhaps some of the folders above, but no manifest; the next
// run sees .partial and begins anew.
const (
	partial      = ".partial"
	manifestName = "manifest.json"
)

var folders = [...]string{"resumes", "postings", "truth"}

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

// parts writes all files below work. Which worker writes which part does not
// matter: a part is given by its first row alone.
func (m *Market) parts(ctx context.Context, work string, progress func(Progress)) error {
	count := &counter{total: int64(m.p.Resumes + m.p.Postings + m.people + m.Firms()), tell: progress}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	each := func(rows int, write func(part, from, to int) error) {
		for part := 0; part*m.p.PartRows < rows; part++ {
			from := part * m.p.PartRows
			group.Go(func() error { return write(part, from, min(from+m.p.PartRows, rows)) })
		}
	}
	each(m.p.Postings, func(part, from, to int) error {
		return both(ctx, count, work, "postings", part, from, to, m, (*clerk).posting)
	})
	each(m.p.Resumes, func(part, from, to int) error {
		return both(ctx, count, work, "resumes", part, from, to, m, (*clerk).resume)
	})
	each(m.people, func(part, from, to int) error {
		return alone(ctx, count, work, "persons", part, from, to, m, (*clerk).personTruth)
	})
	each(m.Firms(), func(part, from, to int) error {
		return alone(ctx, count, work, "companies", part, from, to, m, (*clerk).companyTruth)
	})
	return group.Wait()
}

// batch is how many rows are written at once.
const batch = 512

// both writes rows from to to of a kind, and beside them what is known of them.
func both[R, T any](ctx context.Context, count *counter, work, kind string, part, from, to int, m *Market, row func(*clerk, int, *R, *T)) (err error) {
	data, err := create[R](work, fmt.Sprintf("%s/part-%05d.parquet", kind, part))
	if err != nil {
		return err
	}
	defer data.done(&err)
	truth, err := create[T](work, fmt.Sprintf("truth/%s-%05d.parquet", kind, part))
	if err != nil {
		return err
	}
	defer truth.done(&err)
	c := &clerk{m: m}
	rows, known := make([]R, batch), make([]T, batch)
	for from < to {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(batch, to-from)
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
		count.add(n)
	}
	return nil
}

// alone writes rows from to to of a kind of truth that has no data beside it.
func alone[T any](ctx context.Context, count *counter, work, kind string, part, from, to int, m *Market, row func(*clerk, int, *T)) (err error) {
	truth, err := create[T](work, fmt.Sprintf("truth/%s-%05d.parquet", kind, part))
	if err != nil {
		return err
	}
	defer truth.done(&err)
	c := &clerk{m: m}
	known := make([]T, batch)
	for from < to {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(batch, to-from)
		c.pen.forget()
		for i := range n {
			row(c, from+i, &known[i])
		}
		if err := truth.Write(known[:n]); err != nil {
			return err
		}
		from += n
		count.add(n)
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
	own := newRNG(m.p.Seed, ofPerson, uint64(id)|1<<62)
	c.pen.b = personName(c.pen.b, &own)
	*out = PersonTruth{
		Person: int64(id), Name: c.pen.keep(), Born: int32(p.born), Sex: sexWord(p.woman), Region: m.places.list[p.home].code,
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
