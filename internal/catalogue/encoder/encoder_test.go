package encoder

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func builtIn(t testing.TB) *Encoder {
	t.Helper()
	e, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestLikeWorkIsNearer(t *testing.T) {
	e := builtIn(t)
	for _, x := range []struct{ title, near, far string }{
		{"software developer", "programmer", "software salesman"},
		{"nanny", "babysitter", "manny the mechanic"},
		{"Krankenschwester", "Gesundheits- und Krankenpflegerin", "Schwesterschiffkapitän"},
		{"camarero", "mesero", "camarógrafo"},
		{"요양보호사", "간병인", "보호관찰관"},
		{"간호사", "nurse", "accountant"},
		{"용접원", "welder", "teacher"},
		{"software developer", "소프트웨어 개발자", "간호사"},
		{"Softwareentwickler", "desarrollador de software", "enfermera"},
	} {
		a, near, far := e.Encode(x.title), e.Encode(x.near), e.Encode(x.far)
		if a.Like(near) <= a.Like(far) {
			t.Errorf("%s: %s %.2f, %s %.2f", x.title, x.near, a.Like(near), x.far, a.Like(far))
		}
	}
}

func TestOneTitleHasOneVector(t *testing.T) {
	e := builtIn(t)
	for _, x := range [][2]string{
		{"간호사", norm.NFD.String("간호사")},
		{"Ingeniero Técnico", "ingeniero tecnico"},
		{"NURSE", "  nurse\t"},
		{"Bäcker", norm.NFD.String("Bäcker")},
		{"project-manager", "project manager"},
		{"ＱＡ　엔지니어", "qa 엔지니어"},
	} {
		if a, b := e.Encode(x[0]), e.Encode(x[1]); !slices.Equal(a.Elements, b.Elements) || a.inverse == 0 {
			t.Errorf("%q and %q differ, or say nothing", x[0], x[1])
		}
	}
}

func TestNothingToReadHasNoDirection(t *testing.T) {
	e := builtIn(t)
	for _, s := range []string{"", " ", "—", "😀", "\xff\xfe", "…!?", "\x00"} {
		if v := e.Encode(s); v.inverse != 0 || v.Known != 0 || v.Like(e.Encode("nurse")) != 0 {
			t.Errorf("%q has a direction", s)
		}
	}
	long := strings.Repeat("nurse ", 200_000)
	if v := e.Encode(long); v.Like(e.Encode("nurse")) < 0.8 {
		t.Error("a megabyte of nurses is no nurse")
	}
}

func TestRankCountsLines(t *testing.T) {
	e := builtIn(t)
	x := e.Index([]string{"welder", "", "nurse", "NURSE", "registered nurse", "😀"})
	got := x.Rank("nurse", 0)
	var order []int
	for _, m := range got {
		order = append(order, m.Line)
	}
	if !slices.Equal(order[:3], []int{2, 3, 4}) || len(order) != 6 {
		t.Errorf("lines in order %v", order)
	}
	if math.Abs(got[0].Score-1) > 1e-3 || got[0].Score != got[1].Score {
		t.Errorf("the same words score %v and %v", got[0].Score, got[1].Score)
	}
	if n := len(x.Rank("nurse", 2)); n != 2 {
		t.Errorf("asked for 2, got %d", n)
	}
	if got := x.Rank("😀", 0); len(got) != 0 {
		t.Errorf("nothing to read gives %v", got)
	}
	if got := e.Index(nil).Rank("nurse", 3); len(got) != 0 {
		t.Errorf("an empty list gives %v", got)
	}
}

func TestLettersCountInUnknownLanguages(t *testing.T) {
	e := builtIn(t)
	known := e.Index([]string{"software developer", "registered nurse", "간호사"})
	unknown := e.Index([]string{"sairaanhoitaja", "ohjelmistokehittäjä", "hitsaaja"})
	if known.weight != lettersKnown || unknown.weight != lettersUnknown {
		t.Errorf("letters count %.2f in English and Korean, %.2f in Finnish", known.weight, unknown.weight)
	}
}

// small is a corpus that trains in a blink.
func small(t testing.TB) (*Corpus, recipe) {
	t.Helper()
	c := &Corpus{}
	if err := c.readWords(); err != nil {
		t.Fatal(err)
	}
	c.use(Source{Name: "words"}, 0)
	r := shipped
	r.bits, r.dim, r.members, r.merged, r.batch, r.epochs = 12, 16, 2, 24, 32, 2
	return c, r
}

func trained(t testing.TB, workers int) *weights {
	c, r := small(t)
	r.workers = workers
	w, _ := train(c, r, 1, nil)
	return w
}

func TestTrainingIsTheSameOnAnyNumberOfCores(t *testing.T) {
	one := trained(t, 1).encode()
	for _, workers := range []int{2, 3} {
		if !bytes.Equal(one, trained(t, workers).encode()) {
			t.Errorf("%d workers learn something else", workers)
		}
	}
	c, r := small(t)
	if w, _ := train(c, r, 2, nil); bytes.Equal(one, w.encode()) {
		t.Error("another seed learns the same")
	}
}

func TestTrainingDrawsNamesOfOneThingTogether(t *testing.T) {
	c, r := small(t)
	r.epochs = 30
	w, losses := train(c, r, 1, nil)
	if losses[len(losses)-1] > losses[0]/2 {
		t.Errorf("losses %v", losses)
	}
	e := wrap(w)
	if a := e.Encode("护士"); a.Like(e.Encode("nurse")) <= a.Like(e.Encode("welder")) {
		t.Error("护士 is not near nurse")
	}
}

// TestMergingKeepsAngles: with as many directions as the members have together,
// titles are as like as they are to the members on average.
func TestMergingKeepsAngles(t *testing.T) {
	c, r := small(t)
	r.members, r.merged, r.epochs = 1, r.dim, 8
	var members []*weights
	for seed := range uint64(2) {
		w, _ := train(c, r, seed+1, nil)
		members = append(members, w)
	}
	both := merge(members, newTrainer(c, r, 1).texts, 2*r.dim)
	both.words = wordsOf(c)
	merged := wrap(both)
	for _, pair := range [][2]string{{"nurse", "간호사"}, {"nurse", "welder"}, {"software developer", "developer"}} {
		var mean float32
		for _, m := range members {
			e := wrap(m)
			mean += e.Encode(pair[0]).Like(e.Encode(pair[1])) / 2
		}
		if got := merged.Encode(pair[0]).Like(merged.Encode(pair[1])); math.Abs(float64(got-mean)) > 0.08 {
			t.Errorf("%v are %.2f alike, to the members %.2f", pair, got, mean)
		}
	}
}

func TestWeightsAreReadAsTheyWereWritten(t *testing.T) {
	w := trained(t, 1)
	w.card.Seed = 7
	b := w.encode()
	got, err := decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if got.card.Seed != 7 || !slices.Equal(got.packed, w.packed) || !slices.Equal(got.at, w.at) || !slices.Equal(got.scale, w.scale) || !slices.Equal(got.words, w.words) {
		t.Error("they differ")
	}
	for n := range 200 {
		broken := slices.Clone(b)
		broken[n*len(b)/200] ^= 1
		if _, err := decode(broken); err == nil {
			t.Errorf("a changed byte at %d is not seen", n*len(b)/200)
		}
		if _, err := decode(b[:n*len(b)/200]); err == nil {
			t.Errorf("half a file of %d bytes is taken", n*len(b)/200)
		}
	}
}

func TestMetrics(t *testing.T) {
	b := &benchmark{metric: "map", relevant: [][]int32{{0, 2}}}
	if got := b.metricOf(0, []float32{0.5, 0.9, 0.1, 0.5}); math.Abs(got-(1.0/2+2.0/4)/2) > 1e-9 {
		t.Errorf("average precision %.3f", got)
	}
	b.metric = "mrr"
	if got := b.metricOf(0, []float32{0.5, 0.9, 0.1, 0.5}); got != 0.5 {
		t.Errorf("equal scores rank by line: %.3f", got)
	}
	b.depth = 1
	if got := b.metricOf(0, []float32{0.5, 0.9, 0.1, 0.5}); got != 0 {
		t.Errorf("beyond the depth nothing counts: %.3f", got)
	}
}

func TestBenchmarksAreRead(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("talentclef/validation/english/queries", "q_id\tjobtitle\n1\tnurse\n")
	put("talentclef/validation/english/corpus_elements", "c_id\tjobtitle\n1\twelder\n2\tregistered nurse\n")
	put("talentclef/validation/english/qrels.tsv", "1\t0\t2\t1\n")
	put("melo/xyz_q_en_c_en/queries.tsv", "Q1\tnurse\n")
	put("melo/xyz_q_en_c_en/corpus_elements.tsv", "C1\tnurse\nC2\twelder\n")
	put("melo/xyz_q_en_c_en/annotations.tsv", "Q1\t0\tC1\t1\n")
	put("jobnorm/validation.csv", ",vacancyTitle,conceptUri\n0,Staff Nurse,u1\n1,Nurse,u1\n")
	put("esco/occupations_en.csv", "conceptUri,preferredLabel,altLabels\nu1,nurse,\"ward nurse\nstaff nurse\"\nu2,welder,\n")
	r, err := Evaluate(builtIn(t), dir, 1, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	sets := map[string]bool{}
	for _, f := range r.Figures {
		sets[f.Set] = true
		if f.Ranked != "supervised" && (f.Value != 1 || f.Low != 1 || f.High != 1) {
			t.Errorf("%+v", f)
		}
	}
	if len(sets) != 3 {
		t.Errorf("sets %v", sets)
	}
	if _, err := Evaluate(builtIn(t), t.TempDir(), 1, func(string) {}); err == nil {
		t.Error("an empty folder is scored")
	}
}

func FuzzEncode(f *testing.F) {
	e := builtIn(f)
	x := e.Index([]string{"nurse", "간호사", "", "ㄱㄴ"})
	for _, s := range []string{"", "a", "가", "ㄱ", "😀", "\xff", norm.NFD.String("간호사"), "C++ 개발자 (Senior)", "ŒÆß", "̈", "İ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v := e.Encode(s)
		if len(v.Elements) != e.Dim() || v.Known > v.Words {
			t.Fatalf("%+v", v)
		}
		for _, m := range x.Rank(s, 0) {
			if !(m.Score > -1.01 && m.Score < 1.01) {
				t.Fatalf("score %v", m.Score)
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(trained(f, 1).encode())
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		if w, err := decode(b); err == nil {
			wrap(w).Encode("nurse")
		}
	})
}

// BenchmarkEncode reads titles as long as those of vacancies.
func BenchmarkEncode(b *testing.B) {
	e := builtIn(b)
	titles := []string{"senior software developer (backend)", "요양보호사 모집", "Technischer Leiter für Bühne, Film und Fernsehen", "registered nurse", "operador de máquina trefiladora"}
	n := 0
	for b.Loop() {
		e.Encode(titles[n%len(titles)])
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "titles/s")
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		builtIn(b)
	}
}
