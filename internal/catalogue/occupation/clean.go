package occupation

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What is read of a title and of duties, in bytes. What follows is ignored:
// no title needs more, and a line of a megabyte must not cost a second.
const (
	maxTitle  = 400
	maxDuties = 6000
)

// cut returns at most n bytes of s, whole runes only.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// fold appends s to dst as lower-case runes in composed form (NFC); full-width
// signs become the usual ones, everything that is neither letter nor digit nor
// one of "+#" becomes a space, and spaces never repeat. dst then starts and
// ends with a space. Invalid UTF-8 counts as a space.
func fold(dst []rune, s string) []rune {
	if !composed(s) {
		s = norm.NFC.String(s)
	}
	if len(dst) == 0 || dst[len(dst)-1] != ' ' {
		dst = append(dst, ' ')
	}
	for i, r := range s {
		if r >= '！' && r <= '～' {
			r += '!' - '！'
		}
		switch {
		case 'a' <= r && r <= 'z' || '가' <= r && r <= '힣' || '0' <= r && r <= '9' || r == '+' || r == '#':
		case 'A' <= r && r <= 'Z':
			r += 'a' - 'A'
		case invisible(r):
			continue
		case r < utf8.RuneSelf || r == utf8.RuneError || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			if dst[len(dst)-1] == ' ' || (r == '/' || r == '&') && initial(dst) && initialNext(s[i+1:]) {
				continue
			}
			r = ' '
		default:
			r = unicode.ToLower(r)
		}
		dst = append(dst, r)
	}
	if dst[len(dst)-1] != ' ' {
		dst = append(dst, ' ')
	}
	return dst
}

// invisible reports whether a rune neither shows nor parts words: zero-width spaces and
// joiners, marks of direction, soft hyphens.
func invisible(r rune) bool {
	return '\u200b' <= r && r <= '\u200f' || r == '\u2060' || r == '\ufeff' || r == '\u00ad'
}

// composed reports whether no character of s is written in parts: as Hangul
// letters, or with combining marks.
func composed(s string) bool {
	for i := range len(s) {
		if b := s[i]; b == 0xcc || b == 0xcd || b == 0xe1 { // lead bytes of U+0300–037F and U+1000–1FFF
			return norm.NFC.IsNormalString(s)
		}
	}
	return true
}

// initial reports whether text ends in a single Latin letter, as of "S/W".
func initial(text []rune) bool {
	n := len(text)
	return n > 1 && 'a' <= text[n-1] && text[n-1] <= 'z' && text[n-2] == ' '
}

// initialNext reports whether s begins with a single Latin letter.
func initialNext(s string) bool {
	letter := func(i int) bool { return i < len(s) && ('a' <= s[i]|0x20 && s[i]|0x20 <= 'z') }
	return letter(0) && !letter(1)
}

// closing returns the bracket that closes r; aside says that what stands in
// it is rarely about the work: the firm, the place, the branch.
func closing(r rune) (to rune, aside, ok bool) {
	switch r {
	case '(':
		return ')', false, true
	case '（':
		return '）', false, true
	case '[':
		return ']', true, true
	case '［':
		return '］', true, true
	case '{':
		return '}', true, true
	case '<':
		return '>', true, true
	case '【':
		return '】', true, true
	case '「':
		return '」', true, true
	case '『':
		return '』', true, true
	case '〔':
		return '〕', true, true
	case '《':
		return '》', true, true
	case '≪':
		return '≫', true, true
	}
	return 0, false, false
}

// A cleaner takes the noise of postings out of titles: brackets, places,
// words of recruiting, figures. Its buffers are reused.
type cleaner struct {
	places map[string]bool // folded names of places, besides those built in

	raw, main, inner, aside []rune
	word                    []byte
}

// clean returns the words of a title that may say what the work is, folded;
// and the same without what stands in brackets, which is what dictionaries
// name. Both start and end with a space and are valid until the next call.
// A title that is all noise gives " ".
func (c *cleaner) clean(title string) (words, head []rune) {
	title = cut(title, maxTitle)
	c.main, c.inner, c.aside = c.main[:0], c.inner[:0], c.aside[:0]
	from := 0
	for i := 0; i < len(title); {
		r, n := utf8.DecodeRuneInString(title[i:])
		to, aside, ok := closing(r)
		j := -1
		if ok {
			j = strings.IndexRune(title[i+n:], to)
		}
		if j < 0 {
			i += n
			continue
		}
		c.main = c.strip(c.main, title[from:i])
		if inside := title[i+n : i+n+j]; aside {
			c.aside = c.strip(c.aside, inside)
		} else {
			c.inner = c.strip(c.inner, inside)
		}
		i += n + j + utf8.RuneLen(to)
		from = i
	}
	c.main = c.strip(c.main, title[from:])
	switch {
	case len(c.main) > 1 && len(c.inner) > 1:
		n := len(c.main)
		c.main = append(c.main, c.inner[1:]...)
		return c.main, c.main[:n]
	case len(c.main) > 1:
		return c.main, c.main
	case len(c.inner) > 1:
		return c.inner, c.inner
	}
	return c.aside, c.aside
}

