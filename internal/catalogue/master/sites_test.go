package master

// A second market, of another design: a vacancy is written once by its employer
// and then shown by sites, each with habits of its own. The shares were counted
// on 8,400 real postings of five sites: how often a site puts ㈜ before a name,
// a bracket before a title, states pay, region or deadline, gives a body or a
// list of skills only, how long its sections are. Where one cannot count (how
// many sites a vacancy is on, how often the same employer seeks nearly the same)
// the rates are guesses. It was written and committed before any matcher was
// run on it, and no weight or rule may be chosen by it.

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"
)

// A site is how one site shows a vacancy; figures are shares of its rows.
type site struct {
	markBefore, markBehind, formBefore float64 // (주)X or ㈜X; X(주); 주식회사 X
	mark                               string
	brand                              float64 // the brand in brackets
	bracket, own, ending               float64 // titles: [welfare …], [the employer], 모집
	noRegion, province                 float64
	pay, period, openEnd               float64
	terms                              bool // states employment and education
	number                             float64
	stated                             bool // states an occupation; else it is guessed from the title
	body                               func(s sites, v *vacancy) string
	weight                             int // how many rows it has
}

type sites struct{ *rand.Rand }

func (s sites) chance(p float64) bool     { return s.Float64() < p }
func (s sites) of(list []string) string   { return list[s.IntN(len(list))] }
func (s sites) words(list string) string  { return s.of(strings.Fields(list)) }
func (s sites) phrase(list string) string { return s.of(strings.Split(list, "|")) }

func allSites() []site {
	return []site{
		{markBefore: .73, formBefore: .03, mark: "㈜", bracket: .2, own: .23, ending: .46, province: .06, terms: true, body: skillList, weight: 5},
		{markBefore: .57, markBehind: .19, formBefore: .04, mark: "(주)", bracket: .25, own: .12, ending: .32, province: .31, pay: .05, period: 1, openEnd: .12, terms: true, body: skillList, weight: 8},
		{markBefore: .75, markBehind: .16, formBefore: .03, mark: "(주)", bracket: .22, own: .18, ending: .44, noRegion: 1, terms: true, body: skillList, weight: 5},
		{brand: .13, bracket: .1, noRegion: .04, body: sections, weight: 9},
		{brand: .05, bracket: .05, pay: .25, period: .6, openEnd: .4, noRegion: .05, body: reordered, weight: 3},
		{formBefore: .45, markBefore: .35, mark: "(주)", ending: .6, pay: .93, period: 1, openEnd: .1, terms: true, number: .95, stated: true, body: dutiesOnly, weight: 6},
	}
}

// A firm writes vacancies; an agency does for clients it does not name.
type firm struct {
	name, brand, number string
	region              uint32
	industry            uint16
	agency, chain       bool
	about, welfare      []string
	template            []string // what an agency says in every posting
	titles              []string // of its vacancies
}

// A vacancy is what the employer wrote.
type vacancy struct {
	firm                 *firm
	at, truth            int
	role, title          string
	decoration           string // put before the title where the site's readers are used to it
	duties, wants, likes []string
	skills               []string
	facts                Facts
}

