package competency

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ieum"
	"ieum/defs"
)

// A story is a made-up person's plain words and the codes they show.
type story struct {
	text      string
	want, may []string
}

func stories(t testing.TB, file string) (out []story) {
	t.Helper()
	f, err := os.Open("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '=':
			s := &out[len(out)-1]
			for _, code := range strings.Fields(line[1:]) {
				if may, ok := strings.CutPrefix(code, "?"); ok {
					s.may = append(s.may, may)
				} else {
					s.want = append(s.want, code)
				}
			}
		default:
			out = append(out, story{text: line})
		}
	}
	return out
}

// measure returns how many of the wanted were found, and how many of those
// found were right.
func measure(t *testing.T, x *Extractor, all []story) (recall, precision float64) {
	found, wanted, right, told := 0, 0, 0, 0
	for _, s := range all {
		wanted += len(s.want)
		var got []string
		for _, f := range x.Extract(s.text, 100) {
			if f.P < Sure {
				continue
			}
			got = append(got, f.ID)
			if slices.Contains(s.may, f.ID) {
				continue
			}
			told++
			if slices.Contains(s.want, f.ID) {
				right++
			} else {
				t.Logf("wrong: %s %s for %q in %q", f.ID, f.Label, f.Words, s.text)
			}
		}
		for _, w := range s.want {
			if slices.Contains(got, w) {
				found++
			} else {
				t.Logf("missing: %s %s in %q", w, x.label(w), s.text)
			}
		}
	}
	recall, precision = float64(found)/float64(wanted), float64(right)/float64(told)
	t.Logf("recall %.3f of %d, precision %.3f of %d", recall, wanted, precision, told)
	return recall, precision
}

func (x *Extractor) label(code string) string {
	for _, t := range x.things {
		if t.code == code {
			return t.label
		}
	}
	return "?"
}

// The floors are what was measured, a little below; docs/quality.md says what
// the three sets are worth.
func TestPlainStoriesAreUnderstood(t *testing.T) {
	x := extractor(t)
	for _, set := range []struct {
		file              string
		stories           int
		recall, precision float64
	}{
		{"stories.txt", 30, .9, .95},
		{"stories-frozen.txt", 10, .9, .85},
		{"stories-second.txt", 10, .7, .8},
	} {
		all := stories(t, set.file)
		if len(all) < set.stories {
			t.Errorf("%s has %d stories, want %d", set.file, len(all), set.stories)
		}
		recall, precision := measure(t, x, all)
		if recall < set.recall || precision < set.precision {
			t.Errorf("%s: recall %.2f, want %.2f; precision %.2f, want %.2f", set.file, recall, set.recall, precision, set.precision)
		}
	}
}

func TestThePressOperatorIsUnderstood(t *testing.T) {
	x := extractor(t)
	text := "자동차 부품 공장에서 프레스로 철판을 찍었다. 금형을 갈아 끼우고 치수를 버니어로 재고 불량을 골라냈다. 자재를 창고에 쌓고 신입에게 일을 가르쳤다."
	for _, text := range []string{text, norm.NFD.String(text)} {
		got := map[string]string{}
		for _, f := range x.Extract(text, 50) {
			if f.P >= Sure {
				got[f.Label] = norm.NFC.String(f.Words)
			}
			if f.Words != text[f.Start:f.End] {
				t.Errorf("%s: %q is not at its place", f.Label, f.Words)
			}
		}
		for label, words := range map[string]string{
			"금형 수리·보전": "금형을 갈아 끼우고", "제품 검사·선별": "불량을 골라냈다", "창고 관리": "자재를 창고에 쌓고",
			"작업자 관리": "신입에게 일을 가르쳤다", "정밀 측정 공구": "치수를 버니어로 재고", "제품 적재·이송": "자재를 창고에 쌓고", "프레스 작업": "프레스로 철판을 찍었다",
		} {
			if got[label] != words {
				t.Errorf("%s: found by %q, want %q", label, got[label], words)
			}
		}
		if words, ok := got["자동차 조립"]; ok {
			t.Errorf("자동차 조립 was found by %q", words)
		}
	}
}

