package match

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
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
	Assign         Assignment    // how postings are shared out; "" = AssignNone

	Of func(ieum.SourceID) bool // whether the keys of a source's seekers may be written out; others are left out
}

// Counts is what a batch came to.
type Counts struct {
	Seekers  int `json:"seekers"`
	Postings int `json:"postings"` // candidates
	Lines    int `json:"lines"`
	Fewer    int `json:"fewer"`   // seekers whose constraints left fewer than K
	LeftOut  int `json:"leftOut"` // seekers of sources whose keys may not be written out

	Applications int `json:"applications"` // that were learned from; 0 = too few

	Model    string `json:"model"`    // SHA-256 of the file that chances and wishes are made of
	Snapshot string `json:"snapshot"` // its version
}

// batchSeekers is how many seekers are worked on together; keySeekers those
// whose keys are read at once, for 18 bytes each beside the keys.
const (
	batchSeekers = 256
	keySeekers   = 1 << 20
)

// Recommend writes the best postings for every seeker with a résumé, of the
// sources that the batch is of, best first, a line each: seeker, tab, posting, tab, score; the ids as the source
// gave them. Seekers are in the order of the snapshot. Without AsOf those are
// meant who look for work now; of a past day it is not known who did. Memory
// grows by 4 bytes a seeker, and all cores are used.
func (m *Matcher) Recommend(ctx context.Context, lake Lake, b Batch, w io.Writer) (Counts, error) {
	x, today, release, err := m.acquire()
	if err != nil {
		return Counts{}, err
	}
	defer release()
	j, err := x.job(ctx, lake, b, today)
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
	lake    Lake
	b       Batch
	v       *view
	seekers []uint32   // rows of résumés
	applied [][]uint32 // by seeker: rows of postings
	tastes  *tastes    // nil = nothing was learned from applications
	prices  []float32  // see price; nil = none
	bonus   float64    // the most that a price adds to a score
	spare   float64    // people that an opening may be sent to whatever the share of its posting; 0 = none
	source  uint16     // 0 = any
	counts  Counts
}

func (x *index) job(ctx context.Context, lake Lake, b Batch, today ieum.Day) (*job, error) {
	j, err := x.unlearned(ctx, lake, b, today)
	if err != nil {
		return nil, err
	}
	return j, j.prepare(ctx)
}

// unlearned is a job that knows who is meant, the candidates and who applied for what.
func (x *index) unlearned(ctx context.Context, lake Lake, b Batch, today ieum.Day) (*job, error) {
	j := &job{x: x, lake: lake, b: b}
	j.counts.Model, j.counts.Snapshot = x.model.hash, x.s.Meta.Version
	if b.Source != "" {
		if j.source = uint16(snapshot.Find(x.s.Dict.Sources, string(b.Source))); j.source == 0 {
			return nil, ieum.Errorf(ieum.ErrNotFound, "no data of the source %s are in the snapshot; bring them with: ieum ingest %s FILE…, then: ieum build", b.Source, b.Source)
		}
	}
	if err := j.candidates(today); err != nil {
		return nil, err
	}
	j.meant()
	j.counts.Seekers, j.counts.Postings = len(j.seekers), len(j.v.rows)
	return j, j.readApplications(ctx)
}

// prepare learns from the applications, and finds prices if postings are shared out by what
// they can take.
func (j *job) prepare(ctx context.Context) error {
	if err := j.learn(ctx); err != nil || j.b.Assign != AssignCapacity {
		return err
	}
	return j.price(ctx)
}

