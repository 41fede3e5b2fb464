package catalogue

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ieum"
	"ieum/internal/catalogue/master"
	"ieum/internal/catalogue/occupation"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/platform/journal"
	"ieum/internal/snapshot"
)

// Real postings of five sites, by source.
var realPostings = []struct {
	source ieum.SourceID
	file   string
}{
	{"wanted-cards", "pervin_wanted_1194.csv"}, {"wanted-export", "wanted_taba_dajoba.jsonl"}, {"wanted-it", "team1_wanted_349_it.csv"},
	{"saramin-cards", "pervin_saramin_800.csv"}, {"saramin-developers", "chathong_saramin_400.json"}, {"saramin-search", "cha0910_saramin_1000.csv"},
	{"jobkorea-cards", "pervin_jobkorea_489.csv"}, {"programmers", "team1_programmers_109.csv"},
}

// A realMarket is all real postings, taken in and laid out for the matcher.
type realMarket struct {
	*gathered
	making *making
	in     *master.Postings
	result master.Result
	half   bool           // the one to be judged
	pool   [][2]uint32    // pairs of one employer, or of one title
	scores []master.Merge // of the pool
}

func newRealMarket(t *testing.T) *realMarket {
	t.Helper()
	dir := filepath.Join(sharedData(t), "postings")
	ctx := context.Background()
	d := dbtest.Open(t, t.TempDir())
	c := newTestCatalogue(t, d)
	if err := journal.Migrate(ctx, d); err != nil {
		t.Fatal(err)
	}
	coder, err := occupation.New(c.defs)
	if err != nil {
		t.Fatal(err)
	}
	c.coder = coder
	for _, p := range realPostings {
		if _, err := c.Ingest(ctx, p.source, []string{filepath.Join(dir, p.file)}, Options{}); err != nil {
			t.Fatalf("%s: %v", p.source, err)
		}
	}
	to, err := snapshot.Begin(c.data)
	if err != nil {
		t.Fatal(err)
	}
	m := newMaking(c, c.Live, to, &decisions{}, func(Stage) {})
	g, err := m.gather(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.close() })
	r := &realMarket{gathered: g, making: m, in: m.forMatcher(g), half: os.Getenv("IEUM_PAIRS_HALF") == ""}
	if r.result, err = master.MatchPostings(r.in); err != nil {
		t.Fatal(err)
	}
	r.fillPool()
	if r.scores, err = master.Compare(r.in, r.pool); err != nil {
		t.Fatal(err)
	}
	for i, s := range r.scores {
		r.pool[i] = [2]uint32{s.A, s.B}
	}
	return r
}

// judged is the half of the postings that is judged, by the title's hash; the
// matcher was looked at while it was made on the other half only.
func (r *realMarket) judged(row uint32) bool { return r.in.Prints[row].Title>>40&1 == 1 }

// fillPool lists the pairs among which all duplicates are taken to be.
func (r *realMarket) fillPool() {
	for i := range uint32(len(r.in.Facts)) {
		for j := range i {
			if r.judged(j) != r.half {
				continue
			}
			x, y := &r.in.Facts[j], &r.in.Facts[i]
			if x.Company != 0 && x.Company == y.Company || r.in.Prints[i].Title == r.in.Prints[j].Title {
				r.pool = append(r.pool, [2]uint32{j, i})
			}
		}
	}
}

// perStratum is how many pairs of each stratum are judged.
const perStratum = 30

// strata are the bounds of the scores; the last two hold pairs that are one
// posting by score but were kept apart, and those that were put together by
// way of a third row.
var strata = []float32{0.001, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 1.01}

func (r *realMarket) stratum(i int) int {
	a, b := r.pool[i][0], r.pool[i][1]
	one, score := r.result.Of[a] == r.result.Of[b], r.scores[i].Score
	switch {
	case one && score < 0.5:
		return len(strata) + 1
	case !one && score >= 0.5:
		return len(strata)
	}
	return slices.IndexFunc(strata, func(most float32) bool { return score < most })
}