func TestVerbsAreFoundInAllTheirForms(t *testing.T) {
	x := extractor(t)
	for label, texts := range map[string][]string{
		"정밀 측정 공구": {"치수를 재고", "치수를 쟀다", "치수를 잽니다", "치수 재는 일", "치수를 재서", "치수를 재 왔다", "치수측정", "제품의 치수를 꼼꼼히 재는"},
		"제품 검사·선별": {"불량을 고르고", "불량 골라내기", "불량을 고른다", "불량만 골랐다", "불량품을 가려냈다"},
		"김치 제조":    {"김치를 담그고", "배추김치를 담갔다", "김치 담가 봤어요", "배추를 절여서"},
		"제과·제빵":    {"빵을 굽고", "빵을 구웠다", "빵 구운 지 10년", "빵을 구우며"},
		"채소 재배":    {"농사를 지었다", "농사짓고", "마늘을 심어서", "밭을 맸다", "밭을 갑니다", "밭을 가는"},
		"상하차":      {"짐을 실었다", "짐을 싣고", "상자들을 내려서"},
		"금형 수리·보전": {"금형교체", "금형 교체 작업", "금형을 교체했습니다", "사출금형을 바꿨다", "금형 갈기"},
		"작업자 관리":   {"후배들을 가르쳤고", "신입한테 일 알려 줘요", "새로 온 사람에게 일을 가르치고"},
		"식재료 손질":   {"양파를 까고", "마늘을 다져", "나물 다듬기"},
		"실내 청소":    {"계단을 쓸고", "복도를 닦아요", "걸레를 빨아"},
		"주방 보조":    {"주방을 도왔다", "주방에서 거들었어요"},
		"콘크리트 타설":  {"시멘트를 비볐다", "콘크리트를 부었다"},
		"정리 수납":    {"옷장을 정리해 드렸어요"},
		"벼·곡물 재배":  {"모를 심고", "벼를 베었다", "벼를 벴다"},
		"신체 활동 지원": {"옷을 갈아입혀 드리고", "할머니를 일으켜"},
		"외부·거리 청소": {"눈을 치우고", "마당을 쓸었다"},
		"한식 조리":    {"나물을 무치고", "전을 부쳤다", "찌개를 끓여"},
	} {
		for _, text := range texts {
			if got := labels(x, text); !slices.Contains(got, label) {
				t.Errorf("%q: %q is missing in %q", text, label, got)
			}
		}
	}
}

func TestWhatOnlyLooksLikeDoingIsNotSaid(t *testing.T) {
	x := extractor(t)
	for text, not := range map[string]string{
		"치수 재료비":                          "정밀 측정 공구",
		"치수를 적었다. 재고가 많다":                 "정밀 측정 공구",
		"치수표 하나 둘 셋 넷 다섯 재고":              "정밀 측정 공구",
		"금형을 갈아 본 적이 없습니다":                "금형 수리·보전",
		"금형은 갈 줄 모릅니다":                    "금형 수리·보전",
		"금형은 안 갈았습니다":                     "금형 수리·보전",
		"빵을 굽지 못합니다":                      "제과·제빵",
		"빵을 굽고 싶어요":                       "제과·제빵",
		"소를 팔고 배추를 심었다. 키우는 재미":           "한우·젖소 사육",
		"마음을 닦고":                          "실내 청소",
		"자동차 부품 회사":                       "자동차 조립",
		"통근버스 운행, 사내식당, 주차장 제공, 명절 선물 지급": "버스 운전",
		"구내식당 운영, 통근버스 운행":                "단체 급식 조리",
		"지게차는 못 해요":                       "지게차 운전",
		"용접 할 줄 몰라요":                      "아크 용접",
		"전시회를 차렸다":                        "한식 조리",
		"차가 많아 힘들었다":                      "승용차 운전",
		"눈을 감고 쉬었다":                       "외부·거리 청소",
		"기본급 및 상여금 지급":                    "급여 관리",
		"차분하고 책임감을 가지고":                   "자동차 정비",
		"모델을 만들어 가고":                      "공작 기계 셋업",
		"고객에 대한 이해":                       "손님 응대",
		"자재 입고":                           "정밀 측정 공구",
		"약사 직원 모셔요":                       "이동 도움",
		"물품 보관":                           "하·폐수 처리 운전",
		"부품의 수를 맞추는 일":                    "기계 조립",
		"사과를 드렸다":                         "과수 재배",
		"배가 불렀다":                          "선박 항해",
	} {
		if got := labels(x, text); slices.Contains(got, not) {
			t.Errorf("%q: %q was found", text, not)
		}
	}
}

