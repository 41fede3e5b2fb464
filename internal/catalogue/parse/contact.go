package parse

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A cue comes before the name of the person to turn to. Behind a strong one a
// name may stand alone; behind a weak one a title or a number must follow.
type cue struct {
	word   string
	strong bool
}

// cues are in the order in which they are tried: longer ones before their
// beginnings.
var cues = []cue{
	{"채용담당자명", true}, {"담당자명", true}, {"채용담당자", true}, {"인사담당자", true}, {"담당자", true}, {"채용담당", true}, {"인사담당", true}, {"담당", false},
	{"책임자", true}, {"작성자", true}, {"접수처", false}, {"문의처", false}, {"문의", false}, {"연락처", false}, {"성명", true}, {"성함", true},
	{"인사총무팀", false}, {"인사팀", false}, {"인사부", false}, {"경영지원팀", false}, {"경영지원", false}, {"채용팀", false}, {"총무팀", false}, {"총무부", false},
	{"총무과", false}, {"관리팀", false}, {"관리부", false}, {"관리과", false}, {"행정실", false}, {"원무과", false}, {"인사과", false},
}

const (
	firstSyllable = 0xAC00
	lastSyllable  = 0xD7A3
)

// cueGroups are the cues by their first syllable, and by what a slip makes of it;
// startsCue says which group a syllable begins, 0 for none.
var cueGroups, startsCue = func() (groups [][]cue, starts [lastSyllable - firstSyllable + 1]uint8) {
	groups = make([][]cue, 1)
	for r := rune(firstSyllable); r <= lastSyllable; r++ {
		var group []cue
		for _, c := range cues {
			first, _ := utf8.DecodeRuneInString(c.word)
			if first == r || c.mayslip() && slip(first, r) {
				group = append(group, c)
			}
		}
		if group != nil {
			starts[r-firstSyllable] = uint8(len(groups))
			groups = append(groups, group)
		}
	}
	return groups, starts
}()

// polite reports an ending that stands behind anybody ("기자에게"), so that it
// does not make a name of two syllables.
func polite(word string) bool {
	_, _, ok := cutAny(word, []string{"님", "씨", "에게", "께", "앞"})
	return ok
}

// titles follow the name of a person at work; what is longer stands first.
var titles = []string{
	"본부장", "센터장", "사무국장", "사무장", "파트장", "그룹장", "시설장", "팀장", "실장", "부장", "차장", "과장", "계장", "국장", "소장", "원장", "점장", "반장",
	"대리", "주임", "사원", "이사", "상무", "전무", "대표", "매니저", "책임", "선임", "수석", "연구원", "주무관", "팀원", "프로", "리더", "간사",
	"선생님", "선생", "사회복지사", "복지사", "간호사", "교사", "상담사", "컨설턴트", "직업상담사", "님", "씨", "에게", "께", "앞",
}

// surnames are the family names of one syllable that all but a few in ten
// thousand people have.
const surnames = "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민나진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용예경봉사부가복태목형피두감호음빈동온시범좌팽승간상갈"

// longSurnames have two syllables.
var longSurnames = []string{"남궁", "황보", "제갈", "선우", "사공", "독고", "서문", "동방"}

