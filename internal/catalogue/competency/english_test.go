package competency

import (
	"strings"
	"testing"
)

// english are ordinary sentences with the labels they show, and labels with a ! that
// they do not show. What else is found counts as wrong.
var english = []string{
	"I clean hotel rooms and change the beds. = 객실 정비",
	"She can weld. = 아크 용접",
	"He worked as a welder for ten years. = 아크 용접",
	"I have taught mathematics to middle school students. = 수학 교육",
	"I prepare tax returns for small companies. = 세무 신고",
	"Fluent in English and Spanish. = 영어 스페인어",
	"I speak Chinese. = 중국어",
	"I drove a forklift in a warehouse. = 지게차 운전",
	"I drive a truck and load containers. = 화물차 운전 상하차",
	"Experience in accounting is required. = 회계 처리",
	"I took care of my elderly grandmother. = 노인 돌봄",
	"We need someone to answer phones and greet visitors. = 전화 상담 안내 데스크 응대",
	"I cooked Korean food in a restaurant. = 한식 조리",
	"I washed dishes and peeled vegetables. = 식기 세척 식재료 손질",
	"I served tables at night. = 홀 서빙",
	"She repairs cars and motorcycles. = 자동차 정비 이륜차 정비",
	"Managed a team of twelve people. = 팀 관리",
	"Responsible for budget management and payroll. = 예산 관리 급여 관리",
	"Wrote reports for the ministry. = 문서 작성",
	"He laid bricks and poured concrete. = 조적 작업 콘크리트 타설",
	"I edited videos and took photos for weddings. = 영상 편집 사진 촬영",
	"I sewed clothes in a factory. = 재봉",
	"I grow vegetables and raise chickens. = 채소 재배 닭·오리 사육",
	"She translated novels. = 번역",
	"I baked bread every morning. = 제과·제빵",
	"Inspected products and packed boxes. = 제품 검사·선별 제품 포장",
	"Data analysis with Python. = 데이터 분석 파이썬",
	"We analyzed data and built websites. = 데이터 분석 웹 개발",
	"Good computer skills. = 컴퓨터 활용",
	"I have a driver's license. = 1종 보통 운전",
	"Customer service and cash handling. = 고객 상담 계산·정산",
	"I look after children. = 아동 돌봄",
	"I babysat kids of my neighbours. = 육아",
	"I gave injections and measured blood pressure. = 주사·채혈 활력 징후 측정",
	"I am a licensed electrician. = 내선 전기 공사",
	"I painted houses in summer. = 건축 도장",
	"Machine learning engineer wanted. = 머신러닝",
	"Night shift, three days a week. = 교대 근무",
	"I cut hair and dye hair. = 커트 염색·컬러링",
	"Sales experience of three years. =",
	// nothing of the person
	"Our sales grew by a tenth. =",
	"We act on your behalf and report to the board. =",
	"The English countryside is beautiful. =",
	"A Chinese company with Korean customers. =",
	"You will excel at teamwork and have access to the office in spring. =",
	"Please express your interest by Friday. =",
	"I cannot weld. =",
	"I don't drive a truck. =",
	"I have no experience in accounting. =",
	"I want to learn house painting. =",
	"Corrections of this notice follow. =",
	"The design of the building is modern. =",
	"We offer lunch, snacks and a gym. =",
	"Clean and quiet surroundings. =",
}

// englishFrozen are more, written before the first run on them; names were not mended by them.
var englishFrozen = []string{
	"I worked five years as a bus driver. = 버스 운전",
	"She runs a small restaurant with her sister. = 창업·자영업 운영",
	"Helped my mother with the housework. = 가사 지원",
	"I assembled circuit boards on an assembly line. = 전자 제품 조립 생산 라인 작업",
	"We picked apples every autumn. = 과수 재배",
	"He fixed the pipes in our building. = 건설 배관",
	"Answered customer complaints by phone. = 고객 상담",
	"I can use Excel and PowerPoint. = 마이크로소프트 엑셀 파워포인트",
	"Operated a crane at the harbour. = 크레인 운전",
	"Kept the books of a shop. = 경리 업무",
	"I counted stock and ordered supplies. = 재고 관리 구매 관리",
	"She teaches piano to children. = 음악 지도",
	"Trained new employees. = 교육 훈련 운영",
	"I designed posters and logos. = 그래픽 디자인",
	"I guarded an office building at night. = 시설 경비",
	"He mows lawns and prunes trees. = 조경 관리",
	"I delivered parcels by van. = 택배",
	"Patient care in a nursing home. = 환자 간호",
	"Strong negotiation skills. = 협상",
	"I interpreted for foreign patients. = 통역",
	"Wrote articles for a newspaper. = 글쓰기·원고 작성",
	"I made coffee in a cafe. = 커피 추출",
	"He organised conferences. = 행사 기획",
	"I know Java and SQL well. = 자바 SQL",
	"Swept floors and emptied bins. = 실내 청소",
	"I helped old people to bathe and eat. = 목욕 도움 식사 도움",
	"Soldering and wiring of control panels. = 납땜 제어반 배선·제작",
	"I rebuilt engines. = 자동차 정비",
	"Sold shoes and clothes. = 매장 판매",
	"Book-keeping, invoices and filing. = 경리 업무 문서 관리",
	"The company was founded in spring by two welders' sons. =",
	"Our German partner visits in June. =",
	"Access to the building is by card. =",
	"No driving licence needed. =",
	"I never learned to cook. =",
	"We are a team of makers and dreamers. =",
	"Apply online and send your records. =",
	"Free parking, free meals and massage chairs. =",
}

// The floors are what was measured, a little below.
func TestEnglishSentencesAreUnderstood(t *testing.T) {
	x := extractor(t)
	for _, s := range []struct {
		name              string
		sentences         []string
		recall, precision float64
	}{{"mended by", english, .95, .9}, {"frozen", englishFrozen, .75, .9}} {
		wanted, right, told := 0, 0, 0
		for _, line := range s.sentences {
			text, want, _ := strings.Cut(line, " =")
			want += " "
			for _, thing := range x.things {
				if !thing.certificate && strings.Contains(want, " "+thing.label+" ") {
					wanted++
				}
			}
			left := want
			for _, l := range labels(x, text) {
				told++
				if strings.Contains(left, " "+l+" ") {
					left = strings.Replace(left, " "+l+" ", " ", 1)
					right++
				} else {
					t.Logf("%s: wrong: %s in %q", s.name, l, text)
				}
			}
			if left = strings.TrimSpace(left); left != "" {
				t.Logf("%s: missing: %s in %q", s.name, left, text)
			}
		}
		recall, precision := float64(right)/float64(wanted), float64(right)/float64(told)
		t.Logf("%s: %d sentences, recall %.2f of %d, precision %.2f of %d", s.name, len(s.sentences), recall, wanted, precision, told)
		if recall < s.recall || precision < s.precision {
			t.Errorf("%s: recall %.2f, want %.2f; precision %.2f, want %.2f", s.name, recall, s.recall, precision, s.precision)
		}
	}
}