func TestBenefitsAreNoCompetencies(t *testing.T) {
	x := extractor(t)
	for _, text := range []string{
		"복리후생: 통근버스 운행, 사내식당 운영, 중식 제공, 주차장 제공, 경조사 지원, 건강검진, 야유회, 기숙사 운영, 명절 선물, 생일 케이크, 음료 제공",
		"근무환경: 구내식당 식사 제공, 셔틀버스 운행, 휴게실, 커피 머신, 안마의자, 헬스장 이용, 사내 카페 운영, 어린이집 운영",
		"퇴직금, 연차, 차량유지비 지원, 식대 지급, 자녀 학자금 지원, 교육비 지원, 우수사원 포상, 동호회 지원, 콘도 이용. 회식은 하지 않습니다.",
	} {
		if got := labels(x, text); len(got) > 0 {
			t.Errorf("%q shows %q", text, got)
		}
	}
}

func TestDeniedAndWishedAreUnlikelyButReturned(t *testing.T) {
	x := extractor(t)
	for text, p := range map[string]float64{"빵을 구웠다": x.chances[signSaid], "빵을 안 구웠다": x.chances[signDenied], "빵을 구워 본 적이 없다": x.chances[signDenied], "빵을 굽고 싶다": x.chances[signWished]} {
		i := slices.IndexFunc(x.Extract(text, 20), func(f ieum.Found) bool { return f.Label == "제과·제빵" })
		if i < 0 {
			t.Errorf("%q: nothing", text)
		} else if got := x.Extract(text, 20)[i].P; got < p-.001 || got > p+.001 {
			t.Errorf("%q: %v, want %v", text, got, p)
		}
	}
}

func TestFormsOfVerbs(t *testing.T) {
	for verb, want := range map[string]string{
		"고르다": "골라 골랐 고른 고르", "재다": "쟀 재 잰 잽", "갈다": "갈아 갈았 간 갑 가", "굽다": "구워 구웠 구운 굽", "짓다": "지어 지었 지은 짓",
		"싣다": "실어 실었 싣", "담그다": "담가 담갔 담근", "쓰다": "써 썼 쓴", "치우다": "치워 치웠 치운", "모시다": "모셔 모셨 모신", "보다": "봐 봤 본",
		"하다": "해 했 한 합", "닦다": "닦아 닦았 닦은", "따르다": "따라 따랐", "돕다": "도와 도왔 도운", "교체": "교체", "내다": "내 냈 낸",
	} {
		var got []string
		for _, f := range forms(verb) {
			got = append(got, f.text)
		}
		for _, w := range strings.Fields(want) {
			if !slices.Contains(got, w) {
				t.Errorf("%s has no form %s: %q", verb, w, got)
			}
		}
	}
}

func TestEverySayingIsANounAndAVerb(t *testing.T) {
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	with := 0
	for _, c := range set.Codes["competencies"].Codes {
		if c.Extra["said"] != "" {
			with++
		}
		for _, p := range split(c.Extra["said"]) {
			nouns, verbs, ok := strings.Cut(p, " ")
			if !ok || strings.Contains(verbs, " ") || slices.Contains(strings.Split(nouns+"/"+verbs, "/"), "") {
				t.Errorf("%s: %q is not nouns and verbs", c.Code, p)
			}
		}
	}
	if with < 350 {
		t.Errorf("%d competencies have sayings, want 350", with)
	}
}

func FuzzSaid(f *testing.F) {
	x := extractor(f)
	for _, s := range []string{"금형을 갈았다", "금형교체", norm.NFD.String("치수를 재고, 불량을 못 골랐다."), "눈\n을", "\xff금형을 \xff갈다", "안", " 안 갈", "김치를 담그고 싶", strings.Repeat("배추를 ", 300) + "심고", strings.Repeat("금형교체", 1<<16), strings.Repeat("금형을 갈고 ", 1<<16)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, found := range x.Extract(text, 50) {
			if found.Start >= found.End || found.Words != text[found.Start:found.End] || found.P <= 0 || found.P > 1 {
				t.Fatalf("%q: %+v", text, found)
			}
			if utf8.ValidString(text) && !utf8.ValidString(found.Words) {
				t.Fatalf("%q: the span cuts a character: %q", text, found.Words)
			}
		}
	})
}

func BenchmarkPlainWords(b *testing.B) {
	x := extractor(b)
	var text strings.Builder
	for range 20 {
		for _, s := range stories(b, "stories.txt") {
			text.WriteString(s.text + "\n")
		}
	}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		x.Extract(text.String(), 20)
	}
}
