package catalogue

import (
	"bufio"
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
	"unicode"

	"ieum"
	"ieum/internal/catalogue/master"
	"ieum/internal/platform/db/dbtest"
	"ieum/internal/snapshot"
)

// Real policies and benefits, by source.
var realServices = []struct {
	source ieum.SourceID
	files  []string
}{
	{"youth-policies", []string{"ace0910_policies_real_20260806.json"}},
	{"youth-policy-api", []string{"ontong_api_raw_20251231.csv"}},
	{"bokjiro", []string{"welfare_full_5012.json", "curated15.json", "central_details_1079.json", "eligibility_1079.json"}},
}

// realPolicies are all real services, taken in and laid out for the matcher.
type realPolicies struct {
	in     []master.Service
	ids    []string
	source []string
	result master.Result
}

func newRealPolicies(t *testing.T) *realPolicies {
	t.Helper()
	dir := filepath.Join(sharedData(t), "policies")
	ctx := context.Background()
	c := newTestCatalogue(t, dbtest.Open(t, t.TempDir()))
	for _, s := range realServices {
		var files []string
		for _, f := range s.files {
			files = append(files, filepath.Join(dir, f))
		}
		if _, err := c.Ingest(ctx, s.source, files, Options{}); err != nil {
			t.Fatalf("%s: %v", s.source, err)
		}
	}
	m := newMaking(c, c.Live, nil, &decisions{}, func(Stage) {})
	all, services := &snapshot.Items{}, m.newServices()
	for _, kind := range []ieum.KindID{"policy", "policy-detail", "policy-eligibility", "welfare-service"} {
		if err := m.itemsOf(ctx, kind, all, services); err != nil {
			t.Fatal(err)
		}
	}
	r := &realPolicies{in: services.list}
	for _, i := range services.items {
		source, kind := m.out.Dict.Sources[all.Source.At(int(i))], m.out.Dict.Kinds[all.Kind.At(int(i))]
		r.ids = append(r.ids, snapshot.FormatID(snapshot.ItemID(source, kind, all.Key.At(int(i)))))
		r.source = append(r.source, source+" "+kind)
	}
	r.result = master.Services(r.in, nil)
	return r
}

// letters are the letters and figures of a title, and their pairs.
func lettersOf(title string) (key string, pairs map[string]bool) {
	key = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, title)
	pairs = map[string]bool{}
	runes := []rune(key)
	for i := 1; i < len(runes); i++ {
		pairs[string(runes[i-1:i+1])] = true
	}
	return key, pairs
}

// aPolicyPair is a pair that may be one service, and how its titles are.
type aPolicyPair struct {
	a, b  int
	alike float64 // share of pairs of letters (Jaccard)
}

// pool lists the pairs among which all services with several numbers are taken
// to be: one row a number, titles that share half of their pairs of letters, not
// of two provinces or two districts.
func (r *realPolicies) pool() (out []aPolicyPair) {
	var rows []int
	seen, by, sets := map[string]bool{}, map[string][]int{}, map[int]map[string]bool{}
	for i, s := range r.in {
		if s.Title == "" || s.Number != "" && seen[s.Number] {
			continue
		}
		seen[s.Number] = true
		rows = append(rows, i)
		_, sets[i] = lettersOf(s.Title)
	}
	for _, i := range rows {
		shared := map[int]int{}
		for p := range sets[i] {
			for _, j := range by[p] {
				shared[j]++
			}
			by[p] = append(by[p], i)
		}
		for j, n := range shared {
			alike := float64(n) / float64(len(sets[i])+len(sets[j])-n)
			if alike >= 0.5 && !otherPlace(r.in[i].Region, r.in[j].Region) {
				out = append(out, aPolicyPair{j, i, alike})
			}
		}
	}
	slices.SortFunc(out, func(x, y aPolicyPair) int {
		return strings.Compare(r.ids[x.a]+r.ids[x.b], r.ids[y.a]+r.ids[y.b])
	})
	return out
}

func otherPlace(a, b uint32) bool {
	if a == 0 || b == 0 || a == b {
		return false
	}
	if a > 99 && b > 99 {
		return a/10 != b/10 // wards of one city
	}
	return strconv.Itoa(int(a))[:2] != strconv.Itoa(int(b))[:2]
}

// stratum groups pairs by how alike their titles are and what the matcher says.
func (r *realPolicies) stratum(p aPolicyPair) int {
	s := 0
	switch {
	case p.alike == 1:
	case p.alike >= 0.75:
		s = 1
	default:
		s = 2
	}
	if r.result.Of[p.a] == r.result.Of[p.b] {
		s += 3
	}
	return s
}

