package catalogue

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/table"
)

// batchRows is how many rows go through the pipeline together.
const batchRows = 2048

// Options of an ingest.
type Options struct {
	Change   bool             // the files hold only what changed, whatever the source says
	Progress func(rows int64) // called now and then with the number of rows read so far; may be nil
}

// Ingest takes in a delivery of a source: files, or a folder of them. Each file
// is read as the source's definition says; rows that are new or changed go to
// the lake, rows that cannot be used to the quarantine. The caller holds
// build.lock.
//
// The delivery is taken whole or not at all, also when the program is killed: a
// second run of the same command gives what one run gives. Files that came last
// time change nothing. Errors of kind ieum.ErrInvalid say what is wrong with
// the delivery, ieum.ErrNotFound that there is no such source or file.
func (c *Catalogue) Ingest(ctx context.Context, source ieum.SourceID, paths []string, o Options) (*Delivery, error) {
	began := c.now()
	if err := c.belong(ctx); err != nil {
		return nil, err
	}
	if err := c.sweep(ctx); err != nil {
		return nil, err
	}
	if err := c.Expire(ctx); err != nil {
		return nil, err
	}
	in, err := c.open(ctx, source, paths, o)
	if err != nil {
		return nil, err
	}
	defer in.close()
	if again, err := in.again(ctx); again != nil || err != nil {
		return again, err
	}
	if err := in.run(ctx); err != nil {
		return nil, durable.Fault(err)
	}
	in.delivery.Seconds = c.now().Sub(began).Seconds()
	if err := in.commit(ctx); err != nil {
		return nil, durable.Fault(err)
	}
	return in.delivery, nil
}

// An ingest is one delivery on its way in.
type ingest struct {
	*Catalogue
	options  Options
	source   *defs.Source
	files    []inFile
	plans    []*plan
	tools    *tools
	delivery *Delivery
	hash     string // of the files and what they are read by
	dir      string // data/lake/tmp, where everything is written first
	tables   map[ieum.KindID]*intake
	last     *intake // that the last rows were written to
	bad      *quarantine
	tally    tally
}

// An inFile is a file of the delivery.
type inFile struct {
	path string
	def  *defs.File
	plan *plan // nil for a file that is only joined
	rows int64 // read so far
}

// open looks at the files and prepares everything that is needed to read them.
func (c *Catalogue) open(ctx context.Context, source ieum.SourceID, paths []string, o Options) (*ingest, error) {
	def := c.defs.Sources[source]
	if def == nil {
		return nil, &ieum.Error{Kind: ieum.ErrNotFound, Key: "error.no_source", Args: map[string]any{"source": string(source)},
			Message: "there is no source " + strconv.Quote(string(source)) + "; known are " + known(c.defs.Sources)}
	}
	in := &ingest{Catalogue: c, options: o, source: def, tables: map[ieum.KindID]*intake{}, dir: c.lake("tmp")}
	in.tally = tally{fields: map[string]*readings{}, coded: map[string]*Coding{}, warnings: map[Reason]int64{}}
	number, err := c.store.next(ctx)
	if err != nil {
		return nil, err
	}
	in.delivery = &Delivery{Number: number, Source: source, Version: def.Version, At: c.now().In(ieum.Seoul).Truncate(time.Second)}
	in.delivery.Seen = in.delivery.At
	if err := in.find(paths); err != nil {
		return nil, err
	}
	return in, in.identify(ctx)
}

// known lists the sources there are.
func known(sources map[ieum.SourceID]*defs.Source) string {
	text := ""
	for i, id := range slices.Sorted(maps.Keys(sources)) {
		if i > 0 {
			text += ", "
		}
		text += string(id)
	}
	return cmp.Or(text, "none")
}

