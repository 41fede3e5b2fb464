package parse

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestScrub(t *testing.T) {
	for _, tt := range []struct {
		in, out string
		removed Removed
	}{
		{"주민번호 900101-1234567 입니다", "주민번호 [주민번호] 입니다", Removed{Resident: 1}},
		{"900101 - 2234567", "[주민번호]", Removed{Resident: 1}},
		{"９００１０１－１２３４５６７", "[주민번호]", Removed{Resident: 1}},
		{"900101-1******", "[주민번호]", Removed{Resident: 1}},
		{"외국인등록번호: 900101-5234567", "외국인등록번호: [주민번호]", Removed{Resident: 1}},
		{"주민등록번호 9001011234567", "주민등록번호 [주민번호]", Removed{Resident: 1}},
		{"9001011234568", "[주민번호]", Removed{Resident: 1}}, // the check digit holds

		{"문의 010-1234-5678", "문의 [전화번호]", Removed{Phone: 1}},
		{"(010.1234.5678)", "([전화번호])", Removed{Phone: 1}},
		{"01012345678로", "[전화번호]로", Removed{Phone: 1}},
		{"010 1234 5678", "[전화번호]", Removed{Phone: 1}},
		{"010)1234-5678", "[전화번호]", Removed{Phone: 1}},
		{"011-234-5678", "[전화번호]", Removed{Phone: 1}},
		{"T. 02-123-4567", "T. [전화번호]", Removed{Phone: 1}},
		{"02)1234-5678", "[전화번호]", Removed{Phone: 1}},
		{"(02) 1234-5678", "[전화번호]", Removed{Phone: 1}},
		{"031-123-4567/070-1234-5678", "[전화번호]/[전화번호]", Removed{Phone: 2}},
		{"+82 10-1234-5678", "[전화번호]", Removed{Phone: 1}},
		{"+82-2-1234-5678", "[전화번호]", Removed{Phone: 1}},
		{"82-10-1234-5678", "[전화번호]", Removed{Phone: 1}},
		{"0507-1234-5678", "[전화번호]", Removed{Phone: 1}},
		{"０１０－１２３４－５６７８", "[전화번호]", Removed{Phone: 1}},

		{"hr.team@example.co.kr로 지원", "[전자우편]로 지원", Removed{Email: 1}},
		{"a+b@example.com.", "[전자우편].", Removed{Email: 1}},

		{"담당자: 홍길동", "담당자: [이름]", Removed{Name: 1}},
		{"담당자 : 홍길동 과장 (02-123-4567)", "담당자 : [이름] 과장 ([전화번호])", Removed{Phone: 1, Name: 1}},
		{"채용담당 김OO 과장", "채용담당 [이름] 과장", Removed{Name: 1}},
		{"담당자 김○○", "담당자 김○○", Removed{}}, // nothing says that a name follows
		{"담당자: 이*희 대리", "담당자: [이름] 대리", Removed{Name: 1}},
		{"인사팀 이가상 대리", "인사팀 [이름] 대리", Removed{Name: 1}},
		{"문의: 박가명 010-1234-5678", "문의: [이름] [전화번호]", Removed{Phone: 1, Name: 1}},
		{"담당자 홍길동에게 연락", "담당자 [이름]에게 연락", Removed{Name: 1}},
		{"인사담당자 남가상 이사입니다", "인사담당자 [이름] 이사입니다", Removed{Name: 1}},
		{"담당자명: 남궁가상", "담당자명: [이름]", Removed{Name: 1}},
		{"인사담당자 최가상님", "인사담당자 [이름]님", Removed{Name: 1}},
		{"가상회사 선우가상 상무 | hr@example.com", "가상회사 [이름] 상무 | [전자우편]", Removed{Email: 1, Name: 1}},
		{"담 당자: 홍길동 과장", "담 당자: [이름] 과장", Removed{Name: 1}},
		{"채용 담당 자 : 홍길동", "채용 담당 자 : [이름]", Removed{Name: 1}},
		{"다당지: 홍길동 과장", "다당지: [이름] 과장", Removed{Name: 1}},
		{"담당자: 홍 길동, 연 락처: 010-1234-5678", "담당자: [이름], 연 락처: [전화번호]", Removed{Phone: 1, Name: 1}},
		{"담당자:홍길 동 과 장", "담당자:[이름] 과 장", Removed{Name: 1}},
		{"담당자: 홍길동 과쟝 채용팀", "담당자: [이름] 과쟝 채용팀", Removed{Name: 1}},
		{"담당자: 호길동 (☎ 010-1234-5678)", "담당자: [이름] (☎ [전화번호])", Removed{Phone: 1, Name: 1}},
		{"담당자: 이하나, 연락처: 010-1234-5678", "담당자: [이름], 연락처: [전화번호]", Removed{Phone: 1, Name: 1}},
		{"담당자: 총무부, 연락처: 010-1234-5678", "담당자: 총무부, 연락처: [전화번호]", Removed{Phone: 1}},
		{"담당자: 강남점 010-1234-5678", "담당자: 강남점 [전화번호]", Removed{Phone: 1}},
		{"담당: 정가명 hr@example.com", "담당: [이름] [전자우편]", Removed{Email: 1, Name: 1}},
	} {
		got, removed := Scrub(tt.in)
		if got != tt.out || removed != tt.removed {
			t.Errorf("Scrub(%q) = %q, %+v, want %q, %+v", tt.in, got, removed, tt.out, tt.removed)
		}
	}
}

