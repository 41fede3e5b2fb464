package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"ieum"
	"ieum/internal/catalogue"
	"ieum/internal/match"
	"ieum/internal/platform/durable"
	"ieum/internal/platform/journal"
	"ieum/internal/platform/table"
	"ieum/internal/simulate"
)

// ofRecommender is a command line of ieum audit recommender.
type ofRecommender struct {
	markets, resumes, postings, twins int
}

func (o *ofRecommender) flags(fs *flag.FlagSet) {
	fs.IntVar(&o.markets, "markets", 0, "of recommender: simulate so many markets, with the seeds from 1 on, and audit those (default: the data folder)")
	fs.IntVar(&o.resumes, "resumes", 100_000, "of recommender: résumés of a market")
	fs.IntVar(&o.postings, "postings", 30_000, "of recommender: postings of a market")
	fs.IntVar(&o.twins, "twins", 400, "of recommender: people of a market who are written anew as of other groups")
}

// auditRecommender audits what recommends, prints the report as JSON, and keeps it. A bar that
// does not hold is ieum.ErrConflict.
func auditRecommender(ctx context.Context, e *env, o ofRecommender) error {
	if o.markets < 0 || o.resumes < 1 || o.postings < 1 || o.twins < 0 {
		return usagef("audit recommender: --markets and --twins are at least 0, --resumes and --postings at least 1")
	}
	var a *match.Audit
	var err error
	if o.markets > 0 {
		a, err = o.simulated(ctx, e)
	} else {
		a, err = auditHere(ctx, e)
	}
	if err != nil {
		return err
	}
	if err := writeJSON(e.stdout, a); err != nil {
		return err
	}
	if o.markets == 0 {
		if err := keepAudit(ctx, e, a); err != nil {
			return err
		}
	}
	var broken []string
	for _, b := range a.Bars {
		switch {
		case !b.Holds:
			broken = append(broken, b.Name)
			e.say("does NOT hold: %s", sayBar(b))
		case b.Value == nil:
			e.say("not measured:  %s", b.Name)
		default:
			e.say("holds:         %s", sayBar(b))
		}
	}
	if len(broken) > 0 {
		return ieum.Errorf(ieum.ErrConflict, "the recommender does not pass its audit: %s", strings.Join(broken, ", "))
	}
	return nil
}

func sayBar(b match.Bar) string {
	text := fmt.Sprintf("%s is %.4g of %d", b.Name, *b.Value, b.N)
	if b.Low != nil {
		text += fmt.Sprintf(", at least %.4g", *b.Low)
	}
	if b.High != nil {
		text += fmt.Sprintf(", at most %.4g", *b.High)
	}
	return text
}

// auditHere audits the snapshot of the data folder.
func auditHere(ctx context.Context, e *env) (*match.Audit, error) {
	m, err := openMarket(e)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	if err := e.noteMarket(ctx, m); err != nil {
		return nil, err
	}
	return m.matcher.Audit(ctx)
}