var siteStems = "가온길 나래울 다솜뜰 라온터 마루한 바른솔 새얀 아라달 자드락 차오름 해밀샘 푸르메 한별뫼 두레밭 너울가지 도담결 미리내들 온새미 시나브로 그루터 노을빛 윤슬강 여울목 하늬뜨락 포롱 안다미 소담채 비나리 물보라 모꼬지 또바기 달보드레 고운매 가시버시 꼬두람 늘솜 단미 예그린 이든 초아 타래 볼우물 산돌림 아토 혜윰 휘들램 벼리온 사나래 살피꽃"
var siteTrades = "물산 전자 정밀 소프트 헬스케어 유통 로지스 엔지니어링 바이오 미디어 커머스 컨설팅 시스템즈 모빌리티 케미칼 에프앤비 건설 에듀 랩 게임즈 파이낸스 텍스타일 네트웍스 로보틱스"
var siteRoles = "백엔드 개발자|프론트엔드 개발자|데이터 엔지니어|머신러닝 엔지니어|iOS 개발자|Android 개발자|펌웨어 개발자|임베디드 SW 엔지니어|RTL 설계 엔지니어|아날로그 회로 설계|QA 엔지니어|DevOps 엔지니어|정보보안 담당자|시스템 엔지니어|DBA|서비스 기획자|프로덕트 매니저|UX 디자이너|그래픽 디자이너|영상 편집자|콘텐츠 마케터|퍼포먼스 마케터|브랜드 마케터|CRM 마케터|국내영업|해외영업|기술영업|영업관리|재무회계 담당자|세무 담당자|인사 담당자|급여 담당자|총무 담당자|구매 담당자|SCM 담당자|물류센터 운영 관리자|품질보증 담당자|생산관리 담당자|설비보전 기술자|CNC 가공 기술자|사출 성형 기술자|용접 기술자|전기 기술자|기계 설계 엔지니어|공정 엔지니어|연구원|식품개발 담당자|바리스타|홀 매니저|매장 매니저|주방장|조리사|요양보호사|간호사|물리치료사|방사선사|사회복지사|보육교사|수학 강사|코딩 강사|영어 강사|CS 상담원|텔레마케터|법무 담당자|IR 담당자|공무 담당자|현장소장|건축 설계사|경비원|미화원|배송기사|지게차 기사|번역가|에디터|MD|VMD|웹퍼블리셔|게임 기획자|3D 모델러|클라이언트 개발자"
var siteThings = "결제 정산 회원 추천 검색 물류 주문 상품 광고 콘텐츠 고객 파트너 가맹점 설비 금형 도면 시제품 원료 재고 출하 납기 단가 계약 예산 결산 급여 채용 교육 평가 안전 환경 품질 민원 상담 수강생 어르신 영유아 환자 식재료 메뉴 위생 매출 행사 홍보 영상 배너 브랜드 앱 웹 서버 배포 로그 지표 모델 센서 회로 보드 전력 배관 현장 협력사 인허가 특허 공시 감사 번역 원고 차량 노선"
var siteActs = "기획 및 운영|설계와 구현|유지보수|현황 관리|일정 조율|고도화|자동화|성능 개선|문제 해결|데이터 분석|보고서 작성|검수|견적 산출|발주|점검 및 정비|교육 진행|응대|계획 수립|실행 및 성과 측정|표준화|테스트|문서화|모니터링|협업 체계 구축|개선안 도출|시장 조사|신규 발굴|재계약 관리|수납 및 마감|품평회 진행"
var siteSkills = "Java Spring Kotlin Python Django Go Node.js React Vue TypeScript Swift C C++ C# MFC Linux AWS Kubernetes Docker MySQL Oracle Redis Kafka Spark Tableau SQL PyTorch OpenCV ROS PLC AutoCAD SolidWorks CATIA Verilog MATLAB SAP ERP Excel PPT Photoshop Illustrator Figma Premiere AfterEffects GA Unity Unreal 더존 전산회계 지게차면허 용접기능사 운전가능 영어회화 일본어 중국어 TIG CO2용접 HACCP ISO9001 6시그마 3차원측정기 바코드 WMS"
var siteAdverbs = "사내 전사 국내외 신규 기존 주요 핵심 대규모 글로벌 오프라인 온라인 분기별 연간 자사 수도권 부문별"
var siteWelfare = "유연근무제를 시행합니다|점심과 저녁 식대를 드립니다|장비는 원하는 것으로 맞춰 드립니다|연 2회 건강검진|경조사 휴가와 경조금|명절 선물과 상품권|생일 반차|자기계발비 연 100만원|도서 구매 무제한|스낵바와 커피|통근버스 운행(주요 역)|사택 제공|장기근속 포상 휴가|4대보험과 퇴직연금|육아휴직 사용률 높음|주차비 지원|사내 동호회|성과급 연 1회|스톡옵션|재택 주 1회|단체 상해보험|어학 강의 지원|리프레시 휴가 3년마다 10일|야근 택시비|복지카드 월 10만원|사내 어린이집|콘도 회원가|기숙사 1인 1실|작업복과 안전화 지급|우수사원 해외연수"
var siteAgencyTalk = "고객사 요청으로 회사명은 서류 통과 후 안내드립니다|이력서는 자유 양식, MS워드로 보내 주시면 빠릅니다|상담은 평일 오전 9시부터 오후 6시까지 가능합니다|제출하신 서류는 채용 목적 외에 쓰지 않습니다|연봉은 경력과 직전 연봉을 고려하여 협의합니다|서류전형 후 1차 실무 면접, 2차 임원 면접 순입니다|적합하신 분께만 개별 연락드립니다|담당 컨설턴트가 면접 준비를 도와드립니다"
var siteClients = "유명 코스닥 반도체 팹리스|국내 대기업 계열 SI|외국계 의료기기사|유망 핀테크 스타트업|상장 2차전지 소재사|글로벌 자동차 부품사|세계적인 게임사|중견 식품 제조사|코스피 화학사|대형 이커머스"