// TestDrawServicePairs draws pairs of real services to be judged by hand, as
// many of each stratum, and writes them without a verdict in a random order,
// once for each pass, into the folder IEUM_PAIRS.
func TestDrawServicePairs(t *testing.T) {
	out := os.Getenv("IEUM_PAIRS")
	if out == "" {
		t.Skip("set IEUM_PAIRS to a folder to draw pairs into")
	}
	r := newRealPolicies(t)
	by := make([][]aPolicyPair, 6)
	for _, p := range r.pool() {
		by[r.stratum(p)] = append(by[r.stratum(p)], p)
	}
	rng := rand.New(rand.NewPCG(2026, 12))
	var drawn []aPolicyPair
	var key strings.Builder
	key.WriteString("a,b,stands_for\n")
	for s, list := range by {
		rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		n := min(len(list), 20)
		t.Logf("stratum %d: %d of %d pairs", s, n, len(list))
		for _, p := range list[:n] {
			drawn = append(drawn, p)
			fmt.Fprintf(&key, "%s,%s,%.3f\n", r.ids[p.a], r.ids[p.b], float64(len(list))/float64(n))
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
		for n, p := range drawn {
			if pass == 2 {
				p.a, p.b = p.b, p.a
			}
			fmt.Fprintf(w, "#%d %s %s\n", n+1, r.ids[p.a], r.ids[p.b])
			r.show(w, p.a)
			r.show(w, p.b)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
}

// show writes a service for a reader.
func (r *realPolicies) show(w *bufio.Writer, i int) {
	s := &r.in[i]
	fmt.Fprintf(w, "  %s / %s / %d / %s..%s / %s / %s\n     %s\n", s.Title, s.Office, s.Region, ieum.Day(s.From), ieum.Day(s.To), s.Number, shorten(s.URL, 90),
		shorten(strings.Join(strings.Fields(s.Text), " "), 150))
}

// hidden masters again with the numbers of one source taken away, and says how
// many of its rows are found by what else they say.
func (r *realPolicies) hidden(source string) (found, of int) {
	in, with := slices.Clone(r.in), map[string]int{}
	for i := range in {
		if r.source[i] == source {
			in[i].Number, in[i].URL = "", ""
		} else if in[i].Number != "" && in[i].Title != "" {
			with[in[i].Number] = i
		}
	}
	result := master.Services(in, nil)
	for i := range in {
		if to, ok := with[r.in[i].Number]; ok && r.source[i] == source {
			of++
			if result.Of[i] == result.Of[to] {
				found++
			}
		}
	}
	return found, of
}

// A judged sums up pairs that were judged: found, real and both stand for the
// pairs of the pool; the rest counts the judged ones.
type judged struct{ found, real, both, pairs, agreed, first, second float64 }

// judge compares the verdicts in a file with the matcher's. Where there was one
// pass it counts for both.
func (r *realPolicies) judge(t *testing.T, path string) (j judged) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, id := range r.ids {
		at[id] = i
	}
	for _, l := range lines[1:] {
		a, ok := at[l[0]]
		b, ok2 := at[l[1]]
		stands, err := strconv.ParseFloat(l[2], 64)
		if err != nil || !ok || !ok2 {
			t.Fatalf("%s: %v; other files than those that were judged", l, err)
		}
		x, y, one := number(l[3] == "1"), number(l[len(l)-1] == "1"), number(r.result.Of[a] == r.result.Of[b])
		j.found, j.real, j.both = j.found+stands*one, j.real+stands*(x+y)/2, j.both+stands*(x+y)/2*one
		j.pairs, j.agreed, j.first, j.second = j.pairs+1, j.agreed+number(x == y), j.first+x, j.second+y
		if os.Getenv("IEUM_PAIRS_WRONG") != "" && one != x {
			w := bufio.NewWriter(os.Stdout)
			fmt.Fprintf(w, "one: %v, stands for %.1f\n", one == 1, stands)
			r.show(w, a)
			r.show(w, b)
			w.Flush()
		}
	}
	return j
}

// TestJudgedServices says how the matcher does on the pairs of real services
// that were judged by hand, and holds that it does not get worse.
func TestJudgedServices(t *testing.T) {
	if testing.Short() {
		t.Skip("takes in six files")
	}
	r := newRealPolicies(t)
	rules := map[string]int{}
	for _, m := range r.result.Merges {
		rules[m.Rule.String()]++
	}
	t.Logf("%d rows of %d services, %d merges: %v", len(r.in), r.result.Clusters, len(r.result.Merges), rules)
	for _, file := range []string{"services.csv", "services-second.csv"} {
		j := r.judge(t, filepath.Join(root(t), "bench", "pairs", file))
		chance := j.first/j.pairs*j.second/j.pairs + (1-j.first/j.pairs)*(1-j.second/j.pairs)
		precision, recall := j.both/j.found, j.both/j.real
		t.Logf("%s: %.0f pairs, kappa of the passes %.3f; precision %.3f recall %.3f F1 %.3f", file, j.pairs, (j.agreed/j.pairs-chance)/(1-chance),
			precision, recall, 2*precision*recall/(precision+recall))
		if precision < leastServicePrecision {
			t.Errorf("%s: precision %.3f, want %.2f", file, precision, leastServicePrecision)
		}
	}
	hidden, of := r.hidden("youth-policies policy")
	t.Logf("without its numbers %d of %d rows of one source are found (%.3f)", hidden, of, float64(hidden)/float64(of))
}

// leastServicePrecision is what the matcher reaches on the judged pairs,
// rounded down.
const leastServicePrecision = 0.95
