package master

// A small market of made-up employers, postings and people with known
// duplicates. It knows nothing of how the matcher decides; it does to the rows
// what agencies and people do: other spellings, slips, spacing, cut bodies,
// changed pay, a later round, and beside them what must not be merged: the
// other branch, the other role, the namesake, the brother with the same phone.

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

type made struct {
	*rand.Rand
}

func newMade(seed uint64) made { return made{rand.New(rand.NewPCG(seed, 77))} }

func (g made) chance(p float64) bool { return g.Float64() < p }

func pick[T any](g made, list []T) T { return list[g.IntN(len(list))] }

var (
	syllables = strings.Split("가 나 다 라 마 바 사 아 자 한 두 세 온 누 리 빛 샘 결 별 솔 담 늘 해 달 미 르 봄 여 름 울 찬 새 론 벼 리 채 움 도 담 모 루 다 온", " ")
	trades    = strings.Split("전자 전기 전지 산업 테크 소프트 시스템 푸드 물산 건설 물류 정밀 화학 병원 의료 케어 교육 디자인 상사 금속 기계 바이오 에너지 네트웍스 솔루션 엔지니어링", " ")
	districts = []uint32{11680, 11650, 11440, 11215, 26350, 26440, 27260, 28185, 29170, 30200, 31140, 36110, 41135, 41117, 41465, 42110, 43113, 44131, 45111, 46110, 47111, 48121, 50110}
	places    = strings.Split("강남 서초 마포 광진 해운대 강서 수성 연수 북구 유성 남구 세종 분당 영통 수지 춘천 흥덕 천안 완산 목포 포항 창원 제주", " ")
	roles     = strings.Split("Backend+Engineer Frontend+Engineer iOS+Developer Android+Developer Product+Designer Product+Manager Data+Scientist QA+Engineer UX+Designer HW+개발자 SW+개발자 재무회계+매니저 인사+매니저 물류+매니저 콘텐츠+에디터 콘텐츠+마케터 퍼포먼스+마케터 온라인+MD 브랜드+디자이너 웹+디자이너 간호사 간호조무사 요양보호사 물리치료사 회계담당자 경리사원 인사담당자 생산직사원 품질관리 용접사 CNC선반가공 지게차운전원 화물차운전원 배송기사 주방보조 조리사 바리스타 매장관리 영업사원 해외영업 백엔드개발자 프론트엔드개발자 데이터분석가 웹디자이너 시각디자이너 전기기사 설비보전 경비원 미화원 사회복지사 보육교사 학원강사 상담원 콜센터상담원 홍보담당자 마케팅기획자 건축기사 토목기사 안전관리자 연구원", " ")
	verbs     = strings.Split("작성 관리 점검 운영 기획 분석 설계 개발 정리 응대 보고 지원 교육 검사 조립 포장 운반 수리 개선 감독", " ")
	objects   = strings.Split("문서 설비 재고 고객 환자 일정 매출 품질 안전 장비 자재 보고서 계약 시스템 자료 현장 예산 차량 식단 수업 도면 공정 원가 시료 배차", " ")
	welfare   = strings.Split("4대보험 퇴직금 중식제공 통근버스 자녀학자금 건강검진 연차 경조사지원 기숙사 명절선물 주차지원 도서구입비 동호회 우수사원포상 탄력근무", " ")
)

type madeCompany struct {
	core, latin, number string
	region              uint32
	industry            uint16
	intro               string
	sparse              bool   // states few facts, says much of itself
	motto               string // stands in each of its titles
}

func (g made) company(i int) madeCompany {
	var core, latin string
	for range 2 + g.IntN(2) {
		core += pick(g, syllables)
	}
	for range 5 + g.IntN(4) {
		latin += string(rune('a' + g.IntN(26)))
	}
	c := madeCompany{
		core: core + pick(g, trades), latin: latin, region: pick(g, districts), industry: uint16(1 + g.IntN(20)),
		number: fmt.Sprintf("%03d-%02d-%05d", 100+i%900, i/900%90+10, g.IntN(100000)),
	}
	c.sparse = g.chance(0.4)
	if g.chance(0.3) {
		c.motto = pick(g, []string{"[코스닥 상장사] ", "[100억 투자] ", "[유명 반도체 기업] ", "[대기업 계열사] ", "[재택 가능] ", "[" + pick(g, trades) + " 사업부] "})
	}
	c.intro = fmt.Sprintf("%s은 %d년에 세운 회사로 %s %s 분야에서 %s %s 일을 합니다. ", c.core, 1980+g.IntN(40), pick(g, places), pick(g, trades), pick(g, objects), pick(g, verbs)) + g.sentences(3+g.IntN(4))
	if c.sparse {
		c.intro += g.sentences(6 + g.IntN(10))
	}
	return c
}