// prepare makes the plans and what they share. It is not needed when the same
// files came last time.
func (in *ingest) prepare(ctx context.Context) error {
	if err := durable.MkdirAll(in.dir); err != nil {
		return err
	}
	in.tools = newTools(in.Catalogue.defs, in.coder, in.extractor)
	in.tools.naming = in.naming
	byDef := map[*defs.File]*plan{}
	for i := range in.files {
		f := &in.files[i]
		if f.def.Kind == "" {
			continue
		}
		if byDef[f.def] == nil {
			p, err := in.plan(ctx, f)
			if err != nil {
				return err
			}
			byDef[f.def] = p
			in.plans = append(in.plans, p)
		}
		f.plan = byDef[f.def]
	}
	if err := in.needKey(ctx); err != nil {
		return err
	}
	if err := in.loadJoins(ctx); err != nil {
		return err
	}
	var err error
	in.bad, err = newQuarantine(in.dir, in.plans)
	return err
}

// plan resolves the file entry of a file and opens the table of its kind.
func (in *ingest) plan(ctx context.Context, f *inFile) (*plan, error) {
	have, err := columnsIn(f)
	if err != nil {
		return nil, err
	}
	p, err := newPlan(in.Catalogue.defs, in.source, f.def, have)
	if err != nil {
		return nil, err
	}
	if in.options.Change {
		p.full = false
	}
	if in.tables[p.kind.ID] == nil {
		m, err := in.newIntake(ctx, p)
		if err != nil {
			return nil, err
		}
		in.tables[p.kind.ID] = m
		in.tools.present[p.kind.ID] = m.present
	}
	return p, nil
}

// needKey makes the key of the hashes of people if a plan makes some.
func (in *ingest) needKey(ctx context.Context) error {
	for _, p := range in.plans {
		if in.tools.key != nil || !slices.ContainsFunc(p.fields, func(f *field) bool { return f.Type == defs.TypePerson }) {
			continue
		}
		had, err := in.store.states(ctx, p.kind.ID)
		if err != nil {
			return err
		}
		if in.tools.key, err = personKey(in.data, len(had) > 0); err != nil {
			return err
		}
	}
	return nil
}

func (in *ingest) loadJoins(ctx context.Context) error {
	for _, p := range in.plans {
		for _, j := range p.joins {
			var files []joinFile
			for _, f := range in.files {
				if defs.Matches(j.def.Match, f.path) {
					files = append(files, joinFile{f.path, options(f.def)})
				}
			}
			if len(files) == 0 {
				return ieum.Errorf(ieum.ErrInvalid, "the delivery lacks the file %s, whose rows belong to those of %s; give both in one command", j.def.Match, p.file.Match)
			}
			if err := j.load(ctx, in.dir, files); err != nil {
				return err
			}
		}
	}
	return nil
}

func options(f *defs.File) table.Options {
	return table.Options{Format: f.Format, Encoding: f.Encoding, Records: f.Records, Sheet: f.Sheet}
}

// columnsIn returns the columns of a Parquet file, nil of any other.
func columnsIn(f *inFile) ([]string, error) {
	if f.def.Format != "parquet" && !isParquet(f.path) {
		return nil, nil
	}
	r, err := table.Open(f.path, options(f.def))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.Columns(), nil
}

// run reads all files through the pipeline: one goroutine reads, several map,
// and this one writes in the order of the files.
func (in *ingest) run(ctx context.Context) error {
	if err := in.prepare(ctx); err != nil {
		return err
	}
	workers := max(1, runtime.GOMAXPROCS(0))
	g, ctx := errgroup.WithContext(ctx)
	raw := make(chan *parcel)
	done := make(chan *parcel)
	tokens := make(chan struct{}, workers+3) // parcels between reader and writer
	g.Go(func() error {
		defer close(raw)
		return in.readAll(ctx, raw, tokens)
	})
	mapping, mctx := errgroup.WithContext(ctx)
	for range workers {
		mapping.Go(func() error { return in.mapAll(mctx, raw, done) })
	}
	g.Go(func() error {
		defer close(done)
		return mapping.Wait()
	})
	g.Go(func() error { return in.writeAll(ctx, done, tokens) })
	if err := g.Wait(); err != nil {
		return err
	}
	return in.finish()
}

