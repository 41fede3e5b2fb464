package occupation

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"ieum"
	"ieum/defs"
)

func coder(t testing.TB) *Coder {
	t.Helper()
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTitlesOfPostingsAreCoded(t *testing.T) {
	c := coder(t)
	for title, want := range map[string]string{
		"[서울/강남] 신입 백엔드 개발자 모집 (정규직)": "1333",
		"백엔드개발자모집":                    "1333",
		"BACK-END 엔지니어 (경력 3년 이상)":    "1333",
		"요양보호사님 급구":                   "5501",
		"【부산】지게차 운전원 구함 월 300만원":      "6230",
		"㈜가나산업 프레스 작업자 채용":            "8212",
		"프레스작업자":                      "8212",
		norm.NFD.String("간호조무사"):      "3075",
		"ＣＮＣ 선반":                      "8132",
		"[가나초등학교]":                    "",
		"2025년 상반기 신입·경력 공개채용":        "",
	} {
		a, ok := c.Answer(title, "")
		if want == "" && ok && a.Level == 4 && a.P > 0.8 {
			t.Errorf("%q says nothing of the work and is %+v", title, a)
		}
		if want != "" && (!ok || a.Code != want) {
			t.Errorf("%q is %+v, want %s", title, a, want)
		}
	}
}

// A title that the lists have under one unit group is of that unit group, whatever the model
// makes of its letters: the 5,175 set down by hand among them.
func TestATitleOfAListIsOfItsUnitGroup(t *testing.T) {
	c := coder(t)
	rows, err := csv.NewReader(strings.NewReader(titlesCSV)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(c.model)
	titles, other := 0, 0
	for _, row := range rows[1:] {
		for title := range strings.SplitSeq(row[1], "|") {
			titles++
			words, head := d.clean(title)
			all := d.meanings(words, head)
			if len(all) == 0 {
				t.Fatalf("%s is in no list", title)
			}
			code := c.units[all[0].unit].code2025
			if code != row[0] {
				other++ // the dictionary of occupations has it so
			}
			if a, ok := c.Answer(title, ""); len(all) == 1 && (!ok || a.Code != code) {
				t.Errorf("%s is %+v, by the lists %s", title, a, code)
			}
		}
	}
	if titles < 5000 || other > titles/50 {
		t.Errorf("of %d titles set down by hand the dictionary has %d otherwise", titles, other)
	}
}

func TestNoiseIsTakenOutOfTitles(t *testing.T) {
	c := cleaner{places: map[string]bool{"달성군": true}}
	for title, want := range map[string][2]string{
		"[가나산업/서울] 지게차운전원모집 (야간)":  {" 지게차운전원 ", " 지게차운전원 "},
		"간호사(수술실) 채용합니다":           {" 간호사 수술실 ", " 간호사 "},
		"달성군 S/W개발, H/W 3년이상 2명":   {" sw개발 hw ", " sw개발 hw "},
		"(요양보호사)":                  {" 요양보호사 ", " 요양보호사 "},
		"【요양보호사】 모집":               {" 요양보호사 ", " 요양보호사 "},
		"용접 ( 닫히지 않은":              {" 용접 닫히지 않은 ", " 용접 닫히지 않은 "},
		"요양보호사님 구함":                {" 요양보호사 ", " 요양보호사 "},
		"3D모델러 00명":                {" 3d모델러 ", " 3d모델러 "},
		"편의점알바모집":                  {" 편의점 ", " 편의점 "},
		"경비 아저씨, 카페 알바생":           {" 경비 카페 ", " 경비 카페 "},
		"간\u200b호사 \ufeff채\u00ad용": {" 간호사 ", " 간호사 "},
	} {
		words, head := c.clean(title)
		if string(words) != want[0] || string(head) != want[1] {
			t.Errorf("%q became %q and %q, want %q", title, string(words), string(head), want)
		}
	}
}

func TestDutiesDecideWhatATitleLeavesOpen(t *testing.T) {
	c := coder(t)
	for duties, want := range map[string]string{
		"어린이집에서 영유아를 돌보고 가르친다. 영유아의 생활을 지도하고 보육일지를 쓴다": "2321",
		"환자의 활력 징후를 재고 의사의 처방대로 주사를 놓고 약을 준다":          "3040",
	} {
		if got := c.Code("선생님", duties, 3); len(got) == 0 || !has(got, want) {
			t.Errorf("%q is %v, want %s", duties, got, want)
		}
		if got := c.Code("", duties, 3); !has(got, want) {
			t.Errorf("without a title %q is %v, want %s", duties, got, want)
		}
	}
}

func has(codes []ieum.Scored, code string) bool {
	for _, c := range codes {
		if c.Code == code {
			return true
		}
	}
	return false
}

func TestProbabilitiesFallAndSumToAtMostOne(t *testing.T) {
	c := coder(t)
	for _, title := range []string{"간호사", "생산직", "xyzzy", "개발", "가가"} {
		for _, duties := range []string{"", "환자를 돌본다"} {
			codes := c.Code(title, duties, 1000)
			sum := 0.0
			for i, s := range codes {
				sum += s.P
				if s.P < 0 || i > 0 && s.P > codes[i-1].P {
					t.Errorf("%q: %v comes after %v", title, s, codes[i-1])
				}
			}
			if len(codes) != 495 || sum > 1 || sum < 0.98 {
				t.Errorf("%q: %d codes with probability %v", title, len(codes), sum)
			}
		}
	}
}

func TestAnAnswerBacksOffToWhatIsSure(t *testing.T) {
	c := coder(t)
	seen := map[int]bool{}
	for _, title := range []string{"간호사", "반도체 공정 설비 장비", "직물 기계", "의료", "전자 기계", "ㅁㄴㅇㄹ", "자동차", "공학 연구원", "관리", "식품", "조작원", "기술자"} {
		a, ok := c.Answer(title, "")
		if !ok {
			seen[0] = true
			continue
		}
		seen[a.Level] = true
		if len(a.Code) != a.Level || a.P < sure {
			t.Errorf("%q: %+v", title, a)
		}
		var sum float64
		for _, s := range c.Code(title, "", 1000) {
			if strings.HasPrefix(s.Code, a.Code) {
				sum += s.P
			}
			if a.Level < 4 && s.P >= sure {
				t.Errorf("%q: backed off to %s although %v was sure", title, a.Code, s)
			}
		}
		if sum < a.P-0.01 || sum > a.P+0.01 {
			t.Errorf("%q: %s has %v, its unit groups sum to %v", title, a.Code, a.P, sum)
		}
	}
	for _, level := range []int{0, 2, 4} {
		if !seen[level] {
			t.Errorf("no title was answered at level %d: %v", level, seen)
		}
	}
}

func TestNothingToReadGivesNothing(t *testing.T) {
	c := coder(t)
	for _, title := range []string{"", "   ", "😀😀", "!!!", "[]", "(주)", "\xff", "모집 채용"} {
		if codes, _, ok := c.Read(title, " \t", 10); codes != nil || ok {
			t.Errorf("%q is %v", title, codes)
		}
	}
	if codes := c.Code("간호사", "", 0); codes != nil {
		t.Errorf("none were asked for: %v", codes)
	}
}

func TestTheOlderClassification(t *testing.T) {
	c, err := coder(t).In(KECO2018)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Code("한식 조리사", "", 1); got[0].Code != "5312" {
		t.Errorf("got %v", got)
	}
	if got := c.Code("늘찬배달원", "", 1); got[0].Code != "6241" && got[0].Code != "5324" {
		t.Errorf("a unit group new in 2025 is %v in 2018", got)
	}
	if _, err := c.In("isco"); !errors.Is(err, ieum.ErrInvalid) {
		t.Errorf("another classification: %v", err)
	}
}

func TestAnAgencysOwnNames(t *testing.T) {
	set := &defs.Set{Codes: map[string]*defs.CodeList{KECO2025: {Codes: []defs.Code{{Code: "3040", Aliases: []string{"백의의 천사"}}}}}}
	c, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	if a, ok := c.Answer("백의의천사 모집", ""); !ok || a.Code != "3040" || a.P < trustOwn {
		t.Errorf("got %+v", a)
	}
}

// TestRealTitles counts how many titles of a real site get an answer; the file
// is not part of the project.
func TestRealTitles(t *testing.T) {
	f, err := os.Open(filepath.Join(shared(t), "postings", "wanted_taba_dajoba.jsonl"))
	if err != nil {
		t.Skipf("no real postings: %v", err)
	}
	defer f.Close()
	c := coder(t)
	n, answered := 0, map[int]int{}
	for d := json.NewDecoder(f); d.More(); n++ {
		var p struct{ Title string }
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		a, _ := c.Answer(p.Title, "")
		answered[a.Level]++
	}
	t.Logf("of %d titles, answered at 4, 3, 2 digits: %d, %d, %d; not: %d", n, answered[4], answered[3], answered[2], answered[0])
	if answered[4]*10 < n*6 {
		t.Errorf("%d of %d titles have an answer of 4 digits, want 60 %%", answered[4], n)
	}
}

// shared returns the folder of data that lies beside the project.
func shared(t *testing.T) string {
	if dir := os.Getenv("IEUM_SHARED"); dir != "" {
		return filepath.Join(dir, "data")
	}
	dir, err := filepath.Abs("../../../../shared/data")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestBrokenWeightsAreRefused(t *testing.T) {
	for name, b := range map[string][]byte{
		"nothing":   nil,
		"no magic":  []byte("something else altogether"),
		"cut":       weightsBin[:len(weightsBin)/2],
		"one bit":   flip(weightsBin, len(weightsBin)/3),
		"last byte": flip(weightsBin, len(weightsBin)-1),
	} {
		if _, err := Load(b, nil); err == nil {
			t.Errorf("%s: was taken", name)
		}
	}
}

func flip(b []byte, at int) []byte {
	b = append([]byte(nil), b...)
	b[at] ^= 4
	return b
}

func TestTheWeightsAreSmall(t *testing.T) {
	if len(weightsBin) > 8_000_000 {
		t.Errorf("the weights take %d bytes, the limit is 8 MB", len(weightsBin))
	}
}

func TestCodingAllocatesOnlyItsResult(t *testing.T) {
	c := coder(t)
	if n := testing.AllocsPerRun(100, func() { c.Code("[서울] 백엔드 개발자 모집", "서버를 개발한다", 10) }); n > 2 {
		t.Errorf("%v allocations a title", n)
	}
}

func FuzzCode(f *testing.F) {
	c := coder(f)
	for _, s := range []string{"", "간호사", norm.NFD.String("요양보호사"), "\xff\xfe간호", "😀", "ᄀᆞ", "[(<", strings.Repeat("가", 1<<20), "a\x00b"} {
		f.Add(s, "")
		f.Add("", s)
	}
	f.Fuzz(func(t *testing.T, title, duties string) {
		codes, a, ok := c.Read(title, duties, 10)
		sum := 0.0
		for _, s := range codes {
			sum += s.P
		}
		if len(codes) != 0 && len(codes) != 10 || sum > 1 || ok && (a.P < sure || len(codes) == 0) {
			t.Fatalf("%q, %q: %v %+v", title, duties, codes, a)
		}
	})
}

func BenchmarkTitle(b *testing.B) {
	c := coder(b)
	titles := []string{"[서울/강남] 신입 백엔드 개발자 모집 (정규직)", "요양보호사", "자동차 부품 프레스 작업자 2교대", "해외영업 담당자 (영어 가능자)"}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.Code(titles[i%len(titles)], "", 10)
	}
}

func BenchmarkDuties(b *testing.B) {
	c := coder(b)
	duties := strings.Repeat("금형을 프레스에 달고 재료를 넣어 제품을 찍는다. 치수를 재고 불량을 고른다. ", 20)
	b.ReportAllocs()
	for b.Loop() {
		c.Code("프레스 작업자", duties, 10)
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(weightsBin, nil); err != nil {
			b.Fatal(err)
		}
	}
}
