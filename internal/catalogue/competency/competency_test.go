package competency

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ieum"
	"ieum/defs"
)

func extractor(t testing.TB) *Extractor {
	t.Helper()
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	return New(set)
}

// labels returns what is found with at least even odds.
func labels(x *Extractor, text string) (out []string) {
	for _, f := range x.All(text, 100) {
		if f.P >= Sure {
			out = append(out, f.Label)
		}
	}
	return out
}

func TestNamesAreFoundHoweverWritten(t *testing.T) {
	x := extractor(t)
	for text, want := range map[string][]string{
		"지게차 운전과 프레스 금형 교체를 20년 했습니다": {"지게차 운전", "금형 수리·보전"},
		"지 게 차":                                {"지게차 운전"},
		"Java, Go, R 로 백엔드 개발":                 {"자바", "Go 언어", "R 언어", "백엔드 개발"},
		"JAVASCRIPT와 python을 씁니다":              {"자바스크립트", "파이썬"},
		"C++/C# 개발자":                           {"C++", "C#"},
		"어르신 식사도움, 기저귀 교체, 말벗":                 {"식사 도움", "배설 도움", "말벗·정서 지원"},
		"배관용접":                                 {"플랜트 배관"},
		"알곤용접 가능자":                             {"TIG(알곤) 용접"},
		"ＥＸＣＥＬ 활용":                             {"마이크로소프트 엑셀"},
		norm.NFD.String("홀서빙, 설거지, 반찬 조리"):     {"홀 서빙", "식기 세척", "반찬 조리"},
		"설거지\n홀\n서빙":                           {"식기 세척"},
		"용접기능사 소지":                             {"용접기능사", "아크 용접"},
		"간\u200b호사 면허, 지게\u00ad차, \ufeff용접기능사": {"간호사", "지게차 운전", "용접기능사"},
	} {
		got := labels(x, text)
		for _, w := range want {
			if !slices.Contains(got, w) {
				t.Errorf("%q: %q is missing in %q", text, w, got)
			}
		}
	}
}

func TestPartsOfOtherWordsAreNotFound(t *testing.T) {
	x := extractor(t)
	for text, not := range map[string]string{
		"사무용 접수":                "아크 용접",
		"에스프레소와 벤치프레스":          "프레스 작업",
		"커뮤니티 운영":               "유니티",
		"운전자금 대출":               "승용차 운전",
		"R&D 부서, C-level 채용":    "R 언어",
		"Let's go together":     "Go 언어",
		"조율하는 사람. 의견 조율이 중요합니다": "악기 조율·제작",
		"장학재단에서 지원":             "재단",
		"태권도장 사범":               "공업 도장",
		"제조업 종사자 수":             "어로 작업",
		"학생 여자수, 가입자수":          "자수",
		"프로덕트 오너의 협업":           "포토샵",
		"javascriptx":           "자바스크립트",
		"www.r.com/go":          "R 언어",
		"의사소통이 원활하신 분":          "의사",
		"연봉 협상 가능":              "협상",
		"텔레마케팅":                 "마케팅 기획",
		"일러스트 작업":               "러스트",
		"복리후생: 안마의자, 육아휴직":      "안마·마사지",
	} {
		if got := labels(x, text); slices.Contains(got, not) {
			t.Errorf("%q: %q was found", text, not)
		}
	}
}

func TestSpansAreBytesOfTheText(t *testing.T) {
	x := extractor(t)
	for _, text := range []string{"저는 지게차 운전을 합니다", norm.NFD.String("저는 지게차 운전을 합니다"), "\xff지게차　운전\xff"} {
		found := x.Extract(text, 1)
		if len(found) != 1 || found[0].Label != "지게차 운전" {
			t.Fatalf("%q: found %v", text, found)
		}
		f := found[0]
		if f.Words != text[f.Start:f.End] || strings.Join(strings.Fields(norm.NFC.String(f.Words)), " ") != "지게차 운전" {
			t.Errorf("%q: the span is %q", text, f.Words)
		}
	}
}

