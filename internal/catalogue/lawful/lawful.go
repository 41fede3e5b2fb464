// Package lawful looks through the words of a posting for conditions that the law does
// not let an employer set, and for pay below the minimum wage. It finds words that say so,
// each with the article; whether an exception holds is for who writes it and for a labour
// inspector to judge.
//
// Read lawful.go for the conditions and pay.go for the pay.
package lawful

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The kinds of warnings.
const (
	Sex        = "sex"        // 남녀고용평등법 art. 7(1): equal chances when people are sought
	Age        = "age"        // 고령자고용법 art. 4-4(1): no discrimination by age when people are sought
	Appearance = "appearance" // 남녀고용평등법 art. 7(2) and 채용절차법 art. 4-3: looks, height, weight
	Private    = "private"    // 채용절차법 art. 4-3: marriage, region of origin, property, family
	Pay        = "pay"        // 최저임금법 art. 6: below the minimum wage
)

// Kinds lists them all.
var Kinds = []string{Sex, Age, Appearance, Private, Pay}

// A Warning is that words of a posting set a condition.
type Warning struct {
	Kind  string `json:"kind"`
	Words string `json:"words"`
	Start int    `json:"start"` // byte offsets into the text
	End   int    `json:"end"`
	Hour  int64  `json:"hour,omitempty"` // of pay: won an hour that it comes to, rounded down
}

// Look returns the warnings about a text, in the order of its words. least is the minimum wage
// in won an hour; 0 = pay is not looked at.
func Look(text string, least int64) []Warning {
	var all []Warning
	for _, r := range rules {
		for _, at := range r.is.FindAllStringSubmatchIndex(text, -1) {
			if r.holds(text, at) {
				all = append(all, warning(r.kind, text, at[0], at[1]))
			}
		}
	}
	if least > 0 {
		all = append(all, lowPay(text, least)...)
	}
	slices.SortFunc(all, func(a, b Warning) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.End - a.End
	})
	ends := map[string]int{} // of the last of each kind: what two rules find is said once
	return slices.DeleteFunc(all, func(w Warning) bool {
		again := w.Start < ends[w.Kind]
		ends[w.Kind] = max(ends[w.Kind], w.End)
		return again
	})
}

func warning(kind, text string, start, end int) Warning {
	words := strings.TrimRightFunc(text[start:end], unicode.IsSpace)
	start += len(words) - len(strings.TrimLeftFunc(words, unicode.IsSpace))
	words = strings.TrimSpace(words)
	return Warning{Kind: kind, Words: words, Start: start, End: start + len(words)}
}

// A rule finds one way in which a condition is said.
type rule struct {
	kind   string
	is     *regexp.Regexp
	alone  bool           // the words do not go on a word that stands before them
	before *regexp.Regexp // of the clause before: it is no condition
	after  *regexp.Regexp // of the clause after: it is no condition
	around *regexp.Regexp // of the clause: it is no condition
	need   *regexp.Regexp // of the clause: without it it is no condition
	when   func(groups []string) bool
}

// holds says whether a match, by its offsets, is a condition.
func (r rule) holds(text string, at []int) bool {
	start, end := clause(text, at[0], at[1])
	before, after := text[start:at[0]], text[at[1]:end]
	last, _ := utf8.DecodeLastRuneInString(before)
	switch {
	case r.alone && (unicode.IsLetter(last) || unicode.IsDigit(last)):
		return false
	case r.before != nil && r.before.MatchString(before),
		r.after != nil && r.after.MatchString(after),
		r.around != nil && r.around.MatchString(text[start:end]),
		r.need != nil && !r.need.MatchString(text[at[1]:end]):
		return false
	case r.when == nil:
		return true
	}
	var groups []string
	for i := 2; i < len(at); i += 2 {
		group := ""
		if at[i] >= 0 {
			group = text[at[i]:at[i+1]]
		}
		groups = append(groups, group)
	}
	return r.when(groups)
}

// widest is how far to each side of words their clause goes at most, in bytes: a text
// without an end to its clauses is looked through as fast as any.
const widest = 300

