package competency

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"ieum/defs"
)

func verdicts(t testing.TB) []Verdict { return verdictsOf(t, "verdicts.csv") }

func verdictsOf(t testing.TB, name string) []Verdict {
	t.Helper()
	f, err := os.Open("../../../bench/competencies/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	v, err := ReadVerdicts(f)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The probabilities in the program are those that the verdicts teach, and nothing else.
func TestProbabilitiesAreFittedToVerdicts(t *testing.T) {
	stored, err := AddMentions([]byte("{}"), verdicts(t))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(stored, weightsJSON) {
		t.Errorf("weights.json is not what the verdicts teach:\n%s", stored)
	}
	r := Evaluate(verdicts(t))
	t.Logf("%+v", r)
	if r.Judged < 300 || r.ECE >= r.Guesses || r.ECE > .1 {
		t.Errorf("of %d judged ECE %.3f, by guesses %.3f", r.Judged, r.ECE, r.Guesses)
	}
}

// The probabilities in the program are compared with verdicts of another reader on mentions
// drawn as they come, of which they know nothing; and with what chance alone would do to
// probabilities that are right.
func TestProbabilitiesHoldForAnotherReader(t *testing.T) {
	c, ok, err := readChances(weightsJSON)
	if err != nil || !ok {
		t.Fatal(err)
	}
	v := verdictsOf(t, "held-out.csv")
	p, all := make([]float64, len(v)), make([]int, len(v))
	var claimed, meant float64
	for i := range v {
		p[i], all[i] = c[v[i].sign], i
		claimed += p[i]
		if v[i].meant {
			meant++
		}
	}
	found := calibrationError(v, p, all)
	rng := rand.New(rand.NewPCG(1, 4))
	chance := make([]float64, 2000)
	for n := range chance {
		w := slices.Clone(v)
		for i := range w {
			w[i].meant = rng.Float64() < p[i]
		}
		chance[n] = calibrationError(w, p, all)
	}
	slices.Sort(chance)
	n := float64(len(v))
	t.Logf("of %d, claimed %.3f, meant %.3f: ECE %.3f; of probabilities that are right %.3f (%.3f-%.3f)", len(v), claimed/n, meant/n, found, chance[1000], chance[50], chance[1949])
	if len(v) < 300 || found > chance[1949] {
		t.Errorf("ECE %.3f is not chance", found)
	}
}

func TestVerdictsChangeWhatIsLikely(t *testing.T) {
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	v, err := ReadVerdicts(strings.NewReader("sign,meant\n" + strings.Repeat("three,0\n", 40)))
	if err != nil {
		t.Fatal(err)
	}
	stored, err := AddMentions([]byte(`{"version":"x","cover":0.25}`), v)
	if err != nil {
		t.Fatal(err)
	}
	var kept struct {
		Version string
		Cover   float64
	}
	if err := json.Unmarshal(stored, &kept); err != nil || kept.Version != "x" || kept.Cover != .25 {
		t.Errorf("%+v, %v", kept, err)
	}
	for _, q := range []struct {
		stored string
		sure   bool
	}{{string(stored), false}, {"{}", true}} {
		x, err := Load(set, []byte(q.stored))
		if err != nil {
			t.Fatal(err)
		}
		if f := x.Extract("지게차", 1)[0]; f.Sign != "three" || (f.P >= Sure) != q.sure {
			t.Errorf("%+v", f)
		}
	}
	for _, broken := range []string{"", "[]", `{"mentions":{}}`, `{"mentions":{"three":2}}`} {
		if _, err := Load(set, []byte(broken)); err == nil {
			t.Errorf("%q was taken", broken)
		}
	}
}

func TestBrokenVerdictsAreRefused(t *testing.T) {
	for _, table := range []string{"", "a,b\n1,2\n", "sign,meant\nthree,2\n", "sign,meant\nother,1\n", "sign,meant,weight\nthree,1,-1\n", "sign,meant\n\"three\n", "sign,meant,weight\nthree,1,x\n", "sign,meant,other\nthree,1,2\n"} {
		if _, err := ReadVerdicts(strings.NewReader(table)); err == nil {
			t.Errorf("%q was taken", table)
		}
	}
	if r := Evaluate(nil); r.Judged != 0 || r.ECE != 0 {
		t.Errorf("%+v", r)
	}
}

func TestTwoReadersAreCompared(t *testing.T) {
	v, err := ReadVerdicts(strings.NewReader("sign,meant,other\n" + strings.Repeat("three,1,1\n", 40) + strings.Repeat("three,0,0\n", 40) + strings.Repeat("three,1,0\n", 20) + strings.Repeat("three,0,\n", 20)))
	if err != nil {
		t.Fatal(err)
	}
	r := Evaluate(v).Readers
	if r == nil || r.Judged != 100 || r.Agree != .8 || math.Abs(r.Kappa-.615) > .001 {
		t.Errorf("%+v", r)
	}
	if v, err = ReadVerdicts(strings.NewReader("sign,meant\nthree,1\n")); err != nil || Evaluate(v).Readers != nil {
		t.Errorf("one reader is compared: %v", err)
	}
}

// What a posting tells of the firm is not what somebody does.
func TestSayingsCountWhereSomebodyTells(t *testing.T) {
	x := extractor(t)
	for text, sign := range map[string]string{
		"가게에서 빵을 구웠습니다.":                      "said",
		"우대사항: 경력 3년. 우리는 빵을 굽고 있습니다. 정규직 모집": "advert",
		"반죽을 준비한다. 빵을 굽는 일을 감독한다. 온도를 확인한다.":  "duty",
	} {
		found := false
		for _, f := range x.Extract(text, 20) {
			if f.Label == "제과·제빵" {
				found = true
				if f.Sign != sign {
					t.Errorf("%q: %+v", text, f)
				}
			}
		}
		if !found {
			t.Errorf("%q: nothing", text)
		}
	}
}
