package lawful

import (
	"strings"
	"testing"
)

const least = 10_320 // won an hour, of 2026

// TestConditionsAreFound: what sets a condition is found, with the words that say so.
func TestConditionsAreFound(t *testing.T) {
	for _, tt := range []struct{ kind, text, words string }{
		{Sex, "여성 우대", "여성 우대"},
		{Sex, "- 남자 직원 구함", "남자 직원 구함"},
		{Sex, "우대사항: 여성우대, 인근 거주자", "여성우대"},
		{Sex, "남성만 지원 가능합니다", "남성만 지원"},
		{Sex, "지원자격: 여자만", "여자만"},
		{Sex, "여성에 한함", "여성에 한함"},
		{Sex, "성별 : 여", "성별 : 여"},
		{Sex, "성별: 남성, 학력 무관", "성별: 남성,"},
		{Sex, "여직원을 구합니다", "여직원을 구합니다"},
		{Sex, "주부 환영! 초보 가능", "주부 환영"},
		{Sex, "여비서 채용", "여비서 채용"},
		{Sex, "남 2명, 여 3명 모집", "남 2명, 여 3명 모집"},
		{Sex, "주방 이모님 구함", "이모님 구함"},

		{Age, "30세 이하", "30세 이하"},
		{Age, "만 35세 미만인 분", "만 35세 미만"},
		{Age, "나이: 20세~35세", "20세~35세"},
		{Age, "연령 25 ~ 40세 지원 가능", "25 ~ 40세"},
		{Age, "45세까지 지원할 수 있습니다", "45세까지"},
		{Age, "만 25세 이상", "만 25세 이상"},
		{Age, "20대 우대", "20대 우대"},
		{Age, "20~30대 환영", "20~30대 환영"},
		{Age, "1990년 이후 출생자", "1990년 이후 출생자"},
		{Age, "90년생 이하만", "90년생 이하만"},
		{Age, "젊은 분 찾습니다", "젊은 분"},
		{Age, "열정을 가진 젊은 인재들의 지원을 기다립니다", "젊은 인재"},
		{Age, "연령 : 제한없음(30~40대 우대)", "30~40대 우대"},
		{Age, "30~40세 운전 가능자", "30~40세"},
		{Age, "연령제한 없지만, 1988년생(만35세) 이하", "1988년생"},
		{Age, "1985년 3월 1일 이후 출생자", "1985년 3월 1일 이후 출생자"},
		{Age, "나이 제한 있음", "나이 제한 있음"},

		{Appearance, "용모 단정", "용모 단정"},
		{Appearance, "용모단정하신 분", "용모단정하신 분"},
		{Appearance, "키 170 이상", "키 170 이상"},
		{Appearance, "신장 165cm 이상인 분", "신장 165cm 이상인 분"},
		{Appearance, "체중 60kg 이하", "체중 60kg 이하"},
		{Appearance, "인상 좋은 분", "인상 좋은 분"},
		{Appearance, "외모 준수한 분 우대", "외모 준수한 분"},
		{Appearance, "훈남 알바 구해요", "훈남 알바"},
		{Appearance, "175cm 이상의 남성", "175cm 이상의 남성"},

		{Private, "미혼자 우대", "미혼자 우대"},
		{Private, "기혼자 제외", "기혼자 제외"},
		{Private, "이력서에 결혼 여부를 적어 주세요", "결혼 여부"},
		{Private, "출신지역과 본적 기재", "출신지역"},
		{Private, "부모님 직업을 적은 가족 사항", "부모님 직업"},
		{Private, "재산 내역을 제출", "재산 내역을 제출"},
	} {
		found := Look(tt.text, least)
		ok := false
		for _, w := range found {
			ok = ok || w.Kind == tt.kind && w.Words == tt.words && tt.text[w.Start:w.End] == w.Words
		}
		if !ok {
			t.Errorf("%q: %+v, want %s %q", tt.text, found, tt.kind, tt.words)
		}
	}
}

