package catalogue

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"runtime"
	"slices"

	"ieum"
	"ieum/internal/catalogue/master"
	"ieum/internal/platform/durable"
	"ieum/internal/snapshot"
)

// A Stage of a build, told to who waits for it.
type Stage string

// The stages in their order.
const (
	StageCompare   Stage = "compare"   // changes only: what of the base still holds
	StagePostings  Stage = "postings"  // read and looked at
	StageCompanies Stage = "companies" // mastered
	StageMerge     Stage = "merge"     // postings mastered and put in order
	StageResumes   Stage = "resumes"   // read, mastered and put in order
	StageItems     Stage = "items"     // rows of every other kind
	StageEvents    Stage = "events"    // what happened to people in their search
	StageWrite     Stage = "write"     // tables written
	StageParts     Stage = "parts"     // what other domains derive
	StageVerify    Stage = "verify"    // all read once more and switched to
)

// Build makes a snapshot of everything in the lake and makes it the current
// one. The caller holds build.lock. The same lake gives the same content hash
// on any number of cores. However it ends before the last step, the snapshot
// in use stays what it was.
//
// Progress, when it is not nil, is told each stage as it begins. When nothing was
// ever taken in the error is ieum.ErrUnavailable.
func (c *Catalogue) Build(ctx context.Context, progress func(Stage), parts ...snapshot.Part) (snapshot.Meta, error) {
	return c.checked(ctx, progress, func(progress func(Stage)) (snapshot.Meta, error) {
		return c.build(ctx, c.Live, nil, progress, parts)
	})
}

// checked runs a build if there is what it takes.
func (c *Catalogue) checked(ctx context.Context, progress func(Stage), build func(progress func(Stage)) (snapshot.Meta, error)) (snapshot.Meta, error) {
	if progress == nil {
		progress = func(Stage) {}
	}
	if err := c.belong(ctx); err != nil {
		return snapshot.Meta{}, err
	}
	if err := c.declared(ctx); err != nil {
		return snapshot.Meta{}, err
	}
	if err := c.Hide(ctx); err != nil {
		return snapshot.Meta{}, err
	}
	about, err := c.store.sources(ctx)
	if err != nil {
		return snapshot.Meta{}, err
	}
	if len(about) == 0 {
		return snapshot.Meta{}, ieum.Errorf(ieum.ErrUnavailable, "nothing has been taken in yet; bring data with: ieum ingest SOURCE FILE…")
	}
	meta, err := build(progress)
	return meta, durable.Fault(err)
}

// build makes a snapshot of the rows that live gives: a whole one, or when x is
// not nil one of changes.
func (c *Catalogue) build(ctx context.Context, live liveFunc, x *change, progress func(Stage), parts []snapshot.Part) (meta snapshot.Meta, err error) {
	decided, err := c.store.decisions(ctx)
	if err != nil {
		return meta, err
	}
	to, err := snapshot.Begin(c.data)
	if err != nil {
		return meta, err
	}
	defer func() {
		if e := to.Discard(); e != nil && err == nil {
			slog.WarnContext(ctx, "catalogue: what a build left could not be removed", "err", e)
		}
	}()
	m := newMaking(c, live, to, decided, progress)
	m.change = x
	if err := m.make(ctx); err != nil {
		return meta, err
	}
	progress(StageWrite)
	if err := to.Write(&m.out); err != nil {
		return meta, err
	}
	if x != nil {
		if err := x.describe(ctx, m); err != nil {
			return meta, err
		}
	}
	about, err := c.store.sources(ctx)
	if err != nil {
		return meta, err
	}
	if err := to.Describe(m.meta(about), c.now()); err != nil {
		return meta, err
	}
	m.out = snapshot.Snapshot{} // the parts read the files
	progress(StageParts)
	if err := to.Derive(ctx, parts...); err != nil {
		return meta, err
	}
	progress(StageVerify)
	if err := ctx.Err(); err != nil {
		return meta, err
	}
	if meta, err = to.Publish(); err != nil {
		return meta, err
	}
	return meta, c.store.built(ctx, meta, m.merged, x == nil)
}

// declared refuses to build without the definition of a source that rows came
// from, as one does who forgets --defs: nobody could say where they are from.
func (c *Catalogue) declared(ctx context.Context) error {
	states, err := c.store.states(ctx, "")
	if err != nil {
		return err
	}
	for _, st := range states {
		if c.defs.Sources[st.source] == nil {
			return ieum.Errorf(ieum.ErrNotFound, "there are rows of the source %s, which the definitions do not have; name the folder that declares it with --defs DIR or IEUM_DEFS", st.source)
		}
	}
	return nil
}

// liveFunc is Catalogue.Live.
type liveFunc func(ctx context.Context, kind ieum.KindID, columns []string, f func(*Rows) error) error

// A making is a build under way.
type making struct {
	c        *Catalogue
	live     liveFunc
	to       *snapshot.Build
	decided  *decisions
	progress func(Stage)
	finder   *finder
	change   *change // nil for a whole snapshot
	codes    *numbers
	workers  []*worker
	out      snapshot.Snapshot
	evidence evidence
	counts   snapshot.Meta // of rows; the tables are written and emptied on the way
	rows     map[ieum.SourceID]int
	merged   map[int64]int64 // delivery → rows that joined an older posting
	seekers  *index          // number of a résumé → its row; nil where no event asks for it
}

func newMaking(c *Catalogue, live liveFunc, to *snapshot.Build, d *decisions, progress func(Stage)) *making {
	m := &making{c: c, live: live, to: to, decided: d, progress: progress, finder: newFinder(c.defs), rows: map[ieum.SourceID]int{}, merged: map[int64]int64{}}
	m.out.Dict = m.finder.dict
	m.codes = newNumbers(&m.out.Dict)
	for range runtime.GOMAXPROCS(0) {
		m.workers = append(m.workers, newWorker(m.finder, m.codes))
	}
	return m
}