// siteRegions are districts, each with the name that titles and branches use.
var siteRegions = []struct {
	code uint32
	name string
}{{11680, "강남"}, {11650, "서초"}, {11440, "마포"}, {11560, "영등포"}, {11545, "금천"}, {11530, "구로"}, {11710, "송파"}, {11200, "성수"}, {11140, "중구"},
	{41135, "분당"}, {41117, "영통"}, {41590, "화성"}, {41480, "파주"}, {41171, "안양"}, {41210, "광명"}, {28237, "부평"}, {28185, "송도"}, {26230, "서면"},
	{26350, "해운대"}, {27260, "수성"}, {29170, "광주"}, {30200, "유성"}, {31140, "울산"}, {43113, "청주"}, {44131, "천안"}, {45140, "익산"}, {48121, "창원"}, {50110, "제주"}}

// market makes n vacancies and returns what the sites show of them.
func (s sites) market(n int) (rows []madePosting, firms []*firm) {
	for range max(4, n/5) {
		firms = append(firms, s.firm(firms))
	}
	for truth := 0; truth < n; {
		at := s.IntN(len(firms))
		if s.chance(.25) { // few employers have many postings
			at = s.IntN(1 + at/12)
		}
		family := s.vacancies(firms[at])
		if slices.Contains(firms[at].titles, family[0].title) {
			continue // the same employer seldom seeks the same twice
		}
		for _, v := range family {
			firms[at].titles = append(firms[at].titles, v.title)
			v.at, v.truth = at, truth
			truth++
			rows = s.show(rows, v)
		}
	}
	s.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return rows, firms
}

func (s sites) firm(others []*firm) *firm {
	f := &firm{name: s.words(siteStems), region: siteRegions[s.IntN(len(siteRegions))].code, industry: uint16(1 + s.IntN(18)),
		number: fmt.Sprintf("%03d%02d%05d", 101+s.IntN(800), 81+s.IntN(8), s.IntN(100000))}
	if s.chance(.85) {
		f.name += s.words(siteStems)
	}
	f.name += s.words(siteTrades)
	switch x := s.Float64(); {
	case len(others) > 0 && x < .05: // of a group: the same beginning, another trade
		f.name = others[s.IntN(len(others))].name + s.words(siteTrades)
	case len(others) > 0 && x < .06: // a namesake
		f.name = others[s.IntN(len(others))].name
	case x < .1:
		f.name = strings.ToUpper(s.latin(3)) + f.name
	}
	f.brand = s.of([]string{s.latin(6), s.words(siteStems), strings.ToUpper(s.latin(4))})
	switch x := s.Float64(); {
	case x < .05:
		f.agency = true
	case x < .12:
		f.chain = true
	}
	f.about = []string{fmt.Sprintf("%s는 %d년에 설립되어 %s %s 사업을 합니다.", f.name, 1985+s.IntN(38), s.words(siteAdverbs), s.words(siteThings))}
	for range 4 + s.IntN(9) {
		f.about = append(f.about, fmt.Sprintf("%d.%02d %s %s %s", 2012+s.IntN(12), 1+s.IntN(12), s.words(siteAdverbs), s.words(siteThings), s.phrase("서비스 출시|투자 유치|특허 등록|공장 준공|업무 협약|인증 획득|누적 이용자 돌파")))
	}
	for _, i := range s.Perm(30)[:5+s.IntN(9)] {
		f.welfare = append(f.welfare, strings.Split(siteWelfare, "|")[i])
	}
	for _, i := range s.Perm(8)[:5] {
		f.template = append(f.template, strings.Split(siteAgencyTalk, "|")[i])
	}
	return f
}

