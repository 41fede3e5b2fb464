package catalogue

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/catalogue/competency"
	"ieum/internal/catalogue/occupation"
)

func resumeReader(t testing.TB) *Reader {
	t.Helper()
	set, err := defs.Load()
	if err != nil {
		t.Fatal(err)
	}
	coder, err := occupation.New(set)
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, ieum.Seoul) }
	return NewReader(set, coder, competency.New(set), now)
}

const plainResume = `이름: 김가상
전화: 010-0000-0000
출생: 1968년
거주지: 경기도 안산시 단원구
학력: 가나공업고등학교 기계과 졸업

[경력]
- 2015.03 ~ 2019.08 ○○정밀 프레스 작업
  금형 교체와 설비 점검을 맡았습니다
- 1995년 1월 ~ 2014년 12월 (20년) 다라산업 프레스 조작원
- 지게차 운전 5년

봉사활동
2020.01 ~ 현재 무료급식소 주방보조

자격증
지게차운전기능사 (2001), 컴퓨터활용능력 2급
우주비행사 면허

희망 직종: 지게차 운전원
희망지역: 경기 안산시, 먼 달나라
희망연봉: 3,200만원 이상

손주를 돌보면서 어르신 식사도움도 했습니다
바람이 붑니다
`

func TestATextBecomesAResume(t *testing.T) {
	r := resumeReader(t)
	got, err := r.ReadText([]byte(plainResume))
	if err != nil {
		t.Fatal(err)
	}
	want := ieum.Resume{
		BirthYear: 1968, Region: "경기도 안산시 단원구", Education: "high", Majors: got.Majors,
		Careers: []ieum.Career{
			{Title: "프레스 작업", Months: 54, Text: "금형 교체와 설비 점검을 맡았습니다"},
			{Title: "다라산업 프레스 조작원", Months: 240},
			{Title: "지게차 운전", Months: 60},
			{Title: "무료급식소 주방보조", Months: 83, Unpaid: true},
		},
		Certificates: []string{"지게차운전기능사", "컴퓨터활용능력 2급", "우주비행사 면허"},
		Text:         "손주를 돌보면서 어르신 식사도움도 했습니다\n바람이 붑니다",
		Wish:         ieum.Wish{Occupations: []string{"지게차 운전원"}, Regions: []string{"경기 안산시", "먼 달나라"}, Pay: 32_000_000},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read\n%+v\nwant\n%+v", got, want)
	}
}

func TestAResumeBecomesCodes(t *testing.T) {
	r := resumeReader(t)
	resume, err := r.ReadText([]byte(plainResume))
	if err != nil {
		t.Fatal(err)
	}
	p := r.Read(resume)
	if p.Occupations[0].Code != "8212" || p.Occupations[0].P < 0.5 {
		t.Errorf("24 of 36 years at presses make %v", p.Occupations)
	}
	if p.CareerMonths != 54+240+60+83 {
		t.Errorf("the months of all work, paid or not, are %d", p.CareerMonths)
	}
	if p.Region != "41273" || p.Education != "high" {
		t.Errorf("region %q, education %q", p.Region, p.Education)
	}
	names := map[string]bool{}
	for _, c := range p.Competencies {
		names[c.Label] = true
	}
	for _, want := range []string{"프레스 작업", "금형 수리·보전", "지게차 운전", "주방 보조", "식사 도움"} {
		if !names[want] {
			t.Errorf("%s is missing in %v", want, names)
		}
	}
	if n := len(p.Certificates); n != 2 {
		t.Errorf("%d certificates: %v", n, p.Certificates)
	}
	for _, want := range []string{"우주비행사 면허", "먼 달나라", "바람이 붑니다"} {
		if !slices.Contains(p.Unread, want) {
			t.Errorf("%q was not read and is not listed: %q", want, p.Unread)
		}
	}
	if w := p.Resume.Wish; !slices.Equal(w.Occupations, []string{"6230"}) || !slices.Equal(w.Regions, []string{"41270"}) {
		t.Errorf("the wish is %+v", w)
	}
	if c := p.Resume.Careers[1]; c.Occupation != "8212" {
		t.Errorf("%q is %q", c.Title, c.Occupation)
	}
}