func TestTheLikeliestComeFirstAndEachOnce(t *testing.T) {
	x := extractor(t)
	all := x.All("용접 용접 CO2용접 R&D R 지게차 지게차 운전", 50)
	for i, f := range all {
		if i > 0 && f.P > all[i-1].P {
			t.Errorf("%q (%v) comes after %q (%v)", f.Label, f.P, all[i-1].Label, all[i-1].P)
		}
		if slices.ContainsFunc(all[:i], func(g ieum.Found) bool { return g.ID == f.ID }) {
			t.Errorf("%q comes twice", f.Label)
		}
	}
	if few := x.Extract("용접 지게차 배관", 2); len(few) != 2 {
		t.Errorf("2 were asked for, %d came", len(few))
	}
	if none := x.Extract("용접", 0); none != nil {
		t.Errorf("none were asked for, %v came", none)
	}
}

func TestTheVocabularyCoversAllGroups(t *testing.T) {
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	list, keco := set.Codes["competencies"], set.Codes["keco2025"]
	if len(list.Codes) < 900 {
		t.Errorf("the vocabulary has %d entries, want 900", len(list.Codes))
	}
	n := map[string]int{}
	for _, c := range list.Codes {
		if k := c.Extra["kind"]; k != "skill" && k != "tool" && k != "language" {
			t.Errorf("%s is of kind %q", c.Code, k)
		}
		if c.Name.EN == "" {
			t.Errorf("%s has no English name", c.Code)
		}
		groups := strings.Split(c.Extra["groups"], "|")
		for _, g := range groups {
			if !keco.InForce(g) || len(g) < 2 || len(g) > 3 {
				t.Errorf("%s is of group %q, which is none", c.Code, g)
				continue
			}
			n[g[:2]]++
		}
	}
	for _, c := range keco.Codes {
		if len(c.Code) == 2 && n[c.Code] < 10 {
			t.Errorf("group %s %s has %d competencies, want 10", c.Code, c.Name.KO, n[c.Code])
		}
	}
}

func TestCertificatesAreKeptApart(t *testing.T) {
	x := extractor(t)
	for _, f := range x.Extract("용접기능사로 용접합니다", 10) {
		if f.ID[0] != 's' {
			t.Errorf("%s %s is no competency", f.ID, f.Label)
		}
	}
	if found := x.Certificates("용접기능사로 용접합니다", 10); len(found) != 1 || found[0].Label != "용접기능사" {
		t.Errorf("found %v", found)
	}
}

func TestWithoutListsNothingIsFound(t *testing.T) {
	if found := New(&defs.Set{}).Extract("지게차", 5); found != nil {
		t.Errorf("found %v", found)
	}
}

// A line of a megabyte takes about a second; were time to grow with the square
// of its length, this test would take many minutes.
func TestALineOfAMegabyteIsRead(t *testing.T) {
	x := extractor(t)
	for _, words := range []string{"용접 ", "용접", "금형교체", "금형을 갈고 ", "weld a pipe ", "welding ", "fluent English ", "R,"} {
		text := strings.Repeat(words, 1<<20/len(words))
		found := x.All(text, 10)
		if len(found) == 0 {
			t.Errorf("%q: nothing was found", words)
		}
		for _, f := range found {
			if f.Words != text[f.Start:f.End] || len(f.Words) > 200 {
				t.Errorf("%q: %s stands at %d to %d", words, f.Label, f.Start, f.End)
			}
		}
	}
}

func FuzzExtract(f *testing.F) {
	x := extractor(f)
	for _, s := range []string{"", " ", "지게차", norm.NFD.String("지게차 운전"), "\xff\xfe", "😀용접", "ᄀ", "C++", strings.Repeat("가", 1000), " R R R ", strings.Repeat("용접 ", 1<<17)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, found := range x.All(text, 20) {
			if found.Start >= found.End || found.Words != text[found.Start:found.End] || found.P <= 0 || found.P > 1 {
				t.Fatalf("%q: %+v", text, found)
			}
			if utf8.ValidString(text) && !utf8.ValidString(found.Words) {
				t.Fatalf("%q: the span cuts a character: %q", text, found.Words)
			}
		}
	})
}

func BenchmarkExtract(b *testing.B) {
	x := extractor(b)
	text := strings.Repeat("담당업무: 프레스 금형 교체와 설비 보전, 지게차 운전. 자격요건 - Java, Spring Boot 기반 백엔드 개발 경험이 있는 분을 찾습니다. 주 5일 근무, 4대보험.\n", 200)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		x.Extract(text, 20)
	}
}

