// Command bleve searches the postings that are open in a data folder with our text index
// and with Bleve, a search library in Go, in turns in one run: how fast the index of the
// same rows is built, how large it is, and how long searches with a filter and facets take.
// It is a module of its own, so that Bleve is no dependency of ours:
//
//	cd bench/bleve && go run . --data DIR
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/blevesearch/bleve/v2/search/query"
	"golang.org/x/sys/unix"

	"ieum/defs"
	"ieum/internal/match"
	"ieum/internal/match/terms"
	"ieum/internal/snapshot"
)

func main() {
	log.SetFlags(0)
	data := flag.String("data", "", "a data `folder` with a snapshot")
	queries := flag.String("queries", "../../internal/match/testdata/searches/queries.tsv", "a `file` whose last column are searches")
	most := flag.Int("most", 50_000, "postings at most")
	flag.Parse()
	dir, err := os.MkdirTemp("", "bleve-")
	if err != nil {
		log.Fatal(err)
	}
	r, err := run(context.Background(), *data, dir, *queries, *most)
	if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
		log.Fatal(err)
	}
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		log.Fatal(err)
	}
}

// A Result is what this command prints. Times are of the processor, which a busy machine
// changes less than those of the wall.
type Result struct {
	Snapshot int      `json:"snapshot"` // postings in the snapshot, which ours passes over
	Open     int      `json:"open"`     // postings indexed here by both
	TextMB   float64  `json:"textMB"`
	Queries  int      `json:"queries"`
	Ours     Measured `json:"ieum"`
	Bleve    Measured `json:"bleve"`
}

// Measured is what one of the two took.
type Measured struct {
	Build     float64 `json:"buildDocumentsPerCPUSecond"`
	MB        float64 `json:"indexMB"`
	P50       float64 `json:"p50ms"` // of a search with a filter and facets
	P99       float64 `json:"p99ms"`
	Found     int     `json:"found"` // searches that found anything
	Documents int     `json:"documents"`
}

// A document is what both index.
type document struct{ Title, Company, Body, Region, Employment string }

func run(ctx context.Context, data, dir, queries string, most int) (*Result, error) {
	set, err := defs.Load()
	if err != nil {
		return nil, err
	}
	live := snapshot.NewLive(data, match.Part(set, time.Now))
	defer live.Close()
	if _, err := live.Refresh(); err != nil {
		return nil, err
	}
	s, release, err := live.Acquire()
	if err != nil {
		return nil, err
	}
	defer release()
	docs := openDocuments(s, most)
	asked, err := readQueries(queries)
	if err != nil {
		return nil, err
	}
	r := &Result{Snapshot: s.Postings.ID.Len(), Open: len(docs), Queries: len(asked)}
	for _, d := range docs {
		r.TextMB += float64(len(d.Title)+len(d.Company)+len(d.Body)) / 1e6
	}
	if err := buildOurs(ctx, filepath.Join(dir, "terms"), docs, &r.Ours); err != nil {
		return nil, err
	}
	index, err := buildBleve(filepath.Join(dir, "bleve"), docs, &r.Bleve)
	if err != nil {
		return nil, err
	}
	defer index.Close()
	return r, search(ctx, match.New(live, set, nil, time.Now), index, asked, r)
}

// openDocuments are the postings that one can apply to on the day of the snapshot.
func openDocuments(s *snapshot.Snapshot, most int) (docs []document) {
	p, day := &s.Postings, s.Today(time.Now())
	for row := range p.ID.Len() {
		if len(docs) < most && p.OpenWithin(row, day, day) {
			docs = append(docs, document{p.Title.At(row), s.Companies.Name.At(int(p.Company.At(row))), s.Texts.Body.At(row),
				s.Dict.Regions[p.Region.At(row)], s.Dict.Employment[p.Employment.At(row)]})
		}
	}
	return docs
}

func readQueries(file string) (out []string, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		columns := strings.Split(lines.Text(), "\t")
		out = append(out, columns[len(columns)-1])
	}
	return out[1:], lines.Err()
}

func buildOurs(ctx context.Context, dir string, docs []document, m *Measured) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	began := spent(unix.CLOCK_PROCESS_CPUTIME_ID)
	err := terms.Build(ctx, dir, len(docs), func(from, to int, f func(int, terms.Text) error) error {
		for i, d := range docs[from:to] {
			if err := f(from+i, terms.Text{Title: []byte(d.Title), Company: []byte(d.Company), Body: []byte(d.Body)}); err != nil {
				return err
			}
		}
		return nil
	})
	m.built(docs, began)
	if err != nil {
		return err
	}
	m.MB, err = folderMB(dir)
	return err
}

