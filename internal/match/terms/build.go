package terms

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"ieum/internal/snapshot"
)

// A Text is what is indexed of one row.
type Text struct{ Title, Company, Body []byte }

// A Reader gives the texts of the rows from from to below to, in order. It is
// called from several goroutines; the bytes are valid during the call of f.
type Reader func(from, to int, f func(row int, t Text) error) error

// batchRows is the number of rows inverted in memory at once: about 25 MB of
// text and 20 MB of lists for each core.
const batchRows = 1 << 15

// Build writes the index of rows texts into dir, an existing folder. Each batch
// of rows is inverted in memory and written as a run; runs are merged term by
// term, so that memory does not grow with the number of rows but for 30 bytes
// a term. What a crash leaves in dir cannot be opened.
func Build(ctx context.Context, dir string, rows int, read Reader) error {
	return build(ctx, dir, rows, batchRows, read)
}

func build(ctx context.Context, dir string, rows, batch int, read Reader) error {
	runs := filepath.Join(dir, "runs")
	if err := os.Mkdir(runs, 0o700); err != nil {
		return err
	}
	batches := (rows + batch - 1) / batch
	folded, err := invertAll(ctx, dir, runs, rows, batch, read)
	if err != nil {
		return err
	}
	if err := merge(ctx, dir, runs, batches, folded); err != nil {
		return err
	}
	return os.RemoveAll(runs)
}

// header is the small table of the index.
type header struct {
	Start    []uint64 // of each row's folded text, and the end of the last
	Sums     []uint32 // CRC-32C of the folded texts and of the lists
	Lengths  []uint64 // of the two files
	Key      []uint64
	N        []uint32 // postings of each key
	At       []uint64 // where its list begins, and the end of the last
	SkipFrom []uint32 // its first skip entry, and the end of the last
	SkipRow  []uint32
	SkipAt   []uint32
}

// An inversion writes the folded texts and one run a batch.
type inversion struct {
	runs        string // folder
	rows, batch int
	read        Reader
	out         *blobWriter
	start       []uint64
	turns       *turns
}

