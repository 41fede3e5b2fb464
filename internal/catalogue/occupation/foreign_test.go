package occupation_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ieum/defs"
	"ieum/internal/catalogue/encoder"
	"ieum/internal/catalogue/occupation"
)

// coders returns a coder alone, and one that asks the encoder.
func coders(t testing.TB) (alone, asking *occupation.Coder) {
	t.Helper()
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	e, err := encoder.New()
	if err != nil {
		t.Fatal(err)
	}
	var both [2]*occupation.Coder
	for i := range both {
		if both[i], err = occupation.New(set); err != nil {
			t.Fatal(err)
		}
	}
	both[1].Ask(func(names []string, of []int16, n int) func(string, []float32) []float32 {
		return e.Group(names, of, n).Likeness
	})
	return both[0], both[1]
}

func TestTitlesWithoutHangul(t *testing.T) {
	_, c := coders(t)
	for title, code := range map[string]string{"chef": "5311", "Cashier": "6161", "truck driver": "6223", "barista": "5317", "registered nurse": "3040",
		"Senior Backend Engineer": "1333", "soldador": "8241", "Krankenschwester": "3040"} {
		if a, ok := c.Answer(title, ""); !ok || a.Code != code {
			t.Errorf("%s is %+v, %v; not %s", title, a, ok, code)
		}
	}
	for _, title := range []string{"xqzzv", "engineer", "assistant", "123", "🙂"} {
		if a, ok := c.Answer(title, ""); ok && a.Level == 4 {
			t.Errorf("%q is %+v, which nothing says", title, a)
		}
	}
	both, err := c.In(occupation.KECO2018)
	if err != nil {
		t.Fatal(err)
	}
	if a, ok := both.Answer("chef", ""); !ok || a.Code[:2] != "53" {
		t.Errorf("chef is %+v in KECO 2018", a)
	}
}

func TestOneLetterIsNoTitle(t *testing.T) {
	alone, asking := coders(t)
	for _, c := range []*occupation.Coder{alone, asking} {
		for _, title := range []string{"a", "R", "의", "ㄱ", "[a]", "護", "+", "a🙂"} {
			if codes, a, ok := c.Read(title, "", 3); ok || len(codes) > 0 {
				t.Errorf("%q is %v, %+v", title, codes, a)
			}
		}
		if codes := c.Code("a", "환자를 간호하고 주사를 놓는다", 1); len(codes) == 0 || codes[0].Code[:2] != "30" {
			t.Errorf("duties beside one letter are %v", codes)
		}
	}
}

func TestTitlesWithHangulAreReadAsBefore(t *testing.T) {
	alone, asking := coders(t)
	for _, x := range [][2]string{{"용접원", ""}, {"AI 연구원", ""}, {"Backend 개발자 (Java)", ""}, {"ㄱㄴ", ""}, {"chef", "주방에서 요리한다"}, {"", "환자를 간호한다"}} {
		if a, b := alone.Code(x[0], x[1], 5), asking.Code(x[0], x[1], 5); !slices.Equal(a, b) {
			t.Errorf("%q: %v, before %v", x, b, a)
		}
	}
}

// TestEnglishTitles scores what the encoder adds on titles of bench/titles/english.csv.
func TestEnglishTitles(t *testing.T) {
	titles := english(t)
	alone, asking := coders(t)
	for _, draw := range []string{"1", "2", "12"} {
		for _, source := range []string{"onet", "postings", "jobnorm", "esco", "talentclef", "all but talentclef"} {
			some := slices.DeleteFunc(slices.Clone(titles), func(x labelled) bool {
				return !strings.Contains(draw, x.draw) || x.source != source && (source != "all but talentclef" || x.source == "talentclef")
			})
			if source == "talentclef" && draw != "1" {
				continue
			}
			before, now := scoreOf(alone, some), scoreOf(asking, some)
			t.Logf("draw %s, %s: alone %+v, with names %+v", draw, source, before, now)
			if now.N == 0 || now.Top1 < before.Top1 {
				t.Errorf("draw %s, %s: %+v", draw, source, now)
			}
			least := .8 // share of answers that are right
			if draw != "1" {
				least = .78
			}
			if source == "all but talentclef" && (now.Top1 < .7 || now.Right < least || now.ECE-now.Chance > .01) {
				t.Errorf("draw %s: %+v", draw, now)
			}
		}
	}
}

