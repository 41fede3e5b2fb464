package match

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ieum"
	"ieum/defs"
	"ieum/internal/catalogue"
	"ieum/internal/catalogue/competency"
	"ieum/internal/catalogue/occupation"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/journal"
	"ieum/internal/snapshot"
)

// realPostings are real postings of five sites, by source.
var realPostings = []struct {
	source ieum.SourceID
	file   string
}{
	{"wanted-cards", "pervin_wanted_1194.csv"}, {"wanted-export", "wanted_taba_dajoba.jsonl"}, {"wanted-it", "team1_wanted_349_it.csv"},
	{"saramin-cards", "pervin_saramin_800.csv"}, {"saramin-developers", "chathong_saramin_400.json"}, {"saramin-search", "cha0910_saramin_1000.csv"},
	{"jobkorea-cards", "pervin_jobkorea_489.csv"}, {"programmers", "team1_programmers_109.csv"},
}

// A judgedSearch is a search of testdata/searches with the grades of postings, by the
// public number of one of the rows that they are made of.
type judgedSearch struct {
	q      string
	held   bool // in the half that nothing is tried on
	grades map[uint64]int
}

func readTSV(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "searches", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return lines[1:]
}

func judgedSearches(t *testing.T) (out []*judgedSearch) {
	t.Helper()
	by := map[string]*judgedSearch{}
	for _, l := range readTSV(t, "queries.tsv") {
		s := &judgedSearch{l[2], l[0] == "held out", map[uint64]int{}}
		by[s.q] = s
		out = append(out, s)
	}
	for _, l := range readTSV(t, "judged.tsv") {
		id, ok := snapshot.ParseID(l[2])
		grade, err := strconv.Atoi(l[5])
		if !ok || err != nil || by[l[0]] == nil {
			t.Fatalf("judged.tsv: %q: %v", l, err)
		}
		by[l[0]].grades[id] = grade
	}
	return out
}

// TestJudgedSearchesAreWellFormed holds that the files of the judged searches can be
// relied on without the postings.
func TestJudgedSearchesAreWellFormed(t *testing.T) {
	sources := map[string]bool{}
	for _, p := range realPostings {
		sources[string(p.source)] = true
	}
	queries, halves := map[string]bool{}, map[string]int{}
	for _, l := range readTSV(t, "queries.tsv") {
		if _, err := parse(l[2]); err != nil || queries[l[2]] || l[1] == "" || l[0] != "developed" && l[0] != "held out" {
			t.Errorf("queries.tsv: %q: %v", l, err)
		}
		queries[l[2]] = true
		halves[l[0]]++
	}
	if len(queries) < 150 || halves["developed"]-halves["held out"] > 1 || halves["held out"] > halves["developed"] {
		t.Errorf("%d searches, by half %v", len(queries), halves)
	}
	lines, judged := readTSV(t, "judged.tsv"), map[string]bool{}
	for i, l := range lines {
		_, ok := snapshot.ParseID(l[2])
		for _, grade := range l[3:] {
			ok = ok && len(grade) == 1 && grade >= "0" && grade <= "3"
		}
		if !ok || !queries[l[0]] || !sources[l[1]] || l[3] == l[4] && l[5] != l[3] {
			t.Errorf("judged.tsv: %q", l)
		}
		if i > 0 && slices.Compare(lines[i-1][:3], l[:3]) >= 0 {
			t.Errorf("judged.tsv: %q does not stand in order, or twice", l)
		}
		judged[l[0]] = true
	}
	if len(judged) != len(queries) {
		t.Errorf("%d of %d searches have judged results", len(judged), len(queries))
	}
	plain, weighted := kappas(lines)
	t.Logf("%d judged; Cohen's kappa of the two passes %.3f, weighted by squares %.3f", len(lines), plain, weighted)
}

// kappas returns Cohen's kappa of the two passes, where any difference counts alike and
// where it counts by its square.
func kappas(lines [][]string) (plain, weighted float64) {
	var both [4][4]float64
	var first, second [4]float64
	for _, l := range lines {
		a, b := l[3][0]-'0', l[4][0]-'0'
		n := 1 / float64(len(lines))
		both[a][b] += n
		first[a] += n
		second[b] += n
	}
	var differ, chance, squares, byChance float64
	for a := range first {
		for b := range second {
			if a != b {
				differ += both[a][b]
				chance += first[a] * second[b]
			}
			d := float64((a - b) * (a - b))
			squares += d * both[a][b]
			byChance += d * first[a] * second[b]
		}
	}
	return 1 - differ/chance, 1 - squares/byChance
}