// invertAll runs an inversion on all cores.
func invertAll(ctx context.Context, dir, runs string, rows, batch int, read Reader) (*header, error) {
	out, err := createBlob(filepath.Join(dir, "folded"))
	if err != nil {
		return nil, err
	}
	v := &inversion{runs, rows, batch, read, out, []uint64{0}, newTurns()}
	next := make(chan int)
	g, ctx := errgroup.WithContext(ctx)
	context.AfterFunc(ctx, v.turns.stop)
	g.Go(func() error {
		defer close(next)
		for b := 0; b*batch < rows; b++ {
			select {
			case next <- b:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() error { return v.work(ctx, next) })
	}
	if err := errors.Join(g.Wait(), out.Close()); err != nil {
		return nil, err
	}
	return &header{Start: v.start, Sums: []uint32{out.sum}, Lengths: []uint64{out.n}}, nil
}

// work inverts batches; their folded texts are written when it is their turn.
func (v *inversion) work(ctx context.Context, next <-chan int) error {
	inv := newInverter()
	for b := range next {
		if err := inv.batch(b*v.batch, min(v.rows, (b+1)*v.batch), v.read); err != nil {
			return err
		}
		if err := inv.write(runPath(v.runs, b)); err != nil {
			return err
		}
		if !v.turns.wait(b) {
			return ctx.Err()
		}
		for _, end := range inv.ends {
			v.start = append(v.start, v.out.n+end)
		}
		if _, err := v.out.Write(inv.folded); err != nil {
			return err
		}
		v.turns.done()
	}
	return nil
}

func runPath(dir string, batch int) string {
	return filepath.Join(dir, fmt.Sprintf("%06d.col", batch))
}

// turns lets workers write in the order of their batches.
type turns struct {
	mu      sync.Mutex
	cond    *sync.Cond
	now     int
	stopped bool
}

func newTurns() *turns {
	t := &turns{}
	t.cond = sync.NewCond(&t.mu)
	return t
}

// wait blocks until it is batch b's turn; false when the build was stopped.
func (t *turns) wait(b int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.now != b && !t.stopped {
		t.cond.Wait()
	}
	return !t.stopped
}

func (t *turns) done() {
	t.mu.Lock()
	t.now++
	t.mu.Unlock()
	t.cond.Broadcast()
}

func (t *turns) stop() {
	t.mu.Lock()
	t.stopped = true
	t.mu.Unlock()
	t.cond.Broadcast()
}

// An inverter turns a batch of rows into lists of postings in memory. It is
// used again for the next batch, so that its buffers are.
type inverter struct {
	slots  []uint32 // hash table of positions in states, plus one
	states []state
	used   []uint32 // the states that have postings in this batch
	folded []byte
	ends   []uint64 // of the rows in folded
}

// A state is one term's list while it grows. The last posting is pending, for
// its class may still rise.
type state struct {
	key   Key
	buf   []byte
	row   uint32 // of the pending posting
	last  uint32 // the row before it
	n     uint32 // postings, with the pending one
	class Class
}

// maxStates bounds the terms an inverter remembers between batches.
const maxStates = 1 << 20

func newInverter() *inverter { return &inverter{slots: make([]uint32, 1<<16)} }

func (v *inverter) batch(from, to int, read Reader) error {
	if len(v.states) > maxStates {
		*v = *newInverter()
	}
	v.folded, v.ends = v.folded[:0], v.ends[:0]
	for _, i := range v.used {
		s := &v.states[i]
		s.buf, s.n, s.last = s.buf[:0], 0, 0
	}
	v.used = v.used[:0]
	return read(from, to, func(row int, t Text) error {
		start := len(v.folded)
		v.field(uint32(row), t.Title, Title, '\n')
		v.field(uint32(row), t.Company, Company, '\n')
		v.field(uint32(row), t.Body, Body, '\n')
		if len(v.folded)-start > 1<<30 {
			return fmt.Errorf("terms: row %d has more than a gigabyte of text", row)
		}
		v.ends = append(v.ends, uint64(len(v.folded)))
		return nil
	})
}

func (v *inverter) field(row uint32, text []byte, class Class, end byte) {
	start := len(v.folded)
	v.folded = Fold(v.folded, text)
	Keys(v.folded[start:], func(k Key) { v.add(k, row, class) })
	v.folded = append(v.folded, end)
}

// add notes that the term stands in the row. Fields come in falling order of
// class, so that only the body can raise one.
func (v *inverter) add(k Key, row uint32, class Class) {
	s := v.state(k)
	if s.n > 0 && s.row == row {
		if s.class == Body {
			s.class = Again
		}
		return
	}
	if s.n > 0 {
		s.flush()
	}
	s.row, s.class = row, class
	s.n++
}

func (s *state) flush() {
	l := lister{buf: s.buf, row: s.last}
	l.add(s.row, s.class)
	s.buf, s.last = l.buf, s.row
}

func (v *inverter) state(k Key) *state {
	mask := uint64(len(v.slots) - 1)
	for h := uint64(k) * 0x9E3779B97F4A7C15 >> 20; ; h++ {
		switch i := v.slots[h&mask]; {
		case i == 0:
			if len(v.states)*2 >= len(v.slots) {
				v.grow()
				return v.state(k)
			}
			v.states = append(v.states, state{key: k})
			v.slots[h&mask] = uint32(len(v.states))
			v.used = append(v.used, uint32(len(v.states)-1))
			return &v.states[len(v.states)-1]
		case v.states[i-1].key == k:
			s := &v.states[i-1]
			if s.n == 0 {
				v.used = append(v.used, i-1)
			}
			return s
		}
	}
}

func (v *inverter) grow() {
	v.slots = make([]uint32, 2*len(v.slots))
	mask := uint64(len(v.slots) - 1)
	for i, s := range v.states {
		h := uint64(s.key) * 0x9E3779B97F4A7C15 >> 20
		for v.slots[h&mask] != 0 {
			h++
		}
		v.slots[h&mask] = uint32(i + 1)
	}
}

// A run is the inverted form of one batch, terms in order of their keys.
type run struct {
	Key  []uint64
	N    []uint32
	At   []uint64 // where the list begins, and the end of the last
	Data []byte
}

func (v *inverter) write(path string) error {
	slices.SortFunc(v.used, func(a, b uint32) int { return cmp.Compare(v.states[a].key, v.states[b].key) })
	r := run{At: []uint64{0}}
	for _, i := range v.used {
		s := &v.states[i]
		s.flush()
		r.Key = append(r.Key, uint64(s.key))
		r.N = append(r.N, s.n)
		r.Data = append(r.Data, s.buf...)
		r.At = append(r.At, uint64(len(r.Data)))
	}
	return snapshot.WriteTable(path, &r)
}

// merge joins the runs term by term and writes lists and header.
func merge(ctx context.Context, dir, runs string, batches int, h *header) error {
	var open []*cursor
	defer func() {
		for _, c := range open {
			c.m.Close()
		}
	}()
	for b := range batches {
		c := &cursor{batch: b}
		m, err := snapshot.OpenTable(runPath(runs, b), &c.run)
		if err != nil {
			return err
		}
		c.m = m
		open = append(open, c)
	}
	out, err := createBlob(filepath.Join(dir, "lists"))
	if err != nil {
		return err
	}
	if err := errors.Join(mergeTo(ctx, out, open, h), out.Close()); err != nil {
		return err
	}
	h.Sums, h.Lengths = append(h.Sums, out.sum), append(h.Lengths, out.n)
	return snapshot.WriteTable(filepath.Join(dir, "terms.col"), h)
}

// A cursor stands at one term of a run.
type cursor struct {
	run
	m     *snapshot.Mapping
	batch int
	term  int
}

func (c *cursor) key() uint64 { return c.Key[c.term] }

func (c *cursor) list() List {
	return List{data: c.Data[c.At[c.term]:c.At[c.term+1]], left: c.N[c.term], total: c.N[c.term]}
}

func mergeTo(ctx context.Context, out *blobWriter, open []*cursor, h *header) error {
	q := make(queue, 0, len(open))
	for _, c := range open {
		if len(c.Key) > 0 {
			q.push(c)
		}
	}
	h.At, h.SkipFrom = []uint64{0}, []uint32{0}
	w := lister{skip: func(row, at uint32) {
		h.SkipRow, h.SkipAt = append(h.SkipRow, row), append(h.SkipAt, at)
	}}
	for len(q) > 0 {
		if len(h.Key)%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		key := q[0].key()
		w.begin(w.buf)
		for len(q) > 0 && q[0].key() == key {
			l := q[0].list()
			for l.Next() != None {
				w.add(l.Row, l.Class)
			}
			q.advance()
		}
		h.Key, h.N = append(h.Key, key), append(h.N, w.n)
		if _, err := out.Write(w.buf); err != nil {
			return err
		}
		h.At, h.SkipFrom = append(h.At, out.n), append(h.SkipFrom, uint32(len(h.SkipRow)))
	}
	return nil
}

// A queue is a heap of cursors: smallest key first, then first batch.
type queue []*cursor

func (q queue) less(i, j int) bool {
	if q[i].key() != q[j].key() {
		return q[i].key() < q[j].key()
	}
	return q[i].batch < q[j].batch
}

func (q *queue) push(c *cursor) {
	*q = append(*q, c)
	for i := len(*q) - 1; i > 0 && q.less(i, (i-1)/2); i = (i - 1) / 2 {
		(*q)[i], (*q)[(i-1)/2] = (*q)[(i-1)/2], (*q)[i]
	}
}

// advance moves the first cursor to its next term.
func (q *queue) advance() {
	s := *q
	if s[0].term++; s[0].term == len(s[0].Key) {
		s[0] = s[len(s)-1]
		s = s[:len(s)-1]
		*q = s
	}
	for i := 0; ; {
		small := i
		for _, c := range []int{2*i + 1, 2*i + 2} {
			if c < len(s) && s.less(c, small) {
				small = c
			}
		}
		if small == i {
			return
		}
		s[i], s[small] = s[small], s[i]
		i = small
	}
}

// fields cuts a folded row into title, company and body.
func fields(row []byte) (title, company, body []byte) {
	title, rest, _ := bytes.Cut(row, []byte{'\n'})
	company, body, _ = bytes.Cut(rest, []byte{'\n'})
	return title, company, bytes.TrimSuffix(body, []byte{'\n'})
}