// meant gathers the seekers: those of the source asked for, when it has any. Of
// sources whose keys may not be written out they are counted.
func (j *job) meant() {
	r := &j.x.s.Resumes
	may := make([]bool, len(j.x.s.Dict.Sources))
	for i, id := range j.x.s.Dict.Sources {
		may[i] = j.b.Of(ieum.SourceID(id))
	}
	own := false
	for row := range r.Person.Len() {
		theirs := j.source != 0 && r.Source.At(row) == j.source
		if j.x.s.ResumeGone(row) || own && !theirs {
			continue
		}
		if theirs && !own {
			own, j.seekers, j.counts.LeftOut = true, nil, 0
		}
		switch {
		case j.b.AsOf == "" && r.Flags.At(row)&snapshot.Active == 0:
		case may[r.Source.At(row)]:
			j.seekers = append(j.seekers, uint32(row))
		default:
			j.counts.LeftOut++
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

// An applied is who applied: a résumé as its source names it.
type applied struct {
	source uint16
	key    string
}

// readApplications notes which postings each seeker has applied for.
func (j *job) readApplications(ctx context.Context) error {
	s, named := j.x.s, map[applied][]applied{} // posting → résumés
	j.applied = make([][]uint32, len(j.seekers))
	err := j.lake.Applications(ctx, func(source ieum.SourceID, resume, posting string) {
		if n := uint16(snapshot.Find(s.Dict.Sources, string(source))); n > 0 {
			named[applied{n, posting}] = append(named[applied{n, posting}], applied{n, resume})
		}
	})
	if err != nil || len(named) == 0 {
		return err
	}
	of := map[applied][]uint32{}
	s.Members.Key.Range(0, s.Members.Key.Len(), func(i int, k []byte) bool {
		for _, resume := range named[applied{s.Members.Source.At(i), string(k)}] {
			if row := s.Members.Posting.At(i); !slices.Contains(of[resume], row) {
				of[resume] = append(of[resume], row)
			}
		}
		return true
	})
	return j.eachKeys(ctx, func(first int, keys *keys) error {
		for i := range keys.from {
			at := first + i
			j.applied[at] = of[applied{s.Resumes.Source.At(int(j.seekers[at])), string(keys.at(i))}]
		}
		return nil
	})
}

// eachKeys reads the keys of the seekers, some at a time.
func (j *job) eachKeys(ctx context.Context, f func(first int, keys *keys) error) error {
	for first := 0; first < len(j.seekers); first += keySeekers {
		keys, err := j.x.keys(ctx, j.lake, j.seekers[first:min(first+keySeekers, len(j.seekers))])
		if err != nil {
			return err
		}
		if err := f(first, keys); err != nil {
			return err
		}
	}
	return nil
}

// keys are the keys of some résumés, one after another; "" is of somebody who was
// erased meanwhile.
type keys struct {
	text []byte
	from []uint32
	size []uint16
}

func (k *keys) at(i int) []byte { return k.text[k.from[i]:][:k.size[i]] }

// keys asks for the keys of résumés.
func (x *index) keys(ctx context.Context, lake Lake, rows []uint32) (*keys, error) {
	k := &keys{from: make([]uint32, len(rows)), size: make([]uint16, len(rows))}
	err := lake.Keys(ctx, x.s, rows, func(i int, key string) error {
		if len(key) > math.MaxUint16 || len(k.text)+len(key) > math.MaxUint32 {
			return fmt.Errorf("match: a key of %d bytes", len(key))
		}
		k.from[i], k.size[i] = uint32(len(k.text)), uint16(len(key))
		k.text = append(k.text, key...)
		return nil
	})
	return k, err
}

// A piece is some seekers that one worker recommends to.
type piece struct {
	seekers []uint32
	keys    *keys // of the seekers, from first on
	first   int
	at      int         // of the first seeker among all
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
	return j.eachKeys(ctx, func(at int, keys *keys) error {
		some := j.seekers[at:min(at+keySeekers, len(j.seekers))]
		for first := 0; first < len(some); first += batchSeekers {
			p := &piece{seekers: some[first:min(first+batchSeekers, len(some))], keys: keys, first: first, at: at + first, done: make(chan []byte, 1)}
			for _, to := range []chan<- *piece{order, todo} {
				select {
				case to <- p:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
		return nil
	})
}

func (j *job) work(ctx context.Context, todo <-chan *piece) error {
	h, rr := newHunt(j.x, j.v), j.x.resumes()
	for p := range todo {
		var lines []byte
		for i := range p.seekers {
			key := p.keys.at(p.first + i)
			if len(key) == 0 { // erased this moment
				continue
			}
			found, err := j.best(ctx, h, rr, p.at+i, j.b.K)
			if err != nil {
				return err
			}
			p.lines += len(found)
			if len(found) < j.b.K {
				p.fewer++
			}
			lines = j.write(lines, key, found)
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

// best finds the k best postings of the i-th seeker.
func (j *job) best(ctx context.Context, h *hunt, rr *resumeReader, i, k int) ([]scored, error) {
	h.reset(rr.read(int(j.seekers[i])), k, 0)
	if applied := j.applied[i]; j.b.ExcludeApplied && len(applied) > 0 {
		h.skip = func(posting uint32) bool { return slices.Contains(applied, posting) }
	}
	if j.tastes != nil {
		h.follow(j.tastes, i)
	}
	h.prices = j.prices
	h.beyond += j.bonus
	if err := h.run(ctx); err != nil {
		return nil, err
	}
	found, _ := h.results()
	return found, nil
}

func (j *job) write(lines, key []byte, found []scored) []byte {
	s := j.x.s
	for _, f := range found {
		lines = append(lines, key...)
		lines = append(lines, '\t')
		lines = append(lines, s.Members.Key.At(j.member(int(f.row)))...)
		lines = append(lines, '\t')
		lines = strconv.AppendFloat(lines, f.score, 'f', 6, 64)
		lines = append(lines, '\n')
	}
	return lines
}