// realMarket takes the real postings in and answers from them. All count as open,
// also those whose deadline has passed: they were open together once.
func realMarket(t *testing.T) (*Matcher, *index) {
	t.Helper()
	dir := filepath.Join(cmp.Or(os.Getenv("IEUM_SHARED"), filepath.Join("..", "..", "..", "shared")), "data", "postings")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no %s: real postings are not here; IEUM_SHARED names the folder of shared data", dir)
	}
	ctx, data, d := context.Background(), t.TempDir(), dbtest.Open(t, t.TempDir())
	if err := journal.Migrate(ctx, d); err != nil {
		t.Fatal(err)
	}
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	coder, err := occupation.New(set)
	if err != nil {
		t.Fatal(err)
	}
	c, err := catalogue.New(ctx, d, nil, set, data, noonClock, coder, competency.New(set))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range realPostings {
		if _, err := c.Ingest(ctx, p.source, []string{filepath.Join(dir, p.file)}, catalogue.Options{}); err != nil {
			t.Fatalf("%s: %v", p.source, err)
		}
	}
	if _, err := c.Build(ctx, nil, Part(set, noonClock)); err != nil {
		t.Fatal(err)
	}
	return openAll(t, set, data)
}

// openAll answers from a data folder, all of whose postings count as open.
func openAll(t *testing.T, set *defs.Set, data string) (*Matcher, *index) {
	t.Helper()
	m, _ := follow(t, set, data)
	x, day, release, err := m.acquire()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	x.open = x.view(day, func(int) bool { return true })
	return m, x
}

// whole is what the baseline reads of a posting.
func (x *index) whole(row int) string {
	p := x.posting(row)
	text := p.Title + "\n" + p.Company + "\n" + x.s.Texts.Body.At(row) + "\n" + snapshot.KeptOf(x.s.Postings.Kept.At(row), "region")
	for _, code := range append([]string{p.Region}, x.places.list.Ancestors(p.Region)...) {
		if c, ok := x.places.list.Find(code); ok {
			text += "\n" + strings.Join(append([]string{c.Name.KO, c.Name.EN}, c.Aliases...), " ")
		}
	}
	return text
}

// A system finds postings, best first.
type system struct {
	name string
	find func(q string) []int // rows
}

// depth is how many results count.
const depth = 10

// deep is how many are looked at for those that were judged.
const deep = 100

func systems(t *testing.T, m *Matcher, x *index) []system {
	out := []system{{"ieum", func(q string) (rows []int) {
		r, err := m.Search(t.Context(), Search{Q: q, Limit: deep})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range r.Items {
			id, _ := snapshot.ParseID(h.ID)
			row, ok := x.s.PostingByID(id)
			if !ok {
				t.Fatalf("%q found %s, which is no posting", q, h.ID)
			}
			rows = append(rows, row)
		}
		return rows
	}}}
	texts := make([]string, x.s.Postings.ID.Len())
	for row := range texts {
		texts[row] = x.whole(row)
	}
	for _, k1 := range []float64{.9, 1.2} {
		for _, b := range []float64{.4, .75} {
			for name, tokens := range map[string]func(string) []string{"words": words, "words and bigrams": bigrams} {
				x := newBM25(texts, k1, b, tokens)
				out = append(out, system{fmt.Sprintf("BM25 %s k1 %v b %v", name, k1, b), func(q string) []int { return x.search(q, deep) }})
			}
		}
	}
	slices.SortStableFunc(out[1:], func(a, b system) int { return cmp.Compare(a.name, b.name) })
	return out
}

// gradesOf returns the grades by row of the snapshot.
func gradesOf(x *index, s *judgedSearch) (grades map[int]int, gone int) {
	grades = map[int]int{}
	for id, g := range s.grades {
		row, ok := x.s.PostingByID(id)
		if !ok {
			gone++
			continue
		}
		grades[row] = max(g, grades[row])
	}
	return grades, gone
}

// ndcg is nDCG at depth with gains 2^grade-1; what was not judged gains nothing.
func ndcg(rows []int, grades map[int]int) float64 {
	dcg := func(grades []int) (sum float64) {
		for i, g := range grades[:min(depth, len(grades))] {
			sum += (math.Exp2(float64(g)) - 1) / math.Log2(float64(i)+2)
		}
		return sum
	}
	var got, best []int
	for _, r := range rows {
		got = append(got, grades[r])
	}
	for _, g := range grades {
		best = append(best, g)
	}
	slices.SortFunc(best, func(a, b int) int { return b - a })
	if len(best) == 0 || best[0] == 0 {
		return math.NaN()
	}
	return dcg(got) / dcg(best)
}

// interval returns the mean and where 95 of 100 bootstrap samples of it lie.
func interval(values []float64) (mean, least, most float64) {
	rnd := rand.New(rand.NewPCG(7, 7))
	samples := make([]float64, 10_000)
	for i := range samples {
		for range values {
			samples[i] += values[rnd.IntN(len(values))] / float64(len(values))
		}
	}
	slices.Sort(samples)
	for _, v := range values {
		mean += v / float64(len(values))
	}
	return mean, samples[250], samples[9749]
}