func (m *Measured) built(docs []document, began time.Duration) {
	m.Documents = len(docs)
	m.Build = float64(len(docs)) / (spent(unix.CLOCK_PROCESS_CPUTIME_ID) - began).Seconds()
}

// buildBleve indexes words and pairs of letters, stores nothing, and keeps what a
// facet counts.
func buildBleve(dir string, docs []document, m *Measured) (bleve.Index, error) {
	mapping := bleve.NewIndexMapping()
	mapping.DefaultAnalyzer, mapping.ScoringModel = cjk.AnalyzerName, "bm25"
	document := bleve.NewDocumentMapping()
	for _, name := range []string{"Title", "Company", "Body"} {
		text := bleve.NewTextFieldMapping()
		text.Store, text.IncludeTermVectors, text.DocValues = false, false, false
		document.AddFieldMappingsAt(name, text)
	}
	for _, name := range []string{"Region", "Employment"} {
		code := bleve.NewTextFieldMapping()
		code.Analyzer, code.Store = keyword.Name, false
		document.AddFieldMappingsAt(name, code)
	}
	mapping.DefaultMapping = document
	index, err := bleve.New(dir, mapping)
	if err != nil {
		return nil, err
	}
	began := spent(unix.CLOCK_PROCESS_CPUTIME_ID)
	batch := index.NewBatch()
	for i, d := range docs {
		if err := batch.Index(number(i), d); err != nil {
			return nil, err
		}
		if batch.Size() < 1000 && i < len(docs)-1 {
			continue
		}
		if err := index.Batch(batch); err != nil {
			return nil, err
		}
		batch.Reset()
	}
	m.built(docs, began)
	m.MB, err = folderMB(dir)
	return index, err
}

func number(i int) string { return string([]byte{byte(i >> 16), byte(i >> 8), byte(i)}) }

// search asks both the same, one after the other, each once before it counts.
func search(ctx context.Context, m *match.Matcher, index bleve.Index, asked []string, r *Result) error {
	var ours, theirs []time.Duration
	for round := range 6 {
		for _, q := range asked {
			took, n, err := timed(func() (int, error) {
				found, err := m.Search(ctx, match.Search{Q: q, Employment: []string{"regular"}})
				if err != nil {
					return 0, err
				}
				return found.Total, nil
			})
			if err != nil {
				return err
			}
			other, k, err := timed(func() (int, error) { return searchBleve(ctx, index, q) })
			if err != nil {
				return err
			}
			if round == 0 {
				r.Ours.Found, r.Bleve.Found = r.Ours.Found+min(n, 1), r.Bleve.Found+min(k, 1)
				continue
			}
			ours, theirs = append(ours, took), append(theirs, other)
		}
	}
	r.Ours.quantiles(ours)
	r.Bleve.quantiles(theirs)
	return nil
}

// searchBleve ranks by BM25 what holds any of the words in a field, with the
// same filter, and counts by region and employment.
func searchBleve(ctx context.Context, index bleve.Index, q string) (int, error) {
	var fields []query.Query
	for _, name := range []string{"Title", "Company", "Body"} {
		f := bleve.NewMatchQuery(q)
		f.SetField(name)
		fields = append(fields, f)
	}
	regular := bleve.NewTermQuery("regular")
	regular.SetField("Employment")
	request := bleve.NewSearchRequestOptions(bleve.NewConjunctionQuery(bleve.NewDisjunctionQuery(fields...), regular), 20, 0, false)
	request.AddFacet("region", bleve.NewFacetRequest("Region", 300))
	request.AddFacet("employment", bleve.NewFacetRequest("Employment", 20))
	found, err := index.SearchInContext(ctx, request)
	if err != nil {
		return 0, err
	}
	return int(found.Total), nil
}

func timed(f func() (int, error)) (time.Duration, int, error) {
	began := spent(unix.CLOCK_PROCESS_CPUTIME_ID)
	n, err := f()
	return spent(unix.CLOCK_PROCESS_CPUTIME_ID) - began, n, err
}

func (m *Measured) quantiles(times []time.Duration) {
	slices.Sort(times)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	m.P50, m.P99 = ms(times[len(times)/2]), ms(times[len(times)*99/100])
}

func spent(clock int32) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		log.Fatal(err)
	}
	return time.Duration(t.Nano())
}

func folderMB(dir string) (mb float64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			mb += float64(info.Size()) / 1e6
		}
		return err
	})
	return mb, err
}
