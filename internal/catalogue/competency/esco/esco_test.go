package esco

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/unicode/norm"

	"ieum"
)

// builtIn is made once: it takes a quarter of a second.
var builtIn = sync.OnceValues(New)

func extractor(t testing.TB) *Extractor {
	t.Helper()
	x, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func labelsOf(found []ieum.Found) (out []string) {
	for _, f := range found {
		out = append(out, f.Label)
	}
	return out
}

func TestSkillsAreFoundByWhatPostingsCallThem(t *testing.T) {
	x := extractor(t)
	for text, want := range map[string]string{
		"You are a team player":                          "work in teams",
		"Experience with React and Vue":                  "JavaScript Framework",
		"solid knowledge of JAVA":                        "Java (computer programming)",
		"C++ or C# are a plus":                           "C#",
		"You will manage budgets of several departments": "manage budgets",
		"preparing technical documentation":              "provide technical documentation",
		"Fluent in English":                              "English",
		"we use .NET":                                    "Visual Studio .NET",
	} {
		if got := labelsOf(x.Extract(text, 5)); !slices.Contains(got, want) {
			t.Errorf("%q is %q, want %q among them", text, got, want)
		}
	}
}

func TestAFindSaysWhereItsNameStands(t *testing.T) {
	x := extractor(t)
	text := "Wir suchen: “team player”, with PostgreSQL"
	spans := map[string]string{}
	for _, f := range x.Extract(text, 10) {
		if f.End > 0 {
			spans[f.Label] = text[f.Start:f.End]
		}
		if f.Words != text[f.Start:f.End] || !strings.HasPrefix(f.ID, "http://data.europa.eu/esco/skill/") && f.ID != f.Label {
			t.Errorf("%+v", f)
		}
	}
	if spans["work in teams"] != "team player" || spans["PostgreSQL"] != "PostgreSQL" {
		t.Errorf("%q", spans)
	}
	var spelt []string
	x.Mentions(text, func(label string, from, to int) { spelt = append(spelt, label+"="+text[from:to]) })
	if !slices.Contains(spelt, "PostgreSQL=PostgreSQL") {
		t.Errorf("the dictionary alone finds %q", spelt)
	}
}

func TestALongTextIsReadInPieces(t *testing.T) {
	x := extractor(t)
	text := strings.Repeat("Nothing of note is said here. ", 100) + "You are a team player."
	got := x.Extract(text, 10)
	i := slices.IndexFunc(got, func(f ieum.Found) bool { return f.Label == "work in teams" })
	if len(got) != 10 || i < 0 || text[got[i].Start:got[i].End] != "team player" {
		t.Errorf("%+v", got)
	}
	labels := labelsOf(got)
	slices.Sort(labels)
	if len(slices.Compact(labels)) != 10 {
		t.Errorf("a skill comes twice: %q", labels)
	}
}

func TestProbabilitiesDoNotRise(t *testing.T) {
	x := extractor(t)
	for _, text := range []string{"team player", "maintain wind turbines and write reports", strings.Repeat("sell services. ", 500)} {
		last := 1.0
		for _, f := range x.Extract(text, 50) {
			if f.P < 0 || f.P > last {
				t.Errorf("%.20q: %v after %v", text, f.P, last)
			}
			last = f.P
		}
	}
}

func TestNothingToReadGivesNoSkill(t *testing.T) {
	x := extractor(t)
	for _, text := range []string{"", " ", "😀", "ᄀ", "\xff", "지게차 운전", "!", "\x00"} {
		if got := x.Extract(text, 10); len(got) != 0 {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestANameIsThatOfOneSkill(t *testing.T) {
	x := extractor(t)
	for name, want := range map[string]string{"Managing budgets": "manage budgets", "DWH": "data warehouse", "knitting of clouds": "", "": ""} {
		got, _, ok := x.Named(name)
		if got != want || ok != (want != "") {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

func TestFormsOfAWordHaveOneStem(t *testing.T) {
	for _, forms := range []string{"manage managing managed manages", "test testing tested tests", "analyse analysing", "plan planning planned plans", "policies policy"} {
		all := strings.Fields(forms)
		for _, f := range all[1:] {
			if a, b := string(stem([]byte(all[0]))), string(stem([]byte(f))); a != b {
				t.Errorf("%s is %s, %s is %s", all[0], a, f, b)
			}
		}
	}
}

// write puts a file of annotations into a folder.
func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name+"_annotations.csv"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

const annotated = "sentence,span,label\n" +
	"you are a team player,team player,work in teams\nyou are a team player,player,LABEL NOT PRESENT\n" +
	"you know SQL,SQL,SQL\nyou know SQL,SQL,SQL\nnothing at all,nothing,UNDERSPECIFIED\n"

func TestTrainingIsOfTheFilesAlone(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadCorpus(dir); !errors.Is(err, ieum.ErrNotFound) {
		t.Errorf("an empty folder: %v", err)
	}
	write(t, dir, "tech_validation", annotated)
	write(t, dir, "tech_test", annotated)
	var stored [2][]byte
	for i := range stored {
		c, err := ReadCorpus(dir)
		if err != nil {
			t.Fatal(err)
		}
		b, r, err := Train(c)
		if err != nil {
			t.Fatal(err)
		}
		stored[i] = b
		if len(r.Sets) != 2 || !r.Sets[0].Fitted || r.Sets[1].Fitted {
			t.Fatalf("%+v", r)
		}
		if f := r.Sets[1]; f.Sentences != 3 || f.Labelled != 2 || f.RP10 != 1 {
			t.Errorf("%+v", f)
		}
		if r.HeldOut != nil {
			t.Errorf("of three sentences some are held out: %+v", r.HeldOut)
		}
	}
	if !bytes.Equal(stored[0], stored[1]) {
		t.Error("the same files gave other weights")
	}
	if _, err := Load(stored[0]); err != nil {
		t.Error(err)
	}
	write(t, dir, "tech_validation", "a,b\n1,2\n")
	if _, err := ReadCorpus(dir); !errors.Is(err, ieum.ErrInvalid) {
		t.Errorf("other columns: %v", err)
	}
}

// Each sentence of the validation sets is scored once by what the others teach, and weights
// are fitted to all of them as if none had been held out.
func TestSentencesAreHeldOut(t *testing.T) {
	dir := t.TempDir()
	var rows strings.Builder
	rows.WriteString("sentence,label\n")
	for i := range 12 {
		fmt.Fprintf(&rows, "%d: you are a team player,work in teams\n", i)
	}
	write(t, dir, "tech_validation", rows.String())
	c, err := ReadCorpus(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, r, err := Train(c)
	if err != nil {
		t.Fatal(err)
	}
	if h := r.HeldOut; h == nil || h.Fitted || h.Sentences != 12 || h.Labelled != 12 || h.RP10 != 1 || h.RP10Range != [2]float64{1, 1} {
		t.Errorf("%+v", h)
	}
	if len(r.Sets) != 1 || r.Sets[0].Sentences != 12 {
		t.Errorf("%+v", r.Sets)
	}
}

func TestTrialsOfFoldsAreOneTrial(t *testing.T) {
	var joined trial
	joined.add(trial{rp5: []float64{1}, rp10: []float64{1}, p: []float64{.9, .1}, right: []bool{true, false}, bound: []int{0, 2}})
	joined.add(trial{rp5: []float64{0}, rp10: []float64{0}, p: []float64{.5, .7}, right: []bool{false, true}, bound: []int{0, 1, 2}})
	if want := []int{0, 2, 3, 4}; !slices.Equal(joined.bound, want) || len(joined.rp5) != 2 {
		t.Errorf("%+v, bounds want %v", joined, want)
	}
	if got := joined.calibrationError([]int{1}); got != .5 {
		t.Errorf("the second sentence claims .5 and is wrong: %v", got)
	}
}

func TestPrecisionIsOverWhatCanBeFound(t *testing.T) {
	d := &desk{best: []candidate{{label: 1}, {label: 2}, {label: 3}}}
	for _, q := range []struct {
		gold map[int32]bool
		k    int
		want float64
	}{
		{map[int32]bool{1: true}, 5, 1},
		{map[int32]bool{1: true, 9: true}, 5, 0.5},
		{map[int32]bool{1: true, 2: true, 9: true}, 1, 1},
		{map[int32]bool{9: true}, 10, 0},
	} {
		if got := d.precision(q.gold, q.k); got != q.want {
			t.Errorf("%v at %d: %v, want %v", q.gold, q.k, got, q.want)
		}
	}
}

func TestBrokenWeightsAreRefused(t *testing.T) {
	for _, b := range []string{"", "{}", `{"version":"2"}`, "\xff"} {
		if _, err := Load([]byte(b)); err == nil {
			t.Errorf("%q was taken", b)
		}
	}
}

// TestTheBars holds what docs/quality.md says on the benchmark, which is not part
// of the project.
func TestTheBars(t *testing.T) {
	dir := os.Getenv("IEUM_SHARED")
	if dir == "" {
		dir = "../../../../../shared"
	}
	c, err := ReadCorpus(filepath.Join(dir, "data"))
	if err != nil {
		t.Skipf("no benchmark: %v", err)
	}
	r, err := Evaluate(c, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Sets {
		t.Logf("%+v", f)
		if f.Set == "tech_test" && (f.RP10 < 0.64 || f.ECE > 0.03) {
			t.Errorf("%s: RP@10 %.3f, want .64; ECE %.3f, want .03", f.Set, f.RP10, f.ECE)
		}
	}
}

func FuzzExtract(f *testing.F) {
	x := extractor(f)
	for _, s := range []string{"", "Java", "\xff\xfe", "😀", "ᄀ", norm.NFD.String("요양보호사 café"), strings.Repeat("manage ", 1<<17), strings.Repeat("가", 5000), ".net.NET", "C+++#", "a\x00b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		found := x.Extract(text, 10)
		if len(found) > 10 {
			t.Fatal(len(found))
		}
		for _, s := range found {
			if s.P < 0 || s.P > 1 || s.Words != text[s.Start:s.End] {
				t.Fatalf("%+v", s)
			}
		}
		x.Named(text)
	})
}

const advert = "As a backend engineer you will design, build and maintain scalable services in Java and work closely with product owners, designers and data engineers in an agile environment. "

func BenchmarkSentence(b *testing.B) {
	x := extractor(b)
	b.ReportAllocs()
	for b.Loop() {
		x.Extract(advert, 10)
	}
}

func BenchmarkMentions(b *testing.B) {
	x := extractor(b)
	text := strings.Repeat(advert, 50)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		x.Mentions(text, func(string, int, int) {})
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := New(); err != nil {
			b.Fatal(err)
		}
	}
}
