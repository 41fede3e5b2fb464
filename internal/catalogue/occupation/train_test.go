package occupation

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ieum"
	"ieum/defs"
)

// madeUp is a corpus of made-up jobs of three occupations.
func madeUp(t testing.TB) *Corpus {
	t.Helper()
	c := &Corpus{}
	if err := c.readUnits(); err != nil {
		t.Fatal(err)
	}
	for _, j := range []struct{ code, title, duties string }{
		{"8212", "프레스조작원", "금형을 달고 철판을 찍는다"}, {"8212", "자동프레스원", "철판을 프레스에 넣어 찍는다"}, {"8212", "프레스공", "철판을 찍는다"},
		{"5312", "한식조리사", "국과 찌개와 나물을 만든다"}, {"5312", "한식당조리원", "반찬과 나물을 만든다"}, {"5312", "한식조리장", "나물을 만든다"},
		{"3040", "병동간호사", "환자를 돌보고 주사를 놓는다"}, {"3040", "수술간호사", "환자의 수술을 돕는다"}, {"3040", "외래간호사", "환자를 돌본다"},
	} {
		c.jobs = append(c.jobs, job{[]string{j.title}, "", strings.Repeat(j.duties+" ", 3), c.unitOf(j.code, j.title)})
	}
	return c
}

func TestTrainingLearnsWhatItIsGiven(t *testing.T) {
	stored := train(madeUp(t), 1).encode()
	if !bytes.Equal(stored, train(madeUp(t), 1).encode()) {
		t.Error("the same corpus and seed gave other weights")
	}
	c, err := Load(stored, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []struct{ title, duties, want string }{
		{"프레스원", "", "8212"}, {"한식조리원", "", "5312"}, {"간호사", "", "3040"},
		{"일하는 사람", "나물을 만든다", "5312"}, {"", "철판을 찍는다", "8212"},
	} {
		if got := c.Code(q.title, q.duties, 1); len(got) != 1 || got[0].Code != q.want {
			t.Errorf("%q, %q is %v, want %s", q.title, q.duties, got, q.want)
		}
	}
	if a, ok := c.Answer("병동 간호사", ""); !ok || a.P < trust {
		t.Errorf("a title of the dictionary is %+v", a)
	}
}

func TestWholeNumbersStandForWeights(t *testing.T) {
	loose := []float32{3, -0.2, 0.001, 50}
	w := &weights{features: []feature{{first: 0}, {first: 3}}, label: []uint16{0, 1, 2, 0}, loose: slices.Clone(loose)}
	quantize(w)
	got := map[int][]float32{}
	for f := range w.features {
		for e := w.features[f].first; e < w.end(f); e++ {
			got[f] = append(got[f], float32(w.value[e])*w.features[f].scale)
		}
	}
	if len(got[0]) != 2 || abs(got[0][0]-3) > 0.03 || abs(got[0][1]+0.2) > 0.03 || len(got[1]) != 1 || abs(got[1][0]-50) > 0.5 {
		t.Errorf("%v became %v", loose, got)
	}
}

func abs(f float32) float32 { return max(f, -f) }

func TestEvaluationCountsWhatIsRight(t *testing.T) {
	r, err := Evaluate(madeUp(t), 9, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Figures) != len(scored) || r.Jobs != 9 {
		t.Fatalf("%+v", r)
	}
	for _, f := range r.Figures {
		if f.N != 9 || f.Top1 > f.Top5 || f.Top5 > f.Top10 || f.Top10 > 1 || f.Input == "title" && f.Top1 < 0.7 {
			t.Errorf("%+v", f)
		}
	}
}

func TestTheCrosswalkSplitsByWords(t *testing.T) {
	c := madeUp(t)
	for title, want := range map[string]string{"한약사": "3032", "약국약사": "3031"} {
		if u := c.unitOf("3030", title); c.units[u].code2025 != want {
			t.Errorf("%s became %s, want %s", title, c.units[u].code2025, want)
		}
	}
	if c.unitOf("9999", "x") != -1 {
		t.Error("a code that is none has a unit")
	}
}

func TestTheCrosswalkCoversBothClassifications(t *testing.T) {
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	c := madeUp(t)
	for _, id := range []string{KECO2025, KECO2018} {
		for _, code := range set.Codes[id].Codes {
			has := slices.ContainsFunc(c.units, func(u unit) bool {
				return u.code2025 == code.Code && id == KECO2025 || u.code2018 == code.Code && id == KECO2018
			})
			if len(code.Code) == 4 && !has {
				t.Errorf("%s %s %s is no unit", id, code.Code, code.Name.KO)
			}
		}
	}
}

func TestReadCorpus(t *testing.T) {
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := ReadCorpus(dir, set); !errors.Is(err, ieum.ErrNotFound) {
		t.Errorf("an empty folder: %v", err)
	}
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "train.jsonl"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"title":"간호사","aliases":["RN"],"duties":"돌본다","keco4":"3040"}` + "\n")
	c, err := ReadCorpus(dir, set)
	if err != nil || len(c.jobs) != 1 || len(c.jobs[0].titles) != 2 || len(c.names) < 4000 {
		t.Errorf("%v, %v", c, err)
	}
	write("{}\n")
	if _, err := ReadCorpus(dir, set); !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("a job without a code: %v", err)
	}
}

func FuzzWeights(f *testing.F) {
	whole := train(madeUp(f), 1).encode()
	f.Add(whole[len(magic) : len(whole)-4])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := parse(b)
		if err != nil {
			return
		}
		c, err := Load(w.encode(), nil)
		if err != nil {
			t.Fatal(err)
		}
		c.Code("병동 간호사", "환자를 돌본다", 3)
	})
}