// noNames are beginnings of words that stand behind a cue and look like a name.
var noNames = strings.Fields(`
	인사 총무 경영 기획 지원 전산 공무 사무 구매 연구 안전 홍보 정보 시설 간호 원무 경리 재무 사업 현장 심사 조리 주방 채용 선발 임원 복지 서무 교육
	유통 제조 제작 공정 품질 설비 설계 마케 고객 상담 이사 노무 방송 국제 민원 전략 전형 우대 신입 경력 모집 문의 연락 전화 메일 이메 접수 서류 면접
	기재 참조 별도 추후 상시 성함 성명 직통 내선 팩스 주소 홈페 한국 서울 부산 경기 인천 강원 전남 전북 경남 경북 제주 안산 안양 용인 고양 이천 여주
	오산 하남 양주 구리 남양 원주 천안 아산 공주 전주 나주 여수 순천 경주 구미 양산 안내 구직 노동 고용 담당 관련 업무 사항 가능 지역 부서 부문 분야
	기술 개발 영업 생산 관리 운영 전체 전반 주요 기타 기본 기업 제품 상품 서비 시스 시공 시험 진행 조직 조사 회계 세무 사원 직원 인원 인력 인재 인턴
	정규 계약 파견 급여 연봉 근무 시간 장소 위치 방법 방문 온라 이력 자기 지참 제출 유선 우편 선임 책임 수석 대리 과장 차장 부장 팀장 실장 원장 소장
	대표 점장 매니 본사 본부 지점 지사 공장 병원 학교 학원 센터 협회 재단 조합 은행 마감 이후 이상 이하 이내 하기 상기 아래 위의 모든 각종 또는 그리 및은
	기자 선생 강사 기사 변호 경찰 소방 공무 고객 임직 상담 여성 남성 노인 주민 시민 국민 이용 신청 지원 구직 사용 전문 연수 임시 고문 지도 공급 소비 공익
	주임 사장 상사 감독 심사 조교 조사 표준 위원 이웃 부모 현직 전임 신규 채권 은사 국가 지방 도민 구민 사용 용역 편집 제휴 성우 석사 명인 반장 옥상 육아
	디자 프로 엔지 어시 어드 오퍼 리더 파트 팀원 동료 명확 공유 소통 협업 기반 유관 한편 성장 성과 주도 주어 전문 전담 전달 전송 전환 해당 해외 국내`)

// cueAt returns the group of cues that the syllable at i, of whose first byte
// it is known that it can be one of Hangul, begins, perhaps with a slip.
func cueAt(s string, i int) uint8 {
	if i+3 > len(s) {
		return 0
	}
	r := uint32(s[i]&0x0F)<<12 | uint32(s[i+1]&0x3F)<<6 | uint32(s[i+2]&0x3F)
	if r -= firstSyllable; r > lastSyllable-firstSyllable {
		return 0
	}
	return startsCue[r]
}

// contact removes the name behind the cue at i, if one of the group is there.
func (s *scrubber) contact(i int, group uint8) int {
	for _, c := range cueGroups[group] {
		at, slips, ok := c.match(s.in, i)
		if !ok {
			continue
		}
		from, colon := behindCue(s.in, at)
		if from > at && (slips == 0 || colon) {
			end, ok := person(s.in, from, c.strong && colon)
			if !ok && c.strong && colon {
				end, ok = misspelt(s.in, from)
			}
			if ok {
				return s.cut(from, end, markName, &s.removed.Name)
			}
		}
		if slips == 0 {
			return at
		}
	}
	return i + 3
}

// behindCue skips what may stand between a cue and a name on one line.
func behindCue(s string, i int) (at int, colon bool) {
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch r {
		case ':', '：', '=', '|', '>':
			colon = true
		case ' ', '\t', '-', '*', '(', ')', ']', 0xA0:
		default:
			return i, colon
		}
		i += n
	}
	return i, colon
}

// person finds where the name of a person at i ends. Alone tells that a name
// may stand without a title or a number behind it.
func person(s string, i int, alone bool) (end int, ok bool) {
	word := hangulAt(s, i)
	for _, syllables := range []int{3, 4, 2} {
		n := 3 * syllables
		if len(word) < n || !isName(word[:n], syllables) {
			continue
		}
		rest := word[n:]
		switch {
		case isTitle(rest) && (syllables > 2 || alone || !polite(rest)):
			return i + n, true
		case rest != "":
			continue
		case isTitle(hangulAt(s, skipSpace(s, i+n))):
			return i + n, true
		case syllables == 2 || notAlone(word):
			continue
		case alone && endsWord(s, i+n) || beforeNumber(s, i+n):
			return i + n, true
		}
	}
	return maskedName(s, i, word, alone)
}

// isName reports whether a word of 2 to 4 syllables can be a name.
func isName(word string, syllables int) bool {
	for _, w := range noNames {
		if strings.HasPrefix(word, w) {
			return false
		}
	}
	if slices.Contains(longSurnames, word[:6]) {
		return syllables >= 3
	}
	return syllables <= 3 && strings.Contains(surnames, word[:3])
}