// TestDrawPairs draws pairs of real postings to be judged by hand, about as
// many of each stratum, and writes them without scores in a random order, once
// for each pass, into the folder IEUM_PAIRS.
func TestDrawPairs(t *testing.T) {
	out := os.Getenv("IEUM_PAIRS")
	if out == "" {
		t.Skip("set IEUM_PAIRS to a folder to draw pairs into")
	}
	r := newRealMarket(t)
	by := make([][]int, len(strata)+2)
	for i := range r.pool {
		s := r.stratum(i)
		by[s] = append(by[s], i)
	}
	rng := rand.New(rand.NewPCG(2026, 11))
	var drawn []int
	var key strings.Builder
	key.WriteString("a,b,stratum,of\n")
	for s, list := range by {
		rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		t.Logf("stratum %d: %d pairs", s, len(list))
		for _, i := range list[:min(perStratum, len(list))] {
			drawn = append(drawn, i)
			fmt.Fprintf(&key, "%s,%s,%d,%d\n", r.id(r.pool[i][0]), r.id(r.pool[i][1]), s, len(list))
		}
	}
	if err := os.WriteFile(filepath.Join(out, "key.csv"), []byte(key.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for pass := 1; pass <= 2; pass++ {
		rng.Shuffle(len(drawn), func(i, j int) { drawn[i], drawn[j] = drawn[j], drawn[i] })
		f, err := os.Create(filepath.Join(out, fmt.Sprintf("pass%d.txt", pass)))
		if err != nil {
			t.Fatal(err)
		}
		w := bufio.NewWriter(f)
		for n, i := range drawn {
			a, b := r.pool[i][0], r.pool[i][1]
			if pass == 2 {
				a, b = b, a
			}
			r.show(w, n+1, a, b)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
}

func (r *realMarket) id(row uint32) string { return snapshot.FormatID(r.ids[row]) }

// show writes a pair for a reader: what each says, and of the bodies the
// beginning and what only one has.
func (r *realMarket) show(w *bufio.Writer, n int, a, b uint32) {
	fmt.Fprintf(w, "#%d %s %s\n", n, r.id(a), r.id(b))
	var lines [2][]string
	for i, row := range []uint32{a, b} {
		body, err := r.texts.read(row, int(r.texts.body[row]), nil)
		if err != nil {
			panic(err)
		}
		lines[i] = strings.FieldsFunc(string(body), func(c rune) bool { return c == '\n' || c == '|' || c == ',' })
	}
	for i, row := range []uint32{a, b} {
		d, x := &r.making.out.Dict, &r.facts[row]
		fmt.Fprintf(w, " %c %s / %s / %d", 'A'+i, r.title.At(int(row)), r.employers.table.Name.At(int(x.Company)), x.Region)
		if x.CareerMin != snapshot.Unset {
			fmt.Fprintf(w, " / career %d", x.CareerMin)
			if x.CareerMax != snapshot.Unset {
				fmt.Fprintf(w, "-%d", x.CareerMax)
			}
		}
		fmt.Fprintf(w, " / %s %s pay %d-%d", d.Employment[x.Employment], d.Education[x.Education], x.PayMin/10000, x.PayMax/10000)
		fmt.Fprintf(w, " / %s..%s\n", ieum.Day(x.Opened), ieum.Day(x.Deadline))
	}
	if slices.Equal(lines[0], lines[1]) {
		fmt.Fprintf(w, "   both: %s\n", shorten(strings.Join(lines[0], ","), 100))
		return
	}
	for i := range lines {
		fmt.Fprintf(w, "   only %c (%d of %d): %s\n", 'A'+i, len(only(lines[i], lines[1-i])), len(lines[i]), shorten(strings.Join(only(lines[i], lines[1-i]), "|"), 170))
	}
}

func only(x, y []string) (out []string) {
	has := map[string]bool{}
	for _, l := range y {
		has[strings.Join(strings.Fields(l), "")] = true
	}
	for _, l := range x {
		if k := strings.Join(strings.Fields(l), ""); k != "" && !has[k] {
			out = append(out, strings.TrimSpace(l))
		}
	}
	return out
}

func shorten(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}

// sharedData is the folder of real data, or the test is skipped.
func sharedData(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(cmp.Or(os.Getenv("IEUM_SHARED"), filepath.Join(root(t), "..", "shared")), "data")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no %s: real postings are not here; IEUM_SHARED names their folder", dir)
	}
	return dir
}

// TestJudgedPairs says how the matcher does on the pairs of real postings that
// were judged by hand, and holds that it does not get worse.
func TestJudgedPairs(t *testing.T) {
	if testing.Short() {
		t.Skip("takes in eight files")
	}
	r := newRealMarket(t)
	f, err := os.Open(filepath.Join(root(t), "bench", "pairs", "verdicts.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]uint32{}
	for row := range uint32(r.len()) {
		at[r.id(row)] = row
	}
	var found, real, both, gone float64
	var agreed, pairs, first, second float64
	for _, l := range lines[1:] {
		a, ok := at[l[0]]
		b, ok2 := at[l[1]]
		stands, err := strconv.ParseFloat(l[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		if !ok || !ok2 {
			gone++
			continue
		}
		x, y := l[3] == "1", l[4] == "1"
		one := r.result.Of[a] == r.result.Of[b]
		found += stands * number(one)
		real += stands * (number(x) + number(y)) / 2
		both += stands * (number(x) + number(y)) / 2 * number(one)
		pairs, agreed, first, second = pairs+1, agreed+number(x == y), first+number(x), second+number(y)
		if os.Getenv("IEUM_PAIRS_WRONG") != "" && one != x {
			r.show(bufio.NewWriter(os.Stdout), int(stands), a, b)
			fmt.Printf("%v %.1f: %s | %s\n", one, stands, r.title.At(int(a)), r.title.At(int(b)))
		}
	}
	chance := first/pairs*second/pairs + (1-first/pairs)*(1-second/pairs)
	kappa := (agreed/pairs - chance) / (1 - chance)
	precision, recall := both/found, both/real
	f1 := 2 * precision * recall / (precision + recall)
	t.Logf("%.0f pairs (%.0f no longer there), kappa of the two passes %.3f; precision %.3f recall %.3f F1 %.3f", pairs, gone, kappa, precision, recall, f1)
	if gone > 10 || f1 < leastF1 {
		t.Errorf("F1 %.3f, want %.2f; %.0f pairs gone", f1, leastF1, gone)
	}
}

// leastF1 is what the matcher reaches on the judged pairs, rounded down.
const leastF1 = 0.85

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