// What merely looks like a number of a person stays.
func TestScrubKeeps(t *testing.T) {
	for _, text := range []string{
		"연봉 3,000만원 ~ 3,200만원, 시급 10,030원",
		"2024-12-31 09:00~18:00, 2024.12.01 - 2024.12.31, 20241231",
		"사업자등록번호 123-45-67890",
		"법인등록번호: 110111-1234567",
		"법인번호 110111-1234567",
		"공고번호 2024-0123-4567",
		"대표전화 1588-1234, 1600-1800",
		"근무 0900-1800, 08:30-17:30",
		"123456-7890123 은 날이 아니다",
		"1732512345678",
		"KS B 0205, ISO 9001-2015, 0.123456789",
		"계좌 010-1234-5678-12345",
		"금액 1,010-1234-5678",
		"https://example.com/jobs/01012345678901",
		"버전 v010-1234-5678",
		"트위터 @company, a@b",
		"담당 업무: 자재 구매 및 관리",
		"담당자: 인사팀", "담당자 우대", "담당 조리원 모집", "채용담당자: 별도 안내", "담당자와 협의", "담당자 문의", "담당: 현장소장",
		"각 담당 기자에게 시간을 알린다", "미술 담당 선생님", "담당 이용자에게", "담당 강사님 우대",
		"문의 전화 주세요", "인사팀 경력자 우대", "문의처: 고객센터", "책임자 경력 3년",
		"담당자: 강남 지점장", "담당자: 디자인 팀장", "담당자: 공무원 과장", "담당자: 콜센터 팀장", "담당자: 고객사 대표", "담당자: 협력사 대표", "담당자: 마케터 대리", "담당자: 정 부장", "담 당자와 함께, 담당지역: 서울 강남",
		"2-3년, 5-10명, 3교대, 37.5-120kg",
	} {
		if got, removed := Scrub(text); got != text || removed.Any() {
			t.Errorf("Scrub(%q) = %q, %+v, want it as it was", text, got, removed)
		}
	}
}

// Some systems write each sound of a syllable apart (NFD); it looks the same.
func TestScrubReadsDecomposedText(t *testing.T) {
	text := norm.NFD.String("모집합니다. 담당자: 홍길동 과장, 주민등록번호 9001011234567")
	want := "모집합니다. 담당자: [이름] 과장, 주민등록번호 [주민번호]"
	if got, removed := Scrub(text); got != want || removed != (Removed{Name: 1, Resident: 1}) {
		t.Errorf("Scrub gives %q, %+v, want %q", got, removed, want)
	}
	text = norm.NFD.String("생산직 사원을 모십니다")
	if got, _ := Scrub(text); got != text {
		t.Errorf("a text with nobody in it became %q", got)
	}
}