// notAlone reports an ending that offices and shops have more often than
// people.
func notAlone(word string) bool {
	return strings.Contains("점팀실부과소처국청회역관장", word[len(word)-3:])
}

// isTitle reports whether a word is a title, perhaps with a particle.
func isTitle(word string) bool {
	for _, t := range titles {
		if rest, ok := strings.CutPrefix(word, t); ok {
			_, _, particle := cutAny(rest, []string{"님", "에게", "께", "앞", "한테", "으로", "로", "이", "가", "은", "는", "입니다"})
			return rest == "" || particle
		}
	}
	return false
}

// maskedName finds 김OO, 김○○, 이*희.
func maskedName(s string, i int, word string, alone bool) (end int, ok bool) {
	if len(word) != 3 || !strings.Contains(surnames, word) {
		return i, false
	}
	at, masks := i+3, 0
	for at < len(s) {
		r, n := utf8.DecodeRuneInString(s[at:])
		if !strings.ContainsRune("○〇◯*Oo0XㅇＯ", r) {
			break
		}
		at, masks = at+n, masks+1
	}
	if masks == 0 || masks > 3 {
		return i, false
	}
	given := hangulAt(s, at)
	switch {
	case isTitle(given) || isTitle(hangulAt(s, skipSpace(s, at))):
		return at, true
	case masks == 1 && len(given) >= 3 && (len(given) == 3 || isTitle(given[3:])):
		at += 3
	case given != "":
		return i, false
	}
	return at, alone || beforeNumber(s, at) || isTitle(hangulAt(s, skipSpace(s, at)))
}

// nameBefore removes a name with a title in front of the mark of a telephone
// number or an address at i: "홍길동 상무 | [전자우편]".
func (s *scrubber) nameBefore(i int) {
	if !strings.HasPrefix(s.in[i:], markPhone) && !strings.HasPrefix(s.in[i:], markEmail) {
		return
	}
	before := strings.TrimRight(s.in[max(s.done, i-60):i], " \t|:/,-([")
	for _, t := range titles {
		left, ok := strings.CutSuffix(before, t)
		if !ok {
			continue
		}
		left = strings.TrimRight(left, " \t")
		from := len(left)
		for from >= 3 && left[from-3] >= 0xEA && hangulAt(left, from-3) != "" {
			from -= 3
		}
		word := left[from:]
		if n := len(word) / 3; n >= 2 && n <= 4 && isName(word, n) && !notAlone(word) {
			at := i - len(s.in[max(s.done, i-60):i]) + from
			rest := s.in[at+len(word) : i]
			s.cut(at, at+len(word), markName, &s.removed.Name)
			s.out = append(s.out, rest...)
			s.done = i
		}
		return
	}
}

// hangulAt returns the syllables from i on.
func hangulAt(s string, i int) string {
	end := i
	for end < len(s) {
		r, n := utf8.DecodeRuneInString(s[end:])
		if r < firstSyllable || r > lastSyllable {
			break
		}
		end += n
	}
	return s[i:end]
}

func skipSpace(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return i
}

// endsWord reports whether nothing of the same word or phrase follows.
func endsWord(s string, i int) bool {
	at := skipSpace(s, i)
	return at == len(s) || strings.IndexByte("\r\n,/()|[]<;.", s[at]) >= 0 || isDigit(s[at])
}

// beforeNumber reports whether a telephone number or an address follows, or
// the mark of one.
func beforeNumber(s string, i int) bool {
	for i < len(s) && strings.IndexByte(" \t(,/|:-", s[i]) >= 0 {
		i++
	}
	_, rest, _ := cutAny(s[i:], []string{"전화", "연락처", "휴대폰", "HP", "H.P", "TEL", "Tel", "T.", "M.", "☎", "이메일", "메일"})
	rest = strings.TrimLeft(rest, " .:)")
	return strings.HasPrefix(rest, markPhone) || strings.HasPrefix(rest, markEmail) || strings.HasPrefix(rest, "0") || strings.HasPrefix(rest, "+82")
}