// simulated audits markets whose people are known, one after another, and what they come to
// together.
func (o ofRecommender) simulated(ctx context.Context, e *env) (*match.Audit, error) {
	var all []*match.Audit
	for seed := range o.markets {
		a, err := o.market(ctx, e, uint64(seed+1))
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return match.Pool(all), nil
}

// market simulates a market in a folder of its own, takes it in with the twins of some people,
// and audits it.
func (o ofRecommender) market(ctx context.Context, e *env, seed uint64) (a *match.Audit, err error) {
	dir, err := os.MkdirTemp("", "ieum-audit-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	there := *e
	there.Config, there.needs = Config{Data: filepath.Join(dir, "data"), Defs: e.Defs}, false
	p := simulate.Default()
	p.Seed, p.Resumes, p.Postings, p.Twins = seed, o.resumes, o.postings, o.twins
	p.AsOf = ieum.DayOf(e.now())
	if err := p.Check(); err != nil {
		return nil, usage{err}
	}
	market := filepath.Join(dir, "market")
	if err := makeMarket(ctx, &there, p, market); err != nil {
		return nil, err
	}
	twins, err := takeTwins(market)
	if err != nil {
		return nil, err
	}
	set, err := e.definitions()
	if err != nil {
		return nil, err
	}
	s, done, err := openToWrite(ctx, &there, set)
	if err != nil {
		return nil, err
	}
	defer done()
	e.say("Taking in the market of seed %d …", seed)
	if _, err := s.catalogue.Ingest(ctx, "simulated", []string{market}, catalogue.Options{}); err != nil {
		return nil, err
	}
	if _, err := s.catalogue.Build(ctx, nil, parts(set, e.now)...); err != nil {
		return nil, err
	}
	m, err := marketOf(&there, set, s.coder, s.extractor)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	if a, err = m.matcher.Audit(ctx); err != nil {
		return nil, err
	}
	if err := m.matcher.Twins(ctx, s.catalogue, a, twins); err != nil {
		return nil, err
	}
	return a, m.matcher.Truth(ctx, s.catalogue, a, wanted(market), simulate.Applications)
}

// wanted reads what people of a simulated market want of what they were shown.
func wanted(market string) iter.Seq2[match.Wanted, error] {
	return func(yield func(match.Wanted, error) bool) {
		going := true
		err := eachRow(market, "truth/shown", func(b *table.Batch, i int) {
			c := b.Columns
			going = going && yield(match.Wanted{Resume: c[0].Strings[i], Day: ieum.Day(c[1].Ints[i]), Place: int(c[2].Ints[i]), Wants: c[3].Floats[i]}, nil)
		}, "resume", "day", "place", "wants")
		if err != nil && going {
			yield(match.Wanted{}, err)
		}
	}
}

// takeTwins puts the twins of a simulated market among its résumés, and says who they are.
func takeTwins(market string) (map[string]match.Twin, error) {
	twins := map[string]match.Twin{}
	err := eachRow(market, "truth/twins", func(b *table.Batch, i int) {
		c := b.Columns
		twins[c[0].Strings[i]] = match.Twin{Of: int(c[1].Ints[i]), Name: c[2].Strings[i], Proxies: c[3].Bools[i]}
	}, "id", "person", "twin", "proxies")
	if errors.Is(err, ieum.ErrNotFound) {
		return twins, nil // --twins 0
	}
	if err != nil {
		return nil, err
	}
	names, err := filepath.Glob(filepath.Join(market, "truth", "twins-*.parquet"))
	for i, name := range names {
		if err == nil {
			err = os.Rename(name, filepath.Join(market, "resumes", fmt.Sprintf("part-twins-%05d.parquet", i)))
		}
	}
	return twins, err
}

// auditFile is where the last report is kept, below the data folder.
func auditFile(data string) string { return filepath.Join(data, "audits", "recommender.json") }

// keepAudit keeps a report, and commits to it in the journal where there is one.
func keepAudit(ctx context.Context, e *env, a *match.Audit) error {
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	path := auditFile(e.Data)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return durable.Fault(err)
	}
	if _, err := os.Stat(filepath.Join(e.Data, "ieum.db")); e.Database != "" || !errors.Is(err, fs.ErrNotExist) {
		d, err := openDatabase(ctx, e)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(text)
		err = d.Tx(ctx, func(tx *sql.Tx) error {
			return journal.Append(ctx, tx, "recommender.audited", a.Snapshots[0].Version, map[string]any{
				"report": hex.EncodeToString(sum[:]), "model": a.Snapshots[0].Model, "passed": a.Passed})
		})
		if err := errors.Join(err, d.Close()); err != nil {
			return err
		}
	}
	if err := os.Remove(path + ".new"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return durable.Fault(err)
	}
	f, err := durable.Create(path + ".new")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return durable.Rename(path+".new", path)
}