func TestALicenceShowsWhatItsNameSays(t *testing.T) {
	r := resumeReader(t)
	for certificate, want := range map[string]string{"1종 대형": "대형 차량 운전", "대형 면허 없음": ""} {
		p := r.Read(ieum.Resume{Certificates: []string{certificate}})
		got := ""
		for _, c := range p.Competencies {
			got += c.Label
		}
		if got != want {
			t.Errorf("%q shows %q, want %q", certificate, got, want)
		}
	}
}

func TestPlainSentencesAreRead(t *testing.T) {
	r := resumeReader(t)
	resume, err := r.ReadText([]byte(`안산 반월공단에서 프레스 일을 20년 했습니다
금형 달고 빼고 불량 고르는 일을 했어요
그전에는 식당에서 설거지하고 반찬 만들었습니다
어머니 간병을 3년 했습니다
초등학교만 나왔습니다
집은 시흥시 정왕동입니다
저는 착합니다`))
	if err != nil {
		t.Fatal(err)
	}
	p := r.Read(resume)
	names := map[string]bool{}
	for _, c := range p.Competencies {
		names[c.Label] = true
	}
	for _, want := range []string{"프레스 작업", "금형 수리·보전", "제품 검사·선별", "식기 세척", "반찬 조리", "노인 돌봄"} {
		if !names[want] {
			t.Errorf("%s is missing in %v", want, names)
		}
	}
	if p.CareerMonths != 23*12 || p.Education != "primary" || p.Region != "41390" || p.Occupations[0].Code != "8212" {
		t.Errorf("%d months, %q, %q, %v", p.CareerMonths, p.Education, p.Region, p.Occupations[0])
	}
	if !slices.Equal(p.Unread, []string{"저는 착합니다"}) {
		t.Errorf("unread: %q", p.Unread)
	}
}