// make fills the tables and writes the texts.
func (m *making) make(ctx context.Context) error {
	for _, step := range []func(context.Context) error{m.postings, m.resumes, m.items, m.events} {
		if err := step(ctx); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	m.out.Merges = m.evidence.sorted()
	return nil
}

// gathered are the postings before they are mastered, with their employers
// found, and the rest of them on disk.
type gathered struct {
	postingRows
	employers *employers
	texts     *spill
	members   *stretches[snapshot.Members] // Posting is the number of the row
}

func (g *gathered) close() error { return errors.Join(g.texts.close(), g.members.close()) }

// gather reads postings and companies and masters the companies.
func (m *making) gather(ctx context.Context) (g *gathered, err error) {
	g = &gathered{}
	if g.texts, err = newSpill(m.to.Dir); err != nil {
		return nil, err
	}
	if g.members, err = newStretches[snapshot.Members](m.to.Dir, memberStretches, m.c.held); err != nil {
		return nil, errors.Join(err, g.texts.close())
	}
	mentions := newMentions()
	err = m.readPostings(ctx, g, mentions)
	if err == nil {
		err = m.readCompanies(ctx, mentions)
	}
	if err == nil && m.change != nil {
		err = m.change.carryPostings(m, g, mentions)
	}
	if err != nil {
		return nil, errors.Join(err, g.close())
	}
	m.progress(StageCompanies)
	found := master.Companies(mentions.list[1:], m.decided.companies(mentions.list[1:]))
	m.evidence.companies(mentions.list[1:], found)
	g.employers = mentions.master(found, m.codes)
	if m.change != nil {
		m.change.know(g.employers)
	}
	for i := range g.facts {
		g.facts[i].Company = g.employers.of[g.facts[i].Company]
	}
	return g, nil
}

// postings reads, masters and orders postings and companies.
func (m *making) postings(ctx context.Context) (err error) {
	g, err := m.gather(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.close()) }()
	m.progress(StageMerge)
	result, err := master.MatchPostings(m.forMatcher(g))
	if err != nil {
		return err
	}
	for _, w := range m.workers {
		w.names, w.prints = nil, nil // only postings need them
	}
	g.employers.names = nil
	return m.write(ctx, g, result)
}

func (m *making) readPostings(ctx context.Context, g *gathered, mentions *mentions) error {
	m.progress(StagePostings)
	chunks := make([]postingChunk, len(m.workers))
	err := m.live(ctx, "posting", postingColumns, func(r *Rows) error {
		inParts(r.Rows, m.workers, func(part int, w *worker, from, to int) {
			chunks[part].empty()
			chunks[part].read(r, w, from, to)
		})
		for i := range chunks {
			if err := g.take(&chunks[i], mentions, m.codes); err != nil {
				return err
			}
		}
		m.rows[r.Source] += r.Rows
		return nil
	})
	return errors.Join(err, g.texts.flush(), g.members.flush())
}

var companyColumns = []string{ColumnRow, "name", "number", "region", "industry", "employees", "average_pay_min"}

func (m *making) readCompanies(ctx context.Context, mentions *mentions) error {
	w := m.workers[0]
	return m.live(ctx, "company", companyColumns, func(r *Rows) error {
		c := columnsOf(r, companyColumns)
		for i := range r.Batch.Rows {
			x := companyRow{region: c.code(w.finder, "region", "regions", i), industry: c.code(w.finder, "industry", "industries", i),
				employees: uint32(clamp(c.number("employees", i), 1<<32-1)), average: c.won("average_pay_min", i)}
			x.mention = mentions.of([]byte(c.text("name", i)), []byte(c.text("number", i)), m.codes.region[x.region], x.industry)
			mentions.about = append(mentions.about, x)
		}
		m.rows[r.Source] += r.Batch.Rows
		return nil
	})
}

// forMatcher lays postings out as the matcher reads them.
func (m *making) forMatcher(g *gathered) *master.Postings {
	readers := make([]*master.Reader, len(m.workers))
	for i, w := range m.workers {
		readers[i] = w.prints
	}
	return &master.Postings{
		Prints:   g.prints,
		Facts:    g.facts,
		Counts:   master.MergeCounts(readers),
		Title:    func(row uint32) string { return g.title.At(int(row)) },
		Names:    func(company uint32) []string { return g.employers.names[company] },
		Numbered: func(company uint32) bool { return len(g.employers.table.Number.Bytes(int(company))) > 0 },
		Bodies:   g.texts.each,
		Apart:    m.decided.rows(snapshot.MergedPosting, g.ids),
	}
}

// meta describes what was made; about is what the database says of the sources.
func (m *making) meta(about []snapshot.Source) snapshot.Meta {
	meta := m.counts
	meta.Items = m.out.Items.Kind.Len()
	for _, id := range slices.Sorted(maps.Keys(m.rows)) {
		src := snapshot.Source{ID: id, Rows: m.rows[id]}
		if i := slices.IndexFunc(about, func(x snapshot.Source) bool { return x.ID == id }); i >= 0 {
			src.Deliveries, src.From, src.To = about[i].Deliveries, about[i].From, about[i].To
		}
		if d := m.c.defs.Sources[id]; d != nil {
			src.Title, src.Holder, src.Simulated = d.Title, d.Holder, d.Simulated
		}
		meta.Simulated = meta.Simulated || src.Simulated
		if src.From != 0 && (meta.From == 0 || src.From < meta.From) {
			meta.From = src.From
		}
		meta.To = max(meta.To, src.To)
		meta.Sources = append(meta.Sources, src)
	}
	return meta
}
