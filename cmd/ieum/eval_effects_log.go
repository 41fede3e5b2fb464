package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ieum"
	reading "ieum/internal/catalogue/parse"
	"ieum/internal/platform/table"
	"ieum/internal/snapshot"
)

// A counselled is somebody's decision for or against a treatment, as the log tells it.
type counselled struct {
	person     int64
	day        int32
	exam       bool
	course     int64
	field      string // 2-digit group that it leads to; "" where that is not known
	referred   bool
	taken      bool
	registered int32
	x          covariates
	hired      int32 // day, in this search; 0 = not
	candidates []candidate
}

// covariates are what the agency takes down when somebody registers.
type covariates struct{ age, education, aptitude, motivation float64 }

// A candidate is an application in the same search.
type candidate struct {
	day              int32
	posting          int64
	replied, offered bool
	pay              int64 // agreed on when hired; 0 = not hired
	chance           float64
}

// A vacant is what the log's posting says.
type vacant struct {
	occupation string  // "" where the site asks for none
	pay        float64 // won a year, the middle; 0 where it is not said
	years      float64 // asked for; NaN where it is not said
	schooling  float64 // asked for, as in schoolings; -1 none, NaN where it is not said
}

// A seeker is what the résumé says of somebody.
type seeker struct {
	wish   string // occupation
	spells []worked
}

// worked is a job; months are counted from the year 0 on.
type worked struct {
	occupation string
	start, end int
}

// A marketLog is the log of a simulated market as an agency would have it, with the truth to
// score by in fields that say so.
type marketLog struct {
	counsels []*counselled
	postings map[int64]vacant
	seekers  map[int64]seeker
	cells    map[string]truthOfEffect // by treatment, group it leads to and group of the job
	lastDay  int32
	weight   float64 // replies in all / chances in all
}

type truthOfEffect struct{ tau, delta float64 }

// readMarketLog reads what ieum simulate wrote to dir.
func readMarketLog(dir string) (*marketLog, error) {
	l := &marketLog{postings: map[int64]vacant{}, seekers: map[int64]seeker{}, cells: map[string]truthOfEffect{}}
	r := &logReader{marketLog: l, search: map[int64]*counselled{}}
	if err := eachRow(dir, "log/part", r.event, "day", "event", "seeker", "posting", "pay", "course", "aptitude", "motivation", "age", "education", "referred"); err != nil {
		return nil, err
	}
	courses, chances := map[int64]string{}, map[[2]int64]float64{}
	for _, read := range []struct {
		files   string
		row     func(b *table.Batch, i int)
		columns []string
	}{
		{"courses/part", func(b *table.Batch, i int) { courses[keyNumber(b, i)] = b.Columns[1].Strings[i] }, []string{"id", "occupation"}},
		{"postings/part", l.posting, []string{"id", "occupation", "pay", "career", "education"}},
		{"resumes/part", l.resume, []string{"id", "wishes", "careers.occupation", "careers.start", "careers.end"}},
		{"truth/cells", func(b *table.Batch, i int) {
			l.cells[b.Columns[0].Strings[i]+b.Columns[1].Strings[i]+b.Columns[2].Strings[i]] = truthOfEffect{b.Columns[3].Floats[i], b.Columns[4].Floats[i]}
		}, []string{"treatment", "leads", "job", "tau", "delta"}},
		{"truth/applications", func(b *table.Batch, i int) {
			chances[[2]int64{b.Columns[0].Ints[i], b.Columns[1].Ints[i]}] = b.Columns[2].Floats[i]
		}, []string{"seeker", "posting", "chance"}},
	} {
		if err := eachRow(dir, read.files, read.row, read.columns...); err != nil {
			return nil, err
		}
	}
	sum, replies := 0.0, 0
	for _, c := range r.all {
		for k := range c.candidates {
			a := &c.candidates[k]
			a.chance = chances[[2]int64{c.person, a.posting}]
			sum += a.chance
			if a.replied {
				replies++
			}
		}
		leads := courses[c.course]
		if c.exam {
			leads = l.seekers[c.person].wish
		}
		if c.day != 0 && leads != "" {
			c.field = leads[:2]
			l.counsels = append(l.counsels, c)
		}
	}
	l.weight = float64(replies) / sum
	return l, nil
}

func (l *marketLog) posting(b *table.Batch, i int) {
	text := func(k int) string { return b.Columns[k].Strings[i] }
	v := vacant{occupation: strings.Clone(text(1)), pay: paidYearly(text(2)), years: math.NaN(), schooling: math.NaN()}
	if c, ok := reading.ReadCareer(text(3)); ok {
		v.years = float64(max(c.Min, 0))
	}
	if k := slices.Index(schoolingsAsked, text(4)); k >= 0 {
		v.schooling = float64(k - 1)
	}
	l.postings[keyNumber(b, i)] = v
}