func TestScrubLine(t *testing.T) {
	for in, want := range map[string]string{
		"02-123-4567":        "02-123-4567", // the telephone of an office, in its own field
		"help@example.go.kr": "help@example.go.kr",
		"급구 010-1234-5678":   "급구 [전화번호]",
		"900101-1234567":     "[주민번호]",
		"담당자 홍길동":            "담당자 [이름]",
		"인사 담당자  홍길동":        "인사 담당자  [이름]",
		"홍길동 010-1234-5678":  "[이름] [전화번호]",
		"강남점 010-1234-5678":  "강남점 [전화번호]",
		"담당자 우대":             "담당자 우대",
		"담당자 채용시 협의":         "담당자 채용시 협의",
		"담당자 정규직":            "담당자 정규직",
	} {
		if got, _ := ScrubLine(in); got != want {
			t.Errorf("ScrubLine(%q) = %q, want %q", in, got, want)
		}
	}
}

// Whatever is put between words that stay is found, counted, and nothing else
// is touched.
func TestScrubFindsWhatIsPutIn(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	keep := []string{
		"연봉 3,000만원", "2024-12-31", "123-45-67890", "주 5일 09:00-18:00", "경력 3~5년", "생산직 사원을 모십니다", "법인등록번호 110111-1234567", "1588-1234",
	}
	make := []func() (string, string, Removed){
		func() (string, string, Removed) {
			return fmt.Sprintf("%02d%02d%02d-%d%06d", r.IntN(100), 1+r.IntN(12), 1+r.IntN(28), 1+r.IntN(8), r.IntN(1e6)), "[주민번호]", Removed{Resident: 1}
		},
		func() (string, string, Removed) {
			return fmt.Sprintf("010-%04d-%04d", r.IntN(1e4), r.IntN(1e4)), "[전화번호]", Removed{Phone: 1}
		},
		func() (string, string, Removed) {
			return fmt.Sprintf("0%d-%03d-%04d", []int{2, 31, 51, 62}[r.IntN(4)], r.IntN(1e3), r.IntN(1e4)), "[전화번호]", Removed{Phone: 1}
		},
		func() (string, string, Removed) {
			return fmt.Sprintf("user%d@example%d.kr", r.IntN(1e4), r.IntN(100)), "[전자우편]", Removed{Email: 1}
		},
		func() (string, string, Removed) {
			return "담당자: 홍가상 대리", "담당자: [이름] 대리", Removed{Name: 1}
		},
	}
	for range 5000 {
		var in, out []string
		var want Removed
		for range 1 + r.IntN(8) {
			k := keep[r.IntN(len(keep))]
			in, out = append(in, k), append(out, k)
			if r.IntN(2) == 0 {
				a, b, removed := make[r.IntN(len(make))]()
				in, out = append(in, a), append(out, b)
				want.Add(removed)
			}
		}
		text, expect := strings.Join(in, "\n"), strings.Join(out, "\n")
		got, removed := Scrub(text)
		if got != expect || removed != want {
			t.Fatalf("Scrub(%q) =\n%q, %+v, want\n%q, %+v", text, got, removed, expect, want)
		}
	}
}

func FuzzScrub(f *testing.F) {
	for _, s := range []string{
		"담당자: 홍길동 과장 010-1234-5678 a@example.com 900101-1234567", "０１０－１２３４", "+82 10", "담당자 김○○", "(02)123-4567-8", "\u1103\u1161\u11b7\u1103\u1161\u11bc\u110c\u1161: \u1112\u1169\u11bc\u1100\u1175\u11af\u1103\u1169\u11bc 010-1", "@@a.b@c.de", "10-10-1234-56780101234567",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once, removed := Scrub(text)
		if removed.Any() == (once == text) {
			t.Fatalf("%q becomes %q with %+v", text, once, removed)
		}
		if utf8.ValidString(text) && !utf8.ValidString(once) {
			t.Fatalf("%q becomes %q, which is no UTF-8", text, once)
		}
		if twice, more := Scrub(once); twice != once || more.Any() {
			t.Fatalf("%q becomes %q and then %q", text, once, twice)
		}
	})
}

func BenchmarkScrub(b *testing.B) {
	text := strings.Repeat("주요 업무는 자재 구매와 재고 관리이며 연봉은 3,000만원 이상, 근무는 09:00-18:00 주 5일입니다. ", 7) + "담당자: 홍길동 과장 010-1234-5678"
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Scrub(text)
	}
}