// TestClaimsOfTitlesWithoutHangul fits how sure to be of the likeliest unit group again, and
// scores that on titles left out of the fit.
func TestClaimsOfTitlesWithoutHangul(t *testing.T) {
	titles := english(t)
	_, c := coders(t)
	var p []float64
	var right []bool
	var named forecasts // titles that the dictionary has
	for _, x := range titles {
		if x.source == "talentclef" {
			continue
		}
		if code, is, ok := c.Heard(x.title); ok {
			p, right = append(p, is), append(right, strings.Contains(x.codes, code))
		} else if codes := c.Code(x.title, "", 1); len(codes) > 0 {
			named.add(codes[0].P, strings.Contains(x.codes, codes[0].Code))
		}
	}
	again := occupation.Fit(p, right)
	for _, p := range p {
		if a, b := again(p), occupation.Claim(p); math.Abs(a-b) > .005 {
			t.Fatalf("fitted again, of %.3f is claimed %.3f, not %.3f", p, a, b)
		}
	}
	const splits, folds = 6, 10
	sum, chance := 0., 0.
	for seed := range uint64(splits) {
		order := rand.New(rand.NewPCG(seed, 1)).Perm(len(p))
		all := slices.Clone(named)
		for fold := range folds {
			var x []float64
			var y []bool
			for i, j := range order {
				if i%folds != fold {
					x, y = append(x, p[j]), append(y, right[j])
				}
			}
			claim := occupation.Fit(x, y)
			for i, j := range order {
				if i%folds == fold {
					all.add(claim(p[j]), right[j])
				}
			}
		}
		low, high := all.interval()
		t.Logf("%d titles, split %d: ECE %.4f (%.4f to %.4f), of claims exactly right %.4f", len(all), seed, all.error(), low, high, all.chance())
		sum, chance = sum+all.error(), chance+all.chance()
	}
	t.Logf("on average %.4f, of claims exactly right %.4f", sum/splits, chance/splits)
	if (sum-chance)/splits > .01 { // as many titles cannot show .03
		t.Errorf("the calibration error is %.4f, by chance %.4f", sum/splits, chance/splits)
	}
}

// A labelled title has the unit groups a reader would take.
type labelled struct{ title, source, codes, draw string }

// score says how good answers are; answers of any level count. Claimed is what answers claim on average; Chance is the calibration error that
// claims exactly right would show on as many titles.
type score struct {
	N                                                 int
	Top1, Top5, Answered, Right, Claimed, ECE, Chance float64
}

// forecasts are what was claimed of titles, and whether it was right.
type forecasts []struct {
	p     float64
	right bool
}

func (f *forecasts) add(p float64, right bool) {
	*f = append(*f, struct {
		p     float64
		right bool
	}{p, right})
}

// error is the expected calibration error in 15 equal bins.
func (f forecasts) error() (sum float64) {
	var gap [15]float64
	for _, x := range f {
		g := x.p
		if x.right {
			g--
		}
		gap[min(14, int(x.p*15))] += g
	}
	for _, g := range gap {
		sum += math.Abs(g) / float64(len(f))
	}
	return sum
}

// chance is the error the same claims show on average where they are exactly right.
func (f forecasts) chance() (sum float64) {
	rng := rand.New(rand.NewPCG(1, 1))
	drawn := slices.Clone(f)
	for range 200 {
		for i := range drawn {
			drawn[i].right = rng.Float64() < drawn[i].p
		}
		sum += drawn.error() / 200
	}
	return sum
}

// interval holds 95 of 100 errors of samples, by bootstrap over titles.
func (f forecasts) interval() (low, high float64) {
	rng := rand.New(rand.NewPCG(1, 2))
	var all []float64
	drawn := slices.Clone(f)
	for range 1000 {
		for i := range drawn {
			drawn[i] = f[rng.IntN(len(f))]
		}
		all = append(all, drawn.error())
	}
	slices.Sort(all)
	return all[25], all[974]
}