func (g made) sentences(n int) string {
	var b strings.Builder
	for range n {
		fmt.Fprintf(&b, "%s %s 및 %s %s 업무를 맡아 %s에 힘씁니다. ", pick(g, objects), pick(g, verbs), pick(g, objects), pick(g, verbs), pick(g, verbs))
	}
	return b.String()
}

// write is one way to write a company's name.
func (g made) write(c madeCompany) string {
	n := c.core
	switch g.IntN(9) {
	case 0:
		n = "(주)" + n
	case 1:
		n = n + "㈜"
	case 2:
		n = "주식회사 " + n
	case 3:
		n = n + " 주식회사"
	case 4:
		n = "㈜ " + n
	case 5:
		n = fmt.Sprintf("%s(%s)", n, strings.ToUpper(c.latin))
	case 6:
		n = fmt.Sprintf("%s Co., Ltd. (%s)", c.latin, n)
	case 7:
		r := []rune(n)
		at := 1 + g.IntN(len(r)-1)
		n = string(r[:at]) + " " + string(r[at:])
	}
	if g.chance(0.02) {
		n = g.slip(n)
	}
	return n
}

// slip changes one syllable, swaps two or leaves one out.
func (g made) slip(s string) string {
	r := []rune(s)
	for range 20 {
		i := g.IntN(len(r) - 1)
		if p, ok := jamo(r[i]); ok {
			switch g.IntN(4) {
			case 0, 1:
				p[g.IntN(2)] = g.IntN(19)
				r[i] = rune(0xAC00 + p[0]*588 + p[1]*28 + p[2])
			case 2:
				r[i], r[i+1] = r[i+1], r[i]
			default:
				r = append(r[:i], r[i+1:]...)
			}
			break
		}
	}
	return string(r)
}

type madePosting struct {
	title, body string
	written     string // the employer's name
	number      string
	industry    uint16
	facts       Facts
	truth       int
	company     int
	role        string
}

// postings makes n jobs of employers and the copies of them.
func (g made) postings(n int) (out []madePosting, companies []madeCompany) {
	for i := range max(3, n/8) {
		c := g.company(i)
		if i > 0 && g.chance(0.03) { // a namesake
			c.core = companies[g.IntN(i)].core
		}
		companies = append(companies, c)
	}
	for truth := 0; truth < n; {
		at := g.IntN(len(companies))
		if g.chance(0.3) {
			at /= 10
		}
		for _, job := range g.family(companies[at]) {
			job.company, job.truth = at, truth
			truth++
			out = append(out, job)
			for range g.copies() {
				out = append(out, g.copyOf(job, companies[at]))
			}
		}
	}
	g.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out, companies
}

func (g made) copies() int {
	switch x := g.Float64(); {
	case x < 0.70:
		return 0
	case x < 0.88:
		return 1
	case x < 0.96:
		return 2
	}
	return 3 + g.IntN(3)
}