// readAll sends the rows of all files in order.
func (in *ingest) readAll(ctx context.Context, to chan<- *parcel, tokens chan struct{}) error {
	number, first := 0, map[string]string{} // SHA-256 → the file with rows that has it
	for i, f := range in.files {
		if f.plan == nil {
			continue
		}
		sum := in.delivery.Files[i].SHA256
		if twin := first[sum]; twin != "" {
			return ieum.Errorf(ieum.ErrInvalid, "%s and %s are the same file under two names, so nothing was taken; take one away, and see whether another is missing", twin, f.path)
		}
		err := eachBatch(f, func(b *table.Batch) error {
			first[sum] = f.path
			p := &parcel{number: number, file: i, plan: f.plan, raw: copied(b)}
			number++
			select {
			case tokens <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			select {
			case to <- p:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// eachBatch calls f with the rows of a file.
func eachBatch(file inFile, f func(*table.Batch) error) error {
	r, err := table.Open(file.path, options(file.def))
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		b, err := r.ReadColumns(batchRows, file.plan.columns...)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = f(b)
		}
		if err != nil {
			return err
		}
	}
}

// copied returns a batch that stays as it is when the reader goes on.
func copied(b *table.Batch) *table.Batch {
	out := &table.Batch{Rows: b.Rows, Numbers: slices.Clone(b.Numbers), Bad: b.Bad, Columns: make([]table.Column, len(b.Columns))}
	for i, c := range b.Columns {
		out.Columns[i] = table.Column{
			Field: c.Field, Strings: slices.Clone(c.Strings), Ints: slices.Clone(c.Ints), Floats: slices.Clone(c.Floats),
			Bools: slices.Clone(c.Bools), Null: slices.Clone(c.Null), Off: slices.Clone(c.Off),
		}
	}
	return out
}

// mapAll maps parcels until there are none.
func (in *ingest) mapAll(ctx context.Context, from <-chan *parcel, to chan<- *parcel) error {
	var m *mapper
	for p := range from {
		if m == nil || m.plan != p.plan { // one at a time, for what it remembers takes room
			m = newMapper(in.tools, p.plan)
		}
		if err := m.run(p); err != nil {
			return err
		}
		if err := in.seal(p); err != nil {
			return err
		}
		select {
		case to <- p:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// writeAll writes parcels in their order.
func (in *ingest) writeAll(ctx context.Context, from <-chan *parcel, tokens chan struct{}) error {
	waiting := map[int]*parcel{}
	for next := 0; ; {
		p, more := <-from
		if !more {
			return ctx.Err()
		}
		waiting[p.number] = p
		for p := waiting[next]; p != nil; p = waiting[next] {
			delete(waiting, next)
			next++
			if err := in.write(p); err != nil {
				return err
			}
			<-tokens
		}
	}
}

// write takes one parcel.
func (in *ingest) write(p *parcel) error {
	in.files[p.file].rows += p.tally.read
	in.tally.add(&p.tally)
	if in.options.Progress != nil {
		in.options.Progress(in.tally.read)
	}
	for _, r := range p.refused {
		if err := in.bad.add(in.files[p.file].name(), p.plan, r); err != nil {
			return err
		}
	}
	to := in.tables[p.plan.kind.ID]
	if last := in.last; last != nil && last != to {
		if err := last.w.Flush(); err != nil {
			return err
		}
	}
	in.last = to
	return to.add(p, uint8(slices.Index(in.plans, p.plan)))
}

// add adds the counts of a parcel.
func (t *tally) add(o *tally) {
	t.read += o.read
	t.warned += o.warned
	if o.from != 0 && (t.from == 0 || o.from < t.from) {
		t.from = o.from
	}
	t.to = max(t.to, o.to)
	t.removed.Resident += o.removed.Resident
	t.removed.Phone += o.removed.Phone
	t.removed.Email += o.removed.Email
	t.removed.Name += o.removed.Name
	for why, n := range o.warnings {
		t.warnings[why] += n
	}
	for name, c := range o.coded {
		sum := t.coding(name)
		sum.Named += c.Named
		sum.Likely += c.Likely
		sum.Unlikely += c.Unlikely
		sum.None += c.None
	}
	for name, r := range o.fields {
		sum := t.fields[name]
		if sum == nil {
			sum = &readings{texts: map[string]int64{}}
			t.fields[name] = sum
		}
		sum.read += r.read
		sum.unread += r.unread
		for text, n := range r.texts {
			if _, ok := sum.texts[text]; ok || len(sum.texts) < 20*unreadMost {
				sum.texts[text] += n
			}
		}
	}
}
