package encoder

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A benchmark is queries, a corpus, and which elements of it are right for each.
type benchmark struct {
	name, metric string
	queries      []string
	corpus       []string
	unit         []int32 // of corpus elements; nil: each is a unit of its own
	units        int
	relevant     [][]int32 // of queries: units
	depth        int       // ranks that count, 0: all
}

// readBenchmarks returns those of TalentCLEF 2025 task A, MELO and JobBERT's
// titles that are in a folder.
func readBenchmarks(dir string) ([]*benchmark, error) {
	var out []*benchmark
	for _, pattern := range []struct {
		glob string
		read func(string) (*benchmark, error)
	}{
		{"talentclef/validation/*", readTalentCLEF},
		{"melo/*_q_*_c_*", readMELO},
		{"jobnorm/validation.csv", readJobnorm},
	} {
		found, err := filepath.Glob(filepath.Join(dir, pattern.glob))
		if err != nil {
			return nil, err
		}
		for _, path := range found {
			b, err := pattern.read(path)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, err
			}
			out = append(out, b)
		}
	}
	return out, nil
}

// table reads lines of fields between tabs.
func table(path string, each func(f []string)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(skipMark(f))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		each(strings.Split(strings.TrimRight(lines.Text(), "\r"), "\t"))
	}
	return lines.Err()
}

// A reading collects the three files of a benchmark by the ids in them.
type reading struct {
	b              *benchmark
	query, element map[string]int32
}

func newReading(name, metric string) *reading {
	return &reading{&benchmark{name: name, metric: metric}, map[string]int32{}, map[string]int32{}}
}

func (r *reading) addQuery(f []string) {
	if len(f) > 1 && f[0] != "q_id" {
		r.query[f[0]] = int32(len(r.b.queries))
		r.b.queries = append(r.b.queries, f[1])
	}
}

func (r *reading) addElement(f []string) {
	if len(f) > 1 && f[0] != "c_id" {
		r.element[f[0]] = int32(len(r.b.corpus))
		r.b.corpus = append(r.b.corpus, f[1])
	}
}

func (r *reading) addRelevant(f []string) {
	if len(f) < 4 || f[3] == "0" {
		return
	}
	if r.b.relevant == nil {
		r.b.relevant = make([][]int32, len(r.b.queries))
	}
	q, ok1 := r.query[f[0]]
	c, ok2 := r.element[f[2]]
	if ok1 && ok2 {
		r.b.relevant[q] = append(r.b.relevant[q], c)
	}
}

func (r *reading) read(queries, corpus, relevant string) (*benchmark, error) {
	err := table(queries, r.addQuery)
	if err == nil {
		err = table(corpus, r.addElement)
	}
	if err == nil {
		err = table(relevant, r.addRelevant)
	}
	r.b.units = len(r.b.corpus)
	return r.b, err
}

func readTalentCLEF(dir string) (*benchmark, error) {
	r := newReading("talentclef/"+filepath.Base(dir), "map")
	return r.read(filepath.Join(dir, "queries"), filepath.Join(dir, "corpus_elements"), filepath.Join(dir, "qrels.tsv"))
}

func readMELO(dir string) (*benchmark, error) {
	r := newReading("melo/"+filepath.Base(dir), "mrr")
	r.b.depth = 100
	return r.read(filepath.Join(dir, "queries.tsv"), filepath.Join(dir, "corpus_elements.tsv"), filepath.Join(dir, "annotations.tsv"))
}

// readJobnorm takes the English labels of ESCO as its corpus, from esco/ beside it.
func readJobnorm(path string) (*benchmark, error) {
	b := &benchmark{name: "jobnorm", metric: "mrr"}
	at := map[string]int32{}
	dir := filepath.Dir(filepath.Dir(path))
	err := rows(filepath.Join(dir, "esco", "occupations_en.csv"), ',', func(r map[string]string) error {
		at[r["conceptUri"]] = int32(b.units)
		for _, name := range distinct(append(strings.Split(r["altLabels"], "\n"), r["preferredLabel"])) {
			b.corpus, b.unit = append(b.corpus, name), append(b.unit, int32(b.units))
		}
		b.units++
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = rows(path, ',', func(r map[string]string) error {
		b.queries = append(b.queries, r["vacancyTitle"])
		var right []int32
		if u, ok := at[r["conceptUri"]]; ok {
			right = append(right, u)
		}
		b.relevant = append(b.relevant, right)
		return nil
	})
	return b, err
}

// metricOf returns the average precision or reciprocal rank of a query, given
// the scores of units. Equal scores rank by unit.
func (b *benchmark) metricOf(q int, score []float32) float64 {
	var ranks []int
	for _, u := range b.relevant[q] {
		s := score[u]
		rank := 1
		for v, x := range score {
			if x > s || x == s && v < int(u) {
				rank++
			}
		}
		ranks = append(ranks, rank)
	}
	slices.Sort(ranks)
	if len(ranks) == 0 {
		return 0
	}
	if b.metric == "mrr" {
		if b.depth > 0 && ranks[0] > b.depth {
			return 0
		}
		return 1 / float64(ranks[0])
	}
	var sum float64
	for i, r := range ranks {
		sum += float64(i+1) / float64(r)
	}
	return sum / float64(len(ranks))
}
