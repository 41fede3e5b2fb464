package match

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"runtime"
	"slices"
	"strconv"

	"golang.org/x/sync/errgroup"

	"ieum"
	"ieum/internal/snapshot"
)

// A Batch says what is recommended to everybody at once.
type Batch struct {
	K              int           // postings for each seeker
	ExcludeApplied bool          // leave out postings the seeker applied for (kind "application")
	Source         ieum.SourceID // postings, and seekers when it has any, of this source only; "" = all
	AsOf           string        // postings open on this day; "" = today, "all" = whether open or not
}

// Counts is what a batch came to.
type Counts struct {
	Seekers  int `json:"seekers"`
	Postings int `json:"postings"` // candidates
	Lines    int `json:"lines"`
	Fewer    int `json:"fewer"` // seekers whose constraints left fewer than K
}

// batchSeekers is how many seekers are worked on together.
const batchSeekers = 256

// Recommend writes the best postings for every seeker with a résumé, best
// first, a line each: seeker, tab, posting, tab, score; the ids as the source
// gave them. Seekers are in the order of the snapshot. Without AsOf those are
// meant who look for work now; of a past day it is not known who did. Memory
// does not grow with the number of seekers, and all cores are used.
func (m *Matcher) Recommend(ctx context.Context, b Batch, w io.Writer) (Counts, error) {
	x, today, release, err := m.acquire()
	if err != nil {
		return Counts{}, err
	}
	defer release()
	j, err := x.job(b, today)
	if err != nil {
		return Counts{}, err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	if err := j.run(ctx, out); err != nil {
		return j.counts, err
	}
	return j.counts, out.Flush()
}

// A job is a batch under way.
type job struct {
	x       *index
	b       Batch
	v       *view
	seekers []uint32 // rows of résumés
	applied map[uint32][]uint32
	source  uint16 // 0 = any
	counts  Counts
}

func (x *index) job(b Batch, today ieum.Day) (*job, error) {
	j := &job{x: x, b: b}
	if b.Source != "" {
		if j.source = uint16(snapshot.Find(x.s.Dict.Sources, string(b.Source))); j.source == 0 {
			return nil, ieum.Errorf(ieum.ErrNotFound, "no data of the source %s are in the snapshot; bring them with: ieum ingest %s FILE…, then: ieum build", b.Source, b.Source)
		}
	}
	if err := j.candidates(today); err != nil {
		return nil, err
	}
	j.meant()
	j.counts = Counts{Seekers: len(j.seekers), Postings: len(j.v.rows)}
	if b.ExcludeApplied {
		return j, j.readApplications()
	}
	return j, nil
}

// meant gathers the seekers: those of the source asked for, when it has any.
func (j *job) meant() {
	r := &j.x.s.Resumes
	own := false
	for row := range r.Person.Len() {
		theirs := j.source != 0 && r.Source.At(row) == j.source
		if j.x.s.ResumeGone(row) || own && !theirs {
			continue
		}
		if theirs && !own {
			own, j.seekers = true, nil
		}
		if j.b.AsOf != "" || r.Flags.At(row)&snapshot.Active != 0 {
			j.seekers = append(j.seekers, uint32(row))
		}
	}
}

// candidates gathers the postings that may be recommended.
func (j *job) candidates(today ieum.Day) error {
	x, day := j.x, today
	open := func(row int) bool { return x.isOpen(row, day) }
	switch j.b.AsOf {
	case "":
	case "all":
		if x.s.Meta.To != 0 {
			day = x.s.Meta.To
		}
		open = func(int) bool { return true }
	default:
		var err error
		if day, err = ieum.ParseDay(j.b.AsOf); err != nil {
			return ieum.Errorf(ieum.ErrInvalid, "--as-of is a day such as 2026-01-31, or all")
		}
	}
	j.v = x.view(day, func(row int) bool { return open(row) && (j.source == 0 || j.member(row) >= 0) })
	return nil
}

// member returns the source row under whose key a posting is named: the oldest
// of the source asked for; -1 when it has none.
func (j *job) member(row int) int {
	var buf [16]uint32
	for _, m := range j.x.s.Postings.Members.At(row, buf[:]) {
		if j.source == 0 || j.x.s.Members.Source.At(int(m)) == j.source {
			return int(m)
		}
	}
	return -1
}

// readApplications notes which postings each résumé has applied for.
func (j *job) readApplications() error {
	type key struct {
		source uint16
		key    string
	}
	s := j.x.s
	kind := uint16(snapshot.Find(s.Dict.Kinds, "application"))
	resumes, postings := map[key]uint32{}, map[key]uint32{}
	s.Resumes.Key.Range(0, s.Resumes.Key.Len(), func(row int, k []byte) bool {
		resumes[key{s.Resumes.Source.At(row), string(k)}] = uint32(row)
		return true
	})
	s.Members.Key.Range(0, s.Members.Key.Len(), func(i int, k []byte) bool {
		postings[key{s.Members.Source.At(i), string(k)}] = s.Members.Posting.At(i)
		return true
	})
	j.applied = map[uint32][]uint32{}
	from, to := s.ItemsOf(kind)
	var failed error
	s.Items.Body.Range(from, to, func(i int, body []byte) bool {
		var a struct{ Resume, Posting string }
		if failed = json.Unmarshal(body, &a); failed != nil {
			return false
		}
		source := s.Items.Source.At(i)
		resume, ok := resumes[key{source, a.Resume}]
		posting, ok2 := postings[key{source, a.Posting}]
		if ok && ok2 {
			j.applied[resume] = append(j.applied[resume], posting)
		}
		return true
	})
	return failed
}

// A piece is some seekers that one worker recommends to.
type piece struct {
	seekers []uint32
	done    chan []byte // their lines, once
	fewer   int
	lines   int
}

// run works on pieces of the seekers on all cores and writes them in order.
func (j *job) run(ctx context.Context, out *bufio.Writer) error {
	workers := runtime.GOMAXPROCS(0)
	todo, order := make(chan *piece), make(chan *piece, 4*workers)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return j.deal(ctx, todo, order) })
	for range workers {
		g.Go(func() error { return j.work(ctx, todo) })
	}
	g.Go(func() error { return j.gather(ctx, order, out) })
	return g.Wait()
}