// What only bears the name of a competency is not taken for it: things, places and
// firms named after it, what somebody got, who was met, and words of two meanings.
func TestNamesInOtherNamesAreNotMeant(t *testing.T) {
	x := extractor(t)
	for text, not := range map[string]string{
		"축전지 뚜껑에 방수링을 끼운다": "방수 작업", "광택제를 써서 닦는다": "세차", "합격증과 인쇄물을 붙인다": "인쇄기 조작",
		"보일러 본체를 받침에 얹는다": "보일러 운전·정비", "칼, 망치, 조립 도구": "단순 조립", "공정 중 자기장의 세기": "주조·다이캐스팅",
		"택배를 받고 정리": "택배", "택배 받아서 전달": "택배", "특허 받은 재활용 기술": "특허 관리",
		"사업계획 발표": "제안·입찰 영업", "학술대회 발표 자료": "제안·입찰 영업",
		"자동차 부품 공장에서 일했습니다": "자동차 정비", "자동차 부품 회사에 다녔습니다": "자동차 정비",
		"모델 서빙 시스템 구축": "홀 서빙", "원석을 물에 씻은 다음 작업대에 놓는다": "홀 서빙", "안쪽까지 들어가게 하면서": "창업·자영업 운영",
		"의사와 환자 사이": "의사", "개발 의사 결정": "의사", "간호사에게 알린다": "간호사",
		"회사 내규에 따름": "규정·내규 관리", "보안 컨설팅": "경영 컨설팅", "고객의 요구에 맞는 제안": "손님 응대", "외부 연사 초청": "방적·연사",
		"마사지 기계가 있습니다": "안마·마사지", "사내 마사지룸 완비": "안마·마사지", "영어 닉네임을 씁니다": "영어", "CI/CD 구축": "젠킨스", "자재를 옮기고": "건설 현장 보조",
		"1종 보통 면허가 있습니다": "1종 보통 운전",
	} {
		for _, f := range x.All(text, 20) {
			if f.Label == not && f.P >= Sure {
				t.Errorf("%q is taken for %s (%s, %.2f)", text, f.Label, f.Words, f.P)
			}
		}
	}
	for text, want := range map[string]string{
		"방수 작업": "방수 작업", "방수를 했습니다": "방수 작업", "보일러를 고쳤습니다": "보일러 운전·정비", "택배 배달을 했습니다": "택배",
		"입찰 제안서 발표": "제안·입찰 영업", "카센터에서 일했습니다": "자동차 정비", "자동차를 고치는 일을 했습니다": "자동차 정비", "홀 서빙": "홀 서빙",
		"경영 컨설팅": "경영 컨설팅", "조립을 3년 했습니다": "단순 조립", "요리를 잘합니다": "반찬 조리", "특허 출원": "특허 관리", "용접 경력": "아크 용접",
		"요리는 잘합니다": "반찬 조리", "요리를 잘 합니다": "반찬 조리", "CI/CD 구축": "지속적 통합·배포", "용접 경험이 있습니다": "아크 용접", "지게차 면허가 있음": "지게차 운전", "마사지 경력이 있습니다": "안마·마사지",
		"1종 보통 면허가 있습니다": "제1종 보통면허", "자재를 옮기고": "제품 적재·이송",
	} {
		found := false
		for _, f := range x.All(text, 20) {
			found = found || f.Label == want && f.P >= Sure
		}
		if !found {
			t.Errorf("%q does not show %s: %v", text, want, x.All(text, 20))
		}
	}
}

func TestAnAgencysOwnCompetenciesAreFound(t *testing.T) {
	set, err := defs.Load(fstest.MapFS{
		"codes/ncs.yaml": {Data: []byte("id: ncs\nversion: \"1\"\ntitle: {ko: 능력단위, en: Units}\nsource: x\nadds: competencies\n")},
		"codes/ncs.csv":  {Data: []byte("code,ko,en,aliases,kind,groups,not,said\n1501020115_17v3,구름 뜨개질,,뭉게 뜨기,skill,15,,구름/안개 뜨다/짜다\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	x := New(set)
	for _, text := range []string{"구름뜨개질 3년", "뭉게뜨기를 했다", "안개를 짜고 말렸습니다"} {
		if got := x.Extract(text, 1); len(got) != 1 || got[0].ID != "1501020115_17v3" {
			t.Errorf("%q is %v", text, got)
		}
	}
}