func (s sites) latin(n int) string {
	var b strings.Builder
	for range n / 2 {
		b.WriteByte("bcdfghklmnprstv"[s.IntN(15)])
		b.WriteByte("aeiou"[s.IntN(5)])
	}
	return b.String()
}

// vacancies is a vacancy, and sometimes others that are nearly it: at another
// branch, in another shift, of another grade, in the same team, for another
// client.
func (s sites) vacancies(f *firm) []*vacancy {
	v := s.vacancy(f)
	x := s.Float64()
	switch {
	case f.agency:
		return s.forClients(v)
	case f.chain || x < .03:
		return s.branches(v)
	case x < .09:
		pair := strings.Split(s.phrase("주니어/시니어|신입/3년 이상|1~3년/6~8년|신입/경력|팀원/팀장급"), "/")
		return s.variants(v, pair, func(w *vacancy, i int) { w.facts.CareerMin += uint16(36 * i) })
	case x < .12:
		return s.variants(v, strings.Split(s.phrase("주간/야간|평일/주말|주간/2교대|오전/오후"), "/"), nil)
	case x < .14:
		return s.variants(v, []string{"정규직", "계약직"}, func(w *vacancy, i int) { w.facts.Employment = uint8(1 + i) })
	case x < .3:
		return s.colleagues(v)
	}
	return []*vacancy{v}
}

func (s sites) vacancy(f *firm) *vacancy {
	v := &vacancy{firm: f, role: s.phrase(siteRoles)}
	v.title = v.role
	switch x := s.Float64(); {
	case x < .2:
		v.title = s.words(siteThings) + " " + v.role
	case x < .3:
		v.title = v.role + fmt.Sprintf("(%s)", s.words(siteSkills))
	case x < .4:
		v.title = s.words(siteThings) + "팀 " + v.role
	case x < .48:
		v.title = v.role + fmt.Sprintf(" (%d년 이상)", 1+s.IntN(9))
	case x < .54:
		v.title = v.role + "/" + s.phrase(siteRoles)
	}
	v.decoration = s.phrase("[재택가능]|[면접비]|[병역특례 가능]|[" + s.words(siteThings) + "사업부]|[상장사]|[급구]|[대기업 협력사]|[2024 하반기]|#주5일 |[" + fmt.Sprint(10*(1+s.IntN(40))) + "억 투자]")
	v.duties = s.lines(2 + s.IntN(5))
	v.wants, v.likes = s.needs(2+s.IntN(4)), s.needs(1+s.IntN(4))
	for _, i := range s.Perm(60)[:3+s.IntN(7)] {
		v.skills = append(v.skills, strings.Fields(siteSkills)[i])
	}
	region := f.region
	if s.chance(.1) || f.agency {
		region = siteRegions[s.IntN(len(siteRegions))].code
	}
	opened, pay := int32(19800+s.IntN(360)), uint32(2400+100*s.IntN(50))*10_000
	v.facts = Facts{Region: region, Occupation: occupationOf(v.role), Opened: opened, Deadline: opened + int32(7+s.IntN(54)),
		PayMin: pay, PayMax: pay + uint32(s.IntN(12))*1_000_000, CareerMin: uint16(12 * s.IntN(9) * s.IntN(2)), CareerMax: NoMonths,
		Employment: 1, Education: uint8(1 + s.IntN(4)), Openings: uint16(1 + s.IntN(2)*s.IntN(5))}
	if s.chance(.11) {
		v.facts.Employment = uint8(2 + s.IntN(3))
	}
	return v
}