// family is a job, and sometimes its like at other branches or in other roles
// with the same words around it.
func (g made) family(c madeCompany) []madePosting {
	first := g.job(c, pick(g, roles))
	out := []madePosting{first}
	switch x := g.Float64(); {
	case x < 0.12: // branches: the same text but the place
		for _, k := range g.Perm(len(places))[:1+g.IntN(3)] {
			j := first
			if districts[k] == first.facts.Region {
				continue
			}
			j.facts.Region = districts[k]
			if g.chance(0.5) {
				j.title = places[k] + "점 " + first.title
			}
			out = append(out, j)
		}
	case x < 0.18 && gradeless(first.title): // grades: nearly all is the same
		j := first
		levels := pick(g, [][2]string{{"주니어 ", "시니어 "}, {"신입 ", "경력 "}, {"", "리드 "}, {"", "팀장급 "}, {"정규직 ", "계약직 "}})
		j.title, first.title = levels[0]+first.title, levels[1]+first.title
		if g.chance(0.7) {
			j.facts.CareerMin = first.facts.CareerMin + 36
		}
		j.body = strings.Replace(j.body, "복리후생", g.sentences(2)+"복리후생", 1)
		out = []madePosting{first, j}
	case x < 0.40 || c.sparse && x < 0.7: // roles: most of the body is the employer's
		j := g.job(c, pick(g, roles))
		if j.role == first.role {
			break
		}
		j.facts.Region, j.facts.Opened, j.facts.Deadline = first.facts.Region, first.facts.Opened, first.facts.Deadline
		j.facts.PayMin, j.facts.PayMax = first.facts.PayMin, first.facts.PayMax
		out = append(out, j)
	}
	return out
}

func (g made) job(c madeCompany, role string) madePosting {
	region := c.region
	if g.chance(0.2) {
		region = pick(g, districts)
	}
	code := uint16(1000)
	for _, r := range role {
		code = code*31 + uint16(r)
	}
	opened := int32(19000 + g.IntN(700))
	pay := uint32(22+g.IntN(40)) * 1_000_000
	f := Facts{Region: region, Occupation: 1000 + code%8000, Opened: opened, Deadline: opened + int32(10+g.IntN(40)),
		PayMin: pay, PayMax: pay + uint32(g.IntN(6))*1_000_000, CareerMin: uint16(12 * g.IntN(6)), CareerMax: NoMonths,
		Employment: uint8(1 + g.IntN(3)), Education: uint8(1 + g.IntN(5)), Openings: uint16(1 + g.IntN(3)*g.IntN(4))}
	if c.sparse {
		f.PayMin, f.PayMax, f.Education, f.Openings = 0, 0, 0, 0
		if g.chance(0.7) {
			f.Employment, f.CareerMin = 0, NoMonths
		}
		if g.chance(0.5) {
			f.Opened, f.Deadline = 0, 0
		}
		if g.chance(0.7) {
			f.Occupation = 0
		}
	}
	role = strings.ReplaceAll(role, "+", " ")
	title := role + pick(g, []string{" 모집", " 채용", " 구인", " 모집합니다", " 신규채용"})
	if g.chance(0.4) {
		title = pick(g, []string{"[신입]", "[경력]", "[급구]", "[정규직]", "신입/경력 ", "야간 ", "주간 ", "팀장급 "}) + title
	}
	title = c.motto + title
	body := c.intro + role + " 담당 업무: " + g.sentences(2+g.IntN(6)) + "복리후생: "
	for range 3 + g.IntN(4) {
		body += pick(g, welfare) + ", "
	}
	return madePosting{title: title, body: body + "이력서를 보내 주십시오.", facts: f, role: role}
}