// TestWordsThatSetNoCondition: what only sounds like one is left alone.
func TestWordsThatSetNoCondition(t *testing.T) {
	for _, text := range []string{
		"여성복 매장", "여성복 매장 직원 모집", "여성의류 판매 사원 채용", "여성 고객 상담", "여성 전용 헬스장 트레이너 모집", "여성병원 간호사 채용", "남성 커트 전문점",
		"성별 무관", "성별: 무관", "성별 : 남녀 무관", "성별 : 남/여", "남녀 모두 지원 가능", "여성 직원 비율 60%", "경력단절여성 우대", "경력단절 여성 우대", "장애 여성 우대",
		"여성새로일하기센터에서 모집", "여성가족부 지원", "여성 휴게실 있음", "강남 2명 모집", "성남 3명 채용", "미혼모 시설 생활지도원",
		"만 18세 이상", "만 18세 이상 지원 가능", "만 19세 이상(주류 취급)", "만 20세 이상(여객자동차 운수사업법)", "연령 무관", "나이 제한 없음", "정년 60세", "만 60세 미만(정년)", "50세 이상 우대", "만 55세 이상 지원 가능",
		"50~65세 어르신 일자리", "55~65세 지원 가능", "3세 이하 영유아 돌봄", "만 65세 이상 어르신 요양보호", "20대 고객 응대", "CNC 20대 보유", "차량 30대 관리", "20세~30세 고객 대상 브랜드", "청년내일채움공제(만 34세 이하)",
		"건강검진 : 30세 이상 종합검진", "30대 초반의 젊은 경영진", "20-30대 초반 구성원으로 열정이 넘치는 기업", "직원 연령 20대 중반~30대", "평균연령 20대 후반의 회사", "35-54세의 여성이 주를 이루고 있습니다", "만 35세 까지 복무를 마칠 수 없는 분",
		"젊은 분위기의 회사", "젊은 인재들로 구성된 회사", "2022년 생물안전작업대 선정", "2014년 생활공작소 설립", "구성원은 평균 93년생으로",
		"기본적인 지식", "한번도 가본적 없는 영역", "서류에서 출신 지역, 가족 사항 등 직무와 관계없는 개인 정보는 제외", "신체적 조건, 출신지역, 혼인여부 등의 정보", "용모, 키, 체중 등의 신체적 조건, 출신지역, 혼인여부, 재산, 직계 존비속 및 형제자매의 학력, 직업, 재산", "전 직원 연봉 500만원 인상",
		"1990년 설립", "생년월일 기재", "2019년생 아동 돌봄", "젊은 감각의 브랜드", "젊은 고객", "젊은 직원들이 많은 회사", "경력 3년 이상", "2026년 이후 입사",
		"용모 무관", "외모는 보지 않습니다", "키보드 170개 이상 조립", "스키 170 이상 대여", "높이 170cm 이상 선반", "신장 투석실 간호사", "중량 20kg 이상 들 수 있는 분", "급여 인상 좋은 회사", "첫인상", "시력 1.0 이상",
		"출신지역, 가족관계 등은 기재하지 마십시오", "블라인드 채용으로 출신지역을 알 수 있는 내용 기재 금지", "결혼 여부는 묻지 않습니다", "미혼·기혼 무관", "가족 소득 지원", "배우자 건강검진 지원", "부동산 재산 관리",
		"시급 10,320원", "시급 11,000원", "월급 250만원", "월 2,156,880원", "연봉 3,000만원 ~ 3,200만원", "연봉 2,588만 2,560원", "일급 82,560원", "월 20만원 식대 지원", "인센티브 월 100만원", "매월 10일 지급", "월 25일 근무", "면접 후 결정",
		"주 20시간, 월급 120만원", "파트타임 월급 90만원", "일 4시간 일급 45,000원", "기숙사 월 150만원 지원",
	} {
		if found := Look(text, least); len(found) > 0 {
			t.Errorf("%q: %+v", text, found)
		}
	}
}

func TestPayBelowTheMinimumWage(t *testing.T) {
	for _, tt := range []struct {
		text, words string
		hour        int64
	}{
		{"시급 10,319원", "시급 10,319원", 10319},
		{"시급: 9,860원 (면접 후 협의)", "시급: 9,860원", 9860},
		{"시급 1만원", "시급 1만원", 10000},
		{"시간당 9500원", "시간당 9500원", 9500},
		{"시급 9,500~11,000원", "시급 9,500~11,000원", 9500},
		{"일급 80,000원", "일급 80,000원", 10000},
		{"일급 50,000원, 하루 5시간", "일급 50,000원", 10000},
		{"월급 200만원", "월급 200만원", 9569},
		{"월 2,156,879원", "월 2,156,879원", 10319}, // a won a month below
		{"월 2,150,000원", "월 2,150,000원", 10287},
		{"연봉 2,400만원", "연봉 2,400만원", 9569},
		{"주 20시간, 월급 100만원", "월급 100만원", 9569},
		{"주 14시간, 월급 60만원", "월급 60만원", 9863},
	} {
		found := Look(tt.text, least)
		if tt.hour >= least {
			if len(found) > 0 {
				t.Errorf("%q: %+v", tt.text, found)
			}
			continue
		}
		if len(found) != 1 || found[0].Kind != Pay || found[0].Words != tt.words || found[0].Hour != tt.hour {
			t.Errorf("%q: %+v, want %d an hour in %q", tt.text, found, tt.hour, tt.words)
		}
	}
	if found := Look("시급 5,000원", 0); len(found) > 0 {
		t.Errorf("no minimum wage is known, and yet %+v", found)
	}
}

// TestWarningsOfAWholePosting: in the order of the words, each once, and each of the text.
func TestWarningsOfAWholePosting(t *testing.T) {
	text := "○ 홀 서빙 모집\n- 용모 단정한 20대 여성 우대 (키 165 이상)\n- 시급 9,000원\n- 결혼 여부 기재\n○ 성별 무관"
	var kinds []string
	for _, w := range Look(text, least) {
		kinds = append(kinds, w.Kind)
		if text[w.Start:w.End] != w.Words {
			t.Errorf("%q is not at %d", w.Words, w.Start)
		}
	}
	if got := strings.Join(kinds, " "); got != "appearance age sex appearance pay private" {
		t.Errorf("%s: %+v", got, Look(text, least))
	}
}

// TestWhatTwoRulesFindIsSaidOnce: also where words of another kind stand between.
func TestWhatTwoRulesFindIsSaidOnce(t *testing.T) {
	for _, text := range []string{"여자만 지원 가능", "남자 직원만 모집"} {
		if found := Look(text, least); len(found) != 1 {
			t.Errorf("%q: %+v", text, found)
		}
	}
}

func FuzzLook(f *testing.F) {
	f.Add("여성 우대 30세 이하 시급 9,000원")
	f.Add("월 1.5만 ~ 3세\xff 남 2명")
	f.Fuzz(func(t *testing.T, text string) {
		for _, w := range Look(text, least) {
			if w.Start < 0 || w.End > len(text) || w.Start >= w.End || text[w.Start:w.End] != w.Words {
				t.Errorf("%q: %+v", text, w)
			}
		}
	})
}