// TestSearchBesideBM25 compares search with BM25 on the judged searches. IEUM_SEARCHES_POOL
// is a file for what no judge has seen of what either finds, in no order that tells
// who found it.
func TestSearchBesideBM25(t *testing.T) {
	if testing.Short() {
		t.Skip("takes in eight files")
	}
	var m *Matcher
	var x *index
	if data := os.Getenv("IEUM_BENCH_DATA"); data != "" { // a data folder that holds them already
		set, err := defs.Load()
		if err != nil {
			t.Fatal(err)
		}
		m, x = openAll(t, set, data)
	} else {
		m, x = realMarket(t)
	}
	all := systems(t, m, x)
	if file := os.Getenv("IEUM_SEARCHES_POOL"); file != "" {
		pool(t, x, all, file)
		return
	}
	searches := judgedSearches(t)
	for _, half := range []string{"developed", "held out", "all"} {
		ours := measure(x, searches, half, all[0])
		t.Logf("%s: %d searches (%d more have nothing above 0); %s %s", half, len(ours.by), ours.none, all[0].name, ours)
		for _, s := range all[1:] {
			theirs := measure(x, searches, half, s)
			diff := make([]float64, len(ours.by))
			for i := range diff {
				diff[i] = ours.by[i] - theirs.by[i]
			}
			mean, least, most := interval(diff)
			t.Logf("%s: %s %s; difference %+.3f (%+.3f–%+.3f)", half, s.name, theirs, mean, least, most)
			if s.name == baseline && half != "developed" && least <= 0 {
				t.Errorf("%s: search is not better than BM25 by more than chance", half)
			}
		}
	}
}

// A measured is how a system does on some searches.
type measured struct {
	by              []float64 // nDCG of each search that has something above 0
	condensed       []float64 // of the results judged alone, as if the others had not been found
	none            int
	found, unjudged int
}

func (m measured) String() string {
	mean, least, most := interval(m.by)
	condensed, _, _ := interval(m.condensed)
	return fmt.Sprintf("nDCG@%d %.3f (%.3f–%.3f), of judged results alone %.3f, %d of %d results not judged", depth, mean, least, most, condensed, m.unjudged, m.found)
}

func measure(x *index, searches []*judgedSearch, half string, s system) (m measured) {
	for _, q := range searches {
		if half != "all" && (half == "held out") != q.held {
			continue
		}
		grades, _ := gradesOf(x, q)
		var judged []int
		rows := s.find(q.q)
		for _, row := range rows {
			if _, ok := grades[row]; ok {
				judged = append(judged, row)
			}
		}
		v := ndcg(rows, grades)
		if math.IsNaN(v) {
			m.none++
			continue
		}
		for _, row := range rows[:min(depth, len(rows))] {
			if _, ok := grades[row]; !ok {
				m.unjudged++
			}
		}
		m.found += min(depth, len(rows))
		m.by, m.condensed = append(m.by, v), append(m.condensed, ndcg(judged, grades))
	}
	return m
}

// pool writes the results that no judge has seen: search, source, number, and what a
// judge reads. They stand in the order of hashes.
func pool(t *testing.T, x *index, all []system, file string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	source := map[int]string{}
	id := map[int]uint64{}
	for i := range x.s.Members.ID.Len() {
		if row := int(x.s.Members.Posting.At(i)); source[row] == "" || x.s.Members.ID.At(i) < id[row] {
			source[row], id[row] = string(x.s.Dict.Sources[x.s.Members.Source.At(i)]), x.s.Members.ID.At(i)
		}
	}
	for _, s := range judgedSearches(t) {
		grades, _ := gradesOf(x, s)
		var lines []string
		seen := map[int]bool{}
		for _, sys := range all {
			if sys.name != "ieum" && sys.name != baseline {
				continue
			}
			found := sys.find(s.q)
			for _, row := range found[:min(depth, len(found))] {
				if _, judged := grades[row]; judged || seen[row] {
					continue
				}
				seen[row] = true
				lines = append(lines, fmt.Sprintf("%x\t%s\t%s\t%s\t%s", sha256.Sum256([]byte(s.q+snapshot.FormatID(id[row]))), s.q, source[row], snapshot.FormatID(id[row]), x.read(row)))
			}
		}
		slices.Sort(lines)
		for _, l := range lines {
			_, l, _ := strings.Cut(l, "\t")
			fmt.Fprintln(w, l)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}

// baseline is the strongest BM25 on the developed half.
const baseline = "BM25 words and bigrams k1 0.9 b 0.75"

// read is what a judge reads of a posting.
func (x *index) read(row int) string {
	p := x.posting(row)
	place := ""
	for _, code := range append([]string{p.Region}, x.places.list.Ancestors(p.Region)...) {
		if c, ok := x.places.list.Find(code); ok {
			place = c.Name.KO + " " + place
		}
	}
	career, pay := "", ""
	if p.Career != nil {
		career = "경력"
		if p.Career.Least != nil {
			career += fmt.Sprint(*p.Career.Least / 12)
		}
		if p.Career.Most != nil {
			career += fmt.Sprint("~", *p.Career.Most/12)
		}
		if p.Career.Entry {
			career += "신입"
		}
	}
	if p.Pay != nil && p.Pay.Least > 0 {
		pay = fmt.Sprintf("%d만/년", p.Pay.Least/10_000)
	}
	body := strings.Join(strings.Fields(x.s.Texts.Body.At(row)), " ")
	return strings.Join([]string{p.Title, p.Company, strings.TrimSpace(place), p.Employment, career, p.Education, pay, body}, "\t")
}