// occupationOf gives each role a code; neighbours in the list share a minor group.
func occupationOf(role string) uint16 {
	for i, r := range strings.Split(siteRoles, "|") {
		if r == role {
			return uint16(1000 + i/3*10 + i%3)
		}
	}
	return 0
}

func (s sites) lines(n int) (out []string) {
	for range n {
		out = append(out, fmt.Sprintf("%s %s %s", s.words(siteAdverbs), s.words(siteThings), s.phrase(siteActs)))
	}
	return out
}

func (s sites) needs(n int) (out []string) {
	for range n {
		out = append(out, s.of([]string{
			fmt.Sprintf("%s 사용 경험이 있는 분", s.words(siteSkills)), fmt.Sprintf("%s 업무 %d년 이상", s.words(siteThings), 1+s.IntN(9)),
			fmt.Sprintf("%s %s를 해 보신 분", s.words(siteThings), s.phrase(siteActs)), "원활한 의사소통이 가능하신 분", "해외여행에 결격 사유가 없는 분", "꼼꼼하고 책임감 있는 분"}))
	}
	return out
}

// forClients are an agency's postings: its own words are most of each.
func (s sites) forClients(v *vacancy) (out []*vacancy) {
	letter := s.words("(S) (Y) (kim) (lee) (p1)")
	client := s.phrase(siteClients)
	for range 1 + s.IntN(4) {
		w := s.vacancy(v.firm)
		w.firm = v.firm
		switch x := s.Float64(); {
		case x < .25: // the same work for another client, in the same words
			w.role, w.duties, w.wants, w.likes, w.skills, w.facts.Occupation = v.role, v.duties, v.wants, v.likes, v.skills, v.facts.Occupation
			client = s.phrase(siteClients)
		case x < .6: // other work for the same client
			w.facts.Region = v.facts.Region
		default:
			client = s.phrase(siteClients)
		}
		w.title = client + " " + w.role + " " + letter
		w.decoration = ""
		out = append(out, w)
	}
	return apartByTitle(out)
}

// apartByTitle leaves out vacancies that nobody could tell apart.
func apartByTitle(in []*vacancy) (out []*vacancy) {
	seen := map[string]bool{}
	for _, v := range in {
		if !seen[v.title] {
			seen[v.title] = true
			out = append(out, v)
		}
	}
	return out
}

// branches are one text for several places; most titles name the place.
func (s sites) branches(v *vacancy) (out []*vacancy) {
	named, last := s.chance(.8), s.of([]string{"점", "", "센터", " 매장"})
	for _, k := range s.Perm(len(siteRegions))[:2+s.IntN(4)] {
		w := *v
		w.facts.Region = siteRegions[k].code
		if named {
			w.title = siteRegions[k].name + last + " " + v.title
		}
		out = append(out, &w)
	}
	return out
}

func (s sites) variants(v *vacancy, words []string, change func(*vacancy, int)) (out []*vacancy) {
	for i, word := range words {
		w := *v
		w.title = v.title + s.of([]string{" (" + word + ")", " " + word})
		if i > 0 && s.chance(.6) {
			w.wants = s.needs(3)
		}
		if change != nil {
			change(&w, i)
		}
		out = append(out, &w)
	}
	return out
}

// colleagues are others of the same team: another role in one breath.
func (s sites) colleagues(v *vacancy) (out []*vacancy) {
	team := s.words(siteThings) + s.of([]string{"팀 ", "사업부 ", " 서비스 ", "본부 "})
	for range 2 + s.IntN(3) {
		w := s.vacancy(v.firm)
		w.title, w.decoration = team+w.role, v.decoration
		w.facts.Region, w.facts.Opened, w.facts.Deadline = v.facts.Region, v.facts.Opened, v.facts.Deadline
		if s.chance(.4) {
			w.wants, w.likes = v.wants, v.likes
		}
		out = append(out, w)
	}
	return apartByTitle(out)
}

func truncated(text string, runes int) string {
	if utf8.RuneCountInString(text) <= runes {
		return text
	}
	return string([]rune(text)[:runes])
}