func scoreOf(c *occupation.Coder, titles []labelled) (s score) {
	var said forecasts
	for _, x := range titles {
		s.N++
		codes, a, ok := c.Read(x.title, "", 5)
		for i, k := range codes {
			right := strings.Contains(x.codes, k.Code)
			if i == 0 {
				said.add(k.P, right)
				if right {
					s.Top1++
				}
			}
			if right {
				s.Top5++
				break
			}
		}
		if ok {
			s.Answered++
			s.Claimed += a.P
			if strings.Contains("|"+x.codes, "|"+a.Code) {
				s.Right++
			}
		}
	}
	s.ECE, s.Chance = said.error(), said.chance()
	s.Right, s.Claimed = s.Right/max(1, s.Answered), s.Claimed/max(1, s.Answered)
	s.Top1, s.Top5, s.Answered = s.Top1/float64(s.N), s.Top5/float64(s.N), s.Answered/float64(s.N)
	return s
}

// english finds the titles whose hashes bench/titles/english.csv has.
func english(t *testing.T) []labelled {
	t.Helper()
	dir := os.Getenv("IEUM_SHARED")
	if dir == "" {
		dir = "../../../../shared"
	}
	dir = filepath.Join(dir, "data")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no %s: the titles are not here; IEUM_SHARED names their folder", dir)
	}
	f, err := os.Open("../../../bench/titles/english.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	wanted := map[string]labelled{}
	for _, r := range rows[1:] {
		wanted[r[0]] = labelled{source: r[1], codes: r[2], draw: r[3]}
	}
	var found []labelled
	for _, pattern := range []string{"onet/Sample of Reported Titles.txt", "talentclef/validation/english/queries", "postings/*", "jobnorm/validation.csv", "esco/occupations_en.csv"} {
		paths, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, path := range paths {
			each(t, path, func(cell string) {
				cell = strings.TrimSpace(cell)
				sum := sha256.Sum256([]byte(cell))
				h := hex.EncodeToString(sum[:8])
				if x, ok := wanted[h]; ok {
					delete(wanted, h)
					x.title = cell
					found = append(found, x)
				}
			})
		}
	}
	if len(wanted) > 0 {
		t.Errorf("%d titles are not in the files", len(wanted))
	}
	return found
}

// each calls f with every text of a table or of a file of JSON.
func each(t *testing.T, path string, f func(cell string)) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if strings.Contains(filepath.Ext(path), "json") {
		d := json.NewDecoder(file)
		for {
			var v any
			if err := d.Decode(&v); err == io.EOF {
				return
			} else if err != nil {
				t.Fatal(err)
			}
			leaves(v, f)
		}
	}
	if filepath.Ext(path) == ".csv" {
		r := csv.NewReader(file)
		r.FieldsPerRecord, r.LazyQuotes = -1, true
		for {
			cells, err := r.Read()
			if err != nil {
				return
			}
			for _, c := range cells {
				f(c)
			}
		}
	}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		for c := range strings.SplitSeq(lines.Text(), "\t") {
			f(c)
		}
	}
}

func leaves(v any, f func(string)) {
	switch v := v.(type) {
	case string:
		f(v)
	case []any:
		for _, x := range v {
			leaves(x, f)
		}
	case map[string]any:
		for _, x := range v {
			leaves(x, f)
		}
	}
}

func FuzzTitlesWithoutHangul(f *testing.F) {
	_, c := coders(f)
	for _, s := range []string{"", "a", "chef", "🙂", "\xff", "ŒÆß", "İ", "护士", strings.Repeat("nurse ", 1000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, title string) {
		sum := 0.
		for _, k := range c.Code(title, "", 500) {
			if !(k.P >= 0) {
				t.Fatalf("%q: %+v", title, k)
			}
			sum += k.P
		}
		if sum > 1 || sum != 0 && sum < .98 {
			t.Fatalf("%q: probabilities sum to %v", title, sum)
		}
	})
}

func BenchmarkEnglishTitles(b *testing.B) {
	_, c := coders(b)
	titles := []string{"senior software developer (backend)", "chef", "registered nurse", "truck driver, night shift"}
	n := 0
	for b.Loop() {
		c.Code(titles[n%len(titles)], "", 10)
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "titles/s")
}