// strip appends the words of s that are no noise to dst.
func (c *cleaner) strip(dst []rune, s string) []rune {
	c.raw = fold(c.raw[:0], s)
	if len(dst) == 0 {
		dst = append(dst, ' ')
	}
	for i := 1; i < len(c.raw); {
		j := i
		for c.raw[j] != ' ' {
			j++
		}
		w := trimEnding(c.raw[i:j])
		if len(w) > 0 && !c.noise(w) {
			dst = append(append(dst, w...), ' ')
		}
		i = j + 1
	}
	return dst
}

// endings are cut off the end of a word that is longer than they are.
var endings = runes("모집합니다", "채용합니다", "구합니다", "모십니다", "모집중", "채용중", "모집", "채용", "구인", "구함", "공고", "님",
	"알바", "알바생", "아르바이트", "아르바이트생", "파트타이머", "아저씨")

func trimEnding(w []rune) []rune {
	for i := 0; i < len(endings); i++ {
		if n := len(w) - len(endings[i]); n > 0 && slices.Equal(w[n:], endings[i]) {
			w, i = w[:n], -1 // 편의점알바모집 has two
		}
	}
	return w
}

func runes(words ...string) [][]rune {
	out := make([][]rune, len(words))
	for i, w := range words {
		out[i] = []rune(w)
	}
	return out
}

// noise reports whether a word says nothing of the work.
func (c *cleaner) noise(w []rune) bool {
	if w[0] >= '0' && w[0] <= '9' {
		i := 0
		for i < len(w) && w[i] >= '0' && w[i] <= '9' {
			i++
		}
		c.word = appendRunes(c.word[:0], w[i:])
		return len(c.word) == 0 || counters[string(c.word)]
	}
	c.word = appendRunes(c.word[:0], w)
	return recruiting[string(c.word)] || c.places[string(c.word)]
}

func appendRunes(dst []byte, w []rune) []byte {
	for _, r := range w {
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// counters follow a number in a word that is only a count.
var counters = set(`년 년차 년이상 년도 개년 명 인 월 일 주 시 시간 만원 만 원 개월 개월이상 세 차 교대 교대제 기 호 호봉
	일근무 일제 분 분기 회 번 층 억 천만원 백만원 급지 이상 주년 년생 h k 월입사 월오픈 학기`)

// recruiting words, and the places every title may name.
var recruiting = set(`모집 채용 구인 구함 구해요 구합니다 모십니다 모십 모집합니다 채용합니다 찾습니다 급구 긴급 공고 공채 공개채용
	공개모집 상시 수시 상시채용 수시채용 신규 신입 경력 경력직 경력자 신입경력 경력신입 신입사원 경력사원 경력직원 신입직원 인재채용 인재모집 직원채용 직원모집 사원모집 경력채용 신입채용 무경력 초보 초보자 초보가능 무관
	경력무관 학력무관 가능 가능자 우대 환영 정규직 계약직 비정규직 무기계약직 파견 파견직 파견계약직 위촉 위촉직 기간제 기간제근로자 단기
	장기 장단기 알바 알바생 아르바이트 아르바이트생 파트타이머 아저씨 꿀알바 인턴 인턴십 인턴사원 채용연계형 채용전제형 체험형 전환형 수습 시용 정직원 직원 사원 인원 인재 담당자 구직자
	분 하실 함께할 함께 인재를 인력 상반기 하반기 년 월 일 월급 시급 일급 주급 연봉 급여 기숙사 숙식 숙소 숙식제공 통근 통근버스 출퇴근 주간
	야간 주야 주말 평일 오전 오후 풀타임 파트타임 시간제 전일제 주5일 주4일 주6일 주 및 외 등 또는 그리고 각 부문 이상 이하 미만 담당 담당직원 유명 국내대표 리딩 부문별 분야 분야별 직무 관련 업무
	대규모 우수 우수인재 유망 최고 당사 본사 지사 지점 지역 근무 근무자 근처 인근 코스닥 코스피 상장 상장사 계열사 대기업 중견기업 강소기업 벤처 스타트업
	외국계 기업 회사 법인 주식회사 유한회사 재단법인 사단법인 의료법인 사회복지법인 ㈜ 여성 남성 여 남 여자 남자 남녀 청년 시니어 주부 대졸 고졸 초대졸
	전문학사 학사 석사 박사 졸업자 졸업예정자 병역특례 병특 산업기능요원 전문연구요원 보충역 현역 일을 일 했습니다 했어요 했음 합니다 해요 하였습니다 일했습니다 일했어요 일함 근무했습니다 근무하였습니다 다녔습니다 맡았습니다 담당했습니다 육아휴직 대체 휴직대체 대체인력 즉시 즉시입사 즉시출근 당일지급
	신입가능 공동 다수 서울 서울시 서울특별시 부산 부산시 부산광역시 대구 대구시 대구광역시 인천 인천시 인천광역시 광주 광주광역시 대전 대전시 대전광역시 울산 울산시
	울산광역시 세종 세종시 세종특별자치시 경기 경기도 강원 강원도 강원특별자치도 충북 충청북도 충남 충청남도 전북 전라북도 전북특별자치도 전남 전라남도 경북
	경상북도 경남 경상남도 제주 제주도 제주특별자치도 수도권 전국 강남 강북 해외 국내 new hot`)