// clause returns where the clause begins and ends that words stand in.
func clause(text string, start, end int) (from, to int) {
	const ends = "\n\r.。!?;•■□▶●○※"
	from, to = max(start-widest, 0), min(end+widest, len(text))
	for from > 0 && !utf8.RuneStart(text[from]) {
		from--
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	if i := strings.LastIndexAny(text[from:start], ends); i >= 0 {
		_, n := utf8.DecodeRuneInString(text[from+i:])
		from += i + n
	}
	for i, r := range text[end:to] {
		// A point between digits, as in 1.5, ends nothing.
		if strings.ContainsRune(ends, r) && !(r == '.' && end+i+1 < len(text) && text[end+i+1] >= '0' && text[end+i+1] <= '9') {
			return from, end + i
		}
	}
	return from, to
}

func re(s string) *regexp.Regexp { return regexp.MustCompile(s) }

// What follows a condition that is none.
var (
	nothing  = re(`^[\s,·/:()\]]*(?:은|는|을|를|이|가|에|의|과|와|도)?\s*(?:제한|조건|여부|구분|차별)?\s*(?:은|는|을|를|이|가|에|의|과|와|도)?\s*(?:무관|불문|상관|관계|없|않|금지|안\s*(?:봅|보|함|됨))`)
	asked    = re(`기재|적어|적을|적은|작성|제출|밝혀|알려|써\s*주|표시|증명`)
	unasked  = re(`제외|관계\s*없|민감|않|금지|무관|불문|불가|삼가|블라인드|마십시오|마세요|말\s*것|안\s*됨|안\s*됩|삭제|불필요|드러나|노출|유추|암시|알\s*수\s*있는|없이|없음|없습니다`)
	others   = re(`고객|손님|회원|환자|어르신|노인|아동|어린이|유아|영아|학생|자녀|수강생|참가자|입소자|이용자|시청자|독자|관객|소비자|타깃|타겟|대상\s*(?:브랜드|상품|교육|프로그램)`)
	programs = re(`검진|평균|구성|조직|분위기|임직원|팀원|경영진|리더|주를\s*이루|명\s*중|복무|보증금|임차|직원\s*연령|게이머|정년|공제|장려금|청년\s*고용|청년인턴|산업기능요원|전문연구요원|병역|보험|연금|대출|퇴직`)
	welcomed = re(`(?:경력\s*(?:단절|이음|보유)|경단|장애|이주|이민|북한\s*이탈|저소득|취약\s*계층|한부모|보훈|출소)\s*$`)
)

const (
	wanted = `(?:만\s*(?:지원|모집|가능|채용)|우대|선호|환영|한정|모집|구인|구함|구합니다|구해요|채용|찾습니다|뽑습니다)`
	hiring = `(?:직원|사원|근무자|알바생?|아르바이트|인력|지원자|구직자|분|크루|스태프|스텝|기사|비서|매니저|캐셔|도우미)`
	sexes  = `(?:여성|여자|남성|남자)`
)

var rules = []rule{
	{kind: Sex, is: re(sexes + `\s*` + hiring + `?(?:들)?(?:을|를|만)?[\s,(]*` + wanted), alone: true, before: welcomed, after: nothing, around: re(`비율|화장실|휴게실|의류|남녀|여남|남성?[/·,]\s*여|여성?[/·,]\s*남`)},
	{kind: Sex, is: re(sexes + `\s*(?:분|직원|사원|지원자)?(?:만(?:[\s,)!]|$)|(?:에|으로|로)\s*(?:한함|한정|한해|제한))`), alone: true, before: welcomed, after: re(`^\s*(?:의|이용|입장|출입|사용)`), around: others},
	{kind: Sex, is: re(`성별\s*[:：]?\s*[(\[]?\s*(?:여성|여자|남성|남자|여|남)(?:[\s,)\]]|$)`), after: re(`^[\s/,·)]*(?:여|남|무관)`)},
	{kind: Sex, is: re(`(?:여|남)(?:직원|사원|종업원)(?:을|를|만|분)?\s*` + wanted), alone: true, after: nothing},
	{kind: Sex, is: re(`(?:주부|아주머니|아줌마|아가씨|이모님?|총각|누님)\s*(?:사원|직원|알바|분)?(?:을|를|만)?\s*(?:우대|환영|선호|모집|구함|구합니다|찾습니다)`), after: nothing, around: others},
	{kind: Sex, is: re(`(?:여비서|여종업원|웨이트리스|여점원|세일즈맨)\s*(?:을|를)?\s*(?:\d+\s*명\s*)?` + wanted), alone: true},
	{kind: Sex, is: re(`(?:남|여)(?:자|성)?\s*\d{1,2}\s*명\s*(?:을|를)?[\s,/·및와]*(?:(?:남|여)(?:자|성)?\s*\d{1,2}\s*명\s*)?(?:을|를)?\s*` + wanted), alone: true, around: others},

	{kind: Age, is: re(`(?:만\s*)?(\d{2})\s*세?\s*[~∼〜～-]\s*(?:만\s*)?(\d{2})\s*세(?:\s*(?:이하|미만|까지))?`), alone: true, before: others, after: re(`^[^,]{0,12}(?:` + others.String() + `)`), around: programs, when: between},
	{kind: Age, is: re(`(?:만\s*)?(\d{2})\s*세\s*(이하|미만|까지|이내|이상|초과|부터)`), alone: true, before: others, after: re(`^[^,]{0,12}(?:` + others.String() + `)`), around: programs, when: bounded},
	{kind: Age, is: re(`([2-4])0(?:\s*[~∼〜～,·-]\s*([2-6])0)?\s*대\s*(?:초반|중반|후반)?\s*(?:여성|남성|여자|남자)?\s*(?:직원|사원|지원자|연령)?(?:만|을|를|까지)?\s*(?:우대|환영|선호|모집|구함|구합니다|채용|한정|지원\s*가능|분(?:을|만|들|이면|께서|[\s,!)]|$))`), alone: true, after: re(`^[^,]{0,12}(?:` + others.String() + `)`), around: re(others.String() + `|` + programs.String())},
	{kind: Age, is: re(`(?:19|20)?\d{2}\s*년\s*(?:생|출생자?|\d{1,2}월(?:\s*\d{1,2}일)?\s*(?:이후|이전)\s*출생자?|(?:이후|이전)\s*출생자?)(?:까지|이상|이하|이후|이전|부터|만|\s)*(?:우대|환영|선호|지원\s*가능|모집|이후|이전|이상|이하|부터|까지|에\s*한|만)?`), alone: true, around: re(others.String() + `|` + programs.String()), after: re(`^(?:월일|[가-힣])`)},
	{kind: Age, is: re(`(?:젊은|젊고\s*[가-힣]{1,6}|나이\s*어린)\s*(?:분|인재|직원|사원|사람|인력|남성|여성|남자|여자|청년|구직자)`), alone: true, after: re(`^(?:위기|입니다|들?(?:로|이|과|와)\s)|^들?의\s*(?:열정|감각|회사)`), around: re(`구성|모여|청년대표`)},
	{kind: Age, is: re(`(?:나이|연령)\s*제한\s*(?:있음|있습니다|있어요|적용)`)},

	{kind: Appearance, is: re(`(?:용모|외모)(?:가|이|는|은)?\s*(?:단정|준수|수려|우수|양호|깔끔|출중|뛰어|우대|자신)(?:하신|한|함|자)?(?:\s*(?:분|자|여성|남성))?`), after: nothing},
	{kind: Appearance, is: re(`(?:인상이?\s*(?:좋은|좋으신|밝은|깨끗한|깔끔한)|(?:좋은|밝은|호감\s*가는|깔끔한|단정한)\s*인상(?:의|을)?)\s*(?:분|직원|사원|여성|남성|자|우대|소유)`), before: re(`(?:급여|연봉|임금|시급|단가|가격)\s*$`)},
	{kind: Appearance, is: re(`(?:키|신장)(?:가|이)?\s*[:：]?\s*(?:1[4-9]\d)\s*(?:cm|CM|㎝|센티(?:미터)?)?\s*(?:이상|이하|미만|초과|부터|내외|정도|[~∼〜～-]\s*\d{3})(?:인\s*(?:분|자))?`), alone: true, around: re(`선반|진열|가구|제품|작물|나무`)},
	{kind: Appearance, is: re(`1[4-9]\d\s*(?:cm|CM|㎝|센티(?:미터)?)\s*(?:이상|이하|미만|초과)\s*(?:의|인)?\s*(?:분|자|남성|여성|남자|여자|키|신장)`), alone: true},
	{kind: Appearance, is: re(`(?:체중|몸무게)(?:가|이)?\s*[:：]?\s*\d{2,3}\s*(?:kg|KG|Kg|㎏|킬로(?:그램)?)?\s*(?:이상|이하|미만|초과|내외|정도)`), alone: true, around: others},
	{kind: Appearance, is: re(`(?:훈남|훈녀|미남|미녀|얼짱|몸짱)(?:\s*(?:우대|환영|선호|모집|구함|직원|알바|분))`), alone: true},
	{kind: Appearance, is: re(`(?:날씬한|늘씬한|키\s*큰|키가\s*크신|예쁜|예쁘신|잘생긴|잘생기신|호감형)\s*(?:외모의?\s*)?(?:분|직원|사원|여성|남성|여자|남자|알바|우대|환영|구함)`), alone: true},

	{kind: Private, is: re(`(?:미혼|기혼)(?:자|인\s*분|이신\s*분|인|\s*여성|\s*남성)?(?:만|을|를|은|는|에)?\s*(?:우대|환영|선호|한정|한함|한해|제외|모집|구함|채용|이어야|지원\s*가능|불가)`), alone: true, after: nothing},
	{kind: Private, is: re(`(?:혼인|결혼)\s*(?:여부|유무)|출신\s*지역|본적지?`), alone: true, need: asked, around: unasked},
	{kind: Private, is: re(`(?:부모|부모님|가족|배우자|형제|자매|형제자매|직계존비속)(?:의|\s)*\s*(?:학력|직업|직장|재산|재력|소득)`), need: asked, around: re(unasked.String() + `|지원|복지|수당|보험|검진`)},
	{kind: Private, is: re(`재산\s*(?:정도|상황|내역|규모|보유)(?:을|를)?\s*(?:기재|증명|제출|적|작성)`), around: unasked},
}

// older is the age from which on a preference supports older workers (고령자고용법 art. 4-5).
const older = 50

// of returns a number; 0 where there is none.
func of(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// between says whether from one age to another is a condition: of adults, and not of older
// workers alone.
func between(g []string) bool {
	from, to := of(g[0]), of(g[1])
	return 15 <= from && from < to && to < 80 && from < older
}

// bounded says whether an age is a condition. What laws ask for, up to 20 years, is none
// (근로기준법, 청소년 보호법, 여객자동차 운수사업법), nor is one that lets in older workers alone.
func bounded(g []string) bool {
	n := of(g[0])
	if slices.Contains([]string{"이상", "초과", "부터"}, g[1]) {
		return 20 < n && n < older
	}
	return 18 < n && n < 80
}