// deal hands every piece first to who writes and then to who works, and stays
// only as far ahead of who writes as the channel holds.
func (j *job) deal(ctx context.Context, todo, order chan<- *piece) error {
	defer close(order)
	defer close(todo)
	for some := range slices.Chunk(j.seekers, batchSeekers) {
		p := &piece{seekers: some, done: make(chan []byte, 1)}
		for _, to := range []chan<- *piece{order, todo} {
			select {
			case to <- p:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

func (j *job) work(ctx context.Context, todo <-chan *piece) error {
	h, rr := newHunt(j.x, j.v), j.x.resumes()
	for p := range todo {
		var lines []byte
		for _, row := range p.seekers {
			found, err := j.best(ctx, h, rr, row)
			if err != nil {
				return err
			}
			p.lines += len(found)
			if len(found) < j.b.K {
				p.fewer++
			}
			lines = j.write(lines, row, found)
		}
		p.done <- lines
	}
	return nil
}

func (j *job) gather(ctx context.Context, order <-chan *piece, out *bufio.Writer) error {
	for p := range order {
		select {
		case lines := <-p.done:
			j.counts.Lines += p.lines
			j.counts.Fewer += p.fewer
			if _, err := out.Write(lines); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (j *job) best(ctx context.Context, h *hunt, rr *resumeReader, row uint32) ([]scored, error) {
	h.reset(rr.read(int(row)), j.b.K, 0)
	if applied := j.applied[row]; len(applied) > 0 {
		h.skip = func(posting uint32) bool { return slices.Contains(applied, posting) }
	}
	if err := h.run(ctx); err != nil {
		return nil, err
	}
	found, _ := h.results()
	return found, nil
}

func (j *job) write(lines []byte, resume uint32, found []scored) []byte {
	s := j.x.s
	for _, f := range found {
		lines = append(lines, s.Resumes.Key.At(int(resume))...)
		lines = append(lines, '\t')
		lines = append(lines, s.Members.Key.At(j.member(int(f.row)))...)
		lines = append(lines, '\t')
		lines = strconv.AppendFloat(lines, f.score, 'f', 6, 64)
		lines = append(lines, '\n')
	}
	return lines
}