// copyOf is the same job as another agency has it, or as it is posted later.
func (g made) copyOf(j madePosting, c madeCompany) madePosting {
	if g.chance(0.35) { // again
		if j.facts.Opened != 0 {
			shift := j.facts.Deadline - j.facts.Opened + int32(1+g.IntN(90))
			j.facts.Opened += shift
			j.facts.Deadline += shift
		}
		if j.facts.PayMin != 0 && g.chance(0.3) {
			j.facts.PayMin += uint32(1+g.IntN(3)) * 1_000_000
			j.facts.PayMax = max(j.facts.PayMax, j.facts.PayMin)
		}
	} else if j.facts.Opened != 0 && g.chance(0.3) {
		j.facts.Opened += int32(g.IntN(3))
	}
	if g.chance(0.3) {
		j.title = strings.ReplaceAll(j.title, " ", "")
	}
	if g.chance(0.15) {
		j.title = g.slip(j.title)
	}
	if g.chance(0.15) {
		j.title = "[" + c.core + "] " + j.title
	}
	if g.chance(0.1) {
		j.title = pick(g, []string{"[4대보험] ", "[상반기] ", "[면접비 지급] ", "[우수기업] ", "[" + pick(g, trades) + "사업부] "}) + j.title
	}
	if g.chance(0.1) {
		j.title += pick(g, []string{" (급구)", " (4대보험)", " 신입", "!!"})
	}
	for range g.IntN(6) {
		j.body = g.slip(j.body)
	}
	switch x := g.Float64(); {
	case x < 0.15:
		r := []rune(j.body)
		j.body = string(r[:len(r)*(3+g.IntN(6))/10])
	case x < 0.25:
		j.body = strings.ReplaceAll(j.body, " ", "")
	case x < 0.32:
		j.body += "지원은 이곳에서 하십시오. " + pick(g, welfare)
	case x < 0.36:
		j.body = ""
	case x < 0.44: // a page of results, which shows words only
		j.body = g.keywords(j)
	}
	if g.chance(0.1) {
		j.facts.Region = province(j.facts.Region)
	}
	if g.chance(0.1) {
		j.facts.PayMin, j.facts.PayMax = 0, 0
	}
	if g.chance(0.1) {
		j.facts.Occupation = 0
	}
	if g.chance(0.1) {
		j.facts.Employment, j.facts.Education, j.facts.Openings = 0, 0, 0
	}
	return j
}

// employers writes down who posted, in the ways of the sources.
func (g made) employers(postings []madePosting, companies []madeCompany) {
	for i := range postings {
		p := &postings[i]
		c := companies[p.company]
		p.written, p.industry = g.write(c), c.industry
		if g.chance(0.6) {
			p.number = c.number
			if g.chance(0.3) {
				p.number = strings.ReplaceAll(p.number, "-", "")
			}
		}
	}
}

type madePerson struct {
	tokens    []uint64
	sex       uint8
	born      uint16
	region    uint32
	education uint8
	truth     int
}

// people makes n people with one to five résumés each.
func (g made) people(n int) (out []madePerson) {
	phone := g.Uint64()
	for truth := range n {
		who, mail := g.Uint64(), g.Uint64()
		switch x := g.Float64(); {
		case x < 0.90:
			phone = g.Uint64() // else the household's
		case x < 0.905:
			phone = 0xA6E1C4000 // an agency's
		}
		p := madePerson{sex: uint8(1 + g.IntN(2)), born: uint16(1950 + g.IntN(55)), region: pick(g, districts), education: uint8(1 + g.IntN(5)), truth: truth}
		if truth > 0 && g.chance(0.002) { // a namesake born on the same day
			q := out[g.IntN(len(out))]
			who, p.sex, p.born = q.tokens[0], q.sex, q.born
		}
		for range 1 + g.IntN(3)*g.IntN(3) {
			r := p
			r.tokens = []uint64{Token(TokenWho, who), Token(TokenReach, phone), Token(TokenReach2, mail)}
			if g.chance(0.08) {
				r.tokens[1] = Token(TokenReach, g.Uint64())
			}
			if g.chance(0.12) {
				r.tokens[2] = Token(TokenReach2, g.Uint64())
			}
			if g.chance(0.02) { // a slip in the name
				r.tokens[0] = Token(TokenWho, g.Uint64())
			}
			if g.chance(0.1) {
				r.tokens = r.tokens[:2]
			}
			if g.chance(0.08) {
				r.region = pick(g, districts)
			}
			if g.chance(0.1) {
				r.education = uint8(min(5, r.education+1))
			}
			if g.chance(0.05) {
				r.sex, r.region = 0, 0
			}
			out = append(out, r)
		}
	}
	g.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// keywords are some words of the body, and some of the site's own.
func (g made) keywords(j madePosting) string {
	words, list := strings.Fields(j.body), []string{j.role}
	for range 4 + g.IntN(8) {
		if g.chance(0.5) {
			list = append(list, pick(g, words))
		} else {
			list = append(list, pick(g, objects)+pick(g, verbs))
		}
	}
	return strings.Join(list, ",")
}

func gradeless(title string) bool {
	return !strings.Contains(title, "신입") && !strings.Contains(title, "경력") && !strings.Contains(title, "팀장급")
}
