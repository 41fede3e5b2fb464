package occupation_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"io"
	"math"
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
	both[1].Ask(func(names []string) func(string) []float32 { return e.Index(names).Scores })
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
	dir := os.Getenv("IEUM_SHARED")
	if dir == "" {
		dir = "../../../../shared"
	}
	dir = filepath.Join(dir, "data")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no %s: the titles are not here; IEUM_SHARED names their folder", dir)
	}
	titles := english(t, dir)
	alone, asking := coders(t)
	for _, source := range []string{"onet", "postings", "jobnorm", "esco", "talentclef", "fitted"} {
		before, now := scoreOf(alone, titles, source), scoreOf(asking, titles, source)
		t.Logf("%s: alone %+v, with names %+v", source, before, now)
		if now.N == 0 || now.Top1 < before.Top1 || source == "fitted" && (now.Top1 < .7 || now.Right < .8 || now.ECE > .1) {
			t.Errorf("%s: %+v", source, now)
		}
	}
}

// A labelled title has the unit groups a reader would take.
type labelled struct{ title, source, codes string }

// score says how good answers are; answers of any level count.
type score struct {
	N                                int
	Top1, Top5, Answered, Right, ECE float64
}

func scoreOf(c *occupation.Coder, titles []labelled, source string) (s score) {
	var gap [15]float64
	for _, x := range titles {
		if x.source != source && (source != "fitted" || x.source == "talentclef") {
			continue
		}
		s.N++
		codes, a, ok := c.Read(x.title, "", 5)
		for i, k := range codes {
			right := 0.
			if strings.Contains(x.codes, k.Code) {
				right, s.Top5 = 1, s.Top5+1
			}
			if i == 0 {
				s.Top1 += right
				gap[min(14, int(k.P*15))] += right - k.P
			}
			if right == 1 {
				break
			}
		}
		if ok {
			s.Answered++
			if strings.Contains("|"+x.codes, "|"+a.Code) {
				s.Right++
			}
		}
	}
	for _, g := range gap {
		s.ECE += math.Abs(g) / float64(s.N)
	}
	s.Right /= max(1, s.Answered)
	s.Top1, s.Top5, s.Answered = s.Top1/float64(s.N), s.Top5/float64(s.N), s.Answered/float64(s.N)
	return s
}

// english finds the titles whose hashes bench/titles/english.csv has.
func english(t *testing.T, dir string) []labelled {
	t.Helper()
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
		wanted[r[0]] = labelled{source: r[1], codes: r[2]}
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
