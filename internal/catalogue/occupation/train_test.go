package occupation

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ieum"
	"ieum/defs"
)

// madeUp is a corpus of 27 made-up jobs of three occupations, each three times: an n-gram
// must stand in some texts to count.
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
		for range 3 {
			c.jobs = append(c.jobs, job{[]string{j.title}, "", strings.Repeat(j.duties+" ", 3), c.unitOf(j.code, j.title)})
		}
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
	if a, ok := c.Answer("병동 간호사", ""); !ok || a.P < trustOwn {
		t.Errorf("a title of the dictionary is %+v", a)
	}
}

func TestWholeNumbersStandForWeights(t *testing.T) {
	for _, top := range []float32{3, 0.01, 500} {
		r := row{top, -top / 15, top / 3000}
		for k := fine; k < inner; k++ {
			r[k] = top / 100 * float32((k*37)%21-10) // of rms 6, in hundredths
		}
		in, scale, coarse := whole(&r)
		if in[0] < most-1 {
			t.Errorf("%v is only %d", top, in[0])
		}
		w := weights{packed: pack(nil, &in)}
		var got row
		w.add(&got, &feature{scale: scale, coarse: coarse}, 1)
		if len(w.packed) != stride {
			t.Errorf("a row has %d bytes", len(w.packed))
		}
		var square float32
		for k, v := range r {
			if k < fine && abs(got[k]-v) > top/most {
				t.Errorf("%v of %v became %v", v, top, got[k])
			}
			if k >= fine {
				square += (got[k] - v) * (got[k] - v)
			}
		}
		if rms := top * 0.06; square > 0.2*rms*rms*(inner-fine) { // two bits leave .12 of a normal variate
			t.Errorf("of %v, coarse numbers are %v off where they are %v large", top, square/(inner-fine), rms*rms)
		}
	}
}

func abs(f float32) float32 { return max(f, -f) }

func TestEvaluationCountsWhatIsRight(t *testing.T) {
	c := madeUp(t)
	c.byHand = map[string]bool{c.jobs[0].titles[0]: true}
	r, err := Evaluate(c, 3, 1, func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Figures) != 2*len(scored) || r.Jobs != 27 {
		t.Fatalf("%+v", r)
	}
	for i, f := range r.Figures {
		n := 27
		if f.Unlisted {
			n = 24 // three jobs have that title
		}
		if f.N != n || f.Unlisted != (i >= len(scored)) || f.Top1Range[0] > f.Top1 || f.Top1Range[1] < f.Top1 || f.Top1 > f.Top5 || f.Top5 > f.Top10 || f.Top10 > 1 || f.Input == "title" && f.Top1 < 0.7 {
			t.Errorf("%+v", f)
		}
	}
}

// A card says what an agency's coder was trained on, and nothing of what the one in the program
// was: the file and its terms, the seed, the size, figures of jobs held out.
func TestTheCardIsOfTheDataItSays(t *testing.T) {
	c := madeUp(t)
	c.file = "train.jsonl"
	stored, report, err := Train(c, 2, 7, func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	card := CardOf(c, report, stored, "ours to use")
	if own := card.Data[0]; own.File != "train.jsonl" || own.Rows != 27 || own.Terms != "ours to use" || card.Seed != 7 || card.Bytes != len(stored) {
		t.Errorf("%+v", card)
	}
	if f := card.Report.Figures[0]; f.N != 27 || f.Top1 == 0 || card.Report.Folds != 2 {
		t.Errorf("%+v", f)
	}
	all := fmt.Sprint(card)
	if !strings.Contains(all, "3 of the 4") { // of 450 unit groups
		t.Errorf("the card does not say that the jobs are of three unit groups: %s", all)
	}
	for _, untrue := range []string{"ictionary", "Korea Employment", "industry", "English titles"} {
		if strings.Contains(all, untrue) {
			t.Errorf("the card says %q: %s", untrue, all)
		}
	}
}

// What the classification and the titles of the dictionary of occupations say of a title stands above
// what was set down by hand, and that above the dictionary's other names.
func TestABetterListDecides(t *testing.T) {
	c := madeUp(t)
	unit := func(code string) int { return c.unitOf(code, "") }
	c.jobs = append(c.jobs, job{[]string{"달빛원", "별빛원", "해빛원"}, "", "", unit("8212")}, job{[]string{"구름원", "달빛원"}, "", "", unit("3040")},
		job{[]string{"구름원"}, "", "", unit("5312")})
	c.names = append(c.names, name{"달빛원", unit("5312"), byHand}, name{"별빛원", unit("5312"), byHand}, name{"해빛원", unit("3040"), official})
	_, names := (&trainer{c: c}).dictionary()
	for title, want := range map[string][]string{"달빛원": {"8212"}, "별빛원": {"5312"}, "해빛원": {"3040"}, "구름원": {"3040", "5312"}} {
		var got []string
		for _, m := range names[key(fold(nil, title))] {
			got = append(got, c.units[m.unit].code2018)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s is %v, want %v", title, got, want)
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