func (l *marketLog) resume(b *table.Batch, i int) {
	id := keyNumber(b, i)
	if _, ok := l.seekers[id]; !ok {
		return // not somebody who was counselled
	}
	first, _, _ := strings.Cut(b.Columns[1].Strings[i], "|")
	s := seeker{wish: strings.Clone(first)}
	starts, ends := b.Columns[3].Elements(i), b.Columns[4].Elements(i)
	for k, o := range b.Columns[2].Elements(i) {
		s.spells = append(s.spells, worked{strings.Clone(o), monthNumber(starts[k]), monthNumber(ends[k])})
	}
	l.seekers[id] = s
}

// monthNumber reads 2019-03; 0 is none.
func monthNumber(text string) int {
	var year, month int
	if _, err := fmt.Sscanf(text, "%d-%d", &year, &month); err != nil {
		return 0
	}
	return 12*year + month
}

// Schooling, lowest first, as registrations and postings say it.
var (
	schoolings      = []string{"중학교 졸업", "고등학교 졸업", "전문대학 졸업", "대학교 졸업", "석사"}
	schoolingsAsked = []string{"학력무관", "중졸↑", "고졸↑", "초대졸↑", "대졸↑", "석사↑"}
)

// A logReader goes through the log in its order.
type logReader struct {
	*marketLog
	search map[int64]*counselled // of each person, the search they are in
	all    []*counselled
}

func (r *logReader) event(b *table.Batch, i int) {
	day, event, person, posting := int32(b.Columns[0].Ints[i]), b.Columns[1].Strings[i], b.Columns[2].Ints[i], b.Columns[3].Ints[i]
	r.lastDay = max(r.lastDay, day)
	c := r.search[person]
	if event == "registered" {
		c = &counselled{person: person, registered: day, x: covariates{number(&b.Columns[8], i), schooling(b.Columns[9].Strings[i]), number(&b.Columns[6], i), number(&b.Columns[7], i)}}
		r.search[person] = c
		r.all = append(r.all, c)
		return
	}
	if c == nil {
		return
	}
	of := func() *candidate {
		for k := range c.candidates {
			if c.candidates[k].posting == posting {
				return &c.candidates[k]
			}
		}
		return &candidate{}
	}
	switch event {
	case "counselled":
		c.day, c.course, c.referred = day, b.Columns[5].Ints[i], b.Columns[10].Bools[i]
		c.exam = c.course < 0
		r.seekers[person] = seeker{}
	case "enrolled":
		c.taken = true
	case "applied":
		c.candidates = append(c.candidates, candidate{day: day, posting: posting})
	case "replied":
		of().replied = true
	case "offered":
		of().offered = true
	case "hired":
		c.hired = day
		of().pay = b.Columns[4].Ints[i]
	}
}

func schooling(text string) float64 {
	if k := slices.Index(schoolings, text); k >= 0 {
		return float64(k)
	}
	return math.NaN()
}

func number(c *table.Column, i int) float64 {
	if c.IsNull(i) {
		return math.NaN()
	}
	return c.Floats[i]
}

// keyNumber is the number in the key of a row, of which the first column is the key.
func keyNumber(b *table.Batch, i int) int64 {
	n, err := strconv.ParseInt(strings.TrimLeft(b.Columns[0].Strings[i], "SIM-RPC"), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// paidYearly is the middle of the pay that a posting states, won a year, or 0.
func paidYearly(text string) float64 {
	p, ok := reading.ReadPay(text, reading.PayUnit{Won: 10_000, Basis: snapshot.PayAnnual})
	if !ok || p.Min == 0 {
		return 0
	}
	return float64(p.Min+max(p.Min, p.Max)) / 2
}

// eachRow calls f for each row of the files of one sort.
func eachRow(dir, files string, f func(b *table.Batch, i int), columns ...string) error {
	names, err := filepath.Glob(filepath.Join(dir, files+"-*.parquet"))
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return ieum.Errorf(ieum.ErrNotFound, "there is no %s-*.parquet in %s; ieum simulate --out writes them", files, dir)
	}
	for _, name := range names {
		if err := eachRowOf(name, f, columns); err != nil {
			return err
		}
	}
	return nil
}

func eachRowOf(name string, f func(b *table.Batch, i int), columns []string) error {
	r, err := table.Open(name, table.Options{})
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		b, err := r.ReadColumns(8192, columns...)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for i := range b.Rows {
			f(b, i)
		}
	}
}