func TestHowLongStandsBesideATitle(t *testing.T) {
	r := resumeReader(t)
	for text, want := range map[string]ieum.Career{
		"프레스 조작원 21년":      {Title: "프레스 조작원", Months: 252},
		"프레스 조작원(21년 6개월)": {Title: "프레스 조작원", Months: 258},
		"용접원, 7년":          {Title: "용접원", Months: 84},
		"경력\n프레스 조작원 21년":  {Title: "프레스 조작원", Months: 252},
	} {
		got, err := r.ReadText([]byte(text))
		if err != nil || len(got.Careers) != 1 || got.Careers[0] != want {
			t.Errorf("%q reads %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"바람이 분 지 21년", "초등학교 6년", "서울 생활 10년"} {
		if got, err := r.ReadText([]byte(text)); err != nil || len(got.Careers) != 0 {
			t.Errorf("%q is no work, but reads %+v, %v", text, got.Careers, err)
		}
	}
	p := r.Read(ieum.Resume{Careers: []ieum.Career{{Title: "프레스 조작원 21년"}, {Title: "용접원 3년", Months: 12}}})
	if p.CareerMonths != 264 || p.Resume.Careers[0].Title != "프레스 조작원" {
		t.Errorf("titles read %d months, %+v", p.CareerMonths, p.Resume.Careers)
	}
}

func TestLongWorkCountsMore(t *testing.T) {
	p := resumeReader(t).Read(ieum.Resume{Careers: []ieum.Career{{Title: "요양보호사", Months: 10}, {Title: "간호조무사", Months: 90}}})
	if len(p.Occupations) < 2 || p.Occupations[0] != (ieum.Scored{Code: "3075", P: 0.9}) || p.Occupations[1].Code != "5501" {
		t.Errorf("10 and 90 months make %v", p.Occupations)
	}
}

func TestOurOwnFormAndJSONResume(t *testing.T) {
	r := resumeReader(t)
	own, err := r.ReadText([]byte(`{"education":"고졸","careers":[{"title":"용접공","months":120}],"wish":{"regions":["부산"]}}`))
	if err != nil || own.Careers[0].Months != 120 || own.Wish.Regions[0] != "부산" {
		t.Errorf("our own form: %+v, %v", own, err)
	}
	got, err := r.ReadText([]byte(`{
		"basics": {"name": "Made Up", "email": "a@b.example", "label": "Welder", "summary": "지게차도 운전합니다", "location": {"city": "Suwon-si", "region": "경기도"}},
		"work": [{"name": "Firm", "position": "용접원", "startDate": "2015-03-01", "endDate": "2019-08-31", "summary": "CO2용접", "highlights": ["도면 해독"]}],
		"volunteer": [{"organization": "Kitchen", "position": "주방보조", "startDate": "2026-01"}],
		"education": [{"institution": "가나대학교", "area": "기계공학", "studyType": "Bachelor"}],
		"certificates": [{"name": "용접기능사"}],
		"skills": [{"name": "용접", "keywords": ["TIG"]}],
		"languages": [{"language": "영어", "fluency": "회화"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := ieum.Resume{Headline: "Welder", Region: "경기도 Suwon-si", Education: "bachelor", Majors: got.Majors, Text: "지게차도 운전합니다",
		Careers: []ieum.Career{
			{Title: "용접원", Months: 54, Text: "CO2용접\n도면 해독"},
			{Title: "주방보조", Months: 11, Unpaid: true}},
		Certificates: []string{"용접기능사"}, Skills: []string{"용접", "TIG", "영어 회화"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read\n%+v\nwant\n%+v", got, want)
	}
}

func TestWhatIsNoResumeIsRefusedWithAReason(t *testing.T) {
	r := resumeReader(t)
	for text, reason := range map[string]string{
		"":                           "empty",
		" \n ":                       "empty",
		"\xff\xfe\x00":               "UTF-8",
		"{":                          "JSON",
		`{"carers":[]}`:              "carers",
		`{"work":3}`:                 "JSON Resume",
		strings.Repeat("가", 400_000): "1 MB",
	} {
		_, err := r.ReadText([]byte(text))
		if !errors.Is(err, ieum.ErrInvalid) || !strings.Contains(err.Error(), reason) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

func TestHowLongSomethingLasted(t *testing.T) {
	r := resumeReader(t)
	for line, want := range map[string]struct {
		months int
		rest   string
	}{
		"2015.03 ~ 2019.08 프레스":         {54, "프레스"},
		"2015.03~2019.08":               {54, ""},
		"2015년 3월부터 2019년 8월까지 프레스":     {54, "프레스"},
		"프레스 (2015-03-02 - 2019-08-31)": {54, "프레스"},
		"2015/3 – 현재 택시운전":              {141, "택시운전"},
		"'98.3 ~ '99.2 서빙":              {12, "서빙"},
		"Mar 2015 - Aug 2019 Welder":    {54, "Welder"},
		"2010 ~ 2015 농사":                {60, "농사"},
		"식당 주방 10년":                     {120, "식당 주방"},
		"약 3년 6개월간 간병":                  {42, "간병"},
		"8개월 배달":                        {8, "배달"},
		"5 years of driving":            {60, "driving"},
		"2019.08 ~ 2015.03 거꾸로":         {0, ""},
		"2015년에 시작한 일":                  {0, ""},
		"경력 없음":                         {0, ""},
	} {
		s, rest, ok := r.readSpell(line)
		if s.months != want.months || ok != (want.months > 0) || ok && rest != want.rest {
			t.Errorf("%q: %d months, rest %q", line, s.months, rest)
		}
	}
}

func TestTheHighestLevelOfEducationCounts(t *testing.T) {
	r := resumeReader(t)
	for lines, want := range map[string]string{
		"가나고등학교 졸업":                "high",
		"가나대학교 경영학과 졸업\n나다고등학교 졸업": "bachelor",
		"가나대학교 중퇴":                 "high",
		"나다대학교 대학원 석사":             "master",
		"나다대학교사범대학부설고등학교 졸업":       "high",
		"가나폴리텍대학 기계과":              "associate",
		"국민학교 졸업":                  "primary",
		"Ph.D. in Physics":         "doctor",
		"동네 서당":                    "",
	} {
		var out ieum.Resume
		for line := range strings.Lines(lines) {
			r.addSchool(&out, line)
		}
		if out.Education != want {
			t.Errorf("%q: %q, want %q", lines, out.Education, want)
		}
	}
}

func TestACertificateOneDoesNotHaveIsNone(t *testing.T) {
	r := resumeReader(t)
	if p := r.Read(ieum.Resume{Text: "용접기능사 준비 중입니다"}); len(p.Certificates) > 0 {
		t.Errorf("found %v", p.Certificates)
	}
	if p := r.Read(ieum.Resume{Text: "용접기능사 있습니다"}); len(p.Certificates) != 1 {
		t.Errorf("found %v", p.Certificates)
	}
}

func TestNothingIsMadeUpOfNothing(t *testing.T) {
	r := resumeReader(t)
	p := r.Read(ieum.Resume{Text: "ㅋㅋㅋ", Region: "어딘가", Education: "많이", Certificates: []string{"좋은 사람"}})
	if len(p.Competencies)+len(p.Certificates)+len(p.Majors) > 0 || p.Region+p.Education != "" || p.CareerMonths != 0 {
		t.Errorf("%+v", p)
	}
	for _, want := range []string{"ㅋㅋㅋ", "어딘가", "많이", "좋은 사람"} {
		if !slices.Contains(p.Unread, want) {
			t.Errorf("%q is not among what was not read: %q", want, p.Unread)
		}
	}
}

func FuzzReadText(f *testing.F) {
	r := resumeReader(f)
	f.Add([]byte(plainResume))
	f.Add([]byte(`{"work":[{"position":"x","startDate":"2015"}]}`))
	f.Add([]byte("경력:\n2015.3~\n~ 현재\n'99.1-2000\n학력 전공 과"))
	f.Add([]byte("\xef\xbb\xbf{}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		resume, err := r.ReadText(text)
		if err != nil {
			if !errors.Is(err, ieum.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		for _, c := range resume.Careers {
			if c.Months < 0 || len(text) > 0 && text[0] != '{' && c.Months > mostStay {
				t.Fatalf("%q lasted %d months", c.Title, c.Months)
			}
		}
		p := r.Read(resume)
		if sum := func() (s float64) {
			for _, o := range p.Occupations {
				s += o.P
			}
			return s
		}(); sum > 1.0001 {
			t.Fatalf("the probabilities of occupations sum to %v", sum)
		}
	})
}

// People write their driving licence in any order. One without a class is never
// taken for more than every licence to drive a car allows.
func TestDrivingLicencesAreReadInAnyForm(t *testing.T) {
	r := resumeReader(t)
	for text, want := range map[string]string{
		"1종 보통": "c0620", "운전면허 1종": "c0620", "1종 운전면허": "c0620", "제1종 운전면허": "c0620", "운전면허 1종 보통": "c0620", "운전면허(보통 1종)": "c0620",
		"운전면허": "c0623", "자동차운전면허": "c0623", "자동차 운전면허증": "c0623", "운전면허증 소지": "c0623", "운전면허 2종 자동": "c0623", "2종 보통": "c0623",
		"대형면허": "c0619", "운전면허 1종 대형": "c0619", "운전면허 대형": "c0619", "1종 특수": "c0621", "2종 소형": "c0624",
		"면허": "", "지게차 운전": "", "철도차량 운전면허": "c0697", "간호사 면허": "c0019", "가나다 운전면허": "",
	} {
		p := r.Read(ieum.Resume{Certificates: []string{text}})
		if got := strings.Join(p.Certificates, " "); got != want || (want == "") != (len(p.Unread) > 0) {
			t.Errorf("%q gives %q and leaves %q, want %q", text, got, p.Unread, want)
		}
	}
}
